//! Packed files, unpacked: gzip, zstd and zip archives, one in another, into one temporary copy and within bounds.
//!
//! A few bytes can stand for as many as one likes, so what a file may expand to is bounded, whatever it is packed in.
//! The bound is one for everything that comes out of one given file, however deep; entries of a zip archive that
//! lie over each other, and archives that hold themselves, meet it like any other.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read, Write};

use flate2::bufread::GzDecoder;
use tempfile::SpooledTempFile;

use super::archive::read_entries;
use super::shape::{Shape, of_beginning, shape};
use super::source::{FileError, MEMORY_LEN, Sequential, spooled};
use crate::engine::source::Bytes;

/// How far a given file may expand.
///
/// Why these numbers. Measured on exports whose rows differ in one counter, gzip makes 1 of 28 bytes and zstd 1 of
/// 109; even rows that are all the same come to 1 of 412 with gzip. 1 of 1000 is reached by gzip with a single byte
/// repeated (1030) and by zstd with rows that are all the same (11 900): neither is an export. Small files pass
/// whatever their ratio, since 64 MiB of temporary space harm nobody. 64 GiB are some 700 million rows, more than
/// the temporary folder of most machines holds.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Plain bytes that one given file may expand to.
    pub plain_bytes_max: u64,
    /// Plain bytes for each byte of the given file.
    pub ratio_max: u64,
    /// Up to so many plain bytes the ratio does not matter.
    pub free_bytes: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { plain_bytes_max: 64 << 30, ratio_max: 1000, free_bytes: 64 << 20 }
    }
}

/// How many times something may be packed: a gzip file in an archive in an archive is three. Nobody who packs files
/// needs more, and an archive can be made to hold itself.
const LAYERS_MAX: usize = 4;

const HELP_BOMB: &str = "if it is what it should be, unpack it and give the plain file";
const HELP_AGAIN: &str = "fetch the file again; nothing of it was used";

/// Why packed data is refused, as it travels through readers that only know errors of input.
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
struct Refused {
    problem: String,
    help: &'static str,
}

/// An error that [`explained`] turns into a message.
pub(super) fn refused(problem: impl Into<String>, help: &'static str) -> io::Error {
    io::Error::other(Refused { problem: problem.into(), help })
}

/// The message of an error that came out of packed data.
pub(super) fn explained(shown: &str, error: &io::Error) -> FileError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Refused>()) {
        Some(Refused { problem, help }) => FileError::new(shown, problem, *help),
        None => FileError::new(shown, format!("cannot be read: {error}"), "check the disk it is on, then run again"),
    }
}

/// The error of a decoder: one of the disk or one that was refused before as it is, anything else is damage.
fn damage(error: io::Error, what: &str) -> io::Error {
    let known = error.raw_os_error().is_some() || error.get_ref().is_some_and(|inner| inner.is::<Refused>());
    match error.kind() {
        _ if known => error,
        io::ErrorKind::UnexpectedEof => refused(format!("the {what} is cut off"), HELP_AGAIN),
        _ if error.to_string().contains("too much memory") => refused(
            format!("the {what} was compressed with a window of more than 128 MiB"),
            "compress it again without --long and --ultra",
        ),
        _ => refused(format!("the {what} is damaged: it does not unpack to what was packed"), HELP_AGAIN),
    }
}

/// What is left of the bounds of one given file.
#[derive(Debug)]
pub(super) struct Budget {
    bounds: Bounds,
    given_len: u64,
    allowed: u64,
    used: Cell<u64>,
}

impl Budget {
    fn new(bounds: Bounds, given_len: u64) -> Self {
        let by_ratio = given_len.saturating_mul(bounds.ratio_max).max(bounds.free_bytes);
        Self { bounds, given_len, allowed: by_ratio.min(bounds.plain_bytes_max), used: Cell::new(0) }
    }

