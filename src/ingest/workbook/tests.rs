//! Sheets as tables, on workbooks made here; the reader of the provider's own is in `swedbank_pay`.

use super::made::{archive, book, rows};
use super::*;
use crate::ingest::bank::BankNames;
use crate::ingest::table::Table;

/// All rows of a sheet, by their numbers.
fn table(bytes: Vec<u8>, name: Option<&str>) -> Result<Vec<(u64, Vec<String>)>, String> {
    let bytes = Bytes::from_vec(bytes);
    let told = |error: FileError| format!("{error}; {}", error.help);
    let mut book = open("x.xlsx", &bytes).map_err(told)?;
    let mut sheet = book.sheet(name).map_err(told)?;
    let (mut cells, mut found) = (Vec::new(), Vec::new());
    while let Some(line) = sheet.row(&mut cells).map_err(told)? {
        found.push((line, cells.clone()));
    }
    Ok(found)
}

fn cells(row: &str) -> Vec<String> {
    let more = [
        (
            "xl/texts.xml",
            "<sst uniqueCount=\"18446744073709551615\"><si><t>r\u{e5}g &amp; korn</t></si><si/><si><r><t>a</t></r><rPh><t>x</t></rPh><r><rPr/><t> b</t></r></si></sst>",
        ),
        (
            "xl/styles.xml",
            "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd hh:mm\"/></numFmts><cellStyleXfs><xf \
             numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf \
             numFmtId=\"4\"/><xf numFmtId=\"46\"/></cellXfs></styleSheet>",
        ),
    ];
    let mut found = table(book(&[("A", &format!("<row r=\"3\">{row}</row>"))], &more), None).expect(row);
    let (line, cells) = found.remove(0);
    assert_eq!((line, found), (3, vec![]), "{row}");
    cells
}

#[test]
fn a_cell_is_its_text() {
    let cases = [
        ("<c t=\"s\"><v>0</v></c>", "r\u{e5}g & korn"),
        ("<c t=\"s\"><v>2</v></c>", "a b"),
        ("<c t=\"inlineStr\"><is><t xml:space=\"preserve\"> x </t></is></c>", " x "),
        ("<c t=\"inlineStr\"><is><r><t>a_x000D__x005F_x0041_</t></r></is></c>", "a\r_x0041_"),
        ("<c t=\"str\"><f>A1&amp;B1</f><v>caf\u{e9}&#33;</v></c>", "caf\u{e9}!"),
        ("<c><v>1489</v></c>", "1489"),
        ("<c s=\"3\"><v>72.200000000000003</v></c>", "72.2"),
        ("<c t=\"n\"><v>1.4E3</v></c>", "1400"),
        ("<c><v>12345678901234567</v></c>", "12345678901234567"),
        ("<c s=\"1\"><v>44889</v></c>", "2022-11-24"),
        ("<c s=\"2\"><v>44889.5963541667</v></c>", "2022-11-24 14:18:45"),
        ("<c s=\"4\"><v>1.5</v></c>", "1.5"),
        ("<c s=\"99\"><v>44889</v></c>", "44889"),
        ("<c t=\"d\"><v>2022-11-24T14:18:45</v></c>", "2022-11-24T14:18:45"),
        ("<c t=\"b\"><v>1</v></c>", "true"),
        ("<c t=\"b\"><v>0</v></c>", "false"),
        ("<c t=\"e\"><v>#N/A</v></c>", "#N/A"),
        ("<c t=\"e\"><v>#SPILL!</v></c>", "#SPILL!"),
        ("<c><f>SUM(A1:A2)</f></c>", "=SUM(A1:A2)"),
        ("<c><f t=\"shared\" si=\"0\"/></c>", "=?"),
        ("<c><f>1+1</f><v>2</v></c>", "2"),
        ("<c><v>x</v></c>", "x"),
    ];
    for (cell, expected) in cases {
        assert_eq!(cells(cell), [expected], "{cell}");
    }
    assert!(["#N/A", "#SPILL!", "=SUM(A1:A2)"].iter().all(|text| is_no_value(text)));
    assert!(!["#1", "N/A", "", "-5", "#n/a"].iter().any(|text| is_no_value(text)));
    // Places count, written or not; a cell without a value is one without a text.
    assert_eq!(
        cells("<c r=\"B3\"><v>1</v></c><c><v>2</v></c><c r=\"aa3\"/><c r=\"E3\" t=\"s\"><v>1</v></c>")[..4],
        ["", "1", "2", ""]
    );
    assert_eq!(cells("<c r=\"XFD3\"><v>1</v></c>").len(), 16_384);
}

