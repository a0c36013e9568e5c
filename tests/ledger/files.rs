//! Files over nights: given again, re-issued, expected and late; and rows that could not be read.

use crate::harness::{Case, Ran};
use crate::shop::{CLEARED, FOUND, columns, found, inputs, marks, night, one_night, two_nights};

#[test]
fn a_file_given_again_under_another_name_is_read_once() {
    let ran = two_nights();
    let again = ran.bytes("captures/2.csv");
    let before = found(&ran);
    let ran = night(Case::after(ran).file("captures/2-again.csv.copy.csv", again), "2026-04-02", 1);
    let listed = "file-repeated listed   2026-04-02".to_owned();
    let now = found(&ran);
    assert!(now.contains(&listed), "{now:?}");
    assert_eq!(now.iter().filter(|row| **row != listed).collect::<Vec<_>>(), before.iter().collect::<Vec<_>>());
    assert_eq!(
        columns(&ran, "discrepancies.csv", "code status explanation sources").iter().find(|row| row.starts_with("file-")),
        Some(
            &"file-repeated listed A file with the same content was given already; it was read once captures/2.csv; read as \
              captures/2-again.csv.copy.csv"
                .to_owned()
        )
    );
    assert_eq!(ran.text("avstem-out/cleared.csv"), CLEARED);
    Case::after(ran).args("verify avstem-out --quiet").run();
}

/// A transaction list of one transaction of 501, as of a day.
fn list(created_on: &str, amount: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <SalesAccountedTransactions ContractingParty=\"Kiosk AB\" AccountingNo=\"R77-0001\" TotalNoOfTransactions=\"1\" \
         AccountingDate=\"{created_on}\" Version=\"2.0\">\n\
         <Summary Subsite=\"\"><Currency Currency=\"SEK\"><ServiceType ServiceType=\"Card\"><Service \
         ServiceName=\"Kiosk card\" NoOfDebit=\"1\" NoOfCredit=\"0\" Amount=\"{amount}\" /></ServiceType></Currency></Summary>\n\
         <Currency Sum=\"{amount}\" Currency=\"SEK\">\n\
         <Transaction Amount=\"{amount}\" ServiceName=\"Kiosk card\" TransactionIdentity=\"refB\" Currency=\"SEK\" \
         DateModified=\"2026-03-30T10:00:00\" PayexTransactionNo=\"501\" PayexBatchNo=\"9\" />\n\
         </Currency>\n</SalesAccountedTransactions>\n"
    )
}

#[test]
fn a_settlement_file_that_is_issued_again_takes_the_place_of_the_first() {
    let case = Case::new()
        .file("orders/1.csv", "order_id,line_id,gross_amount,currency,created_at\nB,1,5000,SEK,2026-03-02\n")
        .file(
            "captures/1.csv",
            "order_id,line_id,amount,currency,created_at,transaction_number\nB,1,5000,SEK,2026-03-02,501\n",
        )
        .file("settlements/1.xml", list("2026-03-30", "40.00"))
        .variable("AVSTEM_PROVIDER", "swedbank_pay");
    let ran = night(case, "2026-03-31", 1);
    let amount = "58b18fa54ceb80f7,settled-amount,open,operation,swedbank_pay,B,1,refB,501,9,R77-0001,SEK,5000,4000,-1000,2,29,\
                  2026-03-31,Capture 501 of 50.00 SEK on order B was settled with 40.00 SEK: 10.00 SEK too little,\
                  captures/1.csv:2; settlements/1.xml:5,,\n";
    assert_eq!(ran.text("avstem-out/discrepancies.csv"), format!("{FOUND}{amount}"));

    let case = Case::after(ran)
        .file("settlements/2.xml", list("2026-03-31", "50.00"))
        .variable("AVSTEM_PROVIDER", "swedbank_pay");
    let ran = night(case, "2026-04-01", 1);
    let restated = "048ae53d65ddff54,file-restated,open,file,swedbank_pay,,,,,,R77-0001,,0,0,0,1,,2026-04-01,\"Settlement file \
                    R77-0001 was restated: 1 row, 40.00 SEK before, 1 row, 50.00 SEK after; the later one counts\",\
                    settlements/1.xml; replaced by settlements/2.xml,,\n";
    assert_eq!(ran.text("avstem-out/discrepancies.csv"), format!("{FOUND}{restated}"));
    // What it changed of what was reported: the finding is gone, and the new row closed it.
    let gone = "58b18fa54ceb80f7,settled-amount,operation,swedbank_pay,B,1,refB,501,9,R77-0001,SEK,-1000,2026-03-31,2026-04-01,\
                settlements/2.xml:5,Capture 501 of 50.00 SEK on order B was settled with 40.00 SEK: \
                10.00 SEK too little\n";
    assert_eq!(ran.text("avstem-out/cleared.csv"), format!("{CLEARED}{gone}"));
    let batch = "swedbank_pay,9,SEK,1,5000,1,5000,";
    assert!(ran.text("avstem-out/batches.csv").contains(batch), "{}", ran.text("avstem-out/batches.csv"));
    let ran = Case::after(ran).args("verify avstem-out --quiet").run();

    // The first one once more changes nothing: the later one still counts.
    let first = ran.bytes("settlements/1.xml");
    let case = Case::after(ran).file("settlements/3.xml", first).variable("AVSTEM_PROVIDER", "swedbank_pay");
    let ran = night(case, "2026-04-02", 1);
    assert_eq!(
        columns(&ran, "discrepancies.csv", "code status settlement_id first_seen"),
        ["file-repeated listed R77-0001 2026-04-02", "file-restated open R77-0001 2026-04-01"]
    );
    assert_eq!(ran.text("avstem-out/cleared.csv"), CLEARED);
}

