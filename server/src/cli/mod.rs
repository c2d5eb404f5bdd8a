//! The commands of `countersign-server`.

mod backup;
pub mod import;
mod organisations;
mod serving;

use std::io::Write as _;
use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::app::{App, OpenError};
use crate::auth::accounts::AccountsError;
use crate::clock::SystemClock;
use crate::config::{DataFolder, Settings};
use crate::gate;
use crate::organisation::{AppendError, ReadError};

/// The office and the sync server of Countersign: receivables, visits, signatures.
///
/// Everything is kept in one folder (`--data`): accounts, and for each organisation a journal, a signing key, attachments
/// and a read model that can be rebuilt from the journal.
#[derive(Debug, Parser)]
#[command(name = "countersign-server", version, about, after_long_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
A first evening:
  countersign-server org create --data /srv/countersign --name 示范机械有限公司
  countersign-server user add --data /srv/countersign --login admin --name 管理员 --role admin
  countersign-server serve --data /srv/countersign --listen 127.0.0.1:8443 --public-url https://countersign.example

Every night:
  countersign-server backup --data /srv/countersign --to /backup/countersign-2026-07-15

Exit codes:
  0  done
  1  not done; one sentence on standard error says why
  2  wrong arguments, or a file that was refused";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server until it is told to stop (Ctrl-C or SIGTERM)
    #[command(after_long_help = serving::HELP)]
    Serve(serving::ServeArgs),
    /// Make and list organisations
    #[command(subcommand)]
    Org(organisations::OrgCommand),
    /// Make and change people's accounts
    #[command(subcommand)]
    User(organisations::UserCommand),
    /// Try a receivables ledger: what is understood, accepted, held and left out
    Import(import::ImportArgs),
    /// Copy everything into a new folder while the server runs, then open the copy and check it
    #[command(after_long_help = backup::BACKUP_HELP)]
    Backup(backup::BackupArgs),
    /// Replay each journal into a new read model and compare it with the one in use
    #[command(after_long_help = backup::REBUILD_HELP)]
    Rebuild(backup::RebuildArgs),
    /// Try changes of phones for the server that started this
    #[command(hide = true)]
    GateWorker,
}

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The data folder.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Accounts.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// The journal.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// An organisation's data.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file, a socket or the terminal.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// Why not.
        source: std::io::Error,
    },
    /// There are several organisations, or none.
    #[error("there {0}; name one with --organisation (see `countersign-server org list`)")]
    WhichOrganisation(&'static str),
    /// No such login.
    #[error("there is no login `{0}`; see `countersign-server user list`")]
    UnknownLogin(String),
    /// The target is taken.
    #[error("{0} is there already; give a folder that does not exist yet")]
    TargetTaken(String),
    /// The copy does not hold what it should.
    #[error("the check of {what} found {faults} faults; the log names them")]
    Faults {
        /// What was checked.
        what: String,
        /// How many.
        faults: usize,
    },
    /// The replayed tables differ.
    #[error(
        "{0} tables differ from the journal; stop the server, delete read_model.sqlite and start it"
    )]
    Unequal(usize),
    /// The ledger was refused.
    #[error(transparent)]
    Import(#[from] import::ImportCommandError),
}

impl CommandError {
    /// The process's exit code.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Import(_) => 2,
            Self::Open(_)
            | Self::Accounts(_)
            | Self::Append(_)
            | Self::Read(_)
            | Self::Io { .. }
            | Self::WhichOrganisation(_)
            | Self::UnknownLogin(_)
            | Self::TargetTaken(_)
            | Self::Faults { .. }
            | Self::Unequal(_) => 1,
        }
    }
}

impl Command {
    /// Does it.
    pub fn run(&self) -> Result<(), CommandError> {
        match self {
            Self::Serve(args) => serving::run(args),
            Self::Org(command) => command.run(),
            Self::User(command) => command.run(),
            Self::Import(args) => Ok(import::run(args)?),
            Self::Backup(args) => backup::backup(args),
            Self::Rebuild(args) => backup::rebuild(args),
            Self::GateWorker => gate::work(std::io::stdin().lock(), std::io::stdout().lock())
                .map_err(|source| io("trying changes", source)),
        }
    }
}

fn open(data: &DataFolder) -> Result<App, CommandError> {
    let settings = Settings::loopback(data.path.clone());
    Ok(App::open(settings, Arc::new(SystemClock::new()))?)
}

/// One line on standard output.
fn say(line: &str) -> Result<(), CommandError> {
    writeln!(std::io::stdout().lock(), "{line}")
        .map_err(|source| io("writing to standard output", source))
}

fn io(what: &str, source: std::io::Error) -> CommandError {
    CommandError::Io {
        what: what.to_owned(),
        source,
    }
}
