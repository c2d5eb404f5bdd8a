//! One visit: a check-in, a signed statement, a team member's signature under it, the photographed sheet.

use std::fmt::Write as _;

use countersign_core::domain::ids::{
    ChainId, CustomerId, DeviceId, Digest, EntryId, OrganisationId, StopId, UserId,
};
use countersign_core::domain::money::{Currency, Money};
use countersign_core::domain::position::{Crs, FixSource, RawFix};
use countersign_core::domain::signer::{Capacity, SealCondition};
use countersign_core::domain::time::{ClockReading, Instant};
use countersign_core::evidence::{
    About, Admission, Contents, Exporter, Gathered, ReadingCopy, StoredReceipt, Verdict,
};
use countersign_core::journal::facts::{
    Acknowledgement, CompanySeal, Consent, Consents, CountersignRole, Countersignature,
    DeviceEnrolled, EffectShown, Fact, Part, PositionReport, Signer, StrokeConsent, Viewing,
};
use countersign_core::journal::{
    DeviceSigner as _, Entry, Scope, SealedEntry, SealedSnapshot, SeenServer, SoftwareSigner,
};
use countersign_core::protocol::push::EnvelopeId;
use countersign_core::protocol::{Envelope, Object, PushAnswer, Verdict as Said, VerdictKind};
use countersign_core::snapshots::Snapshot;
use countersign_core::snapshots::ledger::LedgerCustomer;
use countersign_core::snapshots::statement::{Statement, StatementLine, StatementOf};
use uuid::Uuid;

use super::{Vector, key};

const ORGANISATION: OrganisationId =
    OrganisationId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
const ADMIN: UserId = UserId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002));
const REP: UserId = UserId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0003));
pub(super) const PHONE: DeviceId =
    DeviceId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0004));
const STOP: StopId = StopId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0005));
const CUSTOMER: CustomerId = CustomerId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0006));
pub(super) const CLAUSE: &str = "双方同意以在屏幕上手写签名的方式签署本文件。";
/// 2026-07-15 09:30 in Asia/Shanghai.
pub(super) const MORNING: i64 = 1_784_079_000_000;

fn entry_id(number: u8) -> EntryId {
    EntryId(Uuid::from_u128(
        0x0190_0000_0000_7000_8000_0000_0000_0100 + u128::from(number),
    ))
}

/// The strokes and drawings written by hand from the format's description, not by the product's code.
pub(super) struct Hand {
    pub(super) strokes: Vec<u8>,
    pub(super) image: Vec<u8>,
    pub(super) commitment: Digest,
}

impl Hand {
    /// One stroke of `points` points that rises to the right.
    pub(super) fn of(points: i32, salt: &str) -> Self {
        let salt = Digest::of(salt.as_bytes()).0;
        let mut line = minicbor::Encoder::new(Vec::new());
        let steps = |step: i32, first: i32| {
            let mut steps = vec![step; usize::try_from(points).unwrap()];
            if let Some(at) = steps.first_mut() {
                *at = first;
            }
            steps
        };
        let ok: Result<_, minicbor::encode::Error<std::convert::Infallible>> = (|| {
            line.map(2)?.u8(0)?.u32(9_600)?.u8(1)?.array(1)?;
            line.map(6)?.u8(0)?.str("pen")?.u8(1)?.u8(0)?;
            line.u8(2)?.encode(steps(200, 1_000))?;
            line.u8(3)?.encode(steps(-40, 2_000))?;
            line.u8(4)?.encode(steps(8, 0))?;
            line.u8(5)?.encode(steps(512, 512))?;
            Ok(())
        })();
        ok.unwrap();
        let line = line.into_writer();
        let mut part = minicbor::Encoder::new(Vec::new());
        let ok: Result<_, minicbor::encode::Error<std::convert::Infallible>> = (|| {
            part.map(3)?.u8(0)?.u8(1)?;
            part.u8(1)?.bytes(&salt)?.u8(2)?.bytes(&line)?;
            Ok(())
        })();
        ok.unwrap();
        let (width, height) = (200 * (points - 1), 40 * (points - 1));
        let mut path = String::new();
        for at in 0..points {
            let letter = if at == 0 { 'M' } else { 'L' };
            let (x, y) = (400 + 200 * at, 400 + height - 40 * at);
            write!(path, "{letter}{x} {y}").unwrap();
        }
        let image = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\"><path d=\"{path}\" fill=\"none\" stroke=\"#000\" \
             stroke-width=\"220\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>",
            width + 800,
            height + 800,
        );
        Self {
            commitment: Digest::of(&[salt.as_slice(), &line].concat()),
            strokes: part.into_writer(),
            image: image.into_bytes(),
        }
    }
}

