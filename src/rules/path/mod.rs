//! The way to a verdict, told step by step: RULES.md 2 to 4 written once more, slowly and plainly, over the few records that
//! have to do with each other.
//!
//! Nothing of what judges a run is used here, so that what is told can be held against it: where the two differ, nothing is
//! told. Only `avstem explain` needs it.

mod lines;
mod moved;
mod pairing;
mod rounds;
mod versions;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::control::Verdict;
use super::settings::{Settings, Window};
use crate::model::currency::{Currencies, Currency};
use crate::model::day::{Instant, age_days};
use crate::model::record::{Dataset, Row};

/// A row and where it stands.
#[derive(Debug, Clone)]
pub struct Source {
    /// The row.
    pub row: Row,
    /// `file:line`.
    pub place: String,
}

/// What the rules ask for beside the records themselves.
pub struct World<'a> {
    /// Windows, tolerances, providers' ways.
    pub settings: &'a Settings,
    /// Known currencies.
    pub currencies: &'a Currencies,
    /// Providers with an accepted order line.
    pub line_providers: BTreeSet<String>,
    /// Providers with an accepted settlement row.
    pub settled_providers: BTreeSet<String>,
    /// Provider and reconciliation number of all settlement rows.
    pub numbers: BTreeSet<(String, String)>,
}

impl World<'_> {
    fn code(&self, currency: Currency) -> String {
        self.currencies.code(currency).to_owned()
    }

    /// Whether something made at an instant is still pending.
    fn window(&self, newest: Option<Instant>, window: Window) -> Step {
        let (settings, created) = (self.settings, newest.map(|at| self.settings.zone.day(at)));
        Step::Window {
            created_on: created.map(|day| day.to_string()),
            as_of: settings.as_of.to_string(),
            age_days: created.map(|day| age_days(day, settings.as_of)),
            window: window.to_string(),
            pending: created.is_some_and(|day| window.holds(day, settings.as_of)),
        }
    }
}

/// A record and the way to its verdict.
#[derive(Debug, Clone)]
pub struct Decision {
    /// `order line`, `capture`, `reversal` or `settlement row`.
    pub record: &'static str,
    /// Provider.
    pub provider: String,
    /// Its rows, by their places among the rows given, the one that counts first, and what became of each.
    pub parts: Vec<Part>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What it came to.
    pub verdict: Verdict,
    /// The rows of the match that it is in, its own included, ascending; none where it is in none.
    pub matched: Vec<usize>,
}

/// What became of a row (RULES.md 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its place among the rows given.
    pub row: usize,
    /// `used`, `repeated`, `superseded` or `no part`.
    pub fate: &'static str,
    /// Why, where it is not used.
    pub why: String,
}

