//! What the books need to know beside the records: tariffs, who pays out what, accounts, periods (README, "Into the
//! books").

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::accounts::Accounts;
use crate::model::payout::StatedPayout;
use crate::model::voucher::{Dimension, Entity};
use crate::rules::calendar::Country;
use crate::rules::settings::Window;

/// The settings of the books.
#[derive(Debug, Clone)]
pub struct BooksSettings {
    /// Fees, payouts or a journal are asked for; else files for the books ask for them.
    pub is_asked: bool,
    /// Days during which a payout without a bank entry is pending.
    pub payout_days: i64,
    /// The country whose business days these are; `None` for calendar days.
    pub payout_calendar: Option<Country>,
    /// What providers agreed to charge.
    pub tariffs: Vec<Tariff>,
    /// Services that a provider does not pay out: the merchant's own acquirer does.
    pub acquirer_services: BTreeSet<(String, String)>,
    /// What a bank writes when a provider pays, by provider.
    pub bank_names: BTreeMap<String, Vec<String>>,
    /// Payouts that are typed into the configuration.
    pub payouts: Vec<StatedPayout>,
    /// Who books.
    pub entity: Entity,
    /// Where it is booked.
    pub accounts: Accounts,
    /// Dimensions that postings of a provider carry: number and code.
    pub dimensions: BTreeMap<String, Vec<(u32, String)>>,
    /// Names of these dimensions and their objects.
    pub dimension_names: Vec<Dimension>,
    /// The last day that is closed: what belongs to it or earlier is booked on the first open day.
    pub closed_until: Option<NaiveDate>,
    /// Whether what was captured and reversed is booked too; else the shop's own books do that.
    pub books_operations: bool,
}

impl Default for BooksSettings {
    fn default() -> Self {
        Self {
            is_asked: false,
            payout_days: 5,
            payout_calendar: None,
            tariffs: Vec::new(),
            acquirer_services: BTreeSet::new(),
            bank_names: BTreeMap::new(),
            payouts: Vec::new(),
            entity: Entity { year_begins: 1, ..Entity::default() },
            accounts: Accounts::default(),
            dimensions: BTreeMap::new(),
            dimension_names: Vec::new(),
            closed_until: None,
            books_operations: false,
        }
    }
}

impl BooksSettings {
    /// How long a payout without a bank entry is pending (RULES.md 9).
    #[must_use]
    pub fn payout_window(&self) -> Window {
        Window { days: self.payout_days, calendar: self.payout_calendar }
    }

    /// Whether the provider itself pays a service out.
    #[must_use]
    pub fn pays_out(&self, provider: &str, service: &str) -> bool {
        // The set is small, and a service is mostly asked for once.
        !self.acquirer_services.iter().any(|(known, name)| known == provider && name == service)
    }
}

/// What a provider charges for a service, from a day on: so much a transaction and so much of its amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tariff {
    /// The provider.
    pub provider: String,
    /// The service as its files name it; `None` for those that no other tariff names.
    pub service: Option<String>,
    /// ISO 4217 code.
    pub currency: String,
    /// `capture` or `reversal`: which rows it is charged for.
    pub kind: String,
    /// Minor units a row.
    pub fixed_minor: i64,
    /// Percent of the gross amount, incl. VAT.
    pub percent: Decimal,
    /// VAT on the fee, in percent.
    pub vat_percent: Decimal,
    /// How fees and VAT become whole minor units, each sum by itself.
    pub rounding: Rounding,
    /// What fees may differ by, minor units a settlement and service.
    pub tolerance_minor: i64,
    /// The first day on which it holds.
    pub valid_from: NaiveDate,
}

/// How a fee becomes whole minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rounding {
    /// To the nearest, halves away from zero.
    #[default]
    HalfUp,
    /// To the nearest, halves to the even one.
    HalfEven,
    /// Toward zero.
    Down,
    /// Away from zero.
    Up,
}
