//! One group of section 4: completed operations and settlement rows with one key, resolved in steps.

use std::collections::{BTreeMap, BTreeSet};

use super::Settings;
use super::operations::Operation;
use super::rows::Row;

/// What became of operations and rows together. A code of section 4, `matched` or `tolerance`.
#[derive(Clone, Debug)]
pub struct Verdict<'a> {
    /// The code.
    pub code: &'static str,
    /// The operations, in the order of section 4.
    pub operations: Vec<&'a Operation>,
    /// The rows, in the order of section 4.
    pub rows: Vec<&'a Row>,
}

impl Verdict<'_> {
    /// Whether it says that the two sides belong together.
    pub fn is_match(&self) -> bool {
        self.code == "matched" || self.code == "tolerance"
    }

    /// Whether it is a match in which both sides state reconciliation numbers, and not the same ones.
    pub fn is_wrong_batch(&self) -> bool {
        let of_operations: BTreeSet<String> = self.operations.iter().map(|o| number_of(o)).collect();
        let of_rows: BTreeSet<String> = self.rows.iter().map(|r| r.text("reconciliation_number")).collect();
        let stated =
            |numbers: BTreeSet<String>| -> Vec<String> { numbers.into_iter().filter(|n| !n.is_empty()).collect() };
        let (of_operations, of_rows) = (stated(of_operations), stated(of_rows));
        self.is_match() && !of_operations.is_empty() && !of_rows.is_empty() && of_operations != of_rows
    }

    /// Every currency among its records.
    pub fn currencies(&self) -> BTreeSet<String> {
        let of_operations = self.operations.iter().map(|o| o.identity.currency.clone());
        of_operations.chain(self.rows.iter().map(|r| r.text("currency"))).collect()
    }

    /// The sum of its operations in a currency.
    pub fn operation_sum(&self, currency: &str) -> i128 {
        self.operations.iter().filter(|o| o.identity.currency == currency).map(|o| o.effect()).sum()
    }

    /// The sum of its rows in a currency.
    pub fn row_sum(&self, currency: &str) -> i128 {
        self.rows.iter().filter(|r| r.text("currency") == currency).map(|r| r.amount()).sum()
    }
}

/// The reconciliation number of an operation, empty if it states none.
pub fn number_of(operation: &Operation) -> String {
    operation.key("reconciliation_number")
}

/// Sorts operations by (created_at, identity).
pub fn sort_operations(operations: &mut [&Operation]) {
    operations.sort_by_key(|o| (o.created_at(), o.identity.clone()));
}

/// Sorts rows by (settlement_id, reconciliation_number, other columns).
pub fn sort_rows(rows: &mut [&Row]) {
    rows.sort_by_key(|r| r.values_with_first(&["settlement_id", "reconciliation_number"]));
}

/// Takes pairs out of both sides: first each operation, in order, takes the first fitting row with its own
/// reconciliation number, then each remaining one the first fitting row.
pub fn take_pairs<'a>(
    operations: &mut Vec<&'a Operation>,
    rows: &mut Vec<&'a Row>,
    fits: &dyn Fn(&Operation, &Row) -> bool,
) -> Vec<(&'a Operation, &'a Row)> {
    sort_operations(operations);
    sort_rows(rows);
    let own_number =
        |o: &Operation, r: &Row| !number_of(o).is_empty() && number_of(o) == r.text("reconciliation_number");
    let mut pairs = Vec::new();
    for own_number_wanted in [true, false] {
        for operation in operations.clone() {
            let fitting = |r: &&Row| fits(operation, r) && (!own_number_wanted || own_number(operation, r));
            if let Some(at) = rows.iter().position(fitting) {
                pairs.push((operation, rows.remove(at)));
                operations.retain(|o| !std::ptr::eq(*o, operation));
            }
        }
    }
    pairs
}

/// Whether an operation and a row are equal in currency and effect.
pub fn equal(operation: &Operation, row: &Row) -> bool {
    difference(operation, row) == Some(0)
}

/// The size by which they differ; `None` where the currencies do.
fn difference(operation: &Operation, row: &Row) -> Option<i128> {
    let same_currency = operation.identity.currency == row.text("currency");
    same_currency.then(|| (operation.effect() - row.amount()).abs())
}

/// What is left of a group on one side only.
pub struct Left<'a> {
    /// These go on as after the last round.
    pub operations: Vec<&'a Operation>,
    /// These would be `settled-twice`.
    pub rows: Vec<&'a Row>,
}

/// Resolves a group with completed operations and rows.
pub fn resolve<'a>(
    mut operations: Vec<&'a Operation>,
    mut rows: Vec<&'a Row>,
    settings: &Settings,
    verdicts: &mut Vec<Verdict<'a>>,
) -> Left<'a> {
    let pair = |code, (o, r)| Verdict { code, operations: vec![o], rows: vec![r] };
    for found in take_pairs(&mut operations, &mut rows, &equal) {
        verdicts.push(pair("matched", found));
    }
    for size in tolerated_differences(&operations, &rows, settings) {
        let fits = |o: &Operation, r: &Row| difference(o, r) == Some(size) && size <= tolerance(o, settings);
        for found in take_pairs(&mut operations, &mut rows, &fits) {
            verdicts.push(pair("tolerance", found));
        }
    }
    if operations.is_empty() || rows.is_empty() {
        return Left { operations, rows };
    }
    sort_operations(&mut operations);
    sort_rows(&mut rows);
    let both = Verdict { code: "", operations, rows };
    verdicts.push(Verdict { code: code_of_both_sides(&both), ..both });
    Left { operations: Vec::new(), rows: Vec::new() }
}

/// Step 2: what operations and rows are that no pair took.
fn code_of_both_sides(both: &Verdict) -> &'static str {
    if both.currencies().iter().all(|c| both.operation_sum(c) == both.row_sum(c)) {
        return "matched";
    }
    let ([operation], [row]) = (&both.operations[..], &both.rows[..]) else {
        return "ambiguous";
    };
    if operation.identity.currency != row.text("currency") {
        "settled-currency"
    } else if operation.effect().signum() * row.amount().signum() == -1 {
        "settled-direction"
    } else {
        "settled-amount"
    }
}

fn tolerance(operation: &Operation, settings: &Settings) -> i128 {
    i128::from(settings.amount_tolerance.get(&operation.identity.currency).copied().unwrap_or(0))
}

/// The sizes by which operations and rows differ within the tolerance, smallest first.
fn tolerated_differences(operations: &[&Operation], rows: &[&Row], settings: &Settings) -> BTreeSet<i128> {
    let mut sizes = BTreeSet::new();
    for operation in operations {
        for row in rows {
            sizes.extend(difference(operation, row).filter(|size| *size <= tolerance(operation, settings)));
        }
    }
    sizes
}

/// The sizes of all tolerated pairs, by currency: how many and their sum.
pub fn tolerated(verdicts: &[Verdict]) -> BTreeMap<String, (usize, i128)> {
    let mut all: BTreeMap<String, (usize, i128)> = BTreeMap::new();
    for pair in verdicts.iter().filter(|v| v.code == "tolerance") {
        let (operation, row) = (pair.operations[0], pair.rows[0]);
        let entry = all.entry(operation.identity.currency.clone()).or_default();
        entry.0 += 1;
        entry.1 += (operation.effect() - row.amount()).abs();
    }
    all
}
