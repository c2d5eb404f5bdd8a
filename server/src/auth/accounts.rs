//! The server's own database: organisations, people and their sessions. Devices are in [`super::devices`].

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_core::domain::ids::{OrganisationId, UserId};
use countersign_core::domain::time::Instant;
use countersign_core::replica::{OsRandom, Random};
use countersign_core::snapshots::policy::{Person, Policy, Role};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, named_params};

use super::delays;
pub use super::devices::{Device, EnrolmentCode};
use super::secret::{self, SecretError};

const SCHEMA: &str = include_str!("schema.sql");
const SCHEMA_VERSION: i64 = 1;
/// A working day and a bit; then sign in again.
const WEB_SESSION_MS: i64 = 12 * 3_600_000;
const SHORTEST_PASSWORD: usize = 10;

/// Why accounts could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The schema is newer than this program.
    #[error("the accounts were written by a newer version of this program ({0}); use that one")]
    Newer(i64),
    /// No such organisation.
    #[error("there is no organisation {0}")]
    UnknownOrganisation(OrganisationId),
    /// No such user.
    #[error("there is no user {0}")]
    UnknownUser(String),
    /// Somebody else has this login.
    #[error("the login `{0}` is taken; logins are unique on the server")]
    LoginTaken(String),
    /// A login nobody could type.
    #[error("a login has 1 to 64 characters without spaces")]
    BadLogin,
    /// An empty or overlong name.
    #[error("a name has 1 to 200 bytes")]
    BadName,
    /// Too short a password.
    #[error("a password has at least {SHORTEST_PASSWORD} characters")]
    ShortPassword,
    /// A person without a role could do nothing.
    #[error("name at least one role")]
    NoRole,
    /// No such device.
    #[error("there is no such device")]
    UnknownDevice,
    /// The one-time code is wrong, used or too old.
    #[error("the code is wrong, used, or older than ten minutes; ask for a new one")]
    BadCode,
    /// The key is enrolled already.
    #[error("this key is enrolled already; the app must make a new one")]
    KeyTaken,
    /// A device's token that was good for an earlier session.
    #[error("the token was used before")]
    TokenUsed,
    /// A role that this program does not know.
    #[error("a stored role is not known")]
    UnknownRole,
    /// Randomness or hashing.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The database.
    #[error("the accounts' database")]
    Sqlite(#[from] rusqlite::Error),
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Login and password do not belong together.
    #[error("login and password do not belong together")]
    Wrong,
    /// Too many failures; ask again after this instant.
    #[error("too many failed attempts; wait")]
    Wait(Instant),
    /// The database.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The user.
    pub user: UserId,
    /// Where.
    pub organisation: OrganisationId,
    /// What is typed to sign in; unique on the server.
    pub login: String,
    /// The name as shown.
    pub name: String,
    /// Roles, ascending.
    pub roles: Vec<Role>,
}

/// A new account.
#[derive(Clone)]
pub struct NewAccount {
    /// Where.
    pub organisation: OrganisationId,
    /// What is typed to sign in.
    pub login: String,
    /// The name as shown.
    pub name: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// At least 10 characters.
    pub password: String,
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAccount")
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

/// A session that was just opened.
#[derive(Clone)]
pub struct WebSession {
    /// The cookie's value.
    pub token: String,
    /// When it ends.
    pub expires: Instant,
}

impl std::fmt::Debug for WebSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebSession")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// The server's own database.
#[derive(Debug)]
pub struct Accounts {
    db: Mutex<Connection>,
    random: Arc<dyn Random>,
}

impl Accounts {
    /// Opens the database, making it when there is none. Randomness is the operating system's.
    pub fn open(path: &Path) -> Result<Self, AccountsError> {
        Self::open_with(path, Arc::new(OsRandom))
    }

