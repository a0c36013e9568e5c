//! Zip archives: every file in one is an input of its own, named after the archive and its place in it.
//!
//! Nothing is ever written under a name from an archive; names only appear in messages and reports, made harmless
//! there. Entries are read in the order of the archive's table of contents, which may name one twice.

use std::collections::HashSet;
use std::io::{BufReader, Read};

use zip::CompressionMethod;
use zip::read::{Config, ZipFileEntry, ZipReadOptions};
// The reader of the stable interface keeps entries by name, and so one of two that have the same. This one may change
// in any release, which is why the manifest names the exact version.
use zip::unstable::read::ZipIterable;

use super::source::{FileError, Sequential};
use crate::engine::source::Bytes;
use crate::model::origin::FILE_COUNT_MAX;

/// What a zip archive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// Files, or nothing that can be told.
    Files,
    /// The parts of a workbook (.xlsx).
    Workbook,
    /// The parts of a workbook in its binary form (.xlsb).
    BinaryWorkbook,
    /// The parts of another document of an office program.
    Document,
}

/// The longest name of an entry, in bytes; the longest path on common systems.
const NAME_LEN_MAX: usize = 4096;
/// How many entries are looked at to tell a document from an archive; they are at the front in all that were seen.
const LOOKED_AT: usize = 4096;

const HELP_DAMAGED: &str = "fetch the file again; nothing of it was used";
const HELP_UNPACK: &str = "unpack the archive and give the files";

type Entries<'b> = ZipIterable<BufReader<Sequential<'b>>>;

fn open(bytes: &Bytes) -> zip::result::ZipResult<Entries<'_>> {
    ZipIterable::try_new(BufReader::new(Sequential::new(bytes)), Config::default())
}

/// Looks into the table of contents of an archive: an office program's document is an archive of its parts.
pub(super) fn held(bytes: &Bytes) -> Held {
    let Ok(mut entries) = open(bytes) else { return Held::Files };
    let Ok(entries) = entries.files() else { return Held::Files };
    let mut is_document = false;
    let mut inside = Held::Files;
    for entry in entries.take(LOOKED_AT).flatten() {
        match entry.name_raw() {
            b"[Content_Types].xml" => is_document = true,
            b"xl/workbook.bin" => inside = Held::BinaryWorkbook,
            name if name.starts_with(b"xl/") && inside == Held::Files => inside = Held::Workbook,
            name if name.starts_with(b"word/") || name.starts_with(b"ppt/") => inside = Held::Document,
            _ => {}
        }
    }
    if is_document { inside } else { Held::Files }
}

/// Hands out the files of an archive, each with the name under which it is shown. Folders, hidden files and what
/// operating systems add are passed over.
///
/// # Errors
/// The archive is damaged, holds no file, or holds one that is encrypted or packed in a way that is not read; or the
/// receiver's error.
pub(super) fn read_entries(
    archive: &str,
    bytes: &Bytes,
    each: &mut dyn FnMut(&str, &mut dyn Read) -> Result<(), FileError>,
) -> Result<(), FileError> {
    let damaged = || {
        let problem = "the zip archive is damaged or cut off: its table of contents, which stands at its end, cannot be \
                       read";
        FileError::new(archive, problem, HELP_DAMAGED)
    };
    let mut entries = open(bytes).map_err(|_| damaged())?;
    if entries.len() > FILE_COUNT_MAX {
        let problem =
            format!("the archive lists {} entries, and one run reads at most {FILE_COUNT_MAX} files", entries.len());
        return Err(FileError::new(archive, problem, "put exports of a day together"));
    }
    let mut shown_before = HashSet::new();
    for entry in entries.files().map_err(|_| damaged())? {
        let entry = entry.map_err(|_| damaged())?;
        if passed_over(&entry) {
            continue;
        }
        let shown = unlike(format!("{archive}/{}", harmless(&entry)), &mut shown_before);
        refuse_unreadable(&shown, &entry)?;
        let mut source = BufReader::with_capacity(1 << 16, Sequential::new(bytes));
        let mut plain = entry.with_reader(&mut source, ZipReadOptions::new()).map_err(|_| {
            FileError::new(&shown, "the entry is not where the archive's table of contents says", HELP_DAMAGED)
        })?;
        each(&shown, &mut plain)?;
    }
    if shown_before.is_empty() {
        let what = if entries.is_empty() { "the archive is empty" } else { "the archive holds no file to read" };
        return Err(FileError::new(archive, what, "check which file this is"));
    }
    Ok(())
}

/// Folders, and what a folder given as input leaves out too: names that begin with a dot, and the housekeeping of
/// operating systems.
fn passed_over(entry: &ZipFileEntry<'_>) -> bool {
    let mut parts = entry.name_raw().split(|byte| matches!(byte, b'/' | b'\\')).peekable();
    let mut hidden = false;
    while let Some(part) = parts.next() {
        let own = matches!(part, b"__MACOSX" | b"Thumbs.db" | b"desktop.ini");
        hidden |= own || (part.starts_with(b".") && !matches!(part, b"." | b".."));
        if parts.peek().is_none() && part.is_empty() {
            return true;
        }
    }
    hidden || entry.is_dir()
}

fn refuse_unreadable(shown: &str, entry: &ZipFileEntry<'_>) -> Result<(), FileError> {
    if entry.name_raw().len() > NAME_LEN_MAX {
        let problem = format!("the name of this entry is longer than {NAME_LEN_MAX} bytes");
        // By characters: a cut inside one would leave no name at all.
        let start: String = shown.chars().take(200).collect();
        return Err(FileError::new(&start, problem, HELP_UNPACK));
    }
    if entry.encrypted() {
        let help = "unpack the archive with its password and give the files";
        return Err(FileError::new(shown, "the entry is encrypted", help));
    }
    if entry.is_symlink() {
        return Err(FileError::new(shown, "the entry is a link to another file", HELP_UNPACK));
    }
    if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        let method = entry.compression().to_string().replace("Unknown", "an unknown method");
        let problem = format!("the entry is compressed with {method}; in an archive only Deflate is read");
        return Err(FileError::new(shown, problem, HELP_UNPACK));
    }
    Ok(())
}

/// The name of an entry as it is shown: UTF-8, or the code page of the first zip programs; `/` between its parts;
/// no part that leads elsewhere, and no character that a terminal acts on or that turns the text around.
fn harmless(entry: &ZipFileEntry<'_>) -> String {
    let text = entry.name().unwrap_or_else(|_| String::from_utf8_lossy(entry.name_raw()));
    let is_unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let parts = text.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".."));
    let parts: Vec<String> =
        parts.map(|part| part.chars().map(|c| if is_unseen(c) { '\u{fffd}' } else { c }).collect()).collect();
    if parts.is_empty() { "(no name)".to_owned() } else { parts.join("/") }
}

/// The name itself, or with a number where it was shown before: `a.csv#2`.
fn unlike(shown: String, before: &mut HashSet<String>) -> String {
    let mut name = shown.clone();
    let mut number = 1_u64;
    while before.contains(&name) {
        number = number.saturating_add(1);
        name = format!("{shown}#{number}");
    }
    before.insert(name.clone());
    name
}
