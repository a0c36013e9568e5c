//! Days and times as exports write them, by a format in the letters of `strftime`, to the canonical forms.

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};
use chrono_tz::Tz;

use super::month;
use crate::model::day::{Stamp, Zone, parse_stamp};

/// The letters that are read, for people.
const LETTERS: &str = "%Y %y %m %d %e %j %H %I %M %S %f %p %B %b %z, %F for %Y-%m-%d, %T for %H:%M:%S, %R for %H:%M, and %% for a percent sign";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    /// This character.
    Literal(char),
    /// White space of any kind, at least one.
    Blank,
    /// A number, with its fewest and most digits.
    Number(Part, usize, usize),
    /// Digits behind the second's decimal sign.
    Fraction,
    /// The name of a month in one of four languages, full or short.
    MonthName,
    /// Before or after noon.
    Half,
    /// An offset from UTC.
    Offset,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    ShortYear,
    Month,
    Day,
    DayOfYear,
    Hour,
    HalfHour,
    Minute,
    Second,
}

/// A format of days and times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    items: Vec<Item>,
    has_time: bool,
}

/// What a text gave so far.
#[derive(Debug, Clone, Copy, Default)]
struct Got {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    day_of_year: Option<u32>,
    hour: u32,
    half: Option<bool>,
    minute: u32,
    second: u32,
    nanosecond: u32,
    offset_seconds: Option<i32>,
}

impl DateFormat {
    /// Reads a format such as `%d.%m.%Y %H:%M`.
    ///
    /// # Errors
    /// It has an unknown letter, says something twice, or says no day.
    pub fn new(format: &str) -> Result<Self, String> {
        let long = format.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S").replace("%R", "%H:%M");
        let mut items = Vec::new();
        let mut said: Vec<&str> = Vec::new();
        let mut letters = long.chars();
        while let Some(letter) = letters.next() {
            let (item, names) = match letter {
                '%' => match item(letters.next())? {
                    (item, "") => (item, ""),
                    (_, name) if said.contains(&name) => return Err(format!("the format says the {name} twice")),
                    found => found,
                },
                blank if blank.is_whitespace() && items.last() == Some(&Item::Blank) => continue,
                blank if blank.is_whitespace() => (Item::Blank, ""),
                literal => (Item::Literal(literal), ""),
            };
            items.push(item);
            said.push(names);
        }
        let has = |name| said.contains(&name);
        if !has("day of the year") {
            for (name, letters) in [("month", "%m, %B or %b"), ("day", "%d or %e")] {
                if !has(name) {
                    return Err(format!("the format says no {name} ({letters})"));
                }
            }
        } else if has("month") || has("day") {
            return Err("the format says the day twice: %j is the day of the year".to_owned());
        }
        for (name, letters, needed) in [
            ("year", "%Y or %y", true),
            ("half of the day", "%p, which %I needs", items.contains(&Item::Number(Part::HalfHour, 1, 2))),
            ("hour", "%H or %I", has("minute") || has("half of the day")),
            ("minute", "%M", has("second") || has("hour")),
            ("second", "%S", has("fraction")),
        ] {
            if needed && !has(name) {
                return Err(format!("the format says no {name} ({letters})"));
            }
        }
        if has("half of the day") && items.contains(&Item::Number(Part::Hour, 1, 2)) {
            return Err("%H counts 24 hours and needs no %p; 12 hours are %I".to_owned());
        }
        // Numbers that stand side by side have all their digits: nothing else tells where one ends.
        let is_number = |item: &Item| matches!(item, Item::Number(..) | Item::Fraction);
        let beside: Vec<bool> = items.windows(2).map(|pair| pair.iter().all(is_number)).collect();
        for place in beside.into_iter().enumerate().filter_map(|(place, both)| both.then_some(place)) {
            for item in items.iter_mut().skip(place).take(2) {
                if let Item::Number(_, least, most) = item {
                    *least = *most;
                }
            }
        }
        Ok(Self { items, has_time: has("hour") })
    }

