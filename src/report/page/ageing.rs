//! Open findings by age, and all findings by code, as bars with their numbers.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::pen::{Pen, bar};
use crate::model::finding::{AGE_BUCKETS, Code, Status, age_bucket};
use crate::model::found::FoundRow;
use crate::model::money::add;
use crate::report::view::Report;
use crate::report::words;

/// Open findings of an age.
pub(super) struct Bucket {
    pub(super) label: &'static str,
    pub(super) count: u64,
    pub(super) bar: i128,
    /// The sizes of their differences, by currency.
    pub(super) sizes: Vec<(String, i128)>,
}

/// Findings of a code, status and currency.
pub(super) struct CodeLine {
    pub(super) code: String,
    pub(super) title: String,
    pub(super) status: String,
    pub(super) status_title: &'static str,
    pub(super) currency: String,
    pub(super) findings: u64,
    pub(super) difference_minor: i128,
    pub(super) bar: i128,
}

/// The age of a finding in days: of its newest record, or where it has none, since the day on which it was first seen.
pub(super) fn age(finding: &FoundRow, as_of: &str) -> Option<u64> {
    let since = || {
        let [first, last] = [finding.first_seen(), as_of].map(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
        Some(last?.signed_duration_since(first?).num_days())
    };
    finding.age_days.or_else(since).map(|days| u64::try_from(days).unwrap_or(0))
}

/// The buckets; empty where nothing is open.
pub(super) fn buckets(report: &Report, pen: &Pen<'_>) -> Vec<Bucket> {
    let words = pen.words;
    let mut sums: [(u64, BTreeMap<&str, i128>); AGE_BUCKETS.len()] = Default::default();
    for finding in report.findings.iter().filter(|finding| finding.status == Status::Open) {
        let age = age(finding, &report.summary.as_of).unwrap_or(0);
        let index = age_bucket(i64::try_from(age).unwrap_or(i64::MAX));
        let Some((count, sizes)) = sums.get_mut(index) else { continue };
        *count = count.saturating_add(1);
        if finding.difference_minor != 0 {
            let size = i128::try_from(finding.difference_minor.unsigned_abs()).unwrap_or(i128::MAX);
            add(sizes.entry(finding.currency()).or_default(), size);
        }
    }
    let largest = sums.iter().map(|(count, _)| *count).max().unwrap_or(0);
    if largest == 0 {
        return Vec::new();
    }
    let labels = [words.age_0, words.age_8, words.age_31, words.age_91];
    let bucket = |(label, (count, sizes)): (&'static str, (u64, BTreeMap<&str, i128>))| Bucket {
        label,
        count,
        bar: bar(count.into(), largest.into()),
        sizes: sizes.into_iter().map(|(currency, size)| (currency.to_owned(), size)).collect(),
    };
    labels.into_iter().zip(sums).map(bucket).collect()
}

/// The rows of `summary.json`, those with most findings of a status first.
pub(super) fn codes(report: &Report, pen: &Pen<'_>) -> Vec<CodeLine> {
    let rows = &report.summary.codes;
    let largest = rows.iter().map(|row| row.findings).max().unwrap_or(0);
    let order = [Status::Open, Status::Pending, Status::Closed, Status::Listed];
    let place = |name: &str| order.iter().position(|status| status.name() == name);
    let mut sorted: Vec<_> = rows.iter().collect();
    // What is equal stays in the order of the summary.
    sorted.sort_by(|one, other| place(&one.status).cmp(&place(&other.status)).then(other.findings.cmp(&one.findings)));
    let status_title = |name: &str| {
        let known = order.iter().find(|status| status.name() == name);
        known.map_or("", |status| words::status(pen.lang, *status))
    };
    sorted
        .into_iter()
        .map(|row| CodeLine {
            code: row.code.clone(),
            title: pen.code_title(&row.code).to_owned(),
            status: row.status.clone(),
            status_title: status_title(&row.status),
            currency: row.currency.clone(),
            findings: row.findings,
            difference_minor: row.difference,
            bar: bar(row.findings.into(), largest.into()),
        })
        .collect()
}

/// The codes that the findings of a report have, in plain words, sorted by these.
pub(super) fn codes_present(report: &Report, pen: &Pen<'_>) -> Vec<(&'static str, &'static str)> {
    let present = |code: &&Code| report.summary.codes.iter().any(|row| row.code == code.name());
    let mut codes: Vec<_> =
        Code::ALL.iter().filter(present).map(|code| (code.name(), words::code(pen.lang, *code).title)).collect();
    codes.sort_by_key(|(_, title)| *title);
    codes
}
