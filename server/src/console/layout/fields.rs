//! The fields of a posted form, in order; a name may come several times.

use axum::extract::{Form, FromRequest, Request};
use countersign_core::domain::time::Day;

use super::fault::Fault;

/// At most this many fields are looked at.
const MOST: usize = 20_000;

#[derive(Debug, Clone)]
pub(in crate::console) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first value of `name`, trimmed; empty when there is none.
    pub(in crate::console) fn one(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim()).unwrap_or_default()
    }

    /// The first value of `name` as it was sent.
    pub(in crate::console) fn exact(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Every value of `name`, trimmed, in order.
    pub(in crate::console) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.trim())
    }

    /// Every name that begins with `prefix`, without it, with its value.
    pub(in crate::console) fn starting<'f>(
        &'f self,
        prefix: &'f str,
    ) -> impl Iterator<Item = (&'f str, &'f str)> {
        self.0
            .iter()
            .filter_map(move |(key, value)| Some((key.strip_prefix(prefix)?, value.trim())))
    }

    pub(in crate::console) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// A text that must not be empty; `label` is the key of the field's label.
    pub(in crate::console) fn text(
        &self,
        name: &str,
        label: &'static str,
    ) -> Result<String, Fault> {
        match self.one(name) {
            "" => Err(Fault::Missing(label)),
            text => Ok(text.to_owned()),
        }
    }

    /// A day; `label` is the key of the field's label.
    pub(in crate::console) fn day(&self, name: &str, label: &'static str) -> Result<Day, Fault> {
        self.one(name)
            .parse()
            .map_err(|_no_day| Fault::Missing(label))
    }

    /// An id; a form of ours always holds a good one.
    pub(in crate::console) fn id<Id: std::str::FromStr>(&self, name: &str) -> Result<Id, Fault> {
        self.one(name).parse().map_err(|_no_id| Fault::NotFound)
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let Form(mut fields) = Form::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map_err(|rejection| Fault::of_status(rejection.status()))?;
        fields.truncate(MOST);
        Ok(Self(fields))
    }
}
