//! The last step of a run: findings that nothing but their place tells apart are numbered, and all are brought into the
//! order of the report.
//!
//! There may be millions of them, and each is a row of many texts: what is sorted are short keys that decide nearly every
//! comparison by themselves.

use std::collections::BTreeMap;

use compact_str::format_compact;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use crate::model::finding::{Code, Status};
use crate::model::found::{FoundRow, FoundTexts, Packed};
use crate::model::money;
use crate::model::text::Text;

/// Findings that were described, each with what it is sorted by: that is taken as soon as one is made, because later it is
/// far away in memory, and to look for a million of them there takes longer than to sort them.
#[derive(Debug, Default)]
pub struct Found {
    rows: Vec<FoundRow>,
    /// One a row.
    marks: Vec<Mark>,
    /// The kinds that there are, which are few.
    kinds: Vec<Kind>,
    sums: CodeSums,
}

/// Findings by code, status and currency.
pub type CodeSums = FxHashMap<(Code, Status, Text), CodeSum>;

/// Findings of one code, status and currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CodeSum {
    /// How many there are.
    pub findings: u64,
    /// How many records they are about.
    pub records: u64,
    /// The sum of their differences, minor units.
    pub difference_minor: i128,
}

impl CodeSum {
    fn add(&mut self, more: Self) {
        self.findings += more.findings;
        self.records = self.records.saturating_add(more.records);
        money::add(&mut self.difference_minor, more.difference_minor);
    }
}

/// Adds a finding to those of its code, status and currency.
fn add_row(sums: &mut CodeSums, row: &FoundRow) {
    let more = CodeSum { findings: 1, records: row.count, difference_minor: row.difference_minor };
    sums.entry((row.code, row.status, row.currency().into())).or_default().add(more);
}

fn add_sums(sums: &mut CodeSums, more: CodeSums) {
    more.into_iter().for_each(|(key, more)| sums.entry(key).or_default().add(more));
}

/// What a finding is sorted by.
#[derive(Debug)]
struct Mark {
    id_hash: u64,
    /// Its place among the kinds.
    kind: usize,
    /// The ids behind the kind, without its rank.
    key: SortKey,
}

/// What comes first in the order of the report: the code, whose leg and name these are, and the provider.
type Kind = (Code, Text);

impl Found {
    /// No finding, with room for so many.
    #[must_use]
    pub fn with_capacity(count: usize) -> Self {
        Self { rows: Vec::with_capacity(count), marks: Vec::with_capacity(count), ..Self::default() }
    }

    /// Adds a finding.
    pub fn push(&mut self, row: FoundRow) {
        let kind = self.kind(row.code, row.provider());
        self.marks.push(Mark {
            id_hash: xxh3_64(row.id().as_bytes()),
            kind,
            key: key(&[row.order_id(), row.line_id(), row.payee_reference(), row.transaction_number()]),
        });
        add_row(&mut self.sums, &row);
        self.rows.push(row);
    }

    /// Adds findings.
    pub fn append(&mut self, mut other: Self) {
        self.rows.append(&mut other.rows);
        let kinds: Vec<usize> = other.kinds.iter().map(|(code, provider)| self.kind(*code, provider)).collect();
        self.marks.extend(other.marks.into_iter().map(|mark| Mark { kind: kinds[mark.kind], ..mark }));
        add_sums(&mut self.sums, other.sums);
    }

    /// The place of a kind, which it has from now on.
    fn kind(&mut self, code: Code, provider: &str) -> usize {
        let place = self.kinds.iter().position(|kind| kind.0 == code && kind.1 == provider);
        place.unwrap_or_else(|| {
            self.kinds.push((code, provider.into()));
            self.kinds.len() - 1
        })
    }

    /// The rows of the report, in the order in which they were added.
    #[must_use]
    pub fn rows(&self) -> &[FoundRow] {
        &self.rows
    }

    /// The places of the findings of some codes, by provider, without looking at their rows.
    #[must_use]
    pub fn places(&self, codes: &[Code]) -> BTreeMap<&str, Vec<usize>> {
        let mut of_kinds = vec![Vec::new(); self.kinds.len()];
        let is_wanted: Vec<bool> = self.kinds.iter().map(|(code, _)| codes.contains(code)).collect();
        for (place, mark) in self.marks.iter().enumerate().filter(|(_, mark)| is_wanted[mark.kind]) {
            of_kinds[mark.kind].push(place);
        }
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for ((_, provider), of_kind) in self.kinds.iter().zip(of_kinds) {
            places.entry(provider.as_str()).or_default().extend(of_kind);
        }
        places
    }

    /// What the findings come to.
    #[must_use]
    pub fn sums(&self) -> &CodeSums {
        &self.sums
    }

    /// Changes rows, all but what they are sorted by, and adds them up again.
    pub fn change(&mut self, change: impl Fn(&mut FoundRow) + Sync + Send) {
        let changed = self.rows.par_iter_mut().fold(CodeSums::default, |mut sums, row| {
            change(row);
            add_row(&mut sums, row);
            sums
        });
        self.sums = changed.reduce(CodeSums::default, |mut all, part| {
            add_sums(&mut all, part);
            all
        });
    }

