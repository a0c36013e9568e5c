//! RULES.md 4, step 1: which operation of a group is paired with which of its settlement rows.
//!
//! Texts decide only among equals, so they are read back only for amounts that several operations or several rows have.

use std::cmp::Ordering;
use std::collections::{BTreeSet, VecDeque};

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};

use super::orders::{Context, sort};
use super::rank::{self, Candidate, LastName};
use crate::model::compact::{KeyKind, Operation, SettledRow};
use crate::model::currency::Currency;
use crate::model::names::NameId;
use crate::model::origin::Origin;
use crate::model::record::{Columns, Dataset, ReadBackError, Value};
use crate::model::text::Text;

/// A pair of an operation and a row, by their places in the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Place of the operation.
    pub operation: usize,
    /// Place of the settlement row.
    pub row: usize,
}

/// What orders operations among equals: newest time, identity, and for those without an id the row itself.
impl Candidate for Operation {
    fn origins(&self) -> &[Origin] {
        &self.rows
    }

    fn values(&self, names: &mut LastName, context: &Context<'_>) -> Result<Vec<Value>, ReadBackError> {
        let mut rows = Vec::with_capacity(self.rows.len());
        for origin in &self.rows {
            rows.push(context.rows.row(*origin)?);
        }
        let provider = names.of(self.provider, context.names);
        let named = rows.first().and_then(|row| identity(row, context, provider));
        let named = named.map(|(kind, id)| (kind, Text::from(id)));
        let created_at = rows.iter().filter_map(|row| row.instant("created_at")).max();
        let order_id = rows.first().and_then(|row| row.text("order_id")).unwrap_or_default();
        // The kind of id in the order of RULES.md 2; one beyond the last for none.
        let kind = named.as_ref().map_or(KeyKind::IDENTITY.len(), |(kind, _)| *kind);
        let of_all = [
            created_at.map_or(Value::Absent, Value::At),
            Value::Text(provider.into()),
            Value::Int((self.dataset == Dataset::Reversals).into()),
            Value::Text(order_id.into()),
            Value::Text(context.currencies.code(self.currency).into()),
            Value::Int(i64::try_from(kind).unwrap_or(i64::MAX)),
        ];
        // Room for all of them from the start: memory that grows is memory that threads wait for.
        let mut rank = Vec::with_capacity(of_all.len() + 1 + rows.first().map_or(0, |row| row.values.len()));
        rank.extend(of_all);
        match (named, rows.into_iter().next()) {
            (Some((_, id)), _) => rank.push(Value::Text(id)),
            (None, Some(mut row)) => {
                rank.push(Value::Int(row.amount_minor()));
                rank.append(&mut row.values);
            }
            (None, None) => {}
        }
        Ok(rank)
    }
}

/// What orders settlement rows: settlement id, reconciliation number, then all columns.
impl Candidate for SettledRow {
    fn origins(&self) -> &[Origin] {
        std::slice::from_ref(&self.origin)
    }

    fn values(&self, _: &mut LastName, context: &Context<'_>) -> Result<Vec<Value>, ReadBackError> {
        let mut row = context.rows.row(self.origin)?;
        let mut values = Vec::with_capacity(row.values.len() + 2);
        for column in ["settlement_id", "reconciliation_number"] {
            let place = row.dataset.column(column).and_then(|place| row.values.get_mut(place));
            // Where it stands it cannot tell anything any more.
            values.push(place.map_or(Value::Absent, |value| std::mem::replace(value, Value::Absent)));
        }
        values.append(&mut row.values);
        Ok(values)
    }
}

/// The kind and text of the id that names the operation of a row (RULES.md 2).
#[must_use]
pub fn identity<'r>(row: &'r dyn Columns, context: &Context<'_>, provider: &str) -> Option<(usize, &'r str)> {
    let count = if context.settings.unique_reference(provider) { KeyKind::IDENTITY.len() } else { 1 };
    let mut kinds = KeyKind::IDENTITY.iter().take(count).enumerate();
    kinds.find_map(|(place, kind)| Some((place, row.text_at(kind.operation_column())?)))
}

