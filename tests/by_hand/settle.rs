//! RULES section 4 and the batches of section 5, worked out by hand.

use crate::day::reconcile;
use crate::day::*;
use crate::reference::{Outcome, ProviderSettings};

/// Captures `transaction_number effect [number]`, rows the same; negative captures stand for reversals.
fn day(operations: &[&str], rows: &[&str]) -> [crate::reference::InputFile; 2] {
    let split = |text: &str| -> Vec<String> {
        let stated = |part: &str| {
            if part == "-" { String::new() } else { part.to_string() }
        };
        let mut parts: Vec<String> = text.split(' ').map(stated).collect();
        parts.resize(4, String::new());
        parts
    };
    let mut captured =
        "transaction_number,amount,reconciliation_number,state,operation_id,order_id,currency,created_at\n".to_string();
    for (at, operation) in operations.iter().enumerate() {
        let p = split(operation);
        captured += &format!("{},{},{},{},o{at},A{at},SEK,2026-01-01\n", p[0], p[1], p[2], p[3]);
    }
    let mut settled = "transaction_number,gross_amount,reconciliation_number,kind,settlement_id,currency\n".to_string();
    for (at, row) in rows.iter().enumerate() {
        let p = split(row);
        settled += &format!("{},{},{},{},s{at},SEK\n", p[0], p[1], p[2], p[3]);
    }
    [captures(&captured), settlements(&settled)]
}

/// `code status currency expected actual count settlement_id`
fn leg_of(outcome: &Outcome, wanted: &str) -> Vec<String> {
    let rows = outcome.findings.iter().filter(|f| f.leg == wanted);
    rows.map(|f| {
        format!("{} {} {} {} {} {} {}", f.code, f.status, f.currency, f.expected, f.actual, f.count, f.settlement_id)
    })
    .map(|t| t.trim_end().to_string())
    .collect()
}

fn operation_leg(operations: &[&str], rows: &[&str], expected: &[&str]) -> Outcome {
    let outcome = run(&day(operations, rows));
    assert_eq!(leg_of(&outcome, "operation"), expected);
    assert!(outcome.batches.iter().all(|b| b.residual == 0));
    outcome
}

#[test]
fn pairs_and_groups() {
    operation_leg(&["1 100", "2 -40"], &["1 100", "2 -40"], &[]);
    operation_leg(&["1 100"], &["1 60", "1 40"], &[]);
    operation_leg(&["1 60", "1 40"], &["1 100"], &[]);
    operation_leg(&["1 60", "1 40"], &["1 70", "1 30"], &[]);
}

#[test]
fn one_against_one() {
    operation_leg(&["1 100"], &["1 99"], &["settled-amount open SEK 100 99 2 s0"]);
    operation_leg(&["1 100"], &["1 -100"], &["settled-direction open SEK 100 -100 2 s0"]);
    operation_leg(&["1 100"], &["1 0"], &["settled-amount open SEK 100 0 2 s0"]);
    let files = [
        captures("order_id,amount,currency,created_at,transaction_number\nA,100,SEK,2026-01-01,1"),
        settlements("gross_amount,currency,transaction_number\n100,NOK,1"),
    ];
    assert_eq!(leg_of(&run(&files), "operation"), ["settled-currency open SEK 100 0 2"]);
}

#[test]
fn ambiguous_names_all_in_each_currency() {
    let files = [
        captures(
            "order_id,amount,currency,created_at,transaction_number\nA,100,SEK,2026-01-01,1\nA,5,NOK,2026-01-01,1",
        ),
        settlements("gross_amount,currency,transaction_number\n60,SEK,1\n30,SEK,1"),
    ];
    let found = leg_of(&run(&files), "operation");
    assert_eq!(found, ["ambiguous open NOK 5 0 4", "ambiguous open SEK 100 90 4"]);
}

#[test]
fn left_on_one_side() {
    operation_leg(&["1 100"], &["1 100", "1 100"], &["settled-twice open SEK 0 100 1 s1"]);
    operation_leg(&["1 100", "1 100"], &["1 100"], &["unsettled open SEK 100 0 1"]);
    operation_leg(&["1 100"], &["2 100"], &["settled-unknown open SEK 0 100 1 s0", "unsettled open SEK 100 0 1"]);
    operation_leg(&["1 0"], &["2 0"], &["settled-unknown open SEK 0 0 1 s0"]);
}

#[test]
fn own_number_first() {
    let outcome = operation_leg(
        &["1 100 B", "1 100 A"],
        &["1 100 A", "1 100 C", "1 100 B"],
        &["settled-twice open SEK 0 100 1 s1"],
    );
    assert_eq!(outcome.batches.iter().map(|b| b.difference).collect::<Vec<_>>(), [0, 0, 100]);
}

#[test]
fn kinds_that_take_no_part() {
    operation_leg(&["1 100"], &["1 100 - Fee"], &["unsettled open SEK 100 0 1"]);
    operation_leg(&["1 100"], &["1 100 - CAPTURE"], &[]);
}

#[test]
fn not_completed() {
    operation_leg(&["1 100 - failed"], &["2 5"], &["settled-unknown open SEK 0 5 1 s0"]);
    operation_leg(&["1 100 - failed"], &["1 100"], &["settled-not-completed open SEK 0 100 2 s0"]);
    operation_leg(&["1 100", "1 50 - failed"], &["1 100", "1 50"], &["settled-not-completed open SEK 0 50 2 s1"]);
    operation_leg(
        &["1 100", "1 50 - failed"],
        &["1 100", "1 50", "1 50"],
        &["settled-not-completed open SEK 0 50 2 s1", "settled-twice open SEK 0 50 1 s2"],
    );
    // The completed one uses the row first.
    operation_leg(&["1 100", "1 50 - failed"], &["1 50"], &["settled-amount open SEK 100 50 2 s0"]);
}

