//! Pages of a long list: which one, and the links to its neighbours.

/// Rows on a page.
pub(in crate::console) const ROWS: u32 = 50;

/// Where one is in a long list. Numbers count from 1.
#[derive(Debug, Clone)]
pub(in crate::console) struct Paging {
    pub(in crate::console) page: u32,
    pub(in crate::console) pages: u32,
    pub(in crate::console) total: i64,
    /// Path and query up to and including `page=`.
    link: String,
}

impl Paging {
    pub(in crate::console) fn new(page: u32, total: i64, link: String) -> Self {
        let total_rows = u32::try_from(total.max(0)).unwrap_or(u32::MAX);
        let pages = total_rows.div_ceil(ROWS).max(1);
        Self {
            page: page.clamp(1, pages),
            pages,
            total,
            link,
        }
    }

    /// Rows before the page `page`.
    pub(in crate::console) fn offset(page: u32) -> u32 {
        page.saturating_sub(1).saturating_mul(ROWS)
    }

    pub(in crate::console) fn previous(&self) -> Option<String> {
        (self.page > 1).then(|| format!("{}{}", self.link, self.page - 1))
    }

    pub(in crate::console) fn next(&self) -> Option<String> {
        (self.page < self.pages).then(|| format!("{}{}", self.link, self.page + 1))
    }
}

/// A text inside a query string.
pub(in crate::console) fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            quoted.push(char::from(byte));
        } else {
            quoted.push('%');
            quoted.extend([byte >> 4, byte & 15].map(digit));
        }
    }
    quoted
}

/// A hexadecimal digit, upper case.
fn digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).map_or('0', |digit| digit.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_stays_inside_the_list() {
        let paging = Paging::new(99, 101, String::from("/customers?page="));
        assert_eq!((paging.page, paging.pages), (3, 3));
        assert_eq!(paging.next(), None);
        assert_eq!(paging.previous().as_deref(), Some("/customers?page=2"));
        assert_eq!(Paging::new(1, 0, String::new()).pages, 1);
    }

    #[test]
    fn a_query_holds_any_text() {
        assert_eq!(quoted("a b&客"), "a%20b%26%E5%AE%A2");
    }
}
