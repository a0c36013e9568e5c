//! Cuts a file into chunks that begin at record boundaries, in parallel, however records and quotes lie.
//!
//! Whether a place lies within a quoted field depends on every quote before it, so a file cannot simply be cut at line ends. But right after
//! a line end there are only two possibilities: a record begins there, or the place is inside quotes. So the file is cut into pieces at line ends
//! near equal distances, each piece is scanned by itself for both possibilities, and then one pass over the pieces settles which of the two it
//! was; pieces that turn out to begin inside quotes are joined to the one before. A piece without quotes leaves things as they are. The scan
//! also counts lines, and is little more than a search for two bytes. Chunks depend on the bytes and the wanted length only, not on threads.
//!
//! Cuts are made after the byte in which the file's lines are counted ([`Dialect::line_end`]). What follows a quote that is never closed offers
//! nothing to cut after, and neither do lines that end otherwise than the header did: a chunk that comes out longer than [`RECORD_LEN_MAX`] is
//! gone through once more from its start, and cut wherever a record ends. A record longer than that is an error, so that memory is bounded
//! whatever the file holds.
//!
//! Nearly always no cut is inside quotes. Who splits all chunks anyway may assume that, saves the scan, and sees whether it was so
//! ([`assume_chunks`]).

use std::io;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::marks::QUOTE;
use super::source::{Bytes, to_u64};
use super::split::{Dialect, Scratch, split_one};
use super::turns::in_turn;

/// How much of a file is looked at at once: enough to make reads few, little enough to stay in the cache of a core.
const WINDOW_LEN: usize = 128 * 1024;

/// How much is read at first to find the header; doubled as long as that was not enough.
const HEADER_LEN: usize = 16 * 1024;

/// Mark of UTF-8 at the start of a file, which belongs to no field.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The longest record that is read, in bytes: far more than any export has in a row, and little enough to hold one a thread.
pub const RECORD_LEN_MAX: u64 = 64 << 20;

/// Why a file cannot be cut into records.
#[derive(Debug, thiserror::Error)]
pub enum ChunkError {
    /// Reading fails.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A record is longer than [`RECORD_LEN_MAX`].
    #[error("the record that begins on line {line} is longer than {RECORD_LEN_MAX} bytes")]
    RecordTooLong {
        /// The line on which it begins, counted in the dialect's line ends from 1.
        line: u64,
        /// It is that long inside quotes.
        quoted: bool,
    },
}

/// A part of a file that holds whole records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// The offset of the first byte, where a record begins.
    pub start: u64,
    /// The offset after the last byte.
    pub end: u64,
    /// The line of the first byte, counted in the dialect's line ends from 1.
    pub first_line: u64,
}

impl Chunk {
    /// Replaces the content of the buffer by the bytes of the chunk.
    ///
    /// # Errors
    ///
    /// When reading fails, the chunk does not fit into memory, or the file no longer has all of it.
    pub fn read(&self, bytes: &Bytes, buffer: &mut Vec<u8>) -> io::Result<()> {
        let len = usize::try_from(self.end.saturating_sub(self.start))
            .map_err(|_| io::Error::new(io::ErrorKind::OutOfMemory, "a chunk larger than memory"))?;
        // Not cleared before: bytes that are overwritten need not be zeroed.
        buffer.resize(len, 0);
        bytes.read_exact_at(self.start, buffer)
    }
}

/// Where the first record of a file lies, and where the others begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The offset of the record's first byte.
    pub start: u64,
    /// The offset after its last byte, without its terminator.
    pub end: u64,
    /// The line of its first byte, counted in `line_end` from 1.
    pub line: u64,
    /// The offset after its terminator.
    pub body_start: u64,
    /// The line at that offset.
    pub body_line: u64,
    /// The byte in which the lines of this file are to be counted: `\r` where a lone one terminates the record, else `\n`.
    pub line_end: u8,
}

/// Finds the first record of a file, behind a UTF-8 byte order mark and empty lines if there are any; nothing when there is no record.
///
/// # Errors
///
/// When reading fails, or the record does not end within [`RECORD_LEN_MAX`] bytes of the file's start.
pub fn header_end(bytes: &Bytes, dialect: &Dialect) -> Result<Option<Header>, ChunkError> {
    header_end_within(bytes, dialect, RECORD_LEN_MAX)
}

