//! Stops: the list and what a stop's screen begins with.

mod rows;

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

pub use rows::{Viewer, at_customer, in_sight, row};

use crate::domain::ids::{CustomerId, DocumentId, PlanId, SnapshotId, StopId};
use crate::domain::position::SitePoint;
use crate::read_model::columns::{parsed, text};
use crate::read_model::customers::site;
use crate::read_model::entries::{from_json, json};
use crate::snapshots::plan::{ApprovedPlan, Material};

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// What names the parts of a stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopParts {
    /// The stop.
    pub stop: StopId,
    /// Its plan.
    pub plan: PlanId,
    /// The customer.
    pub customer: CustomerId,
    /// The customer's name.
    pub name: String,
    /// The stop's document.
    pub document: DocumentId,
    /// The customer's document.
    pub customer_document: DocumentId,
    /// The statement to be shown.
    pub statement: SnapshotId,
    /// Where the site is, when known.
    pub site: Option<SitePoint>,
}

/// Takes in an approved plan; its stops replace those of the plan's earlier version.
pub fn project_plan(tx: &Transaction<'_>, plan: &ApprovedPlan) -> rusqlite::Result<()> {
    tx.execute(
        "delete from stops where plan = :plan",
        named_params! { ":plan": text(&plan.plan) },
    )?;
    let mut insert = tx.prepare_cached(
        "insert or replace into stops values (:stop, :plan, :document, :customer_document, :address, :contact, :phone,
            :materials)",
    )?;
    for stop in &plan.stops {
        insert.execute(named_params! {
            ":stop": text(&stop.stop),
            ":plan": text(&plan.plan),
            ":document": text(&stop.document),
            ":customer_document": text(&stop.customer_document),
            ":address": stop.address,
            ":contact": stop.contact,
            ":phone": stop.phone,
            ":materials": json(&stop.materials)?,
        })?;
    }
    Ok(())
}

/// What names the parts of one stop.
pub fn parts(connection: &Connection, stop: StopId) -> rusqlite::Result<Option<StopParts>> {
    connection
        .prepare_cached(
            "select * from stops s join approved_plan_stops p using (plan, stop) where s.stop = :stop",
        )?
        .query_row(named_params! { ":stop": text(&stop) }, parts_row)
        .optional()
}

/// The parts of all stops of a plan in visiting order, at most 500.
pub fn parts_of_plan(connection: &Connection, plan: PlanId) -> rusqlite::Result<Vec<StopParts>> {
    connection
        .prepare_cached(
            "select * from stops s join approved_plan_stops p using (plan, stop) where s.plan = :plan
             order by p.position limit 500",
        )?
        .query_map(named_params! { ":plan": text(&plan) }, parts_row)?
        .collect()
}

/// The customer's address as on the plan; empty when it is not known.
pub fn address(connection: &Connection, stop: StopId) -> rusqlite::Result<String> {
    let found = connection
        .prepare_cached("select address from stops where stop = :stop")?
        .query_row(named_params! { ":stop": text(&stop) }, |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// The papers that the plan says to take along to a stop; empty when the stop is not known.
pub fn materials(connection: &Connection, stop: StopId) -> rusqlite::Result<Vec<Material>> {
    let found: Option<String> = connection
        .prepare_cached("select materials from stops where stop = :stop")?
        .query_row(named_params! { ":stop": text(&stop) }, |row| row.get(0))
        .optional()?;
    found.map_or_else(|| Ok(Vec::new()), |materials| from_json(&materials))
}

/// A stop whose own or whose customer's document this is.
pub fn of_document(
    connection: &Connection,
    document: DocumentId,
) -> rusqlite::Result<Option<StopId>> {
    connection
        .prepare_cached(
            "select stop from stops where document = :document or customer_document = :document limit 1",
        )?
        .query_row(named_params! { ":document": text(&document) }, |row| {
            parsed(row, "stop")
        })
        .optional()
}

/// Whether another plan here visits the customer too.
pub fn is_visited_elsewhere(
    connection: &Connection,
    customer: CustomerId,
    plan: PlanId,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "select 1 from approved_plan_stops where customer = :customer and plan <> :plan",
        )?
        .exists(named_params! { ":customer": text(&customer), ":plan": text(&plan) })
}

/// Forgets a plan and its stops.
pub fn forget_plan(tx: &Transaction<'_>, plan: PlanId) -> rusqlite::Result<()> {
    for table in [
        "stops",
        "approved_plan_stops",
        "approved_plan_team",
        "approved_plans",
    ] {
        tx.execute(
            &format!("delete from {table} where plan = :plan"),
            named_params! { ":plan": text(&plan) },
        )?;
    }
    Ok(())
}

/// Forgets one stop.
pub fn forget_stop(tx: &Transaction<'_>, stop: StopId) -> rusqlite::Result<()> {
    for table in ["stops", "approved_plan_stops"] {
        tx.execute(
            &format!("delete from {table} where stop = :stop"),
            named_params! { ":stop": text(&stop) },
        )?;
    }
    Ok(())
}

fn parts_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<StopParts> {
    Ok(StopParts {
        stop: parsed(row, "stop")?,
        plan: parsed(row, "plan")?,
        customer: parsed(row, "customer")?,
        name: row.get("name")?,
        document: parsed(row, "document")?,
        customer_document: parsed(row, "customer_document")?,
        statement: parsed(row, "statement")?,
        site: site(row)?,
    })
}
