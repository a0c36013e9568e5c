//! Why something is as it is (`avstem explain`): everything known of a key, with the way to each verdict.
//!
//! All inputs are reconciled as a run does it, so what is told of findings and batches is what the report says. Then the
//! groups of rows that the key belongs to are judged alone (see [`crate::state`]: no verdict needs more), and
//! [`crate::rules::path`] finds the same verdicts in its own way. Where any two of the three differ, nothing is told.

pub mod answer;
pub mod folder;
mod group;
mod naming;
mod proof;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use self::answer::{Answer, BatchOut, FindingOut, More, Record, RejectOut, RowOut, columns};
use self::group::{Alone, alone};
use self::naming::Named;
use super::error::RunError;
use super::inputs::{self, Inputs};
use super::night::groups::grouped;
use super::night::kept::kept;
use super::night::scan::{self, Fresh};
use super::plan::{Event, Plan};
use super::read::Means;
use super::routes::Routes;
use super::seen::Seen;
use super::{Beside, in_pool, reconcile_inputs};
use crate::model::currency::Currencies;
use crate::model::names::Names;
use crate::model::origin::Origin;
use crate::report::view::Report;
use crate::rules::control::Verdict;
use crate::rules::path::Decision;
use crate::state::StoredFinding;
use crate::state::store::Store;

/// So many records are told in full.
pub const RECORDS_MAX: usize = 100;
/// So many findings, batches, rejected rows and rows aside are listed.
const LISTED_MAX: usize = 100;
/// So many other ids are named where there is no such key.
const NEAR_MAX: usize = 5;
/// So many judged groups are kept for later keys.
const JUDGED_MAX: usize = 4_096;
/// So many signs may differ in them.
const NEAR_DISTANCE: usize = 2;

/// What a key leads to.
#[derive(Debug)]
pub enum Asked {
    /// It is known.
    Known(Box<Answer>),
    /// No row, batch or finding has it; ids that are much like it.
    Unknown(Vec<String>),
}

/// All inputs, read, grouped and reconciled, of which any key may be asked.
pub struct Reading {
    plan: Plan,
    names: Arc<Names>,
    currencies: Currencies,
    routes: Routes,
    inputs: Inputs,
    rows: Vec<Fresh>,
    /// Rows of files that take no part as a whole.
    aside: Vec<Fresh>,
    /// The group of each row, and the rows of each group.
    group_of: Vec<i64>,
    groups: HashMap<i64, Vec<usize>>,
    report: Report,
    seen: BTreeSet<Seen>,
    /// The findings of a state's last night.
    stored: Vec<StoredFinding>,
    row_at: HashMap<Origin, usize>,
    /// The rows by all that may name them, where many keys are asked.
    index: Option<HashMap<String, Vec<usize>>>,
    /// Groups that were judged for an earlier key, by their rows.
    judged: Mutex<HashMap<Vec<usize>, Arc<Judged>>>,
}

/// Groups judged alone, and the ids of the findings that are the verdicts of rows, by the places of these.
type Judged = (Alone, BTreeMap<usize, String>);

impl std::fmt::Debug for Reading {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Reading").field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}

impl Reading {
    /// Reads and reconciles the files of a plan.
    ///
    /// # Errors
    /// As [`super::run`].
    pub fn of_inputs(plan: &Plan, on: &(dyn Fn(Event) + Sync)) -> Result<Self, RunError> {
        in_pool(plan, || {
            Self::of(plan, on, |means| {
                Ok((inputs::load(means.plan, means.names, means.currencies)?, Beside::default(), Vec::new()))
            })
        })
    }

    /// Reads and reconciles what a state holds; the plan's day is that of the state's last night.
    ///
    /// # Errors
    /// The state cannot be read, or was judged by other rules.
    pub fn of_state(plan: &Plan, store: &Store, on: &(dyn Fn(Event) + Sync)) -> Result<Self, RunError> {
        // The database is asked by one thread, and not by those of the pool.
        Self::of(plan, on, |means| {
            let kept = kept(store, means)?;
            Ok((kept.inputs, kept.beside, kept.findings))
        })
    }

