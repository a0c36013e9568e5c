//! The tables of a state, and how an older one becomes a newer one.

use std::path::Path;

use rusqlite::Connection;

use super::{DAMAGED, StateError, failed};

/// Tells a state from other SQLite files: `avst` in ASCII.
pub const APPLICATION_ID: i32 = 0x6176_7374;

/// The version that this program writes.
pub const VERSION: i32 = 4;

/// Columns of a finding: those of `discrepancies.csv` (RULES.md 8), but for `age_days`, which changes every night:
/// `newest` is the day from which it is counted, empty where nothing says it.
pub const FINDING_COLUMNS: [&str; 20] = [
    "id",
    "code",
    "status",
    "leg",
    "provider",
    "order_id",
    "line_id",
    "payee_reference",
    "transaction_number",
    "reconciliation_number",
    "settlement_id",
    "currency",
    "expected",
    "actual",
    "difference",
    "count",
    "newest",
    "first_seen",
    "explanation",
    "sources",
];

/// A column of a finding by its name; empty where there is none.
#[must_use]
pub fn column<'f>(columns: &'f [String], name: &str) -> &'f str {
    let place = FINDING_COLUMNS.iter().position(|column| *column == name);
    place.and_then(|place| columns.get(place)).map_or("", String::as_str)
}

/// What makes each version from the one before; the first from nothing. A version that was released is never changed.
const STEPS: [&str; 4] = [TABLES, LOG, FACTS, BOOKS];

