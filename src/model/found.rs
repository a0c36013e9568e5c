//! A finding as a report shows it: one column of `discrepancies.csv` each (RULES.md 8).

use std::cmp::Ordering;

use super::finding::{Code, Status};
use super::origin::Origins;

/// A finding with its texts. There may be millions of them, of many columns each: what is moved and sorted is where they
/// stand.
pub type FoundRow = Box<FoundColumns>;

/// What a report shows of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundColumns {
    /// What was found.
    pub code: Code,
    /// Whether it needs somebody.
    pub status: Status,
    /// The merchant's side, minor units.
    pub expected_minor: i128,
    /// The other side, minor units.
    pub actual_minor: i128,
    /// `actual - expected`, minor units.
    pub difference_minor: i128,
    /// How many records.
    pub count: u64,
    /// Calendar days since the newest record was made, where one says.
    pub age_days: Option<i64>,
    /// The rows of those records; none where the finding is about a file, a series or a sum.
    pub rows: Origins,
    /// Its texts, each of which has a method of its name, too.
    pub packed: Packed,
}

macro_rules! texts {
    ($($place:literal $name:ident $doc:literal;)*) => {
        /// The texts of a finding.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct FoundTexts<'t> { $(#[doc = $doc] pub $name: &'t str,)* }

        /// How many texts there are.
        const COUNT: usize = [$($place,)*].len();

        #[cfg(test)]
        impl<'t> FoundTexts<'t> {
            /// One text in all places.
            pub(crate) fn everywhere(text: &'t str) -> Self {
                Self { $($name: text,)* }
            }
        }

        impl FoundTexts<'_> {
            fn all(&self) -> [&str; COUNT] {
                [$(self.$name,)*]
            }
        }

        impl FoundColumns {
            $(#[doc = $doc] #[must_use] #[inline] pub fn $name(&self) -> &str { self.packed.at($place) })*

            /// All texts.
            #[must_use]
            pub fn texts(&self) -> FoundTexts<'_> {
                FoundTexts { $($name: self.$name(),)* }
            }
        }
    };
}

texts! {
    0 id "Stable from night to night.";
    1 provider "Provider.";
    2 order_id "Order id, where all records agree.";
    3 line_id "Line id, where all records agree; `*` for a whole order.";
    4 payee_reference "Payee reference, where all records agree.";
    5 transaction_number "Transaction number, where all records agree.";
    6 reconciliation_number "Reconciliation number, where all records agree.";
    7 settlement_id "Settlement id, where all records agree.";
    8 currency "ISO 4217 code.";
    9 first_seen "The day on which the finding was first seen.";
    10 sources "`file:line` of every record.";
    11 hint_key "`file:line` of the most likely counterpart of what has none.";
    12 explanation "The finding in a sentence.";
    13 hint "That counterpart in a sentence, and the field in which it differs; never a match.";
}

/// The last text that is no sentence.
const HINT_KEY: usize = 11;

/// The texts of a finding in one piece of memory, one after the other: a run makes millions of them, and each with memory
/// of its own would cost more than to say it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packed {
    joined: Box<str>,
    /// Where each of them ends.
    ends: [usize; COUNT],
}

impl Packed {
    /// Copies texts.
    #[must_use]
    pub fn of(texts: &FoundTexts<'_>) -> Self {
        let texts = texts.all();
        let mut joined = String::with_capacity(texts.iter().map(|text| text.len()).sum());
        let mut ends = [0; COUNT];
        for (text, end) in texts.iter().zip(&mut ends) {
            // Most of them say nothing.
            if !text.is_empty() {
                joined.push_str(text);
            }
            *end = joined.len();
        }
        Self { joined: joined.into_boxed_str(), ends }
    }

    /// All of them, with nothing between.
    #[must_use]
    pub fn joined(&self) -> &str {
        &self.joined
    }

    /// All of them but the sentences, with nothing between: what is not in it is in none of them.
    #[must_use]
    pub fn without_sentences(&self) -> &str {
        self.ends.get(HINT_KEY).and_then(|end| self.joined.get(..*end)).unwrap_or_default()
    }

    #[inline]
    fn at(&self, place: usize) -> &str {
        let end = |place: usize| self.ends.get(place).copied();
        let start = place.checked_sub(1).and_then(end).unwrap_or(0);
        end(place).and_then(|end| self.joined.get(start..end)).unwrap_or_default()
    }
}

impl FoundColumns {
    /// Reads a little of everything but the texts themselves. A row among millions is far away in memory: when several are
    /// asked for one after the other, and only then read, their ways to it overlap.
    #[must_use]
    pub fn touch(&self) -> usize {
        let [first, .., last] = self.packed.ends;
        let numbers = [self.expected_minor == 0, self.difference_minor == 0, self.count == 0, self.age_days.is_none()];
        numbers.iter().fold(first ^ last ^ self.packed.joined.len(), |all, is_zero| all ^ usize::from(*is_zero))
    }

    /// Says other texts, of those that live as long as they like: what is given is what it says now.
    pub fn say(&mut self, change: impl for<'t> FnOnce(&mut FoundTexts<'t>)) {
        let mut texts = self.texts();
        change(&mut texts);
        self.packed = Packed::of(&texts);
    }

    /// The order of `discrepancies.csv` (RULES.md 8).
    #[must_use]
    pub fn cmp_for_report(&self, other: &Self) -> Ordering {
        // Names, not places: the order of the page is that of words.
        let kind = |row: &Self| (row.code.leg().name(), row.code.name());
        let by_kind = if self.code == other.code { Ordering::Equal } else { kind(self).cmp(&kind(other)) };
        by_kind.then_with(|| self.texts_of_order().cmp(&other.texts_of_order()))
    }

    fn texts_of_order(&self) -> [&str; 9] {
        [
            self.provider(),
            self.order_id(),
            self.line_id(),
            self.payee_reference(),
            self.transaction_number(),
            self.reconciliation_number(),
            self.settlement_id(),
            self.currency(),
            self.id(),
        ]
    }
}
