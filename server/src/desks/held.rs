//! Quarantine: what phones brought and the server did not let in, and what the office decides about it.
//!
//! Letting in runs every check again but those about the author's leave. Dismissing leaves the bytes where they are; what carries
//! a signature of its own is dismissed by two people.

use countersign_core::domain::held::{HeldDecision, HeldState};
use countersign_core::domain::ids::{DeviceId, Digest, EnvelopeId, UserId};
use countersign_core::domain::time::Instant;
use countersign_core::journal::facts::{Fact, HeldDecided};
use countersign_core::journal::{Entry, Scope};
use countersign_core::protocol::push::Run;
use countersign_core::protocol::{Envelope, HeldCode, Object};
use countersign_core::read_model::held::{self, HeldDecisions};

use super::{Desk, DeskError, Need, checked_text};
use crate::auth::devices::Device;
use crate::auth::policy::Action;
use crate::journal::Quarantined;
use crate::organisation::ReadError;
use crate::sync::release;

/// Most items of a phone that are let in by one act.
const MOST_AT_ONCE: usize = 500;

/// What a held envelope holds, as far as it can be read.
#[derive(Debug, Clone)]
pub enum HeldObject {
    /// An entry.
    Entry(Box<Entry>),
    /// Changes of a document.
    Changes(Box<Run>),
    /// Bytes that do not read as either.
    Unreadable,
}

/// One envelope in quarantine.
#[derive(Debug, Clone)]
pub struct HeldView {
    /// The envelope.
    pub envelope: EnvelopeId,
    /// Digest of its bytes.
    pub digest: Digest,
    /// The phone that brought it.
    pub device: DeviceId,
    /// How its user named it.
    pub device_name: String,
    /// Its user.
    pub user: UserId,
    /// When it arrived last.
    pub received: Instant,
    /// Why it is held.
    pub code: HeldCode,
    /// What it holds.
    pub object: HeldObject,
    /// What it is about; none when that is not known here.
    pub scope: Option<Scope>,
    /// It carries a signature of its own, which verifies under the phone's key or not.
    pub is_signed: bool,
    /// Size of the envelope.
    pub size_bytes: u64,
    /// What was decided; none while nobody has.
    pub decisions: Option<HeldDecisions>,
    /// It is in the journal.
    pub is_released: bool,
}

impl HeldView {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> HeldState {
        if self.is_released {
            HeldState::Released
        } else {
            let state = self.decisions.as_ref().map(|decided| decided.state);
            state.unwrap_or(HeldState::Waiting)
        }
    }
}

/// What this person can do about an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldChoice {
    /// Nothing: the role does not allow it, it is his own, or it is settled.
    None,
    /// Let it in, or dismiss it.
    Both,
    /// Dismiss it only; it cannot be let in, for this reason.
    OnlyDismiss(HeldCode),
}

impl Desk {
    /// One page of what waits, oldest first, and how many wait.
    pub fn held(&self, page: (u32, u32)) -> Result<(Vec<HeldView>, u64), DeskError> {
        self.require(Action::ReadHeld)?;
        let dismissed = self.organisation.read(held::dismissed)?;
        let except: Vec<Digest> = dismissed
            .into_iter()
            .map(|(_envelope, digest)| digest)
            .collect();
        let journal = self.organisation.journal();
        let (rows, total) = journal
            .quarantine_page(&except, page)
            .map_err(ReadError::from)?;
        let views = rows
            .iter()
            .map(|row| self.view(row))
            .collect::<Result<_, _>>()?;
        Ok((views, total))
    }

    /// One page of what was dismissed, the newest decision first, and how many there are.
    pub fn dismissed(
        &self,
        (offset, limit): (usize, usize),
    ) -> Result<(Vec<HeldView>, u64), DeskError> {
        self.require(Action::ReadHeld)?;
        let all = self.organisation.read(held::dismissed)?;
        let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
        let mut views = Vec::new();
        for (_envelope, digest) in all.into_iter().skip(offset).take(limit) {
            views.push(self.view(&self.in_quarantine(digest)?)?);
        }
        Ok((views, total))
    }

