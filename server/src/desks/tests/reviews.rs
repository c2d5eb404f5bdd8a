use countersign_core::documents::{Edit, Writer};
use countersign_core::domain::ids::{ChainId, DocumentId, EntryId, StopId};
use countersign_core::domain::money::{Currency, Money};
use countersign_core::domain::signer::Capacity;
use countersign_core::journal::facts::{
    Acknowledgement, Amendment, Fact, MissingFix, Outcome, OutcomeKind, PaperKind, Part,
    PositionReport, PromiseMade, Signer, StrokeConsent, Viewing,
};
use countersign_core::journal::seal::SealedEntry;
use countersign_core::journal::{ChainHead, DeviceSigner as _, Entry, Scope, SoftwareSigner};
use countersign_core::protocol::push::Run;
use countersign_core::rendition::{Typeface, USUAL_PLACES};
use countersign_core::snapshots::Snapshot;
use countersign_core::views::{Check, EntryDetail};
use uuid::Uuid;

use super::plans::Cast;
use super::*;
use crate::auth::devices::Introduction;
use crate::desks::{NewSentBack, PlanEdit, ReviewState, VerificationStep};
use crate::organisation::Item;

/// A phone that writes entries; the network is left out.
struct Phone {
    signer: SoftwareSigner,
    chain: ChainId,
    author: UserId,
    head: ChainHead,
}

impl Phone {
    fn of(cast: &Cast, desk: &Desk) -> Self {
        let signer = SoftwareSigner::generate().unwrap();
        let accounts = cast.office.organisation.accounts();
        let now = Instant::from_ms(MORNING_MS);
        let name = format!("admin-{}", user_of(desk));
        let admin = cast.office.somebody(&name, &[Role::Admin]);
        let code = admin.issue_enrolment_code(user_of(desk)).unwrap();
        let device = accounts
            .enrol(
                Introduction {
                    code: &code.code,
                    public_key: &signer.public_key().unwrap(),
                    name: "手机",
                },
                now,
            )
            .unwrap();
        Self {
            signer,
            chain: ChainId::from(device.id),
            author: user_of(desk),
            head: ChainHead::default(),
        }
    }

    fn write(
        &mut self,
        cast: &Cast,
        (stop, amends): (StopId, Option<EntryId>),
        fact: Fact,
    ) -> EntryId {
        let entry = Entry {
            version: 1,
            organisation: cast.office.organisation.id(),
            id: EntryId(Uuid::from_u128(u128::from(self.head.seq) + 1)),
            chain: self.chain,
            seq: self.head.seq + 1,
            previous: self.head.hash,
            author: self.author,
            made: StoppedClock.read(),
            seen: None,
            scope: Scope::Stop(stop),
            amends,
            policy_epoch: 1,
            build: "test".to_owned(),
            fact,
        };
        let sealed = entry.seal(&self.signer).unwrap();
        self.head = ChainHead {
            seq: entry.seq,
            hash: sealed.hash(),
        };
        append(cast, stop, sealed);
        entry.id
    }
}

fn append(cast: &Cast, stop: StopId, sealed: SealedEntry) {
    let scope = Scope::Stop(stop);
    cast.office
        .organisation
        .append(vec![Item::Entry { scope, sealed }])
        .unwrap();
}

fn part(bytes: &[u8]) -> Part {
    Part {
        digest: Digest::of(bytes),
        size_bytes: u64::try_from(bytes.len()).unwrap(),
    }
}

const IMAGE: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg'/>";
const STROKES: &[u8] = b"not strokes";

