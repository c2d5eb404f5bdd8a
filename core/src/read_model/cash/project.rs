//! What entries about cash leave in the tables.

use rusqlite::{Transaction, named_params};

use crate::domain::time::Day;
use crate::journal::facts::{
    CashCounted, CashReceipt, CashVoided, Fact, HandIn, SerialBlockIssued, VarianceConfirmed,
};
use crate::journal::{Entry, Scope};
use crate::read_model::columns::{self, text};

/// Takes in an entry about cash; any other leaves the tables as they are.
pub fn project_entry(tx: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    if let Fact::SerialBlockIssued(fact) = &entry.fact {
        insert_block(tx, entry, fact)?;
    }
    if let Fact::CashReceipt(fact) = &entry.fact {
        insert_receipt(tx, entry, fact)?;
    }
    if let Fact::CashVoided(fact) = &entry.fact {
        insert_void(tx, entry, fact)?;
    }
    if let Fact::HandIn(fact) = &entry.fact {
        insert_hand_in(tx, entry, fact)?;
    }
    if let Fact::CashCounted(fact) = &entry.fact {
        insert_count(tx, entry, fact)?;
    }
    if let Fact::VarianceConfirmed(fact) = &entry.fact {
        insert_confirmation(tx, entry, fact)?;
    }
    Ok(())
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn insert_block(
    tx: &Transaction<'_>,
    entry: &Entry,
    fact: &SerialBlockIssued,
) -> rusqlite::Result<()> {
    tx.execute(
        "insert or ignore into serial_blocks values (:block, :device, :first, :last, :by, :at)",
        named_params! {
            ":block": text(&entry.id),
            ":device": text(&fact.device),
            ":first": number(fact.first),
            ":last": number(fact.last),
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
        },
    )?;
    Ok(())
}

fn insert_receipt(tx: &Transaction<'_>, entry: &Entry, fact: &CashReceipt) -> rusqlite::Result<()> {
    let stop = match entry.scope {
        Scope::Stop(stop) => Some(text(&stop)),
        Scope::Office
        | Scope::Organisation
        | Scope::Plan(_)
        | Scope::Customer(_)
        | Scope::Person(_)
        | Scope::Book(_) => None,
    };
    tx.execute(
        "insert or ignore into cash_receipts values (:receipt, :chain, :stop, :customer, :name, :block, :serial,
            :currency, :amount, :payer, :remark, :by, :at, :day)",
        named_params! {
            ":receipt": text(&entry.id),
            ":chain": text(&entry.chain),
            ":stop": stop,
            ":customer": text(&fact.customer),
            ":name": fact.customer_name,
            ":block": text(&fact.block),
            ":serial": number(fact.serial),
            ":currency": fact.amount.currency().code(),
            ":amount": columns::minor(fact.amount)?,
            ":payer": fact.payer,
            ":remark": fact.remark,
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
            ":day": text(&Day::legal(entry.made.wall)),
        },
    )?;
    Ok(())
}

fn insert_void(tx: &Transaction<'_>, entry: &Entry, fact: &CashVoided) -> rusqlite::Result<()> {
    tx.execute(
        "insert or ignore into cash_voids values (:receipt, :entry, :reason, :by, :at)",
        named_params! {
            ":receipt": text(&fact.receipt),
            ":entry": text(&entry.id),
            ":reason": fact.reason,
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
        },
    )?;
    Ok(())
}

fn insert_hand_in(tx: &Transaction<'_>, entry: &Entry, fact: &HandIn) -> rusqlite::Result<()> {
    tx.execute(
        "insert or ignore into hand_ins values (:hand_in, :currency, :total, :by, :at)",
        named_params! {
            ":hand_in": text(&entry.id),
            ":currency": fact.total.currency().code(),
            ":total": columns::minor(fact.total)?,
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
        },
    )?;
    for receipt in &fact.receipts {
        tx.execute(
            "insert or ignore into hand_in_receipts values (:receipt, :hand_in)",
            named_params! { ":receipt": text(receipt), ":hand_in": text(&entry.id) },
        )?;
    }
    Ok(())
}

fn insert_count(tx: &Transaction<'_>, entry: &Entry, fact: &CashCounted) -> rusqlite::Result<()> {
    tx.execute(
        "insert or ignore into cash_counts values (:hand_in, :entry, :counted, :variance, :reason, :by, :at, :day)",
        named_params! {
            ":hand_in": text(&fact.hand_in),
            ":entry": text(&entry.id),
            ":counted": columns::minor(fact.counted)?,
            ":variance": columns::minor(fact.variance)?,
            ":reason": fact.reason,
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
            ":day": text(&Day::legal(entry.made.wall)),
        },
    )?;
    Ok(())
}

fn insert_confirmation(
    tx: &Transaction<'_>,
    entry: &Entry,
    fact: &VarianceConfirmed,
) -> rusqlite::Result<()> {
    tx.execute(
        "insert or ignore into variance_confirmations values (:counted, :remark, :by, :at, :day)",
        named_params! {
            ":counted": text(&fact.counted),
            ":remark": fact.remark,
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
            ":day": text(&Day::legal(entry.made.wall)),
        },
    )?;
    Ok(())
}
