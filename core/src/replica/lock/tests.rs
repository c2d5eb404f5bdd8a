use std::fs;

use super::*;
use crate::domain::time::Clock as _;
use crate::journal::signer::SoftwareSigner;
use crate::replica::fake::{FakeServer, Phone, PlatformKeys, STOP, enrolment};
use crate::replica::tests::{arrival, sign};
use crate::replica::{ErrorKind, ExportOf, KeyVault, OfStop, PinText, VaultClosed};
use crate::store::{entries, outbox};
use crate::views::{LaneResult, ObjectState};

const PIN: &str = "482793";
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn text(pin: &str) -> PinText {
    PinText::from(pin.to_owned())
}

fn set(phone: &Phone, pin: &str) -> LockView {
    phone.set_pin(&PinSet { pin: text(pin) }).unwrap()
}

fn unlock(phone: &Phone, pin: &str) -> Result<LockView, ReplicaError> {
    phone.unlock(&PinTry { pin: text(pin) })
}

fn refusal<T: std::fmt::Debug>(result: Result<T, ReplicaError>) -> &'static str {
    result.unwrap_err().reference()
}

fn state(phone: &Phone) -> LockState {
    phone.lock().unwrap().state
}

/// A phone with a plan, a PIN, and its own key in a file.
fn locked_phone(server: &FakeServer) -> Phone {
    let mut phone = Phone::enrolled(1, server);
    phone.sync(server).unwrap();
    set(&phone, PIN);
    phone.restart();
    phone
}

/// Waits as long as it takes and types a wrong PIN.
fn wrong(phone: &Phone) -> &'static str {
    let wait = phone.lock().unwrap().wait_ms;
    phone.clock.advance(i64::try_from(wait).unwrap());
    refusal(unlock(phone, "739184"))
}

fn holds(phone: &Phone, secret: &[u8]) -> bool {
    fs::read_dir(phone.folder()).unwrap().any(|file| {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        bytes.windows(secret.len()).any(|part| part == secret)
    })
}

#[test]
fn a_pin_that_everybody_tries_is_refused_and_leaves_the_phone_open() {
    let phone = Phone::enrolled(1, &FakeServer::new());
    for (pin, why) in [
        ("123456", "pin-trivial"),
        ("870512", "pin-date"),
        ("4827", "pin-too-short"),
    ] {
        let error = phone.set_pin(&PinSet { pin: text(pin) }).unwrap_err();
        assert_eq!((error.kind(), error.reference()), (ErrorKind::Fix, why));
    }
    assert_eq!(state(&phone), LockState::Off);
    assert!(phone.folder().join("device.key").exists());
    phone.must_be_open().unwrap();
    assert_eq!(refusal(phone.lock_now()), "lock-is-off");
}

#[test]
fn a_phone_that_nobody_enrolled_has_nothing_to_lock() {
    let phone = Phone::new(1);
    assert_eq!(
        refusal(phone.set_pin(&PinSet { pin: text(PIN) })),
        "not-enrolled"
    );
}

#[test]
fn after_a_kill_nothing_is_signed_or_sent_before_the_pin() {
    let server = FakeServer::new();
    let mut phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    let key = fs::read(phone.folder().join("device.key")).unwrap();
    assert_eq!(set(&phone, PIN).state, LockState::Open);
    phone.check_in(&arrival()).unwrap();
    phone.restart();

    assert!(!holds(&phone, &key), "the key is in no file as it is");
    let view = phone.lock().unwrap();
    assert_eq!((view.state, view.sync_waits), (LockState::Closed, true));
    assert_eq!(refusal(phone.must_be_open()), "locked");
    assert_eq!(refusal(phone.check_out(&arrival())), "locked");
    assert_eq!(refusal(phone.sync(&server)), "locked");
    assert_eq!(phone.device().unwrap().unsent, 1);
    phone.signer().sign(b"anything").unwrap_err();

    assert_eq!(unlock(&phone, PIN).unwrap().state, LockState::Open);
    phone.check_out(&arrival()).unwrap();
    assert_eq!(phone.verify_chain().unwrap(), 2);
    let report = phone.sync(&server).unwrap();
    assert_eq!((report.push, report.admitted), (LaneResult::Done, 2));
}

#[test]
fn a_running_app_that_locked_itself_signs_nothing_and_goes_on_sending() {
    let server = FakeServer::new();
    let phone = locked_phone(&server);
    unlock(&phone, PIN).unwrap();
    phone.check_in(&arrival()).unwrap();
    phone.clock.advance(5 * MINUTE);
    assert_eq!(refusal(phone.must_be_open()), "locked");
    assert_eq!(refusal(phone.check_out(&arrival())), "locked");
    assert_eq!(phone.sync(&server).unwrap().admitted, 1);
}

