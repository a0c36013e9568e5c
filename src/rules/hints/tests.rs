//! Hints of a few made-up records, each in one kind of slip.

mod planted;

use std::collections::BTreeMap;

use super::*;
use crate::model::currency::Currencies;

/// A record as `order_id=A payee_reference=R-1 12.50 SEK 2026-03-02`, without currency decimals: minor units.
fn candidate(finding: usize, leg: Leg, provider: u32, text: &str) -> Candidate {
    let currencies = Currencies::default();
    let mut made = Candidate {
        finding,
        leg,
        provider: NameId(provider),
        currency: currencies.find(b"SEK").unwrap(),
        amount_minor: 0,
        day: None,
        ids: Vec::new(),
    };
    for word in text.split(' ') {
        if let Some((column, id)) = word.split_once('=') {
            let column = IdColumn::ALL.into_iter().find(|known| known.name() == column).unwrap();
            made.ids.extend(Id::new(column, &id.replace('_', " ")));
        } else if let Ok(day) = word.parse::<NaiveDate>() {
            made.day = Some(day);
        } else if let Some(currency) = currencies.find(word.as_bytes()) {
            made.currency = currency;
        } else {
            made.amount_minor = word.parse().unwrap();
        }
    }
    made.ids.sort_by_key(|id| id.column);
    made
}

/// Operations and rows, a finding each, of one provider.
fn of(operations: &[&str], rows: &[&str]) -> Vec<Candidate> {
    let operations = operations.iter().map(|text| (Leg::Operation, text));
    let all = operations.chain(rows.iter().map(|text| (Leg::Row, text)));
    all.enumerate().map(|(finding, (leg, text))| candidate(finding, leg, 1, text)).collect()
}

/// The hints of all findings: number of the finding, of its counterpart, and the sentence.
fn told(candidates: &[Candidate]) -> Vec<(usize, usize, String)> {
    let currencies = Currencies::default();
    let told =
        |hint: &Hint| (hint.finding, candidates[hint.counterpart].finding, sentence(hint, candidates, &currencies));
    find(candidates).hints.iter().map(told).collect()
}

/// One operation, one row, and what the operation is told; the row is told the same of the operation.
#[test]
fn each_kind_has_its_sentence() {
    let agree = "amount and currency agree";
    let uuid = "3f2c9a10-1b7d-4e52-9c31-5d8e7f60a1b2";
    let cases = [
        // The way of writing.
        ("payee_reference=ABC123 100", "payee_reference=abc123 100", format!("payee_reference ABC123 is abc123 there: only capital letters differ; {agree}")),
        ("payee_reference=AB_C123 100", "payee_reference=ABC123 100", format!("payee_reference \"AB C123\" is ABC123 there: only white space differs; {agree}")),
        ("payee_reference=AB\u{a0}C123 100", "payee_reference=AB_C123 100", format!("payee_reference \"AB\u{a0}C123\" is \"AB C123\" there: only white space differs; {agree}")),
        ("transaction_number=00123 100", "transaction_number=123 100", format!("transaction_number 00123 is 123 there: only leading zeros differ; {agree}")),
        ("transaction_number=00_1a 100", "transaction_number=1A 100", format!("transaction_number \"00 1a\" is 1A there: only capital letters and white space and leading zeros differ; {agree}")),
        ("payee_reference=R1 100", "payee_reference=r1 90", "payee_reference R1 is r1 there: only capital letters differ; the amount differs, 1.00 SEK here and 0.90 SEK there".to_owned()),
        // Another column.
        ("receipt_reference=R1-0007 100", "payee_reference=R1-0007 90", "receipt_reference R1-0007 is the payee_reference there: the same id in another column; the amount differs, 1.00 SEK here and 0.90 SEK there".to_owned()),
        ("transaction_id=10728489593 100", "transaction_number=10728489593 100", format!("transaction_id 10728489593 is the transaction_number there: the same id in another column; {agree}")),
        ("payment_id=AB-77 100", "payee_reference=ab-77 100", format!("payment_id AB-77 is the payee_reference ab-77 there: the same id in another column, only capital letters differ; {agree}")),
        // One slip.
        ("payee_reference=ABC123 100", "payee_reference=ABC132 100", format!("payee_reference ABC123 is ABC132 there: two characters are exchanged; {agree}")),
        ("payee_reference=ABC123 100", "payee_reference=BAC123 90 EUR", "payee_reference ABC123 is BAC123 there: two characters are exchanged; the amount differs, 1.00 SEK here and 0.90 EUR there".to_owned()),
        ("transaction_number=4000123 100", "transaction_number=400123 100", format!("transaction_number 4000123 is 400123 there: one character is missing; {agree}")),
        ("transaction_number=400123 100", "transaction_number=4000123 100", format!("transaction_number 400123 is 4000123 there: one character more; {agree}")),
        ("transaction_number=4000123 100", "transaction_number=4000124 100", format!("transaction_number 4000123 is 4000124 there: one character differs; {agree}")),
        ("payee_reference=ABC12O 100", "payee_reference=ABC120 1000", "payee_reference ABC12O is ABC120 there: one character differs; the amount is 10 times as great there, 1.00 SEK here and 10.00 SEK there".to_owned()),
        (&format!("operation_id={uuid} 100"), &format!("operation_id={}3 100", &uuid[..35]), format!("operation_id {uuid} is {}3 there: one character differs; {agree}", &uuid[..35])),
        // The order.
        ("order_id=1001 operation_id=aaaa 100", "order_id=1001 operation_id=bbbb 100", format!("order_id 1001 agrees; {agree}; operation_id differs, aaaa here and bbbb there")),
        // Amounts alone.
        ("order_id=1001 100 2026-03-02", "transaction_number=7 -100 2026-03-02", "the sign differs, 1.00 SEK here and -1.00 SEK there; the day agrees; no id stands on both".to_owned()),
        ("order_id=1001 100 2026-03-02", "transaction_number=7 100 EUR 2026-03-02", "the currency differs, 1.00 SEK here and 1.00 EUR there; the day agrees; no id stands on both".to_owned()),
        ("order_id=1001 123 2026-03-02", "transaction_number=7 1230 2026-03-03", "the amount is 10 times as great there, 1.23 SEK here and 12.30 SEK there; the day differs, 2026-03-02 here and 2026-03-03 there; no id stands on both".to_owned()),
        ("order_id=1001 -12300 2026-03-02", "transaction_number=7 -123 2026-03-02", "the amount is 100 times as small there, -123.00 SEK here and -1.23 SEK there; the day agrees; no id stands on both".to_owned()),
        ("order_id=1001 100 2026-03-02", "transaction_number=7 100 2026-03-05", format!("{agree}; the day differs, 2026-03-02 here and 2026-03-05 there; no id stands on both")),
        ("order_id=1001 100 2026-03-02", "transaction_number=7 100 2026-03-02", format!("{agree}; the day agrees; no id stands on both")),
        ("order_id=1001 100", "transaction_number=7 100", format!("{agree}; no id stands on both")),
        // A provider whose rows are not matched by that column.
        ("transaction_number=T-1 100", "transaction_number=T-1 100", format!("transaction_number T-1 is the same there, but does not bring records of this provider together; {agree}")),
    ];
    for (operation, row, expected) in cases {
        let candidates = of(&[operation], &[row]);
        let told = told(&candidates);
        assert_eq!(told.first(), Some(&(0, 1, expected)), "{operation} | {row}");
        assert_eq!(told.get(1).map(|(finding, counterpart, _)| (*finding, *counterpart)), Some((1, 0)));
    }
}