#[test]
fn later_rounds() {
    let files = [
        captures(
            "order_id,amount,currency,created_at,transaction_number,payee_reference
            A,100,SEK,2026-01-01,1,P
            B,70,SEK,2026-01-01,,Q",
        ),
        settlements(
            "gross_amount,currency,transaction_number,payee_reference
            100,SEK,,P
            70,SEK,9,Q",
        ),
    ];
    assert_eq!(leg_of(&run(&files), "operation"), Vec::<String>::new());
    let mut keyed = settings();
    let keys = Some(vec!["transaction_number".to_string()]);
    keyed.providers.insert("p".to_string(), ProviderSettings { keys, unique_reference: None });
    let found = leg_of(&reconcile(&files, &keyed), "operation");
    assert_eq!(found.iter().filter(|f| f.starts_with("unsettled")).count(), 2);
}

#[test]
fn missing_batches() {
    let outcome =
        operation_leg(&["1 100 B1", "2 50 B1", "3 7 B2", "4 0 B3"], &["9 1 B2 fee"], &["unsettled open SEK 7 0 1"]);
    assert_eq!(leg_of(&outcome, "batch"), ["batch-missing open SEK 150 0 2"]);
    assert_eq!(outcome.findings[0].reconciliation_number, "B1");
    let rows: Vec<_> =
        outcome.batches.iter().map(|b| (b.reconciliation_number.as_str(), b.operation_count, b.difference)).collect();
    assert_eq!(rows, [("B1", 2, -150), ("B2", 1, -7), ("B3", 1, 0)]);
}

#[test]
fn wrong_batch_explains_both_batches() {
    let outcome = operation_leg(&["1 100 B1"], &["1 100 B2"], &["wrong-batch open SEK 100 100 2 s0"]);
    let explained: Vec<_> = outcome.batches.iter().map(|b| b.explained.get("wrong-batch").copied()).collect();
    assert_eq!(explained, [Some(-100), Some(100)]);
    // One side without a number is no wrong batch; a stated batch without rows is explained by the match.
    let outcome = operation_leg(&["1 100 B1"], &["1 100"], &[]);
    let explained: Vec<_> = outcome.batches.iter().map(|b| b.explained.get("matched").copied()).collect();
    assert_eq!(explained, [Some(100), Some(-100)]);
    // An operation without a number belongs to the batch of its row.
    let outcome = operation_leg(&["1 100"], &["1 100 B2"], &[]);
    assert_eq!((outcome.batches.len(), outcome.batches[0].operation_count), (1, 1));
}

#[test]
fn tolerance_and_budget() {
    let mut tolerant = settings();
    tolerant.amount_tolerance.insert("SEK".to_string(), 3);
    tolerant.tolerance_budget.insert("SEK".to_string(), 3);
    // 100 takes 100; of 98 and 95 the row 97 is nearest to 98.
    let files = day(&["1 100", "1 95", "1 98"], &["1 97", "1 100"]);
    let outcome = reconcile(&files, &tolerant);
    assert_eq!(leg_of(&outcome, "operation"), ["unsettled open SEK 95 0 1"]);
    assert_eq!(outcome.batches[0].explained, [("tolerance".to_string(), -1), ("unsettled".to_string(), -95)].into());
    let files = day(&["1 100", "2 50"], &["1 98", "2 52"]);
    assert_eq!(leg_of(&reconcile(&files, &tolerant), "operation"), ["tolerance-budget open SEK 3 4 2"]);
}

#[test]
fn references_used_twice() {
    let header = "order_id,amount,currency,created_at,payee_reference,operation_id,provider";
    let captured = format!("{header}\nA,100,SEK,2026-01-02,P,1,\nA,30,SEK,2026-01-01,P,2,\nA,5,NOK,2026-01-03,P,3,");
    let found = leg_of(&run(&[captures(&captured)]), "operation");
    assert_eq!(found, ["reference-reused open SEK 30 130 3"]);
    let captured = format!("{header}\nA,100,SEK,2026-01-02,P,1,dintero\nA,30,SEK,2026-01-01,P,2,dintero");
    assert_eq!(leg_of(&run(&[captures(&captured)]), "operation"), Vec::<String>::new());
}

#[test]
fn stated_totals() {
    let reversed = "order_id,line_id,amount,currency,created_at,operation_id,operation_amount
        A,1,60,SEK,2026-01-01,r,-100
        A,2,30,SEK,2026-01-01,r,-100
        A,1,-60,SEK,2026-01-01,q,60";
    assert_eq!(leg_of(&run(&[reversals(reversed)]), "operation"), ["items-total open SEK 100 90 1"]);
}

#[test]
fn pending_until_settled() {
    let captured = "order_id,amount,currency,created_at,transaction_number,reconciliation_number
        A,100,SEK,2026-01-26,1,
        A,100,SEK,2026-01-25,2,
        A,7,SEK,2026-01-25,3,B
        A,7,SEK,2026-01-26,4,B";
    let files = [captures(captured), settlements("gross_amount,currency\n5,SEK")];
    let found = leg_of(&run(&files), "operation");
    assert_eq!(
        found,
        ["settled-unknown open SEK 0 5 1", "unsettled pending SEK 100 0 1", "unsettled open SEK 100 0 1"]
    );
    assert_eq!(leg_of(&run(&files), "batch"), ["batch-missing pending SEK 14 0 2"]);
    // Without a settlement row the leg is skipped, and there is no batch.
    let skipped = run(&files[..1]);
    assert_eq!((skipped.findings.len(), skipped.batches.len(), skipped.exit_status), (0, 0, 0));
}
