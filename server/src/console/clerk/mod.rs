//! The clerk's desk: imports, customers, visit lists to propose, plans to write.

pub(super) mod customers;
pub(super) mod export;
pub(super) mod imports;
pub(super) mod plans;
mod review;
pub(super) mod visit_lists;
