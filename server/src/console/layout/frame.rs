//! The frame around every page, and the words and figures its templates ask for.

use std::collections::BTreeMap;

use countersign_core::domain::ids::UserId;
use countersign_core::domain::money::{Currency, Money};
use countersign_core::domain::time::{Day, Instant};
use countersign_core::snapshots::policy::Role;
use fluent_bundle::{FluentArgs, FluentValue};
use serde::Serialize;

use super::assets;
use crate::auth::Language;
use crate::auth::policy::{Action, any_may};
use crate::messages::{grouped, text, text_with};

/// One link of the navigation.
#[derive(Debug, Clone)]
pub(in crate::console) struct Link {
    pub(in crate::console) path: &'static str,
    pub(in crate::console) key: &'static str,
    pub(in crate::console) is_current: bool,
}

/// What a template knows besides its own rows; called `p` there.
#[derive(Debug, Clone)]
pub(in crate::console) struct Frame {
    pub(in crate::console) language: Language,
    pub(in crate::console) path: String,
    pub(in crate::console) user: Option<UserId>,
    pub(in crate::console) user_name: String,
    pub(in crate::console) organisation_name: String,
    pub(in crate::console) roles: Vec<Role>,
    pub(in crate::console) people: BTreeMap<UserId, String>,
    pub(in crate::console) notice: Option<String>,
    pub(in crate::console) today: Day,
}

/// An argument of a message: a name with its value. Templates give a reference to one.
pub(in crate::console) trait Named {
    fn named(&self) -> (&str, String);
}

impl<T: ToString> Named for (&str, T) {
    fn named(&self) -> (&str, String) {
        (self.0, self.1.to_string())
    }
}

impl<N: Named> Named for &N {
    fn named(&self) -> (&str, String) {
        (**self).named()
    }
}

#[expect(
    clippy::unused_self,
    clippy::needless_pass_by_value,
    clippy::trivially_copy_pass_by_ref,
    reason = "templates call these as methods of `p` and give fields by reference"
)]
impl Frame {
    pub(in crate::console) fn lang(&self) -> &'static str {
        self.language.tag()
    }

    pub(in crate::console) fn asset(&self, name: &str) -> String {
        format!("/static/{}/{name}", assets::version())
    }

    /// The links that the roles open.
    pub(in crate::console) fn links(&self) -> Vec<Link> {
        let all = [
            ("/ledgers", "nav-ledgers", Action::ReadReceivables),
            ("/customers", "nav-customers", Action::ReadReceivables),
            ("/visit-lists", "nav-visit-lists", Action::ReadReceivables),
            ("/plans", "nav-plans", Action::ReadPlans),
            ("/settlements", "nav-settlements", Action::ReadReceivables),
            ("/visits", "nav-visits", Action::ReadVisits),
            ("/cash", "nav-cash", Action::ReadCash),
            ("/held", "nav-held", Action::ReadHeld),
            ("/devices", "nav-devices", Action::ReadDevices),
            ("/entries", "nav-entries", Action::ReadVisits),
        ];
        let home = Link {
            path: "/",
            key: "nav-home",
            is_current: self.path == "/",
        };
        let open = all
            .into_iter()
            .filter(|(_, _, action)| any_may(&self.roles, *action));
        let open = open.map(|(path, key, _)| Link {
            path,
            key,
            is_current: self.path == path || self.path.starts_with(&format!("{path}/")),
        });
        std::iter::once(home).chain(open).collect()
    }

    pub(in crate::console) fn t(&self, key: &str) -> String {
        text(self.language, key)
    }

    /// A message with the argument `count`.
    pub(in crate::console) fn count<'v>(
        &self,
        key: &str,
        count: impl Into<FluentValue<'v>>,
    ) -> String {
        let mut args = FluentArgs::new();
        args.set("count", count);
        text_with(self.language, key, &args)
    }

    /// A message with one argument.
    pub(in crate::console) fn with(&self, key: &str, name: &str, value: impl ToString) -> String {
        self.with_all(key, &[(name, value.to_string())])
    }

    /// A message with two arguments.
    pub(in crate::console) fn both(&self, key: &str, one: impl Named, other: impl Named) -> String {
        self.with_all(key, &[one.named(), other.named()])
    }

    pub(in crate::console) fn with_all(&self, key: &str, values: &[(&str, String)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(*name, value.as_str());
        }
        text_with(self.language, key, &args)
    }

    /// The word for a value that is written as a snake-case word in JSON, such as `outcome-refused-to-sign`.
    pub(in crate::console) fn word(&self, noun: &str, value: &impl Serialize) -> String {
        match serde_json::to_value(value) {
            Ok(serde_json::Value::String(word)) => {
                self.t(&format!("{noun}-{}", word.replace('_', "-")))
            }
            _ => String::new(),
        }
    }

    /// Whether a value is written as `word` in JSON.
    pub(in crate::console) fn is(&self, value: &impl Serialize, word: &str) -> bool {
        serde_json::to_value(value).is_ok_and(|value| value.as_str() == Some(word))
    }

    /// Several words, one after the other.
    pub(in crate::console) fn words(&self, noun: &str, values: &[impl Serialize]) -> String {
        let words: Vec<String> = values.iter().map(|value| self.word(noun, value)).collect();
        words.join(&self.t("list-separator"))
    }

    /// Digits in groups of three, without a sign of currency: for columns that say it once.
    pub(in crate::console) fn money(&self, money: &Money) -> String {
        grouped(&money.to_string())
    }

    /// With its sign of currency.
    pub(in crate::console) fn cash(&self, money: &Money) -> String {
        let sign = match money.currency() {
            Currency::Cny => "¥",
            Currency::Usd => "US$",
        };
        let digits = grouped(&money.to_string());
        digits.strip_prefix('−').map_or_else(
            || format!("{sign}{digits}"),
            |digits| format!("−{sign}{digits}"),
        )
    }

    pub(in crate::console) fn number(&self, number: impl ToString) -> String {
        grouped(&number.to_string())
    }

    /// Day and time in Asia/Shanghai.
    pub(in crate::console) fn at(&self, instant: &Instant) -> String {
        instant.shanghai()
    }

    pub(in crate::console) fn at_ms(&self, ms: &i64) -> String {
        Instant::from_ms(*ms).shanghai()
    }

    /// Time of day in Asia/Shanghai.
    pub(in crate::console) fn time_ms(&self, ms: &i64) -> String {
        self.at_ms(ms)
            .split(' ')
            .nth(1)
            .unwrap_or_default()
            .to_owned()
    }

    pub(in crate::console) fn name(&self, user: &UserId) -> String {
        self.people
            .get(user)
            .cloned()
            .unwrap_or_else(|| self.t("person-unknown"))
    }

    pub(in crate::console) fn names(&self, users: &[UserId]) -> String {
        let names: Vec<String> = users.iter().map(|user| self.name(user)).collect();
        names.join(&self.t("list-separator"))
    }

    /// What stands for nothing.
    pub(in crate::console) fn or_dash<'t>(&self, text: &'t str) -> &'t str {
        if text.is_empty() { "—" } else { text }
    }
}
