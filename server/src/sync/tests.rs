//! What becomes of what phones push: each held code, replays, repairs, one-time codes.

use std::sync::Arc;

use countersign_core::documents::{Document, DocumentKind, Edit, TextField, Writer};
use countersign_core::domain::ids::{
    ChainId, Digest, DocumentId, EntryId, OrganisationId, PlanId, StopId, UserId,
};
use countersign_core::domain::media_type::MediaType;
use countersign_core::domain::money::{Currency, Money};
use countersign_core::domain::time::{Clock, ClockReading, Instant};
use countersign_core::journal::facts::{
    Attached, Fact, HandIn, MissingFix, PaperKind, Part, PartKind, PositionReport, ReasonCode,
    Refusal,
};
use countersign_core::journal::seal::SealedEntry;
use countersign_core::journal::{DeviceSigner as _, Entry, Scope, SoftwareSigner, verify_raw};
use countersign_core::protocol::parts::PartBytes;
use countersign_core::protocol::push::{ChangeBytes, EnvelopeId, Run};
use countersign_core::protocol::{
    BlobChunk, EnrolRequest, Envelope, Frame, HeldCode, Object, PartState, PartsRequest,
    PushAnswer, PushRequest, RepairRequest, SyncProtocol as _, VerdictKind,
};
use countersign_core::snapshots::policy::Role;
use uuid::Uuid;

use super::{SyncError, SyncServer};
use crate::app::App;
use crate::auth::accounts::NewAccount;
use crate::config::{Quotas, Settings};
#[cfg(unix)]
use crate::gate::Program;
use crate::organisation::{Item, Organisation};

const NOW_MS: i64 = 1_784_000_000_000;
const STOP: Scope = Scope::Stop(StopId::from_bytes([3; 16]));
const NOTES: DocumentId = DocumentId::from_bytes([4; 16]);

#[derive(Debug)]
struct StoppedClock;

impl Clock for StoppedClock {
    fn read(&self) -> ClockReading {
        ClockReading {
            wall: Instant::from_ms(NOW_MS),
            monotonic_ms: 5,
            boot: "b".to_owned(),
        }
    }
}

/// One server with one stop, granted to one rep with one phone.
struct Field {
    server: SyncServer,
    organisation: Arc<Organisation>,
    user: UserId,
    _folder: tempfile::TempDir,
}

impl Field {
    fn new(roles: &[Role]) -> Self {
        Self::open(roles, |_usual| {})
    }

    fn with_quotas(quotas: Quotas) -> Self {
        Self::open(&[Role::Rep], |settings| settings.quotas = quotas)
    }

    fn open(roles: &[Role], set: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::loopback(folder.path().to_owned());
        set(&mut settings);
        let app = App::open(settings, Arc::new(StoppedClock)).unwrap();
        let organisation = app.create_organisation("示范公司").unwrap();
        let new = NewAccount {
            organisation: organisation.id(),
            login: "rep".to_owned(),
            name: "赵".to_owned(),
            roles: roles.to_vec(),
            password: "long enough".to_owned(),
        };
        let user = app.create_account(&new).unwrap().user;
        let document = organisation
            .new_document(user, NOTES, DocumentKind::Stop, STOP)
            .unwrap();
        organisation
            .append(vec![document, Item::Grant { user, scope: STOP }])
            .unwrap();
        Self {
            server: SyncServer::new(app),
            organisation,
            user,
            _folder: folder,
        }
    }

    fn code(&self) -> String {
        let now = Instant::from_ms(NOW_MS);
        self.server
            .app
            .accounts()
            .issue_enrolment_code(self.user, now)
            .unwrap()
            .code
    }

    fn phone(&self) -> Phone<'_> {
        let signer = SoftwareSigner::generate().unwrap();
        let answer = self
            .server
            .enrol(introduction(&signer, &self.code()))
            .unwrap();
        Phone {
            field: self,
            signer,
            device: answer.device,
            seq: 0,
            previous: Digest::default(),
        }
    }
}

fn introduction(signer: &SoftwareSigner, code: &str) -> EnrolRequest {
    let public_key = signer.public_key().unwrap();
    let proof = signer
        .sign(&EnrolRequest::proof_bytes(code, &public_key, "phone"))
        .unwrap()
        .to_vec();
    EnrolRequest {
        code: code.to_owned(),
        public_key,
        name: "phone".to_owned(),
        proof,
    }
}

