//! Everything that reads bytes from elsewhere into a value, one at a time: entries, signatures, snapshots, messages, streams, texts.
//!
//! The material comes from a company at work, whose messages are listened to. Damage is to bytes, to the CBOR tree, or to a body under
//! zstd that is packed again. What reads must read to itself, and what verifies must be what was signed.

use std::ops::Range;
use std::str::FromStr;
use std::sync::Mutex;

use countersign_core::domain::ids::{Digest, EntryId};
use countersign_core::domain::money::{Currency, Money};
use countersign_core::domain::percent::Percent;
use countersign_core::domain::phone_number::PhoneNumber;
use countersign_core::domain::time::Day;
use countersign_core::evidence::{Verdict, verify};
use countersign_core::journal::facts::PartKind;
use countersign_core::journal::seal::ENTRY_LIMIT_BYTES;
use countersign_core::journal::signer::verify_raw;
use countersign_core::journal::{DeviceSigner as _, SealedEntry, SealedSnapshot};
use countersign_core::protocol::codec::{
    BODY_LIMIT_BYTES, CodecError, decode, encode, read_frames, unpack, write_frames,
};
use countersign_core::protocol::frames::EntryFrame;
use countersign_core::protocol::{
    EnrolAnswer, EnrolRequest, FRAME_LIMIT_BYTES, Frame, PartsAnswer, PartsRequest, PushAnswer,
    PushRequest, Repair, RepairRequest, SessionAnswer, SessionRequest,
};
use countersign_core::replica::{Enrolment, HttpRequest, HttpResponse, Transport, TransportError};
use minicbor::{Decode, Encode};

use super::bytes::damaged;
use super::cbor::{swollen, twisted};
use super::{Chance, Door, Harm, Offered, Outcome};
use crate::world::{Network, Office, Phone, World, photo};

/// Of a hundred cases so many are genuine.
const GENUINE_PERCENT: usize = 6;
/// Of a hundred cases so many have one array that fills the limit.
const SWOLLEN_PERCENT: usize = 2;

/// How a value is written where it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// CBOR.
    Plain,
    /// CBOR under zstd, with lengths between the frames of a pull.
    Packed,
    /// Letters.
    Text,
}

type Reads = Box<dyn Fn(&[u8]) -> Result<Outcome, Harm>>;

/// One decoder, with what it reads in earnest.
///
/// A new format gets a row in [`decoders`]: its genuine bytes, its limit, and what reads them.
struct Decoder {
    name: &'static str,
    written: Written,
    limit_bytes: usize,
    genuine: Vec<Vec<u8>>,
    reads: Reads,
}

/// What went over the network of a company at work.
#[derive(Default)]
struct Heard(Vec<(String, Vec<u8>, Vec<u8>)>);

impl Heard {
    /// Bodies of requests, or of answers, on a path.
    fn bodies(&self, path: &str, side: Side) -> Vec<Vec<u8>> {
        let on_path = self.0.iter().filter(|(at, ..)| at.starts_with(path));
        let bodies = on_path.map(|(_at, request, answer)| match side {
            Side::Request => request,
            Side::Answer => answer,
        });
        bodies.filter(|body| !body.is_empty()).cloned().collect()
    }

    fn plain(&self, path: &str, side: Side) -> Vec<Vec<u8>> {
        self.bodies(path, side)
            .iter()
            .filter_map(|body| zstd::stream::decode_all(body.as_slice()).ok())
            .collect()
    }

    fn frames(&self) -> Vec<Frame> {
        self.bodies("/sync/v1/pull", Side::Answer)
            .iter()
            .filter_map(|body| read_frames(body).ok())
            .flat_map(|(frames, _end)| frames)
            .collect()
    }
}

#[derive(Debug, Clone, Copy)]
enum Side {
    Request,
    Answer,
}

/// A network that is listened to.
struct Listener<'a> {
    network: &'a Network,
    heard: Mutex<Heard>,
}

impl Transport for Listener<'_> {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let answer = self.network.send(request.clone())?;
        if answer.status == 200 {
            let heard = &mut self.heard.lock().unwrap().0;
            heard.push((request.path, request.body, answer.body.clone()));
        }
        Ok(answer)
    }
}

