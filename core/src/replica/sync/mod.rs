//! The device's half of the sync protocol, as a machine without I/O of its own: it asks a [`Transport`] and stores what
//! comes.
//!
//! Lanes are independent. *Push* offers what has no receipt, entries first in chain order, then runs; *pull* reads the feed
//! from the cursor on and applies each frame in one transaction with its cursor, so that any prefix of a broken answer is
//! kept; *blobs* sends the parts of entries in chunks, asking first which are there. A lane that fails leaves the others
//! running. Every request may be repeated: ids and bytes are fixed before the first send, and what was answered is stored
//! before anything follows from it.

mod apply;
mod blobs;
mod entry;
pub(crate) mod exchange;
mod frames;
mod own_work;
mod pull;
mod push;
mod repair;
mod revoke;
mod status;
#[cfg(test)]
mod tests;

use std::sync::TryLockError;

use rusqlite::Connection;

use crate::protocol::RepairRequest;
use crate::protocol::frames::ScopeDigest;
use crate::replica::devices::Kind;
use crate::replica::{Replica, ReplicaError};
use crate::store::{self, device, outbox};
use crate::views::{Agreement, LaneResult, ObjectState, SyncReport};

/// How a request is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Reads the headers.
    Head,
    /// Offers.
    Post,
    /// Stores under a name.
    Put,
}

impl Method {
    /// The method's name in HTTP.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// A request to the server that this device is enrolled at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// Path and query, from `/` on.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// May be empty.
    pub body: Vec<u8>,
}

/// Whether a body arrived to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BodyEnd {
    /// All of it.
    #[default]
    Whole,
    /// The connection broke; what came before is here.
    Cut,
}

/// An answer of the server. The transport does not decode the body, whatever `content-encoding` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// Status code.
    pub status: u16,
    /// Names in any case.
    pub headers: Vec<(String, String)>,
    /// As far as it came.
    pub body: Vec<u8>,
    /// Whether that is all.
    pub end: BodyEnd,
}

/// Why there is no answer at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// Nobody could be reached.
    #[error("the server cannot be reached")]
    Unreachable,
    /// The connection broke before an answer began; the server may have done what was asked.
    #[error("the connection broke before an answer came")]
    Interrupted,
}

/// Carries a request to the server and an answer back. Waits as long as it takes; its time limits are its own.
pub trait Transport: Send + Sync {
    /// Sends one request.
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError>;
}

/// One run of the machine.
struct Run<'a> {
    replica: &'a Replica,
    transport: &'a dyn Transport,
    token: String,
    report: SyncReport,
}

/// Why a lane stopped: a result to report, or a store that does not work.
enum Stop {
    Lane(LaneResult),
    Replica(ReplicaError),
}

impl From<LaneResult> for Stop {
    fn from(result: LaneResult) -> Self {
        Self::Lane(result)
    }
}

impl From<ReplicaError> for Stop {
    fn from(error: ReplicaError) -> Self {
        Self::Replica(error)
    }
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Replica(error.into())
    }
}

/// The result of a lane; an error only for a store that does not work.
fn ended(lane: Result<(), Stop>) -> Result<LaneResult, ReplicaError> {
    match lane {
        Ok(()) => Ok(LaneResult::Done),
        Err(Stop::Lane(result)) => Ok(result),
        Err(Stop::Replica(error)) => Err(error),
    }
}

