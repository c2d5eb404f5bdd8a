//! Who may open which page: every address of the console, asked by every role, over HTTP. A page that forgets to ask the policy
//! table shows itself here, and so does a new address that nobody put into the list.

#![expect(
    clippy::indexing_slicing,
    reason = "what is looked up was made a few lines before"
)]

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::domain::ids::Digest;
use countersign_core::journal::facts::OutcomeKind;
use countersign_core::replica::{HttpRequest, HttpResponse, Method, Transport as _};
use countersign_core::snapshots::policy::Role;
use countersign_server::auth::policy::{Action, may};
use countersign_tests::world::{Network, Office, World};

const CONSOLE: &str = include_str!("../../../server/src/console/mod.rs");

const ROLES: [Role; 10] = [
    Role::Rep,
    Role::Technician,
    Role::Clerk,
    Role::SalesAuditor,
    Role::SalesManager,
    Role::Finance,
    Role::Legal,
    Role::Director,
    Role::RecordsOffice,
    Role::Admin,
];

/// Who may come in.
#[derive(Debug, Clone, Copy)]
enum Door {
    /// Anybody, signed in or not.
    Open,
    /// Anybody who has signed in; what he sees depends on his roles.
    SignedIn,
    /// Whose roles allow one of these.
    Needs(&'static [Action]),
}

use Action::{
    ConfirmVariance, CountCash, DecideHeld, DecidePlan, DecideSettlement, DecideVisitList,
    DraftPlan, DraftSettlement, EditCustomer, EnrolDevice, ExportEvidence, ImportLedger,
    IssueSerials, ProposeVisitList, ReadCash, ReadDevices, ReadHeld, ReadPlans, ReadReceivables,
    ReadVisits, ReviewVisit, RevokeDevice, SettleConflict, SignLedger,
};
use Door::{Needs, Open, SignedIn};

/// Every address of the console.
const DOORS: &[(&str, &str, Door)] = &[
    ("GET", "/", SignedIn),
    ("GET", "/cash", Needs(&[ReadCash])),
    ("GET", "/cash/{hand_in}", Needs(&[ReadCash])),
    ("GET", "/customers", Needs(&[ReadReceivables])),
    ("GET", "/customers/{customer}", Needs(&[ReadReceivables])),
    ("GET", "/devices", Needs(&[ReadDevices])),
    ("GET", "/devices/code.svg", Needs(&[EnrolDevice])),
    ("GET", "/entries", Needs(&[ReadVisits])),
    ("GET", "/entries/{entry}/paper.pdf", Needs(&[ReadVisits])),
    ("GET", "/entries/{entry}/part", Needs(&[ReadVisits])),
    (
        "GET",
        "/entries/{entry}/signature.svg",
        Needs(&[ReadVisits]),
    ),
    ("GET", "/entries/{entry}/signed", Needs(&[ReadVisits])),
    ("GET", "/entries/{entry}/thumbnail", Needs(&[ReadVisits])),
    ("GET", "/held", Needs(&[ReadHeld])),
    ("GET", "/held/{digest}", Needs(&[ReadHeld])),
    ("GET", "/held/{digest}/file", Needs(&[ReadHeld])),
    ("GET", "/ledgers", Needs(&[ReadReceivables])),
    ("GET", "/ledgers/import", Needs(&[ImportLedger])),
    ("GET", "/ledgers/imports/{import}", Needs(&[ImportLedger])),
    (
        "GET",
        "/ledgers/imports/{import}/problems.csv",
        Needs(&[ImportLedger]),
    ),
    (
        "GET",
        "/ledgers/imports/{import}/problems.xlsx",
        Needs(&[ImportLedger]),
    ),
    (
        "GET",
        "/ledgers/imports/{import}/progress",
        Needs(&[ImportLedger]),
    ),
    ("GET", "/ledgers/{ledger}", Needs(&[ReadReceivables])),
    (
        "GET",
        "/ledgers/{ledger}/decisions",
        Needs(&[ReadReceivables]),
    ),
    (
        "GET",
        "/ledgers/{ledger}/decisions.csv",
        Needs(&[ReadReceivables]),
    ),
    ("GET", "/plans", Needs(&[ReadPlans])),
    ("GET", "/plans/new", Needs(&[DraftPlan])),
    ("GET", "/plans/{plan}", Needs(&[ReadPlans])),
    ("GET", "/settlements", Needs(&[ReadReceivables])),
    ("GET", "/settlements/new", Needs(&[DraftSettlement])),
    ("GET", "/settlements/{statement}", Needs(&[ReadReceivables])),
    ("GET", "/sign-in", Open),
    ("GET", "/static/{version}/{name}", Open),
    ("GET", "/visit-lists", Needs(&[ReadReceivables])),
    ("GET", "/visit-lists/new", Needs(&[ProposeVisitList])),
    ("GET", "/visit-lists/{list}", Needs(&[ReadReceivables])),
    ("GET", "/visits", Needs(&[ReadVisits])),
    ("GET", "/visits/{stop}", Needs(&[ReadVisits])),
    ("POST", "/cash/blocks", Needs(&[IssueSerials])),
    ("POST", "/cash/{hand_in}/confirm", Needs(&[ConfirmVariance])),
    ("POST", "/cash/{hand_in}/count", Needs(&[CountCash])),
    (
        "POST",
        "/customers/{customer}/contacts",
        Needs(&[EditCustomer]),
    ),
    (
        "POST",
        "/customers/{customer}/contacts/{contact}",
        Needs(&[EditCustomer]),
    ),
    (
        "POST",
        "/customers/{customer}/evidence",
        Needs(&[ExportEvidence]),
    ),
    (
        "POST",
        "/customers/{customer}/follow-ups",
        Needs(&[EditCustomer]),
    ),
    (
        "POST",
        "/customers/{customer}/follow-ups/{follow_up}",
        Needs(&[EditCustomer]),
    ),
    ("POST", "/devices/codes", Needs(&[EnrolDevice])),
    ("POST", "/devices/{device}/revoke", Needs(&[RevokeDevice])),
    (
        "POST",
        "/entries/{entry}/evidence",
        Needs(&[ExportEvidence]),
    ),
    ("POST", "/entries/{entry}/verify", Needs(&[ReadVisits])),
    ("POST", "/held", Needs(&[DecideHeld])),
    ("POST", "/held/{digest}", Needs(&[DecideHeld])),
    ("POST", "/language", Open),
    ("POST", "/ledgers/import", Needs(&[ImportLedger])),
    (
        "POST",
        "/ledgers/imports/{import}/answers",
        Needs(&[ImportLedger]),
    ),
    (
        "POST",
        "/ledgers/imports/{import}/decide",
        Needs(&[ImportLedger]),
    ),
    (
        "POST",
        "/ledgers/imports/{import}/decide-all",
        Needs(&[ImportLedger]),
    ),
    (
        "POST",
        "/ledgers/imports/{import}/discard",
        Needs(&[ImportLedger]),
    ),
    (
        "POST",
        "/ledgers/imports/{import}/keep",
        Needs(&[ImportLedger]),
    ),
    (
        "POST",
        "/ledgers/imports/{import}/take-back",
        Needs(&[ImportLedger]),
    ),
    ("POST", "/ledgers/{ledger}/sign", Needs(&[SignLedger])),
    ("POST", "/plans", Needs(&[DraftPlan])),
    ("POST", "/plans/{plan}/decide", Needs(&[DecidePlan])),
    ("POST", "/plans/{plan}/edit", Needs(&[DraftPlan])),
    ("POST", "/plans/{plan}/submit", Needs(&[DraftPlan])),
    ("POST", "/settlements", Needs(&[DraftSettlement])),
    (
        "POST",
        "/settlements/{statement}/decide",
        Needs(&[DecideSettlement]),
    ),
    ("POST", "/sign-in", Open),
    ("POST", "/sign-out", Open),
    ("POST", "/visit-lists", Needs(&[ProposeVisitList])),
    (
        "POST",
        "/visit-lists/{list}/decide",
        Needs(&[DecideVisitList]),
    ),
    ("POST", "/visits/{stop}/accept", Needs(&[ReviewVisit])),
    ("POST", "/visits/{stop}/evidence", Needs(&[ExportEvidence])),
    ("POST", "/visits/{stop}/send-back", Needs(&[ReviewVisit])),
    ("POST", "/visits/{stop}/settle", Needs(&[SettleConflict])),
];

/// The routes as the console's source lists them.
fn routes() -> BTreeSet<(String, String)> {
    let source: String = CONSOLE.split_whitespace().collect();
    let mut found = BTreeSet::new();
    for route in source.split(".route(").skip(1) {
        let path = route.split('"').nth(1).unwrap().to_owned();
        let handlers = route.split_once(',').unwrap().1;
        let handlers = handlers.split(".route(").next().unwrap();
        for (call, method) in [("get(", "GET"), ("post(", "POST")] {
            if handlers.starts_with(call) || handlers.contains(&format!(").{call}")) {
                found.insert((method.to_owned(), path.clone()));
            }
        }
    }
    found
}

/// A browser of one person.
struct Browser {
    network: Network,
    cookie: String,
}

impl Browser {
    fn of(world: &World, login: &str) -> Self {
        let mut browser = Self {
            network: world.network(),
            cookie: String::new(),
        };
        let form = format!("login={login}&password=a+long+enough+password");
        let answer = browser.ask(Method::Post, "/sign-in", &form);
        assert_eq!(answer.status, 303, "{login} signs in");
        let cookie = answer.headers.iter().find(|(name, _)| name == "set-cookie");
        let cookie = cookie.unwrap().1.split(';').next().unwrap();
        cookie.clone_into(&mut browser.cookie);
        browser
    }

