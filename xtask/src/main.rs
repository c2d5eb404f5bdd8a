//! What CI runs, runnable by a person.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks on its terminal"
)]

mod alignment;
mod bindings;
mod demo;
mod kotlin;
mod phones;
mod steps;
mod swift;
mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    about = "Builds, shows, tests and measures Countersign"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts a server with a sample company and the phones of two team members, and prints where to click.
    Demo(demo::Options),
    /// Runs every check: format, lints, docs, Rust, field app, bindings and the whole story over real processes.
    Test,
    /// Runs one step of `test` by its name; without a name lists them.
    Ci {
        /// The step.
        step: Option<String>,
        /// Its options, such as `--cases 200000 --seed 1` of `hostile`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Generates the Kotlin, Swift and Python bindings and runs the Python smoke test.
    Bindings,
    /// Refuses Android libraries in a folder that a phone with 16 KiB pages could not load.
    ElfAlign {
        /// The folder, such as `field-app/android/build/jni`.
        folder: PathBuf,
    },
    /// Measures a workload and prints its figures.
    Bench(demo::Measure),
}

/// What went wrong, in a sentence for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let root = root();
    let outcome = match arguments.command {
        Command::Demo(options) => demo::run(&root, &options),
        Command::Test => steps::all(&root),
        Command::Ci {
            step: Some(step),
            options,
        } => steps::one(&root, &step, &options),
        Command::Ci { step: None, .. } => {
            steps::list();
            Ok(())
        }
        Command::Bindings => bindings::run(&root),
        Command::ElfAlign { folder } => alignment::run(&root, &folder),
        Command::Bench(measure) => demo::bench(&root, &measure),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(sentence)) => {
            eprintln!("error: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's folder: the parent of this package's.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}
