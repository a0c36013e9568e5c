//! Rows of a distributed engine on their way in and out: an Arrow IPC stream with one schema for all stages.
//!
//! What a row means is not known here: it has a kind, the hash by which it is dealt out, and a text.

use std::io::{BufReader, BufWriter, Read, Write};
use std::sync::Arc;

use arrow_array::builder::{Int32Builder, Int64Builder, StringBuilder};
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, PrimitiveArray, RecordBatch};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema};

/// The columns, in order.
pub const COLUMNS: [&str; 6] = ["kind", "shard", "round", "reference", "file", "text"];

/// A batch that is written holds about so many bytes of text, and at least one row.
const BATCH_TEXT_LEN: usize = 4 << 20;
/// And no more rows than this.
const BATCH_ROWS_MAX: usize = 1 << 16;
/// The longest text of a row: a batch counts its bytes in 31 bits.
const TEXT_LEN_MAX: usize = 1 << 30;

/// One row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct WireRow<'a> {
    /// What the text is.
    pub kind: &'a str,
    /// Rows that are judged together have the same.
    pub shard: Option<i64>,
    /// The round in which it is judged.
    pub round: Option<i32>,
    /// Rows that share a reference have the same.
    pub reference: Option<i64>,
    /// The number of its file.
    pub file: Option<i32>,
    /// The text.
    pub text: &'a str,
}

