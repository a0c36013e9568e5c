//! Dintero's two ledgers of one order: what its order system recorded, and what the checkout executed. Both tell of
//! the same money, so each operation counts once, and what was recorded only is said.

use std::collections::{HashMap, VecDeque};

use super::fact::{Moved, OperationFact, Told};
use super::order::is_dintero;
use super::references::effect_minor;
use super::sighting::at;
use crate::ingest::field::{RECORDED_ONLY, is_completed};

/// The state of an event whose money is counted with the records of the order.
const COUNTED_WITH_RECORDS: &str = "counted with the records of its order";

/// Tells of one operation, all of them.
type Sightings = Vec<OperationFact>;

/// Puts recorded and executed operations of one order together. `transactions_given` says that a checkout transaction
/// of the order is among the documents: only then can a record lack its event.
#[must_use]
pub fn settle(operations: Vec<OperationFact>, transactions_given: bool) -> Vec<OperationFact> {
    let (dintero, mut out): (Vec<_>, Vec<_>) = operations.into_iter().partition(is_dintero);
    let (recorded, executed): (Vec<_>, Vec<_>) = dintero.into_iter().partition(|fact| fact.told != Told::Executed);
    let recorded = answered(recorded);
    if !transactions_given {
        out.extend(recorded);
        out.extend(executed);
        return out;
    }
    let (completed, failed): (Vec<_>, Vec<_>) = recorded.into_iter().partition(completed);
    out.extend(failed);
    let (moved, failed): (Vec<_>, Vec<_>) = executed.into_iter().partition(self::completed);
    out.extend(failed);
    let (mut recorded, mut executed) = (by_identity(completed), by_identity(moved));
    pair(&mut recorded, &mut executed, &mut out);
    // What is left may still be the same money, split in another way: then the records, which name lines, count.
    let sum = |all: &[Sightings]| -> Option<i128> {
        all.iter().map(|same| same.first().and_then(effect_minor)).sum::<Option<i128>>()
    };
    let backed = sum(&recorded).is_some_and(|sum_minor| sum(&executed) == Some(sum_minor));
    let state = |text: &str| Some(text.to_owned());
    for fact in recorded.into_iter().flatten() {
        out.push(if backed { fact } else { OperationFact { state: state(RECORDED_ONLY), ..fact } });
    }
    for fact in executed.into_iter().flatten() {
        out.push(if backed { OperationFact { state: state(COUNTED_WITH_RECORDS), ..fact } } else { fact });
    }
    out
}

fn completed(fact: &OperationFact) -> bool {
    is_completed(fact.state.as_deref().unwrap_or_default().as_bytes())
}

/// A request and the record that answers it (the same lines, payment and outcome) are one record.
fn answered(recorded: Vec<OperationFact>) -> Vec<OperationFact> {
    let (answers, requests): (Vec<_>, Vec<_>) = recorded.into_iter().partition(|fact| fact.operation_id.is_some());
    let mut free: Sightings =
        by_identity(answers.clone()).into_iter().filter_map(|same| same.into_iter().next()).collect();
    let mut out = answers;
    for request in requests {
        let fits = |answer: &OperationFact| {
            answer.moved == request.moved
                && answer.parts == request.parts
                && answer.payment_id == request.payment_id
                && completed(answer) == completed(&request)
        };
        match free.iter().position(fits) {
            Some(place) => out.push(OperationFact { place: request.place, ..free.remove(place) }),
            None => out.push(request),
        }
    }
    out
}

/// All that tell of one operation, in the order in which the operations were made. Without an id each stands alone.
fn by_identity(mut facts: Vec<OperationFact>) -> Vec<Sightings> {
    facts.sort_by(|a, b| {
        let key = |fact: &OperationFact| (at(fact.created_at.as_deref()), fact.moved);
        key(a).cmp(&key(b)).then_with(|| a.cmp(b))
    });
    let mut all: Vec<Sightings> = Vec::new();
    let mut places: HashMap<(Option<Moved>, String), usize> = HashMap::new();
    for fact in facts {
        let known = fact.operation_id.clone().map(|id| *places.entry((fact.moved, id)).or_insert(all.len()));
        match known.and_then(|place| all.get_mut(place)) {
            Some(same) => same.push(fact),
            None => all.push(vec![fact]),
        }
    }
    all
}

/// Pairs a record with the event that moved its money: equal in effect, and of the record's payment where one such is.
fn pair(recorded: &mut Vec<Sightings>, executed: &mut Vec<Sightings>, out: &mut Vec<OperationFact>) {
    for same_payment in [true, false] {
        let key = |same: &Sightings| {
            let first = same.first()?;
            let payment = first.transaction_id.clone().filter(|_| same_payment);
            Some((effect_minor(first)?, payment))
        };
        let mut events_of: HashMap<(i128, Option<String>), VecDeque<Sightings>> = HashMap::new();
        let mut without_effect = Vec::new();
        for events in executed.drain(..) {
            match key(&events) {
                Some(known) => events_of.entry(known).or_default().push_back(events),
                None => without_effect.push(events),
            }
        }
        let mut left = Vec::new();
        for records in recorded.drain(..) {
            let events = key(&records).and_then(|known| events_of.get_mut(&known)?.pop_front());
            match (records.first(), events.as_ref().and_then(|events| events.first())) {
                (Some(record), Some(event)) => {
                    let seen = together(record, event);
                    let all = records.iter().chain(events.iter().flatten());
                    out.extend(all.map(|fact| OperationFact { place: fact.place, ..seen.clone() }));
                }
                _ => left.push(records),
            }
        }
        *recorded = left;
        // In the order in which they were made again, so that the second round pairs as the first did.
        executed.extend(by_identity(events_of.into_values().flatten().chain(without_effect).flatten().collect()));
    }
}

/// The record names the lines, the event says when and under which ids the money moved.
fn together(record: &OperationFact, event: &OperationFact) -> OperationFact {
    OperationFact {
        told: record.told,
        moved: record.moved,
        amount_minor: record.amount_minor,
        vat_minor: record.vat_minor.or(event.vat_minor),
        order_id: record.order_id.clone(),
        payment_id: record.payment_id.clone().or_else(|| event.payment_id.clone()),
        parts: if record.parts.is_empty() && record.moved == event.moved {
            event.parts.clone()
        } else {
            record.parts.clone()
        },
        ..event.clone()
    }
}
