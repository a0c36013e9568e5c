//! One month in eight dialects gives one and the same report: canonical CSV, the transaction list as XML of both
//! versions and as a workbook, Windows-1252 with semicolons and decimal commas, UTF-16 with tabs, NDJSON, Parquet.

#![cfg(feature = "parquet")]

mod harness;

use std::fmt::Write as _;

use harness::{Case, Ran};

/// A table: its header and its rows.
struct Table {
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

struct Month {
    orders: Table,
    captures: Table,
    reversals: Table,
    settlements: Table,
}

const ORDERS: &[&str] = &["order_id", "line_id", "gross_amount", "currency", "created_at", "vat_amount", "description"];
const OPERATIONS: &[&str] = &[
    "order_id",
    "line_id",
    "amount",
    "currency",
    "created_at",
    "transaction_number",
    "payee_reference",
    "reconciliation_number",
    "state",
];
const SETTLEMENTS: &[&str] = &[
    "gross_amount",
    "currency",
    "settlement_id",
    "reconciliation_number",
    "transaction_number",
    "payee_reference",
    "created_at",
    "settled_at",
];

fn row(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|field| (*field).to_owned()).collect()
}

/// A month of 240 orders with a fault of some kind on every tenth.
fn month() -> Month {
    let (mut orders, mut captures, mut reversals, mut settlements) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for number in 1_i64..=240 {
        let order = format!("{}", 5000 + number);
        let gross = 10_000 + number * 137;
        let day = format!("2026-09-{:02} 12:{:02}:00", 1 + number % 28, number % 60);
        let settled = format!("2026-09-{:02} 23:59:59", 1 + number % 28);
        let batch = format!("{}", 739_860 + number % 28);
        let (transaction, reference) = (format!("{}", 40_000_000_000 + number), format!("P{number:05}"));
        let fault = (number % 10 == 0).then_some(number / 10 % 6);
        let (vat, name) = (
            (gross / 5).to_string(),
            ["Räksmörgås; stor", "Blåbærsyltetøy", "Kopp", "Smør, 500 g"][(number % 4) as usize],
        );
        orders.push(row(&[&order, "1", &gross.to_string(), "SEK", &day, &vat, name]));
        let captured = if fault == Some(0) { gross - 100 } else { gross };
        let state = if fault == Some(1) { "Failed" } else { "Completed" };
        captures.push(row(&[&order, "1", &captured.to_string(), "SEK", &day, &transaction, &reference, &batch, state]));
        let mut settle = |gross: i64, transaction: &str, reference: &str| {
            let gross = gross.to_string();
            settlements.push(row(&[&gross, "SEK", "R77-0001", &batch, transaction, reference, &day, &settled]));
        };
        match fault {
            Some(2) => {}
            Some(3) => settle(captured - 1, &transaction, &reference),
            Some(4) => {
                settle(captured, &transaction, &reference);
                settle(captured, &transaction, &reference);
            }
            Some(5) => settle(captured, &format!("{}", 50_000_000_000 + number), &format!("Q{number:05}")),
            _ => settle(captured, &transaction, &reference),
        }
        if number % 7 == 0 {
            let (transaction, reference) = (format!("{}", 60_000_000_000 + number), format!("R{number:05}"));
            reversals.push(row(&[&order, "1", "2500", "SEK", &day, &transaction, &reference, &batch, "Completed"]));
            settle(-2500, &transaction, &reference);
        }
    }
    Month {
        orders: Table { columns: ORDERS, rows: orders },
        captures: Table { columns: OPERATIONS, rows: captures },
        reversals: Table { columns: OPERATIONS, rows: reversals },
        settlements: Table { columns: SETTLEMENTS, rows: settlements },
    }
}

impl Month {
    fn tables(&self) -> [(&'static str, &Table); 4] {
        [
            ("orders", &self.orders),
            ("captures", &self.captures),
            ("reversals", &self.reversals),
            ("settlements", &self.settlements),
        ]
    }
}

fn quoted(field: &str, delimiter: &str) -> String {
    if field.contains(delimiter) || field.contains('"') { format!("\"{field}\"") } else { field.to_owned() }
}

fn csv(table: &Table) -> String {
    let mut text = table.columns.join(",") + "\n";
    for row in &table.rows {
        text += &(row.iter().map(|field| quoted(field, ",")).collect::<Vec<_>>().join(",") + "\n");
    }
    text
}

/// `1 234,50` of 123450.
fn with_comma(minor: &str, group: &str) -> String {
    let minor: i64 = minor.parse().unwrap();
    let (whole, cents) = ((minor / 100).abs().to_string(), (minor % 100).abs());
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped += group;
        }
        grouped.push(digit);
    }
    format!("{}{grouped},{cents:02}", if minor < 0 { "-" } else { "" })
}

