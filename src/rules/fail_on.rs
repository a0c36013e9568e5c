//! What makes exit status 1 (RULES.md 8): any open finding, unless somebody wants less.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::model::finding::{Code, Status};
use crate::model::found::FoundRow;

/// What makes exit status 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum FailOn {
    /// Any open finding.
    #[default]
    Any,
    /// Only what is named; where nothing is, no finding does.
    These {
        /// An open finding of one of these codes.
        codes: BTreeSet<Code>,
        /// Open findings of a currency whose differences' sizes sum to at least so much, minor units by ISO 4217 code.
        sizes_minor: BTreeMap<String, i128>,
    },
}

/// The open findings of a report, as far as [`FailOn`] asks for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenItems {
    codes: BTreeSet<String>,
    sizes_minor: BTreeMap<String, i128>,
}

impl OpenItems {
    /// The open ones of some findings.
    fn of(findings: &[FoundRow]) -> Self {
        type Sizes<'a> = FxHashMap<(Code, &'a str), i128>;
        let open = findings.par_iter().filter(|finding| finding.status == Status::Open);
        let sizes_minor = open.fold(Sizes::default, |mut sizes_minor, finding| {
            let sum_minor = sizes_minor.entry((finding.code, finding.currency())).or_default();
            *sum_minor = sum_minor.saturating_add(finding.difference_minor.saturating_abs());
            sizes_minor
        });
        let mut open = Self::default();
        for ((code, currency), size_minor) in sizes_minor.flatten().collect::<Vec<_>>() {
            open.add(code.name(), currency, size_minor);
        }
        open
    }

    /// Takes an open finding into account: its code, its currency, and its difference in minor units.
    pub fn add(&mut self, code: &str, currency: &str, difference_minor: i128) {
        if !self.codes.contains(code) {
            self.codes.insert(code.to_owned());
        }
        let size_minor = difference_minor.saturating_abs();
        match self.sizes_minor.get_mut(currency) {
            // More than can be counted is more than any amount that can be asked for.
            Some(sum_minor) => *sum_minor = sum_minor.saturating_add(size_minor),
            None => drop(self.sizes_minor.insert(currency.to_owned(), size_minor)),
        }
    }

    /// How much the open differences of a currency sum to in size, minor units.
    #[must_use]
    pub fn size_minor(&self, currency: &str) -> i128 {
        self.sizes_minor.get(currency).copied().unwrap_or(0)
    }
}

impl FailOn {
    /// Whether the open ones of these findings make exit status 1.
    #[must_use]
    pub fn fails_of(&self, findings: &[FoundRow]) -> bool {
        match self {
            Self::Any => findings.par_iter().any(|finding| finding.status == Status::Open),
            Self::These { .. } => self.fails(&OpenItems::of(findings)),
        }
    }

    /// Whether these open findings make exit status 1.
    #[must_use]
    pub fn fails(&self, open: &OpenItems) -> bool {
        match self {
            Self::Any => !open.codes.is_empty(),
            Self::These { codes, sizes_minor } => {
                codes.iter().any(|code| open.codes.contains(code.name()))
                    || sizes_minor.iter().any(|(currency, least_minor)| open.size_minor(currency) >= *least_minor)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn these(codes: &[Code], sizes: &[(&str, i128)]) -> FailOn {
        let sizes_minor = sizes.iter().map(|(currency, size)| ((*currency).to_owned(), *size)).collect();
        FailOn::These { codes: codes.iter().copied().collect(), sizes_minor }
    }

    #[test]
    fn what_is_named_makes_status_1_and_nothing_else() {
        let mut open = OpenItems::default();
        assert!(!FailOn::Any.fails(&open));
        assert!(!these(&[], &[("SEK", 1)]).fails(&open));
        open.add("unsettled", "SEK", -300);
        open.add("settled-unknown", "SEK", 200);
        open.add("file-gap", "", 0);
        open.add("unsettled", "NOK", i128::MIN);
        open.add("unsettled", "NOK", -5);
        let cases = [
            (FailOn::Any, true),
            (these(&[], &[]), false),
            (these(&[Code::SettledTwice], &[]), false),
            (these(&[Code::SettledTwice, Code::FileGap], &[]), true),
            // Sizes are summed: what is too much does not make up for what is missing.
            (these(&[], &[("SEK", 500)]), true),
            (these(&[], &[("SEK", 501)]), false),
            (these(&[Code::Unsettled], &[("SEK", 501)]), true),
            (these(&[], &[("SEK", 501), ("NOK", i128::MAX)]), true),
            (these(&[], &[("EUR", 1)]), false),
        ];
        for (fail_on, fails) in cases {
            assert_eq!(fail_on.fails(&open), fails, "{fail_on:?}");
        }
    }
}
