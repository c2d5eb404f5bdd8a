//! Pure vocabulary and rules. No I/O, no clock, no SQL, no automerge.

pub mod ageing;
pub mod allocation;
pub mod amount_in_words;
pub mod approval;
pub mod attendance;
pub mod calendar;
pub mod call_slot;
pub mod cash;
pub mod cash_hand_in;
pub mod claim_age;
pub mod conduct_guard;
pub mod contacts;
pub mod credit_grade;
pub mod customer_search;
pub mod follow_ups;
pub mod guarantee;
pub mod held;
pub mod ids;
pub mod interest;
pub mod kpi_vs_plan;
pub mod legal_effect;
pub mod limitation;
pub mod media_type;
pub mod metrics;
pub mod money;
pub mod monthly_score;
pub mod percent;
pub mod phone_number;
pub mod pin;
pub mod position;
pub mod promise;
pub mod quality_objection;
pub mod rates;
pub mod settlement;
pub mod shares;
pub mod signer;
pub mod stale_statement;
pub mod statement_lint;
pub mod statement_text;
pub mod target_split;
pub mod three_figures;
pub mod time;
pub mod verification_code;
pub mod visit_priority;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod histories;
