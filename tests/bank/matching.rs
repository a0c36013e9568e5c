//! Random payouts and entries, small enough that they often fit each other in several ways.

use std::collections::BTreeMap;

use avstem::model::bank::{Balance, Entry, Statement, StatementKind};
use avstem::model::currency::Currencies;
use avstem::model::finding::{Finding, Note};
use avstem::model::names::Names;
use avstem::model::payout::{DuePayout, SettlementKey};
use avstem::rules::books::bank::{BankOutcome, BankRules, Verdict, settle};
use avstem::rules::books::statements::BookedEntry;
use avstem::rules::calendar::Country;
use avstem::rules::settings::Window;
use chrono::NaiveDate;

use crate::rng::Rng;
use crate::second::{Found, Second};

fn on(day: i64) -> NaiveDate {
    // Around Easter, so that business days differ from days.
    "2026-03-27".parse::<NaiveDate>().unwrap() + chrono::Days::new(u64::try_from(day).unwrap())
}

fn references(rng: &mut Rng) -> Vec<String> {
    let mut keys: Vec<String> = ["A0001", "A0002", "A0003", "A0004", "A0005"].map(str::to_owned).to_vec();
    let most = if rng.percent(50) { 0 } else { 30 };
    keys.retain(|_| rng.percent(most));
    keys
}

struct Case {
    due: Vec<DuePayout>,
    entries: Vec<BookedEntry>,
    statements: Vec<Statement>,
    as_of: NaiveDate,
    window: Window,
}

fn case(rng: &mut Rng) -> Case {
    let providers = ["dintero", "payex"];
    let last = rng.range(2, 14);
    let currency = |rng: &mut Rng| if rng.percent(90) { "SEK" } else { "NOK" }.to_owned();
    let amount = |rng: &mut Rng| rng.pick(&[100_i64, 100, 100, 200, 300, -100, 0]);
    let due = (0..rng.below(7)).map(|place| DuePayout {
        key: SettlementKey {
            provider: if rng.percent(85) { providers[0] } else { providers[1] }.to_owned(),
            settlement_id: format!("S{place}"),
            currency: currency(rng),
        },
        exponent: 2,
        amount_minor: amount(rng).into(),
        paid_on: on(rng.range(1, last)),
        references: references(rng),
        source: format!("p{place}"),
    });
    let due: Vec<DuePayout> = due.collect();
    let entries = (0..rng.below(7)).map(|place| BookedEntry {
        currency: currency(rng),
        account: "A".to_owned(),
        entry: Entry {
            booked_on: on(rng.range(1, last + 3)),
            amount_minor: amount(rng),
            provider: match rng.below(10) {
                0 | 1 => None,
                2 => Some(providers[1].to_owned()),
                _ => Some(providers[0].to_owned()),
            },
            references: references(rng),
            bank_reference: String::new(),
            source: format!("e{place}"),
        },
    });
    let entries: Vec<BookedEntry> = entries.collect();
    let from = on(rng.range(0, 4));
    let statements = (0..rng.below(3)).map(|_| Statement {
        kind: StatementKind::Statement,
        account: "A".to_owned(),
        currency: currency(rng),
        statement_id: String::new(),
        number: None,
        opening: rng.percent(50).then_some(Balance { amount_minor: 0, on: from }),
        closing: rng.percent(50).then_some(Balance { amount_minor: 0, on: if rng.percent(50) { from } else { on(5) } }),
        entry_count: 0,
        entry_sum_minor: 0,
        booked: rng.percent(70).then(|| (on(rng.range(0, 6)), on(20))),
        entries: Vec::new(),
        source: "s".to_owned(),
    });
    let statements = statements.collect();
    let calendar = rng.percent(30).then_some(Country::Se);
    let window = Window { days: rng.range(0, 5), calendar };
    Case { due, entries, statements, as_of: on(rng.range(0, 20)), window }
}

fn found(findings: &[Finding]) -> Vec<Found> {
    let one = |finding: &Finding| {
        let Note::Books(note) = &finding.note else { panic!("a finding of the books") };
        let sources = note.sources.split("; ").map(str::to_owned).collect();
        (finding.code.name().to_owned(), finding.expected_minor, finding.actual_minor, sources)
    };
    let mut found: Vec<Found> = findings.iter().map(one).collect();
    found.sort();
    found
}

/// What does not depend on the order in which payouts were given: their pieces, by the payout's source.
fn pieces(outcome: &BankOutcome, due: &[DuePayout]) -> Vec<(String, NaiveDate, i128, String)> {
    let mut pieces: Vec<_> = outcome
        .received
        .iter()
        .map(|piece| (due[piece.due].source.clone(), piece.booked_on, piece.amount_minor, piece.source.clone()))
        .collect();
    pieces.sort();
    pieces
}

fn turned<T: Clone>(values: &[T], rng: &mut Rng) -> Vec<T> {
    let mut turned = values.to_vec();
    rng.shuffle(&mut turned);
    turned
}

