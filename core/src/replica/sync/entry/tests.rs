//! Entries without a signature of their own, altered between server and phone or by the server.

use rusqlite::types::Value;

use crate::domain::ids::{Digest, EntryId};
use crate::domain::time::Instant;
use crate::journal::facts::{Fact, Outcome, OutcomeKind};
use crate::journal::{Entry, SealedEntry, SoftwareSigner};
use crate::protocol::codec::{read_frames, write_frames};
use crate::protocol::frames::EntryFrame;
use crate::protocol::{Cursor, Frame};
use crate::read_model;
use crate::replica::fake::{FakeServer, Phone, STOP};
use crate::replica::sync::apply::Moves;
use crate::replica::tests::{arrival, sign};
use crate::replica::{HttpRequest, HttpResponse, OutcomeRecord, Transport, TransportError};
use crate::store;
use crate::views::{Agreement, LaneResult};

/// Whose answers to a pull somebody changes on the way.
struct Meddler<'a>(&'a FakeServer, fn(&mut Frame));

impl Transport for Meddler<'_> {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let is_pull = request.path.starts_with("/sync/v1/pull");
        let mut answer = self.0.send(request)?;
        if is_pull {
            let (mut frames, _end) = read_frames(&answer.body).unwrap();
            frames.iter_mut().for_each(self.1);
            answer.body = write_frames(&frames).unwrap();
        }
        Ok(answer)
    }
}

/// A server and two phones, of which `a` has been at the stop and said so.
fn a_visit() -> (FakeServer, Phone, Phone) {
    let server = FakeServer::new();
    let (a, b) = (Phone::enrolled(1, &server), Phone::enrolled(2, &server));
    a.sync(&server).unwrap();
    a.check_in(&arrival()).unwrap();
    let outcome = OutcomeRecord {
        stop: STOP,
        kind: OutcomeKind::Disputed,
        reason: None,
        summary: "对数量有异议".to_owned(),
    };
    a.outcome(&outcome).unwrap();
    sign(&a);
    a.check_out(&arrival()).unwrap();
    assert_eq!(a.sync(&server).unwrap().agreement, Agreement::Equal);
    (server, a, b)
}

/// The entry with another outcome, said years later.
fn altered(sealed: &SealedEntry) -> SealedEntry {
    let mut entry = sealed.open().unwrap();
    entry.fact = Fact::Outcome(Outcome {
        kind: OutcomeKind::PromisedOrally,
        reason: None,
        summary: "没有异议".to_owned(),
    });
    entry.made.wall = Instant::from_ms(entry.made.wall.ms() + 400 * 86_400_000);
    anybody_seals(&entry)
}

fn anybody_seals(entry: &Entry) -> SealedEntry {
    let key = SoftwareSigner::from_bytes(&[8; 32]).unwrap();
    entry.seal(&key).unwrap()
}

fn kind_of(sealed: &SealedEntry) -> &'static str {
    sealed.open().unwrap().fact.kind()
}

/// The sealed bytes of an entry about the stop, by its kind.
fn sealed(phone: &Phone, kind: &str) -> SealedEntry {
    let timeline = phone.stop(STOP).unwrap().timeline;
    let found = timeline.iter().find_map(|row| {
        let sealed = phone.read(|connection| Ok(store::entries::sealed(connection, row.entry)?));
        sealed.unwrap().filter(|sealed| kind_of(sealed) == kind)
    });
    found.unwrap()
}

/// All that the entries of this visit leave in the read model.
fn rows(phone: &Phone) -> Vec<Vec<Value>> {
    let read = phone.read(|connection| {
        let mut rows = Vec::new();
        for table in ["entries", "outcomes"] {
            let mut query = connection.prepare(&format!(
                "select * from {table} where stop is not null order by entry"
            ))?;
            let columns = query.column_count();
            let found = query.query_map([], |row| {
                (0..columns).map(|column| row.get(column)).collect()
            })?;
            rows.extend(found.collect::<rusqlite::Result<Vec<_>>>()?);
        }
        Ok(rows)
    });
    read.unwrap()
}

