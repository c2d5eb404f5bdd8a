//! The PIN that opens a phone's lock: at least six digits, or a longer phrase, and none that is tried first.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;
use zeroize::Zeroizing;

const DIGITS_AT_LEAST: usize = 6;
const PHRASE_AT_LEAST: usize = 8;
const AT_MOST: usize = 64;
const DISTINCT_DIGITS: usize = 3;
const DISTINCT_LETTERS: usize = 4;

/// Tried first by everybody, beyond what the rules below find.
const USUAL: &[&str] = &[
    "123321",
    "147258",
    "147369",
    "159357",
    "159753",
    "131420",
    "520131",
    "520520",
    "521521",
    "168168",
    "666888",
    "888666",
    "888999",
    "258369",
    "789456",
    "456123",
    "741852",
    "963852",
    "5201314",
    "1314520",
    "7758521",
    "11235813",
    "31415926",
    "password",
    "passw0rd",
    "qwertyui",
    "qwerty123",
    "asdfghjk",
    "iloveyou",
    "woaini520",
    "woaini1314",
    "woaini123",
    "abcd1234",
    "1234qwer",
    "1q2w3e4r",
    "a1234567",
    "countersign",
];

/// Why a text is not taken as a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// Fewer than six digits, or a phrase of fewer than eight characters.
    #[error("a PIN has at least six digits, or is a phrase of at least eight characters")]
    TooShort,
    /// More than 64 characters.
    #[error("a PIN has at most 64 characters")]
    TooLong,
    /// One digit again and again, a row, a pattern, or one of the usual ones.
    #[error("that PIN is among the first that anybody tries")]
    Trivial,
    /// A date or a year, which others know.
    #[error("that PIN is a date or holds a year, which others know")]
    Date,
}

impl PinError {
    /// The key of its words in the message catalogs.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::TooShort => "pin-too-short",
            Self::TooLong => "pin-too-long",
            Self::Trivial => "pin-trivial",
            Self::Date => "pin-date",
        }
    }
}

/// A PIN as it was typed. Wiped when dropped, and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(Zeroizing<String>);

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin")
    }
}

impl Pin {
    /// A PIN that somebody types to open the lock. Full-width characters, which Chinese keyboards type, are the plain ones;
    /// white space around it is none of it. What is longer than any PIN opens nothing.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        let plain: Zeroizing<String> = Zeroizing::new(text.trim().chars().map(plain).collect());
        Self(plain)
    }

    /// A PIN that somebody chooses.
    ///
    /// # Errors
    /// Each variant of [`PinError`].
    pub fn chosen(text: &str) -> Result<Self, PinError> {
        let pin = Self::typed(text);
        let length = pin.0.chars().count();
        if length > AT_MOST {
            return Err(PinError::TooLong);
        }
        let lower = pin.0.to_lowercase();
        if USUAL.contains(&lower.as_str()) {
            return Err(PinError::Trivial);
        }
        match digits(&pin.0) {
            Some(digits) => check_digits(&digits, &pin.0)?,
            None if length < PHRASE_AT_LEAST => return Err(PinError::TooShort),
            None if lower.chars().collect::<BTreeSet<_>>().len() < DISTINCT_LETTERS => {
                return Err(PinError::Trivial);
            }
            None => {}
        }
        Ok(pin)
    }

    /// What the key is derived from: UTF-8; none when it is longer than any PIN.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        (self.0.chars().count() <= AT_MOST).then_some(self.0.as_bytes())
    }
}

fn plain(c: char) -> char {
    const FULL_WIDTH_OFFSET: u32 = 0xFEE0;
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(c).saturating_sub(FULL_WIDTH_OFFSET)).unwrap_or(c)
        }
        other => other,
    }
}

/// All digits, or none.
fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

fn check_digits(digits: &[u32], text: &str) -> Result<(), PinError> {
    if digits.len() < DIGITS_AT_LEAST {
        return Err(PinError::TooShort);
    }
    let mut once = digits.to_vec();
    once.dedup();
    let is_trivial = digits.iter().collect::<BTreeSet<_>>().len() < DISTINCT_DIGITS
        || is_row(digits)
        || (once.len() * 2 <= digits.len() && is_row(&once))
        || repeats(digits);
    if is_trivial {
        return Err(PinError::Trivial);
    }
    if is_date(text) {
        return Err(PinError::Date);
    }
    Ok(())
}

