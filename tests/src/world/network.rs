//! The way from a phone to the server: the server's own router, called without a socket, through a network that can break.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use countersign_core::replica::{BodyEnd, HttpRequest, HttpResponse, Transport, TransportError};
use tower::ServiceExt as _;

/// How the network breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    /// It does not.
    #[default]
    None,
    /// Nobody can be reached.
    Down,
    /// The request arrives and is done, the answer is lost.
    AnswerLost,
    /// Every request arrives twice; the second answer comes back.
    Doubled,
    /// The answer's body breaks off after so many bytes.
    CutAfter(usize),
    /// The connection dies once the bodies sent have so many bytes together; the request it dies in does not arrive.
    CutUpAfter(usize),
}

/// What went over the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Requests that reached the server.
    pub requests: u64,
    /// Bytes of the bodies sent.
    pub up_bytes: u64,
    /// Bytes of the bodies that came back.
    pub down_bytes: u64,
}

#[derive(Debug, Default)]
struct State {
    fault: Fault,
    /// Only requests whose path contains this are hit by the fault.
    only: Option<String>,
    traffic: Traffic,
    /// Every request that was sent, once somebody asked for it.
    recorded: Option<Vec<HttpRequest>>,
    /// Bytes sent since the fault was set.
    sent: usize,
}

/// A network that belongs to one phone.
#[derive(Debug, Clone)]
pub struct Network {
    router: Router,
    runtime: Arc<tokio::runtime::Runtime>,
    state: Arc<Mutex<State>>,
}

impl Network {
    pub(super) fn to(router: Router, runtime: Arc<tokio::runtime::Runtime>) -> Self {
        Self {
            router,
            runtime,
            state: Arc::default(),
        }
    }

    /// From now on the network breaks like this, for every request.
    pub fn set(&self, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        state.fault = fault;
        state.sent = 0;
        state.only = None;
    }

    /// From now on requests whose path contains `part` break like this; the others go through.
    pub fn set_only(&self, part: &str, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        state.fault = fault;
        state.sent = 0;
        state.only = Some(part.to_owned());
    }

    /// What went over it since the last call.
    pub fn take_traffic(&self) -> Traffic {
        std::mem::take(&mut self.state.lock().unwrap().traffic)
    }

    /// From now on keeps every request.
    pub fn record(&self) {
        self.state.lock().unwrap().recorded = Some(Vec::new());
    }

    /// The requests since [`Network::record`].
    pub fn take_recorded(&self) -> Vec<HttpRequest> {
        let recorded = &mut self.state.lock().unwrap().recorded;
        recorded.take().unwrap_or_default()
    }

    fn fault_for(&self, path: &str) -> Fault {
        let state = self.state.lock().unwrap();
        match &state.only {
            Some(part) if !path.contains(part.as_str()) => Fault::None,
            Some(_) | None => state.fault,
        }
    }

    fn deliver(&self, request: &HttpRequest) -> HttpResponse {
        let mut builder = Request::builder()
            .method(request.method.name())
            .uri(&request.path);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let sent = builder.body(Body::from(request.body.clone())).unwrap();
        let answer = self.runtime.block_on(async {
            let response = self.router.clone().oneshot(sent).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
            let headers = parts
                .headers
                .iter()
                .map(|(name, value)| {
                    (
                        name.to_string(),
                        value.to_str().unwrap_or_default().to_owned(),
                    )
                })
                .collect();
            HttpResponse {
                status: parts.status.as_u16(),
                headers,
                body,
                end: BodyEnd::Whole,
            }
        });
        let mut state = self.state.lock().unwrap();
        if let Some(recorded) = &mut state.recorded {
            recorded.push(request.clone());
        }
        state.traffic.requests += 1;
        state.traffic.up_bytes += u64::try_from(request.body.len()).unwrap();
        state.traffic.down_bytes += u64::try_from(answer.body.len()).unwrap();
        answer
    }
}

impl Transport for Network {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        match self.fault_for(&request.path) {
            Fault::None => Ok(self.deliver(&request)),
            Fault::Down => Err(TransportError::Unreachable),
            Fault::AnswerLost => {
                self.deliver(&request);
                Err(TransportError::Interrupted)
            }
            Fault::Doubled => {
                self.deliver(&request);
                Ok(self.deliver(&request))
            }
            Fault::CutUpAfter(bytes) => {
                let mut state = self.state.lock().unwrap();
                let room = bytes.saturating_sub(state.sent);
                state.sent += request.body.len();
                if request.body.len() > room {
                    state.traffic.up_bytes += u64::try_from(room).unwrap();
                    return Err(TransportError::Interrupted);
                }
                drop(state);
                Ok(self.deliver(&request))
            }
            Fault::CutAfter(bytes) => {
                let mut answer = self.deliver(&request);
                if answer.body.len() > bytes {
                    answer.body.truncate(bytes);
                    answer.end = BodyEnd::Cut;
                }
                Ok(answer)
            }
        }
    }
}
