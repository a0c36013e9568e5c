//! The types of Parquet columns that canonical columns are read from, and their values as canonical texts.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate};
use polars::prelude::{
    ArrowDataType, BooleanChunked, DataType, Int32Chunked, Int64Chunked, Int128Chunked, PolarsError, PolarsResult,
    Series, StringChunked, TimeUnit, UInt64Chunked,
};

use crate::ingest::source::FileError;
use crate::model::record::{Column, ColumnKind};

/// The kinds of types that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Whole,
    Float,
    Flag,
    Day,
    Moment { utc: bool },
    Decimal { places: usize },
}

impl Form {
    pub(super) fn of(dtype: &ArrowDataType) -> Option<Self> {
        use ArrowDataType as D;
        Some(match dtype {
            D::Utf8View | D::Utf8 | D::LargeUtf8 => Self::Text,
            D::Int8 | D::Int16 | D::Int32 | D::Int64 | D::UInt8 | D::UInt16 | D::UInt32 | D::UInt64 => Self::Whole,
            D::Float16 | D::Float32 | D::Float64 => Self::Float,
            D::Boolean => Self::Flag,
            D::Date32 => Self::Day,
            D::Timestamp(_, zone) => Self::Moment { utc: zone.is_some() },
            D::Decimal(_, places) => Self::Decimal { places: *places },
            _ => return None,
        })
    }

    /// Whether a column of this kind is read from it. A column without any value may have any of these types, because
    /// writers give it one at random.
    pub(super) fn fits(self, kind: ColumnKind) -> bool {
        use ColumnKind::{Minor, Quantity, Rate, Stamp, State, Text};
        match self {
            Self::Text => true,
            Self::Whole | Self::Decimal { places: 0 } => matches!(kind, Text | Minor | Rate | Quantity),
            Self::Decimal { .. } => kind == Quantity,
            Self::Flag => kind == State,
            Self::Day | Self::Moment { .. } => matches!(kind, Text | Stamp),
            Self::Float => false,
        }
    }

    pub(super) fn refusal(self, shown: &str, column: &Column) -> FileError {
        let name = column.name;
        let whole = matches!(column.kind, ColumnKind::Minor | ColumnKind::Rate);
        let (problem, help) = match self {
            Self::Float if whole => ("floats, which cannot hold money", "write whole minor units as integers"),
            Self::Float => ("floats, which lose digits", "write ids as text, and quantities as text or decimals"),
            Self::Decimal { .. } if whole => ("decimals with places", "write whole minor units as integers"),
            Self::Text => ("texts", "write another type"),
            Self::Whole => ("integers", "write text, or the type of the column"),
            Self::Flag => ("booleans", "write text, or the type of the column"),
            Self::Day => ("dates", "write text, or the type of the column"),
            Self::Moment { .. } => ("timestamps", "write text, or the type of the column"),
            Self::Decimal { .. } => ("decimals", "write text, or the type of the column"),
        };
        FileError::new(shown, format!("the column {name} holds {problem}"), help)
    }
}

/// The name of a type of which nothing is read, without what it consists of.
pub(super) fn described(dtype: &ArrowDataType) -> String {
    let whole = format!("{dtype:?}");
    whole.split([' ', '(', '{']).next().unwrap_or_default().to_lowercase()
}

/// A column of a slice.
pub(super) enum Cells {
    Absent,
    Text(StringChunked),
    Whole(Int64Chunked),
    Unsigned(UInt64Chunked),
    Flag(BooleanChunked),
    Day(Int32Chunked),
    Moment(Int64Chunked, TimeUnit, bool),
    Decimal(Int128Chunked, usize),
}

impl Cells {
    pub(super) fn new(series: &Series, form: Form) -> PolarsResult<Self> {
        Ok(match form {
            _ if series.null_count() == series.len() => Self::Absent,
            Form::Text => Self::Text(series.str()?.clone()),
            Form::Whole if series.dtype() == &DataType::UInt64 => Self::Unsigned(series.u64()?.clone()),
            Form::Whole => Self::Whole(series.strict_cast(&DataType::Int64)?.i64()?.clone()),
            Form::Flag => Self::Flag(series.bool()?.clone()),
            Form::Day => Self::Day(series.to_physical_repr().i32()?.clone()),
            Form::Moment { utc } => {
                let DataType::Datetime(unit, _) = series.dtype() else { return Err(mismatch(series)) };
                Self::Moment(series.to_physical_repr().i64()?.clone(), *unit, utc)
            }
            Form::Decimal { places } => Self::Decimal(series.decimal()?.physical().clone(), places),
            Form::Float => return Err(mismatch(series)),
        })
    }

    /// Appends the text of a row; nothing where it is absent.
    pub(super) fn write(&self, row: usize, out: &mut String) -> std::fmt::Result {
        match self {
            Self::Absent => {}
            Self::Text(cells) => out.push_str(cells.get(row).unwrap_or_default()),
            Self::Whole(cells) => cells.get(row).map_or(Ok(()), |value| write!(out, "{value}"))?,
            Self::Unsigned(cells) => cells.get(row).map_or(Ok(()), |value| write!(out, "{value}"))?,
            Self::Flag(cells) => cells.get(row).map_or(Ok(()), |value| write!(out, "{value}"))?,
            Self::Day(cells) => cells.get(row).map_or(Ok(()), |days| match day(days) {
                Some(day) => write!(out, "{day}"),
                // What no calendar has is left for the row to be rejected with.
                None => write!(out, "{days}"),
            })?,
            Self::Moment(cells, unit, utc) => {
                cells.get(row).map_or(Ok(()), |ticks| match (moment(ticks, *unit), utc) {
                    (Some(at), true) => write!(out, "{:?}Z", at.naive_utc()),
                    (Some(at), false) => write!(out, "{}", at.naive_utc()),
                    (None, _) => write!(out, "{ticks}"),
                })?
            }
            Self::Decimal(cells, places) => {
                if let Some(digits) = cells.get(row) {
                    out.push_str(&decimal(digits, *places));
                }
            }
        }
        Ok(())
    }
}

fn mismatch(series: &Series) -> PolarsError {
    PolarsError::SchemaMismatch(format!("{} is {}", series.name(), series.dtype()).into())
}

fn day(days: i32) -> Option<NaiveDate> {
    NaiveDate::default().checked_add_signed(chrono::TimeDelta::try_days(i64::from(days))?)
}

fn moment(ticks: i64, unit: TimeUnit) -> Option<DateTime<chrono::Utc>> {
    match unit {
        TimeUnit::Nanoseconds => Some(DateTime::from_timestamp_nanos(ticks)),
        TimeUnit::Microseconds => DateTime::from_timestamp_micros(ticks),
        TimeUnit::Milliseconds => DateTime::from_timestamp_millis(ticks),
    }
}

/// A decimal without the zeros that its type adds.
fn decimal(digits: i128, places: usize) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", digits.unsigned_abs(), width = places.saturating_add(1));
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(places));
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}
