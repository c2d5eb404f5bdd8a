//! Stable ids, from what a ledger calls its customers and documents.

use countersign_core::domain::ids::{CustomerId, Digest, OrganisationId, ReceivableId};
use uuid::{Builder, Uuid};

/// The customer of a code; without a code, of the folded name. The same over all imports of an organisation.
pub(super) fn customer(organisation: OrganisationId, code: &str, name: &str) -> CustomerId {
    let code = fold(code);
    let (kind, key): (&[u8], String) = if code.is_empty() {
        (b"customer by name", fold(name))
    } else {
        (b"customer by code", code)
    };
    CustomerId(stable(&[kind, organisation.as_bytes(), key.as_bytes()]))
}

/// The receivable of a document number of a customer. The same over all imports.
///
/// `earlier` counts the rows before it that a ledger calls by the same name: they are receivables of their own.
pub(super) fn receivable(customer: CustomerId, document: &str, earlier: u32) -> ReceivableId {
    let name = document.trim().as_bytes();
    let count = earlier.to_be_bytes();
    let mut parts: Vec<&[u8]> = vec![b"receivable", customer.as_bytes(), name];
    if earlier > 0 {
        parts.push(&count);
    }
    ReceivableId(stable(&parts))
}

/// A UUID of version 8 (RFC 9562 §5.8) from the SHA-256 of the parts.
fn stable(parts: &[&[u8]]) -> Uuid {
    let digest = Digest::of_parts(parts);
    let mut bytes = [0; 16];
    bytes
        .iter_mut()
        .zip(digest.0)
        .for_each(|(to, from)| *to = from);
    Builder::from_custom_bytes(bytes).into_uuid()
}

/// Without white space, in half width, brackets and letters alike.
fn fold(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => u32::from(c)
                .checked_sub(0xfee0)
                .and_then(char::from_u32)
                .unwrap_or(c),
            _ => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORGANISATION: OrganisationId = OrganisationId::from_bytes([7; 16]);

    #[test]
    fn a_customer_keeps_its_id_however_its_code_is_spaced() {
        let id = customer(ORGANISATION, "C0042", "甲公司");
        assert_eq!(id, customer(ORGANISATION, " Ｃ0042 ", "改名后的甲公司"));
        assert_ne!(id, customer(ORGANISATION, "C0043", "甲公司"));
        assert_ne!(
            id,
            customer(OrganisationId::from_bytes([8; 16]), "C0042", "甲公司")
        );
        assert_eq!(id.0.get_version_num(), 8);
    }

    #[test]
    fn a_customer_without_code_is_known_by_its_folded_name() {
        let id = customer(ORGANISATION, "", "华 泰（上海）有限公司");
        assert_eq!(id, customer(ORGANISATION, " ", "华泰(上海)有限公司"));
        assert_ne!(id, customer(ORGANISATION, "华泰(上海)有限公司", ""));
    }

    #[test]
    fn a_receivable_belongs_to_its_customer() {
        let one = customer(ORGANISATION, "1", "");
        let other = customer(ORGANISATION, "2", "");
        assert_eq!(receivable(one, "INV-1", 0), receivable(one, " INV-1 ", 0));
        assert_ne!(receivable(one, "INV-1", 0), receivable(other, "INV-1", 0));
        assert_ne!(receivable(one, "007", 0), receivable(one, "7", 0));
        assert_ne!(receivable(one, "INV-1", 0), receivable(one, "INV-1", 1));
    }
}
