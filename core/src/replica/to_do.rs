//! The one list of what this phone's user has to do: follow-ups, send-backs, demand letters, promises, cash.

use rusqlite::{Connection, Row, named_params};

use crate::domain::follow_ups::{due_when, last_of_week};
use crate::domain::ids::UserId;
use crate::domain::money::Currency;
use crate::domain::time::Day;
use crate::read_model::columns::{self, parsed, parsed_or_null, text};
use crate::replica::contacts::customer_name;
use crate::replica::{Page, Replica, ReplicaError};
use crate::store::device::unsigned;
use crate::views::{ToDoCounts, ToDoKind, ToDoRow, ToDoView};

const TO_DO: &str = include_str!("to_do.sql");
const PAGE_LIMIT: u32 = 100;

impl Replica {
    /// `follow_up.list`: one page of what there is to do, what is late first.
    pub fn to_do(&self, page: Page) -> Result<ToDoView, ReplicaError> {
        let day = Day::legal(self.devices.clock.read().wall);
        self.read(|connection| {
            let me = Self::me(connection)?;
            let counts = to_do_counts(connection, me.user, day)?;
            let mut rows: Vec<ToDoRow> = connection
                .prepare_cached(&format!(
                    "{TO_DO} select * from to_do order by due, time = '', time, kind, id limit :limit offset :offset"
                ))?
                .query_map(
                    named_params! {
                        ":user": text(&me.user),
                        ":limit": page.limit.min(PAGE_LIMIT),
                        ":offset": page.offset,
                    },
                    |row| to_do_row(row, day),
                )?
                .collect::<rusqlite::Result<_>>()?;
            for row in &mut rows {
                if let Some(customer) = row.customer {
                    row.customer_name = customer_name(connection, customer)?;
                }
            }
            Ok(ToDoView {
                day,
                total: counts.late + counts.today + counts.this_week + counts.later,
                counts,
                rows,
            })
        })
    }
}

/// How much there is to do.
pub(crate) fn to_do_counts(
    connection: &Connection,
    user: UserId,
    today: Day,
) -> rusqlite::Result<ToDoCounts> {
    connection
        .prepare_cached(&format!(
            "{TO_DO} select coalesce(sum(due < :today), 0) as late, coalesce(sum(due = :today), 0) as today,
                coalesce(sum(due > :today and due <= :sunday), 0) as this_week, coalesce(sum(due > :sunday), 0) as later
             from to_do"
        ))?
        .query_row(
            named_params! {
                ":user": text(&user),
                ":today": text(&today),
                ":sunday": text(&last_of_week(today)),
            },
            |row| {
                Ok(ToDoCounts {
                    late: unsigned(row.get("late")?),
                    today: unsigned(row.get("today")?),
                    this_week: unsigned(row.get("this_week")?),
                    later: unsigned(row.get("later")?),
                })
            },
        )
}

fn to_do_row(row: &Row<'_>, today: Day) -> rusqlite::Result<ToDoRow> {
    let kind: String = row.get("kind")?;
    let due: Day = parsed(row, "due")?;
    let currency: Option<Currency> = parsed_or_null(row, "currency")?;
    Ok(ToDoRow {
        kind: ToDoKind::from_word(&kind).unwrap_or(ToDoKind::Other),
        id: row.get("id")?,
        due,
        time: row.get("time")?,
        when: due_when(due, today),
        customer: parsed_or_null(row, "customer")?,
        customer_name: String::new(),
        stop: parsed_or_null(row, "stop")?,
        text: row.get("text")?,
        amount: match currency {
            Some(currency) => Some(columns::money(row, "amount_minor", currency)?),
            None => None,
        },
        is_anybodys: row.get("is_anybodys")?,
    })
}
