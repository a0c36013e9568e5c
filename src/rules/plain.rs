//! The most frequent order by far, decided at once: every line was captured in full, at most a part of it was reversed, and
//! every row says so plainly. What that amounts to is the same as in [`super::orders::reconcile`], which is what counts; a
//! test compares both.
//!
//! Such an order is judged as its records lie in the shard: no more of them is decoded than is asked here, and the ids of its
//! operations stay the bytes that they are.

mod many;

use self::many::Many;
use super::control::{Fate, Sum, Tally, Verdict};
use super::orders::Context;
use super::vat::vat_off;
use crate::model::codec::Reader;
use crate::model::currency::Currency;
use crate::model::encoding::parts::{OperationParts, OrderRecord, UsualLine, UsualRow};
use crate::model::names::NameId;
use crate::model::origin::Origin;
use crate::model::record::Dataset;

/// The most records of an order of which each is compared with each; those of longer ones are sorted, see [`Many`].
const FEW_MAX: usize = 16;

/// A line and what moved on it.
struct Line {
    line: u64,
    gross_minor: i64,
    vat_minor: Option<i64>,
    origin: Origin,
    captured_minor: i64,
    reversed_minor: i64,
    captured_vat_minor: i64,
    captured_vat_unknown: bool,
}

impl Line {
    /// Adds a row on it; `None` where a sum is beyond 64 bits, which is left to the sums of 128.
    #[inline]
    fn add(&mut self, row: &UsualRow<'_>) -> Option<()> {
        if row.dataset == Dataset::Reversals {
            self.reversed_minor = self.reversed_minor.checked_add(row.amount_minor)?;
            return Some(());
        }
        self.captured_minor = self.captured_minor.checked_add(row.amount_minor)?;
        match row.vat_minor {
            Some(vat_minor) => self.captured_vat_minor = self.captured_vat_minor.checked_add(vat_minor)?,
            None => self.captured_vat_unknown = true,
        }
        Some(())
    }
}

/// Whether two rows of one dataset and identity are on lines of their own and, where they are of one operation, say the same of
/// it. Without an identity each is an operation, but rows on one line may be equal, which is counted elsewhere.
#[inline]
fn agree(row: &UsualRow<'_>, other: &UsualRow<'_>) -> bool {
    let same = || row.reconciliation == other.reconciliation && row.keys.are(&other.keys);
    row.line != other.line && (row.identity.is_none() || same())
}

/// The records before one that it is compared with: all of few. Many are compared when all are there; but where one comes
/// again and again, the last one before it says so at once.
#[inline]
fn compared<T>(before: &[T], are_many: bool) -> &[T] {
    if are_many { &before[before.len().saturating_sub(1)..] } else { before }
}

/// An operation, by one of its rows, their sum, and where they stand.
#[inline]
fn parts<'a>(
    (provider, currency): (NameId, Currency),
    usual: &UsualRow<'a>,
    stated_minor: i64,
    rows: &'a [Origin],
) -> OperationParts<'a> {
    OperationParts {
        dataset: usual.dataset,
        provider,
        currency,
        completed: true,
        stated_minor: stated_minor.into(),
        // Every row is positive, and so the operation is.
        negated: usual.dataset == Dataset::Reversals,
        reconciliation: usual.reconciliation,
        keys: usual.keys,
        rows,
    }
}

/// A row, and its operation where the order has few records.
struct Row<'a> {
    usual: UsualRow<'a>,
    origin: Origin,
    /// The place of the first row of its operation, which stands for it.
    first: usize,
    /// How many rows the operation has, and their sum; of a first row.
    row_count: usize,
    stated_minor: i64,
}

/// Rows of one file that take part, which are counted when those of another file come.
#[derive(Default)]
struct Run {
    file: usize,
    rows: Sum,
}

/// Runs of order lines, captures and reversals, of one provider and currency.
#[derive(Default)]
struct Runs {
    names: Option<(NameId, Currency)>,
    runs: [Run; 3],
}

impl Runs {
    const DATASETS: [Dataset; 3] = [Dataset::Orders, Dataset::Captures, Dataset::Reversals];

    /// What comes next is of this provider and currency.
    #[inline]
    fn go_on(&mut self, provider: NameId, currency: Currency, tally: &mut Tally) {
        if self.names != Some((provider, currency)) {
            self.end(tally);
            self.names = Some((provider, currency));
        }
    }

