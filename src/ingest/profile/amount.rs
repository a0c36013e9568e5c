//! Signed numbers with what people write around them: signs before and behind, parentheses, a currency, `,-`. Amounts
//! become whole minor units, exactly.

use super::number::{Dialect, Unsigned, shifted, too_large, unsigned};
use super::{AmountUnit, RateUnit};

/// The currency of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowCurrency<'t> {
    /// ISO 4217 code.
    pub code: &'t str,
    /// Decimals of the major unit; `None` where the code is not known.
    pub exponent: Option<u32>,
}

/// A minus, or the Unicode sign for it.
const MINUS: [char; 2] = ['-', '\u{2212}'];
/// What stands for no decimals behind a decimal sign: `1 234,-`.
const DASHES: [char; 4] = ['-', '\u{2013}', '\u{2014}', '\u{2212}'];

/// A number without what stood around it.
#[derive(Debug, Clone, Copy)]
struct Peeled<'t> {
    digits: &'t str,
    negative: bool,
    /// It ended in `,-`.
    whole: bool,
}

/// An amount in minor units.
///
/// # Errors
/// The text is no amount of this dialect, unit and currency, or can be read in two ways.
pub fn minor(text: &str, dialect: Dialect, unit: AmountUnit, currency: RowCurrency<'_>) -> Result<i64, String> {
    let peeled = peel(text, dialect, currency.code)?;
    let number = unsigned(peeled.digits, dialect)?;
    if peeled.whole && number.has_decimals {
        return Err("decimals and a dash in their place".to_owned());
    }
    let size_minor = match unit {
        AmountUnit::Minor if number.has_decimals || peeled.whole => {
            return Err(
                "decimals, where the profile counts minor units; for kronor or euros set amount_unit = \"major\""
                    .to_owned(),
            );
        }
        AmountUnit::Minor => Some(number.mantissa),
        AmountUnit::Major => {
            let exponent = currency.exponent.ok_or("the currency is not known, and so not how many decimals it has")?;
            let power = exponent.checked_sub(number.decimals).ok_or_else(|| match exponent {
                0 => format!("{} has no decimals", currency.code),
                _ => format!("{} has {exponent} decimals, and this has {}", currency.code, number.decimals),
            })?;
            shifted(number.mantissa, power)
        }
    };
    let out_of_range = || "the amount does not fit 64 bits of minor units".to_owned();
    let size_minor = i128::from(size_minor.ok_or_else(out_of_range)?);
    let signed = if peeled.negative { size_minor.checked_neg() } else { Some(size_minor) };
    signed.and_then(|signed| i64::try_from(signed).ok()).ok_or_else(out_of_range)
}

/// A quantity as canonical text: sign, digits, a point and decimals.
///
/// # Errors
/// The text is no number of this dialect, or can be read in two ways.
pub fn quantity(text: &str, dialect: Dialect) -> Result<String, String> {
    let peeled = peel(text, dialect, "")?;
    let Unsigned { mantissa, decimals, .. } = unsigned(peeled.digits, dialect)?;
    let decimals = usize::try_from(decimals).ok().filter(|decimals| *decimals <= 28).ok_or_else(too_large)?;
    let digits = format!("{mantissa:0>width$}", width = decimals.saturating_add(1));
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(decimals));
    let sign = if peeled.negative { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    Ok(format!("{sign}{whole}{point}{fraction}"))
}

/// A VAT rate in percent x 100. A percent sign says percent, whatever the unit.
///
/// # Errors
/// The text is no rate of this dialect and unit, or can be read in two ways.
pub fn vat_rate_bp(text: &str, dialect: Dialect, unit: RateUnit) -> Result<i64, String> {
    let (digits, unit) = match text.strip_suffix('%') {
        Some(digits) => (digits.trim_end(), RateUnit::Percent),
        None => (text, unit),
    };
    let number = unsigned(digits, dialect)?;
    let places: u32 = match unit {
        RateUnit::Percent => 2,
        RateUnit::Fraction => 4,
        RateUnit::BasisPoints if number.has_decimals => {
            return Err(
                "a rate with decimals, where percent x 100 is read; for percent set vat_rate_unit = \"percent\""
                    .to_owned(),
            );
        }
        RateUnit::BasisPoints => 0,
    };
    let power = places.checked_sub(number.decimals);
    let power = power.ok_or("a VAT rate is read to a hundredth of a percent, and this has more decimals")?;
    shifted(number.mantissa, power).and_then(|rate| i64::try_from(rate).ok()).ok_or_else(too_large)
}

