//! Measures what a rep waits for: opening the app, saving at a stop, finding a customer, one call from the web page; each
//! beside the raw `SQLite` work inside it.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement prints its rows and ends at the first thing that fails"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use countersign_core::domain::ids::StopId;
use countersign_core::domain::time::Clock as _;
use countersign_core::replica::{
    CustomerSearch, CustomersAsked, Devices, OsRandom, Page, Presence, Replica, StopEdit,
};
use countersign_core::views::{CustomerSort, StopRow};
use countersign_mobile::{
    Clock, ClockReading, FixReply, HttpCall, HttpClient, HttpReply, Locator, MissingFix,
    MobileError, Platform,
};
use countersign_tests::world::{Office, TestClock, World, here};
use rusqlite::{Connection, named_params};
use serde_json::{Value, json};
use tempfile::TempDir;

const CITIES: [&str; 20] = [
    "重庆", "长沙", "厦门", "上海", "北京", "广州", "苏州", "无锡", "宁波", "绍兴", "成都", "西安",
    "青岛", "济南", "郑州", "武汉", "合肥", "南昌", "吕梁", "大理",
];
const WORDS: [&str; 25] = [
    "华丰", "长城", "永兴", "恒力", "东方", "远大", "新盛", "金桥", "鼎盛", "宏达", "瑞祥", "天成",
    "中茂", "嘉和", "博远", "立信", "康泰", "德邦", "明辉", "正大", "海天", "三环", "五洲", "乐业",
    "行知",
];
const TRADES: [&str; 10] = [
    "机械", "建材", "纺织", "电缆", "包装", "化工", "物流", "食品", "贸易", "重工",
];
/// What a rep types: initials of either reading, characters, a whole reading, a code, and what nobody is called.
const QUERIES: [&str; 8] = [
    "cqhf",
    "zqhf",
    "华丰",
    "chongqinghuafeng",
    "kh04321",
    "gs",
    "yx jx",
    "没有这一家",
];
const FIRST_SCREEN: Page = Page {
    offset: 0,
    limit: 40,
};
const STOPS_A_PLAN: u32 = 200;
const COLUMNS: [&str; 9] = [
    "row",
    "samples",
    "bytes",
    "p50_us",
    "p95_us",
    "sqlite_p50_us",
    "sqlite_p95_us",
    "ratio_p50",
    "ratio_p95",
];

#[derive(Debug, Parser)]
#[command(name = "countersign-app-bench", about = "What a rep waits for")]
struct Arguments {
    /// How many customers the book has; the phone holds two documents of each.
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u32).range(200..=5000))]
    customers: u32,
    /// Prints JSON lines instead of a table.
    #[arg(long)]
    json: bool,
}

fn main() {
    let arguments = Arguments::parse();
    if !arguments.json {
        println!("{}", COLUMNS.map(|name| format!("{name:>14}")).join(" "));
    }
    let print = |row: &Value| {
        if arguments.json {
            println!("{row}");
        } else {
            println!("{}", table_line(row));
        }
    };
    let prepared = Prepared::with(arguments.customers);
    print(&prepared.cold_open());
    print(&prepared.save());
    for row in prepared.search() {
        print(&row);
    }
    print(&prepared.list());
    for row in prepared.dispatch() {
        print(&row);
    }
}

