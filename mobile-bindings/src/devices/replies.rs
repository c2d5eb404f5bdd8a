//! Reply objects: what takes time answers through one of these, once.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign_core::domain::position::RawFix;
use countersign_core::journal::facts::MissingFix;

use crate::devices::told::lock;
use crate::devices::wire::HttpAnswer;
use crate::devices::{
    Biometric, Camera, ConfirmPrompt, Confirmation, Locator, MissingPhoto, Photo,
};
use crate::errors::MobileError;

/// Replies that nobody let go of yet.
static HELD: AtomicU64 = AtomicU64::new(0);

/// How many reply objects are alive in this process: what a shell's own tests look at. Zero when nothing is being waited for
/// and every reply was let go.
#[uniffi::export]
#[must_use]
pub fn held_replies() -> u64 {
    HELD.load(Ordering::Relaxed)
}

/// How much longer than it was given a locator may take; then its silence is the answer.
const GRACE: Duration = Duration::from_secs(1);

/// Takes one position, from any thread; later ones are ignored.
#[derive(Debug, uniffi::Object)]
pub struct FixReply(pub(super) Reply<Result<RawFix, MissingFix>>);

#[uniffi::export]
impl FixReply {
    /// Here it is.
    pub fn done(&self, fix: RawFix) {
        self.0.send(Woken::Answered(Ok(fix)));
    }

    /// There is none.
    pub fn missing(&self, why: MissingFix) {
        self.0.send(Woken::Answered(Err(why)));
    }
}

/// Takes one answer of the server, from any thread; later ones are ignored.
#[derive(Debug, uniffi::Object)]
pub struct HttpReply(pub(super) Reply<HttpAnswer>);

#[uniffi::export]
impl HttpReply {
    /// The server answered.
    pub fn done(&self, answer: HttpAnswer) {
        self.0.send(Woken::Answered(answer));
    }

    /// It did not: no network, a broken connection, a refused certificate.
    pub fn unreachable(&self) {
        self.0.send(Woken::Unanswered);
    }
}

/// Takes one photo, from any thread; later ones are ignored.
#[derive(Debug, uniffi::Object)]
pub struct PhotoReply(Reply<Result<Photo, MissingPhoto>>);

#[uniffi::export]
impl PhotoReply {
    /// Here it is.
    pub fn done(&self, photo: Photo) {
        self.0.send(Woken::Answered(Ok(photo)));
    }

    /// There is none.
    pub fn missing(&self, why: MissingPhoto) {
        self.0.send(Woken::Answered(Err(why)));
    }
}

/// Takes one confirmation, from any thread; later ones are ignored.
#[derive(Debug, uniffi::Object)]
pub struct ConfirmReply(Reply<Confirmation>);

#[uniffi::export]
impl ConfirmReply {
    /// That is what was said.
    pub fn done(&self, confirmation: Confirmation) {
        self.0.send(Woken::Answered(confirmation));
    }
}

/// Ends a waiting call early. Needed because Swift's `Task.cancel()` does not reach Rust.
#[derive(Debug, Default, uniffi::Object)]
pub struct CancelToken(Mutex<Waiters>);

#[derive(Default)]
struct Waiters {
    is_cancelled: bool,
    next: u64,
    wake: BTreeMap<u64, Box<dyn Fn() + Send>>,
}

impl fmt::Debug for Waiters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiters")
            .field("is_cancelled", &self.is_cancelled)
            .finish_non_exhaustive()
    }
}

#[uniffi::export]
impl CancelToken {
    /// A token that nobody has cancelled.
    #[uniffi::constructor]
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Wakes whatever waits with this token, now and later.
    pub fn cancel(&self) {
        let mut waiters = lock(&self.0);
        waiters.is_cancelled = true;
        for wake in waiters.wake.values() {
            wake();
        }
    }
}

