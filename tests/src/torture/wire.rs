//! The way to a server that dies: requests are counted, and nobody hammers at a closed door.

use std::io::Read as _;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use countersign_core::replica::{BodyEnd, HttpRequest, HttpResponse, Transport, TransportError};

/// What is counted and waited for.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    requests: u64,
    is_down: bool,
}

impl Traffic {
    /// Requests that were sent so far.
    pub(super) fn requests(&self) -> u64 {
        self.state.lock().unwrap().requests
    }

    /// Waits until so many more requests were sent.
    pub(super) fn wait_for(&self, more: u64) {
        let state = self.state.lock().unwrap();
        let target = state.requests + more;
        drop(
            self.changed
                .wait_while(state, |state| state.requests < target),
        );
    }

    pub(super) fn server_is_down(&self) {
        self.state.lock().unwrap().is_down = true;
    }

    pub(super) fn server_is_up(&self) {
        self.state.lock().unwrap().is_down = false;
        self.changed.notify_all();
    }

    /// Waits while the server is known to be down.
    pub(super) fn wait_until_up(&self) {
        let state = self.state.lock().unwrap();
        drop(self.changed.wait_while(state, |state| state.is_down));
    }

    fn count(&self) {
        self.state.lock().unwrap().requests += 1;
        self.changed.notify_all();
    }
}

/// One phone's connection.
#[derive(Debug)]
pub(super) struct Wire {
    url: String,
    agent: ureq::Agent,
    traffic: Arc<Traffic>,
}

impl Wire {
    pub(super) fn to(url: &str, traffic: &Arc<Traffic>) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .new_agent();
        Self {
            url: url.to_owned(),
            agent,
            traffic: Arc::clone(traffic),
        }
    }

    fn carry(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let mut builder = ureq::http::Request::builder()
            .method(request.method.name())
            .uri(format!("{}{}", self.url, request.path));
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        let mut answer = self.agent.run(builder.body(request.body).unwrap())?;
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    value.to_str().unwrap_or_default().to_owned(),
                )
            })
            .collect();
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        let read = answer.body_mut().as_reader().read_to_end(&mut body);
        let end = if read.is_ok() {
            BodyEnd::Whole
        } else {
            BodyEnd::Cut
        };
        Ok(HttpResponse {
            status,
            headers,
            body,
            end,
        })
    }
}

impl Transport for Wire {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        self.traffic.count();
        self.carry(request)
            .map_err(|_no_answer| TransportError::Interrupted)
    }
}
