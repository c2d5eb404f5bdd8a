//! The rows of customer, contract and payment sheets.

use countersign_core::domain::money::{Currency, Money};
use countersign_core::domain::time::Day;
use rust_decimal::Decimal;

use super::amount::{Amount, Unit, read_amount};
use super::cell::{Row, fold};
use super::columns::Field;
use super::date::{DateCell, read_date};
use super::receivables::{Doubts, Table, can_confirm, text};
use super::result::{ContractRow, CustomerRow, PaymentRow, Place, Problem, ProblemKind};

/// A row that is being read; collects what is wrong with it.
struct Line<'a> {
    table: &'a Table<'a>,
    row: &'a Row,
    doubts: Doubts,
    problems: Vec<Problem>,
}

impl<'a> Line<'a> {
    fn new(table: &'a Table<'a>, row: &'a Row, doubts: Doubts) -> Self {
        Self {
            table,
            row,
            doubts,
            problems: Vec::new(),
        }
    }

    fn place(&self) -> Place {
        Place {
            sheet: self.table.sheet.map(ToOwned::to_owned),
            row: self.row.number,
        }
    }

    fn report(&mut self, field: Field, kind: ProblemKind) {
        let (column, header) = self.table.layout.place_of(field);
        let found = self.table.layout.cell(self.row, field);
        self.problems.push(Problem {
            place: self.place(),
            column,
            header,
            kind,
            can_confirm: can_confirm(field, kind),
            found: found.map(ToString::to_string).unwrap_or_default(),
        });
    }

    fn text(&self, field: Field) -> Option<String> {
        text(self.table, self.row, field)
    }

    fn day(&mut self, field: Field) -> Option<Day> {
        let cell = self.table.layout.cell(self.row, field);
        match read_date(cell, self.table.layout.date_order, self.table.epoch) {
            DateCell::Is(day) => Some(day),
            DateCell::Nothing => None,
            DateCell::Bad => {
                self.report(field, ProblemKind::BadDate);
                None
            }
        }
    }

    fn money(&mut self, field: Field) -> Option<Money> {
        let Some(unit) = self.table.layout.unit_of(field) else {
            if self.table.layout.at(field).is_some() {
                self.report(field, ProblemKind::AmbiguousUnit);
            }
            return None;
        };
        match read_amount(self.table.layout.cell(self.row, field), unit) {
            Amount::Nothing => None,
            Amount::Is(value) => Some(Money::rounded(self.table.currency, value)),
            Amount::Bad => {
                self.report(field, ProblemKind::BadAmount);
                None
            }
        }
    }

    /// Degrees within `limit` of zero.
    fn degrees(&mut self, field: Field, limit: u32) -> Option<Decimal> {
        let cell = self.table.layout.cell(self.row, field)?;
        match read_amount(Some(cell), Unit::One) {
            Amount::Nothing => None,
            Amount::Is(value) if value.abs() <= Decimal::from(limit) => Some(value.normalize()),
            Amount::Is(_) | Amount::Bad => {
                self.report(field, ProblemKind::BadPosition);
                None
            }
        }
    }

    fn finish<T>(mut self, value: T) -> Result<T, Vec<Problem>> {
        self.doubts.settle(&mut self.problems);
        if self.problems.is_empty() {
            Ok(value)
        } else {
            Err(self.problems)
        }
    }
}

/// A customer with a code or a name. Positions are taken as written, with the crs the file names.
pub(crate) fn customer(
    table: &Table<'_>,
    row: &Row,
    doubts: Doubts,
) -> Result<CustomerRow, Vec<Problem>> {
    let mut line = Line::new(table, row, doubts);
    let code = line.text(Field::Code).unwrap_or_default();
    let name = line.text(Field::Customer).unwrap_or_default();
    if code.is_empty() && name.is_empty() {
        line.report(Field::Customer, ProblemKind::BadCustomer);
    }
    let customer = CustomerRow {
        place: Some(line.place()),
        name: if name.is_empty() { code.clone() } else { name },
        code,
        credit_code: line.text(Field::CreditCode),
        contact: line.text(Field::Contact),
        phone: line.text(Field::Phone),
        address: line.text(Field::Address),
        longitude: line.degrees(Field::Longitude, 180),
        latitude: line.degrees(Field::Latitude, 90),
        crs: line.text(Field::Crs),
        grade: line.text(Field::Grade).map(|grade| fold(&grade)),
    };
    line.finish(customer)
}

