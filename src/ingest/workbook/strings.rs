//! The shared texts of a workbook: one after the other in one block, so that millions of them cost what they hold.

use super::package::{Package, damaged, skip};
use crate::ingest::source::FileError;
use crate::ingest::xml::{Document, Item, Place, XmlError};

/// The part of shared texts, unpacked.
const STRINGS_BYTES_MAX: u64 = 512 << 20;
const STRINGS_BOUND: &str = "512 MiB of texts";
/// What Excel itself allows in a cell.
const CELL_CHARACTERS_MAX: usize = 32_767;

/// Shared texts by number.
#[derive(Debug, Default)]
pub struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Reads them; a workbook may have none.
    ///
    /// # Errors
    /// The part is damaged or too large.
    pub fn read(package: &mut Package<'_>, path: Option<&str>) -> Result<Self, FileError> {
        let Some(path) = path else { return Ok(Self::default()) };
        let shown = package.shown().to_owned();
        let mut document = package.part(path, STRINGS_BYTES_MAX, STRINGS_BOUND)?;
        let mut strings = Self::default();
        strings.fill(&mut document).map_err(|error| damaged(&shown, path, &error))?;
        Ok(strings)
    }

    fn fill<R: std::io::BufRead>(&mut self, document: &mut Document<R>) -> Result<(), XmlError> {
        loop {
            match document.item()? {
                Item::Open(tag) if tag.name == "si" => {
                    let (empty, place) = (tag.empty, tag.place);
                    if !empty {
                        rich_text(document, place, &mut self.text)?;
                    }
                    // The part is smaller than what 32 bits count.
                    self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
                }
                Item::Open(_) | Item::Text(_) | Item::Close => {}
                Item::End => return Ok(()),
            }
        }
    }

    /// A text by its number.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&str> {
        let place = |number: usize| self.ends.get(number).and_then(|end| usize::try_from(*end).ok());
        let start = match number.checked_sub(1) {
            None => 0,
            Some(before) => place(before)?,
        };
        self.text.get(start..place(number)?)
    }
}

/// The text of an `si` or `is` element that was just opened: its `t`, or those of its runs; how it is to be
/// pronounced (`rPh`) is no part of it. Reads its end too.
///
/// # Errors
/// It is not well formed, or longer than a cell may be.
pub fn rich_text<R: std::io::BufRead>(
    document: &mut Document<R>,
    place: Place,
    out: &mut String,
) -> Result<(), XmlError> {
    let start = out.len();
    loop {
        match document.item()? {
            Item::Open(tag) if tag.empty => {}
            Item::Open(tag) => match tag.name {
                "r" => rich_run(document, place, out, start)?,
                "t" => plain_text(document, place, out, start)?,
                _ => skip(document)?,
            },
            Item::Text(_) => {}
            Item::Close | Item::End => break,
        }
    }
    finish_text(place, out, start)
}

fn rich_run<R: std::io::BufRead>(
    document: &mut Document<R>,
    place: Place,
    out: &mut String,
    start: usize,
) -> Result<(), XmlError> {
    loop {
        match document.item()? {
            Item::Open(tag) if tag.empty => {}
            Item::Open(tag) if tag.name == "t" => plain_text(document, place, out, start)?,
            Item::Open(_) => skip(document)?,
            Item::Text(_) => {}
            Item::Close | Item::End => return Ok(()),
        }
    }
}

/// The text up to the end of the element that was just opened; whoever calls it ends with [`finish_text`].
///
/// # Errors
/// It is not well formed, or longer than a cell may be.
pub fn plain_text<R: std::io::BufRead>(
    document: &mut Document<R>,
    place: Place,
    out: &mut String,
    start: usize,
) -> Result<(), XmlError> {
    loop {
        match document.item()? {
            Item::Text(text) => {
                out.push_str(&text);
                if out.len().saturating_sub(start) > 4 * CELL_CHARACTERS_MAX {
                    return Err(too_long(place));
                }
            }
            Item::Open(tag) if tag.empty => {}
            Item::Open(_) => skip(document)?,
            Item::Close | Item::End => return Ok(()),
        }
    }
}

fn too_long(place: Place) -> XmlError {
    place.damaged(&format!("a cell of more than {CELL_CHARACTERS_MAX} characters"))
}

/// Checks the length of a cell's text, which begins at `start`, and resolves its escapes.
///
/// # Errors
/// It is longer than a cell may be.
pub fn finish_text(place: Place, text: &mut String, start: usize) -> Result<(), XmlError> {
    let written = text.get(start..).unwrap_or_default();
    if written.len() > CELL_CHARACTERS_MAX && written.chars().count() > CELL_CHARACTERS_MAX {
        return Err(too_long(place));
    }
    unescape(text, start);
    Ok(())
}

/// Resolves `_x000D_` and its like from `start` on (ECMA-376, `ST_Xstring`): UTF-16 units that XML may not hold.
fn unescape(text: &mut String, start: usize) {
    let escaped = |from: usize, text: &str| {
        let tail = text.get(from..)?;
        let at = memchr::memmem::find_iter(tail.as_bytes(), b"_x").find(|at| unit(tail, *at).is_some())?;
        Some(from + at)
    };
    if escaped(start, text).is_none() {
        return;
    }
    let given = text.split_off(start);
    let (mut from, mut units) = (0, Vec::new());
    while let Some(at) = escaped(from, &given) {
        units.extend(given.get(from..at).unwrap_or_default().encode_utf16());
        units.extend(unit(&given, at));
        from = at + ESCAPE_BYTES;
    }
    units.extend(given.get(from..).unwrap_or_default().encode_utf16());
    text.push_str(&String::from_utf16_lossy(&units));
}

const ESCAPE_BYTES: usize = "_x000D_".len();

/// The unit that an escape at this place stands for.
fn unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + ESCAPE_BYTES)?.strip_prefix("_x")?.strip_suffix('_')?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}
