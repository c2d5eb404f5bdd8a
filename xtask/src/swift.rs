//! Swift on Linux: the package compiles in Swift 6 mode with warnings as errors, its tests run against the real library, and the
//! iOS shell, which needs Apple's frameworks, is parsed.
//!
//! With a Swift 6 compiler on the machine it is used. Otherwise one is installed into a Debian 13 folder of its own
//! (`target/swift-chroot`, 3.5 GB, root only), because Debian 12 has none.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Failure, bindings, tools};

const PACKAGES: [&str; 5] = [
    "swiftlang",
    "swiftlang-dev",
    "libc6-dev",
    "libstdc++-14-dev",
    "gcc",
];

/// Where Swift runs, and where the package lies for it.
struct Place {
    chroot: Option<PathBuf>,
    package: PathBuf,
}

/// Generates the bindings, lays the package out, builds and tests it.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    bindings::generate(root)?;
    let place = place(root)?;
    lay_out(root, &place.package)?;
    place.swift(root, &["swift", "build", "-Xswiftc", "-warnings-as-errors"])?;
    place.swift(root, &["swift", "test"])?;
    for shell in tools::files(&root.join("field-app/ios"), "swift")? {
        let copy = place.package.join("Parsed.swift");
        copy_file(&shell, &copy)?;
        place.swift(root, &["swiftc", "-frontend", "-parse", "Parsed.swift"])?;
        fs::remove_file(&copy).map_err(|error| broken(&copy, &error))?;
    }
    Ok(())
}

fn place(root: &Path) -> Result<Place, Failure> {
    if tools::is_installed("swift") {
        return Ok(Place {
            chroot: None,
            package: root.join("target/swift"),
        });
    }
    let chroot = root.join("target/swift-chroot");
    if !chroot.join("usr/bin/swift").exists() {
        provide(root, &chroot)?;
    }
    let package = chroot.join("pkg");
    Ok(Place {
        chroot: Some(chroot),
        package,
    })
}

fn provide(root: &Path, chroot: &Path) -> Result<(), Failure> {
    tools::provide("debootstrap", &["debootstrap"])?;
    let folder = chroot.display().to_string();
    if !chroot.join("etc/debian_version").exists() {
        let options = ["--variant=minbase", "--include=ca-certificates", "trixie"];
        tools::run(root, "debootstrap", &[&options[..], &[&folder]].concat())?;
    }
    tools::run(root, "chroot", &[&folder, "apt-get", "update", "-qq"])?;
    let install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends"];
    tools::run_with(
        root,
        "chroot",
        &[&[folder.as_str()], &install[..], &PACKAGES].concat(),
        &[("DEBIAN_FRONTEND", "noninteractive")],
    )
}

/// The sources as committed, the generated ones in their targets, and the library.
fn lay_out(root: &Path, package: &Path) -> Result<(), Failure> {
    for folder in ["Sources", "Tests", "lib"] {
        let folder = package.join(folder);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| broken(&folder, &error))?;
        }
    }
    let committed = root.join("mobile-bindings/swift");
    let generated = root.join("mobile-bindings/generated/swift");
    let copies = [
        (committed.clone(), package.to_path_buf()),
        (
            committed.join("Sources/Bridge"),
            package.join("Sources/Bridge"),
        ),
        (
            committed.join("Tests/BridgeTests"),
            package.join("Tests/BridgeTests"),
        ),
        (
            generated.join("Countersign"),
            package.join("Sources/Countersign"),
        ),
        (
            generated.join("CountersignFFI"),
            package.join("Sources/CountersignFFI/include"),
        ),
    ];
    for (from, to) in copies {
        fs::create_dir_all(&to).map_err(|error| broken(&to, &error))?;
        for file in tools::files(&from, "")? {
            if let Some(name) = file.file_name() {
                copy_file(&file, &to.join(name))?;
            }
        }
    }
    // A C target without a source is refused.
    let empty = package.join("Sources/CountersignFFI/empty.c");
    fs::write(&empty, b"").map_err(|error| broken(&empty, &error))?;
    let library = package.join("lib");
    fs::create_dir_all(&library).map_err(|error| broken(&library, &error))?;
    copy_file(
        &root.join("target/debug/libcountersign_mobile.so"),
        &library.join("libcountersign_mobile.so"),
    )
}

impl Place {
    fn swift(&self, root: &Path, words: &[&str]) -> Result<(), Failure> {
        // swift finds its own libraries through /proc/self/exe; the mount ends with the command.
        const IN_CHROOT: &str = "mount -t proc proc \"$1/proc\" && trap 'umount \"$1/proc\"' EXIT && chroot \"$1\" env -C /pkg \
            COUNTERSIGN_LIB=/pkg/lib LD_LIBRARY_PATH=/pkg/lib \"${@:2}\"";
        let Some(chroot) = &self.chroot else {
            let library = self.package.join("lib").display().to_string();
            let environment = [
                ("COUNTERSIGN_LIB", library.as_str()),
                ("LD_LIBRARY_PATH", library.as_str()),
            ];
            let [program, arguments @ ..] = words else {
                return Ok(());
            };
            return tools::run_with(&self.package, program, arguments, &environment);
        };
        let folder = chroot.display().to_string();
        let arguments = [
            &["--mount", "bash", "-c", IN_CHROOT, "bash", &folder],
            words,
        ]
        .concat();
        tools::run(root, "unshare", &arguments)
    }
}

fn copy_file(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::copy(from, to)
        .map(drop)
        .map_err(|error| broken(from, &error))
}

fn broken(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}
