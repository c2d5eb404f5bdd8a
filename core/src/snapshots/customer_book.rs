//! The customer book (客户簿): the customers of one salesperson as a signed ledger has them.
//!
//! The server seals one book for each person whose name a signed ledger gives as the salesperson, in pieces that a bad line
//! can carry one by one, and grants its scope to that person alone. The next ledger's book replaces it.

use minicbor::{Decode, Encode};

use crate::domain::ageing::{AgedBalance, Bucket};
use crate::domain::ids::{BookId, CustomerId, Digest, OrganisationId, SnapshotId, UserId};
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::time::Day;

/// The most rows of one piece; about 180 kB before compression.
pub const PIECE_ROWS: usize = 1_000;

/// One piece of a customer book.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CustomerBook {
    /// Format version; 1.
    #[n(0)]
    pub version: u8,
    /// Whose.
    #[n(1)]
    pub organisation: OrganisationId,
    /// The book; the same in all its pieces.
    #[n(2)]
    pub book: BookId,
    /// The salesperson, who alone may hold it.
    #[n(3)]
    pub holder: UserId,
    /// The ledger snapshot that the figures come from.
    #[n(4)]
    pub ledger: SnapshotId,
    /// Its cut-off day.
    #[n(5)]
    pub cut_off: Day,
    /// One currency for the whole book.
    #[n(6)]
    pub currency: Currency,
    /// Number of the newest row of the server's journal when it was sealed: of two books of one person the one with the
    /// higher number is in force, in whatever order they arrive.
    #[n(7)]
    pub sealed_after: u64,
    /// Which piece this is, from 1.
    #[n(8)]
    pub piece: u32,
    /// How many pieces the book has.
    #[n(9)]
    pub pieces: u32,
    /// In the ledger's order; at most [`PIECE_ROWS`].
    #[n(10)]
    pub rows: Vec<BookRow>,
}

/// One customer of a book.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BookRow {
    /// The customer.
    #[n(0)]
    pub customer: CustomerId,
    /// The company's own code; may be empty.
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
    /// Credit grade as imported; may be empty.
    #[n(6)]
    pub grade: String,
    /// What is outstanding by age, credits not deducted; buckets without an amount are left out.
    #[n(7)]
    pub buckets: Vec<BookAmount>,
    /// Credit notes and overpayments, negative; none when there are none.
    #[n(8)]
    pub credits: Option<Money>,
    /// Days past due of the oldest receivable that is not settled, at the cut-off; 0 when none is overdue.
    #[n(9)]
    pub days_past_due: u32,
}

/// What is outstanding in one ageing bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BookAmount {
    /// The bucket.
    #[n(0)]
    pub bucket: Bucket,
    /// How much.
    #[n(1)]
    pub amount: Money,
}

impl BookRow {
    /// The balance that the row says.
    ///
    /// # Errors
    /// [`MoneyError::MixedCurrencies`] when an amount is not in `currency`.
    pub fn balance(&self, currency: Currency) -> Result<AgedBalance, MoneyError> {
        let mut balance = AgedBalance::nothing(currency);
        for part in &self.buckets {
            balance.add_to_bucket(part.bucket, part.amount)?;
        }
        if let Some(credits) = self.credits {
            balance.add_credit(credits)?;
        }
        balance.days_past_due = self.days_past_due;
        Ok(balance)
    }
}

impl From<&AgedBalance> for Vec<BookAmount> {
    fn from(balance: &AgedBalance) -> Self {
        Bucket::ALL
            .into_iter()
            .zip(balance.buckets)
            .filter(|(_, amount)| !amount.is_zero())
            .map(|(bucket, amount)| BookAmount { bucket, amount })
            .collect()
    }
}

/// The id of a person's book of a ledger: the first 16 bytes of a digest over both, so that sealing it twice is sealing it
/// once.
#[must_use]
pub fn book_id(ledger: SnapshotId, holder: UserId) -> BookId {
    let digest = Digest::of_parts(&[b"countersign-customer-book-1", &ledger.0, holder.as_bytes()]);
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(digest.0) {
        *to = from;
    }
    BookId::from_bytes(id)
}
