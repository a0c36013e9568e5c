//! Order items: lines, discounts, references that come back, and what cannot be read.

use super::*;

fn order(items: &str) -> String {
    format!("{{\"paymentOrder\":{{\"operation\":\"Purchase\",\"amount\":900,\"orderItems\":{items}}}}}")
}

fn order_items(items: &str) -> Option<Vec<ItemFact>> {
    let found = facts("x.json", &order(items));
    let [Fact::Order(fact)] = found.as_slice() else { panic!("one order: {found:?}") };
    assert_eq!(fact.whole, fact.items.is_some());
    fact.items.clone()
}

#[test]
fn items_stand_in_an_array_or_in_the_expanded_resource() {
    let one = r#"[{"reference":"P1","amount":900}]"#;
    let expected = Some(vec![item(1, "P1", 900)]);
    assert_eq!(order_items(one), expected);
    assert_eq!(order_items(&format!("{{\"id\":\"/x/orderitems\",\"orderItemList\":{one}}}")), expected);
    assert_eq!(order_items(&format!("{{\"OrderItemlist\":{one}}}")), expected);
    assert_eq!(order_items("[]"), Some(vec![]), "no item is not the same as a mere link");
    assert_eq!(order_items(r#"{"id":"/x/orderitems"}"#), None);
    assert_eq!(order_items("null"), None);
}

#[test]
fn a_discount_is_an_ordinary_line_and_no_reversal_line() {
    let items = r#"[
        {"reference":"P1","name":"Bord","type":"PRODUCT","quantity":1,"vatPercent":2500,"amount":1000,"vatAmount":200},
        {"reference":"D1","name":"Rabatt","type":"DISCOUNT","quantity":1,"vatPercent":2500,"amount":-100,"vatAmount":-20}
    ]"#;
    let line = |line, line_id, gross_minor, vat_minor, description| ItemFact {
        description: text(description),
        quantity: text("1"),
        vat_minor: Some(vat_minor),
        vat_rate_bp: Some(2500),
        ..item(line, line_id, gross_minor)
    };
    // Neither a related line nor a relation nor a reason: in RULES.md 1 a line that takes nothing back.
    let expected = vec![line(2, "P1", 1000, 200, "Bord"), line(3, "D1", -100, -20, "Rabatt")];
    assert_eq!(order_items(items), Some(expected));
}

#[test]
fn items_with_one_reference_are_one_line_of_their_sum() {
    let table = [
        // (two items without their reference, what the line has)
        (
            r#""amount":1000,"vatAmount":200,"quantity":2.5,"vatPercent":2500,"name":"A""#,
            r#""amount":-100,"vatAmount":-20,"quantity":"1.25","vatPercent":2500,"name":"B""#,
            ItemFact {
                description: text("A"),
                quantity: text("3.75"),
                vat_minor: Some(180),
                vat_rate_bp: Some(2500),
                ..item(1, "7", 900)
            },
        ),
        (
            r#""amount":1000,"vatAmount":200,"quantity":1,"vatPercent":2500"#,
            r#""amount":1120,"vatAmount":120,"quantity":1,"vatPercent":1200"#,
            ItemFact { quantity: text("2"), vat_minor: Some(320), ..item(1, "7", 2120) },
        ),
        (r#""amount":1000,"vatAmount":200,"quantity":1,"vatPercent":2500"#, r#""amount":1"#, item(1, "7", 1001)),
    ];
    for (one, other, expected) in table {
        // A number and its digits are one id (RULES.md 1).
        let items = format!("[{{\"reference\":7,{one}}},{{\"reference\":\" 7 \",{other}}}]");
        assert_eq!(order_items(&items), Some(vec![expected]), "{items}");
        let request = format!("{{\"transaction\":{{\"amount\":1,\"orderItems\":{items}}}}}");
        let found = facts("captures/1.json", &request);
        let [Fact::Operation(fact)] = found.as_slice() else { panic!("one operation: {found:?}") };
        let order = order_items(&items).unwrap();
        let expected: Vec<PartFact> = order
            .iter()
            .map(|item| PartFact {
                line_id: item.line_id.clone(),
                amount_minor: item.gross_minor,
                vat_minor: item.vat_minor,
            })
            .collect();
        assert_eq!(fact.parts, expected, "an operation's parts are put together as the lines are");
    }
}

#[test]
fn an_item_that_cannot_be_read_is_refused_alone() {
    let large = i64::MAX;
    let table = [
        (r#"{"amount":1}"#.to_owned(), "reference", "", "an order item without a reference cannot be told from others"),
        (
            r#"{"reference":"","amount":1}"#.to_owned(),
            "reference",
            "",
            "an order item without a reference cannot be told from others",
        ),
        (
            r#"{"reference":["P1"],"amount":1}"#.to_owned(),
            "reference",
            "[...]",
            "a text or a whole number must stand here",
        ),
        (r#"{"reference":1.5,"amount":1}"#.to_owned(), "reference", "1.5", "a text or a whole number must stand here"),
        (r#"{"reference":"P1"}"#.to_owned(), "amount", "", "an order item states no amount"),
        (r#"{"reference":"P1","amount":null}"#.to_owned(), "amount", "", "an order item states no amount"),
        (
            r#"{"reference":"P1","amount":10.00}"#.to_owned(),
            "amount",
            "10.00",
            "an amount is a whole number of minor units, without decimals or an exponent",
        ),
        (
            r#"{"reference":"P1","amount":1e3}"#.to_owned(),
            "amount",
            "1e3",
            "an amount is a whole number of minor units, without decimals or an exponent",
        ),
        (
            r#"{"reference":"P1","amount":9223372036854775808}"#.to_owned(),
            "amount",
            "9223372036854775808",
            "the amount does not fit 64 bits of minor units",
        ),
        (
            r#"{"reference":"P1","amount":true}"#.to_owned(),
            "amount",
            "true",
            "a whole number of minor units must stand here",
        ),
        (
            r#"{"reference":"P1","amount":1,"quantity":1.23456}"#.to_owned(),
            "quantity",
            "1.23456",
            "a quantity is digits with an optional sign and at most 4 decimals after a point",
        ),
        (r#"{"reference":"P1","amount":1,"name":{}}"#.to_owned(), "name", "{...}", "a text must stand here"),
        (
            r#"{"reference":"P1","amount":1,"Amount":2}"#.to_owned(),
            "Amount",
            "2",
            "the key stands twice in one object, in another case",
        ),
        (
            format!(r#"{{"reference":"OK","amount":{large}}}"#),
            "amount",
            "{...}",
            "the items with this reference sum to more than 64 bits of minor units",
        ),
        ("7".to_owned(), "orderItems", "7", "an order item is an object"),
    ];
    for (bad, column, value, reason) in table {
        let (found, refused) = read("x.json", &order(&format!("[{{\"reference\":\"OK\",\"amount\":900}},\n{bad}]")));
        assert_eq!(refused, [refusal(2, column, value, reason)], "{bad}");
        let [Fact::Order(fact)] = found.as_slice() else { panic!("one order: {found:?}") };
        assert_eq!(fact.items, Some(vec![item(1, "OK", 900)]), "the other item stands: {bad}");
        // As the particulars of an operation it refuses all of it.
        let items = format!("[{{\"reference\":\"OK\",\"amount\":900}},\n{bad}]");
        let request = format!("{{\"transaction\":{{\"amount\":1,\"orderItems\":{items}}}}}");
        assert_eq!(read("captures/1.json", &request), (vec![], vec![refusal(1, column, value, reason)]), "{bad}");
    }
}

#[test]
fn items_that_are_no_list_refuse_what_has_them() {
    let table = [
        (r#""P1""#, "orderItems", "P1", "a list of order items must stand here"),
        ("7", "orderItems", "7", "a list of order items must stand here"),
        (r#"{"orderItemList":{}}"#, "orderItemList", "{...}", "a list of order items must stand here"),
    ];
    for (items, column, value, reason) in table {
        assert_eq!(read("x.json", &order(items)), (vec![], vec![refusal(1, column, value, reason)]), "{items}");
    }
}
