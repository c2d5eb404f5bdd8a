//! The signing ceremony.
//!
//! Begun with what was shown and who signs; each stroke is durable before the screen draws it as taken; finished as one
//! entry with its two parts. A killed screen finds everything again, and finishing twice answers the same entry.

use rusqlite::Connection;

use crate::domain::ids::{Digest, EntryId, SigningId, StopId};
use crate::domain::promise::Instalment;
use crate::domain::signer::{Capacity, EffectLevel, SealCondition, signer_effect};
use crate::journal::Scope;
use crate::journal::facts::{
    Acknowledgement, Consent, CountersignRole, Countersignature, Fact, MissingFix, PaperKind, Part,
    PositionReport, PromiseMade, Signer, StatementShown,
};
use crate::papers::PaperDraft;
use crate::read_model::{entries, people, promises, statements};
use crate::replica::commit::{About, Commit};
use crate::replica::devices::Kind;
use crate::replica::error::or_not_found;
use crate::replica::papers::{SignedPaper, Source, guarantor_effect, model_of};
use crate::replica::parts::part_of;
use crate::replica::{
    CountersignBegin, EffectsOf, OfDraft, Recorded, Replica, ReplicaError, SigningBegin,
    SigningFinish, SigningStroke, strokes,
};
use crate::store::signings::{Ceremony, SigningAct, SigningRow};
use crate::store::{parts, signings, snapshots};
use crate::views::{DraftForm, EffectAnswer, EffectRow, SigningState, SigningView, completeness};

const NAME_LIMIT_BYTES: usize = 200;
const STROKES_LIMIT: usize = 256;

impl Replica {
    /// `signing.begin`: what was shown, and who signs. An open signing of the stop by the same signer is taken up again; one
    /// without strokes gives way.
    ///
    /// # Errors
    /// `signer-name-missing`, `text-too-long`, `total-not-confirmed`, `agreed-method-withheld`, `agreed-method-missing` before
    /// the policy has arrived, `role-not-allowed`, `signing-open` when somebody else's strokes are there; those of a paper that cannot be composed
    /// or signed; `statement` is gone until it has arrived.
    pub fn begin_signing(&self, begin: &SigningBegin) -> Result<SigningView, ReplicaError> {
        check_signer(&begin.signer)?;
        if begin.viewing.total_confirmed_ms.is_none() {
            return Err(ReplicaError::Refused("total-not-confirmed"));
        }
        if begin.consents.agreed_method == Consent::Withheld {
            return Err(ReplicaError::Refused("agreed-method-withheld"));
        }
        self.commit("begin_signing", |commit| {
            let stop = commit.stop(begin.stop)?;
            let asked = (&begin.paper, commit.now());
            let source = Source::of_stop(commit.tx, &stop, asked)?;
            match &source.dispute {
                Some(dispute) => commit.must_have_signed(dispute)?,
                None => commit.must_conduct_signings()?,
            }
            commit.drop_draft(OfDraft::of(stop.stop, DraftForm::Signer))?;
            if let PaperDraft::Promise { .. } = begin.paper {
                commit.drop_draft(OfDraft::of(stop.stop, DraftForm::PromisePaper))?;
            }
            commit.agreed_method()?;
            let ceremony = source.ceremony(begin)?;
            let render_model = ceremony.model.digest();
            let row = SigningRow {
                signing: SigningId(commit.new_id()?),
                stop: stop.stop,
                statement: source.id,
                signer: begin.signer.clone(),
                stroke_consent: begin.stroke_consent,
                viewing: begin.viewing,
                state: SigningState::Open,
                entry: None,
                ceremony: Some(ceremony),
            };
            let shown = StatementShown {
                statement: source.id,
                render_model,
                viewing: begin.viewing,
            };
            match commit.open_ceremony(row)? {
                Begun::Again(view) => Ok(view),
                Begun::Anew(view) => {
                    commit.record(stop.stop, Fact::StatementShown(shown))?;
                    Ok(view)
                }
            }
        })
    }

