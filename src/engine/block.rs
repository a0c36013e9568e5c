//! Blocks of bytes for shards.
//!
//! A run fills hundreds of megabytes with blocks, empties them, and then makes findings. Each block is memory of its own, which
//! the allocator has for something else when it is dropped: a million findings are made of what the shards have left. (Blocks of
//! a pool of our own, which is kept, cost them a tenth more time and 700 MB. Huge pages were tried: where the system has them at
//! hand they save a tenth of the time, but where it must find them first they cost twice as much as they save.)

use std::ops::Deref;

/// The size of a block, where there is no lack of memory.
pub(super) const BLOCK_LEN: usize = 16 * 1024;

/// The least size of a block: room for a few records.
const BLOCK_LEN_MIN: usize = 1024;

/// The size of blocks of which so many take so many bytes at most, as far as blocks can be so small.
#[must_use]
pub fn block_len(bytes: u64, count: u64) -> usize {
    let len = bytes / count.max(1);
    usize::try_from(len).unwrap_or(BLOCK_LEN).clamp(BLOCK_LEN_MIN, BLOCK_LEN)
}

/// Bytes that are appended to; by default none, and no room for any.
#[derive(Debug, Default)]
pub struct Block {
    bytes: Vec<u8>,
}

impl Block {
    /// An empty block with room for so many bytes.
    pub(super) fn with_room(len: usize) -> Self {
        Self { bytes: Vec::with_capacity(len) }
    }

    /// How many bytes it holds at most.
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Its bytes, to be appended to. It grows where they do not fit.
    #[inline(always)]
    pub(super) fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Makes it hold so many bytes, for which there is room, and gives them to be written.
    pub(super) fn fill(&mut self, len: usize) -> &mut [u8] {
        self.bytes.resize(len, 0);
        &mut self.bytes
    }

    /// Forgets what it holds.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }
}

impl Deref for Block {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_what_was_appended() {
        for len in [1, 1000, BLOCK_LEN, 5 * BLOCK_LEN] {
            let mut block = Block::with_room(len);
            assert!(block.is_empty() && block.capacity() >= len);
            block.bytes().extend(std::iter::repeat_n(7, 2 * len));
            assert!(block.len() == 2 * len && block.iter().all(|byte| *byte == 7));
            block.clear();
            block.fill(3).copy_from_slice(b"abc");
            assert_eq!(&block[..], b"abc");
        }
    }

    #[test]
    fn blocks_are_small_where_there_are_many() {
        assert_eq!(block_len(u64::MAX, 0), BLOCK_LEN);
        assert_eq!(block_len(8_000_000, 2_000), 4_000);
        assert_eq!(block_len(8_000_000, 2_000_000), BLOCK_LEN_MIN);
    }
}
