//! The import of a receivables ledger: bytes in, result out.
//!
//! A clerk hands over whatever the company keeps: an xlsx with merged titles and three sheets, an old xls, a CSV in
//! GB 18030. [`read`] finds out what it is, which rows are receivables and what is wrong with each. The invariant: **every
//! row of the file is in exactly one place of the result**: accepted, held with its problems, or ignored with its kind. No
//! row is guessed at, none is dropped. What was understood comes back too, and the clerk's corrections go in through
//! [`Options`] and are read again from the same bytes.
//!
//! ```
//! use countersign_server::ledger_import::{Options, read};
//!
//! let csv = "客户名称,发票号,到期日,应收金额\n样例公司,00123456,2022-11-28,1.2万\n".as_bytes();
//! let import = read(csv, "账.csv", &Options::default(), &mut |_done, _total| {}).unwrap();
//! assert_eq!(import.problems[0].kind.word(), "unknown_customer");
//! ```
//!
//! Nothing here opens a file, reads a clock or writes a database. Files that are no ledger, or are made to exhaust memory,
//! are refused with an [`ImportError`] before anything large is built.

mod amount;
mod cell;
mod columns;
mod date;
mod error;
pub mod export;
mod grid;
mod layout;
mod measure;
mod options;
mod questions;
mod receivables;
mod register;
mod registers;
mod repeats;
mod result;
mod rows;
mod text_file;
mod workbook;

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::domain::ids::Digest;
use countersign_core::domain::money::{Currency, Money};

pub use amount::Unit;
pub use columns::{Column, Field, MappedColumn};
pub use date::DateOrder;
pub use error::{Found, ImportError};
pub use options::{Decision, KnownCustomer, Options, SheetAnswer, WrittenCustomer};
pub use register::KnownCustomers;
pub use result::{
    ContractRow, CustomerRow, Encoding, FileCell, FileRow, Format, IgnoredKind, IgnoredRow,
    LedgerImport, PaymentRow, Place, Problem, ProblemKind, Question, QuestionKind, ReceivableRow,
    RowState, SheetKind, SheetRead, Source, StatedTotal, Totals, UnitRead,
};
pub use workbook::{MAX_BYTES, MAX_COLUMNS, MAX_ROWS};

use amount::{Amount, read_amount};
use cell::{Row, Sheet, fold, identifier};
use layout::Layout;
use receivables::{Doubts, Seen, Table};
use register::Register;
use rows::RowKind;

const PROGRESS_EVERY: usize = 250;

/// Reads a ledger. `file_name` is only repeated in the result; what the file is, its bytes say.
///
/// `progress` is called with rows done and rows in all, now and then and at the end.
///
/// # Errors
/// [`ImportError`] when the file as a whole cannot be a ledger. Wrong rows are no error; they are in the result.
pub fn read(
    bytes: &[u8],
    file_name: &str,
    options: &Options,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<LedgerImport, ImportError> {
    let (format, sheets) = workbook::open(bytes)?;
    let layouts: Vec<Layout> = sheets
        .iter()
        .map(|sheet| layout::find(sheet, options.about(sheet.name.as_deref())))
        .collect();
    let is_prose = |layout: &Layout| matches!(layout.kind, SheetKind::Notes | SheetKind::Empty);
    if layouts.iter().all(is_prose) {
        return Err(ImportError::NoTable);
    }
    let currency = questions::currency(&layouts, options);
    let total = sheets.iter().map(|sheet| sheet.rows.len()).sum();
    let mut reading = Reading {
        options,
        decisions: options
            .rows
            .iter()
            .map(|(place, decision)| (place, decision))
            .collect(),
        register: Register::default(),
        seen: Seen::new(),
        done: 0,
        total,
        progress,
    };
    for customer in &options.customers_known {
        reading.register.add(customer.clone());
    }
    for (written, customer) in &options.customers {
        reading.register.mean(written.clone(), customer.clone());
    }
    let parts = reading.sheets(&sheets, &layouts, currency);
    (reading.progress)(total, total);
    let source = Source {
        file_name: file_name.to_owned(),
        digest: Digest::of(bytes),
        format,
    };
    let mut import = assemble(source, currency, &layouts, parts);
    import.questions = questions::ask(&sheets, &layouts, &import, options);
    asked_rows(&sheets, &layouts, &mut import);
    Ok(import)
}

/// What one sheet came to.
#[derive(Default)]
struct Part {
    sheet: Option<String>,
    customers: Vec<CustomerRow>,
    contracts: Vec<ContractRow>,
    payments: Vec<PaymentRow>,
    receivables: Vec<ReceivableRow>,
    problems: Vec<Problem>,
    file_rows: Vec<FileRow>,
    held: usize,
    ignored: Vec<IgnoredRow>,
    totals: Vec<StatedTotal>,
}

impl Part {
    fn rows(&self) -> usize {
        let registers = self.customers.len() + self.contracts.len() + self.payments.len();
        registers + self.receivables.len() + self.held
    }
}

struct Reading<'a> {
    options: &'a Options,
    decisions: BTreeMap<&'a Place, &'a Decision>,
    register: Register,
    seen: Seen,
    done: usize,
    total: usize,
    progress: &'a mut dyn FnMut(usize, usize),
}

