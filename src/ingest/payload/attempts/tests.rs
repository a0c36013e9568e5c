//! Orders with several checkout transactions, put together as a whole.

use crate::ingest::payload::fact::{
    Api, CancellationFact, Fact, ItemFact, Moved, OperationFact, OrderFact, Place, Told, TransactionFact,
};
use crate::ingest::payload::order::join;
use crate::ingest::payload::rows::Row;
use crate::ingest::payload::sighting::Sighting;

/// A transaction: its id, its items, what was captured of it, and what was voided.
type Attempt<'a> = (&'a str, &'a [(&'a str, i64)], &'a [i64], Option<i64>);

fn told(line: u64, (id, items, captured, voided): &Attempt<'_>) -> Vec<Sighting> {
    let place = Place { file: 0, line };
    let of_order = OrderFact {
        order_id: Some("O".into()),
        transaction_id: Some((*id).into()),
        currency: Some("NOK".into()),
        created_at: Some(format!("2026-10-01T10:0{line}:00Z").into()),
        of_transaction: true,
        place,
        ..OrderFact::default()
    };
    let item = |(line_id, gross_minor): &(&str, i64)| ItemFact {
        line_id: (*line_id).into(),
        gross_minor: *gross_minor,
        ..ItemFact::default()
    };
    let amount_minor = items.iter().map(|(_, amount_minor)| amount_minor).sum();
    let mut facts = vec![
        Fact::Transaction(TransactionFact {
            transaction_id: (*id).into(),
            order_id: Some("O".into()),
            currency: Some("NOK".into()),
            place,
        }),
        Fact::Order(OrderFact {
            items: Some(items.iter().map(item).collect()),
            order_amount_minor: Some(amount_minor),
            ..of_order.clone()
        }),
    ];
    facts.extend(captured.iter().zip(0..).map(|(amount_minor, number)| {
        Fact::Operation(OperationFact {
            moved: Some(Moved::Capture),
            order_id: Some("O".into()),
            operation_id: Some(format!("{id}{number}").into()),
            transaction_id: Some((*id).into()),
            amount_minor: Some(*amount_minor),
            currency: Some("NOK".into()),
            created_at: Some("2026-10-02".into()),
            place,
            ..OperationFact::blank(Api::Dintero, Told::Executed)
        })
    }));
    facts.extend(voided.map(|amount_minor| {
        let cancellation_id = Some(format!("v{id}").into());
        let cancellations = vec![CancellationFact { cancellation_id, amount_minor }];
        Fact::Order(OrderFact { cancelled_minor: Some(amount_minor), cancellations, ..of_order })
    }));
    facts.into_iter().map(|fact| Sighting { provider: "dintero".into(), fact }).collect()
}

/// A row: dataset, line, gross or amount, and the order's total and what was cancelled of it.
fn shown(row: &Row) -> String {
    let field = |name: &str| row.fields.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text.as_str());
    let amount = if field("amount").is_empty() { field("gross_amount") } else { field("amount") };
    [row.dataset.name(), field("line_id"), amount, field("order_amount"), field("cancelled_amount")].join(" ")
}

#[test]
fn each_transaction_counts_for_what_it_is() {
    let cases: [(&str, &[Attempt<'_>], &[&str]); 8] = [
        (
            "one, in two captures",
            &[("A", &[("1", 60), ("2", 40)], &[60, 40], None)],
            &["captures  40  ", "captures  60  ", "orders 1 60 100 ", "orders 2 40 100 "],
        ),
        (
            "two for a part each: the order is for their sum",
            &[("A", &[("1", 60)], &[60], None), ("B", &[("2", 40)], &[40], None)],
            &["captures  40  ", "captures  60  ", "orders 1 60 100 ", "orders 2 40 100 "],
        ),
        (
            "a part of one was voided",
            &[("A", &[("1", 60)], &[60], None), ("B", &[("2", 40)], &[30], Some(10))],
            &["captures  30  ", "captures  60  ", "orders 1 60 100 10", "orders 2 40 100 10"],
        ),
        (
            "one was voided and another took its place",
            &[("A", &[("1", 60)], &[], Some(60)), ("B", &[("1", 60)], &[60], None)],
            &["captures  60  ", "orders 1 60 60 "],
        ),
        (
            "the other one was first",
            &[("A", &[("1", 60)], &[60], None), ("B", &[("1", 60)], &[], Some(60))],
            &["captures  60  ", "orders 1 60 60 "],
        ),
        (
            "all were voided: the last one stands for the order",
            &[("B", &[("1", 60)], &[], Some(60)), ("A", &[("1", 50)], &[], Some(50))],
            &["orders 1 50 50 50"],
        ),
        (
            "voided in part only, with nothing captured: it counts",
            &[("A", &[("1", 60)], &[], Some(10)), ("B", &[("2", 60)], &[60], None)],
            &["captures  60  ", "orders 1 60 120 10", "orders 2 60 120 10"],
        ),
        (
            "two that name their lines alike: the order is compared as a whole",
            &[("A", &[("1", 60)], &[60], None), ("B", &[("1", 40)], &[40], None)],
            &["captures  40  ", "captures  60  ", "orders * 100 100 "],
        ),
    ];
    for (name, attempts, expected) in cases {
        let mut given: Vec<Sighting> = attempts.iter().zip(1..).flat_map(|(one, line)| told(line, one)).collect();
        for turned in [false, true] {
            if turned {
                given.reverse();
            }
            let joined = join(given.clone(), false, &|_| None);
            assert_eq!(joined.refused, [], "{name}");
            let mut rows: Vec<String> = joined.rows.iter().map(shown).collect();
            rows.sort();
            assert_eq!(rows, expected, "{name}");
        }
    }
}

#[test]
fn one_transaction_told_twice_is_one() {
    let mut later = told(2, &("A", &[("1", 60), ("2", 40)], &[60], None));
    later.extend(told(1, &("A", &[("1", 60)], &[60], None)));
    let joined = join(later, false, &|_| None);
    let totals: Vec<String> = joined.rows.iter().map(shown).filter(|row| row.starts_with("orders")).collect();
    assert_eq!(totals, ["orders 1 60 100 ", "orders 1 60 100 ", "orders 2 40 100 "]);
}
