//! Finding, installing and running other programs.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Failure;

/// Runs a command in `folder`, its output going to the terminal.
pub(crate) fn run<S: AsRef<OsStr>>(
    folder: &Path,
    program: &str,
    arguments: &[S],
) -> Result<(), Failure> {
    run_with(folder, program, arguments, &[])
}

/// As [`run`], with further environment variables.
pub(crate) fn run_with<S: AsRef<OsStr>>(
    folder: &Path,
    program: &str,
    arguments: &[S],
    environment: &[(&str, &str)],
) -> Result<(), Failure> {
    let status = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(folder)
        .status()
        .map_err(|error| Failure::new(format!("cannot start `{program}`: {error}")))?;
    if status.success() {
        return Ok(());
    }
    let words: Vec<_> = arguments
        .iter()
        .map(|argument| argument.as_ref().to_string_lossy())
        .collect();
    Err(Failure::new(format!(
        "`{program} {}` in {} ended with {status}",
        words.join(" "),
        folder.display()
    )))
}

/// Builds everything, tests included, always in the same way: another selection of packages would have other features of
/// the same dependencies and build them once more.
pub(crate) fn build(root: &Path) -> Result<(), Failure> {
    run(root, "cargo", &["build", "--workspace", "--all-targets"])
}

/// The files of `folder` itself with an extension, or all for an empty one, in the order of their names.
pub(crate) fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Failure> {
    let is_wanted = |path: &PathBuf| {
        path.is_file() && (extension.is_empty() || path.extension() == Some(OsStr::new(extension)))
    };
    Ok(listed(folder)?.into_iter().filter(is_wanted).collect())
}

/// The folders in `folder` itself, in the order of their names.
pub(crate) fn folders(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let found = listed(folder)?.into_iter();
    Ok(found.filter(|path| path.is_dir()).collect())
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let broken =
        |error: std::io::Error| Failure::new(format!("cannot list {}: {error}", folder.display()));
    let mut found = fs::read_dir(folder)
        .map_err(broken)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(broken)?;
    found.sort();
    Ok(found)
}

/// Whether `program --version` can be started.
pub(crate) fn is_installed(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Makes sure that `program` is there: installs Debian's `packages` when this is root on a machine with apt, and otherwise
/// fails with the command that provides it.
pub(crate) fn provide(program: &str, packages: &[&str]) -> Result<(), Failure> {
    install(program, packages, || is_installed(program))
}

/// As [`provide`], for a file that a package puts into its place.
pub(crate) fn provide_file(file: &str, packages: &[&str]) -> Result<(), Failure> {
    install(file, packages, || Path::new(file).is_file())
}

fn install(what: &str, packages: &[&str], is_there: impl Fn() -> bool) -> Result<(), Failure> {
    if is_there() {
        return Ok(());
    }
    let names = packages.join(" ");
    let wanted = format!(
        "`{what}` is missing; install it with: sudo apt-get update && sudo apt-get install -y {names}"
    );
    if !is_root() || !is_installed("apt-get") {
        return Err(Failure::new(wanted));
    }
    let here = Path::new("/");
    run_with(
        here,
        "apt-get",
        &["update", "-qq"],
        &[("DEBIAN_FRONTEND", "noninteractive")],
    )?;
    run_with(
        here,
        "apt-get",
        &[&["install", "-y", "-qq"], packages].concat(),
        &[("DEBIAN_FRONTEND", "noninteractive")],
    )?;
    if is_there() {
        Ok(())
    } else {
        Err(Failure::new(wanted))
    }
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Makes sure that Node.js is recent enough for the field app's build (20.19, or 22.12 and later).
pub(crate) fn provide_node() -> Result<(), Failure> {
    let wanted = "the field app's build needs Node.js 20.19, or 22.12 and later, with npm; install it from your distribution \
                  or from nodejs.org, then run this again";
    let output = Command::new("node")
        .arg("--version")
        .output()
        .map_err(|_absent| Failure::new(wanted))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map_while(|part| part.parse::<u32>().ok());
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let is_recent = (version.0 == 20 && version.1 >= 19) || version >= (22, 12);
    if !is_recent {
        return Err(Failure::new(format!(
            "found Node.js {}: {wanted}",
            text.trim()
        )));
    }
    if is_installed("npm") {
        Ok(())
    } else {
        Err(Failure::new(wanted))
    }
}
