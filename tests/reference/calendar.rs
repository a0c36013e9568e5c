//! Business days, the slow way: day by day, with Easter from the moon tables of the church.

use std::collections::BTreeSet;

use chrono::{Datelike, Duration, NaiveDate, Weekday};

/// Business days of a country after the first day, up to and with the last.
pub fn count(country: &str, first: NaiveDate, last: NaiveDate) -> i64 {
    let (mut day, mut days) = (first, 0);
    while day < last {
        day += Duration::days(1);
        let weekend = [Weekday::Sat, Weekday::Sun].contains(&day.weekday());
        if !weekend && !closed(country, day.year()).contains(&day) {
            days += 1;
        }
    }
    days
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date that exists")
}

/// The Sunday after the full moon of spring, of the years 1900 to 2199: the table of the 19 golden numbers.
fn easter(year: i32) -> NaiveDate {
    // Days after 21 March of the full moon, by golden number.
    let moons = [24, 13, 2, 21, 10, 29, 18, 7, 26, 15, 4, 23, 12, 1, 20, 9, 28, 17, 6];
    let mut day = date(year, 3, 21) + Duration::days(moons[(year % 19) as usize]);
    // In these centuries the moon of golden number 6 is moved by a day, and that of 17 with it.
    if [29, 28].contains(&moons[(year % 19) as usize]) {
        day -= Duration::days(1);
    }
    loop {
        day += Duration::days(1);
        if day.weekday() == Weekday::Sun {
            return day;
        }
    }
}

/// All days of a year on which the banks of a country are closed, weekends apart.
fn closed(country: &str, year: i32) -> BTreeSet<NaiveDate> {
    let easter = easter(year);
    let after = |days: i64| easter + Duration::days(days);
    // What all four have.
    let mut closed: BTreeSet<NaiveDate> = [date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)].into();
    closed.extend([after(-2), after(1), after(39)]);
    let midsummer_eve = (19..26).map(|day| date(year, 6, day)).find(|day| day.weekday() == Weekday::Fri);
    match country {
        "SE" => {
            closed.extend([date(year, 1, 6), date(year, 5, 1), date(year, 12, 24), date(year, 12, 31)]);
            closed.insert(if year <= 2004 { after(50) } else { date(year, 6, 6) });
            closed.extend(midsummer_eve);
        }
        "FI" => {
            closed.extend([date(year, 1, 6), date(year, 5, 1), date(year, 12, 6), date(year, 12, 24)]);
            closed.extend(midsummer_eve);
        }
        "NO" => closed.extend([date(year, 5, 1), date(year, 5, 17), after(-3), after(50)]),
        "DK" => {
            closed.extend([date(year, 6, 5), date(year, 12, 24), date(year, 12, 31), after(-3), after(50)]);
            if year <= 2023 {
                closed.insert(after(26));
            }
            if year >= 2009 {
                closed.insert(after(40));
            }
        }
        other => panic!("{other} is no country of the page"),
    }
    closed
}
