//! Nights with a state against one run over everything (RULES.md 6), on seeded nights.
//!
//! After every night the findings must be those of one run without a state over all inputs given so far. A failure names
//! the seed and the night, says the first line that differs, and prints the smallest nights that still fail.
//! `AVSTEM_SEED=N cargo test --test nights` runs that seed alone, `AVSTEM_NIGHTS=N` runs more seeds than the default, and
//! `cargo test --test nights -- --ignored` runs the year.

mod alone;
mod books;
mod compare;
mod days;
mod documents;
mod faults;
mod list;
mod manners;
mod mischief;
mod night;
#[path = "../reference/mod.rs"]
mod reference;
mod shop;
mod shrink;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use night::{Checks, Story, followed};

/// Nights are started in two threads: most of a night is the start of a process.
const WORKERS: usize = 2;

/// The codes that rows and canonical files can have.
const OF_ROWS: &str = "record-conflict order-unknown line-unknown line-currency line-wrong-direction \
    reversal-line-unlinked reversal-line-exceeds-original reversal-exceeds-capture line-overcaptured line-uncaptured \
    line-undercaptured line-vat vat-rate order-total order-remaining-capture order-remaining-reversal unsettled \
    batch-missing settled-unknown settled-twice settled-not-completed settled-amount settled-direction \
    settled-currency ambiguous wrong-batch reference-reused items-total tolerance-budget file-net file-repeated file-gap";

/// The codes of files, those of native settlement files among them.
const OF_FILES: &str = "file-total file-net file-repeated file-restated file-gap";

/// The codes that documents of an API bring about.
const OF_DOCUMENTS: &str = "order-unknown line-uncaptured line-undercaptured line-overcaptured settled-unknown \
    unsettled settled-not-completed order-remaining-capture recorded-only file-repeated";

/// The seeds that are run: one that is asked for, as many as are asked for, or as many as are quick.
fn seeds(count: u64) -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("AVSTEM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("AVSTEM_NIGHTS").unwrap_or(count),
    }
}

/// Follows the story of every seed; gives the codes that were found. The first failure by seed is made small.
fn follow(what: &str, count: u64, checks: Checks, story: impl Fn(u64) -> Story + Sync) -> BTreeSet<String> {
    let seeds = seeds(count);
    let next = AtomicU64::new(seeds.start);
    let (codes, failed) = (Mutex::new(BTreeSet::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || failed.lock().unwrap().len() > 2 {
                        break;
                    }
                    match followed(&story(seed), checks) {
                        Ok(found) => codes.lock().unwrap().extend(found),
                        Err(wrong) => failed.lock().unwrap().push((seed, wrong)),
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    for (seed, wrong) in &failed {
        println!("{what}, seed {seed}: {wrong}\n");
    }
    if let Some((seed, wrong)) = failed.first() {
        let (small, left) = shrink::shrunk(story(*seed), wrong, checks);
        println!("{what}, seed {seed}, made small: {left}\n\n{small}");
        panic!("{what}: AVSTEM_SEED={seed} shows it again; what differs stands above");
    }
    codes.into_inner().unwrap()
}

/// On the seeds of every day all of these codes must occur, or the nights would prove less than they seem to.
fn must_occur(codes: &BTreeSet<String>, wanted: &str) {
    println!("{} codes: {codes:?}", codes.len());
    let chosen = ["AVSTEM_SEED", "AVSTEM_NIGHTS"].iter().any(|name| std::env::var_os(name).is_some());
    let missing: Vec<&str> = wanted.split_whitespace().filter(|code| !codes.contains(*code)).collect();
    assert!(chosen || missing.is_empty(), "codes that never occur: {missing:?}");
}

/// Free and adversarial days, dealt out to a few nights.
#[test]
fn days_dealt_out_to_nights() {
    let codes = follow("days", 60, Checks::EVERY_NIGHT, days::story);
    must_occur(&codes, OF_ROWS);
}

/// Documents of an API that belong together and come on different nights.
#[test]
fn documents_of_an_api_over_nights() {
    let codes = follow("documents", 100, Checks::EVERY_NIGHT, documents::story);
    must_occur(&codes, OF_DOCUMENTS);
}

/// The same from nothing: state and report byte for byte.
#[test]
fn documents_replayed() {
    let codes = follow("documents replayed", 20, Checks::LAST_NIGHT_AND_REPLAY, |seed| documents::story(1_000 + seed));
    assert!(!codes.is_empty());
}

/// Weeks of a shop, with late, repeated and corrected files.
#[test]
fn weeks_of_a_shop() {
    let codes = follow("weeks", 6, Checks::EVERY_NIGHT, |seed| shop::story(seed, shop::WEEKS));
    must_occur(&codes, OF_FILES);
}

/// A year, compared with one run over all of it, and with the same nights from nothing: report and state byte for byte.
#[test]
#[ignore = "365 nights, twice: cargo test --test nights -- --ignored"]
fn a_year_of_365_nights() {
    let codes = follow("year", 1, Checks::LAST_NIGHT_AND_REPLAY, |seed| shop::story(seed, shop::YEAR));
    must_occur(&codes, OF_FILES);
}
