//! The record of what was decided by hand, as it is kept with a draft: only what took effect.

use std::collections::BTreeMap;

use countersign_core::journal::decisions::{
    CellCorrection, CustomerDecision, DecidedCustomer, DecidedRow, FileCell, LedgerDecisions,
    RowDecision,
};
use countersign_core::journal::facts::{LedgerDecided, Part};

use crate::ledger_import::{
    Column, Decision, Field, FileRow, LedgerImport, Place, RowState, WrittenCustomer,
};
use crate::uploads::{Answer, Decided, Subject};

/// The record of `decisions` in this reading; none when none took effect.
///
/// A correction that still cannot be read left its row held, so it is not in force and not on record.
pub(super) fn of(import: &LedgerImport, decisions: &[Decided]) -> Option<LedgerDecisions> {
    let by_place: BTreeMap<&Place, &Decided> = decisions
        .iter()
        .filter_map(|decided| match &decided.subject {
            Subject::Row(place) => Some((place, decided)),
            Subject::Customer(_) => None,
        })
        .collect();
    let rows: Vec<DecidedRow> = import
        .file_rows
        .iter()
        .filter_map(|row| decided_row(import, row, by_place.get(&row.place)?))
        .collect();
    let customers: Vec<DecidedCustomer> = decisions.iter().filter_map(decided_customer).collect();
    (!rows.is_empty() || !customers.is_empty()).then_some(LedgerDecisions {
        version: 1,
        file: import.source.digest,
        rows,
        customers,
    })
}

/// The counts of the record that is kept as `part`.
pub(super) fn counted(part: Part, import: &LedgerImport, decisions: &[Decided]) -> LedgerDecided {
    let record = of(import, decisions);
    let rows = record.as_ref().map_or(&[][..], |record| &record.rows);
    let count = |is: fn(&DecidedRow) -> bool| {
        u64::try_from(rows.iter().filter(|row| is(row)).count()).unwrap_or(u64::MAX)
    };
    LedgerDecided {
        decisions: part,
        corrected: count(|row| !row.corrections.is_empty()),
        struck: count(|row| row.decision == RowDecision::Struck),
        confirmed: count(|row| row.decision == RowDecision::Confirmed),
        customers: record.as_ref().map_or(0, |record| {
            u64::try_from(record.customers.len()).unwrap_or(u64::MAX)
        }),
    }
}

fn decided_row(import: &LedgerImport, row: &FileRow, decided: &Decided) -> Option<DecidedRow> {
    let decision = match row.state {
        RowState::Struck => RowDecision::Struck,
        RowState::Corrected => RowDecision::Corrected,
        RowState::Confirmed => RowDecision::Confirmed,
        RowState::Held | RowState::Asked => return None,
    };
    let Answer::Row(answer) = &decided.answer else {
        return None;
    };
    Some(DecidedRow {
        sheet: row.place.sheet.clone(),
        row: row.place.row,
        cells: row
            .cells
            .iter()
            .map(|cell| FileCell {
                column: cell.column.to_string(),
                header: cell.header.clone(),
                text: cell.text.clone(),
            })
            .collect(),
        decision,
        corrections: corrections(import, row, answer),
        reason: decided.reason.clone(),
        by: decided.by,
        at: decided.at,
    })
}

/// The corrected cells of a row, each with what the file has there.
fn corrections(import: &LedgerImport, row: &FileRow, decision: &Decision) -> Vec<CellCorrection> {
    let sheet = import
        .sheets
        .iter()
        .find(|sheet| sheet.sheet == row.place.sheet);
    let column = |field: Field| -> Option<(Column, String)> {
        let mapped = sheet?.column(field)?;
        Some((mapped.column, mapped.header.clone()))
    };
    let cells = decision.cells().iter().filter_map(|(field, now)| {
        let (column, header) = column(*field)?;
        let was = row.cells.iter().find(|cell| cell.column == column);
        Some(CellCorrection {
            column: column.to_string(),
            header,
            was: was.map(|cell| cell.text.clone()).unwrap_or_default(),
            now: now.clone(),
        })
    });
    cells.collect()
}

fn decided_customer(decided: &Decided) -> Option<DecidedCustomer> {
    let Subject::Customer(WrittenCustomer { code, name }) = &decided.subject else {
        return None;
    };
    let (decision, meant) = match &decided.answer {
        Answer::NewCustomer(meant) => (CustomerDecision::New, meant),
        Answer::OnFile(meant) => (CustomerDecision::OnFile, meant),
        Answer::Row(_) => return None,
    };
    Some(DecidedCustomer {
        code_written: code.clone(),
        name_written: name.clone(),
        decision,
        code: meant.code.clone(),
        name: meant.name.clone(),
        by: decided.by,
        at: decided.at,
    })
}
