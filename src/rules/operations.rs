//! RULES.md 4: operations against settlement rows, one group of a key at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use smallvec::{SmallVec, smallvec};

use super::batches::{self, BatchKey, Batches};
use super::control::{Sum, Tally, Verdict};
use super::counted::Counted;
use super::first::first_number;
use super::orders::Context;
use super::pairing::{Free, Pair, Told, pair_equal, pair_within_tolerance};
use crate::model::compact::{Half, Operation, SettledRow};
use crate::model::currency::Currency;
use crate::model::finding::{Code, Finding, Note};
use crate::model::money::add;
use crate::model::names::NameId;
use crate::model::origin::{Origin, Origins};
use crate::model::record::{Dataset, ReadBackError};

/// How a match came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchKind {
    /// An operation and a row.
    Pair,
    /// An operation and a row within the tolerance.
    Tolerated,
    /// Several on a side that sum to the other.
    Group,
    /// An operation without effect.
    WithoutRow,
}

/// A match, for `matches.csv`.
#[derive(Debug, Clone)]
pub struct Match {
    /// How it came about.
    pub kind: MatchKind,
    /// Its operations.
    pub operations: Vec<Operation>,
    /// Its settlement rows.
    pub rows: Vec<SettledRow>,
}

/// What groups yield, collected over a shard.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What was found.
    pub findings: Vec<Finding>,
    /// Verdicts of operations and rows.
    pub tally: Tally,
    /// Operations a batch, and what explains its difference.
    pub batches: Batches,
    /// Matches, where they are asked for.
    pub matches: Option<Vec<Match>>,
    /// Operations that go on to the next key.
    pub operations_on: Vec<Operation>,
    /// Rows that go on to the next key.
    pub rows_on: Vec<SettledRow>,
    /// Operations that no row answers, as after the last key.
    pub unanswered: Vec<Operation>,
    /// Tolerated pairs and the sum of the sizes of their differences.
    pub tolerated: BTreeMap<Currency, (u64, i128)>,
    /// Settlement rows of tolerated pairs, and by how much each is more than its operation, minor units.
    pub tolerated_rows: Vec<(Origin, i128)>,
    /// Pairs that are matched and of one batch, which nearly all are: see [`Outcome::add_pairs`].
    pairs: Counted<PairKey, Pairs>,
}

/// The dataset of a pair's operation, and the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PairKey(Dataset, BatchKey);

impl Hash for PairKey {
    // As of [`super::books::settled::RowKey`].
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self(dataset, (provider, number, currency)) = *self;
        let reversals = u64::from(dataset == Dataset::Reversals);
        state.write_u64((u64::from(provider.0) << 32) | u64::from(number.map_or(u32::MAX, |number| number.0)));
        state.write_u64((u64::from(currency.0) << 1) | reversals);
    }
}

/// What pairs of one dataset and batch come to.
#[derive(Debug, Default)]
struct Pairs {
    /// The operations and their effects: the settlement rows are as many and come to the same.
    effects: Sum,
    /// The rows of these, as stated.
    rows: Sum,
}

impl Outcome {
    /// Nothing yet; whether matches are to be listed.
    #[must_use]
    pub fn new(matches: bool) -> Self {
        Self { matches: matches.then(Vec::new), ..Self::default() }
    }

    #[inline]
    fn count_pair(&mut self, dataset: Dataset, batch: BatchKey, effect_minor: impl Into<i128>, rows: Sum) {
        let pairs = self.pairs.of(PairKey(dataset, batch));
        pairs.effects.row(effect_minor);
        pairs.rows.join(rows);
    }

    /// Adds the pairs up that were only counted so far: to be called when all groups of a shard are resolved.
    pub fn add_pairs(&mut self) {
        for (PairKey(dataset, batch), pairs) in std::mem::take(&mut self.pairs).into_sums() {
            let (provider, _, currency) = batch;
            let verdict = |dataset| (dataset, provider, currency, Verdict::Matched);
            self.tally.verdicts_of(verdict(dataset), pairs.effects.count, pairs.rows);
            self.tally.verdicts_of(verdict(Dataset::Settlements), pairs.effects.count, pairs.effects);
            self.batches.pairs(batch, pairs.effects);
        }
    }

    fn row_verdict(&mut self, row: &SettledRow, verdict: Verdict, code: &'static str) {
        self.count_row(row, verdict);
        self.batches.explain_row(row, code);
    }

    fn count_row(&mut self, row: &SettledRow, verdict: Verdict) {
        let sum = Sum { count: 1, sum_minor: i128::from(row.gross_minor) };
        self.tally.verdict(Dataset::Settlements, row.provider, row.currency, verdict, sum);
    }