    /// One envelope that is, or once was, in quarantine, and what this person can do about it.
    pub fn held_item(&self, digest: Digest) -> Result<(HeldView, HeldChoice), DeskError> {
        self.require(Action::ReadHeld)?;
        let row = self.in_quarantine(digest)?;
        let view = self.view(&row)?;
        let is_settled = view.is_released || view.state() == HeldState::Dismissed;
        if !self.may(Action::DecideHeld) || view.user == self.user || is_settled {
            return Ok((view, HeldChoice::None));
        }
        let device = self.device_of(&row)?;
        let choice = match self.can_be_released(&device, &row)? {
            Ok(()) => HeldChoice::Both,
            Err(code) => HeldChoice::OnlyDismiss(code),
        };
        Ok((view, choice))
    }

    /// The envelope's bytes as they came.
    pub fn held_bytes(&self, digest: Digest) -> Result<Vec<u8>, DeskError> {
        self.require(Action::ReadHeld)?;
        Ok(self.in_quarantine(digest)?.bytes)
    }

    /// Lets an envelope in or dismisses it. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`DeskError::OwnRequest`] for one's own work; `desk-invalid-held-…` when it cannot be let in as it is;
    /// [`DeskError::Stale`] when it is settled already.
    pub fn decide_held(
        &self,
        digest: Digest,
        decision: HeldDecision,
        reason: &str,
    ) -> Result<HeldState, DeskError> {
        self.require(Action::DecideHeld)?;
        let reason = checked_text(reason, 4096, "reason", Need::Required)?;
        self.organisation.in_turn(|| {
            let row = self.in_quarantine(digest)?;
            let view = self.view(&row)?;
            if view.user == self.user {
                return Err(DeskError::OwnRequest);
            }
            let said = view
                .decisions
                .as_ref()
                .map_or(&[][..], |decided| &decided.rows);
            let is_said = said
                .iter()
                .any(|row| row.decided_by == self.user && row.decision == decision);
            match (view.state(), decision) {
                (HeldState::Released, HeldDecision::Dismissed)
                | (HeldState::Dismissed, HeldDecision::Released) => return Err(DeskError::Stale),
                (HeldState::Dismissed, HeldDecision::Dismissed) => {
                    return Ok(HeldState::Dismissed);
                }
                (HeldState::Released, HeldDecision::Released) if view.is_released => {
                    return Ok(HeldState::Released);
                }
                // A release whose second half a crash took goes on here.
                (HeldState::Released, HeldDecision::Released)
                | (HeldState::Waiting | HeldState::DismissalAsked, _) => {}
            }
            let device = self.device_of(&row)?;
            if decision == HeldDecision::Released {
                self.can_be_released(&device, &row)?
                    .map_err(|code| DeskError::invalid("decision", cannot_be_released(code)))?;
            }
            if !is_said {
                self.say(&view, decision, reason)?;
            }
            if decision == HeldDecision::Released {
                release::release(&self.organisation, &device, &row)?.map_err(
                    |(code, _words)| DeskError::invalid("decision", cannot_be_released(code)),
                )?;
            }
            Ok(self.view(&self.in_quarantine(digest)?)?.state())
        })
    }

    /// Lets in all that waits of one phone and can be let in, the oldest first. Gives how many were, and how many were not.
    pub fn release_all(&self, device: DeviceId, reason: &str) -> Result<(u64, u64), DeskError> {
        self.require(Action::DecideHeld)?;
        let reason = checked_text(reason, 4096, "reason", Need::Required)?;
        let rows = self
            .organisation
            .journal()
            .quarantine(Some(device), MOST_AT_ONCE);
        let rows = rows.map_err(ReadError::from)?;
        let first = rows.first().ok_or(DeskError::NotFound)?;
        if self.device_of(first)?.user == self.user {
            return Err(DeskError::OwnRequest);
        }
        let (mut released, mut left) = (0, 0);
        for row in rows {
            match self.decide_held(row.digest, HeldDecision::Released, &reason) {
                Ok(_state) => released += 1,
                Err(DeskError::Invalid { .. }) => left += 1,
                // Dismissed, or let in meanwhile: it is not among what waits.
                Err(DeskError::Stale) => {}
                Err(error) => return Err(error),
            }
        }
        Ok((released, left))
    }

