//! `batches.csv`: every batch closes by itself (RULES.md 5).

use std::collections::BTreeMap;
use std::path::Path;

use super::table::{self, At, Order};
use super::{Faults, Tally, sum};
use crate::model::finding::Code;
use crate::report::csv::{BATCHES, BATCHES_FILE};

/// What explains a part of a difference and is no code.
const OTHER_EXPLANATIONS: [&str; 2] = ["matched", "tolerance"];

/// What the table holds.
#[derive(Debug, Default)]
pub(super) struct Batches {
    /// Rows.
    pub(super) rows: u64,
    /// Settlement rows of kind capture and reversal, by currency.
    pub(super) settled: BTreeMap<String, Tally>,
}

/// Checks the table; `None` where it cannot be read.
pub(super) fn check(dir: &Path, is_complete: bool, faults: &mut Faults) -> Option<Batches> {
    let mut batches = Batches::default();
    let mut order = Order::default();
    let mut previous = [String::new(), String::new(), String::new()];
    let rows = table::read(dir, BATCHES_FILE, &BATCHES, faults, |at, fields| {
        let [provider, number, currency, ..] = fields;
        let key = [provider, number, currency];
        if !order.follows(&key) {
            at.fault("stands out of order: it belongs before the row above");
        } else if previous == key {
            at.fault("is the same batch as the row above");
        }
        previous = key.map(str::to_owned);
        check_row(at, fields, is_complete, &mut batches);
    })?;
    batches.rows = rows;
    Some(batches)
}

fn check_row(at: &mut At<'_>, fields: [&str; 13], is_complete: bool, batches: &mut Batches) {
    let [
        _provider,
        _number,
        currency,
        operation_count,
        operation_sum,
        row_count,
        row_sum,
        fee_sum,
        net_sum,
        net_deviation,
        difference,
        explained_by,
        residual,
    ] = fields;
    let mut amount = |column, text| at.number::<i128>(column, text);
    let operation_sum = amount("operation_sum", operation_sum);
    let row_sum = amount("row_sum", row_sum);
    let fee_sum = amount("fee_sum", fee_sum);
    let net_sum = amount("net_sum", net_sum);
    let net_deviation = amount("net_deviation", net_deviation);
    let difference = amount("difference", difference);
    let residual = amount("residual", residual);
    let operation_count: Option<u64> = at.number("operation_count", operation_count);
    let row_count: Option<u64> = at.number("row_count", row_count);
    let explained = check_explained(at, explained_by);
    if let (Some(operations), Some(rows), Some(difference)) = (operation_sum, row_sum, difference) {
        at.equal("difference", difference, "row_sum - operation_sum", rows.checked_sub(operations));
    }
    if let (Some(rows), Some(fees), Some(net), Some(deviation)) = (row_sum, fee_sum, net_sum, net_deviation) {
        let computed = rows.checked_sub(fees).and_then(|expected| net.checked_sub(expected));
        at.equal("net_deviation", deviation, "net_sum - (row_sum - fee_sum)", computed);
    }
    if let (Some(difference), Some(explained), Some(residual)) = (difference, explained, residual) {
        let computed = explained.and_then(|explained| explained.checked_add(residual));
        at.equal("difference", difference, "what explained_by and residual sum to", computed);
    }
    if residual.is_some_and(|residual| residual != 0) && is_complete {
        at.fault("there is a residual, but the summary says complete");
    }
    if operation_count == Some(0) && operation_sum != Some(0) {
        at.fault("operation_sum is of no operations, but not 0");
    }
    if row_count == Some(0) && [row_sum, fee_sum, net_sum].iter().any(|sum| *sum != Some(0)) {
        at.fault("row_sum, fee_sum and net_sum are of no rows, but not all 0");
    }
    if currency.is_empty() {
        at.fault("the currency is empty");
    }
    if let (Some(count), Some(sum)) = (row_count, row_sum) {
        batches.settled.entry(currency.to_owned()).or_default().add(count, sum);
    }
}

/// The sum of what explains the difference; the outer `None` where it cannot be read, the inner one where it overflows.
fn check_explained(at: &mut At<'_>, text: &str) -> Option<Option<i128>> {
    let mut terms = Vec::new();
    let mut previous = "";
    for part in text.split(';').filter(|_| !text.is_empty()) {
        let Some((code, amount)) = part.rsplit_once('=') else {
            at.fault(format!("explained_by holds {part:?}, which is not code=sum"));
            return None;
        };
        if !OTHER_EXPLANATIONS.contains(&code) && !Code::ALL.iter().any(|known| known.name() == code) {
            at.fault(format!("explained_by holds {code:?}, which is no code"));
        }
        if code <= previous {
            at.fault(format!("explained_by holds {code} twice or out of order"));
        }
        let amount: i128 = at.number("explained_by", amount)?;
        if amount == 0 {
            at.fault(format!("explained_by holds {code} with the sum 0"));
        }
        terms.push(amount);
        previous = code;
    }
    Some(sum(&terms))
}