fn acknowledgement(cast: &Cast, cents: i64) -> Fact {
    let stop = &cast.approved().stops[0];
    let sealed = cast
        .office
        .organisation
        .snapshot(stop.statement)
        .unwrap()
        .unwrap();
    let Ok(Snapshot::Statement(statement)) = sealed.open() else {
        panic!("the stop has a statement");
    };
    let extra = Money::rounded(Currency::Cny, rust_decimal::Decimal::new(cents, 2));
    Fact::Acknowledgement(Box::new(Acknowledgement {
        paper: PaperKind::StatementA,
        customer: stop.customer,
        statement: stop.statement,
        statement_bytes: sealed.payload,
        render_model: statement.render_model.digest(),
        total: statement.total.plus(extra).unwrap(),
        agreed_method: Digest::of(b"clause"),
        signer: Signer {
            name: "样例联系人".to_owned(),
            title: "财务经理".to_owned(),
            capacity: Capacity::DutyHolder,
            proof: "名片".to_owned(),
        },
        stroke_commitment: Digest::of(b"committed"),
        strokes: part(STROKES),
        image: part(IMAGE),
        viewing: Viewing {
            opened_ms: 1,
            scrolled_to_end_ms: Some(2),
            total_confirmed_ms: Some(3),
        },
        position: PositionReport::Missing(MissingFix::TimedOut),
        stroke_consent: StrokeConsent::Given,
        paper_model: None,
        effect: None,
        guarantors: None,
        seal: None,
        consents: None,
        instalments: None,
    }))
}

/// A claim whose last day is 1 July 2026, the day of the tests' clock; the plan is for 15 July.
const OLD: [(&str, &str, &str, &str); 2] = [
    ("C001", "00000001", "2023-06-30", "386420.00"),
    ("C002", "00000002", "2025-06-30", "2000.00"),
];

fn agrees_expressly(cast: &Cast) -> bool {
    let stop = &cast.approved().stops[0];
    let organisation = &cast.office.organisation;
    match organisation
        .snapshot(stop.statement)
        .unwrap()
        .unwrap()
        .open()
    {
        Ok(Snapshot::Statement(statement)) => statement.render_model.agrees_expressly(),
        other => panic!("expected a statement, got {other:?}"),
    }
}

#[test]
fn an_old_claims_statement_agrees_expressly_until_a_receipt_in_time_restarts_it() {
    for (capacity, still_agrees) in [
        (Capacity::LegalRepresentative, false),
        (Capacity::OtherEmployee, true),
    ] {
        let cast = Cast::with_draft_of(&OLD);
        cast.approve();
        assert!(agrees_expressly(&cast));
        let mut phone = Phone::of(&cast, &cast.rep);
        let Fact::Acknowledgement(mut signed) = acknowledgement(&cast, 0) else {
            panic!("it is an acknowledgement");
        };
        signed.signer.capacity = capacity;
        let stop = cast.approved().stops[0].stop;
        phone.write(&cast, (stop, None), Fact::Acknowledgement(signed));
        let edits = [PlanEdit::AddToTeam(user_of(&cast.technician))];
        cast.clerk.edit_plan(cast.plan, &edits).unwrap();
        cast.approve();
        assert_eq!(agrees_expressly(&cast), still_agrees, "{capacity:?}");
    }
}

fn visited() -> (Cast, Phone, StopId, EntryId) {
    let cast = Cast::with_draft();
    cast.approve();
    let stop = cast.approved().stops[0].stop;
    let mut phone = Phone::of(&cast, &cast.rep);
    let here = PositionReport::Missing(MissingFix::Denied);
    phone.write(&cast, (stop, None), Fact::CheckIn(here));
    let signed = phone.write(&cast, (stop, None), acknowledgement(&cast, 0));
    let promise = PromiseMade {
        customer: cast.customers[0],
        amount: Money::parse(Currency::Cny, "100000.00").unwrap(),
        due: day("2026-07-31"),
        signer: None,
        supersedes: None,
    };
    phone.write(&cast, (stop, None), Fact::Promise(promise));
    let outcome = Outcome {
        kind: OutcomeKind::Signed,
        reason: None,
        summary: "已签字".to_owned(),
    };
    phone.write(&cast, (stop, None), Fact::Outcome(outcome));
    (cast, phone, stop, signed)
}

fn sent_back(about: EntryId) -> NewSentBack {
    NewSentBack {
        about,
        field: "授权书".to_owned(),
        reason: "缺授权书".to_owned(),
        deadline: day("2026-07-20"),
    }
}

