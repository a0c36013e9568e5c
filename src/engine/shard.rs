//! Deals encoded records out to a fixed number of shards, from many threads at once, and gives each shard back in one piece.
//!
//! Each thread appends to blocks of its own, one a shard: only their last lines are in a core's cache, so that records that go to places without
//! any order cost little, and no thread waits for another one. A block that is full goes to its shard as it is; the lock is held for a moment
//! only, and seldom. When a writer ends, its half-full blocks are set aside and the next writer goes on with them. When the memory budget is used
//! up, full blocks go to a spill file.
//!
//! A shard that was taken counts until it is dropped. Beside the budget, each thread has one block a shard that is not full.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use super::block::{Block, block_len};
use super::source::to_u64;
pub use super::spill::Budget;
use super::spill::{Extent, Spill};

/// The number of shards for ordinary work: enough that one of them is small beside a core's cache, few enough that their
/// buffers are small beside the memory. Fixed, so that the same inputs go the same way whatever the number of threads.
pub const SHARD_COUNT: usize = 256;

/// A block counts as full this much before its end, so that an ordinary record never makes it grow.
const SLACK_LEN: usize = 192;

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
    /// The blocks of writers that ended, with what they hold so far; they are not counted as held.
    parked: Mutex<Vec<Open>>,
    budget: Arc<Budget>,
    spill: Spill,
    /// The first error in writing a block. Records are lost from then on, so that nothing can be taken any more.
    failure: Mutex<Option<(io::ErrorKind, String)>>,
}

/// For each shard the block that one thread is filling.
type Open = Vec<Block>;

#[derive(Debug, Default)]
struct Shard {
    blocks: Vec<Block>,
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
        let open = parked.unwrap_or_else(|| self.shards.iter().map(|_| Block::default()).collect());
        Writer { partitions: self, open }
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
        let Shard { blocks, extents, held } = std::mem::take(&mut *lock(&self.shards[shard]));
        let mut taken = Taken { budget: &self.budget, blocks, held };
        let parked = |open: &mut Open| Some(std::mem::take(open.get_mut(shard)?)).filter(|block| !block.is_empty());
        taken.blocks.extend(lock(&self.parked).iter_mut().filter_map(parked));
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
        lock(&self.parked).iter_mut().flatten().for_each(Block::clear);
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

    /// Puts a full block away, into memory or on disk.
    fn close(&self, shard: usize, block: &mut Block) {
        let size = to_u64(block.capacity());
        if self.budget.try_hold(size) {
            let mut shard = lock(&self.shards[shard]);
            shard.blocks.push(std::mem::take(block));
            shard.held += size;
            return;
        }
        // After a failure nothing will be read back; dropping the records keeps memory bounded until the caller hears of it.
        if self.check().is_ok() {
            match self.spill.write(block) {
                Ok(extent) => lock(&self.shards[shard]).extents.push(extent),
                Err(error) => {
                    let text = format!("writing a temporary file failed: {error}");
                    lock(&self.failure).get_or_insert((error.kind(), text));
                }
            }
        }
        if block.capacity() > self.budget.block_len {
            // A long record was in it: its room is not kept beside the budget.
            *block = Block::default();
        } else {
            block.clear();
        }
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
    open: Open,
}

impl Writer<'_> {
    /// Puts one record into a shard; the closure appends its bytes, and must leave alone those that are there already.
    ///
    /// # Panics
    ///
    /// When there is no such shard.
    #[inline(always)]
    pub fn put(&mut self, shard: usize, append: impl FnOnce(&mut Vec<u8>)) {
        let block = &mut self.open[shard];
        if block.capacity() == 0 {
            *block = Block::with_room(self.partitions.budget.block_len);
        }
        append(block.bytes());
        // At once, so that a long record is not left uncounted.
        if block.len() + SLACK_LEN > block.capacity() {
            self.partitions.close(shard, block);
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
        let open = std::mem::take(&mut self.open);
        lock(&self.partitions.parked).push(open);
    }
}

/// Locks also what a panicking thread left behind: that panic is on its way up anyway and ends the run.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
