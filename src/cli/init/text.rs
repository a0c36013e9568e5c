//! Proposals as the text of a configuration: what was taken as its keys, with the reason above each; what could not be
//! told as comments with the choices.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::paths::{Listed, source_paths};
use crate::ingest::guess::amounts::grouping_name;
use crate::ingest::guess::build::quoted;
use crate::ingest::guess::{Mark, Proposal, Remark};
use crate::ingest::profile::{AmountUnit, Profile, Quote, RateUnit};
use crate::model::record::Dataset;

/// A file that could not be read.
#[derive(Debug)]
pub struct Unread {
    /// What is wrong, and where.
    pub problem: String,
    /// What to do.
    pub help: String,
}

/// The widest comment, in letters.
const WIDTH_MAX: usize = 110;

/// The configuration that proposals make.
#[must_use]
pub fn text(proposals: &[Proposal], files: &[Listed], folder: &Path, unread: &[Unread]) -> String {
    let mut out = String::new();
    comment(&mut out, "", "A proposal of `avstem init`, from what was seen in a part of each file.");
    comment(&mut out, "guess", "was taken: confirm or correct it, then remove the comment.");
    comment(&mut out, "TODO", "could not be told: choose, and remove the # in front of the line that holds.");
    comment(&mut out, "", "Paths are relative to this file. Then: avstem check --config FILE");
    let has_column =
        |proposal: &Proposal| proposal.profile.as_ref().is_some_and(|profile| profile.columns.contains_key("provider"));
    if !proposals.iter().any(|proposal| proposal.provider.is_some() || has_column(proposal)) {
        let text = "no file names its payment provider, so all rows are of `default`; where you want another name in the reports, give \
                    each source the same, such as provider = \"swedbank_pay\".";
        comment(&mut out, "note", text);
    }
    for unread in unread {
        out.push('\n');
        comment(&mut out, "TODO", &format!("not read: {}; {}", unread.problem, unread.help));
    }
    let mut names = BTreeSet::new();
    let named: Vec<(&Proposal, String)> =
        proposals.iter().map(|proposal| (proposal, name(proposal, files, &mut names))).collect();
    for (proposal, name) in &named {
        source(&mut out, proposal, name, &source_paths(&proposal.files, files, folder));
    }
    for (proposal, name) in &named {
        if let Some(written) = &proposal.profile {
            profile(&mut out, written, name, proposal);
        }
    }
    out
}

/// The name of a profile: what is common to its files' names, else what they hold, and no two alike.
fn name(proposal: &Proposal, files: &[Listed], taken: &mut BTreeSet<String>) -> String {
    if proposal.profile.is_none() {
        return String::new();
    }
    let path = proposal.files.first().and_then(|number| files.get(*number)).map_or("", |file| file.shown.as_str());
    let stem = path.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default();
    let mut plain = String::new();
    for letter in stem.chars() {
        match letter {
            'a'..='z' => plain.push(letter),
            'A'..='Z' => plain.push(letter.to_ascii_lowercase()),
            _ if plain.ends_with('-') => {}
            _ => plain.push('-'),
        }
    }
    let plain = plain.trim_matches('-').chars().take(40).collect::<String>();
    let dataset = proposal.dataset.map_or("table", Dataset::name);
    let split = proposal.profile.as_ref().is_some_and(|profile| !profile.only.is_empty());
    let plain = match plain.as_str() {
        "" => dataset.to_owned(),
        plain if split => format!("{plain}-{dataset}"),
        plain => plain.to_owned(),
    };
    let mut name = plain.clone();
    let mut number = 2_usize;
    while !taken.insert(name.clone()) {
        name = format!("{plain}-{number}");
        number += 1;
    }
    name
}

