//! The machine against a server in memory: cut connections, lost answers, replays, holds, forgeries, repairs.

use super::exchange::decode;
use super::frames::{Frames, Next};
use crate::journal::facts::StrokeConsent;
use crate::protocol::HeldCode;
use crate::replica::fake::{DOCUMENT, FakeServer, Fault, Phone, STOP};
use crate::replica::tests::{arrival, begin, edit, sign};
use crate::replica::{ConflictSettle, ErrorKind, Page, Replica, ReplicaError};
use crate::store::quarantine::mark;
use crate::views::{Agreement, LaneResult, ObjectState, StopView, SyncReport, TodayView};

fn lanes(report: &SyncReport) -> (LaneResult, LaneResult, LaneResult) {
    (report.push, report.pull, report.blobs)
}

const DONE: (LaneResult, LaneResult, LaneResult) =
    (LaneResult::Done, LaneResult::Done, LaneResult::Done);

fn seen(phone: &Replica) -> (TodayView, StopView) {
    (
        phone.today(Page::default()).unwrap(),
        phone.stop(STOP).unwrap(),
    )
}

#[test]
fn everything_arrives_and_both_sides_agree() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    let report = phone.sync(&server).unwrap();
    assert_eq!(lanes(&report), DONE);
    assert_eq!((report.frames, report.quarantined), (6, 0));
    assert_eq!(report.agreement, Agreement::Equal);
    phone.check_in(&arrival()).unwrap();
    sign(&phone);
    phone.edit_stop(&edit("notes", "a")).unwrap();
    phone.edit_stop(&edit("notes", "ab")).unwrap();
    let report = phone.sync(&server).unwrap();
    assert_eq!(lanes(&report), DONE);
    // Two edits of one document travel as one run.
    assert_eq!((report.pushed, report.admitted, report.parts), (4, 4, 2));
    assert_eq!(report.agreement, Agreement::Equal);
    assert_eq!(server.notes(), "ab");
    let status = phone.sync_status().unwrap();
    assert!(status.safe_to_close);
    assert!(
        phone
            .stop(STOP)
            .unwrap()
            .timeline
            .iter()
            .all(|row| row.state == ObjectState::Receipted)
    );
}

#[test]
fn nothing_new_is_one_request() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    let before = server.request_count();
    let report = phone.sync(&server).unwrap();
    assert_eq!(
        server.requests_since(before),
        ["GET /sync/v1/pull?cursor=1.6"]
    );
    assert_eq!((report.requests, report.agreement), (1, Agreement::Equal));
}

#[test]
fn a_body_cut_at_every_byte_gives_the_frames_before_the_cut() {
    let body = FakeServer::new().fresh_pull();
    let frames = |body: &[u8]| {
        let mut frames = Frames::of(body);
        let mut found = Vec::new();
        loop {
            match frames.next() {
                Next::Frame(bytes) => found.push(bytes),
                Next::End | Next::Broken => return found,
            }
        }
    };
    let whole = frames(&body);
    assert_eq!(whole.len(), 6);
    let mut kept = 0;
    for cut in 0..body.len() {
        let found = frames(&body[..cut]);
        assert!(found.len() >= kept, "a longer prefix has no fewer frames");
        assert!(whole.starts_with(&found), "cut at {cut}");
        kept = found.len();
    }
    assert_eq!(kept, 6);
}

#[test]
fn a_cut_pull_goes_on_where_it_ended() {
    let server = FakeServer::new();
    let whole = Phone::enrolled(1, &server);
    whole.sync(&server).unwrap();
    let length = server.fresh_pull().len();
    for cut in (0..length).step_by(length / 12) {
        let phone = Phone::enrolled(1, &server);
        server.next_time("/sync/v1/pull", Fault::Cut(cut));
        let first = phone.sync(&server).unwrap();
        let second = phone.sync(&server).unwrap();
        assert_eq!(second.agreement, Agreement::Equal, "cut at {cut}");
        let applied = first.frames + second.frames;
        assert_eq!(
            applied,
            server.feed_length(),
            "cut at {cut}: no frame came twice or not at all"
        );
        assert_eq!(seen(&phone), seen(&whole), "cut at {cut}");
    }
}

