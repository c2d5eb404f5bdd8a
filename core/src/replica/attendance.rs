//! Who was there when a customer was met.

use crate::domain::attendance::{AttendanceFinding, Meeting, attendance_findings};
use crate::domain::calendar::Calendar;
use crate::domain::conduct_guard::ConductPolicy;
use crate::domain::ids::StopId;
use crate::domain::time::Instant;
use crate::journal::Scope;
use crate::journal::facts::{Attendance, Fact};
use crate::read_model::{entries, people, plans, stops};
use crate::replica::commit::About;
use crate::replica::devices::Kind;
use crate::replica::error::or_not_found;
use crate::replica::{AttendanceRecord, OfDraft, Recorded, Replica, ReplicaError};
use crate::views::{AttendanceView, DraftForm, EntryDetail, EntryRow, TeamMember};

impl Replica {
    /// `attendance.read`: whom the form proposes, and what was recorded last.
    ///
    /// # Errors
    /// `stop` is gone when it is not on this device.
    pub fn attendance(&self, stop: StopId) -> Result<AttendanceView, ReplicaError> {
        self.read(|connection| {
            let me = Self::me(connection)?;
            let parts = or_not_found(stops::parts(connection, stop)?, "stop")?;
            let mut team = Vec::new();
            for user in plans::approved_team(connection, parts.plan)? {
                team.push(TeamMember {
                    user,
                    name: people::name(connection, user)?,
                });
            }
            team.sort_by_key(|member| member.user != me.user);
            let timeline = entries::timeline(connection, stop, None)?;
            Ok(AttendanceView {
                team,
                met_at_ms: met_at(&timeline).map(Instant::ms),
                last: last(timeline),
            })
        })
    }

    /// `attendance.check`: what would be marked if it were recorded now, and shown before it is.
    ///
    /// # Errors
    /// `stop` is gone when it is not on this device.
    pub fn check_attendance(
        &self,
        record: &AttendanceRecord,
    ) -> Result<Vec<AttendanceFinding>, ReplicaError> {
        let now = self.devices.clock.read().wall;
        self.read(|connection| {
            let timeline = entries::timeline(connection, record.stop, None)?;
            Ok(findings(record, met_at(&timeline).unwrap_or(now)))
        })
    }

    /// `attendance.record`: who was there. A later one replaces it.
    ///
    /// # Errors
    /// `team-missing`, `person-name-missing` when a name is empty, `reason-missing` when something that is marked asks for the reason,
    /// `text-too-long`; `stop` is gone when it is not on this device.
    pub fn record_attendance(&self, record: &AttendanceRecord) -> Result<Recorded, ReplicaError> {
        if record.team.is_empty() {
            return Err(ReplicaError::Refused("team-missing"));
        }
        let mut names = record
            .team
            .iter()
            .map(|member| &member.name)
            .chain(record.met.iter().map(|person| &person.name))
            .chain(record.third_persons.iter().map(|person| &person.who));
        if names.any(|name| name.trim().is_empty()) {
            return Err(ReplicaError::Refused("person-name-missing"));
        }
        self.commit("record_attendance", |commit| {
            let parts = commit.stop(record.stop)?;
            commit.drop_draft(OfDraft::of(parts.stop, DraftForm::Attendance))?;
            let timeline = entries::timeline(commit.tx, parts.stop, None)?;
            let findings = findings(record, met_at(&timeline).unwrap_or_else(|| commit.now()));
            let reason = record.reason.trim();
            if reason.is_empty() && findings.iter().any(|it| it.asks_reason()) {
                return Err(ReplicaError::Refused("reason-missing"));
            }
            let fact = Fact::Attendance(Box::new(Attendance {
                team: record.team.clone(),
                met: record.met.clone(),
                customer: record.customer,
                place: record.place,
                third_persons: record.third_persons.clone(),
                recording: record.recording,
                hour: record.hour,
                reason: reason.to_owned(),
                findings,
            }));
            let before = last(timeline);
            if let Some(before) = &before
                && before.author == commit.device()?.user
                && before.detail == entries::detail(&fact)
            {
                return Ok(Recorded {
                    entry: before.entry,
                });
            }
            let about = About {
                scope: Scope::Stop(parts.stop),
                amends: before.map(|row| row.entry),
            };
            let entry = commit.append(about, fact)?;
            commit.changed(&[Kind::Stops]);
            Ok(Recorded { entry })
        })
    }
}

fn findings(record: &AttendanceRecord, at: Instant) -> Vec<AttendanceFinding> {
    let disclosed = record.third_persons.iter();
    let meeting = Meeting {
        customer: record.customer,
        at,
        hour: record.hour,
        team: record.team.len(),
        place: record.place,
        disclosed_to: disclosed.filter(|person| person.is_debt_disclosed).count(),
        recording: record.recording,
    };
    attendance_findings(&meeting, &Calendar::published(), &ConductPolicy::default())
}

