//! What every backend of the journal must do. A backend runs it with [`suite!`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use countersign_core::documents::DocumentKind;
use countersign_core::domain::ids::{
    ChainId, CustomerId, DeviceId, Digest, DocumentId, EntryId, StopId, UserId,
};
use countersign_core::domain::time::Instant;
use countersign_core::journal::Scope;
use countersign_core::journal::seal::{SealedEntry, SealedSnapshot};
use countersign_core::protocol::HeldCode;
use countersign_core::protocol::frames::{ActorOwner, ScopeDigest};
use countersign_core::protocol::push::{ChangeBytes, EnvelopeId, Run};
use uuid::Uuid;

use super::{
    Amount, Attachment, Batch, DocumentRecord, EntryRecord, Expect, FeedBody, FeedRequest, Given,
    GoesOn, Journal, JournalError, KeptAttachment, KeptEnvelope, KeptVerdict, Link, Record,
    RunRecord, Usage, Whole,
};

/// Opens the journal in a folder, making it when there is none.
pub(super) type Open = fn(&Path) -> Arc<dyn Journal>;

const REP: UserId = UserId::from_bytes([1; 16]);
const OTHER: UserId = UserId::from_bytes([2; 16]);

fn stop(n: u8) -> Scope {
    Scope::Stop(StopId::from_bytes([n; 16]))
}

fn id(n: u8) -> [u8; 16] {
    [n; 16]
}

fn chain() -> ChainId {
    ChainId::from_bytes([9; 16])
}

fn entry(n: u8, scope: Scope) -> Record {
    let sealed = SealedEntry {
        payload: vec![n; 40],
        signature: None,
    };
    Record::Entry(EntryRecord {
        id: EntryId::from_bytes(id(n)),
        scope,
        link: Link {
            chain: chain(),
            seq: u64::from(n),
            hash: sealed.hash(),
        },
        sealed,
        parts: vec![Digest::of(&[n])],
    })
}

fn whole(n: u8) -> Whole {
    Whole {
        bytes: vec![n; 100],
        heads: Digest::of(&[n]),
        signature: vec![n; 64],
    }
}

fn document(n: u8, scope: Scope) -> Record {
    Record::Document(DocumentRecord {
        id: DocumentId::from_bytes(id(n)),
        kind: DocumentKind::Stop,
        scope,
        whole: whole(n),
        owner: ActorOwner {
            chain: chain(),
            actor_epoch: 1,
            user: REP,
        },
    })
}

fn run(document: u8, change: u8) -> Record {
    Record::Run(RunRecord {
        run: Run {
            document: DocumentId::from_bytes(id(document)),
            chain: ChainId::from_bytes([8; 16]),
            actor_epoch: 1,
            changes: vec![ChangeBytes(vec![change; 30])],
        },
        user: OTHER,
        whole: whole(change),
    })
}

fn snapshot(n: u8, scope: Scope) -> Record {
    let sealed = SealedSnapshot {
        payload: vec![n; 50],
        signature: vec![n; 64],
    };
    Record::Snapshot { scope, sealed }
}

fn grant(user: UserId, scope: Scope) -> Record {
    Record::Grant { user, scope }
}

fn revoke(user: UserId, scope: Scope) -> Record {
    Record::Revoke { user, scope }
}

fn batch(records: Vec<Record>) -> Batch {
    Batch {
        received: Instant::from_ms(1_000),
        records,
        ..Batch::default()
    }
}

fn append(journal: &dyn Journal, records: Vec<Record>) -> Vec<u64> {
    journal.append(batch(records)).unwrap()
}

/// What a device of `user` has after it pulled, an object a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Holding {
    documents: BTreeSet<DocumentId>,
    runs: BTreeSet<(DocumentId, Vec<u8>)>,
    others: BTreeSet<Digest>,
}

impl Holding {
    fn take(&mut self, journal: &dyn Journal, body: &FeedBody) {
        match body {
            FeedBody::Document(document, stored) => {
                self.documents.insert(*document);
                // A whole document stands for all its runs until now.
                self.runs.insert((*document, stored.whole.bytes.clone()));
            }
            FeedBody::Changes(runs, _actors) => {
                for run in runs {
                    assert!(
                        self.documents.contains(&run.document),
                        "changes of an unknown document"
                    );
                    let stored = journal.document(run.document).unwrap().unwrap();
                    self.runs.insert((run.document, stored.whole.bytes));
                }
            }
            FeedBody::Entry(sealed) => {
                self.others.insert(sealed.hash());
            }
            FeedBody::Snapshot(_scope, sealed) => {
                self.others.insert(sealed.id());
            }
            FeedBody::Revoke(_scope) => {}
        }
    }

