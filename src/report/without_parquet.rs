//! What stands for the writer of Parquet in a build without it.

use std::io;
use std::path::Path;

use crate::model::record::{Dataset, Row};

/// Rows of one dataset, which nothing writes.
pub struct Rows;

/// A file that cannot be made.
pub struct DatasetFile;

impl Rows {
    /// No rows.
    #[must_use]
    pub fn new(_: Dataset) -> Self {
        Self
    }

    /// Takes a row.
    pub fn push(&mut self, _: &Row, _: Option<&str>) {}
}

impl DatasetFile {
    /// Refuses to make a file.
    ///
    /// # Errors
    /// Always.
    pub fn create(_: &Path, _: Dataset) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this build of avstem does not write Parquet"))
    }

    /// Takes rows.
    ///
    /// # Errors
    /// None.
    pub fn write(&mut self, _: Rows) -> io::Result<()> {
        Ok(())
    }

    /// Is done.
    ///
    /// # Errors
    /// None.
    pub fn finish(self) -> io::Result<()> {
        Ok(())
    }
}
