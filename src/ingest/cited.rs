//! Canonical rows as they are read back: all columns typed, or each as it is asked for.

use super::canonical::{Context, Reject, provider_column};
use super::field::{is_completed, minor, quantity, utf8, vat_rate_bp};
use super::fields::{Fields, LastCurrencies, Numbers};
use super::layout::Layout;
use crate::engine::split::Record;
use crate::model::day::parse_stamp;
use crate::model::origin::Origin;
use crate::model::record::{ColumnKind, Columns, Dataset, Row, Value};

/// Reads one row with every known column typed.
///
/// # Errors
/// As [`super::canonical::compact`], for the same rows.
pub fn typed(layout: &Layout, record: &Record<'_>, origin: Origin, context: &Context<'_>) -> Result<Row, Reject> {
    let (fields, mut numbers) = (Fields::new(layout, record), Numbers::default());
    fields.check(&mut numbers, context, &mut LastCurrencies::default())?;
    if layout.dataset == Dataset::Payouts {
        fields.check_payout()?;
    }
    let currency = numbers.currency;
    let cited = Cited { fields, record, raw: utf8(record.raw), context };
    let values = (0..layout.dataset.columns().len()).map(|column| cited.value_at(column)).collect();
    Ok(Row { dataset: layout.dataset, currency, values, origin })
}

/// A row that was read once, where it stands: a column is typed when somebody asks for it.
pub(super) struct Cited<'l, 'r, 'c> {
    fields: Fields<'l, 'r>,
    record: &'l Record<'r>,
    /// The record's bytes.
    raw: &'r str,
    context: &'c Context<'c>,
}

impl<'l, 'r, 'c> Cited<'l, 'r, 'c> {
    /// The row of a record; `None` where it cannot be one: the file is not what it was.
    pub(super) fn new(layout: &'l Layout, record: &'l Record<'r>, context: &'c Context<'c>) -> Option<Self> {
        let is_row = !record.unclosed && record.len() == layout.field_count;
        let raw = std::str::from_utf8(record.raw).ok().filter(|_| is_row)?;
        Some(Self { fields: Fields::new(layout, record), record, raw, context })
    }

    /// The text of a column; `None` where it is absent or empty.
    #[inline]
    fn text(&self, place: usize) -> Option<&str> {
        if !self.record.plain {
            return self.fields.text(place).map(utf8);
        }
        // Nothing is to be taken off a field of a plain record, and all of it was seen to be a text.
        let span = self.record.span(self.fields.layout().field(place)?)?;
        self.raw.get(span).filter(|text| !text.is_empty())
    }

    fn provider(&self) -> &str {
        let layout = self.fields.layout();
        self.text(provider_column(layout.dataset)).unwrap_or(layout.provider.as_str())
    }
}

impl Columns for Cited<'_, '_, '_> {
    fn dataset(&self) -> Dataset {
        self.fields.layout().dataset
    }

    fn text_at(&self, place: usize) -> Option<&str> {
        if place == provider_column(self.dataset()) {
            return Some(self.provider());
        }
        self.text(place)
    }

    fn value_at(&self, place: usize) -> Value {
        let dataset = self.dataset();
        if place == provider_column(dataset) {
            return Value::Text(self.provider().into());
        }
        let Some(known) = dataset.columns().get(place) else { return Value::Absent };
        match (known.kind, self.text(place)) {
            (ColumnKind::State, text) => Value::Completed(is_completed(text.unwrap_or_default().as_bytes())),
            (_, None) => Value::Absent,
            (ColumnKind::Minor, Some(text)) => minor(text.as_bytes()).map_or(Value::Absent, Value::Int),
            (ColumnKind::Rate, Some(text)) => vat_rate_bp(text.as_bytes()).map_or(Value::Absent, Value::Int),
            (ColumnKind::Quantity, Some(text)) => quantity(text.as_bytes()).map_or(Value::Absent, Value::Decimal),
            (ColumnKind::Stamp, Some(text)) => {
                let stamp = parse_stamp(text.as_bytes());
                stamp.map_or(Value::Absent, |stamp| Value::At(self.context.zone.instant(stamp)))
            }
            (ColumnKind::Kind, Some(text)) => Value::Text(text.to_lowercase().into()),
            (ColumnKind::Text | ColumnKind::Currency, Some(text)) => Value::Text(text.into()),
        }
    }
}
