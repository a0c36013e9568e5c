//! Conservation over totals that were added up apart, on other nights or by other workers (RULES.md 7).

use std::collections::BTreeMap;

use crate::model::money::add;
use crate::report::view::{ControlRow, Total, VerdictRow};

/// Where the totals of a report do not close, a sentence each (RULES.md 7): as
/// [`crate::rules::control::Tally::gaps`] says of one run, after others were added.
#[must_use]
pub fn gaps(controls: &[ControlRow], verdicts: &[VerdictRow]) -> Vec<String> {
    let mut gaps = Vec::new();
    let mut open: BTreeMap<(&str, &str), [i128; 2]> = BTreeMap::new();
    let mut sum = |dataset, currency, total: Total, sign: i128| {
        let of: &mut [i128; 2] = open.entry((dataset, currency)).or_default();
        add(&mut of[0], sign * i128::from(total.count));
        add(&mut of[1], sign * total.sum);
    };
    for row in controls {
        let judged = [row.repeated, row.superseded, row.accepted];
        let count = judged.iter().fold(0_u64, |count, total| count.saturating_add(total.count));
        if (count, judged.iter().map(|total| total.sum).sum::<i128>()) != (row.read.count, row.read.sum) {
            let ControlRow { dataset, file, read, .. } = row;
            gaps.push(format!("{dataset} of {file}: {} rows read, {count} accounted for", read.count));
        }
        sum(&row.dataset, &row.currency, row.accepted, 1);
    }
    for row in verdicts {
        sum(&row.dataset, &row.currency, row.rows, -1);
    }
    if open.values().any(|left| *left != [0, 0]) {
        gaps.push("accepted records and their verdicts do not sum to the same".to_owned());
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(count: u64, sum: i128) -> Total {
        Total { count, sum }
    }

    fn control(dataset: &str, read: Total, accepted: Total) -> ControlRow {
        ControlRow {
            dataset: dataset.to_owned(),
            file: "a.csv".to_owned(),
            currency: "SEK".to_owned(),
            read,
            repeated: total(1, 5),
            superseded: total(0, 0),
            accepted,
        }
    }

    fn verdict(dataset: &str, rows: Total) -> VerdictRow {
        VerdictRow {
            dataset: dataset.to_owned(),
            provider: "p".to_owned(),
            currency: "SEK".to_owned(),
            verdict: "matched".to_owned(),
            records: rows.count,
            rows,
        }
    }

    #[test]
    fn what_is_lost_on_the_way_is_told() {
        let cases = [
            (total(3, 15), total(2, 10), vec![]),
            (total(4, 15), total(2, 10), vec!["captures of a.csv: 4 rows read, 3 accounted for"]),
            (
                total(3, 16),
                total(2, 9),
                vec![
                    "captures of a.csv: 3 rows read, 3 accounted for",
                    "accepted records and their verdicts do not sum to the same",
                ],
            ),
            (total(3, 15), total(1, 10), vec!["accepted records and their verdicts do not sum to the same"]),
        ];
        for (read, judged, expected) in cases {
            let controls = [control("captures", read, total(2, 10))];
            assert_eq!(gaps(&controls, &[verdict("captures", judged)]), expected);
        }
    }
}
