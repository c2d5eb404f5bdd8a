//! What is bound to a signed paper afterwards: the stamped sheet (公章) and the customer's copy.

use qrcode::QrCode;
use qrcode::render::svg;

use crate::domain::ids::EntryId;
use crate::journal::facts::{CompanySeal, CopyHandedOver, Fact};
use crate::read_model::entries;
use crate::replica::devices::Kind;
use crate::replica::error::or_not_found;
use crate::replica::parts::part_of;
use crate::replica::{CopyRecord, OfDraft, Recorded, Replica, ReplicaError, SealRecord};
use crate::store::parts;
use crate::views::{DraftForm, EntryDetail, SealSheet};

/// Largest photograph.
const PHOTO_LIMIT_BYTES: usize = 3 << 20;
/// How a JPEG file begins (ITU-T T.81 annex B: SOI, then a marker).
const JPEG: [u8; 3] = [0xff, 0xd8, 0xff];

impl Replica {
    /// `seal.sheet`: what a sheet to be stamped shows of a signed paper.
    ///
    /// # Errors
    /// `entry` is gone when there is no such signed paper here.
    pub fn seal_sheet(&self, id: EntryId) -> Result<SealSheet, ReplicaError> {
        let row = self.read(|connection| Ok(entries::entry(connection, id)?))?;
        let row = row.filter(|row| matches!(row.detail, EntryDetail::Acknowledgement { .. }));
        let hash = or_not_found(row, "entry")?.hash;
        let code =
            QrCode::new(hash.to_string()).map_err(|_too_long| ReplicaError::Damaged("entry"))?;
        Ok(SealSheet {
            entry: id,
            hash,
            qr_svg: code.render::<svg::Color<'_>>().build(),
        })
    }

    /// `seal.record`: binds the photograph of a stamped sheet to the paper whose hash the sheet shows. The same photograph
    /// again answers the same entry.
    ///
    /// # Errors
    /// `photo-unusable` when it is no JPEG file, `photo-too-large`; `entry` is gone when there is no such signed
    /// paper here.
    pub fn record_seal(&self, record: &SealRecord) -> Result<Recorded, ReplicaError> {
        let photo = record.photo.0.as_slice();
        if photo.len() > PHOTO_LIMIT_BYTES {
            return Err(ReplicaError::Refused("photo-too-large"));
        }
        if !photo.starts_with(&JPEG) {
            return Err(ReplicaError::Refused("photo-unusable"));
        }
        self.commit("record_seal", |commit| {
            commit.must_conduct_signings()?;
            let about = commit.signed_paper(record.entry)?;
            commit.drop_draft(OfDraft {
                about: Some(about.entry.0),
                ..OfDraft::of(about.stop, DraftForm::Seal)
            })?;
            let fact = Fact::CompanySeal(CompanySeal {
                pinned: about.hash,
                photo: part_of(photo),
                reads: record.reads.trim().to_owned(),
            });
            let recorded = commit.bind_once(about.stop, about.entry, fact)?;
            parts::insert(commit.tx, recorded.entry, "photo", photo)?;
            commit.changed(&[Kind::Signings, Kind::Sync]);
            Ok(recorded)
        })
    }

    /// `copy.record`: the customer has his copy of a signed paper.
    ///
    /// # Errors
    /// `copy-person-missing`; `entry` is gone when there is no such signed paper here.
    pub fn record_copy(&self, record: &CopyRecord) -> Result<Recorded, ReplicaError> {
        if record.person.trim().is_empty() {
            return Err(ReplicaError::Refused("copy-person-missing"));
        }
        self.commit("record_copy", |commit| {
            let about = commit.signed_paper(record.entry)?;
            commit.drop_draft(OfDraft {
                about: Some(about.entry.0),
                ..OfDraft::of(about.stop, DraftForm::Copy)
            })?;
            let fact = Fact::CopyHandedOver(CopyHandedOver {
                pinned: about.hash,
                person: record.person.trim().to_owned(),
                form: record.form,
            });
            commit.bind_once(about.stop, about.entry, fact)
        })
    }
}
