//! Finding a customer by what a rep types: characters, pinyin, initials, the code, digits of the number. Product rule.
//!
//! A Chinese character may be read in more than one way (多音字): 重庆 is `chongqing`, but 重 alone is also `zhong`. Writing
//! out every combination of a long name would be thousands of texts, so a key keeps each character with all its readings,
//! and a query walks along the characters: each may be typed as itself, as a whole reading or as its initial, and the last
//! one may be unfinished. So `重q`, `cqhf`, `zhongqing` and `chongqinghu` all find 重庆华丰.
//!
//! Keys are made once, when a customer arrives; a query only compares.

use std::collections::BTreeSet;

use pinyin::{ToPinyin, ToPinyinMulti};

/// The longest query, in characters; one bit of a word stands for each.
pub const QUERY_LIMIT_CHARS: usize = 63;
/// Fewer digits than this are not looked for in telephone numbers.
const SHORTEST_NUMBER: usize = 3;

/// A query that is too long to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a query has at most {QUERY_LIMIT_CHARS} characters")]
pub struct QueryTooLong;

/// How well a customer fits a query; the lesser is the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fit {
    field: Field,
    /// Where in it the query begins.
    start: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    /// The whole name, code or number.
    Whole,
    NameStart,
    CodeStart,
    NameInside,
    CodeInside,
    Number,
    Contact,
}

/// What of a customer is compared with a query, as [`name_key`], [`code_key`] and [`digits`] make it.
#[derive(Debug, Clone, Copy)]
pub struct SearchKeys<'a> {
    /// [`name_key`] of the name.
    pub name: &'a str,
    /// [`name_key`] of the contact's name.
    pub contact: &'a str,
    /// [`code_key`] of the code.
    pub code: &'a str,
    /// [`digits`] of the number.
    pub digits: &'a str,
}

/// One character in the form that is compared: full width (全角) as half width, capitals as small letters; none for what is
/// neither letter nor digit.
fn folded(character: char) -> impl Iterator<Item = char> {
    let code = u32::from(character);
    let half = if (0xFF01..=0xFF5E).contains(&code) {
        char::from_u32(code - 0xFEE0).unwrap_or(character)
    } else {
        character
    };
    half.to_lowercase().filter(|c| c.is_alphanumeric())
}

/// The letters and digits of a code, half width and small.
#[must_use]
pub fn code_key(code: &str) -> String {
    code.chars().flat_map(folded).collect()
}

/// The digits of a telephone number, half width.
#[must_use]
pub fn digits(number: &str) -> String {
    let mut digits = code_key(number);
    digits.retain(|c| c.is_ascii_digit());
    digits
}

/// The characters of a name, each with its readings: `重chong,tong,zhong 庆qing`. Separators and brackets are left out.
#[must_use]
pub fn name_key(name: &str) -> String {
    let mut key = String::new();
    for character in name.chars().flat_map(folded) {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push(character);
        for (place, reading) in readings(character).iter().enumerate() {
            if place > 0 {
                key.push(',');
            }
            key.push_str(reading);
        }
    }
    key
}

/// The name in its usual reading, for sorting.
#[must_use]
pub fn sort_key(name: &str) -> String {
    let mut key = String::new();
    for character in name.chars().flat_map(folded) {
        match character.to_pinyin() {
            Some(reading) => {
                // A space ends a reading, so that 安 comes before 昂.
                key.push_str(reading.plain());
                key.push(' ');
            }
            None => key.push(character),
        }
    }
    key
}

fn readings(character: char) -> BTreeSet<String> {
    let mut readings = BTreeSet::new();
    for reading in character.to_pinyin_multi().into_iter().flatten() {
        let plain = reading.plain();
        if plain.contains('ü') {
            // Keyboards have no ü: some type v, some u.
            readings.insert(plain.replace('ü', "v"));
            readings.insert(plain.replace('ü', "u"));
        } else {
            readings.insert(plain.to_owned());
        }
    }
    readings
}

/// What somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery {
    /// All of it without its spaces.
    whole: Vec<char>,
    /// Its words, when there is more than one.
    words: Vec<Vec<char>>,
}

