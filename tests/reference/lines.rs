//! Order lines against captures and reversals (RULES section 3, leg `line`).

use std::collections::{BTreeMap, BTreeSet};

use super::line_keys::{Key, Kind, Order};
use super::operations::{Movement, Operation};
use super::rows::Row;
use super::{FoundRow, Settings, statements};

/// The verdict of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Matched,
    /// Code, expected, actual.
    Found(&'static str, i128, i128),
}

use Verdict::{Found, Matched};

/// Compares every provider that has an accepted order line; the leg is skipped for the others.
pub fn compare(lines: &[Row], operations: &[Operation], settings: &Settings, findings: &mut Vec<FoundRow>) {
    let providers: BTreeSet<String> = lines.iter().map(|l| l.text("provider")).collect();
    for provider in providers {
        let lines: Vec<&Row> = lines.iter().filter(|l| l.text("provider") == provider).collect();
        let completed: Vec<&Operation> =
            operations.iter().filter(|o| o.completed && o.identity.provider == provider).collect();
        let order_ids: BTreeSet<String> = lines.iter().map(|l| l.text("order_id")).collect();
        order_unknown(&order_ids, &completed, findings);
        for order_id in order_ids {
            let order = Order::new(
                lines.iter().copied().filter(|l| l.text("order_id") == order_id).collect(),
                completed.iter().copied().filter(|o| o.identity.order_id == order_id).collect(),
            );
            line_unknown(&order, findings);
            verdicts(&order, settings, findings);
            for line in &order.lines {
                statements::vat_rate(line, settings, findings);
            }
            statements::order_totals(&order, findings);
        }
    }
}

/// `order-unknown`: one finding an order and currency.
fn order_unknown(order_ids: &BTreeSet<String>, completed: &[&Operation], findings: &mut Vec<FoundRow>) {
    let mut unknown: BTreeMap<(String, String), Vec<&Operation>> = BTreeMap::new();
    for operation in completed.iter().filter(|o| !order_ids.contains(&o.identity.order_id)) {
        let key = (operation.identity.order_id.clone(), operation.identity.currency.clone());
        unknown.entry(key).or_default().push(operation);
    }
    for ((_, currency), operations) in unknown {
        let rows: Vec<&Row> = operations.iter().flat_map(|o| o.rows()).collect();
        let actual = operations.iter().map(|o| o.effect()).sum();
        findings.push(FoundRow::about("line", "order-unknown", "open", &currency, 0, actual, &rows, operations.len()));
    }
}

/// `line-unknown`: one finding a line and currency; in an order compared as a whole one a currency without a line.
fn line_unknown(order: &Order, findings: &mut Vec<FoundRow>) {
    let mut unknown: BTreeMap<(String, String), Vec<(&Operation, &Movement)>> = BTreeMap::new();
    for operation in &order.operations {
        for movement in &operation.movements {
            let (line_id, currency) = (movement.row.text("line_id"), movement.row.text("currency"));
            if order.whole {
                if !order.lines.iter().any(|l| l.text("currency") == currency) {
                    unknown.entry(("*".to_string(), currency)).or_default().push((operation, movement));
                }
            } else if !order.lines.iter().any(|l| l.text("line_id") == line_id) {
                unknown.entry((line_id, currency)).or_default().push((operation, movement));
            }
        }
    }
    for ((line_id, currency), moved) in unknown {
        let rows: Vec<&Row> = moved.iter().map(|(_, m)| &m.row).collect();
        let actual = moved.iter().map(|(_, m)| m.effect).sum();
        let concerned = order.operations.iter().filter(|o| moved.iter().any(|(other, _)| std::ptr::eq(*other, **o)));
        let count = concerned.count();
        let found = FoundRow::about("line", "line-unknown", "open", &currency, 0, actual, &rows, count);
        findings.push(FoundRow { line_id, ..found });
    }
}

/// The findings of the table for every key of an order.
fn verdicts(order: &Order, settings: &Settings, findings: &mut Vec<FoundRow>) {
    let mut verdicts: Vec<(&Key, Verdict)> =
        order.keys.iter().map(|key| (key, verdict(order, key, settings))).collect();
    cancelled(order, &mut verdicts);
    for (key, verdict) in verdicts {
        let Found(code, expected, actual) = verdict else {
            continue;
        };
        let status = match code {
            "line-uncaptured" | "line-undercaptured" => {
                let newest = key.lines.iter().map(|l| l.created_at()).max().expect("a key has a line");
                settings.pending_or_open(newest, settings.capture_days, &settings.capture_calendar)
            }
            _ => "open",
        };
        let count = key.lines.len();
        let found = FoundRow::about("line", code, status, &key.currency, expected, actual, &key.lines, count);
        findings.push(FoundRow { line_id: key.line_id.clone(), ..found });
    }
}

/// The first row of the table that holds.
fn verdict(order: &Order, key: &Key, settings: &Settings) -> Verdict {
    let verdict = line_currency(key)
        .or_else(|| wrong_direction(key))
        .or_else(|| unlinked(order, key))
        .or_else(|| exceeds_original(order, key))
        .or_else(|| exceeds_capture(order, key))
        .or_else(|| overcaptured(key))
        .or_else(|| sum_rule(order, key))
        .or_else(|| uncaptured(key))
        .or_else(|| undercaptured(key))
        .or_else(|| line_vat(key, settings));
    verdict.unwrap_or(Matched)
}

