//! Every URL on one page, grouped by who calls it. `docs/http-api.md` has the same list; a test compares them.

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post, put};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

use crate::app::App;
use crate::auth::same_origin;
use crate::sync::http as sync;
use crate::{around, console, operations};

/// Largest body of an introduction or a session request.
const SMALL_BODY_BYTES: usize = 16 << 10;
/// Longest wait for the next piece of a body.
const BODY_IDLE: Duration = Duration::from_secs(30);
/// Longest time until an answer begins.
const ANSWER: Duration = Duration::from_mins(1);

/// All routes.
pub fn router(app: App) -> Router {
    Router::new()
        .merge(devices())
        .merge(operators())
        .merge(office(&app))
        .fallback_service(not_found())
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
        .route("/sync/v1/blobs", post(sync::put_parts))
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
fn office(app: &App) -> Router<App> {
    console::routes()
        .layer(from_fn_with_state(app.clone(), same_origin::check))
        .layer(from_fn(console::in_words))
}

/// A path that is none.
fn not_found() -> Router {
    Router::new()
        .fallback(console::not_found)
        .layer(from_fn(console::in_words))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    fn between<'a>(line: &'a str, open: &str, close: &str) -> Option<&'a str> {
        let (_before, rest) = line.split_once(open)?;
        rest.split_once(close).map(|(found, _after)| found)
    }

    #[test]
    fn the_table_of_urls_lists_every_route_of_this_page() {
        let source = include_str!("router.rs")
            .split("#[cfg(test)]")
            .next()
            .unwrap();
        let source: String = source.split_whitespace().collect();
        let routed: BTreeSet<&str> = source
            .split(".route(")
            .skip(1)
            .filter_map(|route| between(route, "\"", "\""))
            .filter(|path| path.starts_with("/sync/") || path.ends_with('z') || *path == "/metrics")
            .collect();
        let listed: BTreeSet<&str> = include_str!("../../docs/http-api.md")
            .lines()
            .filter_map(|line| between(line, "| `/", "` |"))
            .collect();
        let routed: BTreeSet<&str> = routed.into_iter().map(|path| &path[1..]).collect();
        assert_eq!(routed, listed);
    }
}
