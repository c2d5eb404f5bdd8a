//! The statement, as the customer reads it.

use crate::domain::ids::StopId;
use crate::read_model::{people, statements, stops};
use crate::replica::error::or_not_found;
use crate::replica::{Replica, ReplicaError};
use crate::views::StatementView;

impl Replica {
    /// `statement.read`.
    ///
    /// # Errors
    /// `statement` is gone until it has arrived with a sync.
    pub fn statement(&self, stop: StopId) -> Result<StatementView, ReplicaError> {
        self.read(|connection| {
            let parts = or_not_found(stops::parts(connection, stop)?, "stop")?;
            let statement = or_not_found(
                statements::statement(connection, parts.statement)?,
                "statement",
            )?;
            let digest = statement.render_model.digest();
            Ok(StatementView {
                stop,
                statement: parts.statement,
                form: statement.form,
                cut_off: statement.cut_off,
                render_model: statement.render_model,
                render_model_digest: digest,
                hash_short: digest.short(),
                total: statement.total,
                total_words: statements::in_words(statement.total),
                lines: statement.lines,
                agreed_method: people::policy(connection)?
                    .map(|policy| policy.agreed_method_clause)
                    .unwrap_or_default(),
            })
        })
    }
}
