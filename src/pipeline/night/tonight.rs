//! From a night's work to what it changes in the state, and the report of all nights.

use std::collections::{BTreeMap, HashSet};

use super::archive::Archived;
use super::before::{ARCHIVED, Before};
use super::documents::OfFile;
use super::groups::Grouped;
use super::open_items::{self, Changed, Closing};
use super::past::{native_text, stored_reject};
use super::scan::{Fresh, columns};
use super::{Documents, Places, Worked, trend};
use crate::model::finding::Status;
use crate::pipeline::books;
use crate::pipeline::inputs::{File, Inputs};
use crate::pipeline::payloads::DATASETS;
use crate::pipeline::read::Means;
use crate::pipeline::totals::Totals;
use crate::pipeline::{Done, RunError};
use crate::report::journal::JournalFile;
use crate::report::view::{InputRow, NightRow};
use crate::rules::books::once::Written;
use crate::state::store::Store;
use crate::state::write::{Change, Figures, Night};
use crate::state::{StoredCleared, StoredFact, StoredFile, StoredFinding, StoredRow, StoredVoucher, TotalKey};

/// The name under which the state keeps the rules that its groups were judged by.
pub(super) const RULES: &str = "rules";

/// The name under which it keeps the ids of vouchers that are not yet handed out.
const DUE: &str = crate::state::store::DUE;

/// A night whose work is done.
pub(super) struct Tonight {
    pub before: Before,
    pub inputs: Inputs,
    pub rows: Vec<Fresh>,
    pub documents: Documents,
    pub groups: Grouped,
    pub places: Places,
    /// Why all rows were judged anew, where they were.
    pub anew: Option<String>,
    /// The rules that all was judged by.
    pub rules: String,
    pub done: Done,
    pub archived: Archived,
    pub as_of: String,
    /// Vouchers that are written tonight.
    pub vouchers: Vec<StoredVoucher>,
    /// Ids of vouchers that are not yet handed out for import.
    pub due: Vec<String>,
    /// These vouchers as files.
    pub handout: Vec<JournalFile>,
}

impl Tonight {
    pub(super) fn worked(mut self, store: &Store, means: &Means<'_>) -> Result<Worked, RunError> {
        self.book(store, means)?;
        let as_of = self.as_of.clone();
        let day = means.plan.as_of;
        let found = open_items::changed(&self.done.report.findings, &self.places, &self.before.marks, day);
        let cleared = self.cleared(&store.findings_by_id(&found.gone)?, &as_of);
        let last = self.before.last.as_ref();
        let came: Vec<usize> =
            (0..self.inputs.files.len()).filter(|file| self.inputs.files[*file].known.is_none()).collect();
        let same_day = last.is_some_and(|last| last.as_of == as_of);
        let none_differs = found.put.is_empty() && found.gone.is_empty();
        let changed = !self.vouchers.is_empty()
            || !self.archived.groups.is_empty()
            || !same_day
            || !came.is_empty()
            || self.anew.is_some()
            || !none_differs;
        let number = last.map_or(0, |last| last.number).saturating_add(i64::from(changed));

        // What went earlier on the same day, and is not there again, is listed once more.
        let mut listed = store.cleared(Some(&as_of))?;
        let here: HashSet<&str> = self.done.report.findings.iter().map(|finding| finding.id()).collect();
        listed.retain(|gone| gone.columns.first().is_some_and(|id| !here.contains(id.as_str())));
        listed.extend(cleared.iter().cloned());
        let first_seen = |finding: &&crate::model::found::FoundRow| finding.first_seen() == as_of;
        let new = self.done.report.findings.iter().filter(first_seen).count();
        let report = &mut self.done.report;
        report.cleared = Some(open_items::shown(&listed));
        report.summary.night = Some(NightRow { number: count(number), new: count(new), cleared: count(listed.len()) });
        let (files, ids) = self.files(&came, number, means);
        let night = changed.then(|| Night {
            number,
            as_of,
            files: whole(came.len()),
            rows: files.iter().map(|file| file.rows).sum(),
            rejected: files.iter().map(|file| file.rejected).sum(),
            opened: whole(found.opened),
            cleared: whole(cleared.len()),
            open: open_items::count(&self.done.report.findings, Status::Open),
            pending: open_items::count(&self.done.report.findings, Status::Pending),
            exit_status: self.done.report.summary.exit_status.into(),
        });
        let figures = trend::figures(&self.done.report.findings, &cleared);
        let insight = &mut self.done.report.insight;
        (insight.nights, insight.days_to_settle) = trend::trend(store, night.as_ref(), &figures)?;
        let change = Change { figures, ..self.change(night, files, &ids, found, cleared) };
        let passed_over = self.inputs.passed_over;
        let (archive, handout) = (self.archived.folder, self.handout);
        Ok(Worked { report: self.done.report, change, archive, passed_over, handout })
    }

