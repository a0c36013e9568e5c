//! Profiles (CLI.md): how a shop or an ERP writes its exports, so that they are read as they are.
//!
//! A profile says which of the file's columns is which canonical column, and how its numbers, days and words are
//! written. What it does not say is not guessed: a field that can be read in two ways is refused.
//!
//! ```text
//! bytes -> encoding -> delimited -> columns -> convert -> canonical copy
//!          (or any Table: a sheet)             number, amount, date
//! ```

pub mod amount;
pub mod columns;
pub mod convert;
pub mod date;
pub mod delimited;
pub mod encoding;
pub mod month;
pub mod number;
pub mod utf16;

use std::collections::BTreeMap;

/// How texts become characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, by its byte order mark, else by the zeros beside its letters, else little endian.
    Utf16,
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
    /// Windows-1252.
    Windows1252,
    /// ISO 8859-1, with the control characters where Windows-1252 has letters.
    Iso8859_1,
    /// ISO 8859-15.
    Iso8859_15,
}

/// What stands around fields that hold a delimiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quote {
    /// This byte, twice where it stands for itself.
    Byte(u8),
    /// Nothing: quotes stand for themselves.
    Never,
}

/// What separates groups of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grouping {
    /// A space, a no-break space (U+00A0) or a narrow one (U+202F), or a thin one (U+2009).
    Space,
    /// A full stop.
    Dot,
    /// A comma.
    Comma,
    /// An apostrophe, straight or typographic.
    Apostrophe,
}

/// What a whole number of an amount counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AmountUnit {
    /// Kronor, euros.
    Major,
    /// Öre, cents: no decimals then.
    Minor,
}

/// What a VAT rate without a percent sign counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RateUnit {
    /// `25` is 25 %.
    Percent,
    /// `2500` is 25 %, as in canonical files.
    BasisPoints,
    /// `0.25` is 25 %.
    Fraction,
}

/// A column whose text holds several: what the named groups of the pattern match are canonical columns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Split {
    /// The file's column.
    pub column: String,
    /// A regular expression with named groups, such as `^(?<order_id>\d+)/(?<line_id>\d+)$`.
    pub pattern: String,
}

/// How a kind of export is written. `None` is what canonical files do: commas, UTF-8, a decimal point, no grouping.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Profile {
    /// Its name in the configuration.
    pub name: String,
    /// The byte between fields.
    pub delimiter: Option<u8>,
    /// What stands around fields; `"` where nothing is said.
    pub quote: Option<Quote>,
    /// How texts become characters; by the byte order mark, else UTF-8, where nothing is said.
    pub encoding: Option<Encoding>,
    /// The decimal sign, `.` or `,`.
    pub decimal: Option<char>,
    /// What separates groups of digits; none where nothing is said.
    pub grouping: Option<Grouping>,
    /// What amounts count; minor units where nothing is said.
    pub amount_unit: Option<AmountUnit>,
    /// What a VAT rate without a percent sign counts; where nothing is said, percent with amounts in major units, else
    /// percent x 100.
    pub vat_rate_unit: Option<RateUnit>,
    /// How days and times are written, in the letters of `strftime`; the canonical forms where nothing is said.
    pub date_format: Option<String>,
    /// The IANA name of the zone of its times; the run's where nothing is said.
    pub timezone: Option<String>,
    /// The sheet of a workbook; the first where nothing is said.
    pub sheet: Option<String>,
    /// The line (of a workbook: the row) of the header, from 1; the first that is not empty where nothing is said.
    pub header_row: Option<u64>,
    /// Canonical column to the file's column. Where there is none at all, the file's columns have canonical names.
    pub columns: BTreeMap<String, String>,
    /// Canonical column to the canonical text that it has in every row, or in every row whose own field is empty.
    pub constants: BTreeMap<String, String>,
    /// Canonical column to what its words stand for: `Retur` to `reversal`. Words are compared without case; what they
    /// stand for is canonical text.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Columns that hold several.
    pub split: Vec<Split>,
    /// Canonical column to the file's columns whose texts it is put together from, a space between them: a day and its
    /// time. `date_format` and all else is about the text that they give.
    pub join: BTreeMap<String, Vec<String>>,
    /// Canonical amounts whose sign is turned.
    pub negate: Vec<String>,
    /// Kind of a settlement row, in canonical words, to the amounts whose sign is turned in rows of that kind: for
    /// exports that write reversals as positive amounts.
    pub negate_kinds: BTreeMap<String, Vec<String>>,
    /// The file's column to the words that a row must have one of to take part; others are left out and counted.
    pub only: BTreeMap<String, Vec<String>>,
}

impl Profile {
    /// How its numbers are written.
    #[must_use]
    pub fn dialect(&self) -> number::Dialect {
        number::Dialect { decimal: self.decimal, grouping: self.grouping }
    }
}

#[cfg(test)]
mod tests;
