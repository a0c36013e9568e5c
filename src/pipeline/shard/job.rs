//! What the workers of a distributed run are told: the settings as typed, the files with their headers, and what was
//! seen in all of them. The driver carries it from stage to stage as one JSON text.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::refused;
use crate::ingest::source::FileError;
use crate::model::currency::Currencies;
use crate::model::names::Names;
use crate::model::record::Dataset;
use crate::pipeline::RunError;
use crate::pipeline::inputs::Loaded;
use crate::pipeline::night::past;
use crate::pipeline::plan::{Input, Plan};
use crate::pipeline::read::Read;
use crate::pipeline::seen::{self, Seen};
use crate::state::{StoredFile, StoredReject};

/// What all workers of a run are told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Job {
    /// The version of the program, which is the same for all of them.
    pub version: String,
    /// The settings.
    pub typed: Typed,
    /// How many rounds of keys there are; what is left after them is of the round of this number.
    pub rounds: usize,
    /// The rounds in which any record can be; the others need not be made.
    pub used_rounds: Vec<usize>,
    /// A split of a file holds about so many bytes.
    pub split_bytes: u64,
    /// Settlement rows carry their day.
    pub dated: bool,
    /// The files, in the order of their paths.
    pub files: Vec<JobFile>,
    /// What was seen in them.
    pub seen: Vec<Seen>,
    /// The ids that the settlement rows of a provider have, by [`crate::model::compact::KeyKind::index`].
    pub settled_keys: BTreeMap<String, [bool; 4]>,
    /// Data rows by file, rejected ones included.
    pub rows: BTreeMap<usize, u64>,
}

/// The settings as typed, so that every worker makes the same of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    /// The name of the configuration file, and what it holds.
    pub config: Option<(String, String)>,
    /// `--provider`.
    pub provider: Option<String>,
    /// The day for which ages count.
    pub as_of: NaiveDate,
    /// `--capture-days`.
    pub capture_days: Option<i64>,
    /// `--settlement-days`.
    pub settlement_days: Option<i64>,
    /// `--fail-on`.
    pub fail_on: Option<String>,
}

/// An input file, not yet opened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct JobInput {
    /// Its place among the inputs.
    pub(super) number: usize,
    shown: String,
    path: PathBuf,
    dataset: Option<String>,
    provider: Option<String>,
}

impl JobInput {
    /// What a plan says of an input.
    ///
    /// # Errors
    /// It cannot be read by several workers.
    pub(super) fn of(number: usize, input: &Input) -> Result<Self, FileError> {
        let refused = |problem, help| Err(FileError::new(&input.shown, problem, help));
        let Some(path) = &input.path else {
            return refused("standard input cannot be read by several workers", "give files");
        };
        if input.profile.is_some() {
            return refused(
                "a file that a profile describes is not read by workers",
                "convert it first: `avstem run --reports parquet` writes the canonical rows into its folder",
            );
        }
        Ok(Self {
            number,
            shown: input.shown.clone(),
            // Workers stand somewhere else.
            path: std::path::absolute(path).unwrap_or_else(|_| path.clone()),
            dataset: input.dataset.map(|dataset| dataset.name().to_owned()),
            provider: input.provider.clone(),
        })
    }

    /// The same as a plan says it.
    pub(super) fn input(&self) -> Input {
        Input {
            shown: self.shown.clone(),
            path: Some(self.path.clone()),
            dataset: self.dataset.as_deref().and_then(Dataset::from_name),
            provider: self.provider.clone(),
            profile: None,
        }
    }
}

/// A file as it was opened, or a part of one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JobFile {
    /// The input that it is, or is a part of.
    pub(super) input: JobInput,
    /// Its place among all that the input holds.
    pub(super) place: usize,
    /// A number that the parts of one file have in common: within an input as it is opened, and within the job then.
    pub(super) given: usize,
    /// What is known of it; its one column is the header as it stands.
    pub(super) file: StoredFile,
    /// Rows that its conversion could not read.
    pub(super) rejects: Vec<StoredReject>,
    /// Where its rows can be cut: start, end and line.
    pub(super) splits: Vec<(u64, u64, u64)>,
}

/// A part of a file, for one worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Split {
    /// The number of the file among those of the job.
    pub(super) file: usize,
    /// The input.
    pub(super) input: JobInput,
    /// Its place among all that the input holds.
    pub(super) place: usize,
    /// The bytes: start, end and line.
    pub(super) bytes: (u64, u64, u64),
}

impl Job {
    /// Reads a job.
    ///
    /// # Errors
    /// It is none, or another version of the program has made it.
    pub fn read(text: &str) -> Result<Self, FileError> {
        let job: Self = serde_json::from_str(text).map_err(|error| {
            refused(format!("the job cannot be read: {error}"), "give the one that the stage before wrote")
        })?;
        if job.version == env!("CARGO_PKG_VERSION") {
            return Ok(job);
        }
        let problem = format!("the job is of avstem {}, and this is {}", job.version, env!("CARGO_PKG_VERSION"));
        Err(refused(problem, "give all workers and the driver the same program"))
    }

    /// The files with these numbers, without rows. With `all` their rejected rows, and the rows that were counted, too.
    ///
    /// # Errors
    /// There is no such file, or the job holds what no stage has written.
    pub(super) fn loaded(
        &self,
        numbers: &[usize],
        all: bool,
        currencies: &Currencies,
    ) -> Result<Vec<Loaded>, RunError> {
        let mut stored = Vec::with_capacity(numbers.len());
        let mut rejects = Vec::new();
        for number in numbers {
            let file = self.files.get(*number).ok_or_else(|| {
                refused(
                    format!("a row is of file {number}, which the job does not have"),
                    "give rows and job of one run",
                )
            })?;
            // By their number in the job: each stands for itself.
            let id = i64::try_from(*number).unwrap_or(i64::MAX);
            let counted = self.rows.get(number).copied().unwrap_or(0);
            let converted = u64::try_from(file.rejects.len()).unwrap_or(u64::MAX);
            let known = match Dataset::from_name(&file.file.dataset) {
                Some(dataset) if !dataset.is_reconciled() => file.file.rows,
                _ => i64::try_from(counted.saturating_add(converted)).unwrap_or(i64::MAX),
            };
            stored.push(StoredFile { id, rows: known, ..file.file.clone() });
            if all {
                rejects.extend(file.rejects.iter().map(|reject| StoredReject { file: id, ..reject.clone() }));
            }
        }
        let mut loaded = past::files(&stored, &rejects, &BTreeMap::new(), currencies)?;
        for ((file, ..), number) in loaded.iter_mut().zip(numbers) {
            file.given = self.files.get(*number).map_or(0, |file| file.given);
            file.known = None;
        }
        Ok(loaded)
    }

    /// What reading has seen, as if one run had read everything; nothing is counted in it.
    pub(super) fn seen(&self, names: &Names) -> Read {
        let mut read = Read::default();
        let seen = self.seen.iter().cloned().collect();
        seen::add(&seen, &mut read, names);
        for (provider, keys) in &self.settled_keys {
            read.settled_keys.insert(names.intern(provider), *keys);
        }
        read
    }

    /// The plan for its workers, from one without inputs.
    #[must_use]
    pub fn planned(&self, mut plan: Plan) -> Plan {
        // Whether days are wanted depends on all inputs, which a worker does not know.
        plan.settings.books.is_asked |= self.dated;
        plan
    }
}
