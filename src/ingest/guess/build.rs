//! From a table to a profile: each part of it is guessed by a file of its own, and all that is said is collected here.

use super::columns::{Found, find};
use super::dataset::{Part, parts};
use super::encoding::Told;
use super::grid::Grid;
use super::{Proposal, Remarks, amounts, days, headers, kinds, lines, texts};
use crate::ingest::profile::number::Dialect;
use crate::ingest::profile::{Encoding, Profile};
use crate::model::currency::Currencies;
use crate::model::day::parse_stamp;
use crate::model::record::Dataset;

/// Files that share a profile, with the rows of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The files.
    pub files: Vec<usize>,
    /// The path of one of them, for what names say.
    pub path: String,
    /// The encoding; `None` for a sheet.
    pub told: Option<Told>,
    /// The sheet, where it is not the first.
    pub sheet: Option<String>,
    /// The table.
    pub grid: Grid,
}

/// A profile while it is put together.
pub struct Draft<'g> {
    /// What the rows are, or most likely are.
    pub dataset: Dataset,
    /// The header.
    pub header: &'g [String],
    /// The rows that take part.
    pub rows: Vec<&'g Vec<String>>,
    /// All rows: how numbers and days are written shows in those that are something else too.
    pub all: &'g [Vec<String>],
    /// Canonical columns that were found.
    pub found: Vec<Found>,
    /// Whether the cells are of a workbook, whose numbers and days are what they are.
    pub is_sheet: bool,
    /// What is taken so far.
    pub profile: Profile,
    /// What is said so far.
    pub remarks: Remarks,
    /// Known currencies.
    pub currencies: &'g Currencies,
}

impl Draft<'_> {
    /// Where a canonical column stands.
    #[must_use]
    pub fn found(&self, name: &str) -> Option<&Found> {
        self.found.iter().find(|found| found.column.name == name)
    }

    /// The texts of a column, without empty ones.
    #[must_use]
    pub fn cells(&self, name: &str) -> Vec<&str> {
        let Some(place) = self.found(name).map(|found| found.place) else { return Vec::new() };
        self.rows.iter().filter_map(|row| row.get(place)).map(String::as_str).filter(|cell| !cell.is_empty()).collect()
    }

    /// The texts of a column in all rows, also in those that are something else.
    #[must_use]
    pub fn all_cells(&self, name: &str) -> Vec<&str> {
        let Some(place) = self.found(name).map(|found| found.place) else { return Vec::new() };
        self.all.iter().filter_map(|row| row.get(place)).map(String::as_str).filter(|cell| !cell.is_empty()).collect()
    }

    /// The texts of a column in all rows that are no numbers and days of a workbook, which are what they are.
    #[must_use]
    pub fn written_cells(&self, name: &str) -> Vec<&str> {
        let mut cells = self.all_cells(name);
        cells.retain(|cell| !self.is_own_number(cell) && !self.is_own_day(cell));
        cells
    }

    /// Whether a text stands for a number cell of a workbook.
    #[must_use]
    pub fn is_own_number(&self, text: &str) -> bool {
        let digits = text.strip_prefix('-').unwrap_or(text);
        self.is_sheet && digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
    }

    /// Whether a text stands for a day of a workbook.
    #[must_use]
    pub fn is_own_day(&self, text: &str) -> bool {
        self.is_sheet && parse_stamp(text.as_bytes()).is_some()
    }

    /// How a number is written that may be one of a workbook.
    #[must_use]
    pub fn dialect_of(&self, text: &str, dialect: Dialect) -> Dialect {
        if self.is_own_number(text) { Dialect::PLAIN } else { dialect }
    }

    /// Leaves a column out, which is said with the line that would take it.
    pub fn leave_out(&mut self, name: &str, reason: &str) {
        let Some(place) = self.found.iter().position(|found| found.column.name == name) else { return };
        let found = self.found.remove(place);
        let choice = format!("{name} = {}", quoted(&found.header));
        self.remarks.ask(format!("columns.{name}"), reason, vec![choice]);
    }
}

/// A text as TOML writes it.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\t' => out.push_str("\\t"),
            control if control.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(control))),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// The lines that say a dataset.
#[must_use]
pub fn dataset_choices(datasets: &[Dataset]) -> Vec<String> {
    datasets.iter().map(|dataset| format!("dataset = \"{}\"", dataset.name())).collect()
}

/// Proposes a source for each dataset that a table holds.
#[must_use]
pub fn tables(group: Group, currencies: &Currencies) -> Vec<Proposal> {
    let Group { files, path, told, sheet, grid } = group;
    let parts = parts(&path, &grid.header, &grid.rows);
    let base = Group { files, path, told, sheet, grid: Grid { rows: Vec::new(), ..grid.clone() } };
    parts.into_iter().map(|part| one(&base, &grid, part, currencies)).collect()
}

