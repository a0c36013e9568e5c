//! One order: its lines and the operations on it are sifted (RULES.md 2), operations are summed over their rows, and
//! the line leg and the order's statements are judged (RULES.md 3).

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::cmp::Ordering;

use smallvec::smallvec;

use super::control::{Fate, Sum, Tally, Verdict};
use super::flow::Effect;
use super::identity::{Sifted, Version, sift};
use super::lines;
use super::settings::Settings;
use super::statements;
use crate::model::compact::{KeyKind, Keys, LineRec, Operation, OperationRow};
use crate::model::currency::{Currencies, Currency};
use crate::model::finding::{Code, Finding, Note};
use crate::model::money::add;
use crate::model::names::{NameId, Names};
use crate::model::origin::Origin;
#[cfg(test)]
use crate::model::record::NoRows;
use crate::model::record::{Dataset, ReadBack, ReadBackError};

/// What the rules need beside the records.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Windows, tolerances, providers' ways.
    pub settings: &'a Settings,
    /// Texts of providers and numbers.
    pub names: &'a Names,
    /// Known currencies.
    pub currencies: &'a Currencies,
    /// Reads rows back where a text decides.
    pub rows: &'a dyn ReadBack,
    /// Providers with an accepted order line; for others the line leg is skipped.
    pub line_providers: &'a FxHashSet<NameId>,
    /// Findings are only counted: nobody reads what they say.
    pub counts_only: bool,
}

#[cfg(test)]
impl<'a> Context<'a> {
    /// The grounds of tests that read no row back.
    pub(crate) fn without_rows(
        settings: &'a Settings,
        names: &'a Names,
        currencies: &'a Currencies,
        line_providers: &'a FxHashSet<NameId>,
    ) -> Self {
        let rows = &NoRows;
        Self { settings, names, currencies, rows, line_providers, counts_only: false }
    }
}

/// What orders yield, collected over a shard.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What was found.
    pub findings: Vec<Finding>,
    /// Operations, for the operation leg.
    pub operations: Vec<Operation>,
    /// What became of every row.
    pub tally: Tally,
}

/// Judges one order: `order_lines` and `rows` are all its records, in any order.
///
/// # Errors
/// A row cannot be read back.
pub fn reconcile(
    order_lines: &mut [LineRec],
    rows: &mut [OperationRow],
    context: &Context<'_>,
    out: &mut Outcome,
) -> Result<(), ReadBackError> {
    let kept = keep_lines(order_lines, context, out)?;
    let effects = sum_operations(rows, context, out)?;
    let provider = kept.first().map(|line| line.provider).or(rows.first().map(|row| row.provider));
    if provider.is_some_and(|provider| context.line_providers.contains(&provider)) {
        let flows = lines::reconcile(&kept, &effects, context, out)?;
        statements::reconcile(&kept, &effects, &flows, context, out)?;
    }
    Ok(())
}

/// Sorts records by a key; what equals another one in it may come first or last. On all threads where an order has very many.
pub(super) fn sort<T: Send, K: Ord>(records: &mut [T], key: impl Fn(&T) -> K + Sync) {
    const MANY: usize = 1 << 12;
    if records.len() < MANY {
        records.sort_unstable_by_key(key);
    } else {
        records.par_sort_unstable_by_key(key);
    }
}

/// What a record counts as.
struct Counted {
    dataset: Dataset,
    provider: NameId,
    currency: Currency,
    origin: Origin,
    amount_minor: i64,
}

/// Counts what became of a version of a record.
fn count(fate: Fate, version: &Counted, out: &mut Outcome) {
    out.tally.fate(fate, version.dataset, version.origin, version.currency, version.amount_minor);
}

/// Counts what became of the versions of a record, and reports those that contradict the one that is used.
fn count_versions<T>(sifted: &Sifted<T>, counted: impl Fn(&T) -> Counted, out: &mut Outcome) {
    let mut count = |fate, version: &T| count(fate, &counted(version), out);
    count(Fate::Accepted, &sifted.used);
    sifted.superseded.iter().for_each(|version| count(Fate::Superseded, version));
    for loser in &sifted.conflicting {
        let (used, loser) = (counted(&sifted.used), counted(loser));
        out.findings.push(Finding {
            code: Code::RecordConflict,
            provider: Some(loser.provider),
            currency: Some(used.currency),
            expected_minor: i128::from(used.amount_minor),
            actual_minor: i128::from(loser.amount_minor),
            count: 2,
            rows: smallvec![used.origin, loser.origin],
            whole_order: false,
            note: Note::None,
        });
    }
}

