//! The key shards, round by round: operations meet settlement rows, and what stays goes on to the next key.

use rayon::prelude::*;
use smallvec::SmallVec;

use super::error::RunError;
use super::plan::Event;
use super::read::Means;
use super::routes::Route;
use crate::engine::shard::Partitions;
use crate::model::codec::Reader;
use crate::model::compact::{KeyRecord, Keys, Operation, SettledRow};
use crate::model::encoding::{pass_key_record, read_key_record};
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
            .map_init(Vec::new, |bytes, shard| {
                partitions.take_into(shard, bytes)?;
                resolve_shard(bytes, round, rounds, means, context)
            })
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
    if round == means.routes.round_count {
        let mut reader = Reader::new(bytes);
        while !reader.is_empty() {
            match read_key_record(&mut reader) {
                KeyRecord::Operation(operation) => outcome.finish_operation(operation),
                KeyRecord::Settled(row) => outcome.unknown_row(&row),
            }
        }
    } else {
        by_key(bytes, round, means, context, &mut outcome)?;
        send_on(&mut outcome, round, rounds, means)?;
    }
    let found = describe_all(&std::mem::take(&mut outcome.findings), context)?;
    (means.on)(Event::Advance { by: 1 });
    Ok((outcome, found))
}

fn describe_all(findings: &[Finding], context: &Context<'_>) -> Result<Vec<FoundRow>, ReadBackError> {
    findings.iter().map(|finding| describe(finding, context)).collect()
}

/// Key and place of a record in its shard.
type Place = (u128, usize);

/// Walks both sides, a key at a time. Only places are sorted, and every record is decoded where it is needed: the
/// decoded ones are several times as large as their bytes.
fn by_key(
    bytes: &[u8],
    round: usize,
    means: &Means<'_>,
    context: &Context<'_>,
    outcome: &mut Outcome,
) -> Result<(), ReadBackError> {
    let mut places: Vec<Place> = Vec::new();
    let mut route = Route::default();
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        let place = reader.place();
        let (provider, keys) = pass_key_record(&mut reader);
        places.push((route.next(means.routes, provider, &keys, round).1, place));
    }
    places.sort_unstable();
    for of_key in places.chunk_by(|(a, _), (b, _)| a == b) {
        let (mut operations, mut rows): (SmallVec<[Operation; 1]>, SmallVec<[SettledRow; 1]>) = Default::default();
        for (_, place) in of_key {
            match read_key_record(&mut Reader::at(bytes, *place)) {
                KeyRecord::Operation(operation) => operations.push(operation),
                KeyRecord::Settled(row) => rows.push(row),
            }
        }
        if let ([operation], [row]) = (operations.as_slice(), rows.as_slice())
            && resolve_pair(operation, row, outcome)
        {
            continue;
        }
        resolve(operations.into_vec(), rows.into_vec(), context, outcome)?;
    }
    Ok(())
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
        .map_init(Vec::new, |bytes, shard| {
            references.take_into(shard, bytes)?;
            let bytes = bytes.as_slice();
            let mut reader = Reader::new(bytes);
            let mut places: Vec<Place> = Vec::new();
            while !reader.is_empty() {
                places.push((reader.fixed_u128(), reader.place()));
                pass_key_record(&mut reader);
            }
            places.sort_unstable();
            let mut found = Vec::new();
            for group in places.chunk_by(|(a, _), (b, _)| a == b).filter(|group| group.len() > 1) {
                let mut operations = Vec::with_capacity(group.len());
                for (_, place) in group {
                    if let KeyRecord::Operation(operation) = read_key_record(&mut Reader::at(bytes, *place)) {
                        operations.push(operation);
                    }
                }
                if let Some(finding) = reused(&operations, context)? {
                    found.push(describe(&finding, context)?);
                }
            }
            Ok(found)
        })
        .collect::<Result<_, RunError>>()?;
    Ok(parts.into_iter().flatten().collect())
}
