//! From a profile and a header to the place where every canonical column is found, once a file.

use std::collections::HashMap;

use regex::Regex;

use super::Profile;
use crate::ingest::field::shown;
use crate::ingest::source::FileError;
use crate::model::record::{Column, Dataset};

/// Columns of a file that an error names.
const NAMES_MAX: usize = 40;

/// Where the text of a canonical column comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// A cell.
    Cell(usize),
    /// What a group of a split column matches: the split and the group.
    Group(usize, usize),
    /// Several cells, put together: which of the joined columns.
    Joined(usize),
    /// No cell: a constant alone.
    Nowhere,
}

/// A canonical column as a file has it.
#[derive(Debug)]
pub struct Field {
    /// Its place in [`Dataset::columns`].
    pub place: usize,
    /// Name and kind.
    pub column: &'static Column,
    /// Where its text comes from.
    pub from: From,
    /// What it is where its own text is empty.
    pub constant: Option<String>,
    /// What its words stand for, by the words in small letters.
    pub words: HashMap<String, String>,
    /// Whether its sign is turned.
    pub negate: bool,
    /// In rows of which kinds its sign is turned, in small letters.
    pub negate_kinds: Vec<String>,
}

/// A cell that holds several columns.
#[derive(Debug)]
pub struct SplitCell {
    /// Its place.
    pub cell: usize,
    /// Its name in the file.
    pub name: String,
    /// The pattern that takes it apart.
    pub pattern: Regex,
}

/// Words one of which a cell must hold.
#[derive(Debug)]
pub struct OnlyCell {
    /// Its place.
    pub cell: usize,
    /// The words, in small letters.
    pub words: Vec<String>,
}

/// Where everything stands in a file.
#[derive(Debug)]
pub struct Columns {
    /// Fields that a row has.
    pub width: usize,
    /// The canonical columns that the file gives, in canonical order.
    pub fields: Vec<Field>,
    /// Cells that are taken apart.
    pub splits: Vec<SplitCell>,
    /// Cells that are put together, for each column that is.
    pub joins: Vec<Vec<usize>>,
    /// Which rows take part.
    pub only: Vec<OnlyCell>,
    /// The field of the currency.
    pub currency: Option<usize>,
    /// The field of the kind, where the sign of an amount depends on it.
    pub kind: Option<usize>,
    /// Columns of a canonical file that no rule knows.
    pub ignored: Vec<String>,
    /// What each cell is, for rejects: the canonical column, else the file's.
    pub names: Vec<String>,
}

/// The header of a file.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    /// The path as configured or typed.
    pub shown: &'a str,
    /// Its line or sheet row.
    pub line: u64,
    /// The names in it, trimmed.
    pub names: &'a [String],
}

impl Header<'_> {
    fn error(&self, problem: String, help: String) -> FileError {
        FileError::new(self.shown, problem, help).at(self.line, None)
    }

    /// Of two columns with one name the first counts, as in canonical files.
    fn find(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name.trim())
    }

    /// The names for people.
    fn listed(&self) -> String {
        // What a terminal would act on may stand in a file that is no table at all.
        let plain = |name: &String| shown(name.as_bytes()).replace(char::is_control, "\u{fffd}");
        let mut listed: Vec<String> = self.names.iter().take(NAMES_MAX).map(plain).collect();
        let more = self.names.len().saturating_sub(NAMES_MAX);
        if more > 0 {
            listed.push(format!("and {more} more"));
        }
        let mut text = format!("the header has: {}", listed.join(", "));
        if let [one] = self.names
            && one.contains([';', '\t', '|', ','])
        {
            text.push_str("; the file seems to have another delimiter than its profile says");
        }
        text
    }

    /// The known name that is closest; a header of names without end is not searched to its end.
    fn nearest(&self, name: &str) -> Option<&str> {
        let distance = |known: &&String| strsim::osa_distance(&known.to_lowercase(), &name.to_lowercase());
        self.names
            .iter()
            .filter(|known| !known.is_empty() && known.len() < 200)
            .take(1_000)
            .min_by_key(distance)
            .map(String::as_str)
    }
}

/// Why a profile does not fit itself or a file: what is wrong, and what to do.
type Wrong = (String, String);

