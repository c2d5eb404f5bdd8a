//! Signing in and out, and the choice of language.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::layout::caller::{Answer, private};
use super::layout::fault::{Fault, outside};
use super::layout::fields::Fields;
use super::layout::frame::Frame;
use super::layout::notice::{forget, see_other};
use crate::app::App;
use crate::auth::accounts::SignInError;
use crate::auth::{LANGUAGE_COOKIE, ended_session_cookie, session_cookie, session_token};

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInPage {
    p: Frame,
    fault: Option<String>,
    login: String,
    to: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    to: String,
}

pub(super) async fn ask(headers: HeaderMap, Query(asked): Query<Asked>) -> Answer {
    let p = outside(&headers, "/sign-in".to_owned());
    let is_noticed = p.notice.is_some();
    let page = SignInPage {
        p,
        fault: None,
        login: String::new(),
        to: local(&asked.to),
    };
    let mut response = render(&page, StatusCode::OK)?;
    if is_noticed {
        forget(&mut response);
    }
    Ok(response)
}

pub(super) async fn sign_in(State(app): State<App>, headers: HeaderMap, fields: Fields) -> Answer {
    let (login, password) = (
        fields.one("login").to_owned(),
        fields.one("password").to_owned(),
    );
    let server = app.clone();
    let now = app.clock().read().wall;
    let asked = login.clone();
    let opened =
        tokio::task::spawn_blocking(move || server.accounts().sign_in(&asked, &password, now))
            .await;
    let (fault, status) = match opened.map_err(|lost| Fault::broken(&lost))? {
        Ok(session) => {
            let mut response = Redirect::to(&local(fields.one("to"))).into_response();
            set_cookie(&mut response, &session_cookie(&session, app.settings()));
            return Ok(response);
        }
        Err(SignInError::Wrong) => ("sign-in-wrong", StatusCode::UNPROCESSABLE_ENTITY),
        Err(SignInError::Wait(_until)) => ("sign-in-wait", StatusCode::TOO_MANY_REQUESTS),
        Err(SignInError::Accounts(error)) => return Err(Fault::broken(&error)),
    };
    let p = outside(&headers, "/sign-in".to_owned());
    let page = SignInPage {
        fault: Some(p.t(fault)),
        login,
        to: local(fields.one("to")),
        p,
    };
    render(&page, status)
}

pub(super) async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Answer {
    if let Some(token) = session_token(&headers, app.settings()) {
        let server = app.clone();
        tokio::task::spawn_blocking(move || server.accounts().sign_out(&token))
            .await
            .map_err(|lost| Fault::broken(&lost))?
            .map_err(|error| Fault::broken(&error))?;
    }
    let mut response = see_other("/sign-in", "done-signed-out");
    set_cookie(&mut response, &ended_session_cookie(app.settings()));
    Ok(response)
}

pub(super) async fn language(fields: Fields) -> Response {
    let chosen = if fields.one("language") == "en" {
        "en"
    } else {
        "zh-CN"
    };
    let mut response = Redirect::to(&local(fields.one("to"))).into_response();
    let cookie = format!("{LANGUAGE_COOKIE}={chosen}; Path=/; Max-Age=31536000; SameSite=Lax");
    set_cookie(&mut response, &cookie);
    response
}

fn render(page: &SignInPage, status: StatusCode) -> Answer {
    let html = page
        .render()
        .map_err(|unrenderable| Fault::broken(&unrenderable))?;
    Ok((status, private(), Html(html)).into_response())
}

fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// A path on this server, never an address elsewhere.
fn local(path: &str) -> String {
    let is_local = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    if is_local {
        path.to_owned()
    } else {
        "/".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        assert_eq!(local("/plans?x=1"), "/plans?x=1");
        for path in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
        ] {
            assert_eq!(local(path), "/", "{path}");
        }
    }
}
