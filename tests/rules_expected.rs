//! RULES section 9, `file-missing`: what counts as a file that came, on this night and on earlier ones.

mod cases;

use avstem::model::record::Dataset;
use avstem::rules::expect::{Every, Expect};
use cases::{Case, case};

const HEADER: &str = "order_id,line_id,gross_amount,provider";

fn expect(case: Case, dataset: Dataset, every: Every, from: &str) -> Case {
    let from = from.parse().unwrap();
    let expected = Expect { provider: "p".to_owned(), dataset, every, latest_by_days: 1, calendar: None, from };
    case.set(|settings| settings.expected.push(expected))
}

fn of_week(name: &str) -> Case {
    expect(case(name), Dataset::Orders, Every::Week, "2026-03-09").as_of("2026-03-31")
}

/// What is said of the weeks 11, 12 and 13, which are over.
fn missing(weeks: &[&str]) -> Vec<String> {
    weeks.iter().map(|week| format!("file-missing open at p file 2026-W{week} - 0 0 of 1")).collect()
}

fn finds(case: Case, weeks: &[&str]) {
    let expected = missing(weeks);
    case.finds(&expected.iter().map(String::as_str).collect::<Vec<_>>());
}

/// An order without money, so that nothing else is found.
fn file(case: Case, provider: &str, order: &str) -> Case {
    case.rows_of(provider, Dataset::Orders, HEADER, &[&format!("{order},1,0,")])
}

#[test]
fn every_file_given_counts_once() {
    let one = |name: &str| file(of_week(name), "p", "A");
    finds(file(of_week("none of the provider"), "q", "A"), &["11", "12", "13"]);
    finds(one("one"), &["12", "13"]);
    finds(file(one("two"), "p", "B"), &["13"]);
    finds(file(file(one("three"), "p", "B"), "p", "C"), &[]);
    // Another dataset of the provider does not count.
    let other = one("another dataset").rows_of("p", Dataset::Captures, "order_id,amount,state", &["A,1,no"]);
    finds(other, &["12", "13"]);
    // A file that says itself what it holds does.
    let rows = br#"[{"dataset":"orders","order_id":"A","line_id":"1","gross_amount":0,"currency":"SEK","created_at":"2026-03-02"}]"#;
    finds(of_week("by itself").file(None, Some("p"), rows.as_slice()), &["12", "13"]);
}

#[test]
fn a_file_given_twice_counts_once() {
    let twice = file(file(of_week("twice"), "p", "A"), "p", "A");
    let mut expected = missing(&["12", "13"]);
    expected.push("file-repeated listed at p - 0 0 of 1".to_owned());
    twice.finds(&expected.iter().map(String::as_str).collect::<Vec<_>>());
}
