//! Payouts against entries once more, as slowly and plainly as can be: every pair is looked at, every assignment tried.

use std::collections::{BTreeMap, BTreeSet};

use avstem::model::bank::Statement;
use avstem::model::payout::DuePayout;
use avstem::rules::books::bank::Verdict;
use avstem::rules::books::statements::BookedEntry;
use avstem::rules::settings::Window;
use chrono::NaiveDate;

/// A finding: code, expected, actual, and the sources of what it is about.
pub type Found = (String, i128, i128, BTreeSet<String>);

/// Groups of payouts and entries that match, by their sources.
pub type Matches = BTreeSet<(BTreeSet<usize>, BTreeSet<usize>)>;

pub struct Second<'a> {
    due: &'a [DuePayout],
    entries: &'a [BookedEntry],
    window: Window,
    provider: Vec<Option<String>>,
    pub verdicts: Vec<Option<Verdict>>,
    used: Vec<bool>,
    pub found: Vec<Found>,
    pub matches: Matches,
    pub other_debits: BTreeMap<String, (u64, i128)>,
}

impl<'a> Second<'a> {
    pub fn settle(
        due: &'a [DuePayout],
        entries: &'a [BookedEntry],
        statements: &[Statement],
        as_of: NaiveDate,
        window: Window,
    ) -> Self {
        let mut this = Self {
            due,
            entries,
            window,
            provider: entries.iter().map(|booked| booked.entry.provider.clone()).collect(),
            verdicts: vec![None; due.len()],
            used: vec![false; entries.len()],
            found: Vec::new(),
            matches: BTreeSet::new(),
            other_debits: BTreeMap::new(),
        };
        this.by_reference();
        this.by_amount();
        this.by_sums();
        this.rest(statements, as_of);
        this.found.sort();
        this
    }

    fn shares(&self, payout: usize, entry: usize) -> bool {
        let (due, booked) = (&self.due[payout], &self.entries[entry]);
        due.key.currency == booked.currency
            && booked.entry.provider.as_ref().is_none_or(|provider| *provider == due.key.provider)
            && due.references.iter().any(|key| booked.entry.references.contains(key))
    }

    fn in_window(&self, payout: usize, entry: usize) -> bool {
        let (paid_on, booked_on) = (self.due[payout].paid_on, self.entries[entry].entry.booked_on);
        booked_on >= paid_on && self.window.holds(paid_on, booked_on)
    }

    fn left(&self) -> (BTreeSet<usize>, BTreeSet<usize>) {
        (
            (0..self.due.len()).filter(|payout| self.verdicts[*payout].is_none()).collect(),
            (0..self.entries.len()).filter(|entry| !self.used[*entry]).collect(),
        )
    }

    fn paid(&self, payouts: &BTreeSet<usize>) -> i128 {
        payouts.iter().map(|payout| self.due[*payout].amount_minor).sum()
    }

    fn came(&self, entries: &BTreeSet<usize>) -> i128 {
        entries.iter().map(|entry| i128::from(self.entries[*entry].entry.amount_minor)).sum()
    }

    fn judge(&mut self, payouts: &BTreeSet<usize>, entries: &BTreeSet<usize>, verdict: Verdict) {
        payouts.iter().for_each(|payout| self.verdicts[*payout] = Some(verdict));
        entries.iter().for_each(|entry| self.used[*entry] = true);
        if verdict == Verdict::Matched {
            self.matches.insert((payouts.clone(), entries.clone()));
        }
    }

    fn find(&mut self, code: &str, payouts: &BTreeSet<usize>, entries: &BTreeSet<usize>) {
        let mut sources: BTreeSet<String> = payouts.iter().map(|payout| self.due[*payout].source.clone()).collect();
        sources.extend(entries.iter().map(|entry| self.entries[*entry].entry.source.clone()));
        self.found.push((code.to_owned(), self.paid(payouts), self.came(entries), sources));
    }

