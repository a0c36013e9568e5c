//! The only wiring: [`run`] reads as the program.

pub mod assemble;
mod books;
pub mod causes;
mod conservation;
pub mod datasets;
mod desk;
pub mod error;
pub mod explain;
pub mod header;
pub mod hints;
pub mod inputs;
pub mod keys;
pub mod matches;
pub mod night;
pub mod orders;
pub mod payloads;
pub mod plan;
pub mod read;
pub mod references;
mod repeats;
pub mod routes;
pub mod seen;
pub mod shard;
mod tell;
pub mod totals;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use rustc_hash::FxHashSet;

pub use self::error::RunError;
use self::inputs::Inputs;
use self::plan::{Arrival, Event, Plan, open_blocks};
use self::read::{Means, Read, Shards};
use self::routes::Routes;
use self::seen::Seen;
use self::totals::Totals;
use crate::engine::shard::Partitions;
use crate::engine::spill::Budget;
use crate::ingest::canonical::{Context as ReadContext, Ways};
use crate::ingest::library::Library;
use crate::model::currency::Currencies;
use crate::model::finding::{Finding, Status};
use crate::model::found::{FoundRow, FoundTexts, Packed};
use crate::model::names::{NameId, Names};
use crate::model::record::ReadBack as _;
use crate::report::view::{CodeRow, RejectRow, Report, Summary};
use crate::rules::batches::report_unanswered;
use crate::rules::books::once::Booking;
use crate::rules::expect::{Expect, missing_findings};
use crate::rules::files::{budget_findings, gap_findings};
use crate::rules::operations::Outcome as Judged;
use crate::rules::orders::Context;
use crate::state::log::state_of;

/// Reconciles the files of a plan.
///
/// # Errors
/// A file that cannot be read at all, or working files that cannot be written; nothing was written then.
pub fn run(plan: &Plan, on: &(dyn Fn(Event) + Sync)) -> Result<Report, RunError> {
    run_with_datasets(plan, None, on)
}

/// As [`run`]; where there is a folder, the canonical rows are written into it too.
///
/// # Errors
/// As [`run`], and where the folder cannot be written.
pub fn run_with_datasets(plan: &Plan, folder: Option<&Path>, on: &(dyn Fn(Event) + Sync)) -> Result<Report, RunError> {
    in_pool(plan, || reconcile(plan, folder, on))
}

/// Reads the files of a plan and says what they hold, without reconciling them.
///
/// # Errors
/// As [`run`].
pub fn check(plan: &Plan, on: &(dyn Fn(Event) + Sync)) -> Result<Summary, RunError> {
    in_pool(plan, || {
        let names = Arc::new(Names::default());
        let currencies = Currencies::new(&plan.settings.extra_currencies);
        let routes = Routes::new(&plan.settings, Arc::clone(&names));
        let means = Means { plan, names: &names, currencies: &currencies, routes: &routes, on };
        let mut inputs = inputs::load(plan, &names, &currencies)?;
        // Nothing is kept of the records: no shard, no round.
        let read = read::read(&mut inputs, &means, &Shards { orders: None, rounds: &[] })?;
        assemble::summary_of_files(&inputs, &read, &means)
    })
}

fn in_pool<T: Send>(plan: &Plan, work: impl FnOnce() -> Result<T, RunError> + Send) -> Result<T, RunError> {
    let mut builder = rayon::ThreadPoolBuilder::new();
    if let Some(threads) = plan.threads {
        builder = builder.num_threads(threads);
    }
    builder.build().map_err(|error| RunError::Threads(error.to_string()))?.install(work)
}

fn reconcile(plan: &Plan, folder: Option<&Path>, on: &(dyn Fn(Event) + Sync)) -> Result<Report, RunError> {
    let names = Arc::new(Names::default());
    let currencies = Currencies::new(&plan.settings.extra_currencies);
    let routes = Routes::new(&plan.settings, Arc::clone(&names));
    let means = Means { plan, names: &names, currencies: &currencies, routes: &routes, on };

    let mut inputs = inputs::load(plan, &names, &currencies)?;
    let Done { mut report, bookings, .. } = reconcile_inputs(&mut inputs, &means, folder, &Beside::default())?;
    if plan.writes_journals() {
        let due = books::due(&bookings, &[], &means);
        books::put(&mut report, due.into_iter().map(|one| one.voucher).collect(), &means)?;
    }
    Ok(report)
}

/// What other records, which have nothing to do with those of a run, add to it (RULES.md 6).
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// What they come to.
    pub totals: Totals,
    /// What was seen among them, and rules ask for.
    pub seen: BTreeSet<Seen>,
    /// What is known of findings from earlier nights, by id.
    pub known: HashMap<String, KnownFinding>,
    /// Only what the run adds up is wanted, and no finding.
    pub counts_only: bool,
    /// What others have found and described among them.
    pub found: Vec<FoundRow>,
}