fn table_line(row: &Value) -> String {
    let cell = |name| match row.get(name) {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    COLUMNS.map(|name| format!("{:>14}", cell(name))).join(" ")
}

/// A phone that has pulled everything from a real server, closed again.
struct Prepared {
    world: World,
    folder: TempDir,
    stops: Vec<StopId>,
}

impl Prepared {
    /// A signed ledger gives the book, approved plans give the documents, and a sync brings both onto the phone.
    fn with(count: u32) -> Self {
        let world = World::new();
        let office = Office::open(&world);
        let names = CITIES.iter().flat_map(|city| {
            let named = move |word: &'static str| {
                TRADES
                    .iter()
                    .map(move |trade| format!("{city}{word}{trade}有限公司"))
            };
            WORDS.iter().flat_map(move |word| named(word))
        });
        let rows: Vec<[String; 3]> = (1..=count)
            .zip(names)
            .map(|(number, name)| {
                let amount = format!("{}.00", 10_000 + number);
                [format!("KH{number:05}"), name, amount]
            })
            .collect();
        let rows: Vec<(&str, &str, &str, &str)> = rows
            .iter()
            .map(|[code, name, amount]| {
                (code.as_str(), name.as_str(), amount.as_str(), "样例业务员")
            })
            .collect();
        office.sign_ledger_of(&rows);
        for offset in (0..count).step_by(usize::try_from(STOPS_A_PLAN).unwrap()) {
            office.approve_plan_of(&[&office.rep], offset, STOPS_A_PLAN);
        }
        let phone = world.phone_of(&office.rep, &office.admin);
        phone.sync_to_rest();
        let stops: Vec<StopId> = phone.stops().iter().map(|row| row.stop).collect();
        let folder = tempfile::tempdir().unwrap();
        phone.copy_folder(folder.path());
        let prepared = Self {
            world,
            folder,
            stops,
        };
        let connection = prepared.beside();
        let counted = |table: &str| -> u32 {
            connection
                .query_one(&format!("select count(*) from {table}"), [], |row| {
                    row.get(0)
                })
                .unwrap()
        };
        assert_eq!(counted("documents"), 2 * count, "two documents a customer");
        assert_eq!(
            counted("customer_keys"),
            2 * count,
            "by the book and by a stop"
        );
        prepared
    }

    fn open(&self) -> Replica {
        let clock = Arc::<TestClock>::clone(&self.world.clock);
        let devices = Devices {
            clock,
            signer: None,
            vault: None,
            random: Arc::new(OsRandom),
        };
        Replica::open(self.folder.path(), devices).unwrap()
    }

    /// The phone's own file, for the same reads without us.
    fn beside(&self) -> Connection {
        with_pragmas(&self.folder.path().join("replica.sqlite"))
    }

    /// From nothing to the rows of the first screen.
    fn cold_open(&self) -> Value {
        let first = self.open().today(FIRST_SCREEN).unwrap();
        let rows: Vec<String> = first.stops.iter().map(row_text).collect();
        let raw = Raw::with(&rows);
        let path = raw.folder.path().join(RAW);
        let ours = sampled(40, |_number| {
            let replica = self.open();
            replica.device().unwrap();
            replica.today(FIRST_SCREEN).unwrap()
        });
        let theirs = sampled(40, |_number| {
            let connection = with_pragmas(&path);
            let version: i64 = connection
                .pragma_query_value(None, "user_version", |row| row.get(0))
                .unwrap();
            (version, read_rows(&connection, rows.len()))
        });
        measured("cold_open", rows.concat().len(), &ours, &theirs)
    }

    /// A note is written and the arrival is recorded: two commits.
    fn save(&self) -> Value {
        let replica = self.open();
        let stops: Vec<StopId> = self.stops.iter().copied().take(200).collect();
        let ours = sampled(stops.len(), |number| {
            let stop = *stops.get(number).unwrap();
            let edit = StopEdit {
                stop,
                field: "notes".to_owned(),
                value: "仓库有大批成品，车间两条线在开；财务称月底前先付五万。".to_owned(),
                base: None,
            };
            replica.edit_stop(&edit).unwrap();
            replica
                .check_in(&Presence {
                    stop,
                    position: here(),
                })
                .unwrap()
        });
        let written = self.written(stops.len());
        let raw = Raw::with(&[]);
        let mut connection = with_pragmas(&raw.folder.path().join(RAW));
        let theirs = sampled(written.len(), |number| {
            for commit in written.get(number).unwrap() {
                let transaction = connection.transaction().unwrap();
                for bytes in commit {
                    transaction
                        .prepare_cached("insert into rows (bytes) values (?1)")
                        .unwrap()
                        .execute([bytes])
                        .unwrap();
                }
                transaction.commit().unwrap();
            }
        });
        let bytes: usize = written.iter().flatten().flatten().map(Vec::len).sum();
        measured("save_stop", bytes / written.len(), &ours, &theirs)
    }

    /// What the last `count` saves left: of each, the document and its envelope, then the entry, its row and its envelope.
    fn written(&self, count: usize) -> Vec<[Vec<Vec<u8>>; 2]> {
        let connection = self.beside();
        let blobs = |sql: &str| -> Vec<Vec<Vec<u8>>> {
            let mut statement = connection.prepare(sql).unwrap();
            let columns = statement.column_count();
            let rows = statement
                .query_map([], |row| {
                    (0..columns)
                        .map(|column| Ok(row.get_ref(column)?.as_bytes()?.to_vec()))
                        .collect::<rusqlite::Result<Vec<Vec<u8>>>>()
                })
                .unwrap();
            rows.map(Result::unwrap).collect()
        };
        let edits = blobs(
            "select d.content, o.content from outbox o join documents d using (document) where o.kind = 'run'",
        );
        let entries = blobs(
            "select s.payload, e.detail, o.content from outbox o join sealed_entries s using (entry)
             join entries e using (entry) where o.kind = 'entry'",
        );
        assert_eq!((edits.len(), entries.len()), (count, count));
        edits.into_iter().zip(entries).map(<[_; 2]>::from).collect()
    }

    fn search(&self) -> Vec<Value> {
        let replica = self.open();
        let connection = self.beside();
        QUERIES
            .iter()
            .map(|query| {
                let asked = CustomerSearch {
                    query: (*query).to_owned(),
                    offset: 0,
                    limit: 50,
                };
                let found = replica.search_customers(&asked).unwrap();
                let ids: Vec<String> = found
                    .rows
                    .iter()
                    .map(|row| row.customer.to_string())
                    .collect();
                let mut bytes = 0;
                let ours = sampled(60, |_number| replica.search_customers(&asked).unwrap());
                let theirs = sampled(60, |_number| bytes = read_searched(&connection, &ids));
                let mut row = measured("search", bytes, &ours, &theirs);
                if let Some(row) = row.as_object_mut() {
                    row.insert("query".to_owned(), json!(query));
                    row.insert("found".to_owned(), json!(found.total));
                }
                row
            })
            .collect()
    }

    fn list(&self) -> Value {
        let replica = self.open();
        let connection = self.beside();
        let asked = CustomersAsked {
            bucket: None,
            is_overdue: true,
            sort: CustomerSort::Overdue,
            offset: 0,
            limit: 50,
        };
        let mut bytes = 0;
        let ours = sampled(60, |_number| replica.customers(asked).unwrap());
        let theirs = sampled(60, |_number| {
            bytes = read_all(&connection, "select * from known_customers")
                + read_all(&connection, "select * from customer_balances");
        });
        measured("list", bytes, &ours, &theirs)
    }

    /// One call from the web page, JSON in and JSON out; beside it one read of as many bytes.
    fn dispatch(&self) -> Vec<Value> {
        let clock = Arc::<TestClock>::clone(&self.world.clock);
        let away = Arc::new(Away);
        let http: Arc<dyn HttpClient> = Arc::<Away>::clone(&away);
        let platform = Platform::new(Arc::new(Same(clock)), away, http);
        let folder = self.folder.path().display().to_string();
        let replica = countersign_mobile::Replica::open(folder, platform).unwrap();
        let stop = self.stops.first().unwrap();
        let calls = [
            (
                "dispatch_device_read",
                json!({ "v": 1, "id": 1, "method": "device.read", "params": {} }),
            ),
            (
                "dispatch_stop_read",
                json!({ "v": 1, "id": 1, "method": "stop.read", "params": { "stop": stop } }),
            ),
        ];
        calls
            .into_iter()
            .map(|(name, request)| {
                let request = request.to_string();
                let reply = replica.dispatch(request.clone());
                let parsed: Value = serde_json::from_str(&reply).unwrap();
                assert!(parsed.get("ok").is_some(), "{reply}");
                let raw = Raw::with(std::slice::from_ref(&reply));
                let connection = with_pragmas(&raw.folder.path().join(RAW));
                let ours = sampled(400, |_number| replica.dispatch(request.clone()));
                let theirs = sampled(400, |_number| read_rows(&connection, 1));
                measured(name, reply.len(), &ours, &theirs)
            })
            .collect()
    }
}

