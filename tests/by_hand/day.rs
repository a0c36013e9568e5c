//! Short ways to write a day down.
#![allow(dead_code)]

use crate::common::agree::disagreement;
use crate::reference::{self, Dataset, FoundRow, InputFile, Outcome, Settings};

pub fn settings() -> Settings {
    Settings { as_of: "2026-01-31".parse().expect("a date"), ..Settings::default() }
}

pub fn file(dataset: Dataset, text: &str) -> InputFile {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    InputFile { dataset, provider: Some("p".to_string()), bytes: lines.join("\n").into_bytes() }
}

pub fn orders(text: &str) -> InputFile {
    file(Dataset::Orders, text)
}

pub fn captures(text: &str) -> InputFile {
    file(Dataset::Captures, text)
}

pub fn reversals(text: &str) -> InputFile {
    file(Dataset::Reversals, text)
}

pub fn settlements(text: &str) -> InputFile {
    file(Dataset::Settlements, text)
}

/// Both implementations must agree on every case; what the second one finds is compared with the hand's figures.
pub fn reconcile(files: &[InputFile], settings: &Settings) -> Outcome {
    assert_eq!(disagreement(files, settings), "");
    reference::reconcile(files, settings)
}

pub fn run(files: &[InputFile]) -> Outcome {
    reconcile(files, &settings())
}

/// `code status order/line currency expected actual count`, with `-` for empty ids.
pub fn short(row: &FoundRow) -> String {
    let or_dash = |t: &str| {
        if t.is_empty() { "-".to_string() } else { t.to_string() }
    };
    format!(
        "{} {} {}/{} {} {} {} {}",
        row.code,
        row.status,
        or_dash(&row.order_id),
        or_dash(&row.line_id),
        or_dash(&row.currency),
        row.expected,
        row.actual,
        row.count
    )
}

pub fn found(outcome: &Outcome) -> Vec<String> {
    outcome.findings.iter().map(short).collect()
}

/// The findings of one leg.
pub fn leg(outcome: &Outcome, leg: &str) -> Vec<String> {
    outcome.findings.iter().filter(|f| f.leg == leg).map(short).collect()
}

pub fn assert_leg(files: &[InputFile], name: &str, expected: &[&str]) -> Outcome {
    let outcome = run(files);
    assert_eq!(leg(&outcome, name), expected);
    outcome
}
