//! Changes of a document, at the gate.

use std::ops::Range;

use countersign_core::documents::{
    Contact, Document, DocumentKind, Edit, FollowUp, TextField, Writer,
};
use countersign_core::domain::ids::{ChainId, DocumentId};
use countersign_core::domain::time::Instant;
use countersign_core::protocol::codec::encode;
use countersign_core::protocol::push::{ChangeBytes, Run};

use super::bytes::{body, chunk, damaged};
use super::changes::twisted;
use super::{Chance, Door, Harm, Offered, Outcome};

/// Documents with histories, made once for each run.
const HISTORIES: u64 = 48;
/// Of a hundred cases so many are genuine.
const GENUINE_PERCENT: usize = 8;

/// A document as it was, what somebody wrote then, and what two others wrote meanwhile.
struct History {
    before: Document,
    genuine: Run,
    meanwhile: Vec<Run>,
    /// Of a document that has nothing to do with it.
    foreign: Vec<ChangeBytes>,
}

fn writer(number: u8) -> Writer {
    Writer {
        chain: ChainId::from_bytes([number; 16]),
        epoch: 0,
        at: Instant::from_ms(1_784_073_600_000 + i64::from(number)),
    }
}

fn run_of(document: DocumentId, by: u8, changes: Vec<ChangeBytes>) -> Run {
    Run {
        document,
        chain: writer(by).chain,
        actor_epoch: 0,
        changes,
    }
}

fn words(chance: &mut Chance) -> String {
    const WORDS: [&str; 8] = [
        "答应月底付款",
        "，",
        "分三期",
        "no funds ",
        "对账单",
        "\u{1f642}",
        "周五再访。",
        "",
    ];
    (0..chance.below(8))
        .map(|_| WORDS.get(chance.below(WORDS.len())).copied().unwrap_or(""))
        .collect()
}

/// An edit that a screen makes.
fn edit(kind: DocumentKind, chance: &mut Chance) -> Edit {
    let notes = Edit::Text {
        field: TextField::Notes,
        value: words(chance),
    };
    match kind {
        DocumentKind::Stop if chance.percent(40) => Edit::Field {
            field: ["met_person", "proposal", "next_step"][chance.below(3)].to_owned(),
            value: words(chance),
        },
        DocumentKind::Stop if chance.percent(20) => Edit::Field {
            field: "reason".to_owned(),
            value: ["delay", "evasive", ""][chance.below(3)].to_owned(),
        },
        DocumentKind::Customer if chance.percent(30) => Edit::FollowUp {
            key: format!("f{}", chance.below(5)),
            follow_up: Box::new(FollowUp {
                kind: "callback".to_owned(),
                text: words(chance),
                due: "2026-07-20".to_owned(),
                state: "open".to_owned(),
                ..FollowUp::default()
            }),
        },
        DocumentKind::Customer if chance.percent(60) => Edit::Contact {
            key: format!("k{}", chance.below(5)),
            contact: Box::new(Contact {
                name: words(chance),
                phone: "13800000000".to_owned(),
                ..Contact::default()
            }),
        },
        DocumentKind::Stop | DocumentKind::Customer | DocumentKind::Plan => notes,
    }
}

fn edited(document: &mut Document, by: u8, times: usize, chance: &mut Chance) -> Vec<ChangeBytes> {
    let kind = document.kind();
    (0..times)
        .filter_map(|_| {
            let edit = edit(kind, chance);
            document
                .edit(&writer(by), edit)
                .expect("a screen's edit is honest")
        })
        .collect()
}

impl History {
    fn of(seed: u64, number: u64) -> Self {
        let chance = &mut Chance::of(seed ^ 0x6869_7374, number);
        let kind = if number.is_multiple_of(2) {
            DocumentKind::Stop
        } else {
            DocumentKind::Customer
        };
        let mut id = [7; 16];
        id[0] = chance.byte();
        let id = DocumentId::from_bytes(id);
        let mut before = Document::create(kind, id, &writer(0)).expect("a new document is made");
        for by in 1..=3 {
            let times = chance.below(8);
            edited(&mut before, by, times, chance);
        }
        let own = |by, chance: &mut Chance| {
            let mut copy = before.clone();
            let times = 2 + chance.below(6);
            run_of(id, by, edited(&mut copy, by, times, chance))
        };
        let genuine = own(1, chance);
        let meanwhile = vec![own(2, chance), own(3, chance)];
        let other_id = DocumentId::from_bytes([9; 16]);
        let mut other =
            Document::create(kind, other_id, &writer(0)).expect("a new document is made");
        let foreign = edited(&mut other, 1, 4, chance);
        Self {
            before,
            genuine,
            meanwhile,
            foreign,
        }
    }

