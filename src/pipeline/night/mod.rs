//! A night: tonight's files beside all that earlier nights have left in a state (RULES.md 6).
//!
//! Only the groups that tonight's rows belong to, and those that something was found in, are judged again; what the other
//! groups come to stands in the totals of the state. From these totals what the judged groups came to on the last night is
//! taken away, and what they come to tonight is added. So the work follows tonight's rows and the open items, and the
//! report is that of one run over all inputs. Where a night changes how everything is judged (the rules are configured
//! in another way, a leg begins, a settlement file replaces another one), all rows of the state are judged anew.

pub mod archive;
mod before;
pub mod closing;
mod documents;
pub(super) mod groups;
pub mod journal;
pub mod kept;
mod open_items;
pub(super) mod past;
pub(super) mod scan;
pub(super) mod tonight;
mod trend;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use self::archive::Archived;
use self::before::Before;
use self::documents::{Remembered, Retold, Told};
use self::groups::{Grouped, grouped};
use self::scan::Fresh;
use self::tonight::Tonight;
use super::error::RunError;
use super::inputs::{self, File, Inputs, Opening};
use super::plan::{Event, Plan};
use super::read::Means;
use super::repeats::repeated_payloads;
use super::routes::Routes;
use super::seen::{legs, of_rows};
use super::totals::Totals;
use super::{Beside, in_pool, reconcile_inputs};
use crate::model::currency::Currencies;
use crate::model::names::Names;
use crate::report::journal::JournalFile;
use crate::report::view::Report;
use crate::rules::fail_on::FailOn;
use crate::state::store::Store;
use crate::state::write::Change;
use crate::state::{Key, StoredFact, StoredFile, StoredRow};

/// A night's report, and what it changes in the state.
#[derive(Debug)]
pub struct Worked {
    /// The report of all nights.
    pub report: Report,
    /// What is to be written.
    pub change: Change,
    /// A folder with what leaves the state, and the name that it gets just before the state is written.
    pub archive: Option<(PathBuf, PathBuf)>,
    /// Given files that an earlier night has read, and that were not read again.
    pub passed_over: Vec<String>,
    /// Vouchers that are not yet in the folder from which they are imported, as files with the names that they get there.
    pub handout: Vec<JournalFile>,
}

/// Works a night. Nothing is written: that is for the caller, the state first and the report at once after it.
///
/// # Errors
/// As [`super::run`]; the state cannot be read, or its last night is later than this one.
pub fn run(plan: &Plan, store: &mut Store, on: &(dyn Fn(Event) + Sync)) -> Result<Worked, RunError> {
    in_pool(plan, move || work(plan, store, on))
}

