//! What several documents tell of one operation or order, put together; facts and rows in a short form.

use compact_str::ToCompactString;

use std::collections::BTreeMap;

use super::fact::{Api, Fact, ItemFact, Moved, OperationFact, OrderFact, PartFact, Place, Told, TransactionFact};
use super::order::{Joined, join};
use super::references::complete;
use super::rows::Row;
use super::sighting::Sighting;
use crate::model::text::Text;

fn text(value: &str) -> Option<Text> {
    (!value.is_empty()).then(|| value.into())
}

/// An operation by the words of a line: `executed capture n=1 ref=R order=O amount=100 parts=A:60,B:40 state=Completed`.
fn operation(line: u64, words: &str) -> Sighting {
    let value = |key: &str| {
        words.split_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('=')).unwrap_or_default()
    };
    let has = |word: &str| words.split_whitespace().any(|known| known == word);
    let parts = value("parts").split(',').filter_map(|part| {
        let (line_id, amount) = part.split_once(':')?;
        Some(PartFact { line_id: line_id.into(), amount_minor: amount.parse().unwrap(), vat_minor: None })
    });
    let api = if has("dintero") { Api::Dintero } else { Api::SwedbankPay };
    let fact = OperationFact {
        api,
        told: if has("asked") {
            Told::Asked
        } else if has("recorded") {
            Told::Recorded
        } else {
            Told::Executed
        },
        moved: if has("capture") {
            Some(Moved::Capture)
        } else if has("reversal") {
            Some(Moved::Reversal)
        } else {
            None
        },
        order_id: text(value("order")),
        operation_id: text(value("id")),
        transaction_number: text(value("n")),
        payee_reference: text(value("ref")),
        transaction_id: text(value("transaction")),
        receipt_reference: None,
        payment_id: text(value("payment")),
        amount_minor: value("amount").parse().ok(),
        vat_minor: value("vat").parse().ok(),
        currency: text(value("currency")),
        created_at: text(value("at")),
        updated_at: text(value("updated")),
        state: text(value("state")),
        reconciliation_number: text(value("batch")),
        parts: parts.collect(),
        payex_reference: text(value("payex")),
        place: Place { file: 0, line },
    };
    Sighting { provider: api.provider().into(), fact: Fact::Operation(fact) }
}

fn operations(lines: &[&str]) -> Vec<Sighting> {
    (1..).zip(lines).map(|(line, words)| operation(line, words)).collect()
}

/// An operation back in the short form: what it has, in a fixed order.
fn shown(sighting: &Sighting) -> String {
    let Fact::Operation(fact) = &sighting.fact else { return "no operation".to_owned() };
    let mut words = vec![fact.place.line.to_string(), sighting.provider.to_string()];
    let mut push = |key: &str, value: &Option<Text>| {
        if let Some(value) = value {
            words.push(format!("{key}={value}"));
        }
    };
    push("n", &fact.transaction_number);
    push("order", &fact.order_id);
    push("amount", &fact.amount_minor.map(|amount| amount.to_compact_string()));
    push("at", &fact.created_at);
    push("state", &fact.state);
    push("batch", &fact.reconciliation_number);
    let parts: Vec<String> = fact.parts.iter().map(|part| format!("{}:{}", part.line_id, part.amount_minor)).collect();
    push("parts", &text(&parts.join(",")));
    words.join(" ")
}

