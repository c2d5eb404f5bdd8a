//! Cash on its way to finance: who has it, what was handed in, which numbers are out.

use askama::Template;
use axum::extract::{Path, Query};
use countersign_core::domain::cash::{DENOMINATIONS_FEN, Pieces, serial_text};
use countersign_core::domain::cash_hand_in::SerialFinding;
use countersign_core::domain::ids::EntryId;
use countersign_core::domain::money::Money;
use countersign_core::domain::time::Instant;
use countersign_core::read_model::cash::{HandInRow, OpenCashRow, SerialBlockRow};
use countersign_core::views::{CashRow, CashState};
use serde::Deserialize;

use crate::auth::policy::Action;
use crate::console::layout::caller::{Answer, Caller};
use crate::console::layout::choices::{Choice, choices};
use crate::console::layout::fault::Fault;
use crate::console::layout::fields::Fields;
use crate::console::layout::frame::Frame;
use crate::console::layout::notice::see_other;
use crate::console::layout::paging::{Paging, ROWS};
use crate::desks::{HandInView, NewCount, SerialBlockView};

struct Handed {
    row: HandInRow,
    state: String,
    tone: &'static str,
    is_late: bool,
}

struct Receipt {
    row: CashRow,
    state: String,
    tone: &'static str,
}

struct Block {
    row: SerialBlockRow,
    numbers: String,
    holder: String,
    findings: Vec<String>,
}

#[derive(Template)]
#[template(path = "cash/index.html")]
struct Index {
    p: Frame,
    open: Vec<OpenCashRow>,
    total: Option<Money>,
    hand_ins: Vec<Handed>,
    more_hand_ins: u64,
    receipts: Vec<Receipt>,
    paging: Paging,
    blocks: Vec<Block>,
    devices: Vec<Choice>,
    may_issue: bool,
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::console) struct Asked {
    #[serde(default)]
    page: u32,
}

pub(in crate::console) async fn index(caller: Caller, Query(asked): Query<Asked>) -> Answer {
    caller.needs(Action::ReadCash)?;
    caller
        .page(move |caller| index_page(caller, asked.page))
        .await
}

fn index_page(caller: &Caller, page: u32) -> Result<Index, Fault> {
    let p = caller.frame()?;
    let desk = caller.desk();
    let (_rows, total) = desk.cash_receipts((0, 0))?;
    let paging = Paging::new(
        page,
        i64::try_from(total).unwrap_or(i64::MAX),
        "/cash?page=".to_owned(),
    );
    let (receipts, _total) = desk.cash_receipts((Paging::offset(paging.page), ROWS))?;
    let (hand_ins, all_hand_ins) = desk.hand_ins((0, ROWS))?;
    let (blocks, _all_blocks) = desk.serial_blocks((0, ROWS))?;
    let may_issue = caller.may(Action::IssueSerials);
    let devices = if may_issue {
        desk.cash_devices()?
    } else {
        Vec::new()
    };
    let open = desk.open_cash()?;
    Ok(Index {
        total: sum(&open)?,
        open,
        more_hand_ins: all_hand_ins.saturating_sub(u64::from(ROWS)),
        hand_ins: hand_ins
            .into_iter()
            .map(|row| handed(&p, row, caller.now()))
            .collect(),
        receipts: receipts.into_iter().map(|row| receipt(&p, row)).collect(),
        paging,
        blocks: blocks
            .into_iter()
            .map(|row| block(caller, &p, row))
            .collect::<Result<_, _>>()?,
        devices: choices(
            devices,
            |row| {
                let words = format!("{} · {}", p.name(&row.user), row.name);
                (row.device.to_string(), words)
            },
            |_row| false,
        ),
        may_issue,
        p,
    })
}

/// What is open in all hands; none when nothing is.
pub(in crate::console) fn sum(open: &[OpenCashRow]) -> Result<Option<Money>, Fault> {
    let Some(first) = open.first() else {
        return Ok(None);
    };
    Money::sum(first.amount.currency(), open.iter().map(|row| row.amount))
        .map(Some)
        .map_err(|too_large| Fault::broken(&too_large))
}

fn handed(p: &Frame, row: HandInRow, now: Instant) -> Handed {
    let (key, tone) = match &row.count {
        None => ("cash-state-handed-in", "warn"),
        Some(_) if row.is_confirmed() => ("cash-state-confirmed", "good"),
        Some(_) => ("cash-state-counted", "bad"),
    };
    Handed {
        state: p.t(key),
        tone,
        is_late: row.is_late(now),
        row,
    }
}

fn receipt(p: &Frame, row: CashRow) -> Receipt {
    let tone = match row.state {
        CashState::Open | CashState::HandedIn => "warn",
        CashState::Counted => "bad",
        CashState::Confirmed => "good",
        CashState::Voided => "",
    };
    Receipt {
        state: p.word("cash-state", &row.state),
        tone,
        row,
    }
}

