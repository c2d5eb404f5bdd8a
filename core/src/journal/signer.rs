//! Signing keys. P-256, because both phone platforms keep it in hardware; ES256 signatures are raw `r‖s` with low s.

use std::fmt;

use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

/// Why a device could not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    /// The bytes are no private key on P-256.
    #[error("the stored key is damaged: it is no private key on P-256")]
    Damaged,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness for a new key")]
    NoRandomness,
    /// The key store of the platform refused or is gone.
    #[error("the key store refused to sign: {0}")]
    KeyStore(String),
}

/// Why a signature does not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The key is not an uncompressed point on P-256.
    #[error("the public key is not an uncompressed point on P-256 (65 bytes, SEC 1 §2.3.3)")]
    BadKey,
    /// The signature is not 64 bytes `r‖s` in range.
    #[error("the signature is not 64 bytes r‖s in range")]
    BadForm,
    /// `s` is in the upper half: the twin of a valid signature.
    #[error("the signature has a high s; only the low one of the two twins is accepted")]
    HighS,
    /// It does not verify.
    #[error("the signature does not verify under this key")]
    Mismatch,
}

/// A device's signing key, in hardware where there is any.
pub trait DeviceSigner: Send + Sync + fmt::Debug {
    /// The public key: SEC 1 uncompressed point, 65 bytes.
    fn public_key(&self) -> Result<Vec<u8>, SignerError>;
    /// ES256 (ECDSA on P-256 over SHA-256 of `bytes`, RFC 7518 §3.4): raw `r‖s`, low s.
    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], SignerError>;
}

/// A key in memory, for tests, the server, and phones until their hardware key is wired.
pub struct SoftwareSigner(SigningKey);

impl SoftwareSigner {
    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    /// [`SignerError::NoRandomness`].
    pub fn generate() -> Result<Self, SignerError> {
        Self::draw(|seed| getrandom::fill(seed).is_ok())
    }

    /// A new key from the bytes that `fill` gives; it says whether it could.
    ///
    /// # Errors
    /// [`SignerError::NoRandomness`].
    pub fn draw(mut fill: impl FnMut(&mut [u8]) -> bool) -> Result<Self, SignerError> {
        let mut seed = Zeroizing::new([0_u8; 32]);
        // A uniformly random string is a valid scalar but for 1 in 2^32; the loop is bounded all the same.
        for _attempt in 0..16 {
            if !fill(seed.as_mut()) {
                break;
            }
            if let Ok(signer) = Self::from_bytes(&seed) {
                return Ok(signer);
            }
        }
        Err(SignerError::NoRandomness)
    }

    /// The key whose scalar is `bytes`, big-endian.
    ///
    /// # Errors
    /// [`SignerError::Damaged`] when it is zero or not below the group order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, SignerError> {
        SigningKey::from_slice(bytes)
            .map(Self)
            .map_err(|_source| SignerError::Damaged)
    }

    /// The scalar, big-endian; wiped when dropped.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes().into())
    }
}

impl fmt::Debug for SoftwareSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SoftwareSigner")
    }
}

impl DeviceSigner for SoftwareSigner {
    fn public_key(&self) -> Result<Vec<u8>, SignerError> {
        Ok(self
            .0
            .verifying_key()
            .to_sec1_point(false)
            .as_bytes()
            .to_vec())
    }

    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], SignerError> {
        let signature: Signature = self.0.sign(bytes);
        Ok(signature.normalize_s().to_bytes().into())
    }
}

/// Checks an ES256 signature, refusing the high-s twin.
///
/// # Errors
/// Each variant of [`VerifyError`].
pub fn verify_raw(public_key: &[u8], bytes: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
    if public_key.len() != 65 {
        return Err(VerifyError::BadKey);
    }
    let key = VerifyingKey::from_sec1_bytes(public_key).map_err(|_source| VerifyError::BadKey)?;
    let signature = Signature::from_slice(signature).map_err(|_source| VerifyError::BadForm)?;
    if signature.normalize_s() != signature {
        return Err(VerifyError::HighS);
    }
    key.verify(bytes, &signature)
        .map_err(|_source| VerifyError::Mismatch)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_high_twin_of_a_signature_is_refused() {
        let signer = SoftwareSigner::generate().unwrap();
        let low = Signature::from_slice(&signer.sign(b"entry").unwrap()).unwrap();
        let high = Signature::from_scalars(low.r().to_bytes(), (-low.s()).to_bytes()).unwrap();
        let key = signer.public_key().unwrap();
        assert_eq!(verify_raw(&key, b"entry", &low.to_bytes()), Ok(()));
        assert_eq!(
            verify_raw(&key, b"entry", &high.to_bytes()),
            Err(VerifyError::HighS)
        );
    }

    #[test]
    fn a_key_reads_back_from_its_bytes() {
        let signer = SoftwareSigner::generate().unwrap();
        let again = SoftwareSigner::from_bytes(&signer.to_bytes()).unwrap();
        assert_eq!(again.public_key(), signer.public_key());
        assert_eq!(
            SoftwareSigner::from_bytes(&[0; 32]).unwrap_err(),
            SignerError::Damaged
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_flipped_bit_is_refused(at in 0_usize..(64 + 5) * 8) {
            let signer = SoftwareSigner::from_bytes(&[7; 32]).unwrap();
            let mut bytes = b"entry".to_vec();
            let mut signature = signer.sign(&bytes).unwrap();
            if at < 64 * 8 { signature[at / 8] ^= 1 << (at % 8); } else { bytes[at / 8 - 64] ^= 1 << (at % 8); }
            prop_assert!(verify_raw(&signer.public_key().unwrap(), &bytes, &signature).is_err());
        }
    }
}
