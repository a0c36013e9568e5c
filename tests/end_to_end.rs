//! The program from outside: what it says, what it leaves and how it ends, silence included.

mod harness;

use std::io::Write;

use harness::Case;

const ORDERS: &str =
    "order_id,line_id,gross_amount,currency,created_at\nA,1,10000,SEK,2026-03-02\nB,1,5000,EUR,2026-03-02\n";
const CAPTURES: &str =
    "order_id,line_id,amount,currency,created_at,operation_id\nA,1,10000,SEK,2026-03-02,X\nB,1,5000,EUR,2026-03-02,Y\n";
const SETTLEMENTS: &str = "operation_id,gross_amount,currency\nX,10000,SEK\nY,5000,EUR\n";
const MATCHED: &str = "no discrepancies\n\ncontrol totals: 2 order lines, 2 captures, 2 settlement rows read = \
    0 rejected + 0 repeated + 0 superseded + 6 accepted: close\nreport: avstem-out\n";
const RUN: &str = "run --as-of 2026-03-31 --orders orders.csv --captures captures.csv --settlements settlements.csv";

/// A run over two orders on which everything is right.
fn day() -> Case {
    Case::new().args(RUN).file("orders.csv", ORDERS).file("captures.csv", CAPTURES).file("settlements.csv", SETTLEMENTS)
}

