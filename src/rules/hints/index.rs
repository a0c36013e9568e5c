//! Which operations and settlement rows are compared at all. Both sides meet in buckets: of an id's normal form, of what
//! is left of an id without one of its characters (two ids that are one slip apart share such a rest), and of amounts.
//! What a record costs is bounded by its ids and by [`CROWD`], however many others there are.

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use xxhash_rust::xxh3::xxh3_64;

use super::Candidate;
use super::compare::{Amounts, above_amounts, compare};
use super::ids::{LONG, RANDOM_LEN, SHORT, TURNS, turns};
use crate::model::currency::Currency;

/// A bucket with more records than this on a side says nothing of any of them.
pub const CROWD: usize = 16;

/// An operation and a settlement row that may be counterparts, by their places among the candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) score: u32,
    pub(super) operation: u32,
    pub(super) row: u32,
}

/// What the buckets yield.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Pairs, each once.
    pub(super) edges: Vec<Edge>,
    /// Records in a crowd: score and place. At such a score there are more than enough equals for it.
    pub(super) crowded: Vec<(u32, u32)>,
    /// How many pairs were compared.
    pub(super) comparisons: u64,
}

/// All pairs of the operations and the rows of one provider that a bucket brings together.
pub(super) fn pairs(all: &[Candidate], operations: &[u32], rows: &[u32]) -> Found {
    let mut found = Found::default();
    let same_amounts = by_amounts(all, operations, rows, &mut found);
    let (small, large) = if operations.len() < rows.len() { (operations, rows) } else { (rows, operations) };
    let met = meet(all, small, large, &same_amounts);
    let edge = |(small, large): &(u32, u32)| {
        let (operation, row) = if operations.len() < rows.len() { (*small, *large) } else { (*large, *small) };
        edge(all, operation, row)
    };
    found.comparisons += count(met.len());
    found.edges.extend(met.par_iter().filter_map(edge).collect::<Vec<_>>());
    found.edges.par_sort_unstable();
    found.edges.dedup();
    found
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn edge(all: &[Candidate], operation: u32, row: u32) -> Option<Edge> {
    let likeness = compare(&all[place(operation)], &all[place(row)])?;
    Some(Edge { score: likeness.score, operation, row })
}

/// Amount and currency of a record, and its place: side by side, because they are searched again and again.
type Size = (i128, Currency, u32);

/// The sizes of records, sorted; amounts of 0 say nothing.
fn sizes(all: &[Candidate], records: &[u32]) -> Vec<Size> {
    let of = |record: &u32| (all[place(*record)].amount_minor, all[place(*record)].currency, *record);
    let mut sizes: Vec<Size> = records.iter().map(of).filter(|(amount_minor, ..)| *amount_minor != 0).collect();
    sizes.par_sort_unstable();
    sizes
}

/// The pairs of equal, scaled and turned amounts. Gives the records in crowds of one amount, which are not compared.
fn by_amounts(all: &[Candidate], operations: &[u32], rows: &[u32], found: &mut Found) -> FxHashSet<u32> {
    let (operations, rows) = (sizes(all, operations), sizes(all, rows));
    let groups: Vec<&[Size]> = operations.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).collect();
    let parts: Vec<(Found, Vec<u32>)> = groups
        .par_iter()
        .map(|group| {
            let mut part = (Found::default(), Vec::new());
            let Some((amount, currency, _)) = group.first().copied() else { return part };
            let of_amount = |amount: i128| -> &[Size] {
                let from = rows.partition_point(|row| row.0 < amount);
                let rest = rows.get(from..).unwrap_or_default();
                rest.get(..rest.partition_point(|row| row.0 == amount)).unwrap_or_default()
            };
            let of_both = |amount: i128| -> &[Size] {
                let rows = of_amount(amount);
                let from = rows.partition_point(|row| row.1 < currency);
                let rest = rows.get(from..).unwrap_or_default();
                rest.get(..rest.partition_point(|row| row.1 == currency)).unwrap_or_default()
            };
            part.0.bucket(all, group, of_both(amount).iter(), Amounts::Equal, &mut part.1);
            let others = of_amount(amount).iter().filter(|row| row.1 != currency);
            part.0.bucket(all, group, others, Amounts::Currency, &mut part.1);
            let turned = amount.checked_neg().map(of_both).unwrap_or_default();
            part.0.bucket(all, group, turned.iter(), Amounts::Sign, &mut part.1);
            for times in [10, 100] {
                let whole = |amount: &i128| amount % i128::from(times) == 0;
                let scaled = [
                    amount.checked_mul(times.into()),
                    Some(amount).filter(whole).map(|amount| amount / i128::from(times)),
                ];
                for rows in scaled.into_iter().flatten().map(of_both) {
                    let kind = Amounts::Factor { times, second_is_greater: true };
                    part.0.bucket(all, group, rows.iter(), kind, &mut part.1);
                }
            }
            part
        })
        .collect();
    let mut same_amounts = FxHashSet::default();
    for (part, crowd) in parts {
        found.edges.extend(part.edges);
        found.crowded.extend(part.crowded);
        found.comparisons += part.comparisons;
        same_amounts.extend(crowd);
    }
    same_amounts
}