impl Replica {
    /// `sync.run`: exchanges with the server until nothing is left or the connection fails. What happened is in the report;
    /// an unreachable server is a result, not an error.
    ///
    /// # Errors
    /// [`ReplicaError::Busy`] while another sync runs; [`ReplicaError::Locked`] while only the PIN opens the device key; a
    /// store that does not work.
    pub fn sync(&self, transport: &dyn Transport) -> Result<SyncReport, ReplicaError> {
        let _running = match self.syncing.try_lock() {
            Ok(running) => running,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(ReplicaError::Busy),
        };
        let me = self.read(Self::me)?;
        self.must_have_its_key()?;
        let mut run = Run {
            replica: self,
            transport,
            token: me.token,
            report: SyncReport::default(),
        };
        self.commit("offer_waiting_again", |commit| {
            outbox::offer_waiting_again(commit.tx)?;
            outbox::offer_released_again(commit.tx)?;
            Ok(())
        })?;
        let pushed = run.push();
        run.report.push = ended(pushed)?;
        let pulled = run.pull();
        let (pull, mut end) = match pulled {
            Ok(end) => (LaneResult::Done, Some(end)),
            Err(stop) => (ended(Err(stop))?, None),
        };
        run.report.pull = pull;
        let is_done = pull == LaneResult::Done && run.report.push == LaneResult::Done;
        if is_done && self.offer_released_again()? {
            let pushed = run.push();
            run.report.push = ended(pushed)?;
        }
        if end.is_some() && self.has_forked_documents()? {
            // The repair brings them whole, and what this device wrote in them is offered anew.
            let repaired = run.repair();
            run.report.pull = ended(repaired)?;
            end = None;
        }
        let sent = run.blobs();
        run.report.blobs = ended(sent)?;
        self.retry_revocations()?;
        if let Some(end) = end {
            run.report.agreement = run.compare(end.scope_digest)?;
        }
        let report = run.report;
        self.commit("end_sync", |commit| {
            if report.pull == LaneResult::Done && report.push == LaneResult::Done {
                device::set_last_sync(commit.tx, commit.now())?;
            }
            commit.changed(&[Kind::Sync, Kind::Device]);
            Ok(())
        })?;
        Ok(report)
    }

    /// Whether the office let something in meanwhile, for which there is no receipt yet.
    fn offer_released_again(&self) -> Result<bool, ReplicaError> {
        self.commit("offer_released_again", |commit| {
            Ok(outbox::offer_released_again(commit.tx)? > 0)
        })
    }

    fn has_forked_documents(&self) -> Result<bool, ReplicaError> {
        self.read(|connection| Ok(!outbox::forked_documents(connection)?.is_empty()))
    }

    /// Names everything that this device holds and has receipts for: documents by their heads, entries and snapshots by
    /// their hashes, each ascending. Documents in which a copy of this phone wrote under the same numbers are left out.
    pub fn holdings(&self) -> Result<RepairRequest, ReplicaError> {
        self.read(holdings)
    }

    /// The digest of what this device holds and the server should know of; none while the two cannot be equal.
    fn comparable_digest(&self) -> Result<Option<ScopeDigest>, ReplicaError> {
        self.read(|connection| {
            let unsent = outbox::count(connection, ObjectState::Local)?
                + outbox::count(connection, ObjectState::Sent)?
                + outbox::count_open_runs(connection)?;
            if unsent > 0 || store::revocations::any(connection)? {
                return Ok(None);
            }
            let held = holdings(connection)?;
            let documents = held
                .documents
                .into_iter()
                .map(|(document, heads)| ScopeDigest::of_document(document, heads));
            let entries = held.entries.into_iter().map(ScopeDigest::of_entry);
            let snapshots = held.snapshots.into_iter().map(ScopeDigest::of_snapshot);
            Ok(Some(
                documents
                    .chain(entries)
                    .chain(snapshots)
                    .fold(ScopeDigest::default(), ScopeDigest::plus),
            ))
        })
    }
}

fn holdings(connection: &Connection) -> Result<RepairRequest, ReplicaError> {
    let forked = outbox::forked_documents(connection)?;
    let mut documents = store::documents::heads(connection)?;
    documents.retain(|(document, _heads)| !forked.contains(document));
    Ok(RepairRequest {
        documents,
        entries: store::entries::receipted(connection)?,
        snapshots: store::snapshots::ids(connection)?,
    })
}

impl Run<'_> {
    fn compare(&mut self, theirs: ScopeDigest) -> Result<Agreement, ReplicaError> {
        match self.replica.comparable_digest()? {
            None => Ok(Agreement::NotCompared),
            Some(ours) if ours == theirs => Ok(Agreement::Equal),
            Some(_) => {
                let repaired = self.repair();
                ended(repaired)?;
                Ok(match self.replica.comparable_digest()? {
                    Some(ours) if ours == theirs => Agreement::Repaired,
                    Some(_) | None => Agreement::Differs,
                })
            }
        }
    }
}
