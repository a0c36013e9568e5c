//! MT940.

use super::{BankFile, BankWays};
use crate::engine::source::Bytes;
use crate::ingest::source::FileError;

/// Whether a file is MT940, from its first bytes.
#[must_use]
pub fn is_mt940(_head: &[u8]) -> bool {
    false
}

/// Reads a file.
///
/// # Errors
/// It cannot be read.
pub fn read_mt940(shown: &str, _bytes: &Bytes, _ways: &BankWays<'_>) -> Result<BankFile, FileError> {
    Err(FileError::new(shown, "mt940 is not read yet", "wait"))
}
