//! Parquet with the canonical columns, by name: converted to canonical CSV, a slice of rows at a time.
//!
//! What a file holds is said by a constant column `dataset` or by the key `dataset` of the file's metadata, else by
//! whoever gives the file, else by its columns. Only what the Parquet schema itself says of a type counts, not what a
//! writer embeds for its own kind: dictionaries are then texts, and an instant is in UTC or it is local. Timestamps
//! that do not say which (INT96, and the annotation from before 2018) are local.
//!
//! A damaged file may make the reader panic; that is caught here and is an error of the file. It may also make it ask
//! for all memory there is, so what page headers state is checked first, checksums included where there are any. Other
//! bits that are flipped within values are not noticed.

mod cells;
mod pages;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Seek, Write};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};

use polars::prelude::{
    ArrowDataType, FileMetadata, FileMetadataRef, ParallelStrategy, ParquetReader, SerReader as _, Series,
};

use rayon::prelude::*;

use self::cells::{Cells, Form, described};
use self::pages::Pages;
use super::copy::{Converted, push_row};
use super::layout::LINE_COLUMN;
use super::source::{FileError, MEMORY_LEN, Sequential, spooled};
use crate::engine::join::push_number;
use crate::engine::source::Bytes;
use crate::model::record::{Column, Dataset};

/// The column, and the key of the metadata, that says what a file holds.
const DATASET: &str = "dataset";
/// Rows that are in memory at once.
const SLICE_ROWS: usize = 1 << 17;

/// Converts a Parquet file with canonical columns to canonical CSV; the line of a row is its number in the file.
///
/// # Errors
/// The file is damaged, does not say what it holds, lacks a required column, or has one of a type that cannot be read.
pub fn convert_parquet(shown: &str, bytes: &Bytes, dataset: Option<Dataset>) -> Result<Converted, FileError> {
    guarded(shown, || {
        let mut source = Source::open(shown, bytes)?;
        let dataset = source.dataset(dataset)?;
        let bytes = source.canonical_csv(dataset)?;
        Ok(Converted {
            format: "canonical parquet".to_owned(),
            bytes,
            dataset,
            rejects: Vec::new(),
            native: None,
            ignored: Vec::new(),
        })
    })
}

thread_local! {
    /// Whether a panic of this thread is about to become an error.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Turns a panic of the reader, which asserts where it could report, into the error of a damaged file.
fn guarded<T>(shown: &str, work: impl FnOnce() -> Result<T, FileError>) -> Result<T, FileError> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                before(info);
            }
        }));
    });
    // A thread that waits for others may do a part of another file meanwhile.
    let before = GUARDED.replace(true);
    // What the work leaves behind is dropped: nothing half done is seen again.
    let worked = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    worked.unwrap_or_else(|_| Err(damaged(shown, "its parts do not fit together")))
}

fn damaged(shown: &str, what: impl std::fmt::Display) -> FileError {
    let problem = format!("the Parquet data is damaged, cut off or of a kind that is not read: {what}");
    FileError::new(shown, problem, "write or fetch the file again; nothing of it was used")
}

/// A Parquet file, read by row group.
struct Source<'a> {
    shown: &'a str,
    /// The reader maps what it reads into memory, so it gets a copy that nobody can cut off while it does.
    copy: File,
    /// One set of metadata a row group, with that group only.
    groups: Vec<FileMetadataRef>,
    /// Names as they stand, and what can be read.
    columns: Vec<(String, Result<Form, String>)>,
    /// What the metadata says that the file holds.
    stated: Option<Dataset>,
}

impl<'a> Source<'a> {
    fn open(shown: &'a str, bytes: &Bytes) -> Result<Self, FileError> {
        let copied = tempfile::tempfile().and_then(|mut copy| {
            io::copy(&mut Sequential::new(bytes), &mut copy)?;
            copy.rewind()?;
            Ok(copy)
        });
        let mut copy = copied.map_err(|error| no_copy(shown, &error))?;
        let metadata = ParquetReader::new(&mut copy).get_metadata().cloned().map_err(|error| damaged(shown, error))?;
        let mut whole = FileMetadata::clone(&metadata);
        let said = whole.key_value_metadata.take().unwrap_or_default();
        let stated = said.iter().find(|entry| entry.key == DATASET).and_then(|entry| entry.value.as_deref());
        let groups = std::mem::take(&mut whole.row_groups);
        if groups.iter().try_fold(0_usize, |rows, group| rows.checked_add(group.num_rows())) != Some(whole.num_rows) {
            return Err(damaged(shown, "its row groups do not have the rows that it states"));
        }
        let mut reader = ParquetReader::new(&mut copy);
        reader.set_metadata(Arc::new(whole.clone()));
        let schema = reader.schema().map_err(|error| damaged(shown, error))?;
        let form = |dtype: &ArrowDataType| Form::of(dtype).ok_or_else(|| described(dtype));
        let columns = schema.iter().map(|(name, field)| (name.to_string(), form(&field.dtype))).collect();
        let one = |group| {
            let mut one = FileMetadata { row_groups: vec![group], ..whole.clone() };
            one.num_rows = one.row_groups.iter().map(|group| group.num_rows()).sum();
            Arc::new(one)
        };
        let groups = groups.into_iter().map(one).collect();
        Ok(Self { shown, copy, groups, columns, stated: stated.and_then(Dataset::from_name) })
    }

