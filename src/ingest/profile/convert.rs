//! Rows of a profile to a canonical copy: every field read exactly in the profile's ways, or the row rejected.

use std::ops::Range;

use csv::{ByteRecord, StringRecord};
use regex::CaptureLocations;

use super::amount::{self, RowCurrency};
use super::columns::{Columns, Field, From, Header};
use super::date::Dates;
use super::delimited::{Delimited, Delimiters, Split};
use super::number::Dialect;
use super::{AmountUnit, Profile, Quote, RateUnit};
use crate::engine::join::push_digits;
use crate::engine::source::Bytes;
use crate::ingest::canonical::{CURRENCY_REASON, EMPTY_REASON, Reject, UNCLOSED_REASON};
use crate::ingest::copy::{Converted, Copy};
use crate::ingest::field::shown;
use crate::ingest::source::FileError;
use crate::ingest::table::Table;
use crate::ingest::workbook::is_no_value;
use crate::model::currency::Currencies;
use crate::model::record::{ColumnKind, Dataset};

/// What a conversion needs to know beside the file.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// The path as configured or typed.
    pub shown: &'a str,
    /// What the rows are.
    pub dataset: Dataset,
    /// How they are written; `None` for canonical columns with canonical texts.
    pub profile: Option<&'a Profile>,
    /// Known currencies.
    pub currencies: &'a Currencies,
}

/// Converts delimited text.
///
/// # Errors
/// The file cannot be read, is in another encoding than its profile says, or lacks a column of it.
pub fn convert_text(bytes: &Bytes, task: Task<'_>, delimiter: u8) -> Result<Converted, FileError> {
    let silent = Profile::default();
    let profile = task.profile.unwrap_or(&silent);
    if let Some(sheet) = &profile.sheet {
        let problem = format!("profile {} names the sheet `{sheet}`, but this is no workbook", profile.name);
        return Err(FileError::new(task.shown, problem, "leave sheet out of the profile, or give the workbook"));
    }
    let delimiters = Delimiters {
        delimiter: profile.delimiter.unwrap_or(delimiter),
        quote: profile.quote.unwrap_or(Quote::Byte(b'"')),
        skip: profile.header_row.map_or(0, |row| row.saturating_sub(1)),
    };
    let mut rows = Delimited::new(task.shown, bytes, profile.encoding, delimiters)?;
    let encoding = rows.encoding.name();
    let mut record = ByteRecord::new();
    let (line, names) = loop {
        let Some((line, split)) = rows.row(std::mem::take(&mut record))? else { return Err(no_header(task, profile)) };
        let refused = |problem: String, help: &str| Err(FileError::new(task.shown, problem, help).at(line, None));
        let header = match split {
            Split::Row(header) => header,
            Split::NotText(_) => {
                let problem = format!("the header holds bytes that are no {encoding} text");
                return refused(problem, "say the file's encoding in its profile");
            }
            Split::Unclosed(_) => {
                return refused(
                    "a quote in the header is not closed".to_owned(),
                    "set the quote of the file in its profile",
                );
            }
        };
        if profile.header_row.is_some_and(|row| row != line) {
            return Err(no_header(task, profile));
        }
        let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        if names.iter().any(|name| !name.is_empty()) {
            break (line, names);
        }
        record = header.into_byte_record();
    };
    let mut job = Job::new(task, profile, Header { shown: task.shown, line, names: &names }, true)?;
    while let Some((line, split)) = rows.row(std::mem::take(&mut record))? {
        record = match split {
            Split::Row(row) => {
                job.row(line, &row)?;
                row.into_byte_record()
            }
            Split::NotText(bytes) => {
                job.not_text(line, &bytes, encoding);
                bytes
            }
            Split::Unclosed(rest) => {
                let reason = UNCLOSED_REASON.to_owned();
                job.copy.reject(line, Reject { column: String::new(), value: shown(&rest), reason });
                ByteRecord::new()
            }
        };
    }
    let delimiter = match delimiters.delimiter {
        b'\t' => "tab".to_owned(),
        byte => char::from(byte).to_string(),
    };
    let how = format!("{encoding}, {delimiter}");
    job.finish(&match task.profile {
        Some(profile) => format!("profile {} ({how})", profile.name),
        None => format!("canonical csv ({how})"),
    })
}

