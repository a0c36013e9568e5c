//! Whatever is decided at once is what the rules decide: both judge random orders, most of them plain or nearly so.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use rustc_hash::FxHashSet;

use super::*;
use crate::model::compact::{KeyHash, Statements};
use crate::model::currency::{Currencies, Currency};
use crate::model::names::{NameId, Names};
use crate::model::origin::Origin;
use crate::model::record::NoRows;
use crate::rules::orders::reconcile;
use crate::rules::settings::Settings;

/// A choice that is nearly always the first.
fn mostly<T: Clone + std::fmt::Debug + 'static>(
    usual: T,
    rare: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<T> {
    prop_oneof![60 => Just(usual), 1 => rare].boxed()
}

fn line(id: u64) -> impl Strategy<Value = LineRec> {
    let vat = prop_oneof![Just(Some(2_000)), Just(Some(2_001)), Just(None), mostly(None, Just(Some(2_003)))];
    (
        mostly(id, 0..4_u64),
        prop_oneof![Just(10_000_i64), mostly(10_000, prop_oneof![Just(-10_000), Just(0), Just(9_999), Just(i64::MAX)])],
        mostly(1, 0..3_u16),
        mostly(1, 0..3_u32),
        (vat, prop_oneof![Just(Some(2_500)), Just(None)]),
        (mostly(None, Just(Some(0))), mostly(false, Just(true)), mostly(None, Just(Some(5)))),
        0..2_u64,
    )
        .prop_map(|(line, gross_minor, currency, provider, (vat, rate), (related, is_reversal, stated), file)| {
            LineRec {
                order: 7,
                line,
                gross_minor,
                currency: Currency(currency),
                provider: NameId(provider),
                vat_minor: vat,
                related,
                is_reversal,
                statements: Statements { order_amount_minor: stated, ..Statements::default() },
                vat_rate_bp: rate,
                content: line,
                origin: Origin::new(usize::try_from(file).unwrap(), line).unwrap(),
            }
        })
}

fn row() -> impl Strategy<Value = OperationRow> {
    let dataset = prop_oneof![5 => Just(Dataset::Captures), 1 => Just(Dataset::Reversals)];
    let amount = prop_oneof![
        12 => Just(10_000_i64),
        2 => Just(5_000),
        1 => prop_oneof![Just(-10_000), Just(0), Just(4_999), Just(i64::MAX)]
    ];
    let line = (0..4_u64).prop_flat_map(|line| mostly(Some(line), Just(None)));
    (
        (dataset, line, mostly(true, Just(false)), 0..4_u64),
        (amount, mostly(1, 0..3_u16), mostly(1, 0..3_u32), prop_oneof![5 => Just(Some(2_000)), 1 => Just(None)]),
        (mostly(Some(3), (0..2_u32).prop_map(Some)), mostly(None, Just(Some(10_000))), mostly(1, 2..4_u128)),
        (mostly(true, Just(false)), any::<u32>()),
    )
        .prop_map(
            |((dataset, line, completed, id), (amount, currency, provider, vat), (number, total, key), (named, at))| {
                OperationRow {
                    order: 7,
                    dataset,
                    line,
                    identity: named.then_some(id),
                    completed,
                    amount_minor: amount,
                    currency: Currency(currency),
                    provider: NameId(provider),
                    vat_minor: vat,
                    reconciliation: number.map(NameId),
                    stated_total_minor: total,
                    keys: [None, KeyHash::new(u128::from(id) + key), KeyHash::new(key), None],
                    reference_malformed: at % 11 == 0,
                    recorded_only: !completed && at % 3 == 0,
                    content: u64::from(at),
                    origin: Origin::new(2, u64::from(at)).unwrap(),
                }
            },
        )
}

/// Lines, and rows that mostly capture each of them once.
fn order() -> impl Strategy<Value = (Vec<LineRec>, Vec<OperationRow>)> {
    let lines = (line(0), line(1), line(2), 0..4_usize).prop_map(|(a, b, c, count)| {
        let mut lines = vec![c, a, b];
        lines.truncate(count);
        lines
    });
    (lines, prop::collection::vec(row(), 6), mostly(0, 0..3_usize), mostly(true, Just(false))).prop_map(
        |(lines, mut rows, more, fit)| {
            for (line, row) in lines.iter().zip(&mut rows).filter(|_| fit) {
                *row = OperationRow {
                    line: row.line.map(|_| line.line),
                    dataset: Dataset::Captures,
                    amount_minor: if row.amount_minor == 5_000 { 10_000 } else { row.amount_minor },
                    ..*row
                };
            }
            rows.truncate(lines.len() + more);
            (lines, rows)
        },
    )
}

fn sorted(outcome: Outcome) -> String {
    let Outcome { findings, mut operations, tally } = outcome;
    operations.sort_by(|a, b| a.rows.cmp(&b.rows));
    let (mut fates, mut verdicts) = (tally.fates().to_vec(), tally.verdicts().to_vec());
    fates.sort_by_key(|(key, _)| *key);
    verdicts.sort_by_key(|(key, _)| *key);
    format!("{findings:?} {operations:#?} {fates:?} {verdicts:?} {:?}", tally.equal_without_id)
}

#[test]
fn what_is_decided_at_once_is_what_the_rules_decide() {
    let settings = Settings::new(chrono::NaiveDate::from_ymd_opt(2026, 11, 30).unwrap());
    let (names, currencies) = (Names::default(), Currencies::default());
    ["zero", "one", "two", "three"].iter().for_each(|text| assert!(names.intern(text).0 < 4));
    let line_providers: FxHashSet<NameId> = [NameId(1), NameId(2)].into_iter().collect();
    let context = Context {
        settings: &settings,
        names: &names,
        currencies: &currencies,
        rows: &NoRows,
        line_providers: &line_providers,
        counts_only: false,
    };
    let (mut plain, mut other) = (0, 0);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..20_000 {
        let (mut lines, mut rows) = order().new_tree(&mut runner).unwrap().current();
        let mut at_once = Outcome::default();
        if !reconcile_plain(&lines, &rows, &context, &mut at_once) {
            other += 1;
            assert_eq!(sorted(at_once), sorted(Outcome::default()), "nothing was done");
            continue;
        }
        plain += 1;
        let mut by_rules = Outcome::default();
        let shown = format!("{lines:#?} {rows:#?}");
        reconcile(&mut lines, &mut rows, &context, &mut by_rules).unwrap();
        assert_eq!(sorted(at_once), sorted(by_rules), "{shown}");
    }
    assert!(plain > 3_000 && other > 3_000, "{plain} plain orders, {other} others");
}
