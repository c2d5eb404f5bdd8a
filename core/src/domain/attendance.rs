//! Attendance (到场情况): who was there when a customer was met, and what of it a court or a complaint would ask about.
//!
//! A finding never stops the record: what happened is recorded as it was. It is shown beforehand, some ask for the reason in
//! words, and all of them are sealed with the record. Sources: those of [`conduct_guard`]; Civil Code (2021) art. 1033 (homes);
//! PIPL (2021) art. 6, 13 (third persons). That two of the team go together is a product rule on seed plan 1 step 3.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::conduct_guard::{
    ConductPolicy, ContactBy, GuardReason, GuardVerdict, HoursAgreement, Party, PlannedContact,
    conduct_guard,
};
use super::signer::CustomerKind;
use super::time::Instant;

/// Fewer of the team than this is marked.
const TEAM_AT_LEAST: usize = 2;

/// Where the customer was met.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum MeetingPlace {
    /// The customer's premises (经营场所).
    #[n(0)]
    Premises,
    /// At the door of a home, not inside (住所门外).
    #[n(1)]
    HomeDoor,
    /// Inside a home, invited by whoever lives there (经邀请进入住所).
    #[n(2)]
    HomeInvited,
    /// Inside a home without having been asked in (未经邀请进入住所).
    #[n(3)]
    HomeUninvited,
    /// Anywhere else (其他场所).
    #[n(4)]
    Elsewhere,
}

/// Whether the meeting was recorded.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Recording {
    /// Neither sound nor picture (未录音录像).
    #[n(0)]
    None,
    /// Recorded, and announced before it began (已告知).
    #[n(1)]
    Announced,
    /// Recorded without a word (未告知).
    #[n(2)]
    Unannounced,
}

/// Whether the person agreed, on record, to be met at this hour.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum HourAgreed {
    /// Nothing is on record.
    #[n(0)]
    No,
    /// He did (约定时段).
    #[n(1)]
    Yes,
}

/// What of an attendance is marked.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum AttendanceFinding {
    /// A company was visited outside its hours on a workday.
    #[n(0)]
    CompanyHours,
    /// A company was visited on a rest day.
    #[n(1)]
    RestDay,
    /// A natural person was met between 22:00 and 08:00 without having agreed to it.
    #[n(2)]
    PersonHours,
    /// Fewer than two of the team were there.
    #[n(3)]
    OneOfTheTeam,
    /// A home was entered without an invitation.
    #[n(4)]
    HomeEntered,
    /// The debt was disclosed to a third person.
    #[n(5)]
    DebtDisclosed,
    /// It was recorded without an announcement.
    #[n(6)]
    RecordingUnannounced,
}

impl AttendanceFinding {
    /// Whether the record needs the reason in words.
    #[must_use]
    pub const fn asks_reason(self) -> bool {
        match self {
            Self::CompanyHours | Self::RestDay | Self::PersonHours | Self::HomeEntered => true,
            Self::OneOfTheTeam | Self::DebtDisclosed | Self::RecordingUnannounced => false,
        }
    }
}

/// What the rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meeting {
    /// Who owes.
    pub customer: CustomerKind,
    /// When it began.
    pub at: Instant,
    /// Whether the person agreed to the hour.
    pub hour: HourAgreed,
    /// How many of the team were there.
    pub team: usize,
    /// Where.
    pub place: MeetingPlace,
    /// To how many third persons the debt was disclosed.
    pub disclosed_to: usize,
    /// Whether it was recorded.
    pub recording: Recording,
}

