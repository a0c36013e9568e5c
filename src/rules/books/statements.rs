//! Bank statements as such: each must lead from its opening to its closing balance, and each must follow on the one
//! before (RULES.md 9, `statement-gap`). What is booked counts once, however often it is told.

use crate::model::bank::{Entry, Statement};
use crate::model::currency::Currencies;
use crate::model::finding::Finding;

/// An entry of a bank account that counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BookedEntry {
    /// ISO 4217 code.
    pub currency: String,
    /// The account as the bank writes it.
    pub account: String,
    /// The entry.
    pub entry: Entry,
}

/// `statement-gap`: statements whose entries do not lead from their opening to their closing balance, and statements
/// that do not begin where the one before ended. Advice and lists without balances take no part.
#[must_use]
pub fn chain(_statements: &[Statement], _currencies: &Currencies) -> Vec<Finding> {
    Vec::new()
}

/// What is booked, each once.
#[must_use]
pub fn booked(_statements: &[Statement]) -> Vec<BookedEntry> {
    Vec::new()
}