struct Phone<'a> {
    field: &'a Field,
    signer: SoftwareSigner,
    device: countersign_core::domain::ids::DeviceId,
    seq: u64,
    previous: Digest,
}

impl Phone<'_> {
    /// The next entry of the chain, changed by `change` before it is sealed.
    fn entry(&mut self, change: impl FnOnce(&mut Entry)) -> Envelope {
        let mut entry = Entry {
            version: 1,
            organisation: self.field.organisation.id(),
            id: EntryId(Uuid::new_v4_like(self.seq)),
            chain: self.device.into(),
            seq: self.seq + 1,
            previous: self.previous,
            author: self.field.user,
            made: StoppedClock.read(),
            seen: None,
            scope: STOP,
            amends: None,
            policy_epoch: 1,
            build: "test".to_owned(),
            fact: Fact::CheckIn(PositionReport::Missing(MissingFix::Denied)),
        };
        change(&mut entry);
        let sealed = entry.seal(&self.signer).unwrap();
        self.seq = entry.seq;
        self.previous = sealed.hash();
        envelope(entry.id.0, Object::Entry(sealed))
    }

    fn plain(&mut self) -> Envelope {
        self.entry(|_entry| {})
    }

    fn push(&self, envelopes: Vec<Envelope>) -> Vec<VerdictKind> {
        self.try_push(envelopes)
            .verdicts
            .into_iter()
            .map(|verdict| verdict.kind)
            .collect()
    }

    fn try_push(&self, envelopes: Vec<Envelope>) -> PushAnswer {
        let signed = PushRequest::signed_bytes(self.seq, self.previous, &envelopes);
        let signature = self.signer.sign(&signed).unwrap().to_vec();
        let request = PushRequest {
            head_seq: self.seq,
            head: self.previous,
            envelopes,
            signature,
        };
        let answer = self.field.server.push(self.device, request).unwrap();
        let signed = PushAnswer::signed_bytes(&answer.verdicts, answer.time);
        verify_raw(
            &self.field.organisation.public_key(),
            &signed,
            &answer.signature,
        )
        .unwrap();
        answer
    }

    fn held(&self) -> usize {
        self.field
            .organisation
            .journal()
            .quarantine(Some(self.device), 100)
            .unwrap()
            .len()
    }
}

trait Numbered {
    fn new_v4_like(number: u64) -> Uuid;
}

impl Numbered for Uuid {
    /// An id that differs by number and is no v7.
    fn new_v4_like(number: u64) -> Uuid {
        Uuid::from_u64_pair(number + 1, 7)
    }
}

fn envelope(id: Uuid, object: Object) -> Envelope {
    Envelope {
        id: EnvelopeId(id),
        policy_epoch: 1,
        object,
    }
}

fn is_held(kind: &VerdictKind, code: HeldCode) -> bool {
    matches!(kind, VerdictKind::Held(held, _) if *held == code)
}

fn is_admitted(kind: &VerdictKind) -> bool {
    matches!(kind, VerdictKind::Admitted(_))
}

#[test]
fn a_replayed_push_gets_the_first_answer_and_adds_nothing() {
    let field = Field::new(&[Role::Rep]);
    let mut phone = field.phone();
    let envelopes = vec![phone.plain(), phone.plain(), phone.plain()];
    let first = phone.push(envelopes.clone());
    assert!(first.iter().all(is_admitted), "{first:?}");
    let head = field.organisation.journal().head().unwrap();
    assert_eq!(phone.push(envelopes.clone()), first);
    let twice = [envelopes.clone(), envelopes].concat();
    assert_eq!(phone.push(twice), [first.clone(), first].concat());
    assert_eq!(field.organisation.journal().head().unwrap(), head);
}