fn work(plan: &Plan, store: &mut Store, on: &(dyn Fn(Event) + Sync)) -> Result<Worked, RunError> {
    let mut before = Before::of(store)?;
    refuse_earlier(plan, store, &before)?;
    let names = Arc::new(Names::default());
    let currencies = Currencies::new(&plan.settings.extra_currencies);
    let routes = Routes::new(&plan.settings, Arc::clone(&names));
    let means = Means { plan, names: &names, currencies: &currencies, routes: &routes, on };

    let opened = inputs::open(plan, &before.known(), &currencies)?;
    let repeats = repeated_payloads(&before.documents(), &opened.files)?;
    let renamed = before.rename(opened.files.iter().any(Opening::holds_documents), plan);
    let mut past = before.past(&repeats, &currencies)?;
    let told = documents::told(&opened, &repeats, store, &before, &mut past.files, &means)?;
    past.files = documents::listed(past.files, &plan.settings.default_provider);
    let Told { parts, facts, retold } = told;
    let mut inputs = opened.put_together(repeats.of_openings, parts, past, plan, &names, &currencies)?;

    let mut rows = scan::rows(&inputs, &reading(&inputs, |file| file.known.is_none()), &means)?;
    let rules = rules_text(plan);
    let anew = why_anew(&before, &inputs, &rows, &retold, !renamed.is_empty(), &rules);
    let known = open_items::known(&before.marks, &store.log()?);
    let mut documents = Documents { facts, retold, renamed, rows_gone: Vec::new() };
    let (groups, places, beside);
    if anew.is_some() {
        (groups, places) = all_again(store, &before, &mut inputs, &mut rows, &mut documents, &means)?;
        // What has left the state cannot be judged anew: it is taken as it was.
        let seen = if before.archived.0.is_empty() { BTreeSet::new() } else { before.seen.clone() };
        beside = Beside { known, seen, totals: before.archived.clone(), ..Beside::default() };
    } else {
        let touched = grouped(&documents.keys(&rows), Some(store), before.next[1])?;
        let old = recall(store, &before, &touched, &means)?;
        documents.rows_gone =
            old.rows.iter().filter(|row| documents.retold.replaces(row)).map(|row| (row.component, row.seq)).collect();
        let added = touched.of_row.iter().skip(rows.len()).copied().zip(before.next[2]..);
        let now = documents.retold.now(old.rows.clone(), added);
        places = placed(&mut inputs, &before, &now, &rows, &touched);
        let totals = before.totals.clone().minus(&old.totals);
        beside = Beside { totals, seen: before.seen.clone(), known, ..Beside::default() };
        groups = Grouped { keys: with_keys_of_merged(&old, &touched, store, &before, &means)?, ..touched };
    }
    let done = reconcile_inputs(&mut inputs, &means, None, &beside)?;
    let night = before.last.as_ref().map_or(0, |last| last.number).saturating_add(1);
    let archived = match &anew {
        // The groups that the state holds are about to be numbered anew.
        Some(_) => Archived::default(),
        None => {
            let busy =
                places.iter().flatten().map(|(_, group)| *group).chain(groups.merged.iter().map(|(from, _)| *from));
            archive::archived(store, &before, &busy.collect(), night, &means)?
        }
    };
    Tonight {
        before,
        inputs,
        rows,
        documents,
        groups,
        places,
        anew,
        rules,
        done,
        archived,
        as_of: plan.as_of.to_string(),
        vouchers: Vec::new(),
        due: Vec::new(),
        handout: Vec::new(),
    }
    .worked(store, &means)
}

/// What documents of an API bring and change.
#[derive(Debug)]
struct Documents {
    /// The facts that come into the state; where all is judged anew, all of them.
    facts: Vec<Remembered>,
    /// What becomes of rows of earlier files.
    retold: Retold,
    /// Files of which the provider is another one now.
    renamed: Vec<(i64, String)>,
    /// Rows of the state that are no longer told: group and place.
    rows_gone: Vec<(i64, i64)>,
}

impl Documents {
    /// The keys of rows of tonight, then those of rows that are told now, then those of facts.
    fn keys<'k>(&'k self, rows: &'k [Fresh]) -> Vec<&'k [Key]> {
        let rows = rows.iter().chain(self.retold.added.iter().map(|(_, row)| row)).map(|row| row.keys.as_slice());
        rows.chain(self.facts.iter().map(|fact| fact.keys.as_slice())).collect()
    }
}

/// The files that take part and are as wanted.
fn reading(inputs: &Inputs, wanted: impl Fn(&File) -> bool) -> Vec<usize> {
    let files = inputs.files.iter().enumerate();
    files.filter(|(_, file)| file.state == "read" && wanted(file)).map(|(number, _)| number).collect()
}

fn refuse_earlier(plan: &Plan, store: &Store, before: &Before) -> Result<(), RunError> {
    let as_of = plan.as_of.to_string();
    match &before.last {
        // Days as `YYYY-MM-DD` compare as texts.
        Some(last) if last.as_of > as_of => {
            Err(RunError::Earlier { state: store.path().to_owned(), last: last.as_of.clone(), as_of })
        }
        _ => Ok(()),
    }
}

