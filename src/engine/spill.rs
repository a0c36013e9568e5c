//! Where blocks go that do not fit into memory: one temporary file without a name, and the budget that says when.
//!
//! The file is unlinked from the start, so that nothing is left behind however the process ends, and is made only when the first block needs
//! it. Places in it are handed out by a counter, so that threads write at the same time.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::block::BLOCK_LEN;
use super::source::{RandomFile, to_u64};

/// How many bytes may be held in memory, shared by all that hold them.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    held: AtomicU64,
    /// The size of the blocks that take it up.
    pub(super) block_len: usize,
}

impl Budget {
    /// A budget that is never used up.
    #[must_use]
    pub fn unlimited() -> Arc<Self> {
        Self::new(u64::MAX)
    }

    /// A budget of so many bytes; with 0 every full block goes to disk.
    #[must_use]
    pub fn new(bytes: u64) -> Arc<Self> {
        Self::of_blocks(bytes, BLOCK_LEN)
    }

    /// A budget that is taken up by blocks of a size: see [`super::shard::block_len`].
    #[must_use]
    pub fn of_blocks(bytes: u64, block_len: usize) -> Arc<Self> {
        Arc::new(Self { limit: bytes, held: AtomicU64::new(0), block_len })
    }

    /// The bytes held now.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    /// Takes bytes from the budget; says no, and takes none, when they would go over the limit.
    pub(super) fn try_hold(&self, bytes: u64) -> bool {
        // Relaxed everywhere: the number guards no other memory, it only has to add up.
        self.held
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
                held.checked_add(bytes).filter(|&held| held <= self.limit)
            })
            .is_ok()
    }

    /// Takes bytes from the budget that are needed whether or not they are there.
    pub(super) fn hold(&self, bytes: u64) {
        self.held.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Gives bytes back that were taken.
    pub(super) fn release(&self, bytes: u64) {
        let before = self.held.fetch_sub(bytes, Ordering::Relaxed);
        debug_assert!(before >= bytes, "more bytes given back than were held");
    }
}

/// Where a block lies in the spill file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    offset: u64,
    len: usize,
}

impl Extent {
    /// The number of bytes in the block.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether the block has no bytes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// A temporary file for blocks, written and read by many threads at once.
#[derive(Debug)]
pub struct Spill {
    directory: Option<PathBuf>,
    file: OnceLock<RandomFile>,
    end: AtomicU64,
}

impl Spill {
    /// A spill file to be made, once it is needed, in this directory or else in that of the system for temporary files.
    #[must_use]
    pub const fn new(directory: Option<PathBuf>) -> Self {
        Self { directory, file: OnceLock::new(), end: AtomicU64::new(0) }
    }

    /// The bytes written so far.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    /// Whether nothing has been written, in which case there is no file either.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes a block and says where it went.
    ///
    /// # Errors
    ///
    /// When the file cannot be made or written.
    pub fn write(&self, block: &[u8]) -> io::Result<Extent> {
        let file = self.file()?;
        let offset = self.end.fetch_add(to_u64(block.len()), Ordering::Relaxed);
        file.write_all_at(offset, block)?;
        Ok(Extent { offset, len: block.len() })
    }

    /// Reads a block that was written before; the buffer is as long as it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is shorter than what was written to it.
    pub fn read(&self, extent: Extent, buffer: &mut [u8]) -> io::Result<()> {
        let filled = self.file()?.read_full_at(extent.offset, buffer)?;
        if filled == extent.len {
            Ok(())
        } else {
            Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the temporary file is shorter than what was written to it",
            ))
        }
    }

    /// Reads a part of a block that was written before, from a place in it on; the buffer is no longer than what is left there.
    pub(super) fn read_within(&self, extent: Extent, from: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.read(Extent { offset: extent.offset.saturating_add(from), len: buffer.len() }, buffer)
    }

    fn file(&self) -> io::Result<&RandomFile> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        // Two threads may both get here; the file of the one that comes second is closed, and so gone, at once.
        let file = self.create()?;
        Ok(self.file.get_or_init(|| RandomFile::new(file)))
    }

    fn create(&self) -> io::Result<File> {
        match &self.directory {
            Some(directory) => tempfile::tempfile_in(directory),
            None => tempfile::tempfile(),
        }
    }
}
