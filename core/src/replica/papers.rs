//! Papers before they are signed: what is drawn, and what a signature would do.

use rusqlite::Connection;

use crate::domain::calendar::Calendar;
use crate::domain::ids::{Digest, EntryId, SnapshotId, StopId};
use crate::domain::legal_effect::{
    LegalEffect, LegalEffectOf, guarantor_effect_text, legal_effect_text,
};
use crate::domain::signer::{Capacity, GuarantorNamed, SealCondition};
use crate::domain::statement_lint::LintFinding;
use crate::domain::time::{Day, Instant};
use crate::journal::facts::{Acknowledgement, EffectShown, Fact};
use crate::journal::limits::GUARANTORS;
use crate::papers::{ComposedPaper, PaperDraft, PaperError, PaperOf};
use crate::read_model::stops::StopParts;
use crate::read_model::{entries, people, statements, stops};
use crate::replica::commit::Commit;
use crate::replica::disputes;
use crate::replica::error::or_not_found;
use crate::replica::{EffectAsked, GuarantorAsked, PaperRead, Replica, ReplicaError, SigningBegin};
use crate::snapshots::statement::{RenderModel, Statement};
use crate::store;
use crate::store::signings::{Ceremony, SigningAct};
use crate::views::{DisputeRow, LegalEffectView, PaperView};

const NAME_LIMIT_BYTES: usize = 200;

impl From<PaperError> for ReplicaError {
    fn from(error: PaperError) -> Self {
        Self::Refused(match error {
            PaperError::NoInstalments => "instalments-missing",
            PaperError::TooManyInstalments => "instalments-too-many",
            PaperError::NotPositive => "amount-not-positive",
            PaperError::DayPast => "day-in-the-past",
            PaperError::DaysDoNotAscend => "instalments-not-in-order",
            PaperError::NumberTooLong => "text-too-long",
            PaperError::NoFinding => "finding-replaced",
            PaperError::Money(_) | PaperError::Words(_) => "amount-unusable",
        })
    }
}

impl Replica {
    /// `paper.read`: a paper as it would be signed today.
    ///
    /// # Errors
    /// Those of a paper that cannot be composed; `statement` is gone until it has arrived.
    pub fn paper(&self, read: &PaperRead) -> Result<PaperView, ReplicaError> {
        let now = self.devices.clock.read().wall;
        self.read(|connection| {
            let stop = or_not_found(stops::parts(connection, read.stop)?, "stop")?;
            let source = Source::of_stop(connection, &stop, (&read.paper, now))?;
            let paper = source.compose(&read.paper, &read.guarantors)?;
            let digest = paper.model.digest();
            Ok(PaperView {
                stop: read.stop,
                statement: source.id,
                kind: paper.kind,
                render_model_digest: digest,
                hash_short: digest.short(),
                total: paper.total,
                total_words: statements::in_words(paper.total),
                findings: paper.findings,
                render_model: paper.model,
                agreed_method: people::policy(connection)?
                    .map(|policy| policy.agreed_method_clause)
                    .unwrap_or_default(),
            })
        })
    }

    /// `signing.effect`: what a signature under a paper would do, in words.
    ///
    /// # Errors
    /// As [`Replica::paper`].
    pub fn legal_effect(&self, asked: &EffectAsked) -> Result<LegalEffectView, ReplicaError> {
        let now = self.devices.clock.read().wall;
        self.read(|connection| {
            let stop = or_not_found(stops::parts(connection, asked.stop)?, "stop")?;
            let source = Source::of_stop(connection, &stop, (&asked.paper, now))?;
            let paper = source.compose(&asked.paper, &asked.guarantors)?;
            let named = Named {
                capacity: asked.capacity,
                title: &asked.title,
                seal: asked.seal,
            };
            let effect = source.effect((&asked.paper, &paper), &asked.guarantors, named)?;
            let clock = source.statement.claim_clock(&Calendar::published());
            Ok(LegalEffectView {
                claim_last_day: clock.map(|clock| clock.last_day),
                ..effect_view(effect)
            })
        })
    }

    /// `countersign.effect`: what a guarantor's own signature would do today, in words.
    ///
    /// # Errors
    /// `text-too-long`.
    pub fn guarantor_effect(
        &self,
        asked: &GuarantorAsked,
    ) -> Result<LegalEffectView, ReplicaError> {
        if asked.name.len() > NAME_LIMIT_BYTES {
            return Err(ReplicaError::Refused("text-too-long"));
        }
        Ok(guarantor_effect(
            asked.name.trim(),
            self.devices.clock.read().wall,
        ))
    }
}

/// What a guarantor's own signature does on the legal day of `now`.
pub(super) fn guarantor_effect(name: &str, now: Instant) -> LegalEffectView {
    effect_view(guarantor_effect_text(
        name,
        Day::legal(now),
        &Calendar::published(),
    ))
}

fn effect_view(effect: LegalEffect) -> LegalEffectView {
    LegalEffectView {
        calendar_published: effect.calendar_published,
        is_insufficient: effect.blocked_by.is_some(),
        claim_last_day: None,
        effect: shown(effect),
    }
}

fn shown(effect: LegalEffect) -> EffectShown {
    EffectShown {
        rule_version: effect.rule_version,
        lines: effect.lines,
        last_day: effect.last_day,
        act_by: effect.act_by,
    }
}

/// What the papers of a stop are made from.
pub(super) struct Source {
    pub(super) id: SnapshotId,
    pub(super) statement: Statement,
    pub(super) organisation_name: String,
    pub(super) customer_name: String,
    pub(super) signing_day: Day,
    /// The dispute of a paper about one.
    pub(super) dispute: Option<DisputeRow>,
}

