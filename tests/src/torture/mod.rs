//! Torture of the real server: it is killed under load, again and again, and what it acknowledged must be there.
//!
//! Many phones write and exchange at once; between two kills the server answers a random number of requests. `SIGKILL` takes the
//! process, not the machine: what a power cut takes with it is another harness's matter.

mod client;
mod wire;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use countersign_core::domain::ids::Digest;
use countersign_core::protocol::{Envelope, Object};
use countersign_server::app::App;
use countersign_server::clock::SystemClock;
use countersign_server::config::Settings;
use countersign_server::journal::Given;
use countersign_server::organisation::Organisation;

use self::client::Client;
use self::wire::Traffic;
use crate::story::processes::{Process, built};
use crate::story::{Broken, office};

/// Most requests between two kills, for each phone.
const MOST_REQUESTS: u64 = 8;
/// Rounds of exchange after the last kill; the protocol promises three.
const ROUNDS: usize = 6;

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How often the server is killed.
    pub kills: u32,
    /// How many phones write.
    pub clients: u32,
    /// What the moments of the kills are drawn from.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Kills.
    pub kills: u32,
    /// Phones.
    pub clients: u32,
    /// Requests that were sent.
    pub requests: u64,
    /// Objects for which a phone holds the server's receipt.
    pub acknowledged: u64,
    /// Of these, how many were acknowledged before the last kill.
    pub before_last_kill: u64,
    /// Acknowledged and not in the journal with the same bytes.
    pub lost: u64,
    /// Written on a screen, confirmed, and without a receipt after everything was over.
    pub unsent: u64,
    /// Phones that do not agree with the server in the end.
    pub disagreeing: u64,
    /// Rows of the journal that do not stand, and tables of the read model that do not rebuild equal.
    pub faults: u64,
    /// The longest time from a start to the first request that could be answered, milliseconds.
    pub longest_restart_ms: u64,
}

impl Report {
    /// Whether nothing happened that must not.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.lost == 0
            && self.unsent == 0
            && self.disagreeing == 0
            && self.faults == 0
            && self.acknowledged > 0
    }

    /// As one JSON object.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "kills": self.kills,
            "clients": self.clients,
            "requests": self.requests,
            "acknowledged": self.acknowledged,
            "before_last_kill": self.before_last_kill,
            "lost": self.lost,
            "unsent": self.unsent,
            "disagreeing": self.disagreeing,
            "faults": self.faults,
            "longest_restart_ms": self.longest_restart_ms,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "kills {}, clients {}, requests {}",
            self.kills, self.clients, self.requests
        )?;
        writeln!(
            f,
            "acknowledged {} ({} before the last kill), lost {}",
            self.acknowledged, self.before_last_kill, self.lost
        )?;
        writeln!(
            f,
            "without receipt in the end {}, phones that disagree {}, faults {}",
            self.unsent, self.disagreeing, self.faults
        )?;
        write!(f, "longest restart {} ms", self.longest_restart_ms)
    }
}

/// A server that is killed and started on one port.
struct Server {
    data: PathBuf,
    listen: String,
    process: Option<Process>,
    longest_restart: Duration,
}

impl Server {
    fn start(data: &Path) -> Result<Self, Broken> {
        let free = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(|error| Broken::new(format!("no free port: {error}")))?;
        let mut server = Self {
            data: data.to_owned(),
            listen: free.to_string(),
            process: None,
            longest_restart: Duration::ZERO,
        };
        server.launch()?;
        Ok(server)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "what is measured is the machine's time"
    )]
    fn launch(&mut self) -> Result<(), Broken> {
        let started = Instant::now();
        let data = self.data.display().to_string();
        self.process = Some(Process::start(
            "the server",
            &built("countersign-server")?,
            &[
                "serve",
                "--data",
                &data,
                "--listen",
                &self.listen,
                "--log",
                "error",
            ],
        )?);
        self.longest_restart = self.longest_restart.max(started.elapsed());
        Ok(())
    }

    fn kill(&mut self) -> Result<(), Broken> {
        self.process.take().map_or(Ok(()), Process::kill)
    }

    fn url(&self) -> String {
        format!("http://{}", self.listen)
    }
}

