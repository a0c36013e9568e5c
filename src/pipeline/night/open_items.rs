//! What is new, what is still there, and what is gone since the night before, and which row closed it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{Days, NaiveDate};
use xxhash_rust::xxh3::xxh3_64;

use super::groups::Grouped;
use super::past::RowPlaces;
use super::scan::Fresh;
use crate::model::finding::{Code, Status};
use crate::model::found::FoundRow;
use crate::pipeline::KnownFinding;
use crate::pipeline::inputs::{File, Inputs};
use crate::report::view::ClearedRow;
use crate::state::log::{CLOSE, Entry};
use crate::state::schema::column;
use crate::state::{Mark, StoredCleared, StoredFinding};

/// How many rows are named that closed a finding.
const PLACES_SHOWN: usize = 3;

/// What is known of findings: the day on which they were first seen, and whether somebody closed them.
pub(super) fn known(before: &HashMap<String, Mark>, log: &[Entry]) -> HashMap<String, KnownFinding> {
    let seen = |(id, mark): (&String, &Mark)| {
        (id.clone(), KnownFinding { first_seen: Some(mark.first_seen.clone()), closed: None })
    };
    let mut known: HashMap<String, KnownFinding> = before.iter().map(seen).collect();
    // The last entry that closes a finding holds.
    for entry in log.iter().filter(|entry| entry.action == CLOSE) {
        let day = entry.at.get(..10).unwrap_or_default();
        let sentence = format!("Closed on {day} by {}: {}", entry.who, entry.text);
        known.entry(entry.finding.clone()).or_default().closed = Some((entry.about.clone(), sentence));
    }
    known
}

/// What of the findings is not as it was.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// Findings that are new, or not as they were, each with the hash of all that the state holds of it.
    pub put: Vec<(StoredFinding, i64)>,
    /// Ids of those that are gone, sorted.
    pub gone: Vec<String>,
    /// How many are new.
    pub opened: usize,
}

/// Compares the findings of tonight with what the state holds; `places` are the rows of each file and their groups.
pub(super) fn changed(
    findings: &[FoundRow],
    places: &[RowPlaces],
    before: &HashMap<String, Mark>,
    as_of: NaiveDate,
) -> Changed {
    let component = |file: usize, offset: u64| {
        let rows = places.get(file)?;
        let place = rows.binary_search_by_key(&offset, |(known, _)| *known).ok()?;
        rows.get(place).map(|(_, component)| *component)
    };
    let mut changed = Changed::default();
    for finding in findings {
        let components: BTreeSet<i64> =
            finding.rows.iter().filter_map(|origin| component(origin.file(), origin.offset())).collect();
        let stored = StoredFinding { columns: columns(finding, as_of), components: components.into_iter().collect() };
        let digest = digest(&stored);
        match before.get(finding.id()) {
            Some(mark) if mark.digest == digest => continue,
            Some(_) => {}
            None => changed.opened = changed.opened.saturating_add(1),
        }
        changed.put.push((stored, digest));
    }
    changed.put.sort_by(|(a, _), (b, _)| a.columns.first().cmp(&b.columns.first()));
    let there: HashSet<&str> = findings.iter().map(|finding| finding.id()).collect();
    changed.gone = before.keys().filter(|id| !there.contains(id.as_str())).cloned().collect();
    changed.gone.sort_unstable();
    changed
}

fn digest(finding: &StoredFinding) -> i64 {
    let text = format!("{}\u{1f}{:?}", finding.columns.join("\u{1f}"), finding.components);
    i64::from_le_bytes(xxh3_64(text.as_bytes()).to_le_bytes())
}

/// The columns of a finding, as they are and not as a spreadsheet needs them.
fn columns(finding: &FoundRow, as_of: NaiveDate) -> Vec<String> {
    let newest = |days: i64| Some(as_of.checked_sub_days(Days::new(u64::try_from(days).ok()?))?.to_string());
    let text = |text: &str| text.to_owned();
    vec![
        text(finding.id()),
        text(finding.code.name()),
        text(finding.status.name()),
        text(finding.code.leg().name()),
        text(finding.provider()),
        text(finding.order_id()),
        text(finding.line_id()),
        text(finding.payee_reference()),
        text(finding.transaction_number()),
        text(finding.reconciliation_number()),
        text(finding.settlement_id()),
        text(finding.currency()),
        finding.expected_minor.to_string(),
        finding.actual_minor.to_string(),
        finding.difference_minor.to_string(),
        finding.count.to_string(),
        finding.age_days.and_then(newest).unwrap_or_default(),
        text(finding.first_seen()),
        text(finding.explanation()),
        text(finding.sources()),
    ]
}

/// What tonight's rows are to those of earlier nights.
pub(super) struct Closing<'a> {
    pub inputs: &'a Inputs,
    pub rows: &'a [Fresh],
    pub groups: &'a Grouped,
    pub as_of: String,
    /// Why findings may be gone without a row that closed them, beside that days have passed.
    pub otherwise: Option<String>,
}