#[test]
fn the_day_shows_what_came_back_and_what_is_missing() {
    let (cast, _phone, stop, signed) = visited();
    let rows = cast.manager.day_visits(day("2026-07-15")).unwrap();
    assert_eq!(rows.len(), 2);
    let row = &rows[0];
    assert_eq!(row.stop.stop, stop);
    assert_eq!(row.outcome, Some(OutcomeKind::Signed));
    assert_eq!(
        row.promise.as_ref().unwrap().amount.to_string(),
        "100000.00"
    );
    assert_eq!(
        row.check_in.as_ref().unwrap().missing,
        Some(MissingFix::Denied)
    );
    assert_eq!((row.signed, row.parts_complete, row.parts_total), (1, 0, 2));
    assert_eq!(row.state, ReviewState::Waiting);
    assert_eq!(rows[1].state, ReviewState::Planned);
    cast.office.organisation.put_blob(IMAGE).unwrap();
    let report = cast.manager.stop_report(stop).unwrap();
    assert_eq!(report.visit.parts_complete, 1);
    assert_eq!(report.signed, [signed]);
    assert!(
        cast.manager
            .day_visits(day("2026-07-16"))
            .unwrap()
            .is_empty()
    );
}

/// The stops that wait, and how many; they are those of which the report says so.
fn to_review(cast: &Cast) -> Vec<(StopId, ReviewState)> {
    let (rows, total) = cast.manager.visits_to_review(100).unwrap();
    assert_eq!(rows.len(), usize::try_from(total).unwrap());
    let waits = |state| matches!(state, ReviewState::Waiting | ReviewState::Answered);
    let listed: Vec<_> = rows.iter().map(|row| (row.stop.stop, row.state)).collect();
    let days = [cast.approved().day];
    let reported: Vec<_> = days
        .into_iter()
        .flat_map(|day| cast.manager.day_visits(day).unwrap())
        .map(|visit| (visit.stop.stop, visit.state))
        .filter(|(_stop, state)| waits(*state))
        .collect();
    assert_eq!(listed, reported);
    listed
}

#[test]
fn a_visit_waits_until_it_is_accepted_and_again_when_more_comes_or_an_answer_does() {
    let (cast, mut phone, stop, signed) = visited();
    assert_eq!(to_review(&cast), [(stop, ReviewState::Waiting)]);
    let sent = cast.manager.send_back(stop, &sent_back(signed)).unwrap();
    assert_eq!(to_review(&cast), []);
    let answer = Fact::Amendment(Amendment {
        sent_back: sent,
        text: "已补授权书".to_owned(),
    });
    phone.write(&cast, (stop, Some(signed)), answer);
    assert_eq!(to_review(&cast), [(stop, ReviewState::Answered)]);
    let pinned = cast.manager.stop_report(stop).unwrap().pinned;
    cast.manager.accept_visit(stop, &pinned, "").unwrap();
    assert_eq!(to_review(&cast), []);
    let gone = PositionReport::Missing(MissingFix::Denied);
    phone.write(&cast, (stop, None), Fact::CheckOut(gone));
    assert_eq!(to_review(&cast), [(stop, ReviewState::Answered)]);
    assert!(matches!(
        cast.office
            .somebody("admin", &[Role::Admin])
            .visits_to_review(1),
        Err(DeskError::NotAllowed)
    ));
}

#[test]
fn an_acceptance_covers_what_was_looked_at_and_nothing_later() {
    let (cast, mut phone, stop, _signed) = visited();
    let pinned = cast.manager.stop_report(stop).unwrap().pinned;
    let gone = PositionReport::Missing(MissingFix::Denied);
    phone.write(&cast, (stop, None), Fact::CheckOut(gone));
    assert!(matches!(
        cast.manager.accept_visit(stop, &pinned, ""),
        Err(DeskError::Stale)
    ));
    let pinned = cast.manager.stop_report(stop).unwrap().pinned;
    assert!(matches!(
        cast.clerk.accept_visit(stop, &pinned, ""),
        Err(DeskError::NotAllowed)
    ));
    cast.manager.accept_visit(stop, &pinned, "很好").unwrap();
    let report = cast.manager.stop_report(stop).unwrap();
    assert_eq!(report.visit.state, ReviewState::Accepted);
    assert_eq!(report.acceptance.unwrap().remark, "很好");
}

