//! One record of a file, its fields, and the memory in which they are found.

use std::ops::Range;

use super::ends::{Ends, FieldPlace};
use super::marks::QUOTE;
use super::source::to_u64;

/// Memory that is used again for every record; make one a thread.
#[derive(Debug)]
pub struct Scratch {
    /// Where each field of an ordinary record ends.
    pub(super) few: Ends,
    /// The same of any other record.
    pub(super) ends: Vec<usize>,
    /// The quoted fields whose content is not simply what stands between two quotes, in order.
    rewritten: Vec<Rewritten>,
    /// The contents of those fields.
    content: Vec<u8>,
}

/// A field whose content had to be put together.
#[derive(Debug, Clone, Copy)]
struct Rewritten {
    field: usize,
    start: usize,
    end: usize,
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Scratch {
    /// Empty memory, which grows to what the longest record needs.
    #[must_use]
    pub const fn new() -> Self {
        Self { few: Ends::new(), ends: Vec::new(), rewritten: Vec::new(), content: Vec::new() }
    }

    pub(super) fn clear(&mut self) {
        self.ends.clear();
        self.rewritten.clear();
        self.content.clear();
    }

    /// Puts together the content of the field that ends now: what stood between the quotes, with doubled quotes made one, and what came after.
    pub(super) fn rewrite(&mut self, mut quoted: &[u8], tail: &[u8]) {
        let start = self.content.len();
        while let Some(at) = memchr::memchr(QUOTE, quoted) {
            // Every quote in here is the first of a pair: an odd one would have closed the field.
            self.content.extend_from_slice(&quoted[..=at]);
            quoted = &quoted[at + 2..];
        }
        self.content.extend_from_slice(quoted);
        self.content.extend_from_slice(tail);
        self.rewritten.push(Rewritten { field: self.ends.len(), start, end: self.content.len() });
    }
}

/// One record, as it stands in the file.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The offset in the file of the record's first byte.
    pub offset: u64,
    /// The line of the record's first byte, counted in the dialect's line ends from 1.
    pub line: u64,
    /// The record's bytes with all quotes, without what terminates it.
    pub raw: &'a [u8],
    /// The bytes end inside quotes: the last field holds whatever follows on its quote.
    pub unclosed: bool,
    /// Every byte is one of `!` to `~` or a delimiter, none a quote, and there are not many fields: there is no white space around any of them,
    /// and nothing but ASCII. A no says nothing.
    pub plain: bool,
    few: &'a Ends,
    ends: &'a [usize],
    rewritten: &'a [Rewritten],
    content: &'a [u8],
}

impl<'a> Record<'a> {
    #[inline]
    pub(super) fn new(bytes: &'a [u8], scratch: &'a Scratch, found: Found, offset: u64, first_line: u64) -> Self {
        Self {
            offset: later(offset, to_u64(found.start)),
            line: later(first_line, found.newlines_before),
            raw: &bytes[found.start..found.end],
            unclosed: found.unclosed,
            plain: found.plain,
            few: &scratch.few,
            ends: if found.few > 0 { scratch.few.first(found.few) } else { &scratch.ends },
            rewritten: &scratch.rewritten,
            content: &scratch.content,
        }
    }

    /// The number of fields, at least one.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no field, which no record is.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The content of a field, unquoted; nothing when the record is too short to have that field.
    #[must_use]
    #[inline]
    pub fn get(&self, index: usize) -> Option<&'a [u8]> {
        let field = &self.raw[self.span(index)?];
        if !self.plain && field.first() == Some(&QUOTE) {
            return Some(self.unquoted(index, field));
        }
        Some(field)
    }

    /// The content of a field that a plain record has; nothing where the place is [`FieldPlace::NOWHERE`].
    ///
    /// # Panics
    ///
    /// The record is not plain or does not have the field: a defect of the program, for which it may also give anything.
    #[must_use]
    #[inline(always)]
    pub fn plain_field(&self, place: FieldPlace) -> &'a [u8] {
        let (start, end) = self.few.span(place);
        &self.raw[start..end]
    }

    /// Where a field stands within the record's bytes, with its quotes; nothing when the record is too short to have that field.
    #[must_use]
    #[inline]
    pub fn span(&self, index: usize) -> Option<Range<usize>> {
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => self.ends[before] + 1,
            None => 0,
        };
        Some(start..end)
    }

    /// The content of a field, unquoted; empty also when the record is too short to have that field (see [`Record::get`]).
    #[must_use]
    pub fn field(&self, index: usize) -> &'a [u8] {
        self.get(index).unwrap_or_default()
    }

    /// The contents of all fields in order.
    pub fn fields(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        (0..self.len()).map(|index| self.field(index))
    }

    /// The content of a field that begins with a quote: what was put together for it, or else what stands between its first and last byte.
    #[cold]
    fn unquoted(&self, index: usize, field: &'a [u8]) -> &'a [u8] {
        match self.rewritten.binary_search_by_key(&index, |rewritten| rewritten.field) {
            Ok(at) => &self.content[self.rewritten[at].start..self.rewritten[at].end],
            Err(_) => &field[1..field.len() - 1],
        }
    }
}

/// Where a record was found within the scanned bytes; its fields are in the scratch memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) newlines_before: u64,
    pub(super) complete: bool,
    pub(super) unclosed: bool,
    pub(super) plain: bool,
    /// How many fields it has, where their ends are in the short list.
    pub(super) few: usize,
}

/// An offset or a line moved on; both count bytes of a file, and no file has more than 64 bits can count.
fn later(from: u64, by: u64) -> u64 {
    from.checked_add(by).expect("a place within a file fits 64 bits")
}
