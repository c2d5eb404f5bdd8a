//! A paper's text as the lint reads it: without white space, in sentences, with the amounts and days that it names.

use super::super::amount_in_words::read_amount_in_words;
use super::super::statement_text::read_digits;
use super::super::time::Day;

const INTEREST: [&str; 4] = ["利息", "违约金", "滞纳金", "罚息"];
const PRINCIPAL: [&str; 2] = ["本金", "货款"];
const PAYING: [&str; 9] = [
    "支付", "付清", "清偿", "付款", "还款", "偿还", "结清", "还清", "汇款",
];
const DEMANDING: [&str; 3] = ["支付", "付清", "清偿"];
const RELATIVE_DAYS: [&str; 17] = [
    "日内",
    "天内",
    "周内",
    "月内",
    "年内",
    "日前",
    "日以前",
    "日之前",
    "号前",
    "月底",
    "月末",
    "年底",
    "年末",
    "下周",
    "下月",
    "本周",
    "本月",
];

/// What an amount is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Principal,
    Interest,
}

/// One amount that the text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) label: Option<Label>,
    /// It stands there in words and in digits, and both say the same.
    agrees: bool,
}

#[derive(Debug)]
pub(super) struct PaperText(String);

impl PaperText {
    pub(super) fn new(text: &str) -> Self {
        Self(
            text.chars()
                .filter(|c| !c.is_whitespace() && !is_invisible(*c))
                .map(half_width)
                .collect(),
        )
    }

    pub(super) fn contains(&self, words: &str) -> bool {
        self.0.contains(words)
    }

    pub(super) fn sentences(&self) -> impl Iterator<Item = &str> {
        self.0
            .split(['。', '；', ';', '！', '!', '？', '?'])
            .filter(|sentence| !sentence.is_empty())
    }

    fn clauses(&self) -> impl Iterator<Item = &str> {
        self.sentences()
            .flat_map(|sentence| sentence.split(['，', '、']))
    }

    pub(super) fn amounts(&self) -> Vec<Amount> {
        self.sentences().flat_map(amounts_in).collect()
    }

    pub(super) fn shows_interest(&self, amounts: &[Amount]) -> bool {
        let has_figure = amounts
            .iter()
            .any(|amount| amount.label == Some(Label::Interest));
        let has_rate = self.sentences().any(|sentence| {
            sentence.contains('%') && (has_any(sentence, &INTEREST) || sentence.contains("利率"))
        });
        has_figure || has_rate
    }

    pub(super) fn sets_payment_day(&self) -> bool {
        self.sentences().any(|sentence| {
            has_any(sentence, &PAYING)
                && (has_any(sentence, &RELATIVE_DAYS)
                    || days_in(sentence).iter().any(|day| !day.is_cut_off()))
        })
    }

    pub(super) fn promises_a_day(&self) -> bool {
        self.sentences().any(|sentence| {
            has_any(sentence, &PAYING)
                && days_in(sentence)
                    .iter()
                    .any(|day| day.has_year && !day.is_cut_off())
        })
    }

    pub(super) fn asks_for_payment(&self) -> bool {
        self.sentences().any(|sentence| {
            let Some((_, asked)) = sentence.split_once('请') else {
                return false;
            };
            DEMANDING.iter().any(|verb| {
                asked.split_once(verb).is_some_and(|(between, _)| {
                    !has_any(between, &["勿", "不要", "不必", "无需", "暂不", "暂缓"])
                })
            })
        })
    }

    pub(super) fn names_snapshot_and_cut_off(&self) -> bool {
        let has_cut_off = self
            .sentences()
            .any(|sentence| days_in(sentence).iter().any(DayNamed::is_cut_off));
        let has_snapshot = self.sentences().any(|sentence| {
            sentence
                .split_once("账目快照编号")
                .is_some_and(|(_, id)| !id.trim_start_matches(['：', ':']).is_empty())
        });
        has_cut_off && has_snapshot
    }

    /// Words that give up a part of the claim; giving up the limitation defence is another finding.
    pub(super) fn waives_claim(&self) -> bool {
        self.clauses().any(|clause| {
            ["放弃", "免除", "豁免", "不再追究"].iter().any(|words| {
                clause.match_indices(words).any(|(at, _)| {
                    let (before, rest) = clause.split_at(at);
                    let given_up = rest.trim_start_matches(words);
                    !ends_with_any(before, &["不", "未", "不得", "不予", "不会", "无意"])
                        && !is_about_limitation(given_up)
                })
            })
        })
    }

    pub(super) fn agrees_on_limitation(&self) -> bool {
        self.clauses().any(|clause| {
            clause.contains("时效")
                && has_any(
                    clause,
                    &[
                        "放弃",
                        "抛弃",
                        "约定",
                        "延长",
                        "缩短",
                        "不受",
                        "不适用",
                        "排除",
                    ],
                )
        })
    }

    pub(super) fn calls_debt_void(&self) -> bool {
        [
            "债权已失效",
            "债权失效",
            "债权已消灭",
            "债权消灭",
            "债务已消灭",
            "债务消灭",
            "债务已失效",
            "债务失效",
        ]
        .iter()
        .any(|words| self.contains(words))
    }
}

fn has_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

