//! A rep's day on one phone without a network, and what a killed app finds again.

use std::fmt;
use std::sync::{Arc, Mutex};

use minicbor::bytes::ByteVec;
use rusqlite::Connection;

use crate::domain::ids::EntryId;
use crate::domain::money::{Currency, Money};
use crate::domain::position::{Crs, FixSource, RawFix};
use crate::domain::signer::{Capacity, SealCondition};
use crate::journal::Scope;
use crate::journal::facts::{
    Consent, Consents, MissingFix, OutcomeKind, PositionReport, ReasonCode, Signer, StrokeConsent,
    Viewing,
};
use crate::papers::PaperDraft;
use crate::rendition::{Typeface, USUAL_PLACES};
use crate::replica::fake::{FakeServer, Phone, STOP};
use crate::replica::*;
use crate::views::{
    Check, EffectAnswer, EntryDetail, Fence, ObjectState, SigningState, StopStatus, StrokeRow,
};

pub(crate) fn at_the_door() -> PositionReport {
    PositionReport::Fix(RawFix {
        lat_e7: 399_151_000,
        lon_e7: 1_164_041_000,
        crs: Crs::Wgs84,
        accuracy_mm: 30_500,
        age_ms: 900,
        provider: "gps".to_owned(),
        source: FixSource::Measured,
    })
}

pub(crate) fn arrival() -> Presence {
    Presence {
        stop: STOP,
        position: at_the_door(),
    }
}

pub(crate) fn begin(consent: StrokeConsent) -> SigningBegin {
    SigningBegin {
        stop: STOP,
        signer: Signer {
            name: "赵六".to_owned(),
            title: "财务".to_owned(),
            capacity: Capacity::DutyHolder,
            proof: "名片".to_owned(),
        },
        stroke_consent: consent,
        consents: Consents {
            agreed_method: Consent::Given,
            personal_data: Consent::Given,
        },
        viewing: Viewing {
            opened_ms: 10,
            scrolled_to_end_ms: Some(20),
            total_confirmed_ms: Some(30),
        },
        paper: PaperDraft::Statement,
        guarantors: Vec::new(),
        seal: SealCondition::NotAgreed,
    }
}

pub(crate) fn stroke(points: i32) -> StrokeRow {
    StrokeRow {
        pointer: "touch".to_owned(),
        cancelled: false,
        x: (0..points).map(|at| at * 150).collect(),
        y: (0..points).map(|at| at * at % 70 * 10).collect(),
        t: (0..points).map(|at| i64::from(at) * 8).collect(),
        p: (0..points).map(|_at| 512).collect(),
    }
}

pub(crate) fn edit(field: &str, value: &str) -> StopEdit {
    StopEdit {
        stop: STOP,
        field: field.to_owned(),
        value: value.to_owned(),
        base: None,
    }
}

fn promise(amount: &str) -> PromiseRecord {
    PromiseRecord {
        stop: STOP,
        amount: Money::parse(Currency::Cny, amount).unwrap(),
        due: "2026-08-15".parse().unwrap(),
        signer: None,
    }
}

/// Signs with two strokes and finishes.
pub(crate) fn sign(phone: &Phone) -> Recorded {
    let signing = phone.begin_signing(&begin(StrokeConsent::Given)).unwrap();
    for points in [9, 14] {
        let stroke = stroke(points);
        let signing = signing.signing;
        phone
            .add_stroke(&SigningStroke { signing, stroke })
            .unwrap();
    }
    phone
        .finish_signing(&SigningFinish {
            signing: signing.signing,
            position: at_the_door(),
        })
        .unwrap()
}

fn refused<T: fmt::Debug>(result: Result<T, ReplicaError>) -> (ErrorKind, &'static str) {
    let error = result.unwrap_err();
    (error.kind(), error.reference())
}

#[test]
fn an_unenrolled_phone_says_so() {
    let phone = Phone::new(1);
    assert!(!phone.device().unwrap().enrolled);
    assert_eq!(
        refused(phone.today(Page::default())),
        (ErrorKind::SignIn, "not-enrolled")
    );
}

