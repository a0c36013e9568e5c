//! The report as a value: everything that any format shows, counted and summed already.
//!
//! Formats write these fields and compute nothing. The serialised form of [`Summary`] is `summary.json`.

use serde::{Deserialize, Serialize};

use super::books::{Books, JournalSummary};
use super::insight::Insight;
use crate::model::finding::Code;
use crate::model::found::FoundRow;
pub use crate::model::reject::RejectRow;
use crate::rules::fail_on::FailOn;

/// A finished run.
#[derive(Debug, Clone)]
pub struct Report {
    /// What `summary.json` holds, the hashes of the other files apart.
    pub summary: Summary,
    /// `discrepancies.csv`, sorted.
    pub findings: Vec<FoundRow>,
    /// `batches.csv`, sorted by provider, number, currency.
    pub batches: Vec<BatchRow>,
    /// `rejects.csv`, sorted by file, line, column.
    pub rejects: Vec<RejectRow>,
    /// `matches.csv`, where asked for, sorted.
    pub matches: Option<Vec<MatchRow>>,
    /// `cleared.csv`, of a run with a state: what was gone on its day, sorted.
    pub cleared: Option<Vec<ClearedRow>>,
    /// Causes and trend, for the page and the workbook.
    pub insight: Insight,
    /// Payouts, and what is booked.
    pub books: Books,
}

/// A finding of an earlier night that is gone: a row of `cleared.csv` (RULES.md 6).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClearedRow {
    /// Leg.
    pub leg: String,
    /// Code.
    pub code: String,
    /// Provider.
    pub provider: String,
    /// Order id.
    pub order_id: String,
    /// Line id.
    pub line_id: String,
    /// Payee reference.
    pub payee_reference: String,
    /// Transaction number.
    pub transaction_number: String,
    /// Reconciliation number.
    pub reconciliation_number: String,
    /// Settlement id.
    pub settlement_id: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Id of the finding.
    pub id: String,
    /// Its difference when it was last seen, minor units.
    pub difference_minor: i128,
    /// The day on which it was first seen.
    pub first_seen: String,
    /// The day on which it was gone.
    pub cleared_on: String,
    /// `file:line` of the rows that closed it, or why it is gone without one.
    pub closed_by: String,
    /// The finding in a sentence, as it was last seen.
    pub explanation: String,
}

/// A night in the line of nights (RULES.md 6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NightRow {
    /// Its number, from 1.
    pub number: u64,
    /// Findings that were first seen on its day.
    pub new: u64,
    /// Findings that were gone on its day: the rows of `cleared.csv`.
    pub cleared: u64,
}

/// The control totals of a run and what they were made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Program name and version.
    pub program: String,
    /// The day for which ages count, `YYYY-MM-DD`.
    pub as_of: String,
    /// The zone of timestamps without one.
    pub timezone: String,
    /// 0 reconciled, 1 open discrepancies, 3 incomplete (RULES.md 8).
    pub exit_status: u8,
    /// Whether every row was read and every total closes.
    pub complete: bool,
    /// Why the run is incomplete, a sentence each.
    pub incomplete: Vec<String>,
    /// The night, of a run with a state.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub night: Option<NightRow>,
    /// What makes exit status 1, where that is not any open finding.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fail_on: Option<FailOnRow>,
    /// The files, in a fixed order.
    pub inputs: Vec<InputRow>,
    /// Rows read = repeated + superseded + accepted, a file and currency (RULES.md 7).
    pub control_totals: Vec<ControlRow>,
    /// What became of the accepted records.
    pub verdicts: Vec<VerdictRow>,
    /// Findings by code, status and currency.
    pub codes: Vec<CodeRow>,
    /// Settlement rows that are no capture and no reversal, by kind.
    pub other_kinds: Vec<KindRow>,
    /// Pairs matched within the tolerance, by currency.
    pub tolerated: Vec<ToleratedRow>,
    /// Rows without any id that equal another one, by dataset: each is an operation of its own (RULES.md 2).
    pub equal_rows_without_id: Vec<CountRow>,
    /// Totals that the files themselves state.
    pub stated_totals: Vec<StatedRow>,
    /// What was not checked, and why.
    pub skipped_checks: Vec<SkippedRow>,
    /// What the journal comes to, where one is asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub journal: Option<JournalSummary>,
    /// The other files of the report with size and hash; empty until they are written.
    pub files: Vec<FileRow>,
}