fn line_currency(key: &Key) -> Option<Verdict> {
    key.other_currency.then(|| Found("line-currency", key.gross(), key.captured()))
}

fn wrong_direction(key: &Key) -> Option<Verdict> {
    let opposite = key.captured().signum() * key.gross().signum() == -1;
    opposite.then(|| Found("line-wrong-direction", key.gross(), key.captured()))
}

fn unlinked(order: &Order, key: &Key) -> Option<Verdict> {
    let unlinked = key.kind == Kind::ReversalLine && order.original(key).is_none();
    unlinked.then(|| Found("reversal-line-unlinked", 0, key.gross()))
}

fn exceeds_original(order: &Order, key: &Key) -> Option<Verdict> {
    let taken_back: i128 = order.reversal_lines_of(key).iter().map(|r| r.gross()).sum();
    let exceeds = taken_back.abs() > key.gross().abs();
    exceeds.then(|| Found("reversal-line-exceeds-original", key.gross(), -taken_back))
}

fn exceeds_capture(order: &Order, key: &Key) -> Option<Verdict> {
    let position = order.position(key);
    let beyond = if key.gross() >= 0 { position < 0 } else { position > 0 };
    let exceeds = key.kind != Kind::ReversalLine && beyond;
    exceeds.then(|| Found("reversal-exceeds-capture", key.captured(), key.captured() - position))
}

fn overcaptured(key: &Key) -> Option<Verdict> {
    let (gross, captured) = (key.gross(), key.captured());
    let over = match gross.signum() {
        1 => captured > gross,
        -1 => captured < gross,
        _ => captured != 0,
    };
    over.then_some(Found("line-overcaptured", gross, captured))
}

fn sum_rule(order: &Order, key: &Key) -> Option<Verdict> {
    let holds = match key.kind {
        Kind::Whole => sum_rule_of_whole(key),
        Kind::ReversalLine => order.original(key).is_some_and(|l| sum_rule_of_line(order, l)),
        Kind::Ordinary | Kind::Discount => sum_rule_of_line(order, key),
    };
    (holds && key.captured() != key.gross()).then_some(Matched)
}

/// For a line with reversal lines: reduced or cancelled before capture, reversed by naming the original, or refunded.
fn sum_rule_of_line(order: &Order, line: &Key) -> bool {
    let reversal_lines = order.reversal_lines_of(line);
    if reversal_lines.is_empty() {
        return false;
    }
    let (gross, captured) = (line.gross(), line.captured());
    let left = gross + reversal_lines.iter().map(|r| r.gross()).sum::<i128>();
    let captured_on_them: i128 = reversal_lines.iter().map(|r| r.captured()).sum();
    lies_from(captured, left, gross)
        && lies_from(captured + captured_on_them, left, gross)
        && lies_from(order.position(line), 0, left)
}

fn sum_rule_of_whole(key: &Key) -> bool {
    let Some(taken_back) = key.gross_of_reversal_lines() else {
        return false;
    };
    let gross = key.gross();
    lies_from(key.captures_alone(), gross, gross - taken_back) && lies_from(key.net(), 0, gross)
}

/// Between the smaller and the larger, both included.
fn lies_from(value: i128, one: i128, other: i128) -> bool {
    (one.min(other)..=one.max(other)).contains(&value)
}

fn uncaptured(key: &Key) -> Option<Verdict> {
    let none = key.captured() == 0 && key.gross() != 0;
    none.then(|| Found("line-uncaptured", key.gross(), 0))
}

fn undercaptured(key: &Key) -> Option<Verdict> {
    let (gross, captured) = (key.gross(), key.captured());
    let between = (gross.min(0) + 1..gross.max(0)).contains(&captured);
    between.then_some(Found("line-undercaptured", gross, captured))
}

fn line_vat(key: &Key, settings: &Settings) -> Option<Verdict> {
    if key.captured() != key.gross() {
        return None;
    }
    let (line, captured) = (key.line_vat()?, key.captured_vat()?);
    let differs = (line - captured).abs() > i128::from(settings.vat_tolerance);
    differs.then_some(Found("line-vat", line, captured))
}

/// Where the order's `cancelled_amount` is what is missing on all its uncaptured and undercaptured keys in the
/// currency of the line that states it, these are matched.
fn cancelled(order: &Order, verdicts: &mut [(&Key, Verdict)]) {
    let stating = statements::stating_line(order);
    let cancelled = stating.number("cancelled_amount").unwrap_or(0);
    let is_missing = |key: &Key, verdict: &Verdict| {
        matches!(verdict, Found("line-uncaptured" | "line-undercaptured", _, _))
            && key.currency == stating.text("currency")
    };
    let missing: i128 =
        verdicts.iter().filter(|(key, v)| is_missing(key, v)).map(|(key, _)| key.gross() - key.captured()).sum();
    if cancelled > 0 && missing == cancelled {
        for (key, verdict) in verdicts.iter_mut() {
            if is_missing(key, verdict) {
                *verdict = Matched;
            }
        }
    }
}
