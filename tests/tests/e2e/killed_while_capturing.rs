//! The phone dies while a photo is stored: what was stored is found again, nothing half is ever attached.

use countersign_core::journal::facts::{MissingFix, PartKind, PositionReport};
use countersign_core::replica::{CaptureBegin, CaptureFinish, CapturePiece, NewPart, OfStopPage};
use countersign_core::views::Base64;
use countersign_server::desks::PartFile;
use countersign_tests::world::{Office, World, here, photo};

#[test]
fn a_kill_after_each_piece_loses_none_and_attaches_once() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep]);
    let mut phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    let stop = phone.stop_at("001");
    let content = photo(1_300_000);
    let begin = CaptureBegin {
        part: NewPart {
            stop,
            about: None,
            kind: PartKind::StampedSheet,
            media_type: "image/jpeg".to_owned(),
            name: "IMG_2207.jpg".to_owned(),
            caption: "盖章页".to_owned(),
            position: PositionReport::Missing(MissingFix::TimedOut),
        },
        size_bytes: u64::try_from(content.len()).unwrap(),
    };
    let capture = phone.replica.begin_capture(&begin).unwrap().capture;
    let page = OfStopPage {
        stop,
        offset: 0,
        limit: 10,
    };
    for (ordinal, piece) in (0..).zip(content.chunks(400_000)) {
        phone
            .replica
            .add_piece(&CapturePiece {
                capture,
                ordinal,
                content: Base64(piece.to_vec()),
            })
            .unwrap();
        phone = phone.killed_and_restarted();
        let view = phone.replica.parts(page).unwrap();
        assert_eq!((view.total, view.captures.len()), (0, 1));
        // A sync between two pieces sends nothing of it.
        assert_eq!(phone.sync().parts, 0);
    }
    let finish = CaptureFinish {
        capture,
        position: Some(here()),
        thumbnail: None,
    };
    let entry = phone.replica.finish_capture(&finish).unwrap().entry;
    phone = phone.killed_and_restarted();
    assert_eq!(phone.replica.finish_capture(&finish).unwrap().entry, entry);
    world.remember(&phone);
    phone.sync_to_rest();
    let (_kind, there) = office
        .manager
        .attached(entry, PartFile::Content)
        .unwrap()
        .unwrap();
    assert_eq!(there, content);
    assert_eq!(phone.replica.parts(page).unwrap().total, 1);
}
