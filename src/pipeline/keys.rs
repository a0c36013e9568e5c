//! The key shards, round by round: operations meet settlement rows, and what stays goes on to the next key.

use rayon::prelude::*;

use super::error::RunError;
use super::plan::Event;
use super::read::Means;
use super::routes::Route;
use crate::engine::shard::Partitions;
use crate::model::codec::Reader;
use crate::model::compact::{KeyRecord, Keys, Operation, SettledRow};
use crate::model::encoding::read_key_record;
use crate::model::finding::{Finding, FoundRow};
use crate::model::record::ReadBackError;
use crate::rules::describe::describe;
use crate::rules::operations::{Outcome, resolve, resolve_pair};
use crate::rules::orders::Context;
use crate::rules::references::reused;

/// Resolves all rounds. The findings of the outcome are described already and stand beside it.
///
/// # Errors
/// A file changed, or working files cannot be read or written.
pub fn resolve_rounds(
    rounds: &[Partitions],
    means: &Means<'_>,
    context: &Context<'_>,
) -> Result<(Outcome, Vec<FoundRow>), RunError> {
    let shards: usize = rounds.iter().map(Partitions::shard_count).sum();
    (means.on)(Event::Stage { name: "settlements", total: u64::try_from(shards).unwrap_or(0) });
    let mut all = Outcome { matches: means.plan.matches.then(Vec::new), ..Outcome::default() };
    let mut found = Vec::new();
    for (round, partitions) in rounds.iter().enumerate() {
        let parts: Vec<(Outcome, Vec<FoundRow>)> = (0..partitions.shard_count())
            .into_par_iter()
            .map(|shard| resolve_shard(&partitions.take(shard)?, round, rounds, means, context))
            .collect::<Result<_, RunError>>()?;
        for (outcome, rows) in parts {
            found.extend(rows);
            join(&mut all, outcome);
        }
    }
    Ok((all, found))
}

fn join(all: &mut Outcome, part: Outcome) {
    all.tally.join(part.tally);
    all.batches.join(part.batches);
    all.unanswered.extend(part.unanswered);
    if let (Some(all), Some(part)) = (&mut all.matches, part.matches) {
        all.extend(part);
    }
    for (currency, (pairs, sizes_minor)) in part.tolerated {
        let known = all.tolerated.entry(currency).or_default();
        known.0 += pairs;
        crate::model::money::add(&mut known.1, sizes_minor);
    }
}

fn resolve_shard(
    bytes: &[u8],
    round: usize,
    rounds: &[Partitions],
    means: &Means<'_>,
    context: &Context<'_>,
) -> Result<(Outcome, Vec<FoundRow>), RunError> {
    let mut outcome = Outcome { matches: means.plan.matches.then(Vec::new), ..Outcome::default() };
    let (operations, rows) = decode(bytes, round, means);
    if round == means.routes.round_count {
        operations.into_iter().for_each(|(_, operation)| outcome.finish_operation(operation));
        rows.iter().for_each(|(_, row)| outcome.unknown_row(row));
    } else {
        by_key(operations, rows, context, &mut outcome)?;
        send_on(&mut outcome, round, rounds, means)?;
    }
    let found = describe_all(&std::mem::take(&mut outcome.findings), context)?;
    (means.on)(Event::Advance { by: 1 });
    Ok((outcome, found))
}

fn describe_all(findings: &[Finding], context: &Context<'_>) -> Result<Vec<FoundRow>, ReadBackError> {
    findings.iter().map(|finding| describe(finding, context)).collect()
}

type Keyed<T> = Vec<(u128, T)>;

/// The records of a shard with their key of this round.
fn decode(bytes: &[u8], round: usize, means: &Means<'_>) -> (Keyed<Operation>, Keyed<SettledRow>) {
    let mut reader = Reader::new(bytes);
    let (mut operations, mut rows) = (Vec::new(), Vec::new());
    let mut route = Route::default();
    while !reader.is_empty() {
        match read_key_record(&mut reader) {
            KeyRecord::Operation(operation) => {
                operations.push((route.next(means.routes, operation.provider, &operation.keys, round).1, operation));
            }
            KeyRecord::Settled(row) => rows.push((route.next(means.routes, row.provider, &row.keys, round).1, row)),
        }
    }
    (operations, rows)
}