#[test]
fn a_body_that_claims_a_large_window_is_not_inflated() {
    let packed = |window_log| {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(window_log).unwrap();
        std::io::Write::write_all(&mut encoder, &[0, 0, 0, 1, 0x60]).unwrap();
        encoder.finish().unwrap()
    };
    let usual = packed(23);
    assert_eq!(Frames::of(&usual).next(), Next::Frame(vec![0x60]));
    let claims_much = packed(27);
    assert_eq!(Frames::of(&claims_much).next(), Next::Broken);
    assert_eq!(decode::<u8>(&claims_much), None);
    assert_eq!(decode::<u8>(&usual), Some(0));
}

#[test]
fn a_lost_answer_to_a_push_doubles_nothing() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    phone.check_in(&arrival()).unwrap();
    phone.edit_stop(&edit("notes", "一")).unwrap();
    for _loss in 0..3 {
        server.next_time("/sync/v1/push", Fault::LostAnswer);
        let report = phone.sync(&server).unwrap();
        assert_eq!(report.push, LaneResult::NoConnection);
        assert_eq!(report.pull, LaneResult::Done, "pull does not wait for push");
        assert_eq!(report.agreement, Agreement::NotCompared);
        let row = &phone.stop(STOP).unwrap().timeline[0];
        assert_eq!(row.state, ObjectState::Sent, "not green without a receipt");
    }
    // What is typed after the first send is a new run: the bytes that were sent stay as they are.
    phone.edit_stop(&edit("notes", "一二")).unwrap();
    let report = phone.sync(&server).unwrap();
    assert_eq!((report.pushed, report.admitted), (3, 3));
    assert_eq!(report.agreement, Agreement::Equal);
    assert_eq!((server.entries(), server.notes()), (1, "一二".to_owned()));
    assert_eq!(phone.stop(STOP).unwrap().timeline.len(), 1);
}

#[test]
fn a_cut_answer_to_a_push_is_no_receipt() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    phone.check_in(&arrival()).unwrap();
    for cut in (0..120).step_by(15) {
        server.next_time("/sync/v1/push", Fault::Cut(cut));
        phone.sync(&server).unwrap();
        assert_eq!(phone.sync_status().unwrap().receipted, 0, "cut at {cut}");
    }
    phone.sync(&server).unwrap();
    assert_eq!(phone.sync_status().unwrap().receipted, 1);
    assert_eq!(server.entries(), 1);
}

#[test]
fn parts_go_on_where_they_ended_and_the_entry_waits_for_them() {
    let server = FakeServer::new();
    let mut phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    let entry = sign(&phone).entry;
    server.next_time("/sync/v1/blobs", Fault::LostAnswer);
    let report = phone.sync(&server).unwrap();
    assert_eq!(
        (report.push, report.blobs),
        (LaneResult::Done, LaneResult::NoConnection)
    );
    let state = |phone: &Phone| {
        let stop = phone.stop(STOP).unwrap();
        let row = stop.timeline.iter().find(|row| row.entry == entry).unwrap();
        (row.state, row.parts_complete, row.parts_total)
    };
    assert_eq!(state(&phone), (ObjectState::Sent, 0, 2));
    assert!(!phone.sync_status().unwrap().safe_to_close);
    phone.restart();
    assert_eq!(phone.sync(&server).unwrap().parts, 2);
    assert_eq!(state(&phone), (ObjectState::Receipted, 2, 2));
    assert!(phone.sync_status().unwrap().safe_to_close);
}

#[test]
fn an_ended_session_is_renewed_by_proof() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    server.end_sessions();
    let before = server.request_count();
    assert_eq!(lanes(&phone.sync(&server).unwrap()), DONE);
    let requests = server.requests_since(before);
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[1], "POST /sync/v1/session");
    server.end_sessions();
    server.next_time("/sync/v1/session", Fault::Status(401));
    assert_eq!(phone.sync(&server).unwrap().pull, LaneResult::SignIn);
}

