//! Findings that share a cause, so that thousands of them read as one line: a file that has not come, a settlement that
//! nobody knows an operation of, a source without ids, fees taken out of what was settled, amounts in another unit.
//!
//! Nothing is decided here: findings stay what they are. A finding is listed under one cause at most, the first that fits
//! in the order of this file, and a cause has several findings or it is none.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::model::finding::{Code, Status};
use crate::model::found::FoundRow;
use crate::model::money::add;
use crate::model::origin::Origin;
use crate::report::insight::{Cause, CauseRow};
use crate::report::view::BatchRow;

/// So many findings must share an amount's ratio, or lack an id, before that is called their cause.
const ALIKE_MIN: usize = 5;
/// And so many different amounts: five times the same amount may be one mistake.
const AMOUNTS_MIN: usize = 3;
/// Fees and files explain even a few.
const FEW: usize = 2;

/// The causes that findings share, those with most findings first. `fee_minor` reads the fee that a settlement row
/// states.
///
/// # Errors
/// As `fee_minor`.
pub fn causes<E>(
    findings: &[FoundRow],
    batches: &[BatchRow],
    fee_minor: &dyn Fn(Origin) -> Result<Option<i64>, E>,
) -> Result<Vec<CauseRow>, E> {
    let mut found = Found { findings, taken: HashSet::new(), causes: Vec::new() };
    found.fees_taken_out(fee_minor)?;
    found.constant_factors();
    found.columns_missing();
    found.unknown_settlements(batches);
    found.files_missing();
    let mut causes = found.causes;
    causes.sort_by(|a, b| {
        let key = |row: &CauseRow| (std::cmp::Reverse(row.findings.len()), row.provider.clone(), row.number.clone());
        (key(a), &a.explanation).cmp(&(key(b), &b.explanation))
    });
    Ok(causes)
}

/// Provider and currency, and what else findings of one cause have in common.
type Common<'f, T> = BTreeMap<(&'f str, &'f str, T), Vec<usize>>;

struct Found<'f> {
    findings: &'f [FoundRow],
    /// Findings that have a cause.
    taken: HashSet<usize>,
    causes: Vec<CauseRow>,
}

impl<'f> Found<'f> {
    /// Findings without a cause that need somebody, or may.
    fn left(&self) -> impl Iterator<Item = (usize, &'f FoundRow)> {
        let findings = self.findings.iter().enumerate();
        findings.filter(|(place, finding)| {
            !self.taken.contains(place) && matches!(finding.status, Status::Open | Status::Pending)
        })
    }

    fn put(&mut self, cause: Cause, provider: &str, number: &str, currency: &str, places: Vec<usize>, said: String) {
        let mut difference_minor = 0;
        for place in &places {
            add(&mut difference_minor, self.findings[*place].difference_minor);
        }
        self.taken.extend(&places);
        self.causes.push(CauseRow {
            cause,
            provider: provider.into(),
            number: number.to_owned(),
            currency: currency.into(),
            difference_minor,
            findings: places,
            explanation: said,
        });
    }

    /// What was settled is what was expected less the fee of the row.
    fn fees_taken_out<E>(&mut self, fee_minor: &dyn Fn(Origin) -> Result<Option<i64>, E>) -> Result<(), E> {
        let mut alike: Common<'f, ()> = BTreeMap::new();
        for (place, finding) in self.left().filter(|(_, finding)| finding.code == Code::SettledAmount) {
            let mut fees = 0_i128;
            for origin in &finding.rows {
                add(&mut fees, fee_minor(*origin)?.unwrap_or(0));
            }
            if fees != 0 && finding.difference_minor == -fees {
                alike.entry((finding.provider(), finding.currency(), ())).or_default().push(place);
            }
        }
        for ((provider, currency, ()), places) in alike.into_iter().filter(|(_, places)| places.len() >= FEW) {
            let said = format!(
                "{} settlement rows of {provider} are lower than what was captured by exactly the fee that they state: \
                 the fee was taken out of the gross amount",
                places.len()
            );
            self.put(Cause::FeesTakenOut, provider, "", currency, places, said);
        }
        Ok(())
    }

