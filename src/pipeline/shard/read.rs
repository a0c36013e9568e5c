//! Splits of files to rows: each is checked by the canonical reader, and goes on as it stands, with its line.

use std::fmt::Write as _;
use std::io::{Read, Write};

use super::files::{open, parsed, texts};
use super::job::{Job, JobInput, Split};
use super::judge::Sums;
use super::said::{Out, SaidReject};
use super::{kind, rows::Given};
use crate::engine::chunk::Chunk;
use crate::engine::source::Bytes;
use crate::engine::split::{Record, Scratch, split_records};
use crate::engine::wire::WireRow;
use crate::ingest::canonical::{Context, Memory, Sink, compact};
use crate::ingest::source::FileError;
use crate::model::compact::{LineRec, OperationRow, SettlementKind, SettlementRec};
use crate::model::names::NameId;
use crate::model::origin::Origin;
use crate::pipeline::RunError;
use crate::pipeline::desk::Desk;
use crate::pipeline::header::chunks;
use crate::pipeline::inputs::{Inputs, Loaded};
use crate::pipeline::read::{CachedWays, Means, Read as Seen, Shards, not_placed, not_utf8, reject_row};
use crate::pipeline::routes::Route;
use crate::pipeline::{seen, with_context};
use crate::rules::describe::Teller;

/// Reads splits.
pub(super) fn read(job: &Job, means: &Means<'_>, input: impl Read, output: impl Write) -> Result<(), RunError> {
    let mut out = Out::new(output)?;
    let mut splits: Vec<Split> =
        texts(input, &[kind::SPLIT])?.iter().map(|(_, _, text)| parsed(text)).collect::<Result<_, _>>()?;
    splits.sort_by_key(|split| (split.file, split.bytes));
    let mut opened: Option<(usize, Inputs)> = None;
    for split in &splits {
        if opened.as_ref().is_none_or(|(number, _)| *number != split.input.number) {
            opened = Some((split.input.number, open(&split.input, means)?));
        }
        let Some((_, inputs)) = &mut opened else { continue };
        let one = part_of(inputs, split, job)?;
        read_split(one, split, means, &mut out)?;
    }
    out.finish()
}

/// The file that a split is of, as it ends with the split.
fn part_of(inputs: &Inputs, split: &Split, job: &Job) -> Result<Inputs, RunError> {
    let changed = || {
        let shown = JobInput::input(&split.input).shown;
        FileError::new(&shown, "changed after the run has begun", "run again when the file is complete")
    };
    let known = job.files.get(split.file).ok_or_else(changed)?;
    let (file, volume) = inputs.files.get(split.place).zip(inputs.volumes.get(split.place)).ok_or_else(changed)?;
    if i64::try_from(file.plain_len).ok() != Some(known.file.plain_bytes) || volume.bytes.len() < split.bytes.1 {
        return Err(changed().into());
    }
    let loaded: Loaded = (
        crate::pipeline::inputs::File {
            body: (split.bytes.0, split.bytes.2),
            // Nothing of what a worker adds up is told by its hash.
            sha256: std::sync::OnceLock::from(known.file.sha256.clone()),
            given_sha256: file.given_sha256.clone(),
            ..crate::pipeline::inputs::File::read(
                file.input.clone(),
                file.provider.clone(),
                file.format.clone(),
                file.plain_len,
                file.body,
            )
        },
        crate::ingest::library::Volume {
            shown: volume.shown.clone(),
            bytes: std::sync::Arc::new(Bytes::part(&volume.bytes, 0, split.bytes.1)),
            layout: volume.layout.clone(),
            dialect: volume.dialect,
            lines: vec![(split.bytes.0, split.bytes.2)],
        },
        Vec::new(),
    );
    let mut one = Inputs::default();
    one.add(loaded);
    Ok(one)
}

/// Counts a row as a run does, and keeps where it goes.
struct Dealt<'a> {
    desk: Desk<'a>,
    means: &'a Means<'a>,
    route: Route,
    shard: u128,
    round: Option<usize>,
}

impl Sink for Dealt<'_> {
    fn line(&mut self, line: &LineRec) {
        (self.shard, self.round) = (line.order, None);
        self.desk.line(line);
    }

    fn operation(&mut self, row: &OperationRow) {
        (self.shard, self.round) = (row.order, None);
        self.desk.operation(row);
    }

    fn settlement(&mut self, record: &SettlementRec) {
        self.desk.settlement(record);
        self.round = None;
        if !matches!(record.kind, SettlementKind::Other(_)) {
            let (round, key) = self.route.next_of(self.means.routes, record.row.provider, &record.row.keys, 0);
            (self.shard, self.round) = (key, Some(round));
        }
    }
}

