//! The steps of `cargo xtask test`, fastest first.

use std::path::Path;

use crate::{Failure, bindings, demo, tools};

/// One step, runnable alone by its name.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    act: fn(&Path) -> Result<(), Failure>,
}

/// All steps in order.
pub(crate) const STEPS: &[Step] = &[
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
        about: "the field app's screens in Chromium, with touch, both languages and accessibility",
        act: browser,
    },
    Step {
        name: "bindings",
        about: "Kotlin, Swift and Python are generated; the Python smoke test runs",
        act: generated,
    },
    Step {
        name: "story",
        about: "the whole story over the real server and two real field-app hosts",
        act: story,
    },
];

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
pub(crate) fn one(root: &Path, name: &str) -> Result<(), Failure> {
    let step = STEPS.iter().find(|step| step.name == name).ok_or_else(|| {
        let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        Failure::new(format!(
            "there is no step `{name}`; the steps are {}",
            names.join(", ")
        ))
    })?;
    (step.act)(root)
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
    tools::run(root, "cargo", &["test", "--workspace"])
}

fn ui(root: &Path) -> Result<(), Failure> {
    demo::build_ui(root)?;
    tools::run(&root.join("field-app/ui"), "npm", &["run", "check"])
}

fn browser(root: &Path) -> Result<(), Failure> {
    tools::provide("chromium", &["chromium", "fonts-noto-cjk"])?;
    if !root.join("field-app/ui/dist/index.html").is_file() {
        demo::build_ui(root)?;
    }
    tools::run(&root.join("field-app/ui"), "npm", &["run", "browser"])
}

fn generated(root: &Path) -> Result<(), Failure> {
    bindings::run(root)
}

fn story(root: &Path) -> Result<(), Failure> {
    demo::check(root)
}