    /// The columns named, slice by slice.
    fn slices(
        &mut self,
        names: &[String],
        mut then: impl FnMut(&[Series], usize) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        let shown = self.shown;
        for group in &self.groups {
            check_pages(&mut self.copy, group, names)
                .map_err(|error| no_copy(shown, &error))?
                .map_err(|what| damaged(shown, what))?;
            let mut offset = 0;
            while offset < group.num_rows {
                let len = SLICE_ROWS.min(group.num_rows.saturating_sub(offset));
                let mut reader = ParquetReader::new(&mut self.copy)
                    .with_columns(Some(names.to_vec()))
                    .with_slice(Some((offset, len)))
                    .read_parallel(ParallelStrategy::None);
                reader.set_metadata(Arc::clone(group));
                let frame = reader.finish().map_err(|error| damaged(shown, error))?;
                let series: Vec<Series> =
                    frame.columns().iter().map(|column| column.as_materialized_series().rechunk()).collect();
                if series.len() != names.len() || series.iter().any(|series| series.len() != len) {
                    return Err(damaged(shown, "its columns do not have the rows that it states"));
                }
                then(&series, len)?;
                offset = offset.saturating_add(len);
            }
        }
        Ok(())
    }

    fn find(&self, name: &str) -> Option<&(String, Result<Form, String>)> {
        self.columns.iter().find(|(known, _)| known.trim() == name)
    }

    /// What the file holds: as it says, as it was given, or as its columns tell.
    fn dataset(&mut self, given: Option<Dataset>) -> Result<Dataset, FileError> {
        let (shown, column) = (self.shown, self.dataset_column()?);
        let said = [("its metadata", self.stated), ("its column dataset", column), ("it was given as", given)];
        let mut said = said.into_iter().filter_map(|(who, dataset)| Some((who, dataset?)));
        if let Some((first, dataset)) = said.next() {
            return match said.find(|(_, other)| *other != dataset) {
                None => Ok(dataset),
                Some((who, other)) => Err(FileError::new(
                    shown,
                    format!("what it holds is contradictory: {first}: {}; {who}: {}", dataset.name(), other.name()),
                    "give the file as what it holds, or with --input",
                )),
            };
        }
        let has = |name| self.find(name).is_some();
        match (has("gross_amount"), has("amount")) {
            (true, false) if has("line_id") && has("order_id") => Ok(Dataset::Orders),
            (true, false) => Ok(Dataset::Settlements),
            (false, true) => Err(FileError::new(
                shown,
                "its columns are those of captures and of reversals",
                "give it with --captures or --reversals, or write a column dataset with one of these words",
            )),
            _ => Err(FileError::new(
                shown,
                "its columns do not tell what it holds",
                "give it with --orders, --captures, --reversals or --settlements; the columns have the canonical names",
            )),
        }
    }

    fn dataset_column(&mut self) -> Result<Option<Dataset>, FileError> {
        let shown = self.shown;
        let refused = |problem: String| {
            let help = "a column dataset says orders, captures, reversals or settlements, the same in every row";
            Err(FileError::new(shown, problem, help))
        };
        let name = match self.find(DATASET) {
            None => return Ok(None),
            Some((name, Ok(Form::Text))) => name.clone(),
            Some(_) => return refused("the column dataset does not hold texts".to_owned()),
        };
        let mut words: BTreeSet<String> = BTreeSet::new();
        self.slices(&[name], |series, _| {
            for series in series {
                for word in series.str().map_err(|error| damaged(shown, error))?.iter().map(Option::unwrap_or_default) {
                    if words.len() < 3 && !words.contains(word.trim()) {
                        words.insert(word.trim().to_owned());
                    }
                }
            }
            Ok(())
        })?;
        let some: Vec<&str> = words.iter().take(2).map(String::as_str).collect();
        match some[..] {
            [] | [""] => Ok(None),
            [word] => match Dataset::from_name(word) {
                None => refused(format!("the column dataset says {word:?}")),
                dataset => Ok(dataset),
            },
            _ => refused(format!("the column dataset does not say the same everywhere: {some:?}")),
        }
    }

