//! The push lane: offers what has no receipt and stores the verdicts.

use std::collections::BTreeSet;

use crate::domain::ids::{Digest, EntryId};
use crate::journal::signer::verify_raw;
use crate::protocol::push::EnvelopeId;
use crate::protocol::{
    Envelope, HeldCode, PUSH_LIMIT_BYTES, PUSH_LIMIT_ENVELOPES, PushAnswer, PushRequest, Verdict,
    VerdictKind,
};
use crate::replica::commit::Commit;
use crate::replica::devices::Kind;
use crate::replica::sync::{Run, Stop};
use crate::replica::{Replica, ReplicaError};
use crate::store::{self, outbox};
use crate::views::LaneResult;

/// Room left below the limit for what surrounds the envelopes.
const AROUND_BYTES: usize = 64 << 10;

impl Run<'_> {
    pub(super) fn push(&mut self) -> Result<(), Stop> {
        loop {
            let envelopes = self.replica.commit("send", next_batch)?;
            if envelopes.is_empty() {
                return Ok(());
            }
            self.report.pushed += u64::try_from(envelopes.len()).unwrap_or(u64::MAX);
            let offered = envelopes.iter().map(|envelope| envelope.id).collect();
            let request = self.sign(envelopes)?;
            let answer: PushAnswer = self.post("/sync/v1/push", &request)?;
            let me = self.replica.read(Replica::me)?;
            let signed = PushAnswer::signed_bytes(&answer.verdicts, answer.time);
            verify_raw(&me.server_key, &signed, &answer.signature)
                .map_err(|_forged| LaneResult::BadAnswer)?;
            self.settle(&offered, &answer)?;
        }
    }

    fn sign(&self, envelopes: Vec<Envelope>) -> Result<PushRequest, Stop> {
        let head = self.replica.read(Replica::me)?.head;
        let signature = self
            .replica
            .signer()
            .sign(&PushRequest::signed_bytes(head.seq, head.hash, &envelopes))
            .map_err(|_refused| ReplicaError::Key)?;
        Ok(PushRequest {
            head_seq: head.seq,
            head: head.hash,
            envelopes,
            signature: signature.to_vec(),
        })
    }

    /// Stores the verdicts on exactly the bytes that are here; a verdict on other bytes is no receipt. Behind those on what
    /// was offered, the server may add verdicts on what it held before.
    fn settle(&mut self, offered: &BTreeSet<EnvelopeId>, answer: &PushAnswer) -> Result<(), Stop> {
        let bytes = minicbor::to_vec(answer).map_err(|_no_failing_sink| LaneResult::BadAnswer)?;
        let settled = self.replica.commit("settle", |commit| {
            let receipt = outbox::insert_receipt(commit.tx, &bytes)?;
            let mut settled = Vec::new();
            for verdict in &answer.verdicts {
                if let Some(row) = outbox::row(commit.tx, verdict.id)?
                    && Digest::of(&row.content) == verdict.digest
                {
                    commit.settle(verdict, receipt, row.entry)?;
                    settled.push(verdict);
                }
            }
            commit.changed(&[Kind::Sync]);
            Ok(settled)
        })?;
        for verdict in &settled {
            match verdict.kind {
                VerdictKind::Admitted(_) => self.report.admitted += 1,
                VerdictKind::Held(..) => self.report.held += 1,
            }
        }
        let named: BTreeSet<EnvelopeId> = settled.iter().map(|verdict| verdict.id).collect();
        if named.is_superset(offered) {
            Ok(())
        } else {
            Err(LaneResult::BadAnswer.into())
        }
    }
}

/// Chooses what is offered next and marks it as sent, so that its bytes are fixed from here on.
fn next_batch(commit: &mut Commit<'_>) -> Result<Vec<Envelope>, ReplicaError> {
    let mut envelopes = Vec::new();
    let mut size = AROUND_BYTES;
    for row in outbox::unsent(commit.tx, PUSH_LIMIT_ENVELOPES)? {
        size += row.content.len();
        if size > PUSH_LIMIT_BYTES && !envelopes.is_empty() {
            break;
        }
        let envelope: Envelope =
            minicbor::decode(&row.content).map_err(|_damaged| ReplicaError::Damaged("outbox"))?;
        outbox::set_sent(commit.tx, envelope.id)?;
        if let Some(entry) = row.entry {
            commit.refresh_entry(entry)?;
        }
        envelopes.push(envelope);
    }
    Ok(envelopes)
}

impl Commit<'_> {
    fn settle(
        &mut self,
        verdict: &Verdict,
        receipt: i64,
        entry: Option<EntryId>,
    ) -> Result<(), ReplicaError> {
        match &verdict.kind {
            VerdictKind::Admitted(_seq) => {
                outbox::set_receipted(self.tx, verdict.id, receipt)?;
            }
            VerdictKind::Held(code, words) => {
                outbox::set_held(self.tx, verdict.id, receipt, (*code, words))?;
                if let (HeldCode::ForkedChain, Some(entry)) = (code, entry) {
                    self.changed(&[Kind::Device]);
                    // The number is another entry's on the server; this one stays whole in the outbox.
                    store::entries::give_way(self.tx, entry)?;
                }
            }
        }
        match entry {
            Some(entry) => self.refresh_entry(entry),
            None => Ok(()),
        }
    }
}
