//! Customers: whom this phone knows, finding one, and the card.

use std::collections::BTreeSet;

use rusqlite::Connection;
use serde::Deserialize;

use crate::domain::ageing::Bucket;
use crate::domain::calendar::Calendar;
use crate::domain::customer_search::SearchQuery;
use crate::domain::ids::{CustomerId, DocumentId};
use crate::domain::promise::{
    PromiseRules, PromiseStanding, PromiseState, PromiseTerms, promise_standings,
};
use crate::domain::time::Day;
use crate::journal::facts::{DisputeAbout, OutcomeKind, ReasonCode};
use crate::read_model::customer_books::{self, CustomersQuery};
use crate::read_model::promises::MadePromise;
use crate::read_model::stops::{StopParts, Viewer};
use crate::read_model::{
    cash, contacts, disputes, documents, entries, outcomes, plans, promises, reviews, stops,
};
use crate::replica::error::or_not_found;
use crate::replica::{Replica, ReplicaError};
use crate::views::{
    CustomerDisputeRow, CustomerSignedRow, CustomerSort, CustomerView, CustomerVisitRow,
    CustomersView, DisputeRow, DisputeState, EntryDetail, EntryRow, OpenQuestion,
    PromiseStandingRow, StopRow, call_today, contact_rows, posting, signed_rows,
};

/// The most disputes on a card.
const DISPUTES: u32 = 100;

/// `customer.search`: what was typed, and which page.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CustomerSearch {
    /// Part of a name, its pinyin or initials, a code, or at least three digits of a number; at most 63 characters.
    pub query: String,
    /// How many to skip.
    #[serde(default)]
    pub offset: u32,
    /// How many to return, at most 50.
    #[serde(default = "a_page_of_customers")]
    pub limit: u32,
}

const fn a_page_of_customers() -> u32 {
    50
}

/// `customer.list`: which customers, in which order, and which page.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CustomersAsked {
    /// Only those with something outstanding in this bucket.
    #[serde(default)]
    pub bucket: Option<Bucket>,
    /// Only those with something past due.
    #[serde(default)]
    pub is_overdue: bool,
    /// The order.
    #[serde(default)]
    pub sort: CustomerSort,
    /// How many to skip.
    #[serde(default)]
    pub offset: u32,
    /// How many to return, at most 50.
    #[serde(default = "a_page_of_customers")]
    pub limit: u32,
}

/// `customer.read`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OfCustomer {
    /// The customer.
    pub customer: CustomerId,
}

impl Replica {
    /// `customer.search`: one page of the customers that fit what was typed, the best first.
    ///
    /// # Errors
    /// `search-too-long`.
    pub fn search_customers(&self, asked: &CustomerSearch) -> Result<CustomersView, ReplicaError> {
        let query = SearchQuery::parse(&asked.query)
            .map_err(|_too_long| ReplicaError::Refused("search-too-long"))?;
        self.read(|connection| {
            let me = Self::me(connection)?;
            let (rows, total) =
                customer_books::search(connection, &query, (asked.offset, asked.limit))?;
            Ok(CustomersView {
                rows,
                total,
                book: customer_books::book(connection, me.user)?,
            })
        })
    }

    /// `customer.list`: one page of all customers this phone knows.
    pub fn customers(&self, asked: CustomersAsked) -> Result<CustomersView, ReplicaError> {
        let query = CustomersQuery {
            bucket: asked.bucket,
            is_overdue: asked.is_overdue,
            sort: asked.sort,
            offset: asked.offset,
            limit: asked.limit,
        };
        self.read(|connection| {
            let me = Self::me(connection)?;
            let (rows, total) = customer_books::page(connection, query)?;
            Ok(CustomersView {
                rows,
                total,
                book: customer_books::book(connection, me.user)?,
            })
        })
    }

