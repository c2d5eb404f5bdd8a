//! Settings: read once from the command line and the environment, here and nowhere else.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct DataFolder {
    /// Folder that holds everything: accounts, and one folder for each organisation.
    #[arg(
        long = "data",
        env = "COUNTERSIGN_DATA",
        value_name = "FOLDER",
        default_value = "countersign-data"
    )]
    pub path: PathBuf,
}

/// How the server is reached.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataFolder,
    /// Address and port to listen on. Port 0 takes a free port; the address in use is printed.
    #[arg(
        long,
        env = "COUNTERSIGN_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8443"
    )]
    pub listen: SocketAddr,
    /// The address that people and phones use, such as `https://countersign.example`. With https the session cookie gets
    /// the `__Host-` prefix and `Secure`; put a reverse proxy with the certificate in front.
    #[arg(long, env = "COUNTERSIGN_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// What is logged, such as `info` or `countersign_server=debug,warn`. Never names, amounts, positions or keys.
    #[arg(
        long,
        env = "COUNTERSIGN_LOG",
        value_name = "FILTER",
        default_value = "info"
    )]
    pub log: String,
    /// How it is written, on standard error.
    #[arg(
        long,
        env = "COUNTERSIGN_LOG_FORMAT",
        value_name = "FORMAT",
        default_value = "text"
    )]
    pub log_format: LogFormat,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Settings {
    /// Settings for `path` on a free loopback port, as tests and the demo use them.
    #[must_use]
    pub fn loopback(path: PathBuf) -> Self {
        Self {
            data: DataFolder { path },
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
        }
    }

    /// Whether people reach the server with https.
    #[must_use]
    pub const fn is_https(&self) -> bool {
        match &self.public_url {
            Some(url) => matches!(
                url.as_bytes().split_at_checked(8),
                Some((b"https://", _host))
            ),
            None => false,
        }
    }
}
