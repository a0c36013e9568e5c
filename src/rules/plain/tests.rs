//! Whatever is decided at once is what the rules decide: both judge random orders, most of them plain or nearly so.

use std::convert::Infallible;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use rustc_hash::FxHashSet;

use super::*;
use crate::model::compact::{KeyHash, KeyRecord, LineRec, Operation, OperationRow, Statements, identity_of_keys};
use crate::model::currency::Currencies;
use crate::model::encoding::read_key_record;
use crate::model::finding::Finding;
use crate::model::names::Names;
use crate::rules::orders::{Outcome, reconcile};
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
                let last = (id == 3).then_some(KeyHash::MAX);
                let keys = [None, KeyHash::new(u128::from(id) + key), KeyHash::new(key), last];
                // Of half of the operations an id names them that is a key too.
                let identity = if id % 2 == 0 { Some(id) } else { identity_of_keys(&keys) };
                OperationRow {
                    order: 7,
                    dataset,
                    line,
                    identity: identity.filter(|_| named),
                    completed,
                    amount_minor: amount,
                    currency: Currency(currency),
                    provider: NameId(provider),
                    vat_minor: vat,
                    reconciliation: number.map(NameId),
                    stated_total_minor: total,
                    keys,
                    reference_malformed: at % 11 == 0,
                    recorded_only: !completed && at % 3 == 0,
                    content: u64::from(at),
                    origin: Origin::new(2 + usize::from(at % 5 == 0), u64::from(at)).unwrap(),
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
    let names = (prop_oneof![8 => Just(1), 1 => Just(0), 1 => Just(2)], prop_oneof![8 => Just(1), 1 => Just(2)]);
    let more = prop_oneof![3 => Just(0), 1 => 1..4_usize];
    (lines, prop::collection::vec(row(), 6), more, mostly(true, Just(false)), names).prop_map(
        |(mut lines, mut rows, more, fit, (provider, currency))| {
            for (line, row) in lines.iter().zip(&mut rows).filter(|_| fit) {
                *row = OperationRow {
                    line: row.line.map(|_| line.line),
                    dataset: Dataset::Captures,
                    amount_minor: if row.amount_minor == 5_000 { 10_000 } else { row.amount_minor },
                    ..*row
                };
            }
            rows.truncate(lines.len() + more);
            // What comes on top is mostly reversed, some of it twice, on one line or by one operation.
            let mut last = None;
            for row in rows.iter_mut().skip(lines.len()).filter(|row| fit && row.content % 8 != 0) {
                row.dataset = Dataset::Reversals;
                row.amount_minor = if row.content % 5 < 3 { 5_000 } else { row.amount_minor };
                let line = lines.first().map(|line| line.line);
                row.line = if row.content % 2 == 0 { line } else { row.line };
                if let Some(OperationRow { identity, keys, reconciliation, .. }) =
                    last.replace(*row).filter(|_| row.content % 3 == 0)
                {
                    *row = OperationRow { identity, keys, reconciliation, ..*row };
                }
            }
            // All of an order are nearly always of one provider and currency.
            for line in lines.iter_mut().filter(|line| (line.provider, line.currency) == (NameId(1), Currency(1))) {
                (line.provider, line.currency) = (NameId(provider), Currency(currency));
            }
            for row in rows.iter_mut().filter(|row| (row.provider, row.currency) == (NameId(1), Currency(1))) {
                (row.provider, row.currency) = (NameId(provider), Currency(currency));
            }
            (lines, rows)
        },
    )
}

/// What an order comes to, in a form that can be compared.
fn shown(findings: &[Finding], operations: &mut [Operation], tally: &Tally) -> String {
    operations.sort_by(|a, b| a.rows.cmp(&b.rows));
    let (mut fates, mut verdicts) = (tally.fates().to_vec(), tally.verdicts().to_vec());
    fates.sort_by_key(|(key, _)| *key);
    verdicts.sort_by_key(|(key, _)| *key);
    format!("{findings:?} {operations:#?} {fates:?} {verdicts:?} {:?}", tally.equal_without_id)
}