/// One a place: a group is nearly always small.
type Flags = SmallVec<[bool; 16]>;
/// Places in a group.
pub type Places = SmallVec<[usize; 8]>;

/// Operations and rows of a group that nobody has used yet.
#[derive(Debug, Clone)]
pub struct Free {
    /// By place of the operation.
    pub operations: Flags,
    /// By place of the row.
    pub rows: Flags,
}

impl Free {
    /// All of a group.
    #[must_use]
    pub fn all(operation_count: usize, row_count: usize) -> Self {
        Self { operations: smallvec![true; operation_count], rows: smallvec![true; row_count] }
    }

    fn take(&mut self, operation: usize, row: usize, pairs: &mut Vec<Pair>) {
        self.operations[operation] = false;
        self.rows[row] = false;
        pairs.push(Pair { operation, row });
    }

    /// Places of the operations that are free.
    #[must_use]
    pub fn operation_places(&self) -> Places {
        free_places(&self.operations)
    }

    /// Places of the rows that are free.
    #[must_use]
    pub fn row_places(&self) -> Places {
        free_places(&self.rows)
    }
}

fn free_places(free: &[bool]) -> Places {
    free.iter().enumerate().filter(|(_, free)| **free).map(|(place, _)| place).collect()
}

/// Currency and effect.
type Class = (Currency, i128);
/// Rows in their order, by amount and reconciliation number: order and place.
type Queues = FxHashMap<(i128, Option<NameId>), VecDeque<(usize, usize)>>;

/// What becomes of pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Each of them is told of.
    Each,
    /// They are added up: where all of some equals are paired, it says nothing who is with whom.
    Sums,
}

/// Pairs what is free and equal in currency and effect: among equals, first each operation with the first row of its
/// own reconciliation number, then each remaining one with the first that is left.
///
/// # Errors
/// A row cannot be read back.
pub fn pair_equal(
    operations: &[Operation],
    rows: &[SettledRow],
    free: &mut Free,
    told: Told,
    context: &Context<'_>,
) -> Result<Vec<Pair>, ReadBackError> {
    let mut pairs = Vec::new();
    let of_operations = free.operation_places().into_iter().map(|place| {
        let operation = &operations[place];
        ((operation.currency, operation.effect_minor), false, place)
    });
    let of_rows = free
        .row_places()
        .into_iter()
        .map(|place| ((rows[place].currency, rows[place].gross_minor.into()), true, place));
    let mut all: SmallVec<[(Class, bool, usize); 4]> = of_operations.chain(of_rows).collect();
    sort(&mut all, |one| *one);
    let mut choices = Vec::new();
    for of_class in all.chunk_by(|(a, ..), (b, ..)| a == b) {
        let (of_operations, of_rows) = of_class.split_at(of_class.partition_point(|(_, is_row, _)| !is_row));
        match (of_operations, of_rows) {
            ([], _) | (_, []) => {}
            ([(.., operation)], [(.., row)]) => choices.push(Choice::Only(*operation, *row)),
            ([(.., operation)], of_rows) if let Some(row) = only_of_number(&operations[*operation], of_rows, rows) => {
                choices.push(Choice::Only(*operation, row));
            }
            _ => {
                let [of_operations, of_rows] = [of_operations, of_rows]
                    .map(|of_class| of_class.iter().map(|(.., place)| *place).collect::<Places>());
                let candidates = Candidates { operations, rows, operation_places: of_operations, row_places: of_rows };
                choices.push(Choice::Among(candidates));
            }
        }
    }
    // What is read back for one class says nothing of another one: of many classes, on all threads.
    if choices.len() < MANY_CLASSES {
        choices.iter_mut().try_for_each(|choice| choice.sort(told, context))?;
    } else {
        choices.par_iter_mut().try_for_each(|choice| choice.sort(told, context))?;
    }
    for choice in choices {
        match choice {
            Choice::Only(operation, row) => free.take(operation, row, &mut pairs),
            Choice::Among(candidates) => candidates.pair_class(free, &mut pairs),
        }
    }
    Ok(pairs)
}