    /// The same with randomness from elsewhere.
    pub fn open_with(path: &Path, random: Arc<dyn Random>) -> Result<Self, AccountsError> {
        let mut db = Connection::open(path)?;
        db.pragma_update(None, "journal_mode", "wal")?;
        db.pragma_update(None, "synchronous", "full")?;
        db.pragma_update(None, "foreign_keys", true)?;
        db.busy_timeout(std::time::Duration::from_secs(10))?;
        let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version > SCHEMA_VERSION {
            return Err(AccountsError::Newer(version));
        }
        if version == 0 {
            let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute_batch(SCHEMA)?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            transaction.commit()?;
        }
        let db = Mutex::new(db);
        Ok(Self { db, random })
    }

    /// Where ids, keys and tokens come from.
    #[must_use]
    pub fn random(&self) -> &dyn Random {
        self.random.as_ref()
    }

    pub(super) fn db(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes an organisation; its folder is the caller's.
    pub fn create_organisation(
        &self,
        name: &str,
        clause: &str,
        now: Instant,
    ) -> Result<OrganisationId, AccountsError> {
        check_name(name)?;
        let id = OrganisationId(secret::fresh_uuid(self.random(), now)?);
        self.db().execute(
            "insert into organisations (id, name, policy_epoch, site_radius_m, agreed_method_clause, created_ms)
             values (:id, :name, 1, 500, :clause, :now)",
            named_params! { ":id": id.as_bytes(), ":name": name, ":clause": clause, ":now": now.ms() },
        )?;
        Ok(id)
    }

    /// All organisations with their names, oldest first.
    pub fn organisations(&self) -> Result<Vec<(OrganisationId, String)>, AccountsError> {
        let db = self.db();
        let mut query =
            db.prepare_cached("select id, name from organisations order by id limit 10000")?;
        let rows = query.query_map([], |row| {
            Ok((OrganisationId::from_bytes(row.get(0)?), row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Makes an account and raises the policy epoch.
    pub fn add_account(&self, new: &NewAccount, now: Instant) -> Result<Account, AccountsError> {
        check_login(&new.login)?;
        check_name(&new.name)?;
        check_password(&new.password)?;
        let hash = secret::hash_password(&new.password)?;
        let user = UserId(secret::fresh_uuid(self.random(), now)?);
        let mut db = self.db();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if transaction
            .prepare_cached("select 1 from users where login = :login")?
            .exists(named_params! { ":login": new.login })?
        {
            return Err(AccountsError::LoginTaken(new.login.clone()));
        }
        raise_epoch(&transaction, new.organisation)?;
        transaction.execute(
            "insert into users (id, organisation, login, name, password_hash, created_ms)
             values (:id, :organisation, :login, :name, :hash, :now)",
            named_params! {
                ":id": user.as_bytes(), ":organisation": new.organisation.as_bytes(), ":login": new.login,
                ":name": new.name, ":hash": hash, ":now": now.ms(),
            },
        )?;
        set_roles(&transaction, user, &new.roles)?;
        transaction.commit()?;
        drop(db);
        self.account(user)?
            .ok_or_else(|| AccountsError::UnknownUser(user.to_string()))
    }

    /// Replaces a person's roles and raises the policy epoch.
    pub fn change_roles(&self, user: UserId, roles: &[Role]) -> Result<Account, AccountsError> {
        let account = self
            .account(user)?
            .ok_or_else(|| AccountsError::UnknownUser(user.to_string()))?;
        let mut db = self.db();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        raise_epoch(&transaction, account.organisation)?;
        set_roles(&transaction, user, roles)?;
        transaction.commit()?;
        drop(db);
        self.account(user)?
            .ok_or_else(|| AccountsError::UnknownUser(user.to_string()))
    }

    /// Replaces a password; every session of the person ends.
    pub fn change_password(&self, user: UserId, password: &str) -> Result<(), AccountsError> {
        check_password(password)?;
        let hash = secret::hash_password(password)?;
        let mut db = self.db();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let changed = transaction.execute(
            "update users set password_hash = :hash where id = :id",
            named_params! { ":id": user.as_bytes(), ":hash": hash },
        )?;
        if changed == 0 {
            return Err(AccountsError::UnknownUser(user.to_string()));
        }
        transaction.execute(
            "delete from web_sessions where user = :id",
            named_params! { ":id": user.as_bytes() },
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// Everybody in the organisation, by login.
    pub fn people(&self, organisation: OrganisationId) -> Result<Vec<Account>, AccountsError> {
        let db = self.db();
        let mut query = db.prepare_cached(
            "select id, organisation, login, name from users where organisation = :organisation order by login limit 10000",
        )?;
        let accounts: Vec<Account> = query
            .query_map(
                named_params! { ":organisation": organisation.as_bytes() },
                bare_account,
            )?
            .collect::<Result<_, _>>()?;
        accounts
            .into_iter()
            .map(|account| with_roles(&db, account))
            .collect()
    }

    /// One person.
    pub fn account(&self, user: UserId) -> Result<Option<Account>, AccountsError> {
        let db = self.db();
        let found = db
            .prepare_cached("select id, organisation, login, name from users where id = :id")?
            .query_row(named_params! { ":id": user.as_bytes() }, bare_account)
            .optional()?;
        found.map(|account| with_roles(&db, account)).transpose()
    }

    /// The person behind a login.
    pub fn account_of_login(&self, login: &str) -> Result<Option<Account>, AccountsError> {
        let db = self.db();
        let found = db
            .prepare_cached("select id, organisation, login, name from users where login = :login")?
            .query_row(named_params! { ":login": login }, bare_account)
            .optional()?;
        found.map(|account| with_roles(&db, account)).transpose()
    }

    /// Checks login and password, slowed down after failures, and opens a session.
    ///
    /// # Errors
    /// [`SignInError::Wrong`] for an unknown login as for a wrong password, after the same work.
    pub fn sign_in(
        &self,
        login: &str,
        password: &str,
        now: Instant,
    ) -> Result<WebSession, SignInError> {
        let found: Option<(UserId, String)> = self
            .db()
            .prepare_cached("select id, password_hash from users where login = :login")
            .and_then(|mut query| {
                query
                    .query_row(named_params! { ":login": login }, |row| {
                        Ok((UserId::from_bytes(row.get(0)?), row.get(1)?))
                    })
                    .optional()
            })
            .map_err(AccountsError::from)?;
        let subject = delays::sign_in_subject(found.as_ref().map(|(user, _hash)| *user), login);
        if let Some(until) = self.must_wait(&subject, now)? {
            return Err(SignInError::Wait(until));
        }
        let is_right = if let Some((_user, hash)) = &found {
            secret::is_password(password, hash)
        } else {
            // The same work for a login that does not exist, so that time does not tell which do.
            secret::hash_password(password).map_err(AccountsError::from)?;
            false
        };
        let user = found.map(|(user, _hash)| user);
        let Some(user) = user.filter(|_user| is_right) else {
            self.note_failure(&subject, now)?;
            return Err(SignInError::Wrong);
        };
        self.forget_failures(&subject)?;
        Ok(self.open_web_session(user, now)?)
    }

    fn open_web_session(&self, user: UserId, now: Instant) -> Result<WebSession, AccountsError> {
        let token = secret::token(self.random())?;
        let expires = Instant::from_ms(now.ms() + WEB_SESSION_MS);
        let db = self.db();
        db.execute(
            "delete from web_sessions where expires_ms < :now",
            named_params! { ":now": now.ms() },
        )?;
        db.execute(
            "insert into web_sessions (token_hash, user, expires_ms) values (:hash, :user, :expires)",
            named_params! {
                ":hash": secret::stored("web", &token).0, ":user": user.as_bytes(), ":expires": expires.ms(),
            },
        )?;
        Ok(WebSession { token, expires })
    }

    /// The person whose session this is, while it lasts.
    pub fn signed_in(&self, token: &str, now: Instant) -> Result<Option<Account>, AccountsError> {
        let user: Option<[u8; 16]> = self
            .db()
            .prepare_cached(
                "select user from web_sessions where token_hash = :hash and expires_ms > :now",
            )?
            .query_row(
                named_params! { ":hash": secret::stored("web", token).0, ":now": now.ms() },
                |row| row.get(0),
            )
            .optional()?;
        match user {
            Some(user) => self.account(UserId::from_bytes(user)),
            None => Ok(None),
        }
    }

    /// Ends the session.
    pub fn sign_out(&self, token: &str) -> Result<(), AccountsError> {
        self.db().execute(
            "delete from web_sessions where token_hash = :hash",
            named_params! { ":hash": secret::stored("web", token).0 },
        )?;
        Ok(())
    }

    /// The policy in force.
    pub fn policy(&self, organisation: OrganisationId) -> Result<Policy, AccountsError> {
        let people = self.people(organisation)?;
        self.db()
            .prepare_cached(
                "select name, policy_epoch, site_radius_m, agreed_method_clause from organisations where id = :id",
            )?
            .query_row(named_params! { ":id": organisation.as_bytes() }, |row| {
                Ok(Policy {
                    version: 1,
                    organisation,
                    organisation_name: row.get(0)?,
                    epoch: row.get::<_, i64>(1)?.unsigned_abs(),
                    people: people
                        .iter()
                        .map(|account| Person {
                            user: account.user,
                            name: account.name.clone(),
                            roles: account.roles.clone(),
                        })
                        .collect(),
                    site_radius_m: row.get(2)?,
                    agreed_method_clause: row.get(3)?,
                })
            })
            .optional()?
            .ok_or(AccountsError::UnknownOrganisation(organisation))
    }

    /// Writes a consistent copy.
    pub fn backup(&self, to: &Path) -> Result<(), AccountsError> {
        let mut target = Connection::open(to)?;
        let db = self.db();
        rusqlite::backup::Backup::new(&db, &mut target)?.run_to_completion(
            1024,
            std::time::Duration::ZERO,
            None,
        )?;
        target.pragma_update(None, "journal_mode", "delete")?;
        Ok(())
    }
}

pub(super) fn raise_epoch(
    db: &Connection,
    organisation: OrganisationId,
) -> Result<(), AccountsError> {
    let raised = db.execute(
        "update organisations set policy_epoch = policy_epoch + 1 where id = :id",
        named_params! { ":id": organisation.as_bytes() },
    )?;
    if raised == 0 {
        Err(AccountsError::UnknownOrganisation(organisation))
    } else {
        Ok(())
    }
}

fn set_roles(db: &Connection, user: UserId, roles: &[Role]) -> Result<(), AccountsError> {
    if roles.is_empty() {
        return Err(AccountsError::NoRole);
    }
    db.execute(
        "delete from roles where user = :user",
        named_params! { ":user": user.as_bytes() },
    )?;
    for role in roles {
        db.execute(
            "insert or ignore into roles (user, role) values (:user, :role)",
            named_params! { ":user": user.as_bytes(), ":role": role_name(*role) },
        )?;
    }
    Ok(())
}

fn bare_account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        user: UserId::from_bytes(row.get(0)?),
        organisation: OrganisationId::from_bytes(row.get(1)?),
        login: row.get(2)?,
        name: row.get(3)?,
        roles: Vec::new(),
    })
}

fn with_roles(db: &Connection, mut account: Account) -> Result<Account, AccountsError> {
    let mut query = db.prepare_cached("select role from roles where user = :user")?;
    let names: Vec<String> = query
        .query_map(named_params! { ":user": account.user.as_bytes() }, |row| {
            row.get(0)
        })?
        .collect::<Result<_, _>>()?;
    account.roles = names
        .iter()
        .map(|name| parse_role(name).ok_or(AccountsError::UnknownRole))
        .collect::<Result<_, _>>()?;
    account.roles.sort_unstable();
    Ok(account)
}

/// The role's name as on the command line and in JSON: `sales_manager`.
#[must_use]
pub fn role_name(role: Role) -> String {
    match serde_json::to_value(role) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(_) | Err(_) => String::new(),
    }
}

/// The role of that name; hyphens do for underscores.
#[must_use]
pub fn parse_role(name: &str) -> Option<Role> {
    serde_json::from_value(serde_json::Value::String(name.replace('-', "_"))).ok()
}

fn check_login(login: &str) -> Result<(), AccountsError> {
    let length = login.chars().count();
    if (1..=64).contains(&length) && !login.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Ok(())
    } else {
        Err(AccountsError::BadLogin)
    }
}

fn check_name(name: &str) -> Result<(), AccountsError> {
    if name.trim().is_empty() || name.len() > 200 {
        Err(AccountsError::BadName)
    } else {
        Ok(())
    }
}

fn check_password(password: &str) -> Result<(), AccountsError> {
    if password.chars().count() < SHORTEST_PASSWORD {
        Err(AccountsError::ShortPassword)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts() -> (tempfile::TempDir, Accounts, Account) {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(&folder.path().join("server.sqlite")).unwrap();
        let organisation = accounts
            .create_organisation("示范公司", "条款", Instant::from_ms(1))
            .unwrap();
        let account = accounts
            .add_account(
                &NewAccount {
                    organisation,
                    login: "li".to_owned(),
                    name: "李".to_owned(),
                    roles: vec![Role::Finance, Role::Clerk],
                    password: "long enough".to_owned(),
                },
                Instant::from_ms(2),
            )
            .unwrap();
        (folder, accounts, account)
    }

    #[test]
    fn a_session_lasts_until_it_ends_or_is_ended() {
        let (_folder, accounts, account) = accounts();
        let now = Instant::from_ms(1_000);
        let session = accounts.sign_in("li", "long enough", now).unwrap();
        assert_eq!(
            accounts.signed_in(&session.token, now).unwrap(),
            Some(account.clone())
        );
        assert_eq!(account.roles, [Role::Clerk, Role::Finance]);
        assert_eq!(
            accounts.signed_in(&session.token, session.expires).unwrap(),
            None
        );
        accounts.sign_out(&session.token).unwrap();
        assert_eq!(accounts.signed_in(&session.token, now).unwrap(), None);
    }

    #[test]
    fn failures_slow_down_and_never_lock_for_good() {
        let (_folder, accounts, _account) = accounts();
        let mut now = Instant::from_ms(1_000_000);
        let mut waits = 0;
        for _attempt in 0..6 {
            match accounts.sign_in("li", "wrong password", now) {
                Err(SignInError::Wrong) => {}
                Err(SignInError::Wait(until)) => {
                    waits += 1;
                    now = until;
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(waits > 0);
        let later = Instant::from_ms(now.ms() + 3_600_000);
        accounts.sign_in("li", "long enough", later).unwrap();
    }

    #[test]
    fn a_taken_login_a_short_password_and_no_role_are_refused() {
        let (_folder, accounts, account) = accounts();
        let new = |login: &str, password: &str, roles: Vec<Role>| NewAccount {
            organisation: account.organisation,
            login: login.to_owned(),
            name: "王".to_owned(),
            roles,
            password: password.to_owned(),
        };
        let add = |new: NewAccount| accounts.add_account(&new, Instant::from_ms(3));
        assert!(matches!(
            add(new("li", "long enough", vec![Role::Rep])),
            Err(AccountsError::LoginTaken(_))
        ));
        assert!(matches!(
            add(new("wang", "short", vec![Role::Rep])),
            Err(AccountsError::ShortPassword)
        ));
        assert!(matches!(
            add(new("wang", "long enough", vec![])),
            Err(AccountsError::NoRole)
        ));
        assert!(accounts.account_of_login("wang").unwrap().is_none());
    }

    #[test]
    fn a_change_of_roles_raises_the_policy_epoch() {
        let (_folder, accounts, account) = accounts();
        let before = accounts.policy(account.organisation).unwrap().epoch;
        accounts
            .change_roles(account.user, &[Role::Director])
            .unwrap();
        let policy = accounts.policy(account.organisation).unwrap();
        assert_eq!(policy.epoch, before + 1);
        assert_eq!(policy.people[0].roles, [Role::Director]);
    }
}
