//! The verification code (核验码): a digest short enough to be read out on the telephone.

use std::fmt;

use super::ids::Digest;

/// Crockford's Base32 digits: no I, L, O or U, so that nobody mishears or misreads one.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUPS: [u32; 3] = [40, 20, 0];

/// The first 60 bits of a digest, most significant first, as twelve Base32 digits in three groups: `7K2M-9QX4-T1WZ`.
///
/// It serves to compare two copies by voice. Who could choose what is sealed could also search for two objects with the
/// same code; a proof therefore compares the whole digest, which is printed and in the QR code beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerificationCode(u64);

impl VerificationCode {
    /// The code of what `digest` names.
    #[must_use]
    pub fn of(digest: &Digest) -> Self {
        let whole = digest
            .0
            .iter()
            .take(8)
            .fold(0, |bits, byte| (bits << 8) | u64::from(*byte));
        Self(whole >> 4)
    }
}

impl fmt::Display for VerificationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, group) in GROUPS.into_iter().enumerate() {
            if number > 0 {
                f.write_str("-")?;
            }
            for place in [15, 10, 5, 0] {
                let digit = (self.0 >> (group + place)) & 31;
                let digit = usize::try_from(digit).ok().and_then(|at| DIGITS.get(at));
                write!(f, "{}", char::from(*digit.unwrap_or(&b'0')))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sixty_bits_are_read_from_the_left() {
        let mut bytes = [0; 32];
        assert_eq!(
            VerificationCode::of(&Digest(bytes)).to_string(),
            "0000-0000-0000"
        );
        bytes[0] = 0b0000_1000;
        bytes[7] = 0b0001_1111;
        assert_eq!(
            VerificationCode::of(&Digest(bytes)).to_string(),
            "1000-0000-0001"
        );
        assert_eq!(
            VerificationCode::of(&Digest([0xff; 32])).to_string(),
            "ZZZZ-ZZZZ-ZZZZ"
        );
    }

    #[test]
    fn another_digest_has_another_code() {
        let code = |text: &str| VerificationCode::of(&Digest::of(text.as_bytes()));
        assert_ne!(code("386,420.00"), code("386,421.00"));
    }
}
