//! The operations of a story as export rows, and the settlement rows that they lead to.

use super::Dataset;
use super::random_day::{Clock, Day, Fields, fields};
use super::random_story::Planned;
use super::rng::Rng;

/// Which id columns the exports of a provider carry, and how it settles.
pub struct IdStyle {
    provider: String,
    columns: Vec<&'static str>,
    /// One transaction spans all operations of an order.
    shared_transaction: bool,
    numbers_on_operations: bool,
    /// The columns that settlement rows carry.
    settled_columns: Vec<&'static str>,
    settles: bool,
    /// Amounts are off by a few minor units now and then.
    rounds: bool,
}

impl IdStyle {
    /// A style for a provider.
    pub fn new(rng: &mut Rng, provider: &str) -> IdStyle {
        let choices: &[&[&str]] = match provider {
            "dintero" => &[
                &["operation_id", "transaction_id"],
                &["operation_id", "transaction_id", "payee_reference"],
                &["transaction_id"],
                &["operation_id"],
            ],
            _ => &[
                &["transaction_number", "payee_reference"],
                &["payee_reference"],
                &["operation_id", "transaction_number", "payee_reference"],
                &["operation_id", "transaction_id"],
                &["transaction_number"],
            ],
        };
        let columns = rng.pick(choices).to_vec();
        let settled = if rng.percent(70) { columns.clone() } else { vec![rng.pick(&columns)] };
        IdStyle {
            provider: provider.to_string(),
            columns,
            shared_transaction: provider == "dintero",
            numbers_on_operations: rng.percent(50),
            settled_columns: settled,
            settles: rng.percent(92),
            rounds: rng.percent(15),
        }
    }
}

/// Writes the planned operations (order, currency, what moves) of one provider, and their settlement.
pub fn write(
    rng: &mut Rng,
    clock: &Clock,
    style: &IdStyle,
    planned: Vec<(String, &'static str, Planned)>,
    day: &mut Day,
) {
    let (fees, nets, kinds) = (rng.percent(70), rng.percent(50), rng.percent(50));
    let mut settlements = Vec::new();
    for (number, (order_id, currency, planned)) in planned.into_iter().enumerate() {
        let mut ids = ids(style, &order_id, number);
        let batch = rng.below(3);
        let effect: i64 = planned.parts.iter().map(|p| p.1).sum();
        let failed = rng.percent(4);
        if style.numbers_on_operations && rng.percent(90) {
            ids.insert("reconciliation_number", (700 + batch).to_string());
        }
        rows(rng, clock, style, &order_id, currency, &planned, &ids, failed, day);
        if failed && rng.percent(60) || !style.settles || rng.percent(6) {
            continue;
        }
        for (gross, part) in in_rows(rng, effect).into_iter().zip(0..) {
            let gross = if style.rounds && rng.percent(25) { gross + rng.range(-3, 3) } else { gross };
            let fee = if fees { gross / 50 } else { 0 };
            let mut row = fields(&[
                ("gross_amount", &gross.to_string()),
                ("currency", currency),
                ("provider", &style.provider),
                ("settlement_id", &format!("R12-{:04}", batch + 1)),
                ("reconciliation_number", &(700 + batch).to_string()),
                ("order_id", if part == 0 { &order_id } else { "" }),
                ("kind", if kinds { if gross < 0 { "reversal" } else { "capture" } } else { "" }),
                ("fee_amount", &if fees { fee.to_string() } else { String::new() }),
                ("net_amount", &if nets { (gross - fee).to_string() } else { String::new() }),
                ("settled_at", &clock.maybe(rng, 20)),
            ]);
            for column in &style.settled_columns {
                row.insert(column, ids[column].clone());
            }
            settlements.push(row);
        }
    }
    if rng.percent(15) {
        join_two(rng, &mut settlements);
    }
    for _ in 0..rng.below(3) {
        settlements.push(fields(&[
            ("gross_amount", &rng.range(-50, 50).to_string()),
            ("currency", "SEK"),
            ("provider", &style.provider),
            ("kind", rng.pick(&["fee", "payout", "adjustment", "Chargeback"])),
            ("reconciliation_number", &rng.maybe(70, &["700", "701", "709"])),
        ]));
    }
    if style.settles {
        day.get_mut(&Dataset::Settlements).expect("every dataset is there").extend(settlements);
    }
}

fn ids(style: &IdStyle, order_id: &str, number: usize) -> Fields {
    let mut ids = Fields::new();
    for column in &style.columns {
        let shared = style.shared_transaction && *column != "operation_id";
        let id = match *column {
            "operation_id" => format!("op-{number}"),
            "transaction_id" if shared => format!("T-{order_id}"),
            "transaction_id" => format!("t-{number}"),
            "transaction_number" => (4000 + number).to_string(),
            _ if shared => format!("M-{order_id}"),
            _ => format!("PR-{number}"),
        };
        ids.insert(column, id);
    }
    ids
}

#[allow(clippy::too_many_arguments)]
fn rows(
    rng: &mut Rng,
    clock: &Clock,
    style: &IdStyle,
    order_id: &str,
    currency: &str,
    planned: &Planned,
    ids: &Fields,
    failed: bool,
    day: &mut Day,
) {
    let created_at = clock.text(rng);
    let effect: i64 = planned.parts.iter().map(|p| p.1).sum();
    // An export of reversals may be signed already, which only shows where the rows sum to less than 0.
    let signed = planned.dataset == Dataset::Captures || (effect < 0 && rng.percent(15));
    let sign = if signed { 1 } else { -1 };
    let state = if failed { "failed".to_string() } else { rng.maybe(40, &["completed", "Success"]) };
    let total = if rng.percent(30) { (sign * effect).to_string() } else { String::new() };
    let with_vat = rng.percent(70);
    for (line, effect, vat) in &planned.parts {
        let mut row = fields(&[
            ("order_id", order_id),
            ("amount", &(sign * effect).to_string()),
            ("currency", currency),
            ("created_at", &created_at),
            ("provider", &style.provider),
            ("line_id", line),
            ("state", &state),
            ("operation_amount", &total),
            ("vat_amount", &if with_vat { (sign * vat).to_string() } else { String::new() }),
        ]);
        row.extend(ids.clone());
        day.get_mut(&planned.dataset).expect("every dataset is there").push(row);
    }
}

/// Mostly one row, sometimes two or three.
fn in_rows(rng: &mut Rng, effect: i64) -> Vec<i64> {
    if rng.percent(90) {
        return vec![effect];
    }
    let first = effect / 3;
    if rng.percent(50) { vec![first, effect - first] } else { vec![first, first, effect - 2 * first] }
}

/// Two settlement rows with one currency become one with the ids of the first.
fn join_two(rng: &mut Rng, settlements: &mut Vec<Fields>) {
    if settlements.len() < 2 {
        return;
    }
    let second = settlements.remove(rng.below(settlements.len()));
    let at = rng.below(settlements.len());
    let first = &mut settlements[at];
    if first["currency"] == second["currency"] {
        let sum: i64 = [&*first, &second].iter().filter_map(|r| r["gross_amount"].parse::<i64>().ok()).sum();
        first.insert("gross_amount", sum.to_string());
        first.remove("net_amount");
    }
}