/// What earlier nights and people say of a finding.
#[derive(Debug, Clone, Default)]
pub struct KnownFinding {
    /// The day on which it was first seen.
    pub first_seen: Option<String>,
    /// Closed by somebody: what it was then, and a sentence on who and why.
    pub closed: Option<(String, String)>,
}

/// A run that is done.
#[derive(Debug)]
pub(crate) struct Done {
    /// Its report.
    pub(crate) report: Report,
    /// What was seen, the records beside it included.
    pub(crate) seen: BTreeSet<Seen>,
    /// Rows that the canonical reader could not read, by file number.
    pub(crate) rejects: Vec<(usize, RejectRow)>,
    /// What should stand in the books.
    pub(crate) bookings: Vec<Booking>,
}

/// Reconciles files that are open.
fn reconcile_inputs(
    inputs: &mut Inputs,
    means: &Means<'_>,
    folder: Option<&Path>,
    beside: &Beside,
) -> Result<Done, RunError> {
    let plan = means.plan;
    let budget = budget(plan);
    let partitions = || Partitions::new(plan.shard_count, Arc::clone(&budget), None);
    let (orders, references) = (partitions(), partitions());
    let rounds: Vec<Partitions> = (0..=means.routes.round_count).map(|_| partitions()).collect();
    let mut read = read::read(inputs, means, &Shards { orders: Some(&orders), rounds: &rounds })?;
    seen::add(&beside.seen, &mut read, means.names);
    let seen = seen::of(&read, means.names);

    // Hashing the files and judging their records need nothing of each other.
    let (hashes, judged) =
        rayon::join(|| inputs.hash_all(), || judge(inputs, &read, [&orders, &references], &rounds, means, beside));
    hashes?;
    let Judgement { found, codes, outcome, mut tally, books } = judged?;
    // The records are not needed any more, and may be most of the memory.
    drop((orders, references, rounds));
    folder.map_or(Ok(()), |folder| datasets::write(inputs, means, folder))?;
    tally.join(outcome.tally);
    let Judged { batches, matches, tolerated, .. } = outcome;
    let outcome = assemble::Outcome { codes, tally, batches, matches, tolerated };
    let rejects = read.rejects.clone();
    let books::Judged { own, payouts, bookings, skipped, .. } = books;
    let mut report = assemble::report(inputs, read, found, outcome, own, means, &beside.totals)?;
    report.summary.skipped_checks.extend(skipped);
    report.books.payouts = payouts;
    if plan.is_for_people() && !beside.counts_only {
        report.insight.causes = with_library(inputs, means, |library| {
            let fee_minor = |origin| Ok::<_, RunError>(library.row(origin)?.minor("fee_amount"));
            causes::causes(&report.findings, &report.batches, &fee_minor)
        })?;
    }
    Ok(Done { report, seen, rejects, bookings })
}

/// How many sets of shards each thread has open blocks for at once: those that are filled, those that come next, and the references.
const OPEN_AT_ONCE: u64 = 3;

/// What the program takes beside its records: itself, findings, what the allocator keeps.
const BASE_BYTES: u64 = 24 << 20;

/// What shards may hold within the memory of the plan: what is left of it beside chunks and open blocks, and a quarter in
/// any case.
fn budget(plan: &Plan) -> Arc<Budget> {
    let Some(memory) = plan.memory_bytes else { return Budget::unlimited() };
    let threads = u64::try_from(rayon::current_num_threads()).unwrap_or(u64::MAX);
    let chunk = u64::try_from(plan.chunk_bytes).unwrap_or(u64::MAX);
    let (block_len, open) = open_blocks(memory, plan.shard_count, OPEN_AT_ONCE);
    let beside = threads.saturating_mul(chunk).saturating_add(open).saturating_add(BASE_BYTES);
    Budget::of_blocks(memory.saturating_sub(beside).max(memory / 4), block_len)
}

/// Gives a finding what is known of it. One that somebody closed, and that is still what it was then, stays closed.
fn recognise(finding: &mut FoundRow, known: &HashMap<String, KnownFinding>) {
    let Some(known) = known.get(finding.id()) else { return };
    let now = || {
        let [expected, actual] = [finding.expected_minor, finding.actual_minor].map(|minor| minor.to_string());
        state_of(&expected, &actual, &finding.count.to_string())
    };
    let mut texts = finding.texts();
    if let Some(first_seen) = &known.first_seen {
        texts.first_seen = first_seen;
    }
    let closed = known.closed.as_ref().filter(|(then, _)| *then == now());
    let explanation = closed.map(|(_, sentence)| format!("{}. {sentence}", texts.explanation));
    let packed = Packed::of(&FoundTexts { explanation: explanation.as_deref().unwrap_or(texts.explanation), ..texts });
    finding.packed = packed;
    if closed.is_some() {
        finding.status = Status::Closed;
    }
}

