//! Groups that nothing has happened to for a long time go out of the state into Parquet files beside it: a later row
//! of theirs will not find them there, but nothing is lost. What they came to stays in the totals (RULES.md 6).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::Days;

use super::{Before, Old, as_they_were, documents, reading, scan};
use crate::pipeline::read::Means;
use crate::pipeline::totals::Totals;
use crate::pipeline::{RunError, datasets};
use crate::state::store::Store;
use crate::state::{Key, beside};

/// Groups that leave the state.
#[derive(Debug, Default)]
pub(super) struct Archived {
    /// Their numbers.
    pub groups: Vec<i64>,
    /// Their keys.
    pub keys: Vec<Key>,
    /// What they came to.
    pub totals: Totals,
    /// Where their rows are written, and the name that the folder is to have.
    pub folder: Option<(PathBuf, PathBuf)>,
}

/// The folder beside a state that holds what has left it.
#[must_use]
pub fn archive_path(state: &Path) -> PathBuf {
    beside(state, ".archive")
}

/// Finds the groups whose last row is older than the days to retain, and in which nothing was found; writes their rows into
/// a new folder, which gets its name only when the night is written. `busy` are the groups that are judged tonight.
///
/// # Errors
/// The state cannot be read, or the folder cannot be written.
pub(super) fn archived(
    store: &Store,
    before: &Before,
    busy: &BTreeSet<i64>,
    night: i64,
    means: &Means<'_>,
) -> Result<Archived, RunError> {
    let as_of = means.plan.as_of;
    let Some(oldest) = as_of.checked_sub_days(Days::new(means.plan.retain_days)) else {
        return Ok(Archived::default());
    };
    let mut groups = store.components_before(&oldest.to_string())?;
    groups.retain(|group| !busy.contains(group));
    // Without Parquet there is nothing to write them with, and they stay.
    if groups.is_empty() || !cfg!(feature = "parquet") {
        return Ok(Archived::default());
    }
    let Old { inputs, totals, .. } = as_they_were(store.rows(Some(&groups))?, before, means)?;
    let rows = scan::rows(&inputs, &reading(&inputs, |_| true), means)?;
    let mut keys: BTreeSet<Key> = rows.into_iter().flat_map(|row| row.keys).collect();
    let facts = documents::of_state(store.facts(Some(&groups))?, store, before, means)?;
    keys.extend(facts.into_iter().flat_map(|fact| fact.keys));
    let named = archive_path(store.path()).join(format!("{as_of}-night-{night}"));
    let new = named.with_extension("new");
    // What a run that died has left there.
    if new.exists() {
        std::fs::remove_dir_all(&new)?;
    }
    std::fs::create_dir_all(&new)?;
    datasets::write(&inputs, means, &new)?;
    for file in std::fs::read_dir(&new)? {
        std::fs::File::open(file?.path())?.sync_all()?;
    }
    Ok(Archived { groups, keys: keys.into_iter().collect(), totals, folder: Some((new, named)) })
}
