//! What a file seems to be, guessed from parts of it: sources and profiles for a configuration, every guess with its
//! reason, and what cannot be told with its choices. Nothing here reads records: a person confirms the guesses first,
//! and the readers then do what the configuration says.
//!
//! ```text
//! file -> look: a provider's format, or parts -> encoding -> grid (delimiter, quote, header)
//! files with one grid -> group -> dataset -> columns -> amounts, days, words -> Proposal
//! ```

pub mod amounts;
pub mod build;
pub mod columns;
pub mod concept;
pub mod dataset;
pub mod date;
pub mod days;
pub mod encoding;
pub mod grid;
pub mod group;
pub mod headers;
pub mod kinds;
pub mod lines;
pub mod look;
pub mod number;
pub mod sample;
pub mod texts;
pub mod words;

use super::profile::Profile;
use crate::model::record::Dataset;

/// How sure something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Taken, and to be confirmed.
    Guess,
    /// Cannot be told: a person must choose.
    Todo,
    /// Worth knowing.
    Note,
}

/// What is to be said of a key of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The key: `dataset` and `provider` of the source, any other of the profile, such as `decimal` or
    /// `columns.order_id`.
    pub at: String,
    /// How sure it is.
    pub mark: Mark,
    /// The reason, and what to look at.
    pub text: String,
    /// Lines of configuration to choose from, where nothing was taken.
    pub choices: Vec<String>,
    /// Whether the file must not be read before somebody chose.
    pub blocks: bool,
}

/// A source of the configuration, with its profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The files, by their place among those that were given.
    pub files: Vec<usize>,
    /// What they seem to be, for people.
    pub what: String,
    /// What they hold, where that is told and the format does not say it itself.
    pub dataset: Option<Dataset>,
    /// The provider of rows that name none.
    pub provider: Option<String>,
    /// How they are written; `None` for formats that need no profile. Its name is empty.
    pub profile: Option<Profile>,
    /// What is to be said of all this.
    pub remarks: Vec<Remark>,
}

impl Proposal {
    /// Whether the files must not be read before somebody chose.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.remarks.iter().any(|remark| remark.blocks)
    }
}

/// Remarks while they are collected.
#[derive(Debug, Default)]
pub struct Remarks(Vec<Remark>);

impl Remarks {
    /// Something that was taken.
    pub fn guess(&mut self, at: impl Into<String>, text: impl Into<String>) {
        self.push(at.into(), Mark::Guess, text.into(), Vec::new(), false);
    }

    /// Something worth knowing.
    pub fn note(&mut self, at: impl Into<String>, text: impl Into<String>) {
        self.push(at.into(), Mark::Note, text.into(), Vec::new(), false);
    }

    /// Something that a person should choose, but that the files can be read without.
    pub fn ask(&mut self, at: impl Into<String>, text: impl Into<String>, choices: Vec<String>) {
        self.push(at.into(), Mark::Todo, text.into(), choices, false);
    }

    /// Something without which the files cannot be read, or could be read in two ways.
    pub fn block(&mut self, at: impl Into<String>, text: impl Into<String>, choices: Vec<String>) {
        self.push(at.into(), Mark::Todo, text.into(), choices, true);
    }

    fn push(&mut self, at: String, mark: Mark, text: String, choices: Vec<String>, blocks: bool) {
        self.0.push(Remark { at, mark, text, choices, blocks });
    }

    /// Whether anything is said of a key.
    #[must_use]
    pub fn says(&self, at: &str) -> bool {
        self.0.iter().any(|remark| remark.at == at)
    }

    /// What was collected.
    #[must_use]
    pub fn into_vec(self) -> Vec<Remark> {
        self.0
    }
}

/// A few of the texts, each once, where they are numbers, days or codes: nothing that could be of a person.
fn examples<'t>(texts: impl Iterator<Item = &'t str>, most: usize) -> String {
    const LEN_MAX: usize = 32;
    let mut shown: Vec<String> = Vec::new();
    for text in texts {
        let is_code = text.len() <= LEN_MAX
            && text.chars().any(|letter| letter.is_ascii_digit())
            && text.chars().filter(|letter| letter.is_alphabetic()).count() <= 9
            && !text.contains('@')
            && !text.chars().any(char::is_control);
        let text = format!("`{text}`");
        if is_code && !shown.contains(&text) {
            shown.push(text);
            if shown.len() == most {
                break;
            }
        }
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests;
