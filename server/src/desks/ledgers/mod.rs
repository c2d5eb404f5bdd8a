//! Ledgers: a file becomes a draft, finance sees what would change, and signs. No figure goes anywhere before that.

mod books;
mod differences;
mod draft;
mod record;
mod uploads;

use countersign_core::domain::ids::{Digest, SnapshotId};
use countersign_core::domain::money::Money;
use countersign_core::domain::time::Day;
use countersign_core::journal::Scope;
use countersign_core::journal::decisions::LedgerDecisions;
use countersign_core::journal::facts::{Fact, LedgerImported, LedgerSigned, Part};
use countersign_core::read_model::customers;
use countersign_core::read_model::ledgers::{self, DraftRow, LedgerRow};
use countersign_core::snapshots::Snapshot;
use countersign_core::snapshots::ledger::LedgerSnapshot;

pub use books::{BookHolder, SalespersonRow};
pub use differences::{Difference, DifferenceRow, LedgerDifferences};
pub use uploads::UploadView;

use super::{Desk, DeskError, Need, checked_text};
use crate::auth::policy::Action;
use crate::ledger_import::{KnownCustomer, LedgerImport, Options, read};
use crate::organisation::Item;
use crate::uploads::Decided;

const NEVER_FAILS: &str = "writing CBOR into a vector has no failing sink";

/// A file as it was uploaded.
#[derive(Debug, Clone, Copy)]
pub struct LedgerFile<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Its name; decides nothing.
    pub name: &'a str,
}

/// A draft that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptDraft {
    /// Digest of the draft; the ledger's id once it is signed.
    pub draft: SnapshotId,
    /// Whether it was there already.
    pub kept: Kept,
}

/// Whether a draft was there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is new.
    Now,
    /// The same file with the same answers was imported before; nothing was changed.
    Before,
}