/// What of a meeting is marked, ascending; empty when nothing is.
#[must_use]
pub fn attendance_findings(
    meeting: &Meeting,
    calendar: &Calendar,
    policy: &ConductPolicy,
) -> Vec<AttendanceFinding> {
    let contact = PlannedContact {
        party: match (meeting.customer, meeting.hour) {
            (CustomerKind::Company, _) => Party::Company,
            (CustomerKind::NaturalPerson, HourAgreed::Yes) => {
                Party::NaturalPerson(HoursAgreement::Covers)
            }
            (CustomerKind::NaturalPerson, HourAgreed::No) => {
                Party::NaturalPerson(HoursAgreement::None)
            }
        },
        by: ContactBy::OtherMeans,
        at: meeting.at,
        effective_voice_today: 0,
    };
    let guard = match conduct_guard(&contact, calendar, policy) {
        GuardVerdict::Blocked(GuardReason::Hours) => Some(AttendanceFinding::PersonHours),
        GuardVerdict::AskReason(GuardReason::RestDay) => Some(AttendanceFinding::RestDay),
        GuardVerdict::AskReason(_) => Some(AttendanceFinding::CompanyHours),
        // Calls and contact persons are no meeting with the customer.
        GuardVerdict::Allowed | GuardVerdict::Blocked(_) => None,
    };
    let marks = [
        (
            meeting.team < TEAM_AT_LEAST,
            AttendanceFinding::OneOfTheTeam,
        ),
        (
            meeting.place == MeetingPlace::HomeUninvited,
            AttendanceFinding::HomeEntered,
        ),
        (meeting.disclosed_to > 0, AttendanceFinding::DebtDisclosed),
        (
            meeting.recording == Recording::Unannounced,
            AttendanceFinding::RecordingUnannounced,
        ),
    ];
    let marked = marks.into_iter().filter_map(|(is, it)| is.then_some(it));
    guard.into_iter().chain(marked).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::cases;
    use super::*;

    fn meeting(at: &str) -> Meeting {
        Meeting {
            customer: CustomerKind::Company,
            at: cases::instant(&json!(at)),
            hour: HourAgreed::No,
            team: 2,
            place: MeetingPlace::Premises,
            disclosed_to: 0,
            recording: Recording::None,
        }
    }

    fn found(meeting: &Meeting) -> Vec<AttendanceFinding> {
        attendance_findings(meeting, &Calendar::published(), &ConductPolicy::default())
    }

    #[test]
    fn hours_are_those_of_the_conduct_guard() {
        use AttendanceFinding::{CompanyHours, PersonHours, RestDay};
        let person = |at: &str, hour| Meeting {
            customer: CustomerKind::NaturalPerson,
            hour,
            ..meeting(at)
        };
        for (case, expected) in [
            (meeting("2026-07-15T08:29:59+08:00"), vec![CompanyHours]),
            (meeting("2026-07-15T08:30:00+08:00"), vec![]),
            (meeting("2026-07-15T18:00:00+08:00"), vec![CompanyHours]),
            (meeting("2026-07-18T10:00:00+08:00"), vec![RestDay]),
            (person("2026-07-18T10:00:00+08:00", HourAgreed::No), vec![]),
            (
                person("2026-07-15T22:00:00+08:00", HourAgreed::No),
                vec![PersonHours],
            ),
            (person("2026-07-15T22:00:00+08:00", HourAgreed::Yes), vec![]),
        ] {
            assert_eq!(found(&case), expected, "{case:?}");
        }
    }

    #[test]
    fn each_mark_stands_for_itself_and_an_empty_meeting_room_has_none() {
        let morning = "2026-07-15T10:00:00+08:00";
        assert_eq!(found(&meeting(morning)), []);
        let all = Meeting {
            team: 1,
            place: MeetingPlace::HomeUninvited,
            disclosed_to: 1,
            recording: Recording::Unannounced,
            ..meeting(morning)
        };
        let marks = found(&all);
        assert_eq!(
            marks,
            [
                AttendanceFinding::OneOfTheTeam,
                AttendanceFinding::HomeEntered,
                AttendanceFinding::DebtDisclosed,
                AttendanceFinding::RecordingUnannounced,
            ]
        );
        let asking: Vec<_> = marks.into_iter().filter(|it| it.asks_reason()).collect();
        assert_eq!(asking, [AttendanceFinding::HomeEntered]);
        for place in [MeetingPlace::HomeDoor, MeetingPlace::HomeInvited] {
            let meeting = Meeting {
                place,
                ..meeting(morning)
            };
            assert_eq!(found(&meeting), []);
        }
    }
}
