//! For whoever runs the server: does it live, can it write, what does it count.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: every journal can be read.
pub(crate) async fn readyz(State(app): State<App>) -> Response {
    let ready = tokio::task::spawn_blocking(move || {
        app.accounts().organisations().is_ok()
            && app
                .organisations()
                .iter()
                .all(|organisation| organisation.journal().head().is_ok())
    })
    .await;
    if matches!(ready, Ok(true)) {
        "ready\n".into_response()
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "a database cannot be read; see the log\n",
        )
            .into_response()
    }
}

/// `GET /metrics`: Prometheus' text format.
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    let commits: u64 = app
        .organisations()
        .iter()
        .map(|it| it.journal().commits())
        .sum();
    let text = format!(
        "{}countersign_journal_commits_total {commits}\n",
        app.metrics().text()
    );
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
