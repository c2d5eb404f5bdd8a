//! Approval (审批) and delegation (代理审批): who may decide what, pinned to what was decided. Product rule; the seed plans
//! say who approves what.

use super::ids::{Digest, UserId};
use super::time::Day;

/// A dated stand-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delegation {
    /// For whom the approver stands in.
    pub principal: UserId,
    /// First day.
    pub from: Day,
    /// Last day, included.
    pub until: Day,
}

/// Everything a decision is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApprovalRequest<'a> {
    /// Who put it forward.
    pub requester: UserId,
    /// Everybody who edited the content.
    pub editors: &'a [UserId],
    /// Who decides.
    pub approver: UserId,
    /// Set when the approver stands in for somebody.
    pub delegation: Option<Delegation>,
    /// The day of the decision.
    pub on: Day,
    /// The hash of the content as it is now.
    pub content: Digest,
    /// The hash that the decision names.
    pub decided: Digest,
}

/// Whether a decision stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalVerdict {
    /// It stands; both names stay on record.
    Approved {
        /// Who decided.
        approver: UserId,
        /// For whom, when it was a delegate.
        on_behalf_of: Option<UserId>,
    },
    /// It never stood.
    Refused(ApprovalRefusal),
    /// The content changed after the decision: it must be decided again.
    Stale,
}

/// Why a decision never stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalRefusal {
    /// The approver requested or edited it.
    OwnRequest,
    /// The approver stands in for somebody who requested or edited it.
    OwnRequestByDelegate,
    /// The delegation does not cover the day.
    DelegationNotInForce,
}

/// Judges one decision: nobody approves what he requested or edited, nor does a delegate for such a person; a delegation
/// holds within its dates, both included; a decision on another hash is stale. Product rule.
#[must_use]
pub fn judge_approval(request: &ApprovalRequest<'_>) -> ApprovalVerdict {
    let took_part = |user| request.requester == user || request.editors.contains(&user);
    if took_part(request.approver) {
        return ApprovalVerdict::Refused(ApprovalRefusal::OwnRequest);
    }
    if let Some(delegation) = request.delegation {
        if took_part(delegation.principal) {
            return ApprovalVerdict::Refused(ApprovalRefusal::OwnRequestByDelegate);
        }
        if request.on < delegation.from || request.on > delegation.until {
            return ApprovalVerdict::Refused(ApprovalRefusal::DelegationNotInForce);
        }
    }
    if request.content != request.decided {
        return ApprovalVerdict::Stale;
    }
    ApprovalVerdict::Approved {
        approver: request.approver,
        on_behalf_of: request.delegation.map(|delegation| delegation.principal),
    }
}

/// The approvals that a chain of approvers needs, in order: equal neighbours are one, others never (A-A-B-A needs A, B, A).
/// Product rule.
#[must_use]
pub fn needed_approvals<T: PartialEq + Clone>(chain: &[T]) -> Vec<T> {
    let mut needed = chain.to_vec();
    needed.dedup();
    needed
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::cases;
    use super::*;

    fn digest(value: &Value) -> Digest {
        Digest::of(value.as_str().unwrap_or("unchanged").as_bytes())
    }

    #[test]
    fn worked_cases() {
        for case in cases::of("approval", 8) {
            let input = &case.input;
            if let Some(chain) = input["chain"].as_array() {
                assert_eq!(json!(needed_approvals(chain)), case.expected["needed"]);
                continue;
            }
            let person = |value: &Value| cases::user(value.as_str().unwrap());
            let editors: Vec<UserId> = input["editors"]
                .as_array()
                .into_iter()
                .flatten()
                .map(person)
                .collect();
            let delegation = input["delegation"].is_object().then(|| Delegation {
                principal: person(&input["delegation"]["principal"]),
                from: cases::day(&input["delegation"]["from"]),
                until: cases::day(&input["delegation"]["until"]),
            });
            let verdict = judge_approval(&ApprovalRequest {
                requester: person(&input["requester"]),
                editors: &editors,
                approver: person(&input["approver"]),
                delegation,
                on: cases::day(&input["on"]),
                content: digest(&input["content_hash"]),
                decided: digest(&input["decided_hash"]),
            });
            let record = &case.expected["record"];
            let shown = match verdict {
                ApprovalVerdict::Approved {
                    approver,
                    on_behalf_of,
                } => {
                    assert_eq!(approver, person(&record["approver"]), "{}", case.id);
                    assert_eq!(
                        on_behalf_of,
                        record["for"].as_str().map(cases::user),
                        "{}",
                        case.id
                    );
                    "approved".to_owned()
                }
                ApprovalVerdict::Refused(why) => format!("refused:{}", cases::wire_name(why)),
                ApprovalVerdict::Stale => "stale".to_owned(),
            };
            assert_eq!(shown, case.expected["verdict"], "{}", case.id);
        }
    }

    #[test]
    fn a_delegate_of_an_editor_is_refused_like_the_editor() {
        let [clerk, manager, deputy] = ["clerk", "manager", "deputy"].map(cases::user);
        let day = "2026-07-15".parse().unwrap();
        let verdict = judge_approval(&ApprovalRequest {
            requester: clerk,
            editors: &[manager],
            approver: deputy,
            delegation: Some(Delegation {
                principal: manager,
                from: day,
                until: day,
            }),
            on: day,
            content: Digest::default(),
            decided: Digest::default(),
        });
        assert_eq!(
            verdict,
            ApprovalVerdict::Refused(ApprovalRefusal::OwnRequestByDelegate)
        );
    }
}