/// A stream that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// What the library says.
    #[error("{0}")]
    Arrow(#[from] ArrowError),
    /// A column is missing or holds something else.
    #[error("the column {column} {problem}")]
    Column {
        /// Which.
        column: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

fn schema() -> Schema {
    let types = [DataType::Utf8, DataType::Int64, DataType::Int32, DataType::Int64, DataType::Int32, DataType::Utf8];
    let fields = COLUMNS.iter().zip(types).map(|(name, held)| Field::new(*name, held, true));
    Schema::new(fields.collect::<Vec<_>>())
}

/// The texts of a column, in whichever of Arrow's three ways they are kept.
enum Texts<'a> {
    Small(&'a arrow_array::StringArray),
    Large(&'a arrow_array::LargeStringArray),
    View(&'a arrow_array::StringViewArray),
}

impl<'a> Texts<'a> {
    fn of(batch: &'a RecordBatch, name: &'static str) -> Result<Self, WireError> {
        let column = column(batch, name)?;
        match column.data_type() {
            DataType::Utf8 => Ok(Self::Small(column.as_string())),
            DataType::LargeUtf8 => Ok(Self::Large(column.as_string())),
            DataType::Utf8View => Ok(Self::View(column.as_string_view())),
            other => Err(WireError::Column { column: name, problem: format!("holds {other}, and not text") }),
        }
    }

    /// The text of a row; empty where it has none.
    fn get(&self, row: usize) -> &'a str {
        let (is_null, text) = match self {
            Self::Small(texts) => (texts.is_null(row), texts.value(row)),
            Self::Large(texts) => (texts.is_null(row), texts.value(row)),
            Self::View(texts) => (texts.is_null(row), texts.value(row)),
        };
        if is_null { "" } else { text }
    }
}

fn column<'a>(batch: &'a RecordBatch, name: &'static str) -> Result<&'a ArrayRef, WireError> {
    let missing = || WireError::Column { column: name, problem: "is missing".to_owned() };
    batch.column_by_name(name).ok_or_else(missing)
}

fn numbers<'a, T: arrow_array::ArrowPrimitiveType>(
    batch: &'a RecordBatch,
    name: &'static str,
) -> Result<&'a PrimitiveArray<T>, WireError> {
    let column = column(batch, name)?;
    let other = || {
        let problem = format!("holds {}, and not {}", column.data_type(), T::DATA_TYPE);
        WireError::Column { column: name, problem }
    };
    column.as_primitive_opt().ok_or_else(other)
}

fn number<T: arrow_array::ArrowPrimitiveType>(numbers: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    numbers.is_valid(row).then(|| numbers.value(row))
}

/// Reads a stream, a batch at a time; columns that are not known are passed over.
///
/// # Errors
/// The stream is none, is cut off, or lacks a column; or the first error of `each`.
pub fn read<E: From<WireError>>(input: impl Read, mut each: impl FnMut(WireRow<'_>) -> Result<(), E>) -> Result<(), E> {
    let reader = StreamReader::try_new(BufReader::new(input), None).map_err(WireError::from)?;
    for batch in reader {
        let batch = batch.map_err(WireError::from)?;
        let (kinds, texts) = (Texts::of(&batch, "kind")?, Texts::of(&batch, "text")?);
        let (shards, references) = (numbers::<Int64Type>(&batch, "shard")?, numbers::<Int64Type>(&batch, "reference")?);
        let (rounds, files) = (numbers::<Int32Type>(&batch, "round")?, numbers::<Int32Type>(&batch, "file")?);
        for row in 0..batch.num_rows() {
            each(WireRow {
                kind: kinds.get(row),
                shard: number(shards, row),
                round: number(rounds, row),
                reference: number(references, row),
                file: number(files, row),
                text: texts.get(row),
            })?;
        }
    }
    Ok(())
}

/// Writes a stream, a batch at a time.
pub struct Wire<W: Write> {
    writer: StreamWriter<BufWriter<W>>,
    schema: Arc<Schema>,
    kinds: StringBuilder,
    shards: Int64Builder,
    rounds: Int32Builder,
    references: Int64Builder,
    files: Int32Builder,
    texts: StringBuilder,
    rows: usize,
    text_len: usize,
}

impl<W: Write> Wire<W> {
    /// Begins a stream.
    ///
    /// # Errors
    /// The output does not take it.
    pub fn new(output: W) -> Result<Self, WireError> {
        let schema = schema();
        Ok(Self {
            writer: StreamWriter::try_new(BufWriter::new(output), &schema)?,
            schema: Arc::new(schema),
            kinds: StringBuilder::new(),
            shards: Int64Builder::new(),
            rounds: Int32Builder::new(),
            references: Int64Builder::new(),
            files: Int32Builder::new(),
            texts: StringBuilder::new(),
            rows: 0,
            text_len: 0,
        })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The output does not take it, or its text is too long.
    pub fn put(&mut self, row: &WireRow<'_>) -> Result<(), WireError> {
        if row.text.len() > TEXT_LEN_MAX {
            let problem = format!("cannot hold {} bytes in one row, {TEXT_LEN_MAX} at most", row.text.len());
            return Err(WireError::Column { column: "text", problem });
        }
        self.kinds.append_value(row.kind);
        self.shards.append_option(row.shard);
        self.rounds.append_option(row.round);
        self.references.append_option(row.reference);
        self.files.append_option(row.file);
        self.texts.append_value(row.text);
        self.rows += 1;
        self.text_len = self.text_len.saturating_add(row.text.len());
        if self.text_len >= BATCH_TEXT_LEN || self.rows >= BATCH_ROWS_MAX { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), WireError> {
        if self.rows == 0 {
            return Ok(());
        }
        (self.rows, self.text_len) = (0, 0);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.kinds.finish()),
            Arc::new(self.shards.finish()),
            Arc::new(self.rounds.finish()),
            Arc::new(self.references.finish()),
            Arc::new(self.files.finish()),
            Arc::new(self.texts.finish()),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)?;
        self.writer.write(&batch)?;
        Ok(())
    }

    /// Ends the stream.
    ///
    /// # Errors
    /// The output does not take it.
    pub fn finish(mut self) -> Result<(), WireError> {
        self.flush()?;
        self.writer.finish()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Result<Vec<String>, WireError> {
        let mut rows = Vec::new();
        read(bytes, |row| {
            rows.push(format!("{row:?}"));
            Ok::<_, WireError>(())
        })?;
        Ok(rows)
    }

    #[test]
    fn what_is_written_is_read() -> Result<(), WireError> {
        let long = "x".repeat(BATCH_TEXT_LEN);
        let rows = [
            WireRow {
                kind: "row",
                shard: Some(-7),
                round: Some(0),
                reference: Some(9),
                file: Some(3),
                text: "a,\"b\n\"",
            },
            WireRow { kind: "", text: &long, ..WireRow::default() },
            WireRow { kind: "total", text: "å", ..WireRow::default() },
        ];
        for count in 0..=rows.len() {
            let mut bytes = Vec::new();
            let mut wire = Wire::new(&mut bytes)?;
            rows[..count].iter().try_for_each(|row| wire.put(row))?;
            wire.finish()?;
            assert_eq!(all(&bytes)?, rows[..count].iter().map(|row| format!("{row:?}")).collect::<Vec<_>>());
        }
        Ok(())
    }

    #[test]
    fn what_is_no_stream_is_refused() -> Result<(), WireError> {
        let mut bytes = Vec::new();
        let mut wire = Wire::new(&mut bytes)?;
        wire.put(&WireRow { kind: "row", text: "a", ..WireRow::default() })?;
        wire.finish()?;
        for cut in [0, 3, 100, bytes.len() / 2] {
            assert!(all(&bytes[..cut]).is_err(), "cut at {cut} of {}", bytes.len());
        }
        assert!(all(b"order_id,amount\n").is_err());
        Ok(())
    }
}
