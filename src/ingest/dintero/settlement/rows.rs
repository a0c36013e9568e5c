//! Rows of a report as canonical settlement rows, and what the report says of itself.
//!
//! A row of a report may hold a capture, a refund and a chargeback together; each is a row of its own here. Fee and net
//! stand on the first of them: its net is the stated one less what the others give, and theirs is their gross. So the
//! sum of nets is the stated net, and `file-net` finds the row that is off, by the difference that it is off.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use xxhash_rust::xxh3::xxh3_128;

use super::signs::{Amounts, Sign, Survey};
use crate::engine::join::push_digits;
use crate::ingest::canonical::Reject;
use crate::ingest::copy::{Converted, Copy};
use crate::ingest::native::{HeaderNet, Native, NativePayout, Stated};
use crate::ingest::source::FileError;
use crate::model::currency::{Currencies, Currency};
use crate::model::day::parse_stamp;
use crate::model::money;
use crate::model::record::Dataset;

/// What a report says of itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Header {
    /// `dintero_settlement_id`.
    pub settlement_id: String,
    /// The currency of its totals.
    pub currency: String,
    /// The day it was paid out.
    pub settled_at: String,
    /// The reference on the bank transfer; empty where it is not stated.
    pub reference: String,
    /// Its totals, minor units.
    pub amounts: Amounts,
    /// The line on which it begins.
    pub line: u64,
}

/// A row of a report. Texts are trimmed, empty where the row has none.
#[derive(Debug, Clone, Default)]
pub(super) struct Row<'r> {
    /// The line on which it begins.
    pub line: u64,
    /// ISO 4217 code.
    pub currency: Cow<'r, str>,
    /// The checkout transaction.
    pub transaction_id: Cow<'r, str>,
    /// `reference`: the order, as the transaction's `merchant_reference` has it.
    pub order_id: Cow<'r, str>,
    /// `event_reference` of the capture or refund.
    pub payee_reference: Cow<'r, str>,
    /// When the money moved.
    pub created_at: Cow<'r, str>,
    /// When it was paid out, where that is not the header's.
    pub settled_at: Cow<'r, str>,
    /// The provider's word for the kind, where it is not one that the columns tell.
    pub word: Cow<'r, str>,
    /// Amounts as they stand, minor units.
    pub amounts: Amounts,
    /// VAT as it stands, minor units.
    pub vat_minor: Option<i64>,
    /// Amounts in columns that are not known, by their names, minor units.
    pub others: Vec<(Cow<'r, str>, i64)>,
}

/// Words for a kind that say no more than the columns do.
const PLAIN_WORDS: [&str; 8] =
    ["settlement", "transaction", "payment", "capture", "refund", "fee", "chargeback", "reversal"];

impl<'r> Row<'r> {
    /// The word, where it says more than the columns.
    pub fn telling_word(word: Cow<'r, str>) -> Cow<'r, str> {
        if PLAIN_WORDS.iter().any(|plain| word.eq_ignore_ascii_case(plain)) { Cow::Borrowed("") } else { word }
    }
}

/// A part of a row: kind, gross, fee, net.
type Part<'p> = (&'p str, i128, Option<i128>, Option<i128>);

/// Sums of the rows of one currency: amount, capture, refund, fee, chargeback, as they stand.
type Sums = [i128; 5];

/// The names of these, as the header has them.
const TOTALS: [&str; 5] = ["amount", "capture", "refund", "fee", "chargeback"];

/// A report while it is converted.
pub(super) struct Writer<'a> {
    header: &'a Header,
    survey: &'a Survey,
    signs: [Option<Sign>; 3],
    currencies: &'a Currencies,
    copy: Copy<'a>,
    content_hash: u128,
    rows: u64,
    sums: BTreeMap<Currency, Sums>,
    /// Gross, fee, net and VAT of a row as digits, and what its content counts as.
    digits: [String; 4],
    content: Vec<u8>,
}

