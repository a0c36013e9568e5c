//! `rejects.csv`: its order, and how many rows each input lost.

use std::collections::BTreeMap;
use std::path::Path;

use super::Faults;
use super::table::{self, Order};
use crate::report::csv::{REJECTS, REJECTS_FILE, readings};

/// Rejected rows by the name of their file, as it was before the `'` escape.
#[derive(Debug, Default)]
pub(super) struct Rejects {
    /// Rows, and the line of the first.
    pub(super) by_file: BTreeMap<String, (u64, u64)>,
}

/// Checks the table; `None` where it cannot be read.
pub(super) fn check(dir: &Path, faults: &mut Faults) -> Option<Rejects> {
    let mut rejects = Rejects::default();
    let mut order = Order::default();
    table::read(dir, REJECTS_FILE, &REJECTS, faults, |at, fields| {
        let [file, line, column, _value, reason] = fields;
        if let Some(line) = at.number::<u64>("line", line)
            && !order.follows(&[file, &format!("{line:020}"), column])
        {
            at.fault("stands out of order: it belongs before the row above");
        }
        if reason.is_empty() {
            at.fault("the reason is empty");
        }
        let (count, _) = rejects.by_file.entry(readings(file).0.to_owned()).or_insert((0, at.line));
        *count = count.saturating_add(1);
    })?;
    Some(rejects)
}
