//! Step 3: the payouts of a day in one entry, and the entries of a day for one payout.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Matching;

/// Provider, currency and day.
type DayKey<'a> = (&'a str, &'a str, NaiveDate);

/// Payouts and entries of one sum, with one of either at least.
struct Link {
    payouts: Vec<usize>,
    entries: Vec<usize>,
}

/// Matches sums of a day where each part of a link is part of no other one.
pub fn settle(matching: &mut Matching<'_>) {
    let links = links(matching);
    let mut of_payouts: BTreeMap<usize, usize> = BTreeMap::new();
    let mut of_entries: BTreeMap<usize, usize> = BTreeMap::new();
    for link in &links {
        link.payouts.iter().for_each(|payout| *of_payouts.entry(*payout).or_default() += 1);
        link.entries.iter().for_each(|entry| *of_entries.entry(*entry).or_default() += 1);
    }
    for link in links {
        let is_only_one = link.payouts.iter().all(|payout| of_payouts.get(payout) == Some(&1))
            && link.entries.iter().all(|entry| of_entries.get(entry) == Some(&1));
        if is_only_one {
            matching.matched(&link.payouts, &link.entries);
        }
    }
}

fn links(matching: &Matching<'_>) -> Vec<Link> {
    let mut payouts: BTreeMap<DayKey<'_>, Vec<usize>> = BTreeMap::new();
    let mut entries: BTreeMap<DayKey<'_>, Vec<usize>> = BTreeMap::new();
    let mut payouts_of: BTreeMap<(&str, &str, i128), Vec<usize>> = BTreeMap::new();
    let mut entries_of: BTreeMap<(&str, &str, i128), Vec<usize>> = BTreeMap::new();
    for payout in matching.open_payouts() {
        let Some(due) = matching.due.get(payout).copied() else { continue };
        let (provider, currency) = (due.key.provider.as_str(), due.key.currency.as_str());
        payouts.entry((provider, currency, due.paid_on)).or_default().push(payout);
        payouts_of.entry((provider, currency, due.amount_minor)).or_default().push(payout);
    }
    for (entry, provider) in matching.open_entries() {
        let Some(booked) = matching.entries.get(entry).copied() else { continue };
        let currency = booked.currency.as_str();
        entries.entry((provider, currency, booked.entry.booked_on)).or_default().push(entry);
        entries_of.entry((provider, currency, booked.entry.amount_minor.into())).or_default().push(entry);
    }
    let mut links = Vec::new();
    for ((provider, currency, paid_on), group) in payouts.iter().filter(|(_, group)| group.len() > 1) {
        let (sum, _) = matching.sums(group, &[]);
        let fitting = entries_of.get(&(*provider, *currency, sum)).into_iter().flatten();
        for entry in fitting.filter(|entry| matching.in_window(*paid_on, **entry)) {
            links.push(Link { payouts: group.clone(), entries: vec![*entry] });
        }
    }
    for ((provider, currency, _), group) in entries.iter().filter(|(_, group)| group.len() > 1) {
        let (_, sum) = matching.sums(&[], group);
        let fitting = payouts_of.get(&(*provider, *currency, sum)).into_iter().flatten();
        for payout in fitting {
            let Some(paid_on) = matching.due.get(*payout).map(|due| due.paid_on) else { continue };
            if group.iter().all(|entry| matching.in_window(paid_on, *entry)) {
                links.push(Link { payouts: vec![*payout], entries: group.clone() });
            }
        }
    }
    links
}
