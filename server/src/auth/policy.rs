//! Who may do what: one pure table, role by action. Screens only hide; this decides.

use countersign_core::journal::facts::{DisputeAbout, Fact, PaperKind};
use countersign_core::snapshots::policy::Role;

/// What can be asked of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Import a ledger file as a draft.
    ImportLedger,
    /// Sign a ledger snapshot.
    SignLedger,
    /// Propose a visit list.
    ProposeVisitList,
    /// Approve a visit list or send it back.
    DecideVisitList,
    /// Create and edit a visit plan and put it forward.
    DraftPlan,
    /// Approve a visit plan or send it back.
    DecidePlan,
    /// Accept the report of a stop or send it back.
    ReviewVisit,
    /// Choose between two values of a field.
    SettleConflict,
    /// Issue a one-time code that binds a phone.
    EnrolDevice,
    /// Unbind a phone.
    RevokeDevice,
    /// Add people and change their roles.
    AssignRoles,
    /// See customers, receivables, ledgers and visit lists.
    ReadReceivables,
    /// See visit plans.
    ReadPlans,
    /// See what came back from stops, signed papers included.
    ReadVisits,
    /// See what is held in quarantine.
    ReadHeld,
    /// Let in or dismiss what is held in quarantine.
    DecideHeld,
    /// See devices.
    ReadDevices,
    /// Record at a stop: check-in, attendance, statement shown, refusal, dispute, outcome, amendment, copy handed over, check-out.
    RecordVisit,
    /// Conduct a signing or take a promise.
    ConductSigning,
    /// Say what was found about a quality dispute.
    FindOnQuality,
    /// Say what was found about an amount in dispute.
    FindOnAmount,
    /// Have a finding about a dispute signed.
    HaveFindingSigned,
    /// Write the notes and fields of a stop or customer.
    EditVisitDocument,
    /// Write contacts and follow-ups of a customer at a desk.
    EditCustomer,
    /// Take cash at a stop, void a receipt, hand cash in.
    TakeCash,
    /// Issue numbers for cash receipts to a phone.
    IssueSerials,
    /// Count what was handed in.
    CountCash,
    /// Confirm somebody else's count that has a variance.
    ConfirmVariance,
    /// See cash on its way.
    ReadCash,
    /// Put a full settlement forward.
    DraftSettlement,
    /// Decide on a full settlement, each of the three roles once.
    DecideSettlement,
    /// Take an evidence bundle out of the office.
    ExportEvidence,
}

impl Action {
    /// Every action, in the order of the table.
    pub const ALL: [Self; 32] = [
        Self::ImportLedger,
        Self::SignLedger,
        Self::ProposeVisitList,
        Self::DecideVisitList,
        Self::DraftPlan,
        Self::DecidePlan,
        Self::ReviewVisit,
        Self::SettleConflict,
        Self::EnrolDevice,
        Self::RevokeDevice,
        Self::AssignRoles,
        Self::ReadReceivables,
        Self::ReadPlans,
        Self::ReadVisits,
        Self::ReadHeld,
        Self::DecideHeld,
        Self::ReadDevices,
        Self::RecordVisit,
        Self::ConductSigning,
        Self::FindOnQuality,
        Self::FindOnAmount,
        Self::HaveFindingSigned,
        Self::EditVisitDocument,
        Self::EditCustomer,
        Self::TakeCash,
        Self::IssueSerials,
        Self::CountCash,
        Self::ConfirmVariance,
        Self::ReadCash,
        Self::DraftSettlement,
        Self::DecideSettlement,
        Self::ExportEvidence,
    ];
}

/// Whether the role alone allows the action. That nobody approves his own request is the desk's own check.
#[must_use]
pub fn may(role: Role, action: Action) -> bool {
    allowed(action).contains(&role)
}

/// Whether any of the roles allows the action.
#[must_use]
pub fn any_may(roles: &[Role], action: Action) -> bool {
    roles.iter().any(|role| may(*role, action))
}

