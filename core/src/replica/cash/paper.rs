//! A cash receipt as it is shown to the one who paid. Its words are Chinese and come from here, as those of a statement do.

use crate::domain::cash::{Pieces, serial_text};
use crate::domain::ids::EntryId;
use crate::domain::statement_text::grouped_digits;
use crate::journal::facts::{CashReceipt, Fact};
use crate::read_model::cash as rows;
use crate::read_model::{people, statements};
use crate::replica::error::or_not_found;
use crate::replica::{Replica, ReplicaError};
use crate::snapshots::statement::{RenderModel, RenderRow};
use crate::store;
use crate::views::{CashPaper, CashRow, CashState};

impl Replica {
    /// `cash.paper`: a receipt, from its sealed bytes.
    ///
    /// # Errors
    /// `cash-receipt` is gone when there is none of that id here.
    pub fn cash_paper(&self, receipt: EntryId) -> Result<CashPaper, ReplicaError> {
        let now = self.devices.clock.read().wall;
        self.read(|connection| {
            let me = Self::me(connection)?;
            let mut row = or_not_found(rows::receipt(connection, receipt, now)?, "cash-receipt")?;
            super::say_how_far(connection, &mut row)?;
            let sealed = match store::entries::sealed(connection, receipt)? {
                Some(sealed) => Some(sealed),
                // The stop went to somebody else; what was sent of it is kept.
                None => store::outbox::sealed_entry(connection, receipt)?,
            };
            let sealed = or_not_found(sealed, "cash-receipt")?;
            let entry = sealed
                .open()
                .map_err(|_damaged| ReplicaError::Damaged("entry"))?;
            let Fact::CashReceipt(fact) = entry.fact else {
                return Err(ReplicaError::NotFound("cash-receipt"));
            };
            let payee = people::policy(connection)?
                .map(|policy| policy.organisation_name)
                .unwrap_or_default();
            let hash = sealed.hash();
            Ok(CashPaper {
                model: model(&row, &fact, &payee, &entry.made.wall.shanghai()),
                may_void: row.state == CashState::Open && row.taken_by == me.user,
                pieces: fact.pieces,
                hash_short: hash.short(),
                hash,
                row,
            })
        })
    }
}

fn model(row: &CashRow, fact: &CashReceipt, payee: &str, at: &str) -> RenderModel {
    let mut lines = vec![
        ("收据编号", serial_text(fact.serial)),
        ("付款单位", fact.customer_name.clone()),
        ("付款人", fact.payer.clone()),
        ("金额（大写）", statements::in_words(fact.amount)),
        ("金额（小写）", format!("¥{}", grouped_digits(fact.amount))),
        ("面额", counted(&fact.pieces)),
        ("收款单位", payee.to_owned()),
        ("收款人", row.taken_by_name.clone()),
        ("收款时间", at.to_owned()),
    ];
    if !fact.remark.is_empty() {
        lines.push(("备注", fact.remark.clone()));
    }
    if let Some(reason) = &row.void_reason {
        lines.push(("作废原因", reason.clone()));
    }
    let title = if row.state == CashState::Voided {
        "现金收据（已作废）"
    } else {
        "现金收据"
    };
    RenderModel {
        template: "cash-receipt".to_owned(),
        template_version: 1,
        language: "zh-CN".to_owned(),
        title: title.to_owned(),
        rows: lines
            .into_iter()
            .map(|(label, value)| RenderRow {
                label: label.to_owned(),
                value,
            })
            .collect(),
        clauses: vec![
            "今收到上列现金。收据编号连续，不得涂改；作废须注明原因，编号保留。".to_owned(),
        ],
    }
}

/// `100元×12、20元×5、1角×3`.
fn counted(pieces: &[Pieces]) -> String {
    let of = |piece: &Pieces| {
        let value = if piece.fen >= 100 {
            format!("{}元", piece.fen / 100)
        } else {
            format!("{}角", piece.fen / 10)
        };
        format!("{value}×{}", piece.count)
    };
    pieces.iter().map(of).collect::<Vec<_>>().join("、")
}
