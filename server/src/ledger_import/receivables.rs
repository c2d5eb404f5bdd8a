//! One row of a receivables table: read, checked, accepted or held.

use std::collections::BTreeSet;

use countersign_core::domain::money::{Currency, Money};
use countersign_core::domain::time::Day;
use rust_decimal::Decimal;

use super::amount::{Amount, read_amount};
use super::cell::{Cell, Epoch, Row, fold, identifier};
use super::columns::Field;
use super::date::{DateCell, read_date};
use super::layout::Layout;
use super::options::KnownCustomer;
use super::register::Register;
use super::result::{Place, Problem, ProblemKind, ReceivableRow};

/// A spreadsheet keeps 15 digits of a number; the rest of a longer document number is lost.
const DIGITS_KEPT: usize = 15;

/// What all rows of one sheet share.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    pub sheet: Option<&'a str>,
    pub layout: &'a Layout,
    pub epoch: Epoch,
    pub currency: Currency,
}

/// Whether somebody has confirmed what is only doubtful in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubts {
    Open,
    Confirmed,
}

impl Doubts {
    pub(crate) fn settle(self, problems: &mut Vec<Problem>) {
        if self == Self::Confirmed {
            problems.retain(|problem| !problem.can_confirm);
        }
    }
}

/// Whether a row may be taken although a cell has this problem: the cell says nothing that a figure or a due day rests on.
pub(crate) const fn can_confirm(field: Field, kind: ProblemKind) -> bool {
    match kind {
        ProblemKind::DueBeforeInvoice | ProblemKind::BadPosition => true,
        ProblemKind::BadDate => {
            matches!(field, Field::Invoiced | Field::Settled | Field::SignedOn)
        }
        ProblemKind::MissingDueDate
        | ProblemKind::BadAmount
        | ProblemKind::BalanceMismatch
        | ProblemKind::Duplicate
        | ProblemKind::UnknownCustomer
        | ProblemKind::AmbiguousUnit
        | ProblemKind::MissingDocument
        | ProblemKind::BadDocument
        | ProblemKind::BadCustomer => false,
    }
}

/// Whose document numbers have come before: the customer on file, or what the row calls him.
pub(crate) type Seen = BTreeSet<(String, String)>;

/// An accepted row, or everything that is wrong with it in order of columns.
pub(crate) fn read(
    table: &Table<'_>,
    row: &Row,
    (register, seen): (&Register, &mut Seen),
    doubts: Doubts,
) -> Result<ReceivableRow, Vec<Problem>> {
    let mut reading = Reading {
        table,
        row,
        problems: Vec::new(),
    };
    let customer = reading.customer(register);
    let document = reading.document(customer.as_ref(), seen);
    let (invoiced, due) = reading.days();
    let settled = reading.day(Field::Settled);
    let figures = reading.figures(settled);
    let Reading { mut problems, .. } = reading;
    doubts.settle(&mut problems);
    problems.sort_by_key(|problem| (problem.column, problem.kind));
    match (customer, due, figures) {
        (Some(customer), Some(due), Some(figures)) if problems.is_empty() => Ok(ReceivableRow {
            place: place(table, row),
            customer_name: if customer.name.is_empty() {
                customer.code.clone()
            } else {
                customer.name
            },
            customer_code: customer.code,
            document,
            contract: text(table, row, Field::Contract),
            invoiced,
            due,
            amount: figures.amount,
            received: figures.received,
            outstanding: figures.outstanding,
            salesperson: text(table, row, Field::Salesperson),
            settled,
            disputed: disputed(table, row),
            remark: text(table, row, Field::Remark),
        }),
        _ => Err(problems),
    }
}

fn place(table: &Table<'_>, row: &Row) -> Place {
    Place {
        sheet: table.sheet.map(ToOwned::to_owned),
        row: row.number,
    }
}

/// A text cell as written, folded only in its white space around; none when the cell is empty.
pub(crate) fn text(table: &Table<'_>, row: &Row, field: Field) -> Option<String> {
    let cell = table.layout.cell(row, field)?;
    let is_identifier = matches!(
        field,
        Field::Contract | Field::AppliedTo | Field::Code | Field::CreditCode | Field::Phone
    );
    let text = if is_identifier {
        identifier(cell)
    } else {
        cell.to_string().trim().to_owned()
    };
    (!text.is_empty()).then_some(text)
}

fn disputed(table: &Table<'_>, row: &Row) -> Option<bool> {
    let written = fold(&table.layout.cell(row, Field::Disputed)?.to_string()).to_lowercase();
    match written.as_str() {
        "yes" | "y" | "true" | "1" | "是" | "有" | "√" => Some(true),
        "no" | "n" | "false" | "0" | "否" | "无" => Some(false),
        _ => None,
    }
}

struct Figures {
    amount: Money,
    received: Money,
    outstanding: Money,
}

