//! Ledgers: drafts, signed ledgers, and the receivables of the one in force.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use serde::Serialize;

use crate::domain::ids::{CustomerId, Digest, EntryId, ReceivableId, SnapshotId, UserId};
use crate::domain::money::{Currency, Money};
use crate::domain::time::{Day, Instant};
use crate::journal::Entry;
use crate::journal::facts::{Fact, LedgerDecided, LedgerImported, LedgerSigned};
use crate::read_model::columns::{minor, money, parsed, parsed_or_null, text};
use crate::snapshots::ledger::LedgerSnapshot;

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// A draft that was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftRow {
    /// Digest of the draft; the ledger's id once it is signed.
    pub draft: SnapshotId,
    /// The entry that imported it.
    pub entry: EntryId,
    /// That entry's hash.
    pub entry_hash: Digest,
    /// Digest of the file.
    pub file: Digest,
    /// Its name as uploaded.
    pub file_name: String,
    /// Cut-off day.
    pub cut_off: Day,
    /// Rows taken.
    pub accepted: i64,
    /// Rows that wait for a decision; in no total.
    pub held: i64,
    /// Total of the rows taken.
    pub outstanding: Money,
    /// Digest of the clerk's decisions on single rows and customers, an attachment; none when nothing was decided.
    pub decisions: Option<Digest>,
    /// Rows taken with a corrected cell.
    pub corrected: i64,
    /// Rows struck.
    pub struck: i64,
    /// Rows taken as they are after somebody confirmed a doubt.
    pub confirmed: i64,
    /// Customers taken as new, or said to be one on file.
    pub customers_decided: i64,
    /// Who imported.
    pub imported_by: UserId,
    /// When.
    pub imported_at: Instant,
    /// Signed by finance.
    pub is_signed: bool,
}

/// A signed ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerRow {
    /// The snapshot.
    pub ledger: SnapshotId,
    /// In the order of signing, from 1.
    pub number: i64,
    /// Cut-off day.
    pub cut_off: Day,
    /// Total.
    pub outstanding: Money,
    /// Who signed.
    pub signed_by: UserId,
    /// When.
    pub signed_at: Instant,
}

/// A receivable of the ledger in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceivableRow {
    /// The receivable.
    pub receivable: ReceivableId,
    /// Whose.
    pub customer: CustomerId,
    /// Document number.
    pub document: String,
    /// Contract number; may be empty.
    pub contract: String,
    /// Day of the invoice, when the ledger has it.
    pub invoiced: Option<Day>,
    /// Due day.
    pub due: Day,
    /// Amount due; negative for a credit note.
    pub amount: Money,
    /// Received until the cut-off.
    pub received: Money,
    /// What is left.
    pub outstanding: Money,
}

/// Takes in an entry about a ledger; any other leaves the tables as they are.
pub fn project_entry(tx: &Transaction<'_>, entry: &Entry, hash: Digest) -> rusqlite::Result<()> {
    if let Fact::LedgerImported(fact) = &entry.fact {
        insert_draft(tx, entry, hash, fact)?;
    }
    if let Fact::LedgerSigned(fact) = &entry.fact {
        insert_ledger(tx, entry, fact)?;
        drop_replaced(tx)?;
    }
    Ok(())
}

/// Takes in the figures of a signed ledger.
pub fn project_ledger(
    tx: &Transaction<'_>,
    id: SnapshotId,
    ledger: &LedgerSnapshot,
) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached(
        "insert or replace into receivables values (:ledger, :receivable, :customer, :document, :contract, :invoiced,
            :due, :amount, :received, :outstanding)",
    )?;
    for row in &ledger.receivables {
        insert.execute(named_params! {
            ":ledger": text(&id),
            ":receivable": text(&row.id),
            ":customer": text(&row.customer),
            ":document": row.document,
            ":contract": row.contract,
            ":invoiced": row.invoiced.map(|day| day.to_string()),
            ":due": text(&row.due),
            ":amount": minor(row.amount)?,
            ":received": minor(row.received)?,
            ":outstanding": minor(row.outstanding)?,
        })?;
    }
    drop_replaced(tx)
}

