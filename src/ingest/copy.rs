//! A canonical copy of a file in another format, while it is written: the columns of its dataset and the line of the
//! original. Every conversion ends here, so that everything behind reads one format.

use std::io::{self, Write as _};

use super::canonical::Reject;
use super::layout::LINE_COLUMN;
use super::native::Native;
use super::source::{FileError, MEMORY_LEN, spooled};
use crate::engine::join::{push_digits, push_field};
use crate::engine::source::Bytes;
use crate::model::record::Dataset;
use crate::model::reject::RejectRow;

/// A converted file, or the part of one that is of one dataset.
#[derive(Debug)]
pub struct Converted {
    /// How the file was read, for people: `swedbank pay transaction list 2.0 xml`.
    pub format: String,
    /// Canonical CSV.
    pub bytes: Bytes,
    /// What it holds.
    pub dataset: Dataset,
    /// Rows that could not be converted.
    pub rejects: Vec<RejectRow>,
    /// What a settlement file says of itself.
    pub native: Option<Native>,
    /// Names in it that no rule knows and that do not stand in the header of the copy.
    pub ignored: Vec<String>,
}

/// A canonical copy while it is written.
pub struct Copy<'a> {
    shown: &'a str,
    dataset: Dataset,
    /// Its columns, by their places in [`Dataset::columns`].
    places: Vec<usize>,
    /// Columns that no rule knows; they stand in the header so that they are listed, and are empty.
    ignored: usize,
    named: Named,
    writer: Rows,
    line: String,
    rejects: Vec<RejectRow>,
    rows: u64,
}

/// Rows that are given by the names of their columns, and mostly have one of a few sets of them.
#[derive(Debug, Default)]
struct Named {
    shapes: Vec<Shape>,
    /// The place of that of the last row.
    last: usize,
}

/// The names of a row, and for each column the place of its field among them.
#[derive(Debug)]
struct Shape {
    names: Vec<&'static str>,
    given: Vec<Option<usize>>,
}

/// So many shapes are known at once.
const SHAPES_MAX: usize = 16;

impl Shape {
    fn of(dataset: Dataset, places: &[usize], fields: &[(&'static str, &str)]) -> Self {
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let columns = dataset.columns();
        let place = |name: &str| names.iter().position(|known| *known == name);
        let given = places.iter().filter_map(|place| columns.get(*place)).map(|column| place(column.name)).collect();
        Self { names, given }
    }

    fn is_of(&self, fields: &[(&'static str, &str)]) -> bool {
        // Names are constants: the same ones stand at the same place in memory.
        let same = |(known, (name, _)): (&&'static str, &(&'static str, &str))| std::ptr::eq(*known, *name);
        self.names.len() == fields.len() && self.names.iter().zip(fields).all(same)
    }
}

impl Named {
    /// The texts of these columns, given by their places in [`Dataset::columns`]; what the row does not give is empty.
    fn texts<'f>(
        &mut self,
        dataset: Dataset,
        places: &[usize],
        fields: &'f [(&'static str, &'f str)],
    ) -> impl Iterator<Item = &'f str> {
        if !self.shapes.get(self.last).is_some_and(|shape| shape.is_of(fields)) {
            let known = self.shapes.iter().position(|shape| shape.is_of(fields));
            self.last = known.unwrap_or_else(|| {
                if self.shapes.len() >= SHAPES_MAX {
                    self.shapes.clear();
                }
                self.shapes.push(Shape::of(dataset, places, fields));
                self.shapes.len() - 1
            });
        }
        let given = self.shapes.get(self.last).map_or(&[][..], |shape| &shape.given);
        given.iter().map(|place| place.and_then(|place| fields.get(place)).map_or("", |(_, text)| *text))
    }
}

/// Rows of all columns, put together before they are written to their copy: on many threads, while the copy has one writer.
#[derive(Debug)]
pub struct Sheaf {
    dataset: Dataset,
    places: Vec<usize>,
    named: Named,
    line: String,
    text: Vec<u8>,
    rows: u64,
}

impl Sheaf {
    /// No row yet.
    #[must_use]
    pub fn new(dataset: Dataset) -> Self {
        let places = (0..dataset.columns().len()).collect();
        Self { dataset, places, named: Named::default(), line: String::new(), text: Vec::new(), rows: 0 }
    }

