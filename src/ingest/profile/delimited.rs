//! Rows of delimited text: fields by the csv crate, the line of every row counted right whatever ends a line, and a
//! bound on the length of a row.

use std::collections::VecDeque;
use std::io::{self, Read};

use csv::{ByteRecord, StringRecord};

use super::encoding::{Decoded, recognised};
use super::{Encoding, Quote};
use crate::engine::source::Bytes;
use crate::ingest::source::FileError;

/// The longest row, in bytes of UTF-8: a quote that is opened and never closed would else take the rest of the file.
pub const ROW_LEN_MAX: usize = 4 << 20;
/// What is handed to the splitter in one go.
const BUFFER_LEN: usize = 1 << 16;

/// How rows are delimited.
#[derive(Debug, Clone, Copy)]
pub struct Delimiters {
    /// The byte between fields.
    pub delimiter: u8,
    /// What stands around fields.
    pub quote: Quote,
    /// Lines before the first row that counts.
    pub skip: u64,
}

/// A row as it was split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Split {
    /// Its fields.
    Row(StringRecord),
    /// Its bytes, some of which stand for no character.
    NotText(ByteRecord),
    /// What is left of the file behind a quote that is opened and not closed.
    Unclosed(Vec<u8>),
}

/// A row of its own behind the end of the file. Inside of quotes it is no row: that tells that they were not closed.
const END: &[u8] = b"\n\xff\xfeend";

/// Rows of delimited text, from top to bottom.
pub struct Delimited<'a> {
    shown: &'a str,
    /// The encoding that the file turned out to have.
    pub encoding: Encoding,
    reader: csv::Reader<Lined<Decoded<'a>>>,
    line: u64,
}

impl<'a> Delimited<'a> {
    /// Starts at the first row.
    ///
    /// # Errors
    /// The file cannot be read, or begins as one of another encoding.
    pub fn new(
        shown: &'a str,
        bytes: &'a Bytes,
        said: Option<Encoding>,
        delimiters: Delimiters,
    ) -> Result<Self, FileError> {
        let (encoding, mark_len) = recognised(shown, bytes, said)?;
        let decoded = Decoded::new(bytes, encoding, mark_len)
            .map_err(|error| FileError::new(shown, format!("cannot be read: {error}"), "run again"))?;
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).buffer_capacity(BUFFER_LEN).delimiter(delimiters.delimiter);
        match delimiters.quote {
            Quote::Byte(quote) => builder.quote(quote),
            Quote::Never => builder.quoting(false),
        };
        let line = delimiters.skip.saturating_add(1);
        Ok(Self { shown, encoding, reader: builder.from_reader(Lined::new(decoded, delimiters.skip)), line })
    }

    /// The next row that is not empty, and the line on which it begins. The record given is filled anew.
    ///
    /// # Errors
    /// The file cannot be read, or a row is too long.
    pub fn row(&mut self, mut record: ByteRecord) -> Result<Option<(u64, Split)>, FileError> {
        let start = self.reader.position().byte();
        let read = self.reader.read_byte_record(&mut record);
        let lines = self.reader.get_mut();
        let (passed, start) = lines.passed(start);
        self.line = self.line.saturating_add(passed);
        lines.taken = 0;
        let end = lines.end_at;
        match read {
            Ok(false) => Ok(None),
            Ok(true) if end == Some(start) => Ok(None),
            Ok(true) if let Some(rest) = record.iter().next_back().and_then(|field| field.strip_suffix(END))
                && end.is_some() =>
            {
                Ok(Some((self.line, Split::Unclosed(rest.to_owned()))))
            }
            Ok(true) => {
                let split = match StringRecord::from_byte_record(record) {
                    Ok(row) => Split::Row(row),
                    Err(error) => Split::NotText(error.into_byte_record()),
                };
                Ok(Some((self.line, split)))
            }
            Err(_) if lines.too_long => Err(FileError::new(
                self.shown,
                format!("a row is longer than {} MiB", ROW_LEN_MAX >> 20),
                "a quote is opened here and not closed; where quotes stand for themselves, set quote = \"none\" in the profile",
            )
            .at(self.line, None)),
            Err(error) => Err(FileError::new(self.shown, format!("cannot be read: {error}"), "run again")),
        }
    }
}

/// A reader that knows where the lines of what passes through it end, and how much of it the current row has taken.
struct Lined<R> {
    inner: R,
    /// Bytes that passed.
    offset: u64,
    /// Ends of lines that no row was asked about yet: where they begin, and their length.
    ends: VecDeque<(u64, u64)>,
    /// The last byte was a carriage return, of which is not known yet whether a line feed follows.
    carriage: bool,
    skip: u64,
    taken: usize,
    too_long: bool,
    /// What of [`END`] is still to come, and where its row begins, once it has begun to come.
    end: &'static [u8],
    end_at: Option<u64>,
}