    /// What is connected with a payout, by a relation of payouts and entries.
    fn connected(
        &self,
        from: usize,
        payouts: &BTreeSet<usize>,
        entries: &BTreeSet<usize>,
        relation: &dyn Fn(usize, usize) -> bool,
    ) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let (mut of_payouts, mut of_entries) = (BTreeSet::from([from]), BTreeSet::new());
        loop {
            let before = (of_payouts.len(), of_entries.len());
            for entry in entries {
                if of_payouts.iter().any(|payout| relation(*payout, *entry)) {
                    of_entries.insert(*entry);
                }
            }
            for payout in payouts {
                if of_entries.iter().any(|entry| relation(*payout, *entry)) {
                    of_payouts.insert(*payout);
                }
            }
            if before == (of_payouts.len(), of_entries.len()) {
                return (of_payouts, of_entries);
            }
        }
    }

    fn by_reference(&mut self) {
        let (all_payouts, all_entries) = self.left();
        for payout in &all_payouts {
            let (payouts, entries) =
                self.connected(*payout, &all_payouts, &all_entries, &|payout, entry| self.shares(payout, entry));
            let providers: BTreeSet<&String> = payouts.iter().map(|payout| &self.due[*payout].key.provider).collect();
            if providers.len() == 1 {
                let provider = self.due[*payout].key.provider.clone();
                for entry in entries {
                    self.provider[entry].get_or_insert(provider.clone());
                }
            }
        }
        loop {
            let (all_payouts, all_entries) = self.left();
            let group = all_payouts.iter().find_map(|payout| {
                let group =
                    self.connected(*payout, &all_payouts, &all_entries, &|payout, entry| self.shares(payout, entry));
                (!group.1.is_empty()).then_some(group)
            });
            let Some((payouts, entries)) = group else { return };
            if self.paid(&payouts) == self.came(&entries) {
                self.judge(&payouts, &entries, Verdict::Matched);
                continue;
            }
            let equal = |payout: usize, entry: usize| {
                self.shares(payout, entry)
                    && self.due[payout].amount_minor == i128::from(self.entries[entry].entry.amount_minor)
            };
            let only = |payout: usize, entry: usize| {
                equal(payout, entry)
                    && entries.iter().filter(|other| equal(payout, **other)).count() == 1
                    && payouts.iter().filter(|other| equal(**other, entry)).count() == 1
            };
            let mut pairs = Vec::new();
            for payout in &payouts {
                pairs.extend(entries.iter().filter(|entry| only(*payout, **entry)).map(|entry| (*payout, *entry)));
            }
            if payouts.len() > 1 && !pairs.is_empty() {
                for (payout, entry) in pairs {
                    self.judge(&BTreeSet::from([payout]), &BTreeSet::from([entry]), Verdict::Matched);
                }
            } else if payouts.len() == 1 || entries.len() == 1 {
                self.judge(&payouts, &entries, Verdict::Amount);
                self.find("payout-amount", &payouts, &entries);
            } else {
                self.judge(&payouts, &entries, Verdict::Ambiguous);
                self.find("payout-ambiguous", &payouts, &entries);
            }
        }
    }

    /// Payouts that are not 0, and entries of a provider that are not 0.
    fn open(&self) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let (mut payouts, mut entries) = self.left();
        payouts.retain(|payout| self.due[*payout].amount_minor != 0);
        entries.retain(|entry| self.provider[*entry].is_some() && self.entries[*entry].entry.amount_minor != 0);
        (payouts, entries)
    }

    fn is_of(&self, payout: usize, entry: usize) -> bool {
        self.provider[entry].as_ref() == Some(&self.due[payout].key.provider)
            && self.entries[entry].currency == self.due[payout].key.currency
    }

    fn by_amount(&mut self) {
        let (all_payouts, all_entries) = self.open();
        for payout in &all_payouts {
            if self.verdicts[*payout].is_some() {
                continue;
            }
            let fits = |payout: usize, entry: usize| {
                self.is_of(payout, entry)
                    && self.in_window(payout, entry)
                    && self.due[payout].amount_minor == i128::from(self.entries[entry].entry.amount_minor)
            };
            let (payouts, entries) = self.connected(*payout, &all_payouts, &all_entries, &fits);
            if entries.is_empty() {
                continue;
            }
            let ways = if payouts.len() == entries.len() {
                assignments(&payouts.iter().copied().collect::<Vec<_>>(), &mut entries.clone(), &fits)
            } else {
                Vec::new()
            };
            if let [only] = ways.as_slice() {
                for (payout, entry) in only.clone() {
                    self.judge(&BTreeSet::from([payout]), &BTreeSet::from([entry]), Verdict::Matched);
                }
            } else {
                self.judge(&payouts, &entries, Verdict::Ambiguous);
                self.find("payout-ambiguous", &payouts, &entries);
            }
        }
    }

    fn by_sums(&mut self) {
        let (payouts, entries) = self.open();
        let mut links: Vec<(BTreeSet<usize>, BTreeSet<usize>)> = Vec::new();
        for entry in &entries {
            let days: BTreeSet<NaiveDate> = payouts.iter().map(|payout| self.due[*payout].paid_on).collect();
            for day in days {
                let of_day: BTreeSet<usize> = payouts
                    .iter()
                    .copied()
                    .filter(|payout| self.is_of(*payout, *entry) && self.due[*payout].paid_on == day)
                    .collect();
                let all_fit = of_day.iter().all(|payout| self.in_window(*payout, *entry));
                if of_day.len() > 1 && all_fit && self.paid(&of_day) == self.came(&BTreeSet::from([*entry])) {
                    links.push((of_day, BTreeSet::from([*entry])));
                }
            }
        }
        for payout in &payouts {
            let days: BTreeSet<NaiveDate> = entries.iter().map(|entry| self.entries[*entry].entry.booked_on).collect();
            for day in days {
                let of_day: BTreeSet<usize> = entries
                    .iter()
                    .copied()
                    .filter(|entry| self.is_of(*payout, *entry) && self.entries[*entry].entry.booked_on == day)
                    .collect();
                let all_fit = of_day.iter().all(|entry| self.in_window(*payout, *entry));
                if of_day.len() > 1 && all_fit && self.came(&of_day) == self.due[*payout].amount_minor {
                    links.push((BTreeSet::from([*payout]), of_day));
                }
            }
        }
        for (place, (payouts, entries)) in links.iter().enumerate() {
            let alone = links.iter().enumerate().all(|(other, (other_payouts, other_entries))| {
                other == place || (payouts.is_disjoint(other_payouts) && entries.is_disjoint(other_entries))
            });
            if alone {
                self.judge(payouts, entries, Verdict::Matched);
            }
        }
    }

    fn rest(&mut self, statements: &[Statement], as_of: NaiveDate) {
        for payout in self.left().0 {
            let due = &self.due[payout];
            let covered = statements.iter().any(|statement| {
                statement.currency == due.key.currency
                    && (statement.booked.is_some_and(|(first, _)| first <= due.paid_on)
                        || statement.opening.is_some_and(|opening| {
                            let is_of_one_day = statement.closing.is_some_and(|closing| closing.on == opening.on);
                            opening.on < due.paid_on || (is_of_one_day && opening.on == due.paid_on)
                        }))
            });
            let verdict = match (due.amount_minor, covered, self.window.holds(due.paid_on, as_of)) {
                (0, ..) => Verdict::Nothing,
                (_, false, _) => Verdict::NotJudged,
                (.., true) => Verdict::Pending,
                (.., false) => Verdict::Missing,
            };
            let payouts = BTreeSet::from([payout]);
            self.judge(&payouts, &BTreeSet::new(), verdict);
            if matches!(verdict, Verdict::Pending | Verdict::Missing) {
                self.find("payout-missing", &payouts, &BTreeSet::new());
            }
        }
        for entry in self.open().1 {
            let amount = self.entries[entry].entry.amount_minor;
            if amount > 0 {
                self.find("payout-unknown", &BTreeSet::new(), &BTreeSet::from([entry]));
            } else {
                let (count, sum) = self.other_debits.entry(self.entries[entry].currency.clone()).or_default();
                *count += 1;
                *sum += i128::from(amount);
            }
        }
    }
}

/// All ways to give each payout an entry of its own; two are enough to know.
fn assignments(
    payouts: &[usize],
    entries: &mut BTreeSet<usize>,
    fits: &dyn Fn(usize, usize) -> bool,
) -> Vec<Vec<(usize, usize)>> {
    let Some((payout, others)) = payouts.split_first() else { return vec![Vec::new()] };
    let mut ways = Vec::new();
    for entry in entries.clone() {
        if ways.len() < 2 && fits(*payout, entry) {
            entries.remove(&entry);
            for mut way in assignments(others, entries, fits) {
                way.push((*payout, entry));
                ways.push(way);
            }
            entries.insert(entry);
        }
    }
    ways
}
