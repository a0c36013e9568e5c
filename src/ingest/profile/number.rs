//! Unsigned numbers as people write them: a decimal sign, groups of three digits. What can be read in two ways is
//! refused with both readings named; there is no float.

use super::Grouping;

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The decimal sign; a full stop where nothing is said.
    pub decimal: Option<char>,
    /// What separates groups of three digits.
    pub grouping: Option<Grouping>,
}

impl Dialect {
    /// Numbers as programs write them.
    pub const PLAIN: Self = Self { decimal: Some('.'), grouping: None };

    /// The decimal sign, if there can be one.
    #[must_use]
    pub fn decimal_sign(self) -> Option<char> {
        // Where the full stop separates groups and nothing else is said, no sign is left to guess.
        self.decimal.or(if self.grouping == Some(Grouping::Dot) { None } else { Some('.') })
    }

    fn groups_by(self, mark: char) -> bool {
        match self.grouping {
            Some(Grouping::Space) => matches!(mark, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}'),
            Some(Grouping::Dot) => mark == '.',
            Some(Grouping::Comma) => mark == ',',
            Some(Grouping::Apostrophe) => matches!(mark, '\'' | '\u{2019}'),
            None => false,
        }
    }
}

/// A number without a sign: `mantissa` divided by ten to the power of `decimals`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsigned {
    /// All digits but zeros at the end of the decimals.
    pub mantissa: u64,
    /// Decimals up to the last one that is not 0.
    pub decimals: u32,
    /// Whether decimals were written at all.
    pub has_decimals: bool,
}

/// Why a text is no number.
pub type Refused = String;

/// Reads digits with an optional decimal sign and, where the dialect has them, groups of three.
///
/// # Errors
/// The text is no such number, or can be read in two ways.
pub fn unsigned(text: &str, dialect: Dialect) -> Result<Unsigned, Refused> {
    if let Some(number) = plain(text) {
        return Ok(number);
    }
    if let Some(refused) = two_readings(text, dialect) {
        return Err(refused);
    }
    let decimal = dialect.decimal_sign();
    let mut number = Unsigned { mantissa: 0, decimals: 0, has_decimals: false };
    // Zeros among the decimals count only when another digit follows them.
    let mut pending_zeros = 0_u32;
    let (mut run, mut grouped) = (0_u32, false);
    let mut digits = 0_u32;
    for mark in text.chars() {
        if let Some(digit) = mark.to_digit(10) {
            digits = digits.saturating_add(1);
            run = run.saturating_add(1);
            if number.has_decimals && digit == 0 {
                pending_zeros = pending_zeros.saturating_add(1);
                continue;
            }
            let shift = if number.has_decimals { pending_zeros.saturating_add(1) } else { 1 };
            number.mantissa = shifted(number.mantissa, shift)
                .and_then(|mantissa| mantissa.checked_add(u64::from(digit)))
                .ok_or_else(too_large)?;
            if number.has_decimals {
                number.decimals = number.decimals.saturating_add(shift);
                pending_zeros = 0;
            }
        } else if Some(mark) == decimal {
            if number.has_decimals {
                return Err(format!("more than one decimal sign `{mark}`"));
            }
            if grouped && run != 3 {
                return Err(wrong_groups());
            }
            number.has_decimals = true;
            run = 0;
        } else if dialect.groups_by(mark) && !number.has_decimals {
            if run == 0 || run > 3 || grouped && run != 3 {
                return Err(wrong_groups());
            }
            grouped = true;
            run = 0;
        } else {
            return Err(strange(mark, dialect));
        }
    }
    if digits == 0 {
        return Err("there is no digit".to_owned());
    }
    if number.has_decimals && run == 0 {
        return Err("no digit follows the decimal sign".to_owned());
    }
    if grouped && !number.has_decimals && run != 3 {
        return Err(wrong_groups());
    }
    Ok(number)
}

