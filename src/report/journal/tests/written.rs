//! Files as wholes.

use super::*;
use crate::report::journal::read::prove;

#[test]
fn sie_as_a_whole() {
    let sek = file(JournalFormat::Sie, "journal-SEK.si");
    assert_eq!(
        cp437_text(&sek.bytes).replace("\r\n", "\n"),
        r#"#FLAGGA 0
#PROGRAM "avstem" "0.1.0"
#FORMAT PC8
#GEN 20261031
#SIETYP 4
#ORGNR "556677-8899"
#FNAMN "Sören \"Ångström\" AB"
#KPTYP EUBAS97
#KONTO 1580 "Receivables: cards"
#KONTO 1920 "Bank"
#KONTO 2640 "2640"
#KONTO 6570 "Gebühren - Zloty"
#DIM 1 "Kostnadsställe"
#OBJEKT 1 "S2" "S2"
#VER "A" "" 20261020 "Settlement R1234-0001 of Swedbank Pay, all service"
{
#TRANS 1920 {} 121222.74 "" "Payout"
#TRANS 2640 {} 745.46 "" ""
#TRANS 6570 {1 "S2"} 2981.80 "" "Fees"
#TRANS 1580 {} -124950.00 "" "Sales / cards"
}
"#
    );
    assert_eq!(
        sek.notes,
        [
            r#""Gebühren – Złoty" is written "Gebühren - Zloty""#,
            r#""Sales \\ \u{202e}cards" is written "Sales / cards""#,
            r##""Settlement R1234-0001 of Swedbank Pay, all services\n#VER {2}" is written "Settlement R1234-0001 of Swedbank Pay, all service""##,
            r#""Søren \"Ångström\" AB" is written "Sören \"Ångström\" AB""#,
        ]
    );
    let isk = cp437_text(&file(JournalFormat::Sie, "journal-ISK.si").bytes).replace("\r\n", "\n");
    assert_eq!(
        isk.split_once("#KPTYP EUBAS97\n").unwrap().1,
        r#"#VALUTA ISK
#KONTO 1580 "Receivables: cards"
#KONTO 1920 "Bank"
#VER "A" "" 20261021 "COPY Settlement R1234-0001; =cmd()"
{
#TRANS 1580 {} 7 "" ""
#TRANS 1920 {} -7 "" "=1+1"
}
"#
    );
}

#[test]
fn hledger_as_a_whole() {
    let file = file(JournalFormat::Hledger, "journal.hledger");
    assert_eq!(
        String::from_utf8(file.bytes).unwrap(),
        "; avstem 0.1.0
; Søren 'Ångström' AB
; 5566778899

commodity ISK

commodity SEK
    format 1000.00 SEK

tag provider
tag settlement
tag corrects
tag copy
tag dimension-1

account assets:1580 Receivables_ cards
account assets:1920 Bank
account liabilities:2640
account expenses:6570 Gebühren - Złoty

payee COPY Settlement R1234-0001, _cmd()
payee Settlement R1234-0001 of Swedbank Pay, all services #VER (2)

2026-10-20 * (swedbank-pay-R1234-0001-SEK) Settlement R1234-0001 of Swedbank Pay, all services #VER (2)
    ; provider: swedbank_pay
    ; settlement: R1234-0001
    assets:1920 Bank  121222.74 SEK
    ; Payout
    liabilities:2640  745.46 SEK
    expenses:6570 Gebühren - Złoty  2981.80 SEK
    ; Fees
    ; dimension-1: S2
    assets:1580 Receivables_ cards  -124950.00 SEK
    ; Sales / cards

2026-10-21 * (swedbank-pay-R1234-0001-ISK-2) COPY Settlement R1234-0001, _cmd()
    ; provider: swedbank_pay
    ; settlement: R1234-0001
    ; corrects: swedbank-pay-R1234-0001-ISK
    ; copy: yes
    assets:1580 Receivables_ cards  7 ISK
    assets:1920 Bank  -7 ISK
    ; _1+1
"
    );
}

