//! The signing ceremony.
//!
//! Begun with what was shown and who signs; each stroke is durable before the screen draws it as taken; finished as one
//! entry with its two parts. A killed screen finds everything again, and finishing twice answers the same entry.

use rusqlite::Connection;

use crate::domain::ids::{Digest, SigningId, StopId};
use crate::domain::signer::{Capacity, CustomerKind, EffectLevel, SealCondition, signer_effect};
use crate::journal::facts::{Acknowledgement, Fact, Part, PositionReport, StatementShown};
use crate::read_model::{people, statements};
use crate::replica::commit::Commit;
use crate::replica::devices::Kind;
use crate::replica::error::or_not_found;
use crate::replica::parts::part_of;
use crate::replica::{
    EffectsOf, Recorded, Replica, ReplicaError, SigningBegin, SigningFinish, SigningStroke, strokes,
};
use crate::store::signings::SigningRow;
use crate::store::{parts, signings, snapshots};
use crate::views::{EffectAnswer, EffectRow, SigningState, SigningView};

const NAME_LIMIT_BYTES: usize = 200;
const STROKES_LIMIT: usize = 256;

impl Replica {
    /// `signing.begin`: what was shown, and who signs. An open signing of the stop by the same signer is taken up again; one
    /// without strokes gives way.
    ///
    /// # Errors
    /// `signer-name-missing`, `text-too-long`, `total-not-confirmed`, `agreed-method-missing` before the policy has arrived,
    /// `signing-open` when somebody else's strokes are there; `statement` is gone until it has arrived.
    pub fn begin_signing(&self, begin: &SigningBegin) -> Result<SigningView, ReplicaError> {
        if begin.signer.name.trim().is_empty() {
            return Err(ReplicaError::Refused("signer-name-missing"));
        }
        if begin.signer.name.len() > NAME_LIMIT_BYTES || begin.signer.title.len() > NAME_LIMIT_BYTES
        {
            return Err(ReplicaError::Refused("text-too-long"));
        }
        if begin.viewing.total_confirmed_ms.is_none() {
            return Err(ReplicaError::Refused("total-not-confirmed"));
        }
        self.commit("begin_signing", |commit| {
            let stop = commit.stop(begin.stop)?;
            let statement = statements::row(commit.tx, stop.statement)?;
            let statement = or_not_found(statement, "statement")?;
            commit.agreed_method()?;
            if let Some(open) = signings::open_of_stop(commit.tx, stop.stop)? {
                if open.signer == begin.signer && open.statement == statement.statement {
                    return view(commit.tx, open);
                }
                if !signings::strokes(commit.tx, open.signing)?.is_empty() {
                    return Err(ReplicaError::Refused("signing-open"));
                }
                signings::end(commit.tx, open.signing, SigningState::Abandoned, None)?;
            }
            let row = SigningRow {
                signing: SigningId(commit.new_id()?),
                stop: stop.stop,
                statement: statement.statement,
                signer: begin.signer.clone(),
                stroke_consent: begin.stroke_consent,
                viewing: begin.viewing,
                state: SigningState::Open,
                entry: None,
            };
            signings::insert(commit.tx, &row, commit.now())?;
            let shown = StatementShown {
                statement: statement.statement,
                render_model: statement.render_model,
                viewing: begin.viewing,
            };
            commit.record(stop.stop, Fact::StatementShown(shown))?;
            commit.changed(&[Kind::Signings]);
            view(commit.tx, row)
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

    /// `signing.finish`: seals the acknowledgement with its strokes and its image. Finished already, it answers the entry.
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
            let fact = commit.acknowledgement(&row, &papers, finish.position.clone())?;
            let recorded = commit.record(row.stop, Fact::Acknowledgement(Box::new(fact)))?;
            parts::insert(commit.tx, recorded.entry, "strokes", &sealed)?;
            parts::insert(commit.tx, recorded.entry, "image", &image)?;
            signings::end(
                commit.tx,
                row.signing,
                SigningState::Finished,
                Some(recorded.entry),
            )?;
            commit.changed(&[Kind::Signings, Kind::Sync]);
            Ok(recorded)
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
        let is_personal = matches!(
            of.capacity,
            Capacity::NaturalPerson | Capacity::CoResidentAdultRelative
        );
        let kind = if is_personal {
            CustomerKind::NaturalPerson
        } else {
            CustomerKind::Company
        };
        let effect = signer_effect(kind, of.capacity, SealCondition::NotAgreed);
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

/// The files of an acknowledgement.
struct Papers {
    strokes: Part,
    image: Part,
    commitment: Digest,
}

impl Commit<'_> {
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

    fn acknowledgement(
        &self,
        row: &SigningRow,
        papers: &Papers,
        position: PositionReport,
    ) -> Result<Acknowledgement, ReplicaError> {
        let statement = statements::statement(self.tx, row.statement)?;
        let statement = or_not_found(statement, "statement")?;
        let statement_bytes = snapshots::payload(self.tx, row.statement)?;
        Ok(Acknowledgement {
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
        })
    }
}

fn view(connection: &Connection, row: SigningRow) -> Result<SigningView, ReplicaError> {
    let statement = or_not_found(statements::row(connection, row.statement)?, "statement")?;
    let stored = signings::strokes(connection, row.signing)?;
    Ok(SigningView {
        signing: row.signing,
        stop: row.stop,
        statement: row.statement,
        total: statement.total,
        hash_short: statement.render_model.short(),
        signer: row.signer,
        stroke_consent: row.stroke_consent,
        viewing: row.viewing,
        is_long_enough: strokes::is_long_enough(&stored),
        strokes: stored,
        state: row.state,
        entry: row.entry,
    })
}
