//! Visit lists: screened customers, who proposed them, who decided.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use serde::Serialize;

use crate::domain::ids::{CustomerId, Digest, EntryId, SnapshotId, UserId, VisitListId};
use crate::domain::money::Money;
use crate::domain::time::Instant;
use crate::journal::Entry;
use crate::journal::facts::{Decision, Fact, VisitListDecided, VisitListProposed};
use crate::read_model::columns::{minor, money, parsed, parsed_or_null, text};

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Where a visit list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ListState {
    /// Waits for the sales manager.
    Proposed,
    /// Approved; its rows may be planned.
    Approved,
    /// Sent back; may be proposed again.
    SentBack,
}

/// One visit list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VisitListHead {
    /// The list.
    pub list: VisitListId,
    /// The entry that proposed it last.
    pub entry: EntryId,
    /// Its hash: what a decision is pinned to.
    pub entry_hash: Digest,
    /// Title.
    pub title: String,
    /// The ledger it was screened from.
    pub ledger: SnapshotId,
    /// Who proposed.
    pub proposed_by: UserId,
    /// When.
    pub proposed_at: Instant,
    /// Where it stands.
    pub state: ListState,
    /// Why it was sent back; empty otherwise.
    pub decision_reason: String,
    /// Who decided.
    pub decided_by: Option<UserId>,
    /// When.
    pub decided_at: Option<Instant>,
    /// Rows that were not struck.
    pub customers: i64,
}

/// One customer on a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedCustomer {
    /// The customer.
    pub customer: CustomerId,
    /// Code; may be empty.
    pub code: String,
    /// Name.
    pub name: String,
    /// Credit grade; may be empty.
    pub grade: String,
    /// Rank, from 1.
    pub position: i64,
    /// Overdue when it was proposed.
    pub overdue: Money,
    /// Days past due when it was proposed.
    pub days_past_due: i64,
    /// Why it is on the list.
    pub reason: String,
    /// Why the manager took it off; none when it stays.
    pub struck_reason: Option<String>,
}

/// Takes in an entry about a visit list; any other leaves the tables as they are.
pub fn project_entry(tx: &Transaction<'_>, entry: &Entry, hash: Digest) -> rusqlite::Result<()> {
    if let Fact::VisitListProposed(fact) = &entry.fact {
        insert_proposal(tx, entry, hash, fact)?;
    }
    if let Fact::VisitListDecided(fact) = &entry.fact {
        apply_decision(tx, entry, fact)?;
    }
    Ok(())
}

fn insert_proposal(
    tx: &Transaction<'_>,
    entry: &Entry,
    hash: Digest,
    fact: &VisitListProposed,
) -> rusqlite::Result<()> {
    tx.execute(
        "insert or replace into visit_lists values (:list, :entry, :entry_hash, :title, :ledger, :by, :at, null, null,
            null, null)",
        named_params! {
            ":list": text(&fact.list),
            ":entry": text(&entry.id),
            ":entry_hash": text(&hash),
            ":title": fact.title,
            ":ledger": text(&fact.ledger),
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
        },
    )?;
    tx.execute(
        "delete from visit_list_rows where list = :list",
        named_params! { ":list": text(&fact.list) },
    )?;
    let mut insert = tx.prepare_cached(
        "insert or replace into visit_list_rows values (:list, :position, :customer, :currency, :overdue,
            :days_past_due, :reason, null)",
    )?;
    for (position, row) in (1_i64..).zip(&fact.rows) {
        insert.execute(named_params! {
            ":list": text(&fact.list),
            ":position": position,
            ":customer": text(&row.customer),
            ":currency": row.overdue.currency().code(),
            ":overdue": minor(row.overdue)?,
            ":days_past_due": row.days_past_due,
            ":reason": row.reason,
        })?;
    }
    Ok(())
}

