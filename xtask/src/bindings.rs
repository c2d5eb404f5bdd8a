//! Generates the Kotlin, Swift and Python bindings from the built library, and runs the Python smoke test on it.

use std::fs;
use std::path::Path;

use crate::{Failure, tools};

/// Writes `mobile-bindings/generated` anew and runs `mobile-bindings/python/smoke.py` against the library.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    tools::provide("python3", "python3")?;
    let generators = [
        "build",
        "--package",
        "countersign-mobile",
        "--features",
        "bindgen",
        "--bins",
    ];
    tools::run(root, "cargo", &generators)?;
    // The library last, so that it is the one without the generator's features.
    tools::run(
        root,
        "cargo",
        &["build", "--package", "countersign-mobile", "--lib"],
    )?;
    let library = root.join("target/debug/libcountersign_mobile.so");
    let generated = root.join("mobile-bindings/generated");
    if generated.exists() {
        fs::remove_dir_all(&generated).map_err(|error| {
            Failure::new(format!("cannot clear {}: {error}", generated.display()))
        })?;
    }
    let library = library.display().to_string();
    let generator = root
        .join("target/debug/uniffi-bindgen")
        .display()
        .to_string();
    for language in ["kotlin", "python"] {
        let folder = generated.join(language).display().to_string();
        tools::run(
            root,
            &generator,
            &[
                "generate",
                "--no-format",
                "-l",
                language,
                "--out-dir",
                &folder,
                &library,
            ],
        )?;
    }
    let swift = root
        .join("target/debug/uniffi-bindgen-swift")
        .display()
        .to_string();
    let sources = generated.join("swift/Countersign").display().to_string();
    let headers = generated.join("swift/CountersignFFI").display().to_string();
    tools::run(root, &swift, &["--swift-sources", &library, &sources])?;
    tools::run(root, &swift, &["--headers", &library, &headers])?;
    let module = [
        "--modulemap",
        "--module-name",
        "CountersignFFI",
        "--modulemap-filename",
        "module.modulemap",
    ];
    tools::run(
        root,
        &swift,
        &[module.as_slice(), &[&library, &headers]].concat(),
    )?;
    let python = generated.join("python");
    fs::copy(&library, python.join("libcountersign_mobile.so")).map_err(|error| {
        Failure::new(format!(
            "cannot copy the library beside the Python module: {error}"
        ))
    })?;
    let module_path = python.display().to_string();
    tools::run_with(
        root,
        "python3",
        &["mobile-bindings/python/smoke.py"],
        &[("PYTHONPATH", &module_path)],
    )
}
