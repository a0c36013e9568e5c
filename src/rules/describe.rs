//! From a finding to its row in the report (RULES.md 8): ids on which all records agree, age and status, a stable id,
//! the explanation and the sources. Rows are read back one after the other, so a finding over a million of them fits.

use std::fmt::Write;
use std::sync::Arc;

use compact_str::{ToCompactString, format_compact};
use smallvec::SmallVec;
use xxhash_rust::xxh3::xxh3_128;

use super::explain::{Facts, explain};
use super::orders::Context;
use super::pairing::identity;
use super::side::{Said, Side, agreed};
use crate::model::compact::KeyKind;
use crate::model::day::Instant;
use crate::model::finding::{Code, Finding, FoundColumns, FoundRow, Leg, Note, Status};
use crate::model::names::NameId;
use crate::model::origin::Origin;
use crate::model::record::{Columns, Dataset, ReadBackError, Value};
use crate::model::text::Text;

/// Of records, usually few.
type Hashes = SmallVec<[u128; 4]>;

/// What the rows of a finding say together.
#[derive(Default)]
struct Gathered {
    newest: Option<Instant>,
    /// Hashes of what names the records, where the finding is named by them.
    records: Option<Hashes>,
    lines: Side,
    operations: Side,
    settlements: Side,
}

/// Describes findings.
pub struct Teller<'a> {
    context: &'a Context<'a>,
    /// The day of the run.
    today: Text,
    /// The texts of the context's names.
    names: Vec<Arc<str>>,
}

impl<'a> Teller<'a> {
    /// One that reads rows back from those of the context.
    #[must_use]
    pub fn new(context: &'a Context<'a>) -> Self {
        Self { context, today: context.settings.as_of.to_compact_string(), names: context.names.texts() }
    }

    /// The rows of findings; none where only counts are wanted.
    ///
    /// # Errors
    /// A row cannot be read back.
    pub fn all(&self, findings: &mut [Finding]) -> Result<Vec<FoundRow>, ReadBackError> {
        if self.context.counts_only {
            return Ok(Vec::new());
        }
        findings.iter_mut().map(|finding| self.one(finding)).collect()
    }

    fn name(&self, id: NameId) -> &str {
        let place = usize::try_from(id.0).expect("u32 fits usize");
        self.names.get(place).expect("a finding is made before it is described")
    }

