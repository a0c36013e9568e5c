//! Rows of a Parquet file, a slice of a row group at a time: of each column the pages are read that hold them, and nothing is
//! read from the group's start again. Slices are decoded on all threads, one a thread, so that memory is bounded.

use std::convert::Infallible;
use std::io::{self, Cursor};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use polars::prelude::{ArrowField, Series};
use polars_parquet::parquet::metadata::ColumnChunkMetadata;
use polars_parquet::parquet::read::{BasicDecompressor, PageMetaData, PageReader};
use polars_parquet::read::{Filter, RowGroupMetadata, column_iter_to_arrays};
use rayon::prelude::*;

use super::pages::{self, Stated};
use super::{damaged, guarded, wide};
use crate::engine::source::Bytes;
use crate::engine::turns::in_turn;
use crate::ingest::source::FileError;

/// Rows that a slice has as a rule; groups are rarely larger.
const SLICE_ROWS: u64 = 1 << 17;
/// Rows that it has at most, where pages are so large that each would be decompressed for many slices.
const SLICE_ROWS_MAX: u64 = 1 << 19;

/// Some columns of a file.
pub(super) struct Slices<'a> {
    shown: &'a str,
    bytes: &'a Bytes,
    groups: Vec<Group<'a>>,
}

/// Some columns of a row group.
struct Group<'a> {
    columns: Vec<Column<'a>>,
    rows: u64,
    /// How many rows of the file are before it.
    before: u64,
}

/// A column of a row group.
struct Column<'a> {
    metadata: &'a ColumnChunkMetadata,
    field: &'a ArrowField,
    pages: pages::Found,
}

/// Rows of a row group.
pub(super) struct Slice<'a> {
    group: &'a Group<'a>,
    /// The rows, as they are counted in the group.
    rows: Range<u64>,
}

impl<'a> Group<'a> {
    /// Its slices. A damaged file may state more rows than anybody can read, so they are not kept.
    fn slices(&'a self) -> impl Iterator<Item = Slice<'a>> {
        let page_rows = self.columns.iter().map(|column| column.pages.rows_max()).max().unwrap_or(0);
        let len = page_rows.clamp(SLICE_ROWS, SLICE_ROWS_MAX);
        let starts = std::iter::successors(Some(0_u64), move |start| start.checked_add(len));
        let rows = move |start: u64| start..self.rows.min(start.saturating_add(len));
        starts.take_while(|start| *start < self.rows).map(move |start| Slice { group: self, rows: rows(start) })
    }
}

impl Slice<'_> {
    /// How many rows it has.
    pub(super) fn len(&self) -> usize {
        usize::try_from(self.rows.end.saturating_sub(self.rows.start)).unwrap_or(usize::MAX)
    }

    /// How many rows of the file are before them.
    pub(super) fn before(&self) -> u64 {
        self.group.before.saturating_add(self.rows.start)
    }
}

