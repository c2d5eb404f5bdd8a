//! A file is attached once, whole, under the hash of its bytes, or not at all.

use crate::domain::ids::{CaptureId, Digest, EntryId};
use crate::domain::media_type::MediaType;
use crate::journal::facts::{ATTACHED_LIMIT_BYTES, MissingFix, PartKind, PositionReport};
use crate::replica::fake::{FakeServer, Phone, STOP};
use crate::replica::tests::arrival;
use crate::replica::{
    CaptureBegin, CaptureFinish, CapturePiece, NewPart, OfStopPage, PieceOf, ReplicaError,
};
use crate::views::{Base64, EntryDetail, ObjectState, PartsView};

const PHOTO: &[u8] = b"\xff\xd8\xff\xe0 a photo of the yard";
const SMALL: &[u8] = b"\xff\xd8\xff\xe0 small";

fn photo() -> NewPart {
    NewPart {
        stop: STOP,
        about: None,
        kind: PartKind::Site,
        media_type: "image/jpeg".to_owned(),
        name: "IMG_0001.jpg".to_owned(),
        caption: " 厂区大门 ".to_owned(),
        position: PositionReport::Missing(MissingFix::Unavailable),
    }
}

fn phone() -> (FakeServer, Phone) {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    (server, phone)
}

fn begin(phone: &Phone, size_bytes: u64) -> CaptureId {
    let begin = CaptureBegin {
        part: photo(),
        size_bytes,
    };
    phone.begin_capture(&begin).unwrap().capture
}

fn piece(capture: CaptureId, ordinal: u32, content: &[u8]) -> CapturePiece {
    CapturePiece {
        capture,
        ordinal,
        content: Base64(content.to_vec()),
    }
}

fn list(phone: &Phone) -> PartsView {
    let page = OfStopPage {
        stop: STOP,
        offset: 0,
        limit: 20,
    };
    phone.parts(page).unwrap()
}

fn reference<T: std::fmt::Debug>(result: Result<T, ReplicaError>) -> &'static str {
    result.unwrap_err().reference()
}

#[test]
fn what_was_attached_is_shown_with_its_hash_and_opens_byte_for_byte() {
    let (_server, phone) = phone();
    let recorded = phone.attach(&photo(), PHOTO, Some(SMALL)).unwrap();
    let view = list(&phone);
    assert_eq!((view.total, view.rows.len()), (1, 1));
    let row = &view.rows[0];
    assert_eq!(
        (row.entry, row.media_type),
        (recorded.entry, MediaType::Jpeg)
    );
    assert_eq!((row.caption.as_str(), row.is_here), ("厂区大门", true));
    assert_eq!(row.thumbnail, Some(Base64(SMALL.to_vec())));
    assert_eq!((row.parts_complete, row.parts_total), (0, 2));
    let timeline = phone.stop(STOP).unwrap().timeline;
    assert!(matches!(
        timeline[0].detail,
        EntryDetail::Attached { content, .. } if content == Digest::of(PHOTO)
    ));
    let of = |offset| PieceOf {
        entry: recorded.entry,
        offset,
    };
    assert_eq!(phone.part_piece(of(5)).unwrap().content.0, PHOTO[5..]);
    assert!(phone.part_piece(of(9_999)).unwrap().content.0.is_empty());
}

#[test]
fn the_same_file_is_attached_once_and_its_own_thumbnail_is_no_second_part() {
    let (_server, phone) = phone();
    let once = phone.attach(&photo(), PHOTO, Some(PHOTO)).unwrap();
    assert_eq!(phone.attach(&photo(), PHOTO, None).unwrap(), once);
    let view = phone.stop(STOP).unwrap();
    assert_eq!((view.attached, view.parts_total), (1, 1));
}

