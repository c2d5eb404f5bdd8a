//! Who asks for a page, with what he may do and the way to his organisation's data.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use countersign_core::domain::time::{Day, Instant};

use super::fault::Fault;
use super::frame::Frame;
use super::notice;
use crate::app::App;
use crate::auth::SignedIn;
use crate::auth::policy::{Action, any_may};
use crate::desks::Desk;

/// What a handler gives.
pub(in crate::console) type Answer = Result<Response, Fault>;

/// A signed-in person with one request.
#[derive(Debug, Clone)]
pub(in crate::console) struct Caller {
    pub(in crate::console) app: App,
    pub(in crate::console) who: SignedIn,
    path: String,
    notice: Option<String>,
}

impl Caller {
    pub(in crate::console) fn may(&self, action: Action) -> bool {
        any_may(&self.who.roles, action)
    }

    pub(in crate::console) fn desk(&self) -> Desk {
        Desk::from(&self.who)
    }

    pub(in crate::console) fn needs(&self, action: Action) -> Result<(), Fault> {
        if self.may(action) {
            Ok(())
        } else {
            Err(Fault::Forbidden)
        }
    }

    /// Runs `work`, which may wait for the disk, where it holds nobody up.
    pub(in crate::console) async fn run<R, W>(&self, work: W) -> Result<R, Fault>
    where
        R: Send + 'static,
        W: FnOnce(&Self) -> Result<R, Fault> + Send + 'static,
    {
        let caller = self.clone();
        match tokio::task::spawn_blocking(move || work(&caller)).await {
            Ok(result) => result,
            Err(lost) => Err(Fault::broken(&lost)),
        }
    }

    /// Builds a page and renders it.
    pub(in crate::console) async fn page<P, W>(&self, build: W) -> Answer
    where
        P: Template,
        W: FnOnce(&Self) -> Result<P, Fault> + Send + 'static,
    {
        let html = self
            .run(|caller| {
                build(caller)?
                    .render()
                    .map_err(|unrenderable| Fault::broken(&unrenderable))
            })
            .await?;
        let mut response = (private(), Html(html)).into_response();
        if self.notice.is_some() {
            notice::forget(&mut response);
        }
        Ok(response)
    }

    /// Asks the read model.
    pub(in crate::console) fn read<R>(
        &self,
        query: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<R>,
    ) -> Result<R, Fault> {
        self.who
            .organisation
            .read(query)
            .map_err(|unreadable| Fault::broken(&unreadable))
    }

    pub(in crate::console) fn now(&self) -> Instant {
        self.app.clock().read().wall
    }

    pub(in crate::console) fn today(&self) -> Day {
        Day::legal(self.now())
    }

    /// The frame of the page; reads the names of all people.
    pub(in crate::console) fn frame(&self) -> Result<Frame, Fault> {
        let policy = self
            .who
            .organisation
            .policy()
            .map_err(|unreadable| Fault::broken(&unreadable))?;
        Ok(Frame {
            language: self.who.language,
            path: self.path.clone(),
            user: Some(self.who.user),
            user_name: self.who.name.clone(),
            organisation_name: policy.organisation_name,
            roles: self.who.roles.clone(),
            people: policy
                .people
                .into_iter()
                .map(|person| (person.user, person.name))
                .collect(),
            notice: self.notice.clone(),
            today: self.today(),
        })
    }
}

/// What is shown to one person is kept by nobody in between.
pub(in crate::console) const fn private() -> [(header::HeaderName, &'static str); 1] {
    [(header::CACHE_CONTROL, "private, no-store")]
}

impl FromRequestParts<App> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let who = SignedIn::from_request_parts(parts, app).await?;
        Ok(Self {
            app: app.clone(),
            who,
            path: parts.uri.path().to_owned(),
            notice: notice::of(&parts.headers),
        })
    }
}