    fn newest(&self, journal: &dyn Journal) -> bool {
        self.documents.iter().all(|id| {
            let stored = journal.document(*id).unwrap().unwrap();
            self.runs.contains(&(*id, stored.whole.bytes))
        })
    }
}

/// Pulls from `start` on, breaking off after `cut` objects; gives the cursor to go on from.
fn pull(journal: &dyn Journal, start: u64, cut: usize, holding: &mut Holding) -> u64 {
    let mut sent = BTreeMap::new();
    let mut after = start;
    let mut taken = 0;
    loop {
        let page = journal
            .feed(FeedRequest {
                user: REP,
                start,
                after,
                own: None,
                sent: &mut sent,
                limit_bytes: 300,
            })
            .unwrap();
        let mut cursor = after;
        for item in &page.items {
            if taken == cut {
                return cursor;
            }
            holding.take(journal, &item.body);
            assert!(item.cursor >= cursor, "cursors only grow");
            cursor = item.cursor;
            taken += 1;
        }
        after = page.end;
        if page.goes_on == GoesOn::No {
            return after;
        }
    }
}

fn fill(journal: &dyn Journal) {
    append(
        journal,
        vec![
            document(10, stop(1)),
            entry(1, stop(1)),
            snapshot(1, stop(1)),
        ],
    );
    append(
        journal,
        vec![grant(REP, stop(1)), snapshot(2, Scope::Organisation)],
    );
    append(
        journal,
        vec![document(11, stop(2)), grant(REP, stop(2)), run(10, 101)],
    );
    append(
        journal,
        vec![
            entry(2, stop(2)),
            run(11, 102),
            run(10, 103),
            entry(3, Scope::Office),
        ],
    );
    append(
        journal,
        vec![entry(4, stop(3)), run(10, 104), entry(5, stop(1))],
    );
}

