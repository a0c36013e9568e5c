//! Brings records of one hash together, without sorting them: a table of hashes numbers the groups as they appear, and the
//! places of records are dealt out by these numbers.

use super::shard::split_u128;

/// Half of a hash, which decides the group, and where the record is.
type Place<P> = (u64, P);

/// How many places are touched at once: more than a core can ask the memory for at a time, and few enough that what came is
/// still in the cache when it is wanted.
const TOUCHED_LEN: usize = 32;

/// The least entries of the table.
const TABLE_LEN_MIN: usize = 64;

/// No group, in the table.
const VACANT: u32 = u32::MAX;

#[derive(Debug)]
struct Group {
    hash: u64,
    /// How many records it has; while places are dealt out, where the next one of them goes.
    end: usize,
}

/// The memory of a grouping, used again for the next one.
#[derive(Debug)]
pub struct Groups<P> {
    /// The number of its group and the place of each record.
    added: Vec<(u32, P)>,
    /// In the order of their first records.
    groups: Vec<Group>,
    /// Numbers of groups, each from the entry that its hash says on the first one that was vacant. At least half is.
    table: Vec<u32>,
    dealt: Vec<Place<P>>,
}

impl<P> Default for Groups<P> {
    fn default() -> Self {
        Self { added: Vec::new(), groups: Vec::new(), table: vec![VACANT; TABLE_LEN_MIN], dealt: Vec::new() }
    }
}

/// A number of a group as an index.
#[inline]
fn wide(number: u32) -> usize {
    usize::try_from(number).expect("a number of something in memory")
}

impl<P: Copy> Groups<P> {
    /// Forgets all records.
    pub fn clear(&mut self) {
        self.added.clear();
        self.groups.clear();
        self.table.fill(VACANT);
    }

    /// Adds a record by its hash and its place.
    #[inline]
    pub fn add(&mut self, hash: u128, place: P) {
        // The high half decides the shard, so that of two halves the low one tells the records of a shard apart better.
        let [_, low] = split_u128(hash);
        let mut entry = self.first_entry(low);
        let number = loop {
            let number = self.table[entry];
            match self.groups.get_mut(wide(number)) {
                Some(group) if group.hash == low => {
                    group.end += 1;
                    break number;
                }
                Some(_) => entry = self.next_entry(entry),
                None => break self.begin(low, entry),
            }
        };
        self.added.push((number, place));
    }

    /// Where the group of a hash is looked for first in the table.
    #[inline]
    fn first_entry(&self, hash: u64) -> usize {
        // The low bits of the hash, as an index: what does not fit is cut off by the mask anyway.
        let mask = self.table.len() - 1;
        usize::try_from(hash & u64::try_from(mask).unwrap_or(u64::MAX)).unwrap_or(0)
    }

    /// Where it is looked for next.
    #[inline]
    fn next_entry(&self, entry: usize) -> usize {
        (entry + 1) & (self.table.len() - 1)
    }

    /// Begins a group with its first record, at a vacant entry of the table.
    fn begin(&mut self, hash: u64, entry: usize) -> u32 {
        let number = u32::try_from(self.groups.len()).ok().filter(|number| *number != VACANT);
        let number = number.expect("a shard has fewer groups");
        self.groups.push(Group { hash, end: 1 });
        self.table[entry] = number;
        if self.groups.len() * 2 > self.table.len() {
            let len = self.table.len() * 2;
            self.table.clear();
            self.table.resize(len, VACANT);
            for number in 0..=number {
                let mut entry = self.first_entry(self.groups[wide(number)].hash);
                while self.table[entry] != VACANT {
                    entry = self.next_entry(entry);
                }
                self.table[entry] = number;
            }
        }
        number
    }

    /// Calls `each` with the groups of records whose hashes have one low half, in the order of their first records; within a
    /// group in the order in which they were added. Whoever needs groups of whole hashes compares the other half too.
    ///
    /// The records of a shard lie in memory in the order in which they were read, and are wanted in that of their groups, so
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
        self.deal();
        let dealt = &self.dealt[..self.added.len()];
        let (mut start, mut touched) = (0, 0);
        for Group { end, .. } in &self.groups {
            if start >= touched {
                touched = dealt.len().min(start + TOUCHED_LEN);
                touch(&dealt[start..touched]);
            }
            each(&dealt[start..*end])?;
            start = *end;
        }
        Ok(())
    }

    /// Deals the places out, those of one group together.
    fn deal(&mut self) {
        let mut start = 0;
        for group in &mut self.groups {
            start += std::mem::replace(&mut group.end, start);
        }
        // What it holds from before is written over.
        if let Some((_, place)) = self.added.first() {
            self.dealt.resize(self.added.len().max(self.dealt.len()), (0, *place));
        }
        for (number, place) in &self.added {
            let group = &mut self.groups[wide(*number)];
            self.dealt[group.end] = (group.hash, *place);
            group.end += 1;
        }
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
                // Up to seven places a hash, not in a row; hashes differ in their low, middle or high bits.
                let id = u64::try_from(place % count.div_ceil(7)).unwrap();
                groups.add(u128::from(id.rotate_right(u32::try_from(count).unwrap() % 5)) | (9 << 64), place);
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
