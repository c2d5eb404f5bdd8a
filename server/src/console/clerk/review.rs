//! What an import understood, as a page to check and to answer.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use countersign_core::domain::ids::Digest;
use countersign_core::domain::money::Money;

use super::imports::{Asked, Import};
use crate::console::layout::caller::Caller;
use crate::console::layout::choices::{Choice, choices};
use crate::console::layout::fault::Fault;
use crate::console::layout::fields::Fields;
use crate::console::layout::frame::Frame;
use crate::console::layout::paging::{Paging, ROWS, quoted};
use crate::ledger_import::{
    Field, Format, LedgerImport, Options, Place, Problem, SheetAnswer, SheetKind, SheetRead,
    StatedTotal, Unit, UnitRead,
};

const KINDS: [SheetKind; 5] = [
    SheetKind::Receivables,
    SheetKind::Customers,
    SheetKind::Contracts,
    SheetKind::Payments,
    SheetKind::Notes,
];

pub(super) struct ProblemRow {
    sheet: String,
    row: u32,
    column: String,
    header: String,
    found: String,
    reason: String,
}

struct ColumnRow {
    letter: String,
    header: String,
    fields: Vec<Choice>,
}

struct SheetForm {
    name: String,
    title: String,
    words: String,
    kinds: Vec<Choice>,
    units: Vec<Choice>,
    doubt: Option<String>,
    columns: Vec<ColumnRow>,
    is_open: bool,
}

#[expect(clippy::struct_field_names, reason = "the total as the file states it")]
struct Stated {
    place: String,
    stated: String,
    accepted: String,
    difference: String,
    words: String,
}

#[derive(Template)]
#[template(path = "ledgers/review.html")]
pub(super) struct ReviewPage {
    p: Frame,
    import: Digest,
    read: LedgerImport,
    format: String,
    known: bool,
    ignored: Vec<String>,
    stated: Vec<Stated>,
    questions: Vec<String>,
    sheets: Vec<SheetForm>,
    kinds: Vec<Choice>,
    problems: Vec<ProblemRow>,
    paging: Paging,
}

impl ReviewPage {
    pub(super) fn of(
        caller: &Caller,
        (id, import): (Digest, &Import),
        read: &LedgerImport,
        asked: &Asked,
    ) -> Result<Self, Fault> {
        let p = caller.frame()?;
        let drafts = caller.desk().ledger_drafts()?;
        let chosen: Vec<&Problem> = read
            .problems
            .iter()
            .filter(|problem| asked.only.is_empty() || problem.kind.word() == asked.only)
            .collect();
        let link = format!("/ledgers/imports/{id}?only={}&page=", quoted(&asked.only));
        let paging = Paging::new(
            asked.page,
            i64::try_from(chosen.len()).unwrap_or(i64::MAX),
            link,
        );
        let skip = usize::try_from(Paging::offset(paging.page)).unwrap_or(0);
        let shown = chosen
            .into_iter()
            .skip(skip)
            .take(usize::try_from(ROWS).unwrap_or(50));
        let options = import.options();
        Ok(Self {
            import: id,
            format: format_words(&p, read.source.format),
            known: drafts.iter().any(|draft| draft.file == read.source.digest),
            ignored: ignored(&p, read),
            stated: read
                .totals_stated
                .iter()
                .map(|total| stated(&p, read, total))
                .collect(),
            questions: read
                .questions
                .iter()
                .map(|question| {
                    let words = p.with(question.kind.key(), "found", &question.found);
                    p.both(
                        "import-question-at",
                        ("place", place(&p, &question.place)),
                        ("question", words),
                    )
                })
                .collect(),
            sheets: read
                .sheets
                .iter()
                .map(|sheet| sheet_form(&p, sheet, &options))
                .collect(),
            kinds: problem_kinds(&p, read, &asked.only),
            problems: shown.map(|problem| problem_row(&p, problem)).collect(),
            paging,
            read: read.clone(),
            p,
        })
    }
}

/// A problem in words.
pub(super) fn problem_row(p: &Frame, problem: &Problem) -> ProblemRow {
    ProblemRow {
        sheet: problem
            .place
            .sheet
            .clone()
            .unwrap_or_else(|| p.t("import-text-file")),
        row: problem.place.row,
        column: problem.column.to_string(),
        header: problem.header.clone(),
        found: problem.found.clone(),
        reason: p.with(problem.kind.key(), "found", &problem.found),
    }
}

