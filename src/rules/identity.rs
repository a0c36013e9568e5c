//! RULES.md 2: one record of several versions. Equal ones are repeated; of different ones the latest counts.

use std::cmp::Ordering;

use crate::model::compact::{LineRec, OperationRow};
use crate::model::origin::Origin;
use crate::model::record::{ReadBack, ReadBackError, Row};

/// A record that may come in several versions.
pub trait Version: Copy {
    /// Hash of its content: equal hashes are equal content, different ones are compared as typed values.
    fn content(&self) -> u64;
    /// Where it stands.
    fn origin(&self) -> Origin;
}

impl Version for LineRec {
    fn content(&self) -> u64 {
        self.content
    }
    fn origin(&self) -> Origin {
        self.origin
    }
}

impl Version for OperationRow {
    fn content(&self) -> u64 {
        self.content
    }
    fn origin(&self) -> Origin {
        self.origin
    }
}

/// What became of the versions of one record.
#[derive(Debug)]
pub struct Sifted<T> {
    /// The version that counts.
    pub used: T,
    /// Versions replaced by the one that counts, the conflicting ones included.
    pub superseded: Vec<T>,
    /// Versions that nothing but their order tells from the one that counts: each is a `record-conflict`.
    pub conflicting: Vec<T>,
}

/// Sifts the versions of one record: `versions` are all rows of one identity and line, at least one. Those equal to an earlier
/// one are given to `repeated`: nobody needs them again, and there may be millions.
///
/// # Errors
/// A row cannot be read back.
pub fn sift<T: Version>(
    versions: &mut [T],
    rows: &dyn ReadBack,
    mut repeated: impl FnMut(&T),
) -> Result<Sifted<T>, ReadBackError> {
    if let [only] = versions {
        return Ok(Sifted { used: *only, superseded: Vec::new(), conflicting: Vec::new() });
    }
    // By content, so that equal ones stand together; by origin, so that the choice among equal ones is fixed.
    versions.sort_unstable_by_key(|version| (version.content(), version.origin()));
    let (first, rest) = versions.split_first().expect("a record has at least one version");
    let mut sifted = Sifted { used: *first, superseded: Vec::new(), conflicting: Vec::new() };
    let mut different = vec![*first];
    for version in rest {
        if different.last().is_some_and(|last| last.content() == version.content()) {
            repeated(version);
        } else {
            different.push(*version);
        }
    }
    if different.len() == 1 {
        return Ok(sifted);
    }

    let mut typed: Vec<(Row, T)> = Vec::with_capacity(different.len());
    for version in different {
        typed.push((rows.row(version.origin())?, version));
    }
    typed.sort_by(|(a, _), (b, _)| in_order(a, b));
    let mut distinct: Vec<(Row, T)> = Vec::with_capacity(typed.len());
    for (row, version) in typed {
        match distinct.last() {
            Some((last, _)) if last.values == row.values => repeated(&version),
            _ => distinct.push((row, version)),
        }
    }
    let latest = distinct.iter().map(|(row, _)| row.instant("updated_at")).max().flatten();
    let is_latest = |row: &Row| row.instant("updated_at") == latest;
    let completed = distinct.iter().any(|(row, _)| is_latest(row) && row.completed());
    // Sorted by amount and the other columns already, so the first that is left counts.
    let (left, beaten): (Vec<_>, Vec<_>) =
        distinct.into_iter().partition(|(row, _)| is_latest(row) && row.completed() == completed);
    sifted.superseded.extend(beaten.into_iter().map(|(_, version)| version));
    for (place, (_, version)) in left.into_iter().enumerate() {
        if place == 0 {
            sifted.used = version;
        } else {
            sifted.superseded.push(version);
            sifted.conflicting.push(version);
        }
    }
    Ok(sifted)
}

fn in_order(a: &Row, b: &Row) -> Ordering {
    a.cmp_by_amount(b).then(a.origin.cmp(&b.origin))
}
