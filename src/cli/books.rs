//! What the configuration says of the books: `[journal]`, `[accounts]`, `[dimensions]`, `[periods]`, `[[tariff]]` and
//! `[[payouts]]`.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::Deserialize;
use toml::Spanned;

use super::expectations::{Day, Wrong};
use super::values::{Text, Whole, nearest};
use crate::model::currency::Currencies;
use crate::model::finding::Code;
use crate::model::payout::{SettlementKey, StatedPayout};
use crate::model::voucher::{Dimension, Entity};
use crate::rules::books::accounts::{Accounts, Plan, Role};
use crate::rules::books::settings::{BooksSettings, Rounding, Tariff};

/// `[journal]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct JournalTable {
    company: Option<Text>,
    organisation_number: Option<Text>,
    plan: Option<PlanName>,
    sie_plan: Option<Text>,
    series: Option<Text>,
    year_begins: Option<Month>,
    captures: Option<bool>,
    /// Where journals are kept until they are imported.
    pub folder: Option<Text>,
}

/// `[periods]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Periods {
    closed_until: Option<Day>,
}

/// A dimension in `[dimensions.PROVIDER]`: `cost_centre` or `project`, or `dimensions` by their numbers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct DimensionTable {
    cost_centre: Option<Text>,
    project: Option<Text>,
}

/// A `[[tariff]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct TariffEntry {
    provider: Text,
    service: Option<Text>,
    currency: Spanned<String>,
    kind: Option<Kind>,
    fixed: Option<Whole>,
    percent: Option<Percent>,
    vat: Option<Percent>,
    rounding: Option<RoundingName>,
    tolerance: Option<Whole>,
    valid_from: Option<Day>,
    settled_by: Option<Spanned<Payer>>,
}

/// A `[[payouts]]`: what a balance report states, minor units.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct PayoutEntry {
    provider: Text,
    settlement_id: Text,
    currency: Spanned<String>,
    gross: Option<i64>,
    fee: Option<i64>,
    fee_vat: Option<i64>,
    brought_forward: Option<i64>,
    payout: Option<i64>,
    paid_on: Option<Day>,
    reference: Option<Text>,
}

/// The name of a plan of accounts.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct PlanName(Plan);

impl TryFrom<String> for PlanName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let known = ["bas", "ns4102"];
        let nearest = nearest(&name, known);
        Plan::from_name(&name)
            .map(Self)
            .ok_or_else(|| format!("no such plan of accounts: `{name}`; the nearest is `{nearest}`"))
    }
}

/// A month by its number.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "i64")]
struct Month(u32);

impl TryFrom<i64> for Month {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        let month = u32::try_from(number).ok().filter(|month| (1..=12).contains(month));
        month.map(Self).ok_or_else(|| format!("a month is 1 to 12, not {number}"))
    }
}

/// What a tariff is charged for.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Capture,
    Reversal,
}

/// Who pays a service out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Payer {
    Provider,
    Acquirer,
}

/// The name of a way of rounding.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RoundingName {
    HalfUp,
    HalfEven,
    Down,
    Up,
}

/// A percentage with decimals, in quotes: a number of TOML with a point would be a float.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "PercentWritten")]
struct Percent(Decimal);

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a percentage in quotes, such as \"1.25\"")]
enum PercentWritten {
    Whole(i64),
    Text(String),
}

impl TryFrom<PercentWritten> for Percent {
    type Error = String;

    fn try_from(written: PercentWritten) -> Result<Self, String> {
        const PERCENT_MAX: i64 = 100;
        let percent = match &written {
            PercentWritten::Whole(number) => Some(Decimal::from(*number)),
            PercentWritten::Text(text) => Decimal::from_str_exact(text.trim()).ok(),
        };
        let range = Decimal::ZERO..=Decimal::from(PERCENT_MAX);
        percent
            .filter(|percent| range.contains(percent))
            .map(Self)
            .ok_or_else(|| "a percentage is 0 to 100, with a point before decimals, such as \"1.25\"".to_owned())
    }
}

