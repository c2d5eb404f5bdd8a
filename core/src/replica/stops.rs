//! A stop: its screen, arrival and departure, and its texts.

use rusqlite::Connection;
use serde::Deserialize;

use crate::documents::{Edit, TextField, packed_field};
use crate::domain::ids::{EntryId, StopId};
use crate::domain::time::Day;
use crate::journal::Scope;
use crate::journal::facts::{Fact, ReasonCode};
use crate::read_model::people;
use crate::read_model::stops::{StopParts, Viewer};
use crate::read_model::{contacts, disputes, documents, entries, reviews, statements, stops};
use crate::replica::commit::{About, Commit};
use crate::replica::devices::Kind;
use crate::replica::disputes::may_find_on;
use crate::replica::error::or_not_found;
use crate::replica::{DraftPlace, Presence, Recorded, Replica, ReplicaError, StopEdit};
use crate::snapshots::plan::Material;
use crate::store::{captures, drafts, signings};
use crate::views::{
    EntryDetail, EntryRow, PositionRow, SentBackRow, StopView, contact_rows, posting, signed_rows,
};

/// Longest text of a document's field.
const FIELD_LIMIT_BYTES: usize = 64 << 10;
/// Replacing so many characters by as many others still passes the gate, which allows 20,000 operations a change.
const TEXT_LIMIT_CHARS: usize = 10_000;

/// `stop.pack`: whether a paper is taken along.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Packing {
    /// The stop.
    pub stop: StopId,
    /// Which; one of the stop's.
    pub material: Material,
    /// Whether it is packed.
    pub is_packed: bool,
}

impl Replica {
    /// `stop.read`.
    pub fn stop(&self, stop: StopId) -> Result<StopView, ReplicaError> {
        let today = Day::legal(self.devices.clock.read().wall);
        self.read(|connection| {
            let me = Self::me(connection)?;
            let viewer = Viewer::of(me.chain(), me.user, today);
            let row = or_not_found(stops::row(connection, &viewer, stop)?, "stop")?;
            let parts = or_not_found(stops::parts(connection, stop)?, "stop")?;
            let timeline = entries::timeline(connection, stop, parts.site)?;
            let found = documents::stop_text(connection, parts.document)?;
            let is_editable = found.is_some();
            let words = found.unwrap_or_default();
            let (_page, attached) = entries::attached(connection, stop, (0, 0))?;
            let (parts_complete, parts_total) = entries::parts_of_stop(connection, stop)?;
            let captures = captures::open_of_stop(connection, stop)?.len();
            let mut conflicts = documents::conflicts(connection, parts.document)?;
            conflicts.extend(documents::conflicts(connection, parts.customer_document)?);
            Ok(StopView {
                row,
                site: parts.site,
                document: parts.document,
                customer_document: parts.customer_document,
                is_editable,
                may_sign: people::may_conduct_signings(connection, me.user)?,
                may_find_on: may_find_on(connection, me.user)?,
                disputes: disputes::of_stop(connection, stop)?,
                notes: words.notes,
                negotiation: words.negotiation,
                reason: words.reason,
                met_person: words.met_person,
                proposal: words.proposal,
                next_step: words.next_step,
                customer_notes: documents::customer_notes(connection, parts.customer_document)?
                    .unwrap_or_default(),
                contacts: contact_rows(
                    &contacts::of_document(connection, parts.customer_document)?,
                    today,
                ),
                follow_ups: contacts::open_follow_ups(connection, parts.customer_document)?,
                check_in: position_of(timeline.iter(), "check_in"),
                check_out: position_of(timeline.iter().rev(), "check_out"),
                conflicts,
                statement: statements::row(connection, parts.statement)?.map(|row| row.summary()),
                settlement: statements::settlement_summary(connection, parts.statement)?,
                sent_backs: sent_backs(connection, stop, &timeline)?,
                signings: signed_rows(&timeline),
                posting: posting(&timeline, today),
                attached,
                parts_complete,
                parts_total,
                captures: u64::try_from(captures).unwrap_or(u64::MAX),
                open_signing: signings::open_of_stop(connection, stop)?.map(|row| row.signing),
                drafts: drafts::at(connection, DraftPlace::Stop { stop })?,
                timeline,
            })
        })
    }

    /// `stop.check_in`: arrival. Repeated before a check-out, it answers the entry that is already there.
    pub fn check_in(&self, presence: &Presence) -> Result<Recorded, ReplicaError> {
        self.commit("check_in", |commit| {
            let parts = commit.stop(presence.stop)?;
            if let Some(("check_in", entry)) = commit.own_presence(parts.stop)? {
                return Ok(Recorded { entry });
            }
            commit.record(parts.stop, Fact::CheckIn(presence.position.clone()))
        })
    }

    /// `stop.check_out`: departure. Repeated, it answers the entry that is already there.
    ///
    /// # Errors
    /// `not-checked-in` when this device's user has not checked in.
    pub fn check_out(&self, presence: &Presence) -> Result<Recorded, ReplicaError> {
        self.commit("check_out", |commit| {
            let parts = commit.stop(presence.stop)?;
            match commit.own_presence(parts.stop)? {
                None => Err(ReplicaError::Refused("not-checked-in")),
                Some(("check_out", entry)) => Ok(Recorded { entry }),
                Some(_) => commit.record(parts.stop, Fact::CheckOut(presence.position.clone())),
            }
        })
    }

