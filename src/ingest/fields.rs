//! The fields of one row, checked by their columns: the one gate that rows pass, compact or typed.

use super::canonical::{CURRENCY_REASON, Context, EMPTY_REASON, Reject, UNCLOSED_REASON};
use super::field::{minor, quantity, trim, vat_rate_bp};
use super::layout::Layout;
use crate::engine::split::Record;
use crate::model::currency::Currency;
use crate::model::day::is_stamp;
use crate::model::record::{Column, ColumnKind};

/// The most canonical columns that a dataset has.
const COLUMNS_MAX: usize = 19;

/// The fields of one row: trimmed texts and the numbers among them, by canonical column.
pub(super) struct Fields<'r> {
    texts: [&'r [u8]; COLUMNS_MAX],
    numbers: [i64; COLUMNS_MAX],
    /// The currency, which every row has.
    pub(super) currency: Currency,
}

impl<'r> Fields<'r> {
    /// No field.
    #[inline]
    pub(super) fn new() -> Self {
        Self { texts: [b""; COLUMNS_MAX], numbers: [0; COLUMNS_MAX], currency: Currency(0) }
    }

    /// The text of a column; `None` where it is absent or empty.
    #[inline]
    pub(super) fn text(&self, column: usize) -> Option<&'r [u8]> {
        self.texts.get(column).copied().filter(|text| !text.is_empty())
    }

    /// The number of a column that holds one.
    #[inline]
    pub(super) fn number(&self, column: usize) -> Option<i64> {
        self.text(column).and_then(|_| self.numbers.get(column).copied())
    }

    /// Checks every known field of a row and reads its numbers, into these fields, of which none was read yet.
    ///
    /// # Errors
    /// The first field, in the order of the canonical columns, that is not what its column must hold.
    #[inline]
    pub(super) fn read(
        &mut self,
        layout: &Layout,
        record: &Record<'r>,
        context: &Context<'_>,
        last: &mut LastCurrency,
    ) -> Result<(), Reject> {
        if record.unclosed {
            return Err(unclosed(record));
        }
        if record.len() != layout.field_count {
            return Err(wrong_count(layout, record));
        }
        for (column, field, known) in &layout.checks {
            let (Some(text), Some(number)) = (self.texts.get_mut(*column), self.numbers.get_mut(*column)) else {
                continue;
            };
            let raw = record.field(*field);
            *text = trim(raw);
            if text.is_empty() {
                if known.required {
                    return Err(Reject::new(known.name, raw, EMPTY_REASON));
                }
                continue;
            }
            match known.kind {
                ColumnKind::Text | ColumnKind::State | ColumnKind::Kind => {}
                ColumnKind::Minor => *number = minor(text).map_err(|reason| refused(known, raw, reason))?,
                ColumnKind::Rate => *number = vat_rate_bp(text).map_err(|reason| refused(known, raw, reason))?,
                ColumnKind::Quantity => {
                    quantity(text).map_err(|reason| refused(known, raw, reason))?;
                }
                ColumnKind::Currency => {
                    let found = last.find(text, context);
                    self.currency = found.ok_or_else(|| refused(known, raw, CURRENCY_REASON))?;
                }
                ColumnKind::Stamp => {
                    if !is_stamp(text) {
                        return Err(refused(known, raw, NO_STAMP));
                    }
                }
            }
        }
        Ok(())
    }
}

const NO_STAMP: &str = "a timestamp is RFC 3339, YYYY-MM-DD HH:MM:SS or YYYY-MM-DD, and a day that exists";

#[cold]
fn refused(known: &Column, raw: &[u8], reason: impl Into<String>) -> Reject {
    Reject::new(known.name, raw, reason)
}

#[cold]
fn unclosed(record: &Record<'_>) -> Reject {
    Reject::new("", record.raw, UNCLOSED_REASON)
}

#[cold]
fn wrong_count(layout: &Layout, record: &Record<'_>) -> Reject {
    let reason = format!("{} fields where the header has {}", record.len(), layout.field_count);
    Reject::new("", record.raw, reason)
}

/// The currency of the last row.
#[derive(Debug, Default)]
pub(super) struct LastCurrency(Option<([u8; 3], Currency)>);

impl LastCurrency {
    #[inline]
    fn find(&mut self, text: &[u8], context: &Context<'_>) -> Option<Currency> {
        match (self.0, text) {
            (Some((last, currency)), [a, b, c]) if last == [*a, *b, *c] => Some(currency),
            _ => self.look_up(text, context),
        }
    }

    fn look_up(&mut self, text: &[u8], context: &Context<'_>) -> Option<Currency> {
        let found = context.currencies.find(text)?;
        if let Ok(code) = <[u8; 3]>::try_from(text) {
            self.0 = Some((code, found));
        }
        Some(found)
    }
}
