//! The sheet of ages: open findings by code, currency and how long they have been there.

use std::collections::BTreeMap;

use super::amount::Amounts;
use super::cell::Cell;
use super::sheet::Tab;
use super::styles::Style;
use super::table::{Column, Table};
use crate::model::finding::{AGE_BUCKETS, Status, age_bucket};
use crate::model::money::add;
use crate::report::view::Report;

/// The sheet of ages.
pub(super) const AGEING: &str = "Ageing";
/// The names of the buckets of ages. What is of unknown age stands behind them.
const BUCKETS: [&str; AGE_BUCKETS.len()] = ["0-7 days", "8-30 days", "31-90 days", "91 days or more"];
/// The name of what is of unknown age, and of all together.
const BEHIND: [&str; 2] = ["Age unknown", "All"];
/// The columns before the ages.
const BEFORE: usize = 2;

/// Findings and the sum of their differences, by age; the last is of all.
type Sums = [(u64, i128); BUCKETS.len() + BEHIND.len()];

fn bucket(age_days: Option<i64>) -> usize {
    age_days.map_or(BUCKETS.len(), age_bucket)
}

/// The sheet of ages.
pub(super) fn table<'a>(report: &'a Report, amounts: Amounts<'a>) -> Table<'a> {
    let mut sums: BTreeMap<(&str, &str), Sums> = BTreeMap::new();
    for row in report.findings.iter().filter(|row| row.status == Status::Open) {
        let of_code = sums.entry((row.code.name(), row.currency())).or_default();
        let all = of_code.len().saturating_sub(1);
        for place in [bucket(row.age_days), all] {
            if let Some((count, sum)) = of_code.get_mut(place) {
                *count = count.saturating_add(1);
                add(sum, row.difference_minor);
            }
        }
    }
    let rows: Vec<((&str, &str), Sums)> = sums.into_iter().collect();
    let mut columns = vec![Column::new("Code", Style::Text, 30), Column::new("Currency", Style::Text, 11)];
    for name in BUCKETS.into_iter().chain(BEHIND) {
        columns.push(Column::new(format!("{name}: findings"), Style::Whole, 14));
        columns.push(Column::new(format!("{name}: difference"), Style::Text, 24));
    }
    Table {
        name: AGEING,
        tab: Tab::Overview,
        printed: columns.len(),
        columns,
        frozen: 2,
        work: None,
        rows: rows.len(),
        cell: Box::new(move |row, column| {
            let Some(((code, currency), sums)) = rows.get(row) else { return Cell::Empty };
            let place = match column {
                0 => return Cell::text(*code),
                1 => return Cell::text(*currency),
                other => other.saturating_sub(BEFORE),
            };
            match sums.get(place / 2) {
                None | Some((0, _)) => Cell::Empty,
                Some((count, _)) if place.is_multiple_of(2) => Cell::count(*count),
                Some((_, sum)) => amounts.cell(*sum, currency),
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_their_buckets() {
        let cases = [
            (Some(0), 0),
            (Some(7), 0),
            (Some(8), 1),
            (Some(30), 1),
            (Some(31), 2),
            (Some(90), 2),
            (Some(91), 3),
            (Some(i64::MAX), 3),
            (None, 4),
        ];
        for (age, place) in cases {
            assert_eq!(bucket(age), place, "{age:?}");
        }
    }
}
