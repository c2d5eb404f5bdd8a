//! One request and its answer: paths, bodies, sessions.

use std::io::Read as _;

use minicbor::{Decode, Encode};

use crate::domain::ids::Digest;
use crate::protocol::codec::{WINDOW_LOG, counted};
use crate::protocol::{EnrolAnswer, EnrolRequest, SessionAnswer, SessionRequest};
use crate::replica::sync::{BodyEnd, HttpRequest, HttpResponse, Method, Run, Stop, Transport};
use crate::replica::{Replica, ReplicaError};
use crate::store::device;
use crate::views::LaneResult;

const LEVEL: i32 = 3;
/// Largest answer of a call that is not a pull, before compression: a repair and its last document.
const ANSWER_LIMIT_BYTES: u64 = 20 << 20;

/// The body of a request.
pub(crate) fn encode<T: Encode<()>>(value: &T) -> Option<Vec<u8>> {
    let bytes = minicbor::to_vec(value).ok()?;
    zstd::encode_all(bytes.as_slice(), LEVEL).ok()
}

/// The value in a whole body.
pub(crate) fn decode<T: for<'b> Decode<'b, ()>>(body: &[u8]) -> Option<T> {
    let mut bytes = Vec::new();
    let mut inflated = zstd::stream::read::Decoder::new(body).ok()?;
    inflated.window_log_max(WINDOW_LOG).ok()?;
    inflated
        .take(ANSWER_LIMIT_BYTES)
        .read_to_end(&mut bytes)
        .ok()?;
    minicbor::decode(counted(&bytes).ok()?).ok()
}

fn post(path: &str, body: Vec<u8>) -> HttpRequest {
    HttpRequest {
        method: Method::Post,
        path: path.to_owned(),
        headers: vec![
            ("content-type".to_owned(), "application/cbor".to_owned()),
            ("content-encoding".to_owned(), "zstd".to_owned()),
        ],
        body,
    }
}

/// Enrols without a session.
pub(crate) fn enrol(
    transport: &dyn Transport,
    request: &EnrolRequest,
) -> Result<EnrolAnswer, ReplicaError> {
    let body = encode(request).ok_or(ReplicaError::BadAnswer)?;
    let response = transport
        .send(post("/sync/v1/enrol", body))
        .map_err(|_no_answer| ReplicaError::NoConnection)?;
    match (response.status, response.end) {
        (_, BodyEnd::Cut) => Err(ReplicaError::NoConnection),
        (200, BodyEnd::Whole) => decode(&response.body).ok_or(ReplicaError::BadAnswer),
        (429 | 500.., BodyEnd::Whole) => Err(ReplicaError::ServerBusy),
        (400..500, BodyEnd::Whole) => Err(ReplicaError::Refused("code-refused")),
        (_, BodyEnd::Whole) => Err(ReplicaError::BadAnswer),
    }
}

impl Run<'_> {
    /// Asks with a session; a session that has ended is renewed once by proof of the device key.
    pub(super) fn ask(&mut self, request: &HttpRequest) -> Result<HttpResponse, Stop> {
        if self.token.is_empty() {
            self.renew()?;
        }
        let mut response = self.send(self.with_token(request))?;
        if response.status == 401 {
            self.renew()?;
            response = self.send(self.with_token(request))?;
        }
        match response.status {
            200..=299 | 404 => Ok(response),
            401 | 403 => Err(LaneResult::SignIn.into()),
            507 => Err(LaneResult::NoRoom.into()),
            429 | 500..=599 => Err(LaneResult::Busy.into()),
            _ => Err(LaneResult::BadAnswer.into()),
        }
    }

    /// Posts a value and reads the whole answer.
    pub(super) fn post<T: Encode<()>, A: for<'b> Decode<'b, ()>>(
        &mut self,
        path: &str,
        value: &T,
    ) -> Result<A, Stop> {
        let body = encode(value).ok_or(LaneResult::BadAnswer)?;
        let response = self.ask(&post(path, body))?;
        whole(&response)
    }

    fn with_token(&self, request: &HttpRequest) -> HttpRequest {
        let mut request = request.clone();
        request
            .headers
            .push(("authorization".to_owned(), format!("Bearer {}", self.token)));
        request
    }

    fn send(&mut self, request: HttpRequest) -> Result<HttpResponse, Stop> {
        self.report.requests += 1;
        self.report.bytes_up += length(&request.body);
        let response = self
            .transport
            .send(request)
            .map_err(|_no_answer| LaneResult::NoConnection)?;
        self.report.bytes_down += length(&response.body);
        Ok(response)
    }

    fn renew(&mut self) -> Result<(), Stop> {
        let me = self.replica.read(Replica::me)?;
        let mut secret = [0; 32];
        self.replica.fill(&mut secret)?;
        let token = Digest(secret).to_string();
        let token_digest = SessionRequest::token_digest(&token);
        let proof = self
            .replica
            .signer()
            .sign(&SessionRequest::proof_bytes(me.device, token_digest))
            .map_err(|_refused| ReplicaError::Key)?;
        let request = SessionRequest {
            device: me.device,
            token_digest,
            proof: proof.to_vec(),
        };
        let body = encode(&request).ok_or(LaneResult::BadAnswer)?;
        let response = self.send(post("/sync/v1/session", body))?;
        match response.status {
            200 => {
                let _opened: SessionAnswer = whole(&response)?;
            }
            429 | 500..=599 => return Err(LaneResult::Busy.into()),
            400..=499 => return Err(LaneResult::SignIn.into()),
            _ => return Err(LaneResult::BadAnswer.into()),
        }
        self.replica.commit("open_session", |commit| {
            device::set_token(commit.tx, &token)?;
            Ok(())
        })?;
        self.token = token;
        Ok(())
    }
}

fn whole<A: for<'b> Decode<'b, ()>>(response: &HttpResponse) -> Result<A, Stop> {
    match response.end {
        BodyEnd::Cut => Err(LaneResult::NoConnection.into()),
        BodyEnd::Whole => decode(&response.body).ok_or_else(|| LaneResult::BadAnswer.into()),
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