    /// `countersign.begin`: a team member or a guarantor signs under a paper that was signed. Taken up again and given way to
    /// as `signing.begin`.
    ///
    /// # Errors
    /// `signer-name-missing`, `text-too-long`, `countersigned-already`, `signing-open`; `entry` is gone when there is no such
    /// signed paper here.
    pub fn begin_countersigning(
        &self,
        begin: &CountersignBegin,
    ) -> Result<SigningView, ReplicaError> {
        let signer = Signer {
            name: begin.name.trim().to_owned(),
            title: String::new(),
            capacity: match begin.role {
                CountersignRole::TeamMember => Capacity::Other,
                CountersignRole::Guarantor => Capacity::Guarantor,
            },
            proof: String::new(),
        };
        check_signer(&signer)?;
        self.commit("begin_countersigning", |commit| {
            let about = commit.signed_paper(begin.entry)?;
            let stop = commit.stop(about.stop)?;
            commit.is_first_of_name(&about, begin.role, &signer.name)?;
            commit.drop_draft(OfDraft {
                about: Some(begin.entry.0),
                ..OfDraft::of(stop.stop, DraftForm::Countersign)
            })?;
            let effect = (begin.role == CountersignRole::Guarantor)
                .then(|| guarantor_effect(&signer.name, commit.now()).effect);
            let row = SigningRow {
                signing: SigningId(commit.new_id()?),
                stop: stop.stop,
                statement: about.paper.statement,
                signer,
                stroke_consent: begin.stroke_consent,
                viewing: about.paper.viewing,
                state: SigningState::Open,
                entry: None,
                ceremony: Some(Ceremony {
                    act: SigningAct::Countersignature {
                        about: begin.entry,
                        pinned: about.hash,
                        role: begin.role,
                        member: begin.member,
                        kind: about.paper.paper,
                    },
                    model: model_of(&about.paper)?,
                    total: about.paper.total,
                    effect,
                }),
            };
            let (Begun::Again(view) | Begun::Anew(view)) = commit.open_ceremony(row)?;
            Ok(view)
        })
    }

    /// `signing.stroke`: takes a stroke. When this returns it is durable.
    ///
    /// # Errors
    /// `stroke-malformed`, `stroke-too-long`; `signing` is gone once it was finished or abandoned.
    pub fn add_stroke(&self, taken: &SigningStroke) -> Result<SigningView, ReplicaError> {
        strokes::check(&taken.stroke).map_err(ReplicaError::Refused)?;
        self.commit("add_stroke", |commit| {
            let row = commit.open_signing(taken.signing)?;
            let stored = signings::strokes(commit.tx, row.signing)?;
            if stored.len() >= STROKES_LIMIT || !strokes::has_room(&stored, taken.stroke.x.len()) {
                return Err(ReplicaError::Refused("stroke-too-long"));
            }
            let kept = strokes::permitted(&taken.stroke, row.stroke_consent);
            signings::add_stroke(commit.tx, row.signing, &kept)?;
            commit.changed(&[Kind::Signings]);
            view(commit.tx, row)
        })
    }

    /// `signing.undo`: takes the last stroke away; without strokes nothing happens.
    pub fn undo_stroke(&self, signing: SigningId) -> Result<SigningView, ReplicaError> {
        self.commit("undo_stroke", |commit| {
            let row = commit.open_signing(signing)?;
            signings::undo(commit.tx, row.signing)?;
            commit.changed(&[Kind::Signings]);
            view(commit.tx, row)
        })
    }

    /// `signing.read`: the open signing of a stop with all its strokes.
    pub fn signing(&self, stop: StopId) -> Result<Option<SigningView>, ReplicaError> {
        self.read(|connection| {
            signings::open_of_stop(connection, stop)?
                .map(|row| view(connection, row))
                .transpose()
        })
    }

