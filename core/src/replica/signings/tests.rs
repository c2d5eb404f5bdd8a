use std::fmt;

use rusqlite::Connection;

use super::*;
use crate::domain::legal_effect::NOT_ADVICE;
use crate::domain::money::{Currency, Money};
use crate::domain::signer::GuarantorNamed;
use crate::domain::time::Day;
use crate::journal::facts::{CopyForm, MemberStatement, ReasonCode, StrokeConsent};
use crate::papers::PaperDraft;
use crate::replica::fake::{FakeServer, Phone, STOP};
use crate::replica::tests::{at_the_door, begin, sign, stroke};
use crate::replica::{
    CopyRecord, DraftKeep, EffectAsked, GuarantorAsked, PaperRead, PostingRecord, RefusalRecord,
    RefusalWitness, SealRecord,
};
use crate::views::{Base64, Check, EntryDetail, SealStatus};

/// What a phone's camera gives, shortened.
const PHOTO: [u8; 5] = [0xff, 0xd8, 0xff, 0xe0, 0];
const FOUR_YEARS_MS: i64 = 4 * 366 * 86_400_000;

fn phone() -> Phone {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    phone
}

fn refused<T: fmt::Debug>(result: Result<T, ReplicaError>) -> &'static str {
    result.unwrap_err().reference()
}

