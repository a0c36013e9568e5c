//! The folder of a report, which appears whole or not at all (RULES.md 8).
//!
//! The files are written into a hidden folder beside the target, synced, and put in its place by one rename. Where an
//! earlier report stands there, Linux exchanges both folders in one step; elsewhere the earlier one is first set aside,
//! and [`recover`] puts it back should the program die between the two renames.

mod early;
mod place;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use self::early::Early;
use crate::report::json::{self, LineChecks, SUMMARY_FILE};
use crate::report::seal::{Seal, Sealing};
use crate::report::view::{FileRow, Report};
use crate::report::{csv, folder::place::Place};

pub use place::{check_out, recover};

/// Why a report cannot be published. Unless it says otherwise nothing has changed: an earlier report is as it was.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The folder holds something else than a report.
    #[error(
        "{} is not an earlier report: {problem}; give an empty or a new folder, or move what is there away",
        .folder.display()
    )]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// What was found.
        problem: String,
    },
    /// A folder cannot stand there, or cannot be replaced.
    #[error("{} cannot be the folder of a report: {problem}", .folder.display())]
    Place {
        /// The folder.
        folder: PathBuf,
        /// Why, and what to do.
        problem: String,
    },
    /// A further file has a name that it cannot have.
    #[error("a report cannot hold a file named {name:?}: {problem}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The summary cannot be written as JSON.
    #[error("{SUMMARY_FILE} cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    /// The report is in its place, but may not be there after a power failure.
    #[error("{} is written, but its folder could not be synced: {source}; check the disk and run again", .folder.display())]
    NotSynced {
        /// The folder.
        folder: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The file system refused.
    #[error("cannot {action} {}: {source}; {}", .path.display(), advice(source))]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "nothing was changed; free some space there or give another folder"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "nothing was changed; allow writing there or give another folder"
        }
        _ => "nothing was changed; an earlier report is as it was",
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> PublishError {
    move |source| PublishError::Io { action, path: path.to_owned(), source }
}

/// Writes a report as the folder `out`, together with further files that are written already, each with its name in
/// the folder; these are moved.
///
/// # Errors
/// See [`PublishError`]. Whatever the error, an earlier report in `out` is whole.
pub fn publish(report: &Report, out: &Path, more: &[(String, PathBuf)]) -> Result<(), PublishError> {
    Staging::begin(out)?.commit(report, more)
}

/// A report in the making: a hidden folder beside its target, removed again unless [`Staging::commit`] is reached.
#[derive(Debug)]
pub struct Staging {
    place: Place,
    folder: TempDir,
    /// Locked as long as the program lives, so that [`recover`] leaves the folder alone.
    _alive: Option<File>,
}

/// A report that is written, and not yet in its place; dropped, it is gone.
#[derive(Debug)]
pub struct Ready(Staging);

impl Ready {
    /// Puts the report in its place, in one step.
    ///
    /// # Errors
    /// As for [`publish`].
    pub fn put_in_place(self) -> Result<(), PublishError> {
        let replace = if cfg!(target_os = "linux") { Replace::AtOnce } else { Replace::InTwoSteps };
        self.0.put_in_place(replace, &mut |_| {})
    }
}

/// The moments at which tests stop the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Begun,
    TablesWritten,
    AllWritten,
    Synced,
    SetAside,
    Renamed,
    Exchanged,
}

/// How an earlier report is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Replace {
    /// In one step where the system can, else in two.
    AtOnce,
    /// In two steps.
    InTwoSteps,
}

impl Staging {
    /// Makes the hidden folder, after [`recover`] and [`check_out`].
    ///
    /// # Errors
    /// `out` holds something else than a report, or the file system refuses.
    pub fn begin(out: &Path) -> Result<Self, PublishError> {
        recover(out)?;
        check_out(out)?;
        let place = Place::find(out)?;
        fs::create_dir_all(&place.parent).map_err(failed("create the folder", &place.parent))?;
        let mut builder = tempfile::Builder::new();
        let prefix = place.prefix_new();
        builder.prefix(&prefix).rand_bytes(place::RANDOM_LENGTH);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        // Until the folder is locked, another run's `recover` would take it for a dead one's.
        let guard = place.lock();
        let folder = builder.tempdir_in(&place.parent).map_err(failed("create a folder in", &place.parent))?;
        let alive = place::open_folder(folder.path());
        if let Some(alive) = &alive {
            // Where a file system has no locks, only the tidying up after a crash is lost.
            let _ = alive.try_lock();
        }
        drop(guard);
        Ok(Self { place, folder, _alive: alive })
    }

