//! What must be equal between a night and one run, and between a year and its replay; first differences in words.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;

/// Members of the summary that only a night has, or that seal files which differ.
const OF_THE_NIGHT: [&str; 5] = ["night", "files", "line_checks", "content_line_check", "content_sha256"];

/// A table with its header, a row as text by column.
pub fn table(path: &Path) -> Result<Vec<BTreeMap<String, String>>, String> {
    let mut reader = csv::Reader::from_path(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let header = reader.headers().unwrap().clone();
    let row = |row: csv::StringRecord| {
        header.iter().zip(row.iter()).map(|(name, field)| (name.to_owned(), field.to_owned())).collect()
    };
    Ok(reader.records().map(|record| row(record.unwrap())).collect())
}

/// The codes of a report.
pub fn codes(out: &Path) -> BTreeSet<String> {
    table(&out.join("discrepancies.csv")).unwrap().into_iter().map(|row| row["code"].clone()).collect()
}

/// The report of a night says what one run over everything says.
pub fn as_one_run(night: &Path, whole: &Path) -> Result<(), String> {
    let read = |folder: &Path, name: &str| std::fs::read(folder.join(name)).map_err(|error| format!("{name}: {error}"));
    for name in ["rejects.csv", "batches.csv"] {
        same_lines(name, &read(night, name)?, &read(whole, name)?)?;
    }
    let name = "discrepancies.csv";
    same_lines(name, &without_first_seen(&read(night, name)?), &without_first_seen(&read(whole, name)?))?;
    let name = "summary.json";
    same_lines(name, &without_night(&read(night, name)?), &without_night(&read(whole, name)?))
}

fn without_first_seen(bytes: &[u8]) -> Vec<u8> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let mut out = Vec::new();
    let mut column = None;
    for record in reader.records() {
        let record = record.unwrap();
        column = column.or_else(|| record.iter().position(|name| name == "first_seen"));
        let kept: Vec<&str> =
            record.iter().enumerate().filter(|(at, _)| Some(*at) != column).map(|(_, field)| field).collect();
        out.extend_from_slice(kept.join(",").replace('\n', "\\n").as_bytes());
        out.push(b'\n');
    }
    out
}

fn without_night(bytes: &[u8]) -> Vec<u8> {
    let mut summary: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    let members = summary.as_object_mut().unwrap();
    OF_THE_NIGHT.iter().for_each(|name| drop(members.shift_remove(*name)));
    serde_json::to_vec_pretty(&summary).unwrap()
}

/// Both folders hold the same files with the same bytes.
pub fn same_folder(left: &Path, right: &Path) -> Result<(), String> {
    let names = |folder: &Path| -> BTreeSet<String> {
        std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect()
    };
    if names(left) != names(right) {
        return Err(format!("the reports hold {:?} and {:?}", names(left), names(right)));
    }
    for name in names(left) {
        let read = |folder: &Path| std::fs::read(folder.join(&name)).unwrap();
        same_lines(&name, &read(left), &read(right))?;
    }
    Ok(())
}

/// The same text.
pub fn same_lines(what: &str, left: &[u8], right: &[u8]) -> Result<(), String> {
    if left == right { Ok(()) } else { Err(format!("{what}: {}", first_difference(left, right))) }
}

/// The first line that differs, as both sides have it.
pub fn first_difference(left: &[u8], right: &[u8]) -> String {
    let (left, right) = (String::from_utf8_lossy(left), String::from_utf8_lossy(right));
    let (mut ours, mut theirs) = (left.lines(), right.lines());
    for number in 1.. {
        match (ours.next(), theirs.next()) {
            (Some(one), Some(other)) if one == other => {}
            (None, None) => return "only line ends differ".to_owned(),
            (one, other) => {
                let said = |line: Option<&str>| line.map_or_else(|| "(no such line)".to_owned(), cut);
                return format!("line {number}:\n  state:   {}\n  one run: {}", said(one), said(other));
            }
        }
    }
    unreachable!("texts end")
}

fn cut(line: &str) -> String {
    line.chars().take(600).collect()
}

/// What a person saw of the findings, night after night.
#[derive(Debug, Default)]
pub struct Seen {
    /// Open or pending in the last report, with the day since when without a break.
    standing: BTreeMap<String, NaiveDate>,
    /// The first day of all that were ever seen.
    ever: BTreeMap<String, NaiveDate>,
    last: Option<NaiveDate>,
    /// Closed on that day.
    gone: BTreeSet<String>,
}

impl Seen {
    /// The day of the last report.
    pub fn last(&self) -> Option<NaiveDate> {
        self.last
    }

    /// The first-seen days and the cleared items of a report follow from the reports before it.
    pub fn night(&mut self, out: &Path, as_of: NaiveDate) -> Result<(), String> {
        let mut now = BTreeMap::new();
        let mut all = BTreeSet::new();
        for row in table(&out.join("discrepancies.csv"))? {
            let id = row["id"].clone();
            if !all.insert(id.clone()) {
                return Err(format!("two findings have the id {id}: {row:?}"));
            }
            if row["status"] != "open" && row["status"] != "pending" {
                continue;
            }
            let first: NaiveDate = row["first_seen"].parse().map_err(|_| format!("no first_seen: {row:?}"))?;
            let since = self.standing.get(&id).copied().unwrap_or(as_of);
            let ever = *self.ever.entry(id.clone()).or_insert(as_of);
            if first != since && first != ever {
                return Err(format!("first_seen must be {since}, but is {first}: {row:?}"));
            }
            now.insert(id, since);
        }
        // What was cleared is told for the whole of its day, unless it came back.
        if self.last != Some(as_of) {
            self.gone.clear();
        }
        let gone = std::mem::take(&mut self.standing).into_keys();
        self.gone.extend(gone);
        self.gone.retain(|id| !all.contains(id));
        let told: Vec<String> =
            table(&out.join("cleared.csv"))?.into_iter().map(|mut row| row.remove("id").unwrap_or_default()).collect();
        let once: BTreeSet<String> = told.iter().cloned().collect();
        if once.len() != told.len() {
            return Err(format!("cleared.csv lists an item twice: {told:?}"));
        }
        if self.gone != once {
            return Err(format!(
                "cleared.csv: closed but not in it {:?}; in it but not closed {:?}",
                self.gone.difference(&once).collect::<Vec<_>>(),
                once.difference(&self.gone).collect::<Vec<_>>()
            ));
        }
        (self.standing, self.last) = (now, Some(as_of));
        Ok(())
    }
}
