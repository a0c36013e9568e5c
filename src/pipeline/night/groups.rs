//! Rows into groups (see [`crate::state`]): what shares an id belongs together, with what the state holds already.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::state::store::Store;
use crate::state::{Key, StateError};

/// Groups of rows that share ids, before the state was asked.
#[derive(Debug, Default)]
struct Joined<'f> {
    /// For each row the row that stands for its group, or one on the way there.
    parents: Vec<usize>,
    /// The first row with a key.
    first: HashMap<&'f Key, usize>,
}

impl<'f> Joined<'f> {
    fn of(all: &[&'f [Key]]) -> Self {
        let mut joined = Self { parents: (0..all.len()).collect(), first: HashMap::new() };
        for (number, keys) in all.iter().enumerate() {
            for key in *keys {
                match joined.first.get(key) {
                    Some(first) => joined.join(*first, number),
                    None => drop(joined.first.insert(key, number)),
                }
            }
        }
        joined
    }

    fn root(&mut self, mut row: usize) -> usize {
        while self.parents[row] != row {
            self.parents[row] = self.parents[self.parents[row]];
            row = self.parents[row];
        }
        row
    }

    /// The earlier row stands for both.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b)] = a.min(b);
    }
}

/// The groups of tonight's rows.
#[derive(Debug, Default)]
pub(in crate::pipeline) struct Grouped {
    /// The group of each row or fact.
    pub of_row: Vec<i64>,
    /// Groups of the state that rows of tonight belong to, ascending, as they are numbered there.
    pub touched: BTreeSet<i64>,
    /// Groups of the state that are now part of an earlier one: from, into.
    pub merged: Vec<(i64, i64)>,
    /// Where all was grouped from the beginning: groups of the state and those that their rows are in now.
    pub renumbered: Option<BTreeSet<(i64, i64)>>,
    /// The keys of tonight's rows that are new, sorted, and their groups.
    pub keys: Vec<(Key, i64)>,
    /// The number of the next group.
    pub next: i64,
}

/// Finds the groups of rows and facts by their keys; new ones are numbered in the order of their first rows.
///
/// # Errors
/// The state cannot be read.
pub(in crate::pipeline) fn grouped(rows: &[&[Key]], store: Option<&Store>, next: i64) -> Result<Grouped, StateError> {
    let mut joined = Joined::of(rows);
    let mut keys: Vec<(&Key, usize)> = joined.first.iter().map(|(key, row)| (*key, *row)).collect();
    keys.sort_unstable();
    let known: Vec<Option<i64>> = match store {
        Some(store) => store.components_of(&keys.iter().map(|(key, _)| *key).collect::<Vec<_>>())?,
        None => vec![None; keys.len()],
    };
    // Two groups of tonight that belong to one group of the state are one.
    let mut row_of_known: HashMap<i64, usize> = HashMap::new();
    for ((_, row), component) in keys.iter().zip(&known) {
        let Some(component) = component else { continue };
        match row_of_known.get(component) {
            Some(other) => joined.join(*other, *row),
            None => drop(row_of_known.insert(*component, *row)),
        }
    }
    let mut grouped = Grouped { next, touched: row_of_known.keys().copied().collect(), ..Grouped::default() };
    let mut of_root: HashMap<usize, i64> = HashMap::new();
    for component in &grouped.touched {
        let root = joined.root(row_of_known[component]);
        // Ascending: the first is the earliest, and the others become part of it.
        match of_root.get(&root) {
            Some(into) => grouped.merged.push((*component, *into)),
            None => drop(of_root.insert(root, *component)),
        }
    }
    for row in 0..rows.len() {
        let root = joined.root(row);
        let component = *of_root.entry(root).or_insert_with(|| {
            grouped.next = grouped.next.saturating_add(1);
            grouped.next.saturating_sub(1)
        });
        grouped.of_row.push(component);
    }
    for ((key, row), known) in keys.into_iter().zip(known) {
        if known.is_none() {
            grouped.keys.push((key.clone(), grouped.of_row[row]));
        }
    }
    Ok(grouped)
}

impl Grouped {
    /// Where a group of the state has gone.
    pub fn now(&self) -> BTreeMap<i64, i64> {
        self.merged.iter().copied().collect()
    }
}
