//! The command line of the server.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use countersign_server::cli::Cli;

fn main() -> ExitCode {
    match Cli::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = ExitCode::from(error.exit_code());
            match writeln!(std::io::stderr().lock(), "{error}") {
                Ok(()) | Err(_) => code,
            }
        }
    }
}
