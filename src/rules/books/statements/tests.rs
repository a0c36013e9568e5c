//! Statements that follow on each other, and entries that are told twice.

use super::*;

fn on(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, day).unwrap()
}

fn statement(id: &str, (from, opening): (u32, i64), sum: i64, (to, closing): (u32, i64)) -> Statement {
    Statement {
        kind: StatementKind::Statement,
        account: "SE1".to_owned(),
        currency: "SEK".to_owned(),
        statement_id: id.to_owned(),
        number: None,
        opening: Some(Balance { amount_minor: opening, on: on(from) }),
        closing: Some(Balance { amount_minor: closing, on: on(to) }),
        entry_count: 1,
        entry_sum_minor: sum.into(),
        booked: Some((on(from), on(to))),
        entries: Vec::new(),
        source: format!("{id}.xml:2"),
    }
}

/// `settlement_id expected actual count which | sources`.
fn gaps(statements: &[Statement]) -> Vec<String> {
    let shown = |finding: &Finding| match &finding.note {
        Note::Books(note) => format!(
            "{} {} {} {} {} | {}",
            note.settlement_id, finding.expected_minor, finding.actual_minor, finding.count, note.which, note.sources
        ),
        _ => panic!("a finding of the books"),
    };
    chain(statements, &Currencies::default()).iter().map(shown).collect()
}

#[test]
fn statements_follow_on() {
    let first = statement("S1", (1, 100), 50, (1, 150));
    let second = statement("S2", (2, 150), -150, (2, 0));
    let third = statement("S3", (3, 0), 7, (3, 7));
    let none: [&str; 0] = [];
    assert_eq!(gaps(&[third.clone(), first.clone(), second.clone()]), none);
    // A repetition counts once, wherever it stands.
    let again = Statement { source: "copy.xml:2".to_owned(), ..second.clone() };
    assert_eq!(gaps(&[again, third.clone(), first.clone(), second.clone()]), none);
    assert_eq!(gaps(&[first.clone(), third.clone()]), ["S3 150 0 2 opening SE1 2026-10-03 | S1.xml:2; S3.xml:2"]);
    let wrong = statement("S2", (2, 150), -149, (2, 0));
    assert_eq!(gaps(&[wrong]), ["S2 1 0 1 closing SE1 2026-10-02 | S2.xml:2"]);
    // Other accounts, currencies, advice and lists are no part of the series; nor is what states no balance.
    let others = [
        Statement { account: "SE2".to_owned(), ..third.clone() },
        Statement { currency: "EUR".to_owned(), ..third.clone() },
        Statement { kind: StatementKind::Advice, ..third.clone() },
        Statement { kind: StatementKind::List, ..third.clone() },
        Statement { opening: None, ..third.clone() },
        first.clone(),
        second,
    ];
    assert_eq!(gaps(&others), none);
    let explained = chain(&[first, third], &Currencies::default());
    let Note::Books(note) = &explained[0].note else { panic!("a finding of the books") };
    assert_eq!(
        note.explanation,
        "Statement S3 of account SE1 from 2026-10-03 to 2026-10-03 opens with 0.00 SEK, but the one before ended with \
         1.50 SEK on 2026-10-01: a statement between them was not given, or one of them was changed"
    );
    assert_eq!(note.since, Some(on(3)));
}

#[test]
fn statements_of_one_day_follow_on_in_the_one_way_that_they_can() {
    let parts = [(0, 30), (30, -10), (20, 5), (25, 75)];
    let day: Vec<Statement> = parts
        .iter()
        .zip(["D", "B", "C", "A"])
        .map(|((opening, sum), id)| statement(id, (2, *opening), *sum, (2, opening + sum)))
        .collect();
    let before = statement("Z", (1, 5), -5, (1, 0));
    let mut all = vec![before];
    all.extend(day);
    let none: [&str; 0] = [];
    assert_eq!(gaps(&all), none);
}

fn entry(id: &str, amount_minor: i64, references: &[&str]) -> Entry {
    Entry {
        booked_on: on(5),
        amount_minor,
        provider: None,
        references: references.iter().map(|key| (*key).to_owned()).collect(),
        bank_reference: id.to_owned(),
        source: format!("x:{id}{amount_minor}"),
    }
}

fn holding(kind: StatementKind, id: &str, entries: &[Entry]) -> Statement {
    Statement { kind, entries: entries.to_vec(), ..statement(id, (5, 0), 0, (5, 0)) }
}

/// `amount references source`.
fn counted(statements: &[Statement]) -> Vec<String> {
    let mut turned = statements.to_vec();
    turned.reverse();
    let found = booked(statements);
    assert_eq!(found, booked(&turned), "in any order");
    let shown = |booked: &BookedEntry| {
        format!("{} {} {}", booked.entry.amount_minor, booked.entry.references.join(","), booked.entry.source)
    };
    found.iter().map(shown).collect()
}

#[test]
fn an_entry_counts_once_however_often_it_is_told() {
    use StatementKind::{Advice, List, Statement as Whole};
    let own = holding(Whole, "S", &[entry("e", 100, &["R0001"]), entry("", 100, &[]), entry("g", 7, &["R0007"])]);
    let repeated = Statement { source: "copy.xml:9".to_owned(), ..own.clone() };
    let alone = ["100  x:100", "100 R0001 x:e100", "7 R0007 x:g7"];
    let sorted = |mut texts: Vec<String>| {
        texts.sort_unstable();
        texts
    };
    assert_eq!(sorted(counted(&[own.clone(), repeated])), alone);
    // By the bank's reference, by another one, and where one of them is silent.
    let advised = holding(
        Advice,
        "A",
        &[entry("e", 100, &["R0002"]), entry("q", 7, &["R0007", "R0008"]), entry("", 100, &["R0009"])],
    );
    assert_eq!(
        sorted(counted(&[own.clone(), advised.clone()])),
        ["100 R0001,R0002 x:e100; x:e100", "100 R0009 x:100; x:100", "7 R0007,R0008 x:g7; x:q7"]
    );
    // Advice alone counts; what a second advice tells again under the bank's reference does not.
    let second = holding(Advice, "B", &[entry("e", 100, &["R0002"]), entry("", 7, &[])]);
    assert_eq!(
        sorted(counted(&[advised.clone(), second])),
        ["100 R0002 x:e100; x:e100", "100 R0009 x:100", "7  x:7", "7 R0007,R0008 x:q7"]
    );
    // Other references tell other entries.
    let other = holding(Advice, "C", &[entry("z", 7, &["R0099"])]);
    assert_eq!(sorted(counted(&[own, other])), ["100  x:100", "100 R0001 x:e100", "7 R0007 x:g7", "7 R0099 x:z7"]);
    let list = holding(List, "L", &[entry("e", 100, &["R0002"])]);
    assert_eq!(sorted(counted(&[list, advised])).len(), 3);
}

#[test]
fn details_stand_for_their_sum() {
    let own = holding(StatementKind::Statement, "S", &[entry("b", 100, &["B0001"]), entry("c", 100, &["C0001"])]);
    let advised = holding(StatementKind::Advice, "A", &[entry("b", 60, &["R0001"]), entry("b", 40, &["R0002"])]);
    let mut found = counted(&[own.clone(), advised]);
    found.sort_unstable();
    assert_eq!(found, ["100 C0001 x:c100", "40 R0002 x:b100; x:b40", "60 R0001 x:b100; x:b60"]);
    let others = holding(StatementKind::Advice, "A", &[entry("b", 60, &["R0001"]), entry("b", 41, &["R0002"])]);
    assert_eq!(counted(&[own, others]).len(), 4);
}
