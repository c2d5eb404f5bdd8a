//! What an import understood, as a page to check and to answer.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use countersign_core::domain::ids::{Digest, SnapshotId};
use countersign_core::domain::money::Money;
use countersign_core::domain::time::Day;

use super::decisions::{Bulk, DecidedLine};
use super::held::{Returned, RowForm, Rows, UNUSUAL, kind_words};
use super::imports::Asked;
use super::unknown::{self, UnknownForm};
use crate::console::layout::caller::Caller;
use crate::console::layout::choices::{Choice, choices};
use crate::console::layout::fault::Fault;
use crate::console::layout::fields::Fields;
use crate::console::layout::frame::Frame;
use crate::console::layout::paging::{Paging, ROWS, quoted};
use crate::desks::UploadView;
use crate::ledger_import::{
    Field, FileRow, Format, LedgerImport, Options, Place, Problem, QuestionKind, RowState,
    SheetAnswer, SheetKind, SheetRead, StatedTotal, Totals, Unit, UnitRead,
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

/// One of the lists of a review.
struct Tab {
    link: String,
    words: String,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "ledgers/review.html")]
pub(super) struct ReviewPage {
    p: Frame,
    import: Digest,
    revision: i64,
    file_name: String,
    digest: Digest,
    draft: Option<SnapshotId>,
    totals: Totals,
    cut_off: Option<Day>,
    format: String,
    ignored: Vec<String>,
    stated: Vec<Stated>,
    questions: Vec<String>,
    doubts: Vec<String>,
    tabs: Vec<Tab>,
    list: String,
    only: String,
    /// What is wrong with a form that came back.
    fault: Option<String>,
    sheets: Vec<SheetForm>,
    kinds: Vec<Choice>,
    problems: usize,
    rows: Vec<RowForm>,
    bulk: Option<Bulk>,
    unknown: Vec<UnknownForm>,
    all_new: usize,
    decided: Vec<DecidedLine>,
    paging: Paging,
}

impl ReviewPage {
    /// The list that is asked for; of a form that came back, its own rows with what was typed.
    pub(super) fn of(
        caller: &Caller,
        (view, read): (&UploadView, &LedgerImport),
        asked: &Asked,
        returned: Option<&Returned>,
    ) -> Result<Self, Fault> {
        let p = caller.frame()?;
        let rows = Rows::of(view, read);
        let id = view.upload.id;
        let drafts = caller.desk().ledger_drafts()?;
        let mut page = Self {
            import: id,
            revision: view.upload.revision,
            file_name: view.upload.file_name.clone(),
            digest: read.source.digest,
            draft: drafts
                .iter()
                .find(|draft| draft.file == read.source.digest)
                .map(|draft| draft.draft),
            totals: read.totals.clone(),
            cut_off: read.cut_off,
            format: format_words(&p, read.source.format),
            ignored: ignored(&p, read),
            stated: read
                .totals_stated
                .iter()
                .map(|total| stated(&p, read, total))
                .collect(),
            questions: questions(&p, read),
            doubts: read
                .sheets
                .iter()
                .filter_map(|sheet| doubt(&p, sheet))
                .collect(),
            tabs: tabs(&p, id, &asked.list, (view, read)),
            list: asked.list.clone(),
            only: asked.only.clone(),
            fault: returned
                .and_then(|returned| returned.whole)
                .map(|key| p.t(key)),
            sheets: Vec::new(),
            kinds: problem_kinds(&p, read, &asked.only),
            problems: rows.open("").len(),
            rows: Vec::new(),
            bulk: None,
            unknown: Vec::new(),
            all_new: 0,
            decided: Vec::new(),
            paging: Paging::new(1, 0, String::new()),
            p,
        };
        match asked.list.as_str() {
            "sheets" => {
                let options = view.options();
                let forms = read.sheets.iter();
                page.sheets = forms
                    .map(|sheet| sheet_form(&page.p, sheet, &options))
                    .collect();
            }
            "customers" => page.list_customers(caller, (view, read), asked, returned)?,
            "decided" => {
                let shown = page.paged(&view.decisions, asked);
                page.decided = shown
                    .into_iter()
                    .map(|decided| DecidedLine::of(&page.p, read, decided))
                    .collect();
            }
            _ => page.list_rows(&rows, asked, returned),
        }
        Ok(page)
    }

    fn list_rows(&mut self, rows: &Rows<'_>, asked: &Asked, returned: Option<&Returned>) {
        let shown = match returned {
            Some(returned) => rows.named(&returned.fields),
            None => self
                .paged(&rows.open(&asked.only), asked)
                .into_iter()
                .copied()
                .collect(),
        };
        self.bulk = Bulk::of(&self.p, rows, &asked.only);
        self.rows = shown
            .into_iter()
            .map(|row| rows.form(&self.p, row, returned))
            .collect();
    }

