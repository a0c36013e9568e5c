//! The program against a second, slow implementation of the rules page that shares no code with it, on random days.
//!
//! A failure prints the seed; `AVSTEM_SEED=N cargo test --test second_opinion` runs that day alone, and
//! `AVSTEM_DAYS=N` runs more days than the default.

mod common;
mod reference;

use common::agree::disagreement;
use common::{Engine, number, plan, seeds};

#[test]
fn both_implementations_find_the_same() {
    let mut failures = 0;
    for seed in seeds(1_000) {
        let (files, settings) = reference::random_day::random_day(seed);
        let differences = disagreement(&files, &settings);
        if !differences.is_empty() {
            failures += 1;
            if failures <= 10 {
                println!("seed {seed}:\n{differences}");
            }
        }
    }
    assert_eq!(failures, 0, "days on which the implementations disagree; the seeds stand above");
}

/// Writes the files of a day where a person can look at them.
#[test]
#[ignore = "a tool: AVSTEM_SEED=N AVSTEM_DUMP=DIR cargo test --test second_opinion -- --ignored"]
fn dump_a_day() {
    let (Some(seed), Ok(folder)) = (number("AVSTEM_SEED"), std::env::var("AVSTEM_DUMP")) else { return };
    let (files, settings) = reference::random_day::random_day(seed);
    std::fs::create_dir_all(&folder).unwrap();
    plan(folder.as_ref(), &files, &settings, Engine::default());
    println!("{settings:?}");
    files.iter().for_each(|file| println!("{} {:?}", file.dataset.name(), file.provider));
}
