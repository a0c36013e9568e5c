//! Writing a night: all of it in one transaction, or nothing.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::types::ToSqlOutput;
use rusqlite::{Transaction, params, params_from_iter};

use super::schema::FINDING_COLUMNS;
use super::store::Store;
use super::{
    Key, Seen, StateError, StoredCleared, StoredFact, StoredFile, StoredFinding, StoredReject, StoredRow,
    StoredVoucher, TotalKey,
};

/// A night of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Night {
    /// Its number, from 1.
    pub number: i64,
    /// Its day, `YYYY-MM-DD`.
    pub as_of: String,
    /// Files that came.
    pub files: i64,
    /// Data rows of these.
    pub rows: i64,
    /// Rows of these that could not be read.
    pub rejected: i64,
    /// Findings that were not there before.
    pub opened: i64,
    /// Findings that are gone.
    pub cleared: i64,
    /// Open findings after it.
    pub open: i64,
    /// Pending findings after it.
    pub pending: i64,
    /// How the run ended.
    pub exit_status: i64,
}

/// Figures of a night, kept to be compared with those of later ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// What was captured less reversed and not settled after it: ISO 4217 code and minor units.
    pub unsettled_minor: Vec<(String, i128)>,
    /// Operations that were settled on it: provider, days since they were made, how many.
    pub settled: Vec<(String, i64, i64)>,
}

/// What a night changes.
#[derive(Debug, Default)]
pub struct Change {
    /// The night; `None` where nothing has changed since the last one, and nothing is written.
    pub night: Option<Night>,
    /// Its figures.
    pub figures: Figures,
    /// All rows, groups and keys are written anew, those that stand in the state are dropped.
    pub anew: bool,
    /// Files that came.
    pub files: Vec<StoredFile>,
    /// Files that are now another's repetition, or replaced: number and state.
    pub states: Vec<(i64, String)>,
    /// Files of documents of which other rows are told now: number, data rows, rows that could not be read.
    pub amended: Vec<(i64, i64, i64)>,
    /// Files whose rows are another provider's now, where they name none: number and provider.
    pub renamed: Vec<(i64, String)>,
    /// Rows of those files that could not be read.
    pub rejects: Vec<StoredReject>,
    /// Rows that documents no longer tell, and that could not be read.
    pub rejects_gone: Vec<StoredReject>,
    /// Groups that are now part of an earlier one: from, into.
    pub merged: Vec<(i64, i64)>,
    /// Groups and the day of their newest row.
    pub components: Vec<(i64, String)>,
    /// Rows that documents no longer tell: group and place.
    pub rows_gone: Vec<(i64, i64)>,
    /// Rows that came.
    pub rows: Vec<StoredRow>,
    /// Facts that came; where all is written anew, all of them.
    pub facts: Vec<StoredFact>,
    /// Keys that came, sorted.
    pub keys: Vec<(Key, i64)>,
    /// Findings of tonight that are new, or not as they were, each with its digest.
    pub findings: Vec<(StoredFinding, i64)>,
    /// Findings that are gone.
    pub gone: Vec<String>,
    /// Groups that go to the archive, and their keys.
    pub archived: Vec<i64>,
    /// The keys of these groups.
    pub archived_keys: Vec<Key>,
    /// What is gone.
    pub cleared: Vec<StoredCleared>,
    /// The totals of all nights, all of them.
    pub totals: Vec<(TotalKey, i128)>,
    /// What was seen, all of it.
    pub seen: Vec<Seen>,
    /// Vouchers that are written tonight.
    pub vouchers: Vec<StoredVoucher>,
    /// Settings by name.
    pub settings: Vec<(&'static str, String)>,
}

impl Store {
    /// Writes a night.
    ///
    /// # Errors
    /// The file system refuses; the state is then as it was.
    pub fn write(&mut self, change: &Change) -> Result<(), StateError> {
        if change.night.is_none() {
            return Ok(());
        }
        let path = self.path.clone();
        let written = self.database.transaction().and_then(|night| {
            write_inputs(&night, change)?;
            write_groups(&night, change)?;
            write_findings(&night, change)?;
            write_figures(&night, change)?;
            write_vouchers(&night, change)?;
            night.commit()
        });
        written.map_err(super::failed(&path, "write the night"))?;
        self.is_new = false;
        Ok(())
    }
}

fn write_vouchers(night: &Transaction<'_>, change: &Change) -> rusqlite::Result<()> {
    let mut insert = night.prepare("INSERT INTO voucher VALUES (?1, ?2, ?3, ?4)")?;
    for voucher in &change.vouchers {
        insert.execute(params![voucher.id, voucher.booking, voucher.night, voucher.text])?;
    }
    Ok(())
}

fn json(list: &[String]) -> String {
    serde_json::to_string(list).unwrap_or_default()
}

fn write_inputs(night: &Transaction<'_>, change: &Change) -> rusqlite::Result<()> {
    let mut insert = night.prepare(
        "INSERT INTO file VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
         ?20, ?21, ?22, ?23, ?24, ?25)",
    )?;
    for file in &change.files {
        insert.execute(params![
            file.id,
            file.night,
            file.path,
            file.part,
            file.dataset,
            file.given_dataset,
            file.given_provider,
            file.provider,
            file.format,
            file.given_bytes,
            file.plain_bytes,
            file.sha256,
            file.given_sha256,
            file.state,
            file.repeats,
            file.rows,
            file.rejected,
            json(&file.columns),
            json(&file.ignored),
            json(&file.notes),
            file.tells_nothing,
            file.reference_form,
            file.native,
            file.constants,
            file.books,
        ])?;
    }
    for (file, state) in &change.states {
        night.execute("UPDATE file SET state = ?2 WHERE id = ?1", params![file, state])?;
    }
    for (file, rows, rejected) in &change.amended {
        night.execute("UPDATE file SET rows = ?2, rejected = ?3 WHERE id = ?1", params![file, rows, rejected])?;
    }
    for (file, provider) in &change.renamed {
        night.execute("UPDATE file SET provider = ?2 WHERE id = ?1", params![file, provider])?;
    }
    // Of several that are equal, one.
    let mut delete = night.prepare(
        "DELETE FROM reject WHERE rowid = (SELECT min(rowid) FROM reject
         WHERE file = ?1 AND line = ?2 AND \"column\" = ?3 AND value = ?4 AND reason = ?5)",
    )?;
    for reject in &change.rejects_gone {
        delete.execute(params![reject.file, reject.line, reject.column, reject.value, reject.reason])?;
    }
    let mut insert = night.prepare("INSERT INTO reject VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for reject in &change.rejects {
        insert.execute(params![reject.file, reject.line, reject.column, reject.value, reject.reason])?;
    }
    Ok(())
}

