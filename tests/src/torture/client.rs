//! A phone that writes and exchanges without a pause.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use countersign_core::domain::ids::StopId;
use countersign_core::journal::facts::OutcomeKind;
use countersign_core::replica::{
    Devices, Enrolment, OsRandom, OutcomeRecord, Page, Replica, StopEdit,
};
use countersign_core::views::{Agreement, LaneResult};
use countersign_server::clock::SystemClock;
use rusqlite::{Connection, OpenFlags};

use super::wire::{Traffic, Wire};
use crate::story::Broken;

#[derive(Debug)]
pub(super) struct Client {
    number: u32,
    folder: PathBuf,
    replica: Replica,
    wire: Wire,
    stops: Vec<StopId>,
    written: AtomicU32,
}

impl Client {
    /// Bound, with today's plan on it.
    pub(super) fn enrolled(
        number: u32,
        folder: &Path,
        (url, code): (&str, &str),
        traffic: &Arc<Traffic>,
    ) -> Result<Self, Broken> {
        let broken =
            |error: &dyn std::error::Error| Broken::new(format!("phone {number}: {error}"));
        std::fs::create_dir_all(folder).map_err(|error| broken(&error))?;
        let devices = Devices {
            clock: Arc::new(SystemClock::new()),
            signer: None,
            vault: None,
            random: Arc::new(OsRandom),
        };
        let replica = Replica::open(folder, devices).map_err(|error| broken(&error))?;
        let wire = Wire::to(url, traffic);
        let enrolment = Enrolment {
            server_url: url.to_owned(),
            code: code.to_owned(),
            name: format!("手机{number}"),
        };
        replica
            .enrol(&enrolment, &wire)
            .map_err(|error| broken(&error))?;
        replica.sync(&wire).map_err(|error| broken(&error))?;
        let today = replica
            .today(Page::default())
            .map_err(|error| broken(&error))?;
        let stops: Vec<StopId> = today.stops.iter().map(|row| row.stop).collect();
        if stops.is_empty() {
            return Err(Broken::new(format!("phone {number} has no stops")));
        }
        Ok(Self {
            number,
            folder: folder.to_owned(),
            replica,
            wire,
            stops,
            written: AtomicU32::new(0),
        })
    }

    /// Writes and exchanges until it is over.
    pub(super) fn work(&self, is_over: &AtomicBool, traffic: &Traffic) {
        while !is_over.load(Ordering::SeqCst) {
            traffic.wait_until_up();
            self.write();
            self.exchange();
        }
    }

    /// An entry, and words in a document that all phones write in.
    fn write(&self) {
        let turn = self.written.fetch_add(1, Ordering::Relaxed);
        let place = usize::try_from(self.number.wrapping_add(turn)).unwrap() % self.stops.len();
        let stop = *self.stops.get(place).unwrap();
        let words = format!("{}.{turn};", self.number);
        let outcome = OutcomeRecord {
            stop,
            kind: OutcomeKind::NotMet,
            reason: None,
            summary: words.clone(),
        };
        self.replica.outcome(&outcome).unwrap();
        if turn.is_multiple_of(4) {
            let before = self.replica.stop(stop).unwrap().notes;
            let edit = StopEdit {
                stop,
                field: "notes".to_owned(),
                value: format!("{before}{words}"),
                base: Some(before),
            };
            self.replica.edit_stop(&edit).unwrap();
        }
    }

    /// One exchange, whatever comes of it.
    pub(super) fn exchange(&self) {
        self.replica.sync(&self.wire).unwrap();
    }

    /// The envelopes for which this phone holds a receipt, read past the replica.
    pub(super) fn acknowledged(&self) -> Vec<Vec<u8>> {
        let connection = Connection::open_with_flags(
            self.folder.join("replica.sqlite"),
            OpenFlags::SQLITE_OPEN_READ_ONLY,
        )
        .unwrap();
        let mut rows = connection
            .prepare("select content from outbox where state = 'receipted'")
            .unwrap();
        let found = rows.query_map([], |row| row.get(0)).unwrap();
        found.collect::<rusqlite::Result<_>>().unwrap()
    }

    /// What was confirmed here and has no receipt.
    pub(super) fn unsent(&self) -> u64 {
        let status = self.replica.sync_status().unwrap();
        status.local + status.sent + status.held
    }

    /// Whether phone and server hold the same, now that nobody writes.
    pub(super) fn agrees(&self) -> bool {
        let report = self.replica.sync(&self.wire).unwrap();
        report.pull == LaneResult::Done
            && matches!(report.agreement, Agreement::Equal | Agreement::Repaired)
    }
}
