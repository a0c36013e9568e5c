//! camt files of all shapes, by hand.

use super::*;
use crate::ingest::bank::BankNames;
use crate::model::bank::{Balance, Entry, Statement};
use crate::model::currency::Currencies;

fn read_text(text: &str) -> Result<BankFile, FileError> {
    read_bytes(text.as_bytes().to_vec())
}

fn read_bytes(bytes: Vec<u8>) -> Result<BankFile, FileError> {
    let (names, currencies) = (BankNames::default(), Currencies::default());
    read_camt("b.xml", &Bytes::from_vec(bytes), &BankWays { names: &names, currencies: &currencies })
}

const ACCOUNT: &str = "<Acct><Id><IBAN>SE35 5000 0000 0549 1000 0003</IBAN></Id><Ccy>SEK</Ccy></Acct>";

fn balance(code: &str, amount: &str, day: &str) -> String {
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"SEK\">{amount}</Amt>\
         <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )
}

/// A statement in version 08 with this inside, each part on a line of its own.
fn statement(inside: &[&str]) -> String {
    let namespace = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";
    format!(
        "<Document xmlns=\"{namespace}\">\n<BkToCstmrStmt><GrpHdr><MsgId>m</MsgId></GrpHdr>\n<Stmt><Id>S1</Id>{ACCOUNT}\n\
         {}\n</Stmt></BkToCstmrStmt></Document>",
        inside.join("\n")
    )
}

/// An entry with this behind its day.
fn entry(amount: &str, direction: &str, inside: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"SEK\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><Dt>2026-10-05</Dt></BookgDt>{inside}</Ntry>"
    )
}

fn transaction(inside: &str) -> String {
    format!("<TxDtls>{inside}</TxDtls>")
}

fn of(amount_minor: i64, provider: Option<&str>, references: &[&str], id: &str, line: u64) -> Entry {
    Entry {
        booked_on: "2026-10-05".parse().unwrap(),
        amount_minor,
        provider: provider.map(str::to_owned),
        references: references.iter().map(|key| (*key).to_owned()).collect(),
        bank_reference: id.to_owned(),
        source: format!("b.xml:{line}"),
    }
}

fn entries(inside: &[&str]) -> Vec<Entry> {
    read_text(&statement(inside)).unwrap().statements.remove(0).entries
}

#[test]
fn a_statement_as_a_whole() {
    let paid = entry(
        "121222.74",
        "CRDT",
        "<AcctSvcrRef>SVC-77</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>\
         <RltdPties><Dbtr><Pty><Nm>PayEx Sverige AB</Nm></Pty></Dbtr></RltdPties>\
         <RmtInf><Ustrd>Utbetalning R1234-0001</Ustrd></RmtInf></TxDtls></NtryDtls>",
    );
    let rent = entry("8000.00", "DBIT", "");
    let pending = paid.replace("BOOK", "PDNG");
    let (opening, closing) = (balance("OPBD", "100.5", "2026-10-05"), balance("CLBD", "113323.24", "2026-10-05"));
    let file =
        read_text(&statement(&[&opening, &balance("CLAV", "1", "2026-10-05"), &closing, &paid, &rent, &pending]))
            .unwrap();
    let on = |amount_minor: i64| Some(Balance { amount_minor, on: "2026-10-05".parse().unwrap() });
    let expected = Statement {
        kind: StatementKind::Statement,
        account: "SE3550000000054910000003".to_owned(),
        currency: "SEK".to_owned(),
        statement_id: "S1".to_owned(),
        number: None,
        opening: on(10_050),
        closing: on(11_332_324),
        entry_count: 2,
        entry_sum_minor: 11_322_274,
        booked: Some(("2026-10-05".parse().unwrap(), "2026-10-05".parse().unwrap())),
        entries: vec![of(12_122_274, Some("swedbank_pay"), &["R12340001", "SVC77"], "SVC-77", 7)],
        source: "b.xml:3".to_owned(),
    };
    assert_eq!(
        file,
        BankFile {
            format: "camt.053.001.08".to_owned(),
            statements: vec![expected],
            notes: vec!["1 entry is not booked (status PDNG, INFO or FUTR) and does not count".to_owned()],
        }
    );
}