/// Walks both sides, a key at a time. Places are sorted, not records: these are several times as large.
fn by_key(
    operations: Keyed<Operation>,
    rows: Keyed<SettledRow>,
    context: &Context<'_>,
    outcome: &mut Outcome,
) -> Result<(), ReadBackError> {
    let (sorted_operations, sorted_rows) = (places(&operations), places(&rows));
    let (mut operation_places, mut row_places) = (sorted_operations.as_slice(), sorted_rows.as_slice());
    loop {
        let heads = [operation_places.first(), row_places.first()];
        let Some(key) = heads.into_iter().flatten().map(|(key, _)| *key).min() else { return Ok(()) };
        let of_key = split_key(&mut operation_places, key);
        let rows_of_key = split_key(&mut row_places, key);
        if let ([(_, operation)], [(_, row)]) = (of_key, rows_of_key)
            && resolve_pair(&operations[*operation].1, &rows[*row].1, outcome)
        {
            continue;
        }
        let of_key = of_key.iter().map(|(_, place)| operations[*place].1.clone()).collect();
        let rows_of_key = rows_of_key.iter().map(|(_, place)| rows[*place].1).collect();
        resolve(of_key, rows_of_key, context, outcome)?;
    }
}

type Place = (u128, usize);

fn places<T>(records: &Keyed<T>) -> Vec<Place> {
    let mut places: Vec<Place> = records.iter().map(|(key, _)| *key).zip(0..).collect();
    places.sort_unstable();
    places
}

/// Takes the places of one key off the front.
fn split_key<'a>(places: &mut &'a [Place], key: u128) -> &'a [Place] {
    let count = places.iter().take_while(|(other, _)| *other == key).count();
    let (of_key, others) = places.split_at(count);
    *places = others;
    of_key
}

/// Deals what stays out to later rounds. No writer is opened on a round that is being taken: what a writer holds is in
/// no shard yet.
fn send_on(outcome: &mut Outcome, round: usize, rounds: &[Partitions], means: &Means<'_>) -> Result<(), RunError> {
    let later = rounds.get(round + 1..).unwrap_or_default();
    let mut writers: Vec<_> = later.iter().map(Partitions::writer).collect();
    let mut route = Route::default();
    let mut put = |provider, keys: &Keys, append: &dyn Fn(&mut Vec<u8>)| {
        let (next, key) = route.next(means.routes, provider, keys, round + 1);
        let place = next - (round + 1);
        writers[place].put(later[place].shard_of(key), append);
    };
    for operation in outcome.operations_on.drain(..) {
        put(operation.provider, &operation.keys, &|out| operation.put(out));
    }
    for row in outcome.rows_on.drain(..) {
        put(row.provider, &row.keys, &|out| row.put(out));
    }
    for writer in writers {
        writer.finish()?;
    }
    Ok(())
}

/// Finds payee references that stand on several operations.
///
/// # Errors
/// A file changed, or working files cannot be read.
pub fn find_reused(references: &Partitions, context: &Context<'_>) -> Result<Vec<FoundRow>, RunError> {
    let parts: Vec<Vec<FoundRow>> = (0..references.shard_count())
        .into_par_iter()
        .map(|shard| {
            let bytes = references.take(shard)?;
            let mut reader = Reader::new(&bytes);
            let mut operations: Keyed<Operation> = Vec::new();
            while !reader.is_empty() {
                let hash = reader.fixed_u128();
                if let KeyRecord::Operation(operation) = read_key_record(&mut reader) {
                    operations.push((hash, operation));
                }
            }
            operations.sort_unstable_by_key(|(hash, _)| *hash);
            let mut found = Vec::new();
            for group in operations.chunk_by(|(a, _), (b, _)| a == b).filter(|group| group.len() > 1) {
                let group: Vec<Operation> = group.iter().map(|(_, operation)| operation.clone()).collect();
                if let Some(finding) = reused(&group, context)? {
                    found.push(describe(&finding, context)?);
                }
            }
            Ok(found)
        })
        .collect::<Result<_, RunError>>()?;
    Ok(parts.into_iter().flatten().collect())
}
