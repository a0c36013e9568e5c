//! What to do, validated: the value that the command line hands to [`super::run`].

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::engine::shard::block_len;
use crate::ingest::bank::BankNames;
use crate::ingest::profile::Profile;
use crate::model::record::Dataset;
use crate::report::journal::JournalFormat;
use crate::report::words::Lang;
use crate::rules::settings::Settings;

/// A run, ready to start.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The input files, globs and folders resolved; order does not matter.
    pub inputs: Vec<Input>,
    /// What the rules need to know.
    pub settings: Settings,
    /// The folder of the report.
    pub out: PathBuf,
    /// The state of earlier nights; `None` for a run by itself.
    pub state: Option<PathBuf>,
    /// For so many days after its last row a group stays in the state.
    pub retain_days: u64,
    /// Also write `matches.csv`.
    pub matches: bool,
    /// Also write the canonical rows as Parquet.
    pub parquet: bool,
    /// Also write the workbook.
    pub workbook: bool,
    /// Somebody wants to know how old the oldest open finding is.
    pub ages: bool,
    /// Also write the page.
    pub page: bool,
    /// The forms in which the journal is written.
    pub journals: Vec<JournalFormat>,
    /// Where journals are kept until they are imported; `None` for the folder of the report alone.
    pub journal_folder: Option<PathBuf>,
    /// The language of reports that people read.
    pub lang: Lang,
    /// Worker threads; `None` for one a core.
    pub threads: Option<usize>,
    /// Bytes that records may hold in memory before they go to disk; `None` for no limit.
    pub memory_bytes: Option<u64>,
    /// Target size of a chunk in bytes; tests make it tiny.
    pub chunk_bytes: usize,
    /// Number of shards; tests make it small.
    pub shard_count: usize,
    /// Day for which ages count, also in the settings; kept for the report's head.
    pub as_of: NaiveDate,
}

impl Plan {
    /// Whether a journal is asked for.
    #[must_use]
    pub fn writes_journals(&self) -> bool {
        !self.journals.is_empty()
    }

    /// By which names providers pay.
    #[must_use]
    pub fn bank_names(&self) -> BankNames {
        BankNames::new(self.settings.books.bank_names.clone())
    }

    /// Whether what settlements sum to is wanted, tonight or on a later night.
    #[must_use]
    pub fn knows_books(&self) -> bool {
        // A file that does not say what it holds may be a statement of a bank.
        self.settings.books.is_asked
            || self.state.is_some()
            || self.inputs.iter().any(|input| input.dataset.is_none_or(|dataset| !dataset.is_reconciled()))
    }

    /// Whether a report that people read is asked for, and what is worked out for them alone.
    #[must_use]
    pub fn is_for_people(&self) -> bool {
        self.page || self.workbook
    }
}

/// A file that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The provider of its source.
    pub provider: String,
    /// What it holds; a file of payloads may hold several.
    pub dataset: Dataset,
    /// The day for which the run that read it first counted ages.
    pub came_on: NaiveDate,
}

/// One input file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    /// The path as configured or typed, for messages and reports.
    pub shown: String,
    /// The path to open; `None` for standard input.
    pub path: Option<PathBuf>,
    /// What it holds; `None` where the file says so itself.
    pub dataset: Option<Dataset>,
    /// Provider of rows that name none; `None` for the default provider.
    pub provider: Option<String>,
    /// How it is written, where that is configured.
    pub profile: Option<Arc<Profile>>,
}

/// What a run tells while it works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A stage begins, with so many bytes or shards to work through.
    Stage {
        /// Its name, for people.
        name: &'static str,
        /// How much there is.
        total: u64,
    },
    /// So much of it was done.
    Advance {
        /// How much.
        by: u64,
    },
}

/// The size of blocks of which all threads together, with one open for each shard of so many sets, have an eighth of the memory
/// at most, as far as blocks can be so small; and what they take.
pub(super) fn open_blocks(memory: u64, shard_count: usize, sets: u64) -> (usize, u64) {
    let threads = u64::try_from(rayon::current_num_threads()).unwrap_or(u64::MAX);
    let shards = u64::try_from(shard_count).unwrap_or(u64::MAX);
    let count = threads.saturating_mul(shards).saturating_mul(sets);
    let block_len = block_len(memory / 8, count);
    (block_len, count.saturating_mul(u64::try_from(block_len).unwrap_or(u64::MAX)))
}