    /// Counts a row.
    #[inline]
    fn row(&mut self, place: usize, file: usize, amount_minor: i64, tally: &mut Tally) {
        if self.runs[place].file != file {
            self.end_one(place, tally);
            self.runs[place].file = file;
        }
        self.runs[place].rows.row(amount_minor);
    }

    fn end(&mut self, tally: &mut Tally) {
        (0..self.runs.len()).for_each(|place| self.end_one(place, tally));
    }

    fn end_one(&mut self, place: usize, tally: &mut Tally) {
        let (Run { file, rows }, dataset) = (std::mem::take(&mut self.runs[place]), Self::DATASETS[place]);
        let Some((provider, currency)) = self.names.filter(|_| rows.count > 0) else { return };
        tally.fates_of(Fate::Accepted, (dataset, file, currency), rows);
        if dataset == Dataset::Orders {
            tally.verdicts_of((dataset, provider, currency, Verdict::Matched), rows.count, rows);
        }
    }
}

/// An order in which all is plain and agrees, and memory for the next one.
pub struct PlainOrder<'a> {
    /// The most records that are few.
    few_max: usize,
    /// The order, provider and currency of all its records.
    common: Option<(u128, NameId, Currency)>,
    lines: Vec<Line>,
    rows: Vec<Row<'a>>,
    /// How they belong together where they are many.
    many: Option<Many>,
    /// The rows of an operation of several.
    line_rows: Vec<(u64, Origin)>,
    origins: Vec<Origin>,
    /// The last provider that was found to have order lines.
    with_lines: Option<NameId>,
    runs: Runs,
}

impl Default for PlainOrder<'_> {
    fn default() -> Self {
        Self::with_few(FEW_MAX)
    }
}

impl<'a> PlainOrder<'a> {
    fn with_few(few_max: usize) -> Self {
        Self {
            few_max,
            common: None,
            lines: Vec::new(),
            rows: Vec::new(),
            many: None,
            line_rows: Vec::new(),
            origins: Vec::new(),
            with_lines: None,
            runs: Runs::default(),
        }
    }

    /// Judges an order: `records` are all that it has, in any order. Nothing may be made of it where the answer is no: the
    /// rules decide then.
    pub fn judge(&mut self, records: impl ExactSizeIterator<Item = Reader<'a>>, context: &Context<'_>) -> bool {
        self.common = None;
        self.lines.clear();
        self.rows.clear();
        self.many = (records.len() > self.few_max).then(Many::default);
        for record in records {
            let record = OrderRecord::new(record);
            let (common, origin) = (record.common(), record.origin());
            let is_plain = *self.common.get_or_insert(common) == common
                && if record.is_line() {
                    record.usual_line().is_some_and(|line| self.add_line(&line, origin, context))
                } else {
                    record.usual_row().is_some_and(|row| self.add_row(row, origin))
                };
            if !is_plain {
                return false;
            }
        }
        self.has_line_leg(context) && !self.lines.is_empty() && self.sum_rows() && self.agrees(context)
    }

    /// A line with an id of its own, sold and not taken back, whose VAT fits its rate.
    #[inline]
    fn add_line(&mut self, usual: &UsualLine, origin: Origin, context: &Context<'_>) -> bool {
        let UsualLine { line, gross_minor, vat_minor, vat_rate_bp } = *usual;
        let fits = match (vat_minor, vat_rate_bp) {
            (Some(vat_minor), Some(rate_bp)) => {
                vat_off(gross_minor, vat_minor, rate_bp, context.settings.vat_tolerance_minor).is_none()
            }
            _ => true,
        };
        let before = compared(&self.lines, self.many.is_some());
        let is_plain = gross_minor > 0 && fits && before.iter().all(|before| before.line != line);
        if is_plain {
            self.lines.push(Line {
                line,
                gross_minor,
                vat_minor,
                origin,
                captured_minor: 0,
                reversed_minor: 0,
                captured_vat_minor: 0,
                captured_vat_unknown: false,
            });
        }
        is_plain
    }

