//! What a clerk decided about single rows and customers of a ledger file before a draft was kept.
//!
//! The record is an attachment of the entry that kept the draft, and the draft names its digest: who signs the ledger signs
//! these decisions with it. It stands for itself: each row has every cell as the file has it, so that a reader years later
//! needs neither the file nor this program's way of reading it.

use minicbor::{Decode, Encode};

use crate::domain::ids::{Digest, UserId};
use crate::domain::time::Instant;

/// Every decision that took effect in one draft.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LedgerDecisions {
    /// Format version; 1.
    #[n(0)]
    pub version: u8,
    /// Digest of the file's bytes.
    #[n(1)]
    pub file: Digest,
    /// In order of sheets and rows, one for each row at most.
    #[n(2)]
    pub rows: Vec<DecidedRow>,
    /// In order of codes and names as written.
    #[n(3)]
    pub customers: Vec<DecidedCustomer>,
}

/// One row, as the file has it and as it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DecidedRow {
    /// Name of the sheet; none in a text file.
    #[n(0)]
    pub sheet: Option<String>,
    /// Counted from 1.
    #[n(1)]
    pub row: u32,
    /// The cells that are not empty, from left to right.
    #[n(2)]
    pub cells: Vec<FileCell>,
    /// What was decided.
    #[n(3)]
    pub decision: RowDecision,
    /// What other text was read in place of a cell's; none for a row that was struck.
    #[n(4)]
    pub corrections: Vec<CellCorrection>,
    /// Why; may be empty for a correction.
    #[n(5)]
    pub reason: String,
    /// Who decided.
    #[n(6)]
    pub by: UserId,
    /// When.
    #[n(7)]
    pub at: Instant,
}

/// A cell of a file as text.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct FileCell {
    /// Letter of the column.
    #[n(0)]
    pub column: String,
    /// Text above that column; may be empty.
    #[n(1)]
    pub header: String,
    /// What it holds.
    #[n(2)]
    pub text: String,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum RowDecision {
    /// Left out of the draft (剔除).
    #[n(0)]
    Struck,
    /// Taken with other text in some cells (更正).
    #[n(1)]
    Corrected,
    /// Taken although it is doubtful, after somebody confirmed it (照原样采用).
    #[n(2)]
    Confirmed,
}

/// One cell that was read with another text.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CellCorrection {
    /// Letter of the column.
    #[n(0)]
    pub column: String,
    /// Text above that column.
    #[n(1)]
    pub header: String,
    /// What the file has; empty when the cell is.
    #[n(2)]
    pub was: String,
    /// What was read instead; empty for nothing.
    #[n(3)]
    pub now: String,
}

/// A customer that the file names and the register does not know.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DecidedCustomer {
    /// Code as written; may be empty.
    #[n(0)]
    pub code_written: String,
    /// Name as written; may be empty.
    #[n(1)]
    pub name_written: String,
    /// What was decided.
    #[n(2)]
    pub decision: CustomerDecision,
    /// Code of the customer it is; may be empty.
    #[n(3)]
    pub code: String,
    /// Name of the customer it is.
    #[n(4)]
    pub name: String,
    /// Who decided.
    #[n(5)]
    pub by: UserId,
    /// When.
    #[n(6)]
    pub at: Instant,
}

/// What an unknown customer turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum CustomerDecision {
    /// A new one.
    #[n(0)]
    New,
    /// One on file under another code or name.
    #[n(1)]
    OnFile,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::{Currency, Money};
    use crate::journal::facts::{LedgerDecided, LedgerImported, Part};

    fn part(byte: u8) -> Part {
        Part {
            digest: Digest([byte; 32]),
            size_bytes: 7,
        }
    }

    fn imported(decided: Option<LedgerDecided>) -> LedgerImported {
        LedgerImported {
            file: part(1),
            file_name: "账.csv".to_owned(),
            draft: part(2),
            cut_off: "2026-06-30".parse().unwrap(),
            accepted: 2,
            held: 1,
            outstanding: Money::parse(Currency::Cny, "386420.00").unwrap(),
            decided,
        }
    }

    /// The bytes of an entry from before decisions were kept.
    fn before() -> Vec<u8> {
        let fact = imported(None);
        let mut encoder = minicbor::Encoder::new(Vec::new());
        let _ = encoder.map(7).unwrap();
        let _ = encoder.u8(0).unwrap().encode(fact.file).unwrap();
        let _ = encoder.u8(1).unwrap().str(&fact.file_name).unwrap();
        let _ = encoder.u8(2).unwrap().encode(fact.draft).unwrap();
        let _ = encoder.u8(3).unwrap().encode(fact.cut_off).unwrap();
        let _ = encoder.u8(4).unwrap().u64(2).unwrap();
        let _ = encoder.u8(5).unwrap().u64(1).unwrap();
        let _ = encoder.u8(6).unwrap().encode(fact.outstanding).unwrap();
        encoder.into_writer()
    }

    #[test]
    fn an_import_from_before_decisions_reads_and_writes_the_same_bytes() {
        let fact: LedgerImported = minicbor::decode(&before()).unwrap();
        assert_eq!(fact, imported(None));
        assert_eq!(minicbor::to_vec(&fact).unwrap(), before());
    }

    #[test]
    fn an_import_says_how_many_rows_were_decided_and_where() {
        let decided = LedgerDecided {
            decisions: part(3),
            corrected: 5,
            struck: 3,
            confirmed: 1,
            customers: 2,
        };
        let fact = imported(Some(decided));
        let bytes = minicbor::to_vec(&fact).unwrap();
        assert_eq!(minicbor::decode::<LedgerImported>(&bytes).unwrap(), fact);
    }
}
