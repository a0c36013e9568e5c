//! The checkout transactions of one order. Mostly there is one; a shopper whose payment failed tries again with another,
//! and an order may be paid for in several.

use std::collections::{BTreeMap, HashSet};

use super::fact::{OperationFact, OrderFact};
use super::order::{cancellations, latest};
use super::recorded::is_done;
use crate::model::text::Text;

/// What transactions say, by transaction.
fn by_transaction<'o>(facts: impl Iterator<Item = &'o OrderFact>) -> BTreeMap<Option<&'o Text>, Vec<&'o OrderFact>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for fact in facts {
        all.entry(fact.transaction_id.as_ref()).or_default().push(fact);
    }
    all
}

/// The newest of some facts that states an amount.
pub(super) fn stated<'o>(facts: impl IntoIterator<Item = &'o OrderFact>) -> Option<&'o OrderFact> {
    facts.into_iter().filter(|fact| fact.order_amount_minor.is_some()).max_by_key(|fact| latest(fact))
}

/// The facts of the transactions that count: not of one that moved no money and was voided as a whole, where another one
/// of the order is left or was made later.
pub(super) fn counted(facts: Vec<OrderFact>, operations: &[OperationFact]) -> Vec<OrderFact> {
    let all = by_transaction(facts.iter());
    if all.len() < 2 {
        return facts;
    }
    let done = operations.iter().filter(|operation| is_done(operation));
    let moved: HashSet<Option<&Text>> = done.map(|operation| operation.transaction_id.as_ref()).collect();
    let is_void = |(id, facts): &(&Option<&Text>, &Vec<&OrderFact>)| {
        let amount_minor = stated(facts.iter().copied()).and_then(|fact| fact.order_amount_minor);
        let cancelled_minor = cancellations(facts.iter().copied());
        !moved.contains(*id) && amount_minor.zip(cancelled_minor).is_some_and(|(amount, cancelled)| cancelled >= amount)
    };
    let mut void: HashSet<Option<Text>> = all.iter().filter(is_void).map(|(id, _)| id.cloned()).collect();
    if void.len() == all.len()
        && let Some((last, _)) = all.iter().max_by_key(|(id, facts)| (stated(facts.iter().copied()).map(latest), **id))
    {
        void.remove(&last.cloned());
    }
    facts.into_iter().filter(|fact| !void.contains(&fact.transaction_id)).collect()
}

/// Whether two transactions have items of one line id.
pub(super) fn share_a_line(facts: &[OrderFact]) -> bool {
    let lines = |facts: &Vec<&OrderFact>| -> HashSet<Text> {
        facts.iter().flat_map(|fact| fact.items.iter().flatten()).map(|item| item.line_id.clone()).collect()
    };
    let (all, mut seen) = (by_transaction(facts.iter()), HashSet::new());
    all.len() > 1 && all.values().flat_map(lines).any(|line_id| !seen.insert(line_id))
}

/// What transactions are for together, minor units; `None` where one of them does not say.
pub(super) fn amount_minor<'o>(facts: impl IntoIterator<Item = &'o OrderFact>) -> Option<i64> {
    let of = |facts: &Vec<&OrderFact>| stated(facts.iter().copied()).and_then(|fact| fact.order_amount_minor);
    let all = by_transaction(facts.into_iter());
    if all.is_empty() {
        return None;
    }
    all.values().map(of).try_fold(0_i64, |sum, amount_minor| sum.checked_add(amount_minor?))
}

#[cfg(test)]
mod tests;
