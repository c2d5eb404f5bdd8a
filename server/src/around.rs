//! Around every request: an id, a line in the log without personal data, security headers, and a way out of a panic.

use std::any::Any;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use countersign_core::replica::OsRandom;
use tracing::Instrument as _;

use crate::app::App;
use crate::auth::secret;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Everything comes from this server; nothing is framed, sniffed or told to other sites.
const SECURITY: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
];

/// The layer.
pub(crate) async fn every_request(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    let id = reference();
    let began = app.clock().read().monotonic_ms;
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<axum::extract::MatchedPath>()
        .map_or("none", axum::extract::MatchedPath::as_str)
        .to_owned();
    let span = tracing::info_span!("request", request.id = %id, %method, route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    let duration_ms = app.clock().read().monotonic_ms.saturating_sub(began);
    span.in_scope(|| tracing::info!(status = status.as_u16(), duration_ms, "answered"));
    app.metrics().add(status_counter(status), 1);
    let headers = response.headers_mut();
    for (name, value) in SECURITY {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID.clone(), id);
    }
    response
}

fn status_counter(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        2 => "requests_total{status=\"2xx\"}",
        3 => "requests_total{status=\"3xx\"}",
        4 => "requests_total{status=\"4xx\"}",
        _other => "requests_total{status=\"5xx\"}",
    }
}

/// A short name under which the log has a request.
fn reference() -> String {
    secret::random::<8>(&OsRandom).map_or_else(
        |_no_randomness| "unnamed".to_owned(),
        |bytes| format!("{:016x}", u64::from_be_bytes(bytes)),
    )
}

/// The answer when the code behind a URL has panicked: nothing of it is shown, the log has it under the reference.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the panic over"
)]
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let words = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no words");
    let reference = reference();
    tracing::error!(reference, words, "a request has panicked");
    let body = format!("This is a fault of the server. Tell support the reference {reference}.\n");
    (StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
}