impl Columns {
    /// Finds the columns of a profile, or those with canonical names where there is no profile or it names none.
    ///
    /// # Errors
    /// A column that is named is not there, a required one is not given, or a pattern cannot be read.
    pub fn new(profile: &Profile, is_canonical: bool, dataset: Dataset, header: Header<'_>) -> Result<Self, FileError> {
        let by_name = profile.columns.is_empty();
        let cell_of = |name: &str, what: &str| {
            header.find(name).ok_or_else(|| {
                let problem = format!("the column `{name}` ({what} of profile {}) is not there", profile.name);
                let nearest =
                    header.nearest(name).map(|nearest| format!("the nearest is `{nearest}`; ")).unwrap_or_default();
                header.error(problem, format!("{nearest}{}", header.listed()))
            })
        };
        let mut splits = Vec::new();
        let mut groups: HashMap<String, From> = HashMap::new();
        for (number, split) in profile.split.iter().enumerate() {
            let pattern = pattern(&split.pattern).map_err(|(what, help)| header.error(what, help))?;
            for (group, name) in pattern.capture_names().enumerate().filter_map(|(group, name)| Some((group, name?))) {
                groups.insert(name.to_owned(), From::Group(number, group));
            }
            splits.push(SplitCell { cell: cell_of(&split.column, "split")?, name: split.column.clone(), pattern });
        }
        let mut joins = Vec::new();
        for (name, parts) in &profile.join {
            groups.insert(name.clone(), From::Joined(joins.len()));
            joins.push(parts.iter().map(|part| cell_of(part, name)).collect::<Result<_, FileError>>()?);
        }
        let mut fields = Vec::new();
        for (place, column) in dataset.columns().iter().enumerate() {
            let from = match (groups.get(column.name), profile.columns.get(column.name)) {
                (Some(group), _) => *group,
                (None, Some(name)) => From::Cell(cell_of(name, column.name)?),
                (None, None) if by_name => header.find(column.name).map_or(From::Nowhere, From::Cell),
                (None, None) => From::Nowhere,
            };
            let constant = profile.constants.get(column.name).cloned();
            if from == From::Nowhere && constant.is_none() {
                continue;
            }
            let words = profile.values.get(column.name).into_iter().flatten();
            fields.push(Field {
                place,
                column,
                from,
                constant,
                words: words.map(|(word, text)| (word.trim().to_lowercase(), text.clone())).collect(),
                negate: profile.negate.iter().any(|name| name == column.name),
                negate_kinds: kinds_of(profile, column.name),
            });
        }
        missing(&fields, profile, is_canonical, dataset, header)?;
        let kind = fields.iter().position(|field| field.column.name == "kind");
        if kind.is_none() && !profile.negate_kinds.is_empty() {
            let problem = format!(
                "profile {} turns signs by the kind of a row (negate_kinds), and {} have no kind here",
                profile.name,
                dataset.name()
            );
            let help = "give kind a column or a constant, or list the amounts in negate".to_owned();
            return Err(header.error(problem, help));
        }
        let mut only = Vec::new();
        for (name, words) in &profile.only {
            let words = words.iter().map(|word| word.trim().to_lowercase()).collect();
            only.push(OnlyCell { cell: cell_of(name, "only")?, words });
        }
        let canonical_of =
            |cell: usize| fields.iter().find(|field| field.from == From::Cell(cell)).map(|field| field.column.name);
        let names = header.names.iter().enumerate();
        let ignored = names
            .clone()
            .filter(|(cell, _)| is_canonical && canonical_of(*cell).is_none())
            .map(|(_, name)| name.clone())
            .collect();
        let names = names.map(|(cell, name)| canonical_of(cell).map_or_else(|| name.clone(), str::to_owned)).collect();
        Ok(Self {
            width: header.names.len(),
            currency: fields.iter().position(|field| field.column.name == "currency"),
            kind: kind.filter(|_| !profile.negate_kinds.is_empty()),
            fields,
            splits,
            joins,
            only,
            ignored,
            names,
        })
    }
}

/// The kinds of rows in which the sign of a column is turned, in small letters.
fn kinds_of(profile: &Profile, column: &str) -> Vec<String> {
    let of_column = |amounts: &&Vec<String>| amounts.iter().any(|name| name == column);
    let kinds = profile.negate_kinds.iter().filter(|(_, amounts)| of_column(amounts));
    kinds.map(|(kind, _)| kind.trim().to_lowercase()).collect()
}

/// The pattern of a split column: it takes apart the whole of a file's text, and names canonical columns.
///
/// # Errors
/// It is no regular expression, or a large one, or names no group.
pub fn pattern(text: &str) -> Result<Regex, Wrong> {
    let help = "write a regular expression with named groups, such as ^(?<order_id>[^/]+)/(?<line_id>.+)$".to_owned();
    let pattern = match Regex::new(text) {
        Ok(pattern) => pattern,
        // The library's last line says what is wrong; those before it repeat the pattern.
        Err(error) => {
            let all = error.to_string();
            let what = all.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            return Err((format!("the pattern cannot be read: {what}"), help));
        }
    };
    if pattern.capture_names().flatten().next().is_none() {
        return Err(("the pattern names no canonical column".to_owned(), help));
    }
    Ok(pattern)
}

fn missing(
    fields: &[Field],
    profile: &Profile,
    is_canonical: bool,
    dataset: Dataset,
    header: Header<'_>,
) -> Result<(), FileError> {
    let given = |name: &str| fields.iter().any(|field| field.column.name == name);
    let missing: Vec<&str> = dataset
        .columns()
        .iter()
        .filter(|column| column.required && !given(column.name))
        .map(|column| column.name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let (names, of) = (missing.join(", "), dataset.name());
    if is_canonical {
        let what = if missing.len() == 1 { "a required column is missing" } else { "required columns are missing" };
        return Err(header.error(format!("{what} for {of}: {names}"), header.listed()));
    }
    let first = missing.first().copied().unwrap_or_default();
    Err(header.error(
        format!("profile {} does not say where {names} of {of} is found", profile.name),
        format!(
            "add it to its columns, such as columns = {{ {first} = \"...\" }}, or to its constants; {}",
            header.listed()
        ),
    ))
}
