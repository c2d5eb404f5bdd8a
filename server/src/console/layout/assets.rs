//! The style sheet, the script and the mark, built into the program.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use countersign_core::domain::ids::Digest;

const CSS: &str = include_str!("../../../static/console.css");
const JS: &str = include_str!("../../../static/console.js");
const MARK: &str = include_str!("../../../static/mark.svg");

static VERSION: LazyLock<String> =
    LazyLock::new(|| Digest::of_parts(&[CSS.as_bytes(), JS.as_bytes(), MARK.as_bytes()]).short());

/// Changes when any of the files does, so that browsers may keep them for a year.
pub(in crate::console) fn version() -> &'static str {
    &VERSION
}

pub(in crate::console) async fn asset(Path((_version, name)): Path<(String, String)>) -> Response {
    let (kind, body) = match name.as_str() {
        "console.css" => ("text/css; charset=utf-8", CSS),
        "console.js" => ("text/javascript; charset=utf-8", JS),
        "mark.svg" => ("image/svg+xml", MARK),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, body).into_response()
}
