//! Reading a state: what is known, and the groups that rows belong to.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row};

use super::lock::Lock;
use super::schema::{FINDING_COLUMNS, VERSION, check, check_whole, migrate};
use super::{
    Key, Mark, Seen, StateError, StoredFact, StoredFile, StoredFinding, StoredReject, StoredRow, StoredVoucher,
    TotalKey, beside, failed,
};

/// The setting that holds the ids of vouchers that are not yet handed out, as a JSON list.
pub const DUE: &str = "vouchers due";

/// A state, open and locked.
#[derive(Debug)]
pub struct Store {
    pub(super) database: Connection,
    pub(super) path: PathBuf,
    /// There was no file before, and nothing was written yet: a run that stops leaves none.
    pub(super) is_new: bool,
    _lock: Option<Lock>,
}

impl Drop for Store {
    fn drop(&mut self) {
        if self.is_new {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The last night of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastNight {
    /// Its number, from 1.
    pub number: i64,
    /// Its day, `YYYY-MM-DD`.
    pub as_of: String,
}

/// A state up to this size is looked through before anything else, in a tenth of a second. Of a larger one each page is
/// looked at when it is read, which ends the run before anything is written too.
const CHECKED_LEN_MAX: u64 = 64 << 20;

/// How many groups one statement asks for.
const AT_ONCE: usize = 500;

impl Store {
    /// Opens a state for a run, and makes it where there is none. `started` says when the run began.
    ///
    /// # Errors
    /// Another run holds it, or it is no state, of a newer version, damaged or unreadable.
    pub fn open(path: &Path, started: &str) -> Result<Self, StateError> {
        let lock = Lock::take(path, started)?;
        let is_new = !path.exists();
        let database = connect(path).inspect_err(|_| {
            if is_new {
                let _ = std::fs::remove_file(path);
            }
        })?;
        Ok(Self { database, path: path.to_owned(), is_new, _lock: Some(lock) })
    }

    /// Sets a state whose last night is later than a day aside and begins a new one; gives the name under which the old
    /// one is kept, where that was so.
    ///
    /// # Errors
    /// The state cannot be read, or the file system refuses.
    pub fn set_aside_if_later(&mut self, as_of: &str) -> Result<Option<PathBuf>, StateError> {
        let Some(last) = self.last_night()?.filter(|last| last.as_of.as_str() > as_of) else { return Ok(None) };
        let aside = (0..)
            .map(|number| if number == 0 { String::new() } else { format!("-{number}") })
            .map(|number| beside(&self.path, &format!(".until-{}{number}", last.as_of)))
            .find(|path| !path.exists())
            .unwrap_or_default();
        let none = Connection::open_in_memory().map_err(self.failed("close"))?;
        let closed = std::mem::replace(&mut self.database, none);
        closed.close().map_err(|(_, error)| failed(&self.path, "close the state")(error))?;
        std::fs::rename(&self.path, &aside).map_err(|error| StateError::Failed {
            path: self.path.clone(),
            problem: format!("cannot set the state aside: {error}"),
        })?;
        self.database = connect(&self.path)?;
        self.is_new = true;
        Ok(Some(aside))
    }

    /// Puts a state that was set aside back in its place, where nothing was written in its stead.
    ///
    /// # Errors
    /// The file system refuses; the state is then where it was set aside.
    pub fn put_back(mut self, aside: &Path) -> Result<(), StateError> {
        if !self.is_new {
            return Ok(());
        }
        self.is_new = false;
        std::fs::rename(aside, &self.path).map_err(|error| StateError::Failed {
            path: aside.to_owned(),
            problem: format!("cannot be put back as {}: {error}", self.path.display()),
        })
    }

    /// Opens a state for reading only.
    ///
    /// # Errors
    /// There is none, or it is no state, of a newer version, damaged or unreadable.
    pub fn look(path: &Path) -> Result<Self, StateError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(path, flags).map_err(failed(path, "open the state"))?;
        let unusable = |problem: String, help| Err(StateError::Unusable { path: path.to_owned(), problem, help });
        match check(&database, path)? {
            0 => unusable("the state is empty".to_owned(), "a run with --state makes one"),
            VERSION => Ok(()),
            older => {
                unusable(format!("the state has version {older}, an older one"), "the next run brings it up to date")
            }
        }?;
        Ok(Self { database, path: path.to_owned(), is_new: false, _lock: None })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn failed<'s>(&'s self, action: &'s str) -> impl FnOnce(rusqlite::Error) -> StateError + 's {
        failed(&self.path, action)
    }

    pub(super) fn list<T>(
        &self,
        text: &str,
        of: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StateError> {
        let listed = self.database.prepare(text).and_then(|mut query| query.query_map([], of)?.collect());
        listed.map_err(self.failed("read"))
    }

    /// The last night, where there was one.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn last_night(&self) -> Result<Option<LastNight>, StateError> {
        let text = "SELECT number, as_of FROM night ORDER BY number DESC LIMIT 1";
        let of = |row: &Row<'_>| Ok(LastNight { number: row.get(0)?, as_of: row.get(1)? });
        self.database.query_row(text, [], of).optional().map_err(self.failed("read"))
    }

    /// A setting that a night has left.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StateError> {
        let text = "SELECT value FROM setting WHERE name = ?1";
        self.database.query_row(text, [name], |row| row.get(0)).optional().map_err(self.failed("read"))
    }

    /// Notes that every voucher is handed out.
    ///
    /// # Errors
    /// The state cannot be written.
    pub fn handed_out(&mut self) -> Result<(), StateError> {
        let text = "UPDATE setting SET value = '[]' WHERE name = ?1";
        self.database.execute(text, [DUE]).map(drop).map_err(self.failed("note what is handed out"))
    }

    /// All files, in the order of their numbers.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn files(&self) -> Result<Vec<StoredFile>, StateError> {
        self.list("SELECT * FROM file ORDER BY id", |row| {
            let list = |name: &str| -> rusqlite::Result<Vec<String>> {
                let text: String = row.get(name)?;
                Ok(serde_json::from_str(&text).unwrap_or_default())
            };
            Ok(StoredFile {
                id: row.get("id")?,
                night: row.get("night")?,
                path: row.get("path")?,
                part: row.get("part")?,
                dataset: row.get("dataset")?,
                given_dataset: row.get("given_dataset")?,
                given_provider: row.get("given_provider")?,
                provider: row.get("provider")?,
                format: row.get("format")?,
                given_bytes: row.get("given_bytes")?,
                plain_bytes: row.get("plain_bytes")?,
                sha256: row.get("sha256")?,
                given_sha256: row.get("given_sha256")?,
                state: row.get("state")?,
                repeats: row.get("repeats")?,
                rows: row.get("rows")?,
                rejected: row.get("rejected")?,
                columns: list("columns")?,
                ignored: list("ignored")?,
                notes: list("notes")?,
                tells_nothing: row.get("tells_nothing")?,
                reference_form: row.get("reference_form")?,
                native: row.get("native")?,
                constants: row.get("constants")?,
                books: row.get("books")?,
            })
        })
    }

    /// The vouchers that were written, by id.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn vouchers(&self) -> Result<Vec<StoredVoucher>, StateError> {
        let of = |row: &Row<'_>| {
            Ok(StoredVoucher { id: row.get(0)?, booking: row.get(1)?, night: row.get(2)?, text: row.get(3)? })
        };
        self.list("SELECT id, booking, night, text FROM voucher ORDER BY id", of)
    }

    /// Days of the nights, by number.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn nights(&self) -> Result<Vec<LastNight>, StateError> {
        let of = |row: &Row<'_>| Ok(LastNight { number: row.get(0)?, as_of: row.get(1)? });
        self.list("SELECT number, as_of FROM night ORDER BY number", of)
    }

    /// All rows that could not be read.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn rejects(&self) -> Result<Vec<StoredReject>, StateError> {
        self.list("SELECT file, line, \"column\", value, reason FROM reject ORDER BY rowid", |row| {
            Ok(StoredReject {
                file: row.get(0)?,
                line: row.get(1)?,
                column: row.get(2)?,
                value: row.get(3)?,
                reason: row.get(4)?,
            })
        })
    }

    /// The totals of all nights.
    ///
    /// # Errors
    /// The state cannot be read, or a number in it is none.
    pub fn totals(&self) -> Result<Vec<(TotalKey, i128)>, StateError> {
        let rows = self.list("SELECT section, key, name, value FROM total ORDER BY section, key, name", |row| {
            Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get::<_, String>(3)?))
        })?;
        let number = |(key, text): (TotalKey, String)| match text.parse() {
            Ok(number) => Ok((key, number)),
            Err(_) => Err(StateError::Unusable {
                path: self.path.clone(),
                problem: format!("the total {key:?} is {text:?}, which is no number"),
                help: "put a copy of the state from before in its place",
            }),
        };
        rows.into_iter().map(number).collect()
    }

    /// What was seen on any night.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn seen(&self) -> Result<Vec<Seen>, StateError> {
        self.list("SELECT what, provider, value FROM seen ORDER BY what, provider, value", |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
    }

    /// The groups of keys, one a key that is known; for keys in ascending order.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn components_of(&self, keys: &[&Key]) -> Result<Vec<Option<i64>>, StateError> {
        let providers = self.providers()?;
        let text = "SELECT component FROM key WHERE provider = ?1 AND kind = ?2 AND text = ?3";
        let looked_up = self.database.prepare(text).and_then(|mut query| {
            let mut one = |key: &&Key| {
                let Some(provider) = providers.get(&*key.provider) else { return Ok(None) };
                query.query_row((provider, key.kind.number(), &*key.text), |row| row.get(0)).optional()
            };
            keys.iter().map(&mut one).collect()
        });
        looked_up.map_err(self.failed("read"))
    }

    /// The numbers of the providers.
    pub(super) fn providers(&self) -> Result<HashMap<String, i64>, StateError> {
        Ok(self.list("SELECT name, id FROM provider", |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
    }

    /// The groups that something was found in.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn components_of_findings(&self) -> Result<Vec<i64>, StateError> {
        self.list("SELECT DISTINCT component FROM finding_component ORDER BY component", |row| row.get(0))
    }

    /// Groups without a row since a day, and in which nothing was found, the oldest first.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn components_before(&self, day: &str) -> Result<Vec<i64>, StateError> {
        let text = "SELECT id FROM component WHERE newest < ?1 AND id NOT IN (SELECT component FROM finding_component)
                    ORDER BY newest, id";
        let listed =
            self.database.prepare(text).and_then(|mut query| query.query_map([day], |row| row.get(0))?.collect());
        listed.map_err(self.failed("read"))
    }

    /// The rows of groups, or of all, ordered by place.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn rows(&self, components: Option<&[i64]>) -> Result<Vec<StoredRow>, StateError> {
        let of = |row: &Row<'_>| {
            Ok(StoredRow {
                component: row.get(0)?,
                seq: row.get(1)?,
                file: row.get(2)?,
                line: row.get(3)?,
                text: row.get(4)?,
            })
        };
        let mut rows = self.of_groups("SELECT component, seq, file, line, text FROM row", components, of)?;
        rows.sort_by_key(|row| row.seq);
        Ok(rows)
    }

    /// The facts of groups, or all, ordered by place.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn facts(&self, components: Option<&[i64]>) -> Result<Vec<StoredFact>, StateError> {
        let of = |row: &Row<'_>| {
            Ok(StoredFact { component: row.get(0)?, seq: row.get(1)?, file: row.get(2)?, text: row.get(3)? })
        };
        let mut facts = self.of_groups("SELECT component, seq, file, text FROM fact", components, of)?;
        facts.sort_by_key(|fact| fact.seq);
        Ok(facts)
    }

    /// What a query gives of groups, or of all.
    fn of_groups<T>(
        &self,
        query: &str,
        components: Option<&[i64]>,
        of: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StateError> {
        let Some(components) = components else { return self.list(query, of) };
        let mut all = Vec::new();
        let text = format!("{query} WHERE component IN (SELECT value FROM json_each(?1))");
        for some in components.chunks(AT_ONCE) {
            let list = serde_json::to_string(some).unwrap_or_default();
            let listed = self.database.prepare_cached(&text).and_then(|mut query| {
                for one in query.query_map([list], &of)? {
                    all.push(one?);
                }
                Ok(())
            });
            listed.map_err(self.failed("read"))?;
        }
        Ok(all)
    }

    /// The number of the next file, group and row.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn next_numbers(&self) -> Result<[i64; 3], StateError> {
        let file = "SELECT ifnull(max(id), 0) + 1 FROM file";
        let number = |text: &str| self.database.query_row(text, [], |row| row.get(0)).map_err(self.failed("read"));
        let kept =
            |name: &str| Ok::<_, StateError>(self.setting(name)?.and_then(|text| text.parse().ok()).unwrap_or(1));
        Ok([number(file)?, kept("next_component")?, kept("next_row")?])
    }

    /// The findings of the last night.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn findings(&self) -> Result<Vec<StoredFinding>, StateError> {
        let text = format!("SELECT {} FROM finding ORDER BY id", FINDING_COLUMNS.join(", "));
        self.list(&text, |row| {
            Ok(StoredFinding { columns: columns(row, FINDING_COLUMNS.len())?, components: Vec::new() })
        })
    }

    /// What is known of the findings of the last night, by id.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn marks(&self) -> Result<HashMap<String, Mark>, StateError> {
        let of = |row: &Row<'_>| Ok((row.get(0)?, Mark { first_seen: row.get(1)?, digest: row.get(2)? }));
        Ok(self.list("SELECT id, first_seen, digest FROM finding", of)?.into_iter().collect())
    }

    /// Some findings of the last night with their groups, in the order of these ids.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn findings_by_id(&self, ids: &[String]) -> Result<Vec<StoredFinding>, StateError> {
        let text = format!("SELECT {} FROM finding WHERE id = ?1", FINDING_COLUMNS.join(", "));
        let of_finding = "SELECT component FROM finding_component WHERE finding = ?1 ORDER BY component";
        let read = || {
            let (mut query, mut groups) = (self.database.prepare(&text)?, self.database.prepare(of_finding)?);
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                let components = groups.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
                let finding = query.query_row([id], |row| columns(row, FINDING_COLUMNS.len())).optional()?;
                found.extend(finding.map(|columns| StoredFinding { columns, components }));
            }
            Ok(found)
        };
        read().map_err(self.failed("read"))
    }
}

