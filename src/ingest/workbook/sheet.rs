//! A sheet as a table: rows from top to bottom, cells as texts in their columns.

use std::borrow::Cow;
use std::io::BufRead;

use super::number::{CellKind, day_text, number_text};
use super::package::{Package, PartXml, damaged, skip};
use super::parts::{Parts, SheetPart};
use super::strings::{Strings, finish_text, plain_text, rich_text};
use crate::ingest::source::FileError;
use crate::ingest::table::Table;
use crate::ingest::xml::{Document, Item, Place, Tag, XmlError, local};

/// A sheet has as many columns (ECMA-376, as Excel holds to it).
const COLUMNS_MAX: usize = 16_384;
/// A sheet has as many rows.
const ROWS_MAX: u64 = 1_048_576;
/// A sheet is bounded by what all parts may give.
const SHEET_BYTES_MAX: u64 = 2 << 30;

/// A sheet that is being read.
pub struct Sheet<'a, 'b> {
    shown: String,
    name: String,
    path: String,
    document: PartXml<'a, 'b>,
    cells: Cells<'a>,
    /// Number of the last row.
    row: u64,
    /// The rows have begun, and ended.
    begun: bool,
    ended: bool,
}

/// What the text of a cell takes beside the sheet.
struct Cells<'a> {
    strings: &'a Strings,
    kinds: &'a [CellKind],
    from_1904: bool,
    /// Of the cell that is read.
    text: String,
    is_number: bool,
    /// Which cells of the row are numbers.
    numbers: Vec<bool>,
}

/// What the start tag of a cell says.
struct CellTag {
    column: Option<usize>,
    style: usize,
    kind: Kind,
    place: Place,
    empty: bool,
}

/// The type of a cell (ECMA-376, `ST_CellType`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Shared,
    Boolean,
    /// Errors, texts of formulas, texts in the cell itself, days in ISO 8601: as they stand.
    Text,
    Unknown,
}

