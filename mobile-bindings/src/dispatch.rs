//! The JSON door: `{"v":1,"id":7,"method":"stop.read","params":{…}}` in, `{"id":7,"ok":…}` or
//! `{"id":7,"error":{"kind":"fix","ref":"…"}}` out.
//!
//! The method table is [`call`], with [`lock`] for the lock and [`photos`] for the camera: one line a method, one call into the core each. A panic is caught here, so that the reply
//! still carries the id; in a function without `Result`, Swift's generated `try!` would end the app.

use std::panic::{AssertUnwindSafe, catch_unwind};

use countersign_core::domain::ids::EntryId;
use countersign_core::domain::time::Clock as _;
use countersign_core::journal::facts::PositionReport;
use countersign_core::replica::{
    self as core, Enrolment, ErrorKind, OfCapture, OfCash, OfEntry, OfSigning, OfStop,
};
use countersign_core::views::DeviceView;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::devices::{
    CancelToken, ConfirmPrompt, Confirmation, MissingPhoto, Photo, Protection, Wire, confirmation,
    photo, position,
};
use crate::errors::MobileError;
use crate::replica::Replica;

#[derive(Deserialize)]
struct Request {
    #[serde(rename = "v")]
    version: u32,
    id: u64,
    method: String,
    #[serde(default)]
    params: Value,
}

/// `position.read`.
#[derive(Deserialize)]
struct Patience {
    timeout_ms: u32,
}

/// `screen.protect`.
#[derive(Deserialize)]
struct Screen {
    protection: Protection,
}

/// `photo.capture`: a file of the app's own, or why there is none.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum PhotoReport {
    Photo(Photo),
    Missing(MissingPhoto),
}

/// `device.services`: what this platform has, so that a screen offers nothing else.
#[derive(Serialize)]
struct Services {
    camera: bool,
    /// Knows its owner by finger or face.
    owner: bool,
}

/// Answers one envelope.
pub(crate) fn reply(replica: &Replica, request: &str) -> String {
    let (id, answer) = match serde_json::from_str::<Request>(request) {
        Ok(Request {
            version: 1,
            id,
            method,
            params,
        }) => {
            let answer = catch_unwind(AssertUnwindSafe(|| call(replica, &method, params)));
            (id, answer.unwrap_or_else(|_panic| Err(broken("panic"))))
        }
        Ok(Request { id, .. }) => (id, Err(broken("envelope"))),
        Err(_unreadable) => (0, Err(broken("envelope"))),
    };
    match answer {
        Ok(ok) => json!({ "id": id, "ok": ok }).to_string(),
        Err(error) => refused(id, &error),
    }
}

/// The envelope of a request that reaches no replica.
pub(crate) fn refusal(request: &str, error: &MobileError) -> String {
    let id = serde_json::from_str::<Request>(request).map_or(0, |request| request.id);
    refused(id, error)
}

fn refused(id: u64, error: &MobileError) -> String {
    let (kind, reference) = error.parts();
    json!({ "id": id, "error": { "kind": kind, "ref": reference } }).to_string()
}

/// What is answered while the app is locked: the lock itself, what the lock's screen is drawn with, and a sync, whose report
/// names nobody. Everything else passes the core's door first.
const ANSWERED_WHILE_LOCKED: &[&str] = &[
    "lock.read",
    "lock.open",
    "lock.confirm",
    "lock.close",
    "device.read",
    "device.enrol",
    "device.services",
    "settings.read",
    "settings.keep",
    "screen.protect",
    "sync.run",
];

