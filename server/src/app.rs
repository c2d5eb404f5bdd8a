//! The server as a whole: accounts, organisations, settings, clock.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use countersign_core::domain::ids::{OrganisationId, UserId};
use countersign_core::domain::time::Clock;
use countersign_core::rendition::{Typeface, USUAL_PLACES};
use countersign_core::replica::{OsRandom, Random};
use countersign_core::snapshots::policy::Role;

use tokio::sync::watch;

use crate::auth::accounts::{Account, Accounts, AccountsError, NewAccount};
use crate::config::Settings;
use crate::gate::Gate;
use crate::metrics::Metrics;
use crate::organisation::{AppendError, Organisation, ReadError, Surroundings};

/// Why the data folder could not be opened or changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder.
    #[error("cannot use the data folder {path}: {source}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The server's own database.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// An organisation.
    #[error("organisation {id}: {source}")]
    Organisation {
        /// Which.
        id: OrganisationId,
        /// Why.
        source: Box<ReadError>,
    },
    /// The policy could not be put on record.
    #[error(transparent)]
    Append(#[from] AppendError),
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    clock: Arc<dyn Clock>,
    gate: Arc<Gate>,
    accounts: Arc<Accounts>,
    organisations: RwLock<BTreeMap<OrganisationId, Arc<Organisation>>>,
    metrics: Metrics,
    typeface: Mutex<Option<Typeface>>,
    stopping: watch::Sender<bool>,
}

/// Everything that a request needs; cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    inner: Arc<Inner>,
}

impl App {
    /// Opens the data folder, making it when it is not there, and every organisation in it. Randomness is the operating
    /// system's.
    pub fn open(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::open_with(settings, clock, Arc::new(OsRandom))
    }

