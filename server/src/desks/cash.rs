//! Cash at the desks: numbers for receipts are issued, what comes in is counted, a variance needs a second person.

use countersign_core::domain::cash::{Pieces, total};
use countersign_core::domain::ids::{DeviceId, EntryId};
use countersign_core::domain::money::Money;
use countersign_core::journal::Scope;
use countersign_core::journal::facts::{CashCounted, Fact, SerialBlockIssued, VarianceConfirmed};
use countersign_core::read_model::cash::{self, HandInRow, OpenCashRow, SerialBlockRow};
use countersign_core::read_model::devices::{self, DeviceRow};
use countersign_core::views::CashRow;

use super::{Desk, DeskError, Need, checked_text};
use crate::auth::policy::{Action, any_may};
use crate::organisation::DeskEntry;

/// Most numbers of one block.
const BLOCK_LIMIT: u64 = 500;

/// What finance found on the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCount {
    /// Notes and coins, largest first.
    pub pieces: Vec<Pieces>,
    /// Why there is a variance, at most 4 KiB.
    pub reason: String,
}

/// A hand-in with its receipts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandInView {
    /// The hand-in.
    pub row: HandInRow,
    /// Its receipts, by number.
    pub receipts: Vec<CashRow>,
    /// Whether this person may count it now.
    pub may_count: bool,
    /// Whether this person may confirm its variance now.
    pub may_confirm: bool,
}

impl Desk {
    /// Cash that finance has not confirmed, by the person who has it, longest first.
    pub fn open_cash(&self) -> Result<Vec<OpenCashRow>, DeskError> {
        self.require(Action::ReadCash)?;
        Ok(self.organisation.read(cash::open_by_taker)?)
    }

    /// One page of all cash receipts, newest first, and how many there are.
    pub fn cash_receipts(&self, page: (u32, u32)) -> Result<(Vec<CashRow>, u64), DeskError> {
        self.require(Action::ReadCash)?;
        let today = self.today();
        Ok(self
            .organisation
            .read(|connection| cash::receipts(connection, (None, today), page))?)
    }

    /// One page of the hand-ins, those that wait first, and how many there are.
    pub fn hand_ins(&self, page: (u32, u32)) -> Result<(Vec<HandInRow>, u64), DeskError> {
        self.require(Action::ReadCash)?;
        Ok(self
            .organisation
            .read(|connection| cash::hand_ins(connection, page))?)
    }

    /// One hand-in with its receipts.
    pub fn hand_in(&self, hand_in: EntryId) -> Result<HandInView, DeskError> {
        self.require(Action::ReadCash)?;
        let today = self.today();
        let (row, receipts) = self.organisation.read(|connection| {
            Ok((
                cash::hand_in(connection, hand_in)?,
                cash::receipts_of_hand_in(connection, hand_in, today)?,
            ))
        })?;
        let row = row.ok_or(DeskError::NotFound)?;
        let is_own = row.made_by == self.user;
        let waits = row
            .count
            .as_ref()
            .filter(|_counted| !row.is_confirmed())
            .map(|count| count.counted_by);
        Ok(HandInView {
            may_count: row.count.is_none() && !is_own && self.may(Action::CountCash),
            may_confirm: waits.is_some_and(|counter| counter != self.user)
                && !is_own
                && self.may(Action::ConfirmVariance),
            row,
            receipts,
        })
    }

    /// One page of the blocks of numbers, newest first, and how many there are.
    pub fn serial_blocks(&self, page: (u32, u32)) -> Result<(Vec<SerialBlockRow>, u64), DeskError> {
        self.require(Action::ReadCash)?;
        Ok(self
            .organisation
            .read(|connection| cash::blocks(connection, page))?)
    }

    /// Bound phones whose people may take cash: whom numbers can be issued to.
    pub fn cash_devices(&self) -> Result<Vec<DeviceRow>, DeskError> {
        self.require(Action::IssueSerials)?;
        let people = self.organisation.policy()?.people;
        let may_take = |row: &DeviceRow| {
            let person = people.iter().find(|person| person.user == row.user);
            person.is_some_and(|person| any_may(&person.roles, Action::TakeCash))
        };
        let all = self.organisation.read(devices::all)?;
        Ok(all
            .into_iter()
            .filter(|row| row.revoked_at.is_none() && may_take(row))
            .collect())
    }

