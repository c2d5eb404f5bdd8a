//! Amounts as people write them, and the unit they are stated in.

use std::fmt;
use std::str::FromStr as _;

use countersign_core::domain::money::Currency;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::cell::{Cell, fold, squeeze};

/// In what amounts are stated: the currency's unit times a power of ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 元: the currency's unit.
    One,
    /// 千元.
    Thousand,
    /// 万元.
    TenThousand,
    /// 百万元.
    Million,
    /// 亿元.
    HundredMillion,
}

impl Unit {
    /// All, the smallest first.
    pub const ALL: [Self; 5] = [
        Self::One,
        Self::Thousand,
        Self::TenThousand,
        Self::Million,
        Self::HundredMillion,
    ];

    /// How many of the currency's unit it is.
    #[must_use]
    pub fn factor(self) -> Decimal {
        Decimal::from(match self {
            Self::One => 1_u32,
            Self::Thousand => 1_000,
            Self::TenThousand => 10_000,
            Self::Million => 1_000_000,
            Self::HundredMillion => 100_000_000,
        })
    }

    /// The word a ledger states it by.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::One => "元",
            Self::Thousand => "千元",
            Self::TenThousand => "万元",
            Self::Million => "百万元",
            Self::HundredMillion => "亿元",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A unit as stated, with the currency if that is named too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stated {
    pub unit: Unit,
    pub currency: Option<Currency>,
}

const CURRENCIES: [(&str, Currency); 8] = [
    ("人民币", Currency::Cny),
    ("rmb", Currency::Cny),
    ("cny", Currency::Cny),
    ("¥", Currency::Cny),
    ("usd", Currency::Usd),
    ("us$", Currency::Usd),
    ("$", Currency::Usd),
    ("美元", Currency::Usd),
];

const UNITS: [(&str, Unit); 12] = [
    ("亿元", Unit::HundredMillion),
    ("亿", Unit::HundredMillion),
    ("百万元", Unit::Million),
    ("百万", Unit::Million),
    ("millions", Unit::Million),
    ("万元", Unit::TenThousand),
    ("万", Unit::TenThousand),
    ("千元", Unit::Thousand),
    ("千", Unit::Thousand),
    ("thousands", Unit::Thousand),
    ("元", Unit::One),
    ("圆", Unit::One),
];

/// A word that states a unit and nothing else: `万元`, `人民币元`, `USD`, `万美元`.
fn unit_word(word: &str) -> Option<Stated> {
    let mut rest = word.to_lowercase();
    let mut currency = None;
    for (name, code) in CURRENCIES {
        if let Some(at) = rest.find(name) {
            // 美元 ends in 元, so what remains of 万美元 is 万.
            rest.replace_range(at..at + name.len(), "");
            currency = Some(code);
            break;
        }
    }
    if rest.is_empty() {
        return currency.map(|_| Stated {
            unit: Unit::One,
            currency,
        });
    }
    UNITS
        .iter()
        .find(|(name, _)| *name == rest)
        .map(|(_, unit)| Stated {
            unit: *unit,
            currency,
        })
}

/// The contents of the brackets in a squeezed text.
fn bracketed(text: &str) -> impl Iterator<Item = &str> {
    text.split('(')
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(inside, _)| inside))
}

/// The unit a line above the table states: `单位：万元`, `（单位:元）`, `金额单位：人民币万元`, `(万元)`.
pub(crate) fn unit_of_line(text: &str) -> Option<Stated> {
    let text = squeeze(text);
    let after_word = text.split("单位").skip(1).find_map(|rest| {
        let rest = rest.trim_start_matches([':', '为', '是']);
        let end = rest
            .find(|c: char| " ,;，；。、()/".contains(c))
            .unwrap_or(rest.len());
        rest.get(..end).and_then(unit_word)
    });
    let lower = text.to_lowercase();
    let english = || {
        let rest = lower.split_once("unit:")?.1;
        unit_word(rest)
    };
    after_word
        .or_else(|| bracketed(&text).find_map(unit_word))
        .or_else(english)
}

/// The unit a column header states: `应收金额（万元）`, `应收金额/万元`, `Amount (USD)`.
pub(crate) fn unit_of_header(text: &str) -> Option<Stated> {
    let text = squeeze(text);
    let in_brackets = bracketed(&text).find_map(|inside| {
        unit_word(
            inside
                .trim_start_matches("单位")
                .trim_start_matches([':', ',']),
        )
    });
    in_brackets.or_else(|| {
        text.rsplit_once(['/', ',', ':', '-', '_'])
            .and_then(|(_, last)| unit_word(last))
    })
}

/// What an amount cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    /// An empty cell, or only a dash.
    Nothing,
    /// In the currency's unit, not yet rounded.
    Is(Decimal),
    /// No amount.
    Bad,
}

/// No amount is this large; it also keeps every sum within bounds.
const LIMIT: u64 = 100_000_000_000_000;

/// Reads an amount in `unit`, unless the cell names its own (`1.2万`, `43666.60元`).
pub(crate) fn read_amount(cell: Option<&Cell>, unit: Unit) -> Amount {
    let value = match cell {
        None => return Amount::Nothing,
        Some(Cell::Number(number)) => number.checked_mul(unit.factor()),
        Some(Cell::Text(text)) => {
            let text: String = fold(text).chars().filter(|c| *c != ' ').collect();
            if text.chars().all(|c| "-—–−─".contains(c)) {
                return Amount::Nothing;
            }
            amount_text(&text, unit)
        }
        Some(Cell::Serial(..) | Cell::Error(_) | Cell::Logical(_) | Cell::Uncalculated) => None,
    };
    value
        .filter(|value| value.abs() < Decimal::from(LIMIT))
        .map_or(Amount::Bad, Amount::Is)
}