impl<R: Read> Lined<R> {
    fn new(inner: R, skip: u64) -> Self {
        Self {
            inner,
            offset: 0,
            ends: VecDeque::new(),
            carriage: false,
            skip,
            taken: 0,
            too_long: false,
            end: END,
            end_at: None,
        }
    }

    /// How many lines end before the row that begins at an offset, or behind it with nothing between; and where the row
    /// begins then.
    fn passed(&mut self, start: u64) -> (u64, u64) {
        let (mut start, mut count) = (start, 0_u64);
        while let Some((end, len)) = self.ends.front().copied().filter(|(end, _)| *end <= start) {
            start = start.max(end.saturating_add(len));
            count = count.saturating_add(1);
            self.ends.pop_front();
        }
        (count, start)
    }

    fn find_ends(&mut self, part: &[u8]) {
        let offset = self.offset;
        let at = |place: usize| offset.saturating_add(u64::try_from(place).unwrap_or(u64::MAX));
        if self.carriage && !part.is_empty() {
            self.carriage = false;
            let len = if part.first() == Some(&b'\n') { 2 } else { 1 };
            self.ends.push_back((offset.saturating_sub(1), len));
        }
        let mut known = self.ends.back().map_or(0, |(end, len)| end.saturating_add(*len));
        for place in memchr::memchr2_iter(b'\r', b'\n', part) {
            if at(place) < known {
                continue;
            }
            let is_carriage = part.get(place) == Some(&b'\r');
            let next = part.get(place.saturating_add(1));
            if is_carriage && next.is_none() {
                self.carriage = true;
                return;
            }
            let len = if is_carriage && next == Some(&b'\n') { 2 } else { 1 };
            self.ends.push_back((at(place), len));
            known = at(place).saturating_add(len);
        }
    }

    /// Reads over the lines that do not count; what is left of the part moves to its front.
    fn skip_lines(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.inner.read(buffer)?;
            let part = buffer.get(..count).unwrap_or_default();
            if count == 0 {
                // The file ends before: there is no row.
                (self.skip, self.carriage) = (0, false);
                return Ok(0);
            }
            let mut from = 0;
            if self.carriage {
                self.carriage = false;
                self.skip = self.skip.saturating_sub(1);
                from = usize::from(part.first() == Some(&b'\n'));
            }
            while self.skip > 0 {
                let rest = part.get(from..).unwrap_or_default();
                let Some(place) = memchr::memchr2(b'\r', b'\n', rest) else {
                    from = count;
                    break;
                };
                from = from.saturating_add(place).saturating_add(1);
                if rest.get(place) == Some(&b'\r') {
                    match part.get(from) {
                        None => {
                            self.carriage = true;
                            break;
                        }
                        Some(b'\n') => from = from.saturating_add(1),
                        Some(_) => {}
                    }
                }
                self.skip = self.skip.saturating_sub(1);
            }
            if self.skip == 0 && from < count {
                buffer.copy_within(from..count, 0);
                return Ok(count.saturating_sub(from));
            }
        }
    }
}