fn insert_draft(
    tx: &Transaction<'_>,
    entry: &Entry,
    hash: Digest,
    fact: &LedgerImported,
) -> rusqlite::Result<()> {
    let decided = fact.decided.as_ref();
    let count = |of: fn(&LedgerDecided) -> u64| {
        i64::try_from(decided.map(of).unwrap_or_default()).unwrap_or(i64::MAX)
    };
    tx.execute(
        "insert or ignore into ledger_drafts values (:draft, :entry, :entry_hash, :file, :file_name, :cut_off, :currency,
            :accepted, :held, :outstanding, :decisions, :corrected, :struck, :confirmed, :customers_decided, :by, :at)",
        named_params! {
            ":draft": text(&fact.draft.digest),
            ":entry": text(&entry.id),
            ":entry_hash": text(&hash),
            ":file": text(&fact.file.digest),
            ":file_name": fact.file_name,
            ":cut_off": text(&fact.cut_off),
            ":currency": fact.outstanding.currency().code(),
            ":accepted": i64::try_from(fact.accepted).unwrap_or(i64::MAX),
            ":held": i64::try_from(fact.held).unwrap_or(i64::MAX),
            ":outstanding": minor(fact.outstanding)?,
            ":decisions": decided.map(|decided| text(&decided.decisions.digest)),
            ":corrected": count(|decided| decided.corrected),
            ":struck": count(|decided| decided.struck),
            ":confirmed": count(|decided| decided.confirmed),
            ":customers_decided": count(|decided| decided.customers),
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
        },
    )?;
    Ok(())
}

fn insert_ledger(tx: &Transaction<'_>, entry: &Entry, fact: &LedgerSigned) -> rusqlite::Result<()> {
    tx.execute(
        "insert or ignore into ledgers values (:ledger, (select coalesce(max(number), 0) + 1 from ledgers), :entry,
            :cut_off, :currency, :outstanding, :by, :at)",
        named_params! {
            ":ledger": text(&fact.ledger),
            ":entry": text(&entry.id),
            ":cut_off": text(&fact.cut_off),
            ":currency": fact.outstanding.currency().code(),
            ":outstanding": minor(fact.outstanding)?,
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
        },
    )?;
    Ok(())
}

/// Figures of a ledger that a later one replaced stay in its snapshot; here they would only be in the way.
fn drop_replaced(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute(
        "delete from receivables where ledger in
            (select ledger from ledgers where number < (select max(number) from ledgers))",
        [],
    )?;
    Ok(())
}

/// The ledger in force: the last one signed; none before the first signature.
pub fn in_force(connection: &Connection) -> rusqlite::Result<Option<LedgerRow>> {
    connection
        .prepare_cached("select * from ledgers order by number desc limit 1")?
        .query_row([], ledger_row)
        .optional()
}

/// The signed ledgers, newest first, at most 200.
pub fn signed(connection: &Connection) -> rusqlite::Result<Vec<LedgerRow>> {
    connection
        .prepare_cached("select * from ledgers order by number desc limit 200")?
        .query_map([], ledger_row)?
        .collect()
}

const DRAFTS: &str =
    "select d.*, exists (select 1 from ledgers l where l.ledger = d.draft) as is_signed
    from ledger_drafts d";

/// The drafts, newest first, at most 200.
pub fn drafts(connection: &Connection) -> rusqlite::Result<Vec<DraftRow>> {
    connection
        .prepare_cached(&format!(
            "{DRAFTS} order by imported_at_ms desc, draft limit 200"
        ))?
        .query_map([], draft_row)?
        .collect()
}

/// One draft.
pub fn draft(connection: &Connection, draft: SnapshotId) -> rusqlite::Result<Option<DraftRow>> {
    connection
        .prepare_cached(&format!("{DRAFTS} where draft = :draft"))?
        .query_row(named_params! { ":draft": text(&draft) }, draft_row)
        .optional()
}

/// The receivables of a customer in the ledger in force, oldest due day first, at most 1,000.
pub fn receivables_of(
    connection: &Connection,
    customer: CustomerId,
) -> rusqlite::Result<Vec<ReceivableRow>> {
    connection
        .prepare_cached(
            "select r.*, l.currency from receivables r join ledgers l using (ledger)
             where l.number = (select max(number) from ledgers) and r.customer = :customer
             order by r.due, r.document limit 1000",
        )?
        .query_map(
            named_params! { ":customer": text(&customer) },
            receivable_row,
        )?
        .collect()
}