    /// What is offered, and in words how it was made.
    fn offered(&self, chance: &mut Chance) -> (Run, &'static str) {
        let mut run = self.genuine.clone();
        if chance.percent(GENUINE_PERCENT) || run.changes.is_empty() {
            return (run, "genuine");
        }
        let at = chance.below(run.changes.len());
        match chance.below(10) {
            0 | 1 => {
                run.changes[at].0 = damaged(&run.changes[at].0, chance);
                (run, "raw")
            }
            2..=5 => {
                let whole = run.changes[at].0.clone();
                run.changes[at].0 = match body(&whole) {
                    Some(body) => chunk(&damaged(body, chance)),
                    None => damaged(&whole, chance),
                };
                (run, "repaired")
            }
            6..=8 => {
                if let Some(bytes) = twisted(&run.changes[at].0, chance) {
                    run.changes[at].0 = bytes;
                }
                (run, "twisted")
            }
            _ => {
                self.rearrange(&mut run, chance);
                (run, "rearranged")
            }
        }
    }

    fn rearrange(&self, run: &mut Run, chance: &mut Chance) {
        let at = chance.below(run.changes.len());
        match chance.below(7) {
            0 => run.changes.reverse(),
            1 => {
                run.changes.remove(at);
            }
            2 => {
                let copy = run.changes[at].clone();
                run.changes.push(copy);
            }
            3 => run.chain = writer(2).chain,
            4 => run.actor_epoch = u32::try_from(chance.edge() & 0xffff_ffff).unwrap_or(1),
            5 => run.document = DocumentId::from_bytes([8; 16]),
            _ => run.changes.extend(self.foreign.clone()),
        }
    }
}

/// The cases of this door.
pub(super) fn cases(run: &mut super::Run<'_>, numbers: Range<u64>) {
    let plan = run.plan;
    let histories: Vec<History> = (0..HISTORIES)
        .map(|number| History::of(plan.seed, number))
        .collect();
    for number in numbers {
        let chance = &mut Chance::of(plan.seed, number);
        let Some(history) = chance.one_of(&histories) else {
            return;
        };
        let (offered, how) = history.offered(chance);
        let kind = if offered == history.genuine {
            Offered::Genuine
        } else {
            Offered::Damaged
        };
        let case = format!("gate case {number} ({how})");
        run.note(&encode(&offered));
        run.offer(Door::Gate, kind, &case, || judge(history, &offered));
    }
}

/// Offers a run before and after what others wrote meanwhile, and looks whether everybody can still work.
fn judge(history: &History, offered: &Run) -> Result<Outcome, Harm> {
    let mut first = history.before.clone();
    if let Err(reject) = first.admit(offered) {
        if reject.code() == "panicked" {
            return Err(Harm::Panic);
        }
        let is_as_before = first.heads_digest() == history.before.heads_digest()
            && first.save() == history.before.save();
        return if is_as_before {
            Ok(Outcome::Refused(reject.code().to_owned()))
        } else {
            Err(Harm::Poisoned)
        };
    }
    let mut second = history.before.clone();
    for honest in &history.meanwhile {
        first.admit(honest).map_err(|_refused| Harm::Poisoned)?;
        second.admit(honest).map_err(|_refused| Harm::Poisoned)?;
    }
    second.admit(offered).map_err(|_refused| Harm::Diverged)?;
    if first.heads_digest() != second.heads_digest() || read(&first) != read(&second) {
        return Err(Harm::Diverged);
    }
    let again = Document::load(first.id(), first.kind(), &first.save())
        .map_err(|_unreadable| Harm::Poisoned)?;
    if again.heads_digest() != first.heads_digest() || read(&again) != read(&first) {
        return Err(Harm::Poisoned);
    }
    for by in [2, 3, 4] {
        let edit = Edit::Text {
            field: TextField::Notes,
            value: "还能写".to_owned(),
        };
        first
            .edit(&writer(by), edit)
            .map_err(|_refused| Harm::Poisoned)?;
    }
    Ok(Outcome::Admitted)
}

/// Everything that a screen would show of it.
fn read(document: &Document) -> String {
    match document.kind() {
        DocumentKind::Stop => format!("{:?} {:?}", document.stop(), document.conflicts()),
        DocumentKind::Customer => format!("{:?} {:?}", document.customer(), document.conflicts()),
        DocumentKind::Plan => format!("{:?} {:?}", document.plan(), document.conflicts()),
    }
}
