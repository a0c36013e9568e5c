//! Payouts against entries of the bank account (RULES.md 9, leg `bank`).

use chrono::NaiveDate;

use super::statements::BookedEntry;
use crate::model::bank::Statement;
use crate::model::currency::Currencies;
use crate::model::finding::Finding;
use crate::model::names::Names;
use crate::model::payout::DuePayout;
use crate::rules::settings::Window;

/// What the matching needs to know.
#[derive(Debug, Clone, Copy)]
pub struct BankRules<'a> {
    /// The day for which ages count.
    pub as_of: NaiveDate,
    /// So long after its day a payout may be on its way (`payout_days`).
    pub window: Window,
    /// Providers by number.
    pub names: &'a Names,
    /// Known currencies and their decimals.
    pub currencies: &'a Currencies,
}

/// What became of a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It came.
    Matched,
    /// It is 0, so nothing had to come.
    Nothing,
    /// Something came under its reference, with another amount (`payout-amount`).
    Amount,
    /// It fits as well as others (`payout-ambiguous`).
    Ambiguous,
    /// It has not come yet, and still may (`payout-missing`, pending).
    Pending,
    /// It has not come (`payout-missing`, open).
    Missing,
    /// It was paid before the first day of any statement in its currency, or there is none.
    NotJudged,
}

/// Money that came for a payout.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Received {
    /// The payout, by its place among those given.
    pub due: usize,
    /// The day it was booked.
    pub booked_on: NaiveDate,
    /// Minor units of the payout's currency, signed.
    pub amount_minor: i128,
    /// The entries that it came in: `file:line`, several joined by `; `.
    pub source: String,
}

/// What the bank leg finds.
#[derive(Debug, Default)]
pub struct BankOutcome {
    /// `payout-missing`, `payout-amount`, `payout-unknown` and `payout-ambiguous`.
    pub findings: Vec<Finding>,
    /// What came, sorted. The pieces of a matched payout sum to it.
    pub received: Vec<Received>,
    /// What became of every payout, in the order given.
    pub verdicts: Vec<Verdict>,
    /// How many payouts are not judged, because no statement covers their day.
    pub not_judged: u64,
    /// Debits of a provider that no payout explains: by currency, how many and their sum in minor units.
    pub other_debits: std::collections::BTreeMap<String, (u64, i128)>,
}

/// Matches payouts with entries. The outcome is the same for any order of either.
#[must_use]
pub fn settle(
    _due: &[DuePayout],
    _entries: &[BookedEntry],
    _statements: &[Statement],
    _rules: &BankRules<'_>,
) -> BankOutcome {
    BankOutcome::default()
}