pub(super) fn part(bytes: &[u8]) -> Part {
    Part {
        digest: Digest::of(bytes),
        size_bytes: u64::try_from(bytes.len()).unwrap(),
    }
}

pub(super) fn yuan(text: &str) -> Money {
    Money::parse(Currency::Cny, text).unwrap()
}

pub(super) fn statement() -> Statement {
    let customer = LedgerCustomer {
        id: CUSTOMER,
        code: "C001".to_owned(),
        name: "样例建材有限公司".to_owned(),
        address: String::new(),
        contact: String::new(),
        phone: String::new(),
        site: None,
        grade: String::new(),
        credit_code: String::new(),
        salesperson: String::new(),
    };
    let line = StatementLine {
        document: "XS-0001".to_owned(),
        invoiced: None,
        due: "2026-05-31".parse().unwrap(),
        amount: yuan("386420.00"),
        received: yuan("0.00"),
        outstanding: yuan("386420.00"),
    };
    StatementOf {
        organisation: ORGANISATION,
        organisation_name: "示范机械有限公司",
        customer: &customer,
        ledger: Digest::of(b"countersign-vectors ledger"),
        cut_off: "2026-06-30".parse().unwrap(),
        receivables: &[line],
        signing_day: "2026-07-15".parse().unwrap(),
        restarts: &[],
    }
    .form_a()
    .unwrap()
}

fn fix() -> PositionReport {
    PositionReport::Fix(RawFix {
        lat_e7: 312_304_000,
        lon_e7: 1_214_737_000,
        crs: Crs::Wgs84,
        accuracy_mm: 18_500,
        age_ms: 900,
        provider: "gps".to_owned(),
        source: FixSource::Measured,
    })
}

/// Everything of the visit, signed.
pub(super) struct Visit {
    pub(super) enrolment: SealedEntry,
    /// Check-in, acknowledgement, countersignature, photographed sheet.
    pub(super) entries: Vec<SealedEntry>,
    pub(super) snapshot: SealedSnapshot,
    pub(super) parts: Vec<Vec<u8>>,
}

/// What a teller of the visit may change before it is signed.
#[derive(Default)]
pub(super) struct Changes<'a> {
    pub(super) acknowledgement: Option<&'a dyn Fn(&mut Acknowledgement)>,
    pub(super) countersignature: Option<&'a dyn Fn(&mut Countersignature)>,
}

impl Visit {
    pub(super) fn told(changes: &Changes<'_>) -> Self {
        let (server, phone) = (key("server"), key("phone"));
        let signer = Hand::of(12, "signer");
        let member = Hand::of(13, "member");
        let photo = b"\xff\xd8\xff stand-in for the photo of a stamped sheet".to_vec();
        let snapshot = Snapshot::Statement(Box::new(statement()))
            .seal(&server)
            .unwrap();
        let mut paper = acknowledgement(&snapshot, &signer);
        if let Some(change) = changes.acknowledgement {
            change(&mut paper);
        }
        let mut chain = Chain {
            signer: phone,
            sealed: Vec::new(),
        };
        chain.append(None, Fact::CheckIn(fix()));
        let paper = chain.append(None, Fact::Acknowledgement(Box::new(paper)));
        let pinned = chain.sealed.last().unwrap().hash();
        let mut under = countersignature(pinned, &member);
        if let Some(change) = changes.countersignature {
            change(&mut under);
        }
        chain.append(Some(paper), Fact::Countersignature(Box::new(under)));
        let seal = CompanySeal {
            pinned,
            photo: part(&photo),
            reads: "样例建材有限公司".to_owned(),
        };
        chain.append(Some(paper), Fact::CompanySeal(seal));
        Self {
            enrolment: enrolment(&server),
            entries: chain.sealed,
            snapshot,
            parts: vec![
                signer.strokes,
                signer.image,
                member.strokes,
                member.image,
                photo,
            ],
        }
    }

