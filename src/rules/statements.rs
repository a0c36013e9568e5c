//! RULES.md 3, below the table: what an order says of itself against its lines and operations.

use std::cmp::Reverse;

use super::flow::{Effect, LineFlow, Role};
use super::orders::{Context, Outcome};
use crate::model::compact::{LineRec, Statements};
use crate::model::currency::Currency;
use crate::model::finding::{Code, Finding, Note};
use crate::model::money::add;
use crate::model::origin::Origins;
use crate::model::record::{Dataset, ReadBackError};

/// The line whose statements are the order's: the latest `updated_at`, then the first by line id. Texts are read only
/// where the lines say different things.
///
/// # Errors
/// A row cannot be read back.
pub fn stating_line<'l>(flows: &[LineFlow<'l>], context: &Context<'_>) -> Result<Option<&'l LineRec>, ReadBackError> {
    let Some(first) = flows.first().map(|flow| flow.line) else { return Ok(None) };
    if flows.iter().all(|flow| (flow.line.statements, flow.line.currency) == (first.statements, first.currency)) {
        return Ok(Some(first).filter(|line| !line.statements.is_empty()));
    }
    let mut best: Option<((Reverse<Option<_>>, String), &LineRec)> = None;
    for flow in flows {
        let row = context.rows.row(flow.line.origin)?;
        let rank = (Reverse(row.instant("updated_at")), row.text("line_id").unwrap_or_default().to_owned());
        if best.as_ref().is_none_or(|(least, _)| rank < *least) {
            best = Some((rank, flow.line));
        }
    }
    Ok(best.map(|(_, line)| line).filter(|line| !line.statements.is_empty()))
}

/// Judges the statements of one order.
///
/// # Errors
/// A row cannot be read back.
pub fn reconcile(
    lines: &[LineRec],
    effects: &[Effect],
    flows: &[LineFlow<'_>],
    context: &Context<'_>,
    out: &mut Outcome,
) -> Result<(), ReadBackError> {
    if lines.iter().all(|line| line.statements.is_empty()) {
        return Ok(());
    }
    let Some(stating) = stating_line(flows, context)? else { return Ok(()) };
    let Statements { order_amount_minor, cancelled_minor, remaining_capture_minor, remaining_reversal_minor } =
        stating.statements;
    let moved = over_the_order(flows, effects, stating.currency);
    let mut gross_minor = 0_i128;
    let in_currency = || lines.iter().filter(|line| line.currency == stating.currency);
    in_currency().for_each(|line| add(&mut gross_minor, line.gross_minor));
    let rows: Origins = in_currency().map(|line| line.origin).collect();

    let mut check = |code: Code, computed_minor: i128, stated_minor: Option<i64>| {
        let Some(actual_minor) = stated_minor.map(i128::from).filter(|stated| *stated != computed_minor) else {
            return;
        };
        out.findings.push(Finding {
            code,
            provider: Some(stating.provider),
            currency: Some(stating.currency),
            expected_minor: computed_minor,
            actual_minor,
            count: u64::try_from(rows.len()).unwrap_or(u64::MAX),
            rows: rows.clone(),
            whole_order: false,
            note: Note::None,
        });
    };
    check(Code::OrderTotal, gross_minor, order_amount_minor);
    if let Some(order_amount) = order_amount_minor {
        let left = i128::from(order_amount) - i128::from(cancelled_minor.unwrap_or(0)) - moved.captured_minor;
        check(Code::OrderRemainingCapture, left, remaining_capture_minor);
    }
    check(Code::OrderRemainingReversal, moved.captured_minor - moved.reversed_minor, remaining_reversal_minor);
    Ok(())
}

/// What was captured and reversed over an order in a currency.
struct Moved {
    captured_minor: i128,
    reversed_minor: i128,
}

/// Every completed operation counts, on unknown lines too. What reversals took back by way of reversal lines reduces
/// what was captured, since it is not a refund of what the order still holds.
fn over_the_order(flows: &[LineFlow<'_>], effects: &[Effect], currency: Currency) -> Moved {
    let mut moved = Moved { captured_minor: 0, reversed_minor: 0 };
    let mut on_reversal_lines_minor = 0_i128;
    let reversal_lines: Vec<u64> =
        flows.iter().filter(|flow| matches!(flow.role, Role::Reversal(_))).map(|flow| flow.line.line).collect();
    for effect in effects.iter().filter(|effect| effect.currency == currency) {
        if effect.dataset == Dataset::Captures {
            add(&mut moved.captured_minor, effect.effect_minor);
        } else if effect.line.is_some_and(|line| reversal_lines.binary_search(&line).is_ok()) {
            add(&mut on_reversal_lines_minor, -effect.effect_minor);
        } else {
            add(&mut moved.reversed_minor, -effect.effect_minor);
        }
    }
    let raw_captured_minor = moved.captured_minor;
    add(&mut moved.captured_minor, -on_reversal_lines_minor);

    let whole = effects.iter().any(|effect| effect.line.is_none());
    let in_currency = flows.iter().filter(|flow| flow.line.currency == currency);
    let by_way_of_lines_minor: i128 = if whole {
        let gross_minor: i128 = in_currency.clone().map(|flow| i128::from(flow.line.gross_minor)).sum();
        // Of an order compared as a whole it is not asked which line a reversal line takes back.
        let has_reversal_lines = in_currency.clone().any(|flow| matches!(flow.role, Role::Reversal(_)));
        let lacking = (raw_captured_minor - on_reversal_lines_minor - gross_minor).max(0);
        if has_reversal_lines { moved.reversed_minor.max(0).min(lacking) } else { 0 }
    } else {
        in_currency
            .filter_map(|flow| {
                let theirs = flow.theirs?;
                let lacking = flow.captured_minor() + theirs.captured_minor
                    - i128::from(flow.line.gross_minor)
                    - theirs.gross_minor;
                Some(flow.flow.reversals_minor().max(0).min(lacking.max(0)))
            })
            .sum()
    };
    add(&mut moved.captured_minor, -by_way_of_lines_minor);
    add(&mut moved.reversed_minor, -by_way_of_lines_minor);
    moved
}
