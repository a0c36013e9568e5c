//! Where the money is: for each provider and currency the way from what was captured less reversed to what was settled,
//! a step for each code that explains a part of the difference (RULES.md 5: over all batches, operations + explained =
//! rows).

use std::collections::BTreeMap;

use super::pen::{BAR, Pen, scaled, whole};
use crate::model::money::add;
use crate::report::view::BatchRow;
use crate::report::words::fill;

/// More providers and currencies are not drawn.
const BRIDGES_MAX: usize = 40;

/// Where the levels lie in so small a part of the bars, 1 to this, the picture begins below the lowest of them.
const ZOOM: i128 = 5;

/// The picture spans at least this part, 1 to this, of the largest amount.
const WINDOW: i128 = 200;

/// The way from captured to settled of one provider and currency.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bridge {
    pub(super) provider: String,
    pub(super) currency: String,
    pub(super) steps: Vec<Step>,
    /// Where the bars begin, minor units, where that is not 0.
    pub(super) begins: Option<i128>,
    pub(super) fee_minor: i128,
    pub(super) net_minor: i128,
}

/// A bar.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// `operations`, `settled`, or what explains the step.
    pub(super) code: String,
    pub(super) label: String,
    pub(super) amount_minor: i128,
    /// How the bar looks: `total`, `up` or `down`.
    pub(super) look: &'static str,
    /// Where the bar begins and how long it is, in units of the picture.
    pub(super) x: i128,
    pub(super) width: i128,
    /// Where the level is before and after the step.
    pub(super) from: Option<i128>,
    pub(super) to: Option<i128>,
}

#[derive(Default)]
struct Sums<'a> {
    operations: i128,
    rows: i128,
    fees: i128,
    net: i128,
    residual: i128,
    explained: BTreeMap<&'a str, i128>,
}

/// The bridges by provider and currency, and how many more there would be.
pub(super) fn bridges(batches: &[BatchRow], pen: &Pen<'_>) -> (Vec<Bridge>, u64) {
    let mut sums: BTreeMap<(&str, &str), Sums<'_>> = BTreeMap::new();
    for batch in batches {
        let sum = sums.entry((&batch.provider, &batch.currency)).or_default();
        add(&mut sum.operations, batch.operation_sum);
        add(&mut sum.rows, batch.row_sum);
        add(&mut sum.fees, batch.fee_sum);
        add(&mut sum.net, batch.net_sum);
        add(&mut sum.residual, batch.residual);
        for (code, part) in &batch.explained {
            add(sum.explained.entry(code).or_default(), *part);
        }
    }
    let left_out = whole(sums.len().saturating_sub(BRIDGES_MAX));
    let of = |((provider, currency), sum): (&(&str, &str), &Sums<'_>)| bridge(provider, currency, sum, pen);
    (sums.iter().take(BRIDGES_MAX).map(of).collect(), left_out)
}

fn bridge(provider: &str, currency: &str, sum: &Sums<'_>, pen: &Pen<'_>) -> Bridge {
    let mut parts: Vec<(&str, String, i128)> = sum
        .explained
        .iter()
        .filter(|(_, part)| **part != 0)
        .map(|(code, part)| (*code, pen.code_title(code).to_owned(), *part))
        .collect();
    // The largest first; among equal ones by name, so that the order is one.
    parts.sort_by(|one, other| other.2.unsigned_abs().cmp(&one.2.unsigned_abs()).then(one.0.cmp(other.0)));
    if sum.residual != 0 {
        parts.push(("residual", pen.words.unexplained.to_owned(), sum.residual));
    }
    let mut levels = vec![sum.operations];
    for (_, _, part) in &parts {
        let mut level = *levels.last().unwrap_or(&0);
        add(&mut level, *part);
        levels.push(level);
    }
    levels.push(sum.rows);
    let scale = Scale::of(&levels);
    let total = |code: &str, label: &str, amount_minor| {
        let (x, width) = scale.bar(scale.begins.unwrap_or(0), amount_minor);
        let label = label.to_owned();
        Step { code: code.to_owned(), label, amount_minor, look: "total", x, width, from: None, to: None }
    };
    let mut steps = vec![total("operations", pen.words.captured_less_reversed, sum.operations)];
    for (index, (code, label, part)) in parts.into_iter().enumerate() {
        let [from, to] = [index, index.saturating_add(1)].map(|at| levels.get(at).copied().unwrap_or(0));
        let (x, width) = scale.bar(from, to);
        let look = if part < 0 { "down" } else { "up" };
        let (from, to) = (Some(scale.at(from)), Some(scale.at(to)));
        steps.push(Step { code: code.to_owned(), label, amount_minor: part, look, x, width, from, to });
    }
    steps.push(total("settled", pen.words.settled_gross, sum.rows));
    Bridge {
        provider: provider.to_owned(),
        currency: currency.to_owned(),
        steps,
        begins: scale.begins,
        fee_minor: sum.fees,
        net_minor: sum.net,
    }
}

/// Which amounts the picture spans.
struct Scale {
    low: i128,
    high: i128,
    begins: Option<i128>,
}

impl Scale {
    fn of(levels: &[i128]) -> Self {
        let lowest = levels.iter().copied().min().unwrap_or(0);
        let highest = levels.iter().copied().max().unwrap_or(0);
        let span = highest.saturating_sub(lowest);
        if lowest > 0 && span > 0 && span.saturating_mul(ZOOM) < highest {
            // Half of the span below the lowest level, on a round amount; a trifle is not drawn as large as the whole.
            let window = span.saturating_add(span / 2).max(highest / WINDOW);
            let step = 10_i128.saturating_pow(window.max(1).ilog10());
            let begins = highest.saturating_sub(window).max(0) / step * step;
            if begins > 0 {
                return Self { low: begins, high: highest, begins: Some(begins) };
            }
        }
        Self { low: lowest.min(0), high: highest.max(0), begins: None }
    }

    /// Where an amount lies.
    fn at(&self, amount_minor: i128) -> i128 {
        scaled(amount_minor.saturating_sub(self.low), self.high.saturating_sub(self.low)).clamp(0, BAR)
    }

    /// The bar from one amount to another; one that is not empty can be seen.
    fn bar(&self, from: i128, to: i128) -> (i128, i128) {
        const SEEN: i128 = 4;
        let (left, right) = (self.at(from.min(to)), self.at(from.max(to)));
        let width = right.saturating_sub(left);
        if from == to || width >= SEEN {
            return (left, width);
        }
        (left.min(BAR.saturating_sub(SEEN)), SEEN)
    }
}

/// Says where the bars of a bridge begin.
pub(super) fn cut_off(pen: &Pen<'_>, begins: &i128, currency: &str) -> String {
    fill(pen.words.cut_off, &[("amount", &pen.money(begins, currency))])
}