/// The same with another bound than [`RECORD_LEN_MAX`].
///
/// # Errors
///
/// As [`header_end`].
pub fn header_end_within(bytes: &Bytes, dialect: &Dialect, record_len_max: u64) -> Result<Option<Header>, ChunkError> {
    let mut buffer = Vec::new();
    let mut scratch = Scratch::new();
    let mut wanted = HEADER_LEN;
    loop {
        bytes.read_at_most(0, &mut buffer, wanted)?;
        let at_end = to_u64(buffer.len()) == bytes.len() || buffer.len() < wanted;
        let mark_len = if buffer.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let text = &buffer[mark_len..];

        let mut quoted = false;
        if let Some(first) = split_one(text, dialect, &mut scratch) {
            let start = usize::try_from(first.record.offset).expect("an offset within a buffer");
            let end = start + first.record.raw.len();
            let (terminator_len, line_end) = match text[end..] {
                [b'\r', b'\n', ..] => (2, b'\n'),
                [b'\r', ..] => (1, b'\r'),
                [_, ..] => (1, b'\n'),
                [] => (0, b'\n'),
            };
            let body_start = end + terminator_len;
            // With a byte to spare the terminator is whole: a `\r` at the very end of the buffer may be half of one.
            if at_end || (first.complete && body_start < text.len()) {
                return Ok(Some(Header {
                    start: to_u64(mark_len + start),
                    end: to_u64(mark_len + end),
                    line: 1 + count(line_end, &text[..start]),
                    body_start: to_u64(mark_len + body_start),
                    body_line: 1 + count(line_end, &text[..body_start]),
                    line_end,
                }));
            }
            quoted = first.record.unclosed;
        } else if at_end {
            return Ok(None);
        }
        if to_u64(wanted) > record_len_max {
            return Err(ChunkError::RecordTooLong { line: 1, quoted });
        }
        wanted = wanted.saturating_mul(2);
    }
}

/// Cuts what begins at `body_start`, on line `first_line`, into chunks of about `target_len` bytes, each of whole records.
///
/// The chunks are in order and leave nothing out. Records are never cut, so that a chunk is as long as they demand. The place where the
/// body begins must be the start of a record.
///
/// # Errors
///
/// When reading fails, or a record is longer than [`RECORD_LEN_MAX`].
pub fn plan_chunks(
    bytes: &Bytes,
    body_start: u64,
    first_line: u64,
    dialect: &Dialect,
    target_len: usize,
) -> Result<Vec<Chunk>, ChunkError> {
    plan_chunks_within(bytes, body_start, first_line, dialect, target_len, RECORD_LEN_MAX)
}

/// The same with another bound than [`RECORD_LEN_MAX`].
///
/// # Errors
///
/// As [`plan_chunks`].
pub fn plan_chunks_within(
    bytes: &Bytes,
    body_start: u64,
    first_line: u64,
    dialect: &Dialect,
    target_len: usize,
    record_len_max: u64,
) -> Result<Vec<Chunk>, ChunkError> {
    let pieces = cut_after_lines(bytes, body_start, dialect.line_end, target_len)?;
    let effects = in_turn(pieces.iter(), Vec::new, |buffer, piece| scan_piece(bytes, *piece, dialect, buffer))?;

    let chunks = join(&pieces, &effects, first_line);
    let is_long = |chunk: &Chunk| chunk.end - chunk.start > record_len_max;
    if !chunks.iter().any(is_long) {
        return Ok(chunks);
    }
    let mut cut = Vec::with_capacity(chunks.len());
    for chunk in chunks {
        if is_long(&chunk) {
            cut_after_records(bytes, &chunk, dialect, to_u64(target_len), record_len_max, &mut cut)?;
        } else {
            cut.push(chunk);
        }
    }
    Ok(cut)
}