    fn of(
        plan: &Plan,
        on: &(dyn Fn(Event) + Sync),
        load: impl FnOnce(&Means<'_>) -> Result<(Inputs, Beside, Vec<StoredFinding>), RunError>,
    ) -> Result<Self, RunError> {
        let plan = Plan { matches: false, parquet: false, workbook: false, page: false, ..plan.clone() };
        let names = Arc::new(Names::default());
        let currencies = Currencies::new(&plan.settings.extra_currencies);
        let routes = Routes::new(&plan.settings, Arc::clone(&names));
        let means = Means { plan: &plan, names: &names, currencies: &currencies, routes: &routes, on };
        let (mut inputs, beside, stored) = load(&means)?;
        let done = reconcile_inputs(&mut inputs, &means, None, &beside)?;
        let files = |read: bool| -> Vec<usize> {
            (0..inputs.files.len()).filter(|file| (inputs.files[*file].state == "read") == read).collect()
        };
        let rows = scan::rows(&inputs, &files(true), &means)?;
        let aside = scan::rows(&inputs, &files(false), &means)?;
        let keys: Vec<_> = rows.iter().map(|row| row.keys.as_slice()).collect();
        let group_of = grouped(&keys, None, 1)?.of_row;
        let mut groups: HashMap<i64, Vec<usize>> = HashMap::new();
        for (row, group) in group_of.iter().enumerate() {
            groups.entry(*group).or_default().push(row);
        }
        let origin = |row: &Fresh| Origin::new(row.file, row.offset);
        let row_at = rows.iter().enumerate().filter_map(|(place, row)| Some((origin(row)?, place))).collect();
        let (report, seen) = (done.report, done.seen);
        Ok(Self {
            plan,
            names,
            currencies,
            routes,
            inputs,
            rows,
            aside,
            group_of,
            groups,
            report,
            seen,
            stored,
            row_at,
            index: None,
            judged: Mutex::default(),
        })
    }

    /// The report of the run over all inputs.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Known currencies.
    #[must_use]
    pub fn currencies(&self) -> &Currencies {
        &self.currencies
    }

    fn means(&self) -> Means<'_> {
        let (plan, names, currencies, routes) = (&self.plan, &self.names, &self.currencies, &self.routes);
        Means { plan, names, currencies, routes, on: &|_| {} }
    }

    /// Tells all that is known of a key.
    ///
    /// # Errors
    /// A file changed since it was read; or, which is an error of the program, what is told would not be what the run found.
    pub fn explain(&self, key: &str) -> Result<Asked, RunError> {
        let named = self.named(key)?;
        if named.is_nothing() {
            return Ok(Asked::Unknown(self.near(key)));
        }
        let wanted: BTreeSet<i64> = named.rows.iter().map(|row| self.group_of[*row]).collect();
        let mut places: Vec<usize> = wanted.iter().flat_map(|group| &self.groups[group]).copied().collect();
        places.sort_unstable();
        let judged = self.judged(key, &places)?;
        let (alone, ids) = &*judged;
        let mut answer = Answer {
            key: key.to_owned(),
            as_of: self.report.summary.as_of.clone(),
            readings: named.readings.iter().cloned().collect(),
            records: Vec::new(),
            more_records: Vec::new(),
            aside: named.aside.clone(),
            findings: Vec::new(),
            batches: Vec::new(),
            rejects: named.rejects.iter().map(|row| RejectOut::of(&self.report.rejects[*row])).collect(),
            notes: Vec::new(),
        };
        let mut more: BTreeMap<String, usize> = BTreeMap::new();
        let mut shown_rows: BTreeSet<usize> = named.rows.clone();
        for decision in &alone.decisions {
            if !decision.parts.iter().any(|part| named.rows.contains(&places[part.row])) {
                continue;
            }
            shown_rows.extend(decision.parts.iter().map(|part| places[part.row]));
            if answer.records.len() < RECORDS_MAX {
                let record = self.record(decision, &places, alone, ids);
                answer.records.push(record);
            } else {
                *more.entry(decision.verdict.name().to_owned()).or_default() += 1;
            }
        }
        answer.more_records = more.into_iter().map(|(verdict, records)| More { verdict, records }).collect();
        self.add_findings(&named, &shown_rows, &mut answer);
        self.add_batches(&named, alone, &mut answer);
        for (count, what) in [
            (cut(&mut answer.findings), "findings"),
            (cut(&mut answer.batches), "batches"),
            (cut(&mut answer.rejects), "rejected rows"),
            (cut(&mut answer.aside), "rows of files that take no part"),
        ] {
            if count > 0 {
                answer.notes.push(format!("{count} more {what} are not listed"));
            }
        }
        Ok(Asked::Known(Box::new(answer)))
    }

