//! What `avstem explain` answers, as a value: every form of it shows these fields and computes nothing.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::model::currency::Currencies;
use crate::model::finding::Code;
use crate::model::found::FoundRow;
use crate::report::view::{BatchRow, RejectRow};
use crate::report::words::{Lang, code};
use crate::rules::path::Step;
use crate::state::StoredFinding;
use crate::state::schema::column;

/// All that is known of a key. Amounts are minor units.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// The key as asked.
    pub key: String,
    /// The day for which ages count.
    pub as_of: String,
    /// What the key is: every way to read it that leads to something.
    pub readings: Vec<Reading>,
    /// Its records.
    pub records: Vec<Record>,
    /// Records that are not shown because there are too many, by verdict.
    pub more_records: Vec<More>,
    /// Rows of files that take no part as a whole.
    pub aside: Vec<Aside>,
    /// The findings that name it.
    pub findings: Vec<FindingOut>,
    /// The batches that its records belong to.
    pub batches: Vec<BatchOut>,
    /// Rejected rows that show the key.
    pub rejects: Vec<RejectOut>,
    /// What else there is to say.
    pub notes: Vec<String>,
}

/// A way to read the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reading {
    /// What it is, such as `order id` or `discrepancy id`.
    pub is: String,
    /// The dataset that has it; empty for a discrepancy.
    pub dataset: String,
    /// The column; `order_id/line_id` for a line.
    pub column: String,
    /// Rows that have it there.
    pub rows: usize,
}

/// Records of one verdict that are not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct More {
    /// The verdict.
    pub verdict: String,
    /// How many.
    pub records: usize,
}

/// A record, its rows and the way to its verdict.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    /// `order line`, `capture`, `reversal` or `settlement row`.
    pub record: String,
    /// Provider.
    pub provider: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Its rows, the one that counts first.
    pub rows: Vec<RowOut>,
    /// The steps.
    pub path: Vec<Step>,
    /// The verdict, as in `summary.json`.
    pub verdict: String,
    /// Id of the finding of that verdict; empty where it is none.
    pub finding: String,
    /// The kind of its match, as in `matches.csv`; empty where it is in none.
    pub match_kind: String,
    /// `file:line` of all rows of its match.
    pub matched: Vec<String>,
}

/// A row and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct RowOut {
    /// `file:line`.
    pub source: String,
    /// `used`, `repeated`, `superseded` or `no part`.
    pub fate: String,
    /// Why, where it is not used.
    pub why: String,
    /// The canonical columns that it has.
    pub columns: Map<String, Value>,
}

/// A row of a file that takes no part as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Aside {
    /// `file:line`.
    pub source: String,
    /// Why.
    pub why: String,
}

/// A finding.
#[derive(Debug, Clone, Serialize)]
pub struct FindingOut {
    /// Id.
    pub id: String,
    /// Code.
    #[serde(serialize_with = "name")]
    pub code: Code,
    /// Status.
    pub status: String,
    /// Provider.
    pub provider: String,
    /// ISO 4217 code.
    pub currency: String,
    /// The merchant's side.
    pub expected_minor: i128,
    /// The other side.
    pub actual_minor: i128,
    /// `actual - expected`.
    pub difference_minor: i128,
    /// Days.
    pub age_days: Option<i64>,
    /// The day on which it was first seen.
    pub first_seen: String,
    /// The finding in a sentence.
    pub explanation: String,
    /// What the code means.
    pub meaning: &'static str,
    /// What to do.
    pub action: &'static str,
    /// The nearest miss.
    pub hint: String,
    /// `file:line` of the nearest miss.
    pub hint_key: String,
    /// `file:line` of its records.
    pub sources: String,
}

fn name<S: Serializer>(code: &Code, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(code.name())
}

impl FindingOut {
    pub(super) fn of(row: &FoundRow) -> Self {
        let words = code(Lang::En, row.code);
        Self {
            id: row.id().to_string(),
            code: row.code,
            status: row.status.name().to_owned(),
            provider: row.provider().to_string(),
            currency: row.currency().to_string(),
            expected_minor: row.expected_minor,
            actual_minor: row.actual_minor,
            difference_minor: row.difference_minor,
            age_days: row.age_days,
            first_seen: row.first_seen().to_string(),
            explanation: row.explanation().to_owned(),
            meaning: words.meaning,
            action: words.action,
            hint: row.hint().to_owned(),
            hint_key: row.hint_key().to_owned(),
            sources: row.sources().to_owned(),
        }
    }

