//! Deals encoded records out to a fixed number of shards, from many threads at once, and gives each shard back in one piece.
//!
//! Each thread appends to small buffers of its own, one a shard: so small that all of them stay in a core's cache, where records that go to
//! places without any order cost nothing. A buffer that is full is copied in one piece to the end of its shard, which is a list of blocks, so
//! that nothing moves as it grows and its lock is held for a moment only. When a writer ends, its half-full buffers are set aside and the next
//! writer goes on with them. When the memory budget is used up, full blocks go to a spill file.
//!
//! A shard that was taken counts until it is dropped. Beside the budget, each shard has one block that is not full, and writers hold one small
//! buffer a shard for each thread.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::block::BLOCK_LEN;
pub use super::block::Block;
use super::source::to_u64;
pub use super::spill::Budget;
use super::spill::{Extent, Spill};

/// The number of shards for ordinary work: enough that one of them is small beside a core's cache, few enough that their
/// buffers are small beside the memory. Fixed, so that the same inputs go the same way whatever the number of threads.
pub const SHARD_COUNT: usize = 256;

/// The size of a writer's buffer: with 256 shards they take a quarter of a MiB, less than the cache that a core has to itself.
const BUFFER_LEN: usize = 1024;

/// A buffer counts as full this much before its end, so that an ordinary record never makes it grow.
const BUFFER_SLACK: usize = 192;

/// What the buffers of a writer take at most, beside the budget.
#[must_use]
pub fn writer_len(shard_count: usize) -> u64 {
    to_u64(shard_count).saturating_mul(to_u64(BUFFER_LEN))
}

/// What the open blocks take at most, beside the budget.
#[must_use]
pub fn open_len(shard_count: usize) -> u64 {
    to_u64(shard_count).saturating_mul(to_u64(BLOCK_LEN))
}

/// The shard for a hash, from its high bits, so that its low bits stay good for a table within the shard.
///
/// A hash of fewer than 128 bits has to be moved up before; [`shard_of_u64`] does so.
#[must_use]
pub fn shard_of(hash: u128, shard_count: usize) -> usize {
    let [high, ..] = split_u128(hash);
    shard_of_u64(high, shard_count)
}

/// The shard for a hash of 64 bits, from its high bits.
#[must_use]
pub fn shard_of_u64(hash: u64, shard_count: usize) -> usize {
    // The hash as a fraction of one, times the count: even for any count, and the top bits themselves for a power of two.
    let [shard, _] = split_u128(u128::from(hash) * u128::from(to_u64(shard_count)));
    usize::try_from(shard).expect("a shard's number is below their count")
}

/// The high and the low half.
#[must_use]
pub fn split_u128(wide: u128) -> [u64; 2] {
    let low = wide & u128::from(u64::MAX);
    [wide >> 64, low].map(|half| u64::try_from(half).expect("half of 128 bits"))
}

/// Records by shard, as bytes.
#[derive(Debug)]
pub struct Partitions {
    shards: Vec<Mutex<Shard>>,
    /// The buffers of writers that ended, with what they still hold.
    parked: Mutex<Vec<Buffers>>,
    budget: Arc<Budget>,
    spill: Spill,
    /// The first error in writing a block. Records are lost from then on, so that nothing can be taken any more.
    failure: Mutex<Option<(io::ErrorKind, String)>>,
}

/// For each shard the records of one thread that are not in it yet.
type Buffers = Vec<Vec<u8>>;

#[derive(Debug, Default)]
struct Shard {
    blocks: Vec<Block>,
    /// The block that is being filled, which is not counted as held.
    open: Block,
    extents: Vec<Extent>,
    /// What the blocks took from the budget.
    held: u64,
}

impl Partitions {
    /// So many empty shards, at least one. Blocks beyond the budget go to a temporary file in the directory, or else in the system's.
    #[must_use]
    pub fn new(shard_count: usize, budget: Arc<Budget>, directory: Option<PathBuf>) -> Self {
        Self {
            shards: (0..shard_count.max(1)).map(|_| Mutex::default()).collect(),
            parked: Mutex::default(),
            budget,
            spill: Spill::new(directory),
            failure: Mutex::default(),
        }
    }

    /// The number of shards.
    #[must_use]
    pub const fn shard_count(&self) -> usize {
        self.shards.len()
    }

    /// The shard for a hash, from its high bits.
    #[must_use]
    pub fn shard_of(&self, hash: u128) -> usize {
        shard_of(hash, self.shard_count())
    }

    /// The bytes that went to disk.
    #[must_use]
    pub fn spilled_len(&self) -> u64 {
        self.spill.len()
    }

