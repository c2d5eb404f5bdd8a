//! Evidence bundles (证据包): what a court or a lawyer is handed, verifiable without us.
//!
//! A bundle is one file. It holds what was signed as it came, byte for byte: sealed entries, the statement under the server's
//! signature, the records that bind keys to phones, the clause by which signing on a screen was agreed, strokes, drawings and
//! photos that the entries name by hash, the server's receipts, and a PDF to read. `docs/evidence-format.md` tells each byte.
//!
//! Two things must be true of it. *Every bit counts:* the file has one encoding, the manifest lists each object by hash, and
//! whoever exports signs the manifest; what no older signature covers, such as the PDF, is covered by that one. So a flipped bit
//! anywhere is refused. *Nothing is claimed that is not shown:* [`verify()`] answers in lines, each proved, not proved or wrong,
//! and what nobody can prove from a file (who held the pen, where the phone really was) is a line that says so.
//!
//! Trust has one root: the server's key. It signs the statement, the record that binds a phone's key to its user, and the
//! receipts. Whether that key is the organisation's nobody can see in a file; a reader compares its fingerprint with the one that
//! the organisation publishes. The exporter's signature proves no content: a bundle that its exporter signed falsely is found out
//! by the signatures inside.

mod bundle;
mod contents;
mod report;
#[cfg(test)]
mod tests;
mod verify;

pub use bundle::{
    About, Admission, BUNDLE_LIMIT_BYTES, Bundle, EvidenceError, Exporter, Listed, Manifest,
    OBJECTS_LIMIT, ObjectKind, ReadingCopy, StoredReceipt, fingerprint,
};
pub use contents::{Contents, Gathered, about_paper};
pub use report::{Finding, Heading, Line, Report, Value, Verdict};
pub use verify::verify;
