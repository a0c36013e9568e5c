//! RULES.md 3: what moved on a line, or on a whole order.

use super::Party;
use crate::model::currency::Currency;
use crate::model::record::Dataset;

/// A completed row of captures or reversals.
pub(super) struct Move {
    pub(super) dataset: Dataset,
    pub(super) line_id: Option<String>,
    pub(super) currency: Currency,
    pub(super) effect_minor: i128,
    /// Of a reversal with the sign of its effect.
    pub(super) vat_minor: Option<i128>,
    pub(super) party: Party,
}

/// Sums of amounts and of VAT.
#[derive(Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) rows: usize,
    pub(super) minor: i128,
    vat_minor: i128,
    vat_unknown: bool,
}

impl Sum {
    fn of<'m>(moves: impl Iterator<Item = &'m Move>) -> Self {
        moves.fold(Self::default(), |sum, one| Self {
            rows: sum.rows.saturating_add(1),
            minor: sum.minor + one.effect_minor,
            vat_minor: sum.vat_minor + one.vat_minor.unwrap_or(0),
            vat_unknown: sum.vat_unknown || one.vat_minor.is_none(),
        })
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            rows: self.rows.saturating_add(other.rows),
            minor: self.minor + other.minor,
            vat_minor: self.vat_minor + other.vat_minor,
            vat_unknown: self.vat_unknown || other.vat_unknown,
        }
    }

    /// The VAT, where every row knows it.
    pub(super) fn vat_minor(self) -> Option<i128> {
        (!self.vat_unknown).then_some(self.vat_minor)
    }
}

/// What moved, by what it does.
#[derive(Clone, Copy, Default)]
pub(super) struct Flow {
    pub(super) captures: Sum,
    /// Reversals with a negative effect.
    pub(super) back: Sum,
    /// Reversals with a positive effect, or none.
    pub(super) given: Sum,
}

impl Flow {
    pub(super) fn of(moves: &[&Move]) -> Self {
        let reversal = |one: &&&Move| one.dataset == Dataset::Reversals;
        Self {
            captures: Sum::of(moves.iter().filter(|one| !reversal(one)).copied()),
            back: Sum::of(moves.iter().filter(reversal).filter(|one| one.effect_minor < 0).copied()),
            given: Sum::of(moves.iter().filter(reversal).filter(|one| one.effect_minor >= 0).copied()),
        }
    }

    pub(super) fn reversals_minor(&self) -> i128 {
        -(self.back.minor + self.given.minor)
    }

    pub(super) fn net_minor(&self) -> i128 {
        self.captures.minor - self.reversals_minor()
    }
}
