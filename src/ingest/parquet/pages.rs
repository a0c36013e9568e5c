//! The headers of a column's pages, checked before they are believed: the reader makes room for as many values as a
//! damaged header states, and a program that runs out of memory is not asked whether it minds.
//!
//! A header is a Thrift structure in the compact protocol; only its integers matter here. Where it states a checksum
//! of the page, that is checked too.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use crate::engine::source::Bytes;
use crate::ingest::source::Sequential;

/// The pages of one column in one row group, as the file's metadata states them.
#[derive(Debug, Clone, Copy)]
pub struct Stated {
    /// Where they begin.
    pub start: u64,
    /// Where they end.
    pub end: u64,
    /// How many values they have together; the column is flat.
    pub values: u64,
    /// How large they are together when decompressed.
    pub plain_len: u64,
}

/// The pages that were found there.
#[derive(Debug, Default)]
pub struct Found {
    /// Where the dictionary stands, if the first page is one.
    dictionary: Range<u64>,
    /// Where each of the others ends, header included, and how many rows end with it.
    pages: Vec<(u64, u64)>,
}

impl Found {
    /// The most rows that a page has.
    pub fn rows_max(&self) -> u64 {
        let rows = |(_, end): &(u64, u64)| *end;
        let before = [0].into_iter().chain(self.pages.iter().map(rows));
        before.zip(&self.pages).map(|(before, page)| rows(page).saturating_sub(before)).max().unwrap_or(0)
    }

    /// Where those pages stand that hold these rows, the dictionary before them, and which rows they hold.
    pub fn of(&self, rows: &Range<u64>) -> ([Range<u64>; 2], Range<u64>) {
        let first = self.pages.partition_point(|(_, end)| *end <= rows.start);
        let last = self.pages.partition_point(|(_, end)| *end < rows.end);
        let before = first.checked_sub(1).and_then(|before| self.pages.get(before)).copied();
        let (start, first_row) = before.unwrap_or((self.dictionary.end, 0));
        let (end, end_row) = self.pages.get(last).or(self.pages.last()).copied().unwrap_or((start, first_row));
        ([self.dictionary.clone(), start..end], first_row..end_row)
    }
}

/// Bytes in which a header mostly fits; it may carry values of any length.
const HEADER_LEN: u64 = 1 << 10;
/// The type of a page that is a dictionary.
const DICTIONARY: u64 = 2;

/// Finds the pages and checks that they fit together.
///
/// # Errors
/// What does not fit; or the file cannot be read.
pub fn find(bytes: &Bytes, stated: Stated) -> io::Result<Result<Found, &'static str>> {
    let (mut at, mut values) = (stated.start, 0_u64);
    let mut found = Found { dictionary: at..at, pages: Vec::new() };
    while values < stated.values {
        let Some(header) = header_at(bytes, at, stated.end)? else {
            return Ok(Err("the header of a page is damaged"));
        };
        let page_end = header.len.checked_add(at).and_then(|start| start.checked_add(header.page_len));
        let Some(page_end) = page_end.filter(|end| *end <= stated.end) else {
            return Ok(Err("a page is longer than its column"));
        };
        if header.plain_len > stated.plain_len {
            return Ok(Err("a page is larger than its column"));
        }
        // Every entry of a dictionary takes four bytes at least.
        if header.entries > header.plain_len / 4 {
            return Ok(Err("a dictionary has more entries than room"));
        }
        values = values.saturating_add(header.values);
        if values > stated.values || header.nulls > header.values || header.levels_len > header.page_len {
            return Ok(Err("a page has more values than its column"));
        }
        if let Some(crc) = header.crc
            && checksum(bytes, page_end.saturating_sub(header.page_len), header.page_len)? != crc
        {
            return Ok(Err("the checksum of a page is not that of its data"));
        }
        if header.kind == DICTIONARY && at == stated.start {
            found.dictionary = at..page_end;
        } else {
            found.pages.push((page_end, values));
        }
        at = page_end;
    }
    Ok(Ok(found))
}

/// What a header states.
#[derive(Debug, PartialEq, Eq)]
struct Header {
    kind: u64,
    len: u64,
    page_len: u64,
    plain_len: u64,
    crc: Option<u32>,
    values: u64,
    nulls: u64,
    levels_len: u64,
    entries: u64,
}

fn header_at(file: &Bytes, at: u64, end: u64) -> io::Result<Option<Header>> {
    let mut wanted = HEADER_LEN;
    let mut bytes = Vec::new();
    loop {
        let left = end.saturating_sub(at);
        file.read_at_most(at, &mut bytes, usize::try_from(wanted.min(left)).unwrap_or(usize::MAX))?;
        match Header::read(&bytes) {
            None if wanted < left => wanted = wanted.saturating_mul(16),
            read => return Ok(read),
        }
    }
}

