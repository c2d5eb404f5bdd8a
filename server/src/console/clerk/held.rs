//! The rows that are held or asked about, each with what may be done about it, and what a clerk sends back about them.

use std::collections::{BTreeMap, BTreeSet};

use super::review::place_words;
use crate::console::layout::fields::Fields;
use crate::console::layout::frame::Frame;
use crate::desks::UploadView;
use crate::ledger_import::{
    Decision, Field, FileRow, LedgerImport, Place, Problem, ProblemKind, Question, QuestionKind,
    RowState, SheetRead, UnitRead, is_same_text,
};
use crate::uploads::{Answer, Change, Decided, Subject};

/// The word by which a list of rows asks for unusual amounts; the others are problem kinds.
pub(super) const UNUSUAL: &str = "unusual_amount";
/// A longer text of a cell is cut where it is only shown.
const SHOWN: usize = 120;
/// A longer text of a cell is no figure, day or name; its field holds this much of it.
const TYPED: usize = 200;

pub(super) struct Cell {
    pub(super) column: String,
    pub(super) header: String,
    pub(super) text: String,
}

/// A field in which a cell can be corrected.
pub(super) struct Input {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) value: String,
    pub(super) hint: Option<String>,
    pub(super) faults: Vec<String>,
}

/// One row with its form.
#[expect(
    clippy::struct_excessive_bools,
    reason = "checkboxes and what the template shows, as they stand"
)]
pub(super) struct RowForm {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) kinds: Vec<String>,
    pub(super) cells: Vec<Cell>,
    pub(super) inputs: Vec<Input>,
    /// What is wrong beside the inputs.
    pub(super) others: Vec<String>,
    pub(super) can_confirm: bool,
    pub(super) is_unknown: bool,
    pub(super) strike: bool,
    pub(super) confirm: bool,
    pub(super) reason: String,
    pub(super) fault: Option<String>,
    pub(super) decided: Option<String>,
}

/// What came back of a form, with what is wrong with it, when nothing of it was saved.
#[derive(Debug, Clone)]
pub(super) struct Returned {
    pub(super) fields: Fields,
    /// The key of a sentence for each row or customer of the form.
    pub(super) faults: BTreeMap<String, &'static str>,
    /// The key of a sentence about the whole form.
    pub(super) whole: Option<&'static str>,
}

/// Names a row in a form: its number, then its sheet between signs that keep the spaces of its name.
pub(super) fn key_of(place: &Place) -> String {
    match &place.sheet {
        Some(sheet) => format!("{}@{sheet}@", place.row),
        None => place.row.to_string(),
    }
}

pub(super) fn place_of(key: &str) -> Option<Place> {
    let (row, sheet) = match key.split_once('@') {
        Some((row, sheet)) => (row, Some(sheet.strip_suffix('@')?.to_owned())),
        None => (key, None),
    };
    let row = row.parse().ok()?;
    Some(Place { sheet, row })
}

/// What a page of rows looks at: the reading with what belongs to each row.
pub(super) struct Rows<'a> {
    read: &'a LedgerImport,
    problems: BTreeMap<&'a Place, Vec<&'a Problem>>,
    unusual: BTreeMap<&'a Place, &'a Question>,
    decided: BTreeMap<&'a Place, &'a Decided>,
    sheets: BTreeMap<Option<&'a str>, &'a SheetRead>,
}

impl<'a> Rows<'a> {
    pub(super) fn of(view: &'a UploadView, read: &'a LedgerImport) -> Self {
        let mut problems: BTreeMap<&Place, Vec<&Problem>> = BTreeMap::new();
        for problem in &read.problems {
            problems.entry(&problem.place).or_default().push(problem);
        }
        let unusual = read
            .questions
            .iter()
            .filter(|question| question.kind == QuestionKind::UnusualAmount);
        let decided = view
            .decisions
            .iter()
            .filter_map(|decided| match &decided.subject {
                Subject::Row(place) => Some((place, decided)),
                Subject::Customer(_) => None,
            });
        let sheets = read
            .sheets
            .iter()
            .map(|sheet| (sheet.sheet.as_deref(), sheet));
        Self {
            read,
            problems,
            unusual: unusual
                .map(|question| (&question.place, question))
                .collect(),
            decided: decided.collect(),
            sheets: sheets.collect(),
        }
    }

