//! Cash: a numbered receipt on the spot, void with reason, handed in to finance the same day.
//!
//! Numbers come from a block that was issued to this device beforehand, one after the other. A number is taken in the
//! transaction that seals the receipt, so that there is no gap, whatever ends the app when.

mod paper;
#[cfg(test)]
mod tests;

use rusqlite::Connection;

use crate::domain::cash;
use crate::domain::ids::{DeviceId, EntryId, UserId};
use crate::domain::money::{Currency, Money};
use crate::domain::time::{Day, Instant};
use crate::journal::Scope;
use crate::journal::facts::{CashReceipt, CashVoided, Fact, HandIn};
use crate::read_model::cash as rows;
use crate::read_model::{statements, stops};
use crate::replica::commit::{About, Commit};
use crate::replica::devices::Kind;
use crate::replica::error::or_not_found;
use crate::replica::{
    CashTake, CashVoid, HandInMake, OfDraft, Page, PiecesCount, Recorded, Replica, ReplicaError,
};
use crate::store::{commands, outbox};
use crate::views::{CashRow, CashState, CashView, DraftForm, OpenCash, PiecesTotal};

/// Most receipts of one hand-in.
const HAND_IN_LIMIT: u32 = 500;

impl Replica {
    /// `cash.read`: one's own cash, one page of all receipts.
    pub fn cash(&self, page: Page) -> Result<CashView, ReplicaError> {
        let now = self.devices.clock.read().wall;
        self.read(|connection| {
            let me = Self::me(connection)?;
            let page = (page.offset, page.limit.min(HAND_IN_LIMIT));
            let (mut rows, total) = rows::receipts(connection, (Some(me.user), now), page)?;
            let mut to_hand_in = rows::open_receipts(connection, (me.user, now), HAND_IN_LIMIT)?;
            for row in rows.iter_mut().chain(&mut to_hand_in) {
                say_how_far(connection, row)?;
            }
            let (_next, serials_left) = rows::next_serial(connection, DeviceId(me.chain().0))?;
            Ok(CashView {
                day: Day::legal(now),
                open: open_cash(connection, me.user, now)?,
                to_hand_in_total: sum(&to_hand_in)?,
                to_hand_in,
                rows,
                total,
                serials_left,
            })
        })
    }

    /// `cash.count`: what notes and coins come to.
    ///
    /// # Errors
    /// `pieces-unusable`.
    pub fn count_pieces(count: &PiecesCount) -> Result<PiecesTotal, ReplicaError> {
        let total = total(&count.pieces)?;
        let words = if total.is_zero() {
            String::new()
        } else {
            statements::in_words(total)
        };
        Ok(PiecesTotal { total, words })
    }

    /// `cash.take`: a receipt for cash that was just taken. The same command again answers the same receipt.
    ///
    /// # Errors
    /// `amount-not-positive`, `pieces-unusable`, `cash-does-not-sum`, `payer-missing`, `text-too-long`, `no-serial-left`.
    pub fn take_cash(&self, take: &CashTake) -> Result<Recorded, ReplicaError> {
        if !take.amount.is_positive() {
            return Err(ReplicaError::Refused("amount-not-positive"));
        }
        if take.payer.trim().is_empty() {
            return Err(ReplicaError::Refused("payer-missing"));
        }
        if total(&take.pieces)? != take.amount {
            return Err(ReplicaError::Refused("cash-does-not-sum"));
        }
        self.commit("take_cash", |commit| {
            if let Some(entry) = commands::entry(commit.tx, take.command)? {
                return Ok(Recorded { entry });
            }
            let stop = commit.stop(take.stop)?;
            commit.drop_draft(OfDraft::of(stop.stop, DraftForm::Cash))?;
            let device = DeviceId(commit.device()?.chain().0);
            let (next, _left) = rows::next_serial(commit.tx, device)?;
            let (block, serial) = next.ok_or(ReplicaError::Refused("no-serial-left"))?;
            let fact = Fact::CashReceipt(Box::new(CashReceipt {
                customer: stop.customer,
                customer_name: stop.name,
                block,
                serial,
                amount: take.amount,
                pieces: take.pieces.clone(),
                payer: take.payer.trim().to_owned(),
                remark: take.remark.trim().to_owned(),
            }));
            let recorded = commit.record(stop.stop, fact)?;
            commands::insert(commit.tx, take.command, recorded.entry)?;
            commit.changed(&[Kind::Cash]);
            Ok(recorded)
        })
    }

