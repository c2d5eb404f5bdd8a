//! Kotlin on the JVM against the real library, and the Android shell against the framework's classes.

use std::path::Path;

use crate::{Failure, bindings, tools};

/// Generates the bindings and runs the Maven build. Maven downloads once; afterwards it needs no network.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    tools::provide("mvn", &["maven", "openjdk-17-jdk-headless"])?;
    bindings::generate(root)?;
    let arguments = [
        "--batch-mode",
        "--no-transfer-progress",
        "--file",
        "mobile-bindings/kotlin/pom.xml",
        "test",
    ];
    tools::run(root, "mvn", &arguments)
}