#[test]
fn a_busy_server_is_asked_again_later() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    server.next_time("/sync/v1/pull", Fault::Status(503));
    assert_eq!(phone.sync(&server).unwrap().pull, LaneResult::Busy);
    assert_eq!(phone.sync(&server).unwrap().pull, LaneResult::Done);
}

#[test]
fn held_is_shown_and_holds_nothing_else_up() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    server.hold_from_now_on(Some(HeldCode::NotAllowed));
    phone.check_in(&arrival()).unwrap();
    let report = phone.sync(&server).unwrap();
    assert_eq!((report.held, report.admitted), (1, 0));
    server.hold_from_now_on(None);
    phone.check_out(&arrival()).unwrap();
    let report = phone.sync(&server).unwrap();
    assert_eq!(
        (report.pushed, report.admitted),
        (1, 1),
        "held is not offered again"
    );
    let timeline = phone.stop(STOP).unwrap().timeline;
    assert_eq!(timeline[0].state, ObjectState::Held);
    assert_eq!(timeline[0].held_code, Some(HeldCode::NotAllowed));
    assert_eq!(timeline[1].state, ObjectState::Receipted);
    let status = phone.sync_status().unwrap();
    assert_eq!(status.items[0].held_code, Some(HeldCode::NotAllowed));
    assert_eq!(status.items[0].subject, "样例客户");
    assert!(!status.safe_to_close);
}

#[test]
fn what_waits_for_something_earlier_or_for_room_is_offered_again() {
    for code in [HeldCode::GapInChain, HeldCode::NoRoom] {
        let server = FakeServer::new();
        let phone = Phone::enrolled(1, &server);
        phone.sync(&server).unwrap();
        server.hold_from_now_on(Some(code));
        phone.check_in(&arrival()).unwrap();
        phone.sync(&server).unwrap();
        assert_eq!(phone.sync_status().unwrap().held, 1);
        server.hold_from_now_on(None);
        phone.sync(&server).unwrap();
        assert!(phone.sync_status().unwrap().safe_to_close);
    }
}

#[test]
fn attachments_without_room_wait_and_hold_nothing_else_up() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    sign(&phone);
    server.fill_up();
    let report = phone.sync(&server).unwrap();
    let wanted = (LaneResult::Done, LaneResult::Done, LaneResult::NoRoom);
    assert_eq!(lanes(&report), wanted);
    assert_eq!((report.admitted, server.blobs()), (report.pushed, 0));
    assert_eq!(phone.sync_status().unwrap().parts_waiting, 2);
    server.make_room();
    assert_eq!(phone.sync(&server).unwrap().parts, 2);
    assert!(phone.sync_status().unwrap().safe_to_close);
}

#[test]
fn noise_and_forgeries_go_to_quarantine_once_and_the_feed_goes_on() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    server.add_noise();
    server.add_forgery();
    let entry = phone.sync(&server).unwrap();
    assert_eq!(entry.quarantined, 2);
    assert_eq!(entry.pull, LaneResult::Done);
    let again = phone.sync(&server).unwrap();
    assert_eq!(again.quarantined, 0);
    assert_eq!(phone.sync_status().unwrap().quarantined, 2);
    assert!(phone.today(Page::default()).unwrap().plans[0].ready);
}

#[test]
fn a_colleagues_signature_is_checked_under_the_key_of_the_colleagues_phone() {
    let server = FakeServer::new();
    let (a, b) = (Phone::enrolled(1, &server), Phone::enrolled(2, &server));
    a.sync(&server).unwrap();
    sign(&a);
    a.sync(&server).unwrap();
    server.add_forged_promise(&server.last_entry());
    let report = b.sync(&server).unwrap();
    assert_eq!((report.pull, report.quarantined), (LaneResult::Done, 1));
    let timeline = b.stop(STOP).unwrap().timeline;
    assert_eq!(timeline.len(), a.stop(STOP).unwrap().timeline.len());
    assert_eq!(quarantine_reasons(&b), ["bad-signature"]);
}

