//! `avstem init` from outside: the configuration that it writes for exports in many dialects gives the report that the
//! canonical form of the same data gives.

mod harness;

use harness::{Case, Ran, rows};

/// Order, line, article, quantity, gross, VAT and day, in minor units.
const ORDERS: [(&str, &str, &str, i64, i64, i64, &str); 6] = [
    ("1001", "1", "A-17", 1, 123_450, 24_690, "2026-03-02"),
    ("1001", "2", "B-2", 2, 9_900, 1_980, "2026-03-02"),
    ("1002", "1", "A-17", 1, 123_450, 24_690, "2026-03-14"),
    ("1003", "1", "C", 10, 1_000_000, 200_000, "2026-03-15"),
    ("1004", "1", "B-2", 1, 4_950, 990, "2026-03-15"),
    ("1005", "1", "C", 3, 300_000, 60_000, "2026-03-16"),
];
/// Order, line, transaction, reversal or not, amount, day.
const OPERATIONS: [(&str, &str, &str, bool, i64, &str); 7] = [
    ("1001", "1", "9001", false, 123_450, "2026-03-03"),
    ("1001", "2", "9001", false, 9_900, "2026-03-03"),
    ("1002", "1", "9002", false, 123_450, "2026-03-15"),
    ("1003", "1", "9003", false, 900_000, "2026-03-16"),
    ("1005", "1", "9005", false, 300_000, "2026-03-17"),
    ("1002", "1", "9006", true, 123_450, "2026-03-18"),
    ("1009", "1", "9007", false, 1_250, "2026-03-18"),
];
/// Batch, transaction, gross, fee, day.
const SETTLEMENTS: [(&str, &str, i64, i64, &str); 5] = [
    ("77", "9001", 133_350, 2_000, "2026-03-05"),
    ("77", "9002", 123_450, 1_852, "2026-03-17"),
    ("78", "9003", 900_500, 13_500, "2026-03-18"),
    ("78", "9006", -123_450, 0, "2026-03-20"),
    ("78", "9999", 5_000, 75, "2026-03-20"),
];

/// How one shop writes.
#[derive(Debug, Clone, Copy)]
struct Dialect {
    language: usize,
    encoding: usize,
    delimiter: u8,
    /// Decimal sign and what groups digits.
    number: (char, &'static str),
    /// How a negative number is written.
    minus: usize,
    date: usize,
    /// Whether captures and reversals stand in one file, told by a word.
    is_mixed: bool,
    /// Whether fees are negative.
    is_signed_fee: bool,
    /// Whether lines stand before the header.
    has_title: bool,
}

const ENCODINGS: usize = 7;
const NUMBERS: [(char, &str); 6] = [(',', " "), (',', "\u{a0}"), (',', "."), ('.', ","), ('.', ""), (',', "")];
const DATES: usize = 9;

fn amount(dialect: Dialect, minor: i64) -> String {
    let (sign, group) = dialect.number;
    let digits = (minor.abs() / 100).to_string();
    let mut whole = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            whole.push_str(group);
        }
        whole.push(digit);
    }
    let size = format!("{whole}{sign}{:02}", minor.abs() % 100);
    match (minor < 0, dialect.minus % 4) {
        (false, _) => size,
        (true, 0) => format!("-{size}"),
        (true, 1) => format!("{size}-"),
        (true, 2) if dialect.encoding % ENCODINGS == 2 => format!("-{size}"),
        (true, 2) => format!("\u{2212}{size}"),
        _ => format!("({size})"),
    }
}

fn date(dialect: Dialect, day: &str) -> String {
    let part = |range: std::ops::Range<usize>| day.get(range).unwrap();
    let (year, month, day) = (part(0..4), part(5..7), part(8..10));
    // Only March occurs.
    let name = ["mars", "mars", "marts", "March"][dialect.language];
    match dialect.date % DATES {
        0 => format!("{year}-{month}-{day}"),
        1 => format!("{day}.{month}.{year}"),
        2 => format!("{day}/{month}/{year}"),
        3 => format!("{month}/{day}/{year}"),
        4 => format!("{day}-{month}-{year} 00:00"),
        5 => format!("{year}{month}{day}"),
        6 => format!("{}. {name} {year}", day.trim_start_matches('0')),
        7 => format!("{}-{}-{year}", day, name.get(..3).unwrap()),
        _ => format!("{year}/{month}/{day} 00.00"),
    }
}

