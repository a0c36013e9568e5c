//! All that a state holds, as the inputs of a run: for whoever asks why something is as it is.

use chrono::NaiveDate;

use super::before::Before;
use super::{Inputs, fill, open_items, past, rules_text};
use crate::pipeline::read::Means;
use crate::pipeline::{Beside, RunError};
use crate::state::store::Store;
use crate::state::{StateError, StoredFinding};

/// All rows of a state, and what else a run over them needs.
pub(in crate::pipeline) struct Kept {
    /// Its files with their rows.
    pub inputs: Inputs,
    /// What has left the state, what was seen, and what is known of findings.
    pub beside: Beside,
    /// The findings of its last night.
    pub findings: Vec<StoredFinding>,
}

/// The day of the last night of a state.
///
/// # Errors
/// The state cannot be read, or holds no night.
pub fn last_day(store: &Store) -> Result<NaiveDate, RunError> {
    let last = store.last_night()?.and_then(|last| last.as_of.parse().ok());
    last.ok_or_else(|| {
        let (path, problem) = (store.path().to_owned(), "holds no night yet".to_owned());
        StateError::Unusable { path, problem, help: "`avstem run --state FILE` works one" }.into()
    })
}

/// Takes all rows out of a state.
///
/// # Errors
/// The state cannot be read, or was judged by other rules than the plan's.
pub(in crate::pipeline) fn kept(store: &Store, means: &Means<'_>) -> Result<Kept, RunError> {
    let before = Before::of(store)?;
    if before.rules.as_ref().is_some_and(|rules| *rules != rules_text(means.plan)) {
        let problem = "its nights were judged by other rules than those given here".to_owned();
        let help = "give the --config and --provider of its last night";
        return Err(StateError::Unusable { path: store.path().to_owned(), problem, help }.into());
    }
    let mut inputs = Inputs::default();
    inputs.put_among(past::files(&before.files, &[], &before.days, means.currencies)?);
    fill(&mut inputs, &before, &store.rows(None)?);
    for file in &mut inputs.files {
        // They are counted again.
        file.known_rows = None;
    }
    let known = open_items::known(&before.marks, &store.log()?);
    let beside = Beside { totals: before.archived, seen: before.seen, known, ..Beside::default() };
    Ok(Kept { inputs, beside, findings: store.findings()? })
}
