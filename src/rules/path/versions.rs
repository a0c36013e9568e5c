//! RULES.md 2: which version of a record counts, and what an operation comes to over its rows.

use std::collections::BTreeMap;

use super::{Part, Source, World};
use crate::model::compact::KeyKind;
use crate::model::currency::Currency;
use crate::model::day::Instant;
use crate::model::record::{Dataset, Row, Value};

/// An order line: the rows of one key.
pub(super) struct Line {
    pub(super) provider: String,
    pub(super) order_id: String,
    pub(super) line_id: String,
    /// The row that counts.
    pub(super) row: usize,
    pub(super) parts: Vec<Part>,
}

/// What orders operations among equals (RULES.md 4).
pub(super) type Rank = (Option<Instant>, String, Dataset, String, String, usize, String, i64, Vec<Value>, Vec<usize>);

/// An operation, summed over its rows.
pub(super) struct Operation {
    pub(super) dataset: Dataset,
    pub(super) provider: String,
    pub(super) order_id: String,
    pub(super) currency: Currency,
    pub(super) completed: bool,
    pub(super) effect_minor: i128,
    pub(super) reconciliation: Option<String>,
    pub(super) created: Option<Instant>,
    /// The rows that count.
    pub(super) used: Vec<usize>,
    pub(super) parts: Vec<Part>,
    pub(super) rank: Rank,
    takes_back: bool,
}

impl Operation {
    /// The effect of an amount that a row of it states.
    pub(super) fn signed(&self, amount_minor: i64) -> i128 {
        let amount_minor = i128::from(amount_minor);
        if self.takes_back { -amount_minor } else { amount_minor }
    }

    /// The smallest id of a kind on its rows.
    pub(super) fn id<'r>(&self, kind: KeyKind, rows: &'r [Source]) -> Option<&'r str> {
        self.used.iter().filter_map(|row| rows[*row].row.text(kind.column())).min()
    }
}

fn text(row: &Row, column: &str) -> String {
    row.text(column).unwrap_or_default().to_owned()
}

/// The kind and text of the id that names an operation.
fn identity(row: &Row, provider: &str, world: &World<'_>) -> Option<(usize, String)> {
    let count = if world.settings.unique_reference(provider) { KeyKind::IDENTITY.len() } else { 1 };
    let mut kinds = KeyKind::IDENTITY.into_iter().take(count).enumerate();
    kinds.find_map(|(place, kind)| Some((place, row.text(kind.column())?.to_owned())))
}

/// What tells one operation from another; a row without an id is one of its own.
type Identity = (String, Dataset, String, String, Result<(usize, String), usize>);

/// The order lines and the operations that rows amount to.
pub(super) fn records(rows: &[Source], world: &World<'_>) -> (Vec<Line>, Vec<Operation>) {
    let mut lines: BTreeMap<(String, String, String), Vec<usize>> = BTreeMap::new();
    let mut operations: BTreeMap<Identity, BTreeMap<Option<String>, Vec<usize>>> = BTreeMap::new();
    for (place, Source { row, .. }) in rows.iter().enumerate() {
        let provider = row.provider().to_owned();
        match row.dataset {
            Dataset::Orders => {
                lines.entry((provider, text(row, "order_id"), text(row, "line_id"))).or_default().push(place);
            }
            Dataset::Captures | Dataset::Reversals => {
                let id = identity(row, &provider, world).ok_or(place);
                let key = (provider, row.dataset, text(row, "order_id"), world.code(row.currency), id);
                let line = row.text("line_id").map(str::to_owned);
                operations.entry(key).or_default().entry(line).or_default().push(place);
            }
            Dataset::Settlements | Dataset::Bank | Dataset::Payouts => {}
        }
    }
    let lines = lines.into_iter().map(|((provider, order_id, line_id), versions)| {
        let parts = sift(&versions, rows);
        let row = parts.first().map_or(0, |used| used.row);
        Line { provider, order_id, line_id, row, parts }
    });
    let operations = operations.into_iter().map(|(identity, by_line)| operation(identity, &by_line, rows));
    (lines.collect(), operations.collect())
}

