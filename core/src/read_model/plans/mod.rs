//! Visit plans: the draft, where it stands, and the version in force.

mod approved;
mod draft;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use serde::Serialize;

pub use approved::{
    Answers, ApprovedPlanRow, ApprovedStopRow, approved, approved_stop, approved_stops,
    approved_team, holders_of_customer, project_plan, stops_at, stops_of_day, stops_to_review,
};
pub use draft::{DraftStopRow, draft_stops, project_draft, team};

use crate::domain::ids::{Digest, EntryId, PlanId, UserId};
use crate::domain::time::Instant;
use crate::journal::Entry;
use crate::journal::facts::{Decision, Fact};
use crate::read_model::columns::{parsed, text};

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Where a plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanState {
    /// Being written; never approved.
    Draft,
    /// Put forward as it is now; waits for the director.
    Submitted,
    /// Approved as it is now.
    Approved,
    /// Approved once and changed since: what was approved stays in force until the change is approved too.
    Stale,
    /// Sent back as it is now.
    SentBack,
}

/// What somebody did with a plan as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanActKind {
    /// Put forward.
    Submitted,
    /// Approved.
    Approved,
    /// Sent back.
    SentBack,
}

/// One act on a plan, pinned to the heads it was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanAct {
    /// The entry.
    pub entry: EntryId,
    /// What was done.
    pub kind: PlanActKind,
    /// Digest of the heads it is pinned to.
    pub heads: Digest,
    /// Why it was sent back; empty otherwise.
    pub reason: String,
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Instant,
}

/// One plan as its draft has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanRow {
    /// The plan.
    pub plan: PlanId,
    /// Digest of the document's heads now.
    pub heads: Digest,
    /// Title.
    pub title: String,
    /// Day of the visits as typed; may be empty while it is a draft.
    pub day: String,
    /// Vehicle; may be empty.
    pub vehicle: String,
    /// Number of stops.
    pub stops: i64,
    /// Where it stands.
    pub state: PlanState,
    /// What was done with it, oldest first.
    pub acts: Vec<PlanAct>,
}

/// Takes in an entry about a plan; any other leaves the tables as they are.
pub fn project_entry(tx: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    if let Fact::PlanSubmitted(fact) = &entry.fact {
        insert_act(tx, entry, (fact.plan, fact.heads), ("submitted", ""))?;
    }
    if let Fact::PlanDecided(fact) = &entry.fact {
        let act = match &fact.decision {
            Decision::Approved => ("approved", ""),
            Decision::SentBack(reason) => ("sent_back", reason.as_str()),
        };
        insert_act(tx, entry, (fact.about, fact.pinned), act)?;
    }
    Ok(())
}

fn insert_act(
    tx: &Transaction<'_>,
    entry: &Entry,
    (plan, heads): (PlanId, Digest),
    (act, reason): (&str, &str),
) -> rusqlite::Result<()> {
    tx.execute(
        "insert or ignore into plan_acts values (:plan,
            (select coalesce(max(number), 0) + 1 from plan_acts where plan = :plan), :entry, :act, :heads, :reason, :by,
            :at)",
        named_params! {
            ":plan": text(&plan),
            ":entry": text(&entry.id),
            ":act": act,
            ":heads": text(&heads),
            ":reason": reason,
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
        },
    )?;
    Ok(())
}

/// Where a plan with these heads stands after these acts.
#[must_use]
pub fn state(heads: Digest, acts: &[PlanAct]) -> PlanState {
    let last = acts.last().filter(|act| act.heads == heads);
    match last.map(|act| act.kind) {
        Some(PlanActKind::Submitted) => PlanState::Submitted,
        Some(PlanActKind::Approved) => PlanState::Approved,
        Some(PlanActKind::SentBack) => PlanState::SentBack,
        None if acts.iter().any(|act| act.kind == PlanActKind::Approved) => PlanState::Stale,
        None => PlanState::Draft,
    }
}

const PLANS: &str =
    "select p.*, (select count(*) from plan_stops s where s.plan = p.plan) as stops from plans p";

/// The plans, latest day first, at most 200.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<PlanRow>> {
    let rows: Vec<PlanRow> = connection
        .prepare_cached(&format!("{PLANS} order by day desc, title, plan limit 200"))?
        .query_map([], plan_row)?
        .collect::<rusqlite::Result<_>>()?;
    rows.into_iter()
        .map(|row| with_acts(connection, row))
        .collect()
}

/// One plan.
pub fn plan(connection: &Connection, plan: PlanId) -> rusqlite::Result<Option<PlanRow>> {
    connection
        .prepare_cached(&format!("{PLANS} where plan = :plan"))?
        .query_row(named_params! { ":plan": text(&plan) }, plan_row)
        .optional()?
        .map(|row| with_acts(connection, row))
        .transpose()
}