#[test]
fn the_key_file_is_the_owners_alone_and_stays_the_same() {
    let mut phone = Phone::new(1);
    let path = phone.folder().join("device.key");
    let before = std::fs::read(&path).unwrap();
    phone.restart();
    assert_eq!(std::fs::read(&path).unwrap(), before);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_store_of_a_newer_program_is_refused_but_its_work_can_be_exported() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    phone.check_in(&arrival()).unwrap();
    let file = phone.folder().join("replica.sqlite");
    let connection = Connection::open(file).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    let devices = Devices {
        clock: Arc::<fake::TestClock>::clone(&phone.clock),
        signer: None,
        vault: None,
        random: Arc::new(OsRandom),
    };
    let error = Replica::open(phone.folder(), devices).unwrap_err();
    assert!(matches!(
        error,
        ReplicaError::NewerSchema {
            found: 99,
            known: store::SCHEMA_VERSION,
        }
    ));
    let exported = export_unsent(phone.folder()).unwrap();
    let (version, envelopes, parts): (u8, Vec<ByteVec>, Vec<ByteVec>) =
        minicbor::decode(&exported).unwrap();
    assert_eq!((version, envelopes.len(), parts.len()), (1, 1, 0));
}

#[test]
fn the_morning_brings_the_plan_ready_for_offline() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    assert!(phone.today(Page::default()).unwrap().plans.is_empty());
    phone.sync(&server).unwrap();
    let today = phone.today(Page::default()).unwrap();
    let plan = &today.plans[0];
    assert_eq!((plan.ready, plan.missing_parts, plan.stops), (true, 0, 1));
    assert_eq!(plan.team, ["张三", "李四"]);
    let row = &today.stops[0];
    assert_eq!(row.total.unwrap().to_string(), "386420.00");
    assert_eq!(row.days_past_due, Some(44));
    assert_eq!(row.bucket.as_deref(), Some("31-60"));
    assert_eq!((row.status, row.state), (StopStatus::Planned, None));
    assert_eq!(today.stops_total, 1);
    let statement = phone.statement(STOP).unwrap();
    assert_eq!(statement.total_words, "叁拾捌万陆仟肆佰贰拾元整");
    assert_eq!(statement.hash_short.len(), 8);
}

#[test]
fn a_day_without_a_network_is_all_there() {
    let server = FakeServer::new();
    let mut phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    phone.check_in(&arrival()).unwrap();
    let signed = sign(&phone);
    phone.promise(&promise("100000.00")).unwrap();
    let second = phone.promise(&promise("120000.00")).unwrap();
    phone.edit_stop(&edit("notes", "见到财务赵六。")).unwrap();
    phone.edit_stop(&edit("reason", "delay")).unwrap();
    let outcome = OutcomeRecord {
        stop: STOP,
        kind: OutcomeKind::Signed,
        reason: Some(ReasonCode::Delay),
        summary: "已签字".to_owned(),
    };
    phone.outcome(&outcome).unwrap();
    phone.check_out(&arrival()).unwrap();
    phone.restart();

    let stop = phone.stop(STOP).unwrap();
    assert_eq!(stop.notes, "见到财务赵六。");
    assert_eq!(stop.reason, "delay");
    assert_eq!(stop.row.status, StopStatus::Left);
    assert_eq!(stop.row.outcome, Some(OutcomeKind::Signed));
    assert_eq!(stop.row.promise.as_ref().unwrap().entry, second.entry);
    assert_eq!(stop.row.state, Some(ObjectState::Local));
    assert!(stop.row.is_signed);
    let check_in = stop.check_in.unwrap();
    assert_eq!(check_in.fence, Fence::Inside);
    assert_eq!(
        (check_in.accuracy_m, check_in.distance_m),
        (Some(31), Some(14))
    );
    assert_eq!(stop.signings[0].entry, signed.entry);
    assert_eq!(phone.verify_chain().unwrap(), 7);
    // Check-in, statement shown, acknowledgement, two promises, outcome, check-out.
    assert_eq!(stop.timeline.len(), 7);
    let status = phone.sync_status().unwrap();
    assert!(!status.safe_to_close);
    assert_eq!((status.local, status.parts_waiting), (8, 2));
}

