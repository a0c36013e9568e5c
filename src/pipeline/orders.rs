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
use crate::model::encoding::read_order_record;
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
        .map(|shard| judge_shard(&orders.take(shard)?, rounds, references, &settled, means, context))
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
    let (lines, rows) = decode(bytes);
    let mut outcome = Outcome::default();
    by_order(&lines, &rows, |lines, rows| reconcile(lines, rows, context, &mut outcome))?;
    let Outcome { findings, operations, mut tally } = outcome;
    send(&operations, rounds, references, settled, means, context, &mut tally)?;
    let found = findings.iter().map(|finding| describe(finding, context)).collect::<Result<_, _>>()?;
    (means.on)(Event::Advance { by: 1 });
    Ok(Judged { found, tally })
}

fn decode(bytes: &[u8]) -> (Vec<LineRec>, Vec<OperationRow>) {
    let mut reader = Reader::new(bytes);
    let (mut lines, mut rows) = (Vec::new(), Vec::new());
    while !reader.is_empty() {
        match read_order_record(&mut reader) {
            OrderRecord::Line(line) => lines.push(line),
            OrderRecord::Operation(row) => rows.push(row),
        }
    }
    (lines, rows)
}

/// Walks both kinds of records side by side, an order at a time.
fn by_order<E>(
    lines: &[LineRec],
    rows: &[OperationRow],
    mut judge: impl FnMut(&mut [LineRec], &mut [OperationRow]) -> Result<(), E>,
) -> Result<(), E> {
    // Places are sorted, not records: these are several times as large.
    let sorted_lines = places(lines.iter().map(|line| line.order));
    let sorted_rows = places(rows.iter().map(|row| row.order));
    let (mut line_places, mut row_places) = (sorted_lines.iter().peekable(), sorted_rows.iter().peekable());
    let (mut of_order, mut on_order) = (Vec::new(), Vec::new());
    loop {
        let heads = [line_places.peek().map(|(order, _)| *order), row_places.peek().map(|(order, _)| *order)];
        let Some(order) = heads.into_iter().flatten().min() else { return Ok(()) };
        of_order.clear();
        on_order.clear();
        while let Some((_, place)) = line_places.next_if(|(other, _)| *other == order) {
            of_order.push(lines[*place]);
        }
        while let Some((_, place)) = row_places.next_if(|(other, _)| *other == order) {
            on_order.push(rows[*place]);
        }
        judge(&mut of_order, &mut on_order)?;
    }
}

fn places(orders: impl Iterator<Item = u128>) -> Vec<(u128, usize)> {
    let mut places: Vec<(u128, usize)> = orders.zip(0..).collect();
    places.sort_unstable_by_key(|(order, _)| *order);
    places
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
