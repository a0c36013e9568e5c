//! From a night's work to what it changes in the state, and the report of all nights.

use std::collections::{BTreeMap, HashSet};

use super::archive::Archived;
use super::groups::Grouped;
use super::open_items::{self, Changed, Closing};
use super::past::native_text;
use super::scan::{Fresh, columns};
use super::{ARCHIVED, Before, Places, Worked};
use crate::model::finding::Status;
use crate::pipeline::inputs::{File, Inputs};
use crate::pipeline::read::Means;
use crate::pipeline::totals::Totals;
use crate::pipeline::{Done, RunError};
use crate::report::view::{InputRow, NightRow};
use crate::state::store::Store;
use crate::state::write::{Change, Night};
use crate::state::{StoredCleared, StoredFile, StoredFinding, StoredReject, StoredRow, TotalKey};

/// The name under which the state keeps the rules that its groups were judged by.
pub(super) const RULES: &str = "rules";

/// A night whose work is done.
pub(super) struct Tonight {
    pub before: Before,
    pub inputs: Inputs,
    pub rows: Vec<Fresh>,
    pub groups: Grouped,
    pub places: Places,
    /// Why all rows were judged anew, where they were.
    pub anew: Option<String>,
    /// The rules that all was judged by.
    pub rules: String,
    pub done: Done,
    pub archived: Archived,
    pub as_of: String,
}

impl Tonight {
    pub(super) fn worked(mut self, store: &Store, means: &Means<'_>) -> Result<Worked, RunError> {
        let as_of = self.as_of.clone();
        let day = means.plan.as_of;
        let found = open_items::changed(&self.done.report.findings, &self.places, &self.before.marks, day);
        let cleared = self.cleared(&store.findings_by_id(&found.gone)?, &as_of);
        let last = self.before.last.as_ref();
        let came: Vec<usize> =
            (0..self.inputs.files.len()).filter(|file| self.inputs.files[*file].known.is_none()).collect();
        let same_day = last.is_some_and(|last| last.as_of == as_of);
        let none_differs = found.put.is_empty() && found.gone.is_empty();
        let changed =
            !self.archived.groups.is_empty() || !same_day || !came.is_empty() || self.anew.is_some() || !none_differs;
        let number = last.map_or(0, |last| last.number).saturating_add(i64::from(changed));

        // What went earlier on the same day, and is not there again, is listed once more.
        let mut listed = store.cleared(Some(&as_of))?;
        let here: HashSet<&str> = self.done.report.findings.iter().map(|finding| finding.id.as_str()).collect();
        listed.retain(|gone| gone.columns.first().is_some_and(|id| !here.contains(id.as_str())));
        listed.extend(cleared.iter().cloned());
        let first_seen = |finding: &&crate::model::finding::FoundRow| finding.first_seen == as_of;
        let new = self.done.report.findings.iter().filter(first_seen).count();
        let report = &mut self.done.report;
        report.cleared = Some(open_items::shown(&listed));
        report.summary.night = Some(NightRow { number: count(number), new: count(new), cleared: count(listed.len()) });
        let files = self.files(&came, number, means);
        let night = changed.then(|| Night {
            number,
            as_of,
            files: whole(files.len()),
            rows: files.iter().map(|file| file.rows).sum(),
            rejected: files.iter().map(|file| file.rejected).sum(),
            opened: whole(found.opened),
            cleared: whole(cleared.len()),
            open: open_items::count(&self.done.report.findings, Status::Open),
            pending: open_items::count(&self.done.report.findings, Status::Pending),
            exit_status: self.done.report.summary.exit_status.into(),
        });
        let change = self.change(night, files, found, cleared);
        let passed_over = self.inputs.passed_over;
        Ok(Worked { report: self.done.report, change, archive: self.archived.folder, passed_over })
    }

    fn cleared(&self, gone: &[StoredFinding], as_of: &str) -> Vec<StoredCleared> {
        // Under other rules nobody can say what would have closed a finding under those before.
        let other_rules = self.anew.is_some() && self.before.rules.as_ref() != Some(&self.rules);
        let rows = if other_rules { &[][..] } else { &self.rows[..] };
        let otherwise = self.anew.clone();
        let closing = Closing { inputs: &self.inputs, rows, groups: &self.groups, as_of: as_of.to_owned(), otherwise };
        open_items::cleared(gone, &closing)
    }

    /// The files that came, as the state keeps them.
    fn files(&self, came: &[usize], night: i64, means: &Means<'_>) -> Vec<StoredFile> {
        let mut parts: BTreeMap<usize, i64> = BTreeMap::new();
        let mut id = self.before.next[0];
        let mut files = Vec::with_capacity(came.len());
        for number in came {
            let (file, row) = (&self.inputs.files[*number], &self.done.report.summary.inputs[*number]);
            let part = parts.entry(file.given).or_default();
            let columns = columns(&self.inputs.volumes[*number]);
            files.push(StoredFile {
                id,
                night,
                part: *part,
                ..stored(file, row, &columns, &self.inputs, *number, means)
            });
            *part = part.saturating_add(1);
            id = id.saturating_add(1);
        }
        files
    }

