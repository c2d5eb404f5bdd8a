//! What every page shares: its frame, who asks, what goes wrong, notices, and files that never change.

pub(super) mod assets;
pub(super) mod caller;
pub(super) mod choices;
pub(crate) mod fault;
pub(super) mod fields;
pub(super) mod frame;
pub(super) mod notice;
pub(super) mod paging;
