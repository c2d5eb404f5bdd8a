//! Measures what an exchange costs: bytes, requests, commits of the server, seconds and memory, beside the raw limits.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement prints its rows and ends at the first thing that fails"
)]

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use automerge::{AutoCommit, Change};
use clap::{Parser, ValueEnum};
use countersign_core::domain::ids::StopId;
use countersign_core::journal::facts::OutcomeKind;
use countersign_core::replica::Page;
use countersign_tests::world::{Office, Phone, World};
use rusqlite::Connection;
use serde_json::{Value, json};

const WORKLOAD: &str = "one visit = 21 to 38 changes of the stop's and the customer's document, check-in, acknowledgement with 2 parts, promise and outcome";
const ONE_NOTE: &str = "one note of one stop is written; the others stay as they are";
const STOPS_A_PLAN: u32 = 200;
const COLUMNS: [&str; 11] = [
    "row",
    "documents",
    "bytes_up",
    "bytes_down",
    "requests",
    "fsyncs",
    "seconds",
    "bytes",
    "bytes_zstd",
    "ratio",
    "peak_kib",
];

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Part {
    /// Push and fresh pull of all visits, and the raw limits.
    Visits,
    /// One change and nothing new among ten times as many stops.
    Large,
}

#[derive(Debug, Parser)]
#[command(name = "countersign-bench", about = "What an exchange costs")]
struct Arguments {
    /// How many visits.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    visits: u32,
    /// Prints JSON lines instead of a table.
    #[arg(long)]
    json: bool,
    /// Measures only this part, in this process.
    #[arg(long)]
    part: Option<Part>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.part {
        Some(Part::Visits) => measure_visits(arguments.visits),
        Some(Part::Large) => measure_large(arguments.visits * 10),
        None => return measure_each_part_alone(&arguments),
    }
    ExitCode::SUCCESS
}

