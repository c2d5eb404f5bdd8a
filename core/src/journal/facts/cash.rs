//! Cash from the customer's hand to finance's table.

use minicbor::{Decode, Encode};

use crate::domain::cash::Pieces;
use crate::domain::ids::{CustomerId, DeviceId, EntryId};
use crate::domain::money::Money;

/// Numbers for cash receipts, issued to one device beforehand (现金收据号段). Blocks of an organisation never overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SerialBlockIssued {
    /// The device that may use them.
    #[n(0)]
    pub device: DeviceId,
    /// The first.
    #[n(1)]
    pub first: u64,
    /// The last, included.
    #[n(2)]
    pub last: u64,
}

/// Cash taken from a customer (现金收据). It is never deleted; a wrong one is voided and keeps its number.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CashReceipt {
    /// Who owes.
    #[n(0)]
    pub customer: CustomerId,
    /// The customer's name as printed, at most 4 KiB.
    #[n(1)]
    pub customer_name: String,
    /// The entry that issued the block of numbers.
    #[n(2)]
    pub block: EntryId,
    /// The running number: the one after the block's last used.
    #[n(3)]
    pub serial: u64,
    /// How much; what the pieces come to.
    #[n(4)]
    pub amount: Money,
    /// Notes and coins, largest first.
    #[n(5)]
    pub pieces: Vec<Pieces>,
    /// Who gave it, at most 200 bytes.
    #[n(6)]
    pub payer: String,
    /// What for, at most 4 KiB; may be empty.
    #[n(7)]
    pub remark: String,
}

/// A receipt that is not valid (作废); the entry's `amends` names it too.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CashVoided {
    /// The receipt.
    #[n(0)]
    pub receipt: EntryId,
    /// Why, at most 4 KiB.
    #[n(1)]
    pub reason: String,
}

/// Cash given to finance (交款), listed by the one who took it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HandIn {
    /// The receipts that it covers, by number.
    #[n(0)]
    pub receipts: Vec<EntryId>,
    /// What they come to.
    #[n(1)]
    pub total: Money,
}

/// Finance counted a hand-in (点收). Without a variance it is confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CashCounted {
    /// The hand-in.
    #[n(0)]
    pub hand_in: EntryId,
    /// Notes and coins, largest first.
    #[n(1)]
    pub pieces: Vec<Pieces>,
    /// What they come to.
    #[n(2)]
    pub counted: Money,
    /// Counted less what the receipts come to (差额).
    #[n(3)]
    pub variance: Money,
    /// Why there is a variance, at most 4 KiB; empty when there is none.
    #[n(4)]
    pub reason: String,
}

/// A second person confirmed a count that has a variance.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct VarianceConfirmed {
    /// The count.
    #[n(0)]
    pub counted: EntryId,
    /// A remark, at most 4 KiB; may be empty.
    #[n(1)]
    pub remark: String,
}
