//! The order shards: each order is judged by itself, and its operations go on to the key shards.

use std::collections::BTreeSet;
use std::io;

use rustc_hash::{FxHashMap, FxHashSet};

use super::error::RunError;
use super::plan::Event;
use super::read::Means;
use super::routes::Route;
use crate::engine::group::Groups;
use crate::engine::shard::{Block, Partitions, Taken, Writer};
use crate::engine::turns::in_turn;
use crate::model::codec::{Place, Reader, touch};
use crate::model::compact::{KeyKind, LineRec, OperationRow};
use crate::model::day::Instant;
use crate::model::encoding::parts::OperationParts;
use crate::model::encoding::{KEY_ROOM_LEN, pass_order_record, read_order_record};
use crate::model::finding::{Finding, Findings};
use crate::model::names::NameId;
use crate::model::origin::Origin;
use crate::model::record::ReadBackError;
use crate::rules::control::{Sum, Tally, Verdict};
use crate::rules::orders::{Context, Outcome, reconcile};
use crate::rules::plain::PlainOrder;

/// What the order shards yield.
#[derive(Debug, Default)]
pub struct Judged {
    /// What was found.
    pub findings: Findings,
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
    let desk = Desk { rounds, references, settled: &settled_keys.keys().copied().collect(), means, context };
    let judge = |memory: &mut Memory, shard| judge_shard(&orders.take_blocks(shard)?, memory, &desk);
    let parts = in_turn(0..orders.shard_count(), Memory::default, judge)?;
    let mut judged = Judged::default();
    for (findings, tally) in parts {
        judged.findings.push(findings);
        judged.tally.join(tally);
    }
    Ok(judged)
}

/// Where the operations of orders go, and what it needs to know that.
struct Desk<'a> {
    rounds: &'a [Partitions],
    references: &'a Partitions,
    settled: &'a FxHashSet<NameId>,
    means: &'a Means<'a>,
    context: &'a Context<'a>,
}

/// What a task uses again for every shard.
#[derive(Default)]
struct Memory {
    groups: Groups<Place>,
    lines: Vec<LineRec>,
    rows: Vec<OperationRow>,
}

// A stage of the run, which a profile shows as one.
#[inline(never)]
fn judge_shard(taken: &Taken<'_>, memory: &mut Memory, desk: &Desk<'_>) -> Result<(Vec<Finding>, Tally), RunError> {
    let Memory { groups, lines, rows } = memory;
    let (context, blocks) = (desk.context, taken.blocks());
    let mut outcome = Outcome::default();
    let mut sender = Sender::new(desk);
    let mut plain = PlainOrder::default();
    by_order(groups, blocks, |group| {
        if plain.judge(group.iter().map(|(_, place)| place.reader(blocks)), context) {
            plain.count(&mut outcome.tally);
            return plain.operations(|operation| Ok(sender.send(operation, &mut outcome.tally)?));
        }
        lines.clear();
        rows.clear();
        for (_, place) in group {
            read_order_record(&mut place.reader(blocks), lines, rows);
        }
        each_order(lines, rows, |lines, rows| {
            reconcile(lines, rows, context, &mut outcome)?;
            for operation in outcome.operations.drain(..) {
                sender.send(&operation.parts(&mut [0; KEY_ROOM_LEN]), &mut outcome.tally)?;
            }
            Ok(())
        })
    })?;
    sender.finish()?;
    plain.finish(&mut outcome.tally);
    let Outcome { findings, tally, .. } = outcome;
    (desk.means.on)(Event::Advance { by: 1 });
    Ok((findings, tally))
}

/// Walks the records of a shard by groups, which nearly always are an order each. Only places are sorted, and every record is
/// decoded where it is needed: the decoded ones are several times as large as their bytes.
fn by_order(
    groups: &mut Groups<Place>,
    blocks: &[Block],
    judge: impl FnMut(&[(u64, Place)]) -> Result<(), RunError>,
) -> Result<(), RunError> {
    group_orders(groups, blocks);
    groups.for_each(|places| touch(places, blocks), judge)
}

