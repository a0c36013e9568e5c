//! Formats that are not canonical, converted to canonical rows: a temporary copy in canonical CSV, whose last column
//! holds the line of the original, so that everything behind reads one format.

use std::io::BufReader;

use chrono::NaiveDate;
use xxhash_rust::xxh3::xxh3_128;

use super::layout::LINE_COLUMN;
use super::source::{FileError, Sequential, spooled};
use super::swedbank_pay::stated::stated_totals;
use super::swedbank_pay::transaction_list::{self, ListRow};
use crate::engine::source::Bytes;
use crate::model::currency::{Currencies, Currency};
use crate::model::money::Major;
use crate::model::record::Dataset;
use crate::model::reject::RejectRow;

pub use super::swedbank_pay::stated::Stated;

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
    /// Rows of its body.
    pub rows: u64,
    /// Sums of its body, minor units.
    pub sums_minor: Vec<(Currency, i128)>,
    /// Its stated totals and those of its body.
    pub stated: Vec<Stated>,
}

impl Native {
    /// Rows and sums as the body has them, for people: `134 rows, 124 950.00 SEK`.
    #[must_use]
    pub fn sums_text(&self, currencies: &Currencies) -> String {
        let mut parts = vec![if self.rows == 1 { "1 row".to_owned() } else { format!("{} rows", self.rows) }];
        for (currency, sum_minor) in &self.sums_minor {
            let sum = Major { amount_minor: *sum_minor, exponent: currencies.exponent(*currency) };
            parts.push(format!("{sum} {}", currencies.code(*currency)));
        }
        parts.join(", ")
    }
}

/// The sentence of a `file-total` finding.
#[must_use]
pub fn sentence(stated: &Stated, settlement_id: &str, currencies: &Currencies) -> String {
    let number = |value: i128| match stated.currency {
        Some(currency) => {
            let amount = Major { amount_minor: value, exponent: currencies.exponent(currency) };
            format!("{amount} {}", currencies.code(currency))
        }
        None => value.to_string(),
    };
    let what = match stated.what.as_str() {
        "rows" => "number of rows".to_owned(),
        what => what.to_owned(),
    };
    format!(
        "Settlement file {settlement_id} states {} as {what}, but its rows give {}",
        number(stated.stated),
        number(stated.actual)
    )
}

fn unreadable(shown: &str, error: &dyn std::fmt::Display) -> FileError {
    FileError::new(
        shown,
        format!("cannot be converted: {error}"),
        "make room for temporary files (TMPDIR), then run again",
    )
}

/// Converts Swedbank Pay's transaction list.
///
/// # Errors
/// The list is damaged, or there is no room for the copy.
pub fn convert_transaction_list(shown: &str, bytes: &Bytes, currencies: &Currencies) -> Result<Converted, FileError> {
    let mut copy = Copy::new(shown, Dataset::Settlements)?;
    let mut rejects = Vec::new();
    let mut content_hash = 0_u128;
    let mut failed = None;
    let input = BufReader::with_capacity(1 << 16, Sequential::new(bytes));
    let list = transaction_list::read(input, currencies, &mut |row: ListRow| match row.fields {
        Ok(fields) => {
            // Summed, so that the order of rows does not matter, and equal rows count as often as they stand.
            content_hash = content_hash.wrapping_add(xxh3_128(format!("{:?}", fields.columns()).as_bytes()));
            if let Err(error) = copy.row(row.line, &fields.columns()) {
                failed.get_or_insert(error);
            }
        }
        Err(reject) => {
            content_hash = content_hash.wrapping_add(xxh3_128(format!("{reject:?}").as_bytes()));
            rejects.push(RejectRow {
                file: shown.to_owned(),
                line: row.line,
                column: reject.column,
                value: reject.value,
                reason: reject.reason,
            });
        }
    })
    .map_err(|error| FileError::new(shown, error.problem, error.help).at(error.line, Some(error.column)))?;
    if let Some(error) = failed {
        return Err(unreadable(shown, &error));
    }
    let native = Native {
        settlement_id: list.accounting_no.clone(),
        created: list.accounting_date,
        content_hash,
        rows: list.rows,
        sums_minor: list.body_currencies.iter().map(|(currency, sum)| (*currency, sum.sum_minor)).collect(),
        stated: stated_totals(&list, currencies),
    };
    Ok(Converted { bytes: copy.finish()?, dataset: Dataset::Settlements, rejects, native: Some(native) })
}

/// A canonical copy while it is written: the columns of the dataset and the line of the original.
pub(super) struct Copy<'a> {
    shown: &'a str,
    dataset: Dataset,
    writer: csv::Writer<tempfile::SpooledTempFile>,
}

/// Copies up to this size stay in memory.
const MEMORY_LEN: usize = 8 << 20;

impl<'a> Copy<'a> {
    pub(super) fn new(shown: &'a str, dataset: Dataset) -> Result<Self, FileError> {
        let mut writer = csv::Writer::from_writer(tempfile::spooled_tempfile(MEMORY_LEN));
        let names = dataset.columns().iter().map(|column| column.name).chain([LINE_COLUMN]);
        writer.write_record(names).map_err(|error| unreadable(shown, &error))?;
        Ok(Self { shown, dataset, writer })
    }

    /// Writes a row; columns that are not given are empty.
    fn row(&mut self, line: u64, fields: &[(&str, &str)]) -> csv::Result<()> {
        for column in self.dataset.columns() {
            let given = fields.iter().find(|(name, _)| *name == column.name);
            self.writer.write_field(given.map_or("", |(_, text)| text))?;
        }
        self.writer.write_field(line.to_string())?;
        self.writer.write_record(None::<&[u8]>)
    }

    fn finish(self) -> Result<Bytes, FileError> {
        let shown = self.shown;
        let copy = self.writer.into_inner().map_err(|error| unreadable(shown, &error))?;
        spooled(copy).map_err(|error| unreadable(shown, &error))
    }
}