fn with_acts(connection: &Connection, mut row: PlanRow) -> rusqlite::Result<PlanRow> {
    row.acts = connection
        .prepare_cached("select * from plan_acts where plan = :plan order by number limit 500")?
        .query_map(named_params! { ":plan": text(&row.plan) }, act_row)?
        .collect::<rusqlite::Result<_>>()?;
    row.state = state(row.heads, &row.acts);
    Ok(row)
}

fn plan_row(row: &Row<'_>) -> rusqlite::Result<PlanRow> {
    Ok(PlanRow {
        plan: parsed(row, "plan")?,
        heads: parsed(row, "heads")?,
        title: row.get("title")?,
        day: row.get("day")?,
        vehicle: row.get("vehicle")?,
        stops: row.get("stops")?,
        state: PlanState::Draft,
        acts: Vec::new(),
    })
}

fn act_row(row: &Row<'_>) -> rusqlite::Result<PlanAct> {
    let act: String = row.get("act")?;
    Ok(PlanAct {
        entry: parsed(row, "entry")?,
        kind: match act.as_str() {
            "submitted" => PlanActKind::Submitted,
            "approved" => PlanActKind::Approved,
            _ => PlanActKind::SentBack,
        },
        heads: parsed(row, "heads")?,
        reason: row.get("reason")?,
        by: parsed(row, "acted_by")?,
        at: Instant::from_ms(row.get("acted_at_ms")?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::{PlanDocument, PlanStop};
    use crate::journal::Scope;
    use crate::journal::facts::{Decided, PlanSubmitted};
    use crate::read_model::fixtures::{customer, entry, tables, user, written};

    const PLAN: PlanId = PlanId::from_bytes([3; 16]);

    fn heads(text: &str) -> Digest {
        Digest::of(text.as_bytes())
    }

    fn submitted(number: u8, at: &str) -> Entry {
        let fact = Fact::PlanSubmitted(PlanSubmitted {
            plan: PLAN,
            heads: heads(at),
        });
        entry(number, user(1), Scope::Office, fact)
    }

    fn decided(number: u8, at: &str, decision: Decision) -> Entry {
        let fact = Fact::PlanDecided(Decided {
            about: PLAN,
            pinned: heads(at),
            decision,
        });
        entry(number, user(2), Scope::Office, fact)
    }

    fn draft() -> PlanDocument {
        let stop = PlanStop {
            customer: customer(1),
            order: 1,
            materials: [crate::snapshots::plan::Material::Contract].into(),
        };
        PlanDocument {
            title: "城东片区".to_owned(),
            day: "2026-07-15".to_owned(),
            vehicle: String::new(),
            team: [user(4)].into(),
            stops: [(crate::domain::ids::StopId::from_bytes([5; 16]), stop)].into(),
        }
    }

    fn state_after(at: &str, entries: &[Entry]) -> PlanRow {
        let mut connection = tables();
        written(&mut connection, |tx| {
            project_draft(tx, PLAN, heads(at), &draft())?;
            entries
                .iter()
                .try_for_each(|entry| project_entry(tx, entry))
        });
        plan(&connection, PLAN).unwrap().unwrap()
    }

    #[test]
    fn an_edit_after_approval_makes_it_stale_and_a_new_approval_mends_it() {
        let acts = [submitted(1, "a"), decided(2, "a", Decision::Approved)];
        assert_eq!(state_after("a", &acts).state, PlanState::Approved);
        assert_eq!(state_after("b", &acts).state, PlanState::Stale);
        let acts = [acts.as_slice(), &[submitted(3, "b")]].concat();
        assert_eq!(state_after("b", &acts).state, PlanState::Submitted);
        assert_eq!(state_after("c", &acts).state, PlanState::Stale);
        let acts = [acts.as_slice(), &[decided(4, "b", Decision::Approved)]].concat();
        assert_eq!(state_after("b", &acts).state, PlanState::Approved);
    }

    #[test]
    fn what_was_sent_back_is_a_draft_again_once_it_is_edited() {
        let back = Decision::SentBack("车辆不足".to_owned());
        let acts = [submitted(1, "a"), decided(2, "a", back)];
        let row = state_after("a", &acts);
        assert_eq!(row.state, PlanState::SentBack);
        assert_eq!(row.acts[1].reason, "车辆不足");
        assert_eq!(state_after("b", &acts).state, PlanState::Draft);
    }

    #[test]
    fn a_submission_that_was_edited_waits_for_nobody() {
        assert_eq!(
            state_after("b", &[submitted(1, "a")]).state,
            PlanState::Draft
        );
    }

    #[test]
    fn a_draft_replaces_the_one_before() {
        let mut connection = tables();
        written(&mut connection, |tx| {
            project_draft(tx, PLAN, heads("a"), &draft())?;
            let mut other = draft();
            other.team = [user(6)].into();
            project_draft(tx, PLAN, heads("b"), &other)
        });
        assert_eq!(team(&connection, PLAN).unwrap(), [user(6)]);
        let stops = draft_stops(&connection, PLAN).unwrap();
        assert_eq!(stops.len(), 1);
        assert_eq!(
            stops[0].materials,
            [crate::snapshots::plan::Material::Contract]
        );
    }
}