#[test]
fn numbers_are_told_from_texts() {
    let bytes = Bytes::from_vec(book(&[("A", &rows(&[&["1.5", "", "x", "7"], &["y"]]))], &[]));
    let mut book = open("x.xlsx", &bytes).expect("a workbook");
    let mut sheet = book.sheet(None).expect("a sheet");
    let mut cells = Vec::new();
    assert!(sheet.row(&mut cells).is_ok());
    assert_eq!([0, 1, 2, 3, 4].map(|cell| sheet.is_number(cell)), [true, false, false, true, false]);
    assert!(sheet.row(&mut cells).is_ok());
    assert!(!sheet.is_number(0));
}

#[test]
fn rows_keep_their_numbers_and_empty_ones_are_left_out() {
    let sheet = "<row><c><v>1</v></c></row><row r=\"4\" hidden=\"1\"><c t=\"s\"/><c r=\"B4\"><v></v></c></row><row/><x><c/></x>\
                 <row r=\"7\"><c r=\"A7\"><v>2</v></c></row><row><c><v>3</v></c></row>";
    let found = table(book(&[("A", sheet)], &[]), None);
    let expected = [(1, "1"), (7, "2"), (8, "3")].map(|(line, text)| (line, vec![text.to_owned()]));
    assert_eq!(found, Ok(expected.to_vec()));
    assert_eq!(table(book(&[("A", "")], &[]), None), Ok(vec![]));
}

#[test]
fn sheets_are_found_by_name() {
    let sheet = |text: &str| rows(&[&[text]]);
    let workbook = "<workbook xmlns:r=\"r\"><workbookPr date1904=\"1\"/><sheets><sheet name=\"Hidden\" state=\"veryHidden\" r:id=\"s0\"/>\
                    <sheet name=\"\u{c5}r 2026\" r:id=\"s1\"/><sheet name=\"Chart\" r:id=\"none\"/></sheets></workbook>";
    let bytes = book(
        &[("", &sheet("a")), ("", "<row><c s=\"1\"><v>43427</v></c></row>")],
        &[
            ("xl/workbook.xml", workbook),
            ("xl/styles.xml", "<styleSheet><cellXfs><xf/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"),
        ],
    );
    let first = |name| table(bytes.clone(), name).map(|rows| rows[0].1[0].clone());
    assert_eq!(first(None).as_deref(), Ok("2022-11-24"));
    assert_eq!(first(Some("\u{e5}R 2026 ")).as_deref(), Ok("2022-11-24"));
    assert_eq!(first(Some("hidden")).as_deref(), Ok("a"));
    assert_eq!(
        first(Some("Data")),
        Err("x.xlsx: the workbook has no sheet \"Data\"; it has [\"Hidden\", \"\u{c5}r 2026\"]; name one of its sheets in the \
             profile"
            .to_owned())
    );
    assert!(first(Some("Chart")).is_err());
}

