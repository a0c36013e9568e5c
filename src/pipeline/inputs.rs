//! From the plan's files to a library: opened, recognised, converted where they are not canonical, and each read once.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use rayon::prelude::*;

use super::error::RunError;
use super::header::{Head, canonical_header};
use super::payloads::{self, Documents};
use super::plan::{Arrival, Input, Plan};
use crate::engine::source::Bytes;
use crate::ingest::copy::{Converted, Copy};
use crate::ingest::formats::{self, Format, Given};
use crate::ingest::library::Volume;
use crate::ingest::native::Native;
use crate::ingest::payload::fact::Api;
use crate::ingest::source::{FileError, Opened, open_all, sha256};
use crate::model::currency::Currencies;
use crate::model::finding::{Code, Finding, Note};
use crate::model::names::Names;
use crate::model::origin::FILE_COUNT_MAX;
use crate::model::record::Dataset;
use crate::model::reference::ReferenceForm;
use crate::model::reject::RejectRow;
use crate::rules::files::{Fate, NativeFile, resolve};

/// A file as it takes part.
#[derive(Debug)]
pub struct File {
    /// What was planned.
    pub input: Input,
    /// Provider of rows that name none.
    pub provider: String,
    /// How it is read, for people.
    pub format: String,
    /// Size as given.
    pub given_len: u64,
    /// SHA-256 as given, where that differs from the plain bytes'.
    pub given_sha256: Option<String>,
    /// SHA-256 of the plain bytes as given (not as converted).
    sha256: OnceLock<String>,
    /// What a converted settlement file says of itself.
    pub native: Option<Native>,
    /// Where the rows begin: offset and line in the volume.
    pub body: (u64, u64),
    /// Whether the rows take part: `read`, `repeated` or `restated`.
    pub state: &'static str,
    /// What was understood and gives no row, for people.
    pub notes: Vec<String>,
    /// Nothing of it can give a row, and nothing is rejected.
    pub tells_nothing: bool,
    /// The bytes as given, where the volume holds converted ones.
    original: Option<Arc<Bytes>>,
}

/// All files of a run.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The files, in the order of their numbers.
    pub files: Vec<File>,
    /// Their canonical bytes, by the same numbers.
    pub volumes: Vec<Volume>,
    /// Rows that a conversion could not read, by file number.
    pub rejects: Vec<(usize, RejectRow)>,
    /// Findings about files as such.
    pub findings: Vec<Finding>,
}

impl Inputs {
    /// SHA-256 of a file's plain bytes, computed once.
    ///
    /// # Errors
    /// The file cannot be read any more.
    pub fn sha256(&self, file: usize) -> Result<String, RunError> {
        let (Some(entry), Some(volume)) = (self.files.get(file), self.volumes.get(file)) else {
            return Ok(String::new());
        };
        if let Some(known) = entry.sha256.get() {
            return Ok(known.clone());
        }
        let computed = sha256(entry.original.as_deref().unwrap_or(&volume.bytes))?;
        Ok(entry.sha256.get_or_init(|| computed).clone())
    }

    /// The files that came, one for each dataset that a file holds: neither a file that was given already nor one that a
    /// later one replaces, and the parts of one file once.
    #[must_use]
    pub fn arrivals(&self, came_on: NaiveDate) -> Vec<Arrival> {
        let mut known = HashSet::new();
        let mut arrivals = Vec::new();
        for (file, volume) in self.files.iter().zip(&self.volumes).filter(|(file, _)| file.state == "read") {
            let given = Arc::as_ptr(file.original.as_ref().unwrap_or(&volume.bytes));
            let dataset = volume.layout.dataset;
            if known.insert((given, dataset)) {
                arrivals.push(Arrival { provider: file.provider.clone(), dataset, came_on });
            }
        }
        arrivals
    }

    /// Whether two are parts of one file as given.
    fn same_file(&self, one: usize, other: usize) -> bool {
        let original = |file: usize| self.files.get(file).and_then(|file| file.original.as_ref());
        original(one).zip(original(other)).is_some_and(|(one, other)| Arc::ptr_eq(one, other))
    }

    fn plain_len(&self, file: usize) -> u64 {
        let original = self.files.get(file).and_then(|entry| entry.original.as_deref());
        original.or(self.volumes.get(file).map(|volume| &*volume.bytes)).map_or(0, Bytes::len)
    }
}

