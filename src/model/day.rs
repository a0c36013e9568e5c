//! Instants and days: the three timestamp forms of RULES.md 2, the zone of a source, and ages in calendar days.

use chrono::{
    DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Timelike, Utc,
};
use chrono_tz::Tz;

/// A timestamp as written: a local date and time, with the offset where the text states one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    local: NaiveDateTime,
    offset_seconds: Option<i32>,
}

impl Stamp {
    /// A local date and time, with the offset from UTC where one is stated, in seconds east.
    #[must_use]
    pub fn new(local: NaiveDateTime, offset_seconds: Option<i32>) -> Self {
        Self { local, offset_seconds }
    }

    /// The date and time as written.
    #[must_use]
    pub fn local(self) -> NaiveDateTime {
        self.local
    }

    /// Whether the text states its offset.
    #[must_use]
    pub fn has_offset(self) -> bool {
        self.offset_seconds.is_some()
    }
}

/// A point in time, at nanosecond precision.
pub type Instant = DateTime<Utc>;

/// Appends an instant as `DateTime::to_rfc3339` writes it, which is slow for one among millions.
pub fn push_rfc3339(at: Instant, out: &mut String) {
    let (year, nanos) = (at.year(), at.nanosecond());
    if !(1000..=9999).contains(&year) || nanos != 0 {
        out.push_str(&at.to_rfc3339());
        return;
    }
    let mut two = |before: &str, number: u32| {
        out.push_str(before);
        [number / 10, number % 10]
            .into_iter()
            .filter_map(|digit| char::from_digit(digit, 10))
            .for_each(|c| out.push(c));
    };
    let century = u32::try_from(year / 100).unwrap_or_default();
    two("", century);
    two("", u32::try_from(year % 100).unwrap_or_default());
    two("-", at.month());
    two("-", at.day());
    two("T", at.hour());
    two(":", at.minute());
    two(":", at.second());
    out.push_str("+00:00");
}

fn two(digits: &[u8]) -> Option<u32> {
    match digits {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0')),
        _ => None,
    }
}

fn parse_date(text: &[u8]) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let year = two(&[*y1, *y2])? * 100 + two(&[*y3, *y4])?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, two(&[*m1, *m2])?, two(&[*d1, *d2])?)
}

/// Fractions of a second: at least one digit, those beyond nanoseconds are read and dropped.
fn parse_fraction(text: &[u8]) -> Option<(u32, &[u8])> {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(count);
    if digits.is_empty() {
        return None;
    }
    let mut nanos = 0_u32;
    for index in 0..9 {
        let digit = digits.get(index).map_or(0, |byte| u32::from(byte - b'0'));
        nanos = nanos * 10 + digit;
    }
    Some((nanos, rest))
}

