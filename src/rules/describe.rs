//! From a finding to its row in the report (RULES.md 8): ids on which all records agree, age and status, a stable id,
//! the explanation and the sources. Rows are read back one after the other, so a finding over a million of them fits.

use std::fmt::Write;
use std::sync::Arc;

use chrono::NaiveDate;
use compact_str::ToCompactString;
use smallvec::SmallVec;
use xxhash_rust::xxh3::xxh3_128;

use super::explain::{Facts, explain};
use super::orders::Context;
use super::pairing::identity;
use super::settings::Settings;
use super::side::{Said, Side, agreed};
use crate::engine::join::push_digits;
use crate::engine::shard::split_u128;
use crate::model::compact::KeyKind;
use crate::model::day::{self, Instant, push_rfc3339};
use crate::model::finding::{Code, Finding, Leg, Note, Status};
use crate::model::found::{FoundColumns, FoundRow, FoundTexts, Packed};
use crate::model::names::NameId;
use crate::model::origin::Origin;
use crate::model::record::{ColumnKind, Columns, Dataset, ReadBackError, Value};
use crate::model::text::Text;

/// Of records, usually few.
type Hashes = SmallVec<[u128; 4]>;

/// What the rows of a finding say together.
#[derive(Debug, Default)]
struct Gathered {
    newest: Option<Instant>,
    /// Hashes of what names the records, where the finding is named by them.
    records: Hashes,
    /// Order lines, operations, settlement rows.
    sides: [Side; 3],
}

/// What is read and what texts are put together in, used again for every finding.
#[derive(Debug, Default)]
pub struct Pen {
    gathered: Gathered,
    explanation: String,
    sources: String,
    /// What an id is a hash of.
    key: String,
    id: String,
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
        let mut pen = Pen::default();
        findings.iter_mut().map(|finding| self.one(finding, &mut pen)).collect()
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
    pub fn one(&self, finding: &mut Finding, pen: &mut Pen) -> Result<FoundRow, ReadBackError> {
        let context = self.context;
        let provider = finding.provider.map_or("", |provider| self.name(provider));
        let named_by = NamedBy::of(finding);
        let Pen { gathered, explanation: written, sources, key, id } = pen;
        gathered.clear();
        let mut origins = std::mem::take(&mut finding.rows);
        origins.sort_unstable();
        let mut lines: SmallVec<[(Origin, u64); 8]> = SmallVec::with_capacity(origins.len());
        for origin in &origins {
            context.rows.cite(*origin, &mut |row, line| {
                gathered.row(row);
                if named_by == NamedBy::Records {
                    put_record_key(row, provider, context, key);
                    gathered.records.push(xxh3_128(key.as_bytes()));
                }
                lines.push((*origin, line));
            })?;
        }
        // Rows of a converted file do not stand in the order of its lines.
        lines.sort_by_key(|(origin, line)| (origin.file(), *line));
        sources.clear();
        for (origin, line) in lines {
            if !sources.is_empty() {
                sources.push_str("; ");
            }
            sources.push_str(context.rows.file_name(origin)?);
            sources.push(':');
            push_digits(line, sources);
        }
        let text = |column| agreed(&gathered.sides, column);
        let is_wrong_batch = finding.code == Code::WrongBatch;
        let mut texts = FoundTexts {
            provider,
            order_id: text(Said::OrderId),
            line_id: if finding.whole_order { "*" } else { text(Said::LineId) },
            payee_reference: text(Said::PayeeReference),
            transaction_number: text(Said::TransactionNumber),
            reconciliation_number: if is_wrong_batch { "" } else { text(Said::ReconciliationNumber) },
            settlement_id: text(Said::SettlementId),
            currency: finding.currency.map(|currency| context.currencies.code(currency)).unwrap_or_default(),
            first_seen: &self.today,
            sources,
            ..FoundTexts::default()
        };
        let (settings, newest) = (context.settings, gathered.newest.map(|at| context.settings.zone.day(at)));
        let mut age_days = newest.map(|day| day::age_days(day, settings.as_of));
        let mut status = status(finding.code, newest, settings);
        // What it says of itself, and what else tells it from others.
        let (mut explanation, mut which) = (None, "");
        match &finding.note {
            Note::None | Note::Group { .. } => {}
            Note::File(note) => {
                (texts.settlement_id, texts.sources) = (&note.settlement_id, &note.sources);
                (explanation, which) = (Some(note.explanation.as_str()), &note.explanation);
            }
            Note::Books(note) => {
                (texts.settlement_id, texts.sources) = (&note.settlement_id, &note.sources);
                texts.transaction_number = &note.bank_reference;
                (explanation, which) = (Some(note.explanation.as_str()), &note.which);
                age_days = note.since.map(|since| day::age_days(since, settings.as_of));
                status = if note.is_pending { Status::Pending } else { Status::Open };
            }
        }
        put_stable_id(finding.code, &texts, named_by, &mut gathered.records, which, (key, id));
        let mut row = Box::new(FoundColumns {
            code: finding.code,
            status,
            expected_minor: finding.expected_minor,
            actual_minor: finding.actual_minor,
            difference_minor: finding.actual_minor - finding.expected_minor,
            count: finding.count,
            age_days,
            rows: origins,
            packed: Packed::default(),
        });
        let explanation = explanation.unwrap_or_else(|| {
            let [lines, operations, settlements] = &gathered.sides;
            let facts = Facts {
                row: &row,
                texts: &texts,
                exponent: finding.currency.map_or(0, |currency| context.currencies.exponent(currency)),
                lines,
                operations,
                settlements,
                note: &finding.note,
                settings,
            };
            explain(&facts, written);
            written
        });
        row.packed = Packed::of(&FoundTexts { id, explanation, ..texts });
        Ok(row)
    }
}

