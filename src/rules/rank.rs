//! What orders the candidates of one key (RULES.md 4): lists of values, which are compared from the first to the last.
//!
//! One key may be that of all records of a run. Then nearly all values are the same in all of them, and are left out;
//! the others are compared by numbers that stand beside each other in memory, as far as these tell them apart.

use std::sync::Arc;

use rayon::prelude::*;
use smallvec::SmallVec;

use super::orders::Context;
use crate::model::names::{NameId, Names};
use crate::model::origin::{Origin, Origins};
use crate::model::record::{ReadBackError, Value};

/// From so many on, candidates are read back and sorted on all threads.
pub(super) const MANY: usize = 1 << 10;

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
    fn values(&self, names: &mut LastName, context: &Context<'_>) -> Result<Vec<Value>, ReadBackError>;
}

/// The name that was asked for last: names stand behind a lock, at which the threads of many candidates would meet.
#[derive(Default)]
pub(super) struct LastName(Option<(NameId, Arc<str>)>);

impl LastName {
    /// The text of a name.
    pub(super) fn of(&mut self, id: NameId, names: &Names) -> &str {
        if self.0.as_ref().is_none_or(|(known, _)| *known != id) {
            self.0 = None;
        }
        &self.0.get_or_insert_with(|| (id, names.text(id))).1
    }
}

fn ranked<C: Candidate>(
    place: usize,
    all: &[C],
    names: &mut LastName,
    context: &Context<'_>,
) -> Result<(Rank, usize), ReadBackError> {
    Ok(((all[place].values(names, context)?, Origins::from_slice(all[place].origins())), place))
}

/// Some candidates, one after the other.
fn ranked_all<C: Candidate>(
    places: &[usize],
    all: &[C],
    context: &Context<'_>,
) -> Result<Vec<(Rank, usize)>, ReadBackError> {
    let mut names = LastName::default();
    places.iter().map(|place| ranked(*place, all, &mut names, context)).collect()
}

