//! A court asked for what the customer had signed, and the company could only bring a printout of its own database. A bundle leaves
//! from a desk or from the phone alone, and whoever has it verifies it without the company.

use countersign_core::domain::ids::Digest;
use countersign_core::evidence::{About, Finding, Report, Verdict, verify};
use countersign_core::journal::facts::{Decision, Fact, PartKind};
use countersign_core::replica::EvidenceOf;
use countersign_core::snapshots::policy::Role;
use countersign_server::desks::{Desk, DeskError, PlanEdit};
use countersign_server::journal::RowBody;
use countersign_tests::world::{Office, Phone, World, photo};

fn keys(report: &Report, finding: Finding) -> Vec<&'static str> {
    let lines = report.lines.iter();
    lines
        .filter(|line| line.finding == finding)
        .map(|line| line.key)
        .collect()
}

fn a_visit(world: &World, office: &Office) -> (Phone, EvidenceOf, About, About) {
    office.sign_ledger(2);
    office.approve_plan(&[&office.rep]);
    let rep = world.phone_of(&office.rep, &office.admin);
    rep.sync_to_rest();
    let stop = rep.stop_at("001");
    rep.check_in(stop);
    rep.attach(stop, PartKind::StampedSheet, &photo(2_000));
    let paper = rep.take_signature(stop);
    (
        rep,
        EvidenceOf::Entry(paper),
        About::Entry(paper),
        About::Stop(stop),
    )
}

fn exports(world: &World) -> usize {
    let journal = world.organisation.journal();
    let rows = journal.tail(0, 10_000).unwrap();
    rows.iter()
        .filter_map(|row| match &row.body {
            RowBody::Entry(sealed) => Some(sealed.open().unwrap().fact),
            RowBody::Document(_)
            | RowBody::Snapshot(_)
            | RowBody::Grant(_)
            | RowBody::Revoke(_) => None,
        })
        .filter(|fact| matches!(fact, Fact::EvidenceExported(_)))
        .count()
}

#[test]
fn what_was_signed_at_a_stop_that_left_its_plan_is_in_the_customers_bundle() {
    let world = World::new();
    let office = Office::open(&world);
    let (rep, _, paper, stop) = a_visit(&world, &office);
    rep.sync_to_rest();
    let (About::Entry(paper), About::Stop(stop)) = (paper, stop) else {
        panic!("a paper at a stop")
    };
    let customer = rep.stop(stop).row.customer;
    let plan = office.clerk.plans().unwrap().first().unwrap().plan;
    let edits = [PlanEdit::RemoveStop(stop)];
    let heads = office.clerk.edit_plan(plan, &edits).unwrap();
    office.clerk.submit_plan(plan, heads).unwrap();
    office
        .director
        .decide_plan(plan, heads, Decision::Approved)
        .unwrap();
    let legal = world.desk(&world.hire("样例法务", &[Role::Legal]));
    let about = About::Customer(customer);
    let file = legal.export_evidence(about, None).unwrap();
    let report = verify(&file.bytes, Some(legal.fingerprint()));
    assert_eq!(report.first_wrong(), None);
    let is_there = report.lines.iter().any(|line| {
        line.entry == Some(paper) && line.key == "entry-signed" && line.finding == Finding::Proved
    });
    assert!(is_there, "{:?}", report.lines);
}

#[test]
fn a_desk_exports_what_anybody_verifies_and_the_export_is_on_record() {
    let world = World::new();
    let office = Office::open(&world);
    let (rep, _, paper, stop) = a_visit(&world, &office);
    rep.sync_to_rest();
    let legal = world.desk(&world.hire("样例法务", &[Role::Legal]));
    let published = legal.fingerprint();
    let About::Stop(first) = stop else {
        panic!("a stop")
    };
    let customer = About::Customer(rep.stop(first).row.customer);
    for about in [paper, stop, customer] {
        let file = legal.export_evidence(about, None).unwrap();
        let report = verify(&file.bytes, Some(published));
        assert_eq!(report.first_wrong(), None, "{about:?}");
        assert_eq!(report.verdict, Verdict::Genuine);
        let proved = keys(&report, Finding::Proved);
        for key in [
            "exporter-server",
            "device-enrolled",
            "entry-signed",
            "statement-signed",
            "image-of-the-strokes",
            "method-held",
            "time-between",
        ] {
            assert!(proved.contains(&key), "{about:?}: {key} in {proved:?}");
        }
    }
    assert_eq!(exports(&world), 3);
    let other_company = Digest::of(b"another company's key");
    let file = legal.export_evidence(paper, None).unwrap();
    let report = verify(&file.bytes, Some(other_company));
    assert_eq!(report.first_wrong().unwrap().key, "server-key-differs");
}

#[test]
fn who_may_not_export_gets_nothing_and_leaves_no_trace() {
    let world = World::new();
    let office = Office::open(&world);
    let (rep, _, paper, _) = a_visit(&world, &office);
    rep.sync_to_rest();
    for desk in [&office.clerk, &office.finance, &office.admin] {
        let refused = desk.export_evidence(paper, None);
        assert!(matches!(refused, Err(DeskError::NotAllowed)), "{refused:?}");
    }
    let nothing = About::Stop(countersign_core::domain::ids::StopId::from_bytes([7; 16]));
    let refused = office.manager.export_evidence(nothing, None);
    assert!(matches!(refused, Err(DeskError::NotFound)), "{refused:?}");
    assert_eq!(exports(&world), 0);
}

#[test]
fn a_phone_without_a_network_hands_over_the_same_signed_bytes() {
    let world = World::new();
    let office = Office::open(&world);
    let (rep, of, paper, _) = a_visit(&world, &office);
    let manager: &Desk = &office.manager;
    let file = rep.replica.evidence(of, None).unwrap();
    let offline = verify(&file.content.0, Some(manager.fingerprint()));
    assert_eq!(offline.first_wrong(), None);
    assert_eq!(offline.verdict, Verdict::Genuine);
    assert!(keys(&offline, Finding::NotProved).contains(&"time-open"));
    rep.sync_to_rest();
    let later = manager.export_evidence(paper, None).unwrap();
    let later = verify(&later.bytes, Some(manager.fingerprint()));
    assert!(!keys(&later, Finding::NotProved).contains(&"time-open"));
    let signed = |report: &Report| -> Vec<_> {
        let lines = report.lines.iter();
        lines
            .filter(|line| line.key == "entry-signed")
            .map(|line| line.values.clone())
            .collect()
    };
    assert_eq!(signed(&offline), signed(&later));
}
