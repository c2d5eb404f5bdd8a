//! Position, network and the wish to be told of changes, as a computer without a phone can offer them.

use std::io::{self, Read as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use countersign_mobile::{
    Biometric, ConfirmPrompt, ConfirmReply, Confirmation, FixReply, HttpAnswer, HttpCall,
    HttpClient, HttpHeader, HttpReply, Locator, MissingFix, MobileError, Observer, RawFix,
};
use tokio::sync::broadcast;

const ANSWER_LIMIT_BYTES: u64 = 256 * 1024 * 1024;
const REQUEST_TIMEOUT: Duration = Duration::from_mins(2);

/// A position that is set by hand; a computer has none of its own.
#[derive(Debug)]
pub struct HostLocator(Mutex<Result<RawFix, MissingFix>>);

impl Default for HostLocator {
    fn default() -> Self {
        Self(Mutex::new(Err(MissingFix::Unavailable)))
    }
}

impl HostLocator {
    /// What is answered from now on.
    pub fn set(&self, position: Result<RawFix, MissingFix>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = position;
    }
}

impl Locator for HostLocator {
    fn request(&self, _timeout_ms: u32, reply: Arc<FixReply>) -> Result<(), MobileError> {
        let position = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match position {
            Ok(fix) => reply.done(fix),
            Err(why) => reply.missing(why),
        }
        Ok(())
    }
}

/// Knows an owner when a test says so; a computer knows none.
#[derive(Debug)]
pub struct HostOwner(Mutex<Confirmation>);

impl Default for HostOwner {
    fn default() -> Self {
        Self(Mutex::new(Confirmation::Unavailable))
    }
}

impl HostOwner {
    /// What the owner's finger says from now on.
    pub fn set(&self, confirmation: Confirmation) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = confirmation;
    }
}

impl Biometric for HostOwner {
    fn confirm(&self, _prompt: ConfirmPrompt, reply: Arc<ConfirmReply>) -> Result<(), MobileError> {
        reply.done(*self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}

/// The way to the server, with a switch.
#[derive(Debug)]
pub struct HostHttp {
    agent: ureq::Agent,
    is_on: AtomicBool,
}

impl Default for HostHttp {
    fn default() -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_global(Some(REQUEST_TIMEOUT))
            .build()
            .new_agent();
        Self {
            agent,
            is_on: AtomicBool::new(true),
        }
    }
}

impl HostHttp {
    /// Whether there is a network from now on.
    pub fn set_network(&self, network: Network) {
        self.is_on
            .store(matches!(network, Network::On), Ordering::Relaxed);
    }
}

/// What the switch can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// The server can be reached.
    On,
    /// Aeroplane mode.
    Off,
}

impl HttpClient for HostHttp {
    fn send(&self, request: HttpCall, reply: Arc<HttpReply>) -> Result<(), MobileError> {
        if !self.is_on.load(Ordering::Relaxed) {
            reply.unreachable();
            return Ok(());
        }
        let agent = self.agent.clone();
        std::thread::spawn(move || match carry(&agent, request) {
            Ok(answer) => reply.done(answer),
            Err(error) => {
                tracing::debug!(%error, "no answer from the server");
                reply.unreachable();
            }
        });
        Ok(())
    }
}

fn carry(agent: &ureq::Agent, call: HttpCall) -> Result<HttpAnswer, ureq::Error> {
    let mut request = ureq::http::Request::builder()
        .method(call.method.as_str())
        .uri(call.url);
    for HttpHeader { name, value } in call.headers {
        request = request.header(name, value);
    }
    let request = request
        .body(call.body)
        .map_err(|error| ureq::Error::Io(io::Error::other(error)))?;
    let mut answer = agent.run(request)?;
    let headers = answer
        .headers()
        .iter()
        .filter_map(|(name, value)| {
            let value = value.to_str().ok()?.to_owned();
            let name = name.as_str().to_owned();
            Some(HttpHeader { name, value })
        })
        .collect();
    let status = answer.status().as_u16();
    let mut body = Vec::new();
    let mut reader = answer
        .body_mut()
        .with_config()
        .limit(ANSWER_LIMIT_BYTES)
        .reader();
    // What arrived before a break is kept: the core can use any prefix.
    let is_whole = reader.read_to_end(&mut body).is_ok();
    Ok(HttpAnswer {
        status,
        headers,
        body,
        is_whole,
    })
}

/// Passes changes on to every open page.
#[derive(Debug)]
pub struct Announcer(pub broadcast::Sender<String>);

impl Observer for Announcer {
    fn changed(&self, kinds: Vec<String>) -> Result<(), MobileError> {
        let event = serde_json::json!({ "event": "changed", "kinds": kinds });
        // No page may be open; then nobody has to be told.
        drop(self.0.send(event.to_string()));
        Ok(())
    }
}
