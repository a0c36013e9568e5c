//! Settlement files as such (RULES.md 2 and 5): which of several are read, and which numbers of a series are missing.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

/// A run of missing numbers in a series `PREFIX-DIGITS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The first missing id, padded as the lowest of the series is.
    pub first_missing: String,
    /// How many are missing.
    pub count: u64,
    /// The last missing id.
    pub last_missing: String,
    /// The id before the run, as given.
    pub before: String,
    /// The id after the run, as given.
    pub after: String,
}

/// Prefix, number and digits of an id that belongs to a series: the prefix has a letter, the number 1 to 9 digits.
fn in_series(id: &str) -> Option<(&str, u64, &str)> {
    let (prefix, digits) = id.rsplit_once('-')?;
    let numbered = (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| numbered && prefix.chars().any(char::is_alphabetic))?;
    Some((prefix, number, digits))
}

/// The numbers missing between the lowest and the highest of every series, a run at a time, sorted by prefix and
/// number. Takes time by the ids given, however many are missing.
#[must_use]
pub fn gaps(ids: &BTreeSet<String>) -> Vec<Gap> {
    let mut series: BTreeMap<&str, BTreeMap<u64, (&str, &str)>> = BTreeMap::new();
    for id in ids {
        if let Some((prefix, number, digits)) = in_series(id) {
            // Of one number in two spellings the first by its text counts: ids come sorted.
            series.entry(prefix).or_default().entry(number).or_insert((id, digits));
        }
    }
    let mut gaps = Vec::new();
    for (prefix, numbers) in &series {
        let width = numbers.first_key_value().map_or(0, |(_, (_, digits))| digits.len());
        let id = |number: u64| format!("{prefix}-{number:0width$}");
        for ((low, (before, _)), (high, (after, _))) in numbers.iter().zip(numbers.iter().skip(1)) {
            let count = high - low - 1;
            if count > 0 {
                gaps.push(Gap {
                    first_missing: id(low + 1),
                    count,
                    last_missing: id(high - 1),
                    before: (*before).to_owned(),
                    after: (*after).to_owned(),
                });
            }
        }
    }
    gaps
}

/// What decides between native settlement files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeFile {
    /// The caller's number of the file, by which a [`Fate`] names it.
    pub index: usize,
    /// Provider.
    pub provider: String,
    /// The id in its header.
    pub settlement_id: String,
    /// The creation time in its header; absent is earliest.
    pub created: Option<NaiveDate>,
    /// Hash of its records as a multiset: equal for equal records, in whatever format and order.
    pub content_hash: u128,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
}

/// What becomes of a native settlement file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is read.
    Read,
    /// It has the records of this file and is skipped: `file-repeated`.
    RepeatedOf(usize),
    /// This file holds other records under its id, and holds: `file-restated`.
    RestatedBy(usize),
}

/// The fate of every file, in the order given; it depends on the files alone, never on that order. A file without an
/// id cannot be told from another by it, and is read.
#[must_use]
pub fn resolve(files: &[NativeFile]) -> Vec<Fate> {
    let mut groups: BTreeMap<(&str, &str), Vec<&NativeFile>> = BTreeMap::new();
    for file in files.iter().filter(|file| !file.settlement_id.is_empty()) {
        groups.entry((&file.provider, &file.settlement_id)).or_default().push(file);
    }
    let fates: BTreeMap<usize, Fate> = groups.values().flat_map(|group| choose_restated(group)).collect();
    files.iter().map(|file| fates.get(&file.index).copied().unwrap_or(Fate::Read)).collect()
}

