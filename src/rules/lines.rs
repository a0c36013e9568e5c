//! RULES.md 3: order lines against captures and reversals, as the page's table, the first row that holds wins.

use std::collections::BTreeMap;

use super::control::{Sum, Verdict};
use super::orders::{Context, Outcome};
use super::vat::vat_off;
use crate::model::compact::{LineRec, OperationRow};
use crate::model::currency::Currency;
use crate::model::finding::{Code, Finding, Note};
use crate::model::money::add;
use crate::model::origin::Origin;
use crate::model::record::{Dataset, ReadBackError};

/// What a completed row of captures or reversals does.
#[derive(Debug, Clone, Copy)]
pub struct Effect {
    /// The row.
    pub row: OperationRow,
    /// Signed effect, minor units.
    pub effect_minor: i128,
    /// Its VAT: of a capture as stated, of a reversal with the sign of its effect.
    pub vat_minor: Option<i128>,
}

/// Sums of amounts, and of VAT as far as all rows know it.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    rows: u64,
    sum_minor: i128,
    vat_minor: i128,
    vat_unknown: bool,
}

impl Part {
    fn row(&mut self, effect: &Effect) {
        self.rows += 1;
        add(&mut self.sum_minor, effect.effect_minor);
        match effect.vat_minor {
            Some(vat_minor) => add(&mut self.vat_minor, vat_minor),
            None => self.vat_unknown = true,
        }
    }

    fn join(&mut self, other: &Self) {
        self.rows += other.rows;
        add(&mut self.sum_minor, other.sum_minor);
        add(&mut self.vat_minor, other.vat_minor);
        self.vat_unknown |= other.vat_unknown;
    }
}

/// What moved on a line or, in an order compared as a whole, in a currency.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flow {
    captures: Part,
    /// Rows of reversals with a negative effect.
    taken_back: Part,
    /// Rows of reversals with a positive effect (a discount given back), or none.
    given_back: Part,
    /// An operation on the line in another currency.
    foreign: bool,
}

impl Flow {
    fn row(&mut self, effect: &Effect) {
        let part = match (effect.row.dataset, effect.effect_minor) {
            (Dataset::Reversals, ..0) => &mut self.taken_back,
            (Dataset::Reversals, _) => &mut self.given_back,
            _ => &mut self.captures,
        };
        part.row(effect);
    }

    /// Sum of the captures, signed.
    #[must_use]
    pub fn captures_minor(&self) -> i128 {
        self.captures.sum_minor
    }

    /// Sum of the reversals, positive where they take back.
    #[must_use]
    pub fn reversals_minor(&self) -> i128 {
        -(self.taken_back.sum_minor + self.given_back.sum_minor)
    }

    /// Captures less reversals.
    #[must_use]
    pub fn net_minor(&self) -> i128 {
        self.captures_minor() - self.reversals_minor()
    }
}

/// How an order line takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Something sold.
    Ordinary,
    /// A negative line that takes back no other.
    Discount,
    /// A line that takes back a part of another; where it is properly linked, the place of that one.
    Reversal(Option<usize>),
}

/// An order line with what moved on it.
#[derive(Debug, Clone)]
pub struct LineFlow {
    /// The line.
    pub line: LineRec,
    /// How it takes part.
    pub role: Role,
    /// What moved.
    pub flow: Flow,
    /// Gross of its reversal lines, and what was captured on them, net; `None` where it has none.
    pub theirs: Option<Theirs>,
}

/// The reversal lines of a line, summed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Theirs {
    /// Sum of their gross.
    pub gross_minor: i128,
    /// Sum of what was captured on them, net.
    pub captured_minor: i128,
}

impl LineFlow {
    /// `captured` of RULES.md 3: net on a reversal line, with what reversals took back on a discount.
    #[must_use]
    pub fn captured_minor(&self) -> i128 {
        match self.role {
            Role::Ordinary => self.flow.captures_minor(),
            Role::Discount => self.flow.captures_minor() + self.flow.taken_back.sum_minor,
            Role::Reversal(_) => self.flow.net_minor(),
        }
    }

    /// The parts of the flow that `captured` sums, for their VAT.
    fn captured_parts(&self) -> Vec<&Part> {
        match self.role {
            Role::Ordinary => vec![&self.flow.captures],
            Role::Discount => vec![&self.flow.captures, &self.flow.taken_back],
            Role::Reversal(_) => vec![&self.flow.captures, &self.flow.taken_back, &self.flow.given_back],
        }
    }
}

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
    lines: Vec<usize>,
    key: Key,
    found: Option<Sides>,
    verdict: Verdict,
}

