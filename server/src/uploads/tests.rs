use super::*;

fn hand(number: u8) -> Hand {
    Hand {
        by: UserId::from_bytes([number; 16]),
        at: Instant::from_ms(1_782_867_600_000),
    }
}

fn place(row: u32) -> Subject {
    Subject::Row(Place { sheet: None, row })
}

fn strike(row: u32) -> Change {
    Change {
        subject: place(row),
        answer: Some(Answer::Row(Decision::Strike)),
        reason: "重复".to_owned(),
    }
}

fn later(days: i64) -> Instant {
    Instant::from_ms(hand(1).at.ms() + days * DAY_MS)
}

#[test]
fn what_was_decided_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("uploads.sqlite");
    let uploads = Uploads::open(&path).unwrap();
    let id = uploads.add("账.csv", b"1,2", hand(1)).unwrap();
    uploads.decide(id, 0, &[strike(3)], hand(1)).unwrap();
    drop(uploads);
    let uploads = Uploads::open(&path).unwrap();
    assert_eq!(uploads.bytes(id).unwrap(), b"1,2");
    let decided = uploads.decisions(id).unwrap();
    assert_eq!(decided.len(), 1);
    assert_eq!((decided[0].by, decided[0].at), (hand(1).by, hand(1).at));
    assert_eq!(decided[0].reason, "重复");
    assert_eq!(uploads.add("改名.csv", b"1,2", hand(2)).unwrap(), id);
    assert_eq!(
        uploads.find(id, hand(2).at).unwrap().uploaded_by,
        hand(1).by
    );
}

#[test]
fn a_change_to_what_somebody_else_changed_meanwhile_is_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(&folder.path().join("uploads.sqlite")).unwrap();
    let id = uploads.add("账.csv", b"1", hand(1)).unwrap();
    uploads.decide(id, 0, &[strike(3)], hand(1)).unwrap();
    uploads.decide(id, 0, &[strike(4)], hand(2)).unwrap();
    let both = uploads.decide(id, 0, &[strike(5), strike(3)], hand(2));
    assert!(matches!(both, Err(UploadError::Stale)), "{both:?}");
    assert_eq!(uploads.decisions(id).unwrap().len(), 2);
    let back = Change {
        answer: None,
        ..strike(3)
    };
    uploads.decide(id, 2, &[back], hand(2)).unwrap();
    assert_eq!(uploads.decisions(id).unwrap().len(), 1);
    let stale = uploads.decide(id, 2, &[strike(3)], hand(1));
    assert!(matches!(stale, Err(UploadError::Stale)), "{stale:?}");
    uploads.answer_sheets(id, 3, &[], hand(1)).unwrap();
    let read_otherwise = uploads.decide(id, 3, &[strike(9)], hand(2));
    assert!(
        matches!(read_otherwise, Err(UploadError::Stale)),
        "{read_otherwise:?}"
    );
}

#[test]
fn a_thirteenth_file_waits_until_one_is_kept_or_discarded() {
    let folder = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(&folder.path().join("uploads.sqlite")).unwrap();
    let ids: Vec<Digest> = (0..MOST_UPLOADS)
        .map(|number| {
            uploads
                .add("账.csv", number.to_string().as_bytes(), hand(1))
                .unwrap()
        })
        .collect();
    let refused = uploads.add("账.csv", b"more", hand(1));
    assert!(matches!(refused, Err(UploadError::TooMany)), "{refused:?}");
    uploads.kept(ids[4], Digest::default()).unwrap();
    uploads.add("账.csv", b"more", hand(1)).unwrap();
    let gone = uploads.find(ids[4], hand(1).at);
    assert!(matches!(gone, Err(UploadError::Gone)), "{gone:?}");
    assert_eq!(uploads.all(hand(1).at).unwrap().len(), MOST_UPLOADS);
}

#[test]
fn files_of_more_bytes_than_may_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(&folder.path().join("uploads.sqlite")).unwrap();
    uploads.add("账.csv", b"1", hand(1)).unwrap();
    uploads
        .lock()
        .execute(
            "update uploads set size_bytes = :most",
            named_params! { ":most": i64::try_from(MOST_BYTES).unwrap() },
        )
        .unwrap();
    let refused = uploads.add("账.csv", b"2", hand(1));
    assert!(matches!(refused, Err(UploadError::Full)), "{refused:?}");
}

#[test]
fn a_file_that_nobody_touches_for_a_month_goes() {
    let folder = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(&folder.path().join("uploads.sqlite")).unwrap();
    let id = uploads.add("账.csv", b"1", hand(1)).unwrap();
    uploads.decide(id, 0, &[strike(3)], hand(1)).unwrap();
    uploads.find(id, later(MOST_DAYS)).unwrap();
    let gone = uploads.find(id, later(MOST_DAYS + 1));
    assert!(matches!(gone, Err(UploadError::Gone)), "{gone:?}");
    let decided = uploads.decide(id, 1, &[strike(4)], hand(1));
    assert!(matches!(decided, Err(UploadError::Gone)), "{decided:?}");
}