fn write_groups(night: &Transaction<'_>, change: &Change) -> rusqlite::Result<()> {
    // Keys are sorted, so new providers are numbered in the order of their names.
    let mut insert_provider = night.prepare("INSERT OR IGNORE INTO provider (name) VALUES (?1)")?;
    let mut number = night.prepare("SELECT id FROM provider WHERE name = ?1")?;
    let mut known: HashMap<Arc<str>, i64> = HashMap::new();
    let mut provider_of = |name: &Arc<str>| {
        if let Some(id) = known.get(name) {
            return Ok::<i64, rusqlite::Error>(*id);
        }
        insert_provider.execute([&**name])?;
        let id = number.query_row([&**name], |row| row.get(0))?;
        known.insert(Arc::clone(name), id);
        Ok(id)
    };
    if change.anew {
        night.execute_batch("DELETE FROM row; DELETE FROM fact; DELETE FROM key; DELETE FROM component;")?;
    }
    let mut delete = night.prepare("DELETE FROM row WHERE component = ?1 AND seq = ?2")?;
    for (component, seq) in &change.rows_gone {
        delete.execute([component, seq])?;
    }
    for (from, into) in &change.merged {
        night.execute("UPDATE row SET component = ?2 WHERE component = ?1", [from, into])?;
        night.execute("UPDATE fact SET component = ?2 WHERE component = ?1", [from, into])?;
        night.execute("DELETE FROM component WHERE id = ?1", [from])?;
    }
    let mut delete_rows = night.prepare("DELETE FROM row WHERE component = ?1")?;
    let mut delete_facts = night.prepare("DELETE FROM fact WHERE component = ?1")?;
    let mut delete_group = night.prepare("DELETE FROM component WHERE id = ?1")?;
    for component in &change.archived {
        delete_rows.execute([component])?;
        delete_facts.execute([component])?;
        delete_group.execute([component])?;
    }
    let mut delete_key = night.prepare("DELETE FROM key WHERE provider = ?1 AND kind = ?2 AND text = ?3")?;
    for key in &change.archived_keys {
        delete_key.execute(params![provider_of(&key.provider)?, key.kind.number(), &*key.text])?;
    }
    let mut insert = night
        .prepare("INSERT INTO component VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET newest = max(newest, ?2)")?;
    for (component, newest) in &change.components {
        insert.execute(params![component, newest])?;
    }
    let mut insert = night.prepare("INSERT INTO row VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for row in &change.rows {
        insert.execute(params![row.component, row.seq, row.file, row.line, row.text])?;
    }
    let mut insert = night.prepare("INSERT INTO fact VALUES (?1, ?2, ?3, ?4)")?;
    for fact in &change.facts {
        insert.execute(params![fact.component, fact.seq, fact.file, fact.text])?;
    }
    let mut insert =
        night.prepare("INSERT INTO key VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET component = ?4")?;
    for (key, component) in &change.keys {
        insert.execute(params![provider_of(&key.provider)?, key.kind.number(), &*key.text, component])?;
    }
    Ok(())
}