/// Converts a table of another kind, such as a sheet; `of` says which, for people.
///
/// # Errors
/// The table cannot be read, or lacks a column of its profile.
pub fn convert_table(table: &mut dyn Table, task: Task<'_>, of: &str) -> Result<Converted, FileError> {
    let silent = Profile::default();
    let profile = task.profile.unwrap_or(&silent);
    let mut cells = Vec::new();
    let (line, names) = loop {
        let Some(line) = table.row(&mut cells)? else { return Err(no_header(task, profile)) };
        match profile.header_row {
            Some(row) if line < row => continue,
            Some(row) if line > row => return Err(no_header(task, profile)),
            _ => {}
        }
        let mut names: Vec<String> = cells.iter().map(|name| name.trim().to_owned()).collect();
        let filled = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last.saturating_add(1));
        names.truncate(filled);
        if !names.is_empty() {
            break (line, names);
        }
    };
    let mut job = Job::new(task, profile, Header { shown: task.shown, line, names: &names }, false)?;
    while let Some(line) = table.row(&mut cells)? {
        job.row(line, &Sheet { cells: &cells, table })?;
    }
    job.finish(&match task.profile {
        Some(profile) => format!("profile {} ({of})", profile.name),
        None => format!("canonical {of}"),
    })
}

fn no_header(task: Task<'_>, profile: &Profile) -> FileError {
    match profile.header_row {
        Some(row) => {
            FileError::new(task.shown, format!("no header stands on line {row}"), "correct header_row in the profile")
                .at(row, None)
        }
        None => FileError::new(task.shown, "the file is empty", "a file without rows still has its header"),
    }
}

/// The cells of a row.
trait Cells {
    fn count(&self) -> usize;
    fn cell(&self, place: usize) -> &str;
    fn is_number(&self, _place: usize) -> bool {
        false
    }
}

impl Cells for StringRecord {
    fn count(&self) -> usize {
        self.len()
    }

    fn cell(&self, place: usize) -> &str {
        self.get(place).unwrap_or_default()
    }
}

struct Sheet<'a> {
    cells: &'a [String],
    table: &'a dyn Table,
}

impl Cells for Sheet<'_> {
    fn count(&self) -> usize {
        self.cells.len()
    }

    fn cell(&self, place: usize) -> &str {
        self.cells.get(place).map_or("", String::as_str)
    }

    fn is_number(&self, place: usize) -> bool {
        self.table.is_number(place)
    }
}

/// The ways of a profile with numbers, made once a file.
struct Ways {
    dialect: Dialect,
    unit: AmountUnit,
    rate_unit: RateUnit,
    dates: Dates,
    /// Texts are canonical already: they are copied, and the canonical reader judges them.
    is_canonical: bool,
    /// The rows of a file in which every row has all fields.
    is_text: bool,
}

/// A conversion under way.
struct Job<'a> {
    currencies: &'a Currencies,
    profile_name: &'a str,
    ways: Ways,
    columns: Columns,
    copy: Copy<'a>,
    /// What the groups of each split matched in this row.
    groups: Vec<CaptureLocations>,
    /// What the cells of each joined column give in this row.
    joined: Vec<String>,
    out: Vec<String>,
    left_out: u64,
    currency: (String, Option<u32>),
}

impl<'a> Job<'a> {
    fn new(task: Task<'a>, profile: &'a Profile, header: Header<'_>, is_text: bool) -> Result<Self, FileError> {
        let is_canonical = task.profile.is_none();
        let columns = Columns::new(profile, is_canonical, task.dataset, header)?;
        let wrong = |problem: String| {
            FileError::new(task.shown, format!("profile {}: {problem}", profile.name), "correct the profile")
        };
        let dates = Dates::new(profile.date_format.as_deref(), profile.timezone.as_deref()).map_err(wrong)?;
        let unit = profile.amount_unit.unwrap_or(AmountUnit::Minor);
        let rate_unit = profile.vat_rate_unit.unwrap_or(match unit {
            AmountUnit::Major => RateUnit::Percent,
            AmountUnit::Minor => RateUnit::BasisPoints,
        });
        let places = columns.fields.iter().map(|field| field.place).collect();
        Ok(Self {
            currencies: task.currencies,
            profile_name: &profile.name,
            ways: Ways { dialect: profile.dialect(), unit, rate_unit, dates, is_canonical, is_text },
            groups: columns.splits.iter().map(|split| split.pattern.capture_locations()).collect(),
            joined: vec![String::new(); columns.joins.len()],
            out: vec![String::new(); columns.fields.len()],
            copy: Copy::of(task.shown, task.dataset, places, &columns.ignored)?,
            columns,
            left_out: 0,
            currency: (String::new(), None),
        })
    }

