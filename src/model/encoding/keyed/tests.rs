//! What is put comes back, whether by its head alone or whole.

use proptest::prelude::*;

use super::*;
use crate::model::compact::KeyHash;

fn keys() -> impl Strategy<Value = Keys> {
    prop::array::uniform4(prop_oneof![Just(None), any::<u128>().prop_map(KeyHash::new)])
}

fn names() -> impl Strategy<Value = (NameId, Currency)> {
    let provider = prop_oneof![4 => 0..4_u32, 1 => Just(255), 1 => Just(256), 1 => any::<u32>()];
    let currency = prop_oneof![4 => 0..4_u16, 1 => Just(255), 1 => Just(256), 1 => any::<u16>()];
    (provider, currency).prop_map(|(provider, currency)| (NameId(provider), Currency(currency)))
}

fn amount() -> impl Strategy<Value = i64> {
    let edge = prop::sample::select(vec![0, -1, i64::from(i32::MIN), i64::from(i32::MIN) - 1, 1 << 31, i64::MIN]);
    prop_oneof![2 => -100_000..100_000_i64, 1 => edge, 1 => any::<i64>()]
}

fn number() -> impl Strategy<Value = Option<NameId>> {
    prop::option::of(any::<u32>().prop_map(NameId))
}

fn record() -> impl Strategy<Value = KeyRecord> {
    let rows = prop_oneof![4 => 1..4_usize, 1 => 14..18_usize, 1 => Just(0), 1 => Just(300)];
    let row = (names(), amount(), number(), keys(), any::<u64>());
    let row = row.prop_map(|((provider, currency), gross_minor, reconciliation, keys, origin)| {
        KeyRecord::Settled(SettledRow { provider, currency, gross_minor, reconciliation, keys, origin: Origin(origin) })
    });
    let stated = prop_oneof![3 => amount().prop_map(i128::from), 1 => any::<i128>().prop_map(|amount| amount / 2)];
    let operation = (names(), stated, number(), keys(), rows, any::<(bool, bool, bool, u64)>());
    let operation = operation.prop_map(
        |(
            (provider, currency),
            stated_minor,
            reconciliation,
            keys,
            rows,
            (is_reversal, completed, negated, origin),
        )| {
            KeyRecord::Operation(Operation {
                dataset: if is_reversal { Dataset::Reversals } else { Dataset::Captures },
                provider,
                currency,
                completed,
                effect_minor: if negated { -stated_minor } else { stated_minor },
                stated_minor,
                reconciliation,
                keys,
                rows: (0..rows).map(|row| Origin(origin ^ u64::try_from(row).unwrap())).collect(),
            })
        },
    );
    prop_oneof![row, operation]
}

/// What [`KeyHead::half`] is to say; nothing where the head cannot.
fn half(record: &KeyRecord) -> Option<Half> {
    let half = match record {
        KeyRecord::Settled(row) => Half {
            dataset: Dataset::Settlements,
            completed: false,
            provider: row.provider,
            currency: row.currency,
            effect_minor: row.gross_minor,
            stated_minor: row.gross_minor,
            reconciliation: row.reconciliation,
            row_count: 1,
        },
        KeyRecord::Operation(operation) => Half {
            dataset: operation.dataset,
            completed: operation.completed,
            provider: operation.provider,
            currency: operation.currency,
            effect_minor: i64::try_from(operation.effect_minor).ok()?,
            stated_minor: i64::try_from(operation.stated_minor).ok()?,
            reconciliation: operation.reconciliation,
            row_count: u32::try_from(operation.rows.len()).ok()?,
        },
    };
    let is_usual = half.provider.0 < 256
        && half.currency.0 < 256
        && i32::try_from(half.effect_minor).is_ok()
        && (1..=15).contains(&half.row_count);
    is_usual.then_some(half)
}

proptest! {
    #[test]
    fn records_come_back_whole_and_are_passed_over(records in prop::collection::vec(record(), 0..12)) {
        let mut bytes = Vec::new();
        for record in &records {
            match record {
                KeyRecord::Settled(row) => row.put(&mut bytes),
                KeyRecord::Operation(operation) => operation.put(&mut bytes),
            }
        }
        let (mut whole, mut passed) = (Reader::new(&bytes), Reader::new(&bytes));
        for record in &records {
            let head = pass_key_record(&mut passed);
            prop_assert_eq!(&read_key_record(&mut whole), record);
            prop_assert_eq!(whole.rest().len(), passed.rest().len());
            let (provider, keys, is_settled) = match record {
                KeyRecord::Settled(row) => (row.provider, row.keys, true),
                KeyRecord::Operation(operation) => (operation.provider, operation.keys, false),
            };
            prop_assert_eq!((head.provider, head.is_settled(), head.keys().bits()), (provider, is_settled, super::super::key_bits(&keys)));
            for kind in KeyKind::ALL {
                prop_assert_eq!(head.key(kind), keys[kind.index()].map(KeyHash::get));
            }
            prop_assert_eq!(head.half(), half(record));
        }
        prop_assert!(whole.is_empty() && passed.is_empty());
    }

    #[test]
    fn what_references_need_is_all_but_keys_and_number(record in record()) {
        if let KeyRecord::Operation(operation) = record {
            let mut bytes = Vec::new();
            operation.parts(&mut [0; KEY_ROOM_LEN]).form().put_without_keys(&mut bytes);
            let bare = Operation { keys: [None; 4], reconciliation: None, ..operation };
            prop_assert_eq!(read_key_record(&mut Reader::new(&bytes)), KeyRecord::Operation(bare));
        }
    }
}
