//! Whole files through a profile: what becomes of every row, and what is said of a file that does not fit.

mod joined;

use std::collections::BTreeMap;

use super::convert::{Task, convert_table, convert_text};
use super::utf16::convert_utf16;
use super::{AmountUnit, Encoding, Grouping, Profile, Quote, RateUnit, Split};
use crate::engine::source::Bytes;
use crate::ingest::copy::Converted;
use crate::ingest::source::FileError;
use crate::ingest::table::Table;
use crate::model::currency::Currencies;
use crate::model::record::Dataset;

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// A Swedish shop: semicolons, decimal commas, Windows-1252.
fn shop() -> Profile {
    Profile {
        name: "shop".to_owned(),
        delimiter: Some(b';'),
        encoding: Some(Encoding::Windows1252),
        decimal: Some(','),
        grouping: Some(Grouping::Space),
        amount_unit: Some(AmountUnit::Major),
        date_format: Some("%d.%m.%Y".to_owned()),
        columns: map(&[
            ("order_id", "Ordernr"),
            ("amount", "Belopp"),
            ("currency", "Valuta"),
            ("created_at", "Datum"),
            ("state", "Läge"),
        ]),
        ..Profile::default()
    }
}

fn task<'a>(dataset: Dataset, profile: Option<&'a Profile>, currencies: &'a Currencies) -> Task<'a> {
    Task { shown: "f.csv", dataset, profile, currencies }
}

fn windows(text: &str) -> Bytes {
    Bytes::from_vec(encoding_rs::WINDOWS_1252.encode(text).0.into_owned())
}

/// The copy as lines, and its rejects as `line column value: reason`.
fn told(converted: Result<Converted, FileError>) -> Result<(String, Vec<String>), String> {
    let converted = converted.map_err(|error| format!("{error}\n{}", error.help))?;
    let mut bytes = Vec::new();
    converted.bytes.read_at_most(0, &mut bytes, usize::MAX).unwrap();
    let reject =
        |row: &crate::model::reject::RejectRow| format!("{} {} {}: {}", row.line, row.column, row.value, row.reason);
    let text = format!("{}\n{}", converted.format, String::from_utf8(bytes).unwrap());
    Ok((text, converted.rejects.iter().map(reject).collect()))
}

fn captures(text: &str, profile: &Profile) -> Result<(String, Vec<String>), String> {
    told(convert_text(&windows(text), task(Dataset::Captures, Some(profile), &Currencies::default()), b','))
}

const HEADER: &str = "Ordernr;Belopp;Valuta;Datum;Läge;Kund\n";

#[test]
fn rows_become_canonical_and_the_others_are_rejected_where_they_stand() {
    let text = "Ordernr;Belopp;Valuta;Datum;Läge;Kund\r\n\
        A1;1 234,50;SEK;5.10.2026;Klar;Åsa & Öl\r\n\
        ;;;;;\r\n\
        \u{a0}A2 ;12,50-;EUR;05.10.2026;;\"a;\r\nb\"\r\n\
        A3;1 23 4,00;SEK;5.10.2026;Klar;\r\n\
        A4;5,00;SEK;31.9.2026;Klar;\r\n\
        A5;5,00;SKE;5.10.2026;Klar;\r\n\
        A6;5,00;;5.10.2026;Klar;\r\n\
        A7;5,00;SEK;5.10.2026;Klar\r\n\
        A8;5,001;SEK;5.10.2026;Klar;\r\n\
        ;;SEK;5.10.2026;Klar;\r\n";
    let (copy, rejects) = captures(text, &shop()).unwrap();
    let expected = "profile shop (windows-1252, ;)\n\
        order_id,amount,currency,created_at,state,#line\n\
        A1,123450,SEK,2026-10-05,Klar,2\n\
        A2,-1250,EUR,2026-10-05,,4\n\
        ,,SEK,2026-10-05,Klar,12\n";
    assert_eq!(copy, expected);
    let currency =
        "a currency is an active ISO 4217 code in capitals; the configuration may add others in [currencies]";
    assert_eq!(
        rejects,
        [
            "6 amount 1 23 4,00: digits stand in groups of three, as in 1 234 567".to_owned(),
            "7 created_at 31.9.2026: a timestamp of this profile is %d.%m.%Y, and a day that exists".to_owned(),
            format!("8 currency SKE: {currency}"),
            "9 currency : the field is empty, but every row must have it".to_owned(),
            "10  A7 | 5,00 | SEK | 5.10.2026 | Klar: 5 fields where the header has 6".to_owned(),
            "11 amount 5,001: SEK has 2 decimals, and this has 3".to_owned(),
        ]
    );
}