impl Reading<'_> {
    /// Reads customer sheets first, wherever they stand, because the others name their customers.
    fn sheets(&mut self, sheets: &[Sheet], layouts: &[Layout], currency: Currency) -> Vec<Part> {
        let mut order: Vec<usize> = (0..sheets.len()).collect();
        let kind = |index: &usize| layouts.get(*index).map(|layout| layout.kind);
        order.sort_by_key(|index| kind(index) != Some(SheetKind::Customers));
        let mut parts: BTreeMap<usize, Part> = BTreeMap::new();
        for index in order {
            let (Some(sheet), Some(layout)) = (sheets.get(index), layouts.get(index)) else {
                continue;
            };
            let table = Table {
                sheet: sheet.name.as_deref(),
                layout,
                epoch: sheet.epoch,
                currency,
            };
            let part = self.sheet(sheet, &table);
            parts.insert(index, part);
        }
        parts.into_values().collect()
    }

    fn sheet(&mut self, sheet: &Sheet, table: &Table<'_>) -> Part {
        let mut part = Part {
            sheet: sheet.name.clone(),
            ..Part::default()
        };
        let kinds = rows::classify(sheet, table.layout);
        if table.layout.kind == SheetKind::Receivables && self.register.is_empty() {
            self.customers_by_code(sheet, table, &kinds, &mut part);
        }
        let mut rows = sheet.rows.iter().peekable();
        for (number, kind) in kinds {
            let row = rows.next_if(|row| row.number == number);
            let place = Place {
                sheet: sheet.name.clone(),
                row: number,
            };
            match (kind, row) {
                (RowKind::Data, Some(row)) => self.data(row, place, table, &mut part),
                (RowKind::Ignored(kind), row) => {
                    if kind == IgnoredKind::Total {
                        part.totals
                            .extend(row.and_then(|row| stated_total(table, row, &place)));
                    }
                    part.ignored.push(IgnoredRow { place, kind });
                }
                (RowKind::Data, None) => {}
            }
            if row.is_some() {
                self.done += 1;
                if self.done.is_multiple_of(PROGRESS_EVERY) {
                    (self.progress)(self.done, self.total);
                }
            }
        }
        part
    }

    fn data(&mut self, row: &Row, place: Place, table: &Table<'_>, part: &mut Part) {
        let decision = self.decisions.get(&place).copied();
        let as_filed = |state| file_row(&place, table.layout, row, state);
        if decision == Some(&Decision::Strike) {
            part.file_rows.push(as_filed(RowState::Struck));
            let kind = IgnoredKind::Struck;
            part.ignored.push(IgnoredRow { place, kind });
            return;
        }
        let read_as = decision.map(|decision| corrected(row, table.layout, decision.cells()));
        let (doubts, state) = match decision {
            Some(Decision::Confirm(_)) => (Doubts::Confirmed, Some(RowState::Confirmed)),
            Some(_) => (Doubts::Open, Some(RowState::Corrected)),
            None => (Doubts::Open, None),
        };
        let read_as = read_as.as_ref().unwrap_or(row);
        match self.taken(read_as, table, doubts, part) {
            Ok(()) => part.file_rows.extend(state.map(as_filed)),
            Err(problems) => {
                let mut held = as_filed(RowState::Held);
                let is_unknown = |problem: &Problem| problem.kind == ProblemKind::UnknownCustomer;
                if problems.iter().any(is_unknown) {
                    let cell = |field| table.layout.cell(read_as, field);
                    let (code, name) = (cell(Field::Code), cell(Field::Customer));
                    let as_it_stands = KnownCustomer {
                        code: code.map(identifier).unwrap_or_default(),
                        name: name.map(|cell| fold(&cell.to_string())).unwrap_or_default(),
                    };
                    held.unknown = Some((register::written(code, name), as_it_stands));
                }
                part.file_rows.push(held);
                part.held += 1;
                part.problems.extend(problems);
            }
        }
    }

    fn taken(
        &mut self,
        row: &Row,
        table: &Table<'_>,
        doubts: Doubts,
        part: &mut Part,
    ) -> Result<(), Vec<Problem>> {
        match table.layout.kind {
            SheetKind::Customers => registers::customer(table, row, doubts).map(|customer| {
                self.register.add(KnownCustomer::from(&customer));
                part.customers.push(customer);
            }),
            SheetKind::Contracts => registers::contract(table, row, doubts)
                .map(|contract| part.contracts.push(contract)),
            SheetKind::Payments => {
                registers::payment(table, row, doubts).map(|payment| part.payments.push(payment))
            }
            SheetKind::Receivables => {
                receivables::read(table, row, (&self.register, &mut self.seen), doubts)
                    .map(|receivable| part.receivables.push(receivable))
            }
            SheetKind::Notes | SheetKind::Unread | SheetKind::Empty => Ok(()),
        }
    }

    /// Where nobody is on file and the ledger names customers by code only, the codes are all there is to know: they become
    /// the customers. With a name column, or with customers on file, an unknown one is held instead.
    fn customers_by_code(
        &mut self,
        sheet: &Sheet,
        table: &Table<'_>,
        kinds: &[(u32, RowKind)],
        part: &mut Part,
    ) {
        let layout = table.layout;
        if layout.at(Field::Customer).is_some() || !self.options.customers_known.is_empty() {
            return;
        }
        let data: BTreeSet<u32> = kinds
            .iter()
            .filter(|(_, kind)| *kind == RowKind::Data)
            .map(|(number, _)| *number)
            .collect();
        let mut known = BTreeSet::new();
        for row in sheet.rows.iter().filter(|row| data.contains(&row.number)) {
            let Some(code) = layout.cell(row, Field::Code).map(identifier) else {
                continue;
            };
            if known.insert(code.clone()) {
                let customer = CustomerRow {
                    place: Some(Place {
                        sheet: sheet.name.clone(),
                        row: row.number,
                    }),
                    name: code.clone(),
                    code,
                    ..CustomerRow::default()
                };
                self.register.add(KnownCustomer::from(&customer));
                part.customers.push(customer);
            }
        }
    }
}

