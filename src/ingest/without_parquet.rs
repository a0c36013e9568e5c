//! What stands for the reader of Parquet in a build without it.

use super::copy::Converted;
use super::source::FileError;
use crate::engine::source::Bytes;
use crate::model::record::Dataset;

/// Refuses the file.
///
/// # Errors
/// Always.
pub fn convert_parquet(shown: &str, _: &Bytes, _: Option<Dataset>) -> Result<Converted, FileError> {
    let problem = "this build of avstem does not read Parquet";
    Err(FileError::new(shown, problem, "build it with its default features, or give CSV"))
}