    /// All amounts are off by one ratio.
    fn constant_factors(&mut self) {
        let mut alike: Common<'f, (Code, i64, i64)> = BTreeMap::new();
        for (place, finding) in self.left() {
            let codes = [Code::SettledAmount, Code::LineOvercaptured, Code::LineUndercaptured];
            let ratio = ratio(finding.actual_minor, finding.expected_minor);
            if let Some((actual, expected)) = ratio.filter(|_| codes.contains(&finding.code)) {
                let what = (finding.code, actual, expected);
                alike.entry((finding.provider(), finding.currency(), what)).or_default().push(place);
            }
        }
        for ((provider, currency, (code, actual, expected)), places) in alike {
            let amounts: BTreeSet<i128> = places.iter().map(|place| self.findings[*place].expected_minor).collect();
            if places.len() < ALIKE_MIN || amounts.len() < AMOUNTS_MIN {
                continue;
            }
            let said = format!(
                "{} findings {} of {provider} have {actual} where {expected} was expected: one side is probably in \
                 another unit",
                places.len(),
                code.name()
            );
            self.put(Cause::ConstantFactor { actual, expected }, provider, "", currency, places, said);
        }
    }

    /// A source whose operations state no id that the settlement rows of its provider have.
    fn columns_missing(&mut self) {
        let ids: [(&str, IdOf); 2] = [
            ("transaction_number", |finding| finding.transaction_number()),
            ("payee_reference", |finding| finding.payee_reference()),
        ];
        let has_any = |finding: &FoundRow| ids.iter().any(|(_, id)| !id(finding).is_empty());
        let mut without: Common<'f, &str> = BTreeMap::new();
        for (place, finding) in self.left().filter(|(_, finding)| finding.code == Code::Unsettled) {
            if let Some(source) = only_source(finding.sources()).filter(|_| !has_any(finding)) {
                without.entry((finding.provider(), finding.currency(), source)).or_default().push(place);
            }
        }
        for ((provider, currency, source), places) in without {
            let unknown = |finding: &&FoundRow| finding.code == Code::SettledUnknown && finding.provider() == provider;
            let of_rows = |id: IdOf| self.findings.iter().filter(unknown).any(|row| !id(row).is_empty());
            let column = ids.iter().find(|(_, id)| of_rows(*id)).map(|(column, _)| *column);
            let Some(column) = column.filter(|_| places.len() >= ALIKE_MIN) else { continue };
            let said = format!(
                "{} operations in {source} state no {column}, by which {provider} names them in its settlements",
                places.len()
            );
            let cause = Cause::ColumnMissing { source: source.to_owned(), column: column.to_owned() };
            self.put(cause, provider, "", currency, places, said);
        }
    }

    /// A settlement of which no row answers an operation.
    fn unknown_settlements(&mut self, batches: &[BatchRow]) {
        let unknown: HashSet<(&str, &str, &str)> = batches
            .iter()
            .filter(|batch| batch.operation_count == 0 && !batch.reconciliation_number.is_empty())
            .map(|batch| (batch.provider.as_str(), batch.reconciliation_number.as_str(), batch.currency.as_str()))
            .collect();
        let mut alike: Common<'f, &str> = BTreeMap::new();
        for (place, finding) in self.left().filter(|(_, finding)| finding.code == Code::SettledUnknown) {
            let number = finding.reconciliation_number();
            if unknown.contains(&(finding.provider(), number, finding.currency())) {
                alike.entry((finding.provider(), finding.currency(), number)).or_default().push(place);
            }
        }
        for ((provider, currency, number), places) in alike.into_iter().filter(|(_, places)| places.len() >= FEW) {
            let said = format!(
                "No operation is known of any of the {} rows of settlement {number} of {provider}: captures of its days \
                 are missing",
                places.len()
            );
            self.put(Cause::WholeBatch, provider, number, currency, places, said);
        }
    }