    /// Adds a row, as [`Copy::row`] writes it.
    pub fn row(&mut self, line: u64, fields: &[(&'static str, &str)]) {
        number(line, &mut self.line);
        push_row(self.named.texts(self.dataset, &self.places, fields), &self.line, &mut self.text);
        self.rows = self.rows.saturating_add(1);
    }
}

/// Rows of CSV on their way to a temporary file.
struct Rows {
    file: tempfile::SpooledTempFile,
    buffer: Vec<u8>,
    /// What is written in one go.
    buffer_len: usize,
}

impl Rows {
    fn put<'f>(&mut self, fields: impl Iterator<Item = &'f str>, line: &str) -> io::Result<()> {
        push_row(fields, line, &mut self.buffer);
        if self.buffer.len() >= self.buffer_len { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

/// Adds a row of a copy: its fields, and the line of the original as digits.
pub fn push_row<'f>(fields: impl Iterator<Item = &'f str>, line: &str, buffer: &mut Vec<u8>) {
    for field in fields {
        push_field(field, buffer);
        buffer.push(b',');
    }
    push_field(line, buffer);
    buffer.push(b'\n');
}

/// What is written in one go.
const BUFFER_LEN: usize = 1 << 16;

impl<'a> Copy<'a> {
    /// Starts a copy with its header, of all columns.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn new(shown: &'a str, dataset: Dataset) -> Result<Self, FileError> {
        Self::buffered(shown, dataset, (0..dataset.columns().len()).collect(), &[], BUFFER_LEN)
    }

    /// As [`Copy::new`], for one of thousands that are open together.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn small(shown: &'a str, dataset: Dataset) -> Result<Self, FileError> {
        Self::buffered(shown, dataset, (0..dataset.columns().len()).collect(), &[], 1 << 9)
    }

    /// Starts a copy of some columns, given by their places in [`Dataset::columns`], so that what needs another one is
    /// known to be skipped; and names columns of the file that no rule knows.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn of(shown: &'a str, dataset: Dataset, places: Vec<usize>, ignored: &[String]) -> Result<Self, FileError> {
        Self::buffered(shown, dataset, places, ignored, BUFFER_LEN)
    }

    fn buffered(
        shown: &'a str,
        dataset: Dataset,
        places: Vec<usize>,
        ignored: &[String],
        buffer_len: usize,
    ) -> Result<Self, FileError> {
        let file = tempfile::spooled_tempfile(MEMORY_LEN);
        let mut writer = Rows { file, buffer: Vec::new(), buffer_len };
        let known = places.iter().filter_map(|place| dataset.columns().get(*place)).map(|column| column.name);
        let names = known.chain(ignored.iter().map(String::as_str));
        writer.put(names, LINE_COLUMN).map_err(|error| no_room(shown, &error))?;
        let (ignored, line) = (ignored.len(), String::new());
        let named = Named::default();
        Ok(Self { shown, dataset, places, ignored, named, writer, line, rejects: Vec::new(), rows: 0 })
    }

    /// Writes a row by the names of its columns; those that are not given are empty. `line` is where the row stands
    /// in the original, from 1. Fields need not be readable: what the canonical reader refuses becomes a reject of
    /// the original's line there.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn row(&mut self, line: u64, fields: &[(&'static str, &str)]) -> Result<(), FileError> {
        number(line, &mut self.line);
        let known = self.named.texts(self.dataset, &self.places, fields);
        let written = self.writer.put(known.chain(std::iter::repeat_n("", self.ignored)), &self.line);
        self.wrote(written)
    }

    /// Writes the rows of a sheaf, which are of all columns.
    ///
    /// # Errors
    /// There is no room for them.
    pub fn sheaf(&mut self, sheaf: &Sheaf) -> Result<(), FileError> {
        self.rows_of_all(sheaf.rows, &sheaf.text)
    }