fn bytes(dialect: Dialect, table: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(dialect.delimiter).flexible(true).from_writer(Vec::new());
    if dialect.has_title {
        writer.write_record(["Export", ""]).unwrap();
    }
    for row in table {
        writer.write_record(row).unwrap();
    }
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    let utf_16 = |text: &str, of: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(of).collect();
    match dialect.encoding % ENCODINGS {
        0 => text.into_bytes(),
        1 => format!("\u{feff}{text}").into_bytes(),
        2 => text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect(),
        3 => utf_16(&format!("\u{feff}{text}"), u16::to_le_bytes),
        4 => utf_16(&format!("\u{feff}{text}"), u16::to_be_bytes),
        5 => utf_16(&text, u16::to_le_bytes),
        _ => utf_16(&text, u16::to_be_bytes),
    }
}

fn headers(list: &[&str; 4], dialect: Dialect) -> Vec<String> {
    list[dialect.language].split(',').map(str::to_owned).collect()
}

const ORDER_HEADERS: [&str; 4] = [
    "Ordernr,Radnr,Artikelnr,Antal,Radbelopp inkl. moms,Moms,Valuta,Orderdatum,Kund",
    "Ordrenummer,Linje,Varenummer,Antall,Beløp inkl. mva,Mva,Valuta,Ordredato,Kunde",
    "Ordrenr,Ordrelinje,Varenr,Antal,Beløb inkl. moms,Momsbeløb,Valuta,Bestillingsdato,Kundenavn",
    "Order number,Line no.,SKU,Quantity,Line total incl. VAT,VAT amount,Currency,Order date,Customer name",
];
const OPERATION_HEADERS: [&str; 4] = [
    "Ordernr,Radnr,Transaktionsnr,Belopp,Valuta,Transaktionsdatum,Typ",
    "Ordrenummer,Linje,Transaksjonsnummer,Beløp,Valuta,Transaksjonsdato,Type",
    "Ordrenr,Ordrelinje,Transaktionsnummer,Beløb,Valuta,Transaktionsdato,Transaktionstype",
    "Order number,Line no.,Transaction number,Amount,Currency,Transaction date,Transaction type",
];
const SETTLEMENT_HEADERS: [&str; 4] = [
    "Avstämningsnummer,Transaktionsnr,Typ,Bruttobelopp,Avgift,Nettobelopp,Valuta,Bokföringsdag",
    "Avstemmingsnummer,Transaksjonsnummer,Type,Bruttobeløp,Gebyr,Utbetalt beløp,Valuta,Oppgjørsdato",
    "Bundtnr,Transaktionsnummer,Type,Bruttobeløb,Gebyr,Nettobeløb,Valuta,Afregningsdato",
    "Reconciliation number,Transaction number,Type,Gross amount,Fee,Net amount,Currency,Settlement date",
];
const KINDS: [[&str; 2]; 4] = [["Köp", "Retur"], ["Salg", "Refusjon"], ["Køb", "Kreditering"], ["Capture", "Refund"]];
const NAMES: [[&str; 4]; 4] = [
    ["ordrar", "debiteringar", "returer", "avräkning"],
    ["ordrer", "belastninger", "refusjoner", "oppgjør"],
    ["ordrer", "captures", "krediteringer", "afregning"],
    ["orders", "captures", "refunds", "settlements"],
];

