//! What a SIE file may not have, what a journal may not have, and what a format cannot hold.

use super::*;
use crate::report::journal::read::{is_imported, prove};

#[test]
fn a_message_is_short_whatever_stands_in_the_file() {
    for name in ["journal-SEK.si", "journal.hledger", "journal.beancount", "journal-gbat10-SEK.csv"] {
        let format = JournalFormat::of_file(name).unwrap();
        let fault = prove(format, name, "å".repeat(100_000).as_bytes()).unwrap_err();
        assert!(fault.problem.chars().count() <= 303, "{} characters", fault.problem.len());
        let line = format!("{}\r\n", "å ".repeat(100_000));
        let fault = prove(format, name, line.as_bytes()).unwrap_err();
        assert!(fault.problem.chars().count() <= 303, "{} characters", fault.problem.len());
    }
}

#[test]
fn what_sie_does_not_allow_is_refused() {
    let good = cp437_text(&file(JournalFormat::Sie, "journal-SEK.si").bytes);
    let told = |name: &str, text: &str| {
        let bytes: Vec<u8> =
            text.chars().map(|letter| cp437::byte(letter).unwrap_or_else(|| u8::try_from(letter).unwrap())).collect();
        prove(JournalFormat::Sie, name, &bytes).map(|proved| proved.vouchers).map_err(|fault| fault.to_string())
    };
    assert_eq!(told("journal-SEK.si", &good), Ok(1));
    let cases = [
        ("\r\n", "\n", ":1: a line ends with LF alone, not with CR and LF"),
        ("#GEN ", "\r\n#GEN ", ":4: a line is empty"),
        ("Payout", "Pay\tout", ":17: a line has a control character"),
        ("#FLAGGA 0", "#FLAGGA 1", ":1: the fields of #FLAGGA are not those of the format"),
        ("#FLAGGA 0\r\n", "", ": the record #FLAGGA is missing"),
        ("#SIETYP 4\r\n", "#SIETYP 4\r\n#SIETYP 4\r\n", ":6: #SIETYP stands there twice"),
        ("#SIETYP 4", "#SIETYP 3", ":5: the fields of #SIETYP are not those of the format"),
        ("#GEN 20261031", "#GEN 20261131", ":4: \"20261131\" is not a date"),
        ("#KPTYP EUBAS97", "#KPTYP BAS2026", ":8: the fields of #KPTYP are not those of the format"),
        ("#FORMAT PC8\r\n#GEN 20261031", "#GEN 20261031\r\n#FORMAT PC8", ":4: #FORMAT stands too late"),
        ("#KONTO 1580", "#RAR 0 20260101 20261231\r\n#KONTO 1580", ":9: #RAR has no place in a file of type 4I"),
        ("#VER", "#IB 0 1920 1.00\r\n#VER", ":15: #IB has no place in a file of type 4I"),
        ("#VER", "#PROSA \"a\"\r\n#VER", ":15: the record #PROSA is unknown"),
        ("#VER \"A\" \"\"", "#VER \"A\" \"7\"", ":15: a voucher has a number, which only the receiver gives"),
        (
            "all service",
            "all services",
            ":15: the text \"Settlement R1234-0001 of Swedbank Pay, all services\" is longer than 50 characters",
        ),
        ("\r\n{\r\n", "\r\n", ":16: { must stand alone on the line after #VER"),
        ("}\r\n", "", ": the file ends inside of the voucher \"Settlement R1234-0001 of Swedbank Pay, all service\""),
        (
            "-124950.00",
            "-124950,00",
            ":20: the amount \"-124950,00\" is not digits with a point and a minus at most, and not 0",
        ),
        ("745.46", "745.460", ":18: the amount 745.460 has more than two decimals"),
        ("745.46", "745", ":18: an amount in SEK has 0 decimals, and others have 2: all have those of the currency"),
        ("#TRANS 2640", "#TRANS 2641", ":18: the account 2641 is not declared"),
        ("#KONTO 1920", "#KONTO 1500", ":10: the account 1500 is not in order, or stands there twice"),
        (
            "#KONTO 6570",
            "#KONTO 5000 \"a\"\r\n#KONTO 6570",
            ": the account 5000 is declared, and nothing is posted on it",
        ),
        ("{1 \"S2\"}", "{}", ": the object \"S2\" of dimension 1 is declared, and no posting names it"),
        ("{1 \"S2\"}", "{1 \"S1\"}", ":19: the object \"S1\" of dimension 1 is not declared"),
        ("{1 \"S2\"}", "{1 \"S2\" 1 \"S2\"}", ":19: a posting has two objects of dimension 1"),
        ("{1 \"S2\"}", "{1 \"S2\"", ":19: a dimension has no object"),
        ("\"Payout\"", "\"Payout", ":17: a quote is not closed"),
        ("\"Payout\"", "\"Pay\\out\"", ":17: a backslash stands before something that is no quote"),
        ("#FNAMN", "#VALUTA NOK\r\n#FNAMN", ":8: #FNAMN stands too late"),
        ("#KONTO 1580", "#VALUTA NOK\r\n#KONTO 1580", ": the file is in NOK, and its name says something else"),
    ];
    for (given, wrong, wanted) in cases {
        assert!(good.contains(given), "{given}");
        assert_eq!(told("journal-SEK.si", &good.replacen(given, wrong, 1)), Err(format!("journal-SEK.si{wanted}")));
    }
    assert_eq!(is_imported(good.as_bytes()), Some(false));
    assert_eq!(is_imported(good.replacen("#FLAGGA 0", "#FLAGGA 1", 1).as_bytes()), Some(true));
    assert_eq!(is_imported(b""), None);
}

