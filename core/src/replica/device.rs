//! This device: enrolment and what its settings show.

use std::sync::{Arc, PoisonError};

use crate::journal::signer::DeviceSigner;
use crate::protocol::{EnrolAnswer, EnrolRequest};
use crate::read_model::people;
use crate::replica::devices::Kind;
use crate::replica::sync::{Transport, exchange};
use crate::replica::{Enrolment, KeyHome, Replica, ReplicaError, software_key};
use crate::store::{device, key_file, lock, outbox, settings};
use crate::views::{DeviceView, ObjectState};

const NAME_LIMIT_BYTES: usize = 200;

impl Replica {
    /// `device.read`.
    pub fn device(&self) -> Result<DeviceView, ReplicaError> {
        self.read(|connection| {
            let me = device::read(connection)?;
            let count = |state| outbox::count(connection, state).map(device::unsigned);
            let unsent = count(ObjectState::Local)? + count(ObjectState::Sent)?;
            let organisation_name = people::policy(connection)?
                .map(|policy| policy.organisation_name)
                .unwrap_or_default();
            Ok(DeviceView {
                enrolled: me.is_some(),
                user_name: me
                    .as_ref()
                    .map_or_else(String::new, |me| me.user_name.clone()),
                organisation_name,
                device_id: me.as_ref().map(|me| me.device),
                unsent,
                held: device::unsigned(outbox::count_held(connection)?),
                copied: outbox::is_copied(connection)?,
                last_sync_ms: me.as_ref().and_then(|me| me.last_sync_ms),
                server_url: me.map(|me| me.server_url).unwrap_or_default(),
            })
        })
    }

    /// `device.enrol`: binds this device to the user for whom the code was issued. A lost answer costs the code: a new one
    /// is asked for at the office.
    ///
    /// A device whose chain another one writes too, because it was copied or restored from a backup, is enrolled again: under
    /// a new id, on a fresh chain, and with a new key where the key could be copied. What was held stays here and on the
    /// server.
    ///
    /// A device whose lock is spent is enrolled again in the same way. Where its key was under the PIN, nobody can send for the
    /// former device any more: what it left is offered by the new one and the server holds it, byte for byte, until somebody
    /// decides. Every enrolment turns the lock off; the new owner sets a PIN.
    ///
    /// # Errors
    /// [`ReplicaError::AlreadyEnrolled`]; [`ReplicaError::Locked`]; `code-missing`, `device-name-unusable`; `code-refused` when the server does not take the
    /// code; `code-of-another-person` when it is not for whoever this phone belongs to; `unsent-before-enrol` when a copied device has work that the server has not seen.
    pub fn enrol(
        &self,
        enrolment: &Enrolment,
        transport: &dyn Transport,
    ) -> Result<DeviceView, ReplicaError> {
        let former = self.read(|connection| Ok(device::read(connection)?))?;
        let is_spent = self.is_lock_spent()?;
        if !is_spent {
            self.must_be_open()?;
        }
        let may_again = is_spent || self.read(|connection| Ok(outbox::is_copied(connection)?))?;
        if former.is_some() && !may_again {
            return Err(ReplicaError::AlreadyEnrolled);
        }
        let code = plain_code(&enrolment.code);
        let name = enrolment.name.trim();
        if code.is_empty() {
            return Err(ReplicaError::Refused("code-missing"));
        }
        if name.is_empty() || name.len() > NAME_LIMIT_BYTES {
            return Err(ReplicaError::Refused("device-name-unusable"));
        }
        if former.is_some() && self.has_its_key() {
            self.send_all_before_enrolling_again(transport)?;
        }
        let is_new = former.is_some() && self.needs_new_key()?;
        let signer = if is_new {
            self.next_signer()?
        } else {
            self.signer()
        };
        let public_key = signer.public_key().map_err(|_refused| ReplicaError::Key)?;
        let proof = signer
            .sign(&EnrolRequest::proof_bytes(&code, &public_key, name))
            .map_err(|_refused| ReplicaError::Key)?;
        let request = EnrolRequest {
            code,
            public_key: public_key.clone(),
            name: name.to_owned(),
            proof: proof.to_vec(),
        };
        let answer: EnrolAnswer = exchange::enrol(transport, &request)?;
        if answer.server_key.len() != 65 {
            return Err(ReplicaError::BadAnswer);
        }
        if former
            .as_ref()
            .is_some_and(|former| former.user != answer.user)
        {
            return Err(ReplicaError::Refused("code-of-another-person"));
        }
        self.commit("enrol", |commit| {
            if let Some(former) = &former {
                let now = commit.device()?;
                device::leave(commit.tx, &now, &public_key)?;
                tracing::info!(device.id = %former.device, "a device is enrolled again");
            }
            lock::remove(commit.tx)?;
            // Nobody signs between the two: whoever appends holds the store.
            self.use_signer(Arc::clone(&signer));
            device::enrol(commit.tx, &answer, enrolment.server_url.trim())?;
            settings::set_enrolment(commit.tx, name, commit.now())?;
            commit.changed(&[Kind::Device, Kind::Sync, Kind::Lock]);
            Ok(())
        })?;
        if is_new {
            self.take_next_key()?;
        }
        self.lock_is_off()?;
        self.device()
    }

    fn send_all_before_enrolling_again(
        &self,
        transport: &dyn Transport,
    ) -> Result<(), ReplicaError> {
        self.sync(transport)?;
        let view = self.device()?;
        if view.unsent > 0 {
            return Err(ReplicaError::Refused("unsent-before-enrol"));
        }
        Ok(())
    }

    /// Whether a device that is enrolled again gets a new key: unless the platform has it, from where it cannot be copied.
    fn needs_new_key(&self) -> Result<bool, ReplicaError> {
        Ok(match self.devices.key {
            KeyHome::Platform => false,
            KeyHome::Vault => self.read(|connection| Ok(lock::read(connection)?.is_some()))?,
            KeyHome::File => true,
        })
    }

    fn next_signer(&self) -> Result<Arc<dyn DeviceSigner>, ReplicaError> {
        let signer = software_key(self.devices.random.as_ref()).ok_or(ReplicaError::Random)?;
        key_file::put_next(&self.folder, &signer).map_err(|_unusable| ReplicaError::Key)?;
        Ok(Arc::new(signer))
    }

    /// The new key takes its place, wrapped where there is a vault.
    fn take_next_key(&self) -> Result<(), ReplicaError> {
        let vault = self.devices.vault.as_deref();
        key_file::take_next(&self.folder)
            .and_then(|()| key_file::open(&self.folder, vault, || None))
            .map(drop)
            .map_err(|_unusable| ReplicaError::Key)
    }

    pub(super) fn use_signer(&self, signer: Arc<dyn DeviceSigner>) {
        let current = self.devices.signer.write();
        *current.unwrap_or_else(PoisonError::into_inner) = signer;
    }
}

/// Upper case, without hyphens and spaces; Crockford's look-alikes are read as what they stand for.
fn plain_code(code: &str) -> String {
    code.chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}