/// Works with the rows of many candidates at hand, and with their places in the order in which they stand.
pub(super) fn at_hand<C: Candidate, T>(
    places: &[usize],
    all: &[C],
    context: &Context<'_>,
    work: impl FnOnce(&[usize], &Context<'_>) -> Result<T, ReadBackError>,
) -> Result<T, ReadBackError> {
    let origins = || places.iter().flat_map(|place| all[*place].origins().iter().copied()).collect();
    let shelf = context.rows.at_hand(&origins)?;
    // Neighbours in a file are neighbours in memory, too.
    let mut standing: Vec<(Option<Origin>, usize)> =
        places.par_iter().map(|place| (all[*place].origins().first().copied(), *place)).collect();
    standing.par_sort_unstable();
    let places: Vec<usize> = standing.into_iter().map(|(_, place)| place).collect();
    work(&places, &Context { rows: shelf.as_deref().unwrap_or(context.rows), ..*context })
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
        let mut ranked = ranked_all(places, all, context)?;
        ranked.sort_unstable();
        places.iter_mut().zip(ranked).for_each(|(place, (_, sorted))| *place = sorted);
        return Ok(());
    }
    let Some(first) = places.first() else { return Ok(()) };
    let first = all[*first].values(&mut LastName::default(), context)?;
    let ranked = at_hand(places, all, context, |places, context| {
        let of = |names: &mut LastName, place: &usize| {
            let values = all[*place].values(names, context)?;
            Ok((Differing::of(values, &first), Origins::from_slice(all[*place].origins()), *place))
        };
        places.par_iter().map_init(LastName::default, of).collect::<Result<Vec<_>, _>>()
    })?;
    let varying = varying(&ranked, &first);
    let (keys, rest): (Vec<Key>, Vec<(Rank, usize)>) = ranked
        .into_par_iter()
        .map(|(differing, origins, place)| {
            let (values, stands) = match &varying {
                Some(varying) => (differing.in_columns(varying, &first), origins.first()),
                None => (differing.all(&first), None),
            };
            let (key, is_all) = key(&values, stands);
            // Where the numbers and the place decide, nobody asks for the values.
            let values = if is_all && stands.is_some() { Vec::new() } else { values };
            (key, ((values, origins), place))
        })
        .unzip();
    let mut keyed: Vec<(Key, usize)> = keys.into_par_iter().zip(0..rest.len()).collect();
    keyed.par_sort_unstable_by(|(a, a_place), (b, b_place)| a.cmp(b).then_with(|| rest[*a_place].cmp(&rest[*b_place])));
    places.iter_mut().zip(keyed).for_each(|(place, (_, sorted))| *place = rest[sorted].1);
    rest.into_par_iter().for_each(drop);
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

/// The values of a candidate, as far as they are not those of the first one.
enum Differing {
    /// As many values, some of which differ, by their places.
    In(SmallVec<[(usize, Value); 2]>),
    /// More or fewer values.
    Longer(Vec<Value>),
}

impl Differing {
    fn of(values: Vec<Value>, first: &[Value]) -> Self {
        if values.len() != first.len() {
            return Self::Longer(values);
        }
        let differs = |(place, value): &(usize, Value)| first.get(*place) != Some(value);
        Self::In(values.into_iter().enumerate().filter(differs).collect())
    }

    /// The values at some places, ascending.
    fn in_columns(self, places: &[usize], first: &[Value]) -> Vec<Value> {
        let Self::In(differing) = self else { return self.all(first) };
        let mut differing = differing.into_iter().peekable();
        let value = |place: &usize| {
            let own = differing.next_if(|(own, _)| own == place).map(|(_, value)| value);
            own.or_else(|| first.get(*place).cloned()).unwrap_or(Value::Absent)
        };
        places.iter().map(value).collect()
    }

    /// All values.
    fn all(self, first: &[Value]) -> Vec<Value> {
        match self {
            Self::In(differing) => {
                let mut values = first.to_vec();
                for (place, value) in differing {
                    values[place] = value;
                }
                values
            }
            Self::Longer(values) => values,
        }
    }
}

/// The places at which any two differ; `None` where the lists have different lengths.
fn varying(ranked: &[(Differing, Origins, usize)], first: &[Value]) -> Option<Vec<usize>> {
    let none = || Some(vec![false; first.len()]);
    let differs = |varying: Option<Vec<bool>>, (differing, ..): &(Differing, Origins, usize)| {
        let (mut varying, Differing::In(differing)) = (varying?, differing) else { return None };
        differing.iter().for_each(|(place, _)| varying[*place] = true);
        Some(varying)
    };
    let either = |a: Option<Vec<bool>>, b: Option<Vec<bool>>| Some(a?.iter().zip(&b?).map(|(a, b)| *a || *b).collect());
    let varying: Vec<bool> = ranked.par_iter().fold(none, differs).reduce(none, either)?;
    Some(varying.into_iter().enumerate().filter(|(_, varies)| *varies).map(|(place, _)| place).collect())
}

/// The first values as numbers, and where the candidate stands if they are all: it never contradicts their order. (Of lists
/// of different lengths it must not say where they stand: a shorter one comes first.)
type Key = ([u128; 3], u64);

/// The key of values, and whether its numbers are all that these say.
fn key(values: &[Value], stands: Option<&Origin>) -> (Key, bool) {
    let mut numbers = [0; 3];
    let mut decides = true;
    for (value, place) in values.iter().zip(&mut numbers) {
        if decides {
            (*place, decides) = number(value);
        }
    }
    let is_all = decides && values.len() <= numbers.len();
    ((numbers, stands.filter(|_| is_all).map_or(0, |origin| origin.0)), is_all)
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
    use crate::rules::settings::Settings;

    impl Candidate for Rank {
        fn origins(&self) -> &[Origin] {
            &self.1
        }
        fn values(&self, _: &mut LastName, _: &Context<'_>) -> Result<Vec<Value>, ReadBackError> {
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
        let context = Context::without_rows(&settings, &names, &currencies, &line_providers);
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
        }
    }
}