fn row_text(row: &StopRow) -> String {
    serde_json::to_string(row).unwrap()
}

const RAW: &str = "raw.sqlite";

/// A database that holds nothing but these rows.
struct Raw {
    folder: TempDir,
}

impl Raw {
    fn with(rows: &[String]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let connection = with_pragmas(&folder.path().join(RAW));
        connection
            .execute_batch("create table rows (id integer primary key, bytes blob not null) strict")
            .unwrap();
        for row in rows {
            connection
                .execute("insert into rows (bytes) values (?1)", [row.as_bytes()])
                .unwrap();
        }
        Self { folder }
    }
}

/// As the store opens its file.
fn with_pragmas(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.busy_timeout(Duration::from_secs(5)).unwrap();
    for (name, value) in [
        ("journal_mode", "wal"),
        ("synchronous", "full"),
        ("foreign_keys", "on"),
    ] {
        connection.pragma_update(None, name, value).unwrap();
    }
    connection.set_prepared_statement_cache_capacity(128);
    connection
}

fn read_rows(connection: &Connection, count: usize) -> usize {
    (1..=count)
        .map(|id| {
            connection
                .prepare_cached("select bytes from rows where id = ?1")
                .unwrap()
                .query_one([i64::try_from(id).unwrap()], |row| {
                    Ok(row.get_ref(0)?.as_blob()?.len())
                })
                .unwrap()
        })
        .sum()
}