    /// A positive row that agrees with those of its operation in what they say of it, and is on another line than they are.
    #[inline]
    fn add_row(&mut self, usual: UsualRow<'a>, origin: Origin) -> bool {
        if usual.amount_minor <= 0 {
            return false;
        }
        let (mut first, place) = (None, self.rows.len());
        let are_many = self.many.is_some();
        for (place, before) in compared(&self.rows, are_many).iter().enumerate() {
            let before = &before.usual;
            if (before.identity, before.dataset) == (usual.identity, usual.dataset) {
                if !agree(before, &usual) {
                    return false;
                }
                first = first.or(usual.identity.filter(|_| !are_many).map(|_| place));
            }
        }
        if let Some(first) = first.and_then(|first| self.rows.get_mut(first)) {
            // A sum beyond 64 bits is left to the sums of 128.
            let Some(stated_minor) = first.stated_minor.checked_add(usual.amount_minor) else { return false };
            (first.stated_minor, first.row_count) = (stated_minor, first.row_count + 1);
        }
        let first = first.unwrap_or(place);
        self.rows.push(Row { usual, origin, first, row_count: 1, stated_minor: usual.amount_minor });
        true
    }

    /// Whether its provider has order lines at all.
    #[inline]
    fn has_line_leg(&mut self, context: &Context<'_>) -> bool {
        let Some((_, provider, _)) = self.common else { return false };
        if self.with_lines != Some(provider) {
            self.with_lines = Some(provider).filter(|provider| context.line_providers.contains(provider));
        }
        self.with_lines.is_some()
    }

    /// Adds the rows to their lines; whether each has one.
    #[inline]
    fn sum_rows(&mut self) -> bool {
        let Self { lines, rows, many, .. } = self;
        if let Some(many) = many {
            return many.sum_rows(lines, rows);
        }
        let summed = rows
            .iter()
            .try_for_each(|Row { usual: row, .. }| lines.iter_mut().find(|line| line.line == row.line)?.add(row));
        summed.is_some()
    }

    /// Whether every line was captured in full, with its VAT where that is known, and no more was reversed than that.
    #[inline]
    fn agrees(&self, context: &Context<'_>) -> bool {
        self.lines.iter().all(|line| {
            let vat_fits = match line.vat_minor {
                Some(expected_minor) if !line.captured_vat_unknown => {
                    let off = i128::from(line.captured_vat_minor) - i128::from(expected_minor);
                    off.abs() <= i128::from(context.settings.vat_tolerance_minor)
                }
                _ => true,
            };
            line.captured_minor == line.gross_minor && line.reversed_minor <= line.captured_minor && vat_fits
        })
    }

    /// Counts what became of its lines and rows, at the latest when [`PlainOrder::finish`] is called; the verdicts of
    /// operations are not known yet.
    #[inline]
    pub fn count(&mut self, tally: &mut Tally) {
        let Some((_, provider, currency)) = self.common else { return };
        self.runs.go_on(provider, currency, tally);
        for line in &self.lines {
            self.runs.row(0, line.origin.file(), line.gross_minor, tally);
        }
        for Row { usual, origin, .. } in &self.rows {
            let place = if usual.dataset == Dataset::Reversals { 2 } else { 1 };
            self.runs.row(place, origin.file(), usual.amount_minor, tally);
        }
    }

    /// Counts what is not counted yet.
    pub fn finish(&mut self, tally: &mut Tally) {
        self.runs.end(tally);
    }

    /// Gives its operations.
    ///
    /// # Errors
    /// The first one of `each`.
    #[inline]
    pub fn operations<E>(&mut self, mut each: impl FnMut(&OperationParts<'_>) -> Result<(), E>) -> Result<(), E> {
        let Some((_, provider, currency)) = self.common else { return Ok(()) };
        if let Some(many) = &self.many {
            return many.operations(&self.rows, |usual, stated_minor, rows| {
                each(&parts((provider, currency), usual, stated_minor, rows))
            });
        }
        for (place, row) in self.rows.iter().enumerate().filter(|(place, row)| row.first == *place) {
            let rows = if row.row_count == 1 {
                std::slice::from_ref(&row.origin)
            } else {
                self.line_rows.clear();
                for row in self.rows.iter().skip(place).filter(|row| row.first == place) {
                    self.line_rows.push((row.usual.line, row.origin));
                }
                self.line_rows.sort_unstable();
                self.origins.clear();
                self.origins.extend(self.line_rows.iter().map(|(_, origin)| *origin));
                &self.origins
            };
            each(&parts((provider, currency), &row.usual, row.stated_minor, rows))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
