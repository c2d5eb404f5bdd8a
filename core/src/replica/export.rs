//! Work of this device as a file.

use std::path::Path;

use serde::Serialize;

use crate::domain::time::Day;
use crate::protocol::push::EnvelopeId;
use crate::replica::{ExportOf, Replica, ReplicaError};
use crate::store;
use crate::views::Base64;

const FILE_LIMIT_BYTES: i64 = 64 << 20;

/// A file for the office, made without a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ExportFile {
    /// A name for it, in ASCII.
    pub name: String,
    /// The CBOR array `[1, envelopes, parts]`: envelopes of the sync protocol, oldest first, and their entries' attachments.
    pub content: Base64,
}

impl Replica {
    /// `sync.export`: one envelope with its attachments, or everything without a receipt. Nothing changes here.
    ///
    /// # Errors
    /// `nothing-unsent`; `envelope` is gone when there is no such envelope; `export-too-large` above 64 MiB.
    pub fn export(&self, of: ExportOf) -> Result<ExportFile, ReplicaError> {
        let day = Day::legal(self.devices.clock.read().wall);
        self.read(|connection| {
            let only = of.envelope.map(EnvelopeId);
            match store::export::size_bytes(connection, only)? {
                0 if only.is_some() => return Err(ReplicaError::NotFound("envelope")),
                0 => return Err(ReplicaError::Refused("nothing-unsent")),
                size if size > FILE_LIMIT_BYTES => {
                    return Err(ReplicaError::Refused("export-too-large"));
                }
                _ => {}
            }
            let subject = of
                .envelope
                .map_or_else(|| "unsent".to_owned(), |id| id.to_string());
            Ok(ExportFile {
                name: format!("countersign-{day}-{subject}.cbor"),
                content: Base64(store::export::file(connection, only)?),
            })
        })
    }
}

/// Everything without a receipt in the store in `folder`, as [`ExportFile::content`]. Works on stores of any version; nothing
/// else may have the store open for writing.
pub fn export_unsent(folder: &Path) -> Result<Vec<u8>, ReplicaError> {
    Ok(store::export::unsent(folder)?)
}

#[cfg(test)]
mod tests {
    use minicbor::bytes::ByteVec;

    use super::*;
    use crate::domain::ids::Digest;
    use crate::journal::facts::Fact;
    use crate::protocol::{Envelope, Object};
    use crate::replica::ErrorKind;
    use crate::replica::fake::{FakeServer, Phone};
    use crate::replica::tests::{arrival, sign};

    type Opened = (u8, Vec<ByteVec>, Vec<ByteVec>);

    fn opened(file: &ExportFile) -> Opened {
        minicbor::decode(&file.content.0).unwrap()
    }

    #[test]
    fn everything_unsent_leaves_with_its_attachments_and_one_item_alone() {
        let server = FakeServer::new();
        let phone = Phone::enrolled(1, &server);
        phone.sync(&server).unwrap();
        let error = phone.export(ExportOf::default()).unwrap_err();
        assert_eq!(
            (error.kind(), error.reference()),
            (ErrorKind::Fix, "nothing-unsent")
        );
        phone.check_in(&arrival()).unwrap();
        let signed = sign(&phone);
        let file = phone.export(ExportOf::default()).unwrap();
        assert_eq!(file.name, "countersign-2026-07-14-unsent.cbor");
        let (version, envelopes, parts) = opened(&file);
        assert_eq!((version, envelopes.len(), parts.len()), (1, 3, 2));

        let one = ExportOf {
            envelope: Some(signed.entry.0),
        };
        let (_, envelopes, parts) = opened(&phone.export(one).unwrap());
        let [envelope] = envelopes.as_slice() else {
            panic!("one envelope was asked for")
        };
        let envelope: Envelope = minicbor::decode(envelope).unwrap();
        let Object::Entry(sealed) = envelope.object else {
            panic!("an acknowledgement is an entry")
        };
        let Fact::Acknowledgement(paper) = sealed.open().unwrap().fact else {
            panic!("the signature was asked for")
        };
        let listed = [paper.strokes.digest, paper.image.digest];
        assert_eq!(parts.len(), listed.len());
        assert!(parts.iter().all(|part| listed.contains(&Digest::of(part))));

        phone.sync(&server).unwrap();
        let error = phone.export(ExportOf::default()).unwrap_err();
        assert_eq!(error.reference(), "nothing-unsent");
        assert_eq!(opened(&phone.export(one).unwrap()).1.len(), 1);
    }

    #[test]
    fn an_item_that_is_not_here_is_gone() {
        let server = FakeServer::new();
        let phone = Phone::enrolled(1, &server);
        let unknown = ExportOf {
            envelope: Some(uuid::Uuid::from_u128(5)),
        };
        let error = phone.export(unknown).unwrap_err();
        assert_eq!(
            (error.kind(), error.reference()),
            (ErrorKind::Gone, "envelope")
        );
    }
}