impl ProblemRow {
    /// Sheet, row, column, header, what was found, why: as in the exported files.
    pub(super) fn cells(&self) -> [String; 6] {
        [
            self.sheet.clone(),
            self.row.to_string(),
            self.column.clone(),
            self.header.clone(),
            self.found.clone(),
            self.reason.clone(),
        ]
    }
}

fn problem_kinds(p: &Frame, read: &LedgerImport, only: &str) -> Vec<Choice> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for problem in &read.problems {
        let count = counts.entry(problem.kind.word()).or_default();
        *count = count.saturating_add(1);
    }
    let words = |(word, count): &(&str, usize)| {
        let name = p.t(&format!("problem-{}", word.replace('_', "-")));
        (
            (*word).to_owned(),
            p.both(
                "import-kind-count",
                ("kind", name),
                ("count", p.number(count)),
            ),
        )
    };
    choices(counts, words, |(word, _)| *word == only)
}

fn place(p: &Frame, place: &Place) -> String {
    match &place.sheet {
        Some(sheet) => p.both("import-at-sheet", ("sheet", sheet), ("row", place.row)),
        None => p.with("import-at-row", "row", place.row),
    }
}

fn format_words(p: &Frame, format: Format) -> String {
    match format {
        Format::Xlsx => "XLSX".to_owned(),
        Format::Xls => "XLS".to_owned(),
        Format::Ods => "ODS".to_owned(),
        Format::Text {
            encoding,
            separator: _,
        } => p.word("encoding", &encoding),
    }
}

fn ignored(p: &Frame, read: &LedgerImport) -> Vec<String> {
    let mut counts = BTreeMap::new();
    for row in &read.ignored_rows {
        let count: &mut usize = counts.entry(row.kind).or_default();
        *count = count.saturating_add(1);
    }
    counts
        .into_iter()
        .map(|(kind, count)| {
            p.both(
                "import-kind-count",
                ("kind", p.t(kind.key())),
                ("count", p.number(count)),
            )
        })
        .collect()
}

/// A total line is compared with the rows taken from its own sheet.
fn stated(p: &Frame, read: &LedgerImport, total: &StatedTotal) -> Stated {
    let sheet = &total.place.sheet;
    let of_sheet = read
        .receivables
        .iter()
        .filter(|row| row.place.sheet == *sheet);
    let accepted = Money::sum(read.currency, of_sheet.map(|row| row.outstanding))
        .unwrap_or(read.totals.total_outstanding);
    let held: BTreeSet<&Place> = read
        .problems
        .iter()
        .map(|problem| &problem.place)
        .filter(|place| place.sheet == *sheet)
        .collect();
    let difference = total.amount.minus(accepted).ok();
    let is_equal = difference.is_some_and(|difference| difference.is_zero());
    Stated {
        place: place(p, &total.place),
        stated: p.cash(&total.amount),
        accepted: p.cash(&accepted),
        difference: difference
            .map(|difference| p.cash(&difference))
            .unwrap_or_default(),
        words: if is_equal {
            p.t("import-stated-equal")
        } else {
            p.count("import-stated-differs", held.len())
        },
    }
}