fn gzip(plain: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zstd(plain: &str) -> Vec<u8> {
    zstd::encode_all(plain.as_bytes(), 3).unwrap()
}

/// Rows that do not compress away, so that a compressed file can be cut off.
fn many_captures() -> String {
    let mut text = "order_id,line_id,amount,currency,created_at,operation_id\n".to_owned();
    for number in 0_u64..4_000 {
        let id = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        text.push_str(&format!("A,1,{},SEK,2026-03-02,{id:x}\n", number % 997));
    }
    text
}

#[test]
fn a_day_on_which_everything_is_right() {
    let ran = day().arg("--matches").stdout(MATCHED).run();
    let files = ["batches.csv", "discrepancies.csv", "matches.csv", "rejects.csv", "summary.json"];
    assert_eq!(ran.names("avstem-out"), files);
    assert_eq!(harness::rows(&ran.bytes("avstem-out/discrepancies.csv")), Vec::<Vec<String>>::new());
    assert_eq!(ran.text("avstem-out/batches.csv").lines().nth(1), Some("default,,EUR,1,5000,1,5000,0,5000,0,0,,0"));
    let ran = Case::after(ran)
        .args("verify avstem-out")
        .stdout("avstem-out: proved from its 5 files: 0 findings, 2 batches\n")
        .run();
    // The same again replaces the report as a whole; without --matches its file is gone.
    let ran = Case::after(ran).args(RUN).stdout(MATCHED).run();
    assert_eq!(ran.names("avstem-out"), ["batches.csv", "discrepancies.csv", "rejects.csv", "summary.json"]);
}

#[test]
fn open_discrepancies_end_with_1_and_pending_ones_with_0() {
    let orders = format!("{ORDERS}C,1,7000,SEK,2026-03-24\n");
    let day = |args: &str| {
        Case::new()
            .args(args)
            .file("orders.csv", &orders)
            .file("captures.csv", CAPTURES)
            .file("settlements.csv", SETTLEMENTS)
    };
    let totals = "control totals: 3 order lines, 2 captures, 2 settlement rows read = 0 rejected + 0 repeated + 0 superseded + \
                  7 accepted: close\nreport: avstem-out\n";
    let pending = format!(
        "code             status   currency  findings  difference\nline-uncaptured  pending  SEK              1      -70.00\n\n{totals}"
    );
    let open = format!(
        "code             status  currency  findings  difference\nline-uncaptured  open    SEK              1      -70.00\n\n{totals}"
    );
    day(RUN).stdout(&pending).status(0).run();
    day(&RUN.replace("03-31", "04-01")).stdout(&open).status(1).run();
    day(RUN).args("--capture-days 6").stdout(&open).status(1).run();
    day(RUN).variable("AVSTEM_CAPTURE_DAYS", "6").stdout(&open).status(1).run();
}

#[test]
fn what_standard_output_shows() {
    day().arg("--quiet").run();
    let json = day().args("--format json").any_stdout().run();
    let shown: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let written: serde_json::Value = serde_json::from_slice(&json.bytes("avstem-out/summary.json")).unwrap();
    // The written one also holds the hashes of the files beside it.
    for (key, value) in shown.as_object().unwrap().iter().filter(|(key, _)| *key != "files") {
        assert_eq!(value, &written[key], "{key}");
    }
    day().args("--format json --quiet").run();
    day()
        .args("--verbose --threads 3 --memory 1MiB")
        .stdout(MATCHED)
        .stderr(
            "avstem: note: as of 2026-03-31 in Europe/Stockholm; pending for 7 days until captured, 5 days until settled; provider default \
             where none is named\n\
             avstem: note: input orders.csv (orders)\n\
             avstem: note: input captures.csv (captures)\n\
             avstem: note: input settlements.csv (settlements)\n\
             avstem: note: not checked: batch-missing: no file of captures has the column reconciliation_number\n\
             avstem: note: not checked: file-gap: no file of settlements has the column settlement_id\n\
             avstem: note: not checked: file-missing: the configuration expects no file\n\
             avstem: note: not checked: file-net: no file of settlements has the column fee_amount\n\
             avstem: note: not checked: file-net: no file of settlements has the column net_amount\n\
             avstem: note: not checked: items-total: no file of captures has the column operation_amount\n\
             avstem: note: not checked: line-vat: no file of captures has the column vat_amount\n\
             avstem: note: not checked: line-vat: no file of orders has the column vat_amount\n\
             avstem: note: not checked: order-remaining-capture: no file of orders has the column order_amount\n\
             avstem: note: not checked: order-remaining-capture: no file of orders has the column remaining_capture_amount\n\
             avstem: note: not checked: order-remaining-reversal: no file of orders has the column remaining_reversal_amount\n\
             avstem: note: not checked: order-total: no file of orders has the column order_amount\n\
             avstem: note: not checked: reference-reused: no file of captures has the column payee_reference\n\
             avstem: note: not checked: vat-rate: no file of orders has the column vat_amount\n\
             avstem: note: not checked: vat-rate: no file of orders has the column vat_rate\n\
             avstem: note: not checked: wrong-batch: no file of captures has the column reconciliation_number\n\
             avstem: note: not checked: wrong-batch: no file of settlements has the column reconciliation_number\n",
        )
        .run();
}

#[test]
fn every_way_to_give_a_file_gives_the_same_report() {
    let expected = day().arg("--matches").stdout(MATCHED).run();
    // The name and the bytes of an input stand in the summary, and its name in the sources.
    let same = |ran: &harness::Ran| {
        for table in ["discrepancies.csv", "batches.csv", "rejects.csv"] {
            assert_eq!(
                ran.text(&format!("avstem-out/{table}")),
                expected.text(&format!("avstem-out/{table}")),
                "{table}"
            );
        }
        let without_sources = |ran: &harness::Ran| -> Vec<Vec<String>> {
            let rows = harness::rows(&ran.bytes("avstem-out/matches.csv"));
            rows.into_iter().map(|row| row[..13].to_vec()).collect()
        };
        assert_eq!(without_sources(ran), without_sources(&expected));
    };
    let run = |inputs: &str| Case::new().args("run --as-of 2026-03-31 --matches").args(inputs).stdout(MATCHED);
    same(
        &run("--orders orders.csv.gz --captures captures.csv.zst --settlements s.csv")
            .file("orders.csv.gz", gzip(ORDERS))
            .file("captures.csv.zst", zstd(CAPTURES))
            .file("s.csv", SETTLEMENTS)
            .run(),
    );
    same(
        &run("--orders in/orders --captures in/cap*.csv --settlements -")
            .file("in/orders/deep/er/o.csv", ORDERS)
            .file("in/captures.csv", CAPTURES)
            .file("in/orders/.hidden", "not read")
            .stdin(SETTLEMENTS)
            .run(),
    );
    same(
        &run("--orders - --captures c.csv --settlements s.csv")
            .stdin(gzip(ORDERS))
            .file("c.csv", CAPTURES.replace('\n', "\r\n"))
            .file("s.csv", format!("\u{feff}{SETTLEMENTS}"))
            .run(),
    );
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
    };
    same(
        &run("--orders o.txt --captures c.csv --settlements s.csv")
            .file("o.txt", utf16(&ORDERS.replace(',', "\t"), u16::to_le_bytes))
            .file("c.csv", utf16(CAPTURES, u16::to_be_bytes))
            .file("s.csv", &utf16(SETTLEMENTS, u16::to_le_bytes)[2..])
            .run(),
    );
    let (header, rows) = CAPTURES.split_once('\n').unwrap();
    let (first, second) = rows.split_once('\n').unwrap();
    same(
        &run("--config avstem.toml")
            .file(
                "avstem.toml",
                "[[source]]\npath = \"o.csv\"\ndataset = \"orders\"\n[[source]]\npath = \"c\"\ndataset = \"captures\"\n\
                 [[source]]\npath = \"s*.csv\"\ndataset = \"settlements\"\n",
            )
            .args("--out avstem-out")
            .file("o.csv", ORDERS)
            .file("c/1.csv", format!("{header}\n{first}\n"))
            .file("c/2.csv", format!("{header}\n{second}"))
            .file("s.csv", SETTLEMENTS)
            .run(),
    );
}

