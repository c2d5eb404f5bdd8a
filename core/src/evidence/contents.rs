//! What goes into a bundle: the same choice on a phone and on the server.

use std::collections::{BTreeMap, BTreeSet};

use super::bundle::{
    About, Admission, Bundle, EvidenceError, Exporter, Listed, Manifest, ObjectKind, ReadingCopy,
    StoredReceipt, VERSION, encoded,
};
use crate::domain::ids::{ChainId, Digest, EntryId, OrganisationId};
use crate::domain::time::Instant;
use crate::journal::facts::{Acknowledgement, Fact};
use crate::journal::seal::{SealedEntry, SealedSnapshot};
use crate::journal::signer::DeviceSigner;
use crate::journal::{Entry, OpenError};

/// An entry with its bytes.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// As it came.
    pub sealed: SealedEntry,
    /// What it says.
    pub entry: Entry,
}

impl Gathered {
    /// Opens a sealed entry.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(sealed: SealedEntry) -> Result<Self, OpenError> {
        let entry = sealed.open()?;
        Ok(Self { sealed, entry })
    }
}

/// Of all entries of a stop those that belong to one signed paper: the paper; what amends it, directly or through another;
/// attachments that name one of those; and the entries of the same stop that stand beside the paper in its chain without a gap,
/// which show its place there. Empty when the paper is not among them.
#[must_use]
pub fn about_paper(stop: Vec<Gathered>, paper: EntryId) -> Vec<Gathered> {
    let Some(signed) = stop.iter().find(|one| one.entry.id == paper) else {
        return Vec::new();
    };
    let chain = signed.entry.chain;
    let mut chosen = BTreeSet::from([paper]);
    loop {
        let more: Vec<EntryId> = stop
            .iter()
            .filter(|one| !chosen.contains(&one.entry.id))
            .filter(|one| names(&one.entry).is_some_and(|about| chosen.contains(&about)))
            .map(|one| one.entry.id)
            .collect();
        if more.is_empty() {
            break;
        }
        chosen.extend(more);
    }
    let places: BTreeMap<u64, EntryId> = stop
        .iter()
        .filter(|one| one.entry.chain == chain)
        .map(|one| (one.entry.seq, one.entry.id))
        .collect();
    let seq = signed.entry.seq;
    let before = (1..seq).rev().map_while(|at| places.get(&at));
    let after = (seq.saturating_add(1)..).map_while(|at| places.get(&at));
    chosen.extend(before.chain(after).copied());
    stop.into_iter()
        .filter(|one| chosen.contains(&one.entry.id))
        .collect()
}

fn names(entry: &Entry) -> Option<EntryId> {
    if let Fact::Attached(attached) = &entry.fact {
        attached.about
    } else {
        entry.amends
    }
}

/// What a bundle is made of. Whoever fills it looks up what [`Contents::chains`], [`Contents::statements`],
/// [`Contents::clauses`] and [`Contents::parts`] name; what is not found is left out, and a verifier then says that it is not
/// proved.
#[derive(Debug)]
pub struct Contents {
    about: About,
    organisation: OrganisationId,
    server_key: Vec<u8>,
    entries: Vec<Gathered>,
    objects: BTreeMap<(u16, Digest), Vec<u8>>,
    bound: BTreeSet<ChainId>,
}

impl Contents {
    /// A bundle about `about` with these entries.
    ///
    /// # Errors
    /// [`EvidenceError::NothingThere`] when there is none.
    pub fn new(
        about: About,
        organisation: OrganisationId,
        server_key: Vec<u8>,
        entries: Vec<Gathered>,
    ) -> Result<Self, EvidenceError> {
        if entries.is_empty() {
            return Err(EvidenceError::NothingThere);
        }
        let mut contents = Self {
            about,
            organisation,
            server_key,
            entries: Vec::new(),
            objects: BTreeMap::new(),
            bound: BTreeSet::new(),
        };
        for one in entries {
            contents.put(ObjectKind::Entry, encoded(&one.sealed));
            contents.entries.push(one);
        }
        Ok(contents)
    }

    fn put(&mut self, kind: ObjectKind, bytes: Vec<u8>) {
        self.objects
            .insert((kind.number(), Digest::of(&bytes)), bytes);
    }