    /// The row of a finding, whose rows it takes. Its id is not yet told from those of findings that equal it in all but
    /// their place.
    ///
    /// # Errors
    /// A row cannot be read back.
    pub fn one(&self, finding: &mut Finding) -> Result<FoundRow, ReadBackError> {
        let context = self.context;
        let provider = finding.provider.map_or("", |provider| self.name(provider));
        let named_by = NamedBy::of(finding);
        let records = (named_by == NamedBy::Records).then(Hashes::new);
        let mut gathered = Gathered { records, ..Gathered::default() };
        let mut origins = std::mem::take(&mut finding.rows);
        origins.sort_unstable();
        let mut lines: SmallVec<[(Origin, u64); 8]> = SmallVec::with_capacity(origins.len());
        for origin in &origins {
            context.rows.cite(*origin, &mut |row, line| {
                gathered.row(row, provider, context);
                lines.push((*origin, line));
            })?;
        }
        // Rows of a converted file do not stand in the order of its lines.
        lines.sort_by_key(|(origin, line)| (origin.file(), *line));
        let mut sources = String::with_capacity(32 * lines.len());
        for (origin, line) in lines {
            let between = if sources.is_empty() { "" } else { "; " };
            // Writing into a text does not fail.
            let _ = write!(sources, "{between}{}:{line}", context.rows.file_name(origin)?);
        }
        let text = |column| agreed([&gathered.lines, &gathered.operations, &gathered.settlements], column);
        let line_id = if finding.whole_order { "*".into() } else { text(Said::LineId) };
        let is_wrong_batch = finding.code == Code::WrongBatch;
        let reconciliation_number = if is_wrong_batch { Text::default() } else { text(Said::ReconciliationNumber) };
        let mut settlement_id = text(Said::SettlementId);
        let mut explanation = None;
        if let Note::File(note) = &finding.note {
            settlement_id = (&note.settlement_id).into();
            explanation = Some(note.explanation.clone());
            sources.clone_from(&note.sources);
        }
        let mut age_days = gathered.newest.map(|at| context.settings.zone.age_days(context.settings.as_of, at));
        let mut status = status(finding.code, gathered.newest, context);
        let mut transaction_number = text(Said::TransactionNumber);
        if let Note::Books(note) = &finding.note {
            settlement_id = (&note.settlement_id).into();
            transaction_number = (&note.bank_reference).into();
            explanation = Some(note.explanation.clone());
            sources.clone_from(&note.sources);
            age_days = note.since.map(|since| (context.settings.as_of - since).num_days().max(0));
            status = if note.is_pending { Status::Pending } else { Status::Open };
        }
        let currency = finding.currency.map(|currency| context.currencies.code(currency)).unwrap_or_default();
        let mut row = Box::new(FoundColumns {
            id: Text::default(),
            code: finding.code,
            status,
            provider: provider.into(),
            order_id: text(Said::OrderId),
            line_id,
            payee_reference: text(Said::PayeeReference),
            transaction_number,
            reconciliation_number,
            settlement_id,
            currency: currency.into(),
            expected_minor: finding.expected_minor,
            actual_minor: finding.actual_minor,
            difference_minor: finding.actual_minor - finding.expected_minor,
            count: finding.count,
            age_days,
            first_seen: self.today.clone(),
            explanation: String::new(),
            sources,
            hint: String::new(),
            hint_key: String::new(),
            rows: origins,
        });
        let said = match &finding.note {
            Note::Books(note) => note.which.as_str(),
            _ => explanation.as_deref().unwrap_or_default(),
        };
        row.id = stable_id(&row, named_by, gathered.records.unwrap_or_default(), said);
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
}

impl Gathered {
    fn row(&mut self, row: &dyn Columns, provider: &str, context: &Context<'_>) {
        self.newest = self.newest.max(row.instant_of("created_at"));
        if let Some(records) = &mut self.records {
            records.push(xxh3_128(record_key(row, provider, context).as_bytes()));
        }
        let side = match row.dataset() {
            Dataset::Orders => &mut self.lines,
            Dataset::Captures | Dataset::Reversals => &mut self.operations,
            Dataset::Settlements | Dataset::Bank | Dataset::Payouts => &mut self.settlements,
        };
        side.row(row);
    }
}

/// Pending inside the window of the code, open after it (RULES.md 3 and 4).
fn status(code: Code, newest: Option<Instant>, context: &Context<'_>) -> Status {
    let settings = context.settings;
    let window = match code {
        Code::FileRepeated | Code::ReferenceFormat => return Status::Listed,
        Code::LineUncaptured | Code::LineUndercaptured => settings.capture_window(),
        Code::Unsettled | Code::BatchMissing => settings.settlement_window(),
        _ => return Status::Open,
    };
    match newest {
        Some(at) if window.holds(settings.zone.day(at), settings.as_of) => Status::Pending,
        _ => Status::Open,
    }
}

/// Appends a value as the same text whatever form it had in its file.
fn put_canonical(key: &mut String, value: &Value) {
    // Writing into a text does not fail.
    let _ = match value {
        Value::Absent => Ok(()),
        Value::Int(number) => write!(key, "{number}"),
        Value::Decimal(number) => write!(key, "{number}"),
        Value::Text(text) => key.write_str(text),
        Value::At(at) => key.write_str(&at.to_rfc3339()),
        Value::Completed(completed) => write!(key, "{completed}"),
    };
}

/// Between the parts of what names a record.
const PART: char = '\u{1f}';

/// So many columns of a settlement row name it.
const SETTLED_VALUES: usize = 17;

/// What names a record from night to night: an operation's identity, a line's key, a settlement row's content.
fn record_key(row: &dyn Columns, provider: &str, context: &Context<'_>) -> String {
    let dataset = row.dataset();
    let mut key = String::with_capacity(128);
    key.push_str(dataset.name());
    let put_ids = |key: &mut String, columns: [&str; 2]| {
        for column in columns {
            key.push(PART);
            key.push_str(row.id(column).unwrap_or_default());
        }
    };
    let put_values = |key: &mut String, count: usize| {
        for place in 0..count {
            key.push(PART);
            put_canonical(key, &row.value_at(place));
        }
    };
    match dataset {
        Dataset::Orders => put_ids(&mut key, ["order_id", "line_id"]),
        Dataset::Captures | Dataset::Reversals => match identity(row, context, provider) {
            Some((kind, id)) => {
                put_ids(&mut key, ["order_id", "currency"]);
                key.push(PART);
                key.push_str(KeyKind::IDENTITY.get(kind).map_or("", |kind| kind.column()));
                key.push(PART);
                key.push_str(id);
            }
            None => put_values(&mut key, dataset.columns().len()),
        },
        // Without the service, which rows of earlier versions had not: the id stays what it was.
        Dataset::Settlements | Dataset::Bank | Dataset::Payouts => put_values(&mut key, SETTLED_VALUES),
    }
    key
}

/// What a finding is about, which names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NamedBy {
    Order,
    Line,
    Batch,
    Reference,
    /// Code, provider and currency alone.
    Currency,
    /// The settlement file and what is said of it.
    File,
    /// The settlement, the bank's id, and what else tells it from others.
    Books,
    /// Its records, because no order, batch or reference stands for it.
    Records,
}

