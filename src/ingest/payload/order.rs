//! All that documents tell of one order, put together: which items count, what the order says of itself, and which of
//! its operations were executed, recorded, or only asked for.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use super::attempts;
use super::fact::{Fact, ItemFact, OperationFact, OrderFact, TransactionFact};
use super::recorded;
use super::rows::{self, Constants, Refused, Row, Whole};
use super::sighting::{Sighting, at};
use crate::model::text::Text;

/// What an order yields.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// Its canonical rows.
    pub rows: Vec<Row>,
    /// What could not become one.
    pub refused: Vec<Refused>,
}

impl Joined {
    fn row(&mut self, row: Result<Row, Refused>) {
        match row {
            Ok(row) => self.rows.push(row),
            Err(refused) => self.refused.push(refused),
        }
    }
}

/// The id of the one line of an order whose items nobody gives: RULES.md 3 compares it as a whole.
const WHOLE_LINE: &str = "*";

/// Puts together all facts of one provider's order. `orders_given` says that the run has exported orders of the shop
/// too: then lines are taken from payloads only where these are orders, not where a payment merely repeats them.
#[must_use]
pub fn join(sightings: Vec<Sighting>, orders_given: bool, constants: Constants<'_>) -> Joined {
    let mut sightings = sightings;
    sightings.sort();
    let provider = sightings.first().map(|sighting| sighting.provider.clone()).unwrap_or_default();
    let order_id = sightings.iter().find_map(Sighting::order_id).map(Text::from);
    let (mut orders, mut transactions) = (Vec::new(), Vec::new());
    let mut operations = Vec::with_capacity(sightings.len());
    for sighting in sightings {
        match sighting.fact {
            Fact::Order(order) => orders.push(order),
            Fact::Operation(operation) => operations.push(operation),
            Fact::Transaction(transaction) => transactions.push(transaction),
        }
    }
    let (of_transactions, mut orders): (Vec<OrderFact>, Vec<OrderFact>) =
        orders.into_iter().partition(|order| order.of_transaction);
    date_updates(&mut orders);
    let mut operations = recorded::settle(operations, !transactions.is_empty());
    let of_transactions = attempts::counted(of_transactions, &operations);
    let lines = lines(&orders, &of_transactions, orders_given, &mut operations);
    let is_unpaid =
        operations.is_empty() && orders.iter().max_by_key(|order| latest(order)).is_some_and(|last| last.unpaid);
    let whole = Whole {
        provider,
        order_id,
        currency: only_currency(&orders, &of_transactions, &transactions),
        created_at: first_made(&orders, &of_transactions, &operations),
        statements: statements(&lines.stating, is_unpaid),
    };
    let mut joined = Joined::default();
    for (order, item) in &lines.lines {
        joined.row(rows::line(&whole, order, item, constants));
    }
    for operation in &operations {
        match rows::operation(&whole, operation, constants) {
            Ok(rows) => joined.rows.extend(rows),
            Err(refused) => joined.refused.push(refused),
        }
    }
    joined
}

pub(super) fn latest(order: &OrderFact) -> impl Ord + use<> {
    (at(order.updated_at.as_deref()), at(order.created_at.as_deref()))
}

/// A request to change an order says nothing of when; the order that answers it does: the one with its amount.
fn date_updates(orders: &mut [OrderFact]) {
    let mut answers: BTreeMap<Option<i64>, OrderFact> = BTreeMap::new();
    for answer in orders.iter().filter(|order| order.updated_at.is_some() && order.items.is_none()) {
        let known = answers.entry(answer.order_amount_minor).or_insert_with(|| answer.clone());
        if latest(answer) >= latest(known) {
            known.clone_from(answer);
        }
    }
    for order in orders.iter_mut().filter(|order| order.items.is_some() && order.updated_at.is_none()) {
        if let Some(answer) = answers.get(&order.order_amount_minor) {
            order.updated_at.clone_from(&answer.updated_at);
            order.created_at = order.created_at.take().or_else(|| answer.created_at.clone());
            order.currency = order.currency.take().or_else(|| answer.currency.clone());
        }
    }
}

struct Lines<'o> {
    lines: Vec<(&'o OrderFact, Cow<'o, ItemFact>)>,
    /// The documents whose statements are the order's.
    stating: Vec<&'o OrderFact>,
}

fn lines<'o>(
    orders: &'o [OrderFact],
    of_transactions: &'o [OrderFact],
    orders_given: bool,
    operations: &mut [OperationFact],
) -> Lines<'o> {
    if orders.iter().any(|order| order.items.is_some()) {
        return Lines { lines: overwritten(orders), stating: orders.iter().collect() };
    }
    if orders_given {
        return Lines { lines: Vec::new(), stating: Vec::new() };
    }
    if of_transactions.iter().any(|order| order.items.is_some()) {
        if attempts::share_a_line(of_transactions)
            && let Some((order, gross_minor)) =
                attempts::stated(of_transactions).zip(attempts::amount_minor(of_transactions))
        {
            // Lines are told apart within a transaction only: the order is compared as a whole.
            operations.iter_mut().for_each(|operation| operation.parts.clear());
            let stating = orders.iter().chain(of_transactions).collect();
            return Lines { lines: vec![(order, Cow::Owned(whole_line(gross_minor)))], stating };
        }
        let each = |order: &'o OrderFact| order.items.iter().flatten().map(move |item| (order, Cow::Borrowed(item)));
        let stating = orders.iter().chain(of_transactions).collect();
        return Lines { lines: of_transactions.iter().flat_map(each).collect(), stating };
    }
    // Only amounts are known: the order is compared as a whole, whatever lines its operations name.
    let whole = |order: &'o OrderFact| Some((order, Cow::Owned(whole_line(order.order_amount_minor?))));
    let amounts: Vec<_> = orders.iter().filter_map(whole).collect();
    if !amounts.is_empty() {
        operations.iter_mut().for_each(|operation| operation.parts.clear());
    }
    Lines { lines: amounts, stating: orders.iter().collect() }
}

