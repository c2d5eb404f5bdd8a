//! What belongs to a signed paper beside the signature, and the letter that follows a refusal: projected from a stop's timeline.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Digest, EntryId, UserId};
use crate::domain::money::Money;
use crate::domain::signer::{Capacity, EffectLevel, SealCondition, signer_effect};
use crate::domain::time::Day;
use crate::journal::facts::{CountersignRole, PaperKind};
use crate::views::{EntryDetail, EntryRow, ObjectState};

/// Something that was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SignedRow {
    /// The acknowledgement.
    pub entry: EntryId,
    /// When.
    pub at_ms: i64,
    /// What was signed.
    pub paper: PaperKind,
    /// Who signed.
    pub signer_name: String,
    /// In which capacity.
    pub capacity: Capacity,
    /// The total that was confirmed.
    pub total: Money,
    /// How far it has come.
    pub state: ObjectState,
    /// What belongs to it, and what is still missing.
    pub completeness: Completeness,
}

/// What belongs to a signed paper beside the signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Completeness {
    /// Who signed as well, oldest first.
    pub countersigned: Vec<CountersignedRow>,
    /// Guarantors who were to sign and have not.
    pub guarantors_missing: Vec<String>,
    /// The company seal.
    pub seal: SealStatus,
    /// Photographs of stamped sheets, oldest first.
    pub seals: Vec<Digest>,
    /// Who has the customer's copy; none while nobody has.
    pub copy_with: Option<String>,
    /// Parts of the paper and of what belongs to it that are complete on the server.
    pub parts_complete: u64,
    /// Parts in their manifests.
    pub parts_total: u64,
    /// Nothing is missing: a team member countersigned, every guarantor who was to sign did, the seal is there when the
    /// contract asks for it, the customer has his copy, and every part is on the server.
    pub is_complete: bool,
}

/// Another signature under a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CountersignedRow {
    /// The entry.
    pub entry: EntryId,
    /// As whom.
    pub role: CountersignRole,
    /// Who.
    pub name: String,
    /// When.
    pub at_ms: i64,
    /// Digest of the drawn signature.
    pub image: Digest,
}

/// How it stands with the company seal (公章).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum SealStatus {
    /// The signature carries the paper by itself.
    NotNeeded,
    /// It would strengthen the signature.
    Advised,
    /// The contract asks for it and it is not there.
    Missing,
    /// The stamped sheet was photographed.
    Photographed,
}

/// What a sheet to be stamped shows of a signed paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SealSheet {
    /// The acknowledgement.
    pub entry: EntryId,
    /// Hash of its sealed bytes.
    pub hash: Digest,
    /// The hash in hex as a QR code (ISO/IEC 18004), an SVG image.
    pub qr_svg: String,
}

/// The demand letter that goes out after a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PostingRow {
    /// The refusal.
    pub refusal: EntryId,
    /// What the label says is inside.
    pub label: String,
    /// Until which day it goes out.
    pub post_by: Day,
    /// When it went out.
    pub posted: Option<Day>,
    /// The carrier's number; empty until then.
    pub number: String,
    /// It has not gone out and the day is past.
    pub is_overdue: bool,
}

/// What the script of a refusal starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct RefusalScript {
    /// The team of the stop's plan, this device's user first.
    pub team: Vec<TeamMember>,
    /// The label's text for the express letter (内件品名).
    pub label: String,
    /// The day proposed for the posting.
    pub post_by: Day,
    /// The day to act by on the oldest receivable.
    pub act_by: Option<Day>,
}

/// One of the team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct TeamMember {
    /// The account.
    pub user: UserId,
    /// The name; empty when it is not known here.
    pub name: String,
}

/// What was signed at a stop, newest first.
#[must_use]
pub fn signed_rows(timeline: &[EntryRow]) -> Vec<SignedRow> {
    timeline
        .iter()
        .rev()
        .filter_map(|row| {
            let EntryDetail::Acknowledgement {
                paper,
                signer_name,
                capacity,
                total,
                ..
            } = &row.detail
            else {
                return None;
            };
            Some(SignedRow {
                entry: row.entry,
                at_ms: row.at_ms,
                paper: *paper,
                signer_name: signer_name.clone(),
                capacity: *capacity,
                total: *total,
                state: row.state,
                completeness: completeness(row, timeline),
            })
        })
        .collect()
}

