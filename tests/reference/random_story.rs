//! Days that tell a consistent story: orders, what was captured and reversed of them, what was settled; then a few faults.

use super::Dataset;
use super::random_day::{Clock, Day, Fields, PROVIDERS, fields};
use super::random_faults;
use super::random_money::{self, IdStyle};
use super::rng::Rng;

/// What an operation of the story moves.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Captures or reversals.
    pub dataset: Dataset,
    /// Line (empty for none), effect and VAT.
    pub parts: Vec<(String, i64, i64)>,
}

/// A line of the story.
#[derive(Clone, Debug)]
struct Line {
    id: String,
    gross: i64,
    vat: i64,
    rate: i64,
    related: String,
}

/// What happens to the reversal lines of an order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TakenBack {
    BeforeCapture,
    ByTheOriginal,
    ByTheReversalLine,
    ByNegativeCapture,
    NotYet,
}

/// A day with a story.
pub fn day(rng: &mut Rng, clock: &Clock) -> Day {
    let mut day: Day = Dataset::ALL.iter().map(|d| (*d, Vec::new())).collect();
    let mut providers = PROVIDERS.to_vec();
    rng.shuffle(&mut providers);
    providers.truncate(rng.range(1, 3) as usize);
    let limit = rng.range(6, 35) as usize;
    let mut number = 0;
    for provider in &providers {
        let style = IdStyle::new(rng, provider);
        let mut planned = Vec::new();
        for _ in 0..rng.range(2, 8) {
            number += 1;
            if day[&Dataset::Orders].len() + 4 <= 60 && (number < 4 || day[&Dataset::Captures].len() < limit) {
                let currency = rng.pick(&["SEK", "SEK", "SEK", "SEK", "NOK", "EUR"]);
                let (lines, moves) = order(rng, clock, provider, number, currency);
                day.get_mut(&Dataset::Orders).expect("every dataset is there").extend(lines);
                planned.extend(moves.into_iter().map(|m| (format!("S{number}"), currency, m)));
            }
        }
        random_money::write(rng, clock, &style, planned, &mut day);
    }
    for _ in 0..rng.pick(&[0, 1, 1, 2, 3, 5]) {
        random_faults::one(rng, clock, &mut day);
    }
    day
}

/// An order's rows, and what is captured and reversed of it.
fn order(rng: &mut Rng, clock: &Clock, provider: &str, number: i64, currency: &str) -> (Vec<Fields>, Vec<Planned>) {
    let order_id = format!("S{number}");
    let mut lines = ordinary_lines(rng);
    let taken_back = rng.pick(&[
        TakenBack::BeforeCapture,
        TakenBack::ByTheOriginal,
        TakenBack::ByTheReversalLine,
        TakenBack::ByNegativeCapture,
        TakenBack::NotYet,
    ]);
    if rng.percent(35) {
        for _ in 0..rng.range(1, 2) {
            let reversal = reversal_line(rng, &lines);
            lines.push(reversal);
        }
    }
    let moves = moves(rng, &lines, taken_back);
    let created_at = clock.text(rng);
    let statements = statements(rng, &lines, &moves);
    let relation = rng.maybe(50, &["return", "cancelled"]);
    let reason = rng.maybe(30, &["regret"]);
    let with_vat = rng.percent(80);
    let rows = lines.iter().map(|line| {
        let taken_back = !line.related.is_empty();
        let mut row = fields(&[
            ("order_id", &order_id),
            ("line_id", &line.id),
            ("gross_amount", &line.gross.to_string()),
            ("currency", currency),
            ("created_at", &created_at),
            ("provider", provider),
            ("quantity", if line.gross < 0 { "-1" } else { "1.0" }),
            ("related_line_id", &line.related),
            ("relation", if taken_back { &relation } else { "" }),
            ("reversed_reason", if taken_back { &reason } else { "" }),
        ]);
        if with_vat {
            row.insert("vat_amount", line.vat.to_string());
            row.insert("vat_rate", line.rate.to_string());
        }
        row.extend(statements.clone());
        row
    });
    (rows.collect(), moves)
}

fn ordinary_lines(rng: &mut Rng) -> Vec<Line> {
    let rate = rng.pick(&[2500, 2500, 1200, 600, 0]);
    let mut lines = Vec::new();
    for number in 1..=rng.range(1, 4) {
        // A negative line that relates to nothing is a discount.
        let discount = number > 1 && rng.percent(20);
        let gross = if discount { rng.pick(&[-10, -25]) } else { rng.pick(&[100, 100, 250, 999, 12345]) };
        lines.push(Line { id: number.to_string(), gross, vat: vat(gross, rate), rate, related: String::new() });
    }
    lines
}

