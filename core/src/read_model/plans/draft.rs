//! The draft of a plan, as its document has it.

use rusqlite::{Connection, Row, Transaction, named_params};
use serde::Serialize;

use crate::documents::{PlanDocument, PlanStop};
use crate::domain::ids::{CustomerId, Digest, PlanId, StopId, UserId};
use crate::read_model::columns::{parsed, text};
use crate::snapshots::plan::Material;

/// One stop of a draft, as a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftStopRow {
    /// The stop.
    pub stop: StopId,
    /// The customer.
    pub customer: CustomerId,
    /// Its code; may be empty.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Visiting order, from 1.
    pub position: i64,
    /// Papers to take along, in the order of [`Material`].
    pub materials: Vec<Material>,
}

/// Takes in a plan document whose heads have this digest; it replaces what was there.
pub fn project_draft(
    tx: &Transaction<'_>,
    plan: PlanId,
    heads: Digest,
    draft: &PlanDocument,
) -> rusqlite::Result<()> {
    let key = text(&plan);
    tx.execute(
        "insert or replace into plans values (:plan, :heads, :title, :day, :vehicle)",
        named_params! {
            ":plan": key,
            ":heads": text(&heads),
            ":title": draft.title,
            ":day": draft.day,
            ":vehicle": draft.vehicle,
        },
    )?;
    for table in ["plan_team", "plan_stops", "plan_materials"] {
        tx.execute(
            &format!("delete from {table} where plan = :plan"),
            named_params! { ":plan": key },
        )?;
    }
    for user in &draft.team {
        tx.execute(
            "insert into plan_team values (:plan, :user)",
            named_params! { ":plan": key, ":user": text(user) },
        )?;
    }
    insert_stops(tx, plan, draft)
}

fn insert_stops(tx: &Transaction<'_>, plan: PlanId, draft: &PlanDocument) -> rusqlite::Result<()> {
    let mut ordered: Vec<(&StopId, &PlanStop)> = draft.stops.iter().collect();
    ordered.sort_by_key(|(id, stop)| (stop.order, **id));
    for (position, (id, stop)) in (1_i64..).zip(ordered) {
        tx.execute(
            "insert into plan_stops values (:plan, :stop, :customer, :position)",
            named_params! {
                ":plan": text(&plan),
                ":stop": text(id),
                ":customer": text(&stop.customer),
                ":position": position,
            },
        )?;
        for material in &stop.materials {
            tx.execute(
                "insert into plan_materials values (:plan, :stop, :material)",
                named_params! {
                    ":plan": text(&plan),
                    ":stop": text(id),
                    ":material": material_name(*material),
                },
            )?;
        }
    }
    Ok(())
}

/// Who goes by the draft, by id, at most 100.
pub fn team(connection: &Connection, plan: PlanId) -> rusqlite::Result<Vec<UserId>> {
    connection
        .prepare_cached("select user from plan_team where plan = :plan order by user limit 100")?
        .query_map(named_params! { ":plan": text(&plan) }, |row| {
            parsed(row, "user")
        })?
        .collect()
}

/// The stops of the draft in visiting order, at most 500.
pub fn draft_stops(connection: &Connection, plan: PlanId) -> rusqlite::Result<Vec<DraftStopRow>> {
    connection
        .prepare_cached(
            "select s.*, coalesce(c.code, '') as code, coalesce(c.name, '') as name,
                (select group_concat(m.material) from plan_materials m where m.plan = s.plan and m.stop = s.stop)
                    as materials
             from plan_stops s left join customers c using (customer)
             where s.plan = :plan order by s.position limit 500",
        )?
        .query_map(named_params! { ":plan": text(&plan) }, draft_stop_row)?
        .collect()
}

fn draft_stop_row(row: &Row<'_>) -> rusqlite::Result<DraftStopRow> {
    let named: Option<String> = row.get("materials")?;
    let named = named.unwrap_or_default();
    Ok(DraftStopRow {
        stop: parsed(row, "stop")?,
        customer: parsed(row, "customer")?,
        code: row.get("code")?,
        name: row.get("name")?,
        position: row.get("position")?,
        materials: MATERIALS
            .into_iter()
            .filter(|material| {
                named
                    .split(',')
                    .any(|name| name == material_name(*material))
            })
            .collect(),
    })
}

const MATERIALS: [Material; 5] = [
    Material::Statement,
    Material::Contract,
    Material::DemandLetter,
    Material::LawyersLetter,
    Material::VisitReceipt,
];

const fn material_name(material: Material) -> &'static str {
    match material {
        Material::Statement => "statement",
        Material::Contract => "contract",
        Material::DemandLetter => "demand_letter",
        Material::LawyersLetter => "lawyers_letter",
        Material::VisitReceipt => "visit_receipt",
    }
}
