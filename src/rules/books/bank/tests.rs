//! Payouts and entries in small numbers, by hand.

use super::*;
use crate::model::bank::{Entry, StatementKind};
use crate::model::finding::Note;
use crate::model::payout::SettlementKey;

fn on(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, day).unwrap()
}

/// `id amount day references`.
fn payout(text: &str) -> DuePayout {
    let parts: Vec<&str> = text.split(' ').collect();
    let key = SettlementKey {
        provider: "dintero".to_owned(),
        settlement_id: parts[0].to_owned(),
        currency: "NOK".to_owned(),
    };
    DuePayout {
        key,
        exponent: 2,
        amount_minor: parts[1].parse().unwrap(),
        paid_on: on(parts[2].parse().unwrap()),
        references: parts[3..].iter().map(|key| (*key).to_owned()).collect(),
        source: format!("p.csv:{}", parts[0]),
    }
}

/// `provider-or-dash id amount day references`.
fn entry(text: &str) -> BookedEntry {
    let parts: Vec<&str> = text.split(' ').collect();
    let entry = Entry {
        booked_on: on(parts[3].parse().unwrap()),
        amount_minor: parts[2].parse().unwrap(),
        provider: (parts[0] != "-").then(|| parts[0].to_owned()),
        references: parts[4..].iter().map(|key| (*key).to_owned()).collect(),
        bank_reference: parts[1].to_owned(),
        source: format!("b.xml:{}", parts[1]),
    };
    BookedEntry { currency: "NOK".to_owned(), account: "NO1".to_owned(), entry }
}

fn covering(from: u32) -> Statement {
    Statement {
        kind: StatementKind::List,
        account: "NO1".to_owned(),
        currency: "NOK".to_owned(),
        statement_id: String::new(),
        number: None,
        opening: None,
        closing: None,
        entry_count: 1,
        entry_sum_minor: 0,
        booked: Some((on(from), on(31))),
        entries: Vec::new(),
        source: "b.xml:1".to_owned(),
    }
}

fn note(finding: &Finding) -> &crate::model::finding::BooksNote {
    match &finding.note {
        Note::Books(note) => note,
        _ => panic!("a finding of the books"),
    }
}

/// Verdicts and findings in short: `payout-amount 100 90`.
fn settled(due: &[&str], entries: &[&str]) -> (Vec<Verdict>, Vec<String>, BankOutcome) {
    let names = Names::default();
    let currencies = Currencies::default();
    let window = Window { days: 5, calendar: None };
    let rules = BankRules { as_of: on(20), window, names: &names, currencies: &currencies };
    let due: Vec<DuePayout> = due.iter().map(|text| payout(text)).collect();
    let entries: Vec<BookedEntry> = entries.iter().map(|text| entry(text)).collect();
    let outcome = settle(&due, &entries, &[covering(2)], &rules);
    let short =
        |finding: &Finding| format!("{} {} {}", finding.code.name(), finding.expected_minor, finding.actual_minor);
    (outcome.verdicts.clone(), outcome.findings.iter().map(short).collect(), outcome)
}

use Verdict::{Ambiguous, Amount, Matched, Missing, NotJudged, Nothing, Pending};

