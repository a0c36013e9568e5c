//! Operations as the parts that are written of them, and order records of the usual form as the parts that a plain order
//! asks for. Keys stay the bytes that they are in both.

use super::keys::{KEY_ROOM_LEN, KeyBytes};
use super::{
    COMPLETED, HAS_LINE, HAS_RATE, HAS_TOTAL, LINE, MARKED, OrderHead, WIDE_LINE, read_dataset, read_line,
    read_order_head, read_row_parts,
};
use crate::model::codec::Reader;
use crate::model::compact::{LineRec, Operation};
use crate::model::currency::Currency;
use crate::model::names::NameId;
use crate::model::origin::Origin;
use crate::model::record::Dataset;

/// An operation, as [`Operation`], of things that are somewhere else.
#[derive(Debug, Clone, Copy)]
pub struct OperationParts<'a> {
    /// Captures or reversals.
    pub dataset: Dataset,
    /// Provider.
    pub provider: NameId,
    /// Currency.
    pub currency: Currency,
    /// Whether money moved.
    pub completed: bool,
    /// The amounts of its rows as stated, summed.
    pub stated_minor: i128,
    /// Its effect is that sum, taken back.
    pub negated: bool,
    /// The smallest reconciliation number stated on its rows.
    pub reconciliation: Option<NameId>,
    /// The hashes of the smallest ids stated on its rows.
    pub keys: KeyBytes<'a>,
    /// Where its rows stand; never empty.
    pub rows: &'a [Origin],
}

impl OperationParts<'_> {
    /// Signed effect, minor units (RULES.md 1).
    #[must_use]
    pub fn effect_minor(&self) -> i128 {
        if self.negated { -self.stated_minor } else { self.stated_minor }
    }
}

impl Operation {
    /// The operation in parts; the bytes of its keys are put into `room`.
    #[must_use]
    pub fn parts<'a>(&'a self, room: &'a mut [u8; KEY_ROOM_LEN]) -> OperationParts<'a> {
        let negated = self.effect_minor != self.stated_minor;
        let effect_minor = if negated { self.stated_minor.checked_neg() } else { Some(self.stated_minor) };
        assert_eq!(effect_minor, Some(self.effect_minor), "an effect is what is stated, or the same taken back");
        OperationParts {
            dataset: self.dataset,
            provider: self.provider,
            currency: self.currency,
            completed: self.completed,
            stated_minor: self.stated_minor,
            negated,
            reconciliation: self.reconciliation,
            keys: KeyBytes::of(&self.keys, room),
            rows: &self.rows,
        }
    }
}

/// An order line that takes nothing back, of an order that says nothing of itself.
#[derive(Debug, Clone, Copy)]
pub struct UsualLine {
    /// Hash of the line id.
    pub line: u64,
    /// Gross amount, signed, minor units.
    pub gross_minor: i64,
    /// VAT of the line, where known.
    pub vat_minor: Option<i64>,
    /// VAT rate in percent x 100, where known.
    pub vat_rate_bp: Option<i64>,
}

/// A completed row of captures or reversals with a line, without a total of its own and without marks.
#[derive(Debug, Clone, Copy)]
pub struct UsualRow<'a> {
    /// Captures or reversals.
    pub dataset: Dataset,
    /// Hash of the line id.
    pub line: u64,
    /// Hash of the id (and its kind) that names the operation; `None` makes the row an operation of its own.
    pub identity: Option<u64>,
    /// The amount as stated.
    pub amount_minor: i64,
    /// VAT as stated, where known.
    pub vat_minor: Option<i64>,
    /// Reconciliation number, where stated.
    pub reconciliation: Option<NameId>,
    /// The hashes of its ids.
    pub keys: KeyBytes<'a>,
}

/// What an order record begins with.
#[derive(Debug, Clone, Copy)]
pub struct OrderRecord<'a> {
    head: OrderHead,
    rest: Reader<'a>,
}

impl<'a> OrderRecord<'a> {
    /// Begins to read the next record of an order shard.
    #[inline]
    #[must_use]
    pub fn new(mut reader: Reader<'a>) -> Self {
        Self { head: read_order_head(&mut reader), rest: reader }
    }

    /// Hash of (provider, order_id), provider and currency.
    #[inline]
    #[must_use]
    pub fn common(&self) -> (u128, NameId, Currency) {
        (self.head.order, self.head.provider, self.head.currency)
    }

    /// Where it stands.
    #[inline]
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.head.origin
    }

    /// Whether it is an order line, and no row of captures or reversals.
    #[inline]
    #[must_use]
    pub fn is_line(&self) -> bool {
        self.head.head & LINE != 0
    }

    /// The line, where it has the usual form.
    #[inline]
    #[must_use]
    pub fn usual_line(mut self) -> Option<UsualLine> {
        if self.head.more & !(HAS_RATE | WIDE_LINE) != 0 {
            return None;
        }
        let LineRec { line, gross_minor, vat_minor, vat_rate_bp, .. } = read_line(&self.head, &mut self.rest);
        Some(UsualLine { line, gross_minor, vat_minor, vat_rate_bp })
    }

    /// The row, where it has the usual form.
    #[inline]
    #[must_use]
    pub fn usual_row(mut self) -> Option<UsualRow<'a>> {
        let OrderHead { head, more, .. } = self.head;
        if head & (COMPLETED | HAS_LINE | HAS_TOTAL) != COMPLETED | HAS_LINE || more & MARKED != 0 {
            return None;
        }
        let parts = read_row_parts(&self.head, &mut self.rest);
        Some(UsualRow {
            dataset: read_dataset(head),
            line: parts.line?,
            identity: parts.identity,
            amount_minor: parts.amount_minor,
            vat_minor: parts.vat_minor,
            reconciliation: parts.reconciliation,
            keys: parts.keys,
        })
    }
}
