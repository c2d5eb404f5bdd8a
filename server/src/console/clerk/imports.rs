//! The import of a ledger file: upload, reading in the background with its progress, review, answers, draft.
//!
//! A file that is being reviewed lives in this process only; nothing of it is in force or kept until the clerk keeps the
//! draft. After a restart the page says that the file has to be uploaded again.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use askama::Template;
use axum::extract::{Extension, Multipart, Path, Query};
use axum::response::{IntoResponse as _, Json, Redirect};
use countersign_core::domain::ids::{Digest, OrganisationId, UserId};
use serde::Deserialize;

use super::review::{self, ReviewPage};
use crate::auth::policy::Action;
use crate::console::layout::caller::{Answer, Caller, private};
use crate::console::layout::fault::Fault;
use crate::console::layout::fields::Fields;
use crate::console::layout::frame::Frame;
use crate::console::layout::notice::see_other;
use crate::desks::{Kept, LedgerFile};
use crate::ledger_import::{LedgerImport, Options};

/// Files under review at a time; the one that was opened longest ago makes room.
const MOST: usize = 12;

/// One uploaded file.
#[derive(Debug)]
pub(super) struct Import {
    id: Digest,
    number: usize,
    organisation: OrganisationId,
    user: UserId,
    pub(super) name: String,
    bytes: Vec<u8>,
    done: AtomicUsize,
    of: AtomicUsize,
    reading: Mutex<Reading>,
}

/// How far the reading of a file has come, with the answers that it follows.
#[derive(Debug, Clone, Default)]
struct Reading {
    options: Options,
    outcome: Option<Result<Arc<LedgerImport>, Fault>>,
}

/// All files under review.
#[derive(Debug, Clone, Default)]
pub(in crate::console) struct Imports(Arc<Mutex<BTreeMap<Digest, Arc<Import>>>>);

/// A thread that panicked while it held the lock left whole values behind.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Imports {
    /// The same file of the same person is the same import.
    fn add(&self, caller: &Caller, name: String, bytes: Vec<u8>) -> Arc<Import> {
        let organisation = caller.who.organisation.id();
        let id = Digest::of_parts(&[organisation.as_bytes(), caller.who.user.as_bytes(), &bytes]);
        let mut all = locked(&self.0);
        if all.len() >= MOST
            && let Some(oldest) = all
                .values()
                .min_by_key(|import| import.number)
                .map(|import| import.id)
        {
            all.remove(&oldest);
        }
        let number = all
            .values()
            .map(|import| import.number)
            .max()
            .unwrap_or(0)
            .saturating_add(1);
        let import = Arc::new(Import {
            id,
            number,
            organisation,
            user: caller.who.user,
            name,
            bytes,
            done: AtomicUsize::new(0),
            of: AtomicUsize::new(0),
            reading: Mutex::default(),
        });
        all.insert(id, Arc::clone(&import));
        import
    }

    /// The import, when it is this person's.
    pub(super) fn find(&self, caller: &Caller, id: Digest) -> Result<Arc<Import>, Fault> {
        let found = locked(&self.0).get(&id).cloned();
        found
            .filter(|import| {
                import.user == caller.who.user
                    && import.organisation == caller.who.organisation.id()
            })
            .ok_or_else(|| Fault::Rule("import-gone", Vec::new()))
    }

    fn forget(&self, id: Digest) {
        locked(&self.0).remove(&id);
    }
}

impl Import {
    fn file(&self) -> LedgerFile<'_> {
        LedgerFile {
            bytes: &self.bytes,
            name: &self.name,
        }
    }

    pub(super) fn outcome(&self) -> Option<Result<Arc<LedgerImport>, Fault>> {
        locked(&self.reading).outcome.clone()
    }

    pub(super) fn options(&self) -> Options {
        locked(&self.reading).options.clone()
    }

    /// Reads the file by these answers, in the background.
    fn begin(self: &Arc<Self>, caller: &Caller, options: Options) {
        *locked(&self.reading) = Reading {
            options: options.clone(),
            outcome: None,
        };
        self.done.store(0, Ordering::Relaxed);
        let (import, desk) = (Arc::clone(self), caller.desk());
        tokio::task::spawn_blocking(move || {
            let read = desk.import_ledger(import.file(), &options, &mut |done, of| {
                import.tell(done, of);
            });
            let outcome = read.map(Arc::new).map_err(Fault::from);
            locked(&import.reading).outcome = Some(outcome);
        });
    }

    fn tell(&self, done: usize, of: usize) {
        self.of.store(of, Ordering::Relaxed);
        self.done.store(done, Ordering::Relaxed);
    }

    fn words(&self, p: &Frame) -> String {
        let (done, of) = (
            self.done.load(Ordering::Relaxed),
            self.of.load(Ordering::Relaxed),
        );
        if of == 0 {
            p.t("import-opening")
        } else {
            p.both(
                "import-rows-read",
                ("done", p.number(done)),
                ("of", p.number(of)),
            )
        }
    }
}

