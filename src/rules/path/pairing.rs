//! RULES.md 4, step 1, written plainly: every operation asks every row.

use super::rounds::{Row, Side};

/// What is free on both sides, in order: operations and rows by their places.
pub(super) struct Free<'a> {
    pub(super) operations: Vec<usize>,
    pub(super) rows: Vec<usize>,
    pub(super) all_operations: &'a [Side],
    pub(super) all_rows: &'a [Row],
}

impl Free<'_> {
    /// Pairs what is equal in currency and effect: each operation first with the first row of its own number, then each
    /// that is left with the first row.
    pub(super) fn pair_equal(&mut self) -> Vec<(usize, usize)> {
        self.pair(0, |_| true)
    }

    /// Pairs what differs by no more than the tolerance of its currency, the smallest difference first.
    pub(super) fn pair_tolerated(&mut self, tolerance: impl Fn(&str) -> i64) -> Vec<(usize, usize)> {
        let mut sizes: Vec<i128> = Vec::new();
        for operation in &self.operations {
            let operation = &self.all_operations[*operation];
            let most = i128::from(tolerance(&operation.currency));
            let rows =
                self.rows.iter().map(|row| &self.all_rows[*row]).filter(|row| row.currency == operation.currency);
            sizes
                .extend(rows.map(|row| (row.effect_minor - operation.effect_minor).abs()).filter(|size| *size <= most));
        }
        sizes.sort_unstable();
        sizes.dedup();
        let mut pairs = Vec::new();
        for size in sizes {
            pairs.extend(self.pair(size, |currency| size <= i128::from(tolerance(currency))));
        }
        pairs
    }

    fn pair(&mut self, size: i128, allowed: impl Fn(&str) -> bool) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        for own_number in [true, false] {
            let mut left = Vec::new();
            for place in std::mem::take(&mut self.operations) {
                let operation = &self.all_operations[place];
                let fits = |row: &Row| {
                    row.currency == operation.currency
                        && (row.effect_minor - operation.effect_minor).abs() == size
                        && allowed(&row.currency)
                        && (!own_number
                            || (operation.reconciliation.is_some() && row.reconciliation == operation.reconciliation))
                };
                match self.rows.iter().position(|row| fits(&self.all_rows[*row])) {
                    Some(at) => pairs.push((place, self.rows.remove(at))),
                    None => left.push(place),
                }
            }
            self.operations = left;
        }
        pairs
    }
}