#[test]
fn a_signature_under_a_key_that_nobody_vouches_for_is_kept_apart() {
    let server = FakeServer::new();
    let (a, b) = (Phone::enrolled(1, &server), Phone::enrolled(2, &server));
    a.sync(&server).unwrap();
    sign(&a);
    a.sync(&server).unwrap();
    server.hide_enrolments();
    assert_eq!(b.sync(&server).unwrap().quarantined, 1);
    assert_eq!(quarantine_reasons(&b), ["unknown-key"]);
}

fn quarantine_reasons(phone: &Phone) -> Vec<String> {
    let read = phone.read(|connection| {
        let mut query = connection.prepare("select reason from quarantine order by reason")?;
        let reasons = query.query_map([], |row| row.get(0))?;
        Ok(reasons.collect::<rusqlite::Result<_>>()?)
    });
    read.unwrap()
}

#[test]
fn an_object_that_ends_the_program_twice_is_not_tried_again() {
    let server = FakeServer::new();
    let mut phone = Phone::enrolled(1, &server);
    // The mark as a program leaves it that ended while it applied the first document of the feed.
    let first_document = {
        let mut frames = Frames::of(&[]);
        assert_eq!(frames.next(), Next::Broken);
        let body = server.fresh_pull();
        let mut frames = Frames::of(&body);
        let mut found = None;
        while let Next::Frame(bytes) = frames.next() {
            if let Ok(crate::protocol::Frame::Document(_)) = minicbor::decode(&bytes) {
                found = found.or(Some(crate::domain::ids::Digest::of(&bytes)));
            }
        }
        found.unwrap()
    };
    let set = |phone: &Phone| {
        phone
            .commit("mark", |commit| Ok(mark(commit.tx, first_document)?))
            .unwrap()
    };
    assert!(set(&phone));
    phone.restart();
    assert!(set(&phone), "once may be the battery");
    phone.restart();
    let report = phone.sync(&server).unwrap();
    assert_eq!(report.quarantined, 1);
    // The repair at the end of the pull names another cursor in its frame: the document comes back that way.
    assert_eq!(report.pull, LaneResult::Done);
    assert_eq!(phone.sync_status().unwrap().quarantined, 1);
}

#[test]
fn two_phones_notes_merge_and_a_conflict_shows_until_settled() {
    let server = FakeServer::new();
    let (a, b) = (Phone::enrolled(1, &server), Phone::enrolled(2, &server));
    for phone in [&a, &b] {
        phone.sync(&server).unwrap();
    }
    a.edit_stop(&edit("notes", "甲记")).unwrap();
    b.edit_stop(&edit("notes", "乙记")).unwrap();
    a.edit_stop(&edit("met_person", "赵六")).unwrap();
    b.clock.advance(60_000);
    b.edit_stop(&edit("met_person", "钱七")).unwrap();
    for phone in [&a, &b, &a] {
        let report = phone.sync(&server).unwrap();
        assert_eq!(report.agreement, Agreement::Equal);
    }
    let (of_a, of_b) = (a.stop(STOP).unwrap(), b.stop(STOP).unwrap());
    assert_eq!(of_a.notes, of_b.notes);
    assert!(of_a.notes.contains("甲记") && of_a.notes.contains("乙记"));
    assert_eq!(of_a.conflicts, of_b.conflicts);
    let conflict = &of_a.conflicts[0];
    assert_eq!(conflict.field, "met_person");
    let mut values: Vec<_> = conflict
        .values
        .iter()
        .map(|value| (value.value.as_str(), value.author_name.as_str()))
        .collect();
    values.sort_unstable();
    assert_eq!(values, [("赵六", "张三"), ("钱七", "李四")]);
    assert!(a.today(Page::default()).unwrap().stops[0].has_conflict);
    let error = a.edit_stop(&edit("met_person", "孙八")).unwrap_err();
    assert_eq!(
        (error.kind(), error.reference()),
        (ErrorKind::Fix, "field-in-conflict")
    );
    let settle = ConflictSettle {
        document: DOCUMENT,
        field: "met_person".to_owned(),
        value: "赵六".to_owned(),
    };
    a.settle_conflict(&settle).unwrap();
    assert!(a.stop(STOP).unwrap().conflicts.is_empty());
    for phone in [&a, &b] {
        phone.sync(&server).unwrap();
    }
    let settled = b.stop(STOP).unwrap();
    assert!(settled.conflicts.is_empty());
    assert_eq!(settled.met_person, "赵六");
    assert!(settled.timeline.iter().any(|row| matches!(
        &row.detail,
        crate::views::EntryDetail::ConflictSettled { were, .. } if were.len() == 2
    )));
    assert!(matches!(
        b.settle_conflict(&settle),
        Err(ReplicaError::NotFound("conflict"))
    ));
}

