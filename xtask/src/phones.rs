//! Type-checks core and bindings for the phones' targets, without NDK or Xcode: it finds a wrong `cfg`, a crate that does not know a
//! phone, an interface that drifted. C becomes empty objects and nothing is linked, so it is no proof that an app starts.

use std::path::Path;
use std::process::Command;

use crate::{Failure, tools};

const TARGETS: [&str; 5] = [
    "aarch64-linux-android",
    "armv7-linux-androideabi",
    "x86_64-linux-android",
    "aarch64-apple-ios",
    "aarch64-apple-ios-sim",
];

/// Debian's compiler, whose packages bring the source of the standard library for any target.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";

/// How one target's standard library comes about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Std {
    /// The machine's own toolchain has it.
    Installed,
    /// Built from Debian's source.
    FromSource,
}

/// Checks every target. A target that cannot be checked here is a failure that names the command which provides it.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let mut missing = Vec::new();
    for target in TARGETS {
        match standard_library(target) {
            Some(std) => {
                println!("-- {target}");
                check(root, target, std)?;
            }
            None => missing.push(target),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "not checked, for want of a standard library: {names}; install one with: rustup target add {names}\n       or, on \
         Debian, with: sudo apt-get update && sudo apt-get install -y --no-install-recommends rustc-web cargo-web rust-web-src",
        names = missing.join(" ")
    )))
}

fn standard_library(target: &str) -> Option<Std> {
    let has = |rustc: &str, path: &str| {
        sysroot(rustc).is_some_and(|sysroot| Path::new(&sysroot).join(path).exists())
    };
    if has("rustc", &format!("lib/rustlib/{target}/lib")) {
        Some(Std::Installed)
    } else if has(DEBIAN_RUSTC, "lib/rustlib/src/rust/library/std/Cargo.toml")
        && tools::is_installed(DEBIAN_CARGO)
    {
        Some(Std::FromSource)
    } else {
        None
    }
}

fn sysroot(rustc: &str) -> Option<String> {
    let output = Command::new(rustc)
        .args(["--print", "sysroot"])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn check(root: &Path, target: &str, std: Std) -> Result<(), Failure> {
    // The stand-in compiler stays out of PATH: there it would become the linker of build scripts.
    let standins = root.join("mobile-bindings/standins");
    let compiler = standins.join("empty-cc").display().to_string();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = format!("{}:{}", standins.join("bin").display(), path.display());
    let folder = root.join("target/phones").display().to_string();
    let cc = format!("CC_{}", target.replace('-', "_"));
    let ar = format!("AR_{}", target.replace('-', "_"));
    let mut environment = vec![
        (cc.as_str(), compiler.as_str()),
        (ar.as_str(), "ar"),
        ("PATH", path.as_str()),
        ("CARGO_TARGET_DIR", folder.as_str()),
    ];
    let mut arguments = vec!["check", "--quiet", "--target", target];
    arguments.extend([
        "--package",
        "countersign-core",
        "--package",
        "countersign-mobile",
    ]);
    let cargo = match std {
        Std::Installed => "cargo",
        Std::FromSource => {
            // For this check only: `-Z build-std` is no feature of a stable compiler.
            environment.extend([("RUSTC_BOOTSTRAP", "1"), ("RUSTC", DEBIAN_RUSTC)]);
            arguments.extend(["-Z", "build-std=std,panic_unwind"]);
            DEBIAN_CARGO
        }
    };
    tools::run_with(root, cargo, &arguments, &environment)
}