#[test]
fn the_wait_grows_survives_a_kill_and_believes_no_wall_clock() {
    let server = FakeServer::new();
    let mut phone = locked_phone(&server);
    for left in [9, 8, 7] {
        assert_eq!(refusal(unlock(&phone, "739184")), "pin-wrong");
        assert_eq!(phone.lock().unwrap().tries_left, left);
    }
    let wait = phone.lock().unwrap().wait_ms;
    assert!((29_000..=30_000).contains(&wait), "{wait}");
    let error = unlock(&phone, PIN).unwrap_err();
    assert_eq!(
        (error.kind(), error.reference()),
        (ErrorKind::Wait, "pin-wait")
    );

    phone.restart();
    phone.clock.set(-24 * HOUR);
    assert_eq!(refusal(unlock(&phone, PIN)), "pin-wait");
    phone.clock.set(24 * HOUR);
    assert_eq!(refusal(unlock(&phone, PIN)), "pin-wait");
    assert_eq!(
        phone.lock().unwrap().tries_left,
        7,
        "a try too soon is none"
    );

    phone.clock.advance(20_000);
    phone.clock.reboot();
    phone.restart();
    phone.clock.advance(20_000);
    assert_eq!(
        refusal(unlock(&phone, PIN)),
        "pin-wait",
        "a start begins the wait anew"
    );
    phone.clock.advance(10_000);
    let view = unlock(&phone, PIN).unwrap();
    assert_eq!((view.state, view.tries_left), (LockState::Open, 10));
}

#[test]
fn nine_wrong_pins_take_half_a_day() {
    let phone = locked_phone(&FakeServer::new());
    let begun = phone.clock.read().monotonic_ms;
    for _try in 0..9 {
        assert_eq!(wrong(&phone), "pin-wrong");
    }
    let wait = phone.lock().unwrap().wait_ms;
    let took = phone.clock.read().monotonic_ms - begun + wait;
    assert!(took > 12 * 3_600_000, "{took}");
    assert_eq!(phone.lock().unwrap().tries_left, 1);
}

#[test]
fn the_tenth_wrong_pin_destroys_the_key_and_no_entry() {
    let server = FakeServer::new();
    let mut phone = locked_phone(&server);
    unlock(&phone, PIN).unwrap();
    phone.check_in(&arrival()).unwrap();
    let signed = sign(&phone);
    let sealed = phone
        .read(|connection| Ok(entries::sealed(connection, signed.entry)?))
        .unwrap();
    phone.restart();
    for _try in 0..9 {
        assert_eq!(wrong(&phone), "pin-wrong");
    }
    assert_eq!(wrong(&phone), "lock-spent");
    assert!(!phone.folder().join("lock.wrap").exists());
    for _start in 0..2 {
        phone.clock.advance(24 * HOUR);
        assert_eq!(refusal(unlock(&phone, PIN)), "lock-spent");
        assert_eq!(state(&phone), LockState::Spent);
        assert_eq!(refusal(phone.must_be_open()), "locked");
        phone.restart();
    }
    assert_eq!(phone.device().unwrap().unsent, 3);

    let _another = Phone::enrolled(2, &server);
    let key_before = phone.device_record().unwrap().key_fingerprint;
    phone.enrol(&enrolment(1), &server).unwrap();
    assert_eq!(state(&phone), LockState::Off);
    phone.must_be_open().unwrap();
    assert_ne!(phone.device_record().unwrap().key_fingerprint, key_before);
    let exported = phone.export(ExportOf::default()).unwrap();
    let payload = &sealed.as_ref().unwrap().payload;
    let is_in = |bytes: &[u8]| bytes.windows(payload.len()).any(|part| part == payload);
    assert!(
        is_in(&exported.content.0),
        "what was signed leaves as a file"
    );

    phone.sync(&server).unwrap();
    let (there, state) = phone
        .read(|connection| {
            let there = entries::sealed(connection, signed.entry)?;
            Ok((there, outbox::entry_state(connection, signed.entry)?))
        })
        .unwrap();
    assert_eq!(there, sealed, "and stays here, byte for byte");
    assert_eq!(state.unwrap().0, ObjectState::Held, "and at the server");
    phone.check_in(&arrival()).unwrap();
    set(&phone, "739184");
    phone.restart();
    unlock(&phone, "739184").unwrap();
    phone.check_out(&arrival()).unwrap();
}

#[test]
fn a_running_app_sends_everything_before_a_spent_phone_is_enrolled_again() {
    let server = FakeServer::new();
    let phone = locked_phone(&server);
    unlock(&phone, PIN).unwrap();
    let signed = sign(&phone);
    phone.lock_now().unwrap();
    for _try in 0..9 {
        assert_eq!(wrong(&phone), "pin-wrong");
    }
    assert_eq!(wrong(&phone), "lock-spent");
    let _another = Phone::enrolled(2, &server);
    phone.enrol(&enrolment(1), &server).unwrap();
    let state = phone.read(|connection| Ok(outbox::entry_state(connection, signed.entry)?));
    assert_eq!(state.unwrap().unwrap().0, ObjectState::Receipted);
}

