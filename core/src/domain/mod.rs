//! Pure vocabulary and rules. No I/O, no clock, no SQL, no automerge.

pub mod ageing;
pub mod amount_in_words;
pub mod approval;
pub mod calendar;
pub mod cash_hand_in;
pub mod claim_age;
pub mod guarantee;
pub mod ids;
pub mod legal_effect;
pub mod limitation;
pub mod media_type;
pub mod money;
pub mod position;
pub mod promise;
pub mod quality_objection;
pub mod signer;
pub mod statement_lint;
pub mod statement_text;
pub mod time;

#[cfg(test)]
mod cases;
