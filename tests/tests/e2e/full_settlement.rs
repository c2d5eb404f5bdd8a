//! A customer paid principal and some interest, and the next month was sued for the penalty: the rep had let him sign a form of
//! his own making. Form B comes from the office only, approved by three desks, for the figures of one ledger.

use countersign_core::domain::ids::{CustomerId, SnapshotId};
use countersign_core::domain::money::{Currency, Money};
use countersign_core::domain::percent::Percent;
use countersign_core::journal::facts::{Decision, PaperKind};
use countersign_core::papers::PaperDraft;
use countersign_core::replica::{PaperRead, ReplicaError, SigningBegin};
use countersign_core::snapshots::policy::Role;
use countersign_server::desks::{NewSettlement, SettlementRate};
use countersign_tests::world::{Fault, Office, Phone, World};

fn yuan(text: &str) -> Money {
    Money::parse(Currency::Cny, text).unwrap()
}

/// 0.05 % a day was computed, 400.00 was agreed.
fn drafted(office: &Office, customer: CustomerId) -> SnapshotId {
    let new = NewSettlement {
        customer,
        rate: SettlementRate::Daily(Percent::new("0.05".parse().unwrap()).unwrap()),
        agreed: Some(yuan("400.00")),
        reason: "客户愿一次付清".to_owned(),
    };
    office.clerk.draft_settlement(&new).unwrap()
}

#[test]
fn a_settlement_reaches_the_glass_only_after_three_approvals_and_stays_with_its_figures() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(1);
    let outing = office.approve_plan(&[&office.rep]);
    let legal = world.desk(&world.hire("样例法务", &[Role::Legal]));
    let rep = world.phone_of(&office.rep, &office.admin);
    rep.sync_to_rest();
    let stop = rep.stop_at("001");
    let offered_to = rep.stop(stop).row.customer;
    rep.check_in(stop);

    let id = drafted(&office, offered_to);
    let pinned = office.clerk.settlement(id).unwrap().row.entry_hash;
    for desk in [&office.manager, &office.finance] {
        desk.decide_settlement(id, pinned, Decision::Approved)
            .unwrap();
        rep.sync_to_rest();
        assert_eq!(rep.stop(stop).settlement, None);
    }
    let asked = PaperRead {
        stop,
        paper: PaperDraft::Settlement,
        guarantors: Vec::new(),
    };
    assert!(matches!(
        rep.replica.paper(&asked),
        Err(ReplicaError::NotFound("settlement"))
    ));
    legal
        .decide_settlement(id, pinned, Decision::Approved)
        .unwrap();
    rep.sync_to_rest();

    rep.network.set(Fault::Down);
    let offered = rep.stop(stop).settlement.unwrap();
    assert_eq!((offered.statement, offered.total), (id, yuan("10401.00")));
    let paper = rep.replica.paper(&asked).unwrap();
    assert_eq!(paper.kind, PaperKind::StatementB);
    assert_eq!(paper.findings, []);
    let signing = rep
        .replica
        .begin_signing(&SigningBegin {
            paper: PaperDraft::Settlement,
            ..Phone::representative(stop)
        })
        .unwrap();
    assert_eq!(signing.total, yuan("10401.00"));
    let effect = signing.effect.unwrap().lines.concat();
    assert!(effect.contains("400.00"), "{effect}");
    for number in 0..3 {
        rep.draw(signing.signing, number);
    }
    let signed = rep.finish_signing(signing.signing);
    rep.network.set(Fault::None);
    rep.sync_to_rest();
    world.remember(&rep);
    let report = office.manager.verify_signed(signed).unwrap();
    assert!(report.holds(), "{report:?}");

    office.sign_ledger(2);
    office.approve_plan(&[&office.rep]);
    rep.sync_to_rest();
    let later = rep
        .stops()
        .into_iter()
        .find(|row| row.customer == offered_to && row.plan != outing.plan);
    let later = rep.stop(later.unwrap().stop);
    assert_eq!(
        later.settlement, None,
        "other figures need another settlement"
    );
}
