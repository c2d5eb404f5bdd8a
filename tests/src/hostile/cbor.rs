//! Damage that knows CBOR and nothing of what it says: one node of the tree becomes another, and the whole is written again.

use super::Chance;
use super::bytes::damaged;

/// Deeper than anything genuine lies.
const DEEPEST: usize = 48;

/// A data item (RFC 8949 §3).
#[derive(Debug, Clone)]
enum Node {
    Unsigned(u64),
    Negative(u64),
    Bytes(Vec<u8>),
    Text(Vec<u8>),
    Array(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Tag(u64, Box<Node>),
    Simple(u8),
    /// Bytes that are an item themselves.
    Within(Box<Node>),
    /// Written as it is, whether it is an item or not.
    Raw(Vec<u8>),
}

/// The item with one to three nodes made wrong; none when the bytes are no item of definite length.
pub(super) fn twisted(bytes: &[u8], chance: &mut Chance) -> Option<Vec<u8>> {
    let mut node = whole(bytes)?;
    for _node in 0..=chance.below(3) {
        let count = count(&node);
        let at = chance.below(count);
        twist_at(&mut node, &mut { at }, chance);
    }
    let mut out = Vec::new();
    write(&node, &mut out);
    Some(out)
}

/// The item with one array, its own or one in its bytes, filled with the smallest items: what costs one byte here may cost fifty in
/// memory. None when it has no array.
pub(super) fn swollen(bytes: &[u8], items: usize, chance: &mut Chance) -> Option<Vec<u8>> {
    let mut node = whole(bytes)?;
    let mut arrays = Vec::new();
    find_arrays(&mut node, &mut arrays);
    let at = chance.below(arrays.len());
    let array = arrays.into_iter().nth(at)?;
    let mut filled = Vec::new();
    head(4, length(items), &mut filled);
    filled.extend(vec![[0x40, 0x60, 0x80, 0xa0, 0x00][chance.below(5)]; items]);
    *array = Node::Raw(filled);
    let mut out = Vec::new();
    write(&node, &mut out);
    Some(out)
}

fn find_arrays<'n>(node: &'n mut Node, found: &mut Vec<&'n mut Node>) {
    match node {
        Node::Array(items) if items.iter().all(|item| !holds_arrays(item)) => found.push(node),
        Node::Array(items) => items.iter_mut().for_each(|item| find_arrays(item, found)),
        Node::Map(pairs) => pairs
            .iter_mut()
            .for_each(|(_key, value)| find_arrays(value, found)),
        Node::Tag(_tag, inner) => find_arrays(inner, found),
        Node::Bytes(bytes) => {
            // An entry's payload is an item inside of bytes.
            if let Some(inner) = whole(bytes).filter(|_| bytes.len() > 40) {
                *node = Node::Within(Box::new(inner));
                if let Node::Within(inner) = node {
                    find_arrays(inner, found);
                }
            }
        }
        Node::Within(inner) => find_arrays(inner, found),
        Node::Unsigned(_) | Node::Negative(_) | Node::Text(_) | Node::Simple(_) | Node::Raw(_) => {}
    }
}

/// An array of what holds arrays itself is gone into rather than filled.
fn holds_arrays(node: &Node) -> bool {
    matches!(node, Node::Array(_) | Node::Map(_) | Node::Bytes(_))
}

fn whole(bytes: &[u8]) -> Option<Node> {
    let mut rest = bytes;
    let node = read(&mut rest, DEEPEST)?;
    rest.is_empty().then_some(node)
}

fn read(rest: &mut &[u8], depth: usize) -> Option<Node> {
    let depth = depth.checked_sub(1)?;
    let first = take(rest, 1)?[0];
    let value = match first & 0x1f {
        small @ 0..=23 => u64::from(small),
        24 => number(take(rest, 1)?),
        25 => number(take(rest, 2)?),
        26 => number(take(rest, 4)?),
        27 => number(take(rest, 8)?),
        _ => return None,
    };
    let length = usize::try_from(value).ok();
    Some(match first >> 5 {
        0 => Node::Unsigned(value),
        1 => Node::Negative(value),
        2 => Node::Bytes(take(rest, length?)?.to_vec()),
        3 => Node::Text(take(rest, length?)?.to_vec()),
        4 => {
            let items: Option<Vec<Node>> = (0..value).map(|_| read(rest, depth)).collect();
            Node::Array(items?)
        }
        5 => {
            let pair = |_| Some((read(rest, depth)?, read(rest, depth)?));
            let pairs: Option<Vec<(Node, Node)>> = (0..value).map(pair).collect();
            Node::Map(pairs?)
        }
        6 => Node::Tag(value, Box::new(read(rest, depth)?)),
        _ => Node::Simple(first),
    })
}

