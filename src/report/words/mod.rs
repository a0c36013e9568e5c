//! What reports that people read say, language by language: the codes in plain words, the forms of numbers and days,
//! and the texts of the page.
//!
//! `discrepancies.csv`, `summary.json` and all explanations stay in English: other programs read them.

pub mod codes;
mod forms;
pub mod page;

pub use self::codes::{CodeWords, code};
pub use self::page::{Counted, PageWords, fill, page};
use crate::model::finding::Status;

/// A language of the reports that people read (`--lang`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Swedish.
    Sv,
    /// Norwegian, bokmål.
    Nb,
    /// Danish.
    Da,
    /// Finnish.
    Fi,
}

impl Lang {
    /// All languages.
    pub const ALL: [Self; 5] = [Self::En, Self::Sv, Self::Nb, Self::Da, Self::Fi];

    /// The language tag (BCP 47), which is also its name in `--lang` and in the configuration.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Sv => "sv",
            Self::Nb => "nb",
            Self::Da => "da",
            Self::Fi => "fi",
        }
    }

    /// The language with this tag; `None` where there is none.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }
}

/// A status in the words of a language, as it stands beside a finding.
#[must_use]
pub fn status(lang: Lang, status: Status) -> &'static str {
    let words = match lang {
        Lang::En => ["Open", "Pending", "Listed", "Closed"],
        Lang::Sv => ["Öppen", "Väntar", "Noterad", "Stängd"],
        Lang::Nb => ["Åpen", "Venter", "Notert", "Lukket"],
        Lang::Da => ["Åben", "Afventer", "Noteret", "Lukket"],
        Lang::Fi => ["Avoin", "Odottaa", "Huomioitu", "Suljettu"],
    };
    let [open, pending, listed, closed] = words;
    match status {
        Status::Open => open,
        Status::Pending => pending,
        Status::Listed => listed,
        Status::Closed => closed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_by_its_tag_alone() {
        for lang in Lang::ALL {
            assert_eq!(Lang::from_tag(lang.tag()), Some(lang));
        }
        for tag in ["", "EN", "no", "sv-SE", "de"] {
            assert_eq!(Lang::from_tag(tag), None, "{tag}");
        }
    }
}
