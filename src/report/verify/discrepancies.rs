//! `discrepancies.csv`: each row by itself, the order of all, and what they sum to.

use std::collections::BTreeMap;
use std::path::Path;

use super::table::{self, At, Order, Unique};
use super::{Faults, Tally};
use crate::model::finding::{Code, Status};
use crate::report::csv::{DISCREPANCIES, DISCREPANCIES_FILE};
use crate::rules::fail_on::OpenItems;

const STATUSES: [Status; 4] = [Status::Open, Status::Pending, Status::Listed, Status::Closed];

/// What the table holds.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Rows.
    pub(super) rows: u64,
    /// Findings and their differences, and their records, by code, status and currency.
    pub(super) by_code: BTreeMap<(String, String, String), (Tally, Tally)>,
    /// What may make exit status 1.
    pub(super) open: OpenItems,
    /// Findings by the day on which they were first seen.
    pub(super) by_first_seen: BTreeMap<String, u64>,
    /// Line, expected and actual of the open `tolerance-budget` findings, by currency.
    pub(super) budgets: BTreeMap<String, (u64, i128, i128)>,
}

/// Checks the table; `None` where it cannot be read.
pub(super) fn check(dir: &Path, faults: &mut Faults) -> Option<Findings> {
    let mut findings = Findings::default();
    let (mut order, mut ids) = (Order::default(), Unique::default());
    let rows = table::read(dir, DISCREPANCIES_FILE, &DISCREPANCIES, faults, |at, fields| {
        check_row(at, fields, &mut order, &mut ids, &mut findings);
    })?;
    for (before, line) in ids.repeated() {
        faults.add(DISCREPANCIES_FILE, Some(line), format!("the id is that of line {before} too"));
    }
    findings.rows = rows;
    Some(findings)
}

fn check_row(at: &mut At<'_>, fields: [&str; 22], order: &mut Order, ids: &mut Unique, findings: &mut Findings) {
    let [
        id,
        code,
        status,
        leg,
        provider,
        order_id,
        line_id,
        payee_reference,
        transaction_number,
        reconciliation_number,
        settlement_id,
        currency,
        expected,
        actual,
        difference,
        count,
        age_days,
        first_seen,
        _explanation,
        _sources,
        hint,
        hint_key,
    ] = fields;
    match Code::ALL.iter().find(|known| known.name() == code) {
        None => at.fault(format!("there is no code {code:?}")),
        Some(known) if known.leg().name() != leg => {
            at.fault(format!("the leg is {leg:?}, but that of {code} is {}", known.leg().name()));
        }
        Some(_) => {}
    }
    if !STATUSES.iter().any(|known| known.name() == status) {
        at.fault(format!("there is no status {status:?}"));
    }
    if id.is_empty() {
        at.fault("the id is empty");
    }
    ids.add(id, at.line);
    let seen = findings.by_first_seen.entry(first_seen.to_owned()).or_default();
    *seen = seen.saturating_add(1);
    let key = [
        leg,
        code,
        provider,
        order_id,
        line_id,
        payee_reference,
        transaction_number,
        reconciliation_number,
        settlement_id,
        currency,
        id,
    ];
    if !order.follows(&key) {
        at.fault("stands out of order: it belongs before the row above");
    }
    if !age_days.is_empty() && at.number::<i64>("age_days", age_days).is_some_and(|age| age < 0) {
        at.fault("age_days is below 0");
    }
    // A redacted report keeps the place and not the sentence.
    if hint_key.is_empty() && !hint.is_empty() {
        at.fault("there is a hint, but no hint_key that says of what");
    }
    let records: Option<u64> = at.number("count", count);
    let numbers = (at.number("expected", expected), at.number("actual", actual), at.number("difference", difference));
    let (Some(expected), Some(actual), Some(difference)) = numbers else { return };
    let computed = i128::checked_sub(actual, expected);
    at.equal("difference", difference, "actual - expected", computed);
    let key = (code.to_owned(), status.to_owned(), currency.to_owned());
    let (found, counted) = findings.by_code.entry(key).or_default();
    found.add(1, difference);
    counted.add(records.unwrap_or_default(), 0);
    if status == Status::Open.name() {
        findings.open.add(code, currency, difference);
    }
    if code == Code::ToleranceBudget.name() && status == Status::Open.name() {
        findings.budgets.insert(currency.to_owned(), (at.line, expected, actual));
    }
}
