//! Whether the program and the second implementation of the rules page agree on a day.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fmt::Debug;

use avstem::model::found::FoundRow;
use avstem::pipeline;
use avstem::report::view::{BatchRow, Report};

use super::{Engine, plan};
use crate::reference;

/// A finding as the second implementation models it: everything but id, age, first day, sentence and sources.
fn finding(row: &FoundRow) -> reference::FoundRow {
    reference::FoundRow {
        leg: row.code.leg().name().to_owned(),
        code: row.code.name().to_owned(),
        provider: row.provider().to_string(),
        order_id: row.order_id().to_string(),
        line_id: row.line_id().to_string(),
        payee_reference: row.payee_reference().to_string(),
        transaction_number: row.transaction_number().to_string(),
        reconciliation_number: row.reconciliation_number().to_string(),
        settlement_id: row.settlement_id().to_string(),
        currency: row.currency().to_string(),
        status: row.status.name().to_owned(),
        expected: row.expected_minor,
        actual: row.actual_minor,
        difference: row.difference_minor,
        count: row.count,
    }
}

/// A batch as the second implementation models it.
fn batch(row: &BatchRow) -> reference::BatchRow {
    reference::BatchRow {
        provider: row.provider.to_string(),
        reconciliation_number: row.reconciliation_number.to_string(),
        currency: row.currency.to_string(),
        operation_count: row.operation_count,
        operation_sum: row.operation_sum,
        row_count: row.row_count,
        row_sum: row.row_sum,
        fee_sum: row.fee_sum,
        net_sum: row.net_sum,
        difference: row.difference,
        explained: row.explained.iter().cloned().collect(),
        residual: row.residual,
    }
}

fn texts<T: Debug>(rows: impl IntoIterator<Item = T>) -> Vec<String> {
    rows.into_iter().map(|row| format!("{row:?}")).collect()
}

fn only_in(a: &[String], b: &[String]) -> Vec<String> {
    let mut left: BTreeMap<&String, i64> = BTreeMap::new();
    a.iter().for_each(|row| *left.entry(row).or_default() += 1);
    b.iter().for_each(|row| *left.entry(row).or_default() -= 1);
    left.into_iter().filter(|(_, count)| *count > 0).map(|(row, _)| row.clone()).collect()
}

fn totals(report: &Report) -> BTreeMap<String, [u64; 5]> {
    let mut totals: BTreeMap<String, [u64; 5]> = BTreeMap::new();
    for input in report.summary.inputs.iter().filter(|input| input.state == "read") {
        let known = totals.entry(input.dataset.clone()).or_default();
        known[0] += input.rows;
        known[1] += input.rejected;
    }
    for row in &report.summary.control_totals {
        let known = totals.entry(row.dataset.clone()).or_default();
        known[2] += row.repeated.count;
        known[3] += row.superseded.count;
        known[4] += row.accepted.count;
    }
    totals
}

/// The differences between both implementations on a day, empty where they agree.
pub fn disagreement(files: &[reference::InputFile], settings: &reference::Settings) -> String {
    let theirs = reference::reconcile(files, settings);
    let folder = tempfile::tempdir().unwrap();
    let planned = plan(folder.path(), files, settings, Engine::default());
    let ours = match pipeline::run(&planned, &|_| {}) {
        Ok(report) => report,
        Err(_) if theirs.exit_status == 2 => return String::new(),
        Err(error) => return format!("{error}\nthe other implementation ends with {}\n", theirs.exit_status),
    };
    let mut text = String::new();
    let mut compare = |what: &str, ours: &[String], theirs: &[String]| {
        for row in only_in(ours, theirs) {
            text.push_str(&format!("{what}, here only:  {row}\n"));
        }
        for row in only_in(theirs, ours) {
            text.push_str(&format!("{what}, there only: {row}\n"));
        }
    };
    compare("finding", &texts(ours.findings.iter().map(finding)), &texts(&theirs.findings));
    compare("batch", &texts(ours.batches.iter().map(batch)), &texts(&theirs.batches));
    let here = totals(&ours);
    let there = theirs
        .totals
        .iter()
        .map(|(d, t)| (d.name().to_owned(), [t.read, t.rejected, t.repeated, t.superseded, t.accepted]))
        .filter(|(name, t)| t[0] > 0 || here.contains_key(name));
    compare("total", &texts(&here), &texts(there));
    if i32::from(ours.summary.exit_status) != theirs.exit_status {
        text.push_str(&format!(
            "status {} here, {} there: {:?}\n",
            ours.summary.exit_status, theirs.exit_status, ours.summary.incomplete
        ));
    }
    text
}
