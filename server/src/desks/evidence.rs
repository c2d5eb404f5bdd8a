//! Evidence bundles out of the office: for a signed paper, a stop, or a customer. Each one that leaves is on record.

use std::collections::BTreeSet;

use countersign_core::domain::ids::{CustomerId, Digest, EntryId, StopId};
use countersign_core::domain::time::{Day, Instant};
use countersign_core::evidence::{
    About, Admission, Contents, EvidenceError, Exporter, Gathered, ReadingCopy, about_paper,
    fingerprint,
};
use countersign_core::journal::Scope;
use countersign_core::journal::facts::{EvidenceExported, Fact};
use countersign_core::read_model::{entries, plans};
use countersign_core::rendition::Typeface;
use countersign_core::snapshots::Snapshot;

use super::{Desk, DeskError};
use crate::auth::policy::Action;
use crate::journal::{Row, RowBody};
use crate::organisation::{AppendError, ReadError};

/// Most rows of one scope that are looked through.
const ROWS_LIMIT: usize = 20_000;
/// Most bytes of attachments in one file: they are in memory while it is made.
const FILES_LIMIT_BYTES: u64 = 100 << 20;

/// A bundle as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFile {
    /// Such as `countersign-evidence-2026-07-15-….csev`; ASCII.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// An entry with its place in the journal.
struct Placed {
    one: Gathered,
    seq: u64,
    received: Instant,
}

impl From<EvidenceError> for DeskError {
    fn from(error: EvidenceError) -> Self {
        match error {
            EvidenceError::NothingThere => Self::NotFound,
            EvidenceError::TooLarge => Self::invalid("evidence", "desk-evidence-too-large"),
            EvidenceError::KeyRecordAbsent | EvidenceError::Open(_) => Self::Damaged,
            EvidenceError::Seal(error) => AppendError::from(error).into(),
            EvidenceError::Signer(error) => AppendError::from(error).into(),
        }
    }
}

