//! Reads the head of a change and adds up what its columns claim, without building anything.
//!
//! Columns are run-length encoded: four bytes can claim 2^40 rows, and a group column can claim as many members for one
//! row. Here each claim is only counted. What a column points at is looked at too, because automerge breaks on a number of an
//! operation above 2^32 and on an actor that the change does not list.

use super::Rule;
use crate::documents::ActorId;

const COLUMNS_LIMIT: usize = 16;
const HASHES_LIMIT: usize = 64;
const ACTORS_LIMIT: usize = 64;
const ROWS_LIMIT: u64 = 40_000;
const OPERATIONS_LIMIT: u64 = 20_000;
/// The specification of the column that has one row for each operation (column 4, integers).
const ACTION_COLUMN: u64 = (4 << 4) | 2;

/// What stands before the columns.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) dependencies: Vec<[u8; 32]>,
    pub(super) actor: ActorId,
    /// Whose operations it points at beside its own.
    pub(super) others: Vec<ActorId>,
    pub(super) seq: u64,
    pub(super) start_op: u64,
    pub(super) time: i64,
}

/// Reads bytes from the front.
#[derive(Debug)]
pub(super) struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    pub(super) const fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'b [u8], Rule> {
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(Rule::NotAChange("it is cut off"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Rule> {
        let taken = self.take(N)?;
        taken
            .try_into()
            .map_err(|_length| Rule::NotAChange("it is cut off"))
    }

    pub(super) fn byte(&mut self) -> Result<u8, Rule> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// An unsigned LEB128 number in its shortest form.
    fn unsigned(&mut self) -> Result<u64, Rule> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let low = u64::from(byte & 0x7f);
            if shift == 63 && low > 1 {
                break;
            }
            value |= low << shift;
            if byte & 0x80 == 0 {
                return if byte == 0 && shift > 0 {
                    Err(Rule::NotAChange("a number is not in its shortest form"))
                } else {
                    Ok(value)
                };
            }
        }
        Err(Rule::NotAChange("a number is too large"))
    }

    /// A signed LEB128 number. Forms longer than needed are left to the comparison with automerge's own encoding.
    fn signed(&mut self) -> Result<i64, Rule> {
        let mut value = 0_i64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let is_negative = byte & 0x40 != 0;
                return Ok(if is_negative && shift < 57 {
                    value | (-1_i64 << (shift + 7))
                } else {
                    value
                });
            }
        }
        Err(Rule::NotAChange("a number is too large"))
    }

    /// A count or length that must not be above `limit`.
    pub(super) fn count(&mut self, limit: usize) -> Result<usize, Rule> {
        usize::try_from(self.unsigned()?)
            .ok()
            .filter(|count| *count <= limit)
            .ok_or(Rule::TooLarge("a count or length inside it"))
    }
}

pub(super) fn scan(body: &[u8]) -> Result<Head, Rule> {
    let mut reader = Reader::new(body);
    let head = head(&mut reader)?;
    let columns = reader.count(COLUMNS_LIMIT)?;
    let mut layout = Vec::with_capacity(columns);
    for _column in 0..columns {
        layout.push((reader.unsigned()?, reader.count(body.len())?));
    }
    for (specification, length) in layout {
        column(specification, reader.take(length)?, head.others.len())?;
    }
    if reader.is_empty() {
        Ok(head)
    } else {
        Err(Rule::NotAChange("bytes follow its columns"))
    }
}

fn head(reader: &mut Reader<'_>) -> Result<Head, Rule> {
    let mut dependencies = Vec::new();
    for _dependency in 0..reader.count(HASHES_LIMIT)? {
        dependencies.push(reader.array()?);
    }
    let actor = actor(reader)?;
    let seq = reader.unsigned()?;
    let start_op = reader.unsigned()?;
    let time = reader.signed()?;
    if reader.count(0).is_err() {
        return Err(Rule::Operation("it carries a message"));
    }
    let mut others = Vec::new();
    for _other in 0..reader.count(ACTORS_LIMIT)? {
        others.push(self::actor(reader)?);
    }
    Ok(Head {
        dependencies,
        actor,
        others,
        seq,
        start_op,
        time,
    })
}

fn actor(reader: &mut Reader<'_>) -> Result<ActorId, Rule> {
    actor_of_sixteen(reader).map(ActorId)
}

