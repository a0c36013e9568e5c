//! Files that are alike share a profile: equal headers and dialects, and names that do not say that they hold other
//! things. What one of them tells counts for all.

use std::collections::BTreeMap;

use super::build::{Group, tables};
use super::dataset::of_name;
use super::grid::Grid;
use super::look::{Look, Plain, Table};
use super::{Proposal, Remarks, kinds};
use crate::ingest::profile::{Encoding, Quote};
use crate::model::currency::Currencies;
use crate::model::record::Dataset;

/// A file with what it seems to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its place among the files.
    pub number: usize,
    /// Its path, for what names say.
    pub path: String,
    /// What it seems to be.
    pub look: Look,
}

/// What files of one group have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    header: Vec<String>,
    dialect: (Option<u8>, Option<Quote>, Option<u64>, Option<String>),
    named: (Option<Dataset>, Option<&'static str>),
    encoding: Option<Encoding>,
}

/// Proposes sources and profiles for files.
#[must_use]
pub fn propose(files: Vec<Given>, currencies: &Currencies) -> Vec<Proposal> {
    let mut plain: Vec<(Plain, Vec<usize>)> = Vec::new();
    let mut groups: BTreeMap<Key, Vec<(usize, String, Table)>> = BTreeMap::new();
    let mut quiet: Vec<(Key, usize, String, Table)> = Vec::new();
    for Given { number, path, look } in files {
        match look {
            Look::Plain(look) => match plain.iter_mut().find(|(known, _)| *known == look) {
                Some((_, files)) => files.push(number),
                None => plain.push((look, vec![number])),
            },
            Look::Table(table) => {
                let key = key(&path, &table);
                match &table.told {
                    // ASCII alone fits whatever encoding its like has.
                    Some(told) if told.is_plain => quiet.push((key, number, path, *table)),
                    _ => groups.entry(key).or_default().push((number, path, *table)),
                }
            }
        }
    }
    for (key, number, path, table) in quiet {
        let is_like =
            |other: &&Key| Key { encoding: None, ..(*other).clone() } == Key { encoding: None, ..key.clone() };
        let alike = groups.keys().find(is_like).cloned();
        groups.entry(alike.unwrap_or(key)).or_default().push((number, path, table));
    }
    let mut proposals: Vec<Proposal> = plain.into_iter().map(|(plain, files)| of_plain(plain, files)).collect();
    for files in groups.into_values() {
        proposals.extend(of_tables(files, currencies));
    }
    proposals.sort_by(|one, other| (one.files.first(), one.dataset).cmp(&(other.files.first(), other.dataset)));
    share_provider(&mut proposals);
    proposals
}

fn key(path: &str, table: &Table) -> Key {
    let Grid { delimiter, quote, header_row, header, .. } = &table.grid;
    Key {
        header: header.clone(),
        dialect: (*delimiter, *quote, *header_row, table.sheet.clone()),
        named: (of_name(path), kinds::provider(path)),
        encoding: table.told.as_ref().map(|told| told.encoding),
    }
}

fn of_plain(plain: Plain, files: Vec<usize>) -> Proposal {
    let mut remarks = Remarks::default();
    // A statement of a bank says itself what it is.
    if plain.dataset.is_some_and(|dataset| dataset != Dataset::Bank) {
        remarks.guess("dataset", "by the name of the file");
    } else if plain.needs_dataset {
        remarks.block("dataset", "which rows are these?", super::build::dataset_choices(&Dataset::ALL));
    }
    Proposal {
        files,
        what: plain.what.to_owned(),
        dataset: plain.dataset,
        provider: plain.provider.map(str::to_owned),
        profile: None,
        remarks: remarks.into_vec(),
    }
}

fn of_tables(mut files: Vec<(usize, String, Table)>, currencies: &Currencies) -> Vec<Proposal> {
    files.sort_by_key(|(number, ..)| *number);
    // The first that is not ASCII alone tells the encoding.
    let told = files.iter().filter_map(|(_, _, table)| table.told.as_ref());
    let told = told.clone().find(|told| !told.is_plain).or_else(|| told.clone().next()).cloned();
    let numbers = files.iter().map(|(number, ..)| *number).collect();
    let mut files = files.into_iter();
    let Some((_, path, Table { sheet, mut grid, .. })) = files.next() else { return Vec::new() };
    for (_, _, table) in files {
        grid.rows.extend(table.grid.rows);
        grid.odd_rows += table.grid.odd_rows;
    }
    tables(Group { files: numbers, path, told, sheet, grid }, currencies)
}

/// Where all providers that are seen are one, it is the others' too: what is matched has one provider.
fn share_provider(proposals: &mut [Proposal]) {
    let has_column =
        |proposal: &Proposal| proposal.profile.as_ref().is_some_and(|profile| profile.columns.contains_key("provider"));
    let mut seen: Vec<String> = proposals.iter().filter_map(|proposal| proposal.provider.clone()).collect();
    seen.sort();
    seen.dedup();
    // The entries of an account are of all who paid.
    let is_of_one = |proposal: &&mut Proposal| proposal.provider.is_none() && proposal.dataset != Some(Dataset::Bank);
    for proposal in proposals.iter_mut().filter(is_of_one) {
        let mut remarks = Remarks::default();
        match seen.as_slice() {
            _ if has_column(proposal) => {}
            [] => {}
            [one] => {
                proposal.provider = Some(one.clone());
                remarks.guess("provider", "the only provider that was seen in these files");
            }
            many => {
                let choices = many.iter().map(|name| format!("provider = \"{name}\"")).collect();
                remarks.ask(
                    "provider",
                    "several providers were seen in these files; which one are these rows of?",
                    choices,
                );
            }
        }
        proposal.remarks.extend(remarks.into_vec());
    }
}
