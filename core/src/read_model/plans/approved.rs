//! The version of a plan that is in force: what the director approved last.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use serde::Serialize;

use crate::domain::ids::{CustomerId, Digest, PlanId, SnapshotId, StopId, UserId};
use crate::domain::position::SitePoint;
use crate::domain::time::Day;
use crate::read_model::columns::{parsed, text};
use crate::read_model::customers::{crs_name, site};
use crate::snapshots::plan::ApprovedPlan;

/// The head of an approved plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApprovedPlanRow {
    /// The plan.
    pub plan: PlanId,
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// Digest of the heads that were approved.
    pub heads: Digest,
    /// Title.
    pub title: String,
    /// Day of the visits.
    pub day: Day,
    /// Vehicle; may be empty.
    pub vehicle: String,
    /// Who goes, by id.
    pub team: Vec<UserId>,
}

/// One stop of an approved plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApprovedStopRow {
    /// The stop.
    pub stop: StopId,
    /// Its plan.
    pub plan: PlanId,
    /// The plan's title.
    pub plan_title: String,
    /// The plan's day.
    pub day: Day,
    /// Visiting order, from 1.
    pub position: i64,
    /// The customer.
    pub customer: CustomerId,
    /// Its code; may be empty.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The statement to be shown.
    pub statement: SnapshotId,
    /// Where the site is, when known.
    pub site: Option<SitePoint>,
}

/// Whether something was sent back from a stop that waits for a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// Nothing was sent back.
    NotAskedFor,
    /// Every send-back was answered.
    Given,
}

/// Every stop at a customer on a plan in force, and every other one where a statement of his was shown or signed: a stop that
/// left its plan keeps what happened there. Ascending, at most 1,000.
pub fn stops_at(connection: &Connection, customer: CustomerId) -> rusqlite::Result<Vec<StopId>> {
    connection
        .prepare_cached(
            "select stop from approved_plan_stops where customer = :customer
             union
             select e.stop from entries e join statements s on s.statement = json_extract(e.detail, '$.statement')
             where s.customer = :customer and e.kind in ('acknowledgement', 'statement_shown') and e.stop is not null
             order by stop limit 1000",
        )?
        .query_map(named_params! { ":customer": text(&customer) }, |row| {
            parsed(row, "stop")
        })?
        .collect()
}

/// Takes in an approved plan; it replaces the plan's earlier version. Answers whether it is in force now: a version that is
/// older than the one here changes nothing, whenever it arrives.
pub fn project_plan(
    tx: &Transaction<'_>,
    id: SnapshotId,
    plan: &ApprovedPlan,
) -> rusqlite::Result<bool> {
    let key = text(&plan.plan);
    let taken = tx.execute(
        "insert into approved_plans values (:plan, :snapshot, :heads, :title, :day, :vehicle, :approved_after)
         on conflict (plan) do update set snapshot = :snapshot, heads = :heads, title = :title, day = :day,
            vehicle = :vehicle, approved_after = :approved_after
         where excluded.approved_after >= approved_plans.approved_after",
        named_params! {
            ":plan": key,
            ":snapshot": text(&id),
            ":heads": text(&plan.heads),
            ":title": plan.title,
            ":day": text(&plan.day),
            ":vehicle": plan.vehicle,
            ":approved_after": i64::try_from(plan.approved_after).unwrap_or(i64::MAX),
        },
    )?;
    if taken == 0 {
        return Ok(false);
    }
    for table in ["approved_plan_team", "approved_plan_stops"] {
        tx.execute(
            &format!("delete from {table} where plan = :plan"),
            named_params! { ":plan": key },
        )?;
    }
    for user in &plan.team {
        tx.execute(
            "insert or ignore into approved_plan_team values (:plan, :user)",
            named_params! { ":plan": key, ":user": text(user) },
        )?;
    }
    insert_stops(tx, plan)?;
    Ok(true)
}

fn insert_stops(tx: &Transaction<'_>, plan: &ApprovedPlan) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached(
        "insert or replace into approved_plan_stops values (:plan, :stop, :position, :customer, :code, :name,
            :statement, :lat, :lon, :crs)",
    )?;
    for (position, stop) in (1_i64..).zip(&plan.stops) {
        insert.execute(named_params! {
            ":plan": text(&plan.plan),
            ":stop": text(&stop.stop),
            ":position": position,
            ":customer": text(&stop.customer),
            ":code": stop.code,
            ":name": stop.name,
            ":statement": text(&stop.statement),
            ":lat": stop.site.map(|site| site.lat_e7),
            ":lon": stop.site.map(|site| site.lon_e7),
            ":crs": stop.site.map(|site| crs_name(site.crs)),
        })?;
    }
    Ok(())
}