#[test]
fn damage_is_told_with_its_part() {
    let help = "open it in Excel and save it again as .xlsx, or fetch it again";
    let sheet = |rows: &str| table(book(&[("A", rows)], &[]), None);
    let at = "xl/worksheets/sheet0.xml, line 1, column";
    let cases = [
        ("<row r=\"2\"/><row r=\"2\"/>", 12, "a row that is not after row 2, or beyond the last possible one, 1048576"),
        ("<row r=\"0\"/>", 0, "a row that is not after row 0, or beyond the last possible one, 1048576"),
        ("<row r=\"1048577\"/>", 0, "a row that is not after row 0, or beyond the last possible one, 1048576"),
        ("<row r=\"x\"/>", 0, "a row that is not after row 0, or beyond the last possible one, 1048576"),
        ("<row><c r=\"A2\"/></row>", 5, "a cell that names no place in its row"),
        ("<row><c r=\"ZZZZZZZZZZZZZZ1\"/></row>", 5, "a cell that names no place in its row"),
        ("<row><c r=\"XFE1\"/></row>", 5, "a cell beyond the last possible column, the 16384th"),
        ("<row><c r=\"A1\"><v>1</v></c><c r=\"A1\"><v>1</v></c></row>", 27, "two cells in one place"),
        ("<row><c t=\"s\"><v>0</v></c></row>", 5, "a cell whose shared text is missing"),
        ("<row><c t=\"z\"/></row>", 5, "a cell of an unknown type"),
        ("<row><c>", 8, "</sheetData> where <c> ends"),
        ("<row></c>", 5, "</c> where <row> ends"),
    ];
    for (rows, column, problem) in cases {
        let column = 44 + column;
        let expected = format!("x.xlsx: the workbook is damaged at {at} {column}: not well formed: {problem}; {help}");
        assert_eq!(sheet(rows), Err(expected), "{rows}");
    }
    let long =
        |count: usize| sheet(&format!("<row><c t=\"inlineStr\"><is><t>{}</t></is></c></row>", "\u{e5}".repeat(count)));
    assert_eq!(long(32_767).map(|rows| rows[0].1[0].chars().count()), Ok(32_767));
    assert!(long(32_768).is_err_and(|error| error.contains("a cell of more than 32767 characters")));
    assert!(long(200_000).is_err_and(|error| error.contains("a cell of more than 32767 characters")));

    let whole = book(&[("A", &rows(&[&["1"]]))], &[]);
    for len in (0..whole.len()).step_by(7) {
        let error = table(whole[..len].to_vec(), None).expect_err("cut off");
        assert!(error.starts_with("x.xlsx: the workbook is damaged or cut off: "), "{len}: {error}");
    }
    // Damaged inside: an error or, where nothing that is read is hit, the same row; never a panic.
    for place in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x55;
        if let Ok(rows) = table(bytes, None) {
            assert!(rows.is_empty() || rows == [(1, vec!["1".to_owned()])], "{place}: {rows:?}");
        }
    }
    let missing = |part: &str| table(book(&[("A", "")], &[(part, "")]), None);
    let told = |part: &str| Err(format!("x.xlsx: the workbook is damaged: it has no {part}; {help}"));
    for part in ["_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet0.xml"] {
        assert_eq!(missing(part), told(part));
    }
    let doctype = "<!DOCTYPE a [<!ENTITY x 'y'>]><worksheet/>";
    let error = table(book(&[("A", "")], &[("xl/worksheets/sheet0.xml", doctype)]), None).expect_err("a DOCTYPE");
    assert!(error.contains("line 1, column 1: a DOCTYPE"), "{error}");
    let deep = "<a>".repeat(40);
    let error = sheet(&deep).expect_err("deep");
    assert!(error.contains("more than 32 elements inside each other"), "{error}");
    assert!(table(archive(&[]), None).is_err());
}

#[test]
fn a_zip_bomb_ends_in_a_message() {
    let nothing = format!("<sst>{}</sst>", format!("<a>{}</a>", " ".repeat(1 << 19)).repeat(8));
    let error = table(book(&[("A", "")], &[("xl/texts.xml", &nothing)]), None);
    assert_eq!(
        error,
        Err("x.xlsx: the workbook is too large: xl/texts.xml unpacks to more than 500 times its packed size, as no sheet does; \
             export fewer rows a file, or give CSV"
            .to_owned())
    );
}

