//! RULES section 3, worked out by hand.

use crate::day::*;

const OLD: &str = "2026-01-01";

/// Lines `line gross [related]`, captures and reversals `line amount`, all of order A in SEK and old.
fn line_leg(lines: &[&str], captured: &[&str], reversed: &[&str], expected: &[&str]) {
    let mut text = "order_id,line_id,gross_amount,related_line_id,currency,created_at\n".to_string();
    for line in lines {
        let part: Vec<&str> = line.split(' ').collect();
        let related = part.get(2).unwrap_or(&"");
        text += &format!("A,{},{},{related},SEK,{OLD}\n", part[0], part[1]);
    }
    let operations = |rows: &[&str], kind: &str| {
        let mut text = "order_id,line_id,amount,operation_id,currency,created_at\n".to_string();
        for (number, row) in rows.iter().enumerate() {
            let (line, amount) = row.split_once(' ').expect("line and amount");
            let line = if line == "-" { "" } else { line };
            text += &format!("A,{line},{amount},{kind}{number},SEK,{OLD}\n");
        }
        text
    };
    let files = [orders(&text), captures(&operations(captured, "c")), reversals(&operations(reversed, "r"))];
    assert_leg(&files, "line", expected);
}

#[test]
fn matched_and_missing() {
    line_leg(&["1 100", "2 0"], &["1 100"], &[], &[]);
    line_leg(&["1 100"], &[], &[], &["line-uncaptured open A/1 SEK 100 0 1"]);
    line_leg(&["1 100"], &["1 60"], &[], &["line-undercaptured open A/1 SEK 100 60 1"]);
    line_leg(&["1 100"], &["1 60", "1 40"], &[], &[]);
    line_leg(&["1 100"], &["1 60", "1 41"], &[], &["line-overcaptured open A/1 SEK 100 101 1"]);
    line_leg(&["1 0"], &["1 5"], &[], &["line-overcaptured open A/1 SEK 0 5 1"]);
}

#[test]
fn directions() {
    line_leg(&["1 100"], &["1 -100"], &[], &["line-wrong-direction open A/1 SEK 100 -100 1"]);
    // A discount is captured with its line, and a reversal row with a negative effect counts as its capture.
    line_leg(&["1 -30"], &["1 -30"], &[], &[]);
    line_leg(&["1 -30"], &[], &["1 30"], &[]);
    // Given back: the reversal of order line 2 sums to more than 0 with the discount's negative row.
    let files = [
        orders("order_id,line_id,gross_amount,currency,created_at\nA,1,100,SEK,2026-01-01\nA,2,-30,SEK,2026-01-01"),
        captures("order_id,line_id,amount,currency,created_at\nA,1,100,SEK,2026-01-01\nA,2,-30,SEK,2026-01-01"),
        reversals(
            "order_id,line_id,amount,operation_id,currency,created_at
            A,1,100,r,SEK,2026-01-02
            A,2,-40,r,SEK,2026-01-02",
        ),
    ];
    // Line 2: captured -30, given back 40, so its position is 10 > 0: actual = -30 - 10.
    assert_leg(&files, "line", &["reversal-exceeds-capture open A/2 SEK -30 -40 1"]);
}

#[test]
fn reversed_too_much() {
    line_leg(&["1 100"], &["1 100"], &["1 100"], &[]);
    line_leg(&["1 100"], &["1 100"], &["1 101"], &["reversal-exceeds-capture open A/1 SEK 100 101 1"]);
    line_leg(&["1 100"], &[], &["1 20"], &["reversal-exceeds-capture open A/1 SEK 0 20 1"]);
}

