//! Every payload of Swedbank Pay's developer portal that is kept beside the project, with the exact facts it gives.

use super::*;
use crate::ingest::payload::fact::CancellationFact;

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/samples/swedbank_pay/api");

fn sample(name: &str) -> Vec<Fact> {
    facts(name, &std::fs::read_to_string(format!("{SAMPLES}/{name}")).unwrap())
}

/// The two items that the published requests have, on these lines, with this quantity.
fn parts() -> Vec<PartFact> {
    vec![part("P1", 1000, 250), part("P2", 500, 125)]
}

#[test]
fn every_published_payload_is_tested_here() {
    let mut names: Vec<String> =
        std::fs::read_dir(SAMPLES).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "paymentorder_v31_expanded.json",
            "txn_list_00_response.json",
            "txn_list_01_response.json",
            "update_order_00_request.json",
            "update_order_01_request.json",
            "v30_v2_cancel_01_response.json",
            "v30_v2_capture_00_request.json",
            "v30_v2_capture_01_response.json",
            "v30_v2_reversal_00_request.json",
            "v30_v2_reversal_01_response.json",
            "v31_capture_01_response.json",
            "v31_reversal_01_response.json",
            "v3_resource_models_05_response.json",
            "v3_resource_models_07_response.json",
        ]
    );
}

#[test]
fn a_capture_is_asked_for_and_answered() {
    let asked = OperationFact {
        told: Told::Asked,
        payee_reference: text("AB832"),
        receipt_reference: text("AB831"),
        vat_minor: Some(375),
        parts: parts(),
        ..operation(1, Moved::Capture, 1500)
    };
    assert_eq!(sample("v30_v2_capture_00_request.json"), [Fact::Operation(asked)]);
    let executed = OperationFact {
        order_id: text("5adc265f-f87f-4313-577e-08d3dca1a26c"),
        payee_reference: text("AB832"),
        receipt_reference: text("AB831"),
        vat_minor: Some(375),
        created_at: text("2020-06-22T10:56:56.2927632Z"),
        updated_at: text("2020-06-22T10:56:56.4035291Z"),
        state: text("Completed"),
        ..operation(3, Moved::Capture, 1500)
    };
    assert_eq!(sample("v30_v2_capture_01_response.json"), [Fact::Operation(executed)]);
}

#[test]
fn a_reversal_is_asked_for_and_answered() {
    let asked = OperationFact {
        told: Told::Asked,
        payee_reference: text("ABC123"),
        receipt_reference: text("ABC122"),
        vat_minor: Some(375),
        parts: parts(),
        ..operation(1, Moved::Reversal, 1500)
    };
    assert_eq!(sample("v30_v2_reversal_00_request.json"), [Fact::Operation(asked)]);
    let executed = OperationFact {
        order_id: text("8be318c1-1caa-4db1-e2c6-08d7bf41224d"),
        transaction_number: text("71100730898"),
        payee_reference: text("ABC123"),
        receipt_reference: text("ABC122"),
        vat_minor: Some(375),
        created_at: text("2022-01-26T14:00:03.4725904Z"),
        updated_at: text("2022-01-26T14:00:04.3851302Z"),
        state: text("Completed"),
        reconciliation_number: text("738180"),
        ..operation(3, Moved::Reversal, 1500)
    };
    assert_eq!(sample("v30_v2_reversal_01_response.json"), [Fact::Operation(executed)]);
}

#[test]
fn a_cancellation_is_what_the_order_says_was_cancelled() {
    let cancelled = OrderFact {
        place: place(3),
        order_id: text("5adc265f-f87f-4313-577e-08d3dca1a26c"),
        cancelled_minor: Some(1500),
        cancellations: vec![CancellationFact { cancellation_id: text("AB123"), amount_minor: 1500 }],
        ..OrderFact::default()
    };
    assert_eq!(sample("v30_v2_cancel_01_response.json"), [Fact::Order(cancelled)]);
}

#[test]
fn a_transaction_of_an_unknown_type_is_refused_not_dropped() {
    for name in ["txn_list_00_response.json", "txn_list_01_response.json"] {
        let (found, refused) = read(name, &std::fs::read_to_string(format!("{SAMPLES}/{name}")).unwrap());
        assert_eq!(found, []);
        let reason = "the type of transaction 1234567890 is unknown, so it cannot be said whether money moved; known \
                      are Capture, Sale, Reversal, Cancellation, Authorization and Verification";
        assert_eq!(refused, [refusal(7, "type", "{{ transaction | capitalize }}", reason)]);
    }
}

#[test]
fn the_template_is_read_where_its_type_can_be_told() {
    let name = "txn_list_00_response.json";
    let template = std::fs::read_to_string(format!("{SAMPLES}/{name}")).unwrap();
    let expected = OperationFact {
        order_id: text("5adc265f-f87f-4313-577e-08d3dca1a26c"),
        transaction_number: text("1234567890"),
        payee_reference: text("AH123456"),
        vat_minor: Some(250),
        created_at: text("2016-09-14T01:01:01.01Z"),
        updated_at: text("2016-09-14T01:01:01.03Z"),
        state: text("Completed"),
        ..operation(7, Moved::Capture, 1000)
    };
    // Only the type is filled in.
    let filled = template.replace("{{ transaction | capitalize }}", "Capture");
    assert_eq!(facts(name, &filled), [Fact::Operation(expected.clone())]);
    // Everything is filled in, as the API returns it.
    let filled = template
        .replace("{{ transaction | capitalize }}", "Reversal")
        .replace("{{ plural }}", "reversals")
        .replace("{{ transaction }}", "reversal");
    let reversal = OperationFact { moved: Some(Moved::Reversal), ..expected };
    assert_eq!(facts(name, &filled), [Fact::Operation(reversal)]);
}