impl Desk {
    /// Reads a file and says what was understood. Nothing is kept.
    ///
    /// Customers of the ledger in force count as known. `progress` is called with rows done and rows in all.
    pub fn import_ledger(
        &self,
        file: LedgerFile<'_>,
        options: &Options,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<LedgerImport, DeskError> {
        self.require(Action::ImportLedger)?;
        let options = self.with_known_customers(options)?;
        Ok(read(file.bytes, file.name, &options, progress)?)
    }

    fn with_known_customers(&self, options: &Options) -> Result<Options, DeskError> {
        let mut options = options.clone();
        let known = self.organisation.read(customers::in_ledger)?;
        for customer in known {
            let known = KnownCustomer {
                code: customer.code,
                name: customer.name,
            };
            if !options.customers_known.contains(&known) {
                options.customers_known.push(known);
            }
        }
        Ok(options)
    }

    /// Keeps the accepted rows of a file as a draft, with the file itself. Held rows are in no total.
    ///
    /// The same file with the same answers gives the draft that exists. `cut_off` is asked for where the file does not
    /// say it, and goes before what the file says.
    pub fn keep_draft(
        &self,
        file: LedgerFile<'_>,
        options: &Options,
        cut_off: Option<Day>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<KeptDraft, DeskError> {
        let import = self.import_ledger(file, options, progress)?;
        self.keep_read(file, &import, cut_off, &[])
    }

    fn keep_read(
        &self,
        file: LedgerFile<'_>,
        import: &LedgerImport,
        cut_off: Option<Day>,
        decisions: &[Decided],
    ) -> Result<KeptDraft, DeskError> {
        let cut_off = cut_off.or(import.cut_off).ok_or(DeskError::invalid(
            "cut_off",
            "desk-invalid-cut-off-missing",
        ))?;
        if cut_off > self.today() {
            return Err(DeskError::invalid("cut_off", "desk-invalid-day-in-future"));
        }
        let record = record::of(import, decisions)
            .map(|record| minicbor::to_vec(record).expect(NEVER_FAILS));
        let digest = record.as_deref().map(Digest::of);
        let known = self.organisation.read(customers::in_ledger)?;
        let ledger = draft::ledger(self.organisation.id(), import, (cut_off, digest), known)?;
        let bytes = encoded(&Snapshot::Ledger(Box::new(ledger)));
        let draft = Digest::of(&bytes);
        if self
            .organisation
            .read(|connection| ledgers::draft(connection, draft))?
            .is_some()
        {
            let kept = Kept::Before;
            return Ok(KeptDraft { draft, kept });
        }
        let decided = match &record {
            Some(record) => Some(record::counted(self.keep(record)?, import, decisions)),
            None => None,
        };
        let fact = LedgerImported {
            file: self.keep(file.bytes)?,
            file_name: checked_text(file.name, 255, "file", Need::Optional)?,
            draft: self.keep(&bytes)?,
            cut_off,
            accepted: u64::try_from(import.totals.accepted).unwrap_or(u64::MAX),
            held: u64::try_from(import.totals.held).unwrap_or(u64::MAX),
            outstanding: import.totals.total_outstanding,
            decided,
        };
        let entry = self.office_entry(Fact::LedgerImported(fact));
        self.organisation.desk_append(entry, Vec::new())?;
        let kept = Kept::Now;
        Ok(KeptDraft { draft, kept })
    }

    /// What the clerk decided about single rows and customers of a draft's file; none when nothing was decided.
    pub fn ledger_decisions(&self, draft: SnapshotId) -> Result<LedgerDecisions, DeskError> {
        self.require(Action::ReadReceivables)?;
        let (_row, ledger) = self.draft(draft)?;
        let digest = ledger.decisions.ok_or(DeskError::NotFound)?;
        let bytes = self.organisation.blob(digest)?.ok_or(DeskError::Damaged)?;
        if Digest::of(&bytes) != digest {
            return Err(DeskError::Damaged);
        }
        minicbor::decode(&bytes).map_err(|_unreadable| DeskError::Damaged)
    }

    fn keep(&self, bytes: &[u8]) -> Result<Part, DeskError> {
        Ok(Part {
            digest: self.organisation.put_blob(bytes)?,
            size_bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        })
    }

    /// All drafts, newest first.
    pub fn ledger_drafts(&self) -> Result<Vec<DraftRow>, DeskError> {
        self.require(Action::ReadReceivables)?;
        Ok(self.organisation.read(ledgers::drafts)?)
    }

    /// The signed ledgers, newest first; the first is in force.
    pub fn ledgers(&self) -> Result<Vec<LedgerRow>, DeskError> {
        self.require(Action::ReadReceivables)?;
        Ok(self.organisation.read(ledgers::signed)?)
    }

    /// What a draft would change against the ledger in force.
    pub fn ledger_differences(&self, draft: SnapshotId) -> Result<LedgerDifferences, DeskError> {
        self.require(Action::ReadReceivables)?;
        let (row, ledger) = self.draft(draft)?;
        let (before, receivables, customers) = self.organisation.read(|connection| {
            Ok((
                ledgers::in_force(connection)?,
                ledgers::receivables(connection)?,
                customers::in_ledger(connection)?,
            ))
        })?;
        differences::between(row, &ledger, before, (&receivables, &customers))
    }

    pub(super) fn draft(&self, draft: SnapshotId) -> Result<(DraftRow, LedgerSnapshot), DeskError> {
        let row = self
            .organisation
            .read(|connection| ledgers::draft(connection, draft))?
            .ok_or(DeskError::NotFound)?;
        let bytes = self.organisation.blob(draft)?.ok_or(DeskError::Damaged)?;
        match minicbor::decode(&bytes) {
            Ok(Snapshot::Ledger(ledger)) if Digest::of(&bytes) == draft => Ok((row, *ledger)),
            _ => Err(DeskError::Damaged),
        }
    }

    /// Finance signs a draft: from then on its figures are in force. Cut-off and total are typed again and must equal the
    /// draft's. Never the one who imported it. Each salesperson's customer book follows from it.
    pub fn sign_ledger(
        &self,
        draft: SnapshotId,
        cut_off: Day,
        total: &str,
    ) -> Result<SnapshotId, DeskError> {
        self.require(Action::SignLedger)?;
        // The books in force before are those that the signature revokes.
        self.organisation
            .in_turn(|| self.sign_in_turn(draft, cut_off, total))
    }

    fn sign_in_turn(
        &self,
        draft: SnapshotId,
        cut_off: Day,
        total: &str,
    ) -> Result<SnapshotId, DeskError> {
        let (row, ledger) = self.draft(draft)?;
        if row.imported_by == self.user {
            return Err(DeskError::OwnRequest);
        }
        let before = self.organisation.read(ledgers::in_force)?;
        if row.is_signed {
            return Err(DeskError::Stale);
        }
        if cut_off != ledger.cut_off {
            return Err(DeskError::invalid(
                "cut_off",
                "desk-invalid-cut-off-differs",
            ));
        }
        if before.is_some_and(|before| before.cut_off > cut_off) {
            return Err(DeskError::invalid("cut_off", "desk-invalid-cut-off-older"));
        }
        let typed = Money::parse(ledger.currency, &total.trim().replace([',', '，'], ""))
            .map_err(|_not_an_amount| DeskError::invalid("total", "desk-invalid-amount"))?;
        if typed != ledger.total_outstanding {
            return Err(DeskError::invalid("total", "desk-invalid-total-differs"));
        }
        let fact = Fact::LedgerSigned(LedgerSigned {
            ledger: draft,
            cut_off,
            outstanding: typed,
        });
        let books = self.books_of(draft, &ledger)?;
        let sealed = self
            .organisation
            .seal_snapshot(&Snapshot::Ledger(Box::new(ledger)))?;
        if sealed.id() != draft {
            return Err(DeskError::Damaged);
        }
        let mut entry = self.office_entry(fact);
        entry.amends = Some(row.entry);
        let scope = Scope::Office;
        let mut items = vec![Item::Snapshot { scope, sealed }];
        items.extend(books);
        self.organisation.desk_append(entry, items)?;
        Ok(draft)
    }
}

fn encoded(snapshot: &Snapshot) -> Vec<u8> {
    minicbor::to_vec(snapshot).expect(NEVER_FAILS)
}