    /// `signing.finish`: seals the signature with its strokes and its image; a promise paper's promises come with it.
    /// Finished already, it answers the entry.
    ///
    /// # Errors
    /// `signature-too-short`; `signing` is gone when it was abandoned.
    pub fn finish_signing(&self, finish: &SigningFinish) -> Result<Recorded, ReplicaError> {
        self.commit("finish_signing", |commit| {
            let row = or_not_found(signings::row(commit.tx, finish.signing)?, "signing")?;
            if let Some(entry) = row.entry {
                return Ok(Recorded { entry });
            }
            let row = commit.open_signing(row.signing)?;
            let taken = signings::strokes(commit.tx, row.signing)?;
            if !strokes::is_long_enough(&taken) {
                return Err(ReplicaError::Refused("signature-too-short"));
            }
            let mut salt = vec![0; 32];
            commit.replica.fill(&mut salt)?;
            let (sealed, commitment) = strokes::seal(&taken, salt)
                .map_err(|_no_failing_sink| ReplicaError::Damaged("strokes"))?;
            let image = strokes::svg(&taken).into_bytes();
            let papers = Papers {
                strokes: part_of(&sealed),
                image: part_of(&image),
                commitment,
            };
            let entry = commit.seal_signature(&row, &papers, finish.position.clone())?;
            parts::insert(commit.tx, entry, "strokes", &sealed)?;
            parts::insert(commit.tx, entry, "image", &image)?;
            signings::end(commit.tx, row.signing, SigningState::Finished, Some(entry))?;
            commit.changed(&[Kind::Signings, Kind::Sync]);
            Ok(Recorded { entry })
        })
    }

    /// `signing.abandon`: gives a signing up; its strokes are gone. Abandoned already, nothing happens.
    ///
    /// # Errors
    /// `signing-finished` when it was sealed.
    pub fn abandon_signing(&self, signing: SigningId) -> Result<(), ReplicaError> {
        self.commit("abandon_signing", |commit| {
            let row = or_not_found(signings::row(commit.tx, signing)?, "signing")?;
            match row.state {
                SigningState::Abandoned => Ok(()),
                SigningState::Finished => Err(ReplicaError::Refused("signing-finished")),
                SigningState::Open => {
                    signings::end(commit.tx, signing, SigningState::Abandoned, None)?;
                    commit.changed(&[Kind::Signings, Kind::Stops]);
                    Ok(())
                }
            }
        })
    }

    /// `signing.effects`: what a signature in a capacity does, shown before somebody signs.
    #[must_use]
    pub fn effects(of: EffectsOf) -> Vec<EffectRow> {
        let effect = signer_effect(
            of.capacity.customer_kind(),
            of.capacity,
            SealCondition::NotAgreed,
        );
        [
            ("demand_received", effect.demand_received),
            ("amount_admitted", effect.amount_admitted),
            ("promise_binding", effect.promise_binding),
        ]
        .into_iter()
        .map(|(name, level)| EffectRow {
            effect: name.to_owned(),
            answer: answer(level),
        })
        .collect()
    }
}

const fn answer(level: EffectLevel) -> EffectAnswer {
    match level {
        EffectLevel::No => EffectAnswer::No,
        EffectLevel::NeedsProof => EffectAnswer::NeedsProof,
        EffectLevel::Yes => EffectAnswer::Yes,
    }
}

/// The files of a signature.
struct Papers {
    strokes: Part,
    image: Part,
    commitment: Digest,
}

/// A ceremony that was open already, or is open now.
enum Begun {
    Again(SigningView),
    Anew(SigningView),
}

fn check_signer(signer: &Signer) -> Result<(), ReplicaError> {
    if signer.name.trim().is_empty() {
        return Err(ReplicaError::Refused("signer-name-missing"));
    }
    if signer.name.len() > NAME_LIMIT_BYTES || signer.title.len() > NAME_LIMIT_BYTES {
        return Err(ReplicaError::Refused("text-too-long"));
    }
    Ok(())
}