/// The month as a shop and a provider write it: names and contents.
fn exports(dialect: Dialect) -> Vec<(String, Vec<u8>)> {
    let text = |text: &str| text.to_owned();
    let kind = |is_reversal: bool| KINDS[dialect.language][usize::from(is_reversal)].to_owned();
    let mut orders = vec![headers(&ORDER_HEADERS, dialect)];
    for (order, line, item, quantity, gross, vat, day) in ORDERS {
        let (gross, vat) = (amount(dialect, gross), amount(dialect, vat));
        let customer = "Åsa Öst; \"Å\"".to_owned();
        orders.push(vec![
            text(order),
            text(line),
            text(item),
            quantity.to_string(),
            gross,
            vat,
            text("SEK"),
            date(dialect, day),
            customer,
        ]);
    }
    let operation = |(order, line, number, is_reversal, minor, day): (&str, &str, &str, bool, i64, &str)| {
        let size = if is_reversal && dialect.minus > 0 { -minor } else { minor };
        vec![
            text(order),
            text(line),
            text(number),
            amount(dialect, size),
            text("SEK"),
            date(dialect, day),
            kind(is_reversal),
        ]
    };
    let mut settlements = vec![headers(&SETTLEMENT_HEADERS, dialect)];
    for (batch, number, gross, fee, day) in SETTLEMENTS {
        let signed = if dialect.is_signed_fee { -fee } else { fee };
        let amounts = [gross, signed, gross - fee].map(|minor| amount(dialect, minor));
        let mut row = vec![text(batch), text(number), kind(gross < 0)];
        row.extend(amounts);
        row.extend([text("SEK"), date(dialect, day)]);
        settlements.push(row);
    }
    let names = NAMES[dialect.language];
    let mut files = vec![(format!("{}-2026-03.csv", names[0]), bytes(dialect, &orders))];
    let table = |wanted: &dyn Fn(bool) -> bool| {
        let rows = OPERATIONS.into_iter().filter(|(_, _, _, is_reversal, ..)| wanted(*is_reversal)).map(operation);
        std::iter::once(headers(&OPERATION_HEADERS, dialect)).chain(rows).collect::<Vec<_>>()
    };
    if dialect.is_mixed {
        files.push(("transaktioner.csv".to_owned(), bytes(dialect, &table(&|_| true))));
    } else {
        files.push((format!("{}.csv", names[1]), bytes(dialect, &table(&|is_reversal| !is_reversal))));
        files.push((format!("{}.csv", names[2]), bytes(dialect, &table(&|is_reversal| is_reversal))));
    }
    files.push((format!("{}.csv", names[3]), bytes(dialect, &settlements)));
    files
}

/// The report without the names of files: discrepancies, batches, and what it says.
fn report(ran: &Ran) -> (Vec<Vec<String>>, Vec<Vec<String>>, String) {
    let table = ran.bytes("avstem-out/discrepancies.csv");
    let mut discrepancies = rows(&table);
    let header = String::from_utf8(table).unwrap().lines().next().unwrap().to_owned();
    let keep: Vec<bool> = header.split(',').map(|name| !["sources", "hint_key"].contains(&name)).collect();
    for row in &mut discrepancies {
        let mut keep = keep.iter();
        row.retain(|_| *keep.next().unwrap());
    }
    (discrepancies, rows(&ran.bytes("avstem-out/batches.csv")), ran.stdout.clone())
}

fn canonical() -> (Vec<Vec<String>>, Vec<Vec<String>>, String) {
    let mut orders = "order_id,line_id,item_id,quantity,gross_amount,vat_amount,currency,created_at\n".to_owned();
    for (order, line, item, quantity, gross, vat, day) in ORDERS {
        orders.push_str(&format!("{order},{line},{item},{quantity},{gross},{vat},SEK,{day}\n"));
    }
    let operations = |wanted: bool| {
        let mut text = "order_id,line_id,transaction_number,amount,currency,created_at\n".to_owned();
        for (order, line, number, is_reversal, minor, day) in OPERATIONS {
            if is_reversal == wanted {
                text.push_str(&format!("{order},{line},{number},{minor},SEK,{day}\n"));
            }
        }
        text
    };
    let mut settlements =
        "reconciliation_number,transaction_number,kind,gross_amount,fee_amount,net_amount,currency,settled_at\n"
            .to_owned();
    for (batch, number, gross, fee, day) in SETTLEMENTS {
        let kind = if gross < 0 { "reversal" } else { "capture" };
        settlements.push_str(&format!("{batch},{number},{kind},{gross},{fee},{},SEK,{day}\n", gross - fee));
    }
    let ran = Case::new()
        .args("run --orders o.csv --captures c.csv --reversals r.csv --settlements s.csv --as-of 2026-03-31")
        .file("o.csv", orders)
        .file("c.csv", operations(false))
        .file("r.csv", operations(true))
        .file("s.csv", settlements)
        .any_stdout()
        .status(1)
        .run();
    report(&ran)
}

