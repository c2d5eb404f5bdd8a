//! Phones: one-time codes, keys, sessions, revocation.

use countersign_core::domain::ids::{ChainId, DeviceId, Digest, OrganisationId, UserId};
use countersign_core::domain::time::Instant;
use countersign_core::protocol::SessionRequest;
use rusqlite::{OptionalExtension, Row, TransactionBehavior, named_params};

use super::accounts::{Accounts, AccountsError, raise_epoch};
use super::secret;

const CODE_MS: i64 = 10 * 60_000;
const DEVICE_SESSION_MS: i64 = 24 * 3_600_000;

/// An enrolled phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The phone; its chain has the same UUID.
    pub id: DeviceId,
    /// Where.
    pub organisation: OrganisationId,
    /// Whose.
    pub user: UserId,
    /// SEC 1 uncompressed, 65 bytes.
    pub public_key: Vec<u8>,
    /// How the user named it.
    pub name: String,
    /// Numbers its actors.
    pub actor_epoch: u32,
    /// When it was bound.
    pub enrolled: Instant,
    /// When it was unbound.
    pub revoked: Option<Instant>,
    /// When it last opened a session.
    pub seen: Option<Instant>,
}

/// A one-time code. Shown once; only its hash is stored.
#[derive(Clone)]
pub struct EnrolmentCode {
    /// 26 digits, in groups of five with hyphens.
    pub code: String,
    /// Until when.
    pub expires: Instant,
}

impl std::fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolmentCode")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// What a phone brings to be bound; the caller has checked its proof of possession.
#[derive(Debug, Clone, Copy)]
pub struct Introduction<'a> {
    /// As typed or scanned.
    pub code: &'a str,
    /// SEC 1 uncompressed, 65 bytes.
    pub public_key: &'a [u8],
    /// How the user named it.
    pub name: &'a str,
}

impl Accounts {
    /// A one-time code for the user's next phone: ten minutes, single use.
    pub fn issue_enrolment_code(
        &self,
        user: UserId,
        now: Instant,
    ) -> Result<EnrolmentCode, AccountsError> {
        let code = secret::code(self.random())?;
        let expires = Instant::from_ms(now.ms() + CODE_MS);
        let db = self.db();
        let known = db
            .prepare_cached("select 1 from users where id = :id")?
            .exists(named_params! { ":id": user.as_bytes() })?;
        if !known {
            return Err(AccountsError::UnknownUser(user.to_string()));
        }
        db.execute(
            "delete from enrolment_codes where expires_ms < :now",
            named_params! { ":now": now.ms() },
        )?;
        db.execute(
            "insert into enrolment_codes (code_hash, user, expires_ms) values (:hash, :user, :expires)",
            named_params! {
                ":hash": secret::stored("enrol", &code).0, ":user": user.as_bytes(), ":expires": expires.ms(),
            },
        )?;
        Ok(EnrolmentCode {
            code: secret::grouped(&code),
            expires,
        })
    }

    /// Binds a phone; uses the code up. The code is found by its hash, so time tells nothing about it. A key may be bound to
    /// its user again, after the phone was restored from a backup.
    ///
    /// # Errors
    /// [`AccountsError::BadCode`] for a wrong, used or old code alike.
    pub fn enrol(
        &self,
        introduction: Introduction<'_>,
        now: Instant,
    ) -> Result<Device, AccountsError> {
        let code = secret::typed_code(introduction.code).ok_or(AccountsError::BadCode)?;
        let id = DeviceId(secret::fresh_uuid(self.random(), now)?);
        let mut db = self.db();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let user: [u8; 16] = transaction
            .prepare_cached(
                "update enrolment_codes set used_ms = :now
                 where code_hash = :hash and used_ms is null and expires_ms > :now returning user",
            )?
            .query_row(
                named_params! { ":hash": secret::stored("enrol", &code).0, ":now": now.ms() },
                |row| row.get(0),
            )
            .optional()?
            .ok_or(AccountsError::BadCode)?;
        let taken = transaction
            .prepare_cached("select 1 from devices where public_key = :key and user <> :user")?
            .exists(named_params! { ":key": introduction.public_key, ":user": user })?;
        if taken {
            return Err(AccountsError::KeyTaken);
        }
        transaction.execute(
            "insert into devices (id, organisation, user, public_key, name, actor_epoch, enrolled_ms)
             select :id, organisation, id, :key, :name, 1, :now from users where id = :user",
            named_params! {
                ":id": id.as_bytes(), ":user": user, ":key": introduction.public_key,
                ":name": introduction.name, ":now": now.ms(),
            },
        )?;
        transaction.commit()?;
        drop(db);
        self.device(id)?.ok_or(AccountsError::UnknownDevice)
    }

