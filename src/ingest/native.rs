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
