//! What is attached to a stop: photos, sounds, files.
//!
//! The bytes are kept exactly as they were taken and hashed here, in the transaction that seals the entry; a screen shows a
//! part only after that. A web view cannot hand over megabytes in one call: it begins a capture, gives it piece by piece,
//! each durable when the call returns, and finishes it. A capture that the end of the app cut short stays visible until it
//! is finished or given up.

use crate::domain::ids::{CaptureId, Digest, EntryId};
use crate::domain::media_type::MediaType;
use crate::journal::facts::{ATTACHED_LIMIT_BYTES, Attached, Fact, Part, THUMBNAIL_LIMIT_BYTES};
use crate::read_model::entries;
use crate::replica::commit::Commit;
use crate::replica::devices::Kind;
use crate::replica::error::or_not_found;
use crate::replica::{
    CaptureBegin, CaptureFinish, CapturePiece, NewPart, OfStopPage, PieceOf, Recorded, Replica,
    ReplicaError,
};
use crate::store::captures::Capture;
use crate::store::{captures, parts};
use crate::views::{Base64, Begun, EntryDetail, EntryRow, PartPiece, PartRow, PartsView};

/// Largest piece of a capture.
const PIECE_LIMIT_BYTES: usize = 1 << 20;
/// Largest piece that is read: three divides it, so that texts in base 64 can be put one behind the other.
const READ_BYTES: usize = 768 << 10;

impl Replica {
    /// Attaches bytes to a stop. The same bytes of the same kind about the same entry are attached once.
    ///
    /// # Errors
    /// `part-empty`, `part-too-large` above [`ATTACHED_LIMIT_BYTES`], `thumbnail-unusable`, `text-too-long`; `entry` is gone
    /// when `about` is not an entry of the stop.
    pub fn attach(
        &self,
        part: &NewPart,
        content: &[u8],
        thumbnail: Option<&[u8]>,
    ) -> Result<Recorded, ReplicaError> {
        self.commit("attach", |commit| commit.attach(part, content, thumbnail))
    }

    /// `part.begin`: begins to take a file over, piece by piece.
    ///
    /// # Errors
    /// `part-empty`, `part-too-large`, `text-too-long`; `entry` is gone when `about` is not an entry of the stop.
    pub fn begin_capture(&self, begin: &CaptureBegin) -> Result<Begun, ReplicaError> {
        check_size(begin.size_bytes)?;
        self.commit("begin_capture", |commit| {
            commit.check_part(&begin.part)?;
            let capture = CaptureId(commit.new_id()?);
            captures::insert(commit.tx, capture, begin, commit.now())?;
            commit.changed(&[Kind::Stops]);
            Ok(Begun { capture })
        })
    }

    /// `part.piece`: takes the next piece, or one that was taken before once more. When this returns it is durable.
    ///
    /// # Errors
    /// `piece-unusable` when it is larger than 1 MiB, leaves a gap, or goes beyond the size that was said; `capture` is gone
    /// once it was finished or given up.
    pub fn add_piece(&self, piece: &CapturePiece) -> Result<(), ReplicaError> {
        let content = piece.content.0.as_slice();
        self.commit("add_piece", |commit| {
            let capture = commit.open_capture(piece.capture)?;
            let is_new = piece.ordinal == capture.pieces;
            let after = capture.stored_bytes + u64::try_from(content.len()).unwrap_or(u64::MAX);
            let fits = (1..=PIECE_LIMIT_BYTES).contains(&content.len())
                && piece.ordinal <= capture.pieces
                && (!is_new || after <= capture.begun.size_bytes);
            if !fits {
                return Err(ReplicaError::Refused("piece-unusable"));
            }
            captures::put_piece(commit.tx, capture.id, (piece.ordinal, content))?;
            Ok(())
        })
    }