#[test]
fn every_encoding_prefix_and_shape_is_one() {
    let dated =
        |text: &str| text.replace("<Dt>2026-10-05</Dt></BookgDt>", "<DtTm>2026-10-05T23:59:00+02:00</DtTm></BookgDt>");
    let plain = statement(&[&entry(
        "1.00",
        "CRDT",
        "<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Dintero</Nm></Dbtr></RltdPties></TxDtls></NtryDtls>\
         <AddtlNtryInf>Från åäö AB123</AddtlNtryInf>",
    )]);
    let expected = read_text(&plain).unwrap();
    assert_eq!(expected.statements[0].entries, [of(100, Some("dintero"), &["AB123"], "", 4)]);
    let with_status = plain.replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>");
    let with_party = plain.replace("<Dbtr><Nm>Dintero</Nm></Dbtr>", "<Dbtr><Pty><Nm>Dintero</Nm></Pty></Dbtr>");
    let prefixed =
        plain.replace("</", "</n:").replace('<', "<n:").replace("<n:/n:", "</n:").replace("xmlns=", "xmlns:n=");
    let enveloped = format!("<Envelope><AppHdr><Id>x</Id></AppHdr>{plain}</Envelope>");
    for text in [with_status, with_party, prefixed, enveloped, dated(&plain)] {
        assert_eq!(read_text(&text).unwrap(), expected, "{text}");
    }
    let latin = format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{plain}");
    let latin: Vec<u8> = latin.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let utf16: Vec<u8> = format!("\u{feff}{plain}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [latin, utf16] {
        assert_eq!(read_bytes(bytes).unwrap(), expected);
    }
    for version in ["02", "13"] {
        let file = read_text(&plain.replace("001.08", &format!("001.{version}"))).unwrap();
        assert_eq!(file.format, format!("camt.053.001.{version}"));
    }
    let advice = plain.replace("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn").replace("Stmt>", "Ntfctn>");
    let advice = read_text(&advice.replace("camt.053.001.08", "camt.054.001.02")).unwrap();
    assert_eq!((advice.format.as_str(), advice.statements[0].kind), ("camt.054.001.02", StatementKind::Advice));
    assert_eq!(advice.statements[0].entries, expected.statements[0].entries);
}

#[test]
fn transactions_that_sum_to_their_entry_are_entries() {
    let amount = |amount: &str| format!("<Amt Ccy=\"SEK\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>");
    let older = |amount: &str| format!("<AmtDtls><TxAmt><Amt Ccy=\"SEK\">{amount}</Amt></TxAmt></AmtDtls>");
    let refs = |id: &str| format!("<Refs><EndToEndId>{id}</EndToEndId></Refs>");
    let payex = "<RltdPties><Dbtr><Nm>Payex</Nm></Dbtr><Cdtr><Nm>Dintero shop</Nm></Cdtr></RltdPties>";
    let details =
        |parts: &[String]| format!("<AcctSvcrRef>B-9000</AcctSvcrRef><NtryDtls>\n{}</NtryDtls>", parts.join("\n"));
    let two = |one: String, other: String| {
        let parts = [transaction(&(refs("A0001") + &one + payex)), transaction(&(refs("A0002") + &other))];
        entries(&[&entry("30.00", "CRDT", &details(&parts))])
    };
    let split = vec![
        of(1_000, Some("swedbank_pay"), &["A0001", "B9000"], "B-9000", 5),
        of(2_000, None, &["A0002", "B9000"], "B-9000", 6),
    ];
    assert_eq!(two(amount("10.00"), amount("20.00")), split);
    assert_eq!(two(older("10.00"), older("20.00")), split);
    // A part that is taken off has a sign of its own.
    let taken_off = amount("10.00").replace("CRDT", "DBIT");
    let found = two(amount("40.00"), taken_off);
    assert_eq!(found.iter().map(|entry| entry.amount_minor).collect::<Vec<_>>(), [4_000, -1_000]);
    // Without amounts, in another currency, or with another sum it is one entry, of a provider where all parts name it.
    let whole = [of(3_000, None, &["A0001", "A0002", "B9000"], "B-9000", 4)];
    let euro = amount("20.00").replace("SEK", "EUR");
    for (one, other) in [
        (String::new(), String::new()),
        (amount("10.00"), String::new()),
        (amount("10.00"), euro),
        (amount("10.00"), amount("20.01")),
    ] {
        assert_eq!(two(one, other), whole);
    }
    let both = [transaction(&(refs("A0001") + payex)), transaction(&(refs("A0002") + payex))];
    let found = entries(&[&entry("30.00", "CRDT", &details(&both))]);
    assert_eq!(found, [of(3_000, Some("swedbank_pay"), &["A0001", "A0002", "B9000"], "B-9000", 4)]);
}

