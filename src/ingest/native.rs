//! What a native settlement file says of itself: its id, its day, its totals (RULES.md 2 and 5).

use chrono::NaiveDate;

use crate::model::currency::{Currencies, Currency};
use crate::model::money::Major;

/// A stated total and what the body holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// `rows`, `sum`, or a service with `debits`, `credits` or `amount`.
    pub what: String,
    /// The currency of an amount; `None` for a count.
    pub currency: Option<Currency>,
    /// As stated: minor units, or a count; 0 where the body holds what the list does not name.
    pub stated: i128,
    /// As found in the body.
    pub actual: i128,
    /// Line of the statement, else of the first row.
    pub line: u64,
}

impl Stated {
    /// Whether both are equal.
    #[must_use]
    pub fn ties(&self) -> bool {
        self.stated == self.actual
    }
}

/// What a settlement file says of itself.
#[derive(Debug, Clone)]
pub struct Native {
    /// Its own id.
    pub settlement_id: String,
    /// The day it was made.
    pub created: Option<NaiveDate>,
    /// Hash of its records, whatever their order.
    pub content_hash: u128,
    /// Rows of its body.
    pub rows: u64,
    /// Sums of its body, minor units.
    pub sums_minor: Vec<(Currency, i128)>,
    /// Its stated totals and those of its body.
    pub stated: Vec<Stated>,
    /// The payout, where the header states it.
    pub payout: Option<NativePayout>,
    /// Its header's own identity, where that holds in no sign convention (RULES.md 5, `file-net`).
    pub header_net: Option<HeaderNet>,
}

/// A payout as the header of a file states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativePayout {
    /// The currency.
    pub currency: Currency,
    /// What was paid out, minor units; `None` where only the rows say.
    pub amount_minor: Option<i64>,
    /// The reference on the bank transfer; empty where it is not stated.
    pub reference: String,
    /// Line of the header.
    pub line: u64,
}

/// A header whose amount is neither what is left when refund, fee and chargeback are taken off the capture, nor the
/// sum of all of them. Minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderNet {
    /// The currency.
    pub currency: Currency,
    /// The amount where they are taken off.
    pub taken_off_minor: i128,
    /// The amount where they are added.
    pub added_minor: i128,
    /// The amount as stated.
    pub actual_minor: i128,
    /// Line of the header.
    pub line: u64,
}

impl HeaderNet {
    /// What the finding expects: of the two amounts the one that is nearer to the stated one; where both are equally
    /// near, the one that the provider's pages give.
    #[must_use]
    pub fn expected_minor(&self) -> i128 {
        let off = |amount: i128| amount.abs_diff(self.actual_minor);
        if off(self.added_minor) < off(self.taken_off_minor) { self.added_minor } else { self.taken_off_minor }
    }

    /// The sentence of a `file-net` finding.
    #[must_use]
    pub fn sentence(&self, settlement_id: &str, currencies: &Currencies) -> String {
        let text = |amount_minor: i128| {
            let amount = Major { amount_minor, exponent: currencies.exponent(self.currency) };
            format!("{amount} {}", currencies.code(self.currency))
        };
        format!(
            "Settlement file {settlement_id} states {} as its amount, but its own capture, refund, fee and chargeback \
             give {} where they are taken off and {} where they are added",
            text(self.actual_minor),
            text(self.taken_off_minor),
            text(self.added_minor)
        )
    }
}

impl Native {
    /// Rows and sums as the body has them, for people: `134 rows, 124 950.00 SEK`.
    #[must_use]
    pub fn sums_text(&self, currencies: &Currencies) -> String {
        let mut parts = vec![if self.rows == 1 { "1 row".to_owned() } else { format!("{} rows", self.rows) }];
        for (currency, sum_minor) in &self.sums_minor {
            let sum = Major { amount_minor: *sum_minor, exponent: currencies.exponent(*currency) };
            parts.push(format!("{sum} {}", currencies.code(*currency)));
        }
        parts.join(", ")
    }
}

/// The sentence of a `file-total` finding.
#[must_use]
pub fn sentence(stated: &Stated, settlement_id: &str, currencies: &Currencies) -> String {
    let number = |value: i128| match stated.currency {
        Some(currency) => {
            let amount = Major { amount_minor: value, exponent: currencies.exponent(currency) };
            format!("{amount} {}", currencies.code(currency))
        }
        None => value.to_string(),
    };
    let what = match stated.what.as_str() {
        "rows" => "number of rows".to_owned(),
        what => what.to_owned(),
    };
    format!(
        "Settlement file {settlement_id} states {} as {what}, but its rows give {}",
        number(stated.stated),
        number(stated.actual)
    )
}
