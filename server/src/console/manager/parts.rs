//! What was attached to a stop: thumbnails on its page, and the files themselves.

use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse as _;
use countersign_core::domain::ids::EntryId;
use countersign_core::domain::media_type::MediaType;
use countersign_core::views::{EntryDetail, EntryRow};

use crate::auth::policy::Action;
use crate::console::layout::caller::{Answer, Caller, private};
use crate::console::layout::fault::Fault;
use crate::console::layout::frame::Frame;
use crate::desks::PartFile;

/// Nothing in a file may run, load or be guessed to be something else.
const POLICY: &str =
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";

/// What of a part is seen or heard on the page itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::console) enum Preview {
    Thumbnail,
    Sound,
    None,
}

/// One attached part as the page of its stop lists it.
pub(in crate::console) struct Attachment {
    pub(in crate::console) entry: EntryId,
    pub(in crate::console) kind: String,
    pub(in crate::console) caption: String,
    pub(in crate::console) name: String,
    pub(in crate::console) size: String,
    pub(in crate::console) author: String,
    pub(in crate::console) at_ms: i64,
    pub(in crate::console) preview: Preview,
    pub(in crate::console) is_here: bool,
}

/// The attached parts of a stop, oldest first.
pub(in crate::console) fn attachments(p: &Frame, timeline: &[EntryRow]) -> Vec<Attachment> {
    timeline
        .iter()
        .filter_map(|row| attachment(p, row))
        .collect()
}

fn attachment(p: &Frame, row: &EntryRow) -> Option<Attachment> {
    let EntryDetail::Attached {
        part,
        media_type,
        name,
        caption,
        size_bytes,
        thumbnail,
        ..
    } = &row.detail
    else {
        return None;
    };
    let is_here = row.parts_complete >= row.parts_total;
    Some(Attachment {
        entry: row.entry,
        kind: p.word("part", part),
        caption: caption.clone(),
        name: name.clone(),
        size: size(p, *size_bytes),
        author: row.author_name.clone(),
        at_ms: row.at_ms,
        // Small files travel first, so the first one that is here is the thumbnail.
        preview: if thumbnail.is_some() && row.parts_complete > 0 {
            Preview::Thumbnail
        } else if media_type.is_sound() && is_here {
            Preview::Sound
        } else {
            Preview::None
        },
        is_here,
    })
}

/// Kilobytes below a megabyte, else megabytes, rounded up.
pub(in crate::console) fn size(p: &Frame, bytes: u64) -> String {
    const MEGABYTE: u64 = 1 << 20;
    if bytes < MEGABYTE {
        p.with("size-kb", "size", p.number(bytes.div_ceil(1 << 10)))
    } else {
        p.with("size-mb", "size", p.number(bytes.div_ceil(MEGABYTE)))
    }
}

pub(in crate::console) async fn content(caller: Caller, Path(entry): Path<EntryId>) -> Answer {
    file(caller, entry, PartFile::Content).await
}

pub(in crate::console) async fn thumbnail(caller: Caller, Path(entry): Path<EntryId>) -> Answer {
    file(caller, entry, PartFile::Thumbnail).await
}

async fn file(caller: Caller, entry: EntryId, file: PartFile) -> Answer {
    caller.needs(Action::ReadVisits)?;
    let found = caller
        .run(move |caller| Ok(caller.desk().attached(entry, file)?))
        .await?;
    let (media_type, bytes) = found.ok_or(Fault::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, media_type.name().to_owned()),
        (header::CONTENT_DISPOSITION, disposition(entry, media_type)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
    ];
    Ok((private(), headers, bytes).into_response())
}

/// Pictures and sounds open in the browser; everything else is saved, under a name that the phone had no say in.
fn disposition(entry: EntryId, media_type: MediaType) -> String {
    let way = if media_type.is_picture() || media_type.is_sound() {
        "inline"
    } else {
        "attachment"
    };
    let extension = media_type.extension();
    format!("{way}; filename=\"{entry}.{extension}\"")
}
