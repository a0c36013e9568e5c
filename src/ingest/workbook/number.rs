//! The number of a cell as text: its own digits, or the day and time that its format makes of it.
//!
//! A cell holds a binary number, written with up to 17 digits: `72.200000000000003` is how 72.2 looks then. So a number
//! of more than 15 digits becomes the shortest text of the same binary number. Digits alone are never touched: they
//! may be an id, which some programs write whole.

use std::borrow::Cow;

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

/// What the number of a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// A number.
    Number,
    /// Days since the beginning of 1900 or 1904.
    Day,
}

/// Any two decimal texts of so many significant digits are two binary numbers.
const DIGITS_EXACT: usize = 15;
/// Binary numbers end at 1.8E308.
const EXPONENT_MAX: i64 = 400;
/// 9999-12-31, the last day of Excel, as a count from 1900.
const DAYS_MAX: u64 = 2_958_465;
const DAY_SECONDS: i64 = 86_400;

/// What a built-in number format makes of a number (ECMA-376, 18.8.30). `[h]:mm:ss` is a length of time, no day.
#[must_use]
pub fn kind_of_builtin(id: &str) -> CellKind {
    match id.parse::<u32>() {
        Ok(14..=22 | 27..=36 | 45 | 47 | 50..=58) => CellKind::Day,
        _ => CellKind::Number,
    }
}

/// What a format code makes of a number: a day where its first section has a letter of days or times outside of
/// quotes, escapes and brackets.
#[must_use]
pub fn kind_of_code(code: &str) -> CellKind {
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character {
            ';' => break,
            '\\' | '_' | '*' => drop(characters.next()),
            '"' => drop(characters.by_ref().find(|character| *character == '"')),
            '[' => {
                let inside: String = characters.by_ref().take_while(|character| *character != ']').collect();
                let elapsed = |unit: char| inside.chars().all(|letter| letter.eq_ignore_ascii_case(&unit));
                if !inside.is_empty() && ['h', 'm', 's'].into_iter().any(elapsed) {
                    return CellKind::Number;
                }
            }
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' | 'S' => return CellKind::Day,
            _ => {}
        }
    }
    CellKind::Number
}

/// A number in its parts: no zeros around the digits, and where the decimal point stands after the first of them.
struct Parts {
    negative: bool,
    digits: String,
    point: i64,
    /// Written as digits alone.
    whole: bool,
}

fn parts(text: &str) -> Option<Parts> {
    let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let unsigned = unsigned.strip_prefix('+').unwrap_or(unsigned);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let digits = format!("{whole}{fraction}");
    let trimmed = digits.trim_start_matches('0');
    let leading = i64::try_from(digits.len() - trimmed.len()).ok()?;
    let point = i64::try_from(whole.len()).ok()?.checked_sub(leading)?.checked_add(exponent)?;
    let digits = trimmed.trim_end_matches('0').to_owned();
    Some(Parts { negative: negative && !digits.is_empty(), digits, point, whole: unsigned.len() == whole.len() })
}

/// The shortest decimal text of the number that a cell's text writes; `None` where it is no number. `-` sign, `.`, no
/// exponent, no grouping: `1489`, `-0.1`.
#[must_use]
pub fn number_text(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim_ascii();
    // As most cells are: nothing to do.
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0') && !text.is_empty();
    if plain {
        return Some(Cow::Borrowed(text));
    }
    let mut found = parts(text)?;
    if found.digits.len() > DIGITS_EXACT && !found.whole {
        // Not calculated with: only written in as few digits as tell it from its neighbours.
        let nearest: f64 = text.parse().ok()?;
        let shortest = format!("{nearest:e}");
        found = parts(&shortest).filter(|_| nearest.is_finite())?;
    }
    let Parts { negative, digits, point, .. } = found;
    if digits.is_empty() {
        return Some(Cow::Borrowed("0"));
    }
    if !(-EXPONENT_MAX..=EXPONENT_MAX).contains(&point) {
        return found.whole.then(|| Cow::Owned(text.trim_start_matches(['+', '0']).to_owned()));
    }
    let mut out = String::from(if negative { "-" } else { "" });
    match usize::try_from(point) {
        Ok(point) if point >= digits.len() => {
            out.push_str(&digits);
            out.extend(std::iter::repeat_n('0', point - digits.len()));
        }
        Ok(point) if point > 0 => {
            let (whole, fraction) = digits.split_at_checked(point)?;
            out.push_str(&format!("{whole}.{fraction}"));
        }
        _ => {
            let zeros = usize::try_from(-point).ok()?;
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', zeros));
            out.push_str(&digits);
        }
    }
    Some(Cow::Owned(out))
}

