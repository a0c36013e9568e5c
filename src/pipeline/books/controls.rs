//! Control totals of files that are only for the books.

use std::collections::BTreeMap;

use crate::model::record::Dataset;
use crate::pipeline::inputs::Inputs;
use crate::report::view::{ControlRow, Summary, Total, VerdictRow};

/// Adds the control totals of files for the books, whose rows are all accepted.
pub(in crate::pipeline) fn add_books_rows(inputs: &Inputs, rows: &mut Vec<ControlRow>) {
    for (file, volume) in inputs.files.iter().zip(&inputs.volumes).filter(|(file, _)| file.state == "read") {
        let mut totals: BTreeMap<&str, Total> = BTreeMap::new();
        let mut put = |currency, count: u64, sum: i128| {
            let total: &mut Total = totals.entry(currency).or_default();
            total.count = total.count.saturating_add(count);
            crate::model::money::add(&mut total.sum, sum);
        };
        for statement in &file.books.statements {
            put(&statement.currency, statement.entry_count, statement.entry_sum_minor);
        }
        for payout in &file.books.payouts {
            put(&payout.key.currency, 1, i128::from(payout.amount_minor.unwrap_or(0)));
        }
        rows.extend(totals.into_iter().map(|(currency, total)| ControlRow {
            dataset: volume.layout.dataset.name().to_owned(),
            file: file.input.shown.clone(),
            currency: currency.to_owned(),
            read: total,
            repeated: Total::default(),
            superseded: Total::default(),
            accepted: total,
        }));
    }
    rows.sort_by(|a, b| (&a.dataset, &a.file, &a.currency).cmp(&(&b.dataset, &b.file, &b.currency)));
}

/// What became of the rows of files for the books: entries are booked, and payouts stated, whatever they turn out to be;
/// the findings of leg `bank` say which of them are wanted.
pub(in crate::pipeline) fn add_books_verdicts(summary: &mut Summary) {
    let mut verdicts: BTreeMap<(&str, &str), Total> = BTreeMap::new();
    let of_books = [Dataset::Bank, Dataset::Payouts].map(Dataset::name);
    for row in summary.control_totals.iter().filter(|row| of_books.contains(&row.dataset.as_str())) {
        let total = verdicts.entry((&row.dataset, &row.currency)).or_default();
        total.count = total.count.saturating_add(row.accepted.count);
        crate::model::money::add(&mut total.sum, row.accepted.sum);
    }
    let rows: Vec<VerdictRow> = verdicts
        .into_iter()
        .map(|((dataset, currency), rows)| VerdictRow {
            dataset: dataset.to_owned(),
            provider: String::new(),
            currency: currency.to_owned(),
            verdict: if dataset == Dataset::Bank.name() { "booked" } else { "stated" }.to_owned(),
            records: rows.count,
            rows,
        })
        .collect();
    summary.verdicts.extend(rows);
    summary.verdicts.sort_by(|a, b| {
        (&a.dataset, &a.provider, &a.currency, &a.verdict).cmp(&(&b.dataset, &b.provider, &b.currency, &b.verdict))
    });
}
