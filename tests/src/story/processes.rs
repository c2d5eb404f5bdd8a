//! Starting and stopping the real programs.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::Broken;

/// A program that runs until it is stopped, and what it said when it was ready.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    ready: Value,
}

impl Process {
    /// Starts `program` and waits for its first line on standard output: a JSON object, or `listening on URL`.
    ///
    /// # Errors
    /// [`Broken`] when it cannot be started, ends first, or says something else.
    pub fn start(name: &str, program: &Path, arguments: &[&str]) -> Result<Self, Broken> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Broken::new(format!("cannot start {}: {error}", program.display())))?;
        let output = child
            .stdout
            .take()
            .ok_or_else(|| Broken::new(format!("{name} has no output")))?;
        let mut line = String::new();
        BufReader::new(output)
            .read_line(&mut line)
            .map_err(|error| Broken::new(format!("{name}: {error}")))?;
        let ready = match line.trim().strip_prefix("listening on ") {
            Some(url) => serde_json::json!({ "url": url }),
            None => serde_json::from_str(&line).map_err(|error| {
                Broken::new(format!(
                    "{name} did not say that it is ready but `{}`: {error}",
                    line.trim()
                ))
            })?,
        };
        Ok(Self {
            name: name.to_owned(),
            child,
            ready,
        })
    }

    /// A text field of the ready line.
    ///
    /// # Errors
    /// [`Broken`] when there is none.
    pub fn said(&self, field: &str) -> Result<&str, Broken> {
        self.ready
            .get(field)
            .and_then(Value::as_str)
            .ok_or_else(|| {
                Broken::new(format!(
                    "{} did not say `{field}`: {}",
                    self.name, self.ready
                ))
            })
    }

    /// Ends the program as a power cut would.
    ///
    /// # Errors
    /// [`Broken`] when the system refuses.
    pub fn kill(mut self) -> Result<(), Broken> {
        self.child
            .kill()
            .map_err(|error| Broken::new(format!("{}: {error}", self.name)))?;
        self.child
            .wait()
            .map_err(|error| Broken::new(format!("{}: {error}", self.name)))?;
        Ok(())
    }

    /// Asks the program to end (SIGTERM) and waits until it has.
    ///
    /// # Errors
    /// [`Broken`] when it ends with a failure.
    pub fn stop(mut self) -> Result<(), Broken> {
        let id = self.child.id().to_string();
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .map_err(|error| Broken::new(format!("kill: {error}")))?;
        let status = self
            .child
            .wait()
            .map_err(|error| Broken::new(format!("{}: {error}", self.name)))?;
        if status.success() {
            Ok(())
        } else {
            Err(Broken::new(format!("{} ended with {status}", self.name)))
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already ended: nothing to do. Otherwise the story broke and leaves no program behind.
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

/// Where the built programs lie: beside this one, or, for a test, one folder above.
///
/// # Errors
/// [`Broken`] when this program's own place is unknown.
pub fn built(name: &str) -> Result<PathBuf, Broken> {
    let own =
        std::env::current_exe().map_err(|error| Broken::new(format!("own place: {error}")))?;
    let beside = own.with_file_name(name);
    let above = own
        .parent()
        .map_or_else(|| beside.clone(), |folder| folder.with_file_name(name));
    [&beside, &above]
        .into_iter()
        .find(|path| path.is_file())
        .cloned()
        .ok_or_else(|| {
            Broken::new(format!(
                "{} is not built; run: cargo build --workspace --bins",
                beside.display()
            ))
        })
}