/// Takes off signs, parentheses, the currency and `,-`, each at most once, from outside in.
fn peel<'t>(text: &'t str, dialect: Dialect, code: &str) -> Result<Peeled<'t>, String> {
    let mut rest = text.trim();
    let (mut sign, mut whole, mut marked) = (None, false, false);
    loop {
        rest = rest.trim();
        if let Some(inner) = rest.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
            say(&mut sign, true)?;
            rest = inner;
        } else if let Some(inner) = rest.strip_prefix(MINUS) {
            say(&mut sign, true)?;
            rest = inner;
        } else if let Some(inner) = rest.strip_prefix('+') {
            say(&mut sign, false)?;
            rest = inner;
        } else if let Some(inner) = without_dash(rest, dialect).filter(|_| !whole) {
            whole = true;
            rest = inner;
        } else if let Some(inner) = rest.strip_suffix(MINUS) {
            say(&mut sign, true)?;
            rest = inner;
        } else if let Some((found, inner)) = leading_word(rest) {
            mark(&mut marked, found, code)?;
            rest = inner;
        } else if let Some((inner, found)) = trailing_word(rest) {
            mark(&mut marked, found, code)?;
            rest = inner;
        } else {
            return Ok(Peeled { digits: rest, negative: sign == Some(true), whole });
        }
    }
}

fn say(sign: &mut Option<bool>, negative: bool) -> Result<(), String> {
    match sign.replace(negative) {
        None => Ok(()),
        Some(_) => Err("more than one sign".to_owned()),
    }
}

fn mark(marked: &mut bool, found: &str, code: &str) -> Result<(), String> {
    if !is_mark(found, code) {
        return Err(match code {
            "" => format!("`{found}` is no part of a number"),
            code => format!("`{found}` is not {code}, the currency of the row"),
        });
    }
    if std::mem::replace(marked, true) { Err("more than one currency".to_owned()) } else { Ok(()) }
}

/// What stands before `,-`, `.-` or `:-`, the first two where that is the decimal sign.
fn without_dash(text: &str, dialect: Dialect) -> Option<&str> {
    let inner = text.strip_suffix(DASHES)?;
    let inner = inner.strip_suffix(|sign| {
        sign == ':' || Some(sign) == dialect.decimal_sign() || sign == ',' && dialect.decimal.is_none()
    })?;
    inner.ends_with(|digit: char| digit.is_ascii_digit()).then_some(inner)
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphabetic() || matches!(letter, '$' | '€' | '£' | '¥')
}

/// The letters at the front, with a full stop where that belongs to them.
fn leading_word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|letter: char| !is_of_word(letter) && letter != '.').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    word.starts_with(is_of_word).then_some((word, rest))
}

/// The letters at the end, with a full stop where that belongs to them.
fn trailing_word(text: &str) -> Option<(&str, &str)> {
    let letters = text.strip_suffix('.').unwrap_or(text);
    let start = letters.trim_end_matches(is_of_word).len();
    (start < letters.len()).then(|| text.split_at(start))
}

