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

/// Asks for a session.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SessionRequest {
    /// Which device.
    #[n(0)]
    pub device: DeviceId,
    /// 16 random bytes, never used twice.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub nonce: Vec<u8>,
    /// Signature by the device key over [`SessionRequest::proof_bytes`]: raw r‖s, 64 bytes, low-S.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub proof: Vec<u8>,
}

impl SessionRequest {
    /// What `proof` signs.
    #[must_use]
    pub fn proof_bytes(device: DeviceId, nonce: &[u8]) -> Vec<u8> {
        Digest::of_parts(&[b"countersign-session-1", device.as_bytes(), nonce])
            .0
            .to_vec()
    }
}

/// An open session.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SessionAnswer {
    /// Bearer token for `authorization`.
    #[n(0)]
    pub token: String,
    /// When it ends, by the server's clock.
    #[n(1)]
    pub expires: Instant,
    /// The server's time now.
    #[n(2)]
    pub time: Instant,
}
