//! Tells hashes apart that came once for sure from those that may have come again, in two bits a slot and one pass.

use super::shard::split_u128;

/// Slots for each hash: of hashes that came once, one in so many shares its slot with another and is taken for a repeated one.
const SLOTS_EACH: usize = 8;

/// Two bits a slot: whether one hash fell on it, and whether another did.
const SLOTS_A_WORD: usize = 32;

/// Which hashes were seen, as far as one asks whether they were seen twice.
#[derive(Debug, Default)]
pub struct Twice {
    /// A power of two of them.
    words: Vec<u64>,
}

impl Twice {
    /// Forgets all hashes and makes room for about so many.
    pub fn clear(&mut self, count: usize) {
        let words = count.saturating_mul(SLOTS_EACH).div_ceil(SLOTS_A_WORD).next_power_of_two();
        self.words.clear();
        self.words.resize(words, 0);
    }

    /// Sees a hash, of which the low bits are used: the high ones decide the shard.
    ///
    /// # Panics
    /// No room was made before.
    #[inline]
    pub fn see(&mut self, hash: u128) {
        let (word, first) = self.slot(hash);
        let word = &mut self.words[word];
        // The second time the bit is carried into the one above it, and stays.
        *word |= first << u32::from(*word & first != 0);
    }

    /// Whether a hash that was seen may have been seen more than once. No is certain.
    ///
    /// # Panics
    /// No room was made before.
    #[inline]
    #[must_use]
    pub fn may_be_twice(&self, hash: u128) -> bool {
        let (word, first) = self.slot(hash);
        self.words[word] & (first << 1) != 0
    }

    /// The word of a slot, and the lower of its bits there.
    #[inline]
    fn slot(&self, hash: u128) -> (usize, u64) {
        let [_, low] = split_u128(hash);
        let mask = u64::try_from(self.words.len() - 1).unwrap_or(u64::MAX);
        let word = usize::try_from((low >> 5) & mask).expect("masked to a place in memory");
        (word, 1 << ((low & 31) * 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_is_never_missed_and_little_else_is_taken_for_it() {
        let hash = |id: u128| id.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        let mut seen = Twice::default();
        for count in [0_u128, 1, 2, 100, 10_000] {
            seen.clear(usize::try_from(count).unwrap());
            for id in 0..count {
                seen.see(hash(id));
            }
            for id in (0..count).step_by(7) {
                seen.see(hash(id));
                if id % 2 == 0 {
                    seen.see(hash(id));
                }
            }
            assert!((0..count).step_by(7).all(|id| seen.may_be_twice(hash(id))));
            let taken = (0..count).filter(|id| id % 7 != 0 && seen.may_be_twice(hash(*id))).count();
            assert!(u128::try_from(taken).unwrap() <= count / 5 + 1, "{taken} of {count}");
        }
    }
}