/// Digits alone, which every dialect reads alike.
fn plain(text: &str) -> Option<Unsigned> {
    // 19 digits fit.
    if text.is_empty() || text.len() > 19 {
        return None;
    }
    let mut mantissa = 0_u64;
    for byte in text.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        mantissa = mantissa * 10 + u64::from(digit);
    }
    Some(Unsigned { mantissa, decimals: 0, has_decimals: false })
}

/// A number times ten to a power, where it stays in range.
#[must_use]
pub fn shifted(number: u64, power: u32) -> Option<u64> {
    if number == 0 { Some(0) } else { number.checked_mul(10_u64.checked_pow(power)?) }
}

/// The reason of a number beyond any that is read here.
#[must_use]
pub fn too_large() -> Refused {
    "the number is too large".to_owned()
}

fn wrong_groups() -> Refused {
    "digits stand in groups of three, as in 1 234 567".to_owned()
}

/// `1.234` where nobody said what the full stop is.
fn two_readings(text: &str, dialect: Dialect) -> Option<Refused> {
    // One mark with three digits behind it, at most three before, and a group does not begin with 0.
    let bytes = text.as_bytes();
    let before = bytes.len().checked_sub(4)?;
    let mark = char::from(*bytes.get(before)?);
    if !matches!(mark, '.' | ',')
        || !(1..=3).contains(&before)
        || dialect.grouping.is_some()
        || dialect.decimal == Some(mark)
    {
        return None;
    }
    let (whole, decimals) = (text.get(..before)?, text.get(before.saturating_add(1)..)?);
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(decimals) || whole.starts_with('0') {
        return None;
    }
    let name = if mark == '.' { "dot" } else { "comma" };
    Some(format!(
        "{whole}{mark}{decimals} can be read as {whole}{decimals} and as {whole} with decimals {decimals}: say in the profile \
         whether the {name} is its grouping or its decimal sign"
    ))
}