fn actor_of_sixteen(reader: &mut Reader<'_>) -> Result<[u8; 16], Rule> {
    if reader.count(usize::MAX)? == 16 {
        reader.array()
    } else {
        Err(Rule::NotAChange("an actor does not have 16 bytes"))
    }
}

/// What a column's rows are, by the low three bits of its specification.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    Groups,
    /// Places in the list of actors, the change's own first.
    Actors {
        others: u64,
    },
    Unsigned,
    /// Differences to the row before.
    Deltas,
    Texts,
    ValueLengths,
}

fn column(specification: u64, data: &[u8], others: usize) -> Result<(), Rule> {
    if specification & 0b1000 != 0 {
        return Err(Rule::NotAChange("a column is compressed"));
    }
    let limit = if specification == ACTION_COLUMN {
        OPERATIONS_LIMIT
    } else {
        ROWS_LIMIT
    };
    match specification & 0b111 {
        0 => runs(Rows::Groups, data, limit),
        1 => {
            let others = u64::try_from(others).unwrap_or(0);
            runs(Rows::Actors { others }, data, limit)
        }
        2 => runs(Rows::Unsigned, data, limit),
        3 => runs(Rows::Deltas, data, limit),
        4 => booleans(data, limit),
        5 => runs(Rows::Texts, data, limit),
        6 => runs(Rows::ValueLengths, data, limit),
        _raw_values => Ok(()),
    }
}

fn add(total: &mut u64, more: u64, limit: u64) -> Result<(), Rule> {
    *total = total.saturating_add(more);
    if *total > limit {
        Err(Rule::TooLarge("rows of a column"))
    } else {
        Ok(())
    }
}

fn booleans(data: &[u8], limit: u64) -> Result<(), Rule> {
    let mut reader = Reader::new(data);
    let mut rows = 0;
    while !reader.is_empty() {
        add(&mut rows, reader.unsigned()?, limit)?;
    }
    Ok(())
}

fn runs(kind: Rows, data: &[u8], limit: u64) -> Result<(), Rule> {
    let mut reader = Reader::new(data);
    let (mut rows, mut claimed) = (0, 0);
    let mut sum = 0_i64;
    while !reader.is_empty() {
        let run = reader.signed()?;
        if run == 0 {
            add(&mut rows, reader.unsigned()?, limit)?;
            continue;
        }
        add(&mut rows, run.unsigned_abs(), limit)?;
        // A positive run repeats one value, a negative one is a list of values.
        let (values, each) = if run > 0 {
            (1, run.unsigned_abs())
        } else {
            (run.unsigned_abs(), 1)
        };
        for _value in 0..values {
            if kind == Rows::Deltas {
                let times = i64::try_from(each).unwrap_or(i64::MAX);
                sum = sum.saturating_add(reader.signed()?.saturating_mul(times));
                within_numbers(u64::try_from(sum).unwrap_or(u64::MAX))?;
                continue;
            }
            let claim = value(kind, &mut reader, data.len())?;
            add(&mut claimed, claim.saturating_mul(each), claim_limit(kind))?;
        }
    }
    Ok(())
}

/// How much the values of a column may claim together: members of groups, bytes of values.
const fn claim_limit(kind: Rows) -> u64 {
    match kind {
        Rows::Groups => ROWS_LIMIT,
        Rows::ValueLengths => 1 << 20,
        Rows::Actors { .. } | Rows::Unsigned | Rows::Deltas | Rows::Texts => u64::MAX,
    }
}

/// automerge numbers operations with 32 bits.
fn within_numbers(number: u64) -> Result<(), Rule> {
    if u32::try_from(number).is_ok() {
        Ok(())
    } else {
        Err(Rule::Operation("it points at an operation that cannot be"))
    }
}

fn value(kind: Rows, reader: &mut Reader<'_>, limit: usize) -> Result<u64, Rule> {
    match kind {
        Rows::Groups => reader.unsigned(),
        Rows::ValueLengths => reader.unsigned().map(|value| value >> 4),
        Rows::Actors { others } => {
            if reader.unsigned()? <= others {
                Ok(0)
            } else {
                Err(Rule::Operation(
                    "it points at an actor that it does not list",
                ))
            }
        }
        Rows::Unsigned => {
            within_numbers(reader.unsigned()?)?;
            Ok(0)
        }
        Rows::Deltas => Ok(0),
        Rows::Texts => {
            let length = reader.count(limit)?;
            reader.take(length).map(|_text| 0)
        }
    }
}