fn yuan(text: &str) -> Money {
    Money::parse(Currency::Cny, text).unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn plan() -> PaperDraft {
    PaperDraft::Promise {
        instalments: vec![
            Instalment {
                amount: yuan("100000.00"),
                due: day("2026-07-31"),
            },
            Instalment {
                amount: yuan("50000.00"),
                due: day("2026-08-31"),
            },
        ],
    }
}

fn of(paper: PaperDraft) -> SigningBegin {
    let mut begin = begin(StrokeConsent::Given);
    begin.paper = paper;
    begin.signer.capacity = Capacity::LegalRepresentative;
    begin
}

fn draw_and_finish(phone: &Phone, signing: SigningId) -> EntryId {
    for _ in 0..2 {
        let stroke = stroke(12);
        phone
            .add_stroke(&SigningStroke { signing, stroke })
            .unwrap();
    }
    let finish = SigningFinish {
        signing,
        position: at_the_door(),
    };
    let sealed = phone.finish_signing(&finish).unwrap();
    assert_eq!(phone.finish_signing(&finish).unwrap(), sealed, "once");
    sealed.entry
}

fn signed(phone: &Phone, begin: &SigningBegin) -> EntryId {
    let signing = phone.begin_signing(begin).unwrap().signing;
    draw_and_finish(phone, signing)
}

#[test]
fn forms_about_a_paper_are_unfinished_or_recorded_and_never_both() {
    let phone = phone();
    let keep = |form, about: Option<EntryId>| {
        let of = OfDraft {
            about: about.map(|entry| entry.0),
            ..OfDraft::of(STOP, form)
        };
        let content = "{}".to_owned();
        phone.keep_draft(&DraftKeep { of, content }).unwrap();
    };
    let unfinished = || -> Vec<DraftForm> {
        let drafts = phone.stop(STOP).unwrap().drafts;
        drafts.iter().map(|row| row.form).collect()
    };
    keep(DraftForm::PromisePaper, None);
    let entry = signed(&phone, &of(plan()));
    assert_eq!(unfinished(), [], "the paper was put before the customer");
    for form in [DraftForm::Countersign, DraftForm::Seal, DraftForm::Copy] {
        keep(form, Some(entry));
    }
    let countersign = CountersignBegin {
        entry,
        role: CountersignRole::TeamMember,
        name: "张三".to_owned(),
        member: None,
        stroke_consent: StrokeConsent::Given,
    };
    phone.begin_countersigning(&countersign).unwrap();
    assert_eq!(unfinished(), [DraftForm::Seal, DraftForm::Copy]);
    let seal = SealRecord {
        entry,
        photo: Base64(PHOTO.to_vec()),
        reads: String::new(),
    };
    phone.record_seal(&seal).unwrap();
    let copy = CopyRecord {
        entry,
        person: "赵六".to_owned(),
        form: CopyForm::File,
    };
    phone.record_copy(&copy).unwrap();
    assert_eq!(unfinished(), []);
}

#[test]
fn a_signed_promise_paper_is_the_promise_too() {
    let phone = phone();
    let entry = signed(&phone, &of(plan()));
    let view = phone.signed(entry).unwrap();
    assert_eq!(view.paper, PaperKind::Promise);
    assert_eq!(view.render_model.template, "promise");
    assert_eq!(view.total, yuan("150000.00"));
    assert_eq!(view.instalments.len(), 2);
    assert_eq!(view.verification.statement, Check::Holds);
    let effect = view.effect.unwrap();
    assert_eq!(effect.lines.last().map(String::as_str), Some(NOT_ADVICE));
    assert_eq!(effect.last_day, Some(day("2029-07-16")));
    let stop = phone.stop(STOP).unwrap();
    let promised: Vec<(Option<EntryId>, &EntryDetail)> = stop
        .timeline
        .iter()
        .filter(|row| matches!(row.detail, EntryDetail::Promise { .. }))
        .map(|row| (row.amends, &row.detail))
        .collect();
    assert_eq!(promised.len(), 2);
    assert!(promised.iter().all(|(amends, _)| *amends == Some(entry)));
    assert_eq!(phone.verify_chain().unwrap(), 4);
}

#[test]
fn every_composed_paper_is_signed_as_it_was_read() {
    let phone = phone();
    let letter = PaperDraft::DemandLetterReceipt {
        number: "催函17".to_owned(),
    };
    for draft in [PaperDraft::Statement, PaperDraft::VisitReceipt, letter] {
        let read = PaperRead {
            stop: STOP,
            paper: draft.clone(),
            guarantors: Vec::new(),
        };
        let shown = phone.paper(&read).unwrap();
        assert_eq!(shown.findings, [], "{draft:?}");
        let view = phone.signed(signed(&phone, &of(draft))).unwrap();
        assert_eq!(view.render_model, shown.render_model);
        assert_eq!(view.paper, shown.kind);
        assert_eq!(view.verification.statement, Check::Holds);
    }
    assert_eq!(phone.stop(STOP).unwrap().signings.len(), 3);
}

#[test]
fn what_was_shown_as_effect_is_what_is_sealed() {
    let phone = phone();
    let asked = EffectAsked {
        stop: STOP,
        paper: PaperDraft::Statement,
        guarantors: vec![absent()],
        seal: SealCondition::Required,
        capacity: Capacity::DutyHolder,
        title: "财务".to_owned(),
    };
    let shown = phone.legal_effect(&asked).unwrap();
    assert!(!shown.is_insufficient);
    assert_eq!(shown.claim_last_day, Some(day("2029-06-01")));
    let mut begin = begin(StrokeConsent::Given);
    begin.guarantors = vec![absent()];
    begin.seal = SealCondition::Required;
    let view = phone.signed(signed(&phone, &begin)).unwrap();
    assert_eq!(view.effect, Some(shown.effect));
    assert_eq!(view.completeness.seal, SealStatus::Missing);
}

fn absent() -> GuarantorNamed {
    GuarantorNamed {
        name: "样例王某".to_owned(),
        signs: false,
    }
}

#[test]
fn an_expired_claim_takes_no_bare_statement_but_a_promise() {
    let phone = phone();
    phone.clock.advance(FOUR_YEARS_MS);
    let bare = phone.begin_signing(&of(PaperDraft::Statement));
    assert_eq!(refused(bare), "claim-expired-without-agreement");
    let promise = PaperDraft::Promise {
        instalments: vec![Instalment {
            amount: yuan("1.00"),
            due: day("2031-01-01"),
        }],
    };
    let view = phone.signed(signed(&phone, &of(promise))).unwrap();
    assert!(view.render_model.agrees_expressly());
}

#[test]
fn choices_are_kept_one_by_one() {
    let phone = phone();
    let mut unwilling = of(PaperDraft::Statement);
    unwilling.consents.agreed_method = Consent::Withheld;
    assert_eq!(
        refused(phone.begin_signing(&unwilling)),
        "agreed-method-withheld"
    );
    let mut private = of(PaperDraft::Statement);
    private.consents.personal_data = Consent::Withheld;
    let view = phone.signed(signed(&phone, &private)).unwrap();
    assert_eq!(view.position.missing, Some(MissingFix::Denied));
    assert_eq!(view.consents, Some(private.consents));
}

#[test]
fn bad_papers_and_guarantors_are_refused() {
    let phone = phone();
    let empty = PaperDraft::Promise {
        instalments: Vec::new(),
    };
    assert_eq!(
        refused(phone.begin_signing(&of(empty))),
        "instalments-missing"
    );
    let mut many = of(PaperDraft::Statement);
    many.guarantors = vec![absent(); 21];
    assert_eq!(refused(phone.begin_signing(&many)), "guarantors-too-many");
    many.guarantors = vec![GuarantorNamed {
        name: " ".to_owned(),
        signs: true,
    }];
    assert_eq!(
        refused(phone.begin_signing(&many)),
        "guarantor-name-unusable"
    );
    assert_eq!(phone.sync_status().unwrap().local, 0);
}

fn countersign(entry: EntryId, role: CountersignRole, name: &str) -> CountersignBegin {
    CountersignBegin {
        entry,
        role,
        name: name.to_owned(),
        member: None,
        stroke_consent: StrokeConsent::Given,
    }
}

#[test]
fn team_guarantor_seal_and_copy_are_bound_to_the_paper() {
    let phone = phone();
    let mut begin = of(plan());
    begin.guarantors = vec![GuarantorNamed {
        signs: true,
        ..absent()
    }];
    begin.seal = SealCondition::Required;
    let entry = signed(&phone, &begin);
    let before = phone.signed(entry).unwrap().completeness;
    assert_eq!(before.guarantors_missing, ["样例王某"]);
    assert_eq!(before.seal, SealStatus::Missing);

    let witness = countersign(entry, CountersignRole::TeamMember, "样例技术员");
    let open = phone.begin_countersigning(&witness).unwrap();
    assert_eq!((open.countersigns, open.effect), (Some(entry), None));
    draw_and_finish(&phone, open.signing);
    let guarantor = countersign(entry, CountersignRole::Guarantor, "样例王某");
    let open = phone.begin_countersigning(&guarantor).unwrap();
    let own = GuarantorAsked {
        name: "样例王某".to_owned(),
    };
    assert_eq!(
        open.effect,
        Some(phone.guarantor_effect(&own).unwrap().effect)
    );
    draw_and_finish(&phone, open.signing);
    assert_eq!(
        refused(phone.begin_countersigning(&guarantor)),
        "countersigned-already"
    );

    let sheet = phone.seal_sheet(entry).unwrap();
    assert_eq!(sheet.hash, phone.signed(entry).unwrap().hash);
    assert!(sheet.qr_svg.contains("<svg"));
    let seal = SealRecord {
        entry,
        photo: Base64(PHOTO.to_vec()),
        reads: "样例公司公章".to_owned(),
    };
    let bound = phone.record_seal(&seal).unwrap();
    assert_eq!(phone.record_seal(&seal).unwrap(), bound, "once");
    let copy = CopyRecord {
        entry,
        person: "赵六".to_owned(),
        form: CopyForm::File,
    };
    phone.record_copy(&copy).unwrap();

    let after = phone.signed(entry).unwrap().completeness;
    assert_eq!(after.countersigned.len(), 2);
    assert_eq!(after.guarantors_missing, Vec::<String>::new());
    assert_eq!(after.seal, SealStatus::Photographed);
    assert_eq!(after.copy_with.as_deref(), Some("赵六"));
    assert_eq!((after.parts_complete, after.parts_total), (0, 7));
    assert!(!after.is_complete, "nothing is on the server yet");
    phone.verify_chain().unwrap();
}

#[test]
fn what_cannot_be_bound_is_refused() {
    let phone = phone();
    let entry = sign(&phone).entry;
    let seal = |photo: &[u8]| SealRecord {
        entry,
        photo: Base64(photo.to_vec()),
        reads: String::new(),
    };
    for photo in [&b""[..], b"\x89PNG\r\n"] {
        assert_eq!(refused(phone.record_seal(&seal(photo))), "photo-unusable");
    }
    let large = vec![0xff; (3 << 20) + 1];
    assert_eq!(refused(phone.record_seal(&seal(&large))), "photo-too-large");
    let nobody = CopyRecord {
        entry,
        person: " ".to_owned(),
        form: CopyForm::Print,
    };
    assert_eq!(refused(phone.record_copy(&nobody)), "copy-person-missing");
    let check_in = phone.stop(STOP).unwrap().timeline[0].entry;
    let witness = countersign(check_in, CountersignRole::TeamMember, "样例技术员");
    assert_eq!(refused(phone.begin_countersigning(&witness)), "entry");
}

fn refusal() -> RefusalRecord {
    RefusalRecord {
        stop: STOP,
        person: "赵六".to_owned(),
        reason: ReasonCode::Delay,
        words: "月底再说".to_owned(),
        paper: plan(),
        members: vec![MemberStatement {
            name: "样例技术员".to_owned(),
            member: None,
            words: "出示了承诺书，对方看后不签。".to_owned(),
        }],
        label: Some("催款函".to_owned()),
        post_by: Some(day("2026-07-15")),
    }
}

#[test]
fn a_refusal_leads_to_a_letter_with_a_day() {
    let phone = phone();
    let script = phone.refusal_script(STOP).unwrap();
    assert_eq!(script.post_by, day("2026-07-15"));
    assert_eq!(script.act_by, Some(day("2029-05-31")));
    assert!(script.label.contains("¥386,420.00"), "{}", script.label);
    assert_eq!(script.team.len(), 2);
    let entry = phone.refuse(&refusal()).unwrap().entry;
    let waiting = phone.stop(STOP).unwrap().posting.unwrap();
    assert_eq!((waiting.posted, waiting.is_overdue), (None, false));
    phone.clock.advance(3 * 86_400_000);
    assert!(phone.stop(STOP).unwrap().posting.unwrap().is_overdue);
    let posted = PostingRecord {
        stop: STOP,
        refusal: entry,
        posted: day("2026-07-16"),
        number: "EX123456789CN".to_owned(),
    };
    phone.record_posting(&posted).unwrap();
    let done = phone.stop(STOP).unwrap().posting.unwrap();
    assert_eq!(done.posted, Some(day("2026-07-16")));
    assert!(!done.is_overdue);
}

#[test]
fn a_refusals_script_refuses_what_helps_nobody() {
    let phone = phone();
    let mut late = refusal();
    late.post_by = Some(day("2029-05-31"));
    assert_eq!(refused(phone.refuse(&late)), "posting-after-act-by");
    late.post_by = Some(day("2026-07-13"));
    assert_eq!(refused(phone.refuse(&late)), "day-in-the-past");
    let mut silent = refusal();
    silent.members[0].words.clear();
    assert_eq!(refused(phone.refuse(&silent)), "member-statement-missing");
    let entry = phone.refuse(&refusal()).unwrap().entry;
    let own = RefusalWitness {
        stop: STOP,
        refusal: entry,
        words: "我也在场".to_owned(),
    };
    assert_eq!(refused(phone.witness_refusal(&own)), "witnessed-own");
    let early = PostingRecord {
        stop: STOP,
        refusal: entry,
        posted: day("2026-07-20"),
        number: String::new(),
    };
    assert_eq!(
        refused(phone.record_posting(&early)),
        "posting-in-the-future"
    );
}

#[test]
fn a_signing_that_the_version_before_began_is_finished() {
    let mut phone = phone();
    let signing = phone
        .begin_signing(&begin(StrokeConsent::Given))
        .unwrap()
        .signing;
    let file = phone.folder().join("replica.sqlite");
    Connection::open(file)
        .unwrap()
        .execute_batch("drop table ceremonies; pragma user_version = 1;")
        .unwrap();
    phone.restart();
    let view = phone.signed(draw_and_finish(&phone, signing)).unwrap();
    assert_eq!((view.paper, view.effect), (PaperKind::StatementA, None));
    assert_eq!(view.verification.statement, Check::Holds);
}
