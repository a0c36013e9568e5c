//! Facts that share a payee reference of Swedbank Pay: a request and its response, a response and a list, an event of
//! Dintero and the capture that Swedbank Pay executed for it. Each gets what the others know, so that RULES.md 2 sees
//! one operation, told of several times.

use super::fact::{Api, Fact, Moved, OperationFact, Told};
use super::sighting::{Sighting, at, fill};

/// Puts together the operations of one reference.
#[must_use]
pub fn complete(sightings: Vec<Sighting>) -> Vec<Sighting> {
    let mut sightings = sightings;
    sightings.sort();
    let mut out = Vec::with_capacity(sightings.len());
    let mut events: Vec<(String, OperationFact)> = Vec::new();
    let mut of_provider: Vec<(String, Vec<OperationFact>)> = Vec::new();
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
    let mut clusters: Vec<(String, Vec<OperationFact>)> = Vec::new();
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

fn agree<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

/// Groups what tells of one operation: by number, else by kind and amount; a request joins the only one that it can
/// be of.
fn cluster(operations: Vec<OperationFact>) -> Vec<Vec<OperationFact>> {
    let (asked, executed): (Vec<_>, Vec<_>) =
        operations.into_iter().partition(|operation| operation.told == Told::Asked);
    let (numbered, bare): (Vec<_>, Vec<_>) =
        executed.into_iter().partition(|operation| operation.transaction_number.is_some());
    let mut clusters: Vec<Vec<OperationFact>> = Vec::new();
    let mut join = |operation: OperationFact, fits: &dyn Fn(&OperationFact) -> bool| {
        let mut places = clusters.iter_mut().filter(|members| members.iter().all(fits));
        match (places.next(), places.next()) {
            (Some(members), None) => members.push(operation),
            _ => clusters.push(vec![operation]),
        }
    };
    for operation in numbered {
        let (number, moved) = (operation.transaction_number.clone(), operation.moved);
        join(operation, &|member| member.transaction_number == number && member.moved == moved);
    }
    for operation in bare {
        let (moved, amount, order) = (operation.moved, operation.amount_minor, operation.order_id.clone());
        join(operation, &|member| {
            member.moved == moved
                && agree(member.amount_minor.as_ref(), amount.as_ref())
                && agree(member.order_id.as_ref(), order.as_ref())
        });
    }
    for request in asked {
        let (moved, amount) = (request.moved, request.amount_minor);
        let kind_fits = |member: &OperationFact| agree(member.moved.as_ref(), moved.as_ref());
        let of_kind = clusters.iter().filter(|members| members.iter().all(kind_fits)).count();
        let amount_fits = |member: &OperationFact| agree(member.amount_minor.as_ref(), amount.as_ref());
        let mut places: Vec<&mut Vec<OperationFact>> = clusters
            .iter_mut()
            .filter(|members| members.iter().all(kind_fits) && (of_kind == 1 || members.iter().all(amount_fits)))
            .collect();
        match places.as_mut_slice() {
            [members] => members.push(request),
            _ => clusters.push(vec![request]),
        }
    }
    clusters
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
    let Some(known) = known else {
        return members
            .into_iter()
            .map(|member| OperationFact { state: Some(ASKED_ONLY.to_owned()), ..member })
            .collect();
    };
    members
        .into_iter()
        .map(|member| {
            let place = member.place;
            let told = if member.told == Told::Asked {
                let receipt_reference = known.receipt_reference.clone().or(member.receipt_reference);
                OperationFact { place, receipt_reference, ..known.clone() }
            } else {
                fill(member, &known)
            };
            OperationFact { parts: lines.clone(), ..told }
        })
        .collect()
}

/// The state of a request that nothing answers: money that did not move.
pub const ASKED_ONLY: &str = "requested";

/// An event of Dintero that Swedbank Pay executed, and Swedbank Pay's own word of it, are one operation of Dintero's.
fn take_over(events: &mut [(String, OperationFact)], clusters: &mut [(String, Vec<OperationFact>)]) {
    for place in 0..events.len() {
        let (provider, event) = events[place].clone();
        let of_event = |members: &[OperationFact]| {
            members.iter().all(|member| {
                member.api == Api::SwedbankPay
                    && member.told != Told::Asked
                    && member.moved == event.moved
                    && agree(member.amount_minor.as_ref(), event.amount_minor.as_ref())
            })
        };
        let mut fitting = clusters.iter_mut().filter(|(_, members)| of_event(members));
        let (Some((owner, members)), None) = (fitting.next(), fitting.next()) else { continue };
        let Some(first) = members.first().cloned() else { continue };
        let seen = OperationFact {
            transaction_number: event.transaction_number.clone().or(first.transaction_number),
            reconciliation_number: event.reconciliation_number.clone().or(first.reconciliation_number),
            receipt_reference: event.receipt_reference.clone().or(first.receipt_reference),
            ..event
        };
        for (_, same) in events.iter_mut().filter(|(known, same)| {
            *known == provider && same.operation_id == seen.operation_id && same.moved == seen.moved
        }) {
            *same = OperationFact { place: same.place, ..seen.clone() };
        }
        for member in members.iter_mut() {
            *member = OperationFact { place: member.place, ..seen.clone() };
        }
        owner.clone_from(&provider);
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
