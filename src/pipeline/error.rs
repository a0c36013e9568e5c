//! Why a run stopped before anything was written.

use std::io;
use std::path::PathBuf;

use crate::ingest::source::FileError;
use crate::model::record::ReadBackError;
use crate::state::StateError;

/// A run that could not be made (exit status 2).
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A file that cannot be read at all.
    #[error("{0}")]
    File(#[from] FileError),
    /// A file that changed while it was read.
    #[error("{0}")]
    ReadBack(#[from] ReadBackError),
    /// Working files could not be written or read.
    #[error("working files: {0}")]
    Work(#[from] io::Error),
    /// The state of earlier nights cannot be used.
    #[error("{0}")]
    State(#[from] StateError),
    /// A night before the last one.
    #[error("{}: its last night was {last}, and this run is as of {as_of}", .state.display())]
    Earlier {
        /// The state.
        state: PathBuf,
        /// The day of its last night.
        last: String,
        /// The day of this run.
        as_of: String,
    },
    /// An error of the program: what it would tell is not what it found.
    #[error("internal error: {0}")]
    Differs(String),
    /// The journal cannot be written in a form that was asked for.
    #[error("journal: {0}")]
    Journal(String),
    /// The worker threads could not be started.
    #[error("the worker threads could not be started: {0}")]
    Threads(String),
}

impl RunError {
    /// What to do, in a sentence.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::File(error) => Some(&error.help),
            Self::ReadBack(_) => Some("let the export finish before the run starts"),
            Self::Work(_) => Some("make room in the folder for temporary files (TMPDIR), or give more --memory"),
            Self::State(error) => Some(error.help()),
            Self::Earlier { .. } => Some(
                "give --as-of that day or a later one, or --replay to set this state aside and begin a new one with this night",
            ),
            Self::Differs(_) => {
                Some("this is an error of the program: report it with the version and, if you may, the records")
            }
            Self::Journal(_) => Some("correct the configuration, or leave that form out of --reports"),
            Self::Threads(_) => Some("give a smaller --threads"),
        }
    }
}
