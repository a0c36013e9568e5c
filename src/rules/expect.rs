//! Files that must arrive (RULES.md 9, `file-missing`): the periods for which a provider owes a file, and those for
//! which none has come by the latest day.
//!
//! What a file covers is not asked: files come in turn, and each serves the earliest period that none has served yet.
//! So a file that comes late clears the oldest gap, and one that comes early, before its period has begun, serves none.

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate};

use super::calendar::{Country, add_business_days, is_business_day};
use crate::model::finding::{Code, FileNote, Finding, Note};
use crate::model::names::Names;
use crate::model::origin::Origins;
use crate::model::record::Dataset;

/// What must arrive: one file a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expect {
    /// Of which provider.
    pub provider: String,
    /// What the file holds.
    pub dataset: Dataset,
    /// How long a period is.
    pub every: Every,
    /// So many days after the last day of its period a file may still come.
    pub latest_by_days: i64,
    /// The country whose business days these are; `None` for calendar days.
    pub calendar: Option<Country>,
    /// A day of the first period.
    pub from: NaiveDate,
}

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// Every day.
    Day,
    /// Every day on which the banks of a country settle.
    BusinessDay(Country),
    /// Weeks of ISO 8601, from Monday to Sunday.
    Week,
    /// Calendar months.
    Month,
}

/// A period without its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPeriod {
    /// `2026-10-05`, `2026-W41` or `2026-10`.
    pub label: String,
    /// The last day on which its file was in time.
    pub latest: NaiveDate,
    /// It is the last of [`MISSING_MAX`], and later ones are not listed.
    pub others: bool,
}

/// So many missing periods of one expectation are listed.
pub const MISSING_MAX: usize = 10_000;

/// The most days that a file may be late: no year is longer.
pub const LATEST_BY_DAYS_MAX: i64 = 366;

/// First and last day of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Period {
    first: NaiveDate,
    last: NaiveDate,
}

impl Every {
    /// The period that holds a day; for business days the one on that day, or the next. `None` where the calendar ends.
    fn period(self, day: NaiveDate) -> Option<Period> {
        let (first, last) = match self {
            Self::Day => (day, day),
            Self::BusinessDay(country) => {
                let on = day.iter_days().find(|day| is_business_day(country, *day))?;
                (on, on)
            }
            Self::Week => {
                let first = day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into()))?;
                (first, first.checked_add_days(Days::new(6))?)
            }
            Self::Month => {
                let first = day.with_day(1)?;
                (first, first.checked_add_months(Months::new(1))?.pred_opt()?)
            }
        };
        Some(Period { first, last })
    }

    fn label(self, period: Period) -> String {
        match self {
            Self::Day | Self::BusinessDay(_) => period.first.to_string(),
            Self::Week => period.first.format("%G-W%V").to_string(),
            Self::Month => period.first.format("%Y-%m").to_string(),
        }
    }
}

impl Expect {
    fn latest(&self, period: Period) -> NaiveDate {
        match self.calendar {
            Some(country) => add_business_days(country, period.last, self.latest_by_days),
            None => u64::try_from(self.latest_by_days)
                .ok()
                .and_then(|days| period.last.checked_add_days(Days::new(days)))
                .unwrap_or(period.last),
        }
    }
}

/// The periods whose file has not come by its latest day: those that no file serves, and whose latest day is before the
/// day of the run. `arrivals` are the days on which the files came, in any order, one a file; later ones than the day of
/// the run do not count.
#[must_use]
pub fn missing(expected: &Expect, arrivals: &[NaiveDate], as_of: NaiveDate) -> Vec<MissingPeriod> {
    let mut arrivals: Vec<NaiveDate> = arrivals.iter().copied().filter(|day| *day <= as_of).collect();
    arrivals.sort_unstable();
    let mut next = expected.every.period(expected.from);
    // Arrivals come in order, so what they serve is a run of periods from the first one on.
    for arrival in arrivals {
        if let Some(period) = next.filter(|period| period.first <= arrival) {
            next = after(expected.every, period);
        }
    }
    let mut missing: Vec<MissingPeriod> = Vec::new();
    while let Some(period) = next {
        let latest = expected.latest(period);
        if latest >= as_of {
            break;
        }
        if missing.len() == MISSING_MAX {
            missing.last_mut().into_iter().for_each(|last| last.others = true);
            break;
        }
        missing.push(MissingPeriod { label: expected.every.label(period), latest, others: false });
        next = after(expected.every, period);
    }
    missing
}