/// A step on the way to a verdict. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// The leg was not judged.
    Skipped {
        /// Why.
        why: String,
    },
    /// What was ordered.
    Ordered {
        /// The line, or `*` where the order is compared as a whole.
        line_id: String,
        /// ISO 4217 code.
        currency: String,
        /// Gross of the line or, of a whole order, of its lines.
        gross_minor: i128,
        /// `line`, `discount`, `reversal line` or `whole order`.
        role: &'static str,
        /// The line that a reversal line takes back, where it is properly linked.
        takes_back: Option<String>,
        /// Gross of its reversal lines, where it has some.
        reversal_lines_minor: Option<i128>,
    },
    /// What moved on it.
    Moved {
        /// Completed rows of captures.
        captures: Vec<Party>,
        /// Completed rows of reversals.
        reversals: Vec<Party>,
        /// Rows that are not listed, because there are too many.
        more: usize,
        /// `captured` of RULES.md 3.
        captured_minor: i128,
        /// `reversed` of RULES.md 3.
        reversed_minor: i128,
        /// `position` of RULES.md 3.
        position_minor: i128,
        /// What was captured on its reversal lines, where it has some.
        reversal_lines_captured_minor: Option<i128>,
        /// Whether an operation on it has another currency.
        other_currency: bool,
    },
    /// A rule that was asked.
    Compared {
        /// The code, `sum rule` or `cancelled`.
        rule: &'static str,
        /// Whether it holds.
        holds: bool,
        /// The merchant's side.
        expected_minor: i128,
        /// The other side.
        actual_minor: i128,
        /// By how much they may differ.
        allowed_minor: i64,
    },
    /// What an operation comes to over its rows.
    Summed {
        /// ISO 4217 code.
        currency: String,
        /// Signed.
        effect_minor: i128,
        /// Whether money moved.
        completed: bool,
        /// The smallest reconciliation number on its rows.
        reconciliation_number: Option<String>,
    },
    /// A key was tried.
    Round(Box<Round>),
    /// No settlement row has the batch that the operation states, or one has.
    Batch {
        /// The number that it states.
        reconciliation_number: String,
        /// Whether any settlement row of the provider has it.
        known: bool,
    },
    /// How long it may wait.
    Window {
        /// The day on which it was made.
        created_on: Option<String>,
        /// The day for which ages count.
        as_of: String,
        /// Days between them.
        age_days: Option<i64>,
        /// How long, in words.
        window: String,
        /// Whether it still waits.
        pending: bool,
    },
}

/// What a key brought together (RULES.md 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Round {
    /// From 1.
    pub round: usize,
    /// The column.
    pub key: &'static str,
    /// The id of the record; `None` where it has none.
    pub value: Option<String>,
    /// Operations with this id that nobody had used, in their order.
    pub operations: Vec<Party>,
    /// Settlement rows with this id that nobody had used, in their order.
    pub rows: Vec<Party>,
    /// Of both, those that are not listed, because there are too many.
    pub more: usize,
    /// The tolerances of the currencies that are there, where they are not 0.
    pub tolerance_minor: BTreeMap<String, i64>,
    /// What came of it: see [`Outcome`].
    pub outcome: Outcome,
    /// `file:line` of what it was brought together with.
    pub with: Vec<String>,
    /// Candidates that were not taken, and why.
    pub refused: Vec<Refused>,
}

/// What a round did to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It has no such id.
    NoId,
    /// The other side has nobody with the id who is free.
    Alone,
    /// Only operations that did not complete are there, and none is equal.
    NoneCompleted,
    /// Step 1: equal in currency and effect.
    Paired,
    /// Step 1: within the tolerance.
    PairedWithTolerance,
    /// Step 2: both sides sum to the same.
    Group,
    /// Step 2: one and one that differ.
    Differs,
    /// Step 2: several that do not sum to the same.
    Ambiguous,
    /// Step 3: everything on the other side is used up.
    Left,
    /// It equals an operation that did not complete.
    NotCompleted,
}

/// A record that takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Party {
    /// `file:line`; of an operation all its rows, with `; ` between.
    pub source: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Signed.
    pub effect_minor: i128,
    /// Whether money moved.
    pub completed: bool,
    /// Its reconciliation number.
    pub reconciliation_number: Option<String>,
}

/// A candidate that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// `file:line`.
    pub source: String,
    /// Why.
    pub why: String,
    /// The settlement row less the operation, where that is why.
    pub difference_minor: Option<i128>,
}

/// So many records of a step are listed.
pub const LISTED_MAX: usize = 20;

/// The ways of all records of some groups. The rows are whole groups, in the order in which they stand.
#[must_use]
pub fn decide(rows: &[Source], world: &World<'_>) -> Vec<Decision> {
    let (lines, operations) = versions::records(rows, world);
    let mut decisions = lines::decide(rows, &lines, &operations, world);
    let settled: Vec<usize> = (0..rows.len()).filter(|row| rows[*row].row.dataset == Dataset::Settlements).collect();
    decisions.extend(rounds::decide(rows, operations, &settled, world));
    decisions
}