#[test]
fn nobody_reviews_a_visit_that_he_led() {
    let cast = Cast::with_draft();
    let edit = [PlanEdit::AddToTeam(user_of(&cast.manager))];
    cast.clerk.edit_plan(cast.plan, &edit).unwrap();
    cast.approve();
    let stop = cast.approved().stops[0].stop;
    let mut phone = Phone::of(&cast, &cast.manager);
    let here = PositionReport::Missing(MissingFix::Denied);
    let entry = phone.write(&cast, (stop, None), Fact::CheckIn(here));
    let pinned = cast.manager.stop_report(stop).unwrap().pinned;
    assert!(matches!(
        cast.manager.accept_visit(stop, &pinned, ""),
        Err(DeskError::OwnRequest)
    ));
    assert!(matches!(
        cast.manager.send_back(stop, &sent_back(entry)),
        Err(DeskError::OwnRequest)
    ));
    cast.director.accept_visit(stop, &pinned, "").unwrap();
}

#[test]
fn what_was_sent_back_is_answered_by_a_linked_amendment_and_the_original_stays() {
    let (cast, mut phone, stop, signed) = visited();
    let organisation = &cast.office.organisation;
    let original = organisation.entry(signed).unwrap();
    let mut late = sent_back(signed);
    late.deadline = day("2026-06-30");
    assert_eq!(
        invalid(cast.manager.send_back(stop, &late)),
        "desk-invalid-day-in-past"
    );
    let back = cast.manager.send_back(stop, &sent_back(signed)).unwrap();
    let report = cast.manager.stop_report(stop).unwrap();
    assert_eq!(report.visit.state, ReviewState::SentBack);
    let answer = Amendment {
        sent_back: back,
        text: "已补授权书".to_owned(),
    };
    phone.write(&cast, (stop, Some(signed)), Fact::Amendment(answer));
    let report = cast.manager.stop_report(stop).unwrap();
    assert_eq!(report.visit.state, ReviewState::Answered);
    assert_eq!(report.sent_backs[0].answers[0].about, Some(signed));
    assert_eq!(organisation.entry(signed).unwrap(), original);
    cast.manager.accept_visit(stop, &report.pinned, "").unwrap();
    let report = cast.manager.stop_report(stop).unwrap();
    assert_eq!(report.visit.state, ReviewState::Accepted);
}

#[test]
fn a_signed_paper_verifies_line_by_line() {
    let (cast, _phone, stop, signed) = visited();
    cast.office.organisation.put_blob(IMAGE).unwrap();
    let report = cast.manager.verify_signed(signed).unwrap();
    assert!(!report.holds());
    for line in &report.lines {
        let expected = if line.step == VerificationStep::Strokes {
            Check::Unknown
        } else {
            Check::Holds
        };
        assert_eq!(line.check, expected, "{:?}", line.step);
    }
    assert_eq!(report.lines.len(), 10);
    let view = cast.manager.signed_paper(stop, signed).unwrap();
    assert_eq!(view.total.to_string(), "386420.00");
    assert_eq!(view.verification.signature, Check::Holds);
    assert_eq!(view.image_svg.as_deref().map(str::as_bytes), Some(IMAGE));
}

