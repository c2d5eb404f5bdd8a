//! A signed paper exactly as it was shown.

use countersign_core::domain::ids::{EntryId, StopId};
use countersign_core::domain::verification_code::VerificationCode;
use countersign_core::journal::Scope;
use countersign_core::journal::facts::{Acknowledgement, Fact};
use countersign_core::read_model::statements;
use countersign_core::rendition::{self, Rendition, Typeface, UnderSigned};
use countersign_core::views::{Check, SignedView, Verification, completeness};

use super::{VerificationReport, VerificationStep};
use crate::auth::policy::Action;
use crate::desks::{Desk, DeskError};

impl Desk {
    /// A signed paper as it was shown, read from its sealed bytes, with the drawn signature once it has arrived.
    ///
    /// The image is a file that a phone made: a page shows it as an image from its own address, never as markup.
    pub fn signed_paper(&self, stop: StopId, entry: EntryId) -> Result<SignedView, DeskError> {
        let report = self.stop_report(stop)?;
        let timeline = report.timeline;
        let row = timeline
            .iter()
            .find(|row| row.entry == entry)
            .ok_or(DeskError::NotFound)?
            .clone();
        let sealed = self.organisation.entry(entry)?.ok_or(DeskError::NotFound)?;
        let opened = sealed.open().map_err(|_unreadable| DeskError::Damaged)?;
        let Fact::Acknowledgement(paper) = opened.fact else {
            return Err(DeskError::NotFound);
        };
        let drawn = paper.drawn().ok_or(DeskError::Damaged)?;
        let verification = verification(&self.verify_signed(entry)?);
        let Acknowledgement {
            paper: kind,
            statement: id,
            render_model,
            total,
            signer,
            image,
            viewing,
            stroke_consent,
            effect,
            guarantors,
            consents,
            instalments,
            ..
        } = *paper;
        let image = self.organisation.blob(image.digest)?;
        Ok(SignedView {
            entry,
            stop: Some(stop),
            paper: kind,
            statement: id,
            render_model: drawn,
            render_model_digest: render_model,
            hash_short: render_model.short(),
            hash: sealed.hash(),
            verification_code: VerificationCode::of(&sealed.hash()).to_string(),
            qr_svg: rendition::entry_qr_image(&sealed.hash()),
            total,
            total_words: statements::in_words(total),
            signer,
            stroke_consent,
            consents,
            effect,
            guarantors: guarantors.unwrap_or_default(),
            instalments: instalments.unwrap_or_default(),
            completeness: completeness(&row, &timeline),
            viewing,
            at_ms: opened.made.wall.ms(),
            at: opened.made.wall.shanghai(),
            author_name: row.author_name,
            position: row.position.ok_or(DeskError::Damaged)?,
            image_svg: image.and_then(|image| String::from_utf8(image).ok()),
            state: row.state,
            verification,
        })
    }

    /// A signed paper as a PDF with the entry's bytes attached.
    pub fn rendition(&self, entry: EntryId, typeface: &Typeface) -> Result<Rendition, DeskError> {
        self.require(Action::ReadVisits)?;
        let sealed = self.organisation.entry(entry)?.ok_or(DeskError::NotFound)?;
        let scope = sealed
            .open()
            .map_err(|_unreadable| DeskError::Damaged)?
            .scope;
        let Scope::Stop(stop) = scope else {
            return Err(DeskError::NotFound);
        };
        let view = self.signed_paper(stop, entry)?;
        let under = view
            .completeness
            .countersigned
            .iter()
            .map(|row| {
                let image = self.organisation.blob(row.image)?;
                Ok(UnderSigned {
                    row: row.clone(),
                    image_svg: image.and_then(|image| String::from_utf8(image).ok()),
                })
            })
            .collect::<Result<Vec<_>, DeskError>>()?;
        Ok(rendition::signed(&view, &under, &sealed, typeface)?)
    }

    /// The drawn signature of a signed paper: the bytes of an SVG file; none until it has arrived.
    pub fn signature_image(&self, entry: EntryId) -> Result<Option<Vec<u8>>, DeskError> {
        self.require(Action::ReadVisits)?;
        let sealed = self.organisation.entry(entry)?.ok_or(DeskError::NotFound)?;
        let opened = sealed.open().map_err(|_unreadable| DeskError::Damaged)?;
        let Fact::Acknowledgement(paper) = opened.fact else {
            return Err(DeskError::NotFound);
        };
        Ok(self.organisation.blob(paper.image.digest)?)
    }
}

/// The same answers as a phone gives, from the longer report.
fn verification(report: &VerificationReport) -> Verification {
    let of = |steps: &[VerificationStep]| {
        report
            .lines
            .iter()
            .filter(|line| steps.contains(&line.step))
            .map(|line| line.check)
            .fold(Check::Holds, |worst, check| match (worst, check) {
                (Check::Broken, _) | (_, Check::Broken) => Check::Broken,
                (Check::Unknown, _) | (_, Check::Unknown) => Check::Unknown,
                (Check::Holds, Check::Holds) => Check::Holds,
            })
    };
    Verification {
        signature: of(&[VerificationStep::Payload, VerificationStep::Signature]),
        statement: of(&[
            VerificationStep::StatementSignature,
            VerificationStep::StatementDigest,
            VerificationStep::RenderModel,
            VerificationStep::Total,
        ]),
        strokes: of(&[VerificationStep::Strokes]),
        image: of(&[VerificationStep::Image]),
        receipt: of(&[VerificationStep::Receipt]),
    }
}
