//! What tells of one operation, found among all that shares a reference: by number, else by kind, amount and order.
//!
//! A reference may stand on a hundred thousand operations (a shop that uses its name), so nothing here compares each
//! with each: what a group states of a property is looked up, and only whether one group fits, none, or several.

use std::collections::HashMap;
use std::hash::Hash;

use super::fact::{Moved, OperationFact, Told};
use crate::model::text::Text;

/// What the members of a group state of one property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Known<T> {
    /// None of them states it.
    Nothing,
    /// All that state it agree.
    One(T),
    /// They contradict each other.
    Several,
}

impl<T: PartialEq + Copy> Known<T> {
    /// What is known with one member more.
    pub fn with(self, stated: Option<T>) -> Self {
        match (self, stated) {
            (known, None) => known,
            (Self::Nothing, Some(stated)) => Self::One(stated),
            (Self::One(known), Some(stated)) if known == stated => self,
            _ => Self::Several,
        }
    }
}

/// Which groups there are by something: how many, and which where it is one.
#[derive(Debug, Default, Clone, Copy)]
struct Places {
    count: usize,
    /// The places of all of them, one exclusive or the other.
    mixed: usize,
}

/// What groups are looked up by: a key that all members share, and two properties; `None` for any.
type By<K, A, B> = (K, Option<Known<A>>, Option<Known<B>>);

/// Groups by a key that all members share, and by two properties that they may state.
pub(super) struct Index<K, A, B> {
    all: HashMap<By<K, A, B>, Places>,
}

impl<K: Copy + Eq + Hash, A: Copy + Eq + Hash, B: Copy + Eq + Hash> Index<K, A, B> {
    pub fn new() -> Self {
        Self { all: HashMap::new() }
    }

    fn change(&mut self, (key, a, b): (K, Known<A>, Known<B>), place: usize, more: bool) {
        for known in [(key, Some(a), Some(b)), (key, Some(a), None), (key, None, Some(b)), (key, None, None)] {
            let places = self.all.entry(known).or_default();
            places.count = if more { places.count.saturating_add(1) } else { places.count.saturating_sub(1) };
            places.mixed ^= place;
        }
    }

    /// Adds a group.
    pub fn add(&mut self, known: (K, Known<A>, Known<B>), place: usize) {
        self.change(known, place, true);
    }

    /// Takes a group out, as it was added.
    pub fn remove(&mut self, known: (K, Known<A>, Known<B>), place: usize) {
        self.change(known, place, false);
    }

    /// The groups that contradict nothing of what is stated: how many, and the only one.
    pub fn fitting(&self, key: K, a: Option<A>, b: Option<B>) -> (usize, Option<usize>) {
        let mut found = Places::default();
        for a_key in keys(a).into_iter().flatten() {
            for b_key in keys(b).into_iter().flatten() {
                let places = self.all.get(&(key, a_key, b_key)).copied().unwrap_or_default();
                found.count = found.count.saturating_add(places.count);
                found.mixed ^= places.mixed;
            }
        }
        (found.count, (found.count == 1).then_some(found.mixed))
    }
}

/// The keys under which what fits stands: of groups that state nothing or the same; where nothing is stated, of all.
fn keys<T>(stated: Option<T>) -> [Option<Option<Known<T>>>; 2] {
    match stated {
        Some(stated) => [Some(Some(Known::Nothing)), Some(Some(Known::One(stated)))],
        None => [Some(None), None],
    }
}

/// Numbers for texts, so that keys are small.
#[derive(Default)]
struct Numbers(HashMap<Text, usize>);

impl Numbers {
    fn of(&mut self, text: Option<&str>) -> Option<usize> {
        let text = text?;
        let next = self.0.len();
        if let Some(known) = self.0.get(text) {
            return Some(*known);
        }
        self.0.insert(text.into(), next);
        Some(next)
    }
}