fn one(group: &Group, grid: &Grid, part: Part, currencies: &Currencies) -> Proposal {
    let takes_part = |row: &&Vec<String>| match &part.only {
        None => true,
        Some((place, words)) => {
            row.get(*place).is_some_and(|cell| words.iter().any(|word| word.to_lowercase() == cell.to_lowercase()))
        }
    };
    let rows: Vec<&Vec<String>> = grid.rows.iter().filter(takes_part).collect();
    let found = find(part.likely, &grid.header, &rows);
    let mut draft = Draft {
        dataset: part.likely,
        header: &grid.header,
        rows,
        all: &grid.rows,
        found,
        is_sheet: grid.delimiter.is_none(),
        profile: Profile::default(),
        remarks: Remarks::default(),
        currencies,
    };
    dialect(&mut draft, group, grid);
    source(&mut draft, &part);
    let provider = provider(&mut draft, &group.path);
    lines::complete(&mut draft);
    texts::currency(&mut draft);
    amounts::amounts(&mut draft);
    days::days(&mut draft);
    texts::words(&mut draft);
    columns(&mut draft, grid);
    let is_canonical = is_canonical(&draft);
    let Draft { profile, remarks, is_sheet, .. } = draft;
    let remarks = remarks.into_vec();
    let mut proposal = Proposal {
        files: group.files.clone(),
        what: String::new(),
        dataset: part.dataset,
        provider,
        profile: (!is_canonical).then_some(profile),
        remarks,
    };
    let what = match (is_canonical, is_sheet) {
        (true, false) => "canonical CSV",
        (true, true) => "workbook with canonical columns",
        (false, false) => "table",
        (false, true) => "workbook",
    };
    what.clone_into(&mut proposal.what);
    if is_canonical {
        // What canonical files are is no guess.
        proposal.remarks.retain(|remark| {
            matches!(remark.at.as_str(), "dataset" | "provider" | "") && remark.text != "by its headers"
        });
    }
    proposal
}

/// Encoding, delimiter, quotes, header.
fn dialect(draft: &mut Draft<'_>, group: &Group, grid: &Grid) {
    let Draft { profile, remarks, .. } = draft;
    profile.sheet.clone_from(&group.sheet);
    if let Some(sheet) = &group.sheet {
        remarks.guess(
            "sheet",
            format!("the first sheet with known headers; {} are known in {}", grid.known, quoted(sheet)),
        );
    }
    if let Some(told) = &group.told {
        profile.encoding = Some(told.encoding);
        if let Some(reason) = &told.guess {
            remarks.guess("encoding", reason.clone());
        }
        if let Some(doubt) = &told.doubt {
            remarks.ask("encoding", doubt.clone(), Vec::new());
        }
    }
    if let Some(delimiter) = grid.delimiter {
        profile.delimiter = Some(delimiter);
        let (even, all) = (grid.rows.len(), grid.rows.len() + grid.odd_rows);
        remarks
            .guess("delimiter", format!("{even} of {all} rows have {} fields, as the header has", grid.header.len()));
    }
    if let Some(quote) = grid.quote {
        profile.quote = Some(quote);
        remarks.guess("quote", "with double quotes around fields fewer rows have all fields");
    }
    if let Some(row) = grid.header_row {
        profile.header_row = Some(row);
        remarks.guess(
            "header_row",
            format!("{} headers are known on this line; what stands before is left out", grid.known),
        );
    }
}

/// Which dataset, and which rows.
fn source(draft: &mut Draft<'_>, part: &Part) {
    let Draft { profile, remarks, header, .. } = draft;
    match part.dataset {
        Some(_) => remarks.guess("dataset", part.reason.clone()),
        None => remarks.block("dataset", part.reason.clone(), dataset_choices(&part.choices)),
    }
    let Some((place, words)) = &part.only else { return };
    let column = header.get(*place).cloned().unwrap_or_default();
    let list: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    let left: Vec<String> = part.left.iter().map(|word| quoted(word)).collect();
    let rest =
        if left.is_empty() { String::new() } else { format!("; rows of {} are left out and counted", left.join(", ")) };
    remarks.guess("only", format!("these words seem to be of {}{rest}", part.likely.name()));
    if part.is_alone {
        let text =
            "the other direction was not seen: once it comes, its rows are left out, and need a source of their own";
        remarks.note("only", text);
    }
    if !part.unknown.is_empty() {
        let unknown: Vec<String> = part.unknown.iter().map(|word| quoted(word)).collect();
        let all: Vec<String> = list.iter().chain(&unknown).cloned().collect();
        let choice = format!("{} = [{}]", quoted(&column), all.join(", "));
        let text = format!(
            "are rows of {} {} too? If not, leave this as it is; if so, take this line instead",
            unknown.join(", "),
            part.likely.name()
        );
        remarks.block("only", text, vec![choice]);
    }
    profile.only.insert(column, words.clone());
}