/// What makes exit status 1: nothing but this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailOnRow {
    /// An open finding of one of these codes.
    pub codes: Vec<String>,
    /// Open findings of a currency whose differences' sizes sum to at least so much.
    pub sizes: Vec<SizeRow>,
}

/// A sum of sizes that is reached or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeRow {
    /// ISO 4217 code.
    pub currency: String,
    /// Minor units.
    pub size: i128,
}

impl FailOnRow {
    /// The row; `None` where any open finding makes exit status 1.
    #[must_use]
    pub fn of(fail_on: &FailOn) -> Option<Self> {
        let FailOn::These { codes, sizes_minor } = fail_on else { return None };
        let size = |(currency, size): (&String, &i128)| SizeRow { currency: currency.clone(), size: *size };
        Some(Self {
            codes: codes.iter().map(|code| code.name().to_owned()).collect(),
            sizes: sizes_minor.iter().map(size).collect(),
        })
    }

    /// What the row was made of; a code that this version does not know counts for nothing.
    #[must_use]
    pub fn fail_on(&self) -> FailOn {
        let code = |name: &String| Code::ALL.iter().find(|code| code.name() == name).copied();
        FailOn::These {
            codes: self.codes.iter().filter_map(code).collect(),
            sizes_minor: self.sizes.iter().map(|row| (row.currency.clone(), row.size)).collect(),
        }
    }
}

/// An input file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRow {
    /// The path as configured or typed.
    pub path: String,
    /// `orders`, `captures`, `reversals` or `settlements`.
    pub dataset: String,
    /// How it was read, such as `canonical csv` or `swedbank pay transaction list 2.0 xml`.
    pub format: String,
    /// The provider configured for the source, empty where none is.
    pub provider: String,
    /// Size as given, bytes; of a file in an archive, its plain size.
    pub bytes: u64,
    /// SHA-256 of the bytes as given, in hex; of a file in an archive, the archive's, whose path this one begins with.
    pub sha256: String,
    /// SHA-256 of the decompressed bytes where the file is compressed or in an archive, else absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub content_sha256: Option<String>,
    /// `read`, `repeated` (a file read already) or `restated` (replaced by a later one).
    pub state: String,
    /// Data rows that were read; 0 of a file that is skipped.
    pub rows: u64,
    /// Rows that could not be read.
    pub rejected: u64,
    /// Columns that no rule knows.
    pub ignored_columns: Vec<String>,
    /// What was understood in the file and gives no row, such as authorizations, with how often and the first line.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
    /// Nothing else was read from the file: none of it can give a row, and none is rejected.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub tells_nothing: bool,
}

/// The control total of one dataset, file and currency. Sums are of the amounts as stated, minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlRow {
    /// Dataset.
    pub dataset: String,
    /// Path of the file, as in [`InputRow`].
    pub file: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Readable rows.
    pub read: Total,
    /// Rows equal to an earlier one.
    pub repeated: Total,
    /// Rows replaced by another version.
    pub superseded: Total,
    /// Rows that take part.
    pub accepted: Total,
}

/// A count of rows and the sum of their amounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// Rows.
    pub count: u64,
    /// Sum, minor units.
    pub sum: i128,
}

/// What became of records: one row a dataset, provider, currency and verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictRow {
    /// Dataset.
    pub dataset: String,
    /// Provider.
    pub provider: String,
    /// ISO 4217 code.
    pub currency: String,
    /// A code, `matched`, or why no verdict was needed.
    pub verdict: String,
    /// Records: lines, operations, settlement rows.
    pub records: u64,
    /// Rows of those records and the sum of their amounts as stated.
    pub rows: Total,
}