fn ends_with_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.ends_with(word))
}

fn is_about_limitation(given_up: &str) -> bool {
    given_up
        .split_once("时效")
        .is_some_and(|(between, _)| !has_any(between, &["款", "本金", "债", "金额"]))
}

/// A day that the text names.
#[derive(Debug)]
struct DayNamed<'a> {
    before: &'a str,
    has_year: bool,
}

impl DayNamed<'_> {
    fn is_cut_off(&self) -> bool {
        self.has_year && ends_with_any(self.before, &["截至", "截止", "截止至"])
    }
}

/// Days such as `2026年6月30日`, `6月30日`, `6月30号` and `2026-06-30`.
fn days_in(sentence: &str) -> Vec<DayNamed<'_>> {
    let chinese = sentence
        .match_indices(['日', '号'])
        .filter_map(|(at, _)| chinese_day(sentence.split_at(at).0));
    let iso = sentence
        .match_indices('-')
        .filter_map(|(at, _)| iso_day(sentence, at));
    chinese.chain(iso).collect()
}

fn chinese_day(text: &str) -> Option<DayNamed<'_>> {
    let before = without_number(text)?.strip_suffix('月')?;
    let before = without_number(before)?;
    let with_year = before.strip_suffix('年').and_then(without_number);
    Some(DayNamed {
        before: with_year.unwrap_or(before),
        has_year: with_year.is_some(),
    })
}

fn iso_day(sentence: &str, first_dash: usize) -> Option<DayNamed<'_>> {
    let start = first_dash.checked_sub(4)?;
    let day = sentence.get(start..start + 10)?;
    day.parse::<Day>().ok()?;
    Some(DayNamed {
        before: sentence.get(..start)?,
        has_year: true,
    })
}

/// `text` without the digits at its end; none when there are none.
fn without_number(text: &str) -> Option<&str> {
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
    (before.len() < text.len()).then_some(before)
}

/// Every amount of a sentence: in words, in digits after `¥` or before `元`, or in both.
fn amounts_in(sentence: &str) -> Vec<Amount> {
    let mut found = Vec::new();
    let mut rest = sentence;
    while let Some(c) = rest.chars().next() {
        let before = sentence
            .get(..sentence.len() - rest.len())
            .unwrap_or(sentence);
        let (agrees, after) = if is_word(c) {
            let (words, after) = run(rest, is_word);
            if !reads_as_amount(words) {
                rest = after;
                continue;
            }
            let (digits, after) = bracketed_digits(after).unwrap_or(("", after));
            let in_words = read_amount_in_words(words).ok().map(|money| money.amount());
            (in_words.is_some() && in_words == read_digits(digits), after)
        } else if c == '¥' {
            let (_, after) = run(rest.trim_start_matches('¥'), is_number);
            (false, after)
        } else if c.is_ascii_digit() {
            let (_, after) = run(rest, is_number);
            let unit = after.trim_start_matches(['百', '千', '万', '亿']);
            if !unit.starts_with(['元', '圆', '角']) {
                rest = after;
                continue;
            }
            (false, unit.trim_start_matches(['元', '圆', '角']))
        } else {
            rest = rest.trim_start_matches(c);
            continue;
        };
        found.push(Amount {
            label: label(before, after),
            agrees,
        });
        rest = after;
    }
    found
}

/// The label nearest before the amount in its sentence, unless an interest word follows at once (`…元的逾期利息`).
fn label(before: &str, after: &str) -> Option<Label> {
    let after = after.trim_start_matches(['）', ')', '的']);
    let after = after
        .strip_prefix("逾期付款")
        .or_else(|| after.strip_prefix("逾期"))
        .unwrap_or(after);
    if INTEREST.iter().any(|word| after.starts_with(word)) {
        return Some(Label::Interest);
    }
    let last = |words: &[&str]| words.iter().filter_map(|word| before.rfind(word)).max();
    match (last(&PRINCIPAL), last(&INTEREST)) {
        (None, None) => None,
        (principal, interest) if principal > interest => Some(Label::Principal),
        _ => Some(Label::Interest),
    }
}

fn bracketed_digits(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix(['（', '('])?.strip_prefix('¥')?;
    Some(run(inside, is_number))
}

fn run(text: &str, belongs: fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

fn reads_as_amount(words: &str) -> bool {
    words.contains(|c| "零壹贰貳叁肆伍陆陸柒捌玖".contains(c))
        && words.contains(['元', '圆', '圓', '角', '分'])
}

fn is_word(c: char) -> bool {
    "零壹贰貳叁肆伍陆陸柒捌玖拾佰仟万萬亿億元圆圓角分整正".contains(c)
}

fn is_number(c: char) -> bool {
    c.is_ascii_digit() || c == ',' || c == '.'
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// Full-width digits and signs as their ASCII twins; Chinese punctuation stays.
fn half_width(c: char) -> char {
    match c {
        '￥' => '¥',
        '０'..='９' | '％' | '．' | '－' => u32::from(c)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        other => other,
    }
}

/// Words and digits of every amount agree, and there is one.
pub(super) fn amounts_agree(amounts: &[Amount]) -> bool {
    !amounts.is_empty() && amounts.iter().all(|amount| amount.agrees)
}