/// A count of days as `YYYY-MM-DD`, with ` HH:MM:SS` where it has a part of a day (rounded to the second), and as
/// `HH:MM:SS` below one day. `None` for what is no day: below 0, after the year 9999, and 29 February 1900, which
/// only Excel knows.
#[must_use]
pub fn day_text(number: &str, from_1904: bool) -> Option<String> {
    let serial = Decimal::from_str_exact(number)
        .or_else(|_| {
            // More decimals than fit: those beyond a nanosecond do not matter.
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            Decimal::from_str_exact(&format!("{whole}.{}", fraction.get(..15).unwrap_or(fraction)))
        })
        .ok()?;
    if serial.is_sign_negative() && !serial.is_zero() {
        return None;
    }
    let seconds = serial.checked_mul(Decimal::from(DAY_SECONDS))?;
    let seconds = seconds.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64()?;
    let (days, seconds) = (u64::try_from(seconds / DAY_SECONDS).ok()?, seconds % DAY_SECONDS);
    let time = |day: NaiveDate| -> Option<NaiveDateTime> {
        NaiveDateTime::from(day).checked_add_signed(TimeDelta::try_seconds(seconds)?)
    };
    // The first day of each system. Excel counts a 29 February 1900, so later days of that system are one further on.
    let first = match (from_1904, days) {
        (true, _) => NaiveDate::from_ymd_opt(1904, 1, 1)?,
        (false, 60) => return None,
        (false, 0..60) => NaiveDate::from_ymd_opt(1899, 12, 31)?,
        (false, _) => NaiveDate::from_ymd_opt(1899, 12, 30)?,
    };
    if days > DAYS_MAX {
        return None;
    }
    let at = time(first.checked_add_days(Days::new(days))?)?;
    Some(match (days, seconds) {
        (0, _) => at.format("%H:%M:%S").to_string(),
        (_, 0) => at.format("%Y-%m-%d").to_string(),
        _ => at.format("%Y-%m-%d %H:%M:%S").to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_their_shortest_digits() {
        let cases = [
            ("1489", Some("1489")),
            ("0.1", Some("0.1")),
            ("0.10000000000000001", Some("0.1")),
            ("72.200000000000003", Some("72.2")),
            ("-72.200000000000003", Some("-72.2")),
            ("0.30000000000000004", Some("0.30000000000000004")),
            ("1234567890123.455", Some("1234567890123.455")),
            ("62.50", Some("62.5")),
            ("-890", Some("-890")),
            (" 7\n", Some("7")),
            ("007", Some("7")),
            ("+5", Some("5")),
            ("0", Some("0")),
            ("-0", Some("0")),
            ("0.00", Some("0")),
            (".5", Some("0.5")),
            ("5.", Some("5")),
            ("1E3", Some("1000")),
            ("1.5e-3", Some("0.0015")),
            ("1.2345678901234499E+16", Some("12345678901234500")),
            // Digits alone are as they stand, however many.
            ("12345678901234567890123", Some("12345678901234567890123")),
            ("9007199254740993", Some("9007199254740993")),
            ("-9007199254740993", Some("-9007199254740993")),
            ("", None),
            ("-", None),
            (".", None),
            ("e5", None),
            ("1e", None),
            ("1e999", None),
            ("1.00000000000000001e999", None),
            ("1,5", None),
            ("--1", None),
            ("inf", None),
            ("NaN", None),
            ("0x10", None),
            ("1e99999999999999999999", None),
        ];
        for (text, expected) in cases {
            assert_eq!(number_text(text).as_deref(), expected, "{text}");
        }
        assert_eq!(number_text("1e300").map(|text| text.len()), Some(301));
        let long = format!("1{}", "0".repeat(1000));
        assert_eq!(number_text(&long).as_deref(), Some(long.as_str()));
    }

    #[test]
    fn days_are_counted_from_1900_or_1904() {
        let cases = [
            ("44889", false, Some("2022-11-24")),
            ("43427", true, Some("2022-11-24")),
            ("44889.5963541667", false, Some("2022-11-24 14:18:45")),
            ("44889.999988425923", false, Some("2022-11-24 23:59:59")),
            ("44889.9999999999", false, Some("2022-11-25")),
            ("1", false, Some("1900-01-01")),
            ("59", false, Some("1900-02-28")),
            ("60", false, None),
            ("61", false, Some("1900-03-01")),
            ("1", true, Some("1904-01-02")),
            ("0.5", false, Some("12:00:00")),
            ("0", false, Some("00:00:00")),
            ("2958465", false, Some("9999-12-31")),
            ("2958466", false, None),
            ("-1", false, None),
            ("99999999999999999999999999999999", false, None),
        ];
        for (number, from_1904, expected) in cases {
            assert_eq!(day_text(number, from_1904).as_deref(), expected, "{number}");
        }
    }

    #[test]
    fn formats_of_days_are_told_from_those_of_numbers() {
        let days = [
            "yyyy-mm-dd",
            "DD/MM/YY",
            "h:mm AM/PM",
            "[$-41D]d mmmm yyyy;@",
            "m\"M\"d\"D\";@",
            "*-yyyy",
            "mm:ss.0",
            "yyyy\\-mm\\-dd\\ hh:mm:ss",
        ];
        for code in days {
            assert_eq!(kind_of_code(code), CellKind::Day, "{code}");
        }
        let numbers = [
            "General",
            "#,##0.00",
            "0.00E+00",
            "\"Day \"0",
            "[Red]#,##0",
            "[h]:mm:ss",
            "[ss]",
            "#,##0\\ _M\"H\"_);0",
            "0*y",
            "0;yyyy",
            "@",
            "",
            "[$-409]#,##0",
            "#,##0\\ \"dagar\"",
        ];
        for code in numbers {
            assert_eq!(kind_of_code(code), CellKind::Number, "{code}");
        }
        for (id, kind) in [
            ("0", CellKind::Number),
            ("4", CellKind::Number),
            ("14", CellKind::Day),
            ("22", CellKind::Day),
            ("46", CellKind::Number),
            ("58", CellKind::Day),
            ("x", CellKind::Number),
        ] {
            assert_eq!(kind_of_builtin(id), kind, "{id}");
        }
    }
}
