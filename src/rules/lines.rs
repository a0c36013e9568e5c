//! RULES.md 3: order lines against captures and reversals, as the page's table, the first row that holds wins.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use smallvec::smallvec;

use super::control::{Sum, Verdict};
use super::flow::{Effect, Flow, LineFlow, Role, Theirs, flows};
use super::orders::{Context, Outcome};
use super::vat::vat_off;
use crate::model::compact::LineRec;
use crate::model::currency::Currency;
use crate::model::finding::{Code, Finding, Note};
use crate::model::origin::Origins;
use crate::model::record::{Dataset, ReadBackError};

/// One key of the table: a line, or a whole order in one currency.
#[derive(Debug)]
struct Key {
    gross_minor: i128,
    captured_minor: i128,
    position_minor: i128,
    is_reversal_line: bool,
    foreign: bool,
    unlinked: bool,
    their_gross_minor: Option<i128>,
    /// VAT of the line and what was captured of it, where both are known and there is a capture.
    vat_minor: Option<(i128, i128)>,
}

type Sides = (Code, i128, i128);

impl Key {
    /// The rows of the table above the sum rule.
    fn early(&self) -> Option<Sides> {
        let (gross, captured, position) = (self.gross_minor, self.captured_minor, self.position_minor);
        if self.foreign {
            return Some((Code::LineCurrency, gross, captured));
        }
        if captured.signum() * gross.signum() < 0 {
            return Some((Code::LineWrongDirection, gross, captured));
        }
        if self.unlinked {
            return Some((Code::ReversalLineUnlinked, 0, gross));
        }
        if let Some(theirs) = self.their_gross_minor.filter(|theirs| theirs.abs() > gross.abs()) {
            return Some((Code::ReversalLineExceedsOriginal, gross, -theirs));
        }
        if !self.is_reversal_line && ((position < 0 && gross >= 0) || (position > 0 && gross < 0)) {
            return Some((Code::ReversalExceedsCapture, captured, captured - position));
        }
        let beyond = match gross.signum() {
            1 => captured > gross,
            -1 => captured < gross,
            _ => captured != 0,
        };
        beyond.then_some((Code::LineOvercaptured, gross, captured))
    }

    /// The rows of the table below the sum rule.
    fn late(&self, vat_tolerance_minor: i64) -> Option<Sides> {
        let (gross, captured) = (self.gross_minor, self.captured_minor);
        if captured == 0 && gross != 0 {
            return Some((Code::LineUncaptured, gross, 0));
        }
        if captured != gross {
            return Some((Code::LineUndercaptured, gross, captured));
        }
        let (expected, actual) = self.vat_minor?;
        ((actual - expected).abs() > i128::from(vat_tolerance_minor)).then_some((Code::LineVat, expected, actual))
    }
}

/// Whether a number lies between two others, in either order, both included.
fn lies(value: i128, a: i128, b: i128) -> bool {
    a.min(b) <= value && value <= a.max(b)
}

/// A key with its lines and its verdict.
struct Judged {
    lines: SmallVec<[usize; 1]>,
    key: Key,
    found: Option<Sides>,
    verdict: Verdict,
}

/// Judges the lines of one order; `order_lines` are sorted by the hash of their id. Gives the flows, for the order's
/// statements.
///
/// # Errors
/// A row cannot be read back.
pub fn reconcile<'l>(
    order_lines: &'l [LineRec],
    effects: &[Effect],
    context: &Context<'_>,
    out: &mut Outcome,
) -> Result<Vec<LineFlow<'l>>, ReadBackError> {
    if order_lines.is_empty() {
        report_unknown(Code::OrderUnknown, effects.iter(), |effect| (0, effect.currency), false, out);
        return Ok(Vec::new());
    }
    let (flows, strangers) = flows(order_lines, effects);
    let whole = effects.iter().any(|effect| effect.line.is_none());
    let mut judged =
        if whole { judge_whole(&flows, effects, context, out) } else { judge_lines(&flows, strangers, context, out) };
    match_cancelled(&flows, &mut judged, context)?;
    report(&flows, judged, whole, out);
    report_vat_rates(&flows, context, out);
    Ok(flows)
}

