//! The proof of a report folder from its files alone: presence, hashes, sort order, and every equation of RULES.md 7.
//!
//! The hashes prove that nothing changed since the report was written, and the line checks beside them name the line
//! that did; the equations prove that what was written was right, whoever wrote it. `files` does the former, one
//! module a table the latter; `summary` ties the tables to the control totals.

mod batches;
mod books;
mod cleared;
mod discrepancies;
mod files;
mod matches;
mod places;
mod rejects;
mod summary;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// What is wrong with a report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Name of the file in the folder.
    pub file: String,
    /// Line, from 1, where one can be told.
    pub line: Option<u64>,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}:{line}: {}", self.file, self.problem),
            None => write!(out, "{}: {}", self.file, self.problem),
        }
    }
}

/// What was proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// Files of the report, `summary.json` included.
    pub files: u64,
    /// Rows of `discrepancies.csv`.
    pub findings: u64,
    /// Rows of `batches.csv`.
    pub batches: u64,
    /// Matches in `matches.csv`, however many rows each has; 0 where the report has no such file.
    pub matches: u64,
}

/// Proves the report in `dir`.
///
/// # Errors
/// All that is wrong with it, by file and line; of one file at most some hundred faults.
pub fn verify(dir: &Path) -> Result<Proof, Vec<Fault>> {
    let mut faults = Faults::default();
    let Some(report) = files::check(dir, &mut faults) else {
        return Err(faults.sorted());
    };
    let findings = discrepancies::check(dir, &mut faults);
    let batches = batches::check(dir, report.summary.complete, &mut faults);
    let rejects = rejects::check(dir, &mut faults);
    let cleared = if report.has_cleared { cleared::check(dir, &report.summary.as_of, &mut faults) } else { None };
    let matches = if report.has_matches { matches::check(dir, &report.summary, &mut faults) } else { None };
    books::check(dir, &report.summary, &mut faults);
    let mut summary = summary::Check { summary: &report.summary, places: &report.places, faults: &mut faults };
    summary.run(findings.as_ref(), batches.as_ref(), rejects.as_ref(), matches.as_ref());
    summary.night(report.has_cleared, findings.as_ref(), cleared.as_ref());
    match (findings, batches, faults.list.is_empty()) {
        (Some(findings), Some(batches), true) => Ok(Proof {
            files: report.files,
            findings: findings.rows,
            batches: batches.rows,
            matches: matches.map_or(0, |matches| matches.matches),
        }),
        _ => Err(faults.sorted()),
    }
}

/// The most faults of one file that are told one by one.
const FAULTS_A_FILE_MAX: u64 = 100;

/// The faults found so far.
#[derive(Debug, Default)]
struct Faults {
    list: Vec<Fault>,
    counts: BTreeMap<String, u64>,
}

impl Faults {
    fn add(&mut self, file: &str, line: Option<u64>, problem: impl Into<String>) {
        let count = self.counts.entry(file.to_owned()).or_default();
        *count = count.saturating_add(1);
        if *count <= FAULTS_A_FILE_MAX {
            self.list.push(Fault { file: file.to_owned(), line, problem: problem.into() });
        }
    }

    fn sorted(mut self) -> Vec<Fault> {
        for (file, count) in self.counts {
            if let Some(more @ 1..) = count.checked_sub(FAULTS_A_FILE_MAX) {
                self.list.push(Fault { file, line: None, problem: format!("and {more} more faults") });
            }
        }
        self.list.sort();
        self.list.dedup();
        self.list
    }
}

/// A count and a sum that know when they overflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tally {
    count: Option<u64>,
    sum: Option<i128>,
}

impl Default for Tally {
    fn default() -> Self {
        Self { count: Some(0), sum: Some(0) }
    }
}

impl Tally {
    fn add(&mut self, count: u64, sum: i128) {
        self.count = self.count.and_then(|total| total.checked_add(count));
        self.sum = self.sum.and_then(|total| total.checked_add(sum));
    }
}

/// The sum of all terms, where it does not overflow.
fn sum(terms: &[i128]) -> Option<i128> {
    terms.iter().try_fold(0_i128, |total, term| total.checked_add(*term))
}

/// A number for a message.
fn shown<T: fmt::Display>(number: Option<T>) -> String {
    number.map_or_else(|| "a number too large".to_owned(), |number| number.to_string())
}
