//! Canonical rows as JSON: objects whose keys are the canonical columns of RULES.md 2. Other keys are ignored; `null`
//! and an absent key are an empty field. Numbers stay the digits that were written, and the canonical reader refuses
//! what its columns do not take, as it does in CSV.

use std::borrow::Cow;

use rayon::prelude::*;

use super::document::Document;
use super::documents::Documents;
use super::json::{Node, Shape};
use super::scalar::{id, rejected};
use crate::engine::source::Bytes;
use crate::ingest::canonical::Reject;
use crate::ingest::copy::{Converted, Copy};
use crate::ingest::field::shown as short;
use crate::ingest::source::FileError;
use crate::model::record::{Column, ColumnKind, Dataset};

/// How such files are called.
const FORMAT: &str = "canonical json";

/// The key that says what a row is of.
const DATASET: &str = "dataset";

/// Rows that one task reads.
const ROWS_AT_ONCE: usize = 1024;

/// A row that was read: its fields by the places of its dataset's columns.
type Row = (Dataset, Vec<String>);

/// A row that cannot be read, with its dataset where at least that can be.
type Refused = (Option<Dataset>, Reject);

/// What a row is of, as far as it says so itself.
enum Said {
    /// By its key `dataset`.
    Named(Dataset),
    /// By its other keys: those of exactly one dataset.
    Fits(Dataset),
    /// By its other keys, which are those of captures as well as of reversals.
    Operation,
    /// Not at all.
    Nothing,
}

fn said(row: &Node<'_>) -> Result<Said, Reject> {
    if let Some(named) = row.get(DATASET) {
        let name = id(DATASET, Some(named))?.unwrap_or_default().to_lowercase();
        return Dataset::from_name(&name)
            .map(Said::Named)
            .ok_or_else(|| rejected(DATASET, &named, "a dataset is orders, captures, reversals or settlements"));
    }
    let keys: Vec<Cow<'_, str>> = row.values().map(|value| value.key()).collect();
    let has = |name: &str| keys.iter().any(|key| key == name);
    let known = |dataset: Dataset| keys.iter().filter(|key| dataset.column(key).is_some()).count();
    let most = Dataset::ALL.into_iter().map(known).max().unwrap_or_default();
    let fits = |dataset: &Dataset| {
        dataset.columns().iter().filter(|column| column.required).all(|column| has(column.name))
            && known(*dataset) == most
    };
    let fitting: Vec<Dataset> = Dataset::ALL.into_iter().filter(fits).collect();
    Ok(match fitting.as_slice() {
        [only] => Said::Fits(*only),
        [Dataset::Captures, Dataset::Reversals] => Said::Operation,
        _ => Said::Nothing,
    })
}

/// What all rows of a file are of that do not name it themselves: as it was given, else as its first row looks.
#[derive(Debug, Clone, Copy)]
enum Assumed {
    Given(Dataset),
    First(Dataset),
    /// Every row names its own.
    Unsaid,
}

fn dataset_of(row: &Node<'_>, assumed: Assumed) -> Result<Dataset, Reject> {
    match (said(row)?, assumed) {
        (Said::Named(own), Assumed::Given(given)) if own != given => {
            let reason = format!("the row says {}, but the file was given as {}", own.name(), given.name());
            Err(Reject { column: DATASET.to_owned(), value: own.name().to_owned(), reason })
        }
        (Said::Named(own), _) => Ok(own),
        (Said::Fits(own), Assumed::First(first)) if own != first => {
            let reason = format!(
                "the row has the columns of {}, but the file's first row those of {}: rows of several datasets name \
                 theirs with a key `dataset`",
                own.name(),
                first.name()
            );
            Err(Reject { column: String::new(), value: keys_shown(row), reason })
        }
        (_, Assumed::Given(dataset) | Assumed::First(dataset)) => Ok(dataset),
        (_, Assumed::Unsaid) => {
            let reason = "other rows of the file name their dataset with a key `dataset`, but this row does not";
            Err(Reject { column: DATASET.to_owned(), value: String::new(), reason: reason.to_owned() })
        }
    }
}

fn keys_shown(row: &Node<'_>) -> String {
    let keys: Vec<Cow<'_, str>> = row.values().take(40).map(|value| value.key()).collect();
    short(keys.join(", ").as_bytes())
}

fn field(column: &Column, value: &Node<'_>) -> Result<String, Reject> {
    let is_text = !matches!(column.kind, ColumnKind::Minor | ColumnKind::Rate | ColumnKind::Quantity);
    match value.shape() {
        Shape::Null => Ok(String::new()),
        Shape::Text => Ok(value.text().unwrap_or_default().into_owned()),
        // A number is an id by its digits: 1.0 could be meant as 1.
        Shape::Number if is_text => Ok(id(column.name, Some(*value))?.unwrap_or_default()),
        Shape::Number => Ok(value.raw().to_owned()),
        Shape::Bool if column.kind == ColumnKind::State => Ok(value.raw().to_owned()),
        Shape::Bool => Err(rejected(column.name, value, "true and false stand for a state only")),
        Shape::Array | Shape::Object => Err(rejected(column.name, value, "a text or a number must stand here")),
    }
}

