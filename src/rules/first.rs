//! RULES.md 4: the first row of a matched group gives the batch of operations that state none.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::orders::Context;
use super::rank::{MANY, at_hand};
use crate::model::compact::SettledRow;
use crate::model::names::NameId;
use crate::model::record::{Columns, ReadBackError};

/// The reconciliation number of the settlement row that comes first, of the rows at some places: its settlement id and this
/// number decide that alone.
///
/// # Errors
/// A row cannot be read back.
pub(super) fn first_number(
    places: &[usize],
    rows: &[SettledRow],
    context: &Context<'_>,
) -> Result<Option<NameId>, ReadBackError> {
    let mut numbers = places.iter().map(|place| rows[*place].reconciliation);
    let first = numbers.next().flatten();
    if numbers.all(|number| number == first) {
        return Ok(first);
    }
    let least = if places.len() < MANY {
        let mut least = LeastIds::default();
        places.iter().try_for_each(|place| least.add(&rows[*place], context))?;
        least
    } else {
        at_hand(places, rows, context, |places, context| {
            let add = |mut least: LeastIds, place: &usize| {
                least.add(&rows[*place], context)?;
                Ok(least)
            };
            places.par_iter().try_fold(LeastIds::default, add).try_reduce(LeastIds::default, |a, b| Ok(a.with(b)))
        })?
    };
    let text = |number: Option<NameId>| number.map(|number| context.names.text(number));
    let least = least.0.into_iter().map(|(number, id)| (id, text(number), number)).min();
    Ok(least.and_then(|(.., number)| number))
}

/// The least settlement id of each reconciliation number; what is absent comes first.
#[derive(Default)]
struct LeastIds(FxHashMap<Option<NameId>, Option<String>>);

impl LeastIds {
    fn add(&mut self, row: &SettledRow, context: &Context<'_>) -> Result<(), ReadBackError> {
        let mut show = |columns: &dyn Columns, _line| {
            let id = columns.id("settlement_id");
            match self.0.get_mut(&row.reconciliation) {
                Some(least) if least.as_deref() <= id => {}
                Some(least) => *least = id.map(str::to_owned),
                None => drop(self.0.insert(row.reconciliation, id.map(str::to_owned))),
            }
        };
        context.rows.cite(row.origin, &mut show)
    }

    fn with(mut self, other: Self) -> Self {
        for (number, id) in other.0 {
            let least = self.0.entry(number).or_insert_with(|| id.clone());
            *least = least.take().min(id);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use rustc_hash::FxHashSet;

    use super::*;
    use crate::model::currency::{Currencies, Currency};
    use crate::model::names::Names;
    use crate::model::origin::Origin;
    use crate::model::record::{Dataset, ReadBack, Row, Value};
    use crate::rules::rank::{Candidate, LastName};
    use crate::rules::settings::Settings;

    /// Settlement rows by their number, of which only two ids are asked for.
    struct Settled(Vec<Row>);

    impl ReadBack for Settled {
        fn row(&self, origin: Origin) -> Result<Row, ReadBackError> {
            Ok(self.0[usize::try_from(origin.0).unwrap()].clone())
        }
        fn place(&self, origin: Origin) -> Result<String, ReadBackError> {
            Ok(origin.0.to_string())
        }
        fn cite(&self, origin: Origin, show: &mut dyn FnMut(&dyn Columns, u64)) -> Result<(), ReadBackError> {
            show(&self.row(origin)?, origin.0);
            Ok(())
        }
        fn file_name(&self, _: Origin) -> Result<&str, ReadBackError> {
            Ok("")
        }
    }

    #[test]
    fn the_first_number_is_that_of_the_first_row() {
        let names = Names::default();
        let ids = [None, Some("b"), Some("a"), Some("")];
        let numbers = [None, Some("20"), Some("3"), Some("100")];
        let names_of_numbers = numbers.map(|number| number.map(|number| names.intern(number)));
        let (settings, currencies) = (Settings::new(chrono::NaiveDate::default()), Currencies::new(&[].into()));
        let line_providers = FxHashSet::default();
        let mut state = 7_usize;
        for (round, count) in [1, 2, 3, 4, 5, 9, 3 * MANY].into_iter().cycle().take(140).enumerate() {
            let (mut library, mut rows) = (Settled(Vec::new()), Vec::new());
            for place in 0..count {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                // Often only some of the ids and numbers, so that each comes first in some round.
                let (id, number) = ((state >> 33) % (1 + round % 4), (state >> 43) % (1 + round / 4 % 4));
                let mut values = vec![Value::Absent; Dataset::Settlements.columns().len()];
                for (column, text) in [("settlement_id", ids[id]), ("reconciliation_number", numbers[number])] {
                    let value = text.map_or(Value::Absent, |text| Value::Text(text.into()));
                    values[Dataset::Settlements.column(column).unwrap()] = value;
                }
                let (dataset, currency) = (Dataset::Settlements, Currency(0));
                let origin = Origin(u64::try_from(place).unwrap());
                library.0.push(Row { dataset, currency, values, origin });
                let (provider, reconciliation) = (NameId(0), names_of_numbers[number]);
                rows.push(SettledRow { provider, currency, gross_minor: 1, reconciliation, keys: [None; 4], origin });
            }
            let context = Context {
                settings: &settings,
                names: &names,
                currencies: &currencies,
                rows: &library,
                line_providers: &line_providers,
                counts_only: false,
            };
            let places: Vec<usize> = (0..count).rev().collect();
            let rank = |place: &usize| rows[*place].values(&mut LastName::default(), &context).unwrap();
            let first = places.iter().min_by_key(|place| rank(place)).unwrap();
            assert_eq!(
                first_number(&places, &rows, &context).unwrap(),
                rows[*first].reconciliation,
                "round {round} of {count}"
            );
        }
    }
}