#[test]
fn the_settlement_stays_in_a_text_that_is_cut() {
    let mut voucher = journal().vouchers.remove(1);
    voucher.text = format!("{} R1234-0001", "Long ".repeat(12));
    assert_eq!(sie::title_of(&voucher), "R1234-0001 Long Long Long Long Long Long Long Long");
    voucher.text = "\"".repeat(60);
    assert_eq!(sie::title_of(&voucher), "\"".repeat(25));
    voucher.text = "🙂".to_owned();
    assert_eq!(sie::title_of(&voucher), voucher.id);
}

#[test]
fn a_journal_that_is_not_whole_is_not_written() {
    type Change = fn(&mut Journal);
    let cases: [(Change, &str); 14] = [
        (
            |journal| journal.vouchers[1].postings[0].amount_minor += 1,
            "the voucher \"swedbank-pay-R1234-0001-SEK\" does not balance, or has no posting",
        ),
        (
            |journal| journal.vouchers[1].postings.clear(),
            "the voucher \"swedbank-pay-R1234-0001-SEK\" does not balance, or has no posting",
        ),
        (
            |journal| journal.vouchers[1].postings.push(posting("1920", 0, "", &[])),
            "the voucher \"swedbank-pay-R1234-0001-SEK\" has a posting of 0 on 1920",
        ),
        (
            |journal| drop(journal.accounts.remove(0)),
            "the voucher \"swedbank-pay-R1234-0001-ISK-2\" names the account \"1580\", which the journal does not declare",
        ),
        (
            |journal| journal.accounts[0].number = "15;80".to_owned(),
            "the account \"15;80\" is not a number of 1 to 20 digits: correct it in [accounts]",
        ),
        (
            |journal| journal.accounts[0].number = "1920".to_owned(),
            "the journal declares an account or a currency twice",
        ),
        (
            |journal| journal.units[0].code = "isk".to_owned(),
            "the currency \"isk\" is not three capital letters: no journal names it so",
        ),
        (|journal| journal.units[0].exponent = 10, "ISK has 10 decimals, more than 9"),
        (
            |journal| drop(journal.units.remove(0)),
            "the voucher \"swedbank-pay-R1234-0001-ISK-2\" is in \"ISK\", which the journal does not declare",
        ),
        (
            |journal| journal.vouchers[0].id = "a b".to_owned(),
            "the voucher \"a b\" has an id that is not 1 to 100 letters, digits and -",
        ),
        (
            |journal| journal.vouchers[0].id = journal.vouchers[1].id.clone(),
            "the voucher \"swedbank-pay-R1234-0001-SEK\" stands in the journal twice",
        ),
        (
            |journal| journal.vouchers[0].corrects = Some("\n".to_owned()),
            "the voucher \"swedbank-pay-R1234-0001-ISK-2\" corrects an id that is none",
        ),
        (
            |journal| journal.dimensions[0].objects.truncate(1),
            "the voucher \"swedbank-pay-R1234-0001-SEK\" names \"S2\" of dimension 1, which the journal does not declare",
        ),
        (
            |journal| journal.vouchers[1].postings[0].dimensions = vec![(1, "S1".to_owned()), (1, "S2".to_owned())],
            "the voucher \"swedbank-pay-R1234-0001-SEK\" has a posting with two objects of one dimension",
        ),
    ];
    for (change, wanted) in cases {
        let mut journal = journal();
        change(&mut journal);
        for format in JournalFormat::ALL {
            assert_eq!(files(&journal, format), Err(wanted.to_owned()));
        }
    }
    assert_eq!(files(&Journal::default(), JournalFormat::Sie), Ok(Vec::new()));
}