#[test]
fn bytes_without_a_character_reject_their_row_and_name_its_column() {
    let mut bytes = encoding_rs::WINDOWS_1252.encode(HEADER).0.into_owned();
    bytes.extend_from_slice(b"A\x811;1,00;SEK;5.10.2026;;\nA2;1,00;SEK;5.10.2026;;K\x9d\nA3;1,00;SEK;5.10.2026;;K\n");
    let currencies = Currencies::default();
    let shop = shop();
    let read = |bytes, profile| {
        told(convert_text(&Bytes::from_vec(bytes), task(Dataset::Captures, Some(profile), &currencies), b',')).unwrap()
    };
    let (copy, rejects) = read(bytes, &shop);
    assert_eq!(copy.lines().skip(2).collect::<Vec<_>>(), ["A3,100,SEK,2026-10-05,,4"]);
    let reason = "bytes that are no windows-1252 text";
    assert_eq!(rejects, [format!("2 order_id A\u{fffd}1: {reason}"), format!("3 Kund K\u{fffd}: {reason}")]);

    let utf16 = Profile { encoding: None, delimiter: Some(b'\t'), ..shop.clone() };
    let mut units: Vec<u16> = "\u{feff}Ordernr\tBelopp\tValuta\tDatum\tLäge\n".encode_utf16().collect();
    units.extend(
        "A1\t1,00\tSEK\t5.10.2026\t"
            .encode_utf16()
            .chain([0xd800])
            .chain("\nÅ2\t1,00\tSEK\t5.10.2026\tx".encode_utf16()),
    );
    for (bytes, name) in [
        (units.iter().copied().flat_map(u16::to_le_bytes).collect(), "utf-16le"),
        (units.iter().copied().flat_map(u16::to_be_bytes).collect::<Vec<u8>>(), "utf-16be"),
    ] {
        let (copy, rejects) = read(bytes, &utf16);
        assert_eq!(copy.lines().next(), Some(format!("profile shop ({name}, tab)").as_str()));
        assert_eq!(copy.lines().skip(2).collect::<Vec<_>>(), ["Å2,100,SEK,2026-10-05,x,3"]);
        assert_eq!(rejects, [format!("2 state \u{fffd}: bytes that are no {name} text")]);
    }
}

#[test]
fn words_constants_splits_signs_and_rows_left_out() {
    let profile = Profile {
        columns: map(&[("amount", "Belopp"), ("created_at", "Datum"), ("kind", "Typ"), ("fee_amount", "Avgift")]),
        constants: map(&[("currency", "SEK"), ("kind", "adjustment"), ("settlement_id", "S1")]),
        values: BTreeMap::from([
            ("kind".to_owned(), map(&[("RETUR", "reversal"), ("Köp", "capture")])),
            ("gross_amount".to_owned(), map(&[("-", "0")])),
        ]),
        split: vec![Split {
            column: "Ref".to_owned(),
            pattern: "^(?<order_id>[^/]+)(/(?<payee_reference>.+))?$".to_owned(),
        }],
        negate: vec!["fee_amount".to_owned(), "gross_amount".to_owned()],
        only: BTreeMap::from([("Konto".to_owned(), vec!["Swish".to_owned(), String::new()])]),
        ..shop()
    };
    let mut columns = profile.columns.clone();
    columns.remove("amount");
    columns.insert("gross_amount".to_owned(), "Belopp".to_owned());
    let profile = Profile { columns, ..profile };
    let text = "Ref;Belopp;Datum;Typ;Konto;Avgift\n\
        A1/P1;100,00;5.10.2026;KÖP;swish;-1,50\n\
        A2;-100,00;5.10.2026;retur; SWISH ;(0,50)\n\
        A3;1,00;5.10.2026;köp;Kort;\n\
        A4/;1,00;5.10.2026;;Swish;\n\
        ;-;5.10.2026;Något;;\n\
        A6;1,00;fel;köp;Kort;\n";
    let read =
        told(convert_text(&windows(text), task(Dataset::Settlements, Some(&profile), &Currencies::default()), b','));
    let (copy, rejects) = read.unwrap();
    let expected = "profile shop (windows-1252, ;), 2 rows left out by Konto\n\
        gross_amount,currency,settlement_id,payee_reference,order_id,kind,fee_amount,created_at,#line\n\
        -10000,SEK,S1,P1,A1,capture,150,2026-10-05,2\n\
        10000,SEK,S1,,A2,reversal,50,2026-10-05,3\n\
        0,SEK,S1,,,Något,,2026-10-05,6\n";
    assert_eq!(copy, expected);
    let pattern = "does not match the pattern of profile shop: ^(?<order_id>[^/]+)(/(?<payee_reference>.+))?$";
    assert_eq!(rejects, [format!("5 Ref A4/: {pattern}")]);
}

