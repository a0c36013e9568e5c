//! Operations: the rows of one capture or one reversal, with signed effects (RULES sections 1 and 2).

use chrono::{DateTime, Utc};

use super::identity::Identity;
use super::rows::{Row, Value};
use super::{Dataset, Settings};

/// A row of an operation.
#[derive(Clone, Debug)]
pub struct Movement {
    /// The row.
    pub row: Row,
    /// Signed minor units.
    pub effect: i128,
    /// Its VAT, signed; that of a reversal has the sign of its effect.
    pub vat: Option<i128>,
}

/// One capture or reversal.
#[derive(Clone, Debug)]
pub struct Operation {
    /// What names it.
    pub identity: Identity,
    /// Whether money moved.
    pub completed: bool,
    /// Its rows; of an operation with rows of both kinds only the completed ones.
    pub movements: Vec<Movement>,
}

impl Operation {
    /// The sum over its rows.
    pub fn effect(&self) -> i128 {
        self.movements.iter().map(|m| m.effect).sum()
    }

    /// The newest of its rows'.
    pub fn created_at(&self) -> DateTime<Utc> {
        self.movements.iter().map(|m| m.row.created_at()).max().expect("an operation has a row")
    }

    /// The smallest text stated in a column, empty if none is.
    pub fn key(&self, column: &str) -> String {
        let stated = self.movements.iter().map(|m| m.row.text(column)).filter(|t| !t.is_empty());
        stated.min().unwrap_or_default()
    }

    /// The smallest total stated.
    pub fn stated_total(&self) -> Option<i128> {
        self.movements.iter().filter_map(|m| m.row.number("operation_amount")).min()
    }

    /// Its rows.
    pub fn rows(&self) -> Vec<&Row> {
        self.movements.iter().map(|m| &m.row).collect()
    }
}

/// The operations that the accepted rows of one dataset make up.
pub fn from_rows(rows: &[Row], settings: &Settings) -> Vec<Operation> {
    let mut parts: Vec<(Identity, Vec<Row>)> = Vec::new();
    for row in rows {
        let identity = Identity::of(row, settings);
        match parts.iter_mut().find(|(i, _)| i.has_id() && *i == identity) {
            Some((_, rows)) => rows.push(row.clone()),
            None => parts.push((identity, vec![row.clone()])),
        }
    }
    parts.into_iter().map(|(identity, rows)| operation(identity, rows)).collect()
}

fn operation(identity: Identity, mut rows: Vec<Row>) -> Operation {
    let completed = rows.iter().any(Row::completed);
    if completed {
        rows.retain(Row::completed);
    }
    let sum: i128 = rows.iter().map(Row::amount).sum();
    // A reversal is stated positive, unless its rows sum to less than 0: then it is signed already.
    let sign = if identity.dataset == Dataset::Reversals && sum >= 0 { -1 } else { 1 };
    let movements = rows.into_iter().map(|row| movement(row, sign)).collect();
    Operation { identity, completed, movements }
}

fn movement(row: Row, sign: i128) -> Movement {
    let effect = sign * row.amount();
    let stated = match row.value("vat_amount") {
        Value::Number(vat) => Some(vat),
        _ => None,
    };
    let vat = match row.dataset {
        Dataset::Reversals => stated.map(|vat| vat.abs() * effect.signum()),
        _ => stated,
    };
    Movement { row, effect, vat }
}
