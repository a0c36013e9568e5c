//! The whole job on payloads of both providers' APIs: Dintero's illustrations of reversing, Swedbank Pay's pages on
//! reversals and UpdateOrder, and what only several documents tell together. Published payloads are read where they
//! stand; a test whose file is not there says so.

#[path = "../harness/mod.rs"]
mod harness;
mod swedbank_pay;

use harness::{Case, Ran, published};

/// The findings of a run, without ids, ages and sentences: `code status order line expected actual`.
fn findings(ran: &Ran) -> Vec<String> {
    let row = |row: Vec<String>| {
        let [code, status, order, line] = [1, 2, 5, 6].map(|column| row[column].clone());
        let words = [code, status, order, line, row[12].clone(), row[13].clone()];
        words.iter().filter(|word| !word.is_empty()).cloned().collect::<Vec<_>>().join(" ")
    };
    harness::rows(&ran.bytes("out/discrepancies.csv")).into_iter().map(row).collect()
}

/// The control totals, as standard output has them.
fn totals(ran: &Ran) -> String {
    let line = ran.stdout.lines().find(|line| line.starts_with("control totals")).unwrap();
    line.trim_start_matches("control totals: ").to_owned()
}

fn run(case: Case, status: i32) -> Ran {
    case.args("run --config avstem.toml --as-of 2026-03-31 --out out --matches").any_stdout().status(status).run()
}

/// The order of the illustrations, whose bodies do not say when they were sent: the profile does.
const RECORDED: &str = "[[source]]\npath = \"orders\"\nprofile = \"recorded\"\n\
    [profiles.recorded]\nconstants = { created_at = \"2026-03-01\" }\n";

/// Files of the illustrations in a folder that mirrors the API, and what the job finds.
fn illustration(name: &str, files: &[(&str, &str)], status: i32, expected: &[&str], expected_totals: &str) {
    let mut case = Case::new().file("avstem.toml", RECORDED);
    for (path, sample) in files {
        let Some(bytes) = published(&format!("dintero/orders/{sample}")) else { return };
        // The page has a placeholder where the order's id stands.
        let body = String::from_utf8(bytes).unwrap().replace("{order_id}", "N7K2M4P9Q");
        case = case.file(&format!("orders/N7K2M4P9Q/{path}"), body);
    }
    let ran = run(case, status);
    assert_eq!(findings(&ran), expected, "{name}");
    assert_eq!(totals(&ran), expected_totals, "{name}");
}

const CREATE: (&str, &str) = ("draft-1.json", "01_draft_create.json");
const CAPTURE_1: (&str, &str) = ("captures/1.json", "02_authorize_capture_line1.json");
const REVERSE_AND_ADD: (&str, &str) = ("draft-2.json", "03_draft_reverse_and_add.json");
const CAPTURE_2: (&str, &str) = ("captures/2.json", "04_authorize_capture_reversed_line2.json");
const CAPTURE_3: (&str, &str) = ("captures/3.json", "05_authorize_capture_new_line3.json");
const CAPTURE_3_AND_4: (&str, &str) = ("captures/3.json", "06_authorize_capture_line3_plus_refund_line4.json");
const REFUND_4: (&str, &str) = ("refunds/1.json", "07_refund_line4.json");
const CAPTURE_MORE: (&str, &str) = ("captures/4.json", "08_extra_authorization_other_payment_id.json");