    fn ask(&self, method: Method, path: &str, form: &str) -> HttpResponse {
        let (content_type, form) = if path == "/ledgers/import" {
            ("multipart/form-data; boundary=x", "--x--\r\n")
        } else {
            ("application/x-www-form-urlencoded", form)
        };
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        self.network
            .send(HttpRequest {
                method,
                path: path.to_owned(),
                headers: vec![
                    header("cookie", &self.cookie),
                    header("sec-fetch-site", "same-origin"),
                    header("content-type", content_type),
                ],
                body: form.as_bytes().to_vec(),
            })
            .unwrap()
    }
}

/// What stands in an address in place of its names: things that are there, as far as the story made them.
fn things(world: &World, office: &Office) -> BTreeMap<&'static str, String> {
    office.sign_ledger(2);
    let outing = office.approve_plan(&[&office.rep, &office.technician]);
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    let stop = phone.stop_at("001");
    phone.check_in(stop);
    let entry = phone.take_signature(stop);
    phone.sync_to_rest();
    let device = office.admin.devices().unwrap()[0].device;
    office.admin.revoke_device(device, "手机遗失").unwrap();
    phone.outcome(stop, OutcomeKind::Signed);
    phone.sync();
    let held = world.quarantined()[0].digest;
    let lists = office.clerk.visit_lists().unwrap();
    let customer = office
        .manager
        .stop_report(stop)
        .unwrap()
        .visit
        .stop
        .customer;
    let nothing = Digest::of(b"nothing").to_string();
    let nobody = "01890000-0000-7000-8000-000000000001".to_owned();
    BTreeMap::from([
        ("plan", outing.plan.to_string()),
        ("stop", stop.to_string()),
        ("entry", entry.to_string()),
        ("device", device.to_string()),
        ("digest", held.to_string()),
        ("list", lists[0].list.to_string()),
        ("customer", customer.to_string()),
        (
            "ledger",
            office.clerk.ledgers().unwrap()[0].ledger.to_string(),
        ),
        ("statement", nothing.clone()),
        ("import", nothing),
        ("hand_in", nobody.clone()),
        ("contact", nobody.clone()),
        ("follow_up", nobody),
        ("version", "0".to_owned()),
        ("name", "console.css".to_owned()),
    ])
}

