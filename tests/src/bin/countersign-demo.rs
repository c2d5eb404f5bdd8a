//! The demo: `run` keeps a sample company and two phones going for a person, `check` tells the whole story by itself.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks on its terminal"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use countersign_tests::story::ceremony::PromisePaper;
use countersign_tests::story::field::FirstStop;
use countersign_tests::story::office::{PASSWORD, PEOPLE};
use countersign_tests::story::phone::{Phone, Reach, launch};
use countersign_tests::story::processes::{Process, built};
use countersign_tests::story::{Broken, ceremony, customers, field, office, review};

#[derive(Debug, Parser)]
#[command(name = "countersign-demo", about = "A sample company and two phones")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts everything and waits for Ctrl-C.
    Run {
        /// Folder that keeps the demo's data.
        #[arg(long)]
        data: PathBuf,
        /// Throws the data away first.
        #[arg(long)]
        reset: bool,
        /// Port of the server; the phones take the next two.
        #[arg(long, default_value_t = 8780)]
        port: u16,
    },
    /// Tells the whole story in a temporary folder, one line a step.
    Check,
    /// The sample company with an approved plan and no phones: says in one line of JSON where it is and which one-time codes
    /// it gave, and ends when its input does.
    Office {
        /// Empty folder for the company's data.
        #[arg(long)]
        data: PathBuf,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Run { data, reset, port } => {
            let start = if reset { Start::Over } else { Start::On };
            run(&data, start, port)
        }
        Command::Check => check(),
        Command::Office { data } => office(&data),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(broken) => {
            eprintln!("error: {broken}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    On,
    Over,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

fn serve(data: &Path, port: u16) -> Result<Process, Broken> {
    let data = data.display().to_string();
    let listen = format!("127.0.0.1:{port}");
    Process::start(
        "the server",
        &built("countersign-server")?,
        &[
            "serve", "--data", &data, "--listen", &listen, "--log", "warn",
        ],
    )
}

/// For tests of a phone's shell in another language: they start this, read one line, and close its input.
fn office(data: &Path) -> Result<(), Broken> {
    office::found_company(data)?;
    let server = serve(data, 0)?;
    let url = server.said("url")?.to_owned();
    office::approved_plan(&url, &root())?;
    let rep = office::enrolment_code(&url, "样例业务员09")?;
    let technician = office::enrolment_code(&url, "样例技术员")?;
    println!(
        "{}",
        serde_json::json!({ "url": url, "rep": rep, "technician": technician })
    );
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())
        .map_err(|error| Broken::new(format!("waiting for the end of the input: {error}")))?;
    server.stop()
}

fn run(data: &Path, start: Start, port: u16) -> Result<(), Broken> {
    let folder = |error: std::io::Error| Broken::new(format!("{}: {error}", data.display()));
    if start == Start::Over && data.exists() {
        std::fs::remove_dir_all(data).map_err(folder)?;
    }
    let company = data.join("server");
    let ready = data.join("company-is-ready");
    let is_new = !ready.exists();
    if is_new && company.exists() {
        return Err(Broken::new(format!(
            "{} was not finished; run: cargo xtask demo --reset",
            data.display()
        )));
    }
    if is_new {
        println!("making the sample company …");
        office::found_company(&company)?;
    }
    let server = serve(&company, port)?;
    let url = server.said("url")?.to_owned();
    let ui = root().join("field-app/ui/dist");
    let reach = |step: u16| Reach {
        server: &url,
        port: if port == 0 { 0 } else { port + step },
    };
    let rep_data = data.join("phone-rep");
    let technician_data = data.join("phone-technician");
    if is_new {
        println!("importing the sample ledger, approving a visit list and a plan …");
        office::approved_plan(&url, &root())?;
        let code = office::enrolment_code(&url, "样例业务员09")?;
        let mut phone = Phone::start("手机一", &rep_data, &ui, reach(1))?;
        field::enrol(&mut phone, &url, &code)?;
        field::morning(&mut phone, 4)?;
        phone.stop()?;
        std::fs::write(&ready, b"").map_err(folder)?;
    }
    let first = launch("phone 1", &rep_data, &ui, reach(1))?;
    let second = launch("phone 2", &technician_data, &ui, reach(2))?;
    println!("\nconsole   {url}");
    for (login, name, role) in PEOPLE {
        println!("          {login:<11} {PASSWORD}   {name} ({role})");
    }
    println!(
        "phone 1   {}\n          enrolled for 样例业务员09, today's plan is on it",
        first.said("url")?
    );
    println!(
        "phone 2   {}\n          for 样例技术员: sign in to the console as admin, 设备, issue a code",
        second.said("url")?
    );
    println!("          the server's address on the phone is {url}");
    println!(
        "\nEach phone's address works once; your browser stays signed in. Data: {}. Ctrl-C ends.",
        data.display()
    );
    wait_for_the_end()?;
    first.stop()?;
    second.stop()?;
    server.stop()
}

/// Waits for Ctrl-C or SIGTERM.
fn wait_for_the_end() -> Result<(), Broken> {
    let broken = |error: std::io::Error| Broken::new(format!("waiting for Ctrl-C: {error}"));
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(broken)?
        .block_on(async {
            let mut terminate =
                tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
                    .map_err(broken)?;
            tokio::select! {
                ended = tokio::signal::ctrl_c() => ended.map_err(broken),
                _ = terminate.recv() => Ok(()),
            }
        })
}

/// Counts steps and says each.
#[derive(Debug, Default)]
struct Tale {
    passed: u32,
}

impl Tale {
    fn step<T>(&mut self, sentence: &str, outcome: Result<T, Broken>) -> Result<T, Broken> {
        match outcome {
            Ok(value) => {
                self.passed += 1;
                println!("ok   {sentence}");
                Ok(value)
            }
            Err(broken) => {
                println!("FAIL {sentence}: {broken}");
                Err(broken)
            }
        }
    }
}

fn check() -> Result<(), Broken> {
    let mut tale = Tale::default();
    let outcome = tell(&mut tale);
    println!(
        "{} passed, {} failed",
        tale.passed,
        u32::from(outcome.is_err())
    );
    outcome
}

fn tell(tale: &mut Tale) -> Result<(), Broken> {
    let folder =
        tempfile::tempdir().map_err(|error| Broken::new(format!("a temporary folder: {error}")))?;
    let company = folder.path().join("server");
    let told = "the company and its people are made with the server's commands";
    tale.step(told, office::found_company(&company))?;
    let server = tale.step("the server starts", serve(&company, 0))?;
    let url = server.said("url")?.to_owned();
    prepare(tale, &url)?;
    let (rep, technician) = bind_phones(tale, &url, folder.path())?;
    let (mut rep, mut technician, first) = day_without_network(tale, rep, technician)?;
    let papers = papers_and_refusal(tale, &mut rep)?;
    evening(tale, (&mut rep, &mut technician), &first)?;
    papers_at_the_office(tale, &url, (&mut rep, &mut technician), &papers)?;
    review_the_day(tale, &url, &mut rep, &first)?;
    let ended = rep
        .stop()
        .and_then(|()| technician.stop())
        .and_then(|()| server.stop());
    tale.step("phones and server end cleanly", ended)
}

fn prepare(tale: &mut Tale, url: &str) -> Result<(), Broken> {
    let told = "the clerk imports the ledger; the same file twice makes one draft";
    let draft = tale.step(told, office::import_ledger(url, &root()))?;
    let told = "finance signs it with the total typed again; the clerk may not";
    tale.step(told, office::sign_ledger(url, &draft))?;
    let list = tale.step(
        "the clerk proposes a visit list, the manager approves",
        office::visit_list(url),
    )?;
    tale.step(
        "the clerk makes a plan, the director approves",
        office::visit_plan(url, &list),
    )
    .map(drop)
}

fn bind_phones(tale: &mut Tale, url: &str, folder: &Path) -> Result<(Phone, Phone), Broken> {
    let ui = root().join("field-app/ui/dist");
    let start = |name: &str, data: &str| {
        Phone::start(
            name,
            &folder.join(data),
            &ui,
            Reach {
                server: url,
                port: 0,
            },
        )
    };
    let mut rep = tale.step("the rep's phone starts", start("手机一", "phone-rep"))?;
    let mut technician = tale.step(
        "the technician's phone starts",
        start("手机二", "phone-technician"),
    )?;
    let code = office::enrolment_code(url, "样例业务员09");
    let code = tale.step("the administrator issues a one-time code", code)?;
    tale.step(
        "the rep's phone is bound",
        field::enrol(&mut rep, url, &code),
    )?;
    tale.step(
        "the same code is refused a second time",
        refused_twice(&mut technician, url, &code),
    )?;
    let code = tale.step(
        "a code for the technician",
        office::enrolment_code(url, "样例技术员"),
    )?;
    tale.step(
        "the technician's phone is bound",
        field::enrol(&mut technician, url, &code),
    )?;
    let told = "the rep's phone has exactly the four approved stops, ready for offline";
    tale.step(told, field::morning(&mut rep, 4))?;
    tale.step(
        "so has the technician's",
        field::morning(&mut technician, 4),
    )?;
    Ok((rep, technician))
}

fn day_without_network(
    tale: &mut Tale,
    mut rep: Phone,
    mut technician: Phone,
) -> Result<(Phone, Phone, FirstStop), Broken> {
    tale.step(
        "aeroplane mode",
        rep.network("off").and_then(|()| technician.network("off")),
    )?;
    tale.step(
        "the rep finds a customer of his own who is on no plan",
        customers::found_without_a_stop(&mut rep),
    )?;
    tale.step(
        "the technician's phone knows the customers of the plan and nobody else",
        customers::knows_only_the_plan(&mut technician, 4),
    )?;
    let told = "check in, statement, signature (killed after each stroke and after sealing), promise, notes, outcome, \
                check out";
    let (mut rep, first) = tale.step(told, field::at_the_customers(rep))?;
    let written = field::second_phone_writes(&mut technician, &first.stop);
    tale.step("the technician types about the same stop", written)?;
    tale.step(
        "without a network nothing is green",
        field::nothing_is_green(&mut rep),
    )?;
    Ok((rep, technician, first))
}

/// The signed promise paper, and the stop where nobody signed.
type PapersAndRefusal = (PromisePaper, String);

fn papers_and_refusal(tale: &mut Tale, rep: &mut Phone) -> Result<PapersAndRefusal, Broken> {
    let told = "the second customer signs a promise of two instalments; the guarantor signs too, a copy is handed over";
    let promise = tale.step(told, ceremony::promise_paper(rep))?;
    let told = "the third refuses: two statements, the letter's label and its posting day";
    let refused = tale.step(told, ceremony::refusal_script(rep))?;
    Ok((promise, refused))
}

fn papers_at_the_office(
    tale: &mut Tale,
    url: &str,
    (rep, technician): (&mut Phone, &mut Phone),
    (promise, refused): &PapersAndRefusal,
) -> Result<(), Broken> {
    let witnessed = field::sync(technician)
        .and_then(|()| ceremony::second_member_witnesses(technician, refused))
        .and_then(|()| ceremony::technician_countersigns(technician, promise))
        .and_then(|()| field::sync(technician))
        .and_then(|()| field::sync(rep));
    tale.step(
        "the technician says on his own phone what he saw, and countersigns the promise paper",
        witnessed,
    )?;
    tale.step(
        "the manager reads the promise paper with what belongs to it, and the refusal with its letter",
        ceremony::manager_reads(url, promise, refused),
    )
}

fn evening(
    tale: &mut Tale,
    phones: (&mut Phone, &mut Phone),
    first: &FirstStop,
) -> Result<(), Broken> {
    let (rep, technician) = phones;
    tale.step(
        "the network is back",
        rep.network("on").and_then(|()| technician.network("on")),
    )?;
    let exchanged = field::sync(rep)
        .and_then(|()| field::sync(technician))
        .and_then(|()| field::sync(rep));
    tale.step("both phones exchange with the server", exchanged)?;
    tale.step(
        "everything of the rep's phone has its receipt",
        field::all_green(rep),
    )?;
    let merged = field::merged_and_settled(rep, technician, &first.stop);
    tale.step(
        "notes are merged, the conflict shows both values and is settled",
        merged,
    )
}

fn review_the_day(
    tale: &mut Tale,
    url: &str,
    rep: &mut Phone,
    first: &FirstStop,
) -> Result<(), Broken> {
    tale.step(
        "the manager opens the signed statement as it was shown",
        review::open_signed(url, first),
    )?;
    let lines = tale.step(
        "one click verifies it line by line",
        review::verify(url, first),
    )?;
    println!("     {lines} lines hold; total {}", first.total);
    tale.step(
        "the manager sends it back with a reason",
        review::send_back(url, first),
    )?;
    let answered = field::answer_send_back(rep, &first.stop, review::REASON);
    tale.step("the reason arrives on the phone and is answered", answered)?;
    tale.step(
        "the manager sees the amendment beside the original and accepts",
        review::accept(url, first),
    )
}

fn refused_twice(phone: &mut Phone, server: &str, code: &str) -> Result<(), Broken> {
    let enrolment = serde_json::json!({ "server_url": server, "code": code, "name": "不应登记" });
    let reference = phone.refused("device.enrol", enrolment)?;
    if reference == "code-refused" {
        Ok(())
    } else {
        Err(Broken::new(format!("refused with `{reference}`")))
    }
}
