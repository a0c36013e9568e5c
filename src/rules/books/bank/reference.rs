//! Step 1: payouts and entries that share a reference.

use std::collections::{BTreeMap, BTreeSet};

use super::Matching;

/// A reference that a payout of a currency and a provider has.
type NodeKey<'a> = (&'a str, &'a str, &'a str);

/// Payouts and entries that references connect.
#[derive(Default)]
struct Group {
    payouts: Vec<usize>,
    entries: Vec<usize>,
}

/// Judges every group of payouts and entries that references connect.
pub fn settle(matching: &mut Matching<'_>) {
    let payouts: Vec<usize> = (0..matching.due.len()).collect();
    let entries: Vec<usize> = (0..matching.entries.len()).collect();
    let mut todo = groups(matching, &payouts, &entries);
    for group in &todo {
        inherit(matching, group);
    }
    while let Some(group) = todo.pop() {
        let (payouts, entries) = (group.payouts.as_slice(), group.entries.as_slice());
        let (paid, came) = matching.sums(payouts, entries);
        if paid == came {
            matching.matched(payouts, entries);
            continue;
        }
        if payouts.len() == 1 {
            matching.differs(payouts, entries);
            continue;
        }
        let pairs = pairs(matching, &group);
        if pairs.is_empty() {
            if entries.len() == 1 {
                matching.differs(payouts, entries);
            } else {
                matching.ambiguous(payouts, entries);
            }
            continue;
        }
        for (payout, entry) in pairs {
            matching.matched(&[payout], &[entry]);
        }
        let payouts: Vec<usize> = payouts.iter().copied().filter(|payout| matching.is_left(*payout)).collect();
        let entries: Vec<usize> = entries.iter().copied().filter(|entry| matching.is_unused(*entry)).collect();
        todo.extend(groups(matching, &payouts, &entries));
    }
}

/// Entries that share a reference with payouts of one provider alone are that provider's.
fn inherit<'a>(matching: &mut Matching<'a>, group: &Group) {
    let of = |payout: &usize| matching.due.get(*payout).map(|due: &&'a _| due.key.provider.as_str());
    let Some(provider) = group.payouts.first().and_then(of) else { return };
    if group.payouts.iter().any(|payout| of(payout) != Some(provider)) {
        return;
    }
    for entry in &group.entries {
        if let Some(slot) = matching.providers.get_mut(*entry) {
            slot.get_or_insert(provider);
        }
    }
}

/// The references of payouts, numbered.
fn nodes<'a>(matching: &Matching<'a>, payouts: &[usize]) -> BTreeMap<NodeKey<'a>, usize> {
    let mut nodes = BTreeMap::new();
    for due in payouts.iter().filter_map(|payout| matching.due.get(*payout).copied()) {
        for reference in &due.references {
            let next = nodes.len();
            nodes.entry((due.key.currency.as_str(), reference.as_str(), due.key.provider.as_str())).or_insert(next);
        }
    }
    nodes
}

fn nodes_of_payout(matching: &Matching<'_>, nodes: &BTreeMap<NodeKey<'_>, usize>, payout: usize) -> Vec<usize> {
    let Some(due) = matching.due.get(payout) else { return Vec::new() };
    let (currency, provider) = (due.key.currency.as_str(), due.key.provider.as_str());
    due.references
        .iter()
        .filter_map(|reference| nodes.get(&(currency, reference.as_str(), provider)).copied())
        .collect()
}

/// An entry that names a provider has references of that provider only.
fn nodes_of_entry(matching: &Matching<'_>, nodes: &BTreeMap<NodeKey<'_>, usize>, entry: usize) -> Vec<usize> {
    let Some(booked) = matching.entries.get(entry) else { return Vec::new() };
    let named = booked.entry.provider.as_deref();
    let mut found = Vec::new();
    for reference in &booked.entry.references {
        let (currency, reference) = (booked.currency.as_str(), reference.as_str());
        let all = nodes.range((currency, reference, "")..);
        let own = all.take_while(|((of, key, _), _)| (*of, *key) == (currency, reference));
        let own = own.filter(|((.., provider), _)| named.is_none_or(|named| named == *provider));
        found.extend(own.map(|(_, node)| *node));
    }
    found
}