#[test]
fn the_illustrations_of_reversing_an_order() {
    illustration(
        "an order is made and captured",
        &[CREATE, CAPTURE_1],
        0,
        &[],
        "1 order line, 1 capture read = 0 rejected + 0 repeated + 0 superseded + 2 accepted: close",
    );
    illustration(
        "a line is reversed and another added: neither is captured yet",
        &[CREATE, CAPTURE_1, REVERSE_AND_ADD],
        1,
        &["line-uncaptured open N7K2M4P9Q 2 -39800 0", "line-uncaptured open N7K2M4P9Q 3 39800 0"],
        "3 order lines, 1 capture read = 0 rejected + 0 repeated + 0 superseded + 4 accepted: close",
    );
    illustration(
        "the reversed line is captured negative",
        &[CREATE, CAPTURE_1, REVERSE_AND_ADD, CAPTURE_2],
        1,
        &["line-uncaptured open N7K2M4P9Q 3 39800 0"],
        "3 order lines, 2 captures read = 0 rejected + 0 repeated + 0 superseded + 5 accepted: close",
    );
    illustration(
        "the new line is captured",
        &[CREATE, CAPTURE_1, REVERSE_AND_ADD, CAPTURE_2, CAPTURE_3],
        0,
        &[],
        "3 order lines, 3 captures read = 0 rejected + 0 repeated + 0 superseded + 6 accepted: close",
    );
    illustration(
        "with a line to refund that the order does not hold",
        &[CREATE, CAPTURE_1, REVERSE_AND_ADD, CAPTURE_2, CAPTURE_3_AND_4],
        1,
        &["line-unknown open N7K2M4P9Q 4 0 1000"],
        "3 order lines, 4 captures read = 0 rejected + 0 repeated + 0 superseded + 7 accepted: close",
    );
    illustration(
        "which is refunded: nothing is left on it, but it is still no line of the order",
        &[CREATE, CAPTURE_1, REVERSE_AND_ADD, CAPTURE_2, CAPTURE_3_AND_4, REFUND_4],
        1,
        &["line-unknown open N7K2M4P9Q 4 0 0"],
        "3 order lines, 4 captures, 1 reversal read = 0 rejected + 0 repeated + 0 superseded + 8 accepted: close",
    );
    illustration(
        "more is captured by another payment than the line is",
        &[CREATE, CAPTURE_1, REVERSE_AND_ADD, CAPTURE_2, CAPTURE_3, CAPTURE_MORE],
        1,
        &["line-overcaptured open N7K2M4P9Q 3 39800 40800"],
        "3 order lines, 4 captures read = 0 rejected + 0 repeated + 0 superseded + 7 accepted: close",
    );
}

#[test]
fn a_file_that_tells_nothing_is_said() {
    let document = r#"{"payment": "/psp/creditcard/payments/1", "authorization": {"transaction":
        {"type": "Authorization", "state": "Completed", "number": 9, "amount": 100}}}"#;
    let said = "avstem: warning: a.json: no row was read: authorizations and verifications, which move no money: 1, on \
                line 1\n\
                avstem: warning: b.json: no row was read: the file holds no document\n";
    for command in ["check", "run --as-of 2026-03-31 --out out"] {
        let case = Case::new().file("a.json", document).file("b.json", "[]").args(command);
        let ran = case.args("--input a.json --input b.json").any_stdout().stderr(said).run();
        if command != "check" {
            let summary: serde_json::Value = serde_json::from_slice(&ran.bytes("out/summary.json")).unwrap();
            let of = |key: &str| -> Vec<serde_json::Value> {
                summary["inputs"].as_array().unwrap().iter().map(|input| input[key].clone()).collect()
            };
            let notes = [
                ["authorizations and verifications, which move no money: 1, on line 1"],
                ["the file holds no document"],
            ];
            assert_eq!(of("notes"), notes.map(|notes| serde_json::json!(notes)));
            assert_eq!(of("provider"), ["swedbank_pay", ""]);
        }
    }
    let bare = Case::new().file("c.json", "{}").args("run --input c.json --as-of 2026-03-31").any_stdout().status(3);
    let ran = bare.stderr("avstem: warning: incomplete: 1 row could not be read\n").run();
    let reason = "the document is empty: an object without a key tells nothing";
    assert_eq!(harness::rows(&ran.bytes("avstem-out/rejects.csv")), [["c.json", "1", "", "{}", reason]]);
}

/// A checkout transaction of Dintero whose captures Swedbank Pay executed.
const TRANSACTION: &str = r#"{
  "id": "P00112233.5abcdefghijk", "merchant_reference": "M-2001", "currency": "SEK", "amount": 15000,
  "created_at": "2026-03-10T08:00:00Z", "status": "CAPTURED", "session_id": "P00112233.5sess",
  "items": [{"id": "sku-1", "line_id": "1", "quantity": 1, "amount": 15000, "vat_amount": 3000, "vat": 25}],
  "events": [
    {"id": "ev-1", "event": "INITIATE_CAPTURE", "amount": 15000, "success": true, "request_id": "rq-1",
     "created_at": "2026-03-11T08:00:00Z"},
    {"id": "ev-2", "event": "CAPTURE", "amount": 15000, "success": true, "correlation_request_id": "rq-1",
     "created_at": "2026-03-11T08:00:05Z", "event_reference": "M-2001",
     "items": [{"line_id": "1", "amount": 15000}],
     "metadata": {"payex:transaction:number": 40120000001, "payex:transaction:payee_reference": "PR2001A"}}
  ]
}"#;

