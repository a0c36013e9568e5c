//! Profiles (CLI.md): how a shop or an ERP writes its exports, so that they are read as they are.
//!
//! A profile says which of the file's columns is which canonical column, and how its numbers, days and words are
//! written. What it does not say is not guessed: a field that can be read in two ways is refused.

use std::collections::BTreeMap;

/// How texts become characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, by its byte order mark; without one, little endian.
    Utf16,
    /// UTF-16, big endian.
    Utf16Be,
    /// Windows-1252.
    Windows1252,
    /// ISO 8859-1, with the control characters where Windows-1252 has letters.
    Iso8859_1,
    /// ISO 8859-15.
    Iso8859_15,
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
    /// The byte around fields; `"` where nothing is said.
    pub quote: Option<u8>,
    /// How texts become characters.
    pub encoding: Option<Encoding>,
    /// The decimal sign, `.` or `,`.
    pub decimal: Option<char>,
    /// What separates groups of digits; none where nothing is said.
    pub grouping: Option<Grouping>,
    /// What amounts count; minor units where nothing is said.
    pub amount_unit: Option<AmountUnit>,
    /// How days and times are written, in the letters of `strftime`; the canonical forms where nothing is said.
    pub date_format: Option<String>,
    /// The IANA name of the zone of its times; the run's where nothing is said.
    pub timezone: Option<String>,
    /// The sheet of a workbook; the first where nothing is said.
    pub sheet: Option<String>,
    /// The row of the header, from 1; the first that is not empty where nothing is said.
    pub header_row: Option<u64>,
    /// Canonical column to the file's column.
    pub columns: BTreeMap<String, String>,
    /// Canonical column to the text that it has in every row.
    pub constants: BTreeMap<String, String>,
    /// Canonical column to what its words stand for: `Retur` to `reversal`. Words are compared without case.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Columns that hold several.
    pub split: Vec<Split>,
    /// Canonical amounts whose sign is turned.
    pub negate: Vec<String>,
    /// The file's column to the words that a row must have one of to take part; others are left out and counted.
    pub only: BTreeMap<String, Vec<String>>,
}