/// Cuts as [`plan_chunks`] does, but without a look at what stands between the cuts: none of them is assumed to be inside quotes. Whoever
/// splits the chunks sees whether that is so: no chunk but the last may end inside quotes, and then the others begin with a record, as the
/// first one does. All of them are said to begin on the line of the first one, since nobody has counted lines yet.
///
/// Nothing where a chunk is longer than a record may be.
///
/// # Errors
///
/// When reading fails.
pub fn assume_chunks(
    bytes: &Bytes,
    body_start: u64,
    first_line: u64,
    dialect: &Dialect,
    target_len: usize,
) -> io::Result<Option<Vec<Chunk>>> {
    let pieces = cut_after_lines(bytes, body_start, dialect.line_end, target_len)?;
    let chunk = |Piece { start, end }: Piece| {
        let is_long = end - start > RECORD_LEN_MAX;
        (!is_long).then_some(Chunk { start, end, first_line })
    };
    Ok(pieces.into_iter().map(chunk).collect())
}

/// Puts pieces together where one begins inside quotes.
fn join(pieces: &[Piece], effects: &[Effect], first_line: u64) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = Vec::with_capacity(pieces.len());
    let mut line = first_line;
    let mut quoted = false;
    for (piece, effect) in pieces.iter().zip(effects) {
        match chunks.last_mut() {
            Some(chunk) if quoted => chunk.end = piece.end,
            _ => chunks.push(Chunk { start: piece.start, end: piece.end, first_line: line }),
        }
        line += effect.newlines;
        quoted = if quoted { effect.quoted_after_quoted } else { effect.quoted_after_record };
    }
    chunks
}

/// Goes through a chunk from its start, and cuts it after the first record that ends behind each wanted length.
fn cut_after_records(
    bytes: &Bytes,
    chunk: &Chunk,
    dialect: &Dialect,
    target_len: u64,
    record_len_max: u64,
    cut: &mut Vec<Chunk>,
) -> Result<(), ChunkError> {
    let mut buffer = Vec::new();
    let mut quotes = Quotes::Outside;
    let mut before = b'\n';
    let mut line = chunk.first_line;
    // Where the record and the new chunk begin that are being gone through.
    let (mut record_start, mut record_line) = (chunk.start, chunk.first_line);
    let (mut start, mut first_line) = (chunk.start, chunk.first_line);
    let mut at = chunk.start;
    while at < chunk.end {
        read_window(bytes, at, chunk.end, WINDOW_LEN, &mut buffer)?;
        let window_end = at + to_u64(buffer.len());
        for found in memchr::memchr3_iter(QUOTE, b'\n', b'\r', &buffer) {
            let place = at + to_u64(found);
            line += u64::from(buffer[found] == dialect.line_end);
            if buffer[found] == QUOTE {
                let previous = found.checked_sub(1).map_or(before, |index| buffer[index]);
                quotes = quotes.step(place, begins_field(previous, dialect));
                continue;
            }
            if quotes == Quotes::Inside {
                continue;
            }
            if place - record_start > record_len_max {
                return Err(ChunkError::RecordTooLong { line: record_line, quoted: false });
            }
            quotes = Quotes::Outside;
            (record_start, record_line) = (place + 1, line);
            if record_start - start >= target_len {
                cut.push(Chunk { start, end: record_start, first_line });
                (start, first_line) = (record_start, line);
            }
        }
        if window_end - record_start > record_len_max {
            return Err(ChunkError::RecordTooLong { line: record_line, quoted: quotes == Quotes::Inside });
        }
        before = buffer.last().copied().unwrap_or(before);
        at = window_end;
    }
    if start < chunk.end {
        cut.push(Chunk { start, end: chunk.end, first_line });
    }
    Ok(())
}

/// Whether a quote behind this byte is a field's first.
const fn begins_field(previous: u8, dialect: &Dialect) -> bool {
    previous == dialect.delimiter || previous == b'\n' || previous == b'\r'
}

/// A part of the file that begins at the body's start or after a line end.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: u64,
    end: u64,
}

/// What a piece does to what comes after it.
#[derive(Debug, Clone, Copy)]
struct Effect {
    newlines: u64,
    /// Whether the next piece begins inside quotes, when this one begins with a record.
    quoted_after_record: bool,
    /// The same, when this one begins inside quotes.
    quoted_after_quoted: bool,
}

