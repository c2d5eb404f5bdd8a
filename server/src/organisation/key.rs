//! The organisation's key: signs receipts, snapshots, desk entries and whole documents.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use countersign_core::journal::{SignerError, SoftwareSigner};
use countersign_core::replica::Random;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The folder.
    #[error("the organisation's key file")]
    File(#[from] io::Error),
    /// The file is not 32 bytes of a private key.
    #[error("the organisation's key file is damaged; put it back from a backup")]
    Damaged(#[from] SignerError),
    /// The file has the wrong size.
    #[error("the organisation's key file has {0} bytes instead of 32; put it back from a backup")]
    Size(usize),
}

/// Reads the key, or makes one where there is none. The file is readable by its owner only.
pub(super) fn open(path: &Path, random: &dyn Random) -> Result<SoftwareSigner, KeyError> {
    match fs::read(path) {
        Ok(bytes) => {
            let seed = <[u8; 32]>::try_from(bytes.as_slice())
                .map_err(|_length| KeyError::Size(bytes.len()))?;
            Ok(SoftwareSigner::from_bytes(&seed)?)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path, random),
        Err(error) => Err(error.into()),
    }
}

/// Writes beside and renames, so that a crash leaves no half key.
fn make(path: &Path, random: &dyn Random) -> Result<SoftwareSigner, KeyError> {
    let signer = SoftwareSigner::draw(|seed| random.fill(seed).is_ok())?;
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&beside)?;
    file.write_all(signer.to_bytes().as_slice())?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(signer)
}

#[cfg(test)]
mod tests {
    use countersign_core::journal::DeviceSigner as _;
    use countersign_core::replica::OsRandom;

    use super::*;

    #[test]
    fn a_key_stays_the_same_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.key");
        let made = open(&path, &OsRandom).unwrap().public_key().unwrap();
        assert_eq!(open(&path, &OsRandom).unwrap().public_key().unwrap(), made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        fs::write(&path, b"short").unwrap();
        assert!(matches!(open(&path, &OsRandom), Err(KeyError::Size(5))));
    }
}
