//! Every address of the host: the page, its one door to the core, the changes, and the test controls.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path as Segment, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use countersign_mobile::{Confirmation, MissingFix, MobileError, RawFix, Replica};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt as _};
use tower_http::services::ServeDir;

use crate::clock::HostClock;
use crate::devices::{HostHttp, HostLocator, HostOwner, Network};
use crate::guard::{Guard, Refused, token};

const REQUEST_LIMIT_BYTES: usize = 4 * 1024 * 1024;
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the handlers share.
#[derive(Debug, Clone)]
pub(crate) struct Shell {
    pub(crate) replica: Arc<Replica>,
    pub(crate) changes: broadcast::Sender<String>,
    pub(crate) guard: Arc<Guard>,
    pub(crate) controls: Controls,
    /// Where the page begins, such as `/#/enrol?server=…`.
    pub(crate) first_page: String,
}

/// What a test may set.
#[derive(Debug, Clone)]
pub(crate) struct Controls {
    pub(crate) clock: Arc<HostClock>,
    pub(crate) locator: Arc<HostLocator>,
    pub(crate) http: Arc<HostHttp>,
    pub(crate) owner: Arc<HostOwner>,
}

/// Whether the test controls answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlDoor {
    /// They do.
    Open,
    /// They do not exist.
    Absent,
}

/// The whole surface.
pub(crate) fn router(shell: Shell, ui: &Path, door: ControlDoor) -> Router {
    let mut pages = Router::new()
        .route("/rpc", post(rpc))
        .route("/events", get(events))
        .route("/copies/{file}", get(copy));
    if door == ControlDoor::Open {
        pages = pages
            .route("/controls/clock", post(set_clock))
            .route("/controls/passing", post(pass_time))
            .route("/controls/owner", post(set_owner))
            .route("/controls/position", post(set_position))
            .route("/controls/network", post(set_network));
    }
    pages
        .fallback_service(ServeDir::new(ui))
        .layer(from_fn_with_state(shell.clone(), signed_in))
        .merge(Router::new().route("/start", get(start)))
        .layer(from_fn_with_state(shell.clone(), same_place))
        .layer(DefaultBodyLimit::max(REQUEST_LIMIT_BYTES))
        .with_state(shell)
}

async fn same_place(State(shell): State<Shell>, request: Request, next: Next) -> Response {
    let mut response = match shell.guard.same_place(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.into_response(),
    };
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in fixed {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn signed_in(State(shell): State<Shell>, request: Request, next: Next) -> Response {
    match shell.guard.signed_in(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}

async fn start(
    State(shell): State<Shell>,
    uri: Uri,
    request: Request,
) -> Result<Response, Refused> {
    let page = Redirect::to(&shell.first_page);
    if shell.guard.signed_in(request.headers()).is_ok() {
        return Ok(page.into_response());
    }
    let cookie = shell.guard.enter(token(&uri))?;
    Ok(([(header::SET_COOKIE, cookie)], page).into_response())
}

async fn rpc(State(shell): State<Shell>, request: String) -> Result<Response, StatusCode> {
    let reply = tokio::task::spawn_blocking(move || shell.replica.dispatch(request)).await;
    match reply {
        Ok(reply) => Ok(([(header::CONTENT_TYPE, "application/json")], reply).into_response()),
        Err(error) => {
            tracing::error!(%error, "a call into the core did not come back");
            Err(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// The PDF of a signed paper: what a phone's shell answers from the core when the page asks for `copies/<entry>.pdf`.
async fn copy(
    State(shell): State<Shell>,
    Segment(file): Segment<String>,
) -> Result<Response, StatusCode> {
    let entry = file
        .strip_suffix(".pdf")
        .ok_or(StatusCode::NOT_FOUND)?
        .to_owned();
    let copy = tokio::task::spawn_blocking(move || shell.replica.paper_copy(entry)).await;
    match copy {
        Ok(Ok(copy)) => {
            let headers = [
                (header::CONTENT_TYPE, "application/pdf".to_owned()),
                (header::CONTENT_DISPOSITION, copy.disposition),
            ];
            Ok((headers, copy.bytes).into_response())
        }
        Ok(Err(MobileError::Gone { .. })) => Err(StatusCode::NOT_FOUND),
        Ok(Err(MobileError::SignIn { .. })) => Err(StatusCode::FORBIDDEN),
        Ok(Err(error)) => {
            tracing::error!(%error, "a paper could not be drawn");
            Err(StatusCode::INTERNAL_SERVER_ERROR)
        }
        Err(error) => {
            tracing::error!(%error, "a call into the core did not come back");
            Err(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

async fn events(State(shell): State<Shell>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let everything = serde_json::json!({ "event": "changed", "kinds": ["everything"] }).to_string();
    let changes = BroadcastStream::new(shell.changes.subscribe())
        // A page that fell behind reads everything again.
        .map(move |event| Ok(Event::default().data(event.unwrap_or_else(|_lagged| everything.clone()))));
    Sse::new(changes).keep_alive(KeepAlive::default())
}

#[derive(Debug, serde::Deserialize)]
struct ClockSetting {
    offset_ms: i64,
}

async fn set_clock(State(shell): State<Shell>, Json(setting): Json<ClockSetting>) -> StatusCode {
    shell.controls.clock.set_offset_ms(setting.offset_ms);
    StatusCode::NO_CONTENT
}

#[derive(Debug, serde::Deserialize)]
struct Passing {
    ms: u64,
}

/// Both clocks go on by so much, and the app came back from where it was.
async fn pass_time(State(shell): State<Shell>, Json(passing): Json<Passing>) -> StatusCode {
    shell.controls.clock.pass_ms(passing.ms);
    shell.replica.returned();
    StatusCode::NO_CONTENT
}

#[derive(Debug, serde::Deserialize)]
struct OwnerSetting {
    says: Said,
}

/// What a finger or face can say.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    Confirmed,
    Cancelled,
    LockedOut,
    Unavailable,
}

async fn set_owner(State(shell): State<Shell>, Json(setting): Json<OwnerSetting>) -> StatusCode {
    shell.controls.owner.set(match setting.says {
        Said::Confirmed => Confirmation::Confirmed,
        Said::Cancelled => Confirmation::Cancelled,
        Said::LockedOut => Confirmation::LockedOut,
        Said::Unavailable => Confirmation::Unavailable,
    });
    StatusCode::NO_CONTENT
}

/// `{"fix":{…}}` or `{"missing":"denied"}`, as a journal entry says it.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum PositionSetting {
    Fix(RawFix),
    Missing(MissingFix),
}

async fn set_position(
    State(shell): State<Shell>,
    Json(setting): Json<PositionSetting>,
) -> StatusCode {
    shell.controls.locator.set(match setting {
        PositionSetting::Fix(fix) => Ok(fix),
        PositionSetting::Missing(why) => Err(why),
    });
    StatusCode::NO_CONTENT
}

#[derive(Debug, serde::Deserialize)]
struct NetworkSetting {
    state: Network,
}

async fn set_network(
    State(shell): State<Shell>,
    Json(setting): Json<NetworkSetting>,
) -> StatusCode {
    shell.controls.http.set_network(setting.state);
    StatusCode::NO_CONTENT
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (StatusCode::FORBIDDEN, format!("{self}\n")).into_response()
    }
}
