//! From a finding to its row in the report (RULES.md 8): ids on which all records agree, age and status, a stable id,
//! the explanation and the sources. Rows are read back one after the other, so a finding over a million of them fits.

use std::collections::BTreeMap;

use rayon::slice::ParallelSliceMut;
use xxhash_rust::xxh3::xxh3_128;

use super::explain::{Facts, Side, explain};
use super::orders::Context;
use super::pairing::identity;
use crate::model::compact::KeyKind;
use crate::model::day::Instant;
use crate::model::finding::{Code, Finding, FoundRow, Note, Status};
use crate::model::record::{Dataset, ReadBackError, Row, Value};

/// Texts of a column over the records of a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Agreement {
    /// No record has one.
    #[default]
    None,
    /// All records that have one have this.
    All(String),
    /// They differ.
    Differ,
}

impl Agreement {
    /// Takes another record's text into account.
    pub fn add(&mut self, text: &str) {
        match self {
            Self::None => *self = Self::All(text.to_owned()),
            Self::All(known) if known != text => *self = Self::Differ,
            _ => {}
        }
    }

    /// The text on which all agree, else nothing.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::All(text) => text,
            _ => "",
        }
    }
}

/// The id columns of a finding, in the order of `discrepancies.csv`.
const ID_COLUMNS: [&str; 6] =
    ["order_id", "line_id", "payee_reference", "transaction_number", "reconciliation_number", "settlement_id"];

/// What the rows of a finding say together.
#[derive(Default)]
struct Gathered {
    ids: BTreeMap<&'static str, Agreement>,
    newest: Option<Instant>,
    records: Vec<u128>,
    lines: Side,
    operations: Side,
    settlements: Side,
}

/// The row of a finding. Its id is not yet told from those of findings that equal it in all but their place.
///
/// # Errors
/// A row cannot be read back.
pub fn describe(finding: &Finding, context: &Context<'_>) -> Result<FoundRow, ReadBackError> {
    let provider = finding.provider.map(|provider| context.names.text(provider).to_string()).unwrap_or_default();
    let mut gathered = Gathered::default();
    let mut origins = finding.rows.clone();
    origins.sort_unstable();
    let mut sources = String::new();
    for origin in origins {
        let row = context.rows.row(origin)?;
        gathered.row(&row, &provider, context);
        if !sources.is_empty() {
            sources.push_str("; ");
        }
        sources.push_str(&context.rows.place(origin)?);
    }
    if finding.whole_order {
        gathered.ids.insert("line_id", Agreement::All("*".to_owned()));
    }
    if finding.code == Code::WrongBatch {
        gathered.ids.remove("reconciliation_number");
    }
    let mut explanation = None;
    if let Note::File { settlement_id, explanation: text, sources: places } = &finding.note {
        gathered.ids.insert("settlement_id", Agreement::All(settlement_id.clone()));
        explanation = Some(text.clone());
        sources.clone_from(places);
    }
    let [order_id, line_id, payee_reference, transaction_number, reconciliation_number, settlement_id] =
        ID_COLUMNS.map(|column| gathered.ids.get(column).map(Agreement::text).unwrap_or_default().to_owned());
    let age_days = gathered.newest.map(|at| context.settings.zone.age_days(context.settings.as_of, at));
    let status = status(finding.code, age_days, context);
    let currency = finding.currency.map(|currency| context.currencies.code(currency).to_owned()).unwrap_or_default();
    let mut row = FoundRow {
        id: String::new(),
        code: finding.code,
        status,
        provider,
        order_id,
        line_id,
        payee_reference,
        transaction_number,
        reconciliation_number,
        settlement_id,
        currency,
        expected_minor: finding.expected_minor,
        actual_minor: finding.actual_minor,
        difference_minor: finding.actual_minor - finding.expected_minor,
        count: finding.count,
        age_days,
        first_seen: context.settings.as_of.to_string(),
        explanation: String::new(),
        sources,
    };
    row.id = stable_id(&row, &mut gathered.records, explanation.as_deref());
    row.explanation = explanation.unwrap_or_else(|| {
        explain(&Facts {
            row: &row,
            exponent: finding.currency.map_or(0, |currency| context.currencies.exponent(currency)),
            lines: &gathered.lines,
            operations: &gathered.operations,
            settlements: &gathered.settlements,
            note: &finding.note,
            settings: context.settings,
        })
    });
    Ok(row)
}

