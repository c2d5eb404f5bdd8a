//! Writes the vectors of the evidence format into a folder.

use std::io;
use std::path::PathBuf;

use clap::Parser;
use countersign_tests::vectors;

#[derive(Debug, Parser)]
#[command(
    name = "countersign-vectors",
    about = "Makes the genuine and tampered evidence bundles of tests/fixtures/evidence again"
)]
struct Arguments {
    /// Where to.
    #[arg(default_value = "tests/fixtures/evidence")]
    folder: PathBuf,
}

fn main() -> io::Result<()> {
    let Arguments { folder } = Arguments::parse();
    std::fs::create_dir_all(&folder)?;
    for vector in vectors::all() {
        std::fs::write(folder.join(vector.name), &vector.bytes)?;
    }
    std::fs::write(folder.join("expected.json"), vectors::expected())
}