/// What a phone needs leave for to write this fact; `None` when no phone may write it.
#[must_use]
pub fn field_action(fact: &Fact) -> Option<Action> {
    match fact {
        Fact::CheckIn(_)
        | Fact::CheckOut(_)
        | Fact::StatementShown(_)
        | Fact::Refusal(_)
        | Fact::Outcome(_)
        | Fact::Amendment(_)
        | Fact::Attached(_)
        | Fact::Countersignature(_)
        | Fact::RefusalWitnessed(_)
        | Fact::DemandLetterPosted(_)
        | Fact::CopyHandedOver(_)
        | Fact::Attendance(_)
        | Fact::Dispute(_) => Some(Action::RecordVisit),
        Fact::DisputeFinding(finding) => Some(match finding.about {
            DisputeAbout::Quality => Action::FindOnQuality,
            DisputeAbout::Amount => Action::FindOnAmount,
        }),
        Fact::Acknowledgement(signed) if signed.paper == PaperKind::DisputeFinding => {
            Some(Action::HaveFindingSigned)
        }
        Fact::Acknowledgement(_) | Fact::Promise(_) | Fact::CompanySeal(_) => {
            Some(Action::ConductSigning)
        }
        Fact::CashReceipt(_) | Fact::CashVoided(_) | Fact::HandIn(_) => Some(Action::TakeCash),
        Fact::ConflictSettled(_) => Some(Action::SettleConflict),
        Fact::SerialBlockIssued(_)
        | Fact::CashCounted(_)
        | Fact::VarianceConfirmed(_)
        | Fact::LedgerImported(_)
        | Fact::LedgerSigned(_)
        | Fact::VisitListProposed(_)
        | Fact::VisitListDecided(_)
        | Fact::PlanSubmitted(_)
        | Fact::PlanDecided(_)
        | Fact::VisitAccepted(_)
        | Fact::SentBack(_)
        | Fact::DeviceEnrolled(_)
        | Fact::DeviceRevoked(_)
        | Fact::SettlementDrafted(_)
        | Fact::SettlementDecided(_)
        | Fact::HeldDecided(_)
        | Fact::EvidenceExported(_) => None,
    }
}

