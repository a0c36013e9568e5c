//! RULES.md 3: order lines against captures and reversals, a rule after the other until one holds.

use std::collections::{BTreeMap, BTreeSet};

use super::moved::{Flow, Move, Sum};
use super::versions::{Line, Operation};
use super::{Decision, LISTED_MAX, Party, Source, Step, World};
use crate::model::currency::Currency;
use crate::model::day::Instant;
use crate::model::finding::Code;
use crate::model::record::{Dataset, Row};
use crate::rules::control::Verdict;

/// The ways of all order lines.
pub(super) fn decide(rows: &[Source], lines: &[Line], operations: &[Operation], world: &World<'_>) -> Vec<Decision> {
    let mut orders: BTreeMap<(&str, &str), Vec<&Line>> = BTreeMap::new();
    for line in lines {
        orders.entry((&line.provider, &line.order_id)).or_default().push(line);
    }
    let mut moves: BTreeMap<(&str, &str), Vec<Move>> = BTreeMap::new();
    for operation in operations.iter().filter(|operation| operation.completed) {
        let of_order = moves.entry((&operation.provider, &operation.order_id)).or_default();
        of_order.extend(operation.used.iter().map(|row| moved(operation, &rows[*row], world)));
    }
    orders
        .into_iter()
        .flat_map(|(key, lines)| of_order(&Order { lines, moves: moves.remove(&key).unwrap_or_default(), rows, world }))
        .collect()
}

fn moved(operation: &Operation, source: &Source, world: &World<'_>) -> Move {
    let row = &source.row;
    let effect_minor = operation.signed(row.amount_minor());
    let vat = row.minor("vat_amount").map(i128::from);
    Move {
        dataset: row.dataset,
        line_id: row.text("line_id").map(str::to_owned),
        currency: row.currency,
        effect_minor,
        vat_minor: if row.dataset == Dataset::Reversals {
            vat.map(|vat| vat.abs() * effect_minor.signum())
        } else {
            vat
        },
        party: Party {
            source: source.place.clone(),
            currency: world.code(row.currency),
            effect_minor,
            completed: true,
            reconciliation_number: row.text("reconciliation_number").map(str::to_owned),
        },
    }
}

/// How a line takes part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Ordinary,
    Discount,
    Reversal(Option<usize>),
}

struct Order<'a> {
    lines: Vec<&'a Line>,
    moves: Vec<Move>,
    rows: &'a [Source],
    world: &'a World<'a>,
}

/// What the table is asked with.
struct Key {
    lines: Vec<usize>,
    line_id: String,
    currency: Currency,
    role: Role,
    gross: i128,
    captured: i128,
    reversed: i128,
    position: i128,
    foreign: bool,
    whole: bool,
    /// Gross of its reversal lines and what was captured on them.
    theirs: Option<(i128, i128)>,
    /// Whether the sum rule may take it.
    by_sum_rule: bool,
    /// VAT of the line and what was captured of it.
    vat: Option<(i128, i128)>,
    moves: Vec<usize>,
}

/// A number lies between two others, in either order.
fn lies(value: i128, a: i128, b: i128) -> bool {
    a.min(b) <= value && value <= a.max(b)
}

fn of_order(order: &Order<'_>) -> Vec<Decision> {
    let Some(provider) = order.lines.first().map(|line| line.provider.clone()) else { return Vec::new() };
    if !order.world.line_providers.contains(&provider) {
        return Vec::new();
    }
    let whole = order.moves.iter().any(|one| one.line_id.is_none());
    let keys = if whole { order.whole_keys() } else { order.line_keys() };
    let mut judged: Vec<(Key, Vec<Step>, Verdict)> = keys
        .into_iter()
        .map(|key| {
            let (steps, verdict) = order.judge(&key);
            (key, steps, verdict)
        })
        .collect();
    order.cancel(&mut judged);
    let mut decisions = Vec::new();
    for (key, mut steps, verdict) in judged {
        if matches!(verdict, Verdict::Found(Code::LineUncaptured | Code::LineUndercaptured)) {
            let newest: Option<Instant> =
                key.lines.iter().filter_map(|line| order.row(*line).instant("created_at")).max();
            steps.push(order.world.window(newest, order.world.settings.capture_window()));
        }
        for line in &key.lines {
            decisions.push(Decision {
                record: "order line",
                provider: provider.clone(),
                parts: order.lines[*line].parts.clone(),
                steps: steps.clone(),
                verdict,
                matched: Vec::new(),
            });
        }
    }
    decisions
}

