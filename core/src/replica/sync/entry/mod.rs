//! Entries that come from the server: each believed under a signature, and one in each place of a chain.
//!
//! An entry that is signed by itself is checked under its author's key. The others (check-in, check-out, statement shown,
//! outcome) travel under the server's receipt, which is kept beside them: what somebody altered on the way is not applied,
//! and a server that vouched for two entries in one place has signed both.
//!
//! Before version 8 nobody checked those others, so one that was altered on the way may stand here in the genuine one's
//! place. A repair mends that: such an entry gives way to what is vouched for, or to nothing where the server has nothing, and
//! its bytes go to quarantine. Nothing else
//! gives way to anything: not what is signed by itself, not what the server's receipt is here for, not this device's own
//! entries, and nothing at all while the feed is read.

use crate::domain::ids::{ChainId, DeviceId, Digest, EntryId};
use crate::journal::signer::verify_raw;
use crate::journal::{ChainHead, Entry, SealedEntry};
use crate::protocol::frames::EntryFrame;
use crate::read_model;
use crate::replica::ReplicaError;
use crate::replica::commit::Commit;
use crate::replica::devices::Kind;
use crate::replica::sync::apply::Moves;
use crate::store::entries::Standing;
use crate::store::quarantine::{self, Foreign};
use crate::store::{self, device};

impl Commit<'_> {
    pub(super) fn apply_entry(
        &mut self,
        frame: &EntryFrame,
        moves: Moves,
    ) -> Result<(), ReplicaError> {
        let hash = frame.entry.hash();
        if store::entries::is_known(self.tx, hash)? {
            return Ok(());
        }
        let entry = frame
            .entry
            .open()
            .map_err(|_malformed| ReplicaError::Unfit("malformed"))?;
        let receipt = self.vouched(&entry, frame)?;
        self.make_way(&entry, moves)?;
        store::entries::insert(self.tx, &entry, &frame.entry)?;
        if let Some(receipt) = receipt {
            store::entries::keep_receipt(self.tx, entry.id, receipt)?;
        }
        quarantine::release(self.tx, &bytes_of(&frame.entry)?)?;
        read_model::project_entry(self.tx, &entry, hash)?;
        self.follow_own_chain(&entry, hash)?;
        self.changed(&[Kind::Stops]);
        Ok(())
    }

    /// Checks the signature that an entry is believed under; the server's receipt where that is it.
    fn vouched<'f>(
        &self,
        entry: &Entry,
        frame: &'f EntryFrame,
    ) -> Result<Option<&'f [u8]>, ReplicaError> {
        let forged = ReplicaError::Unfit("bad-signature");
        if entry.fact.is_signed_alone() {
            let key = self.key_of(entry)?;
            return match frame.entry.verify(&key) {
                Ok(_entry) => Ok(None),
                Err(_forged) => Err(forged),
            };
        }
        let receipt = frame.receipt.as_deref();
        let receipt = receipt.ok_or(ReplicaError::Unfit("no-receipt"))?;
        let signed = EntryFrame::signed_bytes(frame.entry.hash());
        match verify_raw(&self.device()?.server_key, &signed, receipt) {
            Ok(()) => Ok(Some(receipt)),
            Err(_forged) => Err(forged),
        }
    }

    /// Clears the entry's place of what nobody vouches for, or refuses the entry.
    fn make_way(&mut self, entry: &Entry, moves: Moves) -> Result<(), ReplicaError> {
        for standing in store::entries::in_the_way_of(self.tx, entry)? {
            if moves != Moves::Nothing || !standing.may_give_way() {
                return Err(ReplicaError::Unfit("forked-chain"));
            }
            self.set_aside(&standing)?;
        }
        Ok(())
    }

    /// Sets an entry aside that the server does not have, where nobody vouches for it. It comes back when the server has it.
    pub(super) fn set_aside_unknown(&mut self, entry: EntryId) -> Result<(), ReplicaError> {
        if let Some(standing) = store::entries::standing(self.tx, entry)?
            && standing.may_give_way()
        {
            self.set_aside(&standing)?;
        }
        Ok(())
    }

    /// Takes an entry out of its place and of the read model; its bytes go to quarantine.
    fn set_aside(&mut self, standing: &Standing) -> Result<(), ReplicaError> {
        let entry = standing
            .sealed
            .open()
            .map_err(|_unreadable| ReplicaError::Damaged("entry"))?;
        let content = bytes_of(&standing.sealed)?;
        let foreign = Foreign {
            what: "entry",
            content: &content,
        };
        quarantine::keep(self.tx, foreign, "not-what-the-server-has", self.now())?;
        store::entries::give_way(self.tx, standing.entry)?;
        read_model::take_back_routine(self.tx, &entry)?;
        self.changed(&[Kind::Stops, Kind::Sync]);
        Ok(())
    }

    /// A phone restored from a backup learns from the server how far its own chain had come, and goes on behind it.
    fn follow_own_chain(&self, entry: &Entry, hash: Digest) -> Result<(), ReplicaError> {
        let me = self.device()?;
        let follows = entry.seq == me.head.seq + 1 && entry.previous == me.head.hash;
        if entry.chain == me.chain() && follows {
            let seq = entry.seq;
            device::set_head(self.tx, ChainHead { seq, hash })?;
        }
        Ok(())
    }

    /// The key that must have signed an entry: the server's for desk chains, whose id is their user's; a phone's own; that
    /// of a colleague's phone as its enrolment names it, which the server signed and which came before anything that the
    /// phone pushed.
    fn key_of(&self, entry: &Entry) -> Result<Vec<u8>, ReplicaError> {
        let me = self.device()?;
        if entry.chain == ChainId::from(entry.author) {
            return Ok(me.server_key);
        }
        if entry.chain == me.chain() {
            let key = self.replica.signer().public_key();
            return key.map_err(|_refused| ReplicaError::Key);
        }
        read_model::devices::device(self.tx, DeviceId(entry.chain.0))?
            .filter(|device| device.user == entry.author)
            .map(|device| device.public_key)
            .ok_or(ReplicaError::Unfit("unknown-key"))
    }
}

/// An entry as quarantine keeps it, wherever it came from.
pub(super) fn bytes_of(entry: &SealedEntry) -> Result<Vec<u8>, ReplicaError> {
    minicbor::to_vec(entry).map_err(|_no_failing_sink| ReplicaError::Damaged("entry"))
}

#[cfg(test)]
mod tests;
