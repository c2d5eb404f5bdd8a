//! A customer's dispute about quality or amount, and what was found about it.

use rusqlite::Connection;

use crate::domain::ids::{EntryId, StopId, UserId};
use crate::domain::time::Day;
use crate::journal::facts::{Dispute, DisputeAbout, DisputeFinding, Fact};
use crate::read_model::{disputes, people, statements};
use crate::replica::commit::Commit;
use crate::replica::devices::Kind;
use crate::replica::error::or_not_found;
use crate::replica::{DisputeRecord, FindingRecord, OfDraft, Recorded, Replica, ReplicaError};
use crate::views::{DisputeRow, DraftForm};

/// What a person may find on, in the order of the enum.
pub(super) fn may_find_on(
    connection: &Connection,
    user: UserId,
) -> Result<Vec<DisputeAbout>, ReplicaError> {
    let roles = people::roles(connection, user)?;
    Ok([DisputeAbout::Quality, DisputeAbout::Amount]
        .into_iter()
        .filter(|about| roles.iter().any(|role| role.finds_on(*about)))
        .collect())
}

impl Replica {
    /// `dispute.record`: the customer disputes quality or amount.
    ///
    /// # Errors
    /// `dispute-words-missing`, `person-name-missing`, `amount-not-positive`, `day-in-the-future`, `period-unusable`, `text-too-long`;
    /// `document-not-on-statement` when a number is not on the statement.
    pub fn record_dispute(&self, record: &DisputeRecord) -> Result<Recorded, ReplicaError> {
        if record.words.trim().is_empty() {
            return Err(ReplicaError::Refused("dispute-words-missing"));
        }
        if record.person.trim().is_empty() {
            return Err(ReplicaError::Refused("person-name-missing"));
        }
        if record.amount.is_some_and(|amount| !amount.is_positive()) {
            return Err(ReplicaError::Refused("amount-not-positive"));
        }
        if record.period.is_some_and(|period| !period.is_usable()) {
            return Err(ReplicaError::Refused("period-unusable"));
        }
        self.commit("record_dispute", |commit| {
            let parts = commit.stop(record.stop)?;
            commit.drop_draft(OfDraft::of(parts.stop, DraftForm::Dispute))?;
            if record
                .received
                .is_some_and(|day| day > Day::legal(commit.now()))
            {
                return Err(ReplicaError::Refused("day-in-the-future"));
            }
            if let Some(statement) = statements::statement(commit.tx, parts.statement)? {
                let is_there =
                    |number: &String| statement.lines.iter().any(|line| line.document == *number);
                if !record.documents.iter().all(is_there) {
                    return Err(ReplicaError::Refused("document-not-on-statement"));
                }
            }
            let is_quality = record.about == DisputeAbout::Quality;
            let fact = Fact::Dispute(Box::new(Dispute {
                customer: parts.customer,
                about: record.about,
                documents: record.documents.clone(),
                words: record.words.trim().to_owned(),
                amount: record.amount,
                person: record.person.trim().to_owned(),
                title: record.title.trim().to_owned(),
                received: record.received.filter(|_day| is_quality),
                period: record.period.filter(|_period| is_quality),
            }));
            commit.record_once(parts.stop, fact)
        })
    }

    /// `finding.record`: what was found about a dispute of the stop. A later one replaces it.
    ///
    /// # Errors
    /// `finding-not-allowed` when this user's role does not find on it, `finding-words-missing`, `finding-names-amount` when one on
    /// quality does, `amount-unusable`, `text-too-long`; `dispute` is gone when there is none of that id at the stop.
    pub fn record_finding(&self, record: &FindingRecord) -> Result<Recorded, ReplicaError> {
        if record.words.trim().is_empty() {
            return Err(ReplicaError::Refused("finding-words-missing"));
        }
        self.commit("record_finding", |commit| {
            let row =
                disputes::dispute(commit.tx, record.dispute)?.filter(|row| row.stop == record.stop);
            let row = or_not_found(row, "dispute")?;
            commit.must_find_on(row.about)?;
            if record.agreed.is_some() && row.about == DisputeAbout::Quality {
                return Err(ReplicaError::Refused("finding-names-amount"));
            }
            if record
                .agreed
                .is_some_and(|agreed| !agreed.is_positive() && !agreed.is_zero())
            {
                return Err(ReplicaError::Refused("amount-unusable"));
            }
            commit.drop_draft(OfDraft {
                about: Some(row.dispute.0),
                ..OfDraft::of(row.stop, DraftForm::Finding)
            })?;
            let fact = Fact::DisputeFinding(Box::new(DisputeFinding {
                about: row.about,
                finding: record.finding,
                words: record.words.trim().to_owned(),
                remedy: record.remedy,
                remedy_words: record.remedy_words.trim().to_owned(),
                agreed: record.agreed,
            }));
            let recorded = commit.bind_once(row.stop, row.dispute, fact)?;
            commit.changed(&[Kind::Stops]);
            Ok(recorded)
        })
    }
}

