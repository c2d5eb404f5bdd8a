//! What the customer disputed and what was found, on the report of a stop.

use countersign_core::domain::ids::EntryId;
use countersign_core::domain::money::Money;
use countersign_core::domain::quality_objection::ObjectionVerdict;
use countersign_core::journal::facts::{DisputeAbout, Finding, Remedy};
use countersign_core::views::{DisputeRow, DisputeState, FindingRow};

use crate::console::layout::frame::Frame;

/// A dispute as the page shows it.
pub(super) struct Disputed {
    pub(super) about: String,
    pub(super) state: String,
    pub(super) tone: &'static str,
    pub(super) entry: EntryId,
    pub(super) raised: String,
    pub(super) at_ms: i64,
    pub(super) words: String,
    pub(super) documents: String,
    pub(super) amount: String,
    /// The days of a quality objection, with the tone of the verdict.
    pub(super) objection: Option<(String, &'static str)>,
    pub(super) found: Option<Found>,
}

/// What was found.
pub(super) struct Found {
    pub(super) line: String,
    pub(super) words: String,
    pub(super) by: String,
    pub(super) at_ms: i64,
    pub(super) signed: Option<(EntryId, String)>,
}

pub(super) fn disputed(p: &Frame, row: &DisputeRow) -> Disputed {
    let (state, tone) = match row.state {
        DisputeState::Open => ("dispute-state-open", "bad"),
        DisputeState::Found => ("dispute-state-found", "warn"),
        DisputeState::Closed => ("dispute-state-closed", "good"),
    };
    Disputed {
        about: p.word("dispute-about", &row.about),
        state: p.t(state),
        tone,
        entry: row.dispute,
        raised: if row.title.is_empty() {
            row.person.clone()
        } else {
            p.both(
                "attendance-person",
                ("name", &row.person),
                ("title", &row.title),
            )
        },
        at_ms: row.at_ms,
        words: row.words.clone(),
        documents: row.documents.join(&p.t("list-separator")),
        amount: row.amount.map(|amount| p.cash(&amount)).unwrap_or_default(),
        objection: row.objection.map(|objection| {
            let (key, tone) = match objection.verdict {
                ObjectionVerdict::Late => ("objection-late", ""),
                ObjectionVerdict::WithinOuterLimit => ("objection-within", "warn"),
                ObjectionVerdict::NoLimit => ("objection-no-limit", "warn"),
            };
            let last = objection
                .last_day
                .map_or_else(|| "—".to_owned(), |day| day.to_string());
            let words = p.both(key, ("received", objection.received), ("day", last));
            (words, tone)
        }),
        found: row.finding.as_ref().map(|found| found_row(p, found)),
    }
}

fn found_row(p: &Frame, row: &FindingRow) -> Found {
    Found {
        line: finding_line(p, row.finding, row.remedy, row.agreed.as_ref()),
        words: [row.words.as_str(), row.remedy_words.as_str()]
            .into_iter()
            .filter(|words| !words.is_empty())
            .collect::<Vec<_>>()
            .join("\n"),
        by: if row.author_name.is_empty() {
            p.name(&row.author)
        } else {
            row.author_name.clone()
        },
        at_ms: row.at_ms,
        signed: row.signed.as_ref().map(|signed| {
            let words = if signed.countersigned_by.is_empty() {
                p.with("dispute-signed-by-one", "signer", &signed.signer_name)
            } else {
                p.both(
                    "dispute-signed-by-both",
                    ("signer", &signed.signer_name),
                    ("team", signed.countersigned_by.join(&p.t("list-separator"))),
                )
            };
            (signed.entry, words)
        }),
    }
}

/// The finding and the remedy in a line.
pub(super) fn finding_line(
    p: &Frame,
    finding: Finding,
    remedy: Remedy,
    agreed: Option<&Money>,
) -> String {
    let mut said = vec![p.word("finding", &finding), p.word("remedy", &remedy)];
    said.extend(agreed.map(|agreed| p.with("dispute-agreed", "amount", p.cash(agreed))));
    said.join(&p.t("list-separator"))
}

/// The dispute in a line.
pub(super) fn dispute_line(
    p: &Frame,
    about: DisputeAbout,
    amount: Option<&Money>,
    documents: &[String],
) -> String {
    let mut said = vec![p.word("dispute-about", &about)];
    said.extend(amount.map(|amount| p.cash(amount)));
    said.extend(documents.iter().cloned());
    said.join(&p.t("list-separator"))
}
