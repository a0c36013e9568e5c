//! RULES sections 2, 5 and 8, worked out by hand.

use crate::day::reconcile;
use crate::day::*;
use crate::reference::{Dataset, InputFile, Totals};

fn totals(file: InputFile) -> Totals {
    let dataset = file.dataset;
    run(&[file]).totals[&dataset]
}

fn counts(file: InputFile) -> [u64; 5] {
    let t = totals(file);
    [t.read, t.rejected, t.repeated, t.superseded, t.accepted]
}

#[test]
fn what_is_rejected() {
    let bad = "order_id,line_id,gross_amount,currency,created_at,quantity,vat_rate,vat_amount
        A,1,100,SEK,2026-01-01,1.0000,1000000,+5
        A,2, 100 ,SEK,2026-01-01 10:00:00.25,-1,,
        A,3,100.0,SEK,2026-01-01,,,
        A,4,100,sek,2026-01-01,,,
        A,5,100,SEK,2026-02-29,,,
        A,6,100,SEK,2026-01-01T10:00,,,
        A,,100,SEK,2026-01-01,,,
        A,8,100,SEK,2026-01-01,1.00000,,
        A,9,100,SEK,2026-01-01,,1000001,
        A,10,100,SEK,2026-01-01,,-1,
        A,11,9223372036854775808,SEK,2026-01-01,,,
        A,12,-9223372036854775808,SEK,2026-01-01,,,
        A,13,100,SEK,2026-01-01,,
        A,14,100,SEK,2026-01-01,,,,
        A,15,100,SEK,2026-01-01,,,\u{b2}";
    assert_eq!(counts(orders(bad)), [15, 12, 0, 0, 3]);
    assert_eq!(run(&[orders(bad)]).exit_status, 3);
    let mut not_text = orders("order_id,line_id,gross_amount,currency,created_at,note\nA,1,1,SEK,2026-01-01,x");
    *not_text.bytes.last_mut().expect("not empty") = 0xFF;
    assert_eq!(counts(not_text), [1, 1, 0, 0, 0]);
}

#[test]
fn what_stops_the_run() {
    assert_eq!(run(&[orders("order_id,line_id,gross_amount,currency\nA,1,1,SEK")]).exit_status, 2);
    assert_eq!(run(&[orders("")]).exit_status, 2);
    assert_eq!(run(&[settlements("currency,gross_amount")]).exit_status, 0);
}

#[test]
fn headers_and_quotes() {
    let text = "\u{feff}created_at,\"line_id\", order_id ,gross_amount,currency,currency,note\r\n\r\n\
        2026-01-01,\"1\",A,100,SEK,kr,\"two\r\nlines, and \"\"quotes\"\"\"\r2026-01-01,2,A,1\"\"0,SEK,kr,5\" pipe";
    let file = InputFile { dataset: Dataset::Orders, provider: None, bytes: text.as_bytes().to_vec() };
    assert_eq!(counts(file), [2, 1, 0, 0, 1]);
}