#[test]
fn cash_counts_wherever_it_was_taken_and_nothing_else_gets_in_by_that_door() {
    let field = Field::new(&[Role::Rep]);
    let mut phone = field.phone();
    let hand_in = || {
        Fact::HandIn(HandIn {
            receipts: Vec::new(),
            total: Money::zero(Currency::Cny),
        })
    };
    let own = Scope::Person(field.user);
    let others = Scope::Person(UserId::from_bytes([9; 16]));
    let never_his = Scope::Stop(StopId::from_bytes([9; 16]));
    let user = field.user;
    field
        .organisation
        .append(vec![Item::Revoke { user, scope: STOP }])
        .unwrap();
    let mut with = |scope: Scope, fact: Fact| {
        phone.entry(|entry| {
            entry.scope = scope;
            entry.fact = fact;
        })
    };
    let check_in = || Fact::CheckIn(PositionReport::Missing(MissingFix::Denied));
    let envelopes = vec![
        with(STOP, hand_in()),
        with(own, hand_in()),
        with(others, hand_in()),
        with(never_his, hand_in()),
        with(STOP, check_in()),
        with(own, check_in()),
    ];
    let verdicts = phone.push(envelopes);
    assert!(is_admitted(&verdicts[0]), "he held the stop once");
    assert!(is_admitted(&verdicts[1]));
    let codes = [
        HeldCode::NotAllowed,
        HeldCode::OutOfScope,
        HeldCode::OutOfScope,
        HeldCode::NotAllowed,
    ];
    for (kind, code) in verdicts[2..].iter().zip(codes) {
        assert!(is_held(kind, code), "{kind:?} instead of {code:?}");
    }
    let journal = field.organisation.journal();
    assert!(journal.is_granted(user, own).unwrap());
    assert!(!journal.is_granted(user, STOP).unwrap());
}

#[test]
fn what_an_entry_says_holds_it_alone_and_the_chain_goes_on() {
    let field = Field::new(&[Role::Rep]);
    let other = SoftwareSigner::generate().unwrap();
    let refusal = || {
        Fact::Refusal(Refusal {
            paper: PaperKind::StatementA,
            statement: None,
            person: "陈".to_owned(),
            reason: ReasonCode::Delay,
            words: "later".to_owned(),
            members: None,
            label: None,
            post_by: None,
        })
    };
    let mut phone = field.phone();
    let out_of_scope = phone.entry(|entry| entry.scope = Scope::Plan(PlanId::from_bytes([9; 16])));
    let office = phone.entry(|entry| entry.scope = Scope::Office);
    let unknown = phone.entry(|entry| entry.amends = Some(EntryId::from_bytes([9; 16])));
    let own = std::mem::replace(&mut phone.signer, other);
    let forged = phone.entry(|entry| entry.fact = refusal());
    phone.signer = own;
    let good = phone.plain();
    let verdicts = phone.push(vec![out_of_scope, office, unknown, forged, good]);
    let codes = [
        HeldCode::OutOfScope,
        HeldCode::NotAllowed,
        HeldCode::UnknownSubject,
        HeldCode::BadSignature,
    ];
    for (kind, code) in verdicts.iter().zip(codes) {
        assert!(is_held(kind, code), "{kind:?} instead of {code:?}");
    }
    assert!(is_admitted(&verdicts[4]));
    assert_eq!(phone.held(), 4);
    // Granted later, the held work is admitted with the next push.
    let scope = Scope::Plan(PlanId::from_bytes([9; 16]));
    field
        .organisation
        .append(vec![Item::Grant {
            user: field.user,
            scope,
        }])
        .unwrap();
    let later = phone.plain();
    let verdicts = phone.push(vec![later]);
    assert_eq!(verdicts.len(), 2);
    assert!(verdicts.iter().all(is_admitted));
    assert_eq!(phone.held(), 3);
}

#[test]
fn a_gap_is_held_and_closes_by_itself() {
    let field = Field::new(&[Role::Rep]);
    let mut phone = field.phone();
    let (first, second, third) = (phone.plain(), phone.plain(), phone.plain());
    let verdicts = phone.push(vec![third.clone(), second.clone()]);
    assert!(
        verdicts
            .iter()
            .all(|kind| is_held(kind, HeldCode::GapInChain)),
        "{verdicts:?}"
    );
    let answer = phone.try_push(vec![first]);
    assert_eq!(answer.verdicts.len(), 3, "the released ones come behind");
    assert!(
        answer
            .verdicts
            .iter()
            .all(|verdict| is_admitted(&verdict.kind))
    );
    assert_eq!(phone.held(), 0);
    assert!(phone.push(vec![second, third]).iter().all(is_admitted));
}

#[test]
fn a_copied_phone_forks_its_chain() {
    let field = Field::new(&[Role::Rep]);
    let mut phone = field.phone();
    let first = phone.plain();
    phone.push(vec![first]);
    phone.seq = 0;
    phone.previous = Digest::default();
    let twin = phone.entry(|entry| {
        entry.id = EntryId::from_bytes([8; 16]);
        entry.build = "twin".to_owned();
    });
    assert!(is_held(&phone.push(vec![twin])[0], HeldCode::ForkedChain));
}

