//! Splits bytes into records and records into fields, exactly as the `csv` crate does with its default settings and rows of any length, but
//! without copying what need not be copied.
//!
//! The grammar: a record ends at `\n`, `\r\n`, a lone `\r` or the end of input, and a record without any byte is skipped. A quote opens a quoted
//! field only as the field's first byte; inside, a doubled quote stands for one; bytes after the closing quote are appended as they are. A
//! quote anywhere else is an ordinary byte. There are no malformed records, only surprising ones.
//!
//! How it is fast: 64 bytes at a time become one word with a bit for each byte that can end something, by comparisons of sixteen bytes at
//! once; the loop then visits those bits only. Input without any quote, which is nearly all input, is scanned by a loop that knows no quotes. Offsets within a buffer are `usize` and cannot overflow; offsets in the file are `u64`.

use super::ends::{Ends, FIELDS_MAX};
use super::marks::{Marks, QUOTE, place_of_lowest, quotes_of};
use super::record::Found;
pub use super::record::{Record, Scratch};

/// How the fields of a file are separated; quotes and line ends are the same in every dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The byte between two fields; any byte but a quote, `\n` or `\r`, which mean something else.
    pub delimiter: u8,
    /// The byte in which lines are counted: `\n`, or `\r` in a file whose lines end in a lone one. Records end at either.
    pub line_end: u8,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { delimiter: b',', line_end: b'\n' }
    }
}

/// What bytes were found to be when all of them were split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// How many line ends they have, of those in which the dialect counts lines.
    pub line_ends: u64,
    /// They end inside quotes: what follows them is the same record.
    pub within_quotes: bool,
}

/// Calls `f` with each record of the bytes, in order.
///
/// The bytes begin at the start of a record, `offset` bytes into the file and on line `first_line`. The record is valid during the call only.
pub fn split_records(
    bytes: &[u8],
    offset: u64,
    first_line: u64,
    dialect: &Dialect,
    scratch: &mut Scratch,
    f: &mut impl FnMut(&Record<'_>),
) -> Ended {
    let mut each = All { bytes, offset, first_line, f };
    // The search stops at the first of these; without one it costs a small part of the scan that it makes faster.
    let is_simple = memchr::memchr2(QUOTE, b'\r', bytes).is_none() && dialect.line_end == b'\n';
    if is_simple {
        scan_plain::<false>(bytes, dialect, scratch, &mut each)
    } else if memchr::memchr(QUOTE, bytes).is_none() {
        scan_plain::<true>(bytes, dialect, scratch, &mut each)
    } else {
        scan(bytes, dialect, scratch, &mut each)
    }
}

/// The first record of a buffer.
#[derive(Debug, Clone, Copy)]
pub struct First<'a> {
    /// The record; its offset is counted from the start of the buffer, its line from 1.
    pub record: Record<'a>,
    /// Whether the record's terminator was seen. Otherwise the buffer ended first: at the end of the file this is the record, elsewhere the
    /// caller reads more bytes and splits again.
    pub complete: bool,
}

/// Splits the first record of a buffer that begins at the start of a record; nothing when the buffer has only empty lines.
pub fn split_one<'a>(bytes: &'a [u8], dialect: &Dialect, scratch: &'a mut Scratch) -> Option<First<'a>> {
    let mut first = FirstOnly(None);
    if let Some((end, complete)) = plain_end(bytes) {
        // Nothing is asked of what follows it.
        let record = &bytes[..end + usize::from(complete)];
        scan_plain::<true>(record, dialect, scratch, &mut first);
    }
    if first.0.is_none() {
        scan(bytes, dialect, scratch, &mut first);
    }
    first.0.map(|found| First { record: Record::new(bytes, scratch, found, 0, 1), complete: found.complete })
}

/// The bytes of the first record, without what terminates it, and whether that was seen, as [`split_one`] finds them.
#[must_use]
pub fn first_raw<'a>(bytes: &'a [u8], dialect: &Dialect, scratch: &mut Scratch) -> Option<(&'a [u8], bool)> {
    if let Some((end, complete)) = plain_end(bytes) {
        return Some((&bytes[..end], complete));
    }
    let first = split_one(bytes, dialect, scratch)?;
    let start = usize::try_from(first.record.offset).ok()?;
    Some((bytes.get(start..start + first.record.raw.len())?, first.complete))
}

/// Where the first record ends, and whether its terminator was seen; nothing where it has a quote, or is an empty line.
#[inline]
fn plain_end(bytes: &[u8]) -> Option<(usize, bool)> {
    match memchr::memchr3(QUOTE, b'\n', b'\r', bytes) {
        Some(0) => None,
        Some(at) => Some((at, true)).filter(|_| bytes[at] != QUOTE),
        None => Some((bytes.len(), false)).filter(|_| !bytes.is_empty()),
    }
}

