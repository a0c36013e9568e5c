//! What earlier nights were: each as it was written, its figures, and what it cleared.

use std::collections::BTreeMap;

use rusqlite::Row;

use super::schema::FINDING_COLUMNS;
use super::store::{Store, columns};
use super::write::{Figures, Night};
use super::{StateError, StoredCleared};

impl Store {
    /// A night as it was written, by number; all where none is named.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn history(&self) -> Result<Vec<Night>, StateError> {
        let text = "SELECT number, as_of, files, rows, rejected, opened, cleared, open, pending, exit_status FROM night
                    ORDER BY number";
        self.list(text, |row| {
            Ok(Night {
                number: row.get(0)?,
                as_of: row.get(1)?,
                files: row.get(2)?,
                rows: row.get(3)?,
                rejected: row.get(4)?,
                opened: row.get(5)?,
                cleared: row.get(6)?,
                open: row.get(7)?,
                pending: row.get(8)?,
                exit_status: row.get(9)?,
            })
        })
    }

    /// The figures of the nights from a number on, by night.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn figures(&self, from: i64) -> Result<BTreeMap<i64, Figures>, StateError> {
        let mut figures: BTreeMap<i64, Figures> = BTreeMap::new();
        let text =
            format!("SELECT night, currency, value FROM unsettled WHERE night >= {from} ORDER BY night, currency");
        let of = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?));
        for (night, currency, value) in self.list(&text, of)? {
            let value = value.parse().unwrap_or(0);
            figures.entry(night).or_default().unsettled_minor.push((currency, value));
        }
        let text = format!(
            "SELECT night, provider, days, operations FROM settled WHERE night >= {from} ORDER BY night, provider, days"
        );
        for (night, settled) in self.list(&text, |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?))))? {
            figures.entry(night).or_default().settled.push(settled);
        }
        Ok(figures)
    }

    /// What was cleared, on a day or on all.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn cleared(&self, on: Option<&str>) -> Result<Vec<StoredCleared>, StateError> {
        let text = format!(
            "SELECT {}, cleared_on, closed_by FROM cleared WHERE ?1 IS NULL OR cleared_on = ?1 ORDER BY cleared_on, id",
            FINDING_COLUMNS.join(", ")
        );
        let of = |row: &Row<'_>| {
            let columns = columns(row, FINDING_COLUMNS.len())?;
            Ok(StoredCleared { columns, cleared_on: row.get("cleared_on")?, closed_by: row.get("closed_by")? })
        };
        let listed = self.database.prepare(&text).and_then(|mut query| query.query_map([on], of)?.collect());
        listed.map_err(self.failed("read"))
    }
}