/// All that the configuration says of the books.
#[derive(Debug, Default)]
pub struct Books<'a> {
    /// `[journal]`.
    pub journal: Option<&'a JournalTable>,
    /// `[accounts]`.
    pub accounts: Option<&'a BTreeMap<Spanned<String>, Spanned<String>>>,
    /// `[account_names]`.
    pub account_names: Option<&'a BTreeMap<String, Text>>,
    /// `[dimensions]`.
    pub dimensions: Option<&'a BTreeMap<Text, DimensionTable>>,
    /// `[periods]`.
    pub periods: Option<&'a Periods>,
    /// `[[tariff]]`.
    pub tariffs: &'a [TariffEntry],
    /// `[[payouts]]`.
    pub payouts: &'a [PayoutEntry],
}

/// Dimensions that postings of a provider carry: number and code.
type OfProvider = BTreeMap<String, Vec<(u32, String)>>;

/// Numbers of dimensions, as SIE reserves them.
const COST_CENTRE: u32 = 1;
const PROJECT: u32 = 6;

impl Books<'_> {
    /// Checks what no value shows by itself.
    ///
    /// # Errors
    /// A currency or the key of an account that is not known, or an account that is no number.
    pub fn check(&self, currencies: &Currencies) -> Result<(), Wrong> {
        let of_tariffs = self.tariffs.iter().map(|entry| &entry.currency);
        for currency in of_tariffs.chain(self.payouts.iter().map(|entry| &entry.currency)) {
            if currencies.find(currency.get_ref().as_bytes()).is_none() {
                let what = format!("no such currency: `{}`", currency.get_ref());
                return Err(Wrong { span: currency.span(), what, help: "an ISO 4217 code in capitals" });
            }
        }
        for entry in self.tariffs.iter().filter(|entry| entry.service.is_none()) {
            if let Some(payer) = entry.settled_by.as_ref().filter(|payer| *payer.get_ref() == Payer::Acquirer) {
                let what = "`settled_by` needs the service that the acquirer pays out".to_owned();
                return Err(Wrong { span: payer.span(), what, help: "give `service`, as the rows name it" });
            }
        }
        for (key, number) in self.accounts.into_iter().flatten() {
            let name = key.get_ref();
            if !account_keys().any(|known| known == name) {
                let what = format!("no such account: `{name}`; the nearest is `{}`", nearest(name, account_keys()));
                let help = "an account is that of a purpose, such as clearing, or of a code, such as settled-unknown";
                return Err(Wrong { span: key.span(), what, help });
            }
            let digits = number.get_ref();
            if digits.is_empty() || digits.len() > ACCOUNT_LEN_MAX || !digits.bytes().all(|byte| byte.is_ascii_digit())
            {
                let what = format!("`{digits}` is no number of an account");
                return Err(Wrong { span: number.span(), what, help: "digits alone, in quotes, such as \"1930\"" });
            }
        }
        Ok(())
    }

    /// The settings; those of the providers and windows are for the caller.
    #[must_use]
    pub fn settings(&self) -> BooksSettings {
        let defaults = BooksSettings::default();
        let text = |text: &Option<Text>| text.as_ref().map(|text| text.0.clone()).unwrap_or_default();
        let no_journal = JournalTable::default();
        let journal = self.journal.unwrap_or(&no_journal);
        let mut accounts = Accounts {
            plan: journal.plan.map_or(Plan::default(), |name| name.0),
            names: self
                .account_names
                .into_iter()
                .flatten()
                .map(|(number, name)| (number.clone(), name.0.clone()))
                .collect(),
            ..Accounts::default()
        };
        for (key, number) in self.accounts.into_iter().flatten() {
            match Role::ALL.into_iter().find(|role| role.key() == key.get_ref()) {
                Some(role) => drop(accounts.numbers.insert(role, number.get_ref().clone())),
                None => drop(accounts.by_code.insert(key.get_ref().clone(), number.get_ref().clone())),
            }
        }
        let (dimensions, dimension_names) = self.dimensions();
        BooksSettings {
            tariffs: self.tariffs.iter().filter(|entry| entry.charges()).map(TariffEntry::tariff).collect(),
            acquirer_services: self.tariffs.iter().filter_map(TariffEntry::acquirer_service).collect(),
            payouts: self.payouts.iter().map(PayoutEntry::payout).collect(),
            entity: Entity {
                name: text(&journal.company),
                organisation_number: text(&journal.organisation_number),
                plan: text(&journal.sie_plan),
                series: text(&journal.series),
                year_begins: journal.year_begins.map_or(1, |month| month.0),
            },
            accounts,
            dimensions,
            dimension_names,
            closed_until: self.periods.and_then(|periods| periods.closed_until).map(|day| day.0),
            books_operations: journal.captures.unwrap_or(defaults.books_operations),
            ..defaults
        }
    }

    fn dimensions(&self) -> (OfProvider, Vec<Dimension>) {
        let mut of_provider: BTreeMap<String, Vec<(u32, String)>> = BTreeMap::new();
        let mut objects: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
        for (provider, table) in self.dimensions.into_iter().flatten() {
            for (number, code) in [(COST_CENTRE, &table.cost_centre), (PROJECT, &table.project)] {
                let Some(code) = code else { continue };
                of_provider.entry(provider.0.clone()).or_default().push((number, code.0.clone()));
                objects.entry(number).or_default().insert(code.0.clone());
            }
        }
        let dimension = |(number, codes): (u32, BTreeSet<String>)| Dimension {
            number,
            name: if number == COST_CENTRE { "Cost centre" } else { "Project" }.to_owned(),
            objects: codes.into_iter().map(|code| (code.clone(), code)).collect(),
        };
        (of_provider, objects.into_iter().map(dimension).collect())
    }
}