    /// Rows that are held or asked about, and of them those with a problem of kind `only`.
    pub(super) fn open(&self, only: &str) -> Vec<&'a FileRow> {
        let is_open = |row: &&FileRow| matches!(row.state, RowState::Held | RowState::Asked);
        let is_wanted = |row: &&FileRow| only.is_empty() || self.words(row).contains(only);
        self.read
            .file_rows
            .iter()
            .filter(is_open)
            .filter(is_wanted)
            .collect()
    }

    /// Rows of which this kind is all that is wrong: those that one decision may settle together.
    pub(super) fn only(&self, kind: &str) -> Vec<&'a FileRow> {
        self.open(kind)
            .into_iter()
            .filter(|row| self.words(row).len() == 1)
            .collect()
    }

    /// The kinds of what is wrong with a row, as words.
    pub(super) fn words(&self, row: &FileRow) -> BTreeSet<&'static str> {
        let problems = self.problems.get(&row.place).into_iter().flatten();
        let asked = (row.state == RowState::Asked).then_some(UNUSUAL);
        problems
            .map(|problem| problem.kind.word())
            .chain(asked)
            .collect()
    }

    /// Whether a person may confirm everything that is wrong with a row.
    pub(super) fn can_confirm(&self, row: &FileRow) -> bool {
        let mut problems = self.problems.get(&row.place).into_iter().flatten();
        problems.all(|problem| problem.can_confirm)
    }

    /// The rows of a form that came back, in its order.
    pub(super) fn named(&self, fields: &Fields) -> Vec<&'a FileRow> {
        let named: Vec<Place> = fields.all("row").filter_map(place_of).collect();
        let rows: BTreeMap<&Place, &FileRow> = self
            .read
            .file_rows
            .iter()
            .map(|row| (&row.place, row))
            .collect();
        named
            .iter()
            .filter_map(|place| rows.get(place).copied())
            .collect()
    }

    pub(super) fn form(&self, p: &Frame, row: &FileRow, returned: Option<&Returned>) -> RowForm {
        let key = key_of(&row.place);
        let decided = self.decided.get(&row.place).copied();
        let problems = self.problems.get(&row.place).map_or(&[][..], Vec::as_slice);
        let typed = returned.map(|returned| &returned.fields);
        let wanted = self.fields(row, problems);
        let inputs: Vec<Input> = wanted
            .iter()
            .filter_map(|field| self.input(p, row, *field, typed))
            .collect();
        let has_input = |problem: &Problem| {
            self.field_at(&row.place, problem)
                .is_some_and(|field| wanted.contains(&field))
        };
        let asked = self.unusual.get(&row.place);
        let ticked = |name: &str| typed.is_some_and(|typed| typed.has(&format!("{name}.{key}")));
        RowForm {
            title: place_words(p, &row.place),
            kinds: self
                .words(row)
                .into_iter()
                .map(|word| kind_words(p, word))
                .collect(),
            cells: row.cells.iter().map(shown).collect(),
            others: problems
                .iter()
                .filter(|problem| !has_input(problem))
                .map(|problem| p.with(problem.kind.key(), "found", &problem.found))
                .chain(asked.map(|asked| p.with(asked.kind.key(), "found", &asked.found)))
                .collect(),
            inputs,
            can_confirm: self.can_confirm(row),
            is_unknown: row.unknown.is_some(),
            strike: ticked("strike"),
            confirm: ticked("confirm"),
            reason: typed.map_or_else(
                || {
                    decided
                        .map(|decided| decided.reason.clone())
                        .unwrap_or_default()
                },
                |typed| typed.one(&format!("reason.{key}")).to_owned(),
            ),
            fault: returned
                .and_then(|returned| returned.faults.get(&key))
                .map(|fault| p.t(fault)),
            decided: decided.map(|decided| {
                p.both(
                    "import-decided-by",
                    ("who", p.name(&decided.by)),
                    ("at", p.at(&decided.at)),
                )
            }),
            key,
        }
    }

    /// The fields whose cells may set right what is wrong, each once, as the columns stand.
    fn fields(&self, row: &FileRow, problems: &[&Problem]) -> BTreeSet<Field> {
        let mut wanted: BTreeSet<Field> = problems
            .iter()
            .flat_map(|problem| related(problem.kind))
            .copied()
            .collect();
        wanted.extend(
            problems
                .iter()
                .filter_map(|problem| self.field_at(&row.place, problem)),
        );
        if row.state == RowState::Asked {
            wanted.extend(related(ProblemKind::BalanceMismatch));
        }
        if let Some(Answer::Row(decision)) = self.decided.get(&row.place).map(|it| &it.answer) {
            wanted.extend(decision.cells().iter().map(|(field, _)| *field));
        }
        wanted
    }

    /// The field whose column a problem names.
    fn field_at(&self, place: &Place, problem: &Problem) -> Option<Field> {
        let sheet = self.sheets.get(&place.sheet.as_deref())?;
        let mapped = sheet
            .columns
            .iter()
            .find(|column| column.column == problem.column)?;
        mapped.field.filter(|field| *field != Field::Derived)
    }

    fn input(
        &self,
        p: &Frame,
        row: &FileRow,
        field: Field,
        typed: Option<&Fields>,
    ) -> Option<Input> {
        let sheet = self.sheets.get(&row.place.sheet.as_deref())?;
        let column = sheet.column(field)?;
        let name = format!("cell.{}.{}", field.word(), key_of(&row.place));
        let corrected = self.corrected(row, field);
        let value = match typed {
            Some(typed) if typed.has(&name) => typed.exact(&name).to_owned(),
            _ => corrected.unwrap_or_else(|| as_filed(row, field)),
        };
        let problems = self.problems.get(&row.place).into_iter().flatten();
        let is_amount = matches!(field, Field::Amount | Field::Received | Field::Outstanding);
        let unit = sheet.unit.and_then(UnitRead::unit).filter(|_| is_amount);
        Some(Input {
            label: format!("{} {}", column.column, column.header),
            hint: unit.map(|unit| {
                p.with(
                    "import-in-unit",
                    "unit",
                    p.t(&format!("unit-{}", unit.factor())),
                )
            }),
            faults: problems
                .filter(|problem| problem.column == column.column)
                .map(|problem| p.with(problem.kind.key(), "found", &problem.found))
                .collect(),
            name,
            value,
        })
    }

    /// What a decision that stands has typed into this cell.
    fn corrected(&self, row: &FileRow, field: Field) -> Option<String> {
        let Answer::Row(decision) = &self.decided.get(&row.place)?.answer else {
            return None;
        };
        let cell = decision.cells().iter().find(|(other, _)| *other == field);
        cell.map(|(_, text)| text.clone())
    }

    /// What a form says about its rows: the changes, and what is wrong with it by row.
    pub(super) fn changes(&self, fields: &Fields) -> (Vec<Change>, BTreeMap<String, &'static str>) {
        let mut changes = Vec::new();
        let mut faults = BTreeMap::new();
        for row in self.named(fields) {
            let key = key_of(&row.place);
            let reason = fields.one(&format!("reason.{key}")).to_owned();
            let cells = typed_cells(fields, row, &key);
            let answer = if fields.has(&format!("strike.{key}")) {
                Some(Decision::Strike)
            } else if fields.has(&format!("confirm.{key}")) {
                Some(Decision::Confirm(cells))
            } else if cells.is_empty() {
                None
            } else {
                Some(Decision::Correct(cells))
            };
            let before = self.decided.get(&row.place).copied();
            let answer = answer.map(Answer::Row);
            if answer.as_ref() == before.map(|before| &before.answer)
                && before.is_none_or(|before| before.reason == reason)
            {
                continue;
            }
            let needs_reason = matches!(
                answer,
                Some(Answer::Row(Decision::Strike | Decision::Confirm(_)))
            );
            if needs_reason && reason.is_empty() {
                faults.insert(key, "desk-invalid-reason-missing");
            }
            changes.push(Change {
                subject: Subject::Row(row.place.clone()),
                answer,
                reason,
            });
        }
        (changes, faults)
    }
}