/// The row as the file has it.
fn file_row(place: &Place, layout: &Layout, row: &Row, state: RowState) -> FileRow {
    let cell = |(column, cell): &(u32, cell::Cell)| {
        let mapped = layout.columns.iter().find(|at| at.column.0 == *column);
        FileCell {
            column: Column(*column),
            header: mapped.map(|at| at.header.clone()).unwrap_or_default(),
            field: mapped.and_then(|at| at.field),
            text: cell.to_string(),
        }
    };
    FileRow {
        place: place.clone(),
        cells: row.cells.iter().map(cell).collect(),
        state,
        unknown: None,
    }
}

/// The rows that are taken and asked about by themselves join those that are held or decided.
fn asked_rows(sheets: &[Sheet], layouts: &[Layout], import: &mut LedgerImport) {
    let unusual = |question: &&Question| question.kind == QuestionKind::UnusualAmount;
    for question in import.questions.iter().filter(unusual) {
        let place = &question.place;
        let found = sheets.iter().zip(layouts).find_map(|(sheet, layout)| {
            let rows = (sheet.name == place.sheet).then_some(&sheet.rows)?;
            let row = rows.iter().find(|row| row.number == place.row)?;
            Some(file_row(place, layout, row, RowState::Asked))
        });
        let is_there = import.file_rows.iter().any(|row| row.place == *place);
        import.file_rows.extend(found.filter(|_| !is_there));
    }
}

