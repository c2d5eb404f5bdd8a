//! The clerk's desk: imports, customers, visit lists to propose, plans to write.

pub(super) mod contacts;
pub(super) mod customers;
pub(super) mod decisions;
pub(super) mod export;
mod held;
pub(super) mod imports;
pub(super) mod plans;
pub(super) mod readings;
mod review;
mod unknown;
pub(super) mod visit_lists;
