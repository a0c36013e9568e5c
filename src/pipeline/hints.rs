//! The nearest miss of every finding that has one: what no settlement row answers and what answers no operation is read
//! back and compared (`rules::hints`). Where a provider has only one of the two, nothing is read.

use std::collections::HashMap;
use std::sync::LazyLock;

use rayon::prelude::*;
use smallvec::SmallVec;

use super::read::Means;
use super::tell::{FINDINGS_OF_A_TASK, touch, with_shelf};
use crate::model::currency::Currency;
use crate::model::day::Instant;
use crate::model::finding::Code;
use crate::model::found::{FoundRow, FoundTexts, Packed};
use crate::model::names::NameId;
use crate::model::origin::Origin;
use crate::model::record::{Columns, Dataset, ReadBackError, Value};
use crate::model::text::Text;
use crate::rules::finish::Found;
use crate::rules::hints::{Candidate, Id, IdColumn, Leg, find, sentence};
use crate::rules::orders::Context;
use crate::rules::pairing::identity;

/// Fills `hint` and `hint_key`.
///
/// # Errors
/// A row cannot be read back.
pub fn fill(found: &mut Found, context: &Context<'_>, means: &Means<'_>) -> Result<(), ReadBackError> {
    let [operations, rows] =
        [&[Code::Unsettled, Code::BatchMissing][..], &[Code::SettledUnknown]].map(|codes| found.places(codes));
    let providers = operations.into_iter().filter_map(|(provider, places)| Some((places, rows.get(provider)?)));
    // One provider at a time: what was read back of one is gone before the next.
    let mut hints = Vec::new();
    for (operations, rows) in providers.filter(|(operations, rows)| !operations.is_empty() && !rows.is_empty()) {
        let (places, found) = ([&operations[..], rows].concat(), found.rows());
        let origins = || places.iter().flat_map(|place| found[*place].rows.iter().copied()).collect();
        hints.extend(with_shelf(origins, context, means, |context| of_provider(&places, found, context))?);
    }
    for (finding, hint, key) in hints {
        if let Some(row) = found.rows_mut().get_mut(finding) {
            row.packed = Packed::of(&FoundTexts { hint: &hint, hint_key: &key, ..row.texts() });
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
    let Some(provider) = places.first().map(|place| context.names.intern(found[*place].provider())) else {
        return Ok(Vec::new());
    };
    let read: Vec<Vec<Stands>> = places
        .par_chunks(FINDINGS_OF_A_TASK)
        .map_init(Vec::new, |origins, some| {
            touch(some.iter().flat_map(|place| &found[*place].rows), origins, context);
            let mut stands = Vec::with_capacity(some.len());
            some.iter().try_for_each(|place| records(*place, &found[*place], provider, context, &mut stands))?;
            Ok(stands)
        })
        .collect::<Result<_, _>>()?;
    let (candidates, origins): (Vec<Candidate>, Vec<Origin>) = read.into_iter().flatten().unzip();
    let hints = find(&candidates).hints;
    let told = hints.par_iter().map(|hint| {
        let key = context.rows.place(origins[hint.counterpart])?;
        Ok((hint.finding, sentence(hint, &candidates, context.currencies), key))
    });
    let told = told.collect();
    // There may be a million of them, each with memory of its own.
    candidates.into_par_iter().for_each(drop);
    told
}

/// Where what a hint speaks of stands in a row: a million of them are asked for all of it.
struct Places {
    currency: Option<usize>,
    amount: Option<usize>,
    line: Option<usize>,
    ids: [Option<usize>; IdColumn::ALL.len()],
}

static PLACES: LazyLock<[Places; Dataset::ALL.len()]> = LazyLock::new(|| Dataset::ALL.map(Places::of));

impl Places {
    fn of(dataset: Dataset) -> Self {
        Self {
            currency: dataset.column("currency"),
            amount: dataset.column(dataset.amount_column()),
            line: dataset.column("line_id"),
            ids: IdColumn::ALL.map(|column| dataset.column(column.name())),
        }
    }

    /// Those of a row; `None` where no hint speaks of such.
    fn of_row(row: &dyn Columns) -> Option<&'static Self> {
        Dataset::ALL.into_iter().zip(&*PLACES).find(|(dataset, _)| *dataset == row.dataset()).map(|(_, places)| places)
    }
}

/// A record that is put together from its rows: the sum of their amounts, their smallest ids, their newest day.
struct Record {
    dataset: Dataset,
    currency: Currency,
    sum_minor: i128,
    newest: Option<Instant>,
    ids: [Option<Text>; IdColumn::ALL.len()],
    /// Its rows, each with its line id.
    rows: SmallVec<[(Text, Origin); 1]>,
}

/// What tells the operation of a row from others: dataset, order, currency, kind and text of its id.
type Named = (Dataset, Text, Currency, usize, Text);

/// Adds the records of a finding: its settlement row, or its operations.
fn records(
    finding: usize,
    found: &FoundRow,
    provider: NameId,
    context: &Context<'_>,
    stands: &mut Vec<Stands>,
) -> Result<(), ReadBackError> {
    let mut records: SmallVec<[Record; 1]> = SmallVec::new();
    let mut known: HashMap<Named, usize> = HashMap::new();
    for origin in &found.rows {
        context.rows.cite(*origin, &mut |row, _| {
            let dataset = row.dataset();
            let Some(places) = Places::of_row(row) else { return };
            let code = places.currency.and_then(|place| row.text_at(place)).unwrap_or_default();
            let Some(currency) = context.currencies.find(code.as_bytes()) else { return };
            // The rows of one operation share its identity (RULES.md 2); a row without an id is an operation of its own.
            let is_one_of_many = found.rows.len() > 1 && dataset != Dataset::Settlements;
            let named = if is_one_of_many { identity(row, context, found.provider()) } else { None };
            let place = named.map_or(records.len(), |(kind, id)| {
                let order = row.id("order_id").unwrap_or_default();
                *known.entry((dataset, order.into(), currency, kind, id.into())).or_insert(records.len())
            });
            if place == records.len() {
                let (ids, rows) = ([const { None }; IdColumn::ALL.len()], SmallVec::new());
                records.push(Record { dataset, currency, sum_minor: 0, newest: None, ids, rows });
            }
            if let Some(record) = records.get_mut(place) {
                record.add(row, places, *origin);
            }
        })?;
    }
    for record in records {
        stands.push(record.stands(finding, provider, context)?);
    }
    Ok(())
}

impl Record {
    fn add(&mut self, row: &dyn Columns, places: &Places, origin: Origin) {
        if let Some(Value::Int(amount_minor)) = places.amount.map(|place| row.value_at(place)) {
            self.sum_minor += i128::from(amount_minor);
        }
        self.newest = self.newest.max(row.created_at());
        for (smallest, place) in self.ids.iter_mut().zip(places.ids) {
            if let Some(id) = place.and_then(|place| row.text_at(place))
                && smallest.as_ref().is_none_or(|smallest| id < smallest.as_str())
            {
                *smallest = Some(id.into());
            }
        }
        let line = places.line.and_then(|place| row.text_at(place)).unwrap_or_default();
        self.rows.push((line.into(), origin));
    }

    fn stands(self, finding: usize, provider: NameId, context: &Context<'_>) -> Result<Stands, ReadBackError> {
        // Reversals that sum to less than 0 are signed already (RULES.md 2).
        let is_taken_back = self.dataset == Dataset::Reversals && self.sum_minor > 0;
        let ids = self.ids.iter().zip(IdColumn::ALL);
        let candidate = Candidate {
            finding,
            leg: if self.dataset == Dataset::Settlements { Leg::Row } else { Leg::Operation },
            provider,
            currency: self.currency,
            amount_minor: if is_taken_back { -self.sum_minor } else { self.sum_minor },
            day: self.newest.map(|at| context.settings.zone.day(at)),
            ids: ids.filter_map(|(id, column)| Id::new(column, id.as_ref()?)).collect(),
        };
        Ok((candidate, first_row(&self.rows, context)?))
    }
}

/// Where a record stands is where the first of its rows stands, first by what it says.
fn first_row(rows: &[(Text, Origin)], context: &Context<'_>) -> Result<Origin, ReadBackError> {
    let least = rows.iter().map(|(line, _)| line).min();
    let mut firsts = rows.iter().filter(|(line, _)| Some(line) == least).map(|(_, origin)| *origin);
    let mut first = firsts.next().unwrap_or(Origin(0));
    for other in firsts {
        let [row, of_other] = [context.rows.row(first)?, context.rows.row(other)?];
        if of_other.cmp_by_amount(&row).then_with(|| other.cmp(&first)).is_lt() {
            first = other;
        }
    }
    Ok(first)
}
