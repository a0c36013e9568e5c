//! The last nights as small charts, each with its newest number, and how long providers take.

use std::collections::BTreeSet;

use super::pen::{Pen, scaled};
use crate::report::insight::{Insight, SpeedRow, TrendRow};
use crate::report::words::fill;

/// So many nights are shown.
const NIGHTS: usize = 30;
/// The width of a night in units of the picture, its gap included.
const WIDTH: i128 = 10;
/// More currencies are not drawn.
const CURRENCIES_MAX: usize = 6;

/// The nights.
pub(super) struct Trend {
    pub(super) charts: Vec<Chart>,
    pub(super) first_day: String,
    pub(super) last_day: String,
    pub(super) currencies: Vec<String>,
    pub(super) nights: Vec<NightLine>,
    pub(super) speeds: Vec<SpeedRow>,
}

/// A chart of one number.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chart {
    pub(super) label: String,
    pub(super) newest: String,
    /// How the bars look.
    pub(super) look: &'static str,
    /// The width of the picture.
    pub(super) width: i128,
    pub(super) bars: Vec<ChartBar>,
}

/// A night in a chart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ChartBar {
    pub(super) x: i128,
    pub(super) y: i128,
    pub(super) height: i128,
}

/// A night in the table behind the charts.
pub(super) struct NightLine {
    pub(super) row: TrendRow,
    /// By currency, in the order of [`Trend::currencies`]; `None` where the night has none.
    pub(super) unsettled: Vec<Option<String>>,
}

impl Trend {
    pub(super) fn of(insight: &Insight, pen: &Pen<'_>) -> Self {
        let from = insight.nights.len().saturating_sub(NIGHTS);
        let nights = insight.nights.get(from..).unwrap_or_default();
        let currencies: BTreeSet<&str> =
            nights.iter().flat_map(|night| night.unsettled_minor.iter().map(|(code, _)| code.as_str())).collect();
        let currencies: Vec<&str> = currencies.into_iter().take(CURRENCIES_MAX).collect();
        let of = |night: &TrendRow, currency: &str| {
            night.unsettled_minor.iter().find(|(code, _)| code == currency).map(|(_, amount)| *amount)
        };
        let count = |label: &str, look, value: fn(&TrendRow) -> u64| {
            let newest = nights.last().map(|night| pen.count(&value(night))).unwrap_or_default();
            let values: Vec<_> = nights.iter().map(|night| Some(i128::from(value(night)))).collect();
            chart(label.to_owned(), newest, look, &values)
        };
        let words = pen.words;
        let mut charts = vec![
            count(words.trend_open, "open", |night| night.open),
            count(words.trend_new, "new", |night| night.new),
            count(words.trend_cleared, "cleared", |night| night.cleared),
        ];
        for currency in &currencies {
            let values: Vec<_> = nights.iter().map(|night| of(night, currency)).collect();
            let newest = values.last().copied().flatten().map(|amount| pen.amount(&amount, currency));
            charts.push(chart(unsettled(pen, currency), newest.unwrap_or_else(|| "–".to_owned()), "money", &values));
        }
        let line = |night: &TrendRow| NightLine {
            row: night.clone(),
            unsettled: currencies
                .iter()
                .map(|currency| of(night, currency).map(|amount| pen.amount(&amount, currency)))
                .collect(),
        };
        let day = |night: Option<&TrendRow>| night.map(|night| pen.day(&night.as_of)).unwrap_or_default();
        Self {
            charts: if nights.is_empty() { Vec::new() } else { charts },
            first_day: day(nights.first()),
            last_day: day(nights.last()),
            // The newest first, as people read it.
            nights: nights.iter().rev().map(line).collect(),
            currencies: currencies.into_iter().map(str::to_owned).collect(),
            speeds: insight.days_to_settle.clone(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.charts.is_empty() && self.speeds.is_empty()
    }
}

/// The name of what is not settled in a currency.
pub(super) fn unsettled(pen: &Pen<'_>, currency: &str) -> String {
    fill(pen.words.trend_unsettled, &[("currency", currency)])
}

/// Bars from 0, which lies where all of them have room.
fn chart(label: String, newest: String, look: &'static str, values: &[Option<i128>]) -> Chart {
    let low = values.iter().flatten().copied().min().unwrap_or(0).min(0);
    let high = values.iter().flatten().copied().max().unwrap_or(0).max(0);
    let at = |value: i128| scaled(high.saturating_sub(value), high.saturating_sub(low));
    let mut bars = Vec::with_capacity(values.len());
    let mut x = 0_i128;
    for value in values {
        if let Some(value) = value.filter(|value| *value != 0) {
            let (top, bottom) = (at(value.max(0)), at(value.min(0)));
            bars.push(ChartBar { x, y: top, height: bottom.saturating_sub(top).max(8) });
        }
        x = x.saturating_add(WIDTH);
    }
    Chart { label, newest, look, width: x.max(WIDTH), bars }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_on_zero_and_a_night_without_a_number_is_a_gap() {
        let values = [Some(10), None, Some(0), Some(-10), Some(5)];
        let drawn = chart("a".into(), "5".into(), "money", &values);
        let bars: Vec<_> = drawn.bars.iter().map(|bar| (bar.x, bar.y, bar.height)).collect();
        assert_eq!(bars, [(0, 0, 500), (30, 500, 500), (40, 250, 250)]);
        assert_eq!(drawn.width, 50);
        assert_eq!(chart(String::new(), String::new(), "new", &[Some(0)]).bars, []);
    }
}
