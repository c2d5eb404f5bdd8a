//! The hash chain: gap-free numbers show that nothing is missing; the same number with another hash is a copied phone.

use crate::domain::ids::{ChainId, Digest};
use crate::journal::Entry;

/// The last entry of a chain; the default is a chain without entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChainHead {
    /// Its number; 0 when there is none.
    pub seq: u64,
    /// Its hash; zeros when there is none.
    pub hash: Digest,
}

/// Why an entry does not follow a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The entry is on another chain.
    #[error("the entry is on chain {found}, not on {wanted}")]
    OtherChain {
        /// The chain that is checked.
        wanted: ChainId,
        /// The entry's.
        found: ChainId,
    },
    /// Earlier entries are missing.
    #[error("entry {found} came before entry {wanted}")]
    Gap {
        /// The number that comes next.
        wanted: u64,
        /// The entry's.
        found: u64,
    },
    /// The number is taken, or the previous hash is another's: two devices write the same chain.
    #[error("entry {seq} does not follow the entry before it: the chain is forked")]
    Fork {
        /// The entry's number.
        seq: u64,
    },
}

impl ChainHead {
    /// The head after `entry`, whose bytes hash to `hash`.
    ///
    /// # Errors
    /// [`ChainError::Gap`] when something before it is missing, [`ChainError::Fork`] when it contradicts the head.
    pub fn follow(self, chain: ChainId, entry: &Entry, hash: Digest) -> Result<Self, ChainError> {
        if entry.chain != chain {
            return Err(ChainError::OtherChain {
                wanted: chain,
                found: entry.chain,
            });
        }
        let wanted = self.seq + 1;
        if entry.seq > wanted {
            return Err(ChainError::Gap {
                wanted,
                found: entry.seq,
            });
        }
        if entry.seq < wanted || entry.previous != self.hash {
            return Err(ChainError::Fork { seq: entry.seq });
        }
        Ok(Self {
            seq: entry.seq,
            hash,
        })
    }
}
