//! Reads a table row by row: header, number of fields, numbers, order and uniqueness.

use std::fmt::Display;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::str::FromStr;

use super::{Faults, shown};
use crate::report::csv::readings;

/// A row of a table and where it stands.
pub(super) struct At<'a> {
    file: &'static str,
    /// The line on which the row begins.
    pub(super) line: u64,
    /// The faults of all files.
    pub(super) faults: &'a mut Faults,
}

impl At<'_> {
    /// Notes what is wrong with this row.
    pub(super) fn fault(&mut self, problem: impl Into<String>) {
        self.faults.add(self.file, Some(self.line), problem);
    }

    /// Reads a number, which has one text only: no plus, no leading zeros.
    pub(super) fn number<T: FromStr + Display>(&mut self, column: &str, text: &str) -> Option<T> {
        let number = text.parse::<T>().ok().filter(|number| number.to_string() == text);
        if number.is_none() {
            self.fault(format!("{column} is {text:?}, which is not a whole number as the program writes it"));
        }
        number
    }

    /// Checks a stated number against what it is computed to be.
    pub(super) fn equal(&mut self, column: &str, stated: i128, rule: &str, computed: Option<i128>) {
        if computed != Some(stated) {
            self.fault(format!("{column} is {stated}, but {rule} is {}", shown(computed)));
        }
    }
}

/// Reads a table and shows each row that has the right number of fields; `None` where the file cannot be read or has
/// another header. The result is the number of its rows.
pub(super) fn read<const N: usize>(
    dir: &Path,
    file: &'static str,
    header: &[&str; N],
    faults: &mut Faults,
    mut each: impl FnMut(&mut At<'_>, [&str; N]),
) -> Option<u64> {
    let opened = match File::open(dir.join(file)) {
        Ok(opened) => opened,
        Err(error) => {
            faults.add(file, None, format!("cannot be read: {error}"));
            return None;
        }
    };
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(BufReader::new(opened));
    let mut record = ::csv::ByteRecord::new();
    let mut rows: u64 = 0;
    let mut has_header = false;
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) if has_header => return Some(rows),
            Ok(false) => {
                faults.add(file, Some(1), "has no header");
                return None;
            }
            Err(error) => {
                faults.add(file, None, format!("cannot be read: {error}"));
                return None;
            }
        }
        let line = record.position().map_or(0, ::csv::Position::line);
        if !has_header {
            if !record.iter().eq(header.iter().map(|name| name.as_bytes())) {
                faults.add(file, Some(line), format!("the header is not {}", header.join(",")));
                return None;
            }
            has_header = true;
            continue;
        }
        rows = rows.saturating_add(1);
        let Ok(text) = ::csv::StringRecord::from_byte_record(record.clone()) else {
            faults.add(file, Some(line), "is not UTF-8");
            continue;
        };
        if text.len() != N {
            faults.add(file, Some(line), format!("has {} fields, not {N}", text.len()));
            continue;
        }
        let fields = std::array::from_fn(|index| text.get(index).unwrap_or_default());
        each(&mut At { file, line, faults }, fields);
    }
}

/// Watches that rows come in ascending order of some of their texts, as these were before the `'` escape.
#[derive(Debug, Default)]
pub(super) struct Order {
    previous: ::csv::StringRecord,
    begun: bool,
}

impl Order {
    /// Takes the next row's texts; whether it may stand here.
    pub(super) fn follows(&mut self, texts: &[&str]) -> bool {
        let in_order = !self.begun || may_follow(self.previous.iter(), texts.iter().copied());
        self.begun = true;
        self.previous.clear();
        for text in texts {
            self.previous.push_field(text);
        }
        in_order
    }
}

/// Whether `later` is not before `earlier`, by some reading of texts that have two.
fn may_follow<'a>(earlier: impl Iterator<Item = &'a str>, later: impl Iterator<Item = &'a str>) -> bool {
    for (left, right) in earlier.zip(later) {
        let (left, left_too) = readings(left);
        let (right, right_too) = readings(right);
        let lefts = [Some(left), left_too];
        let pairs = lefts
            .into_iter()
            .flatten()
            .flat_map(|left| [Some(right), right_too].into_iter().flatten().map(move |right| left.cmp(right)));
        let (mut less, mut equal) = (false, false);
        for order in pairs {
            less |= order.is_lt();
            equal |= order.is_eq();
        }
        if less {
            return true;
        }
        if !equal {
            return false;
        }
    }
    true
}

/// Watches that no text comes twice. Texts are kept as 128-bit hashes: among ten million of them, two different ones
/// share a hash with odds of 1 to 10^24.
#[derive(Debug, Default)]
pub(super) struct Unique {
    seen: Vec<(u128, u64)>,
}

impl Unique {
    /// Takes a text that stands on this line.
    pub(super) fn add(&mut self, text: &str, line: u64) {
        self.seen.push((xxhash_rust::xxh3::xxh3_128(text.as_bytes()), line));
    }

    /// The lines of each text that came again, with the line where it stood before.
    pub(super) fn repeated(mut self) -> Vec<(u64, u64)> {
        self.seen.sort_unstable();
        let pairs = self.seen.iter().zip(self.seen.iter().skip(1));
        pairs.filter(|(before, after)| before.0 == after.0).map(|(before, after)| (before.1, after.1)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_that_of_the_texts_before_the_escape() {
        let mut order = Order::default();
        // "!" < "'=a" read as itself < "-1" < "=a" < "b": by bytes "'-1" would stand before all of them.
        for texts in [["!", "z"], ["'-1", "a"], ["'=a", "a"], ["'=a", "b"], ["b", "a"], ["b", "a"]] {
            assert!(order.follows(&texts), "{texts:?}");
        }
        assert!(!order.follows(&["a", "z"]));
        let mut order = Order::default();
        assert!(order.follows(&["a"]));
        assert!(!order.follows(&["'=1"]));
    }

    #[test]
    fn what_comes_twice_is_told_with_both_lines() {
        let mut unique = Unique::default();
        for (text, line) in [("a", 2), ("b", 3), ("a", 4), ("c", 5)] {
            unique.add(text, line);
        }
        assert_eq!(unique.repeated(), [(2, 4)]);
    }
}
