//! From files to shards: chunks are cut at record boundaries, read in parallel, and their records dealt out by key.

use std::collections::{BTreeMap, HashMap};
use std::sync::RwLock;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::desk::Desk;
use super::error::RunError;
use super::header::{assumed_chunks, chunks};
use super::inputs::Inputs;
use super::plan::{Event, Plan};
use super::routes::Routes;
use crate::engine::chunk::Chunk;
use crate::engine::shard::Partitions;
use crate::engine::split::{Record, Scratch, split_records};
use crate::engine::turns::in_turn;
use crate::ingest::canonical::{Context, Memory, Reject, Ways, compact};
use crate::ingest::field::shown;
use crate::ingest::library::Volume;
use crate::ingest::source::FileError;
use crate::model::compact::KeyKind;
use crate::model::currency::Currencies;
use crate::model::finding::Finding;
use crate::model::names::{NameId, Names};
use crate::model::origin::Origin;
use crate::model::record::Dataset;
use crate::model::reject::RejectRow;
use crate::rules::batches::Batches;
use crate::rules::control::Tally;
use crate::rules::settings::Settings;

/// What reading yields beside the records.
#[derive(Debug, Default)]
pub struct Read {
    /// Rows read, by file and currency.
    pub tally: Tally,
    /// The settlement side of batches.
    pub batches: Batches,
    /// Findings on single rows.
    pub findings: Vec<Finding>,
    /// Rows that cannot be read.
    pub rejects: Vec<(usize, RejectRow)>,
    /// Data rows by file, rejected ones included.
    pub rows: BTreeMap<usize, u64>,
    /// Providers with a readable order line.
    pub line_providers: FxHashSet<NameId>,
    /// Providers with a readable settlement row, and the ids that these have, by [`KeyKind::index`].
    pub settled_keys: FxHashMap<NameId, [bool; 4]>,
    /// Providers with a readable capture or reversal.
    pub operation_providers: FxHashSet<NameId>,
    /// Offsets and lines of some records, by file.
    lines: BTreeMap<usize, Vec<(u64, u64)>>,
}

/// Where the records go.
pub struct Shards<'a> {
    /// Order lines and rows of captures and reversals, by order.
    /// `None` where nothing is to be kept of them.
    pub orders: Option<&'a Partitions>,
    /// Settlement rows, by the first key that they have; one a round, and one for those that have none.
    pub rounds: &'a [Partitions],
}

impl Shards<'_> {
    fn clear(&self) {
        self.orders.into_iter().chain(self.rounds).for_each(Partitions::clear);
    }
}

/// The run's means, shared by its stages.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// What to do.
    pub plan: &'a Plan,
    /// Texts that come back often.
    pub names: &'a Names,
    /// Known currencies.
    pub currencies: &'a Currencies,
    /// Which keys are tried, by provider.
    pub routes: &'a Routes,
    /// Whom to tell of progress.
    pub on: &'a (dyn Fn(Event) + Sync),
}

impl Means<'_> {
    /// The settings of the rules.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.plan.settings
    }
}

/// How files are cut into chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cuts {
    /// At line ends, as if none were inside quotes; the chunks show whether that is so. Nothing is read twice.
    Assumed,
    /// Between records, for which all is looked through before.
    Proven,
}

/// Why reading ends early.
enum Stop {
    /// An assumed cut is inside quotes.
    CutInQuotes,
    /// As it says.
    Error(RunError),
}

impl<E: Into<RunError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

/// What one chunk yields.
struct Piece {
    file: usize,
    /// The line on which it was said to begin, and how many more follow.
    first_line: u64,
    line_ends: u64,
    rows: u64,
    read: Read,
    lines: Vec<(u64, u64)>,
}

/// Every how many records a line number is kept.
const LINE_STRIDE: u64 = 64;

/// Reads all rows: settlements first, because operations carry only the keys that settlement rows have.
///
/// # Errors
/// A file cannot be read any more, or working files cannot be written.
pub fn read(inputs: &mut Inputs, means: &Means<'_>, shards: &Shards<'_>) -> Result<Read, RunError> {
    match read_cut(Cuts::Assumed, Read::default(), inputs, means, shards) {
        // A text of several lines stands where a file was cut, which is rare. Chunks behind it may be anything.
        Err(Stop::CutInQuotes) => {
            shards.clear();
            read_after(Read::default(), inputs, means, shards)
        }
        Err(Stop::Error(error)) => Err(error),
        Ok(read) => Ok(read),
    }
}