impl Gathered {
    /// Forgets what it knows.
    fn clear(&mut self) {
        self.newest = None;
        self.records.clear();
        self.sides.iter_mut().for_each(Side::clear);
    }

    fn row(&mut self, row: &dyn Columns) {
        self.newest = self.newest.max(row.created_at());
        let [lines, operations, settlements] = &mut self.sides;
        let side = match row.dataset() {
            Dataset::Orders => lines,
            Dataset::Captures | Dataset::Reversals => operations,
            Dataset::Settlements | Dataset::Bank | Dataset::Payouts => settlements,
        };
        side.row(row);
    }
}

/// Pending inside the window of the code, open after it (RULES.md 3 and 4).
fn status(code: Code, newest: Option<NaiveDate>, settings: &Settings) -> Status {
    let window = match code {
        Code::FileRepeated | Code::ReferenceFormat => return Status::Listed,
        Code::LineUncaptured | Code::LineUndercaptured => settings.capture_window(),
        Code::Unsettled | Code::BatchMissing => settings.settlement_window(),
        _ => return Status::Open,
    };
    match newest {
        Some(day) if window.holds(day, settings.as_of) => Status::Pending,
        _ => Status::Open,
    }
}

/// Appends the value of a column as the same text whatever form it had in its file.
fn put_canonical(key: &mut String, row: &dyn Columns, place: usize, kind: ColumnKind) {
    if matches!(kind, ColumnKind::Text | ColumnKind::Currency) {
        key.push_str(row.text_at(place).unwrap_or_default());
        return;
    }
    match row.value_at(place) {
        Value::Absent => {}
        Value::Int(number) => push_digits(number, key),
        // Writing into a text does not fail.
        Value::Decimal(number) => write!(key, "{number}").unwrap_or_default(),
        Value::Text(text) => key.push_str(&text),
        Value::At(at) => push_rfc3339(at, key),
        Value::Completed(completed) => key.push_str(if completed { "true" } else { "false" }),
    }
}

/// Between the parts of what names a record.
const PART: char = '\u{1f}';

/// So many columns of a settlement row name it.
const SETTLED_VALUES: usize = 17;