fn after(every: Every, period: Period) -> Option<Period> {
    every.period(period.last.succ_opt()?)
}

/// `file-missing`: a finding a period.
#[must_use]
pub fn missing_findings(expected: &Expect, arrivals: &[NaiveDate], as_of: NaiveDate, names: &Names) -> Vec<Finding> {
    let finding = |period: MissingPeriod| Finding {
        code: Code::FileMissing,
        provider: Some(names.intern(&expected.provider)),
        currency: None,
        expected_minor: 0,
        actual_minor: 0,
        count: 1,
        rows: Origins::new(),
        whole_order: false,
        note: Note::File(Box::new(FileNote {
            explanation: format!(
                "The file of {} of {} for {} {} was due by {} and has not come{}",
                expected.dataset.name(),
                expected.provider,
                expected.every,
                period.label,
                period.latest,
                if period.others { "; nor have later ones, which are not listed" } else { "" }
            ),
            settlement_id: period.label,
            sources: String::new(),
        })),
    };
    missing(expected, arrivals, as_of).into_iter().map(finding).collect()
}

impl fmt::Display for Every {
    /// What a period is called before its label.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Day => "the day",
            Self::BusinessDay(_) => "the business day",
            Self::Week => "the week",
            Self::Month => "the month",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn expect(every: Every, latest_by_days: i64, calendar: Option<Country>, from: &str) -> Expect {
        let (provider, dataset) = ("p".to_owned(), Dataset::Settlements);
        Expect { provider, dataset, every, latest_by_days, calendar, from: day(from) }
    }

