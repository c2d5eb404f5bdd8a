"""The bindings from outside: records, errors, foreign traits, dropped replies, a deaf observer, dispatch."""

import json
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
    replica = cs.Replica.open(folder, Clock(), Locator(fix), Away(), None)
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
        cs.Replica.open(folder + "/clock", BrokenClock(), Locator(), Away(), None)
        raise AssertionError("opened without a clock")
    except cs.MobileError.Support as error:
        assert error.reference == "device-service", error.reference
    replica = cs.Replica.open(folder + "/signer", Clock(), Locator(), Away(), BrokenSigner())
    assert ask(replica, "position.read", timeout_ms=1000) == {"missing": "timed_out"}
    assert ask(replica, "device.enrol", **ENROLMENT)["kind"] == "support"


def dropped_replies(folder):
    http = Forgetful()
    replica = cs.Replica.open(folder, Clock(), Locator(), http, None)
    assert ask(replica, "device.enrol", **ENROLMENT)["kind"] == "retry"
    request = http.requests[0]
    assert request.method == "POST", request
    assert request.url == "https://countersign.example/sync/v1/enrol", request


for check in (records_and_errors, broken_devices, dropped_replies):
    with tempfile.TemporaryDirectory() as folder:
        check(folder)
print("python bindings ok")
