//! A canonical copy of a file in another format, while it is written: the columns of its dataset and the line of the
//! original. Every conversion ends here, so that everything behind reads one format.

use super::canonical::Reject;
use super::layout::LINE_COLUMN;
use super::native::Native;
use super::source::{FileError, MEMORY_LEN, spooled};
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
}

/// A canonical copy while it is written.
pub struct Copy<'a> {
    shown: &'a str,
    dataset: Dataset,
    /// Its columns, by their places in [`Dataset::columns`].
    places: Vec<usize>,
    /// Columns that no rule knows; they stand in the header so that they are listed, and are empty.
    ignored: usize,
    writer: csv::Writer<tempfile::SpooledTempFile>,
    rejects: Vec<RejectRow>,
    rows: u64,
}

fn put<'f>(
    writer: &mut csv::Writer<tempfile::SpooledTempFile>,
    line: u64,
    ignored: usize,
    fields: impl Iterator<Item = &'f str>,
) -> csv::Result<()> {
    for field in fields.chain(std::iter::repeat_n("", ignored)) {
        writer.write_field(field)?;
    }
    writer.write_field(line.to_string())?;
    writer.write_record(None::<&[u8]>)
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
        let mut writer = csv::WriterBuilder::new().buffer_capacity(buffer_len).from_writer(file);
        let known = places.iter().filter_map(|place| dataset.columns().get(*place)).map(|column| column.name);
        let names = known.chain(ignored.iter().map(String::as_str)).chain([LINE_COLUMN]);
        writer.write_record(names).map_err(|error| no_room(shown, &error))?;
        Ok(Self { shown, dataset, places, ignored: ignored.len(), writer, rejects: Vec::new(), rows: 0 })
    }

    /// Writes a row by the names of its columns; those that are not given are empty. `line` is where the row stands
    /// in the original, from 1. Fields need not be readable: what the canonical reader refuses becomes a reject of
    /// the original's line there.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn row(&mut self, line: u64, fields: &[(&str, &str)]) -> Result<(), FileError> {
        let given = |name: &str| fields.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
        let columns = self.dataset.columns();
        let writer = &mut self.writer;
        let known = self.places.iter().filter_map(|place| columns.get(*place));
        let written = put(writer, line, self.ignored, known.map(|column| given(column.name)));
        self.wrote(&written)
    }

    /// Writes a row by the places of its columns in this copy (in [`Dataset::columns`], where it is of all); fields
    /// that are not given are empty.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn row_at<T: AsRef<str>>(&mut self, line: u64, fields: &[T]) -> Result<(), FileError> {
        let given = fields.iter().map(AsRef::as_ref).chain(std::iter::repeat(""));
        let written = put(&mut self.writer, line, self.ignored, given.take(self.places.len()));
        self.wrote(&written)
    }

    fn wrote(&mut self, written: &csv::Result<()>) -> Result<(), FileError> {
        self.rows = self.rows.saturating_add(1);
        written.as_ref().map(|_| ()).map_err(|error| no_room(self.shown, error))
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
        let Self { shown, dataset, writer, rejects, .. } = self;
        let copy = writer.into_inner().map_err(|error| no_room(shown, &error))?;
        let bytes = spooled(copy).map_err(|error| no_room(shown, &error))?;
        Ok(Converted { format: format.into(), bytes, dataset, rejects, native })
    }
}

/// The error of a file that has no room for its copy.
pub fn no_room(shown: &str, error: &dyn std::fmt::Display) -> FileError {
    FileError::new(
        shown,
        format!("cannot be converted: {error}"),
        "make room for temporary files (TMPDIR), then run again",
    )
}
