//! Documents of providers' APIs, over all files of a run: read to facts in parallel ([`hear`]), dealt out by reference
//! and then by order, put together, and written as canonical rows, a part a file and dataset (`rows`).
//!
//! With a state, what earlier nights heard is remembered as facts: those that tonight's documents may meet are put
//! beside tonight's, and rows of earlier files may become others.

pub mod hear;
mod rows;

use std::sync::Arc;

use self::hear::Hearing;
use super::error::RunError;
use super::plan::{Input, Plan};
use crate::engine::source::Bytes;
use crate::ingest::copy::Converted;
use crate::ingest::payload::fact::Api;
use crate::model::record::Dataset;

/// A file of documents.
#[derive(Debug, Clone)]
pub struct Documents {
    /// What was planned.
    pub input: Input,
    /// Its plain bytes; `None` of a file of an earlier night, whose facts are remembered.
    pub bytes: Option<Arc<Bytes>>,
}

/// A file's parts, and whose API they are from, where all are of one.
#[derive(Debug)]
pub struct Parts {
    /// A part a dataset; one without rows where the file holds none.
    pub parts: Vec<Converted>,
    /// The provider of the rows; empty of a file that holds no document of a known API.
    pub provider: String,
    /// The API.
    pub api: Option<Api>,
    /// What was understood and gives no row, for people.
    pub notes: Vec<String>,
    /// Nothing of it can give a row, and nothing is rejected.
    pub tells_nothing: bool,
}

/// The datasets that documents hold, in the order of the parts of a file.
pub const DATASETS: [Dataset; 3] = [Dataset::Orders, Dataset::Captures, Dataset::Reversals];

/// The dataset under which a file of documents is listed that gives no row, and what of it cannot be told apart.
#[must_use]
pub fn listed_as(input: &Input) -> Dataset {
    input.dataset.unwrap_or(Dataset::Captures)
}

/// How the format of a file of documents ends.
pub const FORMAT: &str = "payloads json";

/// Reads and puts together all documents of a run.
///
/// # Errors
/// A file is damaged or cannot be read, or working files cannot be written.
pub fn convert(files: Vec<Documents>, plan: &Plan) -> Result<Vec<Parts>, RunError> {
    let hearing = Hearing::of(files, plan, false)?;
    let orders_given = orders_given(plan, hearing.files(), &[]);
    hearing.parts(orders_given)
}

/// Whether other files than documents bring the shop's own orders. `known` are the paths of documents of earlier nights,
/// which are not read again.
#[must_use]
pub fn orders_given(plan: &Plan, files: &[Documents], known: &[&str]) -> bool {
    let is_document = |input: &Input| {
        let of_known =
            |path: &&str| path.strip_prefix(&input.shown).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        files.iter().any(|file| file.input.path == input.path) || known.iter().any(of_known)
    };
    plan.inputs.iter().any(|input| input.dataset == Some(Dataset::Orders) && !is_document(input))
}

/// The provider of a document's rows: configured for the source or for all, else named after its API.
#[must_use]
pub fn provider_of(input: &Input, plan: &Plan, api: Api) -> String {
    named_provider(input.provider.as_deref(), plan, api)
}

/// The provider of what is of an API: as configured for its source or for all, else named after the API.
#[must_use]
pub fn named_provider(configured: Option<&str>, plan: &Plan, api: Api) -> String {
    let default = plan.settings.default_provider.as_str();
    configured.or_else(|| (default != "default").then_some(default)).unwrap_or_else(|| api.provider()).to_owned()
}