    /// The signed paper's id.
    pub(super) fn paper() -> EntryId {
        entry_id(2)
    }

    fn gathered(&self) -> Vec<Gathered> {
        let entries = self.entries.iter().cloned();
        entries
            .map(|sealed| Gathered::open(sealed).unwrap())
            .collect()
    }

    fn contents(&self, about: About) -> Contents {
        let server = key("server").public_key().unwrap();
        let mut contents = Contents::new(about, ORGANISATION, server, self.gathered()).unwrap();
        contents.add_key_record(&Gathered::open(self.enrolment.clone()).unwrap());
        contents.add_statement(&self.snapshot);
        contents.add_clause(CLAUSE);
        for part in &self.parts {
            contents.add_part(part.clone());
        }
        contents
    }

    /// As a desk exports the paper.
    pub(super) fn as_a_desk_exports(&self) -> Vec<u8> {
        let server = key("server");
        let mut contents = self.contents(About::Entry(Self::paper()));
        for (number, sealed) in (41_u64..).zip(&self.entries) {
            let received = Instant::from_ms(MORNING + 3_600_000);
            let admission = Admission::state(&server, sealed.hash(), (number, received)).unwrap();
            contents.add_admission(&admission);
        }
        let paper = self.entries.get(1).unwrap();
        contents.add_reading_copy(&ReadingCopy {
            entry: paper.hash(),
            file_name: "对账单-20260715.pdf".to_owned(),
            pdf: b"%PDF-1.7 stand-in, so that the vectors need no font\n%%EOF\n".to_vec(),
        });
        let made = Instant::from_ms(MORNING + 86_400_000);
        contents.seal(Exporter::Server, made, &server).unwrap()
    }

    /// As a phone exports the stop, with the receipt of what it had pushed.
    pub(super) fn as_the_phone_exports(&self) -> Vec<u8> {
        let mut contents = self.contents(About::Stop(STOP));
        contents.add_receipt(&receipt(self.entries.get(1).unwrap()));
        let made = Instant::from_ms(MORNING + 7_200_000);
        contents
            .seal(Exporter::Device(PHONE), made, &key("phone"))
            .unwrap()
    }
}

struct Chain {
    signer: SoftwareSigner,
    sealed: Vec<SealedEntry>,
}

impl Chain {
    fn append(&mut self, amends: Option<EntryId>, fact: Fact) -> EntryId {
        let seq = u8::try_from(self.sealed.len()).unwrap() + 1;
        let before = self.sealed.last().map(SealedEntry::hash);
        let ms = MORNING + 600_000 * i64::from(seq);
        let entry = Entry {
            version: 1,
            organisation: ORGANISATION,
            id: entry_id(seq),
            chain: ChainId::from(PHONE),
            seq: u64::from(seq),
            previous: before.unwrap_or_default(),
            author: REP,
            made: ClockReading {
                wall: Instant::from_ms(ms),
                monotonic_ms: 600_000 * u64::from(seq),
                boot: "boot-1".to_owned(),
            },
            seen: Some(SeenServer {
                seq: 40,
                time_ms: MORNING - 3_600_000,
            }),
            scope: Scope::Stop(STOP),
            amends,
            policy_epoch: 1,
            build: "vectors".to_owned(),
            fact,
        };
        self.sealed.push(entry.seal(&self.signer).unwrap());
        entry.id
    }
}

