//! What a provider pays out for a settlement: as its balance report or the header of its file states it, and as it is
//! looked for on the bank account.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Which settlement in which currency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SettlementKey {
    /// The provider.
    pub provider: String,
    /// The id of the settlement; empty for rows that state none.
    pub settlement_id: String,
    /// ISO 4217 code.
    pub currency: String,
}

/// What a provider states of the payout of a settlement. Minor units; `None` is what it does not state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedPayout {
    /// The settlement.
    pub key: SettlementKey,
    /// What is paid out before fees: the gross of the services that the provider itself settles.
    pub gross_minor: Option<i64>,
    /// Fees without VAT; a cost is positive.
    pub fee_minor: Option<i64>,
    /// VAT on the fees; a cost is positive.
    pub fee_vat_minor: Option<i64>,
    /// The balance of earlier settlements that is paid with this one; what is owed to the provider is negative.
    pub brought_forward_minor: Option<i64>,
    /// What was paid out.
    pub amount_minor: Option<i64>,
    /// The day of the payout.
    pub paid_on: Option<NaiveDate>,
    /// The reference on the bank transfer, where it is another than the settlement's id.
    pub reference: Option<String>,
    /// Where it is stated: `file:line`.
    pub source: String,
}

/// A payout that should be on the bank account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuePayout {
    /// The settlement.
    pub key: SettlementKey,
    /// Decimals of the currency.
    pub exponent: u32,
    /// What should have come, minor units; negative where the merchant has to pay.
    pub amount_minor: i128,
    /// The day on which it was paid out.
    pub paid_on: NaiveDate,
    /// References under which the bank may book it, as [`super::bank::reference_key`] writes them; sorted, each once.
    pub references: Vec<String>,
    /// Where it is stated: `file:line`, several joined by `; `.
    pub source: String,
}

/// What the rows of one settlement, service, kind and day sum to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledSum {
    /// The settlement.
    pub key: SettlementKey,
    /// What the provider sells, such as `Swish`; empty where the rows do not say.
    pub service: String,
    /// `capture`, `reversal`, or the row's own word in small letters.
    pub kind: String,
    /// Rows.
    pub rows: u64,
    /// Their gross amounts, signed, minor units.
    pub gross_minor: i128,
    /// Rows that state a fee.
    pub fee_rows: u64,
    /// Their fees; a cost is positive.
    pub fee_minor: i128,
    /// By how much rows differ from the operations that they were matched with within the tolerance: rows - operations.
    pub tolerance_minor: i128,
    /// The day on which they were settled, or made where no row says when it was settled.
    pub day: Option<NaiveDate>,
}

impl SettledSum {
    /// What tells it from others, in the order in which they stand.
    #[must_use]
    pub fn place(&self) -> (&SettlementKey, &str, &str, Option<NaiveDate>) {
        (&self.key, &self.service, &self.kind, self.day)
    }
}
