//! Which key speaks for which chain: the server's for desks, an enrolled phone's for its own.

use std::collections::BTreeMap;

use super::{Examination, Opened, why};
use crate::domain::ids::{ChainId, DeviceId, UserId};
use crate::domain::time::Instant;
use crate::evidence::bundle::fingerprint;
use crate::evidence::report::{Line, Value};
use crate::journal::Entry;
use crate::journal::facts::Fact;

/// A phone whose key the server has bound.
struct Bound {
    key: Vec<u8>,
    user: UserId,
}

/// The keys that the bundle shows.
pub(super) struct Keys {
    server: Vec<u8>,
    phones: BTreeMap<ChainId, Bound>,
}

/// Whether a chain is a desk's: it has its user's number, and the server signs for it.
fn is_desk(entry: &Entry) -> bool {
    entry.chain.as_bytes() == entry.author.as_bytes()
}

/// Whether an entry is there only for the key that it names.
pub(super) const fn is_key_record(entry: &Entry) -> bool {
    matches!(entry.fact, Fact::DeviceEnrolled(_) | Fact::DeviceRevoked(_))
}

impl Keys {
    /// Reads the records of keys and says of each phone on whose chain something stands whether its key is shown.
    pub(super) fn of(examined: &Examination<'_>, lines: &mut Vec<Line>) -> Self {
        let server = examined.manifest.server_key.clone();
        let mut keys = Self {
            server,
            phones: BTreeMap::new(),
        };
        let mut revoked = BTreeMap::new();
        for one in &examined.entries {
            if !is_key_record(&one.entry) {
                continue;
            }
            if let Some(why) = keys.fault(one) {
                lines.push(Line::wrong("key-record-broken").with("why", why));
                continue;
            }
            if let Fact::DeviceRevoked(fact) = &one.entry.fact {
                revoked.insert(ChainId::from(fact.device), one.entry.made.wall);
            }
            if let Fact::DeviceEnrolled(enrolled) = &one.entry.fact {
                lines.push(
                    Line::proved("device-enrolled")
                        .with("name", enrolled.name.clone())
                        .with("device", enrolled.device.to_string())
                        .with("fingerprint", fingerprint(&enrolled.public_key).to_string())
                        .with("user", enrolled.user.to_string())
                        .by(fingerprint(&keys.server)),
                );
                let bound = Bound {
                    key: enrolled.public_key.clone(),
                    user: enrolled.user,
                };
                keys.phones.insert(ChainId::from(enrolled.device), bound);
            }
        }
        keys.phones_of_the_entries(examined, &revoked, lines);
        keys
    }

    /// Why a record of keys does not stand under the server's key; none when it does.
    fn fault(&self, one: &Opened) -> Option<Value> {
        if is_desk(&one.entry) {
            one.sealed
                .verify(&self.server)
                .err()
                .map(|error| why(&error))
        } else {
            Some(Value::Word("why", "not-of-a-desk".to_owned()))
        }
    }

    fn phones_of_the_entries(
        &self,
        examined: &Examination<'_>,
        revoked: &BTreeMap<ChainId, Instant>,
        lines: &mut Vec<Line>,
    ) {
        let entries = examined.entries.iter().map(|one| &one.entry);
        let mut last = None;
        for entry in entries.filter(|entry| !is_desk(entry)) {
            if last == Some(entry.chain) {
                continue;
            }
            last = Some(entry.chain);
            let device = entry.chain.to_string();
            if !self.phones.contains_key(&entry.chain) {
                lines.push(Line::wrong("device-unknown").with("device", device));
                continue;
            }
            lines.push(match revoked.get(&entry.chain) {
                Some(at) => Line::proved("device-revoked")
                    .with("device", device)
                    .with("at", Value::At(*at))
                    .by(fingerprint(&self.server)),
                None => Line::not_proved("device-no-revocation").with("device", device),
            });
        }
    }

    /// The key under which an entry must verify.
    pub(super) fn of_entry(&self, entry: &Entry) -> Option<&Vec<u8>> {
        if is_desk(entry) {
            Some(&self.server)
        } else {
            self.phones.get(&entry.chain).map(|bound| &bound.key)
        }
    }

    /// A phone's key.
    pub(super) fn of_device(&self, device: DeviceId) -> Option<&Vec<u8>> {
        self.phones
            .get(&ChainId::from(device))
            .map(|bound| &bound.key)
    }

    /// Whether the author is whom the chain belongs to.
    pub(super) fn is_authors(&self, entry: &Entry) -> bool {
        is_desk(entry)
            || self
                .phones
                .get(&entry.chain)
                .is_none_or(|bound| bound.user == entry.author)
    }
}