/// All that groups were judged by: the program, and the rules as they are configured. Windows are no part of it, nor
/// is what makes a run fail or which files must come: what these judge is judged anew every night.
fn rules_text(plan: &Plan) -> String {
    let mut settings = plan.settings.clone();
    settings.as_of = chrono::NaiveDate::default();
    (settings.capture_days, settings.settlement_days) = (0, 0);
    (settings.capture_calendar, settings.settlement_calendar) = (None, None);
    (settings.fail_on, settings.expected) = (FailOn::default(), Vec::new());
    // Of the books only what is summed as rows are judged.
    let operations = std::mem::take(&mut settings.books).books_operations;
    format!("avstem {}, sums of settlements, operations by day: {operations}: {settings:?}", env!("CARGO_PKG_VERSION"))
}

/// Why all rows are judged anew, where they are.
fn why_anew(
    before: &Before,
    inputs: &Inputs,
    rows: &[Fresh],
    retold: &Retold,
    renamed: bool,
    rules: &str,
) -> Option<String> {
    before.last.as_ref()?;
    if before.rules.as_deref() != Some(rules) {
        return Some("no row: the rules are configured in another way".to_owned());
    }
    if renamed {
        return Some("no row: documents name the providers of settlement files now".to_owned());
    }
    if retold.anew.is_some() {
        return retold.anew.clone();
    }
    let states: BTreeMap<i64, &str> = before.files.iter().map(|file| (file.id, file.state.as_str())).collect();
    let changed = |file: &&File| file.known.is_some_and(|id| states.get(&id).is_some_and(|state| *state != file.state));
    if let Some(file) = inputs.files.iter().find(changed) {
        let what = file.native.as_ref().map_or_else(|| file.input.shown.clone(), |native| native.settlement_id.clone());
        let how = if file.state == "repeated" { "is read as a copy of it" } else { "was replaced by a later one" };
        return Some(format!("no row: {what} {how}"));
    }
    let retold = retold.added.iter().filter_map(|(id, row)| Some((before.dataset(*id)?, &*row.provider)));
    let tonight = rows.iter().map(|row| (inputs.volumes[row.file].layout.dataset, &*row.provider));
    let seen = of_rows(tonight.chain(retold));
    let begun = legs(&seen).into_iter().any(|leg| !before.seen.contains(leg));
    begun.then(|| "no row: a leg that was not checked before is checked now".to_owned())
}

/// The rows of each file and their groups, ascending.
type Places = Vec<past::RowPlaces>;

/// All rows of the state and of tonight, grouped from the beginning.
fn all_again(
    store: &Store,
    before: &Before,
    inputs: &mut Inputs,
    rows: &mut Vec<Fresh>,
    documents: &mut Documents,
    means: &Means<'_>,
) -> Result<(Grouped, Places), RunError> {
    // Rows that are told only now were in no group.
    let added = std::iter::repeat(0).zip(before.next[2]..);
    let old = fill(inputs, before, &documents.retold.now(store.rows(None)?, added));
    *rows = scan::rows(inputs, &reading(inputs, |_| true), means)?;
    documents.retold.added.clear();
    let counted: BTreeSet<i64> =
        inputs.files.iter().filter(|file| file.state == "read").filter_map(|file| file.known).collect();
    let counts = |fact: &StoredFact| before.parts_of(fact.file).any(|part| counted.contains(&part));
    let mut facts = store.facts(None)?;
    facts.retain(counts);
    let mut facts = documents::of_state(facts, store, before, means)?;
    facts.append(&mut documents.facts);
    documents.facts = facts;
    let groups = grouped(&documents.keys(rows), None, 1)?;
    let mut places: Places = vec![Vec::new(); inputs.files.len()];
    let mut renumbered = BTreeSet::new();
    for (row, group) in rows.iter().zip(&groups.of_row) {
        places[row.file].push((row.offset, *group));
        if let Ok(place) = old[row.file].binary_search_by_key(&row.offset, |(offset, _)| *offset) {
            renumbered.insert((old[row.file][place].1, *group));
        }
    }
    let of_facts = documents.facts.iter().zip(groups.of_row.iter().skip(rows.len()));
    renumbered.extend(of_facts.filter_map(|(fact, group)| Some((fact.component?, *group))));
    Ok((Grouped { renumbered: Some(renumbered), ..groups }, places))
}

