//! Attachments, named by the SHA-256 of their bytes.
//!
//! A device sends chunks of 256 KiB; when all are there and the whole hashes to its name it is kept under that name and
//! never changes. Files lie in a folder through `object_store`, which writes beside and renames, so that a name always
//! has all its bytes.

use std::collections::BTreeSet;
use std::path::Path;

use countersign_core::domain::ids::Digest;
use countersign_core::protocol::{BLOB_CHUNK_BYTES, BLOB_LIMIT_BYTES, BlobChunk};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};

/// Why an attachment could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// Larger than any attachment.
    #[error("an attachment has at most {BLOB_LIMIT_BYTES} bytes")]
    TooLarge,
    /// A chunk that does not fit its place.
    #[error("chunk {index} of {of} has the wrong size or place")]
    WrongChunk {
        /// Its index.
        index: u32,
        /// How many there are said to be.
        of: u32,
    },
    /// All chunks are there, but the whole has another digest; the chunks were dropped, send them again.
    #[error("the attachment's bytes do not hash to its name; send it again")]
    WrongDigest,
    /// The store.
    #[error("the attachments' store")]
    Store(#[from] object_store::Error),
    /// The folder.
    #[error("the attachments' folder")]
    Folder(#[from] std::io::Error),
}

/// What is there of an attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// Whole and hashed.
    Complete,
    /// These chunks; none when nothing is there.
    Chunks(BTreeSet<u32>),
}

/// One organisation's attachments. All methods block: call them from a blocking thread.
#[derive(Debug)]
pub struct Blobs {
    store: LocalFileSystem,
}

impl Blobs {
    /// Opens the folder, making it when there is none.
    pub fn open(folder: &Path) -> Result<Self, BlobError> {
        std::fs::create_dir_all(folder)?;
        Ok(Self {
            store: LocalFileSystem::new_with_prefix(folder)?.with_fsync(true),
        })
    }

    /// Keeps the bytes under their digest. Doing it twice changes nothing.
    pub fn put(&self, bytes: Vec<u8>) -> Result<Digest, BlobError> {
        if u64::try_from(bytes.len()).map_or(true, |size| size > BLOB_LIMIT_BYTES) {
            return Err(BlobError::TooLarge);
        }
        let digest = Digest::of(&bytes);
        if !self.is_complete(digest)? {
            wait(self.store.put(&whole(digest), PutPayload::from(bytes)))?;
        }
        Ok(digest)
    }

    /// The bytes of a complete attachment; `None` when it is not complete.
    pub fn read(&self, digest: Digest) -> Result<Option<Vec<u8>>, BlobError> {
        self.read_key(&whole(digest))
    }

    /// What is there.
    pub fn presence(&self, digest: Digest) -> Result<Presence, BlobError> {
        if self.is_complete(digest)? {
            return Ok(Presence::Complete);
        }
        Ok(Presence::Chunks(
            self.chunks(digest)?
                .into_iter()
                .map(|(index, _of)| index)
                .collect(),
        ))
    }

    /// Keeps one chunk, and the whole when it was the last one missing.
    ///
    /// # Errors
    /// [`BlobError::WrongDigest`] when the whole is not what its name says.
    pub fn put_chunk(&self, digest: Digest, chunk: BlobChunk) -> Result<Presence, BlobError> {
        check_chunk(&chunk)?;
        if self.is_complete(digest)? {
            return Ok(Presence::Complete);
        }
        let BlobChunk { index, of, bytes } = chunk;
        if self
            .chunks(digest)?
            .iter()
            .any(|(_index, others)| *others != of)
        {
            self.drop_chunks(digest)?;
        }
        wait(
            self.store
                .put(&part(digest, index, of), PutPayload::from(bytes)),
        )?;
        let there: BTreeSet<u32> = self
            .chunks(digest)?
            .into_iter()
            .map(|(index, _of)| index)
            .collect();
        if u32::try_from(there.len()).is_ok_and(|count| count < of) {
            return Ok(Presence::Chunks(there));
        }
        self.complete(digest, of)?;
        Ok(Presence::Complete)
    }

    fn complete(&self, digest: Digest, of: u32) -> Result<(), BlobError> {
        let mut bytes = Vec::new();
        for index in 0..of {
            match self.read_key(&part(digest, index, of))? {
                Some(chunk) => bytes.extend(chunk),
                None => return Err(BlobError::WrongChunk { index, of }),
            }
        }
        if Digest::of(&bytes) != digest {
            self.drop_chunks(digest)?;
            return Err(BlobError::WrongDigest);
        }
        wait(self.store.put(&whole(digest), PutPayload::from(bytes)))?;
        self.drop_chunks(digest)
    }

