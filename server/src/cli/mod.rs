//! The commands of `countersign-server`.

pub mod import;

use clap::{Parser, Subcommand};

/// The office and the sync server of Countersign: receivables, visits, signatures.
#[derive(Debug, Parser)]
#[command(name = "countersign-server", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try a receivables ledger: what is understood, accepted, held and left out
    Import(import::ImportArgs),
}
