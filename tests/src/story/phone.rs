//! One phone: the field-app host, spoken to as its page does.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Broken;
use super::processes::{Process, built};
use super::web::Visitor;

/// Where a host listens and which server it proposes.
#[derive(Debug, Clone, Copy)]
pub struct Reach<'a> {
    /// The server's address.
    pub server: &'a str,
    /// The host's port; 0 for any.
    pub port: u16,
}

/// A field-app host and its page's door.
#[derive(Debug)]
pub struct Phone {
    /// Whose, in the story's words.
    pub name: String,
    process: Process,
    visitor: Visitor,
    data: PathBuf,
    ui: PathBuf,
    server: String,
    port: u16,
    last_id: u64,
}

impl Phone {
    /// Starts a host on `data`.
    ///
    /// # Errors
    /// [`Broken`] when it does not start.
    pub fn start(name: &str, data: &Path, ui: &Path, reach: Reach<'_>) -> Result<Self, Broken> {
        let Reach { server, port } = reach;
        let process = launch(name, data, ui, reach)?;
        let visitor = enter(&process)?;
        Ok(Self {
            name: name.to_owned(),
            process,
            visitor,
            data: data.to_path_buf(),
            ui: ui.to_path_buf(),
            server: server.to_owned(),
            port,
            last_id: 0,
        })
    }

    /// The address that a person opens.
    ///
    /// # Errors
    /// [`Broken`] when the host did not say it.
    pub fn address(&self) -> Result<&str, Broken> {
        self.process.said("url")
    }

    /// Kills the host without a warning and starts it again on the same data.
    ///
    /// # Errors
    /// [`Broken`] when it does not come back.
    pub fn kill_and_restart(self) -> Result<Self, Broken> {
        let Self {
            name,
            process,
            data,
            ui,
            server,
            port,
            ..
        } = self;
        process.kill()?;
        Self::start(
            &name,
            &data,
            &ui,
            Reach {
                server: &server,
                port,
            },
        )
    }

    /// Ends the host as a closed app.
    ///
    /// # Errors
    /// [`Broken`] when it ends with a failure.
    pub fn stop(self) -> Result<(), Broken> {
        self.process.stop()
    }

    /// One call of the page; the answer's `ok`.
    ///
    /// # Errors
    /// [`Broken`] with the error's kind and reference when the core says no.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers write the parameters in place with json!"
    )]
    pub fn call(&mut self, method: &str, params: Value) -> Result<Value, Broken> {
        let reply = self.reply(method, &params)?;
        reply
            .get("ok")
            .cloned()
            .ok_or_else(|| Broken::new(format!("{}: {method} answered {reply}", self.name)))
    }

    /// One call of the page that must be refused; the reference of its error.
    ///
    /// # Errors
    /// [`Broken`] when it is not refused.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers write the parameters in place with json!"
    )]
    pub fn refused(&mut self, method: &str, params: Value) -> Result<String, Broken> {
        let reply = self.reply(method, &params)?;
        reply
            .pointer("/error/ref")
            .and_then(Value::as_str)
            .map(ToOwned::to_owned)
            .ok_or_else(|| Broken::new(format!("{}: {method} was not refused: {reply}", self.name)))
    }

    /// The whole answer to a call without parameters, refused or not.
    ///
    /// # Errors
    /// [`Broken`] when the host does not answer.
    pub fn reply_of(&mut self, method: &str) -> Result<Value, Broken> {
        self.reply(method, &json!({}))
    }

    fn reply(&mut self, method: &str, params: &Value) -> Result<Value, Broken> {
        self.last_id += 1;
        let request = json!({ "v": 1, "id": self.last_id, "method": method, "params": params });
        let page = self.visitor.post_json("/rpc", &request.to_string())?;
        serde_json::from_str(&page.text).map_err(|error| {
            Broken::new(format!(
                "{}: {method} answered {} `{}`: {error}",
                self.name, page.status, page.text
            ))
        })
    }

    /// Switches the phone's network off or on, as aeroplane mode does.
    ///
    /// # Errors
    /// [`Broken`] when the host has no test controls.
    pub fn network(&mut self, state: &str) -> Result<(), Broken> {
        let page = self
            .visitor
            .post_json("/controls/network", &json!({ "state": state }).to_string())?;
        if page.status < 300 {
            Ok(())
        } else {
            Err(Broken::new(format!(
                "{}: network control: {}",
                self.name, page.text
            )))
        }
    }
}

/// Starts a host without opening its page: the start address stays good for a person.
///
/// # Errors
/// [`Broken`] when it does not start.
pub fn launch(name: &str, data: &Path, ui: &Path, reach: Reach<'_>) -> Result<Process, Broken> {
    let data = data.display().to_string();
    let ui = ui.display().to_string();
    let port = reach.port.to_string();
    let arguments = [
        "--data",
        &data,
        "--ui",
        &ui,
        "--server",
        reach.server,
        "--port",
        &port,
        "--controls",
    ];
    Process::start(name, &built("countersign-host")?, &arguments)
}

fn enter(process: &Process) -> Result<Visitor, Broken> {
    let url = process.said("url")?;
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let path_at = url
        .get(after_scheme..)
        .and_then(|rest| rest.find('/'))
        .map_or(url.len(), |at| after_scheme + at);
    let (site, path) = url.split_at(path_at);
    let mut visitor = Visitor::new(site);
    visitor.open(path)?;
    Ok(visitor)
}
