//! Random secrets and their hashes. Only hashes are stored.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use countersign_core::domain::ids::Digest;
use countersign_core::domain::time::Instant;
use countersign_core::replica::Random;

/// Crockford's base 32: no I, L, O, U (crockford.com/base32.html).
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 128 bits in digits of 5 bits.
const CODE_DIGITS: usize = 26;

/// The operating system gave no randomness, or the hash could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// No randomness.
    #[error("the operating system gave no randomness")]
    NoRandomness,
    /// The password could not be hashed.
    #[error("the password could not be hashed")]
    Hash(argon2::password_hash::Error),
}

/// Random bytes.
pub(crate) fn random<const N: usize>(source: &dyn Random) -> Result<[u8; N], SecretError> {
    let mut bytes = [0; N];
    source
        .fill(&mut bytes)
        .map_err(|_source| SecretError::NoRandomness)?;
    Ok(bytes)
}

/// A `UUIDv7` for an instant.
pub(crate) fn fresh_uuid(source: &dyn Random, now: Instant) -> Result<uuid::Uuid, SecretError> {
    let random = random::<10>(source)?;
    Ok(uuid::Builder::from_unix_timestamp_millis(now.ms().unsigned_abs(), &random).into_uuid())
}

/// 256 random bits in 64 hex digits.
pub(crate) fn token(source: &dyn Random) -> Result<String, SecretError> {
    Ok(Digest(random(source)?).to_string())
}

/// What is stored of a token or code.
pub(crate) fn stored(purpose: &str, secret: &str) -> Digest {
    Digest::of_parts(&[purpose.as_bytes(), secret.as_bytes()])
}

/// A one-time code: 128 random bits as 26 digits.
pub(crate) fn code(source: &dyn Random) -> Result<String, SecretError> {
    let mut bits = u128::from_be_bytes(random(source)?);
    let mut digits = Vec::with_capacity(CODE_DIGITS);
    for _digit in 0..CODE_DIGITS {
        let at = usize::try_from(bits & 31).unwrap_or(0);
        digits.push(CROCKFORD.get(at).copied().map_or('0', char::from));
        bits >>= 5;
    }
    Ok(digits.into_iter().rev().collect())
}

/// A code as a person typed it, brought to 26 digits: hyphens and spaces dropped, I and L read as 1, O as 0.
pub(crate) fn typed_code(text: &str) -> Option<String> {
    let digits: Option<String> = text
        .chars()
        .filter(|c| !matches!(c, '-' | ' '))
        .map(|c| match c.to_ascii_uppercase() {
            'I' | 'L' => Some('1'),
            'O' => Some('0'),
            c if c.is_ascii() && CROCKFORD.iter().any(|digit| char::from(*digit) == c) => Some(c),
            _ => None,
        })
        .collect();
    digits.filter(|digits| digits.len() == CODE_DIGITS)
}

/// A code in groups of five, as it is shown.
pub(crate) fn grouped(code: &str) -> String {
    let digits: Vec<char> = code.chars().collect();
    digits
        .chunks(5)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}

/// argon2id with the crate's defaults (19 MiB, 2 passes: RFC 9106 and OWASP's minimum), as PHC string.
pub(crate) fn hash_password(password: &str) -> Result<String, SecretError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(SecretError::Hash)
}

/// Whether the password is the one behind the stored hash; compared in constant time.
pub(crate) fn is_password(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use countersign_core::replica::OsRandom;

    use super::*;

    #[test]
    fn a_code_reads_back_however_it_is_typed() {
        let made = code(&OsRandom).unwrap();
        assert_eq!(made.len(), 26);
        assert_eq!(typed_code(&grouped(&made)), Some(made.clone()));
        assert_eq!(typed_code(&made.to_lowercase()), Some(made));
        assert_eq!(typed_code("O1I-L"), None);
        assert_eq!(typed_code(&"U".repeat(26)), None);
    }

    #[test]
    fn a_password_verifies_only_itself() {
        let stored = hash_password("correct horse").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(is_password("correct horse", &stored));
        assert!(!is_password("wrong horse", &stored));
        assert!(!is_password("correct horse", "damaged"));
    }
}
