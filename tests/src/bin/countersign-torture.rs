//! Kills the real server under load and counts what it had acknowledged; ends with a failure when anything is lost.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the report is what it is for"
)]

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use countersign_tests::torture::{Plan, run};

#[derive(Debug, Parser)]
#[command(name = "countersign-torture", about = "Kills the server under load")]
struct Arguments {
    /// How often the server is killed.
    #[arg(long, default_value_t = 100)]
    kills: u32,
    /// How many phones write at once.
    #[arg(long, default_value_t = 50)]
    clients: u32,
    /// What the moments of the kills are drawn from; threads are not drawn, so no two runs are equal.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let plan = Plan {
        kills: arguments.kills,
        clients: arguments.clients,
        seed: arguments.seed,
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => {
            eprintln!("error: no folder to work in: {error}");
            return ExitCode::FAILURE;
        }
    };
    let report = match run(plan, folder.path(), &root) {
        Ok(report) => report,
        Err(broken) => {
            eprintln!("error: {broken}");
            return ExitCode::FAILURE;
        }
    };
    if arguments.json {
        println!("{}", report.json());
    } else {
        println!("{report}");
    }
    if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