impl Commit<'_> {
    /// Refuses what the server would not take from this user.
    pub(super) fn must_find_on(&self, about: DisputeAbout) -> Result<(), ReplicaError> {
        if may_find_on(self.tx, self.device()?.user)?.contains(&about) {
            Ok(())
        } else {
            Err(ReplicaError::Refused("finding-not-allowed"))
        }
    }

    /// Whether this user may have a finding signed: whoever may find on it, and whoever conducts signings.
    pub(super) fn must_have_signed(&self, dispute: &DisputeRow) -> Result<(), ReplicaError> {
        match self.must_find_on(dispute.about) {
            Ok(()) => Ok(()),
            Err(ReplicaError::Refused(_)) => self.must_conduct_signings(),
            Err(error) => Err(error),
        }
    }
}

/// The dispute with the finding that is to be signed, while no later one replaced it.
pub(super) fn of_paper(
    connection: &Connection,
    stop: StopId,
    finding: EntryId,
) -> Result<DisputeRow, ReplicaError> {
    let row = disputes::of_finding(connection, finding)?.filter(|row| row.stop == stop);
    let row = or_not_found(row, "finding")?;
    if row.finding.as_ref().map(|it| it.entry) == Some(finding) {
        Ok(row)
    } else {
        Err(ReplicaError::Refused("finding-replaced"))
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::ids::EntryId;
    use crate::domain::money::{Currency, Money};
    use crate::domain::quality_objection::{ObjectionPeriod, ObjectionVerdict};
    use crate::domain::signer::Capacity;
    use crate::journal::facts::{
        CopyForm, CountersignRole, DisputeAbout, Finding, OutcomeKind, PaperKind, ReasonCode,
        Remedy, StrokeConsent,
    };
    use crate::papers::PaperDraft;
    use crate::read_model::disputes;
    use crate::replica::fake::{CUSTOMER, FakeServer, Phone, STOP};
    use crate::replica::tests::{at_the_door, begin, stroke};
    use crate::replica::{
        CopyRecord, CountersignBegin, DisputeRecord, FindingRecord, OfCustomer, OutcomeRecord,
        PaperRead, ReplicaError, SealRecord, SigningBegin, SigningFinish, SigningStroke,
    };
    use crate::snapshots::policy::Role;
    use crate::views::{Base64, Check, CustomerView, DisputeRow, DisputeState, OpenQuestion};

    fn yuan(text: &str) -> Money {
        Money::parse(Currency::Cny, text).unwrap()
    }

    fn phone_of(role: Role) -> (FakeServer, Phone) {
        let server = FakeServer::new();
        server.make_everybody(role);
        let phone = Phone::enrolled(1, &server);
        phone.sync(&server).unwrap();
        (server, phone)
    }

    fn quality() -> DisputeRecord {
        DisputeRecord {
            stop: STOP,
            about: DisputeAbout::Quality,
            documents: vec!["0001".to_owned()],
            words: "主轴有异响".to_owned(),
            amount: Some(yuan("20000")),
            person: "赵六".to_owned(),
            title: "设备科长".to_owned(),
            received: Some("2026-01-10".parse().unwrap()),
            period: Some(ObjectionPeriod::WarrantyMonths(12)),
        }
    }

    fn found(dispute: EntryId, words: &str) -> FindingRecord {
        FindingRecord {
            stop: STOP,
            dispute,
            finding: Finding::Partly,
            words: words.to_owned(),
            remedy: Remedy::Repair,
            remedy_words: "七日内更换轴承".to_owned(),
            agreed: None,
        }
    }

    fn paper(finding: EntryId) -> SigningBegin {
        let mut begin = begin(StrokeConsent::Given);
        begin.signer.capacity = Capacity::LegalRepresentative;
        begin.paper = PaperDraft::DisputeFinding { finding };
        begin
    }

    fn finish(phone: &Phone, signing: crate::domain::ids::SigningId) -> EntryId {
        for _ in 0..2 {
            let stroke = stroke(12);
            phone
                .add_stroke(&SigningStroke { signing, stroke })
                .unwrap();
        }
        let finish = SigningFinish {
            signing,
            position: at_the_door(),
        };
        phone.finish_signing(&finish).unwrap().entry
    }

    fn reference<T: std::fmt::Debug>(result: Result<T, ReplicaError>) -> &'static str {
        result.unwrap_err().reference()
    }

    fn only(phone: &Phone) -> DisputeRow {
        let mut disputes = phone.stop(STOP).unwrap().disputes;
        assert_eq!(disputes.len(), 1);
        disputes.remove(0)
    }

    #[test]
    #[expect(
        clippy::too_many_lines,
        reason = "one dispute from its beginning to a later finding"
    )]
    fn the_technicians_finding_signed_by_both_closes_a_quality_dispute() {
        let (_server, phone) = phone_of(Role::Technician);
        let dispute = phone.record_dispute(&quality()).unwrap().entry;
        assert_eq!(phone.record_dispute(&quality()).unwrap().entry, dispute);
        let row = only(&phone);
        assert_eq!((row.state, row.customer), (DisputeState::Open, CUSTOMER));
        let objection = row.objection.unwrap();
        assert_eq!(
            (objection.last_day, objection.verdict),
            (
                Some("2027-01-10".parse().unwrap()),
                ObjectionVerdict::WithinOuterLimit
            )
        );
        let finding = phone.record_finding(&found(dispute, "轴承磨损")).unwrap();
        assert_eq!(
            phone.record_finding(&found(dispute, "轴承磨损")).unwrap(),
            finding
        );
        assert_eq!(only(&phone).state, DisputeState::Found);

        let read = PaperRead {
            stop: STOP,
            paper: PaperDraft::DisputeFinding {
                finding: finding.entry,
            },
            guarantors: Vec::new(),
        };
        let shown = phone.paper(&read).unwrap();
        assert_eq!(
            (shown.kind, shown.findings.len()),
            (PaperKind::DisputeFinding, 0)
        );
        let model = &shown.render_model;
        let values: Vec<&str> = model.rows.iter().map(|row| row.value.as_str()).collect();
        for words in ["部分属实", "轴承磨损", "修理：七日内更换轴承", "0001"] {
            assert!(values.contains(&words), "{words}: {values:?}");
        }
        let all = values.join(" ") + &model.text();
        assert!(!all.contains("386,420"), "nobody admits the claim by it");

        let signing = phone.begin_signing(&paper(finding.entry)).unwrap();
        let signed = finish(&phone, signing.signing);
        let view = phone.signed(signed).unwrap();
        assert_eq!(view.verification.statement, Check::Holds);
        assert_eq!(view.effect.unwrap().last_day, None, "it restarts no clock");
        let row = only(&phone);
        assert_eq!(row.state, DisputeState::Found, "one signature is not both");
        let countersign = CountersignBegin {
            entry: signed,
            role: CountersignRole::TeamMember,
            name: "张三".to_owned(),
            member: None,
            stroke_consent: StrokeConsent::Given,
        };
        let signing = phone.begin_countersigning(&countersign).unwrap();
        finish(&phone, signing.signing);
        let row = only(&phone);
        assert_eq!(row.state, DisputeState::Closed);
        let by = row.finding.unwrap().signed.unwrap();
        assert_eq!((by.signer_name.as_str(), by.entry), ("赵六", signed));
        assert_eq!(by.countersigned_by, ["张三"]);
        let stop = phone.stop(STOP).unwrap();
        assert!(
            !stop.row.is_signed,
            "neither statement nor promise was signed"
        );
        let copy = CopyRecord {
            entry: signed,
            person: "赵六".to_owned(),
            form: CopyForm::Print,
        };
        phone.record_copy(&copy).unwrap();
        phone.verify_chain().unwrap();
        let card = card(&phone);
        assert_eq!(card.disputes, [only(&phone)]);
        assert_eq!(card.open_questions, [], "closed by both");

        // What is found later is signed anew, and the earlier paper is not put before anybody again.
        let later = phone.record_finding(&found(dispute, "轴承装反")).unwrap();
        assert_eq!(only(&phone).state, DisputeState::Found);
        assert_eq!(
            reference(phone.begin_signing(&paper(finding.entry))),
            "finding-replaced"
        );
        phone.begin_signing(&paper(later.entry)).unwrap();
    }

    fn card(phone: &Phone) -> CustomerView {
        phone.customer(OfCustomer { customer: CUSTOMER }).unwrap()
    }

    #[test]
    fn a_dispute_is_an_open_question_on_the_card_and_said_there_once() {
        let (_server, phone) = phone_of(Role::Rep);
        let dispute = phone.record_dispute(&quality()).unwrap().entry;
        for reason in [ReasonCode::Quality, ReasonCode::Amount] {
            phone
                .outcome(&OutcomeRecord {
                    stop: STOP,
                    kind: OutcomeKind::Disputed,
                    reason: Some(reason),
                    summary: "客户有异议".to_owned(),
                })
                .unwrap();
        }
        let card = card(&phone);
        assert_eq!(card.disputes[0].dispute, dispute);
        let said: Vec<_> = card.disputes_said.iter().map(|row| row.reason).collect();
        assert_eq!(said, [Some(ReasonCode::Amount)], "that was not recorded");
        let open = OpenQuestion::Dispute {
            stop: STOP,
            entry: dispute,
            about: DisputeAbout::Quality,
            state: DisputeState::Open,
        };
        assert_eq!(card.open_questions, [open]);
    }

    #[test]
    fn each_role_does_what_the_server_takes_from_it_and_no_more() {
        let (server, phone) = phone_of(Role::Rep);
        let dispute = phone.record_dispute(&quality()).unwrap().entry;
        assert_eq!(
            phone.stop(STOP).unwrap().may_find_on,
            [DisputeAbout::Amount]
        );
        assert_eq!(
            reference(phone.record_finding(&found(dispute, "无异常"))),
            "finding-not-allowed"
        );
        let amount = DisputeRecord {
            about: DisputeAbout::Amount,
            ..quality()
        };
        let amount = phone.record_dispute(&amount).unwrap().entry;
        let of_customer = disputes::of_customer(&phone.connection(), CUSTOMER, 10).unwrap();
        let newest_first: Vec<EntryId> = of_customer.iter().map(|row| row.dispute).collect();
        assert_eq!(newest_first, [amount, dispute]);
        assert_eq!(of_customer[0].objection, None, "no days run on an amount");
        let agreed = FindingRecord {
            agreed: Some(yuan("0")),
            remedy: Remedy::Reconciliation,
            ..found(amount, "少记一笔回款")
        };
        phone.record_finding(&agreed).unwrap();

        server.make_everybody(Role::Technician);
        phone.sync(&server).unwrap();
        assert_eq!(
            phone.stop(STOP).unwrap().may_find_on,
            [DisputeAbout::Quality]
        );
        assert_eq!(
            reference(phone.begin_signing(&begin(StrokeConsent::Given))),
            "role-not-allowed",
            "a technician has the statement signed by nobody"
        );
        let seal = SealRecord {
            entry: dispute,
            photo: Base64(vec![0xff, 0xd8, 0xff, 0xe0]),
            reads: String::new(),
        };
        assert_eq!(reference(phone.record_seal(&seal)), "role-not-allowed");
        let price = FindingRecord {
            agreed: Some(yuan("1000")),
            ..found(dispute, "主轴偏心")
        };
        assert_eq!(
            reference(phone.record_finding(&price)),
            "finding-names-amount"
        );
        let finding = phone.record_finding(&found(dispute, "主轴偏心")).unwrap();
        // A rep may have it signed too, once it has reached his phone.
        server.make_everybody(Role::Rep);
        phone.sync(&server).unwrap();
        phone.begin_signing(&paper(finding.entry)).unwrap();
    }

    #[test]
    fn what_says_nothing_or_cannot_be_is_refused() {
        let (_server, phone) = phone_of(Role::Technician);
        let refused = |change: fn(&mut DisputeRecord)| {
            let mut record = quality();
            change(&mut record);
            reference(phone.record_dispute(&record))
        };
        assert_eq!(
            refused(|it| it.words = " ".to_owned()),
            "dispute-words-missing"
        );
        assert_eq!(
            refused(|it| it.person = String::new()),
            "person-name-missing"
        );
        assert_eq!(
            refused(|it| it.documents = vec!["9999".to_owned()]),
            "document-not-on-statement"
        );
        assert_eq!(
            refused(|it| it.received = Some("2026-07-15".parse().unwrap())),
            "day-in-the-future"
        );
        assert_eq!(
            refused(|it| it.period = Some(ObjectionPeriod::InspectionDays(0))),
            "period-unusable"
        );
        assert_eq!(
            refused(|it| it.amount = Some(yuan("0"))),
            "amount-not-positive"
        );
        assert_eq!(phone.stop(STOP).unwrap().disputes, []);
        let nowhere = EntryId::from_bytes([9; 16]);
        assert_eq!(
            reference(phone.record_finding(&found(nowhere, "无"))),
            "dispute"
        );
        let dispute = phone.record_dispute(&quality()).unwrap().entry;
        assert_eq!(
            reference(phone.record_finding(&found(dispute, ""))),
            "finding-words-missing"
        );
        let waiving = phone
            .record_finding(&found(dispute, "我公司免除部分货款"))
            .unwrap();
        assert_eq!(
            reference(phone.begin_signing(&paper(waiving.entry))),
            "paper-not-fit",
            "no paper gives up a part of the claim"
        );
    }

    #[test]
    fn a_phone_that_was_updated_knows_the_roles_from_the_policy_it_holds() {
        let (_server, mut phone) = phone_of(Role::Technician);
        {
            let connection = phone.connection();
            connection.execute("delete from person_roles", []).unwrap();
            connection.pragma_update(None, "user_version", 6).unwrap();
        }
        phone.restart();
        assert_eq!(
            phone.stop(STOP).unwrap().may_find_on,
            [DisputeAbout::Quality]
        );
    }
}