/// Opens all files of the plan.
///
/// # Errors
/// A file that cannot be read at all: the first, in the order of their paths.
pub fn load(plan: &Plan, names: &Names, currencies: &Currencies) -> Result<Inputs, RunError> {
    let mut planned = plan.inputs.clone();
    planned.sort();
    refuse_too_many(planned.len())?;
    let opened: Vec<Result<Vec<Opening>, FileError>> =
        planned.into_par_iter().map(|input| open_one(&input, currencies)).collect();
    let mut openings = opened.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect::<Vec<_>>();
    // Again: an archive is one file of the plan and may hold many.
    refuse_too_many(openings.len())?;
    let mut inputs = Inputs::default();
    let repeated = repeated_payloads(&openings)?;
    let documents: Vec<Documents<'_>> = openings
        .iter()
        .zip(&repeated)
        .filter(|(opening, repeated)| matches!(opening.format, Format::Payload) && repeated.is_none())
        .map(|(opening, _)| Documents { input: &opening.input, bytes: &opening.bytes })
        .collect();
    // Payloads bring the names of their providers with them, so the settlement files beside them do too.
    let any_payload = !documents.is_empty();
    let mut payloads = payloads::convert(&documents, plan)?.into_iter();
    drop(documents);
    for (opening, repeated) in openings.iter_mut().zip(repeated) {
        let format = std::mem::replace(&mut opening.format, Format::Payload);
        let default = plan.settings.default_provider.clone();
        let default = opening.input.provider.clone().unwrap_or(default);
        let (mut notes, mut tells_nothing) = (Vec::new(), false);
        let (parts, provider, api) = match format {
            Format::Canonical(dataset) => {
                inputs.add(opening.canonical(dataset, default)?);
                continue;
            }
            Format::Rows(parts) => {
                let own = parts.first().and_then(|part| formats::api(&part.format)).filter(|_| any_payload);
                let provider = own.map_or(default, |api| payloads::provider_of(&opening.input, plan, api));
                (parts, provider, None)
            }
            Format::Payload if repeated.is_some() => (Vec::new(), default, None),
            Format::Payload => match payloads.next() {
                Some(file) => {
                    (notes, tells_nothing) = (file.notes, file.tells_nothing);
                    (file.parts, file.provider, file.api)
                }
                None => (Vec::new(), default, None),
            },
        };
        let first = inputs.files.len();
        for part in parts {
            inputs.add(opening.part(part, provider.clone(), api)?);
        }
        if let Some(file) = inputs.files.get_mut(first) {
            (file.notes, file.tells_nothing) = (notes, tells_nothing);
        }
        if let Some(first) = repeated {
            inputs.add(opening.repeated(provider)?);
            let (number, sources) = (inputs.files.len().saturating_sub(1), first);
            inputs.findings.push(repeated_finding(&inputs.files[number], &sources, names));
        }
    }
    // And once more: a file may have several parts.
    refuse_too_many(inputs.files.len())?;
    skip_repeated(&mut inputs, names)?;
    skip_restated(&mut inputs, names, currencies)?;
    inputs.rejects.retain(|(file, _)| inputs.files.get(*file).is_some_and(|file| file.state == "read"));
    Ok(inputs)
}

/// A file or a part of one, its canonical bytes, and rows that a conversion could not read.
type Loaded = (File, Volume, Vec<RejectRow>);

fn refuse_too_many(count: usize) -> Result<(), FileError> {
    if count <= FILE_COUNT_MAX {
        return Ok(());
    }
    let problem = format!("{count} files are more than one run reads: {FILE_COUNT_MAX}");
    Err(FileError::new("inputs", problem, "put exports of a day together"))
}

/// A file, opened and recognised.
struct Opening {
    input: Input,
    bytes: Arc<Bytes>,
    given_len: u64,
    given_sha256: Option<String>,
    sha256: OnceLock<String>,
    format: Format,
}

/// Opens a file of the plan; every file in an archive is one of its own.
fn open_one(input: &Input, currencies: &Currencies) -> Result<Vec<Opening>, FileError> {
    let mut opened = open_all(&input.shown, input.path.as_deref())?;
    opened.sort_by(|(a, _), (b, _)| a.cmp(b));
    let recognised = |(shown, opened)| recognise(Input { shown, ..input.clone() }, opened, currencies);
    opened.into_iter().map(recognised).collect()
}

