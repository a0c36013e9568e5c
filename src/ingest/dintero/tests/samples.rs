//! Published payloads, each with all facts that it must give.

use super::*;
use crate::ingest::payload::fact::TransactionFact;
use crate::model::text::Text;

fn sample(path: &str, file: &str) -> Read {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/samples/dintero/");
    read(path, &std::fs::read_to_string(format!("{folder}{file}")).unwrap())
}

/// Two chairs of the guide's order, on a line.
fn chairs(line: u64, line_id: &str, item_id: &str, quantity: &str, sign: i64) -> ItemFact {
    let name = if item_id == "175938" { "Stablestol for utendørsbruk" } else { "Stablestol for innendørsbruk" };
    ItemFact {
        line,
        line_id: line_id.into(),
        item_id: text(item_id),
        description: text(name),
        quantity: text(quantity),
        gross_minor: sign * 39_800,
        vat_minor: Some(sign * 7_960),
        vat_rate_bp: Some(2_500),
        ..ItemFact::default()
    }
}

#[test]
fn drafts_of_the_guide() {
    let (facts, rejects) = sample("a.json", "orders/01_draft_create.json");
    assert_eq!(facts, [Fact::Order(order(None, Some(vec![chairs(8, "1", "175938", "2", 1)])))]);
    assert_eq!(rejects, []);

    let reversed = ItemFact {
        related_line_id: text("1"),
        relation: text("reversed"),
        reversed_reason: text("Replace item"),
        ..chairs(8, "2", "175938", "2", -1)
    };
    let items = vec![reversed, chairs(27, "3", "003929", "1", 1)];
    let (facts, rejects) = sample("orders/other/draft.json", "orders/03_draft_reverse_and_add.json");
    assert_eq!(facts, [Fact::Order(order(Some("{order_id}"), Some(items)))], "the document's own id comes first");
    assert_eq!(rejects, []);

    let (facts, _) = sample("orders/N1/draft.json", "orders/01_draft_create.json");
    assert_eq!(facts, [Fact::Order(order(Some("N1"), Some(vec![chairs(8, "1", "175938", "2", 1)])))]);
}

#[test]
fn single_operations_of_the_guide_are_what_their_path_says() {
    let cases: [(&str, Vec<PartFact>, &str); 6] = [
        ("02_authorize_capture_line1", vec![part("1", 39_800)], "PID_123"),
        ("04_authorize_capture_reversed_line2", vec![part("2", -39_800)], "PID_123"),
        ("05_authorize_capture_new_line3", vec![part("3", 39_800)], "PID_123"),
        ("06_authorize_capture_line3_plus_refund_line4", vec![part("3", 39_800), part("4", 1_000)], "PID_123"),
        ("07_refund_line4", vec![part("4", 1_000)], "PID_123"),
        ("08_extra_authorization_other_payment_id", vec![part("3", 1_000)], "PID_321"),
    ];
    for (name, parts, payment) in cases {
        let file = format!("orders/{name}.json");
        for (folder, moved) in [("captures", Moved::Capture), ("refunds", Moved::Reversal)] {
            let (facts, rejects) = sample(&format!("orders/A1/{folder}/7.json"), &file);
            let expected = OperationFact {
                state: text("completed"),
                transaction_id: text(payment),
                payment_id: text(payment),
                ..recorded(1, moved, "A1", parts.clone())
            };
            assert_eq!(facts, [Fact::Operation(expected)], "{name}");
            assert_eq!(rejects, []);
        }
        assert_eq!(sample("orders/A1/authorizations.json", &file), (vec![], vec![]), "{name} moves no money");
        let reason = "nothing says whether this is an authorization, a capture, a refund or a cancellation: name the \
                      file after it, as in orders/<order_id>/captures.json";
        let unknown = rejected(1, "", "", reason);
        assert_eq!(sample("orders/A1/7.json", &file), (vec![], vec![unknown]), "{name}");
    }
}

