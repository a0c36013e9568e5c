//! A table of cases for the rules: a few rows of CSV in, the whole list of findings out.
//!
//! A header names the columns that matter; required ones that it leaves out are the same on every row (order `A`,
//! line `1`, SEK, 2 March 2026). Where nothing else is said the day is 31 March, so that nothing is pending.
#![allow(dead_code)]

pub mod conserved;

use std::collections::BTreeMap;
use std::path::PathBuf;

use avstem::model::compact::KeyKind;
use avstem::model::found::FoundRow;
use avstem::model::record::Dataset;
use avstem::pipeline;
use avstem::pipeline::plan::{Input, Plan};
use avstem::report::view::Report;
use avstem::rules::settings::{ProviderSettings, Settings};

/// A case on its way to a run.
pub struct Case {
    name: String,
    files: Vec<(Option<Dataset>, Option<String>, Vec<u8>)>,
    settings: Settings,
}

/// A case that ran.
pub struct Done {
    name: String,
    pub report: Report,
}

/// Begins a case.
pub fn case(name: &str) -> Case {
    let settings = Settings::new(day("2026-03-31"));
    Case { name: name.to_owned(), files: Vec::new(), settings }
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

fn csv(dataset: Dataset, header: &str, rows: &[&str]) -> Vec<u8> {
    let required: &[(&str, &str)] = match dataset {
        Dataset::Orders => &[("order_id", "A"), ("line_id", "1"), ("currency", "SEK"), ("created_at", "2026-03-02")],
        Dataset::Captures | Dataset::Reversals => {
            &[("order_id", "A"), ("currency", "SEK"), ("created_at", "2026-03-02")]
        }
        Dataset::Settlements | Dataset::Bank | Dataset::Payouts => &[("currency", "SEK")],
    };
    let left_out: Vec<_> =
        required.iter().filter(|(column, _)| !header.split(',').any(|named| named == *column)).collect();
    let mut text = header.to_owned();
    left_out.iter().for_each(|(column, _)| text.push_str(&format!(",{column}")));
    for row in rows {
        text.push_str(&format!("\n{row}"));
        left_out.iter().for_each(|(_, value)| text.push_str(&format!(",{value}")));
    }
    text.push('\n');
    text.into_bytes()
}

impl Case {
    pub fn orders(self, header: &str, rows: &[&str]) -> Self {
        self.rows(Dataset::Orders, header, rows)
    }

    pub fn captures(self, header: &str, rows: &[&str]) -> Self {
        self.rows(Dataset::Captures, header, rows)
    }

    pub fn reversals(self, header: &str, rows: &[&str]) -> Self {
        self.rows(Dataset::Reversals, header, rows)
    }

    pub fn settlements(self, header: &str, rows: &[&str]) -> Self {
        self.rows(Dataset::Settlements, header, rows)
    }

    pub fn rows(self, dataset: Dataset, header: &str, rows: &[&str]) -> Self {
        self.file(Some(dataset), None, csv(dataset, header, rows))
    }

    /// Rows of a source that names a provider.
    pub fn rows_of(self, provider: &str, dataset: Dataset, header: &str, rows: &[&str]) -> Self {
        self.file(Some(dataset), Some(provider), csv(dataset, header, rows))
    }

    /// A file as it is.
    pub fn file(mut self, dataset: Option<Dataset>, provider: Option<&str>, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((dataset, provider.map(str::to_owned), bytes.into()));
        self
    }

    #[allow(clippy::wrong_self_convention)]
    pub fn as_of(mut self, text: &str) -> Self {
        self.settings.as_of = day(text);
        self
    }

    pub fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    pub fn tolerance(self, currency: &str, tolerance: i64, budget: i64) -> Self {
        self.set(|settings| {
            settings.amount_tolerance_minor.insert(currency.to_owned(), tolerance);
            settings.tolerance_budget_minor.insert(currency.to_owned(), budget);
        })
    }

    pub fn keys(self, provider: &str, keys: &[KeyKind]) -> Self {
        let ways =
            ProviderSettings { keys: Some(keys.to_vec()), unique_reference: None, ..ProviderSettings::default() };
        self.set(|settings| drop(settings.providers.insert(provider.to_owned(), ways)))
    }

    /// Runs the case; these are all its findings, and all its totals close.
    pub fn finds(self, expected: &[&str]) -> Done {
        let done = self.run();
        let mut expected: Vec<String> = expected.iter().map(|text| (*text).to_owned()).collect();
        expected.sort();
        let mut found: Vec<String> = done.report.findings.iter().map(shown).collect();
        found.sort();
        assert_eq!(found, expected, "{}", done.name);
        done
    }

    /// Runs the case.
    pub fn run(self) -> Done {
        let name = self.name.clone();
        let report = pipeline::run(&self.plan(&tempfile::tempdir().unwrap()), &|_| {})
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        conserved::assert_conserved(&name, &report);
        conserved::assert_no_double_use(&name, &report);
        Done { name, report }
    }

    /// Runs the case, which stops before anything is written.
    pub fn stops(self, expected: &str) {
        let (name, folder) = (self.name.clone(), tempfile::tempdir().unwrap());
        let error = pipeline::run(&self.plan(&folder), &|_| {}).expect_err(&name);
        assert_eq!(error.to_string(), expected, "{name}");
    }

    fn plan(self, folder: &tempfile::TempDir) -> Plan {
        let inputs = self.files.into_iter().enumerate().map(|(number, (dataset, provider, bytes))| {
            let shown = number.to_string();
            let path: PathBuf = folder.path().join(&shown);
            std::fs::write(&path, bytes).unwrap();
            Input { shown, path: Some(path), dataset, provider, profile: None }
        });
        Plan {
            inputs: inputs.collect(),
            out: folder.path().join("out"),
            state: None,
            retain_days: 800,
            matches: true,
            parquet: false,
            workbook: false,
            ages: false,
            page: false,
            journals: Vec::new(),
            journal_folder: None,
            lang: avstem::report::words::Lang::En,
            threads: Some(2),
            memory_bytes: None,
            chunk_bytes: 4 << 20,
            shard_count: 4,
            as_of: self.settings.as_of,
            settings: self.settings,
        }
    }
}

impl Done {
    /// The verdicts of a dataset, `matched 2, line-vat 1`, sorted by their names.
    pub fn verdicts(self, dataset: &str, expected: &str) -> Self {
        let mut verdicts: BTreeMap<&str, u64> = BTreeMap::new();
        for row in self.report.summary.verdicts.iter().filter(|row| row.dataset == dataset) {
            *verdicts.entry(&row.verdict).or_default() += row.records;
        }
        let found: Vec<String> = verdicts.iter().map(|(verdict, records)| format!("{verdict} {records}")).collect();
        assert_eq!(found.join(", "), expected, "{}: verdicts of {dataset}", self.name);
        self
    }

    /// Rows of a dataset: read = rejected + repeated + superseded + accepted.
    pub fn totals(self, dataset: &str, expected: [u64; 5]) -> Self {
        let summary = &self.report.summary;
        let of = |row: &&avstem::report::view::ControlRow| row.dataset == dataset;
        let rejected: u64 =
            summary.inputs.iter().filter(|input| input.dataset == dataset).map(|input| input.rejected).sum();
        let mut found = [rejected, rejected, 0, 0, 0];
        for row in summary.control_totals.iter().filter(of) {
            let counts = [row.read.count, 0, row.repeated.count, row.superseded.count, row.accepted.count];
            found.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        assert_eq!(found, expected, "{}: totals of {dataset}", self.name);
        self
    }

    /// All batches: `NUMBER CURRENCY operations N SUM, rows N SUM, fees SUM, net SUM: CODE=SUM;CODE=SUM`.
    pub fn batches(self, expected: &[&str]) -> Self {
        let found: Vec<String> = self.report.batches.iter().map(batch).collect();
        assert_eq!(found, expected, "{}: batches", self.name);
        self
    }

    /// The matches as `KIND OPERATIONS:ROWS`, sorted.
    pub fn matches(self, expected: &[&str]) -> Self {
        let mut sides: BTreeMap<&str, (&str, u64, u64)> = BTreeMap::new();
        for row in self.report.matches.iter().flatten() {
            let side = sides.entry(&row.match_id).or_default();
            side.0 = &row.kind;
            *(if row.side == "operation" { &mut side.1 } else { &mut side.2 }) += 1;
        }
        let mut found: Vec<String> =
            sides.values().map(|(kind, operations, rows)| format!("{kind}, {operations}:{rows}")).collect();
        found.sort();
        assert_eq!(found, expected, "{}: matches", self.name);
        self
    }

    /// What was not checked, of the checks named: `CHECK PROVIDER`.
    pub fn skips(self, expected: &[&str]) -> Self {
        let skipped = self.report.summary.skipped_checks.iter();
        let found: Vec<String> = skipped
            .filter(|row| !row.provider.is_empty())
            .map(|row| format!("{} {}", row.check, row.provider))
            .collect();
        assert_eq!(found, expected, "{}: skipped", self.name);
        self
    }

    /// The rejected rows: `FILE:LINE COLUMN=VALUE`.
    pub fn rejects(self, expected: &[&str]) -> Self {
        let found: Vec<String> = self
            .report
            .rejects
            .iter()
            .map(|row| format!("{}:{} {}={}", row.file, row.line, row.column, row.value))
            .collect();
        assert_eq!(found, expected, "{}: rejects", self.name);
        self
    }
}

/// A finding: code, status, the ids that it has, currency, expected, actual, and how many records.
fn shown(row: &FoundRow) -> String {
    let provider = if row.provider() == "default" { "" } else { row.provider() };
    let ids = [
        ("at", provider),
        ("order", row.order_id()),
        ("line", row.line_id()),
        ("reference", row.payee_reference()),
        ("transaction", row.transaction_number()),
        ("batch", row.reconciliation_number()),
        ("file", row.settlement_id()),
    ];
    let mut text = format!("{} {}", row.code.name(), row.status.name());
    ids.iter().filter(|(_, id)| !id.is_empty()).for_each(|(name, id)| text.push_str(&format!(" {name} {id}")));
    let currency = if row.currency().is_empty() { "-" } else { row.currency() };
    format!("{text} {currency} {} {} of {}", row.expected_minor, row.actual_minor, row.count)
}

fn batch(row: &avstem::report::view::BatchRow) -> String {
    let explained: Vec<String> = row.explained.iter().map(|(code, sum)| format!("{code}={sum}")).collect();
    let number = if row.reconciliation_number.is_empty() { "-" } else { &row.reconciliation_number };
    format!(
        "{number} {} operations {} {}, rows {} {}, fees {}, net {}: {}",
        row.currency,
        row.operation_count,
        row.operation_sum,
        row.row_count,
        row.row_sum,
        row.fee_sum,
        row.net_sum,
        explained.join(";")
    )
}