#[test]
fn what_closed_a_finding_is_known_where_all_is_judged_anew() {
    // A copy whose name comes first takes the place of the file that it repeats, as in one run.
    let ran = one_night();
    let copy = ran.bytes("orders/1.csv");
    let ran = night(crate::shop::second(ran).file("orders/0.csv", copy), "2026-04-01", 1);
    let gone = columns(&ran, "cleared.csv", "code order_id closed_by");
    assert!(gone.contains(&"unsettled B settlements/2.csv:2".to_owned()), "{gone:?}");
    assert!(found(&ran).contains(&"file-repeated listed   2026-04-01".to_owned()));

    // A row that a settlement file does not have any more: no row closed what was found of it.
    let files = |case: Case| case.variable("AVSTEM_PROVIDER", "swedbank_pay");
    let case = inputs().file("settlements/2.xml", list("2026-03-30", "40.00"));
    let ran = night(files(case), "2026-03-31", 1);
    assert!(found(&ran).contains(&"settled-unknown open  R77-0001 2026-03-31".to_owned()), "{:?}", found(&ran));
    let other = list("2026-03-31", "40.00").replace("501", "502").replace("refB", "refC");
    let ran = night(files(Case::after(ran).file("settlements/3.xml", other)), "2026-04-01", 1);
    let gone = columns(&ran, "cleared.csv", "code payee_reference closed_by");
    assert_eq!(gone, ["settled-unknown refB no row: R77-0001 was replaced by a later one"]);
}

/// Runs a night of a shop that expects a settlement file a week, due on Mondays.
fn expecting(case: Case, day: &str, status: i32) -> Ran {
    let config = "\
provider = \"swedbank_pay\"
state = \"night.db\"
[[expect]]
provider = \"swedbank_pay\"
every = \"week\"
latest_by_days = 1
from = 2026-03-02
[[source]]
path = \"settlements\"
dataset = \"settlements\"
";
    let case = case.file("avstem.toml", config).args("run --config avstem.toml --quiet --as-of");
    case.arg(day).status(status).run()
}

fn with_file(case: Case, number: u8) -> Case {
    let row = format!("gross_amount,currency,operation_id,kind,settlement_id\n100,SEK,op-{number},fee,S{number}\n");
    case.file(&format!("settlements/{number}.csv"), row)
}

fn missing(ran: &Ran) -> Vec<String> {
    columns(ran, "discrepancies.csv", "code status settlement_id first_seen")
}

fn came(ran: &Ran) -> Vec<String> {
    columns(ran, "cleared.csv", "code settlement_id first_seen cleared_on")
}