/// What belongs to the signed paper `signed`. A signature, seal or copy that names another hash than the paper's is none.
#[must_use]
pub fn completeness(signed: &EntryRow, timeline: &[EntryRow]) -> Completeness {
    let mut found = Completeness {
        countersigned: Vec::new(),
        guarantors_missing: Vec::new(),
        seal: SealStatus::NotNeeded,
        seals: Vec::new(),
        copy_with: None,
        parts_complete: signed.parts_complete,
        parts_total: signed.parts_total,
        is_complete: false,
    };
    for row in timeline
        .iter()
        .filter(|row| row.amends == Some(signed.entry))
    {
        if found.take(row, signed.hash) {
            found.parts_complete = found.parts_complete.saturating_add(row.parts_complete);
            found.parts_total = found.parts_total.saturating_add(row.parts_total);
        }
    }
    if let EntryDetail::Acknowledgement {
        guarantors,
        seal,
        capacity,
        ..
    } = &signed.detail
    {
        let has_signed = |name: &str| {
            found
                .countersigned
                .iter()
                .any(|row| row.role == CountersignRole::Guarantor && row.name == name)
        };
        found.guarantors_missing = guarantors
            .iter()
            .filter(|guarantor| guarantor.signs && !has_signed(&guarantor.name))
            .map(|guarantor| guarantor.name.clone())
            .collect();
        found.seal = seal_status(&found.seals, *seal, *capacity);
    }
    let has_witness = found
        .countersigned
        .iter()
        .any(|row| row.role == CountersignRole::TeamMember);
    found.is_complete = has_witness
        && found.guarantors_missing.is_empty()
        && found.seal != SealStatus::Missing
        && found.copy_with.is_some()
        && found.parts_complete == found.parts_total;
    found
}

impl Completeness {
    /// Takes in an entry that points back; false when it belongs to nothing here or names other bytes.
    fn take(&mut self, row: &EntryRow, hash: Digest) -> bool {
        if let EntryDetail::Countersignature {
            role,
            name,
            image,
            pinned,
        } = &row.detail
            && *pinned == hash
        {
            self.countersigned.push(CountersignedRow {
                entry: row.entry,
                role: *role,
                name: name.clone(),
                at_ms: row.at_ms,
                image: *image,
            });
            return true;
        }
        if let EntryDetail::CompanySeal { photo, pinned, .. } = &row.detail
            && *pinned == hash
        {
            self.seals.push(*photo);
            return true;
        }
        if let EntryDetail::CopyHandedOver { person, pinned, .. } = &row.detail
            && *pinned == hash
        {
            self.copy_with = Some(person.clone());
            return true;
        }
        false
    }
}

fn seal_status(seals: &[Digest], condition: SealCondition, capacity: Capacity) -> SealStatus {
    if !seals.is_empty() {
        return SealStatus::Photographed;
    }
    if condition == SealCondition::Required {
        return SealStatus::Missing;
    }
    let effect = signer_effect(capacity.customer_kind(), capacity, condition);
    if effect.amount_admitted == EffectLevel::NeedsProof {
        SealStatus::Advised
    } else {
        SealStatus::NotNeeded
    }
}

/// The letter that follows the last refusal of a stop, when it was said until when it goes out.
#[must_use]
pub fn posting(timeline: &[EntryRow], today: Day) -> Option<PostingRow> {
    timeline.iter().rev().find_map(|row| {
        let EntryDetail::Refusal {
            label,
            post_by: Some(post_by),
            ..
        } = &row.detail
        else {
            return None;
        };
        let posted = timeline.iter().find_map(|later| {
            let EntryDetail::DemandLetterPosted { posted, number } = &later.detail else {
                return None;
            };
            (later.amends == Some(row.entry)).then(|| (*posted, number.clone()))
        });
        Some(PostingRow {
            refusal: row.entry,
            label: label.clone(),
            post_by: *post_by,
            posted: posted.as_ref().map(|(day, _)| *day),
            is_overdue: posted.is_none() && today > *post_by,
            number: posted.map(|(_, number)| number).unwrap_or_default(),
        })
    })
}
