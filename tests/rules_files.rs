//! RULES sections 2 and 5: files given twice, native settlement files and their totals, nets, gaps in a series.

mod cases;

use std::io::Write;

use avstem::model::record::Dataset;
use cases::{Case, case};

/// A transaction list: id, day, stated rows and sum, and rows of amount and transaction number.
struct List<'a> {
    id: &'a str,
    day: &'a str,
    stated: Option<(u64, &'a str)>,
    service: Option<&'a str>,
    rows: &'a [(&'a str, &'a str)],
}

impl List<'_> {
    fn xml(&self) -> String {
        let rows: String = self
            .rows
            .iter()
            .map(|(number, amount)| {
                format!(
                    "<Transaction TransactionIdentity=\"ref{number}\" Amount=\"{amount}\" Currency=\"SEK\" PayexBatchNo=\"7\" \
                     PayexTransactionNo=\"{number}\" ServiceName=\"Swish\" DateCreated=\"2026-03-02 10:00:00\"/>\n"
                )
            })
            .collect();
        let (count, sum) = match self.stated {
            Some((count, sum)) => (format!(" TotalNoOfTransactions=\"{count}\""), format!(" Sum=\"{sum}\"")),
            None => (String::new(), String::new()),
        };
        let summary = self.service.map_or(String::new(), |service| {
            format!(
                "<Summary Subsite=\"\"><Currency Currency=\"SEK\"><ServiceType ServiceType=\"Direct debit\">\
                 <Service ServiceName=\"Swish\" {service}/></ServiceType></Currency></Summary>\n"
            )
        });
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<SalesAccountedTransactions AccountingNo=\"{}\"{count} \
             AccountingDate=\"{}\" Version=\"2.0\">\n{summary}<Currency Currency=\"SEK\"{sum}>\n{rows}</Currency>\n</SalesAccountedTransactions>\n",
            self.id, self.day
        )
    }
}

const ROWS: &[(&str, &str)] = &[("1", "100.00"), ("2", "-30.00")];

fn list(id: &str) -> List<'_> {
    List { id, day: "2026-03-03", stated: Some((2, "70.00")), service: None, rows: ROWS }
}

/// Captures and reversals that answer [`ROWS`], and lists as `--input` files.
fn with_lists(name: &str, lists: &[String]) -> Case {
    let books = case(name)
        .rows_of("swedbank_pay", Dataset::Captures, "transaction_number,amount,reconciliation_number", &["1,10000,7"])
        .rows_of("swedbank_pay", Dataset::Reversals, "transaction_number,amount,reconciliation_number", &["2,3000,7"]);
    lists.iter().fold(books, |case, list| case.file(None, Some("swedbank_pay"), list.as_bytes()))
}

#[test]
fn a_native_list_is_a_settlement_file() {
    with_lists("alone", &[list("R1-0001").xml()])
        .finds(&[])
        .totals("settlements", [2, 0, 0, 0, 2])
        .batches(&["7 SEK operations 2 7000, rows 2 7000, fees 0, net 7000: "]);
    let totals = with_lists("what it states", &[list("R1-0001").xml()]).run().report.summary.stated_totals;
    let totals: Vec<_> = totals.iter().map(|row| (row.what.as_str(), row.stated, row.actual, row.ties)).collect();
    assert_eq!(totals, [("rows", 2, 2, true), ("sum", 7000, 7000, true)]);
}

#[test]
fn file_total() {
    let found = "file-total open at swedbank_pay file R1-0001";
    let stating = |rows: u64, sum: &str| {
        let list = List { stated: Some((rows, sum)), ..list("R1-0001") };
        with_lists("stated", &[list.xml()])
    };
    stating(2, "70.00").finds(&[]);
    stating(2, "70.01").finds(&[&format!("{found} SEK 7001 7000 of 1")]);
    stating(2, "-70.00").finds(&[&format!("{found} SEK -7000 7000 of 1")]);
    stating(3, "70.00").finds(&[&format!("{found} - 3 2 of 1")]);
    with_lists("nothing stated", &[List { stated: None, ..list("R1-0001") }.xml()]).finds(&[]);
    let service = |text: &str| with_lists("services", &[List { service: Some(text), ..list("R1-0001") }.xml()]);
    service("NoOfDebit=\"1\" NoOfCredit=\"1\" Amount=\"70.00\"").finds(&[]);
    service("NoOfDebit=\"2\" NoOfCredit=\"0\" Amount=\"69.00\"").finds(&[
        &format!("{found} - 2 1 of 1"),
        &format!("{found} - 0 1 of 1"),
        &format!("{found} SEK 6900 7000 of 1"),
    ]);
    // A row that cannot be read is rejected and is missing from the sum, not from the count.
    let list = List { rows: &[("1", "100.00"), ("2", "-30.0x")], ..list("R1-0001") };
    with_lists("a row that cannot be read", &[list.xml()])
        .finds(&[
            &format!("{found} SEK 7000 10000 of 1"),
            "unsettled open at swedbank_pay order A transaction 2 batch 7 SEK -3000 0 of 1",
        ])
        .rejects(&["2:5 Amount=-30.0x"]);
}

