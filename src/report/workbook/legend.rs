//! The legend: every code, status and word of the workbook in plain words, and what to do.

use super::cell::Cell;
use super::others::of_rows;
use super::sheet::Tab;
use super::styles::Style;
use super::table::{Column, Table};
use crate::model::finding::Code;
use crate::report::words::{Lang, code};

/// The sheet that says what the words mean.
pub(super) const LEGEND: &str = "Legend";

/// A word, where it stands, in plain words, what it means, what to do.
pub(super) type Word = [&'static str; 5];

/// Words that are no codes.
const WORDS: [Word; 7] = [
    [
        "open",
        "status",
        "Needs somebody",
        "It does not go away by itself.",
        "Work through the sheet To do from the top.",
    ],
    [
        "pending",
        "status",
        "May still resolve itself",
        "It is younger than the days that captures or settlements are given.",
        "Nothing yet: it becomes open when its days are over.",
    ],
    ["listed", "status", "For information", "Nothing is wrong, but it should be known.", "Nothing."],
    [
        "closed",
        "status",
        "Closed by a person",
        "Somebody closed it, with a reason, and it has not changed since.",
        "Nothing: it is open again when its amounts change.",
    ],
    [
        "matched",
        "batches",
        "Settled in another batch than its operation",
        "Operations and rows that belong together count in different batches; over all batches these sums are 0.",
        "Nothing.",
    ],
    [
        "tolerance",
        "batches",
        "Differences within the tolerance",
        "Pairs that differ by no more than the configuration lets pass.",
        "Compare their sum with what was agreed to let pass.",
    ],
    [
        "Not explained",
        "batches",
        "What no code explains",
        "It is 0 in every batch, or the run is incomplete.",
        "If it is not 0, do not rely on this report, and have the program looked at.",
    ],
];

/// All words: the codes in the order in which money goes, then the others.
pub(super) fn words() -> Vec<Word> {
    let of_code = |found: &Code| {
        let words = code(Lang::En, *found);
        [found.name(), found.leg().name(), words.title, words.meaning, words.action]
    };
    Code::ALL.iter().map(of_code).chain(WORDS).collect()
}

/// The sheet.
pub(super) fn table(words: &[Word]) -> Table<'_> {
    let columns = vec![
        Column::new("Word", Style::Text, 30),
        Column::new("Of", Style::Text, 12),
        Column::new("In plain words", Style::Wrapped, 34),
        Column::new("What it means", Style::Wrapped, 70),
        Column::new("What to do", Style::Wrapped, 60),
    ];
    of_rows(LEGEND, Tab::Reference, columns, 5, words, |row, column| {
        row.get(column).map_or(Cell::Empty, |text| Cell::text(*text))
    })
}