    /// Reads a text; `None` where it is not written so, or is no day that exists.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Stamp> {
        let mut got = Got::default();
        step(&self.items, text, &mut got)?;
        let year = i32::try_from(got.year?).ok()?;
        let date = match got.day_of_year {
            Some(day) => NaiveDate::from_yo_opt(year, day)?,
            None => NaiveDate::from_ymd_opt(year, got.month?, got.day?)?,
        };
        let hour = match got.half {
            None => got.hour,
            Some(_) if !(1..=12).contains(&got.hour) => return None,
            Some(after_noon) => got.hour % 12 + if after_noon { 12 } else { 0 },
        };
        let time = NaiveTime::from_hms_nano_opt(hour, got.minute, got.second, got.nanosecond)?;
        Some(Stamp::new(date.and_time(time), got.offset_seconds))
    }
}

/// The item of a letter, and what it says in words.
fn item(letter: Option<char>) -> Result<(Item, &'static str), String> {
    Ok(match letter {
        Some('Y') => (Item::Number(Part::Year, 4, 4), "year"),
        Some('y') => (Item::Number(Part::ShortYear, 2, 2), "year"),
        Some('m') => (Item::Number(Part::Month, 1, 2), "month"),
        Some('B' | 'b' | 'h') => (Item::MonthName, "month"),
        Some('d' | 'e') => (Item::Number(Part::Day, 1, 2), "day"),
        Some('j') => (Item::Number(Part::DayOfYear, 1, 3), "day of the year"),
        Some('H') => (Item::Number(Part::Hour, 1, 2), "hour"),
        Some('I') => (Item::Number(Part::HalfHour, 1, 2), "hour"),
        Some('M') => (Item::Number(Part::Minute, 2, 2), "minute"),
        Some('S') => (Item::Number(Part::Second, 2, 2), "second"),
        Some('f') => (Item::Fraction, "fraction"),
        Some('p') => (Item::Half, "half of the day"),
        Some('z') => (Item::Offset, "offset"),
        Some('%') => (Item::Literal('%'), ""),
        Some(letter) => return Err(format!("`%{letter}` is not read here; what is: {LETTERS}")),
        None => return Err(format!("the format ends in a lone `%`; what is read: {LETTERS}")),
    })
}

/// Reads the items one after another; the text must end with them.
fn step(mut items: &[Item], mut text: &str, got: &mut Got) -> Option<()> {
    while let Some((item, rest)) = items.split_first() {
        items = rest;
        text = match *item {
            Item::Literal(literal) => text.strip_prefix(literal)?,
            Item::Blank => text.strip_prefix(char::is_whitespace)?.trim_start(),
            Item::Number(part, least, most) => {
                // `%e` pads with a blank.
                let text = if part == Part::Day { text.strip_prefix(' ').unwrap_or(text) } else { text };
                let (number, rest) = digits(text, least, most)?;
                got.set(part, number);
                rest
            }
            Item::Fraction => {
                let count = text.bytes().take_while(u8::is_ascii_digit).count();
                let (digits, rest) = text.split_at(count);
                // Digits beyond nanoseconds are read and dropped, as in canonical timestamps.
                let nanoseconds = digits.get(..count.min(9))?;
                got.nanosecond = format!("{nanoseconds:0<9}").parse().ok().filter(|_| count > 0)?;
                rest
            }
            Item::MonthName => {
                let (month, rest) = month::leading(text)?;
                got.month = Some(month);
                // A full stop may belong to a short name or to the format.
                let mut with_stop = *got;
                if let Some(rest) = rest.strip_prefix('.')
                    && step(items, rest, &mut with_stop).is_some()
                {
                    *got = with_stop;
                    return Some(());
                }
                rest
            }
            Item::Half => {
                let (after_noon, rest) = half(text)?;
                got.half = Some(after_noon);
                rest
            }
            Item::Offset => {
                let (seconds, rest) = offset(text)?;
                got.offset_seconds = Some(seconds);
                rest
            }
        };
    }
    text.is_empty().then_some(())
}

