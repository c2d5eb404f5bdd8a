//! Cash from the customer's hand to finance's table: a void keeps its number, a variance needs a second person, an evening
//! too long is seen.

use std::sync::atomic::{AtomicU64, Ordering};

use countersign_core::domain::cash::Pieces;
use countersign_core::domain::ids::{CommandId, DeviceId, EntryId, StopId};
use countersign_core::domain::money::{Currency, Money};
use countersign_core::journal::facts::Decision;
use countersign_core::replica::{CashTake, CashVoid, HandInMake, Page, ReplicaError};
use countersign_core::snapshots::policy::Role;
use countersign_core::views::{CashState, CashView, ObjectState};
use countersign_server::desks::{DeskError, NewCount, PlanEdit};
use countersign_tests::world::{Fault, Office, Phone, World};
use uuid::Uuid;

/// Each tap is a command of its own.
static COMMANDS: AtomicU64 = AtomicU64::new(1);

fn yuan(text: &str) -> Money {
    Money::parse(Currency::Cny, text).unwrap()
}

fn device(phone: &Phone) -> DeviceId {
    phone.replica.device().unwrap().device_id.unwrap()
}

/// A phone at work with `numbers` for receipts.
fn phone_with(world: &World, office: &Office, numbers: u64) -> Phone {
    office.sign_ledger(2);
    office.approve_plan(&[&office.rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    office.clerk.issue_serials(device(&phone), numbers).unwrap();
    phone.sync_to_rest();
    phone
}

fn take(phone: &Phone, stop: StopId, hundreds: u32) -> Result<EntryId, ReplicaError> {
    let take = CashTake {
        command: CommandId(Uuid::from_u128(
            COMMANDS.fetch_add(1, Ordering::SeqCst).into(),
        )),
        stop,
        amount: yuan(&(hundreds * 100).to_string()),
        pieces: vec![Pieces {
            fen: 10_000,
            count: hundreds,
        }],
        payer: "样例李某".to_owned(),
        remark: String::new(),
    };
    phone
        .replica
        .take_cash(&take)
        .map(|recorded| recorded.entry)
}

fn counted(hundreds: u32, reason: &str) -> NewCount {
    NewCount {
        pieces: vec![Pieces {
            fen: 10_000,
            count: hundreds,
        }],
        reason: reason.to_owned(),
    }
}

fn cash(phone: &Phone) -> CashView {
    phone.replica.cash(Page::default()).unwrap()
}

fn hand_in(phone: &Phone, receipts: &[EntryId]) -> EntryId {
    let make = HandInMake {
        receipts: receipts.to_vec(),
    };
    phone.replica.hand_in(&make).unwrap().entry
}

#[test]
fn a_void_keeps_its_number_and_a_variance_waits_for_a_second_person() {
    let world = World::new();
    let office = Office::open(&world);
    let phone = phone_with(&world, &office, 10);
    let stop = phone.stop_at("001");
    let wrong = take(&phone, stop, 9).unwrap();
    let void = CashVoid {
        receipt: wrong,
        reason: "多数了一张".to_owned(),
    };
    phone.replica.void_cash(&void).unwrap();
    let receipts = [
        take(&phone, stop, 8).unwrap(),
        take(&phone, stop, 3).unwrap(),
    ];
    let listed = hand_in(&phone, &receipts);
    world.remember(&phone);
    phone.sync_to_rest();
    let open = office.finance.open_cash().unwrap();
    assert_eq!(
        (open.len(), open[0].receipts, open[0].amount),
        (1, 2, yuan("1100"))
    );
    let block = office.finance.serial_blocks((0, 10)).unwrap().0.remove(0);
    assert_eq!(
        (block.row.used, block.row.voided, block.row.left()),
        (3, 1, 7)
    );
    assert_eq!(block.findings, []);

    // One note is missing on the table.
    let finance = &office.finance;
    assert!(matches!(
        finance.count_cash(listed, &counted(10, " ")),
        Err(DeskError::Invalid {
            key: "desk-invalid-variance-reason",
            ..
        })
    ));
    finance
        .count_cash(listed, &counted(10, "少一张一百"))
        .unwrap();
    assert!(matches!(
        finance.count_cash(listed, &counted(11, "")),
        Err(DeskError::Stale)
    ));
    assert!(matches!(
        finance.confirm_variance(listed, ""),
        Err(DeskError::OwnRequest)
    ));
    phone.sync_to_rest();
    assert_eq!(
        cash(&phone).open.amount,
        Some(yuan("1100")),
        "nobody has confirmed it yet"
    );
    office.manager.confirm_variance(listed, "已核对").unwrap();
    phone.sync_to_rest();
    let view = cash(&phone);
    assert_eq!(view.open.amount, None);
    let states: Vec<CashState> = view.rows.iter().map(|row| row.state).collect();
    let confirmed = CashState::Confirmed;
    assert_eq!(states, [confirmed, confirmed, CashState::Voided]);
    assert!(
        view.rows
            .iter()
            .all(|row| row.object == ObjectState::Receipted)
    );
    assert!(office.finance.open_cash().unwrap().is_empty());
    world.assert_agree(&[&phone]);
}

#[test]
fn cash_kept_overnight_is_seen_on_the_phone_and_in_the_office() {
    let world = World::new();
    let office = Office::open(&world);
    let phone = phone_with(&world, &office, 10);
    let receipt = take(&phone, phone.stop_at("001"), 5).unwrap();
    world.clock.pass_minutes(14 * 60);
    assert!(!cash(&phone).open.is_late, "23:00 is still the same day");
    let listed = hand_in(&phone, &[receipt]);
    phone.sync_to_rest();
    world.clock.pass_minutes(65);
    assert!(phone.replica.today(Page::default()).unwrap().cash.is_late);
    assert!(office.finance.open_cash().unwrap()[0].is_late);
    office.finance.count_cash(listed, &counted(5, "")).unwrap();
    phone.sync_to_rest();
    let row = cash(&phone).rows.remove(0);
    assert_eq!(
        (row.state, row.is_late),
        (CashState::Confirmed, true),
        "the breach stays on record"
    );
}

#[test]
fn nobody_counts_cash_that_he_took_himself() {
    let world = World::new();
    let office = Office::open(&world);
    let both = world.hire("样例兼职", &[Role::Rep, Role::Finance]);
    office.sign_ledger(1);
    office.approve_plan(&[&both]);
    let phone = world.phone_of(&both, &office.admin);
    office.clerk.issue_serials(device(&phone), 1).unwrap();
    phone.sync_to_rest();
    let receipt = take(&phone, phone.stop_at("001"), 5).unwrap();
    assert!(
        take(&phone, phone.stop_at("001"), 1)
            .is_err_and(|error| error.reference() == "no-serial-left")
    );
    let listed = hand_in(&phone, &[receipt]);
    phone.sync_to_rest();
    let own = world.desk(&both);
    assert!(!own.hand_in(listed).unwrap().may_count);
    assert!(matches!(
        own.count_cash(listed, &counted(5, "")),
        Err(DeskError::OwnRequest)
    ));
    office.finance.count_cash(listed, &counted(5, "")).unwrap();
    assert!(own.hand_in(listed).unwrap().row.is_confirmed());
}

#[test]
fn blocks_follow_each_other_and_only_go_to_phones_that_may_take_cash() {
    let world = World::new();
    let office = Office::open(&world);
    let phone = phone_with(&world, &office, 5);
    office.finance.issue_serials(device(&phone), 5).unwrap();
    let technicians = world.phone_of(&office.technician, &office.admin);
    let invalid = |device, count| match office.clerk.issue_serials(device, count) {
        Err(DeskError::Invalid { key, .. }) => key,
        other => panic!("{other:?}"),
    };
    assert_eq!(invalid(device(&technicians), 5), "desk-invalid-cash-device");
    assert_eq!(invalid(device(&phone), 501), "desk-invalid-serial-count");
    assert!(matches!(
        office.director.issue_serials(device(&phone), 5),
        Err(DeskError::NotAllowed)
    ));
    let (blocks, total) = office.finance.serial_blocks((0, 10)).unwrap();
    let ranges: Vec<(u64, u64)> = blocks
        .iter()
        .map(|block| (block.row.first, block.row.last))
        .collect();
    assert_eq!((ranges, total), (vec![(6, 10), (1, 5)], 2));
}

#[test]
fn cash_of_a_stop_that_was_reassigned_is_handed_in_and_counted() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(2);
    let outing = office.approve_plan(&[&office.rep]);
    let second_rep = world.hire("样例业务员乙", &[Role::Rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    office.clerk.issue_serials(device(&phone), 5).unwrap();
    phone.sync_to_rest();
    phone.network.set(Fault::Down);
    let stop = phone.stop_at("001");
    let taken = take(&phone, stop, 6).unwrap();
    let wrong = take(&phone, stop, 2).unwrap();
    let void = |receipt| CashVoid {
        receipt,
        reason: "重复开具".to_owned(),
    };
    world.remember(&phone);

    // While he is without a network the stop goes to somebody else.
    let edits = [
        PlanEdit::RemoveFromTeam(office.rep.user),
        PlanEdit::AddToTeam(second_rep.user),
    ];
    let heads = office.clerk.edit_plan(outing.plan, &edits).unwrap();
    office.clerk.submit_plan(outing.plan, heads).unwrap();
    office
        .director
        .decide_plan(outing.plan, heads, Decision::Approved)
        .unwrap();
    phone.network.set(Fault::None);
    phone.sync_to_rest();
    assert!(phone.replica.stop(stop).is_err(), "the stop is not his now");
    assert_eq!(world.quarantined(), [], "money that exists is on record");
    let open = office.finance.open_cash().unwrap();
    assert_eq!((open[0].receipts, open[0].amount), (2, yuan("800")));
    let view = cash(&phone);
    assert_eq!(view.open.amount, Some(yuan("800")), "he has it in his hand");
    assert!(
        view.rows
            .iter()
            .all(|row| row.object == ObjectState::Receipted)
    );
    assert_eq!(
        phone.replica.cash_paper(taken).unwrap().row.amount,
        yuan("600")
    );

    // He voids, hands in and is told of the count, although nothing of the plan is on his phone.
    phone.replica.void_cash(&void(wrong)).unwrap();
    let listed = hand_in(&phone, &[taken]);
    phone.sync_to_rest();
    office.finance.count_cash(listed, &counted(6, "")).unwrap();
    phone.sync_to_rest();
    let view = cash(&phone);
    assert_eq!(view.open.amount, None);
    let states: Vec<CashState> = view.rows.iter().map(|row| row.state).collect();
    assert_eq!(states, [CashState::Voided, CashState::Confirmed]);
    assert!(office.finance.open_cash().unwrap().is_empty());
    assert_eq!(world.quarantined(), []);

    // Whoever has the stop now sees that cash was taken there.
    let other = world.phone_of(&second_rep, &office.admin);
    other.sync_to_rest();
    let timeline = other.stop(stop).timeline;
    assert!(timeline.iter().any(|row| row.entry == taken));
    world.assert_agree(&[&phone, &other]);
}