impl SearchQuery {
    /// Reads what was typed. Nothing but spaces and signs finds nothing.
    ///
    /// # Errors
    /// [`QueryTooLong`].
    pub fn parse(text: &str) -> Result<Self, QueryTooLong> {
        if text.chars().count() > QUERY_LIMIT_CHARS {
            return Err(QueryTooLong);
        }
        let mut words: Vec<Vec<char>> = text
            .split_whitespace()
            .map(|word| word.chars().flat_map(folded).collect())
            .filter(|word: &Vec<char>| !word.is_empty())
            .collect();
        let whole: Vec<char> = words.iter().flatten().copied().collect();
        // Lower case may be longer than what was typed.
        if whole.len() > QUERY_LIMIT_CHARS {
            return Err(QueryTooLong);
        }
        if words.len() < 2 {
            words.clear();
        }
        Ok(Self { whole, words })
    }

    /// How well a customer fits; none when it does not. Of several words each must be found, in any order.
    #[must_use]
    pub fn fit(&self, keys: SearchKeys<'_>) -> Option<Fit> {
        if self.whole.is_empty() {
            return None;
        }
        let name = tokens(keys.name);
        let contact = tokens(keys.contact);
        let fit = |word: &[char]| fit(word, keys, (&name, &contact));
        let together = fit(&self.whole);
        let apart = if self.words.is_empty() {
            None
        } else {
            let fits: Option<Vec<Fit>> = self.words.iter().map(|word| fit(word)).collect();
            fits.and_then(|fits| fits.into_iter().max())
        };
        together.into_iter().chain(apart).min()
    }
}

fn fit(
    word: &[char],
    keys: SearchKeys<'_>,
    (name, contact): (&[Token<'_>], &[Token<'_>]),
) -> Option<Fit> {
    let by_name = along(name, word).map(|(start, end)| Fit {
        field: match (start, end == name.len()) {
            (0, true) => Field::Whole,
            (0, false) => Field::NameStart,
            _ => Field::NameInside,
        },
        start,
    });
    let text: String = word.iter().collect();
    let by_code = keys.code.find(&text).map(|start| Fit {
        field: match (start, keys.code.len() == text.len()) {
            (0, true) => Field::Whole,
            (0, false) => Field::CodeStart,
            _ => Field::CodeInside,
        },
        start,
    });
    let is_number = word.len() >= SHORTEST_NUMBER && word.iter().all(char::is_ascii_digit);
    let by_number = Some(&text)
        .filter(|_text| is_number)
        .and_then(|text| keys.digits.find(text.as_str()))
        .map(|start| Fit {
            field: if keys.digits.len() == text.len() {
                Field::Whole
            } else {
                Field::Number
            },
            start,
        });
    let by_contact = || {
        along(contact, word).map(|(start, _end)| Fit {
            field: Field::Contact,
            start,
        })
    };
    by_name
        .into_iter()
        .chain(by_code)
        .chain(by_number)
        .min()
        .or_else(by_contact)
}

#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    character: char,
    readings: &'a str,
}

fn tokens(key: &str) -> Vec<Token<'_>> {
    key.split(' ')
        .filter_map(|token| {
            let mut rest = token.chars();
            let character = rest.next()?;
            Some(Token {
                character,
                readings: rest.as_str(),
            })
        })
        .collect()
}