/// What becomes of the versions of one record; the one that counts comes first.
fn sift(versions: &[usize], rows: &[Source]) -> Vec<Part> {
    let (mut distinct, mut parts): (Vec<usize>, Vec<Part>) = (Vec::new(), Vec::new());
    let part = |row, fate, why| Part { row, fate, why };
    for version in versions {
        let equal = distinct.iter().find(|known| rows[**known].row.values == rows[*version].row.values);
        match equal {
            Some(known) => {
                parts.push(part(*version, "repeated", format!("says the same as {}", rows[*known].place)));
            }
            None => distinct.push(*version),
        }
    }
    let updated = |version: &usize| rows[*version].row.instant("updated_at");
    let completed = |version: &usize| rows[*version].row.completed();
    let latest = distinct.iter().map(updated).max().flatten();
    let any_completed = distinct.iter().any(|version| updated(version) == latest && completed(version));
    let counts = |version: &usize| updated(version) == latest && completed(version) == any_completed;
    let mut left: Vec<usize> = distinct.iter().copied().filter(counts).collect();
    left.sort_by(|a, b| rows[*a].row.cmp_by_amount(&rows[*b].row).then(a.cmp(b)));
    let Some(used) = left.first().copied() else { return parts };
    let place = &rows[used].place;
    for version in distinct.into_iter().filter(|version| *version != used) {
        let why = if updated(&version) != latest {
            format!("{place} is a later version of it (updated_at)")
        } else if completed(&version) != any_completed {
            format!("{place} is of the same time and completed, and this one did not complete")
        } else {
            format!("contradicts {place}, of the same time; the one that sorts first by amount and columns counts")
        };
        parts.push(part(version, "superseded", why));
    }
    parts.insert(0, part(used, "used", String::new()));
    parts
}

fn operation(identity: Identity, by_line: &BTreeMap<Option<String>, Vec<usize>>, rows: &[Source]) -> Operation {
    let (provider, dataset, order_id, currency_code, id) = identity;
    let mut parts: Vec<Part> = by_line.values().flat_map(|versions| sift(versions, rows)).collect();
    let is_used = |part: &&mut Part| part.fate == "used";
    let completed = parts.iter().any(|part| part.fate == "used" && rows[part.row].row.completed());
    for part in parts.iter_mut().filter(is_used).filter(|part| rows[part.row].row.completed() != completed) {
        part.fate = "no part";
        part.why = "did not complete, and other rows of the same operation did".to_owned();
    }
    let used: Vec<usize> = parts.iter().filter(|part| part.fate == "used").map(|part| part.row).collect();
    let stated: i128 = used.iter().map(|row| i128::from(rows[*row].row.amount_minor())).sum();
    let takes_back = dataset == Dataset::Reversals && stated >= 0;
    let created = used.iter().filter_map(|row| rows[*row].row.instant("created_at")).max();
    let first = used.first().map(|row| &rows[*row].row);
    let (kind, named) = id.clone().unwrap_or((KeyKind::IDENTITY.len(), String::new()));
    let without_id = first.filter(|_| id.is_err());
    let rank = (
        created,
        provider.clone(),
        dataset,
        order_id.clone(),
        currency_code.clone(),
        kind,
        named,
        without_id.map_or(0, Row::amount_minor),
        without_id.map(|row| row.values.clone()).unwrap_or_default(),
        used.clone(),
    );
    Operation {
        dataset,
        order_id,
        currency: first.map_or_else(|| rows[0].row.currency, |row| row.currency),
        completed,
        effect_minor: if takes_back { -stated } else { stated },
        reconciliation: used
            .iter()
            .filter_map(|row| rows[*row].row.text("reconciliation_number"))
            .min()
            .map(str::to_owned),
        created,
        used,
        parts,
        rank,
        takes_back,
        provider,
    }
}
