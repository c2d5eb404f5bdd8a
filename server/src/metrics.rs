//! Counters for `/metrics`, in Prometheus' text format. No personal data, no organisation's name.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

/// Counters by name, such as `requests_total{status="2xx"}`.
#[derive(Debug, Default)]
pub struct Metrics {
    counters: Mutex<BTreeMap<String, u64>>,
}

impl Metrics {
    /// Adds `more` to the counter. Names are made from constants, so their number is bounded.
    pub fn add(&self, name: &str, more: u64) {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        match counters.get_mut(name) {
            Some(count) => *count = count.saturating_add(more),
            None => {
                counters.insert(name.to_owned(), more);
            }
        }
    }

    /// All counters, one a line, each with the prefix `countersign_`.
    #[must_use]
    pub fn text(&self) -> String {
        let counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        counters
            .iter()
            .fold(String::new(), |mut text, (name, count)| {
                if writeln!(text, "countersign_{name} {count}").is_err() {
                    tracing::error!("writing into a string cannot fail");
                }
                text
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_add_up() {
        let metrics = Metrics::default();
        metrics.add("pushes_total", 1);
        metrics.add("pushes_total", 2);
        assert_eq!(metrics.text(), "countersign_pushes_total 3\n");
    }
}