#[test]
fn rates_quantities_and_minor_units() {
    let columns = "order_id line_id gross_amount currency created_at quantity vat_rate vat_amount";
    let profile = Profile {
        encoding: None,
        delimiter: None,
        date_format: None,
        timezone: Some("Europe/Helsinki".to_owned()),
        columns: map(&columns.split(' ').map(|name| (name, name)).collect::<Vec<_>>()),
        ..shop()
    };
    let read = |profile: &Profile, rows: &str| {
        let text = format!("{}\n{rows}", columns.replace(' ', "|"));
        let profile = Profile { delimiter: Some(b'|'), ..profile.clone() };
        told(convert_text(
            &Bytes::from_vec(text.into_bytes()),
            task(Dataset::Orders, Some(&profile), &Currencies::default()),
            b',',
        ))
        .unwrap()
    };
    let (copy, rejects) = read(
        &profile,
        "1|1|1 000,00|SEK|2026-10-05 12:00:00|1,50000|25 %|200,-\n2|1|1000|JPY|2026-10-05T12:00:00+02:00|2-|12,5|\n\
         3|1|1,250|KWD|2026-10-05|1||0\n4|1|5|SEK|2026-10-05|1.5|25|\n5|1|5|SEK|2026-10-05|1|25,125|\n",
    );
    assert_eq!(
        copy,
        "profile shop (utf-8, |)\norder_id,line_id,gross_amount,currency,created_at,quantity,vat_amount,vat_rate,#line\n\
         1,1,100000,SEK,2026-10-05T09:00:00Z,1.5,20000,2500,2\n\
         2,1,1000,JPY,2026-10-05T12:00:00+02:00,-2,,1250,3\n\
         3,1,1250,KWD,2026-10-04T21:00:00Z,1,0,,4\n"
    );
    assert_eq!(
        rejects,
        [
            "5 quantity 1.5: `.` is no part of a number here (decimal sign `,`, groups by space)",
            "6 vat_rate 25,125: a VAT rate is read to a hundredth of a percent, and this has more decimals",
        ]
    );
    let minor =
        Profile { amount_unit: None, vat_rate_unit: Some(RateUnit::Fraction), quote: Some(Quote::Never), ..profile };
    let (copy, rejects) = read(&minor, "\"1|1|100 000|XYZ|2026-10-05|1|0,25|\n2|1|1000,00|SEK|2026-10-05|1||\n");
    assert_eq!(copy.lines().nth(2), Some("\"\"\"1\",1,100000,XYZ,2026-10-04T21:00:00Z,1,,2500,2"));
    assert_eq!(
        rejects,
        [
            "3 gross_amount 1000,00: decimals, where the profile counts minor units; for kronor or euros set amount_unit = \"major\""
        ]
    );
}

