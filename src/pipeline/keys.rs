//! The key shards, round by round: operations meet settlement rows, and what stays goes on to the next key.

use std::collections::BTreeMap;
use std::io;

use super::error::RunError;
use super::plan::Event;
use super::read::Means;
use super::routes::Route;
use crate::engine::group::Groups;
use crate::engine::shard::{Block, Partitions, Writer};
use crate::engine::turns::in_turn;
use crate::model::codec::{Place, Reader, touch};
use crate::model::compact::{KeyKind, KeyRecord, Keys, Operation, SettledRow};
use crate::model::encoding::{KeyHead, is_settled, pass_key_record, read_key_record};
use crate::model::finding::Findings;
use crate::model::names::NameId;
use crate::model::record::ReadBackError;
use crate::rules::counted::Counted;
use crate::rules::operations::{Outcome, resolve, resolve_halves, resolve_pair};
use crate::rules::orders::Context;

/// Resolves all rounds.
///
/// # Errors
/// A file changed, or working files cannot be read or written.
pub fn resolve_rounds(
    rounds: &[Partitions],
    means: &Means<'_>,
    context: &Context<'_>,
) -> Result<(Outcome, Findings), RunError> {
    let shards: usize = rounds.iter().map(Partitions::shard_count).sum();
    (means.on)(Event::Stage { name: "settlements", total: u64::try_from(shards).unwrap_or(0) });
    let mut all = Outcome::new(means.plan.matches);
    let mut all_findings = Findings::new();
    for round in 0..rounds.len() {
        let (outcome, findings) = resolve_round(rounds, round, means, context)?;
        join(&mut all, outcome);
        all_findings.extend(findings);
    }
    Ok((all, all_findings))
}

/// Resolves one round; what stays stands in the later ones then.
///
/// # Errors
/// As [`resolve_rounds`].
pub fn resolve_round(
    rounds: &[Partitions],
    round: usize,
    means: &Means<'_>,
    context: &Context<'_>,
) -> Result<(Outcome, Findings), RunError> {
    let mut all = Outcome::new(means.plan.matches);
    let Some(partitions) = rounds.get(round) else { return Ok((all, Findings::new())) };
    let parts = in_turn(0..partitions.shard_count(), Memory::default, |groups, shard| {
        let taken = partitions.take_blocks(shard)?;
        resolve_shard(taken.blocks(), round, rounds, means, context, groups)
    })?;
    let take = |mut part: Outcome| {
        let findings = std::mem::take(&mut part.findings);
        join(&mut all, part);
        findings
    };
    let findings = parts.into_iter().map(take).collect();
    Ok((all, findings))
}

/// Joins what two parts yield, their findings apart.
fn join(all: &mut Outcome, part: Outcome) {
    all.tally.join(part.tally);
    all.batches.join(part.batches);
    all.unanswered.extend(part.unanswered);
    if let (Some(all), Some(part)) = (&mut all.matches, part.matches) {
        all.extend(part);
    }
    all.tolerated_rows.extend(part.tolerated_rows);
    for (currency, (pairs, sizes_minor)) in part.tolerated {
        let known = all.tolerated.entry(currency).or_default();
        known.0 += pairs;
        crate::model::money::add(&mut known.1, sizes_minor);
    }
}

fn resolve_shard(
    blocks: &[Block],
    round: usize,
    rounds: &[Partitions],
    means: &Means<'_>,
    context: &Context<'_>,
    groups: &mut Memory,
) -> Result<Outcome, RunError> {
    let mut outcome = Outcome::new(means.plan.matches);
    if round == means.routes.round_count {
        for block in blocks {
            let mut reader = Reader::new(block);
            while !reader.is_empty() {
                match read_key_record(&mut reader) {
                    KeyRecord::Operation(operation) => outcome.finish_operation(operation),
                    KeyRecord::Settled(row) => outcome.unknown_row(&row),
                }
            }
        }
    } else {
        let mut onward = Onward::new(round, rounds, means);
        by_key(blocks, means, context, groups, &mut onward, &mut outcome)?;
        onward.send(&mut outcome);
        onward.finish()?;
    }
    outcome.add_pairs();
    (means.on)(Event::Advance { by: 1 });
    Ok(outcome)
}

/// What a task uses again for every shard.
type Memory = Groups<Place>;

/// Walks both sides, a key at a time. Only places are sorted, and every record is decoded where it is needed: the
/// decoded ones are several times as large as their bytes.
fn by_key(
    blocks: &[Block],
    means: &Means<'_>,
    context: &Context<'_>,
    groups: &mut Memory,
    onward: &mut Onward<'_>,
    outcome: &mut Outcome,
) -> Result<(), ReadBackError> {
    groups.clear();
    let mut kind_of = RoundKey { round: onward.round, means, last: None, kinds: Counted::default() };
    for (number, block) in blocks.iter().enumerate() {
        let mut reader = Reader::new(block);
        while !reader.is_empty() {
            let place = Place::new(number, &reader);
            groups.add(kind_of.key(&pass_key_record(&mut reader)), place);
        }
    }
    groups.for_each(
        |places| touch(places, blocks),
        |group| {
            if let [(_, only)] = group {
                onward.pass(only.reader(blocks));
                return Ok(());
            }
            if let [(_, first), (_, second)] = group {
                let (first, second) = (first.reader(blocks), second.reader(blocks));
                // Rows are dealt before operations.
                let (mut operation, mut row) = if is_settled(&first) { (second, first) } else { (first, second) };
                if kind_of.resolve_pair(&pass_key_record(&mut operation), &pass_key_record(&mut row), outcome) {
                    return Ok(());
                }
                let pair = [first, second].map(|mut record| read_key_record(&mut record));
                if let [KeyRecord::Operation(operation), KeyRecord::Settled(row)]
                | [KeyRecord::Settled(row), KeyRecord::Operation(operation)] = &pair
                    && kind_of.one_key(&operation.keys, operation.provider, &row.keys, row.provider)
                    && resolve_pair(operation, row, outcome)
                {
                    return Ok(());
                }
            }
            let mut keys = group.iter().map(|(_, place)| kind_of.key(&pass_key_record(&mut place.reader(blocks))));
            let first = keys.next();
            if keys.all(|key| Some(key) == first) {
                let (operations, rows) = sides(group, blocks);
                return resolve(operations, rows, context, outcome);
            }
            // Several keys whose hashes have one half in common.
            let mut by_key: BTreeMap<u128, Vec<(u64, Place)>> = BTreeMap::new();
            for record in group {
                let key = kind_of.key(&pass_key_record(&mut record.1.reader(blocks)));
                by_key.entry(key).or_default().push(*record);
            }
            for group in by_key.into_values() {
                let (operations, rows) = sides(&group, blocks);
                resolve(operations, rows, context, outcome)?;
            }
            Ok(())
        },
    )
}

