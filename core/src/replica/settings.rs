//! How this phone shows things, and its record.

use std::path::Path;

use crate::domain::ids::Digest;
use crate::replica::devices::Kind;
use crate::replica::{Replica, ReplicaError};
use crate::store;
use crate::store::{device, settings};
use crate::views::{DeviceRecord, Settings};

const TEXT_PERCENT: std::ops::RangeInclusive<u16> = 100..=200;

impl Replica {
    /// `settings.read`. Works before enrolment; until somebody chose, the defaults.
    pub fn settings(&self) -> Result<Settings, ReplicaError> {
        self.read(|connection| Ok(settings::read(connection)?.unwrap_or_default()))
    }

    /// `settings.keep`.
    ///
    /// # Errors
    /// `text-size-unusable` outside 100 to 200 per cent.
    pub fn keep_settings(&self, chosen: Settings) -> Result<Settings, ReplicaError> {
        if !TEXT_PERCENT.contains(&chosen.text_percent) {
            return Err(ReplicaError::Refused("text-size-unusable"));
        }
        self.commit("keep_settings", |commit| {
            settings::put(commit.tx, chosen)?;
            commit.changed(&[Kind::Device]);
            Ok(chosen)
        })
    }

    /// `device.record`: what the office or support asks about this device.
    pub fn device_record(&self) -> Result<DeviceRecord, ReplicaError> {
        let key = self.signer().public_key();
        let key = key.map_err(|_refused| ReplicaError::Key)?;
        let storage_bytes = size_bytes(&self.folder)?;
        self.read(|connection| {
            let me = device::read(connection)?;
            let (name, enrolled_ms) = settings::enrolment(connection)?.unzip();
            Ok(DeviceRecord {
                device: me.as_ref().map(|me| me.device),
                name: name.unwrap_or_default(),
                enrolled_ms,
                server_url: me.map(|me| me.server_url).unwrap_or_default(),
                key_fingerprint: Digest::of(&key).to_string(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                store_version: store::version(connection)?,
                storage_bytes,
            })
        })
    }
}

/// Bytes of the files in the replica's folder, which has no folders in it.
fn size_bytes(folder: &Path) -> Result<u64, ReplicaError> {
    let mut total = 0;
    for file in std::fs::read_dir(folder)? {
        total += file?.metadata()?.len();
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use crate::replica::fake::{FakeServer, MORNING, Phone};
    use crate::views::{Language, Theme};

    use super::*;

    #[test]
    fn what_was_chosen_is_there_for_a_new_web_view_and_before_enrolment() {
        let mut phone = Phone::new(1);
        assert_eq!(phone.settings().unwrap(), Settings::default());
        let chosen = Settings {
            language: Some(Language::English),
            text_percent: 150,
            theme: Theme::Dark,
        };
        phone.keep_settings(chosen).unwrap();
        phone.restart();
        assert_eq!(phone.settings().unwrap(), chosen);
        let json = serde_json::to_value(chosen).unwrap();
        assert_eq!(
            json,
            serde_json::json!({ "language": "en", "text_percent": 150, "theme": "dark" })
        );
    }

    #[test]
    fn a_text_size_that_cannot_be_read_is_refused_and_changes_nothing() {
        let phone = Phone::new(1);
        for text_percent in [0, 99, 201] {
            let chosen = Settings {
                text_percent,
                ..Settings::default()
            };
            let error = phone.keep_settings(chosen).unwrap_err();
            assert_eq!(error.reference(), "text-size-unusable");
        }
        assert_eq!(phone.settings().unwrap(), Settings::default());
    }

    #[test]
    fn the_record_names_device_key_and_enrolment() {
        let fresh = Phone::new(2).device_record().unwrap();
        assert_eq!((fresh.device, fresh.enrolled_ms), (None, None));
        let server = FakeServer::new();
        let phone = Phone::enrolled(1, &server);
        let record = phone.device_record().unwrap();
        assert_eq!(record.device, phone.device().unwrap().device_id);
        assert_eq!(record.name, "phone");
        let this_morning = MORNING..MORNING + 1_000;
        assert!(
            record
                .enrolled_ms
                .is_some_and(|at| this_morning.contains(&at))
        );
        assert_eq!(record.key_fingerprint.len(), 64);
        assert_ne!(record.key_fingerprint, fresh.key_fingerprint);
        assert!(record.storage_bytes > 0);
    }
}
