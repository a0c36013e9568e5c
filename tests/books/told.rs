//! What a run leaves of the books as one text, for examples worked out by hand: whole vouchers as hledger's journal has
//! them, whole rows of payouts and of findings.

use std::fmt::Write as _;

use avstem::report::journal::JournalFormat;
use avstem::report::journal::read::prove;

use crate::harness::{Case, Ran, rows};

/// Runs a night in a folder, and gives what it leaves.
pub fn night(case: Case, args: &str) -> (String, Ran) {
    let ended = case.args("run --quiet --no-progress --reports hledger").args(args).any_stdout().any_stderr().ended();
    assert!([0, 1].contains(&ended.status), "{}", ended.ran.stderr);
    let ran = ended.ran;
    let mut told = String::new();
    if ran.names("avstem-out").contains(&"journal.hledger".to_owned()) {
        let journal = ran.text("avstem-out/journal.hledger");
        prove(JournalFormat::Hledger, "journal.hledger", journal.as_bytes()).unwrap();
        vouchers(&journal, &mut told);
    }
    for row in rows(&ran.bytes("avstem-out/payouts.csv")) {
        writeln!(told, "payout {}", row.join(",")).unwrap();
    }
    for row in rows(&ran.bytes("avstem-out/discrepancies.csv")) {
        // All but the id and what hints at causes; empty columns are left out at the end of a line only.
        writeln!(told, "finding {}", row[1..20].join(",")).unwrap();
    }
    (told, ran)
}

/// The vouchers of a journal: a line each, and one a posting with account, amount and text.
fn vouchers(journal: &str, told: &mut String) {
    let mut posting = String::new();
    for line in journal.lines().skip_while(|line| !line.starts_with("20")) {
        match line.trim_start() {
            "" => {}
            title if title == line => writeln!(told, "{line}").unwrap(),
            text if text.starts_with("; ") && !posting.is_empty() => {
                writeln!(told, "{posting} {text}").unwrap();
                posting.clear();
            }
            text if text.starts_with("; corrects") => writeln!(told, "    {text}").unwrap(),
            tag if tag.starts_with("; ") => {}
            text => {
                let (account, amount) = text.rsplit_once("  ").unwrap();
                let number = account.split([':', ' ']).nth(1).unwrap();
                posting = format!("    {number} {amount}");
            }
        }
    }
}

/// Compares what was told with a text in the folder `expected`.
pub fn same(name: &str, told: &str, expected: &str) {
    assert!(told == expected, "{name}:\n{told}\nand not:\n{expected}");
}