#[test]
fn file_repeated() {
    let rows = ("transaction_number,amount", &["1,100"][..]);
    let listed = "file-repeated listed - 0 0 of 1";
    case("the same bytes")
        .captures(rows.0, rows.1)
        .captures(rows.0, rows.1)
        .captures(rows.0, rows.1)
        .settlements("transaction_number,gross_amount", &["1,100"])
        .finds(&[listed, listed])
        .totals("captures", [1, 0, 0, 0, 1]);
    case("as another dataset")
        .captures(rows.0, rows.1)
        .reversals(rows.0, rows.1)
        .settlements("transaction_number,gross_amount", &["1,100", "1,-100"])
        .finds(&[])
        .totals("captures", [1, 0, 0, 0, 1])
        .totals("reversals", [1, 0, 0, 0, 1]);
    case("of another configured provider")
        .rows_of("here", Dataset::Captures, rows.0, rows.1)
        .rows_of("there", Dataset::Captures, rows.0, rows.1)
        .finds(&[])
        .totals("captures", [2, 0, 0, 0, 2]);
    case("in other words")
        .captures(rows.0, rows.1)
        .captures("amount,transaction_number", &["100,1"])
        .finds(&[])
        .totals("captures", [2, 0, 1, 0, 1]);
    case("settlement rows too, which are never merged")
        .captures(rows.0, rows.1)
        .settlements("transaction_number,gross_amount", &["1,100"])
        .settlements("transaction_number,gross_amount", &["1,100"])
        .finds(&[listed])
        .totals("settlements", [1, 0, 0, 0, 1]);
    // What counts is what is in it: the same bytes, compressed.
    let plain = b"transaction_number,amount,order_id,currency,created_at\n1,100,A,SEK,2026-03-02\n";
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(plain).unwrap();
    case("compressed")
        .file(Some(Dataset::Captures), None, plain)
        .file(Some(Dataset::Captures), None, gzip.finish().unwrap())
        .finds(&[listed])
        .totals("captures", [1, 0, 0, 0, 1]);
}

#[test]
fn a_native_file_again() {
    let first = list("R1-0001").xml();
    let listed = "file-repeated listed at swedbank_pay file R1-0001 - 0 0 of 1";
    with_lists("the same bytes", &[first.clone(), first.clone()])
        .finds(&[listed])
        .totals("settlements", [2, 0, 0, 0, 2]);
    with_lists("the same records in other bytes", &[first.clone(), first.replace('\n', "\r\n")])
        .finds(&[listed])
        .totals("settlements", [2, 0, 0, 0, 2]);
    let turned = List { rows: &[ROWS[1], ROWS[0]], ..list("R1-0001") }.xml();
    with_lists("and in another order", &[turned, first.clone()]).finds(&[listed]);
    let other = List { rows: &[("3", "70.00")], stated: Some((1, "70.00")), ..list("R1-0002") }.xml();
    with_lists("another id is another file", &[first, other]).finds(&[
        "settled-unknown open at swedbank_pay reference ref3 transaction 3 batch 7 file R1-0002 SEK 0 7000 of 1",
    ]);
}

#[test]
fn file_restated() {
    let found = "file-restated open at swedbank_pay file R1-0001 - 0 0 of 1";
    let wrong = |day| {
        List { rows: &[("1", "99.00"), ("2", "-30.00")], day, stated: Some((2, "69.00")), ..list("R1-0001") }.xml()
    };
    let amount = "settled-amount open at swedbank_pay order A reference ref1 transaction 1 batch 7 file R1-0001 SEK 10000 9900 of 2";
    let right = list("R1-0001").xml();
    for turned in [false, true] {
        let lists = |day| if turned { [right.clone(), wrong(day)] } else { [wrong(day), right.clone()] };
        with_lists("the later one is right", &lists("2026-03-02"))
            .finds(&[found])
            .totals("settlements", [2, 0, 0, 0, 2]);
        with_lists("the later one is wrong", &lists("2026-03-04"))
            .finds(&[found, amount])
            .totals("settlements", [2, 0, 0, 0, 2]);
    }
    // Of two made on one day the one with the greater SHA-256, whatever the order.
    let lists = [wrong("2026-03-03"), right];
    let sha256 = |text: &str| <sha2::Sha256 as sha2::Digest>::digest(text.as_bytes()).to_vec();
    let expected: &[&str] = if sha256(&lists[0]) > sha256(&lists[1]) { &[found, amount] } else { &[found] };
    with_lists("one day", &lists).finds(expected);
    with_lists("one day, turned", &[lists[1].clone(), lists[0].clone()]).finds(expected);
}