    /// `customer.read`: the card of a customer that this phone knows.
    pub fn customer(&self, of: OfCustomer) -> Result<CustomerView, ReplicaError> {
        let customer = of.customer;
        let today = Day::legal(self.devices.clock.read().wall);
        self.read(|connection| {
            let me = Self::me(connection)?;
            let row = or_not_found(customer_books::customer(connection, customer)?, "customer")?;
            let mut visited = Vec::new();
            let viewer = Viewer::of(me.chain(), me.user, today);
            for row in stops::at_customer(connection, &viewer, customer)? {
                let parts = or_not_found(stops::parts(connection, row.stop)?, "stop")?;
                let timeline = entries::timeline(connection, row.stop, parts.site)?;
                visited.push((row, parts, timeline));
            }
            let document = document_of(connection, customer, &visited)?;
            let contacts = match document {
                Some(document) => contacts::of_document(connection, document)?,
                None => Vec::new(),
            };
            let recorded = disputes::of_customer(connection, customer, DISPUTES)?;
            let words = document.map(|id| documents::customer_notes(connection, id));
            Ok(CustomerView {
                call: call_today((&row.contact, &row.phone), &contacts, today),
                row,
                document,
                notes: words.transpose()?.flatten().unwrap_or_default(),
                contacts: contact_rows(&contacts, today),
                promises: standings(connection, customer, today)?,
                visits: visits(connection, &visited)?,
                open_questions: open_questions(connection, (document, &recorded), &visited, today)?,
                disputes_said: disputes_said(&visited, &recorded),
                disputes: recorded,
                signings: signings(&visited),
            })
        })
    }
}

/// A stop at the customer with its parts and its timeline.
type Visited = (StopRow, StopParts, Vec<EntryRow>);

/// The customer's document when it is held here; a stop names it, and one that came without a stop has the customer's id.
fn document_of(
    connection: &Connection,
    customer: CustomerId,
    visited: &[Visited],
) -> rusqlite::Result<Option<DocumentId>> {
    let named = visited.iter().map(|(_, parts, _)| parts.customer_document);
    for document in named.chain([DocumentId(customer.0)]) {
        if documents::customer_notes(connection, document)?.is_some() {
            return Ok(Some(document));
        }
    }
    Ok(None)
}

fn standings(
    connection: &Connection,
    customer: CustomerId,
    today: Day,
) -> Result<Vec<PromiseStandingRow>, ReplicaError> {
    let made = promises::of_customer(connection, customer)?;
    let money = cash::money_of_customer(connection, customer)?;
    let calendar = Calendar::published();
    let currencies: BTreeSet<_> = made.iter().map(|made| made.amount.currency()).collect();
    let mut rows = Vec::new();
    for currency in currencies {
        let of_currency: Vec<&MadePromise> = made
            .iter()
            .filter(|made| made.amount.currency() == currency)
            .collect();
        let mut terms = Vec::new();
        for promise in &of_currency {
            let later = promises::superseded_at(connection, promise.entry)?;
            terms.push(PromiseTerms {
                amount: promise.amount,
                made_on: Day::legal(promise.made_at),
                day: promise.due,
                superseded_on: later.map(Day::legal),
            });
        }
        let money: Vec<_> = money
            .iter()
            .filter(|money| money.amount.currency() == currency)
            .copied()
            .collect();
        // No cut-off is given: without bank postings nothing here proves that a promise was broken.
        let rules = PromiseRules {
            calendar: &calendar,
            grace_days: 0,
            snapshot_cut_off: None,
        };
        let standings = promise_standings(&terms, &money, rules)
            .map_err(|_mixed| ReplicaError::Damaged("promises"))?;
        rows.extend(
            of_currency
                .into_iter()
                .zip(standings)
                .map(|(promise, standing)| standing_row(promise, standing, today)),
        );
    }
    rows.sort_by_key(|row| std::cmp::Reverse((row.made_ms, row.entry)));
    Ok(rows)
}

fn standing_row(
    promise: &MadePromise,
    standing: PromiseStanding,
    today: Day,
) -> PromiseStandingRow {
    PromiseStandingRow {
        entry: promise.entry,
        stop: promise.stop,
        amount: promise.amount,
        due: promise.due,
        last_day: standing.last_day,
        made_ms: promise.made_at.ms(),
        signer_name: promise.signer_name.clone(),
        state: standing.state,
        is_for_the_office: standing.state == PromiseState::Open && today > standing.last_day,
    }
}

fn visits(
    connection: &Connection,
    visited: &[Visited],
) -> Result<Vec<CustomerVisitRow>, ReplicaError> {
    visited
        .iter()
        .map(|(row, _, _)| {
            let plan = plans::approved(connection, row.plan)?;
            let outcome = outcomes::of_stop(connection, row.stop)?;
            Ok(CustomerVisitRow {
                stop: row.stop,
                day: row.day,
                plan_title: plan.map(|plan| plan.title).unwrap_or_default(),
                status: row.status,
                outcome: row.outcome,
                summary: outcome.map(|outcome| outcome.summary).unwrap_or_default(),
            })
        })
        .collect()
}