#[test]
fn what_a_format_cannot_hold_is_refused_and_not_rounded() {
    use JournalFormat::{Beancount, Gbat10, Hledger, Sie};
    type Change = fn(&mut Journal);
    let cases: [(JournalFormat, Change, &str); 7] = [
        (
            Sie,
            |journal| journal.units[1].exponent = 3,
            "SIE has amounts of at most 2 decimals, and SEK has 3: take its vouchers from hledger or beancount (--reports), \
             and leave SIE out",
        ),
        (
            Gbat10,
            |journal| journal.units[1].exponent = 3,
            "GBAT10 has amounts of at most 2 decimals, and SEK has 3: take its vouchers from hledger or beancount \
             (--reports), and leave GBAT10 out",
        ),
        (
            Sie,
            |journal| journal.entity.name = " \u{200b}".to_owned(),
            "a SIE file must name the company (#FNAMN): give its name in the configuration",
        ),
        (
            Sie,
            |journal| {
                journal.dimensions[0].objects =
                    vec![("L1".to_owned(), String::new()), ("Ł1".to_owned(), String::new())];
                journal.vouchers[1].postings[0].dimensions = vec![(1, "L1".to_owned())];
                journal.vouchers[1].postings[2].dimensions = vec![(1, "Ł1".to_owned())];
            },
            "SIE would write the codes \"L1\" and \"Ł1\" of dimension 1 both as \"L1\": give one of them another code",
        ),
        (
            Gbat10,
            |journal| {
                journal.dimensions[0].objects =
                    vec![("L1".to_owned(), String::new()), ("Ł1".to_owned(), String::new())];
                journal.vouchers[1].postings[0].dimensions = vec![(1, "L1".to_owned())];
                journal.vouchers[1].postings[2].dimensions = vec![(1, "Ł1".to_owned())];
            },
            "GBAT10 would write the codes \"L1\" and \"Ł1\" of dimension 1 both as \"L1\": give one of them another code",
        ),
        (
            Gbat10,
            |journal| {
                journal.dimensions[0].number = 7;
                journal.vouchers[1].postings[2].dimensions[0].0 = 7;
            },
            "GBAT10 has cost centres (dimension 1) and projects (dimension 6), and the journal has dimension 7: leave it \
             out, or gbat10",
        ),
        (
            Gbat10,
            |journal| {
                journal.dimensions[0].objects[1].0 = "-1".to_owned();
                journal.vouchers[1].postings[2].dimensions[0].1 = "-1".to_owned();
            },
            "the code \"-1\" of dimension 1 begins like a formula: give it another",
        ),
    ];
    for (format, change, wanted) in cases {
        let mut journal = journal();
        change(&mut journal);
        assert_eq!(files(&journal, format), Err(wanted.to_owned()));
        for format in [Hledger, Beancount] {
            for file in files(&journal, format).unwrap() {
                prove(format, &file.name, &file.bytes).unwrap();
            }
        }
    }
}
