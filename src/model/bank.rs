//! Money on a bank account, as far as it may be a payout of a provider: statements, and what is booked on them.
//!
//! Names of payers and free texts are not kept: of an entry stays which provider its text names, and the words in it that
//! may be the reference of a payout.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

/// What a list of entries is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum StatementKind {
    /// A statement with balances (camt.053, MT940): what is booked in its time, whole.
    Statement,
    /// Advice of single entries (camt.054), which stand on a statement too.
    Advice,
    /// A list without balances, such as a bank's CSV.
    List,
}

/// A balance of an account on a day, minor units; below 0 the account is overdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Balance {
    /// Minor units of the account's currency.
    pub amount_minor: i64,
    /// The day at the beginning (opening) or end (closing) of which it holds.
    pub on: NaiveDate,
}

/// One statement, advice or list of one account in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// The account as the bank writes it, without spaces: an IBAN or a domestic number; empty where none is stated.
    pub account: String,
    /// ISO 4217 code.
    pub currency: String,
    /// The bank's id of the statement; empty where it has none.
    pub statement_id: String,
    /// Its number in the series of the account, where the bank numbers them.
    pub number: Option<u64>,
    /// The balance before its first entry.
    pub opening: Option<Balance>,
    /// The balance after its last entry.
    pub closing: Option<Balance>,
    /// How many entries are booked on it, those included that are not kept.
    pub entry_count: u64,
    /// What they sum to, minor units, credits positive.
    pub entry_sum_minor: i128,
    /// First and last day on which something is booked; `None` where nothing is.
    pub booked: Option<(NaiveDate, NaiveDate)>,
    /// The entries that may be a payout: those whose text names a provider, and those with references.
    pub entries: Vec<Entry>,
    /// Where it begins: `file:line`.
    pub source: String,
}

/// One booked entry of an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// The day it was booked.
    pub booked_on: NaiveDate,
    /// Minor units of the statement's currency; a credit is positive, a debit negative.
    pub amount_minor: i64,
    /// The provider that its text names (`[providers.NAME] bank_names`).
    pub provider: Option<String>,
    /// What may be the reference of a payout, as [`reference_key`] writes it; sorted, each once.
    pub references: Vec<String>,
    /// The bank's own id of the entry; empty where it has none.
    pub bank_reference: String,
    /// Where it stands: `file:line`.
    pub source: String,
}

/// The most references that are kept of an entry.
pub const REFERENCES_MAX: usize = 64;

/// A reference as banks may have rewritten it: letters and digits only, in capitals. `R1234-0001` and `r1234 0001` are the
/// same. `None` where fewer than four are left, or no digit is among them: such a word names nothing.
#[must_use]
pub fn reference_key(text: &str) -> Option<String> {
    let key: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    let long_enough = key.chars().count() >= 4;
    (long_enough && key.chars().any(|c| c.is_ascii_digit())).then_some(key)
}

impl Statement {
    /// Replaces the references of entries of which no provider is known by hashes: they are mostly those of private payers,
    /// and only whether one is the reference of a payout is ever asked.
    pub fn hide_references(&mut self) {
        for entry in self.entries.iter_mut().filter(|entry| entry.provider.is_none()) {
            entry.references.iter_mut().for_each(|reference| *reference = hidden(reference));
            entry.references.sort();
        }
    }
}

/// What stands for a reference that is hidden.
#[must_use]
pub fn hidden(reference: &str) -> String {
    format!("#{:032x}", xxh3_128(reference.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_told_by_its_letters_and_digits() {
        let cases = [
            ("R1234-0001", Some("R12340001")),
            ("r1234 0001", Some("R12340001")),
            ("TEST-5q77", Some("TEST5Q77")),
            ("123", None),
            ("payout", None),
            ("", None),
        ];
        for (text, key) in cases {
            assert_eq!(reference_key(text).as_deref(), key, "{text}");
        }
    }
}
