//! Opening what was given: plain and packed files and standard input, as random-access bytes with a hash.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::digest::sha256;
use super::expand::{Bounds, copy_to, no_room, unpack};
pub use super::shape::Shape;
use super::shape::shape;
use crate::engine::source::Bytes;

/// A file that cannot be read at all: the run stops before anything is written.
#[derive(Debug, thiserror::Error)]
#[error("{}{problem}", place(.file, *.line, *.column))]
pub struct FileError {
    /// The file as given.
    pub file: String,
    /// Line, where one is to blame.
    pub line: Option<u64>,
    /// Column in that line.
    pub column: Option<u64>,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub help: String,
}

fn place(file: &str, line: Option<u64>, column: Option<u64>) -> String {
    let mut place = format!("{file}:");
    for number in [line, column].into_iter().flatten() {
        place.push_str(&format!("{number}:"));
    }
    place.push(' ');
    place
}

impl FileError {
    /// An error about the file as a whole.
    pub fn new(file: &str, problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: None, column: None, problem: problem.into(), help: help.into() }
    }

    /// The same error at a line.
    #[must_use]
    pub fn at(mut self, line: u64, column: Option<u64>) -> Self {
        self.line = Some(line);
        self.column = column;
        self
    }
}

/// A file, ready to be read anywhere.
#[derive(Debug)]
pub struct Opened {
    /// The plain bytes: unpacked, and copied where the input cannot be read by position.
    pub bytes: Bytes,
    /// Size as given; of a file in an archive, its plain size.
    pub given_len: u64,
    /// SHA-256 of the bytes as given, where they were packed; of a file in an archive, the archive's.
    pub given_sha256: Option<String>,
    /// What the bytes look like.
    pub shape: Shape,
}

/// Copies up to this size stay in memory.
pub(super) const MEMORY_LEN: usize = 8 << 20;

/// Opens a file, or standard input where there is no path: one plain file, or every file of an archive, with the
/// names under which they are shown.
///
/// # Errors
/// It does not exist, cannot be read, or is packed and damaged, encrypted or beyond its bounds.
pub fn open_all(shown: &str, path: Option<&Path>) -> Result<Vec<(String, Opened)>, FileError> {
    open_within(shown, path, Bounds::default())
}

/// The same with bounds of the caller's on what a packed file may expand to.
///
/// # Errors
/// As [`open_all`].
pub fn open_within(shown: &str, path: Option<&Path>, bounds: Bounds) -> Result<Vec<(String, Opened)>, FileError> {
    let unreadable = |error: &io::Error| {
        FileError::new(shown, format!("cannot be read: {error}"), "check the path and the permissions, then run again")
    };
    let given = match path {
        None => spool(shown, io::stdin().lock())?,
        Some(path) => {
            let file = File::open(path).map_err(|error| unreadable(&error))?;
            let plain = file.metadata().map_err(|error| unreadable(&error))?.is_file();
            // A pipe or a device has no length: it is copied first.
            if plain { Bytes::from_file(file).map_err(|error| unreadable(&error))? } else { spool(shown, file)? }
        }
    };
    unpacked(shown, given, bounds)
}

/// What bytes are, unpacked where they are packed: one plain file, or every file of an archive.
///
/// # Errors
/// They cannot be read, or are packed and damaged, encrypted or beyond their bounds.
pub fn unpacked(shown: &str, given: Bytes, bounds: Bounds) -> Result<Vec<(String, Opened)>, FileError> {
    let again = |error: io::Error| FileError::new(shown, format!("cannot be read: {error}"), "run again");
    let given_len = given.len();
    let told = shape(&given).map_err(again)?;
    if !matches!(told, Shape::Gzip | Shape::Zstd | Shape::Zip) {
        let opened = Opened { bytes: given, given_len, given_sha256: None, shape: told };
        return Ok(vec![(shown.to_owned(), opened)]);
    }
    let files = unpack(shown, &given, told, bounds)?;
    let given_sha256 = sha256(&given).map_err(again)?;
    let opened = |(name, bytes): (String, Bytes)| {
        let shape = shape(&bytes).map_err(again)?;
        let given_len = if name == shown { given_len } else { bytes.len() };
        Ok((name, Opened { bytes, given_len, given_sha256: Some(given_sha256.clone()), shape }))
    };
    files.into_iter().map(opened).collect()
}

/// Copies a stream into memory, or into an unlinked temporary file where it is large.
fn spool(shown: &str, input: impl Read) -> Result<Bytes, FileError> {
    let mut copy = tempfile::spooled_tempfile(MEMORY_LEN);
    copy_to(shown, input, &mut copy)?;
    spooled(copy).map_err(|error| no_room(shown, &error))
}

/// The bytes of a finished temporary copy.
///
/// # Errors
/// The copy cannot be completed.
pub fn spooled(mut copy: tempfile::SpooledTempFile) -> io::Result<Bytes> {
    copy.flush()?;
    copy.rewind()?;
    match copy.into_inner() {
        tempfile::SpooledData::InMemory(bytes) => Ok(Bytes::from_vec(bytes.into_inner())),
        tempfile::SpooledData::OnDisk(file) => Bytes::from_file(file),
    }
}

/// A reader over random-access bytes, from their start.
pub struct Sequential<'a> {
    bytes: &'a Bytes,
    offset: u64,
}

impl<'a> Sequential<'a> {
    /// Starts at the first byte.
    #[must_use]
    pub fn new(bytes: &'a Bytes) -> Self {
        Self { bytes, offset: 0 }
    }
}

impl Read for Sequential<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.bytes.len().saturating_sub(self.offset)).unwrap_or(usize::MAX);
        let count = buffer.len().min(left);
        if let Some(part) = buffer.get_mut(..count) {
            self.bytes.read_exact_at(self.offset, part)?;
        }
        self.offset = self.offset.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(count)
    }
}

impl Seek for Sequential<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let offset = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(by) => self.bytes.len().checked_add_signed(by),
            SeekFrom::Current(by) => self.offset.checked_add_signed(by),
        };
        self.offset = offset.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a place before the start"))?;
        Ok(self.offset)
    }
}