/// The `[[source]]` entries of a proposal: one a path.
fn source(out: &mut String, proposal: &Proposal, name: &str, paths: &[String]) {
    let mut keys = String::new();
    let said = |at: &'static str| proposal.remarks.iter().filter(move |remark| remark.at == at);
    match proposal.dataset {
        Some(dataset) => entry(&mut keys, "dataset", &quoted(dataset.name()), said("dataset")),
        None => remarks(&mut keys, said("dataset")),
    }
    // What the format itself says needs no word here.
    let is_told = said("provider").any(|remark| remark.mark == Mark::Guess);
    match proposal.provider.as_ref().filter(|_| is_told) {
        Some(provider) => entry(&mut keys, "provider", &quoted(provider), said("provider")),
        None => remarks(&mut keys, said("provider")),
    }
    if proposal.profile.is_some() {
        let _ = writeln!(keys, "profile = {}", quoted(name));
    }
    let count = match proposal.files.len() {
        1 => String::new(),
        many => format!(", {many} files"),
    };
    out.push('\n');
    comment(out, "", &format!("{}{count}", proposal.what));
    if proposal.is_blocked() {
        let of = if name.is_empty() { "below".to_owned() } else { format!("here and of profile {name}") };
        let text =
            format!("this source is switched off: answer the TODO {of} first, then remove one # from each line of it");
        comment(out, "TODO", &text);
    }
    for path in paths {
        let entry = format!("[[source]]\npath = {}\n{keys}", quoted(path));
        for line in entry.lines() {
            let off = if proposal.is_blocked() { "#" } else { "" };
            let _ = writeln!(out, "{off}{line}");
        }
    }
}

fn profile(out: &mut String, profile: &Profile, name: &str, proposal: &Proposal) {
    let said = proposal.remarks.as_slice();
    let _ = write!(out, "\n[profiles.{name}]\n");
    let texts = |texts: &[String]| texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ");
    let keys: [(&str, Option<String>); 12] = [
        ("encoding", profile.encoding.map(|encoding| quoted(encoding.name()))),
        (
            "delimiter",
            profile
                .delimiter
                .map(|byte| if byte == b'\t' { quoted("tab") } else { quoted(&char::from(byte).to_string()) }),
        ),
        (
            "quote",
            profile.quote.map(|quote| match quote {
                Quote::Never => quoted("none"),
                Quote::Byte(byte) => quoted(&char::from(byte).to_string()),
            }),
        ),
        ("sheet", profile.sheet.as_deref().map(quoted)),
        ("header_row", profile.header_row.map(|row| row.to_string())),
        ("decimal", profile.decimal.map(|sign| quoted(&sign.to_string()))),
        ("grouping", profile.grouping.map(|grouping| quoted(grouping_name(grouping)))),
        (
            "amount_unit",
            profile.amount_unit.map(|unit| match unit {
                AmountUnit::Major => quoted("major"),
                AmountUnit::Minor => quoted("minor"),
            }),
        ),
        (
            "vat_rate_unit",
            profile.vat_rate_unit.map(|unit| match unit {
                RateUnit::Percent => quoted("percent"),
                RateUnit::BasisPoints => quoted("basis points"),
                RateUnit::Fraction => quoted("fraction"),
            }),
        ),
        ("date_format", profile.date_format.as_deref().map(quoted)),
        ("timezone", profile.timezone.as_deref().map(quoted)),
        ("negate", (!profile.negate.is_empty()).then(|| format!("[{}]", texts(&profile.negate)))),
    ];
    for (key, value) in keys {
        match value {
            Some(value) => entry(out, key, &value, said.iter().filter(|remark| remark.at == key)),
            None => remarks(out, said.iter().filter(|remark| remark.at == key)),
        }
    }
    let mut columns: Vec<(String, String)> =
        profile.columns.iter().map(|(name, header)| (name.clone(), quoted(header))).collect();
    columns.sort_by_key(|(name, _)| place(proposal.dataset, name));
    table(out, name, "columns", &columns, said);
    let constants: Vec<(String, String)> =
        profile.constants.iter().map(|(name, text)| (name.clone(), quoted(text))).collect();
    table(out, name, "constants", &constants, said);
    let mut maps: Vec<&str> = profile.values.keys().map(String::as_str).collect();
    maps.extend(said.iter().filter_map(|remark| remark.at.strip_prefix("values.")));
    maps.sort_unstable();
    maps.dedup();
    for column in maps {
        let words = profile.values.get(column).into_iter().flatten();
        let words: Vec<(String, String)> = words.map(|(word, text)| (quoted(word), quoted(text))).collect();
        table(out, name, &format!("values.{column}"), &words, said);
    }
    let only: Vec<(String, String)> =
        profile.only.iter().map(|(header, words)| (quoted(header), format!("[{}]", texts(words)))).collect();
    table(out, name, "only", &only, said);
    for split in &profile.split {
        let _ = write!(out, "\n[[profiles.{name}.split]]\n");
        remarks(out, said.iter().filter(|remark| remark.at == "split"));
        let _ = write!(out, "column = {}\npattern = {}\n", quoted(&split.column), quoted(&split.pattern));
    }
}

