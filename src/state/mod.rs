//! What is carried from night to night: one SQLite file that anyone can open with `sqlite3` (RULES.md 6).
//!
//! The state holds the rows of all nights in groups. Two rows are in one group where they name one order, or share an id
//! by which operations and settlement rows are brought together; so no verdict on a group needs a row of another one,
//! and tonight only the groups that tonight's rows belong to, and those that something was found in, are judged again.
//! What all other groups come to stands in the totals.
//!
//! This room knows nothing of what rows mean: it keeps texts and numbers and finds them again. [`schema`] has the tables,
//! [`store`] reads, [`mod@write`] writes a night in one transaction, [`lock`] sees to it that one run works at a time.

mod history;
pub mod lock;
pub mod log;
pub mod schema;
pub mod store;
pub mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::ErrorCode;
use serde::{Deserialize, Serialize};

/// Why a state cannot be used. Unless it says otherwise nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another run works with it.
    #[error("{}: {}", .path.display(), self.problem())]
    Held {
        /// The state.
        path: PathBuf,
        /// Who holds it, as far as it says.
        holder: String,
    },
    /// The file is something else, of a newer version, or damaged.
    #[error("{}: {}", .path.display(), self.problem())]
    Unusable {
        /// The state.
        path: PathBuf,
        /// What is wrong.
        problem: String,
        /// What to do.
        help: &'static str,
    },
    /// SQLite or the file system refused.
    #[error("{}: {}", .path.display(), self.problem())]
    Failed {
        /// The state.
        path: PathBuf,
        /// What was tried and what was said.
        problem: String,
    },
}

impl StateError {
    /// The file that it is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Held { path, .. } | Self::Unusable { path, .. } | Self::Failed { path, .. } => path,
        }
    }

    /// What is wrong, without the file.
    #[must_use]
    pub fn problem(&self) -> String {
        match self {
            Self::Held { holder, .. } => format!("another run is working with this state: {holder}"),
            Self::Unusable { problem, .. } => problem.clone(),
            Self::Failed { problem, .. } => format!("{problem}; what the state held before still stands"),
        }
    }

    /// What to do, in a sentence.
    #[must_use]
    pub fn help(&self) -> &str {
        match self {
            Self::Held { .. } => "wait until it has ended; a run that died holds nothing",
            Self::Unusable { help, .. } => help,
            Self::Failed { .. } => "look at the disk and its permissions, then run again",
        }
    }
}

/// What to do with a state that is damaged.
const DAMAGED: &str = "put a copy of it from before in its place, or replay the nights into a new state (--replay)";

/// The path of something that stands beside a state: its name with an end of its own.
#[must_use]
pub fn beside(state: &Path, end: &str) -> PathBuf {
    let mut name = state.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn failed<'p>(path: &'p Path, action: &'p str) -> impl FnOnce(rusqlite::Error) -> StateError + 'p {
    move |error| {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            // Found on the way, such as in a large state, whose pages are looked at when they are read.
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                StateError::Unusable { path, problem: format!("the state is damaged: {error}"), help: DAMAGED }
            }
            _ => StateError::Failed { path, problem: format!("cannot {action}: {error}") },
        }
    }
}