impl Order<'_> {
    fn row(&self, line: usize) -> &Row {
        &self.rows[self.lines[line].row].row
    }

    fn gross(&self, line: usize) -> i128 {
        i128::from(self.row(line).amount_minor())
    }

    fn role(&self, line: usize) -> Role {
        let row = self.row(line);
        let is_reversal = |row: &Row| {
            ["related_line_id", "relation", "reversed_reason"].into_iter().any(|column| row.text(column).is_some())
        };
        if !is_reversal(row) {
            return if self.gross(line) < 0 { Role::Discount } else { Role::Ordinary };
        }
        let named = row.text("related_line_id");
        let original = named.and_then(|named| self.lines.iter().position(|line| line.line_id == named));
        Role::Reversal(original.filter(|original| {
            let other = self.row(*original);
            *original != line
                && !is_reversal(other)
                && other.currency == row.currency
                && self.gross(line).signum() * self.gross(*original).signum() <= 0
        }))
    }

    /// The moves on a line in its currency, and whether there is one in another.
    fn moves_on(&self, line: usize) -> (Vec<usize>, bool) {
        let id = Some(&self.lines[line].line_id);
        let on: Vec<usize> = (0..self.moves.len()).filter(|one| self.moves[*one].line_id.as_ref() == id).collect();
        let (own, foreign): (Vec<usize>, Vec<usize>) =
            on.into_iter().partition(|one| self.moves[*one].currency == self.row(line).currency);
        (own, !foreign.is_empty())
    }

    fn flow(&self, moves: &[usize]) -> Flow {
        Flow::of(&moves.iter().map(|one| &self.moves[*one]).collect::<Vec<_>>())
    }

    fn captured(role: Role, flow: &Flow) -> Sum {
        match role {
            Role::Ordinary => flow.captures,
            Role::Discount => flow.captures.plus(flow.back),
            Role::Reversal(_) => flow.captures.plus(flow.back).plus(flow.given),
        }
    }

    fn line_keys(&self) -> Vec<Key> {
        let roles: Vec<Role> = (0..self.lines.len()).map(|line| self.role(line)).collect();
        let mut keys: Vec<Key> = Vec::with_capacity(self.lines.len());
        for (line, role) in roles.iter().enumerate() {
            let (moves, foreign) = self.moves_on(line);
            let flow = self.flow(&moves);
            let captured = Self::captured(*role, &flow);
            let mine = (0..self.lines.len()).filter(|other| roles[*other] == Role::Reversal(Some(line)));
            let theirs = mine.fold(None, |sum: Option<(i128, i128)>, other| {
                let (gross, taken) = sum.unwrap_or_default();
                let flow = self.flow(&self.moves_on(other).0);
                Some((gross + self.gross(other), taken + flow.net_minor()))
            });
            let vat = self.row(line).minor("vat_amount").filter(|_| flow.captures.rows > 0);
            keys.push(Key {
                lines: vec![line],
                line_id: self.lines[line].line_id.clone(),
                currency: self.row(line).currency,
                role: *role,
                gross: self.gross(line),
                captured: captured.minor,
                reversed: flow.reversals_minor(),
                position: flow.net_minor() + theirs.map_or(0, |(_, captured)| captured),
                foreign,
                whole: false,
                theirs,
                by_sum_rule: false,
                vat: vat.and_then(|vat| Some((i128::from(vat), captured.vat_minor()?))),
                moves,
            });
        }
        let holds: Vec<bool> = keys.iter().map(sum_rule).collect();
        for (line, role) in roles.iter().enumerate() {
            let original = if let Role::Reversal(Some(original)) = role { *original } else { line };
            keys[line].by_sum_rule = holds[original];
        }
        keys
    }

    /// A key a currency: the order holds an operation that names no line.
    fn whole_keys(&self) -> Vec<Key> {
        let currencies: BTreeSet<Currency> = (0..self.lines.len()).map(|line| self.row(line).currency).collect();
        let key = |currency: Currency| {
            let lines: Vec<usize> = (0..self.lines.len()).filter(|line| self.row(*line).currency == currency).collect();
            let moves: Vec<usize> = (0..self.moves.len()).filter(|one| self.moves[*one].currency == currency).collect();
            let flow = self.flow(&moves);
            let is_reversal = |line: &&usize| matches!(self.role(**line), Role::Reversal(_));
            let gross: i128 = lines.iter().map(|line| self.gross(*line)).sum();
            let others: i128 = lines.iter().filter(|line| !is_reversal(line)).map(|line| self.gross(*line)).sum();
            let has_reversal_lines = lines.iter().any(|line| is_reversal(&line));
            let mut captured = flow.captures;
            if has_reversal_lines || gross < 0 {
                captured = captured.plus(flow.back).plus(flow.given);
            }
            let vats: Option<i128> = lines.iter().map(|line| self.row(*line).minor("vat_amount").map(i128::from)).sum();
            Key {
                line_id: "*".to_owned(),
                currency,
                role: Role::Ordinary,
                gross,
                captured: captured.minor,
                reversed: flow.reversals_minor(),
                position: flow.net_minor(),
                foreign: false,
                whole: true,
                theirs: has_reversal_lines.then_some((gross - others, 0)),
                by_sum_rule: has_reversal_lines
                    && lies(flow.captures.minor, gross, others)
                    && lies(flow.net_minor(), 0, gross),
                vat: vats.filter(|_| flow.captures.rows > 0).and_then(|vat| Some((vat, captured.vat_minor()?))),
                lines,
                moves,
            }
        };
        currencies.into_iter().map(key).collect()
    }

    /// The steps of a key, and its verdict by the table.
    fn judge(&self, key: &Key) -> (Vec<Step>, Verdict) {
        let mut steps = self.told(key);
        let (gross, captured, position) = (key.gross, key.captured, key.position);
        let is_reversal = matches!(key.role, Role::Reversal(_));
        let their_gross = key.theirs.map_or(0, |(gross, _)| gross);
        let beyond = match gross.signum() {
            1 => captured > gross,
            -1 => captured < gross,
            _ => captured != 0,
        };
        let past = !is_reversal && ((gross >= 0 && position < 0) || (gross < 0 && position > 0));
        let vat = key.vat.unwrap_or_default();
        let exceeds = !key.whole && their_gross.abs() > gross.abs();
        let unlinked = key.role == Role::Reversal(None);
        let vat_off = captured == gross && (vat.1 - vat.0).abs() > i128::from(self.world.settings.vat_tolerance_minor);
        let rules: [(Option<Code>, bool, i128, i128); 10] = [
            (Some(Code::LineCurrency), key.foreign, gross, captured),
            (Some(Code::LineWrongDirection), captured.signum() * gross.signum() < 0, gross, captured),
            (Some(Code::ReversalLineUnlinked), unlinked, 0, gross),
            (Some(Code::ReversalLineExceedsOriginal), exceeds, gross, -their_gross),
            (Some(Code::ReversalExceedsCapture), past, captured, captured - position),
            (Some(Code::LineOvercaptured), beyond, gross, captured),
            (None, key.by_sum_rule && captured != gross, gross, captured),
            (Some(Code::LineUncaptured), captured == 0 && gross != 0, gross, 0),
            (Some(Code::LineUndercaptured), captured != gross, gross, captured),
            (Some(Code::LineVat), vat_off, vat.0, vat.1),
        ];
        for (code, holds, expected_minor, actual_minor) in rules {
            let rule = code.map_or("sum rule", Code::name);
            let allowed_minor = if code == Some(Code::LineVat) { self.world.settings.vat_tolerance_minor } else { 0 };
            steps.push(Step::Compared { rule, holds, expected_minor, actual_minor, allowed_minor });
            if holds {
                return (steps, code.map_or(Verdict::MatchedWithReversalLines, Verdict::Found));
            }
        }
        (steps, Verdict::Matched)
    }

    fn told(&self, key: &Key) -> Vec<Step> {
        let role = match key.role {
            _ if key.whole => "whole order",
            Role::Ordinary => "line",
            Role::Discount => "discount",
            Role::Reversal(_) => "reversal line",
        };
        let takes_back = match key.role {
            Role::Reversal(Some(original)) => Some(self.lines[original].line_id.clone()),
            _ => None,
        };
        let parties = |dataset: Dataset| -> Vec<Party> {
            let moves = key.moves.iter().map(|one| &self.moves[*one]).filter(|one| one.dataset == dataset);
            moves.map(|one| one.party.clone()).take(LISTED_MAX).collect()
        };
        let (captures, reversals) = (parties(Dataset::Captures), parties(Dataset::Reversals));
        vec![
            Step::Ordered {
                line_id: key.line_id.clone(),
                currency: self.world.code(key.currency),
                gross_minor: key.gross,
                role,
                takes_back,
                reversal_lines_minor: key.theirs.map(|(gross, _)| gross),
            },
            Step::Moved {
                more: key.moves.len().saturating_sub(captures.len()).saturating_sub(reversals.len()),
                captures,
                reversals,
                captured_minor: key.captured,
                reversed_minor: key.reversed,
                position_minor: key.position,
                reversal_lines_captured_minor: key.theirs.filter(|_| !key.whole).map(|(_, captured)| captured),
                other_currency: key.foreign,
            },
        ]
    }

    /// What the order states as cancelled may be what is missing on all its keys together.
    fn cancel(&self, judged: &mut [(Key, Vec<Step>, Verdict)]) {
        let rank = |line: &usize| {
            (std::cmp::Reverse(self.row(*line).instant("updated_at")), self.lines[*line].line_id.clone())
        };
        let Some(stating) = (0..self.lines.len()).min_by_key(rank) else { return };
        let row = self.row(stating);
        let Some(stated) = row.minor("cancelled_amount").map(i128::from).filter(|stated| *stated > 0) else { return };
        let mut missing: Vec<&mut (Key, Vec<Step>, Verdict)> = judged
            .iter_mut()
            .filter(|(key, _, verdict)| {
                matches!(verdict, Verdict::Found(Code::LineUncaptured | Code::LineUndercaptured))
                    && key.currency == row.currency
            })
            .collect();
        let sum: i128 = missing.iter().map(|(key, ..)| key.gross - key.captured).sum();
        for (_, steps, verdict) in &mut missing {
            let holds = sum == stated;
            let (rule, expected_minor, actual_minor) = ("cancelled", stated, sum);
            steps.push(Step::Compared { rule, holds, expected_minor, actual_minor, allowed_minor: 0 });
            if holds {
                *verdict = Verdict::MatchedCancelled;
            }
        }
    }
}

/// The sum rule on a line with reversal lines.
fn sum_rule(key: &Key) -> bool {
    let Some((gross, captured)) = key.theirs else { return false };
    let rest = key.gross + gross;
    lies(key.captured, rest, key.gross) && lies(key.captured + captured, rest, key.gross) && lies(key.position, 0, rest)
}
