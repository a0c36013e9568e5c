//! Facts that share a payee reference of Swedbank Pay: a request and its response, a response and a list, an event of
//! Dintero and the capture that Swedbank Pay executed for it. Each gets what the others know, so that RULES.md 2 sees
//! one operation, told of several times.

use std::collections::HashMap;

use super::cluster::{Index, Known, cluster};
use super::fact::{Api, Fact, Moved, OperationFact, Told};
use super::sighting::{Sighting, at, fill};
use crate::model::text::Text;

/// Puts together the operations of one reference.
#[must_use]
pub fn complete(sightings: Vec<Sighting>) -> Vec<Sighting> {
    let mut sightings = sightings;
    // Nobody else tells of it, as of most: what was executed is complete as it is.
    if let [Sighting { fact: Fact::Operation(only), .. }] = sightings.as_slice()
        && only.told != Told::Asked
    {
        return sightings;
    }
    sightings.sort();
    let mut out = Vec::with_capacity(sightings.len());
    let mut events: Vec<(Text, OperationFact)> = Vec::new();
    let mut of_provider: Vec<(Text, Vec<OperationFact>)> = Vec::new();
    for Sighting { provider, fact } in sightings {
        match fact {
            Fact::Operation(operation) if operation.api == Api::Dintero => events.push((provider, operation)),
            Fact::Operation(operation) => match of_provider.iter_mut().find(|(known, _)| *known == provider) {
                Some((_, operations)) => operations.push(operation),
                None => of_provider.push((provider, vec![operation])),
            },
            other => out.push(Sighting { provider, fact: other }),
        }
    }
    let mut clusters: Vec<(Text, Vec<OperationFact>)> = Vec::new();
    for (provider, operations) in of_provider {
        clusters.extend(cluster(operations).into_iter().map(|members| (provider.clone(), shared(members))));
    }
    take_over(&mut events, &mut clusters);
    let all = events.into_iter().chain(
        clusters
            .into_iter()
            .flat_map(|(provider, members)| members.into_iter().map(move |member| (provider.clone(), member))),
    );
    out.extend(all.map(|(provider, operation)| Sighting { provider, fact: Fact::Operation(operation) }));
    out
}

/// Gives every member what the others know: the facts come from what was executed, the lines from what was asked for.
fn shared(members: Vec<OperationFact>) -> Vec<OperationFact> {
    let lines = members
        .iter()
        .filter(|member| member.told == Told::Asked)
        .chain(&members)
        .find(|member| !member.parts.is_empty())
        .map(|member| member.parts.clone())
        .unwrap_or_default();
    let mut executed: Vec<&OperationFact> = members.iter().filter(|member| member.told != Told::Asked).collect();
    // The newest first: what it states fills what the others lack.
    executed.sort_by_key(|member| std::cmp::Reverse(at(member.updated_at.as_deref())));
    let known = executed
        .split_first()
        .map(|(newest, older)| older.iter().fold((*newest).clone(), |known, other| fill(known, other)));
    let Some(mut known) = known else {
        return members.into_iter().map(|member| OperationFact { state: Some(ASKED_ONLY.into()), ..member }).collect();
    };
    // Not every answer repeats it.
    let asked = members.iter().filter(|member| member.told == Told::Asked);
    let asked_receipt = asked.filter_map(|member| member.receipt_reference.clone()).min();
    known.receipt_reference = known.receipt_reference.or(asked_receipt);
    members
        .into_iter()
        .map(|member| {
            let place = member.place;
            let told = if member.told == Told::Asked {
                OperationFact { place, ..known.clone() }
            } else {
                fill(member, &known)
            };
            OperationFact { parts: lines.clone(), ..told }
        })
        .collect()
}

/// The state of a request that nothing answers: money that did not move.
pub const ASKED_ONLY: &str = "requested";

/// Whose events tell of one operation: the provider, the event's id and its kind.
type OfEvent = (Text, Option<Text>, Option<Moved>);

/// An event of Dintero that Swedbank Pay executed, and Swedbank Pay's own word of it, are one operation of Dintero's:
/// where exactly one group of Swedbank Pay's, with no request in it, is of the event's kind and amount.
fn take_over(events: &mut [(Text, OperationFact)], clusters: &mut [(Text, Vec<OperationFact>)]) {
    let mut index: Index<Option<Moved>, i64, ()> = Index::new();
    let known = |members: &[OperationFact]| {
        let moved = members.first()?.moved;
        let of_event = |member: &OperationFact| {
            member.api == Api::SwedbankPay && member.told != Told::Asked && member.moved == moved
        };
        let amount = members.iter().fold(Known::Nothing, |amount, member| amount.with(member.amount_minor));
        members.iter().all(of_event).then_some((moved, amount, Known::Nothing))
    };
    for (place, (_, members)) in clusters.iter().enumerate() {
        if let Some(known) = known(members) {
            index.add(known, place);
        }
    }
    let mut alike: HashMap<OfEvent, Vec<usize>> = HashMap::new();
    for (place, (provider, event)) in events.iter().enumerate() {
        let of_event = (provider.clone(), event.operation_id.clone(), event.moved);
        alike.entry(of_event).or_default().push(place);
    }
    for place in 0..events.len() {
        let Some((provider, event)) = events.get(place) else { continue };
        let (_, only) = index.fitting(event.moved, event.amount_minor, None);
        let Some((only, (owner, members))) = only.and_then(|only| Some((only, clusters.get_mut(only)?))) else {
            continue;
        };
        let Some(first) = members.first() else { continue };
        let seen = OperationFact {
            transaction_number: event.transaction_number.clone().or_else(|| first.transaction_number.clone()),
            reconciliation_number: event.reconciliation_number.clone().or_else(|| first.reconciliation_number.clone()),
            receipt_reference: event.receipt_reference.clone().or_else(|| first.receipt_reference.clone()),
            ..event.clone()
        };
        if let Some(known) = known(members) {
            index.remove(known, only);
        }
        owner.clone_from(provider);
        for member in members.iter_mut() {
            *member = OperationFact { place: member.place, ..seen.clone() };
        }
        let of_event = (provider.clone(), seen.operation_id.clone(), seen.moved);
        for same in alike.get(&of_event).into_iter().flatten() {
            if let Some((_, same)) = events.get_mut(*same) {
                *same = OperationFact { place: same.place, ..seen.clone() };
            }
        }
    }
}

/// Whether an operation has a counterpart by reference at all: others are complete as they are.
#[must_use]
pub fn reference(operation: &OperationFact) -> Option<&str> {
    match operation.api {
        Api::SwedbankPay => operation.payee_reference.as_deref(),
        Api::Dintero => operation.payex_reference.as_deref().filter(|_| operation.told == Told::Executed),
    }
}

/// What an operation does to what was captured: signed minor units.
#[must_use]
pub fn effect_minor(operation: &OperationFact) -> Option<i128> {
    let parts = || {
        (!operation.parts.is_empty())
            .then(|| operation.parts.iter().map(|part| i128::from(part.amount_minor)).sum::<i128>())
    };
    let amount = operation.amount_minor.map(i128::from).or_else(parts)?;
    Some(if operation.moved == Some(Moved::Reversal) { -amount } else { amount })
}

#[cfg(test)]
mod tests;