/// Whoever takes the records that are found.
trait Each {
    /// Takes the next record; whether the one after it is wanted too.
    fn take(&mut self, scratch: &Scratch, found: Found) -> bool;
}

/// Gives all records to a function.
struct All<'b, 'f, F> {
    bytes: &'b [u8],
    offset: u64,
    first_line: u64,
    f: &'f mut F,
}

impl<F: FnMut(&Record<'_>)> Each for All<'_, '_, F> {
    // Always: a closure is not, where a scan is long.
    #[inline(always)]
    fn take(&mut self, scratch: &Scratch, found: Found) -> bool {
        (self.f)(&Record::new(self.bytes, scratch, found, self.offset, self.first_line));
        true
    }
}

/// Keeps the first record.
struct FirstOnly(Option<Found>);

impl Each for FirstOnly {
    fn take(&mut self, _: &Scratch, found: Found) -> bool {
        self.0 = Some(found);
        false
    }
}

/// What the scan is inside of, when there are quotes.
#[derive(Debug, Clone, Copy)]
enum Within {
    /// An unquoted field, or the start of any field.
    Plain,
    /// A quoted field.
    Quoted,
    /// A quoted field just after a quote that closes it, unless the next byte is a quote too.
    Closed { at: usize },
    /// A quoted field, somewhere after its closing quote.
    Tail { closed_at: usize },
}

/// Finds the records of bytes without any quote until there are no more or `each` says no; what it gives counts only where it
/// did not. Without `RETURNS` the bytes have no `\r` either, and every line ends in a `\n`, in which lines are counted.
fn scan_plain<const RETURNS: bool>(
    bytes: &[u8],
    dialect: &Dialect,
    scratch: &mut Scratch,
    each: &mut impl Each,
) -> Ended {
    let Dialect { delimiter, line_end } = *dialect;
    scratch.clear();
    let mut start = 0;
    let mut newlines = 0;
    let mut newlines_before = 0;
    let mut count = 0;
    // Whether the record has had a byte so far that is not plain.
    let mut odd = false;

    let (blocks, tail) = bytes.as_chunks::<64>();
    let mut last = [delimiter; 64];
    last[..tail.len()].copy_from_slice(tail);
    for index in 0..=blocks.len() {
        let block = blocks.get(index).unwrap_or(&last);
        let mut marks = Marks::of::<RETURNS>(block, delimiter);
        if index == blocks.len() {
            // Whatever the padding is taken for, it is not there.
            marks.delimiters &= (1 << tail.len()) - 1;
        }
        let base = index * 64;
        while marks.terminators != 0 {
            // The bits below the lowest terminator belong to its record.
            let below = (marks.terminators & marks.terminators.wrapping_neg()) - 1;
            let bit = place_of_lowest(marks.terminators);
            push_ends(&mut scratch.few, &mut count, marks.delimiters & below, base, start);
            odd |= marks.odd & below != 0;
            let after = !below & !(below + 1);
            marks.terminators &= after;
            marks.delimiters &= after;
            marks.odd &= after;

            let at = base + bit;
            newlines += if RETURNS { u64::from(block[bit & 63] == line_end) } else { 1 };
            // The `\n` of `\r\n` comes here as the end of an empty line.
            if at != start {
                let few = end_record(scratch, count, delimiter, &bytes[start..at]);
                let plain = !odd && few > 0;
                let found = Found { start, end: at, newlines_before, complete: true, unclosed: false, plain, few };
                if !each.take(scratch, found) {
                    return Ended { line_ends: newlines, within_quotes: false };
                }
                count = 0;
            }
            odd = false;
            start = at + 1;
            newlines_before = newlines;
        }
        push_ends(&mut scratch.few, &mut count, marks.delimiters, base, start);
        odd |= marks.odd != 0;
    }
    let end = bytes.len();
    if end != start {
        let few = end_record(scratch, count, delimiter, &bytes[start..end]);
        let plain = !odd && few > 0;
        each.take(scratch, Found { start, end, newlines_before, complete: false, unclosed: false, plain, few });
    }
    Ended { line_ends: newlines, within_quotes: false }
}

/// Notes where fields end: at each of the marks, counted from the record's start.
#[inline(always)]
fn push_ends(few: &mut Ends, count: &mut usize, mut marks: u64, base: usize, start: usize) {
    // The block may begin before the record: what is too little here is made up for by the place of a mark.
    let base = base.wrapping_sub(start);
    while marks != 0 {
        few.set(*count, base.wrapping_add(place_of_lowest(marks)));
        *count += 1;
        marks &= marks - 1;
    }
}