/// Runs the plan in `folder`, which must be empty.
///
/// # Errors
/// [`Broken`] when the company cannot be set up or the server does not start again: itself a finding.
pub fn run(plan: Plan, folder: &Path, root: &Path) -> Result<Report, Broken> {
    let company = folder.join("server");
    office::found_company(&company)?;
    let mut server = Server::start(&company)?;
    let url = server.url();
    office::approved_plan(&url, root)?;
    let traffic = Arc::new(Traffic::default());
    let mut clients = Vec::new();
    for number in 0..plan.clients {
        let code = office::enrolment_code(&url, "样例业务员09")?;
        let folder = folder.join(format!("phone-{number}"));
        clients.push(Client::enrolled(number, &folder, (&url, &code), &traffic)?);
    }
    let mut report = Report {
        kills: plan.kills,
        clients: plan.clients,
        ..Report::default()
    };
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for client in &clients {
            scope.spawn(|| client.work(&is_over, &traffic));
        }
        let killed = kill_again_and_again(plan, &mut server, &traffic);
        report.before_last_kill = clients
            .iter()
            .map(|client| count(&client.acknowledged()))
            .sum();
        is_over.store(true, Ordering::SeqCst);
        traffic.server_is_up();
        killed
    })?;
    for _round in 0..ROUNDS {
        for client in &clients {
            client.exchange();
        }
    }
    report.requests = traffic.requests();
    report.longest_restart_ms =
        u64::try_from(server.longest_restart.as_millis()).unwrap_or(u64::MAX);
    report.unsent = clients.iter().map(Client::unsent).sum();
    report.disagreeing = count(
        &clients
            .iter()
            .filter(|client| !client.agrees())
            .collect::<Vec<_>>(),
    );
    server.kill()?;
    look_inside(&company, &clients, &mut report)?;
    Ok(report)
}

fn count<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

fn kill_again_and_again(plan: Plan, server: &mut Server, traffic: &Traffic) -> Result<(), Broken> {
    let mut chance = fastrand::Rng::with_seed(plan.seed);
    let most = MOST_REQUESTS * u64::from(plan.clients.max(1));
    for _kill in 0..plan.kills {
        traffic.wait_for(chance.u64(1..=most));
        traffic.server_is_down();
        server.kill()?;
        server.launch()?;
        traffic.server_is_up();
    }
    Ok(())
}

/// Opens what the server left and looks for everything that it acknowledged.
fn look_inside(company: &Path, clients: &[Client], report: &mut Report) -> Result<(), Broken> {
    let app = App::open(
        Settings::loopback(company.to_owned()),
        Arc::new(SystemClock::new()),
    )
    .map_err(|error| Broken::new(format!("the server's folder does not open: {error}")))?;
    let organisations = app.organisations();
    let organisation = organisations
        .first()
        .ok_or_else(|| Broken::new("the company is gone"))?;
    for client in clients {
        let acknowledged = client.acknowledged();
        report.acknowledged += count(&acknowledged);
        report.lost += count(
            &acknowledged
                .iter()
                .filter(|bytes| !is_there(organisation, bytes))
                .collect::<Vec<_>>(),
        );
    }
    let damaged = |error| Broken::new(format!("the journal cannot be read: {error}"));
    report.faults +=
        u64::try_from(organisation.check().map_err(damaged)?.faults).unwrap_or(u64::MAX);
    let (before, after) = organisation.rebuild().map_err(damaged)?;
    report.faults += u64::from(before != after);
    Ok(())
}

/// Whether the journal holds what is in this envelope, byte for byte.
fn is_there(organisation: &Organisation, bytes: &[u8]) -> bool {
    let envelope: Envelope = minicbor::decode(bytes).unwrap();
    let journal = organisation.journal();
    let is_admitted = journal.verdict(envelope.id).unwrap().is_some_and(|given| {
        given.digest == Digest::of(bytes) && matches!(given.outcome, Given::Admitted(_))
    });
    let is_kept = match envelope.object {
        Object::Entry(sealed) => {
            let id = sealed.open().unwrap().id;
            journal
                .entry(id)
                .unwrap()
                .is_some_and(|(_seq, there)| there == sealed)
        }
        Object::Run(run) => journal.document(run.document).unwrap().is_some(),
    };
    is_admitted && is_kept
}