fn parse_offset(text: &[u8]) -> Option<i32> {
    match text {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (two(&[*h1, *h2])?, two(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

/// Reads RFC 3339, `YYYY-MM-DD HH:MM:SS` (also with `T`, and with fractions of a second) or `YYYY-MM-DD`.
#[must_use]
pub fn parse_stamp(text: &[u8]) -> Option<Stamp> {
    usual_stamp(text).or_else(|| parse_any_stamp(text))
}

fn parse_any_stamp(text: &[u8]) -> Option<Stamp> {
    let (date_text, rest) = text.split_at_checked(10)?;
    let date = parse_date(date_text)?;
    let [b' ' | b'T' | b't', h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = rest else {
        return rest.is_empty().then_some(Stamp { local: date.and_time(NaiveTime::MIN), offset_seconds: None });
    };
    let (nanos, rest) = match rest {
        [b'.', fraction @ ..] => parse_fraction(fraction)?,
        _ => (0, rest),
    };
    let time = NaiveTime::from_hms_nano_opt(two(&[*h1, *h2])?, two(&[*m1, *m2])?, two(&[*s1, *s2])?, nanos)?;
    let offset_seconds = if rest.is_empty() { None } else { Some(parse_offset(rest)?) };
    Some(Stamp { local: date.and_time(time), offset_seconds })
}

/// Whether a text is one that [`parse_stamp`] reads; the usual shape is seen without taking it apart.
#[must_use]
#[inline]
pub fn is_stamp(text: &[u8]) -> bool {
    usual_digits(text).is_some() || parse_any_stamp(text).is_some()
}

/// A text as [`usual_digits`] knows it.
#[inline]
fn usual_stamp(text: &[u8]) -> Option<Stamp> {
    let (date, [d1, d2], time) = usual_digits(text)?;
    let two = |tens: u8, ones: u8| u32::from(tens) * 10 + u32::from(ones);
    let [y1, y2, y3, y4, _, m1, m2, _] = date;
    let year = i32::try_from(two(y1, y2) * 100 + two(y3, y4)).ok()?;
    let date = NaiveDate::from_ymd_opt(year, two(m1, m2), two(d1, d2))?;
    let [h1, h2, _, n1, n2, _, s1, s2] = time;
    let time = NaiveTime::from_hms_opt(two(h1, h2), two(n1, n2), two(s1, s2))?;
    let offset_seconds = (text.last() == Some(&b'Z')).then_some(0);
    Some(Stamp { local: date.and_time(time), offset_seconds })
}

/// The values of the digits of `YYYY-MM-`, `DD` and `HH:MM:SS`, where a text is these, with a `T` or a space before the time,
/// with a `Z` at the end or without, on a day that its month has in every year, and not in a leap second. Nothing says nothing.
#[inline]
fn usual_digits(text: &[u8]) -> Option<([u8; 8], [u8; 2], [u8; 8])> {
    let text = match text {
        [stamp @ .., b'Z'] => stamp,
        stamp => stamp,
    };
    if text.len() != 19 {
        return None;
    }
    let (date, [d1, d2, between], time) = (text.first_chunk()?, [text[8], text[9], text[10]], text.last_chunk()?);
    // Eight bytes at a time: what must be a digit becomes its value, and what must be a sign between them becomes 0.
    let date = u64::from_le_bytes(*date) ^ u64::from_le_bytes(*b"0000-00-");
    let time = u64::from_le_bytes(*time) ^ u64::from_le_bytes(*b"00:00:00");
    const DATE_ROOM: u64 = u64::from_le_bytes([0x76, 0x76, 0x76, 0x76, 0x7f, 0x76, 0x76, 0x7f]);
    // No minute and no second begins with a 6.
    const TIME_ROOM: u64 = u64::from_le_bytes([0x76, 0x76, 0x7f, 0x7a, 0x76, 0x7f, 0x7a, 0x76]);
    const TOP_BITS: u64 = u64::from_le_bytes([0x80; 8]);
    // A byte with its room added reaches the top bit where it is more than it may be. No byte carries into the next
    // one unless its own top bit was set, which is asked too.
    let off = (date.wrapping_add(DATE_ROOM) | date | time.wrapping_add(TIME_ROOM) | time) & TOP_BITS;
    let [d1, d2] = [d1, d2].map(|byte| byte.wrapping_sub(b'0'));
    let (date, time) = (date.to_le_bytes(), time.to_le_bytes());
    let [_, _, _, _, _, m1, m2, _] = date;
    let [h1, h2, _, _, _, _, _, _] = time;
    if off != 0 || d1 > 9 || d2 > 9 {
        return None;
    }
    let [month, day, hour] = [(m1, m2), (d1, d2), (h1, h2)].map(|(tens, ones)| tens * 10 + ones);
    /// The days that a month has in every year, by its number.
    const DAYS: [u8; 13] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let is_usual =
        (day.wrapping_sub(1) < *DAYS.get(usize::from(month))?) & (hour < 24) & (between == b'T' || between == b' ');
    is_usual.then_some((date, [d1, d2], time))
}

/// The zone in which texts without one are read and in which ages count days.
#[derive(Debug, Clone, Copy)]
pub struct Zone(pub Tz);

impl Default for Zone {
    fn default() -> Self {
        Self(chrono_tz::Europe::Stockholm)
    }
}

impl Zone {
    /// The instant of a timestamp. Without an offset it is local: the first of a doubled hour, and in an hour that
    /// the spring change leaves out, the offset of winter (RULES.md 2).
    #[must_use]
    pub fn instant(self, stamp: Stamp) -> Instant {
        if let Some(seconds) = stamp.offset_seconds {
            if seconds == 0 {
                return stamp.local.and_utc();
            }
            return Utc.from_utc_datetime(&(stamp.local - TimeDelta::seconds(i64::from(seconds))));
        }
        match self.0.from_local_datetime(&stamp.local) {
            LocalResult::Single(at) => at.to_utc(),
            LocalResult::Ambiguous(first, second) => first.to_utc().min(second.to_utc()),
            LocalResult::None => {
                // The offset that held just before the gap is winter's; three hours back is before any known gap.
                let before = self.0.offset_from_utc_datetime(&(stamp.local - TimeDelta::hours(26)));
                let offset = TimeDelta::seconds(i64::from(before.fix().local_minus_utc()));
                Utc.from_utc_datetime(&(stamp.local - offset))
            }
        }
    }

    /// The calendar day of an instant in this zone.
    #[must_use]
    pub fn day(self, at: Instant) -> NaiveDate {
        at.with_timezone(&self.0).date_naive()
    }
}

/// Calendar days from one day to a later one; 0 where that is earlier (RULES.md 2).
#[must_use]
pub fn age_days(since: NaiveDate, as_of: NaiveDate) -> i64 {
    (as_of - since).num_days().max(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> String {
        let stamp = parse_stamp(text.as_bytes()).unwrap_or_else(|| panic!("{text} is a timestamp"));
        Zone::default().instant(stamp).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
    }

    proptest! {
        #[test]
        fn instants_are_written_as_the_calendar_writes_them(
            seconds in prop_oneof![-70_000_000_000_i64..300_000_000_000, 1_700_000_000_i64..1_900_000_000],
            nanos in prop_oneof![9 => Just(0_u32), 1 => 0..2_000_000_000_u32]
        ) {
            if let Some(at) = DateTime::from_timestamp(seconds, nanos) {
                let mut out = String::new();
                push_rfc3339(at, &mut out);
                prop_assert_eq!(out, at.to_rfc3339());
            }
        }
    }

    #[test]
    fn reads_all_forms() {
        let cases = [
            ("2026-10-05", "2026-10-04T22:00:00Z"),
            ("2026-10-05 12:00:01", "2026-10-05T10:00:01Z"),
            ("2026-10-05T12:00:01.5", "2026-10-05T10:00:01.500Z"),
            ("2026-01-05T12:00:01Z", "2026-01-05T12:00:01Z"),
            ("2026-01-05t12:00:01.1234567z", "2026-01-05T12:00:01.123456700Z"),
            ("2026-01-05T12:00:01-03:30", "2026-01-05T15:30:01Z"),
            // The doubled hour of autumn: the first. The missing hour of spring: the offset of winter.
            ("2026-10-25 02:30:00", "2026-10-25T00:30:00Z"),
            ("2026-03-29 02:30:00", "2026-03-29T01:30:00Z"),
        ];
        for (text, instant) in cases {
            assert_eq!(at(text), instant, "{text}");
        }
    }

    #[test]
    fn what_is_seen_at_a_glance_is_what_is_parsed() {
        let text = b"2026-02-28T23:59:59Z";
        let mut usual = 0;
        for len in [10, 19, 20] {
            for place in 0..len {
                for byte in 0..=u8::MAX {
                    for last in [text[len - 1], b'9'] {
                        let mut text = text[..len].to_vec();
                        text[len - 1] = last;
                        text[place] = byte;
                        usual += u32::from(usual_stamp(&text).is_some());
                        let stamp = usual_stamp(&text);
                        assert!(stamp.is_none() || stamp == parse_any_stamp(&text), "{text:?}");
                        assert_eq!(is_stamp(&text), parse_stamp(&text).is_some(), "{text:?}");
                    }
                }
            }
        }
        assert!(usual > 100, "{usual}");
    }

    #[test]
    fn refuses_what_is_no_timestamp() {
        for text in [
            "",
            "2026-10-5",
            "2026-13-01",
            "2026-02-30",
            "20261005",
            "2026-10-05 12:00",
            "2026-10-05 24:00:00",
            "2026-10-05 12:60:00",
            "2026-10-05 12:00:61",
            "2026-10-05T12:00:00.",
            "2026-10-05T12:00:00+0200",
            "2026-10-05T12:00:00+25:00",
            "2026-10-05Z",
            "2026-10-05 ",
            "2026-10-05T12:00:00 Z",
            "05/10/2026",
        ] {
            assert_eq!(parse_stamp(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn ages_count_calendar_days_in_the_zone() {
        let as_of = NaiveDate::from_ymd_opt(2026, 10, 31).unwrap();
        let age = |text: &str| {
            let at = Zone::default().instant(parse_stamp(text.as_bytes()).unwrap());
            age_days(Zone::default().day(at), as_of)
        };
        assert_eq!(age("2026-10-31 23:59:59"), 0);
        assert_eq!(age("2026-10-30T23:30:00Z"), 0); // already the 31st in Stockholm
        assert_eq!(age("2026-10-30"), 1);
        assert_eq!(age("2026-11-02"), 0);
    }
}