    /// The same with randomness from elsewhere: ids, keys, tokens and codes come from it, salts of passwords do not.
    pub fn open_with(
        settings: Settings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, OpenError> {
        let folder = settings.data.path.clone();
        make_private_folder(&folder).map_err(|source| OpenError::Folder {
            path: folder.clone(),
            source,
        })?;
        let accounts = Arc::new(Accounts::open_with(&folder.join("server.sqlite"), random)?);
        let app = Self {
            inner: Arc::new(Inner {
                gate: Arc::new(Gate::new(settings.gate.clone())),
                settings,
                clock,
                accounts,
                organisations: RwLock::new(BTreeMap::new()),
                metrics: Metrics::default(),
                typeface: Mutex::default(),
                stopping: watch::Sender::new(false),
            }),
        };
        for (id, name) in app.accounts().organisations()? {
            app.open_organisation(id, name)?;
        }
        Ok(app)
    }

    /// Every URL.
    pub fn router(&self) -> axum::Router {
        crate::router::router(self.clone())
    }

    /// One organisation. One that was made by another process meanwhile is opened now.
    #[must_use]
    pub fn organisation(&self, id: OrganisationId) -> Option<Arc<Organisation>> {
        if let Some(there) = self.read().get(&id) {
            return Some(Arc::clone(there));
        }
        let known = self.accounts().organisations().ok()?;
        let (id, name) = known.into_iter().find(|(known, _name)| *known == id)?;
        match self.open_organisation(id, name) {
            Ok(organisation) => Some(organisation),
            Err(error) => {
                tracing::error!(organisation.id = %id, %error, "an organisation cannot be opened");
                None
            }
        }
    }

    /// All open organisations, by id.
    #[must_use]
    pub fn organisations(&self) -> Vec<Arc<Organisation>> {
        self.read().values().map(Arc::clone).collect()
    }

    /// Brings customers' documents of an earlier version up to this one, so that follow-ups can be written into them.
    pub fn grow_documents(&self) -> Result<(), OpenError> {
        for organisation in self.organisations() {
            loop {
                let ids = organisation
                    .not_grown()
                    .map_err(|source| OpenError::Organisation {
                        id: organisation.id(),
                        source: Box::new(source),
                    })?;
                let grown = organisation.grow(&ids)?;
                if grown == 0 {
                    break;
                }
                tracing::info!(organisation.id = %organisation.id(), grown, "documents of an earlier version grew");
            }
        }
        Ok(())
    }

    /// Makes an organisation with its folder, key and first policy.
    pub fn create_organisation(&self, name: &str) -> Result<Arc<Organisation>, OpenError> {
        let now = self.clock().read().wall;
        let id = self
            .accounts()
            .create_organisation(name, AGREED_METHOD_CLAUSE, now)?;
        let organisation = self.open_organisation(id, name.to_owned())?;
        organisation.publish_policy()?;
        Ok(organisation)
    }

    /// Makes an account and puts the new policy on record.
    pub fn create_account(&self, new: &NewAccount) -> Result<Account, OpenError> {
        let organisation = self
            .organisation(new.organisation)
            .ok_or(AccountsError::UnknownOrganisation(new.organisation))?;
        let account = self.accounts().add_account(new, self.clock().read().wall)?;
        organisation.publish_policy()?;
        Ok(account)
    }

    /// Replaces a person's roles and puts the new policy on record.
    pub fn change_roles(&self, user: UserId, roles: &[Role]) -> Result<Account, OpenError> {
        let account = self.accounts().change_roles(user, roles)?;
        if let Some(organisation) = self.organisation(account.organisation) {
            organisation.publish_policy()?;
        }
        Ok(account)
    }

    /// The server's clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// People, devices, sessions.
    #[must_use]
    pub fn accounts(&self) -> &Arc<Accounts> {
        &self.inner.accounts
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Counters for `/metrics`.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// The font that papers are drawn with, read when it is first asked for; none when no file is there that serves.
    #[must_use]
    pub fn typeface(&self) -> Option<Typeface> {
        let mut typeface = self
            .inner
            .typeface
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if typeface.is_none() {
            let places = match &self.settings().typeface {
                Some(file) => vec![file.clone()],
                None => USUAL_PLACES.map(PathBuf::from).into(),
            };
            *typeface = places.iter().find_map(|place| read_typeface(place));
        }
        typeface.clone()
    }

    /// Ends what would never end by itself, such as streams of events.
    pub fn stop(&self) {
        self.inner.stopping.send_replace(true);
    }

    /// Turns true when the server stops.
    #[must_use]
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.inner.stopping.subscribe()
    }

    fn open_organisation(
        &self,
        id: OrganisationId,
        name: String,
    ) -> Result<Arc<Organisation>, OpenError> {
        let mut organisations = self
            .inner
            .organisations
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = organisations.get(&id) {
            return Ok(Arc::clone(there));
        }
        let folder = organisation_folder(&self.settings().data.path, id);
        let around = Surroundings {
            accounts: Arc::clone(self.accounts()),
            clock: Arc::clone(self.clock()),
            quotas: self.settings().quotas,
            gate: Arc::clone(&self.inner.gate),
        };
        let organisation = Organisation::open(id, name, &folder, around)
            .map(Arc::new)
            .map_err(|source| OpenError::Organisation {
                id,
                source: Box::new(source),
            })?;
        organisations.insert(id, Arc::clone(&organisation));
        Ok(organisation)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<OrganisationId, Arc<Organisation>>> {
        self.inner
            .organisations
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_typeface(place: &Path) -> Option<Typeface> {
    let bytes = std::fs::read(place)
        .inspect_err(|error| tracing::debug!(place = %place.display(), %error, "no font here"))
        .ok()?;
    Typeface::read(bytes)
        .inspect_err(
            |error| tracing::warn!(place = %place.display(), %error, "a font does not serve"),
        )
        .ok()
}

/// Where an organisation's journal, key, attachments and read model are.
#[must_use]
pub fn organisation_folder(data: &Path, id: OrganisationId) -> PathBuf {
    data.join("organisations").join(id.to_string())
}

/// The clause of a new organisation; its own wording can replace it. A lawyer signs it off before use.
const AGREED_METHOD_CLAUSE: &str =
    "签署人同意以手写方式在本设备屏幕上签名，并同意该签名与纸质签名具有同等效力。";

fn make_private_folder(path: &Path) -> Result<(), std::io::Error> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}
