//! Shards and compact records: nothing is lost, nothing is added, and the number of threads does not show.

use std::sync::Arc;

use avstem::engine::shard::{Partitions, shard_of, shard_of_u64};
use avstem::engine::spill::Budget;
use avstem::model::codec::Reader;
use proptest::prelude::*;
use rayon::prelude::*;

/// Puts records of a length of their own into shards, from several tasks; returns what each shard has to hold.
fn fill(partitions: &Partitions, task_count: u64, records_per_task: u64, len_max: u64) -> Vec<Vec<u64>> {
    let shard_count = partitions.shard_count();
    (0..task_count).into_par_iter().for_each(|task| {
        let mut writer = partitions.writer();
        for number in 0..records_per_task {
            let id = task * records_per_task + number;
            writer.put(shard_for(id, shard_count), |buffer| put_record(buffer, id, len_max));
        }
        // Ended in both ways.
        if task % 2 == 0 {
            writer.finish().expect("all is safe");
        }
    });
    let mut expected = vec![Vec::new(); shard_count];
    for id in 0..task_count * records_per_task {
        expected[shard_for(id, shard_count)].push(id);
    }
    expected
}

fn shard_for(id: u64, shard_count: usize) -> usize {
    shard_of_u64(id.wrapping_mul(0x9E37_79B9_7F4A_7C15), shard_count)
}

fn put_record(buffer: &mut Vec<u8>, id: u64, len_max: u64) {
    buffer.extend_from_slice(&id.to_le_bytes());
    let len = filler_len(id, len_max);
    buffer.extend_from_slice(&len.to_le_bytes());
    buffer.extend((0..len).map(|_| id.to_le_bytes()[0]));
}

/// Some length below the maximum, short or long whatever the number of records.
fn filler_len(id: u64, len_max: u64) -> u64 {
    id.wrapping_mul(7919) % len_max
}

fn ids(bytes: &[u8], len_max: u64) -> Vec<u64> {
    let mut reader = Reader::new(bytes);
    let mut ids = Vec::new();
    while !reader.is_empty() {
        let (id, len) = (reader.fixed_u64(), reader.fixed_u64());
        assert_eq!(len, filler_len(id, len_max));
        assert!((0..len).all(|_| reader.byte() == id.to_le_bytes()[0]));
        ids.push(id);
    }
    ids.sort_unstable();
    ids
}

fn check_taken(partitions: &Partitions, expected: &[Vec<u64>], len_max: u64) {
    let taken: Vec<Vec<u64>> = (0..partitions.shard_count())
        .into_par_iter()
        .map(|shard| {
            if shard % 2 == 0 {
                let taken = partitions.take_blocks(shard).expect("taken");
                let mut all: Vec<u64> = taken.blocks().iter().flat_map(|block| ids(block, len_max)).collect();
                all.sort_unstable();
                all
            } else {
                ids(&partitions.take(shard).expect("taken"), len_max)
            }
        })
        .collect();
    assert_eq!(taken, expected);
    for shard in 0..partitions.shard_count() {
        assert!(partitions.take(shard).expect("taken").is_empty(), "a shard is empty after it was taken");
    }
}

#[test]
fn what_goes_in_comes_out() {
    for shard_count in [1, 7, 64, 256] {
        for limit in [0, 1, 40_000, 1_000_000, u64::MAX] {
            for len_max in [1, 90, 40_000] {
                let budget = Budget::new(limit);
                let partitions = Partitions::new(shard_count, Arc::clone(&budget), None);
                let records_per_task = if len_max > 1000 { 10 } else { 3000 };
                let expected = fill(&partitions, 12, records_per_task, len_max);
                assert!(budget.held() <= limit);
                if limit == 0 && shard_count == 1 {
                    assert!(partitions.spilled_len() > 0, "full blocks go to disk");
                }
                if limit == u64::MAX {
                    assert_eq!(partitions.spilled_len(), 0);
                }
                check_taken(&partitions, &expected, len_max);
                assert_eq!(budget.held(), 0);
                // And once more after it was emptied.
                let expected = fill(&partitions, 3, 10, len_max);
                check_taken(&partitions, &expected, len_max);
            }
        }
    }
}

#[test]
fn threads_of_any_number_make_the_same_shards() {
    for thread_count in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(thread_count).build().expect("a pool");
        pool.install(|| {
            let partitions = Partitions::new(7, Budget::new(50_000), None);
            let expected = fill(&partitions, 40, 1000, 60);
            check_taken(&partitions, &expected, 60);
        });
    }
}

