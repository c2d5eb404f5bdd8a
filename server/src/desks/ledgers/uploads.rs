//! A ledger file under review: shared by the clerks, kept on disk, read anew whenever something was decided.

use std::collections::BTreeSet;

use countersign_core::domain::ids::Digest;
use countersign_core::domain::time::Day;
use countersign_core::read_model::customers;

use super::{Desk, DeskError, KeptDraft, LedgerFile};
use crate::auth::policy::Action;
use crate::ledger_import::{
    Decision, ImportError, KnownCustomer, KnownCustomers, LedgerImport, MAX_BYTES, Options,
    SheetAnswer,
};
use crate::uploads::{Answer, Change, Decided, Hand, Subject, Upload};

/// The longest text typed into a cell, or as a reason, in bytes.
const LONGEST_TEXT: usize = 1000;

/// A file under review with all that was decided.
#[derive(Debug, Clone)]
pub struct UploadView {
    /// The file.
    pub upload: Upload,
    /// Answers about its sheets.
    pub sheets: Vec<SheetAnswer>,
    /// Decisions that stand.
    pub decisions: Vec<Decided>,
}

impl UploadView {
    /// What the reading of the file follows.
    #[must_use]
    pub fn options(&self) -> Options {
        let mut options = Options {
            sheets: self.sheets.clone(),
            ..Options::default()
        };
        for decided in &self.decisions {
            match (&decided.subject, &decided.answer) {
                (Subject::Row(place), Answer::Row(decision)) => {
                    options.rows.push((place.clone(), decision.clone()));
                }
                (
                    Subject::Customer(written),
                    Answer::NewCustomer(meant) | Answer::OnFile(meant),
                ) => options.customers.push((written.clone(), meant.clone())),
                (Subject::Row(_), Answer::NewCustomer(_) | Answer::OnFile(_))
                | (Subject::Customer(_), Answer::Row(_)) => {}
            }
        }
        options
    }
}

impl Desk {
    const fn hand(&self, at: countersign_core::domain::time::Instant) -> Hand {
        Hand { by: self.user, at }
    }

    /// Keeps a file for review. The same bytes are the same upload, with all that was decided about it.
    pub fn upload_ledger(&self, file: LedgerFile<'_>) -> Result<Digest, DeskError> {
        self.require(Action::ImportLedger)?;
        if file.bytes.len() > MAX_BYTES {
            let limit_mb = u64::try_from(MAX_BYTES >> 20).unwrap_or(u64::MAX);
            return Err(DeskError::Import(ImportError::TooLarge { limit_mb }));
        }
        let hand = self.hand(self.now());
        Ok(self
            .organisation
            .uploads()
            .add(file.name, file.bytes, hand)?)
    }

    /// The files under review, the last touched first.
    pub fn uploads(&self) -> Result<Vec<Upload>, DeskError> {
        self.require(Action::ImportLedger)?;
        Ok(self.organisation.uploads().all(self.now())?)
    }

    /// One file under review.
    pub fn upload(&self, id: Digest) -> Result<UploadView, DeskError> {
        self.require(Action::ImportLedger)?;
        let uploads = self.organisation.uploads();
        Ok(UploadView {
            upload: uploads.find(id, self.now())?,
            sheets: uploads.sheets(id)?,
            decisions: uploads.decisions(id)?,
        })
    }