#[test]
fn beancount_as_a_whole() {
    let file = file(JournalFormat::Beancount, "journal.beancount");
    assert_eq!(
        String::from_utf8(file.bytes).unwrap(),
        r#"option "title" "Søren 'Ångström' AB"
option "inferred_tolerance_default" "*:0"
option "operating_currency" "ISK"
option "operating_currency" "SEK"

2026-10-20 open Assets:1580-Receivables-cards ISK,SEK
  name: "Receivables: cards"
2026-10-20 open Assets:1920-Bank ISK,SEK
  name: "Bank"
2026-10-20 open Liabilities:2640 SEK
  name: ""
2026-10-20 open Expenses:6570-Gebuhren-Zloty SEK
  name: "Gebühren – Złoty"

2026-10-20 * "swedbank_pay" "Settlement R1234-0001 of Swedbank Pay, all services #VER {2}" ^swedbank-pay-R1234-0001-SEK
  provider: "swedbank_pay"
  settlement: "R1234-0001"
  Assets:1920-Bank  121222.74 SEK
    text: "Payout"
  Liabilities:2640  745.46 SEK
  Expenses:6570-Gebuhren-Zloty  2981.80 SEK
    text: "Fees"
    dimension-1: "S2"
  Assets:1580-Receivables-cards  -124950.00 SEK
    text: "Sales / cards"

2026-10-21 * "swedbank_pay" "COPY Settlement R1234-0001; =cmd()" ^swedbank-pay-R1234-0001-ISK-2
  provider: "swedbank_pay"
  settlement: "R1234-0001"
  corrects: "swedbank-pay-R1234-0001-ISK"
  copy: "yes"
  Assets:1580-Receivables-cards  7 ISK
  Assets:1920-Bank  -7 ISK
    text: "=1+1"
"#
    );
}

#[test]
fn gbat10_as_a_whole() {
    let sek = file(JournalFormat::Gbat10, "journal-gbat10-SEK.csv");
    let title = "Settlement R1234-0001 of Swedbank Pay, all services #VER {2}";
    let line = |account: &str, amount: &str, text: &str, cost_centre: &str| {
        format!(
            "GBAT10;2;20261020;1;10;2026;{account};0;{amount};{amount};;;;;;;;;;;;;;{title};{text};;;{cost_centre};;;\r\n"
        )
    };
    assert_eq!(
        encoding_rs::WINDOWS_1252.decode(&sek.bytes).0,
        [
            line("1920", "121222.74", "Payout", ""),
            line("2640", "745.46", title, ""),
            line("6570", "2981.80", "Fees", "S2"),
            line("1580", "-124950.00", "Sales \\ cards", ""),
        ]
        .concat()
    );
    let isk = file(JournalFormat::Gbat10, "journal-gbat10-ISK.csv");
    assert_eq!(
        String::from_utf8(isk.bytes).unwrap(),
        "GBAT10;1;20261021;1;10;2026;1580;0;7;7;;;;;;;;;;;;;;COPY Settlement R1234-0001, =cmd();\
         COPY Settlement R1234-0001, =cmd();;;;;;\r\n\
         GBAT10;1;20261021;1;10;2026;1920;0;-7;-7;;;;;;;;;;;;;;COPY Settlement R1234-0001, =cmd();'=1+1;;;;;;\r\n"
    );
    assert_eq!(
        isk.notes,
        [
            r#""=1+1" is written "'=1+1""#,
            r#""COPY Settlement R1234-0001; =cmd()" is written "COPY Settlement R1234-0001, =cmd()""#
        ]
    );
}

#[test]
fn periods_begin_with_the_financial_year() {
    for (year_begins, wanted) in
        [(1, ";10;2026;"), (7, ";4;2026;"), (10, ";1;2026;"), (11, ";12;2025;"), (0, ";10;2026;")]
    {
        let mut journal = journal();
        journal.entity.year_begins = year_begins;
        for file in files(&journal, JournalFormat::Gbat10).unwrap() {
            assert!(String::from_utf8_lossy(&file.bytes).contains(wanted), "{year_begins}");
            assert!(prove(JournalFormat::Gbat10, &file.name, &file.bytes).is_ok(), "{year_begins}");
        }
    }
}
