//! Money in whole minor units: strict parsing, checked sums, and text for people.
//!
//! Amounts are `i64` a row and `i128` in sums (RULES.md 1). There is no float and no rounding here; the only
//! division is the one that splits a number into its major and minor digits for display.

use std::fmt;

/// Why a text is not an amount in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinorError {
    /// Something other than digits with an optional sign.
    NotDigits,
    /// Digits, but beyond the range of a signed 64-bit number.
    OutOfRange,
}

impl MinorError {
    /// The reason as it stands in `rejects.csv`.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotDigits => "an amount is whole minor units: digits with an optional sign, nothing else",
            Self::OutOfRange => "the amount does not fit 64 bits of minor units",
        }
    }
}

/// So many digits are less than 10^18, which fits an `i64`.
const SAFE_DIGITS: usize = 18;

/// Reads an amount in minor units: an optional `+` or `-`, then digits, nothing else (RULES.md 2).
///
/// # Errors
/// The text has other characters, no digit, or a value beyond `i64`.
#[inline]
pub fn parse_minor(text: &[u8]) -> Result<i64, MinorError> {
    parse_few_digits(text).map_or_else(|| parse_any_minor(text), Ok)
}

/// What most amounts are: four to eight digits and nothing else.
#[inline]
fn parse_few_digits(text: &[u8]) -> Option<i64> {
    if !(4..=8).contains(&text.len()) {
        return None;
    }
    let ([first, last], missing) = ([text.first_chunk()?, text.last_chunk()?], 8 - text.len());
    const ZEROS: u32 = u32::from_le_bytes([b'0'; 4]);
    let [first, last] = [first, last].map(|four: &[u8; 4]| u64::from(u32::from_le_bytes(*four) ^ ZEROS));
    // The values at the end of eight bytes, and nothing before them; what stands in both halves is the same.
    let digits = last << 32 | first << (8 * missing);
    // A byte beyond 9 reaches its top bit with this, and no byte carries into the next one unless its top bit was set.
    const ROOM: u64 = u64::from_le_bytes([0x76; 8]);
    const TOP_BITS: u64 = u64::from_le_bytes([0x80; 8]);
    if (digits.wrapping_add(ROOM) | digits) & TOP_BITS != 0 {
        return None;
    }
    // Numbers of two digits, of four, and of eight: the later of two neighbours stands in the higher bits.
    let twos = (digits * 10 + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (twos * 100 + (twos >> 16)) & 0x0000_ffff_0000_ffff;
    let eight = (fours * 10_000 + (fours >> 32)) & 0xffff_ffff;
    Some(eight.cast_signed())
}

#[inline(never)]
fn parse_any_minor(text: &[u8]) -> Result<i64, MinorError> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    if digits.is_empty() {
        return Err(MinorError::NotDigits);
    }
    if digits.len() <= SAFE_DIGITS {
        // Nothing can overflow, so nothing has to be asked.
        let mut value = 0_i64;
        for &byte in digits {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return Err(MinorError::NotDigits);
            }
            value = value * 10 + i64::from(digit);
        }
        return Ok(if negative { -value } else { value });
    }
    let mut value: i64 = 0;
    let mut overflow = false;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(MinorError::NotDigits);
        }
        // Counted downwards, so that the smallest i64 has a text too.
        match value.checked_mul(10).and_then(|tens| tens.checked_sub(i64::from(digit))) {
            Some(next) => value = next,
            None => overflow = true,
        }
    }
    if overflow {
        return Err(MinorError::OutOfRange);
    }
    if negative { Ok(value) } else { value.checked_neg().ok_or(MinorError::OutOfRange) }
}

/// Adds to a sum of minor units. `i128` holds 1.8e19 rows of the largest `i64`, so an overflow cannot come from
/// files that exist; it is asserted all the same, in release builds too.
///
/// # Panics
/// The sum leaves the range of `i128`.
pub fn add(sum: &mut i128, amount: impl Into<i128>) {
    *sum = sum.checked_add(amount.into()).expect("a sum of i64 amounts stays within i128");
}

