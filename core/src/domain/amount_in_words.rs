//! Amount in words (大写金额): how Chinese papers write money so that no digit can be slipped in.
//!
//! The rules leave a choice at a few places: a `零` where the ten-thousands or yuan digit is zero, and the closing `整`
//! after jiao. [`amount_in_words`] always writes one of the spellings; [`read_amount_in_words`] reads all of them. Both
//! work on the same list of [`Piece`]s, so that they cannot drift apart.
//!
//! Source: Accounting Basics Rules (会计基础工作规范) art. 52; Payment and Settlement Measures 1997 (支付结算办法) annex 1.

use rust_decimal::Decimal;

use super::money::{Currency, Money};

/// Why an amount has no words, or words no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Below zero.
    #[error("a negative amount is not written in words")]
    Negative,
    /// From one trillion yuan on (`1000000000000.00`).
    #[error("amounts of one trillion yuan and more are not written in words")]
    TooLarge,
    /// Fractions of a cent.
    #[error("an amount in words has at most two decimals")]
    MoreThanTwoDecimals,
    /// The rules are for renminbi.
    #[error("only amounts in yuan are written in Chinese words")]
    NotYuan,
    /// A text that is no amount in one of the allowed spellings.
    #[error("this is not an amount in words such as 壹仟贰佰元整")]
    Unreadable,
}

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const LIMIT_CENTS: i128 = 100_000_000_000_000;

/// One element of an amount in words, in the order written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// A digit or unit that must stand here.
    Must(char),
    /// One that we write and a reader may miss.
    Usual(char),
    /// One that we leave out and a reader may find.
    Unusual(char),
}

/// The words of an amount of yuan, without `人民币` in front: `叁拾捌万陆仟肆佰贰拾元整`.
///
/// # Errors
/// [`WordsError::Negative`], [`WordsError::TooLarge`], [`WordsError::MoreThanTwoDecimals`].
pub fn amount_in_words(amount: Decimal) -> Result<String, WordsError> {
    let written = pieces(cents(amount)?)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Must(c) | Piece::Usual(c) => Some(c),
            Piece::Unusual(_) => None,
        });
    Ok(written.collect())
}

/// The words of `money`; refuses what is not renminbi.
///
/// # Errors
/// [`WordsError::NotYuan`], and those of [`amount_in_words`].
pub fn money_in_words(money: Money) -> Result<String, WordsError> {
    match money.currency() {
        Currency::Cny => amount_in_words(money.amount()),
        Currency::Usd => Err(WordsError::NotYuan),
    }
}

/// The amount that `text` spells. Accepts every spelling the rules allow: with or without `人民币`, `正` for `整`, no
/// `整` after jiao, optional `零`, and the traditional forms of annex 1 (`貳 陸 萬 億 圓`); spaces do not count.
///
/// # Errors
/// [`WordsError::Unreadable`].
pub fn read_amount_in_words(text: &str) -> Result<Money, WordsError> {
    let plain: Vec<char> = text
        .trim()
        .trim_start_matches("人民币")
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(simplified)
        .collect();
    if plain.len() > 64 {
        return Err(WordsError::Unreadable);
    }
    let cents = lenient_value(&plain)
        .filter(|cents| (0..LIMIT_CENTS).contains(cents))
        .ok_or(WordsError::Unreadable)?;
    if !spells(&plain, &pieces(cents)) {
        return Err(WordsError::Unreadable);
    }
    Decimal::try_from_i128_with_scale(cents, 2)
        .map(|amount| Money::rounded(Currency::Cny, amount))
        .map_err(|_out_of_range| WordsError::Unreadable)
}

fn cents(amount: Decimal) -> Result<i128, WordsError> {
    let mut amount = amount.normalize();
    if amount.scale() > 2 {
        return Err(WordsError::MoreThanTwoDecimals);
    }
    if amount.is_sign_negative() && !amount.is_zero() {
        return Err(WordsError::Negative);
    }
    if amount >= Decimal::from_i128_with_scale(LIMIT_CENTS, 2) {
        return Err(WordsError::TooLarge);
    }
    amount.rescale(2);
    Ok(amount.mantissa())
}