/// All receivables of the ledger in force, by id, at most 200,000.
pub fn receivables(connection: &Connection) -> rusqlite::Result<Vec<ReceivableRow>> {
    connection
        .prepare_cached(
            "select r.*, l.currency from receivables r join ledgers l using (ledger)
             where l.number = (select max(number) from ledgers) order by r.receivable limit 200000",
        )?
        .query_map([], receivable_row)?
        .collect()
}

fn draft_row(row: &Row<'_>) -> rusqlite::Result<DraftRow> {
    Ok(DraftRow {
        draft: parsed(row, "draft")?,
        entry: parsed(row, "entry")?,
        entry_hash: parsed(row, "entry_hash")?,
        file: parsed(row, "file")?,
        file_name: row.get("file_name")?,
        cut_off: parsed(row, "cut_off")?,
        accepted: row.get("accepted")?,
        held: row.get("held")?,
        outstanding: money(row, "outstanding_minor", currency(row)?)?,
        decisions: parsed_or_null(row, "decisions")?,
        corrected: row.get("corrected")?,
        struck: row.get("struck")?,
        confirmed: row.get("confirmed")?,
        customers_decided: row.get("customers_decided")?,
        imported_by: parsed(row, "imported_by")?,
        imported_at: Instant::from_ms(row.get("imported_at_ms")?),
        is_signed: row.get("is_signed")?,
    })
}

fn ledger_row(row: &Row<'_>) -> rusqlite::Result<LedgerRow> {
    Ok(LedgerRow {
        ledger: parsed(row, "ledger")?,
        number: row.get("number")?,
        cut_off: parsed(row, "cut_off")?,
        outstanding: money(row, "outstanding_minor", currency(row)?)?,
        signed_by: parsed(row, "signed_by")?,
        signed_at: Instant::from_ms(row.get("signed_at_ms")?),
    })
}

fn receivable_row(row: &Row<'_>) -> rusqlite::Result<ReceivableRow> {
    let currency = currency(row)?;
    Ok(ReceivableRow {
        receivable: parsed(row, "receivable")?,
        customer: parsed(row, "customer")?,
        document: row.get("document")?,
        contract: row.get("contract")?,
        invoiced: parsed_or_null(row, "invoiced")?,
        due: parsed(row, "due")?,
        amount: money(row, "amount_minor", currency)?,
        received: money(row, "received_minor", currency)?,
        outstanding: money(row, "outstanding_minor", currency)?,
    })
}

fn currency(row: &Row<'_>) -> rusqlite::Result<Currency> {
    parsed(row, "currency")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_model::fixtures::{customer, ledger, sign, tables, written, yuan};

    #[test]
    fn the_last_signed_ledger_is_in_force_and_only_its_figures_are_kept() {
        let mut connection = tables();
        let june = ledger("2026-06-30", &[(1, "2026-05-31", "100.00")]);
        let july = ledger(
            "2026-07-31",
            &[(1, "2026-05-31", "60.00"), (2, "2026-07-01", "5.00")],
        );
        let mut id = Digest::default();
        written(&mut connection, |tx| {
            sign(tx, 1, &june);
            id = sign(tx, 2, &july);
            Ok(())
        });
        let row = in_force(&connection).unwrap().unwrap();
        assert_eq!((row.ledger, row.number), (id, 2));
        assert_eq!(row.outstanding, yuan("65.00"));
        let rows = receivables_of(&connection, customer(1)).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].outstanding, yuan("60.00"));
        let kept: i64 = connection
            .query_row("select count(*) from receivables", [], |row| row.get(0))
            .unwrap();
        assert_eq!(kept, 2);
    }

    #[test]
    fn an_amount_beyond_the_column_is_an_error_and_not_another_amount() {
        minor(yuan("92233720368547758.08")).unwrap_err();
        assert_eq!(minor(yuan("-92233720368547758.08")).unwrap(), i64::MIN);
    }
}
