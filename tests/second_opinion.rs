//! The program against a second, slow implementation of the rules page that shares no code with it, on random days.
//!
//! A failure prints the seed; `AVSTEM_SEED=N cargo test --test second_opinion` runs that day alone, and
//! `AVSTEM_DAYS=N` runs more days than the default.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;
mod reference;

use std::collections::BTreeMap;

use avstem::pipeline;
use common::{Engine, batches, findings, plan};

fn their_findings(outcome: &reference::Outcome) -> Vec<String> {
    let mut rows: Vec<String> = outcome
        .findings
        .iter()
        .map(|f| {
            format!(
                "{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}",
                f.leg,
                f.code,
                f.status,
                f.provider,
                f.order_id,
                f.line_id,
                f.payee_reference,
                f.transaction_number,
                f.reconciliation_number,
                f.settlement_id,
                f.currency,
                f.expected,
                f.actual,
                f.difference,
                f.count
            )
        })
        .collect();
    rows.sort();
    rows
}

fn their_batches(outcome: &reference::Outcome) -> Vec<String> {
    let mut rows: Vec<String> = outcome
        .batches
        .iter()
        .map(|b| {
            format!(
                "{}|{}|{}|{} {}|{} {}|{}|{}|{}|{:?}|{}",
                b.provider,
                b.reconciliation_number,
                b.currency,
                b.operation_count,
                b.operation_sum,
                b.row_count,
                b.row_sum,
                b.fee_sum,
                b.net_sum,
                b.difference,
                b.explained,
                b.residual
            )
        })
        .collect();
    rows.sort();
    rows
}

fn only_in(a: &[String], b: &[String]) -> Vec<String> {
    let mut left: BTreeMap<&String, i64> = BTreeMap::new();
    a.iter().for_each(|row| *left.entry(row).or_default() += 1);
    b.iter().for_each(|row| *left.entry(row).or_default() -= 1);
    left.into_iter().filter(|(_, count)| *count > 0).map(|(row, _)| row.clone()).collect()
}

fn totals(report: &avstem::report::view::Report) -> BTreeMap<String, [u64; 5]> {
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

/// The differences between both implementations on one day, empty where they agree.
fn disagreement(seed: u64) -> String {
    let (files, settings) = reference::random_day::random_day(seed);
    let theirs = reference::reconcile(&files, &settings);
    let folder = tempfile::tempdir().unwrap();
    let planned = plan(folder.path(), &files, &settings, Engine::default());
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
    compare("finding", &findings(&ours), &their_findings(&theirs));
    compare("batch", &batches(&ours), &their_batches(&theirs));
    let here: Vec<String> = totals(&ours).iter().map(|total| format!("{total:?}")).collect();
    let there: Vec<String> = theirs
        .totals
        .iter()
        .map(|(d, t)| (d.name().to_owned(), [t.read, t.rejected, t.repeated, t.superseded, t.accepted]))
        .filter(|(name, t)| t[0] > 0 || totals(&ours).contains_key(name))
        .map(|total| format!("{total:?}"))
        .collect();
    compare("total", &here, &there);
    if i32::from(ours.summary.exit_status) != theirs.exit_status {
        text.push_str(&format!(
            "status {} here, {} there: {:?}\n",
            ours.summary.exit_status, theirs.exit_status, ours.summary.incomplete
        ));
    }
    text
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn both_implementations_find_the_same() {
    let seeds = match number("AVSTEM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("AVSTEM_DAYS").unwrap_or(1_500),
    };
    let mut failures = 0;
    for seed in seeds {
        let differences = disagreement(seed);
        if !differences.is_empty() {
            failures += 1;
            if failures <= 10 {
                println!("seed {seed}:\n{differences}");
            }
        }
    }
    assert_eq!(failures, 0, "days on which the implementations disagree; the seeds stand above");
}

/// Writes the files of a day where a person can look at them.
#[test]
#[ignore = "a tool: AVSTEM_SEED=N AVSTEM_DUMP=DIR cargo test --test second_opinion -- --ignored"]
fn dump_a_day() {
    let (Some(seed), Ok(folder)) = (number("AVSTEM_SEED"), std::env::var("AVSTEM_DUMP")) else { return };
    let (files, settings) = reference::random_day::random_day(seed);
    std::fs::create_dir_all(&folder).unwrap();
    plan(folder.as_ref(), &files, &settings, Engine::default());
    println!("{settings:?}");
    files.iter().for_each(|file| println!("{} {:?}", file.dataset.name(), file.provider));
}
