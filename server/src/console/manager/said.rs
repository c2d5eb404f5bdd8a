//! What an entry of a stop says in a line, for the page of the stop.

use countersign_core::journal::facts::PaperKind;
use countersign_core::views::{EntryDetail, EntryRow};

use super::visits::{arrival, field_label};
use super::{attendance, disputes};
use crate::console::layout::frame::Frame;

/// The key of the line for a signed paper; only one that states a claim has a total.
pub(super) const fn signed_line(paper: PaperKind) -> &'static str {
    if paper.demands_payment() {
        "visit-signed-line"
    } else {
        "visit-signed-line-no-total"
    }
}

/// The key of the entry's kind, what it says in a line, and the words it quotes.
#[expect(clippy::too_many_lines, reason = "one arm a kind of entry")]
pub(in crate::console) fn said(p: &Frame, entry: &EntryRow) -> (&'static str, String, String) {
    let place = || {
        let arrival = entry.position.as_ref().map(|position| arrival(p, position));
        arrival
            .map(|arrival| {
                let said = [arrival.words, arrival.detail];
                said.into_iter()
                    .filter(|words| !words.is_empty())
                    .collect::<Vec<_>>()
                    .join(&p.t("list-separator"))
            })
            .unwrap_or_default()
    };
    match &entry.detail {
        EntryDetail::CheckIn { .. } => ("fact-check-in", place(), String::new()),
        EntryDetail::CheckOut { .. } => ("fact-check-out", place(), String::new()),
        EntryDetail::StatementShown { .. } => {
            ("fact-statement-shown", String::new(), String::new())
        }
        EntryDetail::Acknowledgement {
            paper,
            signer_name,
            capacity,
            total,
            ..
        } => {
            let named = [
                ("paper", p.word("paper", paper)),
                ("signer", signer_name.clone()),
                ("capacity", p.word("capacity", capacity)),
                ("total", p.cash(total)),
            ];
            (
                "fact-acknowledgement",
                p.with_all(signed_line(*paper), &named),
                String::new(),
            )
        }
        EntryDetail::Refusal {
            person,
            reason,
            words,
            members,
            ..
        } => {
            let mut quotes = vec![words.clone()];
            quotes.extend(members.iter().map(|member| {
                p.both(
                    "visit-member-says",
                    ("name", &member.name),
                    ("words", &member.words),
                )
            }));
            quotes.retain(|quote| !quote.is_empty());
            (
                "fact-refusal",
                format!(
                    "{person}{}{}",
                    p.t("list-separator"),
                    p.word("reason", reason)
                ),
                quotes.join("\n"),
            )
        }
        EntryDetail::Countersignature { role, name, .. } => (
            "fact-countersignature",
            p.both(
                "visit-countersigned-line",
                ("name", name.clone()),
                ("role", p.word("countersign-role", role)),
            ),
            String::new(),
        ),
        EntryDetail::CompanySeal { reads, .. } => {
            ("fact-company-seal", reads.clone(), String::new())
        }
        EntryDetail::RefusalWitnessed { words } => {
            ("fact-refusal-witnessed", String::new(), words.clone())
        }
        EntryDetail::DemandLetterPosted { posted, number } => (
            "fact-demand-letter-posted",
            p.both(
                "visit-posted-line",
                ("day", posted),
                ("number", &p.or_dash(number)),
            ),
            String::new(),
        ),
        EntryDetail::CopyHandedOver { person, form, .. } => (
            "fact-copy-handed-over",
            p.both(
                "visit-copy-line",
                ("person", person.clone()),
                ("form", p.word("copy-form", form)),
            ),
            String::new(),
        ),
        EntryDetail::Promise { amount, due, .. } => (
            "fact-promise",
            p.both(
                "visit-promise-until",
                ("amount", p.cash(amount)),
                ("day", due),
            ),
            String::new(),
        ),
        EntryDetail::Outcome {
            outcome,
            reason,
            summary,
        } => {
            let mut words = vec![p.word("outcome", outcome)];
            words.extend(reason.map(|reason| p.word("reason", &reason)));
            (
                "fact-outcome",
                words.join(&p.t("list-separator")),
                summary.clone(),
            )
        }
        EntryDetail::Amendment { text, .. } => ("fact-amendment", String::new(), text.clone()),
        EntryDetail::Attached { part, caption, .. } => {
            ("fact-attached", p.word("part", part), caption.clone())
        }
        EntryDetail::CashReceipt {
            serial,
            amount,
            payer,
            remark,
        } => {
            let named = [
                ("serial", serial.clone()),
                ("amount", p.cash(amount)),
                ("payer", payer.clone()),
            ];
            (
                "fact-cash-receipt",
                p.with_all("visit-cash-line", &named),
                remark.clone(),
            )
        }
        EntryDetail::CashVoided { reason, .. } => {
            ("fact-cash-voided", String::new(), reason.clone())
        }
        EntryDetail::HandIn { total, .. } => ("fact-hand-in", p.cash(total), String::new()),
        EntryDetail::CashCounted {
            counted, reason, ..
        } => ("fact-cash-counted", p.cash(counted), reason.clone()),
        EntryDetail::VarianceConfirmed { remark } => {
            ("fact-variance-confirmed", String::new(), remark.clone())
        }
        EntryDetail::Attendance { .. } => {
            let (words, reason) = attendance::line(p, entry);
            ("fact-attendance", words, reason)
        }
        EntryDetail::Dispute {
            about,
            documents,
            words,
            amount,
            ..
        } => (
            "fact-dispute",
            disputes::dispute_line(p, *about, amount.as_ref(), documents),
            words.clone(),
        ),
        EntryDetail::DisputeFinding {
            finding,
            words,
            remedy,
            agreed,
            ..
        } => (
            "fact-dispute-finding",
            disputes::finding_line(p, *finding, *remedy, agreed.as_ref()),
            words.clone(),
        ),
        EntryDetail::ConflictSettled { field, chosen, .. } => (
            "fact-conflict-settled",
            field_label(p, field),
            chosen.clone(),
        ),
        EntryDetail::VisitAccepted { remark } => {
            ("fact-visit-accepted", String::new(), remark.clone())
        }
        EntryDetail::SentBack {
            field,
            reason,
            deadline,
        } => (
            "fact-sent-back",
            p.both("visit-sent-back-line", ("field", field), ("day", deadline)),
            reason.clone(),
        ),
        EntryDetail::Desk { .. } => ("fact-desk", String::new(), String::new()),
    }
}