    fn operation_verdict(
        &mut self,
        operation: &Operation,
        batch: Option<NameId>,
        verdict: Verdict,
        code: &'static str,
    ) {
        self.tally.operation(operation, verdict);
        self.batches.operation(operation, batch, code);
    }

    /// A row that no operation answers, after the last key.
    pub fn unknown_row(&mut self, row: &SettledRow) {
        self.lone_row(Code::SettledUnknown, row);
    }

    fn lone_row(&mut self, code: Code, row: &SettledRow) {
        self.row_verdict(row, Verdict::Found(code), code.name());
        self.findings.push(Finding {
            code,
            provider: Some(row.provider),
            currency: Some(row.currency),
            expected_minor: 0,
            actual_minor: i128::from(row.gross_minor),
            count: 1,
            rows: smallvec![row.origin],
            whole_order: false,
            note: Note::None,
        });
    }

    /// An operation after the last key: what did not complete needs nothing, what has no effect needs no row.
    pub fn finish_operation(&mut self, operation: Operation) {
        if !operation.completed {
            self.tally.operation(&operation, Verdict::NotCompleted);
        } else if operation.effect_minor == 0 {
            let batch = operation.reconciliation;
            self.operation_verdict(&operation, batch, Verdict::MatchedWithoutRow, batches::MATCHED);
            if let Some(matches) = &mut self.matches {
                matches.push(Match { kind: MatchKind::WithoutRow, operations: vec![operation], rows: Vec::new() });
            }
        } else {
            self.unanswered.push(operation);
        }
    }
}

/// Resolves the most frequent group by far, where nobody asks for matches: one completed operation and one row that agree
/// and are of one batch. Nothing is done, and the answer is no, where it is another.
#[inline]
pub fn resolve_halves(operation: &Half, row: &Half, out: &mut Outcome) -> bool {
    let agree = out.matches.is_none()
        && operation.completed
        && (operation.effect_minor, operation.currency, operation.provider)
            == (row.effect_minor, row.currency, row.provider)
        && (operation.reconciliation.is_none() || operation.reconciliation == row.reconciliation);
    if agree {
        let batch = (row.provider, row.reconciliation, row.currency);
        let rows = Sum { count: operation.row_count.into(), sum_minor: operation.stated_minor.into() };
        out.count_pair(operation.dataset, batch, operation.effect_minor, rows);
    }
    agree
}

/// Resolves one completed operation and one row that agree, of whatever batches. Nothing is done, and the answer is no,
/// where they do not.
pub fn resolve_pair(operation: &Operation, row: &SettledRow, out: &mut Outcome) -> bool {
    let agree = operation.completed
        && (operation.currency, operation.effect_minor) == (row.currency, i128::from(row.gross_minor));
    if agree {
        report_match(MatchKind::Pair, &[operation], &[row], out);
    }
    agree
}

/// Resolves all records that have one value of one key; what stays goes on.
///
/// # Errors
/// A row cannot be read back.
pub fn resolve(
    operations: Vec<Operation>,
    rows: Vec<SettledRow>,
    context: &Context<'_>,
    out: &mut Outcome,
) -> Result<(), ReadBackError> {
    if rows.is_empty() || operations.is_empty() {
        out.operations_on.extend(operations);
        out.rows_on.extend(rows);
        return Ok(());
    }
    let (completed, failed): (Vec<_>, Vec<_>) = if operations.iter().all(|operation| operation.completed) {
        (operations, Vec::new())
    } else {
        operations.into_iter().partition(|operation| operation.completed)
    };
    let left = if completed.is_empty() { rows } else { resolve_completed(&completed, rows, context, out)? };
    let lone_code = if completed.is_empty() { None } else { Some(Code::SettledTwice) };
    resolve_failed(failed, left, lone_code, context, out)
}

/// So many pairs are touched at once: more than a core can ask the memory for at a time.
const PAIRS_TOUCHED: usize = 16;