    fn take(&self, count: usize) -> io::Result<()> {
        let used = self.used.get().saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        self.used.set(used);
        if used <= self.allowed {
            return Ok(());
        }
        let problem = if self.allowed == self.bounds.plain_bytes_max {
            format!("it expands beyond {}, the most that is read from one packed file", binary(self.allowed))
        } else {
            format!(
                "its {} bytes expand to more than {}, that is over {} times as many and over {}: it is refused as a \
                 decompression bomb",
                self.given_len,
                self.allowed,
                self.bounds.ratio_max,
                binary(self.bounds.free_bytes)
            )
        };
        Err(refused(problem, HELP_BOMB))
    }
}

/// A bound for people: `64 GiB`, `64 MiB`, else bytes.
fn binary(bytes: u64) -> String {
    for (unit, len) in [("GiB", 1_u64 << 30), ("MiB", 1 << 20)] {
        if bytes >= len && bytes.is_multiple_of(len) {
            return format!("{} {unit}", bytes.checked_div(len).unwrap_or_default());
        }
    }
    format!("{bytes} bytes")
}

/// A decoder whose output is counted, and whose errors are explained.
struct Metered<'b, R> {
    inner: R,
    budget: &'b Budget,
    what: &'static str,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer).map_err(|error| damage(error, self.what))?;
        self.budget.take(count)?;
        Ok(count)
    }
}

/// gzip: one member after another, and what may follow on the last.
struct Gunzip<R> {
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let rest = self.member.take().map(GzDecoder::into_inner);
            self.member = rest.map(next_member).transpose()?.flatten();
        }
        Ok(0)
    }
}

/// The next member of a gzip file. Zeros up to the end, which tapes and some transfers add, are passed over, as the
/// gzip program does.
fn next_member<R: BufRead>(mut rest: R) -> io::Result<Option<GzDecoder<R>>> {
    loop {
        let bytes = rest.fill_buf()?;
        match bytes.iter().position(|byte| *byte != 0) {
            None if bytes.is_empty() => return Ok(None),
            None => {
                let count = bytes.len();
                rest.consume(count);
            }
            Some(0) if bytes.first() == Some(&0x1f) => return Ok(Some(GzDecoder::new(rest))),
            Some(_) => {
                let problem = "bytes that are not gzip follow on the gzip data";
                return Err(refused(problem, "something was appended to the file: fetch it again"));
            }
        }
    }
}

/// Where a plain file is.
enum Place {
    /// In the common copy: first byte and length.
    Part(u64, u64),
    /// In bytes of its own.
    Own(Bytes),
}

/// The plain files that come out of one given file.
struct Unpacking<'b> {
    budget: &'b Budget,
    copy: SpooledTempFile,
    copied: u64,
    found: Vec<(String, Place)>,
}

/// Unpacks a gzip or zstd file or a zip archive, with all that is packed inside.
///
/// # Errors
/// Something in it is damaged, encrypted or packed in a way that is not read, it expands beyond the bounds, or there
/// is no room for the copy.
pub(super) fn unpack(
    shown: &str,
    given: &Bytes,
    shape: Shape,
    bounds: Bounds,
) -> Result<Vec<(String, Bytes)>, FileError> {
    let budget = Budget::new(bounds, given.len());
    let copy = tempfile::spooled_tempfile(MEMORY_LEN);
    let mut unpacking = Unpacking { budget: &budget, copy, copied: 0, found: Vec::new() };
    if shape == Shape::Zip {
        unpacking.archive(shown, given, LAYERS_MAX)?;
    } else {
        unpacking.stream(shown, Box::new(BufReader::with_capacity(1 << 16, Sequential::new(given))), LAYERS_MAX)?;
    }
    let Unpacking { copy, found, .. } = unpacking;
    let copy = std::sync::Arc::new(spooled(copy).map_err(|error| no_room(shown, &error))?);
    let bytes = |place| match place {
        Place::Part(start, len) => Bytes::part(&copy, start, len),
        Place::Own(bytes) => bytes,
    };
    Ok(found.into_iter().map(|(shown, place)| (shown, bytes(place))).collect())
}

