//! This device: enrolment and what its settings show.

use crate::protocol::{EnrolAnswer, EnrolRequest};
use crate::read_model::people;
use crate::replica::devices::Kind;
use crate::replica::sync::{Transport, exchange};
use crate::replica::{Enrolment, Replica, ReplicaError};
use crate::store::{device, outbox, settings};
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
                held: count(ObjectState::Held)?,
                last_sync_ms: me.as_ref().and_then(|me| me.last_sync_ms),
                server_url: me.map(|me| me.server_url).unwrap_or_default(),
            })
        })
    }

    /// `device.enrol`: binds this device to the user for whom the code was issued. A lost answer costs the code: a new one
    /// is asked for at the office.
    ///
    /// # Errors
    /// [`ReplicaError::AlreadyEnrolled`]; `code-missing`, `device-name-unusable`; `code-refused` when the server does not take the
    /// code.
    pub fn enrol(
        &self,
        enrolment: &Enrolment,
        transport: &dyn Transport,
    ) -> Result<DeviceView, ReplicaError> {
        if self.read(|connection| Ok(device::read(connection)?.is_some()))? {
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
        let signer = &self.devices.signer;
        let public_key = signer.public_key().map_err(|_refused| ReplicaError::Key)?;
        let proof = signer
            .sign(&EnrolRequest::proof_bytes(&code, &public_key, name))
            .map_err(|_refused| ReplicaError::Key)?;
        let request = EnrolRequest {
            code,
            public_key,
            name: name.to_owned(),
            proof: proof.to_vec(),
        };
        let answer: EnrolAnswer = exchange::enrol(transport, &request)?;
        if answer.server_key.len() != 65 {
            return Err(ReplicaError::BadAnswer);
        }
        self.commit("enrol", |commit| {
            device::enrol(commit.tx, &answer, enrolment.server_url.trim())?;
            settings::set_enrolment(commit.tx, name, commit.now())?;
            commit.changed(&[Kind::Device, Kind::Sync]);
            Ok(())
        })?;
        self.device()
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
