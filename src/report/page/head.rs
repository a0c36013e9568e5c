//! The one sentence that says how the night went, and the warning where it is incomplete.

use std::collections::BTreeMap;

use super::causes::Causes;
use super::pen::{Pen, whole};
use crate::model::finding::Status;
use crate::model::money::add;
use crate::report::view::Report;
use crate::report::words::fill;

/// More amounts do not fit a sentence.
const AMOUNTS_MAX: usize = 4;

/// The top of the page.
pub(super) struct Head {
    pub(super) as_of: String,
    /// The sentence.
    pub(super) lead: String,
    /// How it looks: `good`, `open` or `bad`.
    pub(super) look: &'static str,
    /// Open findings.
    pub(super) open: u64,
    /// Open findings that share no cause, and causes with an open finding.
    pub(super) things: u64,
    pub(super) pending: u64,
    pub(super) rejected: u64,
}

impl Head {
    pub(super) fn of(report: &Report, causes: &Causes, pen: &Pen<'_>) -> Self {
        let words = pen.words;
        let (mut open, mut pending, mut alone) = (0_u64, 0_u64, 0_u64);
        let mut sizes: BTreeMap<(&str, &str), i128> = BTreeMap::new();
        for (place, finding) in report.findings.iter().enumerate() {
            pending = pending.saturating_add(u64::from(finding.status == Status::Pending));
            if finding.status != Status::Open {
                continue;
            }
            open = open.saturating_add(1);
            alone = alone.saturating_add(u64::from(causes.of_finding(place).is_none()));
            if finding.difference_minor != 0 {
                let size = i128::try_from(finding.difference_minor.unsigned_abs()).unwrap_or(i128::MAX);
                add(sizes.entry((finding.provider(), finding.currency())).or_default(), size);
            }
        }
        let things = alone.saturating_add(causes.open);
        let rejected = whole(report.rejects.len());
        let mut parts = Vec::new();
        // What could not be read or does not close comes first: all else holds only as far as it goes.
        if !report.summary.complete {
            let why = match rejected {
                0 => words.does_not_close.to_owned(),
                _ => words.not_read.of(pen.lang, rejected),
            };
            parts.push(format!("{}: {why}", words.incomplete));
        }
        if things > 0 {
            let mut first = words.needs_you.of(pen.lang, things);
            if !sizes.is_empty() {
                first.push_str(": ");
                first.push_str(&fill(words.differences, &[("amounts", &amounts(&sizes, pen))]));
            }
            parts.push(first);
        } else if report.summary.complete {
            parts.push(words.needs_nobody.to_owned());
        }
        if pending > 0 {
            parts.push(words.may_come.of(pen.lang, pending));
        }
        if report.summary.complete {
            parts.push(words.all_read.to_owned());
        }
        let look = match (report.summary.complete, open) {
            (false, _) => "bad",
            (true, 0) => "good",
            (true, _) => "open",
        };
        Self {
            as_of: fill(words.as_of, &[("day", &pen.day(&report.summary.as_of))]),
            lead: format!("{}.", parts.join("; ")),
            look,
            open,
            things,
            pending,
            rejected,
        }
    }
}

/// The sizes by provider and currency.
fn amounts(sizes: &BTreeMap<(&str, &str), i128>, pen: &Pen<'_>) -> String {
    let at = |((provider, currency), size): (&(&str, &str), &i128)| {
        let amount = pen.money(size, currency);
        if provider.is_empty() {
            return amount;
        }
        fill(pen.words.amount_at, &[("amount", &amount), ("provider", pen.provider(provider))])
    };
    // What belongs to no provider, such as a tolerance that is used up, comes last.
    let (of_none, of_providers): (Vec<_>, Vec<_>) = sizes.iter().partition(|((provider, _), _)| provider.is_empty());
    let mut named: Vec<String> = of_providers.into_iter().chain(of_none).take(AMOUNTS_MAX).map(at).collect();
    if sizes.len() > AMOUNTS_MAX {
        named.push(pen.words.and_more.to_owned());
    }
    named.join(", ")
}
