//! The sync protocol over HTTP: one short function a URL.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use countersign_core::domain::ids::Digest;
use countersign_core::protocol::{
    BlobChunk, CHUNKS_HEADER, Cursor, EnrolRequest, PartsRequest, PushRequest, RepairRequest,
    SessionRequest, SyncProtocol as _, VerdictKind,
};
use serde::Deserialize;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::{ReceiverStream, WatchStream};

use super::SyncServer;
use super::codec::{self, FrameStream};
use super::error::{Fault, SyncError};
use super::pull::Pull;
use crate::app::App;
use crate::auth::devices::Device;
use crate::blobs::Presence;

/// Largest body of a device's request, as it comes.
pub const LARGEST_BODY_BYTES: usize = codec::COMPRESSED_LIMIT_BYTES;

/// A device with an open session, revoked ones too.
#[derive(Debug, Clone)]
pub struct FromDevice(pub Device);

impl FromRequestParts<App> for FromDevice {
    type Rejection = SyncError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, SyncError> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or(SyncError::NoSession)?
            .to_owned();
        let app = app.clone();
        blocking(move || {
            let now = app.clock().read().wall;
            let device = app.accounts().device_of_session(&token, now)?;
            device.map(Self).ok_or(SyncError::NoSession)
        })
        .await
    }
}

/// Runs disk work away from the threads that serve connections.
async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, SyncError> + Send + 'static,
) -> Result<R, SyncError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_ended| SyncError::from(Fault::CutOff))?
}

fn cbor(bytes: Vec<u8>) -> Response {
    compressed(Body::from(bytes))
}

fn compressed(body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/cbor"),
        (header::CONTENT_ENCODING, "zstd"),
    ];
    (headers, body).into_response()
}