impl<'a> Writer<'a> {
    /// Starts with what the header, and the rows in a first reading, say of signs.
    ///
    /// # Errors
    /// There is no room for the copy.
    pub fn new(
        shown: &'a str,
        header: &'a Header,
        survey: &'a Survey,
        currencies: &'a Currencies,
    ) -> Result<Self, FileError> {
        let copy = Copy::new(shown, Dataset::Settlements)?;
        let (content_hash, rows, sums) = (0, 0, BTreeMap::new());
        let (digits, content) = (<[String; 4]>::default(), Vec::new());
        Ok(Self { header, survey, signs: survey.signs(), currencies, copy, content_hash, rows, sums, digits, content })
    }

    /// Keeps a row that cannot be read.
    pub fn reject(&mut self, line: u64, reject: Reject) {
        self.rows = self.rows.saturating_add(1);
        self.content_hash = self.content_hash.wrapping_add(xxh3_128(format!("{reject:?}").as_bytes()));
        self.copy.reject(line, reject);
    }

    /// Writes the parts of a row.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn row(&mut self, row: &Row<'_>) -> Result<(), FileError> {
        let parts = match self.parts(row) {
            Ok(parts) => parts,
            Err(reject) => {
                self.reject(row.line, reject);
                return Ok(());
            }
        };
        self.rows = self.rows.saturating_add(1);
        self.sum(row, &parts);
        let settled_at = if row.settled_at.is_empty() { &*self.header.settled_at } else { &*row.settled_at };
        let mut vat_minor = row.vat_minor.map(i128::from);
        for (kind, gross, fee, net) in &parts {
            for (text, amount) in self.digits.iter_mut().zip([Some(*gross), *fee, *net, vat_minor.take()]) {
                text.clear();
                if let Some(amount) = amount {
                    push_digits(amount, text);
                }
            }
            let [gross, fee, net, vat] = &self.digits;
            let fields = [
                ("gross_amount", &**gross),
                ("currency", &*row.currency),
                ("settlement_id", &*self.header.settlement_id),
                // Events name the settlement that they were paid out in by this id: it is the number of the batch.
                ("reconciliation_number", &*self.header.settlement_id),
                ("order_id", &*row.order_id),
                ("transaction_id", &*row.transaction_id),
                ("kind", kind),
                ("fee_amount", &**fee),
                ("net_amount", &**net),
                ("created_at", &*row.created_at),
                ("settled_at", settled_at),
                ("payee_reference", &*row.payee_reference),
                ("vat_amount", &**vat),
            ];
            // The XML of a report has no event_reference, and VAT where the JSON has none: one report in both forms
            // has one hash all the same. Summed, so that the order of rows does not matter.
            self.content.clear();
            for (_, text) in fields.iter().take(fields.len() - 2) {
                self.content.extend_from_slice(text.as_bytes());
                self.content.push(0);
            }
            self.content_hash = self.content_hash.wrapping_add(xxh3_128(&self.content));
            self.copy.row(row.line, &fields)?;
        }
        Ok(())
    }

    /// The parts of a row, signed toward the merchant.
    fn parts<'p>(&self, row: &'p Row<'_>) -> Result<Vec<Part<'p>>, Reject> {
        let Amounts { net, capture, refund, fee, chargeback } = row.amounts;
        let [of_refund, of_fee, of_chargeback] = self.signs;
        let net = net.map(i128::from);
        // A fee is a cost where it is taken off.
        let fee = signed("fee", fee, of_fee)?.map(|fee| -fee);
        let columns = [
            ("capture", capture.map(i128::from)),
            ("reversal", signed("refund", refund, of_refund)?),
            ("chargeback", signed("chargeback", chargeback, of_chargeback)?),
        ];
        let mut parts: Vec<Part<'p>> =
            columns.into_iter().filter_map(|(kind, gross)| Some((kind, gross?, None, None))).collect();
        parts.retain(|(_, gross, ..)| *gross != 0);
        if parts.is_empty() && fee.is_some_and(|fee| fee != 0) {
            parts.push(("fee", 0, None, None));
        }
        let (has_known, known) = (!parts.is_empty(), sum(&parts));
        parts.extend(row.others.iter().map(|(name, value)| (&**name, i128::from(*value), None, None)));
        let all = sum(&parts);
        let Some((_, gross, first_fee, first_net)) = parts.first_mut() else {
            let kind = if row.word.is_empty() { "adjustment" } else { &*row.word };
            return Ok(vec![(kind, net.unwrap_or(0), fee, net)]);
        };
        // Columns that are not known are a part of the net where it is not right without them; else they only tell
        // of one.
        let right = |gross: i128| net == Some(gross - fee.unwrap_or(0));
        let counted = if !right(known) && (right(all) || !has_known) { all } else { known };
        if has_known || counted == all {
            *first_fee = fee;
            *first_net = net.map(|net| net - (counted - *gross));
        }
        Ok(parts)
    }

    /// Adds a row to the sums of its currency; one in an unknown currency is rejected later, and is in none.
    fn sum(&mut self, row: &Row<'_>, parts: &[Part<'_>]) {
        let Some(currency) = self.currencies.find(row.currency.as_bytes()) else { return };
        let computed = parts.iter().map(|(_, gross, fee, net)| net.unwrap_or(gross - fee.unwrap_or(0)));
        let net = row.amounts.net.map_or_else(|| computed.sum(), i128::from);
        let Amounts { capture, refund, fee, chargeback, .. } = row.amounts;
        let sums = self.sums.entry(currency).or_default();
        let stated = [capture, refund, fee, chargeback].map(|value| i128::from(value.unwrap_or(0)));
        for (sum, value) in sums.iter_mut().zip([net].into_iter().chain(stated)) {
            money::add(sum, value);
        }
    }

    /// The converted report.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn finish(self, format: &str) -> Result<Converted, FileError> {
        let Self { header, survey, currencies, copy, content_hash, rows, sums, .. } = self;
        let currency = currencies.find(header.currency.as_bytes());
        let of_header = currency.and_then(|currency| sums.get(&currency)).copied().unwrap_or_default();
        let Amounts { net, capture, refund, fee, chargeback } = header.amounts;
        let totals = TOTALS.into_iter().zip([net, capture, refund, fee, chargeback]).zip(of_header);
        // A total in a currency that is not known is none.
        let stated = totals.filter(|_| currency.is_some()).filter_map(|((what, stated), actual)| {
            Some(Stated { what: what.to_owned(), currency, stated: i128::from(stated?), actual, line: header.line })
        });
        let header_net = survey.broken().zip(currency).map(|(broken, currency)| HeaderNet {
            currency,
            taken_off_minor: broken.taken_off,
            added_minor: broken.added,
            actual_minor: broken.stated,
            line: header.line,
        });
        let native = Native {
            settlement_id: header.settlement_id.clone(),
            created: day(&header.settled_at),
            content_hash,
            rows,
            sums_minor: sums.iter().map(|(currency, [net, ..])| (*currency, *net)).collect(),
            stated: stated.collect(),
            header_net,
            payout: currency.map(|currency| NativePayout {
                currency,
                amount_minor: net,
                reference: header.reference.clone(),
                line: header.line,
            }),
        };
        copy.finish(format, Some(native))
    }
}

fn sum(parts: &[Part<'_>]) -> i128 {
    parts.iter().map(|(_, gross, ..)| *gross).sum()
}

/// A number toward the merchant. 0 needs no sign.
fn signed(column: &str, value: Option<i64>, sign: Option<Sign>) -> Result<Option<i128>, Reject> {
    let Some(value) = value else { return Ok(None) };
    match sign {
        _ if value == 0 => Ok(Some(0)),
        Some(sign) => Ok(Some(sign.toward_merchant(value))),
        None => Err(Reject {
            column: column.to_owned(),
            value: value.to_string(),
            reason: format!(
                "nothing in the file says whether a {column} is added to the payout or taken off it: the header's \
                 amount is neither capture - refund - fee nor capture + refund + fee alone, and the rows' nets do not \
                 tell"
            ),
        }),
    }
}

/// The day of a timestamp.
fn day(text: &str) -> Option<NaiveDate> {
    let day = text.get(..10).filter(|_| parse_stamp(text.as_bytes()).is_some())?;
    NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()
}
