//! Single faults in the rows of the shop, as they occur in exports.

use crate::reference::Dataset;
use crate::reference::random_day::Fields;
use crate::reference::rng::Rng;

/// What becomes of a row that has a fault: the rows that come tonight, and those that come so many nights later.
pub struct Disturbed {
    pub now: Vec<Fields>,
    pub later: Vec<(i64, Fields)>,
}

/// Puts one fault into a row.
pub fn disturb(rng: &mut Rng, dataset: Dataset, row: Fields, updated_at: &str) -> Disturbed {
    let days = rng.pick(&[0, 0, 1, 2, 5, 12, 30]);
    let mut changed = row.clone();
    match rng.below(9) {
        // Lost, or late by itself.
        0 => return Disturbed { now: vec![], later: if rng.percent(60) { vec![(days.max(1), row)] } else { vec![] } },
        // The same row twice, in this export or in a later one.
        1 => return Disturbed { now: vec![row], later: vec![(days, changed)] },
        // Another version of it, with or without a time that tells which holds.
        2 | 3 if dataset != Dataset::Settlements => {
            off(rng, &mut changed);
            if rng.percent(50) {
                changed.insert("updated_at", updated_at.to_owned());
            }
            return Disturbed { now: vec![row], later: vec![(days, changed)] };
        }
        4 => off(rng, &mut changed),
        5 => set(&mut changed, "currency", rng.pick(&["SEK", "NOK", "EUR"])),
        6 if rng.percent(30) => unreadable(rng, &mut changed),
        _ => special(rng, dataset, &mut changed),
    }
    // What was wrong is sometimes put right by a later version.
    let later = if dataset != Dataset::Settlements && rng.percent(40) {
        let mut right = row;
        right.insert("updated_at", updated_at.to_owned());
        vec![(days.max(1), right)]
    } else {
        vec![]
    };
    Disturbed { now: vec![changed], later }
}

fn set(row: &mut Fields, column: &'static str, text: &str) {
    row.insert(column, text.to_owned());
}

fn amount_column(row: &Fields) -> &'static str {
    if row.contains_key("amount") { "amount" } else { "gross_amount" }
}

fn off(rng: &mut Rng, row: &mut Fields) {
    let column = amount_column(row);
    let Ok(amount) = row[column].parse::<i64>() else { return };
    let changed = rng.pick(&[amount + 1, amount - 1, amount + 2, amount + 100, amount - 100, -amount, amount / 2, 0]);
    row.insert(column, changed.to_string());
}

fn unreadable(rng: &mut Rng, row: &mut Fields) {
    let column = rng.pick(&[amount_column(row), "currency"]);
    set(row, column, rng.pick(&["", "12.5", "kr", "x"]));
}

/// A fault that only rows of this dataset can have.
fn special(rng: &mut Rng, dataset: Dataset, row: &mut Fields) {
    match dataset {
        Dataset::Orders => match rng.below(7) {
            0 => set(row, "vat_amount", "77"),
            1 => set(row, "vat_rate", "1200"),
            2 => set(row, "order_amount", "99900"),
            3 => set(row, "remaining_capture_amount", "1300"),
            4 => set(row, "remaining_reversal_amount", "1300"),
            5 => set(row, "related_line_id", rng.pick(&["1", "2", "9"])),
            _ => set(row, "line_id", "8"),
        },
        Dataset::Captures | Dataset::Reversals => match rng.below(8) {
            0 => set(row, "state", rng.pick(&["failed", "pending"])),
            1 => set(row, "operation_amount", "4200"),
            2 => set(row, "line_id", rng.pick(&["1", "2", "7"])),
            3 => drop(row.remove("line_id")),
            4 => set(row, "reconciliation_number", "98765"),
            5 => set(row, "payee_reference", "P-REUSED"),
            6 => set(row, "vat_amount", "77"),
            _ => {
                let number = format!("X-{}", rng.below(50));
                let column = if row.contains_key("operation_id") { "operation_id" } else { "transaction_number" };
                row.insert(column, number);
            }
        },
        Dataset::Settlements => match rng.below(5) {
            0 => {
                set(row, "fee_amount", "100");
                set(row, "net_amount", "100");
            }
            1 => set(row, "reconciliation_number", "98765"),
            2 => set(row, "kind", rng.pick(&["fee", "chargeback", "capture", "reversal"])),
            3 => {
                let number = format!("X-{}", rng.below(50));
                for column in ["operation_id", "transaction_number", "transaction_id"] {
                    if row.contains_key(column) {
                        row.insert(column, number.clone());
                    }
                }
            }
            _ => {
                let back = row["gross_amount"].strip_prefix('-').map(str::to_owned);
                let turned = back.unwrap_or_else(|| format!("-{}", row["gross_amount"]));
                row.insert("gross_amount", turned);
            }
        },
    }
}
