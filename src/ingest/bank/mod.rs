//! Statements of a bank account: ISO 20022 camt.053 and camt.054, MT940, and the rows of a bank's CSV.
//!
//! A statement with a hole proves nothing, so there are no rejects here: an entry that cannot be read makes its file
//! unreadable. Every entry is counted and summed; kept are those that may be a payout of a provider. Names of parties
//! only tell which provider paid, and are neither kept nor shown.

pub mod camt;
mod collect;
pub mod mt940;
mod names;
pub mod rows;
mod words;

use std::io::Read as _;

use crate::engine::source::Bytes;
use crate::ingest::source::{FileError, Shape};
use crate::ingest::xml;
use crate::model::bank::Statement;
use crate::model::currency::Currencies;

pub use camt::{is_camt, read_camt};
pub use mt940::{is_mt940, read_mt940};
pub use names::BankNames;

/// So many bytes at the beginning of a file tell what it is.
pub const HEAD_BYTES: u64 = 1 << 14;

/// What a bank's file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankFile {
    /// Its format: `camt.053.001.08`, `mt940`.
    pub format: String,
    /// Its statements, in the order of the file; pages of one statement are one.
    pub statements: Vec<Statement>,
    /// What a person should know of the reading, a sentence each.
    pub notes: Vec<String>,
}

/// What the readers need to know.
#[derive(Debug, Clone, Copy)]
pub struct BankWays<'a> {
    /// Which texts name a provider.
    pub names: &'a BankNames,
    /// Known currencies and their decimals.
    pub currencies: &'a Currencies,
}

/// A bank's own format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ISO 20022 camt.053 and camt.054.
    Camt,
    /// SWIFT MT940.
    Mt940,
}

impl Kind {
    /// Reads a file of this format.
    ///
    /// # Errors
    /// It is damaged, cut off, or has an entry that is in doubt.
    pub fn read(self, shown: &str, bytes: &Bytes, ways: &BankWays<'_>) -> Result<BankFile, FileError> {
        match self {
            Self::Camt => read_camt(shown, bytes, ways),
            Self::Mt940 => read_mt940(shown, bytes, ways),
        }
    }
}

/// The bank's own format that a file is of, by its first bytes; `None` where it is of none, such as CSV, which a profile
/// describes.
///
/// # Errors
/// The file cannot be read.
pub fn recognised(shown: &str, bytes: &Bytes, shape: Shape) -> Result<Option<Kind>, FileError> {
    let again = |error| FileError::new(shown, format!("cannot be read: {error}"), "run again");
    // UTF-16 is told by its first bytes alone, and may hold XML.
    if matches!(shape, Shape::Xml | Shape::Utf16) && is_camt(&xml::head(bytes, HEAD_BYTES).map_err(again)?) {
        return Ok(Some(Kind::Camt));
    }
    if !matches!(shape, Shape::Text | Shape::Utf16) {
        return Ok(None);
    }
    let mut head = Vec::new();
    mt940::decoded(shown, bytes)?.take(HEAD_BYTES).read_to_end(&mut head).map_err(again)?;
    Ok(is_mt940(&head).then_some(Kind::Mt940))
}
