//! Contacts and follow-ups on a customer's page: what is there, and the forms that write into the customer's document.

use axum::extract::Path;
use countersign_core::domain::contacts::{ContactEnd, ContactForm, ContactRole};
use countersign_core::domain::follow_ups::{DueWhen, FollowUpForm, FollowUpKind, FollowUpState};
use countersign_core::domain::ids::{CustomerId, UserId};
use countersign_core::views::{ContactRow, FollowUpRow};
use uuid::Uuid;

use super::customers::masked;
use crate::auth::policy::Action;
use crate::console::layout::caller::{Answer, Caller};
use crate::console::layout::choices::{Choice, choices};
use crate::console::layout::fault::Fault;
use crate::console::layout::fields::Fields;
use crate::console::layout::frame::Frame;
use crate::console::layout::notice::see_other;
use crate::desks::CustomerWork;

/// A contact as the page draws it.
pub(super) struct ContactLine {
    pub(super) row: ContactRow,
    pub(super) role: String,
    /// Numbers with their middle covered, joined contacts' too.
    pub(super) numbers: String,
    pub(super) validity: String,
    pub(super) tone: &'static str,
    pub(super) joined: String,
}

/// A follow-up as the page draws it.
pub(super) struct FollowUpLine {
    pub(super) row: FollowUpRow,
    pub(super) kind: String,
    pub(super) tone: &'static str,
}

/// The section of a customer's page.
pub(super) struct Work {
    pub(super) contacts: Vec<ContactLine>,
    pub(super) alike: Vec<String>,
    pub(super) follow_ups: Vec<FollowUpLine>,
    pub(super) closed: usize,
    pub(super) may_edit: bool,
    /// Keys that the forms bring, so that a form sent twice adds once.
    pub(super) keys: [Uuid; 2],
    pub(super) roles: Vec<Choice>,
    pub(super) ends: Vec<Choice>,
    pub(super) kinds: Vec<Choice>,
    pub(super) people: Vec<Choice>,
    pub(super) whom: Vec<Choice>,
}

/// What the page of a customer shows of contacts and follow-ups.
pub(super) fn work(caller: &Caller, p: &Frame, customer: CustomerId) -> Result<Work, Fault> {
    let desk = caller.desk();
    let CustomerWork {
        contacts,
        alike,
        follow_ups,
    } = desk.customer_work(customer)?;
    let name = |key: &str| {
        let found = contacts.iter().find(|row| row.key == key);
        found.map_or_else(String::new, |row| row.name.clone())
    };
    let closed = follow_ups
        .iter()
        .filter(|row| row.state != FollowUpState::Open)
        .count();
    Ok(Work {
        alike: alike
            .iter()
            .map(|pair| {
                p.both(
                    "contact-alike",
                    ("first", name(&pair.first)),
                    ("second", name(&pair.second)),
                )
            })
            .collect(),
        may_edit: caller.may(Action::EditCustomer),
        keys: [desk.fresh_key()?, desk.fresh_key()?],
        roles: choices(
            ContactRole::ALL.iter().copied(),
            |role| (role.word().to_owned(), p.word("contact-role", role)),
            |_role| false,
        ),
        ends: choices(
            ContactEnd::ALL.iter().copied(),
            |end| (end.word().to_owned(), p.word("contact-end", end)),
            |_end| false,
        ),
        kinds: choices(
            FollowUpKind::ALL.iter().copied(),
            |kind| (kind.word().to_owned(), p.word("follow-up-kind", kind)),
            |_kind| false,
        ),
        people: choices(
            &p.people,
            |(user, name)| (user.to_string(), (*name).clone()),
            |_person| false,
        ),
        whom: choices(
            contacts.iter().filter(|row| row.is_valid),
            |row| (row.key.clone(), row.name.clone()),
            |_row| false,
        ),
        follow_ups: follow_up_lines(p, follow_ups),
        closed,
        contacts: contacts
            .into_iter()
            .map(|row| contact_line(p, row))
            .collect(),
    })
}

fn follow_up_lines(p: &Frame, rows: Vec<FollowUpRow>) -> Vec<FollowUpLine> {
    rows.into_iter()
        .filter(|row| row.state == FollowUpState::Open)
        .map(|row| FollowUpLine {
            kind: p.word("follow-up-kind", &row.kind),
            tone: match row.when {
                DueWhen::Late => "bad",
                DueWhen::Today => "warn",
                DueWhen::ThisWeek | DueWhen::Later => "",
            },
            row,
        })
        .collect()
}

