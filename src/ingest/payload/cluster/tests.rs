//! The groups are those that comparing each with each finds.

use compact_str::ToCompactString;

use super::*;
use crate::ingest::payload::fact::{Api, Place};

fn agree<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

/// Groups what tells of one operation: by number, else by kind and amount; a request joins the only one that it can
/// be of.
fn slow_cluster(operations: Vec<OperationFact>) -> Vec<Vec<OperationFact>> {
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

/// A number from a sequence, below a bound.
fn below(state: &mut u64, bound: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % bound
}

/// An operation with few different values, so that groups meet.
fn random(state: &mut u64, line: u64) -> OperationFact {
    let told = [Told::Asked, Told::Executed, Told::Executed][usize::try_from(below(state, 3)).unwrap()];
    let moved = match below(state, 5) {
        0 if told == Told::Asked => None,
        0..=2 => Some(Moved::Capture),
        _ => Some(Moved::Reversal),
    };
    let some = |state: &mut u64, of: u64| Some(below(state, of)).filter(|value| *value > 0);
    OperationFact {
        moved,
        transaction_number: some(state, 4).map(|number| number.to_compact_string()),
        amount_minor: some(state, 4).map(|amount| i64::try_from(amount).unwrap()),
        order_id: some(state, 3).map(|order| order.to_compact_string()),
        place: Place { file: 0, line },
        ..OperationFact::blank(Api::SwedbankPay, told)
    }
}

#[test]
fn groups_are_those_of_the_slow_way() {
    let mut state = 1;
    for round in 0..4_000 {
        let count = 1 + below(&mut state, 12);
        let operations: Vec<OperationFact> = (0..count).map(|line| random(&mut state, line)).collect();
        assert_eq!(cluster(operations.clone()), slow_cluster(operations), "round {round}");
    }
}

#[test]
fn a_hundred_thousand_members_are_grouped() {
    const MANY: usize = 100_000;
    let told = |told, number: Option<usize>, amount: usize| OperationFact {
        moved: Some(Moved::Capture),
        transaction_number: number.map(|number| number.to_compact_string()),
        amount_minor: Some(i64::try_from(amount).unwrap()),
        ..OperationFact::blank(Api::SwedbankPay, told)
    };
    // Each number twice and a request of its amount; bare ones of amounts of their own.
    let third = MANY / 4;
    let mut operations = Vec::with_capacity(MANY);
    for number in 0..third {
        operations.push(told(Told::Executed, Some(number), number));
        operations.push(told(Told::Executed, Some(number), number));
        operations.push(told(Told::Executed, None, MANY + number));
        operations.push(told(Told::Asked, None, number));
    }
    let clusters = cluster(operations);
    let sizes = |size: usize| clusters.iter().filter(|members| members.len() == size).count();
    assert_eq!((clusters.len(), sizes(3), sizes(1)), (2 * third, third, third));
}
