//! The entry: what every fact in the journal carries besides the fact itself.

use minicbor::{Decode, Encode};

use crate::domain::ids::{
    BookId, ChainId, CustomerId, Digest, EntryId, OrganisationId, PlanId, StopId, UserId,
};
use crate::domain::time::ClockReading;
use crate::journal::facts::Fact;

/// What an entry or object is about, and so who may hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Scope {
    /// The office only; no phone holds it.
    #[n(0)]
    Office,
    /// Every device of the organisation.
    #[n(1)]
    Organisation,
    /// The team of a visit plan.
    #[n(2)]
    Plan(#[n(0)] PlanId),
    /// The team of the stop's plan.
    #[n(3)]
    Stop(#[n(0)] StopId),
    /// Every team with a stop at this customer.
    #[n(4)]
    Customer(#[n(0)] CustomerId),
    /// The devices of one person, such as what he hands in and how it was counted.
    #[n(5)]
    Person(#[n(0)] UserId),
    /// One salesperson: whoever the book (客户簿) was granted to, and nobody else.
    #[n(6)]
    Book(#[n(0)] BookId),
}

/// An append-only, signed fact. A correction is a new entry whose `amends` points back.
///
/// Its bytes are deterministic CBOR (integer keys ascending, definite lengths); `Digest::of(bytes)` is its hash, and the
/// next entry of the chain names that hash.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Entry {
    /// Format version; 1.
    #[n(0)]
    pub version: u8,
    /// Whose journal.
    #[n(1)]
    pub organisation: OrganisationId,
    /// Made by the author's device before anything is sent.
    #[n(2)]
    pub id: EntryId,
    /// The device or desk whose chain this is on.
    #[n(3)]
    pub chain: ChainId,
    /// Number in the chain, from 1, without gaps.
    #[n(4)]
    pub seq: u64,
    /// Hash of the entry before; zeros for the first.
    #[n(5)]
    pub previous: Digest,
    /// Who did it.
    #[n(6)]
    pub author: UserId,
    /// What the clocks said.
    #[n(7)]
    pub made: ClockReading,
    /// The last server time this chain had seen (sequence of the feed), the proved lower bound of `made`.
    #[n(8)]
    pub seen: Option<SeenServer>,
    /// What it is about.
    #[n(9)]
    pub scope: Scope,
    /// The entry this one corrects or answers.
    #[n(10)]
    pub amends: Option<EntryId>,
    /// The policy the author worked under.
    #[n(11)]
    pub policy_epoch: u64,
    /// Version of the program that wrote it, at most 64 bytes.
    #[n(12)]
    pub build: String,
    /// The fact.
    #[n(13)]
    pub fact: Fact,
}

/// A point of the server's feed that a device had seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SeenServer {
    /// Sequence number in the organisation's feed.
    #[n(0)]
    pub seq: u64,
    /// The server's time with that answer, ms since 1970.
    #[n(1)]
    pub time_ms: i64,
}
