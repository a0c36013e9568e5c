//! `avstem check` from outside: what files hold, and whether a provider's own list ties with what it states.

mod harness;

use harness::{Case, published, rows};

const LIST: &str = "swedbank_pay/settlement/R1234-0001-Redovisningsservice.xml";

#[test]
fn a_line_a_file() {
    let case = || {
        Case::new()
            .args("check --orders o.csv --captures c --provider shop")
            .file("o.csv", "order_id,line_id,gross_amount,currency,created_at,colour\nA,1,10050,SEK,2026-03-02,red\nA,2,7,JPY,2026-03-02,\n")
            .file("c/1.csv", "order_id,amount,currency,created_at\nA,10050,SEK,2026-03-02\n")
            .file("c/2.csv", "order_id,amount,currency,created_at\nA,10050,SEK,2026-03-02\n")
    };
    let table = "\
file     format         dataset   provider  state     rows  rejected  sum                stated totals
c/1.csv  canonical csv  captures  shop      read         1         0  SEK 100.50         -
c/2.csv  canonical csv  captures  shop      repeated     0         0  -                  -
o.csv    canonical csv  orders    shop      read         2         0  JPY 7, SEK 100.50  -
";
    let ignored = "avstem: warning: o.csv: columns that no rule knows: colour\n";
    case().stdout(table).stderr(ignored).run();
    let ran = case().arg("--quiet").run();
    assert_eq!(ran.names(""), ["c/", "c/1.csv", "c/2.csv", "o.csv"], "it writes nothing");
    case().args("--reversals o.csv").stops(
        "avstem: error: o.csv:1: a required column is missing for reversals: amount\n  \
         help: the header has: order_id, line_id, gross_amount, currency, created_at, colour\n",
    );
    Case::new()
        .args("check --settlements s.csv")
        .file("s.csv", "gross_amount,currency\n1,SEK\n1.5,SEK\n")
        .stdout(
            "file   format         dataset      provider  state  rows  rejected  sum       stated totals\n\
                 s.csv  canonical csv  settlements  default   read      2         1  SEK 0.01  -\n",
        )
        .status(3)
        .run();
}

#[test]
fn a_published_transaction_list_ties() {
    let Some(list) = published(LIST) else { return };
    for option in ["--input", "--settlements"] {
        Case::new()
            .arg("check")
            .arg(option)
            .arg("l.xml")
            .file("l.xml", &list)
            .stdout(
                "file   format                                 dataset      provider  state  rows  rejected  sum             stated totals\n\
                 l.xml  swedbank pay transaction list 2.0 xml  settlements  default   read    134         0  SEK 124 950.00  ties\n",
            )
            .run();
    }
    Case::new().args("check --captures l.xml").file("l.xml", &list).stops(
        "avstem: error: l.xml: a transaction list holds settlements\n  help: give it with --settlements or --input\n",
    );
}

#[test]
fn a_published_list_with_one_amount_changed_does_not() {
    let Some(list) = published(LIST) else { return };
    // The first row: 1495.00 of 124950.00 in all, of 7851.00 for its service.
    let changed =
        String::from_utf8(list).unwrap().replacen(" Amount=\"1495.00\" Currency", " Amount=\"1.00\" Currency", 1);
    Case::new()
        .args("check --input l.xml")
        .file("l.xml", &changed)
        .stdout(
            "file   format                                 dataset      provider  state  rows  rejected  sum             stated totals\n\
             l.xml  swedbank pay transaction list 2.0 xml  settlements  default   read    134         0  SEK 123 456.00  \
             file-total (sum): stated SEK 124 950.00, actual SEK 123 456.00; \
             file-total (Consumer Credit Card EU amount): stated SEK 7 851.00, actual SEK 6 357.00\n",
        )
        .status(1)
        .run();
    let ran =
        Case::new().args("run --as-of 2022-12-31 --input l.xml").file("l.xml", &changed).any_stdout().status(1).run();
    let found = rows(&ran.bytes("avstem-out/discrepancies.csv"));
    let totals: Vec<[&str; 6]> = found
        .iter()
        .filter(|row| row[1] == "file-total")
        .map(|row| [4, 10, 11, 12, 13, 14].map(|place| row[place].as_str()))
        .collect();
    let about = |stated, actual| ["default", "R1234-0001", "SEK", stated, actual, "-149400"];
    assert_eq!(totals, [about("12495000", "12345600"), about("785100", "635700")]);
}
