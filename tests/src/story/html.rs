//! Reading what a page offers: enough to fill in its forms as a person would.

use super::Broken;
use super::web::Page;

impl Page {
    /// Every text between `before` and the next `after`, in order.
    #[must_use]
    pub fn all_between(&self, before: &str, after: &str) -> Vec<String> {
        let found = self.text.split(before).skip(1);
        found
            .filter_map(|rest| rest.split_once(after))
            .map(|(text, _)| unescaped(text))
            .collect()
    }

    /// The first text between `before` and the next `after`.
    ///
    /// # Errors
    /// [`Broken`] when there is none.
    pub fn between(&self, before: &str, after: &str) -> Result<String, Broken> {
        let found = self.all_between(before, after).into_iter().next();
        found.ok_or_else(|| {
            Broken::new(format!("{} ({}) has no `{before}`", self.path, self.status))
        })
    }

    /// The value of the first input called `name`.
    ///
    /// # Errors
    /// [`Broken`] when there is none.
    pub fn input(&self, name: &str) -> Result<String, Broken> {
        self.between(&format!("name=\"{name}\" value=\""), "\"")
    }

    /// The values of all inputs called `name`.
    #[must_use]
    pub fn inputs(&self, name: &str) -> Vec<String> {
        self.all_between(&format!("name=\"{name}\" value=\""), "\"")
    }

    /// The value of the choice whose words contain `words`.
    ///
    /// # Errors
    /// [`Broken`] when there is none.
    pub fn choice(&self, words: &str) -> Result<String, Broken> {
        let mut choices = self.text.split("value=\"").skip(1);
        choices
            .find_map(|rest| {
                let (value, after) = rest.split_once('"')?;
                let shown = after.split('<').next()?;
                shown.contains(words).then(|| value.to_owned())
            })
            .ok_or_else(|| Broken::new(format!("{} has no choice {words}", self.path)))
    }

    /// The last part of the path, without query and fragment.
    #[must_use]
    pub fn last_part(&self) -> &str {
        let path = self.path.split(['?', '#']).next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default()
    }

    /// Fails unless the page is there and says `words`.
    ///
    /// # Errors
    /// [`Broken`] with the page's status.
    pub fn must_say(self, words: &str) -> Result<Self, Broken> {
        if self.status == 200 && self.text.contains(words) {
            return Ok(self);
        }
        let heading = self.all_between("<h1>", "</h1>").join(" ");
        Err(Broken::new(format!(
            "{} ({}, `{heading}`) does not say `{words}`",
            self.path, self.status
        )))
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
