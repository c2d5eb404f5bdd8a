//! The software key of a device that has no key store: `device.key` in the replica's folder, readable by its owner only.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::journal::signer::{DeviceSigner, SoftwareSigner};

const FILE: &str = "device.key";

/// Why the key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyFileError {
    /// It cannot be read or written.
    #[error("the device key's file cannot be used")]
    File(#[from] io::Error),
    /// It does not hold a key.
    #[error("the device key's file is damaged")]
    Damaged,
}

/// Reads the key, or makes and stores one from `fresh`.
pub(crate) fn open(
    folder: &Path,
    fresh: impl FnOnce() -> Option<SoftwareSigner>,
) -> Result<Arc<dyn DeviceSigner>, KeyFileError> {
    let path = folder.join(FILE);
    if path.exists() {
        let mut bytes = Zeroizing::new([0; 32]);
        let mut file = fs::File::open(&path)?;
        file.read_exact(bytes.as_mut())
            .map_err(|_short| KeyFileError::Damaged)?;
        let signer = SoftwareSigner::from_bytes(&bytes).map_err(|_no_key| KeyFileError::Damaged)?;
        return Ok(Arc::new(signer));
    }
    let signer = fresh().ok_or(KeyFileError::Damaged)?;
    write(folder, &path, signer.to_bytes().as_ref())?;
    Ok(Arc::new(signer))
}

/// Written aside and renamed, so that a power cut leaves a whole key or none.
fn write(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let aside = folder.join("device.key.new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&aside, path)?;
    fs::File::open(folder)?.sync_all()
}