#[derive(Template)]
#[template(path = "ledgers/upload.html")]
struct UploadPage {
    p: Frame,
    fault: Option<String>,
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

pub(in crate::console) async fn ask(caller: Caller) -> Answer {
    caller.needs(Action::ImportLedger)?;
    caller
        .page(|caller| {
            Ok(UploadPage {
                p: caller.frame()?,
                fault: None,
            })
        })
        .await
}

pub(in crate::console) async fn upload(
    caller: Caller,
    Extension(imports): Extension<Imports>,
    mut parts: Multipart,
) -> Answer {
    caller.needs(Action::ImportLedger)?;
    while let Some(part) = parts
        .next_field()
        .await
        .map_err(|error| Fault::of_status(error.status()))?
    {
        if part.name() == Some("file") {
            let name = part
                .file_name()
                .unwrap_or_default()
                .chars()
                .take(80)
                .collect();
            let bytes = part
                .bytes()
                .await
                .map_err(|error| Fault::of_status(error.status()))?;
            let import = imports.add(&caller, name, bytes.to_vec());
            import.begin(&caller, Options::default());
            return Ok(Redirect::to(&format!("/ledgers/imports/{}", import.id)).into_response());
        }
    }
    Err(Fault::Missing("import-file"))
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::console) struct Asked {
    #[serde(default)]
    pub(super) only: String,
    #[serde(default)]
    pub(super) page: u32,
}

pub(in crate::console) async fn review(
    caller: Caller,
    Extension(imports): Extension<Imports>,
    Path(id): Path<Digest>,
    Query(asked): Query<Asked>,
) -> Answer {
    caller.needs(Action::ImportLedger)?;
    let import = imports.find(&caller, id)?;
    match import.outcome() {
        None => {
            caller
                .page(move |caller| reading_page(caller, &import))
                .await
        }
        Some(Ok(read)) => {
            caller
                .page(move |caller| ReviewPage::of(caller, (id, &import), &read, &asked))
                .await
        }
        Some(Err(fault)) => {
            imports.forget(id);
            caller
                .page(move |caller| refused_page(caller, &fault))
                .await
        }
    }
}

fn reading_page(caller: &Caller, import: &Import) -> Result<ReadingPage, Fault> {
    let p = caller.frame()?;
    Ok(ReadingPage {
        words: import.words(&p),
        import: import.id,
        file_name: import.name.clone(),
        done: import.done.load(Ordering::Relaxed),
        of: import.of.load(Ordering::Relaxed),
        p,
    })
}

fn refused_page(caller: &Caller, fault: &Fault) -> Result<UploadPage, Fault> {
    let p = caller.frame()?;
    Ok(UploadPage {
        fault: Some(fault.advice(&p)),
        p,
    })
}

pub(in crate::console) async fn progress(
    caller: Caller,
    Extension(imports): Extension<Imports>,
    Path(id): Path<Digest>,
) -> Answer {
    let import = imports.find(&caller, id)?;
    let p = caller.run(Caller::frame).await?;
    let state = serde_json::json!({
        "is_done": import.outcome().is_some(),
        "done": import.done.load(Ordering::Relaxed),
        "of": import.of.load(Ordering::Relaxed),
        "words": import.words(&p),
    });
    Ok((private(), Json(state)).into_response())
}

pub(in crate::console) async fn answer(
    caller: Caller,
    Extension(imports): Extension<Imports>,
    Path(id): Path<Digest>,
    fields: Fields,
) -> Answer {
    caller.needs(Action::ImportLedger)?;
    let import = imports.find(&caller, id)?;
    if let Some(Ok(read)) = import.outcome() {
        let options = review::answers(&fields, &read, import.options());
        import.begin(&caller, options);
    }
    Ok(Redirect::to(&format!("/ledgers/imports/{id}")).into_response())
}

pub(in crate::console) async fn keep(
    caller: Caller,
    Extension(imports): Extension<Imports>,
    Path(id): Path<Digest>,
    fields: Fields,
) -> Answer {
    let import = imports.find(&caller, id)?;
    let cut_off = fields.day("cut_off", "ledger-cut-off")?;
    let kept = caller
        .run(move |caller| {
            let kept = caller.desk().keep_draft(
                import.file(),
                &import.options(),
                Some(cut_off),
                &mut |_, _| {},
            );
            kept.map_err(Fault::from)
        })
        .await?;
    imports.forget(id);
    let notice = match kept.kept {
        Kept::Now => "done-draft-kept",
        Kept::Before => "done-draft-known",
    };
    Ok(see_other(&format!("/ledgers/{}", kept.draft), notice))
}
