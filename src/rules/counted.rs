//! What many records count into, found by a key: once for each of them, whatever else that is added to later.

use std::hash::Hash;

use rustc_hash::FxHashMap;

/// Sums by key.
#[derive(Debug)]
pub struct Counted<Key, Sums> {
    sums: Vec<(Key, Sums)>,
    places: FxHashMap<Key, usize>,
    /// Records of one key often follow each other.
    last: usize,
}

impl<Key, Sums> Default for Counted<Key, Sums> {
    fn default() -> Self {
        Self { sums: Vec::new(), places: FxHashMap::default(), last: 0 }
    }
}

impl<Key: Copy + Eq + Hash, Sums: Default> Counted<Key, Sums> {
    /// The sums of a key, nothing at first.
    #[inline]
    pub fn of(&mut self, key: Key) -> &mut Sums {
        if self.sums.get(self.last).is_none_or(|(known, _)| *known != key) {
            self.last = *self.places.entry(key).or_insert(self.sums.len());
            if self.last == self.sums.len() {
                self.sums.push((key, Sums::default()));
            }
        }
        &mut self.sums[self.last].1
    }

    /// All keys and sums, each key once.
    pub fn into_sums(self) -> Vec<(Key, Sums)> {
        self.sums
    }
}