/// The records as bytes, one after the other, and where each begins.
fn put(lines: &[LineRec], rows: &[OperationRow]) -> (Vec<u8>, Vec<usize>) {
    let (mut bytes, mut starts) = (Vec::new(), Vec::new());
    // Rows come before lines in some orders.
    let rows_first = rows.first().is_some_and(|row| row.content % 3 == 0);
    for of_rows in [rows_first, !rows_first] {
        if of_rows {
            rows.iter().for_each(|row| {
                starts.push(bytes.len());
                row.put(&mut bytes);
            });
        } else {
            lines.iter().for_each(|line| {
                starts.push(bytes.len());
                line.put(&mut bytes);
            });
        }
    }
    (bytes, starts)
}

/// The operation that comes back from what is put of these parts.
fn operation(parts: &OperationParts<'_>) -> Operation {
    let mut bytes = Vec::new();
    parts.form().put(&mut bytes);
    let mut reader = Reader::new(&bytes);
    let KeyRecord::Operation(operation) = read_key_record(&mut reader) else { panic!("an operation") };
    assert!(reader.is_empty());
    // What goes to the key shards of decoded operations is the same.
    let mut again = Vec::new();
    operation.put(&mut again);
    assert_eq!(again, bytes);
    assert_eq!(operation.effect_minor, parts.effect_minor());
    let mut bytes = Vec::new();
    parts.form().put_without_keys(&mut bytes);
    let without_keys = Operation { keys: [None; 4], reconciliation: None, ..operation.clone() };
    assert_eq!(read_key_record(&mut Reader::new(&bytes)), KeyRecord::Operation(without_keys));
    operation
}

#[test]
fn what_is_decided_at_once_is_what_the_rules_decide() {
    let settings = Settings::new(chrono::NaiveDate::from_ymd_opt(2026, 11, 30).unwrap());
    let (names, currencies) = (Names::default(), Currencies::default());
    ["zero", "one", "two", "three"].iter().for_each(|text| assert!(names.intern(text).0 < 4));
    let line_providers: FxHashSet<NameId> = [NameId(1), NameId(2)].into_iter().collect();
    let context = Context::without_rows(&settings, &names, &currencies, &line_providers);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let records: Vec<Order> = (0..20_000)
        .map(|_| {
            let (lines, rows) = order().new_tree(&mut runner).unwrap().current();
            (put(&lines, &rows), lines, rows)
        })
        .collect();
    // Each with each, and sorted, as orders of many records are.
    for few_max in [FEW_MAX, 0] {
        let (plain, other) = compare(few_max, &records, &context);
        assert!(plain > 3_000 && other > 3_000, "{plain} plain orders, {other} others");
    }
    let long: Vec<Order> = long_orders(&records, &context);
    let (plain, other) = compare(FEW_MAX, &long, &context);
    assert!(plain > 50 && other > 50, "{plain} plain orders of many records, {other} others");
}

/// Plain orders put together, one after the other: some of their operations are one then.
fn long_orders(records: &[Order], context: &Context<'_>) -> Vec<Order> {
    let mut memory = PlainOrder::default();
    let mut plain: Vec<&Order> = Vec::new();
    for order in records {
        let ((bytes, starts), ..) = order;
        let is_plain = memory.judge(starts.iter().map(|start| Reader::new(&bytes[*start..])), context);
        if is_plain && memory.common == Some((7, NameId(1), Currency(1))) {
            plain.push(order);
        }
    }
    let put_together = |orders: &[&Order]| {
        let (mut lines, mut rows) = (Vec::new(), Vec::new());
        for ((_, order_lines, order_rows), first) in orders.iter().zip((0..).step_by(4)) {
            let origin = |origin: Origin| Origin::new(origin.file(), origin.offset() ^ (first << 36)).unwrap();
            for line in order_lines {
                lines.push(LineRec { line: line.line + first, origin: origin(line.origin), ..*line });
            }
            for row in order_rows {
                let is_shared = |id: u64| match orders.len() % 3 {
                    0 => true,
                    1 => id.is_multiple_of(4),
                    _ => false,
                };
                let identity = row.identity.map(|id| if is_shared(id) { id } else { id + first });
                let line = row.line.map(|line| line + first);
                rows.push(OperationRow { line, identity, origin: origin(row.origin), ..*row });
            }
        }
        (put(&lines, &rows), lines, rows)
    };
    let mut from = 0;
    (8..)
        .map_while(|len| {
            let orders = plain.get(from..from + 8 + len % 32)?;
            from += orders.len();
            Some(put_together(orders))
        })
        .collect()
}

