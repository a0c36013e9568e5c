//! Journals back from their bytes, strictly: what the writers of this program cannot have written is refused, and so is a
//! voucher that does not balance.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::JournalFormat;
use crate::report::verify::Fault;

/// A posting as a file has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The day of its voucher.
    pub dated: NaiveDate,
    /// Id of the voucher; where the format has no place for it, the text of the voucher.
    pub voucher: String,
    /// Number of the account.
    pub account: String,
    /// Minor units; a debit is positive.
    pub amount_minor: i128,
    /// ISO 4217 code.
    pub currency: String,
}

/// A journal that balances, voucher by voucher.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proved {
    /// Its vouchers.
    pub vouchers: u64,
    /// Its postings, in the order of the file.
    pub lines: Vec<Line>,
    /// Minor units by account and currency.
    pub sums_by_account: BTreeMap<(String, String), i128>,
}