    fn list_customers(
        &mut self,
        caller: &Caller,
        (view, read): (&UploadView, &LedgerImport),
        asked: &Asked,
        returned: Option<&Returned>,
    ) -> Result<(), Fault> {
        let known = caller.desk().customers_for(view, read, &[])?;
        let all = match returned {
            Some(returned) => unknown::named(&returned.fields, read),
            None => unknown::all(read),
        };
        self.unknown = self
            .paged(&all, asked)
            .into_iter()
            .map(|unknown| UnknownForm::of(&self.p, unknown, &known, returned))
            .collect();
        self.all_new = unknown::all_as_new(read, known).len();
        Ok(())
    }

    /// The rows of the page that is asked for.
    fn paged<'a, T>(&mut self, all: &'a [T], asked: &Asked) -> Vec<&'a T> {
        let link = format!(
            "/ledgers/imports/{}?list={}&only={}&page=",
            self.import,
            quoted(&asked.list),
            quoted(&asked.only)
        );
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        self.paging = Paging::new(asked.page, total, link);
        let skip = usize::try_from(Paging::offset(self.paging.page)).unwrap_or(0);
        all.iter()
            .skip(skip)
            .take(usize::try_from(ROWS).unwrap_or(50))
            .collect()
    }
}

fn tabs(p: &Frame, id: Digest, list: &str, (view, read): (&UploadView, &LedgerImport)) -> Vec<Tab> {
    let is_open = |row: &&FileRow| matches!(row.state, RowState::Held | RowState::Asked);
    let open = read.file_rows.iter().filter(is_open).count();
    let lists = [
        ("", "import-tab-rows", Some(open)),
        (
            "customers",
            "import-tab-customers",
            Some(unknown::all(read).len()),
        ),
        ("decided", "import-tab-decided", Some(view.decisions.len())),
        ("sheets", "import-tab-sheets", None),
    ];
    lists
        .into_iter()
        .map(|(word, key, count)| Tab {
            link: format!("/ledgers/imports/{id}?list={word}#work"),
            words: match count {
                Some(count) => p.count(key, count),
                None => p.t(key),
            },
            is_current: word == list,
        })
        .collect()
}

/// The questions about sheets and totals; those about single rows are asked with the rows.
fn questions(p: &Frame, read: &LedgerImport) -> Vec<String> {
    read.questions
        .iter()
        .filter(|question| question.kind != QuestionKind::UnusualAmount)
        .map(|question| {
            let words = p.with(question.kind.key(), "found", &question.found);
            p.both(
                "import-question-at",
                ("place", place_words(p, &question.place)),
                ("question", words),
            )
        })
        .collect()
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
    let asked = read
        .file_rows
        .iter()
        .filter(|row| row.state == RowState::Asked);
    let words = read.problems.iter().map(|problem| problem.kind.word());
    for word in words.chain(asked.map(|_| UNUSUAL)) {
        let count = counts.entry(word).or_default();
        *count = count.saturating_add(1);
    }
    let words = |(word, count): &(&str, usize)| {
        let name = kind_words(p, word);
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

pub(super) fn place_words(p: &Frame, place: &Place) -> String {
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
        place: place_words(p, &total.place),
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

/// Two units are stated, and only a person can say which is right.
fn doubt(p: &Frame, sheet: &SheetRead) -> Option<String> {
    match sheet.unit {
        Some(UnitRead::Ambiguous { one, other }) => Some(
            p.with_all(
                "import-unit-doubt",
                &[
                    (
                        "sheet",
                        sheet
                            .sheet
                            .clone()
                            .unwrap_or_else(|| p.t("import-text-file")),
                    ),
                    ("one", unit_word(p, one)),
                    ("other", unit_word(p, other)),
                ],
            ),
        ),
        Some(UnitRead::Stated(_) | UnitRead::Presumed | UnitRead::Answered(_)) | None => None,
    }
}

fn sheet_form(p: &Frame, sheet: &SheetRead, options: &Options) -> SheetForm {
    let answer = options
        .sheets
        .iter()
        .find(|answer| answer.sheet == sheet.sheet);
    let unit = sheet.unit.and_then(UnitRead::unit);
    let answered = answer.and_then(|answer| answer.unit);
    let doubt = doubt(p, sheet);
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
pub(super) fn answers(
    fields: &Fields,
    read: &LedgerImport,
    before: Vec<SheetAnswer>,
) -> Vec<SheetAnswer> {
    let mut answers = before;
    for sheet in &read.sheets {
        let name = sheet.sheet.clone().unwrap_or_default();
        let kind = fields.one(&format!("kind.{name}"));
        let kind = KINDS.into_iter().find(|other| kind_value(*other) == kind);
        let unit = fields.one(&format!("unit.{name}"));
        let unit = Unit::ALL
            .into_iter()
            .find(|other| unit_value(*other) == unit);
        let columns = column_answers(fields, sheet, &name);
        let index = answers
            .iter()
            .position(|answer| answer.sheet == sheet.sheet);
        let mut answer = index.map_or_else(SheetAnswer::default, |index| answers.remove(index));
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
        answers.push(answer);
    }
    answers
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
