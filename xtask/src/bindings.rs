//! Generates the Kotlin, Swift and Python bindings from the built library, and runs the Python smoke test on it.
//!
//! Generated code is not committed, so it is never old. It is compiled where its language is: Kotlin in the step `kotlin`, Swift in
//! `swift`, the row types of TypeScript in `ui`.

use std::fs;
use std::path::Path;

use crate::{Failure, tools};

/// Writes `mobile-bindings/generated` anew and runs `mobile-bindings/python/smoke.py` against the library.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    tools::provide("python3", &["python3"])?;
    generate(root)?;
    let library = text(&root.join("target/debug/libcountersign_mobile.so"));
    smoke(
        root,
        &library,
        &root.join("mobile-bindings/generated/python"),
    )
}

/// Builds everything and writes `mobile-bindings/generated` anew.
pub(crate) fn generate(root: &Path) -> Result<(), Failure> {
    tools::build(root)?;
    let library = text(&root.join("target/debug/libcountersign_mobile.so"));
    let generated = root.join("mobile-bindings/generated");
    if generated.exists() {
        fs::remove_dir_all(&generated).map_err(|error| {
            Failure::new(format!("cannot clear {}: {error}", generated.display()))
        })?;
    }
    kotlin_and_python(root, &library, &generated)?;
    swift(root, &library, &generated)
}

fn kotlin_and_python(root: &Path, library: &str, generated: &Path) -> Result<(), Failure> {
    let generator = text(&root.join("target/debug/examples/uniffi-bindgen"));
    for language in ["kotlin", "python"] {
        let folder = text(&generated.join(language));
        let arguments = [
            "generate",
            "--no-format",
            "-l",
            language,
            "--out-dir",
            &folder,
            library,
        ];
        tools::run(root, &generator, &arguments)?;
    }
    Ok(())
}

fn swift(root: &Path, library: &str, generated: &Path) -> Result<(), Failure> {
    let generator = text(&root.join("target/debug/examples/uniffi-bindgen-swift"));
    let sources = text(&generated.join("swift/Countersign"));
    let headers = text(&generated.join("swift/CountersignFFI"));
    tools::run(root, &generator, &["--swift-sources", library, &sources])?;
    tools::run(root, &generator, &["--headers", library, &headers])?;
    let names = [
        "--module-name",
        "CountersignFFI",
        "--modulemap-filename",
        "module.modulemap",
    ];
    let arguments = [&["--modulemap"], names.as_slice(), &[library, &headers]].concat();
    tools::run(root, &generator, &arguments)
}

fn smoke(root: &Path, library: &str, python: &Path) -> Result<(), Failure> {
    fs::copy(library, python.join("libcountersign_mobile.so")).map_err(|error| {
        Failure::new(format!(
            "cannot copy the library beside the Python module: {error}"
        ))
    })?;
    tools::run_with(
        root,
        "python3",
        &["mobile-bindings/python/smoke.py"],
        &[("PYTHONPATH", &text(python))],
    )
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
