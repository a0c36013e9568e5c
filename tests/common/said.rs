//! What a report says, as text, and where two reports differ.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use avstem::report::csv;
use avstem::report::view::{Report, Summary};

/// What a report says, file by file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub discrepancies: String,
    pub batches: String,
    pub matches: String,
    pub rejects: String,
    pub summary: String,
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// All that a report says.
pub fn said(report: &Report) -> Said {
    Said {
        discrepancies: text(|out| csv::discrepancies(&report.findings, out)),
        batches: text(|out| csv::batches(&report.batches, out)),
        matches: text(|out| csv::matches(report.matches.as_deref().unwrap_or_default(), out)),
        rejects: text(|out| csv::rejects(&report.rejects, out)),
        summary: serde_json::to_string_pretty(&report.summary).unwrap(),
    }
}

/// All that a report says, the places apart: what must be the same however the rows are put into files.
pub fn said_without_places(report: &Report) -> Said {
    let mut report = report.clone();
    for finding in &mut report.findings {
        finding.say(|texts| (texts.sources, texts.hint_key) = ("", ""));
    }
    report.matches.iter_mut().flatten().for_each(|row| row.sources.clear());
    let mut rejects: Vec<String> = report.rejects.iter().map(|row| format!("{} {}", row.column, row.reason)).collect();
    rejects.sort();
    Said { rejects: rejects.join("\n"), summary: totals(&report.summary), ..said(&report) }
}

/// The totals of a summary over all files.
fn totals(summary: &Summary) -> String {
    let mut by_dataset: BTreeMap<(&str, &str), [(u64, i128); 4]> = BTreeMap::new();
    for row in &summary.control_totals {
        let sums = by_dataset.entry((&row.dataset, &row.currency)).or_default();
        for (sum, more) in sums.iter_mut().zip([row.read, row.repeated, row.superseded, row.accepted]) {
            *sum = (sum.0 + more.count, sum.1 + more.sum);
        }
    }
    let rejected: u64 = summary.inputs.iter().map(|input| input.rejected).sum();
    let mut text = format!("{} {:?} rejected {rejected}\n", summary.exit_status, summary.incomplete);
    writeln!(text, "{by_dataset:#?}\n{:#?}\n{:#?}", summary.verdicts, summary.codes).unwrap();
    writeln!(text, "{:#?}\n{:#?}", summary.other_kinds, summary.tolerated).unwrap();
    writeln!(text, "{:#?}\n{:#?}", summary.equal_rows_without_id, summary.skipped_checks).unwrap();
    text
}

/// Fails at the first line that differs.
pub fn assert_same(what: &str, found: &Said, expected: &Said) {
    let parts = |said: &Said| {
        [&said.discrepancies, &said.batches, &said.matches, &said.rejects, &said.summary].map(String::clone)
    };
    for (name, (found, expected)) in ["discrepancies", "batches", "matches", "rejects", "summary"]
        .iter()
        .zip(parts(found).iter().zip(parts(expected).iter()))
    {
        if found != expected {
            let differs = found.lines().zip(expected.lines()).position(|(a, b)| a != b);
            let at = differs.unwrap_or_else(|| found.lines().count().min(expected.lines().count()));
            let line = |text: &str| text.lines().nth(at).unwrap_or("(nothing)").to_owned();
            panic!("{what}: {name}, line {}:\n  {}\n  {}", at + 1, line(found), line(expected));
        }
    }
}
