//! A phone in the wrong hands, and a network that lies: envelopes under the phone's own key, bodies, addresses and headers of requests,
//! answers to a phone's exchange.
//!
//! A company is founded for every thousand cases, because what a device may leave in quarantine is bounded. At its end an honest
//! colleague still works, and the World looks around as after every story.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use countersign_core::domain::ids::{ChainId, DeviceId, Digest, EntryId, OrganisationId, UserId};
use countersign_core::journal::facts::{
    Decision, DeviceRevoked, Fact, OutcomeKind, PartKind, SentBack, VisitAccepted, VisitListDecided,
};
use countersign_core::journal::{DeviceSigner as _, Scope, SealedEntry, SoftwareSigner};
use countersign_core::protocol::codec::encode;
use countersign_core::protocol::push::EnvelopeId;
use countersign_core::protocol::{Envelope, Object, PushRequest, SyncProtocol as _, VerdictKind};
use countersign_core::replica::{HttpRequest, HttpResponse, Method, Transport, TransportError};
use countersign_core::views::{Agreement, LaneResult};
use countersign_server::auth::policy::field_action;
use countersign_server::sync::SyncServer;
use uuid::Uuid;

use super::bytes::{body, chunk, damaged};
use super::cbor::twisted as twisted_item;
use super::changes::twisted;
use super::{Chance, Door, Harm, Offered, Outcome};
use crate::world::{Fault, Network, Office, Phone, World, photo};

const CASES_A_WORLD: u64 = 1_000;
/// Of the cases in a world so many are answers; each costs two exchanges.
const ANSWERS_A_WORLD: u64 = 60;
/// Whose answers are damaged in a case; the empty one stands for all.
const HIT: [&[&str]; 7] = [
    &["/sync/v1/pull"],
    &["/sync/v1/pull"],
    &["/sync/v1/pull", "/sync/v1/digests"],
    &["/sync/v1/push"],
    &["/sync/v1/session"],
    &["/sync/v1/blobs"],
    &[""],
];

/// A company for every thousand cases.
pub(super) fn cases(run: &mut super::Run<'_>, numbers: Range<u64>) {
    let mut first = numbers.start;
    while first < numbers.end {
        let here = (numbers.end - first).min(CASES_A_WORLD);
        let lived = catch_unwind(AssertUnwindSafe(|| a_world(run, first, here)));
        if lived.is_err() {
            let case = format!("the company of cases {first} to {}", first + here);
            run.report.harm(Harm::Poisoned, || case);
        }
        first += here;
    }
}

/// A phone whose owner has its key.
struct Attacker {
    device: DeviceId,
    user: UserId,
    key: SoftwareSigner,
    genuine: Vec<Envelope>,
    recorded: Vec<HttpRequest>,
}

fn a_world(run: &mut super::Run<'_>, first: u64, cases: u64) {
    let world = World::seeded(run.plan.seed ^ first.rotate_left(32));
    let office = Office::open(&world);
    office.sign_ledger(2);
    office.approve_plan(&[&office.rep, &office.technician]);
    let honest = world.phone_of(&office.rep, &office.admin);
    let turned = world.phone_of(&office.technician, &office.admin);
    turned.network.record();
    honest.sync_to_rest();
    turned.sync_to_rest();
    work(&turned);
    let attacker = Attacker {
        device: turned.device(),
        user: office.technician.user,
        key: turned.key(),
        genuine: turned.unsent(),
        recorded: [turned.network.take_recorded(), from_a_browser()].concat(),
    };
    let answers = ANSWERS_A_WORLD.min(cases / 10);
    let server = world.server();
    for number in first..first + (cases - answers) {
        let chance = &mut Chance::of(run.plan.seed, number);
        if chance.percent(70) {
            push(run, (&server, &attacker), number, chance);
        } else {
            send_body(run, (&honest.network, &attacker), number, chance);
        }
    }
    for number in first + (cases - answers)..first + cases {
        let chance = &mut Chance::of(run.plan.seed, number);
        answer(run, (&world, &honest), &office, number, chance);
    }
    let stop = honest.stop_at("001");
    honest.check_in(stop);
    world.remember(&honest);
    honest.sync_to_rest();
    let status = honest.replica.sync_status().unwrap();
    if status.held > 0 || !status.safe_to_close {
        run.report.harm(Harm::Poisoned, || {
            format!("after cases {first} and more, an honest phone keeps {status:?}")
        });
    }
}

/// A technician's day, unsent.
fn work(phone: &Phone) {
    phone.network.set(Fault::Down);
    for customer in ["001", "002"] {
        let stop = phone.stop_at(customer);
        phone.check_in(stop);
        phone.write(stop, "notes", "样品已带回检验");
        phone.write(stop, "met_person", "样例张某");
        phone.outcome(stop, OutcomeKind::Disputed);
    }
}

