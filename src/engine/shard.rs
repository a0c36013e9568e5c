//! Deals encoded records out to a fixed number of shards, from many threads at once, and gives each shard back in one piece.
//!
//! Each thread appends to buffers of its own, one a shard, and hands over a buffer as a block when it is full: a shard is a list of blocks, so
//! that nothing is copied as it grows and its lock is held for a push only. When a writer ends, its half-full buffers are set aside and the next
//! writer goes on with them; so blocks are full however short the tasks are. When the memory budget is used up, blocks go to a spill file.
//!
//! A shard that was taken counts until it is dropped. Beside the budget, writers hold at most one block a shard for each thread.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::source::to_u64;
pub use super::spill::Budget;
use super::spill::{Extent, Spill};

/// The number of shards for ordinary work: enough that one of them is small beside a core's cache, few enough that their
/// buffers are small beside the memory. Fixed, so that the same inputs go the same way whatever the number of threads.
pub const SHARD_COUNT: usize = 512;

/// The size of a block: with 512 shards the buffers of a thread take 8 MiB, and a block is large enough to be written to disk by itself.
const BLOCK_LEN: usize = 16 * 1024;

/// A block counts as full this much before its end, so that an ordinary record never makes it grow.
const BLOCK_SLACK: usize = 512;

/// What the buffers of a writer take at most, beside the budget.
#[must_use]
pub fn writer_len(shard_count: usize) -> u64 {
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
fn split_u128(wide: u128) -> [u64; 2] {
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

/// For each shard the records of one thread that make no full block yet.
type Buffers = Vec<Vec<u8>>;

#[derive(Debug, Default)]
struct Shard {
    blocks: Vec<Vec<u8>>,
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
        Ok(self.take_blocks(shard)?.blocks().concat())
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
        let Shard { blocks, extents, held } = std::mem::take(&mut *lock(&self.shards[shard]));
        let mut taken = Taken { budget: &self.budget, blocks, held };
        // Half-full blocks were never counted as held.
        let rest = lock(&self.parked).iter_mut().map(|buffers| std::mem::take(&mut buffers[shard])).collect::<Vec<_>>();
        taken.blocks.extend(rest.into_iter().filter(|block| !block.is_empty()));
        for extent in extents {
            // What comes back from disk is in memory whether or not there is room: others make way for it.
            let size = to_u64(extent.len());
            self.budget.hold(size);
            taken.held += size;
            let mut block = Vec::with_capacity(extent.len());
            self.spill.read(extent, &mut block)?;
            taken.blocks.push(block);
        }
        Ok(taken)
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

    /// Hands a full buffer over to its shard, by way of memory or disk, and leaves an empty one.
    fn flush(&self, shard: usize, buffer: &mut Vec<u8>) {
        let size = to_u64(buffer.capacity());
        if self.budget.try_hold(size) {
            let block = std::mem::replace(buffer, Vec::with_capacity(BLOCK_LEN));
            let mut shard = lock(&self.shards[shard]);
            shard.blocks.push(block);
            shard.held += size;
            return;
        }
        // After a failure nothing will be read back; dropping the records keeps memory bounded until the caller hears of it.
        if self.check().is_ok() {
            match self.spill.write(buffer) {
                Ok(extent) => lock(&self.shards[shard]).extents.push(extent),
                Err(error) => {
                    let text = format!("writing a temporary file failed: {error}");
                    lock(&self.failure).get_or_insert((error.kind(), text));
                }
            }
        }
        buffer.clear();
    }
}

/// The records of a shard that was taken, until this value is dropped.
#[derive(Debug)]
pub struct Taken<'a> {
    budget: &'a Budget,
    blocks: Vec<Vec<u8>>,
    /// What the blocks took from the budget.
    held: u64,
}

impl Taken<'_> {
    /// The records, as blocks that each hold whole ones.
    #[must_use]
    pub fn blocks(&self) -> &[Vec<u8>] {
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
    #[inline]
    pub fn put(&mut self, shard: usize, append: impl FnOnce(&mut Vec<u8>)) {
        let buffer = &mut self.buffers[shard];
        append(buffer);
        if buffer.len() > BLOCK_LEN - BLOCK_SLACK {
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
