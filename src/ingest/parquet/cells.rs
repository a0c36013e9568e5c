//! The types of Parquet columns that canonical columns are read from, and their values as canonical texts.

use chrono::{DateTime, Datelike, NaiveDate};
use compact_str::{CompactString, ToCompactString, format_compact};
use polars::prelude::{
    ArrowDataType, BooleanChunked, DataType, Int32Chunked, Int64Chunked, Int128Chunked, PolarsError, PolarsResult,
    Series, StringChunked, TimeUnit, UInt64Chunked,
};

use crate::engine::join::{push_field, push_number};
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

    /// Appends a row's field to its record; nothing where it is absent.
    pub(super) fn push(&self, row: usize, out: &mut Vec<u8>) {
        let text = |value: Option<CompactString>, out: &mut Vec<u8>| {
            out.extend_from_slice(value.unwrap_or_default().as_bytes());
        };
        match self {
            Self::Absent => {}
            Self::Text(cells) => push_field(cells.get(row).unwrap_or_default(), out),
            Self::Whole(cells) => cells.get(row).map_or((), |value| push_number(value, out)),
            Self::Unsigned(cells) => cells.get(row).map_or((), |value| push_number(value, out)),
            Self::Flag(cells) => text(cells.get(row).map(|value| value.to_compact_string()), out),
            Self::Day(cells) => text(
                cells.get(row).map(|days| match day(days) {
                    Some(day) => day.to_compact_string(),
                    // What no calendar has is left for the row to be rejected with.
                    None => days.to_compact_string(),
                }),
                out,
            ),
            Self::Moment(cells, unit, utc) => {
                if let Some(ticks) = cells.get(row) {
                    push_moment(ticks, *unit, *utc, out);
                }
            }
            Self::Decimal(cells, places) => {
                if let Some(digits) = cells.get(row) {
                    out.extend_from_slice(decimal(digits, *places).as_bytes());
                }
            }
        }
    }
}

const SECONDS_OF_A_DAY: i64 = 86_400;

/// Appends a moment: in UTC, or local.
fn push_moment(ticks: i64, unit: TimeUnit, utc: bool, out: &mut Vec<u8>) {
    let ticks_of_a_second = match unit {
        TimeUnit::Nanoseconds => 1_000_000_000,
        TimeUnit::Microseconds => 1_000_000,
        TimeUnit::Milliseconds => 1_000,
    };
    let (seconds, rest) = (ticks.div_euclid(ticks_of_a_second), ticks.rem_euclid(ticks_of_a_second));
    let (days, second) = (seconds.div_euclid(SECONDS_OF_A_DAY), seconds.rem_euclid(SECONDS_OF_A_DAY));
    let day = chrono::TimeDelta::try_days(days).and_then(|days| NaiveDate::default().checked_add_signed(days));
    // Nearly all are whole seconds in years of four digits: these are written by themselves, many times faster.
    let (0, Some(day)) = (rest, day.filter(|day| (0..=9999).contains(&day.year()))) else {
        out.extend_from_slice(moment_text(ticks, unit, utc).as_bytes());
        return;
    };
    let two = |value: i64| [value / 10, value % 10].map(|digit| u8::try_from(digit).map_or(b'0', |digit| b'0' + digit));
    let [[y1, y2], [y3, y4]] = [day.year() / 100, day.year() % 100].map(|part| two(part.into()));
    let [[m1, m2], [d1, d2]] = [day.month(), day.day()].map(|part| two(part.into()));
    let [[h1, h2], [n1, n2], [s1, s2]] = [second / 3600, second / 60 % 60, second % 60].map(two);
    let between = if utc { b'T' } else { b' ' };
    out.extend_from_slice(&[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, between, h1, h2, b':', n1, n2, b':', s1, s2]);
    out.extend(utc.then_some(b'Z'));
}

/// A moment of any year, with the fraction of its second.
fn moment_text(ticks: i64, unit: TimeUnit, utc: bool) -> CompactString {
    match (moment(ticks, unit), utc) {
        (Some(at), true) => format_compact!("{:?}Z", at.naive_utc()),
        (Some(at), false) => format_compact!("{}", at.naive_utc()),
        // What no calendar has is left for the row to be rejected with.
        (None, _) => ticks.to_compact_string(),
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

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn moments_are_written_as_the_calendar_writes_them(ticks in proptest::collection::vec((proptest::num::i64::ANY, 0..4_u8), 1..9)) {
            for unit in [TimeUnit::Nanoseconds, TimeUnit::Microseconds, TimeUnit::Milliseconds] {
                for utc in [true, false] {
                    for (any, kind) in &ticks {
                        // Also near 1970, and whole seconds, of which any would be rare.
                        let ticks = match kind {
                            0 => *any,
                            1 => *any % 4_000_000_000_000,
                            2 => *any % 4_000_000_000_000 / 1_000_000_000 * 1_000_000_000,
                            _ => *any / 1_000_000_000 * 1_000_000_000,
                        };
                        let mut out = Vec::new();
                        push_moment(ticks, unit, utc, &mut out);
                        let expected = moment_text(ticks, unit, utc);
                        proptest::prop_assert_eq!(std::str::from_utf8(&out).unwrap(), expected.as_str());
                    }
                }
            }
        }
    }
}