/// `123.45` of 12345.
fn with_point(minor: &str) -> String {
    let minor: i64 = minor.parse().unwrap();
    format!("{}{}.{:02}", if minor < 0 { "-" } else { "" }, (minor / 100).abs(), (minor % 100).abs())
}

fn is_amount(column: &str) -> bool {
    ["gross_amount", "amount", "vat_amount"].contains(&column)
}

/// Column names of a Swedish shop.
fn swedish(column: &str) -> &str {
    match column {
        "order_id" => "Ordernr",
        "line_id" => "Radnr",
        "gross_amount" | "amount" => "Belopp",
        "currency" => "Valuta",
        "created_at" => "Datum",
        "vat_amount" => "Moms",
        "description" => "Benämning",
        "transaction_number" => "Transaktionsnr",
        "payee_reference" => "Referens",
        "reconciliation_number" => "Avstämningsnr",
        "state" => "Läge",
        "settlement_id" => "Avräkning",
        "settled_at" => "Avräknad",
        other => other,
    }
}

/// A profile and the columns it maps.
fn profile(name: &str, table: &Table, keys: &str) -> String {
    let columns: Vec<String> =
        table.columns.iter().map(|column| format!("{column} = \"{}\"", swedish(column))).collect();
    format!("[profiles.{name}]\n{keys}columns = {{ {} }}\n", columns.join(", "))
}

/// `dd.mm.yyyy HH:MM:SS` of a canonical time.
fn nordic_day(text: &str) -> String {
    let (day, time) = text.split_once(' ').unwrap();
    let [year, month, day]: [&str; 3] = day.split('-').collect::<Vec<_>>().try_into().unwrap();
    format!("{day}.{month}.{year} {time}")
}

fn dialect(table: &Table, delimiter: &str, group: &str) -> String {
    let mut text = table.columns.iter().map(|column| swedish(column)).collect::<Vec<_>>().join(delimiter) + "\r\n";
    for row in &table.rows {
        let fields = table.columns.iter().zip(row).map(|(column, field)| match *column {
            column if is_amount(column) => with_comma(field, group),
            "created_at" | "settled_at" => nordic_day(field),
            _ => quoted(field, delimiter),
        });
        text += &(fields.collect::<Vec<_>>().join(delimiter) + "\r\n");
    }
    text
}

const SOURCE: &str = "[[source]]\nprovider = \"swedbank_pay\"\n";

fn source(path: &str, more: &str) -> String {
    format!("{SOURCE}path = \"{path}\"\n{more}")
}

fn run(case: Case, config: &str) -> Ran {
    case.file("avstem.toml", config)
        .args("run --quiet --config avstem.toml --as-of 2026-10-31 --matches --out out --reports parquet")
        .any_stdout()
        .status(1)
        .run()
}

/// What must be the same: all findings but for where they stand, the batches, the matches.
fn report(ran: &Ran) -> String {
    let findings = harness::rows(&ran.bytes("out/discrepancies.csv"));
    assert!(findings.len() > 20, "the month has faults");
    // The places of rows, in `sources` and `hint_key`, are those of other files.
    let text = |row: &Vec<String>| row[..19].join("|") + "|" + &row[20] + "\n";
    let without_sources = findings.iter().map(text).collect::<String>();
    without_sources + &ran.text("out/batches.csv")
}

fn canonical_sources(except: &str) -> String {
    ["orders", "captures", "reversals", "settlements"]
        .iter()
        .filter(|name| **name != except)
        .map(|name| source(&format!("{name}.csv"), &format!("dataset = \"{name}\"\n")))
        .collect()
}

fn canonical(month: &Month) -> Case {
    month.tables().into_iter().fold(Case::new(), |case, (name, table)| case.file(&format!("{name}.csv"), csv(table)))
}

struct Totals {
    debits: usize,
    credits: usize,
    sum: String,
}

fn totals(table: &Table) -> Totals {
    let amounts: Vec<i64> = table.rows.iter().map(|row| row[0].parse().unwrap()).collect();
    let credits = amounts.iter().filter(|amount| **amount < 0).count();
    let sum = with_point(&amounts.iter().sum::<i64>().to_string());
    Totals { debits: amounts.len() - credits, credits, sum }
}

