//! Compact records: what the rules need of every row, with ids as hashes and the texts left where they stand.
//!
//! A key of several files is a 128-bit hash (with 10^9 different keys, two of them collide with a chance of 1.5e-21);
//! what is compared only inside one order is a 64-bit hash (in an order of a million lines: 3e-8). Content is a
//! 64-bit hash that is compared only among rows of one identity; different hashes are compared again as typed values.

use std::num::NonZeroU128;

use chrono::NaiveDate;

use super::currency::Currency;
use super::names::NameId;
use super::origin::{Origin, Origins};
use super::record::Dataset;

/// The four ids that operations and settlement rows may share (RULES.md 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// The id of this one capture or reversal.
    OperationId,
    /// The provider's transaction number.
    TransactionNumber,
    /// The merchant's reference of the operation.
    PayeeReference,
    /// The provider's transaction.
    TransactionId,
}

impl KeyKind {
    /// All kinds, in the default order of RULES.md 4.
    pub const ALL: [Self; 4] = [Self::OperationId, Self::TransactionNumber, Self::PayeeReference, Self::TransactionId];
    /// All kinds, in the order in which they name an operation (RULES.md 2).
    pub const IDENTITY: [Self; 4] =
        [Self::OperationId, Self::TransactionId, Self::TransactionNumber, Self::PayeeReference];

    /// The column that holds it, in configuration and files.
    #[must_use]
    pub fn column(self) -> &'static str {
        match self {
            Self::OperationId => "operation_id",
            Self::TransactionNumber => "transaction_number",
            Self::PayeeReference => "payee_reference",
            Self::TransactionId => "transaction_id",
        }
    }

    /// The place of that column among those of captures and reversals.
    #[must_use]
    pub fn operation_column(self) -> usize {
        match self {
            Self::OperationId => 6,
            Self::TransactionNumber => 8,
            Self::PayeeReference => 7,
            Self::TransactionId => 9,
        }
    }

    /// The place in a [`Keys`] array.
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::OperationId => 0,
            Self::TransactionNumber => 1,
            Self::PayeeReference => 2,
            Self::TransactionId => 3,
        }
    }
}

/// The hash of an id.
pub type KeyHash = NonZeroU128;

/// Hashes of the ids that a record has, by [`KeyKind::index`].
pub type Keys = [Option<KeyHash>; 4];

/// The hash of the id that names an operation among those of its order, where that id is a key: the first that is stated,
/// in the order of [`KeyKind::IDENTITY`], and its kind.
// Always: nearly every row has one of the first keys, and is done with it.
#[must_use]
#[inline(always)]
pub fn identity_of(key: impl Fn(KeyKind) -> Option<u128>) -> Option<u64> {
    // A number a kind, without a pattern: the same text as two kinds of id names two operations.
    const KINDS: [u64; 4] =
        [0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f, 0x1656_67b1_9e37_79f9, 0x27d4_eb2f_1656_67c5];
    // By hand, in the order of `KeyKind::IDENTITY`: it is asked twice a row.
    let (key, kind) = if let Some(key) = key(KeyKind::OperationId) {
        (key, KINDS[0])
    } else if let Some(key) = key(KeyKind::TransactionId) {
        (key, KINDS[1])
    } else if let Some(key) = key(KeyKind::TransactionNumber) {
        (key, KINDS[2])
    } else {
        (key(KeyKind::PayeeReference)?, KINDS[3])
    };
    let low = key & u128::from(u64::MAX);
    Some(u64::try_from(low).expect("half of 128 bits") ^ kind)
}

/// As [`identity_of`], of decoded keys.
#[must_use]
#[inline]
pub fn identity_of_keys(keys: &Keys) -> Option<u64> {
    identity_of(|kind| keys[kind.index()].map(KeyHash::get))
}

/// What an order says of itself (RULES.md 2, the last columns of `orders`); minor units, absent is not 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statements {
    /// The order's amount.
    pub order_amount_minor: Option<i64>,
    /// What of it was cancelled.
    pub cancelled_minor: Option<i64>,
    /// What of it may still be captured.
    pub remaining_capture_minor: Option<i64>,
    /// What of it may still be reversed.
    pub remaining_reversal_minor: Option<i64>,
}

impl Statements {
    /// All four, in the order of the columns.
    #[must_use]
    pub fn fields(&self) -> [Option<i64>; 4] {
        [self.order_amount_minor, self.cancelled_minor, self.remaining_capture_minor, self.remaining_reversal_minor]
    }

    /// Whether the order says nothing of itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields().iter().all(Option::is_none)
    }
}

