//! An evidence bundle made on this device, without a network.

use std::collections::BTreeSet;

use rusqlite::Connection;
use serde::Deserialize;

use crate::domain::ids::{Digest, EntryId, StopId};
use crate::domain::time::Day;
use crate::evidence::{
    About, Contents, EvidenceError, Exporter, Gathered, ReadingCopy, StoredReceipt, about_paper,
};
use crate::journal::Scope;
use crate::journal::facts::Fact;
use crate::read_model::entries;
use crate::rendition::Typeface;
use crate::replica::error::or_not_found;
use crate::replica::{ExportFile, Replica, ReplicaError};
use crate::snapshots::Snapshot;
use crate::store::device::DeviceRow;
use crate::store::{self, outbox, parts};
use crate::views::{Base64, ObjectState};

/// Most bytes of attachments that a phone puts into one file.
const FILES_LIMIT_BYTES: u64 = 64 << 20;

/// `evidence.export`: one signed paper with what belongs to it, or everything of a stop that this device holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum EvidenceOf {
    /// A signed paper.
    Entry(EntryId),
    /// A stop.
    Stop(StopId),
}

impl From<EvidenceError> for ReplicaError {
    fn from(error: EvidenceError) -> Self {
        match error {
            EvidenceError::Seal(_) | EvidenceError::Signer(_) => Self::Key,
            EvidenceError::NothingThere => Self::NotFound("entry"),
            EvidenceError::KeyRecordAbsent => Self::Refused("evidence-key-record"),
            EvidenceError::TooLarge => Self::Refused("export-too-large"),
            EvidenceError::Open(_) => Self::Damaged("entry"),
        }
    }
}

impl Replica {
    /// `evidence.export`: an evidence bundle under this device's key. Nothing changes here. With `typeface` each signed paper is
    /// in it as a PDF too. What this device does not hold, such as a colleague's attachments, is left out, and a verifier says so.
    ///
    /// # Errors
    /// `entry` or `stop` is gone when it is not here; `evidence-key-record` before the first sync; `export-too-large` above 64 MiB
    /// of attachments.
    pub fn evidence(
        &self,
        of: EvidenceOf,
        typeface: Option<&Typeface>,
    ) -> Result<ExportFile, ReplicaError> {
        let now = self.devices.clock.read().wall;
        let (me, mut contents) = self.read(|connection| {
            let me = Self::me(connection)?;
            let contents = gather(connection, &me, of)?;
            Ok((me, contents))
        })?;
        if let Some(typeface) = typeface {
            for copy in self.reading_copies(&contents, typeface)? {
                contents.add_reading_copy(&copy);
            }
        }
        let subject = match of {
            EvidenceOf::Entry(entry) => entry.to_string(),
            EvidenceOf::Stop(stop) => format!("stop-{stop}"),
        };
        let signer = self.signer();
        let content = contents.seal(Exporter::Device(me.device), now, signer.as_ref())?;
        Ok(ExportFile {
            name: format!("countersign-evidence-{}-{subject}.csev", Day::legal(now)),
            content: Base64(content),
        })
    }

    fn reading_copies(
        &self,
        contents: &Contents,
        typeface: &Typeface,
    ) -> Result<Vec<ReadingCopy>, ReplicaError> {
        let papers = contents.entries().iter();
        papers
            .filter(|one| one.entry.fact.paper().is_some())
            .map(|one| {
                let rendition = self.rendition(one.entry.id, typeface)?;
                Ok(ReadingCopy {
                    entry: one.sealed.hash(),
                    file_name: rendition.file_name,
                    pdf: rendition.bytes,
                })
            })
            .collect()
    }
}

fn gather(
    connection: &Connection,
    me: &DeviceRow,
    of: EvidenceOf,
) -> Result<Contents, ReplicaError> {
    let (about, stop) = match of {
        EvidenceOf::Stop(stop) => (About::Stop(stop), stop),
        EvidenceOf::Entry(entry) => {
            let row = or_not_found(entries::entry(connection, entry)?, "entry")?;
            (About::Entry(entry), or_not_found(row.stop, "entry")?)
        }
    };
    let all = opened(connection, Scope::Stop(stop))?;
    let chosen = match of {
        EvidenceOf::Stop(_) => all,
        EvidenceOf::Entry(entry) => about_paper(all, entry),
    };
    let mut contents = Contents::new(about, me.organisation, me.server_key.clone(), chosen)?;
    if contents.parts_size_bytes() > FILES_LIMIT_BYTES {
        return Err(ReplicaError::Refused("export-too-large"));
    }
    key_records(connection, &mut contents)?;
    for id in contents.statements() {
        if let Some(snapshot) = store::snapshots::sealed(connection, id)? {
            contents.add_statement(&snapshot);
        }
    }
    clauses(connection, &mut contents)?;
    for digest in contents.parts() {
        if let Some(bytes) = parts::content(connection, digest)? {
            contents.add_part(bytes);
        }
    }
    let ids: Vec<EntryId> = contents.entries().iter().map(|one| one.entry.id).collect();
    for id in ids {
        if let Some((envelope, answer)) = outbox::receipt_of_entry(connection, id)? {
            let state = outbox::entry_state(connection, id)?;
            if matches!(state, Some((ObjectState::Receipted, _))) {
                contents.add_receipt(&StoredReceipt { envelope, answer });
            }
        }
    }
    Ok(contents)
}

fn opened(connection: &Connection, scope: Scope) -> Result<Vec<Gathered>, ReplicaError> {
    store::entries::of_scope(connection, scope)?
        .into_iter()
        .map(|sealed| Gathered::open(sealed).map_err(|_damaged| ReplicaError::Damaged("entry")))
        .collect()
}

fn key_records(connection: &Connection, contents: &mut Contents) -> Result<(), ReplicaError> {
    let chains: BTreeSet<_> = contents.chains().into_iter().collect();
    for one in opened(connection, Scope::Organisation)? {
        if let Fact::DeviceEnrolled(enrolled) = &one.entry.fact
            && chains.contains(&enrolled.device.into())
        {
            contents.add_key_record(&one);
        }
    }
    Ok(())
}

/// A clause may be that of an earlier policy.
fn clauses(connection: &Connection, contents: &mut Contents) -> Result<(), ReplicaError> {
    let wanted = contents.clauses();
    let mut found = BTreeSet::new();
    for payload in store::snapshots::payloads_of(connection, Scope::Organisation)? {
        if let Ok(Snapshot::Policy(policy)) = minicbor::decode(&payload) {
            let clause = policy.agreed_method_clause;
            if wanted.contains(&Digest::of(clause.as_bytes())) && found.insert(clause.clone()) {
                contents.add_clause(&clause);
            }
        }
    }
    Ok(())
}
