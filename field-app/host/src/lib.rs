//! The loopback shell of the field app: what a phone's shell does, on a computer, for tests and the demo.
//!
//! It binds 127.0.0.1 only and is never part of a release. See [`guard`] for who may talk to it.

pub mod clock;
pub mod devices;
pub mod guard;
mod router;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use countersign_mobile::{MobileError, Platform, Replica};
use tokio::net::TcpListener;
use tokio::sync::broadcast;

use crate::clock::HostClock;
use crate::devices::{Announcer, HostHttp, HostLocator, HostOwner};
use crate::guard::Guard;
pub use crate::router::ControlDoor;
use crate::router::{Controls, Shell, router};

/// Changes kept for a page that reads slowly; beyond that it reads everything again.
const CHANGES_KEPT: usize = 64;

/// Where the host finds its things.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Folder of the replica; made when absent.
    pub data: PathBuf,
    /// Port on 127.0.0.1; 0 for any that is free.
    pub port: u16,
    /// Folder of the built pages.
    pub ui: PathBuf,
    /// Address of the server, proposed when the device is enrolled.
    pub server: Option<String>,
    /// Font file that papers are drawn with; without it, the places where Noto Sans CJK usually is.
    pub typeface: Option<PathBuf>,
    /// Test controls.
    pub controls: ControlDoor,
}

/// Why the host does not start.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The pages are not there.
    #[error("no index.html in {}: build the field app first (npm run build in field-app/ui)", .0.display())]
    NoPages(PathBuf),
    /// The folder of the replica cannot be made.
    #[error("cannot use the folder {}", .0.display())]
    Data(PathBuf, #[source] io::Error),
    /// The port is taken.
    #[error("cannot listen on 127.0.0.1:{0}")]
    Port(u16, #[source] io::Error),
    /// The system gives no randomness.
    #[error("the system gives no randomness: {0}")]
    Random(getrandom::Error),
    /// The replica does not open.
    #[error("the replica does not open")]
    Replica(#[from] MobileError),
    /// Serving ended.
    #[error("serving ended")]
    Serve(#[source] io::Error),
}

/// A host that listens and waits to be served.
#[derive(Debug)]
pub struct Host {
    listener: TcpListener,
    router: axum::Router,
    start_url: String,
}

impl Host {
    /// Opens the replica and the port.
    ///
    /// # Errors
    /// [`HostError`]; nothing listens then.
    pub async fn open(settings: Settings) -> Result<Self, HostError> {
        if !settings.ui.join("index.html").is_file() {
            return Err(HostError::NoPages(settings.ui));
        }
        std::fs::create_dir_all(&settings.data)
            .map_err(|error| HostError::Data(settings.data.clone(), error))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port))
            .await
            .map_err(|error| HostError::Port(settings.port, error))?;
        let address = listener
            .local_addr()
            .map_err(|error| HostError::Port(settings.port, error))?;
        let token = secret()?;
        let shell = shell(&settings, address, &token)?;
        Ok(Self {
            listener,
            router: router(shell, &settings.ui, settings.controls),
            start_url: format!("http://{address}/start?token={token}"),
        })
    }

    /// Opens the page, once.
    #[must_use]
    pub fn start_url(&self) -> &str {
        &self.start_url
    }

    /// Serves until the future is dropped; whatever a reply confirmed is on disk by then.
    ///
    /// # Errors
    /// [`HostError::Serve`].
    pub async fn serve(self) -> Result<(), HostError> {
        axum::serve(self.listener, self.router)
            .await
            .map_err(HostError::Serve)
    }
}

fn shell(settings: &Settings, address: SocketAddr, token: &str) -> Result<Shell, HostError> {
    let controls = Controls {
        clock: Arc::new(HostClock::new(secret()?)),
        locator: Arc::default(),
        http: Arc::default(),
        owner: Arc::default(),
    };
    let replica = open_replica(settings, &controls)?;
    let (changes, _) = broadcast::channel(CHANGES_KEPT);
    if let Some(file) = &settings.typeface {
        replica.use_typeface(file.display().to_string());
    }
    replica.observe(Arc::new(Announcer(changes.clone())));
    Ok(Shell {
        replica,
        changes,
        guard: Arc::new(Guard::new(address, token.to_owned(), secret()?)),
        controls,
        first_page: match &settings.server {
            Some(server) => format!("/#/?server={server}"),
            None => "/".to_owned(),
        },
    })
}

fn open_replica(settings: &Settings, controls: &Controls) -> Result<Arc<Replica>, MobileError> {
    let clock: Arc<HostClock> = Arc::clone(&controls.clock);
    let locator: Arc<HostLocator> = Arc::clone(&controls.locator);
    let http: Arc<HostHttp> = Arc::clone(&controls.http);
    let mut platform = Platform::new(clock, locator, http);
    if settings.controls == ControlDoor::Open {
        let owner: Arc<HostOwner> = Arc::clone(&controls.owner);
        platform.biometric = Some(owner);
    }
    Replica::open(settings.data.display().to_string(), platform)
}

fn secret() -> Result<String, HostError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(HostError::Random)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
