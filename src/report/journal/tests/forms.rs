//! What the readers of hledger's, beancount's and GBAT10 files refuse besides a voucher that does not balance.

use super::*;
use crate::report::journal::read::prove;

fn told(format: JournalFormat, name: &str, given: &str, wrong: &str) -> Result<u64, String> {
    let good = file(format, name).bytes;
    let text = String::from_utf8_lossy(&good).into_owned();
    assert!(text.contains(given), "{given}");
    let bytes = text.replacen(given, wrong, 1).into_bytes();
    prove(format, name, &bytes).map(|proved| proved.vouchers).map_err(|fault| fault.to_string())
}

/// Cases are what stands in the file, what stands there instead, and how the fault begins after the name of the file.
fn refused(format: JournalFormat, name: &str, cases: &[(&str, &str, &str)]) {
    let mut different = Vec::new();
    for (given, wrong, wanted) in cases {
        match told(format, name, given, wrong) {
            Err(problem) if problem.starts_with(&format!("{name}{wanted}")) => {}
            other => different.push(format!("{wrong:?}: {other:?}, and not {wanted:?}")),
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn what_the_journal_of_hledger_does_not_have_is_refused() {
    let cases = [
        (
            "commodity ISK",
            "include x\ncommodity ISK",
            ":5: a voucher does not begin with a day, *, an id in parentheses and a text",
        ),
        ("commodity ISK", "commodity isk", ":5: \"commodity isk\" stands there twice, or is not of its form"),
        ("1000.00 SEK", "1000.00 NOK", ":8: \"format 1000.00 NOK\" is not the format of SEK"),
        ("tag copy", "tag cop", ":13: \"tag cop\" stands there twice, or is not of its form"),
        ("account assets:1920 Bank\n", "", ":26: the account \"assets:1920 Bank\" is not declared"),
        ("account assets:1920 Bank", "account bank:1920 Bank", ":17: \"bank:1920 Bank\" is not the name of an account"),
        ("payee Settlement", "payee Settlements", ":24: the payee"),
        ("; provider: ", "; provider:: ", ":25: the tag \"provider:\" is not declared, or not for this place"),
        ("    ; Payout", "    ; date:2011-01-01", ":28: the text \"date:2011-01-01\" has the character ':'"),
        ("    ; Payout", "    ; [2011-01-01]", ":28: the text \"[2011-01-01]\" has the character '['"),
        ("    ; Payout", "    ; a  b", ":28: the text \"a  b\" has spaces at its ends, or two together"),
        ("  745.46 SEK", "  745.46 NOK", ":29: the commodity \"NOK\" is not declared"),
        ("  745.46 SEK", " 745.46 SEK", ":29: a posting is not an account, two spaces, an amount and a currency"),
        ("  745.46 SEK", "  +745.46 SEK", ":29: the amount \"+745.46\" is not digits with a point and a minus at most"),
        ("  745.46 SEK", "  745.460 SEK", ":29: an amount in SEK has 3 decimals, and others have 2"),
        ("\n\n2026-10-21 *", "\n2026-10-21 *", ":35: a voucher does not end with an empty line"),
        ("\n2026-10-20 *", "\n\n2026-10-20 *", ":24: two lines together are empty"),
        ("2026-10-20 *", "2026-10-20=2026-11-01 *", ":24: \"2026-10-20=2026-11-01\" is not a date"),
        (
            "2026-10-20 * (",
            "2026-10-20 ! (",
            ":24: a voucher does not begin with a day, *, an id in parentheses and a text",
        ),
        ("-7 ISK\n    ; _1+1\n", "-7 ISK", ": the file does not end with a line end"),
    ];
    refused(JournalFormat::Hledger, "journal.hledger", &cases);
}

#[test]
fn what_the_ledger_of_beancount_does_not_have_is_refused() {
    let cases = [
        ("\"*:0\"", "\"*:0.01\"", ":2: the option \"inferred_tolerance_default\" is not as it should be"),
        (
            "option \"inferred_tolerance_default\" \"*:0\"\n",
            "",
            ": the options are not the title and the tolerance of 0",
        ),
        ("option \"operating_currency\" \"ISK\"\n", "", ":5: Assets:1580-Receivables-cards is opened for a currency"),
        (
            "2026-10-20 open Assets:1920-Bank",
            "2026-10-19 open Assets:1920-Bank",
            ": Assets:1920-Bank is not opened on its",
        ),
        ("Assets:1920-Bank ISK,SEK", "Assets:1920-Bank SEK", ":33: Assets:1920-Bank is not opened for ISK"),
        ("  name: \"Bank\"\n", "", ":9: an account has no name"),
        ("open Liabilities:2640", "open Equity:2640", ":10: \"Equity:2640\" is not the name of an account"),
        ("open Liabilities:2640", "open Liabilities:1920", ":10: the account 1920 is opened twice"),
        ("    text: \"Payout\"", "    tekst: \"Payout\"", ":19: \"tekst\" is no key of a posting"),
        ("    text: \"Payout\"", "    text: \"Pay\"out\"", ":19: the text \"Pay\\\"out\" has the character '\"'"),
        ("  settlement: \"R1234-0001\"", "  2026-10-20 close Assets:1920-Bank", ":17: a posting is not an account"),
        ("  745.46 SEK", "  745.46 SEK @ 1 NOK", ":20: Liabilities:2640 is not opened for SEK @ 1 NOK"),
        (
            "^swedbank-pay-R1234-0001-ISK-2",
            "^swedbank-pay-R1234-0001-SEK",
            ":27: the voucher swedbank-pay-R1234-0001-SEK",
        ),
        (
            " * \"swedbank_pay\"",
            " txn \"swedbank_pay\"",
            ":15: a voucher does not begin with a day, *, two texts and an id",
        ),
    ];
    refused(JournalFormat::Beancount, "journal.beancount", &cases);
}

#[test]
fn what_gbat10_does_not_have_is_refused() {
    let name = "journal-gbat10-ISK.csv";
    let cases = [
        ("GBAT10;1", "GBAT9;1", ":1: the field line type is \"GBAT9\" and not \"GBAT10\""),
        ("GBAT10;1;", "GBAT10;01;", ":1: the voucher number \"01\" is no number from 1"),
        ("\r\nGBAT10;1;", "\r\nGBAT10;3;", ":2: after the voucher 1 comes 3"),
        ("\r\nGBAT10;1;20261021;", "\r\nGBAT10;1;20261022;", ":2: the voucher 1 has two days, or two periods"),
        (";20261021;1;10;", ";20261021;1;11;", ":1: period 11 of 2026 does not have the day 2026-10-21"),
        (";10;2026;", ";10;2025;", ":1: period 10 of 2025 does not have the day 2026-10-21"),
        (";0;7;7;", ";3;7;7;", ":1: the field VAT code is \"3\" and not \"0\""),
        (";7;7;", ";7;8;", ":1: net is not gross, and there is no VAT code"),
        (";7;7;", ";7,00;7,00;", ":1: the amount \"7,00\" is not digits with a point and a minus at most, and not 0"),
        (";7;7;;", ";7;7;4711;", ":1: the field customer is not empty"),
        (";7;7;;", ";7;7;", ":1: a line has 30 fields and not 31"),
        ("'=1+1", "=1+1", ":2: the field voucher text begins like a formula"),
        ("'=1+1", "\"1", ":2: the text \"\\\"1\" has the character '\"', which has no place in this format"),
        ("'=1+1", "", ":2: the field voucher text is empty"),
        ("=cmd();;;;;;\r\n", "=cmd();;;;;;\n", ":1: a line has 61 fields and not 31"),
        (
            ";;;;;;\r\nGBAT10;1;",
            ";;;;;;\r\nGBAT10;2;",
            ":2: the voucher \"1\" does not balance: its postings sum to 7 minor units",
        ),
    ];
    refused(JournalFormat::Gbat10, name, &cases);
    let bytes = file(JournalFormat::Gbat10, name).bytes;
    let nameless = prove(JournalFormat::Gbat10, "journal.csv", &bytes).map_err(|fault| fault.to_string());
    assert_eq!(nameless, Err("journal.csv: the name of the file does not say a currency".to_owned()));
}