#[test]
fn a_file_that_cannot_be_read_stops_the_run() {
    day().args("--reversals nothing.csv").stops("avstem: error: --reversals nothing.csv: no such file or folder\n");
    day()
        .args("--reversals nothing-*.csv")
        .stops("avstem: error: --reversals nothing-*.csv: no file matches this glob\n");
    day()
        .args("--reversals empty")
        .folder("empty")
        .stops("avstem: error: --reversals empty: no file in this folder (hidden ones are left out)\n");
    day()
        .args("--reversals r.csv")
        .file("r.csv", "")
        .stops("avstem: error: r.csv: the file is empty\n  help: a file without rows still has its header\n");
    day().args("--reversals r.csv").file("r.csv", "order_id,currency,created_at,belopp\n").stops(
        "avstem: error: r.csv:1: a required column is missing for reversals: amount\n  \
         help: the header has: order_id, currency, created_at, belopp\n",
    );
    day().args("--reversals r.csv").file("r.csv", "order_id;currency;created_at;amount\n").stops(
        "avstem: error: r.csv:1: required columns are missing for reversals: order_id, amount, currency, created_at\n  \
         help: the file seems to have another delimiter; canonical files have commas, a profile reads others, and `avstem init` \
         proposes one\n",
    );
    day().args("--input orders.csv").stops(
        "avstem: error: orders.csv: a CSV file does not say what it holds\n  help: give it with --orders, --captures, --reversals, \
         --settlements, --bank or --payouts, or as a [[source]] with its dataset\n",
    );
    day()
        .args("--captures -")
        .arg("--orders")
        .arg("-")
        .stops("avstem: error: - is given more than once, but standard input can be read only once\n");
}

#[test]
fn a_compressed_file_that_was_cut_off_stops_the_run() {
    let many = many_captures();
    let whole = [gzip(&many), zstd(&many)];
    for (name, bytes) in ["c.csv.gz", "c.csv.zst"].iter().zip(&whole) {
        for cut in [bytes.len() - 1, bytes.len() / 2, 20] {
            let kind = if name.ends_with("gz") { "gzip" } else { "zstd" };
            Case::new().args("run --as-of 2026-03-31 --captures").arg(name).file(name, &bytes[..cut]).stops(&format!(
                "avstem: error: {name}: the {kind} data is cut off\n  help: fetch the file again; nothing of it was used\n"
            ));
        }
    }
}

