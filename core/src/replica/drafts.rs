//! What is typed into a form and not recorded yet.
//!
//! A screen keeps it at every pause; the command that records the form drops it in its own transaction, so a form is either
//! unfinished or recorded. A draft is on this phone only and goes with its stop.

use crate::replica::commit::Commit;
use crate::replica::{DraftKeep, DraftPlace, OfDraft, Replica, ReplicaError};
use crate::store::drafts;
use crate::views::DraftView;

const CONTENT_LIMIT_BYTES: usize = 32 << 10;
const DRAFTS_LIMIT: i64 = 1_000;

impl Replica {
    /// `draft.keep`: keeps a form's fields in place of what was kept before. When this returns they are durable.
    ///
    /// # Errors
    /// `text-too-long`; `drafts-full` when a thousand forms are unfinished; `stop` or `customer` is gone when it is not on this
    /// device.
    pub fn keep_draft(&self, keep: &DraftKeep) -> Result<(), ReplicaError> {
        if keep.content.len() > CONTENT_LIMIT_BYTES {
            return Err(ReplicaError::Refused("text-too-long"));
        }
        self.commit("keep_draft", |commit| {
            match keep.of.place {
                DraftPlace::Stop { stop } => drop(commit.stop(stop)?),
                DraftPlace::Customer { customer } => drop(commit.customer_document(customer)?),
            }
            if drafts::read(commit.tx, &keep.of)?.is_none()
                && drafts::count(commit.tx)? >= DRAFTS_LIMIT
            {
                return Err(ReplicaError::Refused("drafts-full"));
            }
            Ok(drafts::put(
                commit.tx,
                &keep.of,
                &keep.content,
                commit.now(),
            )?)
        })
    }

    /// `draft.read`: what was kept for a form, if anything was.
    pub fn draft(&self, of: &OfDraft) -> Result<Option<DraftView>, ReplicaError> {
        self.read(|connection| Ok(drafts::read(connection, of)?))
    }

    /// `draft.drop`: the form was emptied. Dropping what is not there changes nothing.
    pub fn drop_draft(&self, of: &OfDraft) -> Result<(), ReplicaError> {
        self.commit("drop_draft", |commit| commit.drop_draft(*of))
    }
}