/// A decision pinned to an earlier proposal decides nothing about the one that replaced it.
fn apply_decision(
    tx: &Transaction<'_>,
    entry: &Entry,
    fact: &VisitListDecided,
) -> rusqlite::Result<()> {
    let (decision, reason) = match &fact.decision {
        Decision::Approved => ("approved", ""),
        Decision::SentBack(reason) => ("sent_back", reason.as_str()),
    };
    let decided = tx.execute(
        "update visit_lists set decision = :decision, decision_reason = :reason, decided_by = :by, decided_at_ms = :at
         where list = :list and entry_hash = :pinned",
        named_params! {
            ":decision": decision,
            ":reason": reason,
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
            ":list": text(&fact.list),
            ":pinned": text(&fact.pinned),
        },
    )?;
    if decided == 0 {
        return Ok(());
    }
    for struck in &fact.struck {
        tx.execute(
            "update visit_list_rows set struck_reason = :reason where list = :list and customer = :customer",
            named_params! {
                ":reason": struck.reason,
                ":list": text(&fact.list),
                ":customer": text(&struck.customer),
            },
        )?;
    }
    Ok(())
}

const HEADS: &str = "select v.*, (select count(*) from visit_list_rows r where r.list = v.list
    and r.struck_reason is null) as customers from visit_lists v";

/// The visit lists, newest first, at most 200.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<VisitListHead>> {
    connection
        .prepare_cached(&format!(
            "{HEADS} order by proposed_at_ms desc, list desc limit 200"
        ))?
        .query_map([], head_row)?
        .collect()
}

/// One visit list.
pub fn head(connection: &Connection, list: VisitListId) -> rusqlite::Result<Option<VisitListHead>> {
    connection
        .prepare_cached(&format!("{HEADS} where list = :list"))?
        .query_row(named_params! { ":list": text(&list) }, head_row)
        .optional()
}

/// The customers of a list by rank, struck ones included, at most 2,000.
pub fn rows(connection: &Connection, list: VisitListId) -> rusqlite::Result<Vec<ListedCustomer>> {
    connection
        .prepare_cached(
            "select r.*, coalesce(c.code, '') as code, coalesce(c.name, '') as name, coalesce(c.grade, '') as grade
             from visit_list_rows r left join customers c using (customer)
             where r.list = :list order by r.position limit 2000",
        )?
        .query_map(named_params! { ":list": text(&list) }, listed_row)?
        .collect()
}

/// Customers on any approved list and not struck from it, by code, at most 5,000; the same customer on several lists comes
/// once, from the latest.
pub fn approved_customers(connection: &Connection) -> rusqlite::Result<Vec<ListedCustomer>> {
    connection
        .prepare_cached(
            "select r.*, max(v.proposed_at_ms) as latest, coalesce(c.code, '') as code, coalesce(c.name, '') as name,
                coalesce(c.grade, '') as grade
             from visit_list_rows r join visit_lists v using (list) left join customers c using (customer)
             where v.decision = 'approved' and r.struck_reason is null
             group by r.customer order by code, name limit 5000",
        )?
        .query_map([], listed_row)?
        .collect()
}

/// Customers on a list that waits or was approved, struck ones apart.
pub fn listed_customers(connection: &Connection) -> rusqlite::Result<BTreeSet<CustomerId>> {
    connection
        .prepare_cached(
            "select distinct r.customer from visit_list_rows r join visit_lists v using (list)
             where v.decision is not 'sent_back' and r.struck_reason is null limit 200000",
        )?
        .query_map([], |row| parsed(row, "customer"))?
        .collect()
}

/// Whether the customer is on an approved list and not struck from it.
pub fn is_approved(connection: &Connection, customer: CustomerId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "select exists (select 1 from visit_list_rows r join visit_lists v using (list)
             where v.decision = 'approved' and r.struck_reason is null and r.customer = :customer)",
        )?
        .query_row(named_params! { ":customer": text(&customer) }, |row| {
            row.get(0)
        })
}

fn head_row(row: &Row<'_>) -> rusqlite::Result<VisitListHead> {
    let decision: Option<String> = row.get("decision")?;
    let decided_at: Option<i64> = row.get("decided_at_ms")?;
    Ok(VisitListHead {
        list: parsed(row, "list")?,
        entry: parsed(row, "entry")?,
        entry_hash: parsed(row, "entry_hash")?,
        title: row.get("title")?,
        ledger: parsed(row, "ledger")?,
        proposed_by: parsed(row, "proposed_by")?,
        proposed_at: Instant::from_ms(row.get("proposed_at_ms")?),
        state: match decision.as_deref() {
            Some("approved") => ListState::Approved,
            Some(_) => ListState::SentBack,
            None => ListState::Proposed,
        },
        decision_reason: row
            .get::<_, Option<String>>("decision_reason")?
            .unwrap_or_default(),
        decided_by: parsed_or_null(row, "decided_by")?,
        decided_at: decided_at.map(Instant::from_ms),
        customers: row.get("customers")?,
    })
}

