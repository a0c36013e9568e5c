//! The order shards: each order is judged by itself, and its operations go on to the key shards.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::error::RunError;
use super::plan::Event;
use super::read::Means;
use super::routes::Route;
use crate::engine::shard::Partitions;
use crate::model::codec::Reader;
use crate::model::compact::{KeyKind, LineRec, Operation, OperationRow, OrderRecord};
use crate::model::encoding::{pass_order_record, read_order_record};
use crate::model::finding::FoundRow;
use crate::model::names::NameId;
use crate::rules::control::{Tally, Verdict};
use crate::rules::describe::describe;
use crate::rules::orders::{Context, Outcome, reconcile};

/// What the order shards yield.
#[derive(Debug, Default)]
pub struct Judged {
    /// Findings, described.
    pub found: Vec<FoundRow>,
    /// What became of every row.
    pub tally: Tally,
}

/// Judges all orders. Operations of providers with settlement rows go to `rounds`; those with a payee reference that
/// must be unique go to `references` too.
///
/// # Errors
/// A file changed, or working files cannot be read or written.
pub fn judge(
    orders: &Partitions,
    rounds: &[Partitions],
    references: &Partitions,
    settled_keys: &FxHashMap<NameId, [bool; 4]>,
    means: &Means<'_>,
    context: &Context<'_>,
) -> Result<Judged, RunError> {
    (means.on)(Event::Stage { name: "order lines", total: u64::try_from(orders.shard_count()).unwrap_or(0) });
    let settled: FxHashSet<NameId> = settled_keys.keys().copied().collect();
    let parts: Vec<Judged> = (0..orders.shard_count())
        .into_par_iter()
        .map_init(Vec::new, |bytes, shard| {
            orders.take_into(shard, bytes)?;
            judge_shard(bytes, rounds, references, &settled, means, context)
        })
        .collect::<Result<_, RunError>>()?;
    let mut judged = Judged::default();
    for part in parts {
        judged.found.extend(part.found);
        judged.tally.join(part.tally);
    }
    Ok(judged)
}

fn judge_shard(
    bytes: &[u8],
    rounds: &[Partitions],
    references: &Partitions,
    settled: &FxHashSet<NameId>,
    means: &Means<'_>,
    context: &Context<'_>,
) -> Result<Judged, RunError> {
    let mut outcome = Outcome::default();
    by_order(bytes, |lines, rows| reconcile(lines, rows, context, &mut outcome))?;
    let Outcome { findings, operations, mut tally } = outcome;
    send(&operations, rounds, references, settled, means, context, &mut tally)?;
    let found = findings.iter().map(|finding| describe(finding, context)).collect::<Result<_, _>>()?;
    (means.on)(Event::Advance { by: 1 });
    Ok(Judged { found, tally })
}

/// Walks the records of a shard, an order at a time. Only places are sorted, and every record is decoded where it is
/// needed: the decoded ones are several times as large as their bytes.
fn by_order<E>(
    bytes: &[u8],
    mut judge: impl FnMut(&mut [LineRec], &mut [OperationRow]) -> Result<(), E>,
) -> Result<(), E> {
    let mut places: Vec<(u128, usize)> = Vec::new();
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        let place = reader.place();
        places.push((pass_order_record(&mut reader), place));
    }
    places.sort_unstable();
    let (mut lines, mut rows) = (Vec::new(), Vec::new());
    for of_order in places.chunk_by(|(a, _), (b, _)| a == b) {
        lines.clear();
        rows.clear();
        for (_, place) in of_order {
            match read_order_record(&mut Reader::at(bytes, *place)) {
                OrderRecord::Line(line) => lines.push(line),
                OrderRecord::Operation(row) => rows.push(row),
            }
        }
        judge(&mut lines, &mut rows)?;
    }
    Ok(())
}

fn send(
    operations: &[Operation],
    rounds: &[Partitions],
    references: &Partitions,
    settled: &FxHashSet<NameId>,
    means: &Means<'_>,
    context: &Context<'_>,
    tally: &mut Tally,
) -> Result<(), RunError> {
    let mut writers: Vec<_> = rounds.iter().map(Partitions::writer).collect();
    let mut reference_writer = references.writer();
    let mut unique: Option<(NameId, bool)> = None;
    let mut route = Route::default();
    for operation in operations {
        let provider = operation.provider;
        let is_unique = match unique {
            Some((known, is_unique)) if known == provider => is_unique,
            _ => unique.insert((provider, context.settings.unique_reference(&context.names.text(provider)))).1,
        };
        if let Some(hash) = operation.keys[KeyKind::PayeeReference.index()]
            && operation.completed
            && is_unique
        {
            reference_writer.put(references.shard_of(hash.get()), |out| {
                out.extend_from_slice(&hash.get().to_le_bytes());
                Operation { keys: [None; 4], reconciliation: None, ..operation.clone() }.put(out);
            });
        }
        if !settled.contains(&provider) {
            tally.operation(operation, if operation.completed { Verdict::Skipped } else { Verdict::NotCompleted });
            continue;
        }
        let (round, key) = route.next(means.routes, provider, &operation.keys, 0);
        if let (Some(writer), Some(partitions)) = (writers.get_mut(round), rounds.get(round)) {
            writer.put(partitions.shard_of(key), |out| operation.put(out));
        }
    }
    for writer in writers.into_iter().chain([reference_writer]) {
        writer.finish()?;
    }
    Ok(())
}
