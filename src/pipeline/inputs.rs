//! From the plan's files to a library: opened, recognised, converted where they are not canonical, and each read once.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use rayon::prelude::*;

use super::books::{self, FileBooks};
use super::error::RunError;
use super::header::{Head, canonical_header};
use super::payloads::hear::Hearing;
use super::payloads::{self, Documents, Parts};
use super::plan::{Arrival, Input, Plan};
use super::repeats::{repeated_finding, repeated_payloads, skip_repeated, skip_restated};
use crate::engine::source::Bytes;
use crate::ingest::bank::{BankFile, BankNames};
use crate::ingest::copy::{Converted, Copy};
use crate::ingest::digest::{sha256, sha256_of_all};
use crate::ingest::formats::{self, Format, Given};
use crate::ingest::library::Volume;
use crate::ingest::native::Native;
use crate::ingest::payload::fact::Api;
use crate::ingest::source::{FileError, Opened, open_all};
use crate::model::bank::Statement;
use crate::model::currency::Currencies;
use crate::model::finding::Finding;
use crate::model::names::Names;
use crate::model::origin::FILE_COUNT_MAX;
use crate::model::record::Dataset;
use crate::model::reference::ReferenceForm;
use crate::model::reject::RejectRow;

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
    /// Size of the plain bytes as given (not as converted).
    pub plain_len: u64,
    /// SHA-256 of these.
    pub sha256: OnceLock<String>,
    /// Which file as given this is, or is a part of.
    pub given: usize,
    /// The path of the file that it repeats.
    pub repeats: Option<String>,
    /// Its data rows, where an earlier night has counted them.
    pub known_rows: Option<u64>,
    /// The day of the night on which it came, where that is an earlier one.
    pub came_on: Option<NaiveDate>,
    /// Its number in the state, where an earlier night has read it.
    pub known: Option<i64>,
    /// Of a file of documents that was read: the columns that its profile gives every row.
    pub constants: Option<BTreeMap<String, String>>,
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
    pub original: Option<Arc<Bytes>>,
    /// What it holds for the books.
    pub books: FileBooks,
}

impl File {
    /// A file that takes part, of so many plain bytes, of which nothing else is known.
    #[must_use]
    pub fn read(input: Input, provider: String, format: String, plain_len: u64, body: (u64, u64)) -> Self {
        Self {
            input,
            provider,
            format,
            given_len: plain_len,
            given_sha256: None,
            plain_len,
            sha256: OnceLock::new(),
            given: 0,
            repeats: None,
            known_rows: None,
            came_on: None,
            known: None,
            constants: None,
            native: None,
            body,
            state: "read",
            notes: Vec::new(),
            tells_nothing: false,
            original: None,
            books: FileBooks::default(),
        }
    }
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
    /// Given files that an earlier night has read, as given; their rows are not read again.
    pub passed_over: Vec<String>,
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
        let computed = sha256(plain_bytes(entry, volume))?;
        Ok(entry.sha256.get_or_init(|| computed).clone())
    }

    /// Computes what [`Inputs::sha256`] gives of every file, on all threads.
    ///
    /// # Errors
    /// A file cannot be read any more.
    pub(super) fn hash_all(&self) -> Result<(), RunError> {
        let files = self.files.iter().zip(&self.volumes).filter(|(file, _)| file.sha256.get().is_none());
        let files: Vec<(&File, &Volume)> = files.collect();
        let bytes: Vec<&Bytes> = files.iter().map(|(file, volume)| plain_bytes(file, volume)).collect();
        for ((file, _), hash) in files.iter().zip(sha256_of_all(&bytes)?) {
            let _ = file.sha256.set(hash);
        }
        Ok(())
    }

    /// The files that came, one for each dataset that a file holds: the parts of one file once, a file that was given
    /// already not at all, and a settlement file that was restated on the day on which it came first.
    #[must_use]
    pub fn arrivals(&self, tonight: NaiveDate) -> Vec<Arrival> {
        let mut came: BTreeMap<(&String, Dataset, Result<&String, usize>), NaiveDate> = BTreeMap::new();
        for (file, volume) in self.files.iter().zip(&self.volumes).filter(|(file, _)| file.state != "repeated") {
            let id = file.native.as_ref().map(|native| &native.settlement_id).ok_or(file.given);
            let day = file.came_on.unwrap_or(tonight);
            let first = came.entry((&file.provider, volume.layout.dataset, id)).or_insert(day);
            *first = day.min(*first);
        }
        let arrival = |((provider, dataset, _), came_on): ((&String, Dataset, _), NaiveDate)| Arrival {
            provider: provider.clone(),
            dataset,
            came_on,
        };
        came.into_iter().map(arrival).collect()
    }

    /// Whether two are parts of one file as given.
    pub(super) fn same_file(&self, one: usize, other: usize) -> bool {
        let given = |file: usize| self.files.get(file).map(|file| file.given);
        given(one) == given(other)
    }
}