struct Reading<'a> {
    table: &'a Table<'a>,
    row: &'a Row,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn cell(&self, field: Field) -> Option<&Cell> {
        self.table.layout.cell(self.row, field)
    }

    fn report(&mut self, field: Field, kind: ProblemKind) {
        let (column, header) = self.table.layout.place_of(field);
        self.problems.push(Problem {
            place: place(self.table, self.row),
            column,
            header,
            kind,
            can_confirm: can_confirm(field, kind),
            found: self
                .cell(field)
                .map(ToString::to_string)
                .unwrap_or_default(),
        });
    }

    fn customer(&mut self, register: &Register) -> Option<KnownCustomer> {
        let found = register.find(self.cell(Field::Code), self.cell(Field::Customer));
        if let Some(customer) = found {
            return Some(customer.clone());
        }
        let has_names = self.table.layout.at(Field::Customer).is_some();
        let field = if has_names {
            Field::Customer
        } else {
            Field::Code
        };
        self.report(field, ProblemKind::UnknownCustomer);
        None
    }

    fn document(&mut self, customer: Option<&KnownCustomer>, seen: &mut Seen) -> String {
        if self.table.layout.at(Field::Document).is_none() {
            return String::new();
        }
        let Some(cell) = self.cell(Field::Document) else {
            self.report(Field::Document, ProblemKind::MissingDocument);
            return String::new();
        };
        let document = identifier(cell);
        if has_lost_digits(cell, &document) {
            self.report(Field::Document, ProblemKind::BadDocument);
            return document;
        }
        let owner = match customer {
            Some(customer) if customer.code.is_empty() => {
                format!("name:{}", super::cell::squeeze(&customer.name))
            }
            Some(customer) => format!("code:{}", super::cell::squeeze(&customer.code)),
            None => [Field::Code, Field::Customer]
                .into_iter()
                .filter_map(|field| self.cell(field))
                .map(identifier)
                .next()
                .unwrap_or_default(),
        };
        if !seen.insert((owner, document.clone())) {
            self.report(Field::Document, ProblemKind::Duplicate);
        }
        document
    }

    fn day(&mut self, field: Field) -> Option<Day> {
        match read_date(
            self.cell(field),
            self.table.layout.date_order,
            self.table.epoch,
        ) {
            DateCell::Is(day) => Some(day),
            DateCell::Nothing => None,
            DateCell::Bad => {
                self.report(field, ProblemKind::BadDate);
                None
            }
        }
    }

    fn days(&mut self) -> (Option<Day>, Option<Day>) {
        let invoiced = self.day(Field::Invoiced);
        let has_invoiced = self.table.layout.at(Field::Invoiced).is_some();
        if has_invoiced && self.cell(Field::Invoiced).is_none() {
            self.report(Field::Invoiced, ProblemKind::BadDate);
        }
        let due = self.day(Field::Due);
        if self.cell(Field::Due).is_none() {
            self.report(Field::Due, ProblemKind::MissingDueDate);
        }
        if let (Some(invoiced), Some(due)) = (invoiced, due)
            && due < invoiced
        {
            self.report(Field::Due, ProblemKind::DueBeforeInvoice);
        }
        (invoiced, due)
    }

    /// One amount in the currency's unit at its scale. `Ok(None)` where the sheet has no such column or the cell says nothing.
    fn amount(&mut self, field: Field) -> Result<Option<Money>, ()> {
        let Some(unit) = self.table.layout.unit_of(field) else {
            return Err(());
        };
        match read_amount(self.cell(field), unit) {
            Amount::Nothing => Ok(None),
            Amount::Is(value) => Ok(Some(Money::rounded(self.table.currency, value))),
            Amount::Bad => {
                self.report(field, ProblemKind::BadAmount);
                Err(())
            }
        }
    }

    fn figures(&mut self, settled: Option<Day>) -> Option<Figures> {
        let has = |field: Field| self.table.layout.at(field).is_some();
        let (has_amount, has_received, has_outstanding) = (
            has(Field::Amount),
            has(Field::Received),
            has(Field::Outstanding),
        );
        if self
            .table
            .layout
            .unit
            .is_some_and(|unit| unit.unit().is_none())
        {
            let field = if has_amount {
                Field::Amount
            } else {
                Field::Outstanding
            };
            self.report(field, ProblemKind::AmbiguousUnit);
            return None;
        }
        let zero = Money::zero(self.table.currency);
        let amount = self.amount(Field::Amount);
        let received = self
            .amount(Field::Received)
            .map(|money| money.unwrap_or(zero));
        let outstanding = self
            .amount(Field::Outstanding)
            .map(|money| money.unwrap_or(zero));
        if has_amount && amount == Ok(None) {
            self.report(Field::Amount, ProblemKind::BadAmount);
            return None;
        }
        let (amount, received, outstanding) = (amount.ok()?, received.ok()?, outstanding.ok()?);
        let amount = match amount {
            Some(amount) => amount,
            None => received.plus(outstanding).ok()?,
        };
        let received = match (has_received, has_outstanding) {
            (true, _) => received,
            (false, true) => amount.minus(outstanding).ok()?,
            (false, false) if settled.is_some() => amount,
            (false, false) => zero,
        };
        let rest = amount.minus(received).ok()?;
        if has_outstanding && rest != outstanding {
            self.report(Field::Outstanding, ProblemKind::BalanceMismatch);
            return None;
        }
        Some(Figures {
            amount,
            received,
            outstanding: rest,
        })
    }
}

fn has_lost_digits(cell: &Cell, document: &str) -> bool {
    match cell {
        Cell::Number(_) | Cell::Serial(..) => {
            document.len() > DIGITS_KEPT || !document.bytes().all(|byte| byte.is_ascii_digit())
        }
        Cell::Error(_) | Cell::Logical(_) | Cell::Uncalculated => true,
        Cell::Text(_) => {
            let mantissa = document.to_lowercase();
            mantissa
                .split_once("e+")
                .is_some_and(|(mantissa, exponent)| {
                    mantissa.parse::<Decimal>().is_ok()
                        && exponent.bytes().all(|byte| byte.is_ascii_digit())
                })
        }
    }
}
