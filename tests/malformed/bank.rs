//! Statements of banks in their own formats as they should not be: camt.053, camt.054 and MT940.

use super::{Malformed, file, with_holes};

const CAMT: &str = "--bank b.xml";
const MT940: &str = "--bank b.sta";

/// One payout that is told in full.
const ENTRY: &str = "<Ntry><Amt Ccy=\"SEK\">121222.74</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
    <BookgDt><Dt>2026-10-05</Dt></BookgDt><AcctSvcrRef>SVC-77</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr><Pty>\
    <Nm>PayEx Sverige AB</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>Utbetalning R1234-0001</Ustrd></RmtInf></TxDtls>\
    </NtryDtls></Ntry>";

fn balance(code: &str, amount: &str) -> String {
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"SEK\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
         <Dt><Dt>2026-10-05</Dt></Dt></Bal>"
    )
}

/// A statement of one entry, as it should be; each part on a line of its own.
fn statement() -> String {
    let (opening, closing) = (balance("OPBD", "100.00"), balance("CLBD", "121322.74"));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>\n\
         <Stmt><Id>S1</Id><ElctrncSeqNb>7</ElctrncSeqNb><Acct><Id><IBAN>SE3550000000054910000003</IBAN></Id>\
         <Ccy>SEK</Ccy></Acct>\n{opening}\n{closing}\n{ENTRY}\n</Stmt></BkToCstmrStmt></Document>\n"
    )
}

/// The statement with a part written otherwise.
fn with(name: &'static str, from: &str, to: &str) -> Malformed {
    let text = statement();
    assert!(text.contains(from), "{name}");
    file(name, CAMT, text.replace(from, to))
}

const STATEMENT: &str = ":20:ST261005\n:25:SE3550000000054910000003\n:28C:278/1\n:60F:C261004SEK100,00\n\
    :61:2610051005C121222,74NTRFR1234-0001//SVC-77\n:86:PayEx utbetalning R1234-0001\n:62F:C261005SEK121322,74\n";

/// MT940 with a part written otherwise.
fn mt940(name: &'static str, from: &str, to: &str) -> Malformed {
    assert!(STATEMENT.contains(from), "{name}");
    file(name, MT940, STATEMENT.replace(from, to))
}