impl<'a> Slices<'a> {
    /// Finds the slices of some columns, which are flat, and checks their pages.
    ///
    /// # Errors
    /// The file is damaged or cannot be read.
    pub(super) fn of(
        shown: &'a str,
        bytes: &'a Bytes,
        groups: &'a [RowGroupMetadata],
        fields: &[&'a ArrowField],
    ) -> Result<Self, FileError> {
        let columns = |group| guarded(shown, || columns_of(shown, bytes, group, fields));
        let of_groups: Vec<Result<Vec<Column<'a>>, FileError>> = groups.par_iter().map(columns).collect();
        let (mut found, mut before) = (Vec::with_capacity(groups.len()), 0_u64);
        for (group, columns) in groups.iter().zip(of_groups) {
            let rows = wide(group.num_rows());
            found.push(Group { columns: columns?, rows, before });
            before = before.saturating_add(rows);
        }
        Ok(Self { shown, bytes, groups: found })
    }

    /// Works on all slices, on all threads, each with memory of its own that it uses again. The results are in the order of the
    /// rows.
    ///
    /// # Errors
    /// The first, in that order: of the work, or the file is damaged or cannot be read.
    pub(super) fn each<Memory, Yield: Send>(
        &self,
        memory: impl Fn() -> Memory + Sync + Send,
        work: impl Fn(&mut Memory, &Slice<'_>, &[Series]) -> Result<Yield, FileError> + Sync + Send,
    ) -> Result<Vec<Yield>, FileError> {
        // Nothing is begun after an error. Slices are handed out in order: whatever comes before it was begun, and is awaited.
        let failed = AtomicBool::new(false);
        let slices = self.groups.iter().flat_map(Group::slices).take_while(|_| !failed.load(Ordering::Relaxed));
        let one = |memory: &mut Memory, slice: Slice<'_>| {
            let worked = guarded(self.shown, || work(memory, &slice, &self.decode(&slice)?));
            if worked.is_err() {
                failed.store(true, Ordering::Relaxed);
            }
            Ok::<_, Infallible>(worked)
        };
        let Ok(yielded) = in_turn(slices, memory, one);
        yielded.into_iter().collect()
    }

    fn decode(&self, slice: &Slice<'_>) -> Result<Vec<Series>, FileError> {
        slice.group.columns.iter().map(|column| self.decode_column(column, slice)).collect()
    }

    fn decode_column(&self, column: &Column<'_>, slice: &Slice<'_>) -> Result<Series, FileError> {
        let Column { metadata, field, pages } = column;
        let shown = self.shown;
        let (places, held) = pages.of(&slice.rows);
        let bytes = read_all(self.bytes, &places).map_err(|error| unreadable(shown, &error))?;
        let descriptor = metadata.descriptor().descriptor.clone();
        let count = i64::try_from(held.end.saturating_sub(held.start)).unwrap_or(i64::MAX);
        let meta = PageMetaData::new(0, count, metadata.compression(), descriptor);
        let reader = PageReader::new_with_page_meta(Cursor::new(bytes.into()), meta, Vec::new(), usize::MAX);
        let place = |row: u64| usize::try_from(row.saturating_sub(held.start)).unwrap_or(usize::MAX);
        let rows = Filter::new_ranged(place(slice.rows.start), place(slice.rows.end));
        let primitive = &metadata.descriptor().descriptor.primitive_type;
        let pages = BasicDecompressor::new(reader, Vec::new());
        let decoded = column_iter_to_arrays(vec![pages], vec![primitive], (*field).clone(), Some(rows));
        let (arrays, _) = decoded.map_err(|error| damaged(shown, error))?;
        let series = Series::try_from((*field, arrays)).map_err(|error| damaged(shown, error))?.rechunk();
        if series.len() == slice.len() {
            Ok(series)
        } else {
            Err(damaged(shown, "its columns do not have the rows that it states"))
        }
    }
}

/// The columns of these fields in a row group.
fn columns_of<'a>(
    shown: &str,
    bytes: &Bytes,
    group: &'a RowGroupMetadata,
    fields: &[&'a ArrowField],
) -> Result<Vec<Column<'a>>, FileError> {
    let column = |field: &&'a ArrowField| {
        let mut found = group.columns_under_root_iter(&field.name).into_iter().flatten();
        let (Some(metadata), None) = (found.next(), found.next()) else {
            return Err(damaged(shown, "its row groups do not have its columns"));
        };
        let found = pages_of(bytes, group, metadata).map_err(|error| unreadable(shown, &error))?;
        let pages = found.map_err(|what| damaged(shown, what))?;
        Ok(Column { metadata, field, pages })
    };
    fields.iter().map(column).collect()
}

fn pages_of(
    bytes: &Bytes,
    group: &RowGroupMetadata,
    column: &ColumnChunkMetadata,
) -> io::Result<Result<pages::Found, &'static str>> {
    // Not `byte_range`, which adds without looking.
    let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
    let sizes = [start, column.compressed_size(), column.num_values(), column.uncompressed_size()];
    let [Ok(start), Ok(len), Ok(values), Ok(plain_len)] = sizes.map(u64::try_from) else {
        return Ok(Err("a column has a negative size"));
    };
    let Some(end) = start.checked_add(len).filter(|end| *end <= bytes.len()) else {
        return Ok(Err("a column ends beyond the file"));
    };
    if values != wide(group.num_rows()) {
        return Ok(Err("a column does not have the rows of its group"));
    }
    pages::find(bytes, Stated { start, end, values, plain_len })
}

/// The bytes at some places, one after the other.
fn read_all(bytes: &Bytes, places: &[Range<u64>]) -> io::Result<Vec<u8>> {
    let len = |place: &Range<u64>| usize::try_from(place.end.saturating_sub(place.start)).unwrap_or(usize::MAX);
    let mut read = vec![0; places.iter().map(len).fold(0, usize::saturating_add)];
    let mut rest = read.as_mut_slice();
    for place in places {
        let (part, after) = rest.split_at_mut(len(place));
        bytes.read_exact_at(place.start, part)?;
        rest = after;
    }
    Ok(read)
}

fn unreadable(shown: &str, error: &io::Error) -> FileError {
    FileError::new(shown, format!("cannot be read: {error}"), "run again")
}