#[test]
fn payouts_and_entries_find_each_other() {
    type Case<'a> = (&'a str, &'a [&'a str], &'a [&'a str], &'a [Verdict], &'a [&'a str]);
    let cases: &[Case<'_>] = &[
        ("nothing", &[], &[], &[], &[]),
        ("by reference, whenever it was booked", &["A1 100 3 A0001"], &["- e 100 19 A0001"], &[Matched], &[]),
        (
            "by reference, another amount",
            &["A1 100 3 A0001"],
            &["- e 90 4 A0001"],
            &[Amount],
            &["payout-amount 100 90"],
        ),
        ("in two credits", &["A1 100 3 A0001"], &["- e 60 4 A0001", "- f 40 5 A0001"], &[Matched], &[]),
        (
            "in two credits that come short",
            &["A1 100 3 A0001"],
            &["- e 60 4 A0001", "- f 30 5 A0001"],
            &[Amount],
            &["payout-amount 100 90"],
        ),
        ("two in one", &["A1 100 3 A0001", "A2 50 3 A0002"], &["- e 150 4 A0001 A0002"], &[Matched, Matched], &[]),
        (
            "two in one that comes short",
            &["A1 100 3 A0001", "A2 50 3 A0002"],
            &["- e 140 4 A0001 A0002"],
            &[Amount, Amount],
            &["payout-amount 150 140"],
        ),
        (
            "a reference that two have, of which one is on its way",
            &["A1 100 3 X0001", "A2 50 18 X0001"],
            &["- e 100 4 X0001"],
            &[Matched, Pending],
            &["payout-missing 50 0"],
        ),
        (
            "one pair, and one that differs",
            &["A1 100 3 X0001", "A2 50 3 X0001"],
            &["- e 100 4 X0001", "- f 49 4 X0001"],
            &[Matched, Amount],
            &["payout-amount 50 49"],
        ),
        (
            "too many of both",
            &["A1 100 3 X0001", "A2 50 3 X0001"],
            &["- e 90 4 X0001", "- f 70 4 X0001"],
            &[Ambiguous, Ambiguous],
            &["payout-ambiguous 150 160"],
        ),
        (
            "a credit too much under a shared reference is its provider's",
            &["A1 100 3 X0001", "A2 50 3 X0001"],
            &["- e 100 4 X0001", "- f 50 4 X0001", "- g 7 4 X0001"],
            &[Matched, Matched],
            &["payout-unknown 0 7"],
        ),
        (
            "the reference of another provider",
            &["A1 100 3 A0001"],
            &["payex e 100 4 A0001"],
            &[Missing],
            &["payout-missing 100 0", "payout-unknown 0 100"],
        ),
        ("by amount and day", &["A1 100 3"], &["dintero e 100 8"], &[Matched], &[]),
        (
            "a day too late",
            &["A1 100 3"],
            &["dintero e 100 9"],
            &[Missing],
            &["payout-missing 100 0", "payout-unknown 0 100"],
        ),
        (
            "before it was paid",
            &["A1 100 3"],
            &["dintero e 100 2"],
            &[Missing],
            &["payout-missing 100 0", "payout-unknown 0 100"],
        ),
        ("of nobody known", &["A1 100 3"], &["- e 100 4"], &[Missing], &["payout-missing 100 0"]),
        (
            "two equal ones and one credit",
            &["A1 100 3", "A2 100 4"],
            &["dintero e 100 5"],
            &[Ambiguous, Ambiguous],
            &["payout-ambiguous 200 100"],
        ),
        (
            "two equal ones on days that leave one way",
            &["A1 100 3", "A2 100 7"],
            &["dintero e 100 5", "dintero f 100 8"],
            &[Matched, Matched],
            &[],
        ),
        (
            "two equal ones on days that leave two ways",
            &["A1 100 3", "A2 100 4"],
            &["dintero e 100 5", "dintero f 100 6"],
            &[Ambiguous, Ambiguous],
            &["payout-ambiguous 200 200"],
        ),
        ("all of a day in one", &["A1 100 3", "A2 50 3"], &["dintero e 150 4"], &[Matched, Matched], &[]),
        ("one in all of a day", &["A1 150 3"], &["dintero e 50 4", "dintero f 100 4"], &[Matched], &[]),
        (
            "all of a day in either of two",
            &["A1 100 3", "A2 50 3"],
            &["dintero e 150 4", "dintero f 150 5"],
            &[Missing, Missing],
            &["payout-missing 100 0", "payout-missing 50 0", "payout-unknown 0 150", "payout-unknown 0 150"],
        ),
        ("nothing to pay", &["A1 0 3 A0001"], &[], &[Nothing], &[]),
        ("the shop has to pay", &["A1 -100 3 A0001"], &["- e -100 4 A0001"], &[Matched], &[]),
        ("before any statement", &["A1 100 1"], &[], &[NotJudged], &[]),
        ("on the way", &["A1 100 15"], &[], &[Pending], &["payout-missing 100 0"]),
        ("not any more", &["A1 100 14"], &[], &[Missing], &["payout-missing 100 0"]),
        ("a debit of the provider", &[], &["dintero e -30 5"], &[], &[]),
    ];
    for (name, due, entries, verdicts, findings) in cases {
        let (found_verdicts, found, outcome) = settled(due, entries);
        assert_eq!(
            (found_verdicts.as_slice(), found),
            (*verdicts, findings.iter().map(|f| (*f).to_owned()).collect()),
            "{name}"
        );
        let not_judged = verdicts.iter().filter(|verdict| **verdict == NotJudged).count();
        assert_eq!(outcome.not_judged, u64::try_from(not_judged).unwrap(), "{name}");
    }
}