fn strange(mark: char, dialect: Dialect) -> Refused {
    let shown = match mark {
        ' ' => "a space".to_owned(),
        '\u{a0}' | '\u{202f}' | '\u{2009}' => format!("a no-break or thin space (U+{:04X})", u32::from(mark)),
        mark if mark.is_control() => format!("a control character (U+{:04X})", u32::from(mark)),
        mark => format!("`{mark}`"),
    };
    let decimal = match dialect.decimal_sign() {
        Some(sign) => format!("decimal sign `{sign}`"),
        None => "no decimal sign".to_owned(),
    };
    let grouping = match dialect.grouping {
        None => "no grouping",
        Some(Grouping::Space) => "groups by space",
        Some(Grouping::Dot) => "groups by `.`",
        Some(Grouping::Comma) => "groups by `,`",
        Some(Grouping::Apostrophe) => "groups by `'`",
    };
    format!("{shown} is no part of a number here ({decimal}, {grouping})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialect(text: &str) -> Dialect {
        let (decimal, grouping) = text.split_once(' ').unwrap();
        let grouping = match grouping {
            "-" => None,
            "space" => Some(Grouping::Space),
            "." => Some(Grouping::Dot),
            "," => Some(Grouping::Comma),
            _ => Some(Grouping::Apostrophe),
        };
        Dialect { decimal: decimal.chars().next().filter(|sign| *sign != '-'), grouping }
    }

    #[test]
    fn numbers_in_their_dialects() {
        // Text, decimal sign and grouping, digits and decimals.
        let cases = [
            ("0", "- -", (0, 0)),
            ("1234", "- -", (1234, 0)),
            ("1234.50", "- -", (12345, 1)),
            ("1234.500", "- -", (12345, 1)),
            ("0.234", "- -", (234, 3)),
            ("1.23", "- -", (123, 2)),
            ("1.2345", "- -", (12345, 4)),
            ("1.234", ". -", (1234, 3)),
            ("1,234", ", -", (1234, 3)),
            ("0,50", ", -", (5, 1)),
            (",50", ", -", (5, 1)),
            ("1 234,50", ", space", (12345, 1)),
            ("1\u{a0}234\u{202f}567\u{2009}890,5", ", space", (12_345_678_905, 1)),
            ("1234567,50", ", space", (12_345_675, 1)),
            ("1.234", ", .", (1234, 0)),
            ("1.234.567,01", ", .", (123_456_701, 2)),
            ("1.234", "- .", (1234, 0)),
            ("1,234.5", ". ,", (12345, 1)),
            ("1,234", "- ,", (1234, 0)),
            ("1'234’567.5", ". '", (12_345_675, 1)),
            ("18446744073709551615", "- -", (u64::MAX, 0)),
            ("1.0000000000000000000000000000000", ". -", (1, 0)),
            ("0.00000000000000000001", ". -", (1, 20)),
        ];
        for (text, written, (mantissa, decimals)) in cases {
            let read = unsigned(text, dialect(written));
            assert_eq!(
                read.map(|number| (number.mantissa, number.decimals)),
                Ok((mantissa, decimals)),
                "{text} {written}"
            );
        }
        assert!(unsigned("1,0", dialect(", -")).is_ok_and(|number| number.has_decimals));
        assert!(unsigned("10", dialect(", -")).is_ok_and(|number| !number.has_decimals));
    }

    #[test]
    fn what_is_refused_says_why() {
        let readings = |text: &str, name: &str| {
            let (whole, decimals) = text.split_once(['.', ',']).unwrap();
            format!(
                "{text} can be read as {whole}{decimals} and as {whole} with decimals {decimals}: say in the profile whether the \
                 {name} is its grouping or its decimal sign"
            )
        };
        let cases = [
            ("1.234", "- -", readings("1.234", "dot")),
            ("12,345", "- -", readings("12,345", "comma")),
            ("123.456", ", -", readings("123.456", "dot")),
            ("1,234", ". -", readings("1,234", "comma")),
            ("1,5", "- -", "`,` is no part of a number here (decimal sign `.`, no grouping)".to_owned()),
            ("1.234.567", "- -", "more than one decimal sign `.`".to_owned()),
            ("1.234,50", ", -", "`.` is no part of a number here (decimal sign `,`, no grouping)".to_owned()),
            ("1.234,50", "- .", "`,` is no part of a number here (no decimal sign, groups by `.`)".to_owned()),
            ("1 234,50", ", -", "a space is no part of a number here (decimal sign `,`, no grouping)".to_owned()),
            (
                "1\u{a0}234,50",
                ", .",
                "a no-break or thin space (U+00A0) is no part of a number here (decimal sign `,`, groups by `.`)"
                    .to_owned(),
            ),
            ("1 23 4,00", ", space", wrong_groups()),
            ("1 2345,00", ", space", wrong_groups()),
            ("1234 567,00", ", space", wrong_groups()),
            ("1 23", ", space", wrong_groups()),
            ("1  234", ", space", wrong_groups()),
            (" 234", ", space", wrong_groups()),
            ("1 ", ", space", wrong_groups()),
            (
                "1,234 5",
                ", space",
                "a space is no part of a number here (decimal sign `,`, groups by space)".to_owned(),
            ),
            ("1,2,3", ", -", "more than one decimal sign `,`".to_owned()),
            ("", ", -", "there is no digit".to_owned()),
            (",", ", -", "there is no digit".to_owned()),
            ("5,", ", -", "no digit follows the decimal sign".to_owned()),
            ("1e3", ", -", "`e` is no part of a number here (decimal sign `,`, no grouping)".to_owned()),
            ("\u{661}", ", -", "`\u{661}` is no part of a number here (decimal sign `,`, no grouping)".to_owned()),
            (
                "1\u{0}2",
                ", '",
                "a control character (U+0000) is no part of a number here (decimal sign `,`, groups by `'`)".to_owned(),
            ),
            ("18446744073709551616", ", -", too_large()),
            ("0,000000000000000000000000000000001", ", -", String::new()),
        ];
        for (text, written, reason) in cases {
            // A long row of zeros before a digit is a number that only what reads it can refuse.
            if reason.is_empty() {
                assert_eq!(unsigned(text, dialect(written)).map(|number| number.decimals), Ok(33));
                continue;
            }
            assert_eq!(unsigned(text, dialect(written)), Err(reason), "{text} {written}");
        }
    }
}