fn amount_text(text: &str, unit: Unit) -> Option<Decimal> {
    let (text, in_brackets) = match text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let lower = text.to_lowercase();
    let (text, minus_first) = strip_minus(&lower);
    let text = without_currency(text);
    let (text, minus_second) = strip_minus(text);
    let (text, unit) = UNITS
        .iter()
        .find_map(|(word, stated)| text.strip_suffix(word).map(|rest| (rest, *stated)))
        .unwrap_or((text, unit));
    let (text, minus_behind) = match text.strip_suffix(['-', '−']) {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let signs = [in_brackets, minus_first, minus_second, minus_behind];
    let negatives = signs.iter().filter(|is| **is).count();
    let value = plain_number(text)?.checked_mul(unit.factor())?;
    match negatives {
        0 => Some(value),
        1 => Some(-value),
        _ => None,
    }
}

fn strip_minus(text: &str) -> (&str, bool) {
    match text.strip_prefix(['-', '−', '–']) {
        Some(rest) => (rest, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    }
}

fn without_currency(text: &str) -> &str {
    CURRENCIES
        .iter()
        .find_map(|(name, _)| {
            text.strip_prefix(name)
                .map(|rest| rest.strip_prefix(':').unwrap_or(rest))
        })
        .unwrap_or(text)
}

/// Digits with at most one point; commas only between groups of three.
fn plain_number(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || text.ends_with('.') || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut groups = whole.split([',', '，']);
    let first = groups.next()?;
    let is_grouped = whole.contains([',', '，']);
    let mut digits = String::from(first);
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        digits.push_str(group);
    }
    let first_fits = !first.is_empty() && (!is_grouped || first.len() <= 3);
    if !first_fits || !digits.bytes().all(|b| b.is_ascii_digit()) || digits.len() > 18 {
        return None;
    }
    let fraction: String = fraction.chars().take(9).collect();
    Decimal::from_str(&format!("{digits}.{fraction}0")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str, unit: Unit) -> Amount {
        read_amount(Cell::text(text).as_ref(), unit)
    }

    #[test]
    fn reads_amounts_as_people_write_them() {
        let is = |text: &str| Amount::Is(Decimal::from_str(text).unwrap());
        for (written, value) in [
            ("1,234.50", "1234.50"),
            ("¥1,234.50", "1234.50"),
            ("￥１，２３４．５０", "1234.50"),
            (" 1234.5 ", "1234.50"),
            ("(1,234.50)", "-1234.50"),
            ("（７，６３０．００）", "-7630"),
            ("-1200.00", "-1200"),
            ("¥-1,200.00", "-1200"),
            ("1,200.00-", "-1200"),
            ("1.2万", "12000"),
            ("43666.60元", "43666.60"),
            ("人民币5万元", "50000"),
            ("$55.94", "55.94"),
        ] {
            assert_eq!(reads(written, Unit::One), is(value), "{written}");
        }
        assert_eq!(reads("4.36666", Unit::TenThousand), is("43666.6"));
        assert_eq!(reads("43666.60元", Unit::TenThousand), is("43666.60"));
    }

    #[test]
    fn refuses_what_is_no_amount() {
        for written in [
            "约3万",
            "3万左右",
            "待核",
            "#REF!",
            "12.345.67",
            "1,23",
            "1,2345.00",
            "1.234,50",
            "--5",
            "(-5)",
            "1e3",
            "12.",
            "万",
            "5%",
            ",123",
        ] {
            assert_eq!(reads(written, Unit::One), Amount::Bad, "{written}");
        }
        for written in ["", " ", "-", "—", "——", "　－　"] {
            assert_eq!(reads(written, Unit::One), Amount::Nothing, "{written}");
        }
    }

    #[test]
    fn finds_the_unit_in_lines_and_headers() {
        for (line, unit) in [
            ("单位:元", Unit::One),
            ("单位：万元", Unit::TenThousand),
            ("应收账款明细表（单位：人民币万元）", Unit::TenThousand),
            ("金额单位：千元", Unit::Thousand),
            ("Unit: RMB", Unit::One),
        ] {
            assert_eq!(unit_of_line(line).map(|s| s.unit), Some(unit), "{line}");
        }
        assert_eq!(unit_of_line("编制单位：样例集团有限公司"), None);
        assert_eq!(
            unit_of_line("大额客户另见“大额客户”表，单位为万元。").map(|s| s.unit),
            Some(Unit::TenThousand)
        );
        assert_eq!(
            unit_of_header("应收金额（万元）").map(|s| s.unit),
            Some(Unit::TenThousand)
        );
        assert_eq!(
            unit_of_header("应收金额/元").map(|s| s.unit),
            Some(Unit::One)
        );
        assert_eq!(
            unit_of_header("Amount (USD)").and_then(|s| s.currency),
            Some(Currency::Usd)
        );
        assert_eq!(unit_of_header("应收金额"), None);
    }
}
