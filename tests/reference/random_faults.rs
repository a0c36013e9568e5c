//! Single faults that are put into a consistent story.

use super::Dataset;
use super::random_day::{Clock, Day, Fields};
use super::rng::Rng;

/// One fault in one row of the day.
pub fn one(rng: &mut Rng, clock: &Clock, day: &mut Day) {
    let dataset = rng.pick(&Dataset::ALL);
    let rows = day.get_mut(&dataset).expect("every dataset is there");
    if rows.is_empty() {
        return;
    }
    let at = rng.below(rows.len());
    match rng.below(14) {
        0 => {
            rows.remove(at);
        }
        1 => rows.push(rows[at].clone()),
        2 | 3 => another_version(rng, clock, rows, at),
        4 | 5 => change_amount(rng, &mut rows[at]),
        6 => set(&mut rows[at], "currency", rng.pick(&["SEK", "NOK", "EUR"])),
        7 => {
            let names: Vec<&str> = rows[at].keys().copied().collect();
            let name = rng.pick(&names);
            if !["order_id", "line_id", "amount", "gross_amount", "currency", "created_at"].contains(&name) {
                rows[at].remove(name);
            }
        }
        8 => {
            let other = rng.pick(rows);
            let names: Vec<&str> = other.keys().copied().collect();
            let name = rng.pick(&names);
            if let Some((key, text)) = other.get_key_value(name) {
                rows[at].insert(key, text.clone());
            }
        }
        9 => special(rng, dataset, &mut rows[at]),
        10 => set(&mut rows[at], "created_at", &clock.text(rng)),
        11 => set(&mut rows[at], "vat_amount", rng.pick(&["0", "3", "18", "20"])),
        12 => set(&mut rows[at], "order_id", rng.pick(&["S1", "S2", "S99"])),
        _ => {
            let column = if dataset == Dataset::Orders { "cancelled_amount" } else { "reconciliation_number" };
            set(&mut rows[at], column, rng.pick(&["100", "250", "700", "709"]));
        }
    }
}

fn set(row: &mut Fields, column: &'static str, text: &str) {
    row.insert(column, text.to_string());
}

/// The row again with another amount or state, earlier, later or at no stated time.
fn another_version(rng: &mut Rng, clock: &Clock, rows: &mut Vec<Fields>, at: usize) {
    let mut version = rows[at].clone();
    if rng.percent(70) {
        change_amount(rng, &mut version);
    }
    if version.contains_key("amount") && rng.percent(30) {
        set(&mut version, "state", rng.pick(&["failed", "completed"]));
    }
    if rng.percent(60) {
        version.insert("updated_at", clock.text(rng));
    }
    rows.push(version);
}

fn change_amount(rng: &mut Rng, row: &mut Fields) {
    let column = if row.contains_key("amount") { "amount" } else { "gross_amount" };
    let Some(amount) = row.get(column).and_then(|text| text.parse::<i64>().ok()) else {
        return;
    };
    let changed = rng.pick(&[amount + 1, amount - 1, amount + 2, -amount, amount / 2, amount * 2, 0]);
    row.insert(column, changed.to_string());
}

/// A fault that only this dataset can have.
fn special(rng: &mut Rng, dataset: Dataset, row: &mut Fields) {
    match dataset {
        Dataset::Orders => {
            let column = rng.pick(&["related_line_id", "relation", "order_amount", "remaining_capture_amount"]);
            set(row, column, rng.pick(&["1", "2", "100"]));
        }
        Dataset::Captures | Dataset::Reversals => {
            let column = rng.pick(&["line_id", "state", "operation_amount", "payee_reference"]);
            set(row, column, rng.pick(&["1", "2", "100", "PR-1"]));
        }
        Dataset::Settlements => {
            let column = rng.pick(&["kind", "net_amount", "settlement_id", "provider"]);
            let text = match column {
                "kind" => rng.pick(&["fee", "capture", "reversal"]),
                "net_amount" => "98",
                "settlement_id" => rng.pick(&["R12-0009", "R12-12", "X-1"]),
                _ => rng.pick(&["swedbank_pay", "dintero"]),
            };
            set(row, column, text);
        }
    }
}
