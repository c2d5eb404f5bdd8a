//! The script of a refusal (拒签): who and why, what team members saw, the label and the posting day of the demand letter that
//! makes up for the missing signature (Limitation Provisions art. 8 para. 1(2)).

use crate::domain::calendar::Calendar;
use crate::domain::ids::{EntryId, StopId, UserId};
use crate::domain::statement_text::words_and_digits;
use crate::domain::time::Day;
use crate::journal::Scope;
use crate::journal::facts::{
    DemandLetterPosted, Fact, MemberStatement, PaperKind, Refusal, RefusalWitnessed,
};
use crate::read_model::{entries, people, plans, statements, stops};
use crate::replica::commit::{About, Commit};
use crate::replica::error::or_not_found;
use crate::replica::{
    OfDraft, PostingRecord, Recorded, RefusalRecord, RefusalWitness, Replica, ReplicaError,
};
use crate::snapshots::statement::Statement;
use crate::views::{DraftForm, EntryDetail, RefusalScript, TeamMember};

impl Replica {
    /// `refusal.script`: whom to ask for a statement, and the letter that is proposed.
    ///
    /// # Errors
    /// `statement` is gone until it has arrived.
    pub fn refusal_script(&self, stop: StopId) -> Result<RefusalScript, ReplicaError> {
        let today = Day::legal(self.devices.clock.read().wall);
        self.read(|connection| {
            let me = Self::me(connection)?;
            let parts = or_not_found(stops::parts(connection, stop)?, "stop")?;
            let statement = statements::statement(connection, parts.statement)?;
            let statement = or_not_found(statement, "statement")?;
            let act_by = act_by(&statement);
            let organisation = people::policy(connection)?
                .map(|policy| policy.organisation_name)
                .unwrap_or_default();
            let mut team = Vec::new();
            for user in plans::approved_team(connection, parts.plan)? {
                team.push(TeamMember {
                    user,
                    name: people::name(connection, user)?,
                });
            }
            team.sort_by_key(|member| member.user != me.user);
            Ok(RefusalScript {
                team,
                label: label(&organisation, &parts.name, &statement)?,
                post_by: proposed_posting(today, act_by),
                act_by,
            })
        })
    }

    /// `refusal.record`: the customer refused to sign.
    ///
    /// # Errors
    /// `person-missing`, `member-statement-missing`, `text-too-long`, `day-in-the-past`, `posting-after-act-by`.
    pub fn refuse(&self, refusal: &RefusalRecord) -> Result<Recorded, ReplicaError> {
        if refusal.person.trim().is_empty() {
            return Err(ReplicaError::Refused("person-missing"));
        }
        let is_empty = |member: &MemberStatement| {
            member.name.trim().is_empty() || member.words.trim().is_empty()
        };
        if refusal.members.iter().any(is_empty) {
            return Err(ReplicaError::Refused("member-statement-missing"));
        }
        self.commit("refuse", |commit| {
            let parts = commit.stop(refusal.stop)?;
            commit.drop_draft(OfDraft::of(parts.stop, DraftForm::Refusal))?;
            let statement = statements::statement(commit.tx, parts.statement)?;
            if let Some(post_by) = refusal.post_by {
                let act_by = statement.as_ref().and_then(act_by);
                check_posting(post_by, Day::legal(commit.now()), act_by)?;
            }
            let form = statement
                .as_ref()
                .map_or(PaperKind::StatementA, |statement| statement.form);
            let fact = Fact::Refusal(Refusal {
                paper: refusal.paper.kind(form),
                statement: statement.is_some().then_some(parts.statement),
                person: refusal.person.trim().to_owned(),
                reason: refusal.reason,
                words: refusal.words.clone(),
                members: (!refusal.members.is_empty()).then(|| refusal.members.clone()),
                label: refusal.label.clone(),
                post_by: refusal.post_by,
            });
            commit.record_once(parts.stop, fact)
        })
    }

