//! The zip archive of a workbook: its parts by name, each a bounded stream.
//!
//! Nothing is unpacked as a whole. All parts together may give [`TOTAL_BYTES_MAX`] bytes, so that a zip bomb ends in a
//! message; the sizes that the archive states are not believed.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read};

use zip::ZipArchive;
use zip::read::ZipFile;

use crate::engine::source::Bytes;
use crate::ingest::source::{FileError, Sequential};
use crate::ingest::xml::{Document, Refusal, XmlError};

/// All parts that are read, unpacked: 2 GiB. A million rows of twenty columns take a third of it.
const TOTAL_BYTES_MAX: u64 = 2 << 30;
/// A part may unpack to this much before its ratio is looked at: 64 MiB, and less in tests, which are slow enough.
const RATIO_FROM_BYTES: u64 = if cfg!(test) { 1 << 20 } else { 64 << 20 };
/// Sheets shrink to a tenth or a thirtieth; deflate can at most shrink to a thousandth.
const RATIO_MAX: u64 = 500;
/// Names in the archive.
const ENTRIES_MAX: usize = 100_000;

const HELP_DAMAGED: &str = "open it in Excel and save it again as .xlsx, or fetch it again";
const HELP_LARGE: &str = "export fewer rows a file, or give CSV";

/// A part while it is unpacked.
pub struct Unpacking<'a, 'b> {
    entry: ZipFile<'a, BufReader<Sequential<'b>>>,
    path: String,
    /// What all parts may still give.
    total_left: &'a mut u64,
    /// What this part may still give, and its bound in words.
    left: u64,
    bound: &'static str,
    unpacked: u64,
    packed: u64,
}

fn refusal(problem: String, help: &str) -> io::Error {
    io::Error::other(Refusal { problem, help: help.to_owned() })
}

impl Read for Unpacking<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.entry.read(out).map_err(|error| {
            refusal(format!("the workbook is damaged or cut off at {}: {error}", self.path), HELP_DAMAGED)
        })?;
        let bytes = u64::try_from(count).unwrap_or(u64::MAX);
        self.unpacked = self.unpacked.saturating_add(bytes);
        let too_large = |bound: &str| {
            Err(refusal(format!("the workbook is too large: {} unpacks to more than {bound}", self.path), HELP_LARGE))
        };
        match (self.left.checked_sub(bytes), self.total_left.checked_sub(bytes)) {
            (Some(left), Some(total_left)) => {
                self.left = left;
                *self.total_left = total_left;
            }
            (None, _) => return too_large(self.bound),
            (_, None) => return too_large("2 GiB, together with the other parts"),
        }
        if self.unpacked > RATIO_FROM_BYTES && self.unpacked / RATIO_MAX > self.packed {
            return too_large("500 times its packed size, as no sheet does");
        }
        Ok(count)
    }
}

/// A part as XML.
pub type PartXml<'a, 'b> = Document<BufReader<Unpacking<'a, 'b>>>;

/// The archive of a workbook.
pub struct Package<'b> {
    shown: String,
    archive: ZipArchive<BufReader<Sequential<'b>>>,
    /// Places by path, in small letters as names in a package are compared.
    places: HashMap<String, usize>,
    total_left: u64,
}

impl<'b> Package<'b> {
    /// Opens the archive.
    ///
    /// # Errors
    /// It is damaged, or no workbook.
    pub fn open(shown: &str, bytes: &'b Bytes) -> Result<Self, FileError> {
        let reader = BufReader::with_capacity(1 << 16, Sequential::new(bytes));
        let archive = ZipArchive::new(reader).map_err(|error| {
            FileError::new(shown, format!("the workbook is damaged or cut off: {error}"), HELP_DAMAGED)
        })?;
        if archive.len() > ENTRIES_MAX {
            let problem = format!("the archive holds more than {ENTRIES_MAX} files, as no workbook does");
            return Err(FileError::new(shown, problem, HELP_DAMAGED));
        }
        let mut places = HashMap::new();
        for place in 0..archive.len() {
            if let Some(Ok(name)) = archive.name_for_index(place) {
                places.entry(folded(&name)).or_insert(place);
            }
        }
        Ok(Self { shown: shown.to_owned(), archive, places, total_left: TOTAL_BYTES_MAX })
    }

    /// The file as given.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether it has a part.
    pub fn has(&self, path: &str) -> bool {
        self.places.contains_key(&folded(path))
    }

    /// A part from its first byte, which may give `limit` bytes; `bound` says so in words.
    ///
    /// # Errors
    /// There is no such part, or it cannot be unpacked.
    pub fn part(&mut self, path: &str, limit: u64, bound: &'static str) -> Result<PartXml<'_, 'b>, FileError> {
        let place = self.places.get(&folded(path)).copied();
        let Some(place) = place else {
            let problem = format!("the workbook is damaged: it has no {path}");
            return Err(FileError::new(&self.shown, problem, HELP_DAMAGED));
        };
        let entry = self.archive.by_index(place).map_err(|error| {
            let problem = format!("the workbook is damaged or locked: {path} cannot be read: {error}");
            FileError::new(&self.shown, problem, HELP_DAMAGED)
        })?;
        let packed = entry.compressed_size();
        let total_left = &mut self.total_left;
        let unpacking = Unpacking { entry, path: path.to_owned(), total_left, left: limit, bound, unpacked: 0, packed };
        Ok(Document::new(BufReader::with_capacity(1 << 16, unpacking)))
    }
}

fn folded(path: &str) -> String {
    path.trim_start_matches('/').replace('\\', "/").to_lowercase()
}

/// The error of a part that cannot be read.
pub fn damaged(shown: &str, path: &str, error: &XmlError) -> FileError {
    // What the unpacking says stands for itself; what the XML reader says needs its place.
    if error.problem.starts_with("the workbook is ") {
        return FileError::new(shown, &error.problem, &error.help);
    }
    let place = format!("{path}, line {}, column {}", error.line, error.column);
    FileError::new(shown, format!("the workbook is damaged at {place}: {}", error.problem), HELP_DAMAGED)
}

/// Passes over what is inside an element that was just opened, and its end.
///
/// # Errors
/// It is not well formed.
pub fn skip<R: BufRead>(document: &mut Document<R>) -> Result<(), XmlError> {
    use crate::ingest::xml::Item;
    let mut open = 1_usize;
    while open > 0 {
        match document.item()? {
            Item::Open(tag) if !tag.empty => open += 1,
            Item::Close => open -= 1,
            Item::Open(_) | Item::Text(_) => {}
            Item::End => break,
        }
    }
    Ok(())
}
