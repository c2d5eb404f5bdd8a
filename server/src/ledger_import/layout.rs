//! Finding out what a sheet holds: where its headers are, which column is which, in what unit its amounts are.
//!
//! Nothing is known about a sheet beforehand. The row that names most fields is its header; a line above it that groups
//! columns, or a line below it that divides a group, belongs to it. What the fields are tells the kind of the sheet. The
//! clerk's answers replace any of this.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::domain::money::Currency;
use countersign_core::domain::time::Day;

use super::amount::{Stated, Unit, unit_of_header, unit_of_line};
use super::cell::{Cell, Row, Sheet};
use super::columns::{Column, Field, MappedColumn, field_of, map_columns};
use super::date::{DateOrder, day_in, proved_order};
use super::options::SheetAnswer;
use super::repeats::has_second_table;
use super::result::{SheetKind, UnitRead};

const SEARCHED_ROWS: usize = 60;
const AMOUNTS: [Field; 4] = [
    Field::Amount,
    Field::Received,
    Field::Outstanding,
    Field::ContractAmount,
];

/// What was found out about one sheet.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub kind: SheetKind,
    pub header_rows: Vec<u32>,
    pub columns: Vec<MappedColumn>,
    pub unit: Option<UnitRead>,
    pub currency: Option<Currency>,
    pub cut_off: Option<Day>,
    pub date_order: DateOrder,
    positions: BTreeMap<Field, u32>,
    column_units: BTreeMap<Field, Unit>,
}

impl Layout {
    /// The column of a field, counted from 0.
    pub(crate) fn at(&self, field: Field) -> Option<u32> {
        self.positions.get(&field).copied()
    }

    /// The cell of a field in a row.
    pub(crate) fn cell<'row>(&self, row: &'row Row, field: Field) -> Option<&'row Cell> {
        self.at(field).and_then(|column| row.at(column))
    }

    /// Letter and header of a field's column, or of the first column when the sheet has none for it.
    pub(crate) fn place_of(&self, field: Field) -> (Column, String) {
        let column = self.at(field);
        self.columns
            .iter()
            .find(|mapped| Some(mapped.column.0) == column)
            .or(self.columns.first())
            .map_or((Column(0), String::new()), |mapped| {
                (mapped.column, mapped.header.clone())
            })
    }

    /// The unit of a field's amounts; none while it is ambiguous.
    pub(crate) fn unit_of(&self, field: Field) -> Option<Unit> {
        let unit = self.unit.and_then(UnitRead::unit)?;
        Some(self.column_units.get(&field).copied().unwrap_or(unit))
    }

    /// The last header row; 0 when there is none.
    pub(crate) fn last_header(&self) -> u32 {
        self.header_rows.last().copied().unwrap_or(0)
    }

    /// Headers in any script but Chinese.
    pub(crate) fn is_english(&self) -> bool {
        self.columns.iter().all(|column| column.header.is_ascii())
    }
}

/// Finds out about a sheet, as far as the clerk has not answered.
pub(crate) fn find(sheet: &Sheet, answer: Option<&SheetAnswer>) -> Layout {
    let header_rows = match answer.and_then(|answer| answer.header_rows.clone()) {
        Some(rows) => rows,
        None => find_headers(sheet),
    };
    let mut columns = map_columns(&header_texts(sheet, &header_rows));
    if let Some(answer) = answer {
        apply(&mut columns, &answer.columns);
    }
    let positions: BTreeMap<Field, u32> = columns
        .iter()
        .filter_map(|column| column.field.map(|field| (field, column.column.0)))
        .filter(|(field, _)| *field != Field::Derived)
        .collect();
    let found = kind_of(&positions.keys().copied().collect());
    let kind = answer.and_then(|answer| answer.kind).or(found);
    let kind = kind.unwrap_or_else(|| kind_without_headers(sheet));
    let is_answered = answer.is_some_and(|answer| answer.kind.is_some());
    let kind =
        if !is_answered && is_table(kind) && has_second_table(sheet, &header_rows, &positions) {
            SheetKind::Unread
        } else {
            kind
        };
    if is_table(kind) {
        with_units(
            sheet,
            answer,
            Layout {
                kind,
                header_rows,
                columns,
                unit: None,
                currency: None,
                cut_off: None,
                date_order: order_of_dates(sheet, &positions),
                positions,
                column_units: BTreeMap::new(),
            },
        )
    } else {
        let is_unread = kind == SheetKind::Unread;
        Layout {
            kind,
            header_rows: if is_unread { header_rows } else { Vec::new() },
            columns: if is_unread { columns } else { Vec::new() },
            unit: None,
            currency: None,
            cut_off: None,
            date_order: DateOrder::default(),
            positions: BTreeMap::new(),
            column_units: BTreeMap::new(),
        }
    }
}

fn is_table(kind: SheetKind) -> bool {
    match kind {
        SheetKind::Customers
        | SheetKind::Contracts
        | SheetKind::Receivables
        | SheetKind::Payments => true,
        SheetKind::Notes | SheetKind::Unread | SheetKind::Empty => false,
    }
}

