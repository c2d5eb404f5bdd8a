//! What phones attached to their stops: photos, sounds, files.

use countersign_core::domain::ids::EntryId;
use countersign_core::domain::media_type::MediaType;
use countersign_core::journal::facts::Fact;

use super::{Desk, DeskError};
use crate::auth::policy::Action;

/// Which file of an attached part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartFile {
    /// The bytes as they were taken.
    Content,
    /// The small picture for lists, made on the phone; never the evidence.
    Thumbnail,
}

impl Desk {
    /// A file that a phone attached; none until all of it has arrived. The type is told by the bytes
    /// and is one of a closed list, so that a page which honours it never runs what somebody uploaded.
    pub fn attached(
        &self,
        entry: EntryId,
        file: PartFile,
    ) -> Result<Option<(MediaType, Vec<u8>)>, DeskError> {
        self.require(Action::ReadVisits)?;
        let sealed = self.organisation.entry(entry)?.ok_or(DeskError::NotFound)?;
        let opened = sealed.open().map_err(|_unreadable| DeskError::Damaged)?;
        let Fact::Attached(attached) = opened.fact else {
            return Err(DeskError::NotFound);
        };
        let part = match file {
            PartFile::Content => attached.content,
            PartFile::Thumbnail => attached.thumbnail.ok_or(DeskError::NotFound)?,
        };
        let Some(bytes) = self.organisation.blob(part.digest)? else {
            return Ok(None);
        };
        let claimed = match file {
            PartFile::Content => attached.media_type.name(),
            PartFile::Thumbnail => "",
        };
        Ok(Some((MediaType::of(claimed, &bytes), bytes)))
    }
}
