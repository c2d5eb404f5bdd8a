//! Cash at the desks: numbers for receipts are issued, what comes in is counted, a variance needs a second person.

use countersign_core::domain::cash::{Pieces, total};
use countersign_core::domain::cash_hand_in::{
    CashTaken, ConfirmedHandIn, HandInCount, HandInRefusal, SerialFinding, VarianceReason,
    confirm_hand_in,
};
use countersign_core::domain::ids::{DeviceId, EntryId};
use countersign_core::domain::time::Instant;
use countersign_core::journal::Scope;
use countersign_core::journal::facts::{CashCounted, Fact, SerialBlockIssued, VarianceConfirmed};
use countersign_core::read_model::cash::{self, HandInRow, OpenCashRow, SerialBlockRow};
use countersign_core::read_model::devices::{self, DeviceRow};
use countersign_core::views::{CashRow, CashState};

use super::{Desk, DeskError, Need, checked_text};
use crate::auth::policy::{Action, any_may};

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

/// A block of numbers and what is wrong with those used of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerialBlockView {
    /// The block.
    pub row: SerialBlockRow,
    /// Ascending; each is a question to the one who has the block.
    pub findings: Vec<SerialFinding>,
}

impl Desk {
    /// Cash that finance has not confirmed, by the person who has it, longest first.
    pub fn open_cash(&self) -> Result<Vec<OpenCashRow>, DeskError> {
        self.require(Action::ReadCash)?;
        let now = self.now();
        Ok(self
            .organisation
            .read(|connection| cash::open_by_taker(connection, now))?)
    }

    /// One page of all cash receipts, newest first, and how many there are.
    pub fn cash_receipts(&self, page: (u32, u32)) -> Result<(Vec<CashRow>, u64), DeskError> {
        self.require(Action::ReadCash)?;
        let now = self.now();
        Ok(self
            .organisation
            .read(|connection| cash::receipts(connection, (None, now), page))?)
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
        let now = self.now();
        let (row, receipts) = self.organisation.read(|connection| {
            Ok((
                cash::hand_in(connection, hand_in)?,
                cash::receipts_of_hand_in(connection, hand_in, now)?,
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
    pub fn serial_blocks(
        &self,
        page: (u32, u32),
    ) -> Result<(Vec<SerialBlockView>, u64), DeskError> {
        self.require(Action::ReadCash)?;
        Ok(self.organisation.read(|connection| {
            let (rows, total) = cash::blocks(connection, page)?;
            let views = rows
                .into_iter()
                .map(|row| {
                    Ok(SerialBlockView {
                        findings: cash::serial_findings(connection, &row)?,
                        row,
                    })
                })
                .collect::<Result<_, rusqlite::Error>>()?;
            Ok((views, total))
        })?)
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
            self.put_on_record(Scope::Organisation, None, fact, Vec::new())
        })
    }

    /// Finance's count of a hand-in. Without a variance it is confirmed; with one, the reason is on record and somebody else
    /// confirms. Nobody counts cash he took himself.
    pub fn count_cash(&self, hand_in: EntryId, new: &NewCount) -> Result<EntryId, DeskError> {
        self.require(Action::CountCash)?;
        let counted = total(&new.pieces)
            .map_err(|_no_such_count| DeskError::invalid("pieces", "desk-invalid-pieces"))?;
        let reason = checked_text(&new.reason, 4096, "reason", Need::Optional)?;
        self.organisation.in_turn(|| {
            let view = self.hand_in(hand_in)?;
            if view.row.count.is_some() {
                return Err(DeskError::Stale);
            }
            let judged = judged(
                &view,
                &HandInCount {
                    confirmed_by: self.user,
                    confirmed_at: self.now(),
                    counted,
                    pieces: &new.pieces,
                    variance_reason: None,
                },
            )?;
            if judged.needs_reason && reason.is_empty() {
                return Err(DeskError::invalid("reason", "desk-invalid-variance-reason"));
            }
            let fact = Fact::CashCounted(CashCounted {
                hand_in,
                pieces: new.pieces.clone(),
                counted,
                variance: judged.variance,
                reason: if judged.needs_reason {
                    reason.clone()
                } else {
                    String::new()
                },
            });
            self.tell(view.row.made_by, None, fact)
        })
    }

    /// Confirms somebody else's count that has a variance: never the one who counted, never the one who took the cash.
    pub fn confirm_variance(&self, hand_in: EntryId, remark: &str) -> Result<EntryId, DeskError> {
        self.require(Action::ConfirmVariance)?;
        let remark = checked_text(remark, 4096, "remark", Need::Optional)?;
        self.organisation.in_turn(|| {
            let view = self.hand_in(hand_in)?;
            let count = view.row.count.clone().ok_or(DeskError::NotFound)?;
            if view.row.is_confirmed() {
                return Err(DeskError::Stale);
            }
            let pieces = self.counted_pieces(count.entry)?;
            judged(
                &view,
                &HandInCount {
                    confirmed_by: count.counted_by,
                    confirmed_at: count.counted_at,
                    counted: count.counted,
                    pieces: &pieces,
                    variance_reason: Some(VarianceReason {
                        reason: &count.reason,
                        second_person: self.user,
                    }),
                },
            )?;
            let fact = Fact::VarianceConfirmed(VarianceConfirmed {
                counted: count.entry,
                remark: remark.clone(),
            });
            self.tell(view.row.made_by, Some(count.entry), fact)
        })
    }

    fn counted_pieces(&self, count: EntryId) -> Result<Vec<Pieces>, DeskError> {
        let sealed = self.organisation.entry(count)?.ok_or(DeskError::NotFound)?;
        match sealed.open().map(|entry| entry.fact) {
            Ok(Fact::CashCounted(it)) => Ok(it.pieces),
            Ok(_) | Err(_) => Err(DeskError::Damaged),
        }
    }
}

/// A count against the receipts of its hand-in.
fn judged(view: &HandInView, count: &HandInCount<'_>) -> Result<ConfirmedHandIn, DeskError> {
    let taken: Vec<CashTaken> = view
        .receipts
        .iter()
        .filter(|row| row.state != CashState::Voided)
        .map(|row| CashTaken {
            taken_by: row.taken_by,
            taken_at: Instant::from_ms(row.at_ms),
            amount: row.amount,
        })
        .collect();
    confirm_hand_in(&taken, count).map_err(|refusal| match refusal {
        HandInRefusal::OwnHandIn | HandInRefusal::SecondPersonTookPart => DeskError::OwnRequest,
        HandInRefusal::DenominationsDoNotSum { .. } | HandInRefusal::PiecesUnusable => {
            DeskError::invalid("pieces", "desk-invalid-pieces")
        }
        HandInRefusal::ReasonMissing => {
            DeskError::invalid("reason", "desk-invalid-variance-reason")
        }
        HandInRefusal::Amounts => DeskError::Damaged,
    })
}