/// The one line of an order that is compared as a whole.
fn whole_line(gross_minor: i64) -> ItemFact {
    ItemFact { line_id: Text::const_new(WHOLE_LINE), gross_minor, ..ItemFact::default() }
}

/// The items that count. A document that holds all items of the order replaces what was before it: lines that it no
/// longer has are gone, the others are older versions of its own (RULES.md 2 takes the later).
fn overwritten(orders: &[OrderFact]) -> Vec<(&OrderFact, Cow<'_, ItemFact>)> {
    let newest = orders.iter().filter(|order| order.whole && order.items.is_some()).max_by_key(|order| latest(order));
    let of_newest: HashSet<&str> =
        newest.iter().flat_map(|newest| newest.items.iter().flatten()).map(|item| item.line_id.as_str()).collect();
    let counts_whole = |order: &OrderFact| match newest {
        Some(newest) => !order.whole && latest(order) > latest(newest),
        None => true,
    };
    let mut lines = Vec::new();
    for order in orders {
        let whole = counts_whole(order);
        let items = order.items.iter().flatten().filter(|item| whole || of_newest.contains(item.line_id.as_str()));
        lines.extend(items.map(|item| (order, Cow::Borrowed(item))));
    }
    lines
}

fn only_currency(
    orders: &[OrderFact],
    of_transactions: &[OrderFact],
    transactions: &[TransactionFact],
) -> Option<Text> {
    let of_orders = orders.iter().chain(of_transactions).filter_map(|order| order.currency.clone());
    let mut all: Vec<Text> =
        of_orders.chain(transactions.iter().filter_map(|transaction| transaction.currency.clone())).collect();
    all.sort();
    all.dedup();
    if all.len() == 1 { all.pop() } else { None }
}

/// When the order was made: as its documents say, else when the first thing happened to it.
fn first_made(orders: &[OrderFact], of_transactions: &[OrderFact], operations: &[OperationFact]) -> Option<Text> {
    let earliest = |texts: Vec<&Text>| {
        texts.into_iter().min_by_key(|text| (at(Some(text.as_str())).is_none(), at(Some(text.as_str())))).cloned()
    };
    let of = |orders: &[OrderFact]| earliest(orders.iter().filter_map(|order| order.created_at.as_ref()).collect());
    of(orders)
        .or_else(|| of(of_transactions))
        .or_else(|| earliest(operations.iter().filter_map(|operation| operation.created_at.as_ref()).collect()))
}

/// What the order says of itself: as its newest document does. Cancellations that are told of one by one are summed. Of an
/// order that nobody has paid nothing will be captured, as of one that was cancelled.
fn statements(stating: &[&OrderFact], is_unpaid: bool) -> [Option<i64>; 4] {
    let newest = stating
        .iter()
        .filter(|order| {
            order.order_amount_minor.is_some()
                || order.remaining_capture_minor.is_some()
                || order.remaining_reversal_minor.is_some()
        })
        .max_by_key(|order| latest(order));
    let newest_cancelled =
        stating.iter().filter(|order| order.cancelled_minor.is_some()).max_by_key(|order| latest(order));
    let cancelled_minor =
        cancellations(stating.iter().copied()).or(newest_cancelled.and_then(|order| order.cancelled_minor));
    // Each transaction of an order states what it is itself for, and none of them what all are.
    let of_transactions = newest.is_some_and(|order| order.of_transaction);
    let order_amount_minor = if of_transactions {
        attempts::amount_minor(stating.iter().copied().filter(|order| order.of_transaction))
    } else {
        newest.and_then(|order| order.order_amount_minor)
    };
    [
        order_amount_minor,
        if is_unpaid { order_amount_minor } else { cancelled_minor },
        newest.and_then(|order| order.remaining_capture_minor),
        newest.and_then(|order| order.remaining_reversal_minor),
    ]
}

/// The sum of the cancellations that documents tell of one by one. One with an id counts once, however often it is
/// told; those without are requests, which their answers repeat with an id, so they count only where no answer is.
pub(super) fn cancellations<'o>(stating: impl Iterator<Item = &'o OrderFact> + Clone) -> Option<i64> {
    let all = || stating.clone().flat_map(|order| &order.cancellations);
    let with_id: BTreeMap<&str, i64> =
        all().filter_map(|one| Some((one.cancellation_id.as_deref()?, one.amount_minor))).collect();
    let amounts: Vec<i64> =
        if with_id.is_empty() { all().map(|one| one.amount_minor).collect() } else { with_id.into_values().collect() };
    if amounts.is_empty() { None } else { amounts.into_iter().try_fold(0_i64, i64::checked_add) }
}
