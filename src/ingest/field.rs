//! One field at a time: trimming and the kinds of RULES.md 2. The fast path and the typed rows use these same
//! functions, so that what one accepts the other accepts.

use rust_decimal::Decimal;

use super::short::same;
use crate::model::money::parse_minor;

/// The largest VAT rate, percent x 100, that is taken for one: 10 000 %.
pub const VAT_RATE_BP_MAX: i64 = 1_000_000;

/// Why a field cannot be read.
pub type Reason = String;

/// The state of an operation that an order system recorded and that no checkout event is behind: money that did not
/// move, and a finding of its own (RULES.md 9, `recorded-only`).
pub const RECORDED_ONLY: &str = "recorded, without a checkout event";

/// A field without the white space around it. The bytes are UTF-8.
#[must_use]
#[inline]
pub fn trim(field: &[u8]) -> &[u8] {
    match (field.first(), field.last()) {
        (Some(b'!'..=b'~'), Some(b'!'..=b'~')) | (None, None) => field,
        _ => trim_any(field),
    }
}

#[inline(never)]
fn trim_any(field: &[u8]) -> &[u8] {
    std::str::from_utf8(field).map_or(field, |text| text.trim().as_bytes())
}

/// A field as text. Its record was checked to be UTF-8 before its fields were looked at.
#[must_use]
pub(super) fn utf8(text: &[u8]) -> &str {
    std::str::from_utf8(text).unwrap_or_default()
}

/// An amount in minor units.
///
/// # Errors
/// It is none.
#[inline]
pub fn minor(text: &[u8]) -> Result<i64, Reason> {
    parse_minor(text).map_err(|error| error.reason().to_owned())
}

/// A VAT rate in percent x 100.
///
/// # Errors
/// It is none.
#[inline]
pub fn vat_rate_bp(text: &[u8]) -> Result<i64, Reason> {
    match parse_minor(text) {
        Ok(rate) if (0..=VAT_RATE_BP_MAX).contains(&rate) => Ok(rate),
        _ => Err(format!("a VAT rate is percent x 100, from 0 to {VAT_RATE_BP_MAX}: 2500 for 25 %")),
    }
}

/// A quantity: an optional sign, digits, and at most four decimals after a point.
///
/// # Errors
/// It is none.
pub fn quantity(text: &[u8]) -> Result<Decimal, Reason> {
    let refused = || "a quantity is digits with an optional sign and at most 4 decimals after a point".to_owned();
    let unsigned = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let mut parts = unsigned.splitn(2, |byte| *byte == b'.');
    let all_digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let whole = parts.next().is_some_and(all_digits);
    let fraction = parts.next().is_none_or(|part| all_digits(part) && part.len() <= 4);
    if !(whole && fraction) {
        return Err(refused());
    }
    let text = std::str::from_utf8(text).map_err(|_| refused())?;
    // `1` and `1.0` are one quantity, and so are 0 and -0.
    let value = Decimal::from_str_exact(text).map_err(|_| "the quantity is too large".to_owned())?.normalize();
    Ok(if value.is_zero() { Decimal::ZERO } else { value })
}

/// Whether a state says that money moved: `completed`, `success` or `true`, letter case ignored; absent means so too.
#[must_use]
#[inline]
pub fn is_completed(state: &[u8]) -> bool {
    state.is_empty() || same(state, b"Completed") || is_completed_in_any_case(state)
}

fn is_completed_in_any_case(state: &[u8]) -> bool {
    [&b"completed"[..], b"success", b"true"].iter().any(|word| state.eq_ignore_ascii_case(word))
}

/// A field as it is shown in `rejects.csv`: at most 120 characters, bytes that are not UTF-8 replaced.
#[must_use]
pub fn shown(field: &[u8]) -> String {
    const CHARACTERS_MAX: usize = 120;
    let text = String::from_utf8_lossy(field.get(..4 * CHARACTERS_MAX).unwrap_or(field));
    if text.chars().count() <= CHARACTERS_MAX {
        return text.into_owned();
    }
    let mut short: String = text.chars().take(CHARACTERS_MAX).collect();
    short.push_str("...");
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_have_at_most_four_decimals() {
        assert_eq!(quantity(b"1"), quantity(b"1.0000"));
        assert_eq!(quantity(b"-0"), quantity(b"0.0"));
        assert_eq!(quantity(b"351.3514").map(|value| value.to_string()), Ok("351.3514".to_owned()));
        for text in ["", ".5", "1.", "1.00000", "1,5", "1e2", "- 1", "1.2.3", "99999999999999999999999999999999"] {
            assert!(quantity(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn trims_any_white_space() {
        assert_eq!(trim(b" a b "), b"a b");
        assert_eq!(trim("\u{a0}7\u{2009}".as_bytes()), b"7");
        assert_eq!(trim(b"\t \r"), b"");
        assert_eq!(trim("å".as_bytes()), "å".as_bytes());
    }
}