impl<R: Read> Read for Lined<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken > ROW_LEN_MAX {
            self.too_long = true;
            return Err(io::Error::other("the row is too long"));
        }
        let count = if self.skip > 0 { self.skip_lines(buffer)? } else { self.inner.read(buffer)? };
        let count = if count == 0 {
            // Behind its line feed.
            self.end_at = self.end_at.or(self.offset.checked_add(1));
            self.end.read(buffer)?
        } else {
            count
        };
        let part = buffer.get(..count).unwrap_or_default();
        self.find_ends(part);
        self.offset = self.offset.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        self.taken = self.taken.saturating_add(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMAS: Delimiters = Delimiters { delimiter: b',', quote: Quote::Byte(b'"'), skip: 0 };

    fn rows(text: &[u8], delimiters: Delimiters) -> Result<Vec<(u64, Vec<String>)>, String> {
        let bytes = Bytes::from_vec(text.to_vec());
        let mut table = Delimited::new("f", &bytes, None, delimiters).map_err(|error| error.to_string())?;
        let mut rows = Vec::new();
        while let Some((line, row)) = table.row(ByteRecord::new()).map_err(|error| error.to_string())? {
            rows.push(match row {
                Split::Row(row) => (line, row.iter().map(str::to_owned).collect()),
                Split::NotText(_) => (line, vec!["not utf-8".to_owned()]),
                Split::Unclosed(_) => (line, vec!["unclosed".to_owned()]),
            });
        }
        Ok(rows)
    }

    fn shape(text: &str, delimiters: Delimiters) -> String {
        let rows = rows(text.as_bytes(), delimiters).unwrap();
        rows.into_iter().map(|(line, cells)| format!("{line}:{}", cells.join("|"))).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn lines_are_counted_whatever_ends_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = "a,b\n\n\n1,2\n\"x\ny\",3\n\"p\n\n\",4\n5,6".replace('\n', end);
            let inner = |lines: &str| lines.replace('\n', end);
            let expected = format!("1:a|b 4:1|2 5:{}|3 7:{}|4 10:5|6", inner("x\ny"), inner("p\n\n"));
            assert_eq!(shape(&text, COMMAS), expected, "{end:?}");
            assert_eq!(shape(&format!("{end}{text}{end}{end}"), COMMAS).split(' ').count(), 5);
        }
        // Mixed ends: a line feed before a carriage return ends two lines.
        assert_eq!(shape("a\n\rb\r\nc\rd\n", COMMAS), "1:a 3:b 4:c 5:d");
    }

    #[test]
    fn lines_are_counted_over_the_seams_of_the_buffer() {
        for end in ["\n", "\r\n", "\r"] {
            for shift in 0..3 {
                let first = "x".repeat(BUFFER_LEN - 1 - shift);
                let text = format!("{first}{end}b{end}\"c{end}d\"{end}e{end}").repeat(3);
                let lines: Vec<u64> =
                    rows(text.as_bytes(), COMMAS).unwrap().into_iter().map(|(line, _)| line).collect();
                assert_eq!(lines, [1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13, 15], "{end:?} {shift}");
            }
        }
    }

    #[test]
    fn lines_before_the_header_are_left_out_whatever_they_hold() {
        let skip = |skip| Delimiters { skip, ..COMMAS };
        for end in ["\n", "\r\n", "\r"] {
            let text = "Export \"of\n\nthe day\na,b\n1,2\n".replace('\n', end);
            assert_eq!(shape(&text, skip(3)), "4:a|b 5:1|2", "{end:?}");
            assert_eq!(shape(&text, skip(4)), "5:1|2");
            assert_eq!(shape(&text, skip(9)), "");
            let long = format!("{}{end}{end}a{end}b", "x".repeat(BUFFER_LEN - 1));
            assert_eq!(shape(&long, skip(2)), "3:a 4:b", "{end:?}");
        }
    }

    #[test]
    fn quotes_are_what_the_profile_says() {
        let tabs = Delimiters { delimiter: b'\t', quote: Quote::Never, skip: 0 };
        assert_eq!(shape("a\t\"b\n\"c\td\"", tabs), "1:a|\"b 2:\"c|d\"");
        let single = Delimiters { delimiter: b';', quote: Quote::Byte(b'\''), skip: 0 };
        assert_eq!(shape("'a;b';'c''d'\n\"e;f", single), "1:a;b|c'd 2:\"e|f");
    }

    #[test]
    fn a_quote_that_is_not_closed_is_told_from_one_that_is() {
        let cases = [
            ("a,b\n1,\"x", "1:a|b 2:unclosed"),
            ("a,b\n1,\"x\n2,y\n", "1:a|b 2:unclosed"),
            ("a,b\n1,\"x\"\"", "1:a|b 2:unclosed"),
            ("a,b\n1,\"", "1:a|b 2:unclosed"),
            ("a,b\n1,\"x\"", "1:a|b 2:1|x"),
            ("a,b\n1,\"x\"\"\"", "1:a|b 2:1|x\""),
            ("a,b\n1,x\"", "1:a|b 2:1|x\""),
            ("a,b\n1,", "1:a|b 2:1|"),
            ("a,b\r", "1:a|b"),
            ("\"", "1:unclosed"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(shape(text, COMMAS), expected, "{text:?}");
        }
        assert_eq!(shape("a\n\"b", Delimiters { quote: Quote::Never, ..COMMAS }), "1:a 2:\"b");
        // What the end is known by is a row as any other where it stands before the end.
        assert_eq!(rows(b"a\n\xff\xfeend\nb\n\xff\xfeend", COMMAS).unwrap().len(), 4);
    }

    #[test]
    fn a_row_has_a_longest_length() {
        let text = format!("a,b\n1,\"{}", "x\n".repeat(ROW_LEN_MAX));
        assert_eq!(rows(text.as_bytes(), COMMAS), Err("f:2: a row is longer than 4 MiB".to_owned()));
        let text = format!("a\n{}\n", "x".repeat(ROW_LEN_MAX - BUFFER_LEN));
        assert_eq!(rows(text.as_bytes(), COMMAS).unwrap().len(), 2);
        assert_eq!(
            rows(b"a\n\xff,b\n", COMMAS),
            Ok(vec![(1, vec!["a".to_owned()]), (2, vec!["not utf-8".to_owned()])])
        );
    }
}