/// The groups that hold both payouts and entries.
fn groups(matching: &Matching<'_>, payouts: &[usize], entries: &[usize]) -> Vec<Group> {
    let nodes = nodes(matching, payouts);
    let mut joined = Joined { parents: (0..nodes.len()).collect() };
    let of_entries: Vec<Vec<usize>> = entries.iter().map(|at| nodes_of_entry(matching, &nodes, *at)).collect();
    // A reference that payouts alone share connects nothing.
    let shared: BTreeSet<usize> = of_entries.iter().flatten().copied().collect();
    let of_payout = |payout: &usize| -> Vec<usize> {
        nodes_of_payout(matching, &nodes, *payout).into_iter().filter(|node| shared.contains(node)).collect()
    };
    let of_payouts: Vec<Vec<usize>> = payouts.iter().map(of_payout).collect();
    for of in of_payouts.iter().chain(&of_entries) {
        for pair in of.windows(2) {
            if let [one, other] = pair {
                joined.join(*one, *other);
            }
        }
    }
    let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
    for (payout, of) in payouts.iter().zip(&of_payouts) {
        if let Some(node) = of.first() {
            groups.entry(joined.root(*node)).or_default().payouts.push(*payout);
        }
    }
    for (entry, of) in entries.iter().zip(&of_entries) {
        if let Some(node) = of.first() {
            groups.entry(joined.root(*node)).or_default().entries.push(*entry);
        }
    }
    groups.into_values().filter(|group| !group.payouts.is_empty() && !group.entries.is_empty()).collect()
}

/// Payouts and entries of equal amount that share a reference, where neither has another such counterpart.
fn pairs(matching: &Matching<'_>, group: &Group) -> Vec<(usize, usize)> {
    let nodes = nodes(matching, &group.payouts);
    let mut at: BTreeMap<(usize, i128), Group> = BTreeMap::new();
    for payout in &group.payouts {
        for node in nodes_of_payout(matching, &nodes, *payout) {
            at.entry((node, matching.paid(*payout))).or_default().payouts.push(*payout);
        }
    }
    for entry in &group.entries {
        for node in nodes_of_entry(matching, &nodes, *entry) {
            at.entry((node, matching.came(*entry))).or_default().entries.push(*entry);
        }
    }
    let mut of_payouts: BTreeMap<usize, Partner> = BTreeMap::new();
    let mut of_entries: BTreeMap<usize, Partner> = BTreeMap::new();
    for Group { payouts, entries } in at.values() {
        // Two different ones tell as much as all.
        for payout in payouts {
            let partner = of_payouts.entry(*payout).or_default();
            entries.iter().take(2).for_each(|entry| partner.meet(*entry));
        }
        for entry in entries {
            let partner = of_entries.entry(*entry).or_default();
            payouts.iter().take(2).for_each(|payout| partner.meet(*payout));
        }
    }
    let only = |partners: &BTreeMap<usize, Partner>, of: usize| match partners.get(&of) {
        Some(Partner::One(partner)) => Some(*partner),
        _ => None,
    };
    let pair = |payout: &usize| {
        let entry = only(&of_payouts, *payout)?;
        (only(&of_entries, entry) == Some(*payout)).then_some((*payout, entry))
    };
    group.payouts.iter().filter_map(pair).collect()
}

/// The counterparts of equal amount.
#[derive(Debug, Clone, Copy, Default)]
enum Partner {
    #[default]
    None,
    One(usize),
    Several,
}

impl Partner {
    fn meet(&mut self, other: usize) {
        *self = match self {
            Self::None => Self::One(other),
            Self::One(known) if *known == other => *self,
            _ => Self::Several,
        };
    }
}

/// Nodes joined into groups.
struct Joined {
    parents: Vec<usize>,
}

impl Joined {
    fn root(&mut self, node: usize) -> usize {
        let parent_of = |parents: &[usize], node: usize| parents.get(node).copied().unwrap_or(node);
        let mut root = node;
        while parent_of(&self.parents, root) != root {
            root = parent_of(&self.parents, root);
        }
        // The way is short the next time.
        let mut at = node;
        while at != root {
            let next = parent_of(&self.parents, at);
            self.parents.get_mut(at).into_iter().for_each(|slot| *slot = root);
            at = next;
        }
        root
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.parents.get_mut(one.max(other)).into_iter().for_each(|slot| *slot = one.min(other));
    }
}