/// Opens all files of the plan.
///
/// # Errors
/// A file that cannot be read at all: the first, in the order of their paths.
pub fn load(plan: &Plan, names: &Names, currencies: &Currencies) -> Result<Inputs, RunError> {
    let opened = open(plan, &HashSet::new(), currencies)?;
    let repeats = repeated_payloads(&[], &opened.files)?.of_openings;
    let hearing = Hearing::of(opened.documents(&repeats), plan, false)?;
    let orders_given = payloads::orders_given(plan, hearing.files(), &[]);
    let parts = hearing.parts(orders_given)?;
    opened.put_together(repeats, parts, Past::default(), plan, names, currencies)
}

/// What earlier nights have read.
#[derive(Debug, Default)]
pub struct Past {
    /// Their files.
    pub files: Vec<Loaded>,
    /// Payloads of an API were among them.
    pub any_payload: bool,
}

/// What tells a file that came before: path, dataset and provider as configured, SHA-256 of its plain bytes. What equals
/// one of them is not read again.
pub type KnownFile = (String, Option<Dataset>, Option<String>, String);

/// Files of the plan, opened and recognised, and not yet put together.
pub(super) struct Openings {
    /// Those that no earlier night has read.
    pub(super) files: Vec<Opening>,
    /// The names of the others.
    passed_over: Vec<String>,
}

/// Opens all files of the plan that no earlier night has read.
///
/// # Errors
/// As [`load`].
pub(super) fn open(plan: &Plan, known: &HashSet<KnownFile>, currencies: &Currencies) -> Result<Openings, RunError> {
    let mut planned = plan.inputs.clone();
    planned.sort();
    refuse_too_many(planned.len())?;
    let bank_names = plan.bank_names();
    let opened: Vec<Result<New, RunError>> =
        planned.into_par_iter().map(|input| open_one(&input, known, currencies, &bank_names)).collect();
    let (mut openings, mut passed_over) = (Vec::new(), Vec::new());
    for opened in opened {
        let (new, known) = opened?;
        openings.extend(new);
        passed_over.extend(known);
    }
    // What an archive holds stands under its own path too.
    openings.sort_by(|a, b| a.input.shown.cmp(&b.input.shown));
    Ok(Openings { files: openings, passed_over })
}

impl Openings {
    /// The files of documents that are no repetition of another one.
    pub(super) fn documents(&self, repeats: &[Option<String>]) -> Vec<Documents> {
        let one = |given: usize| self.files.get(given);
        let documents = self.given_documents(repeats).into_iter().filter_map(one);
        documents
            .map(|opening| Documents { input: opening.input.clone(), bytes: Some(Arc::clone(&opening.bytes)) })
            .collect()
    }

    /// Where these stand among all files, as given.
    pub(super) fn given_documents(&self, repeats: &[Option<String>]) -> Vec<usize> {
        let all = self.files.iter().zip(repeats).enumerate();
        all.filter(|(_, (opening, repeats))| opening.holds_documents() && repeats.is_none())
            .map(|(given, _)| given)
            .collect()
    }

