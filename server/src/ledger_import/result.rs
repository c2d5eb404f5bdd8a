//! What an import gives back: what was understood, what was accepted, what is held, what was left out and why.

use countersign_core::domain::ids::Digest;
use countersign_core::domain::money::{Currency, Money};
use countersign_core::domain::time::Day;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::amount::Unit;
use super::columns::{Column, Field, MappedColumn};
use super::date::DateOrder;
use super::options::{KnownCustomer, WrittenCustomer};

/// A row as a spreadsheet program counts it. In a text file rows are records, so a line break inside quotes starts none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Name of the sheet; none in a text file.
    pub sheet: Option<String>,
    /// Counted from 1.
    pub row: u32,
}

/// The format a file turned out to have, whatever its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Office Open XML workbook.
    Xlsx,
    /// BIFF8 workbook of Excel 97 to 2003.
    Xls,
    /// `OpenDocument` spreadsheet.
    Ods,
    /// Text with separated fields.
    Text {
        /// How its characters are encoded.
        encoding: Encoding,
        /// What stands between two fields.
        separator: char,
    },
}

/// The encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 with byte order mark.
    Utf8WithMark,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// GB 18030, of which GBK and GB 2312 are parts.
    Gb18030,
}

/// Which file was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The name it was given under; decides nothing.
    pub file_name: String,
    /// Digest of its bytes: the same file is known by it.
    pub digest: Digest,
    /// Its format.
    pub format: Format,
}

/// What a sheet holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetKind {
    /// Customers 客户.
    Customers,
    /// Contracts 合同.
    Contracts,
    /// Receivables 应收账款.
    Receivables,
    /// Payments 回款.
    Payments,
    /// Prose, no table.
    Notes,
    /// A table whose headers say nothing known; its columns must be named by hand.
    Unread,
    /// Nothing.
    Empty,
}

impl SheetKind {
    /// The message in `import.ftl`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Customers => "import-sheet-customers",
            Self::Contracts => "import-sheet-contracts",
            Self::Receivables => "import-sheet-receivables",
            Self::Payments => "import-sheet-payments",
            Self::Notes => "import-sheet-notes",
            Self::Unread => "import-sheet-unread",
            Self::Empty => "import-sheet-empty",
        }
    }
}

/// The unit of a sheet's amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitRead {
    /// Stated by the unit line or the headers.
    Stated(Unit),
    /// Stated nowhere, so 元.
    Presumed,
    /// Answered by the clerk.
    Answered(Unit),
    /// Two units are stated.
    Ambiguous {
        /// By the line above the table, or by one column.
        one: Unit,
        /// By the headers, or by another column.
        other: Unit,
    },
}

impl UnitRead {
    /// The unit to read by; none while it is ambiguous.
    #[must_use]
    pub const fn unit(self) -> Option<Unit> {
        match self {
            Self::Stated(unit) | Self::Answered(unit) => Some(unit),
            Self::Presumed => Some(Unit::One),
            Self::Ambiguous { .. } => None,
        }
    }
}

/// What was understood of one sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SheetRead {
    /// Its name; none in a text file.
    pub sheet: Option<String>,
    /// What it holds.
    pub kind: SheetKind,
    /// The rows of its headers: none, one or two.
    pub header_rows: Vec<u32>,
    /// The unit of its amounts; none where there are no amounts.
    pub unit: Option<UnitRead>,
    /// The order of dates with the year last.
    pub date_order: DateOrder,
    /// Its columns from left to right.
    pub columns: Vec<MappedColumn>,
    /// Rows of data: receivables accepted and held, or customers, contracts, payments.
    pub rows: u32,
}

impl SheetRead {
    /// The column that holds a field.
    #[must_use]
    pub fn column(&self, field: Field) -> Option<&MappedColumn> {
        self.columns
            .iter()
            .find(|column| column.field == Some(field))
    }
}