#[test]
fn reversal_lines_that_do_not_fit() {
    line_leg(&["1 100", "2 -40 9"], &["1 100"], &[], &["reversal-line-unlinked open A/2 SEK 0 -40 1"]);
    line_leg(&["1 100", "2 40 1"], &["1 100"], &[], &["reversal-line-unlinked open A/2 SEK 0 40 1"]);
    line_leg(&["1 100", "2 -40 2"], &["1 100"], &[], &["reversal-line-unlinked open A/2 SEK 0 -40 1"]);
    // 3 names a reversal line. 2 reverses 1 before it was captured.
    line_leg(&["1 100", "2 -40 1", "3 10 2"], &["1 60"], &[], &["reversal-line-unlinked open A/3 SEK 0 10 1"]);
    // The third row of the table takes the related line only; the reversal lines are not captured.
    line_leg(
        &["1 100", "2 -70 1", "3 -70 1"],
        &["1 100"],
        &[],
        &[
            "line-uncaptured open A/2 SEK -70 0 1",
            "line-uncaptured open A/3 SEK -70 0 1",
            "reversal-line-exceeds-original open A/1 SEK 100 140 1",
        ],
    );
    // The size of 0 is exceeded by anything, and 0 has the same sign as none.
    line_leg(&["1 0", "2 -1 1"], &["2 -1"], &[], &["reversal-line-exceeds-original open A/1 SEK 0 1 1"]);
}

#[test]
fn the_sum_rule() {
    // Reduced before capture.
    line_leg(&["1 100", "2 -40 1"], &["1 60"], &[], &[]);
    // Cancelled before capture.
    line_leg(&["1 100", "2 -100 1"], &[], &[], &[]);
    // Captured whole, then reversed by naming the original, the reversal line, or as a negative capture.
    line_leg(&["1 100", "2 -40 1"], &["1 100"], &["1 40"], &[]);
    line_leg(&["1 100", "2 -40 1"], &["1 100"], &["2 40"], &[]);
    line_leg(&["1 100", "2 -40 1"], &["1 100", "2 -40"], &[], &[]);
    // Refunded later, beyond the reversal line.
    line_leg(&["1 100", "2 -40 1"], &["1 60"], &["1 60"], &[]);
    // Not taken back: position 100 is beyond 100 - 40.
    line_leg(&["1 100", "2 -40 1"], &["1 100"], &[], &["line-uncaptured open A/2 SEK -40 0 1"]);
    // Captured less than 100 - 40.
    line_leg(
        &["1 100", "2 -40 1"],
        &["1 50"],
        &[],
        &["line-uncaptured open A/2 SEK -40 0 1", "line-undercaptured open A/1 SEK 100 50 1"],
    );
    // captured(L) + their captured = 60 - 40 is below 60, although position(L) = 20 lies well.
    line_leg(&["1 100", "2 -40 1"], &["1 60"], &["2 40"], &["line-undercaptured open A/1 SEK 100 60 1"]);
    // A discount withdrawn.
    line_leg(&["1 -100", "2 40 1"], &["1 -60"], &[], &[]);
    // Two reversal lines, the second executed in part: 90, and 90 - 30, and the position 60 all lie from 60 to 100.
    line_leg(&["1 100", "2 -20 1", "3 -20 1"], &["1 90"], &["2 20", "3 10"], &[]);
    // The rule holds whatever row took L: nothing was captured, so the reversal lines need nothing.
    line_leg(&["1 100", "2 -70 1", "3 -70 1"], &[], &[], &["reversal-line-exceeds-original open A/1 SEK 100 140 1"]);
}

#[test]
fn unknown_orders_and_lines() {
    let files = [
        orders("order_id,line_id,gross_amount,currency,created_at\nA,1,100,SEK,2026-01-01"),
        captures(
            "order_id,line_id,amount,currency,created_at,payee_reference,transaction_number
            A,1,100,SEK,2026-01-01,,
            A,9,7,SEK,2026-01-01,pr,1
            A,9,8,SEK,2026-01-01,pr,2
            A,9,8,NOK,2026-01-01,,
            B,1,5,SEK,2026-01-01,,
            B,,6,NOK,2026-01-01,,",
        ),
        reversals("order_id,line_id,amount,currency,created_at\nB,1,2,SEK,2026-01-01"),
    ];
    let outcome = assert_leg(
        &files,
        "line",
        &[
            "line-unknown open A/9 NOK 0 8 1",
            "line-unknown open A/9 SEK 0 15 2",
            "order-unknown open B/- NOK 0 6 1",
            "order-unknown open B/1 SEK 0 3 2",
        ],
    );
    let row = outcome.findings.iter().find(|f| f.actual == 15).expect("listed above");
    assert_eq!((row.payee_reference.as_str(), row.transaction_number.as_str()), ("pr", ""));
}