impl Commit<'_> {
    /// Refuses before the customer has drawn or promised anything that the server would not take from this user.
    pub(crate) fn must_conduct_signings(&self) -> Result<(), ReplicaError> {
        if people::may_conduct_signings(self.tx, self.device()?.user)? {
            Ok(())
        } else {
            Err(ReplicaError::Refused("role-not-allowed"))
        }
    }

    fn open_signing(&self, signing: SigningId) -> Result<SigningRow, ReplicaError> {
        let row = signings::row(self.tx, signing)?.filter(|row| row.state == SigningState::Open);
        or_not_found(row, "signing")
    }

    fn agreed_method(&self) -> Result<Digest, ReplicaError> {
        people::policy(self.tx)?
            .filter(|policy| !policy.agreed_method_clause.is_empty())
            .map(|policy| Digest::of(policy.agreed_method_clause.as_bytes()))
            .ok_or(ReplicaError::Refused("agreed-method-missing"))
    }

    /// Opens a ceremony, unless the same one is open; one without strokes gives way to another.
    fn open_ceremony(&mut self, row: SigningRow) -> Result<Begun, ReplicaError> {
        if let Some(open) = signings::open_of_stop(self.tx, row.stop)? {
            if open.signer == row.signer && open.ceremony == row.ceremony {
                return Ok(Begun::Again(view(self.tx, open)?));
            }
            if !signings::strokes(self.tx, open.signing)?.is_empty() {
                return Err(ReplicaError::Refused("signing-open"));
            }
            signings::end(self.tx, open.signing, SigningState::Abandoned, None)?;
        }
        signings::insert(self.tx, &row, self.now())?;
        self.changed(&[Kind::Signings]);
        Ok(Begun::Anew(view(self.tx, row)?))
    }

    /// The same person does not sign twice in the same role.
    fn is_first_of_name(
        &self,
        about: &SignedPaper,
        role: CountersignRole,
        name: &str,
    ) -> Result<(), ReplicaError> {
        let row = or_not_found(entries::entry(self.tx, about.entry)?, "entry")?;
        let timeline = entries::timeline(self.tx, about.stop, None)?;
        let mut signed = completeness(&row, &timeline).countersigned.into_iter();
        if signed.any(|row| row.role == role && row.name == name) {
            return Err(ReplicaError::Refused("countersigned-already"));
        }
        Ok(())
    }

    fn seal_signature(
        &mut self,
        row: &SigningRow,
        papers: &Papers,
        position: PositionReport,
    ) -> Result<EntryId, ReplicaError> {
        match row.ceremony.as_ref().map(|ceremony| &ceremony.act) {
            Some(SigningAct::Countersignature {
                about,
                pinned,
                role,
                member,
                kind: _,
            }) => {
                let fact = Countersignature {
                    pinned: *pinned,
                    role: *role,
                    name: row.signer.name.clone(),
                    member: *member,
                    stroke_commitment: papers.commitment,
                    strokes: papers.strokes,
                    image: papers.image,
                    stroke_consent: row.stroke_consent,
                    effect: row.ceremony.as_ref().and_then(|it| it.effect.clone()),
                    position,
                };
                let about = About {
                    scope: Scope::Stop(row.stop),
                    amends: Some(*about),
                };
                self.append(about, Fact::Countersignature(Box::new(fact)))
            }
            Some(SigningAct::Paper { .. }) | None => {
                let fact = self.acknowledgement(row, papers, position)?;
                let instalments = fact.instalments.clone().unwrap_or_default();
                let about = About {
                    scope: Scope::Stop(row.stop),
                    amends: row.ceremony.as_ref().and_then(signed_finding),
                };
                let entry = self.append(about, Fact::Acknowledgement(Box::new(fact)))?;
                self.promise_in_writing(row, &instalments, entry)?;
                Ok(entry)
            }
        }
    }

    /// The promises of a signed promise paper, in the same commit. The first replaces the promise in force; together they are
    /// what is promised from now on.
    fn promise_in_writing(
        &mut self,
        row: &SigningRow,
        instalments: &[Instalment],
        paper: EntryId,
    ) -> Result<(), ReplicaError> {
        let parts = self.stop(row.stop)?;
        let mut supersedes = promises::of_stop(self.tx, row.stop)?.map(|made| made.entry);
        for part in instalments {
            let fact = Fact::Promise(PromiseMade {
                customer: parts.customer,
                amount: part.amount,
                due: part.due,
                signer: Some(row.signer.clone()),
                supersedes: supersedes.take(),
            });
            let about = About {
                scope: Scope::Stop(row.stop),
                amends: Some(paper),
            };
            self.append(about, fact)?;
        }
        Ok(())
    }

    fn acknowledgement(
        &self,
        row: &SigningRow,
        papers: &Papers,
        position: PositionReport,
    ) -> Result<Acknowledgement, ReplicaError> {
        let statement = statements::statement(self.tx, row.statement)?;
        let statement = or_not_found(statement, "statement")?;
        let statement_bytes = snapshots::payload(self.tx, row.statement)?;
        let mut fact = Acknowledgement {
            paper: statement.form,
            customer: statement.customer,
            statement: row.statement,
            statement_bytes: or_not_found(statement_bytes, "statement")?,
            render_model: statement.render_model.digest(),
            total: statement.total,
            agreed_method: self.agreed_method()?,
            signer: row.signer.clone(),
            stroke_commitment: papers.commitment,
            strokes: papers.strokes,
            image: papers.image,
            viewing: row.viewing,
            position,
            stroke_consent: row.stroke_consent,
            paper_model: None,
            effect: None,
            guarantors: None,
            seal: None,
            consents: None,
            instalments: None,
        };
        if let Some(ceremony) = &row.ceremony {
            say_what_was_signed(&mut fact, ceremony);
        }
        Ok(fact)
    }
}