#[test]
fn a_slow_matcher_finds_the_same_in_any_order() {
    const CASES: u64 = 60_000;
    let (names, currencies) = (Names::default(), Currencies::default());
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for seed in 0..CASES {
        let rng = &mut Rng::new(seed);
        let Case { due, entries, statements, as_of, window } = case(rng);
        let rules = BankRules { as_of, window, names: &names, currencies: &currencies };
        let outcome = settle(&due, &entries, &statements, &rules);
        let second = Second::settle(&due, &entries, &statements, as_of, window);
        let said = || format!("seed {seed}: {due:#?} {entries:#?}");
        let verdicts: Vec<Option<Verdict>> = outcome.verdicts.iter().copied().map(Some).collect();
        assert_eq!(verdicts, second.verdicts, "{}", said());
        assert_eq!(found(&outcome.findings), second.found, "{}", said());
        assert_eq!(outcome.other_debits, second.other_debits, "{}", said());
        // The pieces of what matched are the entries of the group, and sum to each payout.
        for (payouts, group) in &second.matches {
            let mut came = 0;
            for payout in payouts {
                let of_payout = outcome.received.iter().filter(|piece| piece.due == *payout);
                let sum: i128 = of_payout.map(|piece| piece.amount_minor).sum();
                assert_eq!(sum, due[*payout].amount_minor, "{}", said());
                came += sum;
            }
            let booked: i128 = group.iter().map(|entry| i128::from(entries[*entry].entry.amount_minor)).sum();
            assert_eq!(came, booked, "{}", said());
            *seen.entry(format!("{}:{}", payouts.len().min(2), group.len().min(2))).or_default() += 1;
        }
        for finding in &outcome.findings {
            *seen.entry(finding.code.name().to_owned()).or_default() += 1;
        }
        let (other_due, other_entries) = (turned(&due, rng), turned(&entries, rng));
        let other = settle(&other_due, &other_entries, &turned(&statements, rng), &rules);
        assert_eq!(found(&other.findings), second.found, "{}", said());
        assert_eq!(pieces(&other, &other_due), pieces(&outcome, &due), "{}", said());
    }
    println!("{CASES} cases, seeds 0 to {}: {seen:?}", CASES - 1);
    for what in ["1:1", "1:2", "2:1", "2:2", "payout-amount", "payout-ambiguous", "payout-missing", "payout-unknown"] {
        assert!(seen.get(what).is_some_and(|count| *count > 100), "{what}: {seen:?}");
    }
}

#[test]
fn many_payouts_and_entries_are_matched_in_the_time_of_a_sort() {
    // All of one amount, of one reference, or of one day: what would be slow if every pair were looked at.
    let (names, currencies) = (Names::default(), Currencies::default());
    let window = Window { days: 5, calendar: None };
    let rules = BankRules { as_of: on(30), window, names: &names, currencies: &currencies };
    const COUNT: i64 = 20_000;
    let payout = |place: i64, amount_minor: i64, references: Vec<String>| DuePayout {
        key: SettlementKey {
            provider: "dintero".to_owned(),
            settlement_id: format!("S{place}"),
            currency: "SEK".to_owned(),
        },
        exponent: 2,
        amount_minor: amount_minor.into(),
        paid_on: on(1),
        references,
        source: "p".to_owned(),
    };
    let entry = |amount_minor: i64, references: Vec<String>| BookedEntry {
        currency: "SEK".to_owned(),
        account: "A".to_owned(),
        entry: Entry {
            booked_on: on(2),
            amount_minor,
            provider: Some("dintero".to_owned()),
            references,
            bank_reference: String::new(),
            source: "e".to_owned(),
        },
    };
    let shared = || vec!["M0001".to_owned()];
    let equal = |references: fn() -> Vec<String>| {
        let due: Vec<DuePayout> = (0..COUNT).map(|place| payout(place, 100, references())).collect();
        let entries: Vec<BookedEntry> = (0..COUNT + 1).map(|_| entry(100, references())).collect();
        settle(&due, &entries, &[], &rules).verdicts
    };
    assert!(equal(Vec::new).iter().all(|verdict| *verdict == Verdict::Ambiguous));
    assert!(equal(|| vec!["M0001".to_owned()]).iter().all(|verdict| *verdict == Verdict::Ambiguous));
    let due: Vec<DuePayout> = (0..COUNT).map(|place| payout(place, 1 + place, shared())).collect();
    let mut entries: Vec<BookedEntry> = (0..COUNT).map(|place| entry(1 + place, shared())).collect();
    entries.push(entry(7, shared()));
    let outcome = settle(&due, &entries, &[], &rules);
    // All have a partner of their own but the one with two equal ones.
    let count = |wanted: Verdict| outcome.verdicts.iter().filter(|verdict| **verdict == wanted).count();
    assert_eq!((count(Verdict::Matched), count(Verdict::Amount)), (usize::try_from(COUNT).unwrap() - 1, 1));
}