#[test]
fn what_ids_and_amounts_deny_is_no_counterpart() {
    let cases = [
        ("payee_reference=ABC123 100", "payee_reference=XYZ987 100"),
        ("payee_reference=ABC123 100", "payee_reference=XYZ987 1000"),
        ("payee_reference=ABC123 100", "transaction_number=7 90"),
        // Numbers of a series are different numbers, unless the amount agrees.
        ("transaction_number=4000123 100", "transaction_number=4000124 90"),
        ("transaction_number=4000123 100 2026-03-02", "transaction_number=4000124 1000 2026-03-02"),
        ("transaction_number=4000123 100", "transaction_number=4000132 100 EUR"),
        ("payee_reference=R1-04711 100", "payee_reference=R1-04712 90"),
        (
            "payee_reference=R1-04711 transaction_number=70001 100",
            "payee_reference=R1-04712 transaction_number=80002 100",
        ),
        // Short ids are not compared by their characters.
        ("payee_reference=ABCD 100", "payee_reference=ABDC 100"),
        // A number of another series, and the order of somebody else.
        ("order_id=10012345 100", "transaction_number=10012345 90"),
        ("order_id=1001 100", "order_id=1001 90"),
        // Without an id: too far apart, or without a day.
        ("order_id=A 100 2026-03-02", "transaction_number=7 100 2026-04-03"),
        ("order_id=A 100 2026-03-02", "transaction_number=7 1000 2026-03-10"),
        ("order_id=A 100", "transaction_number=7 -100"),
        ("order_id=A 0 2026-03-02", "transaction_number=7 0 2026-03-02"),
        ("order_id=A 100 2026-03-02", "transaction_number=7 100000 2026-03-02"),
    ];
    for (operation, row) in cases {
        assert_eq!(told(&of(&[operation], &[row])), [], "{operation} | {row}");
    }
}

/// Finding and counterpart alone.
fn pairs(candidates: &[Candidate]) -> Vec<(usize, usize)> {
    find(candidates).hints.iter().map(|hint| (hint.finding, candidates[hint.counterpart].finding)).collect()
}

