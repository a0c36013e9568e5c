//! Amounts as cells: major units with the decimals of the currency, digit by digit.
//!
//! A spreadsheet keeps numbers in binary and shows 15 digits. Up to there every decimal number is shown as it was written;
//! what has more is written as text, with all its digits.

use std::borrow::Cow;

use super::cell::Cell;
use crate::model::currency::Currencies;

/// So many digits a spreadsheet keeps and shows of any number.
const DIGITS_MAX: usize = 15;

/// The decimals of currencies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amounts<'a>(pub(super) &'a Currencies);

impl Amounts<'_> {
    /// The ISO 4217 exponent of a currency; 0 where it is not known.
    pub(super) fn exponent(self, currency: &str) -> u32 {
        self.0.find(currency.as_bytes()).map_or(0, |currency| self.0.exponent(currency))
    }

    /// An amount of minor units as a cell. What has no currency is a count, and none where it is 0.
    pub(super) fn cell<'b>(self, amount_minor: i128, currency: &str) -> Cell<'b> {
        match (currency, amount_minor) {
            ("", 0) => Cell::Empty,
            ("", count) => Cell::Whole(count),
            _ => Cell::Amount { amount_minor, exponent: self.exponent(currency) },
        }
    }
}

/// Whether a spreadsheet shows all digits of a number.
pub(super) fn fits(number: i128) -> bool {
    number.unsigned_abs().to_string().len() <= DIGITS_MAX
}

/// An amount in major units as a plain decimal number: `-1495.00`.
pub(super) fn decimal(amount_minor: i128, exponent: u32) -> Cow<'static, str> {
    if exponent == 0 {
        return Cow::Owned(amount_minor.to_string());
    }
    let decimals = usize::try_from(exponent).unwrap_or(0);
    let digits = format!("{:0>width$}", amount_minor.unsigned_abs(), width = decimals.saturating_add(1));
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(decimals));
    let sign = if amount_minor < 0 { "-" } else { "" };
    Cow::Owned(format!("{sign}{whole}.{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_digit_by_digit() {
        let cases = [
            (0, 2, "0.00", true),
            (-5, 2, "-0.05", true),
            (149_500, 2, "1495.00", true),
            (-7, 0, "-7", true),
            (1, 8, "0.00000001", true),
            (999_999_999_999_999, 2, "9999999999999.99", true),
            (-999_999_999_999_999, 2, "-9999999999999.99", true),
            (1_000_000_000_000_000, 2, "10000000000000.00", false),
            (9_007_199_254_740_993, 2, "90071992547409.93", false),
            (i128::MIN, 3, "-170141183460469231731687303715884105.728", false),
        ];
        for (amount_minor, exponent, text, fit) in cases {
            assert_eq!((decimal(amount_minor, exponent).as_ref(), fits(amount_minor)), (text, fit));
        }
    }

    #[test]
    fn what_has_no_currency_is_a_count() {
        let currencies = Currencies::default();
        let amounts = Amounts(&currencies);
        let cases = [
            (0, "", Cell::Empty),
            (-3, "", Cell::Whole(-3)),
            (0, "SEK", Cell::Amount { amount_minor: 0, exponent: 2 }),
            (7, "ISK", Cell::Amount { amount_minor: 7, exponent: 0 }),
        ];
        for (amount_minor, currency, cell) in cases {
            assert_eq!(amounts.cell(amount_minor, currency), cell);
        }
    }
}
