//! Opening what was given: plain, gzip and zstd files and standard input, as random-access bytes with a hash; and
//! telling formats apart by their first bytes.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

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

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Delimited text, or nothing that is told by its first bytes.
    Text,
    /// XML.
    Xml,
    /// Apache Parquet.
    Parquet,
    /// JSON, also in UTF-16.
    Json,
    /// A format that this version does not read, with its name.
    Unread(&'static str),
}

/// A file, ready to be read anywhere.
#[derive(Debug)]
pub struct Opened {
    /// The plain bytes: decompressed, and copied where the input cannot be read by position.
    pub bytes: Bytes,
    /// Size as given.
    pub given_len: u64,
    /// SHA-256 of the bytes as given, where they were compressed.
    pub given_sha256: Option<String>,
    /// What the bytes look like.
    pub shape: Shape,
}

/// A reader that hashes and counts what passes through it.
struct Hashing<R> {
    inner: R,
    hash: Sha256,
    len: u64,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if let Some(bytes) = buffer.get(..count) {
            self.hash.update(bytes);
            self.len = self.len.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        }
        Ok(count)
    }
}

/// Bytes in hexadecimal, small letters.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of all bytes, in hex.
///
/// # Errors
/// The bytes cannot be read.
pub fn sha256(bytes: &Bytes) -> io::Result<String> {
    const WINDOW: usize = 1 << 18;
    let mut hash = Sha256::new();
    let mut buffer = Vec::new();
    let mut offset = 0;
    while offset < bytes.len() {
        bytes.read_at_most(offset, &mut buffer, WINDOW)?;
        if buffer.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter while it was read"));
        }
        hash.update(&buffer);
        offset = offset.saturating_add(u64::try_from(buffer.len()).unwrap_or(u64::MAX));
    }
    Ok(hex(&hash.finalize()))
}

/// Opens a file, or standard input where there is no path.
///
/// # Errors
/// It does not exist, cannot be read, or is compressed and damaged.
pub fn open(shown: &str, path: Option<&Path>) -> Result<Opened, FileError> {
    let unreadable = |error: &io::Error| {
        FileError::new(shown, format!("cannot be read: {error}"), "check the path and the permissions, then run again")
    };
    let Some(path) = path else {
        let bytes = spool(io::stdin().lock()).map_err(|error| unreadable(&error))?;
        return decompressed(shown, bytes);
    };
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let plain = file.metadata().map_err(|error| unreadable(&error))?.is_file();
    // A pipe or a device has no length: it is copied first.
    let bytes = if plain { Bytes::from_file(file) } else { spool(file) };
    decompressed(shown, bytes.map_err(|error| unreadable(&error))?)
}

/// Copies a stream into memory, or into an unlinked temporary file where it is large.
///
/// # Errors
/// The stream cannot be read, or there is no room for it.
pub fn spool(mut input: impl Read) -> io::Result<Bytes> {
    const MEMORY_LEN: usize = 8 << 20;
    let mut copy = tempfile::spooled_tempfile(MEMORY_LEN);
    io::copy(&mut input, &mut copy)?;
    spooled(copy)
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

fn head(bytes: &Bytes) -> io::Result<Vec<u8>> {
    const HEAD_LEN: usize = 4096;
    let mut head = Vec::new();
    bytes.read_at_most(0, &mut head, HEAD_LEN)?;
    Ok(head)
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

fn decompressed(shown: &str, bytes: Bytes) -> Result<Opened, FileError> {
    let given_len = bytes.len();
    let damaged = |what: &str, error: &io::Error| {
        FileError::new(
            shown,
            format!("the {what} data is damaged or cut off: {error}"),
            "fetch the file again; nothing of it was used",
        )
    };
    let first = head(&bytes).map_err(|error| FileError::new(shown, format!("cannot be read: {error}"), "run again"))?;
    let (name, plain) = match first.as_slice() {
        [0x1f, 0x8b, ..] => {
            let mut given = Hashing { inner: Sequential::new(&bytes), hash: Sha256::new(), len: 0 };
            let plain = spool(flate2::read::MultiGzDecoder::new(BufReader::new(&mut given)));
            ("gzip", plain)
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            ("zstd", zstd::stream::read::Decoder::new(Sequential::new(&bytes)).and_then(spool))
        }
        _ => {
            let shape = shape(&first);
            return Ok(Opened { bytes, given_len, given_sha256: None, shape });
        }
    };
    let plain = plain.map_err(|error| damaged(name, &error))?;
    let given_sha256 = Some(sha256(&bytes).map_err(|error| damaged(name, &error))?);
    let first = head(&plain).map_err(|error| damaged(name, &error))?;
    Ok(Opened { shape: shape(&first), bytes: plain, given_len, given_sha256 })
}

fn shape(first: &[u8]) -> Shape {
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).trim_ascii_start();
    match (first, text) {
        ([b'P', b'A', b'R', b'1', ..], _) => Shape::Parquet,
        ([b'P', b'K', 3, 4, ..], _) => Shape::Unread("a zip archive or a workbook"),
        ([0xff, 0xfe, rest @ ..] | [0xfe, 0xff, rest @ ..], _) if is_json(rest) => Shape::Json,
        ([0xff, 0xfe, ..] | [0xfe, 0xff, ..], _) => Shape::Unread("UTF-16 text"),
        (_, [b'<', ..]) => Shape::Xml,
        (_, [b'{' | b'[', ..]) => Shape::Json,
        _ => Shape::Text,
    }
}

/// Whether UTF-16 text, of either byte order, begins like JSON.
fn is_json(text: &[u8]) -> bool {
    let first = text.iter().find(|byte| **byte != 0 && !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}