#[test]
fn the_code_of_another_person_does_not_open_a_spent_phone() {
    let server = FakeServer::new();
    let phone = locked_phone(&server);
    for _try in 0..10 {
        wrong(&phone);
    }
    let refused = phone.enrol(&enrolment(2), &server);
    assert_eq!(refusal(refused), "code-of-another-person");
    assert_eq!(state(&phone), LockState::Spent);
}

#[test]
fn a_lock_file_that_somebody_removed_opens_nothing() {
    let phone = locked_phone(&FakeServer::new());
    fs::remove_file(phone.folder().join("lock.wrap")).unwrap();
    assert_eq!(refusal(unlock(&phone, PIN)), "lock-spent");
    assert_eq!(state(&phone), LockState::Spent);
}

#[test]
fn another_pin_opens_and_the_old_one_does_not() {
    let mut phone = locked_phone(&FakeServer::new());
    unlock(&phone, PIN).unwrap();
    let change = |old: &str, new: &str| {
        phone.change_pin(&PinChange {
            old: text(old),
            new: text(new),
        })
    };
    assert_eq!(refusal(change(PIN, "111111")), "pin-trivial");
    assert_eq!(refusal(change("739184", "602857")), "pin-wrong");
    assert_eq!(
        phone.lock().unwrap().tries_left,
        9,
        "it counts as any other"
    );
    change(PIN, "602857").unwrap();
    assert_eq!(phone.lock().unwrap().tries_left, 10);
    phone.restart();
    assert_eq!(refusal(unlock(&phone, PIN)), "pin-wrong");
    unlock(&phone, "６０２８５７").unwrap();
    phone.check_in(&arrival()).unwrap();
}

#[test]
fn the_app_locks_itself_when_nobody_touches_it() {
    let phone = locked_phone(&FakeServer::new());
    unlock(&phone, PIN).unwrap();
    for _touch in 0..5 {
        phone.clock.advance(4 * MINUTE);
        phone.used(InUse { in_ceremony: false }).unwrap();
    }
    let keep = |auto_lock_minutes| {
        phone.keep_lock(LockChosen {
            auto_lock_minutes,
            owner_unlocks: false,
        })
    };
    assert_eq!(refusal(keep(0)), "auto-lock-unusable");
    assert!(keep(1).unwrap().idle_ms <= 60_000);
    phone.clock.advance(MINUTE);
    assert_eq!(state(&phone), LockState::Closed);
    assert_eq!(
        refusal(phone.used(InUse { in_ceremony: false })),
        "locked",
        "a touch opens nothing"
    );
}

#[test]
fn it_does_not_lock_under_a_customers_pen_and_does_in_the_background() {
    let phone = locked_phone(&FakeServer::new());
    unlock(&phone, PIN).unwrap();
    phone.used(InUse { in_ceremony: true }).unwrap();
    phone.clock.advance(29 * MINUTE);
    phone.must_be_open().unwrap();
    phone.left();
    phone.clock.advance(4 * MINUTE);
    phone.returned();
    phone.must_be_open().unwrap();
    phone.clock.advance(2 * MINUTE);
    phone.returned();
    assert_eq!(refusal(phone.must_be_open()), "locked");
    unlock(&phone, PIN).unwrap();
    phone.used(InUse { in_ceremony: true }).unwrap();
    phone.clock.advance(31 * MINUTE);
    assert_eq!(state(&phone), LockState::Closed, "nobody reads for so long");
}

#[test]
fn an_open_ceremony_and_its_strokes_outlast_the_lock() {
    let mut phone = locked_phone(&FakeServer::new());
    unlock(&phone, PIN).unwrap();
    let begun = phone
        .begin_signing(&crate::replica::tests::begin(
            crate::journal::facts::StrokeConsent::Given,
        ))
        .unwrap();
    phone
        .add_stroke(&crate::replica::SigningStroke {
            signing: begun.signing,
            stroke: crate::replica::tests::stroke(14),
        })
        .unwrap();
    phone.lock_now().unwrap();
    phone.restart();
    unlock(&phone, PIN).unwrap();
    let OfStop { stop } = OfStop { stop: STOP };
    let found = phone.signing(stop).unwrap().unwrap();
    assert_eq!((found.signing, found.strokes.len()), (begun.signing, 1));
}

