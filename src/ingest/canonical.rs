//! Canonical rows (RULES.md 2): header to layout, fields to compact records, and the same fields to a typed row.
//!
//! Every other format is converted to these columns first, so this is the only place where rows become records.

use chrono::NaiveDate;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::field::{RECORDED_ONLY, is_completed, shown, utf8};
use super::fields::{Fields, LastCurrencies, Numbers};
use super::hash::{Seed, line_hash};
use super::layout::Layout;
use super::remembered::Remembered;
use super::short::same;
use crate::engine::split::Record;
use crate::model::compact::{
    KeyHash, KeyKind, Keys, LineRec, OperationRow, SettledRow, SettlementKind, SettlementRec, Statements,
    identity_of_keys,
};
use crate::model::currency::Currencies;
use crate::model::day::{Zone, parse_stamp};
use crate::model::names::{NameId, Names};
use crate::model::origin::Origin;
use crate::model::record::Dataset;
use crate::model::reference::ReferenceForm;

/// Why a row without a field that it must have cannot be read.
pub const EMPTY_REASON: &str = "the field is empty, but every row must have it";
/// Why the last row of a file, with a quote that is not closed, cannot be read.
pub const UNCLOSED_REASON: &str = "a quote is not closed: all that follows in the file would be one field";
/// Why a text is no currency.
pub const CURRENCY_REASON: &str =
    "a currency is an active ISO 4217 code in capitals; the configuration may add others in [currencies]";

/// How a provider names its operations, as far as reading needs it.
#[derive(Debug, Clone, Copy)]
pub struct Ways {
    /// Any of the four ids names an operation; otherwise only `operation_id` does.
    pub unique_reference: bool,
    /// Which ids are hashed, by [`KeyKind::index`].
    pub hashed: [bool; 4],
    /// The form that its payee references must have, where it is configured.
    pub reference_form: Option<ReferenceForm>,
}

/// What reading needs beside the bytes.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Providers, reconciliation numbers, settlement ids, kinds.
    pub names: &'a Names,
    /// Known currencies.
    pub currencies: &'a Currencies,
    /// Zone of timestamps without one.
    pub zone: Zone,
    /// Whether settlement rows are to carry their day.
    pub dated: bool,
    /// The ways of a provider.
    pub ways: &'a (dyn Fn(NameId, &str) -> Ways + Sync),
}

/// A row that cannot be read, before its file is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reject {
    /// Name of the column; empty where it is the whole row.
    pub column: String,
    /// The field as it stands, shortened.
    pub value: String,
    /// Why it cannot be read.
    pub reason: String,
}

impl Reject {
    #[cold]
    pub(super) fn new(column: &str, value: &[u8], reason: impl Into<String>) -> Self {
        Self { column: column.to_owned(), value: shown(value), reason: reason.into() }
    }
}

/// Takes rows as compact records, each as soon as it is read: a record is large, and handing it back would copy it.
pub trait Sink {
    /// Takes an order line.
    fn line(&mut self, line: &LineRec);
    /// Takes a row of captures or reversals.
    fn operation(&mut self, row: &OperationRow);
    /// Takes a settlement row.
    fn settlement(&mut self, record: &SettlementRec);
}

/// The provider of the last row, and what its name stands for.
#[derive(Debug, Clone)]
struct Provider {
    text: Vec<u8>,
    id: NameId,
    seed: Seed,
    ways: Ways,
}

/// What a reader remembers from row to row, one a task.
#[derive(Debug, Default)]
pub struct Memory {
    provider: Option<Provider>,
    currencies: LastCurrencies,
    numbers: Numbers,
    names: [Remembered; 4],
    /// The last timestamp of a settlement, and its day.
    day: Option<(Vec<u8>, NaiveDate)>,
}

/// Places of canonical columns, as [`Dataset::columns`] has them.
mod at {
    pub const ORDER_ID: usize = 0;
    pub const PROVIDER: [usize; 6] = [5, 4, 4, 2, 3, 2];

    pub mod order {
        pub const LINE_ID: usize = 1;
        pub const GROSS: usize = 2;
        pub const VAT: usize = 9;
        pub const RATE: usize = 10;
        pub const RELATED: usize = 11;
        pub const RELATION: usize = 12;
        pub const REASON: usize = 13;
        pub const STATEMENTS: [usize; 4] = [15, 16, 17, 18];
    }