#[test]
fn a_file_that_does_not_fit_its_profile_is_refused_with_what_it_has() {
    let refused = |text: &str, profile: &Profile| captures(text, profile).unwrap_err();
    let listed = "the header has: Ordernr, Belop, Valuta, Datum, Läge";
    assert_eq!(
        refused("Ordernr;Belop;Valuta;Datum;Läge\n", &shop()),
        format!("f.csv:1: the column `Belopp` (amount of profile shop) is not there\nthe nearest is `Belop`; {listed}")
    );
    assert_eq!(
        refused("\n\nOrdernr,Belopp,Valuta\n", &shop()),
        "f.csv:3: the column `Ordernr` (order_id of profile shop) is not there\nthe nearest is `Ordernr,Belopp,Valuta`; the \
         header has: Ordernr,Belopp,Valuta; the file seems to have another delimiter than its profile says"
    );
    let mut without = shop();
    without.columns.remove("amount");
    without.columns.remove("currency");
    assert_eq!(
        refused(HEADER, &without),
        "f.csv:1: profile shop does not say where amount, currency of captures is found\nadd it to its columns, such as columns \
         = { amount = \"...\" }, or to its constants; the header has: Ordernr, Belopp, Valuta, Datum, Läge, Kund"
    );
    let only = Profile { only: BTreeMap::from([("Typ".to_owned(), vec!["x".to_owned()])]), ..shop() };
    assert_eq!(
        refused(HEADER, &only).lines().next(),
        Some("f.csv:1: the column `Typ` (only of profile shop) is not there")
    );
    let sheet = Profile { sheet: Some("Blad1".to_owned()), ..shop() };
    assert_eq!(
        refused(HEADER, &sheet),
        "f.csv: profile shop names the sheet `Blad1`, but this is no workbook\nleave sheet out of the profile, or give the workbook"
    );
    for text in ["", "\n\n", ";;\n"] {
        assert_eq!(
            refused(text, &shop()),
            "f.csv: the file is empty\na file without rows still has its header",
            "{text:?}"
        );
    }
    let third = Profile { header_row: Some(3), ..shop() };
    assert_eq!(refused(HEADER, &third), "f.csv:3: no header stands on line 3\ncorrect header_row in the profile");
    assert_eq!(
        refused(&format!("x\n\n\n{HEADER}"), &third),
        "f.csv:3: no header stands on line 3\ncorrect header_row in the profile"
    );
    let (copy, _) = captures(&format!("Export \"Kassa\n\n{HEADER}A1;1,00;SEK;5.10.2026;;\n"), &third).unwrap();
    assert_eq!(copy.lines().last(), Some("A1,100,SEK,2026-10-05,,4"));
    assert_eq!(
        told(convert_text(
            &Bytes::from_vec(b"Ordernr;L\xc3ge\xff\n".to_vec()),
            task(Dataset::Captures, Some(&Profile { encoding: None, ..shop() }), &Currencies::default()),
            b','
        )),
        Err("f.csv:1: the header holds bytes that are no utf-8 text\nsay the file's encoding in its profile".to_owned())
    );
    assert_eq!(
        refused("Ordernr;\"Belopp\n", &shop()),
        "f.csv:1: a quote in the header is not closed\nset the quote of the file in its profile"
    );
    let (copy, rejects) = captures(
        &format!("{HEADER}A1;1,00;SEK;5.10.2026;;\nA2;1,00;SEK;5.10.2026;;\"x\nA3;1;SEK;5.10.2026;;\n"),
        &shop(),
    )
    .unwrap();
    assert_eq!(copy.lines().skip(2).collect::<Vec<_>>(), ["A1,100,SEK,2026-10-05,,2"]);
    let unclosed = "a quote is not closed: all that follows in the file would be one field";
    assert_eq!(rejects, [format!("3  x\nA3;1;SEK;5.10.2026;;\n: {unclosed}")]);
    let many = vec!["x"; 100_000].join(";");
    let refusal = refused(&many, &shop());
    assert!(refusal.ends_with("x, x, and 99960 more") && refusal.len() < 300, "{refusal}");
}

#[test]
fn a_profile_without_columns_reads_canonical_names() {
    let profile = Profile { columns: BTreeMap::new(), name: "semi".to_owned(), ..shop() };
    let (copy, rejects) =
        captures("state;order_id;amount;currency;created_at;colour\n;A;1,5;SEK;5.10.2026;red\n", &profile).unwrap();
    assert_eq!(
        (copy.as_str(), rejects.len()),
        (
            "profile semi (windows-1252, ;)\norder_id,amount,currency,created_at,state,#line\nA,150,SEK,2026-10-05,,2\n",
            0
        )
    );
}

