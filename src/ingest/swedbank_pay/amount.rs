//! Amounts of the list: decimal text in major units, read exactly into minor units.

use rust_decimal::Decimal;

/// Reads an optional sign, digits and, after a point, at most as many decimals as the currency has; nothing else.
///
/// # Errors
/// The reason why the text is no such amount.
pub fn minor_units(text: &str, exponent: u32) -> Result<i128, String> {
    let refused = || match exponent {
        0 => "an amount in this currency is digits with an optional sign and no decimals".to_owned(),
        some => format!(
            "an amount in this currency is digits with an optional sign and at most {some} decimals after a point"
        ),
    };
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = |part: &str| all_digits(part) && u32::try_from(part.len()).is_ok_and(|len| len <= exponent);
    if !all_digits(whole) || !fraction.is_none_or(fits) {
        return Err(refused());
    }
    if let Some(units) = few_digits(whole, fraction.unwrap_or_default(), exponent) {
        return Ok(if text.starts_with('-') { -units } else { units });
    }
    let too_large = || "the amount is too large".to_owned();
    let value = Decimal::from_str_exact(text).map_err(|_| too_large())?;
    // The text has no more decimals than the exponent, so nothing is cut off.
    let power = exponent.checked_sub(value.scale()).ok_or_else(refused)?;
    10_i128.checked_pow(power).and_then(|factor| value.mantissa().checked_mul(factor)).ok_or_else(too_large)
}

/// Minor units of digits before and after the point, where they are so few that nothing can overflow.
fn few_digits(whole: &str, fraction: &str, exponent: u32) -> Option<i128> {
    // With four decimals that is below the largest number of 64 bits.
    const FEW: usize = 14;
    let exponent = usize::try_from(exponent).ok()?;
    if whole.len() > FEW || exponent > 4 {
        return None;
    }
    let zeros = exponent.checked_sub(fraction.len())?;
    let digits = whole.bytes().chain(fraction.bytes()).chain(std::iter::repeat_n(b'0', zeros));
    Some(i128::from(digits.fold(0_i64, |units, digit| units * 10 + i64::from(digit & 0x0f))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        let good = [
            ("1495.00", 2, 149_500),
            ("-890.00", 2, -89_000),
            ("+0.5", 2, 50),
            ("-0.00", 2, 0),
            ("007", 2, 700),
            ("12", 0, 12),
            ("1.234", 3, 1_234),
            ("92233720368547758.07", 2, i128::from(i64::MAX)),
            ("12345678901234567.89", 2, 1_234_567_890_123_456_789),
            ("999999999999999.9999", 4, 9_999_999_999_999_999_999),
            ("-1000000000000000.0", 4, -10_000_000_000_000_000_000),
        ];
        for (text, exponent, expected) in good {
            assert_eq!(minor_units(text, exponent), Ok(expected), "{text}");
        }
        let bad = [
            ("", 2),
            ("-", 2),
            (".5", 2),
            ("5.", 2),
            ("1,5", 2),
            ("1 000.00", 2),
            ("1.001", 2),
            ("1.000", 2),
            ("1.0", 0),
            ("1e3", 2),
            ("--1", 2),
            ("1-", 2),
            ("1.+5", 2),
            ("1_000", 2),
            ("0x1", 2),
            ("\u{2212}5", 2),
            ("\u{661}", 2),
            ("NaN", 2),
            ("1.2.3", 2),
            ("99999999999999999999999999999999999999999", 2),
        ];
        for (text, exponent) in bad {
            assert!(minor_units(text, exponent).is_err(), "{text}");
        }
    }
}
