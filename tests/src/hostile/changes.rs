//! Damage that keeps a change a change: it is decoded, one thing in it is made wrong, and automerge itself writes it again.

use std::num::NonZeroU64;

use automerge::legacy::{ElementId, Key, ObjectId, OpId, OpType, SortedVec};
use automerge::{ActorId, Change, ChangeHash, ExpandedChange, ObjType, ScalarValue};

use super::Chance;

/// The change with one to three things wrong; none when automerge cannot write it.
pub(super) fn twisted(bytes: &[u8], chance: &mut Chance) -> Option<Vec<u8>> {
    let mut change = Change::from_bytes(bytes.to_vec()).ok()?.decode();
    for _thing in 0..=chance.below(3) {
        twist(&mut change, chance);
    }
    // The writer breaks on some of it; then there is no such change in the world.
    std::panic::catch_unwind(|| Change::from(change).raw_bytes().to_vec()).ok()
}

fn twist(change: &mut ExpandedChange, chance: &mut Chance) {
    match chance.below(12) {
        0 => change.seq = chance.edge(),
        1 => change.seq = change.seq.wrapping_add(1),
        2 => change.start_op = NonZeroU64::new(chance.edge()).unwrap_or(NonZeroU64::MIN),
        3 => {
            let moved = change.start_op.get().wrapping_add(1 + chance.number() % 3);
            change.start_op = NonZeroU64::new(moved).unwrap_or(NonZeroU64::MIN);
        }
        4 => change.time = i64::from_le_bytes(chance.edge().to_le_bytes()),
        5 => change.message = Some("留言".repeat(1 + chance.below(2_000))),
        6 => twist_dependencies(change, chance),
        7 => {
            let length = 1 + chance.below(64);
            change.extra_bytes = (0..length).map(|_| chance.byte()).collect();
        }
        8 => change.actor_id = ActorId::from((0..16).map(|_| chance.byte()).collect::<Vec<u8>>()),
        _ => twist_operations(change, chance),
    }
}

fn twist_dependencies(change: &mut ExpandedChange, chance: &mut Chance) {
    match chance.below(3) {
        0 => change.deps.clear(),
        1 => change.deps.extend(change.deps.clone()),
        _ => {
            let mut unknown = [0; 32];
            for byte in &mut unknown {
                *byte = chance.byte();
            }
            change.deps.push(ChangeHash(unknown));
        }
    }
}

fn twist_operations(change: &mut ExpandedChange, chance: &mut Chance) {
    if change.operations.is_empty() {
        return;
    }
    let at = chance.below(change.operations.len());
    match chance.below(4) {
        0 => {
            change.operations.remove(at);
        }
        1 => {
            let copy = change.operations[at].clone();
            change.operations.insert(at, copy);
        }
        2 => {
            let other = chance.below(change.operations.len());
            change.operations.swap(at, other);
        }
        _ => {
            let actor = change.actor_id.clone();
            let operation = &mut change.operations[at];
            match chance.below(5) {
                0 => operation.obj = object(&actor, chance),
                1 => operation.key = key(&actor, chance),
                2 => operation.action = action(chance),
                3 => operation.insert = !operation.insert,
                _ => operation.pred = predecessors(&actor, chance),
            }
        }
    }
}

fn some_id(actor: &ActorId, chance: &mut Chance) -> OpId {
    let counter = if chance.percent(50) {
        chance.edge()
    } else {
        1 + chance.number() % 40
    };
    OpId(counter, actor.clone())
}

fn object(actor: &ActorId, chance: &mut Chance) -> ObjectId {
    if chance.percent(30) {
        ObjectId::Root
    } else {
        ObjectId::Id(some_id(actor, chance))
    }
}

fn key(actor: &ActorId, chance: &mut Chance) -> Key {
    const NAMES: [&str; 8] = [
        "notes",
        "reason",
        "contacts",
        "stops",
        "amount",
        "",
        "name",
        "__proto__",
    ];
    match chance.below(4) {
        0 => Key::Seq(ElementId::Head),
        1 => Key::Seq(ElementId::Id(some_id(actor, chance))),
        2 => Key::Map("长".repeat(1 + chance.below(3_000)).into()),
        _ => Key::Map(
            NAMES
                .get(chance.below(NAMES.len()))
                .copied()
                .unwrap_or("")
                .into(),
        ),
    }
}

fn action(chance: &mut Chance) -> OpType {
    match chance.below(10) {
        0 => OpType::Make(ObjType::Map),
        1 => OpType::Make(ObjType::List),
        2 => OpType::Make(ObjType::Text),
        3 => OpType::Make(ObjType::Table),
        4 => OpType::Delete,
        5 => OpType::Increment(i64::from_le_bytes(chance.edge().to_le_bytes())),
        6 => OpType::MarkEnd(chance.percent(50)),
        _ => OpType::Put(value(chance)),
    }
}

fn value(chance: &mut Chance) -> ScalarValue {
    match chance.below(9) {
        0 => ScalarValue::Null,
        1 => ScalarValue::Boolean(chance.percent(50)),
        2 => ScalarValue::Int(i64::from_le_bytes(chance.edge().to_le_bytes())),
        3 => ScalarValue::Uint(chance.edge()),
        4 => ScalarValue::F64(f64::NAN),
        5 => ScalarValue::Timestamp(i64::from_le_bytes(chance.edge().to_le_bytes())),
        6 => ScalarValue::counter(1),
        7 => ScalarValue::Bytes((0..chance.below(200)).map(|_| chance.byte()).collect()),
        _ => ScalarValue::Str("值".repeat(chance.below(3_000)).into()),
    }
}

fn predecessors(actor: &ActorId, chance: &mut Chance) -> SortedVec<OpId> {
    (0..chance.below(4))
        .map(|_| some_id(actor, chance))
        .collect::<Vec<OpId>>()
        .into()
}