/// The signer, as far as the effect depends on him.
#[derive(Clone, Copy)]
struct Named<'a> {
    capacity: Capacity,
    title: &'a str,
    seal: SealCondition,
}

impl Source {
    pub(super) fn of_stop(
        connection: &Connection,
        stop: &StopParts,
        (draft, now): (&PaperDraft, Instant),
    ) -> Result<Self, ReplicaError> {
        let dispute = match draft {
            PaperDraft::DisputeFinding { finding } => {
                Some(disputes::of_paper(connection, stop.stop, *finding)?)
            }
            PaperDraft::Statement
            | PaperDraft::Settlement
            | PaperDraft::Promise { .. }
            | PaperDraft::VisitReceipt
            | PaperDraft::DemandLetterReceipt { .. } => None,
        };
        let id = match draft {
            PaperDraft::Settlement => {
                let found = statements::settlement(connection, stop.statement)?;
                or_not_found(found, "settlement")?
            }
            PaperDraft::Statement
            | PaperDraft::Promise { .. }
            | PaperDraft::VisitReceipt
            | PaperDraft::DemandLetterReceipt { .. }
            | PaperDraft::DisputeFinding { .. } => stop.statement,
        };
        let statement = statements::statement(connection, id)?;
        Ok(Self {
            id,
            statement: or_not_found(statement, "statement")?,
            organisation_name: people::policy(connection)?
                .map(|policy| policy.organisation_name)
                .unwrap_or_default(),
            customer_name: stop.name.clone(),
            signing_day: Day::legal(now),
            dispute,
        })
    }

    fn compose(
        &self,
        draft: &PaperDraft,
        guarantors: &[GuarantorNamed],
    ) -> Result<ComposedPaper, ReplicaError> {
        if guarantors.len() > GUARANTORS {
            return Err(ReplicaError::Refused("guarantors-too-many"));
        }
        let mut names = guarantors.iter().map(|guarantor| guarantor.name.as_str());
        if names.any(|name| name.trim().is_empty() || name.len() > NAME_LIMIT_BYTES) {
            return Err(ReplicaError::Refused("guarantor-name-unusable"));
        }
        Ok(draft.compose(&PaperOf {
            organisation_name: &self.organisation_name,
            customer_name: &self.customer_name,
            statement: &self.statement,
            signing_day: self.signing_day,
            guarantors,
            dispute: self.dispute.as_ref(),
        })?)
    }

    fn effect(
        &self,
        (draft, paper): (&PaperDraft, &ComposedPaper),
        guarantors: &[GuarantorNamed],
        named: Named<'_>,
    ) -> Result<LegalEffect, ReplicaError> {
        let title = named.title.trim();
        let of = LegalEffectOf {
            confirmed: draft.confirmed(&self.statement),
            maturity: paper.maturity,
            age: paper.age,
            agreement: paper.agreement(),
            customer: named.capacity.customer_kind(),
            capacity: named.capacity,
            capacity_named: if title.is_empty() {
                named.capacity.chinese()
            } else {
                title
            },
            seal: named.seal,
            guarantors,
            signing_day: self.signing_day,
        };
        legal_effect_text(&of, &Calendar::published())
            .map_err(|_no_words| ReplicaError::Refused("amount-unusable"))
    }

    /// The ceremony of a paper that may be signed.
    pub(super) fn ceremony(&self, begin: &SigningBegin) -> Result<Ceremony, ReplicaError> {
        let paper = self.compose(&begin.paper, &begin.guarantors)?;
        if paper.findings.contains(&LintFinding::D1) {
            return Err(ReplicaError::Refused("claim-expired-without-agreement"));
        }
        if !paper.findings.is_empty() {
            return Err(ReplicaError::Refused("paper-not-fit"));
        }
        let named = Named {
            capacity: begin.signer.capacity,
            title: &begin.signer.title,
            seal: begin.seal,
        };
        let effect = self.effect((&begin.paper, &paper), &begin.guarantors, named)?;
        Ok(Ceremony {
            act: SigningAct::Paper {
                draft: begin.paper.clone(),
                kind: paper.kind,
                guarantors: begin.guarantors.clone(),
                seal: begin.seal,
                consents: begin.consents,
            },
            model: paper.model,
            total: paper.total,
            effect: Some(shown(effect)),
        })
    }
}

/// A signed paper that something is bound to.
pub(super) struct SignedPaper {
    pub(super) entry: EntryId,
    pub(super) stop: StopId,
    pub(super) hash: Digest,
    pub(super) paper: Box<Acknowledgement>,
}

impl Commit<'_> {
    /// The signed paper of that id, from its sealed bytes.
    pub(super) fn signed_paper(&self, id: EntryId) -> Result<SignedPaper, ReplicaError> {
        let row = or_not_found(entries::entry(self.tx, id)?, "entry")?;
        let sealed = or_not_found(store::entries::sealed(self.tx, id)?, "entry")?;
        let entry = sealed
            .open()
            .map_err(|_damaged| ReplicaError::Damaged("entry"))?;
        if let (Fact::Acknowledgement(paper), Some(stop)) = (entry.fact, row.stop) {
            return Ok(SignedPaper {
                entry: id,
                stop,
                hash: sealed.hash(),
                paper,
            });
        }
        Err(ReplicaError::NotFound("entry"))
    }
}

/// What was drawn when it was signed: the paper's own render model, or its statement's.
pub(super) fn model_of(paper: &Acknowledgement) -> Result<RenderModel, ReplicaError> {
    paper.drawn().ok_or(ReplicaError::Damaged("statement"))
}