#[test]
fn foreign_malformed_too_large_and_reused_are_held() {
    let field = Field::new(&[Role::Rep]);
    let mut phone = field.phone();
    let malformed = SealedEntry {
        payload: vec![0xff, 1, 2],
        signature: None,
    };
    let large = SealedEntry {
        payload: vec![0; 2 << 20],
        signature: None,
    };
    let first = phone.plain();
    let foreign = phone.entry(|entry| entry.organisation = OrganisationId::from_bytes([7; 16]));
    let mut reused = first.clone();
    reused.policy_epoch = 2;
    let verdicts = phone.push(vec![
        first,
        envelope(Uuid::from_u128(1), Object::Entry(malformed)),
        envelope(Uuid::from_u128(2), Object::Entry(large)),
        foreign,
        reused,
    ]);
    assert!(is_admitted(&verdicts[0]));
    let codes = [
        HeldCode::Malformed,
        HeldCode::TooLarge,
        HeldCode::ForeignActor,
        HeldCode::IdReused,
    ];
    for (kind, code) in verdicts[1..].iter().zip(codes) {
        assert!(is_held(kind, code), "{kind:?} instead of {code:?}");
    }
    assert_eq!(phone.held(), 4);
}

#[test]
fn a_push_under_another_key_is_kept_and_judged_anew_when_signed() {
    let field = Field::new(&[Role::Rep]);
    let mut phone = field.phone();
    let good = phone.plain();
    let own = std::mem::replace(&mut phone.signer, SoftwareSigner::generate().unwrap());
    assert!(is_held(
        &phone.push(vec![good.clone()])[0],
        HeldCode::BadSignature
    ));
    phone.signer = own;
    assert!(is_admitted(&phone.push(vec![good])[0]));
    assert_eq!(phone.held(), 0);
}

#[test]
fn a_revoked_phone_pushes_into_quarantine_and_pulls_nothing() {
    let field = Field::new(&[Role::Rep]);
    let mut phone = field.phone();
    field
        .server
        .app
        .accounts()
        .revoke_device(phone.device, Instant::from_ms(NOW_MS))
        .unwrap();
    let late = phone.plain();
    assert!(is_held(
        &phone.push(vec![late.clone()])[0],
        HeldCode::Revoked
    ));
    assert!(is_held(&phone.push(vec![late])[0], HeldCode::Revoked));
    assert_eq!(phone.held(), 1);
    assert!(matches!(
        field.server.pull(phone.device, None),
        Err(SyncError::Revoked)
    ));
}

fn runs_of_two_edits(phone: &Phone<'_>) -> (Run, Run) {
    let stored = phone
        .field
        .organisation
        .journal()
        .document(NOTES)
        .unwrap()
        .unwrap();
    let mut document = Document::load(NOTES, stored.kind, &stored.whole.bytes).unwrap();
    let writer = Writer {
        chain: phone.device.into(),
        epoch: 1,
        at: Instant::from_ms(NOW_MS),
    };
    let mut change = |value: &str| {
        let edit = Edit::Text {
            field: TextField::Notes,
            value: value.to_owned(),
        };
        let changes = vec![document.edit(&writer, edit).unwrap().unwrap()];
        Run {
            document: NOTES,
            chain: phone.device.into(),
            actor_epoch: 1,
            changes,
        }
    };
    (change("到访"), change("到访，见到财务"))
}

#[cfg(unix)]
#[test]
fn changes_that_end_the_worker_are_held_and_hold_nothing_else_up() {
    let field = Field::open(&[Role::Rep], |settings| {
        settings.gate = Some(Program {
            path: "/bin/false".into(),
            arguments: Vec::new(),
            patience: std::time::Duration::from_mins(1),
        });
    });
    let mut phone = field.phone();
    let (run, _next) = runs_of_two_edits(&phone);
    let before = field.organisation.document_heads(NOTES).unwrap();
    let run = envelope(Uuid::from_u128(1), Object::Run(run));
    let entry = phone.plain();
    let verdicts = phone.push(vec![run, entry]);
    let VerdictKind::Held(HeldCode::Malformed, words) = &verdicts[0] else {
        panic!("{verdicts:?}");
    };
    assert!(words.starts_with("ends_the_worker"), "{words}");
    assert!(matches!(verdicts[1], VerdictKind::Admitted(_)));
    assert_eq!(field.organisation.document_heads(NOTES).unwrap(), before);
    assert_eq!(phone.held(), 1);
}

