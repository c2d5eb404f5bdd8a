//! The office and the sync server of Countersign.
//!
//! [`app::App`] opens the data folder and gives the router; [`organisation::Organisation`] is one company's journal, read
//! model, key and attachments.

pub mod app;
mod around;
pub mod auth;
pub mod blobs;
pub mod cli;
pub mod clock;
pub mod config;
mod console;
pub mod desks;
pub mod gate;
pub mod journal;
pub mod ledger_import;
pub mod messages;
pub mod metrics;
mod operations;
pub mod organisation;
pub mod router;
pub mod serve;
pub mod sync;
pub mod uploads;