/// The same, after what was read elsewhere.
///
/// # Errors
/// As [`read`].
pub(super) fn read_after(
    read: Read,
    inputs: &mut Inputs,
    means: &Means<'_>,
    shards: &Shards<'_>,
) -> Result<Read, RunError> {
    read_cut(Cuts::Proven, read, inputs, means, shards).map_err(|stop| match stop {
        Stop::Error(error) => error,
        Stop::CutInQuotes => unreachable!("only assumed cuts are asked whether they are inside quotes"),
    })
}

fn read_cut(
    cuts: Cuts,
    mut read: Read,
    inputs: &mut Inputs,
    means: &Means<'_>,
    shards: &Shards<'_>,
) -> Result<Read, Stop> {
    let total = inputs.volumes.iter().map(|volume| volume.bytes.len()).fold(0, u64::saturating_add);
    (means.on)(Event::Stage { name: "reading", total });
    let settlements = |dataset| dataset == Dataset::Settlements;
    read_files(cuts, inputs, means, shards, &mut read, settlements)?;
    read_files(cuts, inputs, means, shards, &mut read, |dataset| dataset.is_reconciled() && !settlements(dataset))?;
    for (file, mut lines) in std::mem::take(&mut read.lines) {
        lines.sort_unstable();
        if let Some(volume) = inputs.volumes.get_mut(file) {
            volume.lines = lines;
        }
    }
    Ok(read)
}

fn read_files(
    cuts: Cuts,
    inputs: &Inputs,
    means: &Means<'_>,
    shards: &Shards<'_>,
    read: &mut Read,
    wanted: impl Fn(Dataset) -> bool,
) -> Result<(), Stop> {
    let files: Vec<usize> = (0..inputs.files.len())
        .filter(|file| inputs.files[*file].state == "read" && wanted(inputs.volumes[*file].layout.dataset))
        .collect();
    let planned: Vec<Vec<(usize, Cuts, Chunk)>> = files
        .into_par_iter()
        .map(|file| {
            let (volume, body, chunk_bytes) = (&inputs.volumes[file], inputs.files[file].body, means.plan.chunk_bytes);
            let assumed = if cuts == Cuts::Assumed { assumed_chunks(volume, body, chunk_bytes)? } else { None };
            let (cuts, chunks) = match assumed {
                Some(assumed) => (Cuts::Assumed, assumed),
                None => (Cuts::Proven, chunks(volume, body, chunk_bytes)?),
            };
            Ok(chunks.into_iter().map(|chunk| (file, cuts, chunk)).collect())
        })
        .collect::<Result<_, FileError>>()?;
    let chunks: Vec<(usize, Cuts, Chunk)> = planned.into_iter().flatten().collect();
    let settled_keys = read.settled_keys.clone();
    let ways = CachedWays::new(means.settings(), &settled_keys);
    let pieces = in_turn(chunks.into_iter(), Reused::default, |reused, (file, cuts, chunk)| {
        read_chunk(file, (cuts, &chunk), &inputs.volumes[file], means, shards, &ways, reused)
    })?;
    let mut next_lines: BTreeMap<usize, u64> = BTreeMap::new();
    for piece in pieces {
        let next_line = next_lines.entry(piece.file).or_insert(inputs.files[piece.file].body.1);
        let (later, line_ends) = (next_line.saturating_sub(piece.first_line), piece.line_ends);
        *next_line = next_line.saturating_add(line_ends);
        join(read, piece, later);
    }
    Ok(())
}

/// What the reader must know of a provider, found once.
pub(super) struct CachedWays<'a> {
    settings: &'a Settings,
    settled_keys: &'a FxHashMap<NameId, [bool; 4]>,
    known: RwLock<HashMap<NameId, Ways>>,
}

impl<'a> CachedWays<'a> {
    pub(super) fn new(settings: &'a Settings, settled_keys: &'a FxHashMap<NameId, [bool; 4]>) -> Self {
        Self { settings, settled_keys, known: RwLock::default() }
    }

    pub(super) fn of(&self, id: NameId, provider: &str, dataset: Dataset) -> Ways {
        if let Ok(known) = self.known.read()
            && let Some(ways) = known.get(&id)
        {
            return *ways;
        }
        let unique_reference = self.settings.unique_reference(provider);
        let tried = self.settings.keys(provider);
        let met = self.settled_keys.get(&id).copied().unwrap_or([false; 4]);
        let mut hashed = [false; 4];
        for kind in KeyKind::ALL {
            let useful = dataset == Dataset::Settlements || met[kind.index()];
            hashed[kind.index()] = tried.contains(&kind) && useful;
        }
        // For `reference-reused`, whatever the settlement rows have.
        hashed[KeyKind::PayeeReference.index()] |= unique_reference;
        let reference_form = self.settings.reference_form(provider);
        let ways = Ways { unique_reference, hashed, reference_form };
        if let Ok(mut known) = self.known.write() {
            known.insert(id, ways);
        }
        ways
    }
}

