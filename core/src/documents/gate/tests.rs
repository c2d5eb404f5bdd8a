use std::io::Read as _;

use super::*;
use crate::documents::{Edit, TextField, Writer};
use crate::domain::ids::{ChainId, DocumentId};

const DOCUMENT: DocumentId = DocumentId::from_bytes([9; 16]);

fn writer(number: u8) -> Writer {
    Writer {
        chain: ChainId::from_bytes([number; 16]),
        epoch: 0,
        at: Instant::from_ms(1_752_566_400_000 + i64::from(number)),
    }
}

fn run(by: u8, changes: impl IntoIterator<Item = ChangeBytes>) -> Run {
    Run {
        document: DOCUMENT,
        chain: writer(by).chain,
        actor_epoch: 0,
        changes: changes.into_iter().collect(),
    }
}

fn stop() -> Document {
    Document::create_stop(DOCUMENT, &writer(0)).unwrap()
}

fn field(field: &str, value: &str) -> Edit {
    Edit::Field {
        field: field.to_owned(),
        value: value.to_owned(),
    }
}

fn notes(value: &str) -> Edit {
    Edit::Text {
        field: TextField::Notes,
        value: value.to_owned(),
    }
}

fn code(document: &mut Document, run: &Run) -> &'static str {
    let before = (document.heads_digest(), document.save());
    let code = document.admit(run).unwrap_err().code();
    assert_eq!(before, (document.heads_digest(), document.save()));
    code
}

/// A copy of `document`, and the change that number 1 makes in it.
fn changed(document: &Document) -> (Document, ChangeBytes) {
    let mut other = document.clone();
    let change = other.edit(&writer(1), notes("答应月底付款")).unwrap();
    (other, change.unwrap())
}

#[test]
fn an_honest_change_is_taken_in_once() {
    let mut document = stop();
    let (other, change) = changed(&document);
    let run = run(1, [change]);
    let first = document.admit(&run).unwrap();
    let second = document.admit(&run).unwrap();
    assert_eq!((first.applied, first.already), (1, 0));
    assert_eq!((second.applied, second.already), (0, 1));
    assert_eq!(document.heads_digest(), other.heads_digest());
    assert_eq!(document.stop().unwrap().notes, "答应月底付款");
}

#[test]
fn a_compressed_change_is_the_same_change() {
    let mut document = stop();
    let mut other = document.clone();
    let long = "客户说月底付一半。".repeat(100);
    let raw = other.edit(&writer(1), notes(&long)).unwrap().unwrap();
    let mut change = Change::from_bytes(raw.0.clone()).unwrap();
    let packed = ChangeBytes(change.bytes().into_owned());
    assert_eq!(packed.0[8], 2);
    assert_eq!(document.admit(&run(1, [packed])).unwrap().applied, 1);
    assert_eq!(document.admit(&run(1, [raw])).unwrap().already, 1);
}

#[test]
fn nobody_writes_under_anothers_actor() {
    let mut document = stop();
    let (_other, change) = changed(&document);
    assert_eq!(
        code(&mut document, &run(2, [change.clone()])),
        "foreign_actor"
    );
    let mut later_epoch = run(1, [change]);
    later_epoch.actor_epoch = 1;
    assert_eq!(code(&mut document, &later_epoch), "foreign_actor");
}

#[test]
fn a_run_of_another_document_is_refused() {
    let mut document = stop();
    let (_other, change) = changed(&document);
    let mut run = run(1, [change]);
    run.document = DocumentId::from_bytes([8; 16]);
    assert_eq!(code(&mut document, &run), "other_document");
}

#[test]
fn a_change_waits_for_those_before_it() {
    let mut document = stop();
    let (mut other, first) = changed(&document);
    let second = other.edit(&writer(1), field("proposal", "分三期")).unwrap();
    let third = other
        .edit(&writer(2), field("next_step", "周五再访"))
        .unwrap();
    let second = second.unwrap();
    assert_eq!(
        code(&mut document, &run(1, [second.clone()])),
        "sequence_gap"
    );
    assert_eq!(code(&mut document, &run(2, third)), "missing_dependency");
    assert_eq!(document.admit(&run(1, [first, second])).unwrap().applied, 2);
}

#[test]
fn a_copied_phone_is_noticed() {
    let mut document = stop();
    let (_one, first) = changed(&document);
    let mut copied = document.clone();
    let twin = copied.edit(&writer(1), notes("另一部手机")).unwrap();
    document.admit(&run(1, [first])).unwrap();
    assert_eq!(code(&mut document, &run(1, twin)), "forked_actor");
}

#[test]
fn a_bad_change_spoils_its_run_and_nothing_else() {
    let mut document = stop();
    let (mut other, first) = changed(&document);
    let mut second = other
        .edit(&writer(1), field("proposal", "分三期"))
        .unwrap()
        .unwrap();
    *second.0.last_mut().unwrap() ^= 1;
    let reject = document.admit(&run(1, [first, second])).unwrap_err();
    assert_eq!((reject.index, reject.code()), (1, "checksum"));
    assert_eq!(document.stop().unwrap().notes, "");
}

#[test]
fn cut_or_lengthened_bytes_are_refused() {
    let mut document = stop();
    let (_other, change) = changed(&document);
    for length in 0..change.0.len() {
        let cut = ChangeBytes(change.0[..length].to_vec());
        assert_eq!(code(&mut document, &run(1, [cut])), "not_a_change");
    }
    let mut longer = change.clone();
    longer.0.push(0);
    assert_eq!(code(&mut document, &run(1, [longer])), "not_a_change");
    for kind in [0, 3, 4] {
        let mut other = change.clone();
        other.0[8] = kind;
        assert_eq!(code(&mut document, &run(1, [other])), "not_a_change");
    }
}

#[test]
fn a_bomb_does_not_inflate() {
    let zeros = vec![0; 64 << 20];
    let mut packed = Vec::new();
    flate2::bufread::DeflateEncoder::new(zeros.as_slice(), flate2::Compression::best())
        .read_to_end(&mut packed)
        .unwrap();
    let mut bytes = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 2];
    chunk::write_unsigned(&mut bytes, packed.len());
    bytes.extend(packed);
    assert!(bytes.len() <= CHANGE_LIMIT_BYTES);
    assert_eq!(
        code(&mut stop(), &run(1, [ChangeBytes(bytes)])),
        "too_large"
    );
}

#[test]
fn sizes_are_looked_at_first() {
    let large = ChangeBytes(vec![0; CHANGE_LIMIT_BYTES + 1]);
    assert_eq!(code(&mut stop(), &run(1, [large])), "too_large");
    let many = vec![ChangeBytes(Vec::new()); RUN_LIMIT_CHANGES + 1];
    assert_eq!(code(&mut stop(), &run(1, many)), "too_large");
    let heavy = vec![ChangeBytes(vec![0; CHANGE_LIMIT_BYTES]); 5];
    assert_eq!(code(&mut stop(), &run(1, heavy)), "too_large");
}