    /// Groups judged alone and proved, once for all keys that lead to the same ones.
    fn judged(&self, key: &str, places: &[usize]) -> Result<Arc<Judged>, RunError> {
        if let Ok(judged) = self.judged.lock()
            && let Some(known) = judged.get(places)
        {
            return Ok(Arc::clone(known));
        }
        let alone = alone(self, places)?;
        let ids = self.prove(key, places, &alone)?;
        let fresh = Arc::new((alone, ids));
        if let Ok(mut judged) = self.judged.lock() {
            if judged.len() >= JUDGED_MAX {
                judged.clear();
            }
            judged.insert(places.to_vec(), Arc::clone(&fresh));
        }
        Ok(fresh)
    }

    fn record(&self, decision: &Decision, places: &[usize], alone: &Alone, ids: &BTreeMap<usize, String>) -> Record {
        let source = |row: usize| &alone.sources[row];
        let rows = decision.parts.iter().map(|part| RowOut {
            source: source(part.row).place.clone(),
            fate: part.fate.to_owned(),
            why: part.why.clone(),
            columns: columns(&source(part.row).row, &self.currencies),
        });
        let first = decision.parts.first().map_or(0, |part| part.row);
        let finding = match decision.verdict {
            Verdict::Found(_) => ids.get(&places[first]).cloned().unwrap_or_default(),
            _ => String::new(),
        };
        Record {
            record: decision.record.to_owned(),
            provider: decision.provider.clone(),
            currency: self.currencies.code(source(first).row.currency).to_owned(),
            rows: rows.collect(),
            path: decision.steps.clone(),
            verdict: decision.verdict.name().to_owned(),
            finding,
            match_kind: proof::match_kind(decision, alone).to_owned(),
            matched: decision.matched.iter().map(|row| source(*row).place.clone()).collect(),
        }
    }

    fn add_findings(&self, named: &Named, rows: &BTreeSet<usize>, answer: &mut Answer) {
        let touches = |origin: &Origin| self.row_at.get(origin).is_some_and(|row| rows.contains(row));
        for (place, finding) in self.report.findings.iter().enumerate() {
            if named.findings.contains(&place) || finding.rows.iter().any(touches) {
                answer.findings.push(FindingOut::of(finding));
            }
        }
        // What a state says of its files is found when they come, and not again.
        let known: BTreeSet<String> = answer.findings.iter().map(|finding| finding.id.clone()).collect();
        let stored = named.stored.iter().filter_map(|place| FindingOut::stored(&self.stored[*place]));
        answer.findings.extend(stored.filter(|finding| !known.contains(&finding.id)));
    }

    fn add_batches(&self, named: &Named, alone: &Alone, answer: &mut Answer) {
        let mut numbers: BTreeSet<(String, String)> = BTreeSet::new();
        for record in &answer.records {
            let of_row = |row: &RowOut| row.columns.get("reconciliation_number")?.as_str().map(str::to_owned);
            numbers.extend(record.rows.iter().filter_map(of_row).map(|number| (record.provider.clone(), number)));
            let matched = alone.sources.iter().filter(|source| record.matched.contains(&source.place));
            numbers.extend(matched.filter_map(|source| {
                Some((record.provider.clone(), source.row.text("reconciliation_number")?.to_owned()))
            }));
        }
        for (place, batch) in self.report.batches.iter().enumerate() {
            let number = (batch.provider.clone(), batch.reconciliation_number.clone());
            if named.batches.contains(&place) || numbers.contains(&number) {
                answer.batches.push(BatchOut::of(batch));
            }
        }
    }

    /// Ids that are much like a key.
    fn near(&self, key: &str) -> Vec<String> {
        let most = NEAR_DISTANCE.min(key.len() / 2);
        let close =
            |text: &&str| text.len().abs_diff(key.len()) <= most && strsim::damerau_levenshtein(text, key) <= most;
        let ids = self.rows.iter().flat_map(|row| &row.keys).map(|key| &*key.text);
        let all = ids.chain(self.report.findings.iter().map(|finding| finding.id()));
        let found: BTreeSet<(usize, &str)> =
            all.filter(close).map(|text| (strsim::damerau_levenshtein(text, key), text)).collect();
        found.into_iter().take(NEAR_MAX).map(|(_, text)| text.to_owned()).collect()
    }
}

/// Cuts a list that is too long, and says by how much.
fn cut<T>(list: &mut Vec<T>) -> usize {
    let more = list.len().saturating_sub(LISTED_MAX);
    list.truncate(LISTED_MAX);
    more
}
