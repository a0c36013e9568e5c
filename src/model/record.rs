//! The datasets, their canonical columns (RULES.md 2) and a fully typed row.

use std::sync::LazyLock;

use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use super::currency::Currency;
use super::day::Instant;
use super::origin::Origin;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dataset {
    /// Lines of exported orders.
    Orders,
    /// Captures that the provider executed, a row a line.
    Captures,
    /// Reversals that the provider executed, a row a line.
    Reversals,
    /// Money movements of the provider's settlement files.
    Settlements,
    /// Entries of the bank account; they are judged by the books' rules alone (RULES.md 9, leg `bank`).
    Bank,
    /// What providers state of their payouts, as a person types it from a balance report.
    Payouts,
}

impl Dataset {
    /// The datasets that are reconciled record by record, in the order of RULES.md 2.
    pub const ALL: [Self; 4] = [Self::Orders, Self::Captures, Self::Reversals, Self::Settlements];

    /// All that a file can hold.
    pub const OF_FILES: [Self; 6] =
        [Self::Orders, Self::Captures, Self::Reversals, Self::Settlements, Self::Bank, Self::Payouts];

    /// Whether its rows take part in sections 2 to 4 of RULES.md.
    #[must_use]
    pub fn is_reconciled(self) -> bool {
        !matches!(self, Self::Bank | Self::Payouts)
    }

    /// The name in configuration, flags and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Captures => "captures",
            Self::Reversals => "reversals",
            Self::Settlements => "settlements",
            Self::Bank => "bank",
            Self::Payouts => "payouts",
        }
    }

    /// The dataset of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::OF_FILES.into_iter().find(|dataset| dataset.name() == name)
    }

    /// The canonical columns, in the order of RULES.md 2, which is also the order in which rows are compared.
    #[must_use]
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Orders => &ORDER_COLUMNS,
            Self::Captures | Self::Reversals => &OPERATION_COLUMNS,
            Self::Settlements => &SETTLEMENT_COLUMNS,
            Self::Bank => &BANK_COLUMNS,
            Self::Payouts => &PAYOUT_COLUMNS,
        }
    }

    /// The place of a column in [`Dataset::columns`].
    #[must_use]
    pub fn column(self, name: &str) -> Option<usize> {
        // A row that is read back asks for many of its columns.
        static PLACES: LazyLock<[FxHashMap<&str, usize>; Dataset::ALL.len()]> = LazyLock::new(|| {
            Dataset::ALL.map(|dataset| dataset.columns().iter().map(|column| column.name).zip(0..).collect())
        });
        match Self::ALL.iter().zip(&*PLACES).find(|(dataset, _)| **dataset == self) {
            Some((_, places)) => places.get(name).copied(),
            None => self.columns().iter().position(|column| column.name == name),
        }
    }

    /// The place of `created_at` in [`Dataset::columns`], for which every record of a finding is asked.
    #[must_use]
    pub fn created_at_column(self) -> Option<usize> {
        match self {
            Self::Orders => Some(4),
            Self::Captures | Self::Reversals => Some(3),
            Self::Settlements => Some(14),
            Self::Bank | Self::Payouts => None,
        }
    }

    /// The name of the column that holds the amount of a row.
    #[must_use]
    pub fn amount_column(self) -> &'static str {
        match self {
            Self::Orders | Self::Settlements => "gross_amount",
            Self::Captures | Self::Reversals | Self::Bank => "amount",
            Self::Payouts => "payout_amount",
        }
    }
}

/// What a column's text must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Any text.
    Text,
    /// Whole minor units.
    Minor,
    /// VAT rate in percent x 100.
    Rate,
    /// A quantity with at most 4 decimals.
    Quantity,
    /// An ISO 4217 code.
    Currency,
    /// A timestamp.
    Stamp,
    /// The state of an operation.
    State,
    /// The kind of a settlement row.
    Kind,
}

/// One canonical column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The name in the header.
    pub name: &'static str,
    /// What its text must be.
    pub kind: ColumnKind,
    /// Whether a file without it, or a row with an empty field, cannot be read.
    pub required: bool,
}

const fn must(name: &'static str, kind: ColumnKind) -> Column {
    Column { name, kind, required: true }
}

const fn may(name: &'static str, kind: ColumnKind) -> Column {
    Column { name, kind, required: false }
}

use ColumnKind::{Currency as Code, Kind, Minor, Quantity, Rate, Stamp, State, Text};

const ORDER_COLUMNS: [Column; 19] = [
    must("order_id", Text),
    must("line_id", Text),
    must("gross_amount", Minor),
    must("currency", Code),
    must("created_at", Stamp),
    may("provider", Text),
    may("item_id", Text),
    may("description", Text),
    may("quantity", Quantity),
    may("vat_amount", Minor),
    may("vat_rate", Rate),
    may("related_line_id", Text),
    may("relation", Text),
    may("reversed_reason", Text),
    may("updated_at", Stamp),
    may("order_amount", Minor),
    may("cancelled_amount", Minor),
    may("remaining_capture_amount", Minor),
    may("remaining_reversal_amount", Minor),
];