/// The meeting began with the first arrival.
fn met_at(timeline: &[EntryRow]) -> Option<Instant> {
    let arrived = |row: &&EntryRow| matches!(row.detail, EntryDetail::CheckIn { .. });
    timeline
        .iter()
        .find(arrived)
        .map(|row| Instant::from_ms(row.at_ms))
}

fn last(timeline: Vec<EntryRow>) -> Option<EntryRow> {
    timeline
        .into_iter()
        .rfind(|row| matches!(row.detail, EntryDetail::Attendance { .. }))
}

#[cfg(test)]
mod tests {
    use crate::domain::attendance::{AttendanceFinding, HourAgreed, MeetingPlace, Recording};
    use crate::domain::signer::{Capacity, CustomerKind};
    use crate::journal::facts::{PersonMet, TeamPresent, ThirdPersonPresent};
    use crate::replica::fake::{FakeServer, Phone, STOP};
    use crate::replica::tests::arrival;
    use crate::replica::{AttendanceRecord, DraftKeep, OfDraft};
    use crate::views::{DraftForm, EntryDetail};

    const HOUR_MS: i64 = 3_600_000;

    fn phone() -> Phone {
        let server = FakeServer::new();
        let phone = Phone::enrolled(1, &server);
        phone.sync(&server).unwrap();
        phone
    }

    fn present(team: &[&str]) -> AttendanceRecord {
        AttendanceRecord {
            stop: STOP,
            team: team
                .iter()
                .map(|name| TeamPresent {
                    member: None,
                    name: (*name).to_owned(),
                })
                .collect(),
            met: vec![PersonMet {
                name: "赵六".to_owned(),
                title: "财务主管".to_owned(),
                capacity: Capacity::DutyHolder,
            }],
            customer: CustomerKind::Company,
            place: MeetingPlace::Premises,
            third_persons: Vec::new(),
            recording: Recording::None,
            hour: HourAgreed::No,
            reason: String::new(),
        }
    }

    #[test]
    fn the_form_proposes_the_team_and_a_later_record_replaces_the_first() {
        let phone = phone();
        let empty = phone.attendance(STOP).unwrap();
        assert_eq!((empty.team.len(), empty.met_at_ms), (2, None));
        assert!(empty.last.is_none());
        phone
            .keep_draft(&DraftKeep {
                of: OfDraft::of(STOP, DraftForm::Attendance),
                content: "{}".to_owned(),
            })
            .unwrap();
        let first = phone
            .record_attendance(&present(&["张三", "李四"]))
            .unwrap();
        assert_eq!(
            phone
                .record_attendance(&present(&["张三", "李四"]))
                .unwrap(),
            first,
            "the same again is the same entry"
        );
        let alone = phone.record_attendance(&present(&["张三"])).unwrap();
        assert_ne!(first, alone);
        let last = phone.attendance(STOP).unwrap().last.unwrap();
        assert_eq!(
            (last.entry, last.amends),
            (alone.entry, Some(first.entry)),
            "a correction points back"
        );
        let EntryDetail::Attendance { findings, .. } = last.detail else {
            panic!("{:?}", last.detail);
        };
        assert_eq!(findings, [AttendanceFinding::OneOfTheTeam]);
        assert!(phone.stop(STOP).unwrap().drafts.is_empty());
    }

    #[test]
    fn the_hour_is_that_of_the_arrival_and_asks_for_a_reason() {
        let phone = phone();
        // It is 11:33; at 19:33 the firm is closed.
        let both = present(&["张三", "李四"]);
        assert_eq!(phone.check_attendance(&both).unwrap(), []);
        phone.clock.advance(8 * HOUR_MS);
        let marks = [AttendanceFinding::CompanyHours];
        assert_eq!(phone.check_attendance(&both).unwrap(), marks);
        let error = phone.record_attendance(&both).unwrap_err();
        assert_eq!(error.reference(), "reason-missing");
        let explained = AttendanceRecord {
            reason: "对方约定晚间会面".to_owned(),
            ..both.clone()
        };
        phone.record_attendance(&explained).unwrap();
        phone.check_in(&arrival()).unwrap();
        phone.clock.advance(14 * HOUR_MS);
        assert_eq!(
            phone.check_attendance(&both).unwrap(),
            marks,
            "written down the next morning, it was still in the evening"
        );
    }

    #[test]
    fn nobody_is_recorded_without_a_name() {
        let phone = phone();
        let refused = |change: fn(&mut AttendanceRecord)| {
            let mut record = present(&["张三", "李四"]);
            change(&mut record);
            phone.record_attendance(&record).unwrap_err().reference()
        };
        assert_eq!(refused(|it| it.team.clear()), "team-missing");
        assert_eq!(
            refused(|it| it.met[0].name = "  ".to_owned()),
            "person-name-missing"
        );
        assert_eq!(
            refused(|it| it.third_persons.push(ThirdPersonPresent {
                who: String::new(),
                is_debt_disclosed: false,
            })),
            "person-name-missing"
        );
        assert_eq!(
            refused(|it| it.met = vec![it.met[0].clone(); 21]),
            "text-too-long"
        );
        assert_eq!(phone.stop(STOP).unwrap().timeline, []);
    }
}
