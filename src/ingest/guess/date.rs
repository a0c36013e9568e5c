//! How days and times are written: the formats in which every one of them is a day.

use std::sync::OnceLock;

use crate::ingest::profile::date::DateFormat;
use crate::model::day::{Stamp, parse_stamp};

/// What days say of how they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// Formats that read all of them, each as other days: one where it is clear. An empty format is the canonical one.
    pub formats: Vec<String>,
    /// Days that were looked at.
    pub count: usize,
    /// Texts that are a day in no format.
    pub unread: usize,
    /// A format that reads some of them too, as other days, and how many.
    pub nearest: Option<(String, usize)>,
}

const DATES: [&str; 27] = [
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d %m %Y",
    "%d%m%Y",
    "%d.%m.%y",
    "%d/%m/%y",
    "%d-%m-%y",
    "%m/%d/%y",
    "%y-%m-%d",
    "%y/%m/%d",
    "%y%m%d",
    "%d%m%y",
    "%d %B %Y",
    "%d. %B %Y",
    "%d-%B-%Y",
    "%d.%B.%Y",
    "%d/%B/%Y",
    "%d-%B-%y",
    "%d %B %y",
    "%B %d, %Y",
    "%B %d %Y",
];
const TIMES: [&str; 19] = [
    "",
    " %H:%M",
    " %H:%M:%S",
    " %H.%M",
    " %H.%M.%S",
    "T%H:%M",
    "T%H:%M:%S",
    " %H:%M:%S.%f",
    " %H:%M:%S,%f",
    "T%H:%M:%S.%f",
    " %I:%M %p",
    " %I:%M:%S %p",
    ", %H:%M",
    ", %H:%M:%S",
    " kl %H:%M",
    " kl. %H:%M",
    " kl. %H.%M",
    " %H:%M:%S %z",
    "T%H:%M:%S%z",
];
/// Forms with a time that canonical timestamps do not have.
const WHOLE: [&str; 8] = [
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H.%M",
    "%Y-%m-%d %H.%M.%S",
    "%Y-%m-%d kl %H:%M",
    "%Y%m%d%H%M%S",
    "%Y%m%d%H%M",
    "%Y-%m-%d %H:%M:%S %z",
];
/// Texts by which formats are chosen before all are read.
const FIRST: usize = 12;
/// Texts that are looked at.
const COUNT_MAX: usize = 5_000;

/// Finds the formats of days.
#[must_use]
pub fn days(texts: &[&str]) -> Days {
    let texts = texts.get(..COUNT_MAX).unwrap_or(texts);
    let mut ways: Vec<(String, Vec<Option<Stamp>>)> = Vec::new();
    let canonical: Vec<Option<Stamp>> = texts.iter().map(|text| parse_stamp(text.as_bytes())).collect();
    if canonical.iter().any(Option::is_some) {
        ways.push((String::new(), canonical));
    }
    for (name, format) in formats() {
        // Not the first alone: a sum or a note may stand among them.
        let step = (texts.len() / FIRST).max(1);
        if !texts.iter().step_by(step).any(|text| format.read(text).is_some()) {
            continue;
        }
        let values: Vec<Option<Stamp>> = texts.iter().map(|text| format.read(text)).collect();
        ways.push((name.clone(), values));
    }
    let is_read = |place: usize| ways.iter().any(|(_, values)| values.get(place).is_some_and(Option::is_some));
    let read: Vec<bool> = (0..texts.len()).map(is_read).collect();
    let count = read.iter().filter(|read| **read).count();
    let mut found: Vec<(String, Vec<Option<Stamp>>)> = Vec::new();
    let mut nearest: Option<(String, usize)> = None;
    for (name, values) in ways {
        let all = count > 0 && values.iter().zip(&read).all(|(value, read)| value.is_some() == *read);
        if found.iter().any(|(_, known)| *known == values) {
            continue;
        }
        if all {
            found.push((name, values));
            continue;
        }
        let some = values.iter().flatten().count();
        if !name.is_empty() && nearest.as_ref().is_none_or(|(_, most)| some > *most) {
            nearest = Some((name, some));
        }
    }
    let formats = found.into_iter().map(|(name, _)| name).collect();
    Days { formats, count, unread: texts.len() - count, nearest }
}

