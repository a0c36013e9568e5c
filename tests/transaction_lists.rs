//! Swedbank Pay's published transaction lists, in both versions and both forms: every row, every stated total, and what
//! a run says of them.

mod harness;

use avstem::engine::source::Bytes;
use avstem::ingest::copy::Converted;
use avstem::ingest::native::Native;
use avstem::ingest::source::Sequential;
use avstem::ingest::swedbank_pay::convert::{convert_transaction_list, convert_workbook_list};
use avstem::ingest::workbook;
use avstem::model::currency::Currencies;
use harness::{Case, published, rows};

const V2: &str = "R1234-0001-Redovisningsservice";
const V1: &str = "R1005-0001-v1";

/// The columns that a list fills, as they are compared here.
const COLUMNS: [&str; 14] = [
    "gross_amount",
    "currency",
    "settlement_id",
    "reconciliation_number",
    "transaction_number",
    "payee_reference",
    "order_id",
    "transaction_id",
    "vat_amount",
    "created_at",
    "settled_at",
    "referenced_transaction",
    "service",
    "#line",
];

struct List {
    format: String,
    /// By [`COLUMNS`].
    rows: Vec<Vec<String>>,
    native: Native,
}

fn sample(name: &str) -> Option<Vec<u8>> {
    published(&format!("swedbank_pay/settlement/{name}"))
}

fn list(name: &str) -> Option<List> {
    let bytes = Bytes::from_vec(sample(name)?);
    let currencies = Currencies::default();
    let converted = if name.ends_with(".xml") {
        convert_transaction_list(name, &bytes, &currencies).unwrap()
    } else {
        convert_workbook_list(name, &mut workbook::open(name, &bytes).unwrap(), &currencies).unwrap().unwrap()
    };
    let Converted { format, bytes, rejects, native, .. } = converted;
    assert_eq!(rejects, []);
    let mut reader = csv::Reader::from_reader(Sequential::new(&bytes));
    let header = reader.headers().unwrap().clone();
    let places = COLUMNS.map(|column| header.iter().position(|name| name == column).unwrap());
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        let filled = row.iter().filter(|field| !field.is_empty()).count();
        let fields: Vec<String> = places.iter().map(|place| row[*place].to_owned()).collect();
        assert_eq!(fields.iter().filter(|field| !field.is_empty()).count(), filled, "no other column is filled");
        fields
    });
    Some(List { format, rows: rows.collect(), native: native.unwrap() })
}

impl List {
    /// The rows without the lines on which they stand.
    fn content(&self) -> Vec<&[String]> {
        self.rows.iter().map(|row| &row[..13]).collect()
    }

    fn stated(&self) -> Vec<(String, i128, i128, u64)> {
        self.native.stated.iter().map(|one| (one.what.clone(), one.stated, one.actual, one.line)).collect()
    }

    fn sum_minor(&self) -> i64 {
        self.rows.iter().map(|row| row[0].parse::<i64>().unwrap()).sum()
    }

    fn with(&self, number: &str) -> Vec<&str> {
        self.rows.iter().find(|row| row[4] == number).unwrap().iter().map(String::as_str).collect()
    }
}

/// A total that ties.
fn tie(what: &str, value: i128, line: u64) -> (String, i128, i128, u64) {
    (what.to_owned(), value, value, line)
}

/// Debits, credits and amount of a service, that tie.
fn service(name: &str, totals: [i128; 3], line: u64) -> [(String, i128, i128, u64); 3] {
    let [debits, credits, amount] = totals;
    [("debits", debits), ("credits", credits), ("amount", amount)]
        .map(|(part, value)| tie(&format!("{name} {part}"), value, line))
}

