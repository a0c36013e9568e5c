//! `[[expect]]` of the configuration: which files must arrive.

use std::ops::Range;

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

use super::typed::day;
use super::values::{CountryCode, DatasetName, Text, Whole, nearest};
use crate::model::record::Dataset;
use crate::rules::expect::{Every, Expect, LATEST_BY_DAYS_MAX};

/// An entry as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Expectation {
    provider: Spanned<Text>,
    dataset: Option<DatasetName>,
    every: Spanned<Period>,
    calendar: Option<CountryCode>,
    latest_by_days: Option<Grace>,
    from: Day,
}

/// The name of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
enum Period {
    Day,
    BusinessDay,
    Week,
    Month,
}

impl TryFrom<String> for Period {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let known =
            [("day", Self::Day), ("business-day", Self::BusinessDay), ("week", Self::Week), ("month", Self::Month)];
        let nearest = nearest(&name, known.map(|(known, _)| known));
        known
            .into_iter()
            .find_map(|(known, period)| (known == name).then_some(period))
            .ok_or_else(|| format!("no such period: `{name}`; the nearest is `{nearest}`"))
    }
}

/// Days of grace.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "Whole")]
struct Grace(i64);

impl TryFrom<Whole> for Grace {
    type Error = String;

    fn try_from(days: Whole) -> Result<Self, String> {
        match days.0 {
            0..=LATEST_BY_DAYS_MAX => Ok(Self(days.0)),
            days => Err(format!("must be {LATEST_BY_DAYS_MAX} days or fewer, not {days}")),
        }
    }
}

/// A day, as text or as a date of TOML.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "Written")]
pub struct Day(pub NaiveDate);

/// How a day may stand in the file.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a day, such as 2026-10-01")]
enum Written {
    Text(String),
    Date(toml::value::Datetime),
}

impl TryFrom<Written> for Day {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Text(text) => day(&text),
            Written::Date(date) => day(&date.to_string()),
        }
        .map(Self)
    }
}

/// What is wrong with an entry: where, what, and what to do.
#[derive(Debug)]
pub struct Wrong {
    /// Bytes of the file.
    pub span: Range<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub help: &'static str,
}

/// Checks what no entry shows by itself.
///
/// # Errors
/// Business days of no country, or two entries for the files of one provider and dataset.
pub fn check(entries: &[Expectation]) -> Result<(), Wrong> {
    for (index, entry) in entries.iter().enumerate() {
        if *entry.every.get_ref() == Period::BusinessDay && entry.calendar.is_none() {
            let what = "business days of which country?".to_owned();
            let help = "name it: calendar = \"SE\" (or NO, DK, FI)";
            return Err(Wrong { span: entry.every.span(), what, help });
        }
        let same = |other: &&Expectation| {
            other.provider.get_ref() == entry.provider.get_ref() && other.dataset() == entry.dataset()
        };
        if entries.iter().take(index).find(same).is_some() {
            let name = &entry.provider.get_ref().0;
            let what = format!("files of {} of {name} are expected twice", entry.dataset().name());
            let help = "write one [[expect]] for each provider and dataset: files of one kind cannot be told apart";
            return Err(Wrong { span: entry.provider.span(), what, help });
        }
    }
    Ok(())
}

impl Expectation {
    fn dataset(&self) -> Dataset {
        self.dataset.map_or(Dataset::Settlements, |name| name.0)
    }

    /// The entry for the rules.
    #[must_use]
    pub fn expect(&self) -> Expect {
        let calendar = self.calendar.map(|country| country.0);
        let every = match (*self.every.get_ref(), calendar) {
            (Period::BusinessDay, Some(country)) => Every::BusinessDay(country),
            // Without a country the entry is refused, see `check`.
            (Period::Day | Period::BusinessDay, _) => Every::Day,
            (Period::Week, _) => Every::Week,
            (Period::Month, _) => Every::Month,
        };
        Expect {
            provider: self.provider.get_ref().0.clone(),
            dataset: self.dataset(),
            every,
            latest_by_days: self.latest_by_days.map_or(1, |grace| grace.0),
            calendar,
            from: self.from.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::Config;
    use super::*;
    use crate::rules::calendar::Country;

    #[test]
    fn entries_have_defaults() -> Result<(), String> {
        #[derive(Deserialize)]
        struct File {
            expect: Vec<Expectation>,
        }
        let text = "\
            [[expect]]\nprovider = \"dintero\"\nevery = \"month\"\nfrom = 2026-10-01\n\
            [[expect]]\nprovider = \"swedbank_pay\"\ndataset = \"captures\"\nevery = \"business-day\"\ncalendar = \"SE\"\n\
            latest_by_days = 3\nfrom = \"2026-10-05\"\n";
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let day = |text: &str| text.parse::<NaiveDate>().map_err(|error| error.to_string());
        let expected = [
            Expect {
                provider: "dintero".to_owned(),
                dataset: Dataset::Settlements,
                every: Every::Month,
                latest_by_days: 1,
                calendar: None,
                from: day("2026-10-01")?,
            },
            Expect {
                provider: "swedbank_pay".to_owned(),
                dataset: Dataset::Captures,
                every: Every::BusinessDay(Country::Se),
                latest_by_days: 3,
                calendar: Some(Country::Se),
                from: day("2026-10-05")?,
            },
        ];
        assert_eq!(file.expect.iter().map(Expectation::expect).collect::<Vec<_>>(), expected);
        Ok(())
    }

    #[test]
    fn errors_point_at_what_is_wrong() {
        let entry = "[[expect]]\nprovider = \"p\"\nevery = \"day\"\nfrom = 2026-10-01\n";
        let cases = [
            (entry.replace("from", "since"), "c.toml:4:1: unknown key `since`; the nearest known one is `every`"),
            (entry.replace("from = 2026-10-01\n", ""), "c.toml:1:1: missing key `from`"),
            (entry.replace("provider = \"p\"\n", ""), "c.toml:1:1: missing key `provider`"),
            (entry.replace("\"day\"", "\"days\""), "c.toml:3:9: no such period: `days`; the nearest is `day`"),
            (entry.replace("\"day\"", "\"business-day\""), "c.toml:3:9: business days of which country?"),
            (
                entry.replace("2026-10-01", "\"2026-10-1\""),
                "c.toml:4:8: a day is written YYYY-MM-DD, such as 2026-10-31",
            ),
            (
                entry.replace("2026-10-01", "2026-10-01T00:00:00"),
                "c.toml:4:8: a day is written YYYY-MM-DD, such as 2026-10-31",
            ),
            (entry.replace("2026-10-01", "7"), "c.toml:4:8: expected a day, such as 2026-10-01"),
            (format!("{entry}latest_by_days = -1\n"), "c.toml:5:18: must be 0 or more, not -1"),
            (format!("{entry}latest_by_days = 367\n"), "c.toml:5:18: must be 366 days or fewer, not 367"),
            (format!("{entry}{entry}"), "c.toml:6:12: files of settlements of p are expected twice"),
        ];
        for (text, expected) in cases {
            let error = Config::checked("c.toml", &text).map_err(|fault| fault.to_string());
            let first = error.as_ref().err().and_then(|error| error.lines().next());
            assert_eq!(first, Some(expected), "{text}");
        }
        assert_eq!(
            Config::checked("c.toml", &format!("{entry}{}dataset = \"orders\"\n", entry)).map_err(|e| e.to_string()),
            Ok(())
        );
    }
}