/// Findings of one code, status and currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeRow {
    /// Code.
    pub code: String,
    /// Leg.
    pub leg: String,
    /// `open`, `pending` or `listed`.
    pub status: String,
    /// ISO 4217 code, empty for findings without money.
    pub currency: String,
    /// Findings.
    pub findings: u64,
    /// Records of those findings.
    pub records: u64,
    /// Sum of their differences, minor units.
    pub difference: i128,
}

/// Settlement rows of a kind that takes no part in matching.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindRow {
    /// Provider.
    pub provider: String,
    /// The kind, in small letters.
    pub kind: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Rows and gross.
    pub gross: Total,
    /// Sum of the fees stated.
    pub fee_sum: i128,
    /// Sum of the nets stated (gross - fee where a row states none).
    pub net_sum: i128,
}

/// Pairs that were matched within the tolerance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToleratedRow {
    /// ISO 4217 code.
    pub currency: String,
    /// Pairs.
    pub pairs: u64,
    /// Sum of the sizes of their differences, minor units.
    pub size_sum: i128,
    /// The budget, minor units.
    pub budget: i128,
}

/// A count of something in a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountRow {
    /// Dataset.
    pub dataset: String,
    /// How many.
    pub count: u64,
}

/// A total that a settlement file states and what its body holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedRow {
    /// Path of the file.
    pub file: String,
    /// What is stated, such as `rows`, `sum` or `Swish debits`.
    pub what: String,
    /// ISO 4217 code, empty for a count.
    pub currency: String,
    /// As stated: minor units, or a count.
    pub stated: i128,
    /// As found in the body.
    pub actual: i128,
    /// Whether both are equal.
    pub ties: bool,
}

/// A check that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SkippedRow {
    /// The check.
    pub check: String,
    /// The provider, empty where it is all of them.
    pub provider: String,
    /// Why.
    pub reason: String,
}

/// A file of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// Name in the folder.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
}

/// A row of `batches.csv` (RULES.md 5). Sums in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRow {
    /// Provider.
    pub provider: String,
    /// Number of the batch; empty for what states none.
    pub reconciliation_number: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Completed operations.
    pub operation_count: u64,
    /// Sum of their effects.
    pub operation_sum: i128,
    /// Settlement rows of kind capture or reversal.
    pub row_count: u64,
    /// Sum of their gross amounts.
    pub row_sum: i128,
    /// Settlement rows of other kinds with this number; `batches.csv` does not show them.
    pub other_count: u64,
    /// Sum of the fees stated.
    pub fee_sum: i128,
    /// Sum of the nets (gross - fee where a row states none).
    pub net_sum: i128,
    /// `net_sum - (row_sum - fee_sum)`.
    pub net_deviation: i128,
    /// `row_sum - operation_sum`.
    pub difference: i128,
    /// Codes and what each explains of the difference, sorted by code.
    pub explained: Vec<(String, i128)>,
    /// What no code explains: 0, or the run is incomplete.
    pub residual: i128,
}

/// A row of `matches.csv`: one operation or settlement row of one match.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MatchRow {
    /// Provider.
    pub provider: String,
    /// Id of the match, the same on all its rows.
    pub match_id: String,
    /// `1:1`, `1:1 within tolerance`, `1:N`, `N:1`, `N:M` or `no row needed`.
    pub kind: String,
    /// `operation` or `settlement`.
    pub side: String,
    /// Order id.
    pub order_id: String,
    /// Operation id.
    pub operation_id: String,
    /// Transaction number.
    pub transaction_number: String,
    /// Payee reference.
    pub payee_reference: String,
    /// Transaction id.
    pub transaction_id: String,
    /// Reconciliation number.
    pub reconciliation_number: String,
    /// Settlement id.
    pub settlement_id: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Signed effect, minor units.
    pub effect_minor: i128,
    /// `file:line` of its rows.
    pub sources: String,
}
