//! Before any row is read: the inputs of a plan, what each of them is and where it can be cut, and which of them count.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use super::job::{Job, JobFile, JobInput, Split, Typed};
use super::said::Out;
use super::{kind, refused};
use crate::engine::chunk::header_end;
use crate::engine::source::Bytes;
use crate::engine::split::{Scratch, split_one};
use crate::engine::wire;
use crate::ingest::layout::LINE_COLUMN;
use crate::ingest::library::DIALECT;
use crate::model::currency::Currencies;
use crate::model::names::Names;
use crate::pipeline::RunError;
use crate::pipeline::header::chunks;
use crate::pipeline::inputs::{self, Inputs};
use crate::pipeline::night::past::stored_reject;
use crate::pipeline::night::tonight::stored;
use crate::pipeline::payloads;
use crate::pipeline::plan::Plan;
use crate::pipeline::read::Means;
use crate::pipeline::repeats::{skip_repeated, skip_restated};
use crate::pipeline::routes::Routes;

/// Begins a job: its inputs, which are not yet opened.
///
/// # Errors
/// An input cannot be read by several workers, or the output does not take the job.
pub fn plan(plan: &Plan, typed: Typed, split_bytes: u64, output: impl Write) -> Result<(), RunError> {
    let mut planned = plan.inputs.clone();
    planned.sort();
    let routes = Routes::new(&plan.settings, std::sync::Arc::new(Names::default()));
    let job = Job {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        typed,
        rounds: routes.round_count,
        split_bytes,
        dated: plan.knows_books(),
        ..Job::default()
    };
    let mut out = Out::new(output)?;
    out.said(kind::JOB, None, &job)?;
    for (number, input) in planned.iter().enumerate() {
        out.dealt(kind::INPUT, Some(number), None, &JobInput::of(number, input)?)?;
    }
    out.finish()
}

/// The texts of a stream's rows of one kind; rows of others are passed over.
pub(super) fn texts(input: impl Read, wanted: &[&str]) -> Result<Vec<(String, Option<usize>, String)>, RunError> {
    let mut texts = Vec::new();
    wire::read(input, |row| {
        if wanted.contains(&row.kind) {
            let file = row.file.and_then(|file| usize::try_from(file).ok());
            texts.push((row.kind.to_owned(), file, row.text.to_owned()));
        }
        Ok::<_, RunError>(())
    })?;
    Ok(texts)
}

/// Reads one of the texts of a stream.
pub(super) fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, RunError> {
    serde_json::from_str(text).map_err(|error| {
        refused(format!("a row cannot be read: {error}"), "give a stage what the stage before it has written").into()
    })
}

/// Opens inputs.
pub(super) fn files(job: &Job, means: &Means<'_>, input: impl Read, output: impl Write) -> Result<(), RunError> {
    let mut out = Out::new(output)?;
    for (_, _, text) in texts(input, &[kind::INPUT])? {
        let given: JobInput = parsed(&text)?;
        let opened = open(&given, means)?;
        for number in 0..opened.files.len() {
            out.said(kind::FILE, None, &described(job, &given, &opened, number, means)?)?;
        }
    }
    out.finish()
}

/// Opens an input by itself.
pub(super) fn open(given: &JobInput, means: &Means<'_>) -> Result<Inputs, RunError> {
    let plan = Plan { inputs: vec![given.input()], ..means.plan.clone() };
    inputs::load(&plan, means.names, means.currencies)
}

