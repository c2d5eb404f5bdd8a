//! Phones: one-time codes to bind them, and unbinding.

use countersign_core::domain::ids::{DeviceId, EntryId, UserId};
use countersign_core::journal::Scope;
use countersign_core::journal::facts::{DeviceRevoked, Fact};
use countersign_core::read_model::devices::{self, DeviceRow};

use super::{Desk, DeskError, Need, checked_text};
use crate::auth::devices::EnrolmentCode;
use crate::auth::policy::{Action, any_may};
use crate::organisation::DeskEntry;

impl Desk {
    /// All phones, bound ones first.
    pub fn devices(&self) -> Result<Vec<DeviceRow>, DeskError> {
        self.require(Action::ReadDevices)?;
        Ok(self.organisation.read(devices::all)?)
    }

    /// A one-time code for a person's next phone. It is shown once.
    pub fn issue_enrolment_code(&self, user: UserId) -> Result<EnrolmentCode, DeskError> {
        self.require(Action::EnrolDevice)?;
        let accounts = self.organisation.accounts();
        let person = accounts
            .account(user)?
            .filter(|account| account.organisation == self.organisation.id())
            .ok_or(DeskError::NotFound)?;
        if !any_may(&person.roles, Action::RecordVisit) {
            return Err(DeskError::invalid("user", "desk-plan-not-for-visits"));
        }
        Ok(accounts.issue_enrolment_code(user, self.now())?)
    }

    /// Unbinds a phone: its sessions end at once, what it still pushes is kept and held. Doing it again changes nothing.
    pub fn revoke_device(
        &self,
        device: DeviceId,
        reason: &str,
    ) -> Result<Option<EntryId>, DeskError> {
        self.require(Action::RevokeDevice)?;
        let reason = checked_text(reason, 4096, "reason", Need::Required)?;
        let row = self
            .organisation
            .read(|connection| devices::device(connection, device))?
            .ok_or(DeskError::NotFound)?;
        self.organisation
            .accounts()
            .revoke_device(device, self.now())?;
        if row.revoked_at.is_some() {
            return Ok(None);
        }
        let entry = DeskEntry {
            author: self.user,
            scope: Scope::Office,
            amends: None,
            fact: Fact::DeviceRevoked(DeviceRevoked { device, reason }),
        };
        Ok(Some(self.organisation.desk_append(entry, Vec::new())?))
    }
}
