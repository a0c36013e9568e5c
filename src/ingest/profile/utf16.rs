//! UTF-16 without a profile: canonical columns all the same, with commas, or with tabs as spreadsheets save them.

use std::io::{self, Read};

use super::convert::{Task, convert_text};
use super::encoding::{Decoded, recognised};
use crate::engine::source::Bytes;
use crate::ingest::copy::{Converted, no_room};
use crate::ingest::source::{FileError, MEMORY_LEN, spooled};

/// What is looked at to tell commas and tabs apart.
const HEAD_LEN: u64 = 1 << 14;

/// Converts UTF-16 text with canonical columns.
///
/// # Errors
/// The file cannot be read, or there is no room for the copy.
pub fn convert_utf16(bytes: &Bytes, task: Task<'_>) -> Result<Converted, FileError> {
    let unreadable = |error: io::Error| FileError::new(task.shown, format!("cannot be read: {error}"), "run again");
    let (encoding, mark_len) = recognised(task.shown, bytes, None)?;
    let decoded = || Decoded::new(bytes, encoding, mark_len).map_err(unreadable);
    let mut head = Vec::new();
    decoded()?.take(HEAD_LEN).read_to_end(&mut head).map_err(unreadable)?;
    let header = head.trim_ascii_start().split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    if matches!(header.first(), Some(b'{' | b'[' | b'<')) {
        let problem = "documents in UTF-16 are not read";
        return Err(FileError::new(task.shown, problem, "save the file as UTF-8"));
    }
    if header.contains(&b'\t') {
        return convert_text(bytes, task, b'\t');
    }
    // As UTF-8 it is a canonical file, line by line: the canonical reader judges the rest.
    let mut copy = tempfile::spooled_tempfile(MEMORY_LEN);
    let copied = io::copy(&mut decoded()?, &mut copy).and_then(|_| spooled(copy));
    Ok(Converted {
        format: format!("canonical csv ({})", encoding.name()),
        bytes: copied.map_err(|error| no_room(task.shown, &error))?,
        dataset: task.dataset,
        rejects: Vec::new(),
        native: None,
        ignored: Vec::new(),
    })
}