#[test]
fn version_2_is_the_same_as_xml_and_as_a_workbook() {
    let (Some(xml), Some(xlsx)) = (list(&format!("{V2}.xml")), list(&format!("{V2}.xlsx"))) else { return };
    assert_eq!(xml.format, "swedbank pay transaction list 2.0 xml");
    assert_eq!(xlsx.format, "swedbank pay transaction list 2.0 xlsx");
    assert_eq!((xml.rows.len(), xml.sum_minor()), (134, 12_495_000));
    assert_eq!(xml.content(), xlsx.content());
    assert_eq!(xml.native.content_hash, xlsx.native.content_hash);
    for list in [&xml, &xlsx] {
        let native = &list.native;
        assert_eq!((native.settlement_id.as_str(), native.rows), ("R1234-0001", 134));
        assert_eq!(native.created.unwrap().to_string(), "2022-12-02");
        assert_eq!(native.sums_text(&Currencies::default()), "134 rows, 124 950.00 SEK");
    }

    let services = |lines: [u64; 4]| {
        let names = ["Consumer Credit Card EU", "Consumer Debit Card EU", "Faktura SE", "Swish"];
        let totals = [[8, 0, 785_100], [5, 0, 361_700], [21, 0, 2_115_800], [99, 1, 9_232_400]];
        let all = names.into_iter().zip(totals).zip(lines);
        all.flat_map(|((name, totals), line)| service(name, totals, line)).collect::<Vec<_>>()
    };
    let mut expected = vec![tie("rows", 134, 2), tie("sum", 12_495_000, 17)];
    expected.extend(services([6, 7, 13, 10]));
    assert_eq!(xml.stated(), expected);
    // The workbook states no sum of all.
    let mut expected = vec![tie("rows", 134, 2)];
    expected.extend(services([5, 6, 8, 7]));
    assert_eq!(xlsx.stated(), expected);

    // A card, an invoice, a sale by Swish, and the one reversal, of which no VAT is stated.
    let spots = [
        "149500,SEK,R1234-0001,738482,10728489593,,,a05bae9f426e4aa4840c246bf2264f99,29900,2022-11-24 14:18:45,\
         2022-11-24 23:59:59,10727472541,Consumer Credit Card EU,18",
        "149500,SEK,R1234-0001,738483,11138240543,,,28fa37d5938545ec94812072fd1e9502,29900,2022-11-25 15:24:48,\
         2022-11-25 15:24:48,11138191128,Faktura SE,31",
        "149500,SEK,R1234-0001,738482,14226205772,476298,,,29900,2022-11-24 07:46:49,2022-11-24 07:47:01,,Swish,52",
        "-89000,SEK,R1234-0001,738483,14226339824,bp2xpc7tpbs,,,,2022-11-25 11:24:17,2022-11-25 11:24:18,14223384846,Swish,79",
    ];
    for spot in spots {
        let row: Vec<&str> = spot.split(',').collect();
        assert_eq!(xml.with(row[4]), row);
    }
    assert_eq!(xml.rows.iter().filter(|row| row[0].starts_with('-')).count(), 1);
    let stated = |column: usize| xml.rows.iter().filter(|row| !row[column].is_empty()).count();
    let expected = [
        ("vat_amount", 133),
        ("referenced_transaction", 35),
        ("order_id", 0),
        ("transaction_id", 34),
        ("payee_reference", 100),
    ];
    for (column, count) in expected {
        assert_eq!(stated(COLUMNS.iter().position(|name| *name == column).unwrap()), count, "{column}");
    }
    assert_eq!((xml.rows[133][4].as_str(), xml.rows[133][5].as_str()), (xlsx.rows[133][4].as_str(), "478824"));
    // Lines are those of the file, rows those of the sheet.
    let lines = |list: &List| (list.rows[0][13].clone(), list.rows[133][13].clone());
    assert_eq!(lines(&xml), ("18".to_owned(), "151".to_owned()));
    assert_eq!(lines(&xlsx), ("12".to_owned(), "145".to_owned()));
}