#[test]
fn runs_pass_the_gate_in_any_order_of_arrival() {
    let field = Field::new(&[Role::Rep]);
    let phone = field.phone();
    let (first, second) = runs_of_two_edits(&phone);
    let foreign = Run {
        chain: ChainId::from_bytes([5; 16]),
        ..first.clone()
    };
    let broken = Run {
        changes: vec![ChangeBytes(vec![0; 64])],
        ..first
    };
    let unknown = Run {
        document: DocumentId::from_bytes([6; 16]),
        ..first.clone()
    };
    let [first, second, foreign, broken, unknown] = [
        (1, first),
        (2, second),
        (3, foreign),
        (4, broken),
        (5, unknown),
    ]
    .map(|(n, run)| envelope(Uuid::from_u128(n), Object::Run(run)));
    let verdicts = phone.push(vec![second, foreign, broken, unknown]);
    let codes = [
        HeldCode::MissingDependency,
        HeldCode::ForeignActor,
        HeldCode::Malformed,
        HeldCode::UnknownSubject,
    ];
    for (kind, code) in verdicts.iter().zip(codes) {
        assert!(is_held(kind, code), "{kind:?} instead of {code:?}");
    }
    let verdicts = phone.push(vec![first]);
    assert_eq!(verdicts.len(), 2);
    assert!(verdicts.iter().all(is_admitted));
    let document = field.organisation.load_document(NOTES).unwrap().unwrap();
    assert_eq!(document.stop().unwrap().notes, "到访，见到财务");
    let (before, after) = field.organisation.rebuild().unwrap();
    assert_eq!(before, after);
    assert_eq!(field.organisation.check().unwrap().faults, 0);
}

#[test]
fn a_role_that_may_not_is_held() {
    let field = Field::new(&[Role::Finance]);
    let mut phone = field.phone();
    let (run, _later) = runs_of_two_edits(&phone);
    let entry = phone.plain();
    let run = envelope(Uuid::from_u128(1), Object::Run(run));
    assert!(
        phone
            .push(vec![entry, run])
            .iter()
            .all(|kind| is_held(kind, HeldCode::NotAllowed))
    );
}

#[test]
fn a_pull_brings_the_scope_and_then_nothing_new() {
    let field = Field::new(&[Role::Rep]);
    let mut phone = field.phone();
    let frames = field.server.pull(phone.device, None).unwrap();
    assert!(
        frames
            .iter()
            .any(|frame| matches!(frame, Frame::Document(it) if it.document == NOTES))
    );
    let Some(Frame::End(end)) = frames.last() else {
        panic!("a pull ends")
    };
    assert_eq!(
        field
            .server
            .pull(phone.device, Some(end.cursor))
            .unwrap()
            .len(),
        1
    );
    let own = phone.plain();
    phone.push(vec![own]);
    let after_own = field.server.pull(phone.device, Some(end.cursor)).unwrap();
    assert_eq!(after_own.len(), 1, "its own entry does not come back");
    let empty = RepairRequest {
        documents: vec![],
        entries: vec![],
        snapshots: vec![],
    };
    let repair = field.server.repair(phone.device, empty).unwrap();
    assert!(
        repair
            .frames
            .iter()
            .any(|frame| matches!(frame, Frame::Entry(_)))
    );
}

#[test]
fn a_one_time_code_binds_once_and_needs_the_key() {
    let field = Field::new(&[Role::Rep]);
    let code = field.code();
    let signer = SoftwareSigner::generate().unwrap();
    let mut forged = introduction(&signer, &code);
    forged.name = "another".to_owned();
    assert!(matches!(
        field.server.enrol(forged),
        Err(SyncError::BadProof(_))
    ));
    field.server.enrol(introduction(&signer, &code)).unwrap();
    let second = SoftwareSigner::generate().unwrap();
    assert!(matches!(
        field.server.enrol(introduction(&second, &code)),
        Err(SyncError::BadCode)
    ));
}

fn attached(content: &[u8]) -> Fact {
    let content = Part {
        digest: Digest::of(content),
        size_bytes: u64::try_from(content.len()).unwrap(),
    };
    Fact::Attached(Box::new(Attached {
        kind: PartKind::Site,
        about: None,
        media_type: MediaType::Jpeg,
        name: String::new(),
        caption: String::new(),
        content,
        thumbnail: None,
        position: PositionReport::Missing(MissingFix::Denied),
    }))
}

