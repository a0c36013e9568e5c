//! What is refused, with the exact words; and what is no operation.

use super::*;

const UNKNOWN: &str = "is unknown, so it cannot be said whether money moved; known are Capture, Sale, Reversal, \
                       Cancellation, Authorization and Verification";

#[test]
fn what_cannot_be_read_is_refused_with_its_line() {
    let no_number = format!("the type of transaction {UNKNOWN}");
    let table = [
        (
            r#"{"payment":"/payments/1","capture":{"transaction":{"type":"Capture","state":"Completed","number":9}}}"#,
            refusal(1, "amount", "", "the transaction states no amount"),
        ),
        (
            r#"{"payment":"/payments/1","capture":{"transaction":{"type":"Capture","amount":"12,00"}}}"#,
            refusal(
                1,
                "amount",
                "12,00",
                "an amount is a whole number of minor units, without decimals or an exponent",
            ),
        ),
        (
            r#"{"payment":"/payments/1","capture":{"transaction":{"type":"Capture","amount":1500.0}}}"#,
            refusal(
                1,
                "amount",
                "1500.0",
                "an amount is a whole number of minor units, without decimals or an exponent",
            ),
        ),
        (
            r#"{"payment":"/payments/1","capture":{"transaction":{"type":"Capture","amount":1,"vatAmount":[]}}}"#,
            refusal(1, "vatAmount", "[...]", "a whole number of minor units must stand here"),
        ),
        (
            r#"{"payment":"/payments/1","capture":{"transaction":{"amount":1,"number":1.5}}}"#,
            refusal(1, "number", "1.5", "a text or a whole number must stand here"),
        ),
        (
            r#"{"payment":"/payments/1","capture":{"transaction":{"amount":1,"state":true}}}"#,
            refusal(1, "state", "true", "a text must stand here"),
        ),
        (
            r#"{"payment":"/payments/1","capture":{"transaction":{"amount":1,"created":1700000000}}}"#,
            refusal(1, "created", "1700000000", "a text must stand here"),
        ),
        (
            r#"{"payment":"/payments/1","capture":{"transaction":{"type":"Reversal","amount":1}}}"#,
            refusal(
                1,
                "type",
                "Reversal",
                "the type of the transaction is another than that of the list or object it stands in",
            ),
        ),
        (
            r#"{"payment":"/payments/1","transactions":{"transactionList":[{"type":"Payout","amount":1}]}}"#,
            refusal(1, "type", "Payout", &no_number),
        ),
        (
            r#"{"payment":"/payments/1","transactions":{"transactionList":[{"state":"Completed","amount":1}]}}"#,
            refusal(1, "type", "", &no_number),
        ),
        (r#"{"payment":"/payments/1","captures":[7]}"#, refusal(1, "capture", "7", "a transaction is an object")),
        (
            r#"{"payment":"/payments/1","cancellation":{"transaction":{"state":"Completed","number":9}}}"#,
            refusal(1, "amount", "", "the cancellation states no amount"),
        ),
        (
            r#"{"payment":7}"#,
            refusal(1, "payment", "7", "the URL of a payment, or the payment itself, must stand here"),
        ),
        (
            r#"{"paymentOrder":"/paymentorders/1","paid":{"number":5,"transactionType":"Gift","amount":1}}"#,
            refusal(
                1,
                "transactionType",
                "Gift",
                "the transactionType of `paid` 5 is unknown here, so it cannot be said whether money moved",
            ),
        ),
        (
            r#"{"paymentOrder":"/paymentorders/1","paid":{"number":5,"amount":1}}"#,
            refusal(
                1,
                "transactionType",
                "",
                "the transactionType of `paid` 5 is unknown here, so it cannot be said whether money moved",
            ),
        ),
        (
            r#"{"paymentOrder":"/paymentorders/1","paid":{"number":5,"transactionType":"Sale"}}"#,
            refusal(1, "amount", "", "`paid` states no amount"),
        ),
        (
            r#"{"paymentOrder":{"id":"/paymentorders/1","amount":12.5}}"#,
            refusal(1, "amount", "12.5", "an amount is a whole number of minor units, without decimals or an exponent"),
        ),
        (
            r#"{"paymentOrder":"/paymentorders/1","paymentorder":"/paymentorders/2","paid":{}}"#,
            refusal(1, "paymentorder", "/paymentorders/2", "the key stands twice in one object, in another case"),
        ),
        (
            r#"{"transaction":"/transactions/1"}"#,
            refusal(1, "transaction", "/transactions/1", "a transaction is an object"),
        ),
    ];
    for (document, expected) in table {
        assert_eq!(read("x.json", document), (vec![], vec![expected]), "{document}");
    }
}

#[test]
fn one_refusal_leaves_the_others_standing() {
    let document = "{\"payment\":\"/payments/1\",\"captures\":{\"captureList\":[\n{\"transaction\":{\"amount\":\"x\"}},\n\
                    {\"transaction\":{\"amount\":2}}\n]}}";
    let (found, refused) = read("x.json", document);
    let standing = OperationFact { order_id: text("1"), ..operation(3, Moved::Capture, 2) };
    assert_eq!(found, [Fact::Operation(standing)]);
    let reason = "an amount is a whole number of minor units, without decimals or an exponent";
    assert_eq!(refused, [refusal(2, "amount", "x", reason)]);
}

#[test]
fn an_order_that_cannot_be_read_leaves_its_captures_standing() {
    let document = "{\"paymentOrder\":{\"id\":\"/paymentorders/1\",\"currency\":\"SEK\",\"amount\":\"x\",\n\
                    \"financialTransactions\":{\"financialTransactionsList\":[{\"type\":\"Capture\",\"amount\":2}]}}}";
    let (found, refused) = read("x.json", document);
    let standing = OperationFact { order_id: text("1"), currency: text("SEK"), ..operation(2, Moved::Capture, 2) };
    assert_eq!(found, [Fact::Operation(standing)]);
    let reason = "an amount is a whole number of minor units, without decimals or an exponent";
    assert_eq!(refused, [refusal(1, "amount", "x", reason)]);
}

#[test]
fn people_and_cards_are_not_read() {
    let document = r#"{"paymentOrder":{"id":"/paymentorders/1","amount":5,"payer":{"email":"e@example.com","name":"N N"},
        "paid":{"number":5,"transactionType":"Sale","amount":5,"tokens":[{"name":"4925xxxxxx000004"}],
        "details":{"maskedPan":"492500******0004"}}}}"#;
    let all = format!("{:?}", read("x.json", document));
    for secret in ["example.com", "N N", "4925"] {
        assert!(!all.contains(secret), "{all}");
    }
}