fn apply(columns: &mut Vec<MappedColumn>, answers: &[(Field, Option<Column>)]) {
    for (field, at) in answers {
        for column in columns
            .iter_mut()
            .filter(|column| column.field == Some(*field))
        {
            column.field = None;
        }
        let Some(at) = at else { continue };
        match columns.iter_mut().find(|column| column.column == *at) {
            Some(column) => column.field = Some(*field),
            None => columns.push(MappedColumn {
                column: *at,
                header: String::new(),
                field: Some(*field),
            }),
        }
    }
    columns.sort_by_key(|column| column.column);
}

/// The fields that the text cells of a row name.
fn fields_in(row: &Row) -> BTreeSet<Field> {
    row.cells
        .iter()
        .filter_map(|(_, cell)| cell.as_text())
        .filter_map(field_of)
        .map(|(field, _)| field)
        .collect()
}

fn is_line_above(row: &Row) -> bool {
    row.cells
        .iter()
        .filter_map(|(_, cell)| cell.as_text())
        .any(|text| text.contains("单位") && unit_of_line(text).is_some() || day_in(text).is_some())
}

/// The one or two rows of headers; none when no row names two fields.
fn find_headers(sheet: &Sheet) -> Vec<u32> {
    let candidates = sheet.rows.iter().take(SEARCHED_ROWS).enumerate();
    let best = candidates
        .filter(|(_, row)| row.is_text_only() && !is_line_above(row))
        .map(|(index, row)| (fields_in(row).len(), index))
        .filter(|(known, _)| *known >= 2)
        .max_by_key(|(known, index)| (*known, usize::MAX - index));
    let Some((_, index)) = best else {
        return Vec::new();
    };
    let Some(main) = sheet.rows.get(index) else {
        return Vec::new();
    };
    let above = index.checked_sub(1).and_then(|above| sheet.rows.get(above));
    if let Some(above) = above.filter(|above| groups(above, main)) {
        return vec![above.number, main.number];
    }
    let below = sheet.rows.get(index + 1);
    match below.filter(|below| divides(below, main)) {
        Some(below) => vec![main.number, below.number],
        None => vec![main.number],
    }
}

/// `above` is a line of group headers over `main`: it stands directly above and heads a column that `main` leaves empty,
/// or several groups.
fn groups(above: &Row, main: &Row) -> bool {
    let texts = above.cells.len();
    let heads_empty = above.cells.iter().any(|(column, cell)| {
        main.at(*column).is_none() && cell.as_text().and_then(field_of).is_some()
    });
    above.number + 1 == main.number
        && above.is_text_only()
        && texts >= 2
        && !is_line_above(above)
        && (heads_empty || texts >= 3)
}

/// `below` divides groups of `main`: it stands directly below, and every cell of it is a header, none of it data.
fn divides(below: &Row, main: &Row) -> bool {
    let names_field = |cell: &Cell| cell.as_text().and_then(field_of).is_some();
    below.number == main.number + 1
        && below.cells.len() >= 2
        && below.cells.len() < main.cells.len() + 2
        && below.cells.iter().all(|(_, cell)| names_field(cell))
}

/// Per column the text of the group and the header itself.
fn header_texts(sheet: &Sheet, header_rows: &[u32]) -> BTreeMap<u32, (String, String)> {
    let row_at = |number: u32| sheet.rows.iter().find(|row| row.number == number);
    let mut texts = BTreeMap::new();
    let Some(lower) = header_rows.last().and_then(|number| row_at(*number)) else {
        return texts;
    };
    for (column, cell) in &lower.cells {
        texts.insert(*column, (String::new(), one_line(cell)));
    }
    let upper = header_rows
        .iter()
        .rev()
        .nth(1)
        .and_then(|number| row_at(*number));
    for (column, cell) in upper.map(|row| row.cells.as_slice()).unwrap_or_default() {
        let group = one_line(cell);
        if texts.contains_key(column) {
            let next = upper
                .and_then(|row| row.cells.iter().find(|(other, _)| other > column))
                .map_or(u32::MAX, |(other, _)| *other);
            for (_, (over, _)) in texts.range_mut(*column..next) {
                over.clone_from(&group);
            }
        } else {
            texts.insert(*column, (String::new(), group));
        }
    }
    texts
}

fn one_line(cell: &Cell) -> String {
    cell.to_string()
        .split(['\r', '\n'])
        .map(str::trim)
        .collect::<String>()
}