/// From so many classes on, they are looked at on all threads.
const MANY_CLASSES: usize = 1 << 8;

/// What may be paired of one class.
enum Choice<'a> {
    /// An operation and a row.
    Only(usize, usize),
    /// Several, of which their order tells who belongs to whom.
    Among(Candidates<'a>),
}

impl Choice<'_> {
    fn sort(&mut self, told: Told, context: &Context<'_>) -> Result<(), ReadBackError> {
        match self {
            Self::Only(..) => Ok(()),
            Self::Among(candidates) if told == Told::Sums && candidates.have_own_rows() => {
                candidates.sort_more(context)
            }
            Self::Among(candidates) => candidates.sort(context),
        }
    }
}

/// The only one of these rows that has the operation's reconciliation number: it is taken, whatever their order.
fn only_of_number(operation: &Operation, of_rows: &[(Class, bool, usize)], rows: &[SettledRow]) -> Option<usize> {
    let number = operation.reconciliation?;
    let mut own = of_rows.iter().map(|(.., place)| *place).filter(|place| rows[*place].reconciliation == Some(number));
    own.next().filter(|_| own.next().is_none())
}

/// Pairs what is free and differs by no more than the tolerance of its currency, the smallest difference first.
///
/// # Errors
/// A row cannot be read back.
pub fn pair_within_tolerance(
    operations: &[Operation],
    rows: &[SettledRow],
    free: &mut Free,
    context: &Context<'_>,
) -> Result<Vec<Pair>, ReadBackError> {
    let mut pairs = Vec::new();
    let mut currencies: Vec<Currency> =
        free.operation_places().iter().map(|place| operations[*place].currency).collect();
    currencies.sort_unstable();
    currencies.dedup();
    for currency in currencies {
        let code = context.currencies.code(currency);
        let tolerance = context.settings.amount_tolerance_minor.get(code).copied().unwrap_or(0);
        if tolerance <= 0 {
            continue;
        }
        let mut operation_places = free.operation_places();
        operation_places.retain(|place| operations[*place].currency == currency);
        let mut row_places = free.row_places();
        row_places.retain(|place| rows[*place].currency == currency);
        if row_places.is_empty() {
            continue;
        }
        let mut candidates = Candidates { operations, rows, operation_places, row_places };
        candidates.sort(context)?;
        for size in candidates.differences(i128::from(tolerance)) {
            candidates.pair_at(size, free, &mut pairs);
        }
    }
    Ok(pairs)
}

/// Operations and rows of a group that may be paired, by their places in the order of RULES.md 4.
struct Candidates<'a> {
    operations: &'a [Operation],
    rows: &'a [SettledRow],
    operation_places: Places,
    row_places: Places,
}

impl<'a> Candidates<'a> {
    /// Brings both sides into their order.
    ///
    /// # Errors
    /// A row cannot be read back.
    fn sort(&mut self, context: &Context<'_>) -> Result<(), ReadBackError> {
        rank::sort(&mut self.operation_places, self.operations, context)?;
        rank::sort(&mut self.row_places, self.rows, context)
    }

    /// Whether there are as many rows of every reconciliation number as operations that state it: each of these is paired
    /// with one of them then, and the others with what is left.
    fn have_own_rows(&self) -> bool {
        let mut stated: FxHashMap<NameId, usize> = FxHashMap::default();
        for number in self.operation_places.iter().filter_map(|place| self.operations[*place].reconciliation) {
            *stated.entry(number).or_default() += 1;
        }
        if !stated.is_empty() {
            for number in self.row_places.iter().filter_map(|place| self.rows[*place].reconciliation) {
                if let Some(more) = stated.get_mut(&number) {
                    *more = more.saturating_sub(1);
                }
            }
        }
        stated.into_values().all(|more| more == 0)
    }