    /// `stop.edit`: one field of the stop's document, or `customer_notes` of the customer's.
    ///
    /// # Errors
    /// `unknown-field`, `unknown-reason`, `text-too-long`; `field-in-conflict` until the conflict is settled.
    pub fn edit_stop(&self, edit: &StopEdit) -> Result<(), ReplicaError> {
        if edit.value.len() > FIELD_LIMIT_BYTES || edit.value.chars().count() > TEXT_LIMIT_CHARS {
            return Err(ReplicaError::Refused("text-too-long"));
        }
        self.commit("edit_stop", |commit| {
            let parts = commit.stop(edit.stop)?;
            let value = edit.value.clone();
            let (document, change) = match edit.field.as_str() {
                "notes" => (parts.document, text_edit(TextField::Notes, edit)),
                "negotiation" => (parts.document, text_edit(TextField::Negotiation, edit)),
                "customer_notes" => (parts.customer_document, text_edit(TextField::Notes, edit)),
                "reason" if !is_reason(&value) => {
                    return Err(ReplicaError::Refused("unknown-reason"));
                }
                "reason" | "met_person" | "proposal" | "next_step" => (
                    parts.document,
                    Edit::Field {
                        field: edit.field.clone(),
                        value,
                    },
                ),
                _ => return Err(ReplicaError::Refused("unknown-field")),
            };
            let conflicts = documents::conflicts(commit.tx, document)?;
            if conflicts.iter().any(|row| row.field == edit.field) {
                return Err(ReplicaError::Refused("field-in-conflict"));
            }
            commit.edit(document, change)
        })
    }

    /// `stop.pack`: ticks or unticks a paper of the stop.
    ///
    /// # Errors
    /// `material` is gone when the stop's plan does not name it; `field-in-conflict` until the conflict is settled.
    pub fn pack(&self, packing: &Packing) -> Result<(), ReplicaError> {
        let Packing {
            stop,
            material,
            is_packed,
        } = *packing;
        self.commit("pack", |commit| {
            let parts = commit.stop(stop)?;
            let planned = stops::materials(commit.tx, stop)?.contains(&material);
            or_not_found(planned.then_some(()), "material")?;
            let field = packed_field(material);
            let conflicts = documents::conflicts(commit.tx, parts.document)?;
            if conflicts.iter().any(|row| row.field == field) {
                return Err(ReplicaError::Refused("field-in-conflict"));
            }
            commit.edit(
                parts.document,
                Edit::Packed {
                    material,
                    is_packed,
                },
            )
        })
    }
}

fn text_edit(field: TextField, edit: &StopEdit) -> Edit {
    let value = edit.value.clone();
    match edit.base.clone() {
        Some(base) => Edit::TextFrom { field, base, value },
        None => Edit::Text { field, value },
    }
}

fn is_reason(value: &str) -> bool {
    value.is_empty()
        || serde_json::from_value::<ReasonCode>(serde_json::Value::String(value.to_owned())).is_ok()
}

impl Commit<'_> {
    /// A stop that this device holds.
    pub(crate) fn stop(&self, stop: StopId) -> Result<StopParts, ReplicaError> {
        or_not_found(stops::parts(self.tx, stop)?, "stop")
    }

    /// Appends a fact about a stop.
    pub(crate) fn record(&mut self, stop: StopId, fact: Fact) -> Result<Recorded, ReplicaError> {
        let about = About {
            scope: Scope::Stop(stop),
            amends: None,
        };
        let entry = self.append(about, fact)?;
        self.changed(&[Kind::Stops]);
        Ok(Recorded { entry })
    }

    /// The last check-in or check-out of this device at a stop.
    fn own_presence(&self, stop: StopId) -> Result<Option<(&'static str, EntryId)>, ReplicaError> {
        Ok(self
            .own_timeline(stop)?
            .iter()
            .rev()
            .find_map(|row| presence(&row.detail).map(|kind| (kind, row.entry))))
    }

    /// This device's entries at a stop, oldest first.
    pub(crate) fn own_timeline(&self, stop: StopId) -> Result<Vec<EntryRow>, ReplicaError> {
        Ok(entries::own_timeline(
            self.tx,
            self.device()?.chain(),
            stop,
        )?)
    }
}

fn position_of<'a>(
    mut rows: impl Iterator<Item = &'a EntryRow>,
    kind: &str,
) -> Option<PositionRow> {
    rows.find(|row| presence(&row.detail) == Some(kind))?
        .position
        .clone()
}

/// The kind of an arrival or departure.
fn presence(detail: &EntryDetail) -> Option<&'static str> {
    if let EntryDetail::CheckIn { .. } = detail {
        Some("check_in")
    } else if let EntryDetail::CheckOut { .. } = detail {
        Some("check_out")
    } else {
        None
    }
}

fn sent_backs(
    connection: &Connection,
    stop: StopId,
    timeline: &[EntryRow],
) -> Result<Vec<SentBackRow>, ReplicaError> {
    reviews::sent_backs(connection, stop)?
        .into_iter()
        .rev()
        .map(|row| {
            let answer = row.answers.last();
            Ok(SentBackRow {
                entry: row.entry,
                about: Some(row.about),
                field: row.field.clone(),
                reason: row.reason.clone(),
                deadline: row.deadline,
                author_name: people::name(connection, row.sent_by)?,
                at_ms: row.sent_at.ms(),
                answer: answer.map(|answer| answer.text.clone()),
                answer_state: answer.and_then(|answer| {
                    timeline
                        .iter()
                        .find(|entry| entry.entry == answer.entry)
                        .map(|entry| entry.state)
                }),
            })
        })
        .collect()
}