/// The same capture as Swedbank Pay returned it.
const PAYEX_CAPTURE: &str = r#"{
  "payment": "/psp/creditcard/payments/11112222-3333-4444-5555-666677778888",
  "capture": {"transaction": {"created": "2026-03-11T08:00:04.1Z", "updated": "2026-03-11T08:00:04.9Z",
    "type": "Capture", "state": "Completed", "number": 40120000001, "amount": 15000, "vatAmount": 3000,
    "payeeReference": "PR2001A", "reconciliationNumber": 739685}}
}"#;

#[test]
fn a_capture_seen_at_both_providers_is_counted_once() {
    let config = "[[source]]\npath = \"api\"\n";
    let case = Case::new()
        .file("avstem.toml", config)
        .file("api/transactions.json", TRANSACTION)
        .file("api/capture.json", PAYEX_CAPTURE);
    let ran = run(case, 0);
    assert_eq!(findings(&ran), Vec::<String>::new());
    assert_eq!(
        totals(&ran),
        "1 order line, 2 captures read = 0 rejected + 1 repeated + 0 superseded + 2 accepted: close"
    );
}

#[test]
fn what_was_recorded_only_is_said() {
    let captures = r#"{"captures": [
      {"id": "c-1", "amount": 15000, "success": true, "created_at": "2026-03-11T08:00:00Z",
       "payment_details": {"payment_id": "P00112233.5abcdefghijk"}, "items": [{"line_id": 1, "amount": 15000}]},
      {"id": "c-2", "amount": 4000, "success": true, "created_at": "2026-03-12T08:00:00Z",
       "payment_details": {"payment_id": "P00112233.5abcdefghijk"}, "items": [{"line_id": 2, "amount": 4000}]}
    ]}"#;
    let order = r#"{"options": {"order_id": "N-77"}, "order": {"currency": "SEK", "items": [
      {"id": "sku-1", "line_id": 1, "quantity": 1, "gross_amount": 15000},
      {"id": "sku-2", "line_id": 2, "quantity": 1, "gross_amount": 4000}]}}"#;
    let case = Case::new()
        .file("avstem.toml", "[[source]]\npath = \"api\"\n")
        .file("api/orders/N-77/draft.json", order)
        .file("api/orders/N-77/captures.json", captures)
        .file("api/transactions.json", TRANSACTION);
    let ran = run(case, 1);
    assert_eq!(findings(&ran), ["line-uncaptured open N-77 2 4000 0", "recorded-only open N-77 2 0 4000"]);
    assert_eq!(
        totals(&ran),
        "2 order lines, 3 captures read = 0 rejected + 1 repeated + 0 superseded + 4 accepted: close"
    );
}

#[test]
fn a_reference_that_breaks_its_form_is_a_note() {
    let capture = PAYEX_CAPTURE.replace("PR2001A", "PR-2001/A");
    let case = Case::new()
        .file(
            "avstem.toml",
            "[[source]]\npath = \"api\"\nprofile = \"p\"\n[profiles.p]\nconstants = { currency = \"SEK\" }\n",
        )
        .file("api/capture.json", capture);
    let ran = run(case, 0);
    assert_eq!(findings(&ran), ["reference-format listed 11112222-3333-4444-5555-666677778888 0 0"]);
}

#[test]
fn what_the_user_says_of_a_file_holds_or_is_refused() {
    let api = |path: &str| format!("[[source]]\npath = \"{path}\"\nprovider = \"swedbank_pay\"\n");
    let capture = PAYEX_CAPTURE.replace("\"amount\":", "\"currency\": \"SEK\", \"amount\":");
    let case = |given: &str| {
        let typed = format!("run --as-of 2026-03-31 --out out {given}");
        Case::new().file("a.json", &capture).args(&typed)
    };
    case("--settlements a.json").stops(
        "avstem: error: a.json: documents of a provider's API hold orders, captures and reversals, and this file was \
         given as settlements\n  help: give it with --input, or without a dataset in its [[source]]\n",
    );
    let ran = case("--captures a.json").any_stdout().status(0).run();
    assert_eq!(totals(&ran), "1 capture read = 0 rejected + 0 repeated + 0 superseded + 1 accepted: close");
    for (option, noun) in [("--reversals", "reversal"), ("--orders", "order line")] {
        let incomplete = "avstem: warning: incomplete: 1 row could not be read\n";
        let ran = case(&format!("{option} a.json")).any_stdout().stderr(incomplete).status(3).run();
        let expected =
            format!("1 {noun} read = 1 rejected + 0 repeated + 0 superseded + 0 accepted: close, incomplete");
        assert_eq!(totals(&ran), expected);
        let said = option.trim_start_matches('-');
        let reason = format!(
            "the document tells of captures, but its file was given as {said}: give it with --input, or without a \
             dataset in its [[source]]"
        );
        assert_eq!(harness::rows(&ran.bytes("out/rejects.csv")), [["a.json", "3", "", "PR2001A", &reason]]);
    }
    // What a request does not say of itself, the user may.
    let request = r#"{"transaction":{"amount":5,"currency":"SEK","created":"2026-03-01","payeeReference":"R1"}}"#;
    for (dataset, noun) in [("captures", "capture"), ("reversals", "reversal")] {
        let config = format!("{}dataset = \"{dataset}\"\n", api("payments"));
        let case = Case::new().file("avstem.toml", config).file("payments/A1/x.json", request);
        let expected = format!("1 {noun} read = 0 rejected + 0 repeated + 0 superseded + 1 accepted: close");
        assert_eq!(totals(&run(case, 0)), expected);
    }
}