    /// A finding of a state's last night; `None` where this version does not know its code.
    pub(super) fn stored(finding: &StoredFinding) -> Option<Self> {
        let text = |name: &str| column(&finding.columns, name).to_owned();
        let number = |name: &str| text(name).parse().ok();
        let known = Code::ALL.iter().find(|code| code.name() == text("code")).copied()?;
        let words = code(Lang::En, known);
        Some(Self {
            id: text("id"),
            code: known,
            status: text("status"),
            provider: text("provider"),
            currency: text("currency"),
            expected_minor: number("expected")?,
            actual_minor: number("actual")?,
            difference_minor: number("difference")?,
            age_days: text("age_days").parse().ok(),
            first_seen: text("first_seen"),
            explanation: text("explanation"),
            meaning: words.meaning,
            action: words.action,
            hint: text("hint"),
            hint_key: text("hint_key"),
            sources: text("sources"),
        })
    }
}

/// A row of `batches.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BatchOut {
    /// Provider.
    pub provider: String,
    /// Number of the batch.
    pub reconciliation_number: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Completed operations.
    pub operation_count: u64,
    /// Sum of their effects.
    pub operation_sum_minor: i128,
    /// Settlement rows.
    pub row_count: u64,
    /// Sum of their gross amounts.
    pub row_sum_minor: i128,
    /// Fees.
    pub fee_sum_minor: i128,
    /// Nets.
    pub net_sum_minor: i128,
    /// Rows less operations.
    pub difference_minor: i128,
    /// What explains it, by code.
    pub explained_minor: Map<String, Value>,
    /// What nothing explains.
    pub residual_minor: i128,
}

impl BatchOut {
    pub(super) fn of(row: &BatchRow) -> Self {
        let explained = row.explained.iter().map(|(code, sum)| {
            // Beyond 64 bits a number of JSON is a text.
            let sum = i64::try_from(*sum).map_or_else(|_| Value::from(sum.to_string()), Value::from);
            (code.clone(), sum)
        });
        Self {
            provider: row.provider.to_string(),
            reconciliation_number: row.reconciliation_number.clone(),
            currency: row.currency.to_string(),
            operation_count: row.operation_count,
            operation_sum_minor: row.operation_sum,
            row_count: row.row_count,
            row_sum_minor: row.row_sum,
            fee_sum_minor: row.fee_sum,
            net_sum_minor: row.net_sum,
            difference_minor: row.difference,
            explained_minor: explained.collect(),
            residual_minor: row.residual,
        }
    }
}

/// A rejected row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectOut {
    /// `file:line`.
    pub source: String,
    /// Column.
    pub column: String,
    /// The field.
    pub value: String,
    /// Why.
    pub reason: String,
}

impl RejectOut {
    pub(super) fn of(row: &RejectRow) -> Self {
        Self {
            source: format!("{}:{}", row.file, row.line),
            column: row.column.clone(),
            value: row.value.clone(),
            reason: row.reason.clone(),
        }
    }
}

/// The canonical columns that a row has: amounts as whole minor units, times as RFC 3339, all else as text.
pub(super) fn columns(row: &crate::model::record::Row, currencies: &Currencies) -> Map<String, Value> {
    use crate::model::record::Value as Typed;
    let mut columns = Map::new();
    for (column, value) in row.dataset.columns().iter().zip(&row.values) {
        let value = match value {
            Typed::Absent => continue,
            _ if column.name == "currency" => Value::from(currencies.code(row.currency)),
            Typed::Int(number) => Value::from(*number),
            Typed::Decimal(number) => Value::from(number.to_string()),
            Typed::Text(text) => Value::from(text.as_str()),
            Typed::At(at) => Value::from(at.to_rfc3339()),
            Typed::Completed(completed) => Value::from(if *completed { "completed" } else { "not completed" }),
        };
        columns.insert(column.name.to_owned(), value);
    }
    columns
}