    /// `cash.void`: a receipt that is not valid. It keeps its number. Void already, it answers the entry that voided it.
    ///
    /// # Errors
    /// `reason-missing`; `receipt-handed-in` once it was listed for finance; `cash-receipt` is gone when it is not one of
    /// this device.
    pub fn void_cash(&self, void: &CashVoid) -> Result<Recorded, ReplicaError> {
        if void.reason.trim().is_empty() {
            return Err(ReplicaError::Refused("reason-missing"));
        }
        self.commit("void_cash", |commit| {
            if let Some(entry) = rows::void_of(commit.tx, void.receipt)? {
                return Ok(Recorded { entry });
            }
            let row = commit.own_receipt(void.receipt)?;
            let stop = or_not_found(row.stop, "cash-receipt")?;
            // A stop that went to somebody else takes no more of this phone; the money stays this person's to account for.
            let scope = match stops::parts(commit.tx, stop)? {
                Some(parts) => Scope::Stop(parts.stop),
                None => Scope::Person(commit.device()?.user),
            };
            let about = About {
                scope,
                amends: Some(row.receipt),
            };
            let fact = Fact::CashVoided(CashVoided {
                receipt: row.receipt,
                reason: void.reason.trim().to_owned(),
            });
            let entry = commit.append(about, fact)?;
            commit.changed(&[Kind::Cash]);
            Ok(Recorded { entry })
        })
    }

    /// `cash.hand_in`: lists receipts for finance, who counts. Listed already, all of them together, it answers the hand-in.
    ///
    /// # Errors
    /// `receipts-missing`; `receipt-handed-in`; `cash-receipt` is gone when one is not of this device.
    pub fn hand_in(&self, make: &HandInMake) -> Result<Recorded, ReplicaError> {
        if make.receipts.is_empty() {
            return Err(ReplicaError::Refused("receipts-missing"));
        }
        self.commit("hand_in", |commit| {
            if let Some(entry) = commit.handed_in_together(&make.receipts)? {
                return Ok(Recorded { entry });
            }
            let mut taken = make
                .receipts
                .iter()
                .map(|receipt| commit.own_receipt(*receipt))
                .collect::<Result<Vec<CashRow>, _>>()?;
            taken.sort_by(|a, b| a.serial.cmp(&b.serial));
            taken.dedup_by_key(|row| row.receipt);
            let total = or_not_found(sum(&taken)?, "cash-receipt")?;
            // It is between this person and finance, whatever became of the stops where the cash was taken.
            let about = About {
                scope: Scope::Person(commit.device()?.user),
                amends: None,
            };
            let fact = Fact::HandIn(HandIn {
                receipts: taken.iter().map(|row| row.receipt).collect(),
                total,
            });
            let entry = commit.append(about, fact)?;
            commit.changed(&[Kind::Cash]);
            Ok(Recorded { entry })
        })
    }
}

/// How far the entry of a receipt has come. That of a stop which went to somebody else is in the outbox only.
fn say_how_far(connection: &Connection, row: &mut CashRow) -> Result<(), ReplicaError> {
    if let Some((state, _held)) = outbox::entry_state(connection, row.receipt)? {
        row.object = state;
    }
    Ok(())
}

/// What `user` has in hand.
pub(crate) fn open_cash(
    connection: &Connection,
    user: UserId,
    now: Instant,
) -> Result<OpenCash, ReplicaError> {
    let open = rows::open_by_taker(connection, now)?;
    let own = open.into_iter().find(|row| row.taken_by == user);
    Ok(OpenCash {
        receipts: own.as_ref().map_or(0, |row| row.receipts),
        is_late: own.as_ref().is_some_and(|row| row.is_late),
        amount: own.map(|row| row.amount),
    })
}

fn total(pieces: &[cash::Pieces]) -> Result<Money, ReplicaError> {
    cash::total(pieces).map_err(|_no_such_count| ReplicaError::Refused("pieces-unusable"))
}

fn sum(rows: &[CashRow]) -> Result<Option<Money>, ReplicaError> {
    if rows.is_empty() {
        return Ok(None);
    }
    Money::sum(Currency::Cny, rows.iter().map(|row| row.amount))
        .map(Some)
        .map_err(|_too_large| ReplicaError::Damaged("cash"))
}

impl Commit<'_> {
    /// A receipt of this user that is still in his hand.
    fn own_receipt(&self, receipt: EntryId) -> Result<CashRow, ReplicaError> {
        let me = self.device()?.user;
        let row = rows::receipt(self.tx, receipt, self.now())?;
        let row = or_not_found(row.filter(|row| row.taken_by == me), "cash-receipt")?;
        match row.state {
            CashState::Open => Ok(row),
            CashState::Voided => Err(ReplicaError::Refused("receipt-voided")),
            CashState::HandedIn | CashState::Counted | CashState::Confirmed => {
                Err(ReplicaError::Refused("receipt-handed-in"))
            }
        }
    }

    /// The hand-in that lists all of these.
    fn handed_in_together(&self, receipts: &[EntryId]) -> Result<Option<EntryId>, ReplicaError> {
        let now = self.now();
        let mut together = None;
        for receipt in receipts {
            let row = rows::receipt(self.tx, *receipt, now)?;
            let Some(hand_in) = row.and_then(|row| row.hand_in) else {
                return Ok(None);
            };
            if together.is_some_and(|before| before != hand_in) {
                return Ok(None);
            }
            together = Some(hand_in);
        }
        Ok(together)
    }
}
