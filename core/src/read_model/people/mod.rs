//! People and the organisation's own rules, from the policy.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

use crate::domain::ids::UserId;
use crate::read_model::columns::{parsed, text};
use crate::read_model::entries::{from_json, json};
use crate::snapshots::policy::{Policy, Role};

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// The rules that an organisation sets itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRow {
    /// Raised by every change of roles, assignments and revocations.
    pub epoch: u64,
    /// The name as printed on papers.
    pub organisation_name: String,
    /// Radius around a site, in metres.
    pub site_radius_m: u32,
    /// The clause by which signing on the screen is agreed.
    pub agreed_method_clause: String,
}

/// Takes in a policy; one of a lower epoch than the one in force changes nothing.
pub fn project_policy(tx: &Transaction<'_>, policy: &Policy) -> rusqlite::Result<()> {
    let epoch = i64::try_from(policy.epoch).unwrap_or(i64::MAX);
    let taken = tx.execute(
        "insert into policy values (1, :epoch, :name, :radius, :clause)
         on conflict (one) do update set epoch = :epoch, organisation_name = :name, site_radius_m = :radius,
            agreed_method_clause = :clause
         where excluded.epoch >= policy.epoch",
        named_params! {
            ":epoch": epoch,
            ":name": policy.organisation_name,
            ":radius": policy.site_radius_m,
            ":clause": policy.agreed_method_clause,
        },
    )?;
    if taken == 0 {
        return Ok(());
    }
    tx.execute("delete from signing_people", [])?;
    tx.execute("delete from person_roles", [])?;
    for person in &policy.people {
        if person.roles.iter().any(|role| role.conducts_signings()) {
            tx.execute(
                "insert or ignore into signing_people values (:user)",
                named_params! { ":user": text(&person.user) },
            )?;
        }
        for role in &person.roles {
            tx.execute(
                "insert or ignore into person_roles values (:user, :role)",
                named_params! { ":user": text(&person.user), ":role": json(role)? },
            )?;
        }
        tx.execute(
            "insert or replace into people values (:user, :name)",
            named_params! { ":user": text(&person.user), ":name": person.name },
        )?;
    }
    Ok(())
}

/// The policy in force; none before the first sync.
pub fn policy(connection: &Connection) -> rusqlite::Result<Option<PolicyRow>> {
    connection
        .prepare_cached("select * from policy")?
        .query_row([], |row| {
            let epoch: i64 = row.get("epoch")?;
            Ok(PolicyRow {
                epoch: u64::try_from(epoch).unwrap_or(0),
                organisation_name: row.get("organisation_name")?,
                site_radius_m: row.get("site_radius_m")?,
                agreed_method_clause: row.get("agreed_method_clause")?,
            })
        })
        .optional()
}

/// Whether the policy in force lets this user conduct a signing or take a promise.
pub fn may_conduct_signings(connection: &Connection, user: UserId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("select 1 from signing_people where user = :user")?
        .exists(named_params! { ":user": text(&user) })
}

/// Everybody with an account by name, at most 500.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<(UserId, String)>> {
    connection
        .prepare_cached("select user, name from people order by name, user limit 500")?
        .query_map([], |row| Ok((parsed(row, "user")?, row.get("name")?)))?
        .collect()
}

/// The roles that the policy in force gives this user, ascending.
pub fn roles(connection: &Connection, user: UserId) -> rusqlite::Result<Vec<Role>> {
    let mut roles: Vec<Role> = connection
        .prepare_cached("select role from person_roles where user = :user")?
        .query_map(named_params! { ":user": text(&user) }, |row| {
            from_json(&row.get::<_, String>("role")?)
        })?
        .collect::<rusqlite::Result<_>>()?;
    roles.sort_unstable();
    Ok(roles)
}

/// The name of a user; empty when it is not known here.
pub fn name(connection: &Connection, user: UserId) -> rusqlite::Result<String> {
    let name = connection
        .prepare_cached("select name from people where user = :user")?
        .query_row(named_params! { ":user": text(&user) }, |row| {
            row.get("name")
        })
        .optional()?;
    Ok(name.unwrap_or_default())
}
