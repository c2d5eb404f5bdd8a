//! Every rule of the desks, on a real journal in a folder that goes away.

mod books;
mod customers;
mod ledgers;
mod plans;
mod reviews;
mod settlements;
mod uploads;
mod visit_lists;

use std::sync::Arc;

use countersign_core::domain::ids::{Digest, UserId};
use countersign_core::domain::time::{Clock, ClockReading, Day, Instant};
use countersign_core::snapshots::policy::Role;
use tempfile::TempDir;

use super::{Desk, DeskError, LedgerFile};
use crate::auth::accounts::{Accounts, NewAccount};
use crate::config::Quotas;
use crate::gate::Gate;
use crate::ledger_import::{KnownCustomer, Options};
use crate::organisation::{Organisation, Surroundings};

/// 2026-07-01 09:00 in Shanghai.
const MORNING_MS: i64 = 1_782_867_600_000;

#[derive(Debug)]
struct StoppedClock;

impl Clock for StoppedClock {
    fn read(&self) -> ClockReading {
        ClockReading {
            wall: Instant::from_ms(MORNING_MS),
            monotonic_ms: 0,
            boot: "boot".to_owned(),
        }
    }
}

/// An office with one person a role, and a second clerk and a second manager.
pub(super) struct Office {
    pub(super) organisation: Arc<Organisation>,
    _folder: TempDir,
}

impl Office {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(StoppedClock);
        let accounts = Arc::new(Accounts::open(&folder.path().join("server.sqlite")).unwrap());
        let now = clock.read().wall;
        let id = accounts
            .create_organisation("样例机械有限公司", "在本设备上签名即为本人签名。", now)
            .unwrap();
        let around = Surroundings {
            accounts,
            clock,
            quotas: Quotas::DEFAULT,
            gate: Arc::new(Gate::new(None)),
        };
        let organisation =
            Organisation::open(id, "样例机械有限公司".to_owned(), folder.path(), around).unwrap();
        Self {
            organisation: Arc::new(organisation),
            _folder: folder,
        }
    }

    /// The desk of somebody new with these roles.
    pub(super) fn somebody(&self, name: &str, roles: &[Role]) -> Desk {
        let account = self
            .organisation
            .accounts()
            .add_account(
                &NewAccount {
                    organisation: self.organisation.id(),
                    login: name.to_owned(),
                    name: name.to_owned(),
                    roles: roles.to_vec(),
                    password: "correct horse battery".to_owned(),
                },
                Instant::from_ms(MORNING_MS),
            )
            .unwrap();
        Desk::new(Arc::clone(&self.organisation), account.user, account.roles)
    }

    /// Imports these rows and has finance sign them.
    pub(super) fn signed_ledger(&self, rows: &[(&str, &str, &str, &str)]) {
        let clerk = self.somebody("import", &[Role::Clerk]);
        let finance = self.somebody("sign", &[Role::Finance]);
        let draft = keep(&clerk, rows).unwrap();
        sign(&finance, draft).unwrap();
    }
}

/// A ledger file: code, document, due day, outstanding.
pub(super) fn csv(rows: &[(&str, &str, &str, &str)]) -> Vec<u8> {
    let header = "客户编码,客户名称,单据编号,到期日,应收金额,已收金额,未收金额";
    let lines = rows.iter().map(|(code, document, due, outstanding)| {
        format!("{code},样例公司{code},{document},{due},{outstanding},0.00,{outstanding}")
    });
    let lines: Vec<String> = std::iter::once(header.to_owned()).chain(lines).collect();
    lines.join("\n").into_bytes()
}

pub(super) fn options(rows: &[(&str, &str, &str, &str)]) -> Options {
    let mut known: Vec<KnownCustomer> = rows
        .iter()
        .map(|(code, ..)| KnownCustomer {
            code: (*code).to_owned(),
            name: format!("样例公司{code}"),
        })
        .collect();
    known.sort();
    known.dedup();
    Options {
        customers_known: known,
        ..Options::default()
    }
}

pub(super) fn keep(desk: &Desk, rows: &[(&str, &str, &str, &str)]) -> Result<Digest, DeskError> {
    let bytes = csv(rows);
    let file = LedgerFile {
        bytes: &bytes,
        name: "账.csv",
    };
    let kept = desk.keep_draft(file, &options(rows), Some(cut_off()), &mut |_, _| {})?;
    Ok(kept.draft)
}

pub(super) fn sign(desk: &Desk, draft: Digest) -> Result<Digest, DeskError> {
    let (_row, ledger) = desk.draft(draft)?;
    desk.sign_ledger(draft, ledger.cut_off, &ledger.total_outstanding.to_string())
}

pub(super) fn cut_off() -> Day {
    day("2026-06-30")
}

pub(super) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(super) fn invalid<T: std::fmt::Debug>(result: Result<T, DeskError>) -> &'static str {
    match result {
        Err(DeskError::Invalid { key, field: _ }) => key,
        other => panic!("expected a refused field, got {other:?}"),
    }
}

pub(super) const fn user_of(desk: &Desk) -> UserId {
    desk.user
}
