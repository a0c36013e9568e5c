//! Blocks of bytes for shards, cut from large pieces of memory and used again.
//!
//! A run fills hundreds of megabytes with blocks, empties them, and fills others. A piece stays with the process: blocks that are not needed
//! any more wait in a pool for whoever needs one next, so that no memory is asked of the system twice. (Huge pages were tried: where the system
//! has them at hand they save a tenth of the time, but where it must find them first they cost twice as much as they save.)

use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

/// The size of a block.
pub(super) const BLOCK_LEN: usize = 16 * 1024;

/// How much is asked of the system at once.
const PIECE_LEN: usize = 4 << 20;

/// Blocks that nobody uses.
static POOL: Mutex<Vec<&'static mut [u8]>> = Mutex::new(Vec::new());

/// Bytes that are appended to, and given back when dropped.
#[derive(Debug, Default)]
pub struct Block {
    memory: Memory,
    len: usize,
}

#[derive(Debug)]
enum Memory {
    Pooled(&'static mut [u8]),
    /// For what does not fit a block of the pool.
    Own(Vec<u8>),
}

impl Default for Memory {
    fn default() -> Self {
        Self::Own(Vec::new())
    }
}

impl Block {
    /// An empty block with room for at least so many bytes.
    pub(super) fn with_room(len: usize) -> Self {
        let pooled = if len <= BLOCK_LEN { take_from_pool() } else { None };
        let memory = pooled.map_or_else(|| Memory::Own(vec![0; len.max(BLOCK_LEN)]), Memory::Pooled);
        Self { memory, len: 0 }
    }

    /// How many bytes it holds at most.
    pub(super) fn capacity(&self) -> usize {
        match &self.memory {
            Memory::Pooled(bytes) => bytes.len(),
            Memory::Own(bytes) => bytes.len(),
        }
    }

    /// How many more bytes fit.
    pub(super) fn room(&self) -> usize {
        self.capacity() - self.len
    }

    /// Appends bytes.
    ///
    /// # Panics
    ///
    /// When they do not fit.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        let (start, end) = (self.len, self.len + bytes.len());
        self.all_mut()[start..end].copy_from_slice(bytes);
        self.len = end;
    }

    /// Makes it hold so many bytes and gives them to be written.
    ///
    /// # Panics
    ///
    /// When it has no room for so many.
    pub(super) fn fill(&mut self, len: usize) -> &mut [u8] {
        self.len = len;
        &mut self.all_mut()[..len]
    }

    /// Forgets what it holds.
    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    fn all_mut(&mut self) -> &mut [u8] {
        match &mut self.memory {
            Memory::Pooled(bytes) => bytes,
            Memory::Own(bytes) => bytes,
        }
    }
}

impl Deref for Block {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match &self.memory {
            Memory::Pooled(bytes) => &bytes[..self.len],
            Memory::Own(bytes) => &bytes[..self.len],
        }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if let Memory::Pooled(bytes) = std::mem::take(&mut self.memory) {
            POOL.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
        }
    }
}

fn take_from_pool() -> Option<&'static mut [u8]> {
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if pool.is_empty() {
        let piece = vec![0; PIECE_LEN].into_boxed_slice();
        pool.extend(Box::leak(piece).chunks_exact_mut(BLOCK_LEN));
        // The first block first, so that memory is used from its start.
        pool.reverse();
    }
    pool.pop()
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