#[expect(clippy::too_many_lines, reason = "one line a method")]
fn call(replica: &Replica, method: &str, params: Value) -> Result<Value, MobileError> {
    let core = &replica.core;
    if !ANSWERED_WHILE_LOCKED.contains(&method) {
        core.must_be_open()?;
    }
    match method {
        _ if method.starts_with("lock.") => lock(replica, method, params),
        "device.services" => json_of(&services(replica)),
        "device.read" => row(core.device()),
        "device.enrol" => enrol(replica, &read(params)?),
        "device.record" => row(core.device_record()),
        "settings.read" => row(core.settings()),
        "settings.keep" => row(core.keep_settings(read(params)?)),
        "clock.read" => row(Ok(replica.clock.read())),
        "position.read" => whereabouts(replica, &read(params)?),
        _ if method.starts_with("photo.") => photos(replica, method, params),
        "owner.confirm" => owner(replica, read(params)?),
        "screen.protect" => protect(replica, &read(params)?),
        "sync.run" => json_of(&replica.exchange(&CancelToken::default())?),
        "sync.read" => row(core.sync_status()),
        "sync.export" => row(core.export(read(params)?)),
        "today.read" => row(core.today(read(params)?)),
        "customer.list" => row(core.customers(read(params)?)),
        "customer.search" => row(core.search_customers(&read(params)?)),
        "customer.read" => row(core.customer(read(params)?)),
        "stop.read" => row(core.stop(read::<OfStop>(params)?.stop)),
        "stop.check_in" => row(core.check_in(&read(params)?)),
        "stop.check_out" => row(core.check_out(&read(params)?)),
        "stop.edit" => row(core.edit_stop(&read(params)?)),
        "stop.pack" => row(core.pack(&read(params)?)),
        "statement.read" => row(core.statement(read::<OfStop>(params)?.stop)),
        "paper.read" => row(core.paper(&read(params)?)),
        "signing.effect" => row(core.legal_effect(&read(params)?)),
        "signing.effects" => row(Ok(core::Replica::effects(read(params)?))),
        "signing.begin" => row(core.begin_signing(&read(params)?)),
        "signing.read" => row(core.signing(read::<OfStop>(params)?.stop)),
        "signing.stroke" => row(core.add_stroke(&read(params)?)),
        "signing.undo" => row(core.undo_stroke(read::<OfSigning>(params)?.signing)),
        "signing.finish" => row(core.finish_signing(&read(params)?)),
        "signing.abandon" => row(core.abandon_signing(read::<OfSigning>(params)?.signing)),
        "part.begin" => row(core.begin_capture(&read(params)?)),
        "part.piece" => row(core.add_piece(&read(params)?)),
        "part.finish" => row(core.finish_capture(&read(params)?)),
        "part.abandon" => row(core.abandon_capture(read::<OfCapture>(params)?.capture)),
        "part.list" => row(core.parts(read(params)?)),
        "part.read" => row(core.part_piece(read(params)?)),
        "countersign.effect" => row(core.guarantor_effect(&read(params)?)),
        "countersign.begin" => row(core.begin_countersigning(&read(params)?)),
        "seal.sheet" => row(core.seal_sheet(read::<OfEntry>(params)?.entry)),
        "seal.record" => row(core.record_seal(&read(params)?)),
        "copy.record" => row(core.record_copy(&read(params)?)),
        "refusal.script" => row(core.refusal_script(read::<OfStop>(params)?.stop)),
        "refusal.witness" => row(core.witness_refusal(&read(params)?)),
        "posting.record" => row(core.record_posting(&read(params)?)),
        "cash.read" => row(core.cash(read(params)?)),
        "cash.count" => row(core::Replica::count_pieces(&read(params)?)),
        "cash.take" => row(core.take_cash(&read(params)?)),
        "cash.void" => row(core.void_cash(&read(params)?)),
        "cash.hand_in" => row(core.hand_in(&read(params)?)),
        "cash.paper" => row(core.cash_paper(read::<OfCash>(params)?.receipt)),
        "refusal.record" => row(core.refuse(&read(params)?)),
        "promise.record" => row(core.promise(&read(params)?)),
        "outcome.record" => row(core.outcome(&read(params)?)),
        "attendance.read" => row(core.attendance(read::<OfStop>(params)?.stop)),
        "attendance.check" => row(core.check_attendance(&read(params)?)),
        "attendance.record" => row(core.record_attendance(&read(params)?)),
        "dispute.record" => row(core.record_dispute(&read(params)?)),
        "finding.record" => row(core.record_finding(&read(params)?)),
        "draft.keep" => row(core.keep_draft(&read(params)?)),
        "draft.read" => row(core.draft(&read(params)?)),
        "draft.drop" => row(core.drop_draft(&read(params)?)),
        "conflict.settle" => row(core.settle_conflict(&read(params)?)),
        "send_back.answer" => row(core.answer_send_back(&read(params)?)),
        "entry.read" => row(core.signed(read::<OfEntry>(params)?.entry)),
        "evidence.export" => json_of(&replica.evidence(read(params)?)?),
        "entry.pdf" => pdf(replica, read::<OfEntry>(params)?.entry),
        _ => of_a_customer(core, method, params),
    }
}

