//! What people have decided: notes on findings, and findings that they closed, in a log that only grows.
//!
//! Every entry holds the hash of the one before it, so an entry that was changed, taken out or put in between is found
//! (SHA-256 over the hash before and all of the entry's texts, with U+001F between them). Who can write the file can
//! write a whole new chain: the hash of the last entry, kept elsewhere, shows that too.

use rusqlite::{Row, params};
use sha2::{Digest as _, Sha256};

use super::schema::column;
use super::store::Store;
use super::{StateError, StoredFinding};

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1.
    pub number: i64,
    /// When it was made, RFC 3339 in UTC.
    pub at: String,
    /// Who made it.
    pub who: String,
    /// `note` or `close`.
    pub action: String,
    /// The id of the finding.
    pub finding: String,
    /// What the finding was then (see [`state_of`]).
    pub about: String,
    /// What was said.
    pub text: String,
    /// The hash of the entry before; empty for the first.
    pub previous: String,
    /// The hash of this one.
    pub hash: String,
}

/// The action that closes a finding.
pub const CLOSE: &str = "close";
/// The action that says something of a finding.
pub const NOTE: &str = "note";

impl Entry {
    fn computed_hash(&self) -> String {
        let number = self.number.to_string();
        let parts =
            [&self.previous, &number, &self.at, &self.who, &self.action, &self.finding, &self.about, &self.text];
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.as_bytes());
            hash.update("\u{1f}");
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What a closed finding must still be to stay closed: the amounts on both sides and the number of records.
#[must_use]
pub fn state_of(expected_minor: &str, actual_minor: &str, count: &str) -> String {
    format!("expected {expected_minor}, actual {actual_minor}, {count} records")
}

/// The same of a finding in a state.
fn state_of_stored(finding: &StoredFinding) -> String {
    let text = |name: &str| column(&finding.columns, name);
    state_of(text("expected"), text("actual"), text("count"))
}

impl Store {
    /// All entries, in order.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn log(&self) -> Result<Vec<Entry>, StateError> {
        let text = "SELECT number, at, who, action, finding, about, text, previous, hash FROM log ORDER BY number";
        self.list(text, |row: &Row<'_>| {
            Ok(Entry {
                number: row.get(0)?,
                at: row.get(1)?,
                who: row.get(2)?,
                action: row.get(3)?,
                finding: row.get(4)?,
                about: row.get(5)?,
                text: row.get(6)?,
                previous: row.get(7)?,
                hash: row.get(8)?,
            })
        })
    }

    /// Adds an entry on a finding that the last night has, and gives it.
    ///
    /// # Errors
    /// There is no such finding, or the file system refuses; nothing was added then.
    pub fn decide(
        &mut self,
        finding: &str,
        action: &str,
        text: &str,
        who: &str,
        at: &str,
    ) -> Result<Entry, StateError> {
        let findings = self.findings()?;
        let Some(known) = findings.iter().find(|known| known.columns.first().is_some_and(|id| id == finding)) else {
            return Err(StateError::Unusable {
                path: self.path().to_owned(),
                problem: format!("no finding of the last night has the id {finding:?}"),
                help: "avstem open lists the findings with their ids",
            });
        };
        let log = self.log()?;
        let last = log.last();
        let mut entry = Entry {
            number: last.map_or(0, |last| last.number).saturating_add(1),
            at: at.to_owned(),
            who: who.to_owned(),
            action: action.to_owned(),
            finding: finding.to_owned(),
            about: state_of_stored(known),
            text: text.to_owned(),
            previous: last.map(|last| last.hash.clone()).unwrap_or_default(),
            hash: String::new(),
        };
        entry.hash = entry.computed_hash();
        let values = params![
            entry.number,
            entry.at,
            entry.who,
            entry.action,
            entry.finding,
            entry.about,
            entry.text,
            entry.previous,
            entry.hash
        ];
        let text = "INSERT INTO log VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        self.database.execute(text, values).map_err(self.failed("write the log"))?;
        Ok(entry)
    }

    /// Looks at every page of the state and every entry of the log; what is wrong, a sentence each.
    ///
    /// # Errors
    /// The state cannot be read at all.
    pub fn prove(&self) -> Result<(usize, Vec<String>), StateError> {
        let mut faults: Vec<String> = self.list("PRAGMA integrity_check(100)", |row| row.get::<_, String>(0))?;
        faults.retain(|said| said != "ok");
        let log = self.log()?;
        let mut previous = String::new();
        for (entry, number) in log.iter().zip(1_i64..) {
            let problem = if entry.number != number {
                format!("entry {number} of the log is missing")
            } else if entry.previous != previous {
                format!("entry {number} of the log does not follow on the one before it")
            } else if entry.computed_hash() != entry.hash {
                format!("entry {number} of the log is not what it was when it was written")
            } else {
                previous.clone_from(&entry.hash);
                continue;
            };
            faults.push(problem);
            break;
        }
        Ok((log.len(), faults))
    }
}