fn kind_of(fields: &BTreeSet<Field>) -> Option<SheetKind> {
    let has = |field: Field| fields.contains(&field);
    let has_any = |wanted: &[Field]| wanted.iter().any(|field| fields.contains(field));
    let has_customer = has_any(&[Field::Code, Field::Customer]);
    let has_amount = has_any(&[Field::Amount, Field::Received, Field::Outstanding]);
    let is_payment = has(Field::PaidOn) && !has_any(&[Field::Due, Field::Outstanding]);
    if has_customer && is_payment && has_any(&[Field::Amount, Field::Received]) {
        return Some(SheetKind::Payments);
    }
    if has_customer
        && has_any(&[Field::Amount, Field::Outstanding])
        && has_any(&[Field::Document, Field::Due])
    {
        return Some(SheetKind::Receivables);
    }
    if has(Field::Contract) && has_any(&[Field::SignedOn, Field::ContractAmount]) {
        return Some(SheetKind::Contracts);
    }
    let details = [
        Field::CreditCode,
        Field::Contact,
        Field::Phone,
        Field::Address,
        Field::Longitude,
        Field::Grade,
    ];
    let is_register = has_any(&details) || (has(Field::Code) && has(Field::Customer));
    (has_customer && !has_amount && is_register).then_some(SheetKind::Customers)
}

/// A sheet in which no headers were found is a table that cannot be read when several rows have several cells.
fn kind_without_headers(sheet: &Sheet) -> SheetKind {
    if sheet.rows.is_empty() {
        return SheetKind::Empty;
    }
    let wide = sheet.rows.iter().filter(|row| row.cells.len() >= 3).count();
    if wide >= 3 {
        SheetKind::Unread
    } else {
        SheetKind::Notes
    }
}

fn order_of_dates(sheet: &Sheet, positions: &BTreeMap<Field, u32>) -> DateOrder {
    let dates = [
        Field::Invoiced,
        Field::Due,
        Field::Settled,
        Field::SignedOn,
        Field::PaidOn,
    ];
    let columns: Vec<u32> = dates
        .iter()
        .filter_map(|field| positions.get(field).copied())
        .collect();
    proved_order(
        sheet
            .rows
            .iter()
            .flat_map(|row| columns.iter().filter_map(|column| row.at(*column))),
    )
}

fn with_units(sheet: &Sheet, answer: Option<&SheetAnswer>, mut layout: Layout) -> Layout {
    let first_header = layout.header_rows.first().copied().unwrap_or(0);
    let above = sheet
        .rows
        .iter()
        .take_while(|row| row.number < first_header)
        .flat_map(|row| row.cells.iter().filter_map(|(_, cell)| cell.as_text()));
    let mut lines = Vec::new();
    for text in above {
        lines.extend(unit_of_line(text));
        layout.cut_off = layout.cut_off.or_else(|| day_in(text));
    }
    let mut headers: BTreeMap<Field, Stated> = BTreeMap::new();
    for (column, group_and_header) in header_texts(sheet, &layout.header_rows) {
        let field = AMOUNTS
            .into_iter()
            .find(|field| layout.at(*field) == Some(column));
        let stated =
            unit_of_header(&group_and_header.1).or_else(|| unit_of_header(&group_and_header.0));
        headers.extend(field.zip(stated));
    }
    let amounts = AMOUNTS
        .into_iter()
        .filter(|field| layout.at(*field).is_some())
        .count();
    if amounts == 0 {
        return layout;
    }
    layout.currency = lines
        .iter()
        .chain(headers.values())
        .find_map(|stated| stated.currency);
    let units: BTreeSet<Unit> = lines.iter().map(|stated| stated.unit).collect();
    let in_headers: BTreeSet<Unit> = headers
        .values()
        .map(|stated| stated.unit)
        .chain(repeated_units(sheet, &layout))
        .collect();
    let all: Vec<Unit> = units.union(&in_headers).copied().collect();
    // Columns may differ when each says so itself and no line says otherwise.
    let each_says = units.is_empty() && headers.len() == amounts;
    layout.unit = Some(
        match (answer.and_then(|answer| answer.unit), all.as_slice()) {
            (Some(unit), _) => UnitRead::Answered(unit),
            (None, []) => UnitRead::Presumed,
            (None, [unit]) => UnitRead::Stated(*unit),
            (None, [unit, ..]) if each_says => {
                layout.column_units = headers
                    .iter()
                    .map(|(field, stated)| (*field, stated.unit))
                    .collect();
                UnitRead::Stated(*unit)
            }
            (None, [one, other, ..]) => UnitRead::Ambiguous {
                one: *one,
                other: *other,
            },
        },
    );
    layout
}

/// Units that headers state where they are repeated further down.
fn repeated_units(sheet: &Sheet, layout: &Layout) -> Vec<Unit> {
    let columns: Vec<u32> = AMOUNTS
        .into_iter()
        .filter_map(|field| layout.at(field))
        .collect();
    let last_header = layout.last_header();
    let below = sheet.rows.iter().filter(|row| row.number > last_header);
    below
        .filter(|row| row.is_text_only() && fields_in(row).len() >= 3)
        .flat_map(|row| columns.iter().filter_map(|column| row.at(*column)))
        .filter_map(Cell::as_text)
        .filter_map(unit_of_header)
        .map(|stated| stated.unit)
        .collect()
}
