//! The file: one deterministic CBOR map of manifest, its signature, and the objects that it lists.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::domain::ids::{CustomerId, DeviceId, Digest, EntryId, OrganisationId, StopId};
use crate::domain::time::Instant;
use crate::journal::signer::{DeviceSigner, SignerError};
use crate::journal::{OpenError, SealError, seal};

/// Largest bundle that is looked at: 128 MiB.
pub const BUNDLE_LIMIT_BYTES: usize = 128 << 20;
/// Most objects in a bundle.
pub const OBJECTS_LIMIT: usize = 5_000;
/// The external additional data under a manifest's signature.
pub(crate) const EVIDENCE_AAD: &[u8] = b"countersign-evidence-1";
/// What the file begins with, as the text of its key 0.
pub(crate) const MAGIC: &str = "countersign-evidence";
pub(crate) const VERSION: u8 = 1;
/// Objects of a kind from here on may be passed over by a verifier that does not know them.
const FIRST_OPTIONAL_KIND: u16 = 64;

/// Why there is no bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// The manifest could not be signed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The key refused.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// What it is about is not among the entries.
    #[error("what the bundle is about is not there")]
    NothingThere,
    /// The record that binds the key of a phone is not there.
    #[error("the record that binds the key of a phone is not there")]
    KeyRecordAbsent,
    /// It would be larger than [`BUNDLE_LIMIT_BYTES`] or hold more than [`OBJECTS_LIMIT`] objects.
    #[error("the bundle would be too large")]
    TooLarge,
    /// A sealed entry does not read back.
    #[error("an entry does not read back")]
    Open(#[from] OpenError),
}

/// Why bytes are no bundle. The word is the key of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FormFault {
    TooLarge,
    NotABundle,
    NotDeterministic,
    UnknownVersion,
    UnknownObject,
    TooMany,
}

/// A bundle as it lies in the file.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Bundle {
    /// `countersign-evidence`.
    #[n(0)]
    pub magic: String,
    /// Format version; 1.
    #[n(1)]
    pub version: u8,
    /// Deterministic CBOR of a [`Manifest`].
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub manifest: Vec<u8>,
    /// `COSE_Sign1` with detached payload over `manifest`, by the exporter's key.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub signature: Vec<u8>,
    /// The objects, in the order of the manifest.
    #[n(4)]
    pub objects: Vec<ByteVec>,
}

/// What a bundle holds, for whom, by whom.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Manifest {
    /// Format version; 1.
    #[n(0)]
    pub version: u8,
    /// Whose journal.
    #[n(1)]
    pub organisation: OrganisationId,
    /// What it is about.
    #[n(2)]
    pub about: About,
    /// When it was made, by the exporter's wall clock.
    #[n(3)]
    pub made: Instant,
    /// Who made it.
    #[n(4)]
    pub exporter: Exporter,
    /// The exporter's public key, under which `signature` verifies: SEC 1 uncompressed point on P-256, 65 bytes.
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    pub exporter_key: Vec<u8>,
    /// The server's public key, the root of everything: SEC 1 uncompressed, 65 bytes.
    #[n(6)]
    #[cbor(with = "minicbor::bytes")]
    pub server_key: Vec<u8>,
    /// The objects, strictly ascending by kind and digest, at most [`OBJECTS_LIMIT`].
    #[n(7)]
    pub objects: Vec<Listed>,
}

/// What a bundle is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum About {
    /// One signed paper, with what belongs to it.
    #[n(0)]
    Entry(#[n(0)] EntryId),
    /// Everything of a stop.
    #[n(1)]
    Stop(#[n(0)] StopId),
    /// Everything of a customer.
    #[n(2)]
    Customer(#[n(0)] CustomerId),
}

/// Who exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum Exporter {
    /// The server, for somebody at a desk.
    #[n(0)]
    Server,
    /// A phone.
    #[n(1)]
    Device(#[n(0)] DeviceId),
}

/// One object of the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Listed {
    /// The number of its [`ObjectKind`].
    #[n(0)]
    pub kind: u16,
    /// SHA-256 of its bytes.
    #[n(1)]
    pub digest: Digest,
    /// Its size.
    #[n(2)]
    pub size_bytes: u64,
}

/// What an object is. The numbers are part of the format and are never used again. Kinds below 64 must be known by whoever
/// verifies; kinds from 64 on may be passed over, and are then said to be unchecked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// Deterministic CBOR of a [`crate::journal::SealedEntry`]; 0.
    Entry,
    /// Deterministic CBOR of a [`crate::journal::SealedSnapshot`] that is a statement; 1.
    Statement,
    /// The clause by which signing on a screen was agreed, UTF-8; 2.
    Clause,
    /// An attachment as it was taken; 3.
    Part,
    /// Deterministic CBOR of a [`StoredReceipt`]; 4.
    Receipt,
    /// Deterministic CBOR of an [`Admission`]; 5.
    Admission,
    /// Deterministic CBOR of a [`ReadingCopy`]; 6.
    ReadingCopy,
    /// Reserved for a checkpoint of the transparency log with its proof of inclusion; 64.
    LogProof,
    /// A kind from 64 on that this program does not know.
    Unknown(u16),
}