    /// Reads a file under review as it was decided.
    pub fn read_upload(
        &self,
        view: &UploadView,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<LedgerImport, DeskError> {
        let bytes = self.organisation.uploads().bytes(view.upload.id)?;
        let file = LedgerFile {
            bytes: &bytes,
            name: &view.upload.file_name,
        };
        self.import_ledger(file, &view.options(), progress)
    }

    /// Makes all changes to a file as it was read, or none. `seen` is the revision that the page showed.
    ///
    /// # Errors
    /// [`DeskError::Stale`] when somebody else changed the same thing since; [`DeskError::Invalid`] for a strike or a
    /// confirmation without a reason, a text that is too long, a new customer that is on file, one on file that is not.
    pub fn decide_upload(
        &self,
        (view, import): (&UploadView, &LedgerImport),
        seen: i64,
        changes: &[Change],
    ) -> Result<(), DeskError> {
        self.require(Action::ImportLedger)?;
        let mut known = KnownCustomers::new(self.customers_for(view, import, changes)?);
        for change in changes {
            check_change(change)?;
            check_customer(change, &mut known)?;
        }
        let hand = self.hand(self.now());
        let uploads = self.organisation.uploads();
        Ok(uploads.decide(view.upload.id, seen, changes, hand)?)
    }

    /// Changes how the sheets of a file under review are read.
    pub fn answer_sheets(
        &self,
        id: Digest,
        seen: i64,
        sheets: &[SheetAnswer],
    ) -> Result<(), DeskError> {
        self.require(Action::ImportLedger)?;
        let hand = self.hand(self.now());
        Ok(self
            .organisation
            .uploads()
            .answer_sheets(id, seen, sheets, hand)?)
    }

    /// Removes a file under review with its decisions.
    pub fn discard_upload(&self, id: Digest) -> Result<(), DeskError> {
        self.require(Action::ImportLedger)?;
        Ok(self.organisation.uploads().discard(id)?)
    }

    /// Keeps the draft of a file under review as it is read now, with the record of what was decided. The file stays under
    /// review, so that the same file brought again comes to the same draft.
    ///
    /// # Errors
    /// [`DeskError::Stale`] when anything was changed since `seen`: the figures are not those that were looked at.
    pub fn keep_upload(
        &self,
        id: Digest,
        seen: i64,
        cut_off: Option<Day>,
    ) -> Result<KeptDraft, DeskError> {
        let view = self.upload(id)?;
        if view.upload.revision != seen {
            return Err(DeskError::Stale);
        }
        let bytes = self.organisation.uploads().bytes(id)?;
        let file = LedgerFile {
            bytes: &bytes,
            name: &view.upload.file_name,
        };
        let import = self.import_ledger(file, &view.options(), &mut |_, _| {})?;
        let kept = self.keep_read(file, &import, cut_off, &view.decisions)?;
        self.organisation.uploads().kept(id, kept.draft)?;
        Ok(kept)
    }

    /// The customers that a row of this file may mean: on file, of the file's own sheet, and taken as new by a decision that
    /// `but` does not change.
    pub fn customers_for(
        &self,
        view: &UploadView,
        import: &LedgerImport,
        but: &[Change],
    ) -> Result<Vec<KnownCustomer>, DeskError> {
        self.require(Action::ImportLedger)?;
        let on_file = self.organisation.read(customers::in_ledger)?;
        let on_file = on_file.into_iter().map(|customer| KnownCustomer {
            code: customer.code,
            name: customer.name,
        });
        let changed: BTreeSet<&Subject> = but.iter().map(|change| &change.subject).collect();
        let new = view
            .decisions
            .iter()
            .filter_map(|decided| match &decided.answer {
                Answer::NewCustomer(customer) if !changed.contains(&decided.subject) => {
                    Some(customer.clone())
                }
                Answer::NewCustomer(_) | Answer::Row(_) | Answer::OnFile(_) => None,
            });
        let of_file = import.customers.iter().map(KnownCustomer::from);
        let mut all: Vec<KnownCustomer> = on_file.chain(of_file).chain(new).collect();
        all.sort();
        all.dedup();
        Ok(all)
    }
}

/// A new customer must not be on file already, neither by code nor by name; one on file must be.
fn check_customer(change: &Change, known: &mut KnownCustomers) -> Result<(), DeskError> {
    match &change.answer {
        Some(Answer::NewCustomer(new)) => {
            if known.has(new) {
                return Err(DeskError::invalid("name", "desk-invalid-customer-on-file"));
            }
            known.add(new.clone());
            Ok(())
        }
        Some(Answer::OnFile(customer)) => match known.find(&customer.code, &customer.name) {
            Some(found) if found == customer => Ok(()),
            _ => Err(DeskError::invalid(
                "on_file",
                "desk-invalid-customer-not-on-file",
            )),
        },
        Some(Answer::Row(_)) | None => Ok(()),
    }
}

fn check_change(change: &Change) -> Result<(), DeskError> {
    let too_long = DeskError::invalid("reason", "desk-invalid-too-long");
    if change.reason.len() > LONGEST_TEXT {
        return Err(too_long);
    }
    match &change.answer {
        Some(Answer::Row(decision)) => {
            let needs_reason = !matches!(decision, Decision::Correct(_));
            if needs_reason && change.reason.trim().is_empty() {
                return Err(DeskError::invalid("reason", "desk-invalid-reason-missing"));
            }
            let mut cells = decision.cells().iter();
            if cells.any(|(_, text)| text.len() > LONGEST_TEXT) {
                return Err(too_long);
            }
            Ok(())
        }
        Some(Answer::NewCustomer(customer) | Answer::OnFile(customer)) => {
            if customer.name.trim().is_empty() {
                return Err(DeskError::invalid("name", "desk-invalid-empty"));
            }
            if customer.name.len().max(customer.code.len()) > LONGEST_TEXT {
                return Err(too_long);
            }
            Ok(())
        }
        None => Ok(()),
    }
}
