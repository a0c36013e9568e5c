//! Typed values out of trimmed, non-empty text (RULES section 2). Every function gives `None` for what is rejected.

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

/// A whole number of minor units: digits with an optional sign, nothing else, within i64.
pub fn amount(text: &str) -> Option<i128> {
    let (sign, digits) = signed(text);
    if !all_digits(digits) {
        return None;
    }
    let value = sign * digits.parse::<i128>().ok()?;
    i64::try_from(value).ok().map(i128::from)
}

/// Percent x 100, from 0 to 1000000.
pub fn vat_rate(text: &str) -> Option<i128> {
    amount(text).filter(|rate| (0..=1_000_000).contains(rate))
}

/// A quantity in ten-thousandths: optional sign, digits, optionally a point and 1 to 4 digits.
pub fn quantity(text: &str) -> Option<i128> {
    let (sign, rest) = signed(text);
    let (whole, decimals) = match rest.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (rest, None),
    };
    let decimals_fit = decimals.is_none_or(|d| all_digits(d) && d.len() <= 4);
    if !all_digits(whole) || !decimals_fit {
        return None;
    }
    let padded = format!("{:0<4}", decimals.unwrap_or(""));
    let (whole, small): (i128, i128) = (whole.parse().ok()?, padded.parse().ok()?);
    Some(sign * (whole.checked_mul(10_000)?.checked_add(small)?))
}

/// An instant: RFC 3339, or a date with a time or without, read in the zone.
pub fn timestamp(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    // Every part is ASCII; this also makes slicing by bytes safe.
    if !text.is_ascii() || text.len() < 10 {
        return None;
    }
    let day = date(&text[..10])?;
    if text.len() == 10 {
        return Some(in_zone(day.and_time(NaiveTime::MIN), zone));
    }
    if !matches!(text.as_bytes()[10], b'T' | b't' | b' ') || text.len() < 19 {
        return None;
    }
    let clock = clock(&text[11..19])?;
    let (fraction, offset) = split_fraction(&text[19..])?;
    let local = day.and_time(clock) + Duration::nanoseconds(fraction);
    match offset {
        "" => Some(in_zone(local, zone)),
        "Z" | "z" => Some(local.and_utc()),
        _ => Some((local - Duration::seconds(offset_seconds(offset)?)).and_utc()),
    }
}

fn signed(text: &str) -> (i128, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (-1, &text[1..]),
        Some(b'+') => (1, &text[1..]),
        _ => (1, text),
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn digits(text: &str) -> Option<u32> {
    if all_digits(text) { text.parse().ok() } else { None }
}

/// `YYYY-MM-DD`
fn date(text: &str) -> Option<NaiveDate> {
    if text.as_bytes()[4] != b'-' || text.as_bytes()[7] != b'-' {
        return None;
    }
    NaiveDate::from_ymd_opt(digits(&text[..4])? as i32, digits(&text[5..7])?, digits(&text[8..10])?)
}

/// `HH:MM:SS`
fn clock(text: &str) -> Option<NaiveTime> {
    if text.as_bytes()[2] != b':' || text.as_bytes()[5] != b':' {
        return None;
    }
    NaiveTime::from_hms_opt(digits(&text[..2])?, digits(&text[3..5])?, digits(&text[6..8])?)
}

/// Nanoseconds of a fraction, if there is one, and what follows it. Digits after the ninth are dropped.
fn split_fraction(text: &str) -> Option<(i64, &str)> {
    let Some(rest) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let end = rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
    if end == 0 {
        return None;
    }
    let nine: String = rest[..end].chars().chain("000000000".chars()).take(9).collect();
    Some((nine.parse().ok()?, &rest[end..]))
}

/// `+HH:MM` or `-HH:MM`
fn offset_seconds(text: &str) -> Option<i64> {
    if text.len() != 6 || text.as_bytes()[3] != b':' {
        return None;
    }
    let sign = match text.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = (digits(&text[1..3])?, digits(&text[4..6])?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    Some(sign * i64::from(hours * 3600 + minutes * 60))
}

/// The first of a doubled hour; in a missing one the winter offset, which is the one in force before the gap.
fn in_zone(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    if let Some(first) = zone.from_local_datetime(&local).earliest() {
        return first.with_timezone(&Utc);
    }
    let winter: FixedOffset = zone.offset_from_utc_datetime(&(local - Duration::days(1))).fix();
    (local - Duration::seconds(i64::from(winter.local_minus_utc()))).and_utc()
}