fn push(
    run: &mut super::Run<'_>,
    (server, attacker): (&SyncServer, &Attacker),
    number: u64,
    chance: &mut Chance,
) {
    let Some(genuine) = chance.one_of(&attacker.genuine) else {
        return;
    };
    let mut envelope = genuine.clone();
    if chance.percent(95) {
        envelope.id = EnvelopeId(Uuid::from_u64_pair(chance.number(), number));
    }
    let how = twist(&mut envelope, attacker, chance);
    let signed = PushRequest::signed_bytes(number, Digest::of(b"head"), &[envelope.clone()]);
    let Ok(signature) = attacker.key.sign(&signed) else {
        return;
    };
    let mut signature = signature.to_vec();
    let is_signed = !chance.percent(10);
    if !is_signed {
        signature = damaged(&signature, chance);
    }
    let request = PushRequest {
        head_seq: number,
        head: Digest::of(b"head"),
        envelopes: vec![envelope.clone()],
        signature,
    };
    let case = format!("push case {number} ({how})");
    run.note(&encode(&request));
    run.offer(Door::Push, Offered::Damaged, &case, || {
        let answer = server
            .push(attacker.device, request)
            .map_err(|_broken| Harm::Panic)?;
        let verdict = answer.verdicts.first().ok_or(Harm::Poisoned)?;
        match &verdict.kind {
            VerdictKind::Held(code, _words) => Ok(Outcome::Refused(format!("{code:?}"))),
            VerdictKind::Admitted(_) if is_his(&envelope, attacker) => Ok(Outcome::Admitted),
            VerdictKind::Admitted(_) => Err(Harm::Forged),
        }
    });
}

/// Whether an envelope says nothing but what this phone may say.
fn is_his(envelope: &Envelope, attacker: &Attacker) -> bool {
    match &envelope.object {
        Object::Run(run) => run.chain == attacker.device.into(),
        Object::Entry(sealed) => sealed.open().is_ok_and(|entry| {
            entry.chain == attacker.device.into()
                && entry.author == attacker.user
                && field_action(&entry.fact).is_some()
        }),
    }
}

/// Makes an envelope wrong; says how.
fn twist(envelope: &mut Envelope, attacker: &Attacker, chance: &mut Chance) -> &'static str {
    match &mut envelope.object {
        Object::Entry(sealed) => match chance.below(3) {
            0 => {
                sealed.payload = damaged(&sealed.payload, chance);
                "raw entry"
            }
            1 => {
                sealed.signature = Some(match &sealed.signature {
                    Some(signature) => damaged(signature, chance),
                    None => (0..64).map(|_| chance.byte()).collect(),
                });
                "entry's signature"
            }
            _ => {
                if let Some(again) = twisted_entry(sealed, attacker, chance) {
                    *sealed = again;
                }
                "twisted entry"
            }
        },
        Object::Run(run) => {
            let at = chance.below(run.changes.len());
            let Some(change) = run.changes.get_mut(at) else {
                return "empty run";
            };
            match chance.below(4) {
                0 => change.0 = damaged(&change.0, chance),
                1 => {
                    let forged = body(&change.0).map(|body| chunk(&damaged(body, chance)));
                    change.0 = forged.unwrap_or_default();
                }
                2 => {
                    if let Some(bytes) = twisted(&change.0, chance) {
                        change.0 = bytes;
                    }
                }
                _ => run.chain = ChainId::from_bytes([chance.byte(); 16]),
            }
            "run"
        }
    }
}

/// The entry with one thing changed, sealed anew under the phone's own key.
fn twisted_entry(
    sealed: &SealedEntry,
    attacker: &Attacker,
    chance: &mut Chance,
) -> Option<SealedEntry> {
    let mut entry = sealed.open().ok()?;
    match chance.below(11) {
        0 => entry.author = UserId::from_bytes([chance.byte(); 16]),
        1 => entry.chain = ChainId::from_bytes([chance.byte(); 16]),
        2 => entry.seq = chance.edge(),
        3 => entry.previous = Digest::of(&[chance.byte()]),
        4 => entry.organisation = OrganisationId::from_bytes([chance.byte(); 16]),
        5 => entry.policy_epoch = chance.edge(),
        6 => entry.build = "版".repeat(chance.below(5_000)),
        7 => entry.scope = [Scope::Office, Scope::Organisation][chance.below(2)],
        8 => entry.amends = Some(EntryId::from_bytes([chance.byte(); 16])),
        9 => entry.id = EntryId::from_bytes([chance.byte(); 16]),
        _ => entry.fact = desk_fact(attacker, chance),
    }
    entry.seal(&attacker.key).ok()
}

