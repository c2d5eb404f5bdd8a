//! What people read: Fluent catalogs, one file a noun. `zh-CN` is the source; `en` has the same keys.
//!
//! Keys are checked by tests, so a missing one is a defect; it then shows as itself rather than as nothing.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::auth::Language;

macro_rules! catalog {
    ($language:literal) => {
        catalog!($language, "cash", "console", "customers", "desks", "devices", "disputes", "entries", "evidence", "held", "import", "ledgers",
            "plans", "settlements", "visit-lists", "visits", "words")
    };
    ($language:literal, $($noun:literal),+) => {
        &[$(include_str!(concat!("../messages/", $language, "/", $noun, ".ftl"))),+]
    };
}

const ZH_CN: &[&str] = catalog!("zh-CN");
const EN: &[&str] = catalog!("en");

static CHINESE: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle("zh-CN", ZH_CN));
static ENGLISH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle("en", EN));

/// The message `key`, without arguments.
#[must_use]
pub fn text(language: Language, key: &str) -> String {
    text_with(language, key, &FluentArgs::new())
}

/// The message `key` with its arguments. Numbers show with separators of thousands.
#[must_use]
pub fn text_with(language: Language, key: &str, args: &FluentArgs<'_>) -> String {
    let bundle = match language {
        Language::ZhCn => &*CHINESE,
        Language::En => &*ENGLISH,
    };
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        return key.to_owned();
    };
    let mut faults = Vec::new();
    bundle
        .format_pattern(pattern, Some(args), &mut faults)
        .into_owned()
}

/// Digits in groups of three before the point: `1,234,567.00`.
#[must_use]
pub fn grouped(number: &str) -> String {
    let (sign, digits) = number
        .strip_prefix('-')
        .map_or(("", number), |rest| ("−", rest));
    let (whole, fraction) = digits
        .split_once('.')
        .map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut shown = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if let Some(fraction) = fraction {
        shown.push('.');
        shown.push_str(fraction);
    }
    shown
}

fn bundle(tag: &str, sources: &[&str]) -> FluentBundle<FluentResource> {
    // Both tags are well formed; without one, plurals would follow the root locale.
    let language: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _memoizer| match value {
        FluentValue::Number(number) => Some(grouped(&number.as_string())),
        FluentValue::String(_)
        | FluentValue::Custom(_)
        | FluentValue::None
        | FluentValue::Error => None,
    }));
    for source in sources {
        // A test parses every catalog; what a damaged one still holds is used.
        let resource = match FluentResource::try_new((*source).to_owned()) {
            Ok(whole) => whole,
            Err((rest, _faults)) => rest,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn keys(sources: &[&str]) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for source in sources {
            let resource = FluentResource::try_new((*source).to_owned())
                .unwrap_or_else(|(_, faults)| panic!("{faults:?} in {source:.60}"));
            for line in resource.source().lines() {
                let is_message = line.starts_with(|c: char| c.is_ascii_lowercase());
                if let Some((key, _)) = line.split_once(" =").filter(|_| is_message) {
                    assert!(keys.insert(key.to_owned()), "`{key}` is there twice");
                }
            }
        }
        keys
    }

    fn placeholders(source: &str) -> BTreeSet<(String, String)> {
        let mut found = BTreeSet::new();
        let mut key = String::new();
        for line in source.lines() {
            if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                key = line.split(" =").next().unwrap_or_default().to_owned();
            }
            for piece in line.split("{ $").skip(1) {
                let name = piece
                    .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
                    .next();
                found.insert((key.clone(), name.unwrap_or_default().to_owned()));
            }
        }
        found
    }

    fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.display().to_string(), text));
            }
        }
    }

    #[test]
    fn both_catalogs_have_the_same_keys_and_placeholders() {
        assert_eq!(keys(ZH_CN), keys(EN));
        for (chinese, english) in ZH_CN.iter().zip(EN) {
            assert_eq!(placeholders(chinese), placeholders(english));
        }
    }

    #[test]
    fn every_key_that_a_page_names_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts = Vec::new();
        sources(&root.join("templates"), &mut texts);
        sources(&root.join("src/console"), &mut texts);
        let keys = keys(ZH_CN);
        let calls = ["p.t(\"", "p.count(\"", "p.with(\"", "p.both(\"", "key(\""];
        let mut missing = Vec::new();
        for (path, text) in &texts {
            for call in calls {
                for piece in text.split(call).skip(1) {
                    let key = piece.split('"').next().unwrap_or_default();
                    if !keys.contains(key) {
                        missing.push(format!("{path}: {key}"));
                    }
                }
            }
        }
        assert!(missing.is_empty(), "{}", missing.join("\n"));
    }

    #[test]
    fn every_reason_to_refuse_a_file_has_words() {
        for word in [
            "empty",
            "too-large",
            "unpacks-too-large",
            "too-many-rows",
            "too-many-columns",
        ] {
            assert_ne!(
                text(Language::En, &format!("import-refused-{word}")),
                format!("import-refused-{word}")
            );
        }
    }

    #[test]
    fn numbers_are_grouped_and_nothing_is_isolated() {
        assert_eq!(grouped("1234567.00"), "1,234,567.00");
        assert_eq!(grouped("-386420.00"), "−386,420.00");
        assert_eq!(grouped("999"), "999");
        let mut args = FluentArgs::new();
        args.set("count", 20_000);
        let shown = text_with(Language::ZhCn, "customers-count", &args);
        assert!(
            shown.contains("20,000") && !shown.contains('\u{2068}'),
            "{shown}"
        );
    }
}
