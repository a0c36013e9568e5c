//! Rows of a bank's CSV or workbook, typed, as lists of entries.

use super::BankWays;
use crate::model::bank::Statement;
use crate::model::day::Zone;
use crate::model::record::Row;

/// The lists that rows of [`crate::model::record::Dataset::Bank`] are, one a file, account and currency. Every row comes
/// with its place, `file:line`, in the order of its file. `default_provider` is the one that rows have which name none.
#[must_use]
pub fn lists(
    _rows: impl IntoIterator<Item = (Row, String)>,
    _default_provider: &str,
    _zone: Zone,
    _ways: &BankWays<'_>,
) -> Vec<Statement> {
    Vec::new()
}
