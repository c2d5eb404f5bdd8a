//! Signing: the ceremony while it runs, and the signed paper afterwards.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Digest, EntryId, SigningId, SnapshotId, StopId};
use crate::domain::money::Money;
use crate::domain::promise::Instalment;
use crate::domain::signer::GuarantorNamed;
use crate::domain::statement_lint::LintFinding;
use crate::domain::time::Day;
use crate::journal::facts::{
    Consents, CountersignRole, EffectShown, PaperKind, Signer, StrokeConsent, Viewing,
};
use crate::snapshots::statement::RenderModel;
use crate::views::{Completeness, ObjectState, PositionRow};

/// How far a signing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum SigningState {
    /// Strokes are taken.
    Open,
    /// Sealed as an entry.
    Finished,
    /// Given up; its strokes are gone.
    Abandoned,
}

/// A signing with all its stored strokes: the pad is redrawn from this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SigningView {
    /// The ceremony.
    pub signing: SigningId,
    /// The stop.
    pub stop: StopId,
    /// The statement that was shown.
    pub statement: SnapshotId,
    /// What kind of paper is signed.
    pub paper: PaperKind,
    /// The signed paper that somebody countersigns; none for the signer himself.
    pub countersigns: Option<EntryId>,
    /// As whom he countersigns.
    pub role: Option<CountersignRole>,
    /// The total that was confirmed, as the pad shows it.
    pub total: Money,
    /// The same in words (大写).
    pub total_words: String,
    /// The legal effect that was shown.
    pub effect: Option<EffectShown>,
    /// First eight hex digits of the render model's digest, as the pad shows them.
    pub hash_short: String,
    /// Who signs.
    pub signer: Signer,
    /// The signer's choice on stroke dynamics.
    pub stroke_consent: StrokeConsent,
    /// When and how far the statement was shown.
    pub viewing: Viewing,
    /// Stored strokes, in drawing order.
    pub strokes: Vec<StrokeRow>,
    /// Long enough to be sealed.
    pub is_long_enough: bool,
    /// How far it has come.
    pub state: SigningState,
    /// The entry, once finished.
    pub entry: Option<EntryId>,
}

/// One stroke: arrays of equal length; `t` and `p` are empty in a stored one when the signer withheld consent to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct StrokeRow {
    /// `mouse`, `touch`, `pen`.
    pub pointer: String,
    /// The system interrupted it; what was drawn is kept.
    pub cancelled: bool,
    /// 0.01 CSS px.
    pub x: Vec<i32>,
    /// 0.01 CSS px.
    pub y: Vec<i32>,
    /// Milliseconds, monotonic within one page.
    pub t: Vec<i64>,
    /// 0 to 1023.
    pub p: Vec<u16>,
}

/// A signed paper exactly as it was shown, and whether its bytes hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SignedView {
    /// The entry.
    pub entry: EntryId,
    /// The stop.
    pub stop: Option<StopId>,
    /// What was signed.
    pub paper: PaperKind,
    /// The statement snapshot.
    pub statement: SnapshotId,
    /// The strings that were drawn, read from the sealed bytes.
    pub render_model: RenderModel,
    /// Digest of the render model, as sealed.
    pub render_model_digest: Digest,
    /// Its first eight hex digits.
    pub hash_short: String,
    /// Digest of the sealed entry.
    pub hash: Digest,
    /// Its verification code, to be compared by voice.
    pub verification_code: String,
    /// The digest as a QR code, an SVG image for the screen.
    pub qr_svg: String,
    /// Total confirmed.
    pub total: Money,
    /// The total in words (大写).
    pub total_words: String,
    /// Who signed.
    pub signer: Signer,
    /// The signer's choice on stroke dynamics.
    pub stroke_consent: StrokeConsent,
    /// The signer's other choices; none in an entry of version 1.
    pub consents: Option<Consents>,
    /// The legal effect that was shown; none in an entry of version 1.
    pub effect: Option<EffectShown>,
    /// The guarantors as named.
    pub guarantors: Vec<GuarantorNamed>,
    /// What a promise paper promises.
    pub instalments: Vec<Instalment>,
    /// What belongs to the paper beside the signature, and what is still missing.
    pub completeness: Completeness,
    /// When and how far the paper was shown.
    pub viewing: Viewing,
    /// Wall clock of the device.
    pub at_ms: i64,
    /// The same in Asia/Shanghai, as printed.
    pub at: String,
    /// Whose device; empty when not known here.
    pub author_name: String,
    /// Where.
    pub position: PositionRow,
    /// The drawn signature; none when its part is not on this device.
    pub image_svg: Option<String>,
    /// How far it has come.
    pub state: ObjectState,
    /// Whether the bytes hold.
    pub verification: Verification,
}

/// One answer of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// It holds.
    Holds,
    /// It does not hold.
    Broken,
    /// What is needed for the answer is not on this device.
    Unknown,
}

/// What was verified about a signed paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Verification {
    /// The device key's signature under the entry.
    pub signature: Check,
    /// The statement's bytes hash to the snapshot's id, and its render model to the sealed digest.
    pub statement: Check,
    /// The strokes hash to the commitment.
    pub strokes: Check,
    /// The image hashes to its name in the manifest.
    pub image: Check,
    /// The server's receipt.
    pub receipt: Check,
}

/// A paper as it would be signed today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PaperView {
    /// The stop.
    pub stop: StopId,
    /// The statement that its figures come from.
    pub statement: SnapshotId,
    /// What it is.
    pub kind: PaperKind,
    /// What is drawn.
    pub render_model: RenderModel,
    /// Its digest.
    pub render_model_digest: Digest,
    /// The first eight hex digits of that.
    pub hash_short: String,
    /// The sum that is confirmed.
    pub total: Money,
    /// The same in words (大写).
    pub total_words: String,
    /// What stops it from being signed; empty when it may be.
    #[cfg_attr(test, ts(type = "string[]"))]
    pub findings: Vec<LintFinding>,
    /// The clause by which signing on the screen is agreed, from the policy; empty until it has arrived.
    pub agreed_method: String,
}

/// What a signature does, in words, before anybody signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LegalEffectView {
    /// The text as it is sealed with the signature.
    pub effect: EffectShown,
    /// `last_day` rests on published calendars only.
    pub calendar_published: bool,
    /// The paper may not be signed so: the claim is past its last day and the paper does not agree expressly to perform.
    pub is_insufficient: bool,
    /// The day on which the claim's clock ends without this signature.
    pub claim_last_day: Option<Day>,
}

/// Whether a signature in this capacity has an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum EffectAnswer {
    /// It has.
    Yes,
    /// Only with proof of authority or arrival.
    NeedsProof,
    /// It has not.
    No,
}

/// One legal effect of a signature, shown before somebody signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct EffectRow {
    /// `demand_received`, `amount_admitted`, `promise_binding`.
    pub effect: String,
    /// Whether it has the effect.
    pub answer: EffectAnswer,
}