#[test]
fn what_shares_a_reference_shares_what_it_knows() {
    let cases: [(&str, &[&str], &[&str]); 8] = [
        (
            "the lines from the request, the facts from the response",
            &[
                "executed capture ref=R order=O amount=100 at=2026-10-01 state=Completed",
                "asked capture ref=R amount=100 parts=A:60,B:40",
            ],
            &[
                "1 swedbank_pay order=O amount=100 at=2026-10-01 state=Completed parts=A:60,B:40",
                "2 swedbank_pay order=O amount=100 at=2026-10-01 state=Completed parts=A:60,B:40",
            ],
        ),
        (
            "a request that does not say what it asks for is told by its response",
            &["executed reversal n=7 ref=R order=O amount=100 batch=738180", "asked ref=R amount=100 parts=A:100"],
            &[
                "1 swedbank_pay n=7 order=O amount=100 batch=738180 parts=A:100",
                "2 swedbank_pay n=7 order=O amount=100 batch=738180 parts=A:100",
            ],
        ),
        (
            "a request alone is money that did not move",
            &["asked capture ref=R amount=100 parts=A:100"],
            &["1 swedbank_pay amount=100 state=requested parts=A:100"],
        ),
        (
            "a response without a number and the list that has it",
            &[
                "executed capture ref=R order=O amount=100 state=Completed at=2026-10-01",
                "executed capture n=9 ref=R order=O amount=100 at=2026-10-01",
            ],
            &[
                "1 swedbank_pay n=9 order=O amount=100 at=2026-10-01 state=Completed",
                "2 swedbank_pay n=9 order=O amount=100 at=2026-10-01 state=Completed",
            ],
        ),
        (
            "one reference on two captures: each is itself, and the request is of the one with its amount",
            &[
                "executed capture n=1 ref=R order=O amount=100",
                "executed capture n=2 ref=R order=O amount=50",
                "asked capture ref=R amount=50 parts=A:50",
            ],
            &[
                "1 swedbank_pay n=1 order=O amount=100",
                "2 swedbank_pay n=2 order=O amount=50 parts=A:50",
                "3 swedbank_pay n=2 order=O amount=50 parts=A:50",
            ],
        ),
        (
            "a capture and a reversal with one reference are two operations",
            &["executed capture n=1 ref=R order=O amount=100", "executed reversal n=2 ref=R order=O amount=100"],
            &["1 swedbank_pay n=1 order=O amount=100", "2 swedbank_pay n=2 order=O amount=100"],
        ),
        (
            "an event of Dintero that Swedbank Pay executed is counted at Dintero, and both tell the same",
            &[
                "executed capture n=5 ref=R order=P amount=100 batch=738180 at=2026-10-01",
                "dintero executed capture id=e1 payex=R order=O amount=100 at=2026-10-02 parts=A:100",
            ],
            &[
                "1 dintero n=5 order=O amount=100 at=2026-10-02 batch=738180 parts=A:100",
                "2 dintero n=5 order=O amount=100 at=2026-10-02 batch=738180 parts=A:100",
            ],
        ),
        (
            "but not one of another amount",
            &[
                "executed capture n=5 ref=R order=P amount=90",
                "dintero executed capture id=e1 payex=R order=O amount=100",
            ],
            &["1 swedbank_pay n=5 order=P amount=90", "2 dintero order=O amount=100"],
        ),
    ];
    for (name, given, expected) in cases {
        let mut found: Vec<String> = complete(operations(given)).iter().map(shown).collect();
        found.sort();
        assert_eq!(found, expected, "{name}");
        let mut reversed = operations(given);
        reversed.reverse();
        let mut found: Vec<String> = complete(reversed).iter().map(shown).collect();
        found.sort();
        assert_eq!(found, expected, "{name}, the other way round");
    }
}

fn transaction(order_id: &str) -> Sighting {
    let fact = TransactionFact {
        transaction_id: "T".into(),
        order_id: text(order_id),
        currency: text("NOK"),
        place: Place::default(),
    };
    Sighting { provider: "dintero".into(), fact: Fact::Transaction(fact) }
}

/// What was captured and reversed of an order: id, line, amount and state of every row.
fn moved(joined: &Joined) -> Vec<String> {
    let of = |row: &Row| {
        let field = |name: &str| {
            row.fields.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str()).unwrap_or_default()
        };
        let words = [row.dataset.name(), field("operation_id"), field("line_id"), field("amount"), field("state")];
        words.join(" ").trim_end().to_owned()
    };
    let mut rows: Vec<String> = joined.rows.iter().map(of).collect();
    rows.sort();
    rows
}

const NONE: super::rows::Constants<'static> = &|_| None;