#[test]
fn another_currency_on_a_line() {
    let files = [
        orders("order_id,line_id,gross_amount,currency,created_at\nA,1,100,SEK,2026-01-01"),
        captures("order_id,line_id,amount,currency,created_at\nA,1,40,SEK,2026-01-01\nA,1,100,NOK,2026-01-01"),
    ];
    assert_leg(&files, "line", &["line-currency open A/1 SEK 100 40 1"]);
}

#[test]
fn an_order_compared_as_a_whole() {
    line_leg(&["1 100", "2 50"], &["- 150"], &[], &[]);
    line_leg(&["1 100", "2 50"], &["- 100", "1 20"], &[], &["line-undercaptured open A/* SEK 150 120 2"]);
    line_leg(&["1 100", "2 50"], &["- 150"], &["- 151"], &["reversal-exceeds-capture open A/* SEK 150 151 2"]);
    // With reversal lines: captured lies from 60 to 100, net from 0 to 60.
    line_leg(&["1 100", "2 -40 1"], &["- 60"], &[], &[]);
    line_leg(&["1 100", "2 -40 1"], &["- 100"], &["- 40"], &[]);
    line_leg(&["1 100", "2 -40 1"], &["- 100"], &["- 70"], &[]);
    line_leg(&["1 100", "2 -40 1"], &["- 100"], &["- 39"], &["line-overcaptured open A/* SEK 60 61 2"]);
    line_leg(&["1 100", "2 -40 1"], &["- 50"], &[], &["line-undercaptured open A/* SEK 60 50 2"]);
    let files = [
        orders("order_id,line_id,gross_amount,currency,created_at\nA,1,100,SEK,2026-01-01\nA,2,9,EUR,2026-01-01"),
        captures("order_id,amount,currency,created_at\nA,100,SEK,2026-01-01\nA,7,NOK,2026-01-01"),
    ];
    assert_leg(&files, "line", &["line-uncaptured open A/* EUR 9 0 1", "line-unknown open A/* NOK 0 7 1"]);
}

#[test]
fn vat() {
    let lines = "order_id,line_id,gross_amount,vat_amount,vat_rate,currency,created_at
        A,1,125,25,2500,SEK,2026-01-01
        A,2,125,27,2500,SEK,2026-01-01
        A,3,-3,-1,2500,SEK,2026-01-01
        A,4,100,,,SEK,2026-01-01";
    // 125 at 25 % holds 25; -3 holds -0.6, rounded -1.
    let captured = "order_id,line_id,amount,vat_amount,currency,created_at
        A,1,100,20,SEK,2026-01-01
        A,1,25,3,SEK,2026-01-01
        A,2,125,27,SEK,2026-01-01
        A,3,-3,,SEK,2026-01-01
        A,4,100,20,SEK,2026-01-01";
    assert_leg(
        &[orders(lines), captures(captured)],
        "line",
        &["line-vat open A/1 SEK 25 23 1", "vat-rate open A/2 SEK 25 27 1"],
    );
}

#[test]
fn vat_of_a_reversal_line_is_net() {
    // Line 2 is captured -50 + -10: VAT -10 from the capture, and the reversal's 9 with the sign of its effect.
    let files = [
        orders(
            "order_id,line_id,gross_amount,vat_amount,related_line_id,currency,created_at
            A,1,100,20,,SEK,2026-01-01
            A,2,-60,-12,1,SEK,2026-01-01",
        ),
        captures(
            "order_id,line_id,amount,vat_amount,currency,created_at
            A,1,100,20,SEK,2026-01-01
            A,2,-50,-10,SEK,2026-01-01",
        ),
        reversals("order_id,line_id,amount,vat_amount,currency,created_at\nA,2,10,9,SEK,2026-01-01"),
    ];
    assert_leg(&files, "line", &["line-vat open A/2 SEK -12 -19 1"]);
}

