//! What the rules need to know beside the records: windows, tolerances, and each provider's ways (CLI.md, `[rules]`
//! and `[providers]`).

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;

use super::books::settings::BooksSettings;
use super::calendar::{Country, business_days_after};
use super::expect::Expect;
use super::fail_on::FailOn;
use crate::model::compact::KeyKind;
use crate::model::day::Zone;
use crate::model::reference::ReferenceForm;

/// The settings of a run. Amounts are minor units by ISO 4217 code.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The day for which ages count.
    pub as_of: NaiveDate,
    /// Zone of timestamps without one, and of ages.
    pub zone: Zone,
    /// Days during which an uncaptured line is pending.
    pub capture_days: i64,
    /// The country whose business days these are; `None` for calendar days.
    pub capture_calendar: Option<Country>,
    /// Days during which an unsettled operation is pending.
    pub settlement_days: i64,
    /// The country whose business days these are; `None` for calendar days.
    pub settlement_calendar: Option<Country>,
    /// VAT may differ by this much, minor units.
    pub vat_tolerance_minor: i64,
    /// What a pair may differ by; absent is 0.
    pub amount_tolerance_minor: BTreeMap<String, i64>,
    /// What tolerated differences may sum to; absent is 0.
    pub tolerance_budget_minor: BTreeMap<String, i64>,
    /// Currencies beyond ISO 4217, with their decimals.
    pub extra_currencies: BTreeMap<String, u32>,
    /// Ways of providers that are not the default.
    pub providers: BTreeMap<String, ProviderSettings>,
    /// What makes exit status 1.
    pub fail_on: FailOn,
    /// The files that must arrive.
    pub expected: Vec<Expect>,
    /// The provider of rows and sources that name none.
    pub default_provider: String,
    /// What the books need to know.
    pub books: BooksSettings,
}

/// So long is something pending (RULES.md 3 and 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Days after the one on which it was made.
    pub days: i64,
    /// The country whose business days they are; `None` for calendar days.
    pub calendar: Option<Country>,
}

impl Window {
    /// Whether what was made on a day is still pending on another.
    #[must_use]
    pub fn holds(self, created_on: NaiveDate, as_of: NaiveDate) -> bool {
        // There are no more business days than days, so most answers need no calendar.
        (as_of - created_on).num_days() <= self.days
            || self.calendar.is_some_and(|country| business_days_after(country, created_on, as_of) <= self.days)
    }
}

impl fmt::Display for Window {
    /// `7 days`, `7 business days (SE)`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.calendar {
            None => write!(out, "{} days", self.days),
            Some(country) => write!(out, "{} business days ({})", self.days, country.code()),
        }
    }
}

/// What is particular to a provider; `None` where the default holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderSettings {
    /// Keys in the order in which they are tried.
    pub keys: Option<Vec<KeyKind>>,
    /// Whether a reference names one operation.
    pub unique_reference: Option<bool>,
    /// The form that payee references must have.
    pub reference_form: Option<ReferenceForm>,
}

impl Settings {
    /// The defaults of CLI.md for a day.
    #[must_use]
    pub fn new(as_of: NaiveDate) -> Self {
        Self {
            as_of,
            zone: Zone::default(),
            capture_days: 7,
            capture_calendar: None,
            settlement_days: 5,
            settlement_calendar: None,
            vat_tolerance_minor: 1,
            amount_tolerance_minor: BTreeMap::new(),
            tolerance_budget_minor: BTreeMap::new(),
            extra_currencies: BTreeMap::new(),
            providers: BTreeMap::new(),
            fail_on: FailOn::default(),
            expected: Vec::new(),
            default_provider: "default".to_owned(),
            books: BooksSettings::default(),
        }
    }

    /// How long an uncaptured line is pending (RULES.md 3).
    #[must_use]
    pub fn capture_window(&self) -> Window {
        Window { days: self.capture_days, calendar: self.capture_calendar }
    }

    /// How long an unsettled operation is pending (RULES.md 4).
    #[must_use]
    pub fn settlement_window(&self) -> Window {
        Window { days: self.settlement_days, calendar: self.settlement_calendar }
    }

    /// The keys of a provider, in the order in which they are tried (RULES.md 4).
    #[must_use]
    pub fn keys(&self, provider: &str) -> Vec<KeyKind> {
        if let Some(keys) = self.providers.get(provider).and_then(|ways| ways.keys.clone()) {
            return keys;
        }
        match provider {
            "dintero" => vec![KeyKind::OperationId, KeyKind::TransactionId, KeyKind::PayeeReference],
            _ => KeyKind::ALL.to_vec(),
        }
    }

    /// Whether a reference names one operation at a provider; at `dintero` it does not (RULES.md 2).
    #[must_use]
    pub fn unique_reference(&self, provider: &str) -> bool {
        self.providers.get(provider).and_then(|ways| ways.unique_reference).unwrap_or(provider != "dintero")
    }

    /// The form that payee references of a provider must have (RULES.md 9), where it is configured. Where it is not,
    /// references in payloads of a provider's own API have the form that it documents, and others any.
    #[must_use]
    pub fn reference_form(&self, provider: &str) -> Option<ReferenceForm> {
        self.providers.get(provider).and_then(|ways| ways.reference_form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_counts_calendar_days_unless_a_country_is_named() {
        let (calendar, sweden) = (None, Some(Country::Se));
        // Maundy Thursday 2026; Good Friday and Easter Monday follow.
        let cases = [
            (calendar, 5, "2026-04-02", "2026-04-07", true),
            (calendar, 5, "2026-04-02", "2026-04-08", false),
            (sweden, 5, "2026-04-02", "2026-04-13", true),
            (sweden, 5, "2026-04-02", "2026-04-14", false),
            (sweden, 0, "2026-04-02", "2026-04-06", true),
            (sweden, 0, "2026-04-02", "2026-04-07", false),
            // Made after the day for which ages count.
            (calendar, 0, "2026-04-02", "2026-04-01", true),
            (sweden, 0, "2026-04-02", "2026-04-01", true),
        ];
        for (calendar, days, created_on, as_of, holds) in cases {
            let window = Window { days, calendar };
            let [created_on, as_of] = [created_on, as_of].map(|text| text.parse::<NaiveDate>().unwrap());
            assert_eq!(window.holds(created_on, as_of), holds, "{window} from {created_on} to {as_of}");
        }
        let shown = [calendar, sweden].map(|calendar| Window { days: 5, calendar }.to_string());
        assert_eq!(shown, ["5 days", "5 business days (SE)"]);
    }
}