/// An order line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineRec {
    /// Hash of (provider, order_id).
    pub order: u128,
    /// Hash of the line id.
    pub line: u64,
    /// Gross amount, signed, minor units.
    pub gross_minor: i64,
    /// Currency of the line.
    pub currency: Currency,
    /// Provider of the line.
    pub provider: NameId,
    /// VAT of the line, where known.
    pub vat_minor: Option<i64>,
    /// Hash of the related line's id.
    pub related: Option<u64>,
    /// The line takes back another (RULES.md 1: a related line, a relation or a reason).
    pub is_reversal: bool,
    /// The order's own statements, as the row repeats them.
    pub statements: Statements,
    /// VAT rate in percent x 100, where known.
    pub vat_rate_bp: Option<i64>,
    /// Hash of the row's bytes and its file's layout.
    pub content: u64,
    /// Where it stands.
    pub origin: Origin,
}

/// A row of captures or reversals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationRow {
    /// Hash of (provider, order_id).
    pub order: u128,
    /// Captures or reversals.
    pub dataset: Dataset,
    /// Hash of the line id, where stated.
    pub line: Option<u64>,
    /// Hash of the id (and its kind) that names the operation; `None` makes the row an operation of its own.
    pub identity: Option<u64>,
    /// Whether money moved.
    pub completed: bool,
    /// The amount as stated.
    pub amount_minor: i64,
    /// Currency.
    pub currency: Currency,
    /// Provider.
    pub provider: NameId,
    /// VAT as stated, where known.
    pub vat_minor: Option<i64>,
    /// Reconciliation number, where stated.
    pub reconciliation: Option<NameId>,
    /// The operation's own total, where the row states it.
    pub stated_total_minor: Option<i64>,
    /// Hashes of its ids.
    pub keys: Keys,
    /// Its payee reference breaks the form that its provider documents (RULES.md 9, `reference-format`).
    pub reference_malformed: bool,
    /// It was recorded, but nothing was executed (RULES.md 9, `recorded-only`).
    pub recorded_only: bool,
    /// Hash of the row's bytes and its file's layout.
    pub content: u64,
    /// Where it stands.
    pub origin: Origin,
}

/// A settlement row of kind capture or reversal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettledRow {
    /// Provider.
    pub provider: NameId,
    /// Currency.
    pub currency: Currency,
    /// Gross amount, signed: the row's effect.
    pub gross_minor: i64,
    /// Reconciliation number, where stated.
    pub reconciliation: Option<NameId>,
    /// Hashes of its ids.
    pub keys: Keys,
    /// Where it stands.
    pub origin: Origin,
}

/// What a settlement row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SettlementKind {
    /// It answers a capture.
    Capture,
    /// It answers a reversal.
    Reversal,
    /// A fee, chargeback, adjustment, payout or the provider's own word: totalled, not matched.
    Other(NameId),
}

/// A settlement row with what batches and files need of it beside the match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettlementRec {
    /// What takes part in matching.
    pub row: SettledRow,
    /// What the row is for.
    pub kind: SettlementKind,
    /// Fee, positive is a cost; where stated.
    pub fee_minor: Option<i64>,
    /// Net, where stated.
    pub net_minor: Option<i64>,
    /// The settlement file's id, where stated.
    pub settlement: Option<NameId>,
    /// What the provider sells, where stated.
    pub service: Option<NameId>,
    /// The day of the settlement, else of the row; where it was asked for and is stated.
    pub day: Option<NaiveDate>,
}

/// A capture or reversal, summed over its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Captures or reversals.
    pub dataset: Dataset,
    /// Provider.
    pub provider: NameId,
    /// Currency.
    pub currency: Currency,
    /// Whether money moved.
    pub completed: bool,
    /// Signed effect, minor units (RULES.md 1).
    pub effect_minor: i128,
    /// The amounts of its rows as stated, summed.
    pub stated_minor: i128,
    /// The smallest reconciliation number stated on its rows.
    pub reconciliation: Option<NameId>,
    /// Hashes of the smallest ids stated on its rows.
    pub keys: Keys,
    /// Where its rows stand; never empty.
    pub rows: Origins,
}

/// An operation or a settlement row as far as a pair that agrees asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Half {
    /// Captures or reversals; settlements for a settlement row.
    pub dataset: Dataset,
    /// Whether money moved; of operations.
    pub completed: bool,
    /// Provider.
    pub provider: NameId,
    /// Currency.
    pub currency: Currency,
    /// Signed effect, minor units.
    pub effect_minor: i64,
    /// The amounts of its rows as stated, summed.
    pub stated_minor: i64,
    /// Reconciliation number, where stated.
    pub reconciliation: Option<NameId>,
    /// Its rows.
    pub row_count: u32,
}

/// A record of the key shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRecord {
    /// An operation.
    Operation(Operation),
    /// A settlement row.
    Settled(SettledRow),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stand_where_they_are_said_to() {
        for kind in KeyKind::ALL {
            for dataset in [Dataset::Captures, Dataset::Reversals] {
                assert_eq!(dataset.column(kind.column()), Some(kind.operation_column()), "{kind:?}");
            }
        }
    }
}