/// Two people at a stop, the second of whom is listened to from the first word on.
fn listen(world: &World) -> (Heard, Phone, Phone) {
    let office = Office::open(world);
    office.sign_ledger(2);
    office.approve_plan(&[&office.rep, &office.technician]);
    let rep = world.phone_of(&office.rep, &office.admin);
    rep.sync_to_rest();
    let stop = rep.stop_at("001");
    rep.check_in(stop);
    rep.take_signature(stop);
    rep.promise(stop, "100.00", "2099-12-31");
    rep.write(stop, "notes", "答应月底付款");
    rep.sync_to_rest();
    let technician = world.phone();
    let listener = Listener {
        network: &technician.network,
        heard: Mutex::default(),
    };
    let code = office
        .admin
        .issue_enrolment_code(office.technician.user)
        .unwrap();
    let enrolment = Enrolment {
        server_url: "http://server.test".to_owned(),
        code: code.code,
        name: office.technician.name,
    };
    technician.replica.enrol(&enrolment, &listener).unwrap();
    technician.replica.sync(&listener).unwrap();
    technician.check_in(stop);
    technician.write(stop, "met_person", "样例张某");
    technician.attach(stop, PartKind::Site, &photo(30_000));
    technician.replica.sync(&listener).unwrap();
    technician.replica.sync(&listener).unwrap();
    // A phone that says it holds nothing is told all that differs.
    let request = RepairRequest {
        documents: Vec::new(),
        entries: Vec::new(),
        snapshots: Vec::new(),
    };
    let mut heard = listener.heard.into_inner().unwrap();
    let server = world.server();
    let repair =
        countersign_core::protocol::SyncProtocol::repair(&server, technician.device(), request)
            .unwrap();
    let held = technician.replica.holdings().unwrap();
    let packed = |bytes: Vec<u8>| zstd::stream::encode_all(bytes.as_slice(), 3).unwrap();
    heard.0.push((
        "/sync/v1/digests".to_owned(),
        packed(encode(&held)),
        packed(encode(&repair)),
    ));
    (heard, rep, technician)
}

/// Reads a message, which then is what the bytes say.
fn message<T>(
    name: &'static str,
    limit_bytes: usize,
    genuine: Vec<Vec<u8>>,
    check: impl Fn(&T) -> Result<(), Harm> + 'static,
) -> Decoder
where
    T: for<'b> Decode<'b, ()> + Encode<()> + 'static,
{
    let reads = move |bytes: &[u8]| match decode::<T>(bytes, limit_bytes) {
        Ok(value) => check(&value).map(|()| Outcome::Admitted),
        Err(error) => Ok(refused(&error)),
    };
    Decoder {
        name,
        written: Written::Plain,
        limit_bytes,
        genuine,
        reads: Box::new(reads),
    }
}

fn refused(error: &CodecError) -> Outcome {
    let code = match error {
        CodecError::TooLarge { .. } => "too_large",
        CodecError::TooMany => "too_many",
        CodecError::Zstd(_) => "zstd",
        CodecError::Malformed(_) => "malformed",
        CodecError::NotDeterministic => "not_deterministic",
    };
    Outcome::Refused(code.to_owned())
}

/// What is believed is among what was signed.
fn unless_forged<T: PartialEq>(believed: &T, signed: &[T]) -> Result<(), Harm> {
    if signed.contains(believed) {
        Ok(())
    } else {
        Err(Harm::Forged)
    }
}

fn entries(frames: &[Frame]) -> Vec<EntryFrame> {
    let frames = frames.iter().filter_map(|frame| match frame {
        Frame::Entry(frame) => Some((**frame).clone()),
        Frame::Document(_)
        | Frame::Changes(_)
        | Frame::Snapshot(_)
        | Frame::Revoke(_)
        | Frame::End(_) => None,
    });
    frames.collect()
}

fn snapshots(frames: &[Frame]) -> Vec<SealedSnapshot> {
    let frames = frames.iter().filter_map(|frame| match frame {
        Frame::Snapshot(frame) => Some(frame.snapshot.clone()),
        Frame::Document(_)
        | Frame::Changes(_)
        | Frame::Entry(_)
        | Frame::Revoke(_)
        | Frame::End(_) => None,
    });
    frames.collect()
}

