//! Where the canonical columns of a file stand (RULES.md 2): header by name, in any order.

use xxhash_rust::xxh3::xxh3_64;

use super::field::{trim, utf8};
use crate::engine::split::Record;
use crate::model::record::{Column, Dataset};
use crate::model::reference::ReferenceForm;

/// A column that carries the line of a converted file's record; no rule knows it.
pub const LINE_COLUMN: &str = "#line";

/// Where a file's columns stand.
#[derive(Debug, Clone)]
pub struct Layout {
    /// What the file holds.
    pub dataset: Dataset,
    /// Number of fields in the header, and so in every row.
    pub field_count: usize,
    /// Columns that no rule knows, in the order of the header.
    pub ignored: Vec<String>,
    /// The field that holds the original line of a converted file.
    pub line_field: Option<usize>,
    /// Provider of rows that name none.
    pub provider: String,
    /// The form of payee references that the API documents whose payload the rows are from.
    pub reference_form: Option<ReferenceForm>,
    /// Canonical column and field, in canonical order.
    present: Vec<(usize, usize)>,
    /// The same, with what the column must hold.
    pub(super) checks: Vec<(usize, usize, Column)>,
    /// Tells rows of files with other columns apart, whatever their bytes.
    pub(super) seed: u64,
}

impl Layout {
    /// Finds the canonical columns in a header. Of two columns with one name the first counts.
    ///
    /// # Errors
    /// The names of the required columns that are missing.
    pub fn new(dataset: Dataset, header: &[String], provider: &str) -> Result<Self, Vec<&'static str>> {
        let find = |name: &str| header.iter().position(|field| field == name);
        let columns = dataset.columns();
        let missing: Vec<&str> = columns
            .iter()
            .filter(|column| column.required && find(column.name).is_none())
            .map(|column| column.name)
            .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let present: Vec<(usize, usize)> =
            columns.iter().enumerate().filter_map(|(column, known)| Some((column, find(known.name)?))).collect();
        let ignored = header
            .iter()
            .enumerate()
            .filter(|(field, name)| !present.iter().any(|(_, known)| known == field) && name.as_str() != LINE_COLUMN)
            .map(|(_, name)| name.clone())
            .collect();
        // Rows of two files are compared by their bytes only where the same fields mean the same.
        let described = format!("{dataset:?} {provider} {} {present:?}", header.len());
        Ok(Self {
            dataset,
            field_count: header.len(),
            ignored,
            line_field: find(LINE_COLUMN),
            provider: provider.to_owned(),
            reference_form: None,
            checks: present.iter().filter_map(|(at, field)| Some((*at, *field, *columns.get(*at)?))).collect(),
            present,
            seed: xxh3_64(described.as_bytes()),
        })
    }

    /// Whether the file has a canonical column.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.dataset.column(name).is_some_and(|column| self.present.iter().any(|(known, _)| *known == column))
    }

    /// The text of a canonical column as a record states it, trimmed; `None` where it is absent.
    #[must_use]
    pub fn text<'r>(&self, record: &Record<'r>, name: &str) -> Option<&'r str> {
        let column = self.dataset.column(name)?;
        let (_, field) = self.present.iter().find(|(known, _)| *known == column)?;
        Some(utf8(trim(record.field(*field)))).filter(|text| !text.is_empty())
    }

    /// The canonical column that a field holds.
    #[must_use]
    pub fn column_at(&self, field: usize) -> Option<&'static str> {
        let (column, _) = self.present.iter().find(|(_, known)| *known == field)?;
        self.dataset.columns().get(*column).map(|known| known.name)
    }
}