/// `POST /sync/v1/enrol`
pub async fn enrol(
    State(app): State<App>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, SyncError> {
    let request: EnrolRequest = codec::decode(&headers, &body)?;
    blocking(move || {
        let now = app.clock().read().wall;
        let peer = peer.map(|Extension(ConnectInfo(peer))| peer.ip().to_string());
        let subject = format!("enrol {}", peer.unwrap_or_default());
        if let Some(until) = app.accounts().must_wait(&subject, now)? {
            return Err(SyncError::Wait(until, now));
        }
        let answer = SyncServer::new(app.clone()).enrol(request);
        match &answer {
            Ok(_enrolled) => app.accounts().forget_failures(&subject)?,
            Err(SyncError::BadCode) => app.accounts().note_failure(&subject, now)?,
            Err(_other) => {}
        }
        Ok(cbor(codec::encode(&answer?)?))
    })
    .await
}

/// `POST /sync/v1/session`
pub async fn session(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, SyncError> {
    let request: SessionRequest = codec::decode(&headers, &body)?;
    blocking(move || {
        Ok(cbor(codec::encode(
            &SyncServer::new(app).session(request)?,
        )?))
    })
    .await
}

/// `POST /sync/v1/push`
pub async fn push(
    State(app): State<App>,
    FromDevice(device): FromDevice,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, SyncError> {
    blocking(move || {
        let request: PushRequest = codec::decode(&headers, &body)?;
        let answer = SyncServer::new(app.clone()).push(device.id, request)?;
        for verdict in &answer.verdicts {
            let name = match verdict.kind {
                VerdictKind::Admitted(_) => "envelopes_total{verdict=\"admitted\"}",
                VerdictKind::Held(..) => "envelopes_total{verdict=\"held\"}",
            };
            app.metrics().add(name, 1);
        }
        Ok(cbor(codec::encode(&answer)?))
    })
    .await
}

/// Where a device stands: `cursor=<epoch>.<seq>`.
#[derive(Debug, Deserialize)]
pub struct PullQuery {
    cursor: Option<String>,
}

fn cursor(query: &PullQuery) -> Result<Option<Cursor>, SyncError> {
    let wrong = SyncError::BadRequest("a cursor reads <epoch>.<seq>");
    let Some(text) = &query.cursor else {
        return Ok(None);
    };
    let parsed = text.split_once('.').and_then(|(epoch, seq)| {
        Some(Cursor {
            server_epoch: epoch.parse().ok()?,
            seq: seq.parse().ok()?,
        })
    });
    parsed.map(Some).ok_or(wrong)
}

/// `GET /sync/v1/pull`: the frames in one zstd stream, written as they are read.
pub async fn pull(
    State(app): State<App>,
    FromDevice(device): FromDevice,
    Query(query): Query<PullQuery>,
) -> Result<Response, SyncError> {
    let cursor = cursor(&query)?;
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Bytes, Infallible>>(2);
    // The first page decides the status; the pages behind it are streamed.
    let (first, received) = tokio::sync::oneshot::channel();
    tokio::task::spawn_blocking(move || write_pull(&app, &device, cursor, first, &sender));
    let first = received
        .await
        .map_err(|_ended| SyncError::from(Fault::CutOff))??;
    Ok(match first {
        FirstPage::All(body) => compressed(Body::from(body)),
        FirstPage::Begins(bytes) => {
            let rest = ReceiverStream::new(receiver);
            let whole = tokio_stream::once(Ok(bytes)).chain(rest);
            compressed(Body::from_stream(whole))
        }
    })
}

enum FirstPage {
    /// That was all.
    All(Bytes),
    /// More follows.
    Begins(Bytes),
}

fn write_pull(
    app: &App,
    device: &Device,
    cursor: Option<Cursor>,
    first: tokio::sync::oneshot::Sender<Result<FirstPage, SyncError>>,
    rest: &tokio::sync::mpsc::Sender<Result<Bytes, Infallible>>,
) {
    let mut first = Some(first);
    if let Err(error) = write_pages(app, device, cursor, &mut first, rest) {
        if let Some(first) = first.take() {
            if first.send(Err(error)).is_err() {
                tracing::debug!("the device hung up before the first page");
            }
        } else {
            // The stream ends here without its last block; the device keeps what came and asks again.
            tracing::error!(%error, "a pull broke off");
        }
    }
}

fn write_pages(
    app: &App,
    device: &Device,
    cursor: Option<Cursor>,
    first: &mut Option<tokio::sync::oneshot::Sender<Result<FirstPage, SyncError>>>,
    rest: &tokio::sync::mpsc::Sender<Result<Bytes, Infallible>>,
) -> Result<(), SyncError> {
    let organisation = app
        .organisation(device.organisation)
        .ok_or(SyncError::NoSession)?;
    let mut pull = Pull::begin(&organisation, device, cursor)?;
    let mut stream = FrameStream::begin()?;
    while let Some(frames) = pull.page()? {
        stream.add(&frames)?;
        app.metrics()
            .add("frames_total", u64::try_from(frames.len()).unwrap_or(0));
        if pull.is_over() {
            break;
        }
        let bytes = stream.flushed()?;
        let is_heard = match first.take() {
            Some(first) => first.send(Ok(FirstPage::Begins(bytes))).is_ok(),
            None => rest.blocking_send(Ok(bytes)).is_ok(),
        };
        if !is_heard {
            return Ok(());
        }
    }
    let bytes = stream.end()?;
    let is_heard = match first.take() {
        Some(first) => first.send(Ok(FirstPage::All(bytes))).is_ok(),
        None => rest.blocking_send(Ok(bytes)).is_ok(),
    };
    if !is_heard {
        tracing::debug!("the device hung up before the end of its pull");
    }
    Ok(())
}

/// `POST /sync/v1/digests`
pub async fn digests(
    State(app): State<App>,
    FromDevice(device): FromDevice,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, SyncError> {
    blocking(move || {
        let request: RepairRequest = codec::decode(&headers, &body)?;
        Ok(cbor(codec::encode(
            &SyncServer::new(app).repair(device.id, request)?,
        )?))
    })
    .await
}

/// `POST /sync/v1/blobs`
pub async fn put_parts(
    State(app): State<App>,
    FromDevice(device): FromDevice,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, SyncError> {
    blocking(move || {
        let request: PartsRequest = codec::decode(&headers, &body)?;
        Ok(cbor(codec::encode(
            &SyncServer::new(app).put_parts(device.id, request)?,
        )?))
    })
    .await
}

fn digest(text: &str) -> Result<Digest, SyncError> {
    text.parse()
        .map_err(|_not_a_digest| SyncError::BadRequest("an attachment is named by 64 hex digits"))
}

fn presence_response(presence: &Presence) -> Response {
    let text = match presence {
        Presence::Complete => "complete".to_owned(),
        Presence::Chunks(chunks) => chunks
            .iter()
            .map(u32::to_string)
            .collect::<Vec<_>>()
            .join(","),
    };
    let value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    (StatusCode::OK, [(CHUNKS_HEADER, value)]).into_response()
}

/// `HEAD /sync/v1/blobs/{sha256}`
pub async fn blob_presence(
    State(app): State<App>,
    FromDevice(device): FromDevice,
    Path(blob): Path<String>,
) -> Result<Response, SyncError> {
    let blob = digest(&blob)?;
    blocking(move || {
        Ok(presence_response(
            &SyncServer::new(app).blob_presence(device.id, blob)?,
        ))
    })
    .await
}

/// `GET /sync/v1/blobs/{sha256}`
pub async fn blob(
    State(app): State<App>,
    FromDevice(device): FromDevice,
    Path(blob): Path<String>,
) -> Result<Response, SyncError> {
    let blob = digest(&blob)?;
    blocking(move || {
        let bytes = SyncServer::new(app).blob(device.id, blob)?;
        Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
    })
    .await
}

/// How many chunks the attachment has: `of=N`.
#[derive(Debug, Deserialize)]
pub struct ChunkQuery {
    of: u32,
}

/// `PUT /sync/v1/blobs/{sha256}/{index}`
pub async fn put_blob_chunk(
    State(app): State<App>,
    FromDevice(device): FromDevice,
    Path((blob, index)): Path<(String, u32)>,
    Query(ChunkQuery { of }): Query<ChunkQuery>,
    body: Bytes,
) -> Result<Response, SyncError> {
    let blob = digest(&blob)?;
    blocking(move || {
        let chunk = BlobChunk {
            index,
            of,
            bytes: body.to_vec(),
        };
        Ok(presence_response(
            &SyncServer::new(app).put_chunk(device.id, blob, chunk)?,
        ))
    })
    .await
}

enum Tick {
    News,
    Stop,
}

/// `GET /sync/v1/events`: "something after N" for this device. A hint, never data; the phone may ignore it.
pub async fn events(
    State(app): State<App>,
    FromDevice(device): FromDevice,
    Query(query): Query<PullQuery>,
) -> Result<Response, SyncError> {
    if device.revoked.is_some() {
        return Err(SyncError::Revoked);
    }
    let after = cursor(&query)?.map_or(0, |cursor| cursor.seq);
    let (organisation, news) = blocking({
        let app = app.clone();
        let id = device.organisation;
        move || {
            let organisation = app.organisation(id).ok_or(SyncError::NoSession)?;
            let news = organisation.news();
            Ok((organisation, news))
        }
    })
    .await?;
    let mut told = after;
    let stopping = WatchStream::new(app.stopping())
        .filter(|stops| *stops)
        .map(|_stops| Tick::Stop);
    let ticks = WatchStream::new(news)
        .map(|_head| Tick::News)
        .merge(stopping);
    let events = ticks
        .take_while(|tick| matches!(tick, Tick::News))
        .filter_map(move |_tick| {
            // One look-up by key: whether the newest row concerns this device at all.
            let standing = organisation.journal().standing(device.user).ok()?;
            if standing.seq <= told {
                return None;
            }
            told = standing.seq;
            Some(Ok::<_, Infallible>(Event::default().data(told.to_string())))
        });
    Ok(Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response())
}
