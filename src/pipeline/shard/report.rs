//! After the workers: what their splits have shown, for the stages that judge, and at the end the report of all of them,
//! made as a night makes its own from what other nights have left.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::sync::Arc;

use super::files::{assembled, parsed, texts};
use super::job::Job;
use super::rows::Gathering;
use super::said::{Out, SaidFinding, SaidReject, totals};
use super::{kind, refused};
use crate::model::currency::Currencies;
use crate::model::found::FoundRow;
use crate::model::names::Names;
use crate::model::origin::{Origin, Origins};
use crate::model::record::Dataset;
use crate::pipeline::inputs::Inputs;
use crate::pipeline::plan::Plan;
use crate::pipeline::read::{CachedWays, Means};
use crate::pipeline::routes::Routes;
use crate::pipeline::seen::Seen;
use crate::pipeline::totals::Totals;
use crate::pipeline::{Beside, RunError, in_pool, reconcile_inputs};
use crate::report::view::Report;

/// Puts together what the splits have shown; the job with it goes to the stages that judge.
///
/// # Errors
/// The stream holds something else, or the output does not take the job.
pub fn facts(job: &Job, plan: &Plan, input: impl Read, output: impl Write) -> Result<(), RunError> {
    let mut job = job.clone();
    let mut seen: BTreeSet<Seen> = BTreeSet::new();
    for (_, file, text) in texts(input, &[kind::SEEN])? {
        type Shown = (Vec<Seen>, Vec<(String, [bool; 4])>, u64);
        let (shown, keys, rows): Shown = parsed(&text)?;
        seen.extend(shown);
        for (provider, has) in keys {
            let known = job.settled_keys.entry(provider).or_default();
            known.iter_mut().zip(has).for_each(|(known, has)| *known |= has);
        }
        let counted = job.rows.entry(file.unwrap_or(usize::MAX)).or_default();
        *counted = counted.saturating_add(rows);
    }
    job.seen = seen.into_iter().collect();
    job.used_rounds = used_rounds(&job, plan);
    let mut out = Out::new(output)?;
    out.said(kind::JOB, None, &job)?;
    out.finish()
}

/// The rounds of the keys that operations of any provider are hashed by: records have no others.
fn used_rounds(job: &Job, plan: &Plan) -> Vec<usize> {
    let names = Arc::new(Names::default());
    let routes = Routes::new(&plan.settings, Arc::clone(&names));
    let settled = job.seen(&names).settled_keys;
    let ways = CachedWays::new(&plan.settings, &settled);
    let is_used = |round: usize| {
        job.settled_keys.keys().any(|provider| {
            let id = names.intern(provider);
            let hashed = ways.of(id, provider, Dataset::Captures).hashed;
            plan.settings.keys(provider).len() > round && hashed[routes.kind(id, round).index()]
        })
    };
    (0..job.rounds).filter(|round| is_used(*round)).collect()
}

/// The report of a run from what its workers have said.
///
/// # Errors
/// The stream holds something else.
pub fn report(job: &Job, plan: &Plan, input: impl Read + Send) -> Result<Report, RunError> {
    in_pool(plan, || {
        let names = Arc::new(Names::default());
        let currencies = Currencies::new(&plan.settings.extra_currencies);
        let routes = Routes::new(&plan.settings, Arc::clone(&names));
        let means = Means { plan, names: &names, currencies: &currencies, routes: &routes, on: &|_| () };
        let mut inputs = assembled(job, &names, &currencies)?;
        let (mut sum, mut findings) = (Totals::default(), Vec::new());
        for (of, file, text) in texts(input, &[kind::FINDING, kind::TOTALS, kind::REJECT])? {
            match of.as_str() {
                kind::FINDING => findings.push(parsed::<SaidFinding>(&text)?),
                kind::TOTALS => sum = sum.plus(&totals(&text).ok_or_else(strange)?),
                _ => {
                    let number = file.ok_or_else(strange)?;
                    let shown = inputs.files.get(number).ok_or_else(strange)?.input.shown.clone();
                    inputs.rejects.push((number, parsed::<SaidReject>(&text)?.reject(shown)));
                }
            }
        }
        let found = place(findings, &mut inputs, job, &currencies)?;
        let seen = job.seen.iter().cloned().collect();
        let beside = Beside { totals: sum, seen, found, ..Beside::default() };
        Ok(reconcile_inputs(&mut inputs, &means, None, &beside)?.report)
    })
}

fn strange() -> RunError {
    refused("a row says what no worker has written", "give the report all that the stages have written").into()
}

/// Puts the rows that findings bring with them into the files, from which hints read them back.
fn place(
    findings: Vec<SaidFinding>,
    inputs: &mut Inputs,
    job: &Job,
    currencies: &Currencies,
) -> Result<Vec<FoundRow>, RunError> {
    let mut rows = Gathering::default();
    for (file, text) in findings.iter().flat_map(|finding| &finding.rows) {
        rows.take(Some(*file), text)?;
    }
    let mut given = rows.sorted(job, true, currencies)?;
    let mut found = Vec::with_capacity(findings.len());
    for mut finding in findings {
        let cited = std::mem::take(&mut finding.rows);
        let of_run = |(file, text): &(usize, String)| Origin::new(*file, given.origin(*file, text)?.offset());
        let rows = cited.iter().map(of_run).collect::<Option<Origins>>().ok_or_else(strange)?;
        let mut one = finding.found().ok_or_else(strange)?;
        one.rows = rows;
        found.push(one);
    }
    for (number, volume) in given.take_volumes() {
        // They are there to be read back, not to be read.
        if let (Some(file), Some(place)) = (inputs.files.get_mut(number), inputs.volumes.get_mut(number)) {
            file.body = (volume.bytes.len(), 1);
            *place = volume;
        }
    }
    Ok(found)
}