/// Steps 1 and 2 of RULES.md 4. Gives the rows that are left on their side alone.
fn resolve_completed(
    operations: &[Operation],
    rows: Vec<SettledRow>,
    context: &Context<'_>,
    out: &mut Outcome,
) -> Result<Vec<SettledRow>, ReadBackError> {
    let mut free = Free::all(operations.len(), rows.len());
    let told = if out.matches.is_some() { Told::Each } else { Told::Sums };
    for some in pair_equal(operations, &rows, &mut free, told, context)?.chunks(PAIRS_TOUCHED) {
        // Of one key there may be a million, each somewhere else: they are asked for several at once.
        let touched = some.iter().filter(|pair| operations[pair.operation].completed && rows[pair.row].gross_minor > 0);
        std::hint::black_box(touched.count());
        for Pair { operation, row } in some {
            report_match(MatchKind::Pair, &[&operations[*operation]], &[&rows[*row]], out);
        }
    }
    for Pair { operation, row } in pair_within_tolerance(operations, &rows, &mut free, context)? {
        report_match(MatchKind::Tolerated, &[&operations[operation]], &[&rows[row]], out);
    }
    let (operation_places, mut row_places) = (free.operation_places(), free.row_places());
    let operations_left: Vec<&Operation> = operation_places.iter().map(|place| &operations[*place]).collect();
    if operations_left.is_empty() {
        return Ok(row_places.into_iter().map(|place| rows[place]).collect());
    }
    if row_places.is_empty() {
        // On this side alone: as after the last key.
        operations_left.into_iter().for_each(|operation| out.finish_operation(operation.clone()));
        return Ok(Vec::new());
    }
    if sums(&operations_left, &row_places.iter().map(|place| &rows[*place]).collect::<Vec<_>>())
        .iter()
        .all(|(_, (a, b))| a == b)
    {
        // The first row, in the order of rows, gives the batch of operations that state none; the order of the others says
        // nothing, nor does it which of the rows with its number stands first.
        if operations_left.iter().any(|operation| operation.reconciliation.is_none()) {
            let first = first_number(&row_places, &rows, context)?;
            row_places.sort_unstable_by_key(|place| rows[*place].reconciliation != first);
        }
        let rows_left: Vec<&SettledRow> = row_places.iter().map(|place| &rows[*place]).collect();
        report_match(MatchKind::Group, &operations_left, &rows_left, out);
        return Ok(Vec::new());
    }
    let rows_left: Vec<&SettledRow> = row_places.iter().map(|place| &rows[*place]).collect();
    report_difference(&operations_left, &rows_left, out);
    Ok(Vec::new())
}

/// Pairs rows that are left alone with operations that did not complete. The rows that stay are `settled-twice` where
/// completed operations were there, else they go on with the operations.
fn resolve_failed(
    failed: Vec<Operation>,
    rows: Vec<SettledRow>,
    lone_code: Option<Code>,
    context: &Context<'_>,
    out: &mut Outcome,
) -> Result<(), ReadBackError> {
    let mut free = Free::all(failed.len(), rows.len());
    let pairs =
        if failed.is_empty() { Vec::new() } else { pair_equal(&failed, &rows, &mut free, Told::Each, context)? };
    for Pair { operation, row } in pairs {
        let (operation, row) = (&failed[operation], &rows[row]);
        let verdict = Verdict::Found(Code::SettledNotCompleted);
        out.tally.operation(operation, verdict);
        out.row_verdict(row, verdict, Code::SettledNotCompleted.name());
        push(Code::SettledNotCompleted, row.currency, (0, i128::from(row.gross_minor)), &[operation], &[row], out);
    }
    for (row, free) in rows.iter().zip(&free.rows) {
        match lone_code {
            Some(code) if *free => out.lone_row(code, row),
            None if *free => out.rows_on.push(*row),
            _ => {}
        }
    }
    out.operations_on
        .extend(failed.into_iter().zip(free.operations).filter(|(_, free)| *free).map(|(operation, _)| operation));
    Ok(())
}

/// Both sides' sums by currency, of which there is nearly always one.
fn sums(operations: &[&Operation], rows: &[&SettledRow]) -> SmallVec<[(Currency, (i128, i128)); 2]> {
    let mut sums: SmallVec<[(Currency, (i128, i128)); 2]> = SmallVec::new();
    let of_operations = operations.iter().map(|operation| (operation.currency, (operation.effect_minor, 0)));
    let of_rows = rows.iter().map(|row| (row.currency, (0, i128::from(row.gross_minor))));
    for (currency, (ours, theirs)) in of_operations.chain(of_rows) {
        match sums.iter_mut().find(|(known, _)| *known == currency) {
            Some((_, (our_sum, their_sum))) => {
                add(our_sum, ours);
                add(their_sum, theirs);
            }
            None => sums.push((currency, (ours, theirs))),
        }
    }
    sums.sort_unstable_by_key(|(currency, _)| *currency);
    sums
}

fn numbers<'a>(numbers: impl Iterator<Item = Option<NameId>> + 'a) -> BTreeSet<NameId> {
    numbers.flatten().collect()
}