#[test]
fn the_other_side_names_the_provider() {
    let parties = "<NtryDtls><TxDtls><Refs><EndToEndId>E0001</EndToEndId></Refs><RltdPties>\
                   <Dbtr><Nm>Dintero</Nm></Dbtr><Cdtr><Nm>Payex</Nm></Cdtr></RltdPties></TxDtls></NtryDtls>";
    let cases = [("CRDT", "", Some("dintero")), ("DBIT", "", Some("swedbank_pay"))];
    let reversed = [
        ("CRDT", "true", Some("swedbank_pay")),
        ("DBIT", "1", Some("dintero")),
        ("DBIT", "false", Some("swedbank_pay")),
    ];
    for (direction, reversal, provider) in cases.into_iter().chain(reversed) {
        let mark = if reversal.is_empty() { String::new() } else { format!("<RvslInd>{reversal}</RvslInd>") };
        let found = entries(&[&entry("1.00", direction, &(mark + parties))]);
        assert_eq!(found[0].provider.as_deref(), provider, "{direction} {reversal}");
        // The direction is that of the money, taken back or not.
        assert_eq!(found[0].amount_minor, if direction == "CRDT" { 100 } else { -100 });
    }
}

#[test]
fn pages_of_one_statement_are_one() {
    let page = |number: u32, inside: &str| {
        format!(
            "<Stmt><Id>S1</Id><StmtPgntn><PgNb>{number}</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>\n{ACCOUNT}{inside}</Stmt>"
        )
    };
    let plain = |inside: &str| format!("<Stmt><Id>S1</Id>{ACCOUNT}{inside}</Stmt>");
    let message =
        |pages: &[String]| format!("<Document><BkToCstmrStmt>{}</BkToCstmrStmt></Document>", pages.join("\n"));
    let one = entry("1.00", "CRDT", "");
    let opening = balance("OPBD", "5.00", "2026-10-05");
    let interim = |amount: &str| balance("ITBD", amount, "2026-10-05");
    let closing = balance("CLBD", "8.00", "2026-10-05");
    let first = opening.clone() + &interim("6.00") + &one;
    let second = interim("6.00") + &interim("7.00") + &one;
    let third = interim("7.00") + &closing + &one;
    for pages in [
        [page(1, &first), page(2, &second), page(3, &third)],
        [plain(&(opening.clone() + &one)), plain(&one), plain(&(closing.clone() + &one))],
    ] {
        let file = read_text(&message(&pages)).unwrap();
        let [statement] = file.statements.as_slice() else { panic!("one statement: {file:?}") };
        let amounts = [statement.opening, statement.closing].map(|balance| balance.map(|balance| balance.amount_minor));
        assert_eq!((amounts, statement.entry_count), ([Some(500), Some(800)], 3));
        assert_eq!((file.format.as_str(), file.notes.len()), ("camt.053", 0));
    }
    // A page alone: its interim balance is the one that it lacks.
    let alone = read_text(&message(&[page(3, &third)])).unwrap();
    assert_eq!(alone.statements[0].opening.map(|balance| balance.amount_minor), Some(700));
    let middle = read_text(&message(&[page(2, &second)])).unwrap();
    assert_eq!((middle.statements[0].opening, middle.statements[0].closing), (None, None));
    assert_eq!(middle.notes, ["1 statement lacks its opening or closing balance, so nothing proves that it is whole"]);
    // The same statement twice is two: whoever counts sees that one repeats the other.
    let whole = plain(&(opening + &closing + &one));
    assert_eq!(read_text(&message(&[whole.clone(), whole])).unwrap().statements.len(), 2);
}