fn pieces(cents: i128) -> Vec<Piece> {
    let yuan = cents / 100;
    let jiao = cents / 10 % 10;
    let fen = cents % 10;
    let mut out = Vec::new();
    if yuan > 0 {
        push_yuan(&mut out, yuan);
    } else if cents == 0 {
        out.push(Piece::Must('零'));
    }
    if yuan > 0 || cents == 0 {
        out.push(Piece::Must('元'));
    }
    if jiao > 0 {
        if yuan > 0 && yuan % 10 == 0 {
            out.push(Piece::Usual('零'));
        }
        out.extend([Piece::Must(digit(jiao)), Piece::Must('角')]);
    }
    if fen > 0 {
        if jiao == 0 && yuan > 0 {
            out.push(Piece::Must('零'));
        }
        out.extend([Piece::Must(digit(fen)), Piece::Must('分')]);
    } else if jiao > 0 {
        out.push(Piece::Usual('整'));
    } else {
        out.push(Piece::Must('整'));
    }
    out
}

/// The whole yuan, in groups of four digits (亿, 万, none), the highest first.
fn push_yuan(out: &mut Vec<Piece>, yuan: i128) {
    let groups = [
        (yuan / 100_000_000 % 10_000, Some('亿')),
        (yuan / 10_000 % 10_000, Some('万')),
        (yuan % 10_000, None),
    ];
    let mut has_higher = false;
    let mut zero_run = false;
    let mut empty_group = false;
    for (group, unit) in groups {
        if group == 0 {
            empty_group = has_higher;
            zero_run = has_higher;
            continue;
        }
        for (power, place) in [
            (1000, Some('仟')),
            (100, Some('佰')),
            (10, Some('拾')),
            (1, None),
        ] {
            let value = group / power % 10;
            if value == 0 {
                zero_run = has_higher;
                continue;
            }
            if zero_run {
                out.push(match (power, empty_group) {
                    (1000, false) => Piece::Unusual('零'),
                    (1000, true) => Piece::Usual('零'),
                    _ => Piece::Must('零'),
                });
            }
            out.push(Piece::Must(digit(value)));
            out.extend(place.map(Piece::Must));
            has_higher = true;
            zero_run = false;
            empty_group = false;
        }
        out.extend(unit.map(Piece::Must));
    }
}

fn digit(value: i128) -> char {
    usize::try_from(value)
        .ok()
        .and_then(|index| DIGITS.get(index).copied())
        .unwrap_or('零')
}

fn simplified(c: char) -> char {
    match c {
        '貳' => '贰',
        '陸' => '陆',
        '萬' => '万',
        '億' => '亿',
        '圓' | '圆' => '元',
        '正' => '整',
        other => other,
    }
}

/// The value of digits and units, whatever the order and the zeros; [`spells`] checks those afterwards.
fn lenient_value(text: &[char]) -> Option<i128> {
    let (mut cents, mut yuan, mut group, mut pending) = (0_i128, 0_i128, 0_i128, 0_i128);
    for c in text {
        let value = DIGITS.iter().position(|d| d == c);
        if let Some(value) = value {
            pending = i128::try_from(value).ok()?;
            continue;
        }
        match c {
            '仟' => group = group.checked_add(pending * 1000)?,
            '佰' => group = group.checked_add(pending * 100)?,
            '拾' => group = group.checked_add(pending * 10)?,
            '万' => {
                yuan = yuan.checked_add((group + pending).checked_mul(10_000)?)?;
                group = 0;
            }
            '亿' => {
                yuan = yuan.checked_add((group + pending).checked_mul(100_000_000)?)?;
                group = 0;
            }
            '元' => {
                cents = (yuan + group + pending).checked_mul(100)?;
                group = 0;
            }
            '角' => cents = cents.checked_add(pending * 10)?,
            '分' => cents = cents.checked_add(pending)?,
            '整' => {}
            _ => return None,
        }
        pending = 0;
    }
    Some(cents)
}