    /// A writer for one thread or task.
    #[must_use]
    pub fn writer(&self) -> Writer<'_> {
        let parked = lock(&self.parked).pop();
        let buffers = parked.unwrap_or_else(|| vec![Vec::new(); self.shard_count()]);
        Writer { partitions: self, buffers }
    }

    /// Gives all records of a shard in one piece and empties it, as [`Partitions::take_blocks`] does without copying them.
    ///
    /// # Errors
    ///
    /// When a block could not be written to the spill file before, or cannot be read back now.
    ///
    /// # Panics
    ///
    /// When there is no such shard.
    pub fn take(&self, shard: usize) -> io::Result<Vec<u8>> {
        Ok(self.take_blocks(shard)?.blocks().iter().flat_map(|block| block.iter().copied()).collect())
    }

    /// Gives all records of a shard and empties it; the order of records is that of no thread in particular.
    ///
    /// Records of a writer that has not ended yet are not among them.
    ///
    /// # Errors
    ///
    /// When a block could not be written to the spill file before, or cannot be read back now.
    ///
    /// # Panics
    ///
    /// When there is no such shard.
    pub fn take_blocks(&self, shard: usize) -> io::Result<Taken<'_>> {
        self.check()?;
        for buffers in lock(&self.parked).iter_mut() {
            // Not only emptied: nobody will fill it again.
            self.flush(shard, &mut std::mem::take(&mut buffers[shard]));
        }
        let Shard { blocks, open, extents, held } = std::mem::take(&mut *lock(&self.shards[shard]));
        let mut taken = Taken { budget: &self.budget, blocks, held };
        if !open.is_empty() {
            taken.blocks.push(open);
        }
        for extent in extents {
            // What comes back from disk is in memory whether or not there is room: others make way for it.
            let size = to_u64(extent.len());
            self.budget.hold(size);
            taken.held += size;
            let mut block = Block::with_room(extent.len());
            self.spill.read(extent, block.fill(extent.len()))?;
            taken.blocks.push(block);
        }
        Ok(taken)
    }

    /// Forgets all records that writers which have ended put in.
    pub fn clear(&self) {
        lock(&self.parked).iter_mut().flatten().for_each(Vec::clear);
        for shard in &self.shards {
            let Shard { held, .. } = std::mem::take(&mut *lock(shard));
            self.budget.release(held);
        }
    }

    /// Says whether all that was put in so far can be taken.
    ///
    /// # Errors
    ///
    /// When a block could not be written to the spill file.
    fn check(&self) -> io::Result<()> {
        match &*lock(&self.failure) {
            None => Ok(()),
            Some((kind, message)) => Err(io::Error::new(*kind, message.clone())),
        }
    }

    /// Moves what a buffer holds to the end of its shard.
    fn flush(&self, shard: usize, buffer: &mut Vec<u8>) {
        let mut shard = lock(&self.shards[shard]);
        if shard.open.room() < buffer.len() {
            self.close(&mut shard);
            if shard.open.room() < buffer.len() {
                // Longer than a block only where a single record is.
                shard.open = Block::with_room(buffer.len());
            }
        }
        shard.open.append(buffer);
        buffer.clear();
        // At once, so that a long record is not left uncounted.
        if shard.open.room() < BUFFER_LEN {
            self.close(&mut shard);
        }
    }

    /// Puts the open block of a shard away, into memory or on disk.
    fn close(&self, shard: &mut Shard) {
        if shard.open.is_empty() {
            return;
        }
        let size = to_u64(shard.open.capacity());
        if self.budget.try_hold(size) {
            shard.blocks.push(std::mem::take(&mut shard.open));
            shard.held += size;
            return;
        }
        // After a failure nothing will be read back; dropping the records keeps memory bounded until the caller hears of it.
        if self.check().is_ok() {
            match self.spill.write(&shard.open) {
                Ok(extent) => shard.extents.push(extent),
                Err(error) => {
                    let text = format!("writing a temporary file failed: {error}");
                    lock(&self.failure).get_or_insert((error.kind(), text));
                }
            }
        }
        shard.open.clear();
    }
}

/// The records of a shard that was taken, until this value is dropped.
#[derive(Debug)]
pub struct Taken<'a> {
    budget: &'a Budget,
    blocks: Vec<Block>,
    /// What the blocks took from the budget.
    held: u64,
}

impl Taken<'_> {
    /// The records, as blocks that each hold whole ones.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.budget.release(self.held);
    }
}

impl Drop for Partitions {
    fn drop(&mut self) {
        // What was not taken goes with this value; the budget may outlive it.
        for shard in &mut self.shards {
            let shard = shard.get_mut().unwrap_or_else(PoisonError::into_inner);
            self.budget.release(shard.held);
        }
    }
}

/// Puts records into shards; for one thread or task. Dropping it loses nothing.
#[derive(Debug)]
pub struct Writer<'a> {
    partitions: &'a Partitions,
    buffers: Buffers,
}

impl Writer<'_> {
    /// Puts one record into a shard; the closure appends its bytes, and must leave alone those that are there already.
    ///
    /// # Panics
    ///
    /// When there is no such shard.
    #[inline(always)]
    pub fn put(&mut self, shard: usize, append: impl FnOnce(&mut Vec<u8>)) {
        let buffer = &mut self.buffers[shard];
        append(buffer);
        if buffer.len() > BUFFER_LEN - BUFFER_SLACK {
            self.partitions.flush(shard, buffer);
        }
    }

    /// Ends the writer and says whether all records that were put in, by it or by others, are safe so far.
    ///
    /// # Errors
    ///
    /// When a block could not be written to the spill file.
    pub fn finish(self) -> io::Result<()> {
        self.partitions.check()
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        let buffers = std::mem::take(&mut self.buffers);
        lock(&self.partitions.parked).push(buffers);
    }
}

/// Locks also what a panicking thread left behind: that panic is on its way up anyway and ends the run.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