fn recognise(input: Input, opened: Opened, currencies: &Currencies) -> Result<Opening, FileError> {
    let profile = input.profile.as_deref();
    let format = formats::read(&opened, &Given { shown: &input.shown, dataset: input.dataset, profile, currencies })?;
    let Opened { bytes, given_len, given_sha256, .. } = opened;
    Ok(Opening { input, bytes: Arc::new(bytes), given_len, given_sha256, sha256: OnceLock::new(), format })
}

impl Opening {
    fn sha256(&self) -> Result<&str, RunError> {
        if self.sha256.get().is_none() {
            let _ = self.sha256.set(sha256(&self.bytes)?);
        }
        Ok(self.sha256.get().map(String::as_str).unwrap_or_default())
    }

    fn file(&self, provider: String, format: String, body: (u64, u64)) -> File {
        File {
            input: self.input.clone(),
            provider,
            format,
            given_len: self.given_len,
            given_sha256: self.given_sha256.clone(),
            sha256: self.sha256.clone(),
            native: None,
            body,
            state: "read",
            notes: Vec::new(),
            tells_nothing: false,
            original: None,
        }
    }

    fn canonical(&self, dataset: Dataset, provider: String) -> Result<Loaded, FileError> {
        let Head { layout, dialect, body } = canonical_header(&self.input.shown, &self.bytes, dataset, &provider)?;
        let file = self.file(provider, "canonical csv".to_owned(), body);
        let (shown, bytes) = (self.input.shown.clone(), Arc::clone(&self.bytes));
        Ok((file, Volume { shown, bytes, layout, dialect, lines: Vec::new() }, Vec::new()))
    }

    fn part(&self, part: Converted, provider: String, api: Option<Api>) -> Result<Loaded, FileError> {
        let Converted { format, bytes, dataset, rejects, native, ignored } = part;
        let Head { mut layout, dialect, body } = canonical_header(&self.input.shown, &bytes, dataset, &provider)?;
        layout.ignored.extend(ignored);
        layout.reference_form = (api == Some(Api::SwedbankPay)).then_some(ReferenceForm::Alphanumeric);
        let original = Some(Arc::clone(&self.bytes));
        let file = File { native, original, ..self.file(provider, format, body) };
        let (shown, bytes) = (self.input.shown.clone(), Arc::new(bytes));
        Ok((file, Volume { shown, bytes, layout, dialect, lines: Vec::new() }, rejects))
    }

    /// A file of documents that was given already: it is listed, and nothing of it counts.
    fn repeated(&self, provider: String) -> Result<Loaded, FileError> {
        let none = Copy::small(&self.input.shown, Dataset::Captures)?.finish("payloads json", None)?;
        let (file, volume, rejects) = self.part(none, provider, None)?;
        Ok((File { state: "repeated", ..file }, volume, rejects))
    }
}

impl Inputs {
    fn add(&mut self, (file, volume, rejects): Loaded) {
        let number = self.files.len();
        self.files.push(file);
        self.volumes.push(volume);
        self.rejects.extend(rejects.into_iter().map(|reject| (number, reject)));
    }
}

/// For each key the place of the first that is equal and has the same bytes, where that is another. The length belongs
/// to the key, so that only bytes of which there are as many are hashed.
fn firsts<K: Eq + Hash>(
    keys: &[Option<K>],
    sha256: impl Fn(usize) -> Result<String, RunError>,
) -> Result<Vec<Option<usize>>, RunError> {
    let mut alike: HashMap<&K, usize> = HashMap::new();
    keys.iter().flatten().for_each(|key| *alike.entry(key).or_default() += 1);
    let mut known: HashMap<(&K, String), usize> = HashMap::new();
    let mut firsts = Vec::with_capacity(keys.len());
    for (place, key) in keys.iter().enumerate() {
        let first = match key {
            Some(key) if alike.get(key).is_some_and(|count| *count > 1) => {
                Some(*known.entry((key, sha256(place)?)).or_insert(place))
            }
            _ => None,
        };
        firsts.push(first.filter(|first| *first != place));
    }
    Ok(firsts)
}

