//! A server in memory, and two phones' platforms, for the tests of this crate.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use minicbor::Decode;
use uuid::Uuid;

use crate::documents::{Document, DocumentKind, Writer};
use crate::domain::ids::*;
use crate::domain::money::{Currency, Money};
use crate::domain::position::{Crs, SitePoint};
use crate::domain::time::{Clock, ClockReading, Day, Instant};
use crate::journal::facts::{DeviceEnrolled, Fact, PaperKind, SentBack};
use crate::journal::seal::{SealedEntry, SealedSnapshot};
use crate::journal::signer::{DeviceSigner, SoftwareSigner};
use crate::journal::{Entry, Scope};
use crate::protocol::frames::*;
use crate::protocol::*;
use crate::replica::sync::exchange::{decode, encode};
use crate::replica::*;
use crate::snapshots::Snapshot;
use crate::snapshots::plan::{ApprovedPlan, Material, PlannedStop};
use crate::snapshots::policy::{Person, Policy, Role};
use crate::snapshots::statement::{RenderModel, RenderRow, Statement, StatementLine};

pub(crate) const MORNING: i64 = 1_784_000_000_000; // 2026-07-14 in Asia/Shanghai

pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(crate) const STOP: StopId = StopId(Uuid::from_u128(0x51));
pub(crate) const DOCUMENT: DocumentId = DocumentId(Uuid::from_u128(0xd1));
pub(crate) const CUSTOMER_DOCUMENT: DocumentId = DocumentId(Uuid::from_u128(0xd2));
pub(crate) const PLAN: PlanId = PlanId(Uuid::from_u128(0xa1));
pub(crate) const CUSTOMER: CustomerId = CustomerId(Uuid::from_u128(0xc1));
const ORGANISATION: OrganisationId = OrganisationId(Uuid::from_u128(0x01));
const MANAGER: UserId = UserId(Uuid::from_u128(0x99));

#[derive(Debug)]
pub(crate) struct TestClock {
    ms: AtomicI64,
    /// How far the wall clock is from the true time.
    set_by_ms: AtomicI64,
    /// When the phone was last started.
    booted_ms: AtomicI64,
}