fn listed_row(row: &Row<'_>) -> rusqlite::Result<ListedCustomer> {
    Ok(ListedCustomer {
        customer: parsed(row, "customer")?,
        code: row.get("code")?,
        name: row.get("name")?,
        grade: row.get("grade")?,
        position: row.get("position")?,
        overdue: money(row, "overdue_minor", parsed(row, "currency")?)?,
        days_past_due: row.get("days_past_due")?,
        reason: row.get("reason")?,
        struck_reason: row.get("struck_reason")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Scope;
    use crate::journal::facts::{StruckRow, VisitListRow};
    use crate::read_model::fixtures::{customer, entry, tables, user, written, yuan};

    const LIST: VisitListId = VisitListId::from_bytes([4; 16]);

    fn proposed(number: u8, customers: &[u8]) -> Entry {
        let rows = customers.iter().map(|number| VisitListRow {
            customer: customer(*number),
            overdue: yuan("100.00"),
            days_past_due: 30,
            reason: "多次推诿".to_owned(),
        });
        let fact = Fact::VisitListProposed(VisitListProposed {
            list: LIST,
            title: "七月".to_owned(),
            ledger: Digest::default(),
            rows: rows.collect(),
        });
        entry(number, user(1), Scope::Office, fact)
    }

    fn decided(number: u8, pinned: Digest, decision: Decision, struck: &[u8]) -> Entry {
        let struck = struck.iter().map(|number| StruckRow {
            customer: customer(*number),
            reason: "已付款".to_owned(),
        });
        let fact = Fact::VisitListDecided(VisitListDecided {
            list: LIST,
            pinned,
            decision,
            struck: struck.collect(),
        });
        entry(number, user(2), Scope::Office, fact)
    }

    fn after(entries: &[Entry]) -> Connection {
        let mut connection = tables();
        written(&mut connection, |tx| {
            (1_u8..)
                .zip(entries)
                .try_for_each(|(number, entry)| project_entry(tx, entry, Digest::of(&[number])))
        });
        connection
    }

    #[test]
    fn a_struck_customer_is_not_approved_and_stays_on_the_list() {
        let connection = after(&[
            proposed(1, &[1, 2]),
            decided(2, Digest::of(&[1]), Decision::Approved, &[2]),
        ]);
        assert!(is_approved(&connection, customer(1)).unwrap());
        assert!(!is_approved(&connection, customer(2)).unwrap());
        let head = head(&connection, LIST).unwrap().unwrap();
        assert_eq!((head.state, head.customers), (ListState::Approved, 1));
        let rows = rows(&connection, LIST).unwrap();
        assert_eq!(rows[1].struck_reason.as_deref(), Some("已付款"));
    }

    #[test]
    fn a_decision_about_an_earlier_proposal_decides_nothing() {
        let connection = after(&[
            proposed(1, &[1]),
            proposed(2, &[1, 2]),
            decided(3, Digest::of(&[1]), Decision::Approved, &[]),
        ]);
        let head = head(&connection, LIST).unwrap().unwrap();
        assert_eq!(head.state, ListState::Proposed);
        assert!(approved_customers(&connection).unwrap().is_empty());
    }

    #[test]
    fn a_list_that_was_sent_back_can_be_proposed_again() {
        let back = Decision::SentBack("缺少理由".to_owned());
        let connection = after(&[proposed(1, &[1]), decided(2, Digest::of(&[1]), back, &[])]);
        let row = head(&connection, LIST).unwrap().unwrap();
        assert_eq!(row.state, ListState::SentBack);
        assert_eq!(row.decision_reason, "缺少理由");
        assert!(listed_customers(&connection).unwrap().is_empty());
    }
}
