//! Numbers without a gap, money that sums, nothing deleted.

use uuid::Uuid;

use crate::domain::cash::Pieces;
use crate::domain::ids::{CommandId, EntryId};
use crate::domain::money::{Currency, Money};
use crate::domain::time::Instant;
use crate::journal::Scope;
use crate::journal::facts::{CashCounted, Fact, SerialBlockIssued};
use crate::replica::fake::{FakeServer, MORNING, PLAN, Phone, STOP};
use crate::replica::{
    CashTake, CashVoid, DraftKeep, HandInMake, OfDraft, Page, PiecesCount, Recorded, Replica,
    ReplicaError,
};
use crate::views::{CashState, CashView, DraftForm};

const DAY_MS: i64 = 86_400_000;

fn yuan(text: &str) -> Money {
    Money::parse(Currency::Cny, text).unwrap()
}

/// A phone with the numbers `first..=last`.
fn phone_with(first: u64, last: u64) -> (FakeServer, Phone) {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    issue(&server, &phone, (first, last));
    phone.sync(&server).unwrap();
    (server, phone)
}

fn issue(server: &FakeServer, phone: &Phone, (first, last): (u64, u64)) {
    let block = SerialBlockIssued {
        device: phone.device().unwrap().device_id.unwrap(),
        first,
        last,
    };
    server.desk_says(
        (Scope::Organisation, None),
        Instant::from_ms(MORNING),
        Fact::SerialBlockIssued(block),
    );
}

/// So many notes of a hundred.
fn hundreds(command: u128, count: u32) -> CashTake {
    CashTake {
        command: CommandId(Uuid::from_u128(command)),
        stop: STOP,
        amount: yuan(&(count * 100).to_string()),
        pieces: vec![Pieces { fen: 10_000, count }],
        payer: " 赵六 ".to_owned(),
        remark: String::new(),
    }
}

fn take(phone: &Phone, command: u128, count: u32) -> EntryId {
    phone.take_cash(&hundreds(command, count)).unwrap().entry
}

fn void(phone: &Phone, receipt: EntryId, reason: &str) -> Result<Recorded, ReplicaError> {
    phone.void_cash(&CashVoid {
        receipt,
        reason: reason.to_owned(),
    })
}

fn hand_in(phone: &Phone, receipts: &[EntryId]) -> Result<Recorded, ReplicaError> {
    phone.hand_in(&HandInMake {
        receipts: receipts.to_vec(),
    })
}

fn cash(phone: &Phone) -> CashView {
    phone.cash(Page::default()).unwrap()
}

fn reference<T: std::fmt::Debug>(result: Result<T, ReplicaError>) -> &'static str {
    result.unwrap_err().reference()
}

#[test]
fn numbers_follow_each_other_over_voids_blocks_and_kills_until_none_is_left() {
    let (server, mut phone) = phone_with(7, 9);
    let first = take(&phone, 1, 3);
    void(&phone, first, "金额写错").unwrap();
    phone.restart();
    take(&phone, 2, 1);
    take(&phone, 3, 2);
    assert_eq!(
        reference(phone.take_cash(&hundreds(4, 1))),
        "no-serial-left"
    );
    issue(&server, &phone, (20, 21));
    phone.sync(&server).unwrap();
    take(&phone, 4, 1);
    let view = cash(&phone);
    let serials: Vec<&str> = view.rows.iter().map(|row| row.serial.as_str()).collect();
    assert_eq!(serials, ["000020", "000009", "000008", "000007"]);
    assert_eq!((view.total, view.serials_left), (4, 1));
    assert_eq!(view.rows[3].state, CashState::Voided);
    assert_eq!(view.rows[3].void_reason.as_deref(), Some("金额写错"));
    assert_eq!(view.open.amount, Some(yuan("400")));
}

#[test]
fn a_command_that_comes_twice_takes_cash_once() {
    let (_server, mut phone) = phone_with(1, 5);
    phone
        .keep_draft(&DraftKeep {
            of: OfDraft::of(STOP, DraftForm::Cash),
            content: "{}".to_owned(),
        })
        .unwrap();
    let once = phone.take_cash(&hundreds(1, 3)).unwrap();
    assert!(phone.stop(STOP).unwrap().drafts.is_empty());
    phone.restart();
    assert_eq!(phone.take_cash(&hundreds(1, 3)).unwrap(), once);
    assert_ne!(phone.take_cash(&hundreds(2, 3)).unwrap(), once);
    assert_eq!(cash(&phone).total, 2);
}

