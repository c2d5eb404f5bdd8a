//! The command line of the server.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use countersign_server::cli::{Cli, Command, import};

/// Exit code of a command that was refused its input.
const REFUSED: u8 = 2;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Import(args) => import::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => match writeln!(std::io::stderr().lock(), "{error}") {
            Ok(()) => ExitCode::from(REFUSED),
            Err(_stderr_is_gone) => ExitCode::from(REFUSED),
        },
    }
}
