//! Presence, sizes and hashes of the files of a report, and the line that changed where a hash differs.

use std::fs::{self, File};
use std::path::Path;

use super::Faults;
use super::places::Places;
use crate::report::csv::{BATCHES_FILE, CLEARED_FILE, DISCREPANCIES_FILE, MATCHES_FILE, REJECTS_FILE};
use crate::report::folder::is_plain_name;
use crate::report::json::{self, LineChecks, PROGRAM, SUMMARY_FILE};
use crate::report::seal::{Changed, LineCheck, Seal};
use crate::report::view::{FileRow, Summary};

/// What the folder says of itself.
pub(super) struct Opened {
    /// `summary.json`.
    pub(super) summary: Summary,
    /// Where its members stand.
    pub(super) places: Places,
    /// Files of the report, `summary.json` included.
    pub(super) files: u64,
    /// Whether there is a `matches.csv`.
    pub(super) has_matches: bool,
    /// Whether there is a `cleared.csv`.
    pub(super) has_cleared: bool,
}

/// Checks the files; `None` where `summary.json` cannot be read.
pub(super) fn check(dir: &Path, faults: &mut Faults) -> Option<Opened> {
    let bytes = match fs::read(dir.join(SUMMARY_FILE)) {
        Ok(bytes) => bytes,
        Err(error) => {
            faults.add(SUMMARY_FILE, None, format!("cannot be read, so this is no report folder: {error}"));
            return None;
        }
    };
    // Bytes that are not UTF-8 are replaced, which the file's own hash then tells.
    let text = String::from_utf8_lossy(&bytes);
    if let Err(fault) = json::check_own(&text) {
        faults.add(SUMMARY_FILE, fault.line, fault.problem);
    }
    let (summary, checks) = match json::parse(&text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let line = u64::try_from(error.line()).ok().filter(|line| *line > 0);
            faults.add(SUMMARY_FILE, line, format!("cannot be read: {error}"));
            return None;
        }
    };
    let places = Places::of(&text);
    if summary.program.split(' ').next() != Some(PROGRAM) {
        let problem = format!("program is {:?}, not {PROGRAM} and its version", summary.program);
        faults.add(SUMMARY_FILE, places.line("program"), problem);
    }
    check_listed(dir, &summary.files, &checks, &places, faults);
    check_present(dir, &summary.files, faults);
    let has = |name: &str| summary.files.iter().any(|file| file.name == name);
    let (has_matches, has_cleared) = (has(MATCHES_FILE), has(CLEARED_FILE));
    let files = u64::try_from(summary.files.len()).unwrap_or(u64::MAX).saturating_add(1);
    Some(Opened { summary, places, files, has_matches, has_cleared })
}

/// Each file that the summary lists is there and is the one that was written.
fn check_listed(dir: &Path, files: &[FileRow], checks: &LineChecks, places: &Places, faults: &mut Faults) {
    for (index, file) in files.iter().enumerate() {
        let line = places.line(&format!("files[{index}].name"));
        if !is_plain_name(&file.name) || file.name == SUMMARY_FILE {
            faults.add(SUMMARY_FILE, line, format!("a report holds no file named {:?}", file.name));
            continue;
        }
        if files.iter().take(index).any(|before| before.name >= file.name) {
            faults.add(SUMMARY_FILE, line, format!("{:?} is listed twice or out of order", file.name));
        }
        match File::open(dir.join(&file.name)).and_then(Seal::read) {
            Ok(found) => compare(file, checks.get(&file.name).copied(), &found, faults),
            Err(error) => faults.add(&file.name, None, format!("cannot be read: {error}")),
        }
    }
}

fn compare(stated: &FileRow, stated_lines: Option<LineCheck>, found: &Seal, faults: &mut Faults) {
    if stated.bytes != found.bytes {
        let problem = format!("has {} bytes, but {SUMMARY_FILE} states {}", found.bytes, stated.bytes);
        faults.add(&stated.name, None, problem);
    }
    if stated.sha256 == found.sha256 {
        return;
    }
    let mut problem = format!("the SHA-256 is {}, but {SUMMARY_FILE} states {}", found.sha256, stated.sha256);
    let changed = stated_lines.zip(found.lines).map(|(then, now)| then.changed(now));
    let line = match changed {
        Some(Changed::Line(line)) => {
            problem.push_str(": this line was changed after the report was written");
            Some(line)
        }
        Some(Changed::Count(lines)) => {
            problem.push_str(&format!(": it had {lines} lines"));
            None
        }
        Some(Changed::Several) => {
            problem.push_str(": several lines were changed after the report was written");
            None
        }
        Some(Changed::None) | None => None,
    };
    faults.add(&stated.name, line, problem);
}

/// The tables that every report has are listed, and nothing else lies in the folder.
fn check_present(dir: &Path, files: &[FileRow], faults: &mut Faults) {
    for name in [BATCHES_FILE, DISCREPANCIES_FILE, REJECTS_FILE] {
        if !files.iter().any(|file| file.name == name) {
            faults.add(SUMMARY_FILE, None, format!("does not list {name}, which every report has"));
        }
    }
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => {
            faults.add(SUMMARY_FILE, None, format!("the folder cannot be listed: {error}"));
            return;
        }
    };
    for entry in entries {
        match entry.map(|entry| entry.file_name().to_string_lossy().into_owned()) {
            Ok(name) if name == SUMMARY_FILE || files.iter().any(|file| file.name == name) => {}
            Ok(name) => faults.add(&name, None, format!("is not part of the report: {SUMMARY_FILE} does not list it")),
            Err(error) => faults.add(SUMMARY_FILE, None, format!("the folder cannot be listed: {error}")),
        }
    }
}
