use std::io::Read as _;

use automerge::transaction::Transactable as _;
use automerge::{ObjType, ROOT, ReadDoc as _};
use proptest::prelude::*;

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

/// Replaces the body of a change and puts the right checksum on it.
fn forged(change: &ChangeBytes, forge: impl Fn(&mut Vec<u8>)) -> ChangeBytes {
    let mut body = chunk::open(&change.0).unwrap().body().to_vec();
    forge(&mut body);
    ChangeBytes(chunk::wrapped(&body))
}

/// A change written with automerge itself, under the right actor but not through an edit.
fn written_by_hand(
    document: &Document,
    write: impl FnOnce(&mut automerge::transaction::Transaction<'_>),
) -> ChangeBytes {
    let mut inner = document.inner.clone();
    inner.set_actor(writer(1).actor(DOCUMENT).0.into());
    let mut tx = inner.transaction();
    write(&mut tx);
    tx.commit();
    ChangeBytes(inner.get_last_local_change().unwrap().raw_bytes().to_vec())
}

#[test]
fn only_what_edits_do_is_let_in() {
    use automerge::transaction::Transactable as _;
    use automerge::{ObjType, ROOT, ReadDoc as _, ScalarValue};

    let mut document = stop();
    let notes_object = document.inner.get(ROOT, "notes").unwrap().unwrap().1;
    let by_hand: Vec<(&str, ChangeBytes)> = vec![
        (
            "operation",
            written_by_hand(&document, |tx| {
                tx.put_object(ROOT, "notes", ObjType::Text)
                    .map(drop)
                    .unwrap();
            }),
        ),
        (
            "shape",
            written_by_hand(&document, |tx| tx.delete(ROOT, "notes").unwrap()),
        ),
        (
            "operation",
            written_by_hand(&document, |tx| {
                tx.put(ROOT, "reason", ScalarValue::counter(1)).unwrap();
            }),
        ),
        (
            "operation",
            written_by_hand(&document, |tx| {
                tx.put(ROOT, "proposal", "长".repeat(2_000)).unwrap();
            }),
        ),
        (
            "operation",
            written_by_hand(&document, |tx| {
                let start = automerge::marks::ExpandMark::None;
                tx.splice_text(&notes_object, 0, 0, "记录").unwrap();
                let mark = automerge::marks::Mark::new("bold".to_owned(), true, 0, 2);
                tx.mark(&notes_object, mark, start).unwrap();
            }),
        ),
        (
            "shape",
            written_by_hand(&document, |tx| tx.put(ROOT, "amount", "1000000").unwrap()),
        ),
        (
            "shape",
            written_by_hand(&document, |tx| tx.put(ROOT, "reason", "because").unwrap()),
        ),
        (
            "shape",
            written_by_hand(&document, |tx| tx.put(ROOT, "notes", "flat").unwrap()),
        ),
        (
            "shape",
            written_by_hand(&document, |tx| {
                tx.splice_text(&notes_object, 0, 0, &"a".repeat(17_000))
                    .unwrap();
                for _more in 0..3 {
                    let copy = "b".repeat(4_000);
                    for _piece in 0..5 {
                        tx.insert(&notes_object, 0, copy.as_str()).unwrap();
                    }
                }
            }),
        ),
    ];
    for (expected, change) in by_hand {
        assert_eq!(code(&mut document, &run(1, [change])), expected);
    }
}

#[test]
fn claims_are_counted_before_anything_is_built() {
    let mut document = stop();
    let (_other, change) = changed(&document);
    // A column of one boolean run of 2^40, in place of all columns.
    let endless = forged(&change, |body| {
        let head = 1 + 32 + 1 + 16;
        body.truncate(head);
        body.extend([1, 12, 0, 0, 0]);
        body.extend([1, (4 << 4) | 2, 7]);
        body.extend([0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0x01]);
    });
    assert_eq!(code(&mut document, &run(1, [endless])), "too_large");
    let extra = forged(&change, |body| body.push(7));
    assert_eq!(code(&mut document, &run(1, [extra])), "not_a_change");
}

/// The change decoded, made wrong, and written again by automerge itself.
fn rewritten(
    change: &ChangeBytes,
    twist: impl FnOnce(&mut automerge::ExpandedChange),
) -> ChangeBytes {
    let mut expanded = Change::from_bytes(change.0.clone()).unwrap().decode();
    twist(&mut expanded);
    ChangeBytes(Change::from(expanded).raw_bytes().to_vec())
}

#[test]
fn what_breaks_automerge_is_refused_before_it_is_asked() {
    use automerge::ActorId as Writing;
    use automerge::legacy::{ElementId, Key, OpId};

    let mut document = stop();
    let (_other, change) = changed(&document);
    let stranger = Writing::from([0xee; 16].to_vec());
    let founder = Writing::from(writer(0).actor(DOCUMENT).0.to_vec());
    let own = Writing::from(writer(1).actor(DOCUMENT).0.to_vec());
    // Each found by `ci hostile`: it panicked inside automerge.
    let after = |id: OpId| {
        rewritten(&change, |change| {
            change.operations[0].key = Key::Seq(ElementId::Id(id));
        })
    };
    let cases = [
        (
            "after nothing in the text",
            "operation",
            after(OpId::new(1, &founder)),
        ),
        (
            "after a stranger's letter",
            "missing_dependency",
            after(OpId::new(1, &stranger)),
        ),
        (
            "a number beyond 32 bits",
            "operation",
            after(OpId::new(1 << 40, &own)),
        ),
        (
            "replaces beyond 32 bits",
            "operation",
            rewritten(&change, |change| {
                change.operations[0].pred = vec![OpId::new((1 << 33) + 1, &own)].into();
            }),
        ),
    ];
    for (what, expected, forged) in cases {
        assert_eq!(code(&mut document, &run(1, [forged])), expected, "{what}");
    }
    // A column of one actor that the change does not list.
    let unlisted = forged(&change, |body| {
        let head = 1 + 32 + 1 + 16;
        body.truncate(head);
        body.extend([1, 12, 0, 0, 0]);
        body.extend([1, 1, 2]);
        body.extend([1, 9]);
    });
    assert_eq!(code(&mut document, &run(1, [unlisted])), "operation");
}

/// What two people do, in any order, with any exchange between them.
#[derive(Debug, Clone)]
enum Act {
    Notes(usize, String),
    Field(usize, &'static str, String),
    Exchange(usize, usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        (0_usize..3, "[a-z客户付款。]{0,12}").prop_map(|(who, text)| Act::Notes(who, text)),
        (
            0_usize..3,
            prop_oneof![Just("proposal"), Just("met_person")],
            "[a-z]{0,3}"
        )
            .prop_map(|(who, field, value)| Act::Field(who, field, value)),
        (0_usize..3, 0_usize..3).prop_map(|(from, to)| Act::Exchange(from, to)),
    ];
    proptest::collection::vec(act, 1..25)
}

/// Offers all that `from` has to `to`, each actor's changes as far as they can go, again and again until nothing is new.
fn exchange(from: &Document, to: &mut Document) {
    loop {
        let mut applied = 0;
        for number in (0..3).rev() {
            let actor = writer(number).actor(DOCUMENT);
            let changes = from.all_changes();
            let own = changes.into_iter().filter(|(by, _, _)| *by == actor);
            for (_, _, change) in own {
                match to.admit(&run(number, [change])) {
                    Ok(admission) => applied += admission.applied,
                    Err(reject) => assert_eq!(reject.held_code(), HeldCode::MissingDependency),
                }
            }
        }
        if applied == 0 {
            return;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn honest_histories_are_admitted_and_converge(acts in acts()) {
        let mut replicas = vec![stop(); 3];
        for act in acts {
            match act {
                Act::Notes(who, text) => {
                    let by = writer(u8::try_from(who).unwrap());
                    replicas[who].edit(&by, notes(&text)).unwrap();
                }
                Act::Field(who, name, value) => {
                    let by = writer(u8::try_from(who).unwrap());
                    replicas[who].edit(&by, field(name, &value)).unwrap();
                }
                Act::Exchange(from, to) if from != to => {
                    let source = replicas[from].clone();
                    exchange(&source, &mut replicas[to]);
                }
                Act::Exchange(..) => {}
            }
        }
        for (from, to) in [(0, 1), (1, 2), (2, 0), (0, 1)] {
            let source = replicas[from].clone();
            exchange(&source, &mut replicas[to]);
        }
        let first = (replicas[0].heads_digest(), replicas[0].stop().unwrap(), replicas[0].conflicts());
        for other in &replicas[1..] {
            prop_assert_eq!(&first, &(other.heads_digest(), other.stop().unwrap(), other.conflicts()));
        }
    }
}

fn mixed() -> (Document, Vec<ChangeBytes>) {
    let document = stop();
    let mut other = document.clone();
    let edits = [
        notes("答应月底付款，剩下的分三期。"),
        field("reason", "delay"),
        notes("答应月底付款，剩下分三期"),
    ];
    let changes = edits
        .into_iter()
        .map(|edit| other.edit(&writer(1), edit).unwrap().unwrap())
        .collect();
    (document, changes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    /// With the checksum made right again, so that the damage reaches the inner steps.
    #[test]
    fn damaged_changes_never_get_through_as_something_else(
        which in 0_usize..3,
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in proptest::option::weighted(0.1, any::<prop::sample::Index>()),
    ) {
        let (mut document, mut changes) = mixed();
        let honest = changes[which].clone();
        changes[which] = forged(&honest, |body| {
            for (at, byte) in &flips {
                let at = at.index(body.len());
                body[at] ^= byte;
            }
            if let Some(cut) = cut {
                body.truncate(cut.index(body.len()));
            }
        });
        let before = document.save();
        match document.admit(&run(1, changes)) {
            Err(_reject) => prop_assert_eq!(document.save(), before),
            Ok(_admission) => {
                let again = Document::load(DOCUMENT, document.kind(), &document.save()).unwrap();
                prop_assert_eq!(again.heads_digest(), document.heads_digest());
                document.edit(&writer(2), notes("还能写")).unwrap();
                document.edit(&writer(1), field("proposal", "还能写")).unwrap();
            }
        }
    }
}

const OLD_CUSTOMER: &[u8] = include_bytes!("../../../../tests/fixtures/v0.1.0/customer.automerge");

/// A customer's document as version 0.1.0 wrote it, under this module's id. Its bytes do not name the document.
fn old_customer() -> Document {
    Document::load(DOCUMENT, DocumentKind::Customer, OLD_CUSTOMER).unwrap()
}

fn root_map(by: u8, document: &Document, key: &str) -> Run {
    let mut other = document.inner.clone();
    other.set_actor(writer(by).actor(DOCUMENT).0.into());
    let mut tx = other.transaction();
    tx.put_object(ROOT, key, ObjType::Map).unwrap();
    let (hash, _patches) = tx.commit();
    let change = other.get_change_by_hash(&hash.unwrap()).unwrap();
    run(by, [ChangeBytes(change.raw_bytes().to_vec())])
}

#[test]
fn no_device_makes_a_map_of_its_own_in_the_root() {
    let mut document = old_customer();
    for key in ["follow_ups", "contacts", "amounts"] {
        let made = root_map(1, &document, key);
        assert_eq!(code(&mut document, &made), "operation", "{key}");
    }
}

#[test]
fn a_document_grows_by_the_one_change_and_by_no_other_under_its_name() {
    let mut document = old_customer();
    let growth = document.clone().grow().unwrap().unwrap();
    let mut forged = growth.clone();
    let last = forged.changes[0].0.len() - 1;
    forged.changes[0].0[last] ^= 1;
    assert_eq!(code(&mut document, &forged), "foreign_actor");
    let mut twice = growth.clone();
    twice.changes.push(growth.changes[0].clone());
    assert_eq!(code(&mut document, &twice), "foreign_actor");
    let mut as_device = growth.clone();
    as_device.chain = writer(1).chain;
    assert_eq!(code(&mut document, &as_device), "foreign_actor");
    assert_eq!(document.admit(&growth).unwrap().applied, 1);
    assert_eq!(document.admit(&growth).unwrap().already, 1);

    let mut stop = stop();
    let mut of_stop = growth.clone();
    of_stop.document = stop.id();
    assert_eq!(code(&mut stop, &of_stop), "foreign_actor");
    let mut new = Document::create_customer(DOCUMENT, &writer(0)).unwrap();
    assert_eq!(code(&mut new, &growth), "foreign_actor");
}

#[test]
fn a_follow_up_that_is_none_is_refused() {
    let mut document = Document::create_customer(DOCUMENT, &writer(0)).unwrap();
    let member = |fields: &[(&str, &str)]| {
        let mut other = document.inner.clone();
        other.set_actor(writer(1).actor(DOCUMENT).0.into());
        let (_, map) = other.get(ROOT, "follow_ups").unwrap().unwrap();
        let mut tx = other.transaction();
        let member = tx.put_object(map, "f1", ObjType::Map).unwrap();
        for (field, value) in fields {
            tx.put(&member, *field, *value).unwrap();
        }
        let (hash, _patches) = tx.commit();
        let change = other.get_change_by_hash(&hash.unwrap()).unwrap();
        run(1, [ChangeBytes(change.raw_bytes().to_vec())])
    };
    let whole = [
        ("kind", "callback"),
        ("text", ""),
        ("due", "2026-07-20"),
        ("time", ""),
        ("who", ""),
        ("contact", ""),
        ("state", "open"),
        ("reason", ""),
        ("why", ""),
    ];
    let mut unknown = whole.to_vec();
    unknown.push(("amount", "100"));
    let mut undated = whole.to_vec();
    undated[2] = ("due", "soon");
    let bad = [member(&whole[1..]), member(&unknown), member(&undated)];
    let good = member(&whole);
    for run in &bad {
        assert_eq!(code(&mut document, run), "shape");
    }
    assert_eq!(document.admit(&good).unwrap().applied, 1);
}
