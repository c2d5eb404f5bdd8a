//! The typed door: what a native shell opens, watches and syncs.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use countersign_core::domain::ids::EntryId;
use countersign_core::domain::time::Instant;
use countersign_core::rendition::{Rendition, Typeface, USUAL_PLACES};
use countersign_core::replica::{self as core, ErrorKind, EvidenceOf, ExportFile, OsRandom};
use countersign_core::views::{LaneResult, SyncReport};

use crate::devices::{CancelToken, Observer, Platform, Steady, Told, Unsent, Wire};
use crate::errors::MobileError;
use crate::photos::Photos;

/// One device's replica. Own one per process; every method may be called from any thread.
#[derive(uniffi::Object)]
pub struct Replica {
    pub(crate) core: core::Replica,
    pub(crate) clock: Arc<Steady>,
    pub(crate) platform: Platform,
    pub(crate) photos: Photos,
    unsent: Arc<Unsent>,
    typeface: Mutex<Option<PathBuf>>,
}

impl fmt::Debug for Replica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replica")
            .field("core", &self.core)
            .finish_non_exhaustive()
    }
}

/// A PDF that is handed over.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PaperCopy {
    /// Its name, such as `对账单-20260715-7K2M9QX4T1WZ.pdf`.
    pub file_name: String,
    /// The name as the value of `Content-Disposition`.
    pub disposition: String,
    /// PDF/A-3u.
    pub bytes: Vec<u8>,
}

/// How a sync ended. Nothing is lost by one that did not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct SyncEnd {
    /// Every lane came to its end.
    pub is_complete: bool,
    /// Objects without the server's receipt.
    pub unsent: u64,
    /// Objects that the server keeps until somebody decides.
    pub held: u64,
}

/// This device, as a shell needs to know it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DeviceState {
    /// A one-time code was used.
    pub is_enrolled: bool,
    /// Empty before enrolment.
    pub user_name: String,
    /// Empty until the first sync.
    pub organisation_name: String,
    /// Objects without the server's receipt.
    pub unsent: u64,
    /// Objects that the server keeps until somebody decides.
    pub held: u64,
    /// When a sync last came to its end, by this device's wall clock.
    pub last_sync: Option<Instant>,
}

#[uniffi::export]
#[expect(
    clippy::needless_pass_by_value,
    reason = "uniffi hands over owned values"
)]
impl Replica {
    /// Opens the replica in `folder`, or makes an empty one there.
    #[uniffi::constructor]
    pub fn open(folder: String, platform: Platform) -> Result<Arc<Self>, MobileError> {
        let clock = Arc::new(Steady::new(Arc::clone(&platform.clock))?);
        let core = core::Replica::open(
            Path::new(&folder),
            core::Devices {
                clock: Arc::<Steady>::clone(&clock),
                signer: platform.signer.clone().map(Told::signer),
                vault: platform.vault.clone().map(Told::vault),
                random: Arc::new(OsRandom),
            },
        )?;
        let unsent = Arc::new(Unsent::default());
        core.observe(Arc::<Unsent>::clone(&unsent));
        Ok(Arc::new(Self {
            core,
            clock,
            platform,
            photos: Photos::default(),
            unsent,
            typeface: Mutex::default(),
        }))
    }

    /// Who uses this device and how much is still only here: what a notification needs.
    pub fn device(&self) -> Result<DeviceState, MobileError> {
        let device = self.core.device()?;
        Ok(DeviceState {
            is_enrolled: device.enrolled,
            user_name: device.user_name,
            organisation_name: device.organisation_name,
            unsent: device.unsent,
            held: device.held,
            last_sync: device.last_sync_ms.map(Instant::from_ms),
        })
    }