fn signed_entry(entries: &[EntryFrame], keys: Vec<Vec<u8>>) -> Decoder {
    let signed: Vec<SealedEntry> = entries.iter().map(|frame| frame.entry.clone()).collect();
    let genuine = signed.iter().map(encode).collect();
    let reads = move |bytes: &[u8]| {
        let sealed: SealedEntry = match decode(bytes, FRAME_LIMIT_BYTES) {
            Ok(sealed) => sealed,
            Err(error) => return Ok(refused(&error)),
        };
        let Ok(entry) = sealed.open() else {
            return Ok(Outcome::Refused("not_an_entry".to_owned()));
        };
        if encode(&entry) != sealed.payload {
            return Err(Harm::Diverged);
        }
        if !keys.iter().any(|key| sealed.verify(key).is_ok()) {
            return Ok(Outcome::Refused("not_signed".to_owned()));
        }
        if entry.fact.is_signed_alone() {
            unless_forged(&sealed, &signed)?;
        }
        Ok(Outcome::Admitted)
    };
    Decoder {
        name: "entry",
        written: Written::Plain,
        limit_bytes: ENTRY_LIMIT_BYTES,
        genuine,
        reads: Box::new(reads),
    }
}

fn signed_snapshot(signed: Vec<SealedSnapshot>, key: Vec<u8>) -> Decoder {
    let genuine = signed.iter().map(encode).collect();
    let reads = move |bytes: &[u8]| {
        let sealed: SealedSnapshot = match decode(bytes, FRAME_LIMIT_BYTES) {
            Ok(sealed) => sealed,
            Err(error) => return Ok(refused(&error)),
        };
        if sealed.verify(&key).is_err() {
            return Ok(Outcome::Refused("not_signed".to_owned()));
        }
        unless_forged(&sealed, &signed)?;
        Ok(Outcome::Admitted)
    };
    Decoder {
        name: "snapshot",
        written: Written::Plain,
        limit_bytes: FRAME_LIMIT_BYTES,
        genuine,
        reads: Box::new(reads),
    }
}

/// The answer to a push is a receipt where it verifies.
fn receipt(heard: &Heard, key: Vec<u8>) -> Decoder {
    let genuine = heard.plain("/sync/v1/push", Side::Answer);
    let signed = genuine.clone();
    let check = move |answer: &PushAnswer| {
        let bytes = PushAnswer::signed_bytes(&answer.verdicts, answer.time);
        match verify_raw(&key, &bytes, &answer.signature) {
            Ok(()) => unless_forged(&encode(answer), &signed),
            Err(_refused) => Ok(()),
        }
    };
    message::<PushAnswer>("receipt", BODY_LIMIT_BYTES, genuine, check)
}

/// A routine entry is believed under the server's receipt.
fn frame(frames: &[Frame], key: Vec<u8>) -> Decoder {
    let signed: Vec<Vec<u8>> = entries(frames)
        .into_iter()
        .map(|frame| frame.entry.payload)
        .collect();
    let check = move |frame: &Frame| {
        let Frame::Entry(frame) = frame else {
            return Ok(());
        };
        let bytes = EntryFrame::signed_bytes(frame.entry.hash());
        let receipt = frame.receipt.as_deref();
        if receipt.is_some_and(|it| verify_raw(&key, &bytes, it).is_ok()) {
            unless_forged(&frame.entry.payload, &signed)?;
        }
        Ok(())
    };
    let genuine = frames.iter().map(encode).collect();
    message::<Frame>("frame", FRAME_LIMIT_BYTES, genuine, check)
}

fn stream(heard: &Heard) -> Decoder {
    let reads = |body: &[u8]| match read_frames(body) {
        Ok((frames, _end)) => match write_frames(&frames) {
            Ok(_body) => Ok(Outcome::Admitted),
            Err(_unwritable) => Err(Harm::Diverged),
        },
        Err(error) => Ok(refused(&error)),
    };
    Decoder {
        name: "stream",
        written: Written::Packed,
        limit_bytes: FRAME_LIMIT_BYTES,
        genuine: heard.bodies("/sync/v1/pull", Side::Answer),
        reads: Box::new(reads),
    }
}

