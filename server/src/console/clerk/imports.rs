//! The import of a ledger file: upload, reading in the background with its progress, review, draft.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, Multipart, Path, Query};
use axum::response::{IntoResponse as _, Json, Redirect};
use countersign_core::domain::ids::Digest;
use serde::Deserialize;

use super::readings::{Reading, Readings};
use super::review::{self, ReviewPage};
use crate::auth::policy::Action;
use crate::console::layout::caller::{Answer, Caller, private};
use crate::console::layout::fault::Fault;
use crate::console::layout::fields::Fields;
use crate::console::layout::frame::Frame;
use crate::console::layout::notice::see_other;
use crate::desks::{Kept, LedgerFile, UploadView};
use crate::ledger_import::LedgerImport;
use crate::uploads::{MOST_DAYS, MOST_UPLOADS, Upload};

#[derive(Template)]
#[template(path = "ledgers/upload.html")]
struct UploadPage {
    p: Frame,
    fault: Option<String>,
    uploads: Vec<Upload>,
    most: usize,
    days: i64,
}

#[derive(Template)]
#[template(path = "ledgers/reading.html")]
struct ReadingPage {
    p: Frame,
    import: Digest,
    file_name: String,
    words: String,
    done: usize,
    of: usize,
}

fn upload_page(caller: &Caller, fault: Option<&Fault>) -> Result<UploadPage, Fault> {
    let p = caller.frame()?;
    Ok(UploadPage {
        fault: fault.map(|fault| fault.advice(&p)),
        uploads: caller.desk().uploads()?,
        most: MOST_UPLOADS,
        days: MOST_DAYS,
        p,
    })
}

pub(in crate::console) async fn ask(caller: Caller) -> Answer {
    caller.needs(Action::ImportLedger)?;
    caller.page(|caller| upload_page(caller, None)).await
}

pub(in crate::console) async fn upload(caller: Caller, mut parts: Multipart) -> Answer {
    caller.needs(Action::ImportLedger)?;
    while let Some(part) = parts
        .next_field()
        .await
        .map_err(|error| Fault::of_status(error.status()))?
    {
        if part.name() == Some("file") {
            let name: String = part
                .file_name()
                .unwrap_or_default()
                .chars()
                .take(80)
                .collect();
            let bytes = part
                .bytes()
                .await
                .map_err(|error| Fault::of_status(error.status()))?;
            return keep_upload(&caller, name, bytes.to_vec()).await;
        }
    }
    Err(Fault::Missing("import-file"))
}

async fn keep_upload(caller: &Caller, name: String, bytes: Vec<u8>) -> Answer {
    let kept = caller
        .run(move |caller| {
            let file = LedgerFile {
                bytes: &bytes,
                name: &name,
            };
            Ok(caller.desk().upload_ledger(file)?)
        })
        .await;
    match kept {
        Ok(id) => Ok(Redirect::to(&format!("/ledgers/imports/{id}")).into_response()),
        Err(fault @ Fault::Rule(..)) => refused(caller, fault).await,
        Err(fault) => Err(fault),
    }
}

/// The page to upload a file, with the reason why the last one was refused.
async fn refused(caller: &Caller, fault: Fault) -> Answer {
    let status = fault.status();
    let mut page = caller
        .page(move |caller| upload_page(caller, Some(&fault)))
        .await?;
    *page.status_mut() = status;
    Ok(page)
}

/// Which part of a review is looked at.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::console) struct Asked {
    #[serde(default)]
    pub(super) list: String,
    #[serde(default)]
    pub(super) only: String,
    #[serde(default)]
    pub(super) page: u32,
}

pub(in crate::console) async fn review(
    caller: Caller,
    Extension(readings): Extension<Readings>,
    Path(id): Path<Digest>,
    Query(asked): Query<Asked>,
) -> Answer {
    caller.needs(Action::ImportLedger)?;
    let (view, reading) = caller
        .run(move |caller| {
            let view = caller.desk().upload(id)?;
            let reading = readings.of(caller, &view)?;
            Ok((view, reading))
        })
        .await?;
    match reading.outcome() {
        None => {
            caller
                .page(move |caller| reading_page(caller, &view, &reading))
                .await
        }
        Some(Ok(read)) => {
            caller
                .page(move |caller| ReviewPage::of(caller, (&view, &read), &asked, None))
                .await
        }
        Some(Err(fault)) => {
            let discarded = caller.run(move |caller| Ok(caller.desk().discard_upload(id)?));
            discarded.await?;
            refused(&caller, fault).await
        }
    }
}

fn reading_page(
    caller: &Caller,
    view: &UploadView,
    reading: &Reading,
) -> Result<ReadingPage, Fault> {
    let p = caller.frame()?;
    let (done, of) = reading.progress();
    Ok(ReadingPage {
        words: reading.words(&p),
        import: view.upload.id,
        file_name: view.upload.file_name.clone(),
        done,
        of,
        p,
    })
}

pub(in crate::console) async fn progress(
    caller: Caller,
    Extension(readings): Extension<Readings>,
    Path(id): Path<Digest>,
) -> Answer {
    let state = caller
        .run(move |caller| {
            let view = caller.desk().upload(id)?;
            let reading = readings.of(caller, &view)?;
            let (done, of) = reading.progress();
            Ok(serde_json::json!({
                "is_done": reading.outcome().is_some(),
                "done": done,
                "of": of,
                "words": reading.words(&caller.frame()?),
            }))
        })
        .await?;
    Ok((private(), Json(state)).into_response())
}

/// A file under review as it is read now; waits for the reading.
pub(super) fn current(
    caller: &Caller,
    readings: &Readings,
    id: Digest,
) -> Result<(UploadView, Arc<LedgerImport>), Fault> {
    let view = caller.desk().upload(id)?;
    let read = readings.now(caller, &view)?;
    Ok((view, read))
}

/// The revision that the form's page showed.
pub(super) fn seen(fields: &Fields) -> i64 {
    fields.one("revision").parse().unwrap_or(0)
}

pub(in crate::console) async fn answer(
    caller: Caller,
    Extension(readings): Extension<Readings>,
    Path(id): Path<Digest>,
    fields: Fields,
) -> Answer {
    caller.needs(Action::ImportLedger)?;
    caller
        .run(move |caller| {
            let (view, read) = current(caller, &readings, id)?;
            let sheets = review::answers(&fields, &read, view.sheets);
            Ok(caller.desk().answer_sheets(id, seen(&fields), &sheets)?)
        })
        .await?;
    Ok(Redirect::to(&format!("/ledgers/imports/{id}?list=sheets")).into_response())
}

pub(in crate::console) async fn keep(
    caller: Caller,
    Path(id): Path<Digest>,
    fields: Fields,
) -> Answer {
    let cut_off = fields.day("cut_off", "ledger-cut-off")?;
    let kept = caller
        .run(move |caller| {
            Ok(caller
                .desk()
                .keep_upload(id, seen(&fields), Some(cut_off))?)
        })
        .await?;
    let notice = match kept.kept {
        Kept::Now => "done-draft-kept",
        Kept::Before => "done-draft-known",
    };
    Ok(see_other(&format!("/ledgers/{}", kept.draft), notice))
}

pub(in crate::console) async fn discard(caller: Caller, Path(id): Path<Digest>) -> Answer {
    caller
        .run(move |caller| Ok(caller.desk().discard_upload(id)?))
        .await?;
    Ok(see_other("/ledgers/import", "done-upload-discarded"))
}
