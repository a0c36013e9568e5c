//! Hashes of ids, of 128 bits.
//!
//! Most ids are short: at most sixteen bytes of ASCII. They are not hashed to something smaller but stirred, which can be undone, so that two
//! such ids of one provider have two hashes for certain. All other pairs are as unlikely to meet as [`crate::model::compact`] says.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128, xxh3_128_with_seed};

use super::short::Short;
use crate::engine::shard::split_u128;

/// The bits that no byte of ASCII has.
const TOP_BITS: u64 = u64::from_le_bytes([0x80; 8]);

/// A length of five bits, each at the top bit of another byte.
#[inline(always)]
fn spread(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(0).wrapping_mul(1 << 7 | 1 << 14 | 1 << 21 | 1 << 28 | 1 << 35)
}

/// What tells the ids of one provider from those of others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seed([u64; 2]);

impl Seed {
    /// The seed of a provider, by its name.
    pub(super) fn new(provider: &[u8]) -> Self {
        Self(split_u128(xxh3_128(provider)))
    }

    /// The hash of an id.
    #[inline]
    pub(super) fn hash(self, id: &[u8]) -> u128 {
        let Self([first_seed, last_seed]) = self;
        match Short::new(id) {
            Some(Short { first, last, len }) if (first | last) & TOP_BITS == 0 => {
                let (mut a, mut b) = (first ^ first_seed, last ^ last_seed ^ spread(len));
                // Each half is changed by what the other one is, which can be taken back step by step.
                b ^= stirred(a);
                a ^= stirred(b);
                b ^= stirred(a);
                u128::from(a) << 64 | u128::from(b)
            }
            _ => xxh3_128_with_seed(id, first_seed),
        }
    }
}

/// The hash of a line id, compared only inside one order; two ids of at most seven bytes of ASCII have two for certain.
#[inline]
pub(super) fn line_hash(id: &[u8]) -> u64 {
    match Short::new(id) {
        Some(Short { first, last, len: len @ ..8 }) if (first | last) & TOP_BITS == 0 => {
            stirred((first | last << 32) ^ spread(len))
        }
        _ => xxh3_64(id),
    }
}

/// Another number for each number, of which every bit depends on all of its own.
#[inline(always)]
fn stirred(number: u64) -> u64 {
    // Two odd numbers without a pattern. The product's low bits know little of the factor's high ones, so its bytes are turned round.
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15).swap_bytes().wrapping_mul(0xc2b2_ae3d_27d4_eb4f)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::engine::shard::shard_of;

    #[test]
    fn ids_that_differ_have_hashes_that_differ() {
        let seeds = [b"dintero".as_slice(), b"swedbank_pay"].map(Seed::new);
        let mut texts: Vec<Vec<u8>> = vec![Vec::new(), "\u{e5}".into()];
        for len in 1..=20 {
            for place in 0..len {
                for byte in [b'a', b'b', 0, b'\x7f', b'1'] {
                    let mut text = vec![b'a'; len];
                    text[place] = byte;
                    texts.push(text);
                }
            }
        }
        texts.sort();
        texts.dedup();
        let mut known = HashSet::new();
        for seed in seeds {
            assert!(texts.iter().all(|text| known.insert(seed.hash(text))));
        }
        let mut known = HashSet::new();
        assert!(texts.iter().all(|text| known.insert(line_hash(text))));
    }

    #[test]
    fn hashes_of_numbers_in_a_row_are_spread_evenly() {
        const COUNT: usize = 1 << 16;
        for form in ["", "4000", "W1-", "ORDER-2026-"] {
            let (mut by_shard, mut by_low_bits) = ([0_usize; 256], [0_usize; 256]);
            for number in 0..COUNT {
                let hash = Seed::new(b"dintero").hash(format!("{form}{number:05}").as_bytes());
                by_shard[shard_of(hash, 256)] += 1;
                by_low_bits[usize::try_from(hash % 256).unwrap()] += 1;
            }
            // 256 each, give or take 16 as a rule.
            let even = |counts: [usize; 256]| counts.iter().all(|count| (176..336).contains(count));
            assert!(even(by_shard) && even(by_low_bits), "{form}: {by_shard:?} {by_low_bits:?}");
        }
    }

    #[test]
    fn every_bit_changes_many_others_on_average() {
        let hash = |text: &[u8; 16]| Seed::new(b"dintero").hash(text);
        for bit in (0..128).filter(|bit| bit % 8 != 7) {
            let mut changed = 0;
            for number in 0..64_u64 {
                let text: [u8; 16] = *format!("{number:016}").as_bytes().as_array().unwrap();
                let mut other = text;
                other[bit / 8] ^= 1 << (bit % 8);
                changed += (hash(&text) ^ hash(&other)).count_ones();
            }
            assert!((56..72).contains(&(changed / 64)), "{bit}: {changed}");
        }
    }
}