impl NamedBy {
    fn of(finding: &Finding) -> Self {
        match finding.code {
            Code::OrderUnknown | Code::OrderTotal | Code::OrderRemainingCapture | Code::OrderRemainingReversal => {
                Self::Order
            }
            code if code.leg() == Leg::Line => Self::Line,
            Code::BatchMissing => Self::Batch,
            Code::ReferenceReused => Self::Reference,
            Code::ToleranceBudget => Self::Currency,
            _ if matches!(finding.note, Note::File(_)) => Self::File,
            _ if matches!(finding.note, Note::Books(_)) => Self::Books,
            _ => Self::Records,
        }
    }
}

/// An id that is the same for the same finding from night to night: made of what the finding is about, not of its
/// amounts, age or status, and of single records only where no order, batch or reference stands for them.
fn stable_id(row: &FoundRow, named_by: NamedBy, mut records: Hashes, note: &str) -> Text {
    let parts = |parts: &[&str]| parts.join("\u{1e}");
    let mut key = parts(&[row.code.name(), &row.provider, &row.currency]);
    let about = match named_by {
        NamedBy::Order => row.order_id.to_string(),
        NamedBy::Line => parts(&[&row.order_id, &row.line_id]),
        NamedBy::Batch => row.reconciliation_number.to_string(),
        NamedBy::Reference => row.payee_reference.to_string(),
        NamedBy::Currency => return id_of(&key),
        NamedBy::File => parts(&[&row.settlement_id, note]),
        NamedBy::Books => parts(&[&row.settlement_id, &row.transaction_number, note]),
        NamedBy::Records => {
            records.sort_unstable();
            records.dedup();
            let mut text = String::with_capacity(32 * records.len());
            for record in records {
                let _ = write!(text, "{record:032x}");
            }
            text
        }
    };
    key.push('\u{1e}');
    key.push_str(&about);
    id_of(&key)
}

/// The first half of the digits of a hash.
fn id_of(key: &str) -> Text {
    format_compact!("{:016x}", xxh3_128(key.as_bytes()) >> 64)
}
