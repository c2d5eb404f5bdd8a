//! Signing ceremonies and their strokes.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Digest, EntryId, SigningId, SnapshotId, StopId, UserId};
use crate::domain::money::Money;
use crate::domain::signer::{GuarantorNamed, SealCondition};
use crate::domain::time::Instant;
use crate::journal::Scope;
use crate::journal::facts::{
    Consents, CountersignRole, EffectShown, PaperKind, Signer, StrokeConsent, Viewing,
};
use crate::papers::PaperDraft;
use crate::read_model::columns::{parsed, parsed_or_null, text};
use crate::read_model::entries::{from_json, json};
use crate::snapshots::statement::RenderModel;
use crate::views::{SigningState, StrokeRow};

/// A ceremony.
#[derive(Debug, Clone)]
pub(crate) struct SigningRow {
    pub(crate) signing: SigningId,
    pub(crate) stop: StopId,
    pub(crate) statement: SnapshotId,
    pub(crate) signer: Signer,
    pub(crate) stroke_consent: StrokeConsent,
    pub(crate) viewing: Viewing,
    pub(crate) state: SigningState,
    pub(crate) entry: Option<EntryId>,
    /// None when a version without composed papers began it.
    pub(crate) ceremony: Option<Ceremony>,
}

/// What is signed, and what was shown before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ceremony {
    pub(crate) act: SigningAct,
    /// The paper as it was drawn.
    pub(crate) model: RenderModel,
    pub(crate) total: Money,
    pub(crate) effect: Option<EffectShown>,
}

/// Whose signature, under what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SigningAct {
    Paper {
        draft: PaperDraft,
        kind: PaperKind,
        guarantors: Vec<GuarantorNamed>,
        seal: SealCondition,
        consents: Consents,
    },
    Countersignature {
        about: EntryId,
        pinned: Digest,
        role: CountersignRole,
        member: Option<UserId>,
        kind: PaperKind,
    },
}

pub(crate) fn insert(tx: &Transaction<'_>, row: &SigningRow, at: Instant) -> rusqlite::Result<()> {
    tx.execute(
        "insert into signings values (:signing, :stop, :statement, :signer, :consent, :viewing, :state, null, :at)",
        named_params! {
            ":signing": text(&row.signing),
            ":stop": text(&row.stop),
            ":statement": text(&row.statement),
            ":signer": json(&row.signer)?,
            ":consent": json(&row.stroke_consent)?,
            ":viewing": json(&row.viewing)?,
            ":state": word(row.state),
            ":at": at.ms(),
        },
    )?;
    if let Some(ceremony) = &row.ceremony {
        tx.execute(
            "insert into ceremonies values (:signing, :content)",
            named_params! { ":signing": text(&row.signing), ":content": json(ceremony)? },
        )?;
    }
    Ok(())
}

pub(crate) fn row(
    connection: &Connection,
    signing: SigningId,
) -> rusqlite::Result<Option<SigningRow>> {
    connection
        .prepare_cached(
            "select * from signings left join ceremonies using (signing) where signing = :signing",
        )?
        .query_row(named_params! { ":signing": text(&signing) }, signing_row)
        .optional()
}

/// The open ceremony of a stop; there is at most one.
pub(crate) fn open_of_stop(
    connection: &Connection,
    stop: StopId,
) -> rusqlite::Result<Option<SigningRow>> {
    connection
        .prepare_cached(
            "select * from signings left join ceremonies using (signing) where stop = :stop and state = 'open'",
        )?
        .query_row(named_params! { ":stop": text(&stop) }, signing_row)
        .optional()
}

/// Whether an open ceremony has strokes and needs what is in the scope. A scope of another kind than a stop or a customer
/// holds nothing of it.
pub(crate) fn is_being_written(connection: &Connection, scope: Scope) -> rusqlite::Result<bool> {
    let (stop, customer) = match scope {
        Scope::Stop(stop) => (text(&stop), String::new()),
        Scope::Customer(customer) => (String::new(), text(&customer)),
        Scope::Plan(_)
        | Scope::Person(_)
        | Scope::Book(_)
        | Scope::Organisation
        | Scope::Office => {
            return Ok(false);
        }
    };
    connection
        .prepare_cached(
            "select 1 from signings g where g.state = 'open'
               and exists (select 1 from strokes k where k.signing = g.signing)
               and (g.stop = :stop or exists
                   (select 1 from approved_plan_stops p where p.stop = g.stop and p.customer = :customer))",
        )?
        .exists(named_params! { ":stop": stop, ":customer": customer })
}

/// Ends a ceremony and forgets its strokes, which are then in a part or given up.
pub(crate) fn end(
    tx: &Transaction<'_>,
    signing: SigningId,
    state: SigningState,
    entry: Option<EntryId>,
) -> rusqlite::Result<()> {
    tx.execute(
        "update signings set state = :state, entry = :entry where signing = :signing",
        named_params! {
            ":state": word(state),
            ":entry": entry.map(|entry| entry.to_string()),
            ":signing": text(&signing),
        },
    )?;
    tx.execute(
        "delete from strokes where signing = :signing",
        named_params! { ":signing": text(&signing) },
    )?;
    Ok(())
}

pub(crate) fn add_stroke(
    tx: &Transaction<'_>,
    signing: SigningId,
    stroke: &StrokeRow,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "insert into strokes values (:signing,
            (select coalesce(max(ordinal), 0) + 1 from strokes where signing = :signing), :content)",
    )?
    .execute(named_params! { ":signing": text(&signing), ":content": json(stroke)? })?;
    Ok(())
}

/// Takes the last stroke away, if there is one.
pub(crate) fn undo(tx: &Transaction<'_>, signing: SigningId) -> rusqlite::Result<()> {
    tx.execute(
        "delete from strokes where signing = :signing
            and ordinal = (select max(ordinal) from strokes where signing = :signing)",
        named_params! { ":signing": text(&signing) },
    )?;
    Ok(())
}

/// The strokes in drawing order.
pub(crate) fn strokes(
    connection: &Connection,
    signing: SigningId,
) -> rusqlite::Result<Vec<StrokeRow>> {
    connection
        .prepare_cached("select content from strokes where signing = :signing order by ordinal")?
        .query_map(named_params! { ":signing": text(&signing) }, |row| {
            from_json(&row.get::<_, String>(0)?)
        })?
        .collect()
}

const fn word(state: SigningState) -> &'static str {
    match state {
        SigningState::Open => "open",
        SigningState::Finished => "finished",
        SigningState::Abandoned => "abandoned",
    }
}

fn signing_row(row: &Row<'_>) -> rusqlite::Result<SigningRow> {
    let state: String = row.get("state")?;
    Ok(SigningRow {
        signing: parsed(row, "signing")?,
        stop: parsed(row, "stop")?,
        statement: parsed(row, "statement")?,
        signer: from_json(&row.get::<_, String>("signer")?)?,
        stroke_consent: from_json(&row.get::<_, String>("stroke_consent")?)?,
        viewing: from_json(&row.get::<_, String>("viewing")?)?,
        state: match state.as_str() {
            "open" => SigningState::Open,
            "finished" => SigningState::Finished,
            _ => SigningState::Abandoned,
        },
        entry: parsed_or_null(row, "entry")?,
        ceremony: row
            .get::<_, Option<String>>("content")?
            .map(|content| from_json(&content))
            .transpose()?,
    })
}