/// Opens a state for reading and writing, and makes its tables where there are none.
fn connect(path: &Path) -> Result<Connection, StateError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(path, flags).map_err(failed(path, "open the state"))?;
    // One writer at a time, and one file to copy: a rollback journal, synced before the file is and gone after it.
    let settings = "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA;
                    PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON;";
    let version = check(&database, path)?;
    database.execute_batch(settings).map_err(failed(path, "open the state"))?;
    if version == 0 {
        migrate(&database, 0, path)?;
        return Ok(database);
    }
    if std::fs::metadata(path).is_ok_and(|file| file.len() <= CHECKED_LEN_MAX) {
        check_whole(&database, path)?;
    }
    if version < VERSION {
        keep_copy(path, version)?;
        migrate(&database, version, path)?;
    }
    Ok(database)
}

/// Keeps a copy of a state as it is, beside it; one that is there already is of the same version and stays.
fn keep_copy(path: &Path, version: i32) -> Result<(), StateError> {
    let [copy, new] = ["", ".new"].map(|end| beside(path, &format!(".version-{version}{end}")));
    if copy.exists() {
        return Ok(());
    }
    let copied = std::fs::copy(path, &new)
        .and_then(|_| std::fs::File::open(&new)?.sync_all())
        .and_then(|()| std::fs::rename(&new, &copy));
    copied.map_err(|error| StateError::Failed {
        path: copy,
        problem: format!("cannot keep a copy of the state of version {version}: {error}"),
    })
}

pub(super) fn columns(row: &Row<'_>, count: usize) -> rusqlite::Result<Vec<String>> {
    (0..count).map(|place| row.get(place)).collect()
}