#[test]
fn collections_of_the_orders_api() {
    let made = |moved| OperationFact {
        operation_id: text("bd04c959-d159-49b4-a096-2d84e014a8da"),
        transaction_id: text("<string>"),
        payment_id: text("<string>"),
        amount_minor: Some(27_840),
        created_at: text("2023-11-07T05:31:56Z"),
        state: text("completed"),
        ..recorded(3, moved, "A1", vec![part("123", 27_840)])
    };
    for (file, expected) in [
        ("orders/get_captures_response.json", vec![Fact::Operation(made(Moved::Capture))]),
        ("orders/get_refunds_response.json", vec![Fact::Operation(made(Moved::Reversal))]),
        ("orders/get_authorizations_response.json", vec![]),
        ("orders/get_order_events_response.json", vec![]),
    ] {
        // What the key says holds, whatever the path says.
        for name in ["captures", "all"] {
            assert_eq!(sample(&format!("orders/A1/{name}.json"), file), (expected.clone(), vec![]), "{file}");
        }
    }
    let (facts, _) = sample("captures.json", "orders/get_captures_response.json");
    let nobodys = OperationFact { order_id: None, ..made(Moved::Capture) };
    assert_eq!(facts, [Fact::Operation(nobodys)], "nothing says whose it is");
}

#[test]
fn a_webhook_tells_that_a_transaction_exists() {
    let (facts, rejects) = sample("hook.json", "transactions/checkout_transaction.json");
    let expected = TransactionFact {
        place: place(5),
        transaction_id: "P12345678.465UfBENeLpkBvwmqfTC4k".into(),
        order_id: text("ORDER-123"),
        currency: None,
    };
    assert_eq!((facts, rejects), (vec![Fact::Transaction(expected)], vec![]));
}

const EXAMPLES: &str = "transactions/transaction_items_and_events_openapi_examples.json";

#[test]
fn the_schemas_example_of_a_transaction_is_nobodys() {
    let reason = "the transaction has neither id nor merchant_reference, so nothing says which order this belongs to: \
                  put the file under orders/<order_id>/, or fetch the whole transaction";
    let (facts, rejects) = sample("transactions.json", EXAMPLES);
    let expected = vec![
        rejected(66, "merchant_reference", "CAPTURE 59700", reason),
        rejected(98, "merchant_reference", "CAPTURE 8600", reason),
    ];
    assert_eq!((facts, rejects), (vec![], expected));
}

#[test]
fn the_schemas_example_of_a_transaction_with_an_order() {
    let item = |line, line_id: &str, id: &str, description: &str, quantity: Option<&str>, gross_minor, rate| ItemFact {
        line,
        line_id: line_id.into(),
        item_id: text(id),
        description: (!description.is_empty()).then(|| description.into()),
        quantity: quantity.map(Text::from),
        gross_minor,
        vat_rate_bp: Some(rate),
        ..ItemFact::default()
    };
    let shipping = item(5, "bring-pick-up-00001-location-0a1f6b", "bring-pick-up-00001", "", None, 3_900, 2_500);
    let order = OrderFact {
        of_transaction: true,
        order_amount_minor: Some(72_200),
        ..order(
            Some("A1"),
            Some(vec![
                item(14, "1", "10", "Forsvinnignspølse", Some("2.5"), 2_000, 2_000),
                item(22, "2", "6", "Vissvossafår på neppebrød", Some("2"), 6_600, 2_000),
                item(42, "3", "1", "Luftboller", Some("3"), 59_700, 2_000),
                ItemFact { vat_minor: Some(975), ..shipping },
            ]),
        )
    };
    let capture = |line, request: &str, amount, at: &str, parts| OperationFact {
        order_id: text("A1"),
        transaction_id: None,
        created_at: text(at),
        parts,
        ..executed(line, Moved::Capture, request, amount)
    };
    let first =
        capture(66, "27c71936004e48649c6dd437d314d90c", 59_700, "2019-01-18T15:37:00.879Z", vec![part("3", 59_700)]);
    let second = capture(
        98,
        "c3e60b98a1d1466c97151318be621cf9",
        8_600,
        "2019-01-18T21:24:31.669Z",
        vec![part("1", 2_000), part("2", 6_600)],
    );
    let expected = vec![Fact::Order(order), Fact::Operation(first), Fact::Operation(second)];
    assert_eq!(sample("orders/A1/transaction.json", EXAMPLES), (expected, vec![]));
}