    fn row(&mut self, line: u64, cells: &impl Cells) -> Result<(), FileError> {
        // A row without any text is none, as an empty line is none.
        if (0..cells.count()).all(|place| trim(cells.cell(place)).is_empty()) {
            return Ok(());
        }
        let width = self.columns.width;
        if cells.count() != width && self.ways.is_text {
            let all: Vec<&str> = (0..cells.count().min(100)).map(|place| cells.cell(place)).collect();
            let reason = format!("{} fields where the header has {width}", cells.count());
            self.copy.reject(line, Reject { column: String::new(), value: shown(all.join(" | ").as_bytes()), reason });
            return Ok(());
        }
        let takes_part = |only: &super::columns::OnlyCell| {
            let word = cells.cell(only.cell).trim().to_lowercase();
            only.words.contains(&word)
        };
        if !self.columns.only.iter().all(takes_part) {
            self.left_out = self.left_out.saturating_add(1);
            return Ok(());
        }
        match self.fields(cells) {
            Ok(()) => self.copy.row_at(line, &self.out),
            Err(reject) => {
                self.copy.reject(line, reject);
                Ok(())
            }
        }
    }

    /// Reads all fields into `out`.
    fn fields(&mut self, cells: &impl Cells) -> Result<(), Reject> {
        let Self { columns, ways, groups, joined, out, .. } = self;
        for (cells_of, text) in columns.joins.iter().zip(joined.iter_mut()) {
            text.clear();
            for part in cells_of.iter().map(|place| trim(cells.cell(*place))).filter(|part| !part.is_empty()) {
                text.push_str(if text.is_empty() { "" } else { " " });
                text.push_str(part);
            }
        }
        for (split, found) in columns.splits.iter().zip(groups.iter_mut()) {
            let text = trim(cells.cell(split.cell));
            if split.pattern.captures_read(found, text).is_none() {
                // The locations of an earlier row are gone, and an empty text has no groups.
                if text.is_empty() {
                    *found = split.pattern.capture_locations();
                    continue;
                }
                return Err(Reject {
                    column: split.name.clone(),
                    value: shown(text.as_bytes()),
                    reason: format!("does not match the pattern of profile {}: {}", self.profile_name, split.pattern),
                });
            }
        }
        let text_of = |field: &Field| match field.from {
            From::Cell(place) => trim(cells.cell(place)),
            From::Group(split, group) => {
                let whole = columns.splits.get(split).map_or("", |split| trim(cells.cell(split.cell)));
                let found = groups.get(split).and_then(|found| found.get(group));
                found.and_then(|(start, end)| whole.get(Range { start, end })).map_or("", str::trim)
            }
            From::Joined(place) => joined.get(place).map_or("", |text| text),
            From::Nowhere => "",
        };
        let kind_text = columns
            .kind
            .and_then(|place| columns.fields.get(place))
            .map_or("", |field| said(field, text_of(field)).unwrap_or_else(|text| text));
        let currency_text = columns
            .currency
            .and_then(|place| columns.fields.get(place))
            .map_or("", |field| said(field, text_of(field)).unwrap_or_else(|text| text));
        if self.currency.0 != currency_text {
            let known = self.currencies.find(currency_text.as_bytes());
            self.currency = (currency_text.to_owned(), known.map(|known| self.currencies.exponent(known)));
        }
        let currency = RowCurrency { code: &self.currency.0, exponent: self.currency.1 };
        if ways.unit == AmountUnit::Major && currency.exponent.is_none() {
            let reason = if currency.code.is_empty() { EMPTY_REASON } else { CURRENCY_REASON };
            return Err(Reject {
                column: "currency".to_owned(),
                value: shown(currency.code.as_bytes()),
                reason: reason.to_owned(),
            });
        }
        for (field, out) in columns.fields.iter().zip(out.iter_mut()) {
            out.clear();
            let text = text_of(field);
            match said(field, text) {
                Ok(canonical) => out.push_str(canonical),
                Err("") => {}
                Err(text) if !ways.is_text && is_no_value(text) => {
                    return Err(Reject {
                        column: field.column.name.to_owned(),
                        value: shown(text.as_bytes()),
                        reason: "an error of Excel, or a formula that was saved without its result, is no value"
                            .to_owned(),
                    });
                }
                Err(text) => {
                    let is_number = matches!(field.from, From::Cell(place) if cells.is_number(place));
                    let turned = field.negate || field.negate_kinds.iter().any(|kind| is_kind(kind_text, kind));
                    put(field, text, (is_number, turned), ways, currency, out).map_err(|reason| Reject {
                        column: field.column.name.to_owned(),
                        value: shown(text.as_bytes()),
                        reason,
                    })?;
                }
            }
        }
        Ok(())
    }