/// What only a desk may say.
fn desk_fact(attacker: &Attacker, chance: &mut Chance) -> Fact {
    match chance.below(4) {
        0 => Fact::DeviceRevoked(DeviceRevoked {
            device: attacker.device,
            reason: String::new(),
        }),
        1 => Fact::VisitAccepted(VisitAccepted {
            entries: vec![Digest::of(b"all of it")],
            remark: "很好".to_owned(),
        }),
        2 => Fact::VisitListDecided(VisitListDecided {
            list: countersign_core::domain::ids::VisitListId::from_bytes([1; 16]),
            pinned: Digest::of(b"list"),
            decision: Decision::Approved,
            struck: Vec::new(),
        }),
        _ => Fact::SentBack(SentBack {
            field: "签字".to_owned(),
            reason: "重签".to_owned(),
            deadline: countersign_core::domain::time::Day::legal(
                countersign_core::domain::time::Instant::from_ms(0),
            ),
        }),
    }
}

/// A recorded request with another body, address or header.
fn send_body(
    run: &mut super::Run<'_>,
    (network, attacker): (&Network, &Attacker),
    number: u64,
    chance: &mut Chance,
) {
    let Some(recorded) = chance.one_of(&attacker.recorded) else {
        return;
    };
    let mut request = recorded.clone();
    let wrong = |plain: &[u8], chance: &mut Chance| match twisted_item(plain, chance) {
        Some(twisted) if chance.percent(60) => twisted,
        Some(_) | None => damaged(plain, chance),
    };
    match zstd::stream::decode_all(request.body.as_slice()) {
        _ if chance.percent(15) => twist_header(&mut request, chance),
        _ if request.body.is_empty() => {
            let at = request.path.len() - chance.below(request.path.len().min(40));
            request.path.truncate(at.max(1));
            request.path.push_str(&letters(60, chance));
        }
        Ok(plain) if chance.percent(60) => {
            let wrong = wrong(&plain, chance);
            request.body = zstd::stream::encode_all(wrong.as_slice(), 3).unwrap_or(wrong);
        }
        // A form, or what stays packed.
        Ok(_) | Err(_) => request.body = damaged(&request.body, chance),
    }
    let case = format!("bodies case {number} ({})", recorded.path);
    run.note(request.path.as_bytes());
    for (_name, value) in &request.headers {
        run.note(value.as_bytes());
    }
    run.note(&request.body);
    run.offer(Door::Bodies, Offered::Damaged, &case, || {
        let answer = network.send(request).map_err(|_unsent| Harm::Panic)?;
        match answer.status {
            200..300 => Ok(Outcome::Admitted),
            status if status < 500 => Ok(Outcome::Refused(status.to_string())),
            _ => Err(Harm::Panic),
        }
    });
}

/// Letters that may stand in an address or a header.
fn letters(most: usize, chance: &mut Chance) -> String {
    (0..chance.below(most))
        .map(|_| char::from(b'!' + chance.byte() % 90))
        .filter(|c| c.is_ascii_alphanumeric() || "=&?%-_./;,".contains(*c))
        .collect()
}

/// Another token, cookie, encoding or type.
fn twist_header(request: &mut HttpRequest, chance: &mut Chance) {
    const NAMES: [&str; 6] = [
        "cookie",
        "authorization",
        "content-encoding",
        "content-type",
        "accept-language",
        "origin",
    ];
    if chance.percent(50)
        && let Some((_name, value)) = request.headers.last_mut()
    {
        let at = chance.below(value.len());
        value.truncate(at);
        value.push_str(&letters(80, chance));
        return;
    }
    if let Some(name) = chance.one_of(&NAMES) {
        let long = if chance.percent(10) { 4_000 } else { 80 };
        let value = format!("countersign={}", letters(long, chance));
        request.headers.push(((*name).to_owned(), value));
    }
}

/// What a browser sends: a cookie, a form, a file.
fn from_a_browser() -> Vec<HttpRequest> {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let cookie = header("cookie", &format!("countersign={}", "ab".repeat(32)));
    let origin = header("origin", "http://server.test");
    let form = header("content-type", "application/x-www-form-urlencoded");
    let page = |path: &str| HttpRequest {
        method: Method::Get,
        path: path.to_owned(),
        headers: vec![cookie.clone()],
        body: Vec::new(),
    };
    let sign_in = HttpRequest {
        method: Method::Post,
        path: "/sign-in".to_owned(),
        headers: vec![origin, header("host", "server.test"), form, cookie.clone()],
        body: b"login=%E6%A0%B7%E4%BE%8B&password=a+long+enough+password&to=%2F".to_vec(),
    };
    vec![
        page("/"),
        page("/customers?search=%E6%A0%B7&page=2"),
        sign_in,
    ]
}