/// The table of what is written about a customer: contacts, follow-ups, and the list of what there is to do.
fn of_a_customer(core: &core::Replica, method: &str, params: Value) -> Result<Value, MobileError> {
    match method {
        "contact.list" => row(core.contacts(read(params)?)),
        "contact.add" => row(core.add_contact(&read(params)?)),
        "contact.edit" => row(core.edit_contact(&read(params)?)),
        "contact.end" => row(core.end_contact(&read(params)?)),
        "contact.restore" => row(core.restore_contact(&read(params)?)),
        "contact.join" => row(core.join_contacts(&read(params)?)),
        "contact.part" => row(core.part_contact(&read(params)?)),
        "contact.hold_apart" => row(core.hold_contacts_apart(&read(params)?)),
        "contact.history" => row(core.contact_history(&read(params)?)),
        "follow_up.list" => row(core.to_do(read(params)?)),
        "follow_up.read" => row(core.follow_ups(read(params)?)),
        "follow_up.check" => row(core.check_follow_up(&read(params)?)),
        "follow_up.add" => row(core.add_follow_up(&read(params)?)),
        "follow_up.edit" => row(core.edit_follow_up(&read(params)?)),
        "follow_up.close" => row(core.close_follow_up(&read(params)?)),
        "follow_up.reopen" => row(core.reopen_follow_up(&read(params)?)),
        "follow_up.history" => row(core.follow_up_history(&read(params)?)),
        _ => Err(broken("unknown-method")),
    }
}

/// The lock's part of the method table.
fn lock(replica: &Replica, method: &str, params: Value) -> Result<Value, MobileError> {
    let core = &replica.core;
    match method {
        "lock.read" => row(core.lock()),
        "lock.set" => row(core.set_pin(&read(params)?)),
        "lock.open" => row(core.unlock(&read(params)?)),
        "lock.confirm" => unlock_for_owner(replica, read(params)?),
        "lock.change" => row(core.change_pin(&read(params)?)),
        "lock.close" => row(core.lock_now()),
        "lock.keep" => row(core.keep_lock(read(params)?)),
        "lock.used" => row(core.used(read(params)?)),
        _ => Err(broken("unknown-method")),
    }
}

/// The camera's part of the method table.
fn photos(replica: &Replica, method: &str, params: Value) -> Result<Value, MobileError> {
    match method {
        "photo.capture" => json_of(&shot(replica)),
        "photo.read" => json_of(&replica.photos.read(&read(params)?)?),
        "photo.drop" => json_of(&replica.photos.drop(&read(params)?)?),
        _ => Err(broken("unknown-method")),
    }
}

fn enrol(replica: &Replica, enrolment: &Enrolment) -> Result<Value, MobileError> {
    let cancel = CancelToken::default();
    let wire = Wire::new(&*replica.platform.http, &enrolment.server_url, &cancel)?;
    row::<DeviceView>(replica.core.enrol(enrolment, &wire))
}

/// Where the page finds the file, once it is sure that there is one.
fn pdf(replica: &Replica, entry: EntryId) -> Result<Value, MobileError> {
    let file_name = replica.rendition(entry)?.file_name;
    Ok(json!({ "file_name": file_name, "url": format!("copies/{entry}.pdf") }))
}

fn whereabouts(replica: &Replica, patience: &Patience) -> Result<Value, MobileError> {
    json_of(
        &match position(&*replica.platform.locator, patience.timeout_ms) {
            Ok(fix) => {
                replica.core.note_position(fix.clone());
                PositionReport::Fix(fix)
            }
            Err(why) => PositionReport::Missing(why),
        },
    )
}

fn shot(replica: &Replica) -> PhotoReport {
    match photo(replica.platform.camera.as_deref()) {
        Ok(photo) => {
            replica.photos.note(&photo);
            PhotoReport::Photo(photo)
        }
        Err(why) => PhotoReport::Missing(why),
    }
}

fn owner(replica: &Replica, prompt: ConfirmPrompt) -> Result<Value, MobileError> {
    json_of(&confirmation(replica.platform.biometric.as_deref(), prompt))
}

