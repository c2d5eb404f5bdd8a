//! The admission gate in a process of its own, before it is passed here.
//!
//! What a phone wrote is tried on a copy of the document in a worker: the same program under a hidden command, with limits of
//! memory and time that the system keeps. A worker that ends or does not answer takes nobody with it: it is started anew and
//! asked once more, because what ended it may have been something else. Changes at which it ends twice are not tried here.
//! Those that it survives pass the same gate again in this process, which alone decides.
//!
//! Where no worker can be started the gate of this process is all there is, as it was before there were workers.

mod worker;

use std::fmt;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use countersign_core::documents::{DOCUMENT_LIMIT_BYTES, DocumentKind, RUN_LIMIT_BYTES};
use countersign_core::protocol::push::Run;
use minicbor::{Decode, Encode};

pub(crate) use worker::work;

/// Workers at most.
const SEATS: usize = 2;
/// How often changes are tried before they are refused.
const ATTEMPTS: usize = 2;
/// Largest trial: a document, a run and what stands around them.
const TRIAL_LIMIT_BYTES: usize = DOCUMENT_LIMIT_BYTES + 2 * RUN_LIMIT_BYTES;
/// What a worker writes when it has survived a trial.
const SURVIVED: u8 = 1;

/// The program that is a worker.
#[derive(Debug, Clone)]
pub struct Program {
    /// The executable.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// How long one trial may take; the gate's own limits keep it far below on any machine.
    pub patience: Duration,
}

impl Program {
    /// This program under its hidden command; none when the system does not say where it is.
    #[must_use]
    pub fn own() -> Option<Self> {
        // The link still leads to the running program after its file was replaced by a newer one.
        let running = PathBuf::from("/proc/self/exe");
        let path = if running.exists() {
            running
        } else {
            std::env::current_exe().ok()?
        };
        Some(Self {
            path,
            arguments: vec!["gate-worker".to_owned()],
            patience: Duration::from_secs(10),
        })
    }
}

/// A run to be tried on a document.
#[derive(Debug, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Trial {
    /// The document's kind.
    #[n(0)]
    pub(crate) kind: DocumentKind,
    /// The document, as saved.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) document: Vec<u8>,
    /// The run.
    #[n(2)]
    pub(crate) run: Run,
}

/// What came of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// The gate came to an answer, whichever, or there is no worker to ask.
    Survived,
    /// The worker ended at it, or did not answer in time, each time it was asked.
    Ended,
}

/// Who tries changes before this process does.
#[derive(Debug)]
pub struct Gate {
    program: Option<Program>,
    seats: [Mutex<Option<Worker>>; SEATS],
    next: AtomicUsize,
}

impl Gate {
    /// Workers of this program, started when they are needed; none of them without one.
    #[must_use]
    pub fn new(program: Option<Program>) -> Self {
        Self {
            program,
            seats: [Mutex::new(None), Mutex::new(None)],
            next: AtomicUsize::new(0),
        }
    }

    /// Tries what `trial` gives, which is asked only when there is a worker.
    pub(crate) fn tried(&self, trial: impl FnOnce() -> Trial) -> Tried {
        let Some(program) = &self.program else {
            return Tried::Survived;
        };
        let trial =
            minicbor::to_vec(trial()).expect("writing CBOR into a vector has no failing sink");
        if trial.len() > TRIAL_LIMIT_BYTES {
            // The gate refuses a run of that size before it reads a byte.
            return Tried::Survived;
        }
        let mut seat = self.seat();
        for _attempt in 0..ATTEMPTS {
            let mut worker = match seat.take().map_or_else(|| Worker::start(program), Ok) {
                Ok(worker) => worker,
                Err(error) => {
                    tracing::error!(%error, "no worker of the gate can be started");
                    return Tried::Survived;
                }
            };
            if worker.survives(trial.clone(), program.patience) {
                *seat = Some(worker);
                return Tried::Survived;
            }
            tracing::warn!("a worker of the gate ended or did not answer");
        }
        Tried::Ended
    }

    /// A worker that nobody asks, or the one whose turn it is.
    fn seat(&self) -> MutexGuard<'_, Option<Worker>> {
        let free = self.seats.iter().find_map(|seat| seat.try_lock().ok());
        free.unwrap_or_else(|| {
            let turn = self.next.fetch_add(1, Ordering::Relaxed) % SEATS;
            let [first, second] = &self.seats;
            let seat = if turn == 0 { first } else { second };
            seat.lock().unwrap_or_else(PoisonError::into_inner)
        })
    }
}

/// A running worker. It ends with this value.
struct Worker {
    child: Child,
    trials: SyncSender<Vec<u8>>,
    answers: Receiver<()>,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Worker").field(&self.child.id()).finish()
    }
}

impl Worker {
    fn start(program: &Program) -> std::io::Result<Self> {
        let mut child = Command::new(&program.path)
            .args(&program.arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (trials, asked) = sync_channel(1);
        let (answer, answers) = sync_channel(1);
        if let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) {
            std::thread::Builder::new()
                .name("gate-worker".to_owned())
                .spawn(move || converse(to, from, &asked, &answer))?;
        }
        Ok(Self {
            child,
            trials,
            answers,
        })
    }

    fn survives(&mut self, trial: Vec<u8>, patience: Duration) -> bool {
        self.trials.send(trial).is_ok() && self.answers.recv_timeout(patience).is_ok()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        if let Err(error) = ended {
            tracing::warn!(%error, "a worker of the gate cannot be ended");
        }
    }
}

/// Hands trials to a worker and its answers back, until either side is gone. A worker that hangs is ended from outside, which
/// closes what is waited for here.
fn converse(
    mut to: ChildStdin,
    mut from: ChildStdout,
    asked: &Receiver<Vec<u8>>,
    answers: &SyncSender<()>,
) {
    while let Ok(trial) = asked.recv() {
        let length = u32::try_from(trial.len()).unwrap_or(u32::MAX);
        let frame = [&length.to_be_bytes()[..], &trial].concat();
        let mut answer = [0];
        let answered = to
            .write_all(&frame)
            .and_then(|()| to.flush())
            .and_then(|()| from.read_exact(&mut answer));
        if answered.is_err() || answer != [SURVIVED] || answers.send(()).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