    /// What is booked tonight, and the journal of all that was booked on this day.
    fn book(&mut self, store: &Store, means: &Means<'_>) -> Result<(), RunError> {
        if !means.plan.writes_journals() {
            return Ok(());
        }
        let stored = store.vouchers()?;
        let written: Vec<Written> = stored.iter().filter_map(|one| serde_json::from_str(&one.text).ok()).collect();
        let due = books::due(&self.done.bookings, &written, means);
        self.vouchers = due
            .iter()
            .map(|one| StoredVoucher {
                id: one.voucher.id.clone(),
                booking: one.booking.clone(),
                night: one.night.to_string(),
                text: serde_json::to_string(one).unwrap_or_default(),
            })
            .collect();
        if means.plan.journal_folder.is_some() {
            let left: Vec<String> =
                store.setting(DUE)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
            let is_due = |one: &&Written| left.contains(&one.voucher.id);
            let pending: Vec<Written> = written.iter().filter(is_due).chain(&due).cloned().collect();
            self.due = pending.iter().map(|one| one.voucher.id.clone()).collect();
            self.handout = books::handout(pending, means)?;
        }
        let of_day = written.into_iter().filter(|one| one.night == means.plan.as_of).chain(due);
        books::put(&mut self.done.report, of_day.map(|one| one.voucher).collect(), means)
    }

    fn cleared(&self, gone: &[StoredFinding], as_of: &str) -> Vec<StoredCleared> {
        // Under other rules nobody can say what would have closed a finding under those before.
        let other_rules = self.anew.is_some() && self.before.rules.as_ref() != Some(&self.rules);
        let rows = if other_rules { &[][..] } else { &self.rows[..] };
        let otherwise = self.anew.clone();
        let closing = Closing { inputs: &self.inputs, rows, groups: &self.groups, as_of: as_of.to_owned(), otherwise };
        open_items::cleared(gone, &closing)
    }