impl Got {
    fn set(&mut self, part: Part, number: u32) {
        match part {
            Part::Year => self.year = Some(number),
            // The two digits of POSIX: 69 to 99 are of the last century.
            Part::ShortYear => self.year = Some(number + if number < 69 { 2000 } else { 1900 }),
            Part::Month => self.month = Some(number),
            Part::Day => self.day = Some(number),
            Part::DayOfYear => self.day_of_year = Some(number),
            Part::Hour | Part::HalfHour => self.hour = number,
            Part::Minute => self.minute = number,
            Part::Second => self.second = number,
        }
    }
}

/// A number of so many digits at the front, at most four; as many as there are.
fn digits(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let (mut number, mut count) = (0_u32, 0_usize);
    for byte in text.bytes().take(most.min(4)).take_while(u8::is_ascii_digit) {
        number = number * 10 + u32::from(byte - b'0');
        count = count.saturating_add(1);
    }
    if count < least { None } else { Some((number, text.get(count..)?)) }
}

/// Before or after noon, in English and Swedish.
fn half(text: &str) -> Option<(bool, &str)> {
    let names = [
        ("am", false),
        ("pm", true),
        ("a.m.", false),
        ("p.m.", true),
        ("fm", false),
        ("em", true),
        ("f.m.", false),
        ("e.m.", true),
    ];
    let begins = |name: &str| text.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
    let (name, after_noon) = names.into_iter().find(|(name, _)| begins(name))?;
    Some((after_noon, text.get(name.len()..)?))
}

/// `Z`, `+02:00` or `+0200`, in seconds.
fn offset(text: &str) -> Option<(i32, &str)> {
    if let Some(rest) = text.strip_prefix(['Z', 'z']) {
        return Some((0, rest));
    }
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+')?),
    };
    let (hours, rest) = digits(rest, 2, 2)?;
    let (minutes, rest) = digits(rest.strip_prefix(':').unwrap_or(rest), 2, 2)?;
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok().filter(|_| hours < 24 && minutes < 60)?;
    Some((if negative { -seconds } else { seconds }, rest))
}

/// How the timestamps of a file are read.
#[derive(Debug)]
pub struct Dates {
    format: Option<DateFormat>,
    zone: Option<Zone>,
    wanted: String,
}

impl Dates {
    /// By a format and a zone, where they are said.
    ///
    /// # Errors
    /// The format cannot be read, or there is no such zone.
    pub fn new(format: Option<&str>, timezone: Option<&str>) -> Result<Self, String> {
        let zone = timezone
            .map(|name| name.parse::<Tz>().map(Zone).map_err(|_| format!("there is no time zone `{name}`")))
            .transpose()?;
        let wanted = match format {
            Some(format) => format!("a timestamp of this profile is {format}, and a day that exists"),
            None => "a timestamp is RFC 3339, YYYY-MM-DD HH:MM:SS or YYYY-MM-DD, and a day that exists".to_owned(),
        };
        Ok(Self { format: format.map(DateFormat::new).transpose()?, zone, wanted })
    }

    /// Writes a timestamp in a canonical form: in UTC where the profile has a zone or the text an offset, else as local
    /// time. The dates of a workbook are canonical already, whatever the format.
    ///
    /// # Errors
    /// The text is not written so, or is no day that exists.
    pub fn put(&self, text: &str, of_workbook: bool, out: &mut String) -> Result<(), String> {
        let refused = || self.wanted.clone();
        let (stamp, has_time) = match &self.format {
            None => {
                let stamp = parse_stamp(text.as_bytes()).ok_or_else(refused)?;
                if self.zone.is_none() || stamp.has_offset() {
                    out.push_str(text);
                    return Ok(());
                }
                (stamp, true)
            }
            Some(format) => match format.read(text) {
                Some(stamp) => (stamp, format.has_time),
                None => (parse_stamp(text.as_bytes()).filter(|_| of_workbook).ok_or_else(refused)?, true),
            },
        };
        match self.zone {
            None if !stamp.has_offset() => put_local(stamp.local(), has_time, out),
            // A stated offset wins over any zone.
            zone => {
                put_local(zone.unwrap_or_default().instant(stamp).naive_utc(), true, out);
                out.push('Z');
            }
        }
        Ok(())
    }
}