#[test]
fn what_came_is_told_in_pieces() {
    let piece = |due: usize, day: u32, amount_minor: i128, source: &str| Received {
        due,
        booked_on: on(day),
        amount_minor,
        source: source.to_owned(),
    };
    let (.., outcome) = settled(&["A1 100 3 A0001"], &["- e 60 4 A0001", "- f 40 5 A0001"]);
    assert_eq!(outcome.received, [piece(0, 4, 60, "b.xml:e"), piece(0, 5, 40, "b.xml:f")]);
    let (.., outcome) = settled(&["A2 50 3 A0002", "A1 100 3 A0001"], &["- e 150 4 A0001 A0002"]);
    assert_eq!(outcome.received, [piece(0, 4, 50, "b.xml:e"), piece(1, 4, 100, "b.xml:e")]);
    // Two payouts in three credits: the equal one is its own.
    let (.., outcome) =
        settled(&["A1 100 3 X0001", "A2 50 3 X0001"], &["- e 50 4 X0001", "- f 70 5 X0001", "- g 30 6 X0001"]);
    assert_eq!(outcome.received, [piece(0, 5, 70, "b.xml:f"), piece(0, 6, 30, "b.xml:g"), piece(1, 4, 50, "b.xml:e")]);
    // What came of another amount came all the same; of one credit for two nothing says whose it was.
    let (.., outcome) = settled(&["A1 100 3 A0001"], &["- e 90 4 A0001"]);
    assert_eq!(outcome.received, [piece(0, 4, 90, "b.xml:e")]);
    let (.., outcome) = settled(&["A1 100 3 X0001", "A2 50 3 X0001"], &["- e 140 4 X0001"]);
    assert_eq!(outcome.received, []);
}

#[test]
fn findings_say_what_they_are_about() {
    let (.., outcome) = settled(&["A1 10000 3 A0001"], &["- e 9000 4 A0001"]);
    let found = note(&outcome.findings[0]);
    assert_eq!((found.settlement_id.as_str(), found.bank_reference.as_str(), found.which.as_str()), ("A1", "e", ""));
    assert_eq!((found.since, found.is_pending, outcome.findings[0].count), (Some(on(3)), false, 2));
    assert_eq!(found.sources, "p.csv:A1; b.xml:e");
    assert_eq!(
        found.explanation,
        "The payout for settlement A1 on 2026-10-03 should be 100.00 NOK, but the bank has 90.00 NOK under its \
         reference, booked on 2026-10-04: ask the provider about the difference of -10.00 NOK"
    );
    let sentences = [
        (
            settled(&["A1 10000 18"], &[]),
            "The payout of 100.00 NOK for settlement A1 on 2026-10-18 is not on the bank account yet",
        ),
        (
            settled(&["A1 10000 3"], &[]),
            "The payout of 100.00 NOK for settlement A1 on 2026-10-03 is not on the bank account, though more than 5 days \
             have passed: ask the provider for it, or give the statement that it stands on",
        ),
        (
            settled(&["A1 100 3", "A2 100 4"], &["dintero e 100 5"]),
            "2 payouts for settlements A1, A2 on 2026-10-03 to 2026-10-04, 2.00 NOK together, and 1 entry of the bank, \
             booked on 2026-10-05, 1.00 NOK together, fit each other in several ways or not at all: say which belong \
             together by looking at the provider's reports",
        ),
        (
            settled(&[], &["dintero e 100 5"]),
            "The bank has a credit of 1.00 NOK, booked on 2026-10-05, that names the provider or one of its references, \
             but no payout explains it: give the provider's report for it, or ask the provider",
        ),
    ];
    for ((.., outcome), sentence) in sentences {
        assert_eq!(note(&outcome.findings[0]).explanation, sentence);
    }
    let (.., outcome) = settled(&["A1 100 3", "A2 100 4"], &["dintero e 100 5"]);
    assert_eq!(note(&outcome.findings[0]).which, "A1 A2");
    let (.., outcome) = settled(&[], &["dintero e 100 5"]);
    assert_eq!(
        (note(&outcome.findings[0]).which.as_str(), note(&outcome.findings[0]).since),
        ("NO1 2026-10-05", Some(on(5)))
    );
    let (.., outcome) = settled(&[], &["dintero e -30 5", "dintero f -12 6"]);
    assert_eq!(outcome.other_debits, BTreeMap::from([("NOK".to_owned(), (2, -42))]));
}

#[test]
fn the_first_day_of_statements_is_the_first_that_they_surely_show() {
    let mut statement = covering(9);
    let first = |statement: &Statement| first_days(std::slice::from_ref(statement)).get("NOK").copied();
    assert_eq!(first(&statement), Some(on(9)));
    // The opening balance is of the day, or of the one before it.
    statement.opening = Some(crate::model::bank::Balance { amount_minor: 0, on: on(5) });
    assert_eq!(first(&statement), Some(on(6)));
    statement.closing = Some(crate::model::bank::Balance { amount_minor: 0, on: on(5) });
    assert_eq!(first(&statement), Some(on(5)));
    statement.closing = Some(crate::model::bank::Balance { amount_minor: 0, on: on(6) });
    assert_eq!(first(&statement), Some(on(6)));
    statement.booked = Some((on(5), on(9)));
    assert_eq!(first(&statement), Some(on(5)));
}
