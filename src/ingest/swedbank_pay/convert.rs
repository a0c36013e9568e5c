//! Transaction lists, converted to canonical settlement rows.

use std::io::BufReader;

use xxhash_rust::xxh3::xxh3_128;

use super::stated::stated_totals;
use super::transaction_list::{self, ListRow};
use crate::engine::source::Bytes;
use crate::ingest::copy::{Converted, Copy};
use crate::ingest::native::Native;
use crate::ingest::source::{FileError, Sequential};
use crate::model::currency::Currencies;
use crate::model::record::Dataset;

/// Converts Swedbank Pay's transaction list.
///
/// # Errors
/// The list is damaged, or there is no room for the copy.
pub fn convert_transaction_list(shown: &str, bytes: &Bytes, currencies: &Currencies) -> Result<Converted, FileError> {
    let mut copy = Copy::new(shown, Dataset::Settlements)?;
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
            copy.reject(row.line, reject);
        }
    })
    .map_err(|error| FileError::new(shown, error.problem, error.help).at(error.line, Some(error.column)))?;
    if let Some(error) = failed {
        return Err(error);
    }
    let native = Native {
        settlement_id: list.accounting_no.clone(),
        created: list.accounting_date,
        content_hash,
        rows: list.rows,
        sums_minor: list.body_currencies.iter().map(|(currency, sum)| (*currency, sum.sum_minor)).collect(),
        stated: stated_totals(&list, currencies),
        header_net: None,
    };
    copy.finish("swedbank pay transaction list 2.0 xml", Some(native))
}