/// Notes the end of a record that has so many delimiters. Gives the number of its fields, or 0 where they are too many for the short list.
#[inline(always)]
fn end_record(scratch: &mut Scratch, count: usize, delimiter: u8, raw: &[u8]) -> usize {
    if count < FIELDS_MAX {
        scratch.few.set(count, raw.len());
        return count + 1;
    }
    end_long_record(scratch, delimiter, raw);
    0
}

#[cold]
fn end_long_record(scratch: &mut Scratch, delimiter: u8, raw: &[u8]) {
    // It was written over.
    scratch.few = Ends::new();
    scratch.ends.clear();
    scratch.ends.extend(memchr::memchr_iter(delimiter, raw).chain([raw.len()]));
}

/// Finds records as [`scan_plain`] does.
fn scan(bytes: &[u8], dialect: &Dialect, scratch: &mut Scratch, each: &mut impl Each) -> Ended {
    let Dialect { delimiter, line_end } = *dialect;
    scratch.clear();
    let mut start = 0;
    let mut newlines = 0;
    let mut newlines_before = 0;
    let mut field_start = 0;
    let mut doubled = false;
    let mut within = Within::Plain;

    let (blocks, tail) = bytes.as_chunks::<64>();
    let mut last = [0; 64];
    last[..tail.len()].copy_from_slice(tail);
    for index in 0..=blocks.len() {
        let block = blocks.get(index).unwrap_or(&last);
        let Marks { delimiters, terminators, .. } = Marks::of::<true>(block, delimiter);
        let mut marks = delimiters | terminators | quotes_of(block);
        if index == blocks.len() {
            // Whatever the padding is taken for, it is not there.
            marks &= (1 << tail.len()) - 1;
        }
        while marks != 0 {
            let bit = place_of_lowest(marks);
            marks &= marks - 1;
            let byte = block[bit & 63];
            let at = index * 64 + bit;
            newlines += u64::from(byte == line_end);

            match (within, byte == QUOTE) {
                (Within::Plain | Within::Tail { .. }, false) => {}
                (Within::Plain, true) => {
                    if at == field_start {
                        within = Within::Quoted;
                        doubled = false;
                    }
                    continue;
                }
                (Within::Quoted, true) => {
                    within = Within::Closed { at };
                    continue;
                }
                (Within::Closed { at: closed_at }, true) => {
                    if closed_at + 1 == at {
                        within = Within::Quoted;
                        doubled = true;
                    } else {
                        within = Within::Tail { closed_at };
                    }
                    continue;
                }
                (Within::Closed { at: closed_at }, false) => {
                    within = if closed_at + 1 == at && !doubled { Within::Plain } else { Within::Tail { closed_at } };
                }
                (Within::Quoted, false) | (Within::Tail { .. }, true) => continue,
            }
            if let Within::Tail { closed_at } = within {
                scratch.rewrite(&bytes[field_start + 1..closed_at], &bytes[closed_at + 1..at]);
                within = Within::Plain;
            }
            field_start = at + 1;

            if byte == delimiter {
                scratch.ends.push(at - start);
                continue;
            }
            // A terminator. The `\n` of `\r\n` comes here as the end of an empty line.
            if at != start {
                scratch.ends.push(at - start);
                let found =
                    Found { start, end: at, newlines_before, complete: true, unclosed: false, plain: false, few: 0 };
                if !each.take(scratch, found) {
                    return Ended { line_ends: newlines, within_quotes: false };
                }
                scratch.clear();
            }
            start = at + 1;
            newlines_before = newlines;
        }
    }

    let end = bytes.len();
    let within_quotes = matches!(within, Within::Quoted);
    let ended = Ended { line_ends: newlines, within_quotes };
    if end == start {
        return ended;
    }
    match within {
        Within::Plain => {}
        // Cut off inside the quotes: the content is what there is.
        Within::Quoted => scratch.rewrite(&bytes[field_start + 1..end], &[]),
        Within::Closed { at } if at + 1 == end && !doubled => {}
        Within::Closed { at: closed_at } | Within::Tail { closed_at } => {
            scratch.rewrite(&bytes[field_start + 1..closed_at], &bytes[closed_at + 1..end]);
        }
    }
    scratch.ends.push(end - start);
    each.take(
        scratch,
        Found { start, end, newlines_before, complete: false, unclosed: within_quotes, plain: false, few: 0 },
    );
    ended
}
