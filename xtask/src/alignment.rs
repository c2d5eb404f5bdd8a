//! Android 15 loads a library only when every loadable segment is aligned to 16 KiB.

use std::path::Path;
use std::process::Command;

use crate::{Failure, tools};

const PAGE_BYTES: u64 = 0x4000;

/// Refuses libraries below `folder` that a phone with 16 KiB pages could not load, and a folder without any.
pub(crate) fn run(root: &Path, folder: &Path) -> Result<(), Failure> {
    tools::provide("readelf", &["binutils"])?;
    let mut folders = vec![root.join(folder)];
    let mut count = 0_u32;
    while let Some(folder) = folders.pop() {
        for library in tools::files(&folder, "so")? {
            aligned(&library)?;
            count += 1;
        }
        folders.extend(tools::folders(&folder)?);
    }
    if count == 0 {
        return Err(Failure::new(format!(
            "no library below {}",
            folder.display()
        )));
    }
    println!("{count} libraries are aligned to 16 KiB");
    Ok(())
}

fn aligned(library: &Path) -> Result<(), Failure> {
    let refused = |reason: &str| Failure::new(format!("{}: {reason}", library.display()));
    let output = Command::new("readelf")
        .args(["--segments", "--wide"])
        .arg(library)
        .output()
        .map_err(|error| refused(&error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let aligns: Vec<&str> = text
        .lines()
        .filter(|line| line.trim_start().starts_with("LOAD"))
        .filter_map(|line| line.split_whitespace().last())
        .collect();
    if aligns.is_empty() {
        return Err(refused("no loadable segment"));
    }
    let is_small = |align: &&str| {
        u64::from_str_radix(align.trim_start_matches("0x"), 16)
            .is_ok_and(|align| align < PAGE_BYTES)
    };
    match aligns.iter().find(|align| is_small(align)) {
        Some(align) => Err(refused(&format!(
            "a segment is aligned to {align}; RUSTFLAGS in the environment replaces .cargo/config.toml"
        ))),
        None => Ok(()),
    }
}
