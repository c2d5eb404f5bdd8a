//! The typed door: what a native shell opens, watches and syncs.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use countersign_core::replica::{self as core, OsRandom};
use countersign_core::views::{LaneResult, SyncReport};

use crate::devices::{
    CancelToken, Clock, DeviceSigner, HttpClient, Locator, Observer, Steady, Told, Wire,
};
use crate::errors::MobileError;

/// One device's replica. Own one per process; every method may be called from any thread.
#[derive(uniffi::Object)]
pub struct Replica {
    pub(crate) core: core::Replica,
    pub(crate) clock: Arc<Steady>,
    pub(crate) locator: Arc<dyn Locator>,
    pub(crate) http: Arc<dyn HttpClient>,
}

impl fmt::Debug for Replica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replica")
            .field("core", &self.core)
            .finish_non_exhaustive()
    }
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

#[uniffi::export]
#[expect(
    clippy::needless_pass_by_value,
    reason = "uniffi hands over owned values"
)]
impl Replica {
    /// Opens the replica in `folder`, or makes an empty one there. Without a `signer`, a software key is kept in the folder.
    #[uniffi::constructor]
    pub fn open(
        folder: String,
        clock: Arc<dyn Clock>,
        locator: Arc<dyn Locator>,
        http: Arc<dyn HttpClient>,
        signer: Option<Arc<dyn DeviceSigner>>,
    ) -> Result<Arc<Self>, MobileError> {
        let clock = Arc::new(Steady::new(clock)?);
        let core = core::Replica::open(
            Path::new(&folder),
            core::Devices {
                clock: Arc::<Steady>::clone(&clock),
                signer: signer.map(Told::signer),
                random: Arc::new(OsRandom),
            },
        )?;
        Ok(Arc::new(Self {
            core,
            clock,
            locator,
            http,
        }))
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

    /// The door of the web UI: a request envelope in, a reply envelope out; never an exception. See [`crate::dispatch`].
    #[must_use]
    pub fn dispatch(&self, request: String) -> String {
        crate::dispatch::reply(self, &request)
    }
}

impl Replica {
    /// `sync.run`.
    pub(crate) fn exchange(&self, cancel: &CancelToken) -> Result<SyncReport, MobileError> {
        let server = self.core.device()?.server_url;
        Ok(self.core.sync(&Wire::new(&*self.http, &server, cancel)?)?)
    }
}