#[test]
fn the_xml_of_version_1_lacks_the_row_that_its_workbook_has() {
    let (Some(xml), Some(xlsx)) = (list(&format!("{V1}.xml")), list(&format!("{V1}.xlsx"))) else { return };
    assert_eq!(xml.format, "swedbank pay transaction list 1.0 xml");
    assert_eq!(xlsx.format, "swedbank pay transaction list 1.0 xlsx");
    assert_eq!((xml.rows.len(), xml.sum_minor()), (206, 16_305_200));
    assert_eq!((xlsx.rows.len(), xlsx.sum_minor()), (207, 16_368_800));
    for list in [&xml, &xlsx] {
        assert_eq!((list.native.settlement_id.as_str(), list.native.created), ("R1005-0001", None));
        // The workbook has a VAT of 0 in every row, the XML none: neither states one.
        assert!(list.rows.iter().all(|row| row[8].is_empty() && row[6].is_empty() && row[7].is_empty()));
    }
    let mut content = xlsx.content();
    let lacking = content.iter().position(|row| row[4] == "781997170").unwrap();
    let row = content.remove(lacking);
    let expected = "63600,SEK,R1005-0001,736951,781997170,CB2-KURI88,,,,2018-09-15 20:03:13,2018-09-15 23:59:59,781674032,Foreign Card";
    assert_eq!(row, expected.split(',').collect::<Vec<_>>());
    assert_eq!(xml.content(), content);
    assert_ne!(xml.native.content_hash, xlsx.native.content_hash);

    let first = "59700,SEK,R1005-0001,736937,778030583,CB2-PJUF61,,,,2018-09-01 20:11:06,2018-09-01 23:59:59,777754317,Debit Card";
    let numbered = |line: &str| format!("{first},{line}").split(',').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!((&xml.rows[0], &xlsx.rows[0]), (&numbered("14"), &numbered("11")));
    // A reversal carries the order of its capture, and its number.
    let reversal = xml.with("785538171");
    assert_eq!((reversal[0], reversal[5], reversal[11]), ("-409400", "CB2-XASE41", "784829390"));
    assert_eq!(xml.with("784829390")[..6], ["409400", "SEK", "R1005-0001", "736961", "784829390", "CB2-XASE41"]);

    let three = |lines: [u64; 3]| {
        let names = ["Consumer Debit Card EU", "Credit Card", "Debit Card"];
        let totals = [[12, 0, 1_326_900], [131, 0, 9_318_300], [23, 0, 2_945_100]];
        let all = names.into_iter().zip(totals).zip(lines);
        all.flat_map(|((name, totals), line)| service(name, totals, line)).collect::<Vec<_>>()
    };
    let mut expected = vec![tie("rows", 207, 1)];
    expected.extend(three([4, 5, 6]));
    expected.extend(service("Foreign Card", [40, 1, 2_778_500], 7));
    assert_eq!(xlsx.stated(), expected);
    let mut expected = vec![("sum".to_owned(), 16_368_800, 16_305_200, 13)];
    expected.extend(three([6, 7, 8]));
    expected.push(("Foreign Card debits".to_owned(), 40, 39, 9));
    expected.push(tie("Foreign Card credits", 1, 9));
    expected.push(("Foreign Card amount".to_owned(), 2_778_500, 2_714_900, 9));
    assert_eq!(xml.stated(), expected);
}

/// What a run over these files finds of the files themselves: code, settlement, currency, expected, actual, difference.
fn found(files: &[(&str, Vec<u8>)]) -> Vec<String> {
    let case = Case::new().args("run --as-of 2026-01-01").any_stdout().status(1);
    let case = files.iter().fold(case, |case, (name, bytes)| case.args("--input").arg(name).file(name, bytes));
    let findings = rows(&case.run().bytes("avstem-out/discrepancies.csv"));
    let files = findings.iter().filter(|row| row[1].starts_with("file-"));
    let mut found: Vec<String> =
        files.map(|row| format!("{} {} {} {} {} {}", row[1], row[10], row[11], row[12], row[13], row[14])).collect();
    found.sort();
    found
}

/// The XML of version 1, as another number of its series.
fn copy(xml: &[u8], id: &str) -> Vec<u8> {
    String::from_utf8(xml.to_vec()).unwrap().replace("R1005-0001", id).into_bytes()
}

#[test]
fn a_run_tells_repeats_restatements_totals_and_gaps() {
    let names = [format!("{V2}.xml"), format!("{V2}.xlsx"), format!("{V1}.xml"), format!("{V1}.xlsx")];
    let [Some(xml_2), Some(xlsx_2), Some(xml_1), Some(xlsx_1)] = names.map(|name| sample(&name)) else { return };
    assert_eq!(found(&[("a.xlsx", xlsx_2.clone())]), Vec::<String>::new());
    assert_eq!(found(&[("a.xlsx", xlsx_2), ("b.xml", xml_2)]), ["file-repeated R1234-0001  0 0 0"]);
    let totals = |id: &str| {
        [
            format!("file-total {id}  40 39 -1"),
            format!("file-total {id} SEK 16368800 16305200 -63600"),
            format!("file-total {id} SEK 2778500 2714900 -63600"),
        ]
    };
    assert_eq!(found(&[("a.xml", xml_1.clone())]), totals("R1005-0001"));
    assert_eq!(found(&[("a.xlsx", xlsx_1.clone())]), Vec::<String>::new());
    // Neither list says when it was made: the greater hash counts, which is the workbook's.
    let both = ["file-restated R1005-0001  0 0 0"];
    assert_eq!(found(&[("a.xml", xml_1.clone()), ("b.xlsx", xlsx_1.clone())]), both);
    assert_eq!(found(&[("a.xlsx", xlsx_1), ("b.xml", xml_1.clone())]), both);
    let mut expected = vec!["file-gap R1005-0002  0 0 0".to_owned(), "file-gap R1005-0004  0 0 0".to_owned()];
    expected.extend(["R1005-0001", "R1005-0003", "R1005-0007"].map(totals).concat());
    let others = [("b.xml", copy(&xml_1, "R1005-0003")), ("c.xml", copy(&xml_1, "R1005-0007"))];
    assert_eq!(found(&[&[("a.xml", xml_1)][..], &others].concat()), expected);
}
