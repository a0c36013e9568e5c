//! What a run has seen that its rules ask for beside the records themselves: which legs there are, which numbers and ids
//! stand on settlement rows. A night's state keeps it as texts (RULES.md 6).

use std::collections::BTreeSet;

use super::read::Read;
use crate::model::names::{NameId, Names};
use crate::model::record::Dataset;

/// What was seen: one of the words below, the provider, and the number or id where it is one.
pub type Seen = (String, String, String);

pub(super) const LINES: &str = "order lines";
const OPERATIONS: &str = "operations";
pub(super) const SETTLEMENTS: &str = "settlements";
pub(super) const NUMBER: &str = "reconciliation number";
const SETTLEMENT: &str = "settlement id";

/// Which legs there are: where this changes, other groups than those that rows belong to are judged in another way.
#[must_use]
pub fn legs(seen: &BTreeSet<Seen>) -> BTreeSet<&Seen> {
    seen.iter().filter(|(what, ..)| what == LINES || what == SETTLEMENTS).collect()
}

/// What rows show of the legs that there are, by dataset and provider.
pub(super) fn of_rows<'r>(rows: impl Iterator<Item = (Dataset, &'r str)>) -> BTreeSet<Seen> {
    let kinds: BTreeSet<(Dataset, &str)> = rows.collect();
    let seen = |(dataset, provider): (Dataset, &str)| {
        let what = match dataset {
            Dataset::Orders => LINES,
            Dataset::Captures | Dataset::Reversals => OPERATIONS,
            Dataset::Settlements => SETTLEMENTS,
            Dataset::Bank | Dataset::Payouts => return None,
        };
        Some((what.to_owned(), provider.to_owned(), String::new()))
    };
    kinds.into_iter().filter_map(seen).collect()
}

/// What reading has seen.
pub(super) fn of(read: &Read, names: &Names) -> BTreeSet<Seen> {
    let text = |id: NameId| names.text(id).to_string();
    let of_provider = |what: &str, provider: NameId| (what.to_owned(), text(provider), String::new());
    let with_value =
        |what: &str, (provider, value): &(NameId, NameId)| (what.to_owned(), text(*provider), text(*value));
    let mut seen = BTreeSet::new();
    seen.extend(read.line_providers.iter().map(|provider| of_provider(LINES, *provider)));
    seen.extend(read.operation_providers.iter().map(|provider| of_provider(OPERATIONS, *provider)));
    seen.extend(read.settled_keys.keys().map(|provider| of_provider(SETTLEMENTS, *provider)));
    seen.extend(read.batches.numbers.iter().map(|number| with_value(NUMBER, number)));
    seen.extend(read.batches.settlements.iter().map(|id| with_value(SETTLEMENT, id)));
    seen
}

/// Adds what was seen elsewhere to what reading has seen.
pub(super) fn add(seen: &BTreeSet<Seen>, read: &mut Read, names: &Names) {
    for (what, provider, value) in seen {
        let provider = names.intern(provider);
        match what.as_str() {
            LINES => drop(read.line_providers.insert(provider)),
            OPERATIONS => drop(read.operation_providers.insert(provider)),
            SETTLEMENTS => drop(read.settled_keys.entry(provider).or_default()),
            NUMBER => drop(read.batches.numbers.insert((provider, names.intern(value)))),
            SETTLEMENT => drop(read.batches.settlements.insert((provider, names.intern(value)))),
            _ => {}
        }
    }
}
