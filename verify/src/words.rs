//! A report in words of the catalogs, as text or JSON.

use std::fmt::Write as _;

use chrono::FixedOffset;
use countersign_core::domain::ids::{Digest, EntryId};
use countersign_core::domain::time::Instant;
use countersign_core::evidence::{About, Exporter, Finding, Heading, Line, Report, Value, Verdict};
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use serde_json::{Map, json};
use unic_langid::LanguageIdentifier;

use crate::Language;

const ZH_CN: &str = include_str!("../messages/zh-CN/evidence.ftl");
const EN: &str = include_str!("../messages/en/evidence.ftl");

/// The words of one language.
pub(crate) struct Words(FluentBundle<FluentResource>);

impl Words {
    pub(crate) fn of(language: Language) -> Self {
        let (tag, source) = match language {
            Language::ZhCn => ("zh-CN", ZH_CN),
            Language::En => ("en", EN),
        };
        let language: LanguageIdentifier = tag.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![language]);
        bundle.set_use_isolating(false);
        // A test parses both catalogs; what a damaged one still holds is used.
        let resource = match FluentResource::try_new(source.to_owned()) {
            Ok(whole) => whole,
            Err((rest, _faults)) => rest,
        };
        bundle.add_resource_overriding(resource);
        Self(bundle)
    }

    /// The sentence of that key; the key itself when there is none.
    pub(crate) fn say(&self, key: &str, values: &[(&str, String)]) -> String {
        let Some(pattern) = self.0.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(*name, value.as_str());
        }
        let mut faults = Vec::new();
        let said = self.0.format_pattern(pattern, Some(&args), &mut faults);
        shown(&said)
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Text(text) => text.clone(),
            Value::Word(noun, word) => self.say(&format!("{noun}-{word}"), &[]),
            Value::At(at) => clock(*at),
        }
    }

    fn sentence(&self, line: &Line) -> String {
        let values: Vec<(&str, String)> = line
            .values
            .iter()
            .map(|(name, value)| (*name, self.value(value)))
            .collect();
        self.say(line.key, &values)
    }

    /// By which key and between which times, as far as a line says so.
    fn circumstances(&self, line: &Line) -> Vec<String> {
        let mut said = Vec::new();
        if let Some(by) = line.by {
            said.push(self.say("by-key", &[("fingerprint", short(by))]));
        }
        let times = (line.after.map(clock), line.before.map(clock));
        match times {
            (Some(after), Some(before)) => {
                said.push(self.say("between", &[("after", after), ("before", before)]));
            }
            (None, Some(before)) => said.push(self.say("not-after", &[("before", before)])),
            (Some(after), None) => said.push(self.say("not-before", &[("after", after)])),
            (None, None) => {}
        }
        said
    }

    fn verdict(&self, report: &Report) -> String {
        let key = match report.verdict {
            Verdict::Genuine => "verdict-genuine",
            Verdict::Unconfirmed => "verdict-unconfirmed",
            Verdict::Wrong => "verdict-wrong",
            Verdict::Unreadable => "verdict-unreadable",
        };
        let count = |finding| report.count(finding).to_string();
        let values = [
            ("proved", count(Finding::Proved)),
            ("open", count(Finding::NotProved)),
        ];
        self.say(key, &values)
    }

    fn heading(&self, heading: &Heading) -> [String; 2] {
        let (key, id) = match heading.about {
            About::Entry(id) => ("about-entry", id.to_string()),
            About::Stop(id) => ("about-stop", id.to_string()),
            About::Customer(id) => ("about-customer", id.to_string()),
        };
        let at = ("at", clock(heading.made));
        let organisation = ("organisation", heading.organisation.to_string());
        let made = match heading.exporter {
            Exporter::Server => self.say("made-by-server", &[at, organisation]),
            Exporter::Device(device) => {
                let device = ("device", device.to_string());
                self.say("made-by-device", &[at, organisation, device])
            }
        };
        [self.say(key, &[("id", id)]), made]
    }

    /// For a person.
    pub(crate) fn text(&self, report: &Report) -> String {
        let mut text = String::new();
        let mut line = |words: &str| {
            writeln!(text, "{words}").expect("writing into a string cannot fail");
        };
        line(&self.say("title", &[]));
        line(&self.say("file", &[("digest", report.bundle.to_string())]));
        for words in report.heading.iter().flat_map(|it| self.heading(it)) {
            line(&words);
        }
        line("");
        line(&self.verdict(report));
        if let Some(wrong) = report.first_wrong() {
            let words = self.sentence(wrong);
            line(&self.say("first-wrong", &[("words", words)]));
        }
        let mut about: Option<Option<EntryId>> = None;
        for one in &report.lines {
            if about != Some(one.entry) {
                about = Some(one.entry);
                line("");
                line(&match one.entry {
                    Some(entry) => self.say("of-entry", &[("id", entry.to_string())]),
                    None => self.say("of-bundle", &[]),
                });
            }
            let finding = self.say(finding_key(one.finding), &[]);
            line(&format!("  [{finding}] {}", self.sentence(one)));
            for words in self.circumstances(one) {
                line(&format!("      {words}"));
            }
        }
        line("");
        line(&self.say("scope-note", &[]));
        text
    }

    /// For a program: `docs/evidence-format.md` lists the fields.
    pub(crate) fn json(&self, report: &Report) -> String {
        let lines: Vec<_> = report
            .lines
            .iter()
            .map(|line| {
                let values: Map<String, serde_json::Value> = line
                    .values
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), json!(value)))
                    .collect();
                json!({
                    "finding": line.finding,
                    "key": line.key,
                    "values": values,
                    "entry": line.entry,
                    "by": line.by,
                    "after_ms": line.after,
                    "before_ms": line.before,
                    "words": self.sentence(line),
                })
            })
            .collect();
        let wrong = |line: &Line| line.finding == Finding::Wrong;
        let heading = report.heading.as_ref().map(|heading| {
            let (noun, id) = match heading.about {
                About::Entry(id) => ("entry", id.to_string()),
                About::Stop(id) => ("stop", id.to_string()),
                About::Customer(id) => ("customer", id.to_string()),
            };
            json!({
                "organisation": heading.organisation,
                "about": { noun: id },
                "made_ms": heading.made,
                "made_by": match heading.exporter {
                    Exporter::Server => "server".to_owned(),
                    Exporter::Device(device) => device.to_string(),
                },
                "server_key": heading.server_key,
            })
        });
        json!({
            "bundle": report.bundle,
            "verdict": report.verdict,
            "words": self.verdict(report),
            "first_wrong": report.lines.iter().position(wrong),
            "heading": heading,
            "lines": lines,
        })
        .to_string()
    }
}