impl CancelToken {
    fn enter(&self, wake: impl Fn() + Send + 'static) -> u64 {
        let mut waiters = lock(&self.0);
        if waiters.is_cancelled {
            wake();
        }
        waiters.next += 1;
        let number = waiters.next;
        waiters.wake.insert(number, Box::new(wake));
        number
    }

    fn leave(&self, number: u64) {
        lock(&self.0).wake.remove(&number);
    }
}

/// What a waiting call woke up to.
pub(super) enum Woken<T> {
    Answered(T),
    Unanswered,
    Cancelled,
}

/// Takes one answer; when it is dropped without one, the waiter is told so.
pub(super) struct Reply<T>(Mutex<Option<Sender<Woken<T>>>>);

impl<T> Reply<T> {
    fn new(waiter: Sender<Woken<T>>) -> Self {
        HELD.fetch_add(1, Ordering::Relaxed);
        Self(Mutex::new(Some(waiter)))
    }

    fn send(&self, woken: Woken<T>) {
        if let Some(waiter) = lock(&self.0).take() {
            // Nobody waits any more when the call was cancelled.
            drop(waiter.send(woken));
        }
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        self.send(Woken::Unanswered);
        HELD.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reply")
    }
}

/// Asks the platform and waits until it answers, drops the reply, `cancel` is called, or `patience` ends.
pub(super) fn ask<T: Send + 'static>(
    cancel: &CancelToken,
    patience: Option<Duration>,
    begin: impl FnOnce(Reply<T>) -> Result<(), MobileError>,
) -> Result<Woken<T>, MobileError> {
    let (sender, answers) = channel();
    let on_cancel = sender.clone();
    let number = cancel.enter(move || drop(on_cancel.send(Woken::Cancelled)));
    let begun = begin(Reply::new(sender));
    let woken = begun.map(|()| {
        let answer = match patience {
            Some(patience) => answers.recv_timeout(patience),
            None => answers
                .recv()
                .map_err(|_gone| RecvTimeoutError::Disconnected),
        };
        answer.unwrap_or(Woken::Unanswered)
    });
    cancel.leave(number);
    woken
}

/// The position, or why there is none. Never fails: a check-in does not depend on it.
pub(crate) fn position(locator: &dyn Locator, timeout_ms: u32) -> Result<RawFix, MissingFix> {
    let patience = Duration::from_millis(u64::from(timeout_ms)) + GRACE;
    let begin = |reply| locator.request(timeout_ms, Arc::new(FixReply(reply)));
    match ask(&CancelToken::default(), Some(patience), begin) {
        Ok(Woken::Answered(answer)) => answer,
        Ok(Woken::Unanswered | Woken::Cancelled) => Err(MissingFix::TimedOut),
        Err(_no_locator) => Err(MissingFix::Unavailable),
    }
}

/// A photo, or why there is none.
pub(crate) fn photo(camera: Option<&dyn Camera>) -> Result<Photo, MissingPhoto> {
    let camera = camera.ok_or(MissingPhoto::Unavailable)?;
    let begin = |reply| camera.capture(Arc::new(PhotoReply(reply)));
    match ask(&CancelToken::default(), None, begin) {
        Ok(Woken::Answered(answer)) => answer,
        Ok(Woken::Unanswered | Woken::Cancelled) => Err(MissingPhoto::Cancelled),
        Err(_no_camera) => Err(MissingPhoto::Unavailable),
    }
}

/// What the owner said. Silence and failure confirm nothing.
pub(crate) fn confirmation(
    biometric: Option<&dyn Biometric>,
    prompt: ConfirmPrompt,
) -> Confirmation {
    let Some(biometric) = biometric else {
        return Confirmation::Unavailable;
    };
    let begin = |reply| biometric.confirm(prompt, Arc::new(ConfirmReply(reply)));
    match ask(&CancelToken::default(), None, begin) {
        Ok(Woken::Answered(confirmation)) => confirmation,
        Ok(Woken::Unanswered | Woken::Cancelled) => Confirmation::Cancelled,
        Err(_no_biometric) => Confirmation::Unavailable,
    }
}
