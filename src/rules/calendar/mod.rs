//! Business days of Sweden, Norway, Denmark and Finland, computed for any year: the windows of RULES.md 3 and 4 and the
//! latest days of expected files may count them. A business day is one on which the banks of the country settle:
//! neither Saturday nor Sunday nor one of the days below.
//!
//! Holidays follow today's law for all years, but where a year is named.

use chrono::{Datelike, NaiveDate, Weekday};

/// A country whose bank holidays are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Country {
    /// Sweden: the public holidays of lag (1989:253) om allmänna helgdagar, and the eves that the Riksbank's RIX and
    /// Bankgirot do not settle on: Midsummer Eve, Christmas Eve, New Year's Eve. 6 June is one since 2005, Whit Monday
    /// was one until 2004.
    Se,
    /// Norway: the public holidays of lov 24. februar 1995 nr. 12 om helligdager, and 1 and 17 May (lov 26. april 1947
    /// nr. 1). Christmas Eve and New Year's Eve are no holidays by law and count as business days here, though banks close
    /// early on them.
    No,
    /// Denmark: the days that Finans Danmark lists as closed for banks: the holidays of the church, which Store Bededag
    /// was until 2023 (abolished by lov nr. 214 of 6 March 2023), the day after Ascension (since 2009), Constitution Day,
    /// 24 and 31 December.
    Dk,
    /// Finland: the days that Finance Finland lists as no banking days: the public holidays, Midsummer Eve and Christmas
    /// Eve. New Year's Eve is a banking day.
    Fi,
}

impl Country {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Se, Self::No, Self::Dk, Self::Fi];

    /// The ISO 3166 code, as configurations name it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Se => "SE",
            Self::No => "NO",
            Self::Dk => "DK",
            Self::Fi => "FI",
        }
    }
}

/// Bank holidays on the same day of every year: month and day.
fn fixed(country: Country, year: i32) -> &'static [(u32, u32)] {
    match country {
        Country::Se if year < 2005 => &[(1, 1), (1, 6), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31)],
        Country::Se => &[(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)],
        Country::No => &[(1, 1), (5, 1), (5, 17), (12, 25), (12, 26)],
        Country::Dk => &[(1, 1), (6, 5), (12, 24), (12, 25), (12, 26), (12, 31)],
        Country::Fi => &[(1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26)],
    }
}

/// Bank holidays that move with Easter and are no Sunday: days after Easter Sunday.
fn movable(country: Country, year: i32) -> &'static [i64] {
    const MAUNDY_THURSDAY: i64 = -3;
    const GOOD_FRIDAY: i64 = -2;
    const EASTER_MONDAY: i64 = 1;
    const STORE_BEDEDAG: i64 = 26;
    const ASCENSION: i64 = 39;
    const WHIT_MONDAY: i64 = 50;
    match country {
        Country::Se if year < 2005 => &[GOOD_FRIDAY, EASTER_MONDAY, ASCENSION, WHIT_MONDAY],
        Country::Se | Country::Fi => &[GOOD_FRIDAY, EASTER_MONDAY, ASCENSION],
        Country::No => &[MAUNDY_THURSDAY, GOOD_FRIDAY, EASTER_MONDAY, ASCENSION, WHIT_MONDAY],
        Country::Dk if year < 2009 => {
            &[MAUNDY_THURSDAY, GOOD_FRIDAY, EASTER_MONDAY, STORE_BEDEDAG, ASCENSION, WHIT_MONDAY]
        }
        Country::Dk if year < 2024 => {
            &[MAUNDY_THURSDAY, GOOD_FRIDAY, EASTER_MONDAY, STORE_BEDEDAG, ASCENSION, ASCENSION + 1, WHIT_MONDAY]
        }
        Country::Dk => &[MAUNDY_THURSDAY, GOOD_FRIDAY, EASTER_MONDAY, ASCENSION, ASCENSION + 1, WHIT_MONDAY],
    }
}

