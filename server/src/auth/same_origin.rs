//! Writes come from our own pages only: `Sec-Fetch-Site` where the browser sends it, else `Origin`.
//!
//! A request that changes something and carries neither is refused: every browser that can run the console sends one.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;

/// The layer around the office's routes.
pub async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if is_safe || is_same_origin(request.headers(), app.settings().public_url.as_deref()) {
        next.run(request).await
    } else {
        let words = "This came from another site. Open the page again and repeat.\n";
        (StatusCode::FORBIDDEN, words).into_response()
    }
}

fn is_same_origin(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &header::HeaderValue| value.to_str().ok())
    };
    let origin = text(header::ORIGIN);
    let origin_fits = origin.map(|origin| {
        let is_public = public_url.is_some_and(|url| url.trim_end_matches('/') == origin);
        let host = origin.split_once("://").map(|(_scheme, host)| host);
        is_public || (host.is_some() && host == text(header::HOST))
    });
    match (
        text(header::HeaderName::from_static("sec-fetch-site")),
        origin_fits,
    ) {
        (Some("same-origin"), None | Some(true)) => true,
        (None, fits) => fits == Some(true),
        (Some(_), _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_pages_may_write_and_others_may_not() {
        let host = ("host", "desk.example:8443");
        let cases: [(&[(&str, &str)], bool); 7] = [
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("origin", "http://desk.example:8443")], true),
            (&[("origin", "https://evil.example")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("origin", "https://evil.example"),
                ],
                false,
            ),
            (&[("origin", "null")], false),
            (&[], false),
        ];
        for (case, expected) in cases {
            let case: Vec<_> = case.iter().copied().chain([host]).collect();
            assert_eq!(is_same_origin(&headers(&case), None), expected, "{case:?}");
        }
        assert!(is_same_origin(
            &headers(&[("origin", "https://c.example"), ("host", "10.0.0.1:80")]),
            Some("https://c.example/")
        ));
    }

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    header::HeaderName::from_bytes(name.as_bytes()).unwrap(),
                    header::HeaderValue::from_str(value).unwrap(),
                )
            })
            .collect()
    }
}
