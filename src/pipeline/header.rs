//! The header of a canonical file: where its columns stand, where its rows begin, and how they are cut into chunks.

use std::io;

use crate::engine::chunk::{Chunk, ChunkError, RECORD_LEN_MAX, assume_chunks, header_end, plan_chunks};
use crate::engine::source::Bytes;
use crate::engine::split::{Dialect, Scratch, split_one};
use crate::ingest::field::{shown, trim};
use crate::ingest::layout::Layout;
use crate::ingest::library::{DIALECT, Volume};
use crate::ingest::source::FileError;
use crate::model::record::Dataset;

/// What the header of a file says.
pub struct Head {
    /// Where its columns stand.
    pub layout: Layout,
    /// How its rows are delimited and its lines counted.
    pub dialect: Dialect,
    /// Where the rows begin: offset and line.
    pub body: (u64, u64),
}

/// The most columns that a file has: as many as a sheet of a workbook.
const COLUMNS_MAX: usize = 16_384;
/// How many names of columns a message lists.
const NAMES_SHOWN: usize = 20;

/// Reads the header of a canonical file.
///
/// # Errors
/// There is none, it cannot be read, or a required column is missing.
pub fn canonical_header(shown: &str, bytes: &Bytes, dataset: Dataset, provider: &str) -> Result<Head, FileError> {
    let unreadable = |error: io::Error| FileError::new(shown, format!("cannot be read: {error}"), "run again");
    let Some(header) = header_end(bytes, &DIALECT).map_err(|error| explained(shown, error, true))? else {
        return Err(FileError::new(shown, "the file is empty", "a file without rows still has its header"));
    };
    let mut raw = Vec::new();
    let len = usize::try_from(header.end.saturating_sub(header.start)).unwrap_or(usize::MAX);
    bytes.read_at_most(header.start, &mut raw, len).map_err(unreadable)?;
    let mut scratch = Scratch::new();
    let first = split_one(&raw, &DIALECT, &mut scratch);
    let refused = |problem: String, help: &str| FileError::new(shown, problem, help).at(header.line, None);
    if first.is_some_and(|first| first.record.unclosed) {
        return Err(refused("a quote in the header is not closed".to_owned(), "look at the first line of the file"));
    }
    let count = first.map_or(0, |first| first.record.len());
    if count > COLUMNS_MAX {
        let problem = format!("the header has {count} columns, and a file has at most {COLUMNS_MAX}");
        return Err(refused(problem, "check which file this is"));
    }
    let mut names = Vec::new();
    for field in first.iter().flat_map(|first| first.record.fields()) {
        let name = std::str::from_utf8(trim(field))
            .map_err(|_| refused("the header is not UTF-8".to_owned(), "save the file as UTF-8"))?;
        names.push(name.to_owned());
    }
    let layout = Layout::new(dataset, &names, provider).map_err(|missing| {
        let what = if missing.len() == 1 { "a required column is missing" } else { "required columns are missing" };
        refused(format!("{what} for {}: {}", dataset.name(), missing.join(", ")), &what_there_is(&names))
    })?;
    let dialect = Dialect { line_end: header.line_end, ..DIALECT };
    Ok(Head { layout, dialect, body: (header.body_start, header.body_line) })
}

fn what_there_is(names: &[String]) -> String {
    if names.len() == 1 && names.iter().any(|name| name.contains([';', '\t', '|'])) {
        return "the file seems to have another delimiter; canonical files have commas, a profile reads others, and `avstem \
                init` proposes one"
            .to_owned();
    }
    // What a terminal would act on may stand in a file that is no table at all.
    let plain = |name: &String| shown(name.as_bytes()).replace(char::is_control, "\u{fffd}");
    let listed: Vec<String> = names.iter().take(NAMES_SHOWN).map(plain).collect();
    let more = match names.len().saturating_sub(NAMES_SHOWN) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    format!("the header has: {}{more}", listed.join(", "))
}

/// Cuts the rows of a file into chunks.
///
/// # Errors
/// The file cannot be read, or a record of it is too long to be one.
pub fn chunks(volume: &Volume, body: (u64, u64), chunk_bytes: usize) -> Result<Vec<Chunk>, FileError> {
    if let Some(chunks) = volume.bytes.chunks(body.0, body.1, chunk_bytes) {
        return Ok(chunks);
    }
    // The lines of a converted file are not those of what was given.
    let own_lines = volume.layout.line_field.is_none();
    plan_chunks(&volume.bytes, body.0, body.1, &volume.dialect, chunk_bytes)
        .map_err(|error| explained(&volume.shown, error, own_lines))
}

/// The same, where no cut is assumed to be inside quotes; nothing where that cannot be assumed, or where somebody else than the
/// reader says the lines of rows.
///
/// # Errors
/// The file cannot be read.
pub fn assumed_chunks(volume: &Volume, body: (u64, u64), chunk_bytes: usize) -> Result<Option<Vec<Chunk>>, FileError> {
    if volume.layout.line_field.is_some() {
        return Ok(None);
    }
    assume_chunks(&volume.bytes, body.0, body.1, &volume.dialect, chunk_bytes)
        .map_err(|error| explained(&volume.shown, error.into(), true))
}

fn explained(shown: &str, error: ChunkError, own_lines: bool) -> FileError {
    let (line, quoted) = match error {
        ChunkError::Io(error) => return FileError::new(shown, format!("cannot be read: {error}"), "run again"),
        ChunkError::RecordTooLong { line, quoted } => (line, quoted),
    };
    let mib = RECORD_LEN_MAX >> 20;
    let (problem, help) = if quoted {
        (
            format!("the record that begins here is longer than {mib} MiB, all of it inside quotes"),
            "a quote that opens a field is probably never closed: look at this line",
        )
    } else {
        (format!("the record that begins here is longer than {mib} MiB"), "check which file this is")
    };
    let error = FileError::new(shown, problem, help);
    if own_lines { error.at(line, None) } else { error }
}