fn reversal_line(rng: &mut Rng, lines: &[Line]) -> Line {
    let original = rng.pick(&lines.iter().filter(|l| l.related.is_empty()).collect::<Vec<_>>());
    let part = rng.pick(&[1, 2, 4]);
    let gross = -(original.gross / part);
    Line {
        id: format!("r{}", lines.len() + 1),
        gross,
        vat: vat(gross, original.rate),
        rate: original.rate,
        related: original.id.clone(),
    }
}

fn vat(gross: i64, rate: i64) -> i64 {
    let divisor = 10_000 + rate;
    gross.signum() * ((2 * gross.abs() * rate + divisor) / (2 * divisor))
}

/// What is captured and reversed, grouped into operations.
fn moves(rng: &mut Rng, lines: &[Line], taken_back: TakenBack) -> Vec<Planned> {
    let mut captured: Vec<(String, i64, i64)> = Vec::new();
    let mut reversed: Vec<(String, i64, i64)> = Vec::new();
    for line in lines.iter().filter(|l| l.related.is_empty()) {
        let mut effect = (line.id.clone(), line.gross, line.vat);
        for reversal in lines.iter().filter(|l| l.related == line.id) {
            let size = (reversal.gross, reversal.vat);
            match taken_back {
                TakenBack::BeforeCapture => effect = (effect.0, effect.1 + size.0, effect.2 + size.1),
                TakenBack::ByTheOriginal => reversed.push((line.id.clone(), size.0, size.1)),
                TakenBack::ByTheReversalLine => reversed.push((reversal.id.clone(), size.0, size.1)),
                TakenBack::ByNegativeCapture => captured.push((reversal.id.clone(), size.0, size.1)),
                TakenBack::NotYet => {}
            }
        }
        captured.push(effect);
    }
    // A plain refund, without a reversal line.
    if rng.percent(20) {
        let (line, gross, vat) = rng.pick(&captured);
        let part = rng.pick(&[1, 1, 2]);
        reversed.push((line, -gross / part, -vat / part));
    }
    let whole_order = rng.percent(15);
    let mut moves = Vec::new();
    match rng.below(10) {
        // Nothing yet, or only some lines.
        0 => return moves,
        1 => {
            captured.truncate(captured.len().div_ceil(2));
            reversed.retain(|r| captured.iter().any(|c| c.0 == r.0));
        }
        _ => {}
    }
    let one_operation = rng.percent(40);
    let in_parts = rng.percent(10);
    for (dataset, parts) in [(Dataset::Captures, captured), (Dataset::Reversals, reversed)] {
        if parts.is_empty() {
            continue;
        }
        if whole_order && rng.percent(80) {
            let sum = |value: fn(&(String, i64, i64)) -> i64| parts.iter().map(value).sum();
            moves.push(Planned { dataset, parts: vec![(String::new(), sum(|p| p.1), sum(|p| p.2))] });
        } else if one_operation {
            moves.push(Planned { dataset, parts });
        } else {
            for (line, gross, vat) in parts {
                let first = if in_parts { (gross / 2, vat / 2) } else { (gross, vat) };
                moves.push(Planned { dataset, parts: vec![(line.clone(), first.0, first.1)] });
                if in_parts {
                    moves.push(Planned { dataset, parts: vec![(line, gross - first.0, vat - first.1)] });
                }
            }
        }
    }
    moves
}

/// What the order says of itself, on each of its lines.
fn statements(rng: &mut Rng, lines: &[Line], moves: &[Planned]) -> Fields {
    if !rng.percent(50) {
        return Fields::new();
    }
    let total: i64 = lines.iter().map(|l| l.gross).sum();
    let is_reversal_line = |id: &str| lines.iter().any(|l| l.id == id && !l.related.is_empty());
    let has_reversal_line = |id: &str| lines.iter().any(|l| l.related == id);
    let (mut captured, mut reversed) = (0, 0);
    for planned in moves {
        for (line, effect, _) in &planned.parts {
            let takes_back = is_reversal_line(line) || has_reversal_line(line);
            if planned.dataset == Dataset::Captures || takes_back {
                captured += effect;
            } else {
                reversed -= effect;
            }
        }
    }
    let missing = total - captured;
    let cancelled = if missing > 0 && rng.percent(50) { missing } else { 0 };
    let mut stated = fields(&[("order_amount", &total.to_string())]);
    if cancelled > 0 || rng.percent(50) {
        stated.insert("cancelled_amount", cancelled.to_string());
    }
    if rng.percent(70) {
        stated.insert("remaining_capture_amount", (total - cancelled - captured).to_string());
        stated.insert("remaining_reversal_amount", (captured - reversed).to_string());
    }
    stated
}
