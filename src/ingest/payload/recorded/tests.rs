//! Requests find their answers as comparing each with each finds them.

use compact_str::ToCompactString;

use super::*;
use crate::ingest::payload::fact::Place;

/// A request and the record that answers it (the same lines, payment and outcome) are one record.
fn slow_answered(recorded: Vec<OperationFact>) -> Vec<OperationFact> {
    let (answers, requests): (Vec<_>, Vec<_>) = recorded.into_iter().partition(|fact| fact.operation_id.is_some());
    let mut free: Sightings =
        by_identity(answers.clone()).into_iter().filter_map(|same| same.into_iter().next()).collect();
    let mut out = answers;
    for request in requests {
        let fits = |answer: &OperationFact| {
            answer.moved == request.moved
                && answer.parts == request.parts
                && answer.payment_id == request.payment_id
                && is_done(answer) == is_done(&request)
        };
        match free.iter().position(fits) {
            Some(place) => out.push(OperationFact { place: request.place, ..free.remove(place) }),
            None => out.push(request),
        }
    }
    out
}

fn below(state: &mut u64, bound: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % bound
}

fn fact(id: Option<u64>, line_id: u64, place: u64) -> OperationFact {
    let part = PartFact { line_id: line_id.to_compact_string(), amount_minor: 5, vat_minor: None };
    OperationFact {
        moved: Some(Moved::Capture),
        operation_id: id.map(|id| id.to_compact_string()),
        parts: vec![part],
        place: Place { file: 0, line: place },
        ..OperationFact::blank(Api::Dintero, Told::Recorded)
    }
}

#[test]
fn answers_are_those_of_the_slow_way() {
    let mut state = 9;
    for round in 0..4_000 {
        let count = below(&mut state, 14);
        let some = |state: &mut u64, of: u64| Some(below(state, of)).filter(|value| *value > 0);
        let random = |place| OperationFact {
            payment_id: some(&mut state, 3).map(|id| id.to_compact_string()),
            created_at: some(&mut state, 3).map(|day| compact_str::format_compact!("2026-01-0{day}")),
            state: some(&mut state, 3).map(|_| "failed".into()),
            ..fact(some(&mut state, 6), below(&mut state, 3), place)
        };
        let given: Vec<OperationFact> = (0..count).map(random).collect();
        assert_eq!(answered(given.clone()), slow_answered(given), "round {round}");
    }
}

#[test]
fn a_hundred_thousand_requests_find_their_answers() {
    const MANY: u64 = 100_000;
    let half = MANY / 2;
    let answers = (0..half).map(|number| fact(Some(number), number, 0));
    let requests = (0..half).rev().map(|number| fact(None, number, 1 + number));
    let found = answered(answers.chain(requests).collect());
    assert_eq!(found.len(), usize::try_from(MANY).unwrap());
    let own = |fact: &OperationFact| fact.operation_id.as_ref() == fact.parts.first().map(|part| &part.line_id);
    assert!(found.iter().all(own), "each request has the id of the answer with its line");
}
