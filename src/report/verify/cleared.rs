//! `cleared.csv`, which the report of a run with a state has: each row by itself, the order of all, and that it holds
//! what was gone on the day of the report.

use std::path::Path;

use super::table::{self, At, Order, Unique};
use super::Faults;
use crate::model::finding::Code;
use crate::report::csv::{CLEARED, CLEARED_FILE};

/// What the table holds.
#[derive(Debug)]
pub(super) struct Cleared {
    /// Rows.
    pub(super) rows: u64,
}

/// Checks the table of a report as of a day; `None` where it cannot be read.
pub(super) fn check(dir: &Path, as_of: &str, faults: &mut Faults) -> Option<Cleared> {
    let (mut order, mut ids) = (Order::default(), Unique::default());
    let rows = table::read(dir, CLEARED_FILE, &CLEARED, faults, |at, fields| {
        ids.add(fields[0], at.line);
        check_row(at, fields, as_of, &mut order);
    })?;
    for (before, line) in ids.repeated() {
        faults.add(CLEARED_FILE, Some(line), format!("the id is that of line {before} too"));
    }
    Some(Cleared { rows })
}

fn check_row(at: &mut At<'_>, fields: [&str; 16], as_of: &str, order: &mut Order) {
    let [id, code, leg, ids @ .., difference, first_seen, cleared_on, closed_by, _explanation] = fields;
    let ids: [&str; 8] = ids;
    match Code::ALL.iter().find(|known| known.name() == code) {
        None => at.fault(format!("there is no code {code:?}")),
        Some(known) if known.leg().name() != leg => {
            at.fault(format!("the leg is {leg:?}, but that of {code} is {}", known.leg().name()));
        }
        Some(_) => {}
    }
    if id.is_empty() {
        at.fault("the id is empty");
    }
    // As in `discrepancies.csv`.
    let key: Vec<&str> = [leg, code].into_iter().chain(ids).chain([id]).collect();
    if !order.follows(&key) {
        at.fault("stands out of order: it belongs before the row above");
    }
    // Money is written as one text and no other.
    at.number::<i128>("difference", difference);
    if cleared_on != as_of {
        at.fault(format!("cleared_on is {cleared_on:?}, but the report is as of {as_of}"));
    }
    // Days as `YYYY-MM-DD` compare as texts.
    if first_seen > cleared_on {
        at.fault(format!("first_seen is {first_seen:?}, which is after cleared_on"));
    }
    if closed_by.is_empty() {
        at.fault("closed_by is empty: what closed it, or why it is gone, is always said");
    }
}