#[test]
fn a_budget_is_used_to_its_last_byte() {
    let size = {
        let budget = Budget::unlimited();
        let partitions = Partitions::new(1, Arc::clone(&budget), None);
        put_block(&partitions);
        budget.held()
    };
    for (limit, spilled) in [(size, false), (size - 1, true)] {
        let partitions = Partitions::new(1, Budget::new(limit), None);
        put_block(&partitions);
        assert_eq!(partitions.spilled_len() > 0, spilled);
    }
}

/// Puts in what makes exactly one block.
fn put_block(partitions: &Partitions) {
    let mut writer = partitions.writer();
    writer.put(0, |buffer| buffer.extend_from_slice(&[1; 16 * 1024]));
}

#[test]
fn a_shared_budget_is_given_back() {
    let budget = Budget::unlimited();
    let first = Partitions::new(3, Arc::clone(&budget), None);
    let second = Partitions::new(5, Arc::clone(&budget), None);
    let expected = fill(&first, 4, 4000, 50);
    let held_by_first = budget.held();
    assert!(held_by_first > 0);
    fill(&second, 4, 4000, 50);
    assert!(budget.held() > held_by_first);
    // What was never taken is given back as well.
    drop(second);
    assert_eq!(budget.held(), held_by_first);
    check_taken(&first, &expected, 50);
    assert_eq!(budget.held(), 0);
}

#[test]
fn what_is_cleared_is_gone_and_given_back() {
    let budget = Budget::new(40_000);
    let partitions = Partitions::new(3, Arc::clone(&budget), None);
    fill(&partitions, 4, 4000, 50);
    assert!(budget.held() > 0 && partitions.spilled_len() > 0);
    partitions.clear();
    assert_eq!(budget.held(), 0);
    // It is as good as new.
    let expected = fill(&partitions, 2, 3000, 50);
    check_taken(&partitions, &expected, 50);
    assert_eq!(budget.held(), 0);
}

#[test]
fn a_spill_file_that_cannot_be_made_is_an_error() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let partitions = Partitions::new(2, Budget::new(0), Some(directory.path().join("missing")));
    let mut writer = partitions.writer();
    writer.put(0, |buffer| buffer.push(1));
    partitions.writer().finish().expect("nothing had to be written yet");
    writer.put(0, |buffer| buffer.extend_from_slice(&[7; 100_000]));
    let error = writer.finish().expect_err("a block is lost");
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    assert!(error.to_string().contains("temporary file"), "{error}");
    for shard in [0, 1] {
        assert_eq!(partitions.take(shard).expect_err("a block is lost").kind(), std::io::ErrorKind::NotFound);
    }
}

#[test]
fn a_spill_file_has_no_name() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let partitions = Partitions::new(1, Budget::new(0), Some(directory.path().to_path_buf()));
    let expected = fill(&partitions, 2, 4000, 50);
    assert!(partitions.spilled_len() > 0);
    assert_eq!(std::fs::read_dir(directory.path()).expect("readable").count(), 0);
    check_taken(&partitions, &expected, 50);
}

#[test]
fn shards_come_from_the_high_bits() {
    assert_eq!(Partitions::new(0, Budget::unlimited(), None).shard_count(), 1);
    assert_eq!(shard_of_u64(u64::MAX, 256), 255);
    assert_eq!(shard_of_u64(0xAB << 56, 256), 0xAB);
    assert_eq!(shard_of(0xAB << 120, 256), 0xAB);
    assert_eq!(shard_of(u128::from(u64::MAX), 256), 0);
    let partitions = Partitions::new(7, Budget::unlimited(), None);
    assert_eq!(partitions.shard_of(u128::MAX), 6);
    assert_eq!(partitions.shard_of(0), 0);
}

proptest! {
    #[test]
    fn a_shard_is_below_the_count(hash in any::<u128>(), shard_count in 1..1000_usize) {
        prop_assert!(shard_of(hash, shard_count) < shard_count);
    }

    #[test]
    fn values_come_back(
        number in any::<u64>(), narrow in any::<u32>(), short in any::<u16>(), hash in any::<u128>(),
    ) {
        let mut buffer = Vec::new();
        buffer.extend_from_slice(&number.to_le_bytes());
        buffer.extend_from_slice(&hash.to_le_bytes());
        buffer.extend_from_slice(&narrow.to_le_bytes());
        buffer.extend_from_slice(&short.to_le_bytes());
        buffer.push(7);

        let mut reader = Reader::new(&buffer);
        prop_assert_eq!((reader.fixed_u64(), reader.fixed_u128()), (number, hash));
        prop_assert_eq!((reader.fixed_u32(), reader.fixed_u16(), reader.byte()), (narrow, short, 7));
        prop_assert!(reader.is_empty());
    }
}