#[test]
fn pending_counts_days_in_the_zone() {
    // 23:30 UTC on the 23rd is the 24th in Stockholm: 7 days before the 31st.
    for (created_at, status) in [("2026-01-23T23:30:00Z", "pending"), ("2026-01-23T22:30:00Z", "open")] {
        let lines = format!("order_id,line_id,gross_amount,currency,created_at\nA,1,100,SEK,{created_at}");
        assert_leg(&[orders(&lines)], "line", &[&format!("line-uncaptured {status} A/1 SEK 100 0 1")]);
    }
}

#[test]
fn cancelled() {
    for (cancelled, expected) in [
        ("150", &[][..]),
        ("149", &["line-uncaptured open A/1 SEK 100 0 1", "line-undercaptured open A/2 SEK 100 50 1"]),
    ] {
        let lines = format!(
            "order_id,line_id,gross_amount,cancelled_amount,currency,created_at
            A,1,100,{cancelled},SEK,2026-01-01
            A,2,100,,SEK,2026-01-01"
        );
        let captured = "order_id,line_id,amount,currency,created_at\nA,2,50,SEK,2026-01-01";
        assert_leg(&[orders(&lines), captures(captured)], "line", expected);
    }
    // The statements come from the line with the latest updated_at, here one that states nothing.
    let lines = "order_id,line_id,gross_amount,cancelled_amount,updated_at,currency,created_at
        A,1,100,100,,SEK,2026-01-01
        A,2,0,,2026-01-02,SEK,2026-01-01";
    assert_leg(&[orders(lines)], "line", &["line-uncaptured open A/1 SEK 100 0 1"]);
}

#[test]
fn statements_of_an_order() {
    let lines = "order_id,line_id,gross_amount,order_amount,cancelled_amount,remaining_capture_amount,remaining_reversal_amount,currency,created_at
        A,1,100,151,10,40,100,SEK,2026-01-01
        A,2,50,,,,,SEK,2026-01-01
        A,3,7,,,,,NOK,2026-01-01";
    let captured = "order_id,line_id,amount,operation_id,currency,created_at
        A,1,100,c,SEK,2026-01-01
        A,9,5,c,SEK,2026-01-01
        A,3,7,c,NOK,2026-01-01";
    let reversed = "order_id,line_id,amount,operation_id,currency,created_at\nA,1,30,r,SEK,2026-01-01";
    assert_leg(
        &[orders(lines), captures(captured), reversals(reversed)],
        "line",
        &[
            "line-uncaptured open A/2 SEK 50 0 1",
            "line-unknown open A/9 SEK 0 5 1",
            // 151 - 10 - 105 and 105 - 30
            "order-remaining-capture open A/- SEK 36 40 2",
            "order-remaining-reversal open A/- SEK 75 100 2",
            "order-total open A/- SEK 150 151 2",
        ],
    );
}

#[test]
fn statements_of_an_order_with_reversal_lines() {
    // Captured 100, 40 taken back by naming the original and 10 more refunded: captured 60, reversed 10.
    let lines = "order_id,line_id,gross_amount,related_line_id,order_amount,remaining_capture_amount,remaining_reversal_amount,currency,created_at
        A,1,100,,60,0,50,SEK,2026-01-01
        A,2,-40,1,60,0,50,SEK,2026-01-01";
    let captured = "order_id,line_id,amount,currency,created_at\nA,1,100,SEK,2026-01-01";
    let by_original = "order_id,line_id,amount,currency,created_at\nA,1,50,SEK,2026-01-01";
    assert_leg(&[orders(lines), captures(captured), reversals(by_original)], "line", &[]);
    // The same, with the 40 on the reversal line.
    let on_line = "order_id,line_id,amount,currency,created_at\nA,1,10,SEK,2026-01-01\nA,2,40,SEK,2026-01-01";
    assert_leg(&[orders(lines), captures(captured), reversals(on_line)], "line", &[]);
    // And as a whole.
    let whole = "order_id,line_id,amount,currency,created_at\nA,,50,SEK,2026-01-01";
    assert_leg(&[orders(lines), captures(captured), reversals(whole)], "line", &[]);
}
