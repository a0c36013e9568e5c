//! Brings records of one hash together, without a full sort: their places are dealt out to buckets by the hash, so many
//! that a bucket holds few of them, and only a bucket is sorted.

/// The half of a hash that decides the group, and where the record is.
type Place<P> = (u64, P);

/// How many records a bucket is to hold; a power of two.
const BUCKET_LEN: usize = 4;

/// How many places are touched at once: more than a core can ask the memory for at a time, and few enough that what came is
/// still in the cache when it is wanted.
const TOUCHED_LEN: usize = 32;

/// The memory of a grouping, used again for the next one.
#[derive(Debug)]
pub struct Groups<P> {
    added: Vec<Place<P>>,
    sorted: Vec<Place<P>>,
    /// Where each bucket goes on.
    ends: Vec<usize>,
}

impl<P> Default for Groups<P> {
    fn default() -> Self {
        Self { added: Vec::new(), sorted: Vec::new(), ends: Vec::new() }
    }
}

impl<P: Copy + Ord> Groups<P> {
    /// Forgets all records.
    pub fn clear(&mut self) {
        self.added.clear();
    }

    /// Adds a record by its hash and its place.
    #[inline]
    pub fn add(&mut self, hash: u128, place: P) {
        // The high half decides the shard, so that of two halves the low one tells the records of a shard apart better.
        let low = hash & u128::from(u64::MAX);
        self.added.push((u64::try_from(low).expect("half of 128 bits"), place));
    }

    /// Calls `each` with the groups of records whose hashes have one low half, in an order of no meaning; within a group by
    /// place. Whoever needs groups of whole hashes compares the other half too.
    ///
    /// The records of a shard lie in memory in the order in which they were read, and are wanted in that of their hashes, so
    /// that nearly each of them is somewhere else. `touch` is called with some places shortly before their groups are: it
    /// reads a byte of each, so that the memory is asked for all of them at once instead of for one after the other.
    ///
    /// # Errors
    /// The first one of `each`.
    pub fn for_each<E>(
        &mut self,
        touch: impl Fn(&[(u64, P)]),
        mut each: impl FnMut(&[(u64, P)]) -> Result<(), E>,
    ) -> Result<(), E> {
        let sorted = self.sort();
        let (mut start, mut touched) = (0, 0);
        for group in sorted.chunk_by(|(a, _), (b, _)| a == b) {
            if start >= touched {
                touched = sorted.len().min(start + TOUCHED_LEN);
                touch(&sorted[start..touched]);
            }
            start += group.len();
            each(group)?;
        }
        Ok(())
    }

    /// All places, those of one hash together.
    fn sort(&mut self) -> &[(u64, P)] {
        let bucket_count = (self.added.len() / BUCKET_LEN).next_power_of_two();
        let mask = bucket_count - 1;
        // The low bits of the hash, as an index: what does not fit is cut off by the mask anyway.
        let bucket = |hash: u64| usize::try_from(hash & u64::try_from(mask).unwrap_or(u64::MAX)).unwrap_or(0);

        self.ends.clear();
        self.ends.resize(bucket_count, 0);
        for (hash, _) in &self.added {
            self.ends[bucket(*hash)] += 1;
        }
        let mut start = 0;
        for end in &mut self.ends {
            start += std::mem::replace(end, start);
        }
        self.sorted.clear();
        if let Some(first) = self.added.first() {
            self.sorted.resize(self.added.len(), *first);
        }
        for place in &self.added {
            let end = &mut self.ends[bucket(place.0)];
            self.sorted[*end] = *place;
            *end += 1;
        }
        let mut start = 0;
        for end in &self.ends {
            self.sorted[start..*end].sort_unstable();
            start = *end;
        }
        &self.sorted
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn finds_every_group_whole() {
        let mut groups = Groups::default();
        for count in [0_usize, 1, 2, 7, 64, 1_000] {
            groups.clear();
            for place in 0..count {
                // Seven or eight places a hash, which differ in their low, middle or high bits.
                let id = u64::try_from(place / 7).unwrap();
                groups.add(u128::from(id.rotate_right(u32::try_from(count).unwrap() % 5)) | (9 << 64), count - place);
            }
            let (mut found, touched) = (Vec::new(), RefCell::new(Vec::new()));
            let taken: Result<(), Infallible> = groups.for_each(
                |places| touched.borrow_mut().extend_from_slice(places),
                |group| {
                    // What a group holds was touched before, but for groups that are longer than that.
                    assert!(touched.borrow().contains(&group[0]));
                    found.push(group.to_vec());
                    Ok(())
                },
            );
            assert_eq!(taken, Ok(()));
            assert_eq!(found.iter().map(Vec::len).sum::<usize>(), count);
            assert_eq!(found.len(), count.div_ceil(7));
            for group in &found {
                assert!(group.windows(2).all(|pair| pair[0].0 == pair[1].0 && pair[0].1 < pair[1].1));
            }
        }
    }
}