    /// The files that came, as the state keeps them, and the number there of each of tonight's inputs.
    fn files(&self, came: &[usize], night: i64, means: &Means<'_>) -> (Vec<StoredFile>, Vec<i64>) {
        let mut ids: Vec<i64> = self.inputs.files.iter().map(|file| file.known.unwrap_or(0)).collect();
        let mut files: Vec<StoredFile> = Vec::with_capacity(came.len());
        let mut put = |file: StoredFile, part: i64| {
            let id = self.before.next[0].saturating_add(whole(files.len()));
            files.push(StoredFile { id, night, part, ..file });
            id
        };
        // The parts of one file follow each other.
        for of_one in came.chunk_by(|one, other| self.inputs.same_file(*one, *other)) {
            let listed = |number: usize| {
                let (file, row) = (&self.inputs.files[number], &self.done.report.summary.inputs[number]);
                stored(file, row, &columns(&self.inputs.volumes[number]), &self.inputs, number, means)
            };
            let Some(first) = of_one.first() else { continue };
            if self.inputs.files[*first].constants.is_none() {
                for (part, number) in (0_i64..).zip(of_one) {
                    ids[*number] = put(listed(*number), part);
                }
                continue;
            }
            // Of documents every part, also one of which nothing is told as yet.
            let of_all = listed(*first);
            for (part, dataset) in (0_i64..).zip(DATASETS) {
                let number = of_one.iter().find(|number| self.inputs.volumes[**number].layout.dataset == dataset);
                let all_columns = dataset.columns().iter().map(|column| column.name.to_owned());
                let none = StoredFile {
                    dataset: dataset.name().to_owned(),
                    rows: 0,
                    rejected: 0,
                    columns: all_columns.collect(),
                    ..of_all.clone()
                };
                let file = number.map_or(none, |number| listed(*number));
                let id =
                    put(StoredFile { notes: of_all.notes.clone(), tells_nothing: of_all.tells_nothing, ..file }, part);
                if let Some(number) = number {
                    ids[*number] = id;
                }
            }
        }
        (files, ids)
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
        ids: &[i64],
        found: Changed,
        cleared: Vec<StoredCleared>,
    ) -> Change {
        let before: BTreeMap<i64, &str> = self.before.files.iter().map(|file| (file.id, file.state.as_str())).collect();
        let state = |file: &File| {
            let id = file.known?;
            (before.get(&id) != Some(&file.state)).then(|| (id, file.state.to_owned()))
        };
        let mut seq = if self.anew.is_some() { 1 } else { self.before.next[2] };
        let mut newest: BTreeMap<i64, String> = BTreeMap::new();
        let mut rows = Vec::with_capacity(self.rows.len());
        let count = self.rows.len();
        let groups = &self.groups.of_row;
        let mut keep = |file: i64, row: Fresh, component: i64, newest: &mut BTreeMap<i64, String>| {
            // A row that says no day is as old as the night.
            let row_day = if row.day.is_empty() { self.as_of.clone() } else { row.day };
            let day = newest.entry(component).or_default();
            *day = std::mem::take(day).max(row_day);
            rows.push(StoredRow { component, seq, file, line: whole(row.line), text: row.text });
            seq = seq.saturating_add(1);
        };
        let told = std::mem::take(&mut self.documents.retold.added);
        let facts_from = count.saturating_add(told.len());
        for ((file, row), component) in told.into_iter().zip(groups.iter().skip(count)) {
            keep(file, row, *component, &mut newest);
        }
        for (row, component) in std::mem::take(&mut self.rows).into_iter().zip(groups) {
            keep(ids[row.file], row, *component, &mut newest);
        }
        let given: BTreeMap<usize, i64> = (0..ids.len())
            .rev()
            .filter(|file| self.inputs.files[*file].known.is_none())
            .map(|file| (self.inputs.files[file].given, file))
            .filter_map(|(given, file)| Some((given, files.iter().find(|of| of.id == ids[file])?)))
            .map(|(given, part)| (given, part.id.saturating_sub(part.part)))
            .collect();
        let mut facts = Vec::with_capacity(self.documents.facts.len());
        for (fact, component) in
            std::mem::take(&mut self.documents.facts).into_iter().zip(groups.iter().skip(facts_from))
        {
            let file = match fact.file {
                OfFile::Known(file) => Some(file),
                OfFile::Given(given_as) => given.get(&given_as).copied(),
            };
            let Some(file) = file else { continue };
            newest.entry(*component).or_insert_with(|| self.as_of.clone());
            facts.push(StoredFact { component: *component, seq, file, text: fact.text });
            seq = seq.saturating_add(1);
        }
        let converted = self.inputs.rejects.iter().filter(|(file, _)| self.inputs.files[*file].known.is_none());
        let rejects = converted.chain(&self.done.rejects).map(|(file, reject)| stored_reject(ids[*file], reject));
        Change {
            night,
            figures: Figures::default(),
            anew: self.anew.is_some(),
            files,
            states: self.inputs.files.iter().filter_map(state).collect(),
            amended: std::mem::take(&mut self.documents.retold.amended),
            renamed: std::mem::take(&mut self.documents.renamed),
            rejects: rejects.chain(std::mem::take(&mut self.documents.retold.rejects)).collect(),
            rejects_gone: std::mem::take(&mut self.documents.retold.rejects_gone),
            merged: std::mem::take(&mut self.groups.merged),
            components: newest.into_iter().collect(),
            rows_gone: std::mem::take(&mut self.documents.rows_gone),
            rows,
            facts,
            keys: std::mem::take(&mut self.groups.keys),
            archived: self.archived.groups.clone(),
            archived_keys: self.archived.keys.clone(),
            findings: found.put,
            gone: found.gone,
            cleared,
            totals: self.totals(),
            seen: self.done.seen.iter().cloned().collect(),
            vouchers: std::mem::take(&mut self.vouchers),
            settings: vec![
                (RULES, self.rules.clone()),
                (DUE, serde_json::to_string(&self.due).unwrap_or_default()),
                ("next_component", self.groups.next.to_string()),
                ("next_row", seq.to_string()),
            ],
        }
    }
}

/// A file as the state keeps it, its numbers apart.
pub(in crate::pipeline) fn stored(
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
        books: (!file.books.is_empty()).then(|| serde_json::to_string(&file.books).unwrap_or_default()),
        constants: file.constants.as_ref().map(|constants| serde_json::to_string(constants).unwrap_or_default()),
    }
}

fn whole(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

fn count(number: impl TryInto<u64>) -> u64 {
    number.try_into().unwrap_or(u64::MAX)
}