    /// `refusal.witness`: what this device's user saw of a refusal that a colleague recorded.
    ///
    /// # Errors
    /// `answer-missing`, `witnessed-own`; `refusal` is gone when there is none of that id at the stop.
    pub fn witness_refusal(&self, witness: &RefusalWitness) -> Result<Recorded, ReplicaError> {
        if witness.words.trim().is_empty() {
            return Err(ReplicaError::Refused("answer-missing"));
        }
        self.commit("witness_refusal", |commit| {
            let author = commit.refusal(witness.stop, witness.refusal)?;
            if author == commit.device()?.user {
                return Err(ReplicaError::Refused("witnessed-own"));
            }
            let fact = Fact::RefusalWitnessed(RefusalWitnessed {
                words: witness.words.trim().to_owned(),
            });
            commit.bind_once(witness.stop, witness.refusal, fact)
        })
    }

    /// `posting.record`: the demand letter of a refusal went out. Said already, nothing is added.
    ///
    /// # Errors
    /// `posting-in-the-future`; `refusal` is gone when there is none of that id at the stop.
    pub fn record_posting(&self, record: &PostingRecord) -> Result<Recorded, ReplicaError> {
        self.commit("record_posting", |commit| {
            commit.refusal(record.stop, record.refusal)?;
            if record.posted > Day::legal(commit.now()) {
                return Err(ReplicaError::Refused("posting-in-the-future"));
            }
            let fact = Fact::DemandLetterPosted(DemandLetterPosted {
                posted: record.posted,
                number: record.number.trim().to_owned(),
            });
            commit.bind_once(record.stop, record.refusal, fact)
        })
    }
}

impl Commit<'_> {
    /// The author of a refusal at a stop.
    fn refusal(&self, stop: StopId, refusal: EntryId) -> Result<UserId, ReplicaError> {
        let row = entries::entry(self.tx, refusal)?.filter(|row| {
            row.stop == Some(stop) && matches!(row.detail, EntryDetail::Refusal { .. })
        });
        Ok(or_not_found(row, "refusal")?.author)
    }

    /// Records a fact about a stop that points back to an entry, once.
    pub(super) fn bind_once(
        &mut self,
        stop: StopId,
        about: EntryId,
        fact: Fact,
    ) -> Result<Recorded, ReplicaError> {
        let said = entries::detail(&fact);
        let mut own = self.own_timeline(stop)?.into_iter();
        if let Some(row) = own.find(|row| row.amends == Some(about) && row.detail == said) {
            return Ok(Recorded { entry: row.entry });
        }
        let about = About {
            scope: Scope::Stop(stop),
            amends: Some(about),
        };
        Ok(Recorded {
            entry: self.append(about, fact)?,
        })
    }
}

fn act_by(statement: &Statement) -> Option<Day> {
    statement
        .claim_clock(&Calendar::published())
        .map(|clock| clock.act_by)
}

/// What an express letter's label says is inside (内件品名): enough to tell later which demand it was.
fn label(
    organisation: &str,
    customer: &str,
    statement: &Statement,
) -> Result<String, ReplicaError> {
    let sum = words_and_digits(statement.total)
        .map_err(|_no_words| ReplicaError::Refused("amount-unusable"))?;
    Ok(format!(
        "催款函：{organisation}致{customer}，请求支付截至{}尚欠货款本金{sum}，账目快照编号{}",
        statement.cut_off.chinese(),
        statement.ledger.short()
    ))
}

/// Tomorrow, or today when the claim's day to act by does not leave that much time.
fn proposed_posting(today: Day, act_by: Option<Day>) -> Day {
    let tomorrow = today.plus_days(1);
    match act_by {
        Some(act_by) if act_by >= today && tomorrow >= act_by => today,
        Some(_) | None => tomorrow,
    }
}

/// Before the day to act by, while that is still ahead. On that day itself today is all that is left.
fn check_posting(post_by: Day, today: Day, act_by: Option<Day>) -> Result<(), ReplicaError> {
    if post_by < today {
        return Err(ReplicaError::Refused("day-in-the-past"));
    }
    match act_by {
        Some(act_by) if act_by >= today && post_by >= act_by && post_by > today => {
            Err(ReplicaError::Refused("posting-after-act-by"))
        }
        Some(_) | None => Ok(()),
    }
}
