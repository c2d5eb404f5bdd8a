//! `countersign-host`: one phone of the demo, in a browser.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use countersign_host::{ControlDoor, Host, HostError, Settings};
use tokio::signal::unix::{SignalKind, signal};

/// The field app on this computer: serves its pages on 127.0.0.1 and keeps one device's replica.
///
/// Prints one JSON line, {"url": "…"}, when it is ready: the address to open. It works once; the browser stays signed in.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Folder of this device's replica; made when absent
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Port on 127.0.0.1; 0 takes any that is free
    #[arg(long, default_value_t = 0, value_name = "N")]
    port: u16,
    /// Folder of the built pages
    #[arg(long, default_value = "field-app/ui/dist", value_name = "DIR")]
    ui: PathBuf,
    /// Address of the server, proposed when the device is enrolled
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Font file that papers are drawn with as PDF; usually found by itself (Debian: package fonts-noto-cjk)
    #[arg(long, value_name = "FILE")]
    typeface: Option<PathBuf>,
    /// Lets tests set the clock, the position and the network under /controls/
    #[arg(long)]
    controls: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause: &dyn std::error::Error = &error;
            tracing::error!(error = cause, "stopped");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), HostError> {
    let host = Host::open(Settings {
        data: arguments.data,
        port: arguments.port,
        ui: arguments.ui,
        server: arguments.server,
        typeface: arguments.typeface,
        controls: if arguments.controls {
            ControlDoor::Open
        } else {
            ControlDoor::Absent
        },
    })
    .await?;
    let line = serde_json::json!({ "url": host.start_url() });
    writeln!(std::io::stdout(), "{line}").map_err(HostError::Serve)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(HostError::Serve)?;
    tokio::select! {
        ended = host.serve() => ended,
        _ = tokio::signal::ctrl_c() => Ok(()),
        _ = terminate.recv() => Ok(()),
    }
}
