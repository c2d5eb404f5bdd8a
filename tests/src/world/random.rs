//! Randomness: the operating system's, or from a seed.

use std::sync::{Arc, Mutex};

use countersign_core::replica::{NoRandom, OsRandom, Random};

/// Bytes that a seed gives, always the same ones.
#[derive(Debug)]
struct Seeded(Mutex<fastrand::Rng>);

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandom> {
        self.0.lock().unwrap().fill(bytes);
        Ok(())
    }
}

/// The source of one program: the server's number is 0, a phone has its own.
pub(super) fn source(seed: Option<u64>, number: u64) -> Arc<dyn Random> {
    match seed {
        None => Arc::new(OsRandom),
        Some(seed) => {
            let mixed = seed.rotate_left(17) ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            Arc::new(Seeded(Mutex::new(fastrand::Rng::with_seed(mixed))))
        }
    }
}