    /// One device, revoked ones too.
    pub fn device(&self, id: DeviceId) -> Result<Option<Device>, AccountsError> {
        Ok(self
            .db()
            .prepare_cached(&select_device("where id = :id"))?
            .query_row(named_params! { ":id": id.as_bytes() }, device)
            .optional()?)
    }

    /// The device behind a chain; `None` for a desk's chain.
    pub fn device_of_chain(&self, chain: ChainId) -> Result<Option<Device>, AccountsError> {
        self.device(DeviceId(chain.0))
    }

    /// All devices, newest first.
    pub fn devices(&self, organisation: OrganisationId) -> Result<Vec<Device>, AccountsError> {
        let db = self.db();
        let mut query = db.prepare_cached(&select_device(
            "where organisation = :organisation order by enrolled_ms desc, id limit 10000",
        ))?;
        let devices = query
            .query_map(
                named_params! { ":organisation": organisation.as_bytes() },
                device,
            )?
            .collect::<Result<_, _>>()?;
        Ok(devices)
    }

    /// Marks the device revoked and raises the policy epoch. It can still push, and all of that is held; it can no longer
    /// pull. Revoking twice keeps the first time.
    pub fn revoke_device(&self, id: DeviceId, now: Instant) -> Result<Device, AccountsError> {
        let known = self.device(id)?.ok_or(AccountsError::UnknownDevice)?;
        if known.revoked.is_some() {
            return Ok(known);
        }
        let mut db = self.db();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "update devices set revoked_ms = :now where id = :id and revoked_ms is null",
            named_params! { ":id": id.as_bytes(), ":now": now.ms() },
        )?;
        raise_epoch(&transaction, known.organisation)?;
        transaction.commit()?;
        drop(db);
        self.device(id)?.ok_or(AccountsError::UnknownDevice)
    }

    /// Opens a session of 24 hours for the device's own token and gives its end; the caller has checked the proof of
    /// possession. Said again, it gives the same end.
    ///
    /// # Errors
    /// [`AccountsError::TokenUsed`] when the token was good for a session that has ended, or is another device's.
    pub fn open_device_session(
        &self,
        id: DeviceId,
        token: Digest,
        now: Instant,
    ) -> Result<Instant, AccountsError> {
        let expires = Instant::from_ms(now.ms() + DEVICE_SESSION_MS);
        let mut db = self.db();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "insert or ignore into device_sessions (token_hash, device, expires_ms) values (:hash, :device, :expires)",
            named_params! { ":hash": token.0, ":device": id.as_bytes(), ":expires": expires.ms() },
        )?;
        let expires: i64 = transaction
            .query_row(
                "select expires_ms from device_sessions
                 where token_hash = :hash and device = :device and expires_ms > :now",
                named_params! { ":hash": token.0, ":device": id.as_bytes(), ":now": now.ms() },
                |row| row.get(0),
            )
            .optional()?
            .ok_or(AccountsError::TokenUsed)?;
        transaction.execute(
            "update devices set seen_ms = :now where id = :id",
            named_params! { ":id": id.as_bytes(), ":now": now.ms() },
        )?;
        transaction.commit()?;
        Ok(Instant::from_ms(expires))
    }

    /// The device whose session this is, while it lasts; revoked ones too.
    pub fn device_of_session(
        &self,
        token: &str,
        now: Instant,
    ) -> Result<Option<Device>, AccountsError> {
        Ok(self
            .db()
            .prepare_cached(&select_device(
                "where id = (select device from device_sessions where token_hash = :hash and expires_ms > :now)",
            ))?
            .query_row(
                named_params! { ":hash": SessionRequest::token_digest(token).0, ":now": now.ms() },
                device,
            )
            .optional()?)
    }
}

fn select_device(condition: &str) -> String {
    format!(
        "select id, organisation, user, public_key, name, actor_epoch, enrolled_ms, revoked_ms, seen_ms from devices {condition}"
    )
}

fn device(row: &Row<'_>) -> rusqlite::Result<Device> {
    Ok(Device {
        id: DeviceId::from_bytes(row.get(0)?),
        organisation: OrganisationId::from_bytes(row.get(1)?),
        user: UserId::from_bytes(row.get(2)?),
        public_key: row.get(3)?,
        name: row.get(4)?,
        actor_epoch: row.get(5)?,
        enrolled: Instant::from_ms(row.get(6)?),
        revoked: row.get::<_, Option<i64>>(7)?.map(Instant::from_ms),
        seen: row.get::<_, Option<i64>>(8)?.map(Instant::from_ms),
    })
}

#[cfg(test)]
mod tests {
    use countersign_core::snapshots::policy::Role;

    use super::*;
    use crate::auth::accounts::NewAccount;

