//! A telephone number as somebody typed it: readable, in half-width digits, and comparable with another way of writing it.

use std::fmt;
use std::str::FromStr;

/// Digits of the shortest number that is taken: 95 and 400 numbers are longer, emergency numbers are nobody's contact.
const SHORTEST_DIGITS: usize = 5;
/// Digits of the longest: an international number has at most 15 (ITU-T E.164), an extension up to six more.
const LONGEST_DIGITS: usize = 21;
const MOBILE_DIGITS: usize = 11;

/// Why a text is no telephone number. [`PhoneNumberError::reference`] is the key of the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneNumberError {
    /// Something in it is neither a digit nor what stands between digits.
    #[error("a telephone number has digits, spaces, hyphens, brackets and 转 before an extension")]
    Letters,
    /// Too few or too many digits.
    #[error("a telephone number has {SHORTEST_DIGITS} to {LONGEST_DIGITS} digits")]
    Length,
    /// It begins as a mobile number on the mainland and has a digit too few or too many.
    #[error("a mobile number has {MOBILE_DIGITS} digits")]
    MobileLength,
    /// One digit over and over.
    #[error("it repeats one digit")]
    OneDigit,
}

impl PhoneNumberError {
    /// The stable key of the words in the message catalogs.
    #[must_use]
    pub const fn reference(self) -> &'static str {
        match self {
            Self::Letters => "phone-letters",
            Self::Length => "phone-length",
            Self::MobileLength => "phone-mobile-length",
            Self::OneDigit => "phone-one-digit",
        }
    }
}

/// A telephone number. `Display` is how it was typed, in half-width characters, with its spaces and hyphens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// The number without what stands between digits, the country code of the mainland and an extension: equal for two
    /// ways of writing one line.
    #[must_use]
    pub fn line(&self) -> String {
        let (line, _extension) = self.parts();
        let line = line
            .strip_prefix("+86")
            .or_else(|| line.strip_prefix("0086"))
            .unwrap_or(&line);
        line.trim_start_matches('+').to_owned()
    }

    /// The address of a call (RFC 3966, with a pause before the extension).
    #[must_use]
    pub fn uri(&self) -> String {
        match self.parts() {
            (line, extension) if extension.is_empty() => format!("tel:{line}"),
            (line, extension) => format!("tel:{line},{extension}"),
        }
    }

    fn parts(&self) -> (String, String) {
        let (line, extension) = self.0.split_once('转').unwrap_or((&self.0, ""));
        let digits = |text: &str| {
            text.chars()
                .filter(char::is_ascii_digit)
                .collect::<String>()
        };
        let plus = if line.starts_with('+') { "+" } else { "" };
        (format!("{plus}{}", digits(line)), digits(extension))
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PhoneNumber {
    type Err = PhoneNumberError;

    fn from_str(text: &str) -> Result<Self, PhoneNumberError> {
        let shown = text
            .trim()
            .chars()
            .map(half_width)
            .collect::<Option<String>>()
            .ok_or(PhoneNumberError::Letters)?;
        if shown.matches('转').count() > 1 || shown.chars().skip(1).any(|c| c == '+') {
            return Err(PhoneNumberError::Letters);
        }
        let number = Self(shown);
        let (line, extension) = number.parts();
        let digits = line.trim_start_matches('+');
        if !(SHORTEST_DIGITS..=LONGEST_DIGITS).contains(&(digits.len() + extension.len()))
            || digits.len() < SHORTEST_DIGITS
        {
            return Err(PhoneNumberError::Length);
        }
        let mut others = digits.chars().skip_while(|c| digits.starts_with(*c));
        if others.next().is_none() {
            return Err(PhoneNumberError::OneDigit);
        }
        let national = number.line();
        let mut begins = national.bytes();
        let is_mobile = begins.next() == Some(b'1') && begins.next().is_some_and(|b| b >= b'3');
        let is_near = (MOBILE_DIGITS - 1..=MOBILE_DIGITS + 1).contains(&national.len());
        if is_mobile && is_near && national.len() != MOBILE_DIGITS {
            return Err(PhoneNumberError::MobileLength);
        }
        Ok(number)
    }
}

/// The half-width character that stands for `c`, if `c` may stand in a number.
const fn half_width(c: char) -> Option<char> {
    Some(match c {
        '0'..='9' | '+' | '-' | '(' | ')' | ' ' | '转' => c,
        '０' => '0',
        '１' => '1',
        '２' => '2',
        '３' => '3',
        '４' => '4',
        '５' => '5',
        '６' => '6',
        '７' => '7',
        '８' => '8',
        '９' => '9',
        '＋' => '+',
        '－' | '–' | '—' | '‐' | '‑' | '−' | 'ー' | '_' | '.' | '·' => '-',
        '（' => '(',
        '）' => ')',
        '\u{3000}' | '\u{a0}' | '\t' => ' ',
        '轉' | '#' | '＃' | ',' | '，' | '*' => '转',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> PhoneNumber {
        text.parse().unwrap()
    }

    #[test]
    fn full_width_digits_are_read_and_spaces_and_hyphens_stay() {
        assert_eq!(
            number("１３８ ００００ ００００").to_string(),
            "138 0000 0000"
        );
        assert_eq!(
            number("（０５１２）６３５１－００００").to_string(),
            "(0512)6351-0000"
        );
        assert_eq!(number("+86 142-0000-0001").uri(), "tel:+8614200000001");
        assert_eq!(number("0512-63510000转8012").uri(), "tel:051263510000,8012");
    }

    #[test]
    fn two_ways_of_writing_one_line_are_equal() {
        for text in [
            "14200000001",
            "+86 142 0000 0001",
            "0086-142-0000-0001",
            "１４２－００００－０００１",
        ] {
            assert_eq!(number(text).line(), "14200000001", "{text}");
        }
        assert_eq!(
            number("0512-63510000转8012").line(),
            number("051263510000").line()
        );
    }

    #[test]
    fn obvious_nonsense_says_what_is_wrong() {
        for (text, why) in [
            ("", PhoneNumberError::Length),
            ("110", PhoneNumberError::Length),
            ("问张会计", PhoneNumberError::Letters),
            ("142-0000-0001 张", PhoneNumberError::Letters),
            ("1420000000", PhoneNumberError::MobileLength),
            ("142000000012", PhoneNumberError::MobileLength),
            ("00000000000", PhoneNumberError::OneDigit),
            ("1234567890123456789012", PhoneNumberError::Length),
            ("142+00000001", PhoneNumberError::Letters),
            ("63510000转1转2", PhoneNumberError::Letters),
        ] {
            assert_eq!(text.parse::<PhoneNumber>(), Err(why), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_read_is_read_again_as_the_same(text in "[0-9０-９ +（）()转-]{0,24}") {
            if let Ok(number) = text.parse::<PhoneNumber>() {
                let again: PhoneNumber = number.to_string().parse().unwrap();
                prop_assert_eq!(&again, &number);
                prop_assert!(number.uri()[4..].chars().all(|c| c.is_ascii_digit() || c == '+' || c == ','));
            }
        }
    }
}