/// Judges line by line. What is matched is counted here; what is not comes back.
fn judge_lines(
    flows: &[LineFlow<'_>],
    strangers: Vec<&Effect>,
    context: &Context<'_>,
    out: &mut Outcome,
) -> Vec<Judged> {
    report_unknown(
        Code::LineUnknown,
        strangers.into_iter(),
        |effect| (effect.line.unwrap_or_default(), effect.currency),
        false,
        out,
    );

    let by_sum_rule = by_sum_rule(flows);
    let mut judged = Vec::new();
    for (place, flow) in flows.iter().enumerate() {
        let key = line_key(flow);
        let (found, verdict) = match key.early() {
            None if by_sum_rule.get(place) == Some(&true) && key.captured_minor != key.gross_minor => {
                (None, Verdict::MatchedWithReversalLines)
            }
            None => found(key.late(context.settings.vat_tolerance_minor)),
            early => found(early),
        };
        if found.is_none() {
            count_line(flow.line, verdict, out);
        } else {
            judged.push(Judged { lines: SmallVec::from_slice(&[place]), key, found, verdict });
        }
    }
    judged
}

/// The lines that the sum rule may take: those with reversal lines on which it holds, and these reversal lines.
/// Nothing for an order without reversal lines.
fn by_sum_rule(flows: &[LineFlow<'_>]) -> Vec<bool> {
    if flows.iter().all(|flow| flow.theirs.is_none()) {
        return Vec::new();
    }
    let holds_on = |flow: &LineFlow<'_>| flow.theirs.is_some_and(|theirs| sum_rule(&line_key(flow), &theirs));
    let originals: Vec<bool> = flows.iter().map(holds_on).collect();
    let taken = |(place, flow): (usize, &LineFlow<'_>)| match flow.role {
        Role::Reversal(Some(original)) => originals[original],
        _ => originals[place],
    };
    flows.iter().enumerate().map(taken).collect()
}

fn count_line(line: &LineRec, verdict: Verdict, out: &mut Outcome) {
    let sum = Sum { count: 1, sum_minor: i128::from(line.gross_minor) };
    out.tally.verdict(Dataset::Orders, line.provider, line.currency, verdict, sum);
}

fn found(sides: Option<Sides>) -> (Option<Sides>, Verdict) {
    (sides, sides.map_or(Verdict::Matched, |(code, ..)| Verdict::Found(code)))
}

fn line_key(flow: &LineFlow<'_>) -> Key {
    let gross_minor = i128::from(flow.line.gross_minor);
    let captured_minor = flow.captured_minor();
    let theirs = flow.theirs.unwrap_or_default();
    let part = flow.captured_part();
    let line_vat = flow.line.vat_minor.filter(|_| flow.flow.captures.rows > 0 && !part.vat_unknown);
    Key {
        gross_minor,
        captured_minor,
        // Captured less reversed, whichever of both `captured` has netted already.
        position_minor: flow.flow.net_minor() + theirs.captured_minor,
        is_reversal_line: matches!(flow.role, Role::Reversal(_)),
        foreign: flow.flow.foreign,
        unlinked: flow.role == Role::Reversal(None),
        their_gross_minor: flow.theirs.map(|theirs| theirs.gross_minor),
        vat_minor: line_vat.map(|vat| (i128::from(vat), part.vat_minor)),
    }
}

/// The sum rule on a line with reversal lines: it was reduced before capture, reversed by naming it, or refunded later.
fn sum_rule(line: &Key, theirs: &Theirs) -> bool {
    let (gross, captured) = (line.gross_minor, line.captured_minor);
    let rest = gross + theirs.gross_minor;
    lies(captured, rest, gross)
        && lies(captured + theirs.captured_minor, rest, gross)
        && lies(line.position_minor, 0, rest)
}

/// An order with an operation that names no line is compared as a whole, a key a currency.
fn judge_whole(flows: &[LineFlow<'_>], effects: &[Effect], context: &Context<'_>, out: &mut Outcome) -> Vec<Judged> {
    let mut by_currency: BTreeMap<Currency, (Vec<usize>, Flow)> = BTreeMap::new();
    for (place, flow) in flows.iter().enumerate() {
        by_currency.entry(flow.line.currency).or_default().0.push(place);
    }
    for effect in effects {
        if let Some((_, flow)) = by_currency.get_mut(&effect.currency) {
            flow.row(effect);
        }
    }
    let strangers = effects.iter().filter(|effect| !by_currency.contains_key(&effect.currency));
    report_unknown(Code::LineUnknown, strangers, |effect| (0, effect.currency), true, out);

    by_currency
        .into_values()
        .map(|(lines, flow)| {
            let sum = |reversal_lines: bool| -> i128 {
                let part = lines.iter().filter_map(|place| flows.get(*place));
                part.filter(|flow| matches!(flow.role, Role::Reversal(_)) == reversal_lines)
                    .map(|flow| i128::from(flow.line.gross_minor))
                    .sum()
            };
            let has_reversal_lines = lines.iter().any(|place| matches!(flows[*place].role, Role::Reversal(_)));
            let others_minor = sum(false);
            let gross_minor = others_minor + sum(true);
            let is_net = has_reversal_lines || gross_minor < 0;
            let mut parts = flow.captures;
            if is_net {
                parts.join(&flow.taken_back);
                parts.join(&flow.given_back);
            }
            let vats: Option<i128> = lines.iter().map(|place| flows[*place].line.vat_minor.map(i128::from)).sum();
            let known = flow.captures.rows > 0 && !parts.vat_unknown;
            let key = Key {
                gross_minor,
                captured_minor: parts.sum_minor,
                position_minor: flow.net_minor(),
                is_reversal_line: false,
                foreign: false,
                unlinked: false,
                their_gross_minor: None,
                vat_minor: vats.filter(|_| known).map(|vat| (vat, parts.vat_minor)),
            };
            let summed = has_reversal_lines
                && lies(flow.captures_minor(), gross_minor, others_minor)
                && lies(flow.net_minor(), 0, gross_minor);
            let (found, verdict) = match key.early() {
                None if summed && key.captured_minor != key.gross_minor => (None, Verdict::MatchedWithReversalLines),
                None => found(key.late(context.settings.vat_tolerance_minor)),
                early => found(early),
            };
            Judged { lines: SmallVec::from_vec(lines), key, found, verdict }
        })
        .collect()
}

/// What is missing on all uncaptured and undercaptured keys together may be what the order states as cancelled.
fn match_cancelled(flows: &[LineFlow<'_>], judged: &mut [Judged], context: &Context<'_>) -> Result<(), ReadBackError> {
    let missing = |judged: &Judged| matches!(judged.found, Some((Code::LineUncaptured | Code::LineUndercaptured, ..)));
    if !judged.iter().any(missing) {
        return Ok(());
    }
    let Some(line) = super::statements::stating_line(flows, context)? else { return Ok(()) };
    let Some(cancelled_minor) = line.statements.cancelled_minor.filter(|amount| *amount > 0) else { return Ok(()) };
    let in_currency =
        |judged: &&mut Judged| judged.lines.iter().all(|place| flows[*place].line.currency == line.currency);
    let mut keys: Vec<&mut Judged> = judged.iter_mut().filter(|judged| missing(judged)).filter(in_currency).collect();
    let sum: i128 = keys.iter().map(|judged| judged.key.gross_minor - judged.key.captured_minor).sum();
    if sum == i128::from(cancelled_minor) {
        for judged in &mut keys {
            judged.found = None;
            judged.verdict = Verdict::MatchedCancelled;
        }
    }
    Ok(())
}

fn report(flows: &[LineFlow<'_>], judged: Vec<Judged>, whole: bool, out: &mut Outcome) {
    for Judged { lines, found, verdict, .. } in judged {
        for place in &lines {
            count_line(flows[*place].line, verdict, out);
        }
        let (Some((code, expected_minor, actual_minor)), Some(first)) = (found, lines.first()) else { continue };
        let first = flows[*first].line;
        out.findings.push(Finding {
            code,
            provider: Some(first.provider),
            currency: Some(first.currency),
            expected_minor,
            actual_minor,
            count: u64::try_from(lines.len()).unwrap_or(u64::MAX),
            rows: lines.iter().map(|place| flows[*place].line.origin).collect(),
            whole_order: whole,
            note: Note::None,
        });
    }
}

/// One finding a group of operations on an order or line that no export holds. An operation counts once.
fn report_unknown<'e>(
    code: Code,
    effects: impl Iterator<Item = &'e Effect>,
    group_of: impl Fn(&Effect) -> (u64, Currency),
    whole_order: bool,
    out: &mut Outcome,
) {
    let mut effects = effects.peekable();
    if effects.peek().is_none() {
        return;
    }
    let mut groups: BTreeMap<(u64, Currency), Vec<&Effect>> = BTreeMap::new();
    for effect in effects {
        groups.entry(group_of(effect)).or_default().push(effect);
    }
    for ((_, currency), group) in groups {
        let mut operations: Vec<(Dataset, u64)> =
            group.iter().filter_map(|effect| Some((effect.dataset, effect.identity?))).collect();
        operations.sort_unstable();
        operations.dedup();
        let without_id = group.iter().filter(|effect| effect.identity.is_none()).count();
        let rows: Origins = group.iter().map(|effect| effect.origin).collect();
        out.findings.push(Finding {
            code,
            provider: group.first().map(|effect| effect.provider),
            currency: Some(currency),
            expected_minor: 0,
            actual_minor: group.iter().map(|effect| effect.effect_minor).sum(),
            count: u64::try_from(operations.len() + without_id).unwrap_or(u64::MAX),
            rows,
            whole_order,
            note: Note::None,
        });
    }
}

fn report_vat_rates(flows: &[LineFlow<'_>], context: &Context<'_>, out: &mut Outcome) {
    for LineFlow { line, .. } in flows {
        let (Some(vat_minor), Some(rate_bp)) = (line.vat_minor, line.vat_rate_bp) else { continue };
        if let Some(computed_minor) =
            vat_off(line.gross_minor, vat_minor, rate_bp, context.settings.vat_tolerance_minor)
        {
            out.findings.push(Finding {
                code: Code::VatRate,
                provider: Some(line.provider),
                currency: Some(line.currency),
                expected_minor: i128::from(computed_minor),
                actual_minor: i128::from(vat_minor),
                count: 1,
                rows: smallvec![line.origin],
                whole_order: false,
                note: Note::None,
            });
        }
    }
}
