use std::path::Path;
use std::sync::Arc;

use super::super::config::Config;
use super::*;
use crate::ingest::profile::{AmountUnit, Encoding, RateUnit};

/// The profile `shop` of a configuration, or what is wrong with it.
fn shop(keys: &str) -> Result<Arc<Profile>, String> {
    let root = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = root.path().join("c.toml");
    let text = format!("[[source]]\npath = \"c.toml\"\nprofile = \"shop\"\n[profiles.shop]\n{keys}");
    std::fs::write(&path, text).map_err(|error| error.to_string())?;
    let shown = |text: String| text.replace(&format!("{}/", root.path().display()), "");
    let config = Config::read(&path).map_err(|fault| shown(fault.to_string()))?;
    let inputs = config.inputs(false).map_err(|fault| shown(fault.to_string()))?;
    assert_eq!(inputs.iter().map(|input| input.path.as_deref()).collect::<Vec<_>>(), [Some(Path::new(&path))]);
    inputs.into_iter().next().and_then(|input| input.profile).ok_or_else(|| "no profile".to_owned())
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn every_key_of_a_profile_is_read() {
    let keys = r#"
        delimiter = "tab"
        quote = "none"
        encoding = "ANSI"
        decimal = ","
        grouping = "space"
        amount_unit = "major"
        vat_rate_unit = "fraction"
        date_format = "%e. %B %Y kl. %H.%M"
        timezone = "Europe/Oslo"
        header_row = 3
        columns = { order_id = " Ordernr ", amount = "Belopp", currency = "Valuta" }
        constants = { currency = "SEK", created_at = "2026-10-05" }
        values.state = { "Klar" = "completed", "-" = "" }
        values.currency = { kr = "SEK" }
        split = [{ column = "Ref", pattern = '^(?<payee_reference>[^/]+)/(?P<line_id>.+)$' }]
        join = { updated_at = ["Dag", "Tid"] }
        negate = ["amount"]
        negate_kinds = { reversal = ["gross_amount"] }
        only = { "Typ" = ["Retur", ""] }
    "#;
    let expected = Profile {
        name: "shop".to_owned(),
        delimiter: Some(b'\t'),
        quote: Some(Quote::Never),
        encoding: Some(Encoding::Windows1252),
        decimal: Some(','),
        grouping: Some(Grouping::Space),
        amount_unit: Some(AmountUnit::Major),
        vat_rate_unit: Some(RateUnit::Fraction),
        date_format: Some("%e. %B %Y kl. %H.%M".to_owned()),
        timezone: Some("Europe/Oslo".to_owned()),
        sheet: None,
        header_row: Some(3),
        columns: map(&[("order_id", "Ordernr"), ("amount", "Belopp"), ("currency", "Valuta")]),
        constants: map(&[("currency", "SEK"), ("created_at", "2026-10-05")]),
        values: BTreeMap::from([
            ("state".to_owned(), map(&[("Klar", "completed"), ("-", "")])),
            ("currency".to_owned(), map(&[("kr", "SEK")])),
        ]),
        split: vec![Split {
            column: "Ref".to_owned(),
            pattern: "^(?<payee_reference>[^/]+)/(?P<line_id>.+)$".to_owned(),
        }],
        join: BTreeMap::from([("updated_at".to_owned(), vec!["Dag".to_owned(), "Tid".to_owned()])]),
        negate: vec!["amount".to_owned()],
        negate_kinds: BTreeMap::from([("reversal".to_owned(), vec!["gross_amount".to_owned()])]),
        only: BTreeMap::from([("Typ".to_owned(), vec!["Retur".to_owned(), String::new()])]),
    };
    assert_eq!(shop(keys).as_deref(), Ok(&expected));
    let sheet = Profile { name: "shop".to_owned(), sheet: Some("Blad1".to_owned()), ..Profile::default() };
    assert_eq!(shop("sheet = \"Blad1\"").as_deref(), Ok(&sheet));
    assert_eq!(shop("").as_deref(), Ok(&Profile { sheet: None, ..sheet }));
}

#[test]
fn the_profile_of_the_contract_is_read() {
    // As in CLI.md: a constant may stand beside a column, and is for rows that leave it empty.
    let keys = r#"
        delimiter = ";"
        encoding = "windows-1252"
        decimal = ","
        amount_unit = "major"                # or "minor"
        date_format = "%Y-%m-%d"
        columns = { order_id = "Ordernr", amount = "Belopp", currency = "Valuta", created_at = "Datum" }
        constants = { currency = "SEK" }
    "#;
    assert!(shop(keys).is_ok(), "{:?}", shop(keys));
}

#[test]
fn names_of_encodings_and_signs() {
    let encoding = |name: &str| shop(&format!("encoding = {name:?}")).map(|profile| profile.encoding);
    let names = [
        ("windows-1252", Encoding::Windows1252),
        ("cp1252", Encoding::Windows1252),
        ("ansi", Encoding::Windows1252),
        ("ISO-8859-1", Encoding::Iso8859_1),
        ("latin1", Encoding::Iso8859_1),
        ("iso-8859-15", Encoding::Iso8859_15),
        ("UTF-8", Encoding::Utf8),
        ("utf-16", Encoding::Utf16),
        ("utf-16le", Encoding::Utf16Le),
        ("utf-16be", Encoding::Utf16Be),
    ];
    for (name, expected) in names {
        assert_eq!(encoding(name), Ok(Some(expected)), "{name}");
    }
    for (delimiter, expected) in
        [(";", b';'), (",", b','), ("\\t", b'\t'), ("tab", b'\t'), ("|", b'|'), ("\\u001f", 0x1f)]
    {
        let read = shop(&format!("delimiter = \"{delimiter}\"")).map(|profile| profile.delimiter);
        assert_eq!(read, Ok(Some(expected)), "{delimiter}");
    }
    for (grouping, expected) in
        [("space", Grouping::Space), (".", Grouping::Dot), (",", Grouping::Comma), ("'", Grouping::Apostrophe)]
    {
        let read = shop(&format!("grouping = \"{grouping}\"")).map(|profile| profile.grouping);
        assert_eq!(read, Ok(Some(expected)), "{grouping}");
    }
}

/// A fault in line 5 of the configuration, of one line of keys.
fn fault(keys: &str, column: usize, width: usize, what: &str, help: &str) -> String {
    let help = if help.is_empty() { String::new() } else { format!("\n  help: {help}") };
    let marks = format!("{}{}", " ".repeat(column - 1), "^".repeat(width));
    format!("c.toml:5:{column}: {what}\n 5 | {keys}\n   | {marks}{help}")
}

#[test]
fn errors_point_at_the_key() {
    let known = "delimiter, quote, encoding, decimal, grouping, amount_unit, vat_rate_unit, date_format, timezone, sheet, \
                 header_row, columns, constants, values, split, join, negate, negate_kinds, only";
    let split = |pattern: &str| format!("split = [{{ column = \"Ref\", pattern = '{pattern}' }}]");
    let (unknown_group, twice, no_group, broken) = (
        split("(?<ordre_id>.)"),
        split("(?<order_id>.)") + "\ncolumns = { order_id = \"A\" }",
        split("(.)"),
        split("(?<a"),
    );
    let joined_twice = "join = { created_at = [\"A\", \"C\"] }\ncolumns = { created_at = \"A\" }".to_owned();
    let first_line = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let written = "write a regular expression with named groups, such as ^(?<order_id>[^/]+)/(?<line_id>.+)$";
    let constant = "a constant is written as in canonical files";
    let cases = [
        (
            "delimeter = \";\"",
            1,
            9,
            "unknown key `delimeter`; the nearest known one is `delimiter`",
            &format!("keys known here: {known}")[..],
        ),
        (
            "delimiter = \";;\"",
            13,
            4,
            "the delimiter is one ASCII character that is no letter, digit or line end, not \";;\"",
            "",
        ),
        (
            "delimiter = \"a\"",
            13,
            3,
            "the delimiter is one ASCII character that is no letter, digit or line end, not \"a\"",
            "",
        ),
        (
            "delimiter = \"\\n\"",
            13,
            4,
            "the delimiter is one ASCII character that is no letter, digit or line end, not \"\\n\"",
            "",
        ),
        (
            "quote = \"§\"",
            9,
            3,
            "the quote is one ASCII character that is no letter, digit or line end, not \"§\", or \"none\"",
            "",
        ),
        (
            "encoding = \"windows-1251\"",
            12,
            14,
            "no such encoding: `windows-1251`; the nearest is `windows-1252` of windows-1252, iso-8859-1, iso-8859-15, utf-8, utf-16, \
             utf-16le, utf-16be, latin1, cp1252, ansi",
            "",
        ),
        ("decimal = \";\"", 11, 3, "must be one of \".\", \",\", not \";\"", ""),
        ("grouping = \"_\"", 12, 3, "must be one of \"space\", \".\", \",\", \"'\", not \"_\"", ""),
        ("amount_unit = \"öre\"", 15, 5, "must be one of \"major\", \"minor\", not \"öre\"", ""),
        ("vat_rate_unit = \"%\"", 17, 3, "must be one of \"percent\", \"basis points\", \"fraction\", not \"%\"", ""),
        ("date_format = \"%d.%m\"", 15, 7, "the format says no year (%Y or %y)", ""),
        ("timezone = \"Oslo\"", 12, 6, "no such time zone: `Oslo`; the nearest is `Europe/Oslo`", ""),
        ("header_row = 0", 14, 1, "rows are counted from 1, not 0", ""),
        (
            "columns = { ordre_id = \"A\" }",
            13,
            8,
            "no such canonical column: `ordre_id`; the nearest is `order_id`",
            "",
        ),
        ("columns = { amount = \" \" }", 22, 3, "the text is empty", ""),
        (
            "constants = { curency = \"SEK\" }",
            15,
            7,
            "no such canonical column: `curency`; the nearest is `currency`",
            "",
        ),
        ("constants = { currency = \"kr\" }", 26, 4, "no such currency: `kr`", constant),
        (
            "constants = { fee_amount = \"1,50\" }",
            28,
            6,
            "an amount is whole minor units: digits with an optional sign, nothing else",
            constant,
        ),
        ("values.kinds = { a = \"b\" }", 8, 5, "no such canonical column: `kinds`; the nearest is `kind`", ""),
        (
            "values.kind = { Retur = \"a\", RETUR = \"b\" }",
            17,
            5,
            "`Retur` is given twice; letter case does not count",
            "",
        ),
        ("negate = [\"order_id\"]", 11, 10, "`order_id` is no amount, and has no sign to turn", ""),
        ("negate = [\"amont\"]", 11, 7, "no such canonical column: `amont`; the nearest is `amount`", ""),
        ("negate = [\"amount\", \"amount\"]", 21, 8, "`amount` is listed twice", ""),
        ("negate_kinds = { reversal = [\"kind\"] }", 30, 6, "`kind` is no amount, and has no sign to turn", ""),
        (
            "negate_kinds = { a = [\"fee_amount\"], A = [\"fee_amount\"] }",
            18,
            1,
            "`a` is given twice; letter case does not count",
            "",
        ),
        (
            "join = { created = [\"A\", \"B\"] }",
            10,
            7,
            "no such canonical column: `created`; the nearest is `created_at`",
            "",
        ),
        (
            "join = { created_at = [\"A\"] }",
            23,
            5,
            "`created_at` is put together from two columns or more",
            "a single column stands in columns",
        ),
        (&first_line(&joined_twice), 10, 10, "`created_at` is given twice, here and in columns or split", ""),
        (&unknown_group, 38, 16, "no such canonical column: `ordre_id`; the nearest is `order_id`", ""),
        (&first_line(&twice), 38, 16, "`order_id` is given twice, by this pattern and before", ""),
        (&no_group, 38, 5, "the pattern names no canonical column", written),
        (&broken, 38, 6, "the pattern cannot be read: unclosed capture group name", written),
    ];
    for (keys, column, width, what, help) in cases {
        let given = [&twice, &joined_twice].into_iter().find(|both| keys == first_line(both)).map_or(keys, |both| both);
        assert_eq!(shop(given), Err(fault(keys, column, width, what, help)), "{keys}");
    }
}

#[test]
fn what_says_two_things_at_once_is_refused() {
    let cases = [
        (
            "decimal = \",\"\n",
            "grouping = \",\"",
            12,
            3,
            "`,` cannot be the decimal sign and separate groups of digits",
            "",
        ),
        (
            "decimal = \".\"\n",
            "grouping = \".\"",
            12,
            3,
            "`.` cannot be the decimal sign and separate groups of digits",
            "",
        ),
        ("delimiter = \"'\"\n", "quote = \"'\"", 9, 3, "the quote cannot be the delimiter", ""),
        (
            "sheet = \"Blad1\"\n",
            "delimiter = \";\"",
            13,
            3,
            "a sheet of a workbook has no delimiter",
            "leave out sheet or delimiter",
        ),
        (
            "sheet = \"Blad1\"\n",
            "quote = \"none\"",
            9,
            6,
            "a sheet of a workbook has no quote",
            "leave out sheet or quote",
        ),
        (
            "sheet = \"Blad1\"\n",
            "encoding = \"utf-8\"",
            12,
            7,
            "a sheet of a workbook has no encoding",
            "leave out sheet or encoding",
        ),
    ];
    for (first, second, column, width, what, help) in cases {
        let expected = fault(second, column, width, what, help).replace("c.toml:5", "c.toml:6").replace(" 5 |", " 6 |");
        assert_eq!(shop(&format!("{first}{second}")), Err(expected), "{second}");
    }
    assert_eq!(
        shop("delimiter = \"\\\"\""),
        Err(fault("delimiter = \"\\\"\"", 13, 4, "the delimiter cannot be the quote", ""))
    );
}