fn body(heard: &Heard) -> Decoder {
    let reads = |body: &[u8]| match unpack::<PushRequest>(body, BODY_LIMIT_BYTES) {
        Ok(_request) => Ok(Outcome::Admitted),
        Err(error) => Ok(refused(&error)),
    };
    Decoder {
        name: "body",
        written: Written::Packed,
        limit_bytes: BODY_LIMIT_BYTES,
        genuine: heard.bodies("/sync/v1/push", Side::Request),
        reads: Box::new(reads),
    }
}

/// Something said in letters, which is written as it was read or in one other way that reads alike.
fn text<T: FromStr + ToString + PartialEq + 'static>(
    name: &'static str,
    genuine: &[&str],
) -> Decoder {
    let reads = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        let Ok(value) = text.parse::<T>() else {
            return Ok(Outcome::Refused("not_one".to_owned()));
        };
        match value.to_string().parse::<T>() {
            Ok(again) if again == value => Ok(Outcome::Admitted),
            Ok(_) | Err(_) => Err(Harm::Diverged),
        }
    };
    letters(name, genuine, Box::new(reads))
}

fn letters(name: &'static str, genuine: &[&str], reads: Reads) -> Decoder {
    Decoder {
        name,
        written: Written::Text,
        limit_bytes: 4 << 10,
        genuine: genuine
            .iter()
            .map(|text| text.as_bytes().to_vec())
            .collect(),
        reads,
    }
}

fn money() -> Decoder {
    let reads = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        let Ok(money) = Money::parse(Currency::Cny, &text) else {
            return Ok(Outcome::Refused("not_one".to_owned()));
        };
        let again = Money::parse(Currency::Cny, &money.amount().to_string());
        if again == Ok(money) {
            Ok(Outcome::Admitted)
        } else {
            Err(Harm::Diverged)
        }
    };
    letters(
        "money",
        &["100000", "12.34", "0.01", "-7.50"],
        Box::new(reads),
    )
}

/// An evidence bundle is genuine to the last bit, or not at all.
fn bundle() -> Decoder {
    const GENUINE: [&[u8]; 2] = [
        include_bytes!("../../fixtures/evidence/genuine-paper-from-server.csev"),
        include_bytes!("../../fixtures/evidence/genuine-stop-from-phone.csev"),
    ];
    let key = |bytes: &[u8]| {
        verify(bytes, None)
            .heading
            .map(|heading| heading.server_key)
    };
    let keys: Vec<Option<Digest>> = GENUINE.iter().map(|bytes| key(bytes)).collect();
    let reads = move |bytes: &[u8]| {
        let verdicts = keys.iter().map(|key| verify(bytes, *key).verdict);
        if verdicts.into_iter().all(|it| it != Verdict::Genuine) {
            return Ok(Outcome::Refused("not_genuine".to_owned()));
        }
        unless_forged(&bytes, &GENUINE).map(|()| Outcome::Admitted)
    };
    Decoder {
        name: "bundle",
        written: Written::Plain,
        limit_bytes: FRAME_LIMIT_BYTES,
        genuine: GENUINE.map(<[u8]>::to_vec).to_vec(),
        reads: Box::new(reads),
    }
}