    /// A file that has not come, and the operations that wait for it.
    fn files_missing(&mut self) {
        let mut missing: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, finding) in self.left() {
            if matches!(finding.code, Code::FileMissing | Code::FileGap) {
                missing.entry(finding.provider()).or_default().push(place);
            }
        }
        for (provider, files) in missing {
            let names: Vec<&str> = files.iter().map(|place| self.findings[*place].settlement_id()).collect();
            let waits = |finding: &FoundRow| {
                finding.provider() == provider
                    && (finding.code == Code::BatchMissing
                        || finding.code == Code::Unsettled && finding.status == Status::Open)
            };
            let mut of_currency: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for (place, finding) in self.left().filter(|(_, finding)| waits(finding)) {
                of_currency.entry(finding.currency()).or_default().push(place);
            }
            let named = first_of(&names);
            for (currency, mut places) in of_currency {
                let said = format!(
                    "{} {} for settlement files of {provider} that have not come: {named}",
                    places.len(),
                    if places.len() == 1 { "finding waits" } else { "findings wait" },
                );
                // The files themselves have no money; they stand with the first currency.
                places.extend(files.iter().filter(|file| !self.taken.contains(file)));
                places.sort_unstable();
                self.put(Cause::FileMissing, provider, "", currency, places, said);
            }
        }
    }
}

/// An id of a finding.
type IdOf = fn(&FoundRow) -> &str;

/// How many names a sentence has.
const NAMES_SHOWN: usize = 3;

