//! The nearest miss of every finding that has one: what no settlement row answers and what answers no operation is read
//! back and compared (`rules::hints`). Where a provider has only one of the two, nothing is read.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::read::Means;
use super::tell::with_shelf;
use crate::model::finding::{Code, FoundRow};
use crate::model::origin::Origin;
use crate::model::record::{Dataset, ReadBackError, Row};
use crate::rules::hints::{Candidate, Id, IdColumn, Leg, find, sentence};
use crate::rules::orders::Context;
use crate::rules::pairing::identity;

/// Fills `hint` and `hint_key`.
///
/// # Errors
/// A row cannot be read back.
pub fn fill(found: &mut [FoundRow], context: &Context<'_>, means: &Means<'_>) -> Result<(), ReadBackError> {
    let mut providers: BTreeMap<&str, [Vec<usize>; 2]> = BTreeMap::new();
    for (place, row) in found.iter().enumerate() {
        let side = match row.code {
            Code::Unsettled | Code::BatchMissing => 0,
            Code::SettledUnknown => 1,
            _ => continue,
        };
        providers.entry(&row.provider).or_default()[side].push(place);
    }
    // One provider at a time: what was read back of one is gone before the next.
    let mut hints = Vec::new();
    for sides in providers.values().filter(|sides| sides.iter().all(|side| !side.is_empty())) {
        let places: Vec<usize> = sides.concat();
        let origins = || places.iter().flat_map(|place| found[*place].rows.iter().copied()).collect();
        hints.extend(with_shelf(origins, context, means, |context| of_provider(&places, found, context))?);
    }
    for (finding, hint, key) in hints {
        if let Some(row) = found.get_mut(finding) {
            (row.hint, row.hint_key) = (hint, key);
        }
    }
    Ok(())
}

/// A record without a counterpart, and where it stands.
type Stands = (Candidate, Origin);

/// Finding, sentence and `file:line` of each hint of a provider.
fn of_provider(
    places: &[usize],
    found: &[FoundRow],
    context: &Context<'_>,
) -> Result<Vec<(usize, String, String)>, ReadBackError> {
    let read: Vec<Vec<Stands>> =
        places.par_iter().map(|place| records(*place, &found[*place], context)).collect::<Result<_, _>>()?;
    let (candidates, origins): (Vec<Candidate>, Vec<Origin>) = read.into_iter().flatten().unzip();
    let hints = find(&candidates).hints;
    let told = hints.par_iter().map(|hint| {
        let key = context.rows.place(origins[hint.counterpart])?;
        Ok((hint.finding, sentence(hint, &candidates, context.currencies), key))
    });
    told.collect()
}

/// The records of a finding: its settlement row, or its operations.
fn records(finding: usize, found: &FoundRow, context: &Context<'_>) -> Result<Vec<Stands>, ReadBackError> {
    let rows: Vec<Row> = found.rows.iter().map(|origin| context.rows.row(*origin)).collect::<Result<_, _>>()?;
    let mut operations: Vec<Vec<&Row>> = Vec::new();
    let mut known: HashMap<_, usize> = HashMap::new();
    for row in &rows {
        // The rows of one operation share its identity (RULES.md 2); a row without an id is an operation of its own.
        let of = identity(Some(row), context, &found.provider);
        let place = match of {
            Some(id) if row.dataset != Dataset::Settlements => {
                let key = (row.dataset, row.text("order_id"), row.currency, id);
                *known.entry(key).or_insert(operations.len())
            }
            _ => operations.len(),
        };
        match operations.get_mut(place) {
            Some(operation) => operation.push(row),
            None => operations.push(vec![row]),
        }
    }
    Ok(operations.iter().filter_map(|rows| record(finding, rows, context)).collect())
}

/// A record of its rows: the sum of their effects, their smallest ids, their newest day.
fn record(finding: usize, rows: &[&Row], context: &Context<'_>) -> Option<Stands> {
    let first = rows.first()?;
    let sum: i128 = rows.iter().map(|row| i128::from(row.amount_minor())).sum();
    // Reversals that sum to less than 0 are signed already (RULES.md 2).
    let amount_minor = if first.dataset == Dataset::Reversals && sum > 0 { -sum } else { sum };
    let id = |column: &IdColumn| {
        let smallest = rows.iter().filter_map(|row| row.text(column.name())).min()?;
        Id::new(*column, smallest)
    };
    let candidate = Candidate {
        finding,
        leg: if first.dataset == Dataset::Settlements { Leg::Row } else { Leg::Operation },
        provider: first.provider,
        currency: first.currency,
        amount_minor,
        day: rows.iter().filter_map(|row| row.instant("created_at")).max().map(|at| context.settings.zone.day(at)),
        ids: IdColumn::ALL.iter().filter_map(id).collect(),
    };
    // Where it stands is where the first of its rows stands, first by what it says.
    let line = |row: &Row| row.text("line_id").unwrap_or_default().to_owned();
    let stands = rows
        .iter()
        .min_by(|a, b| line(a).cmp(&line(b)).then_with(|| a.cmp_by_amount(b)).then_with(|| a.origin.cmp(&b.origin)))?;
    Some((candidate, stands.origin))
}
