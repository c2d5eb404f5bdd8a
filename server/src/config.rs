//! Settings: read once from the command line and the environment, here and nowhere else.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::gate::Program;
use crate::journal::Amount;

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
    /// The font file that papers are drawn with as PDF. Without it, the places where Noto Sans CJK usually is
    /// (Debian: package `fonts-noto-cjk`).
    #[arg(long, env = "COUNTERSIGN_TYPEFACE", value_name = "FILE")]
    pub typeface: Option<PathBuf>,
    /// What is logged, such as `info` or `countersign_server=debug,warn`. Never names, amounts, positions or keys.
    #[arg(
        long,
        env = "COUNTERSIGN_LOG",
        value_name = "FILTER",
        default_value = "info"
    )]
    pub log: String,
    /// What one device may take up.
    #[command(flatten)]
    pub quotas: Quotas,
    /// How it is written, on standard error.
    #[arg(
        long,
        env = "COUNTERSIGN_LOG_FORMAT",
        value_name = "FORMAT",
        default_value = "text"
    )]
    pub log_format: LogFormat,
    /// Who tries changes of phones in a process of its own; `serve` names this program.
    #[arg(skip)]
    pub gate: Option<Program>,
}

/// What one device may take up. Over it the device keeps what it has and says so; what was confirmed stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args)]
pub struct Quotas {
    /// Space for a device's attachments, in MiB.
    #[arg(long, env = "COUNTERSIGN_ATTACHMENTS_MIB", value_name = "MIB", default_value_t = Self::DEFAULT.attachments_mib)]
    pub attachments_mib: u64,
    /// How many attachments a device may bring.
    #[arg(long, env = "COUNTERSIGN_ATTACHMENTS", value_name = "COUNT", default_value_t = Self::DEFAULT.attachments)]
    pub attachments: u64,
    /// Space for a device's envelopes in quarantine, in MiB.
    #[arg(long, env = "COUNTERSIGN_HELD_MIB", value_name = "MIB", default_value_t = Self::DEFAULT.held_mib)]
    pub held_mib: u64,
    /// How many envelopes of a device quarantine holds.
    #[arg(long, env = "COUNTERSIGN_HELD", value_name = "COUNT", default_value_t = Self::DEFAULT.held)]
    pub held: u64,
    /// Space for attachments that a revoked device still brings, in MiB; only those that its entries name.
    #[arg(long, env = "COUNTERSIGN_REVOKED_MIB", value_name = "MIB", default_value_t = Self::DEFAULT.revoked_mib)]
    pub revoked_mib: u64,
    /// How many of them.
    #[arg(long, env = "COUNTERSIGN_REVOKED", value_name = "COUNT", default_value_t = Self::DEFAULT.revoked)]
    pub revoked: u64,
}

impl Quotas {
    /// Years of visits, and a revoked phone's last days.
    pub const DEFAULT: Self = Self {
        attachments_mib: 4096,
        attachments: 100_000,
        held_mib: 64,
        held: 10_000,
        revoked_mib: 64,
        revoked: 500,
    };

    /// A device's share for attachments.
    #[must_use]
    pub const fn attachments(&self) -> Amount {
        share(self.attachments, self.attachments_mib)
    }

    /// Its share of quarantine.
    #[must_use]
    pub const fn held(&self) -> Amount {
        share(self.held, self.held_mib)
    }

    /// Its share for attachments after it was revoked.
    #[must_use]
    pub const fn revoked(&self) -> Amount {
        share(self.revoked, self.revoked_mib)
    }
}

const fn share(count: u64, mib: u64) -> Amount {
    Amount {
        count,
        size_bytes: mib.saturating_mul(1 << 20),
    }
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
            typeface: None,
            log: "info".to_owned(),
            quotas: Quotas::DEFAULT,
            log_format: LogFormat::Text,
            gate: None,
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
