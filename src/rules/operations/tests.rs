//! Whatever is resolved from halves is what the rules decide: random operations and rows, most of which agree or nearly so.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use rustc_hash::FxHashSet;

use super::*;
use crate::model::codec::Reader;
use crate::model::compact::KeyHash;
use crate::model::currency::Currencies;
use crate::model::encoding::pass_key_record;
use crate::model::names::Names;
use crate::rules::settings::Settings;

/// A choice that is mostly the first.
fn mostly<T: Clone + std::fmt::Debug + 'static>(
    usual: T,
    rare: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<T> {
    prop_oneof![12 => Just(usual), 1 => rare].boxed()
}

fn number() -> impl Strategy<Value = Option<NameId>> {
    prop_oneof![Just(Some(NameId(3))), mostly(None, Just(Some(NameId(0)))), Just(Some(NameId(2)))]
}

fn amount() -> impl Strategy<Value = i64> {
    mostly(10_000, prop_oneof![Just(-10_000), Just(0), Just(9_999), Just(1 << 31), Just(i64::MIN + 1)])
}

fn names() -> impl Strategy<Value = (NameId, Currency)> {
    (mostly(1, prop_oneof![Just(2_u32), Just(257)]), mostly(1, prop_oneof![Just(2_u16), Just(257)]))
        .prop_map(|(provider, currency)| (NameId(provider), Currency(currency)))
}

fn pair() -> impl Strategy<Value = (Operation, SettledRow)> {
    let operation = (names(), amount(), number(), mostly(true, Just(false)), any::<bool>(), 1..18_u64);
    let row = (names(), amount(), number(), any::<bool>());
    (operation, row).prop_map(|(operation, row)| {
        let ((provider, currency), amount_minor, reconciliation, completed, is_reversal, rows) = operation;
        let stated_minor = i128::from(amount_minor);
        let effect_minor = if is_reversal { -stated_minor } else { stated_minor };
        let operation = Operation {
            dataset: if is_reversal { Dataset::Reversals } else { Dataset::Captures },
            provider,
            currency,
            completed,
            effect_minor,
            stated_minor,
            reconciliation,
            keys: [None, KeyHash::new(7), None, None],
            rows: (0..rows).map(Origin).collect(),
        };
        let ((provider, currency), gross_minor, reconciliation, as_other) = row;
        let row = SettledRow {
            provider,
            currency,
            gross_minor: if is_reversal { -gross_minor } else { gross_minor },
            reconciliation: if as_other { operation.reconciliation } else { reconciliation },
            keys: operation.keys,
            origin: Origin(1 << 50),
        };
        (operation, row)
    })
}

fn shown(outcome: Outcome) -> String {
    let Outcome { tally, batches, findings, matches, operations_on, rows_on, unanswered, .. } = outcome;
    let mut verdicts = tally.verdicts().to_vec();
    verdicts.sort_by_key(|(key, _)| *key);
    let by_key: BTreeMap<_, _> = batches.by_key.iter().collect();
    format!("{verdicts:?} {by_key:?} {findings:?} {matches:?} {operations_on:?} {rows_on:?} {unanswered:?}")
}

#[test]
fn what_halves_say_is_what_the_rules_decide() {
    let settings = Settings::new(chrono::NaiveDate::from_ymd_opt(2026, 11, 30).unwrap());
    let (names, currencies, line_providers) = (Names::default(), Currencies::default(), FxHashSet::default());
    (0..300).for_each(|text: u32| assert_eq!(names.intern(&text.to_string()).0, text));
    let context = Context::without_rows(&settings, &names, &currencies, &line_providers);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut resolved, mut agreed, mut many) = (0, 0, (Outcome::new(false), Outcome::new(false)));
    for _ in 0..20_000 {
        let (operation, row) = pair().new_tree(&mut runner).unwrap().current();
        let (mut of_operation, mut of_row) = (Vec::new(), Vec::new());
        operation.put(&mut of_operation);
        row.put(&mut of_row);
        let heads = [&of_operation, &of_row].map(|bytes| pass_key_record(&mut Reader::new(bytes)).half());
        let [Some(ours), Some(theirs)] = heads else { continue };

        let mut by_halves = Outcome::new(false);
        if resolve_halves(&ours, &theirs, &mut by_halves) {
            assert!(!resolve_halves(&ours, &theirs, &mut Outcome::new(true)), "matches are listed from whole records");
            resolved += 1;
            by_halves.add_pairs();
            let mut by_rules = Outcome::new(false);
            resolve(vec![operation.clone()], vec![row], &context, &mut by_rules).unwrap();
            by_rules.add_pairs();
            // And without any adding up.
            let mut each = Outcome::new(false);
            each.operation_verdict(&operation, row.reconciliation, Verdict::Matched, batches::MATCHED);
            each.row_verdict(&row, Verdict::Matched, batches::MATCHED);
            let by_halves = shown(by_halves);
            assert_eq!(by_halves, shown(by_rules), "{operation:#?} {row:#?}");
            assert_eq!(by_halves, shown(each), "{operation:#?} {row:#?}");
            assert!(resolve_halves(&ours, &theirs, &mut many.0));
            assert!(resolve_pair(&operation, &row, &mut many.1));
        } else {
            by_halves.add_pairs();
            assert_eq!(shown(by_halves), shown(Outcome::new(false)), "nothing was done");
        }
        agreed += usize::from(resolve_pair(&operation, &row, &mut Outcome::new(false)));
    }
    many.0.add_pairs();
    many.1.add_pairs();
    assert_eq!(shown(many.0), shown(many.1));
    assert!(resolved > 5_000 && agreed > resolved + 1_000, "{resolved} resolved of {agreed} that agree");
}
