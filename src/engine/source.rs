//! A source of bytes that any thread can read anywhere: a file, or bytes in memory.
//!
//! Reading by position leaves no cursor to share, so threads read chunks of one file without waiting for each other, and a single record can
//! be read back later from its offset. The length is taken once, on opening: a file that grows while it is read is seen as it was.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::chunk::Chunk;
use super::pieces::Bound;

/// Random-access bytes that do not change while they are read.
#[derive(Debug)]
pub struct Bytes {
    kind: Kind,
    len: u64,
}

#[derive(Debug)]
enum Kind {
    File(RandomFile),
    Memory(Vec<u8>),
    /// A stretch of other bytes, from this offset.
    Part(Arc<Bytes>, u64),
    Pieces(Bound),
}

impl Bytes {
    /// Opens a plain file.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened, or is no plain file (see [`Bytes::from_file`]).
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::from_file(File::open(path)?)
    }

    /// Takes an open plain file, with or without a name.
    ///
    /// # Errors
    ///
    /// When the file is a directory, a pipe or a device: those have no length and cannot be read by position, so that the caller has to copy
    /// them into memory or into a temporary file first.
    pub fn from_file(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a plain file, so it cannot be read by position",
            ));
        }
        Ok(Self { kind: Kind::File(RandomFile::new(file)), len: metadata.len() })
    }

    /// Takes bytes that are already in memory.
    #[must_use]
    pub fn from_vec(bytes: Vec<u8>) -> Self {
        let len = to_u64(bytes.len());
        Self { kind: Kind::Memory(bytes), len }
    }

    /// A stretch of other bytes, which share it; what lies beyond their end is not part of it.
    #[must_use]
    pub fn part(whole: &Arc<Self>, start: u64, len: u64) -> Self {
        let len = len.min(whole.len.saturating_sub(start));
        Self { kind: Kind::Part(Arc::clone(whole), start), len }
    }

    pub(super) const fn of_pieces(pieces: Bound, len: u64) -> Self {
        Self { kind: Kind::Pieces(pieces), len }
    }

    /// Chunks of about `target_len` bytes, as [`super::chunk::plan_chunks`] makes them, of what begins at `body_start`, on line `first_line`;
    /// nothing where it is not known without a look where records begin.
    #[must_use]
    pub fn chunks(&self, body_start: u64, first_line: u64, target_len: usize) -> Option<Vec<Chunk>> {
        match &self.kind {
            Kind::Pieces(pieces) => pieces.chunks(body_start, first_line, target_len),
            Kind::File(_) | Kind::Memory(_) | Kind::Part(..) => None,
        }
    }

    /// The number of bytes, as it was on opening.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is no byte at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Fills the buffer with the bytes that begin at `offset`.
    ///
    /// # Errors
    ///
    /// When reading fails, or when the bytes end before the buffer is full.
    pub fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        if self.read_full_at(offset, buffer)? == buffer.len() {
            Ok(())
        } else {
            Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("the bytes end before offset {offset} plus {}", buffer.len()),
            ))
        }
    }

    /// Replaces the content of the buffer by up to `len` bytes that begin at `offset`; it holds fewer only when the bytes end there.
    ///
    /// # Errors
    ///
    /// When reading fails.
    pub fn read_at_most(&self, offset: u64, buffer: &mut Vec<u8>, len: usize) -> io::Result<()> {
        // Never longer than what is left, so that a generous `len` does not cost memory on a short file.
        let left = self.len.saturating_sub(offset);
        let wanted = usize::try_from(left).map_or(len, |left| left.min(len));
        buffer.resize(wanted, 0);
        let filled = self.read_full_at(offset, buffer)?;
        buffer.truncate(filled);
        Ok(())
    }

    /// As [`Bytes::read_at_most`], into memory that keeps its length, so that it is not zeroed each time.
    ///
    /// # Errors
    ///
    /// When reading fails.
    pub fn read_into<'b>(&self, offset: u64, buffer: &'b mut Vec<u8>, len: usize) -> io::Result<&'b [u8]> {
        let left = self.len.saturating_sub(offset);
        let wanted = usize::try_from(left).map_or(len, |left| left.min(len));
        if buffer.len() < wanted {
            buffer.resize(wanted, 0);
        }
        let filled = self.read_full_at(offset, &mut buffer[..wanted])?;
        Ok(&buffer[..filled])
    }

    /// Reads until the buffer is full or the bytes end; returns how many it got.
    ///
    /// # Errors
    ///
    /// When reading fails.
    pub fn read_full_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.len.saturating_sub(offset);
        let wanted = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let buffer = &mut buffer[..wanted];
        match &self.kind {
            Kind::File(file) => file.read_full_at(offset, buffer),
            Kind::Part(whole, start) => whole.read_full_at(start.saturating_add(offset), buffer),
            Kind::Pieces(pieces) => pieces.read_full_at(offset, buffer),
            Kind::Memory(bytes) => {
                // `wanted` is 0 when the offset lies beyond the end.
                let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                buffer.copy_from_slice(&bytes[start..start + wanted]);
                Ok(wanted)
            }
        }
    }
}

/// A file that is read and written by position only.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct RandomFile(File);

/// A file that is read and written by position only; here the position is the file's own, so a lock guards it.
#[cfg(not(unix))]
#[derive(Debug)]
pub(super) struct RandomFile(std::sync::Mutex<File>);

impl RandomFile {
    #[cfg(unix)]
    pub(super) const fn new(file: File) -> Self {
        Self(file)
    }

    #[cfg(not(unix))]
    pub(super) const fn new(file: File) -> Self {
        Self(std::sync::Mutex::new(file))
    }

    /// Reads until the buffer is full or the file ends; returns how many bytes it got.
    pub(super) fn read_full_at(&self, mut offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read_at(offset, &mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => {
                    filled += count;
                    offset = advance(offset, count)?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    #[cfg(unix)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.0, buffer, offset)
    }

    #[cfg(unix)]
    pub(super) fn write_all_at(&self, offset: u64, buffer: &[u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::write_all_at(&self.0, buffer, offset)
    }

    #[cfg(not(unix))]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        use std::io::{Read, Seek};
        let mut file = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.seek(io::SeekFrom::Start(offset))?;
        file.read(buffer)
    }

    #[cfg(not(unix))]
    pub(super) fn write_all_at(&self, offset: u64, buffer: &[u8]) -> io::Result<()> {
        use std::io::{Seek, Write};
        let mut file = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.seek(io::SeekFrom::Start(offset))?;
        file.write_all(buffer)
    }
}

/// An offset moved on by a number of bytes; beyond 64 bits there is no file.
fn advance(offset: u64, count: usize) -> io::Result<u64> {
    offset
        .checked_add(to_u64(count))
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "an offset beyond 64 bits was asked for"))
}

/// A length in memory as a length in a file.
pub(super) fn to_u64(len: usize) -> u64 {
    u64::try_from(len).expect("no machine has lengths wider than 64 bits")
}
