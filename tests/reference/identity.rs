//! Identity: which rows are the same record, and which of them counts (RULES section 2).

use super::rows::{Row, Value};
use super::{Dataset, FoundRow, Settings};

/// What names an operation. The derived order is the order of section 4: provider, dataset, order, currency, kind of
/// id, id; an operation without an id comes last and sorts by its content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// The provider of its rows.
    pub provider: String,
    /// Captures or reversals.
    pub dataset: Dataset,
    /// The order.
    pub order_id: String,
    /// The currency.
    pub currency: String,
    /// Which id it is, by its place in section 2's list, so that equal ids of two kinds are not one.
    pub kind_of_id: usize,
    /// The id.
    pub id: String,
    /// Only where there is no id.
    pub content: Vec<Value>,
}

/// The place of an operation without an id, after all kinds.
const NO_ID: usize = usize::MAX;

impl Identity {
    /// The identity of a row of captures or reversals.
    pub fn of(row: &Row, settings: &Settings) -> Identity {
        let provider = row.text("provider");
        let all = ["operation_id", "transaction_id", "transaction_number", "payee_reference"];
        let columns = if settings.unique_reference(&provider) { &all[..] } else { &all[..1] };
        let first = columns.iter().position(|column| row.value(column) != Value::Absent);
        Identity {
            provider,
            dataset: row.dataset,
            order_id: row.text("order_id"),
            currency: row.text("currency"),
            kind_of_id: first.unwrap_or(NO_ID),
            id: first.map(|at| row.text(columns[at])).unwrap_or_default(),
            content: if first.is_some() { Vec::new() } else { row.conflict_order() },
        }
    }

    /// Whether there is an id, so that other rows can be of the same operation.
    pub fn has_id(&self) -> bool {
        self.kind_of_id != NO_ID
    }
}

/// What became of the rows of a dataset.
#[derive(Debug, Default)]
pub struct Judged {
    /// The accepted rows.
    pub kept: Vec<Row>,
    /// Equal to an earlier one.
    pub repeated: u64,
    /// Replaced by another, losers of a conflict included.
    pub superseded: u64,
    /// The `record-conflict` findings.
    pub conflicts: Vec<FoundRow>,
}

/// Judges all rows of a dataset, one by one and then slot by slot.
pub fn judge(dataset: Dataset, rows: Vec<Row>, settings: &Settings) -> Judged {
    let mut judged = Judged::default();
    let mut distinct: Vec<(Slot, Row)> = Vec::new();
    for row in rows {
        match slot(dataset, &row, settings) {
            None => judged.kept.push(row),
            Some(slot) if distinct.iter().any(|(s, r)| *s == slot && *r == row) => judged.repeated += 1,
            Some(slot) => distinct.push((slot, row)),
        }
    }
    let mut slots: Vec<Slot> = distinct.iter().map(|(slot, _)| slot.clone()).collect();
    slots.sort();
    slots.dedup();
    for slot in slots {
        let rivals: Vec<&Row> = distinct.iter().filter(|(s, _)| *s == slot).map(|(_, row)| row).collect();
        choose(&rivals, &mut judged);
    }
    judged
}

/// Rows with one slot compete: an order line's key, or identity and `line_id` of a row of an operation.
type Slot = (Option<Identity>, Vec<String>);

/// `None` for rows that are never merged: settlement rows, and operations without an id.
fn slot(dataset: Dataset, row: &Row, settings: &Settings) -> Option<Slot> {
    match dataset {
        Dataset::Orders => Some((None, vec![row.text("provider"), row.text("order_id"), row.text("line_id")])),
        Dataset::Captures | Dataset::Reversals => {
            let identity = Identity::of(row, settings);
            identity.has_id().then(|| (Some(identity), vec![row.text("line_id")]))
        }
        Dataset::Settlements => None,
    }
}

/// One row of those with a slot is used: the latest, then a completed one, then the first by its content, which is a
/// conflict with each of the others.
fn choose(rivals: &[&Row], judged: &mut Judged) {
    let latest = rivals.iter().map(|r| r.value("updated_at")).max().expect("a slot has a row");
    let mut left: Vec<&Row> = rivals.iter().copied().filter(|r| r.value("updated_at") == latest).collect();
    if left.iter().any(|r| r.completed()) {
        left.retain(|r| r.completed());
    }
    left.sort_by_key(|r| r.conflict_order());
    let used = left[0];
    for loser in &left[1..] {
        judged.conflicts.push(FoundRow::about(
            "record",
            "record-conflict",
            "open",
            &used.text("currency"),
            used.amount(),
            loser.amount(),
            &[used, loser],
            2,
        ));
    }
    judged.superseded += rivals.len() as u64 - 1;
    judged.kept.push(used.clone());
}