    fn is_complete(&self, digest: Digest) -> Result<bool, BlobError> {
        match wait(self.store.head(&whole(digest))) {
            Ok(_meta) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn read_key(&self, key: &Key) -> Result<Option<Vec<u8>>, BlobError> {
        let read = async { self.store.get(key).await?.bytes().await };
        match wait(read) {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Index and said count of each chunk that is there.
    fn chunks(&self, digest: Digest) -> Result<Vec<(u32, u32)>, BlobError> {
        let listing = wait(self.store.list_with_delimiter(Some(&parts(digest))))?;
        Ok(listing
            .objects
            .iter()
            .filter_map(|object| {
                let (index, of) = object.location.filename()?.split_once('-')?;
                Some((index.parse().ok()?, of.parse().ok()?))
            })
            .collect())
    }

    fn drop_chunks(&self, digest: Digest) -> Result<(), BlobError> {
        for (index, of) in self.chunks(digest)? {
            match wait(self.store.delete(&part(digest, index, of))) {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

fn check_chunk(chunk: &BlobChunk) -> Result<(), BlobError> {
    let BlobChunk { index, of, bytes } = chunk;
    let most = BLOB_LIMIT_BYTES.div_ceil(u64::try_from(BLOB_CHUNK_BYTES).unwrap_or(u64::MAX));
    if u64::from(*of) > most {
        return Err(BlobError::TooLarge);
    }
    let is_last = index.checked_add(1) == Some(*of);
    let fits = if is_last {
        (1..=BLOB_CHUNK_BYTES).contains(&bytes.len()) || (*of == 1 && bytes.is_empty())
    } else {
        bytes.len() == BLOB_CHUNK_BYTES
    };
    if index < of && fits {
        Ok(())
    } else {
        Err(BlobError::WrongChunk {
            index: *index,
            of: *of,
        })
    }
}

fn whole(digest: Digest) -> Key {
    let name = digest.to_string();
    let shelf: String = name.chars().take(2).collect();
    Key::from_iter(["whole", shelf.as_str(), name.as_str()])
}

fn parts(digest: Digest) -> Key {
    Key::from_iter(["parts", digest.to_string().as_str()])
}

fn part(digest: Digest, index: u32, of: u32) -> Key {
    Key::from_iter([
        "parts",
        digest.to_string().as_str(),
        format!("{index}-{of}").as_str(),
    ])
}

/// Runs a store's future to its end on this thread; within the server its file work goes to the blocking pool.
fn wait<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = std::sync::Arc::new(Unpark(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(output) => return output,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(index: u32, of: u32, bytes: &[u8]) -> BlobChunk {
        BlobChunk {
            index,
            of,
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn chunks_in_any_order_make_the_whole() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let first = vec![7; BLOB_CHUNK_BYTES];
        let whole = [first.as_slice(), b"end"].concat();
        let digest = Digest::of(&whole);
        let after_last = blobs.put_chunk(digest, chunk(1, 2, b"end")).unwrap();
        assert_eq!(after_last, Presence::Chunks(BTreeSet::from([1])));
        assert_eq!(blobs.read(digest).unwrap(), None);
        assert_eq!(
            blobs.put_chunk(digest, chunk(0, 2, &first)).unwrap(),
            Presence::Complete
        );
        assert_eq!(blobs.read(digest).unwrap(), Some(whole.clone()));
        assert_eq!(
            blobs.put_chunk(digest, chunk(0, 2, &first)).unwrap(),
            Presence::Complete
        );
        assert_eq!(blobs.put(whole).unwrap(), digest);
    }

    #[test]
    fn a_whole_with_another_digest_is_refused_and_can_be_sent_again() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let digest = Digest::of(b"right");
        let wrong = blobs.put_chunk(digest, chunk(0, 1, b"wrong"));
        assert!(matches!(wrong, Err(BlobError::WrongDigest)));
        assert_eq!(
            blobs.presence(digest).unwrap(),
            Presence::Chunks(BTreeSet::new())
        );
        assert_eq!(
            blobs.put_chunk(digest, chunk(0, 1, b"right")).unwrap(),
            Presence::Complete
        );
    }

    #[test]
    fn misfit_chunks_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let digest = Digest::of(b"x");
        for wrong in [
            chunk(0, 2, b"short"),
            chunk(2, 2, b"x"),
            chunk(0, 0, b""),
            chunk(0, 200, b"x"),
        ] {
            blobs.put_chunk(digest, wrong).unwrap_err();
        }
    }
}