fn spells(text: &[char], pieces: &[Piece]) -> bool {
    let mut rest = text.iter().peekable();
    for piece in pieces {
        match piece {
            Piece::Must(c) => {
                if rest.next() != Some(c) {
                    return false;
                }
            }
            Piece::Usual(c) | Piece::Unusual(c) => {
                rest.next_if_eq(&c);
            }
        }
    }
    rest.next().is_none()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::cases;
    use super::*;

    #[test]
    fn worked_cases() {
        for case in cases::of("amount_in_words", 34) {
            let words = amount_in_words(cases::decimal(&case.input["amount"]));
            let refused = match words {
                Ok(words) => {
                    assert_eq!(words, case.expected["words"], "{}", case.id);
                    let read = read_amount_in_words(&words).unwrap();
                    assert_eq!(read, cases::money(&case.input["amount"]), "{}", case.id);
                    continue;
                }
                Err(WordsError::Negative) => "negative",
                Err(WordsError::TooLarge) => "too_large",
                Err(WordsError::MoreThanTwoDecimals) => "more_than_two_decimals",
                Err(WordsError::NotYuan | WordsError::Unreadable) => "another reason",
            };
            assert_eq!(refused, case.expected["refused"], "{}", case.id);
        }
    }

    #[test]
    fn reads_every_allowed_spelling() {
        for (text, amount) in [
            ("人民币壹仟陆佰捌拾元叁角贰分", "1680.32"),
            ("壹拾万零柒仟元伍角叁分", "107000.53"),
            ("壹仟肆佰零玖元伍角", "1409.50"),
            ("叁拾捌万陆仟肆佰贰拾元正", "386420.00"),
            ("叁拾捌萬陸仟肆佰貳拾圓整", "386420.00"),
            ("壹亿捌仟元整", "100008000.00"),
            ("伍角", "0.50"),
            (" 人民币 壹元整 ", "1.00"),
        ] {
            assert_eq!(
                read_amount_in_words(text),
                Ok(cases::yuan(amount)),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_what_no_rule_allows() {
        for text in [
            "",
            "元整",
            "拾伍元整",
            "壹佰伍元整",
            "壹元伍分整",
            "壹元",
            "壹元整伍角",
            "伍佰贰仟元整",
            "壹万壹万元整",
            "壹壹元整",
            "壹佰零贰拾元整",
            "玖仟玖佰玖拾玖亿亿元整",
            "一百元整",
            "100元整",
        ] {
            assert_eq!(
                read_amount_in_words(text),
                Err(WordsError::Unreadable),
                "{text}"
            );
        }
    }

    #[test]
    fn dollars_have_no_chinese_words() {
        assert_eq!(
            money_in_words(Money::zero(Currency::Usd)),
            Err(WordsError::NotYuan)
        );
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(cents in 0_i64..100_000_000_000_000) {
            let amount = Decimal::new(cents, 2);
            let words = amount_in_words(amount).unwrap();
            prop_assert_eq!(read_amount_in_words(&words).unwrap().amount(), amount);
        }

        #[test]
        fn sparse_amounts_read_back(digit in 1_i64..10, power in 0_u32..13, other in 0_u32..13) {
            let cents = digit * 10_i64.pow(power) + 10_i64.pow(other);
            let words = amount_in_words(Decimal::new(cents, 2)).unwrap();
            prop_assert_eq!(read_amount_in_words(&words).unwrap().amount(), Decimal::new(cents, 2));
            prop_assert!(!words.contains("零零"));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[零壹贰叁拾佰仟万亿元角分整]{0,70}") {
            if let Ok(money) = read_amount_in_words(&text) {
                prop_assert!(money.amount() < Decimal::new(LIMIT_CENTS.try_into().unwrap(), 2));
            }
        }
    }
}