/// By a column, the path, the headers, or cells that all name one.
fn provider(draft: &mut Draft<'_>, path: &str) -> Option<String> {
    // The entries of an account are of all who paid, and the file may be named after the bank.
    if draft.found("provider").is_some() || draft.dataset == Dataset::Bank {
        return None;
    }
    if let Some(name) = kinds::provider(path) {
        draft.remarks.guess("provider", "by the name of the file");
        return Some(name.to_owned());
    }
    if let Some((header, name)) = draft.header.iter().find_map(|header| Some((header, kinds::provider(header)?))) {
        draft.remarks.guess("provider", format!("by the header {}", quoted(header)));
        return Some(name.to_owned());
    }
    for (place, header) in draft.header.iter().enumerate() {
        let mut cells = draft.rows.iter().take(1_000).filter_map(|row| row.get(place)).filter(|cell| !cell.is_empty());
        let first = cells.next().filter(|cell| cell.len() <= 40).and_then(|cell| kinds::provider(cell));
        if let Some(name) = first.filter(|name| cells.all(|cell| kinds::provider(cell) == Some(name))) {
            draft.remarks.guess("provider", format!("every cell of {} names it", quoted(header)));
            return Some(name.to_owned());
        }
    }
    None
}

/// Names the columns, and says what is missing and what is not used.
fn columns(draft: &mut Draft<'_>, grid: &Grid) {
    let split = |name: &str| draft.profile.split.iter().any(|split| split.pattern.contains(&format!("<{name}>")));
    let missing: Vec<&str> = draft
        .dataset
        .columns()
        .iter()
        .filter(|column| column.required && draft.found(column.name).is_none())
        .filter(|column| !draft.profile.constants.contains_key(column.name) && !split(column.name))
        .map(|column| column.name)
        .filter(|name| *name != "currency")
        .collect();
    for name in missing {
        let text = format!("{} needs this column, and no header says where it is; name it", draft.dataset.name());
        draft.remarks.block(format!("columns.{name}"), text, vec![format!("{name} = \"...\"")]);
    }
    for found in &draft.found {
        draft.profile.columns.insert(found.column.name.to_owned(), found.header.clone());
        let at = format!("columns.{}", found.column.name);
        let others: Vec<String> = found.others.iter().map(|other| quoted(other)).collect();
        let others = if others.is_empty() { String::new() } else { format!("; {} could be it too", others.join(", ")) };
        if draft.remarks.says(&at) {
            continue;
        }
        if found.is_canonical {
            if !others.is_empty() {
                draft.remarks.guess(at, format!("has the canonical name{others}"));
            }
        } else {
            let by = if found.is_part { "by a part of the header" } else { "by the header" };
            draft.remarks.guess(at, format!("{by}{others}"));
        }
    }
    // Where no header is known the row may be no header, and its cells anything.
    if grid.known > 0 {
        let is_used = |place: usize, name: &str| {
            draft.found.iter().any(|found| found.place == place)
                || draft.profile.split.iter().any(|split| split.column == name)
                || draft.profile.only.contains_key(name)
        };
        let unused: Vec<String> = draft
            .header
            .iter()
            .enumerate()
            .filter(|(place, name)| !name.is_empty() && !is_used(*place, name))
            .map(|(_, name)| quoted(name))
            .take(60)
            .collect();
        if !unused.is_empty() {
            draft.remarks.note("columns", format!("not used: {}", unused.join(", ")));
        }
    }
    if grid.odd_rows > 0 {
        let text =
            format!("{} rows have another number of fields than the header, and would be rejects", grid.odd_rows);
        draft.remarks.note("columns", text);
    }
}

/// Whether the readers take the table as it is, as canonical CSV.
fn is_canonical(draft: &Draft<'_>) -> bool {
    let plain = Profile {
        delimiter: (!draft.is_sheet).then_some(b','),
        encoding: (!draft.is_sheet).then_some(Encoding::Utf8),
        columns: draft.profile.columns.clone(),
        ..Profile::default()
    };
    draft.profile == plain
        && draft.found.iter().all(|found| found.is_canonical)
        && draft.found.iter().filter(|found| found.column.required).count()
            == draft.dataset.columns().iter().filter(|column| column.required).count()
        // A canonical name that was left out would be read again.
        && draft.header.iter().all(|name| draft.dataset.column(name).is_none() || draft.found(name).is_some() || is_empty(draft, name))
}

fn is_empty(draft: &Draft<'_>, name: &str) -> bool {
    let place = draft.header.iter().position(|known| known == name);
    place.is_some_and(|place| draft.rows.iter().all(|row| row.get(place).is_none_or(String::is_empty)))
}

/// Whether the header of a column says that it is minor units, or has the canonical name, which means them.
#[must_use]
pub fn says_minor(found: &Found) -> Option<bool> {
    if found.is_canonical { Some(true) } else { headers::is_minor(&found.header) }
}
