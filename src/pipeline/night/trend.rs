//! How the last nights went: open items, what was not settled, and how long providers take.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::model::finding::Code;
use crate::model::found::FoundRow;
use crate::model::money::add;
use crate::report::insight::{SpeedRow, TrendRow};
use crate::state::schema::column;
use crate::state::store::Store;
use crate::state::write::{Figures, Night};
use crate::state::{StateError, StoredCleared};

/// Nights that are shown.
const NIGHTS_SHOWN: usize = 30;

/// The figures of tonight, of its findings and of what it cleared.
pub(super) fn figures(findings: &[FoundRow], cleared: &[StoredCleared]) -> Figures {
    let mut unsettled: BTreeMap<String, i128> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| is_unsettled(finding.code.name())) {
        add(unsettled.entry(finding.currency().to_string()).or_default(), -finding.difference_minor);
    }
    let mut settled: BTreeMap<(String, i64), i64> = BTreeMap::new();
    for gone in cleared.iter().filter(|gone| is_answered(gone)) {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let made = day(column(&gone.columns, "newest"));
        let Some((made, on)) = made.zip(day(&gone.cleared_on)) else { continue };
        let days = on.signed_duration_since(made).num_days();
        let count: i64 = column(&gone.columns, "count").parse().unwrap_or(1);
        let known = settled.entry((column(&gone.columns, "provider").to_owned(), days)).or_default();
        *known = known.saturating_add(count);
    }
    Figures {
        unsettled_minor: unsettled.into_iter().collect(),
        settled: settled.into_iter().map(|((provider, days), count)| (provider, days, count)).collect(),
    }
}

fn is_unsettled(code: &str) -> bool {
    [Code::Unsettled, Code::BatchMissing].iter().any(|known| known.name() == code)
}

/// A settlement row closed it, and no other rule or person.
fn is_answered(gone: &StoredCleared) -> bool {
    is_unsettled(column(&gone.columns, "code")) && !gone.closed_by.starts_with("no ")
}

/// The last nights, tonight included, and how long providers took in them. `tonight` is a night that the state does not
/// hold yet; where nothing changed there is none.
///
/// # Errors
/// The state cannot be read.
pub(super) fn trend(
    store: &Store,
    tonight: Option<&Night>,
    figures: &Figures,
) -> Result<(Vec<TrendRow>, Vec<SpeedRow>), StateError> {
    let mut nights = store.history()?;
    nights.extend(tonight.cloned());
    let shown = nights.split_off(nights.len().saturating_sub(NIGHTS_SHOWN));
    let mut of_night = store.figures(shown.first().map_or(0, |night| night.number))?;
    if let Some(tonight) = tonight {
        of_night.insert(tonight.number, figures.clone());
    }
    let mut days: BTreeMap<&str, BTreeMap<i64, u64>> = BTreeMap::new();
    for (provider, took, operations) in of_night.values().flat_map(|figures| &figures.settled) {
        let known = days.entry(provider).or_default().entry(*took).or_default();
        *known = known.saturating_add(count(*operations));
    }
    let row = |night: Night| TrendRow {
        night: count(night.number),
        unsettled_minor: of_night.get(&night.number).map(|of| of.unsettled_minor.clone()).unwrap_or_default(),
        as_of: night.as_of,
        open: count(night.open),
        pending: count(night.pending),
        new: count(night.opened),
        cleared: count(night.cleared),
    };
    let speeds = days.into_iter().map(|(provider, days)| speed(provider, &days)).collect();
    Ok((shown.into_iter().map(row).collect(), speeds))
}

fn speed(provider: &str, days: &BTreeMap<i64, u64>) -> SpeedRow {
    let operations: u64 = days.values().sum();
    // The first day by which so many tenths were settled.
    let within = |tenths: u64| {
        let wanted = operations.saturating_mul(tenths).div_ceil(10);
        let mut so_far = 0_u64;
        let by_then = |(_, many): &(&i64, &u64)| {
            so_far = so_far.saturating_add(**many);
            so_far >= wanted
        };
        days.iter().find(by_then).map_or(0, |(took, _)| count(*took))
    };
    SpeedRow { provider: provider.to_owned(), operations, median_days: within(5), most_days: within(9) }
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_and_nine_tenths_of_the_operations() {
        type Took<'t> = &'t [(i64, u64)];
        let cases: [(Took<'_>, u64, u64); 5] = [
            (&[(1, 1)], 1, 1),
            (&[(1, 5), (2, 5)], 1, 2),
            (&[(0, 4), (1, 5), (9, 1)], 1, 1),
            (&[(0, 4), (1, 4), (9, 2)], 1, 9),
            (&[(-3, 1), (2, 1), (3, 1)], 2, 3),
        ];
        for (days, median_days, most_days) in cases {
            let found = speed("p", &days.iter().copied().collect());
            assert_eq!((found.median_days, found.most_days), (median_days, most_days), "{days:?}");
        }
    }
}