impl Found {
    /// Compares each with each, unless there are too many; then they are as good as equal to each other.
    fn bucket<'s>(
        &mut self,
        all: &[Candidate],
        group: &'s [Size],
        rows: impl Iterator<Item = &'s Size> + Clone,
        amounts: Amounts,
        same_amounts: &mut Vec<u32>,
    ) {
        let row_count = rows.clone().take(CROWD + 1).count();
        if row_count == 0 {
            return;
        }
        if group.len() > CROWD || row_count > CROWD {
            let score = above_amounts(amounts.rank());
            let records = group.iter().chain(rows).map(|size| size.2);
            if amounts == Amounts::Equal {
                same_amounts.extend(records.clone());
            }
            self.crowded.extend(records.map(|record| (score, record)));
            return;
        }
        self.comparisons += count(group.len() * row_count);
        for operation in group {
            self.edges.extend(rows.clone().filter_map(|row| edge(all, operation.2, row.2)));
        }
    }
}

/// A key of a bucket, and who is in it.
type Entry = (u64, u32);

/// Pairs of the two sides that share a key which few have. The keys of the smaller side are kept, those of the larger
/// one only where they meet.
fn meet(all: &[Candidate], small: &[u32], large: &[u32], same_amounts: &FxHashSet<u32>) -> Vec<(u32, u32)> {
    let keys = |record: &u32| keys(&all[place(*record)], same_amounts.contains(record));
    let entries = |record: &u32| keys(record).into_iter().map(|key| (key, *record)).collect::<Vec<Entry>>();
    let mut index: Vec<Entry> = small.par_iter().flat_map_iter(entries).collect();
    index.par_sort_unstable();
    let starts = Starts::of(&index);
    let hits =
        |record: &u32| entries(record).into_iter().filter(|(key, _)| starts.has(&index, *key)).collect::<Vec<_>>();
    let mut met: Vec<Entry> = large.par_iter().flat_map_iter(hits).collect();
    met.par_sort_unstable();
    let mut pairs = Vec::new();
    for theirs in met.chunk_by(|a, b| a.0 == b.0) {
        let Some((key, _)) = theirs.first() else { continue };
        let ours = starts.of_key(&index, *key);
        if ours.len() <= CROWD && theirs.len() <= CROWD {
            pairs.extend(ours.iter().flat_map(|(_, a)| theirs.iter().map(|(_, b)| (*a, *b))));
        }
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

/// Where the keys with some first bits begin in a sorted index: as many bits as it has keys, about, so that few keys share
/// theirs.
struct Starts {
    bits: u32,
    starts: Vec<usize>,
}

/// No more first bits are told apart than these.
const START_BITS_MAX: u32 = 24;

impl Starts {
    fn place(&self, key: u64) -> usize {
        usize::try_from(key >> (u64::BITS - self.bits)).unwrap_or_default()
    }

    fn of(index: &[Entry]) -> Self {
        let bits = index.len().max(2).ilog2().min(START_BITS_MAX);
        let mut of = Self { bits, starts: vec![0; (1 << bits) + 1] };
        for (key, _) in index {
            let next = of.place(*key) + 1;
            if let Some(count) = of.starts.get_mut(next) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut of.starts {
            sum += *start;
            *start = sum;
        }
        of
    }

    fn of_key<'i>(&self, index: &'i [Entry], key: u64) -> &'i [Entry] {
        let place = self.place(key);
        let start = |place: usize| self.starts.get(place).copied().unwrap_or(0);
        let (from, to) = (start(place), start(place + 1));
        let few = index.get(from..to).unwrap_or_default();
        let rest = few.get(few.partition_point(|(known, _)| *known < key)..).unwrap_or_default();
        rest.get(..rest.partition_point(|(known, _)| *known == key)).unwrap_or_default()
    }

    fn has(&self, index: &[Entry], key: u64) -> bool {
        !self.of_key(index, key).is_empty()
    }
}

/// The keys of a record, each once.
fn keys(candidate: &Candidate, same_amounts: bool) -> Vec<u64> {
    let mut maker = Maker { keys: Vec::with_capacity(32), text: Vec::with_capacity(96) };
    for id in &candidate.ids {
        let normal = id.normal();
        maker.add(b"whole", &[], id.bare(), "");
        let length = normal.chars().count();
        if !(SHORT..=LONG).contains(&length) {
            continue;
        }
        let column = id.column.name().as_bytes();
        let turns = turns(normal);
        // A slip may change the length by 1 and the turns by 2; what is near a border has the keys of both kinds.
        let maybe_random = normal.len() + 1 >= RANDOM_LEN && turns + 2 >= TURNS;
        let maybe_serial = normal.len() <= RANDOM_LEN || turns < TURNS + 2;
        if maybe_random {
            // One slip leaves the first or the last half as it is.
            for half in [length.saturating_sub(1) / 2, length.saturating_sub(2) / 2] {
                let at = |chars: usize| normal.char_indices().nth(chars).map_or(normal.len(), |(at, _)| at);
                maker.add(b"first", column, normal.get(..at(half)).unwrap_or_default(), "");
                maker.add(b"last", column, normal.get(at(length.saturating_sub(half))..).unwrap_or_default(), "");
            }
        }
        if maybe_serial {
            let amount = same_amounts.then(|| {
                [&candidate.amount_minor.to_le_bytes()[..], &candidate.currency.0.to_le_bytes(), column].concat()
            });
            maker.add(b"rest", column, normal, "");
            if let Some(amount) = &amount {
                maker.add(b"number", amount, normal, "");
            }
            for (at, c) in normal.char_indices() {
                let (before, after) = normal.split_at(at);
                let after = after.get(c.len_utf8()..).unwrap_or_default();
                // Another digit is another number, so there the amount must be the same too; where few have that amount,
                // all of them are compared anyway.
                if !c.is_ascii_digit() {
                    maker.add(b"rest", column, before, after);
                }
                if let Some(amount) = &amount {
                    maker.add(b"number", amount, before, after);
                }
            }
        }
    }
    maker.keys.sort_unstable();
    maker.keys.dedup();
    maker.keys
}

struct Maker {
    keys: Vec<u64>,
    text: Vec<u8>,
}

impl Maker {
    fn add(&mut self, kind: &[u8], of: &[u8], before: &str, after: &str) {
        self.text.clear();
        for part in [kind, b"\0", of, b"\0", before.as_bytes(), after.as_bytes()] {
            self.text.extend_from_slice(part);
        }
        self.keys.push(xxh3_64(&self.text));
    }
}