/// Whether a word or sign names the currency.
fn is_mark(word: &str, code: &str) -> bool {
    let signs: &[&str] = match code {
        "SEK" => &["kr", "kr.", "skr"],
        "NOK" => &["kr", "kr.", "nkr"],
        "DKK" => &["kr", "kr.", "dkr"],
        "ISK" => &["kr", "kr.", "ikr"],
        "EUR" => &["€", "euro"],
        "GBP" => &["£"],
        "USD" => &["$", "us$"],
        "AUD" | "CAD" | "HKD" | "NZD" | "SGD" => &["$"],
        "JPY" | "CNY" => &["¥"],
        "PLN" => &["zł"],
        "CHF" => &["fr", "fr."],
        _ => &[],
    };
    !code.is_empty() && (word.eq_ignore_ascii_case(code) || signs.contains(&word.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::super::Grouping;
    use super::*;

    const SPACES: Dialect = Dialect { decimal: Some(','), grouping: Some(Grouping::Space) };
    const DOTS: Dialect = Dialect { decimal: Some(','), grouping: Some(Grouping::Dot) };
    const COMMAS: Dialect = Dialect { decimal: Some('.'), grouping: Some(Grouping::Comma) };
    const SILENT: Dialect = Dialect { decimal: None, grouping: None };

    fn currency(code: &str) -> RowCurrency<'_> {
        let exponent = match code {
            "JPY" | "ISK" => 0,
            "KWD" => 3,
            _ => 2,
        };
        RowCurrency { code, exponent: Some(exponent).filter(|_| code != "XYZ") }
    }

    #[test]
    fn amounts_in_major_units() {
        let cases = [
            ("1234,50", SPACES, "SEK", 123_450),
            ("1 234,50", SPACES, "SEK", 123_450),
            ("1\u{a0}234\u{a0}567,5", SPACES, "SEK", 123_456_750),
            ("1\u{202f}234,50 ", SPACES, "EUR", 123_450),
            ("1\u{2009}234", SPACES, "SEK", 123_400),
            ("1.234,50", DOTS, "DKK", 123_450),
            ("1,234.50", COMMAS, "USD", 123_450),
            ("-1 234,50", SPACES, "SEK", -123_450),
            ("- 1 234,50", SPACES, "SEK", -123_450),
            ("\u{2212}1 234,50", SPACES, "SEK", -123_450),
            ("1234,50-", SPACES, "SEK", -123_450),
            ("1234,50 \u{2212}", SPACES, "SEK", -123_450),
            ("(1 234,50)", SPACES, "SEK", -123_450),
            ("( 1 234,50 kr )", SPACES, "SEK", -123_450),
            ("+12,5", SPACES, "SEK", 1_250),
            ("0,00-", SPACES, "SEK", 0),
            ("1 234,-", SPACES, "SEK", 123_400),
            ("1 234,\u{2013}", SPACES, "NOK", 123_400),
            ("-1 234,- kr", SPACES, "NOK", -123_400),
            ("1 234:-", SPACES, "SEK", 123_400),
            ("1,234.-", COMMAS, "USD", 123_400),
            ("99,-", SILENT, "SEK", 9_900),
            ("1 234,50 kr", SPACES, "SEK", 123_450),
            ("1 234,50kr.", SPACES, "DKK", 123_450),
            ("kr 1 234,50", SPACES, "NOK", 123_450),
            ("-kr 1 234,50", SPACES, "NOK", -123_450),
            ("kr. -1 234,50", SPACES, "DKK", -123_450),
            ("SEK 12", SPACES, "SEK", 1_200),
            ("12 sek", SPACES, "SEK", 1_200),
            ("€12,50", SPACES, "EUR", 1_250),
            ("-12,50 €", SPACES, "EUR", -1_250),
            ("$1,234.5", COMMAS, "USD", 123_450),
            ("1234.5", SILENT, "SEK", 123_450),
            ("1234", SPACES, "JPY", 1_234),
            ("1 234,00", SPACES, "ISK", 1_234),
            ("1,234", SPACES, "KWD", 1_234),
            ("1,2", SPACES, "KWD", 1_200),
            ("1,50000", SPACES, "SEK", 150),
            ("92233720368547758,07", SPACES, "SEK", i64::MAX),
            ("-92233720368547758,08", SPACES, "SEK", i64::MIN),
        ];
        for (text, dialect, code, expected) in cases {
            assert_eq!(minor(text, dialect, AmountUnit::Major, currency(code)), Ok(expected), "{text} {code}");
        }
    }

    #[test]
    fn amounts_that_are_refused_say_why() {
        let groups = "digits stand in groups of three, as in 1 234 567";
        let range = "the amount does not fit 64 bits of minor units";
        let two = "more than one sign";
        let none = "there is no digit";
        let cases = [
            ("1 23 4,00", SPACES, "SEK", groups),
            ("1,234", SPACES, "SEK", "SEK has 2 decimals, and this has 3"),
            ("1234,5", SPACES, "JPY", "JPY has no decimals"),
            ("0,0001", SPACES, "KWD", "KWD has 3 decimals, and this has 4"),
            ("12,50 €", SPACES, "SEK", "`€` is not SEK, the currency of the row"),
            ("12,50 NOK", SPACES, "SEK", "`NOK` is not SEK, the currency of the row"),
            ("kr 12,50", SPACES, "EUR", "`kr` is not EUR, the currency of the row"),
            ("kr 12,50 kr", SPACES, "SEK", "more than one currency"),
            ("--5", SPACES, "SEK", two),
            ("-5-", SPACES, "SEK", two),
            ("(-5)", SPACES, "SEK", two),
            ("+-5", SPACES, "SEK", two),
            ("(5", SPACES, "SEK", "`(` is no part of a number here (decimal sign `,`, groups by space)"),
            ("5+", SPACES, "SEK", "`+` is no part of a number here (decimal sign `,`, groups by space)"),
            ("1:50", SPACES, "SEK", "`:` is no part of a number here (decimal sign `,`, groups by space)"),
            ("5 %", SPACES, "SEK", "`%` is no part of a number here (decimal sign `,`, groups by space)"),
            ("1,50,-", SPACES, "SEK", "decimals and a dash in their place"),
            // This comma is no decimal sign: what is left is a minus behind an amount.
            ("1,234,-", COMMAS, "SEK", groups),
            ("-", SPACES, "SEK", none),
            ("kr", SPACES, "SEK", none),
            ("()", SPACES, "SEK", none),
            ("", SPACES, "SEK", none),
            ("NaN", SPACES, "SEK", "`NaN` is not SEK, the currency of the row"),
            ("1e3", SPACES, "SEK", "`e` is no part of a number here (decimal sign `,`, groups by space)"),
            ("92233720368547758,08", SPACES, "SEK", range),
            ("9999999999999999999", SPACES, "SEK", range),
            ("99999999999999999999", SPACES, "SEK", "the number is too large"),
            ("5", SPACES, "XYZ", "the currency is not known, and so not how many decimals it has"),
        ];
        for (text, dialect, code, reason) in cases {
            assert_eq!(
                minor(text, dialect, AmountUnit::Major, currency(code)),
                Err(reason.to_owned()),
                "{text} {code}"
            );
        }
        for (text, dialect) in [("1.234", SILENT), ("1,234", SILENT), ("-1.234 kr", SILENT)] {
            for unit in [AmountUnit::Major, AmountUnit::Minor] {
                let refused = minor(text, dialect, unit, currency("SEK")).unwrap_err();
                assert!(refused.contains("can be read as 1234 and as 1 with decimals 234"), "{refused}");
            }
        }
    }

    #[test]
    fn minor_units_have_no_decimals() {
        let read = |text| minor(text, SPACES, AmountUnit::Minor, currency("SEK"));
        assert_eq!(read("123450"), Ok(123_450));
        assert_eq!(read("123 450-"), Ok(-123_450));
        assert_eq!(read("123450 öre"), Err("`öre` is not SEK, the currency of the row".to_owned()));
        let refused = "decimals, where the profile counts minor units; for kronor or euros set amount_unit = \"major\"";
        for text in ["1234,50", "1234,00", "65989,99999999999", "1 234,-"] {
            assert_eq!(read(text), Err(refused.to_owned()), "{text}");
        }
        // A currency that is not known has minor units all the same; the row is refused for its currency.
        assert_eq!(minor("5", SPACES, AmountUnit::Minor, currency("XYZ")), Ok(5));
    }

    #[test]
    fn quantities_and_rates() {
        let quantities = [
            ("1", "1"),
            ("1,5000000", "1.5"),
            ("-0,25", "-0.25"),
            ("2-", "-2"),
            ("1 000", "1000"),
            ("0,0", "0"),
            ("351,3514", "351.3514"),
        ];
        for (text, expected) in quantities {
            assert_eq!(quantity(text, SPACES).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(quantity("2 st", SPACES), Err("`st` is no part of a number".to_owned()));
        let rates = [
            ("25 %", RateUnit::BasisPoints, Ok(2_500)),
            ("25%", RateUnit::Fraction, Ok(2_500)),
            ("25,00", RateUnit::Percent, Ok(2_500)),
            ("12,5", RateUnit::Percent, Ok(1_250)),
            ("2500", RateUnit::BasisPoints, Ok(2_500)),
            ("0,25", RateUnit::Fraction, Ok(2_500)),
            (
                "25,001",
                RateUnit::Percent,
                Err("a VAT rate is read to a hundredth of a percent, and this has more decimals"),
            ),
            (
                "25,00",
                RateUnit::BasisPoints,
                Err("a rate with decimals, where percent x 100 is read; for percent set vat_rate_unit = \"percent\""),
            ),
            ("-25", RateUnit::Percent, Err("`-` is no part of a number here (decimal sign `,`, groups by space)")),
            ("moms", RateUnit::Percent, Err("`m` is no part of a number here (decimal sign `,`, groups by space)")),
        ];
        for (text, unit, expected) in rates {
            assert_eq!(vat_rate_bp(text, SPACES, unit), expected.map_err(str::to_owned), "{text}");
        }
    }
}