#[test]
fn what_does_not_sum_or_has_no_payer_takes_no_number() {
    let (_server, phone) = phone_with(1, 5);
    let refused = |change: fn(&mut CashTake)| {
        let mut take = hundreds(1, 3);
        change(&mut take);
        reference(phone.take_cash(&take))
    };
    assert_eq!(
        refused(|take| take.amount = yuan("299.90")),
        "cash-does-not-sum"
    );
    assert_eq!(
        refused(|take| take.amount = yuan("0")),
        "amount-not-positive"
    );
    assert_eq!(
        refused(|take| take.payer = "  ".to_owned()),
        "payer-missing"
    );
    assert_eq!(
        refused(|take| take.payer = "名".repeat(90)),
        "text-too-long"
    );
    assert_eq!(
        refused(|take| take.pieces[0].fen = 20_000),
        "pieces-unusable"
    );
    let view = cash(&phone);
    assert_eq!((view.total, view.serials_left), (0, 5));
    let pieces = vec![Pieces { fen: 10, count: 3 }];
    let counted = Replica::count_pieces(&PiecesCount { pieces }).unwrap();
    assert_eq!(
        (counted.total, counted.words.is_empty()),
        (yuan("0.30"), false)
    );
}

#[test]
fn the_paper_says_what_was_sealed_and_that_it_is_void() {
    let (_server, phone) = phone_with(1, 5);
    let receipt = take(&phone, 1, 12);
    let says = |phone: &Phone, label: &str| {
        let paper = phone.cash_paper(receipt).unwrap();
        let row = paper.model.rows.into_iter().find(|row| row.label == label);
        row.map(|row| row.value)
    };
    assert_eq!(says(&phone, "收据编号").as_deref(), Some("000001"));
    assert_eq!(says(&phone, "金额（小写）").as_deref(), Some("¥1,200.00"));
    let words = says(&phone, "金额（大写）").unwrap();
    assert!(words.contains("壹仟贰佰元整"), "{words}");
    assert_eq!(says(&phone, "付款人").as_deref(), Some("赵六"));
    assert_eq!(says(&phone, "面额").as_deref(), Some("100元×12"));
    assert_eq!(says(&phone, "作废原因"), None);
    assert!(phone.cash_paper(receipt).unwrap().may_void);
    let once = void(&phone, receipt, "付款人写错").unwrap();
    assert_eq!(void(&phone, receipt, "再来一次").unwrap(), once);
    assert_eq!(says(&phone, "作废原因").as_deref(), Some("付款人写错"));
    assert!(!phone.cash_paper(receipt).unwrap().may_void);
    assert_eq!(reference(void(&phone, receipt, " ")), "reason-missing");
}

#[test]
fn cash_is_open_until_finance_has_it_and_late_when_its_day_has_ended() {
    let (server, phone) = phone_with(1, 5);
    let receipts = [take(&phone, 1, 3), take(&phone, 2, 4)];
    let listed = hand_in(&phone, &receipts).unwrap();
    assert_eq!(hand_in(&phone, &receipts).unwrap(), listed);
    assert_eq!(
        reference(hand_in(&phone, &receipts[..0])),
        "receipts-missing"
    );
    assert_eq!(
        reference(void(&phone, receipts[0], "迟了")),
        "receipt-handed-in"
    );
    let third = take(&phone, 3, 1);
    assert_eq!(
        reference(hand_in(&phone, &[receipts[0], third])),
        "receipt-handed-in"
    );
    assert_eq!(
        reference(hand_in(&phone, &[EntryId::from_bytes([9; 16])])),
        "cash-receipt"
    );
    let view = cash(&phone);
    assert_eq!(
        (view.open.amount, view.open.is_late),
        (Some(yuan("800")), false)
    );
    assert_eq!(view.to_hand_in_total, Some(yuan("100")));
    phone.sync(&server).unwrap();
    let count = |hand_in, ms| {
        let counted = CashCounted {
            hand_in,
            pieces: vec![Pieces {
                fen: 10_000,
                count: 7,
            }],
            counted: yuan("700"),
            variance: yuan("0"),
            reason: String::new(),
        };
        let fact = Fact::CashCounted(counted);
        server.desk_says((Scope::Plan(PLAN), None), Instant::from_ms(ms), fact)
    };
    count(listed.entry, MORNING + 3_600_000);
    phone.sync(&server).unwrap();
    phone.clock.advance(DAY_MS);
    let view = cash(&phone);
    assert_eq!(
        (view.open.amount, view.open.is_late),
        (Some(yuan("100")), true)
    );
    let states: Vec<(CashState, bool)> = view
        .rows
        .iter()
        .map(|row| (row.state, row.is_late))
        .collect();
    let confirmed = (CashState::Confirmed, false);
    assert_eq!(states, [(CashState::Open, true), confirmed, confirmed]);
    let today = phone.today(Page::default()).unwrap();
    assert_eq!(today.cash, view.open);
}
