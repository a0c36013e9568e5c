//! `matches.csv`: the two sides of every match are equal, and no record is in two of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::table::{self, At, Order, Unique};
use super::{Faults, Tally};
use crate::report::csv::{MATCHES, MATCHES_FILE, readings};
use crate::report::view::Summary;

/// What the table holds.
#[derive(Debug, Default)]
pub(super) struct Matches {
    /// Matches.
    pub(super) matches: u64,
    /// Pairs within the tolerance and the sizes of their differences, by currency.
    pub(super) tolerated: BTreeMap<String, Tally>,
}

/// A match whose rows are being read.
#[derive(Debug, Default)]
struct Group {
    provider: String,
    id: String,
    kind: String,
    first_line: u64,
    operations: u64,
    rows: u64,
    /// Sums of the operations and of the settlement rows, by currency.
    sums: BTreeMap<String, (Tally, Tally)>,
}

/// Checks the table; `None` where it cannot be read.
pub(super) fn check(dir: &Path, summary: &Summary, faults: &mut Faults) -> Option<Matches> {
    let tables: BTreeSet<&str> =
        summary.inputs.iter().filter(|input| input.format.contains("csv")).map(|input| input.path.as_str()).collect();
    let mut matches = Matches::default();
    let (mut order, mut uses) = (Order::default(), Unique::default());
    let mut group: Option<Group> = None;
    table::read(dir, MATCHES_FILE, &MATCHES, faults, |at, fields| {
        let [provider, id, kind, side, .., currency, effect, sources] = fields;
        if !order.follows(&fields[..12]) {
            at.fault("stands out of order: it belongs before the row above");
        }
        // A line of a CSV file is one record; other formats may hold many records on a line.
        if readings(sources).0.rsplit_once(':').is_some_and(|(file, _)| tables.contains(file)) {
            uses.add(&format!("{provider}\n{side}\n{sources}"), at.line);
        }
        let is_same = |group: &Group| (group.provider == provider) && group.id == id && group.kind == kind;
        if !group.as_ref().is_some_and(is_same) {
            if let Some(done) = group.take() {
                done.close(at.faults, &mut matches);
            }
            group = Some(Group {
                provider: provider.to_owned(),
                id: id.to_owned(),
                kind: kind.to_owned(),
                first_line: at.line,
                ..Group::default()
            });
        }
        if let Some(group) = &mut group {
            group.add(at, side, currency, effect);
        }
    })?;
    if let Some(done) = group {
        done.close(faults, &mut matches);
    }
    for (before, line) in uses.repeated() {
        faults.add(MATCHES_FILE, Some(line), format!("the record is in a match on line {before} already"));
    }
    Some(matches)
}

impl Group {
    fn add(&mut self, at: &mut At<'_>, side: &str, currency: &str, effect: &str) {
        let (operations, rows) = self.sums.entry(currency.to_owned()).or_default();
        let (count, sum) = match side {
            "operation" => (&mut self.operations, operations),
            "settlement" => (&mut self.rows, rows),
            _ => return at.fault(format!("there is no side {side:?}")),
        };
        *count = count.saturating_add(1);
        if let Some(effect) = at.number("effect_minor", effect) {
            sum.add(1, effect);
        }
    }

    fn close(self, faults: &mut Faults, matches: &mut Matches) {
        matches.matches = matches.matches.saturating_add(1);
        let (is_tolerated, is_well_formed) = match (self.kind.as_str(), self.operations, self.rows) {
            ("1:1", operations, rows) => (false, operations == 1 && rows == 1),
            ("1:1 within tolerance", operations, rows) => (true, operations == 1 && rows == 1),
            ("1:N", operations, rows) => (false, operations == 1 && rows > 1),
            ("N:1", operations, rows) => (false, operations > 1 && rows == 1),
            ("N:M", operations, rows) => (false, operations > 1 && rows > 1),
            ("no row needed", operations, rows) => (false, operations == 1 && rows == 0),
            _ => (false, false),
        };
        if !is_well_formed {
            let problem = format!(
                "the match {} is called {:?}, but has {} operations and {} settlement rows",
                self.id, self.kind, self.operations, self.rows
            );
            faults.add(MATCHES_FILE, Some(self.first_line), problem);
        }
        for (currency, (operations, rows)) in self.sums {
            if is_tolerated {
                let size = rows.sum.zip(operations.sum).and_then(|(rows, operations)| rows.checked_sub(operations));
                let tally = matches.tolerated.entry(currency).or_default();
                match size.and_then(i128::checked_abs) {
                    Some(size) => tally.add(1, size),
                    None => tally.sum = None,
                }
            } else if operations.sum.is_none() || operations.sum != rows.sum {
                let problem = format!(
                    "the match {} does not close in {currency}: the operations sum to {}, the settlement rows to {}",
                    self.id,
                    super::shown(operations.sum),
                    super::shown(rows.sum)
                );
                faults.add(MATCHES_FILE, Some(self.first_line), problem);
            }
        }
    }
}
