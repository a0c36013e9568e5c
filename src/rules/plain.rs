//! The most frequent order by far, decided at once: every line was captured in full, at most a part of it was reversed, and
//! every row says so plainly. What that amounts to is the same as in [`super::orders::reconcile`], which is what counts; a
//! test compares both.

use smallvec::SmallVec;

use super::control::{Fate, Sum, Verdict};
use super::orders::{Context, Outcome};
use super::vat::vat_off;
use crate::model::compact::{LineRec, Operation, OperationRow};
use crate::model::money::add;
use crate::model::origin::Origins;
use crate::model::record::Dataset;

/// The most lines, and the most rows, of an order that is looked at here: each is compared with each.
const RECORDS_MAX: usize = 16;

/// What moved on a line.
#[derive(Clone, Copy, Default)]
struct Moved {
    captured_minor: i64,
    reversed_minor: i64,
    vat_minor: i64,
    vat_unknown: bool,
}

/// Judges an order in which all is plain and agrees: `lines` and `rows` are all its records, in any order. Nothing is done,
/// and the answer is no, where anything about it is not.
pub fn reconcile_plain(lines: &[LineRec], rows: &[OperationRow], context: &Context<'_>, out: &mut Outcome) -> bool {
    if lines.len() > RECORDS_MAX || rows.len() > RECORDS_MAX {
        return false;
    }
    let Some(first) = lines.first() else { return false };
    if !context.line_providers.contains(&first.provider) || !are_plain_lines(lines, context) {
        return false;
    }
    let Some(places) = places_of_rows(lines, rows) else { return false };
    if !agree(lines, rows, &places, context) {
        return false;
    }

    // Lines of an order are nearly always of one file and currency, and are counted at once then.
    for lines in lines.chunk_by(|a, b| (a.origin.file(), a.currency) == (b.origin.file(), b.currency)) {
        let Some(first) = lines.first() else { continue };
        let rows = sum_of(lines.iter().map(|line| line.gross_minor));
        out.tally.fates_of(Fate::Accepted, (Dataset::Orders, first.origin.file(), first.currency), rows);
        let key = (Dataset::Orders, first.provider, first.currency, Verdict::Matched);
        out.tally.verdicts_of(key, rows.count, rows);
    }
    let same = |a: &OperationRow, b: &OperationRow| {
        (a.dataset, a.origin.file(), a.currency) == (b.dataset, b.origin.file(), b.currency)
    };
    for rows in rows.chunk_by(same) {
        let Some(first) = rows.first() else { continue };
        let sum = sum_of(rows.iter().map(|row| row.amount_minor));
        out.tally.fates_of(Fate::Accepted, (first.dataset, first.origin.file(), first.currency), sum);
    }
    for (place, row) in rows.iter().enumerate() {
        // Its first row stands for the operation.
        if !rows.iter().take(place).any(|before| is_one_operation(before, row)) {
            out.operations.push(operation(row, rows.get(place..).unwrap_or_default()));
        }
    }
    true
}

fn sum_of(amounts_minor: impl Iterator<Item = i64>) -> Sum {
    let mut sum = Sum::default();
    amounts_minor.for_each(|amount_minor| sum.row(amount_minor));
    sum
}

/// Lines of one provider, each with an id of its own, sold and not taken back, whose VAT fits its rate.
fn are_plain_lines(lines: &[LineRec], context: &Context<'_>) -> bool {
    let provider = lines.first().map(|line| line.provider);
    lines.iter().enumerate().all(|(place, line)| {
        let fits = match (line.vat_minor, line.vat_rate_bp) {
            (Some(vat_minor), Some(rate_bp)) => {
                vat_off(line.gross_minor, vat_minor, rate_bp, context.settings.vat_tolerance_minor).is_none()
            }
            _ => true,
        };
        line.gross_minor > 0
            && Some(line.provider) == provider
            && !line.is_reversal
            && line.statements.is_empty()
            && fits
            && !lines.iter().take(place).any(|before| before.line == line.line)
    })
}

fn is_one_operation(a: &OperationRow, b: &OperationRow) -> bool {
    (a.dataset, a.currency, a.identity) == (b.dataset, b.currency, b.identity)
}

/// The place of the line that each row moves, where all rows are plain: completed, positive, with an id, on a line of the
/// order in its currency; and the rows of one operation agree in what they say of it and are on different lines.
fn places_of_rows(lines: &[LineRec], rows: &[OperationRow]) -> Option<SmallVec<[usize; RECORDS_MAX]>> {
    let provider = lines.first()?.provider;
    let mut places = SmallVec::new();
    for (place, row) in rows.iter().enumerate() {
        let hash = row.line?;
        let line = lines.iter().position(|line| line.line == hash)?;
        let is_plain = row.completed
            && row.amount_minor > 0
            && row.identity.is_some()
            && row.stated_total_minor.is_none()
            && !row.reference_malformed
            && row.provider == provider
            && row.currency == lines.get(line)?.currency;
        let agrees = |before: &OperationRow| {
            !is_one_operation(before, row)
                || (before.line != row.line && before.keys == row.keys && before.reconciliation == row.reconciliation)
        };
        if !is_plain || !rows.iter().take(place).all(agrees) {
            return None;
        }
        places.push(line);
    }
    Some(places)
}

/// Whether every line was captured in full, with its VAT where that is known, and no more was reversed than that.
fn agree(lines: &[LineRec], rows: &[OperationRow], places: &[usize], context: &Context<'_>) -> bool {
    let mut moved = [Moved::default(); RECORDS_MAX];
    let summed = rows.iter().zip(places).try_for_each(|(row, place)| {
        let moved = moved.get_mut(*place)?;
        if row.dataset == Dataset::Reversals {
            moved.reversed_minor = moved.reversed_minor.checked_add(row.amount_minor)?;
            return Some(());
        }
        moved.captured_minor = moved.captured_minor.checked_add(row.amount_minor)?;
        match row.vat_minor {
            Some(vat_minor) => moved.vat_minor = moved.vat_minor.checked_add(vat_minor)?,
            None => moved.vat_unknown = true,
        }
        Some(())
    });
    // A sum beyond 64 bits is left to the sums of 128.
    summed.is_some()
        && lines.iter().zip(&moved).all(|(line, moved)| {
            let vat_fits = match line.vat_minor {
                Some(expected_minor) if !moved.vat_unknown => {
                    let off = i128::from(moved.vat_minor) - i128::from(expected_minor);
                    off.abs() <= i128::from(context.settings.vat_tolerance_minor)
                }
                _ => true,
            };
            moved.captured_minor == line.gross_minor && moved.reversed_minor <= moved.captured_minor && vat_fits
        })
}

/// The operation of a row, summed over its rows among those from this one on.
#[inline]
fn operation(first: &OperationRow, rows: &[OperationRow]) -> Operation {
    let mut stated_minor = 0_i128;
    let mut places: SmallVec<[_; 4]> = SmallVec::new();
    for row in rows.iter().filter(|row| is_one_operation(first, row)) {
        add(&mut stated_minor, row.amount_minor);
        places.push((row.line, row.origin));
    }
    places.sort_unstable();
    Operation {
        dataset: first.dataset,
        provider: first.provider,
        currency: first.currency,
        completed: true,
        // Every row is positive, and so the operation is.
        effect_minor: if first.dataset == Dataset::Reversals { -stated_minor } else { stated_minor },
        stated_minor,
        reconciliation: first.reconciliation,
        keys: first.keys,
        rows: places.iter().map(|(_, origin)| *origin).collect::<Origins>(),
    }
}

#[cfg(test)]
mod tests;