/// The version in force of a plan.
pub fn approved(
    connection: &Connection,
    plan: PlanId,
) -> rusqlite::Result<Option<ApprovedPlanRow>> {
    let row = connection
        .prepare_cached("select * from approved_plans where plan = :plan")?
        .query_row(named_params! { ":plan": text(&plan) }, |row| {
            Ok(ApprovedPlanRow {
                plan,
                snapshot: parsed(row, "snapshot")?,
                heads: parsed(row, "heads")?,
                title: row.get("title")?,
                day: parsed(row, "day")?,
                vehicle: row.get("vehicle")?,
                team: Vec::new(),
            })
        })
        .optional()?;
    row.map(|mut row| {
        row.team = approved_team(connection, plan)?;
        Ok(row)
    })
    .transpose()
}

/// Who goes on the approved version, by id, at most 100.
pub fn approved_team(connection: &Connection, plan: PlanId) -> rusqlite::Result<Vec<UserId>> {
    connection
        .prepare_cached(
            "select user from approved_plan_team where plan = :plan order by user limit 100",
        )?
        .query_map(named_params! { ":plan": text(&plan) }, |row| {
            parsed(row, "user")
        })?
        .collect()
}

const STOPS: &str = "select s.*, p.title as plan_title, p.day
    from approved_plan_stops s join approved_plans p using (plan)";

/// The stops of the approved version in visiting order, at most 500.
pub fn approved_stops(
    connection: &Connection,
    plan: PlanId,
) -> rusqlite::Result<Vec<ApprovedStopRow>> {
    connection
        .prepare_cached(&format!(
            "{STOPS} where s.plan = :plan order by s.position limit 500"
        ))?
        .query_map(named_params! { ":plan": text(&plan) }, stop_row)?
        .collect()
}

/// All approved stops of a day, by plan and visiting order, at most 2,000.
pub fn stops_of_day(connection: &Connection, day: Day) -> rusqlite::Result<Vec<ApprovedStopRow>> {
    connection
        .prepare_cached(&format!(
            "{STOPS} where p.day = :day order by p.title, s.plan, s.position limit 2000"
        ))?
        .query_map(named_params! { ":day": text(&day) }, stop_row)?
        .collect()
}

/// Approved stops that wait for a review, the oldest day first, with whether every send-back was answered; at most `limit`, and
/// how many there are in all. One waits when something came back that nobody accepted and no send-back is unanswered.
pub fn stops_to_review(
    connection: &Connection,
    limit: u32,
) -> rusqlite::Result<(Vec<(ApprovedStopRow, Answers)>, u64)> {
    let mut total: i64 = 0;
    let mut found = Vec::new();
    let mut statement = connection.prepare_cached(include_str!("to_review.sql"))?;
    let mut rows = statement.query(named_params! { ":limit": limit.min(2_000) })?;
    while let Some(row) = rows.next()? {
        total = row.get("found")?;
        let answers = if row.get("is_answered")? {
            Answers::Given
        } else {
            Answers::NotAskedFor
        };
        found.push((stop_row(row)?, answers));
    }
    Ok((found, total.unsigned_abs()))
}

/// One approved stop.
pub fn approved_stop(
    connection: &Connection,
    stop: StopId,
) -> rusqlite::Result<Option<ApprovedStopRow>> {
    connection
        .prepare_cached(&format!("{STOPS} where s.stop = :stop limit 1"))?
        .query_row(named_params! { ":stop": text(&stop) }, stop_row)
        .optional()
}

/// Users who hold a customer's documents through another approved plan than `plan`, at most 1,000.
pub fn holders_of_customer(
    connection: &Connection,
    customer: CustomerId,
    plan: PlanId,
) -> rusqlite::Result<Vec<UserId>> {
    connection
        .prepare_cached(
            "select distinct t.user from approved_plan_stops s join approved_plan_team t using (plan)
             where s.customer = :customer and s.plan <> :plan order by t.user limit 1000",
        )?
        .query_map(
            named_params! { ":customer": text(&customer), ":plan": text(&plan) },
            |row| parsed(row, "user"),
        )?
        .collect()
}

fn stop_row(row: &Row<'_>) -> rusqlite::Result<ApprovedStopRow> {
    Ok(ApprovedStopRow {
        stop: parsed(row, "stop")?,
        plan: parsed(row, "plan")?,
        plan_title: row.get("plan_title")?,
        day: parsed(row, "day")?,
        position: row.get("position")?,
        customer: parsed(row, "customer")?,
        code: row.get("code")?,
        name: row.get("name")?,
        statement: parsed(row, "statement")?,
        site: site(row)?,
    })
}