/// What a worker finds of a file.
fn described(
    job: &Job,
    given: &JobInput,
    opened: &Inputs,
    number: usize,
    means: &Means<'_>,
) -> Result<JobFile, RunError> {
    let (file, volume) = (&opened.files[number], &opened.volumes[number]);
    if file.constants.is_some() || file.format.ends_with(payloads::FORMAT) {
        let problem = "documents of a provider's API are put together over all files, which no worker sees";
        let help = "convert them first: `avstem run --reports parquet` writes the canonical rows into its folder";
        return Err(crate::ingest::source::FileError::new(&file.input.shown, problem, help).into());
    }
    let own_rejects = || opened.rejects.iter().filter(|(of, _)| *of == number).map(|(_, reject)| reject);
    let is_reconciled = volume.layout.dataset.is_reconciled();
    let splits = if !is_reconciled {
        Vec::new()
    } else if file.original.is_some() || volume.layout.line_field.is_some() {
        vec![(file.body.0, volume.bytes.len(), file.body.1)]
    } else {
        let len = usize::try_from(job.split_bytes).unwrap_or(usize::MAX);
        chunks(volume, file.body, len)?.iter().map(|chunk| (chunk.start, chunk.end, chunk.first_line)).collect()
    };
    let rejected = u64::try_from(own_rejects().count()).unwrap_or(u64::MAX);
    let row = crate::report::view::InputRow {
        path: file.input.shown.clone(),
        dataset: volume.layout.dataset.name().to_owned(),
        format: file.format.clone(),
        provider: file.provider.clone(),
        bytes: file.given_len,
        sha256: file.given_sha256.clone().map_or_else(|| opened.sha256(number), Ok)?,
        content_sha256: file.given_sha256.as_ref().map(|_| opened.sha256(number)).transpose()?,
        // Which of them count is told when all are known.
        state: "read".to_owned(),
        rows: file.known_rows.unwrap_or(0),
        rejected,
        ignored_columns: volume.layout.ignored.clone(),
        notes: file.notes.clone(),
        tells_nothing: file.tells_nothing,
    };
    let header = if is_reconciled {
        header(&volume.bytes)?
    } else {
        // Its rows are with the books already.
        volume.layout.dataset.columns().iter().map(|column| column.name).collect::<Vec<_>>().join(",")
    };
    let mut kept = stored(file, &row, &[&header], opened, number, means);
    kept.repeats = None;
    Ok(JobFile {
        input: given.clone(),
        place: number,
        given: file.given,
        file: kept,
        rejects: own_rejects().map(|reject| stored_reject(0, reject)).collect(),
        splits,
    })
}

/// The header as it stands, without the column of lines, which every row gets on its way.
fn header(bytes: &Bytes) -> Result<String, RunError> {
    let whole = || RunError::Differs("a header that was read is gone".to_owned());
    let header = header_end(bytes, &DIALECT).ok().flatten().ok_or_else(whole)?;
    let mut raw = Vec::new();
    let len = usize::try_from(header.end.saturating_sub(header.start)).unwrap_or(usize::MAX);
    bytes.read_at_most(header.start, &mut raw, len)?;
    let mut scratch = Scratch::new();
    let record = split_one(&raw, &DIALECT, &mut scratch).ok_or_else(whole)?.record.raw.to_vec();
    let text = String::from_utf8(record).map_err(|_| whole())?;
    Ok(text.strip_suffix(LINE_COLUMN).and_then(|text| text.strip_suffix(',')).map(str::to_owned).unwrap_or(text))
}

/// Puts together what the workers have found of the inputs: the job with its files, and the splits that are to be read.
///
/// # Errors
/// The stream holds something else, or the output does not take the job.
pub fn job(job: &Job, plan: &Plan, input: impl Read, output: impl Write) -> Result<(), RunError> {
    let mut files: Vec<JobFile> =
        texts(input, &[kind::FILE])?.iter().map(|(_, _, text)| parsed(text)).collect::<Result<_, _>>()?;
    let place = |file: &JobFile| (file.input.number, file.place);
    files.sort_by_key(place);
    // What a worker that was lost has written may be there twice.
    files.dedup_by_key(|file| place(file));
    // As one run has them: in the order of their paths, also those of an archive.
    files.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    let mut given: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (number, file) in files.iter_mut().enumerate() {
        file.given = *given.entry((file.input.number, file.given)).or_insert(number);
    }
    let mut job = Job { files, ..job.clone() };
    let currencies = Currencies::new(&plan.settings.extra_currencies);
    let inputs = assembled(&job, &Names::default(), &currencies)?;
    let mut splits = Vec::new();
    for (number, file) in job.files.iter_mut().enumerate() {
        let cuts = std::mem::take(&mut file.splits);
        if inputs.files[number].state != "read" {
            continue;
        }
        let split = |bytes| Split { file: number, input: file.input.clone(), place: file.place, bytes };
        splits.extend(cuts.into_iter().map(split));
    }
    let mut out = Out::new(output)?;
    out.said(kind::JOB, None, &job)?;
    for (number, split) in splits.iter().enumerate() {
        out.dealt(kind::SPLIT, Some(number), Some(split.file), split)?;
    }
    out.finish()
}

/// All files of a job without their rows, and which of them count.
pub(super) fn assembled(job: &Job, names: &Names, currencies: &Currencies) -> Result<Inputs, RunError> {
    let numbers: Vec<usize> = (0..job.files.len()).collect();
    let mut inputs = Inputs::default();
    job.loaded(&numbers, true, currencies)?.into_iter().for_each(|loaded| inputs.add(loaded));
    skip_repeated(&mut inputs, names)?;
    skip_restated(&mut inputs, names, currencies)?;
    let states: BTreeMap<usize, &str> = inputs.files.iter().map(|file| file.state).enumerate().collect();
    inputs.rejects.retain(|(file, _)| states.get(file) == Some(&"read"));
    Ok(inputs)
}
