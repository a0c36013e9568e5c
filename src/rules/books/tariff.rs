//! What a declared tariff gives for the rows of a settlement: fees and VAT on them (RULES.md 9, `fee-tariff`).
//!
//! A provider's balance report charges a line a service: quantity x unit price + percent x amount, each line rounded by
//! itself, and VAT on it rounded by itself too. So the tariff is asked a sum a service and kind, not a row.

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};

use super::settings::{Rounding, Tariff};
use crate::model::payout::SettledSum;

/// A fee and the VAT on it, minor units; costs are positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fee {
    /// Without VAT.
    pub fee_minor: i128,
    /// VAT on it.
    pub vat_minor: i128,
    /// What it may differ by.
    pub tolerance_minor: i64,
    /// Lines that were rounded.
    pub lines: u64,
}

/// The fee of one sum: `None` where no tariff holds for it, or the amount is beyond what can be computed.
#[must_use]
pub fn fee(tariffs: &[Tariff], sum: &SettledSum, on: NaiveDate) -> Option<Fee> {
    let tariff = of(tariffs, sum, on)?;
    let rows = Decimal::from(sum.rows);
    let gross = Decimal::try_from_i128_with_scale(sum.gross_minor.checked_abs()?, 0).ok()?;
    let fixed = Decimal::from(tariff.fixed_minor).checked_mul(rows)?;
    let share = gross.checked_mul(tariff.percent)?.checked_div(Decimal::ONE_HUNDRED)?;
    let fee = rounded(fixed.checked_add(share)?, tariff.rounding);
    let vat = rounded(fee.checked_mul(tariff.vat_percent)?.checked_div(Decimal::ONE_HUNDRED)?, tariff.rounding);
    Some(Fee {
        fee_minor: i128::try_from(fee).ok()?,
        vat_minor: i128::try_from(vat).ok()?,
        tolerance_minor: tariff.tolerance_minor,
        lines: 1,
    })
}

/// The tariff of a sum: the latest that holds on its day, of its own service before one for all.
fn of<'t>(tariffs: &'t [Tariff], sum: &SettledSum, on: NaiveDate) -> Option<&'t Tariff> {
    let fits = |tariff: &&Tariff| {
        tariff.provider == sum.key.provider
            && tariff.currency == sum.key.currency
            && tariff.kind == sum.kind
            && tariff.valid_from <= on
            && tariff.service.as_ref().is_none_or(|service| *service == sum.service)
    };
    tariffs.iter().filter(fits).max_by_key(|tariff| (tariff.service.is_some(), tariff.valid_from))
}

fn rounded(amount: Decimal, rounding: Rounding) -> Decimal {
    amount.round_dp_with_strategy(
        0,
        match rounding {
            Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Rounding::HalfEven => RoundingStrategy::MidpointNearestEven,
            Rounding::Down => RoundingStrategy::ToZero,
            Rounding::Up => RoundingStrategy::AwayFromZero,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::payout::SettlementKey;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn tariff(service: Option<&str>, fixed_minor: i64, percent: &str, valid_from: &str) -> Tariff {
        Tariff {
            provider: "p".to_owned(),
            service: service.map(str::to_owned),
            currency: "SEK".to_owned(),
            kind: "capture".to_owned(),
            fixed_minor,
            percent: percent.parse().unwrap(),
            vat_percent: Decimal::from(25),
            rounding: Rounding::HalfUp,
            tolerance_minor: 1,
            valid_from: day(valid_from),
        }
    }

    fn sum(service: &str, rows: u64, gross_minor: i128) -> SettledSum {
        let text = |text: &str| text.to_owned();
        SettledSum {
            key: SettlementKey { provider: text("p"), settlement_id: text("R1"), currency: text("SEK") },
            service: text(service),
            kind: text("capture"),
            rows,
            gross_minor,
            fee_rows: 0,
            fee_minor: 0,
            tolerance_minor: 0,
            day: None,
        }
    }

    #[test]
    fn the_latest_tariff_of_the_service_holds_and_each_line_is_rounded() {
        let tariffs = [
            tariff(None, 100, "1", "2026-01-01"),
            tariff(Some("Swish"), 250, "0", "2026-01-01"),
            tariff(Some("Swish"), 200, "0.25", "2026-07-01"),
        ];
        let cases = [
            ("Swish", 40, 340_500, "2026-03-01", Some((10_000, 2_500))),
            // 80.00 + 8.5125, to the nearest; 25 % of 88.51 is 22.1275.
            ("Swish", 40, 340_500, "2026-07-01", Some((8_851, 2_213))),
            ("Card", 3, 10_050, "2026-03-01", Some((401, 100))),
            // Money back costs as much as money in, where a tariff says so.
            ("Card", 3, -10_050, "2026-03-01", Some((401, 100))),
            ("Card", 3, 10_050, "2025-12-31", None),
        ];
        for (service, rows, gross_minor, on, expected) in cases {
            let fee = fee(&tariffs, &sum(service, rows, gross_minor), day(on));
            assert_eq!(fee.map(|fee| (fee.fee_minor, fee.vat_minor)), expected, "{service} {rows} {gross_minor} {on}");
        }
        assert_eq!(fee(&tariffs, &sum("Card", 1, i128::MAX), day("2026-03-01")), None);
    }

    #[test]
    fn a_half_goes_as_configured() {
        let cases =
            [(Rounding::HalfUp, 3, 3), (Rounding::HalfEven, 2, 2), (Rounding::Down, 2, 2), (Rounding::Up, 3, 3)];
        for (rounding, plus, minus) in cases {
            let tariffs = [Tariff { rounding, ..tariff(None, 0, "2.5", "2026-01-01") }];
            let of = |gross_minor| fee(&tariffs, &sum("", 1, gross_minor), day("2026-01-01")).map(|fee| fee.fee_minor);
            assert_eq!((of(100), of(-100)), (Some(plus), Some(minus)), "{rounding:?}");
        }
    }
}
