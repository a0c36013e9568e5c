//! Versions and shapes of which no example was published, in the writer's own data.

use super::*;

#[test]
fn transactions_stand_in_every_wrapping() {
    let body = r#"{"id":"/t/1","type":"TYPE","state":"Completed","number":5,"amount":100,"vatAmount":20,"payeeReference":"R1"}"#;
    let capture = "Executed Capture order=A1 number=5 reference=R1 amount=100 vat=20 state=Completed currency=-";
    let reversal = capture.replace("Capture", "Reversal");
    let cases = [
        // The object of its kind, in every version's envelope.
        ("Capture", r#"{"payment":"/psp/creditcard/payments/A1","capture":{"id":"/c/1","transaction":BODY}}"#),
        ("Capture", r#"{"paymentorder":"/psp/paymentorders/A1","capture":{"transaction":BODY}}"#),
        ("Capture", r#"{"paymentOrder":"/psp/paymentorders/A1/","Capture":{"Transaction":BODY}}"#),
        ("Sale", r#"{"payment":"/psp/swish/payments/A1","sale":{"transaction":BODY}}"#),
        ("sale", r#"{"payment":"/psp/swish/payments/A1","sales":{"saleList":[{"transaction":BODY}]}}"#),
        ("CAPTURE", r#"{"payment":"/psp/creditcard/payments/A1","transaction":BODY}"#),
        // Lists, with elements of both shapes, and in any case.
        ("Capture", r#"{"payment":"/p/payments/A1","captures":{"captureList":[{"id":"/c/1","transaction":BODY}]}}"#),
        ("Capture", r#"{"payment":"/p/payments/A1","Captures":{"CaptureList":[BODY]}}"#),
        ("Capture", r#"{"payment":"/p/payments/A1","captures":[BODY]}"#),
        ("Capture", r#"{"payment":"/p/payments/A1","transactions":{"id":"/x","transactionList":[BODY]}}"#),
        (
            "Capture",
            r#"{"paymentOrder":"/p/paymentorders/A1","financialTransactions":{"financialTransactionsList":[BODY]}}"#,
        ),
        // The whole payment of version 1, and what of it stands in a payment order of version 2.
        (
            "Capture",
            r#"{"payment":{"id":"/psp/creditcard/payments/A1","captures":{"captureList":[{"transaction":BODY}]}}}"#,
        ),
        (
            "Capture",
            r#"{"paymentOrder":{"id":"/psp/paymentorders/A1","currentPayment":{"payment":{"id":"/psp/payments/P9","transactions":{"transactionList":[BODY]}}}}}"#,
        ),
        // Without an envelope.
        ("Capture", r#"{"id":"/psp/creditcard/payments/A1/captures","captureList":[{"transaction":BODY}]}"#),
        ("Capture", r#"{"id":"/psp/creditcard/payments/A1/captures/7","transaction":BODYX}"#),
        ("Capture", r#"{"id":"/psp/creditcard/payments/A1/transactions","transactionList":[BODY]}"#),
        ("Capture", r#"{"id":"/psp/paymentorders/A1/financialtransactions","financialTransactionsList":[BODY]}"#),
        ("Reversal", r#"{"payment":"/psp/creditcard/payments/A1","reversal":{"transaction":BODY}}"#),
        (
            "reversal",
            r#"{"payment":"/psp/creditcard/payments/A1","reversals":{"reversalList":[{"transaction":BODY}]}}"#,
        ),
        (
            "Reversal",
            r#"{"paymentOrder":"/p/paymentorders/A1","financialTransactions":{"financialTransactionsList":[BODY]}}"#,
        ),
    ];
    for (kind, document) in cases {
        // An element alone is known by its own URL; the body's says nothing.
        let body = body.replace("TYPE", kind);
        let bare = body.replace("\"id\":\"/t/1\",", "");
        let document = document.replace("BODYX", &bare).replace("BODY", &body);
        let expected = if kind.eq_ignore_ascii_case("reversal") { reversal.as_str() } else { capture };
        assert_eq!(briefs("x.json", &document), [expected], "{document}");
    }
}

#[test]
fn the_list_says_the_type_where_the_transaction_does_not() {
    for (list, moved) in [
        (r#""captures":{"captureList":[{"transaction":{"amount":1}}]}"#, Moved::Capture),
        (r#""reversals":{"id":"/x","reversalList":[{"amount":1}]}"#, Moved::Reversal),
        (r#""sales":{"saleList":[{"transaction":{"amount":1}}]}"#, Moved::Capture),
        (r#""capture":{"transaction":{"amount":1}}"#, Moved::Capture),
        (r#""x":{"captureList":[{"transaction":{"amount":1}}]}"#, Moved::Capture),
        (r#""x":{"list":[{"type":"Sale","payeeReference":null,"amount":1}]}"#, Moved::Capture),
    ] {
        let expected = OperationFact { order_id: text("A1"), ..operation(1, moved, 1) };
        let document = format!("{{\"payment\":\"/payments/A1\",{list}}}");
        assert_eq!(facts("x.json", &document), [Fact::Operation(expected)], "{document}");
    }
}

#[test]
fn other_lists_hold_no_transactions() {
    let document = r#"{"paymentOrder":{"id":"/paymentorders/A1",
        "history":{"historyList":[{"name":"PaymentCaptured","number":5,"amount":100,"initiatedBy":"Merchant"}]},
        "prices":{"priceList":[{"type":"Visa","amount":100,"vatAmount":0}]},"urls":{"hostUrls":["x"]}}}"#;
    assert_eq!(briefs("x.json", document), [""; 0]);
}

#[test]
fn numbers_may_be_texts_and_texts_numbers() {
    let document = r#"{"payment":"/payments/A1","capture":{"transaction":{"type":"Capture","state":"completed",
        "number":" 0071 ","amount":"1500","vatAmount":" 375","payeeReference":832,"receiptReference":null,
        "reconciliationNumber":"738180","isOperational":"false"}}}"#;
    let expected = OperationFact {
        order_id: text("A1"),
        transaction_number: text("0071"),
        payee_reference: text("832"),
        vat_minor: Some(375),
        state: text("completed"),
        reconciliation_number: text("738180"),
        ..operation(1, Moved::Capture, 1500)
    };
    assert_eq!(facts("x.json", document), [Fact::Operation(expected)]);
}

#[test]
fn states_stand_as_they_are() {
    for state in ["Initialized", "Failed", "AwaitingActivity", "completed", "COMPLETED"] {
        let document = format!(
            "{{\"payment\":\"/payments/A1\",\"capture\":{{\"transaction\":{{\"state\":\"{state}\",\"amount\":7}}}}}}"
        );
        let expected = OperationFact { order_id: text("A1"), state: text(state), ..operation(1, Moved::Capture, 7) };
        assert_eq!(facts("x.json", &document), [Fact::Operation(expected)]);
    }
    // What did not move may have no amount.
    let document = r#"{"payment":"/payments/A1","capture":{"transaction":{"state":"Failed","number":5}}}"#;
    let expected = "Executed Capture order=A1 number=5 reference=- amount=- vat=- state=Failed currency=-";
    assert_eq!(briefs("x.json", document), [expected]);
}

#[test]
fn paid_by_a_sale_is_a_capture() {
    let document = r#"{"paymentOrder":{"id":"/paymentorders/A1","status":"Paid","currency":"SEK","amount":900,
        "paid":{"number":5,"payeeReference":"R1","transactionType":"Sale","amount":890,"submittedAmount":900,"discountAmount":10},
        "financialTransactions":{"financialTransactionsList":[{"type":"Sale","number":5,"amount":890,"payeeReference":"R1"}]}}}"#;
    let sale = "Executed Capture order=A1 number=5 reference=R1 amount=890 vat=- state=- currency=SEK";
    let order = "Order A1 amount=900 cancelled=- by=- capture=- reversal=- items=- whole=false currency=SEK";
    assert_eq!(briefs("x.json", document), [order, sale, sale], "told twice under one number");
    let alone = r#"{"paymentOrder":"/paymentorders/A1","paid":{"number":"5","transactionType":"sale","amount":890}}"#;
    let expected = "Executed Capture order=A1 number=5 reference=- amount=890 vat=- state=- currency=-";
    assert_eq!(briefs("x.json", alone), [expected]);
}

#[test]
fn reversed_is_an_operation_only_where_it_says_so() {
    let with = |word: &str| {
        format!("{{\"paymentOrder\":\"/paymentorders/A1\",\"reversed\":{{\"number\":6,{word}\"amount\":890}}}}")
    };
    let reversal = "Executed Reversal order=A1 number=6 reference=- amount=890 vat=- state=- currency=-";
    assert_eq!(briefs("x.json", &with("\"transactionType\":\"Reversal\",")), [reversal]);
    for word in ["", "\"transactionType\":\"Sale\",", "\"transactionType\":\"Authorization\","] {
        assert_eq!(briefs("x.json", &with(word)), [""; 0], "it repeats what was paid: {word}");
    }
}

#[test]
fn cancellations_name_themselves_so_that_one_told_twice_counts_once() {
    let one = r#"{"payment":"/payments/A1","cancellation":{"transaction":{"type":"Cancellation","state":"COMPLETED","number":5,"amount":70,"payeeReference":"C1"}}}"#;
    let expected = "Order A1 amount=- cancelled=70 by=C1 capture=- reversal=- items=- whole=false currency=-";
    assert_eq!(briefs("x.json", one), [expected]);
    let listed = r#"{"payment":"/payments/A1","cancellations":{"cancellationList":[
        {"transaction":{"state":"Completed","number":5,"amount":70,"payeeReference":"C1"}},
        {"transaction":{"state":"Failed","number":6,"amount":30,"payeeReference":"C2"}},
        {"transaction":{"state":"Completed","number":7,"amount":30}}]}}"#;
    assert_eq!(briefs("x.json", listed), [expected.to_owned(), expected.replace("C1", "7").replace("=70", "=30")]);
    let financial = r#"{"paymentOrder":"/paymentorders/A1","financialTransactions":{"financialTransactionsList":[
        {"type":"Cancellation","number":5,"amount":70,"payeeReference":"C1"}]}}"#;
    assert_eq!(briefs("x.json", financial), [expected]);
    // `cancelled` and the status speak of the order in all.
    let whole = r#"{"paymentOrder":{"id":"/paymentorders/A1","status":"STATUS","amount":100,
        "cancelled":{"number":4,"transactionType":"Authorization","amount":100,"cancelReason":"x"}}}"#;
    for status in ["Cancelled", "canceled"] {
        let order = "Order A1 amount=100 cancelled=100 by=- capture=- reversal=- items=- whole=false currency=-";
        let sum = order.replacen("amount=100", "amount=-", 1);
        assert_eq!(briefs("x.json", &whole.replace("STATUS", status)), [order, &sum]);
    }
}

#[test]
fn what_failed_is_told_where_it_can_be_named() {
    let document = r#"{"paymentOrder":{"id":"/paymentorders/A1",
        "failedAttempts":{"failedAttemptList":[{"created":"2024-01-01T00:00:00Z","status":"Failed","number":1},
            {"status":"Aborted","type":"Authorization","number":2}]},
        "postPurchaseFailedAttempts":{"postpurchaseFailedAttemptList":[
            {"created":"2024-01-02T00:00:00Z","status":"Failed","type":"Capture","number":3},
            {"type":"Reversal","payeeReference":"R4","amount":5},
            {"status":"Completed","type":"Reversal","number":5},
            {"status":"Failed","type":"Capture"},
            {"status":"Failed","type":"Cancellation","number":6},
            {"status":"Failed","type":"Novelty","number":7}]}}}"#;
    assert_eq!(
        briefs("x.json", document),
        [
            "Executed Capture order=A1 number=3 reference=- amount=- vat=- state=Failed currency=-",
            "Executed Reversal order=A1 number=- reference=R4 amount=5 vat=- state=failed currency=-",
            "Executed Reversal order=A1 number=5 reference=- amount=- vat=- state=failed currency=-",
        ]
    );
}

#[test]
fn remaining_amounts_are_statements_and_absent_is_not_zero() {
    let table = [
        ("", "capture=- reversal=-"),
        (r#","remainingCaptureAmount":0"#, "capture=0 reversal=-"),
        (r#","remainingReversalAmount":5,"remainingCancellationAmount":7"#, "capture=- reversal=5"),
        (r#","RemainingCaptureAmount":"3","remainingReversalAmount":null"#, "capture=3 reversal=-"),
    ];
    for (fields, expected) in table {
        let inner =
            format!("{{\"id\":\"/paymentorders/A1\",\"operation\":\"Purchase\",\"vatAmount\":0,\"amount\":9{fields}}}");
        let expected = format!("Order A1 amount=9 cancelled=- by=- {expected} items=- whole=false currency=-");
        for document in
            [inner.clone(), format!("{{\"paymentorder\":{inner}}}"), format!("{{\"PaymentOrder\":{inner}}}")]
        {
            assert_eq!(briefs("x.json", &document), [expected.as_str()], "{document}");
        }
    }
}

#[test]
fn requests_take_from_the_path_what_they_do_not_say() {
    let request = r#"{"transaction":{"description":"d","amount":5,"vatAmount":1,"payeeReference":"R1"}}"#;
    let told = |moved: &str, order: &str| {
        vec![format!("Asked {moved} order={order} number=- reference=R1 amount=5 vat=1 state=- currency=-")]
    };
    for (path, expected) in [
        ("paymentorders/A1/captures/0001-request.json", told("Capture", "A1")),
        ("payments/A1/reversals/1.json", told("Reversal", "A1")),
        ("capture.json", told("Capture", "-")),
        ("x.json", told("unsaid", "-")),
        ("capture_or_reversal.json", told("unsaid", "-")),
        ("paymentorders/A1/cancellations/1.json", vec![]),
    ] {
        assert_eq!(briefs(path, request), expected, "{path}");
    }
    let purchase = r#"{"paymentorder":{"operation":"Purchase","currency":"NOK","amount":5,"vatAmount":1,"orderItems":[{"reference":"P","amount":5}]}}"#;
    let expected = "Order - amount=5 cancelled=- by=- capture=- reversal=- items=1 whole=true currency=NOK";
    assert_eq!(briefs("x.json", purchase), [expected]);
}

/// Values that stand where others should.
const ODD: [&str; 12] = [
    "null",
    "true",
    "-1",
    "1.5",
    "9223372036854775808",
    "\"\"",
    "\"x\"",
    "[]",
    "{}",
    "[{}]",
    "[[1]]",
    "{\"id\":\"//\"}",
];

/// A document with one of its values replaced by something odd.
#[test]
fn odd_values_anywhere_are_refused_or_read_but_never_a_panic() {
    use crate::ingest::payload::json::{Node, Shape as Is, Tape};
    let document = r#"{"paymentOrder":{"id":"/paymentorders/A1","status":"Cancelled","currency":"SEK","amount":900,
        "remainingCaptureAmount":1,"orderItems":{"orderItemList":[{"reference":"P","name":"N","quantity":1,"vatPercent":2500,"amount":9,"vatAmount":1}]},
        "paid":{"number":5,"payeeReference":"R1","transactionType":"Sale","amount":890},"cancelled":{"number":5,"amount":10},
        "reversed":{"number":5,"transactionType":"Reversal","amount":1},"currentPayment":{"payment":{"captures":{"captureList":[]}}},
        "financialTransactions":{"financialTransactionsList":[{"id":"/x","type":"Capture","number":5,"amount":890,"vatAmount":1,
        "payeeReference":"R1","created":"c","updated":"u","orderItems":[{"reference":"P","amount":9}]},{"type":"Cancellation","amount":1}]},
        "postPurchaseFailedAttempts":{"failedAttemptList":[{"type":"Capture","status":"Failed","number":1}]}}}"#;
    fn walk<'d>(node: Node<'d>, found: &mut Vec<(usize, usize)>) {
        let quotes = usize::from(node.shape() == Is::Text);
        found.push((node.offset() - quotes, node.offset() + node.raw().len() + quotes));
        node.values().for_each(|value| walk(value, found));
    }
    let tape = Tape::parse(document).unwrap();
    let mut places = Vec::new();
    walk(Node::root(document, &tape), &mut places);
    let mut refusals = 0;
    for (start, end) in places.into_iter().skip(1) {
        for odd in ODD {
            let changed = format!("{}{odd}{}", &document[..start], &document[end..]);
            refusals += read("x.json", &changed).1.len();
        }
    }
    assert!(refusals > 100, "{refusals}");
}