fn address(path: &str, things: &BTreeMap<&'static str, String>) -> String {
    let mut address = path.to_owned();
    for (name, thing) in things {
        address = address.replace(&format!("{{{name}}}"), thing);
    }
    assert!(!address.contains('{'), "{address}");
    address
}

/// One form that every page can read, so that it is the policy that says no and not a missing field.
fn form(things: &BTreeMap<&'static str, String>) -> String {
    let digest = &things["digest"];
    let fields = [
        ("reason", "why"),
        ("remark", "why"),
        ("decision", "approve"),
        ("pinned", digest.as_str()),
        ("heads", digest.as_str()),
        ("document", things["hand_in"].as_str()),
        ("total", "1.00"),
        ("revision", "1"),
        ("device", things["device"].as_str()),
        ("user", things["hand_in"].as_str()),
        ("customer", things["customer"].as_str()),
        ("list", things["list"].as_str()),
        ("entry", digest.as_str()),
        ("about", things["entry"].as_str()),
        ("field", "notes"),
        ("chosen", "1"),
        ("deadline", "2099-01-01"),
        ("day", "2099-01-01"),
        ("due", "2099-01-01"),
        ("valid_until", "2099-01-01"),
        ("cut_off", "2099-01-01"),
        ("outstanding", "1.00"),
        ("count", "10"),
        ("key", things["hand_in"].as_str()),
        ("name", "somebody"),
        ("title", "a list"),
        ("kind", "callback"),
        ("text", "to do"),
        ("state", "done"),
        ("end", "refuses"),
        ("basis", "daily"),
        ("rate", "0.05"),
        ("subject", "1"),
    ];
    fields
        .map(|(name, value)| format!("{name}={value}"))
        .join("&")
}