impl Unpacking<'_> {
    /// Takes every layer off a stream.
    fn stream<'s>(&mut self, shown: &str, mut input: Box<dyn BufRead + 's>, mut layers: usize) -> Result<(), FileError>
    where
        Self: 's,
    {
        let budget = self.budget;
        let bad = |error: io::Error| explained(shown, &error);
        loop {
            let mut head = Vec::new();
            input.by_ref().take(8).read_to_end(&mut head).map_err(bad)?;
            let shape = of_beginning(&head);
            let whole = Cursor::new(head).chain(input);
            if !matches!(shape, Shape::Gzip | Shape::Zstd | Shape::Zip) {
                let start = self.copied;
                self.copied = self.copied.saturating_add(copy_to(shown, whole, &mut self.copy)?);
                self.found.push((shown.to_owned(), Place::Part(start, self.copied.saturating_sub(start))));
                return Ok(());
            }
            if shape == Shape::Zip {
                return self.archive_in_stream(shown, whole, layers);
            }
            layers = one_less(shown, layers)?;
            input = if shape == Shape::Gzip {
                let inner = Gunzip { member: Some(GzDecoder::new(whole)) };
                Box::new(BufReader::with_capacity(1 << 16, Metered { inner, budget, what: "gzip data" }))
            } else {
                let inner = zstd::stream::read::Decoder::with_buffer(whole).map_err(bad)?;
                Box::new(BufReader::with_capacity(1 << 16, Metered { inner, budget, what: "zstd data" }))
            };
        }
    }

    /// An archive is read by position, so it needs bytes of its own first.
    fn archive_in_stream(&mut self, shown: &str, input: impl Read, layers: usize) -> Result<(), FileError> {
        let mut copy = tempfile::spooled_tempfile(MEMORY_LEN);
        copy_to(shown, input, &mut copy)?;
        let bytes = spooled(copy).map_err(|error| no_room(shown, &error))?;
        if shape(&bytes).map_err(|error| explained(shown, &error))? == Shape::Zip {
            return self.archive(shown, &bytes, layers);
        }
        self.found.push((shown.to_owned(), Place::Own(bytes)));
        Ok(())
    }

    fn archive(&mut self, shown: &str, bytes: &Bytes, layers: usize) -> Result<(), FileError> {
        let layers = one_less(shown, layers)?;
        let budget = self.budget;
        read_entries(shown, bytes, &mut |shown, entry| {
            let entry = Metered { inner: entry, budget, what: "entry" };
            self.stream(shown, Box::new(BufReader::with_capacity(1 << 16, entry)), layers)
        })
    }
}

fn one_less(shown: &str, layers: usize) -> Result<usize, FileError> {
    layers.checked_sub(1).ok_or_else(|| {
        FileError::new(
            shown,
            format!("it is packed more than {LAYERS_MAX} times, one archive or compressed file inside another"),
            "unpack it and give the plain files",
        )
    })
}

/// The error of data that there is no room for.
pub(super) fn no_room(shown: &str, error: &io::Error) -> FileError {
    let problem = format!("there is no room for its plain data: {error}");
    FileError::new(shown, problem, "make room for temporary files (TMPDIR), then run again")
}

/// Copies a stream, and tells what cannot be read from what there is no room for.
pub(super) fn copy_to(shown: &str, mut input: impl Read, copy: &mut SpooledTempFile) -> Result<u64, FileError> {
    let mut buffer = vec![0; 1 << 16];
    let mut copied = 0_u64;
    loop {
        let count = match input.read(&mut buffer) {
            Ok(0) => return Ok(copied),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(explained(shown, &error)),
        };
        copy.write_all(buffer.get(..count).unwrap_or_default()).map_err(|error| no_room(shown, &error))?;
        copied = copied.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }
}
