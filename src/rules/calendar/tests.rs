//! Bank holidays against tables of days that have been, and will be, and the count against a slow one.

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn easter_is_when_it_was() {
    let known = "\
        2000-04-23 2001-04-15 2002-03-31 2003-04-20 2004-04-11 2005-03-27 2006-04-16 2007-04-08 2008-03-23 2009-04-12 \
        2010-04-04 2011-04-24 2012-04-08 2013-03-31 2014-04-20 2015-04-05 2016-03-27 2017-04-16 2018-04-01 2019-04-21 \
        2020-04-12 2021-04-04 2022-04-17 2023-04-09 2024-03-31 2025-04-20 2026-04-05 2027-03-28 2028-04-16 2029-04-01 \
        2030-04-21 2031-04-13 2032-03-28 2033-04-17 2034-04-09 2035-03-25 2036-04-13 2037-04-05 2038-04-25";
    let computed: Vec<String> = (2000..=2038).map(|year| easter(year).unwrap().to_string()).collect();
    assert_eq!(computed, known.split(' ').collect::<Vec<_>>());
    // The earliest and the latest that there can be, and the two exceptions of older rules.
    for (year, expected) in [(1818, "1818-03-22"), (1943, "1943-04-25"), (1954, "1954-04-18"), (1981, "1981-04-19")] {
        assert_eq!(easter(year), Some(day(expected)));
    }
}

/// The bank holidays of a year that are no Saturday and no Sunday, `MM-DD`.
fn closed(country: Country, year: i32) -> String {
    let days = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days().take_while(|day| day.year() == year);
    let closed = days.filter(|day| !is_weekend(*day) && !is_business_day(country, *day));
    closed.map(|day| day.format("%m-%d").to_string()).collect::<Vec<_>>().join(" ")
}

#[test]
fn bank_holidays_are_those_of_each_country() {
    let cases = [
        // Whit Monday until 2004, the National Day from 2005.
        (Country::Se, 2004, "01-01 01-06 04-09 04-12 05-20 05-31 06-25 12-24 12-31"),
        (Country::Se, 2005, "01-06 03-25 03-28 05-05 06-06 06-24 12-26"),
        (Country::Se, 2024, "01-01 03-29 04-01 05-01 05-09 06-06 06-21 12-24 12-25 12-26 12-31"),
        (Country::Se, 2025, "01-01 01-06 04-18 04-21 05-01 05-29 06-06 06-20 12-24 12-25 12-26 12-31"),
        (Country::Se, 2026, "01-01 01-06 04-03 04-06 05-01 05-14 06-19 12-24 12-25 12-31"),
        // Ascension on 1 May: one day.
        (Country::Se, 2008, "01-01 03-21 03-24 05-01 06-06 06-20 12-24 12-25 12-26 12-31"),
        (Country::No, 2008, "01-01 03-20 03-21 03-24 05-01 05-12 12-25 12-26"),
        (Country::No, 2024, "01-01 03-28 03-29 04-01 05-01 05-09 05-17 05-20 12-25 12-26"),
        (Country::No, 2025, "01-01 04-17 04-18 04-21 05-01 05-29 06-09 12-25 12-26"),
        (Country::No, 2026, "01-01 04-02 04-03 04-06 05-01 05-14 05-25 12-25"),
        (Country::Dk, 2008, "01-01 03-20 03-21 03-24 04-18 05-01 05-12 06-05 12-24 12-25 12-26 12-31"),
        (Country::Dk, 2009, "01-01 04-09 04-10 04-13 05-08 05-21 05-22 06-01 06-05 12-24 12-25 12-31"),
        // Store Bededag for the last time.
        (Country::Dk, 2023, "04-06 04-07 04-10 05-05 05-18 05-19 05-29 06-05 12-25 12-26"),
        (Country::Dk, 2024, "01-01 03-28 03-29 04-01 05-09 05-10 05-20 06-05 12-24 12-25 12-26 12-31"),
        (Country::Dk, 2026, "01-01 04-02 04-03 04-06 05-14 05-15 05-25 06-05 12-24 12-25 12-31"),
        (Country::Fi, 2024, "01-01 03-29 04-01 05-01 05-09 06-21 12-06 12-24 12-25 12-26"),
        (Country::Fi, 2025, "01-01 01-06 04-18 04-21 05-01 05-29 06-20 12-24 12-25 12-26"),
        (Country::Fi, 2026, "01-01 01-06 04-03 04-06 05-01 05-14 06-19 12-24 12-25"),
    ];
    for (country, year, expected) in cases {
        assert_eq!(closed(country, year), expected, "{} {year}", country.code());
    }
}