#[test]
fn a_repeated_command_answers_the_entry_that_is_there() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    let first = phone.check_in(&arrival()).unwrap();
    assert_eq!(phone.check_in(&arrival()).unwrap(), first);
    let refusal = RefusalRecord {
        stop: STOP,
        person: "赵六".to_owned(),
        reason: ReasonCode::Quality,
        words: "质量有问题".to_owned(),
        paper: PaperDraft::Statement,
        members: Vec::new(),
        label: None,
        post_by: None,
    };
    let refusals = [
        phone.refuse(&refusal).unwrap(),
        phone.refuse(&refusal).unwrap(),
    ];
    assert_eq!(refusals[0], refusals[1]);
    let promises = [
        phone.promise(&promise("5.00")).unwrap(),
        phone.promise(&promise("5.00")).unwrap(),
    ];
    assert_eq!(promises[0], promises[1]);
    let out = phone.check_out(&arrival()).unwrap();
    assert_eq!(phone.check_out(&arrival()).unwrap(), out);
    let again = phone.check_in(&arrival()).unwrap();
    assert_ne!(again, first, "a second arrival is an arrival");
    assert_eq!(phone.stop(STOP).unwrap().timeline.len(), 5);
}

#[test]
fn bad_input_says_what_to_change() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    let fix = |reference| (ErrorKind::Fix, reference);
    assert_eq!(refused(phone.check_out(&arrival())), fix("not-checked-in"));
    assert_eq!(
        refused(phone.promise(&promise("0.00"))),
        fix("amount-not-positive")
    );
    let mut late = promise("1.00");
    late.due = "2026-07-13".parse().unwrap();
    assert_eq!(refused(phone.promise(&late)), fix("day-in-the-past"));
    assert_eq!(
        refused(phone.edit_stop(&edit("amount", "1"))),
        fix("unknown-field")
    );
    assert_eq!(
        refused(phone.edit_stop(&edit("reason", "lazy"))),
        fix("unknown-reason")
    );
    let mut unconfirmed = begin(StrokeConsent::Given);
    unconfirmed.viewing.total_confirmed_ms = None;
    assert_eq!(
        refused(phone.begin_signing(&unconfirmed)),
        fix("total-not-confirmed")
    );
    let mut nameless = begin(StrokeConsent::Given);
    nameless.signer.name = "  ".to_owned();
    assert_eq!(
        refused(phone.begin_signing(&nameless)),
        fix("signer-name-missing")
    );
    let elsewhere = Presence {
        stop: crate::domain::ids::StopId(fake::id(7)),
        position: PositionReport::Missing(MissingFix::Denied),
    };
    assert_eq!(
        refused(phone.check_in(&elsewhere)),
        (ErrorKind::Gone, "stop")
    );
    assert_eq!(
        phone.sync_status().unwrap().local,
        0,
        "nothing was recorded"
    );
}

#[test]
fn killed_while_signing_loses_no_stroke() {
    let server = FakeServer::new();
    let mut phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    let signing = phone
        .begin_signing(&begin(StrokeConsent::Given))
        .unwrap()
        .signing;
    phone.restart();
    for drawn in 1..=3 {
        let taken = SigningStroke {
            signing,
            stroke: stroke(8),
        };
        phone.add_stroke(&taken).unwrap();
        phone.restart();
        let view = phone.signing(STOP).unwrap().unwrap();
        assert_eq!(view.strokes.len(), drawn);
        assert_eq!(view.strokes.last(), Some(&stroke(8)));
    }
    phone.undo_stroke(signing).unwrap();
    phone.restart();
    assert_eq!(phone.signing(STOP).unwrap().unwrap().strokes.len(), 2);
    let resumed = phone.begin_signing(&begin(StrokeConsent::Given)).unwrap();
    assert_eq!((resumed.signing, resumed.strokes.len()), (signing, 2));
    let finish = SigningFinish {
        signing,
        position: at_the_door(),
    };
    let sealed = phone.finish_signing(&finish).unwrap();
    phone.restart();
    assert_eq!(phone.finish_signing(&finish).unwrap(), sealed);
    assert_eq!(phone.signing(STOP).unwrap(), None);
    let signed: Vec<_> = phone.stop(STOP).unwrap().signings;
    assert_eq!(signed.len(), 1);
}

