//! What goes wrong, as a page that says what to do.

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use countersign_core::domain::time::{Day, Instant};

use super::frame::Frame;
use crate::auth::Language;
use crate::desks::DeskError;

/// Why a request is not answered as asked.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// There is no such thing here.
    NotFound,
    /// The session has ended.
    SignedOut,
    /// The roles do not allow it.
    Forbidden,
    /// Nobody decides about what he asked for himself.
    Own,
    /// Somebody else was faster, or the page is old.
    Stale,
    /// The body is too large.
    TooLarge,
    /// A field is empty or cannot be read; the key of its label.
    Missing(&'static str),
    /// A rule says no: the key of the sentence and its arguments.
    Rule(&'static str, Vec<(&'static str, String)>),
    /// The request is none of ours.
    Malformed,
    /// A defect or damage; written to the log where it was found.
    Broken,
}

impl Fault {
    pub(in crate::console) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Self::NotFound,
            StatusCode::UNAUTHORIZED => Self::SignedOut,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            status if status.is_server_error() => Self::Broken,
            _ => Self::Malformed,
        }
    }

    /// Writes the cause to the log; the page names none.
    pub(in crate::console) fn broken(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = cause, "a page could not be answered");
        Self::Broken
    }

    pub(in crate::console) const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::Own => StatusCode::FORBIDDEN,
            Self::Stale => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Missing(_) | Self::Rule(_, _) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn key(&self) -> &'static str {
        match self {
            Self::NotFound => "error-not-found",
            Self::SignedOut => "error-signed-out",
            Self::Forbidden => "error-forbidden",
            Self::Own => "error-own",
            Self::Stale => "error-stale",
            Self::TooLarge => "error-too-large",
            Self::Missing(_) => "error-missing",
            Self::Rule(_, _) => "error-rule",
            Self::Malformed => "error-malformed",
            Self::Broken => "error-broken",
        }
    }

    pub(in crate::console) fn advice(&self, p: &Frame) -> String {
        match self {
            Self::Missing(label) => p.with_all("error-missing-advice", &[("field", p.t(label))]),
            Self::Rule(key, args) => p.with_all(key, args),
            Self::NotFound
            | Self::SignedOut
            | Self::Forbidden
            | Self::Own
            | Self::Stale
            | Self::TooLarge
            | Self::Malformed
            | Self::Broken => p.t(&format!("{}-advice", self.key())),
        }
    }
}

impl From<DeskError> for Fault {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::NotAllowed => Self::Forbidden,
            DeskError::OwnRequest => Self::Own,
            DeskError::Stale => Self::Stale,
            DeskError::NotFound => Self::NotFound,
            DeskError::Invalid { field: _, key } => Self::Rule(key, Vec::new()),
            DeskError::Import(refused) => Self::Rule(refused.key(), refused.args()),
            DeskError::Append(_)
            | DeskError::Read(_)
            | DeskError::Sync(_)
            | DeskError::Accounts(_)
            | DeskError::Document(_)
            | DeskError::Rendition(_)
            | DeskError::Damaged => Self::broken(&error),
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    p: Frame,
    status: u16,
    title: String,
    advice: String,
    back: String,
}

/// Gives every refusal its page, also those that no handler of ours made.
pub(crate) async fn in_words(request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let kind = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let is_plain = kind.is_none_or(|kind| kind.starts_with("text/plain"));
    let is_refusal = response.status().is_client_error() || response.status().is_server_error();
    let fault = response.extensions().get::<Fault>().cloned();
    if !is_refusal || (fault.is_none() && !is_plain) {
        return response;
    }
    let fault = fault.unwrap_or_else(|| Fault::of_status(response.status()));
    page(&fault, &headers, path)
}

/// Answers for every path that is none.
pub(crate) async fn not_found() -> Fault {
    Fault::NotFound
}

fn page(fault: &Fault, headers: &HeaderMap, path: String) -> Response {
    let p = outside(headers, path);
    let page = ErrorPage {
        status: fault.status().as_u16(),
        title: p.t(fault.key()),
        advice: fault.advice(&p),
        back: back(headers),
        p,
    };
    match page.render() {
        Ok(html) => (fault.status(), Html(html)).into_response(),
        Err(_unrenderable) => fault.status().into_response(),
    }
}

/// The page that the form was on, when it was one of ours.
fn back(headers: &HeaderMap) -> String {
    let referrer = headers
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok());
    let host = headers
        .get(header::HOST)
        .and_then(|value| value.to_str().ok());
    let path = referrer.zip(host).and_then(|(referrer, host)| {
        let (_, rest) = referrer.split_once("://")?;
        rest.strip_prefix(host).filter(|path| path.starts_with('/'))
    });
    path.unwrap_or("/").to_owned()
}

/// The frame of a page for somebody who is not known.
pub(in crate::console) fn outside(headers: &HeaderMap, path: String) -> Frame {
    Frame {
        language: Language::of_request(headers),
        path,
        user: None,
        user_name: String::new(),
        organisation_name: String::new(),
        roles: Vec::new(),
        people: std::collections::BTreeMap::new(),
        notice: super::notice::of(headers),
        today: Day::legal(Instant::default()),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn back_never_leads_elsewhere() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("office.example"));
        headers.insert(
            header::REFERER,
            HeaderValue::from_static("https://office.example/plans/1"),
        );
        assert_eq!(back(&headers), "/plans/1");
        headers.insert(
            header::REFERER,
            HeaderValue::from_static("https://evil.example/plans/1"),
        );
        assert_eq!(back(&headers), "/");
    }
}
