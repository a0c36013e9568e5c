//! Where the canonical columns of a file stand (RULES.md 2): header by name, in any order.

use xxhash_rust::xxh3::xxh3_64;

use super::field::{trim, utf8};
use crate::engine::ends::FieldPlace;
use crate::engine::split::Record;
use crate::model::record::{Column, ColumnKind, Dataset};
use crate::model::reference::ReferenceForm;

/// A column that carries the line of a converted file's record; no rule knows it.
pub const LINE_COLUMN: &str = "#line";

/// The most canonical columns that a dataset has.
pub(super) const COLUMNS_MAX: usize = 19;

/// What a field of every row must hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Check {
    /// The place among the canonical columns.
    pub(super) column: usize,
    /// The place among the file's fields.
    pub(super) field: usize,
    /// The same, in plain records.
    pub(super) place: FieldPlace,
    /// What it must be.
    pub(super) known: Column,
}

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
    /// The field of each canonical column.
    fields: [Option<u16>; COLUMNS_MAX],
    /// The same, in plain records.
    places: [FieldPlace; COLUMNS_MAX],
    /// What every row must hold, in canonical order.
    pub(super) checks: Vec<Check>,
    /// Tells rows of files with other columns apart, whatever their bytes.
    pub(super) seed: u64,
}

/// The checks of the columns that a file has; an optional text may be anything.
fn checks_of(columns: &[Column], present: &[(usize, usize)]) -> Vec<Check> {
    let check = |(column, field): &(usize, usize)| {
        let known = *columns.get(*column)?;
        let anything = matches!(known.kind, ColumnKind::Text | ColumnKind::State | ColumnKind::Kind);
        (known.required || !anything).then_some(Check {
            column: *column,
            field: *field,
            place: FieldPlace::of(*field),
            known,
        })
    };
    present.iter().filter_map(check).collect()
}

/// What the field of each canonical column is, and `absent` for those that the file does not have.
fn by_column<T: Copy>(present: &[(usize, usize)], absent: T, of: impl Fn(usize) -> T) -> [T; COLUMNS_MAX] {
    let mut by_column = [absent; COLUMNS_MAX];
    for (column, field) in present {
        if let Some(place) = by_column.get_mut(*column) {
            *place = of(*field);
        }
    }
    by_column
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
            fields: by_column(&present, None, |field| {
                Some(u16::try_from(field).expect("a header has at most 16 384 columns"))
            }),
            places: by_column(&present, FieldPlace::NOWHERE, FieldPlace::of),
            checks: checks_of(columns, &present),
            seed: xxh3_64(described.as_bytes()),
        })
    }

    /// The field of a canonical column.
    #[inline]
    pub(super) fn field(&self, column: usize) -> Option<usize> {
        self.fields.get(column).copied().flatten().map(usize::from)
    }

    /// The same, in plain records; nowhere where the file does not have the column.
    #[inline(always)]
    pub(super) fn place(&self, column: usize) -> FieldPlace {
        self.places.get(column).copied().unwrap_or(FieldPlace::NOWHERE)
    }

    /// Whether the file has a canonical column.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.dataset.column(name).and_then(|column| self.field(column)).is_some()
    }

    /// The text of a canonical column as a record states it, trimmed; `None` where it is absent.
    #[must_use]
    pub fn text<'r>(&self, record: &Record<'r>, name: &str) -> Option<&'r str> {
        let field = self.field(self.dataset.column(name)?)?;
        Some(utf8(trim(record.field(field)))).filter(|text| !text.is_empty())
    }

    /// The canonical column that a field holds.
    #[must_use]
    pub fn column_at(&self, field: usize) -> Option<&'static str> {
        let column = (0..COLUMNS_MAX).find(|column| self.field(*column) == Some(field))?;
        self.dataset.columns().get(column).map(|known| known.name)
    }
}