#[test]
fn every_address_of_the_console_is_in_the_list() {
    let listed: BTreeSet<(String, String)> = DOORS
        .iter()
        .map(|(method, path, _door)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(listed.len(), DOORS.len(), "each once");
    assert_eq!(listed, routes());
}

#[test]
fn every_role_is_let_in_where_the_policy_says_so_and_nowhere_else() {
    let world = World::new();
    let office = Office::open(&world);
    let things = things(&world, &office);
    let form = form(&things);
    let mut wrong = Vec::new();
    for (number, role) in ROLES.into_iter().enumerate() {
        let login = format!("door-{number}");
        world.hire(&login, &[role]);
        let browser = Browser::of(&world, &login);
        let before = world.head();
        for (method, path, door) in DOORS {
            let Needs(actions) = door else { continue };
            let is_allowed = actions.iter().any(|action| may(role, *action));
            let address = address(path, &things);
            let status = if *method == "GET" {
                browser.ask(Method::Get, &address, "").status
            } else if is_allowed {
                // What an allowed write does is told by the desks' own stories.
                continue;
            } else {
                let form = if path.starts_with("/held") {
                    form.replace("decision=approve", "decision=released")
                } else {
                    form.clone()
                };
                browser.ask(Method::Post, &address, &form).status
            };
            if is_allowed == (status == 403) {
                wrong.push(format!("{role:?} {method} {path}: {status}"));
            }
        }
        assert_eq!(world.head(), before, "{role:?} has changed nothing");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn without_a_session_nothing_but_the_open_doors_is_answered() {
    let world = World::new();
    let office = Office::open(&world);
    let things = things(&world, &office);
    let form = form(&things);
    let stranger = Browser {
        network: world.network(),
        cookie: "countersign=made-up".to_owned(),
    };
    let before = world.head();
    for (method, path, door) in DOORS {
        let address = address(path, &things);
        let answer = if *method == "GET" {
            stranger.ask(Method::Get, &address, "")
        } else {
            stranger.ask(Method::Post, &address, &form)
        };
        let to = answer.headers.iter().find(|(name, _)| name == "location");
        let is_sent_to_sign_in = to.is_some_and(|(_, to)| to.starts_with("/sign-in"));
        match door {
            Open => assert_ne!(answer.status, 401, "{method} {path}"),
            SignedIn | Needs(_) => assert!(
                answer.status == 401 || (answer.status == 303 && is_sent_to_sign_in),
                "{method} {path}: {}",
                answer.status
            ),
        }
    }
    assert_eq!(world.head(), before);
}