#[test]
fn file_net() {
    let row = |row: &str| case(row).settlements("gross_amount,fee_amount,net_amount,kind", &[row]);
    row("0,0,0,fee").finds(&[]);
    row("1000,20,980,payout").finds(&[]);
    row("1000,20,981,payout").finds(&["file-net open SEK 980 981 of 1"]);
    row("1000,20,979,payout").finds(&["file-net open SEK 980 979 of 1"]);
    row("1000,-20,1020,payout").finds(&[]);
    row("1000,,981,payout").finds(&[]);
    row("1000,20,,payout").finds(&[]);
    case("beside the verdict of the row")
        .captures("operation_id,amount", &["X,1000"])
        .settlements("operation_id,gross_amount,fee_amount,net_amount,settlement_id", &["X,1000,20,981,F"])
        .finds(&["file-net open file F SEK 980 981 of 1"])
        .verdicts("settlements", "matched 1")
        .batches(&["- SEK operations 1 1000, rows 1 1000, fees 20, net 981: "]);
}

#[test]
fn file_gap() {
    let ids = |ids: &[&str]| {
        let rows: Vec<String> = ids.iter().map(|id| format!("0,fee,{id}")).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        case(&ids.join(" ")).settlements("gross_amount,kind,settlement_id", &rows)
    };
    let found = |first: &str, count: u64| format!("file-gap open file {first} - 0 0 of {count}");
    ids(&["R1234-0001", "R1234-0002"]).finds(&[]);
    ids(&["R1234-0003", "R1234-0001"]).finds(&[&found("R1234-0002", 1)]);
    ids(&["R-1", "R-4", "R-6"]).finds(&[&found("R-2", 2), &found("R-5", 1)]);
    ids(&["R-098", "R-000101"]).finds(&[&found("R-099", 2)]);
    ids(&["R-9", "R-11"]).finds(&[&found("R-10", 1)]);
    ids(&["R1-1", "R2-3"]).finds(&[]);
    ids(&["R-0", "R-999999999"]).finds(&[&found("R-1", 999_999_998)]);
    ids(&["R-0000000001", "R-0000000003"]).finds(&[]);
    ids(&["2026-1", "2026-3"]).finds(&[]);
    ids(&["R1", "R3", "R-x", "R-", ""]).finds(&[]);
    case("a series of each provider")
        .settlements(
            "gross_amount,kind,settlement_id,provider",
            &["0,fee,R-1,here", "0,fee,R-2,there", "0,fee,R-3,here", "0,fee,R-4,there"],
        )
        .finds(&["file-gap open at here file R-2 - 0 0 of 1", "file-gap open at there file R-3 - 0 0 of 1"]);
    with_lists(
        "native files, one of them without a row",
        &[list("R1-0001").xml(), List { rows: &[], stated: Some((0, "0.00")), ..list("R1-0004") }.xml()],
    )
    .finds(&["file-gap open at swedbank_pay file R1-0002 - 0 0 of 2"]);
}

#[test]
fn what_cannot_be_read_at_all_stops_the_run() {
    let csv = |bytes: &[u8]| case("a file").file(Some(Dataset::Captures), None, bytes);
    csv(b"").stops("0: the file is empty");
    csv(b"\n\n").stops("0: the file is empty");
    csv(b"order_id,amount\n").stops("0:1: required columns are missing for captures: currency, created_at");
    csv(b"\n\norder_id;amount;currency;created_at\n")
        .stops("0:3: required columns are missing for captures: order_id, amount, currency, created_at");
    csv(b"\xff\xfeo\0r\0")
        .stops("0:1: required columns are missing for captures: order_id, amount, currency, created_at");
    csv(b"order_id,\xe5\n").stops("0:1: the header is not UTF-8");
    case("a CSV among files that say themselves what they hold")
        .file(None, None, "order_id,amount\n")
        .stops("0: a CSV file does not say what it holds");
    with_lists("a list that was cut off", &[list("R1-0001").xml().replace("</SalesAccountedTransactions>\n", "")])
        .stops("2:7:1: not well formed: the file ends inside <SalesAccountedTransactions>");
}
