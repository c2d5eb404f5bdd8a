//! Offers hostile input to the real doors and prints what came of it; ends with a failure when anything happened that must not.

#![expect(clippy::print_stdout, reason = "the report is what it is for")]

use std::process::ExitCode;

use clap::Parser;
use countersign_tests::hostile::{Memory, Plan, run};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

struct Watched;

impl Memory for Watched {
    fn reset(&self) -> usize {
        MEMORY.reset_peak_usage();
        MEMORY.current_usage()
    }

    fn peak(&self) -> usize {
        MEMORY.peak_usage()
    }
}

#[derive(Debug, Parser)]
#[command(
    name = "countersign-hostile",
    about = "Hostile input through the real doors"
)]
struct Arguments {
    /// How many cases.
    #[arg(long, default_value_t = 200_000)]
    cases: u64,
    /// What they are made from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only this case of the gate.
    #[arg(long)]
    only: Option<u64>,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let plan = Plan {
        cases: arguments.cases,
        seed: arguments.seed,
        only: arguments.only,
    };
    let report = run(plan, &Watched);
    if arguments.json {
        println!("{}", report.json());
    } else {
        println!("seed {}, {} cases", arguments.seed, arguments.cases);
        println!("{report}");
    }
    if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