pub(super) fn enrolment(server: &SoftwareSigner) -> SealedEntry {
    Entry {
        version: 1,
        organisation: ORGANISATION,
        id: entry_id(0),
        chain: ChainId::from(ADMIN),
        seq: 1,
        previous: Digest::default(),
        author: ADMIN,
        made: ClockReading {
            wall: Instant::from_ms(MORNING - 86_400_000),
            monotonic_ms: 0,
            boot: "server".to_owned(),
        },
        seen: None,
        scope: Scope::Organisation,
        amends: None,
        policy_epoch: 1,
        build: "vectors".to_owned(),
        fact: Fact::DeviceEnrolled(DeviceEnrolled {
            device: PHONE,
            user: REP,
            public_key: key("phone").public_key().unwrap(),
            name: "李伟的手机".to_owned(),
        }),
    }
    .seal(server)
    .unwrap()
}

fn acknowledgement(snapshot: &SealedSnapshot, hand: &Hand) -> Acknowledgement {
    let statement = statement();
    Acknowledgement {
        paper: statement.form,
        customer: CUSTOMER,
        statement: snapshot.id(),
        statement_bytes: snapshot.payload.clone(),
        render_model: statement.render_model.digest(),
        total: statement.total,
        agreed_method: Digest::of(CLAUSE.as_bytes()),
        signer: Signer {
            name: "赵六".to_owned(),
            title: "财务经理".to_owned(),
            capacity: Capacity::DutyHolder,
            proof: "工牌".to_owned(),
        },
        stroke_commitment: hand.commitment,
        strokes: part(&hand.strokes),
        image: part(&hand.image),
        viewing: Viewing {
            opened_ms: 1_000,
            scrolled_to_end_ms: Some(31_000),
            total_confirmed_ms: Some(45_000),
        },
        position: fix(),
        stroke_consent: StrokeConsent::Given,
        paper_model: None,
        effect: Some(EffectShown {
            rule_version: 1,
            lines: vec!["诉讼时效自签署之日起重新计算。".to_owned()],
            last_day: None,
            act_by: None,
        }),
        guarantors: None,
        seal: Some(SealCondition::NotAgreed),
        consents: Some(Consents {
            agreed_method: Consent::Given,
            personal_data: Consent::Given,
        }),
        instalments: None,
    }
}

fn countersignature(pinned: Digest, hand: &Hand) -> Countersignature {
    Countersignature {
        pinned,
        role: CountersignRole::TeamMember,
        name: "王技".to_owned(),
        member: None,
        stroke_commitment: hand.commitment,
        strokes: part(&hand.strokes),
        image: part(&hand.image),
        stroke_consent: StrokeConsent::Given,
        effect: None,
        position: fix(),
    }
}

fn receipt(sealed: &SealedEntry) -> StoredReceipt {
    let envelope = Envelope {
        id: EnvelopeId(Visit::paper().0),
        policy_epoch: 1,
        object: Object::Entry(sealed.clone()),
    };
    let verdicts = vec![Said {
        id: envelope.id,
        digest: envelope.digest(),
        kind: VerdictKind::Admitted(42),
    }];
    let time = Instant::from_ms(MORNING + 3_600_000);
    let signed = PushAnswer::signed_bytes(&verdicts, time);
    let answer = PushAnswer {
        signature: key("server").sign(&signed).unwrap().to_vec(),
        verdicts,
        time,
    };
    StoredReceipt {
        envelope: minicbor::to_vec(envelope).unwrap(),
        answer: minicbor::to_vec(answer).unwrap(),
    }
}

pub(super) fn genuine() -> Vec<Vector> {
    let visit = Visit::told(&Changes::default());
    let genuine = |name, bytes| Vector {
        name,
        bytes,
        verdict: Verdict::Genuine,
        first_wrong: "",
        why: "",
    };
    vec![
        genuine("genuine-paper-from-server.csev", visit.as_a_desk_exports()),
        genuine("genuine-stop-from-phone.csev", visit.as_the_phone_exports()),
    ]
}
