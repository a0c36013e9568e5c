//! The figures of a run for monitoring: a text file that the textfile collector of Prometheus' node exporter reads.
//!
//! The file stands for the job, not for one run: a run that wrote no report leaves the figures of the last one that did,
//! and the count of runs and the time of the last success go on from run to run. So each run reads the file of the one
//! before. It is written aside and renamed, so that the collector never reads half of it.

mod text;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::model::finding::Status;
use crate::model::record::Dataset;
use crate::report::view::{CodeRow, Report, Summary};

pub use text::Old;

/// The most bytes that the file of the run before may have; ours have a few thousand.
const OLD_LENGTH_MAX: u64 = 16 << 20;

/// The figures of a run that wrote its report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Data rows read by dataset, all datasets.
    pub rows: BTreeMap<&'static str, u64>,
    /// Rows that could not be read.
    pub rejected: u64,
    /// Findings and their differences by code, status and currency.
    pub codes: Vec<CodeRow>,
    /// The greatest age among the open findings, calendar days; 0 where none is open.
    pub oldest_open_days: i64,
}

impl Figures {
    /// The figures of a summary, which says nothing of ages.
    #[must_use]
    pub fn of_summary(summary: &Summary) -> Self {
        let mut figures = Self { codes: summary.codes.clone(), ..Self::default() };
        for dataset in Dataset::ALL {
            let of = summary.inputs.iter().filter(|input| input.dataset == dataset.name());
            figures.rows.insert(dataset.name(), of.fold(0, |sum: u64, input| sum.saturating_add(input.rows)));
        }
        figures.rejected = summary.inputs.iter().fold(0, |sum, input| sum.saturating_add(input.rejected));
        figures
    }

    /// The figures of a report. A finding is as old as its newest record, or as the time since it was first seen, whichever
    /// is longer.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let as_of = report.summary.as_of.parse::<NaiveDate>().ok();
        let open = report.findings.par_iter().filter(|finding| finding.status == Status::Open);
        // Days as texts are in the order of time: only the first one is made a day.
        let (first_seen, age_days) = open
            .map(|finding| (Some(finding.first_seen()), finding.age_days))
            .reduce_with(|(day, age), (other_day, other_age)| (day.min(other_day), age.max(other_age)))
            .unwrap_or_default();
        let seen_days = first_seen.and_then(|day| Some((as_of? - day.parse::<NaiveDate>().ok()?).num_days()));
        Self { oldest_open_days: age_days.max(seen_days).unwrap_or(0).max(0), ..Self::of_summary(&report.summary) }
    }

    /// How many findings have a status.
    #[must_use]
    pub fn findings(&self, status: Status) -> u64 {
        let of = self.codes.iter().filter(|row| row.status == status.name());
        of.fold(0, |sum, row| sum.saturating_add(row.findings))
    }

    /// Rows of all datasets.
    #[must_use]
    pub fn all_rows(&self) -> u64 {
        self.rows.values().fold(0, |sum, rows| sum.saturating_add(*rows))
    }
}

/// What is known of every run, also of one that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunFacts {
    /// When it ended, seconds since 1970.
    pub ended_at: i64,
    /// How long it took, milliseconds.
    pub duration_ms: u64,
    /// Its exit status (RULES.md 8).
    pub status: u8,
}

impl RunFacts {
    /// Whether the books could be compared to the end: status 0, and 1, which only says that something is open.
    fn is_success(self) -> bool {
        self.status <= 1
    }
}

/// A metrics file that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", .path.display())]
pub struct MetricsError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub problem: String,
    /// What to do.
    pub help: &'static str,
}

/// Reads the metrics file of the run before; that of no run where there is none.
///
/// # Errors
/// Its folder is not there, or it is something else, which is not to be overwritten.
pub fn read(path: &Path) -> Result<Old, MetricsError> {
    let wrong = |problem: String, help| MetricsError { path: path.to_owned(), problem, help };
    let folder = folder(path);
    if !folder.is_dir() {
        return Err(wrong(format!("there is no folder {}", folder.display()), "make the folder, or name another file"));
    }
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Old::default()),
        Err(error) => return Err(wrong(error.to_string(), "allow reading there, or name another file")),
    };
    let foreign = "name a file of its own for the metrics; this one would be overwritten";
    if !found.is_file() {
        return Err(wrong("is no regular file".to_owned(), foreign));
    }
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(OLD_LENGTH_MAX).read_to_string(&mut text));
    match read {
        Err(error) if error.kind() != io::ErrorKind::InvalidData => {
            Err(wrong(error.to_string(), "allow reading there, or name another file"))
        }
        Ok(_) => Old::parse(&text).ok_or_else(|| wrong("is no metrics file of avstem".to_owned(), foreign)),
        Err(_) => Err(wrong("is no metrics file of avstem".to_owned(), foreign)),
    }
}

/// Writes the metrics of a run; without figures, of one that wrote no report, those of the run before stay.
///
/// # Errors
/// As [`read`], and where the file system refuses.
pub fn publish(path: &Path, facts: RunFacts, figures: Option<&Figures>) -> Result<(), MetricsError> {
    let text = text::render(facts, figures, &read(path)?);
    write_aside(path, &text).map_err(|error| MetricsError {
        path: path.to_owned(),
        problem: format!("cannot be written: {error}"),
        help: "the report is not touched by this; allow writing there and free some space",
    })
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn write_aside(path: &Path, text: &str) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    // Not `.prom`: the collector must not read it before it is whole.
    builder.prefix(".avstem-metrics-").suffix(".tmp");
    // The collector is another user.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(folder(path))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests;
