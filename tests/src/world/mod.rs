//! The harness of the stories: one real server in the process, phones, a network that can break, and one clock.
//!
//! When a world is dropped it looks around suspiciously: everything that was confirmed is somewhere, nothing is twice, and
//! phones that finished their exchange agree with the server. A story that breaks one of these fails even if its own lines
//! pass.

mod clock;
mod network;
mod office;
mod phone;
mod random;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use countersign_core::domain::ids::{ChainId, Digest};
use countersign_core::domain::time::Clock;
use countersign_core::protocol::{Envelope, Object};
use countersign_core::replica::Devices;
use countersign_core::snapshots::policy::Role;
use countersign_server::app::App;
use countersign_server::auth::accounts::{Account, NewAccount};
use countersign_server::config::Settings;
use countersign_server::desks::Desk;
use countersign_server::journal::Quarantined;
use countersign_server::organisation::Organisation;
use countersign_server::sync::SyncServer;
use tempfile::TempDir;

pub use clock::TestClock;
pub use network::{Fault, Network, Traffic};
pub use office::{Office, Outing};
pub use phone::{Phone, here, photo};

/// A company at work.
pub struct World {
    /// The one clock.
    pub clock: Arc<TestClock>,
    /// The company.
    pub organisation: Arc<Organisation>,
    app: App,
    runtime: Arc<tokio::runtime::Runtime>,
    /// Own entries of each phone's chain that a screen confirmed, by number.
    confirmed: RefCell<BTreeMap<ChainId, BTreeMap<u64, Digest>>>,
    phones: Cell<u64>,
    /// What all randomness is made from; none when it is the operating system's.
    seed: Option<u64>,
    folder: TempDir,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

impl World {
    /// A company on the morning of 15 July 2026, nine o'clock in Shanghai.
    pub fn new() -> Self {
        Self::open(None)
    }

    /// The same in which every id, key and token comes from the seed: what happens in it happens again.
    pub fn seeded(seed: u64) -> Self {
        Self::open(Some(seed))
    }

    fn open(seed: Option<u64>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock::on_the_morning());
        let settings = Settings::loopback(folder.path().join("server"));
        let server_clock: Arc<dyn Clock> = Arc::<TestClock>::clone(&clock);
        let app = App::open_with(settings, server_clock, random::source(seed, 0)).unwrap();
        let organisation = app.create_organisation("样例机械有限公司").unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        Self {
            clock,
            organisation,
            app,
            runtime: Arc::new(runtime),
            confirmed: RefCell::default(),
            phones: Cell::default(),
            seed,
            folder,
        }
    }

    /// Somebody new with these roles.
    pub fn hire(&self, name: &str, roles: &[Role]) -> Account {
        self.app
            .create_account(&NewAccount {
                organisation: self.organisation.id(),
                login: name.to_owned(),
                name: name.to_owned(),
                roles: roles.to_vec(),
                password: "a long enough password".to_owned(),
            })
            .unwrap()
    }

    /// The desk of an account.
    pub fn desk(&self, account: &Account) -> Desk {
        Desk::new(
            Arc::clone(&self.organisation),
            account.user,
            account.roles.clone(),
        )
    }

    /// A network of its own, unbroken, that leads to the server.
    pub fn network(&self) -> Network {
        Network::to(self.app.router(), Arc::clone(&self.runtime))
    }

    /// The server's half of the protocol, without HTTP.
    pub fn server(&self) -> SyncServer {
        SyncServer::new(self.app.clone())
    }

    /// A phone that nobody has bound yet.
    pub fn phone(&self) -> Phone {
        let number = self.phones.get() + 1;
        self.phones.set(number);
        let folder = self.folder.path().join(format!("phone-{number}"));
        std::fs::create_dir_all(&folder).unwrap();
        self.open_phone(folder, number)
    }

    /// A second phone with everything that `phone` has in its folder, key and session included.
    pub fn copy_of(&self, phone: &Phone) -> Phone {
        let number = self.phones.get() + 1;
        self.phones.set(number);
        let folder = self.folder.path().join(format!("phone-{number}"));
        phone.copy_folder(&folder);
        self.open_phone(folder, number)
    }

    fn open_phone(&self, folder: PathBuf, number: u64) -> Phone {
        let devices = Devices {
            clock: Arc::<TestClock>::clone(&self.clock),
            signer: None,
            vault: None,
            random: random::source(self.seed, number),
        };
        Phone::open(folder, devices, self.network(), number)
    }

    /// A phone bound to `account` with a code from `issuer`.
    pub fn phone_of(&self, account: &Account, issuer: &Desk) -> Phone {
        let phone = self.phone();
        let code = issuer.issue_enrolment_code(account.user).unwrap();
        phone.enrol(&code.code, &account.name);
        phone
    }

    /// Remembers what `phone` has confirmed so far, to be found again when the world ends.
    pub fn remember(&self, phone: &Phone) {
        let mut confirmed = self.confirmed.borrow_mut();
        for (chain, seq, hash) in phone.own_entries() {
            confirmed.entry(chain).or_default().insert(seq, hash);
        }
    }

    /// How many entries of `phone`'s chain the server has admitted.
    pub fn admitted_entries(&self, phone: &Phone) -> u64 {
        let chain = phone.own_entries().first().map(|(chain, ..)| *chain);
        let head = chain.and_then(|chain| self.organisation.journal().chain_head(chain).unwrap());
        head.map_or(0, |link| link.seq)
    }

    /// The number of the journal's newest row.
    pub fn head(&self) -> u64 {
        self.organisation.journal().head().unwrap()
    }

    /// What is in quarantine on the server.
    pub fn quarantined(&self) -> Vec<Quarantined> {
        self.organisation.journal().quarantine(None, 1_000).unwrap()
    }

    /// The phones agree with the server and with each other: same documents in the same state, same bytes of entries.
    pub fn assert_agree(&self, phones: &[&Phone]) {
        for phone in phones {
            for (id, payload) in phone.entry_payloads() {
                let (_seq, there) = self
                    .organisation
                    .journal()
                    .entry(id)
                    .unwrap()
                    .expect("the server has the entry");
                assert_eq!(
                    there.payload, payload,
                    "entry {id} has other bytes on the server"
                );
            }
            for (document, heads) in phone.document_heads() {
                let there = self
                    .organisation
                    .document_heads(document.parse().unwrap())
                    .unwrap();
                assert_eq!(
                    there.map(|heads| heads.to_string()),
                    Some(heads),
                    "document {document}"
                );
            }
        }
    }

    fn assert_invariants(&self) {
        let checked = self.organisation.check().unwrap();
        assert_eq!(checked.faults, 0, "every row of the journal verifies");
        let (before, after) = self.organisation.rebuild().unwrap();
        assert_eq!(
            before, after,
            "the read model is nothing but a view of the journal"
        );
        let held: BTreeSet<Digest> = self.quarantined().iter().filter_map(held_entry).collect();
        for (chain, entries) in self.confirmed.borrow().iter() {
            for (seq, hash) in entries {
                let there = self.organisation.journal().link(*chain, *seq).unwrap();
                let is_kept = there == Some(*hash) || held.contains(hash);
                assert!(
                    is_kept,
                    "entry {seq} of chain {chain} was confirmed on a screen and is nowhere"
                );
            }
        }
    }
}

/// The hash of a held entry; none for a held run.
fn held_entry(item: &Quarantined) -> Option<Digest> {
    let envelope: Envelope = minicbor::decode(&item.bytes).unwrap();
    match envelope.object {
        Object::Entry(sealed) => Some(sealed.hash()),
        Object::Run(_) => None,
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.assert_invariants();
        }
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}