impl Gathered {
    fn row(&mut self, row: &Row, provider: &str, context: &Context<'_>) {
        for column in ID_COLUMNS {
            if let Some(text) = row.text(column) {
                self.ids.entry(column).or_default().add(text);
            }
        }
        self.newest = self.newest.max(row.instant("created_at"));
        self.records.push(xxh3_128(record_key(row, provider, context).as_bytes()));
        let side = match row.dataset {
            Dataset::Orders => &mut self.lines,
            Dataset::Captures | Dataset::Reversals => &mut self.operations,
            Dataset::Settlements => &mut self.settlements,
        };
        side.row(row);
    }
}

/// Pending inside the window of the code, open after it (RULES.md 3 and 4).
fn status(code: Code, age_days: Option<i64>, context: &Context<'_>) -> Status {
    let window_days = match code {
        Code::FileRepeated | Code::ReferenceFormat => return Status::Listed,
        Code::LineUncaptured | Code::LineUndercaptured => context.settings.capture_days,
        Code::Unsettled | Code::BatchMissing => context.settings.settlement_days,
        _ => return Status::Open,
    };
    match age_days {
        Some(age_days) if age_days <= window_days => Status::Pending,
        _ => Status::Open,
    }
}

fn canonical_text(value: &Value) -> String {
    match value {
        Value::Absent => String::new(),
        Value::Int(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::At(at) => at.to_rfc3339(),
        Value::Completed(completed) => completed.to_string(),
    }
}

/// What names a record from night to night: an operation's identity, a line's key, a settlement row's content.
fn record_key(row: &Row, provider: &str, context: &Context<'_>) -> String {
    let text = |column: &str| canonical_text(row.value(column));
    let named = match row.dataset {
        Dataset::Orders => Some(format!("{}\u{1f}{}", text("order_id"), text("line_id"))),
        Dataset::Captures | Dataset::Reversals => identity(Some(row), context, provider).map(|(kind, id)| {
            let kind = KeyKind::IDENTITY.get(kind).map_or("", |kind| kind.column());
            format!("{}\u{1f}{}\u{1f}{kind}\u{1f}{id}", text("order_id"), text("currency"))
        }),
        Dataset::Settlements => None,
    };
    let key = named.unwrap_or_else(|| row.values.iter().map(canonical_text).collect::<Vec<_>>().join("\u{1f}"));
    format!("{}\u{1f}{key}", row.dataset.name())
}

/// An id that is the same for the same finding from night to night: made of what the finding is about, not of its
/// amounts, age or status, and of single records only where no order, batch or reference stands for them.
fn stable_id(row: &FoundRow, records: &mut Vec<u128>, note: Option<&str>) -> String {
    let mut key = vec![row.code.name(), &row.provider, &row.currency];
    let records_text;
    match row.code {
        Code::OrderUnknown | Code::OrderTotal | Code::OrderRemainingCapture | Code::OrderRemainingReversal => {
            key.push(&row.order_id)
        }
        _ if row.code.leg() == crate::model::finding::Leg::Line => key.extend([row.order_id.as_str(), &row.line_id]),
        Code::BatchMissing => key.push(&row.reconciliation_number),
        Code::ReferenceReused => key.push(&row.payee_reference),
        Code::ToleranceBudget => {}
        _ if note.is_some() => key.extend([row.settlement_id.as_str(), note.unwrap_or_default()]),
        _ => {
            records.sort_unstable();
            records.dedup();
            records_text = records.iter().map(|record| format!("{record:032x}")).collect::<String>();
            key.push(&records_text);
        }
    }
    let hash = xxh3_128(key.join("\u{1e}").as_bytes());
    format!("{hash:032x}").chars().take(16).collect()
}

/// Sorts the findings of a run, and numbers those that nothing but their place tells apart. Both orders are total: rows
/// that compare equal are equal, and no sort can show which was first.
pub fn finish(rows: &mut [FoundRow]) {
    rows.par_sort_unstable_by(|a, b| a.id.cmp(&b.id).then_with(|| order_of_twins(a).cmp(&order_of_twins(b))));
    for twins in rows.chunk_by_mut(|a, b| a.id == b.id) {
        for (row, number) in twins.iter_mut().zip(1_u64..).skip(1) {
            row.id = format!("{}-{number}", row.id);
        }
    }
    rows.par_sort_unstable_by(FoundRow::cmp_for_report);
}

/// All that tells twins apart in a report, their place last: where rows stand must not decide on an id.
fn order_of_twins(row: &FoundRow) -> (i128, i128, u64, Option<i64>, [&str; 8]) {
    let texts = [
        &row.order_id,
        &row.line_id,
        &row.payee_reference,
        &row.transaction_number,
        &row.reconciliation_number,
        &row.settlement_id,
        &row.explanation,
        &row.sources,
    ];
    (row.expected_minor, row.actual_minor, row.count, row.age_days, texts.map(String::as_str))
}