/// A customer of the file's own customer sheet, or of a ledger that names customers by code only.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CustomerRow {
    /// Where it stands; for a customer known by code only, its first receivable.
    pub place: Option<Place>,
    /// Code; may be empty when the file has none.
    pub code: String,
    /// Name; the code where there is none.
    pub name: String,
    /// Unified social credit code, as written.
    pub credit_code: Option<String>,
    /// Contact.
    pub contact: Option<String>,
    /// Phone, as written.
    pub phone: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// Longitude in degrees, as written.
    #[serde(serialize_with = "decimal_as_text")]
    pub longitude: Option<Decimal>,
    /// Latitude in degrees, as written.
    #[serde(serialize_with = "decimal_as_text")]
    pub latitude: Option<Decimal>,
    /// Coordinate reference system, as written; the file does not say when none.
    pub crs: Option<String>,
    /// Credit grade, as written.
    pub grade: Option<String>,
}

/// A contract of the file's contract sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContractRow {
    /// Where it stands.
    pub place: Place,
    /// Contract number.
    pub number: String,
    /// Code of the customer, as written.
    pub customer_code: String,
    /// Name of the customer, as written.
    pub customer_name: String,
    /// Day of signing.
    pub signed_on: Option<Day>,
    /// Amount.
    pub amount: Option<Money>,
    /// Payment terms, as written.
    pub payment_terms: Option<String>,
    /// Penalty a day as a fraction of the principal.
    #[serde(serialize_with = "decimal_as_text")]
    pub penalty_rate: Option<Decimal>,
    /// Guarantor.
    pub guarantor: Option<String>,
    /// Guarantee period, as written.
    pub guarantee_period: Option<String>,
}

/// A payment of the file's payment sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentRow {
    /// Where it stands.
    pub place: Place,
    /// Code of the customer, as written.
    pub customer_code: String,
    /// Name of the customer, as written.
    pub customer_name: String,
    /// Day of the payment.
    pub paid_on: Day,
    /// Amount.
    pub amount: Money,
    /// The document it settles.
    pub applied_to: Option<String>,
    /// How it was made, as written.
    pub method: Option<String>,
}

/// An accepted receivable. `outstanding` is `amount` less `received`, to the cent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceivableRow {
    /// Where it stands.
    pub place: Place,
    /// Code of the customer on file; empty when the file of customers has no codes.
    pub customer_code: String,
    /// Name of the customer on file, not as this row writes it.
    pub customer_name: String,
    /// Document number.
    pub document: String,
    /// Contract number.
    pub contract: Option<String>,
    /// Day of the invoice.
    pub invoiced: Option<Day>,
    /// Due day.
    pub due: Day,
    /// Receivable; negative for a credit note (红字).
    pub amount: Money,
    /// Received.
    pub received: Money,
    /// Outstanding.
    pub outstanding: Money,
    /// Salesperson, as written.
    pub salesperson: Option<String>,
    /// Day on which the whole was paid, where the file says so.
    pub settled: Option<Day>,
    /// Whether it is disputed, where the file says so.
    pub disputed: Option<bool>,
    /// Remark, as written.
    pub remark: Option<String>,
}

/// What is wrong in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// The due day is empty.
    MissingDueDate,
    /// A date that is no day.
    BadDate,
    /// Due before it was invoiced.
    DueBeforeInvoice,
    /// No amount.
    BadAmount,
    /// Outstanding is not receivable less received.
    BalanceMismatch,
    /// The customer's document number has come before.
    Duplicate,
    /// Neither code nor name is on file.
    UnknownCustomer,
    /// Two units are stated.
    AmbiguousUnit,
    /// The document number is empty.
    MissingDocument,
    /// A document number of which the spreadsheet has lost digits, such as `2.2E+19`.
    BadDocument,
    /// A customer without code and name, or a code that names two customers.
    BadCustomer,
    /// A longitude or latitude that is none.
    BadPosition,
}