fn utf_16(text: &str, mark: &[u8]) -> Vec<u8> {
    mark.iter().copied().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

pub fn all() -> Vec<Malformed> {
    camt().into_iter().chain(swift()).collect()
}

fn camt() -> Vec<Malformed> {
    let whole = statement();
    let cut_at = |mark: &str| &whole[..whole.find(mark).unwrap()];
    let entities = "<!DOCTYPE Document [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>\n<Document";
    let pages =
        |number: &str| format!("<Id>S1</Id><StmtPgntn><PgNb>{number}</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>");
    let advice = whole.replace("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn").replace("Stmt>", "Ntfctn>");
    vec![
        file("camt_as_it_should_be", CAMT, &whole),
        file("camt_empty", CAMT, ""),
        file("camt_cut_off_in_a_tag", CAMT, cut_at("dtDbtInd>CRDT</CdtDbtInd><Sts>")),
        file("camt_cut_off_between_entries", CAMT, cut_at("\n</Stmt>")),
        file("camt_cut_off_behind_the_body", CAMT, cut_at("</Document>")),
        file("camt_another_end_tag", CAMT, whole.replace("</Ntry>", "</Entry>")),
        file("camt_another_root", CAMT, "<?xml version=\"1.0\"?>\n<Report><Line/></Report>\n"),
        file(
            "camt_a_payment_order",
            CAMT,
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"><CstmrCdtTrfInitn/></Document>",
        ),
        with("camt_an_intraday_report", "BkToCstmrStmt", "BkToCstmrAcctRpt"),
        with("camt_a_newer_version", "camt.053.001.08", "camt.053.001.14"),
        with("camt_another_message_in_its_namespace", "camt.053.001.08", "camt.054.001.08"),
        file("camt_an_advice_in_the_namespace_of_statements", CAMT, &advice),
        file("camt_an_advice_without_balances", CAMT, advice.replace("camt.053", "camt.054")),
        file("camt_without_body", CAMT, "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"/>\n"),
        file("camt_without_statement", CAMT, "<Document><BkToCstmrStmt><GrpHdr/></BkToCstmrStmt></Document>\n"),
        file("camt_two_bodies", CAMT, whole.replace("</Document>", "<BkToCstmrStmt></BkToCstmrStmt></Document>")),
        file("camt_without_opening_balance", CAMT, whole.replace(&balance("OPBD", "100.00"), "")),
        file("camt_without_closing_balance", CAMT, whole.replace(&balance("CLBD", "121322.74"), "")),
        with("camt_balances_that_do_not_tie", "121322.74", "121322.75"),
        with("camt_a_balance_twice", "<Cd>CLBD</Cd>", "<Cd>OPBD</Cd>"),
        with("camt_a_balance_without_direction", "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>", "<Dt><Dt>"),
        with("camt_an_entry_twice", ENTRY, &format!("{ENTRY}\n{ENTRY}")),
        with("camt_an_amount_with_a_comma", "121222.74", "121222,74"),
        with("camt_an_amount_with_a_sign", "121222.74", "-121222.74"),
        with("camt_an_amount_with_spaces", "121222.74", "121 222.74"),
        with("camt_an_amount_of_words", "121222.74", "many"),
        with("camt_an_amount_with_three_decimals", "121222.74", "121222.745"),
        with("camt_an_amount_beyond_all_numbers", "121222.74", "99999999999999999999.00"),
        with("camt_an_amount_without_currency", "<Amt Ccy=\"SEK\">121222.74", "<Amt>121222.74"),
        with("camt_an_amount_in_another_currency", "<Amt Ccy=\"SEK\">121222.74", "<Amt Ccy=\"EUR\">121222.74"),
        file("camt_an_unknown_currency", CAMT, whole.replace("SEK", "XQX")),
        file(
            "camt_an_account_in_an_unknown_currency",
            CAMT,
            cut_at("\n<Bal>").replace("SEK", "KRONOR") + "</Stmt></BkToCstmrStmt></Document>\n",
        ),
        with("camt_an_entry_without_amount", "<Amt Ccy=\"SEK\">121222.74</Amt>", ""),
        with("camt_a_direction_in_words", "<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<CdtDbtInd>Credit</CdtDbtInd><Sts>"),
        with("camt_an_entry_without_direction", "<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<Sts>"),
        with("camt_a_reversal_mark_that_is_none", "<Sts>", "<RvslInd>yes</RvslInd><Sts>"),
        with("camt_an_unknown_status", "BOOK", "DONE"),
        with("camt_an_entry_without_status", "<Sts><Cd>BOOK</Cd></Sts>", ""),
        with("camt_a_day_that_does_not_exist", "<Dt>2026-10-05</Dt></BookgDt>", "<Dt>2026-02-30</Dt></BookgDt>"),
        with("camt_a_day_of_another_form", "<Dt>2026-10-05</Dt></BookgDt>", "<Dt>05.10.2026</Dt></BookgDt>"),
        with("camt_an_entry_without_day", "<BookgDt><Dt>2026-10-05</Dt></BookgDt>", ""),
        with("camt_a_page_number_that_is_none", "<Id>S1</Id>", &pages("first")),
        with("camt_a_number_that_is_none", "<ElctrncSeqNb>7<", "<ElctrncSeqNb>seven<"),
        with("camt_an_account_that_is_too_long", "SE3550000000054910000003", &"9".repeat(300)),
        with("camt_a_text_of_20_000_characters", "Utbetalning", &"x".repeat(20_000)),
        with("camt_a_tag_of_2_mib", "<Ustrd>", &format!("<Ustrd a=\"{}\">", "x".repeat(2 << 20))),
        with("camt_deep_nesting", "<NtryDtls>", &"<a>".repeat(100_000)),
        with("camt_billion_laughs", "<Document", entities),
        with("camt_external_entity", "<Document", "<!DOCTYPE Document SYSTEM \"file:///etc/passwd\">\n<Document"),
        with("camt_unknown_entity", "Utbetalning", "&utbetalning;"),
        file("camt_crlf", CAMT, whole.replace('\n', "\r\n").replace("BOOK", "DONE")),
        file("camt_with_mark", CAMT, format!("\u{feff}{}", whole.replace("BOOK", "DONE"))),
        file("camt_utf_16", CAMT, utf_16(&whole.replace("BOOK", "DONE"), b"\xff\xfe")),
        file(
            "camt_bytes_that_are_not_utf_8",
            CAMT,
            whole
                .replace("Utbetalning", "\u{1}")
                .bytes()
                .map(|byte| if byte == 1 { 0xe5 } else { byte })
                .collect::<Vec<_>>(),
        ),
        file("camt_given_as_settlements", "--settlements b.xml", &whole),
        file("camt_given_as_payouts", "--payouts b.xml", &whole),
        file("camt_given_as_input", "--input b.xml", &whole),
        file(
            "transaction_list_given_as_bank",
            CAMT,
            "<SalesAccountedTransactions AccountingNo=\"R1-1\" Version=\"2.0\"></SalesAccountedTransactions>",
        ),
        with_holes("camt_a_text_of_1_gib", CAMT, &[(0, cut_at("Utbetalning").as_bytes())], 1 << 30),
    ]
}

fn swift() -> Vec<Malformed> {
    let cut_at = |mark: &str| &STATEMENT[..STATEMENT.find(mark).unwrap()];
    let entry = ":61:2610051005C121222,74NTRFR1234-0001//SVC-77\n:86:PayEx utbetalning R1234-0001\n";
    let wrapped = format!("{{1:F01BANKSESS0000000000}}{{2:I940BANKSESSN}}{{4:\n{STATEMENT}-}}\n");
    let latin: Vec<u8> =
        STATEMENT.replace("utbetalning", "\u{1}").bytes().map(|byte| if byte == 1 { 0xe5 } else { byte }).collect();
    vec![
        file("mt940_as_it_should_be", MT940, STATEMENT),
        file("mt940_cut_off_in_an_entry", MT940, cut_at("2,74NTRF")),
        file("mt940_cut_off_before_the_closing_balance", MT940, cut_at(":62F:")),
        file("mt940_cut_off_in_the_closing_balance", MT940, cut_at("SEK121322,74")),
        file("mt940_cut_off_in_its_block", MT940, wrapped.replace(":62F:C261005SEK121322,74\n-}\n", "")),
        mt940("mt940_without_reference", ":20:ST261005\n", ""),
        mt940("mt940_without_account", ":25:SE3550000000054910000003\n", ""),
        mt940("mt940_without_opening_balance", ":60F:C261004SEK100,00\n", ""),
        mt940("mt940_two_opening_balances", ":61:", ":60F:C261004SEK100,00\n:61:"),
        mt940("mt940_balances_that_do_not_tie", "121322,74", "121322,75"),
        mt940("mt940_balances_in_two_currencies", "C261005SEK", "C261005EUR"),
        mt940("mt940_an_unknown_currency", "SEK", "XQX"),
        mt940("mt940_a_balance_with_another_mark", "F:C261004", "F:K261004"),
        mt940("mt940_a_balance_on_no_day", "C261004SEK", "C261304SEK"),
        mt940("mt940_an_entry_on_no_day", ":61:261005", ":61:261032"),
        mt940("mt940_an_entry_booked_on_no_day", "2610051005C", "2610051305C"),
        mt940("mt940_an_entry_with_another_mark", "1005C121222", "1005K121222"),
        mt940("mt940_an_amount_with_a_point", "C121222,74NTRF", "C121222.74NTRF"),
        mt940("mt940_an_amount_with_three_decimals", "C121222,74NTRF", "C121222,745NTRF"),
        mt940("mt940_an_amount_without_a_comma", "C121222,74NTRF", "C121222NTRF"),
        mt940("mt940_an_amount_beyond_all_numbers", "C121222,74NTRF", "C99999999999999999999,NTRF"),
        mt940("mt940_an_amount_with_a_sign", "C121222,74NTRF", "C-121222,74NTRF"),
        mt940("mt940_an_entry_without_type", "74NTRFR1234", "74 R1234"),
        mt940("mt940_an_entry_twice", entry, &format!("{entry}{entry}")),
        mt940("mt940_an_entry_behind_the_closing_balance", "121322,74\n", &format!("121322,74\n{entry}")),
        mt940("mt940_a_number_that_is_none", "278/1", "first"),
        mt940("mt940_an_account_that_is_too_long", "SE3550000000054910000003", &"9".repeat(300)),
        mt940("mt940_a_line_of_20_000_characters", "utbetalning", &"x".repeat(20_000)),
        mt940("mt940_a_field_of_100_000_lines", "R1234-0001\n:62F", &format!("{}\n:62F", "x\n".repeat(100_000))),
        mt940("mt940_nul_bytes", "utbetalning", "\0\0"),
        file("mt940_crlf", MT940, STATEMENT.replace('\n', "\r\n").replace("1005C", "1005K")),
        file("mt940_lone_returns", MT940, STATEMENT.replace('\n', "\r")),
        file("mt940_with_mark", MT940, format!("\u{feff}{}", STATEMENT.replace("1005C", "1005K"))),
        file("mt940_utf_16", MT940, utf_16(&STATEMENT.replace("1005C", "1005K"), b"\xff\xfe")),
        file("mt940_utf_16_without_mark", MT940, utf_16(STATEMENT, b"")),
        file("mt940_latin_1", MT940, latin),
        file("mt940_given_as_settlements", "--settlements b.sta", STATEMENT),
        file("mt940_given_as_payouts", "--payouts b.sta", STATEMENT),
        file("mt940_given_as_input", "--input b.sta", STATEMENT),
        file("mt942_given_as_bank", MT940, ":20:ST\n:25:1\n:28C:1\n:34F:SEKC0,\n:13D:2610051200+0100\n:90C:0SEK0,\n"),
        with_holes("mt940_a_line_of_1_gib", MT940, &[(0, cut_at("utbetalning").as_bytes())], 1 << 30),
    ]
}
