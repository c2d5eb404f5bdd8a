//! A small browser without a screen: keeps cookies, sends forms, follows redirects.

use std::collections::BTreeMap;

use super::Broken;

/// A visitor of one site.
#[derive(Debug)]
pub struct Visitor {
    agent: ureq::Agent,
    site: String,
    cookies: BTreeMap<String, String>,
}

/// What came back.
#[derive(Debug)]
pub struct Page {
    /// The status of the last answer.
    pub status: u16,
    /// The path it came from, after redirects.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A part of a multipart form.
#[derive(Debug)]
pub struct FormPart<'a> {
    /// Field name.
    pub name: &'a str,
    /// File name, for a file.
    pub file_name: Option<&'a str>,
    /// Content.
    pub bytes: &'a [u8],
}

impl Visitor {
    /// Visits `site`, such as `http://127.0.0.1:8080`.
    #[must_use]
    pub fn new(site: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .build();
        Self {
            agent: config.into(),
            site: site.trim_end_matches('/').to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    /// Opens a page, following redirects.
    ///
    /// # Errors
    /// [`Broken`] when the server does not answer.
    pub fn open(&mut self, path: &str) -> Result<Page, Broken> {
        self.send("GET", path, None)
    }

    /// Sends a form, and follows where it leads.
    ///
    /// # Errors
    /// [`Broken`] when the server does not answer.
    pub fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Page, Broken> {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
            .collect();
        self.send(
            "POST",
            path,
            Some((
                "application/x-www-form-urlencoded".to_owned(),
                body.join("&").into_bytes(),
            )),
        )
    }

    /// Sends a multipart form, and follows where it leads.
    ///
    /// # Errors
    /// [`Broken`] when the server does not answer.
    pub fn upload(&mut self, path: &str, parts: &[FormPart<'_>]) -> Result<Page, Broken> {
        let boundary = "countersign-story-boundary";
        let mut body = Vec::new();
        for part in parts {
            let file = part
                .file_name
                .map_or_else(String::new, |name| format!("; filename=\"{name}\""));
            let head = format!(
                "--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"{file}\r\n\r\n",
                part.name
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(part.bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        self.send(
            "POST",
            path,
            Some((format!("multipart/form-data; boundary={boundary}"), body)),
        )
    }

    /// Sends JSON and reads the answer as text.
    ///
    /// # Errors
    /// [`Broken`] when the server does not answer.
    pub fn post_json(&mut self, path: &str, json: &str) -> Result<Page, Broken> {
        self.send(
            "POST",
            path,
            Some(("application/json".to_owned(), json.as_bytes().to_vec())),
        )
    }

    fn send(
        &mut self,
        method: &str,
        path: &str,
        body: Option<(String, Vec<u8>)>,
    ) -> Result<Page, Broken> {
        let mut page = self.once(method, path, body)?;
        for _redirect in 0..5 {
            let Some(next) = page.1.take() else {
                return Ok(page.0);
            };
            let next = next
                .strip_prefix(&self.site)
                .map_or(next.clone(), ToOwned::to_owned);
            page = self.once("GET", &next, None)?;
        }
        Err(Broken::new(format!("{path} redirects without end")))
    }

    fn once(
        &mut self,
        method: &str,
        path: &str,
        body: Option<(String, Vec<u8>)>,
    ) -> Result<(Page, Option<String>), Broken> {
        let url = format!("{}{path}", self.site);
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(&url)
            .header("origin", &self.site)
            .header("sec-fetch-site", "same-origin")
            .header("accept-language", "zh-CN")
            .header("cookie", cookies.join("; "));
        let answer = match body {
            None => request
                .body(Vec::new())
                .map(|request| self.agent.run(request)),
            Some((kind, bytes)) => request
                .header("content-type", kind)
                .body(bytes)
                .map(|request| self.agent.run(request)),
        };
        let mut answer = answer
            .map_err(|error| Broken::new(format!("{method} {path}: {error}")))?
            .map_err(|error| Broken::new(format!("{method} {path}: {error}")))?;
        for cookie in answer.headers().get_all("set-cookie") {
            let text = cookie.to_str().unwrap_or_default();
            if let Some((name, value)) =
                text.split(';').next().and_then(|pair| pair.split_once('='))
            {
                self.cookies
                    .insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
        let status = answer.status().as_u16();
        let leads_to = answer
            .headers()
            .get("location")
            .and_then(|value| value.to_str().ok())
            .map(ToOwned::to_owned);
        let text = answer
            .body_mut()
            .read_to_string()
            .map_err(|error| Broken::new(format!("{method} {path}: {error}")))?;
        let page = Page {
            status,
            path: path.to_owned(),
            text,
        };
        Ok((page, leads_to.filter(|_| (300..400).contains(&status))))
    }
}

/// Percent-encoding for a form (URL Standard, application/x-www-form-urlencoded).
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            b' ' => "+".to_owned(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