/// What the legs yield.
struct Judgement {
    found: Vec<FoundRow>,
    codes: Vec<CodeRow>,
    outcome: Judged,
    tally: crate::rules::control::Tally,
    books: books::Judged,
}

/// Both legs over all shards, and the findings that only the whole run can make.
fn judge(
    inputs: &Inputs,
    read: &Read,
    [orders, references]: [&Partitions; 2],
    rounds: &[Partitions],
    means: &Means<'_>,
    beside: &Beside,
) -> Result<Judgement, RunError> {
    with_context(inputs, means, &read.line_providers, beside.counts_only, |context, library| {
        let judged = orders::judge(orders, rounds, references, &read.settled_keys, means, context)?;
        let mut findings = judged.findings;
        findings.push(references::find_reused(references, context)?);
        let (mut outcome, of_operations) = keys::resolve_rounds(rounds, means, context)?;
        findings.extend(of_operations);
        let unanswered = std::mem::take(&mut outcome.unanswered);
        report_unanswered(unanswered, &read.batches.numbers, &mut outcome);
        for (code, (pairs, size_sum)) in beside.totals.tolerated() {
            if let Some(currency) = means.currencies.find(code.as_bytes()) {
                let known = outcome.tolerated.entry(currency).or_default();
                known.0 = known.0.saturating_add(pairs);
                crate::model::money::add(&mut known.1, size_sum);
            }
        }
        findings.push(std::mem::take(&mut outcome.findings));
        let (found, codes, books) = tell::with_cited(findings, context, means, |findings, context| {
            let mut found = tell::tell(findings, context, means)?;
            found.extend(beside.found.iter().cloned());

            let mut last = last_findings(inputs, read, &outcome, means);
            let flows = books::flows(&judged.tally, means);
            let legs = books::Legs { read, outcome: &outcome, found: found.rows(), flows };
            let mut books = books::judge(inputs, legs, library, means, beside)?;
            last.append(&mut books.findings);
            found.append(tell::tell(vec![last], context, means)?);
            // As long as they stand in the order of the rows that they cite, which are near each other then.
            hints::fill(&mut found, context, means)?;
            found.number_twins();
            if !beside.known.is_empty() {
                found.change(|finding| recognise(finding, &beside.known));
            }
            let codes = assemble::code_rows(found.sums());
            Ok::<_, RunError>((found.into_report(), codes, books))
        })?;
        Ok(Judgement { found, codes, outcome, tally: judged.tally, books })
    })
}

/// The findings that only the whole run can make, those of the books apart.
fn last_findings(inputs: &Inputs, read: &Read, outcome: &Judged, means: &Means<'_>) -> Vec<Finding> {
    let mut last = budget_findings(&outcome.tolerated, means.settings(), means.currencies);
    last.extend(gap_findings(&read.batches.settlements, &assemble::native_ids(inputs, means.names), means.names));
    last.extend(expected_findings(inputs, means));
    last.extend(inputs.findings.iter().cloned());
    last.extend(assemble::stated_findings(inputs, means));
    last.extend(read.findings.iter().cloned());
    last
}

/// Reading back needs no key hashes.
pub(crate) fn no_ways(_: NameId, _: &str) -> Ways {
    Ways { unique_reference: false, hashed: [false; 4], reference_form: None }
}

/// `file-missing` of every file that the configuration expects: those of earlier nights and of this run have come.
fn expected_findings(inputs: &Inputs, means: &Means<'_>) -> Vec<Finding> {
    let as_of = means.settings().as_of;
    let came = inputs.arrivals(as_of);
    let of = |expected: &Expect| {
        let of = |arrival: &&Arrival| arrival.provider == expected.provider && arrival.dataset == expected.dataset;
        let days: Vec<NaiveDate> = came.iter().filter(of).map(|arrival| arrival.came_on).collect();
        missing_findings(expected, &days, as_of, means.names)
    };
    means.settings().expected.iter().flat_map(of).collect()
}

/// As [`with_library`], for the rules.
fn with_context<T>(
    inputs: &Inputs,
    means: &Means<'_>,
    line_providers: &FxHashSet<NameId>,
    counts_only: bool,
    then: impl FnOnce(&Context<'_>, &Library<'_>) -> T,
) -> T {
    with_library(inputs, means, |library| {
        let context = Context {
            settings: means.settings(),
            names: means.names,
            currencies: means.currencies,
            rows: library,
            line_providers,
            counts_only,
        };
        then(&context, library)
    })
}

/// Opens the library in which rows are read back.
pub(crate) fn with_library<T>(inputs: &Inputs, means: &Means<'_>, then: impl FnOnce(&Library<'_>) -> T) -> T {
    let context = ReadContext {
        names: means.names,
        currencies: means.currencies,
        zone: means.settings().zone,
        dated: false,
        ways: &no_ways,
    };
    then(&Library { volumes: &inputs.volumes, context })
}
