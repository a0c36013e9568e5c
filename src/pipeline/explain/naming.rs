//! What a key is: the columns that have it, batches, findings and rejected rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Reading;
use super::answer::{Aside, Reading as WayToRead};
use crate::ingest::library::Library;
use crate::model::finding::Leg;
use crate::model::origin::Origin;
use crate::model::record::{Dataset, ReadBack as _, Row};
use crate::pipeline::night::scan::Fresh;
use crate::pipeline::{RunError, with_library};
use crate::state::schema::column;

/// What a key names.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) readings: BTreeSet<WayToRead>,
    /// Rows that have it.
    pub(super) rows: BTreeSet<usize>,
    pub(super) aside: Vec<Aside>,
    /// Findings that are named by it.
    pub(super) findings: BTreeSet<usize>,
    /// Findings of the state that are named by it.
    pub(super) stored: BTreeSet<usize>,
    pub(super) batches: BTreeSet<usize>,
    pub(super) rejects: Vec<usize>,
}

impl Named {
    pub(super) fn is_nothing(&self) -> bool {
        self.readings.is_empty() && self.rejects.is_empty() && self.aside.is_empty()
    }
}

/// The columns in which a key may stand, and what it is there.
const COLUMNS: [(&str, &str); 7] = [
    ("order_id", "order id"),
    ("operation_id", "operation id"),
    ("transaction_number", "transaction number"),
    ("payee_reference", "payee reference"),
    ("transaction_id", "transaction id"),
    ("reconciliation_number", "batch (reconciliation number)"),
    ("settlement_id", "batch (settlement id)"),
];

/// How a row has a key.
fn ways(row: &Row, key: &str) -> Vec<(&'static str, &'static str)> {
    let mut ways: Vec<_> = COLUMNS.into_iter().filter(|(column, _)| row.text(column) == Some(key)).collect();
    if let (Some(order), Some(line)) = (row.text("order_id"), row.text("line_id"))
        && key.strip_prefix(order).and_then(|rest| rest.strip_prefix('/')) == Some(line)
    {
        ways.push(("order_id/line_id", "line (ORDER/LINE)"));
    }
    ways
}

/// Whether the text of a row may have a key: all of it stands in one field, or its parts in two.
struct Sought {
    whole: String,
    parts: Vec<(String, String)>,
}

impl Sought {
    fn new(key: &str) -> Self {
        let quoted = |text: &str| text.replace('"', "\"\"");
        let parts = key.match_indices('/').map(|(at, _)| key.split_at(at));
        Self {
            whole: quoted(key),
            parts: parts.map(|(a, b)| (quoted(a), quoted(b.get(1..).unwrap_or_default()))).collect(),
        }
    }

    fn may_have(&self, row: &Fresh) -> bool {
        row.text.contains(&self.whole) || self.parts.iter().any(|(a, b)| row.text.contains(a) && row.text.contains(b))
    }
}

impl Reading {
    /// Makes an index of all keys, for whoever asks many: without it every row is looked at for each.
    ///
    /// # Errors
    /// A file changed since it was read.
    pub fn indexed(mut self) -> Result<Self, RunError> {
        let mut index: HashMap<String, Vec<usize>> = HashMap::new();
        with_library(&self.inputs, &self.means(), |library| {
            for (place, fresh) in self.rows.iter().enumerate() {
                let Some(row) = typed(fresh, library)? else { continue };
                let mut keys: BTreeSet<String> =
                    COLUMNS.iter().filter_map(|(column, _)| row.text(column)).map(str::to_owned).collect();
                if let (Some(order), Some(line)) = (row.text("order_id"), row.text("line_id")) {
                    keys.insert(format!("{order}/{line}"));
                }
                keys.into_iter().for_each(|key| index.entry(key).or_default().push(place));
            }
            Ok::<_, RunError>(())
        })?;
        self.index = Some(index);
        Ok(self)
    }