#[test]
fn what_is_in_doubt_makes_the_file_unreadable() {
    let good = entry("1.00", "CRDT", "");
    let bad = |from: &str, to: &str| statement(&[&good.replace(from, to)]);
    let cases = [
        (
            bad("1.00", "1,00"),
            "5:6",
            "the amount \"1,00\" SEK cannot be read: an amount is digits with at most one decimal mark, without a sign",
        ),
        (
            bad("1.00", "-1.00"),
            "5:6",
            "the amount \"-1.00\" SEK cannot be read: an amount is digits with at most one decimal mark, without a sign",
        ),
        (bad("1.00", "1.001"), "5:6", "the amount \"1.001\" SEK cannot be read: the currency has 2 decimals"),
    ];
    for (text, _, problem) in cases {
        assert_eq!(read_text(&text).unwrap_err().problem, problem);
    }
    let others = [
        (bad("SEK", "XQX"), "a balance or entry in \"XQX\" on the statement of line 3, which is in SEK"),
        (bad(" Ccy=\"SEK\"", ""), "an amount without its currency (Ccy)"),
        (bad("<Sts>", "<RvslInd>yes</RvslInd><Sts>"), "RvslInd is neither true nor false"),
        (
            statement(&[]).replace("<Id>S1</Id>", "<Id>S1</Id><ElctrncSeqNb>seven</ElctrncSeqNb>"),
            "ElctrncSeqNb is \"seven\", which is no whole number",
        ),
        (
            statement(&[]).replace("<Id>S1</Id>", "<Id>S1</Id><StmtPgntn><PgNb>first</PgNb></StmtPgntn>"),
            "PgNb is \"first\", which is no whole number",
        ),
        (statement(&[]).replace("S1", &"1".repeat(141)), "the id of a statement (Id) of more than 140 characters"),
        (
            statement(&[]).replace("SE35 5000", &"1".repeat(141)),
            "the number of an account (Acct) of more than 140 characters",
        ),
        (
            statement(&[]).replace("<Ccy>SEK</Ccy>", "<Ccy>KRONOR</Ccy>"),
            "an amount in the currency \"KRONOR\", which is not an active ISO 4217 code",
        ),
        (statement(&[]).replace("<Document", "<!DOCTYPE Document SYSTEM \"x\">\n<Document"), "a DOCTYPE"),
        (bad("CRDT", "CREDIT"), "CdtDbtInd is neither CRDT nor DBIT"),
        (bad("<CdtDbtInd>CRDT</CdtDbtInd>", ""), "an entry without CdtDbtInd"),
        (bad("<Amt Ccy=\"SEK\">1.00</Amt>", ""), "an entry without an amount (Amt)"),
        (
            bad("<Cd>BOOK</Cd>", ""),
            "an entry without a status (Sts) of ISO 20022, so that nothing says whether it is booked",
        ),
        (bad("BOOK", "DONE"), "a status (Sts) that is none of BOOK, PDNG, INFO and FUTR"),
        (bad("<BookgDt><Dt>2026-10-05</Dt></BookgDt>", ""), "an entry without a day (BookgDt)"),
        (bad("2026-10-05", "2026-02-30"), "\"2026-02-30\" is no day: a day is YYYY-MM-DD"),
        (bad("2026-10-05", "05.10.2026"), "\"05.10.2026\" is no day: a day is YYYY-MM-DD"),
        (
            statement(&[&balance("OPBD", "1", "2026-10-05"), &balance("OPBD", "2", "2026-10-05")]),
            "states a balance twice, with different amounts",
        ),
        (
            statement(&[])
                .replace("<Ccy>SEK</Ccy>", "<Ccy>XQX</Ccy>")
                .replace("</Stmt>", &format!("{}</Stmt>", good.replace("SEK", "XQX"))),
            "an amount in the currency \"XQX\", which is not an active ISO 4217 code",
        ),
        (
            statement(&[&good]).replace("053.001.08", "053.001.01"),
            "declares \"camt.053.001.01\", which is not read as camt.053",
        ),
        (
            statement(&[&good]).replace("053.001.08", "053.001.14"),
            "declares \"camt.053.001.14\", which is not read as camt.053",
        ),
        (
            statement(&[&good]).replace("053.001.08", "054.001.08"),
            "declares \"camt.054.001.08\", which is not read as camt.053",
        ),
        (
            statement(&[&good]).replace("BkToCstmrStmt", "BkToCstmrAcctRpt"),
            "is an intraday report (camt.052), which may still change",
        ),
        (
            "<Document xmlns=\"camt.053.001.08\"/>".to_owned(),
            "holds neither a statement (camt.053) nor an advice (camt.054)",
        ),
        ("<Document><BkToCstmrStmt/></Document>".to_owned(), "holds no statement"),
        (statement(&[&good]).replace("</Stmt>", ""), "not well formed: </BkToCstmrStmt> where <Stmt> ends"),
        (statement(&[&entry("1.00", "CRDT", &"x".repeat(TEXT_BYTES_MAX + 1))]), "a text is longer than 16384 bytes"),
    ];
    for (text, problem) in others {
        let error = read_text(&text).unwrap_err();
        assert_eq!(error.problem, problem);
        assert!(error.line.is_some() && !error.help.is_empty(), "{error:?}");
    }
    // The value date stands for a day of booking that is not stated, as in MT940.
    let dated = bad("BookgDt", "ValDt");
    assert_eq!(read_text(&dated).unwrap().statements[0].entry_count, 1);
}

#[test]
fn a_file_is_known_by_its_first_bytes() {
    let yes = [
        statement(&[]),
        format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<!-- x -->{}", statement(&[])),
        "<a><BkToCstmrAcctRpt>".to_owned(),
        "<n:Document xmlns:n=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.13\">".to_owned(),
    ];
    for text in yes {
        assert!(is_camt(text.as_bytes()), "{text}");
    }
    for text in ["", "<", "<Document>", "<Document xmlns=\"urn:pain.001.001.03\">", "camt.053", "<SALES/>"] {
        assert!(!is_camt(text.as_bytes()), "{text}");
    }
}