#[test]
fn recorded_and_executed_operations_count_once() {
    let cases: [(&str, &[&str], bool, &[&str]); 13] = [
        (
            "without a transaction, records are what there is",
            &["dintero recorded capture id=c1 order=O amount=100 at=2026-10-01 parts=1:100 state=completed"],
            false,
            &["captures c1 1 100 completed"],
        ),
        (
            "a record and its event: the line from one, the id from the other, told twice",
            &[
                "dintero recorded capture id=c1 order=O amount=100 at=2026-10-01 parts=1:100 state=completed",
                "dintero executed capture id=e1 order=O amount=100 at=2026-10-01",
            ],
            true,
            &["captures e1 1 100", "captures e1 1 100"],
        ),
        (
            "a record without an event is recorded only",
            &[
                "dintero recorded capture id=c1 order=O amount=100 at=2026-10-01 parts=1:100 state=completed",
                "dintero recorded capture id=c2 order=O amount=70 at=2026-10-01 parts=2:70 state=completed",
                "dintero executed capture id=e1 order=O amount=100 at=2026-10-01",
            ],
            true,
            &["captures c2 2 70 recorded, without a checkout event", "captures e1 1 100", "captures e1 1 100"],
        ),
        (
            "an event without a record is money all the same",
            &["dintero executed capture id=e1 order=O amount=100 at=2026-10-01 parts=1:100"],
            true,
            &["captures e1 1 100"],
        ),
        (
            "a capture and its refund without a record are money, though they sum to nothing",
            &[
                "dintero executed capture id=e1 order=O amount=100 at=2026-10-01 parts=1:100",
                "dintero executed reversal id=e2 order=O amount=100 at=2026-10-02 parts=1:100",
            ],
            true,
            &["captures e1 1 100", "reversals e2 1 100"],
        ),
        (
            "a negative capture is the refund that moved it",
            &[
                "dintero recorded capture id=c1 order=O amount=-100 at=2026-10-01 parts=2:-100 state=completed",
                "dintero executed reversal id=e1 order=O amount=100 at=2026-10-01",
            ],
            true,
            &["captures e1 2 -100", "captures e1 2 -100"],
        ),
        (
            "a line replaced at its price moves no money: nothing lacks",
            &[
                "dintero recorded capture id=c1 order=O amount=-100 at=2026-10-01 parts=2:-100 state=completed",
                "dintero recorded capture id=c2 order=O amount=100 at=2026-10-01 parts=3:100 state=completed",
            ],
            true,
            &[
                "captures c1 2 -100 completed",
                "captures c1 2 -100 completed",
                "captures c1 3 100 completed",
                "captures c1 3 100 completed",
            ],
        ),
        (
            "one event for two records: the records name the lines",
            &[
                "dintero recorded capture id=c1 order=O amount=60 at=2026-10-01 parts=1:60 state=completed",
                "dintero recorded capture id=c2 order=O amount=40 at=2026-10-01 parts=2:40 state=completed",
                "dintero executed capture id=e1 order=O amount=100 at=2026-10-01",
            ],
            true,
            &[
                "captures e1 1 60",
                "captures e1 1 60",
                "captures e1 1 60",
                "captures e1 2 40",
                "captures e1 2 40",
                "captures e1 2 40",
            ],
        ),
        (
            "a line replaced by a dearer one: the event moved the difference",
            &[
                "dintero recorded capture id=c1 order=O amount=-100 at=2026-10-01 parts=2:-100 state=completed",
                "dintero recorded capture id=c2 order=O amount=130 at=2026-10-01 parts=3:130 state=completed",
                "dintero executed capture id=e1 order=O amount=30 at=2026-10-01",
            ],
            true,
            &[
                "captures e1 2 -100",
                "captures e1 2 -100",
                "captures e1 2 -100",
                "captures e1 3 130",
                "captures e1 3 130",
                "captures e1 3 130",
            ],
        ),
        (
            "a line replaced by a cheaper one: the refund of the difference took back the one and captured the other",
            &[
                "dintero recorded capture id=c1 order=O amount=-100 at=2026-10-01 parts=2:-100 state=completed",
                "dintero recorded capture id=c2 order=O amount=70 at=2026-10-01 parts=3:70 state=completed",
                "dintero executed reversal id=e1 order=O amount=30 at=2026-10-01",
            ],
            true,
            &[
                "captures e1 2 -100",
                "captures e1 2 -100",
                "captures e1 2 -100",
                "captures e1 3 70",
                "captures e1 3 70",
                "captures e1 3 70",
            ],
        ),
        (
            "two refunds by one event",
            &[
                "dintero recorded reversal id=r1 order=O amount=60 at=2026-10-01 parts=1:60 state=completed",
                "dintero recorded reversal id=r2 order=O amount=40 at=2026-10-01 parts=2:40 state=completed",
                "dintero executed reversal id=e1 order=O amount=100 at=2026-10-01",
            ],
            true,
            &[
                "reversals e1 1 60",
                "reversals e1 1 60",
                "reversals e1 1 60",
                "reversals e1 2 40",
                "reversals e1 2 40",
                "reversals e1 2 40",
            ],
        ),
        (
            "several events for several records: the order is compared as a whole",
            &[
                "dintero recorded capture id=c1 order=O amount=60 at=2026-10-01 parts=1:60 state=completed",
                "dintero recorded capture id=c2 order=O amount=40 at=2026-10-01 parts=2:40 state=completed",
                "dintero executed capture id=e1 order=O amount=70 at=2026-10-01 parts=1:70",
                "dintero executed capture id=e2 order=O amount=30 at=2026-10-01",
            ],
            true,
            &[
                "captures c1 1 60 counted with the events of its order",
                "captures c2 2 40 counted with the events of its order",
                "captures e1  70",
                "captures e2  30",
            ],
        ),
        (
            "what failed is neither backed nor lacking",
            &[
                "dintero recorded capture id=c1 order=O amount=100 at=2026-10-01 parts=1:100 state=failed",
                "dintero executed capture id=e1 order=O amount=100 at=2026-10-01 state=failed",
            ],
            true,
            &["captures c1 1 100 failed", "captures e1  100 failed"],
        ),
    ];
    for (name, given, with_transaction, expected) in cases {
        let mut sightings = operations(given);
        sightings.push(if with_transaction {
            transaction("O")
        } else {
            let order = OrderFact { order_id: text("O"), currency: text("NOK"), ..OrderFact::default() };
            Sighting { provider: "dintero".into(), fact: Fact::Order(order) }
        });
        let joined = join(sightings, true, NONE);
        assert_eq!(joined.refused, [], "{name}");
        assert_eq!(moved(&joined), expected, "{name}");
    }
}

