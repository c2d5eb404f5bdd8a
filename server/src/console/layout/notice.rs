//! What a page says once after a form was sent: the key of a message, carried by a short-lived cookie.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};

const COOKIE: &str = "countersign_notice";

/// Sends the browser on to `path`, where the message `key` is shown once.
pub(in crate::console) fn see_other(path: &str, key: &'static str) -> Response {
    let mut response = Redirect::to(path).into_response();
    let cookie = format!("{COOKIE}={key}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The key of the notice to show. Only messages made for this can be named.
pub(in crate::console) fn of(headers: &HeaderMap) -> Option<String> {
    cookie(headers, COOKIE).filter(|key| {
        key.starts_with("done-") && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    })
}

/// Takes the notice back once it was shown.
pub(in crate::console) fn forget(response: &mut Response) {
    let gone =
        HeaderValue::from_static("countersign_notice=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    response.headers_mut().append(header::SET_COOKIE, gone);
}

/// The value of a cookie.
pub(in crate::console) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_notice_can_be_named() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("a=b; countersign_notice=done-signed-out"),
        );
        assert_eq!(of(&headers).as_deref(), Some("done-signed-out"));
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("countersign_notice=<b>"),
        );
        assert_eq!(of(&headers), None);
    }
}