    /// The rows, for what decides neither on their order nor on their sums.
    pub fn rows_mut(&mut self) -> &mut [FoundRow] {
        &mut self.rows
    }

    /// Numbers the twins among the findings of a run. The order among them is total: rows that compare equal are equal.
    pub fn number_twins(&mut self) {
        number_twins(&mut self.rows, &self.marks);
    }

    /// The rows in the order of the report, which is total: no sort can show which of two was first.
    #[must_use]
    pub fn into_report(self) -> Vec<FoundRow> {
        let Self { rows, marks, kinds, .. } = self;
        let ranks = ranks(&kinds);
        let keys = marks.par_iter().map(|mark| with_rank(mark.key, ranks[mark.kind]));
        let mut keyed: Vec<(SortKey, FoundRow)> = keys.zip(rows).collect();
        keyed.par_sort_unstable_by(|(a_key, a), (b_key, b)| a_key.cmp(b_key).then_with(|| a.cmp_for_report(b)));
        keyed.into_par_iter().map(|(_, row)| row).collect()
    }
}

impl Extend<FoundRow> for Found {
    fn extend<Rows: IntoIterator<Item = FoundRow>>(&mut self, rows: Rows) {
        rows.into_iter().for_each(|row| self.push(row));
    }
}

/// The place of each kind in the order of the report.
fn ranks(kinds: &[Kind]) -> Vec<u32> {
    let mut places: Vec<usize> = (0..kinds.len()).collect();
    let named = |(code, provider): &Kind| (code.leg().name(), code.name(), provider.clone());
    places.sort_by_key(|place| named(&kinds[*place]));
    let mut ranks = vec![0; kinds.len()];
    places.into_iter().zip(0..).for_each(|(place, rank)| ranks[place] = rank);
    ranks
}

/// Findings of one id are rare: they are found by a hash of it, and only they are brought into an order.
fn number_twins(rows: &mut [FoundRow], marks: &[Mark]) {
    let mut places = perhaps_twins(marks);
    places.sort_unstable();
    for alike in places.chunk_by(|(a, _), (b, _)| a == b).filter(|alike| alike.len() > 1) {
        let mut places: Vec<usize> = alike.iter().map(|(_, place)| *place).collect();
        places.sort_unstable_by(|a, b| {
            let (a, b) = (&rows[*a], &rows[*b]);
            a.id().cmp(b.id()).then_with(|| order_of_twins(a).cmp(&order_of_twins(b)))
        });
        let mut last: (Text, u64) = Default::default();
        for place in places {
            let row = &mut rows[place];
            last = if *row.id() == last.0 { (last.0, last.1 + 1) } else { (row.id().into(), 1) };
            if last.1 > 1 {
                let id = format_compact!("{}-{}", last.0, last.1);
                row.packed = Packed::of(&FoundTexts { id: &id, ..row.texts() });
            }
        }
    }
}

/// Hash and place of the findings that may have a twin: those that share one of sixteen slots a finding, few of which hold
/// more than one.
fn perhaps_twins(marks: &[Mark]) -> Vec<(u64, usize)> {
    const SLOTS_A_FINDING: usize = 16;
    let slot_bits = marks.len().saturating_mul(SLOTS_A_FINDING).next_power_of_two().ilog2().max(6);
    let (word_count, shift) = (1_usize << (slot_bits - 6), u64::BITS - slot_bits);
    let (mut once, mut again) = (vec![0_u64; word_count], vec![0_u64; word_count]);
    let slot = |mark: &Mark| {
        let slot = mark.id_hash >> shift;
        (usize::try_from(slot >> 6).unwrap_or_default(), 1 << (slot & 63))
    };
    for mark in marks {
        let (word, bit) = slot(mark);
        again[word] |= once[word] & bit;
        once[word] |= bit;
    }
    let is_shared = |mark: &Mark| {
        let (word, bit) = slot(mark);
        again[word] & bit != 0
    };
    let shared = marks.iter().enumerate().filter(|(_, mark)| is_shared(mark));
    shared.map(|(place, mark)| (mark.id_hash, place)).collect()
}

/// A key of the first bytes of some texts, the more important ones first. Where two keys differ, the texts compare as they
/// do: behind each text stands a 0, and no other 0 does, for 0 and 1 within a text are written as two bytes.
type SortKey = [u128; 2];

/// The key of texts. Its first 4 bytes are left for a rank, which is more important still.
fn key(texts: &[&str]) -> SortKey {
    let mut bytes = [0; size_of::<SortKey>()];
    let mut at = size_of::<u32>();
    for text in texts {
        // What does not fit decides nothing.
        let Some(rest) = bytes.get_mut(at..).filter(|rest| !rest.is_empty()) else { break };
        let head = text.as_bytes().get(..rest.len()).unwrap_or(text.as_bytes());
        at += 1 + if head.iter().fold(false, |any, byte| any | (*byte < 2)) {
            put_telling(head, rest)
        } else {
            rest[..head.len()].copy_from_slice(head);
            head.len()
        };
    }
    let [high, low] = bytes.as_chunks::<16>().0 else { return [0; 2] };
    [u128::from_be_bytes(*high), u128::from_be_bytes(*low)]
}

