//! The order shards: each order is judged by itself, and its operations go on to the key shards.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::error::RunError;
use super::read::Means;
use super::plan::Event;
use crate::engine::shard::Partitions;
use crate::model::codec::Reader;
use crate::model::compact::{KeyKind, LineRec, Operation, OperationRow, OrderRecord, read_order_record};
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
    settled_keys: &HashMap<NameId, [bool; 4]>,
    means: &Means<'_>,
    context: &Context<'_>,
) -> Result<Judged, RunError> {
    (means.on)(Event::Stage { name: "order lines", total: u64::try_from(orders.shard_count()).unwrap_or(0) });
    let settled: HashSet<NameId> = settled_keys.keys().copied().collect();
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
    settled: &HashSet<NameId>,
    means: &Means<'_>,
    context: &Context<'_>,
) -> Result<Judged, RunError> {
    let (mut lines, mut rows) = decode(bytes);
    let mut outcome = Outcome::default();
    by_order(&mut lines, &mut rows, |lines, rows| reconcile(lines, rows, context, &mut outcome))?;
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
    lines: &mut [LineRec],
    rows: &mut [OperationRow],
    mut judge: impl FnMut(&mut [LineRec], &mut [OperationRow]) -> Result<(), E>,
) -> Result<(), E> {
    lines.sort_unstable_by_key(|line| line.order);
    rows.sort_unstable_by_key(|row| row.order);
    let (mut lines, mut rows) = (lines, rows);
    loop {
        let heads = [lines.first().map(|line| line.order), rows.first().map(|row| row.order)];
        let Some(order) = heads.into_iter().flatten().min() else { return Ok(()) };
        let line_count = lines.iter().take_while(|line| line.order == order).count();
        let row_count = rows.iter().take_while(|row| row.order == order).count();
        let (of_order, other_lines) = std::mem::take(&mut lines).split_at_mut(line_count);
        let (on_order, other_rows) = std::mem::take(&mut rows).split_at_mut(row_count);
        judge(of_order, on_order)?;
        (lines, rows) = (other_lines, other_rows);
    }
}

fn send(
    operations: &[Operation],
    rounds: &[Partitions],
    references: &Partitions,
    settled: &HashSet<NameId>,
    means: &Means<'_>,
    context: &Context<'_>,
    tally: &mut Tally,
) -> Result<(), RunError> {
    let mut writers: Vec<_> = rounds.iter().map(Partitions::writer).collect();
    let mut reference_writer = references.writer();
    let mut unique: Option<(NameId, bool)> = None;
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
            reference_writer.put(references.shard_of(hash), |out| {
                out.extend_from_slice(&hash.to_le_bytes());
                Operation { keys: [None; 4], reconciliation: None, ..operation.clone() }.put(out);
            });
        }
        if !settled.contains(&provider) {
            tally.operation(operation, if operation.completed { Verdict::Skipped } else { Verdict::NotCompleted });
            continue;
        }
        let (round, key) = means.routes.next(provider, &operation.keys, 0);
        if let (Some(writer), Some(partitions)) = (writers.get_mut(round), rounds.get(round)) {
            writer.put(partitions.shard_of(key), |out| operation.put(out));
        }
    }
    for writer in writers.into_iter().chain([reference_writer]) {
        writer.finish()?;
    }
    Ok(())
}