/// Whether two texts say the same in a cell: they differ at most in width and white space.
#[must_use]
pub fn is_same_text(one: &str, other: &str) -> bool {
    fold(one) == fold(other)
}

fn corrected(row: &Row, layout: &Layout, cells: &[(Field, String)]) -> Row {
    let mut row = row.clone();
    for (field, text) in cells {
        if let Some(column) = layout.at(*field) {
            row.replace(column, text);
        }
    }
    row
}

/// What the total line says is outstanding, or receivable where there is no such column.
fn stated_total(table: &Table<'_>, row: &Row, place: &Place) -> Option<StatedTotal> {
    let layout = table.layout;
    let field = [Field::Outstanding, Field::Amount, Field::ContractAmount]
        .into_iter()
        .find(|field| layout.at(*field).is_some())?;
    match read_amount(layout.cell(row, field), layout.unit_of(field)?) {
        Amount::Is(value) => Some(StatedTotal {
            place: place.clone(),
            column: layout.place_of(field).0,
            amount: Money::rounded(table.currency, value),
        }),
        Amount::Nothing | Amount::Bad => None,
    }
}

fn assemble(
    source: Source,
    currency: Currency,
    layouts: &[Layout],
    parts: Vec<Part>,
) -> LedgerImport {
    let sheets = layouts.iter().zip(&parts).map(|(layout, part)| SheetRead {
        sheet: part.sheet.clone(),
        kind: layout.kind,
        header_rows: layout.header_rows.clone(),
        unit: layout.unit,
        date_order: layout.date_order,
        columns: layout.columns.clone(),
        rows: u32::try_from(part.rows()).unwrap_or(u32::MAX),
    });
    let mut import = LedgerImport {
        source,
        currency,
        cut_off: layouts.iter().find_map(|layout| layout.cut_off),
        sheets: sheets.collect(),
        customers: Vec::new(),
        contracts: Vec::new(),
        payments: Vec::new(),
        receivables: Vec::new(),
        problems: Vec::new(),
        ignored_rows: Vec::new(),
        totals_stated: Vec::new(),
        questions: Vec::new(),
        file_rows: Vec::new(),
        totals: Totals::none(currency),
    };
    let mut held = 0;
    for (part, layout) in parts.into_iter().zip(layouts) {
        if layout.kind == SheetKind::Receivables {
            held += part.held;
        }
        import.customers.extend(part.customers);
        import.contracts.extend(part.contracts);
        import.payments.extend(part.payments);
        import.receivables.extend(part.receivables);
        import.problems.extend(part.problems);
        import.file_rows.extend(part.file_rows);
        import.ignored_rows.extend(part.ignored);
        import.totals_stated.extend(part.totals);
    }
    import.totals = Totals::of(currency, &import.receivables, held);
    import
}

impl Totals {
    fn none(currency: Currency) -> Self {
        Self::of(currency, &[], 0)
    }

    fn of(currency: Currency, receivables: &[ReceivableRow], held: usize) -> Self {
        let sum = |amount: fn(&ReceivableRow) -> Money| {
            registers::sum(currency, receivables.iter().map(amount))
        };
        let customers: BTreeSet<_> = receivables
            .iter()
            .map(|row| (&row.customer_code, &row.customer_name))
            .collect();
        Self {
            accepted: receivables.len(),
            held,
            customers: customers.len(),
            total_receivable: sum(|row| row.amount),
            total_received: sum(|row| row.received),
            total_outstanding: sum(|row| row.outstanding),
        }
    }
}
