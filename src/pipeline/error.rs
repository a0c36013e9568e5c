//! Why a run stopped before anything was written.

use std::io;

use crate::ingest::source::FileError;
use crate::model::record::ReadBackError;

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
            Self::Threads(_) => Some("give a smaller --threads"),
        }
    }
}
