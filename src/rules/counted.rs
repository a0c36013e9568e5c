//! What many records count into, found by a key: once for each of them, whatever else that is added to later.

use std::hash::{BuildHasher, Hash};

use rustc_hash::{FxBuildHasher, FxHashMap};

/// How many keys are remembered, by their hashes: a power of two.
const REMEMBERED_COUNT: usize = 256;

/// Sums by key.
#[derive(Debug)]
pub struct Counted<Key, Sums> {
    sums: Vec<(Key, Sums)>,
    places: FxHashMap<Key, u32>,
    /// Where the last key of such a hash was found: keys are few, whether or not records of one follow each other.
    remembered: [u32; REMEMBERED_COUNT],
}

impl<Key, Sums> Default for Counted<Key, Sums> {
    fn default() -> Self {
        Self { sums: Vec::new(), places: FxHashMap::default(), remembered: [0; REMEMBERED_COUNT] }
    }
}

impl<Key: Copy + Eq + Hash, Sums: Default> Counted<Key, Sums> {
    /// The sums of a key, nothing at first.
    ///
    /// # Panics
    /// There are 2^32 keys.
    #[inline]
    pub fn of(&mut self, key: Key) -> &mut Sums {
        let low = FxBuildHasher.hash_one(key).to_le_bytes()[0];
        let wide = |place: u32| usize::try_from(place).expect("a place in memory");
        let slot = usize::from(low) % REMEMBERED_COUNT;
        let remembered = wide(self.remembered[slot]);
        if self.sums.get(remembered).is_some_and(|(known, _)| *known == key) {
            return &mut self.sums[remembered].1;
        }
        let place = self.find(key);
        self.remembered[slot] = place;
        &mut self.sums[wide(place)].1
    }

    /// The place of a key, at the end where it is new.
    #[cold]
    #[inline(never)]
    fn find(&mut self, key: Key) -> u32 {
        let end = u32::try_from(self.sums.len()).expect("fewer than 2^32 keys");
        let place = *self.places.entry(key).or_insert(end);
        if place == end {
            self.sums.push((key, Sums::default()));
        }
        place
    }

    /// All keys and sums, each key once.
    pub fn into_sums(self) -> Vec<(Key, Sums)> {
        self.sums
    }
}
