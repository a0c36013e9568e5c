//! The stages that judge: each puts its rows into shards as a run does, lets the run's own functions work through them,
//! and sends on what these have sent to later ones.

use std::io::{Read, Write};

use rustc_hash::{FxHashMap, FxHashSet};
use xxhash_rust::xxh3::xxh3_128;

use super::job::Job;
use super::read::shard;
use super::rows::Given;
use super::said::Out;
use super::{kind, refused};
use crate::engine::shard::Partitions;
use crate::engine::spill::Budget;
use crate::engine::wire::WireRow;
use crate::ingest::library::Library;
use crate::model::codec::Reader;
use crate::model::compact::{KeyRecord, Keys, Operation};
use crate::model::encoding::read_key_record;
use crate::model::names::NameId;
use crate::model::origin::Origin;
use crate::pipeline::inputs::Inputs;
use crate::pipeline::orders;
use crate::pipeline::read::{self, Means, Read as Seen, Shards};
use crate::pipeline::tell::tell;
use crate::pipeline::totals::Totals;
use crate::pipeline::{Beside, RunError, assemble, books, keys, references, with_context};
use crate::rules::batches::report_unanswered;
use crate::rules::control::Tally;
use crate::rules::operations::Outcome;

/// The rows of a partition, dealt out.
struct Dealt {
    given: Given,
    orders: Partitions,
    rounds: Vec<Partitions>,
    references: Partitions,
    /// What was seen in the whole run.
    seen: Seen,
}

/// Reads the rows of a partition and deals them out.
fn deal(job: &Job, means: &Means<'_>, input: impl Read) -> Result<Dealt, RunError> {
    let mut given = Given::read(input, job, means.currencies)?;
    let partitions = || Partitions::new(means.plan.shard_count, Budget::unlimited(), None);
    let rounds: Vec<Partitions> = (0..=means.routes.round_count).map(|_| partitions()).collect();
    let (orders, references) = (partitions(), partitions());
    let shards = Shards { orders: Some(&orders), rounds: &rounds };
    let read = read::read_after(job.seen(means.names), &mut given.inputs, means, &shards)?;
    if let Some((_, reject)) = read.rejects.first() {
        let problem =
            format!("{}:{}: a row that was read before cannot be read: {}", reject.file, reject.line, reject.reason);
        return Err(refused(problem, "give all workers the same program and job").into());
    }
    // Rows were counted when they were read; only the sums of their settlements are needed, to name tolerated rows.
    let mut seen = job.seen(means.names);
    seen.batches.settled = read.batches.settled;
    Ok(Dealt { given, orders, rounds, references, seen })
}

impl Dealt {
    /// Sums the operations of a stage that is given rows of whole operations, judged as order lines already, and deals
    /// them out.
    fn sum_again(&self, is_settled: bool, means: &Means<'_>) -> Result<(), RunError> {
        let settled = if is_settled { self.seen.settled_keys.clone() } else { FxHashMap::default() };
        with_context(&self.given.inputs, means, &FxHashSet::default(), true, |context, _| {
            orders::judge(&self.orders, &self.rounds, &self.references, &settled, means, context).map(drop)
        })
    }

    /// Sends on what stands in the rounds from one on.
    fn send_on<W: Write>(
        &self,
        from: usize,
        references: &FxHashMap<Origin, i64>,
        means: &Means<'_>,
        out: &mut Out<W>,
    ) -> Result<(), RunError> {
        let mut sender = Sender { given: &self.given, references, means, buffer: Vec::new(), out };
        for (round, partitions) in self.rounds.iter().enumerate().skip(from) {
            each_record(partitions, |reader| match read_key_record(reader) {
                KeyRecord::Operation(operation) => sender.operation(Some(round), &operation),
                KeyRecord::Settled(row) => {
                    let key = sender.key(round, row.provider, &row.keys);
                    sender.row(Some(round), key, None, row.origin)
                }
            })?;
        }
        Ok(())
    }
}

