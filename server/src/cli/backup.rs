//! `countersign-server backup` and `rebuild`

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{CommandError, io, open, say};
use crate::app::organisation_folder;
use crate::config::DataFolder;

pub(super) const BACKUP_HELP: &str = "\
The copy is made with SQLite's online backup, so the server may run meanwhile. It is then opened as a server would open it:
every journal is replayed and every signature verified. Only then is the folder put in its place and `done` printed.

To restore: stop the server, put the folder in place of --data, start the server. Phones notice that they talk to a
restored server and offer again what it does not have.

The copy holds the organisations' private keys: guard it as the original.";

pub(super) const REBUILD_HELP: &str = "\
Prints one line for each table of each organisation: `equal` or `UNEQUAL`, and the digest of its rows. Code 1 when a table
is unequal. Nothing is changed.";

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataFolder,
    /// A folder that does not exist yet.
    #[arg(long, value_name = "FOLDER")]
    pub to: PathBuf,
}

/// Arguments of `rebuild`.
#[derive(Debug, Args)]
pub struct RebuildArgs {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataFolder,
}

pub(super) fn backup(args: &BackupArgs) -> Result<(), CommandError> {
    if args.to.exists() {
        return Err(CommandError::TargetTaken(args.to.display().to_string()));
    }
    let unfinished = args.to.with_extension("unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)
            .map_err(|source| io("removing an unfinished backup", source))?;
    }
    fs::create_dir_all(&unfinished).map_err(|source| io("making the backup's folder", source))?;
    let app = open(&args.data)?;
    app.accounts().backup(&unfinished.join("server.sqlite"))?;
    for organisation in app.organisations() {
        organisation.backup(&organisation_folder(&unfinished, organisation.id()))?;
    }
    check(&unfinished)?;
    fs::rename(&unfinished, &args.to)
        .map_err(|source| io("putting the backup in its place", source))?;
    say("done")
}

/// Opens the copy as a server would, verifies everything in it, and removes what can be rebuilt.
fn check(folder: &Path) -> Result<(), CommandError> {
    let copy = open(&DataFolder {
        path: folder.to_owned(),
    })?;
    for organisation in copy.organisations() {
        let checked = organisation.check()?;
        say(&format!(
            "{}: {} rows, {} faults",
            organisation.id(),
            checked.rows,
            checked.faults
        ))?;
        if checked.faults > 0 {
            return Err(CommandError::Faults {
                what: folder.display().to_string(),
                faults: checked.faults,
            });
        }
    }
    Ok(())
}

pub(super) fn rebuild(args: &RebuildArgs) -> Result<(), CommandError> {
    let mut unequal = 0;
    for organisation in open(&args.data)?.organisations() {
        let (before, after) = organisation.rebuild()?;
        for ((table, was), (_same, is)) in before.iter().zip(&after) {
            let verdict = if was == is { "equal" } else { "UNEQUAL" };
            unequal += usize::from(was != is);
            say(&format!("{}  {table}  {verdict}  {is}", organisation.id()))?;
        }
        unequal += before.len().abs_diff(after.len());
    }
    if unequal > 0 {
        Err(CommandError::Unequal(unequal))
    } else {
        say("all tables are equal")
    }
}
