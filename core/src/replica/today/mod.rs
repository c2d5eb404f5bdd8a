//! The first screen.

use rusqlite::{Connection, named_params};

use crate::domain::ids::UserId;
use crate::domain::time::Day;
use crate::read_model::columns::{parsed, text};
use crate::read_model::stops::Viewer;
use crate::read_model::{customer_books, people, plans, stops};
use crate::replica::cash::open_cash;
use crate::replica::to_do::to_do_counts;
use crate::replica::{Page, Replica, ReplicaError};
use crate::store::device::unsigned;
use crate::views::{PlanRow, TodayView};

/// What a plan needs without a network and what of it is missing: two documents and a statement a stop, the policy, and the
/// figures of customers that a book on its way may name.
const PLANS: &str = "
    select p.plan, p.title, p.day, p.vehicle,
        (select count(*) from stops s where s.plan = p.plan) as stops,
        (select count(*) from stops s join approved_plan_stops t using (plan, stop) where s.plan = p.plan
            and t.statement not in (select statement from statements))
        + (select count(*) from stops s where s.plan = p.plan
            and s.document not in (select document from stop_documents))
        + (select count(distinct s.customer_document) from stops s where s.plan = p.plan
            and s.customer_document not in (select document from customer_documents))
        + (select not exists (select 1 from policy))
        + (select count(distinct t.customer) from approved_plan_stops t where :is_book_whole = 0 and t.plan = p.plan
            and not exists (select 1 from known_customers k where k.customer = t.customer and k.is_own)) as missing
    from approved_plans p
    order by p.day < :today, case when p.day >= :today then p.day end, p.day desc, p.title, p.plan
    limit 100";

impl Replica {
    /// `today.read`: the plans this device holds and one page of their stops.
    pub fn today(&self, page: Page) -> Result<TodayView, ReplicaError> {
        let now = self.devices.clock.read();
        let day = Day::legal(now.wall);
        self.read(|connection| {
            let me = Self::me(connection)?;
            let here = self.here(connection, me.chain(), &now)?;
            let viewer = Viewer {
                here: here.map(|(point, _row)| point),
                ..Viewer::of(me.chain(), me.user, day)
            };
            let stops_total: i64 = connection
                .prepare_cached("select count(*) from stops")?
                .query_row([], |row| row.get(0))?;
            Ok(TodayView {
                day,
                plans: plan_rows(connection, &viewer)?,
                stops: stops::in_sight(connection, &viewer, (page.offset, page.limit))?,
                stops_total: unsigned(stops_total),
                here: here.map(|(_point, row)| row),
                cash: open_cash(connection, me.user, now.wall)?,
                to_do: to_do_counts(connection, me.user, day)?,
            })
        })
    }
}

fn plan_rows(connection: &Connection, viewer: &Viewer) -> rusqlite::Result<Vec<PlanRow>> {
    let is_book_whole = customer_books::is_whole(connection, viewer.user)?;
    let mut rows: Vec<PlanRow> = connection
        .prepare_cached(PLANS)?
        .query_map(
            named_params! { ":today": text(&viewer.today), ":is_book_whole": is_book_whole },
            |row| {
                let missing = unsigned(row.get("missing")?);
                Ok(PlanRow {
                    plan: parsed(row, "plan")?,
                    title: row.get("title")?,
                    day: parsed(row, "day")?,
                    vehicle: row.get("vehicle")?,
                    team: Vec::new(),
                    stops: unsigned(row.get("stops")?),
                    ready: missing == 0,
                    missing_parts: missing,
                })
            },
        )?
        .collect::<rusqlite::Result<_>>()?;
    for row in &mut rows {
        let team: Vec<UserId> = plans::approved_team(connection, row.plan)?;
        row.team = team
            .into_iter()
            .map(|user| people::name(connection, user))
            .collect::<rusqlite::Result<_>>()?;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests;