impl<'a, 'b> Sheet<'a, 'b> {
    /// A sheet from its first row.
    ///
    /// # Errors
    /// The part cannot be read.
    pub(super) fn open(
        package: &'a mut Package<'b>,
        sheet: &SheetPart,
        parts: &'a Parts,
        strings: &'a Strings,
    ) -> Result<Self, FileError> {
        let shown = package.shown().to_owned();
        let document = package.part(&sheet.path, SHEET_BYTES_MAX, "2 GiB")?;
        let cells = Cells {
            strings,
            kinds: &parts.kinds,
            from_1904: parts.from_1904,
            text: String::new(),
            is_number: false,
            numbers: Vec::new(),
        };
        let (name, path) = (sheet.name.clone(), sheet.path.clone());
        Ok(Self { shown, name, path, document, cells, row: 0, begun: false, ended: false })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Table for Sheet<'_, '_> {
    fn row(&mut self, cells: &mut Vec<String>) -> Result<Option<u64>, FileError> {
        cells.clear();
        self.cells.numbers.clear();
        self.next_row(cells).map_err(|error| damaged(&self.shown, &self.path, &error))
    }

    fn is_number(&self, cell: usize) -> bool {
        self.cells.numbers.get(cell).copied().unwrap_or_default()
    }
}

impl Sheet<'_, '_> {
    fn next_row(&mut self, cells: &mut Vec<String>) -> Result<Option<u64>, XmlError> {
        while !self.begun {
            match self.document.item()? {
                Item::Open(tag) if tag.name == "sheetData" => {
                    self.ended = tag.empty;
                    self.begun = true;
                }
                Item::Open(_) | Item::Text(_) | Item::Close => {}
                Item::End => (self.begun, self.ended) = (true, true),
            }
        }
        while !self.ended {
            match self.document.item()? {
                Item::Open(tag) if tag.name == "row" => {
                    self.row = row_number(&tag, self.row)?;
                    if !tag.empty {
                        read_cells(&mut self.document, &mut self.cells, self.row, cells)?;
                    }
                    if cells.iter().any(|cell| !cell.is_empty()) {
                        return Ok(Some(self.row));
                    }
                    cells.clear();
                }
                Item::Open(tag) if tag.empty => {}
                Item::Open(_) => skip(&mut self.document)?,
                Item::Text(_) => {}
                // To the end of the part, so that one that was cut off is not taken for whole.
                Item::Close | Item::End => {
                    self.ended = true;
                    while !matches!(self.document.item()?, Item::End) {}
                }
            }
        }
        Ok(None)
    }
}

/// The number of a row: as stated, else the next.
fn row_number(tag: &Tag<'_>, last: u64) -> Result<u64, XmlError> {
    let stated = raw_attributes(tag, |name, value| (name == "r").then(|| value.parse::<u64>().ok()))?;
    let number = match stated {
        Some(stated) => stated.filter(|number| *number > last),
        None => last.checked_add(1),
    };
    number.filter(|number| *number <= ROWS_MAX).ok_or_else(|| {
        tag.place.damaged(&format!("a row that is not after row {last}, or beyond the last possible one, {ROWS_MAX}"))
    })
}

/// The first attribute that `wanted` takes, by its name without a prefix and its value as it stands.
fn raw_attributes<'t, T>(
    tag: &Tag<'t>,
    mut wanted: impl FnMut(&str, &str) -> Option<T>,
) -> Result<Option<T>, XmlError> {
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| tag.place.damaged(&error.to_string()))?;
        if let Some(found) = wanted(local(attribute.key.as_ref()), &attribute.value) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Reads the cells of a row that was just opened, and its end.
fn read_cells<R: BufRead>(
    document: &mut Document<R>,
    means: &mut Cells<'_>,
    row: u64,
    cells: &mut Vec<String>,
) -> Result<(), XmlError> {
    loop {
        let tag = match document.item()? {
            Item::Open(tag) if tag.name == "c" => cell_tag(&tag, row)?,
            Item::Open(tag) if tag.empty => continue,
            Item::Open(_) => {
                skip(document)?;
                continue;
            }
            Item::Text(_) => continue,
            Item::Close | Item::End => return Ok(()),
        };
        let column = tag.column.unwrap_or(cells.len());
        if column >= COLUMNS_MAX {
            return Err(tag.place.damaged(&format!("a cell beyond the last possible column, the {COLUMNS_MAX}th")));
        }
        if cells.len() <= column {
            cells.resize_with(column + 1, String::new);
        }
        if tag.empty {
            continue;
        }
        means.read(document, &tag)?;
        let Some(cell) = cells.get_mut(column) else { continue };
        if !cell.is_empty() {
            return Err(tag.place.damaged("two cells in one place"));
        }
        *cell = std::mem::take(&mut means.text);
        if means.is_number {
            if means.numbers.len() <= column {
                means.numbers.resize(column + 1, false);
            }
            means.numbers.get_mut(column).into_iter().for_each(|is_number| *is_number = true);
        }
    }
}

fn cell_tag(tag: &Tag<'_>, row: u64) -> Result<CellTag, XmlError> {
    let mut cell = CellTag { column: None, style: 0, kind: Kind::Number, place: tag.place, empty: tag.empty };
    let mut misplaced = false;
    raw_attributes(tag, |name, value| {
        match name {
            "r" => {
                cell.column = column_of(value, row);
                misplaced = cell.column.is_none();
            }
            "s" => cell.style = value.parse().unwrap_or(usize::MAX),
            "t" => {
                cell.kind = match value {
                    "n" => Kind::Number,
                    "s" => Kind::Shared,
                    "b" => Kind::Boolean,
                    "str" | "inlineStr" | "e" | "d" => Kind::Text,
                    _ => Kind::Unknown,
                }
            }
            _ => {}
        }
        None::<()>
    })?;
    match (misplaced, cell.kind) {
        (true, _) => Err(tag.place.damaged("a cell that names no place in its row")),
        (_, Kind::Unknown) => Err(tag.place.damaged("a cell of an unknown type")),
        _ => Ok(cell),
    }
}

/// The column, from 0, of a reference such as `AB12`; `None` where it is none, or not in this row.
fn column_of(reference: &str, row: u64) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (letters, digits) = reference.split_at_checked(letters)?;
    if !(1..=3).contains(&letters.len()) || digits.parse() != Ok(row) {
        return None;
    }
    let number = letters.bytes().fold(0, |sum, letter| sum * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    number.checked_sub(1)
}

impl Cells<'_> {
    /// Reads what is in a cell that was just opened into `text`, and its end.
    fn read<R: BufRead>(&mut self, document: &mut Document<R>, tag: &CellTag) -> Result<(), XmlError> {
        self.text.clear();
        self.is_number = false;
        let (mut formula, mut valued, mut rich) = (String::new(), false, false);
        loop {
            match document.item()? {
                Item::Open(inner) => match (inner.name, inner.empty) {
                    ("v", false) => {
                        valued = true;
                        plain_text(document, tag.place, &mut self.text, 0)?;
                    }
                    ("is", false) => {
                        (valued, rich) = (true, true);
                        rich_text(document, tag.place, &mut self.text)?;
                    }
                    ("f", false) => plain_text(document, tag.place, &mut formula, 0)?,
                    ("f", true) => formula.push('?'),
                    (_, true) => {}
                    (_, false) => skip(document)?,
                },
                Item::Text(_) => {}
                Item::Close | Item::End => break,
            }
        }
        if !valued && !formula.is_empty() {
            // Saved without its result: empty would be a lie.
            self.text = format!("={formula}");
            return finish_text(tag.place, &mut self.text, 0);
        }
        match tag.kind {
            Kind::Number => self.number(tag.style),
            Kind::Shared if self.text.is_empty() => {}
            Kind::Shared => {
                let shared = self.text.trim_ascii().parse().ok().and_then(|number| self.strings.get(number));
                let shared = shared.ok_or_else(|| tag.place.damaged("a cell whose shared text is missing"))?;
                self.text.clear();
                self.text.push_str(shared);
            }
            Kind::Boolean => match self.text.trim_ascii() {
                "1" => self.text = "true".to_owned(),
                "0" => self.text = "false".to_owned(),
                _ => {}
            },
            Kind::Text | Kind::Unknown if rich => {}
            Kind::Text | Kind::Unknown => finish_text(tag.place, &mut self.text, 0)?,
        }
        Ok(())
    }

    /// Makes a number of the text, or a day where the style says so. What is neither stays as it stands.
    fn number(&mut self, style: usize) {
        let Some(number) = number_text(&self.text) else { return };
        let day = match self.kinds.get(style) {
            Some(CellKind::Day) => day_text(&number, self.from_1904),
            _ => None,
        };
        match (day, number) {
            (Some(day), _) => self.text = day,
            (None, Cow::Owned(number)) => (self.text, self.is_number) = (number, true),
            (None, Cow::Borrowed(_)) => self.is_number = true,
        }
    }
}