/// Whether a text is a day in a format; the empty one is the canonical form.
#[must_use]
pub fn reads(format: &str, texts: &[&str]) -> bool {
    match format {
        "" => texts.iter().all(|text| parse_stamp(text.as_bytes()).is_some()),
        format => DateFormat::new(format).is_ok_and(|format| texts.iter().all(|text| format.read(text).is_some())),
    }
}

fn formats() -> &'static [(String, DateFormat)] {
    static FORMATS: OnceLock<Vec<(String, DateFormat)>> = OnceLock::new();
    FORMATS.get_or_init(|| {
        let dated = DATES.iter().flat_map(|date| TIMES.iter().map(move |time| format!("{date}{time}")));
        let all = dated.chain(WHOLE.iter().map(|format| (*format).to_owned()));
        all.filter_map(|name| DateFormat::new(&name).ok().map(|format| (name, format))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_can_be_read() {
        assert_eq!(formats().len(), DATES.len() * TIMES.len() + WHOLE.len());
    }

    #[test]
    fn formats_of_days() {
        let table = [
            ("2026-03-04|2026-12-31", "", 2, 0),
            ("2026-03-04 10:00:00|2026-03-04T10:00:00+01:00", "", 2, 0),
            ("31.03.2026|01.04.2026", "%d.%m.%Y", 2, 0),
            ("1.4.2026|12.4.2026", "%d.%m.%Y", 2, 0),
            ("31/03/2026|01/04/2026", "%d/%m/%Y", 2, 0),
            ("03/31/2026|01/04/2026", "%m/%d/%Y", 2, 0),
            ("01/02/2026|03/04/2026", "%d/%m/%Y or %m/%d/%Y", 2, 0),
            ("01/01/2026|02/02/2026", "%d/%m/%Y", 2, 0),
            ("01-02-2026", "%d-%m-%Y or %m-%d-%Y", 1, 0),
            ("31-03-2026 14.05", "%d-%m-%Y %H.%M", 1, 0),
            ("20260304|20261231", "%Y%m%d", 2, 0),
            ("31.03.26", "%d.%m.%y", 1, 0),
            ("01-02-03", "%d-%m-%y or %y-%m-%d", 1, 0),
            ("26-02-28|26-01-02", "%d-%m-%y or %y-%m-%d", 2, 0),
            ("99-02-28", "%y-%m-%d", 1, 0),
            ("4 mars 2026|12 maj 2026", "%d %B %Y", 2, 0),
            ("4. mars 2026 kl. 10.05", "%d. %B %Y kl. %H.%M", 1, 0),
            ("04-des-2026|05-OKT-2026", "%d-%B-%Y", 2, 0),
            ("March 4, 2026", "%B %d, %Y", 1, 0),
            ("3/31/2026 2:05 PM", "%m/%d/%Y %I:%M %p", 1, 0),
            ("2026-03-04 10:05", "%Y-%m-%d %H:%M", 1, 0),
            ("20260304100500", "%Y%m%d%H%M%S", 1, 0),
            ("31.03.2026|Totalt", "%d.%m.%Y", 1, 1),
            ("2026-03-04|31.03.2026", "", 2, 0),
            ("Totalt", "", 0, 1),
        ];
        for (texts, expected, count, unread) in table {
            let texts: Vec<&str> = texts.split('|').collect();
            let days = days(&texts);
            assert_eq!(
                (days.formats.join(" or ").as_str(), days.count, days.unread),
                (expected, count, unread),
                "{texts:?}"
            );
        }
        // Two forms in one column are no form.
        assert_eq!(days(&["2026-03-04", "31.03.2026"]).formats, Vec::<String>::new());
        assert_eq!(days(&["2026-03-04"]).formats, [""]);
        assert_eq!(days(&["31/03/2026", "01/04/2026", "02/04/2026"]).nearest, Some(("%m/%d/%Y".to_owned(), 2)));
    }
}
