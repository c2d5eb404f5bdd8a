//! Statements of account.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};

use crate::domain::amount_in_words::money_in_words;
use crate::domain::ids::{CustomerId, Digest, SnapshotId};
use crate::domain::money::{Currency, Money};
use crate::domain::time::Day;
use crate::read_model::columns::{self, parsed, parsed_or_null, text};
use crate::snapshots::statement::Statement;
use crate::views::{SettlementSummary, StatementSummary};

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// A statement in one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRow {
    /// The snapshot.
    pub statement: SnapshotId,
    /// Who owes.
    pub customer: CustomerId,
    /// The day the figures are as of.
    pub cut_off: Day,
    /// Outstanding in total.
    pub total: Money,
    /// How many receivables.
    pub lines: u64,
    /// Due day of the oldest line that is still outstanding.
    pub oldest_due: Option<Day>,
    /// Digest of the render model.
    pub render_model: Digest,
}

impl StatementRow {
    /// As screens show it.
    #[must_use]
    pub fn summary(&self) -> StatementSummary {
        StatementSummary {
            statement: self.statement,
            cut_off: self.cut_off,
            total: self.total,
            total_words: in_words(self.total),
            lines: self.lines,
            hash_short: self.render_model.short(),
        }
    }
}

/// The amount in words (大写); its digits where the rules for words do not apply.
#[must_use]
pub fn in_words(money: Money) -> String {
    money_in_words(money).unwrap_or_else(|_no_words| money.to_string())
}

/// Takes in a statement.
pub fn project_statement(
    tx: &Transaction<'_>,
    id: SnapshotId,
    statement: &Statement,
) -> rusqlite::Result<()> {
    let oldest_due = statement
        .lines
        .iter()
        .filter(|line| line.outstanding.is_positive())
        .map(|line| line.due)
        .min();
    let content = minicbor::to_vec(statement)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    tx.prepare_cached(
        "insert or ignore into statements values (:statement, :customer, :cut_off, :currency, :total, :lines, :oldest_due,
            :render_model, :content)",
    )?
    .execute(named_params! {
        ":statement": text(&id),
        ":customer": text(&statement.customer),
        ":cut_off": text(&statement.cut_off),
        ":currency": statement.total.currency().code(),
        ":total": columns::minor(statement.total)?,
        ":lines": i64::try_from(statement.lines.len()).unwrap_or(i64::MAX),
        ":oldest_due": oldest_due.map(|day| day.to_string()),
        ":render_model": text(&statement.render_model.digest()),
        ":content": content,
    })?;
    if let Some(interest) = statement.interest {
        tx.prepare_cached(
            "insert or ignore into settlements_issued values (:statement, :customer, :ledger, :interest)",
        )?
        .execute(named_params! {
            ":statement": text(&id),
            ":customer": text(&statement.customer),
            ":ledger": text(&statement.ledger),
            ":interest": columns::minor(interest)?,
        })?;
    }
    Ok(())
}

/// The full settlement (form B) that goes with a statement in form A: of the same customer and the same ledger, the one issued
/// last; it is looked for among the customer's last 20. A newer ledger leaves it behind.
pub fn settlement(
    connection: &Connection,
    form_a: SnapshotId,
) -> rusqlite::Result<Option<SnapshotId>> {
    let customers_own = connection
        .prepare_cached(
            "select i.statement, i.ledger from settlements_issued i join statements a using (customer)
             where a.statement = :statement order by i.rowid desc limit 20",
        )?
        .query_map(named_params! { ":statement": text(&form_a) }, |row| {
            Ok((parsed(row, "statement")?, parsed(row, "ledger")?))
        })?
        .collect::<rusqlite::Result<Vec<(SnapshotId, SnapshotId)>>>()?;
    if customers_own.is_empty() {
        return Ok(None);
    }
    let Some(shown) = statement(connection, form_a)? else {
        return Ok(None);
    };
    let of_it = customers_own
        .into_iter()
        .find(|(_, ledger)| *ledger == shown.ledger);
    Ok(of_it.map(|(found, _)| found))
}

