//! A customer holds back money because a machine is said to be faulty. The technician looks at it on site, without a network;
//! both sign what he found on his phone, and the office sees the dispute closed.

use countersign_core::domain::attendance::{
    AttendanceFinding, HourAgreed, MeetingPlace, Recording,
};
use countersign_core::domain::ids::{EntryId, StopId};
use countersign_core::domain::money::{Currency, Money};
use countersign_core::domain::quality_objection::ObjectionVerdict;
use countersign_core::domain::signer::{Capacity, CustomerKind};
use countersign_core::journal::facts::{
    CopyForm, CountersignRole, DisputeAbout, Finding, OutcomeKind, PartKind, PersonMet, Remedy,
    StrokeConsent, TeamPresent, ThirdPersonPresent,
};
use countersign_core::papers::PaperDraft;
use countersign_core::replica::{
    AttendanceRecord, CopyRecord, CountersignBegin, DisputeRecord, FindingRecord,
};
use countersign_core::views::{DisputeRow, DisputeState, EntryDetail};
use countersign_tests::world::{Fault, Office, Phone, World};

fn yuan(text: &str) -> Money {
    Money::parse(Currency::Cny, text).unwrap()
}

fn dispute(phone: &Phone, stop: StopId) -> EntryId {
    let lines = phone.replica.statement(stop).unwrap().lines;
    let document = lines.first().unwrap().document.clone();
    let record = DisputeRecord {
        stop,
        about: DisputeAbout::Quality,
        documents: vec![document],
        words: "主轴有异响，不付款".to_owned(),
        amount: Some(yuan("3000")),
        person: "样例李某".to_owned(),
        title: "设备科长".to_owned(),
        received: Some("2026-01-05".parse().unwrap()),
        period: None,
    };
    phone.replica.record_dispute(&record).unwrap().entry
}

fn finding(phone: &Phone, stop: StopId, dispute: EntryId) -> EntryId {
    let record = FindingRecord {
        stop,
        dispute,
        finding: Finding::Partly,
        words: "轴承润滑不足，主轴完好".to_owned(),
        remedy: Remedy::Repair,
        remedy_words: "当场加注润滑脂".to_owned(),
        agreed: None,
    };
    phone.replica.record_finding(&record).unwrap().entry
}

/// Both sign on this phone: the customer's person under the finding, then one of the team under his signature.
fn signed_by_both(phone: &Phone, stop: StopId, finding: EntryId) -> EntryId {
    let mut begin = Phone::representative(stop);
    begin.paper = PaperDraft::DisputeFinding { finding };
    let signing = phone.replica.begin_signing(&begin).unwrap().signing;
    for number in 0..3 {
        phone.draw(signing, number);
    }
    let signed = phone.finish_signing(signing);
    let countersign = CountersignBegin {
        entry: signed,
        role: CountersignRole::TeamMember,
        name: "样例技术员".to_owned(),
        member: None,
        stroke_consent: StrokeConsent::Given,
    };
    let signing = phone.replica.begin_countersigning(&countersign).unwrap();
    for number in 0..3 {
        phone.draw(signing.signing, number);
    }
    phone.finish_signing(signing.signing);
    let copy = CopyRecord {
        entry: signed,
        person: "样例李某".to_owned(),
        form: CopyForm::Photograph,
    };
    phone.replica.record_copy(&copy).unwrap();
    signed
}

fn only(rows: Vec<DisputeRow>) -> DisputeRow {
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.into_iter().next().unwrap()
}

#[test]
fn the_technicians_finding_signed_by_both_without_a_network_closes_the_dispute() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep, &office.technician]);
    let reps = world.phone_of(&office.rep, &office.admin);
    let technicians = world.phone_of(&office.technician, &office.admin);
    reps.sync_to_rest();
    technicians.sync_to_rest();
    for phone in [&reps, &technicians] {
        phone.network.set(Fault::Down);
    }
    let stop = technicians.stop_at("001");
    technicians.check_in(stop);
    let raised = dispute(&technicians, stop);
    technicians.attach(stop, PartKind::Goods, b"\xff\xd8\xff\xe0 a bearing");
    let found = finding(&technicians, stop, raised);
    let technicians = technicians.killed_and_restarted();
    let signed = signed_by_both(&technicians, stop, found);
    technicians.outcome(stop, OutcomeKind::Disputed);
    let row = only(technicians.stop(stop).disputes);
    assert_eq!(row.state, DisputeState::Closed, "said on the spot");
    assert_eq!(
        row.objection.unwrap().verdict,
        ObjectionVerdict::WithinOuterLimit
    );
    world.remember(&technicians);

    let before = office.manager.stop_report(stop).unwrap();
    assert!(before.disputes.is_empty(), "nothing has arrived yet");
    for phone in [&technicians, &reps] {
        phone.network.set(Fault::None);
        phone.sync_to_rest();
    }
    assert_eq!(world.quarantined(), [], "the server takes each piece of it");
    let report = office.manager.stop_report(stop).unwrap();
    let row = only(report.disputes.clone());
    assert_eq!((row.dispute, row.state), (raised, DisputeState::Closed));
    let said = row.finding.unwrap();
    assert_eq!((said.entry, said.finding), (found, Finding::Partly));
    let by = said.signed.unwrap();
    assert_eq!((by.entry, by.countersigned_by.len()), (signed, 1));
    assert_eq!(report.visit.signed, 0, "the claim itself was not signed");
    assert_eq!(report.statement.unwrap().total, yuan("10001"));
    let papers = &report.papers;
    assert!(papers[0].completeness.is_complete, "{papers:?}");
    assert!(office.manager.verify_signed(signed).unwrap().holds());

    // The rep's phone learns of it.
    let of_rep = only(reps.stop(stop).disputes);
    assert_eq!(of_rep.state, DisputeState::Closed);
    world.assert_agree(&[&technicians, &reps]);
}

#[test]
fn who_was_there_is_on_the_report_with_what_is_to_be_asked_about() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep, &office.technician]);
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    let stop = phone.stop_at("001");
    let proposed = phone.replica.attendance(stop).unwrap().team;
    assert_eq!(proposed.len(), 2);
    let record = AttendanceRecord {
        stop,
        team: vec![TeamPresent {
            member: Some(proposed[0].user),
            name: proposed[0].name.clone(),
        }],
        met: vec![PersonMet {
            name: "样例李某".to_owned(),
            title: "总经理".to_owned(),
            capacity: Capacity::LegalRepresentative,
        }],
        customer: CustomerKind::Company,
        place: MeetingPlace::Premises,
        third_persons: vec![ThirdPersonPresent {
            who: "隔壁店主".to_owned(),
            is_debt_disclosed: true,
        }],
        recording: Recording::Announced,
        hour: HourAgreed::No,
        reason: String::new(),
    };
    let marks = [
        AttendanceFinding::OneOfTheTeam,
        AttendanceFinding::DebtDisclosed,
    ];
    assert_eq!(phone.replica.check_attendance(&record).unwrap(), marks);
    phone.replica.record_attendance(&record).unwrap();
    world.remember(&phone);
    phone.sync_to_rest();
    let report = office.manager.stop_report(stop).unwrap();
    let present = report.timeline.iter().find_map(|row| {
        let EntryDetail::Attendance { findings, met, .. } = &row.detail else {
            return None;
        };
        Some((findings.clone(), met.len()))
    });
    assert_eq!(present, Some((marks.to_vec(), 1)));
    assert_eq!(report.pinned.len(), 1, "it is reviewed like all else");
}