/// Version 1. Amounts and sums are texts where they may be larger than 64 bits.
const TABLES: &str = "
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE night (
    number INTEGER PRIMARY KEY, as_of TEXT NOT NULL, files INTEGER NOT NULL, rows INTEGER NOT NULL,
    rejected INTEGER NOT NULL, opened INTEGER NOT NULL, cleared INTEGER NOT NULL, open INTEGER NOT NULL,
    pending INTEGER NOT NULL, exit_status INTEGER NOT NULL
) STRICT;
CREATE TABLE file (
    id INTEGER PRIMARY KEY, night INTEGER NOT NULL, path TEXT NOT NULL, part INTEGER NOT NULL, dataset TEXT NOT NULL,
    given_dataset TEXT, given_provider TEXT, provider TEXT NOT NULL, format TEXT NOT NULL, given_bytes INTEGER NOT NULL,
    plain_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, given_sha256 TEXT, state TEXT NOT NULL, repeats TEXT,
    rows INTEGER NOT NULL, rejected INTEGER NOT NULL, columns TEXT NOT NULL, ignored TEXT NOT NULL, notes TEXT NOT NULL,
    tells_nothing INTEGER NOT NULL, reference_form TEXT, native TEXT
) STRICT;
CREATE TABLE reject (
    file INTEGER NOT NULL, line INTEGER NOT NULL, \"column\" TEXT NOT NULL, value TEXT NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE TABLE component (id INTEGER PRIMARY KEY, newest TEXT NOT NULL) STRICT;
CREATE INDEX component_newest ON component (newest);
CREATE TABLE row (
    component INTEGER NOT NULL, seq INTEGER NOT NULL, file INTEGER NOT NULL, line INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (component, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE provider (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE key (
    provider INTEGER NOT NULL, kind INTEGER NOT NULL, text TEXT NOT NULL, component INTEGER NOT NULL,
    PRIMARY KEY (provider, kind, text)
) STRICT, WITHOUT ROWID;
CREATE TABLE finding (
    id TEXT PRIMARY KEY, code TEXT NOT NULL, status TEXT NOT NULL, leg TEXT NOT NULL, provider TEXT NOT NULL,
    order_id TEXT NOT NULL, line_id TEXT NOT NULL, payee_reference TEXT NOT NULL, transaction_number TEXT NOT NULL,
    reconciliation_number TEXT NOT NULL, settlement_id TEXT NOT NULL, currency TEXT NOT NULL, expected TEXT NOT NULL,
    actual TEXT NOT NULL, difference TEXT NOT NULL, count TEXT NOT NULL, newest TEXT NOT NULL,
    first_seen TEXT NOT NULL, explanation TEXT NOT NULL, sources TEXT NOT NULL, digest INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE finding_component (
    finding TEXT NOT NULL, component INTEGER NOT NULL, PRIMARY KEY (finding, component)
) STRICT, WITHOUT ROWID;
CREATE TABLE cleared (
    cleared_on TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, status TEXT NOT NULL, leg TEXT NOT NULL,
    provider TEXT NOT NULL, order_id TEXT NOT NULL, line_id TEXT NOT NULL, payee_reference TEXT NOT NULL,
    transaction_number TEXT NOT NULL, reconciliation_number TEXT NOT NULL, settlement_id TEXT NOT NULL,
    currency TEXT NOT NULL, expected TEXT NOT NULL, actual TEXT NOT NULL, difference TEXT NOT NULL, count TEXT NOT NULL,
    newest TEXT NOT NULL, first_seen TEXT NOT NULL, explanation TEXT NOT NULL, sources TEXT NOT NULL,
    closed_by TEXT NOT NULL, PRIMARY KEY (cleared_on, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE total (
    section TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (section, key, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE seen (
    what TEXT NOT NULL, provider TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (what, provider, value)
) STRICT, WITHOUT ROWID;
";

/// Version 2: what people decide.
const LOG: &str = "
CREATE TABLE log (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, finding TEXT NOT NULL,
    about TEXT NOT NULL, text TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
";

/// Version 3: what documents of an API tell, and figures of each night.
const FACTS: &str = "
CREATE TABLE fact (
    component INTEGER NOT NULL, seq INTEGER NOT NULL, file INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (component, seq)
) STRICT, WITHOUT ROWID;
ALTER TABLE file ADD COLUMN constants TEXT;
CREATE TABLE unsettled (
    night INTEGER NOT NULL, currency TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (night, currency)
) STRICT, WITHOUT ROWID;
CREATE TABLE settled (
    night INTEGER NOT NULL, provider TEXT NOT NULL, days INTEGER NOT NULL, operations INTEGER NOT NULL,
    PRIMARY KEY (night, provider, days)
) STRICT, WITHOUT ROWID;
";

/// Version 4: what files hold for the books, and the vouchers that were written, each once.
const BOOKS: &str = "
ALTER TABLE file ADD COLUMN books TEXT;
CREATE TABLE voucher (
    id TEXT PRIMARY KEY, booking TEXT NOT NULL, night TEXT NOT NULL, text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Brings a database from a version (0: nothing) to [`VERSION`], in one transaction.
pub(super) fn migrate(database: &Connection, from: i32, path: &Path) -> Result<(), StateError> {
    let done = usize::try_from(from).unwrap_or(0);
    let steps: String = STEPS.iter().skip(done).copied().collect();
    let text = format!("BEGIN; PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={VERSION}; {steps} COMMIT;");
    database.execute_batch(&text).map_err(failed(path, "make its tables"))
}

/// Looks whether a database is a state that this program can use, and says its version; 0 where there is nothing in it.
pub(super) fn check(database: &Connection, path: &Path) -> Result<i32, StateError> {
    let unusable = |problem: String, help| StateError::Unusable { path: path.to_owned(), problem, help };
    let number = |name: &str| database.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i32>(0));
    let (application, version, schema) = number("application_id")
        .and_then(|application| Ok((application, number("user_version")?, number("schema_version")?)))
        .map_err(|error| {
            unusable(format!("this is no state, or it is damaged: {error}"), "give the path of a state, or of no file")
        })?;
    if (application, version, schema) == (0, 0, 0) {
        return Ok(0);
    }
    if application != APPLICATION_ID {
        return Err(unusable(
            "this SQLite file is no state of avstem".to_owned(),
            "give the path of a state, or of no file",
        ));
    }
    if version > VERSION {
        let problem = format!("this state has version {version}, and this program knows versions up to {VERSION}");
        return Err(unusable(problem, "use the newer program that wrote it"));
    }
    Ok(version)
}

/// Looks at every page: what is damaged is found before anything is written.
pub(super) fn check_whole(database: &Connection, path: &Path) -> Result<(), StateError> {
    let said = database.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    let problem = match said {
        Ok(said) if said == "ok" => return Ok(()),
        Ok(said) => said,
        Err(error) => error.to_string(),
    };
    Err(StateError::Unusable {
        path: path.to_owned(),
        problem: format!("the state is damaged: {problem}"),
        help: DAMAGED,
    })
}
