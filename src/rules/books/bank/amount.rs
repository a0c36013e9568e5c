//! Step 2: payouts and entries of one provider, currency and amount, within the window.

use std::collections::BTreeMap;

use super::Matching;

/// Payouts and entries of one provider, currency and amount.
#[derive(Default)]
struct Equal {
    payouts: Vec<usize>,
    entries: Vec<usize>,
}

/// Judges payouts and entries of equal amount that windows connect.
pub fn settle(matching: &mut Matching<'_>) {
    let mut equal: BTreeMap<(&str, &str, i128), Equal> = BTreeMap::new();
    for payout in matching.open_payouts() {
        let Some(due) = matching.due.get(payout).copied() else { continue };
        let key = (due.key.provider.as_str(), due.key.currency.as_str(), due.amount_minor);
        equal.entry(key).or_default().payouts.push(payout);
    }
    for (entry, provider) in matching.open_entries() {
        let Some(booked) = matching.entries.get(entry).copied() else { continue };
        let key = (provider, booked.currency.as_str(), i128::from(booked.entry.amount_minor));
        equal.entry(key).or_default().entries.push(entry);
    }
    for Equal { mut payouts, mut entries } in equal.into_values() {
        payouts.sort_by_key(|payout| matching.due.get(*payout).map(|due| due.paid_on));
        entries.sort_by_key(|entry| matching.entries.get(*entry).map(|booked| booked.entry.booked_on));
        settle_equal(matching, &payouts, &entries);
    }
}

/// Payouts and entries of one amount, each in the order of their days. A window reaches a stretch of the entries, and a
/// later payout's stretch neither begins nor ends earlier.
fn settle_equal(matching: &mut Matching<'_>, payouts: &[usize], entries: &[usize]) {
    let reach: Vec<(usize, usize)> = payouts.iter().map(|payout| reached(matching, *payout, entries)).collect();
    let mut from = 0;
    while from < payouts.len() {
        let mut to = from + 1;
        let (first, mut end) = reach.get(from).copied().unwrap_or_default();
        while let Some((next_first, next_end)) =
            reach.get(to).copied().filter(|(next_first, next_end)| next_first < &end && next_first < next_end)
        {
            debug_assert!(first <= next_first);
            end = end.max(next_end);
            to += 1;
        }
        let of_payouts = payouts.get(from..to).unwrap_or_default();
        let of_entries = entries.get(first..end).unwrap_or_default();
        if !of_entries.is_empty() {
            let reach = reach.get(from..to).unwrap_or_default();
            if of_payouts.len() == of_entries.len() && is_only_one(reach, first) {
                for (payout, entry) in of_payouts.iter().zip(of_entries) {
                    matching.matched(&[*payout], &[*entry]);
                }
            } else {
                matching.ambiguous(of_payouts, of_entries);
            }
        }
        from = to;
    }
}

/// The stretch of entries that are booked within the window of a payout.
fn reached(matching: &Matching<'_>, payout: usize, entries: &[usize]) -> (usize, usize) {
    let Some(paid_on) = matching.due.get(payout).map(|due| due.paid_on) else { return (0, 0) };
    let is_before = |entry: &usize| matching.entries.get(*entry).is_some_and(|booked| booked.entry.booked_on < paid_on);
    let first = entries.partition_point(is_before);
    let end = entries.partition_point(|entry| is_before(entry) || matching.in_window(paid_on, *entry));
    (first, end)
}

/// Whether as many payouts as entries, both in the order of their days, fit each other one for one in one way only:
/// each fits the entry of its place, and no two neighbours can change theirs. (Where any two can, neighbours can, because
/// neither end of a window lies before that of an earlier payout.)
fn is_only_one(reach: &[(usize, usize)], first: usize) -> bool {
    let fits = |payout: usize, entry: usize| {
        reach.get(payout).is_some_and(|(from, to)| (*from..*to).contains(&(first + entry)))
    };
    (0..reach.len()).all(|place| fits(place, place))
        && (1..reach.len()).all(|place| !(fits(place - 1, place) && fits(place, place - 1)))
}
