//! What is put comes back.

use super::*;
#[test]
fn records_come_back_whole() {
    let line = LineRec {
        order: u128::MAX - 7,
        line: 5,
        gross_minor: -39_800,
        currency: Currency(140),
        provider: NameId(300),
        vat_minor: Some(-7_960),
        related: Some(77),
        is_reversal: true,
        statements: Statements {
            cancelled_minor: Some(-3),
            remaining_reversal_minor: Some(0),
            ..Statements::default()
        },
        vat_rate_bp: Some(2_500),
        content: 9,
        origin: Origin(1 << 50),
    };
    let row = OperationRow {
        order: 3,
        dataset: Dataset::Reversals,
        line: None,
        identity: Some(8),
        completed: true,
        amount_minor: 1_000,
        currency: Currency(0),
        provider: NameId(0),
        vat_minor: None,
        reconciliation: Some(NameId(70_000)),
        stated_total_minor: Some(i64::MIN),
        keys: [None, KeyHash::new(1), None, KeyHash::new(u128::MAX)],
        reference_malformed: true,
        recorded_only: true,
        content: 1,
        origin: Origin(2),
    };
    let mut bytes = Vec::new();
    line.put(&mut bytes);
    row.put(&mut bytes);
    let bare = OperationRow {
        line: Some(4),
        identity: None,
        reference_malformed: false,
        recorded_only: false,
        completed: false,
        dataset: Dataset::Captures,
        stated_total_minor: None,
        ..row
    };
    bare.put(&mut bytes);
    let narrow = LineRec { related: None, vat_rate_bp: None, gross_minor: i64::from(i32::MIN), ..line };
    narrow.put(&mut bytes);
    let named = OperationRow { identity: identity_of_keys(&row.keys), amount_minor: -7, ..bare };
    named.put(&mut bytes);
    assert_eq!(bytes.len(), 410, "what takes its place");
    let mut reader = Reader::new(&bytes);
    let (mut lines, mut rows) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        read_order_record(&mut reader, &mut lines, &mut rows);
    }
    assert_eq!((lines, rows), (vec![line, narrow], vec![row, bare, named]));
    assert!(reader.is_empty());
}