#[test]
fn a_month_in_many_dialects_is_proposed_and_runs_as_its_canonical_form() {
    let expected = canonical();
    assert!(expected.0.len() > 5, "there is something to find");
    for number in 0..28_usize {
        let dialect = Dialect {
            language: number % 4,
            encoding: number % ENCODINGS,
            delimiter: [b';', b'\t', b',', b'|'][(number / 2) % 4],
            number: NUMBERS[number % NUMBERS.len()],
            minus: (number / 3) % 4,
            date: number % DATES,
            is_mixed: number % 3 == 1,
            is_signed_fee: number % 2 == 1,
            has_title: number % 5 == 2,
        };
        let mut case = Case::new().args("init . --out avstem.toml").any_stdout();
        for (name, content) in exports(dialect) {
            case = case.file(&name, content);
        }
        let ran = case.run();
        let written = ran.text("avstem.toml");
        assert!(ran.stdout.ends_with(" 0 TODO to answer\n"), "{dialect:?}\n{written}");
        assert!(!written.contains("Åsa"), "{written}");
        let config = "run --config avstem.toml --as-of 2026-03-31";
        let ran = Case::after(ran).args(config).any_stdout().status(1).run();
        assert_eq!(report(&ran), expected, "{dialect:?}\n{written}");
    }
}

#[test]
fn a_file_is_not_replaced_unless_that_is_asked_for() {
    let captures = "order_id,amount,currency,created_at\nA,100,SEK,2026-03-01\n";
    let said = "avstem.toml: 1 source, 1 guess to confirm, 0 TODO to answer\n";
    let case = || Case::new().args("init captures.csv --out avstem.toml").file("captures.csv", captures);
    let ran = case().stdout(said).run();
    assert_eq!(ran.names(""), ["avstem.toml", "captures.csv"]);
    let refused = "avstem: error: avstem.toml: there is a file already\n  help: give another name with --out, or --force to replace it\n";
    case().file("avstem.toml", "mine").stops(refused);
    let ran = case().arg("--force").file("avstem.toml", "mine").stdout(said).run();
    assert!(ran.text("avstem.toml").starts_with("# A proposal of `avstem init`"));
    // The folder of a report is no place for a configuration.
    let ran = Case::new()
        .args("init captures.csv")
        .variable("AVSTEM_OUT", "captures.csv")
        .file("captures.csv", captures)
        .any_stdout()
        .run();
    assert!(ran.stdout.contains("[[source]]\npath = \"captures.csv\"\n"));
    Case::new().args("init nothing.csv").stops("avstem: error: nothing.csv: no such file or folder\n");
    Case::new()
        .args("init a.csv")
        .file("a.csv", "")
        .stops("avstem: error: a.csv: the file is empty\n  help: a file without rows still has its header\n");
}

#[test]
fn paths_are_relative_to_the_configuration_and_globs_take_the_next_month() {
    let month = |day: &str| format!("Ordernr;Radnr;Belopp;Valuta;Orderdatum\n{day};1;12,50;SEK;2026-03-{day}\n");
    let ran = Case::new()
        .args("init exports --out conf/avstem.toml")
        .folder("conf")
        .file("exports/orders-01.csv", month("01"))
        .file("exports/orders-02.csv", month("02"))
        .any_stdout()
        .run();
    assert!(
        ran.text("conf/avstem.toml").contains("path = \"../exports/orders-*.csv\"\n"),
        "{}",
        ran.text("conf/avstem.toml")
    );
    let table = "\
file                      format                        dataset  provider  state  rows  rejected  sum        stated totals
../exports/orders-01.csv  profile orders (utf-8, ;)  orders   default   read      1         0  SEK 12.50  -
../exports/orders-02.csv  profile orders (utf-8, ;)  orders   default   read      1         0  SEK 12.50  -
../exports/orders-03.csv  profile orders (utf-8, ;)  orders   default   read      1         0  SEK 12.50  -
";
    let case = Case::after(ran).file("exports/orders-03.csv", month("03")).args("check --config conf/avstem.toml");
    case.stdout(&table.replace("format                   ", "format                ")).run();
}