/// Puts rows of the state into the files that they are from.
fn fill(inputs: &mut Inputs, before: &Before, rows: &[StoredRow]) -> Places {
    let stored: BTreeMap<i64, &StoredFile> = before.files.iter().map(|file| (file.id, file)).collect();
    let mut numbers = Vec::new();
    let mut volumes = Vec::new();
    for (number, (file, volume)) in inputs.files.iter().zip(&mut inputs.volumes).enumerate() {
        if let Some(stored) = file.known.and_then(|id| stored.get(&id)) {
            numbers.push(number);
            volumes.push((*stored, volume));
        }
    }
    let mut places: Places = vec![Vec::new(); inputs.files.len()];
    for (number, of_file) in numbers.into_iter().zip(past::fill(&mut volumes, rows)) {
        places[number] = of_file;
    }
    places
}

/// The groups that are judged again, as they were on the last night.
struct Old {
    rows: Vec<StoredRow>,
    inputs: Inputs,
    places: Places,
    totals: Totals,
}

/// Takes the groups that rows of tonight belong to, and those that something was found in, out of the state, and finds
/// what they came to.
fn recall(store: &Store, before: &Before, groups: &Grouped, means: &Means<'_>) -> Result<Old, RunError> {
    let mut wanted = groups.touched.clone();
    wanted.extend(store.components_of_findings()?);
    let wanted: Vec<i64> = wanted.into_iter().collect();
    as_they_were(store.rows(Some(&wanted))?, before, means)
}

/// Groups of the state as they were on the last night, and what they came to.
fn as_they_were(rows: Vec<StoredRow>, before: &Before, means: &Means<'_>) -> Result<Old, RunError> {
    let mut inputs = Inputs::default();
    inputs.put_among(past::files(&before.files, &[], &before.days, means.currencies)?);
    let places = fill(&mut inputs, before, &rows);
    let mut totals = Totals::default();
    if !rows.is_empty() {
        let beside = Beside { seen: before.seen.clone(), counts_only: true, ..Beside::default() };
        totals = Totals::of(&reconcile_inputs(&mut inputs, means, None, &beside)?.report);
    }
    Ok(Old { rows, inputs, places, totals })
}

/// Puts the rows that are judged again into tonight's inputs.
fn placed(inputs: &mut Inputs, before: &Before, old: &[StoredRow], rows: &[Fresh], groups: &Grouped) -> Places {
    let mut places = fill(inputs, before, old);
    let moved = groups.now();
    for (_, group) in places.iter_mut().flatten() {
        *group = moved.get(group).copied().unwrap_or(*group);
    }
    for (row, group) in rows.iter().zip(&groups.of_row) {
        places[row.file].push((row.offset, *group));
    }
    places
}

/// The keys of tonight, and those of groups that are now part of an earlier one.
fn with_keys_of_merged(
    old: &Old,
    groups: &Grouped,
    store: &Store,
    before: &Before,
    means: &Means<'_>,
) -> Result<Vec<(Key, i64)>, RunError> {
    let mut keys: BTreeMap<Key, i64> = groups.keys.iter().cloned().collect();
    let moved = groups.now();
    if !moved.is_empty() {
        for row in scan::rows(&old.inputs, &reading(&old.inputs, |_| true), means)? {
            let of_file = old.places.get(row.file).map(Vec::as_slice).unwrap_or_default();
            let place = of_file.binary_search_by_key(&row.offset, |(offset, _)| *offset);
            let group = place.ok().and_then(|place| moved.get(&of_file[place].1));
            keys.extend(group.iter().flat_map(|group| row.keys.iter().map(|key| (key.clone(), **group))));
        }
        let merged: Vec<i64> = moved.keys().copied().collect();
        for fact in documents::of_state(store.facts(Some(&merged))?, store, before, means)? {
            let group = fact.component.and_then(|component| moved.get(&component));
            keys.extend(group.iter().flat_map(|group| fact.keys.iter().map(|key| (key.clone(), **group))));
        }
    }
    Ok(keys.into_iter().collect())
}