impl ProblemKind {
    /// The word in JSON: `missing_due_date`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::MissingDueDate => "missing_due_date",
            Self::BadDate => "bad_date",
            Self::DueBeforeInvoice => "due_before_invoice",
            Self::BadAmount => "bad_amount",
            Self::BalanceMismatch => "balance_mismatch",
            Self::Duplicate => "duplicate",
            Self::UnknownCustomer => "unknown_customer",
            Self::AmbiguousUnit => "ambiguous_unit",
            Self::MissingDocument => "missing_document",
            Self::BadDocument => "bad_document",
            Self::BadCustomer => "bad_customer",
            Self::BadPosition => "bad_position",
        }
    }

    /// The message in `import.ftl`; its argument `found` is [`Problem::found`].
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::MissingDueDate => "import-problem-missing-due-date",
            Self::BadDate => "import-problem-bad-date",
            Self::DueBeforeInvoice => "import-problem-due-before-invoice",
            Self::BadAmount => "import-problem-bad-amount",
            Self::BalanceMismatch => "import-problem-balance-mismatch",
            Self::Duplicate => "import-problem-duplicate",
            Self::UnknownCustomer => "import-problem-unknown-customer",
            Self::AmbiguousUnit => "import-problem-ambiguous-unit",
            Self::MissingDocument => "import-problem-missing-document",
            Self::BadDocument => "import-problem-bad-document",
            Self::BadCustomer => "import-problem-bad-customer",
            Self::BadPosition => "import-problem-bad-position",
        }
    }
}

/// One thing that is wrong in one cell. A row with any problem is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Sheet and row.
    pub place: Place,
    /// Letter of the column.
    pub column: Column,
    /// Text above that column.
    pub header: String,
    /// What is wrong.
    pub kind: ProblemKind,
    /// Whether a person may take the row as it is: the cell is then left out where it cannot be read.
    pub can_confirm: bool,
    /// What the cell holds, as text.
    pub found: String,
}

/// A row that is held, asked about or decided, with its cells as the file has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileRow {
    /// Sheet and row.
    pub place: Place,
    /// The cells that are not empty, from left to right.
    pub cells: Vec<FileCell>,
    /// What became of it.
    pub state: RowState,
    /// Where its customer is unknown: how the row writes him, corrections included, folded and as it stands there.
    pub unknown: Option<(WrittenCustomer, KnownCustomer)>,
}

/// A cell as the file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileCell {
    /// Letter of the column.
    pub column: Column,
    /// Text above that column.
    pub header: String,
    /// What the column holds, when that is known.
    pub field: Option<Field>,
    /// The content as text.
    pub text: String,
}

/// What became of a row that somebody has to look at, or has looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// Held for its problems; in no total.
    Held,
    /// Taken, with a question that nobody has answered yet.
    Asked,
    /// Left out by the clerk.
    Struck,
    /// Taken with the clerk's corrections.
    Corrected,
    /// Taken as it is, as the clerk confirmed.
    Confirmed,
}

/// Why a row is neither data nor a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoredKind {
    /// A title above the table.
    Title,
    /// The line that states unit or cut-off day.
    UnitLine,
    /// A header line.
    Header,
    /// The header lines again, as on a new page.
    RepeatedHeader,
    /// Nothing between rows with content.
    Blank,
    /// A sum over some rows.
    Subtotal,
    /// The sum over all rows.
    Total,
    /// Who made and checked the table, page numbers.
    Footer,
    /// Prose.
    Note,
    /// A row of a table whose columns are not known.
    Unread,
    /// Struck by the clerk.
    Struck,
}

impl IgnoredKind {
    /// The word in JSON: `unit_line`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::UnitLine => "unit_line",
            Self::Header => "header",
            Self::RepeatedHeader => "repeated_header",
            Self::Blank => "blank",
            Self::Subtotal => "subtotal",
            Self::Total => "total",
            Self::Footer => "footer",
            Self::Note => "note",
            Self::Unread => "unread",
            Self::Struck => "struck",
        }
    }

    /// The message in `import.ftl`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Title => "import-ignored-title",
            Self::UnitLine => "import-ignored-unit-line",
            Self::Header => "import-ignored-header",
            Self::RepeatedHeader => "import-ignored-repeated-header",
            Self::Blank => "import-ignored-blank",
            Self::Subtotal => "import-ignored-subtotal",
            Self::Total => "import-ignored-total",
            Self::Footer => "import-ignored-footer",
            Self::Note => "import-ignored-note",
            Self::Unread => "import-ignored-unread",
            Self::Struck => "import-ignored-struck",
        }
    }
}

