//! A run that nobody watches: its begin and end in the log for machines, and its figures for monitoring, also where it
//! fails.

use std::path::PathBuf;
use std::time::Instant;

use chrono::Utc;
use serde_json::Value;

use super::console::Console;
use super::fault::Fault;
use super::{INCOMPLETE, NOTHING_WRITTEN};
use crate::model::finding::Status;
use crate::report::metrics::{self, Figures, MetricsError, RunFacts};

/// A command under way.
#[derive(Debug)]
pub struct Watch {
    console: Console,
    begun: Instant,
    metrics: Option<PathBuf>,
}

/// What a command came to.
#[derive(Debug)]
pub struct Done {
    /// Its exit status.
    pub status: u8,
    /// Its figures.
    pub figures: Figures,
}

impl Watch {
    /// Begins to watch; `metrics` is the file that the figures go to.
    #[must_use]
    pub fn begin(console: Console, metrics: Option<PathBuf>) -> Self {
        console.milestone("began", &[("version", env!("CARGO_PKG_VERSION").into())]);
        Self { console, begun: Instant::now(), metrics }
    }

    /// Before the work: the metrics file can be replaced, or the run does not begin.
    ///
    /// # Errors
    /// It cannot.
    pub fn ready(&mut self) -> Result<(), Fault> {
        let refused = self.metrics.as_deref().map_or(Ok(()), |path| metrics::read(path).map(drop));
        refused.map_err(|error| {
            // What must not be overwritten now must not be at the end either.
            self.metrics = None;
            fault(error)
        })
    }

    /// Says how it ended and writes the metrics. Gives the exit status.
    pub fn end(self, done: Result<Done, Fault>) -> u8 {
        let (mut status, figures) = match done {
            Ok(done) => (done.status, Some(done.figures)),
            Err(fault) => {
                self.console.fault(&fault);
                (NOTHING_WRITTEN, None)
            }
        };
        let duration_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        if let Some(path) = &self.metrics {
            let facts = RunFacts { ended_at: Utc::now().timestamp(), duration_ms, status };
            if let Err(error) = metrics::publish(path, facts, figures.as_ref()) {
                self.console.fault(&fault(error));
                // The reports are written, but not all that was asked for.
                status = if status == NOTHING_WRITTEN { status } else { INCOMPLETE };
            }
        }
        let mut said: Vec<(&str, Value)> = Vec::new();
        if let Some(figures) = &figures {
            said.push(("rows", figures.all_rows().into()));
            said.push(("open", figures.findings(Status::Open).into()));
            said.push(("pending", figures.findings(Status::Pending).into()));
        }
        said.extend([("duration_ms", duration_ms.into()), ("status", status.into())]);
        self.console.milestone("ended", &said);
        status
    }
}

fn fault(error: MetricsError) -> Fault {
    Fault::of_file(&error.path.display().to_string(), error.problem).help(error.help)
}
