//! Sheets as the package that a spreadsheet opens.
//!
//! The library makes the package without the rows of its sheets, and the rows are written into it one by one. By itself it
//! would hold all cells in memory, or send them through a temporary file and panic where the disk is full; so no more is
//! held than one row, a full disk is an error, and no amount becomes a binary number on its way.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read as _, Write};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipArchive, ZipWriter};

use super::cell;
use super::sheet::Sheet;
use super::styles::Style;

/// Rows are handed on when so many bytes of them have come together.
const BUFFER: usize = 1 << 16;
/// How hard the package is compressed: a fifth larger than by the usual 6, in less than half the time.
const LEVEL: i64 = 3;

/// What the workbook says of itself.
#[derive(Debug)]
pub(super) struct Properties<'a> {
    /// Program name and version.
    pub(super) program: &'a str,
    /// The day for which it was made, `YYYY-MM-DD`: the only time that it holds.
    pub(super) as_of: &'a str,
}

/// Writes sheets as a workbook.
///
/// # Errors
/// `out` cannot be written.
pub(super) fn write(
    sheets: &[Sheet<'_>],
    exponents: &[u32],
    properties: &Properties<'_>,
    out: impl Write,
) -> io::Result<()> {
    let styles = Style::all(exponents);
    let outline = outline(sheets, &styles, properties).map_err(io::Error::other)?;
    let mut from = ZipArchive::new(Cursor::new(outline)).map_err(io::Error::from)?;
    let mut to = ZipWriter::new_stream(UntilFailed { out, failed: false });
    for index in 0..from.len() {
        let mut entry = from.by_index(index).map_err(io::Error::from)?;
        let mut text = Vec::new();
        entry.read_to_end(&mut text)?;
        let name = entry.name().map_err(io::Error::from)?.into_owned();
        let sheet = sheet_number(&name).and_then(|number| sheets.get(number));
        // No time but the format's first one, so that the same report gives the same bytes.
        let options =
            SimpleFileOptions::default().last_modified_time(DateTime::default()).compression_level(Some(LEVEL));
        to.start_file(name, options).map_err(io::Error::from)?;
        match sheet {
            Some(sheet) => fill(sheet, &styles, &String::from_utf8(text).map_err(io::Error::other)?, &mut to)?,
            None => to.write_all(&text)?,
        }
    }
    to.finish().map_err(io::Error::from)?.into_inner().flush()
}

/// What is written to until it fails once, and takes everything then: the library, when it is dropped with a package that is
/// not complete, would go on writing and print that it cannot.
struct UntilFailed<W> {
    out: W,
    failed: bool,
}

impl<W> UntilFailed<W> {
    fn done<T>(&mut self, otherwise: T, work: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        if self.failed {
            return Ok(otherwise);
        }
        let done = work(&mut self.out);
        self.failed = done.is_err();
        done
    }
}

impl<W: Write> Write for UntilFailed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.done(bytes.len(), |out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.done((), Write::flush)
    }
}

/// The place of a sheet, from the name of its file: `xl/worksheets/sheet1.xml` is the first.
fn sheet_number(name: &str) -> Option<usize> {
    let number = name.strip_prefix("xl/worksheets/sheet")?.strip_suffix(".xml")?;
    number.parse::<usize>().ok()?.checked_sub(1)
}

/// The package with all but the rows.
fn outline(
    sheets: &[Sheet<'_>],
    styles: &[Style],
    properties: &Properties<'_>,
) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let mut workbook = Workbook::new();
    // The library would take the time of its clock.
    let created = ExcelDateTime::parse_from_str(properties.as_of).or_else(|_| ExcelDateTime::from_ymd(2000, 1, 1))?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title(format!("Reconciliation as of {}", properties.as_of))
            .set_subject("Orders, captures, reversals and settlements")
            .set_author(properties.program)
            .set_creation_datetime(&created),
    );
    let formats: Vec<Format> = styles.iter().map(|style| style.format()).collect();
    let head = format!("as of {}", properties.as_of);
    for sheet in sheets {
        sheet.outline(&mut workbook, &formats, &head)?;
    }
    workbook.save_to_buffer()
}

/// Writes a sheet: its outline, with its rows in the place of what stands there.
fn fill(sheet: &Sheet<'_>, styles: &[Style], outline: &str, out: &mut impl Write) -> io::Result<()> {
    let unlike = || io::Error::other(format!("the sheet {} has no rows to fill", sheet.name));
    let (before, rest) = outline.split_once("<sheetData>").ok_or_else(unlike)?;
    let (pattern, after) = rest.split_once("</sheetData>").ok_or_else(unlike)?;
    let formats = formats(pattern, styles).ok_or_else(unlike)?;
    let names: Vec<String> = (0_u16..).map(cell::letters).take(sheet.widths.len()).collect();
    out.write_all(with_dimension(before, names.last().map_or("A", String::as_str), sheet.rows).as_bytes())?;
    let mut text = String::from("<sheetData>");
    for index in 0..sheet.rows {
        let row = (sheet.row)(index);
        let number = index.saturating_add(1);
        let fixed = if row.fixed { r#" customHeight="1""# } else { "" };
        text.push_str(&format!(r#"<row r="{number}" ht="{}"{fixed}>"#, row.height));
        for (column, content, style) in &row.cells {
            let letters = names.get(usize::from(*column)).ok_or_else(unlike)?;
            let format = formats.get(style).ok_or_else(unlike)?;
            cell::write(&mut text, (letters, number), content, *format);
        }
        text.push_str("</row>");
        if text.len() >= BUFFER {
            out.write_all(text.as_bytes())?;
            text.clear();
        }
    }
    text.push_str("</sheetData>");
    out.write_all(text.as_bytes())?;
    out.write_all(after.as_bytes())
}

/// The number that each style has got, read from the cells of the first row of the outline, one a style.
fn formats(pattern: &str, styles: &[Style]) -> Option<BTreeMap<Style, u32>> {
    let mut formats = BTreeMap::new();
    let mut cells = pattern.split("<c ").skip(1);
    for style in styles {
        let (_, rest) = cells.next()?.split_once(" s=\"")?;
        formats.insert(*style, rest.split('"').next()?.parse().ok()?);
    }
    Some(formats)
}

/// The beginning of a sheet with the range that its rows fill.
fn with_dimension(before: &str, last_column: &str, rows: u32) -> String {
    let Some((head, rest)) = before.split_once("<dimension ref=\"") else { return before.to_owned() };
    let Some((_, tail)) = rest.split_once('"') else { return before.to_owned() };
    format!("{head}<dimension ref=\"A1:{last_column}{}\"{tail}", rows.max(1))
}