/// Adds what a chunk yields, which begins so many lines later than was said.
fn join(read: &mut Read, piece: Piece, later: u64) {
    let Piece { file, rows, read: mut other, lines, .. } = piece;
    *read.rows.entry(file).or_default() += rows;
    let lines = lines.into_iter().map(|(offset, line)| (offset, line.saturating_add(later)));
    read.lines.entry(file).or_default().extend(lines);
    other.rejects.iter_mut().for_each(|(_, reject)| reject.line = reject.line.saturating_add(later));
    read.tally.join(other.tally);
    read.batches.join(other.batches);
    read.findings.extend(other.findings);
    read.rejects.extend(other.rejects);
    read.line_providers.extend(other.line_providers);
    read.operation_providers.extend(other.operation_providers);
    for (provider, keys) in other.settled_keys {
        let known = read.settled_keys.entry(provider).or_default();
        known.iter_mut().zip(keys).for_each(|(known, has)| *known |= has);
    }
}

/// What a task uses again for every chunk: fresh memory costs more than reading into it.
#[derive(Default)]
struct Reused {
    buffer: Vec<u8>,
    scratch: Scratch,
    memory: Memory,
}

fn read_chunk(
    file: usize,
    (cuts, chunk): (Cuts, &Chunk),
    volume: &Volume,
    means: &Means<'_>,
    shards: &Shards<'_>,
    ways: &CachedWays<'_>,
    reused: &mut Reused,
) -> Result<Piece, Stop> {
    let Reused { buffer, scratch, memory } = reused;
    chunk.read(&volume.bytes, buffer)?;
    let dataset = volume.layout.dataset;
    let ways_of = |id: NameId, provider: &str| ways.of(id, provider, dataset);
    let context = Context {
        names: means.names,
        currencies: means.currencies,
        zone: means.settings().zone,
        dated: means.plan.knows_books(),
        ways: &ways_of,
    };
    let (mut rows, mut lines, mut rejects) = (0_u64, Vec::new(), Vec::new());
    let mut desk = Desk::new(file, dataset, shards, means);
    let all_utf8 = buffer.is_ascii() || std::str::from_utf8(buffer).is_ok();
    let mut each = |record: &Record<'_>| {
        if rows.is_multiple_of(LINE_STRIDE) {
            lines.push((record.offset, record.line));
        }
        rows += 1;
        let result = if !all_utf8 && std::str::from_utf8(record.raw).is_err() {
            Err(not_utf8(volume, record))
        } else if let Some(origin) = Origin::new(file, record.offset) {
            compact(&volume.layout, record, origin, &context, memory, &mut desk)
        } else {
            Err(not_placed(record))
        };
        if let Err(reject) = result {
            rejects.push((file, reject_row(volume, record, reject)));
        }
    };
    let ended = split_records(buffer, chunk.start, chunk.first_line, &volume.dialect, scratch, &mut each);
    if cuts == Cuts::Assumed && ended.within_quotes && chunk.end < volume.bytes.len() {
        return Err(Stop::CutInQuotes);
    }
    let read = Read { rejects, ..desk.finish()? };
    (means.on)(Event::Advance { by: chunk.end.saturating_sub(chunk.start) });
    Ok(Piece { file, first_line: chunk.first_line, line_ends: ended.line_ends, rows, read, lines })
}

pub(super) fn not_placed(record: &Record<'_>) -> Reject {
    Reject { column: String::new(), value: shown(record.raw), reason: "the file is larger than 16 TiB".to_owned() }
}

pub(super) fn not_utf8(volume: &Volume, record: &Record<'_>) -> Reject {
    let bad = (0..record.len()).find(|field| std::str::from_utf8(record.field(*field)).is_err());
    let known = bad.and_then(|field| volume.layout.column_at(field));
    let value = bad.map_or(record.raw, |field| record.field(field));
    Reject {
        column: known.unwrap_or_default().to_owned(),
        value: shown(value),
        reason: "bytes that are not UTF-8".to_owned(),
    }
}

/// A row that cannot be read, with its line as the original counts it.
pub(super) fn reject_row(volume: &Volume, record: &Record<'_>, reject: Reject) -> RejectRow {
    let original =
        volume.layout.line_field.and_then(|field| std::str::from_utf8(record.field(field)).ok()?.parse().ok());
    RejectRow {
        file: volume.shown.clone(),
        line: original.unwrap_or(record.line),
        column: reject.column,
        value: reject.value,
        reason: reject.reason,
    }
}
