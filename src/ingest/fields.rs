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

/// The fields of one row, by canonical column, as texts that are looked at when they are asked for.
pub(super) struct Fields<'l, 'r> {
    record: &'l Record<'r>,
    layout: &'l Layout,
}

/// What the fields of a row say in numbers; memory that is used again for the next row.
#[derive(Debug)]
pub(super) struct Numbers {
    values: [i64; COLUMNS_MAX],
    /// A bit for each column that has a number.
    present: u32,
    /// The currency, which every row has.
    pub(super) currency: Currency,
}

impl Default for Numbers {
    fn default() -> Self {
        Self { values: [0; COLUMNS_MAX], present: 0, currency: Currency(0) }
    }
}

impl Numbers {
    /// The number of a column that holds one.
    #[inline]
    pub(super) fn get(&self, column: usize) -> Option<i64> {
        if self.present >> column & 1 == 0 { None } else { self.values.get(column).copied() }
    }

    /// Whether a column from this one on has a number.
    #[inline]
    pub(super) fn has_any_from(&self, column: usize) -> bool {
        self.present >> column != 0
    }
}

impl<'l, 'r> Fields<'l, 'r> {
    /// The fields of a row, of which none was checked yet.
    #[inline]
    pub(super) fn new(layout: &'l Layout, record: &'l Record<'r>) -> Self {
        Self { record, layout }
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
    pub(super) fn check(
        &self,
        numbers: &mut Numbers,
        context: &Context<'_>,
        last: &mut LastCurrencies,
    ) -> Result<(), Reject> {
        let Self { record, layout } = *self;
        if record.unclosed {
            return Err(unclosed(record));
        }
        if record.len() != layout.field_count {
            return Err(wrong_count(layout, record));
        }
        if record.plain {
            self.check_each(|check| record.plain_field(check.place), numbers, context, last)
        } else {
            self.check_each(|check| trim(record.field(check.field)), numbers, context, last)
        }
    }

    #[inline]
    fn check_each(
        &self,
        text_of: impl Fn(&Check) -> &'r [u8],
        numbers: &mut Numbers,
        context: &Context<'_>,
        last: &mut LastCurrencies,
    ) -> Result<(), Reject> {
        numbers.present = 0;
        for check in &self.layout.checks {
            let Check { column, field, known, .. } = check;
            let text = text_of(check);
            if text.is_empty() {
                if known.required {
                    return Err(self.refused(*field, known, EMPTY_REASON));
                }
                continue;
            }
            let number = match known.kind {
                ColumnKind::Text | ColumnKind::State | ColumnKind::Kind => continue,
                ColumnKind::Minor => parse_minor(text).map_err(|error| self.refused(*field, known, error.reason()))?,
                ColumnKind::Rate => vat_rate_bp(text).map_err(|reason| self.refused(*field, known, reason))?,
                ColumnKind::Quantity => {
                    quantity(text).map_err(|reason| self.refused(*field, known, reason))?;
                    continue;
                }
                ColumnKind::Currency => {
                    let found = last.find(text, context);
                    numbers.currency = found.ok_or_else(|| self.refused(*field, known, CURRENCY_REASON))?;
                    continue;
                }
                ColumnKind::Stamp => {
                    if !is_stamp(text) {
                        return Err(self.refused(*field, known, NO_STAMP));
                    }
                    continue;
                }
            };
            if let Some(place) = numbers.values.get_mut(*column) {
                *place = number;
                numbers.present |= 1 << column;
            }
        }
        Ok(())
    }

    /// Why a field cannot be read, with what stands there.
    #[cold]
    fn refused(&self, field: usize, known: &Column, reason: impl Into<String>) -> Reject {
        Reject::new(known.name, self.record.field(field), reason)
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

    /// Whether the file has a column.
    #[inline(always)]
    pub(super) fn has(&self, column: usize) -> bool {
        self.layout.field(column).is_some()
    }

    /// The text of a column of any record.
    fn any_text(&self, column: usize) -> Option<&'r [u8]> {
        Some(trim(self.record.field(self.layout.field(column)?)))
    }

    /// The text of a column; `None` where it is absent or empty.
    #[inline]
    pub(super) fn text(&self, column: usize) -> Option<&'r [u8]> {
        let text =
            if self.record.plain { self.record.plain_field(self.layout.place(column)) } else { self.any_text(column)? };
        Some(text).filter(|text| !text.is_empty())
    }
}

const NOTHING_STATED: &str = "the row states no amount, day or reference of a payout";
const NO_STAMP: &str = "a timestamp is RFC 3339, YYYY-MM-DD HH:MM:SS or YYYY-MM-DD, and a day that exists";

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
