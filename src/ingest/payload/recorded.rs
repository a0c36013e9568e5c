//! Dintero's two ledgers of one order: what its order system recorded, and what the checkout executed. Both tell of
//! the same money, so each operation counts once, and what was recorded only is said.

use std::collections::{HashMap, VecDeque};

use super::fact::{Api, Moved, OperationFact, PartFact, Told};
use super::references::effect_minor;
use super::sighting::at;
use crate::ingest::field::{RECORDED_ONLY, is_completed};
use crate::model::text::Text;

/// The state of a record whose money is counted with the events of the order.
const COUNTED_WITH_EVENTS: &str = "counted with the events of its order";

/// Tells of one operation, all of them.
type Sightings = Vec<OperationFact>;

/// Puts recorded and executed operations of one order together. `transactions_given` says that a checkout transaction
/// of the order is among the documents: only then can a record lack its event.
#[must_use]
pub fn settle(operations: Vec<OperationFact>, transactions_given: bool) -> Vec<OperationFact> {
    let of_dintero = |fact: &OperationFact| fact.api == Api::Dintero && fact.moved.is_some();
    let (dintero, mut out): (Vec<_>, Vec<_>) = operations.into_iter().partition(of_dintero);
    let (records, events): (Vec<_>, Vec<_>) = dintero.into_iter().partition(|fact| fact.told != Told::Executed);
    let records = answered(records);
    if !transactions_given || records.is_empty() {
        out.extend(records);
        out.extend(events);
        return out;
    }
    // What failed is neither backed nor lacking.
    let (records, failed_records): (Vec<_>, Vec<_>) = records.into_iter().partition(is_done);
    let (events, failed_events): (Vec<_>, Vec<_>) = events.into_iter().partition(is_done);
    out.extend(failed_records.into_iter().chain(failed_events));
    let (mut recorded, mut executed) = (by_identity(records), by_identity(events));
    pair(&mut recorded, &mut executed, &mut out);
    // What is left may still be the same money, split in another way.
    let sum = |all: &[Sightings]| -> Option<i128> {
        all.iter().map(|same| same.first().and_then(effect_minor)).sum::<Option<i128>>()
    };
    let is_same = !recorded.is_empty() && sum(&recorded).is_some_and(|sum_minor| sum(&executed) == Some(sum_minor));
    if !is_same {
        out.extend(recorded.into_iter().flatten().map(|fact| with_state(fact, RECORDED_ONLY)));
        out.extend(executed.into_iter().flatten());
        return out;
    }
    match (whole(&recorded, &executed), executed.is_empty()) {
        // One operation, whose lines the records name: a line that was taken back and what replaced it, say, and the event
        // that moved the difference; or none, where the prices are the same.
        (Some(whole), _) => {
            let all = recorded.iter().chain(&executed).flatten();
            out.extend(all.map(|fact| OperationFact { place: fact.place, ..whole.clone() }));
        }
        (None, true) => out.extend(recorded.into_iter().flatten()),
        // Nothing says which of several events moved the money of which line: the order is compared as a whole.
        (None, false) => {
            out.extend(recorded.into_iter().flatten().map(|fact| with_state(fact, COUNTED_WITH_EVENTS)));
            out.extend(executed.into_iter().flatten().map(|fact| OperationFact { parts: Vec::new(), ..fact }));
        }
    }
    out
}

fn with_state(fact: OperationFact, state: &str) -> OperationFact {
    OperationFact { state: Some(state.into()), ..fact }
}

/// The operation that records are, with the only event that moved its money or without one; `None` where there are several
/// events, or a record that names no line.
fn whole(recorded: &[Sightings], executed: &[Sightings]) -> Option<OperationFact> {
    let records: Vec<&OperationFact> = recorded.iter().filter_map(|same| same.first()).collect();
    let record = *records.first()?;
    let event = match executed {
        [] => None,
        [only] => Some(only.first()?),
        _ => return None,
    };
    // A line is captured by captures only: what replaced another one was, even where the event is a refund.
    let is_capture = records.iter().any(|record| record.moved == Some(Moved::Capture));
    let moved = Some(if is_capture { Moved::Capture } else { Moved::Reversal });
    let mut parts = Vec::new();
    for record in records {
        if record.parts.is_empty() {
            return None;
        }
        // A capture of a negative amount is a reversal, and the other way round.
        let signed = |minor: i64| if record.moved == moved { Some(minor) } else { minor.checked_neg() };
        for part in &record.parts {
            let vat_minor = part.vat_minor.map(signed);
            let (amount_minor, vat_minor) = (signed(part.amount_minor)?, vat_minor.flatten());
            parts.push(PartFact { line_id: part.line_id.clone(), amount_minor, vat_minor });
        }
    }
    // Without an event nothing is stated of what they come to.
    let amount_minor = match event.and_then(|event| Some((event.moved, event.amount_minor?))) {
        Some((of_event, amount_minor)) if of_event == moved => Some(amount_minor),
        Some((_, amount_minor)) => Some(amount_minor.checked_neg()?),
        None => None,
    };
    let facts = event.map_or_else(|| record.clone(), |event| together(record, event));
    Some(OperationFact { moved, amount_minor, vat_minor: None, parts, ..facts })
}

/// Whether its state says that money moved.
pub(super) fn is_done(fact: &OperationFact) -> bool {
    is_completed(fact.state.as_deref().unwrap_or_default().as_bytes())
}

/// What a request and the record that answers it have alike: the kind, the lines, the payment and the outcome.
type Asked = (Option<Moved>, Vec<PartFact>, Option<Text>, bool);

fn asked(fact: &OperationFact) -> Asked {
    (fact.moved, fact.parts.clone(), fact.payment_id.clone(), is_done(fact))
}

/// A request and the record that answers it are one record; each record answers one request.
fn answered(recorded: Vec<OperationFact>) -> Vec<OperationFact> {
    let (mut out, requests): (Vec<_>, Vec<_>) = recorded.into_iter().partition(|fact| fact.operation_id.is_some());
    if requests.is_empty() {
        return out;
    }
    let mut free: HashMap<Asked, VecDeque<OperationFact>> = HashMap::new();
    for answer in by_identity(out.clone()).into_iter().filter_map(|same| same.into_iter().next()) {
        free.entry(asked(&answer)).or_default().push_back(answer);
    }
    for request in requests {
        match free.get_mut(&asked(&request)).and_then(VecDeque::pop_front) {
            Some(answer) => out.push(OperationFact { place: request.place, ..answer }),
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
    let mut places: HashMap<(Option<Moved>, Text), usize> = HashMap::new();
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
        let mut events_of: HashMap<(i128, Option<Text>), VecDeque<Sightings>> = HashMap::new();
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

#[cfg(test)]
mod tests;