pub(super) fn numbers_have_no_gaps_and_one_failure_hurts_nobody_else(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let done: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8_u8)
            .map(|thread| {
                let journal = Arc::clone(&journal);
                scope.spawn(move || {
                    (0..20_u8)
                        .map(|n| {
                            let own = snapshot(thread * 20 + n + 1, Scope::Organisation);
                            let bad = n % 3 == 0;
                            let records = if bad {
                                vec![own, run(200, 1)]
                            } else {
                                vec![own]
                            };
                            u64::from(journal.append(batch(records)).is_ok())
                        })
                        .sum::<u64>()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    assert_eq!(done, 8 * 13);
    assert_eq!(journal.head().unwrap(), done);
    let seqs: Vec<u64> = journal
        .tail(0, 1_000)
        .unwrap()
        .iter()
        .map(|row| row.seq)
        .collect();
    assert_eq!(seqs, (1..=done).collect::<Vec<_>>());
}

pub(super) fn what_was_decided_on_something_else_is_stale(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    append(
        journal.as_ref(),
        vec![document(10, stop(1)), entry(1, stop(1))],
    );
    let id = DocumentId::from_bytes(id(10));
    for (expect, holds) in [
        (Expect::DocumentAt(id, 1), true),
        (Expect::DocumentAt(id, 2), false),
        (Expect::ChainAt(chain(), 1), true),
        (Expect::ChainAt(chain(), 0), false),
        (Expect::Granted(REP, stop(1)), false),
        (Expect::Granted(REP, Scope::Organisation), true),
    ] {
        let answer = journal.append(Batch {
            expect: vec![expect],
            ..batch(vec![])
        });
        assert_eq!(answer.is_ok(), holds, "{expect:?}");
        assert!(holds || matches!(answer, Err(JournalError::Stale)));
    }
    let taken = journal.append(batch(vec![entry(1, stop(2))]));
    assert!(matches!(taken, Err(JournalError::Taken)));
    assert_eq!(journal.head().unwrap(), 2);
}

pub(super) fn a_feed_broken_at_any_object_goes_on_without_loss(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    fill(journal.as_ref());
    let mut expected = Holding::default();
    pull(journal.as_ref(), 0, usize::MAX, &mut expected);
    assert_eq!(expected.documents.len(), 2);
    assert_eq!(
        expected.others.len(),
        5,
        "entries 1, 2, 5 and snapshots 1, 2"
    );
    for cut in 0..12 {
        let mut holding = Holding::default();
        let cursor = pull(journal.as_ref(), 0, cut, &mut holding);
        pull(journal.as_ref(), cursor, usize::MAX, &mut holding);
        assert_eq!(holding.documents, expected.documents, "cut after {cut}");
        assert_eq!(holding.others, expected.others, "cut after {cut}");
        assert!(holding.newest(journal.as_ref()), "cut after {cut}");
    }
}

pub(super) fn a_later_change_comes_alone(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    fill(journal.as_ref());
    let mut holding = Holding::default();
    let cursor = pull(journal.as_ref(), 0, usize::MAX, &mut holding);
    assert_eq!(journal.standing(REP).unwrap().seq, cursor);
    append(journal.as_ref(), vec![run(10, 105), entry(6, stop(9))]);
    let mut sent = BTreeMap::new();
    let request = FeedRequest {
        user: REP,
        start: cursor,
        after: cursor,
        own: None,
        sent: &mut sent,
        limit_bytes: 1 << 20,
    };
    let page = journal.feed(request).unwrap();
    assert_eq!(page.items.len(), 1);
    assert!(matches!(&page.items[0].body, FeedBody::Changes(runs, _) if runs.len() == 1));
}

pub(super) fn changes_too_large_for_a_frame_come_as_the_whole_document(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    fill(journal.as_ref());
    let cursor = journal.standing(REP).unwrap().seq;
    for change in 105..111 {
        let Record::Run(mut large) = run(10, change) else {
            panic!("expected a run");
        };
        large.run.changes = vec![ChangeBytes(vec![change; 1 << 20])];
        append(journal.as_ref(), vec![Record::Run(large)]);
    }
    let mut sent = BTreeMap::new();
    let request = FeedRequest {
        user: REP,
        start: cursor,
        after: cursor,
        own: None,
        sent: &mut sent,
        limit_bytes: 1 << 20,
    };
    let page = journal.feed(request).unwrap();
    assert_eq!(page.items.len(), 1);
    assert!(matches!(&page.items[0].body, FeedBody::Document(..)));
}

pub(super) fn the_digest_is_the_sum_of_what_a_user_holds(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let agrees = |user| {
        let inventory = journal.inventory(user).unwrap();
        let documents = inventory
            .documents
            .iter()
            .map(|(id, heads)| ScopeDigest::of_document(*id, *heads));
        let entries = inventory
            .entries
            .keys()
            .map(|hash| ScopeDigest::of_entry(*hash));
        let snapshots = inventory
            .snapshots
            .keys()
            .map(|id| ScopeDigest::of_snapshot(*id));
        let sum = documents
            .chain(entries)
            .chain(snapshots)
            .fold(ScopeDigest::default(), ScopeDigest::plus);
        assert_eq!(journal.standing(user).unwrap().digest, sum);
        sum
    };
    fill(journal.as_ref());
    let before = agrees(REP);
    append(
        journal.as_ref(),
        vec![grant(OTHER, stop(1)), revoke(REP, stop(1))],
    );
    assert_ne!(agrees(REP), before);
    agrees(OTHER);
    append(
        journal.as_ref(),
        vec![run(10, 120), grant(REP, stop(1)), revoke(OTHER, stop(1))],
    );
    agrees(REP);
    assert_eq!(
        agrees(OTHER),
        ScopeDigest::of_snapshot(Digest::of(&[2; 50]))
    );
}

pub(super) fn a_lost_scope_is_revoked_and_a_new_grant_sends_all_of_it(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    fill(journal.as_ref());
    let mut holding = Holding::default();
    let cursor = pull(journal.as_ref(), 0, usize::MAX, &mut holding);
    append(
        journal.as_ref(),
        vec![revoke(REP, stop(1)), entry(7, stop(1))],
    );
    assert!(!journal.is_granted(REP, stop(1)).unwrap());
    assert!(journal.was_granted(REP, stop(1)).unwrap());
    assert!(!journal.was_granted(OTHER, stop(1)).unwrap());
    let bodies = |start| {
        let mut sent = BTreeMap::new();
        let request = FeedRequest {
            user: REP,
            start,
            after: start,
            own: Some(chain()),
            sent: &mut sent,
            limit_bytes: 1 << 20,
        };
        journal
            .feed(request)
            .unwrap()
            .items
            .into_iter()
            .map(|item| item.body)
            .collect::<Vec<_>>()
    };
    assert_eq!(bodies(cursor), [FeedBody::Revoke(stop(1))]);
    let after = journal.standing(REP).unwrap().seq;
    append(journal.as_ref(), vec![grant(REP, stop(1))]);
    assert_eq!(journal.holders(stop(1)).unwrap(), [REP]);
    // The document whole, entries 1, 5, 7 although they are on its own chain, and the snapshot.
    assert_eq!(bodies(after).len(), 5);
    let nonsense = journal.append(batch(vec![grant(REP, Scope::Office)]));
    assert!(matches!(nonsense, Err(JournalError::Ungrantable)));
}

fn envelope(n: u8, digest: Digest, verdict: KeptVerdict) -> KeptEnvelope {
    let id = EnvelopeId(Uuid::from_bytes(id(n)));
    KeptEnvelope {
        device: DeviceId::from_bytes([9; 16]),
        id,
        digest,
        verdict,
        parts: Vec::new(),
    }
}

pub(super) fn a_devices_usage_counts_what_it_brought_and_what_is_held(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let device = DeviceId::from_bytes([9; 16]);
    let other = DeviceId::from_bytes([8; 16]);
    let [named, brought] = [Digest::of(b"named"), Digest::of(b"brought")];
    let held = KeptVerdict::Held {
        code: HeldCode::GapInChain,
        words: "gap".to_owned(),
        bytes: b"envelope".to_vec(),
    };
    let kept = KeptEnvelope {
        parts: vec![named],
        ..envelope(1, Digest::of(b"envelope"), held)
    };
    let bring = |at: i64, blob: Digest| Batch {
        received: Instant::from_ms(at),
        attachments: vec![KeptAttachment {
            device,
            blob,
            size_bytes: 7,
        }],
        ..Batch::default()
    };
    let envelopes = Batch {
        envelopes: vec![kept],
        ..Batch::default()
    };
    journal.append(envelopes).unwrap();
    for _time in 0..2 {
        journal.append(bring(5, brought)).unwrap();
    }
    let known = |device, blob| journal.attachment(device, blob).unwrap();
    assert_eq!(
        (known(device, named).is_named, known(device, named).is_kept),
        (true, false)
    );
    assert_eq!(
        (
            known(device, brought).is_named,
            known(device, brought).is_kept
        ),
        (false, true)
    );
    assert_eq!(known(other, brought), Attachment::default());
    let one = |size_bytes| Amount {
        count: 1,
        size_bytes,
    };
    let usage = journal.usage(device, None).unwrap();
    assert_eq!((usage.attachments, usage.held), (one(7), one(8)));
    let later = journal.usage(device, Some(Instant::from_ms(6))).unwrap();
    assert_eq!(later.attachments, Amount::default());
    assert_eq!(journal.usage(other, None).unwrap(), Usage::default());
    journal.append(bring(6, named)).unwrap();
    let later = journal.usage(device, Some(Instant::from_ms(6))).unwrap();
    assert_eq!(later.attachments, one(7));
    assert!(known(device, named).is_named && known(device, named).is_kept);
}

pub(super) fn a_held_envelope_is_kept_once_and_released_once(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let digest = Digest::of(b"envelope");
    let held = || KeptVerdict::Held {
        code: HeldCode::GapInChain,
        words: "gap".to_owned(),
        bytes: b"envelope".to_vec(),
    };
    for _time in 0..2 {
        let envelopes = vec![envelope(1, digest, held())];
        journal
            .append(Batch {
                envelopes,
                ..batch(vec![])
            })
            .unwrap();
    }
    let device = Some(DeviceId::from_bytes([9; 16]));
    let quarantine = journal.quarantine(device, 10).unwrap();
    assert_eq!(quarantine.len(), 1);
    assert_eq!(quarantine[0].bytes, b"envelope");
    assert_eq!(
        journal.quarantine_page(&[], (0, 10)).unwrap(),
        (quarantine.clone(), 1)
    );
    assert_eq!(
        journal.quarantine_page(&[digest], (0, 10)).unwrap(),
        (vec![], 0)
    );
    assert_eq!(
        journal.quarantined(digest).unwrap(),
        quarantine.first().cloned()
    );
    let id = EnvelopeId(Uuid::from_bytes(id(1)));
    let given = journal.verdict(id).unwrap().unwrap();
    assert_eq!(
        given.outcome,
        Given::Held(HeldCode::GapInChain, "gap".to_owned())
    );
    let envelopes = vec![envelope(1, digest, KeptVerdict::Admitted(0))];
    journal
        .append(Batch {
            envelopes,
            ..batch(vec![entry(1, stop(1))])
        })
        .unwrap();
    assert_eq!(journal.quarantine(None, 10).unwrap(), []);
    assert_eq!(journal.quarantine_page(&[], (0, 10)).unwrap(), (vec![], 0));
    assert_eq!(
        journal.quarantined(digest).unwrap().unwrap().released,
        Some(1)
    );
    assert_eq!(
        journal.verdict(id).unwrap().unwrap().outcome,
        Given::Admitted(1)
    );
}

pub(super) fn a_scope_gives_its_own_rows_in_order(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    fill(journal.as_ref());
    let all = journal.tail(0, 1_000).unwrap();
    for scope in [stop(1), stop(2), Scope::Organisation, stop(99)] {
        let expected: Vec<_> = all
            .iter()
            .filter(|row| row.scope == scope)
            .cloned()
            .collect();
        assert_eq!(journal.of_scope(scope, 1_000).unwrap(), expected);
        let first = journal.of_scope(scope, 1).unwrap();
        assert_eq!(first.first(), expected.first());
        assert!(first.len() <= 1);
    }
}

pub(super) fn what_was_answered_survives_a_kill(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    fill(journal.as_ref());
    let (head, standing) = (journal.head().unwrap(), journal.standing(REP).unwrap());
    // No shutdown of any kind: the file is opened anew beside the old handle.
    std::mem::forget(journal);
    let again = open(folder.path());
    assert_eq!(again.head().unwrap(), head);
    assert_eq!(again.standing(REP).unwrap(), standing);
    assert_eq!(append(again.as_ref(), vec![entry(6, stop(1))]), [head + 1]);
    assert_eq!(again.chain_head(chain()).unwrap().unwrap().seq, 6);
}

pub(super) fn a_backup_is_the_same_under_another_epoch(open: Open) {
    let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let journal = open(folder.path());
    fill(journal.as_ref());
    journal.backup(&copy.path().join("journal.sqlite")).unwrap();
    let restored = open(copy.path());
    assert_eq!(
        restored.tail(0, 1_000).unwrap(),
        journal.tail(0, 1_000).unwrap()
    );
    assert_eq!(restored.epoch().unwrap(), journal.epoch().unwrap() + 1);
    assert_eq!(
        restored.blob_scopes(Digest::of(&[1])).unwrap(),
        [stop(1)],
        "attachments keep their scope"
    );
    assert!(
        !restored
            .is_granted(REP, Scope::Customer(CustomerId::from_bytes(id(1))))
            .unwrap()
    );
}

/// Runs the whole suite against one backend.
macro_rules! suite {
    ($open:expr, [$($case:ident),+ $(,)?]) => {$(
        #[test]
        fn $case() {
            crate::journal::contract::$case($open);
        }
    )+};
    ($open:expr) => {
        crate::journal::contract::suite!($open, [
            numbers_have_no_gaps_and_one_failure_hurts_nobody_else,
            what_was_decided_on_something_else_is_stale,
            a_feed_broken_at_any_object_goes_on_without_loss,
            a_later_change_comes_alone,
            changes_too_large_for_a_frame_come_as_the_whole_document,
            the_digest_is_the_sum_of_what_a_user_holds,
            a_lost_scope_is_revoked_and_a_new_grant_sends_all_of_it,
            a_held_envelope_is_kept_once_and_released_once,
            a_devices_usage_counts_what_it_brought_and_what_is_held,
            what_was_answered_survives_a_kill,
            a_backup_is_the_same_under_another_epoch,
            a_scope_gives_its_own_rows_in_order,
        ]);
    };
}
pub(super) use suite;