/// A sheet of texts, in which what begins with `#` is a number; `!` before one is taken off.
struct Sheet(Vec<(u64, Vec<&'static str>)>, Vec<bool>);

impl Table for Sheet {
    fn row(&mut self, cells: &mut Vec<String>) -> Result<Option<u64>, FileError> {
        cells.clear();
        if self.0.is_empty() {
            return Ok(None);
        }
        let (row, texts) = self.0.remove(0);
        self.1 = texts.iter().map(|text| text.starts_with('#')).collect();
        cells.extend(texts.iter().map(|text| text.trim_start_matches('#').trim_start_matches('!').to_owned()));
        Ok(Some(row))
    }

    fn is_number(&self, cell: usize) -> bool {
        self.1.get(cell).copied().unwrap_or(false)
    }
}

#[test]
fn a_sheet_has_numbers_and_days_of_its_own() {
    let sheet = || {
        let rows = vec![
            (1, vec!["Kassa 4"]),
            (3, vec!["Ordernr", "Belopp", "Valuta", "Datum", "Läge", "", ""]),
            (4, vec!["#1001", "#1234.5", "SEK", "2026-10-05"]),
            (5, vec!["#1002", "1 234,50", "SEK", "5.10.2026", "Klar", "", "note"]),
            (6, vec!["", "", "", "", "", ""]),
            (9, vec!["#1003", "1234.50", "SEK", "2026-10-05 12:30:00"]),
            (10, vec!["!#N/A", "#5", "SEK", "2026-10-05"]),
            (11, vec!["=A1&B1", "#5", "SEK", "2026-10-05"]),
        ];
        Sheet(rows, Vec::new())
    };
    let (profile, currencies) =
        (Profile { header_row: Some(3), encoding: None, delimiter: None, ..shop() }, Currencies::default());
    let read = |profile: Option<&Profile>, mut sheet: Sheet| {
        told(convert_table(&mut sheet, task(Dataset::Captures, profile, &currencies), "sheet Blad1"))
    };
    let (copy, rejects) = read(Some(&profile), sheet()).unwrap();
    assert_eq!(
        copy,
        "profile shop (sheet Blad1)\norder_id,amount,currency,created_at,state,#line\n\
         1001,123450,SEK,2026-10-05T00:00:00,,4\n1002,123450,SEK,2026-10-05,Klar,5\n"
    );
    let no_value = "an error of Excel, or a formula that was saved without its result, is no value";
    assert_eq!(
        rejects,
        [
            "9 amount 1234.50: `.` is no part of a number here (decimal sign `,`, groups by space)".to_owned(),
            format!("10 order_id #N/A: {no_value}"),
            format!("11 order_id =A1&B1: {no_value}"),
        ]
    );
    for row in [2, 7] {
        let wrong = Profile { header_row: Some(row), ..profile.clone() };
        let expected = format!("f.csv:{row}: no header stands on line {row}\ncorrect header_row in the profile");
        assert_eq!(read(Some(&wrong), sheet()), Err(expected));
    }
    let canonical = vec![
        (1, vec!["order_id", "amount", "currency", "created_at", "colour"]),
        (2, vec!["#7", "#1.5", "SEK", "2026-10-05", "red"]),
    ];
    // Without a profile texts are copied as they stand; the canonical reader refuses what is no amount.
    let (copy, _) = read(None, Sheet(canonical, Vec::new())).unwrap();
    assert_eq!(
        copy,
        "canonical sheet Blad1\norder_id,amount,currency,created_at,colour,#line\n7,1.5,SEK,2026-10-05,,2\n"
    );
    assert_eq!(
        read(None, Sheet(vec![(1, vec!["order_id", "Belopp"])], Vec::new())),
        Err("f.csv:1: required columns are missing for captures: amount, currency, created_at\nthe header has: order_id, Belopp".to_owned())
    );
    assert_eq!(
        read(None, Sheet(Vec::new(), Vec::new())),
        Err("f.csv: the file is empty\na file without rows still has its header".to_owned())
    );
}

#[test]
fn utf_16_with_canonical_columns_needs_no_profile() {
    let currencies = Currencies::default();
    let read = |text: &str| {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        told(convert_utf16(&Bytes::from_vec(bytes), task(Dataset::Captures, None, &currencies)))
    };
    let commas = "order_id,amount,currency,created_at\nÅ1,5,SEK,2026-10-05\n";
    // As it stands: the canonical reader knows the lines, and lists what it does not know.
    assert_eq!(read(&format!("\u{feff}{commas}")), Ok((format!("canonical csv (utf-16be)\n{commas}"), Vec::new())));
    assert_eq!(
        read("\u{feff}order_id\tamount\tcurrency\tcreated_at\tcolour\nÅ1\t5\tSEK\t2026-10-05\tred\n"),
        Ok((
            "canonical csv (utf-16be, tab)\norder_id,amount,currency,created_at,colour,#line\nÅ1,5,SEK,2026-10-05,,2\n"
                .to_owned(),
            Vec::new()
        ))
    );
    assert_eq!(read("\u{feff}[{}]"), Err("f.csv: documents in UTF-16 are not read\nsave the file as UTF-8".to_owned()));
}

/// An amount as a shop of this dialect writes it.
fn written(minor: i64, exponent: u32, decimal: char, group: &str, sign: u8) -> String {
    let digits = minor.unsigned_abs().to_string();
    let decimals = usize::try_from(exponent).unwrap();
    let digits = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push_str(group);
        }
        text.push(digit);
    }
    if decimals > 0 {
        text = format!("{text}{decimal}{fraction}");
    }
    match (minor < 0, sign) {
        (false, _) => text,
        (true, 0) => format!("-{text}"),
        (true, 1) => format!("{text}-"),
        (true, 2) => format!("\u{2212} {text}"),
        (true, _) => format!("({text})"),
    }
}

