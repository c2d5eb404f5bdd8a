//! Stale figures: postings that a signed statement does not contain. The signed paper is never changed; an addendum states
//! the new total. Product rule.

use serde::{Deserialize, Serialize};

use super::money::{Money, MoneyError};
use super::time::Day;

/// What a posting does to the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostingKind {
    /// Money received: lowers it.
    Payment,
    /// A credit note (红字): lowers it.
    CreditNote,
    /// A payment or credit note taken back: raises it.
    Reversal,
}

/// A posting on the receivables of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting<Id> {
    /// Names it.
    pub id: Id,
    /// Its value date; plays no part in whether the statement is older.
    pub value_date: Day,
    /// What it does.
    pub kind: PostingKind,
    /// How much, not negative.
    pub amount: Money,
}

/// What is added to a signed statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addendum<Id> {
    /// The total that was signed.
    pub statement_total: Money,
    /// What the statement's snapshot does not contain, in the given order; never empty.
    pub older_than: Vec<Posting<Id>>,
    /// The signed total with these postings; negative when more was paid than stated.
    pub new_total: Money,
}

/// The addendum to a statement of `statement_total`; none while its snapshot contains every posting on its receivables,
/// whatever their value dates. Product rule.
///
/// # Errors
/// [`MoneyError::MixedCurrencies`], [`MoneyError::TooLarge`].
pub fn addendum<Id: Copy>(
    statement_total: Money,
    postings: &[Posting<Id>],
    is_in_snapshot: impl Fn(&Posting<Id>) -> bool,
) -> Result<Option<Addendum<Id>>, MoneyError> {
    let older_than: Vec<Posting<Id>> = postings
        .iter()
        .filter(|posting| !is_in_snapshot(posting))
        .copied()
        .collect();
    if older_than.is_empty() {
        return Ok(None);
    }
    let new_total =
        older_than
            .iter()
            .try_fold(statement_total, |total, posting| match posting.kind {
                PostingKind::Payment | PostingKind::CreditNote => total.minus(posting.amount),
                PostingKind::Reversal => total.plus(posting.amount),
            })?;
    Ok(Some(Addendum {
        statement_total,
        older_than,
        new_total,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::cases::{self, yuan};
    use super::super::money::Currency;
    use super::*;

    #[test]
    fn worked_cases() {
        for case in cases::of("stale_statement", 3) {
            let given = case.input["postings"].as_array().unwrap();
            let postings: Vec<Posting<&str>> = given
                .iter()
                .map(|posting| Posting {
                    id: posting["id"].as_str().unwrap(),
                    value_date: cases::day(&posting["value_date"]),
                    kind: serde_json::from_value(posting["kind"].clone()).unwrap(),
                    amount: cases::money(&posting["amount"]),
                })
                .collect();
            let total = cases::money(&case.input["statement_total"]);
            let found = addendum(total, &postings, |posting| {
                let same = given.iter().find(|given| given["id"] == posting.id);
                same.unwrap()["in_snapshot"] == true
            })
            .unwrap();
            let older_than = found.iter().flat_map(|found| &found.older_than);
            let shown = json!({
                "stale": found.is_some(),
                "older_than": older_than.map(|posting| posting.id).collect::<Vec<_>>(),
                "addendum_total": found.as_ref().map(|found| found.new_total.to_string()),
            });
            assert_eq!(shown, case.expected, "{}", case.id);
        }
    }

    #[test]
    fn a_payment_taken_back_raises_the_total_and_another_currency_is_refused() {
        let mut posting = Posting {
            id: 1,
            value_date: "2026-07-10".parse().unwrap(),
            kind: PostingKind::Reversal,
            amount: yuan("40.00"),
        };
        let found = addendum(yuan("100.00"), &[posting], |_| false);
        assert_eq!(found.unwrap().unwrap().new_total, yuan("140.00"));
        posting.amount = Money::zero(Currency::Usd);
        assert!(matches!(
            addendum(yuan("100.00"), &[posting], |_| false),
            Err(MoneyError::MixedCurrencies(_, _))
        ));
    }
}
