//! Formats that are not canonical, converted to canonical rows: a temporary copy in canonical CSV, whose last column
//! holds the line of the original, so that everything behind reads one format.

use chrono::NaiveDate;

use super::source::FileError;
use crate::engine::source::Bytes;
use crate::model::currency::{Currencies, Currency};
use crate::model::record::Dataset;
use crate::model::reject::RejectRow;

/// A converted file.
#[derive(Debug)]
pub struct Converted {
    /// Canonical CSV.
    pub bytes: Bytes,
    /// What it holds.
    pub dataset: Dataset,
    /// Rows that could not be converted.
    pub rejects: Vec<RejectRow>,
    /// What a settlement file says of itself.
    pub native: Option<Native>,
}

/// What a settlement file says of itself.
#[derive(Debug, Clone)]
pub struct Native {
    /// Its own id.
    pub settlement_id: String,
    /// The day it was made.
    pub created: Option<NaiveDate>,
    /// Hash of its records, whatever their order.
    pub content_hash: u128,
    /// Its stated totals and those of its body.
    pub stated: Vec<Stated>,
}

/// A stated total beside that of the body.
#[derive(Debug, Clone)]
pub struct Stated {
    /// What is stated.
    pub what: String,
    /// Currency of an amount; `None` for a count.
    pub currency: Option<Currency>,
    /// As stated: minor units or a count.
    pub stated: i128,
    /// As found.
    pub actual: i128,
    /// Where it is stated.
    pub line: u64,
}

impl Stated {
    /// The sentence of a `file-total` finding.
    #[must_use]
    pub fn sentence(&self, _settlement_id: &str, _currencies: &Currencies) -> String {
        String::new()
    }
}

impl Native {
    /// Rows and sums, for people.
    #[must_use]
    pub fn sums_text(&self, _currencies: &Currencies) -> String {
        String::new()
    }
}

/// stub
pub fn convert_transaction_list(_shown: &str, _bytes: &Bytes, _currencies: &Currencies) -> Result<Converted, FileError> { Err(FileError::new("", "", "")) }
/// stub
pub fn convert_parquet(_shown: &str, _bytes: &Bytes, _dataset: Option<Dataset>) -> Result<Converted, FileError> { Err(FileError::new("", "", "")) }
