//! The list of findings: which of them stand in the document, in what order, and what each one shows.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::ageing::{age, codes_present};
use super::causes::{CauseLine, Causes};
use super::pen::{Pen, whole};
use crate::model::finding::Status;
use crate::model::found::FoundRow;
use crate::report::csv::DISCREPANCIES_FILE;
use crate::report::view::Report;
use crate::report::words::{self, CodeWords, fill};

/// More findings are not in the document: a browser still searches and sorts so many at once.
const FINDINGS_MAX: usize = 2_000;
/// More records of a finding are not listed.
const SOURCES_MAX: usize = 40;
/// More providers are not offered as a filter.
const PROVIDERS_MAX: usize = 200;
/// Decimals to which amounts are brought before they are compared: no currency has more than 4.
const DECIMALS: u32 = 6;

/// The list.
pub(super) struct List<'a> {
    report: &'a Report,
    causes: &'a Causes,
    pen: &'a Pen<'a>,
    places: Vec<usize>,
    /// Says that there are more, and where.
    pub(super) more: Option<String>,
    /// Statuses, codes and providers that can be filtered by: the value and its name.
    pub(super) statuses: Vec<(&'static str, &'static str)>,
    pub(super) codes: Vec<(&'static str, &'static str)>,
    pub(super) providers: Vec<(&'a str, &'a str)>,
}

/// A finding in the list.
pub(super) struct Item<'a> {
    pub(super) row: &'a FoundRow,
    pub(super) status: &'static str,
    pub(super) words: CodeWords,
    pub(super) provider: &'a str,
    /// Order and line, or the batch, settlement or reference that it is about.
    pub(super) about: String,
    /// Days, and the same as it is shown.
    pub(super) age: u64,
    pub(super) age_shown: String,
    /// The size of the difference, brought to so many decimals for all currencies: only to sort by.
    pub(super) size: u128,
    pub(super) difference: String,
    pub(super) expected: String,
    pub(super) actual: String,
    pub(super) ids: Vec<(&'static str, &'a str)>,
    pub(super) first_seen: String,
    pub(super) cause: Option<&'a CauseLine>,
    pub(super) sources: Vec<&'a str>,
    pub(super) sources_left_out: u64,
}

impl<'a> List<'a> {
    pub(super) fn of(report: &'a Report, causes: &'a Causes, pen: &'a Pen<'a>) -> Self {
        let places = first(&report.findings, causes, pen, FINDINGS_MAX);
        let providers: BTreeSet<&str> = report.findings.iter().map(|row| row.provider()).collect();
        let providers = providers.into_iter().filter(|name| !name.is_empty()).take(PROVIDERS_MAX);
        let has = |status: &Status| report.summary.codes.iter().any(|row| row.status == status.name());
        let statuses = [Status::Open, Status::Pending, Status::Closed, Status::Listed].into_iter().filter(has);
        Self {
            report,
            causes,
            pen,
            more: more(report, &places, pen),
            places,
            statuses: statuses.map(|status| (status.name(), words::status(pen.lang, status))).collect(),
            codes: codes_present(report, pen),
            providers: providers.map(|name| (name, pen.provider(name))).collect(),
        }
    }