    /// The author's phones learn of it.
    fn say(
        &self,
        view: &HeldView,
        decision: HeldDecision,
        reason: String,
    ) -> Result<(), DeskError> {
        let fact = Fact::HeldDecided(HeldDecided {
            envelope: view.envelope,
            digest: view.digest,
            decision,
            needs_two: view.is_signed,
            reason,
        });
        self.tell(view.user, None, fact)?;
        Ok(())
    }

    fn can_be_released(
        &self,
        device: &Device,
        row: &Quarantined,
    ) -> Result<Result<(), HeldCode>, DeskError> {
        let can = release::can_be_released(&self.organisation, device, row)?;
        Ok(can.map_err(|(code, _words)| code))
    }

    fn in_quarantine(&self, digest: Digest) -> Result<Quarantined, DeskError> {
        let found = self.organisation.journal().quarantined(digest);
        found.map_err(ReadError::from)?.ok_or(DeskError::NotFound)
    }

    fn device_of(&self, row: &Quarantined) -> Result<Device, DeskError> {
        let device = self.organisation.accounts().device(row.device)?;
        device
            .filter(|device| device.organisation == self.organisation.id())
            .ok_or(DeskError::NotFound)
    }

    fn view(&self, row: &Quarantined) -> Result<HeldView, DeskError> {
        let device = self.device_of(row)?;
        let decisions = self
            .organisation
            .read(|connection| held::decisions(connection, row.id, row.digest))?;
        let (object, is_signed) = object(&row.bytes);
        let scope = match &object {
            HeldObject::Entry(entry) => Some(entry.scope),
            HeldObject::Changes(run) => {
                let document = self.organisation.stored_document(run.document)?;
                document.map(|document| document.scope)
            }
            HeldObject::Unreadable => None,
        };
        Ok(HeldView {
            envelope: row.id,
            digest: row.digest,
            device: row.device,
            device_name: device.name,
            user: device.user,
            received: row.received,
            code: row.code,
            object,
            scope,
            is_signed,
            size_bytes: u64::try_from(row.bytes.len()).unwrap_or(u64::MAX),
            decisions,
            is_released: row.released.is_some(),
        })
    }
}

fn object(bytes: &[u8]) -> (HeldObject, bool) {
    match minicbor::decode::<Envelope>(bytes).map(|envelope| envelope.object) {
        Ok(Object::Entry(sealed)) => {
            let is_signed = sealed.signature.is_some();
            let entry = sealed.open();
            let object = entry.map_or(HeldObject::Unreadable, |entry| {
                HeldObject::Entry(Box::new(entry))
            });
            (object, is_signed)
        }
        Ok(Object::Run(run)) => (HeldObject::Changes(Box::new(run)), false),
        Err(_unreadable) => (HeldObject::Unreadable, true),
    }
}

/// The key of the sentence that says why it cannot be let in and what to do.
const fn cannot_be_released(code: HeldCode) -> &'static str {
    match code {
        HeldCode::GapInChain | HeldCode::MissingDependency => "desk-invalid-held-waits",
        HeldCode::UnknownSubject => "desk-invalid-held-subject",
        HeldCode::OutOfScope => "desk-invalid-held-never",
        HeldCode::NotAllowed => "desk-invalid-held-kind",
        HeldCode::Revoked
        | HeldCode::Malformed
        | HeldCode::BadSignature
        | HeldCode::ForkedChain
        | HeldCode::ForeignActor
        | HeldCode::ForkedActor
        | HeldCode::TooLarge
        | HeldCode::IdReused
        | HeldCode::NoRoom => "desk-invalid-held-bytes",
    }
}
