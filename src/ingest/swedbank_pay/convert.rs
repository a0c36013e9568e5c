//! Transaction lists, XML and workbooks of both versions, converted to canonical settlement rows.

use std::io::BufReader;

use xxhash_rust::xxh3::xxh3_128;

use super::row::RowFields;
use super::sheet_list;
use super::stated::stated_totals;
use super::transaction_list::{self, ListRow, Reject, TransactionList};
use super::version::Version;
use crate::engine::source::Bytes;
use crate::ingest::copy::{Converted, Copy};
use crate::ingest::native::Native;
use crate::ingest::source::{FileError, Sequential};
use crate::ingest::workbook::Workbook;
use crate::model::currency::Currencies;
use crate::model::record::Dataset;

/// Converts Swedbank Pay's transaction list as XML.
///
/// # Errors
/// The list is damaged, or there is no room for the copy.
pub fn convert_transaction_list(shown: &str, bytes: &Bytes, currencies: &Currencies) -> Result<Converted, FileError> {
    let mut sink = Sink::new(shown)?;
    let input = BufReader::with_capacity(1 << 16, Sequential::new(bytes));
    let (list, version) = transaction_list::read(input, currencies, &mut |row| sink.row(row))
        .map_err(|error| FileError::new(shown, error.problem, error.help).at(error.line, Some(error.column)))?;
    sink.finish(&list, version, "xml", currencies)
}

/// Converts the transaction list of a workbook; `None` where none of its sheets holds one.
///
/// # Errors
/// The workbook is damaged, several sheets hold a list, the list is, or there is no room for the copy.
pub fn convert_workbook_list(
    shown: &str,
    book: &mut Workbook<'_>,
    currencies: &Currencies,
) -> Result<Option<Converted>, FileError> {
    let Some(name) = sheet_list::find(shown, book)? else { return Ok(None) };
    let mut sink = Sink::new(shown)?;
    let mut sheet = book.sheet(Some(&name))?;
    let (list, version) = sheet_list::read(shown, &mut sheet, currencies, &mut |row| sink.row(row))?;
    sink.finish(&list, version, "xlsx", currencies).map(Some)
}

/// The sheet of a workbook that holds a transaction list, by its labels; `None` where none does.
///
/// # Errors
/// The workbook is damaged, or several sheets hold a list.
pub fn list_sheet(shown: &str, book: &mut Workbook<'_>) -> Result<Option<String>, FileError> {
    sheet_list::find(shown, book)
}

/// Takes the rows of a list.
struct Sink<'a> {
    copy: Copy<'a>,
    /// Summed over the rows, so that their order does not matter, and equal rows count as often as they stand.
    content_hash: u128,
    text: Vec<u8>,
    failed: Option<FileError>,
}

impl<'a> Sink<'a> {
    fn new(shown: &'a str) -> Result<Self, FileError> {
        let copy = Copy::new(shown, Dataset::Settlements)?;
        Ok(Self { copy, content_hash: 0, text: Vec::new(), failed: None })
    }

    fn row(&mut self, row: ListRow) {
        self.text.clear();
        match row.fields {
            Ok(fields) => {
                hashed(&fields, row.version, &mut self.text);
                if let Err(error) = self.copy.row(row.line, &fields.columns()) {
                    self.failed.get_or_insert(error);
                }
            }
            Err(reject) => {
                let Reject { column, value, reason } = &reject;
                for part in [column, value, reason] {
                    self.text.extend_from_slice(part.as_bytes());
                    self.text.push(1);
                }
                self.copy.reject(row.line, reject);
            }
        }
        self.content_hash = self.content_hash.wrapping_add(xxh3_128(&self.text));
    }

    fn finish(
        self,
        list: &TransactionList,
        version: Version,
        kind: &str,
        currencies: &Currencies,
    ) -> Result<Converted, FileError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let native = Native {
            settlement_id: list.accounting_no.clone(),
            created: list.accounting_date,
            content_hash: self.content_hash,
            rows: list.rows,
            sums_minor: list.body_currencies.iter().map(|(currency, sum)| (*currency, sum.sum_minor)).collect(),
            stated: stated_totals(list, currencies),
            payout: None,
            header_net: None,
        };
        self.copy.finish(format!("swedbank pay transaction list {} {kind}", version.text()), Some(native))
    }
}

/// A row as its content counts: what the XML and the workbook of one list have alike. A workbook has lost the zeros
/// before an id of digits, and in version 1 it cannot tell a VAT of 0 from none.
fn hashed(fields: &RowFields, version: Version, out: &mut Vec<u8>) {
    // The service is read since the books ask for it; a list that an earlier version read is the same list all the same.
    for (column, text) in fields.columns().into_iter().filter(|(column, _)| *column != "service") {
        let text = match column {
            "vat_amount" if text == "0" && version == Version::One => "",
            "gross_amount" | "currency" | "settlement_id" | "vat_amount" | "created_at" | "settled_at" => text,
            _ if text.bytes().all(|byte| byte.is_ascii_digit()) => text.trim_start_matches('0'),
            _ => text,
        };
        out.extend_from_slice(text.as_bytes());
        // No field holds a NUL, so it separates.
        out.push(0);
    }
}