const fn finding_key(finding: Finding) -> &'static str {
    match finding {
        Finding::Proved => "finding-proved",
        Finding::NotProved => "finding-not-proved",
        Finding::Wrong => "finding-wrong",
    }
}

/// To the second, in Asia/Shanghai (UTC+8).
fn clock(at: Instant) -> String {
    let shanghai = FixedOffset::east_opt(8 * 3_600);
    shanghai.map_or_else(String::new, |offset| {
        let at = at.utc().with_timezone(&offset);
        at.format("%Y-%m-%d %H:%M:%S UTC+8").to_string()
    })
}

fn short(fingerprint: Digest) -> String {
    fingerprint.to_string().chars().take(16).collect()
}

/// What the bundle's own texts could do to a terminal is taken out: control characters, and marks that turn the writing round.
fn shown(text: &str) -> String {
    text.chars()
        .map(|c| {
            let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if c.is_control() || turns { ' ' } else { c }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;

    /// The placeholders of each message.
    fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        FluentResource::try_new(source.to_owned()).unwrap();
        let mut found = BTreeMap::new();
        for line in source.lines().filter(|line| !line.is_empty()) {
            let (key, words) = line.split_once(" = ").unwrap();
            let names = words.split("{ $").skip(1);
            let names = names.map(|rest| rest.split(' ').next().unwrap().to_owned());
            let known = found.insert(key.to_owned(), names.collect());
            assert_eq!(known, None, "`{key}` is there twice");
        }
        found
    }

    /// Every quoted word of the verification's source: keys and words of the catalogs are among them.
    fn quoted() -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src/evidence");
        let mut sources = String::new();
        for folder in [folder.join("verify"), folder] {
            for file in std::fs::read_dir(folder).unwrap() {
                let path = file.unwrap().path();
                if path.is_file() && !path.ends_with("tests.rs") {
                    sources.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        sources
    }

    #[test]
    fn both_catalogs_have_the_same_keys_and_placeholders() {
        assert_eq!(messages(ZH_CN), messages(EN));
    }

    #[test]
    fn every_line_of_a_verification_has_its_sentence() {
        let messages = messages(EN);
        let sources = quoted();
        let mut missing = Vec::new();
        for call in [
            "proved(\"",
            "wrong(\"",
            "Self::TooLarge => \"",
            "=> \"form-",
        ] {
            for piece in sources.split(call).skip(1) {
                let key = piece.split('"').next().unwrap();
                let key = if call.ends_with("form-") {
                    format!("form-{key}")
                } else {
                    key.to_owned()
                };
                if !messages.contains_key(&key) && !messages.contains_key(&format!("why-{key}")) {
                    missing.push(key);
                }
            }
        }
        assert!(missing.is_empty(), "{missing:?}");
        // And no sentence is there that nothing says.
        let own = quoted() + include_str!("words.rs") + include_str!("main.rs");
        let nouns = ["why-", "object-", "part-", "capacity-", "fact-"];
        let unsaid: Vec<&String> = messages
            .keys()
            .filter(|key| !own.contains(&format!("\"{key}\"")))
            .filter(|key| !nouns.iter().any(|noun| key.starts_with(noun)))
            .collect();
        assert!(unsaid.is_empty(), "{unsaid:?}");
        let words = messages.keys().filter_map(|key| key.strip_prefix("why-"));
        for word in words {
            assert!(own.contains(&format!("\"{word}\"")), "why-{word}");
        }
    }

    #[test]
    fn what_a_bundle_says_cannot_steer_a_terminal() {
        assert_eq!(shown("a\u{1b}[2Jb\u{202e}c\nd"), "a [2Jb c d");
    }
}
