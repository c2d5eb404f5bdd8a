"""The bindings from outside: records, errors, foreign traits, dropped replies, a deaf observer, a vault, dispatch."""

import json
import os
import tempfile
import threading

import countersign_mobile as cs

ENROLMENT = {
    "server_url": "https://countersign.example",
    "code": "0123456789ABCDEFGHJKMNPQRS",
    "name": "李伟的手机",
}


class Clock(cs.Clock):
    def read(self):
        return cs.ClockReading(wall=1_784_080_800_000, monotonic_ms=7, boot="boot")


class BrokenClock(cs.Clock):
    def read(self):
        raise RuntimeError("no clock")


class Locator(cs.Locator):
    """Answers from another thread, or drops the reply."""

    def __init__(self, fix=None):
        self.fix = fix

    def request(self, timeout_ms, reply):
        if self.fix is not None:
            threading.Thread(target=reply.done, args=[self.fix]).start()


class Away(cs.HttpClient):
    """No network."""

    def send(self, request, reply):
        reply.unreachable()


class Forgetful(cs.HttpClient):
    """Takes a request and drops its reply: the core takes that as no answer."""

    def __init__(self):
        self.requests = []

    def send(self, request, reply):
        self.requests.append(request)


class BrokenSigner(cs.DeviceSigner):
    def public_key(self):
        raise RuntimeError("no key store")

    def sign(self, bytes):
        raise RuntimeError("no key store")


class BrokenCamera(cs.Camera):
    def capture(self, reply):
        raise RuntimeError("no camera")


class Camera(cs.Camera):
    def capture(self, reply):
        reply.done(cs.Photo(path="/photos/1.jpg", media_type="image/jpeg"))


class Vault(cs.KeyVault):
    """Stands in for a key store: a mask instead of a cipher."""

    def wrap(self, plain):
        return bytes(byte ^ 0x5A for byte in plain)

    def unwrap(self, wrapped):
        return self.wrap(wrapped)


class LostVault(Vault):
    def unwrap(self, wrapped):
        raise RuntimeError("the key store was emptied")


class Owner(cs.Biometric):
    def confirm(self, prompt, reply):
        assert prompt.title == "解锁", prompt
        reply.done(cs.Confirmation.CONFIRMED)


class Screen(cs.SecureScreen):
    def __init__(self):
        self.seen = []

    def protect(self, protection):
        self.seen.append(protection)


class Deaf(cs.Observer):
    def changed(self, kinds):
        raise RuntimeError("a shell that cannot listen")


def ask(replica, method, **params):
    request = {"v": 1, "id": 7, "method": method, "params": params}
    reply = json.loads(replica.dispatch(json.dumps(request)))
    assert reply["id"] == 7, reply
    return reply.get("ok", reply.get("error"))


def records_and_errors(folder):
    fix = cs.RawFix(
        lat_e7=312_000_000,
        lon_e7=1_215_000_000,
        crs=cs.Crs.WGS84,
        accuracy_mm=12_000,
        age_ms=900,
        provider="gps",
        source=cs.FixSource.MEASURED,
    )
    replica = cs.Replica.open(folder, cs.Platform(clock=Clock(), locator=Locator(fix), http=Away()))
    replica.observe(Deaf())
    device = ask(replica, "device.read")
    assert device["enrolled"] is False and device["unsent"] == 0, device
    assert ask(replica, "position.read", timeout_ms=1000)["fix"]["lat_e7"] == 312_000_000
    assert ask(replica, "clock.read")["monotonic_ms"] == 7
    assert ask(replica, "device.enrol", **ENROLMENT)["kind"] == "retry"
    refused = ask(replica, "device.enrol", **{**ENROLMENT, "server_url": "nonsense"})
    assert refused == {"kind": "fix", "ref": "server-url-unusable"}, refused
    assert ask(replica, "stop.dance") == {"kind": "support", "ref": "unknown-method"}
    assert json.loads(replica.dispatch("{"))["error"]["kind"] == "support"
    try:
        replica.sync(cs.CancelToken())
        raise AssertionError("synced without enrolment")
    except cs.MobileError.SignIn as error:
        assert error.reference == "not-enrolled", error.reference


def broken_devices(folder):
    try:
        cs.Replica.open(folder + "/clock", cs.Platform(clock=BrokenClock(), locator=Locator(), http=Away()))
        raise AssertionError("opened without a clock")
    except cs.MobileError.Support as error:
        assert error.reference == "device-service", error.reference
    broken = cs.Platform(
        clock=Clock(), locator=Locator(), http=Away(), signer=BrokenSigner(), camera=BrokenCamera()
    )
    replica = cs.Replica.open(folder + "/signer", broken)
    assert ask(replica, "photo.capture") == {"missing": "unavailable"}
    assert ask(replica, "position.read", timeout_ms=1000) == {"missing": "timed_out"}
    assert ask(replica, "device.enrol", **ENROLMENT)["kind"] == "support"


def dropped_replies(folder):
    http = Forgetful()
    replica = cs.Replica.open(folder, cs.Platform(clock=Clock(), locator=Locator(), http=http))
    assert ask(replica, "device.enrol", **ENROLMENT)["kind"] == "retry"
    request = http.requests[0]
    assert request.method == "POST", request
    assert request.url == "https://countersign.example/sync/v1/enrol", request


def services(folder):
    screen = Screen()
    platform = cs.Platform(
        clock=Clock(), locator=Locator(), http=Away(), vault=Vault(), camera=Camera(), biometric=Owner(), screen=screen
    )
    replica = cs.Replica.open(folder, platform)
    photo = {"path": "/photos/1.jpg", "media_type": "image/jpeg"}
    assert ask(replica, "photo.capture") == {"photo": photo}
    assert ask(replica, "owner.confirm", title="解锁", cancel="取消") == "confirmed"
    assert ask(replica, "screen.protect", protection="secure") is None
    assert screen.seen == [cs.Protection.SECURE]
    assert replica.device().is_enrolled is False
    assert os.path.exists(folder + "/device.key.wrapped") and not os.path.exists(folder + "/device.key")
    del replica
    try:
        cs.Replica.open(folder, cs.Platform(clock=Clock(), locator=Locator(), http=Away(), vault=LostVault()))
        raise AssertionError("opened with another vault")
    except cs.MobileError.Support as error:
        assert error.reference == "device-key-unusable", error.reference
        refused = json.loads(cs.refusal('{"v":1,"id":7,"method":"device.read"}', error))
        assert refused == {"id": 7, "error": {"kind": "support", "ref": "device-key-unusable"}}, refused
    assert cs.export_unsent(folder) == b"\x83\x01\x80\x80"


for check in (records_and_errors, broken_devices, dropped_replies, services):
    with tempfile.TemporaryDirectory() as folder:
        check(folder)
print("python bindings ok")