#[test]
fn an_updated_order_is_sent_with_all_its_items() {
    let items = vec![
        ItemFact {
            description: text("Product1"),
            quantity: text("351.3514"),
            vat_minor: Some(250),
            vat_rate_bp: Some(2500),
            ..item(7, "P1", 1000)
        },
        ItemFact {
            description: text("Product2"),
            quantity: text("9876.1531"),
            vat_minor: Some(125),
            vat_rate_bp: Some(2500),
            ..item(24, "P2", 500)
        },
    ];
    let sent = OrderFact {
        place: place(2),
        items: Some(items),
        whole: true,
        order_amount_minor: Some(1500),
        ..OrderFact::default()
    };
    assert_eq!(sample("update_order_00_request.json"), [Fact::Order(sent.clone())]);
    let name = "update_order_00_request.json";
    let text_of = std::fs::read_to_string(format!("{SAMPLES}/{name}")).unwrap();
    let in_folder = facts("psp/paymentorders/8be3/0002-request.json", &text_of);
    assert_eq!(in_folder, [Fact::Order(OrderFact { order_id: text("8be3"), ..sent })], "the folder names the order");
    let answered = OrderFact {
        place: place(2),
        order_id: text("8be318c1-1caa-4db1-e2c6-08d7bf41224d"),
        currency: text("SEK"),
        created_at: text("2018-09-14T13:21:29.3182115Z"),
        updated_at: text("2018-09-14T13:21:57.6627579Z"),
        order_amount_minor: Some(1500),
        remaining_capture_minor: Some(1500),
        remaining_reversal_minor: Some(0),
        ..OrderFact::default()
    };
    assert_eq!(sample("update_order_01_request.json"), [Fact::Order(answered)]);
}

#[test]
fn version_31_answers_with_the_payment_order_and_no_transaction() {
    let captured = OrderFact {
        place: place(2),
        order_id: text("8be318c1-1caa-4db1-e2c6-08d7bf41224d"),
        currency: text("SEK"),
        created_at: text("2020-03-03T07:19:27.5636519Z"),
        updated_at: text("2020-03-03T07:21:00.5605905Z"),
        order_amount_minor: Some(1500),
        remaining_capture_minor: Some(0),
        remaining_reversal_minor: Some(1500),
        ..OrderFact::default()
    };
    assert_eq!(sample("v31_capture_01_response.json"), [Fact::Order(captured.clone())]);
    let reversed = OrderFact { remaining_reversal_minor: Some(0), ..captured };
    assert_eq!(sample("v31_reversal_01_response.json"), [Fact::Order(reversed)]);
}

#[test]
fn financial_transactions_are_listed_without_a_state() {
    let listed = |line, moved, number: &str, reference: &str, receipt: &str, amount_minor, day: &str| {
        Fact::Operation(OperationFact {
            order_id: text("5adc265f-f87f-4313-577e-08d3dca1a26c"),
            transaction_number: text(number),
            payee_reference: text(reference),
            receipt_reference: text(receipt),
            vat_minor: Some(amount_minor / 4),
            created_at: Some(compact_str::format_compact!("{day}T01:01:01.01Z")),
            updated_at: Some(compact_str::format_compact!("{day}T01:01:01.03Z")),
            ..operation(line, moved, amount_minor)
        })
    };
    assert_eq!(
        sample("v3_resource_models_05_response.json"),
        [
            listed(6, Moved::Capture, "123459", "AH123456", "OL1234", 1000, "2020-03-04"),
            listed(21, Moved::Capture, "123460", "AH234567", "OL5678", 500, "2020-03-05"),
            listed(36, Moved::Reversal, "123461", "AH345678", "OL1357", 1000, "2020-04-02"),
        ]
    );
}

#[test]
fn an_authorization_moves_no_money() {
    assert_eq!(sample("v3_resource_models_07_response.json"), []);
}

#[test]
fn an_expanded_payment_order_tells_of_itself_and_its_captures() {
    let order_id = text("d4c5684f-c2dc-4c18-680d-08dbf62de407");
    let order = OrderFact {
        place: place(2),
        order_id: order_id.clone(),
        currency: text("SEK"),
        created_at: text("2023-12-08T14:06:29.0250114Z"),
        updated_at: text("2023-12-08T14:07:48.9872240Z"),
        order_amount_minor: Some(100),
        remaining_reversal_minor: Some(100),
        ..OrderFact::default()
    };
    let capture = OperationFact {
        order_id,
        transaction_number: text("40128372069"),
        payee_reference: text("1702044467"),
        vat_minor: Some(0),
        currency: text("SEK"),
        created_at: text("2023-12-08T14:07:48.889224Z"),
        updated_at: text("2023-12-08T14:07:48.971819Z"),
        ..operation(60, Moved::Capture, 100)
    };
    assert_eq!(sample("paymentorder_v31_expanded.json"), [Fact::Order(order), Fact::Operation(capture)]);
}
