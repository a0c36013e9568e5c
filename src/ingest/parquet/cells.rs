//! The types of Parquet columns that canonical columns are read from, and their values as canonical texts.

use chrono::{DateTime, Datelike, NaiveDate};
use compact_str::{CompactString, ToCompactString, format_compact};
use polars::prelude::{
    ArrayRef, ArrowDataType, BooleanChunked, DataType, Int32Type, Int64Type, Int128Type, PolarsDataType, PolarsError,
    PolarsResult, Series, StringType, TimeUnit, UInt64Type,
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
pub(super) struct Cells {
    values: Values,
    /// Where some are absent, what says which.
    absent: Option<ArrayRef>,
}

type Array<T> = <T as PolarsDataType>::Array;

enum Values {
    Absent,
    Text(Array<StringType>),
    Whole(Array<Int64Type>),
    Unsigned(Array<UInt64Type>),
    Flag(BooleanChunked),
    Day(Array<Int32Type>),
    Moment(Moments),
    Decimal(Array<Int128Type>, usize),
}

impl Cells {
    /// The cells of a column, which is in one chunk.
    pub(super) fn new(series: &Series, form: Form) -> PolarsResult<Self> {
        let values = match form {
            _ if series.null_count() == series.len() => Values::Absent,
            Form::Text => Values::Text(series.str()?.downcast_as_array().clone()),
            Form::Whole if series.dtype() == &DataType::UInt64 => {
                Values::Unsigned(series.u64()?.downcast_as_array().clone())
            }
            Form::Whole => Values::Whole(series.strict_cast(&DataType::Int64)?.i64()?.downcast_as_array().clone()),
            Form::Flag => Values::Flag(series.bool()?.clone()),
            Form::Day => Values::Day(series.to_physical_repr().i32()?.downcast_as_array().clone()),
            Form::Moment { utc } => {
                let DataType::Datetime(unit, _) = series.dtype() else { return Err(mismatch(series)) };
                let ticks = series.to_physical_repr().i64()?.downcast_as_array().clone();
                Values::Moment(Moments::new(ticks, *unit, utc))
            }
            Form::Decimal { places } => {
                Values::Decimal(series.decimal()?.physical().downcast_as_array().clone(), places)
            }
            Form::Float => return Err(mismatch(series)),
        };
        let absent = (series.null_count() > 0).then(|| series.chunks().first().cloned()).flatten();
        Ok(Self { values, absent })
    }

    /// Appends a row's field to its record; nothing where it is absent.
    #[inline(always)]
    pub(super) fn push(&self, row: usize, out: &mut Vec<u8>) {
        match &self.values {
            Values::Text(texts) if self.has(row) => push_field(texts.value(row), out),
            _ => self.push_bare(row, out),
        }
    }

    /// The same, without a look at what would have to be quoted.
    #[inline(always)]
    pub(super) fn push_bare(&self, row: usize, out: &mut Vec<u8>) {
        // Asked first: files often have all canonical columns, and nothing in most of them.
        if matches!(self.values, Values::Absent) || !self.has(row) {
            return;
        }
        match &self.values {
            Values::Text(texts) => push_text(texts, row, out),
            Values::Whole(numbers) => push_number(numbers.value(row), out),
            Values::Moment(moments) => moments.push(row, out),
            other => other.push_seldom(row, out),
        }
    }

    #[inline(always)]
    fn has(&self, row: usize) -> bool {
        self.absent.as_ref().is_none_or(|array| array.is_valid(row))
    }
}

impl Values {
    /// Appends a value of a kind that few columns have.
    #[inline(never)]
    fn push_seldom(&self, row: usize, out: &mut Vec<u8>) {
        let text = match self {
            Self::Unsigned(numbers) => return push_number(numbers.value(row), out),
            Self::Flag(flags) => flags.get(row).unwrap_or_default().to_compact_string(),
            Self::Day(days) => match day(days.value(row)) {
                Some(day) => day.to_compact_string(),
                // What no calendar has is left for the row to be rejected with.
                None => days.value(row).to_compact_string(),
            },
            Self::Decimal(decimals, places) => decimal(decimals.value(row), *places).into(),
            Self::Absent | Self::Text(_) | Self::Whole(_) | Self::Moment(_) => return,
        };
        out.extend_from_slice(text.as_bytes());
    }
}

/// The longest text that is copied by a length of its own.
const COPIED_LEN: usize = 32;

/// Appends a text. Most are short, and are copied with what stands behind them, which is then taken away: copying a length that is
/// the same for all of them costs a fraction of copying each with its own.
#[inline(always)]
fn push_text(texts: &Array<StringType>, row: usize, out: &mut Vec<u8>) {
    let Some(view) = texts.views().get(row) else { return };
    let len = usize::try_from(view.length).unwrap_or(usize::MAX);
    let end = out.len().saturating_add(len);
    if view.is_inline() {
        let [a, b, c] = [view.prefix, view.buffer_idx, view.offset].map(u32::to_ne_bytes);
        out.extend_from_slice([a, b, c].as_flattened());
        out.truncate(end);
        return;
    }
    let [buffer, start] = [view.buffer_idx, view.offset].map(|place| usize::try_from(place).unwrap_or(usize::MAX));
    let buffer = texts.data_buffers().get(buffer).and_then(|buffer| buffer.get(start..));
    match buffer.and_then(|from_there| from_there.first_chunk::<COPIED_LEN>()) {
        Some(with_more) if len <= COPIED_LEN => {
            out.extend_from_slice(with_more);
            out.truncate(end);
        }
        _ => out.extend_from_slice(texts.value(row).as_bytes()),
    }
}

const SECONDS_OF_A_DAY: i64 = 86_400;

/// Moments of a column: in UTC, or local.
struct Moments {
    ticks: Array<Int64Type>,
    unit: TimeUnit,
    utc: bool,
    /// The first of the days that they are on, counted from 1970, and the texts of these days, as far as they are few and have
    /// years of four digits. A column has few days and many moments.
    first_day: i64,
    days: Vec<[u8; 10]>,
}

/// So many days have their texts at hand.
const DAYS_MAX: i64 = 1 << 15;

impl Moments {
    fn new(ticks: Array<Int64Type>, unit: TimeUnit, utc: bool) -> Self {
        let day = |ticks: &i64| seconds(*ticks, unit).0.div_euclid(SECONDS_OF_A_DAY);
        let all = ticks.values();
        let (first, last) =
            all.iter().map(day).fold((i64::MAX, i64::MIN), |(min, max), day| (min.min(day), max.max(day)));
        let count = last.saturating_sub(first).saturating_add(1).min(DAYS_MAX);
        let text = |day| day_text(chrono::TimeDelta::try_days(day)?);
        let days = (0..count).map_while(|place| text(first.checked_add(place)?)).collect();
        Self { ticks, unit, utc, first_day: first, days }
    }

    #[inline(always)]
    fn push(&self, row: usize, out: &mut Vec<u8>) {
        let ticks = self.ticks.value(row);
        let (seconds, rest) = seconds(ticks, self.unit);
        let (day, second) = (seconds.div_euclid(SECONDS_OF_A_DAY), seconds.rem_euclid(SECONDS_OF_A_DAY));
        let place = usize::try_from(day.saturating_sub(self.first_day)).unwrap_or(usize::MAX);
        let (0, Some(day)) = (rest, self.days.get(place)) else {
            out.extend_from_slice(moment_text(ticks, self.unit, self.utc).as_bytes());
            return;
        };
        let two =
            |value: i64| [value / 10, value % 10].map(|digit| u8::try_from(digit).map_or(b'0', |digit| b'0' + digit));
        let [[h1, h2], [n1, n2], [s1, s2]] = [second / 3600, second / 60 % 60, second % 60].map(two);
        let between = if self.utc { b'T' } else { b' ' };
        out.extend_from_slice(day);
        out.extend_from_slice(&[between, h1, h2, b':', n1, n2, b':', s1, s2]);
        out.extend(self.utc.then_some(b'Z'));
    }
}

/// The text of a day so many days after 1970 began, where it has ten characters.
fn day_text(days: chrono::TimeDelta) -> Option<[u8; 10]> {
    let day = NaiveDate::default().checked_add_signed(days).filter(|day| (0..=9999).contains(&day.year()))?;
    day.to_compact_string().as_bytes().try_into().ok()
}

/// Ticks as seconds, and the ticks that are left.
#[inline(always)]
fn seconds(ticks: i64, unit: TimeUnit) -> (i64, i64) {
    // Constants, each by itself: dividing by what is known costs a fraction.
    match unit {
        TimeUnit::Nanoseconds => (ticks.div_euclid(1_000_000_000), ticks.rem_euclid(1_000_000_000)),
        TimeUnit::Microseconds => (ticks.div_euclid(1_000_000), ticks.rem_euclid(1_000_000)),
        TimeUnit::Milliseconds => (ticks.div_euclid(1_000), ticks.rem_euclid(1_000)),
    }
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
        // Few: each column has its own calendar, which may be long.
        #![proptest_config(proptest::test_runner::Config::with_cases(16))]

        #[test]
        fn moments_are_written_as_the_calendar_writes_them(ticks in proptest::collection::vec((proptest::num::i64::ANY, 0..4_u8), 1..9)) {
            for unit in [TimeUnit::Nanoseconds, TimeUnit::Microseconds, TimeUnit::Milliseconds] {
                for utc in [true, false] {
                    // Also near 1970, and whole seconds, of which any would be rare.
                    let ticks = ticks.iter().map(|(any, kind)| match kind {
                        0 => *any,
                        1 => *any % 4_000_000_000_000,
                        2 => *any % 4_000_000_000_000 / 1_000_000_000 * 1_000_000_000,
                        _ => *any / 1_000_000_000 * 1_000_000_000,
                    });
                    let ticks: Vec<i64> = ticks.collect();
                    // All in one column, and each alone, where its day has a text.
                    let alone = ticks.iter().map(std::slice::from_ref);
                    for column in [&ticks[..]].into_iter().chain(alone) {
                        let moments = Moments::new(Array::<Int64Type>::from_slice(column), unit, utc);
                        for (row, ticks) in column.iter().enumerate() {
                            let mut out = Vec::new();
                            moments.push(row, &mut out);
                            let expected = moment_text(*ticks, unit, utc);
                            proptest::prop_assert_eq!(std::str::from_utf8(&out).unwrap(), expected.as_str());
                        }
                    }
                }
            }
        }
    }
}
