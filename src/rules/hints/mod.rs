//! The nearest miss: for operations without a settlement row, and settlement rows without an operation, the most likely
//! counterpart on the other side and the field in which it differs. It is a hint for people, and never a match.
//!
//! Counterparts are of one provider always. Where two are equally good there is no hint, and a record stands in one hint
//! at most. What is found depends on what the records say alone, not on their order or on where they stand.

mod choose;
mod compare;
mod ids;
mod index;
mod sentence;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::NaiveDate;

pub use self::compare::{Amounts, Likeness, Shared, compare};
pub use self::ids::{Id, IdColumn, Slip};
pub use self::index::CROWD;
pub use self::sentence::sentence;
use crate::model::currency::Currency;
use crate::model::names::NameId;

/// The side of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leg {
    /// An operation without a settlement row.
    Operation,
    /// A settlement row without an operation.
    Row,
}

/// A record without a counterpart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The finding that it is in, as a place among the caller's findings; a missing batch has several records.
    pub finding: usize,
    /// Its side.
    pub leg: Leg,
    /// Its provider.
    pub provider: NameId,
    /// Its currency.
    pub currency: Currency,
    /// Its signed effect, minor units (RULES.md 1).
    pub amount_minor: i128,
    /// The day on which it was made, where it says.
    pub day: Option<NaiveDate>,
    /// Its ids, at most one a column, in the order of [`IdColumn::ALL`].
    pub ids: Vec<Id>,
}

impl Candidate {
    /// All that it says, for an order that does not depend on places.
    fn content(&self) -> (Vec<(IdColumn, &str)>, i128, Currency, Option<NaiveDate>) {
        let ids = self.ids.iter().map(|id| (id.column, &*id.text)).collect();
        (ids, self.amount_minor, self.currency, self.day)
    }
}

/// The hint of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The finding.
    pub finding: usize,
    /// Its record, as a place among the candidates.
    pub own: usize,
    /// The most likely counterpart, as a place among the candidates.
    pub counterpart: usize,
    /// In what the two are alike and differ, seen from the finding's record.
    pub likeness: Likeness,
    /// How many other records of the finding have a likely counterpart too.
    pub more: usize,
}

/// What was found, and what it took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// At most one a finding, by finding.
    pub hints: Vec<Hint>,
    /// How many pairs were compared.
    pub comparisons: u64,
}

/// The hints of all findings that have one.
#[must_use]
pub fn find(candidates: &[Candidate]) -> Hints {
    let mut sides: BTreeMap<NameId, [Vec<u32>; 2]> = BTreeMap::new();
    for (candidate, place) in candidates.iter().zip(0_u32..) {
        let [operations, rows] = sides.entry(candidate.provider).or_default();
        if candidate.leg == Leg::Operation { operations.push(place) } else { rows.push(place) }
    }
    let mut found = Hints::default();
    let mut of_findings: BTreeMap<usize, Vec<Hint>> = BTreeMap::new();
    for [operations, rows] in sides.values().filter(|sides| sides.iter().all(|side| !side.is_empty())) {
        let mut pairs = index::pairs(candidates, operations, rows);
        found.comparisons += pairs.comparisons;
        for edge in choose::choose(&mut pairs.edges, &mut pairs.crowded, candidates.len()) {
            let places = [edge.operation, edge.row].map(|place| usize::try_from(place).unwrap_or(usize::MAX));
            for (own, counterpart) in [(places[0], places[1]), (places[1], places[0])] {
                if let Some(likeness) = compare(&candidates[own], &candidates[counterpart]) {
                    let finding = candidates[own].finding;
                    let hint = Hint { finding, own, counterpart, likeness, more: 0 };
                    of_findings.entry(finding).or_default().push(hint);
                }
            }
        }
    }
    found.hints = of_findings.into_values().filter_map(|hints| likeliest(hints, candidates)).collect();
    found
}

/// The likeliest hint of a finding; of equally likely ones, each for another record, that of the first by content.
fn likeliest(hints: Vec<Hint>, candidates: &[Candidate]) -> Option<Hint> {
    let more = hints.len().saturating_sub(1);
    let first = hints.into_iter().min_by(|a, b| {
        let content = |hint: &Hint| (candidates[hint.own].content(), candidates[hint.counterpart].content());
        b.likeness.score.cmp(&a.likeness.score).then_with(|| {
            let (a, b) = (content(a), content(b));
            a.cmp(&b)
        })
    })?;
    Some(Hint { more, ..first })
}
