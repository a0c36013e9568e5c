//! Payment orders of Swedbank Pay: UpdateOrder, captures and reversals with their requests, and orders that nobody paid.

use super::harness::{Case, published};
use super::{findings, run, totals};

const ORDER: &str = "8be318c1-1caa-4db1-e2c6-08d7bf41224d";

/// Published payloads of Swedbank Pay in a folder that mirrors its API.
fn swedbank_pay(files: &[(&str, &str)]) -> Option<Case> {
    let config = "[[source]]\npath = \"paymentorders\"\nprovider = \"swedbank_pay\"\n";
    files.iter().try_fold(Case::new().file("avstem.toml", config), |case, (path, sample)| {
        let bytes = published(&format!("swedbank_pay/api/{sample}"))?;
        Some(case.file(&format!("paymentorders/{ORDER}/{path}"), bytes))
    })
}

#[test]
fn update_order_overwrites_the_order() {
    let Some(case) = swedbank_pay(&[
        ("update.json", "update_order_00_request.json"),
        ("order.json", "update_order_01_request.json"),
    ]) else {
        return;
    };
    let ran = run(case, 1);
    // The items of the request are the order's lines, dated as the order that answers it; the page's VAT is a quarter
    // of the amount with VAT, which is not what 25 % of VAT in it is.
    let expected = [
        format!("line-uncaptured open {ORDER} P1 1000 0"),
        format!("line-uncaptured open {ORDER} P2 500 0"),
        format!("vat-rate open {ORDER} P1 200 250"),
        format!("vat-rate open {ORDER} P2 100 125"),
    ];
    assert_eq!(findings(&ran), expected);
    assert_eq!(totals(&ran), "2 order lines read = 0 rejected + 0 repeated + 0 superseded + 2 accepted: close");
}

#[test]
fn nobody_owes_an_order_that_nobody_paid() {
    let order = |number: u8, day: u8, status: &str, more: &str| {
        format!(
            r#"{{"paymentOrder":{{"id":"/psp/paymentorders/{number}","created":"2026-03-01T08:00:00Z","status":"{status}",
            "updated":"2026-03-0{day}T08:00:00Z","currency":"SEK","amount":50000,"vatAmount":10000{more}}}}}"#
        )
        .replace('\n', " ")
    };
    let captured = r#","financialTransactions":{"financialTransactionsList":[{"type":"Capture","number":9,"amount":50000,
        "created":"2026-03-02T08:00:00Z","vatAmount":10000,"payeeReference":"p9"}]}"#;
    let documents = [
        order(1, 1, "Initialized", ""),
        order(2, 2, "Aborted", ""),
        order(3, 2, "Failed", ""),
        order(4, 2, "Cancelled", ""),
        // Paid later, and still to be captured.
        order(5, 1, "Initialized", ""),
        order(
            5,
            2,
            "Paid",
            r#","remainingCaptureAmount":50000,"postPurchaseFailedAttempts":{"postpurchaseFailedAttemptList":[
            {"created":"2026-03-02T09:00:00Z","status":"Failed","type":"Capture","number":8}]}"#,
        ),
        // What was captured stands, whatever the newest document says of the order.
        order(6, 3, "Initialized", ""),
        order(6, 2, "Paid", captured),
    ];
    let config = "[[source]]\npath = \"in.ndjson\"\nprovider = \"swedbank_pay\"\n";
    let ran = run(Case::new().file("avstem.toml", config).file("in.ndjson", documents.join("\n")), 1);
    assert_eq!(findings(&ran), ["line-uncaptured open 5 * 50000 0"]);
    // An attempt that failed is named without an amount: no row, and no reject.
    assert_eq!(
        totals(&ran),
        "8 order lines, 1 capture read = 0 rejected + 0 repeated + 2 superseded + 7 accepted: close"
    );
}

#[test]
fn a_reversal_takes_its_lines_from_the_request() {
    let Some(case) = swedbank_pay(&[
        ("update.json", "update_order_00_request.json"),
        ("reversals/request.json", "v30_v2_reversal_00_request.json"),
        ("reversals/response.json", "v30_v2_reversal_01_response.json"),
        ("reversed.json", "v31_reversal_01_response.json"),
    ]) else {
        return;
    };
    let ran = run(case, 1);
    let expected = [
        format!("order-remaining-capture open {ORDER} 1500 0"),
        format!("order-remaining-reversal open {ORDER} -1500 0"),
        // No document tells of the capture that was reversed.
        format!("reversal-exceeds-capture open {ORDER} P1 0 1000"),
        format!("reversal-exceeds-capture open {ORDER} P2 0 500"),
        format!("vat-rate open {ORDER} P1 200 250"),
        format!("vat-rate open {ORDER} P2 100 125"),
    ];
    assert_eq!(findings(&ran), expected);
    // Request and response tell of one reversal of two lines: one of them is the repeated one.
    assert_eq!(
        totals(&ran),
        "2 order lines, 4 reversals read = 0 rejected + 2 repeated + 0 superseded + 4 accepted: close"
    );
}

#[test]
fn a_request_alone_is_money_that_did_not_move() {
    let Some(case) = swedbank_pay(&[
        ("update.json", "update_order_00_request.json"),
        ("order.json", "update_order_01_request.json"),
        ("captures/request.json", "v30_v2_capture_00_request.json"),
    ]) else {
        return;
    };
    let ran = run(case, 1);
    let uncaptured =
        [format!("line-uncaptured open {ORDER} P1 1000 0"), format!("line-uncaptured open {ORDER} P2 500 0")];
    assert_eq!(findings(&ran)[..2], uncaptured);
    assert_eq!(
        totals(&ran),
        "2 order lines, 2 captures read = 0 rejected + 0 repeated + 0 superseded + 4 accepted: close"
    );
}