/// Groups the records by order.
#[inline(never)]
fn group_orders(groups: &mut Groups<Place>, blocks: &[Block]) {
    groups.clear();
    for (number, block) in blocks.iter().enumerate() {
        let mut reader = Reader::new(block);
        while !reader.is_empty() {
            let place = Place::new(number, &reader);
            groups.add(pass_order_record(&mut reader), place);
        }
    }
}

/// The orders of a group.
fn each_order(
    lines: &mut [LineRec],
    rows: &mut [OperationRow],
    mut judge: impl FnMut(&mut [LineRec], &mut [OperationRow]) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let first = lines.first().map(|line| line.order).or(rows.first().map(|row| row.order));
    let is_first = |order: u128| Some(order) == first;
    if lines.iter().all(|line| is_first(line.order)) && rows.iter().all(|row| is_first(row.order)) {
        return judge(lines, rows);
    }
    // Several orders whose hashes have one half in common.
    lines.sort_unstable_by_key(|line| line.order);
    rows.sort_unstable_by_key(|row| row.order);
    let orders = lines.iter().map(|line| line.order).chain(rows.iter().map(|row| row.order));
    for order in orders.collect::<BTreeSet<_>>() {
        let mut lines: Vec<LineRec> = lines.iter().filter(|line| line.order == order).copied().collect();
        let mut rows: Vec<OperationRow> = rows.iter().filter(|row| row.order == order).copied().collect();
        judge(&mut lines, &mut rows)?;
    }
    Ok(())
}

/// Deals the operations of a shard out to the key shards.
struct Sender<'a> {
    desk: &'a Desk<'a>,
    writers: Vec<Writer<'a>>,
    reference_writer: Writer<'a>,
    route: Route,
    /// The last provider: whether its references are unique, and whether it has settlement rows.
    last: Option<(NameId, bool, bool)>,
}

/// When an operation was made: the newest of its rows.
fn newest(rows: &[Origin], context: &Context<'_>) -> Result<Option<Instant>, ReadBackError> {
    let mut newest = None;
    for origin in rows {
        newest = newest.max(context.rows.row(*origin)?.instant("created_at"));
    }
    Ok(newest)
}

impl<'a> Sender<'a> {
    fn new(desk: &'a Desk<'a>) -> Self {
        Self {
            desk,
            writers: desk.rounds.iter().map(Partitions::writer).collect(),
            reference_writer: desk.references.writer(),
            route: Route::default(),
            last: None,
        }
    }

    #[inline]
    fn send(&mut self, operation: &OperationParts<'_>, tally: &mut Tally) -> Result<(), ReadBackError> {
        let form = operation.form();
        let Desk { rounds, references, settled, means, context } = self.desk;
        let provider = operation.provider;
        let (_, is_unique, is_settled) = match self.last {
            Some(last) if last.0 == provider => last,
            _ => {
                let is_unique = context.settings.unique_reference(&context.names.text(provider));
                *self.last.insert((provider, is_unique, settled.contains(&provider)))
            }
        };
        if operation.completed
            && is_unique
            && let Some(hash) = operation.keys.key(KeyKind::PayeeReference)
        {
            self.reference_writer.put(references.shard_of(hash), |out| {
                out.extend_from_slice(&hash.to_le_bytes());
                form.put_without_keys(out);
            });
        }
        if !is_settled {
            let verdict = if operation.completed { Verdict::Skipped } else { Verdict::NotCompleted };
            let rows = Sum::of_rows(operation.rows.len(), operation.stated_minor);
            tally.verdict(operation.dataset, provider, operation.currency, verdict, rows);
            return Ok(());
        }
        if operation.completed && context.settings.books.books_operations {
            let newest = newest(operation.rows, context)?;
            tally.flow(operation, newest.map_or(context.settings.as_of, |at| context.settings.zone.day(at)));
        }
        let (round, key) =
            self.route.next(means.routes, provider, operation.keys.bits(), |kind| operation.keys.key(kind), 0);
        if let (Some(writer), Some(partitions)) = (self.writers.get_mut(round), rounds.get(round)) {
            writer.put(partitions.shard_of(key), |out| form.put(out));
        }
        Ok(())
    }

    fn finish(self) -> io::Result<()> {
        for writer in self.writers.into_iter().chain([self.reference_writer]) {
            writer.finish()?;
        }
        Ok(())
    }
}
