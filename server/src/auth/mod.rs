//! Who is calling: people with a browser session, and enrolled devices.

pub mod accounts;
mod delays;
pub mod devices;
pub mod policy;
pub mod same_origin;
pub(crate) mod secret;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use countersign_core::domain::ids::UserId;
use countersign_core::snapshots::policy::Role;

use crate::app::App;
use crate::config::Settings;
use crate::organisation::Organisation;
use accounts::{Account, WebSession};

/// The cookie that remembers the language: `zh-CN` or `en`.
pub const LANGUAGE_COOKIE: &str = "language";

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// 简体中文, the default.
    ZhCn,
    /// English.
    En,
}

impl Language {
    /// What the person chose, else what the browser asks for first, else Chinese.
    #[must_use]
    pub fn of_request(headers: &HeaderMap) -> Self {
        let asked = cookie(headers, LANGUAGE_COOKIE).or_else(|| {
            headers
                .get(header::ACCEPT_LANGUAGE)?
                .to_str()
                .ok()
                .map(str::to_owned)
        });
        match asked {
            Some(asked) if asked.trim_start().to_ascii_lowercase().starts_with("en") => Self::En,
            Some(_) | None => Self::ZhCn,
        }
    }

    /// As in `lang` and in the cookie.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }
}

/// A person with a session. As an extractor it sends whoever has none to `/sign-in`.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: UserId,
    /// The name as shown.
    pub name: String,
    /// Roles, ascending.
    pub roles: Vec<Role>,
    /// Where.
    pub organisation: Arc<Organisation>,
    /// The language of the pages.
    pub language: Language,
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let language = Language::of_request(&parts.headers);
        let is_page = parts.method == axum::http::Method::GET;
        let token = session_token(&parts.headers, app.settings());
        let app = app.clone();
        let found = tokio::task::spawn_blocking(move || known(&app, &token?)).await;
        match found {
            Ok(Some((account, organisation))) => Ok(Self {
                user: account.user,
                name: account.name,
                roles: account.roles,
                organisation,
                language,
            }),
            Ok(None) if is_page => Err(Redirect::to(&sign_in_for(&parts.uri)).into_response()),
            Ok(None) => Err((StatusCode::UNAUTHORIZED, "Sign in first.\n").into_response()),
            Err(_cut_off) => Err(StatusCode::SERVICE_UNAVAILABLE.into_response()),
        }
    }
}

/// The sign-in page that returns to what was asked for: path and query, never another server.
fn sign_in_for(asked: &axum::http::Uri) -> String {
    let wanted = asked.path_and_query().map_or("/", |path| path.as_str());
    if wanted == "/" {
        return "/sign-in".to_owned();
    }
    let mut address = "/sign-in?to=".to_owned();
    for byte in wanted.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.extend(['%', hex_digit(byte >> 4), hex_digit(byte & 15)]);
        }
    }
    address
}

fn hex_digit(half: u8) -> char {
    char::from_digit(u32::from(half), 16).map_or('0', |digit| digit.to_ascii_uppercase())
}

fn known(app: &App, token: &str) -> Option<(Account, Arc<Organisation>)> {
    let now = app.clock().read().wall;
    match app.accounts().signed_in(token, now) {
        Ok(account) => {
            let account = account?;
            let organisation = app.organisation(account.organisation)?;
            Some((account, organisation))
        }
        Err(error) => {
            tracing::error!(%error, "sessions cannot be read");
            None
        }
    }
}

/// The session's token in a request, for signing out.
#[must_use]
pub fn session_token(headers: &HeaderMap, settings: &Settings) -> Option<String> {
    cookie(headers, session_cookie_name(settings))
}

/// The `set-cookie` value that opens a session in the browser.
#[must_use]
pub fn session_cookie(session: &WebSession, settings: &Settings) -> String {
    format!(
        "{}={}{}",
        session_cookie_name(settings),
        session.token,
        attributes(settings)
    )
}

/// The `set-cookie` value that ends it.
#[must_use]
pub fn ended_session_cookie(settings: &Settings) -> String {
    format!(
        "{}={}; Max-Age=0",
        session_cookie_name(settings),
        attributes(settings)
    )
}

/// `__Host-` demands https (RFC 6265bis §4.1.3.2). On plain http, as on a loopback address, the name has no prefix.
const fn session_cookie_name(settings: &Settings) -> &'static str {
    if settings.is_https() {
        "__Host-countersign"
    } else {
        "countersign"
    }
}

const fn attributes(settings: &Settings) -> &'static str {
    if settings.is_https() {
        "; Path=/; HttpOnly; SameSite=Lax; Secure"
    } else {
        "; Path=/; HttpOnly; SameSite=Lax"
    }
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _value)| *key == name)
        .map(|(_key, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn signing_in_returns_to_what_was_asked_for() {
        let asked = axum::http::Uri::from_static("/visits?day=2026-11-24&x=%E5%90%8D");
        assert_eq!(
            sign_in_for(&asked),
            "/sign-in?to=/visits%3Fday%3D2026-11-24%26x%3D%25E5%2590%258D"
        );
        assert_eq!(sign_in_for(&axum::http::Uri::from_static("/")), "/sign-in");
    }

    #[test]
    fn the_choice_wins_over_the_browsers_wish() {
        let mut headers = HeaderMap::new();
        assert_eq!(Language::of_request(&headers), Language::ZhCn);
        headers.insert(
            header::ACCEPT_LANGUAGE,
            HeaderValue::from_static("en-GB,en;q=0.8"),
        );
        assert_eq!(Language::of_request(&headers), Language::En);
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("a=b; language=zh-CN"),
        );
        assert_eq!(Language::of_request(&headers), Language::ZhCn);
    }

    #[test]
    fn the_cookie_has_the_prefix_exactly_with_https() {
        let session = WebSession {
            token: "t".to_owned(),
            expires: countersign_core::domain::time::Instant::default(),
        };
        let mut settings = Settings::loopback("data".into());
        assert!(session_cookie(&session, &settings).starts_with("countersign=t; Path=/; HttpOnly"));
        settings.public_url = Some("https://countersign.example".to_owned());
        let secure = session_cookie(&session, &settings);
        assert!(secure.starts_with("__Host-countersign=t; ") && secure.ends_with("; Secure"));
    }
}