/// A table of a profile, with what is said of it and of each of its keys.
fn table(out: &mut String, name: &str, table: &str, entries: &[(String, String)], said: &[Remark]) {
    let of_key = |at: &str| at.strip_prefix(table).and_then(|rest| rest.strip_prefix('.')).map(str::to_owned);
    let about: Vec<&Remark> = said.iter().filter(|remark| remark.at == table || of_key(&remark.at).is_some()).collect();
    if entries.is_empty() && about.is_empty() {
        return;
    }
    let _ = write!(out, "\n[profiles.{name}.{table}]\n");
    remarks(out, about.iter().copied().filter(|remark| remark.at == table));
    for (key, value) in entries {
        entry(out, key, value, about.iter().copied().filter(|remark| of_key(&remark.at).as_ref() == Some(key)));
    }
    let is_left =
        |remark: &&&Remark| of_key(&remark.at).is_some_and(|key| !entries.iter().any(|(known, _)| *known == key));
    remarks(out, about.iter().filter(is_left).copied());
}

/// Where a canonical column stands in its dataset, or among all where that is not known: the order of RULES.md 2.
fn place(dataset: Option<Dataset>, name: &str) -> usize {
    let of_all = || Dataset::OF_FILES.into_iter().flat_map(Dataset::columns).position(|column| column.name == name);
    dataset.and_then(|dataset| dataset.column(name)).or_else(of_all).unwrap_or(usize::MAX)
}

/// A key with its value, and what is said of it: above, or beside where it is one short guess.
fn entry<'r>(out: &mut String, key: &str, value: &str, said: impl Iterator<Item = &'r Remark>) {
    let said: Vec<&Remark> = said.collect();
    let line = format!("{key} = {value}");
    if let [Remark { mark: Mark::Guess, text, .. }] = said.as_slice() {
        let line = format!("{line}  # guess: {}", plain(text));
        if line.chars().count() <= WIDTH_MAX {
            let _ = writeln!(out, "{line}");
            return;
        }
    }
    remarks(out, said.into_iter());
    let _ = writeln!(out, "{line}");
}

/// Remarks above what they are about; the choices of a question stand below it, each switched off.
fn remarks<'r>(out: &mut String, remarks: impl Iterator<Item = &'r Remark>) {
    for remark in remarks {
        let word = match remark.mark {
            Mark::Guess => "guess",
            Mark::Todo => "TODO",
            Mark::Note => "note",
        };
        comment(out, word, &remark.text);
        for (number, choice) in remark.choices.iter().enumerate() {
            if number > 0 {
                comment(out, "", "or");
            }
            for line in choice.lines() {
                let _ = writeln!(out, "#{}", plain(line));
            }
        }
    }
}

/// A comment, over as many lines as it needs.
fn comment(out: &mut String, word: &str, text: &str) {
    let mut line = if word.is_empty() { "#".to_owned() } else { format!("# {word}:") };
    for part in plain(text).split(' ') {
        if line.chars().count() + part.chars().count() + 1 > WIDTH_MAX && line.len() > 8 {
            let _ = writeln!(out, "{line}");
            line = "#  ".to_owned();
        }
        line.push(' ');
        line.push_str(part);
    }
    let _ = writeln!(out, "{line}");
}

/// A text on one line, without what a comment must not hold.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