    pub mod operation {
        pub const AMOUNT: usize = 1;
        pub const LINE_ID: usize = 5;
        pub const VAT: usize = 12;
        pub const PAYEE_REFERENCE: usize = 7;
        pub const STATE: usize = 13;
        pub const RECONCILIATION: usize = 15;
        pub const TOTAL: usize = 16;
        /// By `KeyKind::index`.
        pub const KEYS: [usize; 4] = [6, 8, 7, 9];
    }

    pub mod settlement {
        pub const GROSS: usize = 0;
        pub const SETTLEMENT: usize = 3;
        pub const RECONCILIATION: usize = 4;
        pub const KIND: usize = 10;
        pub const FEE: usize = 11;
        pub const NET: usize = 12;
        pub const CREATED: usize = 14;
        pub const SETTLED: usize = 15;
        pub const SERVICE: usize = 17;
        /// By `KeyKind::index`.
        pub const KEYS: [usize; 4] = [5, 6, 7, 9];
    }
}

#[inline]
fn name(text: Option<&[u8]>, slot: usize, context: &Context<'_>, names: &mut [Remembered; 4]) -> Option<NameId> {
    let text = text?;
    Some(names.get_mut(slot)?.get(text, || context.names.intern(utf8(text))))
}

/// The day on which a row was settled, else made.
fn day(fields: &Fields<'_, '_>, context: &Context<'_>, last: &mut Option<(Vec<u8>, NaiveDate)>) -> Option<NaiveDate> {
    let text = fields.text(at::settlement::SETTLED).or_else(|| fields.text(at::settlement::CREATED))?;
    if let Some((known, day)) = last
        && known == text
    {
        return Some(*day);
    }
    let stamp = parse_stamp(text)?;
    // What has no zone of its own is in that of the days.
    let day = if stamp.has_offset() { context.zone.day(context.zone.instant(stamp)) } else { stamp.local().date() };
    *last = Some((text.to_vec(), day));
    Some(day)
}

/// Where the provider stands among the columns.
#[inline]
pub(super) fn provider_column(dataset: Dataset) -> usize {
    match dataset {
        Dataset::Orders => at::PROVIDER[0],
        Dataset::Captures => at::PROVIDER[1],
        Dataset::Reversals => at::PROVIDER[2],
        Dataset::Settlements => at::PROVIDER[3],
        Dataset::Bank => at::PROVIDER[4],
        Dataset::Payouts => at::PROVIDER[5],
    }
}

#[inline]
fn provider<'m>(
    fields: &Fields<'_, '_>,
    layout: &Layout,
    context: &Context<'_>,
    last: &'m mut Option<Provider>,
) -> &'m Provider {
    let text = fields.text(provider_column(layout.dataset)).unwrap_or(layout.provider.as_bytes());
    if !last.as_ref().is_some_and(|last| same(&last.text, text)) {
        *last = None;
    }
    last.get_or_insert_with(|| {
        let id = context.names.intern(utf8(text));
        Provider { text: text.to_vec(), id, seed: Seed::new(text), ways: (context.ways)(id, utf8(text)) }
    })
}

#[inline(always)]
fn keys(fields: &Fields<'_, '_>, columns: [usize; 4], provider: &Provider) -> Keys {
    let key = |place: usize| {
        if !provider.ways.hashed[place] {
            return None;
        }
        // A hash of 0 would read as no key: it is taken for 1, one more chance in 2^128 to collide.
        fields.text(columns[place]).map(|text| KeyHash::new(provider.seed.hash(text)).unwrap_or(KeyHash::MIN))
    };
    [key(0), key(1), key(2), key(3)]
}

#[inline(always)]
fn line_record(
    fields: &Fields<'_, '_>,
    numbers: &Numbers,
    provider: &Provider,
    content: u64,
    origin: Origin,
) -> LineRec {
    let mut statements = Statements::default();
    if numbers.has_any_from(at::order::STATEMENTS[0]) {
        let [order_amount_minor, cancelled_minor, remaining_capture_minor, remaining_reversal_minor] =
            at::order::STATEMENTS.map(|column| numbers.get(column));
        statements =
            Statements { order_amount_minor, cancelled_minor, remaining_capture_minor, remaining_reversal_minor };
    }
    let related = fields.text(at::order::RELATED);
    LineRec {
        order: provider.seed.hash(fields.text(at::ORDER_ID).unwrap_or_default()),
        line: line_hash(fields.text(at::order::LINE_ID).unwrap_or_default()),
        gross_minor: numbers.get(at::order::GROSS).unwrap_or_default(),
        currency: numbers.currency,
        provider: provider.id,
        vat_minor: numbers.get(at::order::VAT),
        related: related.map(line_hash),
        is_reversal: related.is_some()
            || fields.text(at::order::RELATION).is_some()
            || fields.text(at::order::REASON).is_some(),
        statements,
        vat_rate_bp: numbers.get(at::order::RATE),
        content,
        origin,
    }
}