/// Groups what tells of one operation: by number, else by kind and amount; a request joins the only one that it can
/// be of.
pub(super) fn cluster(operations: Vec<OperationFact>) -> Vec<Vec<OperationFact>> {
    let (asked, executed): (Vec<_>, Vec<_>) =
        operations.into_iter().partition(|operation| operation.told == Told::Asked);
    let (numbered, bare): (Vec<_>, Vec<_>) =
        executed.into_iter().partition(|operation| operation.transaction_number.is_some());
    let mut clusters: Vec<Vec<OperationFact>> = Vec::new();
    let mut of_number: HashMap<(Option<Moved>, Option<Text>), usize> = HashMap::new();
    for operation in numbered {
        let number = (operation.moved, operation.transaction_number.clone());
        join(&mut clusters, of_number.get(&number).copied(), operation);
        of_number.entry(number).or_insert(clusters.len().saturating_sub(1));
    }
    join_bare(&mut clusters, bare);
    join_asked(&mut clusters, asked);
    clusters
}

/// Puts an operation into a group, or into a new one; gives the group's place.
fn join(clusters: &mut Vec<Vec<OperationFact>>, place: Option<usize>, operation: OperationFact) -> usize {
    if let Some((place, members)) = place.and_then(|place| Some((place, clusters.get_mut(place)?))) {
        members.push(operation);
        return place;
    }
    clusters.push(vec![operation]);
    clusters.len().saturating_sub(1)
}

/// What was executed and has no number joins the only group of its kind that states no other amount and order.
fn join_bare(clusters: &mut Vec<Vec<OperationFact>>, bare: Vec<OperationFact>) {
    let mut orders = Numbers::default();
    let mut index = Index::new();
    let mut known: Vec<(Option<Moved>, Known<i64>, Known<usize>)> = Vec::with_capacity(clusters.len());
    for (place, members) in clusters.iter().enumerate() {
        let moved = members.first().and_then(|member| member.moved);
        let of_members =
            members.iter().fold((moved, Known::Nothing, Known::Nothing), |(moved, amount, order), member| {
                let order_id = orders.of(member.order_id.as_deref());
                (moved, amount.with(member.amount_minor), order.with(order_id))
            });
        index.add(of_members, place);
        known.push(of_members);
    }
    for operation in bare {
        let (moved, amount) = (operation.moved, operation.amount_minor);
        let order = orders.of(operation.order_id.as_deref());
        let (_, only) = index.fitting(moved, amount, order);
        let place = join(clusters, only, operation);
        match known.get_mut(place) {
            Some(known) => {
                index.remove(*known, place);
                *known = (moved, known.1.with(amount), known.2.with(order));
                index.add(*known, place);
            }
            None => {
                let new = (moved, Known::Nothing.with(amount), Known::Nothing.with(order));
                index.add(new, place);
                known.push(new);
            }
        }
    }
}

/// A request joins the only group of its kind, else the only one of its kind and amount.
fn join_asked(clusters: &mut Vec<Vec<OperationFact>>, asked: Vec<OperationFact>) {
    let mut index = Index::new();
    let mut known: Vec<((), Known<Moved>, Known<i64>)> = Vec::with_capacity(clusters.len());
    for (place, members) in clusters.iter().enumerate() {
        let of_members = members.iter().fold(((), Known::Nothing, Known::Nothing), |((), moved, amount), member| {
            ((), moved.with(member.moved), amount.with(member.amount_minor))
        });
        index.add(of_members, place);
        known.push(of_members);
    }
    for request in asked {
        let (moved, amount) = (request.moved, request.amount_minor);
        let only = match index.fitting((), moved, None) {
            (1, only) => only,
            _ => index.fitting((), moved, amount).1,
        };
        let place = join(clusters, only, request);
        match known.get_mut(place) {
            Some(known) => {
                index.remove(*known, place);
                *known = ((), known.1.with(moved), known.2.with(amount));
                index.add(*known, place);
            }
            None => {
                let new = ((), Known::Nothing.with(moved), Known::Nothing.with(amount));
                index.add(new, place);
                known.push(new);
            }
        }
    }
}

#[cfg(test)]
mod tests;