impl Desk {
    /// The fingerprint of the server's key: what the organisation publishes, so that others can verify its bundles.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        fingerprint(&self.organisation.public_key())
    }

    /// Makes a bundle under the server's key and puts on record that it was made. With `typeface` each signed paper is in it as
    /// a PDF too. Attachments that have not arrived are left out, and a verifier says so.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when nothing is there; `desk-evidence-too-large` above 100 MiB of attachments.
    pub fn export_evidence(
        &self,
        about: About,
        typeface: Option<&Typeface>,
    ) -> Result<EvidenceFile, DeskError> {
        self.require(Action::ExportEvidence)?;
        let placed = self.placed(about)?;
        let organisation = self.organisation.id();
        let server_key = self.organisation.public_key();
        let entries = placed.iter().map(|placed| placed.one.clone()).collect();
        let mut contents = Contents::new(about, organisation, server_key, entries)?;
        if contents.parts_size_bytes() > FILES_LIMIT_BYTES {
            return Err(EvidenceError::TooLarge.into());
        }
        self.add_what_is_named(&mut contents)?;
        for placed in &placed {
            let arrival = (placed.seq, placed.received);
            let hash = placed.one.sealed.hash();
            let admission = Admission::state(self.organisation.signer(), hash, arrival);
            contents.add_admission(&admission.map_err(EvidenceError::from)?);
        }
        if let Some(typeface) = typeface {
            for copy in self.reading_copies(&placed, typeface)? {
                contents.add_reading_copy(&copy);
            }
        }
        let now = self.now();
        let bytes = contents.seal(Exporter::Server, now, self.organisation.signer())?;
        let fact = Fact::EvidenceExported(EvidenceExported {
            about,
            bundle: Digest::of(&bytes),
            size_bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        });
        let _entry: EntryId = self
            .organisation
            .desk_append(self.office_entry(fact), Vec::new())?;
        Ok(EvidenceFile {
            name: format!(
                "countersign-evidence-{}-{}.csev",
                Day::legal(now),
                match about {
                    About::Entry(id) => id.to_string(),
                    About::Stop(id) => format!("stop-{id}"),
                    About::Customer(id) => format!("customer-{id}"),
                }
            ),
            bytes,
        })
    }

    /// The entries that it is about.
    fn placed(&self, about: About) -> Result<Vec<Placed>, DeskError> {
        match about {
            About::Stop(stop) => self.of_scope(Scope::Stop(stop)),
            About::Customer(customer) => self.of_customer(customer),
            About::Entry(id) => {
                let sealed = self.organisation.entry(id)?.ok_or(DeskError::NotFound)?;
                let paper = sealed.open().map_err(|_unreadable| DeskError::Damaged)?;
                if paper.fact.paper().is_none() {
                    return Err(DeskError::NotFound);
                }
                let placed = self.of_scope(paper.scope)?;
                let all = placed.iter().map(|placed| placed.one.clone()).collect();
                let chosen: BTreeSet<EntryId> = about_paper(all, id)
                    .iter()
                    .map(|one| one.entry.id)
                    .collect();
                let mut placed = placed;
                placed.retain(|placed| chosen.contains(&placed.one.entry.id));
                Ok(placed)
            }
        }
    }

    fn of_customer(&self, customer: CustomerId) -> Result<Vec<Placed>, DeskError> {
        let stops: Vec<StopId> = self
            .organisation
            .read(|connection| plans::stops_at(connection, customer))?;
        let mut placed = self.of_scope(Scope::Customer(customer))?;
        for stop in stops {
            placed.extend(self.of_scope(Scope::Stop(stop))?);
        }
        Ok(placed)
    }

    fn rows_of(&self, scope: Scope) -> Result<Vec<Row>, DeskError> {
        let rows = self.organisation.journal().of_scope(scope, ROWS_LIMIT);
        Ok(rows.map_err(ReadError::from)?)
    }

    fn of_scope(&self, scope: Scope) -> Result<Vec<Placed>, DeskError> {
        let mut placed = Vec::new();
        for row in self.rows_of(scope)? {
            if let RowBody::Entry(sealed) = row.body {
                placed.push(Placed {
                    one: Gathered::open(sealed).map_err(EvidenceError::from)?,
                    seq: row.seq,
                    received: row.received,
                });
            }
        }
        Ok(placed)
    }

    /// Records of keys, statements, clauses and attachments.
    fn add_what_is_named(&self, contents: &mut Contents) -> Result<(), DeskError> {
        self.add_key_records(contents)?;
        for id in contents.statements() {
            if let Some(snapshot) = self.organisation.snapshot(id)? {
                contents.add_statement(&snapshot);
            }
        }
        let wanted = contents.clauses();
        for row in self.rows_of(Scope::Organisation)? {
            let RowBody::Snapshot(sealed) = row.body else {
                continue;
            };
            if let Ok(Snapshot::Policy(policy)) = sealed.open()
                && wanted.contains(&Digest::of(policy.agreed_method_clause.as_bytes()))
            {
                contents.add_clause(&policy.agreed_method_clause);
            }
        }
        for digest in contents.parts() {
            if let Some(bytes) = self.organisation.blob(digest)? {
                contents.add_part(bytes);
            }
        }
        Ok(())
    }

    fn add_key_records(&self, contents: &mut Contents) -> Result<(), DeskError> {
        let chains: BTreeSet<_> = contents.chains().into_iter().collect();
        let ids = self.organisation.read(entries::key_records)?;
        for id in ids {
            let sealed = self.organisation.entry(id)?.ok_or(DeskError::Damaged)?;
            let one = Gathered::open(sealed).map_err(EvidenceError::from)?;
            let device = if let Fact::DeviceEnrolled(fact) = &one.entry.fact {
                Some(fact.device)
            } else if let Fact::DeviceRevoked(fact) = &one.entry.fact {
                Some(fact.device)
            } else {
                None
            };
            if device.is_some_and(|device| chains.contains(&device.into())) {
                contents.add_key_record(&one);
            }
        }
        Ok(())
    }

    fn reading_copies(
        &self,
        placed: &[Placed],
        typeface: &Typeface,
    ) -> Result<Vec<ReadingCopy>, DeskError> {
        placed
            .iter()
            .map(|placed| &placed.one)
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
