//! Brings the results of shards and chunks into one total order, so that the output does not show how the work was divided.

use rayon::slice::ParallelSliceMut;

/// Puts all items into one sorted list.
///
/// The parts are commonly sorted already, which makes this faster but is not required. Items that compare equal stay in the order of the parts
/// and, within a part, in the order they had: with the parts in a fixed order the result is the same for any number of threads.
#[must_use]
pub fn merge_sorted<T: Ord + Send>(parts: Vec<Vec<T>>) -> Vec<T> {
    let mut merged = Vec::with_capacity(parts.iter().map(Vec::len).sum());
    for mut part in parts {
        merged.append(&mut part);
    }
    // A stable sort and not a heap of heads: it uses all threads, finds the sorted runs by itself, and cannot go wrong on an unsorted part.
    merged.par_sort();
    merged
}