fn take<'b>(rest: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

fn write(node: &Node, out: &mut Vec<u8>) {
    match node {
        Node::Unsigned(value) => head(0, *value, out),
        Node::Negative(value) => head(1, *value, out),
        Node::Bytes(bytes) => {
            head(2, length(bytes.len()), out);
            out.extend(bytes);
        }
        Node::Text(bytes) => {
            head(3, length(bytes.len()), out);
            out.extend(bytes);
        }
        Node::Array(items) => {
            head(4, length(items.len()), out);
            for item in items {
                write(item, out);
            }
        }
        Node::Map(pairs) => {
            head(5, length(pairs.len()), out);
            for (key, value) in pairs {
                write(key, out);
                write(value, out);
            }
        }
        Node::Tag(tag, inner) => {
            head(6, *tag, out);
            write(inner, out);
        }
        Node::Simple(byte) => out.push(*byte),
        Node::Within(inner) => {
            let mut bytes = Vec::new();
            write(inner, &mut bytes);
            head(2, length(bytes.len()), out);
            out.extend(bytes);
        }
        Node::Raw(bytes) => out.extend(bytes),
    }
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn head(major: u8, value: u64, out: &mut Vec<u8>) {
    let major = major << 5;
    let bytes = value.to_be_bytes();
    match value {
        0..=23 => out.push(major | bytes[7]),
        24..=0xff => out.extend([major | 0x18, bytes[7]]),
        0x100..=0xffff => {
            out.push(major | 0x19);
            out.extend(&bytes[6..]);
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 0x1a);
            out.extend(&bytes[4..]);
        }
        _ => {
            out.push(major | 0x1b);
            out.extend(bytes);
        }
    }
}

fn count(node: &Node) -> usize {
    1 + match node {
        Node::Array(items) => items.iter().map(count).sum(),
        Node::Map(pairs) => pairs
            .iter()
            .map(|(key, value)| count(key) + count(value))
            .sum(),
        Node::Tag(_tag, inner) => count(inner),
        Node::Unsigned(_)
        | Node::Negative(_)
        | Node::Bytes(_)
        | Node::Within(_)
        | Node::Text(_)
        | Node::Simple(_)
        | Node::Raw(_) => 0,
    }
}

/// Twists the node that has the number, counted from the root.
fn twist_at(node: &mut Node, number: &mut usize, chance: &mut Chance) -> bool {
    if *number == 0 {
        *node = twist(node.clone(), chance);
        return true;
    }
    *number -= 1;
    match node {
        Node::Array(items) => items.iter_mut().any(|item| twist_at(item, number, chance)),
        Node::Map(pairs) => pairs
            .iter_mut()
            .any(|(key, value)| twist_at(key, number, chance) || twist_at(value, number, chance)),
        Node::Tag(_tag, inner) => twist_at(inner, number, chance),
        Node::Unsigned(_)
        | Node::Negative(_)
        | Node::Bytes(_)
        | Node::Within(_)
        | Node::Text(_)
        | Node::Simple(_)
        | Node::Raw(_) => false,
    }
}

fn twist(node: Node, chance: &mut Chance) -> Node {
    match chance.below(10) {
        0 => Node::Unsigned(chance.edge()),
        1 => Node::Negative(chance.edge()),
        2 => claims_much(chance),
        3 => nested(&node, chance),
        4 => Node::Raw(odd(&node, chance)),
        5 => Node::Tag(chance.edge(), Box::new(node)),
        _ => inside(node, chance),
    }
}

/// The head of something that claims more than comes.
fn claims_much(chance: &mut Chance) -> Node {
    let mut out = Vec::new();
    let major = 2 + u8::try_from(chance.below(4)).unwrap_or(0);
    head(major, chance.edge(), &mut out);
    out.extend((0..chance.below(12)).map(|_| chance.byte()));
    Node::Raw(out)
}