impl Commit<'_> {
    /// Drops a form's draft, because this transaction records the form.
    pub(crate) fn drop_draft(&self, of: OfDraft) -> Result<(), ReplicaError> {
        Ok(drafts::delete(self.tx, &of)?)
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::money::{Currency, Money};
    use crate::journal::Scope;
    use crate::journal::facts::{OutcomeKind, ReasonCode, StrokeConsent};
    use crate::papers::PaperDraft;
    use crate::replica::fake::{FakeServer, MORNING, Phone, STOP};
    use crate::replica::tests::begin;
    use crate::replica::{OutcomeRecord, PromiseRecord, RefusalRecord, SendBackAnswer};
    use crate::views::DraftForm;

    use super::*;

    const ALL: [DraftForm; 4] = [
        DraftForm::Signer,
        DraftForm::Refusal,
        DraftForm::Promise,
        DraftForm::Outcome,
    ];

    fn of(form: DraftForm) -> OfDraft {
        OfDraft::of(STOP, form)
    }

    fn keep(of: OfDraft, content: &str) -> DraftKeep {
        DraftKeep {
            of,
            content: content.to_owned(),
        }
    }

    fn with_stop() -> (FakeServer, Phone) {
        let server = FakeServer::new();
        let phone = Phone::enrolled(1, &server);
        phone.sync(&server).unwrap();
        (server, phone)
    }

    fn unfinished(phone: &Phone) -> Vec<DraftForm> {
        let drafts = phone.stop(STOP).unwrap().drafts;
        drafts.into_iter().map(|row| row.form).collect()
    }

    fn promise(amount: &str) -> PromiseRecord {
        PromiseRecord {
            stop: STOP,
            amount: Money::parse(Currency::Cny, amount).unwrap(),
            due: "2026-08-15".parse().unwrap(),
            signer: None,
        }
    }

    #[test]
    fn a_killed_app_finds_what_was_half_typed_and_nothing_of_it_is_sent() {
        let (server, mut phone) = with_stop();
        phone
            .keep_draft(&keep(of(DraftForm::Promise), r#"{"amount":"5"}"#))
            .unwrap();
        phone
            .keep_draft(&keep(of(DraftForm::Promise), r#"{"amount":"50000"}"#))
            .unwrap();
        phone.restart();
        let kept = phone.draft(&of(DraftForm::Promise)).unwrap().unwrap();
        assert_eq!(kept.content, r#"{"amount":"50000"}"#);
        assert_eq!(unfinished(&phone), [DraftForm::Promise]);
        assert!(phone.sync_status().unwrap().safe_to_close);
        assert_eq!(phone.sync(&server).unwrap().pushed, 0);
        phone.drop_draft(&of(DraftForm::Promise)).unwrap();
        phone.drop_draft(&of(DraftForm::Promise)).unwrap();
        assert_eq!(phone.draft(&of(DraftForm::Promise)).unwrap(), None);
    }

    #[test]
    fn each_form_drops_its_own_draft_when_it_is_recorded() {
        let (_server, phone) = with_stop();
        for form in ALL {
            phone.keep_draft(&keep(of(form), "{}")).unwrap();
        }
        phone.begin_signing(&begin(StrokeConsent::Given)).unwrap();
        let left = [DraftForm::Refusal, DraftForm::Promise, DraftForm::Outcome];
        assert_eq!(unfinished(&phone), left);
        phone
            .refuse(&RefusalRecord {
                stop: STOP,
                person: "张敏".to_owned(),
                reason: ReasonCode::NoFunds,
                words: String::new(),
                paper: PaperDraft::Statement,
                members: Vec::new(),
                label: None,
                post_by: None,
            })
            .unwrap();
        assert_eq!(unfinished(&phone), [DraftForm::Promise, DraftForm::Outcome]);
        phone.promise(&promise("50000")).unwrap();
        assert_eq!(unfinished(&phone), [DraftForm::Outcome]);
        phone
            .outcome(&OutcomeRecord {
                stop: STOP,
                kind: OutcomeKind::Signed,
                reason: None,
                summary: String::new(),
            })
            .unwrap();
        assert_eq!(unfinished(&phone), []);
        phone
            .keep_draft(&keep(of(DraftForm::Promise), "{}"))
            .unwrap();
        phone.promise(&promise("50000")).unwrap();
        assert_eq!(unfinished(&phone), [], "the same again drops it too");
    }

    #[test]
    fn an_answer_drops_the_draft_of_its_own_send_back_only() {
        let (server, phone) = with_stop();
        let about = phone.promise(&promise("50000")).unwrap().entry;
        phone.sync(&server).unwrap();
        let at = crate::domain::time::Instant::from_ms(MORNING);
        let answered = server.send_back(about, at);
        let open = server.send_back(about, at);
        phone.sync(&server).unwrap();
        for sent_back in [answered, open] {
            let of = OfDraft {
                about: Some(sent_back.0),
                ..of(DraftForm::SendBack)
            };
            phone.keep_draft(&keep(of, r#"{"text":"联系"}"#)).unwrap();
        }
        phone
            .answer_send_back(&SendBackAnswer {
                stop: STOP,
                sent_back: answered,
                text: "联系电话已补".to_owned(),
            })
            .unwrap();
        let drafts = phone.stop(STOP).unwrap().drafts;
        assert_eq!(
            drafts.iter().map(|row| row.about).collect::<Vec<_>>(),
            [Some(open.0)]
        );
    }

    #[test]
    fn a_form_that_is_refused_stays_a_draft() {
        let (_server, phone) = with_stop();
        phone
            .keep_draft(&keep(of(DraftForm::Promise), "{}"))
            .unwrap();
        let mut late = promise("50000");
        late.due = "2026-07-01".parse().unwrap();
        phone.promise(&late).unwrap_err();
        assert_eq!(unfinished(&phone), [DraftForm::Promise]);
    }

    #[test]
    fn a_revoked_stop_takes_its_drafts_along() {
        let (server, phone) = with_stop();
        phone
            .keep_draft(&keep(of(DraftForm::Refusal), "{}"))
            .unwrap();
        server.revoke(Scope::Stop(STOP));
        phone.sync(&server).unwrap();
        assert_eq!(phone.draft(&of(DraftForm::Refusal)).unwrap(), None);
        let error = phone
            .keep_draft(&keep(of(DraftForm::Refusal), "{}"))
            .unwrap_err();
        assert_eq!(error.reference(), "stop");
    }

    #[test]
    fn size_and_number_have_a_limit_and_what_is_kept_can_still_grow() {
        let (_server, phone) = with_stop();
        let long = "长".repeat(CONTENT_LIMIT_BYTES / 3 + 1);
        let error = phone
            .keep_draft(&keep(of(DraftForm::Outcome), &long))
            .unwrap_err();
        assert_eq!(error.reference(), "text-too-long");
        phone
            .keep_draft(&keep(of(DraftForm::Outcome), "{}"))
            .unwrap();
        phone
            .connection()
            .execute(
                "with recursive n(i) as (select 1 union all select i + 1 from n where i < 999)
                 insert into drafts select 'stop', '\"promise\"', i, '{}', 0 from n",
                [],
            )
            .unwrap();
        let error = phone
            .keep_draft(&keep(of(DraftForm::Promise), "{}"))
            .unwrap_err();
        assert_eq!(error.reference(), "drafts-full");
        phone
            .keep_draft(&keep(of(DraftForm::Outcome), "{\"summary\":\"x\"}"))
            .unwrap();
    }
}
