//! A canonical copy of a file in another format, while it is written: the columns of its dataset and the line of the
//! original. Every conversion ends here, so that everything behind reads one format.

use super::canonical::Reject;
use super::layout::LINE_COLUMN;
use super::native::Native;
use super::source::{FileError, spooled};
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
    writer: csv::Writer<tempfile::SpooledTempFile>,
    rejects: Vec<RejectRow>,
    rows: u64,
}

/// Copies up to this size stay in memory.
const MEMORY_LEN: usize = 8 << 20;

impl<'a> Copy<'a> {
    /// Starts a copy with its header.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn new(shown: &'a str, dataset: Dataset) -> Result<Self, FileError> {
        Self::buffered(shown, dataset, 1 << 13)
    }

    /// As [`Copy::new`], for one of thousands that are open together.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn small(shown: &'a str, dataset: Dataset) -> Result<Self, FileError> {
        Self::buffered(shown, dataset, 1 << 9)
    }

    fn buffered(shown: &'a str, dataset: Dataset, buffer_len: usize) -> Result<Self, FileError> {
        let copy = tempfile::spooled_tempfile(MEMORY_LEN);
        let mut writer = csv::WriterBuilder::new().buffer_capacity(buffer_len).from_writer(copy);
        let names = dataset.columns().iter().map(|column| column.name).chain([LINE_COLUMN]);
        writer.write_record(names).map_err(|error| no_room(shown, &error))?;
        Ok(Self { shown, dataset, writer, rejects: Vec::new(), rows: 0 })
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
        self.put(line, columns.iter().map(|column| given(column.name)))
    }

    /// Writes a row by the places of its columns in [`Dataset::columns`]; fields that are not given are empty.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn row_at<T: AsRef<str>>(&mut self, line: u64, fields: &[T]) -> Result<(), FileError> {
        let count = self.dataset.columns().len();
        let given = fields.iter().map(AsRef::as_ref).chain(std::iter::repeat(""));
        self.put(line, given.take(count))
    }

    fn put<'f>(&mut self, line: u64, fields: impl Iterator<Item = &'f str>) -> Result<(), FileError> {
        let write = || {
            for field in fields {
                self.writer.write_field(field)?;
            }
            self.writer.write_field(line.to_string())?;
            self.writer.write_record(None::<&[u8]>)
        };
        self.rows = self.rows.saturating_add(1);
        write().map_err(|error| no_room(self.shown, &error))
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
