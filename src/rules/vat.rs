//! VAT of an order line against its rate (RULES.md 3, `vat-rate`).

use rust_decimal::{Decimal, RoundingStrategy};

/// The VAT in a gross amount: `round_half_away_from_zero(gross x rate / (10000 + rate))`, minor units.
///
/// The quotient of a 64-bit amount and a rate of at most 10 000 % differs from a half by more than the 28 digits of a
/// decimal can hide, so rounding it is exact. `None` only where the arithmetic overflows, which such operands cannot.
#[must_use]
pub fn vat_in_gross_minor(gross_minor: i64, rate_bp: i64) -> Option<i64> {
    let rate = Decimal::from(rate_bp);
    let whole = Decimal::from(10_000).checked_add(rate)?;
    let vat = Decimal::from(gross_minor).checked_mul(rate)?.checked_div(whole)?;
    i64::try_from(vat.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)).ok()
}

/// Whether the stated VAT is surely within the tolerance of the computed one, in whole numbers alone: it differs from the
/// exact quotient by no more than the tolerance less a half, and rounding moves that by a half at most. A no says nothing.
fn surely_near(gross_minor: i64, vat_minor: i64, rate_bp: i64, tolerance_minor: i64) -> Option<bool> {
    let whole = rate_bp.checked_add(10_000).filter(|whole| *whole > 0)?;
    let off = vat_minor.checked_mul(whole)?.checked_sub(gross_minor.checked_mul(rate_bp)?)?;
    let allowed = tolerance_minor.checked_add(tolerance_minor)?.checked_sub(1)?.checked_mul(whole)?;
    let size = off.checked_abs()?;
    Some(size.checked_add(size)? <= allowed)
}

/// The computed VAT where the stated one differs from it by more than the tolerance.
#[must_use]
pub fn vat_off(gross_minor: i64, vat_minor: i64, rate_bp: i64, tolerance_minor: i64) -> Option<i64> {
    if surely_near(gross_minor, vat_minor, rate_bp, tolerance_minor) == Some(true) {
        return None;
    }
    let computed_minor = vat_in_gross_minor(gross_minor, rate_bp)?;
    let size = (i128::from(vat_minor) - i128::from(computed_minor)).abs();
    (size > i128::from(tolerance_minor)).then_some(computed_minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_half_away_from_zero() {
        let cases = [
            (39_800, 2_500, 7_960),
            (-39_800, 2_500, -7_960),
            (3, 10_000, 2), // 1.5
            (-3, 10_000, -2),
            (1, 10_000, 1),
            (100, 0, 0),
            (i64::MAX, 1_000_000, 9_132_051_521_638_391_888),
        ];
        for (gross, rate, vat) in cases {
            assert_eq!(vat_in_gross_minor(gross, rate), Some(vat), "{gross} at {rate}");
        }
        // Against whole numbers: twice the size, doubled denominator, away from zero.
        for gross in -2_000_i64..2_000 {
            for rate in [0, 600, 1_200, 1_500, 2_500, 10_000, 12_345] {
                let (n, d) = (i128::from(gross * rate), i128::from(10_000 + rate));
                let sized = (2 * n.abs() + d) / (2 * d);
                assert_eq!(vat_in_gross_minor(gross, rate).map(i128::from), Some(if n < 0 { -sized } else { sized }));
            }
        }
    }

    #[test]
    fn what_is_surely_near_is_near() {
        let mut sure = 0;
        for gross in (-2_000_i64..2_000).chain([i64::MAX, i64::MIN, i64::MAX / 25_000]) {
            for rate in [0, 600, 2_500, 10_000, 12_345, 1_000_000] {
                let computed = vat_in_gross_minor(gross, rate).unwrap();
                for vat in (-4..=4).filter_map(|off| computed.checked_add(off)) {
                    for tolerance in [0, 1, 2, i64::MAX] {
                        if surely_near(gross, vat, rate, tolerance) == Some(true) {
                            sure += 1;
                            assert!((vat - computed).abs() <= tolerance, "{gross} {vat} {rate} {tolerance}");
                        }
                    }
                }
            }
        }
        assert!(sure > 50_000, "{sure}");
    }

    #[test]
    fn the_tolerance_is_allowed_and_no_more() {
        assert_eq!(vat_off(39_800, 7_961, 2_500, 1), None);
        assert_eq!(vat_off(39_800, 7_959, 2_500, 1), None);
        assert_eq!(vat_off(39_800, 7_962, 2_500, 1), Some(7_960));
        assert_eq!(vat_off(39_800, 7_958, 2_500, 1), Some(7_960));
    }
}