/// An input file of some night, or a part of one that holds several settlements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// Number in the state.
    pub id: i64,
    /// Night on which it came.
    pub night: i64,
    /// The path as configured or typed.
    pub path: String,
    /// Which part of the file, from 0.
    pub part: i64,
    /// What it holds, by name.
    pub dataset: String,
    /// What whoever gave it says it holds.
    pub given_dataset: Option<String>,
    /// The provider configured for it.
    pub given_provider: Option<String>,
    /// Provider of rows that name none.
    pub provider: String,
    /// How it was read.
    pub format: String,
    /// Size as given, bytes.
    pub given_bytes: i64,
    /// Size of the plain bytes.
    pub plain_bytes: i64,
    /// SHA-256 of the plain bytes.
    pub sha256: String,
    /// SHA-256 as given, where that differs.
    pub given_sha256: Option<String>,
    /// `read`, `repeated` or `restated`, as of the last night.
    pub state: String,
    /// The path of the file that it repeats, as of the night on which it came.
    pub repeats: Option<String>,
    /// Data rows, rejected ones included.
    pub rows: i64,
    /// Rows that could not be read.
    pub rejected: i64,
    /// Its known columns, in the order in which its rows are kept.
    pub columns: Vec<String>,
    /// Columns that no rule knows.
    pub ignored: Vec<String>,
    /// What was understood and gives no row.
    pub notes: Vec<String>,
    /// Nothing of it can give a row.
    pub tells_nothing: bool,
    /// The form of payee references that its API documents.
    pub reference_form: Option<String>,
    /// What a native settlement file says of itself, as JSON.
    pub native: Option<String>,
    /// Of a file of documents whose facts are kept: the columns that its profile gives every row, as JSON. It has a part
    /// for each dataset that documents can hold, also where a part has no row as yet.
    pub constants: Option<String>,
    /// What it holds for the books, as JSON.
    pub books: Option<String>,
}

/// A voucher that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVoucher {
    /// Its own id.
    pub id: String,
    /// The booking that it belongs to.
    pub booking: String,
    /// The day of the night that wrote it.
    pub night: String,
    /// All of it, as JSON.
    pub text: String,
}

/// What a document of an API tells, kept so that documents of later nights can be put together with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFact {
    /// The group that it belongs to.
    pub component: i64,
    /// Its place among all facts of the state.
    pub seq: i64,
    /// Number of its file: of the first part.
    pub file: i64,
    /// The fact as JSON.
    pub text: String,
}

/// A row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReject {
    /// Number of its file in the state.
    pub file: i64,
    /// Line.
    pub line: i64,
    /// Column.
    pub column: String,
    /// The field, shortened.
    pub value: String,
    /// Why.
    pub reason: String,
}

/// A readable row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    /// The group that it belongs to.
    pub component: i64,
    /// Its place among all rows of the state.
    pub seq: i64,
    /// Number of its file.
    pub file: i64,
    /// Line in the file as given.
    pub line: i64,
    /// Its known columns as CSV, in the order of the file's `columns`.
    pub text: String,
}

/// What brings rows, and facts, into one group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Provider.
    pub provider: Arc<str>,
    /// What kind of id it is.
    pub kind: IdKind,
    /// The id.
    pub text: Box<str>,
}

/// The kinds of ids that bring rows together, as the state numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdKind {
    /// `order_id`.
    Order,
    /// `operation_id`.
    Operation,
    /// `transaction_number`.
    TransactionNumber,
    /// `payee_reference`.
    PayeeReference,
    /// `transaction_id`.
    Transaction,
    /// The payee reference by which documents of an API are put together, whosever they are.
    DocumentReference,
    /// The checkout transaction that documents of an API name.
    DocumentPayment,
}

impl IdKind {
    /// The number in the table `key`.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Order => 0,
            Self::Operation => 1,
            Self::TransactionNumber => 2,
            Self::PayeeReference => 3,
            Self::Transaction => 4,
            Self::DocumentReference => 5,
            Self::DocumentPayment => 6,
        }
    }
}

/// What is known of a finding of the last night, to see whether it has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The day on which it was first seen.
    pub first_seen: String,
    /// Hash of its columns.
    pub digest: i64,
}

/// A finding as it stands in the state: what `avstem open` shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFinding {
    /// The columns of [`schema::FINDING_COLUMNS`], `id` first.
    pub columns: Vec<String>,
    /// Groups that its records belong to.
    pub components: Vec<i64>,
}

/// A finding that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCleared {
    /// Its columns when it was last seen, as in [`StoredFinding`].
    pub columns: Vec<String>,
    /// The day on which it was gone.
    pub cleared_on: String,
    /// The row that closed it, as `file:line`, or why it is gone without one.
    pub closed_by: String,
}

/// A number of the totals: section, key (a JSON list of texts) and name.
pub type TotalKey = (String, String, String);

/// A fact that holds from the night on which it was first seen: what, provider, value.
pub type Seen = (String, String, String);