    /// Tells `observer` of every change from now on, its own included.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        self.core.observe(Told::observer(observer));
    }

    /// Exchanges with the server until nothing is left, the network is lost, or `cancel` is called. Call it on a
    /// background thread: it waits for the network.
    pub fn sync(&self, cancel: Arc<CancelToken>) -> Result<SyncEnd, MobileError> {
        let report = self.exchange(&cancel)?;
        let device = self.core.device()?;
        Ok(SyncEnd {
            is_complete: [report.push, report.pull, report.blobs]
                .iter()
                .all(|lane| *lane == LaneResult::Done),
            unsent: device.unsent,
            held: device.held,
        })
    }

    /// The app went into the background; the time until it locks itself begins.
    pub fn left(&self) {
        self.core.left();
    }

    /// The app came back: observers hear `lock` when it was away for too long.
    pub fn returned(&self) {
        self.core.returned();
    }

    /// Names the font file that papers are drawn with, instead of the places where Android and Debian have Noto Sans CJK.
    pub fn use_typeface(&self, file: String) {
        *self.typeface.lock().unwrap_or_else(PoisonError::into_inner) = Some(file.into());
    }

    /// The signed paper of an entry as a PDF, drawn on this device. Call it on a background thread: it reads a font of some
    /// 20 MB. A shell answers the page's request for `copies/<entry>.pdf` with it, and gets none
    /// while the app is locked.
    pub fn paper_copy(&self, entry: String) -> Result<PaperCopy, MobileError> {
        let entry = entry
            .parse()
            .map_err(|_no_id| MobileError::new(ErrorKind::Gone, "entry"))?;
        self.core.must_be_open()?;
        let rendition = self.rendition(entry)?;
        Ok(PaperCopy {
            disposition: rendition.disposition(),
            file_name: rendition.file_name,
            bytes: rendition.bytes,
        })
    }

    /// The door of the web UI: a request envelope in, a reply envelope out; never an exception. See [`crate::dispatch`].
    #[must_use]
    pub fn dispatch(&self, request: String) -> String {
        let reply = crate::dispatch::reply(self, &request);
        self.request_sync();
        reply
    }
}

/// The reply envelope to `request` when there is no replica to ask: what [`Replica::open`] threw, under the request's id. So
/// the page says in its own words why the app cannot be used.
#[uniffi::export]
#[must_use]
#[expect(
    clippy::needless_pass_by_value,
    reason = "uniffi hands over owned values"
)]
pub fn refusal(request: String, error: MobileError) -> String {
    crate::dispatch::refusal(&request, &error)
}

/// Everything in `folder` that the server has not confirmed, for support: works also when a newer program wrote the store.
/// One CBOR array of byte strings, oldest first.
#[uniffi::export]
#[expect(
    clippy::needless_pass_by_value,
    reason = "uniffi hands over owned values"
)]
pub fn export_unsent(folder: String) -> Result<Vec<u8>, MobileError> {
    Ok(core::export_unsent(Path::new(&folder))?)
}

impl Replica {
    /// Asks for a run in the background when the last calls left something to send.
    fn request_sync(&self) {
        let Some(scheduler) = &self.platform.scheduler else {
            return;
        };
        let waits = self.unsent.take() && self.core.device().is_ok_and(|device| device.unsent > 0);
        if waits {
            // A scheduler that fails is asked again after the next change; the pages say what is unsent.
            drop(scheduler.request());
        }
    }

    /// `entry.pdf`, and [`Replica::paper_copy`].
    pub(crate) fn rendition(&self, entry: EntryId) -> Result<Rendition, MobileError> {
        Ok(self.core.rendition(entry, &self.typeface()?)?)
    }

    /// `evidence.export`. Without a font the papers are in the bundle all the same, only not as PDF.
    pub(crate) fn evidence(&self, of: EvidenceOf) -> Result<ExportFile, MobileError> {
        let typeface = self.typeface().ok();
        Ok(self.core.evidence(of, typeface.as_ref())?)
    }

    /// The font is read each time: kept, it would cost more than the app itself.
    fn typeface(&self) -> Result<Typeface, MobileError> {
        let chosen = self
            .typeface
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let places =
            chosen.map_or_else(|| USUAL_PLACES.map(PathBuf::from).into(), |file| vec![file]);
        let bytes = places
            .iter()
            .find_map(|place| std::fs::read(place).ok())
            .ok_or_else(|| MobileError::new(ErrorKind::Support, "typeface-missing"))?;
        Typeface::read(bytes)
            .map_err(|_unfit| MobileError::new(ErrorKind::Support, "typeface-unusable"))
    }

    /// `sync.run`.
    pub(crate) fn exchange(&self, cancel: &CancelToken) -> Result<SyncReport, MobileError> {
        let server = self.core.device()?.server_url;
        Ok(self
            .core
            .sync(&Wire::new(&*self.platform.http, &server, cancel)?)?)
    }
}
