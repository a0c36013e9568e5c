//! What an order says of itself: `vat-rate`, `order-total` and the two `order-remaining` codes (RULES section 3).

use super::line_keys::{Key, Kind, Order, in_currency};
use super::operations::Movement;
use super::rows::Row;
use super::{Dataset, FoundRow, Settings};

/// The line that the order's statements come from: the latest `updated_at`, then the first by `line_id`.
pub fn stating_line<'a>(order: &Order<'a>) -> &'a Row {
    let latest = order.lines.iter().map(|l| l.value("updated_at")).max();
    let of_latest = order.lines.iter().filter(|l| Some(l.value("updated_at")) == latest);
    of_latest.min_by_key(|l| l.text("line_id")).expect("an order has a line")
}

/// `vat-rate`: the VAT of a line is not what its rate gives.
pub fn vat_rate(line: &Row, settings: &Settings, findings: &mut Vec<FoundRow>) {
    let (Some(vat), Some(rate)) = (line.number("vat_amount"), line.number("vat_rate")) else {
        return;
    };
    let computed = divided_half_away_from_zero(line.amount() * rate, 10_000 + rate);
    if (vat - computed).abs() > i128::from(settings.vat_tolerance) {
        let currency = line.text("currency");
        findings.push(FoundRow::about("line", "vat-rate", "open", &currency, computed, vat, &[line], 1));
    }
}

/// A quotient rounded to the nearest, halves away from zero; the divisor is positive.
fn divided_half_away_from_zero(number: i128, divisor: i128) -> i128 {
    number.signum() * ((2 * number.abs() + divisor) / (2 * divisor))
}

/// `order-total`, `order-remaining-capture` and `order-remaining-reversal`.
pub fn order_totals(order: &Order, findings: &mut Vec<FoundRow>) {
    let stating = stating_line(order);
    let currency = stating.text("currency");
    let lines: Vec<&Row> = order.lines.iter().copied().filter(|l| l.text("currency") == currency).collect();
    let (captured, reversed) = over_the_order(order, &currency);
    let order_amount = stating.number("order_amount");
    let cancelled = stating.number("cancelled_amount").unwrap_or(0);

    let sum_of_lines = lines.iter().map(|l| l.amount()).sum();
    let remaining_capture = order_amount.map(|total| total - cancelled - captured);
    let rules = [
        ("order-total", Some(sum_of_lines), order_amount),
        ("order-remaining-capture", remaining_capture, stating.number("remaining_capture_amount")),
        ("order-remaining-reversal", Some(captured - reversed), stating.number("remaining_reversal_amount")),
    ];
    for (code, computed, stated) in rules {
        if let (Some(computed), Some(stated)) = (computed, stated)
            && computed != stated
        {
            findings.push(FoundRow::about("line", code, "open", &currency, computed, stated, &lines, lines.len()));
        }
    }
}

/// captured and reversed over the order, in one currency.
fn over_the_order(order: &Order, currency: &str) -> (i128, i128) {
    let movements = in_currency(order.movements(), currency);
    let on_reversal_line =
        |m: &Movement| order.lines.iter().any(|l| l.is_reversal_line() && l.text("line_id") == m.row.text("line_id"));
    let sum =
        |wanted: &dyn Fn(&Movement) -> bool| -> i128 { movements.iter().filter(|m| wanted(m)).map(|m| m.effect).sum() };
    let captures = sum(&|m| m.row.dataset == Dataset::Captures);
    let reversed_on_reversal_lines = -sum(&|m| m.row.dataset == Dataset::Reversals && on_reversal_line(m));
    let other_reversed = -sum(&|m| m.row.dataset == Dataset::Reversals && !on_reversal_line(m));

    let keys = order.keys.iter().filter(|k| k.currency == currency);
    let moved: i128 = if order.whole {
        let lack = |key: &Key| captures - reversed_on_reversal_lines - key.gross();
        keys.filter(|k| k.gross_of_reversal_lines().is_some()).map(|k| up_to(other_reversed, lack(k))).sum()
    } else {
        keys.filter(|k| k.kind != Kind::ReversalLine).map(|k| reversed_in_place_of_reversal_lines(order, k)).sum()
    };
    (captures - reversed_on_reversal_lines - moved, other_reversed - moved)
}

/// What reversals took back on a line that has reversal lines, up to what these lack.
fn reversed_in_place_of_reversal_lines(order: &Order, line: &Key) -> i128 {
    let reversal_lines = order.reversal_lines_of(line);
    if reversal_lines.is_empty() {
        return 0;
    }
    let taken_back: i128 =
        -line.movements.iter().filter(|m| m.row.dataset == Dataset::Reversals).map(|m| m.effect).sum::<i128>();
    let captured = line.captured() + reversal_lines.iter().map(|r| r.captured()).sum::<i128>();
    let gross = line.gross() + reversal_lines.iter().map(|r| r.gross()).sum::<i128>();
    up_to(taken_back, captured - gross)
}

/// An amount, but no more than a limit, neither of them below 0.
fn up_to(amount: i128, limit: i128) -> i128 {
    amount.max(0).min(limit.max(0))
}