/// A network that damages answers.
struct Liar<'a> {
    network: &'a Network,
    hit: &'static [&'static str],
    damage: Mutex<Chance>,
    told: Mutex<Vec<u8>>,
}

impl Transport for Liar<'_> {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let is_hit = self.hit.iter().any(|path| request.path.starts_with(path));
        let mut answer = self.network.send(request)?;
        if is_hit {
            let chance = &mut *self.damage.lock().unwrap();
            answer.body = wrong_answer(&answer.body, chance);
            for (_name, value) in &mut answer.headers {
                if chance.percent(10) {
                    *value = letters(40, chance);
                }
            }
            if chance.percent(5) {
                answer.status = [200, 204, 304, 401, 403, 404, 429, 500, 507][chance.below(9)];
            }
            self.told.lock().unwrap().extend(&answer.body);
        }
        Ok(answer)
    }
}

fn wrong_answer(body: &[u8], chance: &mut Chance) -> Vec<u8> {
    let plain = match zstd::stream::decode_all(body) {
        Ok(plain) if chance.percent(80) => plain,
        Ok(_) | Err(_) => return damaged(body, chance),
    };
    let wrong = match twisted_item(&plain, chance).or_else(|| twisted_frame(&plain, chance)) {
        Some(twisted) if chance.percent(60) => twisted,
        Some(_) | None => damaged(&plain, chance),
    };
    zstd::stream::encode_all(wrong.as_slice(), 3).unwrap_or(wrong)
}

/// A stream of frames of which one is twisted.
fn twisted_frame(stream: &[u8], chance: &mut Chance) -> Option<Vec<u8>> {
    let mut frames = Vec::new();
    let mut rest = stream;
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (frame, behind) = behind.split_at_checked(length)?;
        frames.push(frame.to_vec());
        rest = behind;
    }
    let at = chance.below(frames.len());
    let hit = frames.get_mut(at)?;
    *hit = twisted_item(hit, chance)?;
    let mut out = Vec::new();
    for frame in frames {
        out.extend(u32::try_from(frame.len()).ok()?.to_be_bytes());
        out.extend(frame);
    }
    Some(out)
}

/// Somebody writes something, the phone does too, and what it is answered is damaged; afterwards it agrees with everybody again, and
/// nothing of its own is lost.
fn answer(
    run: &mut super::Run<'_>,
    (world, honest): (&World, &Phone),
    office: &Office,
    number: u64,
    chance: &mut Chance,
) {
    let reader = world.phone_of(&office.rep, &office.admin);
    if chance.percent(80) {
        reader.sync_to_rest();
        let stop = reader.stop_at("001");
        reader.check_in(stop);
        reader.write(stop, "next_step", &format!("第 {number} 步"));
        reader.attach(stop, PartKind::Site, &photo(2_000));
        world.remember(&reader);
    }
    let stop = honest.stop_at("002");
    honest.write(stop, "notes", &format!("第 {number} 次记录"));
    honest.promise(stop, "100.00", "2099-12-31");
    honest.outcome(stop, OutcomeKind::PromisedOrally);
    honest.sync_to_rest();
    let liar = Liar {
        network: &reader.network,
        hit: HIT[chance.below(HIT.len())],
        damage: Mutex::new(Chance::of(run.plan.seed ^ 1, number)),
        told: Mutex::default(),
    };
    let case = format!("answer case {number} ({:?})", liar.hit);
    run.offer(Door::Answers, Offered::Damaged, &case, || {
        let told = reader.replica.sync(&liar);
        let rest = reader.sync_to_rest();
        if !matches!(rest.agreement, Agreement::Equal | Agreement::Repaired) {
            return Err(Harm::Diverged);
        }
        honest.sync_to_rest();
        let agreed = catch_unwind(AssertUnwindSafe(|| world.assert_agree(&[&reader, honest])));
        if agreed.is_err() {
            return Err(Harm::Diverged);
        }
        let status = reader
            .replica
            .sync_status()
            .map_err(|_unreadable| Harm::Poisoned)?;
        if status.held > 0 || !status.safe_to_close {
            return Err(Harm::Poisoned);
        }
        Ok(match told {
            Ok(told) if told.quarantined > 0 => Outcome::Refused("quarantined".to_owned()),
            Ok(told) => {
                let lanes = [told.push, told.pull, told.blobs];
                let stopped = lanes.into_iter().find(|lane| *lane != LaneResult::Done);
                stopped.map_or(Outcome::Admitted, |lane| {
                    Outcome::Refused(format!("{lane:?}"))
                })
            }
            Err(error) => Outcome::Refused(format!("{:?}", error.kind())),
        })
    });
    run.note(&liar.told.lock().unwrap());
}
