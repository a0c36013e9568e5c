//! The workers of a distributed run: a stage reads its partition from one stream, lets the very functions of [`super`]
//! judge it, and writes what was found, and what goes on, to another. Nothing is kept between two of them.
//!
//! ```text
//! plan -> files -> job -> read -> facts -> lines -> operations, a round a key -> batches -> report
//!                                             \-> references ------------------------------/
//! ```
//!
//! `plan`, `job`, `facts` and `report` run once, on the driver, and take little; the others run once a partition. What is
//! dealt out between two stages goes by the column `shard`: whoever shuffles knows nothing of keys. A row travels as it
//! stands in its file, with its line behind it; an operation travels as its rows and is summed again where it arrives, so
//! that no half-made result crosses a border. What partitions add up is joined as the nights of a state are ([`super::totals`]).

mod files;
pub mod job;
mod judge;
mod read;
mod report;
mod rows;
mod said;

use std::io::{Read, Write};
use std::sync::Arc;

use self::job::Job;
use super::plan::Plan;
use super::read::Means;
use super::routes::Routes;
use super::{RunError, in_pool};
use crate::engine::wire::WireError;
use crate::ingest::source::FileError;
use crate::model::currency::Currencies;
use crate::model::names::Names;

pub use files::{job, plan};
pub use report::{facts, report};

/// A stage that works on a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Opens inputs, and says what they are and where they can be cut.
    Files,
    /// Reads splits of files to rows.
    Read,
    /// Judges whole orders; operations go on.
    Lines,
    /// Judges what has the key of a round; the rest goes on.
    Operations {
        /// The round, from 0.
        round: usize,
    },
    /// Judges operations that share a payee reference.
    References,
    /// Judges what no key has brought together.
    Batches,
}

/// What a row of a stream is.
pub(super) mod kind {
    /// An input that is to be opened.
    pub const INPUT: &str = "input";
    /// A file that was opened.
    pub const FILE: &str = "file";
    /// A part of a file that is to be read.
    pub const SPLIT: &str = "split";
    /// The job.
    pub const JOB: &str = "job";
    /// A row of a dataset.
    pub const ROW: &str = "row";
    /// A finding.
    pub const FINDING: &str = "finding";
    /// What a partition adds up.
    pub const TOTALS: &str = "totals";
    /// What was seen in a split.
    pub const SEEN: &str = "seen";
    /// A row that cannot be read.
    pub const REJECT: &str = "reject";
}

/// Runs a stage on a partition.
///
/// # Errors
/// What comes in is not for this stage, a file cannot be read, or the output does not take what goes out; what was
/// written until then is of no use.
pub fn work(
    stage: Stage,
    job: &Job,
    plan: &Plan,
    input: impl Read + Send,
    output: impl Write + Send,
) -> Result<(), RunError> {
    in_pool(plan, || {
        let names = Arc::new(Names::default());
        let currencies = Currencies::new(&plan.settings.extra_currencies);
        let round = match stage {
            Stage::Operations { round } => round,
            Stage::Batches => job.rounds,
            _ => 0,
        };
        let routes = Routes::new(&plan.settings, Arc::clone(&names)).from(round);
        if job.rounds != routes.round_count || round > job.rounds {
            let problem = format!("round {round} is none of a job with {} rounds", job.rounds);
            return Err(refused(problem, "give the job of this run, and a round of it").into());
        }
        let means = Means { plan, names: &names, currencies: &currencies, routes: &routes, on: &|_| () };
        match stage {
            Stage::Files => files::files(job, &means, input, output),
            Stage::Read => read::read(job, &means, input, output),
            Stage::Lines => judge::lines(job, &means, input, output),
            Stage::Operations { .. } | Stage::Batches => judge::round(job, round, &means, input, output),
            Stage::References => judge::references(job, &means, input, output),
        }
    })
}

/// What is wrong with a stream or a job.
fn refused(problem: impl Into<String>, help: &str) -> FileError {
    FileError::new("shard", problem, help)
}

impl From<WireError> for RunError {
    fn from(error: WireError) -> Self {
        refused(
            format!("the Arrow stream cannot be read or written: {error}"),
            "a stage takes what the stage before it wrote, as an Arrow IPC stream; see avstem shard --help",
        )
        .into()
    }
}