/// A row that was left out, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IgnoredRow {
    /// Sheet and row.
    pub place: Place,
    /// Why.
    pub kind: IgnoredKind,
}

/// What the file's own total line says is outstanding. It counts held rows too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatedTotal {
    /// Sheet and row.
    pub place: Place,
    /// Letter of the column.
    pub column: Column,
    /// The amount, in the currency's unit.
    pub amount: Money,
}

/// What the clerk should look at although no row is held for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// No unit is stated and the amounts have more decimals than cents: perhaps they are 万元.
    UnitPerhapsLarger,
    /// An amount is a thousand times the usual one of its sheet.
    UnusualAmount,
    /// No unit or header states the currency.
    CurrencyPresumed,
    /// A sheet with a table could not be read.
    SheetUnread,
    /// The total line differs from what was accepted.
    TotalDiffers,
}

impl QuestionKind {
    /// The message in `import.ftl`; its argument `found` is [`Question::found`].
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::UnitPerhapsLarger => "import-question-unit-perhaps-larger",
            Self::UnusualAmount => "import-question-unusual-amount",
            Self::CurrencyPresumed => "import-question-currency-presumed",
            Self::SheetUnread => "import-question-sheet-unread",
            Self::TotalDiffers => "import-question-total-differs",
        }
    }
}

/// A question to the clerk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Sheet and row it is about; the first row where it is about a sheet.
    pub place: Place,
    /// What is asked.
    pub kind: QuestionKind,
    /// The text or amount that raised it.
    pub found: String,
}

/// Sums over the accepted rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Accepted receivables.
    pub accepted: usize,
    /// Rows held for the clerk.
    pub held: usize,
    /// Customers with at least one accepted receivable.
    pub customers: usize,
    /// Sum of the receivable amounts.
    pub total_receivable: Money,
    /// Sum of what was received.
    pub total_received: Money,
    /// Sum of what is outstanding.
    pub total_outstanding: Money,
}

/// The result of reading one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerImport {
    /// Which file.
    pub source: Source,
    /// The currency of its amounts.
    pub currency: Currency,
    /// The cut-off day that its title lines name, when they name one.
    pub cut_off: Option<Day>,
    /// What was understood, sheet by sheet.
    pub sheets: Vec<SheetRead>,
    /// Customers on file: of the file's own customer sheet.
    pub customers: Vec<CustomerRow>,
    /// Contracts.
    pub contracts: Vec<ContractRow>,
    /// Payments.
    pub payments: Vec<PaymentRow>,
    /// Accepted receivables, in order of sheets and rows.
    pub receivables: Vec<ReceivableRow>,
    /// What is wrong, in order of sheets, rows and columns.
    pub problems: Vec<Problem>,
    /// What was left out, in order of sheets and rows.
    pub ignored_rows: Vec<IgnoredRow>,
    /// What the file's own total lines say.
    pub totals_stated: Vec<StatedTotal>,
    /// What the clerk should look at.
    pub questions: Vec<Question>,
    /// Every row that is held, asked about by itself or decided, in order of sheets and rows.
    pub file_rows: Vec<FileRow>,
    /// Sums over the accepted receivables.
    pub totals: Totals,
}

/// Decimals are text in JSON: a JSON number is a float to most readers.
#[expect(clippy::ref_option, reason = "the signature is serde's")]
fn decimal_as_text<S: serde::Serializer>(
    value: &Option<Decimal>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.map(|value| value.to_string()).serialize(serializer)
}
