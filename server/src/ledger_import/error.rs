//! Why a file is refused as a whole.

/// What a file turned out to be that is no ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A PDF.
    Pdf,
    /// A picture.
    Picture,
    /// A web page, as some systems save under the name `.xls`.
    WebPage,
    /// A text document (Word, WPS, `OpenDocument` text, RTF).
    TextDocument,
    /// The binary workbook format `.xlsb`.
    BinaryWorkbook,
    /// A workbook older than Excel 97, or one in XML of 2003.
    OldWorkbook,
    /// An archive (zip, rar, 7z, gz).
    Archive,
    /// Something else that is not text.
    Unknown,
}

impl Found {
    const fn word(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Picture => "picture",
            Self::WebPage => "web-page",
            Self::TextDocument => "text-document",
            Self::BinaryWorkbook => "binary-workbook",
            Self::OldWorkbook => "old-workbook",
            Self::Archive => "archive",
            Self::Unknown => "unknown",
        }
    }

    const fn phrase(self) -> &'static str {
        match self {
            Self::Pdf => "a PDF",
            Self::Picture => "a picture",
            Self::WebPage => "a web page",
            Self::TextDocument => "a text document",
            Self::BinaryWorkbook => "a binary workbook (.xlsb)",
            Self::OldWorkbook => "a workbook in a format from before Excel 97 or the XML of 2003",
            Self::Archive => "an archive",
            Self::Unknown => "no spreadsheet",
        }
    }
}

/// A file that is refused. `Display` is one English sentence for a person; [`ImportError::key`] and
/// [`ImportError::args`] name the same sentence in the catalogs. No name or figure of the file is in either.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// No byte, or no cell with content.
    #[error("The file is empty; choose the file that holds the ledger.")]
    Empty,
    /// More bytes than are read.
    #[error(
        "The file is larger than {limit_mb} MB; split it by customer or year and import the parts."
    )]
    TooLarge {
        /// The limit.
        limit_mb: u64,
    },
    /// It unpacks to more than a ledger can be.
    #[error(
        "The file unpacks to far more than a ledger needs; save the sheets with the ledger as a new workbook."
    )]
    UnpacksTooLarge,
    /// Rows beyond the limit.
    #[error(
        "The file has more than {limit} rows; split it by customer or year and import the parts."
    )]
    TooManyRows {
        /// The limit, over all sheets.
        limit: u32,
    },
    /// Content to the right of the last column that is read.
    #[error(
        "The file has content beyond column {limit}; delete what does not belong to the ledger and save it again."
    )]
    TooManyColumns {
        /// The limit.
        limit: u32,
    },
    /// Too many sheets.
    #[error(
        "The file has more than {limit} sheets; save the sheets with the ledger as a new workbook."
    )]
    TooManySheets {
        /// The limit.
        limit: u32,
    },
    /// Not a spreadsheet.
    #[error("The file is {}, not a ledger; open it in Excel or WPS and save it as .xlsx or .csv.", .0.phrase())]
    WrongType(Found),
    /// Protected by a password.
    #[error(
        "The workbook is protected by a password; remove the password in Excel or WPS, save it and import it again."
    )]
    PasswordProtected,
    /// It begins like a workbook and does not go on like one.
    #[error(
        "The file is damaged or incomplete; fetch it again, or open it in Excel or WPS and save it as a new .xlsx."
    )]
    Damaged,
    /// Text in no encoding that is known.
    #[error(
        "The characters of this text file cannot be read; save it as “CSV UTF-8” and import it again."
    )]
    UnknownEncoding,
    /// A field of a text file that goes on and on, as behind a quotation mark that is never closed.
    #[error(
        "The text in row {row} does not end; a quotation mark there is probably not closed. Correct it, or save the ledger as .xlsx."
    )]
    UnclosedQuote {
        /// Counted from 1.
        row: u32,
    },
    /// No sheet has anything like a table with customers and amounts.
    #[error(
        "No table with customer, document number and amount was found; put a line of headers above the columns and import it again."
    )]
    NoTable,
}

impl ImportError {
    /// The message in `import.ftl`.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Empty => "import-refused-empty",
            Self::TooLarge { .. } => "import-refused-too-large",
            Self::UnpacksTooLarge => "import-refused-unpacks-too-large",
            Self::TooManyRows { .. } => "import-refused-too-many-rows",
            Self::TooManyColumns { .. } => "import-refused-too-many-columns",
            Self::TooManySheets { .. } => "import-refused-too-many-sheets",
            Self::WrongType(_) => "import-refused-wrong-type",
            Self::PasswordProtected => "import-refused-password",
            Self::Damaged => "import-refused-damaged",
            Self::UnknownEncoding => "import-refused-encoding",
            Self::UnclosedQuote { .. } => "import-refused-unclosed-quote",
            Self::NoTable => "import-refused-no-table",
        }
    }

    /// The arguments of that message, by name.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooLarge { limit_mb } => {
                vec![("limit", limit_mb.to_string())]
            }
            Self::TooManyRows { limit }
            | Self::TooManyColumns { limit }
            | Self::TooManySheets { limit } => vec![("limit", limit.to_string())],
            Self::UnclosedQuote { row } => vec![("row", row.to_string())],
            Self::WrongType(found) => vec![("found", found.word().to_owned())],
            Self::Empty
            | Self::UnpacksTooLarge
            | Self::PasswordProtected
            | Self::Damaged
            | Self::UnknownEncoding
            | Self::NoTable => Vec::new(),
        }
    }
}
