//! A week of Dintero: an order's record, its checkout transactions, and the settlements that paid them out.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::as_conversions,
    clippy::float_arithmetic,
    missing_docs,
    reason = "a test may end in a panic"
)]

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

/// Code, reference and amounts of what a run found.
fn found(table: &str) -> Vec<String> {
    let wanted = [1, 2, 5, 9, 11, 12];
    rows(table.as_bytes()).iter().skip(1).map(|row| wanted.map(|at| row[at].as_str()).join(" ")).collect()
}

#[test]
fn a_week_is_reconciled_by_its_settlements() {
    let ran = week().file("in/settlements.json", settlements()).any_stdout().status(0).run();
    assert_eq!(found(&ran.text("out/discrepancies.csv")), Vec::<String>::new());
    let batches = rows(&ran.bytes("out/batches.csv"));
    assert_eq!(batches.len(), 3, "{batches:?}");
}
