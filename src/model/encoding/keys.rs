//! Keys as the bytes that they are in every record: sixteen each, those that four bits announce.

use super::key_bits;
use crate::model::codec::Reader;
use crate::model::compact::{KeyHash, KeyKind, Keys};

/// The bits of a flag byte that announce the keys.
pub(super) const KEY_BITS: u8 = 15;
pub(super) const KEY_LEN: usize = 16;

/// The bytes of the keys that four bits announce.
pub(super) const KEYS_LEN: [usize; 16] = [0, 16, 16, 32, 16, 32, 32, 48, 16, 32, 32, 48, 32, 48, 48, 64];

/// The bytes of all four keys.
pub const KEY_ROOM_LEN: usize = 4 * KEY_LEN;

/// The keys of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyBytes<'a> {
    bits: u8,
    bytes: &'a [u8],
}

impl<'a> KeyBytes<'a> {
    /// The keys that `bits` announces, of which the first bytes are `bytes`.
    ///
    /// # Panics
    /// There are fewer bytes: a defect of the program.
    #[inline]
    pub(super) fn new(bits: u8, bytes: &'a [u8]) -> Self {
        let bits = bits & KEY_BITS;
        let bytes = bytes.get(..KEYS_LEN[usize::from(bits)]).expect("a record is whole");
        Self { bits, bytes }
    }

    /// The next keys of a record, which are passed over.
    #[inline]
    pub(super) fn read(bits: u8, reader: &mut Reader<'a>) -> Self {
        let bits = bits & KEY_BITS;
        Self { bits, bytes: reader.take(KEYS_LEN[usize::from(bits)]).rest() }
    }

    /// Decoded keys as bytes, which are put into `room`.
    #[must_use]
    pub fn of(keys: &Keys, room: &'a mut [u8; KEY_ROOM_LEN]) -> Self {
        for (bytes, key) in room.as_chunks_mut().0.iter_mut().zip(keys.iter().flatten()) {
            *bytes = key.get().to_le_bytes();
        }
        Self::new(key_bits(keys), room)
    }

    /// Which keys there are: see [`key_bits`].
    #[inline]
    #[must_use]
    pub fn bits(&self) -> u8 {
        self.bits
    }

    /// Each of them, in the order of the bits.
    #[inline]
    pub(super) fn each(&self) -> &'a [[u8; KEY_LEN]] {
        self.bytes.as_chunks().0
    }

    /// The hash of one of the ids.
    #[inline]
    #[must_use]
    pub fn key(&self, kind: KeyKind) -> Option<u128> {
        let bit = 1_u8 << kind.index();
        if self.bits & bit == 0 {
            return None;
        }
        let before = KEYS_LEN[usize::from(self.bits & (bit - 1))];
        let key = self.bytes.get(before..).and_then(|keys| keys.first_chunk());
        Some(u128::from_le_bytes(*key.expect("keys that their bits announce")))
    }

    /// All of them, decoded.
    #[inline]
    #[must_use]
    pub fn decoded(&self) -> Keys {
        KeyKind::ALL.map(|kind| self.key(kind).and_then(KeyHash::new))
    }

    /// Whether others are the same ones.
    #[inline]
    #[must_use]
    pub fn are(&self, others: &Self) -> bool {
        // Their lengths agree where their bits do.
        let mut both = self.each().iter().zip(others.each());
        self.bits == others.bits && both.all(|(mine, other)| u128::from_le_bytes(*mine) == u128::from_le_bytes(*other))
    }
}
