//! What the rules need to know beside the records: windows, tolerances, and each provider's ways (CLI.md, `[rules]`
//! and `[providers]`).

use std::collections::BTreeMap;

use chrono::NaiveDate;

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
    /// Days during which an unsettled operation is pending.
    pub settlement_days: i64,
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
    /// The provider of rows and sources that name none.
    pub default_provider: String,
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
            settlement_days: 5,
            vat_tolerance_minor: 1,
            amount_tolerance_minor: BTreeMap::new(),
            tolerance_budget_minor: BTreeMap::new(),
            extra_currencies: BTreeMap::new(),
            providers: BTreeMap::new(),
            default_provider: "default".to_owned(),
        }
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
