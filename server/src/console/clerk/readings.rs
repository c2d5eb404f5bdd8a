//! What the files under review were read as. A reading follows from the file and what was decided, so it can be lost and made
//! again; only the newest few are held.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_core::domain::ids::{Digest, OrganisationId, SnapshotId};

use crate::console::layout::caller::Caller;
use crate::console::layout::fault::Fault;
use crate::console::layout::frame::Frame;
use crate::desks::UploadView;
use crate::ledger_import::LedgerImport;

/// Readings held at a time; the one that was asked for longest ago makes room.
const MOST: usize = 8;

type Outcome = Result<Arc<LedgerImport>, Fault>;

/// From what a reading follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Source {
    organisation: OrganisationId,
    upload: Digest,
    revision: i64,
    /// The ledger in force: its customers are on file.
    ledger: Option<SnapshotId>,
}

/// One reading and how far it has come.
#[derive(Debug)]
pub(super) struct Reading {
    source: Source,
    done: AtomicUsize,
    of: AtomicUsize,
    outcome: Mutex<Option<Outcome>>,
}

/// The readings, the one asked for last at the end.
#[derive(Debug, Clone, Default)]
pub(in crate::console) struct Readings(Arc<Mutex<Vec<Arc<Reading>>>>);

/// A thread that panicked while it held the lock left whole values behind.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Readings {
    /// The reading of a file as it was decided; begun in the background when there is none.
    pub(super) fn of(&self, caller: &Caller, view: &UploadView) -> Result<Arc<Reading>, Fault> {
        let (reading, is_new) = self.place(caller, view)?;
        if is_new {
            let (caller, view) = (caller.clone(), view.clone());
            let begun = Arc::clone(&reading);
            tokio::task::spawn_blocking(move || begun.read(&caller, &view));
        }
        Ok(reading)
    }

    /// The same, waited for.
    pub(super) fn now(&self, caller: &Caller, view: &UploadView) -> Outcome {
        let (reading, _is_new) = self.place(caller, view)?;
        match reading.outcome() {
            Some(outcome) => outcome,
            None => reading.read(caller, view),
        }
    }

    fn place(&self, caller: &Caller, view: &UploadView) -> Result<(Arc<Reading>, bool), Fault> {
        let in_force = caller.desk().ledgers()?;
        let source = Source {
            organisation: caller.who.organisation.id(),
            upload: view.upload.id,
            revision: view.upload.revision,
            ledger: in_force.first().map(|row| row.ledger),
        };
        let mut all = locked(&self.0);
        let found = all.iter().position(|reading| reading.source == source);
        let is_new = found.is_none();
        let reading = match found {
            Some(index) => all.remove(index),
            None => Arc::new(Reading {
                source,
                done: AtomicUsize::new(0),
                of: AtomicUsize::new(0),
                outcome: Mutex::default(),
            }),
        };
        let is_older = |other: &Reading| {
            (other.source.organisation, other.source.upload) == (source.organisation, source.upload)
        };
        all.retain(|other| !is_older(other));
        if all.len() >= MOST {
            all.remove(0);
        }
        all.push(Arc::clone(&reading));
        Ok((reading, is_new))
    }
}

impl Reading {
    pub(super) fn outcome(&self) -> Option<Outcome> {
        locked(&self.outcome).clone()
    }

    fn read(&self, caller: &Caller, view: &UploadView) -> Outcome {
        let read = caller.desk().read_upload(view, &mut |done, of| {
            self.of.store(of, Ordering::Relaxed);
            self.done.store(done, Ordering::Relaxed);
        });
        let outcome = read.map(Arc::new).map_err(Fault::from);
        *locked(&self.outcome) = Some(outcome.clone());
        outcome
    }

    /// Rows read, and rows in all; none in all while the file is being opened.
    pub(super) fn progress(&self) -> (usize, usize) {
        (
            self.done.load(Ordering::Relaxed),
            self.of.load(Ordering::Relaxed),
        )
    }

    pub(super) fn words(&self, p: &Frame) -> String {
        match self.progress() {
            (_, 0) => p.t("import-opening"),
            (done, of) => p.both(
                "import-rows-read",
                ("done", p.number(done)),
                ("of", p.number(of)),
            ),
        }
    }
}
