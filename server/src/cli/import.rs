//! `countersign-server import`: tries a ledger without a server and without a database.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::ledger_import::{
    ImportError, KnownCustomer, LedgerImport, MAX_BYTES, Options, SheetRead, read,
};

/// Reads a receivables ledger (xlsx, xls, ods, csv) and says what it would come to.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Only read; nothing is stored. An import that stores is made in the console, where problems are decided
    #[arg(long, required = true)]
    dry_run: bool,
    /// Print one JSON object instead of a summary
    #[arg(long)]
    json: bool,
    /// A file whose customer sheet has been imported before: its customers are on file
    #[arg(long, value_name = "FILE")]
    customers: Option<PathBuf>,
    /// The ledger
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Why the command prints no result. `Display` is one sentence; the exit code is 2.
#[derive(Debug, thiserror::Error)]
pub enum ImportCommandError {
    /// The file cannot be opened or read.
    #[error("{}: the file cannot be read: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is refused.
    #[error("{}: {source}", path.display())]
    Refused {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: ImportError,
    },
    /// Standard output is gone.
    #[error("the result cannot be written: {0}")]
    Output(#[source] std::io::Error),
}

/// Runs the command and prints its result to standard output.
///
/// # Errors
/// [`ImportCommandError`]; the caller prints it to standard error and exits with 2.
pub fn run(args: &ImportArgs) -> Result<(), ImportCommandError> {
    let customers_known = match &args.customers {
        Some(path) => import(path, &Options::default())?
            .customers
            .iter()
            .map(KnownCustomer::from)
            .collect(),
        None => Vec::new(),
    };
    let options = Options {
        customers_known,
        ..Options::default()
    };
    let import = import(&args.file, &options)?;
    let text = if args.json {
        Summary::of(&import).to_json()
    } else {
        in_words(&import)
    };
    writeln!(std::io::stdout().lock(), "{text}").map_err(ImportCommandError::Output)
}

fn import(path: &Path, options: &Options) -> Result<LedgerImport, ImportCommandError> {
    let bytes = bytes_of(path).map_err(|source| ImportCommandError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    read(&bytes, &name, options, &mut |_done, _total| {}).map_err(|source| {
        ImportCommandError::Refused {
            path: path.to_owned(),
            source,
        }
    })
}

/// At most one byte more than a ledger may have: then it is refused, and a huge file costs no memory.
fn bytes_of(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let most = u64::try_from(MAX_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(most)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[derive(Serialize)]
struct Summary<'a> {
    customers: usize,
    accepted: usize,
    outstanding: String,
    problems: Vec<Place<'a>>,
    ignored_rows: Vec<Ignored<'a>>,
    held: usize,
    total_receivable: String,
    total_received: String,
    currency: &'a str,
    cut_off: Option<String>,
    digest: String,
    customers_on_file: usize,
    contracts: usize,
    payments: usize,
    totals_stated: Vec<Stated<'a>>,
    sheets: &'a [SheetRead],
    questions: Vec<Asked<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    sheet: Option<&'a str>,
    row: u32,
    column: String,
    kind: &'static str,
}

#[derive(Serialize)]
struct Ignored<'a> {
    sheet: Option<&'a str>,
    row: u32,
    kind: &'static str,
}

#[derive(Serialize)]
struct Stated<'a> {
    sheet: Option<&'a str>,
    row: u32,
    column: String,
    amount: String,
}

#[derive(Serialize)]
struct Asked<'a> {
    sheet: Option<&'a str>,
    row: u32,
    kind: crate::ledger_import::QuestionKind,
    found: &'a str,
}

impl<'a> Summary<'a> {
    fn of(import: &'a LedgerImport) -> Self {
        let totals = &import.totals;
        Self {
            customers: totals.customers,
            accepted: totals.accepted,
            outstanding: totals.total_outstanding.to_string(),
            problems: import
                .problems
                .iter()
                .map(|problem| Place {
                    sheet: problem.place.sheet.as_deref(),
                    row: problem.place.row,
                    column: problem.column.to_string(),
                    kind: problem.kind.word(),
                })
                .collect(),
            ignored_rows: import
                .ignored_rows
                .iter()
                .map(|ignored| Ignored {
                    sheet: ignored.place.sheet.as_deref(),
                    row: ignored.place.row,
                    kind: ignored.kind.word(),
                })
                .collect(),
            held: totals.held,
            total_receivable: totals.total_receivable.to_string(),
            total_received: totals.total_received.to_string(),
            currency: import.currency.code(),
            cut_off: import.cut_off.map(|day| day.to_string()),
            digest: import.source.digest.to_string(),
            customers_on_file: import.customers.len(),
            contracts: import.contracts.len(),
            payments: import.payments.len(),
            totals_stated: import
                .totals_stated
                .iter()
                .map(|stated| Stated {
                    sheet: stated.place.sheet.as_deref(),
                    row: stated.place.row,
                    column: stated.column.to_string(),
                    amount: stated.amount.to_string(),
                })
                .collect(),
            sheets: &import.sheets,
            questions: import
                .questions
                .iter()
                .map(|question| Asked {
                    sheet: question.place.sheet.as_deref(),
                    row: question.place.row,
                    kind: question.kind,
                    found: &question.found,
                })
                .collect(),
        }
    }

    fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are JSON")
    }
}

fn in_words(import: &LedgerImport) -> String {
    let totals = &import.totals;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for problem in &import.problems {
        *counts.entry(problem.kind.word()).or_default() += 1;
    }
    let mut lines = vec![
        format!(
            "accepted     {} receivables of {} customers",
            totals.accepted, totals.customers
        ),
        format!(
            "receivable   {} {}",
            totals.total_receivable,
            import.currency.code()
        ),
        format!(
            "received     {} {}",
            totals.total_received,
            import.currency.code()
        ),
        format!(
            "outstanding  {} {}",
            totals.total_outstanding,
            import.currency.code()
        ),
        format!("held         {} rows, for a person to decide", totals.held),
    ];
    lines.extend(
        counts
            .iter()
            .map(|(kind, count)| format!("  {kind:<20} {count}")),
    );
    lines.push(format!(
        "left out     {} rows that are no receivables",
        import.ignored_rows.len()
    ));
    lines.join("\n")
}