/// An amount in major units for people: `1 495.00` with the exponent 2, `-12` with the exponent 0.
#[derive(Debug, Clone, Copy)]
pub struct Major {
    /// The amount in minor units.
    pub amount_minor: i128,
    /// Decimals of the currency (ISO 4217 exponent).
    pub exponent: u32,
}

impl Major {
    /// Writes it into a text, as [`fmt::Display`] does.
    ///
    /// # Errors
    /// None but those of `out`.
    pub fn put(&self, out: &mut impl fmt::Write) -> fmt::Result {
        let decimals = usize::try_from(self.exponent).unwrap_or(0);
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(self.amount_minor.unsigned_abs());
        // Less than one major unit: its digits are all behind the point, and zeros may be before them.
        let (whole, fraction) = match digits.len().checked_sub(decimals) {
            Some(whole) if whole > 0 => digits.split_at(whole),
            _ => ("0", digits),
        };
        if self.amount_minor < 0 {
            out.write_char('-')?;
        }
        // A space every three digits, counted from the point.
        let (first, threes) = whole.split_at(whole.len() % 3);
        out.write_str(first)?;
        for (number, three) in threes.as_bytes().chunks(3).enumerate() {
            if number > 0 || !first.is_empty() {
                out.write_char(' ')?;
            }
            out.write_str(std::str::from_utf8(three).unwrap_or_default())?;
        }
        if decimals > 0 {
            out.write_char('.')?;
            (fraction.len()..decimals).try_for_each(|_| out.write_char('0'))?;
            out.write_str(fraction)?;
        }
        Ok(())
    }
}

impl fmt::Display for Major {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.put(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_units_are_digits_with_an_optional_sign() {
        let good = [
            ("0", 0),
            ("-0", 0),
            ("+5", 5),
            ("-12", -12),
            ("007", 7),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("-999999999999999999", -999_999_999_999_999_999),
            ("0001000000000000000000", 1_000_000_000_000_000_000),
        ];
        for (text, value) in good {
            assert_eq!(parse_minor(text.as_bytes()), Ok(value), "{text}");
        }
        for text in ["", "-", "+", "1.0", "1 0", "1,5", "\u{2212}5", "--5", "5-", "0x1", "1e3"] {
            assert_eq!(parse_minor(text.as_bytes()), Err(MinorError::NotDigits), "{text}");
        }
        for text in ["9223372036854775808", "-9223372036854775809", "99999999999999999999999"] {
            assert_eq!(parse_minor(text.as_bytes()), Err(MinorError::OutOfRange), "{text}");
        }
    }

    #[test]
    fn few_digits_are_read_as_many_are() {
        for len in 1..=10_u32 {
            for number in (0..10_u64.pow(len)).step_by(usize::try_from(10_u64.pow(len.saturating_sub(4))).unwrap()) {
                let number = number * 7 % 10_u64.pow(len);
                let text = format!("{number:0width$}", width = usize::try_from(len).unwrap());
                assert_eq!(parse_minor(text.as_bytes()), Ok(i64::try_from(number).unwrap()), "{text}");
            }
            // Each byte in each place among digits.
            for (place, byte) in (0..len).flat_map(|place| (0..=u8::MAX).map(move |byte| (place, byte))) {
                let mut text = b"8909876543"[..usize::try_from(len).unwrap()].to_vec();
                text[usize::try_from(place).unwrap()] = byte;
                assert_eq!(parse_minor(&text), parse_any_minor(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn major_units_group_thousands_and_keep_the_sign() {
        let cases = [
            (149_500, 2, "1 495.00"),
            (-5, 2, "-0.05"),
            (0, 2, "0.00"),
            (123_456_789, 0, "123 456 789"),
            (-1_000, 3, "-1.000"),
            (100, 0, "100"),
            (i128::MIN, 2, "-1 701 411 834 604 692 317 316 873 037 158 841 057.28"),
            (i128::from(u64::MAX), 0, "18 446 744 073 709 551 615"),
            (i128::from(u64::MAX) + 1, 1, "1 844 674 407 370 955 161.6"),
            (7, 4, "0.0007"),
        ];
        for (amount_minor, exponent, text) in cases {
            assert_eq!(Major { amount_minor, exponent }.to_string(), text);
        }
    }
}
