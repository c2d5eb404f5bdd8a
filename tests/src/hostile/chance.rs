//! Chance that can be had again: everything a case does comes from the seed and the case's number.

/// A source of chance for one case.
pub(super) struct Chance(fastrand::Rng);

impl Chance {
    pub(super) fn of(seed: u64, case: u64) -> Self {
        // Neighbouring numbers give streams that have nothing to do with each other.
        let mixed = seed.rotate_left(32) ^ case.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(fastrand::Rng::with_seed(mixed))
    }

    /// From 0 to `below`, which is at least 1.
    pub(super) fn below(&mut self, below: usize) -> usize {
        self.0.usize(0..below.max(1))
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.0.u8(..)
    }

    pub(super) fn number(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// True so many times of a hundred.
    pub(super) fn percent(&mut self, times: usize) -> bool {
        self.below(100) < times
    }

    /// One of them.
    pub(super) fn one_of<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        of.get(self.below(of.len()))
    }

    /// Numbers at the edges, where sums overflow and counts lie.
    pub(super) fn edge(&mut self) -> u64 {
        const EDGES: [u64; 10] = [
            0,
            1,
            2,
            127,
            1 << 16,
            (1 << 32) - 2,
            1 << 40,
            (1 << 53) + 1,
            u64::MAX >> 1,
            u64::MAX,
        ];
        EDGES.get(self.below(EDGES.len())).copied().unwrap_or(0)
    }
}
