//! The canonical rows of a run as Parquet, a file a dataset: typed columns in canonical order and last the dataset's
//! name, so that a later run reads the files as they are (`--input`). The same rows give the same bytes, however they
//! are handed over.

use std::fs::File;
use std::io;
use std::path::Path;

use chrono::SecondsFormat;
use polars::prelude::{
    BatchedWriter, ChunkedBuilder as _, Column, DataFrame, DataType, Int64Type, IntoColumn as _, KeyValueMetadata,
    ParquetCompression, ParquetWriter, PolarsError, PrimitiveChunkedBuilder, Schema, StringChunkedBuilder,
};

use crate::model::record::{ColumnKind, Dataset, Row, Value};

/// The column, and the key of the metadata, that says what a file holds; the metadata says it without a row too.
const DATASET: &str = "dataset";
/// Rows in a row group: what a reader must hold at once.
const GROUP_ROWS: usize = 1 << 17;

/// The name of a dataset's file.
#[must_use]
pub fn file_name(dataset: Dataset) -> String {
    format!("{}.parquet", dataset.name())
}

fn is_whole(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Minor | ColumnKind::Rate)
}

fn schema(dataset: Dataset) -> Schema {
    let dtype = |kind| if is_whole(kind) { DataType::Int64 } else { DataType::String };
    let columns = dataset.columns().iter().map(|column| (column.name.into(), dtype(column.kind)));
    columns.chain([(DATASET.into(), DataType::String)]).collect()
}

fn failed(error: PolarsError) -> io::Error {
    match error {
        PolarsError::IO { error, .. } => io::Error::new(error.kind(), error),
        other => io::Error::other(other),
    }
}

/// Rows on their way into a file, column by column.
pub struct Rows {
    dataset: Dataset,
    len: usize,
    columns: Vec<Builder>,
}

enum Builder {
    Whole(PrimitiveChunkedBuilder<Int64Type>),
    Text(StringChunkedBuilder),
}

impl Rows {
    /// No rows yet.
    #[must_use]
    pub fn new(dataset: Dataset) -> Self {
        let builder = |(name, kind): (&str, ColumnKind)| match is_whole(kind) {
            true => Builder::Whole(PrimitiveChunkedBuilder::new(name.into(), 0)),
            false => Builder::Text(StringChunkedBuilder::new(name.into(), 0)),
        };
        let columns = dataset.columns().iter().map(|column| (column.name, column.kind)).map(builder).collect();
        Self { dataset, len: 0, columns }
    }

    /// Adds a row of this dataset, with its state as it is written, which a typed row does not keep.
    pub fn push(&mut self, row: &Row, state: Option<&str>) {
        debug_assert_eq!(row.dataset, self.dataset, "rows of one dataset");
        for (column, value) in self.columns.iter_mut().zip(&row.values) {
            match (column, value) {
                (Builder::Whole(column), Value::Int(value)) => column.append_value(*value),
                (Builder::Whole(column), _) => column.append_null(),
                (Builder::Text(column), Value::Text(text)) => column.append_value(text),
                (Builder::Text(column), Value::Decimal(quantity)) => column.append_value(quantity.to_string()),
                (Builder::Text(column), Value::At(at)) => {
                    column.append_value(at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
                }
                (Builder::Text(column), Value::Completed(_)) => column.append_option(state),
                (Builder::Text(column), Value::Absent | Value::Int(_)) => column.append_null(),
            }
        }
        self.len = self.len.saturating_add(1);
    }

    fn frame(self) -> io::Result<DataFrame> {
        let mut columns: Vec<Column> = Vec::with_capacity(self.columns.len().saturating_add(1));
        for builder in self.columns {
            columns.push(match builder {
                Builder::Whole(builder) => builder.finish().into_column(),
                Builder::Text(builder) => builder.finish().into_column(),
            });
        }
        let mut dataset = StringChunkedBuilder::new(DATASET.into(), self.len);
        (0..self.len).for_each(|_| dataset.append_value(self.dataset.name()));
        columns.push(dataset.finish().into_column());
        DataFrame::new(self.len, columns).map_err(failed)
    }
}

/// The file of a dataset while it is written.
pub struct DatasetFile {
    writer: BatchedWriter<File>,
    /// Rows that do not fill a row group yet.
    waiting: DataFrame,
}

impl DatasetFile {
    /// Begins the file of a dataset in a folder.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn create(folder: &Path, dataset: Dataset) -> io::Result<Self> {
        let path = folder.join(file_name(dataset));
        let metadata = KeyValueMetadata::from_static(vec![(DATASET.to_owned(), dataset.name().to_owned())]);
        let writer = ParquetWriter::new(File::create_new(path)?)
            .with_compression(ParquetCompression::Zstd(None))
            .with_key_value_metadata(Some(metadata))
            .batched(&schema(dataset))
            .map_err(failed)?;
        Ok(Self { writer, waiting: Rows::new(dataset).frame()? })
    }

    /// Adds rows behind those that are there.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, rows: Rows) -> io::Result<()> {
        self.waiting.vstack_mut_owned(rows.frame()?).map_err(failed)?;
        while self.waiting.height() >= GROUP_ROWS {
            self.write_group()?;
        }
        Ok(())
    }

    fn write_group(&mut self) -> io::Result<()> {
        let (mut group, waiting) = self.waiting.split_at(i64::try_from(GROUP_ROWS).map_err(io::Error::other)?);
        self.waiting = waiting;
        // One chunk is one row group.
        group.rechunk_mut_par();
        self.writer.write_batch(&group).map_err(failed)
    }

    /// Completes the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        if self.waiting.height() > 0 {
            self.write_group()?;
        }
        self.writer.finish().map_err(failed).map(|_| ())
    }
}