#[test]
fn an_expected_file_is_missing_until_it_comes() {
    let ran = expecting(with_file(Case::new(), 1), "2026-03-15", 0);
    // The week 11 ends on the 15th; its file is due on the 16th and late on the 17th.
    let ran = expecting(Case::after(ran), "2026-03-16", 0);
    let ran = expecting(Case::after(ran), "2026-03-17", 1);
    assert_eq!(missing(&ran), ["file-missing open 2026-W11 2026-03-17"]);
    let row = "e7bcbc575ee1e465,file-missing,open,file,swedbank_pay,,,,,,2026-W11,,0,0,0,1,,2026-03-17,The file of settlements of \
               swedbank_pay for the week 2026-W11 was due by 2026-03-16 and has not come,,,\n";
    assert_eq!(ran.text("avstem-out/discrepancies.csv"), format!("{FOUND}{row}"));
    // It comes two days later.
    let ran = expecting(with_file(Case::after(ran), 2), "2026-03-19", 0);
    assert_eq!((missing(&ran), came(&ran)), (vec![], vec!["file-missing 2026-W11 2026-03-17 2026-03-19".to_owned()]));
    // A file given on an earlier night serves no period of a later one.
    let ran = expecting(Case::after(ran), "2026-03-24", 1);
    assert_eq!(missing(&ran), ["file-missing open 2026-W12 2026-03-24"]);
    let ran = expecting(Case::after(ran), "2026-04-07", 1);
    let three = ["2026-W12 2026-03-24", "2026-W13 2026-04-07", "2026-W14 2026-04-07"]
        .map(|of| format!("file-missing open {of}"));
    assert_eq!(missing(&ran), three);
    // Two files in one night close the two oldest, and the same night again closes no third.
    let ran = expecting(with_file(with_file(Case::after(ran), 3), 4), "2026-04-07", 1);
    assert_eq!(missing(&ran), three[2..]);
    let two =
        ["2026-W12 2026-03-24 2026-04-07", "2026-W13 2026-04-07 2026-04-07"].map(|of| format!("file-missing {of}"));
    assert_eq!(came(&ran), two);
    let before = marks(ran.folder.path());
    let ran = expecting(Case::after(ran), "2026-04-07", 1);
    assert!(marks(ran.folder.path()) == before);
    // One that was given already serves nothing.
    let again = ran.bytes("settlements/4.csv");
    let ran = expecting(Case::after(ran).file("settlements/5.csv", again), "2026-04-08", 1);
    assert_eq!(missing(&ran), ["file-missing open 2026-W14 2026-04-07", "file-repeated listed  2026-04-08"]);
}

#[test]
fn rows_that_could_not_be_read_stay_listed() {
    let bad = "order_id,line_id,amount,currency,created_at,operation_id\nA,1,10 0.0,SEK,2026-03-30,op-a\n";
    let rejects = "file,line,column,value,reason\n\
                   captures/bad.csv,2,amount,10 0.0,\"an amount is whole minor units: digits with an optional sign, nothing else\"\n";
    let of_bad = |case: Case, day: &str| {
        let case = case.args(crate::shop::RUN).arg("--as-of").arg(day).any_stdout().status(3);
        let ran = case.stderr("avstem: warning: incomplete: 1 row could not be read\n").run();
        assert!(ran.stdout.contains("= 1 rejected + "), "{}", ran.stdout);
        assert_eq!(ran.text("avstem-out/rejects.csv"), rejects);
        Case::after(ran).args("verify avstem-out").any_stdout().run()
    };
    let ran = of_bad(inputs().file("captures/bad.csv", bad), "2026-03-31");
    // The file is known, and its row is still not in the books.
    let ran = of_bad(Case::after(ran), "2026-04-01");
    let ran = Case::after(ran).args("history --state night.db").any_stdout().run();
    let figures = "    1  2026-03-31      4     7         1       6        0     5        1       3\n    \
                   2  2026-04-01      0     0         0       0        0     5        1       3\n";
    assert!(ran.stdout.ends_with(figures), "{}", ran.stdout);
    // The mended file brings the row; what was rejected was rejected.
    let ran = of_bad(Case::after(ran).file("captures/mended.csv", bad.replace("10 0.0", "10000")), "2026-04-02");
    assert_eq!(columns(&ran, "cleared.csv", "code order_id closed_by"), ["line-uncaptured A captures/mended.csv:2"]);
}

#[test]
fn a_night_that_cannot_be_read_changes_nothing() {
    let ran = one_night();
    let before = marks(ran.folder.path());
    let case = Case::after(ran).file("captures/2.csv", "order_id,line_id\nA,1\n");
    let ran = case.args(crate::shop::RUN).args("--as-of 2026-04-01").any_stderr().status(2).run();
    assert!(ran.stderr.starts_with("avstem: error: captures/2.csv:1"), "{}", ran.stderr);
    assert!(marks(ran.folder.path()) == before);
    // The file is not known for it: mended, it is read.
    let captures = "order_id,line_id,amount,currency,created_at\nA,1,10000,SEK,2026-04-01\n";
    let ran = night(Case::after(ran).file("captures/2.csv", captures), "2026-04-01", 1);
    assert_eq!(columns(&ran, "cleared.csv", "code order_id closed_by"), ["line-uncaptured A captures/2.csv:2"]);
}
