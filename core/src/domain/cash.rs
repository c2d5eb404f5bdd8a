//! Cash in the hand: notes and coins, and what they come to.

use minicbor::{Decode, Encode};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::money::{Currency, Money};

/// Values of the notes and coins in use, in fen, largest first: the fifth series of the renminbi (People's Bank of China).
pub const DENOMINATIONS_FEN: [u32; 8] = [10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10];

/// Most notes or coins of one value that are counted at once.
const MOST: u32 = 100_000;

/// So many notes or coins of one value (面额).
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Pieces {
    /// Value of one, in fen; one of [`DENOMINATIONS_FEN`].
    #[n(0)]
    pub fen: u32,
    /// How many.
    #[n(1)]
    pub count: u32,
}

/// Why a count of cash cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CashError {
    /// There is no note or coin of that value.
    #[error("there is no note or coin of {0} fen")]
    NoSuchPiece(u32),
    /// Values must come largest first, each once, none without a count.
    #[error("the values must come largest first, each once, each with a count")]
    OutOfOrder,
    /// More than anybody counts by hand.
    #[error("more than {MOST} pieces of one value")]
    TooMany,
}

/// What the pieces come to, in yuan; nothing counted is zero.
///
/// # Errors
/// [`CashError`] for the first that cannot be.
pub fn total(pieces: &[Pieces]) -> Result<Money, CashError> {
    let mut fen: u64 = 0;
    let mut before = u32::MAX;
    for piece in pieces {
        if !DENOMINATIONS_FEN.contains(&piece.fen) {
            return Err(CashError::NoSuchPiece(piece.fen));
        }
        if piece.fen >= before || piece.count == 0 {
            return Err(CashError::OutOfOrder);
        }
        if piece.count > MOST {
            return Err(CashError::TooMany);
        }
        before = piece.fen;
        fen += u64::from(piece.fen) * u64::from(piece.count);
    }
    Ok(Money::rounded(
        Currency::Cny,
        Decimal::from(fen) / Decimal::ONE_HUNDRED,
    ))
}

/// A running number as it is printed: at least six digits.
#[must_use]
pub fn serial_text(serial: u64) -> String {
    format!("{serial:06}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(counts: &[(u32, u32)]) -> Vec<Pieces> {
        counts
            .iter()
            .map(|(fen, count)| Pieces {
                fen: *fen,
                count: *count,
            })
            .collect()
    }

    #[test]
    fn pieces_come_to_their_sum() {
        let all = pieces(&[(10_000, 12), (2_000, 5), (100, 3), (50, 1), (10, 2)]);
        assert_eq!(total(&all).unwrap().to_string(), "1303.70");
        assert_eq!(total(&[]).unwrap().to_string(), "0.00");
        assert_eq!(serial_text(12), "000012");
    }

    #[test]
    fn what_cannot_lie_on_a_table_is_refused() {
        let rows = [
            (pieces(&[(20_000, 1)]), CashError::NoSuchPiece(20_000)),
            (pieces(&[(100, 1), (10_000, 1)]), CashError::OutOfOrder),
            (pieces(&[(100, 1), (100, 1)]), CashError::OutOfOrder),
            (pieces(&[(100, 0)]), CashError::OutOfOrder),
            (pieces(&[(100, MOST + 1)]), CashError::TooMany),
        ];
        for (counted, expected) in rows {
            assert_eq!(total(&counted), Err(expected));
        }
    }
}