    /// A row of which some field is no text in the file's encoding.
    fn not_text(&mut self, line: u64, cells: &ByteRecord, encoding: &str) {
        let bad = cells.iter().zip(0_usize..).find(|(cell, _)| std::str::from_utf8(cell).is_err());
        let (cell, place) = bad.unwrap_or_default();
        self.copy.reject(
            line,
            Reject {
                column: self.columns.names.get(place).cloned().unwrap_or_default(),
                value: shown(cell),
                reason: format!("bytes that are no {encoding} text"),
            },
        );
    }

    fn finish(self, format: &str) -> Result<Converted, FileError> {
        let names: Vec<&str> =
            self.columns.only.iter().filter_map(|only| self.columns.names.get(only.cell)).map(String::as_str).collect();
        let format = match self.left_out {
            0 => format.to_owned(),
            1 => format!("{format}, 1 row left out by {}", names.join(", ")),
            many => format!("{format}, {many} rows left out by {}", names.join(", ")),
        };
        self.copy.finish(format, None)
    }
}

/// The canonical text of a word or an empty field; `Err` is a text that is still to be read.
fn said<'t>(field: &'t Field, text: &'t str) -> Result<&'t str, &'t str> {
    if !field.words.is_empty()
        && let Some(canonical) = field.words.get(text.to_lowercase().as_str())
    {
        return Ok(canonical);
    }
    match &field.constant {
        Some(constant) if text.is_empty() => Ok(constant),
        _ => Err(text),
    }
}

/// Whether a kind is one that is written in small letters.
fn is_kind(text: &str, small: &str) -> bool {
    if text.is_ascii() { text.eq_ignore_ascii_case(small) } else { text.to_lowercase() == small }
}

/// Writes the canonical text of a field; `turned`: its sign is turned.
fn put(
    field: &Field,
    text: &str,
    (is_number, turned): (bool, bool),
    ways: &Ways,
    currency: RowCurrency<'_>,
    out: &mut String,
) -> Result<(), String> {
    let dialect = if is_number { Dialect::PLAIN } else { ways.dialect };
    match field.column.kind {
        _ if ways.is_canonical => out.push_str(text),
        ColumnKind::Text | ColumnKind::Currency | ColumnKind::State | ColumnKind::Kind => out.push_str(text),
        ColumnKind::Minor => {
            let amount_minor = amount::minor(text, dialect, ways.unit, currency)?;
            let amount_minor = if turned {
                amount_minor.checked_neg().ok_or("the amount does not fit 64 bits of minor units")?
            } else {
                amount_minor
            };
            push_digits(amount_minor, out);
        }
        ColumnKind::Rate => push_digits(amount::vat_rate_bp(text, dialect, ways.rate_unit)?, out),
        ColumnKind::Quantity => out.push_str(&amount::quantity(text, dialect)?),
        ColumnKind::Stamp => ways.dates.put(text, !ways.is_text, out)?,
    }
    Ok(())
}

/// A text without the white space of any kind around it.
fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [] | [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}