proptest::proptest! {
    #[test]
    fn an_amount_that_was_written_is_read_again(
        minor in proptest::prelude::any::<i64>(),
        (code, exponent) in proptest::sample::select(vec![("SEK", 2), ("JPY", 0), ("KWD", 3)]),
        (decimal, grouping, group) in proptest::sample::select(vec![
            (',', Some(Grouping::Space), "\u{202f}"),
            (',', Some(Grouping::Dot), "."),
            ('.', Some(Grouping::Comma), ","),
            ('.', Some(Grouping::Apostrophe), "'"),
            (',', None, ""),
        ]),
        sign in 0_u8..4,
    ) {
        let text = written(minor, exponent, decimal, group, sign);
        let dialect = super::number::Dialect { decimal: Some(decimal), grouping };
        let currency = super::amount::RowCurrency { code, exponent: Some(exponent) };
        proptest::prop_assert_eq!(super::amount::minor(&text, dialect, AmountUnit::Major, currency), Ok(minor), "{}", text);
    }

    /// Every row of a file is in the copy, among the rejects, or left out; none ends the program.
    #[test]
    fn any_bytes_are_rows_or_rejects(
        body in proptest::collection::vec(
            proptest::prop_oneof![
                proptest::sample::select(b";;;;\"\n\r\r\n\n,. 015-(\xa0\xff\x00".to_vec()),
                proptest::prelude::any::<u8>(),
            ],
            0..400,
        ),
        encoding in proptest::sample::select(vec![Encoding::Windows1252, Encoding::Utf8, Encoding::Utf16Be]),
    ) {
        let profile = Profile { encoding: Some(encoding), date_format: None, ..shop() };
        let header = "Ordernr;Belopp;Valuta;Datum;Läge\n";
        let mut bytes = match encoding {
            Encoding::Utf16Be => header.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Encoding::Utf8 => header.as_bytes().to_vec(),
            _ => encoding_rs::WINDOWS_1252.encode(header).0.into_owned(),
        };
        let ends = body.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 2;
        bytes.extend(body);
        let currencies = Currencies::default();
        let read = convert_text(&Bytes::from_vec(bytes), task(Dataset::Captures, Some(&profile), &currencies), b',');
        let converted = read.map_err(|error| proptest::test_runner::TestCaseError::fail(error.to_string()))?;
        let lines = u64::try_from(ends).unwrap();
        proptest::prop_assert!(converted.rejects.iter().all(|reject| (2..=lines).contains(&reject.line)));
        proptest::prop_assert!(converted.rejects.windows(2).all(|pair| pair[0].line < pair[1].line));
    }
}