/// Walks all records of all shards.
fn each_record(
    partitions: &Partitions,
    mut each: impl FnMut(&mut Reader<'_>) -> Result<(), RunError>,
) -> Result<(), RunError> {
    for shard in 0..partitions.shard_count() {
        for block in partitions.take_blocks(shard)?.blocks() {
            let mut reader = Reader::new(block);
            while !reader.is_empty() {
                each(&mut reader)?;
            }
        }
    }
    Ok(())
}

/// Sends rows on.
struct Sender<'a, W: Write> {
    given: &'a Given,
    /// The references of operations that other operations may share, by the first row of each.
    references: &'a FxHashMap<Origin, i64>,
    means: &'a Means<'a>,
    buffer: Vec<u8>,
    out: &'a mut Out<W>,
}

impl<W: Write> Sender<'_, W> {
    /// The key that a record has in a round; none after the last one.
    fn key(&self, round: usize, provider: NameId, keys: &Keys) -> Option<u128> {
        if round >= self.means.routes.round_count {
            return None;
        }
        keys[self.means.routes.kind(provider, round).index()].map(|key| key.get())
    }

    /// All rows of an operation go one way; one that is of no round is wanted for its reference alone.
    fn operation(&mut self, round: Option<usize>, operation: &Operation) -> Result<(), RunError> {
        let reference = operation.rows.first().and_then(|first| self.references.get(first)).copied();
        let of_round = round.and_then(|round| self.key(round, operation.provider, &operation.keys));
        // What no key has brought together is judged by batches.
        let batch = || {
            let text = |id: NameId| self.means.names.text(id);
            let currency = self.means.currencies.code(operation.currency);
            let number = text(operation.reconciliation?);
            Some(xxh3_128(format!("{}\u{1f}{number}\u{1f}{currency}", text(operation.provider)).as_bytes()))
        };
        // All rows of an operation have the same.
        let key = match (of_round.or_else(batch), operation.rows.first()) {
            (None, Some(first)) => Some(xxh3_128(self.given.text(*first, &mut self.buffer)?.1.as_bytes())),
            (key, _) => key,
        };
        operation.rows.iter().try_for_each(|origin| self.row(round, key, reference, *origin))
    }

    fn row(
        &mut self,
        round: Option<usize>,
        key: Option<u128>,
        reference: Option<i64>,
        origin: Origin,
    ) -> Result<(), RunError> {
        let (file, text) = self.given.text(origin, &mut self.buffer)?;
        // What is judged by itself is dealt out evenly, by its own bytes.
        let key = key.unwrap_or_else(|| xxh3_128(text.as_bytes()));
        self.out.row(&WireRow {
            kind: kind::ROW,
            shard: Some(shard(key)),
            round: round.and_then(|round| i32::try_from(round).ok()),
            reference,
            file: i32::try_from(file).ok(),
            text,
        })
    }
}

/// Judges whole orders.
pub(super) fn lines(job: &Job, means: &Means<'_>, input: impl Read, output: impl Write) -> Result<(), RunError> {
    let dealt = deal(job, means, input)?;
    let Dealt { given, orders, rounds, references, seen } = &dealt;
    let (found, totals) = with_context(&given.inputs, means, &seen.line_providers, false, |context, library| {
        let judged = orders::judge(orders, rounds, references, &seen.settled_keys, means, context)?;
        let sums = Sums { read: job.seen(means.names), tally: judged.tally, ..Sums::default() };
        let found = tell(judged.findings, context, means)?;
        Ok::<_, RunError>((found, sums.totals(&given.inputs, library, means)?))
    })?;
    let mut out = Out::new(output)?;
    out.findings(found.rows(), given)?;
    let (mut shared, mut alone) = (FxHashMap::default(), Vec::new());
    each_record(references, |reader| {
        let hash = shard(reader.fixed_u128());
        let KeyRecord::Operation(operation) = read_key_record(reader) else { return Ok(()) };
        shared.extend(operation.rows.first().map(|first| (*first, hash)));
        if !seen.settled_keys.contains_key(&operation.provider) {
            alone.push(operation);
        }
        Ok(())
    })?;
    dealt.send_on(0, &shared, means, &mut out)?;
    let mut sender = Sender { given, references: &shared, means, buffer: Vec::new(), out: &mut out };
    alone.iter().try_for_each(|operation| sender.operation(None, operation))?;
    out.totals(&totals)?;
    out.finish()
}

