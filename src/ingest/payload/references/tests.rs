//! What Swedbank Pay executed for Dintero is found as comparing each with each finds it.

use compact_str::ToCompactString;

use super::*;
use crate::ingest::payload::fact::Place;
use crate::model::text::Text;

fn agree<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

/// An event of Dintero that Swedbank Pay executed, and Swedbank Pay's own word of it, are one operation of Dintero's.
fn slow_take_over(events: &mut [(Text, OperationFact)], clusters: &mut [(Text, Vec<OperationFact>)]) {
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

fn below(state: &mut u64, bound: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % bound
}

fn random(state: &mut u64, api: Api, line: u64) -> OperationFact {
    let some = |state: &mut u64, of: u64| Some(below(state, of)).filter(|value| *value > 0);
    OperationFact {
        moved: Some(if below(state, 3) == 0 { Moved::Reversal } else { Moved::Capture }),
        operation_id: some(state, 4).map(|id| id.to_compact_string()),
        transaction_number: some(state, 4).map(|number| number.to_compact_string()),
        amount_minor: some(state, 4).map(|amount| i64::try_from(amount).unwrap()),
        place: Place { file: 0, line },
        ..OperationFact::blank(api, if below(state, 6) == 0 { Told::Asked } else { Told::Executed })
    }
}

#[test]
fn events_take_over_as_in_the_slow_way() {
    let mut state = 5;
    for round in 0..4_000 {
        let provider = |state: &mut u64| Text::const_new(["a", "b"][usize::try_from(below(state, 2)).unwrap()]);
        let mut events = Vec::new();
        for line in 0..below(&mut state, 6) {
            events.push((provider(&mut state), random(&mut state, Api::Dintero, line)));
        }
        let mut clusters = Vec::new();
        for line in 0..below(&mut state, 6) {
            let count = 1 + below(&mut state, 2);
            let members: Vec<_> =
                (0..count).map(|more| random(&mut state, Api::SwedbankPay, 100 + 10 * line + more)).collect();
            clusters.push((provider(&mut state), members));
        }
        let (mut slow_events, mut slow_clusters) = (events.clone(), clusters.clone());
        slow_take_over(&mut slow_events, &mut slow_clusters);
        take_over(&mut events, &mut clusters);
        assert_eq!((events, clusters), (slow_events, slow_clusters), "round {round}");
    }
}

#[test]
fn a_hundred_thousand_events_find_their_own() {
    const MANY: i64 = 100_000;
    let told = |api, amount: i64| OperationFact {
        moved: Some(Moved::Capture),
        operation_id: (api == Api::Dintero).then(|| amount.to_compact_string()),
        transaction_number: (api == Api::SwedbankPay).then(|| amount.to_compact_string()),
        amount_minor: Some(amount),
        ..OperationFact::blank(api, Told::Executed)
    };
    let mut events: Vec<_> = (0..MANY).map(|amount| ("d".into(), told(Api::Dintero, amount))).collect();
    let mut clusters: Vec<_> = (0..MANY).map(|amount| ("s".into(), vec![told(Api::SwedbankPay, amount)])).collect();
    take_over(&mut events, &mut clusters);
    let own = |(provider, fact): &(Text, OperationFact)| {
        provider == "d" && fact.transaction_number == fact.operation_id && fact.operation_id.is_some()
    };
    let members =
        |(owner, members): (Text, Vec<OperationFact>)| members.into_iter().map(move |one| (owner.clone(), one));
    assert!(events.iter().all(own) && clusters.into_iter().flat_map(members).all(|member| own(&member)));
}

#[test]
fn an_answer_that_does_not_repeat_the_receipt_says_what_its_request_said() {
    let member = |told: Told, line: u64, receipt: Option<&str>| OperationFact {
        moved: Some(Moved::Reversal),
        payee_reference: Some("r1".into()),
        amount_minor: Some(100),
        receipt_reference: receipt.map(Text::from),
        place: Place { file: 0, line },
        ..OperationFact::blank(Api::SwedbankPay, told)
    };
    let receipts = |members: Vec<OperationFact>| -> Vec<Option<Text>> {
        shared(members).into_iter().map(|member| member.receipt_reference).collect()
    };
    let (asked, answered) = (Told::Asked, Told::Executed);
    let silent = vec![member(asked, 1, Some("B")), member(answered, 2, None), member(asked, 3, Some("A"))];
    assert_eq!(receipts(silent), [const { Some(Text::const_new("A")) }; 3]);
    let spoken = vec![member(asked, 1, Some("A")), member(answered, 2, Some("B")), member(answered, 3, None)];
    assert_eq!(receipts(spoken), [const { Some(Text::const_new("B")) }; 3]);
}