#[test]
fn a_power_cut_while_the_lock_is_turned_on_leaves_the_key() {
    let server = FakeServer::new();
    let mut phone = Phone::enrolled(1, &server);
    let key = fs::read(phone.folder().join("device.key")).unwrap();
    // Before the store knew of it.
    fs::write(phone.folder().join("lock.wrap"), [0, 1, 2]).unwrap();
    phone.restart();
    assert_eq!(state(&phone), LockState::Off);
    assert!(!phone.folder().join("lock.wrap").exists());
    // After the store knew of it.
    set(&phone, PIN);
    fs::write(phone.folder().join("device.key"), &key).unwrap();
    phone.restart();
    assert_eq!(state(&phone), LockState::Closed);
    assert!(!holds(&phone, &key));
    unlock(&phone, PIN).unwrap();
    phone.sync(&server).unwrap();
}

#[derive(Debug)]
struct Mask;

impl KeyVault for Mask {
    fn wrap(&self, plain: &[u8]) -> Result<Vec<u8>, VaultClosed> {
        Ok(plain.iter().map(|byte| byte ^ 0x5A).collect())
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultClosed> {
        self.wrap(wrapped).map(Zeroizing::new)
    }
}

#[test]
fn a_copied_folder_is_no_use_without_the_key_store_even_with_the_pin() {
    let server = FakeServer::new();
    let vault: Arc<dyn KeyVault> = Arc::new(Mask);
    let keys = PlatformKeys {
        vault: Some(vault),
        signer: None,
    };
    let mut phone = Phone::with_keys(1, keys);
    phone.enrol(&enrolment(1), &server).unwrap();
    assert!(phone.folder().join("device.key.wrapped").exists());
    set(&phone, PIN);
    phone.restart();
    assert!(!phone.folder().join("device.key.wrapped").exists());
    let wrap = fs::read(phone.folder().join("lock.wrap")).unwrap();
    assert!(
        PinWrap::from_bytes(&wrap[1..]).is_err(),
        "the vault is around it"
    );
    unlock(&phone, PIN).unwrap();
    phone.sync(&server).unwrap();

    for _try in 0..10 {
        phone.lock_now().unwrap();
        wrong(&phone);
    }
    phone.restart();
    let _another = Phone::enrolled(2, &server);
    phone.enrol(&enrolment(1), &server).unwrap();
    assert!(
        phone.folder().join("device.key.wrapped").exists(),
        "the new key too"
    );
    phone.restart();
    phone.sync(&server).unwrap();
}

#[test]
fn a_phone_whose_platform_signs_goes_on_sending_while_it_is_locked() {
    let server = FakeServer::new();
    let signer: Arc<dyn DeviceSigner> = Arc::new(SoftwareSigner::from_bytes(&[5; 32]).unwrap());
    let keys = PlatformKeys {
        signer: Some(signer),
        vault: None,
    };
    let mut phone = Phone::with_keys(1, keys);
    phone.enrol(&enrolment(1), &server).unwrap();
    phone.sync(&server).unwrap();
    set(&phone, PIN);
    phone
        .keep_lock(LockChosen {
            auto_lock_minutes: 1,
            owner_unlocks: true,
        })
        .unwrap();
    phone.check_in(&arrival()).unwrap();
    phone.restart();
    assert!(!phone.lock().unwrap().sync_waits);
    assert_eq!(phone.sync(&server).unwrap().admitted, 1);
    assert_eq!(refusal(phone.check_out(&arrival())), "locked");
    assert_eq!(phone.lock().unwrap().owner, OwnerUnlock::Ready);
    assert_eq!(phone.unlock_for_owner().unwrap().state, LockState::Open);
    phone.check_out(&arrival()).unwrap();
    for _try in 0..10 {
        phone.lock_now().unwrap();
        wrong(&phone);
    }
    assert_eq!(refusal(phone.unlock_for_owner()), "lock-spent");
    assert_eq!(
        phone.sync(&server).unwrap().admitted,
        1,
        "work is sent all the same"
    );
    let _another = Phone::enrolled(2, &server);
    phone.enrol(&enrolment(1), &server).unwrap();
    phone.check_in(&arrival()).unwrap();
}

#[test]
fn the_owners_finger_opens_what_the_pin_opened_since_the_start() {
    let mut phone = locked_phone(&FakeServer::new());
    unlock(&phone, PIN).unwrap();
    assert_eq!(
        refusal(phone.unlock_for_owner()),
        "pin-first",
        "it was not chosen"
    );
    phone
        .keep_lock(LockChosen {
            auto_lock_minutes: 5,
            owner_unlocks: true,
        })
        .unwrap();
    phone.lock_now().unwrap();
    assert_eq!(phone.unlock_for_owner().unwrap().state, LockState::Open);
    phone.restart();
    assert_eq!(phone.lock().unwrap().owner, OwnerUnlock::AfterPin);
    assert_eq!(refusal(phone.unlock_for_owner()), "pin-first");
}
