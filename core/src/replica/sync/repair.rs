//! After unequal digests: exactly what differs, both ways.

use crate::protocol::Repair;
use crate::replica::sync::apply::Moves;
use crate::replica::sync::{Run, Stop};
use crate::store::{self, outbox};
use crate::views::LaneResult;

impl Run<'_> {
    pub(super) fn repair(&mut self) -> Result<(), Stop> {
        let request = self.replica.holdings()?;
        let repair: Repair = self.post("/sync/v1/digests", &request)?;
        for frame in &repair.frames {
            let bytes =
                minicbor::to_vec(frame).map_err(|_no_failing_sink| LaneResult::BadAnswer)?;
            self.apply(frame, &bytes, Moves::Nothing)?;
        }
        self.replica.commit("repair", |commit| {
            for hash in &repair.missing_entries {
                if let Some(entry) = store::entries::id_of(commit.tx, *hash)? {
                    outbox::offer_entry_again(commit.tx, entry)?;
                    commit.refresh_entry(entry)?;
                    commit.set_aside_unknown(entry)?;
                }
            }
            for document in &repair.missing_changes {
                outbox::offer_runs_again(commit.tx, *document)?;
            }
            for document in &repair.drop_documents {
                commit.drop_document(*document)?;
            }
            Ok(())
        })?;
        self.push()
    }
}
