//! Plain orders of many records, up to all records of a run: what belongs together is found by sorting.

use std::ops::Range;

use super::{Line, Row, agree};
use crate::model::encoding::parts::UsualRow;
use crate::model::origin::Origin;
use crate::model::record::Dataset;
use crate::rules::orders::sort;

/// A row as its operation asks for it, in the order in which an operation lists its rows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct OfOperation {
    operation: (u64, Dataset),
    line: u64,
    origin: Origin,
    /// Its place among the rows.
    place: usize,
}

/// How the rows of an order make operations.
#[derive(Default)]
pub(super) struct Many {
    /// Whether the row at each place is an operation.
    is_alone: Vec<bool>,
    by_operation: Vec<OfOperation>,
    /// Of each operation of several rows: which of the rows above, and their sum.
    of_several: Vec<(Range<usize>, i64)>,
}

impl Many {
    /// Adds the rows to their lines. Whether each has one, no line comes twice, and rows of one identity agree.
    pub(super) fn sum_rows(&mut self, lines: &mut [Line], rows: &[Row<'_>]) -> bool {
        sort(lines, |line| line.line);
        lines.array_windows().all(|[a, b]| a.line != b.line)
            && add_to_lines(lines, rows).is_some()
            && self.find_operations(rows).is_some()
    }

    fn find_operations(&mut self, rows: &[Row<'_>]) -> Option<()> {
        let of_operation = |(place, Row { usual, origin, .. }): (usize, &Row<'_>)| {
            let operation = (usual.identity?, usual.dataset);
            Some(OfOperation { operation, line: usual.line, origin: *origin, place })
        };
        self.by_operation = rows.iter().enumerate().filter_map(of_operation).collect();
        sort(&mut self.by_operation, |row| *row);
        self.is_alone = vec![true; rows.len()];
        let mut start = 0;
        for operation in self.by_operation.chunk_by(|a, b| a.operation == b.operation) {
            let range = start..start + operation.len();
            start = range.end;
            if operation.len() == 1 {
                continue;
            }
            let mut stated_minor = 0_i64;
            for row in operation {
                stated_minor = stated_minor.checked_add(rows[row.place].usual.amount_minor)?;
                self.is_alone[row.place] = false;
            }
            if !operation.array_windows().all(|[a, b]| agree(&rows[a.place].usual, &rows[b.place].usual)) {
                return None;
            }
            self.of_several.push((range, stated_minor));
        }
        Some(())
    }

    /// Gives the operations: a row of each, the sum of its rows, and where these stand. Those of one row come as they were
    /// read, because that is how they lie in memory.
    pub(super) fn operations<'a, E>(
        &self,
        rows: &[Row<'a>],
        mut each: impl FnMut(&UsualRow<'a>, i64, &[Origin]) -> Result<(), E>,
    ) -> Result<(), E> {
        for (row, _) in rows.iter().zip(&self.is_alone).filter(|(_, is_alone)| **is_alone) {
            each(&row.usual, row.usual.amount_minor, std::slice::from_ref(&row.origin))?;
        }
        let mut origins = Vec::new();
        for (range, stated_minor) in &self.of_several {
            let operation = &self.by_operation[range.clone()];
            origins.clear();
            origins.extend(operation.iter().map(|row| row.origin));
            each(&rows[operation[0].place].usual, *stated_minor, &origins)?;
        }
        Ok(())
    }
}

/// Adds the rows to their lines, which are in order. `None` where one has no line, a sum is too large, or two rows of a line
/// have no identity: these may be equal, which is counted elsewhere.
fn add_to_lines(lines: &mut [Line], rows: &[Row<'_>]) -> Option<()> {
    let mut by_line: Vec<(u64, usize)> = rows.iter().map(|row| row.usual.line).zip(0..).collect();
    sort(&mut by_line, |row| *row);
    let mut lines = lines.iter_mut().peekable();
    for of_line in by_line.chunk_by(|a, b| a.0 == b.0) {
        while lines.next_if(|known| known.line < of_line[0].0).is_some() {}
        let line = lines.peek_mut().filter(|known| known.line == of_line[0].0)?;
        let mut without_identity = 0;
        for (_, place) in of_line {
            let row = &rows[*place].usual;
            without_identity += usize::from(row.identity.is_none());
            line.add(row)?;
        }
        if without_identity > 1 {
            return None;
        }
    }
    Some(())
}