#[test]
fn a_binary_workbook_is_refused() {
    let relations =
        "<Relationships><Relationship Id=\"1\" Type=\"x/officeDocument\" Target=\"xl/workbook.bin\"/></Relationships>";
    let error = table(archive(&[("_rels/.rels", relations)]), None);
    assert_eq!(
        error,
        Err("x.xlsx: a binary workbook (.xlsb) is not read; open it in Excel and save it as .xlsx".to_owned())
    );
}

#[test]
fn a_sheet_of_canonical_columns_is_read_as_such_and_another_by_its_profile() {
    use crate::ingest::formats::{Format, Given, read};
    use crate::ingest::profile::Profile;
    use crate::ingest::source::Opened;
    use crate::model::currency::Currencies;
    use crate::model::record::Dataset;

    let canonical = rows(&[
        &["order_id", "amount", "currency", "created_at", "line_id"],
        &[],
        &["7", "1250", "SEK", "2026-01-02", "a"],
    ]);
    let shop =
        rows(&[&["Export 2026"], &["Ordernr", "Belopp", "Valuta", "Datum"], &["7", "12.5", "SEK", "2026-01-02"]]);
    let bytes = book(&[("Notes", ""), ("Rows", &canonical), ("Shop", &shop)], &[]);
    let opened = |sheets: &[(&str, &str)]| {
        let bytes = Bytes::from_vec(book(sheets, &[]));
        let shape = crate::ingest::shape::shape(&bytes).expect("memory");
        Opened { given_len: bytes.len(), given_sha256: None, shape, bytes }
    };
    let told = |opened: &Opened, dataset, profile| {
        let given = Given {
            shown: "x.xlsx",
            dataset,
            profile,
            currencies: &Currencies::default(),
            bank_names: &BankNames::default(),
        };
        let Format::Rows(parts) = read(opened, &given).map_err(|error| error.to_string())? else {
            return Err(String::new());
        };
        let mut text = Vec::new();
        parts[0].bytes.read_at_most(0, &mut text, 1 << 16).expect("memory");
        let mut reader = csv::Reader::from_reader(text.as_slice());
        let header = reader.headers().expect("a header").clone();
        let row = reader.records().next().expect("a row").expect("a row");
        let filled = header.iter().zip(&row).filter(|(_, text)| !text.is_empty());
        Ok(format!(
            "{}: {}",
            parts[0].format,
            filled.map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>().join(" ")
        ))
    };
    let first = opened(&[("Rows", &canonical)]);
    assert_eq!(
        told(&first, Some(Dataset::Captures), None).as_deref(),
        Ok("canonical sheet Rows: order_id=7 amount=1250 currency=SEK created_at=2026-01-02 line_id=a #line=3")
    );
    assert_eq!(
        told(&first, None, None),
        Err("x.xlsx: a workbook that is no transaction list of Swedbank Pay does not say what it holds".to_owned())
    );
    let columns = [("order_id", "Ordernr"), ("amount", "Belopp"), ("currency", "Valuta"), ("created_at", "Datum")];
    let profile = Profile {
        name: "shop".to_owned(),
        sheet: Some("shop".to_owned()),
        header_row: Some(2),
        amount_unit: Some(crate::ingest::profile::AmountUnit::Major),
        columns: columns.into_iter().map(|(name, column)| (name.to_owned(), column.to_owned())).collect(),
        ..Profile::default()
    };
    let all = Opened { bytes: Bytes::from_vec(bytes), ..opened(&[("A", "")]) };
    assert_eq!(
        told(&all, Some(Dataset::Captures), Some(&profile)).as_deref(),
        Ok("profile shop (sheet Shop): order_id=7 amount=1250 currency=SEK created_at=2026-01-02 #line=3")
    );
}