/// What is in quarantine: why, and which bytes.
fn quarantine(phone: &Phone) -> Vec<(String, Vec<u8>)> {
    let read = phone.read(|connection| {
        let mut query =
            connection.prepare("select reason, content from quarantine order by reason, object")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    });
    read.unwrap()
}

/// An entry takes its place, as in a version that checked no receipts.
fn put_unchecked(phone: &Phone, sealed: &SealedEntry) {
    let put = phone.commit("test", |commit| {
        let entry = sealed.open().unwrap();
        store::entries::insert(commit.tx, &entry, sealed)?;
        Ok(read_model::project_entry(commit.tx, &entry, sealed.hash())?)
    });
    put.unwrap();
}

fn take_out(phone: &Phone, sealed: &SealedEntry) {
    let taken = phone.commit("test", |commit| {
        let entry = sealed.open().unwrap();
        store::entries::give_way(commit.tx, entry.id)?;
        Ok(read_model::take_back_routine(commit.tx, &entry)?)
    });
    taken.unwrap();
}

/// Puts `instead` where the entry stands.
fn stands_unchecked(phone: &Phone, genuine: &SealedEntry, instead: &SealedEntry) {
    take_out(phone, genuine);
    put_unchecked(phone, instead);
}

fn frame(entry: &SealedEntry) -> Vec<u8> {
    minicbor::to_vec(entry).unwrap()
}

#[test]
fn what_was_altered_on_the_way_is_not_applied_and_the_genuine_one_comes_with_the_repair() {
    let (server, a, b) = a_visit();
    let meddler = Meddler(&server, |frame| {
        if let Frame::Entry(frame) = frame
            && kind_of(&frame.entry) == "outcome"
        {
            frame.entry = altered(&frame.entry);
        }
    });
    let report = b.sync(&meddler).unwrap();
    assert_eq!((report.pull, report.quarantined), (LaneResult::Done, 1));
    assert_eq!(report.agreement, Agreement::Repaired);
    assert_eq!(sealed(&b, "outcome"), sealed(&a, "outcome"));
    let kept = altered(&sealed(&a, "outcome"));
    assert_eq!(quarantine(&b), [("bad-signature".to_owned(), frame(&kept))]);
    // The outcome came after what follows it in its chain; a phone that got all in order shows the same.
    let c = Phone::enrolled(3, &server);
    b.sync(&server).unwrap();
    c.sync(&server).unwrap();
    assert_eq!(rows(&b), rows(&c));
}

#[test]
fn without_the_servers_receipt_an_entry_waits_in_quarantine_until_it_comes_with_one() {
    let (server, a, b) = a_visit();
    let meddler = Meddler(&server, |frame| {
        if let Frame::Entry(frame) = frame {
            frame.receipt = None;
        }
    });
    let report = b.sync(&meddler).unwrap();
    let routine = "check-in, outcome, statement shown and check-out";
    assert_eq!(report.quarantined, 4, "{routine}");
    assert_eq!(report.agreement, Agreement::Repaired);
    assert_eq!(quarantine(&b), [], "all of it is in its place now");
    assert_eq!(sealed(&b, "check_in"), sealed(&a, "check_in"));
}

#[test]
fn an_entry_that_nobody_checked_gives_way_to_what_the_server_has() {
    let (server, a, b) = a_visit();
    b.sync(&server).unwrap();
    let genuine = sealed(&a, "outcome");
    let instead = altered(&genuine);
    stands_unchecked(&b, &genuine, &instead);
    assert_eq!(sealed(&b, "outcome"), instead);
    let report = b.sync(&server).unwrap();
    assert_eq!(report.agreement, Agreement::Repaired);
    assert_eq!(sealed(&b, "outcome"), genuine);
    assert_eq!(
        quarantine(&b),
        [("not-what-the-server-has".to_owned(), frame(&instead))]
    );
    assert_eq!(b.sync(&server).unwrap().agreement, Agreement::Equal);
    let c = Phone::enrolled(3, &server);
    c.sync(&server).unwrap();
    b.sync(&server).unwrap();
    assert_eq!(rows(&b), rows(&c));
}

