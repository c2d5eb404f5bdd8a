//! Photos of the platform's camera on their way into the core. They cross as files; the page reads those that the camera gave
//! it, and no other file, and says when one is stored.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::sync::Mutex;

use countersign_core::replica::ErrorKind;
use countersign_core::views::Base64;
use serde::{Deserialize, Serialize};

use crate::devices::{Photo, lock};
use crate::errors::MobileError;

/// A number that three divides, so that the texts of all pieces can be joined.
const PIECE_BYTES: u64 = 768 * 1024;

/// What the camera gave since the app was started.
#[derive(Debug, Default)]
pub(crate) struct Photos(Mutex<BTreeSet<String>>);

/// `photo.read`: from where on.
#[derive(Deserialize)]
pub(crate) struct PhotoPieceOf {
    path: String,
    #[serde(default)]
    offset: u64,
}

/// `photo.drop`.
#[derive(Deserialize)]
pub(crate) struct PhotoOf {
    path: String,
}

/// A piece of a photo.
#[derive(Debug, Serialize)]
pub(crate) struct PhotoPiece {
    /// Of the whole.
    size_bytes: u64,
    /// Empty behind the end.
    content: Base64,
}

impl Photos {
    pub(crate) fn note(&self, photo: &Photo) {
        lock(&self.0).insert(photo.path.clone());
    }

    /// Reads a piece; `photo` is gone when the camera gave no such file, or the page dropped it.
    pub(crate) fn read(&self, piece: &PhotoPieceOf) -> Result<PhotoPiece, MobileError> {
        self.must_be_ours(&piece.path)?;
        read(&piece.path, piece.offset)
            .map_err(|_unreadable| MobileError::new(ErrorKind::Fix, "photo-unusable"))
    }

    /// The photo is stored in the core: its file goes.
    pub(crate) fn drop(&self, of: &PhotoOf) -> Result<(), MobileError> {
        self.must_be_ours(&of.path)?;
        match fs::remove_file(&of.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(MobileError::new(ErrorKind::Support, "file-unusable"))
            }
            Ok(()) | Err(_) => {
                lock(&self.0).remove(&of.path);
                Ok(())
            }
        }
    }

    fn must_be_ours(&self, path: &str) -> Result<(), MobileError> {
        if lock(&self.0).contains(path) {
            Ok(())
        } else {
            Err(MobileError::new(ErrorKind::Gone, "photo"))
        }
    }
}

fn read(path: &str, offset: u64) -> io::Result<PhotoPiece> {
    let mut file = File::open(path)?;
    let size_bytes = file.metadata()?.len();
    file.seek(SeekFrom::Start(offset))?;
    let mut content = Vec::new();
    file.take(PIECE_BYTES).read_to_end(&mut content)?;
    Ok(PhotoPiece {
        size_bytes,
        content: Base64(content),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(path: &str, offset: u64) -> PhotoPieceOf {
        PhotoPieceOf {
            path: path.to_owned(),
            offset,
        }
    }

    #[test]
    fn only_what_the_camera_gave_is_read_piece_by_piece_and_dropped_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.jpg").display().to_string();
        let other = folder.path().join("device.key").display().to_string();
        let bytes: Vec<u8> = (0..=255).cycle().take(800_000).collect();
        fs::write(&path, &bytes).unwrap();
        fs::write(&other, b"secret").unwrap();
        let photos = Photos::default();
        let refused = photos.read(&piece(&path, 0)).unwrap_err();
        assert_eq!(refused.parts(), (ErrorKind::Gone, "photo"));
        photos.note(&Photo {
            path: path.clone(),
            media_type: "image/jpeg".to_owned(),
        });
        let first = photos.read(&piece(&path, 0)).unwrap();
        assert_eq!((first.size_bytes, first.content.0.len() % 3), (800_000, 0));
        let second = photos
            .read(&piece(&path, u64::try_from(first.content.0.len()).unwrap()))
            .unwrap();
        assert_eq!([first.content.0, second.content.0].concat(), bytes);
        assert!(
            photos
                .read(&piece(&path, 900_000))
                .unwrap()
                .content
                .0
                .is_empty()
        );
        for path in [&other, &format!("{path}/../device.key")] {
            let refused = photos.drop(&PhotoOf { path: path.clone() }).unwrap_err();
            assert_eq!(refused.parts(), (ErrorKind::Gone, "photo"));
        }
        let of = PhotoOf { path };
        photos.drop(&of).unwrap();
        assert!(!fs::exists(&of.path).unwrap() && fs::exists(&other).unwrap());
        assert_eq!(photos.drop(&of).unwrap_err().parts().1, "photo");
    }
}
