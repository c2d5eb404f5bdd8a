//! The office's part: people at their desks, in their browsers.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Broken;
use super::processes::built;
use super::web::{FormPart, Page, Visitor};

/// The password of every sample sign-in; a real company chooses its own.
pub const PASSWORD: &str = "countersign-demo";

/// Login, name and role of everybody in the sample company. The rep is one of the salespersons of the sample ledger, so that
/// his phone holds a customer book.
pub const PEOPLE: [(&str, &str, &str); 8] = [
    ("clerk", "样例内勤", "clerk"),
    ("finance", "样例财务", "finance"),
    ("manager", "样例经理", "sales_manager"),
    ("legal", "样例法务", "legal"),
    ("director", "样例副总", "director"),
    ("admin", "样例管理员", "admin"),
    ("rep", "样例业务员09", "rep"),
    ("technician", "样例技术员", "technician"),
];

/// The sample ledger: file, cut-off day, and the total that finance types again.
const LEDGER: (&str, &str, &str) = (
    "tests/fixtures/ledgers/ledger-clean.xlsx",
    "2022-11-28",
    "34199284.60",
);

/// Makes the sample company in an empty data folder, with the server's own commands.
///
/// # Errors
/// [`Broken`] when a command fails.
pub fn found_company(data: &Path) -> Result<(), Broken> {
    command(data, &["org", "create", "--name", "样例机械有限公司"], "")?;
    for (login, name, role) in PEOPLE {
        let arguments = [
            "user",
            "add",
            "--login",
            login,
            "--name",
            name,
            "--role",
            role,
            "--password-stdin",
        ];
        command(data, &arguments, PASSWORD)?;
    }
    Ok(())
}

fn command(data: &Path, arguments: &[&str], input: &str) -> Result<(), Broken> {
    let broken = |error: std::io::Error| {
        Broken::new(format!(
            "countersign-server {}: {error}",
            arguments.join(" ")
        ))
    };
    let mut child = Command::new(built("countersign-server")?)
        .args(arguments)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(broken)?;
    if let Some(mut pipe) = child.stdin.take() {
        writeln!(pipe, "{input}").map_err(broken)?;
    }
    let status = child.wait().map_err(broken)?;
    if status.success() {
        Ok(())
    } else {
        Err(Broken::new(format!(
            "countersign-server {} ended with {status}",
            arguments.join(" ")
        )))
    }
}

/// Somebody at a desk, signed in.
///
/// # Errors
/// [`Broken`] when the sign-in is refused.
pub fn at_desk(server: &str, login: &str) -> Result<Visitor, Broken> {
    let mut visitor = Visitor::new(server);
    let home = visitor.submit(
        "/sign-in",
        &[("login", login), ("password", PASSWORD), ("to", "")],
    )?;
    if home.status == 200 && !home.path.starts_with("/sign-in") {
        return Ok(visitor);
    }
    Err(Broken::new(format!(
        "{login} could not sign in: {} {}",
        home.path, home.status
    )))
}

/// The clerk imports the ledger file; gives the path of the draft.
///
/// # Errors
/// [`Broken`] when the page does not say what the file holds.
pub fn import_ledger(server: &str, root: &Path) -> Result<String, Broken> {
    let (path, cut_off, total) = LEDGER;
    let bytes =
        std::fs::read(root.join(path)).map_err(|error| Broken::new(format!("{path}: {error}")))?;
    let mut clerk = at_desk(server, "clerk")?;
    let file = FormPart {
        name: "file",
        file_name: Some("ledger-clean.xlsx"),
        bytes: &bytes,
    };
    let reading = clerk.upload("/ledgers/import", &[file])?;
    let import = format!("/ledgers/imports/{}", reading.last_part());
    until_read(&mut clerk, &import)?;
    clerk.open(&import)?.must_say(&grouped(total))?;
    let draft = clerk
        .submit(&format!("{import}/keep"), &[("cut_off", cut_off)])?
        .must_say(&grouped(total))?;
    let again = clerk.upload(
        "/ledgers/import",
        &[FormPart {
            name: "file",
            file_name: Some("again.xlsx"),
            bytes: &bytes,
        }],
    )?;
    let again = format!("/ledgers/imports/{}", again.last_part());
    until_read(&mut clerk, &again)?;
    let same = clerk.submit(&format!("{again}/keep"), &[("cut_off", cut_off)])?;
    if same.last_part() == draft.last_part() {
        Ok(format!("/ledgers/{}", draft.last_part()))
    } else {
        Err(Broken::new("the same file twice made two drafts"))
    }
}

/// Asks for the progress until the file is read, and not for ever.
fn until_read(clerk: &mut Visitor, import: &str) -> Result<(), Broken> {
    for _asked in 0..100_000 {
        if clerk
            .open(&format!("{import}/progress"))?
            .text
            .contains("\"is_done\":true")
        {
            return Ok(());
        }
    }
    Err(Broken::new("the import does not come to its end"))
}