/// Each part in a process of its own: the peak of memory cannot be set back.
fn measure_each_part_alone(arguments: &Arguments) -> ExitCode {
    if !arguments.json {
        println!("workload: {WORKLOAD}");
        println!("{}", COLUMNS.map(|name| format!("{name:>14}")).join(" "));
    }
    for part in ["visits", "large"] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--part", part, "--visits", &arguments.visits.to_string()])
            .stderr(std::process::Stdio::inherit())
            .output()
            .unwrap();
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            if arguments.json {
                println!("{line}");
            } else {
                println!("{}", table_line(&serde_json::from_str(line).unwrap()));
            }
        }
        if !output.status.success() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn table_line(row: &Value) -> String {
    let cell = |name| match row.get(name) {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    COLUMNS.map(|name| format!("{:>14}", cell(name))).join(" ")
}

/// A company whose plans hold `count` stops of one team.
fn company(count: u32) -> (World, Office) {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(count);
    let mut offset = 0;
    while offset < count {
        office.approve_plan_of(&[&office.rep, &office.technician], offset, STOPS_A_PLAN);
        offset += STOPS_A_PLAN;
    }
    (world, office)
}

fn measure_visits(count: u32) {
    let (world, office) = company(count);
    let rep = world.phone_of(&office.rep, &office.admin);
    rep.sync_to_rest();
    let stops = all_stops(&rep, count);
    for (number, stop) in (0..).zip(&stops) {
        make_visit(&rep, *stop, number);
    }
    let push = exchange(&world, &rep, ("push", WORKLOAD), count);
    let technician = world.phone_of(&office.technician, &office.admin);
    let pull = exchange(&world, &technician, ("fresh_pull", WORKLOAD), count);
    assert_eq!(all_stops(&technician, count), stops);
    one_changed(
        &world,
        (&rep, &technician),
        ["one_changed_push", "one_changed_pull", "nothing_new"],
        count,
    );
    let changes = raw_changes(&world, &rep);
    let sent = rep.own_bytes();
    let held = technician.held_bytes();
    limit(
        "admission_floor",
        count,
        (&changes, &sent),
        push,
        apply_save_load,
    );
    limit(
        "push_to_sqlite_alone",
        count,
        (&changes, &sent),
        push,
        insert,
    );
    limit("pull_to_sqlite_alone", count, (&[], &held), pull, insert);
}

fn measure_large(count: u32) {
    let (world, office) = company(count);
    let rep = world.phone_of(&office.rep, &office.admin);
    rep.sync_to_rest();
    let technician = world.phone_of(&office.technician, &office.admin);
    exchange(
        &world,
        &technician,
        (
            "fresh_pull_of_prepared",
            "stops that nobody has visited yet",
        ),
        count,
    );
    one_changed(
        &world,
        (&rep, &technician),
        ["one_changed_push", "one_changed_pull", "nothing_new"],
        count,
    );
}

/// One note is written; the writer's exchange, a colleague's, and the colleague's next.
fn one_changed(world: &World, (writer, reader): (&Phone, &Phone), names: [&str; 3], count: u32) {
    let stop = all_stops(writer, count).first().copied().unwrap();
    writer.write(stop, "proposal", "客户认可欠款，财务盖章待补。");
    let [pushed, pulled, nothing] = names.map(|name| (name, ONE_NOTE));
    exchange_once(world, writer, pushed, count);
    exchange_once(world, reader, pulled, count);
    exchange_once(world, reader, nothing, count);
}

fn all_stops(phone: &Phone, count: u32) -> Vec<StopId> {
    let mut stops = Vec::new();
    for offset in (0..count).step_by(500) {
        let page = Page { offset, limit: 500 };
        let rows = phone.replica.today(page).unwrap().stops;
        stops.extend(rows.iter().map(|row| row.stop));
    }
    stops.sort_unstable();
    assert_eq!(
        u32::try_from(stops.len()).unwrap(),
        count,
        "every stop arrived"
    );
    stops
}

/// 21 to 38 changes, as `number` has it: three texts that grow as they are typed, four fields; then what is signed.
fn make_visit(phone: &Phone, stop: StopId, number: u32) {
    phone.check_in(stop);
    let mut texts = [
        ("notes", String::new()),
        ("negotiation", String::new()),
        ("customer_notes", String::new()),
    ];
    let changes = 21 + number * 7 % 18;
    for change in 0..changes - 8 {
        let place = usize::try_from(change % 3).unwrap();
        let (field, text) = texts.get_mut(place).unwrap();
        text.push_str("客户认可欠款，");
        text.push_str(&change.to_string());
        phone.write(stop, field, text);
    }
    for field in ["met_person", "proposal", "next_step"] {
        phone.write(stop, field, "待定");
        phone.write(stop, field, "财务王经理，下周二再来");
    }
    phone.write(stop, "reason", "delay");
    phone.write(stop, "reason", "no_funds");
    phone.take_signature(stop);
    phone.promise(stop, "5000.00", "2026-08-15");
    phone.outcome(stop, OutcomeKind::Signed);
}

/// Exchanges until nothing is left to do, measured and printed.
fn exchange(world: &World, phone: &Phone, row: (&str, &str), count: u32) -> Duration {
    measured(world, phone, row, count, || {
        phone.sync_to_rest();
    })
}

/// One exchange, measured and printed.
fn exchange_once(world: &World, phone: &Phone, row: (&str, &str), count: u32) {
    measured(world, phone, row, count, || {
        phone.sync();
    });
}

fn measured(
    world: &World,
    phone: &Phone,
    (name, workload): (&str, &str),
    count: u32,
    work: impl FnOnce(),
) -> Duration {
    phone.network.take_traffic();
    let commits = world.organisation.journal().commits();
    let ((), took) = timed(work);
    let traffic = phone.network.take_traffic();
    println!(
        "{}",
        json!({
            "row": name, "documents": count, "workload": workload,
            "bytes_up": traffic.up_bytes, "bytes_down": traffic.down_bytes, "requests": traffic.requests,
            "fsyncs": world.organisation.journal().commits() - commits,
            "seconds": took.as_secs_f64(), "peak_kib": peak_kib(),
        })
    );
    took
}

/// The changes of every document that the phone holds, as the server has them.
fn raw_changes(world: &World, phone: &Phone) -> Vec<Vec<Vec<u8>>> {
    let stored = |document: String| {
        let stored = world
            .organisation
            .stored_document(document.parse().unwrap());
        let whole = stored.unwrap().unwrap().whole;
        let mut document = AutoCommit::load(&whole.bytes).unwrap();
        let changes = document.get_changes(&[]);
        changes
            .into_iter()
            .map(|change| change.raw_bytes().to_vec())
            .collect()
    };
    let heads = phone.document_heads();
    heads
        .into_iter()
        .map(|(document, _heads)| stored(document))
        .collect()
}

/// What is raw: each document's changes, and entries and attachments, each a row of its own.
type Raw<'a> = (&'a [Vec<Vec<u8>>], &'a [Vec<u8>]);

/// The same bytes without us, and how often `ours` holds it.
fn limit(name: &str, count: u32, raw: Raw<'_>, ours: Duration, work: fn(Raw<'_>)) {
    let (_done, took) = timed(|| work(raw));
    let rows: Vec<&[u8]> = rows(raw).collect();
    let whole = rows.concat();
    println!(
        "{}",
        json!({
            "row": name, "documents": count, "workload": "the same changes, entries and attachments",
            "bytes": whole.len(), "bytes_zstd": zstd::encode_all(whole.as_slice(), 3).unwrap().len(),
            "seconds": took.as_secs_f64(), "ratio": ours.as_secs_f64() / took.as_secs_f64(), "peak_kib": peak_kib(),
        })
    );
}

fn rows((documents, others): Raw<'_>) -> impl Iterator<Item = &[u8]> {
    let changes = documents.iter().flatten();
    changes.chain(others).map(Vec::as_slice)
}

/// One batch a document, saved and loaded again; then all of it stored durably.
fn apply_save_load(raw: Raw<'_>) {
    for changes in raw.0 {
        let changes = changes
            .iter()
            .map(|bytes| Change::from_bytes(bytes.clone()).unwrap());
        let mut document = AutoCommit::new();
        document.apply_changes(changes).unwrap();
        AutoCommit::load(&document.save()).unwrap();
    }
    insert(raw);
}

/// One row a document, entry and attachment, one durable transaction.
fn insert((documents, others): Raw<'_>) {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = Connection::open(folder.path().join("raw.sqlite")).unwrap();
    connection
        .pragma_update(None, "journal_mode", "wal")
        .unwrap();
    connection
        .pragma_update(None, "synchronous", "full")
        .unwrap();
    connection
        .execute(
            "create table rows (id integer primary key, bytes blob not null)",
            [],
        )
        .unwrap();
    let transaction = connection.transaction().unwrap();
    let packed = documents.iter().map(|changes| changes.concat());
    for row in packed.chain(others.iter().cloned()) {
        transaction
            .prepare_cached("insert into rows (bytes) values (?1)")
            .unwrap()
            .execute([row])
            .unwrap();
    }
    transaction.commit().unwrap();
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement reads the real clock"
)]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

/// The most memory this process ever held, server, phones and preparation together.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