fn report_match(kind: MatchKind, operations: &[&Operation], rows: &[&SettledRow], out: &mut Outcome) {
    let wrong_batch = match (operations, rows) {
        ([operation], [row]) => {
            operation.reconciliation.is_some()
                && row.reconciliation.is_some()
                && operation.reconciliation != row.reconciliation
        }
        _ => {
            let ours = numbers(operations.iter().map(|operation| operation.reconciliation));
            let theirs = numbers(rows.iter().map(|row| row.reconciliation));
            !ours.is_empty() && !theirs.is_empty() && ours != theirs
        }
    };
    if wrong_batch {
        for (currency, sides) in sums(operations, rows) {
            push(Code::WrongBatch, currency, sides, operations, rows, out);
        }
    }
    let (verdict, mut code) = match kind {
        MatchKind::Pair | MatchKind::WithoutRow => (Verdict::Matched, batches::MATCHED),
        MatchKind::Group => (Verdict::MatchedGroup, batches::MATCHED),
        MatchKind::Tolerated => (Verdict::MatchedWithTolerance, batches::TOLERANCE),
    };
    if wrong_batch {
        code = Code::WrongBatch.name();
    }
    if kind == MatchKind::Tolerated {
        for (operation, row) in operations.iter().zip(rows) {
            let (pairs, sizes_minor) = out.tolerated.entry(operation.currency).or_default();
            *pairs += 1;
            out.tolerated_rows.push((row.origin, i128::from(row.gross_minor) - operation.effect_minor));
            add(sizes_minor, (operation.effect_minor - i128::from(row.gross_minor)).abs());
        }
    }
    if let ([operation], [row]) = (operations, rows)
        && kind == MatchKind::Pair
        && let Some(batch) = batch_of(operation, row)
    {
        let rows = Sum::of_rows(operation.rows.len(), operation.stated_minor);
        out.count_pair(operation.dataset, batch, operation.effect_minor, rows);
    } else {
        let first_number = rows.first().and_then(|row| row.reconciliation);
        for operation in operations {
            out.operation_verdict(operation, operation.reconciliation.or(first_number), verdict, code);
        }
        for row in rows {
            out.row_verdict(row, verdict, code);
        }
    }
    if let Some(matches) = &mut out.matches {
        matches.push(Match {
            kind,
            operations: operations.iter().map(|operation| (*operation).clone()).collect(),
            rows: rows.iter().map(|row| **row).collect(),
        });
    }
}

/// The batch of an operation and the row that answers it, where they are of one.
#[inline]
fn batch_of(operation: &Operation, row: &SettledRow) -> Option<BatchKey> {
    let number = operation.reconciliation.or(row.reconciliation);
    let batch = (row.provider, row.reconciliation, row.currency);
    (batch == (operation.provider, number, operation.currency)).then_some(batch)
}

/// What is left on both sides and does not sum to the same: one and one differ in something, more are ambiguous.
fn report_difference(operations: &[&Operation], rows: &[&SettledRow], out: &mut Outcome) {
    let code = match (operations, rows) {
        ([operation], [row]) if operation.currency != row.currency => Code::SettledCurrency,
        ([operation], [row]) if operation.effect_minor.signum() * i128::from(row.gross_minor.signum()) < 0 => {
            Code::SettledDirection
        }
        ([_], [_]) => Code::SettledAmount,
        _ => Code::Ambiguous,
    };
    for operation in operations {
        out.operation_verdict(operation, operation.reconciliation, Verdict::Found(code), code.name());
    }
    for row in rows {
        out.row_verdict(row, Verdict::Found(code), code.name());
    }
    if code == Code::SettledCurrency {
        if let [operation] = operations {
            push(code, operation.currency, (operation.effect_minor, 0), operations, rows, out);
        }
        return;
    }
    for (currency, sides) in sums(operations, rows) {
        push(code, currency, sides, operations, rows, out);
    }
}

fn push(
    code: Code,
    currency: Currency,
    sides: (i128, i128),
    operations: &[&Operation],
    rows: &[&SettledRow],
    out: &mut Outcome,
) {
    let count = |records: usize| u64::try_from(records).unwrap_or(u64::MAX);
    let origins: Origins = operations
        .iter()
        .flat_map(|operation| operation.rows.iter().copied())
        .chain(rows.iter().map(|row| row.origin))
        .collect();
    out.findings.push(Finding {
        code,
        provider: operations.first().map(|operation| operation.provider).or(rows.first().map(|row| row.provider)),
        currency: Some(currency),
        expected_minor: sides.0,
        actual_minor: sides.1,
        count: count(operations.len() + rows.len()),
        rows: origins,
        whole_order: false,
        note: Note::Group { operations: count(operations.len()), rows: count(rows.len()) },
    });
}

#[cfg(test)]
mod tests;