fn payment_order(line: u64, updated_at: &str, items: &[(&str, i64)], amount_minor: i64) -> Sighting {
    let item = |(line_id, gross_minor): &(&str, i64)| ItemFact {
        line_id: (*line_id).into(),
        gross_minor: *gross_minor,
        ..ItemFact::default()
    };
    let order = OrderFact {
        order_id: text("O"),
        currency: text("SEK"),
        created_at: text("2026-10-01T10:00:00Z"),
        updated_at: text(updated_at),
        items: (!items.is_empty()).then(|| items.iter().map(item).collect()),
        whole: true,
        order_amount_minor: Some(amount_minor),
        place: Place { file: 0, line },
        ..OrderFact::default()
    };
    Sighting { provider: "swedbank_pay".into(), fact: Fact::Order(order) }
}

/// The order lines: document, line, gross, updated, and the amount that the order states.
fn order_lines(joined: &Joined) -> Vec<String> {
    let of = |row: &Row| {
        let field = |name: &str| {
            row.fields.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str()).unwrap_or_default()
        };
        let words = [field("line_id"), field("gross_amount"), field("updated_at"), field("order_amount")];
        format!("{} {}", row.place.line, words.join(" "))
    };
    let mut rows: Vec<String> = joined.rows.iter().map(of).collect();
    rows.sort();
    rows
}

#[test]
fn the_later_items_are_the_order() {
    let (early, late) = ("2026-10-01T10:00:00Z", "2026-10-02T10:00:00Z");
    let cases: [(&str, Vec<Sighting>, bool, &[&str]); 5] = [
        (
            "an update drops a line and changes another",
            vec![payment_order(1, early, &[("A", 100), ("B", 50)], 150), payment_order(2, late, &[("A", 80)], 80)],
            true,
            &["1 A 100 2026-10-01T10:00:00Z 80", "2 A 80 2026-10-02T10:00:00Z 80"],
        ),
        (
            "a request to update has the time of the order that answers it",
            vec![
                payment_order(1, early, &[("A", 100)], 100),
                payment_order(2, "", &[("B", 80)], 80),
                payment_order(3, late, &[], 80),
            ],
            true,
            &["2 B 80 2026-10-02T10:00:00Z 80"],
        ),
        (
            "items that nobody gives: the order is one line",
            vec![payment_order(1, late, &[], 80)],
            false,
            &["1 * 80 2026-10-02T10:00:00Z 80"],
        ),
        ("but not where the shop's own orders are given", vec![payment_order(1, late, &[], 80)], true, &[]),
        (
            "the same order twice tells the same twice",
            vec![payment_order(1, late, &[("A", 80)], 80), payment_order(2, late, &[("A", 80)], 80)],
            true,
            &["1 A 80 2026-10-02T10:00:00Z 80", "2 A 80 2026-10-02T10:00:00Z 80"],
        ),
    ];
    for (name, given, orders_given, expected) in cases {
        let joined = join(given, orders_given, NONE);
        assert_eq!(joined.refused, [], "{name}");
        assert_eq!(order_lines(&joined), expected, "{name}");
    }
}

#[test]
fn what_lacks_is_taken_from_the_profile_or_said() {
    let lone = || operations(&["executed capture n=1 ref=R order=O amount=100 at=2026-10-01"]);
    let refused = join(lone(), false, NONE).refused;
    let said: Vec<&str> = refused.iter().map(|refused| refused.reject.reason.as_str()).collect();
    assert_eq!(
        said,
        [
            "no document given states its currency; a profile of the source may give it: constants = { currency = \"...\" }"
        ]
    );
    let constants = BTreeMap::from([("currency".to_owned(), "SEK".to_owned())]);
    assert_eq!(moved(&join(lone(), false, &|_| Some(&constants))), ["captures   100"]);

    // An order in one currency gives it to its operations.
    let mut with_order = lone();
    with_order.push(payment_order(2, "2026-10-01", &[("A", 100)], 100));
    assert_eq!(join(with_order, false, NONE).refused, []);
}

#[test]
fn parts_of_one_line_are_one_row() {
    let given =
        operations(&["executed capture n=1 ref=R order=O amount=100 at=2026-10-01 currency=SEK parts=A:60,A:40"]);
    assert_eq!(moved(&join(given, false, NONE)), ["captures  A 100"]);
}