fn write_findings(night: &Transaction<'_>, change: &Change) -> rusqlite::Result<()> {
    let mut delete = night.prepare("DELETE FROM finding WHERE id = ?1")?;
    let mut delete_components = night.prepare("DELETE FROM finding_component WHERE finding = ?1")?;
    let put = change.findings.iter().filter_map(|(finding, _)| finding.columns.first());
    for id in change.gone.iter().chain(put) {
        delete.execute([id])?;
        delete_components.execute([id])?;
    }
    let places = |count: usize| (1..=count).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ");
    let mut insert = night.prepare(&format!("INSERT INTO finding VALUES ({})", places(FINDING_COLUMNS.len() + 1)))?;
    let mut insert_component = night.prepare("INSERT OR IGNORE INTO finding_component VALUES (?1, ?2)")?;
    for (finding, digest) in &change.findings {
        let columns = finding.columns.iter().map(|text| ToSqlOutput::from(text.as_str()));
        insert.execute(params_from_iter(columns.chain([ToSqlOutput::from(*digest)])))?;
        for component in &finding.components {
            insert_component.execute(params![finding.columns.first(), component])?;
        }
    }
    // What is there again on the day on which it went is not gone.
    if let Some(row) = &change.night {
        for (currency, value) in &change.figures.unsettled_minor {
            let text = "INSERT INTO unsettled VALUES (?1, ?2, ?3)";
            night.execute(text, params![row.number, currency, value.to_string()])?;
        }
        for (provider, days, operations) in &change.figures.settled {
            let text = "INSERT INTO settled VALUES (?1, ?2, ?3, ?4)";
            night.execute(text, params![row.number, provider, days, operations])?;
        }
        let text = "DELETE FROM cleared WHERE cleared_on = ?1 AND id IN (SELECT id FROM finding)";
        night.execute(text, [&row.as_of])?;
        // What only had to wait for its counterpart is of no interest after its day.
        night.execute("DELETE FROM cleared WHERE cleared_on < ?1 AND status <> 'open'", [&row.as_of])?;
    }
    let mut insert = night.prepare(&format!(
        "INSERT OR REPLACE INTO cleared ({}, cleared_on, closed_by) VALUES ({})",
        FINDING_COLUMNS.join(", "),
        places(FINDING_COLUMNS.len() + 2)
    ))?;
    for cleared in &change.cleared {
        insert.execute(params_from_iter(cleared.columns.iter().chain([&cleared.cleared_on, &cleared.closed_by])))?;
    }
    Ok(())
}

fn write_figures(night: &Transaction<'_>, change: &Change) -> rusqlite::Result<()> {
    night.execute_batch("DELETE FROM total; DELETE FROM seen;")?;
    let mut insert = night.prepare("INSERT INTO total VALUES (?1, ?2, ?3, ?4)")?;
    for ((section, key, name), value) in &change.totals {
        insert.execute(params![section, key, name, value.to_string()])?;
    }
    let mut insert = night.prepare("INSERT INTO seen VALUES (?1, ?2, ?3)")?;
    for (what, provider, value) in &change.seen {
        insert.execute(params![what, provider, value])?;
    }
    for (name, value) in &change.settings {
        night.execute(
            "INSERT INTO setting VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
            params![name, value],
        )?;
    }
    if let Some(row) = &change.night {
        night.execute(
            "INSERT INTO night VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                row.number,
                row.as_of,
                row.files,
                row.rows,
                row.rejected,
                row.opened,
                row.cleared,
                row.open,
                row.pending,
                row.exit_status
            ],
        )?;
    }
    Ok(())
}