/// [`settlement`] as a stop shows it.
pub fn settlement_summary(
    connection: &Connection,
    form_a: SnapshotId,
) -> rusqlite::Result<Option<SettlementSummary>> {
    let Some(id) = settlement(connection, form_a)? else {
        return Ok(None);
    };
    let Some(found) = statement(connection, id)? else {
        return Ok(None);
    };
    let (Some(interest), Ok(total)) = (found.interest, found.confirmed_total()) else {
        return Ok(None);
    };
    Ok(Some(SettlementSummary {
        statement: id,
        cut_off: found.cut_off,
        principal: found.total,
        interest,
        total,
        hash_short: found.render_model.digest().short(),
    }))
}

/// One statement's row.
pub fn row(connection: &Connection, id: SnapshotId) -> rusqlite::Result<Option<StatementRow>> {
    connection
        .prepare_cached("select * from statements where statement = :statement")?
        .query_row(named_params! { ":statement": text(&id) }, statement_row)
        .optional()
}

/// One statement, whole.
pub fn statement(connection: &Connection, id: SnapshotId) -> rusqlite::Result<Option<Statement>> {
    connection
        .prepare_cached("select content from statements where statement = :statement")?
        .query_row(named_params! { ":statement": text(&id) }, |row| {
            let content: Vec<u8> = row.get("content")?;
            minicbor::decode(&content).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, Box::new(error))
            })
        })
        .optional()
}

fn statement_row(row: &Row<'_>) -> rusqlite::Result<StatementRow> {
    let currency: Currency = parsed(row, "currency")?;
    let lines: i64 = row.get("lines")?;
    Ok(StatementRow {
        statement: parsed(row, "statement")?,
        customer: parsed(row, "customer")?,
        cut_off: parsed(row, "cut_off")?,
        total: columns::money(row, "total_minor", currency)?,
        lines: u64::try_from(lines).unwrap_or(0),
        oldest_due: parsed_or_null(row, "oldest_due")?,
        render_model: parsed(row, "render_model")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Digest;
    use crate::journal::facts::PaperKind;
    use crate::read_model::fixtures::{ORGANISATION, customer, day, written, yuan};
    use crate::read_model::migrate;
    use crate::snapshots::statement::RenderModel;

    fn ledger(number: u8) -> SnapshotId {
        Digest::of(&[number])
    }

    fn id(kind: &str, number: u8) -> SnapshotId {
        Digest::of_parts(&[kind.as_bytes(), &[number]])
    }

    fn of_ledger(number: u8, interest: Option<&str>) -> Statement {
        Statement {
            version: 1,
            organisation: ORGANISATION,
            customer: customer(1),
            ledger: ledger(number),
            cut_off: day("2026-06-30"),
            form: match interest {
                Some(_) => PaperKind::StatementB,
                None => PaperKind::StatementA,
            },
            total: yuan("386420.00"),
            lines: Vec::new(),
            render_model: RenderModel {
                template: "statement".to_owned(),
                template_version: 1,
                language: "zh-CN".to_owned(),
                title: "对账单".to_owned(),
                rows: Vec::new(),
                clauses: Vec::new(),
            },
            clock: None,
            interest: interest.map(yuan),
        }
    }

    fn tables() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        migrate(&connection).unwrap();
        connection
    }

    #[test]
    fn the_settlement_of_the_ledger_in_force_is_found_among_many_of_earlier_ones() {
        let mut connection = tables();
        written(&mut connection, |tx| {
            for number in 0..30 {
                let settled = of_ledger(number, Some("100.00"));
                project_statement(tx, id("b", number), &settled)?;
            }
            project_statement(tx, id("a", 29), &of_ledger(29, None))
        });
        let found = settlement(&connection, id("a", 29)).unwrap();
        assert_eq!(found, Some(id("b", 29)));
    }

    #[test]
    fn of_two_settlements_of_one_ledger_the_later_one_counts() {
        let mut connection = tables();
        written(&mut connection, |tx| {
            project_statement(tx, id("b", 1), &of_ledger(1, Some("100.00")))?;
            project_statement(tx, id("b", 2), &of_ledger(1, Some("90.00")))?;
            project_statement(tx, id("a", 1), &of_ledger(1, None))
        });
        let found = settlement_summary(&connection, id("a", 1))
            .unwrap()
            .unwrap();
        assert_eq!(found.interest, yuan("90.00"));
    }
}
