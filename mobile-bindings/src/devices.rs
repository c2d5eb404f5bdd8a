//! What the platform does for the core: sign, tell the time, find the position, carry HTTP, hear about changes.
//!
//! Every method returns at once and returns `Result`. What takes time gets a reply object instead of a return value, and a
//! reply object that is dropped means "no answer", so a forgetful shell cannot hang the core.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_core::domain::position::{Crs, FixSource, RawFix};
use countersign_core::domain::time::{ClockReading, Instant};
use countersign_core::journal::facts::MissingFix;
use countersign_core::journal::signer::{self as signing, SignerError};
use countersign_core::replica::{
    self as core, BodyEnd, ErrorKind, HttpRequest, HttpResponse, Transport, TransportError,
};

use crate::errors::MobileError;

uniffi::custom_type!(Instant, i64, {
    remote,
    lower: |instant| instant.ms(),
    try_lift: |ms| Ok(Instant::from_ms(ms)),
});

/// Coordinate reference system of a point.
#[uniffi::remote(Enum)]
pub enum Crs {
    Wgs84,
    Gcj02,
    Bd09,
}

/// Measured by a receiver, or set by a mock provider.
#[uniffi::remote(Enum)]
pub enum FixSource {
    Measured,
    Mocked,
}

/// Why there is no position.
#[uniffi::remote(Enum)]
pub enum MissingFix {
    Denied,
    TimedOut,
    Unavailable,
}

/// A fix as the platform gave it: degrees in 1e-7, accuracy in millimetres, age in milliseconds.
#[uniffi::remote(Record)]
pub struct RawFix {
    pub lat_e7: i32,
    pub lon_e7: i32,
    pub crs: Crs,
    pub accuracy_mm: u32,
    pub age_ms: u32,
    pub provider: String,
    pub source: FixSource,
}

/// What the clocks said together; `monotonic_ms` includes sleep.
#[uniffi::remote(Record)]
pub struct ClockReading {
    pub wall: Instant,
    pub monotonic_ms: u64,
    pub boot: String,
}

/// The clocks of the phone.
#[uniffi::export(foreign)]
pub trait Clock: Send + Sync {
    /// Reads all of them together.
    fn read(&self) -> Result<ClockReading, MobileError>;
}

/// Signs with a P-256 key that never leaves its place.
#[uniffi::export(foreign)]
pub trait DeviceSigner: Send + Sync {
    /// SEC 1 uncompressed point, 65 bytes.
    fn public_key(&self) -> Result<Vec<u8>, MobileError>;

    /// ES256 over SHA-256 of `bytes`: raw r‖s, 64 bytes, low-S.
    fn sign(&self, bytes: Vec<u8>) -> Result<Vec<u8>, MobileError>;
}

/// Finds the position.
#[uniffi::export(foreign)]
pub trait Locator: Send + Sync {
    /// Begins to look; the answer goes to `reply` within `timeout_ms`.
    fn request(&self, timeout_ms: u32, reply: Arc<FixReply>) -> Result<(), MobileError>;
}

/// Carries HTTP over the platform's own stack, so that its proxies and certificates apply.
#[uniffi::export(foreign)]
pub trait HttpClient: Send + Sync {
    /// Begins to send; the answer goes to `reply`.
    fn send(&self, request: HttpCall, reply: Arc<HttpReply>) -> Result<(), MobileError>;
}

/// Told which kinds of row changed.
#[uniffi::export(foreign)]
pub trait Observer: Send + Sync {
    /// Called from any thread; must not call back into the replica before it returns.
    fn changed(&self, kinds: Vec<String>) -> Result<(), MobileError>;
}

/// A request for the server.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpCall {
    /// `GET`, `POST`, `PUT` or `HEAD`.
    pub method: String,
    /// Absolute.
    pub url: String,
    /// In the order to be sent.
    pub headers: Vec<HttpHeader>,
    /// May be empty.
    pub body: Vec<u8>,
}

/// One header line.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpHeader {
    /// Lower case.
    pub name: String,
    /// Text.
    pub value: String,
}

/// The server's answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpAnswer {
    /// Status code.
    pub status: u16,
    /// As they came.
    pub headers: Vec<HttpHeader>,
    /// As it came, not decoded.
    pub body: Vec<u8>,
    /// False when the connection broke before the end of the body; what came is still of use.
    pub is_whole: bool,
}

/// Takes one position, from any thread; later ones are ignored.
#[derive(Debug, uniffi::Object)]
pub struct FixReply(Reply<Result<RawFix, MissingFix>>);

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
pub struct HttpReply(Reply<HttpAnswer>);

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
enum Woken<T> {
    Answered(T),
    Unanswered,
    Cancelled,
}

/// Takes one answer; when it is dropped without one, the waiter is told so.
struct Reply<T>(Mutex<Option<Sender<Woken<T>>>>);

impl<T> Reply<T> {
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
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reply")
    }
}

/// Asks the platform and waits until it answers, drops the reply, or `cancel` is called.
fn ask<T: Send + 'static>(
    cancel: &CancelToken,
    begin: impl FnOnce(Reply<T>) -> Result<(), MobileError>,
) -> Result<Woken<T>, MobileError> {
    let (sender, answers) = channel();
    let on_cancel = sender.clone();
    let number = cancel.enter(move || drop(on_cancel.send(Woken::Cancelled)));
    let begun = begin(Reply(Mutex::new(Some(sender))));
    let woken = begun.map(|()| answers.recv().unwrap_or(Woken::Unanswered));
    cancel.leave(number);
    woken
}