/// The first place where `word` can be read along the characters: where it begins and behind which one it ends.
fn along(tokens: &[Token<'_>], word: &[char]) -> Option<(usize, usize)> {
    (0..tokens.len()).find_map(|start| {
        let mut reached: u64 = 1;
        for (place, token) in tokens.iter().enumerate().skip(start) {
            match step(*token, word, reached) {
                Step::End => return Some((start, place + 1)),
                Step::At(0) => return None,
                Step::At(next) => reached = next,
            }
        }
        None
    })
}

enum Step {
    /// The word ends in this character.
    End,
    /// One bit for each number of characters of the word that are used up.
    At(u64),
}

fn step(token: Token<'_>, word: &[char], reached: u64) -> Step {
    let mut next = 0;
    for at in 0..word.len() {
        if reached & (1 << at) == 0 {
            continue;
        }
        let Some(rest) = word.get(at..) else { continue };
        let mut used = BitsOf(0);
        if rest.first() == Some(&token.character) {
            used.add(1);
        }
        for reading in token.readings.split(',').filter(|text| !text.is_empty()) {
            let common = reading
                .chars()
                .zip(rest)
                .take_while(|(theirs, ours)| theirs == *ours)
                .count();
            if common == rest.len() {
                return Step::End;
            }
            if common == reading.len() {
                used.add(common);
            }
            if common >= 1 {
                used.add(1);
            }
            // zh, ch and sh are initials of two letters.
            if common >= 2 && reading.get(1..2) == Some("h") {
                used.add(2);
            }
        }
        if used.0 & (1 << rest.len()) != 0 {
            return Step::End;
        }
        next |= used.0 << at;
    }
    Step::At(next)
}

struct BitsOf(u64);

impl BitsOf {
    const fn add(&mut self, used: usize) {
        self.0 |= 1 << used;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Keys {
        name: String,
        contact: String,
        code: String,
        digits: String,
    }

    fn keys(name: &str) -> Keys {
        Keys {
            name: name_key(name),
            contact: name_key("吕秀兰"),
            code: code_key("KH-0042"),
            digits: digits("+86 138-0013-8042"),
        }
    }

    fn fit_of(query: &str, name: &str) -> Option<Fit> {
        let keys = keys(name);
        SearchQuery::parse(query).unwrap().fit(SearchKeys {
            name: &keys.name,
            contact: &keys.contact,
            code: &keys.code,
            digits: &keys.digits,
        })
    }

    #[track_caller]
    fn assert_found(name: &str, queries: &[&str]) {
        for query in queries {
            assert!(fit_of(query, name).is_some(), "{query} finds {name}");
        }
    }

    #[track_caller]
    fn assert_missed(name: &str, queries: &[&str]) {
        for query in queries {
            assert_eq!(fit_of(query, name), None, "{query} is not {name}");
        }
    }

    #[test]
    fn every_reading_of_a_character_finds_it() {
        let chongqing = "重庆华丰机械有限公司";
        assert_found(chongqing, &["cq", "zq", "chongqing", "zhongqing", "chqi"]);
        assert_found(
            "长沙长城重工",
            &["cs", "zs", "changsha", "zhangsha", "cscc"],
        );
        assert_found("厦门兴业银行", &["xm", "sm", "xmxyyh", "xmxyyx"]);
        assert_found("吕梁绿源", &["ll", "lvliang", "luliang", "lvlianglvyuan"]);
        assert_missed(chongqing, &["qc", "chongq华q", "cqx"]);
    }

    #[test]
    fn characters_readings_and_initials_may_be_mixed_and_the_last_unfinished() {
        let name = "重庆华丰机械有限公司";
        assert_found(
            name,
            &["重庆", "庆华", "重q", "chong庆hf", "cqhuaf", "huaf"],
        );
        assert_found(name, &["chong qing", "chong'qing", "华丰 重庆", "jx hf"]);
        assert_missed(name, &["重华", "hongqing", "华丰 上海"]);
    }

    #[test]
    fn full_width_brackets_and_case_do_not_matter() {
        let name = "ＡＢＣ（上海）贸易";
        assert_found(name, &["abc上海", "ABC（上海）", "ａｂｃsh", "abc (sh) my"]);
        assert_found(
            name,
            &["ＫＨ－００４２", "kh0042", "１３８００１３８０４２"],
        );
    }

    #[test]
    fn signs_are_no_wildcards_and_find_nothing_by_themselves() {
        assert_missed("华丰", &["%", "_", "*", "' or 1=1 --", "", "  ", "\\"]);
        assert_missed("华丰", &["华%丰厂", "k_0042", "KH%2"]);
        assert_found("华丰", &["华%丰"]);
    }

    #[test]
    fn numbers_are_found_by_three_digits_or_more() {
        assert_found("华丰", &["8042", "138 0013", "13800138042", "+86-138"]);
        assert_missed("华丰", &["80", "8043"]);
        assert_found("华丰", &["lxl", "吕秀", "lvxiu"]);
    }

    #[test]
    fn a_beginning_comes_before_an_inside_and_the_name_before_the_rest() {
        let rank = |query| fit_of(query, "华丰机械").unwrap();
        let order = ["hfjx", "hf", "kh", "jx", "42", "0013", "lxl"];
        for pair in order.windows(2) {
            assert!(rank(pair[0]) < rank(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn a_query_that_could_be_read_in_a_thousand_ways_ends_soon() {
        let name = "重长参差朝乐".repeat(30);
        let query = "czs".repeat(QUERY_LIMIT_CHARS / 3);
        assert_eq!(fit_of(&query, &name), None);
        assert_eq!(
            SearchQuery::parse(&"c".repeat(QUERY_LIMIT_CHARS + 1)),
            Err(QueryTooLong)
        );
    }

    #[test]
    fn names_sort_by_their_usual_reading() {
        let mut names = ["昂立", "重庆华丰", "安达", "Ａ公司", "北京"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["Ａ公司", "安达", "昂立", "北京", "重庆华丰"]);
    }
}