fn open_questions(
    connection: &Connection,
    (document, recorded): (Option<DocumentId>, &[DisputeRow]),
    visited: &[Visited],
    today: Day,
) -> Result<Vec<OpenQuestion>, ReplicaError> {
    let mut questions: Vec<OpenQuestion> = recorded
        .iter()
        .filter(|dispute| dispute.state != DisputeState::Closed)
        .map(|dispute| OpenQuestion::Dispute {
            stop: dispute.stop,
            entry: dispute.dispute,
            about: dispute.about,
            state: dispute.state,
        })
        .collect();
    let mut seen = BTreeSet::new();
    for (row, parts, timeline) in visited {
        let stop = row.stop;
        let sent_backs = reviews::sent_backs(connection, stop)?;
        questions.extend(
            sent_backs
                .into_iter()
                .filter(|sent_back| sent_back.answers.is_empty())
                .map(|sent_back| OpenQuestion::SentBack {
                    stop,
                    entry: sent_back.entry,
                    field: sent_back.field,
                    reason: sent_back.reason,
                    deadline: sent_back.deadline,
                }),
        );
        for document in [Some(parts.document), document].into_iter().flatten() {
            if seen.insert(document) {
                let conflicts = documents::conflicts(connection, document)?;
                questions.extend(
                    conflicts
                        .into_iter()
                        .map(|conflict| OpenQuestion::Conflict {
                            stop,
                            document,
                            field: conflict.field,
                        }),
                );
            }
        }
        questions.extend(
            posting(timeline, today)
                .filter(|posting| posting.posted.is_none())
                .map(|posting| OpenQuestion::Posting {
                    stop,
                    entry: posting.refusal,
                    post_by: posting.post_by,
                    is_overdue: posting.is_overdue,
                }),
        );
    }
    Ok(questions)
}

/// What was said at a stop where the same was recorded as a dispute is not said twice.
fn disputes_said(visited: &[Visited], recorded: &[DisputeRow]) -> Vec<CustomerDisputeRow> {
    let is_recorded = |said: &CustomerDisputeRow| {
        recorded.iter().any(|dispute| {
            let about = match dispute.about {
                DisputeAbout::Quality => ReasonCode::Quality,
                DisputeAbout::Amount => ReasonCode::Amount,
            };
            dispute.stop == said.stop && said.reason.is_none_or(|reason| reason == about)
        })
    };
    let mut rows: Vec<CustomerDisputeRow> = visited
        .iter()
        .flat_map(|(row, _, timeline)| {
            timeline.iter().filter_map(|entry| {
                let (reason, words) = disputed(&entry.detail)?;
                Some(CustomerDisputeRow {
                    stop: row.stop,
                    entry: entry.entry,
                    at_ms: entry.at_ms,
                    reason,
                    words: words.to_owned(),
                })
            })
        })
        .filter(|said| !is_recorded(said))
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.at_ms, row.entry)));
    rows
}

/// What an entry says against quality or amount.
fn disputed(detail: &EntryDetail) -> Option<(Option<ReasonCode>, &str)> {
    let is_dispute =
        |reason: ReasonCode| matches!(reason, ReasonCode::Quality | ReasonCode::Amount);
    if let EntryDetail::Outcome {
        outcome,
        reason,
        summary,
    } = detail
    {
        let about = reason.filter(|reason| is_dispute(*reason));
        return (*outcome == OutcomeKind::Disputed || about.is_some()).then_some((about, summary));
    }
    if let EntryDetail::Refusal { reason, words, .. } = detail {
        return is_dispute(*reason).then_some((Some(*reason), words));
    }
    None
}

fn signings(visited: &[Visited]) -> Vec<CustomerSignedRow> {
    let mut rows: Vec<CustomerSignedRow> = visited
        .iter()
        .flat_map(|(row, _, timeline)| {
            signed_rows(timeline)
                .into_iter()
                .map(|signed| CustomerSignedRow {
                    stop: row.stop,
                    signed,
                })
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.signed.at_ms, row.signed.entry)));
    rows
}

#[cfg(test)]
mod tests;