#[test]
fn a_signed_paper_is_a_file_for_who_may_read_visits() {
    let (cast, _phone, stop, signed) = visited();
    let font = std::fs::read(USUAL_PLACES[0]).expect("install fonts-noto-cjk");
    let typeface = Typeface::read(font).unwrap();
    let file = cast.manager.rendition(signed, &typeface).unwrap();
    assert!(file.bytes.starts_with(b"%PDF-1.7"));
    let view = cast.manager.signed_paper(stop, signed).unwrap();
    assert!(
        file.file_name
            .contains(&view.verification_code.replace('-', ""))
    );
    let admin = cast.office.somebody("admin2", &[Role::Admin]);
    assert!(matches!(
        admin.rendition(signed, &typeface),
        Err(DeskError::NotAllowed)
    ));
}

#[test]
fn strokes_that_do_not_open_the_commitment_and_another_total_do_not_hold() {
    let (cast, mut phone, stop, _signed) = visited();
    cast.office.organisation.put_blob(STROKES).unwrap();
    let wrong = phone.write(&cast, (stop, None), acknowledgement(&cast, 1));
    let report = cast.manager.verify_signed(wrong).unwrap();
    let broken: Vec<VerificationStep> = report
        .lines
        .iter()
        .filter(|line| line.check == Check::Broken)
        .map(|line| line.step)
        .collect();
    assert_eq!(broken, [VerificationStep::Total, VerificationStep::Strokes]);
}

#[test]
fn codes_and_revocations_are_the_administrators() {
    let cast = Cast::with_draft();
    let admin = cast.office.somebody("admin2", &[Role::Admin]);
    assert!(matches!(
        cast.manager.issue_enrolment_code(user_of(&cast.rep)),
        Err(DeskError::NotAllowed)
    ));
    assert_eq!(
        invalid(admin.issue_enrolment_code(user_of(&cast.clerk))),
        "desk-plan-not-for-visits"
    );
    let code = admin.issue_enrolment_code(user_of(&cast.rep)).unwrap();
    assert_eq!(code.expires.ms(), MORNING_MS + 600_000);
    let unknown = countersign_core::domain::ids::DeviceId::from_bytes([1; 16]);
    assert!(matches!(
        admin.revoke_device(unknown, "丢失"),
        Err(DeskError::NotFound)
    ));
    assert!(matches!(
        admin.day_visits(day("2026-07-15")),
        Err(DeskError::NotAllowed)
    ));
}

#[test]
fn a_conflict_stays_until_somebody_settles_it_on_record() {
    let (cast, rep, stop, _signed) = visited();
    let other = Phone::of(&cast, &cast.technician);
    let organisation = &cast.office.organisation;
    let id = DocumentId(stop.0);
    let base = organisation.load_document(id).unwrap().unwrap();
    for (phone, value) in [(&rep, "delay"), (&other, "quality")] {
        let writer = Writer {
            chain: phone.chain,
            epoch: 1,
            at: Instant::from_ms(MORNING_MS),
        };
        let field = "reason".to_owned();
        let value = value.to_owned();
        let change = base.clone().edit(&writer, Edit::Field { field, value });
        let run = Run {
            document: id,
            chain: phone.chain,
            actor_epoch: 1,
            changes: change.unwrap().into_iter().collect(),
        };
        let scope = Scope::Stop(stop);
        organisation.append(vec![Item::Run { scope, run }]).unwrap();
    }
    let conflicts = cast.manager.conflicts().unwrap();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].values.len(), 2);
    assert_eq!(cast.manager.stop_report(stop).unwrap().visit.conflicts, 1);
    assert_eq!(
        invalid(cast.manager.settle_conflict(id, "proposal", "分期")),
        "desk-invalid-not-a-conflict"
    );
    cast.manager
        .settle_conflict(id, "reason", "quality")
        .unwrap();
    assert!(cast.manager.conflicts().unwrap().is_empty());
    let settled = organisation.load_document(id).unwrap().unwrap();
    assert_eq!(settled.stop().unwrap().reason, "quality");
    let report = cast.manager.stop_report(stop).unwrap();
    assert!(report.timeline.iter().any(|entry| matches!(
        &entry.detail,
        EntryDetail::ConflictSettled { chosen, were, .. } if chosen == "quality" && were.len() == 2
    )));
}
