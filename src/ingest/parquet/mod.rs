//! Parquet with the canonical columns, by name: converted to canonical CSV, a slice of rows at a time on each thread.
//!
//! The file is read where it stands and as far as it is asked for, not mapped into memory: whoever cuts it off meanwhile
//! makes reading fail, and not the program.
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
mod rows;
mod slices;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use polars::prelude::{ArrowDataType, ArrowField, Series};
use polars_parquet::read::{FileMetadata, RowGroupMetadata, infer_schema, read_metadata};

use self::cells::{Cells, Form, described};
use self::rows::{ROWS_OF_A_TEXT, write_rows};
use self::slices::{Slice, Slices};
use super::copy::{Converted, no_room, push_row};
use super::layout::LINE_COLUMN;
use super::source::{FileError, MEMORY_LEN, Sequential};
use crate::engine::pieces::{Loose, Piece};
use crate::engine::source::Bytes;
use crate::model::record::{Column, Dataset};

/// The column, and the key of the metadata, that says what a file holds.
const DATASET: &str = "dataset";

/// Converts a Parquet file with canonical columns to canonical CSV; the line of a row is its number in the file.
///
/// # Errors
/// The file is damaged, does not say what it holds, lacks a required column, or has one of a type that cannot be read.
pub fn convert_parquet(shown: &str, bytes: &Bytes, dataset: Option<Dataset>) -> Result<Converted, FileError> {
    guarded(shown, || {
        let source = Source::open(shown, bytes)?;
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
    bytes: &'a Bytes,
    groups: Vec<RowGroupMetadata>,
    /// Names as they stand, and what can be read.
    columns: Vec<(ArrowField, Result<Form, String>)>,
    /// What the metadata says that the file holds.
    stated: Option<Dataset>,
}

impl<'a> Source<'a> {
    fn open(shown: &'a str, bytes: &'a Bytes) -> Result<Self, FileError> {
        let read = read_metadata(&mut Sequential::new(bytes));
        let mut whole: FileMetadata = read.map_err(|error| damaged(shown, error))?;
        let said = whole.key_value_metadata.take().unwrap_or_default();
        let stated = said.iter().find(|entry| entry.key == DATASET).and_then(|entry| entry.value.as_deref());
        let groups = std::mem::take(&mut whole.row_groups);
        if groups.iter().try_fold(0_usize, |rows, group| rows.checked_add(group.num_rows())) != Some(whole.num_rows) {
            return Err(damaged(shown, "its row groups do not have the rows that it states"));
        }
        let schema = infer_schema(&whole).map_err(|error| damaged(shown, error))?;
        let form = |dtype: &ArrowDataType| Form::of(dtype).ok_or_else(|| described(dtype));
        let columns = schema.iter_values().map(|field| (field.clone(), form(&field.dtype))).collect();
        Ok(Self { shown, bytes, groups, columns, stated: stated.and_then(Dataset::from_name) })
    }

    fn slices<'s>(&'s self, fields: &[&'s ArrowField]) -> Result<Slices<'s>, FileError> {
        Slices::of(self.shown, self.bytes, &self.groups, fields)
    }

    fn find(&self, name: &str) -> Option<&(ArrowField, Result<Form, String>)> {
        self.columns.iter().find(|(known, _)| known.name.trim() == name)
    }

    /// What the file holds: as it says, as it was given, or as its columns tell.
    fn dataset(&self, given: Option<Dataset>) -> Result<Dataset, FileError> {
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

    fn dataset_column(&self) -> Result<Option<Dataset>, FileError> {
        let shown = self.shown;
        let refused = |problem: String| {
            let help = "a column dataset says orders, captures, reversals or settlements, the same in every row";
            Err(FileError::new(shown, problem, help))
        };
        let field = match self.find(DATASET) {
            None => return Ok(None),
            Some((field, Ok(Form::Text))) => field,
            Some(_) => return refused("the column dataset does not hold texts".to_owned()),
        };
        let words = self.slices(&[field])?.each(|| (), |(), _, series| first_words(shown, series))?;
        // Three are enough to see that they differ, and two to say how.
        let mut words: Vec<String> = words.into_iter().flatten().fold(Vec::new(), with_word);
        words.sort_unstable();
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

    fn canonical_csv(&self, dataset: Dataset) -> Result<Bytes, FileError> {
        let shown = self.shown;
        let mut taken: Vec<(&Column, Form, &ArrowField)> = Vec::new();
        let mut missing = Vec::new();
        for column in dataset.columns() {
            match self.find(column.name) {
                Some((field, Ok(form))) => taken.push((column, *form, field)),
                Some((_, Err(other))) => {
                    let problem = format!("the column {} is of a type that is not read: {other}", column.name);
                    return Err(FileError::new(shown, problem, "write text, or the type of the column"));
                }
                None if column.required => missing.push(column.name),
                None => {}
            }
        }
        if !missing.is_empty() {
            let names: Vec<&str> = self.columns.iter().map(|(field, _)| field.name.as_str()).collect();
            let problem = format!("required columns are missing for {}: {}", dataset.name(), missing.join(", "));
            return Err(FileError::new(shown, problem, format!("the file has: {}", names.join(", "))));
        }
        let fields: Vec<&ArrowField> = taken.iter().map(|(.., field)| *field).collect();
        // Named in the header only, so that they are listed as what no rule knows.
        let is_taken = |name: &str| fields.iter().any(|field| field.name == name);
        let unknown = |name: &&str| !is_taken(name) && ![DATASET, LINE_COLUMN].contains(&name.trim());
        let unknown: Vec<&str> = self.columns.iter().map(|(field, _)| field.name.as_str()).filter(unknown).collect();

        let mut header = Vec::new();
        let known = taken.iter().map(|(column, ..)| column.name);
        push_row(known.chain(unknown.iter().copied()), LINE_COLUMN, &mut header);
        let line_ends = memchr::memchr_iter(b'\n', &header).count();
        let loose = Loose::new(wide(MEMORY_LEN));
        let mut pieces = vec![loose.write(&header, wide(line_ends)).map_err(|error| no_room(shown, &error))?];
        let pieces_of = |text: &mut Vec<u8>, slice: &Slice<'_>, series: &[Series]| {
            let columns = cells_of(shown, &taken, series)?;
            let starts = (0..slice.len()).step_by(ROWS_OF_A_TEXT);
            let piece = |start: usize| {
                let rows = start..slice.len().min(start.saturating_add(ROWS_OF_A_TEXT));
                let line_ends = write_rows(&columns, rows, unknown.len(), slice.before(), text);
                loose.write(text, line_ends).map_err(|error| no_room(shown, &error))
            };
            starts.map(piece).collect::<Result<Vec<Piece>, FileError>>()
        };
        pieces.extend(self.slices(&fields)?.each(Vec::new, pieces_of)?.into_iter().flatten());
        Ok(loose.bind(pieces))
    }
}

/// The columns of a slice, as what they were taken for.
fn cells_of(shown: &str, taken: &[(&Column, Form, &ArrowField)], series: &[Series]) -> Result<Vec<Cells>, FileError> {
    let cells = |(series, (column, form, _)): (&Series, &(&Column, Form, &ArrowField))| {
        if !form.fits(column.kind) && series.null_count() < series.len() {
            return Err(form.refusal(shown, column));
        }
        Cells::new(series, *form).map_err(|error| damaged(shown, error))
    };
    series.iter().zip(taken).map(cells).collect()
}

/// The first words that a column of a slice holds, in their order, no more than tell that they differ.
fn first_words(shown: &str, series: &[Series]) -> Result<Vec<String>, FileError> {
    let mut words = Vec::new();
    for series in series {
        let mut last = None;
        for word in series.str().map_err(|error| damaged(shown, error))?.iter().map(Option::unwrap_or_default) {
            // Nearly always the same one comes again and again.
            if last != Some(word) {
                last = Some(word);
                words = with_word(words, word.trim().to_owned());
            }
        }
    }
    Ok(words)
}

/// Adds a word to those that are known, of which there are three at most.
fn with_word(mut known: Vec<String>, word: String) -> Vec<String> {
    if known.len() < 3 && !known.contains(&word) {
        known.push(word);
    }
    known
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
