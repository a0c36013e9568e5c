//! Payee references that stand on several operations (RULES.md 4, `reference-reused`).

use std::collections::BTreeMap;

use super::error::RunError;
use crate::engine::group::Groups;
use crate::engine::shard::{Block, Partitions};
use crate::engine::turns::in_turn;
use crate::engine::twice::Twice;
use crate::model::codec::{Place, Reader};
use crate::model::compact::{KeyRecord, Operation};
use crate::model::encoding::{pass_key_record, read_key_record};
use crate::model::finding::Finding;
use crate::rules::orders::Context;
use crate::rules::references::reused;

/// What a task uses again for every shard.
#[derive(Default)]
struct Memory {
    seen: Twice,
    groups: Groups<Place>,
}

/// A record is at least so long: the hash of its reference, and the head of an operation.
const RECORD_LEN_MIN: usize = 32;

/// Finds payee references that stand on several operations.
///
/// # Errors
/// A file changed, or working files cannot be read.
// A stage of the run, which a profile shows as one.
#[inline(never)]
pub fn find_reused(references: &Partitions, context: &Context<'_>) -> Result<Vec<Finding>, RunError> {
    let parts = in_turn(0..references.shard_count(), Memory::default, |memory, shard| {
        find_in(references.take_blocks(shard)?.blocks(), memory, context)
    })?;
    Ok(parts.into_iter().flatten().collect())
}

/// Nearly every reference is on one operation only: those that certainly are need not be brought together.
fn find_in(blocks: &[Block], memory: &mut Memory, context: &Context<'_>) -> Result<Vec<Finding>, RunError> {
    let Memory { seen, groups } = memory;
    seen.clear(blocks.iter().map(|block| block.len()).sum::<usize>() / RECORD_LEN_MIN);
    each_reference(blocks, |reference, _| seen.see(reference));
    groups.clear();
    each_reference(blocks, |reference, place| {
        if seen.may_be_twice(reference) {
            groups.add(reference, place);
        }
    });
    let mut found = Vec::new();
    groups.for_each(
        |_| (),
        |group| {
            if group.len() < 2 {
                return Ok(());
            }
            // Whole references, and not only the halves of their hashes.
            let mut by_reference: BTreeMap<u128, Vec<Operation>> = BTreeMap::new();
            for (_, place) in group {
                let mut reader = place.reader(blocks);
                let reference = reader.fixed_u128();
                if let KeyRecord::Operation(operation) = read_key_record(&mut reader) {
                    by_reference.entry(reference).or_default().push(operation);
                }
            }
            for operations in by_reference.values() {
                if let Some(finding) = reused(operations, context)? {
                    found.push(finding);
                }
            }
            Ok::<_, RunError>(())
        },
    )?;
    Ok(found)
}

/// Walks all records: the hash of the reference, and where the record is.
#[inline]
fn each_reference(blocks: &[Block], mut each: impl FnMut(u128, Place)) {
    for (number, block) in blocks.iter().enumerate() {
        let mut reader = Reader::new(block);
        while !reader.is_empty() {
            let place = Place::new(number, &reader);
            each(reader.fixed_u128(), place);
            pass_key_record(&mut reader);
        }
    }
}
