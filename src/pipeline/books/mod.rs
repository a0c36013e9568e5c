//! Into the books: what settlements pay out, what came to the bank account, and what is booked (RULES.md 9).

mod controls;
mod journal;
mod judge;
mod rows;

use serde::{Deserialize, Serialize};

pub(super) use self::controls::{add_books_rows, add_books_verdicts};
pub(super) use self::journal::{due, handout, put};
pub(super) use self::judge::{Judged, Legs, flows, judge};
pub(super) use self::rows::take_rows;
use crate::model::bank::Statement;
use crate::model::payout::StatedPayout;

/// What a file holds for the books.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileBooks {
    /// Statements of a bank.
    pub statements: Vec<Statement>,
    /// What a provider states of its payouts.
    pub payouts: Vec<StatedPayout>,
}

impl FileBooks {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty() && self.payouts.is_empty()
    }
}