/// `345678`, `987654`, `789012`.
fn is_row(digits: &[u32]) -> bool {
    [1, 9].iter().any(|step| {
        digits
            .windows(2)
            .all(|pair| matches!(pair, [a, b] if (a + step) % 10 == *b))
    })
}

/// `123123`, `1212121`.
fn repeats(digits: &[u32]) -> bool {
    (1..=digits.len() / 2).any(|period| {
        digits
            .iter()
            .zip(digits.iter().skip(period))
            .all(|(a, b)| a == b)
    })
}

/// Birthdays and years of birth as they are written: `19870512`, `870512`, `12051987`, `198705`.
fn is_date(text: &str) -> bool {
    const YEARS: std::ops::RangeInclusive<u32> = 1930..=2039;
    // A leap year, so that the 29th of February is a day.
    const ANY: u32 = 2000;
    let number = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse().ok());
    let is_year = |from: usize| number(from, from + 4).is_some_and(|year| YEARS.contains(&year));
    let is_day = |year: u32, month: Option<u32>, day: Option<u32>| {
        let date = month.zip(day).and_then(|(month, day)| {
            NaiveDate::from_ymd_opt(i32::try_from(year).unwrap_or(0), month, day)
        });
        date.is_some()
    };
    match text.len() {
        6 => {
            is_year(0)
                || is_year(2)
                || is_day(ANY, number(2, 4), number(4, 6))
                || is_day(ANY, number(0, 2), number(2, 4)) && is_year_of_birth(number(4, 6))
        }
        8 => {
            is_year(0) && is_day(ANY, number(4, 6), number(6, 8))
                || is_year(4)
                    && (is_day(ANY, number(0, 2), number(2, 4))
                        || is_day(ANY, number(2, 4), number(0, 2)))
        }
        _ => false,
    }
}

/// `87` in `051287`: of somebody who works today.
fn is_year_of_birth(year: Option<u32>) -> bool {
    year.is_some_and(|year| (50..=99).contains(&year) || year <= 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<PinError> {
        Pin::chosen(text).err()
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for text in [
            "123456",
            "654321",
            "111111",
            "000000",
            "012345",
            "789012",
            "543210",
            "121212",
            "123123",
            "112233",
            "111222",
            "1212121",
            "123321",
            "520520",
            "5201314",
            "147258",
            "１２３４５６",
            " 123456 ",
            "aaaaaaaa",
            "PASSWORD",
            "woaini1314",
            "321098",
            "332211",
        ] {
            assert_eq!(refused(text), Some(PinError::Trivial), "{text}");
        }
    }

    #[test]
    fn birthdays_and_years_are_refused() {
        for text in [
            "19870512", "870512", "198705", "051987", "12051987", "05121987", "051287", "000229",
            "201012",
        ] {
            assert_eq!(refused(text), Some(PinError::Date), "{text}");
        }
    }

    #[test]
    fn what_is_short_is_refused_and_a_phrase_is_longer_than_digits() {
        for text in ["", "48279", "ab12", "柳树下的石", "pin 482"] {
            assert_eq!(refused(text), Some(PinError::TooShort), "{text}");
        }
        assert_eq!(refused(&"7".repeat(65)), Some(PinError::TooLong));
        assert_eq!(Pin::typed(&"82".repeat(40)).bytes(), None);
    }

    #[test]
    fn others_are_taken_and_full_width_digits_are_digits() {
        for text in [
            "482793",
            "739184",
            "90817263",
            "柳树下的旧石桥边",
            "blue kettle 7",
        ] {
            assert_eq!(refused(text), None, "{text}");
        }
        assert_eq!(Pin::chosen("４８２７９３").unwrap(), Pin::typed("482793"));
        assert_eq!(format!("{:?}", Pin::typed("482793")), "Pin");
    }

    /// The rules leave enough: nine of ten PINs of six digits are taken.
    #[test]
    fn most_pins_are_taken() {
        let taken = (0..1_000_000)
            .step_by(7)
            .filter(|number| refused(&format!("{number:06}")).is_none())
            .count();
        assert!(taken > 1_000_000 / 7 * 88 / 100, "{taken}");
    }
}