/// The records of one key, by side. There may be millions of them: no more memory is taken than they need.
fn sides(group: &[(u64, Place)], blocks: &[Block]) -> (Vec<Operation>, Vec<SettledRow>) {
    let heads = group.iter().map(|(_, place)| pass_key_record(&mut place.reader(blocks)));
    let count = heads.filter(|head| !head.is_settled()).count();
    let mut sides = (Vec::with_capacity(count), Vec::with_capacity(group.len() - count));
    for (_, place) in group {
        match read_key_record(&mut place.reader(blocks)) {
            KeyRecord::Operation(operation) => sides.0.push(operation),
            KeyRecord::Settled(row) => sides.1.push(row),
        }
    }
    sides
}

/// The key by which a record is in the shards of a round.
struct RoundKey<'a> {
    round: usize,
    means: &'a Means<'a>,
    last: Option<(NameId, KeyKind)>,
    kinds: Counted<NameId, Option<KeyKind>>,
}

impl RoundKey<'_> {
    #[inline]
    fn kind(&mut self, provider: NameId) -> KeyKind {
        match self.last {
            Some((last, kind)) if last == provider => kind,
            _ => self.look_up(provider),
        }
    }

    #[cold]
    #[inline(never)]
    fn look_up(&mut self, provider: NameId) -> KeyKind {
        let kind = self.kinds.of(provider);
        let kind = *kind.get_or_insert_with(|| self.means.routes.kind(provider, self.round));
        self.last.insert((provider, kind)).1
    }

    #[inline]
    fn key(&mut self, record: &KeyHead<'_>) -> u128 {
        let kind = self.kind(record.provider);
        record.key(kind).expect("a record is dealt out by a key that it has")
    }

    /// Resolves an operation and a row of one key from what their heads say, where that is enough and they agree.
    #[inline]
    fn resolve_pair(&mut self, operation: &KeyHead<'_>, row: &KeyHead<'_>, outcome: &mut Outcome) -> bool {
        if operation.is_settled() || !row.is_settled() || operation.provider != row.provider {
            return false;
        }
        let kind = self.kind(row.provider);
        if operation.key(kind) != row.key(kind) {
            return false;
        }
        let (Some(operation), Some(row)) = (operation.half(), row.half()) else { return false };
        resolve_halves(&operation, &row, outcome)
    }

    /// Whether two records have one key, of providers that may differ.
    #[inline]
    fn one_key(&mut self, a: &Keys, a_provider: NameId, b: &Keys, b_provider: NameId) -> bool {
        a[self.kind(a_provider).index()] == b[self.kind(b_provider).index()]
    }
}

/// Deals what stays out to later rounds. No writer is opened on a round that is being taken: what a writer holds is in
/// no shard yet.
struct Onward<'a> {
    round: usize,
    later: &'a [Partitions],
    writers: Vec<Writer<'a>>,
    means: &'a Means<'a>,
    route: Route,
}

impl<'a> Onward<'a> {
    fn new(round: usize, rounds: &'a [Partitions], means: &'a Means<'a>) -> Self {
        let later = rounds.get(round + 1..).unwrap_or_default();
        Self { round, later, writers: later.iter().map(Partitions::writer).collect(), means, route: Route::default() }
    }

    /// A record alone with its key, as it is.
    fn pass(&mut self, record: Reader<'_>) {
        let mut rest = record;
        let head = pass_key_record(&mut rest);
        let next = self.route.next(
            self.means.routes,
            head.provider,
            head.keys().bits(),
            |kind| head.key(kind),
            self.round + 1,
        );
        self.put(next, |out| out.extend_from_slice(record.until(&rest)));
    }

    /// What the rules have left.
    fn send(&mut self, outcome: &mut Outcome) {
        for operation in outcome.operations_on.drain(..) {
            let next = self.next(operation.provider, &operation.keys);
            self.put(next, |out| operation.put(out));
        }
        for row in outcome.rows_on.drain(..) {
            let next = self.next(row.provider, &row.keys);
            self.put(next, |out| row.put(out));
        }
    }

    fn next(&mut self, provider: NameId, keys: &Keys) -> (usize, u128) {
        self.route.next_of(self.means.routes, provider, keys, self.round + 1)
    }

    fn put(&mut self, (round, key): (usize, u128), append: impl FnOnce(&mut Vec<u8>)) {
        let place = round - (self.round + 1);
        self.writers[place].put(self.later[place].shard_of(key), append);
    }

    fn finish(self) -> io::Result<()> {
        self.writers.into_iter().try_for_each(Writer::finish)
    }
}