#[test]
fn what_cannot_be_attached_says_why_and_leaves_nothing() {
    let (_server, phone) = phone();
    assert_eq!(reference(phone.attach(&photo(), b"", None)), "part-empty");
    let large = vec![0; usize::try_from(ATTACHED_LIMIT_BYTES).unwrap() + 1];
    assert_eq!(
        reference(phone.attach(&photo(), &large, None)),
        "part-too-large"
    );
    assert_eq!(
        reference(phone.attach(&photo(), PHOTO, Some(b"<svg/>"))),
        "thumbnail-unusable"
    );
    let mut long = photo();
    long.caption = "长".repeat(2_000);
    assert_eq!(reference(phone.attach(&long, PHOTO, None)), "text-too-long");
    let mut elsewhere = photo();
    elsewhere.about = Some(EntryId::from_bytes([9; 16]));
    assert_eq!(reference(phone.attach(&elsewhere, PHOTO, None)), "entry");
    assert_eq!(list(&phone).total, 0);
}

#[test]
fn a_capture_that_a_kill_cut_short_is_shown_and_goes_on_or_is_given_up() {
    let (_server, mut phone) = phone();
    let size = u64::try_from(PHOTO.len()).unwrap();
    let capture = begin(&phone, size);
    phone.add_piece(&piece(capture, 0, &PHOTO[..9])).unwrap();
    phone.restart();
    let view = list(&phone);
    assert_eq!((view.total, view.captures.len()), (0, 1));
    assert_eq!(
        (view.captures[0].stored_bytes, view.captures[0].size_bytes),
        (9, size)
    );
    let finish = CaptureFinish {
        capture,
        position: Some(PositionReport::Missing(MissingFix::Denied)),
        thumbnail: None,
    };
    assert_eq!(
        reference(phone.finish_capture(&finish)),
        "capture-incomplete"
    );
    // A piece whose answer was lost comes again.
    phone.add_piece(&piece(capture, 0, &PHOTO[..9])).unwrap();
    phone.add_piece(&piece(capture, 1, &PHOTO[9..])).unwrap();
    let recorded = phone.finish_capture(&finish).unwrap();
    phone.restart();
    assert_eq!(phone.finish_capture(&finish).unwrap(), recorded);
    assert_eq!(list(&phone).captures.len(), 0);
    let view = phone.stop(STOP).unwrap();
    assert_eq!(
        view.timeline[0].position.as_ref().unwrap().missing,
        Some(MissingFix::Denied)
    );
    let other = begin(&phone, 5);
    phone.abandon_capture(other).unwrap();
    assert_eq!(
        reference(phone.add_piece(&piece(other, 0, b"x"))),
        "capture"
    );
    phone.abandon_capture(capture).unwrap();
    assert_eq!(list(&phone).total, 1, "what is attached stays");
}

#[test]
fn a_piece_that_does_not_fit_is_refused() {
    let (_server, phone) = phone();
    let capture = begin(&phone, 4);
    for wrong in [
        piece(capture, 1, b"ab"),
        piece(capture, 0, b""),
        piece(capture, 0, b"abcde"),
    ] {
        assert_eq!(reference(phone.add_piece(&wrong)), "piece-unusable");
    }
    let begin = |size_bytes| {
        phone.begin_capture(&CaptureBegin {
            part: photo(),
            size_bytes,
        })
    };
    assert_eq!(reference(begin(0)), "part-empty");
    assert_eq!(reference(begin(ATTACHED_LIMIT_BYTES + 1)), "part-too-large");
}

#[test]
fn the_entry_goes_first_and_is_green_only_with_all_its_parts() {
    let (server, phone) = phone();
    phone.check_in(&arrival()).unwrap();
    phone.attach(&photo(), PHOTO, Some(SMALL)).unwrap();
    server.next_time("/sync/v1/blobs", crate::replica::fake::Fault::Unreachable);
    phone.sync(&server).unwrap();
    let row = &list(&phone).rows[0];
    assert_eq!((row.state, row.parts_complete), (ObjectState::Sent, 0));
    phone.sync(&server).unwrap();
    let row = &list(&phone).rows[0];
    assert_eq!((row.state, row.parts_complete), (ObjectState::Receipted, 2));
    assert_eq!(server.blobs(), 2);
}