/// The node in many arrays, maps or tags.
fn nested(node: &Node, chance: &mut Chance) -> Node {
    let opening: &[u8] =
        [&[0x81][..], &[0xa1, 0x00], &[0xc1], &[0x9f], &[0xbf, 0x00]][chance.below(5)];
    let depth = [2, 17, 300, 20_000][chance.below(4)];
    let mut out = opening.repeat(depth);
    write(node, &mut out);
    Node::Raw(out)
}

/// The same said in a way that is not deterministic, or a value that is none here.
fn odd(node: &Node, chance: &mut Chance) -> Vec<u8> {
    const STRANGE: [&[u8]; 9] = [
        &[0xf4],
        &[0xf6],
        &[0xf7],
        &[0xff],
        &[0xf9, 0x7e, 0x00],
        &[0xfb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0],
        &[0x1b, 0, 0, 0, 0, 0, 0, 0, 1],
        &[0x5f, 0x41, 0x61, 0xff],
        &[0x1c],
    ];
    if chance.percent(60)
        && let Node::Array(items) = node
    {
        let mut out = vec![0x9f];
        for item in items {
            write(item, &mut out);
        }
        out.push(0xff);
        return out;
    }
    if chance.percent(60)
        && let Node::Unsigned(value) = node
    {
        return [&[0x1b][..], &value.to_be_bytes()].concat();
    }
    let strange = chance.one_of(&STRANGE);
    strange.map_or(Vec::new(), |bytes| bytes.to_vec())
}

/// Something else of the same type.
fn inside(node: Node, chance: &mut Chance) -> Node {
    match node {
        Node::Bytes(bytes) => Node::Bytes(match twisted_inside(&bytes, chance) {
            Some(twisted) => twisted,
            None => damaged(&bytes, chance),
        }),
        Node::Text(bytes) if chance.percent(30) => {
            let long = [300, 5_000, 70_000][chance.below(3)];
            Node::Text([&bytes[..], &"长".as_bytes().repeat(long)].concat())
        }
        Node::Text(bytes) => Node::Text(damaged(&bytes, chance)),
        Node::Array(mut items) => {
            in_array(&mut items, chance);
            Node::Array(items)
        }
        Node::Map(mut pairs) => {
            in_map(&mut pairs, chance);
            Node::Map(pairs)
        }
        Node::Unsigned(value) => Node::Unsigned(value.wrapping_add(1)),
        Node::Negative(_) | Node::Tag(..) | Node::Simple(_) | Node::Within(_) | Node::Raw(_) => {
            Node::Simple(0xe0 | (chance.byte() & 0x1f))
        }
    }
}

/// An entry's payload is an item inside of bytes.
fn twisted_inside(bytes: &[u8], chance: &mut Chance) -> Option<Vec<u8>> {
    if bytes.len() < 40 || chance.percent(20) {
        return None;
    }
    twisted(bytes, chance)
}

fn in_array(items: &mut Vec<Node>, chance: &mut Chance) {
    let at = chance.below(items.len());
    match chance.below(4) {
        0 if !items.is_empty() => {
            items.remove(at);
        }
        1 if !items.is_empty() => {
            let copy = items[at].clone();
            items.insert(at, copy);
        }
        2 if !items.is_empty() => {
            let other = chance.below(items.len());
            items.swap(at, other);
        }
        _ => items.push(Node::Raw(vec![
            [0x40, 0x60, 0x80, 0xa0, 0x00, 0xf6][chance.below(6)],
        ])),
    }
}

fn in_map(pairs: &mut Vec<(Node, Node)>, chance: &mut Chance) {
    let at = chance.below(pairs.len());
    match chance.below(4) {
        0 if !pairs.is_empty() => {
            pairs.remove(at);
        }
        1 if !pairs.is_empty() => {
            let copy = pairs[at].clone();
            pairs.push(copy);
        }
        2 if !pairs.is_empty() => {
            let other = chance.below(pairs.len());
            pairs.swap(at, other);
        }
        _ => pairs.push((Node::Unsigned(chance.edge()), Node::Array(Vec::new()))),
    }
}