/// The form that payee references must have: as configured, else as the API documents it whose payload this is (but
/// not for rows in it that belong to another provider).
fn reference_form(provider: &Provider, layout: &Layout) -> ReferenceForm {
    let documented = || layout.reference_form.filter(|_| provider.text == layout.provider.as_bytes());
    provider.ways.reference_form.or_else(documented).unwrap_or(ReferenceForm::Any)
}

/// What names the operation of a row (RULES.md 2): the first id of those that may, in the order of [`KeyKind::IDENTITY`].
#[inline(always)]
fn identity(fields: &Fields<'_, '_>, ways: &Ways, keys: &Keys) -> Option<u64> {
    let is_key = |kind: KeyKind| ways.hashed[kind.index()] || !fields.has(at::operation::KEYS[kind.index()]);
    let [first, second, third, fourth] = KeyKind::IDENTITY.map(is_key);
    if ways.unique_reference && first && second && third && fourth {
        return identity_of_keys(keys);
    }
    identity_of_any(fields, ways, keys)
}

/// The same where an id names an operation that is no key.
#[inline(never)]
fn identity_of_any(fields: &Fields<'_, '_>, ways: &Ways, keys: &Keys) -> Option<u64> {
    let kinds = if ways.unique_reference { &KeyKind::IDENTITY[..] } else { &KeyKind::IDENTITY[..1] };
    kinds.iter().zip(1_u64..).find_map(|(kind, seed)| {
        // Where the id is a key it is hashed already, and no key comes before it.
        if keys[kind.index()].is_some() {
            return identity_of_keys(keys);
        }
        Some(xxh3_64_with_seed(fields.text(at::operation::KEYS[kind.index()])?, seed))
    })
}

#[inline(always)]
fn operation_row(
    layout: &Layout,
    (fields, numbers): (&Fields<'_, '_>, &Numbers),
    provider: &Provider,
    reconciliation: Option<NameId>,
    content: u64,
    origin: Origin,
) -> OperationRow {
    let keys = keys(fields, at::operation::KEYS, provider);
    let identity = identity(fields, &provider.ways, &keys);
    let state = fields.text(at::operation::STATE).unwrap_or_default();
    let form = reference_form(provider, layout);
    let is_malformed = || !form.admits(fields.text(at::operation::PAYEE_REFERENCE).unwrap_or_default());
    OperationRow {
        order: provider.seed.hash(fields.text(at::ORDER_ID).unwrap_or_default()),
        dataset: layout.dataset,
        line: fields.text(at::operation::LINE_ID).map(line_hash),
        identity,
        completed: is_completed(state),
        amount_minor: numbers.get(at::operation::AMOUNT).unwrap_or_default(),
        currency: numbers.currency,
        provider: provider.id,
        vat_minor: numbers.get(at::operation::VAT),
        reconciliation,
        stated_total_minor: numbers.get(at::operation::TOTAL),
        keys,
        reference_malformed: form != ReferenceForm::Any && is_malformed(),
        recorded_only: state == RECORDED_ONLY.as_bytes(),
        content,
        origin,
    }
}

fn settlement_kind(
    fields: &Fields<'_, '_>,
    gross_minor: i64,
    context: &Context<'_>,
    names: &mut [Remembered; 4],
) -> SettlementKind {
    match fields.text(at::settlement::KIND) {
        None if gross_minor < 0 => SettlementKind::Reversal,
        None => SettlementKind::Capture,
        Some(b"capture") => SettlementKind::Capture,
        Some(b"reversal") => SettlementKind::Reversal,
        Some(text) if text.eq_ignore_ascii_case(b"capture") => SettlementKind::Capture,
        Some(text) if text.eq_ignore_ascii_case(b"reversal") => SettlementKind::Reversal,
        Some(text) => {
            let word = utf8(text).to_lowercase();
            SettlementKind::Other(name(Some(word.as_bytes()), 2, context, names).unwrap_or(NameId(0)))
        }
    }
}

