//! What a list states of itself, beside what its body holds: plain data, filled by the reader.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::model::currency::Currency;

/// What a list states of itself, and the sums of its body. Lines are physical lines, from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransactionList {
    /// `AccountingNo`: the settlement id.
    pub accounting_no: String,
    /// `AccountingDate`, where it is stated.
    pub accounting_date: Option<NaiveDate>,
    /// `TotalNoOfTransactions` and its line.
    pub stated_rows: Option<(u64, u64)>,
    /// The body's `Currency` elements.
    pub currencies: Vec<CurrencyTotals>,
    /// The list has a `Summary`, so it states its services.
    pub has_summary: bool,
    /// The summary's `Service` elements.
    pub services: Vec<ServiceTotals>,
    /// Rows in the body, unreadable ones included.
    pub rows: u64,
    /// Rows of which currency or amount is unreadable: they are in no sum.
    pub rows_without_amount: u64,
    /// Sums of the body by currency of the row.
    pub body_currencies: BTreeMap<Currency, CurrencySum>,
    /// Sums of the body by subsite, currency and service, in the order of their first rows.
    pub body_services: Vec<ServiceSum>,
}

/// What a `Currency` element of the body states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrencyTotals {
    /// The currency.
    pub currency: Currency,
    /// `Sum`, where it is stated.
    pub stated_sum_minor: Option<i128>,
    /// Line of the element.
    pub line: u64,
}

/// What a `Service` element of the summary states; `None` for what it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceTotals {
    /// Subsite of the summary, empty where there is none.
    pub subsite: String,
    /// The currency.
    pub currency: Currency,
    /// Such as `Creditcard`.
    pub service_type: String,
    /// Such as `Swish`.
    pub service_name: String,
    /// Rows with an amount of at least 0.
    pub debits: Option<u64>,
    /// Rows with an amount below 0.
    pub credits: Option<u64>,
    /// Debits and credits together.
    pub amount_minor: Option<i128>,
    /// Line of the element.
    pub line: u64,
}

/// The rows of one currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CurrencySum {
    /// Rows.
    pub rows: u64,
    /// Sum of their amounts.
    pub sum_minor: i128,
    /// Line of the first.
    pub line: u64,
}

/// The rows of one subsite, currency and service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSum {
    /// Subsite of the rows, empty where they name none.
    pub subsite: String,
    /// The currency.
    pub currency: Currency,
    /// The service, empty where the rows name none.
    pub service_name: String,
    /// Rows with an amount of at least 0.
    pub debits: u64,
    /// Rows with an amount below 0.
    pub credits: u64,
    /// Sum of the amounts.
    pub amount_minor: i128,
    /// Line of the first row.
    pub line: u64,
}