fn list_v2(table: &Table) -> String {
    let Totals { debits, credits, sum } = totals(table);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<SalesAccountedTransactions \
         xmlns=\"http://www.payex.com/xml/SalesAccountedTransactions%5B2.0%5D.xsd\" AccountingNo=\"R77-0001\" \
         TotalNoOfTransactions=\"{}\" AccountingDate=\"2026-10-01\" Version=\"2.0\">\n<Summary Subsite=\"\"><Currency \
         Currency=\"SEK\"><ServiceType ServiceType=\"Creditcard\"><Service ServiceName=\"Swish\" NoOfDebit=\"{debits}\" \
         NoOfCredit=\"{credits}\" Amount=\"{sum}\" /></ServiceType></Currency></Summary>\n<Currency Sum=\"{sum}\" \
         Currency=\"SEK\">\n",
        table.rows.len()
    );
    for row in &table.rows {
        let [gross, currency, _, batch, number, reference, created, settled] = row.as_slice() else { panic!() };
        let gross = with_point(gross);
        writeln!(
            text,
            "<Transaction TransactionIdentity=\"{reference}\" Amount=\"{gross}\" Currency=\"{currency}\" \
             DateCreated=\"{created}\" DateModified=\"{settled}\" ServiceName=\"Swish\" PayexTransactionNo=\"{number}\" \
             PayexBatchNo=\"{batch}\" />"
        )
        .unwrap();
    }
    text + "</Currency>\n</SalesAccountedTransactions>\n"
}

fn list_v1(table: &Table) -> String {
    let Totals { debits, credits, sum } = totals(table);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<SALES \
         xmlns=\"http://www.payex.com/xml/SalesAccountedTransactions.xsd\" AccountingNo=\"R77-0001\">\n<SUMMARY \
         Prefix=\"\"><CURRENCY Name=\"SEK\"><SERVICETYPE Name=\"Creditcard\"><SERVICE Name=\"Debit Card\" \
         NoOfDebet=\"{debits}\" NoOfCredit=\"{credits}\" Amount=\"{sum}\" /></SERVICETYPE></CURRENCY></SUMMARY>\n\
         <CURRENCY Sum=\"{sum}\" Name=\"SEK\">\n"
    );
    for row in &table.rows {
        let [gross, _, _, batch, number, reference, created, settled] = row.as_slice() else { panic!() };
        let gross = with_point(gross);
        writeln!(
            text,
            "<TRAN PayexBatchNo=\"{batch}\" TransactionNo=\"{number}\" OrderId=\"{reference}\" DateCreated=\"{created}\" \
             DateModified=\"{settled}\" Provider=\"NETS\" Type=\"Debit Card\" Amount=\"{gross}\" />"
        )
        .unwrap();
    }
    text + "</CURRENCY>\n</SALES>\n"
}

fn list_workbook(table: &Table) -> Vec<u8> {
    let Totals { debits, credits, sum } = totals(table);
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    let number = |text: &str| text.parse::<f64>().unwrap();
    let head = [
        "ContractingParty",
        "AccountingNo",
        "TotalNoOfTransactions",
        "AccountingDate",
        "ExternalMerchantId",
        "Version",
    ];
    sheet.write_row(0, 0, head).unwrap();
    sheet.write_row(1, 0, ["PayEx Sverige AB", "R77-0001"]).unwrap();
    sheet.write_number(1, 2, table.rows.len() as f64).unwrap();
    sheet.write_string(1, 3, "2026-10-01").unwrap();
    sheet.write_string(1, 5, "2.0").unwrap();
    let summary = [
        "Subsite",
        "SubsiteDescription",
        "Currency",
        "ServiceType",
        "ServiceName",
        "NoOfDebit",
        "NoOfCredit",
        "Amount",
        "FromDate",
        "ToDate",
    ];
    sheet.write_row(3, 0, summary).unwrap();
    sheet.write_row(4, 2, ["SEK", "Creditcard", "Swish"]).unwrap();
    sheet.write_row(4, 5, [debits as f64, credits as f64, number(&sum)]).unwrap();
    let body = [
        "PayExAccountNo",
        "OrderIdentity",
        "TransactionIdentity",
        "Amount",
        "Currency",
        "VATAmount",
        "VatPercentage",
        "DateCreated",
        "DateModified",
        "ServiceName",
        "Provider",
        "PayexTransactionNo",
        "PayexBatchNo",
        "Subsite",
        "SubsiteDescription",
        "ReferencedTransaction",
        "ExternalTransactionReference",
        "CreditCardBatchNo",
        "Description",
        "ProductCategory",
        "SalesChannel",
        "Brand",
        "PointOfSale",
    ];
    sheet.write_row(7, 0, body).unwrap();
    for (place, row) in (8_u32..).zip(&table.rows) {
        let [gross, currency, _, batch, transaction, reference, created, settled] = row.as_slice() else { panic!() };
        sheet.write_number(place, 0, 40_000_001.0).unwrap();
        sheet.write_string(place, 2, reference).unwrap();
        sheet.write_number(place, 3, number(&with_point(gross))).unwrap();
        sheet.write_string(place, 4, currency).unwrap();
        sheet.write_string(place, 7, created).unwrap();
        sheet.write_string(place, 8, settled).unwrap();
        sheet.write_string(place, 9, "Swish").unwrap();
        sheet.write_number(place, 11, number(transaction)).unwrap();
        sheet.write_number(place, 12, number(batch)).unwrap();
    }
    workbook.save_to_buffer().unwrap()
}