    /// The rows that may have a key.
    fn candidates(&self, key: &str, sought: &Sought) -> Vec<usize> {
        match &self.index {
            Some(index) => index.get(key).cloned().unwrap_or_default(),
            None => (0..self.rows.len()).filter(|row| sought.may_have(&self.rows[*row])).collect(),
        }
    }

    /// All that a key names.
    pub(super) fn named(&self, key: &str) -> Result<Named, RunError> {
        let mut named = Named::default();
        if key.is_empty() {
            return Ok(named);
        }
        let sought = Sought::new(key);
        let mut counts: BTreeMap<(&str, Dataset, &str), usize> = BTreeMap::new();
        with_library(&self.inputs, &self.means(), |library| {
            for place in self.candidates(key, &sought) {
                let Some(row) = typed(&self.rows[place], library)? else { continue };
                for (column, is) in ways(&row, key) {
                    *counts.entry((is, row.dataset, column)).or_default() += 1;
                    named.rows.insert(place);
                }
            }
            for fresh in self.aside.iter().filter(|fresh| sought.may_have(fresh)) {
                let Some(row) = typed(fresh, library)? else { continue };
                if !ways(&row, key).is_empty() {
                    named.aside.push(self.aside(fresh));
                }
            }
            Ok::<_, RunError>(())
        })?;
        named.readings = counts
            .into_iter()
            .map(|((is, dataset, column), rows)| WayToRead {
                is: is.to_owned(),
                dataset: dataset.name().to_owned(),
                column: column.to_owned(),
                rows,
            })
            .collect();
        self.name_others(key, &mut named);
        Ok(named)
    }

    fn aside(&self, fresh: &Fresh) -> Aside {
        let file = &self.inputs.files[fresh.file];
        let why = match (file.state, &file.repeats) {
            ("repeated", Some(first)) => format!("the file was read already, as {first}"),
            ("repeated", None) => "the file holds the records of another one".to_owned(),
            ("restated", _) => "the file was replaced by a later one with its settlement id".to_owned(),
            (state, _) => format!("the file is {state}"),
        };
        Aside { source: format!("{}:{}", file.input.shown, fresh.line), why }
    }

    /// Findings, batches and rejected rows.
    fn name_others(&self, key: &str, named: &mut Named) {
        let way = |is: &str, column: &str| WayToRead {
            is: is.to_owned(),
            dataset: String::new(),
            column: column.to_owned(),
            rows: 0,
        };
        for (place, finding) in self.report.findings.iter().enumerate() {
            if finding.id() == key {
                named.readings.insert(way("discrepancy id", "id"));
                named.findings.insert(place);
                named.rows.extend(finding.rows.iter().filter_map(|origin| self.row_at.get(origin)));
            } else if finding.rows.is_empty()
                && (finding.settlement_id() == key || finding.reconciliation_number() == key)
            {
                named.readings.insert(way("batch of a finding", "settlement_id"));
                named.findings.insert(place);
            } else if finding.code.leg() == Leg::Bank && finding.transaction_number() == key {
                named.readings.insert(way("reference of the bank of a finding", "transaction_number"));
                named.findings.insert(place);
            }
        }
        for (place, finding) in self.stored.iter().enumerate() {
            let text = |name: &str| column(&finding.columns, name);
            let is = if text("id") == key {
                "discrepancy id"
            } else if matches!(text("leg"), "file" | "bank") && text("settlement_id") == key {
                "batch of a finding"
            } else if text("leg") == "bank" && text("transaction_number") == key {
                "reference of the bank of a finding"
            } else {
                continue;
            };
            named.readings.insert(way(is, "id"));
            named.stored.insert(place);
        }
        for (place, batch) in self.report.batches.iter().enumerate() {
            if batch.reconciliation_number == key {
                named.batches.insert(place);
            }
        }
        named.rejects = (0..self.report.rejects.len()).filter(|row| self.report.rejects[*row].value == key).collect();
    }
}

fn typed(fresh: &Fresh, library: &Library<'_>) -> Result<Option<Row>, RunError> {
    Ok(Origin::new(fresh.file, fresh.offset).map(|origin| library.row(origin)).transpose()?)
}
