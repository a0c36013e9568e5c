//! Payouts against entries of the bank account (RULES.md 9, leg `bank`).
//!
//! What is matched is certain, and never a guess; the outcome is the same for any order of payouts and entries. In turn:
//!
//! 1. `reference`: payouts and entries of one currency that share a reference form groups. A group whose sums are equal
//!    is matched. Else, one payout: `payout-amount`. Else pairs of equal amounts that share a reference, unique both
//!    ways, are matched, and what is left is judged again; one entry that fits no payout: `payout-amount`; several:
//!    `payout-ambiguous`.
//! 2. `amount`: by provider, currency and amount, for entries that name a provider and are booked within the window. Where
//!    only one assignment is possible it is matched, else `payout-ambiguous`.
//! 3. `sums`: all payouts of a day in one entry, and all entries of a day for one payout, where nothing else fits.
//! 4. Payouts that are left: `payout-missing`. Credits of a provider that are left: `payout-unknown`.

mod amount;
mod reference;
mod say;
mod sums;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::statements::BookedEntry;
use crate::model::bank::Statement;
use crate::model::currency::Currencies;
use crate::model::finding::{Code, Finding};
use crate::model::money::add;
use crate::model::names::Names;
use crate::model::payout::DuePayout;
use crate::rules::settings::Window;

/// What the matching needs to know.
#[derive(Debug, Clone, Copy)]
pub struct BankRules<'a> {
    /// The day for which ages count.
    pub as_of: NaiveDate,
    /// So long after its day a payout may be on its way (`payout_days`).
    pub window: Window,
    /// Providers by number.
    pub names: &'a Names,
    /// Known currencies and their decimals.
    pub currencies: &'a Currencies,
}

/// What became of a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It came.
    Matched,
    /// It is 0, so nothing had to come.
    Nothing,
    /// Something came under its reference, with another amount (`payout-amount`).
    Amount,
    /// It fits as well as others (`payout-ambiguous`).
    Ambiguous,
    /// It has not come yet, and still may (`payout-missing`, pending).
    Pending,
    /// It has not come (`payout-missing`, open).
    Missing,
    /// It was paid before the first day of any statement in its currency, or there is none.
    NotJudged,
}

/// Money that came for a payout.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Received {
    /// The payout, by its place among those given.
    pub due: usize,
    /// The day it was booked.
    pub booked_on: NaiveDate,
    /// Minor units of the payout's currency, signed.
    pub amount_minor: i128,
    /// The entries that it came in: `file:line`, several joined by `; `.
    pub source: String,
}

/// What the bank leg finds.
#[derive(Debug, Default)]
pub struct BankOutcome {
    /// `payout-missing`, `payout-amount`, `payout-unknown` and `payout-ambiguous`.
    pub findings: Vec<Finding>,
    /// What came, sorted. The pieces of a matched payout sum to it.
    pub received: Vec<Received>,
    /// What became of every payout, in the order given.
    pub verdicts: Vec<Verdict>,
    /// How many payouts are not judged, because no statement covers their day.
    pub not_judged: u64,
    /// Debits of a provider that no payout explains: by currency, how many and their sum in minor units.
    pub other_debits: BTreeMap<String, (u64, i128)>,
}

/// Matches payouts with entries, as [`super::statements::booked`] gives them. The statements say from which day on there
/// are any. The outcome is the same for any order of payouts and entries.
#[must_use]
pub fn settle(
    due: &[DuePayout],
    entries: &[BookedEntry],
    statements: &[Statement],
    rules: &BankRules<'_>,
) -> BankOutcome {
    let mut matching = Matching::new(due, entries, *rules);
    reference::settle(&mut matching);
    amount::settle(&mut matching);
    sums::settle(&mut matching);
    matching.rest(&first_days(statements))
}

/// The first day of every currency on which statements show what is booked. Banks date an opening balance by the day that
/// it opens or by the one before, so that day counts only where something is booked on it, or the statement closes on it.
fn first_days(statements: &[Statement]) -> BTreeMap<&str, NaiveDate> {
    let mut first_days: BTreeMap<&str, NaiveDate> = BTreeMap::new();
    for statement in statements {
        let closes_on = statement.closing.map(|closing| closing.on);
        let opened = statement.opening.map(|opening| match opening.on.succ_opt() {
            Some(next) if closes_on != Some(opening.on) => next,
            _ => opening.on,
        });
        let booked = statement.booked.map(|(first, _)| first);
        let Some(day) = opened.into_iter().chain(booked).min() else { continue };
        let known = first_days.entry(&statement.currency).or_insert(day);
        *known = day.min(*known);
    }
    first_days
}