#[test]
fn a_server_restored_from_a_backup_gets_its_entries_again() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    phone.check_in(&arrival()).unwrap();
    phone.sync(&server).unwrap();
    let hash = phone.stop(STOP).unwrap().timeline[0].hash;
    server.forget_entry(hash);
    let report = phone.sync(&server).unwrap();
    assert_eq!((report.admitted, server.entries()), (1, 1));
    assert_eq!(phone.sync(&server).unwrap().agreement, Agreement::Equal);
}

#[test]
fn one_sync_at_a_time() {
    struct Again<'a>(&'a Phone, &'a FakeServer);
    impl super::Transport for Again<'_> {
        fn send(
            &self,
            request: super::HttpRequest,
        ) -> Result<super::HttpResponse, super::TransportError> {
            assert!(matches!(self.0.sync(self.1), Err(ReplicaError::Busy)));
            self.1.send(request)
        }
    }
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    assert_eq!(lanes(&phone.sync(&Again(&phone, &server)).unwrap()), DONE);
}

#[test]
fn work_goes_on_while_a_sync_waits_for_the_network() {
    struct Typing<'a>(&'a Phone, &'a FakeServer);
    impl super::Transport for Typing<'_> {
        fn send(
            &self,
            request: super::HttpRequest,
        ) -> Result<super::HttpResponse, super::TransportError> {
            if request.path == "/sync/v1/push" {
                self.0.begin_signing(&begin(StrokeConsent::Given)).unwrap();
                self.0.edit_stop(&edit("notes", "边同步边记")).unwrap();
            }
            self.1.send(request)
        }
    }
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    phone.check_in(&arrival()).unwrap();
    let report = phone.sync(&Typing(&phone, &server)).unwrap();
    assert_eq!((report.pushed, report.admitted), (3, 3));
    assert_eq!(server.notes(), "边同步边记");
    assert_eq!(phone.sync(&server).unwrap().agreement, Agreement::Equal);
}

#[test]
fn a_long_offline_day_of_typing_is_admitted_and_merges_with_the_whole_document() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    for count in 0..520 {
        phone
            .edit_stop(&edit("met_person", &count.to_string()))
            .unwrap();
    }
    let report = phone.sync(&server).unwrap();
    assert_eq!((lanes(&report), report.held), (DONE, 0));
    assert_eq!(report.agreement, Agreement::Equal);
    // A colleague's words come with the whole document, into which all of this phone's changes must go again.
    phone.edit_stop(&edit("met_person", "last")).unwrap();
    server.send_whole_document();
    server.next_time("/sync/v1/push", Fault::Unreachable);
    let report = phone.sync(&server).unwrap();
    assert_eq!((report.pull, report.quarantined), (LaneResult::Done, 0));
    assert_eq!(phone.sync(&server).unwrap().agreement, Agreement::Equal);
}

#[test]
fn the_longest_text_that_may_be_written_at_once_is_admitted() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    let refused = phone.edit_stop(&edit("notes", &"a".repeat(25_000)));
    assert!(matches!(
        refused,
        Err(ReplicaError::Refused("text-too-long"))
    ));
    phone
        .edit_stop(&edit("notes", &"a".repeat(10_000)))
        .unwrap();
    let report = phone.sync(&server).unwrap();
    assert_eq!((lanes(&report), report.held), (DONE, 0));
    assert_eq!(report.agreement, Agreement::Equal);
}
