//! Binding a device, and opening its session.

use countersign_core::journal::facts::{DeviceEnrolled, Fact};
use countersign_core::journal::{Scope, verify_raw};
use countersign_core::protocol::{EnrolAnswer, EnrolRequest, SessionAnswer, SessionRequest};

use super::error::SyncError;
use crate::app::App;
use crate::auth::devices::Introduction;
use crate::organisation::DeskEntry;

pub(super) fn enrol(app: &App, request: &EnrolRequest) -> Result<EnrolAnswer, SyncError> {
    let EnrolRequest {
        code,
        public_key,
        name,
        proof,
    } = request;
    if name.trim().is_empty() || name.len() > 200 || code.len() > 64 {
        return Err(SyncError::BadRequest(
            "the device's name has 1 to 200 bytes, the code 26 digits",
        ));
    }
    verify_raw(
        public_key,
        &EnrolRequest::proof_bytes(code, public_key, name),
        proof,
    )?;
    let time = app.clock().read().wall;
    let device = app.accounts().enrol(
        Introduction {
            code,
            public_key,
            name,
        },
        time,
    )?;
    let organisation = app
        .organisation(device.organisation)
        .ok_or(SyncError::NotFound)?;
    let account = app
        .accounts()
        .account(device.user)?
        .ok_or(SyncError::NotFound)?;
    let enrolled = DeskEntry {
        author: device.user,
        // Every phone learns the key, to check itself what this one signs.
        scope: Scope::Organisation,
        amends: None,
        fact: Fact::DeviceEnrolled(DeviceEnrolled {
            device: device.id,
            user: device.user,
            public_key: device.public_key,
            name: device.name,
        }),
    };
    organisation.desk_append(enrolled, Vec::new())?;
    Ok(EnrolAnswer {
        organisation: organisation.id(),
        device: device.id,
        user: device.user,
        user_name: account.name,
        actor_epoch: device.actor_epoch,
        server_key: organisation.public_key(),
        time,
    })
}

pub(super) fn session(app: &App, request: &SessionRequest) -> Result<SessionAnswer, SyncError> {
    let SessionRequest {
        device,
        token_digest,
        proof,
    } = request;
    let known = app
        .accounts()
        .device(*device)?
        .ok_or(SyncError::NoSession)?;
    verify_raw(
        &known.public_key,
        &SessionRequest::proof_bytes(*device, *token_digest),
        proof,
    )?;
    let time = app.clock().read().wall;
    let expires = app
        .accounts()
        .open_device_session(*device, *token_digest, time)?;
    Ok(SessionAnswer { expires, time })
}
