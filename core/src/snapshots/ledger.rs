//! The ledger snapshot (账目快照): customers and receivables as finance signed them.

use minicbor::{Decode, Encode};

use crate::domain::ids::{CustomerId, Digest, OrganisationId, ReceivableId};
use crate::domain::money::{Currency, Money};
use crate::domain::position::SitePoint;
use crate::domain::time::Day;

/// All customers and receivables as of `cut_off`. No customer sees a figure that is not in a signed one.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LedgerSnapshot {
    /// Format version; 1.
    #[n(0)]
    pub version: u8,
    /// Whose.
    #[n(1)]
    pub organisation: OrganisationId,
    /// The day the figures are as of.
    #[n(2)]
    pub cut_off: Day,
    /// One currency for the whole ledger.
    #[n(3)]
    pub currency: Currency,
    /// Digest of the file it was read from.
    #[n(4)]
    pub file: Digest,
    /// Ordered by code.
    #[n(5)]
    pub customers: Vec<LedgerCustomer>,
    /// Ordered by customer, then document number.
    #[n(6)]
    pub receivables: Vec<LedgerReceivable>,
    /// Sum of `outstanding`.
    #[n(7)]
    pub total_outstanding: Money,
    /// Digest of the clerk's decisions on single rows and customers, so that a signature covers them; none when nothing
    /// was decided.
    #[n(8)]
    pub decisions: Option<Digest>,
}

/// A customer's master data.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LedgerCustomer {
    /// Made once for each code of an organisation; stays the same over snapshots.
    #[n(0)]
    pub id: CustomerId,
    /// The company's own code.
    #[n(1)]
    pub code: String,
    /// Name as on file.
    #[n(2)]
    pub name: String,
    /// Address; may be empty.
    #[n(3)]
    pub address: String,
    /// First contact's name; may be empty.
    #[n(4)]
    pub contact: String,
    /// First contact's number; may be empty.
    #[n(5)]
    pub phone: String,
    /// Where the site is, when known.
    #[n(6)]
    pub site: Option<SitePoint>,
    /// Credit grade as imported; may be empty.
    #[n(7)]
    pub grade: String,
    /// Unified social credit code (GB 32100-2015); may be empty.
    #[n(8)]
    pub credit_code: String,
    /// The salesperson in charge, as imported; may be empty.
    #[n(9)]
    pub salesperson: String,
}

/// One amount due.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LedgerReceivable {
    /// Made once for each document number of a customer.
    #[n(0)]
    pub id: ReceivableId,
    /// Whose.
    #[n(1)]
    pub customer: CustomerId,
    /// Document number with its leading zeros.
    #[n(2)]
    pub document: String,
    /// Contract number; may be empty.
    #[n(3)]
    pub contract: String,
    /// Day of the invoice, when the ledger has it.
    #[n(4)]
    pub invoiced: Option<Day>,
    /// Due day.
    #[n(5)]
    pub due: Day,
    /// Amount due; negative for a credit note (红字).
    #[n(6)]
    pub amount: Money,
    /// Received until the cut-off.
    #[n(7)]
    pub received: Money,
    /// `amount` − `received`.
    #[n(8)]
    pub outstanding: Money,
}

impl<C> Encode<C> for Currency {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(self.code())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Currency {
    fn decode(
        d: &mut minicbor::Decoder<'b>,
        _ctx: &mut C,
    ) -> Result<Self, minicbor::decode::Error> {
        d.str()?.parse().map_err(minicbor::decode::Error::custom)
    }
}