    /// Issues the next `count` numbers to a phone. Blocks never overlap.
    pub fn issue_serials(&self, device: DeviceId, count: u64) -> Result<EntryId, DeskError> {
        self.require(Action::IssueSerials)?;
        if !(1..=BLOCK_LIMIT).contains(&count) {
            return Err(DeskError::invalid("count", "desk-invalid-serial-count"));
        }
        if !self.cash_devices()?.iter().any(|row| row.device == device) {
            return Err(DeskError::invalid("device", "desk-invalid-cash-device"));
        }
        self.organisation.in_turn(|| {
            let last = self.organisation.read(cash::last_serial)?;
            let fact = Fact::SerialBlockIssued(SerialBlockIssued {
                device,
                first: last + 1,
                last: last + count,
            });
            self.put_on_record(Scope::Organisation, None, fact)
        })
    }

    /// Finance's count of a hand-in. Without a variance it is confirmed; with one, the reason is on record and somebody else
    /// confirms. Nobody counts cash he took himself.
    pub fn count_cash(&self, hand_in: EntryId, new: &NewCount) -> Result<EntryId, DeskError> {
        self.require(Action::CountCash)?;
        let counted = total(&new.pieces)
            .map_err(|_no_such_count| DeskError::invalid("pieces", "desk-invalid-pieces"))?;
        self.organisation.in_turn(|| {
            let row = self.hand_in(hand_in)?.row;
            if row.made_by == self.user {
                return Err(DeskError::OwnRequest);
            }
            if row.count.is_some() {
                return Err(DeskError::Stale);
            }
            let variance = counted
                .minus(row.total)
                .map_err(|_other_currency| DeskError::Damaged)?;
            let fact = Fact::CashCounted(CashCounted {
                hand_in,
                pieces: new.pieces.clone(),
                counted,
                variance,
                reason: variance_reason(variance, &new.reason)?,
            });
            self.put_on_record(self.scope_of(hand_in)?, None, fact)
        })
    }

    /// Confirms somebody else's count that has a variance: never the one who counted, never the one who took the cash.
    pub fn confirm_variance(&self, hand_in: EntryId, remark: &str) -> Result<EntryId, DeskError> {
        self.require(Action::ConfirmVariance)?;
        let remark = checked_text(remark, 4096, "remark", Need::Optional)?;
        self.organisation.in_turn(|| {
            let row = self.hand_in(hand_in)?.row;
            let is_done = row.is_confirmed();
            let count = row.count.ok_or(DeskError::NotFound)?;
            if is_done {
                return Err(DeskError::Stale);
            }
            if [row.made_by, count.counted_by].contains(&self.user) {
                return Err(DeskError::OwnRequest);
            }
            let fact = Fact::VarianceConfirmed(VarianceConfirmed {
                counted: count.entry,
                remark,
            });
            self.put_on_record(self.scope_of(hand_in)?, Some(count.entry), fact)
        })
    }

    /// Whoever holds the hand-in learns of its count.
    fn scope_of(&self, entry: EntryId) -> Result<Scope, DeskError> {
        let sealed = self.organisation.entry(entry)?.ok_or(DeskError::NotFound)?;
        let opened = sealed.open().map_err(|_unreadable| DeskError::Damaged)?;
        Ok(opened.scope)
    }

    fn put_on_record(
        &self,
        scope: Scope,
        amends: Option<EntryId>,
        fact: Fact,
    ) -> Result<EntryId, DeskError> {
        let entry = DeskEntry {
            author: self.user,
            scope,
            amends,
            fact,
        };
        Ok(self.organisation.desk_append(entry, Vec::new())?)
    }
}

/// A variance has a reason; what matches needs none.
fn variance_reason(variance: Money, reason: &str) -> Result<String, DeskError> {
    if variance.is_zero() {
        return Ok(String::new());
    }
    if reason.trim().is_empty() {
        return Err(DeskError::invalid("reason", "desk-invalid-variance-reason"));
    }
    checked_text(reason, 4096, "reason", Need::Required)
}
