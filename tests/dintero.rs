//! A week of Dintero: an order's record, its checkout transactions, and the settlements that paid them out.

mod harness;

use harness::{Case, rows};

/// An order of two lines.
const DRAFT: &str = r#"{"options":{"order_id":"A1"},"order":{"currency":"NOK","items":[
{"line_id":1,"gross_amount":1000},{"line_id":2,"gross_amount":500}]}}"#;

/// Its captures as the shop recorded them: one a line.
const CAPTURES: &str = r#"{"captures":[
{"id":"c1","amount":1000,"success":true,"created_at":"2026-01-05T10:00:00Z","items":[{"line_id":1,"amount":1000}],"payment_details":{"payment_id":"T-1"}},
{"id":"c2","amount":500,"success":true,"created_at":"2026-01-05T11:00:00Z","items":[{"line_id":2,"amount":500}],"payment_details":{"payment_id":"T-1"}}]}"#;

/// The transaction of that order, and one that was refunded in part.
const TRANSACTIONS: &str = r#"{"id":"T-1","merchant_reference":"A1","currency":"NOK","amount":1500,"events":[{"event":"CAPTURE","id":"e1","amount":1000,"success":true,"created_at":"2026-01-05T10:00:00Z"},{"event":"CAPTURE","id":"e2","amount":500,"success":true,"created_at":"2026-01-05T11:00:00Z"}]}
{"id":"T-2","merchant_reference":"A2","currency":"NOK","amount":700,"created_at":"2026-01-05T12:00:00Z","items":[{"line_id":"1","amount":700}],"events":[{"event":"CAPTURE","id":"e3","amount":700,"success":true,"created_at":"2026-01-05T12:00:00Z","items":[{"line_id":"1","amount":700}]},{"event":"REFUND","id":"e4","amount":200,"success":true,"created_at":"2026-01-06T12:00:00Z","items":[{"line_id":"1","amount":200}]}]}
"#;

/// A report, its refund and fee taken off or added.
fn report(id: &str, sign: &str, header: [i64; 4], transactions: &str) -> String {
    let [amount, capture, refund, fee] = header;
    format!(
        r#"{{"dintero_settlement_id":"{id}","settlement_date":"2026-01-10","currency":"NOK","amount":{amount},"capture":{capture},"refund":{sign}{refund},"fee":{sign}{fee},"transactions":[{transactions}]}}"#
    )
}

/// Two payouts in two conventions.
fn settlements() -> String {
    let first = r#"{"transaction_id":"T-1","reference":"A1","net_amount":990,"capture":1000,"refund":0,"fee":10},
        {"transaction_id":"T-1","reference":"A1","net_amount":495,"capture":500,"refund":0,"fee":5}"#;
    let second = r#"{"transaction_id":"T-2","reference":"A2","net_amount":693,"capture":700,"refund":0,"fee":-7},
        {"transaction_id":"T-2","reference":"A2","net_amount":-200,"capture":0,"refund":-200,"fee":0}"#;
    format!(
        "{}\n{}\n",
        report("s1", "", [1_485, 1_500, 0, 15], first).replace('\n', ""),
        report("s2", "-", [493, 700, 200, 7], second).replace('\n', "")
    )
}

fn week() -> Case {
    Case::new()
        .file("in/orders/A1/draft.json", DRAFT)
        .file("in/orders/A1/captures.json", CAPTURES)
        .file("in/transactions.ndjson", TRANSACTIONS)
        .args("run --input in --as-of 2026-01-12 --quiet --out out --matches")
}

/// Code, status, settlement, expected and actual of what a run found.
fn found(table: &[u8]) -> Vec<String> {
    let wanted = [1, 2, 10, 12, 13];
    rows(table).iter().map(|row| wanted.map(|at| row[at].as_str()).join(" ")).collect()
}

#[test]
fn a_week_is_reconciled_by_its_settlements() {
    let ran = week().file("in/settlements.json", settlements()).run();
    assert_eq!(found(&ran.bytes("out/discrepancies.csv")), Vec::<String>::new());
    let batches: Vec<String> = rows(&ran.bytes("out/batches.csv")).iter().map(|row| row.join(" ")).collect();
    assert_eq!(batches, ["dintero s1 NOK 2 1500 2 1500 15 1485 0 0  0", "dintero s2 NOK 2 500 2 500 7 493 0 0  0"]);
}

#[test]
fn a_report_in_two_forms_is_one_and_the_list_beside_it_is_no_restatement() {
    let row = |[amount, capture, refund, fee]: [&str; 4]| {
        format!(
            "<TransactionInfo><TransactionType>settlement</TransactionType>\
             <TransactionAmount>{amount}</TransactionAmount><TransactionCapture>{capture}</TransactionCapture>\
             <TransactionRefund>{refund}</TransactionRefund><TransactionFee>{fee}</TransactionFee>\
             <TransactionID>T-2</TransactionID><Reference>A2</Reference></TransactionInfo>"
        )
    };
    let xml = format!(
        "<Report><PaymentsInfo><DinteroSettlementId>s2</DinteroSettlementId>\
         <SettlementCurrencyCode>NOK</SettlementCurrencyCode><SettlementInfo><SettlementDate>2026-01-10</SettlementDate>\
         {}{}</SettlementInfo></PaymentsInfo></Report>",
        row(["6.93", "7.00", "0", "0.07"]),
        row(["-2.00", "0", "2.00", "0.00"])
    );
    let list = r#"{"items":[{"id":"s2","settled_at":"2026-01-10T09:00:00Z","payment_status":"paid",
        "amounts":[{"amount":493,"capture":700,"refund":-200,"fee":-7,"currency":"NOK"}]}],"last_evaluated_key":null}"#;
    let case = week().file("in/settlements.json", settlements()).file("in/s2.xml", xml).file("in/list.json", list);
    let ran = case.status(0).run();
    assert_eq!(found(&ran.bytes("out/discrepancies.csv")), ["file-repeated listed s2 0 0"]);
    let summary: serde_json::Value = serde_json::from_slice(&ran.bytes("out/summary.json")).unwrap();
    let kinds = summary["other_kinds"].to_string();
    assert!(kinds.contains("payout") && kinds.contains("493"), "{kinds}");
}

#[test]
fn a_header_that_adds_up_in_neither_way_is_said() {
    let off = r#"{"transaction_id":"T-1","reference":"A1","net_amount":990,"capture":1000,"refund":0,"fee":10},
        {"transaction_id":"T-1","reference":"A1","net_amount":495,"capture":500,"refund":0,"fee":5}"#;
    let text = settlements();
    let second = text.lines().nth(1).unwrap();
    let first = report("s1", "", [1_490, 1_500, 0, 15], off);
    let ran = week().file("in/s1.json", first).file("in/s2.json", second).status(1).run();
    assert_eq!(
        found(&ran.bytes("out/discrepancies.csv")),
        ["file-net open s1 1485 1490", "file-total open s1 1490 1485"]
    );
}

#[test]
fn a_record_without_an_event_is_said() {
    let captures = CAPTURES.strip_suffix("]}").unwrap().to_owned()
        + r#",{"id":"c3","amount":50,"success":true,"created_at":"2026-01-06T00:00:00Z","items":[{"line_id":2,"amount":50}],"payment_details":{"payment_id":"T-1"}}]}"#;
    let ran =
        week().file("in/orders/A1/captures.json", captures).file("in/settlements.json", settlements()).status(1).run();
    let codes: Vec<String> = found(&ran.bytes("out/discrepancies.csv"));
    assert!(codes.iter().any(|code| code.starts_with("recorded-only open")), "{codes:?}");
}
