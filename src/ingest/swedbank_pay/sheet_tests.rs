//! Lists in workbooks made here: the same as in XML, and what is refused; version 1 in both forms.

use std::collections::HashMap;

use super::convert::{convert_transaction_list, convert_workbook_list};
use crate::engine::source::Bytes;
use crate::ingest::copy::Converted;
use crate::ingest::source::FileError;
use crate::ingest::workbook;
use crate::ingest::workbook::made::{book, rows};
use crate::model::currency::Currencies;

type Grid<'a> = Vec<&'a [&'a str]>;

const HEADER: [&[&str]; 3] = [
    &["ContractingParty", "AccountingNo", "TotalNoOfTransactions", "AccountingDate", "ExternalMerchantId", "Version"],
    &["P AB", "R1-0001", "2", "2026-02-01", "", "2.0"],
    &[],
];
const SUMMARY: [&[&str]; 3] = [
    &["Subsite", "SubsiteDescription", "Currency", "ServiceType", "ServiceName", "NoOfDebit", "NoOfCredit", "Amount"],
    &["", "", "SEK", "Direct debit", "Swish", "1", "1", "7.5"],
    &[],
];
const LABELS: &[&str] = &[
    "PayEx AccountNo",
    "Order Identity",
    "TransactionIdentity",
    "Amount",
    "Currency",
    "VAT Amount",
    "DateCreated",
    "DateModified",
    "ServiceName",
    "PayexTransactionNo",
    "payexBatchNo",
    "Subsite",
    "ReferencedTransaction",
];
const SALE: &[&str] =
    &["1", "77", "4711", "10.5", "SEK", "0", "2026-01-30 10:00:00", "2026-01-30 23:59:59", "Swish", "90001", "739000"];
const REVERSAL: &[&str] = &[
    "1",
    "",
    "a05bae9f-426e-4aa4-840c-246bf2264f99",
    "-3",
    "SEK",
    "",
    "2026-01-31 10:00:00",
    "2026-01-31 23:59:59",
    "Swish",
    "90002",
    "739001",
    "",
    "90001",
];

fn version_2() -> Grid<'static> {
    [&HEADER[..], &SUMMARY, &[LABELS, SALE, REVERSAL]].concat()
}

fn converted(sheets: &[(&str, &str)]) -> Result<Option<Converted>, FileError> {
    let bytes = Bytes::from_vec(book(sheets, &[]));
    convert_workbook_list("x.xlsx", &mut workbook::open("x.xlsx", &bytes)?, &Currencies::default())
}

fn of_grid(grid: &Grid<'_>) -> Converted {
    converted(&[("Old name", &rows(grid))]).expect("readable").expect("a list")
}

fn of_xml(text: &str) -> Converted {
    convert_transaction_list("x.xml", &Bytes::from_vec(text.as_bytes().to_vec()), &Currencies::default())
        .expect("a list")
}

fn error_of(grid: &Grid<'_>) -> String {
    let error = converted(&[("A", &rows(grid))]).expect_err("refused");
    format!("{error}; {}", error.help)
}

/// The rows of a copy: column to text, of those that are filled; `#line` among them.
fn copied(converted: &Converted) -> Vec<HashMap<String, String>> {
    let mut bytes = Vec::new();
    converted.bytes.read_at_most(0, &mut bytes, 1 << 20).expect("memory");
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let rows = reader.deserialize::<HashMap<String, String>>();
    rows.map(|row| row.expect("a row").into_iter().filter(|(_, text)| !text.is_empty()).collect()).collect()
}

fn without_lines(converted: &Converted) -> Vec<HashMap<String, String>> {
    let mut rows = copied(converted);
    rows.iter_mut().for_each(|row| drop(row.remove("#line")));
    rows
}

fn hash(converted: &Converted) -> u128 {
    converted.native.as_ref().expect("a settlement").content_hash
}