/// Reads one row into its compact record.
///
/// # Errors
/// The first field, in the order of the canonical columns, that is not what its column must hold.
#[inline(never)]
pub fn compact(
    layout: &Layout,
    record: &Record<'_>,
    origin: Origin,
    context: &Context<'_>,
    memory: &mut Memory,
    sink: &mut impl Sink,
) -> Result<(), Reject> {
    let Memory { provider: last, currencies, numbers, names, day: last_day } = memory;
    let fields = Fields::new(layout, record);
    fields.check(numbers, context, currencies)?;
    match layout.dataset {
        // The books read these row by row; they have no compact record.
        Dataset::Bank => {}
        Dataset::Payouts => fields.check_payout()?,
        Dataset::Orders => {
            let content = xxh3_64(record.raw) ^ layout.seed;
            let provider = provider(&fields, layout, context, last);
            sink.line(&line_record(&fields, numbers, provider, content, origin));
        }
        Dataset::Captures | Dataset::Reversals => {
            let content = xxh3_64(record.raw) ^ layout.seed;
            let reconciliation = name(fields.text(at::operation::RECONCILIATION), 0, context, names);
            let provider = provider(&fields, layout, context, last);
            sink.operation(&operation_row(layout, (&fields, numbers), provider, reconciliation, content, origin));
        }
        Dataset::Settlements => {
            let gross_minor = numbers.get(at::settlement::GROSS).unwrap_or_default();
            let reconciliation = name(fields.text(at::settlement::RECONCILIATION), 0, context, names);
            let settlement = name(fields.text(at::settlement::SETTLEMENT), 1, context, names);
            let kind = settlement_kind(&fields, gross_minor, context, names);
            let service = name(fields.text(at::settlement::SERVICE), 3, context, names);
            let day = if context.dated { day(&fields, context, last_day) } else { None };
            let provider = provider(&fields, layout, context, last);
            let keys = keys(&fields, at::settlement::KEYS, provider);
            let row = SettledRow {
                provider: provider.id,
                currency: numbers.currency,
                gross_minor,
                reconciliation,
                keys,
                origin,
            };
            sink.settlement(&SettlementRec {
                row,
                kind,
                fee_minor: numbers.get(at::settlement::FEE),
                net_minor: numbers.get(at::settlement::NET),
                settlement,
                service,
                day,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_canonical_columns() {
        let place = |dataset: Dataset, name: &str| dataset.column(name).unwrap();
        for (dataset, column) in Dataset::OF_FILES.into_iter().zip(at::PROVIDER) {
            assert_eq!(place(dataset, "provider"), column, "{dataset:?}");
        }
        let order = |name| place(Dataset::Orders, name);
        assert_eq!(
            [order("order_id"), order("line_id"), order("gross_amount"), order("vat_amount"), order("vat_rate")],
            [at::ORDER_ID, at::order::LINE_ID, at::order::GROSS, at::order::VAT, at::order::RATE]
        );
        assert_eq!(
            [order("related_line_id"), order("relation"), order("reversed_reason")],
            [at::order::RELATED, at::order::RELATION, at::order::REASON]
        );
        let statements = ["order_amount", "cancelled_amount", "remaining_capture_amount", "remaining_reversal_amount"];
        assert_eq!(statements.map(order), at::order::STATEMENTS);
        let operation = |name| place(Dataset::Captures, name);
        assert_eq!(
            ["order_id", "amount", "line_id", "vat_amount", "state", "reconciliation_number", "operation_amount"]
                .map(operation),
            [
                at::ORDER_ID,
                at::operation::AMOUNT,
                at::operation::LINE_ID,
                at::operation::VAT,
                at::operation::STATE,
                at::operation::RECONCILIATION,
                at::operation::TOTAL
            ]
        );
        let settlement = |name| place(Dataset::Settlements, name);
        assert_eq!(
            ["gross_amount", "settlement_id", "reconciliation_number", "kind", "fee_amount", "net_amount"]
                .map(settlement),
            [
                at::settlement::GROSS,
                at::settlement::SETTLEMENT,
                at::settlement::RECONCILIATION,
                at::settlement::KIND,
                at::settlement::FEE,
                at::settlement::NET
            ]
        );
        for kind in KeyKind::ALL {
            assert_eq!(operation(kind.column()), at::operation::KEYS[kind.index()]);
            assert_eq!(settlement(kind.column()), at::settlement::KEYS[kind.index()]);
        }
    }
}