/// Judges the lines of one order; `order_lines` are sorted by the hash of their id. Gives the flows, for the order's
/// statements.
///
/// # Errors
/// A row cannot be read back.
pub fn reconcile(order_lines: &[LineRec], effects: &[Effect], context: &Context<'_>, out: &mut Outcome) -> Result<Vec<LineFlow>, ReadBackError> {
    if order_lines.is_empty() {
        report_unknown(Code::OrderUnknown, effects.iter(), |effect| (0, effect.row.currency), false, out);
        return Ok(Vec::new());
    }
    let flows = flows(order_lines, effects);
    let whole = effects.iter().any(|effect| effect.row.line.is_none());
    let mut judged = if whole { judge_whole(&flows, effects, context, out) } else { judge_lines(&flows, effects, context, out) };
    match_cancelled(&flows, &mut judged, context, out)?;
    report(&flows, judged, whole, out);
    report_vat_rates(&flows, context, out);
    Ok(flows)
}

fn find(order_lines: &[LineRec], hash: u64) -> Option<usize> {
    order_lines.binary_search_by_key(&hash, |line| line.line).ok()
}

/// Puts every effect on its line, and every reversal line on the line that it takes back.
fn flows(order_lines: &[LineRec], effects: &[Effect]) -> Vec<LineFlow> {
    let role = |place: usize, line: &LineRec| match (line.is_reversal, line.gross_minor) {
        (true, _) => Role::Reversal(line.related.and_then(|related| original(order_lines, place, line, related))),
        (false, ..0) => Role::Discount,
        (false, _) => Role::Ordinary,
    };
    let mut flows: Vec<LineFlow> = order_lines
        .iter()
        .enumerate()
        .map(|(place, line)| LineFlow { line: *line, role: role(place, line), flow: Flow::default(), theirs: None })
        .collect();
    for effect in effects {
        if let Some(flow) = effect.row.line.and_then(|hash| find(order_lines, hash)).and_then(|place| flows.get_mut(place)) {
            if effect.row.currency == flow.line.currency {
                flow.flow.row(effect);
            } else {
                flow.flow.foreign = true;
            }
        }
    }
    for place in 0..flows.len() {
        if let Role::Reversal(Some(original)) = flows[place].role {
            let (gross, captured) = (i128::from(flows[place].line.gross_minor), flows[place].captured_minor());
            let theirs = flows[original].theirs.get_or_insert_default();
            add(&mut theirs.gross_minor, gross);
            add(&mut theirs.captured_minor, captured);
        }
    }
    flows
}

/// The line that a reversal line takes back, where it is one: another line of the order, in its currency, no reversal
/// line itself, and not of the same sign.
fn original(order_lines: &[LineRec], place: usize, line: &LineRec, related: u64) -> Option<usize> {
    let other = find(order_lines, related)?;
    let original = order_lines.get(other)?;
    let same_sign = line.gross_minor.signum() * original.gross_minor.signum() > 0;
    (other != place && !original.is_reversal && original.currency == line.currency && !same_sign).then_some(other)
}

fn judge_lines(flows: &[LineFlow], effects: &[Effect], context: &Context<'_>, out: &mut Outcome) -> Vec<Judged> {
    let lines: Vec<LineRec> = flows.iter().map(|flow| flow.line).collect();
    let strangers = effects.iter().filter(|effect| effect.row.line.is_some_and(|hash| find(&lines, hash).is_none()));
    report_unknown(Code::LineUnknown, strangers, |effect| (effect.row.line.unwrap_or_default(), effect.row.currency), false, out);

    let keys: Vec<Key> = flows.iter().map(line_key).collect();
    let early: Vec<Option<Sides>> = keys.iter().map(Key::early).collect();
    let mut by_sum_rule = vec![false; flows.len()];
    for (place, flow) in flows.iter().enumerate() {
        if flow.theirs.is_some_and(|theirs| sum_rule(&keys[place], &theirs)) {
            by_sum_rule[place] = true;
        }
    }
    // A reversal line is taken with its original.
    for (place, flow) in flows.iter().enumerate() {
        if let Role::Reversal(Some(original)) = flow.role {
            by_sum_rule[place] = by_sum_rule[original];
        }
    }
    keys.into_iter()
        .zip(early)
        .zip(by_sum_rule)
        .enumerate()
        .map(|(place, ((key, early), summed))| {
            let (found, verdict) = match early {
                None if summed && key.captured_minor != key.gross_minor => (None, Verdict::MatchedWithReversalLines),
                None => found(key.late(context.settings.vat_tolerance_minor)),
                early => found(early),
            };
            Judged { lines: vec![place], key, found, verdict }
        })
        .collect()
}

fn found(sides: Option<Sides>) -> (Option<Sides>, Verdict) {
    (sides, sides.map_or(Verdict::Matched, |(code, ..)| Verdict::Found(code)))
}