    /// The hidden folder, for those who write further files directly; they are then not named to `commit`.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the report and puts it in its place.
    ///
    /// # Errors
    /// As for [`publish`].
    pub fn commit(self, report: &Report, more: &[(String, PathBuf)]) -> Result<(), PublishError> {
        self.write(report, more)?.put_in_place()
    }

    /// Writes the report and syncs it; what is left is to put it in its place.
    ///
    /// # Errors
    /// As for [`publish`].
    pub fn write(self, report: &Report, more: &[(String, PathBuf)]) -> Result<Ready, PublishError> {
        self.write_files(report, more, &mut |_| {})?;
        sync_folder(self.folder.path()).map_err(failed("sync", self.folder.path()))?;
        Ok(Ready(self))
    }

    #[cfg(test)]
    fn commit_by(
        self,
        report: &Report,
        more: &[(String, PathBuf)],
        replace: Replace,
        reached: &mut dyn FnMut(Step),
    ) -> Result<(), PublishError> {
        self.write_files(report, more, reached)?;
        self.put_in_place(replace, reached)
    }

    fn write_files(
        &self,
        report: &Report,
        more: &[(String, PathBuf)],
        reached: &mut dyn FnMut(Step),
    ) -> Result<(), PublishError> {
        reached(Step::Begun);
        let mut files = Files { folder: self.folder.path(), rows: Vec::new(), checks: LineChecks::new() };
        files.write(csv::BATCHES_FILE, |out| csv::batches(&report.batches, out))?;
        files.write(csv::DISCREPANCIES_FILE, |out| csv::discrepancies(&report.findings, out))?;
        files.write(csv::REJECTS_FILE, |out| csv::rejects(&report.rejects, out))?;
        if let Some(cleared) = &report.cleared {
            files.write(csv::CLEARED_FILE, |out| csv::cleared(cleared, out))?;
        }
        if let Some(matches) = &report.matches {
            files.write(csv::MATCHES_FILE, |out| csv::matches(matches, out))?;
        }
        if let Some(payouts) = &report.books.payouts {
            files.write(csv::PAYOUTS_FILE, |out| csv::payouts(payouts, out))?;
        }
        for file in &report.books.journal_files {
            files.write(&file.name, |out| out.write_all(&file.bytes))?;
        }
        files.take_in(more)?;
        reached(Step::TablesWritten);
        files.rows.sort_by(|left, right| left.name.cmp(&right.name));
        let mut summary = report.summary.clone();
        summary.files = std::mem::take(&mut files.rows);
        let bytes = json::render(&summary, &files.checks)?;
        files.write(SUMMARY_FILE, |out| out.write_all(&bytes))?;
        reached(Step::AllWritten);
        Ok(())
    }

    fn put_in_place(mut self, replace: Replace, reached: &mut dyn FnMut(Step)) -> Result<(), PublishError> {
        let out = &self.place.folder;
        let new = self.folder.path();
        let _guard = self.place.lock();
        // Hours may have passed since the start.
        check_out(out)?;
        let earlier = fs::metadata(out).ok();
        if let Some(earlier) = &earlier {
            fs::set_permissions(new, earlier.permissions()).map_err(failed("set the permissions of", new))?;
        }
        sync_folder(new).map_err(failed("sync", new))?;
        reached(Step::Synced);
        let mut set_aside = None;
        if earlier.is_none() {
            fs::rename(new, out).map_err(failed("create", out))?;
            self.folder.disable_cleanup(true);
            reached(Step::Renamed);
        } else if replace == Replace::AtOnce && place::exchange(new, out).map_err(failed("replace", out))? {
            // The hidden folder now holds the earlier report and goes when it is dropped.
            reached(Step::Exchanged);
        } else {
            let aside = self.place.aside(new);
            fs::rename(out, &aside).map_err(failed("set aside", out))?;
            reached(Step::SetAside);
            if let Err(source) = fs::rename(new, out) {
                fs::rename(&aside, out).map_err(failed("put back", &aside))?;
                return Err(failed("replace", out)(source));
            }
            self.folder.disable_cleanup(true);
            set_aside = Some(aside);
            reached(Step::Renamed);
        }
        let synced =
            sync_folder(&self.place.parent).map_err(|source| PublishError::NotSynced { folder: out.clone(), source });
        if let Some(aside) = set_aside {
            // What cannot be removed now is removed at the next start.
            let _ = fs::remove_dir_all(aside);
        }
        synced
    }
}

