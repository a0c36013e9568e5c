//! A second, slow implementation of the rules page (RULES.md, sections 1 to 5, 7 and 8), for tests only.
//!
//! It is written from the page alone and for obviousness: small vectors, linear searches, one function for each row of
//! a table. It shares no code with the program, so where the two disagree one of them has misread the page.

// Every test binary that includes this module uses its own part of it.
#![allow(dead_code)]

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

mod batches;
pub mod calendar;
pub mod csv;
mod currencies;
mod files;
mod identity;
mod line_keys;
mod lines;
mod operations;
mod pairing;
mod parse;
pub mod random_day;
mod random_faults;
mod random_file;
mod random_money;
mod random_noise;
mod random_story;
mod random_tight;
pub mod rng;
mod rows;
mod settle;
mod statements;

/// The four kinds of canonical export, in the order of RULES section 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dataset {
    /// Order lines.
    Orders,
    /// Captures, a row a line.
    Captures,
    /// Reversals, a row a line.
    Reversals,
    /// Settlement rows.
    Settlements,
}

impl Dataset {
    /// All of them, in order.
    pub const ALL: [Dataset; 4] = [Dataset::Orders, Dataset::Captures, Dataset::Reversals, Dataset::Settlements];

    /// The name that the command line gives it.
    pub fn name(self) -> &'static str {
        match self {
            Dataset::Orders => "orders",
            Dataset::Captures => "captures",
            Dataset::Reversals => "reversals",
            Dataset::Settlements => "settlements",
        }
    }
}

/// One canonical CSV file, decompressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// What its rows are.
    pub dataset: Dataset,
    /// The provider that the configuration gives to the source, if any.
    pub provider: Option<String>,
    /// The content.
    pub bytes: Vec<u8>,
}

/// What the configuration says of one provider; `None` is the default of RULES sections 2 and 4.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderSettings {
    /// The keys of section 4, in the order in which they are tried.
    pub keys: Option<Vec<String>>,
    /// Whether `transaction_id`, `transaction_number` and `payee_reference` name one operation.
    pub unique_reference: Option<bool>,
}

/// The configuration that the rules depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The day that ages are counted to.
    pub as_of: NaiveDate,
    /// The zone of timestamps without one, and of calendar days.
    pub zone: chrono_tz::Tz,
    /// Days for which what is not captured is pending.
    pub capture_days: i64,
    /// Days for which what is not settled is pending.
    pub settlement_days: i64,
    /// The country, `SE`, `NO`, `DK` or `FI`, whose business days `capture_days` are; else calendar days.
    pub capture_calendar: Option<String>,
    /// The same for `settlement_days`.
    pub settlement_calendar: Option<String>,
    /// Minor units by which VAT may differ.
    pub vat_tolerance: i64,
    /// Minor units by which a pair may differ, by currency; absent is 0.
    pub amount_tolerance: BTreeMap<String, i64>,
    /// What the tolerated differences may sum to, by currency; absent is 0.
    pub tolerance_budget: BTreeMap<String, i64>,
    /// Providers that differ from the defaults.
    pub providers: BTreeMap<String, ProviderSettings>,
    /// The provider of rows that neither a column nor their source names.
    pub default_provider: String,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            as_of: NaiveDate::from_ymd_opt(2026, 1, 31).expect("a date that exists"),
            zone: chrono_tz::Europe::Stockholm,
            capture_days: 7,
            settlement_days: 5,
            capture_calendar: None,
            settlement_calendar: None,
            vat_tolerance: 1,
            amount_tolerance: BTreeMap::new(),
            tolerance_budget: BTreeMap::new(),
            providers: BTreeMap::new(),
            default_provider: "default".to_string(),
        }
    }
}

impl Settings {
    /// Whether every reference of the provider names one operation (section 2; not so at `dintero`).
    pub fn unique_reference(&self, provider: &str) -> bool {
        let configured = self.providers.get(provider).and_then(|p| p.unique_reference);
        configured.unwrap_or(provider != "dintero")
    }

    /// The keys of section 4, in the provider's order.
    pub fn keys(&self, provider: &str) -> Vec<String> {
        let configured = self.providers.get(provider).and_then(|p| p.keys.clone());
        let names: &[&str] = match provider {
            "dintero" => &["operation_id", "transaction_id", "payee_reference"],
            _ => &["operation_id", "transaction_number", "payee_reference", "transaction_id"],
        };
        configured.unwrap_or_else(|| names.iter().map(|n| n.to_string()).collect())
    }

    /// Calendar days from an instant to `as_of` in the zone, never below 0 (section 2).
    pub fn age(&self, created_at: DateTime<Utc>) -> i64 {
        let day = created_at.with_timezone(&self.zone).date_naive();
        (self.as_of - day).num_days().max(0)
    }

    /// `pending` inside the days, `open` after them (sections 3 and 4).
    fn pending_or_open(&self, created_at: DateTime<Utc>, days: i64, calendar: &Option<String>) -> &'static str {
        let age = match calendar {
            None => self.age(created_at),
            Some(country) => {
                let made = created_at.with_timezone(&self.zone).date_naive();
                calendar::count(country, made, self.as_of)
            }
        };
        if age <= days { "pending" } else { "open" }
    }
}