    fn labels(expected: &Expect, arrivals: &str, as_of: &str) -> String {
        let arrivals: Vec<NaiveDate> = arrivals.split_whitespace().map(day).collect();
        let shown = |period: MissingPeriod| format!("{} by {}", period.label, period.latest);
        missing(expected, &arrivals, day(as_of)).into_iter().map(shown).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_period_is_missing_after_its_latest_day_while_no_file_serves_it() {
        let sweden = Some(Country::Se);
        let days = expect(Every::Day, 1, None, "2026-10-05");
        let bank_days = expect(Every::BusinessDay(Country::Se), 1, sweden, "2026-04-01");
        let weeks = expect(Every::Week, 2, None, "2026-12-23");
        let months = expect(Every::Month, 5, sweden, "2026-11-15");
        let cases = [
            // Nothing came: the first day is due on the 6th, and missing on the 7th.
            (&days, "", "2026-10-04", ""),
            (&days, "", "2026-10-06", ""),
            (&days, "", "2026-10-07", "2026-10-05 by 2026-10-06"),
            (&days, "", "2026-10-08", "2026-10-05 by 2026-10-06, 2026-10-06 by 2026-10-07"),
            // Each file serves one day, the earliest.
            (&days, "2026-10-05 2026-10-07", "2026-10-08", ""),
            (&days, "2026-10-05 2026-10-07", "2026-10-09", "2026-10-07 by 2026-10-08"),
            // In any order; files that come after the day of the run do not count.
            (&days, "2026-10-07 2026-10-05", "2026-10-09", "2026-10-07 by 2026-10-08"),
            (&days, "2026-10-05 2026-10-09", "2026-10-08", "2026-10-06 by 2026-10-07"),
            // A late file clears the oldest gap, and three at once all that there is.
            (&days, "2026-10-09", "2026-10-09", "2026-10-06 by 2026-10-07, 2026-10-07 by 2026-10-08"),
            (&days, "2026-10-09 2026-10-09 2026-10-09", "2026-10-09", ""),
            // A file for a day that has not begun serves none: the second one on the 5th is spare.
            (&days, "2026-10-05 2026-10-05", "2026-10-08", "2026-10-06 by 2026-10-07"),
            (&days, "2026-10-04", "2026-10-07", "2026-10-05 by 2026-10-06"),
            // Easter: Wednesday, Thursday, Tuesday; what Thursday owes may come until Tuesday.
            (&bank_days, "2026-04-01", "2026-04-07", ""),
            (&bank_days, "2026-04-01", "2026-04-08", "2026-04-02 by 2026-04-07"),
            (
                &bank_days,
                "",
                "2026-04-09",
                "2026-04-01 by 2026-04-02, 2026-04-02 by 2026-04-07, 2026-04-07 by 2026-04-08",
            ),
            // Weeks of ISO 8601 over the turn of the year; the first is the one that holds the day.
            (&weeks, "", "2026-12-29", ""),
            (&weeks, "", "2026-12-30", "2026-W52 by 2026-12-29"),
            (
                &weeks,
                "2026-12-21",
                "2027-01-20",
                "2026-W53 by 2027-01-05, 2027-W01 by 2027-01-12, 2027-W02 by 2027-01-19",
            ),
            (&weeks, "2026-12-20", "2026-12-30", "2026-W52 by 2026-12-29"),
            // Months, five business days of grace: over Epiphany.
            (&months, "2026-11-01", "2027-01-11", ""),
            (&months, "2026-11-01", "2027-01-12", "2026-12 by 2027-01-11"),
            (&months, "", "2027-01-12", "2026-11 by 2026-12-07, 2026-12 by 2027-01-11"),
        ];
        for (expected, arrivals, as_of, found) in cases {
            assert_eq!(labels(expected, arrivals, as_of), found, "{expected:?} {arrivals} as of {as_of}");
        }
    }

    #[test]
    fn no_grace_means_the_last_day_itself() {
        let week = expect(Every::Week, 0, None, "2026-10-05");
        assert_eq!(labels(&week, "", "2026-10-11"), "");
        assert_eq!(labels(&week, "", "2026-10-12"), "2026-W41 by 2026-10-11");
        let by_bank_days = Expect { calendar: Some(Country::No), ..week };
        assert_eq!(labels(&by_bank_days, "", "2026-10-12"), "2026-W41 by 2026-10-11");
    }

    #[test]
    fn what_is_served_is_what_a_slow_reading_of_the_rule_serves() {
        // Days from 1 to 9, files on any of the days 0 to 9 in steps of a small generator.
        let base = day("2026-10-01");
        let on = |number: u64| base + Days::new(number);
        let mut seed = 7_u64;
        for _ in 0..2_000 {
            let mut next = |limit: u64| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 33) % limit
            };
            let (count, as_of, grace) = (next(7), on(next(14)), i64::try_from(next(4)).unwrap());
            let mut arrivals: Vec<NaiveDate> = (0..count).map(|_| on(next(12))).collect();
            let expected = Expect { latest_by_days: grace, ..expect(Every::Day, 0, None, "2026-10-02") };
            let found: Vec<String> =
                missing(&expected, &arrivals, as_of).into_iter().map(|period| period.label).collect();
            let mut open: Vec<NaiveDate> = (1..30).map(on).collect();
            arrivals.sort();
            for arrival in arrivals.iter().filter(|day| **day <= as_of) {
                if let Some(place) = open.iter().position(|period| period <= arrival) {
                    open.remove(place);
                }
            }
            let late = open.iter().filter(|period| as_of > **period + chrono::TimeDelta::days(grace));
            assert_eq!(found, late.map(ToString::to_string).collect::<Vec<_>>(), "{arrivals:?} {as_of} {grace}");
        }
    }

    #[test]
    fn what_is_listed_has_a_bound_and_the_calendar_an_end() {
        let old = expect(Every::Day, 1, None, "1800-01-01");
        let names = Names::default();
        let findings = missing_findings(&old, &[], day("2026-10-31"), &names);
        assert_eq!(findings.len(), MISSING_MAX);
        let text = |finding: &Finding| match &finding.note {
            Note::File(note) => note.explanation.clone(),
            _ => String::new(),
        };
        assert_eq!(
            text(&findings[0]),
            "The file of settlements of p for the day 1800-01-01 was due by 1800-01-02 and has not come"
        );
        assert_eq!(
            text(&findings[MISSING_MAX - 1]),
            "The file of settlements of p for the day 1827-05-19 was due by 1827-05-20 and has not come; nor have later ones, \
             which are not listed"
        );
        for every in [Every::Day, Every::BusinessDay(Country::Fi), Every::Week, Every::Month] {
            let last = Expect { every, from: NaiveDate::MAX, ..old.clone() };
            assert_eq!(missing(&last, &[NaiveDate::MAX; 3], NaiveDate::MAX), []);
        }
    }
}
