//! Who may talk to the host: the page that was opened with the start URL, and nobody else on this machine or the web.
//!
//! Other pages in the same browser can reach 127.0.0.1 too, and a name that resolves to it can be anybody's. So the `Host`
//! must be ours, an `Origin` must be ours when there is one, and a cookie must prove that this browser opened the start
//! URL. Cookies know no ports, therefore its name holds the port.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::PoisonError;

use axum::http::{HeaderMap, Uri, header};

/// The secrets of one run.
#[derive(Debug)]
pub struct Guard {
    address: SocketAddr,
    start: Mutex<Option<String>>,
    session: String,
}

/// Why somebody is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Asked for under a name that is not ours.
    #[error("ask for this page by its printed address")]
    Host,
    /// Asked by another page.
    #[error("another page may not ask")]
    Origin,
    /// Neither the start URL nor its cookie.
    #[error(
        "open the start address that the program printed; it works once, so start the program again if it was used"
    )]
    Session,
}

impl Guard {
    /// A guard for `address` with two fresh secrets.
    #[must_use]
    pub fn new(address: SocketAddr, start: String, session: String) -> Self {
        Self {
            address,
            start: Mutex::new(Some(start)),
            session,
        }
    }

    /// Exchanges the token of the start URL, once, for the value of `set-cookie`.
    ///
    /// # Errors
    /// [`Refused::Session`] when the token is wrong or was used.
    pub fn enter(&self, token: &str) -> Result<String, Refused> {
        let mut start = self.start.lock().unwrap_or_else(PoisonError::into_inner);
        if start.as_deref() != Some(token) {
            return Err(Refused::Session);
        }
        *start = None;
        Ok(format!(
            "{}={}; HttpOnly; SameSite=Strict; Path=/",
            self.cookie_name(),
            self.session
        ))
    }

    /// Whether `Host` and `Origin` are ours.
    ///
    /// # Errors
    /// [`Refused::Host`], [`Refused::Origin`].
    pub fn same_place(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let host = text(headers, &header::HOST).ok_or(Refused::Host)?;
        if host != self.address.to_string() {
            return Err(Refused::Host);
        }
        match headers.get(header::ORIGIN) {
            None => Ok(()),
            Some(origin) if origin.as_bytes() == format!("http://{host}").as_bytes() => Ok(()),
            Some(_) => Err(Refused::Origin),
        }
    }

    /// Whether the cookie of this run came along.
    ///
    /// # Errors
    /// [`Refused::Session`].
    pub fn signed_in(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let expected = format!("{}={}", self.cookie_name(), self.session);
        let is_known = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .any(|pair| pair.trim() == expected);
        if is_known {
            Ok(())
        } else {
            Err(Refused::Session)
        }
    }

    fn cookie_name(&self) -> String {
        format!("countersign-{}", self.address.port())
    }
}

/// The token of a start URL.
pub(crate) fn token(uri: &Uri) -> &str {
    uri.query()
        .unwrap_or_default()
        .split('&')
        .find_map(|pair| pair.strip_prefix("token="))
        .unwrap_or_default()
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn guard() -> Guard {
        Guard::new(
            SocketAddr::from(([127, 0, 0, 1], 8123)),
            "once".into(),
            "secret".into(),
        )
    }

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_start_token_works_once() {
        let guard = guard();
        assert_eq!(guard.enter("guessed"), Err(Refused::Session));
        assert_eq!(
            guard.enter("once").as_deref(),
            Ok("countersign-8123=secret; HttpOnly; SameSite=Strict; Path=/")
        );
        assert_eq!(guard.enter("once"), Err(Refused::Session));
        assert_eq!(guard.enter(""), Err(Refused::Session));
    }

    #[test]
    fn a_foreign_name_or_page_is_turned_away() {
        let guard = guard();
        let ours = (header::HOST, "127.0.0.1:8123");
        assert_eq!(
            guard.same_place(&headers(std::slice::from_ref(&ours))),
            Ok(())
        );
        let same = (header::ORIGIN, "http://127.0.0.1:8123");
        assert_eq!(guard.same_place(&headers(&[ours.clone(), same])), Ok(()));
        for origin in ["null", "http://evil.example", "http://127.0.0.1:8124"] {
            let foreign = headers(&[ours.clone(), (header::ORIGIN, origin)]);
            assert_eq!(guard.same_place(&foreign), Err(Refused::Origin), "{origin}");
        }
        let rebound = headers(&[(header::HOST, "evil.example:8123")]);
        assert_eq!(guard.same_place(&rebound), Err(Refused::Host));
        assert_eq!(guard.same_place(&HeaderMap::new()), Err(Refused::Host));
    }

    #[test]
    fn only_the_cookie_of_this_run_opens() {
        let guard = guard();
        let with = |cookie| guard.signed_in(&headers(&[(header::COOKIE, cookie)]));
        assert_eq!(with("a=b; countersign-8123=secret"), Ok(()));
        assert_eq!(with("countersign-8123=other"), Err(Refused::Session));
        assert_eq!(with("countersign-8124=secret"), Err(Refused::Session));
        assert_eq!(guard.signed_in(&HeaderMap::new()), Err(Refused::Session));
    }
}
