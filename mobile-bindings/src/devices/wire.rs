//! HTTP over the platform's own stack.

use std::sync::Arc;

use countersign_core::replica::{
    BodyEnd, ErrorKind, HttpRequest, HttpResponse, Transport, TransportError,
};

use crate::devices::HttpClient;
use crate::devices::replies::{CancelToken, HttpReply, Woken, ask};
use crate::errors::MobileError;

/// A request for the server.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpCall {
    /// `GET`, `POST`, `PUT` or `HEAD`.
    pub method: String,
    /// Absolute.
    pub url: String,
    /// In the order to be sent.
    pub headers: Vec<HttpHeader>,
    /// May be empty.
    pub body: Vec<u8>,
}

/// One header line.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpHeader {
    /// Lower case.
    pub name: String,
    /// Text.
    pub value: String,
}

/// The server's answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpAnswer {
    /// Status code.
    pub status: u16,
    /// As they came.
    pub headers: Vec<HttpHeader>,
    /// As it came, not decoded.
    pub body: Vec<u8>,
    /// False when the connection broke before the end of the body; what came is still of use.
    pub is_whole: bool,
}

/// The way to one server: base address, and the token that ends the waiting.
pub(crate) struct Wire<'a> {
    http: &'a dyn HttpClient,
    base: &'a str,
    cancel: &'a CancelToken,
}

impl<'a> Wire<'a> {
    /// A wire to `server`, such as `https://countersign.example.cn`.
    pub(crate) fn new(
        http: &'a dyn HttpClient,
        server: &'a str,
        cancel: &'a CancelToken,
    ) -> Result<Self, MobileError> {
        let base = server.trim().trim_end_matches('/');
        let is_absolute = ["https://", "http://"]
            .iter()
            .any(|scheme| base.len() > scheme.len() && base.starts_with(scheme));
        // Without a server there is nothing to refuse here: the core says that the device is not enrolled.
        if is_absolute || base.is_empty() {
            Ok(Self { http, base, cancel })
        } else {
            Err(MobileError::new(ErrorKind::Fix, "server-url-unusable"))
        }
    }
}

impl Transport for Wire<'_> {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let HttpRequest {
            method,
            path,
            headers,
            body,
        } = request;
        let call = HttpCall {
            method: method.name().to_owned(),
            url: format!("{}{path}", self.base),
            headers: headers
                .into_iter()
                .map(|(name, value)| HttpHeader { name, value })
                .collect(),
            body,
        };
        let begin = |reply| self.http.send(call, Arc::new(HttpReply(reply)));
        match ask(self.cancel, None, begin) {
            Ok(Woken::Answered(answer)) => Ok(response(answer)),
            Ok(Woken::Unanswered) | Err(_) => Err(TransportError::Unreachable),
            Ok(Woken::Cancelled) => Err(TransportError::Interrupted),
        }
    }
}

fn response(answer: HttpAnswer) -> HttpResponse {
    let HttpAnswer {
        status,
        headers,
        body,
        is_whole,
    } = answer;
    HttpResponse {
        status,
        headers: headers
            .into_iter()
            .map(|HttpHeader { name, value }| (name, value))
            .collect(),
        body,
        end: if is_whole {
            BodyEnd::Whole
        } else {
            BodyEnd::Cut
        },
    }
}