    /// `part.finish`: hashes and attaches what was taken over. Finished already, it answers the entry.
    ///
    /// # Errors
    /// `capture-incomplete` while bytes are missing, and as [`Replica::attach`]; `capture` is gone when it was given up.
    pub fn finish_capture(&self, finish: &CaptureFinish) -> Result<Recorded, ReplicaError> {
        let thumbnail = finish.thumbnail.as_ref().map(|bytes| bytes.0.as_slice());
        self.commit("finish_capture", |commit| {
            let capture = or_not_found(captures::row(commit.tx, finish.capture)?, "capture")?;
            if let Some(entry) = capture.entry {
                return Ok(Recorded { entry });
            }
            if capture.stored_bytes != capture.begun.size_bytes {
                return Err(ReplicaError::Refused("capture-incomplete"));
            }
            let content = captures::content(commit.tx, capture.id)?;
            let mut part = capture.begun.part;
            if let Some(position) = &finish.position {
                part.position = position.clone();
            }
            let recorded = commit.attach(&part, &content, thumbnail)?;
            captures::end(commit.tx, capture.id, recorded.entry)?;
            Ok(recorded)
        })
    }

    /// `part.abandon`: gives a capture up. What is attached stays.
    pub fn abandon_capture(&self, capture: CaptureId) -> Result<(), ReplicaError> {
        self.commit("abandon_capture", |commit| {
            captures::delete(commit.tx, capture)?;
            commit.changed(&[Kind::Stops]);
            Ok(())
        })
    }

    /// `part.list`: one page of what is attached to a stop, by everybody.
    pub fn parts(&self, of: OfStopPage) -> Result<PartsView, ReplicaError> {
        self.read(|connection| {
            let page = (of.offset, of.limit.min(100));
            let (rows, total) = entries::attached(connection, of.stop, page)?;
            let rows = rows
                .into_iter()
                .map(|row| {
                    let Some(mut shown) = part_row(&row) else {
                        return Ok(None);
                    };
                    if let EntryDetail::Attached {
                        content, thumbnail, ..
                    } = &row.detail
                    {
                        shown.is_here = parts::is_here(connection, *content)?;
                        shown.thumbnail = match thumbnail {
                            Some(digest) => parts::content(connection, *digest)?.map(Base64),
                            None => None,
                        };
                    }
                    Ok(Some(shown))
                })
                .collect::<Result<Vec<_>, ReplicaError>>()?;
            Ok(PartsView {
                rows: rows.into_iter().flatten().collect(),
                total,
                captures: captures::open_of_stop(connection, of.stop)?,
            })
        })
    }

    /// `part.read`: a piece of an attached file that is on this device.
    ///
    /// # Errors
    /// `part` is gone when the bytes are not here, such as those of a colleague's phone.
    pub fn part_piece(&self, of: PieceOf) -> Result<PartPiece, ReplicaError> {
        self.read(|connection| {
            let row = or_not_found(entries::entry(connection, of.entry)?, "entry")?;
            let EntryDetail::Attached {
                media_type,
                size_bytes,
                content,
                ..
            } = row.detail
            else {
                return Err(ReplicaError::NotFound("part"));
            };
            let piece = parts::piece(connection, content, (of.offset, READ_BYTES))?;
            Ok(PartPiece {
                stop: row.stop,
                media_type: media_type.name().to_owned(),
                size_bytes,
                offset: of.offset,
                content: Base64(or_not_found(piece, "part")?),
            })
        })
    }
}