    fn with_user() -> (tempfile::TempDir, Accounts, UserId) {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(&folder.path().join("server.sqlite")).unwrap();
        let organisation = accounts
            .create_organisation("示范公司", "", Instant::from_ms(1))
            .unwrap();
        let new = NewAccount {
            organisation,
            login: "rep".to_owned(),
            name: "赵".to_owned(),
            roles: vec![Role::Rep],
            password: "long enough".to_owned(),
        };
        let user = accounts
            .add_account(&new, Instant::from_ms(1))
            .unwrap()
            .user;
        (folder, accounts, user)
    }

    fn introduction<'a>(code: &'a str, public_key: &'a [u8]) -> Introduction<'a> {
        Introduction {
            code,
            public_key,
            name: "phone",
        }
    }

    #[test]
    fn a_code_binds_one_phone_and_no_second() {
        let (_folder, accounts, user) = with_user();
        let now = Instant::from_ms(1_000);
        let code = accounts.issue_enrolment_code(user, now).unwrap();
        let device = accounts
            .enrol(introduction(&code.code, &[4; 65]), now)
            .unwrap();
        assert_eq!(device.user, user);
        let again = accounts.enrol(introduction(&code.code, &[5; 65]), now);
        assert!(matches!(again, Err(AccountsError::BadCode)));
    }

    #[test]
    fn a_code_ends_after_ten_minutes() {
        let (_folder, accounts, user) = with_user();
        let code = accounts
            .issue_enrolment_code(user, Instant::from_ms(1_000))
            .unwrap();
        let late = accounts.enrol(introduction(&code.code, &[4; 65]), code.expires);
        assert!(matches!(late, Err(AccountsError::BadCode)));
    }

    #[test]
    fn a_key_that_is_another_persons_does_not_use_up_the_code() {
        let (_folder, accounts, user) = with_user();
        let now = Instant::from_ms(1_000);
        let first = accounts.issue_enrolment_code(user, now).unwrap();
        let device = accounts
            .enrol(introduction(&first.code, &[4; 65]), now)
            .unwrap();
        let new = NewAccount {
            organisation: device.organisation,
            login: "other".to_owned(),
            name: "钱".to_owned(),
            roles: vec![Role::Rep],
            password: "long enough".to_owned(),
        };
        let other = accounts.add_account(&new, now).unwrap().user;
        let second = accounts.issue_enrolment_code(other, now).unwrap();
        let taken = accounts.enrol(introduction(&second.code, &[4; 65]), now);
        assert!(matches!(taken, Err(AccountsError::KeyTaken)));
        accounts
            .enrol(introduction(&second.code, &[6; 65]), now)
            .unwrap();
    }

    #[test]
    fn a_phone_whose_key_cannot_be_copied_is_bound_again_under_it() {
        let (_folder, accounts, user) = with_user();
        let now = Instant::from_ms(1_000);
        let [first, second] = [1, 2].map(|_time| {
            let code = accounts.issue_enrolment_code(user, now).unwrap();
            let introduction = introduction(&code.code, &[4; 65]);
            accounts.enrol(introduction, now).unwrap()
        });
        assert_ne!(first.id, second.id);
    }

    #[test]
    fn a_session_opens_once_however_often_it_is_asked_for() {
        let (_folder, accounts, user) = with_user();
        let now = Instant::from_ms(1_000);
        let code = accounts.issue_enrolment_code(user, now).unwrap();
        let device = accounts
            .enrol(introduction(&code.code, &[4; 65]), now)
            .unwrap();
        let token = SessionRequest::token_digest("token");
        let expires = accounts.open_device_session(device.id, token, now).unwrap();
        let later = Instant::from_ms(2_000);
        let again = accounts.open_device_session(device.id, token, later);
        assert_eq!(again.unwrap(), expires);
        let of_session = |now| accounts.device_of_session("token", now).unwrap();
        assert_eq!(of_session(later).unwrap().id, device.id);
        assert_eq!(of_session(expires), None);
        let replay = accounts.open_device_session(device.id, token, expires);
        assert!(matches!(replay, Err(AccountsError::TokenUsed)));
        assert_eq!(of_session(expires), None);
    }

    #[test]
    fn a_token_is_one_devices() {
        let (_folder, accounts, user) = with_user();
        let now = Instant::from_ms(1_000);
        let [first, second] = [[4; 65], [5; 65]].map(|key| {
            let code = accounts.issue_enrolment_code(user, now).unwrap();
            accounts.enrol(introduction(&code.code, &key), now).unwrap()
        });
        let token = SessionRequest::token_digest("token");
        accounts.open_device_session(first.id, token, now).unwrap();
        let other = accounts.open_device_session(second.id, token, now);
        assert!(matches!(other, Err(AccountsError::TokenUsed)));
    }
}