const OPERATION_COLUMNS: [Column; 17] = [
    must("order_id", Text),
    must("amount", Minor),
    must("currency", Code),
    must("created_at", Stamp),
    may("provider", Text),
    may("line_id", Text),
    may("operation_id", Text),
    may("payee_reference", Text),
    may("transaction_number", Text),
    may("transaction_id", Text),
    may("receipt_reference", Text),
    may("payment_id", Text),
    may("vat_amount", Minor),
    may("state", State),
    may("updated_at", Stamp),
    may("reconciliation_number", Text),
    may("operation_amount", Minor),
];

const SETTLEMENT_COLUMNS: [Column; 18] = [
    must("gross_amount", Minor),
    must("currency", Code),
    may("provider", Text),
    may("settlement_id", Text),
    may("reconciliation_number", Text),
    may("operation_id", Text),
    may("transaction_number", Text),
    may("payee_reference", Text),
    may("order_id", Text),
    may("transaction_id", Text),
    may("kind", Kind),
    may("fee_amount", Minor),
    may("net_amount", Minor),
    may("vat_amount", Minor),
    may("created_at", Stamp),
    may("settled_at", Stamp),
    may("referenced_transaction", Text),
    // Beyond RULES.md 2, for `fee-tariff` (RULES.md 9): what the provider sells, such as `Swish`.
    may("service", Text),
];

/// Entries of a bank account. `name` and `text` only tell which provider paid; they are not kept.
const BANK_COLUMNS: [Column; 10] = [
    must("amount", Minor),
    must("currency", Code),
    must("booked_on", Stamp),
    may("provider", Text),
    may("account", Text),
    may("reference", Text),
    may("text", Text),
    may("name", Text),
    may("bank_reference", Text),
    may("balance", Minor),
];

/// Payouts as a balance report states them. Costs are positive; what is owed to the provider from earlier is negative.
const PAYOUT_COLUMNS: [Column; 10] = [
    must("settlement_id", Text),
    must("currency", Code),
    may("provider", Text),
    may("gross_amount", Minor),
    may("fee_amount", Minor),
    may("fee_vat_amount", Minor),
    may("brought_forward_amount", Minor),
    may("payout_amount", Minor),
    may("paid_at", Stamp),
    may("reference", Text),
];

/// A field as it is compared: numbers as numbers, instants as instants, texts by their bytes, absent first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// The column is missing or the field is empty.
    Absent,
    /// Minor units, or a rate.
    Int(i64),
    /// A quantity.
    Decimal(Decimal),
    /// Text, trimmed; a `kind` in small letters.
    Text(super::text::Text),
    /// A timestamp.
    At(Instant),
    /// A state: completed or not.
    Completed(bool),
}

/// A row with every known column typed, read back from its origin where a rule or a finding needs its texts.
#[derive(Debug, Clone)]
pub struct Row {
    /// What kind of record it is.
    pub dataset: Dataset,
    /// The currency.
    pub currency: Currency,
    /// One value a canonical column, in the order of [`Dataset::columns`]; `provider` holds the resolved one.
    pub values: Vec<Value>,
    /// Where the row stands.
    pub origin: Origin,
}

/// The columns of ids by which a record is named in reports, in their order there.
pub const ID_COLUMNS: [&str; 7] = [
    "order_id",
    "operation_id",
    "transaction_number",
    "payee_reference",
    "transaction_id",
    "reconciliation_number",
    "settlement_id",
];

/// The columns of a row, by their places in [`Dataset::columns`].
pub trait Columns {
    /// What kind of record it is.
    fn dataset(&self) -> Dataset;

    /// The text of a column of texts or the currency, as it stands, and of `provider` the resolved one; `None` where it is
    /// absent.
    fn text_at(&self, place: usize) -> Option<&str>;

    /// The value of a column.
    fn value_at(&self, place: usize) -> Value;

    /// As [`Columns::text_at`], by the name of the column.
    fn id(&self, column: &str) -> Option<&str> {
        self.text_at(self.dataset().column(column)?)
    }

    /// When the record was made, `None` where it does not say.
    fn created_at(&self) -> Option<Instant> {
        match self.value_at(self.dataset().created_at_column()?) {
            Value::At(at) => Some(at),
            _ => None,
        }
    }
}

impl Columns for Row {
    fn dataset(&self) -> Dataset {
        self.dataset
    }

    fn text_at(&self, place: usize) -> Option<&str> {
        match self.values.get(place)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn value_at(&self, place: usize) -> Value {
        self.values.get(place).cloned().unwrap_or(Value::Absent)
    }
}

impl Row {
    /// The provider: the field's, else the source's.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.text("provider").unwrap_or_default()
    }

