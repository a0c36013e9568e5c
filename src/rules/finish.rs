//! The last step of a run: findings that nothing but their place tells apart are numbered, and all are brought into the
//! order of the report.
//!
//! There may be millions of them, and each is a row of many texts: what is sorted are short keys that decide nearly every
//! comparison by themselves, and each row is moved once, to its place.

use std::cmp::Ordering;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::finding::{Code, FoundRow};

/// Numbers the twins among the findings of a run and sorts all of them. Both orders are total: rows that compare equal are
/// equal, and no sort can show which was first.
pub fn finish(rows: &mut [FoundRow]) {
    number_twins(rows);
    let ranks = ranks(rows);
    let key = |row: &FoundRow| (ranks.get(&kind(row)).copied(), first_texts(row));
    let order = sorted_places(rows, key, FoundRow::cmp_for_report);
    drop(ranks);
    bring_into_order(rows, order);
}

/// What comes first in the order of the report: the code, whose leg and name these are, and the provider.
type Kind<'a> = (Code, &'a str);

fn kind(row: &FoundRow) -> Kind<'_> {
    (row.code, &row.provider)
}

/// The kinds that there are, which are few, each with its place in the order.
fn ranks(rows: &[FoundRow]) -> FxHashMap<Kind<'_>, usize> {
    let kinds: FxHashSet<Kind<'_>> = rows.iter().map(kind).collect();
    let mut kinds: Vec<Kind<'_>> = kinds.into_iter().collect();
    kinds.sort_by_key(|(code, provider)| (code.leg().name(), code.name(), *provider));
    kinds.into_iter().zip(0..).collect()
}

fn number_twins(rows: &mut [FoundRow]) {
    let order = sorted_places(
        rows,
        |row| prefix(&row.id).0,
        |a, b| a.id.cmp(&b.id).then_with(|| order_of_twins(a).cmp(&order_of_twins(b))),
    );
    for twins in order.chunk_by(|a, b| rows[*a].id == rows[*b].id).filter(|twins| twins.len() > 1).collect::<Vec<_>>() {
        for (place, number) in twins.iter().zip(1_u64..).skip(1) {
            let row = &mut rows[*place];
            row.id = format!("{}-{number}", row.id);
        }
    }
}

/// So many bytes of a text are in its prefix.
const PREFIX_LEN: u8 = 15;

/// The first bytes of a text and its length, as far as it is not longer than they are, as a number; and whether that is all
/// of the text. Texts whose numbers differ compare as these do, and those that are all in theirs are equal where these are.
fn prefix(text: &str) -> (u128, bool) {
    let mut first = [0; 16];
    for (byte, place) in text.bytes().zip(first.iter_mut().take(usize::from(PREFIX_LEN))) {
        *place = byte;
    }
    let length = u8::try_from(text.len()).unwrap_or(u8::MAX).min(PREFIX_LEN + 1);
    first[usize::from(PREFIX_LEN)] = length;
    (u128::from_be_bytes(first), length <= PREFIX_LEN)
}

/// The first texts of the order within a kind, as far as prefixes can tell them: behind one that is longer all are 0, for
/// there the next must not decide.
fn first_texts(row: &FoundRow) -> [u128; 4] {
    let mut whole = true;
    [&row.order_id, &row.line_id, &row.payee_reference, &row.transaction_number].map(|text| {
        let (number, is_all) = prefix(text);
        let number = if whole { number } else { 0 };
        whole &= is_all;
        number
    })
}

/// The places of the rows in an order: by a key that never contradicts it, and by the order itself where keys are the same.
fn sorted_places<K: Ord + Send + Sync>(
    rows: &[FoundRow],
    key: impl Fn(&FoundRow) -> K + Sync,
    order: impl Fn(&FoundRow, &FoundRow) -> Ordering + Sync,
) -> Vec<usize> {
    let mut keyed: Vec<(K, usize)> = rows.par_iter().enumerate().map(|(place, row)| (key(row), place)).collect();
    keyed.par_sort_unstable_by(|(a_key, a), (b_key, b)| a_key.cmp(b_key).then_with(|| order(&rows[*a], &rows[*b])));
    keyed.into_iter().map(|(_, place)| place).collect()
}

/// Moves each row to its place: `order` says which row comes first, second and so on.
fn bring_into_order(rows: &mut [FoundRow], mut order: Vec<usize>) {
    for start in 0..order.len() {
        // The rows of a circle, each of which takes the place of the one before, which waits in the next one's.
        let mut place = start;
        while order[place] != start {
            let from = order[place];
            rows.swap(place, from);
            order[place] = place;
            place = from;
        }
        order[place] = place;
    }
}

/// All that tells twins apart in a report, their place last: where rows stand must not decide on an id.
fn order_of_twins(row: &FoundRow) -> (i128, i128, u64, Option<i64>, [&str; 8]) {
    let texts = [
        &row.order_id,
        &row.line_id,
        &row.payee_reference,
        &row.transaction_number,
        &row.reconciliation_number,
        &row.settlement_id,
        &row.explanation,
        &row.sources,
    ];
    (row.expected_minor, row.actual_minor, row.count, row.age_days, texts.map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::Status;

    fn row(code: Code, provider: &str, order_id: &str, id: &str, sources: &str) -> FoundRow {
        FoundRow {
            id: id.to_owned(),
            code,
            status: Status::Open,
            provider: provider.to_owned(),
            order_id: order_id.to_owned(),
            line_id: String::new(),
            payee_reference: String::new(),
            transaction_number: String::new(),
            reconciliation_number: String::new(),
            settlement_id: String::new(),
            currency: "SEK".to_owned(),
            expected_minor: 0,
            actual_minor: 0,
            difference_minor: 0,
            count: 1,
            age_days: None,
            first_seen: "2026-10-31".to_owned(),
            explanation: String::new(),
            sources: sources.to_owned(),
            hint: String::new(),
            hint_key: String::new(),
            rows: Vec::new(),
        }
    }

    /// Texts that are the same for longer than a key sees, among others.
    const TEXTS: [&str; 8] = [
        "",
        "a",
        "a\u{0}",
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
                let row = row(CODES[next(CODES.len())], text(next(8)), text(next(8)), &id, &sources);
                FoundRow { line_id: text(next(8)).to_owned(), payee_reference: text(next(8)).to_owned(), ..row }
            })
            .collect()
    }

    #[test]
    fn the_order_is_that_of_the_report_and_twins_are_numbered() {
        for count in [0, 1, 2, 3, 50, 3000] {
            let mut expected = many(count);
            expected.sort_by(|a, b| a.id.cmp(&b.id).then_with(|| order_of_twins(a).cmp(&order_of_twins(b))));
            let mut last = (String::new(), 0);
            for row in &mut expected {
                last = if row.id == last.0 { (last.0, last.1 + 1) } else { (row.id.clone(), 1) };
                if last.1 > 1 {
                    row.id = format!("{}-{}", row.id, last.1);
                }
            }
            expected.sort_by(FoundRow::cmp_for_report);
            let mut rows = many(count);
            finish(&mut rows);
            let shown = |rows: &[FoundRow]| rows.iter().map(|row| format!("{row:?}")).collect::<Vec<_>>();
            assert_eq!(shown(&rows), shown(&expected));
        }
    }
}