/// The most digits of an account's number.
const ACCOUNT_LEN_MAX: usize = 20;

/// What an account may be named for: purposes, codes of findings that are booked, and kinds of settlement rows.
fn account_keys() -> impl Iterator<Item = &'static str> {
    const CODES: [Code; 7] = [
        Code::SettledUnknown,
        Code::SettledTwice,
        Code::SettledNotCompleted,
        Code::SettledAmount,
        Code::SettledDirection,
        Code::SettledCurrency,
        Code::Ambiguous,
    ];
    Role::ALL.into_iter().map(Role::key).chain(CODES.into_iter().map(Code::name)).chain(["adjustment"])
}

impl TariffEntry {
    /// Whether it says what is charged, and not only who pays out.
    fn charges(&self) -> bool {
        self.settled_by.is_none() || self.fixed.is_some() || self.percent.is_some()
    }

    /// Provider and service, where the merchant's own acquirer pays it out.
    fn acquirer_service(&self) -> Option<(String, String)> {
        let by_acquirer = self.settled_by.as_ref().is_some_and(|payer| *payer.get_ref() == Payer::Acquirer);
        self.service.as_ref().filter(|_| by_acquirer).map(|service| (self.provider.0.clone(), service.0.clone()))
    }

    fn tariff(&self) -> Tariff {
        let percent = |percent: Option<Percent>| percent.map_or(Decimal::ZERO, |percent| percent.0);
        Tariff {
            provider: self.provider.0.clone(),
            service: self.service.as_ref().map(|service| service.0.clone()),
            currency: self.currency.get_ref().clone(),
            kind: match self.kind {
                Some(Kind::Reversal) => "reversal",
                Some(Kind::Capture) | None => "capture",
            }
            .to_owned(),
            fixed_minor: self.fixed.map_or(0, |fixed| fixed.0),
            percent: percent(self.percent),
            vat_percent: percent(self.vat),
            rounding: match self.rounding {
                None | Some(RoundingName::HalfUp) => Rounding::HalfUp,
                Some(RoundingName::HalfEven) => Rounding::HalfEven,
                Some(RoundingName::Down) => Rounding::Down,
                Some(RoundingName::Up) => Rounding::Up,
            },
            tolerance_minor: self.tolerance.map_or(1, |tolerance| tolerance.0),
            valid_from: self.valid_from.map_or(chrono::NaiveDate::MIN, |day| day.0),
        }
    }
}

impl PayoutEntry {
    fn payout(&self) -> StatedPayout {
        StatedPayout {
            key: SettlementKey {
                provider: self.provider.0.clone(),
                settlement_id: self.settlement_id.0.clone(),
                currency: self.currency.get_ref().clone(),
            },
            gross_minor: self.gross,
            fee_minor: self.fee,
            fee_vat_minor: self.fee_vat,
            brought_forward_minor: self.brought_forward,
            amount_minor: self.payout,
            paid_on: self.paid_on.map(|day| day.0),
            reference: self.reference.as_ref().map(|reference| reference.0.clone()),
            source: "configuration".to_owned(),
        }
    }
}