    /// The value of a column; [`Value::Absent`] where the dataset has no such column.
    #[must_use]
    pub fn value(&self, column: &str) -> &Value {
        self.dataset.column(column).and_then(|index| self.values.get(index)).unwrap_or(&Value::Absent)
    }

    /// The text of a column, `None` where it is absent or no text.
    #[must_use]
    pub fn text(&self, column: &str) -> Option<&str> {
        self.text_at(self.dataset.column(column)?)
    }

    /// The minor units of a column, `None` where it is absent.
    #[must_use]
    pub fn minor(&self, column: &str) -> Option<i64> {
        match self.value(column) {
            Value::Int(amount_minor) => Some(*amount_minor),
            _ => None,
        }
    }

    /// The instant of a column, `None` where it is absent.
    #[must_use]
    pub fn instant(&self, column: &str) -> Option<Instant> {
        match self.value(column) {
            Value::At(at) => Some(*at),
            _ => None,
        }
    }

    /// The amount of the row, as stated.
    #[must_use]
    pub fn amount_minor(&self) -> i64 {
        // A typed row always has it: the column is required.
        self.minor(self.dataset.amount_column()).unwrap_or(0)
    }

    /// Whether the state says that money moved (absent means completed).
    #[must_use]
    pub fn completed(&self) -> bool {
        !matches!(self.value("state"), Value::Completed(false))
    }

    /// The order of rows in RULES.md 2: by amount, then the other columns, absent first, texts by their bytes.
    #[must_use]
    pub fn cmp_by_amount(&self, other: &Self) -> std::cmp::Ordering {
        self.amount_minor().cmp(&other.amount_minor()).then_with(|| self.values.cmp(&other.values))
    }
}

/// Reads rows back from where they stand.
pub trait ReadBack: Sync {
    /// The typed row at an origin that this run has read before.
    ///
    /// # Errors
    /// The file cannot be read any more, or no longer holds the row.
    fn row(&self, origin: Origin) -> Result<Row, ReadBackError>;

    /// Where a row stands, for people: `file:line`.
    ///
    /// # Errors
    /// The file cannot be read any more.
    fn place(&self, origin: Origin) -> Result<String, ReadBackError>;

    /// Shows a row, and says its line, to whoever wants a few of its columns: the others are not typed.
    ///
    /// # Errors
    /// As [`ReadBack::row`] and [`ReadBack::place`].
    fn cite(&self, origin: Origin, show: &mut dyn FnMut(&dyn Columns, u64)) -> Result<(), ReadBackError>;

    /// Some rows at hand, where they are not: whoever reads many of them reads them faster then. Which ones is only asked
    /// where it is needed.
    ///
    /// # Errors
    /// As [`ReadBack::row`].
    fn at_hand(&self, _origins: &dyn Fn() -> Vec<Origin>) -> Result<Option<Box<dyn ReadBack + '_>>, ReadBackError> {
        Ok(None)
    }

    /// Says that these rows are read next. Those that are in memory, but far from each other there, are asked for all at
    /// once then, and not each when the one before is done.
    fn touch(&self, _origins: &[Origin]) {}

    /// Whether two rows are surely the same in all columns. A no says nothing.
    ///
    /// # Errors
    /// As [`ReadBack::row`].
    fn are_same(&self, _a: Origin, _b: Origin) -> Result<bool, ReadBackError> {
        Ok(false)
    }

    /// The file of a place, for people.
    ///
    /// # Errors
    /// It is not part of this run.
    fn file_name(&self, origin: Origin) -> Result<&str, ReadBackError>;
}

/// A row that was read once and cannot be read again.
#[derive(Debug, thiserror::Error)]
#[error("{file}: changed or became unreadable while it was being read: {reason}; run again when the file is complete")]
pub struct ReadBackError {
    /// The file as given.
    pub file: String,
    /// What happened.
    pub reason: String,
}

/// A library without any row, for tests of what needs none.
#[cfg(test)]
pub(crate) struct NoRows;

#[cfg(test)]
impl ReadBack for NoRows {
    fn row(&self, _: Origin) -> Result<Row, ReadBackError> {
        Err(ReadBackError { file: "none".to_owned(), reason: "no row is needed".to_owned() })
    }

    fn place(&self, origin: Origin) -> Result<String, ReadBackError> {
        self.row(origin).map(|_| String::new())
    }

    fn cite(&self, origin: Origin, _: &mut dyn FnMut(&dyn Columns, u64)) -> Result<(), ReadBackError> {
        self.row(origin).map(|_| ())
    }

    fn file_name(&self, origin: Origin) -> Result<&str, ReadBackError> {
        self.row(origin).map(|_| "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn created_at_stands_where_it_is_said_to() {
        for dataset in Dataset::OF_FILES {
            assert_eq!(dataset.created_at_column(), dataset.column("created_at"), "{dataset:?}");
        }
    }
}