fn checksum(file: &Bytes, start: u64, len: u64) -> io::Result<u32> {
    let mut all = Sequential::new(file);
    all.seek(SeekFrom::Start(start))?;
    let mut reader = flate2::CrcReader::new(io::BufReader::with_capacity(CHECKED_LEN, all.take(len)));
    io::copy(&mut reader, &mut io::sink())?;
    Ok(reader.crc().sum())
}

/// So much is read at once to be checked.
const CHECKED_LEN: usize = 1 << 16;

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut compact = Compact { bytes, numbers: Vec::new() };
        compact.structure(0, 0)?;
        let number = |place: (i64, i64)| {
            let found = compact.numbers.iter().find(|(known, _)| *known == place);
            found.map(|(_, number)| *number)
        };
        // Absent is 0 here; negative is damaged.
        let size = |place| u64::try_from(number(place).unwrap_or(0)).ok();
        let (version_1, dictionary, version_2) = (5, 7, 8);
        Some(Self {
            kind: size((0, 1))?,
            len: u64::try_from(bytes.len().checked_sub(compact.bytes.len())?).ok()?,
            page_len: size((0, 3))?,
            plain_len: size((0, 2))?,
            crc: number((0, 4)).and_then(|crc| i32::try_from(crc).ok()).map(i32::cast_unsigned),
            values: match number((0, 1))? {
                0 => size((version_1, 1))?,
                3 => size((version_2, 1))?,
                _ => 0,
            },
            nulls: size((version_2, 2))?,
            levels_len: size((version_2, 5))?.checked_add(size((version_2, 6))?)?,
            entries: size((dictionary, 1))?,
        })
    }
}

/// A reader of the compact protocol: what is left, and the integers met, by the field of the structure in which they
/// are (0 for the outermost) and their own.
struct Compact<'a> {
    bytes: &'a [u8],
    numbers: Vec<((i64, i64), i64)>,
}

impl Compact<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn skip(&mut self, len: u64) -> Option<()> {
        self.bytes = self.bytes.get(usize::try_from(len).ok()?..)?;
        Some(())
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let zigzag = self.unsigned()?;
        let half = i64::try_from(zigzag >> 1).ok()?;
        Some(if zigzag & 1 == 0 { half } else { !half })
    }

    fn structure(&mut self, within: i64, depth: u8) -> Option<()> {
        let mut field = 0_i64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            field = match head >> 4 {
                0 => self.signed()?,
                step => field.checked_add(i64::from(step))?,
            };
            match head & 0x0f {
                // A boolean is its type.
                1 | 2 => {}
                3 => self.skip(1)?,
                4..=6 => {
                    let number = self.signed()?;
                    if depth < 2 {
                        self.numbers.push(((within, field), number));
                    }
                }
                7 => self.skip(8)?,
                8 => {
                    let len = self.unsigned()?;
                    self.skip(len)?;
                }
                12 if depth < 4 => self.structure(field, depth.saturating_add(1))?,
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_that_hold_some_of_the_rows_are_read() {
        let found = Found { dictionary: 100..120, pages: vec![(150, 10), (160, 10), (200, 30), (230, 35)] };
        assert_eq!(found.rows_max(), 20);
        let of = |rows| found.of(&rows);
        assert_eq!(of(0..10), ([100..120, 120..150], 0..10));
        assert_eq!(of(0..35), ([100..120, 120..230], 0..35));
        // A page without rows may stand anywhere.
        assert_eq!(of(10..11), ([100..120, 160..200], 10..30));
        assert_eq!(of(9..30), ([100..120, 120..200], 0..30));
        assert_eq!(of(30..35), ([100..120, 200..230], 30..35));
        let plain = Found { dictionary: 100..100, pages: vec![(150, 10)] };
        assert_eq!(plain.of(&(3..4)), ([100..100, 100..150], 0..10));
    }

    #[test]
    fn a_header_is_read_and_its_end_found() {
        // Type 0, sizes 20 and 10, a checksum of -1, a page of version 1 with 3 values and statistics with a text.
        let bytes = [
            0x15, 0, 0x15, 40, 0x15, 20, 0x15, 1, 0x1c, 0x15, 6, 0x15, 0, 0x3c, 0x18, 2, b'a', b'b', 0x16, 8, 0, 0, 0,
            77,
        ];
        let header = Header::read(&bytes);
        let expected = Header {
            kind: 0,
            len: 23,
            page_len: 10,
            plain_len: 20,
            crc: Some(u32::MAX),
            values: 3,
            nulls: 0,
            levels_len: 0,
            entries: 0,
        };
        assert_eq!(header, Some(expected));
        for len in 0..23 {
            assert_eq!(Header::read(&bytes[..len]), None, "cut off at {len}");
        }
    }
}
