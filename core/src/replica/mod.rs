//! The replica: one device's documents, journal and store behind the use-cases of a rep.
//!
//! Commands go through one write door (`commit`), reads go to the read model, and [`Replica::sync`] exchanges with the
//! server over a [`Transport`]. Every method may be called from any thread; a command waits for the one before it, and
//! nothing waits for the network but `sync` and `enrol` themselves.

mod attendance;
mod cash;
mod commit;
mod conflicts;
mod contacts;
mod customers;
mod device;
mod devices;
mod disputes;
mod drafts;
mod error;
mod evidence;
mod export;
mod facts;
#[cfg(test)]
pub(crate) mod fake;
mod follow_ups;
mod here;
mod lock;
mod papers;
mod params;
mod parts;
mod records;
mod refusals;
mod seals;
mod settings;
mod signed;
mod signings;
mod statements;
mod stops;
pub(crate) mod strokes;
mod sync;
#[cfg(test)]
pub(crate) mod tests;
mod to_do;
mod today;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use rusqlite::Connection;

pub use contacts::{ContactAdd, ContactEdit, ContactEnded, ContactPair, OfMember};
pub use customers::{CustomerSearch, CustomersAsked, OfCustomer};
pub use devices::{Devices, KeyVault, Kind, NoRandom, Observer, OsRandom, Random, VaultClosed};
pub use error::{ErrorKind, ReplicaError};
pub use evidence::EvidenceOf;
pub use export::{ExportFile, export_unsent};
pub use follow_ups::{
    FollowUpAdd, FollowUpCheck, FollowUpClosed, FollowUpEdit, FollowUpsOf, checked_reason,
};
pub use lock::{InUse, LockChosen, PinChange, PinSet, PinText, PinTry};
pub use params::{
    CaptureBegin, CaptureFinish, CapturePiece, CashTake, CashVoid, ConflictSettle, CopyRecord,
    CountersignBegin, DraftKeep, DraftPlace, EffectAsked, EffectsOf, Enrolment, ExportOf,
    GuarantorAsked, HandInMake, NewPart, OfCapture, OfCash, OfDraft, OfEntry, OfSigning, OfStop,
    OfStopPage, OutcomeRecord, Page, PaperRead, PieceOf, PiecesCount, PostingRecord, Presence,
    PromiseRecord, Recorded, RefusalRecord, RefusalWitness, SealRecord, SendBackAnswer,
    SigningBegin, SigningFinish, SigningStroke, StopEdit,
};
pub use records::{AttendanceRecord, DisputeRecord, FindingRecord};
pub use stops::Packing;
pub use strokes::{draws, opens_commitment};
pub use sync::{BodyEnd, HttpRequest, HttpResponse, Method, Transport, TransportError};

use crate::domain::time::Clock;
use crate::journal::signer::{DeviceSigner, SoftwareSigner};
use crate::replica::lock::Guard;
use crate::store;
use crate::store::device::DeviceRow;

/// One device's replica, open.
pub struct Replica {
    folder: PathBuf,
    connection: Mutex<Connection>,
    devices: OpenDevices,
    observers: Mutex<Vec<Arc<dyn Observer>>>,
    syncing: Mutex<()>,
    noted: Mutex<Option<here::NotedFix>>,
    guard: Mutex<Guard>,
    /// One PIN at a time: a try takes its memory and its time.
    trying: Mutex<()>,
}

#[derive(Debug)]
struct OpenDevices {
    clock: Arc<dyn Clock>,
    signer: RwLock<Arc<dyn DeviceSigner>>,
    key: KeyHome,
    vault: Option<Arc<dyn KeyVault>>,
    random: Arc<dyn Random>,
}

/// Where the device key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyHome {
    /// With the platform, which signs by itself.
    Platform,
    /// A file that the platform's vault wraps; it cannot be copied with the folder.
    Vault,
    /// In `device.key`.
    File,
}

impl fmt::Debug for Replica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replica")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Replica {
    /// Opens the replica in `folder`, or makes an empty one there. Without a platform's signer the key is read from
    /// the folder, or made and stored there, wrapped by the platform's vault when there is one, readable by its owner only.
    ///
    /// # Errors
    /// [`ReplicaError::NewerSchema`] when a newer program wrote it; [`export_unsent`] still works then.
    pub fn open(folder: &Path, devices: Devices) -> Result<Self, ReplicaError> {
        let mut connection = store::open(folder)?;
        let vault = devices.vault.as_deref();
        let lock = store::lock::read(&connection)?;
        let (signer, key) = if let Some(signer) = devices.signer {
            (signer, KeyHome::Platform)
        } else {
            let signer = match &lock {
                Some(lock) => lock::closed_signer(folder, lock)?,
                None => file_key(folder, (&connection, vault), devices.random.as_ref())?,
            };
            let key = vault.map_or(KeyHome::File, |_vault| KeyHome::Vault);
            (signer, key)
        };
        let guard = Guard::at_start(lock.as_ref(), key, devices.clock.read());
        let tx = connection.transaction()?;
        store::quarantine::count_start(&tx)?;
        tx.commit()?;
        Ok(Self {
            folder: folder.to_owned(),
            connection: Mutex::new(connection),
            devices: OpenDevices {
                clock: devices.clock,
                signer: RwLock::new(signer),
                key,
                vault: devices.vault,
                random: devices.random,
            },
            observers: Mutex::new(Vec::new()),
            syncing: Mutex::new(()),
            noted: Mutex::new(None),
            guard: Mutex::new(guard),
            trying: Mutex::new(()),
        })
    }

    /// Tells `observer` of every commit from now on.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        self.observers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(observer);
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn read<R>(
        &self,
        read: impl FnOnce(&Connection) -> Result<R, ReplicaError>,
    ) -> Result<R, ReplicaError> {
        read(&self.connection())
    }

    fn me(connection: &Connection) -> Result<DeviceRow, ReplicaError> {
        store::device::read(connection)?.ok_or(ReplicaError::NotEnrolled)
    }

    fn signer(&self) -> Arc<dyn DeviceSigner> {
        let signer = self.devices.signer.read();
        Arc::clone(&signer.unwrap_or_else(PoisonError::into_inner))
    }

    fn fill(&self, bytes: &mut [u8]) -> Result<(), ReplicaError> {
        self.devices
            .random
            .fill(bytes)
            .map_err(|NoRandom| ReplicaError::Random)
    }

    fn tell(&self, kinds: &[Kind]) {
        if kinds.is_empty() {
            return;
        }
        let observers = self
            .observers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for observer in observers {
            observer.changed(kinds);
        }
    }
}

/// The key in the replica's folder, made when there is none.
fn file_key(
    folder: &Path,
    (connection, vault): (&Connection, Option<&dyn KeyVault>),
    random: &dyn Random,
) -> Result<Arc<dyn DeviceSigner>, ReplicaError> {
    if let Some(last) = store::device::last_key(connection)? {
        store::key_file::take_next_of(folder, &last).map_err(|_unusable| ReplicaError::Key)?;
    }
    store::key_file::forget_unfinished_lock(folder).map_err(|_unusable| ReplicaError::Key)?;
    store::key_file::open(folder, vault, || software_key(random))
        .map_err(|_unusable| ReplicaError::Key)
}

fn software_key(random: &dyn Random) -> Option<SoftwareSigner> {
    SoftwareSigner::draw(|seed| random.fill(seed).is_ok()).ok()
}