#[test]
fn an_id_counts_more_than_amounts_and_equals_give_no_hint() {
    // The amount of row 2 is that of the operation, the id of row 1 nearly is.
    let all = of(&["payee_reference=ABC123 100"], &["payee_reference=abc123 90", "transaction_number=7 100"]);
    assert_eq!(pairs(&all), [(0, 1), (1, 0)]);
    // What is left is taken by the next.
    let all = of(
        &["payee_reference=ABC123 100 2026-03-02", "order_id=A 100 2026-03-02"],
        &["payee_reference=abc123 100 2026-03-02", "transaction_number=7 100 2026-03-02"],
    );
    assert_eq!(pairs(&all), [(0, 2), (1, 3), (2, 0), (3, 1)]);
    // Two rows, or two operations, that are equally near.
    assert_eq!(
        pairs(&of(&["payee_reference=ABC123 100"], &["payee_reference=abc123 100", "payee_reference=Abc123 100"])),
        []
    );
    assert_eq!(pairs(&of(&["order_id=A 100", "order_id=B 100"], &["transaction_number=7 100"])), []);
    // The day does not choose one of a series, but an exchanged digit goes before another one.
    let series = ["transaction_number=4000124 100 2026-03-02", "transaction_number=4000125 100 2026-03-09"];
    assert_eq!(pairs(&of(&["transaction_number=4000123 100 2026-03-02"], &series)), []);
    let all =
        of(&["transaction_number=4000123 100"], &["transaction_number=4000132 100", "transaction_number=4000124 100"]);
    assert_eq!(pairs(&all), [(0, 1), (1, 0)]);
    // The nearer day, where no id says anything.
    let all = of(
        &["order_id=A 100 2026-03-02"],
        &["transaction_number=7 100 2026-03-02", "transaction_number=8 100 2026-03-03"],
    );
    assert_eq!(pairs(&all), [(0, 1), (1, 0)]);
}

#[test]
fn a_crowd_of_one_amount_gives_no_hint_but_ids_among_it_do() {
    let numbers: Vec<String> =
        (0..40).map(|number| format!("transaction_number={} 9900 2026-03-02", 5_000_000 + number * 1_117)).collect();
    let rows: Vec<String> =
        (0..40).map(|number| format!("transaction_number={} 9900 2026-03-02", 70_000_000 + number * 1_117)).collect();
    let mut rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    assert_eq!(pairs(&of(&numbers, &rows)), []);
    // 5 004 468 with two digits exchanged.
    rows[7] = "transaction_number=5004486 9900 2026-03-02";
    assert_eq!(pairs(&of(&numbers, &rows)), [(4, 47), (47, 4)]);
    // Without an id, a crowd hides its amount: neither it nor ten times it is hinted.
    let lone = vec!["order_id=A 9900 2026-03-02"; 20];
    assert_eq!(pairs(&of(&lone, &["transaction_number=7 99000 2026-03-02", "payee_reference=B 9900 2026-03-02"])), []);
}

#[test]
fn never_across_providers_and_one_hint_a_finding() {
    let mut all = of(&["payee_reference=ABC123 100"], &["payee_reference=abc123 100"]);
    all[1].provider = NameId(2);
    assert_eq!(find(&all), Hints::default());
    // A batch of three: two have a counterpart, the likelier one is told.
    let mut all = of(
        &["transaction_number=4000124 700", "payee_reference=ABC123 100", "payee_reference=ZZZ999 55"],
        &["payee_reference=abc123 90", "transaction_number=4000142 700"],
    );
    all[1].finding = 0;
    all[2].finding = 0;
    let batch = "payee_reference ABC123 is abc123 there: only capital letters differ; \
                 the amount differs, 1.00 SEK here and 0.90 SEK there; 1 more of these records has such a counterpart";
    let row = |text: &str| text.to_owned();
    assert_eq!(
        told(&all),
        [
            (0, 3, row(batch)),
            (
                3,
                0,
                row(
                    "payee_reference abc123 is ABC123 there: only capital letters differ; the amount differs, 0.90 SEK here and 1.00 SEK there"
                )
            ),
            (
                4,
                0,
                row(
                    "transaction_number 4000142 is 4000124 there: two characters are exchanged; amount and currency agree"
                )
            ),
        ]
    );
}

#[test]
fn long_ids_are_cut_and_control_characters_are_not_shown() {
    let long = "x".repeat(200);
    let all = of(&[&format!("receipt_reference={long} 1")], &[&format!("payee_reference={long} 1")]);
    let shown = format!("receipt_reference {}\u{2026} is the payee_reference there", "x".repeat(64));
    assert!(told(&all)[0].2.starts_with(&shown), "{:?}", told(&all));
    let all = of(&["payee_reference=AB\u{7}123 1"], &["payee_reference=AB\u{7}132 1"]);
    assert!(told(&all)[0].2.starts_with("payee_reference AB 123 is AB 132 there"), "{:?}", told(&all));
}

#[test]
fn amounts_at_the_end_of_the_range_are_compared() {
    let (most, least) = (i128::MAX.to_string(), i128::MIN.to_string());
    for (one, other) in [(&most, &least), (&least, &least), (&most, &most)] {
        let all =
            of(&[&format!("order_id=A {one} 2026-03-02")], &[&format!("transaction_number=1 {other} 2026-03-02")]);
        assert_eq!(pairs(&all).is_empty(), one != other);
    }
}