#[test]
fn an_entry_under_a_strange_number_or_id_gives_way_too() {
    let (server, a, b) = a_visit();
    b.sync(&server).unwrap();
    let (check_in, outcome) = (sealed(&a, "check_in"), sealed(&a, "outcome"));
    // One entry that takes the id of the one and the number of the other.
    let mut both = outcome.open().unwrap();
    both.id = check_in.open().unwrap().id;
    take_out(&b, &check_in);
    stands_unchecked(&b, &outcome, &anybody_seals(&both));
    assert_eq!(b.sync(&server).unwrap().agreement, Agreement::Repaired);
    let c = Phone::enrolled(3, &server);
    c.sync(&server).unwrap();
    b.sync(&server).unwrap();
    assert_eq!(rows(&b), rows(&c));
    assert_eq!(quarantine(&b).len(), 1);
}

#[test]
fn what_is_vouched_for_gives_way_to_nothing_though_the_server_says_so() {
    for kind in ["outcome", "acknowledgement"] {
        let (server, a, b) = a_visit();
        b.sync(&server).unwrap();
        let before = rows(&b);
        let genuine = sealed(&a, kind);
        let lie = altered(&genuine);
        server.hold_instead(&lie);
        let report = b.sync(&server).unwrap();
        assert_eq!(report.agreement, Agreement::Differs, "{kind}");
        assert_eq!(sealed(&b, kind), genuine);
        assert_eq!(rows(&b), before);
        assert_eq!(quarantine(&b), [("forked-chain".to_owned(), frame(&lie))]);
    }
}

#[test]
fn a_phones_own_entries_give_way_to_nothing() {
    let (server, a, _b) = a_visit();
    let before = rows(&a);
    let genuine = sealed(&a, "outcome");
    server.hold_instead(&altered(&genuine));
    a.sync(&server).unwrap();
    assert_eq!(sealed(&a, "outcome"), genuine);
    let hashes = |rows: &[Vec<Value>]| rows.iter().map(|row| row[3].clone()).collect::<Vec<_>>();
    assert_eq!(hashes(&rows(&a)), hashes(&before));
    assert_eq!(quarantine(&a)[0].0, "forked-chain");
}

#[test]
fn the_feed_alone_makes_nothing_give_way() {
    let (server, a, b) = a_visit();
    b.sync(&server).unwrap();
    let genuine = sealed(&a, "outcome");
    let instead = altered(&genuine);
    stands_unchecked(&b, &genuine, &instead);
    let signed = EntryFrame::signed_bytes(genuine.hash());
    let entry = Frame::Entry(Box::new(EntryFrame {
        cursor: Cursor {
            server_epoch: 1,
            seq: 9,
        },
        entry: genuine,
        receipt: Some(server.sign(&signed)),
    }));
    let object = Digest::of(b"frame");
    let applied = b.apply(&entry, object, Moves::Cursor).unwrap();
    assert_eq!(applied, Err("forked-chain"));
    let applied = b.apply(&entry, object, Moves::Nothing).unwrap();
    assert_eq!(applied, Ok(()));
}

#[test]
fn an_entry_that_nobody_checked_and_the_server_does_not_have_is_set_aside() {
    let (server, a, b) = a_visit();
    b.sync(&server).unwrap();
    let before = rows(&b);
    let mut stray = sealed(&a, "check_out").open().unwrap();
    stray.seq += 1;
    stray.id = EntryId::from_bytes([0xee; 16]);
    let stray = anybody_seals(&stray);
    put_unchecked(&b, &stray);
    let report = b.sync(&server).unwrap();
    assert_eq!(report.agreement, Agreement::Repaired);
    assert_eq!(rows(&b), before);
    assert_eq!(
        quarantine(&b),
        [("not-what-the-server-has".to_owned(), frame(&stray))]
    );
}