const XML_2: &str = "<SalesAccountedTransactions AccountingNo='R1-0001' AccountingDate='2026-02-01'><Currency Currency='SEK'>\
    <Transaction OrderIdentity='0077' TransactionIdentity='004711' Amount='10.50' VATAmount='0.00' Currency='SEK' ServiceName='Swish' \
    DateCreated='2026-01-30 10:00:00' DateModified='2026-01-30 23:59:59' PayexTransactionNo='90001' PayexBatchNo='739000'/>\
    <Transaction TransactionIdentity='a05bae9f-426e-4aa4-840c-246bf2264f99' Amount='-3.00' Currency='SEK' ServiceName='Swish' \
    DateCreated='2026-01-31 10:00:00' DateModified='2026-01-31 23:59:59' PayexTransactionNo='90002' PayexBatchNo='739001' \
    ReferencedTransaction='90001'/></Currency></SalesAccountedTransactions>";

#[test]
fn a_workbook_is_the_same_list_as_its_xml() {
    let (sheet, xml) = (of_grid(&version_2()), of_xml(XML_2));
    assert_eq!(sheet.format, "swedbank pay transaction list 2.0 xlsx");
    assert_eq!((sheet.rejects.len(), sheet.native.as_ref().map(|native| native.rows)), (0, Some(2)));
    // Zeros before an id are lost in a workbook, which must not make another list of it.
    let zeros = |text: &str| XML_2.replace("'0077'", text).replace("'004711'", &text.replace("77", "4711"));
    assert_eq!(hash(&sheet), hash(&xml));
    assert_eq!(without_lines(&sheet), without_lines(&of_xml(&zeros("'77'"))));
    assert_ne!(hash(&sheet), hash(&of_xml(&zeros("'770'"))));
    // A VAT of 0 is not the same as none, nor is another amount, day or batch.
    for (from, to) in [(" VATAmount='0.00'", ""), ("10.50", "10.51"), ("01-30 10", "01-30 11"), ("739001", "739002")] {
        assert_ne!(hash(&sheet), hash(&of_xml(&XML_2.replace(from, to))), "{from}");
    }
    let swapped = [&HEADER[..], &SUMMARY, &[LABELS, REVERSAL, SALE]].concat();
    assert_eq!(hash(&of_grid(&swapped)), hash(&xml));

    let native = sheet.native.expect("a settlement");
    assert_eq!(
        (native.settlement_id.as_str(), native.created.map(|day| day.to_string())),
        ("R1-0001", Some("2026-02-01".to_owned()))
    );
    let stated: Vec<_> =
        native.stated.iter().map(|one| (one.what.as_str(), one.stated, one.actual, one.line)).collect();
    let expected =
        [("rows", 2, 2, 2), ("Swish debits", 1, 1, 5), ("Swish credits", 1, 1, 5), ("Swish amount", 750, 750, 5)];
    assert_eq!(stated, expected);
}

