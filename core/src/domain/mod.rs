//! Pure vocabulary and rules. No I/O, no clock, no SQL, no automerge.

pub mod ageing;
pub mod amount_in_words;
pub mod ids;
pub mod money;
pub mod position;
pub mod signer;
pub mod time;

#[cfg(test)]
mod cases;
