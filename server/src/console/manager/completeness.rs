//! What belongs to a signed paper beside the signature, in words.

use countersign_core::domain::ids::EntryId;
use countersign_core::journal::facts::CountersignRole;
use countersign_core::views::{Completeness, SealStatus, SignedRow};

use super::said::signed_line;
use crate::console::layout::frame::Frame;

/// One thing that belongs to a paper, there or missing.
pub(super) struct Piece {
    pub(super) words: String,
    pub(super) tone: &'static str,
}

/// A signed paper on the report of a stop.
pub(super) struct SignedPaper {
    pub(super) entry: EntryId,
    pub(super) at_ms: i64,
    pub(super) words: String,
    pub(super) is_complete: bool,
    pub(super) pieces: Vec<Piece>,
}

/// The row of a signed paper.
pub(super) fn signed_paper(p: &Frame, row: &SignedRow) -> SignedPaper {
    let named = [
        ("paper", p.word("paper", &row.paper)),
        ("signer", row.signer_name.clone()),
        ("capacity", p.word("capacity", &row.capacity)),
        ("total", p.cash(&row.total)),
    ];
    SignedPaper {
        entry: row.entry,
        at_ms: row.at_ms,
        words: p.with_all(signed_line(row.paper), &named),
        is_complete: row.completeness.is_complete,
        pieces: pieces(p, &row.completeness),
    }
}

/// Signatures, seal, copy and parts, in this order.
pub(super) fn pieces(p: &Frame, of: &Completeness) -> Vec<Piece> {
    let piece = |words: String, tone: &'static str| Piece { words, tone };
    let mut pieces: Vec<Piece> = of
        .countersigned
        .iter()
        .map(|row| {
            let role = p.word("countersign-role", &row.role);
            let words = p.both(
                "visit-countersigned-line",
                ("name", &row.name),
                ("role", role),
            );
            piece(words, "good")
        })
        .collect();
    let mut roles = of.countersigned.iter().map(|row| row.role);
    if roles.all(|role| role != CountersignRole::TeamMember) {
        pieces.push(piece(p.t("complete-no-witness"), "warn"));
    }
    for name in &of.guarantors_missing {
        let words = p.with("complete-guarantor-missing", "name", name);
        pieces.push(piece(words, "warn"));
    }
    let tone = match of.seal {
        SealStatus::NotNeeded => "",
        SealStatus::Advised | SealStatus::Missing => "warn",
        SealStatus::Photographed => "good",
    };
    pieces.push(piece(p.word("seal-status", &of.seal), tone));
    pieces.push(match &of.copy_with {
        Some(person) => piece(p.with("complete-copy-with", "person", person), "good"),
        None => piece(p.t("complete-no-copy"), "warn"),
    });
    let (complete, total) = (of.parts_complete, of.parts_total);
    let words = p.both("visit-parts", ("complete", complete), ("total", total));
    pieces.push(piece(
        words,
        if complete == total { "good" } else { "warn" },
    ));
    pieces
}
