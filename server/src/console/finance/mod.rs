//! Ledgers: drafts and what they would change, and finance's signature.

pub(super) mod cash;
pub(super) mod decisions;

use askama::Template;
use axum::extract::{Path, Query};
use countersign_core::domain::ids::SnapshotId;
use countersign_core::domain::money::Money;
use countersign_core::read_model::ledgers::{DraftRow, LedgerRow};
use serde::Deserialize;

use super::layout::caller::{Answer, Caller};
use super::layout::fault::Fault;
use super::layout::fields::Fields;
use super::layout::frame::Frame;
use super::layout::notice::see_other;
use super::layout::paging::{Paging, ROWS};
use crate::auth::policy::Action;
use crate::desks::{BookHolder, DifferenceRow, LedgerDifferences, SalespersonRow};

#[derive(Template)]
#[template(path = "ledgers/index.html")]
struct Index {
    p: Frame,
    drafts: Vec<DraftRow>,
    signed: Vec<LedgerRow>,
    may_import: bool,
}

/// One receivable that differs, with what happened to it.
struct Line {
    change: String,
    tone: &'static str,
    row: DifferenceRow,
}

/// One salesperson, and who gets his customers or why nobody does.
struct Book {
    row: SalespersonRow,
    tone: &'static str,
    words: String,
}

struct Sum {
    words: String,
    count: usize,
    by: Option<Money>,
}

#[derive(Template)]
#[template(path = "ledgers/ledger.html")]
struct LedgerPage {
    p: Frame,
    id: SnapshotId,
    draft: DraftRow,
    signed: Option<LedgerRow>,
    base: Option<LedgerRow>,
    sums: Vec<Sum>,
    differences: Vec<Line>,
    books: Vec<Book>,
    paging: Paging,
    may_sign: bool,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    page: u32,
}

pub(super) async fn index(caller: Caller) -> Answer {
    caller
        .page(|caller| {
            Ok(Index {
                drafts: caller.desk().ledger_drafts()?,
                signed: caller.desk().ledgers()?,
                may_import: caller.may(Action::ImportLedger),
                p: caller.frame()?,
            })
        })
        .await
}

pub(super) async fn ledger(
    caller: Caller,
    Path(id): Path<SnapshotId>,
    Query(asked): Query<Asked>,
) -> Answer {
    caller
        .page(move |caller| ledger_page(caller, id, asked.page))
        .await
}

fn ledger_page(caller: &Caller, id: SnapshotId, page: u32) -> Result<LedgerPage, Fault> {
    let p = caller.frame()?;
    let found = caller.desk().ledger_differences(id)?;
    let signed = caller
        .desk()
        .ledgers()?
        .into_iter()
        .find(|row| row.ledger == id);
    let sums = sums(&p, &found);
    let may_sign = caller.may(Action::SignLedger) && found.draft.imported_by != caller.who.user;
    let LedgerDifferences {
        draft,
        before,
        new,
        changed,
        gone,
        ..
    } = found;
    let mut lines = Vec::new();
    let kinds = [
        ("ledger-new", "accent", new),
        ("ledger-changed", "warn", changed),
        ("ledger-gone", "bad", gone),
    ];
    for (key, tone, difference) in kinds {
        lines.extend(difference.rows.into_iter().map(|row| Line {
            change: p.t(key),
            tone,
            row,
        }));
    }
    let total = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let paging = Paging::new(page, total, format!("/ledgers/{id}?page="));
    let skip = usize::try_from(Paging::offset(paging.page)).unwrap_or(0);
    let take = usize::try_from(ROWS).unwrap_or(50);
    let books = if draft.is_signed {
        Vec::new()
    } else {
        caller.desk().ledger_books(id)?
    };
    Ok(LedgerPage {
        id,
        books: books.into_iter().map(|row| book(&p, row)).collect(),
        may_sign,
        differences: lines.into_iter().skip(skip).take(take).collect(),
        sums,
        paging,
        draft,
        signed,
        base: before,
        p,
    })
}

fn book(p: &Frame, row: SalespersonRow) -> Book {
    let (tone, words) = match row.holder {
        BookHolder::Person(user) => ("good", p.name(&user)),
        BookHolder::NoAccount if row.salesperson.is_empty() => ("", p.t("book-nobody-named")),
        BookHolder::NoAccount => ("warn", p.t("book-no-account")),
        BookHolder::NoPhone => ("warn", p.t("book-no-phone")),
        BookHolder::Several => ("warn", p.t("book-several")),
    };
    Book { row, tone, words }
}

fn sums(p: &Frame, found: &LedgerDifferences) -> Vec<Sum> {
    let sum = |key, count, by| Sum {
        words: p.t(key),
        count,
        by,
    };
    vec![
        sum("ledger-new", found.new.count, Some(found.new.by)),
        sum(
            "ledger-changed",
            found.changed.count,
            Some(found.changed.by),
        ),
        sum("ledger-gone", found.gone.count, Some(found.gone.by)),
        sum("ledger-unchanged", found.unchanged, None),
        sum("ledger-customers-new", found.customers_new, None),
        sum("ledger-customers-gone", found.customers_gone, None),
    ]
}

pub(super) async fn sign(caller: Caller, Path(id): Path<SnapshotId>, fields: Fields) -> Answer {
    caller.needs(Action::SignLedger)?;
    let cut_off = fields.day("cut_off", "ledger-cut-off")?;
    let total = fields.text("total", "ledger-total")?;
    caller
        .run(move |caller| Ok(caller.desk().sign_ledger(id, cut_off, &total)?))
        .await?;
    Ok(see_other(&format!("/ledgers/{id}"), "done-ledger-signed"))
}