/// A shop's order 1001, and the checkout transactions of its plugin: the first was declined, and all of the second was
/// captured, a part of it taken back.
fn plugin(config: &str) -> Case {
    let items = r#""items":[{"line_id":"1","amount":4000,"quantity":1}],"currency":"NOK","amount":4000"#;
    let event = |id: &str, name: &str, amount: u32, day: u32| {
        format!(
            r#"{{"id":"{id}","event":"{name}","amount":{amount},"success":true,"created_at":"2026-03-{day:02}T09:00:00Z",
               "items":[{{"line_id":"1","amount":{amount}}}]}}"#
        )
    };
    let transaction = |id: &str, status: &str, events: &str| {
        format!(
            r#"{{"id":"T12345678.{id}","merchant_reference":"dwc{id}","merchant_reference_2":"1001","status":"{status}",
               "created_at":"2026-03-01T09:00:00Z",{items},"events":[{events}]}}"#
        )
    };
    let moved = format!("{},{}", event("e1", "CAPTURE", 4000, 2), event("e2", "REFUND", 1000, 9));
    let given = [transaction("a", "DECLINED", ""), transaction("b", "PARTIALLY_REFUNDED", &moved)].join(",");
    Case::new()
        .file("avstem.toml", format!("[[source]]\npath = \"api.json\"\n{config}"))
        .file("api.json", format!("[{given}]"))
}

#[test]
fn an_order_is_known_by_the_reference_that_people_see_where_the_profile_says_so() {
    const SECOND: &str = "profile = \"woo\"\n[profiles.woo]\ncolumns = { order_id = \"merchant_reference_2\" }\n";
    let orders = "order_id,line_id,gross_amount,currency,created_at,provider\n1001,1,4000,NOK,2026-03-01,dintero\n";
    let shop = "[[source]]\npath = \"orders.csv\"\ndataset = \"orders\"\n";
    let ran = run(plugin(&format!("{SECOND}{shop}")).file("orders.csv", orders), 0);
    assert_eq!(findings(&ran), [""; 0]);
    assert_eq!(
        totals(&ran),
        "1 order line, 1 capture, 1 reversal read = 0 rejected + 0 repeated + 0 superseded + 3 accepted: close"
    );
    let ran = run(plugin(shop).file("orders.csv", orders), 1);
    assert_eq!(findings(&ran), ["line-uncaptured open 1001 1 4000 0", "order-unknown open dwcb 1 0 3000"]);

    // The transactions alone: what was declined is no order.
    let ran = run(plugin(SECOND), 0);
    assert_eq!(
        totals(&ran),
        "1 order line, 1 capture, 1 reversal read = 0 rejected + 0 repeated + 0 superseded + 3 accepted: close"
    );
    let other = SECOND.replace("merchant_reference_2", "reference");
    plugin(&other).args("run --config avstem.toml --as-of 2026-03-31 --out out").stops(
        "avstem: error: api.json: its profile takes order_id from `reference`, which no document of an API has\n  \
         help: of Dintero's transactions it can be `merchant_reference` or `merchant_reference_2`; of other documents \
         leave it out\n",
    );
}