impl ObjectKind {
    /// Its number in the format.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Entry => 0,
            Self::Statement => 1,
            Self::Clause => 2,
            Self::Part => 3,
            Self::Receipt => 4,
            Self::Admission => 5,
            Self::ReadingCopy => 6,
            Self::LogProof => FIRST_OPTIONAL_KIND,
            Self::Unknown(number) => number,
        }
    }

    /// The kind of that number; none when it must be known and is not.
    #[must_use]
    pub const fn of(number: u16) -> Option<Self> {
        Some(match number {
            0 => Self::Entry,
            1 => Self::Statement,
            2 => Self::Clause,
            3 => Self::Part,
            4 => Self::Receipt,
            5 => Self::Admission,
            6 => Self::ReadingCopy,
            FIRST_OPTIONAL_KIND => Self::LogProof,
            _ if number > FIRST_OPTIONAL_KIND => Self::Unknown(number),
            _ => return None,
        })
    }

    /// The word of the catalogs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Statement => "statement",
            Self::Clause => "clause",
            Self::Part => "part",
            Self::Receipt => "receipt",
            Self::Admission => "admission",
            Self::ReadingCopy => "reading-copy",
            Self::LogProof => "log-proof",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// A receipt as the phone that pushed the entry keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StoredReceipt {
    /// Deterministic CBOR of the [`crate::protocol::Envelope`] that was pushed.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub envelope: Vec<u8>,
    /// Deterministic CBOR of the [`crate::protocol::PushAnswer`] with the verdict on it.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub answer: Vec<u8>,
}

/// The server's statement, made when it exports, of when it received an entry and under which number.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Admission {
    /// Hash of the entry's payload.
    #[n(0)]
    pub entry: Digest,
    /// Its sequence number in the journal.
    #[n(1)]
    pub seq: u64,
    /// When it arrived, by the server's clock.
    #[n(2)]
    pub received: Instant,
    /// Signature by the server key over [`Admission::signed_bytes`]: raw r‖s, 64 bytes, low-S.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub signature: Vec<u8>,
}

impl Admission {
    /// What `signature` signs.
    #[must_use]
    pub fn signed_bytes(entry: Digest, seq: u64, received: Instant) -> Vec<u8> {
        Digest::of_parts(&[
            b"countersign-admission-1",
            &entry.0,
            &seq.to_be_bytes(),
            &received.ms().to_be_bytes(),
        ])
        .0
        .to_vec()
    }

    /// States it under `signer`, the server's key.
    ///
    /// # Errors
    /// [`SignerError`].
    pub fn state(
        signer: &dyn DeviceSigner,
        entry: Digest,
        (seq, received): (u64, Instant),
    ) -> Result<Self, SignerError> {
        let signature = signer.sign(&Self::signed_bytes(entry, seq, received))?;
        Ok(Self {
            entry,
            seq,
            received,
            signature: signature.to_vec(),
        })
    }
}

/// A signed paper as a PDF, to be read; the sealed entry beside it is the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReadingCopy {
    /// Hash of the payload of the entry that it shows.
    #[n(0)]
    pub entry: Digest,
    /// The name under which it is handed over.
    #[n(1)]
    pub file_name: String,
    /// PDF/A-3u with the sealed entry attached.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub pdf: Vec<u8>,
}

/// Names a key to people: SHA-256 of its public point (SEC 1 uncompressed, 65 bytes).
#[must_use]
pub fn fingerprint(public_key: &[u8]) -> Digest {
    Digest::of(public_key)
}

impl Bundle {
    /// The one encoding of the file.
    ///
    /// # Panics
    /// Never: encoding into memory cannot fail.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        encoded(self)
    }

    /// The file with its manifest; nothing is verified but the form.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, Manifest), FormFault> {
        if bytes.len() > BUNDLE_LIMIT_BYTES {
            return Err(FormFault::TooLarge);
        }
        let bundle: Self = minicbor::decode(bytes).map_err(|_other| FormFault::NotABundle)?;
        if bundle.magic != MAGIC {
            return Err(FormFault::NotABundle);
        }
        if bundle.version != VERSION {
            return Err(FormFault::UnknownVersion);
        }
        if bundle.to_bytes() != bytes {
            return Err(FormFault::NotDeterministic);
        }
        let manifest = exact::<Manifest>(&bundle.manifest).ok_or(FormFault::NotDeterministic)?;
        if manifest.version != VERSION {
            return Err(FormFault::UnknownVersion);
        }
        if bundle.objects.len() > OBJECTS_LIMIT || manifest.objects.len() > OBJECTS_LIMIT {
            return Err(FormFault::TooMany);
        }
        let is_known = |listed: &Listed| ObjectKind::of(listed.kind).is_some();
        if !manifest.objects.iter().all(is_known) {
            return Err(FormFault::UnknownObject);
        }
        Ok((bundle, manifest))
    }

    /// Signs `manifest` and puts the objects behind it, which it must list in their order.
    ///
    /// # Errors
    /// [`EvidenceError::Seal`] and [`EvidenceError::TooLarge`].
    pub fn sealed(
        manifest: &Manifest,
        objects: Vec<Vec<u8>>,
        signer: &dyn DeviceSigner,
    ) -> Result<Self, EvidenceError> {
        let size: usize = objects.iter().map(Vec::len).sum();
        if size > BUNDLE_LIMIT_BYTES - (2 << 20) || objects.len() > OBJECTS_LIMIT {
            return Err(EvidenceError::TooLarge);
        }
        let manifest = encoded(manifest);
        Ok(Self {
            magic: MAGIC.to_owned(),
            version: VERSION,
            signature: seal::sign_detached(signer, &manifest, EVIDENCE_AAD)?,
            manifest,
            objects: objects.into_iter().map(ByteVec::from).collect(),
        })
    }
}

pub(super) fn encoded<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("writing CBOR into a vector has no failing sink")
}

/// The value whose one encoding is exactly `bytes`.
pub(super) fn exact<T>(bytes: &[u8]) -> Option<T>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    let value: T = minicbor::decode(bytes).ok()?;
    (encoded(&value) == bytes).then_some(value)
}
