//! Binding a device, and opening its session.

use minicbor::{Decode, Encode};

use crate::domain::ids::{DeviceId, Digest, OrganisationId, UserId};
use crate::domain::time::Instant;

/// A device introduces itself with a one-time code.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EnrolRequest {
    /// The code as shown in the console: 26 Crockford base-32 digits, hyphens ignored.
    #[n(0)]
    pub code: String,
    /// SEC 1 uncompressed point on P-256, 65 bytes.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub public_key: Vec<u8>,
    /// How the user names the device, at most 200 bytes.
    #[n(2)]
    pub name: String,
    /// Signature by that key over [`EnrolRequest::proof_bytes`]: raw r‖s, 64 bytes, low-S.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub proof: Vec<u8>,
}

impl EnrolRequest {
    /// What `proof` signs.
    #[must_use]
    pub fn proof_bytes(code: &str, public_key: &[u8], name: &str) -> Vec<u8> {
        Digest::of_parts(&[
            b"countersign-enrol-1",
            code.as_bytes(),
            public_key,
            name.as_bytes(),
        ])
        .0
        .to_vec()
    }
}

/// The bound device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EnrolAnswer {
    /// The organisation.
    #[n(0)]
    pub organisation: OrganisationId,
    /// The device's new id.
    #[n(1)]
    pub device: DeviceId,
    /// Its user.
    #[n(2)]
    pub user: UserId,
    /// The user's name.
    #[n(3)]
    pub user_name: String,
    /// Numbers the actors of this device; raised when one was forked.
    #[n(4)]
    pub actor_epoch: u32,
    /// The server's public key for receipts and snapshots: SEC 1 uncompressed, 65 bytes.
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    pub server_key: Vec<u8>,
    /// The server's time.
    #[n(6)]
    pub time: Instant,
}

/// Asks for a session whose bearer token the device has made itself: the answer holds no secret, so the same request may
/// come twice and be answered twice, and who replays it learns nothing.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SessionRequest {
    /// Which device.
    #[n(0)]
    pub device: DeviceId,
    /// [`SessionRequest::token_digest`] of a token of 256 random bits, never used for another session.
    #[n(1)]
    pub token_digest: Digest,
    /// Signature by the device key over [`SessionRequest::proof_bytes`]: raw r‖s, 64 bytes, low-S.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub proof: Vec<u8>,
}

impl SessionRequest {
    /// What `proof` signs.
    #[must_use]
    pub fn proof_bytes(device: DeviceId, token_digest: Digest) -> Vec<u8> {
        Digest::of_parts(&[b"countersign-session-1", device.as_bytes(), &token_digest.0])
            .0
            .to_vec()
    }

    /// What the server knows of a bearer token.
    #[must_use]
    pub fn token_digest(token: &str) -> Digest {
        Digest::of_parts(&[b"device", token.as_bytes()])
    }
}

/// An open session. The device's token stands in `authorization` from now on.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SessionAnswer {
    /// When it ends, by the server's clock; the same when the request is said again.
    #[n(0)]
    pub expires: Instant,
    /// The server's time now.
    #[n(1)]
    pub time: Instant,
}
