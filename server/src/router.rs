//! Every URL on one page, grouped by who calls it. `docs/http-api.md` has the same list; a test compares them.

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post, put};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

use crate::app::App;
use crate::auth::same_origin;
use crate::sync::http as sync;
use crate::{around, operations};

/// Largest body of an introduction or a session request.
const SMALL_BODY_BYTES: usize = 16 << 10;
/// Longest wait for the next piece of a body.
const BODY_IDLE: Duration = Duration::from_secs(30);
/// Longest time until an answer begins.
const ANSWER: Duration = Duration::from_secs(60);

/// All routes.
pub fn router(app: App) -> Router {
    Router::new()
        .merge(devices())
        .merge(operators())
        .merge(office().layer(from_fn_with_state(app.clone(), same_origin::check)))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            ANSWER,
        ))
        .layer(RequestBodyTimeoutLayer::new(BODY_IDLE))
        .layer(CatchPanicLayer::custom(around::panicked))
        .layer(from_fn_with_state(app.clone(), around::every_request))
        .with_state(app)
}

/// Enrolled phones, and phones that introduce themselves.
fn devices() -> Router<App> {
    let small = Router::new()
        .route("/sync/v1/enrol", post(sync::enrol))
        .route("/sync/v1/session", post(sync::session))
        .layer(DefaultBodyLimit::max(SMALL_BODY_BYTES));
    Router::new()
        .route("/sync/v1/push", post(sync::push))
        .route("/sync/v1/pull", get(sync::pull))
        .route("/sync/v1/digests", post(sync::digests))
        .route("/sync/v1/events", get(sync::events))
        .route(
            "/sync/v1/blobs/{sha256}",
            get(sync::blob).head(sync::blob_presence),
        )
        .route("/sync/v1/blobs/{sha256}/{index}", put(sync::put_blob_chunk))
        .layer(DefaultBodyLimit::max(sync::LARGEST_BODY_BYTES))
        .merge(small)
}

/// Whoever runs the server.
fn operators() -> Router<App> {
    Router::new()
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz))
        .route("/metrics", get(operations::metrics))
}

/// People of the office with a browser. Writes from other sites are refused.
fn office() -> Router<App> {
    Router::new()
}
