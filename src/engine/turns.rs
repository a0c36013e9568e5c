//! Work on many items, each of which is a lot of work: whoever is free takes the next one.
//!
//! Rayon's own way cuts a list into stretches, and near the end some thread has a long one left while the others wait.

use rayon::prelude::*;

/// Works on items one at a time, on all threads, each with memory of its own that it uses again. The results are in the order
/// of the items.
///
/// # Errors
/// One of those of the work; what is not begun by then is left.
pub fn in_turn<Item: Send, Memory, Yield: Send, Error: Send>(
    items: impl Iterator<Item = Item> + Send,
    memory: impl Fn() -> Memory + Sync + Send,
    work: impl Fn(&mut Memory, Item) -> Result<Yield, Error> + Sync + Send,
) -> Result<Vec<Yield>, Error> {
    let work = |memory: &mut Memory, (place, item)| work(memory, item).map(|yielded| (place, yielded));
    let yielded = items.enumerate().par_bridge().map_init(memory, work);
    let mut yielded: Vec<(usize, Yield)> = yielded.collect::<Result<_, Error>>()?;
    yielded.sort_unstable_by_key(|(place, _)| *place);
    Ok(yielded.into_iter().map(|(_, yielded)| yielded).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items_and_an_error_ends_the_work() {
        for threads in [1, 2, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let squares = |last: u64, bad: u64| {
                let work = |memory: &mut Vec<u64>, item: u64| {
                    memory.push(item);
                    if item == bad { Err(format!("{item} is bad")) } else { Ok(item * item) }
                };
                pool.install(|| in_turn(0..last, Vec::new, work))
            };
            assert_eq!(squares(1000, 1000), Ok((0..1000).map(|item| item * item).collect()));
            assert_eq!(squares(0, 0), Ok(Vec::new()));
            assert_eq!(squares(1000, 700), Err("700 is bad".to_owned()));
        }
    }
}