    /// The findings, made one by one as they are written.
    pub(super) fn items(&self) -> impl Iterator<Item = Item<'a>> {
        self.places.iter().filter_map(|place| Some(self.item(*place, self.report.findings.get(*place)?)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    fn item(&self, place: usize, row: &'a FoundRow) -> Item<'a> {
        let (pen, words) = (self.pen, self.pen.words);
        let days = age(row, &self.report.summary.as_of);
        let sources: Vec<&str> = row.sources().split("; ").filter(|source| !source.is_empty()).collect();
        let ids = [
            (words.order, row.order_id()),
            (words.line, row.line_id()),
            (words.payee_reference, row.payee_reference()),
            (words.transaction_number, row.transaction_number()),
            (words.batch, row.reconciliation_number()),
            (words.settlement, row.settlement_id()),
        ];
        Item {
            row,
            status: words::status(pen.lang, row.status),
            words: words::code(pen.lang, row.code),
            provider: pen.provider(row.provider()),
            about: about(row, pen),
            age: days.unwrap_or(0),
            age_shown: days.map(|days| words.days.of(pen.lang, days)).unwrap_or_default(),
            size: size(row, pen),
            difference: pen.money(&row.difference_minor, row.currency()),
            expected: pen.money(&row.expected_minor, row.currency()),
            actual: pen.money(&row.actual_minor, row.currency()),
            ids: ids.into_iter().filter(|(_, id)| !id.is_empty()).collect(),
            first_seen: pen.day(row.first_seen()),
            cause: self.causes.of_finding(place).and_then(|number| self.causes.line(number)),
            sources_left_out: whole(sources.len().saturating_sub(SOURCES_MAX)),
            sources: sources.into_iter().take(SOURCES_MAX).collect(),
        }
    }
}

fn about(row: &FoundRow, pen: &Pen<'_>) -> String {
    let words = pen.words;
    if !row.order_id().is_empty() {
        let line = if row.line_id().is_empty() { String::new() } else { format!("/{}", row.line_id()) };
        return format!("{} {}{line}", words.order, row.order_id());
    }
    let named = [
        (words.batch, row.reconciliation_number()),
        (words.settlement, row.settlement_id()),
        (words.payee_reference, row.payee_reference()),
        (words.transaction_number, row.transaction_number()),
    ];
    named.iter().find(|(_, id)| !id.is_empty()).map(|(name, id)| format!("{name} {id}")).unwrap_or_default()
}

/// The size of a difference in the smallest unit that any currency has.
fn size(row: &FoundRow, pen: &Pen<'_>) -> u128 {
    let factor = 10_u128.saturating_pow(DECIMALS.saturating_sub(pen.exponent(row.currency())));
    row.difference_minor.unsigned_abs().saturating_mul(factor)
}

/// The findings that matter most, no more than `most`: open ones first, those of a cause behind those without one (the
/// cause speaks for them), what has no amount (a file that is missing may be behind all others) before what has, and
/// the largest difference first.
fn first(findings: &[FoundRow], causes: &Causes, pen: &Pen<'_>, most: usize) -> Vec<usize> {
    let rank = |place: &usize| {
        findings.get(*place).map(|row| {
            let status = match row.status {
                Status::Open => 0_u8,
                Status::Pending => 1,
                Status::Closed => 2,
                Status::Listed => 3,
            };
            let of_cause = causes.of_finding(*place).is_some();
            (status, of_cause, !row.currency().is_empty(), Reverse(size(row, pen)), *place)
        })
    };
    let mut kept: Vec<usize> = Vec::new();
    let places: Vec<std::ops::Range<usize>> = (0..findings.len())
        .step_by(most.max(1))
        .map(|from| from..findings.len().min(from.saturating_add(most)))
        .collect();
    // A part at a time, so that ranks are made for no more than twice as many as are kept.
    for part in places {
        kept.extend(part);
        kept.sort_by_cached_key(rank);
        kept.truncate(most);
    }
    kept
}

/// Says how many findings are not in the document, by status, and where they are.
fn more(report: &Report, places: &[usize], pen: &Pen<'_>) -> Option<String> {
    let left_out = report.findings.len().checked_sub(places.len()).filter(|left_out| *left_out > 0)?;
    debug_assert!(left_out > 0, "only what is left out is counted");
    let mut counts: BTreeMap<Status, u64> = BTreeMap::new();
    for row in &report.findings {
        let count = counts.entry(row.status).or_default();
        *count = count.saturating_add(1);
    }
    for row in places.iter().filter_map(|place| report.findings.get(*place)) {
        let count = counts.entry(row.status).or_default();
        *count = count.saturating_sub(1);
    }
    let counts: Vec<String> = counts
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(status, count)| format!("{} {}", words::status(pen.lang, *status), pen.count(count)))
        .collect();
    let [shown, all] = [places.len(), report.findings.len()].map(|count| pen.len(count));
    let values = [("n", shown.as_str()), ("all", &all), ("file", DISCREPANCIES_FILE), ("counts", &counts.join(", "))];
    Some(fill(pen.words.first_of, &values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::currency::Currencies;
    use crate::model::found::{FoundColumns, FoundTexts, Packed};
    use crate::report::insight::{Cause, CauseRow};
    use crate::report::sample;
    use crate::report::words::{Lang, page};

    #[test]
    fn the_findings_that_matter_most_come_first_and_the_rest_is_counted() {
        let currencies = Currencies::default();
        let pen = Pen { lang: Lang::En, words: page(Lang::En), currencies: &currencies };
        let mut report = sample::report();
        let model = report.findings[0].clone();
        let cases = [
            ("small", Status::Open, "SEK", -100),
            ("yen", Status::Open, "JPY", 90),
            ("file", Status::Open, "", 0),
            ("waits", Status::Pending, "SEK", 900_000),
            ("grouped", Status::Open, "SEK", 5_000_000),
            ("large", Status::Open, "SEK", -500),
            ("closed", Status::Closed, "SEK", 1),
            ("listed", Status::Listed, "", 0),
        ];
        let row = |(id, status, currency, difference): (&str, Status, &str, i128)| {
            let packed = Packed::of(&FoundTexts { id, currency, ..model.texts() });
            Box::new(FoundColumns { status, difference_minor: difference, packed, ..*model.clone() })
        };
        report.findings = cases.into_iter().map(row).collect();
        report.insight.causes = vec![CauseRow {
            cause: Cause::FeesTakenOut,
            provider: "".into(),
            number: String::new(),
            currency: "SEK".into(),
            difference_minor: 5_000_000,
            findings: vec![4],
            explanation: String::new(),
        }];
        let causes = Causes::of(&report, &pen);
        let ids = |most| -> Vec<&str> {
            let kept = first(&report.findings, &causes, &pen, most);
            kept.into_iter().map(|place| report.findings[place].id()).collect()
        };
        assert_eq!(ids(100), ["file", "yen", "large", "small", "grouped", "waits", "closed", "listed"]);
        for most in 0..9 {
            assert_eq!(ids(most), ids(100)[..most.min(8)], "{most}");
        }
        let kept = first(&report.findings, &causes, &pen, 3);
        assert_eq!(
            more(&report, &kept, &pen).as_deref(),
            Some(
                "The 3 that matter most are listed here, of 8. The rest is in discrepancies.csv: Open 2, Pending 1, \
                 Listed 1, Closed 1."
            )
        );
        assert_eq!(more(&report, &first(&report.findings, &causes, &pen, 8), &pen), None);
    }
}