/// A contract; its amount may be empty.
pub(crate) fn contract(
    table: &Table<'_>,
    row: &Row,
    doubts: Doubts,
) -> Result<ContractRow, Vec<Problem>> {
    let mut line = Line::new(table, row, doubts);
    let number = line.text(Field::Contract).unwrap_or_default();
    if number.is_empty() {
        line.report(Field::Contract, ProblemKind::MissingDocument);
    }
    let amount_field = if table.layout.at(Field::ContractAmount).is_some() {
        Field::ContractAmount
    } else {
        Field::Amount
    };
    let contract = ContractRow {
        place: line.place(),
        number,
        customer_code: line.text(Field::Code).unwrap_or_default(),
        customer_name: line.text(Field::Customer).unwrap_or_default(),
        signed_on: line.day(Field::SignedOn),
        amount: line.money(amount_field),
        payment_terms: line.text(Field::PaymentTerms),
        penalty_rate: rate(&mut line),
        guarantor: line.text(Field::Guarantor),
        guarantee_period: line.text(Field::GuaranteePeriod),
    };
    line.finish(contract)
}

/// `0.0005`, `0.05%` or `万分之五`; other words stay a question for legal and are no rate.
fn rate(line: &mut Line<'_>) -> Option<Decimal> {
    let cell = line.table.layout.cell(line.row, Field::PenaltyRate)?;
    let written = fold(&cell.to_string());
    let (number, divisor) = match (written.strip_suffix('%'), written.strip_suffix('‰')) {
        (Some(number), _) => (number, 100_u32),
        (None, Some(number)) => (number, 1_000),
        (None, None) => (written.as_str(), 1),
    };
    let rate = number.trim().parse::<Decimal>().ok();
    rate.and_then(|rate| rate.checked_div(Decimal::from(divisor)))
}

/// A payment with its day and amount.
pub(crate) fn payment(
    table: &Table<'_>,
    row: &Row,
    doubts: Doubts,
) -> Result<PaymentRow, Vec<Problem>> {
    let mut line = Line::new(table, row, doubts);
    let amount_field = if table.layout.at(Field::Amount).is_some() {
        Field::Amount
    } else {
        Field::Received
    };
    let has_day = table.layout.cell(row, Field::PaidOn).is_some();
    let (paid_on, amount) = (line.day(Field::PaidOn), line.money(amount_field));
    if !has_day {
        line.report(Field::PaidOn, ProblemKind::BadDate);
    }
    if amount.is_none()
        && line
            .problems
            .iter()
            .all(|problem| problem.kind == ProblemKind::BadDate)
    {
        line.report(amount_field, ProblemKind::BadAmount);
    }
    let (Some(paid_on), Some(amount)) = (paid_on, amount) else {
        return Err(line.problems);
    };
    let payment = PaymentRow {
        place: line.place(),
        customer_code: line.text(Field::Code).unwrap_or_default(),
        customer_name: line.text(Field::Customer).unwrap_or_default(),
        paid_on,
        amount,
        applied_to: line.text(Field::AppliedTo),
        method: line.text(Field::Method),
    };
    line.finish(payment)
}

/// The sum of the amounts. The limits on rows and on one amount keep it far below what `Money` holds.
pub(crate) fn sum(currency: Currency, amounts: impl IntoIterator<Item = Money>) -> Money {
    Money::sum(currency, amounts).expect("at most 60,000 amounts of one currency below 1e14 each")
}
