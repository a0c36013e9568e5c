//! Blocks of bytes for shards.
//!
//! A run fills hundreds of megabytes with blocks, empties them, and then makes findings. Each block is memory of its own, which
//! the allocator has for something else when it is dropped: a million findings are made of what the shards have left. (Blocks of
//! a pool of our own, which is kept, cost them a tenth more time and 700 MB. Huge pages were tried: where the system has them at
//! hand they save a tenth of the time, but where it must find them first they cost twice as much as they save.)

use std::ops::Deref;

/// The size of a block.
pub(super) const BLOCK_LEN: usize = 16 * 1024;

/// Bytes that are appended to.
#[derive(Debug, Default)]
pub struct Block {
    bytes: Vec<u8>,
}

impl Block {
    /// An empty block with room for at least so many bytes.
    pub(super) fn with_room(len: usize) -> Self {
        Self { bytes: Vec::with_capacity(len.max(BLOCK_LEN)) }
    }

    /// How many bytes it holds at most.
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// How many more bytes fit.
    pub(super) fn room(&self) -> usize {
        self.capacity() - self.bytes.len()
    }

    /// Appends bytes, for which there is room.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
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
        let mut blocks: Vec<Block> = [0, 1, BLOCK_LEN, BLOCK_LEN + 1, 5 * BLOCK_LEN].map(Block::with_room).into();
        for (number, block) in blocks.iter_mut().enumerate() {
            assert!(block.is_empty() && block.capacity() >= BLOCK_LEN);
            while block.room() > 0 {
                let byte = u8::try_from(number).unwrap();
                block.append(&vec![byte; block.room().min(1000)]);
            }
        }
        for (number, block) in blocks.iter_mut().enumerate() {
            assert_eq!(block.len(), block.capacity());
            assert!(block.iter().all(|byte| usize::from(*byte) == number));
            block.clear();
            block.fill(3).copy_from_slice(b"abc");
            assert_eq!(&block[..], b"abc");
        }
    }
}
