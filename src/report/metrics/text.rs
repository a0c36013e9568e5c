//! The text format of Prometheus: what is written, and what is read again of the file of the run before.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::{Figures, RunFacts};

/// A family of samples: its name, type and meaning.
struct Family {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
}

const fn gauge(name: &'static str, help: &'static str) -> Family {
    Family { name, kind: "gauge", help }
}

const RUNS: Family = Family { name: "avstem_runs_total", kind: "counter", help: "Runs, failed ones too." };
const LAST_RUN: Family = gauge("avstem_last_run_timestamp_seconds", "When the last run ended.");
const LAST_SUCCESS: Family = gauge(
    "avstem_last_success_timestamp_seconds",
    "When the last run with status 0 or 1 ended; 0 where there was none.",
);
const STATUS: Family = gauge(
    "avstem_last_exit_status",
    "Exit status of the last run: 0 reconciled, 1 open discrepancies, 2 nothing written, 3 incomplete.",
);
const DURATION: Family = gauge("avstem_run_duration_seconds", "How long the last run took.");
const ROWS: Family = gauge("avstem_rows", "Data rows read by dataset.");
const REJECTED: Family = gauge("avstem_rejected_rows", "Rows that could not be read.");
const FINDINGS: Family = gauge("avstem_findings", "Findings by code, status and currency.");
const DIFFERENCE: Family = gauge(
    "avstem_difference_minor",
    "Sum of the differences (actual - expected) of findings by code, status and currency, in minor units of the currency.",
);
const OLDEST: Family = gauge("avstem_oldest_open_age_days", "Age of the oldest open finding; 0 where none is open.");

/// What a run leaves as it was where it wrote no report.
const OF_REPORTS: [&Family; 5] = [&ROWS, &REJECTED, &FINDINGS, &DIFFERENCE, &OLDEST];

/// The samples of the run before: by family, labels as written, and the value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Old {
    samples: BTreeMap<String, Vec<(String, String)>>,
}

impl Old {
    /// Reads a metrics file of this program; `None` where the text is anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut old = Self::default();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let end = line.find(|c: char| !(c.is_ascii_lowercase() || c == '_'))?;
            let (name, rest) = line.split_at(end);
            let (labels, value) = rest.split_at(labels_length(rest)?);
            let value = value.strip_prefix(' ')?;
            let is_number = value.starts_with(|c: char| c.is_ascii_digit() || c == '-')
                && value.chars().skip(1).all(|c| c.is_ascii_digit() || c == '.');
            if !name.starts_with("avstem_") || !is_number {
                return None;
            }
            old.samples.entry(name.to_owned()).or_default().push((labels.to_owned(), value.to_owned()));
        }
        Some(old)
    }

    /// The number of a family without labels; 0 where there is none.
    fn number(&self, family: &Family) -> u64 {
        let first = self.samples.get(family.name).and_then(|samples| samples.first());
        first.and_then(|(_, value)| value.parse().ok()).unwrap_or(0)
    }
}

/// How long the `{...}` at the beginning of a text is; 0 where there is none, `None` where it has no end.
fn labels_length(text: &str) -> Option<usize> {
    if !text.starts_with('{') {
        return Some(0);
    }
    let (mut quoted, mut escaped) = (false, false);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'}' if !quoted => return Some(place.saturating_add(1)),
            _ => {}
        }
    }
    None
}

/// A text of samples, family by family.
#[derive(Default)]
struct Page(String);

impl Page {
    fn family(&mut self, family: &Family) {
        // Writing into a text does not fail.
        let _ = writeln!(self.0, "# HELP {} {}\n# TYPE {} {}", family.name, family.help, family.name, family.kind);
    }

    fn sample(&mut self, family: &Family, labels: &[(&str, &str)], value: impl fmt::Display) {
        self.0.push_str(family.name);
        for (index, (name, text)) in labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            let _ = write!(self.0, "{before}{name}=\"{}\"", escaped(text));
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }

    fn single(&mut self, family: &Family, value: impl fmt::Display) {
        self.family(family);
        self.sample(family, &[], value);
    }
}

/// The value of a label between its quotes.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// The whole file.
pub(super) fn render(facts: RunFacts, figures: Option<&Figures>, old: &Old) -> String {
    let mut page = Page::default();
    page.single(&RUNS, old.number(&RUNS).saturating_add(1));
    page.single(&LAST_RUN, facts.ended_at);
    if facts.is_success() {
        page.single(&LAST_SUCCESS, facts.ended_at);
    } else {
        page.single(&LAST_SUCCESS, old.number(&LAST_SUCCESS));
    }
    page.single(&STATUS, facts.status);
    page.single(&DURATION, format_args!("{}.{:03}", facts.duration_ms / 1000, facts.duration_ms % 1000));
    match figures {
        Some(figures) => of_report(&mut page, figures),
        None => {
            for family in OF_REPORTS {
                let Some(samples) = old.samples.get(family.name) else { continue };
                page.family(family);
                for (labels, value) in samples {
                    let _ = writeln!(page.0, "{}{labels} {value}", family.name);
                }
            }
        }
    }
    page.0
}

fn of_report(page: &mut Page, figures: &Figures) {
    page.family(&ROWS);
    for (dataset, rows) in &figures.rows {
        page.sample(&ROWS, &[("dataset", dataset)], rows);
    }
    page.single(&REJECTED, figures.rejected);
    page.family(&FINDINGS);
    for row in &figures.codes {
        let labels = [("code", row.code.as_str()), ("status", &row.status), ("currency", &row.currency)];
        page.sample(&FINDINGS, &labels, row.findings);
    }
    page.family(&DIFFERENCE);
    for row in &figures.codes {
        let labels = [("code", row.code.as_str()), ("status", &row.status), ("currency", &row.currency)];
        page.sample(&DIFFERENCE, &labels, row.difference);
    }
    page.single(&OLDEST, figures.oldest_open_days);
}
