//! MT940 files of all shapes, by hand.

use super::*;
use crate::ingest::bank::BankNames;
use crate::model::currency::Currencies;

fn read_text(text: &str) -> Result<BankFile, FileError> {
    read_bytes(text.as_bytes().to_vec())
}

fn read_bytes(bytes: Vec<u8>) -> Result<BankFile, FileError> {
    let (names, currencies) = (BankNames::default(), Currencies::default());
    read_mt940("b.sta", &Bytes::from_vec(bytes), &BankWays { names: &names, currencies: &currencies })
}

const WHOLE: &str = ":20:ST261005
:25:SE35 5000
:28C:278/1
:60F:C261004SEK100,50
:61:2610051005C121222,74NTRFNONREF//SVC-77
Från PayEx
:86:/REMI/Utbetalning R1234-0001
:61:2610051005D8000,00NMSC
:62F:C261005SEK113323,24
:64:C261005SEK113323,24
:86:closing R9999
-
";

fn whole() -> BankFile {
    let on = |day: &str| day.parse().unwrap();
    let entry = Entry {
        booked_on: on("2026-10-05"),
        amount_minor: 12_122_274,
        provider: Some("swedbank_pay".to_owned()),
        references: ["R12340001", "SVC77"].map(str::to_owned).to_vec(),
        bank_reference: "SVC-77".to_owned(),
        source: "b.sta:5".to_owned(),
    };
    let statement = Statement {
        kind: StatementKind::Statement,
        account: "SE355000".to_owned(),
        currency: "SEK".to_owned(),
        statement_id: "ST261005".to_owned(),
        number: Some(278),
        opening: Some(Balance { amount_minor: 10_050, on: on("2026-10-04") }),
        closing: Some(Balance { amount_minor: 11_332_324, on: on("2026-10-05") }),
        entry_count: 2,
        entry_sum_minor: 11_322_274,
        booked: Some((on("2026-10-05"), on("2026-10-05"))),
        entries: vec![entry],
        source: "b.sta:1".to_owned(),
    };
    BankFile { format: "mt940".to_owned(), statements: vec![statement], notes: Vec::new() }
}