/// `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`, with a fraction where there is one.
fn put_local(local: NaiveDateTime, has_time: bool, out: &mut String) {
    let year = u32::try_from(local.year()).unwrap_or(0);
    put_two(year / 100, out);
    put_two(year % 100, out);
    for (before, number) in [('-', local.month()), ('-', local.day())] {
        out.push(before);
        put_two(number, out);
    }
    if has_time {
        for (before, number) in [('T', local.hour()), (':', local.minute()), (':', local.second())] {
            out.push(before);
            put_two(number, out);
        }
        if local.nanosecond() > 0 {
            out.push_str(&format!(".{:09}", local.nanosecond()));
        }
    }
}

fn put_two(number: u32, out: &mut String) {
    for digit in [number / 10, number % 10] {
        out.push(char::from_digit(digit % 10, 10).unwrap_or('0'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, format: &str) -> Option<String> {
        let mut out = String::new();
        Dates::new(Some(format), None).unwrap().put(text, false, &mut out).ok().map(|()| out)
    }

    #[test]
    fn formats_of_days_and_times() {
        let cases = [
            ("2026-10-05", "%Y-%m-%d", "2026-10-05"),
            ("2026-10-05", "%F", "2026-10-05"),
            ("20261005", "%Y%m%d", "2026-10-05"),
            ("5.10.2026", "%d.%m.%Y", "2026-10-05"),
            ("05/10-26", "%d/%m-%y", "2026-10-05"),
            ("051026", "%d%m%y", "2026-10-05"),
            ("31/12/69", "%d/%m/%y", "1969-12-31"),
            (" 5 okt 2026", "%e %b %Y", "2026-10-05"),
            ("5\\u{a0}oktober  2026", "%e %B %Y", "2026-10-05"),
            ("05-OKT-2026", "%d-%b-%Y", "2026-10-05"),
            ("5. mars 2026", "%d. %B %Y", "2026-03-05"),
            ("5. marts 2026", "%e. %b %Y", "2026-03-05"),
            ("March 5, 2026", "%B %d, %Y", "2026-03-05"),
            ("5 mai 2026", "%d %b %Y", "2026-05-05"),
            ("5 maj 2026", "%d %b %Y", "2026-05-05"),
            ("5.des.2026", "%d.%b.%Y", "2026-12-05"),
            ("5.des..2026", "%d.%b.%Y", "2026-12-05"),
            ("5 okt. 2026", "%d %b %Y", "2026-10-05"),
            ("5 sept. 2026", "%d %b %Y", "2026-09-05"),
            ("okt2026 05", "%b%Y %d", "2026-10-05"),
            ("2026-278", "%Y-%j", "2026-10-05"),
            ("2024366", "%Y%j", "2024-12-31"),
            ("2026-10-05 9:05", "%Y-%m-%d %H:%M", "2026-10-05T09:05:00"),
            ("20261005T090507", "%Y%m%dT%H%M%S", "2026-10-05T09:05:07"),
            ("2026-10-05 09.05.07,25", "%F %H.%M.%S,%f", "2026-10-05T09:05:07.250000000"),
            ("10/05/2026 12:05 AM", "%m/%d/%Y %I:%M %p", "2026-10-05T00:05:00"),
            ("10/05/2026 12:05 p.m.", "%m/%d/%Y %I:%M %p", "2026-10-05T12:05:00"),
            ("10/05/2026 1:05 em", "%m/%d/%Y %I:%M %p", "2026-10-05T13:05:00"),
            ("2026-10-05 09:05:07 +0200", "%F %T %z", "2026-10-05T07:05:07Z"),
            ("2026-10-05 09:05-03:30", "%F %R%z", "2026-10-05T12:35:00Z"),
            ("100%2026-10-05", "100%%%F", "2026-10-05"),
        ];
        for (text, format, expected) in cases {
            let text = text.replace("\\u{a0}", "\u{a0}");
            assert_eq!(read(&text, format).as_deref(), Some(expected), "{text} {format}");
        }
        let refused = [
            ("2026-02-30", "%F"),
            ("2026-10-05 ", "%F"),
            ("26-10-05", "%F"),
            ("5102026", "%d%m%Y"),
            ("51026", "%d%m%y"),
            ("10/05/2026 13:05 PM", "%m/%d/%Y %I:%M %p"),
            ("10/05/2026 0:05 AM", "%m/%d/%Y %I:%M %p"),
            ("2026-10-05 24:00", "%F %R"),
            ("2026-10-05 9:5", "%F %R"),
            ("2025-366", "%Y-%j"),
            ("5 foo 2026", "%d %b %Y"),
            ("5 mars2026", "%d %b %Y"),
            ("2026-10-05 09:05 +25:00", "%F %R %z"),
            ("2026-10-05 09:05:00,", "%F %T,%f"),
            ("\u{662}026-10-05", "%F"),
            ("", "%F"),
        ];
        for (text, format) in refused {
            assert_eq!(read(text, format), None, "{text} {format}");
        }
    }

    #[test]
    fn formats_that_say_no_day_are_refused() {
        let cases = [
            ("%Y-%m", "the format says no day (%d or %e)"),
            ("%d.%m.", "the format says no year (%Y or %y)"),
            ("%Y %d", "the format says no month (%m, %B or %b)"),
            ("%Y %j %d", "the format says the day twice: %j is the day of the year"),
            ("%F %d", "the format says the day twice"),
            ("%F %b", "the format says the month twice"),
            ("%F %I:%M", "the format says no half of the day (%p, which %I needs)"),
            ("%F %H:%M %p", "%H counts 24 hours and needs no %p; 12 hours are %I"),
            ("%F %H", "the format says no minute (%M)"),
            ("%F :%M", "the format says no hour (%H or %I)"),
            ("%F %T.%f %f", "the format says the fraction twice"),
            ("%F %Q", "`%Q` is not read here; what is: "),
            ("%F %", "the format ends in a lone `%`; what is read: "),
        ];
        for (format, expected) in cases {
            let listed = if expected.ends_with(": ") { LETTERS } else { "" };
            assert_eq!(DateFormat::new(format), Err(format!("{expected}{listed}")), "{format}");
        }
    }

    #[test]
    fn times_of_a_profile_with_a_zone_have_an_offset() {
        let put = |text: &str, format: Option<&str>, zone: Option<&str>, of_workbook| {
            let mut out = String::new();
            Dates::new(format, zone).unwrap().put(text, of_workbook, &mut out).map(|()| out)
        };
        let helsinki = Some("Europe/Helsinki");
        let cases = [
            ("2026-10-05 12:00:00", None, None, "2026-10-05 12:00:00"),
            ("2026-10-05 12:00:00", None, helsinki, "2026-10-05T09:00:00Z"),
            ("2026-10-05T12:00:00Z", None, helsinki, "2026-10-05T12:00:00Z"),
            ("5.1.2026", Some("%d.%m.%Y"), helsinki, "2026-01-04T22:00:00Z"),
            ("5.10.2026 12:00", Some("%d.%m.%Y %R"), helsinki, "2026-10-05T09:00:00Z"),
            // The doubled hour of autumn: the first. The missing hour of spring: the offset of winter.
            ("25.10.2026 03:30", Some("%d.%m.%Y %R"), helsinki, "2026-10-25T00:30:00Z"),
            ("29.3.2026 03:30", Some("%d.%m.%Y %R"), helsinki, "2026-03-29T01:30:00Z"),
            ("5.10.2026 12:00 +0000", Some("%d.%m.%Y %R %z"), helsinki, "2026-10-05T12:00:00Z"),
        ];
        for (text, format, zone, expected) in cases {
            assert_eq!(put(text, format, zone, false).as_deref(), Ok(expected), "{text}");
        }
        let refused = "a timestamp of this profile is %d.%m.%Y, and a day that exists".to_owned();
        assert_eq!(put("2026-10-05", Some("%d.%m.%Y"), None, false), Err(refused));
        assert_eq!(put("2026-10-05", Some("%d.%m.%Y"), None, true).as_deref(), Ok("2026-10-05T00:00:00"));
        assert!(put("5.10.2026", None, None, false).is_err());
        assert_eq!(Dates::new(None, Some("Stockholm")).err().as_deref(), Some("there is no time zone `Stockholm`"));
    }
}