/// For every file of documents whose bytes were given already for the same provider: the first such file.
fn repeated_payloads(openings: &[Opening]) -> Result<Vec<Option<String>>, RunError> {
    let key = |opening: &Opening| {
        let payload = matches!(opening.format, Format::Payload);
        payload.then(|| (opening.input.provider.clone(), opening.bytes.len()))
    };
    let keys: Vec<_> = openings.iter().map(key).collect();
    let firsts = firsts(&keys, |place| openings[place].sha256().map(str::to_owned))?;
    Ok(firsts.into_iter().map(|first| first.map(|first| openings[first].input.shown.clone())).collect())
}

/// Files whose plain bytes were given already as the same dataset of the same provider are read once (RULES.md 2).
fn skip_repeated(inputs: &mut Inputs, names: &Names) -> Result<(), RunError> {
    let key = |(number, (file, volume)): (usize, (&File, &Volume))| {
        Some((volume.layout.dataset, file.provider.clone(), inputs.plain_len(number)))
    };
    let keys: Vec<_> = inputs.files.iter().zip(&inputs.volumes).enumerate().map(key).collect();
    for (number, first) in firsts(&keys, |number| inputs.sha256(number))?.into_iter().enumerate() {
        // A file of several settlements has a part each, and none of them repeats another.
        if let Some(first) = first.filter(|first| !inputs.same_file(number, *first)) {
            repeat(inputs, number, first, names);
        }
    }
    Ok(())
}

fn repeat(inputs: &mut Inputs, number: usize, first: usize, names: &Names) {
    let first = inputs.files[first].input.shown.clone();
    let file = &mut inputs.files[number];
    file.state = "repeated";
    let finding = repeated_finding(file, &first, names);
    inputs.findings.push(finding);
}

fn repeated_finding(file: &File, first: &str, names: &Names) -> Finding {
    let sources = format!("{}; read as {first}", file.input.shown);
    let settlement_id = file.native.as_ref().map(|native| native.settlement_id.clone()).unwrap_or_default();
    let what = if settlement_id.is_empty() { "A file".to_owned() } else { format!("Settlement file {settlement_id}") };
    let explanation = format!("{what} with the same content was given already; it was read once");
    about_file(Code::FileRepeated, &file.provider, settlement_id, explanation, sources, names)
}

fn about_file(
    code: Code,
    provider: &str,
    settlement_id: String,
    explanation: String,
    sources: String,
    names: &Names,
) -> Finding {
    Finding {
        code,
        provider: Some(names.intern(provider)),
        currency: None,
        expected_minor: 0,
        actual_minor: 0,
        count: 1,
        rows: Vec::new(),
        whole_order: false,
        note: Note::File { settlement_id, explanation, sources },
    }
}

/// Native settlement files with one id: the same records are read once, of others the later one counts (RULES.md 2, 5).
fn skip_restated(inputs: &mut Inputs, names: &Names, currencies: &Currencies) -> Result<(), RunError> {
    let mut natives = Vec::new();
    for (number, file) in inputs.files.iter().enumerate().filter(|(_, file)| file.state == "read") {
        if let Some(native) = &file.native {
            natives.push(NativeFile {
                index: number,
                provider: file.provider.clone(),
                settlement_id: native.settlement_id.clone(),
                created: native.created,
                content_hash: native.content_hash,
                sha256: inputs.sha256(number)?,
            });
        }
    }
    for (native, fate) in natives.iter().zip(resolve(&natives)) {
        match fate {
            Fate::Read => {}
            Fate::RepeatedOf(first) => repeat(inputs, native.index, first, names),
            Fate::RestatedBy(later) => {
                let sums = |file: usize| {
                    let native = inputs.files.get(file).and_then(|file| file.native.as_ref());
                    native.map(|native| native.sums_text(currencies)).unwrap_or_default()
                };
                let explanation = format!(
                    "Settlement file {} was restated: {} before, {} after; the later one counts",
                    native.settlement_id,
                    sums(native.index),
                    sums(later)
                );
                let sources = format!(
                    "{}; replaced by {}",
                    inputs.files[native.index].input.shown, inputs.files[later].input.shown
                );
                let id = native.settlement_id.clone();
                inputs.findings.push(about_file(Code::FileRestated, &native.provider, id, explanation, sources, names));
                inputs.files[native.index].state = "restated";
            }
        }
    }
    Ok(())
}