/// An order whose line 2 was taken back by line 3 and replaced by line 4, at a price; line 1 was paid by two transactions.
/// The checkout moved what the replacement costs more or less, and the provider settled that.
fn replaced(price: i64) -> Case {
    let draft =
        |items: &str| format!(r#"{{"options":{{"order_id":"N-88"}},"order":{{"currency":"NOK","items":[{items}]}}}}"#);
    let first = r#"{"line_id":1,"quantity":1,"gross_amount":4000},{"line_id":2,"quantity":1,"gross_amount":2000}"#;
    let second = format!(
        r#"{{"line_id":3,"quantity":1,"gross_amount":-2000,"related_item":{{"line_id":2,"type":"reversed"}}}},
           {{"line_id":4,"quantity":1,"gross_amount":{price}}}"#
    );
    let capture = |id: &str, day: u32, payment: &str, items: &[(u32, i64)]| {
        let all: Vec<String> =
            items.iter().map(|(line, amount)| format!(r#"{{"line_id":{line},"amount":{amount}}}"#)).collect();
        let amount: i64 = items.iter().map(|(_, amount)| amount).sum();
        format!(
            r#"{{"id":"{id}","created_at":"2026-03-{day:02}","amount":{amount},"success":true,"items":[{}],
               "payment_details":{{"payment_id":"{payment}"}}}}"#,
            all.join(",")
        )
    };
    let captures = [
        capture("c1", 2, "T-1", &[(1, 3000), (2, 2000)]),
        capture("c2", 3, "T-2", &[(1, 1000)]),
        capture("c3", 5, "T-1", &[(3, -2000)]),
        capture("c4", 5, "T-1", &[(4, price)]),
    ];
    let event = |id: &str, name: &str, amount: i64, day: u32| {
        format!(r#"{{"id":"{id}","event":"{name}","amount":{amount},"success":true,"created_at":"2026-03-{day:02}"}}"#)
    };
    let difference = price - 2000;
    let name = if difference > 0 { "CAPTURE" } else { "REFUND" };
    let mut events = vec![event("e1", "CAPTURE", 5000, 2)];
    let mut settled = vec!["5000,e1,T-1".to_owned(), "1000,e2,T-2".to_owned()];
    if difference != 0 {
        events.push(event("e3", name, difference.abs(), 5));
        settled.push(format!("{difference},e3,T-1"));
    }
    let transaction = |id: &str, amount: u32, events: &str| {
        format!(
            r#"{{"id":"{id}","merchant_reference":"N-88","amount":{amount},"currency":"NOK","created_at":"2026-03-01",
               "events":[{events}]}}"#
        )
    };
    let transactions =
        [transaction("T-1", 5000, &events.join(",")), transaction("T-2", 1000, &event("e2", "CAPTURE", 1000, 3))];
    let rows: Vec<String> = settled.iter().map(|row| format!("NOK,S1,{row}\n")).collect();
    Case::new()
        .file(
            "avstem.toml",
            "[[source]]\npath = \"api\"\nprofile = \"dated\"\n[profiles.dated]\nconstants = { created_at = \"2026-03-01\" }\n\
             [[source]]\npath = \"settlements.csv\"\ndataset = \"settlements\"\nprovider = \"dintero\"\n",
        )
        .file("api/orders/N-88/draft-1.json", draft(first))
        .file("api/orders/N-88/draft-2.json", draft(&second))
        .file("api/orders/N-88/captures.json", format!(r#"{{"captures":[{}]}}"#, captures.join(",")))
        .file("api/transactions.json", format!("[{}]", transactions.join(",")))
        .file(
            "settlements.csv",
            format!("currency,settlement_id,gross_amount,operation_id,transaction_id\n{}", rows.concat()),
        )
}

#[test]
fn a_line_that_was_replaced_is_settled_by_the_difference() {
    for (price, captured) in [(2500, 12), (1500, 12), (2000, 10)] {
        let ran = run(replaced(price), 0);
        assert_eq!(findings(&ran), [""; 0], "{price}");
        let settled = if price == 2000 { 2 } else { 3 };
        let (repeated, accepted) = if price == 2000 { (5, 11) } else { (7, 12) };
        assert_eq!(
            totals(&ran),
            format!(
                "4 order lines, {captured} captures, {settled} settlement rows read = 0 rejected + {repeated} repeated + \
                 0 superseded + {accepted} accepted: close"
            ),
            "{price}"
        );
    }
    // What was settled of the difference is not what the checkout moved.
    let short = replaced(2500).file(
        "settlements.csv",
        "currency,settlement_id,gross_amount,operation_id,transaction_id\nNOK,S1,5000,e1,T-1\nNOK,S1,1000,e2,T-2\n\
         NOK,S1,490,e3,T-1\n",
    );
    assert_eq!(findings(&run(short, 1)), ["settled-amount open N-88 500 490"]);
}