/// Judges what has the key of a round, and in the round behind the last one what no key has brought together.
pub(super) fn round(
    job: &Job,
    round: usize,
    means: &Means<'_>,
    input: impl Read,
    output: impl Write,
) -> Result<(), RunError> {
    let dealt = deal(job, means, input)?;
    dealt.sum_again(true, means)?;
    let Dealt { given, rounds, seen, .. } = &dealt;
    let mut read = job.seen(means.names);
    read.batches.settled.clone_from(&seen.batches.settled);
    let is_last = round == means.routes.round_count;
    let (found, totals, unanswered) =
        with_context(&given.inputs, means, &seen.line_providers, false, |context, library| {
            let (mut outcome, mut findings) = keys::resolve_round(rounds, round, means, context)?;
            let mut unanswered = std::mem::take(&mut outcome.unanswered);
            if is_last {
                report_unanswered(std::mem::take(&mut unanswered), &seen.batches.numbers, &mut outcome);
            }
            findings.push(std::mem::take(&mut outcome.findings));
            let found = tell(findings, context, means)?;
            let sums = Sums { read: std::mem::take(&mut read), outcome, ..Sums::default() };
            Ok::<_, RunError>((found, sums.totals(&given.inputs, library, means)?, unanswered))
        })?;
    let mut out = Out::new(output)?;
    out.findings(found.rows(), given)?;
    let nothing = FxHashMap::default();
    dealt.send_on(round + 1, &nothing, means, &mut out)?;
    let mut sender = Sender { given, references: &nothing, means, buffer: Vec::new(), out: &mut out };
    // A batch of which no row came may have operations in other partitions too.
    unanswered.iter().try_for_each(|operation| sender.operation(Some(means.routes.round_count), operation))?;
    out.totals(&totals)?;
    out.finish()
}

/// Judges operations that share a payee reference.
pub(super) fn references(job: &Job, means: &Means<'_>, input: impl Read, output: impl Write) -> Result<(), RunError> {
    let dealt = deal(job, means, input)?;
    dealt.sum_again(false, means)?;
    let found = with_context(&dealt.given.inputs, means, &dealt.seen.line_providers, false, |context, _| {
        Ok::<_, RunError>(tell(vec![references::find_reused(&dealt.references, context)?], context, means)?)
    })?;
    let mut out = Out::new(output)?;
    out.findings(found.rows(), &dealt.given)?;
    out.finish()
}

/// What a partition adds up.
#[derive(Default)]
pub(super) struct Sums {
    pub(super) read: Seen,
    pub(super) outcome: Outcome,
    pub(super) tally: Tally,
    /// Its settlement rows are read here, and not only judged.
    pub(super) reads_rows: bool,
}

impl Sums {
    /// The same as numbers by name, as a report has them.
    pub(super) fn totals(self, inputs: &Inputs, library: &Library<'_>, means: &Means<'_>) -> Result<Totals, RunError> {
        let Self { read, outcome, mut tally, reads_rows } = self;
        let flows = books::flows(&tally, means);
        let legs = books::Legs { read: &read, outcome: &outcome, found: &[], flows };
        let counted = Beside { counts_only: true, ..Beside::default() };
        let mut own = books::judge(inputs, legs, library, means, &counted)?.own;
        if !reads_rows {
            for sum in &mut own.settled {
                (sum.rows, sum.gross_minor, sum.fee_rows, sum.fee_minor) = (0, 0, 0, 0);
            }
        }
        tally.join(outcome.tally);
        let outcome = assemble::Outcome {
            codes: Vec::new(),
            tally,
            batches: outcome.batches,
            matches: None,
            tolerated: outcome.tolerated,
        };
        let report = assemble::report(inputs, read, Vec::new(), outcome, own, means, &Totals::default())?;
        Ok(Totals::of(&report))
    }
}