fn block(caller: &Caller, p: &Frame, view: SerialBlockView) -> Result<Block, Fault> {
    let SerialBlockView { row, findings } = view;
    let device = caller
        .read(|connection| countersign_core::read_model::devices::device(connection, row.device))?;
    Ok(Block {
        numbers: format!("{}–{}", serial_text(row.first), serial_text(row.last)),
        holder: device
            .map(|device| format!("{} · {}", p.name(&device.user), device.name))
            .unwrap_or_default(),
        findings: findings.iter().map(|it| finding(p, *it)).collect(),
        row,
    })
}

/// What is wrong with the numbers of a block, as a question to the one who has it.
fn finding(p: &Frame, finding: SerialFinding) -> String {
    match finding {
        SerialFinding::Gap(first, last) if first == last => {
            p.with("cash-finding-gap", "numbers", serial_text(first))
        }
        SerialFinding::Gap(first, last) => {
            let numbers = format!("{}–{}", serial_text(first), serial_text(last));
            p.with("cash-finding-gap", "numbers", numbers)
        }
        SerialFinding::Repeated(number) => {
            p.with("cash-finding-repeated", "number", serial_text(number))
        }
        SerialFinding::OutsideBlock(number) => {
            p.with("cash-finding-outside", "number", serial_text(number))
        }
        SerialFinding::VoidWithoutReason(number) => {
            p.with("cash-finding-void", "number", serial_text(number))
        }
    }
}

pub(in crate::console) async fn issue(caller: Caller, fields: Fields) -> Answer {
    caller.needs(Action::IssueSerials)?;
    let device = fields.id("device")?;
    let count = fields
        .text("count", "cash-serial-count")?
        .parse()
        .map_err(|_no_number| Fault::Missing("cash-serial-count"))?;
    caller
        .run(move |caller| Ok(caller.desk().issue_serials(device, count)?))
        .await?;
    Ok(see_other("/cash", "done-serials-issued"))
}

/// One value of notes or coins in the form.
struct Denomination {
    fen: u32,
    words: String,
}

#[derive(Template)]
#[template(path = "cash/hand-in.html")]
struct HandInPage {
    p: Frame,
    view: HandInView,
    handed: Handed,
    receipts: Vec<Receipt>,
    denominations: Vec<Denomination>,
}

pub(in crate::console) async fn hand_in(caller: Caller, Path(hand_in): Path<EntryId>) -> Answer {
    caller.needs(Action::ReadCash)?;
    caller
        .page(move |caller| {
            let p = caller.frame()?;
            let view = caller.desk().hand_in(hand_in)?;
            Ok(HandInPage {
                handed: handed(&p, view.row.clone(), caller.now()),
                receipts: view
                    .receipts
                    .iter()
                    .map(|row| receipt(&p, row.clone()))
                    .collect(),
                denominations: DENOMINATIONS_FEN
                    .iter()
                    .map(|fen| denomination(&p, *fen))
                    .collect(),
                view,
                p,
            })
        })
        .await
}

fn denomination(p: &Frame, fen: u32) -> Denomination {
    let words = if fen >= 100 {
        p.with("cash-yuan", "count", fen / 100)
    } else {
        p.with("cash-jiao", "count", fen / 10)
    };
    Denomination { fen, words }
}

pub(in crate::console) async fn count(
    caller: Caller,
    Path(hand_in): Path<EntryId>,
    fields: Fields,
) -> Answer {
    caller.needs(Action::CountCash)?;
    let new = NewCount {
        pieces: pieces(&fields)?,
        reason: fields.one("reason").to_owned(),
    };
    caller
        .run(move |caller| Ok(caller.desk().count_cash(hand_in, &new)?))
        .await?;
    Ok(see_other(&format!("/cash/{hand_in}"), "done-cash-counted"))
}

/// The values with a count, largest first; an empty field is none.
fn pieces(fields: &Fields) -> Result<Vec<Pieces>, Fault> {
    let mut pieces = Vec::new();
    for fen in DENOMINATIONS_FEN {
        let typed = fields.one(&format!("pieces.{fen}")).to_owned();
        let count = if typed.is_empty() {
            0
        } else {
            typed
                .parse()
                .map_err(|_no_number| Fault::Missing("cash-pieces"))?
        };
        if count > 0 {
            pieces.push(Pieces { fen, count });
        }
    }
    Ok(pieces)
}

pub(in crate::console) async fn confirm(
    caller: Caller,
    Path(hand_in): Path<EntryId>,
    fields: Fields,
) -> Answer {
    caller.needs(Action::ConfirmVariance)?;
    let remark = fields.one("remark").to_owned();
    caller
        .run(move |caller| Ok(caller.desk().confirm_variance(hand_in, &remark)?))
        .await?;
    Ok(see_other(
        &format!("/cash/{hand_in}"),
        "done-variance-confirmed",
    ))
}