#[test]
fn rows_and_columns_may_stand_anywhere() {
    // Columns in another order, more of them, more blank rows, no summary, another name.
    let order = [9_usize, 3, 4, 10, 6, 7, 8, 2, 1, 5, 12];
    let pick = |row: &[&'static str]| -> Vec<&'static str> {
        let picked = order.iter().map(|place| row.get(*place).copied().unwrap_or_default());
        picked.chain(["more"]).collect()
    };
    let [labels, sale, reversal] = [pick(LABELS), pick(SALE), pick(REVERSAL)];
    let grid: Grid<'_> = [&[&[][..]; 2][..], &HEADER, &[&[], &labels, &[], &sale, &[], &reversal]].concat();
    let moved = of_grid(&grid);
    assert_eq!(without_lines(&moved), without_lines(&of_grid(&version_2())));
    let lines: Vec<_> = copied(&moved).into_iter().map(|mut row| row.remove("#line")).collect();
    assert_eq!(lines, [Some("9".to_owned()), Some("11".to_owned())]);
    let stated = moved.native.expect("a settlement").stated;
    assert_eq!(stated.iter().map(|one| one.what.as_str()).collect::<Vec<_>>(), ["rows"]);
    // Sheets that hold something else are passed by, and so is a workbook without any list.
    let list = rows(&version_2());
    let beside = converted(&[("Notes", &rows(&[&["hello", "1"]])), ("Data", &list), ("Empty", "")]);
    assert_eq!(beside.expect("readable").map(|list| hash(&list)), Some(hash(&of_xml(XML_2))));
    assert!(converted(&[("Notes", &rows(&[&["Amount", "Currency"]]))]).expect("readable").is_none());
}

#[test]
fn version_1_states_0_where_it_has_no_vat() {
    let labels: &[&str] = &[
        "PayEx Batch Number",
        "Transaction Number",
        "Order Id",
        "Date Created",
        "Date Modified",
        "Type",
        "Amount",
        "Currency",
        "VAT Amount",
        "VAT Percentage",
        "Referenced Transaction Number",
    ];
    let summary: &[&str] = &["Prefix", "Currency", "ServiceType", "Service", "NoOfDebet", "NoOfCredit", "Amount"];
    let row = |number: &'static str, vat: &'static str, percentage: &'static str| -> Vec<&'static str> {
        vec![
            "736937",
            number,
            "A-1",
            "2018-09-01 20:11:06",
            "2018-09-01 23:59:59",
            "Card",
            "5",
            "SEK",
            vat,
            percentage,
            "7",
        ]
    };
    let body = [row("1", "0", ""), row("2", "0", "0"), row("3", "1", "25"), row("4", "", "")];
    let mut grid: Grid<'_> =
        vec![&["P AB", "R1-0002", "4"], &[], summary, &["", "SEK", "T", "Card", "4", "0", "20"], labels];
    grid.extend(body.iter().map(Vec::as_slice));
    let sheet = of_grid(&grid);
    assert_eq!(sheet.format, "swedbank pay transaction list 1.0 xlsx");
    let vat = |converted: &Converted| -> Vec<Option<String>> {
        copied(converted).into_iter().map(|mut row| row.remove("vat_amount")).collect()
    };
    assert_eq!(vat(&sheet), [None, Some("0".to_owned()), Some("100".to_owned()), None]);
    let tran = |number: u32, vat: &str| {
        format!(
            "<TRAN PayexBatchNo='736937' TransactionNo='{number}' OrderId='A-1' DateCreated='2018-09-01 20:11:06' \
             DateModified='2018-09-01 23:59:59' Type='Card' Amount='5.00' {vat} ReferencedTransaction='7'/>"
        )
    };
    let xml = |first: &str| {
        let rows =
            [tran(1, first), tran(2, "VATAmount='0.00' VatPercentage='0'"), tran(3, "VATAmount='1.00'"), tran(4, "")];
        let rows = rows.concat();
        let summary = "<SUMMARY Prefix=''><CURRENCY Name='SEK'><SERVICETYPE Name='T'><SERVICE Name='Card' NoOfDebet='4' NoOfCredit='0' \
                       Amount='20.00'/></SERVICETYPE></CURRENCY></SUMMARY>";
        of_xml(&format!(
            "<SALES AccountingNo='R1-0002'>{summary}<CURRENCY Sum='20.00' Name='SEK'>{rows}</CURRENCY></SALES>"
        ))
    };
    assert_eq!(without_lines(&xml("")), without_lines(&sheet));
    // What the XML states stands; the workbook cannot tell, so the two are one list all the same.
    assert_eq!(vat(&xml("VATAmount='0.00'"))[0], Some("0".to_owned()));
    assert_eq!((hash(&xml("")), hash(&xml("VATAmount='0.00'"))), (hash(&sheet), hash(&sheet)));
    let native = xml("").native.expect("a settlement");
    assert!(native.stated.iter().all(crate::ingest::native::Stated::ties));
    assert_eq!(native.stated.len(), 4);
}

#[test]
fn rows_that_cannot_be_read_are_rejected() {
    let decimals = "an amount in this currency is digits with an optional sign and at most 2 decimals after a point";
    let currency =
        "a currency is an active ISO 4217 code in capitals; the configuration may add others in [currencies]";
    let no_value = "the cell holds an error of the workbook in place of a value";
    let cases = [
        (3, "10.505", "Amount", decimals),
        (3, "0.30000000000000004", "Amount", decimals),
        (3, "10,50", "Amount", decimals),
        (3, "", "Amount", decimals),
        (3, "#N/A", "Amount", no_value),
        (9, "#REF!", "PayexTransactionNo", no_value),
        (2, "=A1", "TransactionIdentity", no_value),
        (4, "", "Currency", currency),
        (4, "kr", "Currency", currency),
        (5, "x", "VATAmount", decimals),
    ];
    for (place, text, column, reason) in cases {
        let mut sale = SALE.to_vec();
        sale[place] = text;
        let found = of_grid(&[&HEADER[..], &SUMMARY, &[LABELS, &sale, REVERSAL]].concat());
        let rejects: Vec<_> =
            found.rejects.iter().map(|one| (one.line, &*one.column, &*one.value, &*one.reason)).collect();
        assert_eq!(rejects, [(8, column, text, reason)], "{text}");
        assert_eq!(copied(&found).len(), 1);
        // A row without an amount is in no sum, but it is a row.
        let stated = found.native.expect("a settlement").stated;
        assert_eq!((stated[0].stated, stated[0].actual), (2, 2));
    }
}

#[test]
fn lists_that_cannot_be_read_are_refused_with_their_row() {
    let header = |place: usize, text: &'static str| -> Vec<&'static str> {
        let mut values = HEADER[1].to_vec();
        values[place] = text;
        values
    };
    let service = |place: usize, text: &'static str| -> Vec<&'static str> {
        let mut values = SUMMARY[1].to_vec();
        values[place] = text;
        values
    };
    let with = |values: &[&'static str], service: &[&'static str], labels: &[&'static str]| {
        error_of(&vec![HEADER[0], values, &[], SUMMARY[0], service, labels, SALE])
    };
    let good = || (HEADER[1].to_vec(), SUMMARY[1].to_vec());
    let twice = [LABELS, &["VATAmount"]].concat();
    let no_id = "the transaction list has no AccountingNo; fetch the file again: without it nothing says which settlement this is";
    let cases = [
        (with(&header(1, ""), &good().1, LABELS), format!("x.xlsx:2: {no_id}")),
        (with(&header(1, "#N/A"), &good().1, LABELS), format!("x.xlsx:2: {no_id}")),
        (error_of(&vec![SUMMARY[0], SUMMARY[1], LABELS, SALE]), format!("x.xlsx:1: {no_id}")),
        (error_of(&vec![HEADER[0], LABELS, SALE]), format!("x.xlsx:2: {no_id}")),
        (error_of(&vec![&["P AB"], &["Prefix", "Currency", "ServiceType", "Service", "NoOfCredit", "Amount"]]), format!("x.xlsx:1: {no_id}")),
        (
            with(&header(2, "1.5"), &good().1, LABELS),
            "x.xlsx:2: the list has an unreadable TotalNoOfTransactions \"1.5\": a count is digits, nothing else; fetch the file \
             again, or ask the provider"
                .to_owned(),
        ),
        (
            with(&header(3, "1/2/2026"), &good().1, LABELS),
            "x.xlsx:2: the list has an unreadable AccountingDate \"1/2/2026\": a day is YYYY-MM-DD; fetch the file again, or ask \
             the provider"
                .to_owned(),
        ),
        (
            with(&header(5, "3.0"), &good().1, LABELS),
            "x.xlsx:2: version 3 of the transaction list is not read by this version; ask the provider for the list in version 2"
                .to_owned(),
        ),
        (
            with(&good().0, &service(2, "XYZ"), LABELS),
            "x.xlsx:5: a total is stated in the currency \"XYZ\", which is not an active ISO 4217 code; if it is right, add it with \
             its decimals in [currencies]"
                .to_owned(),
        ),
        (
            with(&good().0, &service(5, "-1"), LABELS),
            "x.xlsx:5: the list has an unreadable NoOfDebit \"-1\": a count is digits, nothing else; fetch the file again, or ask \
             the provider"
                .to_owned(),
        ),
        (
            with(&good().0, &service(7, "7.505"), LABELS),
            "x.xlsx:5: the list has an unreadable Amount \"7.505\": an amount in this currency is digits with an optional sign and \
             at most 2 decimals after a point; fetch the file again, or ask the provider"
                .to_owned(),
        ),
        (
            with(&good().0, &good().1, &twice),
            "x.xlsx:6: two columns of the transactions are named VATAmount; fetch the file again from the provider, or give the \
             list as XML"
                .to_owned(),
        ),
        (
            error_of(&vec![HEADER[0], HEADER[1], SUMMARY[0], SUMMARY[1]]),
            "x.xlsx: the transaction list has no row of labels above its transactions; fetch the file again from the provider, or \
             give the list as XML"
                .to_owned(),
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
    let list = rows(&version_2());
    let error = converted(&[("A", &list), ("Copy of A", &list)]).expect_err("two lists");
    assert_eq!(error.to_string(), "x.xlsx: the sheets \"A\" and \"Copy of A\" each hold a transaction list");
}