/// The files of a report as they come into being.
struct Files<'a> {
    folder: &'a Path,
    rows: Vec<FileRow>,
    checks: LineChecks,
}

impl Files<'_> {
    fn write(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut Sealing<Early<'_, '_>>) -> io::Result<()>,
    ) -> Result<(), PublishError> {
        let path = self.folder.join(name);
        let file = File::create_new(&path).map_err(failed("create", &path))?;
        let seal = std::thread::scope(|scope| {
            let mut out = Sealing::new(Early::new(file, scope));
            fill(&mut out)?;
            let (file, seal) = out.finish();
            file.finish().map(|()| seal)
        });
        self.add(name, seal.map_err(failed("write", &path))?);
        Ok(())
    }

    /// Moves further files in, and takes up those that were written into the folder directly.
    fn take_in(&mut self, more: &[(String, PathBuf)]) -> Result<(), PublishError> {
        let model = self.folder.join(csv::BATCHES_FILE);
        let permissions = fs::metadata(&model).map_err(failed("read", &model))?.permissions();
        for (name, from) in more {
            check_name(name)?;
            let to = self.folder.join(name);
            if to.try_exists().map_err(failed("find", &to))? {
                return Err(PublishError::Name { name: name.clone(), problem: "there are two of them" });
            }
            if fs::rename(from, &to).is_err() {
                // Another file system, or an error that the copy names better.
                fs::copy(from, &to).map_err(failed("copy into the report", from))?;
                fs::remove_file(from).map_err(failed("remove", from))?;
            }
            fs::set_permissions(&to, permissions.clone()).map_err(failed("set the permissions of", &to))?;
        }
        for entry in fs::read_dir(self.folder).map_err(failed("list", self.folder))? {
            let entry = entry.map_err(failed("list", self.folder))?;
            let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
            if self.rows.iter().any(|row| row.name == name) {
                continue;
            }
            check_name(&name)?;
            let file = File::open(&path).map_err(failed("read", &path))?;
            self.add(&name, Seal::read(&file).map_err(failed("read", &path))?);
            file.sync_all().map_err(failed("write", &path))?;
        }
        Ok(())
    }

    fn add(&mut self, name: &str, seal: Seal) {
        self.rows.push(FileRow { name: name.to_owned(), bytes: seal.bytes, sha256: seal.sha256 });
        if let Some(lines) = seal.lines {
            self.checks.insert(name.to_owned(), lines);
        }
    }
}

fn check_name(name: &str) -> Result<(), PublishError> {
    let own = [
        csv::BATCHES_FILE,
        csv::CLEARED_FILE,
        csv::DISCREPANCIES_FILE,
        csv::REJECTS_FILE,
        csv::MATCHES_FILE,
        SUMMARY_FILE,
    ];
    let problem = if own.contains(&name) {
        "it is one of the program's own"
    } else if !is_plain_name(name) {
        "it is no plain file name"
    } else {
        return Ok(());
    };
    Err(PublishError::Name { name: name.to_owned(), problem })
}

/// Whether a name is that of a file in the folder itself.
pub(super) fn is_plain_name(name: &str) -> bool {
    let path = Path::new(name);
    path.file_name().is_some_and(|last| last == name) && !name.contains(['/', '\\', '\0'])
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