fn ndjson(table: &Table) -> String {
    let mut text = String::new();
    for row in &table.rows {
        let fields = table.columns.iter().zip(row).map(|(column, field)| {
            if is_amount(column) { format!("\"{column}\":{field}") } else { format!("\"{column}\":\"{field}\"") }
        });
        writeln!(text, "{{{}}}", fields.collect::<Vec<_>>().join(",")).unwrap();
    }
    text
}

/// Text to the bytes of an encoding.
type Encode<'a> = &'a dyn Fn(&str) -> Vec<u8>;

#[test]
fn one_month_in_eight_dialects_gives_one_report() {
    let month = month();
    let expected = run(canonical(&month), &canonical_sources(""));
    let same = |name: &str, ran: &Ran| assert_eq!(report(ran), report(&expected), "{name}");

    for (name, file, bytes) in [
        ("transaction list 2.0 as XML", "list.xml", list_v2(&month.settlements).into_bytes()),
        ("transaction list 1.0 as XML", "list.xml", list_v1(&month.settlements).into_bytes()),
        ("transaction list 2.0 as a workbook", "list.xlsx", list_workbook(&month.settlements)),
    ] {
        let config = canonical_sources("settlements") + &source(file, "");
        same(name, &run(canonical(&month).file(file, bytes), &config));
    }

    let swedish_keys = "delimiter = \";\"\nencoding = \"windows-1252\"\ndecimal = \",\"\ngrouping = \"space\"\n\
        amount_unit = \"major\"\ndate_format = \"%d.%m.%Y %H:%M:%S\"\n";
    let tabs_keys = "delimiter = \"\\t\"\nencoding = \"utf-16\"\ndecimal = \",\"\ngrouping = \".\"\n\
        amount_unit = \"major\"\ndate_format = \"%d.%m.%Y %H:%M:%S\"\n";
    let windows_1252 = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let utf_16 = |text: &str| -> Vec<u8> {
        [0xFEFF_u16].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let encodings: [(&str, &str, &str, &str, Encode<'_>); 2] = [
        ("Windows-1252, semicolons and decimal commas", swedish_keys, ";", "\u{a0}", &windows_1252),
        ("UTF-16 with tabs", tabs_keys, "\t", ".", &utf_16),
    ];
    for (name, keys, delimiter, group, encode) in encodings {
        let (mut case, mut config, mut profiles) = (Case::new(), String::new(), String::new());
        for (dataset, table) in month.tables() {
            let file = format!("{dataset}.txt");
            case = case.file(&file, encode(&dialect(table, delimiter, group)));
            config += &source(&file, &format!("dataset = \"{dataset}\"\nprofile = \"{dataset}\"\n"));
            profiles += &profile(dataset, table, keys);
        }
        same(name, &run(case, &(config + &profiles)));
    }

    let (mut case, mut config) = (Case::new(), String::new());
    for (dataset, table) in month.tables() {
        case = case.file(&format!("{dataset}.json"), ndjson(table));
        config += &source(&format!("{dataset}.json"), &format!("dataset = \"{dataset}\"\n"));
    }
    same("NDJSON", &run(case, &config));

    let (mut case, mut config) = (Case::new(), String::new());
    for (dataset, _) in month.tables() {
        case = case.file(&format!("{dataset}.parquet"), expected.bytes(&format!("out/{dataset}.parquet")));
        config += &source(&format!("{dataset}.parquet"), "");
    }
    same("Parquet", &run(case, &config));
}
