//! A row that could not be read, as `rejects.csv` shows it (RULES.md 2).

/// A row of `rejects.csv`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RejectRow {
    /// Path of the file.
    pub file: String,
    /// Line on which the row begins, from 1.
    pub line: u64,
    /// Name of the column; empty where it is the whole row.
    pub column: String,
    /// The field as it stands, shortened where it is very long.
    pub value: String,
    /// Why it cannot be read.
    pub reason: String,
}