/// Finance signs the draft, typing cut-off and total again; the clerk may not.
///
/// # Errors
/// [`Broken`] when it is not in force afterwards.
pub fn sign_ledger(server: &str, draft: &str) -> Result<(), Broken> {
    let (_, cut_off, total) = LEDGER;
    let fields = [("cut_off", cut_off), ("total", total)];
    let refused = at_desk(server, "clerk")?.submit(&format!("{draft}/sign"), &fields)?;
    if refused.status != 403 {
        return Err(Broken::new(format!(
            "the clerk could sign the ledger: {}",
            refused.status
        )));
    }
    let mut finance = at_desk(server, "finance")?;
    let wrong = finance.submit(
        &format!("{draft}/sign"),
        &[("cut_off", cut_off), ("total", "1.00")],
    )?;
    if wrong.status < 400 {
        return Err(Broken::new(
            "finance signed a total that is not the draft's",
        ));
    }
    finance.submit(&format!("{draft}/sign"), &fields)?;
    finance.open("/customers")?.must_say("KH0036").map(drop)
}

/// The clerk proposes four customers, the manager approves; gives the list's id.
///
/// # Errors
/// [`Broken`] when a step is refused.
pub fn visit_list(server: &str) -> Result<String, Broken> {
    let mut clerk = at_desk(server, "clerk")?;
    let offer = clerk.open("/visit-lists/new")?;
    let customers: Vec<String> = offer.inputs("customer").into_iter().take(4).collect();
    if customers.len() < 4 {
        return Err(Broken::new("fewer than four overdue customers are offered"));
    }
    let mut fields = vec![("title".to_owned(), "七月上门催收客户名单".to_owned())];
    for customer in &customers {
        fields.push(("customer".to_owned(), customer.clone()));
        fields.push((
            format!("reason.{customer}"),
            "金额较大，电话催收未果".to_owned(),
        ));
    }
    let list = clerk.submit("/visit-lists", &borrowed(&fields))?;
    let id = list.last_part().to_owned();
    let mut manager = at_desk(server, "manager")?;
    let pinned = manager
        .open(&format!("/visit-lists/{id}"))?
        .input("pinned")?;
    let decide = [
        ("pinned", pinned.as_str()),
        ("decision", "approve"),
        ("reason", ""),
    ];
    let decided = manager.submit(&format!("/visit-lists/{id}/decide"), &decide)?;
    if decided.status == 200 {
        Ok(id)
    } else {
        Err(Broken::new(format!(
            "the list was not decided: {}",
            decided.status
        )))
    }
}

/// The clerk makes a plan for today from the list, the director approves; gives the plan's id.
///
/// # Errors
/// [`Broken`] when a step is refused.
pub fn visit_plan(server: &str, list: &str) -> Result<String, Broken> {
    let mut clerk = at_desk(server, "clerk")?;
    let offer = clerk.open(&format!("/plans/new?list={list}"))?;
    let mut fields = vec![
        ("list".to_owned(), list.to_owned()),
        ("title".to_owned(), "城东片区上门方案".to_owned()),
        (
            "day".to_owned(),
            offer.between("name=\"day\" type=\"date\" min=\"", "\"")?,
        ),
        ("vehicle".to_owned(), "沪A·样例".to_owned()),
        ("team".to_owned(), offer.choice("样例业务员09")?),
        ("team".to_owned(), offer.choice("样例技术员")?),
    ];
    fields.extend(
        offer
            .inputs("customer")
            .into_iter()
            .map(|customer| ("customer".to_owned(), customer)),
    );
    let plan = clerk.submit("/plans", &borrowed(&fields))?;
    let id = plan.last_part().to_owned();
    let heads = clerk.open(&format!("/plans/{id}"))?.input("heads")?;
    clerk.submit(&format!("/plans/{id}/submit"), &[("heads", &heads)])?;
    let mut director = at_desk(server, "director")?;
    let page = director
        .open(&format!("/plans/{id}"))?
        .must_say("value=\"approve\"")?;
    let decide = [
        ("heads", page.input("heads")?),
        ("decision", "approve".to_owned()),
        ("reason", String::new()),
    ];
    let decide: Vec<(&str, &str)> = decide
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let decided = director.submit(&format!("/plans/{id}/decide"), &decide)?;
    if decided.status == 200 {
        Ok(id)
    } else {
        Err(Broken::new(format!(
            "the plan was not decided: {}",
            decided.status
        )))
    }
}

/// The administrator issues a one-time code for somebody's phone.
///
/// # Errors
/// [`Broken`] when the page shows none.
pub fn enrolment_code(server: &str, name: &str) -> Result<String, Broken> {
    let mut admin = at_desk(server, "admin")?;
    let user = admin.open("/devices")?.choice(name)?;
    let page: Page = admin.submit("/devices/codes", &[("user", &user)])?;
    page.between("class=\"secret\">", "<")
}

/// Borrows the fields of a form.
#[must_use]
pub fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// An amount with its thousands grouped, as pages show it.
fn grouped(amount: &str) -> String {
    let (yuan, cents) = amount.split_once('.').unwrap_or((amount, "00"));
    let digits: Vec<char> = yuan.chars().collect();
    let groups: Vec<String> = digits
        .rchunks(3)
        .rev()
        .map(|group| group.iter().collect())
        .collect();
    format!("{}.{cents}", groups.join(","))
}

/// The sample ledger in force, and today's plan from it approved.
///
/// # Errors
/// [`Broken`] when the office says no.
pub fn approved_plan(server: &str, root: &Path) -> Result<(), Broken> {
    let draft = import_ledger(server, root)?;
    sign_ledger(server, &draft)?;
    visit_plan(server, &visit_list(server)?).map(drop)
}
