//! Workbooks (XLSX, ECMA-376): their sheets as tables of texts, read row by row in bounded memory.
//!
//! Own code on the zip and XML readers, because what stands in a settlement must come out as it stands: a number is
//! the digits of its cell and not a float printed again (an id of 17 digits keeps them all), every length is bounded
//! before it costs memory, and no damage ends in a panic. Formulas are not computed: the value that was saved counts.

#[cfg(test)]
pub(crate) mod made;
mod number;
mod package;
mod parts;
mod sheet;
mod strings;

#[cfg(test)]
mod tests;

use package::Package;
use parts::{Parts, SheetPart};
pub use sheet::Sheet;
use strings::Strings;

use crate::engine::source::Bytes;
use crate::ingest::source::FileError;

/// An opened workbook.
pub struct Workbook<'b> {
    package: Package<'b>,
    parts: Parts,
    strings: Strings,
}

/// Opens a workbook.
///
/// # Errors
/// It is no workbook, is damaged, or is larger than what is read; the message says which.
pub fn open<'b>(shown: &str, bytes: &'b Bytes) -> Result<Workbook<'b>, FileError> {
    let mut package = Package::open(shown, bytes)?;
    let parts = Parts::read(&mut package)?;
    let strings = Strings::read(&mut package, parts.strings.as_deref())?;
    Ok(Workbook { package, parts, strings })
}

impl<'b> Workbook<'b> {
    /// The names of its sheets that hold cells, in their order; hidden ones too.
    pub fn sheet_names(&self) -> impl Iterator<Item = &str> {
        self.parts.sheets.iter().map(|sheet| sheet.name.as_str())
    }

    /// A sheet from its first row, by name, letter case ignored as Excel does; without a name the first that is not
    /// hidden.
    ///
    /// # Errors
    /// There is no such sheet, or it is damaged.
    pub fn sheet(&mut self, name: Option<&str>) -> Result<Sheet<'_, 'b>, FileError> {
        let folded = |text: &str| text.trim().to_lowercase();
        let sheets = &self.parts.sheets;
        let found: Option<&SheetPart> = match name {
            Some(name) => sheets.iter().find(|sheet| folded(&sheet.name) == folded(name)),
            None => sheets.iter().find(|sheet| !sheet.hidden).or(sheets.first()),
        };
        let Some(found) = found else {
            let names: Vec<&str> = self.sheet_names().take(20).collect();
            let problem = match name {
                Some(name) => format!("the workbook has no sheet {name:?}; it has {names:?}"),
                None => "the workbook has no sheet with cells".to_owned(),
            };
            return Err(FileError::new(self.package.shown(), problem, "name one of its sheets in the profile"));
        };
        Sheet::open(&mut self.package, found, &self.parts, &self.strings)
    }
}

/// Whether a cell's text stands for no value: an error of Excel such as `#N/A`, or a formula that was saved without
/// its result, which is given as `=` and its text. Whoever takes a cell for an id refuses such a one.
#[must_use]
pub fn is_no_value(text: &str) -> bool {
    const ERRORS: [&str; 14] = [
        "#BLOCKED!",
        "#BUSY!",
        "#CALC!",
        "#CONNECT!",
        "#DIV/0!",
        "#FIELD!",
        "#GETTING_DATA",
        "#N/A",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#REF!",
        "#SPILL!",
        "#VALUE!",
    ];
    text.starts_with('=') || (text.starts_with('#') && ERRORS.contains(&text))
}
