//! Findings to rows of the report: the rows that they cite are read back, many at once, and each finding is described.

use rayon::prelude::*;

use super::read::Means;
use crate::model::finding::{Finding, Findings};
use crate::model::origin::Origin;
use crate::model::record::{ReadBack, ReadBackError};
use crate::rules::describe::{Pen, Teller};
use crate::rules::finish::Found;
use crate::rules::orders::Context;

/// So many findings are described by one task.
pub(super) const FINDINGS_OF_A_TASK: usize = 64;
/// So many findings are described before they are put to the others.
const FINDINGS_AT_ONCE: usize = 1 << 16;
/// So many rows of them are asked for at once: no more than a core's cache holds.
const ROWS_TOUCHED: usize = 1 << 9;
/// What a row at hand takes, about: its bytes, where it stands, and its place among the origins.
const ROW_BYTES: u64 = 192;
/// So many rows are at hand at once, where memory is not limited.
const ROWS_AT_ONCE: usize = 1 << 21;
/// This part of the memory of a plan is for rows that are at hand.
const PART_OF_MEMORY: u64 = 16;

/// How many rows may be at hand at once.
fn rows_at_once(means: &Means<'_>) -> usize {
    let Some(memory) = means.plan.memory_bytes else { return ROWS_AT_ONCE };
    let rows = memory / PART_OF_MEMORY / ROW_BYTES;
    usize::try_from(rows).unwrap_or(usize::MAX).clamp(FINDINGS_OF_A_TASK, ROWS_AT_ONCE)
}

/// Describes findings; none where only counts are wanted.
///
/// # Errors
/// A row cannot be read back.
pub(super) fn tell(mut findings: Findings, context: &Context<'_>, means: &Means<'_>) -> Result<Found, ReadBackError> {
    if context.counts_only {
        return Ok(Found::default());
    }
    let rows = row_count(&findings);
    // In the order of the rows that they cite: neighbours are near each other in memory then, too.
    let mut findings: Vec<Cited<'_>> =
        findings.par_iter_mut().flat_map_iter(|some| some.iter_mut().map(Cited::of)).collect();
    findings.par_sort_unstable_by_key(|cited| cited.first);
    let at_once = rows_at_once(means);
    let mut told = Found::with_capacity(findings.len());
    let mut rest = findings.as_mut_slice();
    while !rest.is_empty() {
        let count = if rows > at_once { count_within(rest, at_once) } else { rest.len() };
        let (some, others) = rest.split_at_mut(count);
        let origins = || origins_of(some.par_iter().map(|cited| &*cited.finding));
        let shelf = shelf(origins, context, means)?;
        let context = &Context { rows: shelf.as_deref().unwrap_or(context.rows), ..*context };
        let teller = Teller::new(context);
        for some in some.chunks_mut(FINDINGS_AT_ONCE) {
            let described: Vec<Found> = some
                .par_chunks_mut(FINDINGS_OF_A_TASK)
                .try_fold(Told::default, |mut told, some| {
                    // So the findings are asked for all at once, too, their first bytes and their last: they stand as they
                    // were made.
                    let ends = |Cited { finding, .. }: &Cited<'_>| (finding.expected_minor == 0) ^ finding.whole_order;
                    std::hint::black_box(some.iter().fold(false, |all, cited| all ^ ends(cited)));
                    touch(some.iter().flat_map(|cited| &cited.finding.rows), &mut told.origins, context);
                    for Cited { finding, .. } in some {
                        told.found.push(teller.one(finding, &mut told.pen)?);
                    }
                    Ok(told)
                })
                .map(|told| Ok(told?.found))
                .collect::<Result<_, ReadBackError>>()?;
            described.into_iter().for_each(|described| told.append(described));
        }
        rest = others;
    }
    Ok(told)
}

/// Asks the memory for rows that are read next, as many as it is worth to; `origins` is used again each time.
pub(super) fn touch<'r>(rows: impl Iterator<Item = &'r Origin>, origins: &mut Vec<Origin>, context: &Context<'_>) {
    origins.clear();
    origins.extend(rows.take(ROWS_TOUCHED));
    context.rows.touch(origins);
}

/// What one task has described, and what it uses again for each finding.
#[derive(Default)]
struct Told {
    found: Found,
    origins: Vec<Origin>,
    pen: Pen,
}

/// A finding, and the first of the rows that it cites; of one that cites none the last that there may be.
struct Cited<'f> {
    first: Origin,
    finding: &'f mut Finding,
}

impl<'f> Cited<'f> {
    fn of(finding: &'f mut Finding) -> Self {
        Self { first: finding.rows.iter().min().copied().unwrap_or(Origin(u64::MAX)), finding }
    }
}

/// The rows that findings cite.
fn origins_of<'f>(findings: impl ParallelIterator<Item = &'f Finding>) -> Vec<Origin> {
    findings.flat_map_iter(|finding| finding.rows.iter().copied()).collect()
}

/// How many rows findings cite, one as often as they do.
fn row_count(findings: &Findings) -> usize {
    findings.par_iter().flat_map_iter(|some| some.iter().map(|finding| finding.rows.len())).sum()
}

/// How many of the first findings cite no more rows than that; one in any case.
fn count_within(findings: &[Cited<'_>], rows_max: usize) -> usize {
    let mut rows = 0_usize;
    let within = |cited: &&Cited<'_>| {
        rows = rows.saturating_add(cited.finding.rows.len());
        rows <= rows_max
    };
    findings.iter().take_while(within).count().max(1)
}

/// Works with all rows at hand that findings cite, where the memory of the plan allows it: those who read some of them
/// again find them there.
///
/// # Errors
/// A row cannot be read back, or the work cannot be done.
pub(super) fn with_cited<T, E: From<ReadBackError>>(
    findings: Findings,
    context: &Context<'_>,
    means: &Means<'_>,
    work: impl FnOnce(Findings, &Context<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let cited = row_count(&findings);
    if context.counts_only || cited == 0 || cited > rows_at_once(means) {
        return work(findings, context);
    }
    let origins = || origins_of(findings.par_iter().flatten_iter());
    let shelf = shelf(origins, context, means)?;
    work(findings, &Context { rows: shelf.as_deref().unwrap_or(context.rows), ..*context })
}

/// Works with rows at hand, as many as the memory of the plan allows; the others are read back one by one, so that one
/// finding over a million rows fits, too. Where rows are at hand already, they are used.
///
/// # Errors
/// A row cannot be read back, or the work cannot be done.
pub(super) fn with_shelf<T, E: From<ReadBackError>>(
    origins: impl Fn() -> Vec<Origin>,
    context: &Context<'_>,
    means: &Means<'_>,
    work: impl FnOnce(&Context<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let shelf = shelf(origins, context, means)?;
    work(&Context { rows: shelf.as_deref().unwrap_or(context.rows), ..*context })
}

/// As many of these rows as the memory of the plan allows; none where rows are at hand already.
fn shelf<'c>(
    origins: impl Fn() -> Vec<Origin>,
    context: &Context<'c>,
    means: &Means<'_>,
) -> Result<Option<Box<dyn ReadBack + 'c>>, ReadBackError> {
    context.rows.at_hand(&|| {
        let (mut origins, most) = (origins(), rows_at_once(means));
        if origins.len() > most {
            origins.par_sort_unstable();
            origins.dedup();
            origins.truncate(most);
        }
        origins
    })
}
