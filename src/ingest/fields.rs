//! The fields of one row, checked by their columns: the one gate that rows pass, compact or typed.
//!
//! What a row must hold is checked for every row; what only some reader wants is looked at when it asks.

use super::canonical::{CURRENCY_REASON, Context, EMPTY_REASON, Reject, UNCLOSED_REASON};
use super::field::{quantity, trim, vat_rate_bp};
use super::layout::{COLUMNS_MAX, Check, Layout};
use crate::engine::split::Record;
use crate::model::currency::Currency;
use crate::model::day::is_stamp;
use crate::model::money::parse_minor;
use crate::model::record::{Column, ColumnKind, Dataset};

/// The fields of one row, by canonical column: texts as they are asked for, and the numbers among them.
pub(super) struct Fields<'l, 'r> {
    record: &'l Record<'r>,
    layout: &'l Layout,
    numbers: [i64; COLUMNS_MAX],
    /// A bit for each column that has a number.
    has_number: u32,
    /// The currency, which every row has.
    pub(super) currency: Currency,
}

impl<'l, 'r> Fields<'l, 'r> {
    /// The fields of a row, of which none was checked yet.
    #[inline]
    pub(super) fn new(layout: &'l Layout, record: &'l Record<'r>) -> Self {
        Self { record, layout, numbers: [0; COLUMNS_MAX], has_number: 0, currency: Currency(0) }
    }

    /// Where its columns stand.
    #[inline]
    pub(super) fn layout(&self) -> &'l Layout {
        self.layout
    }

    /// Checks every known field and reads the numbers.
    ///
    /// # Errors
    /// The first field, in the order of the canonical columns, that is not what its column must hold.
    #[inline]
    pub(super) fn check(&mut self, context: &Context<'_>, last: &mut LastCurrencies) -> Result<(), Reject> {
        let Self { record, layout, .. } = *self;
        if record.unclosed {
            return Err(unclosed(record));
        }
        if record.len() != layout.field_count {
            return Err(wrong_count(layout, record));
        }
        for Check { column, field, known } in &layout.checks {
            let raw = record.field(*field);
            let text = if record.plain { raw } else { trim(raw) };
            if text.is_empty() {
                if known.required {
                    return Err(Reject::new(known.name, raw, EMPTY_REASON));
                }
                continue;
            }
            let number = match known.kind {
                ColumnKind::Text | ColumnKind::State | ColumnKind::Kind => continue,
                ColumnKind::Minor => parse_minor(text).map_err(|error| refused(known, raw, error.reason()))?,
                ColumnKind::Rate => vat_rate_bp(text).map_err(|reason| refused(known, raw, reason))?,
                ColumnKind::Quantity => {
                    quantity(text).map_err(|reason| refused(known, raw, reason))?;
                    continue;
                }
                ColumnKind::Currency => {
                    let found = last.find(text, context);
                    self.currency = found.ok_or_else(|| refused(known, raw, CURRENCY_REASON))?;
                    continue;
                }
                ColumnKind::Stamp => {
                    if !is_stamp(text) {
                        return Err(refused(known, raw, NO_STAMP));
                    }
                    continue;
                }
            };
            if let Some(place) = self.numbers.get_mut(*column) {
                *place = number;
                self.has_number |= 1 << column;
            }
        }
        Ok(())
    }

    /// A payout must state something of its settlement: an amount, its day, or its reference on the transfer.
    ///
    /// # Errors
    /// It states nothing.
    pub(super) fn check_payout(&self) -> Result<(), Reject> {
        let columns = Dataset::Payouts.columns().iter().enumerate();
        let mut stated = columns.filter(|(_, column)| !column.required && column.name != "provider");
        if stated.any(|(place, _)| self.text(place).is_some()) {
            Ok(())
        } else {
            Err(Reject::new("", b"", NOTHING_STATED))
        }
    }

    /// The text of a column; `None` where it is absent or empty.
    #[inline]
    pub(super) fn text(&self, column: usize) -> Option<&'r [u8]> {
        let text = self.record.get(self.layout.field(column)?)?;
        Some(if self.record.plain { text } else { trim(text) }).filter(|text| !text.is_empty())
    }

    /// The number of a column that holds one.
    #[inline]
    pub(super) fn number(&self, column: usize) -> Option<i64> {
        if self.has_number >> column & 1 == 0 { None } else { self.numbers.get(column).copied() }
    }
}

const NOTHING_STATED: &str = "the row states no amount, day or reference of a payout";
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

/// How many currencies are remembered: as many as a file usually has.
const CURRENCIES_LEN: usize = 4;

/// The currencies of the last rows.
#[derive(Debug, Default)]
pub(super) struct LastCurrencies {
    known: [Option<([u8; 3], Currency)>; CURRENCIES_LEN],
    next: usize,
}

impl LastCurrencies {
    #[inline]
    fn find(&mut self, text: &[u8], context: &Context<'_>) -> Option<Currency> {
        // Configured codes may have another length.
        let Ok(code) = <[u8; 3]>::try_from(text) else { return context.currencies.find(text) };
        for (known, currency) in self.known.iter().flatten() {
            if *known == code {
                return Some(*currency);
            }
        }
        self.look_up(code, context)
    }

    #[cold]
    fn look_up(&mut self, code: [u8; 3], context: &Context<'_>) -> Option<Currency> {
        let found = context.currencies.find(&code)?;
        if let Some(place) = self.known.get_mut(self.next) {
            *place = Some((code, found));
        }
        self.next = (self.next + 1) % CURRENCIES_LEN;
        Some(found)
    }
}