/// A row of discrepancies.csv (section 8). The order of the fields is the sort order; `id`, `age_days`, `first_seen`,
/// `explanation` and `sources` are not modelled.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundRow {
    /// `batch`, `file`, `line`, `operation` or `record`.
    pub leg: String,
    /// The verdict.
    pub code: String,
    /// The provider, empty where none is meant.
    pub provider: String,
    /// Where all records that have one agree, like the other id columns.
    pub order_id: String,
    /// As above; `*` for an order compared as a whole.
    pub line_id: String,
    /// As above.
    pub payee_reference: String,
    /// As above.
    pub transaction_number: String,
    /// As above.
    pub reconciliation_number: String,
    /// As above.
    pub settlement_id: String,
    /// The currency of the amounts.
    pub currency: String,
    /// `open`, `pending` or `listed`.
    pub status: String,
    /// The merchant's books.
    pub expected: i128,
    /// The other side.
    pub actual: i128,
    /// actual - expected.
    pub difference: i128,
    /// How many records the finding has.
    pub count: u64,
}

/// A row of batches.csv (section 5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchRow {
    /// The provider.
    pub provider: String,
    /// The batch, empty for what has no number.
    pub reconciliation_number: String,
    /// The currency of all sums.
    pub currency: String,
    /// Completed operations.
    pub operation_count: u64,
    /// Their effects.
    pub operation_sum: i128,
    /// Rows of kind capture and reversal.
    pub row_count: u64,
    /// Their effects.
    pub row_sum: i128,
    /// Their fees.
    pub fee_sum: i128,
    /// Their nets.
    pub net_sum: i128,
    /// Rows - operations.
    pub difference: i128,
    /// What explains the difference, by code; no zeros.
    pub explained: BTreeMap<String, i128>,
    /// What nothing explains, 0 in every batch.
    pub residual: i128,
}

/// The control totals of a dataset (section 7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Rows of all files that were not skipped.
    pub read: u64,
    /// Rows that could not be read.
    pub rejected: u64,
    /// Rows that an equal row came before.
    pub repeated: u64,
    /// Rows that another row replaced.
    pub superseded: u64,
    /// All others.
    pub accepted: u64,
}

/// What a run finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Sorted as discrepancies.csv is.
    pub findings: Vec<FoundRow>,
    /// Sorted by provider, number and currency.
    pub batches: Vec<BatchRow>,
    /// One for each dataset, also where it has no file; empty when the exit status is 2.
    pub totals: BTreeMap<Dataset, Totals>,
    /// 0, 1, 2 or 3, as section 8 says.
    pub exit_status: i32,
}

/// Reconciles the files. Where one of them cannot be read at all the outcome is empty and its exit status 2.
pub fn reconcile(files: &[InputFile], settings: &Settings) -> Outcome {
    let mut findings = Vec::new();
    let kept_files = files::without_repeated(files, settings, &mut findings);

    let mut totals = BTreeMap::new();
    let mut kept: BTreeMap<Dataset, Vec<rows::Row>> = BTreeMap::new();
    for dataset in Dataset::ALL {
        let mut total = Totals::default();
        let mut read = Vec::new();
        for file in kept_files.iter().filter(|f| f.dataset == dataset) {
            let Some(content) = rows::read_file(file, settings) else {
                return Outcome { exit_status: 2, ..Outcome::default() };
            };
            total.read += content.rows.len() as u64 + content.rejected;
            total.rejected += content.rejected;
            read.extend(content.rows);
        }
        let judged = identity::judge(dataset, read, settings);
        total.repeated = judged.repeated;
        total.superseded = judged.superseded;
        total.accepted = judged.kept.len() as u64;
        findings.extend(judged.conflicts);
        kept.insert(dataset, judged.kept);
        totals.insert(dataset, total);
    }

    let mut operations = operations::from_rows(&kept[&Dataset::Captures], settings);
    operations.extend(operations::from_rows(&kept[&Dataset::Reversals], settings));
    let (order_lines, settlement_rows) = (&kept[&Dataset::Orders], &kept[&Dataset::Settlements]);

    lines::compare(order_lines, &operations, settings, &mut findings);
    let verdicts = settle::compare(&operations, settlement_rows, settings, &mut findings);
    files::net(settlement_rows, &mut findings);
    files::gaps(settlement_rows, &mut findings);
    let batches = batches::rows(&operations, settlement_rows, &verdicts);

    findings.sort();
    let closes = totals.values().all(|t| t.read == t.rejected + t.repeated + t.superseded + t.accepted);
    let incomplete = !closes || totals.values().any(|t| t.rejected > 0) || batches.iter().any(|b| b.residual != 0);
    let open = findings.iter().any(|f| f.status == "open");
    let exit_status = if incomplete { 3 } else { i32::from(open) };
    Outcome { findings, batches, totals, exit_status }
}
