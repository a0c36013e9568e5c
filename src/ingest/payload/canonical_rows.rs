//! Canonical rows as JSON: objects whose keys are the canonical columns of RULES.md 2. Other keys are ignored and listed; `null`
//! and an absent key are an empty field. Numbers stay the digits that were written, and the canonical reader refuses
//! what its columns do not take, as it does in CSV.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::document::Document;
use super::documents::Documents;
use super::json::{Node, Shape};
use super::scalar::{id, id_of, rejected};
use crate::engine::source::Bytes;
use crate::ingest::canonical::Reject;
use crate::ingest::copy::{Converted, Copy, number, push_row};
use crate::ingest::field::shown as short;
use crate::ingest::source::FileError;
use crate::model::record::{Column, ColumnKind, Dataset};

/// How such files are called.
const FORMAT: &str = "canonical json";

/// The key that says what a row is of.
const DATASET: &str = "dataset";

/// Rows that one task reads.
const ROWS_AT_ONCE: usize = 1024;

/// So many names of keys that no rule knows are listed for a dataset.
const IGNORED_MAX: usize = 100;

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

fn field<'d>(column: &Column, value: &Node<'d>) -> Result<Cow<'d, str>, Reject> {
    let is_text = !matches!(column.kind, ColumnKind::Minor | ColumnKind::Rate | ColumnKind::Quantity);
    match value.shape() {
        Shape::Null => Ok(Cow::default()),
        Shape::Text => Ok(value.text().unwrap_or_default()),
        // A number is an id by its digits: 1.0 could be meant as 1.
        Shape::Number if is_text => Ok(id_of(column.name, value)?.unwrap_or_default()),
        Shape::Number => Ok(Cow::Borrowed(value.raw())),
        Shape::Bool if column.kind == ColumnKind::State => Ok(Cow::Borrowed(value.raw())),
        Shape::Bool => Err(rejected(column.name, value, "true and false stand for a state only")),
        Shape::Array | Shape::Object => Err(rejected(column.name, value, "a text or a number must stand here")),
    }
}

/// How a row is read, kept for the next one: nearly all rows of a file have the same keys in the same order.
struct Habit {
    dataset: Dataset,
    /// The row names its dataset.
    named: bool,
    /// Its keys, and the column of each; none for one that no rule knows.
    keys: Vec<(String, Option<usize>)>,
}

impl Habit {
    /// What a row is of, where it is like the one before.
    fn fits(&self, row: &Node<'_>) -> bool {
        let mut values = row.values();
        let same_keys = self.keys.iter().all(|(key, _)| values.next().is_some_and(|value| value.is_at(key)));
        let same_name = || {
            let named = row.get(DATASET);
            named.is_some_and(|named| named.text().as_deref() == Some(self.dataset.name()))
        };
        same_keys && values.next().is_none() && (!self.named || same_name())
    }

    fn new(row: &Node<'_>, assumed: Assumed) -> Result<Self, Reject> {
        let dataset = dataset_of(row, assumed)?;
        let column = |key: &str| dataset.columns().iter().position(|column| column.name == key);
        let keys = row.values().map(|value| (value.key().into_owned(), column(&value.key()))).collect();
        Ok(Self { dataset, named: row.get(DATASET).is_some(), keys })
    }
}

/// The rows of one dataset, as they stand in its copy, and keys in them that no rule knows.
#[derive(Default)]
struct Part {
    rows: u64,
    text: Vec<u8>,
    ignored: Ignored,
}

/// Names of keys that no rule knows, the first by name where there are too many.
#[derive(Default)]
struct Ignored {
    names: BTreeSet<String>,
    more: bool,
}

impl Ignored {
    fn add(&mut self, name: &str) {
        if !self.names.contains(name) {
            self.names.insert(short(name.as_bytes()));
            if self.names.len() > IGNORED_MAX {
                self.names.pop_last();
                self.more = true;
            }
        }
    }

    fn join(&mut self, others: Self) {
        others.names.iter().for_each(|name| self.add(name));
        self.more |= others.more;
    }

    fn into_columns(self) -> Vec<String> {
        let more = self.more.then(|| "and more".to_owned());
        self.names.into_iter().chain(more).collect()
    }
}

/// What a task reads of some rows.
#[derive(Default)]
struct Reading {
    habit: Option<Habit>,
    parts: BTreeMap<Dataset, Part>,
    refused: Vec<(u64, Refused)>,
    line: String,
}

impl Reading {
    fn row(&mut self, document: &Document<'_>, assumed: Assumed) {
        let read = self.read(document, assumed);
        if let Err(refused) = read {
            self.refused.push((document.line(), refused));
        }
    }

    fn read(&mut self, document: &Document<'_>, assumed: Assumed) -> Result<(), Refused> {
        let root = document.root();
        let given = match assumed {
            Assumed::Given(dataset) | Assumed::First(dataset) => Some(dataset),
            Assumed::Unsaid => None,
        };
        let known = self.habit.take().filter(|habit| habit.fits(&root));
        let is_new = known.is_none();
        let habit = match known {
            Some(habit) => habit,
            None => Habit::new(&root, assumed).map_err(|reject| (given, reject))?,
        };
        let habit = self.habit.insert(habit);
        let part = self.parts.entry(habit.dataset).or_default();
        if is_new {
            let ignored = habit.keys.iter().filter(|(key, column)| column.is_none() && key != DATASET);
            ignored.for_each(|(key, _)| part.ignored.add(key));
        }
        let columns = habit.dataset.columns();
        let mut fields = vec![Cow::Borrowed(""); columns.len()];
        for (value, (_, place)) in root.values().zip(&habit.keys) {
            let place = place.and_then(|place| columns.get(place).zip(fields.get_mut(place)));
            if let Some((column, slot)) = place {
                *slot = field(column, &value).map_err(|reject| (Some(habit.dataset), reject))?;
            }
        }
        number(document.line(), &mut self.line);
        push_row(fields.iter().map(AsRef::as_ref), &self.line, &mut part.text);
        part.rows = part.rows.saturating_add(1);
        Ok(())
    }
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
    let mut ignored: BTreeMap<Dataset, Ignored> = BTreeMap::new();
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
        let read: Vec<Reading> = batch
            .spans()
            .par_chunks(ROWS_AT_ONCE)
            .map(|spans| {
                let mut reading = Reading::default();
                for span in spans {
                    reading.row(&batch.document(*span)?, how);
                }
                Ok(reading)
            })
            .collect::<Result<_, FileError>>()?;
        for Reading { parts: found, refused, .. } in read {
            for (dataset, Part { rows, text, ignored: names }) in found {
                part(&mut parts, shown, dataset)?.rows_of_all(rows, &text)?;
                ignored.entry(dataset).or_default().join(names);
            }
            for (line, refused) in refused {
                match refused {
                    (Some(own), reject) => part(&mut parts, shown, own)?.reject(line, reject),
                    (None, reject) => homeless.push((line, reject)),
                }
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
    let finish = |(dataset, copy): (Dataset, Copy<'_>)| {
        let ignored = ignored.remove(&dataset).unwrap_or_default().into_columns();
        Ok(Converted { ignored, ..copy.finish(FORMAT, None)? })
    };
    parts.into_iter().map(finish).collect()
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
