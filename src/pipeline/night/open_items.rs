//! What is new, what is still there, and what is gone since the night before, and which row closed it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::groups::Grouped;
use super::scan::Fresh;
use crate::model::finding::{Code, FoundRow, Status};
use crate::pipeline::KnownFinding;
use crate::pipeline::inputs::Inputs;
use crate::report::view::ClearedRow;
use crate::state::log::{CLOSE, Entry};
use crate::state::schema::FINDING_COLUMNS;
use crate::state::{StoredCleared, StoredFinding};

/// How many rows are named that closed a finding.
const PLACES_SHOWN: usize = 3;

/// The places of the columns that are asked for here, as in `discrepancies.csv`.
const CODE: usize = 1;
const PROVIDER: usize = 4;
const NUMBER: usize = 9;
const FIRST_SEEN: usize = 17;

/// What is known of findings: the day on which they were first seen, and whether somebody closed them.
pub(super) fn known(before: &[StoredFinding], log: &[Entry]) -> HashMap<String, KnownFinding> {
    let mut known: HashMap<String, KnownFinding> = HashMap::new();
    for finding in before {
        if let (Some(id), first_seen) = (finding.columns.first(), finding.columns.get(FIRST_SEEN).cloned()) {
            known.entry(id.clone()).or_default().first_seen = first_seen;
        }
    }
    // The last entry that closes a finding holds.
    for entry in log.iter().filter(|entry| entry.action == CLOSE) {
        let day = entry.at.get(..10).unwrap_or_default();
        let sentence = format!("Closed on {day} by {}: {}", entry.who, entry.text);
        known.entry(entry.finding.clone()).or_default().closed = Some((entry.about.clone(), sentence));
    }
    known
}

/// The findings of tonight as they are kept; `places` are the rows of each file and their groups.
pub(super) fn stored(findings: &[FoundRow], places: &[Vec<(u64, i64)>]) -> Vec<StoredFinding> {
    let component = |file: usize, offset: u64| {
        let rows = places.get(file)?;
        let place = rows.binary_search_by_key(&offset, |(known, _)| *known).ok()?;
        rows.get(place).map(|(_, component)| *component)
    };
    let of = |finding: &FoundRow| {
        let components: BTreeSet<i64> =
            finding.rows.iter().filter_map(|origin| component(origin.file(), origin.offset())).collect();
        StoredFinding { columns: columns(finding), components: components.into_iter().collect() }
    };
    let mut stored: Vec<StoredFinding> = findings.iter().map(of).collect();
    stored.sort_by(|a, b| a.columns.first().cmp(&b.columns.first()));
    stored
}

/// The columns of a finding, as they are and not as a spreadsheet needs them.
fn columns(finding: &FoundRow) -> Vec<String> {
    let text = |text: &str| text.to_owned();
    vec![
        text(&finding.id),
        text(finding.code.name()),
        text(finding.status.name()),
        text(finding.code.leg().name()),
        text(&finding.provider),
        text(&finding.order_id),
        text(&finding.line_id),
        text(&finding.payee_reference),
        text(&finding.transaction_number),
        text(&finding.reconciliation_number),
        text(&finding.settlement_id),
        text(&finding.currency),
        finding.expected_minor.to_string(),
        finding.actual_minor.to_string(),
        finding.difference_minor.to_string(),
        finding.count.to_string(),
        finding.age_days.map(|days| days.to_string()).unwrap_or_default(),
        text(&finding.first_seen),
        text(&finding.explanation),
        text(&finding.sources),
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

/// The findings of the night before that are gone, with what closed them.
pub(super) fn cleared(before: &[StoredFinding], now: &[StoredFinding], tonight: &Closing<'_>) -> Vec<StoredCleared> {
    let there: BTreeSet<&String> = now.iter().filter_map(|finding| finding.columns.first()).collect();
    let is_gone = |finding: &&StoredFinding| finding.columns.first().is_some_and(|id| !there.contains(id));
    let gone: Vec<&StoredFinding> = before.iter().filter(is_gone).collect();
    let moved = tonight.groups.now();
    let component = |known: &i64| moved.get(known).copied().unwrap_or(*known);
    let wanted: BTreeSet<i64> = gone.iter().flat_map(|finding| finding.components.iter().map(component)).collect();
    let mut rows: BTreeMap<i64, Vec<&Fresh>> = BTreeMap::new();
    let mut of_batch: BTreeMap<(&str, &str), Vec<&Fresh>> = BTreeMap::new();
    for (row, group) in tonight.rows.iter().zip(&tonight.groups.of_row) {
        if wanted.contains(group) {
            rows.entry(*group).or_default().push(row);
        }
        if let Some((provider, number)) = &row.batch {
            of_batch.entry((provider, number)).or_default().push(row);
        }
    }
    let closed_by = |finding: &StoredFinding| {
        let column = |place: usize| finding.columns.get(place).map_or("", String::as_str);
        if column(CODE) == Code::BatchMissing.name()
            && let Some(rows) = of_batch.get(&(column(PROVIDER), column(NUMBER)))
        {
            return places_text(rows, tonight.inputs);
        }
        let components: BTreeSet<i64> = finding.components.iter().map(component).collect();
        let closing: Vec<&Fresh> = components.iter().filter_map(|group| rows.get(group)).flatten().copied().collect();
        if closing.is_empty() {
            return tonight.otherwise.clone().unwrap_or_else(|| "no row: what it was about has changed".to_owned());
        }
        places_text(&closing, tonight.inputs)
    };
    let cleared = |finding: &StoredFinding| {
        let closed_by = closed_by(finding);
        StoredCleared { columns: finding.columns.clone(), cleared_on: tonight.as_of.clone(), closed_by }
    };
    gone.into_iter().map(cleared).collect()
}

fn places_text(rows: &[&Fresh], inputs: &Inputs) -> String {
    let path = |row: &Fresh| inputs.files.get(row.file).map(|file| file.input.shown.as_str()).unwrap_or_default();
    let places: BTreeSet<(&str, u64)> = rows.iter().map(|row| (path(row), row.line)).collect();
    let shown: Vec<String> = places.iter().take(PLACES_SHOWN).map(|(path, line)| format!("{path}:{line}")).collect();
    match places.len().saturating_sub(PLACES_SHOWN) {
        0 => shown.join("; "),
        more => format!("{}; and {more} more", shown.join("; ")),
    }
}

/// What is gone as a report shows it.
pub(super) fn shown(cleared: &[StoredCleared]) -> Vec<ClearedRow> {
    let row = |cleared: &StoredCleared| {
        let text = |name: &str| {
            let place = FINDING_COLUMNS.iter().position(|column| *column == name);
            place.and_then(|place| cleared.columns.get(place)).cloned().unwrap_or_default()
        };
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