#[test]
fn windows_are_counted_over_weekends_and_holidays() {
    let cases = [
        (Country::Se, "2026-10-02", "2026-10-02", 0),
        (Country::Se, "2026-10-05", "2026-10-02", 0),
        // From a Friday: the weekend counts nothing.
        (Country::Se, "2026-10-02", "2026-10-04", 0),
        (Country::Se, "2026-10-02", "2026-10-05", 1),
        (Country::Se, "2026-10-03", "2026-10-05", 1),
        // Easter: four days on which nothing settles, five in Norway and Denmark.
        (Country::Se, "2026-04-01", "2026-04-07", 2),
        (Country::Fi, "2026-04-01", "2026-04-07", 2),
        (Country::No, "2026-04-01", "2026-04-07", 1),
        (Country::Dk, "2026-04-01", "2026-04-07", 1),
        // Christmas and New Year.
        (Country::Se, "2026-12-23", "2027-01-04", 4),
        (Country::No, "2026-12-23", "2027-01-04", 6),
        (Country::Dk, "2026-12-23", "2027-01-04", 4),
        (Country::Fi, "2026-12-23", "2027-01-04", 5),
        // A year: 261 weekdays less the holidays on weekdays.
        (Country::Se, "2025-12-31", "2026-12-31", 251),
        (Country::Dk, "2025-12-31", "2026-12-31", 250),
    ];
    for (country, from, to, expected) in cases {
        assert_eq!(business_days_after(country, day(from), day(to)), expected, "{} {from} {to}", country.code());
    }
    // Nothing overflows at the ends of the calendar.
    for country in Country::ALL {
        let years = business_days_after(country, NaiveDate::from_ymd_opt(-9999, 1, 1).unwrap(), day("9999-12-31"));
        assert!(years > 5_000_000, "{years}");
        assert_eq!(add_business_days(country, NaiveDate::MAX, 3), NaiveDate::MAX);
        assert_eq!(business_days_after(country, NaiveDate::MIN, NaiveDate::MIN), 0);
    }
}

#[test]
fn the_count_is_that_of_a_slow_one() {
    let first = day("1999-12-01");
    for country in Country::ALL {
        let mut slow = vec![0];
        for day in first.iter_days().skip(1).take(40 * 366) {
            let last = slow.last().copied().unwrap_or(0);
            slow.push(last + i64::from(is_business_day(country, day)));
        }
        let at = |days: usize| first + chrono::TimeDelta::days(i64::try_from(days).unwrap());
        // Every start within two weeks of every month's end, and spans of some days, months and years.
        for from in (0..14_000).step_by(37) {
            for span in [0, 1, 2, 3, 5, 8, 14, 31, 90, 365, 366, 500, 640] {
                let (counted, expected) =
                    (business_days_after(country, at(from), at(from + span)), slow[from + span] - slow[from]);
                assert_eq!(counted, expected, "{} {} {span}", country.code(), at(from));
                // And back: the end of so many days is the first day that has counted them.
                let end = add_business_days(country, at(from), expected);
                assert_eq!(business_days_after(country, at(from), end), expected);
                assert!(end <= at(from + span) && (expected == 0 || is_business_day(country, end)));
            }
        }
        let whole = business_days_after(country, at(0), at(14_600));
        assert_eq!(whole, slow[14_600]);
    }
}