/// The cells of a row for which a form has another text than the file.
fn typed_cells(fields: &Fields, row: &FileRow, key: &str) -> Vec<(Field, String)> {
    let typed = Field::ALL.iter().filter_map(|field| {
        let name = format!("cell.{}.{key}", field.word());
        fields
            .has(&name)
            .then(|| (*field, fields.one(&name).to_owned()))
    });
    typed
        .filter(|(field, text)| !is_same_text(text, &as_filed(row, *field)))
        .collect()
}

fn as_filed(row: &FileRow, field: Field) -> String {
    let cell = row.cells.iter().find(|cell| cell.field == Some(field));
    cell.map(|cell| cell.text.chars().take(TYPED).collect())
        .unwrap_or_default()
}

fn shown(cell: &crate::ledger_import::FileCell) -> Cell {
    let mut text: String = cell.text.chars().take(SHOWN).collect();
    if text.len() < cell.text.len() {
        text.push('…');
    }
    Cell {
        column: cell.column.to_string(),
        header: cell.header.clone(),
        text,
    }
}

/// The cells that may set a problem right, besides the one that it names.
const fn related(kind: ProblemKind) -> &'static [Field] {
    match kind {
        ProblemKind::DueBeforeInvoice => &[Field::Invoiced, Field::Due],
        ProblemKind::BalanceMismatch => &[Field::Amount, Field::Received, Field::Outstanding],
        ProblemKind::UnknownCustomer | ProblemKind::BadCustomer => &[Field::Code, Field::Customer],
        ProblemKind::MissingDueDate
        | ProblemKind::BadDate
        | ProblemKind::BadAmount
        | ProblemKind::Duplicate
        | ProblemKind::AmbiguousUnit
        | ProblemKind::MissingDocument
        | ProblemKind::BadDocument
        | ProblemKind::BadPosition => &[],
    }
}

pub(super) fn kind_words(p: &Frame, word: &str) -> String {
    p.t(&format!("problem-{}", word.replace('_', "-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_again_by_its_key_whatever_its_sheet_is_called() {
        for sheet in [None, Some("应收 "), Some("a@b@"), Some("1")] {
            let place = Place {
                sheet: sheet.map(ToOwned::to_owned),
                row: 17,
            };
            assert_eq!(place_of(key_of(&place).trim()), Some(place));
        }
        assert_eq!(place_of("x@应收@"), None);
    }
}
