//! The readable rows of files as texts to be kept, with the ids that bring them into groups.

use std::sync::Arc;

use rayon::prelude::*;

use crate::engine::chunk::Chunk;
use crate::engine::source::Bytes;
use crate::engine::split::{Record, Scratch, split_records};
use crate::ingest::canonical::Context;
use crate::ingest::cited::typed;
use crate::ingest::library::Volume;
use crate::model::compact::KeyKind;
use crate::model::origin::Origin;
use crate::model::record::{Dataset, Row};
use crate::model::reject::RejectRow;
use crate::pipeline::RunError;
use crate::pipeline::header::{Head, canonical_header, chunks};
use crate::pipeline::inputs::Inputs;
use crate::pipeline::read::{Means, reject_row};
use crate::state::{IdKind, Key};

/// A row of tonight.
#[derive(Debug)]
pub(in crate::pipeline) struct Fresh {
    /// The number of its file among the inputs.
    pub file: usize,
    /// Where it stands there.
    pub offset: u64,
    /// Its line in the file as given.
    pub line: u64,
    /// Its known columns as CSV.
    pub text: String,
    /// The ids that bring it into a group.
    pub keys: Vec<Key>,
    /// Its provider.
    pub provider: Arc<str>,
    /// The day on which its money moved, `YYYY-MM-DD`, where it says.
    pub day: String,
    /// Its batch, where it is a settlement row that names one: provider and number.
    pub batch: Option<(String, String)>,
}

/// The known columns that a file has, in the canonical order.
pub(in crate::pipeline) fn columns(volume: &Volume) -> Vec<&'static str> {
    let known = volume.layout.dataset.columns().iter().map(|column| column.name);
    known.filter(|name| volume.layout.has(name)).collect()
}

/// The readable rows of files, in the order in which they stand.
///
/// # Errors
/// A file cannot be read any more.
pub(in crate::pipeline) fn rows(inputs: &Inputs, files: &[usize], means: &Means<'_>) -> Result<Vec<Fresh>, RunError> {
    let mut planned: Vec<(usize, Chunk)> = Vec::new();
    for file in files {
        let (entry, volume) = (&inputs.files[*file], &inputs.volumes[*file]);
        planned.extend(chunks(volume, entry.body, means.plan.chunk_bytes)?.into_iter().map(|chunk| (*file, chunk)));
    }
    let pieces: Vec<Vec<Fresh>> = planned
        .into_par_iter()
        .map(|(file, chunk)| of_chunk(file, &inputs.volumes[file], &chunk, means, &mut |_| {}))
        .collect::<Result<_, RunError>>()?;
    Ok(pieces.into_iter().flatten().collect())
}

/// The rows of a copy, and those that cannot be read.
///
/// # Errors
/// The copy cannot be read any more.
pub(super) fn copy(
    shown: &str,
    bytes: Bytes,
    dataset: Dataset,
    provider: &str,
    means: &Means<'_>,
) -> Result<(Vec<Fresh>, Vec<RejectRow>), RunError> {
    let Head { layout, dialect, body } = canonical_header(shown, &bytes, dataset, provider)?;
    let volume = Volume { shown: shown.to_owned(), bytes: Arc::new(bytes), layout, dialect, lines: Vec::new() };
    let (mut rows, mut rejects) = (Vec::new(), Vec::new());
    for chunk in chunks(&volume, body, means.plan.chunk_bytes)? {
        rows.extend(of_chunk(0, &volume, &chunk, means, &mut |reject| rejects.push(reject))?);
    }
    Ok((rows, rejects))
}

fn of_chunk(
    file: usize,
    volume: &Volume,
    chunk: &Chunk,
    means: &Means<'_>,
    rejected: &mut dyn FnMut(RejectRow),
) -> Result<Vec<Fresh>, RunError> {
    let no_ways = crate::pipeline::no_ways;
    let context = Context {
        names: means.names,
        currencies: means.currencies,
        zone: means.settings().zone,
        dated: false,
        ways: &no_ways,
    };
    let columns = columns(volume);
    let mut buffer = Vec::new();
    chunk.read(&volume.bytes, &mut buffer)?;
    let mut fresh = Vec::new();
    let mut scratch = Scratch::new();
    split_records(&buffer, chunk.start, chunk.first_line, &volume.dialect, &mut scratch, &mut |record| {
        // What is rejected is not kept: it is listed with its file.
        if std::str::from_utf8(record.raw).is_ok()
            && let Some(origin) = Origin::new(file, record.offset)
        {
            let row = match typed(&volume.layout, record, origin, &context) {
                Ok(row) => row,
                Err(reject) => return rejected(reject_row(volume, record, reject)),
            };
            fresh.push(Fresh {
                file,
                offset: record.offset,
                line: stated_line(volume, record).unwrap_or(record.line),
                text: text(volume, record, &columns),
                keys: keys(&row, means),
                provider: means.names.text(means.names.intern(row.provider())),
                day: row.instant("created_at").map(|at| means.settings().zone.day(at).to_string()).unwrap_or_default(),
                batch: batch(&row),
            });
        }
    });
    Ok(fresh)
}

fn stated_line(volume: &Volume, record: &Record<'_>) -> Option<u64> {
    std::str::from_utf8(record.field(volume.layout.line_field?)).ok()?.parse().ok()
}

/// The known columns of a row as CSV, without a line end.
fn text(volume: &Volume, record: &Record<'_>, columns: &[&str]) -> String {
    let mut text = String::with_capacity(record.raw.len());
    for (place, column) in columns.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        let field = volume.layout.text(record, column).unwrap_or_default();
        if field.contains(['"', ',', '\n', '\r']) {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(field);
        }
    }
    text
}

/// What brings a row into a group: its order, and every id by which operations and settlement rows of its provider are
/// brought together, or by which a reference must be the only one (RULES.md 3 and 4).
fn keys(row: &Row, means: &Means<'_>) -> Vec<Key> {
    let provider = means.names.text(means.names.intern(row.provider()));
    let key = |kind: IdKind, text: &str| Key { provider: Arc::clone(&provider), kind, text: text.into() };
    let mut keys = Vec::new();
    if row.dataset != Dataset::Settlements {
        keys.extend(row.text("order_id").map(|text| key(IdKind::Order, text)));
    }
    if row.dataset != Dataset::Orders {
        let ids = kinds(&provider, means).into_iter();
        keys.extend(ids.filter_map(|kind| Some(key(id_kind(kind), row.text(kind.column())?))));
    }
    keys
}

/// The ids by which operations and settlement rows of a provider are brought together.
pub(super) fn kinds(provider: &str, means: &Means<'_>) -> Vec<KeyKind> {
    let tried = means.settings().keys(provider);
    let unique = means.settings().unique_reference(provider);
    let counts = |kind: &KeyKind| tried.contains(kind) || (unique && *kind == KeyKind::PayeeReference);
    KeyKind::ALL.into_iter().filter(counts).collect()
}

/// A kind of id as the state knows it.
pub(super) fn id_kind(kind: KeyKind) -> IdKind {
    match kind {
        KeyKind::OperationId => IdKind::Operation,
        KeyKind::TransactionNumber => IdKind::TransactionNumber,
        KeyKind::PayeeReference => IdKind::PayeeReference,
        KeyKind::TransactionId => IdKind::Transaction,
    }
}

fn batch(row: &Row) -> Option<(String, String)> {
    let number = row.text("reconciliation_number").filter(|_| row.dataset == Dataset::Settlements)?;
    Some((row.provider().to_owned(), number.to_owned()))
}