/// The versions that count among rows that stand line by line. Where each line has but one, as nearly always, they are
/// these rows.
fn used<'r, T: Version, Line: PartialEq>(
    rows: &'r mut [T],
    line: impl Fn(&T) -> Line,
    counted: impl Fn(&T) -> Counted,
    context: &Context<'_>,
    out: &mut Outcome,
) -> Result<Cow<'r, [T]>, ReadBackError> {
    if rows.array_windows().all(|[a, b]| line(a) != line(b)) {
        rows.iter().for_each(|row| count(Fate::Accepted, &counted(row), out));
        return Ok(Cow::Borrowed(rows));
    }
    let mut used = Vec::with_capacity(rows.len());
    for versions in rows.chunk_by_mut(|a, b| line(a) == line(b)) {
        let sifted = sift(versions, context.rows, |version| count(Fate::Repeated, &counted(version), out))?;
        count_versions(&sifted, &counted, out);
        used.push(sifted.used);
    }
    Ok(Cow::Owned(used))
}

/// The order lines that count, sorted by the hash of their id.
fn keep_lines<'l>(
    order_lines: &'l mut [LineRec],
    context: &Context<'_>,
    out: &mut Outcome,
) -> Result<Cow<'l, [LineRec]>, ReadBackError> {
    sort(order_lines, |line| (line.line, line.origin));
    let counted = |line: &LineRec| Counted {
        dataset: Dataset::Orders,
        provider: line.provider,
        currency: line.currency,
        origin: line.origin,
        amount_minor: line.gross_minor,
    };
    used(order_lines, |line| line.line, counted, context, out)
}

/// Sifts the rows of captures and reversals, sums them to operations, and gives the effects of completed rows.
fn sum_operations(
    rows: &mut [OperationRow],
    context: &Context<'_>,
    out: &mut Outcome,
) -> Result<Vec<Effect>, ReadBackError> {
    sort(rows, |row| (row.dataset, row.currency, row.identity, row.line, row.origin));
    let mut effects = Vec::with_capacity(rows.len());
    let same_operation = |a: &OperationRow, b: &OperationRow| {
        a.identity.is_some() && (a.dataset, a.currency, a.identity) == (b.dataset, b.currency, b.identity)
    };
    let counted = |row: &OperationRow| Counted {
        dataset: row.dataset,
        provider: row.provider,
        currency: row.currency,
        origin: row.origin,
        amount_minor: row.amount_minor,
    };
    for versions_of_lines in rows.chunk_by_mut(same_operation) {
        let used = used(versions_of_lines, |row| row.line, counted, context, out)?;
        sum_operation(&used, context, out, &mut effects)?;
    }
    count_equal_without_id(rows, context, out)?;
    Ok(effects)
}

/// Sums the rows of one identity. Where some completed and others did not, the completed ones are the operation.
fn sum_operation(
    rows: &[OperationRow],
    context: &Context<'_>,
    out: &mut Outcome,
    effects: &mut Vec<Effect>,
) -> Result<(), ReadBackError> {
    let completed = rows.iter().any(|row| row.completed);
    let (taking_part, aside): (Cow<'_, [OperationRow]>, Vec<OperationRow>) =
        if rows.iter().all(|row| row.completed == completed) {
            (Cow::Borrowed(rows), Vec::new())
        } else {
            let (taking_part, aside): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.completed == completed);
            (Cow::Owned(taking_part), aside)
        };
    for row in aside {
        let sum = Sum { count: 1, sum_minor: i128::from(row.amount_minor) };
        out.tally.verdict(row.dataset, row.provider, row.currency, Verdict::NoPart, sum);
    }
    let Some(first) = taking_part.first() else { return Ok(()) };
    let mut stated_minor = 0_i128;
    taking_part.iter().for_each(|row| add(&mut stated_minor, row.amount_minor));
    // RULES.md 2: reversals are stated positive, unless the operation as a whole is stated negative.
    let takes_back = first.dataset == Dataset::Reversals && stated_minor >= 0;
    let signed = |amount_minor: i128| if takes_back { -amount_minor } else { amount_minor };
    let operation = Operation {
        dataset: first.dataset,
        provider: first.provider,
        currency: first.currency,
        completed,
        effect_minor: signed(stated_minor),
        stated_minor,
        reconciliation: smallest_reconciliation(&taking_part, context.names),
        keys: smallest_keys(&taking_part, context.rows)?,
        rows: taking_part.iter().map(|row| row.origin).collect(),
    };
    if completed {
        for row in taking_part.iter() {
            let effect_minor = signed(i128::from(row.amount_minor));
            let vat_minor = row.vat_minor.map(|vat_minor| match row.dataset {
                Dataset::Reversals => i128::from(vat_minor).abs() * effect_minor.signum(),
                _ => i128::from(vat_minor),
            });
            effects.push(Effect {
                dataset: row.dataset,
                line: row.line,
                identity: row.identity,
                currency: row.currency,
                provider: row.provider,
                origin: row.origin,
                effect_minor,
                vat_minor,
            });
        }
        check_items_total(&taking_part, &operation, out);
    }
    note_marks(&taking_part, &operation, out);
    out.operations.push(operation);
    Ok(())
}