/// The finding that a paper about a dispute has signed.
fn signed_finding(ceremony: &Ceremony) -> Option<EntryId> {
    match &ceremony.act {
        SigningAct::Paper {
            draft: PaperDraft::DisputeFinding { finding },
            ..
        } => Some(*finding),
        SigningAct::Paper { .. } | SigningAct::Countersignature { .. } => None,
    }
}

fn say_what_was_signed(fact: &mut Acknowledgement, ceremony: &Ceremony) {
    let SigningAct::Paper {
        draft,
        kind,
        guarantors,
        seal,
        consents,
    } = &ceremony.act
    else {
        return;
    };
    fact.paper = *kind;
    fact.total = ceremony.total;
    fact.render_model = ceremony.model.digest();
    fact.paper_model = draft
        .is_composed()
        .then(|| ceremony.model.to_bytes().into());
    fact.effect.clone_from(&ceremony.effect);
    fact.guarantors = Some(guarantors.clone());
    fact.seal = Some(*seal);
    fact.consents = Some(*consents);
    let instalments = draft.instalments();
    fact.instalments = (!instalments.is_empty()).then(|| instalments.to_vec());
    if consents.personal_data == Consent::Withheld {
        fact.position = PositionReport::Missing(MissingFix::Denied);
    }
}

fn view(connection: &Connection, row: SigningRow) -> Result<SigningView, ReplicaError> {
    let statement = or_not_found(statements::row(connection, row.statement)?, "statement")?;
    let stored = signings::strokes(connection, row.signing)?;
    let (paper, countersigns, role) = match row.ceremony.as_ref().map(|it| &it.act) {
        None => (PaperKind::StatementA, None, None),
        Some(SigningAct::Paper { kind, .. }) => (*kind, None, None),
        Some(SigningAct::Countersignature {
            about, role, kind, ..
        }) => (*kind, Some(*about), Some(*role)),
    };
    let (total, digest, effect) = row.ceremony.map_or(
        (statement.total, statement.render_model, None),
        |ceremony| (ceremony.total, ceremony.model.digest(), ceremony.effect),
    );
    Ok(SigningView {
        signing: row.signing,
        stop: row.stop,
        statement: row.statement,
        paper,
        countersigns,
        role,
        total,
        total_words: statements::in_words(total),
        effect,
        hash_short: digest.short(),
        signer: row.signer,
        stroke_consent: row.stroke_consent,
        viewing: row.viewing,
        is_long_enough: strokes::is_long_enough(&stored),
        strokes: stored,
        state: row.state,
        entry: row.entry,
    })
}

#[cfg(test)]
mod tests;