#[test]
fn instants_in_a_zone() {
    // All are one instant or content, so later ones repeat the first: missing hour with the winter offset, doubled hour first.
    for same in [
        ["2026-03-29 02:30:00", "2026-03-29T01:30:00Z", "2026-03-29T03:30:00.000+02:00"],
        ["2026-10-25T02:30:00", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00+02:00"],
        ["2026-01-01", "2025-12-31T23:00:00Z", "2026-01-01T00:00:00"],
    ] {
        let mut text = "order_id,line_id,gross_amount,currency,created_at".to_string();
        for created_at in same {
            text += &format!("\nA,1,1,SEK,{created_at}");
        }
        assert_eq!(counts(orders(&text)), [3, 0, 2, 0, 1]);
    }
}

#[test]
fn repeated_superseded_and_conflicts() {
    let header = "order_id,amount,currency,created_at,line_id,operation_id,state,updated_at,vat_amount";
    let rows = |rows: &[&str]| captures(&format!("{header}\n{}", rows.join("\n")));
    let same = ["A,100,SEK,2026-01-01,1,o,,,", "A,+100,SEK,2025-12-31T23:00:00Z,1,o,SUCCESS,,"];
    assert_eq!(counts(rows(&same)), [2, 0, 1, 0, 1]);
    // Later wins, even when not completed.
    let later = ["A,100,SEK,2026-01-01,1,o,,,", "A,90,SEK,2026-01-01,1,o,failed,2026-01-02,"];
    assert_eq!(counts(rows(&later)), [2, 0, 0, 1, 1]);
    assert_eq!(found(&run(&[rows(&later)])), Vec::<String>::new());
    // At one time the completed one wins.
    let tied = ["A,100,SEK,2026-01-01,1,o,,,", "A,90,SEK,2026-01-01,1,o,failed,,"];
    assert_eq!(found(&run(&[rows(&tied)])), Vec::<String>::new());
    // Conflicts: the smallest amount, then the absent VAT.
    let conflict = ["A,100,SEK,2026-01-01,1,o,,,", "A,-9,SEK,2026-01-01,1,o,,,1", "A,-9,SEK,2026-01-01,1,o,,,"];
    let expected = ["record-conflict open A/1 SEK -9 -9 2", "record-conflict open A/1 SEK -9 100 2"];
    assert_eq!(found(&run(&[rows(&conflict)])), expected);
    assert_eq!(counts(rows(&conflict)), [3, 0, 0, 2, 1]);
    // Rows without an id are never repeated; another line, order, currency or kind of id is another slot.
    let apart = [
        "A,100,SEK,2026-01-01,1,,,,",
        "A,100,SEK,2026-01-01,1,,,,",
        "A,100,SEK,2026-01-01,1,o,,,",
        "A,100,SEK,2026-01-01,2,o,,,",
        "A,100,NOK,2026-01-01,1,o,,,",
        "B,100,SEK,2026-01-01,1,o,,,",
    ];
    assert_eq!(counts(rows(&apart)), [6, 0, 0, 0, 6]);
}

#[test]
fn the_first_id_names_an_operation() {
    let header =
        "order_id,amount,currency,created_at,provider,operation_id,transaction_id,transaction_number,payee_reference";
    let rows = |rows: &[&str]| captures(&format!("{header}\n{}", rows.join("\n")));
    // Equal ids of two kinds are not one, and the transaction goes before its number.
    let kinds = ["A,1,SEK,2026-01-01,,,5,,", "A,2,SEK,2026-01-01,,,,5,", "A,3,SEK,2026-01-01,,,5,6,"];
    assert_eq!(counts(rows(&kinds)), [3, 0, 0, 1, 2]);
    let dintero = ["A,1,SEK,2026-01-01,dintero,,5,,", "A,2,SEK,2026-01-01,dintero,,5,,"];
    assert_eq!(counts(rows(&dintero)), [2, 0, 0, 0, 2]);
}

#[test]
fn order_lines_are_one_by_their_key_in_any_currency() {
    let text = "order_id,line_id,gross_amount,currency,created_at
        A,1,100,SEK,2026-01-01
        A,1,70,NOK,2026-01-01";
    let outcome = run(&[orders(text)]);
    assert_eq!(leg(&outcome, "record"), ["record-conflict open A/1 NOK 70 100 2"]);
}

#[test]
fn completed_rows_are_the_operation() {
    // Lines 1 and 2 of one operation, the second failed: only 100 moved.
    let captured = "order_id,line_id,amount,currency,created_at,operation_id,state
        A,1,100,SEK,2026-01-01,o,
        A,2,50,SEK,2026-01-01,o,failed";
    let settled = "gross_amount,currency,operation_id\n100,SEK,o";
    assert_eq!(found(&run(&[captures(captured), settlements(settled)])), Vec::<String>::new());
}

#[test]
fn signs_of_reversals() {
    let settled = "gross_amount,currency,operation_id\n-70,SEK,a\n-60,SEK,b\n40,SEK,c";
    // a: 100 and a discount given back; b is signed already; c reads as signed: its row is -40.
    let reversed = "order_id,line_id,amount,currency,created_at,operation_id
        A,1,100,SEK,2026-01-01,a
        A,2,-30,SEK,2026-01-01,a
        A,1,-100,SEK,2026-01-01,b
        A,2,40,SEK,2026-01-01,b
        A,2,-40,SEK,2026-01-01,c";
    let outcome = run(&[reversals(reversed), settlements(settled)]);
    assert_eq!(found(&outcome), ["settled-direction open A/2 SEK -40 40 2"]);
}

#[test]
fn repeated_files() {
    let one = settlements("gross_amount,currency\n5,SEK");
    let other_provider = InputFile { provider: Some("q".to_string()), ..one.clone() };
    let outcome = run(&[one.clone(), other_provider, one.clone(), one]);
    let listed: Vec<_> = outcome.findings.iter().filter(|f| f.leg == "file").collect();
    assert_eq!(listed.len(), 2);
    assert_eq!((listed[0].status.as_str(), listed[0].provider.as_str(), listed[0].count), ("listed", "p", 1));
    assert_eq!(outcome.totals[&Dataset::Settlements].read, 2);
}

#[test]
fn nets() {
    let text = "gross_amount,currency,fee_amount,net_amount,kind,settlement_id
        100,SEK,2,98,fee,R
        100,SEK,2,99,fee,R
        -100,SEK,-2,-98,payout,R
        100,SEK,,90,fee,R";
    assert_eq!(found(&run(&[settlements(text)])), ["file-net open -/- SEK 98 99 1"]);
}

#[test]
fn gaps() {
    let ids = ["R1-0002", "R1-5", "R1-0009", "R1-0009", "12-1", "12-9", "Q-1", "Q-1234567890", "Q-2", "x"];
    let mut text = "gross_amount,currency,kind,settlement_id".to_string();
    for id in ids {
        text += &format!("\n1,SEK,fee,{id}");
    }
    let outcome = run(&[settlements(&text)]);
    let gaps: Vec<_> =
        outcome.findings.iter().map(|f| (f.settlement_id.as_str(), f.count, f.currency.as_str())).collect();
    assert_eq!(gaps, [("R1-0003", 2, ""), ("R1-0006", 3, "")]);
}

#[test]
fn providers() {
    let text = "gross_amount,currency,provider\n1,SEK,x\n1,SEK,";
    let mut named = settlements(text);
    let mut settings = settings();
    settings.default_provider = "shop".to_string();
    let names = |files: &[InputFile]| {
        reconcile(files, &settings).findings.iter().map(|f| f.provider.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&[named.clone()]), ["p", "x"]);
    named.provider = None;
    assert_eq!(names(&[named]), ["shop", "x"]);
}

#[test]
fn findings_are_sorted() {
    let (mut last, mut legs) = (None, Vec::new());
    let (files, settings) = crate::reference::random_day::random_day(3);
    for row in reconcile(&files, &settings).findings {
        let key = (row.leg.clone(), row.code.clone(), row.provider.clone(), row.order_id.clone(), row.line_id.clone());
        assert!(last.as_ref().is_none_or(|l| *l <= key));
        legs.push(row.leg);
        last = Some(key);
    }
    assert!(!legs.is_empty());
}