fn sheet_form(p: &Frame, sheet: &SheetRead, options: &Options) -> SheetForm {
    let answer = options
        .sheets
        .iter()
        .find(|answer| answer.sheet == sheet.sheet);
    let unit = sheet.unit.and_then(UnitRead::unit);
    let answered = answer.and_then(|answer| answer.unit);
    let doubt = match sheet.unit {
        Some(UnitRead::Ambiguous { one, other }) => Some(p.both(
            "import-unit-doubt",
            ("one", unit_word(p, one)),
            ("other", unit_word(p, other)),
        )),
        Some(UnitRead::Stated(_) | UnitRead::Presumed | UnitRead::Answered(_)) | None => None,
    };
    let mut units = choices(
        Unit::ALL,
        |unit| (unit_value(*unit), unit_word(p, *unit)),
        |choice| Some(*choice) == unit,
    );
    if sheet.unit.is_none() {
        units.clear();
    } else if unit.is_none() && answered.is_none() {
        units.insert(
            0,
            Choice {
                value: String::new(),
                words: p.t("import-unit-choose"),
                is_chosen: true,
            },
        );
    }
    let headers: Vec<String> = sheet.header_rows.iter().map(u32::to_string).collect();
    SheetForm {
        name: sheet.sheet.clone().unwrap_or_default(),
        title: sheet
            .sheet
            .clone()
            .unwrap_or_else(|| p.t("import-text-file")),
        words: if headers.is_empty() {
            p.t("import-sheet-no-headers")
        } else {
            p.both(
                "import-sheet-words",
                ("rows", p.number(sheet.rows)),
                ("headers", headers.join(" + ")),
            )
        },
        kinds: choices(
            KINDS,
            |kind| (kind_value(*kind).to_owned(), p.t(kind.key())),
            |kind| *kind == sheet.kind,
        ),
        units,
        is_open: doubt.is_some() || sheet.kind == SheetKind::Unread,
        doubt,
        columns: sheet
            .columns
            .iter()
            .map(|column| ColumnRow {
                letter: column.column.to_string(),
                header: column.header.clone(),
                fields: fields(p, column.field),
            })
            .collect(),
    }
}

fn fields(p: &Frame, chosen: Option<Field>) -> Vec<Choice> {
    let mut all = choices(
        Field::ALL.iter().copied(),
        |field| (field.word().to_owned(), p.t(field.key())),
        |field| Some(*field) == chosen,
    );
    all.insert(
        0,
        Choice {
            value: String::new(),
            words: p.t("import-field-none"),
            is_chosen: chosen.is_none(),
        },
    );
    all
}

const fn kind_value(kind: SheetKind) -> &'static str {
    match kind {
        SheetKind::Receivables => "receivables",
        SheetKind::Customers => "customers",
        SheetKind::Contracts => "contracts",
        SheetKind::Payments => "payments",
        SheetKind::Notes | SheetKind::Unread | SheetKind::Empty => "notes",
    }
}

fn unit_value(unit: Unit) -> String {
    unit.factor().to_string()
}

fn unit_word(p: &Frame, unit: Unit) -> String {
    p.t(&format!("unit-{}", unit.factor()))
}

/// The answers that a form gives: only where they differ from what was found out.
pub(super) fn answers(fields: &Fields, read: &LedgerImport, before: Options) -> Options {
    let mut options = before;
    for sheet in &read.sheets {
        let name = sheet.sheet.clone().unwrap_or_default();
        let kind = fields.one(&format!("kind.{name}"));
        let kind = KINDS.into_iter().find(|other| kind_value(*other) == kind);
        let unit = fields.one(&format!("unit.{name}"));
        let unit = Unit::ALL
            .into_iter()
            .find(|other| unit_value(*other) == unit);
        let columns = column_answers(fields, sheet, &name);
        let index = options
            .sheets
            .iter()
            .position(|answer| answer.sheet == sheet.sheet);
        let mut answer =
            index.map_or_else(SheetAnswer::default, |index| options.sheets.remove(index));
        answer.sheet.clone_from(&sheet.sheet);
        if kind.is_some_and(|kind| kind_value(kind) != kind_value(sheet.kind)) {
            answer.kind = kind;
        }
        if unit.is_some() && unit != sheet.unit.and_then(UnitRead::unit) {
            answer.unit = unit;
        }
        for (field, column) in columns {
            answer.columns.retain(|(other, _)| *other != field);
            answer.columns.push((field, column));
        }
        options.sheets.push(answer);
    }
    options
}

fn column_answers(
    fields: &Fields,
    sheet: &SheetRead,
    name: &str,
) -> Vec<(Field, Option<crate::ledger_import::Column>)> {
    let mut gone = Vec::new();
    let mut placed = Vec::new();
    for column in &sheet.columns {
        let asked = format!("column.{}.{name}", column.column);
        if !fields.has(&asked) {
            continue;
        }
        let word = fields.one(&asked);
        let chosen = Field::ALL
            .iter()
            .copied()
            .find(|field| field.word() == word);
        if chosen == column.field {
            continue;
        }
        gone.extend(column.field.map(|field| (field, None)));
        placed.extend(chosen.map(|field| (field, Some(column.column))));
    }
    gone.retain(|(field, _)| placed.iter().all(|(other, _)| other != field));
    gone.extend(placed);
    gone
}