fn services(replica: &Replica) -> Services {
    Services {
        camera: replica.platform.camera.is_some(),
        owner: replica.platform.biometric.is_some(),
    }
}

/// The platform is asked here, behind the door: a page that says "confirmed" opens nothing.
fn unlock_for_owner(replica: &Replica, prompt: ConfirmPrompt) -> Result<Value, MobileError> {
    match confirmation(replica.platform.biometric.as_deref(), prompt) {
        Confirmation::Confirmed => row(replica.core.unlock_for_owner()),
        Confirmation::Cancelled => Err(MobileError::new(ErrorKind::Fix, "owner-cancelled")),
        Confirmation::LockedOut => Err(MobileError::new(ErrorKind::Fix, "owner-locked-out")),
        Confirmation::Unavailable => Err(MobileError::new(ErrorKind::Fix, "owner-unavailable")),
    }
}

/// A shell without the service has no screen to protect: the loopback host's page is a browser's.
fn protect(replica: &Replica, screen: &Screen) -> Result<Value, MobileError> {
    match &replica.platform.screen {
        Some(service) => service.protect(screen.protection).map(|()| Value::Null),
        None => Ok(Value::Null),
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, MobileError> {
    let params = if params.is_null() { json!({}) } else { params };
    serde_json::from_value(params)
        .map_err(|_unusable| MobileError::new(ErrorKind::Fix, "parameters"))
}

fn row<T: Serialize>(answer: Result<T, core::ReplicaError>) -> Result<Value, MobileError> {
    json_of(&answer?)
}

fn json_of<T: Serialize>(row: &T) -> Result<Value, MobileError> {
    serde_json::to_value(row).map_err(|_unwritable| broken("row"))
}

fn broken(reference: &str) -> MobileError {
    MobileError::new(ErrorKind::Support, reference)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use countersign_core::domain::time::{ClockReading, Instant};
    use countersign_core::journal::facts::MissingFix;

    use super::*;
    use crate::devices::{
        Biometric, Camera, Clock, ConfirmReply, FixReply, HttpAnswer, HttpCall, HttpClient,
        HttpReply, Locator, Observer, PhotoReply, Platform, SecureScreen,
    };

    #[test]
    fn without_a_font_there_is_no_pdf_and_the_key_says_why() {
        let (_folder, replica) = phone();
        let nowhere = tempfile::tempdir().unwrap();
        replica.use_typeface(nowhere.path().join("none.ttc").display().to_string());
        let request = r#"{"v":1,"id":1,"method":"entry.pdf","params":{"entry":"01890000-0000-7000-8000-000000000001"}}"#;
        let answer = reply(&replica, request);
        assert!(answer.contains("typeface-missing"), "{answer}");
        std::fs::write(nowhere.path().join("none.ttc"), b"no font").unwrap();
        let answer = reply(&replica, request);
        assert!(answer.contains("typeface-unusable"), "{answer}");
    }

    struct Phone;

    impl Clock for Phone {
        fn read(&self) -> Result<ClockReading, MobileError> {
            Ok(ClockReading {
                wall: Instant::from_ms(1_784_080_800_000),
                monotonic_ms: 7,
                boot: "boot".into(),
            })
        }
    }

    impl Locator for Phone {
        fn request(&self, timeout_ms: u32, reply: Arc<FixReply>) -> Result<(), MobileError> {
            match timeout_ms {
                0 => panic!("asked for by a test"),
                1 => drop(reply),
                2 => return Err(broken("device-service")),
                _ => reply.missing(MissingFix::Denied),
            }
            Ok(())
        }
    }

    impl HttpClient for Phone {
        fn send(&self, request: HttpCall, reply: Arc<HttpReply>) -> Result<(), MobileError> {
            if request.url.starts_with("https://away.example/") {
                reply.unreachable();
            } else {
                reply.done(HttpAnswer {
                    status: 401,
                    headers: Vec::new(),
                    body: Vec::new(),
                    is_whole: true,
                });
            }
            Ok(())
        }
    }

    /// Binds every device, and gives no session.
    struct EnrollingServer;

    impl HttpClient for EnrollingServer {
        fn send(&self, request: HttpCall, reply: Arc<HttpReply>) -> Result<(), MobileError> {
            let id = |number| uuid::Uuid::from_u128(number).to_string();
            let answer = countersign_core::protocol::EnrolAnswer {
                organisation: id(1).parse().unwrap(),
                device: id(2).parse().unwrap(),
                user: id(3).parse().unwrap(),
                user_name: "李伟".to_owned(),
                actor_epoch: 0,
                server_key: vec![4; 65],
                time: Instant::from_ms(1_784_080_800_000),
            };
            let is_enrolment = request.url.ends_with("/enrol");
            reply.done(HttpAnswer {
                status: if is_enrolment { 200 } else { 503 },
                headers: Vec::new(),
                body: countersign_core::protocol::codec::pack(&answer).unwrap(),
                is_whole: true,
            });
            Ok(())
        }
    }

    impl Camera for Phone {
        fn capture(&self, reply: Arc<PhotoReply>) -> Result<(), MobileError> {
            reply.done(Photo {
                path: "/photos/1.jpg".into(),
                media_type: "image/jpeg".into(),
            });
            Ok(())
        }
    }

    impl Biometric for Phone {
        fn confirm(
            &self,
            prompt: ConfirmPrompt,
            reply: Arc<ConfirmReply>,
        ) -> Result<(), MobileError> {
            match prompt.title.as_str() {
                "解锁" => reply.done(Confirmation::Confirmed),
                "broken" => return Err(broken("device-service")),
                _ => drop(reply),
            }
            Ok(())
        }
    }

    impl SecureScreen for Phone {
        fn protect(&self, protection: Protection) -> Result<(), MobileError> {
            match protection {
                Protection::Secure => Ok(()),
                Protection::Open => Err(broken("device-service")),
            }
        }
    }

    impl Observer for Phone {
        fn changed(&self, _kinds: Vec<String>) -> Result<(), MobileError> {
            Ok(())
        }
    }

    fn platform() -> Platform {
        let mut platform = Platform::new(Arc::new(Phone), Arc::new(Phone), Arc::new(Phone));
        platform.camera = Some(Arc::new(Phone));
        platform.biometric = Some(Arc::new(Phone));
        platform.screen = Some(Arc::new(Phone));
        platform
    }

    fn phone() -> (tempfile::TempDir, Arc<Replica>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        let replica = Replica::open(path, platform()).unwrap();
        replica.observe(Arc::new(Phone));
        (folder, replica)
    }

    fn ask(replica: &Replica, method: &str, params: &Value) -> Value {
        let request = json!({ "v": 1, "id": 7, "method": method, "params": params });
        let reply: Value = serde_json::from_str(&replica.dispatch(request.to_string())).unwrap();
        assert_eq!(reply["id"], 7, "{reply}");
        reply
    }

    fn error(replica: &Replica, method: &str, params: &Value) -> (String, String) {
        let reply = ask(replica, method, params);
        let text = |key: &str| reply["error"][key].as_str().unwrap_or_default().to_owned();
        (text("kind"), text("ref"))
    }

    #[test]
    fn a_fresh_device_reads_as_not_enrolled() {
        let (_folder, replica) = phone();
        let reply = ask(&replica, "device.read", &json!({}));
        assert_eq!(reply["ok"]["enrolled"], false);
        assert_eq!(reply["ok"]["unsent"], 0);
        assert_eq!(
            ask(&replica, "clock.read", &Value::Null)["ok"]["monotonic_ms"],
            7
        );
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_to_do() {
        let (_folder, replica) = phone();
        let stop = json!({ "stop": "01890a5d-ac96-774b-bcce-b302099a8057", "missing": "denied" });
        let expected = ("gone".to_owned(), "stop".to_owned());
        assert_eq!(error(&replica, "stop.check_in", &stop), expected);
        let expected = ("sign_in".to_owned(), "not-enrolled".to_owned());
        assert_eq!(error(&replica, "sync.run", &json!({})), expected);
    }

    #[test]
    fn a_server_that_is_away_or_says_no_is_told_apart() {
        let (_folder, replica) = phone();
        let enrol = |server: &str| {
            let params = json!({ "server_url": server, "code": "0123456789ABCDEFGHJKMNPQRS", "name": "李伟的手机" });
            error(&replica, "device.enrol", &params)
        };
        assert_eq!(enrol("https://away.example/").0, "retry");
        assert_ne!(enrol("https://there.example").0, "retry");
        assert_eq!(
            enrol("there.example"),
            ("fix".into(), "server-url-unusable".into())
        );
    }

    #[test]
    fn a_position_that_does_not_come_is_an_answer() {
        let (_folder, replica) = phone();
        for (timeout_ms, missing) in [(1, "timed_out"), (2, "unavailable"), (3, "denied")] {
            let reply = ask(
                &replica,
                "position.read",
                &json!({ "timeout_ms": timeout_ms }),
            );
            assert_eq!(reply["ok"]["missing"], missing, "{reply}");
        }
    }

    #[test]
    fn a_photo_is_a_file_or_a_reason() {
        let (_folder, replica) = phone();
        let reply = ask(&replica, "photo.capture", &Value::Null);
        assert_eq!(reply["ok"]["photo"]["path"], "/photos/1.jpg", "{reply}");
        let bare = Platform::new(Arc::new(Phone), Arc::new(Phone), Arc::new(Phone));
        let folder = tempfile::tempdir().unwrap();
        let bare = Replica::open(folder.path().display().to_string(), bare).unwrap();
        let reply = ask(&bare, "photo.capture", &Value::Null);
        assert_eq!(reply["ok"]["missing"], "unavailable", "{reply}");
    }

    #[test]
    fn only_the_owner_confirms() {
        let (_folder, replica) = phone();
        for (title, said) in [
            ("解锁", "confirmed"),
            ("silent", "cancelled"),
            ("broken", "unavailable"),
        ] {
            let prompt = json!({ "title": title, "cancel": "取消" });
            assert_eq!(
                ask(&replica, "owner.confirm", &prompt)["ok"],
                said,
                "{title}"
            );
        }
    }

    #[test]
    fn a_screen_that_cannot_be_protected_is_said() {
        let (_folder, replica) = phone();
        let protect = |word: &str| ask(&replica, "screen.protect", &json!({ "protection": word }));
        assert_eq!(protect("secure")["ok"], Value::Null);
        assert_eq!(protect("open")["error"]["ref"], "device-service");
        assert_eq!(protect("half")["error"]["ref"], "parameters");
    }

    #[test]
    fn without_a_replica_the_page_is_told_why() {
        let refused = |request: &str| {
            let error = MobileError::new(ErrorKind::Support, "newer-schema");
            serde_json::from_str::<Value>(&refusal(request, &error)).unwrap()
        };
        let expected = json!({ "kind": "support", "ref": "newer-schema" });
        let reply = refused(r#"{"v":1,"id":7,"method":"device.read"}"#);
        assert_eq!((&reply["id"], &reply["error"]), (&json!(7), &expected));
        assert_eq!(refused("{")["id"], 0);
    }

    #[test]
    fn a_panic_ends_the_call_and_not_the_replica() {
        let (_folder, replica) = phone();
        let expected = ("support".to_owned(), "panic".to_owned());
        assert_eq!(
            error(&replica, "position.read", &json!({ "timeout_ms": 0 })),
            expected
        );
        assert_eq!(
            ask(&replica, "device.read", &json!({}))["ok"]["enrolled"],
            false
        );
    }

    #[test]
    fn settings_are_kept_before_enrolment_and_what_needs_a_stop_is_refused() {
        let (_folder, replica) = phone();
        let chosen = json!({ "language": "en", "text_percent": 150, "theme": "dark" });
        assert_eq!(ask(&replica, "settings.keep", &chosen)["ok"], chosen);
        assert_eq!(ask(&replica, "settings.read", &Value::Null)["ok"], chosen);
        let record = ask(&replica, "device.record", &Value::Null);
        assert_eq!(record["ok"]["device"], Value::Null);
        let mut draft =
            json!({ "stop": "01890a5d-ac96-774b-bcce-b302099a8057", "form": "promise" });
        assert_eq!(ask(&replica, "draft.read", &draft)["ok"], Value::Null);
        assert_eq!(ask(&replica, "draft.drop", &draft)["ok"], Value::Null);
        draft["content"] = json!("{}");
        let expected = ("gone".to_owned(), "stop".to_owned());
        assert_eq!(error(&replica, "draft.keep", &draft), expected);
        let expected = ("fix".to_owned(), "nothing-unsent".to_owned());
        assert_eq!(error(&replica, "sync.export", &json!({})), expected);
    }

    /// A phone that is enrolled at a server that answers nothing else.
    fn enrolled() -> (tempfile::TempDir, Arc<Replica>) {
        let (folder, replica) = phone();
        drop(replica);
        let mut platform = platform();
        platform.http = Arc::new(EnrollingServer);
        let path = folder.path().display().to_string();
        let replica = Replica::open(path, platform).unwrap();
        let params = json!({ "server_url": "https://there.example", "code": "0123456789ABCDEFGHJKMNPQRS", "name": "李伟的手机" });
        let reply = ask(&replica, "device.enrol", &params);
        assert_eq!(reply["ok"]["enrolled"], true, "{reply}");
        (folder, replica)
    }

    #[test]
    fn while_locked_the_door_answers_the_lock_and_nothing_of_a_customer() {
        let (_folder, replica) = enrolled();
        let pin = json!({ "pin": "482793" });
        assert_eq!(ask(&replica, "lock.set", &pin)["ok"]["state"], "open");
        assert_eq!(
            ask(&replica, "lock.close", &Value::Null)["ok"]["state"],
            "closed"
        );
        let source = include_str!("dispatch.rs");
        let methods: Vec<&str> = source
            .lines()
            .filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" => "))
            .map(|(method, _)| method)
            .collect();
        assert!(methods.len() > 60, "{methods:?}");
        for method in methods {
            if !ANSWERED_WHILE_LOCKED.contains(&method) {
                let expected = ("sign_in".to_owned(), "locked".to_owned());
                assert_eq!(error(&replica, method, &json!({})), expected, "{method}");
            }
        }
        let entry = "01890000-0000-7000-8000-000000000001".to_owned();
        let refused = replica.paper_copy(entry).unwrap_err();
        assert_eq!(refused.parts(), (ErrorKind::SignIn, "locked"));
        let device = ask(&replica, "device.read", &Value::Null);
        assert_eq!(device["ok"]["user_name"], "李伟");

        let wrong = json!({ "pin": "739184" });
        assert_eq!(
            error(&replica, "lock.open", &wrong),
            ("fix".into(), "pin-wrong".into())
        );
        assert_eq!(ask(&replica, "lock.open", &pin)["ok"]["tries_left"], 10);
        assert_eq!(
            error(&replica, "stop.read", &json!({ "stop": 5 })).1,
            "parameters"
        );
    }

    #[test]
    fn only_the_platform_says_that_the_owner_confirmed() {
        let (_folder, replica) = enrolled();
        ask(&replica, "lock.set", &json!({ "pin": "482793" }));
        let chosen = json!({ "auto_lock_minutes": 1, "owner_unlocks": true });
        assert_eq!(ask(&replica, "lock.keep", &chosen)["ok"]["owner"], "ready");
        ask(&replica, "lock.close", &Value::Null);
        let prompt = |title: &str| json!({ "title": title, "cancel": "取消", "said": "confirmed" });
        assert_eq!(
            error(&replica, "lock.confirm", &prompt("other")).1,
            "owner-cancelled"
        );
        assert_eq!(
            error(&replica, "lock.confirm", &prompt("broken")).1,
            "owner-unavailable"
        );
        assert_eq!(
            ask(&replica, "lock.confirm", &prompt("解锁"))["ok"]["state"],
            "open"
        );
        let services = ask(&replica, "device.services", &Value::Null);
        assert_eq!(services["ok"], json!({ "camera": true, "owner": true }));
    }

    #[test]
    fn what_is_no_request_is_answered_too() {
        let (_folder, replica) = phone();
        assert_eq!(
            error(&replica, "stop.dance", &json!({})).1,
            "unknown-method"
        );
        assert_eq!(
            error(&replica, "stop.read", &json!({ "stop": 5 })),
            ("fix".into(), "parameters".into())
        );
        for request in ["", "{", "[]", r#"{"v":1}"#] {
            assert!(
                replica
                    .dispatch(request.to_owned())
                    .contains(r#""ref":"envelope""#),
                "{request}"
            );
        }
        assert!(
            replica
                .dispatch(r#"{"v":2,"id":9,"method":"device.read"}"#.into())
                .contains(r#""id":9"#)
        );
    }
}