    /// Writes rows that [`push_row`] put together, of all columns.
    ///
    /// # Errors
    /// There is no room for them.
    pub fn rows_of_all(&mut self, rows: u64, text: &[u8]) -> Result<(), FileError> {
        let written = self.writer.flush().and_then(|()| self.writer.file.write_all(text));
        self.rows = self.rows.saturating_add(rows);
        written.map_err(|error| no_room(self.shown, &error))
    }

    /// Writes a row by the places of its columns in this copy (in [`Dataset::columns`], where it is of all); fields
    /// that are not given are empty.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn row_at<T: AsRef<str>>(&mut self, line: u64, fields: &[T]) -> Result<(), FileError> {
        number(line, &mut self.line);
        let count = self.places.len();
        let given = fields.iter().map(AsRef::as_ref).chain(std::iter::repeat("")).take(count);
        let written = self.writer.put(given.chain(std::iter::repeat_n("", self.ignored)), &self.line);
        self.wrote(written)
    }

    fn wrote(&mut self, written: io::Result<()>) -> Result<(), FileError> {
        self.rows = self.rows.saturating_add(1);
        written.map_err(|error| no_room(self.shown, &error))
    }

    /// Keeps a row that cannot be converted.
    pub fn reject(&mut self, line: u64, reject: Reject) {
        let Reject { column, value, reason } = reject;
        self.rejects.push(RejectRow { file: self.shown.to_owned(), line, column, value, reason });
    }

    /// Whether nothing was written and nothing rejected so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0 && self.rejects.is_empty()
    }

    /// The finished copy.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn finish(self, format: impl Into<String>, native: Option<Native>) -> Result<Converted, FileError> {
        let Self { shown, dataset, mut writer, rejects, .. } = self;
        let bytes = writer.flush().and_then(|()| spooled(writer.file)).map_err(|error| no_room(shown, &error))?;
        Ok(Converted { format: format.into(), bytes, dataset, rejects, native, ignored: Vec::new() })
    }
}

/// Writes a whole number as decimal digits over what a text held.
pub fn number(value: impl itoa::Integer, out: &mut String) {
    out.clear();
    push_digits(value, out);
}

/// The error of a file that has no room for its copy.
pub fn no_room(shown: &str, error: &dyn std::fmt::Display) -> FileError {
    FileError::new(
        shown,
        format!("cannot be converted: {error}"),
        "make room for temporary files (TMPDIR), then run again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_what_a_csv_reader_reads() {
        let fields = ["a", "", "b,c", "d\"e", "f\r\ng", " h ", "\"", "å\n", "'", "-"];
        let mut copy = Copy::of("f", Dataset::Captures, (0..fields.len()).collect(), &["colour".to_owned()]).unwrap();
        for line in [1, 9, 10, u64::MAX] {
            copy.row_at(line, &fields).unwrap();
        }
        copy.row(7, &[("order_id", "x"), ("payment_id", "not in this copy")]).unwrap();
        let converted = copy.finish("f", None).unwrap();
        let mut bytes = Vec::new();
        converted.bytes.read_at_most(0, &mut bytes, usize::MAX).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let names = Dataset::Captures.columns().iter().take(fields.len()).map(|column| column.name);
        assert_eq!(header, names.chain(["colour", "#line"]).collect::<Vec<_>>());
        let rows: Vec<Vec<String>> =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        let row = |fields: &[&str], line: &str| -> Vec<String> {
            let padded = fields.iter().copied().chain(std::iter::repeat("")).take(10);
            padded.chain(["", line]).map(str::to_owned).collect()
        };
        let all = |line| row(&fields, line);
        assert_eq!(rows, [all("1"), all("9"), all("10"), all("18446744073709551615"), row(&["x"], "7")]);
    }

    #[test]
    fn numbers_are_their_digits() {
        for value in [0, 7, -7, 10, 1_234_567_890, i128::from(i64::MIN), i128::from(u64::MAX), i128::MIN] {
            let mut out = "x".to_owned();
            push_digits(value, &mut out);
            assert_eq!(out, format!("x{value}"));
        }
    }
}