fn states(phone: &Phone<'_>, parts: &[&[u8]]) -> Vec<PartState> {
    let request = PartsRequest {
        parts: parts.iter().map(|part| PartBytes(part.to_vec())).collect(),
    };
    let answer = phone.field.server.put_parts(phone.device, request).unwrap();
    answer.parts.iter().map(|part| part.state).collect()
}

#[test]
fn attachments_over_a_devices_share_are_refused_and_the_others_stay() {
    let field = Field::with_quotas(Quotas {
        attachments: 2,
        ..Quotas::DEFAULT
    });
    let phone = field.phone();
    let refused = states(&phone, &[b"one", b"two", b"three"]);
    let (complete, no_room) = (PartState::Complete, PartState::NoRoom);
    assert_eq!(refused, [complete, complete, no_room]);
    assert_eq!(states(&phone, &[b"two", b"three"]), [complete, no_room]);
    let chunk = BlobChunk {
        index: 0,
        of: 1,
        bytes: b"four".to_vec(),
    };
    let refused = field
        .server
        .put_blob_chunk(phone.device, Digest::of(b"four"), chunk);
    assert!(matches!(refused, Err(SyncError::NoRoom)));
    let other = field.phone();
    assert_eq!(states(&other, &[b"three"]), [complete], "each has its own");
    assert!(
        field
            .organisation
            .blob(Digest::of(b"one"))
            .unwrap()
            .is_some()
    );
}

#[test]
fn a_revoked_phone_brings_what_its_entries_name_and_not_more_than_its_share() {
    let field = Field::with_quotas(Quotas {
        revoked: 1,
        ..Quotas::DEFAULT
    });
    let mut phone = field.phone();
    field
        .server
        .app
        .accounts()
        .revoke_device(phone.device, Instant::from_ms(NOW_MS))
        .unwrap();
    let entries = [b"one", b"two"].map(|part| phone.entry(|entry| entry.fact = attached(part)));
    let verdicts = phone.push(entries.to_vec());
    assert!(verdicts.iter().all(|kind| is_held(kind, HeldCode::Revoked)));
    let states = states(&phone, &[b"never named", b"one", b"two"]);
    let wanted = [PartState::NotNamed, PartState::Complete, PartState::NoRoom];
    assert_eq!(states, wanted);
}

#[test]
fn what_quarantine_has_no_room_for_is_not_kept_and_what_fits_goes_on() {
    let field = Field::with_quotas(Quotas {
        held: 1,
        ..Quotas::DEFAULT
    });
    let mut phone = field.phone();
    let mut foreign = |number: u8| {
        phone.entry(|entry| {
            entry.id = EntryId::from_bytes([number; 16]);
            entry.scope = Scope::Stop(StopId::from_bytes([number; 16]));
        })
    };
    let (first, second) = (foreign(101), foreign(102));
    let good = phone.plain();
    let verdicts = phone.push(vec![first.clone(), second.clone(), good]);
    assert!(is_held(&verdicts[0], HeldCode::OutOfScope));
    assert!(is_held(&verdicts[1], HeldCode::NoRoom));
    assert!(is_admitted(&verdicts[2]));
    assert_eq!(phone.held(), 1);
    let again = phone.push(vec![first, second]);
    assert!(is_held(&again[0], HeldCode::OutOfScope), "it has its room");
    assert!(is_held(&again[1], HeldCode::NoRoom));
}

#[test]
fn what_follows_a_copys_entry_is_a_copys_too() {
    let field = Field::new(&[Role::Rep]);
    let mut phone = field.phone();
    let first = phone.plain();
    phone.push(vec![first]);
    phone.seq = 0;
    phone.previous = Digest::default();
    let twins: Vec<Envelope> = (0..3)
        .map(|number| {
            phone.entry(|entry| {
                entry.id = EntryId::from_bytes([80 + number; 16]);
                entry.build = "twin".to_owned();
            })
        })
        .collect();
    let (now, later) = twins.split_at(2);
    for pushed in [now, later] {
        let verdicts = phone.push(pushed.to_vec());
        let is_forked = |kind| is_held(kind, HeldCode::ForkedChain);
        assert!(verdicts.iter().all(is_forked), "{verdicts:?}");
    }
}