fn read_row(document: &Document<'_>, assumed: Assumed) -> Result<Row, Refused> {
    let root = document.root();
    let given = match assumed {
        Assumed::Given(dataset) | Assumed::First(dataset) => Some(dataset),
        Assumed::Unsaid => None,
    };
    let dataset = dataset_of(&root, assumed).map_err(|reject| (given, reject))?;
    let columns = dataset.columns();
    let mut fields = vec![String::new(); columns.len()];
    for value in root.values() {
        let place = columns.iter().position(|column| column.name == value.key());
        if let Some((column, slot)) = place.and_then(|place| columns.get(place).zip(fields.get_mut(place))) {
            *slot = field(column, &value).map_err(|reject| (Some(dataset), reject))?;
        }
    }
    Ok((dataset, fields))
}

fn assumed(shown: &str, first: &Document<'_>, given: Option<Dataset>) -> Result<Assumed, FileError> {
    if let Some(given) = given {
        return Ok(Assumed::Given(given));
    }
    match said(&first.root()) {
        Ok(Said::Fits(dataset)) => Ok(Assumed::First(dataset)),
        Ok(Said::Named(_)) | Err(_) => Ok(Assumed::Unsaid),
        Ok(Said::Operation) => Err(FileError::new(
            shown,
            "captures and reversals have the same columns, and nothing says which of them these rows are",
            "give the file with --captures or --reversals, as a [[source]] with its dataset, or give every row a key \
             `dataset`",
        )
        .at(first.line(), None)),
        Ok(Said::Nothing) => Err(FileError::new(
            shown,
            format!("the row has not all columns of any dataset; it has: {}", keys_shown(&first.root())),
            "give the file with --orders, --captures, --reversals or --settlements, or give every row a key `dataset`",
        )
        .at(first.line(), None)),
    }
}

/// Converts a file of canonical rows: a part a dataset, at least one. What the file holds is what it was given as,
/// else what the key `dataset` of each row says, else the only dataset that the keys of its first row fit.
///
/// # Errors
/// The file is damaged, does not say what it holds, or there is no room for the copy.
pub fn convert_canonical_json(
    shown: &str,
    bytes: &Bytes,
    dataset: Option<Dataset>,
) -> Result<Vec<Converted>, FileError> {
    let mut documents = Documents::new(shown, bytes)?;
    let mut parts: Vec<(Dataset, Copy<'_>)> = Vec::new();
    // Rows of which not even the dataset can be read.
    let mut homeless: Vec<(u64, Reject)> = Vec::new();
    let mut how = None;
    while let Some(batch) = documents.next_batch()? {
        let first = batch.spans().first().map(|span| batch.document(*span)).transpose()?;
        let how = match (how, &first) {
            (None, Some(first)) => *how.insert(assumed(shown, first, dataset)?),
            (Some(how), _) => how,
            (None, None) => continue,
        };
        let read: Vec<Vec<(u64, Result<Row, Refused>)>> = batch
            .spans()
            .par_chunks(ROWS_AT_ONCE)
            .map(|spans| {
                let read = |span| {
                    let document = batch.document(span)?;
                    Ok((document.line(), read_row(&document, how)))
                };
                spans.iter().copied().map(read).collect::<Result<_, FileError>>()
            })
            .collect::<Result<_, FileError>>()?;
        for (line, row) in read.into_iter().flatten() {
            match row {
                Ok((dataset, fields)) => part(&mut parts, shown, dataset)?.row_at(line, &fields)?,
                Err((Some(own), reject)) => part(&mut parts, shown, own)?.reject(line, reject),
                Err((None, reject)) => homeless.push((line, reject)),
            }
        }
    }
    if parts.is_empty() {
        part(&mut parts, shown, dataset.unwrap_or(Dataset::Orders))?;
    }
    parts.sort_by_key(|(dataset, _)| *dataset);
    // Whatever the order of the rows, they stand with the first part.
    if let Some((_, first)) = parts.first_mut() {
        homeless.into_iter().for_each(|(line, reject)| first.reject(line, reject));
    }
    parts.into_iter().map(|(_, copy)| copy.finish(FORMAT, None)).collect()
}

/// The part of a dataset, begun where it is new.
fn part<'p, 's>(
    parts: &'p mut Vec<(Dataset, Copy<'s>)>,
    shown: &'s str,
    dataset: Dataset,
) -> Result<&'p mut Copy<'s>, FileError> {
    let place = match parts.iter().position(|(known, _)| *known == dataset) {
        Some(place) => place,
        None => {
            parts.push((dataset, Copy::new(shown, dataset)?));
            parts.len().saturating_sub(1)
        }
    };
    let part = parts.get_mut(place).map(|(_, copy)| copy);
    part.ok_or_else(|| FileError::new(shown, "cannot be converted", "run again"))
}

#[cfg(test)]
mod tests;