/// Requests and answers on a path, as plain messages of these types.
fn exchange<Q, A>(heard: &Heard, path: &str, names: [&'static str; 2]) -> [Decoder; 2]
where
    Q: for<'b> Decode<'b, ()> + Encode<()> + 'static,
    A: for<'b> Decode<'b, ()> + Encode<()> + 'static,
{
    let [request, answer] = names;
    let of = |side| heard.plain(path, side);
    [
        message::<Q>(request, BODY_LIMIT_BYTES, of(Side::Request), |_| Ok(())),
        message::<A>(answer, BODY_LIMIT_BYTES, of(Side::Answer), |_| Ok(())),
    ]
}

fn decoders(world: &World) -> Vec<Decoder> {
    let (heard, rep, technician) = listen(world);
    let frames = heard.frames();
    let server_key = world.organisation.public_key();
    let keys = vec![
        server_key.clone(),
        rep.key().public_key().unwrap(),
        technician.key().public_key().unwrap(),
    ];
    let mut all = vec![
        signed_entry(&entries(&frames), keys),
        signed_snapshot(snapshots(&frames), server_key.clone()),
        receipt(&heard, server_key.clone()),
        frame(&frames, server_key),
        stream(&heard),
        body(&heard),
        bundle(),
        text::<Digest>("digest", &[&Digest::of(b"x").to_string()]),
        text::<EntryId>("id", &["0190b0a5-9c00-7000-8000-000000000000"]),
        text::<Day>("day", &["2026-07-15", "2099-12-31"]),
        text::<Percent>("percent", &["3.45", "100"]),
        text::<PhoneNumber>("phone number", &["13800000000", "021-12345678"]),
        money(),
    ];
    all.extend(exchange::<PushRequest, PushAnswer>(
        &heard,
        "/sync/v1/push",
        ["push", "verdicts"],
    ));
    all.extend(exchange::<EnrolRequest, EnrolAnswer>(
        &heard,
        "/sync/v1/enrol",
        ["enrol", "enrolled"],
    ));
    all.extend(exchange::<SessionRequest, SessionAnswer>(
        &heard,
        "/sync/v1/session",
        ["session", "opened"],
    ));
    all.extend(exchange::<RepairRequest, Repair>(
        &heard,
        "/sync/v1/digests",
        ["digests", "repair"],
    ));
    all.extend(exchange::<PartsRequest, PartsAnswer>(
        &heard,
        "/sync/v1/blobs",
        ["parts", "stored"],
    ));
    all
}

impl Decoder {
    /// With one array filled to the limit.
    fn swollen(&self, genuine: &[u8], chance: &mut Chance) -> Option<Vec<u8>> {
        // The heads of what surrounds it grow too.
        let room = |plain: &[u8]| self.limit_bytes.saturating_sub(plain.len() + 64);
        match self.written {
            Written::Plain => swollen(genuine, room(genuine), chance),
            Written::Packed => {
                let plain = zstd::stream::decode_all(genuine).ok()?;
                let swollen = swollen(&plain, room(&plain), chance)?;
                zstd::stream::encode_all(swollen.as_slice(), 1).ok()
            }
            Written::Text => None,
        }
    }

    /// What is offered, and in words how it was made.
    fn offered(&self, chance: &mut Chance) -> Option<(Vec<u8>, &'static str)> {
        let genuine = chance.one_of(&self.genuine)?;
        if chance.percent(GENUINE_PERCENT) {
            return Some((genuine.clone(), "genuine"));
        }
        if chance.percent(SWOLLEN_PERCENT)
            && let Some(bytes) = self.swollen(genuine, chance)
        {
            return Some((bytes, "swollen"));
        }
        Some(match self.written {
            Written::Plain if chance.percent(75) => match twisted(genuine, chance) {
                Some(bytes) => (bytes, "twisted"),
                None => (damaged(genuine, chance), "raw"),
            },
            Written::Packed if chance.percent(80) => {
                let plain = zstd::stream::decode_all(genuine.as_slice()).ok()?;
                let wrong = twisted(&plain, chance).unwrap_or_else(|| damaged(&plain, chance));
                (
                    zstd::stream::encode_all(wrong.as_slice(), 1).ok()?,
                    "repacked",
                )
            }
            Written::Plain | Written::Packed | Written::Text => (damaged(genuine, chance), "raw"),
        })
    }
}

/// Two of ten cases of the plan, those from `first` on.
pub(super) fn cases(run: &mut super::Run<'_>, numbers: Range<u64>) {
    let world = World::seeded(run.plan.seed);
    let decoders = decoders(&world);
    for decoder in &decoders {
        assert!(
            !decoder.genuine.is_empty(),
            "{} was never heard",
            decoder.name
        );
    }
    for number in numbers {
        let chance = &mut Chance::of(run.plan.seed, number);
        let Some(decoder) = chance.one_of(&decoders) else {
            return;
        };
        let Some((bytes, how)) = decoder.offered(chance) else {
            continue;
        };
        let offered = if decoder.genuine.contains(&bytes) {
            Offered::Genuine
        } else {
            Offered::Damaged
        };
        run.note(&bytes);
        let case = format!("decoder case {number} ({}, {how})", decoder.name);
        run.offer(Door::Decoders, offered, &case, || (decoder.reads)(&bytes));
    }
}