#[test]
fn a_signature_that_is_none_is_refused() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    let signing = phone
        .begin_signing(&begin(StrokeConsent::Given))
        .unwrap()
        .signing;
    let finish = SigningFinish {
        signing,
        position: PositionReport::Missing(MissingFix::TimedOut),
    };
    let too_short = (ErrorKind::Fix, "signature-too-short");
    assert_eq!(refused(phone.finish_signing(&finish)), too_short);
    let view = phone
        .add_stroke(&SigningStroke {
            signing,
            stroke: stroke(5),
        })
        .unwrap();
    assert!(!view.is_long_enough);
    assert_eq!(refused(phone.finish_signing(&finish)), too_short);
    let mut other = begin(StrokeConsent::Given);
    other.signer.name = "别人".to_owned();
    assert_eq!(
        refused(phone.begin_signing(&other)),
        (ErrorKind::Fix, "signing-open")
    );
    phone.abandon_signing(signing).unwrap();
    phone.abandon_signing(signing).unwrap();
    assert_eq!(
        refused(phone.finish_signing(&finish)),
        (ErrorKind::Gone, "signing")
    );
    let other = phone.begin_signing(&other).unwrap();
    assert_eq!((other.state, other.strokes.len()), (SigningState::Open, 0));
}

#[test]
fn the_signed_paper_reads_as_it_was_shown_and_verifies() {
    let server = FakeServer::new();
    let mut phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    let shown = phone.statement(STOP).unwrap();
    let entry = sign(&phone).entry;
    phone.restart();
    let paper = phone.signed(entry).unwrap();
    assert_eq!(paper.render_model, shown.render_model);
    assert_eq!(paper.render_model_digest, shown.render_model_digest);
    assert_eq!(paper.total, shown.total);
    assert!(paper.image_svg.unwrap().starts_with("<svg "));
    let verification = paper.verification;
    assert_eq!(verification.signature, Check::Holds);
    assert_eq!(verification.statement, Check::Holds);
    assert_eq!(verification.strokes, Check::Holds);
    assert_eq!(verification.image, Check::Holds);
    assert_eq!(verification.receipt, Check::Unknown, "nothing was sent yet");
    phone.sync(&server).unwrap();
    let paper = phone.signed(entry).unwrap();
    assert_eq!(paper.verification.receipt, Check::Holds);
    assert_eq!(paper.state, ObjectState::Receipted);
}

#[test]
fn a_signed_paper_is_handed_over_as_a_file_before_anything_is_sent() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    let entry = sign(&phone).entry;
    let font = std::fs::read(USUAL_PLACES[0]).expect("install fonts-noto-cjk");
    let typeface = Typeface::read(font).unwrap();
    let copy = phone.rendition(entry, &typeface).unwrap();
    let code = phone.signed(entry).unwrap().verification_code;
    assert!(
        copy.file_name
            .ends_with(&format!("{}.pdf", code.replace('-', "")))
    );
    assert_eq!(phone.rendition(entry, &typeface).unwrap(), copy);
    let nobody = EntryId::from_bytes([9; 16]);
    assert_eq!(
        refused(phone.rendition(nobody, &typeface)),
        (ErrorKind::Gone, "entry")
    );
}

#[test]
fn a_changed_byte_of_a_part_shows() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    let entry = sign(&phone).entry;
    phone
        .commit("tamper", |commit| {
            commit.tx.execute("update parts set content = x'00'", [])?;
            Ok(())
        })
        .unwrap();
    let verification = phone.signed(entry).unwrap().verification;
    assert_eq!(
        (verification.strokes, verification.image),
        (Check::Broken, Check::Broken)
    );
    assert_eq!(verification.signature, Check::Holds);
}

#[test]
fn a_changed_byte_of_the_chain_shows() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    phone.check_in(&arrival()).unwrap();
    phone.check_out(&arrival()).unwrap();
    phone
        .commit("tamper", |commit| {
            let change = "update sealed_entries set payload = (select payload from sealed_entries where seq = 2)
                where seq = 1";
            commit.tx.execute(change, [])?;
            Ok(())
        })
        .unwrap();
    assert!(matches!(
        phone.verify_chain(),
        Err(ReplicaError::Damaged(_))
    ));
}

#[test]
fn without_consent_no_dynamics_are_stored() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    let signing = phone
        .begin_signing(&begin(StrokeConsent::Withheld))
        .unwrap()
        .signing;
    let view = phone
        .add_stroke(&SigningStroke {
            signing,
            stroke: stroke(20),
        })
        .unwrap();
    assert!(view.strokes[0].t.is_empty() && view.strokes[0].p.is_empty());
    assert_eq!(view.strokes[0].x.len(), 20);
}

#[test]
fn what_a_signature_does_depends_on_the_capacity() {
    let of = |capacity| Replica::effects(EffectsOf { capacity });
    let duty_holder = of(Capacity::DutyHolder);
    let answers: Vec<_> = duty_holder.iter().map(|row| row.answer).collect();
    assert_eq!(
        answers,
        [
            EffectAnswer::NeedsProof,
            EffectAnswer::NeedsProof,
            EffectAnswer::No
        ]
    );
    assert!(
        of(Capacity::NaturalPerson)
            .iter()
            .all(|row| row.answer == EffectAnswer::Yes)
    );
}

