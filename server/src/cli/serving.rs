//! `countersign-server serve`

use std::sync::Arc;

use clap::Args;
use tracing_subscriber::EnvFilter;

use super::{CommandError, io, say};
use crate::app::App;
use crate::clock::SystemClock;
use crate::config::{LogFormat, Settings};
use crate::gate::Program;
use crate::serve::serve;

pub(super) const HELP: &str = "\
The server speaks plain HTTP on --listen; people and phones reach it through a proxy that holds the certificate. Tell it the
address they use with --public-url.

When it takes connections it prints one line: listening on http://ADDRESS:PORT
On Ctrl-C or SIGTERM it takes no more connections, finishes open requests (at most 10 seconds) and ends with code 0.";

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// How the server is reached.
    #[command(flatten)]
    pub settings: Settings,
}

pub(super) fn run(args: &ServeArgs) -> Result<(), CommandError> {
    start_log(&args.settings);
    let settings = Settings {
        gate: Program::own(),
        ..args.settings.clone()
    };
    let app = App::open(settings, Arc::new(SystemClock::new()))?;
    if app.organisations().is_empty() {
        tracing::warn!(
            "there is no organisation yet: make one with `countersign-server org create`"
        );
    }
    app.grow_documents()?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| io("starting the runtime", source))?
        .block_on(listen(app))
}

async fn listen(app: App) -> Result<(), CommandError> {
    let address = app.settings().listen;
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(|source| io(&format!("listening on {address}"), source))?;
    let local = listener
        .local_addr()
        .map_err(|source| io("asking for the own address", source))?;
    let stop = told_to_stop()?;
    say(&format!("listening on http://{local}"))?;
    serve(app, listener, stop)
        .await
        .map_err(|source| io("serving", source))
}

/// Ready at Ctrl-C or SIGTERM.
fn told_to_stop() -> Result<impl Future<Output = ()>, CommandError> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .map_err(|source| io("waiting for SIGTERM", source))?;
    Ok(async move {
        #[cfg(unix)]
        let terminated = terminate.recv();
        #[cfg(not(unix))]
        let terminated = std::future::pending::<Option<()>>();
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => if let Err(error) = interrupted {
                tracing::error!(%error, "Ctrl-C cannot be awaited; stopping");
            },
            _signal = terminated => {}
        }
    })
}

fn start_log(settings: &Settings) {
    let filter = EnvFilter::new(&settings.log);
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match settings.log_format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    if let Err(error) = started {
        tracing::warn!(%error, "a log was started before");
    }
}