/// Payouts and entries while they are matched. Both are named by their place in the order of their values, so that no
/// step sees the order in which they were given.
struct Matching<'a> {
    rules: BankRules<'a>,
    due: Vec<&'a DuePayout>,
    /// The place of each payout among those given.
    given: Vec<usize>,
    entries: Vec<&'a BookedEntry>,
    /// The provider of each entry: that which it names, or that of the payouts that it shares a reference with.
    providers: Vec<Option<&'a str>>,
    verdicts: Vec<Option<Verdict>>,
    used: Vec<bool>,
    outcome: BankOutcome,
}

impl<'a> Matching<'a> {
    fn new(due: &'a [DuePayout], entries: &'a [BookedEntry], rules: BankRules<'a>) -> Self {
        let mut given: Vec<(&DuePayout, usize)> = due.iter().zip(0..).collect();
        let key = |payout: &'a DuePayout| {
            (&payout.key, payout.paid_on, payout.amount_minor, &payout.references, &payout.source)
        };
        given.sort_by(|(one, _), (other, _)| key(one).cmp(&key(other)));
        let (due, given): (Vec<_>, Vec<_>) = given.into_iter().unzip();
        let mut entries: Vec<&BookedEntry> = entries.iter().collect();
        entries.sort_unstable();
        Self {
            rules,
            verdicts: vec![None; due.len()],
            used: vec![false; entries.len()],
            providers: entries.iter().map(|booked| booked.entry.provider.as_deref()).collect(),
            due,
            given,
            entries,
            outcome: BankOutcome::default(),
        }
    }

    fn paid(&self, payout: usize) -> i128 {
        self.due.get(payout).map_or(0, |payout| payout.amount_minor)
    }

    fn came(&self, entry: usize) -> i128 {
        self.entries.get(entry).map_or(0, |booked| booked.entry.amount_minor.into())
    }

    fn sums(&self, payouts: &[usize], entries: &[usize]) -> (i128, i128) {
        let (mut paid, mut came) = (0, 0);
        payouts.iter().for_each(|payout| add(&mut paid, self.paid(*payout)));
        entries.iter().for_each(|entry| add(&mut came, self.came(*entry)));
        (paid, came)
    }

    fn is_left(&self, payout: usize) -> bool {
        self.verdicts.get(payout).is_some_and(Option::is_none)
    }

    fn is_unused(&self, entry: usize) -> bool {
        self.used.get(entry).is_some_and(|used| !used)
    }

    /// Payouts that something may have come for: those of 0 need nothing.
    fn open_payouts(&self) -> Vec<usize> {
        (0..self.due.len()).filter(|payout| self.is_left(*payout) && self.paid(*payout) != 0).collect()
    }

    /// Entries of known providers that stand for nothing yet, each with its provider.
    fn open_entries(&self) -> Vec<(usize, &'a str)> {
        let provider = |entry: usize| self.providers.get(entry).copied().flatten();
        let open = (0..self.entries.len()).filter(|entry| self.is_unused(*entry) && self.came(*entry) != 0);
        open.filter_map(|entry| Some((entry, provider(entry)?))).collect()
    }

    /// Whether an entry is booked in the window of a payout of that day.
    fn in_window(&self, paid_on: NaiveDate, entry: usize) -> bool {
        let booked_on = self.entries.get(entry).map(|booked| booked.entry.booked_on);
        booked_on.is_some_and(|on| paid_on <= on && self.rules.window.holds(paid_on, on))
    }

    fn judge(&mut self, payouts: &[usize], entries: &[usize], verdict: Verdict) {
        for payout in payouts {
            self.verdicts.get_mut(*payout).into_iter().for_each(|slot| *slot = Some(verdict));
        }
        for entry in entries {
            self.used.get_mut(*entry).into_iter().for_each(|slot| *slot = true);
        }
    }

    /// Payouts that came in entries of the same sum.
    fn matched(&mut self, payouts: &[usize], entries: &[usize]) {
        self.judge(payouts, entries, Verdict::Matched);
        self.receive(payouts, entries);
    }

    /// One payout and entries under its reference, or payouts and one entry, with another sum.
    fn differs(&mut self, payouts: &[usize], entries: &[usize]) {
        self.judge(payouts, entries, Verdict::Amount);
        // Of one entry for several payouts nothing says how much each of them lacks.
        if let [payout] = payouts {
            entries.iter().for_each(|entry| self.piece(*payout, self.came(*entry), &[*entry]));
        }
        let finding = self.finding(Code::PayoutAmount, payouts, entries);
        self.outcome.findings.push(finding);
    }

    fn ambiguous(&mut self, payouts: &[usize], entries: &[usize]) {
        self.judge(payouts, entries, Verdict::Ambiguous);
        let finding = self.finding(Code::PayoutAmbiguous, payouts, entries);
        self.outcome.findings.push(finding);
    }

    /// Says what came for each payout of a matched group: entries of its amount, the whole group's where there are none.
    fn receive(&mut self, payouts: &[usize], entries: &[usize]) {
        let mut by_amount: BTreeMap<i128, Vec<usize>> = BTreeMap::new();
        let on = |entry: usize| self.entries.get(entry).map(|booked| (booked.entry.booked_on, entry));
        let mut sorted = entries.to_vec();
        sorted.sort_by_key(|entry| on(*entry));
        for entry in sorted.iter().rev() {
            by_amount.entry(self.came(*entry)).or_default().push(*entry);
        }
        let mut in_time = payouts.to_vec();
        in_time.sort_by_key(|payout| (self.due.get(*payout).map(|payout| payout.paid_on), *payout));
        let mut rest = Vec::new();
        let mut single = Vec::new();
        for payout in &in_time {
            match by_amount.get_mut(&self.paid(*payout)).and_then(Vec::pop) {
                Some(entry) => single.push((*payout, entry)),
                None => rest.push(*payout),
            }
        }
        single.into_iter().for_each(|(payout, entry)| self.piece(payout, self.came(entry), &[entry]));
        let over: BTreeSet<usize> = by_amount.into_values().flatten().collect();
        let left: Vec<usize> = sorted.into_iter().filter(|entry| over.contains(entry)).collect();
        match (rest.as_slice(), left.as_slice()) {
            ([payout], [_, ..]) => left.iter().for_each(|entry| self.piece(*payout, self.came(*entry), &[*entry])),
            // What is left on the bank's side alone sums to 0, and so it does on the other one.
            ([], _) => {
                let first = in_time.first().copied().unwrap_or_default();
                left.iter().for_each(|entry| self.piece(first, self.came(*entry), &[*entry]));
            }
            (_, []) => rest.iter().for_each(|payout| self.piece(*payout, self.paid(*payout), entries)),
            _ => rest.iter().for_each(|payout| self.piece(*payout, self.paid(*payout), &left)),
        }
    }

    /// An amount that came for a payout in one entry or in several together, of which the last decides the day.
    fn piece(&mut self, payout: usize, amount_minor: i128, entries: &[usize]) {
        let booked: Vec<_> = entries.iter().filter_map(|entry| self.entries.get(*entry)).collect();
        let last = booked.iter().map(|booked| booked.entry.booked_on).max();
        if let (Some(booked_on), Some(due)) = (last, self.given.get(payout).copied()) {
            let source = say::joined(booked.iter().map(|booked| booked.entry.source.as_str()));
            self.outcome.received.push(Received { due, booked_on, amount_minor, source });
        }
    }

    /// What is left on both sides.
    fn rest(mut self, first_days: &BTreeMap<&str, NaiveDate>) -> BankOutcome {
        for payout in 0..self.due.len() {
            let Some(due) = self.due.get(payout).copied().filter(|_| self.is_left(payout)) else { continue };
            let is_covered = first_days.get(due.key.currency.as_str()).is_some_and(|first| *first <= due.paid_on);
            let verdict = if due.amount_minor == 0 {
                Verdict::Nothing
            } else if !is_covered {
                self.outcome.not_judged += 1;
                Verdict::NotJudged
            } else if self.rules.window.holds(due.paid_on, self.rules.as_of) {
                Verdict::Pending
            } else {
                Verdict::Missing
            };
            self.judge(&[payout], &[], verdict);
            if matches!(verdict, Verdict::Pending | Verdict::Missing) {
                let finding = self.finding(Code::PayoutMissing, &[payout], &[]);
                self.outcome.findings.push(finding);
            }
        }
        for (entry, _) in self.open_entries() {
            let came = self.came(entry);
            if came > 0 {
                let finding = self.finding(Code::PayoutUnknown, &[], &[entry]);
                self.outcome.findings.push(finding);
            } else if let Some(booked) = self.entries.get(entry) {
                let (count, sum) = self.outcome.other_debits.entry(booked.currency.clone()).or_default();
                *count += 1;
                add(sum, came);
            }
        }
        // All have one by now.
        let mut verdicts = vec![Verdict::Nothing; self.given.len()];
        for (given, verdict) in self.given.iter().zip(&self.verdicts) {
            if let (Some(slot), Some(verdict)) = (verdicts.get_mut(*given), verdict) {
                *slot = *verdict;
            }
        }
        self.outcome.verdicts = verdicts;
        self.outcome.received.sort_unstable();
        self.outcome
    }
}

#[cfg(test)]
mod tests;