fn first_of(names: &[&str]) -> String {
    let shown = names.iter().take(NAMES_SHOWN).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMES_SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The only file that sources name.
fn only_source(sources: &str) -> Option<&str> {
    let mut files = sources.split("; ").map(|place| place.rsplit_once(':').map_or(place, |(file, _)| file));
    let first = files.next().filter(|first| !first.is_empty())?;
    files.all(|other| other == first).then_some(first)
}

/// A ratio in lowest terms, of amounts of one sign that are not equal and of which neither is 0; of small numbers only.
fn ratio(actual: i128, expected: i128) -> Option<(i64, i64)> {
    const TERM_MAX: i64 = 10_000;
    if actual == 0 || expected == 0 || actual == expected || (actual < 0) != (expected < 0) {
        return None;
    }
    let (mut a, mut b) = (actual.unsigned_abs(), expected.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let term = |amount: i128| i64::try_from(amount.unsigned_abs() / a).ok().filter(|term| *term <= TERM_MAX);
    Some((term(actual)?, term(expected)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::found::{FoundColumns, FoundTexts, Packed};
    use crate::model::origin::Origins;

    #[test]
    fn ratios() {
        let cases = [
            ((12_500, 125), Some((100, 1))),
            ((99, 9_900), Some((1, 100))),
            ((-80, -100), Some((4, 5))),
            ((80, -100), None),
            ((5, 5), None),
            ((0, 5), None),
            ((i128::MAX, 1), None),
            ((10_007, 10_009), None),
        ];
        for ((actual, expected), wanted) in cases {
            assert_eq!(ratio(actual, expected), wanted, "{actual} to {expected}");
        }
    }

    #[test]
    fn the_only_file_of_sources() {
        assert_eq!(only_source("a/c.csv:1; a/c.csv:22"), Some("a/c.csv"));
        assert_eq!(only_source("a.csv:1; b.csv:1"), None);
        assert_eq!(only_source(""), None);
    }

    fn finding(code: Code, expected_minor: i128, actual_minor: i128, number: &str) -> FoundRow {
        let texts = FoundTexts {
            provider: "kiosk_pay",
            reconciliation_number: number,
            currency: "SEK",
            sources: "c.csv:2",
            ..FoundTexts::default()
        };
        Box::new(FoundColumns {
            code,
            status: Status::Open,
            expected_minor,
            actual_minor,
            difference_minor: actual_minor - expected_minor,
            count: 1,
            age_days: None,
            rows: Origins::new(),
            packed: Packed::of(&texts),
        })
    }

    fn found(findings: &[FoundRow], batches: &[BatchRow], fee_minor: Option<i64>) -> Vec<(Cause, Vec<usize>, i128)> {
        let fee = |_: Origin| Ok::<_, ()>(fee_minor);
        let causes = causes(findings, batches, &fee).unwrap();
        causes.into_iter().map(|row| (row.cause, row.findings, row.difference_minor)).collect()
    }

    #[test]
    fn each_cause_and_what_is_none() {
        let row = || Origin::new(0, 0).into_iter().collect();
        let with_row = |finding: FoundRow| Box::new(FoundColumns { rows: row(), ..*finding });
        let fees = [100, 250].map(|amount| with_row(finding(Code::SettledAmount, amount, amount - 5, "1")));
        assert_eq!(found(&fees, &[], Some(5)), [(Cause::FeesTakenOut, vec![0, 1], -10)]);
        assert_eq!(found(&fees, &[], Some(4)), []);
        assert_eq!(found(&fees[..1], &[], Some(5)), []);

        let hundredfold: Vec<FoundRow> =
            [1, 2, 3, 3, 3].map(|amount| finding(Code::SettledAmount, amount, amount * 100, "1")).into();
        let cause = Cause::ConstantFactor { actual: 100, expected: 1 };
        assert_eq!(found(&hundredfold, &[], None), [(cause, vec![0, 1, 2, 3, 4], 12 * 99)]);
        assert_eq!(found(&hundredfold[..4], &[], None), []);
        let one_amount: Vec<FoundRow> = (0..9).map(|_| finding(Code::SettledAmount, 1, 100, "1")).collect();
        assert_eq!(found(&one_amount, &[], None), []);

        let mut lacking: Vec<FoundRow> = (0..5).map(|_| finding(Code::Unsettled, 700, 0, "")).collect();
        assert_eq!(found(&lacking, &[], None), []);
        let mut named = finding(Code::SettledUnknown, 0, 700, "1");
        named.say(|texts| texts.transaction_number = "4");
        lacking.push(named.clone());
        let cause = Cause::ColumnMissing { source: "c.csv".to_owned(), column: "transaction_number".to_owned() };
        assert_eq!(found(&lacking, &[], None), [(cause, vec![0, 1, 2, 3, 4], -3_500)]);

        let batch = |operation_count| BatchRow {
            provider: "kiosk_pay".into(),
            reconciliation_number: "1".into(),
            currency: "SEK".into(),
            operation_count,
            operation_sum: 0,
            row_count: 2,
            row_sum: 1_400,
            other_count: 0,
            fee_sum: 0,
            net_sum: 1_400,
            net_deviation: 0,
            difference: 1_400,
            explained: Vec::new(),
            residual: 0,
        };
        let unknown = [named.clone(), named];
        assert_eq!(found(&unknown, &[batch(0)], None), [(Cause::WholeBatch, vec![0, 1], 1_400)]);
        assert_eq!(found(&unknown, &[batch(1)], None), []);

        let waiting = [
            finding(Code::BatchMissing, 900, 0, "2"),
            finding(Code::FileMissing, 0, 0, ""),
            Box::new(FoundColumns { status: Status::Pending, ..*finding(Code::Unsettled, 100, 0, "") }),
            finding(Code::Unsettled, 100, 0, ""),
        ];
        assert_eq!(found(&waiting, &[], None), [(Cause::FileMissing, vec![0, 1, 3], -1_000)]);
        assert_eq!(found(&waiting[1..2], &[], None), []);
    }
}