fn read_split<W: Write>(inputs: Inputs, split: &Split, means: &Means<'_>, out: &mut Out<W>) -> Result<(), RunError> {
    let (volume, body) = (&inputs.volumes[0], inputs.files[0].body);
    let dataset = volume.layout.dataset;
    let is_settlements = dataset == crate::model::record::Dataset::Settlements;
    let states_line = volume.layout.line_field.is_some();
    let none = Seen::default();
    let ways = CachedWays::new(means.settings(), &none.settled_keys);
    let ways_of = |id: NameId, provider: &str| ways.of(id, provider, dataset);
    let context = Context {
        names: means.names,
        currencies: means.currencies,
        zone: means.settings().zone,
        dated: means.plan.knows_books(),
        ways: &ways_of,
    };
    let shards = Shards { orders: None, rounds: &[] };
    let desk = Desk::new(0, dataset, &shards, means);
    let mut dealt = Dealt { desk, means, route: Route::default(), shard: 0, round: None };
    let (mut rows, mut text, mut failed) = (0_u64, String::new(), Ok(()));
    let (mut buffer, mut scratch, mut memory) = (Vec::new(), Scratch::new(), Memory::default());
    for chunk in chunks(volume, body, means.plan.chunk_bytes)? {
        Chunk::read(&chunk, &volume.bytes, &mut buffer)?;
        let mut each = |record: &Record<'_>| {
            rows += 1;
            let result = match (std::str::from_utf8(record.raw), Origin::new(0, record.offset)) {
                (Err(_), _) => Err(not_utf8(volume, record)),
                (_, None) => Err(not_placed(record)),
                (Ok(raw), Some(origin)) => compact(&volume.layout, record, origin, &context, &mut memory, &mut dealt)
                    .map(|()| {
                        text.clear();
                        text.push_str(raw);
                        if !states_line {
                            // Writing into a text does not fail.
                            let _ = write!(text, ",{}", record.line);
                        }
                    }),
            };
            if failed.is_err() {
                return;
            }
            failed = match result {
                Ok(()) if is_settlements && dealt.round.is_none() => Ok(()),
                Ok(()) => out.row(&WireRow {
                    kind: kind::ROW,
                    shard: Some(shard(dealt.shard)),
                    round: dealt.round.and_then(|round| i32::try_from(round).ok()),
                    file: i32::try_from(split.file).ok(),
                    text: &text,
                    reference: None,
                }),
                Err(reject) => {
                    let reject = SaidReject::of(reject_row(volume, record, reject));
                    out.said(kind::REJECT, Some(split.file), &reject)
                }
            };
        };
        split_records(&buffer, chunk.start, chunk.first_line, &volume.dialect, &mut scratch, &mut each);
    }
    failed?;
    let mut read = dealt.desk.finish()?;
    read.rows.insert(0, rows);
    tell(inputs, read, split, means, out)
}

/// What is told of a split beside its rows.
fn tell<W: Write>(
    inputs: Inputs,
    mut read: Seen,
    split: &Split,
    means: &Means<'_>,
    out: &mut Out<W>,
) -> Result<(), RunError> {
    let seen: Vec<_> = seen::of(&read, means.names).into_iter().collect();
    let keys: Vec<(String, [bool; 4])> =
        read.settled_keys.iter().map(|(provider, keys)| (means.names.text(*provider).to_string(), *keys)).collect();
    let rows = read.rows.get(&0).copied().unwrap_or(0);
    out.said(kind::SEEN, Some(split.file), &(seen, keys, rows))?;
    let mut findings = std::mem::take(&mut read.findings);
    let (found, totals) = with_context(&inputs, means, &read.line_providers.clone(), false, |context, library| {
        let found = Teller::new(context).all(&mut findings)?;
        let sums = Sums { read, reads_rows: true, ..Sums::default() };
        Ok::<_, RunError>((found, sums.totals(&inputs, library, means)?))
    })?;
    out.findings(&found, &Given::default())?;
    out.totals(&totals)
}

/// The half of a hash by which rows are dealt out, as a number that every engine has.
pub(super) fn shard(hash: u128) -> i64 {
    let low = u64::try_from(hash & u128::from(u64::MAX)).expect("half of 128 bits");
    i64::from_le_bytes(low.to_le_bytes())
}