    /// Puts the files among those of earlier nights; `parts` are those of the documents.
    ///
    /// # Errors
    /// As [`load`].
    pub(super) fn put_together(
        self,
        repeats: Vec<Option<String>>,
        parts: Vec<Parts>,
        past: Past,
        plan: &Plan,
        names: &Names,
        currencies: &Currencies,
    ) -> Result<Inputs, RunError> {
        let Self { files: mut openings, passed_over } = self;
        // Again: an archive is one file of the plan and may hold many.
        refuse_too_many(openings.len().saturating_add(past.files.len()))?;
        let mut inputs = Inputs { passed_over, ..Inputs::default() };
        // Payloads bring the names of their providers with them, so the settlement files beside them do too.
        let any_payload = past.any_payload || !parts.is_empty();
        let mut payloads = parts.into_iter();
        for (given, (opening, repeats)) in openings.iter_mut().zip(repeats).enumerate() {
            opening.given = given;
            inputs.add_opening(opening, repeats, any_payload, &mut payloads, plan)?;
        }
        books::take_rows(&mut inputs, plan, names, currencies)?;
        inputs.put_among(past.files);
        // And once more: a file may have several parts.
        refuse_too_many(inputs.files.len())?;
        for file in inputs.files.iter().filter(|file| file.state == "repeated") {
            let first = file.repeats.as_deref().unwrap_or_default();
            inputs.findings.push(repeated_finding(file, first, names));
        }
        skip_repeated(&mut inputs, names)?;
        skip_restated(&mut inputs, names, currencies)?;
        inputs.rejects.retain(|(file, _)| inputs.files.get(*file).is_some_and(|file| file.state == "read"));
        Ok(inputs)
    }
}

/// The plain bytes of a file, as given or converted.
fn plain_bytes<'f>(file: &'f File, volume: &'f Volume) -> &'f Bytes {
    file.original.as_deref().unwrap_or(&volume.bytes)
}

/// A file or a part of one, its canonical bytes, and rows that a conversion could not read.
pub type Loaded = (File, Volume, Vec<RejectRow>);

fn refuse_too_many(count: usize) -> Result<(), FileError> {
    if count <= FILE_COUNT_MAX {
        return Ok(());
    }
    let problem = format!("{count} files are more than one run reads: {FILE_COUNT_MAX}");
    Err(FileError::new("inputs", problem, "put exports of a day together"))
}

/// A file, opened and recognised.
pub(super) struct Opening {
    pub(super) input: Input,
    pub(super) bytes: Arc<Bytes>,
    given_len: u64,
    given_sha256: Option<String>,
    sha256: OnceLock<String>,
    pub(super) format: Format,
    given: usize,
}

/// What a file of the plan holds that no earlier night has read, and the names of what one has.
type New = (Vec<Opening>, Vec<String>);

/// Opens a file of the plan; every file in an archive is one of its own. Known ones are left out, and named apart.
fn open_one(
    input: &Input,
    known: &HashSet<KnownFile>,
    currencies: &Currencies,
    bank_names: &BankNames,
) -> Result<New, RunError> {
    let mut opened = open_all(&input.shown, input.path.as_deref())?;
    opened.sort_by(|(a, _), (b, _)| a.cmp(b));
    let (mut openings, mut passed_over) = (Vec::with_capacity(opened.len()), Vec::new());
    for (shown, opened) in opened {
        let hash = OnceLock::new();
        if !known.is_empty() {
            let computed = sha256(&opened.bytes)?;
            let key = (shown.clone(), input.dataset, input.provider.clone(), computed.clone());
            if known.contains(&key) {
                passed_over.push(shown);
                continue;
            }
            let _ = hash.set(computed);
        }
        let opening = recognise(Input { shown, ..input.clone() }, opened, currencies, bank_names)?;
        openings.push(Opening { sha256: hash, ..opening });
    }
    Ok((openings, passed_over))
}

fn recognise(
    input: Input,
    opened: Opened,
    currencies: &Currencies,
    bank_names: &BankNames,
) -> Result<Opening, FileError> {
    let profile = input.profile.as_deref();
    let shown = &input.shown;
    let format = formats::read(&opened, &Given { shown, dataset: input.dataset, profile, currencies, bank_names })?;
    let Opened { bytes, given_len, given_sha256, .. } = opened;
    let sha256 = OnceLock::new();
    Ok(Opening { input, bytes: Arc::new(bytes), given_len, given_sha256, sha256, format, given: 0 })
}

impl Opening {
    pub(super) fn holds_documents(&self) -> bool {
        matches!(self.format, Format::Payload)
    }

    pub(super) fn sha256(&self) -> Result<&str, RunError> {
        if self.sha256.get().is_none() {
            let _ = self.sha256.set(sha256(&self.bytes)?);
        }
        Ok(self.sha256.get().map(String::as_str).unwrap_or_default())
    }