/// The position, or why there is none. Never fails: a check-in does not depend on it.
pub(crate) fn position(locator: &dyn Locator, timeout_ms: u32) -> Result<RawFix, MissingFix> {
    let begin = |reply| locator.request(timeout_ms, Arc::new(FixReply(reply)));
    match ask(&CancelToken::default(), begin) {
        Ok(Woken::Answered(answer)) => answer,
        Ok(Woken::Unanswered | Woken::Cancelled) => Err(MissingFix::TimedOut),
        Err(_no_locator) => Err(MissingFix::Unavailable),
    }
}

/// The way to one server: base address, and the token that ends the waiting.
pub(crate) struct Wire<'a> {
    http: &'a dyn HttpClient,
    base: &'a str,
    cancel: &'a CancelToken,
}

impl<'a> Wire<'a> {
    /// A wire to `server`, such as `https://countersign.example.cn`.
    pub(crate) fn new(
        http: &'a dyn HttpClient,
        server: &'a str,
        cancel: &'a CancelToken,
    ) -> Result<Self, MobileError> {
        let base = server.trim().trim_end_matches('/');
        let is_absolute = ["https://", "http://"]
            .iter()
            .any(|scheme| base.len() > scheme.len() && base.starts_with(scheme));
        // Without a server there is nothing to refuse here: the core says that the device is not enrolled.
        if is_absolute || base.is_empty() {
            Ok(Self { http, base, cancel })
        } else {
            Err(MobileError::new(ErrorKind::Fix, "server-url-unusable"))
        }
    }
}

impl Transport for Wire<'_> {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let HttpRequest {
            method,
            path,
            headers,
            body,
        } = request;
        let call = HttpCall {
            method: method.name().to_owned(),
            url: format!("{}{path}", self.base),
            headers: headers
                .into_iter()
                .map(|(name, value)| HttpHeader { name, value })
                .collect(),
            body,
        };
        let begin = |reply| self.http.send(call, Arc::new(HttpReply(reply)));
        match ask(self.cancel, begin) {
            Ok(Woken::Answered(answer)) => Ok(response(answer)),
            Ok(Woken::Unanswered) | Err(_) => Err(TransportError::Unreachable),
            Ok(Woken::Cancelled) => Err(TransportError::Interrupted),
        }
    }
}

fn response(answer: HttpAnswer) -> HttpResponse {
    let HttpAnswer {
        status,
        headers,
        body,
        is_whole,
    } = answer;
    HttpResponse {
        status,
        headers: headers
            .into_iter()
            .map(|HttpHeader { name, value }| (name, value))
            .collect(),
        body,
        end: if is_whole {
            BodyEnd::Whole
        } else {
            BodyEnd::Cut
        },
    }
}

/// The platform's clocks as the core wants them: always an answer. A clock that fails repeats what it said last.
pub(crate) struct Steady {
    clock: Arc<dyn Clock>,
    last: Mutex<ClockReading>,
}

impl Steady {
    /// Reads once, so that a clock that never works is found out when the replica is opened.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Result<Self, MobileError> {
        let last = Mutex::new(clock.read()?);
        Ok(Self { clock, last })
    }
}

impl fmt::Debug for Steady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Steady").finish_non_exhaustive()
    }
}

impl countersign_core::domain::time::Clock for Steady {
    fn read(&self) -> ClockReading {
        let now = self.clock.read();
        let mut last = lock(&self.last);
        if let Ok(now) = now {
            *last = now;
        }
        last.clone()
    }
}

/// A foreign signer or observer as the core's own trait.
pub(crate) struct Told<T: ?Sized>(Arc<T>);

impl Told<dyn DeviceSigner> {
    pub(crate) fn signer(signer: Arc<dyn DeviceSigner>) -> Arc<dyn signing::DeviceSigner> {
        Arc::new(Self(signer))
    }
}

impl Told<dyn Observer> {
    pub(crate) fn observer(observer: Arc<dyn Observer>) -> Arc<dyn core::Observer> {
        Arc::new(Self(observer))
    }
}

impl<T: ?Sized> fmt::Debug for Told<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told")
    }
}

impl signing::DeviceSigner for Told<dyn DeviceSigner> {
    fn public_key(&self) -> Result<Vec<u8>, SignerError> {
        self.0.public_key().map_err(|error| refused(&error))
    }

    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], SignerError> {
        let signature = self
            .0
            .sign(bytes.to_vec())
            .map_err(|error| refused(&error))?;
        signature
            .try_into()
            .map_err(|_other_length| SignerError::KeyStore("signature-length".to_owned()))
    }
}

fn refused(error: &MobileError) -> SignerError {
    SignerError::KeyStore(error.parts().1.to_owned())
}

impl core::Observer for Told<dyn Observer> {
    fn changed(&self, kinds: &[core::Kind]) {
        let words = kinds
            .iter()
            .filter_map(|kind| serde_json::to_value(kind).ok()?.as_str().map(str::to_owned))
            .collect();
        // A shell that cannot listen reads again when it draws; the commit stands either way.
        drop(self.0.changed(words));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
