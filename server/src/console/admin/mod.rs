//! The administrator's desk: phones; and the list of entries that auditors read.

pub(super) mod devices;
pub(super) mod entries;