    /// Brings only the side into its order of which some are left over: this says which ones.
    ///
    /// # Errors
    /// A row cannot be read back.
    fn sort_more(&mut self, context: &Context<'_>) -> Result<(), ReadBackError> {
        match self.operation_places.len().cmp(&self.row_places.len()) {
            Ordering::Less => rank::sort(&mut self.row_places, self.rows, context),
            Ordering::Equal => Ok(()),
            Ordering::Greater => rank::sort(&mut self.operation_places, self.operations, context),
        }
    }

    /// Pairs candidates that are equally good but for their reconciliation numbers: first by these, then in their order.
    fn pair_class(&self, free: &mut Free, pairs: &mut Vec<Pair>) {
        if self.operation_places.iter().any(|place| self.operations[*place].reconciliation.is_some()) {
            self.pair_numbers(free, pairs);
        }
        let operations_left: Places =
            self.operation_places.iter().copied().filter(|place| free.operations[*place]).collect();
        let rows_left: Places = self.row_places.iter().copied().filter(|place| free.rows[*place]).collect();
        for (operation, row) in operations_left.into_iter().zip(rows_left) {
            free.take(operation, row, pairs);
        }
    }

    /// Pairs each operation with the first row of its own reconciliation number.
    fn pair_numbers(&self, free: &mut Free, pairs: &mut Vec<Pair>) {
        let mut by_number: FxHashMap<NameId, VecDeque<usize>> = FxHashMap::default();
        for place in &self.row_places {
            if let Some(number) = self.rows[*place].reconciliation {
                by_number.entry(number).or_default().push_back(*place);
            }
        }
        for place in &self.operation_places {
            let own = self.operations[*place].reconciliation.and_then(|number| by_number.get_mut(&number)?.pop_front());
            if let Some(row) = own {
                free.take(*place, row, pairs);
            }
        }
    }

    /// The sizes of differences that occur, up to the tolerance, ascending.
    fn differences(&self, tolerance: i128) -> BTreeSet<i128> {
        let amounts: BTreeSet<i128> =
            self.row_places.iter().map(|place| i128::from(self.rows[*place].gross_minor)).collect();
        let effects: BTreeSet<i128> =
            self.operation_places.iter().map(|place| self.operations[*place].effect_minor).collect();
        let near = |effect: &i128| {
            let effect = *effect;
            amounts.range(effect - tolerance..=effect + tolerance).map(move |amount| (amount - effect).abs())
        };
        effects.iter().flat_map(near).collect()
    }

    /// Pairs all free candidates that differ by exactly this size.
    fn pair_at(&self, size: i128, free: &mut Free, pairs: &mut Vec<Pair>) {
        for own_number in [true, false] {
            // Rows in their order, by amount and, in the first pass, by number.
            let number = |number: Option<NameId>| number.filter(|_| own_number);
            let mut queues = Queues::default();
            for (order, place) in self.row_places.iter().enumerate().filter(|(_, place)| free.rows[**place]) {
                let row = &self.rows[*place];
                queues
                    .entry((i128::from(row.gross_minor), number(row.reconciliation)))
                    .or_default()
                    .push_back((order, *place));
            }
            for place in &self.operation_places {
                let operation = &self.operations[*place];
                if !free.operations[*place] || (own_number && operation.reconciliation.is_none()) {
                    continue;
                }
                let sides = [operation.effect_minor - size, operation.effect_minor + size];
                let first = sides
                    .iter()
                    .filter_map(|amount| {
                        let key = (*amount, number(operation.reconciliation));
                        queues.get(&key)?.front().map(|front| (*front, key))
                    })
                    .min();
                if let Some(((_, row), key)) = first {
                    if let Some(queue) = queues.get_mut(&key) {
                        queue.pop_front();
                    }
                    free.take(*place, row, pairs);
                }
            }
        }
    }
}
