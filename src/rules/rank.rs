//! What orders the candidates of one key (RULES.md 4): lists of values, which are compared from the first to the last.
//!
//! One key may be that of all records of a run. Then nearly all values are the same in all of them, and are left out;
//! the others are compared by numbers that stand beside each other in memory, as far as these tell them apart.

use rayon::prelude::*;

use super::orders::Context;
use crate::model::origin::{Origin, Origins};
use crate::model::record::{ReadBackError, Value};

/// From so many on, candidates are read back and sorted on all threads.
const MANY: usize = 1 << 10;

/// What orders one candidate: its values, and at last where it stands.
pub(super) type Rank = (Vec<Value>, Origins);

/// An operation or a settlement row.
pub(super) trait Candidate: Sync {
    /// Where its rows stand.
    fn origins(&self) -> &[Origin];
    /// What orders it, of rows that are read back.
    ///
    /// # Errors
    /// A row cannot be read back.
    fn values(&self, context: &Context<'_>) -> Result<Vec<Value>, ReadBackError>;
}

fn ranked<C: Candidate>(place: usize, all: &[C], context: &Context<'_>) -> Result<(Rank, usize), ReadBackError> {
    Ok(((all[place].values(context)?, Origins::from_slice(all[place].origins())), place))
}

/// Works with the rows of many candidates at hand, and with their places in the order in which they stand.
fn at_hand<C: Candidate, T>(
    places: &[usize],
    all: &[C],
    context: &Context<'_>,
    work: impl FnOnce(&[usize], &Context<'_>) -> Result<T, ReadBackError>,
) -> Result<T, ReadBackError> {
    let origins = || places.iter().flat_map(|place| all[*place].origins().iter().copied()).collect();
    let shelf = context.rows.at_hand(&origins)?;
    // Neighbours in a file are neighbours in memory, too.
    let mut places = places.to_vec();
    places.par_sort_unstable_by_key(|place| all[*place].origins().first().copied());
    work(&places, &Context { rows: shelf.as_deref().unwrap_or(context.rows), ..*context })
}

/// The place of the candidate that comes first.
///
/// # Errors
/// A row cannot be read back.
pub(super) fn first<C: Candidate>(
    places: &[usize],
    all: &[C],
    context: &Context<'_>,
) -> Result<Option<usize>, ReadBackError> {
    if places.len() < MANY {
        let ranked = places.iter().map(|place| ranked(*place, all, context)).collect::<Result<Vec<_>, _>>()?;
        return Ok(ranked.into_iter().min().map(|(_, place)| place));
    }
    at_hand(places, all, context, |places, context| {
        let lesser = |a: (Rank, usize), b| Ok(if b < a { b } else { a });
        let first = places.par_iter().map(|place| ranked(*place, all, context)).try_reduce_with(lesser);
        Ok(first.transpose()?.map(|(_, place)| place))
    })
}

/// Sorts the places of candidates; a single one is left alone.
///
/// # Errors
/// A row cannot be read back.
pub(super) fn sort<C: Candidate>(places: &mut [usize], all: &[C], context: &Context<'_>) -> Result<(), ReadBackError> {
    if places.len() < 2 {
        return Ok(());
    }
    if places.len() < MANY {
        if are_same(places, all, context)? {
            places.sort_unstable_by_key(|place| all[*place].origins().first().copied());
            return Ok(());
        }
        let mut ranked = places.iter().map(|place| ranked(*place, all, context)).collect::<Result<Vec<_>, _>>()?;
        ranked.sort_unstable();
        places.iter_mut().zip(ranked).for_each(|(place, (_, sorted))| *place = sorted);
        return Ok(());
    }
    let ranked = at_hand(places, all, context, |places, context| {
        places.par_iter().map(|place| ranked(*place, all, context)).collect::<Result<Vec<_>, _>>()
    })?;
    let varying = varying(&ranked);
    let mut keyed: Vec<(Key, Rank, usize)> = ranked
        .into_par_iter()
        .map(|((values, origins), place)| {
            let varies = varying.iter().copied().chain(std::iter::repeat(true));
            let values: Vec<Value> =
                values.into_iter().zip(varies).filter_map(|(value, varies)| varies.then_some(value)).collect();
            (key(&values, origins.first().filter(|_| !varying.is_empty())), (values, origins), place)
        })
        .collect();
    keyed.par_sort_unstable();
    places.iter_mut().zip(keyed).for_each(|(place, (.., sorted))| *place = sorted);
    Ok(())
}

/// Whether candidates of one row each are surely the same but for where these stand: a row that was settled twice often is.
fn are_same<C: Candidate>(places: &[usize], all: &[C], context: &Context<'_>) -> Result<bool, ReadBackError> {
    let mut origins = places.iter().map(|place| match all[*place].origins() {
        [origin] => Some(*origin),
        _ => None,
    });
    let Some(Some(first)) = origins.next() else { return Ok(false) };
    for origin in origins {
        match origin {
            Some(other) if context.rows.are_same(first, other)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// Which values differ between any two; none where the lists have different lengths.
fn varying(ranked: &[(Rank, usize)]) -> Vec<bool> {
    let Some(((first, _), _)) = ranked.first() else { return Vec::new() };
    if ranked.iter().any(|((values, _), _)| values.len() != first.len()) {
        return Vec::new();
    }
    let none = || vec![false; first.len()];
    let differs = |mut varying: Vec<bool>, ((values, _), _): &(Rank, usize)| {
        varying.iter_mut().zip(values.iter().zip(first)).for_each(|(varies, (a, b))| *varies |= a != b);
        varying
    };
    let either = |a: Vec<bool>, b: Vec<bool>| a.iter().zip(&b).map(|(a, b)| *a || *b).collect();
    ranked.par_iter().fold(none, differs).reduce(none, either)
}

/// The first values as numbers, and where the candidate stands if they are all: it never contradicts their order. (Of lists
/// of different lengths it must not say where they stand: a shorter one comes first.)
type Key = ([u128; 3], u64);

fn key(values: &[Value], stands: Option<&Origin>) -> Key {
    let mut numbers = [0; 3];
    let mut decides = true;
    for (value, place) in values.iter().zip(&mut numbers) {
        if decides {
            (*place, decides) = number(value);
        }
    }
    let is_all = decides && values.len() <= numbers.len();
    (numbers, stands.filter(|_| is_all).map_or(0, |origin| origin.0))
}

/// A value as a number; whether the numbers of two values differ wherever these do. Values that are absent come first.
fn number(value: &Value) -> (u128, bool) {
    let signed = |number: i64| u128::from(number.cast_unsigned() ^ 1 << 63) + 1;
    match value {
        Value::Absent => (0, true),
        Value::Int(number) => (signed(*number), true),
        Value::Completed(completed) => (u128::from(*completed) + 1, true),
        Value::At(at) => (signed(at.timestamp()) << 32 | u128::from(at.timestamp_subsec_nanos()), true),
        Value::Decimal(_) => (1, false),
        Value::Text(text) => {
            // One byte more than nothing has, the first bytes, and how many there are.
            const PREFIX_LEN: usize = 14;
            let mut bytes = [0; 16];
            bytes[0] = 1;
            text.bytes().zip(bytes.iter_mut().skip(1).take(PREFIX_LEN)).for_each(|(byte, place)| *place = byte);
            bytes[PREFIX_LEN + 1] = u8::try_from(text.len().min(PREFIX_LEN + 1)).unwrap_or(u8::MAX);
            (u128::from_be_bytes(bytes), text.len() <= PREFIX_LEN)
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use rust_decimal::Decimal;
    use rustc_hash::FxHashSet;

    use super::*;
    use crate::model::currency::Currencies;
    use crate::model::names::Names;
    use crate::model::record::NoRows;
    use crate::rules::settings::Settings;

    impl Candidate for Rank {
        fn origins(&self) -> &[Origin] {
            &self.1
        }
        fn values(&self, _: &Context<'_>) -> Result<Vec<Value>, ReadBackError> {
            Ok(self.0.clone())
        }
    }

    /// Values of the kinds that one column may hold, in their order.
    fn columns() -> Vec<Vec<Value>> {
        let text = |text: &str| Value::Text(text.into());
        let at = |seconds, nanos| Value::At(DateTime::from_timestamp(seconds, nanos).unwrap());
        vec![
            vec![Value::Absent, Value::Int(i64::MIN), Value::Int(-1), Value::Int(0), Value::Int(i64::MAX)],
            vec![Value::Absent, Value::Completed(false), Value::Completed(true)],
            vec![Value::Absent, at(-5, 0), at(-5, 7), at(0, 0), at(1_800_000_000, 999_999_999)],
            vec![Value::Absent, Value::Decimal(Decimal::NEGATIVE_ONE), Value::Decimal(Decimal::ONE)],
            [
                "",
                "\u{0}",
                "a",
                "a\u{0}",
                "fourteen bytes",
                "fourteen bytes\u{0}",
                "fourteen bytes and more",
                "fourteen bytes and then",
                "\u{e5}",
            ]
            .map(text)
            .to_vec(),
        ]
    }

    #[test]
    fn numbers_never_contradict_the_order_of_values() {
        for values in columns() {
            for (place, a) in values.iter().enumerate() {
                for b in &values[place + 1..] {
                    let ((a_number, a_all), (b_number, b_all)) = (number(a), number(b));
                    assert!(a < b && a_number <= b_number, "{a:?} {b:?}");
                    assert!(a_number < b_number || !(a_all && b_all), "{a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn many_are_sorted_as_few_are() {
        let mut state = 11_u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        let (settings, names, currencies) =
            (Settings::new(chrono::NaiveDate::default()), Names::default(), Currencies::new(&[].into()));
        let line_providers = FxHashSet::default();
        let context = Context {
            settings: &settings,
            names: &names,
            currencies: &currencies,
            rows: &NoRows,
            line_providers: &line_providers,
            counts_only: false,
        };
        for round in 0..24 {
            // Some columns are the same in all, and lists are of one length or of two.
            let columns = columns().split_off(round % 4);
            let fixed: Vec<bool> = columns.iter().map(|_| next(3) == 0).collect();
            let ranks: Vec<Rank> = (0..2 * MANY)
                .map(|number| {
                    let value = |(values, fixed): (&Vec<Value>, &bool)| {
                        values[if *fixed { 0 } else { next(values.len()) }].clone()
                    };
                    let mut values: Vec<Value> = columns.iter().zip(&fixed).map(value).collect();
                    values.truncate(values.len() - usize::from(round % 3 == 0 && number % 2 == 0));
                    (
                        values,
                        [next(2 * MANY), number]
                            .map(|place| Origin(u64::try_from(place).unwrap()))
                            .into_iter()
                            .collect(),
                    )
                })
                .collect();
            let mut places: Vec<usize> = (0..ranks.len()).collect();
            sort(&mut places, &ranks, &context).unwrap();
            let mut expected: Vec<usize> = (0..ranks.len()).collect();
            expected.sort_by(|a, b| ranks[*a].cmp(&ranks[*b]));
            assert_eq!(places, expected);
            for some in [&places[..], &places[1..9], &[]] {
                assert_eq!(
                    first(some, &ranks, &context).unwrap(),
                    some.iter().min_by_key(|place| &ranks[**place]).copied()
                );
            }
        }
    }
}
