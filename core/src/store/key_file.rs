//! The software key of a device whose platform signs nothing itself: a file in the replica's folder, readable by its owner only.
//!
//! With a [`KeyVault`] the file is `device.key.wrapped` and is of no use away from this device; without one it is `device.key`.
//! Once the lock is on, the key is in `lock.wrap` alone: under the PIN, and the vault around that. Where the platform signs by
//! itself, `lock.wrap` holds random bytes that only say whether the PIN was right.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::journal::signer::{DeviceSigner, SoftwareSigner};

const PLAIN: &str = "device.key";
/// The plain key of an enrolment that is under way.
const NEXT: &str = "device.key.next";
const WRAPPED: &str = "device.key.wrapped";
/// What the PIN wraps. One byte says what is around it: 0 nothing, 1 the vault.
const LOCK: &str = "lock.wrap";
const BARE: u8 = 0;
const VAULTED: u8 = 1;

/// The platform's key store: wraps a secret under a key that never leaves it.
pub trait KeyVault: Send + Sync + fmt::Debug {
    /// The wrapped secret; only this vault opens it.
    fn wrap(&self, plain: &[u8]) -> Result<Vec<u8>, VaultClosed>;
    /// The secret again.
    fn unwrap(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultClosed>;
}

/// The key store refuses: locked, replaced, or its key is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key store of the platform does not open")]
pub struct VaultClosed;

/// Why the key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyFileError {
    /// It cannot be read or written.
    #[error("the device key's file cannot be used")]
    File(#[from] io::Error),
    /// It does not hold a key.
    #[error("the device key's file is damaged")]
    Damaged,
    /// It is wrapped, and the vault does not open it or is not here.
    #[error("the device key is wrapped and does not open")]
    Vault(#[from] VaultClosed),
}

/// Reads the key, or makes and stores one from `fresh`. A plain key that meets a vault is wrapped from then on.
pub(crate) fn open(
    folder: &Path,
    vault: Option<&dyn KeyVault>,
    fresh: impl FnOnce() -> Option<SoftwareSigner>,
) -> Result<Arc<dyn DeviceSigner>, KeyFileError> {
    if let Some(wrapped) = read(&folder.join(WRAPPED))? {
        let vault = vault.ok_or(VaultClosed)?;
        let signer = key(&vault.unwrap(&wrapped)?)?;
        remove(&folder.join(PLAIN))?;
        return Ok(Arc::new(signer));
    }
    let plain = read(&folder.join(PLAIN))?;
    let signer = match &plain {
        Some(bytes) => key(bytes)?,
        None => fresh().ok_or(KeyFileError::Damaged)?,
    };
    match vault {
        Some(vault) => {
            let wrapped = wrapped(vault, &signer)?;
            write(folder, WRAPPED, &wrapped)?;
            remove(&folder.join(PLAIN))?;
        }
        None if plain.is_none() => write(folder, PLAIN, signer.to_bytes().as_ref())?,
        None => {}
    }
    Ok(Arc::new(signer))
}

/// A vault that does not give back what it took would cost the key at the next start: it is asked before anything is stored.
fn wrapped(vault: &dyn KeyVault, signer: &SoftwareSigner) -> Result<Vec<u8>, VaultClosed> {
    let bytes = signer.to_bytes();
    let wrapped = vault.wrap(bytes.as_ref())?;
    if vault.unwrap(&wrapped)?.as_slice() == bytes.as_slice() {
        Ok(wrapped)
    } else {
        Err(VaultClosed)
    }
}

/// The key's 32 bytes, for whoever wraps them with a PIN.
pub(crate) fn secret(
    folder: &Path,
    vault: Option<&dyn KeyVault>,
) -> Result<Zeroizing<[u8; 32]>, KeyFileError> {
    let bytes = match read(&folder.join(WRAPPED))? {
        Some(wrapped) => vault.ok_or(VaultClosed)?.unwrap(&wrapped)?,
        None => read(&folder.join(PLAIN))?.ok_or(KeyFileError::Damaged)?,
    };
    let bytes: [u8; 32] = bytes
        .as_slice()
        .try_into()
        .map_err(|_length| KeyFileError::Damaged)?;
    Ok(Zeroizing::new(bytes))
}

/// The signer of a key that the PIN opened.
pub(crate) fn signer(secret: &[u8; 32]) -> Result<SoftwareSigner, KeyFileError> {
    SoftwareSigner::from_bytes(secret).map_err(|_no_key| KeyFileError::Damaged)
}

/// Stores what the PIN wraps, with the vault around it when there is one.
pub(crate) fn put_lock(
    folder: &Path,
    vault: Option<&dyn KeyVault>,
    wrap: &[u8],
) -> Result<(), KeyFileError> {
    let bytes = match vault {
        Some(vault) => {
            let around = vault.wrap(wrap)?;
            if vault.unwrap(&around)?.as_slice() != wrap {
                return Err(VaultClosed.into());
            }
            [&[VAULTED], around.as_slice()].concat()
        }
        None => [&[BARE], wrap].concat(),
    };
    Ok(write(folder, LOCK, &bytes)?)
}

/// What the PIN wraps; none when it was destroyed, or there is no lock.
pub(crate) fn lock(
    folder: &Path,
    vault: Option<&dyn KeyVault>,
) -> Result<Option<Zeroizing<Vec<u8>>>, KeyFileError> {
    let Some(bytes) = read(&folder.join(LOCK))? else {
        return Ok(None);
    };
    match bytes.split_first() {
        Some((&BARE, wrap)) => Ok(Some(Zeroizing::new(wrap.to_vec()))),
        Some((&VAULTED, around)) => Ok(Some(vault.ok_or(VaultClosed)?.unwrap(around)?)),
        Some(_) | None => Err(KeyFileError::Damaged),
    }
}

/// The PIN has the key: what stood beside goes.
pub(crate) fn remove_unlocked(folder: &Path) -> Result<(), KeyFileError> {
    if !folder.join(LOCK).exists() {
        return Ok(());
    }
    for name in [PLAIN, WRAPPED] {
        remove(&folder.join(name))?;
    }
    Ok(())
}

/// Destroys what the PIN wraps: written over, then removed. Flash may keep old bytes; with a vault around them they open
/// nothing away from this device.
pub(crate) fn destroy_lock(folder: &Path) -> Result<(), KeyFileError> {
    let path = folder.join(LOCK);
    if let Some(bytes) = read(&path)? {
        let mut file = OpenOptions::new().write(true).open(&path)?;
        file.write_all(&vec![0; bytes.len()])?;
        file.sync_all()?;
    }
    remove(&path)?;
    Ok(fs::File::open(folder)?.sync_all()?)
}

/// A lock that was being turned on when the power went, before the store knew of it: the key still stands beside it.
pub(crate) fn forget_unfinished_lock(folder: &Path) -> Result<(), KeyFileError> {
    if !folder.join(LOCK).exists() {
        return Ok(());
    }
    if [PLAIN, WRAPPED]
        .iter()
        .all(|name| !folder.join(name).exists())
    {
        return Err(KeyFileError::Damaged);
    }
    Ok(remove(&folder.join(LOCK))?)
}

/// Stores a plain key beside the one in use, for an enrolment that is about to be tried.
pub(crate) fn put_next(folder: &Path, signer: &SoftwareSigner) -> Result<(), KeyFileError> {
    Ok(write(folder, NEXT, signer.to_bytes().as_ref())?)
}

/// The key beside becomes the one in use.
pub(crate) fn take_next(folder: &Path) -> Result<(), KeyFileError> {
    fs::rename(folder.join(NEXT), folder.join(PLAIN))?;
    Ok(fs::File::open(folder)?.sync_all()?)
}

/// Does what a power cut kept [`take_next`] from doing: `last` is the public key of the last of several enrolments.
pub(crate) fn take_next_of(folder: &Path, last: &[u8]) -> Result<(), KeyFileError> {
    match read(&folder.join(NEXT))? {
        Some(next) if key(&next)?.public_key().is_ok_and(|next| next == last) => take_next(folder),
        Some(_) | None => Ok(()),
    }
}

fn key(bytes: &[u8]) -> Result<SoftwareSigner, KeyFileError> {
    let bytes: &[u8; 32] = bytes.try_into().map_err(|_length| KeyFileError::Damaged)?;
    SoftwareSigner::from_bytes(bytes).map_err(|_no_key| KeyFileError::Damaged)
}

fn read(path: &Path) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Written aside and renamed, so that a power cut leaves a whole key or none.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
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
    fs::rename(&aside, folder.join(name))?;
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Mask(u8);

    impl KeyVault for Mask {
        fn wrap(&self, plain: &[u8]) -> Result<Vec<u8>, VaultClosed> {
            Ok(plain.iter().map(|byte| byte ^ self.0).collect())
        }

        fn unwrap(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultClosed> {
            self.wrap(wrapped).map(Zeroizing::new)
        }
    }

    /// Wraps, and has lost its key when asked again.
    #[derive(Debug)]
    struct Forgetful;

    impl KeyVault for Forgetful {
        fn wrap(&self, plain: &[u8]) -> Result<Vec<u8>, VaultClosed> {
            Ok(plain.to_vec())
        }

        fn unwrap(&self, _wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultClosed> {
            Err(VaultClosed)
        }
    }

    const SEED: [u8; 32] = [7; 32];

    fn seed() -> Option<SoftwareSigner> {
        SoftwareSigner::from_bytes(&SEED).ok()
    }

    fn public_key(folder: &Path, vault: Option<&dyn KeyVault>) -> Result<Vec<u8>, KeyFileError> {
        Ok(open(folder, vault, seed)?.public_key().unwrap())
    }

    #[test]
    fn a_vault_keeps_the_key_unreadable_and_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let made = public_key(folder.path(), Some(&Mask(0x5A))).unwrap();
        assert_eq!(
            fs::read(folder.path().join(WRAPPED)).unwrap(),
            [7 ^ 0x5A; 32]
        );
        assert!(!folder.path().join(PLAIN).exists());
        assert_eq!(public_key(folder.path(), Some(&Mask(0x5A))).unwrap(), made);
    }

    #[test]
    fn a_plain_key_that_meets_a_vault_is_wrapped() {
        let folder = tempfile::tempdir().unwrap();
        let made = public_key(folder.path(), None).unwrap();
        assert_eq!(fs::read(folder.path().join(PLAIN)).unwrap(), SEED);
        assert_eq!(public_key(folder.path(), Some(&Mask(1))).unwrap(), made);
        assert!(!folder.path().join(PLAIN).exists());
    }

    #[test]
    fn a_wrapped_key_does_not_open_without_its_vault() {
        let folder = tempfile::tempdir().unwrap();
        public_key(folder.path(), Some(&Mask(1))).unwrap();
        let forgetful: &dyn KeyVault = &Forgetful;
        for vault in [None, Some(forgetful)] {
            assert!(matches!(
                public_key(folder.path(), vault),
                Err(KeyFileError::Vault(VaultClosed))
            ));
        }
        assert!(folder.path().join(WRAPPED).exists());
    }

    #[test]
    fn a_vault_that_gives_nothing_back_gets_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let refused = public_key(folder.path(), Some(&Forgetful));
        assert!(matches!(refused, Err(KeyFileError::Vault(VaultClosed))));
        assert!(!folder.path().join(WRAPPED).exists());
    }

    #[test]
    fn a_file_of_another_length_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(PLAIN), b"short").unwrap();
        assert!(matches!(
            public_key(folder.path(), None),
            Err(KeyFileError::Damaged)
        ));
    }
}
