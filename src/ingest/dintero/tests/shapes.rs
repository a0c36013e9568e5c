//! Shapes that no published payload shows: what they give, and what is refused in them.

use super::*;
use crate::ingest::payload::fact::{CancellationFact, TransactionFact};
use crate::model::text::Text;

/// The facts of a document, of which nothing is rejected.
fn all(path: &str, document: &str) -> Vec<Fact> {
    let (facts, rejects) = read(path, document);
    assert_eq!(rejects, [], "{document}");
    facts
}

fn item(line_id: &str, gross_minor: i64) -> ItemFact {
    ItemFact { line_id: line_id.into(), gross_minor, ..ItemFact::default() }
}

fn cancelled(id: Option<&str>, amount_minor: i64) -> CancellationFact {
    CancellationFact { cancellation_id: id.map(Text::from), amount_minor }
}

#[test]
fn a_stored_order_holds_its_operations() {
    let document = r#"{
  "id": "A1", "currency": "NOK", "status": "open", "payment_status": "pending",
  "created_at": "2026-01-05T10:00:00Z", "updated_at": "2026-01-06T10:00:00Z", "cancelled_at": null,
  "items": [{"id": "77", "line_id": 1, "gross_amount": 5000}, {"line_id": "2", "gross_amount": -500}],
  "authorizations": [{"id": "a1", "amount": 4500, "success": true, "items": []}],
  "captures": [
    {"id": "c1", "amount": 4500, "success": true, "created_at": "2026-01-06T11:00:00Z",
     "items": [{"amount": 5000, "line_id": 1}, {"amount": -500, "line_id": "2"}]},
    {"id": "c2", "amount": 10, "success": false, "processed_at": "2026-01-06T12:00:00Z",
     "payment_details": {"payment_id": 7}}
  ],
  "refunds": [{"id": "r1", "amount": 100, "updated_at": "2026-01-08T00:00:00Z", "items": null}],
  "cancellations": [
    {"id": "v1", "amount": 300, "success": true},
    {"id": "v1", "amount": 300, "success": true},
    {"id": "v2", "success": false, "amount": 9},
    {"items": [{"amount": 20, "line_id": 1}, {"amount": 1, "line_id": 2}], "success": true}
  ]
}"#;
    let items =
        vec![ItemFact { line: 4, item_id: text("77"), ..item("1", 5_000) }, ItemFact { line: 4, ..item("2", -500) }];
    let order = OrderFact {
        created_at: text("2026-01-05T10:00:00Z"),
        updated_at: text("2026-01-06T10:00:00Z"),
        cancelled_minor: Some(321),
        cancellations: vec![cancelled(Some("v1"), 300), cancelled(None, 21)],
        ..order(Some("A1"), Some(items))
    };
    let capture = OperationFact {
        operation_id: text("c1"),
        amount_minor: Some(4_500),
        created_at: text("2026-01-06T11:00:00Z"),
        state: text("completed"),
        ..recorded(7, Moved::Capture, "A1", vec![part("1", 5_000), part("2", -500)])
    };
    let failed = OperationFact {
        operation_id: text("c2"),
        transaction_id: text("7"),
        payment_id: text("7"),
        amount_minor: Some(10),
        created_at: text("2026-01-06T12:00:00Z"),
        state: text("failed"),
        ..recorded(9, Moved::Capture, "A1", vec![])
    };
    let refund = OperationFact {
        operation_id: text("r1"),
        amount_minor: Some(100),
        updated_at: text("2026-01-08T00:00:00Z"),
        ..recorded(12, Moved::Reversal, "A1", vec![])
    };
    let expected = [Fact::Order(order), Fact::Operation(capture), Fact::Operation(failed), Fact::Operation(refund)];
    assert_eq!(all("orders/B2/order.json", document), expected, "the order's own id comes before the path's");
}

