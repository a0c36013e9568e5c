//! camt.053 and camt.054.

use super::{BankFile, BankWays};
use crate::engine::source::Bytes;
use crate::ingest::source::FileError;

/// Whether a file is ISO 20022 camt, from its first bytes in UTF-8.
#[must_use]
pub fn is_camt(_head: &[u8]) -> bool {
    false
}

/// Reads a file.
///
/// # Errors
/// It cannot be read.
pub fn read_camt(shown: &str, _bytes: &Bytes, _ways: &BankWays<'_>) -> Result<BankFile, FileError> {
    Err(FileError::new(shown, "camt is not read yet", "wait"))
}
