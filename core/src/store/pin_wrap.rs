//! A secret of 32 bytes under a PIN: Argon2id (RFC 9106) makes the key, ChaCha20-Poly1305 (RFC 8439) wraps, and its tag says
//! whether the PIN was the right one. Salt and parameters stand beside, so that they may grow.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

use crate::domain::pin::Pin;

const VERSION: u8 = 1;

/// What one try costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Cost {
    /// Memory in KiB.
    #[n(0)]
    memory_kib: u32,
    /// Passes over it.
    #[n(1)]
    passes: u32,
    /// Lanes; one, because the phone's other cores are busy with the page.
    #[n(2)]
    lanes: u32,
}

/// The second choice of RFC 9106 §4 with one lane: 64 MiB, three passes. 0.14 s of processor time on the build machine,
/// optimised; not yet measured on a phone.
#[cfg(not(test))]
pub(crate) const COST: Cost = Cost {
    memory_kib: 64 * 1024,
    passes: 3,
    lanes: 1,
};
/// The tests of this crate try many PINs; those of the bindings pay the phone's price.
#[cfg(test)]
pub(crate) const COST: Cost = Cost {
    memory_kib: 64,
    passes: 1,
    lanes: 1,
};

/// Limits of what a file may ask for: a damaged one must not take all memory.
const MEMORY_LIMIT_KIB: u32 = 1024 * 1024;
const PASSES_LIMIT: u32 = 32;

/// A wrapped secret.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct PinWrap {
    #[n(0)]
    version: u8,
    #[n(1)]
    cost: Cost,
    /// Of this device and this wrap.
    #[cbor(n(2), with = "minicbor::bytes")]
    salt: [u8; 16],
    #[cbor(n(3), with = "minicbor::bytes")]
    nonce: [u8; 12],
    #[cbor(n(4), with = "minicbor::bytes")]
    sealed: Vec<u8>,
}

/// Why a wrap does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WrapError {
    /// Another PIN.
    #[error("the PIN does not open the wrap")]
    WrongPin,
    /// It is no wrap of this program.
    #[error("the wrap is damaged")]
    Damaged,
}

impl PinWrap {
    /// Wraps `secret` with fresh `salt` and `nonce`.
    pub(crate) fn seal(
        pin: &Pin,
        secret: &[u8; 32],
        (salt, nonce): ([u8; 16], [u8; 12]),
    ) -> Result<Self, WrapError> {
        let mut wrap = Self {
            version: VERSION,
            cost: COST,
            salt,
            nonce,
            sealed: Vec::new(),
        };
        let payload = Payload {
            msg: secret,
            aad: &wrap.around()?,
        };
        wrap.sealed = wrap
            .cipher(pin)?
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_no_room| WrapError::Damaged)?;
        Ok(wrap)
    }

    /// The secret.
    pub(crate) fn open(&self, pin: &Pin) -> Result<Zeroizing<[u8; 32]>, WrapError> {
        let payload = Payload {
            msg: &self.sealed,
            aad: &self.around()?,
        };
        let opened = self
            .cipher(pin)?
            .decrypt(&Nonce::from(self.nonce), payload)
            .map_err(|_other_key| WrapError::WrongPin)?;
        let opened = Zeroizing::new(opened);
        let mut secret = Zeroizing::new([0; 32]);
        if opened.len() != secret.len() {
            return Err(WrapError::Damaged);
        }
        secret.copy_from_slice(&opened);
        Ok(secret)
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, WrapError> {
        minicbor::to_vec(self).map_err(|_no_failing_sink| WrapError::Damaged)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, WrapError> {
        let wrap: Self = minicbor::decode(bytes).map_err(|_no_wrap| WrapError::Damaged)?;
        let Cost {
            memory_kib, passes, ..
        } = wrap.cost;
        let is_ours = wrap.version == VERSION
            && memory_kib <= MEMORY_LIMIT_KIB
            && passes <= PASSES_LIMIT
            && wrap.sealed.len() == 32 + 16;
        is_ours.then_some(wrap).ok_or(WrapError::Damaged)
    }

    /// What is authenticated beside the secret: nobody makes a try cheaper.
    fn around(&self) -> Result<Vec<u8>, WrapError> {
        minicbor::to_vec((self.version, self.cost)).map_err(|_no_failing_sink| WrapError::Damaged)
    }

    fn cipher(&self, pin: &Pin) -> Result<ChaCha20Poly1305, WrapError> {
        let Cost {
            memory_kib,
            passes,
            lanes,
        } = self.cost;
        let params = Params::new(memory_kib, passes, lanes, Some(32))
            .map_err(|_out_of_range| WrapError::Damaged)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(
                pin.bytes().ok_or(WrapError::WrongPin)?,
                &self.salt,
                key.as_mut(),
            )
            .map_err(|_out_of_range| WrapError::Damaged)?;
        Ok(ChaCha20Poly1305::new(&Key::from(*key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrap(pin: &str, salt: u8) -> PinWrap {
        PinWrap::seal(&Pin::typed(pin), &[7; 32], ([salt; 16], [1; 12])).unwrap()
    }

    #[test]
    fn only_the_pin_opens() {
        let wrap = wrap("482793", 1);
        assert_eq!(*wrap.open(&Pin::typed("482793")).unwrap(), [7; 32]);
        for other in ["482794", "", "4827933", &"4".repeat(70)] {
            assert_eq!(wrap.open(&Pin::typed(other)), Err(WrapError::WrongPin));
        }
    }

    #[test]
    fn the_salt_makes_each_wrap_another() {
        assert_ne!(wrap("482793", 1).sealed, wrap("482793", 2).sealed);
    }

    #[test]
    fn a_damaged_or_cheapened_wrap_opens_nothing() {
        let bytes = wrap("482793", 1).to_bytes().unwrap();
        let pin = Pin::typed("482793");
        assert_eq!(PinWrap::from_bytes(&bytes).unwrap(), wrap("482793", 1));
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            let opened = PinWrap::from_bytes(&damaged).and_then(|wrap| wrap.open(&pin));
            assert!(opened.is_err(), "byte {at}");
        }
        let greedy = PinWrap {
            cost: Cost {
                memory_kib: u32::MAX,
                ..COST
            },
            ..wrap("482793", 1)
        };
        let greedy = PinWrap::from_bytes(&greedy.to_bytes().unwrap());
        assert_eq!(greedy.unwrap_err(), WrapError::Damaged);
    }
}
