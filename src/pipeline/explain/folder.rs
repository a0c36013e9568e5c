//! What the files of a report folder say of a key.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::ingest::source::FileError;
use crate::model::record::ID_COLUMNS;
use crate::pipeline::RunError;
use crate::report::csv::{BATCHES_FILE, CLEARED_FILE, DISCREPANCIES_FILE, MATCHES_FILE, REJECTS_FILE, readings};

/// The tables of a folder, in the order in which they are told; of the later ones a report may have none.
const TABLES: [(&str, bool); 5] = [
    (DISCREPANCIES_FILE, true),
    (BATCHES_FILE, true),
    (REJECTS_FILE, true),
    (MATCHES_FILE, false),
    (CLEARED_FILE, false),
];

/// The columns in which a key may stand, beside those of ids.
const COLUMNS: [&str; 4] = ["id", "match_id", "value", "hint_key"];

/// So many rows of a table are told.
const ROWS_MAX: usize = 100;

/// The rows of a report folder that name a key.
#[derive(Debug, Clone, Serialize)]
pub struct Said {
    /// The key as asked.
    pub key: String,
    /// Rows by the name of their table; as they are written, amounts in minor units.
    pub tables: BTreeMap<&'static str, Vec<Map<String, Value>>>,
    /// What else there is to say.
    pub notes: Vec<String>,
}

impl Said {
    /// Whether no row names the key.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.tables.values().all(Vec::is_empty)
    }
}

/// What the tables of a folder say of a key.
///
/// # Errors
/// It is no folder of a report, or a table cannot be read.
pub fn said(folder: &Path, key: &str) -> Result<Said, RunError> {
    let mut said = Said { key: key.to_owned(), tables: BTreeMap::new(), notes: Vec::new() };
    for (table, always) in TABLES {
        let path = folder.join(table);
        if !path.exists() && !always {
            continue;
        }
        let (rows, more) = rows(&path, key)?;
        if more > 0 {
            said.notes.push(format!("{more} more rows of {table} are not listed"));
        }
        said.tables.insert(table, rows);
    }
    said.notes.push(
        "a report holds findings, and no records: give the inputs or --state for the records and the way to each verdict"
            .to_owned(),
    );
    Ok(said)
}

fn rows(path: &Path, key: &str) -> Result<(Vec<Map<String, Value>>, usize), RunError> {
    let shown = path.display().to_string();
    let failed = |problem: String| {
        RunError::File(FileError::new(&shown, format!("cannot be read: {problem}"), "name the folder of a report"))
    };
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(BufReader::new(file));
    let header: Vec<String> =
        reader.headers().map_err(|error| failed(error.to_string()))?.iter().map(str::to_owned).collect();
    let (mut rows, mut more) = (Vec::new(), 0_usize);
    for record in reader.records() {
        let record = record.map_err(|error| failed(error.to_string()))?;
        let fields: Vec<(&String, &str)> =
            header.iter().zip(&record).map(|(name, field)| (name, readings(field).0)).collect();
        let field = |name: &str| fields.iter().find(|(known, _)| *known == name).map_or("", |(_, field)| *field);
        let is_line = key.strip_prefix(field("order_id")).and_then(|rest| rest.strip_prefix('/'))
            == Some(field("line_id"))
            && !field("line_id").is_empty();
        if is_line || COLUMNS.iter().chain(&ID_COLUMNS).any(|column| !key.is_empty() && field(column) == key) {
            if rows.len() < ROWS_MAX {
                let filled = fields.iter().filter(|(_, field)| !field.is_empty());
                rows.push(filled.map(|(name, field)| ((*name).clone(), Value::from(*field))).collect());
            } else {
                more = more.saturating_add(1);
            }
        }
    }
    Ok((rows, more))
}