    fn file(&self, provider: String, format: String, body: (u64, u64)) -> File {
        File {
            given_len: self.given_len,
            given_sha256: self.given_sha256.clone(),
            sha256: self.sha256.clone(),
            given: self.given,
            ..File::read(self.input.clone(), provider, format, self.bytes.len(), body)
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

    /// Statements of a bank, which have no rows to be reconciled.
    fn bank(&self, bank: BankFile, provider: String) -> Result<Loaded, FileError> {
        let none = Copy::small(&self.input.shown, Dataset::Bank)?.finish(bank.format, None)?;
        let (file, volume, rejects) = self.part(none, provider, None)?;
        let entries = bank.statements.iter().fold(0_u64, |sum, one| sum.saturating_add(one.entry_count));
        let mut books = FileBooks { statements: bank.statements, payouts: Vec::new() };
        books.statements.iter_mut().for_each(Statement::hide_references);
        Ok((File { books, known_rows: Some(entries), notes: bank.notes, ..file }, volume, rejects))
    }

    /// A file of documents that was given already: it is listed, and nothing of it counts.
    fn repeated(&self, provider: String) -> Result<Loaded, FileError> {
        let none = Copy::small(&self.input.shown, Dataset::Captures)?.finish("payloads json", None)?;
        let (file, volume, rejects) = self.part(none, provider, None)?;
        Ok((File { state: "repeated", ..file }, volume, rejects))
    }
}

impl Inputs {
    /// Adds an opened file; `payloads` are the parts of the documents that are not yet added.
    fn add_opening(
        &mut self,
        opening: &mut Opening,
        repeats: Option<String>,
        any_payload: bool,
        payloads: &mut impl Iterator<Item = Parts>,
        plan: &Plan,
    ) -> Result<(), RunError> {
        let format = std::mem::replace(&mut opening.format, Format::Payload);
        let default = plan.settings.default_provider.clone();
        let default = opening.input.provider.clone().unwrap_or(default);
        match format {
            Format::Canonical(dataset) => self.add(opening.canonical(dataset, default)?),
            Format::Rows(parts) => {
                let own = parts.first().and_then(|part| formats::api(&part.format)).filter(|_| any_payload);
                let provider = own.map_or(default, |api| payloads::provider_of(&opening.input, plan, api));
                for part in parts {
                    self.add(opening.part(part, provider.clone(), None)?);
                }
            }
            Format::Bank(file) => self.add(opening.bank(file, default)?),
            Format::Payload if repeats.is_some() => {
                let (mut file, volume, rejects) = opening.repeated(default)?;
                file.repeats = repeats;
                self.add((file, volume, rejects));
            }
            Format::Payload => {
                let Some(file) = payloads.next() else { return Ok(()) };
                let first = self.files.len();
                for part in file.parts {
                    let (entry, volume, rejects) = opening.part(part, file.provider.clone(), file.api)?;
                    let profile = opening.input.profile.as_ref();
                    let constants = profile.map(|profile| profile.constants.clone()).unwrap_or_default();
                    self.add((File { constants: Some(constants), ..entry }, volume, rejects));
                }
                if let Some(entry) = self.files.get_mut(first) {
                    (entry.notes, entry.tells_nothing) = (file.notes, file.tells_nothing);
                }
            }
        }
        Ok(())
    }

    pub(super) fn add(&mut self, (file, volume, rejects): Loaded) {
        let number = self.files.len();
        self.files.push(file);
        self.volumes.push(volume);
        self.rejects.extend(rejects.into_iter().map(|reject| (number, reject)));
    }

    /// Puts files of earlier nights where they would stand had all been given at once: in the order of their paths.
    pub(super) fn put_among(&mut self, past: Vec<Loaded>) {
        if past.is_empty() {
            return;
        }
        let mut rejects: Vec<Vec<RejectRow>> = self.files.iter().map(|_| Vec::new()).collect();
        for (file, reject) in std::mem::take(&mut self.rejects) {
            rejects[file].push(reject);
        }
        let own = std::mem::take(&mut self.files).into_iter().zip(std::mem::take(&mut self.volumes)).zip(rejects);
        let mut all: Vec<Loaded> = own.map(|((file, volume), rejects)| (file, volume, rejects)).collect();
        let first_given = all.len();
        for (file, volume, rejects) in past {
            all.push((File { given: file.given.saturating_add(first_given), ..file }, volume, rejects));
        }
        // Of one path, what came earlier stands first.
        all.sort_by(|(a, ..), (b, ..)| {
            (&a.input.shown, a.known.is_none(), a.known).cmp(&(&b.input.shown, b.known.is_none(), b.known))
        });
        all.into_iter().for_each(|loaded| self.add(loaded));
    }
}
