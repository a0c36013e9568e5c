//! What must hold on every random day, and which codes occur on them.

use std::collections::BTreeMap;

use crate::reference::random_day::random_day;
use crate::reference::{Dataset, Outcome, reconcile};

const SEEDS: u64 = 2000;

#[test]
fn every_code_occurs_and_every_batch_closes() {
    let mut codes: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    let mut exits: BTreeMap<i32, [u64; 3]> = BTreeMap::new();
    let mut explained: BTreeMap<String, u64> = BTreeMap::new();
    let mut totals = [[0u64; 5]; 4];
    let mut sizes = [0u64; 4];
    for seed in 0..SEEDS {
        let (files, settings) = random_day(seed);
        let outcome = reconcile(&files, &settings);
        let kind = [0, 1, 0, 2][(seed % 4) as usize];
        exits.entry(outcome.exit_status).or_default()[kind] += 1;
        for row in &outcome.findings {
            codes.entry(format!("{} {}", row.code, row.status)).or_default()[kind] += 1;
            assert_eq!(row.difference, row.actual - row.expected, "seed {seed}");
        }
        for batch in &outcome.batches {
            assert_eq!(batch.residual, 0, "seed {seed}: {batch:?}");
            for code in batch.explained.keys() {
                *explained.entry(code.clone()).or_default() += 1;
            }
        }
        for (dataset, t) in &outcome.totals {
            assert_eq!(t.read, t.rejected + t.repeated + t.superseded + t.accepted, "seed {seed}");
            for (sum, value) in
                totals[*dataset as usize].iter_mut().zip([t.read, t.rejected, t.repeated, t.superseded, t.accepted])
            {
                *sum += value;
            }
            sizes[*dataset as usize] += u64::from(t.read >= 5 && t.read <= 60);
        }
    }
    println!("{:<40} {:>8} {:>8} {:>8}", "code status", "story", "noise", "tight");
    for (code, [story, noise, tight]) in &codes {
        println!("{code:<40} {story:>8} {noise:>8} {tight:>8}");
    }
    println!("exit (story, noise, tight): {exits:?}");
    println!("batches explained: {explained:?}");
    println!("totals {totals:?}, days with 5 to 60 rows: {sizes:?}");

    let all = "record-conflict order-unknown line-unknown line-currency line-wrong-direction reversal-line-unlinked \
        reversal-line-exceeds-original reversal-exceeds-capture line-overcaptured line-uncaptured line-undercaptured \
        line-vat vat-rate order-total order-remaining-capture order-remaining-reversal unsettled batch-missing \
        settled-unknown settled-twice settled-not-completed settled-amount settled-direction settled-currency \
        ambiguous wrong-batch reference-reused items-total tolerance-budget file-net file-repeated file-gap";
    for code in all.split_whitespace() {
        let found: u64 =
            codes.iter().filter(|(c, _)| c.split(' ').next() == Some(code)).map(|(_, n)| n.iter().sum::<u64>()).sum();
        assert!(found > 0, "{code} never occurs");
    }
    for code in ["matched", "tolerance", "wrong-batch"] {
        assert!(explained.contains_key(code), "{code} never explains a batch");
    }
}

/// Order does not matter (RULES section 7): files in another order, and the rows of LF files without quotes in another.
#[test]
fn order_does_not_matter() {
    for seed in 0..600 {
        let (files, settings) = random_day(seed);
        let outcome = reconcile(&files, &settings);
        let mut turned = files.clone();
        turned.reverse();
        // A repeated file is known by its bytes, so all files with the same bytes are turned alike.
        for file in &mut turned {
            let plain = !file.bytes.contains(&b'"') && !file.bytes.contains(&b'\r');
            if plain && !file.bytes.starts_with(b"\xEF\xBB\xBF") {
                let mut lines: Vec<&[u8]> = file.bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty()).collect();
                lines[1..].reverse();
                file.bytes = lines.join(&b'\n');
            }
        }
        assert_eq!(outcome, reconcile(&turned, &settings), "seed {seed}");
    }
}

/// Every row twice in one more file changes nothing but the count of the repeated.
#[test]
fn orders_given_again_in_another_file_change_nothing() {
    for seed in 0..300 {
        let (mut files, settings) = random_day(seed);
        let before = without_totals(reconcile(&files, &settings));
        let again: Vec<_> = files
            .iter()
            .filter(|f| f.dataset == Dataset::Orders)
            .map(|f| {
                let mut again = f.clone();
                again.bytes.extend_from_slice(b"\n\n");
                again
            })
            .collect();
        files.extend(again);
        let after = without_totals(reconcile(&files, &settings));
        let only = |o: &Outcome| o.findings.iter().filter(|f| f.code != "file-repeated").cloned().collect::<Vec<_>>();
        assert_eq!(only(&before), only(&after), "seed {seed}");
        assert_eq!(before.batches, after.batches, "seed {seed}");
    }
}

fn without_totals(mut outcome: Outcome) -> Outcome {
    outcome.totals.clear();
    outcome
}
