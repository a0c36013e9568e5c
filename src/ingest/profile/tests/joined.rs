//! Columns that are put together from several, and signs that depend on the kind of a row.

use super::*;

#[test]
fn a_day_and_its_time_in_two_columns_and_signs_by_kind() {
    let profile = Profile {
        columns: map(&[("gross_amount", "Belopp"), ("kind", "Typ"), ("fee_amount", "Avgift")]),
        constants: map(&[("currency", "SEK"), ("kind", "capture")]),
        values: BTreeMap::from([("kind".to_owned(), map(&[("retur", "reversal")]))]),
        join: BTreeMap::from([("created_at".to_owned(), vec!["Datum".to_owned(), "Tid".to_owned()])]),
        negate: vec!["fee_amount".to_owned()],
        negate_kinds: BTreeMap::from([("Reversal".to_owned(), vec!["gross_amount".to_owned()])]),
        date_format: Some("%d.%m.%Y %H:%M".to_owned()),
        ..shop()
    };
    let text = "Datum;Belopp;Typ;Avgift;Tid\n\
        5.10.2026;100,00;;-1,00;14:05\n\
        5.10.2026;40,00;RETUR;-1,00;14:06\n\
        5.10.2026;40,00;reversal;;14:07\n\
        5.10.2026;-40,00;Retur;;14:08\n\
        5.10.2026;7,00;Annat;;14:09\n\
        5.10.2026;7,00;;;\n\
        ;7,00;;;14:10\n\
        ;7,00;;;\n";
    let read = |profile: &Profile, dataset| {
        told(convert_text(&windows(text), task(dataset, Some(profile), &Currencies::default()), b','))
    };
    let (copy, rejects) = read(&profile, Dataset::Settlements).unwrap();
    let expected = "profile shop (windows-1252, ;)\n\
        gross_amount,currency,kind,fee_amount,created_at,#line\n\
        10000,SEK,capture,100,2026-10-05T14:05:00,2\n\
        -4000,SEK,reversal,100,2026-10-05T14:06:00,3\n\
        -4000,SEK,reversal,,2026-10-05T14:07:00,4\n\
        4000,SEK,reversal,,2026-10-05T14:08:00,5\n\
        700,SEK,Annat,,2026-10-05T14:09:00,6\n\
        700,SEK,capture,,,9\n";
    assert_eq!(copy, expected);
    let places: Vec<&str> = rejects.iter().map(|reject| reject.split(':').next().unwrap_or_default()).collect();
    assert_eq!(places, ["7 created_at 5.10.2026", "8 created_at 14"], "half of a day and time is none: {rejects:?}");
    let missing = Profile {
        join: BTreeMap::from([("created_at".to_owned(), vec!["Datum".to_owned(), "Tidd".to_owned()])]),
        ..profile.clone()
    };
    let error = read(&missing, Dataset::Settlements).unwrap_err();
    assert!(error.contains("the column `Tidd` (created_at of profile shop) is not there"), "{error}");
    let mut columns = profile.columns.clone();
    columns.insert("amount".to_owned(), "Belopp".to_owned());
    let constants = map(&[("currency", "SEK"), ("order_id", "A")]);
    let error = read(&Profile { columns, constants, ..profile }, Dataset::Captures).unwrap_err();
    let expected = "profile shop turns signs by the kind of a row (negate_kinds), and captures have no kind here";
    assert!(error.contains(expected), "{error}");
}
