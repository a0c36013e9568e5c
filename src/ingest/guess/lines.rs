//! Lines of orders where no header names them: within the order's number, the article, or one line an order.

use std::collections::BTreeSet;

use super::build::Draft;
use crate::ingest::profile::Split;
use crate::model::record::Dataset;

/// An order's number with the line behind it.
const PATTERN: &str = "^(?<order_id>.+)[/:](?<line_id>[^/:]+)$";

/// Finds where the lines are said.
pub fn complete(draft: &mut Draft<'_>) {
    if draft.dataset == Dataset::Settlements || draft.found("line_id").is_some() {
        return;
    }
    if split(draft) || draft.dataset != Dataset::Orders {
        return;
    }
    let Some(order) = draft.found("order_id").map(|found| found.place) else { return };
    let unique = |places: &[usize]| {
        let mut seen = BTreeSet::new();
        draft.rows.iter().all(|row| seen.insert(places.iter().map(|place| row.get(*place)).collect::<Vec<_>>()))
    };
    if draft.rows.is_empty() {
        return;
    }
    if unique(&[order]) {
        let text = "no order stands on two rows, and no header names lines: each order is taken to be one line";
        draft.remarks.guess("constants.line_id", text);
        draft.profile.constants.insert("line_id".to_owned(), "1".to_owned());
        return;
    }
    let item = draft.found("item_id").cloned();
    if let Some(item) = item.filter(|item| unique(&[order, item.place])) {
        let column = draft.dataset.column("line_id").and_then(|place| draft.dataset.columns().get(place));
        if let Some(column) = column {
            // Not by its header, so that is said here.
            draft.found.retain(|found| found.column.name != "item_id");
            draft.found.push(super::columns::Found { column, others: Vec::new(), is_part: true, ..item });
            let text = "no header names lines; an article stands on one row of an order only, so it is taken for the line. Captures must name \
                        the line in the same way";
            draft.remarks.guess("columns.line_id", text);
        }
    }
}

/// `1001/2` is a line of an order, where all are written so.
fn split(draft: &mut Draft<'_>) -> bool {
    let cells = draft.cells("order_id");
    let is_split = |text: &&str| {
        text.rsplit_once(['/', ':']).is_some_and(|(order, line)| {
            !order.trim().is_empty()
                && !line.is_empty()
                && line.len() <= 4
                && line.bytes().all(|digit| digit.is_ascii_digit())
        })
    };
    if cells.is_empty() || !cells.iter().all(is_split) {
        return false;
    }
    let Some(place) = draft.found.iter().position(|found| found.column.name == "order_id") else { return false };
    let found = draft.found.remove(place);
    draft.remarks.guess("split", "every order number ends in a stroke and a short number, which is taken for the line");
    draft.profile.split.push(Split { column: found.header, pattern: PATTERN.to_owned() });
    true
}