/// Findings that are gone, with what closed them.
pub(super) fn cleared(gone: &[StoredFinding], tonight: &Closing<'_>) -> Vec<StoredCleared> {
    let moved = tonight.groups.now();
    let components = |known: &i64| match &tonight.groups.renumbered {
        Some(pairs) => pairs.range((*known, i64::MIN)..=(*known, i64::MAX)).map(|(_, now)| *now).collect(),
        None => vec![moved.get(known).copied().unwrap_or(*known)],
    };
    let wanted: BTreeSet<i64> =
        gone.iter().flat_map(|finding| finding.components.iter().flat_map(components)).collect();
    // Where all was judged anew, rows of earlier nights are among those of tonight, or copies of them in another file.
    let files = &tonight.inputs.files;
    let contents: HashSet<&String> =
        files.iter().filter(|file| file.known.is_some()).filter_map(|file| file.sha256.get()).collect();
    let content = |file: &File| file.sha256.get().is_some_and(|content| contents.contains(content));
    let is_old: Vec<bool> = files.iter().map(|file| file.known.is_some() || content(file)).collect();
    let mut rows: BTreeMap<i64, Vec<&Fresh>> = BTreeMap::new();
    let mut of_batch: BTreeMap<(&str, &str), Vec<&Fresh>> = BTreeMap::new();
    for (row, group) in tonight.rows.iter().zip(&tonight.groups.of_row) {
        if is_old[row.file] {
            continue;
        }
        if wanted.contains(group) {
            rows.entry(*group).or_default().push(row);
        }
        if let Some((provider, number)) = &row.batch {
            of_batch.entry((provider, number)).or_default().push(row);
        }
    }
    let closed_by = |finding: &StoredFinding| {
        let text = |name: &str| column(&finding.columns, name);
        if text("code") == Code::BatchMissing.name()
            && let Some(rows) = of_batch.get(&(text("provider"), text("reconciliation_number")))
        {
            return places_text(rows, tonight.inputs);
        }
        if text("code") == Code::FileMissing.name() {
            return files_text(&tonight.inputs.files, text("provider"));
        }
        let now: BTreeSet<i64> = finding.components.iter().flat_map(components).collect();
        let closing: Vec<&Fresh> = now.iter().filter_map(|group| rows.get(group)).flatten().copied().collect();
        if closing.is_empty() {
            return tonight.otherwise.clone().unwrap_or_else(|| "no row: what it was about has changed".to_owned());
        }
        places_text(&closing, tonight.inputs)
    };
    let cleared = |finding: &StoredFinding| {
        let closed_by = closed_by(finding);
        StoredCleared { columns: finding.columns.clone(), cleared_on: tonight.as_of.clone(), closed_by }
    };
    gone.iter().map(cleared).collect()
}

/// The files of a provider that came tonight, one of which was expected.
fn files_text(files: &[File], provider: &str) -> String {
    let came = files.iter().filter(|file| file.known.is_none() && file.provider == provider);
    let paths: BTreeSet<&str> = came.map(|file| file.input.shown.as_str()).collect();
    if paths.is_empty() {
        return "no file: others are expected now".to_owned();
    }
    first_of(paths.iter().map(|path| (*path).to_owned()))
}

fn places_text(rows: &[&Fresh], inputs: &Inputs) -> String {
    let path = |row: &Fresh| inputs.files.get(row.file).map(|file| file.input.shown.as_str()).unwrap_or_default();
    let places: BTreeSet<(&str, u64)> = rows.iter().map(|row| (path(row), row.line)).collect();
    first_of(places.iter().map(|(path, line)| format!("{path}:{line}")))
}

/// The first of some places, and how many more there are.
fn first_of(mut places: impl ExactSizeIterator<Item = String>) -> String {
    let more = places.len().saturating_sub(PLACES_SHOWN);
    let shown: Vec<String> = places.by_ref().take(PLACES_SHOWN).collect();
    match more {
        0 => shown.join("; "),
        more => format!("{}; and {more} more", shown.join("; ")),
    }
}

/// What is gone as a report shows it.
pub(super) fn shown(cleared: &[StoredCleared]) -> Vec<ClearedRow> {
    let row = |cleared: &StoredCleared| {
        let text = |name: &str| column(&cleared.columns, name).to_owned();
        ClearedRow {
            id: text("id"),
            code: text("code"),
            leg: text("leg"),
            provider: text("provider"),
            order_id: text("order_id"),
            line_id: text("line_id"),
            payee_reference: text("payee_reference"),
            transaction_number: text("transaction_number"),
            reconciliation_number: text("reconciliation_number"),
            settlement_id: text("settlement_id"),
            currency: text("currency"),
            difference_minor: text("difference").parse().unwrap_or(0),
            first_seen: text("first_seen"),
            cleared_on: cleared.cleared_on.clone(),
            closed_by: cleared.closed_by.clone(),
            explanation: text("explanation"),
        }
    };
    let mut rows: Vec<ClearedRow> = cleared.iter().map(row).collect();
    rows.sort();
    rows
}

/// How many findings have a status.
pub(super) fn count(findings: &[FoundRow], status: Status) -> i64 {
    i64::try_from(findings.iter().filter(|finding| finding.status == status).count()).unwrap_or(i64::MAX)
}