impl TestClock {
    pub(crate) fn advance(&self, ms: i64) {
        self.ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Somebody sets the wall clock.
    pub(crate) fn set(&self, by_ms: i64) {
        self.set_by_ms.store(by_ms, Ordering::SeqCst);
    }

    /// The phone itself is switched off and on.
    pub(crate) fn reboot(&self) {
        let now = self.ms.load(Ordering::SeqCst);
        self.booted_ms.store(now, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn read(&self) -> ClockReading {
        let ms = self.ms.fetch_add(7, Ordering::SeqCst);
        let booted = self.booted_ms.load(Ordering::SeqCst);
        ClockReading {
            wall: Instant::from_ms(MORNING + ms + self.set_by_ms.load(Ordering::SeqCst)),
            monotonic_ms: u64::try_from(ms - booted).unwrap(),
            boot: format!("boot-{booted}"),
        }
    }
}

#[derive(Debug)]
struct Counted(Mutex<u64>, u8);

impl Random for Counted {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandom> {
        let mut count = self.0.lock().unwrap();
        for chunk in bytes.chunks_mut(32) {
            *count += 1;
            let digest = Digest::of_parts(&[&[self.1], &count.to_be_bytes()]);
            chunk.copy_from_slice(&digest.0[..chunk.len()]);
        }
        Ok(())
    }
}

/// A phone whose process can be killed: everything in memory is dropped and the folder opened again.
pub(crate) struct Phone {
    folder: tempfile::TempDir,
    pub(crate) clock: Arc<TestClock>,
    random: Arc<Counted>,
    keys: PlatformKeys,
    replica: Option<Replica>,
}

/// What the phone's platform does for keys.
#[derive(Clone, Default)]
pub(crate) struct PlatformKeys {
    pub(crate) signer: Option<Arc<dyn DeviceSigner>>,
    pub(crate) vault: Option<Arc<dyn KeyVault>>,
}

impl Phone {
    pub(crate) fn new(seed: u8) -> Self {
        Self::with_keys(seed, PlatformKeys::default())
    }

    pub(crate) fn with_keys(seed: u8, keys: PlatformKeys) -> Self {
        let mut phone = Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::new(TestClock {
                ms: AtomicI64::new(0),
                set_by_ms: AtomicI64::new(0),
                booted_ms: AtomicI64::new(0),
            }),
            random: Arc::new(Counted(Mutex::new(0), seed)),
            keys,
            replica: None,
        };
        phone.restart();
        phone
    }

    pub(crate) fn enrolled(seed: u8, server: &FakeServer) -> Self {
        let phone = Self::new(seed);
        phone.enrol(&enrolment(seed), server).unwrap();
        phone
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn restart(&mut self) {
        self.replica = None;
        let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(&self.clock);
        let random: Arc<dyn Random> = Arc::<Counted>::clone(&self.random);
        let devices = Devices {
            clock,
            signer: self.keys.signer.clone(),
            vault: self.keys.vault.clone(),
            random,
        };
        self.replica = Some(Replica::open(self.folder.path(), devices).unwrap());
    }
}

pub(crate) fn enrolment(seed: u8) -> Enrolment {
    Enrolment {
        server_url: "https://example.invalid".to_owned(),
        code: format!("user-{seed}"),
        name: "phone".to_owned(),
    }
}

impl std::ops::Deref for Phone {
    type Target = Replica;

    fn deref(&self) -> &Replica {
        self.replica.as_ref().unwrap()
    }
}

/// What goes wrong with the next request whose path begins so.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// The answer's body breaks off after so many bytes.
    Cut(usize),
    /// The server does it, and the answer is lost.
    LostAnswer,
    /// Nothing arrives.
    Unreachable,
    /// The server answers so.
    Status(u16),
}

enum Item {
    Snapshot(Scope, SealedSnapshot),
    Document(DocumentId),
    Run(push::Run),
    Entry(SealedEntry),
    Revoke(Scope),
    Raw(Vec<u8>),
}

struct Held {
    kind: DocumentKind,
    scope: Scope,
    document: Document,
}

#[derive(Default)]
struct State {
    feed: Vec<Item>,
    documents: BTreeMap<DocumentId, Held>,
    actors: Vec<ActorOwner>,
    verdicts: BTreeMap<EnvelopeId, Verdict>,
    entries: BTreeMap<Digest, SealedEntry>,
    snapshots: BTreeSet<Digest>,
    chunks: BTreeMap<Digest, BTreeMap<u32, Vec<u8>>>,
    blobs: BTreeMap<Digest, Vec<u8>>,
    devices: BTreeMap<DeviceId, UserId>,
    sessions: u32,
    /// Who may use which token, by its digest, and in which generation of sessions.
    tokens: BTreeMap<Digest, (u32, DeviceId)>,
    hold: Option<HeldCode>,
    is_full: bool,
    faults: Vec<(&'static str, Fault)>,
    requests: Vec<String>,
    desk_seq: u64,
    desk_head: Digest,
}

pub(crate) struct FakeServer {
    key: SoftwareSigner,
    state: Mutex<State>,
}

impl FakeServer {
    /// A server with one approved plan of one stop.
    pub(crate) fn new() -> Self {
        let server = Self {
            key: SoftwareSigner::from_bytes(&[9; 32]).unwrap(),
            state: Mutex::default(),
        };
        server.add_snapshot(Scope::Organisation, &Snapshot::Policy(Box::new(policy())));
        let statement = Snapshot::Statement(Box::new(statement()));
        let statement = server.add_snapshot(Scope::Stop(STOP), &statement);
        let writer = Writer {
            chain: ChainId::from(MANAGER),
            epoch: 0,
            at: Instant::from_ms(MORNING - 1_000_000),
        };
        server.add_document(
            Scope::Stop(STOP),
            Document::create_stop(DOCUMENT, &writer).unwrap(),
        );
        server.add_document(
            Scope::Customer(CUSTOMER),
            Document::create_customer(CUSTOMER_DOCUMENT, &writer).unwrap(),
        );
        server.add_snapshot(
            Scope::Plan(PLAN),
            &Snapshot::Plan(Box::new(plan(statement))),
        );
        server
    }

    /// The server's signature over anything.
    pub(crate) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.key.sign(bytes).unwrap().to_vec()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn add_snapshot(&self, scope: Scope, snapshot: &Snapshot) -> Digest {
        let sealed = snapshot.seal(&self.key).unwrap();
        let id = sealed.id();
        let mut state = self.state();
        state.snapshots.insert(id);
        state.feed.push(Item::Snapshot(scope, sealed));
        id
    }

    fn add_document(&self, scope: Scope, document: Document) {
        let mut state = self.state();
        let id = document.id();
        state.feed.push(Item::Document(id));
        state.documents.insert(
            id,
            Held {
                kind: document.kind(),
                scope,
                document,
            },
        );
    }

    /// The same server, whose customer's document is from version 0.1.0.
    pub(crate) fn with_old_customer() -> Self {
        let server = Self::new();
        let old = include_bytes!("../../../tests/fixtures/v0.1.0/customer.automerge");
        let old = Document::load(CUSTOMER_DOCUMENT, DocumentKind::Customer, old).unwrap();
        let mut state = server.state();
        state
            .documents
            .get_mut(&CUSTOMER_DOCUMENT)
            .unwrap()
            .document = old;
        drop(state);
        server
    }

    /// The server starts with this version: old documents grow.
    pub(crate) fn grow_customer(&self) {
        let mut state = self.state();
        let held = state.documents.get_mut(&CUSTOMER_DOCUMENT).unwrap();
        let run = held.document.grow().unwrap().unwrap();
        state.feed.push(Item::Run(run));
    }

    /// What the customer's document says now.
    pub(crate) fn customer(&self) -> crate::documents::CustomerDocument {
        let state = self.state();
        state.documents[&CUSTOMER_DOCUMENT]
            .document
            .customer()
            .unwrap()
    }

    /// A later policy in which everybody has this role and no other.
    pub(crate) fn make_everybody(&self, role: Role) {
        let mut policy = policy();
        policy.epoch = 2 + self.feed_length();
        for person in &mut policy.people {
            person.roles = vec![role];
        }
        self.add_snapshot(Scope::Organisation, &Snapshot::Policy(Box::new(policy)));
    }

    /// The manager sends an entry back.
    pub(crate) fn send_back(&self, about: EntryId, at: Instant) -> EntryId {
        let fact = Fact::SentBack(SentBack {
            field: "promise".to_owned(),
            reason: "缺少联系电话".to_owned(),
            deadline: "2026-07-20".parse().unwrap(),
        });
        self.desk_says((Scope::Stop(STOP), Some(about)), at, fact)
    }

    /// Somebody at a desk puts a fact on record.
    pub(crate) fn desk_says(
        &self,
        about: (Scope, Option<EntryId>),
        at: Instant,
        fact: Fact,
    ) -> EntryId {
        self.desk_entry(&mut self.state(), about, at, fact)
    }

    fn desk_entry(
        &self,
        state: &mut State,
        (scope, amends): (Scope, Option<EntryId>),
        at: Instant,
        fact: Fact,
    ) -> EntryId {
        state.desk_seq += 1;
        let entry = Entry {
            version: 1,
            organisation: ORGANISATION,
            id: EntryId(id(0xb000 + u128::from(state.desk_seq))),
            chain: ChainId::from(MANAGER),
            seq: state.desk_seq,
            previous: state.desk_head,
            author: MANAGER,
            made: ClockReading {
                wall: at,
                monotonic_ms: 0,
                boot: "server".to_owned(),
            },
            seen: None,
            scope,
            amends,
            policy_epoch: 1,
            build: "test".to_owned(),
            fact,
        };
        let sealed = entry.seal(&self.key).unwrap();
        state.desk_head = sealed.hash();
        state.entries.insert(sealed.hash(), sealed.clone());
        state.feed.push(Item::Entry(sealed));
        entry.id
    }

    pub(crate) fn revoke(&self, scope: Scope) {
        self.state().feed.push(Item::Revoke(scope));
    }

    /// The stop's document as it is now, whole.
    pub(crate) fn send_whole_document(&self) {
        self.state().feed.push(Item::Document(DOCUMENT));
    }

    /// A newer version of the plan, without its stop.
    pub(crate) fn approve_empty_plan(&self) {
        self.approve_plan(|newer| newer.stops.clear());
    }

    /// A newer version of the plan, with the stop's statement unless `change` says otherwise.
    pub(crate) fn approve_plan(&self, change: impl FnOnce(&mut ApprovedPlan)) {
        let statement = Snapshot::Statement(Box::new(statement()));
        let mut newer = plan(statement.seal(&self.key).unwrap().id());
        newer.approved_after = 2;
        change(&mut newer);
        self.add_snapshot(Scope::Plan(PLAN), &Snapshot::Plan(Box::new(newer)));
    }

    /// An older version of the plan, which the feed brings late.
    pub(crate) fn approve_first_plan_again(&self) {
        let mut older = plan(Digest::default());
        older.approved_after = 0;
        self.add_snapshot(Scope::Plan(PLAN), &Snapshot::Plan(Box::new(older)));
    }

    /// A frame that no device can read.
    pub(crate) fn add_noise(&self) {
        self.state().feed.push(Item::Raw(vec![0x9f, 0xff, 0x00]));
    }

    /// A snapshot that somebody else signed.
    pub(crate) fn add_forgery(&self) {
        let other = SoftwareSigner::from_bytes(&[8; 32]).unwrap();
        let sealed = Snapshot::Policy(Box::new(policy())).seal(&other).unwrap();
        let mut forged = sealed;
        forged.payload.reverse();
        self.state()
            .feed
            .push(Item::Snapshot(Scope::Organisation, forged));
    }

    pub(crate) fn hold_from_now_on(&self, code: Option<HeldCode>) {
        self.state().hold = code;
    }

    /// The phone's share for attachments is used up from now on.
    pub(crate) fn fill_up(&self) {
        self.state().is_full = true;
    }

    /// There is room for attachments again.
    pub(crate) fn make_room(&self) {
        self.state().is_full = false;
    }

    pub(crate) fn next_time(&self, path: &'static str, fault: Fault) {
        self.state().faults.push((path, fault));
    }

    pub(crate) fn end_sessions(&self) {
        self.state().sessions += 1;
    }

    /// Forgets an entry, as a server restored from a backup does.
    pub(crate) fn forget_entry(&self, hash: Digest) {
        let mut state = self.state();
        if let Some(entry) = state.entries.remove(&hash) {
            let id = entry.open().unwrap().id;
            state.verdicts.remove(&EnvelopeId(id.0));
        }
        state
            .feed
            .retain(|item| !matches!(item, Item::Entry(entry) if entry.hash() == hash));
    }

    /// Has and hands out an entry that no phone pushed, as a server does that was changed or lies.
    pub(crate) fn hold_instead(&self, entry: &SealedEntry) {
        let place = |of: &SealedEntry| {
            let entry = of.open().unwrap();
            (entry.chain, entry.seq)
        };
        let mut state = self.state();
        state
            .entries
            .retain(|_hash, held| place(held) != place(entry));
        state.entries.insert(entry.hash(), entry.clone());
    }

    /// How many entries it has about stops.
    pub(crate) fn entries(&self) -> usize {
        let state = self.state();
        let about_a_stop = |entry: &&SealedEntry| entry.open().unwrap().scope == Scope::Stop(STOP);
        state.entries.values().filter(about_a_stop).count()
    }

    /// A promise of the manager in another phone's name, signed by a key that is not that phone's.
    pub(crate) fn add_forged_promise(&self, like: &SealedEntry) {
        let mut entry = like.open().unwrap();
        entry.id = EntryId(id(0xf0));
        entry.seq += 1;
        entry.previous = like.hash();
        let other = SoftwareSigner::from_bytes(&[8; 32]).unwrap();
        let sealed = entry.seal(&other).unwrap();
        self.state().feed.push(Item::Entry(sealed));
    }

    /// Forgets that phones were bound, so that nobody learns their keys.
    pub(crate) fn hide_enrolments(&self) {
        let mut state = self.state();
        let is_enrolment =
            |entry: &SealedEntry| matches!(entry.open().unwrap().fact, Fact::DeviceEnrolled(_));
        state.entries.retain(|_hash, entry| !is_enrolment(entry));
        state
            .feed
            .retain(|item| !matches!(item, Item::Entry(entry) if is_enrolment(entry)));
    }

    /// The entry about a stop that came last.
    pub(crate) fn last_entry(&self) -> SealedEntry {
        let state = self.state();
        let mut newest_first = state.feed.iter().rev();
        let last = newest_first.find(|item| matches!(item, Item::Entry(_)));
        let Some(Item::Entry(entry)) = last else {
            panic!("there is an entry");
        };
        entry.clone()
    }

    pub(crate) fn feed_length(&self) -> u64 {
        u64::try_from(self.state().feed.len()).unwrap()
    }

    pub(crate) fn blobs(&self) -> usize {
        self.state().blobs.len()
    }

    pub(crate) fn notes(&self) -> String {
        self.state().documents[&DOCUMENT]
            .document
            .stop()
            .unwrap()
            .notes
    }

    pub(crate) fn requests_since(&self, from: usize) -> Vec<String> {
        self.state().requests[from..].to_vec()
    }

    pub(crate) fn request_count(&self) -> usize {
        self.state().requests.len()
    }

    /// The body of a fresh pull, for the tests that cut it.
    pub(crate) fn fresh_pull(&self) -> Vec<u8> {
        self.pull(&self.state(), None)
    }

    fn frame(&self, state: &State, seq: u64, item: &Item) -> Vec<u8> {
        let cursor = Cursor {
            server_epoch: 1,
            seq,
        };
        let frame = match item {
            Item::Raw(bytes) => return bytes.clone(),
            Item::Snapshot(scope, snapshot) => Frame::Snapshot(Box::new(SnapshotFrame {
                cursor,
                scope: *scope,
                snapshot: snapshot.clone(),
            })),
            Item::Entry(entry) => self.entry_frame(cursor, entry),
            Item::Run(run) => Frame::Changes(Box::new(ChangesFrame {
                cursor,
                runs: vec![run.clone()],
                actors: state.actors.clone(),
            })),
            Item::Revoke(scope) => Frame::Revoke(RevokeFrame {
                cursor,
                scope: *scope,
            }),
            Item::Document(document) => {
                Frame::Document(Box::new(self.document_frame(state, cursor, *document)))
            }
        };
        minicbor::to_vec(frame).unwrap()
    }

    fn entry_frame(&self, cursor: Cursor, entry: &SealedEntry) -> Frame {
        let receipt = entry.signature.is_none().then(|| {
            let signed = EntryFrame::signed_bytes(entry.hash());
            self.key.sign(&signed).unwrap().to_vec()
        });
        Frame::Entry(Box::new(EntryFrame {
            cursor,
            entry: entry.clone(),
            receipt,
        }))
    }

    fn document_frame(&self, state: &State, cursor: Cursor, document: DocumentId) -> DocumentFrame {
        let held = &state.documents[&document];
        let bytes = held.document.save();
        let signed = DocumentFrame::signed_bytes(document, &bytes);
        DocumentFrame {
            cursor,
            document,
            kind: held.kind,
            scope: held.scope,
            signature: self.key.sign(&signed).unwrap().to_vec(),
            bytes,
            actors: state.actors.clone(),
        }
    }

    fn scope_digest(state: &State) -> ScopeDigest {
        let documents = state
            .documents
            .iter()
            .map(|(id, held)| ScopeDigest::of_document(*id, held.document.heads_digest()));
        let entries = state
            .entries
            .keys()
            .map(|hash| ScopeDigest::of_entry(*hash));
        let snapshots = state
            .snapshots
            .iter()
            .map(|id| ScopeDigest::of_snapshot(*id));
        documents
            .chain(entries)
            .chain(snapshots)
            .fold(ScopeDigest::default(), ScopeDigest::plus)
    }

    fn pull(&self, state: &State, cursor: Option<u64>) -> Vec<u8> {
        let from = usize::try_from(cursor.unwrap_or(0)).unwrap();
        let last = u64::try_from(state.feed.len()).unwrap();
        let mut frames: Vec<Vec<u8>> = (1_u64..)
            .zip(&state.feed)
            .skip(from)
            .map(|(seq, item)| self.frame(state, seq, item))
            .collect();
        let end = Frame::End(PullEnd {
            cursor: Cursor {
                server_epoch: 1,
                seq: last,
            },
            time: Instant::from_ms(MORNING),
            scope_digest: Self::scope_digest(state),
            more: More::No,
        });
        frames.push(minicbor::to_vec(end).unwrap());
        // One zstd block a frame, so that any prefix gives the frames that are in it.
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
        for frame in frames {
            let length = u32::try_from(frame.len()).unwrap();
            std::io::Write::write_all(&mut encoder, &length.to_be_bytes()).unwrap();
            std::io::Write::write_all(&mut encoder, &frame).unwrap();
            std::io::Write::flush(&mut encoder).unwrap();
        }
        encoder.finish().unwrap()
    }

    fn push(&self, state: &mut State, device: DeviceId, request: &PushRequest) -> PushAnswer {
        let verdicts: Vec<Verdict> = request
            .envelopes
            .iter()
            .map(|envelope| Self::admit(state, device, envelope))
            .collect();
        let time = Instant::from_ms(MORNING);
        let signed = PushAnswer::signed_bytes(&verdicts, time);
        PushAnswer {
            signature: self.key.sign(&signed).unwrap().to_vec(),
            verdicts,
            time,
        }
    }

    fn admit(state: &mut State, device: DeviceId, envelope: &Envelope) -> Verdict {
        let digest = envelope.digest();
        if let Some(verdict) = state.verdicts.get(&envelope.id) {
            assert_eq!(verdict.digest, digest, "an id was used for other bytes");
            if matches!(verdict.kind, VerdictKind::Admitted(_)) {
                return verdict.clone();
            }
        }
        let kind = match (&envelope.object, state.hold) {
            (_, Some(code)) => VerdictKind::Held(code, "held by the test".to_owned()),
            (Object::Entry(entry), None)
                if entry.open().unwrap().chain != ChainId::from(device) =>
            {
                VerdictKind::Held(HeldCode::ForeignActor, "another device's chain".to_owned())
            }
            (Object::Entry(entry), None) => {
                state.entries.insert(entry.hash(), entry.clone());
                state.feed.push(Item::Entry(entry.clone()));
                VerdictKind::Admitted(u64::try_from(state.feed.len()).unwrap())
            }
            (Object::Run(run), None) => {
                let held = state.documents.get_mut(&run.document).unwrap();
                held.document.admit(run).unwrap();
                let owner = ActorOwner {
                    chain: run.chain,
                    actor_epoch: run.actor_epoch,
                    user: state.devices[&device],
                };
                if !state.actors.contains(&owner) {
                    state.actors.push(owner);
                }
                state.feed.push(Item::Run(run.clone()));
                VerdictKind::Admitted(u64::try_from(state.feed.len()).unwrap())
            }
        };
        let verdict = Verdict {
            id: envelope.id,
            digest,
            kind,
        };
        state.verdicts.insert(envelope.id, verdict.clone());
        verdict
    }

    fn repair(&self, state: &State, request: &RepairRequest) -> Repair {
        let cursor = Cursor {
            server_epoch: 1,
            seq: 0,
        };
        let held: BTreeMap<_, _> = request.documents.iter().copied().collect();
        let frames = state
            .documents
            .iter()
            .filter(|(id, ours)| held.get(id) != Some(&ours.document.heads_digest()))
            .map(|(id, _ours)| Frame::Document(Box::new(self.document_frame(state, cursor, *id))))
            .chain(
                state
                    .entries
                    .iter()
                    .filter(|(hash, _entry)| !request.entries.contains(hash))
                    .map(|(_hash, entry)| self.entry_frame(cursor, entry)),
            )
            .collect();
        let missing_entries = request.entries.iter().copied();
        Repair {
            frames,
            missing_entries: missing_entries
                .filter(|hash| !state.entries.contains_key(hash))
                .collect(),
            missing_changes: Vec::new(),
            drop_documents: Vec::new(),
        }
    }

    fn enrol(&self, state: &mut State, request: &EnrolRequest) -> EnrolAnswer {
        let proof = EnrolRequest::proof_bytes(&request.code, &request.public_key, &request.name);
        crate::journal::signer::verify_raw(&request.public_key, &proof, &request.proof).unwrap();
        let number = u128::try_from(state.devices.len()).unwrap();
        let device = DeviceId(id(0xde00 + number));
        // The policy knows two people who go on visits; they take turns.
        let user = UserId(id(0xee00 + number % 2));
        state.devices.insert(device, user);
        let fact = Fact::DeviceEnrolled(DeviceEnrolled {
            device,
            user,
            public_key: request.public_key.clone(),
            name: request.name.clone(),
        });
        let at = Instant::from_ms(MORNING);
        self.desk_entry(state, (Scope::Organisation, None), at, fact);
        EnrolAnswer {
            organisation: ORGANISATION,
            device,
            user,
            user_name: "张三".to_owned(),
            actor_epoch: 0,
            server_key: self.key.public_key().unwrap(),
            time: Instant::from_ms(MORNING),
        }
    }

    fn blob(state: &mut State, request: &HttpRequest) -> HttpResponse {
        let path = request.path.strip_prefix("/sync/v1/blobs/").unwrap();
        let digest: Digest = path[..64].parse().unwrap();
        if request.method == Method::Put {
            let (index, of) = path[65..].split_once("?of=").unwrap();
            let chunks = state.chunks.entry(digest).or_default();
            chunks.insert(index.parse().unwrap(), request.body.clone());
            if chunks.len() == of.parse::<usize>().unwrap() {
                let whole: Vec<u8> = chunks.values().flatten().copied().collect();
                assert_eq!(Digest::of(&whole), digest);
                state.blobs.insert(digest, whole);
            }
        }
        let there = if state.blobs.contains_key(&digest) {
            "complete".to_owned()
        } else {
            let chunks = state.chunks.entry(digest).or_default();
            let indices: Vec<String> = chunks.keys().map(ToString::to_string).collect();
            indices.join(",")
        };
        let mut response = response(204, Vec::new());
        response.headers.push((CHUNKS_HEADER.to_owned(), there));
        response
    }

    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let mut state = self.state();
        let path = request.path.as_str();
        if path == "/sync/v1/enrol" {
            let answer = self.enrol(&mut state, &read(&request.body));
            return response(200, encode(&answer).unwrap());
        }
        if path == "/sync/v1/session" {
            let asked: SessionRequest = read(&request.body);
            let session = (state.sessions, asked.device);
            state.tokens.insert(asked.token_digest, session);
            let answer = SessionAnswer {
                expires: Instant::from_ms(MORNING + 86_400_000),
                time: Instant::from_ms(MORNING),
            };
            return response(200, encode(&answer).unwrap());
        }
        let token = request
            .headers
            .iter()
            .find(|(name, _value)| name == "authorization")
            .and_then(|(_name, value)| value.strip_prefix("Bearer "))
            .and_then(|token| {
                state
                    .tokens
                    .get(&SessionRequest::token_digest(token))
                    .copied()
            })
            .filter(|(session, _device)| *session == state.sessions);
        let Some((_session, device)) = token else {
            return response(401, Vec::new());
        };
        if path == "/sync/v1/push" {
            let answer = self.push(&mut state, device, &read(&request.body));
            return response(200, encode(&answer).unwrap());
        }
        if path == "/sync/v1/digests" {
            let answer = self.repair(&state, &read(&request.body));
            return response(200, encode(&answer).unwrap());
        }
        if path == "/sync/v1/blobs" {
            let asked: PartsRequest = read(&request.body);
            let is_full = state.is_full;
            let parts = asked.parts.into_iter().map(|part| {
                let digest = Digest::of(&part.0);
                if is_full {
                    let state = PartState::NoRoom;
                    return PartVerdict { digest, state };
                }
                state.blobs.insert(digest, part.0);
                PartVerdict {
                    digest,
                    state: PartState::Complete,
                }
            });
            let answer = PartsAnswer {
                parts: parts.collect(),
            };
            return response(200, encode(&answer).unwrap());
        }
        if path.starts_with("/sync/v1/blobs/") {
            return Self::blob(&mut state, request);
        }
        let cursor = path
            .split_once("cursor=1.")
            .map(|(_path, seq)| seq.parse().unwrap());
        response(200, self.pull(&state, cursor))
    }
}

fn read<T: for<'b> Decode<'b, ()>>(body: &[u8]) -> T {
    decode(body).unwrap()
}

fn response(status: u16, body: Vec<u8>) -> HttpResponse {
    HttpResponse {
        status,
        headers: Vec::new(),
        body,
        end: BodyEnd::Whole,
    }
}

impl Transport for FakeServer {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let fault = {
            let mut state = self.state();
            state
                .requests
                .push(format!("{} {}", request.method.name(), request.path));
            let at = state
                .faults
                .iter()
                .position(|(path, _fault)| request.path.starts_with(path));
            at.map(|at| state.faults.remove(at).1)
        };
        match fault {
            Some(Fault::Unreachable) => return Err(TransportError::Unreachable),
            Some(Fault::Status(status)) => return Ok(response(status, Vec::new())),
            Some(Fault::Cut(_) | Fault::LostAnswer) | None => {}
        }
        let mut answer = self.answer(&request);
        match fault {
            Some(Fault::LostAnswer) => Err(TransportError::Interrupted),
            Some(Fault::Cut(bytes)) => {
                answer.body.truncate(bytes);
                answer.end = BodyEnd::Cut;
                Ok(answer)
            }
            Some(Fault::Unreachable | Fault::Status(_)) | None => Ok(answer),
        }
    }
}

fn policy() -> Policy {
    let person = |user, name: &str| Person {
        user,
        name: name.to_owned(),
        roles: vec![Role::Rep],
    };
    Policy {
        version: 1,
        organisation: ORGANISATION,
        organisation_name: "样例有限公司".to_owned(),
        epoch: 1,
        people: vec![
            person(MANAGER, "王经理"),
            person(UserId(id(0xee00)), "张三"),
            person(UserId(id(0xee01)), "李四"),
        ],
        site_radius_m: 200,
        agreed_method_clause: "双方同意以屏幕手写签名确认本对账单。".to_owned(),
    }
}

fn yuan(text: &str) -> Money {
    Money::parse(Currency::Cny, text).unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn statement() -> Statement {
    Statement {
        version: 1,
        organisation: ORGANISATION,
        customer: CUSTOMER,
        ledger: Digest::of(b"ledger"),
        cut_off: day("2026-06-30"),
        form: PaperKind::StatementA,
        total: yuan("386420.00"),
        lines: vec![StatementLine {
            document: "0001".to_owned(),
            invoiced: None,
            due: day("2026-05-31"),
            amount: yuan("386420.00"),
            received: yuan("0.00"),
            outstanding: yuan("386420.00"),
        }],
        render_model: RenderModel {
            template: "statement-a".to_owned(),
            template_version: 1,
            language: "zh-CN".to_owned(),
            title: "对账单".to_owned(),
            rows: vec![RenderRow {
                label: "尚欠货款本金".to_owned(),
                value: "¥386,420.00".to_owned(),
            }],
            clauses: vec![
                "截至2026年6月30日，贵公司尚欠我公司货款本金人民币叁拾捌万陆仟肆佰贰拾元整（¥386,420.00）。\
                 请贵公司支付上述款项。本对账单仅确认本金，不影响合同约定的逾期付款违约责任。账目快照编号：9f3a51c2。"
                    .to_owned(),
            ],
        },
        clock: None,
        interest: None,
    }
}

fn plan(statement: SnapshotId) -> ApprovedPlan {
    ApprovedPlan {
        version: 1,
        organisation: ORGANISATION,
        plan: PLAN,
        title: "城东片区".to_owned(),
        day: day("2026-07-14"),
        heads: Digest::of(b"heads"),
        approved_by: MANAGER,
        team: vec![UserId(id(0xee00)), UserId(id(0xee01))],
        vehicle: "京A12345".to_owned(),
        stops: vec![PlannedStop {
            stop: STOP,
            document: DOCUMENT,
            customer: CUSTOMER,
            customer_document: CUSTOMER_DOCUMENT,
            code: "C001".to_owned(),
            name: "样例客户".to_owned(),
            address: "朝阳区".to_owned(),
            site: Some(SitePoint {
                lat_e7: 399_150_000,
                lon_e7: 1_164_040_000,
                crs: Crs::Wgs84,
            }),
            contact: "赵六".to_owned(),
            phone: "13800000000".to_owned(),
            statement,
            materials: vec![Material::Statement],
        }],
        approved_after: 1,
    }
}