/// RULES.md 9: a payee reference that breaks its provider's form, and an operation that was recorded only.
fn note_marks(rows: &[OperationRow], operation: &Operation, out: &mut Outcome) {
    let mut note = |code, actual_minor| {
        out.findings.push(Finding {
            code,
            provider: Some(operation.provider),
            currency: Some(operation.currency),
            expected_minor: 0,
            actual_minor,
            count: 1,
            rows: operation.rows.clone(),
            whole_order: false,
            note: Note::None,
        });
    };
    if rows.iter().any(|row| row.reference_malformed) {
        note(Code::ReferenceFormat, 0);
    }
    if rows.iter().any(|row| row.recorded_only) {
        note(Code::RecordedOnly, operation.effect_minor);
    }
}

/// `items-total`: the rows of an operation against the total that it states, both as sizes.
fn check_items_total(rows: &[OperationRow], operation: &Operation, out: &mut Outcome) {
    let Some(total_minor) = rows.iter().filter_map(|row| row.stated_total_minor).min() else { return };
    let (expected_minor, actual_minor) = (i128::from(total_minor).abs(), operation.stated_minor.abs());
    if expected_minor != actual_minor {
        out.findings.push(Finding {
            code: Code::ItemsTotal,
            provider: Some(operation.provider),
            currency: Some(operation.currency),
            expected_minor,
            actual_minor,
            count: 1,
            rows: operation.rows.clone(),
            whole_order: false,
            note: Note::None,
        });
    }
}

fn smallest_reconciliation(rows: &[OperationRow], names: &Names) -> Option<NameId> {
    let mut numbers = rows.iter().filter_map(|row| row.reconciliation);
    let first = numbers.next()?;
    Some(numbers.fold(
        first,
        |least, number| {
            if number != least && names.text(number) < names.text(least) { number } else { least }
        },
    ))
}

/// The hashes of the smallest ids, as texts, that the rows state; texts are read only where the rows differ.
fn smallest_keys(rows: &[OperationRow], read_back: &dyn ReadBack) -> Result<Keys, ReadBackError> {
    if let [only] = rows {
        return Ok(only.keys);
    }
    let mut keys: Keys = [None; 4];
    for (kind, smallest) in KeyKind::ALL.into_iter().zip(keys.iter_mut()) {
        let mut stated = rows.iter().filter_map(|row| Some((row.keys[kind.index()]?, row.origin)));
        let Some((first, origin)) = stated.next() else { continue };
        *smallest = Some(first);
        let mut least_text: Option<String> = None;
        for (hash, other) in stated {
            if Some(hash) == *smallest {
                continue;
            }
            let least = match least_text.take() {
                Some(text) => text,
                None => read_back.row(origin)?.text(kind.column()).unwrap_or_default().to_owned(),
            };
            let text = read_back.row(other)?.text(kind.column()).unwrap_or_default().to_owned();
            if text < least {
                *smallest = Some(hash);
                least_text = Some(text);
            } else {
                least_text = Some(least);
            }
        }
    }
    Ok(keys)
}

/// Counts the rows without any id that equal an earlier one: they are operations of their own, but the summary says so.
fn count_equal_without_id(
    rows: &mut [OperationRow],
    context: &Context<'_>,
    out: &mut Outcome,
) -> Result<(), ReadBackError> {
    // Sorted by identity inside each dataset and currency, those without one come first.
    let alike = |a: &OperationRow, b: &OperationRow| {
        a.identity.is_none()
            && b.identity.is_none()
            && (a.dataset, a.currency, a.line, a.amount_minor) == (b.dataset, b.currency, b.line, b.amount_minor)
    };
    if rows.iter().filter(|row| row.identity.is_none()).count() < 2 {
        return Ok(());
    }
    sort(rows, |row| (row.dataset, row.currency, row.identity, row.line, row.amount_minor, row.content));
    for group in rows.chunk_by(alike).filter(|group| group.len() > 1) {
        let mut equal = 0_u64;
        let mut values = Vec::new();
        for (place, row) in group.iter().enumerate() {
            if place > 0 && group.get(place - 1).is_some_and(|before| before.content == row.content) {
                equal += 1;
            } else {
                values.push(context.rows.row(row.origin)?.values);
            }
        }
        values.sort();
        equal +=
            values.windows(2).filter(|pair| pair.first().cmp(&pair.last()) == Ordering::Equal).map(|_| 1).sum::<u64>();
        if let (Some(first), true) = (group.first(), equal > 0) {
            *out.tally.equal_without_id.entry(first.dataset).or_default() += equal;
        }
    }
    Ok(())
}