/// What names a record from night to night: an operation's identity, a line's key, a settlement row's content.
fn put_record_key(row: &dyn Columns, provider: &str, context: &Context<'_>, key: &mut String) {
    let dataset = row.dataset();
    key.clear();
    key.push_str(dataset.name());
    let put_ids = |key: &mut String, columns: [&str; 2]| {
        for column in columns {
            key.push(PART);
            key.push_str(row.id(column).unwrap_or_default());
        }
    };
    let put_values = |key: &mut String, count: usize| {
        for (place, column) in dataset.columns().iter().enumerate().take(count) {
            key.push(PART);
            put_canonical(key, row, place, column.kind);
        }
    };
    match dataset {
        Dataset::Orders => put_ids(key, ["order_id", "line_id"]),
        Dataset::Captures | Dataset::Reversals => match identity(row, context, provider) {
            Some((kind, id)) => {
                put_ids(key, ["order_id", "currency"]);
                key.push(PART);
                key.push_str(KeyKind::IDENTITY.get(kind).map_or("", |kind| kind.column()));
                key.push(PART);
                key.push_str(id);
            }
            None => put_values(key, dataset.columns().len()),
        },
        // Without the service, which rows of earlier versions had not: the id stays what it was.
        Dataset::Settlements | Dataset::Bank | Dataset::Payouts => put_values(key, SETTLED_VALUES),
    }
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

/// Puts an id that is the same for the same finding from night to night: made of what the finding is about, not of its
/// amounts, age or status, and of single records only where no order, batch or reference stands for them.
fn put_stable_id(
    code: Code,
    texts: &FoundTexts<'_>,
    named_by: NamedBy,
    records: &mut Hashes,
    which: &str,
    (key, id): (&mut String, &mut String),
) {
    key.clear();
    key.push_str(code.name());
    let put = |key: &mut String, parts: &[&str]| {
        for part in parts {
            key.push(ID_PART);
            key.push_str(part);
        }
    };
    put(key, &[texts.provider, texts.currency]);
    match named_by {
        NamedBy::Order => put(key, &[texts.order_id]),
        NamedBy::Line => put(key, &[texts.order_id, texts.line_id]),
        NamedBy::Batch => put(key, &[texts.reconciliation_number]),
        NamedBy::Reference => put(key, &[texts.payee_reference]),
        NamedBy::Currency => {}
        NamedBy::File => put(key, &[texts.settlement_id, which]),
        NamedBy::Books => put(key, &[texts.settlement_id, texts.transaction_number, which]),
        NamedBy::Records => {
            records.sort_unstable();
            records.dedup();
            key.push(ID_PART);
            for record in records {
                split_u128(*record).into_iter().for_each(|half| push_hex(half, key));
            }
        }
    }
    let [first, _] = split_u128(xxh3_128(key.as_bytes()));
    id.clear();
    push_hex(first, id);
}

/// Appends the 16 digits of a hash, or of half of one.
fn push_hex(hash: u64, out: &mut String) {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let mut digits = [0; 16];
    let (places, _) = digits.as_chunks_mut::<2>();
    for (place, byte) in places.iter_mut().zip(hash.to_be_bytes()) {
        *place = [byte >> 4, byte & 15].map(|half| DIGITS[usize::from(half)]);
    }
    // Nothing but digits.
    out.push_str(std::str::from_utf8(&digits).unwrap_or_default());
}

/// Between the parts of what an id is a hash of.
const ID_PART: char = '\u{1e}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_written_in_sixteen_digits() {
        let mut hash = 1_u64;
        for _ in 0..1000 {
            for hash in [hash, !hash, hash.reverse_bits(), 0, u64::MAX, 0x0123_4567_89ab_cdef, 0x9a9a_a9a9_0f0f_f0f0] {
                let mut digits = String::from("id ");
                push_hex(hash, &mut digits);
                assert_eq!(digits, format!("id {hash:016x}"));
            }
            hash = hash.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        }
    }
}
