//! A signed paper exactly as it was shown, with the drawn signature, and its verification line by line.

use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse as _;
use countersign_core::domain::ids::{Digest, EntryId, StopId, UserId};
use countersign_core::domain::time::Instant;
use countersign_core::domain::verification_code::VerificationCode;
use countersign_core::journal::facts::{Acknowledgement, Fact, PositionReport};
use countersign_core::journal::{Entry, Scope};
use countersign_core::read_model::statements::in_words;
use countersign_core::snapshots::statement::RenderModel;
use countersign_core::views::Check;

use super::completeness::{Piece, pieces};
use super::evidence::{self, EvidencePanel};
use crate::auth::policy::Action;
use crate::console::layout::caller::{Answer, Caller, private};
use crate::console::layout::fault::Fault;
use crate::console::layout::frame::Frame;
use crate::desks::VerificationReport;

struct VerdictLine {
    words: String,
    tone: &'static str,
    what: String,
}

#[derive(Template)]
#[template(path = "entries/signed.html")]
struct SignedPage {
    p: Frame,
    entry: EntryId,
    stop: Option<StopId>,
    model: RenderModel,
    ack: Box<Acknowledgement>,
    has_image: bool,
    made: Instant,
    words: String,
    viewing: String,
    position: String,
    author: UserId,
    hash: Digest,
    code: VerificationCode,
    ledger: Digest,
    pieces: Vec<Piece>,
    verdict: Vec<VerdictLine>,
    holds: bool,
    evidence: Option<EvidencePanel>,
}

pub(in crate::console) async fn paper(caller: Caller, Path(entry): Path<EntryId>) -> Answer {
    caller.needs(Action::ReadVisits)?;
    caller
        .page(move |caller| signed_page(caller, entry, None))
        .await
}

pub(in crate::console) async fn verify(caller: Caller, Path(entry): Path<EntryId>) -> Answer {
    caller
        .page(move |caller| {
            let report = caller.desk().verify_signed(entry)?;
            signed_page(caller, entry, Some(&report))
        })
        .await
}

fn opened(caller: &Caller, id: EntryId) -> Result<(Entry, Box<Acknowledgement>, Digest), Fault> {
    let broken = |unreadable| Fault::broken(&unreadable);
    let sealed = caller
        .who
        .organisation
        .entry(id)
        .map_err(broken)?
        .ok_or(Fault::NotFound)?;
    let hash = sealed.hash();
    let entry = sealed.open().map_err(|damaged| Fault::broken(&damaged))?;
    let Fact::Acknowledgement(ack) = &entry.fact else {
        return Err(Fault::NotFound);
    };
    let ack = ack.clone();
    Ok((entry, ack, hash))
}

fn completeness_of(
    caller: &Caller,
    p: &Frame,
    id: EntryId,
    scope: Scope,
) -> Result<Vec<Piece>, Fault> {
    let Scope::Stop(stop) = scope else {
        return Ok(Vec::new());
    };
    let report = caller.desk().stop_report(stop)?;
    let row = report.papers.iter().find(|row| row.entry == id);
    Ok(row.map_or_else(Vec::new, |row| pieces(p, &row.completeness)))
}

fn signed_page(
    caller: &Caller,
    id: EntryId,
    report: Option<&VerificationReport>,
) -> Result<SignedPage, Fault> {
    let p = caller.frame()?;
    let (entry, ack, hash) = opened(caller, id)?;
    let statement = ack
        .carried_statement()
        .ok_or_else(|| Fault::Rule("signed-unreadable", Vec::new()))?;
    let image = caller
        .who
        .organisation
        .blob(ack.image.digest)
        .map_err(|error| Fault::broken(&error))?;
    Ok(SignedPage {
        entry: id,
        stop: match entry.scope {
            Scope::Stop(stop) => Some(stop),
            Scope::Office
            | Scope::Organisation
            | Scope::Plan(_)
            | Scope::Customer(_)
            | Scope::Person(_)
            | Scope::Book(_) => None,
        },
        model: ack
            .drawn()
            .ok_or_else(|| Fault::Rule("signed-unreadable", Vec::new()))?,
        pieces: completeness_of(caller, &p, id, entry.scope)?,
        has_image: image.is_some(),
        made: entry.made.wall,
        words: in_words(ack.total),
        viewing: viewing(&p, &ack),
        position: position(&p, &ack.position),
        author: entry.author,
        code: VerificationCode::of(&hash),
        hash,
        ledger: statement.ledger,
        verdict: report.map(|report| verdict(&p, report)).unwrap_or_default(),
        holds: report.is_some_and(VerificationReport::holds),
        evidence: evidence::panel(caller, &format!("/entries/{id}")),
        ack,
        p,
    })
}

fn verdict(p: &Frame, report: &VerificationReport) -> Vec<VerdictLine> {
    let line = |check: Check, what: String| {
        let (key, tone) = match check {
            Check::Holds => ("check-holds", "good"),
            Check::Broken => ("check-broken", "bad"),
            Check::Unknown => ("check-unknown", "warn"),
        };
        VerdictLine {
            words: p.t(key),
            tone,
            what,
        }
    };
    report
        .lines
        .iter()
        .map(|step| line(step.check, p.t(step.step.key())))
        .collect()
}

fn viewing(p: &Frame, ack: &Acknowledgement) -> String {
    let Some(end) = ack.viewing.scrolled_to_end_ms else {
        return p.t("signed-not-read-to-end");
    };
    let seconds = end.saturating_sub(ack.viewing.opened_ms) / 1000;
    p.with("signed-read-to-end", "seconds", p.number(seconds))
}

fn position(p: &Frame, position: &PositionReport) -> String {
    match position {
        PositionReport::Missing(missing) => p.word("missing", missing),
        PositionReport::Fix(fix) => p.both(
            "signed-fix",
            ("metres", p.number(fix.accuracy_mm.div_ceil(1000))),
            ("seconds", p.number(fix.age_ms / 1000)),
        ),
    }
}

/// The drawing comes from a phone: it is shown as an image only, and nothing in it may run or load.
pub(in crate::console) async fn signature(caller: Caller, Path(id): Path<EntryId>) -> Answer {
    caller.needs(Action::ReadVisits)?;
    let bytes = caller
        .run(move |caller| {
            let (_entry, ack, _hash) = opened(caller, id)?;
            let image = caller
                .who
                .organisation
                .blob(ack.image.digest)
                .map_err(|error| Fault::broken(&error))?;
            image.ok_or(Fault::NotFound)
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ),
    ];
    Ok((private(), headers, bytes).into_response())
}

/// The paper as a PDF under its own name.
pub(in crate::console) async fn pdf(caller: Caller, Path(id): Path<EntryId>) -> Answer {
    let rendition = caller
        .run(move |caller| {
            caller.needs(Action::ReadVisits)?;
            let typeface = caller.app.typeface();
            let typeface = typeface.ok_or(Fault::Rule("signed-no-typeface", Vec::new()))?;
            Ok(caller.desk().rendition(id, &typeface)?)
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, rendition.disposition()),
    ];
    Ok((private(), headers, rendition.bytes).into_response())
}