impl Commit<'_> {
    /// Hashes and attaches bytes, inside a running operation.
    pub(crate) fn attach(
        &mut self,
        part: &NewPart,
        content: &[u8],
        thumbnail: Option<&[u8]>,
    ) -> Result<Recorded, ReplicaError> {
        check_size(u64::try_from(content.len()).unwrap_or(u64::MAX))?;
        self.check_part(part)?;
        let taken = part_of(content);
        if let Some(entry) = self.attached_before(part, taken)? {
            return Ok(Recorded { entry });
        }
        let small = match thumbnail {
            Some(bytes) => {
                check_thumbnail(bytes)?;
                Some(bytes).filter(|bytes| part_of(bytes) != taken)
            }
            None => None,
        };
        let fact = Fact::Attached(Box::new(Attached {
            kind: part.kind,
            about: part.about,
            media_type: MediaType::of(&part.media_type, content),
            name: part.name.clone(),
            caption: part.caption.trim().to_owned(),
            content: taken,
            thumbnail: small.map(part_of),
            position: part.position.clone(),
        }));
        let recorded = self.record(part.stop, fact)?;
        parts::insert(self.tx, recorded.entry, "content", content)?;
        if let Some(small) = small {
            parts::insert(self.tx, recorded.entry, "thumbnail", small)?;
        }
        self.changed(&[Kind::Sync]);
        Ok(recorded)
    }

    /// What can be said before the bytes are here.
    fn check_part(&self, part: &NewPart) -> Result<(), ReplicaError> {
        if part.name.len() > 255 || part.caption.len() > 4 << 10 || part.media_type.len() > 255 {
            return Err(ReplicaError::Refused("text-too-long"));
        }
        let stop = self.stop(part.stop)?;
        if let Some(about) = part.about {
            let row = entries::entry(self.tx, about)?;
            or_not_found(row.filter(|row| row.stop == Some(stop.stop)), "entry")?;
        }
        Ok(())
    }

    fn attached_before(
        &self,
        part: &NewPart,
        taken: Part,
    ) -> Result<Option<EntryId>, ReplicaError> {
        let is_same = |row: &EntryRow| {
            matches!(
                &row.detail,
                EntryDetail::Attached { part: kind, about, content, .. }
                    if (*kind, *about, *content) == (part.kind, part.about, taken.digest)
            )
        };
        let own = self.own_timeline(part.stop)?;
        Ok(own.iter().find(|row| is_same(row)).map(|row| row.entry))
    }

    fn open_capture(&self, capture: CaptureId) -> Result<Capture, ReplicaError> {
        let row = captures::row(self.tx, capture)?.filter(|row| row.entry.is_none());
        or_not_found(row, "capture")
    }
}

const fn check_size(size_bytes: u64) -> Result<(), ReplicaError> {
    if size_bytes == 0 {
        Err(ReplicaError::Refused("part-empty"))
    } else if size_bytes > ATTACHED_LIMIT_BYTES {
        Err(ReplicaError::Refused("part-too-large"))
    } else {
        Ok(())
    }
}

/// A thumbnail is a small picture and nothing else: lists draw it without a second look.
fn check_thumbnail(bytes: &[u8]) -> Result<(), ReplicaError> {
    let is_small = u64::try_from(bytes.len()).is_ok_and(|size| size <= THUMBNAIL_LIMIT_BYTES);
    if is_small && MediaType::of("", bytes).is_picture() {
        Ok(())
    } else {
        Err(ReplicaError::Refused("thumbnail-unusable"))
    }
}

/// A part of a manifest, from its bytes.
pub(crate) fn part_of(content: &[u8]) -> Part {
    Part {
        digest: Digest::of(content),
        size_bytes: u64::try_from(content.len()).unwrap_or(u64::MAX),
    }
}

fn part_row(row: &EntryRow) -> Option<PartRow> {
    let EntryDetail::Attached {
        part,
        about,
        media_type,
        name,
        caption,
        size_bytes,
        ..
    } = &row.detail
    else {
        return None;
    };
    Some(PartRow {
        entry: row.entry,
        about: *about,
        part: *part,
        media_type: *media_type,
        name: name.clone(),
        caption: caption.clone(),
        size_bytes: *size_bytes,
        at_ms: row.at_ms,
        author_name: row.author_name.clone(),
        state: row.state,
        parts_complete: row.parts_complete,
        parts_total: row.parts_total,
        thumbnail: None,
        is_here: false,
    })
}

#[cfg(test)]
mod tests;
