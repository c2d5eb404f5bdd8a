//! Phones: a one-time code as text and QR, the list, unbinding.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::extract::{Extension, Path};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse as _;
use countersign_core::domain::ids::{DeviceId, UserId};
use countersign_core::domain::time::Instant;
use qrcode::QrCode;
use qrcode::render::svg;

use crate::auth::devices::Device;
use crate::auth::policy::{Action, any_may};
use crate::console::layout::caller::{Answer, Caller, private};
use crate::console::layout::choices::{Choice, choices};
use crate::console::layout::fault::Fault;
use crate::console::layout::fields::Fields;
use crate::console::layout::frame::Frame;
use crate::console::layout::notice::see_other;
use crate::journal::Amount;

/// A code that was just issued, for the administrator's own page only.
#[derive(Clone)]
struct Ticket {
    name: String,
    code: String,
    address: String,
    expires: Instant,
}

/// The last code of each administrator. Only its hash is stored; here it lives until it expires or the server ends.
#[derive(Clone, Default)]
pub(in crate::console) struct Tickets(Arc<Mutex<BTreeMap<UserId, Ticket>>>);

impl Tickets {
    fn of(&self, caller: &Caller) -> Option<Ticket> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = caller.now();
        all.retain(|_, ticket| ticket.expires > now);
        all.get(&caller.who.user).cloned()
    }

    fn put(&self, caller: &Caller, ticket: Ticket) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(caller.who.user, ticket);
    }
}

struct DeviceLine {
    id: DeviceId,
    short: String,
    name: String,
    user: UserId,
    enrolled: Instant,
    seen: Option<Instant>,
    revoked: Option<Instant>,
    attachments: String,
    held: String,
}

#[derive(Template)]
#[template(path = "devices/index.html")]
struct Index {
    p: Frame,
    ticket: Option<Ticket>,
    people: Vec<Choice>,
    devices: Vec<DeviceLine>,
}

pub(in crate::console) async fn index(
    caller: Caller,
    Extension(tickets): Extension<Tickets>,
) -> Answer {
    caller.needs(Action::ReadDevices)?;
    caller
        .page(move |caller| index_page(caller, &tickets))
        .await
}

fn index_page(caller: &Caller, tickets: &Tickets) -> Result<Index, Fault> {
    let p = caller.frame()?;
    let organisation = &caller.who.organisation;
    let devices = organisation
        .accounts()
        .devices(organisation.id())
        .map_err(|error| Fault::broken(&error))?;
    let policy = organisation
        .policy()
        .map_err(|error| Fault::broken(&error))?;
    let goes = policy
        .people
        .into_iter()
        .filter(|person| any_may(&person.roles, Action::RecordVisit));
    Ok(Index {
        ticket: tickets.of(caller),
        people: choices(
            goes,
            |person| {
                (
                    person.user.to_string(),
                    format!("{} ({})", person.name, p.words("role", &person.roles)),
                )
            },
            |_| false,
        ),
        devices: devices
            .into_iter()
            .map(|device| device_line(caller, device))
            .collect::<Result<_, _>>()?,
        p,
    })
}

fn device_line(caller: &Caller, device: Device) -> Result<DeviceLine, Fault> {
    let organisation = &caller.who.organisation;
    let quotas = organisation.quotas();
    let usage = organisation
        .journal()
        .usage(device.id, None)
        .map_err(|error| Fault::broken(&error))?;
    Ok(DeviceLine {
        attachments: of_share(usage.attachments, quotas.attachments()),
        held: of_share(usage.held, quotas.held()),
        id: device.id,
        short: device.id.to_string().chars().take(8).collect(),
        name: device.name,
        user: device.user,
        enrolled: device.enrolled,
        seen: device.seen,
        revoked: device.revoked,
    })
}

/// How much of a share is used: pieces and MiB.
fn of_share(used: Amount, share: Amount) -> String {
    let mib = |bytes: u64| bytes.div_ceil(1 << 20);
    format!(
        "{}/{} · {}/{} MiB",
        used.count,
        share.count,
        mib(used.size_bytes),
        mib(share.size_bytes)
    )
}

pub(in crate::console) async fn issue(
    caller: Caller,
    Extension(tickets): Extension<Tickets>,
    headers: HeaderMap,
    fields: Fields,
) -> Answer {
    let user: UserId = fields.id("user")?;
    let address = address(&caller, &headers);
    caller
        .run(move |caller| {
            let issued = caller.desk().issue_enrolment_code(user)?;
            let name = caller.frame()?.name(&user);
            tickets.put(
                caller,
                Ticket {
                    name,
                    code: issued.code,
                    address,
                    expires: issued.expires,
                },
            );
            Ok(())
        })
        .await?;
    Ok(see_other("/devices", "done-code-issued"))
}

/// Where phones reach this server: as set, else as this browser does.
fn address(caller: &Caller, headers: &HeaderMap) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    caller
        .app
        .settings()
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{host}"))
}

/// What the phone scans: address and code.
pub(in crate::console) async fn qr(
    caller: Caller,
    Extension(tickets): Extension<Tickets>,
) -> Answer {
    caller.needs(Action::EnrolDevice)?;
    let ticket = tickets.of(&caller).ok_or(Fault::NotFound)?;
    let scanned =
        serde_json::json!({ "server_url": ticket.address, "code": ticket.code }).to_string();
    let qr = QrCode::new(scanned).map_err(|error| Fault::broken(&error))?;
    let drawn = qr
        .render::<svg::Color<'_>>()
        .min_dimensions(208, 208)
        .build();
    Ok((private(), [(header::CONTENT_TYPE, "image/svg+xml")], drawn).into_response())
}

pub(in crate::console) async fn revoke(
    caller: Caller,
    Path(device): Path<DeviceId>,
    fields: Fields,
) -> Answer {
    let reason = fields.text("reason", "reason")?;
    caller
        .run(move |caller| Ok(caller.desk().revoke_device(device, &reason)?))
        .await?;
    Ok(see_other("/devices", "done-device-revoked"))
}