#[test]
fn a_send_back_is_answered_by_a_linked_amendment() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    let made = phone.promise(&promise("100.00")).unwrap();
    phone.sync(&server).unwrap();
    let sent_back = server.send_back(made.entry, phone.clock.read().wall);
    phone.sync(&server).unwrap();
    let stop = phone.stop(STOP).unwrap();
    assert_eq!(stop.row.open_send_backs, 1);
    assert_eq!(stop.sent_backs[0].author_name, "王经理");
    let answer = SendBackAnswer {
        stop: STOP,
        sent_back,
        text: "电话 010-1234567".to_owned(),
    };
    let amendment = phone.answer_send_back(&answer).unwrap();
    assert_eq!(phone.answer_send_back(&answer).unwrap(), amendment);
    let stop = phone.stop(STOP).unwrap();
    assert_eq!(stop.row.open_send_backs, 0);
    assert_eq!(
        stop.sent_backs[0].answer.as_deref(),
        Some("电话 010-1234567")
    );
    assert_eq!(stop.sent_backs[0].answer_state, Some(ObjectState::Local));
    let row = stop
        .timeline
        .iter()
        .find(|row| row.entry == amendment.entry)
        .unwrap();
    assert_eq!(row.amends, Some(made.entry));
    assert!(matches!(row.detail, EntryDetail::Amendment { .. }));
}

#[test]
fn observers_hear_of_commits_and_of_nothing_else() {
    #[derive(Default)]
    struct Heard(Mutex<Vec<Vec<Kind>>>);
    impl Observer for Heard {
        fn changed(&self, kinds: &[Kind]) {
            self.0.lock().unwrap().push(kinds.to_vec());
        }
    }
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    let heard = Arc::new(Heard::default());
    phone.observe(Arc::<Heard>::clone(&heard));
    phone.promise(&promise("-1.00")).unwrap_err();
    phone.check_out(&arrival()).unwrap_err();
    assert!(heard.0.lock().unwrap().is_empty());
    phone.check_in(&arrival()).unwrap();
    assert_eq!(*heard.0.lock().unwrap(), [[Kind::Stops, Kind::Sync]]);
}

#[test]
fn a_revoked_plan_waits_for_the_signature_that_is_being_written() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    let signing = phone.begin_signing(&begin(StrokeConsent::Given)).unwrap();
    for points in [9, 14] {
        phone
            .add_stroke(&SigningStroke {
                signing: signing.signing,
                stroke: stroke(points),
            })
            .unwrap();
    }
    for scope in [
        Scope::Customer(fake::CUSTOMER),
        Scope::Stop(STOP),
        Scope::Plan(fake::PLAN),
    ] {
        server.revoke(scope);
    }
    phone.sync(&server).unwrap();
    phone.sync(&server).unwrap();
    phone
        .finish_signing(&SigningFinish {
            signing: signing.signing,
            position: at_the_door(),
        })
        .unwrap();
    phone.sync(&server).unwrap();
    assert_eq!((server.entries(), server.blobs()), (2, 2));
    assert_eq!(refused(phone.stop(STOP)), (ErrorKind::Gone, "stop"));
}

#[test]
fn an_older_version_of_a_plan_that_arrives_last_changes_nothing() {
    let server = FakeServer::new();
    server.approve_empty_plan();
    server.approve_first_plan_again();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    assert_eq!(refused(phone.stop(STOP)), (ErrorKind::Gone, "stop"));
}

#[test]
fn a_revoked_plan_goes_only_after_the_work_on_it_was_sent() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    sign(&phone);
    server.revoke(Scope::Plan(fake::PLAN));
    server.next_time("/sync/v1/push", fake::Fault::Unreachable);
    phone.sync(&server).unwrap();
    assert!(phone.stop(STOP).is_ok(), "unsent work keeps the stop");
    let report = phone.sync(&server).unwrap();
    assert_eq!(report.admitted, 2);
    assert_eq!(server.blobs(), 2);
    assert_eq!(refused(phone.stop(STOP)), (ErrorKind::Gone, "stop"));
    assert!(phone.today(Page::default()).unwrap().plans.is_empty());
}