/// Cuts after the first line end at or behind each multiple of the wanted length; a stretch of that length without any gets no cut.
fn cut_after_lines(bytes: &Bytes, body_start: u64, line_end: u8, target_len: usize) -> io::Result<Vec<Piece>> {
    let (end, target_len) = (bytes.len(), to_u64(target_len.max(1)));
    if body_start >= end {
        return Ok(Vec::new());
    }
    let stretches = (end - body_start).div_ceil(target_len);
    let cuts: Vec<Option<u64>> = (1..stretches)
        .into_par_iter()
        .map_init(Vec::new, |buffer, stretch| {
            // One byte early, so that one just before the multiple makes a cut exactly there; and no cut at the end of the file.
            let from = body_start + stretch * target_len;
            let to = from.saturating_add(target_len).min(end);
            find_line_end(bytes, from - 1, to - 1, line_end, buffer)
        })
        .collect::<io::Result<_>>()?;

    let mut pieces = Vec::with_capacity(cuts.len() + 1);
    let mut start = body_start;
    for cut in cuts.into_iter().flatten().chain([end]) {
        pieces.push(Piece { start, end: cut });
        start = cut;
    }
    Ok(pieces)
}

/// The offset behind the first line end of a stretch of the file.
fn find_line_end(bytes: &Bytes, from: u64, to: u64, line_end: u8, buffer: &mut Vec<u8>) -> io::Result<Option<u64>> {
    // Lines are short: mostly one small read is enough.
    let mut wanted = 4096;
    let mut at = from;
    while at < to {
        read_window(bytes, at, to, wanted, buffer)?;
        if let Some(found) = memchr::memchr(line_end, buffer) {
            return Ok(Some(at + to_u64(found) + 1));
        }
        at += to_u64(buffer.len());
        wanted = WINDOW_LEN;
    }
    Ok(None)
}

/// Counts the lines of a piece and follows its quotes from both beginnings it may have.
fn scan_piece(bytes: &Bytes, piece: Piece, dialect: &Dialect, buffer: &mut Vec<u8>) -> io::Result<Effect> {
    let mut newlines = 0;
    let mut from_record = Quotes::Outside;
    let mut from_quoted = Quotes::Inside;
    let mut before = b'\n';
    let mut at = piece.start;
    while at < piece.end {
        read_window(bytes, at, piece.end, WINDOW_LEN, buffer)?;
        newlines += count(dialect.line_end, buffer);
        for found in memchr::memchr_iter(QUOTE, buffer) {
            let previous = found.checked_sub(1).map_or(before, |index| buffer[index]);
            // The piece itself begins after a line end, or with the body, so that its first byte is at a field's start too.
            let at_field_start = begins_field(previous, dialect);
            let place = at + to_u64(found);
            from_record = from_record.step(place, at_field_start);
            from_quoted = from_quoted.step(place, at_field_start);
        }
        before = buffer.last().copied().unwrap_or(before);
        at += to_u64(buffer.len());
    }
    Ok(Effect {
        newlines,
        quoted_after_record: from_record == Quotes::Inside,
        quoted_after_quoted: from_quoted == Quotes::Inside,
    })
}

/// What the quotes so far amount to; only quotes need to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Outside,
    Inside,
    /// Inside until this place, where a quote closed the field unless the next byte is a quote too.
    ClosedAt(u64),
}

impl Quotes {
    /// What they amount to with one more quote, at this place.
    fn step(self, place: u64, at_field_start: bool) -> Self {
        match self {
            Self::Inside => Self::ClosedAt(place),
            Self::ClosedAt(closing) if closing + 1 == place => Self::Inside,
            // Bytes lie in between, so that the byte before this quote is not inside quotes and tells what the quote is.
            Self::ClosedAt(_) | Self::Outside if at_field_start => Self::Inside,
            Self::ClosedAt(_) | Self::Outside => Self::Outside,
        }
    }
}

/// Reads the next bytes of a stretch that ends at `to`: at least one, and at most `wanted`.
fn read_window(bytes: &Bytes, at: u64, to: u64, wanted: usize, buffer: &mut Vec<u8>) -> io::Result<()> {
    let left = usize::try_from(to - at).unwrap_or(usize::MAX);
    bytes.read_at_most(at, buffer, wanted.min(left))?;
    if buffer.is_empty() {
        // Without this a file that shrinks while it is read would be read for ever.
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter while it was read"));
    }
    Ok(())
}

/// How often a byte stands among others.
fn count(byte: u8, bytes: &[u8]) -> u64 {
    to_u64(memchr::memchr_iter(byte, bytes).count())
}