    /// The totals of all nights, and those of what has left the state once more by themselves.
    fn totals(&self) -> Vec<(TotalKey, i128)> {
        let archived = self.before.archived.clone().plus(&self.archived.totals);
        let apart = archived
            .0
            .into_iter()
            .map(|((section, key, name), value)| ((format!("{ARCHIVED}{section}"), key, name), value));
        Totals::of(&self.done.report).0.into_iter().chain(apart).collect()
    }

    fn change(
        &mut self,
        night: Option<Night>,
        files: Vec<StoredFile>,
        found: Changed,
        cleared: Vec<StoredCleared>,
    ) -> Change {
        let mut ids: Vec<i64> = self.inputs.files.iter().map(|file| file.known.unwrap_or(0)).collect();
        let came = ids.iter_mut().filter(|id| **id == 0);
        came.zip(&files).for_each(|(id, file)| *id = file.id);
        let before: BTreeMap<i64, &str> = self.before.files.iter().map(|file| (file.id, file.state.as_str())).collect();
        let state = |file: &File| {
            let id = file.known?;
            (before.get(&id) != Some(&file.state)).then(|| (id, file.state.to_owned()))
        };
        let mut seq = if self.anew.is_some() { 1 } else { self.before.next[2] };
        let mut newest: BTreeMap<i64, String> = BTreeMap::new();
        let mut rows = Vec::with_capacity(self.rows.len());
        for (row, component) in std::mem::take(&mut self.rows).into_iter().zip(&self.groups.of_row) {
            // A row that says no day is as old as the night.
            let row_day = if row.day.is_empty() { self.as_of.clone() } else { row.day };
            let day = newest.entry(*component).or_default();
            *day = std::mem::take(day).max(row_day);
            let line = whole(row.line);
            rows.push(StoredRow { component: *component, seq, file: ids[row.file], line, text: row.text });
            seq = seq.saturating_add(1);
        }
        let converted = self.inputs.rejects.iter().filter(|(file, _)| self.inputs.files[*file].known.is_none());
        let rejects = converted.chain(&self.done.rejects).map(|(file, reject)| StoredReject {
            file: ids[*file],
            line: whole(reject.line),
            column: reject.column.clone(),
            value: reject.value.clone(),
            reason: reject.reason.clone(),
        });
        Change {
            night,
            anew: self.anew.is_some(),
            files,
            states: self.inputs.files.iter().filter_map(state).collect(),
            rejects: rejects.collect(),
            merged: std::mem::take(&mut self.groups.merged),
            components: newest.into_iter().collect(),
            rows,
            keys: std::mem::take(&mut self.groups.keys),
            archived: self.archived.groups.clone(),
            archived_keys: self.archived.keys.clone(),
            findings: found.put,
            gone: found.gone,
            cleared,
            totals: self.totals(),
            seen: self.done.seen.iter().cloned().collect(),
            settings: vec![
                (RULES, self.rules.clone()),
                ("next_component", self.groups.next.to_string()),
                ("next_row", seq.to_string()),
            ],
        }
    }
}

/// A file as the state keeps it, its numbers apart.
fn stored(
    file: &File,
    row: &InputRow,
    columns: &[&str],
    inputs: &Inputs,
    number: usize,
    means: &Means<'_>,
) -> StoredFile {
    let layout = &inputs.volumes[number].layout;
    StoredFile {
        id: 0,
        night: 0,
        part: 0,
        path: row.path.clone(),
        dataset: row.dataset.clone(),
        given_dataset: file.input.dataset.map(|dataset| dataset.name().to_owned()),
        given_provider: file.input.provider.clone(),
        provider: row.provider.clone(),
        format: row.format.clone(),
        given_bytes: whole(row.bytes),
        plain_bytes: whole(file.plain_len),
        sha256: row.content_sha256.clone().unwrap_or_else(|| row.sha256.clone()),
        given_sha256: row.content_sha256.is_some().then(|| row.sha256.clone()),
        state: row.state.clone(),
        repeats: file.repeats.clone(),
        rows: whole(row.rows),
        rejected: whole(row.rejected),
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        ignored: row.ignored_columns.clone(),
        notes: row.notes.clone(),
        tells_nothing: row.tells_nothing,
        reference_form: layout.reference_form.map(|form| form.name().to_owned()),
        native: file.native.as_ref().map(|native| native_text(native, means.currencies)),
    }
}

fn whole(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

fn count(number: impl TryInto<u64>) -> u64 {
    number.try_into().unwrap_or(u64::MAX)
}