fn line_key(flow: &LineFlow) -> Key {
    let gross_minor = i128::from(flow.line.gross_minor);
    let captured_minor = flow.captured_minor();
    let theirs = flow.theirs.unwrap_or_default();
    let parts = flow.captured_parts();
    let known = flow.flow.captures.rows > 0 && parts.iter().all(|part| !part.vat_unknown);
    let line_vat = flow.line.vat_minor.filter(|_| known);
    Key {
        gross_minor,
        captured_minor,
        // Captured less reversed, whichever of both `captured` has netted already.
        position_minor: flow.flow.net_minor() + theirs.captured_minor,
        is_reversal_line: matches!(flow.role, Role::Reversal(_)),
        foreign: flow.flow.foreign,
        unlinked: flow.role == Role::Reversal(None),
        their_gross_minor: flow.theirs.map(|theirs| theirs.gross_minor),
        vat_minor: line_vat.map(|vat| (i128::from(vat), parts.iter().map(|part| part.vat_minor).sum())),
    }
}

/// The sum rule on a line with reversal lines: it was reduced before capture, reversed by naming it, or refunded later.
fn sum_rule(line: &Key, theirs: &Theirs) -> bool {
    let (gross, captured) = (line.gross_minor, line.captured_minor);
    let rest = gross + theirs.gross_minor;
    lies(captured, rest, gross) && lies(captured + theirs.captured_minor, rest, gross) && lies(line.position_minor, 0, rest)
}

/// An order with an operation that names no line is compared as a whole, a key a currency.
fn judge_whole(flows: &[LineFlow], effects: &[Effect], context: &Context<'_>, out: &mut Outcome) -> Vec<Judged> {
    let mut by_currency: BTreeMap<Currency, (Vec<usize>, Flow)> = BTreeMap::new();
    for (place, flow) in flows.iter().enumerate() {
        by_currency.entry(flow.line.currency).or_default().0.push(place);
    }
    for effect in effects {
        if let Some((_, flow)) = by_currency.get_mut(&effect.row.currency) {
            flow.row(effect);
        }
    }
    let strangers = effects.iter().filter(|effect| !by_currency.contains_key(&effect.row.currency));
    report_unknown(Code::LineUnknown, strangers, |effect| (0, effect.row.currency), true, out);

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
            Judged { lines, key, found, verdict }
        })
        .collect()
}

/// What is missing on all uncaptured and undercaptured keys together may be what the order states as cancelled.
fn match_cancelled(flows: &[LineFlow], judged: &mut [Judged], context: &Context<'_>, _out: &mut Outcome) -> Result<(), ReadBackError> {
    let missing = |judged: &Judged| matches!(judged.found, Some((Code::LineUncaptured | Code::LineUndercaptured, ..)));
    if !judged.iter().any(missing) {
        return Ok(());
    }
    let Some(line) = super::statements::stating_line(flows, context)? else { return Ok(()) };
    let Some(cancelled_minor) = line.statements.cancelled_minor.filter(|amount| *amount > 0) else { return Ok(()) };
    let in_currency = |judged: &&mut Judged| judged.lines.iter().all(|place| flows[*place].line.currency == line.currency);
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

fn report(flows: &[LineFlow], judged: Vec<Judged>, whole: bool, out: &mut Outcome) {
    for Judged { lines, found, verdict, .. } in judged {
        for place in &lines {
            let line = &flows[*place].line;
            let sum = Sum { count: 1, sum_minor: i128::from(line.gross_minor) };
            out.tally.verdict(Dataset::Orders, line.provider, line.currency, verdict, sum);
        }
        let (Some((code, expected_minor, actual_minor)), Some(first)) = (found, lines.first()) else { continue };
        let first = &flows[*first].line;
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
    let mut groups: BTreeMap<(u64, Currency), Vec<&Effect>> = BTreeMap::new();
    for effect in effects {
        groups.entry(group_of(effect)).or_default().push(effect);
    }
    for ((_, currency), group) in groups {
        let mut operations: Vec<(Dataset, u64)> =
            group.iter().filter_map(|effect| Some((effect.row.dataset, effect.row.identity?))).collect();
        operations.sort_unstable();
        operations.dedup();
        let without_id = group.iter().filter(|effect| effect.row.identity.is_none()).count();
        let rows: Vec<Origin> = group.iter().map(|effect| effect.row.origin).collect();
        out.findings.push(Finding {
            code,
            provider: group.first().map(|effect| effect.row.provider),
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

fn report_vat_rates(flows: &[LineFlow], context: &Context<'_>, out: &mut Outcome) {
    for LineFlow { line, .. } in flows {
        let (Some(vat_minor), Some(rate_bp)) = (line.vat_minor, line.vat_rate_bp) else { continue };
        if let Some(computed_minor) = vat_off(line.gross_minor, vat_minor, rate_bp, context.settings.vat_tolerance_minor) {
            out.findings.push(Finding {
                code: Code::VatRate,
                provider: Some(line.provider),
                currency: Some(line.currency),
                expected_minor: i128::from(computed_minor),
                actual_minor: i128::from(vat_minor),
                count: 1,
                rows: vec![line.origin],
                whole_order: false,
                note: Note::None,
            });
        }
    }
}