/// The fates of the files of one provider and settlement id, by index. The records of the file that was created last
/// hold (then of the one with the greatest SHA-256); of files with the same records the one with the smallest SHA-256,
/// then index, stands for them.
#[must_use]
pub fn choose_restated(group: &[&NativeFile]) -> BTreeMap<usize, Fate> {
    let mut standing: BTreeMap<u128, &NativeFile> = BTreeMap::new();
    for file in group {
        let first = standing.entry(file.content_hash).or_insert(file);
        if (&file.sha256, file.index) < (&first.sha256, first.index) {
            *first = file;
        }
    }
    let latest = group.iter().max_by_key(|file| (file.created, &file.sha256, Reverse(file.index)));
    let winner = latest.and_then(|latest| standing.get(&latest.content_hash)).map(|file| file.index);
    let fate = |file: &NativeFile| match (standing.get(&file.content_hash), winner) {
        (Some(first), _) if first.index != file.index => Fate::RepeatedOf(first.index),
        (_, Some(winner)) if winner != file.index => Fate::RestatedBy(winner),
        _ => Fate::Read,
    };
    group.iter().map(|file| (file.index, fate(file))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First missing, count, last missing, before, after.
    type Run = (&'static str, u64, &'static str, &'static str, &'static str);

    fn gap((first_missing, count, last_missing, before, after): Run) -> Gap {
        let own = str::to_owned;
        let (first_missing, last_missing) = (own(first_missing), own(last_missing));
        Gap { first_missing, count, last_missing, before: own(before), after: own(after) }
    }

    #[test]
    fn missing_numbers_come_a_run_at_a_time() {
        let cases: [(&[&str], &[Run]); 9] = [
            (&[], &[]),
            (&["R1234-0001", "R1234-0002"], &[]),
            (&["R1234-0003", "R1234-0001"], &[("R1234-0002", 1, "R1234-0002", "R1234-0001", "R1234-0003")]),
            (
                &["R1-0001", "R1-0003", "R1-0006", "R2-0001", "R2-0009"],
                &[
                    ("R1-0002", 1, "R1-0002", "R1-0001", "R1-0003"),
                    ("R1-0004", 2, "R1-0005", "R1-0003", "R1-0006"),
                    ("R2-0002", 7, "R2-0008", "R2-0001", "R2-0009"),
                ],
            ),
            // Padded as the lowest is, which need not be the widest; the prefix is all before the last dash.
            (&["A-B-8", "A-B-11"], &[("A-B-9", 2, "A-B-10", "A-B-8", "A-B-11")]),
            (&["R-098", "R-000101"], &[("R-099", 2, "R-100", "R-098", "R-000101")]),
            // One number in two spellings.
            (&["R-1", "R-0001", "R-3"], &[("R-0002", 1, "R-0002", "R-0001", "R-3")]),
            (&["R-0", "R-999999999"], &[("R-1", 999_999_998, "R-999999998", "R-0", "R-999999999")]),
            // No letter, too many digits, no digits, no dash: no series.
            (
                &[
                    "2024-01",
                    "2024-03",
                    "R-0000000001",
                    "R-0000000003",
                    "R-",
                    "R-1a",
                    "R-+5",
                    "R-\u{661}",
                    "R1",
                    "",
                    "-1",
                    "-3",
                ],
                &[],
            ),
        ];
        for (ids, expected) in cases {
            let given = ids.iter().map(|id| (*id).to_owned()).collect();
            let expected: Vec<Gap> = expected.iter().copied().map(gap).collect();
            assert_eq!(gaps(&given), expected, "{ids:?}");
        }
    }

    fn file(index: usize, settlement_id: &str, day: u32, content_hash: u128, sha256: &str) -> NativeFile {
        let (provider, sha256) = ("swedbank_pay".to_owned(), sha256.to_owned());
        let created = NaiveDate::from_ymd_opt(2026, 1, day);
        NativeFile { index, provider, settlement_id: settlement_id.to_owned(), created, content_hash, sha256 }
    }

    #[test]
    fn one_file_of_an_id_is_read_whatever_the_order() {
        use Fate::{Read, RepeatedOf, RestatedBy};
        let other = NativeFile { provider: "dintero".to_owned(), ..file(1, "R-1", 9, 8, "b") };
        let cases: [(Vec<NativeFile>, Vec<Fate>); 9] = [
            (vec![], vec![]),
            (vec![file(0, "R-1", 1, 7, "a"), file(1, "R-2", 1, 7, "b")], vec![Read, Read]),
            (vec![file(0, "R-1", 1, 7, "a"), other], vec![Read, Read]),
            // The same records again: the smaller (SHA-256, index) stays.
            (vec![file(0, "R-1", 1, 7, "b"), file(1, "R-1", 2, 7, "a")], vec![RepeatedOf(1), Read]),
            (vec![file(0, "R-1", 1, 7, "a"), file(1, "R-1", 1, 7, "a")], vec![Read, RepeatedOf(0)]),
            // Other records: the later; on the same day the greater SHA-256; a day beats none (day 0 is none).
            (vec![file(0, "R-1", 2, 7, "a"), file(1, "R-1", 1, 8, "b")], vec![Read, RestatedBy(0)]),
            (vec![file(0, "R-1", 1, 7, "a"), file(1, "R-1", 1, 8, "b")], vec![RestatedBy(1), Read]),
            (vec![file(0, "R-1", 1, 7, "a"), file(1, "R-1", 0, 8, "b")], vec![Read, RestatedBy(0)]),
            // Both: the repeated of a restated file is repeated, and the winner is the one that stands for its records.
            (
                vec![
                    file(0, "R-1", 1, 7, "d"),
                    file(1, "R-1", 1, 7, "c"),
                    file(2, "R-1", 3, 8, "b"),
                    file(3, "R-1", 2, 8, "a"),
                ],
                vec![RepeatedOf(1), RestatedBy(3), RepeatedOf(3), Read],
            ),
        ];
        for (files, expected) in cases {
            assert_eq!(resolve(&files), expected, "{files:?}");
            for turn in 0..files.len() {
                let (mut files, mut expected) = (files.clone(), expected.clone());
                files.rotate_left(turn);
                expected.rotate_left(turn);
                assert_eq!(resolve(&files), expected, "{files:?}");
                files.reverse();
                expected.reverse();
                assert_eq!(resolve(&files), expected, "{files:?}");
            }
        }
    }

    #[test]
    fn files_without_an_id_are_all_read() {
        assert_eq!(resolve(&[file(0, "", 1, 7, "a"), file(1, "", 1, 8, "b")]), [Fate::Read, Fate::Read]);
    }
}
