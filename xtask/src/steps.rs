//! The steps of `cargo xtask test`, fastest first.

use std::path::Path;

use crate::{Failure, bindings, demo, kotlin, phones, swift, tools};

/// One step, runnable alone by its name.
struct Step {
    name: &'static str,
    about: &'static str,
    act: fn(&Path) -> Result<(), Failure>,
}

/// All steps in order.
const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        about: "the format of all Rust files",
        act: fmt,
    },
    Step {
        name: "clippy",
        about: "lints as errors, tests included",
        act: clippy,
    },
    Step {
        name: "doc",
        about: "the documentation builds without a broken link",
        act: doc,
    },
    Step {
        name: "rust",
        about: "all Rust tests, doc tests included",
        act: rust,
    },
    Step {
        name: "ui",
        about: "the field app: types from Rust, types, units, build",
        act: ui,
    },
    Step {
        name: "browser",
        about: "the field app in Chromium: every screen, and the whole story with real phones, server and console",
        act: browser,
    },
    Step {
        name: "bindings",
        about: "Kotlin, Swift and Python are generated; the Python smoke test runs",
        act: generated,
    },
    Step {
        name: "kotlin",
        about: "Kotlin on the JVM against the real library; the Android shell against the framework",
        act: kotlin::run,
    },
    Step {
        name: "story",
        about: "the whole story over the real server and two real field-app hosts",
        act: story,
    },
];

/// Steps that `test` leaves out, runnable by their names. They need minutes and gigabytes the first time, and a machine that cannot
/// run one says so by failing.
const APART: &[Step] = &[
    Step {
        name: HOSTILE,
        about: "hostile input through the real doors; --cases N --seed S --only CASE --json (2,000 cases are part of `rust`)",
        act: |root| hostile(root, &[]),
    },
    Step {
        name: TORTURE,
        about: "the real server killed under load; --kills N --clients N --seed S --json (5 kills are part of `rust`)",
        act: |root| torture(root, &[]),
    },
    Step {
        name: "phone-targets",
        about: "core and bindings type-check for Android and iOS (minutes the first time)",
        act: phones::run,
    },
    Step {
        name: "swift",
        about: "the Swift package in Swift 6 mode and its tests (3.5 GB the first time, root)",
        act: swift::run,
    },
];

/// The steps that take options.
const HOSTILE: &str = "hostile";
const TORTURE: &str = "torture";

/// Prints the steps' names and what they are about.
pub(crate) fn list() {
    for step in STEPS {
        println!("{:<14} {}", step.name, step.about);
    }
    println!("not part of `cargo xtask test`:");
    for step in APART {
        println!("{:<14} {}", step.name, step.about);
    }
}

/// Runs all steps; the first that fails ends the run.
pub(crate) fn all(root: &Path) -> Result<(), Failure> {
    for step in STEPS {
        println!("== {}: {}", step.name, step.about);
        (step.act)(root)?;
    }
    println!("== all {} steps passed", STEPS.len());
    Ok(())
}

/// Runs the step called `name`.
pub(crate) fn one(root: &Path, name: &str, options: &[String]) -> Result<(), Failure> {
    if name == HOSTILE {
        return hostile(root, options);
    }
    if name == TORTURE {
        return torture(root, options);
    }
    if let [first, ..] = options {
        let sentence = format!("the step `{name}` takes no options, not even `{first}`");
        return Err(Failure::new(sentence));
    }
    let mut steps = STEPS.iter().chain(APART);
    let step = steps
        .clone()
        .find(|step| step.name == name)
        .ok_or_else(|| {
            let names: Vec<_> = steps.by_ref().map(|step| step.name).collect();
            Failure::new(format!(
                "there is no step `{name}`; the steps are {}",
                names.join(", ")
            ))
        })?;
    (step.act)(root)
}

/// Hostile input through the real doors, optimised, as many cases as the options say.
fn hostile(root: &Path, options: &[String]) -> Result<(), Failure> {
    let mut arguments = vec![
        "run",
        "--release",
        "--quiet",
        "--package",
        "countersign-tests",
        "--bin",
        "countersign-hostile",
        "--",
    ];
    arguments.extend(options.iter().map(String::as_str));
    tools::run(root, "cargo", &arguments)
}

/// The server killed as often as the options say.
fn torture(root: &Path, options: &[String]) -> Result<(), Failure> {
    tools::build(root)?;
    let program = root.join("target/debug/countersign-torture");
    let arguments: Vec<&str> = options.iter().map(String::as_str).collect();
    tools::run(root, &program.display().to_string(), &arguments)
}

fn fmt(root: &Path) -> Result<(), Failure> {
    tools::run(root, "cargo", &["fmt", "--all", "--check"])
}

fn clippy(root: &Path) -> Result<(), Failure> {
    tools::run(
        root,
        "cargo",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
    )
}

fn doc(root: &Path) -> Result<(), Failure> {
    let arguments = [
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
        "--quiet",
    ];
    tools::run_with(
        root,
        "cargo",
        &arguments,
        &[("RUSTDOCFLAGS", "-D warnings")],
    )
}

fn rust(root: &Path) -> Result<(), Failure> {
    // Papers are drawn in it.
    let font = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
    tools::provide_file(font, &["fonts-noto-cjk"])?;
    tools::run(root, "cargo", &["test", "--workspace"])
}

fn ui(root: &Path) -> Result<(), Failure> {
    demo::build_ui(root)?;
    tools::run(&root.join("field-app/ui"), "npm", &["run", "check"])
}

fn browser(root: &Path) -> Result<(), Failure> {
    tools::provide("chromium", &["chromium", "fonts-noto-cjk"])?;
    demo::build_ui(root)?;
    tools::build(root)?;
    let ui = root.join("field-app/ui");
    tools::run(&ui, "npm", &["run", "browser"])?;
    tools::run(&ui, "npm", &["run", "story"])
}

fn generated(root: &Path) -> Result<(), Failure> {
    bindings::run(root)
}

fn story(root: &Path) -> Result<(), Failure> {
    demo::check(root)
}
