//! Who was there, on the report of a stop.

use countersign_core::domain::attendance::AttendanceFinding;
use countersign_core::views::{EntryDetail, EntryRow};

use crate::console::layout::frame::Frame;

/// The last record of who was there.
pub(super) struct Present {
    pub(super) team: String,
    pub(super) met: Vec<String>,
    pub(super) place: String,
    pub(super) third_persons: Vec<String>,
    pub(super) recording: String,
    pub(super) findings: Vec<String>,
    pub(super) reason: String,
    pub(super) author: String,
    pub(super) at_ms: i64,
}

/// The record of the stop that counts; none when nobody recorded it.
pub(super) fn present(p: &Frame, timeline: &[EntryRow]) -> Option<Present> {
    timeline.iter().rev().find_map(|entry| of_entry(p, entry))
}

fn of_entry(p: &Frame, entry: &EntryRow) -> Option<Present> {
    let EntryDetail::Attendance {
        team,
        met,
        customer: _,
        place,
        third_persons,
        recording,
        hour: _,
        reason,
        findings,
    } = &entry.detail
    else {
        return None;
    };
    let separator = p.t("list-separator");
    let names: Vec<&str> = team.iter().map(|member| member.name.as_str()).collect();
    Some(Present {
        team: names.join(&separator),
        met: met
            .iter()
            .map(|person| {
                let capacity = p.word("capacity", &person.capacity);
                let title = match person.title.as_str() {
                    "" => capacity,
                    title => format!("{title}{separator}{capacity}"),
                };
                p.both(
                    "attendance-person",
                    ("name", &person.name),
                    ("title", title),
                )
            })
            .collect(),
        place: p.word("place", place),
        third_persons: third_persons
            .iter()
            .map(|person| {
                let key = if person.is_debt_disclosed {
                    "attendance-told"
                } else {
                    "attendance-not-told"
                };
                p.with(key, "who", &person.who)
            })
            .collect(),
        recording: p.word("recording", recording),
        findings: findings.iter().map(|it| finding(p, *it)).collect(),
        reason: reason.clone(),
        author: if entry.author_name.is_empty() {
            p.name(&entry.author)
        } else {
            entry.author_name.clone()
        },
        at_ms: entry.at_ms,
    })
}

/// What is marked, in a sentence.
fn finding(p: &Frame, finding: AttendanceFinding) -> String {
    p.word("attendance-finding", &finding)
}

/// What an entry says in a line.
pub(super) fn line(p: &Frame, entry: &EntryRow) -> (String, String) {
    let Some(present) = of_entry(p, entry) else {
        return Default::default();
    };
    let mut said = vec![present.team];
    said.extend(present.met);
    said.push(present.place);
    said.extend(present.findings);
    (said.join(&p.t("list-separator")), present.reason)
}