/// Puts a text in which 0 and 1 are two bytes each, as far as it fits; how many bytes it takes.
fn put_telling(text: &[u8], into: &mut [u8]) -> usize {
    let told = text.iter().flat_map(|byte| if *byte < 2 { [Some(1), Some(byte + 1)] } else { [Some(*byte), None] });
    let places = into.iter_mut().zip(told.flatten());
    places.map(|(place, byte)| *place = byte).count()
}

/// A key with what comes before all texts.
fn with_rank([high, low]: SortKey, rank: u32) -> SortKey {
    [high | u128::from(rank) << (u128::BITS - u32::BITS), low]
}

/// All that tells twins apart in a report, their place last: where rows stand must not decide on an id.
fn order_of_twins(row: &FoundRow) -> (i128, i128, u64, Option<i64>, [&str; 8]) {
    let texts = row.texts();
    let texts = [
        texts.order_id,
        texts.line_id,
        texts.payee_reference,
        texts.transaction_number,
        texts.reconciliation_number,
        texts.settlement_id,
        texts.explanation,
        texts.sources,
    ];
    (row.expected_minor, row.actual_minor, row.count, row.age_days, texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::found::FoundColumns;
    use crate::model::origin::Origins;

    fn row(code: Code, provider: &str, order_id: &str, id: &str, sources: &str) -> FoundRow {
        let texts = FoundTexts {
            id,
            provider,
            order_id,
            currency: "SEK",
            first_seen: "2026-10-31",
            sources,
            ..FoundTexts::default()
        };
        Box::new(FoundColumns {
            code,
            status: Status::Open,
            expected_minor: 0,
            actual_minor: 0,
            difference_minor: 0,
            count: 1,
            age_days: None,
            rows: Origins::new(),
            packed: Packed::of(&texts),
        })
    }

    /// Texts that are the same for longer than a key sees, among others.
    const TEXTS: [&str; 10] = [
        "",
        "a",
        "a\u{0}",
        "a\u{1}",
        "a\u{0}b",
        "fifteen letters",
        "fifteen letters\u{0}",
        "a long text, the end of which differs: 1",
        "a long text, the end of which differs: 2",
        "\u{e5}",
    ];
    const CODES: [Code; 5] = [
        Code::OrderRemainingCapture,
        Code::OrderRemainingReversal,
        Code::Unsettled,
        Code::LineUncaptured,
        Code::LineUndercaptured,
    ];

    fn many(count: usize) -> Vec<FoundRow> {
        let text = |number: usize| TEXTS[number % TEXTS.len()];
        let mut state = 7_u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        (0..count)
            .map(|number| {
                let id = format!("{:016x}", next(count / 2 + 1));
                let sources = format!("orders.csv:{number}");
                let mut row = row(CODES[next(CODES.len())], text(next(10)), text(next(10)), &id, &sources);
                let (line_id, payee_reference) = (text(next(10)), text(next(10)));
                row.packed = Packed::of(&FoundTexts { line_id, payee_reference, ..row.texts() });
                row
            })
            .collect()
    }

    #[test]
    fn the_order_is_that_of_the_report_and_twins_are_numbered() {
        for count in [0, 1, 2, 3, 50, 3000] {
            let mut expected = many(count);
            expected.sort_by(|a, b| a.id().cmp(b.id()).then_with(|| order_of_twins(a).cmp(&order_of_twins(b))));
            let mut last = (String::new(), 0);
            for row in &mut expected {
                last = if row.id() == last.0 { (last.0, last.1 + 1) } else { (row.id().to_owned(), 1) };
                if last.1 > 1 {
                    let id = format!("{}-{}", last.0, last.1);
                    row.packed = Packed::of(&FoundTexts { id: &id, ..row.texts() });
                }
            }
            expected.sort_by(|a, b| a.cmp_for_report(b));
            let mut rows = many(count);
            let mut found = Found::default();
            while !rows.is_empty() {
                // In parts, as tasks make them.
                let mut part = Found::default();
                part.extend(rows.split_off(rows.len().saturating_sub(700)));
                found.append(part);
            }
            found.number_twins();
            let added_up = |found: &Found| {
                let mut sums = CodeSums::default();
                found.rows().iter().for_each(|row| add_row(&mut sums, row));
                *found.sums() == sums
            };
            assert!(added_up(&found));
            found.change(|row| {
                if row.line_id() == "a" {
                    row.status = Status::Closed
                }
            });
            assert!(added_up(&found));
            found.change(|row| row.status = Status::Open);
            assert!(added_up(&found));
            let rows = found.into_report();
            let shown = |rows: &[FoundRow]| rows.iter().map(|row| format!("{row:?}")).collect::<Vec<_>>();
            assert_eq!(shown(&rows), shown(&expected));
        }
    }
}