type Order = ((Vec<u8>, Vec<usize>), Vec<LineRec>, Vec<OperationRow>);

/// Compares what is decided at once with what the rules decide; how many orders were plain, and how many were not.
fn compare(few_max: usize, records: &[Order], context: &Context<'_>) -> (usize, usize) {
    let (mut plain, mut other) = (0, 0);
    // One memory for all, as in a shard; and one that counts all of them before it is finished.
    let (mut memory, mut run) = (PlainOrder::with_few(few_max), PlainOrder::with_few(few_max));
    let (mut counted, mut counted_by_rules) = (Tally::default(), Tally::default());
    for ((bytes, starts), lines, rows) in records {
        if !memory.judge(starts.iter().map(|start| Reader::new(&bytes[*start..])), context) {
            other += 1;
            continue;
        }
        plain += 1;
        let (mut tally, mut operations) = (Tally::default(), Vec::new());
        memory.count(&mut tally);
        memory.finish(&mut tally);
        assert!(run.judge(starts.iter().map(|start| Reader::new(&bytes[*start..])), context));
        run.count(&mut counted);
        let taken: Result<(), Infallible> = memory.operations(|parts| {
            operations.push(operation(parts));
            Ok(())
        });
        assert_eq!(taken, Ok(()));
        let mut by_rules = Outcome::default();
        reconcile(&mut lines.clone(), &mut rows.clone(), context, &mut by_rules).unwrap();
        assert_eq!(
            shown(&[], &mut operations, &tally),
            shown(&by_rules.findings, &mut by_rules.operations, &by_rules.tally),
            "{lines:#?} {rows:#?}"
        );
        counted_by_rules.join(by_rules.tally);
    }
    run.finish(&mut counted);
    assert_eq!(shown(&[], &mut [], &counted), shown(&[], &mut [], &counted_by_rules));
    (plain, other)
}

#[test]
fn a_sum_that_needs_more_bits_is_left_to_the_rules() {
    let settings = Settings::new(chrono::NaiveDate::from_ymd_opt(2026, 11, 30).unwrap());
    let (names, currencies) = (Names::default(), Currencies::default());
    names.intern("zero");
    let line_providers: FxHashSet<NameId> = [NameId(0)].into_iter().collect();
    let context = Context::without_rows(&settings, &names, &currencies, &line_providers);
    for (amount_minor, fits) in [(i64::MAX / 2, true), (i64::MAX / 2 + 1, false)] {
        let lines: Vec<LineRec> = [0, 1]
            .map(|line| LineRec {
                order: 7,
                line,
                gross_minor: amount_minor,
                currency: Currency(0),
                provider: NameId(0),
                vat_minor: None,
                related: None,
                is_reversal: false,
                statements: Statements::default(),
                vat_rate_bp: None,
                content: line,
                origin: Origin::new(0, line).unwrap(),
            })
            .to_vec();
        let rows: Vec<OperationRow> = [0, 1]
            .map(|line| OperationRow {
                order: 7,
                dataset: Dataset::Captures,
                line: Some(line),
                identity: Some(5),
                completed: true,
                amount_minor,
                currency: Currency(0),
                provider: NameId(0),
                vat_minor: None,
                reconciliation: None,
                stated_total_minor: None,
                keys: [None; 4],
                reference_malformed: false,
                recorded_only: false,
                content: line,
                origin: Origin::new(1, line).unwrap(),
            })
            .to_vec();
        let order = [(put(&lines, &rows), lines, rows)];
        for few_max in [FEW_MAX, 0] {
            assert_eq!(compare(few_max, &order, &context), if fits { (1, 0) } else { (0, 1) });
        }
    }
}