    fn canonical_csv(&mut self, dataset: Dataset) -> Result<Bytes, FileError> {
        let shown = self.shown;
        let mut taken: Vec<(&Column, Form, String)> = Vec::new();
        let mut missing = Vec::new();
        for column in dataset.columns() {
            match self.find(column.name) {
                Some((name, Ok(form))) => taken.push((column, *form, name.clone())),
                Some((_, Err(other))) => {
                    let problem = format!("the column {} is of a type that is not read: {other}", column.name);
                    return Err(FileError::new(shown, problem, "write text, or the type of the column"));
                }
                None if column.required => missing.push(column.name),
                None => {}
            }
        }
        if !missing.is_empty() {
            let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
            let problem = format!("required columns are missing for {}: {}", dataset.name(), missing.join(", "));
            return Err(FileError::new(shown, problem, format!("the file has: {}", names.join(", "))));
        }
        let names: Vec<String> = taken.iter().map(|(.., name)| name.clone()).collect();
        // Named in the header only, so that they are listed as what no rule knows.
        let unknown = |name: &&String| !names.contains(name) && ![DATASET, LINE_COLUMN].contains(&name.trim());
        let unknown: Vec<String> = self.columns.iter().map(|(name, _)| name).filter(unknown).cloned().collect();

        let mut out = tempfile::spooled_tempfile(MEMORY_LEN);
        let mut header = Vec::new();
        let known = taken.iter().map(|(column, ..)| column.name);
        push_row(known.chain(unknown.iter().map(String::as_str)), LINE_COLUMN, &mut header);
        out.write_all(&header).map_err(|error| no_copy(shown, &error))?;
        let mut line = 0_u64;
        self.slices(&names, |series, len| {
            let mut columns = Vec::with_capacity(taken.len());
            for (series, (column, form, _)) in series.iter().zip(&taken) {
                if !form.fits(column.kind) && series.null_count() < len {
                    return Err(form.refusal(shown, column));
                }
                columns.push(Cells::new(series, *form).map_err(|error| damaged(shown, error))?);
            }
            let starts: Vec<usize> = (0..len).step_by(ROWS_OF_A_TASK).collect();
            let rows = |start: &usize| *start..len.min(start.saturating_add(ROWS_OF_A_TASK));
            let texts: Vec<Vec<u8>> =
                starts.par_iter().map(|start| rows_as_text(&columns, rows(start), unknown.len(), line)).collect();
            line = line.saturating_add(wide(len));
            texts.iter().try_for_each(|text| out.write_all(text)).map_err(|error| no_copy(shown, &error))
        })?;
        spooled(out).map_err(|error| no_copy(shown, &error))
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// So many rows are made text by one task.
const ROWS_OF_A_TASK: usize = 1 << 13;

/// Rows of a slice, each with columns that are empty and its number in the file; `before` of them are in earlier slices.
fn rows_as_text(columns: &[Cells], rows: Range<usize>, empty_count: usize, before: u64) -> Vec<u8> {
    const FIELD_LEN: usize = 16;
    let mut out = Vec::with_capacity(rows.len().saturating_mul(columns.len() + 1).saturating_mul(FIELD_LEN));
    for row in rows {
        for cells in columns {
            cells.push(row, &mut out);
            out.push(b',');
        }
        out.extend(std::iter::repeat_n(b',', empty_count));
        push_number(before.saturating_add(wide(row)).saturating_add(1), &mut out);
        out.push(b'\n');
    }
    out
}

/// Checks the pages of some columns in a row group, which are flat.
fn check_pages(copy: &mut File, group: &FileMetadata, names: &[String]) -> io::Result<Result<(), &'static str>> {
    for rows in &group.row_groups {
        for column in names.iter().filter_map(|name| rows.columns_under_root_iter(name)).flatten() {
            // Not `byte_range`, which adds without looking.
            let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            let sizes = [start, column.compressed_size(), column.num_values(), column.uncompressed_size()];
            let [Ok(start), Ok(len), Ok(values), Ok(plain_len)] = sizes.map(u64::try_from) else {
                return Ok(Err("a column has a negative size"));
            };
            let Some(end) = start.checked_add(len) else { return Ok(Err("a column ends beyond the file")) };
            if usize::try_from(values) != Ok(rows.num_rows()) {
                return Ok(Err("a column does not have the rows of its group"));
            }
            if let Err(what) = pages::check(copy, Pages { start, end, values, plain_len })? {
                return Ok(Err(what));
            }
        }
    }
    Ok(Ok(()))
}

fn no_copy(shown: &str, error: &io::Error) -> FileError {
    let help = "make room in the folder for temporary files (TMPDIR), then run again";
    FileError::new(shown, format!("the working copy cannot be written: {error}"), help)
}