#[test]
fn cancellations_alone_state_what_was_cancelled() {
    let cases = [
        ("cancellations.json", r#"{"cancellations":[{"id":"v1","amount":300},{"id":"v2","amount":-50}]}"#, 250, 2),
        ("cancellations.json", r#"{"items":[{"amount":7,"line_id":1}],"payment_details":{},"success":true}"#, 7, 1),
    ];
    for (name, document, sum, count) in cases {
        match all(&format!("orders/A1/{name}"), document).as_slice() {
            [Fact::Order(order)] => {
                assert_eq!((order.order_id.as_deref(), order.cancelled_minor), (Some("A1"), Some(sum)));
                assert_eq!((order.cancellations.len(), &order.items), (count, &None));
            }
            other => panic!("{other:?}"),
        }
    }
    for document in [r#"{"cancellations":[]}"#, r#"{"cancellations":[{"id":"v","amount":1,"success":false}]}"#] {
        assert_eq!(all("orders/A1/cancellations.json", document), []);
    }
}

#[test]
fn rates_and_vat_of_items() {
    let cases: [(&str, Option<i64>, Option<i64>); 9] = [
        (r#""tax_lines":[{"amount":100,"percentage":25.5}]"#, Some(100), Some(2_550)),
        (r#""tax_lines":[{"amount":100,"percentage":"12"}]"#, Some(100), Some(1_200)),
        (r#""tax_lines":[{"amount":100,"percentage":25},{"amount":20,"percentage":12}]"#, Some(120), None),
        (r#""tax_lines":[{"amount":0,"percentage":0}]"#, Some(0), Some(0)),
        (r#""tax_lines":[{"amount":100,"percentage":0.25}]"#, Some(100), None),
        (r#""tax_lines":[{"amount":100,"percentage":8.875}]"#, Some(100), None),
        (r#""tax_lines":[{"percentage":25}]"#, None, Some(2_500)),
        (r#""tax_lines":[]"#, None, None),
        (r#""vat_amount":5,"vat":25"#, None, None),
    ];
    for (taxes, vat_minor, vat_rate_bp) in cases {
        let document =
            format!(r#"{{"order":{{"currency":"NOK","items":[{{"line_id":1,"gross_amount":500,{taxes}}}]}}}}"#);
        let expected = ItemFact { vat_minor, vat_rate_bp, ..item("1", 500) };
        assert_eq!(all("o.json", &document), [Fact::Order(order(None, Some(vec![expected])))], "{taxes}");
    }
    // A fee of a shop's plugin has its rate as a fraction; an item of the checkout has no tax lines.
    for (vat, vat_rate_bp) in [("20", Some(2_000)), ("0.2", None), ("0", Some(0)), ("1", Some(100)), ("null", None)] {
        let document = format!(
            r#"{{"id":"T-1","merchant_reference":"O-1","currency":"NOK","events":[],"items":
               [{{"line_id":"fee","amount":-120,"vat_amount":-20,"vat":{vat},"gross_amount":9,"tax_lines":[{{"amount":9}}]}}]}}"#
        );
        let line = ItemFact { line: 2, vat_minor: Some(-20), vat_rate_bp, ..item("fee", -120) };
        let facts = all("t.json", &document);
        let Some(Fact::Order(found)) = facts.get(1) else { panic!("{facts:?}") };
        assert_eq!(found.items, Some(vec![line]), "{vat}");
    }
}

/// A transaction T-1 of the order O-1 with some events.
fn with_events(events: &str) -> String {
    format!(r#"{{"id":"T-1","merchant_reference":"O-1","currency":"NOK","events":[{events}]}}"#)
}

/// What a transaction with some events gives beside itself.
fn of_events(events: &str) -> Vec<Fact> {
    let transaction =
        TransactionFact { place: place(1), transaction_id: "T-1".into(), order_id: text("O-1"), currency: text("NOK") };
    let mut facts = all("t.json", &with_events(events));
    assert_eq!(facts.remove(0), Fact::Transaction(transaction));
    facts
}

#[test]
fn events_that_move_money() {
    let capture = |id: &str, amount| executed(1, Moved::Capture, id, amount);
    let cases: [(&str, OperationFact); 9] = [
        (r#"{"event":"CAPTURE","id":"e1","amount":900,"success":true,"request_id":"q"}"#, capture("e1", 900)),
        (
            r#"{"event":"REFUND","id":"e1","amount":900,"success":true,"event_reference":"77","created_at":"2026-01-07"}"#,
            OperationFact {
                payee_reference: text("77"),
                created_at: text("2026-01-07"),
                ..executed(1, Moved::Reversal, "e1", 900)
            },
        ),
        (
            r#"{"event":"CAPTURE","id":"e1","amount":900,"success":false,"error":{"code":"X"}}"#,
            OperationFact { state: text("failed"), ..capture("e1", 900) },
        ),
        (r#"{"event":"CAPTURE","id":"e1","amount":900}"#, OperationFact { state: None, ..capture("e1", 900) }),
        // Small letters; the request names it; a number that a plugin computed; the items do not sum to it.
        (
            r#"{"event":"capture","request_id":"q1","amount":65989.99999999999,"success":true,
                "items":[{"line_id":"1","amount":60000,"vat_amount":12000},{"line_id":"rounding-fee","amount":-1}]}"#,
            OperationFact {
                parts: vec![PartFact { vat_minor: Some(12_000), ..part("1", 60_000) }, part("rounding-fee", -1)],
                ..capture("q1", 65_990)
            },
        ),
        // Nothing names it but its place.
        (r#"{"event":"CAPTURE","amount":900,"success":true}"#, capture("T-1/0", 900)),
        // An item without a line, or without an amount: only the whole is told.
        (
            r#"{"event":"CAPTURE","id":"e1","amount":900,"success":true,"items":[{"line_id":"1","amount":800},{"amount":100}]}"#,
            capture("e1", 900),
        ),
        // The settlement that paid it, and what Swedbank Pay calls it.
        (
            r#"{"event":"CAPTURE","id":"e1","amount":900,"success":true,
                "settlements":{"settlement_status":"SETTLED","events":[
                  {"settlement_id":"s1","amount":800},{"settlement_id":"s1","amount":91}]},
                "metadata":{"payex:transaction:number":40123456789,"payex:transaction:payee_reference":"O1x1","note":{}}}"#,
            OperationFact {
                reconciliation_number: text("s1"),
                transaction_number: text("40123456789"),
                payex_reference: text("O1x1"),
                ..capture("e1", 900)
            },
        ),
        (
            r#"{"event":"CAPTURE","id":"e1","amount":900,"success":true,"metadata":{"payex:transaction:number":"0401"},
                "settlements":{"events":[{"settlement_id":"s1"},{"settlement_id":"s2"}]}}"#,
            OperationFact { transaction_number: text("0401"), ..capture("e1", 900) },
        ),
    ];
    for (event, expected) in cases {
        assert_eq!(of_events(event), [Fact::Operation(expected)], "{event}");
    }
}

#[test]
fn what_was_initiated_counts_once() {
    let initiated = r#"{"event":"INITIATE_CAPTURE","id":"i1","request_id":"q1","amount":900,"success":true}"#;
    let refund = r#"{"event":"INITIATE_REFUND","id":"i2","request_id":"q2","amount":50,"success":false}"#;
    let done = r#"{"event":"CAPTURE","id":"e1","correlation_request_id":"q1","amount":900,"success":true}"#;
    let failed = r#"{"event":"CAPTURE","id":"e1","correlation_request_id":"q1","amount":900,"success":false}"#;
    let other = r#"{"event":"REFUND","id":"e2","correlation_request_id":"q1","amount":900,"success":true}"#;
    let fact = |moved, id: &str, amount, state: &str| {
        Fact::Operation(OperationFact { state: text(state), ..executed(1, moved, id, amount) })
    };
    let open = fact(Moved::Capture, "i1", 900, "initiated");
    let cases: [(&[&str], Vec<Fact>); 6] = [
        (&[initiated], vec![open.clone()]),
        (&[initiated, done], vec![fact(Moved::Capture, "e1", 900, "completed")]),
        (&[done, initiated], vec![fact(Moved::Capture, "e1", 900, "completed")]),
        (&[initiated, failed], vec![fact(Moved::Capture, "e1", 900, "failed")]),
        (&[refund], vec![fact(Moved::Reversal, "i2", 50, "failed")]),
        // A refund does not complete a capture.
        (&[initiated, other], vec![open, fact(Moved::Reversal, "e2", 900, "completed")]),
    ];
    for (events, expected) in cases {
        assert_eq!(of_events(&events.join(",")), expected, "{events:?}");
    }
}

#[test]
fn a_transaction_is_an_order_as_soon_as_it_was_authorized() {
    let cases: [(&str, &str, &[&str]); 9] = [
        ("", "", &["100 items"]),
        ("AUTHORIZED", "", &["100 items"]),
        ("UNKNOWN", "", &["100 items"]),
        ("INITIATED", "", &[]),
        ("initialized", r#"{"event":"INITIALIZE","amount":0,"success":true}"#, &[]),
        ("DECLINED", r#"{"event":"AUTHORIZE","amount":100,"success":false}"#, &[]),
        // Its state is behind: what its events say counts.
        ("FAILED", r#"{"event":"VOID","id":"v","amount":100,"success":true}"#, &["100 items", "v 100 cancelled"]),
        ("AUTHORIZATION_VOIDED", r#"{"event":"VOID","id":"v","success":true}"#, &["100 items", "T-1 100 cancelled"]),
        (
            "AUTHORIZATION_VOIDED",
            r#"{"event":"VOID","id":"v","amount":70,"success":true}"#,
            &["100 items", "v 70 cancelled"],
        ),
    ];
    for (status, event, expected) in cases {
        let document = format!(
            r#"{{"id":"T-1","merchant_reference":"O-1","currency":"NOK","amount":100,"status":"{status}",
               "items":[{{"line_id":"1","amount":100}}],"events":[{event}]}}"#
        );
        let shown = |fact: &Fact| match fact {
            Fact::Order(order) if order.items.is_some() => {
                Some(format!("{} items", order.order_amount_minor.unwrap_or_default()))
            }
            Fact::Order(order) => {
                let [CancellationFact { cancellation_id, amount_minor }] = &order.cancellations[..] else {
                    panic!("{order:?}")
                };
                Some(format!("{} {amount_minor} cancelled", cancellation_id.as_deref().unwrap_or("-")))
            }
            _ => None,
        };
        let found: Vec<String> = all("t.json", &document).iter().filter_map(shown).collect();
        assert_eq!(found, expected, "{status} {event}");
    }
}

#[test]
fn events_that_move_none() {
    let quiet = r#"{"event":"INITIALIZE"},{"event":"AUTHORIZE","amount":900,"success":true},{"event":"INITIATE_VOID","amount":9},
                   {"event":"SETTLEMENT","amount":800},{"event":"VOID","success":true},{"event":"NEWS"},
                   {"event":"VOID","amount":900,"success":false},{"event":"NEWS","amount":0},{}"#;
    assert_eq!(of_events(quiet), []);
    let voided = OrderFact {
        transaction_id: text("T-1"),
        of_transaction: true,
        cancelled_minor: Some(400),
        cancellations: vec![cancelled(Some("v1"), 400)],
        ..order(Some("O-1"), None)
    };
    assert_eq!(of_events(r#"{"event":"VOID","id":"v1","amount":400,"success":true}"#), [Fact::Order(voided)]);
}

#[test]
fn the_delivery_is_a_line_where_no_item_is_it() {
    let document = |line: &str| {
        format!(
            r#"{{"id":"T-1","merchant_reference":"O-1","currency":"NOK","amount":1100,"events":[],
            "created_at":"2026-01-05","items":[{{"line_id":"1","amount":1000}},{{"line_id":"gift","amount":-200}},
            {{"line_id":"post","amount":100}}],"shipping_option":{{"line_id":"{line}","amount":300}}}}"#
        )
    };
    let line = |number, line_id: &str, gross_minor| ItemFact { line: number, ..item(line_id, gross_minor) };
    let items = vec![line(2, "1", 1_000), line(2, "gift", -200), line(3, "post", 100)];
    for (delivery, more) in [("post", vec![]), ("van", vec![line(3, "van", 300)])] {
        let expected = OrderFact {
            transaction_id: text("T-1"),
            created_at: text("2026-01-05"),
            of_transaction: true,
            order_amount_minor: Some(1_100),
            ..order(Some("O-1"), Some([items.clone(), more].concat()))
        };
        assert_eq!(all("t.json", &document(delivery)).get(1), Some(&Fact::Order(expected)), "{delivery}");
    }
}

#[test]
fn what_cannot_be_read_is_rejected_alone() {
    let whole = "an amount is a whole number of minor units, to a millionth";
    let none = "the item has none, so it is no order line";
    let draft =
        |items: &str| format!(r#"{{"order":{{"currency":"NOK","items":[{items},{{"line_id":2,"gross_amount":1}}]}}}}"#);
    let event =
        |event: &str| with_events(&format!(r#"{event},{{"event":"REFUND","id":"e2","amount":1,"success":true}}"#));
    let list = "a list must stand here";
    let object = "an object must stand here";
    let cases: [(String, &str, &str, &str); 17] = [
        (draft(r#"{"line_id":1}"#), "gross_amount", "", none),
        (draft(r#"{"gross_amount":1}"#), "line_id", "", none),
        (draft(r#"{"line_id":1,"gross_amount":398.5}"#), "gross_amount", "398.5", whole),
        (draft(r#"{"line_id":1,"gross_amount":"398,00"}"#), "gross_amount", "398,00", whole),
        (draft(r#"{"line_id":1.5,"gross_amount":1}"#), "line_id", "1.5", "a text or a whole number must stand here"),
        (draft("7"), "items", "7", object),
        (draft(r#"{"line_id":1,"gross_amount":1,"tax_lines":{"amount":1}}"#), "tax_lines", "{...}", list),
        (
            draft(r#"{"line_id":1,"gross_amount":1,"tax_lines":[{"amount":1,"percentage":"25 %"}]}"#),
            "tax_lines.percentage",
            "25 %",
            "a VAT rate is a number of percent, from 0 to 10000",
        ),
        (draft(r#"{"line_id":1,"gross_amount":1,"related_item":1}"#), "related_item", "1", object),
        (
            draft(r#"{"line_id":1,"gross_amount":1,"tax_lines":[{"amount":9223372036854775807},{"amount":1}]}"#),
            "tax_lines",
            "{...}",
            "the sum of the tax lines is too large",
        ),
        (event(r#"{"event":"CAPTURE","amount":1.5}"#), "amount", "1.5", whole),
        (
            event(r#"{"event":"CAPTURE","id":"e1"}"#),
            "amount",
            "",
            "the event has no amount, and no items with line_id and amount",
        ),
        (event(r#"{"event":"CAPTURE","amount":1,"success":"yes"}"#), "success", "yes", "true or false must stand here"),
        (event(r#"{"event":"CAPTURE","amount":1,"items":[3]}"#), "items", "3", object),
        (
            event(r#"{"event":"CHARGEBACK","amount":5}"#),
            "event",
            "CHARGEBACK",
            "an event of this name is not known, and it has an amount: it was not used",
        ),
        (
            event(r#"{"amount":5}"#),
            "event",
            "",
            "an event of this name is not known, and it has an amount: it was not used",
        ),
        (
            event(r#"{"event":"CAPTURE","amount":9223372036854775808}"#),
            "amount",
            "9223372036854775808",
            "the amount does not fit 64 bits of minor units",
        ),
    ];
    for (document, column, value, reason) in cases {
        let (facts, rejects) = read("x.json", &document);
        assert_eq!(rejects, [rejected(1, column, value, reason)], "{document}");
        let rest = match facts.last() {
            Some(Fact::Order(order)) => order.items.as_ref().is_some_and(|items| items.len() == 1),
            Some(Fact::Operation(fact)) => fact.operation_id.as_deref() == Some("e2"),
            _ => false,
        };
        assert!(rest, "what else the document tells is read: {facts:?}");
    }
}

#[test]
fn whole_documents_and_collections_that_cannot_be_read() {
    let list = "a list must stand here";
    let id = "a text or a whole number must stand here";
    let cases = [
        ("o.json", r#"{"order":{"currency":"NOK","items":{"line_id":1}}}"#, "items", "{...}", list),
        ("o.json", r#"{"order":[1]}"#, "order", "[...]", "an object must stand here"),
        ("o.json", r#"{"options":{"order_id":{"x":1}},"order":{}}"#, "options.order_id", "{...}", id),
        ("o.json", r#"{"captures":{"id":"c"}}"#, "captures", "{...}", list),
        ("o.json", r#"{"cancellations":3}"#, "cancellations", "3", list),
        (
            "o.json",
            r#"{"refunds":[{"id":"r","items":[{"amount":1}]}]}"#,
            "amount",
            "",
            "the operation has no amount, and no items with line_id and amount",
        ),
        (
            "o.json",
            r#"{"cancellations":[{"id":"v"}]}"#,
            "amount",
            "",
            "the cancellation has no amount, and no items with line_id and amount",
        ),
        (
            "o.json",
            r#"{"refunds":[{"id":"r","amount":1,"payment_details":"P"}]}"#,
            "payment_details",
            "P",
            "an object must stand here",
        ),
        ("t.json", r#"{"id":["T"],"session_id":"s","events":[]}"#, "id", "[...]", id),
        ("t.json", r#"{"account_id":"P","transaction":5}"#, "transaction", "5", "an object must stand here"),
        ("t.json", r#"{"id":"T","session_id":"s","events":{"event":"CAPTURE"}}"#, "events", "{...}", list),
    ];
    for (path, document, column, value, reason) in cases {
        assert_eq!(read(path, document).1, [rejected(1, column, value, reason)], "{document}");
    }
}