    /// The entries.
    #[must_use]
    pub fn entries(&self) -> &[Gathered] {
        &self.entries
    }

    /// The chains of phones on which the entries are, ascending: each needs the record that binds its key.
    #[must_use]
    pub fn chains(&self) -> Vec<ChainId> {
        let phones = self
            .entries
            .iter()
            .map(|one| &one.entry)
            .filter(|entry| entry.chain.0 != entry.author.0);
        phones
            .map(|entry| entry.chain)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// The statements that signed papers name, ascending.
    #[must_use]
    pub fn statements(&self) -> Vec<Digest> {
        self.of_papers(|paper| paper.statement)
    }

    /// The digests of the clauses by which signing on a screen was agreed, ascending.
    #[must_use]
    pub fn clauses(&self) -> Vec<Digest> {
        self.of_papers(|paper| paper.agreed_method)
    }

    /// The attachments that the entries name, ascending. Thumbnails are for lists and are left out.
    #[must_use]
    pub fn parts(&self) -> Vec<Digest> {
        let parts = self.entries.iter().flat_map(|one| {
            if let Fact::Attached(attached) = &one.entry.fact {
                vec![attached.content]
            } else {
                one.entry.fact.parts()
            }
        });
        parts
            .map(|part| part.digest)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// How many bytes those attachments have together.
    #[must_use]
    pub fn parts_size_bytes(&self) -> u64 {
        let parts = self.entries.iter().flat_map(|one| one.entry.fact.parts());
        parts
            .map(|part| part.size_bytes)
            .fold(0, u64::saturating_add)
    }

    fn of_papers(&self, digest: impl Fn(&Acknowledgement) -> Digest) -> Vec<Digest> {
        let papers = self.entries.iter().filter_map(|one| one.entry.fact.paper());
        let digests: BTreeSet<Digest> = papers.map(digest).collect();
        digests.into_iter().collect()
    }

    /// The entry that binds a phone's key, or one that unbinds it.
    pub fn add_key_record(&mut self, record: &Gathered) {
        if let Fact::DeviceEnrolled(enrolled) = &record.entry.fact {
            self.bound.insert(ChainId::from(enrolled.device));
        }
        self.put(ObjectKind::Entry, encoded(&record.sealed));
    }

    /// A statement under the server's signature.
    pub fn add_statement(&mut self, snapshot: &SealedSnapshot) {
        self.put(ObjectKind::Statement, encoded(snapshot));
    }

    /// A clause.
    pub fn add_clause(&mut self, text: &str) {
        self.put(ObjectKind::Clause, text.as_bytes().to_vec());
    }

    /// An attachment.
    pub fn add_part(&mut self, bytes: Vec<u8>) {
        self.put(ObjectKind::Part, bytes);
    }

    /// A receipt as the phone keeps it.
    pub fn add_receipt(&mut self, receipt: &StoredReceipt) {
        self.put(ObjectKind::Receipt, encoded(receipt));
    }

    /// The server's statement about an entry's arrival.
    pub fn add_admission(&mut self, admission: &Admission) {
        self.put(ObjectKind::Admission, encoded(admission));
    }

    /// A PDF of a signed paper.
    pub fn add_reading_copy(&mut self, copy: &ReadingCopy) {
        self.put(ObjectKind::ReadingCopy, encoded(copy));
    }

    /// Signs the whole: the file's bytes.
    ///
    /// # Errors
    /// [`EvidenceError`].
    pub fn seal(
        self,
        exporter: Exporter,
        made: Instant,
        signer: &dyn DeviceSigner,
    ) -> Result<Vec<u8>, EvidenceError> {
        if self
            .chains()
            .iter()
            .any(|chain| !self.bound.contains(chain))
        {
            return Err(EvidenceError::KeyRecordAbsent);
        }
        let listed = self.objects.iter().map(|((kind, digest), bytes)| Listed {
            kind: *kind,
            digest: *digest,
            size_bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        });
        let manifest = Manifest {
            version: VERSION,
            organisation: self.organisation,
            about: self.about,
            made,
            exporter,
            exporter_key: signer.public_key()?,
            server_key: self.server_key,
            objects: listed.collect(),
        };
        let objects = self.objects.into_values().collect();
        Ok(Bundle::sealed(&manifest, objects, signer)?.to_bytes())
    }
}