#[test]
fn a_statement_in_every_envelope() {
    let moved = |lines: u64| {
        let mut file = whole();
        file.statements[0].source = format!("b.sta:{}", 1 + lines);
        file.statements[0].entries[0].source = format!("b.sta:{}", 5 + lines);
        file
    };
    let latin: Vec<u8> = WHOLE.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let blocks = format!(
        "{{1:F01X}}{{2:I940X}}{{4:\r\n{}-}}{{5:{{CHK:1}}}}\r\n",
        WHOLE.trim_end_matches("-\n").replace('\n', "\r\n")
    );
    let cases = [
        (WHOLE.as_bytes().to_vec(), 0),
        (latin, 0),
        (WHOLE.replace('\n', "\r\n").into_bytes(), 0),
        (WHOLE.trim_end_matches("-\n").as_bytes().to_vec(), 0),
        (format!("\u{feff}{WHOLE}").into_bytes(), 0),
        (format!("{{1:F01X}}{{2:I940X}}{{4:{WHOLE}").into_bytes(), 0),
        (blocks.into_bytes(), 1),
        (format!("BANKNL2A\n940\nBANKNL2A\n{WHOLE}").into_bytes(), 3),
        (WHOLE.replace(":28C:278/1", ":NS:any\n:28C:278/1").replace(":60F", ":13:0510\n:60F").into_bytes(), 0),
    ];
    for (bytes, lines) in cases {
        assert!(is_mt940(&bytes), "{}", String::from_utf8_lossy(&bytes));
        let found = read_bytes(bytes).unwrap();
        if lines > 0 || found == whole() {
            assert_eq!(found, moved(lines));
        } else {
            // Two fields of the bank's own stand before the entries.
            let mut expected = whole();
            expected.statements[0].entries[0].source = "b.sta:7".to_owned();
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn statements_and_their_pages() {
    let page = |number: &str, opening: &str, closing: &str| {
        format!(":20:S\n:25:A\n:28C:{number}\n:60{opening}\n:61:261005C1,00NTRFR0001\n:62{closing}\n-\n")
    };
    let first = page("7/1", "F:C261004SEK5,00", "M:C261005SEK6,00");
    let second = page("7/2", "M:C261005SEK6,00", "M:C261005SEK7,00");
    let third = page("7/3", "M:C261005SEK7,00", "F:C261005SEK8,00");
    let next = page("8", "F:C261005SEK8,00", "F:C261006SEK9,00");
    let file = read_text(&(first.clone() + &second + &third + &next)).unwrap();
    let amounts: Vec<_> = file
        .statements
        .iter()
        .map(|statement| {
            let amount = |balance: Option<Balance>| balance.map(|balance| balance.amount_minor);
            (statement.number, amount(statement.opening), amount(statement.closing), statement.entry_count)
        })
        .collect();
    assert_eq!(amounts, [(Some(7), Some(500), Some(800), 3), (Some(8), Some(800), Some(900), 1)]);
    // A page of another account or number goes on nothing.
    for other in [second.replace(":25:A", ":25:B"), second.replace("7/2", "9/2"), second.replace("SEK", "EUR")] {
        assert_eq!(read_text(&(first.clone() + &other)).unwrap().statements.len(), 2);
    }
}

#[test]
fn what_is_in_doubt_makes_the_file_unreadable() {
    let bad = |from: &str, to: &str| WHOLE.replacen(from, to, 1);
    let cases = [
        (bad(":25:SE35 5000\n", ""), 1, "a statement without an account (:25:)"),
        (bad(":60F:C261004SEK100,50\n", ""), 4, "an entry (:61:) that does not stand between :60F: and :62F:"),
        (bad(":62F:C261005SEK113323,24\n", ""), 1, "a statement without a closing balance (:62F:)"),
        (WHOLE[..WHOLE.len() / 2].to_owned(), 1, "a statement without a closing balance (:62F:)"),
        (
            bad(":61:2610051005D", ":61:2610051005X"),
            8,
            "an entry (:61:) cannot be read: the mark behind its days is none of C, D, RC and RD: \"X\"",
        ),
        (
            bad("121222,74", "121222.74"),
            5,
            "an entry (:61:) cannot be read: an amount is digits with one comma: \"121222.74\"",
        ),
        (
            bad("121222,74", "121222,745"),
            5,
            "an entry (:61:) cannot be read: the currency has 2 decimals: \"121222,745\"",
        ),
        (bad("278/1", "first"), 3, ":28C: does not begin with the number of the statement"),
        (bad("SE35 5000", &"9".repeat(141)), 2, "the number of an account (:25:) of more than 140 characters"),
        (bad("ST261005", &"9".repeat(141)), 1, "the id of a statement (:20:) of more than 140 characters"),
        (bad(":60F:", ":34F:"), 4, "is an intraday report (MT942), which may still change"),
        (WHOLE.replace('\n', "\r"), 1, "lines that end with CR alone"),
        (bad(":62F:C261005SEK", ":62F:C261005EUR"), 9, "the balances of a statement in SEK and EUR"),
        (
            bad(":60F:C261004SEK", ":60F:C261004XQX"),
            4,
            "the currency \"XQX\" is not an active ISO 4217 code; add it with its decimals in [currencies] if it is right",
        ),
        (bad(":64:", ":60F:"), 10, "a second opening balance (:60F:) in one statement"),
        (bad(":64:", ":62F:"), 10, "a second closing balance (:62F:) in one statement"),
        (
            bad(":64:C", ":61:2610051005C1,00NTRF\n:64:C"),
            10,
            "an entry (:61:) that does not stand between :60F: and :62F:",
        ),
        (bad(":20:ST261005\n", ""), 1, "field :25: before any :20:, which begins a statement"),
        (bad("Från", "\0"), 6, "a NUL byte, which no text has"),
        (bad("Från", &"x".repeat(1 << 14)), 6, "a line is longer than 16384 bytes"),
        (bad("Från", &"x\n".repeat(1 << 15)), 0, "a field is longer than 65536 bytes"),
    ];
    for (text, line, problem) in cases {
        let error = read_text(&text).unwrap_err();
        let said = error.problem.strip_prefix(":60F: cannot be read: ").unwrap_or(&error.problem);
        assert_eq!(said, problem);
        assert!(line == 0 || error.line == Some(line), "{error:?}");
        assert!(!error.help.is_empty());
    }
    assert_eq!(read_text("").unwrap_err().problem, "holds no statement");
}

#[test]
fn a_file_is_known_by_its_first_bytes() {
    let no = ["", "order_id,amount\n:20:\n", "a\nb\nc\nd\ne\nf\ng\nh\n:20:A\n:60F:"];
    for text in no {
        assert!(!is_mt940(text.as_bytes()), "{text}");
    }
    // Also what its reader refuses with a word of its own.
    let yes = [
        ":20:A\r\n:25:B\r\n:28C:1\r\n:60M:C261004SEK5,00\r\n",
        ":20:A\n:25:B\n:28C:1\n:34F:SEK0,\n:61:261005C1,00NTRF\n:60F:x",
        ":25:A\n:20:B\n:60F:C261004SEK5,00",
        "\n{1:F01X}\n:20:A",
        ":20:A\r:25:B\r",
    ];
    for text in yes {
        assert!(is_mt940(text.as_bytes()), "{text}");
    }
}