fn contact_line(p: &Frame, row: ContactRow) -> ContactLine {
    let joined = row.joined.iter().flat_map(|joined| &joined.numbers);
    let numbers: Vec<String> = row
        .numbers
        .iter()
        .chain(joined)
        .map(|number| masked(&number.text))
        .collect();
    let (validity, tone) = match (row.end, row.is_valid) {
        (None, _) => (p.t("contact-valid"), "good"),
        (Some(end), is_valid) => {
            let why = p.word("contact-end", &end);
            let day = row.valid_until.map(|day| day.to_string());
            let said = [day.unwrap_or_default(), why].join(" ");
            (
                said.trim().to_owned(),
                if is_valid { "warn" } else { "bad" },
            )
        }
    };
    ContactLine {
        role: row
            .role
            .map(|role| p.word("contact-role", &role))
            .unwrap_or_default(),
        numbers: numbers.join(" · "),
        joined: row
            .joined
            .iter()
            .map(|joined| joined.name.clone())
            .collect::<Vec<_>>()
            .join(" · "),
        validity,
        tone,
        row,
    }
}

fn page_of(customer: CustomerId) -> String {
    format!("/customers/{customer}")
}

pub(in crate::console) async fn add(
    caller: Caller,
    Path(customer): Path<CustomerId>,
    fields: Fields,
) -> Answer {
    let form = ContactForm {
        name: fields.one("name").to_owned(),
        phone: fields.one("phone").to_owned(),
        phone_2: fields.one("phone_2").to_owned(),
        title: fields.one("title").to_owned(),
        role: ContactRole::from_word(fields.one("role")),
        note: fields.one("note").to_owned(),
    };
    let key: Uuid = fields.id("key")?;
    caller
        .run(move |caller| Ok(caller.desk().add_contact(customer, key, &form)?))
        .await?;
    Ok(see_other(&page_of(customer), "done-contact-added"))
}

pub(in crate::console) async fn end(
    caller: Caller,
    Path((customer, contact)): Path<(CustomerId, String)>,
    fields: Fields,
) -> Answer {
    let ended = match ContactEnd::from_word(fields.one("end")) {
        Some(end) => Some((end, fields.day("valid_until", "contact-end-day")?)),
        None => None,
    };
    let notice = if ended.is_some() {
        "done-contact-ended"
    } else {
        "done-contact-restored"
    };
    caller
        .run(move |caller| Ok(caller.desk().end_contact(customer, &contact, ended)?))
        .await?;
    Ok(see_other(&page_of(customer), notice))
}

pub(in crate::console) async fn follow_up(
    caller: Caller,
    Path(customer): Path<CustomerId>,
    fields: Fields,
) -> Answer {
    let who = match fields.one("who") {
        "" => None,
        user => Some(user.parse::<UserId>().map_err(|_no_id| Fault::NotFound)?),
    };
    let form = FollowUpForm {
        kind: FollowUpKind::from_word(fields.one("kind"))
            .ok_or(Fault::Missing("follow-up-kind"))?,
        text: fields.one("text").to_owned(),
        due: fields.day("due", "follow-up-due")?,
        time: fields.one("time").to_owned(),
        who,
        contact: fields.one("contact").to_owned(),
        why: fields.one("why").to_owned(),
    };
    let key: Uuid = fields.id("key")?;
    caller
        .run(move |caller| Ok(caller.desk().add_follow_up(customer, key, &form)?))
        .await?;
    Ok(see_other(&page_of(customer), "done-follow-up-added"))
}

pub(in crate::console) async fn close(
    caller: Caller,
    Path((customer, follow_up)): Path<(CustomerId, String)>,
    fields: Fields,
) -> Answer {
    let state = FollowUpState::from_word(fields.one("state")).ok_or(Fault::NotFound)?;
    let reason = fields.one("reason").to_owned();
    caller
        .run(move |caller| {
            let how = (state, reason.as_str());
            Ok(caller.desk().close_follow_up(customer, &follow_up, how)?)
        })
        .await?;
    Ok(see_other(&page_of(customer), "done-follow-up-closed"))
}