const fn allowed(action: Action) -> &'static [Role] {
    use Role::{
        Admin, Clerk, Director, Finance, Legal, Rep, SalesAuditor, SalesManager, Technician,
    };
    match action {
        Action::ImportLedger | Action::ProposeVisitList | Action::DraftSettlement => &[Clerk],
        Action::DecideSettlement => &[SalesManager, Finance, Legal],
        Action::SignLedger | Action::CountCash => &[Finance],
        Action::DecideVisitList => &[SalesManager],
        Action::ExportEvidence => &[SalesManager, Legal, Director],
        Action::DraftPlan => &[Clerk, SalesManager],
        Action::DecidePlan => &[Director],
        Action::ReviewVisit => &[SalesManager, Director],
        Action::SettleConflict | Action::EditCustomer => {
            &[Rep, Technician, Clerk, SalesManager, Legal]
        }
        Action::EnrolDevice | Action::RevokeDevice | Action::AssignRoles | Action::ReadDevices => {
            &[Admin]
        }
        Action::ReadReceivables | Action::ReadPlans | Action::ReadVisits => {
            &[Clerk, SalesAuditor, SalesManager, Finance, Legal, Director]
        }
        Action::ReadHeld => &[SalesAuditor, SalesManager, Legal],
        Action::DecideHeld => &[SalesManager, Legal],
        Action::RecordVisit | Action::EditVisitDocument | Action::HaveFindingSigned => {
            &[Rep, Technician, SalesManager, Legal]
        }
        Action::ConductSigning | Action::FindOnAmount | Action::TakeCash => {
            &[Rep, SalesManager, Legal]
        }
        Action::FindOnQuality => &[Technician],
        Action::IssueSerials => &[Clerk, Finance],
        Action::ConfirmVariance => &[SalesManager, Finance, Director],
        Action::ReadCash => &[Clerk, SalesAuditor, SalesManager, Finance, Director],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 10] = [
        Role::Rep,
        Role::Technician,
        Role::Clerk,
        Role::SalesAuditor,
        Role::SalesManager,
        Role::Finance,
        Role::Legal,
        Role::Director,
        Role::RecordsOffice,
        Role::Admin,
    ];

    /// One line an action, one column a role in the order of `ROLES`: rep, technician, clerk, sales auditor, sales
    /// manager, finance, legal, director, records office, admin.
    const MATRIX: [(Action, &str); 32] = [
        (Action::ImportLedger, "..x......."),
        (Action::SignLedger, ".....x...."),
        (Action::ProposeVisitList, "..x......."),
        (Action::DecideVisitList, "....x....."),
        (Action::DraftPlan, "..x.x....."),
        (Action::DecidePlan, ".......x.."),
        (Action::ReviewVisit, "....x..x.."),
        (Action::SettleConflict, "xxx.x.x..."),
        (Action::EnrolDevice, ".........x"),
        (Action::RevokeDevice, ".........x"),
        (Action::AssignRoles, ".........x"),
        (Action::ReadReceivables, "..xxxxxx.."),
        (Action::ReadPlans, "..xxxxxx.."),
        (Action::ReadVisits, "..xxxxxx.."),
        (Action::ReadHeld, "...xx.x..."),
        (Action::DecideHeld, "....x.x..."),
        (Action::ReadDevices, ".........x"),
        (Action::RecordVisit, "xx..x.x..."),
        (Action::ConductSigning, "x...x.x..."),
        (Action::FindOnQuality, ".x........"),
        (Action::FindOnAmount, "x...x.x..."),
        (Action::HaveFindingSigned, "xx..x.x..."),
        (Action::EditVisitDocument, "xx..x.x..."),
        (Action::EditCustomer, "xxx.x.x..."),
        (Action::TakeCash, "x...x.x..."),
        (Action::IssueSerials, "..x..x...."),
        (Action::CountCash, ".....x...."),
        (Action::ConfirmVariance, "....xx.x.."),
        (Action::ReadCash, "..xxxx.x.."),
        (Action::DraftSettlement, "..x......."),
        (Action::DecideSettlement, "....xxx..."),
        (Action::ExportEvidence, "....x.xx.."),
    ];

    #[test]
    fn every_cell_of_the_matrix_is_as_written() {
        for ((action, line), expected) in MATRIX.into_iter().zip(Action::ALL) {
            assert_eq!(action, expected, "the matrix lists every action in order");
            for (role, cell) in ROLES.into_iter().zip(line.chars()) {
                assert_eq!(may(role, action), cell == 'x', "{role:?} {action:?}");
            }
        }
    }

    #[test]
    fn a_phone_knows_beforehand_who_may_conduct_a_signing() {
        for role in ROLES {
            assert_eq!(
                role.conducts_signings(),
                may(role, Action::ConductSigning),
                "{role:?}"
            );
        }
    }

    #[test]
    fn a_phone_knows_beforehand_who_finds_on_a_dispute_and_has_it_signed() {
        let finds = [
            (DisputeAbout::Quality, Action::FindOnQuality),
            (DisputeAbout::Amount, Action::FindOnAmount),
        ];
        for role in ROLES {
            for (about, action) in finds {
                assert_eq!(
                    role.finds_on(about),
                    may(role, action),
                    "{role:?} {action:?}"
                );
            }
            let signs = role.conducts_signings() || role.finds_on(DisputeAbout::Quality);
            assert_eq!(signs, may(role, Action::HaveFindingSigned), "{role:?}");
        }
    }

    #[test]
    fn an_administrator_reads_no_customer_data() {
        for action in [
            Action::ReadReceivables,
            Action::ReadPlans,
            Action::ReadVisits,
            Action::ReadHeld,
            Action::DecideHeld,
        ] {
            assert!(!may(Role::Admin, action));
        }
    }

    #[test]
    fn who_prepares_does_not_decide() {
        for role in ROLES {
            assert!(!(may(role, Action::ImportLedger) && may(role, Action::SignLedger)));
            assert!(!(may(role, Action::ProposeVisitList) && may(role, Action::DecideVisitList)));
            assert!(!(may(role, Action::DraftPlan) && may(role, Action::DecidePlan)));
            assert!(!(may(role, Action::DraftSettlement) && may(role, Action::DecideSettlement)));
        }
    }
}
