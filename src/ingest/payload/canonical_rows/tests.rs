//! Rows in JSON, and the canonical copy that they become.

use super::*;
use crate::model::reject::RejectRow;

fn convert(text: &str, dataset: Option<Dataset>) -> Result<Vec<Converted>, FileError> {
    convert_canonical_json("x.json", &Bytes::from_vec(text.as_bytes().to_vec()), dataset)
}

/// The filled fields of every row of a part, by name, with its line.
fn rows(part: &Converted) -> Vec<String> {
    let mut copy = vec![0; usize::try_from(part.bytes.len()).unwrap()];
    part.bytes.read_exact_at(0, &mut copy).unwrap();
    let mut reader = csv::Reader::from_reader(copy.as_slice());
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |record: csv::StringRecord| {
        let filled = names.iter().zip(&record).filter(|(_, field)| !field.is_empty());
        filled.map(|(name, field)| format!("{name}={field}")).collect::<Vec<_>>().join(" ")
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn rejects(part: &Converted) -> Vec<(u64, &str, &str, &str)> {
    let show = |reject: &'_ RejectRow| reject.line;
    part.rejects.iter().map(|reject| (show(reject), &*reject.column, &*reject.value, &*reject.reason)).collect()
}

#[test]
fn rows_become_a_canonical_copy() {
    let text = r#"{"order_id":"A1","line_id":1,"gross_amount":1000,"currency":"SEK","created_at":"2024-01-02","quantity":1.50,"vat_rate":2500,"description":"Bord, \"stort\"","shop":{"x":[1]},"item_id":null}
{"created_at":"2024-01-03","currency":"SEK","gross_amount":"-5","line_id":"2","order_id":7}
"#;
    for (text, given) in [
        (text.to_owned(), None),
        (text.to_owned(), Some(Dataset::Orders)),
        (format!("[{}]", text.trim_end().replace('\n', ",\n")), None),
        (format!("\u{feff}{text}"), None),
    ] {
        let parts = convert(&text, given).unwrap();
        let [part] = parts.as_slice() else { panic!("{parts:?}") };
        assert_eq!((part.dataset, part.format.as_str()), (Dataset::Orders, "canonical json"));
        assert_eq!(
            rows(part),
            [
                "order_id=A1 line_id=1 gross_amount=1000 currency=SEK created_at=2024-01-02 description=Bord, \
                 \"stort\" quantity=1.50 vat_rate=2500 #line=1",
                "order_id=7 line_id=2 gross_amount=-5 currency=SEK created_at=2024-01-03 #line=2",
            ]
        );
        assert_eq!(rejects(part), []);
    }
}

#[test]
fn the_dataset_is_given_or_named_or_seen() {
    let order = r#"{"order_id":"A","line_id":"1","gross_amount":1,"currency":"SEK","created_at":"2024-01-02"}"#;
    let capture = r#"{"order_id":"A","amount":1,"currency":"SEK","created_at":"2024-01-02"}"#;
    let settled = r#"{"gross_amount":1,"currency":"SEK","order_id":"A","created_at":"2024-01-02"}"#;
    let datasets =
        |text: &str, given| -> Vec<Dataset> { convert(text, given).unwrap().iter().map(|part| part.dataset).collect() };
    assert_eq!(datasets(order, None), [Dataset::Orders]);
    assert_eq!(datasets(settled, None), [Dataset::Settlements]);
    assert_eq!(datasets(capture, Some(Dataset::Captures)), [Dataset::Captures]);
    assert_eq!(datasets(capture, Some(Dataset::Reversals)), [Dataset::Reversals]);
    assert_eq!(datasets("[]", Some(Dataset::Reversals)), [Dataset::Reversals]);
    let named = |row: &str, dataset: &str| row.replacen('{', &format!("{{\"dataset\":\"{dataset}\","), 1);
    let mixed = [named(settled, "settlements"), named(capture, "Reversals"), named(capture, "captures")].join("\n");
    let parts = convert(&mixed, None).unwrap();
    let found: Vec<(Dataset, Vec<String>)> = parts.iter().map(|part| (part.dataset, rows(part))).collect();
    let operation = |line| vec![format!("order_id=A amount=1 currency=SEK created_at=2024-01-02 #line={line}")];
    assert_eq!(
        found,
        [
            (Dataset::Captures, operation(3)),
            (Dataset::Reversals, operation(2)),
            (
                Dataset::Settlements,
                vec!["gross_amount=1 currency=SEK order_id=A created_at=2024-01-02 #line=1".to_owned()]
            ),
        ]
    );
    let error = convert(&format!("\n{capture}"), None).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.help.as_str()),
        (
            "x.json:2: captures and reversals have the same columns, and nothing says which of them these rows are",
            "give the file with --captures or --reversals, as a [[source]] with its dataset, or give every row a key \
             `dataset`"
        )
    );
    let error = convert(r#"{"order_id":"A","amount":1}"#, None).unwrap_err();
    assert_eq!(error.to_string(), "x.json:1: the row has not all columns of any dataset; it has: order_id, amount");
}

#[test]
fn rows_of_another_dataset_are_refused() {
    let order = r#"{"order_id":"A","line_id":"1","gross_amount":1,"currency":"SEK","created_at":"2024-01-02"}"#;
    let settled = r#"{"gross_amount":1,"currency":"SEK"}"#;
    let named = r#"{"dataset":"refunds","gross_amount":1,"currency":"SEK"}"#;
    let seen = |own: &str, first: &str| {
        format!(
            "the row has the columns of {own}, but the file's first row those of {first}: rows of several datasets \
             name theirs with a key `dataset`"
        )
    };
    let parts = convert(&format!("{order}\n{settled}\n{named}"), None).unwrap();
    assert_eq!(parts.len(), 1);
    assert_eq!(
        rejects(&parts[0]),
        [
            (2, "", "gross_amount, currency", seen("settlements", "orders").as_str()),
            (3, "dataset", "refunds", "a dataset is orders, captures, reversals or settlements"),
        ]
    );
    let keys = "order_id, line_id, gross_amount, currency, created_at";
    let parts = convert(&format!("{settled}\n{order}"), None).unwrap();
    assert_eq!(rejects(&parts[0]), [(2, "", keys, seen("orders", "settlements").as_str())]);
    let text = r#"{"dataset":"captures","gross_amount":1,"currency":"SEK"}"#;
    let parts = convert(text, Some(Dataset::Settlements)).unwrap();
    let reason = "the row says captures, but the file was given as settlements";
    assert_eq!(rejects(&parts[0]), [(1, "dataset", "captures", reason)]);
    let parts = convert(&format!("{text}\n{settled}"), None).unwrap();
    let reason = "other rows of the file name their dataset with a key `dataset`, but this row does not";
    assert_eq!(rejects(&parts[0]), [(2, "dataset", "", reason)]);
}

#[test]
fn keys_that_no_rule_knows_are_listed() {
    let order = |extra: &str| {
        format!(
            r#"{{"order_id":"A","line_id":"1","gross_amount":1,"currency":"SEK","created_at":"2024-01-02"{extra}}}"#
        )
    };
    let ignored = |text: &str| convert(text, Some(Dataset::Orders)).unwrap()[0].ignored.clone();
    assert_eq!(ignored(&order("")), [""; 0]);
    let rows =
        [order(r#","zone":1"#), order(""), order(r#","colour":{"x":1},"zone":null"#), order(r#","dataset":"orders""#)];
    assert_eq!(ignored(&rows.join("\n")), ["colour", "zone"]);
    // By dataset, and bounded.
    let named = r#"{"dataset":"settlements","gross_amount":1,"currency":"SEK","shop":1}"#;
    let parts = convert(&format!("{named}\n{}", order(r#","dataset":"orders","zone":1"#)), None).unwrap();
    let found: Vec<_> = parts.iter().map(|part| (part.dataset, part.ignored.clone())).collect();
    let expected = [(Dataset::Orders, vec!["zone".to_owned()]), (Dataset::Settlements, vec!["shop".to_owned()])];
    assert_eq!(found, expected);
    let many: Vec<String> = (0..3_000).map(|key| order(&format!(",\"k{key:04}\":1"))).collect();
    let found = ignored(&many.join("\n"));
    let expected = (0..IGNORED_MAX).map(|key| format!("k{key:04}")).chain(["and more".to_owned()]);
    assert_eq!(found, expected.collect::<Vec<_>>());
}

#[test]
fn rows_of_changing_shape_are_read_each_by_itself() {
    let rows_given = [
        r#"{"dataset":"captures","order_id":"A","amount":1,"currency":"SEK","created_at":"2024-01-02"}"#,
        r#"{"dataset":"reversals","order_id":"B","amount":2,"currency":"SEK","created_at":"2024-01-02"}"#,
        r#"{"dataset":"captures","amount":3,"order_id":"C","currency":"SEK","created_at":"2024-01-02"}"#,
        r#"{"dataset":"captures","amount":4,"order_id":"D","currency":"SEK"}"#,
        r#"{"dataset":"captures","amount":5,"order_id":"E","currency":"SEK","x":1,"created_at":"2024-01-02"}"#,
        r#"{"dataset":"Captures","amount":6,"order\u005fid":"F","currency":"S\u0045K","created_at":"2024-01-02"}"#,
    ];
    let parts = convert(&rows_given.join("\n"), None).unwrap();
    let found: Vec<_> = parts.iter().flat_map(rows).collect();
    assert_eq!(
        found,
        [
            "order_id=A amount=1 currency=SEK created_at=2024-01-02 #line=1",
            "order_id=C amount=3 currency=SEK created_at=2024-01-02 #line=3",
            "order_id=D amount=4 currency=SEK #line=4",
            "order_id=E amount=5 currency=SEK created_at=2024-01-02 #line=5",
            "order_id=F amount=6 currency=SEK created_at=2024-01-02 #line=6",
            "order_id=B amount=2 currency=SEK created_at=2024-01-02 #line=2",
        ]
    );
}

#[test]
fn a_row_that_cannot_be_read_stands_with_its_dataset() {
    let bad = |dataset: &str| format!(r#"{{"dataset":"{dataset}","order_id":["A"],"amount":1,"currency":"SEK"}}"#);
    let good = r#"{"dataset":"settlements","gross_amount":1,"currency":"SEK"}"#;
    let listed = |rows: &[&str]| -> Vec<(Dataset, Vec<u64>)> {
        let parts = convert(&rows.join("\n"), None).unwrap();
        parts.iter().map(|part| (part.dataset, part.rejects.iter().map(|reject| reject.line).collect())).collect()
    };
    let (captures, reversals) = (bad("captures"), bad("reversals"));
    assert_eq!(listed(&[&captures]), [(Dataset::Captures, vec![1])]);
    let expected = [(Dataset::Captures, vec![1]), (Dataset::Reversals, vec![2]), (Dataset::Settlements, vec![])];
    assert_eq!(listed(&[&captures, &reversals, good]), expected);
    // One whose dataset cannot be read either stands with the first, wherever it stands itself.
    let nobodys = bad("refunds");
    assert_eq!(listed(&[&nobodys]), [(Dataset::Orders, vec![1])]);
    assert_eq!(listed(&[&nobodys, good, &captures]), [(Dataset::Captures, vec![3, 1]), (Dataset::Settlements, vec![])]);
    assert_eq!(listed(&[good, &captures, &nobodys]), [(Dataset::Captures, vec![2, 3]), (Dataset::Settlements, vec![])]);
}

#[test]
fn values_that_a_field_cannot_be_are_refused() {
    let row =
        |extra: &str| format!(r#"{{"order_id":"A","amount":1,"currency":"SEK","created_at":"2024-01-02",{extra}}}"#);
    let table = [
        (r#""payment_id":1.0"#, "payment_id", "1.0", "a text or a whole number must stand here"),
        (r#""payment_id":true"#, "payment_id", "true", "true and false stand for a state only"),
        (r#""vat_amount":{"x":1}"#, "vat_amount", "{...}", "a text or a number must stand here"),
        (r#""updated_at":[]"#, "updated_at", "[...]", "a text or a number must stand here"),
    ];
    for (extra, column, value, reason) in table {
        let parts = convert(&row(extra), Some(Dataset::Captures)).unwrap();
        assert_eq!(rejects(&parts[0]), [(1, column, value, reason)], "{extra}");
        assert_eq!(rows(&parts[0]), [""; 0]);
    }
    // The canonical reader is the one gate for the rest: the digits come there as they were written.
    let table = [
        (r#""state":true"#, "state=true"),
        (r#""state":"Failed""#, "state=Failed"),
        (r#""vat_amount":15.00"#, "vat_amount=15.00"),
        (r#""operation_amount":1e3"#, "operation_amount=1e3"),
        (r#""vat_amount":123456789012345678901234567890"#, "vat_amount=123456789012345678901234567890"),
    ];
    for (extra, expected) in table {
        let parts = convert(&row(extra), Some(Dataset::Captures)).unwrap();
        let expected = format!("order_id=A amount=1 currency=SEK created_at=2024-01-02 {expected} #line=1");
        assert_eq!(rows(&parts[0]), [expected]);
    }
}

#[test]
fn damaged_files_are_not_converted() {
    let good = r#"{"gross_amount":1,"currency":"SEK"}"#;
    let error = convert(&format!("{good}\n{{\"gross_amount\":1,\"gross_amount\":2}}"), None).unwrap_err();
    assert_eq!(error.to_string(), "x.json:2:19: the key \"gross_amount\" stands twice in one object");
    let error = convert(&format!("[{good},"), None).unwrap_err();
    assert_eq!(error.to_string(), "x.json:1:38: the file is cut off inside its array of documents");
}