/// The keys of everybody, and whole rows of those on the page.
fn read_searched(connection: &Connection, ids: &[String]) -> usize {
    let keys = read_all(
        connection,
        "select customer, name_key, contact_key, code_key, digits, sort_key from customer_keys order by customer, source",
    );
    let page: usize = ids
        .iter()
        .map(|id| {
            ["known_customers", "customer_balances"]
                .iter()
                .map(|table| read_of(connection, table, id))
                .sum::<usize>()
        })
        .sum();
    keys + page
}

fn read_of(connection: &Connection, table: &str, customer: &str) -> usize {
    let sql = format!("select * from {table} where customer = :customer");
    let mut statement = connection.prepare_cached(&sql).unwrap();
    let columns = statement.column_count();
    let mut rows = statement
        .query(named_params! { ":customer": customer })
        .unwrap();
    read_columns(&mut rows, columns)
}

fn read_all(connection: &Connection, sql: &str) -> usize {
    let mut statement = connection.prepare_cached(sql).unwrap();
    let columns = statement.column_count();
    read_columns(&mut statement.query([]).unwrap(), columns)
}

fn read_columns(rows: &mut rusqlite::Rows<'_>, columns: usize) -> usize {
    let mut bytes = 0;
    while let Some(row) = rows.next().unwrap() {
        for column in 0..columns {
            bytes += match row.get_ref(column).unwrap() {
                rusqlite::types::ValueRef::Null => 0,
                rusqlite::types::ValueRef::Integer(_) | rusqlite::types::ValueRef::Real(_) => 8,
                rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) => {
                    bytes.len()
                }
            };
        }
    }
    bytes
}

/// How long each of `count` runs takes, ascending; what a run gives is dropped outside.
#[expect(
    clippy::disallowed_methods,
    reason = "a measurement reads the real clock"
)]
fn sampled<T>(count: usize, mut work: impl FnMut(usize) -> T) -> Vec<Duration> {
    let mut took: Vec<Duration> = (0..count)
        .map(|number| {
            let start = Instant::now();
            let done = work(number);
            let took = start.elapsed();
            drop(done);
            took
        })
        .collect();
    took.sort_unstable();
    took
}

fn at(sorted: &[Duration], percent: usize) -> f64 {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).unwrap().as_secs_f64() * 1e6
}

fn measured(name: &str, bytes: usize, ours: &[Duration], theirs: &[Duration]) -> Value {
    let whole = |value: f64| value.round();
    let ratio = |percent| (at(ours, percent) / at(theirs, percent) * 10.0).round() / 10.0;
    json!({
        "row": name, "samples": ours.len(), "bytes": bytes,
        "p50_us": whole(at(ours, 50)), "p95_us": whole(at(ours, 95)),
        "sqlite_p50_us": whole(at(theirs, 50)), "sqlite_p95_us": whole(at(theirs, 95)),
        "ratio_p50": ratio(50), "ratio_p95": ratio(95),
    })
}

/// The world's clock, as a shell gives it.
struct Same(Arc<TestClock>);

impl Clock for Same {
    fn read(&self) -> Result<ClockReading, MobileError> {
        Ok(self.0.read())
    }
}

/// A phone without a position and without a network.
struct Away;

impl Locator for Away {
    fn request(&self, _timeout_ms: u32, reply: Arc<FixReply>) -> Result<(), MobileError> {
        reply.missing(MissingFix::Unavailable);
        Ok(())
    }
}

impl HttpClient for Away {
    fn send(&self, _request: HttpCall, reply: Arc<HttpReply>) -> Result<(), MobileError> {
        reply.unreachable();
        Ok(())
    }
}