/// Whether the Friday before Midsummer Day (the Saturday from 20 to 26 June) is a bank holiday.
fn has_midsummer_eve(country: Country) -> bool {
    matches!(country, Country::Se | Country::Fi)
}

/// Easter Sunday of a year of the Gregorian calendar, by the anonymous algorithm (Butcher's).
#[must_use]
pub fn easter(year: i32) -> Option<NaiveDate> {
    let (year_of_cycle, century, year_of_century) = (year.rem_euclid(19), year.div_euclid(100), year.rem_euclid(100));
    let century_leaps = century.div_euclid(4);
    let moon = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let epact = (19 * year_of_cycle + century - century_leaps - moon + 15).rem_euclid(30);
    let weekday =
        (32 + 2 * century.rem_euclid(4) + 2 * (year_of_century / 4) - epact - year_of_century % 4).rem_euclid(7);
    let late = (year_of_cycle + 11 * epact + 22 * weekday).div_euclid(451);
    let day = epact + weekday - 7 * late + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(day / 31).ok()?, u32::try_from(day % 31 + 1).ok()?)
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Whether the banks of a country settle on a day.
#[must_use]
pub fn is_business_day(country: Country, day: NaiveDate) -> bool {
    if is_weekend(day) || fixed(country, day.year()).contains(&(day.month(), day.day())) {
        return false;
    }
    if has_midsummer_eve(country) && day.weekday() == Weekday::Fri && day.month() == 6 && (19..=25).contains(&day.day())
    {
        return false;
    }
    easter(day.year()).is_none_or(|easter| !movable(country, day.year()).contains(&(day - easter).num_days()))
}

/// How many business days there are after a day, up to and with another one; 0 where that is not later.
#[must_use]
pub fn business_days_after(country: Country, from: NaiveDate, to: NaiveDate) -> i64 {
    if to <= from {
        return 0;
    }
    let mut count = weekdays_to(to) - weekdays_to(from);
    for year in from.year()..=to.year() {
        count -= holidays_on_weekdays(country, year, from, to);
    }
    count
}

/// The last day of a window of business days after a day; with 0 of them the day itself. The end of the calendar where
/// there are not as many.
#[must_use]
pub fn add_business_days(country: Country, from: NaiveDate, days: i64) -> NaiveDate {
    let (mut day, mut left) = (from, days);
    while left > 0 {
        let Some(next) = day.succ_opt() else { break };
        day = next;
        left -= i64::from(is_business_day(country, day));
    }
    day
}

/// Mondays to Fridays from a Monday long ago up to and with a day.
fn weekdays_to(day: NaiveDate) -> i64 {
    // 1 January of the year 1 was a Monday, and is day 1.
    let days = i64::from(day.num_days_from_ce());
    days.div_euclid(7) * 5 + days.rem_euclid(7).min(5)
}

/// Bank holidays of a year that are Mondays to Fridays, after a day and up to and with another one, each day once.
fn holidays_on_weekdays(country: Country, year: i32, from: NaiveDate, to: NaiveDate) -> i64 {
    let within = |day: NaiveDate| from < day && day <= to && !is_weekend(day);
    let fixed = fixed(country, year);
    let on_date = fixed
        .iter()
        .filter_map(|(month, day)| NaiveDate::from_ymd_opt(year, *month, *day))
        .filter(|day| within(*day))
        .count();
    let easter = easter(year);
    let with_easter = movable(country, year)
        .iter()
        .filter_map(|days| easter?.checked_add_signed(chrono::TimeDelta::days(*days)))
        // Ascension may be 1 May, Whit Monday 5 June or 17 May: one day, not two.
        .filter(|day| within(*day) && !fixed.contains(&(day.month(), day.day())))
        .count();
    let eve = (19..=25)
        .filter_map(|day| NaiveDate::from_ymd_opt(year, 6, day))
        .find(|day| has_midsummer_eve(country) && day.weekday() == Weekday::Fri)
        .is_some_and(within);
    i64::try_from(on_date + with_easter).unwrap_or(i64::MAX).saturating_add(i64::from(eve))
}

#[cfg(test)]
mod tests;
