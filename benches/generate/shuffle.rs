//! Numbers drawn and shuffled, the same for the same seed.

/// The output function of splitmix64: a bijection that mixes every bit.
pub(super) fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Independent draws about one thing; the second of two equal calls differs from the first.
pub(super) struct Draw(pub(super) u64);

impl Draw {
    pub(super) fn about(seed: u64, thing: u64) -> Self {
        Self(mix(seed) ^ mix(thing.wrapping_mul(0x2545_f491_4f6c_dd1d)))
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        ((mix(self.0) >> 32) * limit) >> 32
    }
}

/// A shuffle of `0..size` that needs no memory: a Feistel network over the next power of two, applied again while
/// the outcome lies outside (which halves the odds each time, and keeps it a bijection).
pub(super) struct Shuffle {
    pub(super) size: u64,
    pub(super) seed: u64,
    pub(super) bits_right: u32,
    pub(super) mask_left: u64,
    pub(super) mask_right: u64,
}

impl Shuffle {
    const ROUNDS: u64 = 3;

    pub(super) fn new(size: u64, seed: u64) -> Self {
        let bits = u64::BITS - size.max(4).saturating_sub(1).leading_zeros();
        let bits_right = bits / 2;
        Self { size, seed, bits_right, mask_left: (1 << (bits - bits_right)) - 1, mask_right: (1 << bits_right) - 1 }
    }

    pub(super) fn place_of(&self, index: u64) -> u64 {
        let mut place = index;
        loop {
            let (mut left, mut right) = self.halves(place);
            for round in 0..Self::ROUNDS {
                left ^= self.noise(round, right) & self.mask_left;
                right ^= self.noise(!round, left) & self.mask_right;
            }
            place = left << self.bits_right | right;
            if place < self.size {
                return place;
            }
        }
    }

    pub(super) fn index_of(&self, place: u64) -> u64 {
        let mut index = place;
        loop {
            let (mut left, mut right) = self.halves(index);
            for round in (0..Self::ROUNDS).rev() {
                right ^= self.noise(!round, left) & self.mask_right;
                left ^= self.noise(round, right) & self.mask_left;
            }
            index = left << self.bits_right | right;
            if index < self.size {
                return index;
            }
        }
    }

    pub(super) fn halves(&self, value: u64) -> (u64, u64) {
        (value >> self.bits_right, value & self.mask_right)
    }

    pub(super) fn noise(&self, round: u64, half: u64) -> u64 {
        mix(self.seed ^ round << 48 ^ half)
    }
}
