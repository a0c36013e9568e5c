//! Numbers and days as a language writes them, from whole minor units and from `YYYY-MM-DD`.
//!
//! A minus is the sign of a keyboard in every language, so that an amount that is copied stays a number.

use super::Lang;

/// U+202F: it keeps the groups of a number on one line.
const NARROW_SPACE: char = '\u{202f}';

/// English months, which are written by their first letters.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Lang {
    /// The mark between groups of three digits.
    #[must_use]
    pub fn group_mark(self) -> char {
        match self {
            Self::En => ',',
            Self::Da => '.',
            Self::Sv | Self::Nb | Self::Fi => NARROW_SPACE,
        }
    }

    /// The mark before decimals.
    #[must_use]
    pub fn decimal_mark(self) -> char {
        if self == Self::En { '.' } else { ',' }
    }

    /// A count, its digits in groups.
    #[must_use]
    pub fn count(self, count: u64) -> String {
        self.grouped(&count.to_string())
    }

    /// An amount in major units, from minor units and the decimals of its currency (ISO 4217 exponent).
    #[must_use]
    pub fn amount(self, amount_minor: i128, exponent: u32) -> String {
        let decimals = usize::try_from(exponent).unwrap_or(0);
        let digits = amount_minor.unsigned_abs().to_string();
        let padded = format!("{digits:0>width$}", width = decimals.saturating_add(1));
        let (whole, fraction) = padded.split_at(padded.len().saturating_sub(decimals));
        let mut text = if amount_minor < 0 { "-".to_owned() } else { String::new() };
        text.push_str(&self.grouped(whole));
        if decimals > 0 {
            text.push(self.decimal_mark());
            text.push_str(fraction);
        }
        text
    }

    /// A day, from `YYYY-MM-DD`; any other text stays as it is.
    #[must_use]
    pub fn day(self, iso: &str) -> String {
        let parts: Vec<&str> = iso.split('-').collect();
        let all_digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
        let [year, month, day] = parts.as_slice() else { return iso.to_owned() };
        if (year.len(), month.len(), day.len()) != (4, 2, 2) || !parts.iter().all(all_digits) {
            return iso.to_owned();
        }
        match self {
            Self::Sv => iso.to_owned(),
            Self::Nb | Self::Da => format!("{day}.{month}.{year}"),
            // Without leading zeros, as the language asks for.
            Self::Fi => format!("{}.{}.{year}", day.trim_start_matches('0'), month.trim_start_matches('0')),
            Self::En => {
                let number = month.parse::<usize>().unwrap_or(0).wrapping_sub(1);
                match MONTHS.get(number) {
                    Some(name) => format!("{} {name} {year}", day.trim_start_matches('0')),
                    None => iso.to_owned(),
                }
            }
        }
    }

    fn grouped(self, digits: &str) -> String {
        let mut text = String::with_capacity(digits.len().saturating_mul(2));
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && digits.len().saturating_sub(index).is_multiple_of(3) {
                text.push(self.group_mark());
            }
            text.push(digit);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_marks_of_their_language_and_the_decimals_of_their_currency() {
        let cases = [
            (0, 2, ["0.00", "0,00", "0,00", "0,00", "0,00"]),
            (-5, 2, ["-0.05", "-0,05", "-0,05", "-0,05", "-0,05"]),
            (99_900, 2, ["999.00", "999,00", "999,00", "999,00", "999,00"]),
            (100_000, 2, ["1,000.00", "1_000,00", "1_000,00", "1.000,00", "1_000,00"]),
            (-123_456_789, 2, ["-1,234,567.89", "-1_234_567,89", "-1_234_567,89", "-1.234.567,89", "-1_234_567,89"]),
            (123_456, 0, ["123,456", "123_456", "123_456", "123.456", "123_456"]),
            (1_234_567, 3, ["1,234.567", "1_234,567", "1_234,567", "1.234,567", "1_234,567"]),
        ];
        for (amount_minor, exponent, expected) in cases {
            let written = Lang::ALL.map(|lang| lang.amount(amount_minor, exponent).replace(NARROW_SPACE, "_"));
            assert_eq!(written, expected);
        }
        let least = Lang::En.amount(i128::MIN, 2);
        assert_eq!(least, "-1,701,411,834,604,692,317,316,873,037,158,841,057.28");
    }

    #[test]
    fn counts_have_groups() {
        let written = Lang::ALL.map(|lang| lang.count(1_050_000).replace(NARROW_SPACE, "_"));
        assert_eq!(written, ["1,050,000", "1_050_000", "1_050_000", "1.050.000", "1_050_000"]);
        assert_eq!(Lang::Fi.count(999), "999");
        assert_eq!(Lang::En.count(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn days_have_the_form_of_their_language() {
        let cases = [
            ("2026-10-31", ["31 Oct 2026", "2026-10-31", "31.10.2026", "31.10.2026", "31.10.2026"]),
            ("2026-01-05", ["5 Jan 2026", "2026-01-05", "05.01.2026", "05.01.2026", "5.1.2026"]),
        ];
        for (iso, expected) in cases {
            assert_eq!(Lang::ALL.map(|lang| lang.day(iso)), expected);
        }
        for other in ["", "2026-W43", "31.10.2026", "2026-10-31T00:00", "2026-1-5", "2026-1a-05", "<b>"] {
            assert_eq!(Lang::ALL.map(|lang| lang.day(other)), [other; 5]);
        }
        assert_eq!(Lang::En.day("2026-13-01"), "2026-13-01");
    }
}
