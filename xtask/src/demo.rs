//! `cargo xtask demo`: the product with a sample company, for a person or, with `--check`, for a machine.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::{Failure, tools};

/// Options of the demo.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Throws the demo's data away and starts over.
    #[arg(long)]
    reset: bool,
    /// Runs the whole story without a person, in a temporary folder, one line a step.
    #[arg(long, conflicts_with_all = ["reset", "data"])]
    check: bool,
    /// The folder that keeps the demo's data.
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
}

/// Builds everything and starts the demo, or runs its check.
pub(crate) fn run(root: &Path, options: &Options) -> Result<(), Failure> {
    build_ui(root)?;
    if options.check {
        return check(root);
    }
    tools::build(root)?;
    let data = root.join(&options.data);
    let mut arguments = vec![
        "run".to_owned(),
        "--data".to_owned(),
        data.display().to_string(),
    ];
    if options.reset {
        arguments.push("--reset".to_owned());
    }
    story(root, &arguments)
}

/// Runs the story against real processes in a temporary folder.
pub(crate) fn check(root: &Path) -> Result<(), Failure> {
    if !root.join("field-app/ui/dist/index.html").is_file() {
        build_ui(root)?;
    }
    tools::build(root)?;
    story(root, &["check".to_owned()])
}

/// Writes the row types from Rust, installs the field app's packages and builds its pages.
pub(crate) fn build_ui(root: &Path) -> Result<(), Failure> {
    tools::provide_node()?;
    let ui = root.join("field-app/ui");
    let rows = ui.join("src/rows");
    if rows.exists() {
        fs::remove_dir_all(&rows)
            .map_err(|error| Failure::new(format!("cannot clear {}: {error}", rows.display())))?;
    }
    // The tests of core write the row types; `.cargo/config.toml` says where.
    let writers = ["test", "--quiet", "--workspace", "--lib", "export_bindings"];
    tools::run(root, "cargo", &writers)?;
    if !is_newer(
        &ui.join("node_modules/.package-lock.json"),
        &ui.join("package-lock.json"),
    ) {
        tools::run(
            &ui,
            "npm",
            &["ci", "--no-audit", "--no-fund", "--loglevel=error"],
        )?;
    }
    tools::run(&ui, "npm", &["run", "build", "--silent"])
}

/// Whether `made` exists and is not older than `source`.
fn is_newer(made: &Path, source: &Path) -> bool {
    let modified = |path: &Path| path.metadata().and_then(|metadata| metadata.modified());
    matches!((modified(made), modified(source)), (Ok(made), Ok(source)) if made >= source)
}

fn story(root: &Path, arguments: &[String]) -> Result<(), Failure> {
    let program = root
        .join("target/debug/countersign-demo")
        .display()
        .to_string();
    tools::run(root, &program, arguments)
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Workload {
    /// What an exchange costs.
    Sync,
    /// What a rep waits for.
    App,
}

/// Options of a measurement.
#[derive(Debug, Args)]
pub(crate) struct Measure {
    /// The workload.
    workload: Workload,
    /// Prints JSON lines instead of a table.
    #[arg(long)]
    json: bool,
    /// How many visits `sync` exchanges; the recorded figures use 1000.
    #[arg(long, default_value_t = 1000)]
    visits: u32,
}

/// Measures a workload with a release build.
pub(crate) fn bench(root: &Path, measure: &Measure) -> Result<(), Failure> {
    let visits = measure.visits.to_string();
    let (program, options) = match measure.workload {
        Workload::Sync => ("countersign-bench", vec!["--visits", &visits]),
        Workload::App => ("countersign-app-bench", Vec::new()),
    };
    let mut arguments = vec!["run", "--release", "--quiet"];
    arguments.extend(["--package", "countersign-tests", "--bin", program, "--"]);
    arguments.extend(options);
    if measure.json {
        arguments.push("--json");
    }
    tools::run(root, "cargo", &arguments)
}