#[test]
fn what_is_typed_wrong_stops_the_run() {
    day().arg("--capturs").stops(
        "avstem: error: unexpected argument '--capturs' found\n\n  tip: a similar argument exists: '--captures'\n\n\
         Usage: avstem run --as-of <YYYY-MM-DD> --orders <PATH> --captures <PATH> --settlements <PATH>\n\n\
         For more information, try '--help'.\n",
    );
    let config = |text: &str| day().args("--config avstem.toml").file("avstem.toml", text);
    config("[rules]\nsettlement_day = 3\n").stops(
        "avstem: error: avstem.toml:2:1: unknown key `settlement_day`; the nearest known one is `settlement_days`\n \
         2 | settlement_day = 3\n   | ^^^^^^^^^^^^^^\n  \
         help: keys known here: retain_days, capture_days, settlement_days, capture_calendar, settlement_calendar, payout_days, payout_calendar, vat_tolerance, amount_tolerance, tolerance_budget\n",
    );
    config("[rules]\nsettlement_days = \"five\"\n").stops(
        "avstem: error: avstem.toml:2:19: wrong type: string \"five\", expected a whole number\n \
         2 | settlement_days = \"five\"\n   |                   ^^^^^^\n",
    );
    Case::new().args("run").stops(
        "avstem: error: no inputs\n  help: name files with --orders, --captures, --reversals, --settlements, --bank, --payouts or --input, or list them as \
         [[source]] in a file given with --config\n",
    );
}

#[test]
fn a_folder_that_is_no_report_is_refused() {
    let refused = "avstem: error: avstem-out is not an earlier report: it holds notes.txt and no summary.json; give an empty or a new \
                   folder, or move what is there away\n";
    day().file("avstem-out/notes.txt", "mine").stops(refused);
    day().folder("avstem-out").stdout(MATCHED).run();
}

#[test]
fn rejected_rows_are_listed_and_the_rest_is_reconciled() {
    let mut captures = CAPTURES.as_bytes().to_vec();
    captures.extend_from_slice(b"C,1,12.50,SEK,2026-03-02,Z\nD,1,5\nE,1,5,SEK,2026-03-02,Z,more\nF,1,5,SEK,2026-03-02,\xe5\n=1,1,5,sek,2026-03-02,\n");
    let ran = Case::new()
        .args(RUN)
        .file("orders.csv", ORDERS)
        .file("captures.csv", captures)
        .file("settlements.csv", SETTLEMENTS.replace("Y,5000", "Y,4999"))
        .stdout(
            "code            status  currency  findings  difference\nsettled-amount  open    EUR              1       -0.01\n\n\
             control totals: 2 order lines, 7 captures, 2 settlement rows read = 5 rejected + 0 repeated + 0 superseded + 6 accepted: \
             close, incomplete\nreport: avstem-out\n",
        )
        .stderr("avstem: warning: incomplete: 5 rows could not be read\n")
        .status(3)
        .run();
    let amount = "an amount is whole minor units: digits with an optional sign, nothing else";
    let currency =
        "a currency is an active ISO 4217 code in capitals; the configuration may add others in [currencies]";
    assert_eq!(
        harness::rows(&ran.bytes("avstem-out/rejects.csv")),
        [
            ["captures.csv", "4", "amount", "12.50", amount],
            ["captures.csv", "5", "", "D,1,5", "3 fields where the header has 6"],
            ["captures.csv", "6", "", "E,1,5,SEK,2026-03-02,Z,more", "7 fields where the header has 6"],
            ["captures.csv", "7", "operation_id", "\u{fffd}", "bytes that are not UTF-8"],
            ["captures.csv", "8", "currency", "sek", currency],
        ]
    );
    // Incomplete wins over open, and what is incomplete can be proved all the same.
    Case::after(ran)
        .args("verify avstem-out")
        .stdout("avstem-out: proved from its 4 files: 1 findings, 2 batches\n")
        .run();
}
