//! Lock-out by delay: each failure after the third doubles the wait, up to fifteen minutes; nobody is locked for good.

use countersign_core::domain::ids::{Digest, UserId};
use countersign_core::domain::time::Instant;
use rusqlite::{OptionalExtension, named_params};

use super::accounts::{Accounts, AccountsError};

/// Failures that cost nothing: people mistype.
const FREE: u32 = 3;
const LONGEST_MS: i64 = 15 * 60_000;
const FORGOTTEN_AFTER_MS: i64 = 24 * 3_600_000;

/// Failed sign-ins count per person. Logins that do not exist share 256 counters, so that made-up ones fill no table.
pub(super) fn sign_in_subject(user: Option<UserId>, login: &str) -> String {
    if let Some(user) = user {
        return format!("user {user}");
    }
    let [first, ..] = Digest::of(login.as_bytes()).0;
    format!("nobody {first:02x}")
}

impl Accounts {
    /// Until when the subject must wait, if it must.
    pub fn must_wait(&self, subject: &str, now: Instant) -> Result<Option<Instant>, AccountsError> {
        let until: Option<i64> = self
            .db()
            .prepare_cached("select until_ms from delays where subject = :subject")?
            .query_row(named_params! { ":subject": subject }, |row| row.get(0))
            .optional()?;
        Ok(until
            .filter(|until| *until > now.ms())
            .map(Instant::from_ms))
    }

    /// Counts a failure.
    pub fn note_failure(&self, subject: &str, now: Instant) -> Result<(), AccountsError> {
        let db = self.db();
        db.prepare_cached("delete from delays where until_ms < :old")?
            .execute(named_params! { ":old": now.ms() - FORGOTTEN_AFTER_MS })?;
        let failures: u32 = db
            .prepare_cached(
                "insert into delays (subject, failures, until_ms) values (:subject, 1, 0)
                 on conflict (subject) do update set failures = failures + 1 returning failures",
            )?
            .query_one(named_params! { ":subject": subject }, |row| row.get(0))?;
        db.prepare_cached("update delays set until_ms = :until where subject = :subject")?
            .execute(
                named_params! { ":subject": subject, ":until": now.ms() + wait_ms(failures) },
            )?;
        Ok(())
    }

    /// Success: the count starts again.
    pub fn forget_failures(&self, subject: &str) -> Result<(), AccountsError> {
        self.db()
            .prepare_cached("delete from delays where subject = :subject")?
            .execute(named_params! { ":subject": subject })?;
        Ok(())
    }
}

fn wait_ms(failures: u32) -> i64 {
    match failures.checked_sub(FREE) {
        None | Some(0) => 0,
        Some(more) => 1_000_i64
            .checked_shl(more.min(20))
            .unwrap_or(LONGEST_MS)
            .min(LONGEST_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_and_ends_at_fifteen_minutes() {
        assert_eq!([1, 3, 4, 5, 9].map(wait_ms), [0, 0, 2_000, 4_000, 64_000]);
        assert_eq!(wait_ms(u32::MAX), LONGEST_MS);
    }
}
