//! What gives no row: it is noted, with what it is, or refused; nothing of a document is passed over unsaid.

use super::*;

/// The notes of a document that tells and refuses nothing.
fn notes(document: &str) -> Vec<String> {
    let parsed = Document::parse(document, 1).unwrap();
    let Some(Kind::SwedbankPay(kind)) = parsed.kind() else { panic!("not known: {document}") };
    let mut heard = Heard::default();
    super::super::facts(&parsed, kind, &DocContext::default(), &mut heard);
    assert_eq!((heard.facts, heard.rejects), (vec![], vec![]), "{document}");
    heard.notes.sentences()
}

#[test]
fn what_moves_no_money_is_noted() {
    let moneyless = "authorizations and verifications, which move no money: 1, on line 1";
    let link = "links to what the document does not hold (fetch it expanded where it matters): 1, on line 1";
    let not_cancelled = "cancellations that were only asked for or did not succeed: 1, on line 1";
    let nothing = "documents that tell of no order line, capture, reversal or cancellation: 1, on line 1";
    let table = [
        (
            r#"{"payment":"/payments/1","authorization":{"id":"/a/1","transaction":{"type":"Authorization","state":"Completed","amount":1,"number":5}}}"#,
            moneyless,
        ),
        (
            r#"{"payment":"/payments/1","verification":{"transaction":{"type":"Verification","state":"Completed","number":5}}}"#,
            moneyless,
        ),
        (
            r#"{"payment":"/payments/1","authorizations":{"authorizationList":[{"transaction":{"amount":1}}]}}"#,
            moneyless,
        ),
        (
            r#"{"paymentOrder":"/paymentorders/1","paid":{"number":5,"transactionType":"Authorization","amount":1}}"#,
            moneyless,
        ),
        (r#"{"payment":"/payments/1","captures":{"id":"/payments/1/captures"}}"#, link),
        (r#"{"payment":"/payments/1","captures":"/payments/1/captures"}"#, link),
        (r#"{"payment":"/payments/1","capture":{"id":"/payments/1/captures/2"}}"#, link),
        (r#"{"payment":"/payments/1","capture":{"id":"/payments/1/captures/2","transaction":null}}"#, link),
        (r#"{"paymentOrder":"/paymentorders/1","paid":{"id":"/paymentorders/1/paid"}}"#, link),
        (r#"{"payment":"/payments/1","currentPayment":{"id":"/payments/2"}}"#, link),
        (
            r#"{"payment":{"id":"/payments/1","number":5},"transaction":{"id":"/payments/1/captures/2","number":6}}"#,
            link,
        ),
        (r#"{"payment":"/payments/1","cancellation":{"transaction":{"state":"Failed","amount":5}}}"#, not_cancelled),
        (
            r#"{"paymentOrder":"/paymentorders/1","reversed":{"number":5,"transactionType":"Sale","amount":1}}"#,
            "outcomes that repeat another transaction: 1, on line 1",
        ),
        (
            r#"{"paymentOrder":"/paymentorders/1","failedAttempts":{"failedAttemptList":[{"status":"Failed","number":1},{"number":2}]}}"#,
            "attempts that failed: 2, the first on line 1",
        ),
        (r#"{"transaction":{"description":"d","payeeReference":"R1"}}"#, "requests without an amount: 1, on line 1"),
        (
            r#"{"type":"https://x/inputerror","title":"T","status":400,"detail":"D"}"#,
            "answers that say why a request was refused: 1, on line 1",
        ),
        // A callback, a request to end an order, an empty list, a payment and nothing else.
        (
            r#"{"orderReference":"A","paymentOrder":{"id":"/paymentorders/1","instrument":"CreditCard","number":5}}"#,
            nothing,
        ),
        (r#"{"paymentorder":{"operation":"Abort","abortReason":"CancelledByConsumer"}}"#, nothing),
        (r#"{"payment":"/payments/1","captures":{"captureList":[]}}"#, nothing),
        (r#"{"payment":"/payments/1"}"#, nothing),
        (r#"{"payment":"/payments/1","capture":null}"#, nothing),
    ];
    for (document, expected) in table {
        assert_eq!(notes(document), [expected], "{document}");
    }
}

#[test]
fn odd_shapes_inside_a_known_document_are_refused() {
    let object = "an object, or the URL of one, must stand here";
    let unsaid = "it states neither amount, type, state nor number, so nothing says what it is";
    let unsaid_outcome = "it states neither amount, transactionType nor number, so nothing says what it is";
    let list = "neither a list of transactions nor its URL stands in it";
    let table = [
        (r#""capture":{"transaction":"none"}"#, refusal(1, "transaction", "none", "a transaction is an object")),
        (r#""capture":{"transaction":[1]}"#, refusal(1, "transaction", "[...]", "a transaction is an object")),
        (r#""capture":"none""#, refusal(1, "capture", "none", object)),
        (r#""capture":true"#, refusal(1, "capture", "true", "a transaction is an object")),
        (r#""capture":{}"#, refusal(1, "capture", "{...}", unsaid)),
        (r#""capture":{"transaction":{"sum":100}}"#, refusal(1, "capture", "{...}", unsaid)),
        (r#""captures":5"#, refusal(1, "captures", "5", object)),
        (r#""captures":{}"#, refusal(1, "captures", "{...}", list)),
        (
            r#""captures":{"captureList":{"transaction":{"amount":5}}}"#,
            refusal(1, "captureList", "{...}", "a list of transactions must stand here"),
        ),
        (r#""captures":{"captureList":[null]}"#, refusal(1, "capture", "null", "a transaction is an object")),
        (r#""paid":{}"#, refusal(1, "paid", "{...}", unsaid_outcome)),
        (r#""paid":true"#, refusal(1, "paid", "true", object)),
        (
            r#""chargeback":{"transaction":{"type":"Chargeback","state":"Completed","number":9,"amount":5}}"#,
            refusal(
                1,
                "type",
                "Chargeback",
                "the type of transaction 9 is unknown, so it cannot be said whether money moved; known are Capture, \
                 Sale, Reversal, Cancellation, Authorization and Verification",
            ),
        ),
    ];
    for (inside, expected) in table {
        let document = format!("{{\"payment\":\"/payments/1\",{inside}}}");
        assert_eq!(read("x.json", &document), (vec![], vec![expected]), "{document}");
    }
}

#[test]
fn transactions_under_unknown_names_are_found() {
    let capture = r#"{"type":"Capture","state":"Completed","number":5,"amount":100,"payeeReference":"R1"}"#;
    let expected = "Executed Capture order=1 number=5 reference=R1 amount=100 vat=- state=Completed currency=-";
    for inside in [
        // Not the first of its list, in an object of an object, in a list of objects, beside a list of nothing.
        r#""x":{"list":[{"name":"n"},{"transaction":BODY}]}"#,
        r#""x":{"y":{"captures":{"captureList":[BODY]}}}"#,
        r#""x":[{"payments":[{"capture":{"transaction":BODY}}]}]"#,
        r#""x":BODY"#,
        r#""captures":{"id":"/c","more":{"captureList":[BODY]}}"#,
    ] {
        let document = format!("{{\"payment\":\"/payments/1\",{}}}", inside.replace("BODY", capture));
        let found: Vec<String> = read("x.json", &document).0.iter().map(brief).collect();
        assert_eq!(found, [expected], "{document}");
    }
    // The merchant's own texts are none of them, whatever they look like.
    let metadata =
        format!("{{\"paymentOrder\":{{\"id\":\"/paymentorders/1\",\"metadata\":{{\"captures\":[{capture}]}}}}}}");
    assert_eq!(read("x.json", &metadata), (vec![], vec![]));
}
