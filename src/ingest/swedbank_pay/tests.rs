//! The reader on the provider's own sample, on that sample changed in memory, and on small lists.

use std::io::{BufReader, Cursor};

use chrono::NaiveDate;
use proptest::prelude::*;

use super::stated::{Stated, stated_totals};
use super::transaction_list::{ListRow, RowFields, TransactionList, is_transaction_list, read};
use crate::ingest::xml::XmlError;
use crate::model::currency::Currencies;

type Rows = Vec<ListRow>;

fn read_bytes(bytes: &[u8]) -> Result<(TransactionList, Rows), XmlError> {
    let mut rows = Vec::new();
    let (list, _) = read(bytes, &Currencies::default(), &mut |row| rows.push(row))?;
    Ok((list, rows))
}

/// The provider's published list, where the folder of such files stands beside the project (or `AVSTEM_SAMPLES` names
/// it). It is not ours to copy, so elsewhere these tests pass without it; in CI it must be there.
fn sample() -> Option<String> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/samples").to_owned();
    let folder = std::env::var("AVSTEM_SAMPLES").unwrap_or(beside);
    let path = format!("{folder}/swedbank_pay/settlement/R1234-0001-Redovisningsservice.xml");
    let text = std::fs::read_to_string(path).ok();
    assert!(text.is_some() || std::env::var_os("CI").is_none(), "the published list must be there in CI");
    text
}

/// A list without a summary around these elements.
fn list_of(inner: &str) -> String {
    format!("<SalesAccountedTransactions AccountingNo=\"R1-0001\">\n{inner}\n</SalesAccountedTransactions>")
}

fn rows_of(inner: &str) -> Rows {
    read_bytes(list_of(inner).as_bytes()).expect("a list").1
}

fn reject_of(inner: &str) -> (String, String, String) {
    let reject = rows_of(inner).remove(0).fields.expect_err("a reject");
    (reject.column, reject.value, reject.reason)
}

fn error_of(bytes: &[u8]) -> XmlError {
    read_bytes(bytes).expect_err("an error")
}

fn totals(list: &TransactionList) -> Vec<(String, Option<String>, i128, i128, u64)> {
    let currencies = Currencies::default();
    let code = |stated: &Stated| stated.currency.map(|currency| currencies.code(currency).to_owned());
    stated_totals(list, &currencies)
        .into_iter()
        .map(|one| (one.what.clone(), code(&one), one.stated, one.actual, one.line))
        .collect()
}

fn wrong(list: &TransactionList) -> Vec<(String, i128, i128)> {
    let stated = stated_totals(list, &Currencies::default()).into_iter().filter(|stated| !stated.ties());
    stated.map(|stated| (stated.what, stated.stated, stated.actual)).collect()
}

#[test]
fn the_sample_ties_to_the_last_minor_unit() {
    let Some(text) = sample() else { return };
    let (list, rows) = read_bytes(text.as_bytes()).expect("the sample is read");
    assert_eq!((list.accounting_no.as_str(), list.stated_rows, list.rows), ("R1234-0001", Some((134, 2)), 134));
    assert_eq!(list.accounting_date, NaiveDate::from_ymd_opt(2022, 12, 2));
    let fields: Vec<&RowFields> = rows.iter().filter_map(|row| row.fields.as_ref().ok()).collect();
    let credits: Vec<&&RowFields> = fields.iter().filter(|row| row.gross_amount.starts_with('-')).collect();
    assert_eq!((fields.len(), credits.len(), credits[0].gross_amount.as_str()), (134, 1, "-89000"));
    assert_eq!((credits[0].vat_amount.as_str(), credits[0].referenced_transaction.as_str()), ("", "14223384846"));
    assert_eq!(fields.iter().map(|row| row.gross_amount.parse::<i64>().expect("minor units")).sum::<i64>(), 12_495_000);

    let stated = totals(&list);
    assert_eq!(stated.len(), 2 + 4 * 3);
    assert_eq!(stated[0], ("rows".to_owned(), None, 134, 134, 2));
    assert_eq!(stated[1], ("sum".to_owned(), Some("SEK".to_owned()), 12_495_000, 12_495_000, 17));
    assert!(stated.contains(&("Swish debits".to_owned(), None, 99, 99, 10)));
    assert!(stated.contains(&("Swish credits".to_owned(), None, 1, 1, 10)));
    assert!(stated.contains(&("Swish amount".to_owned(), Some("SEK".to_owned()), 9_232_400, 9_232_400, 10)));
    assert_eq!(wrong(&list), []);
    assert_eq!(list.services[3].service_type, "Factoring");

    assert_eq!(rows[0].line, 18);
    let first = [
        ("gross_amount", "149500"),
        ("currency", "SEK"),
        ("settlement_id", "R1234-0001"),
        ("reconciliation_number", "738482"),
        ("transaction_number", "10728489593"),
        ("payee_reference", ""),
        ("order_id", ""),
        ("transaction_id", "a05bae9f426e4aa4840c246bf2264f99"),
        ("vat_amount", "29900"),
        ("created_at", "2022-11-24 14:18:45"),
        ("settled_at", "2022-11-24 23:59:59"),
        ("referenced_transaction", "10727472541"),
        ("service", "Consumer Credit Card EU"),
    ];
    assert_eq!(fields[0].columns(), first);
    for row in &rows {
        let number = &row.fields.as_ref().expect("readable").transaction_number;
        let line = text.lines().nth(usize::try_from(row.line).expect("small") - 1).expect("a line");
        assert!(line.contains(&format!("PayexTransactionNo=\"{number}\"")), "line {}", row.line);
    }
    let last = fields[133];
    assert_eq!((last.payee_reference.as_str(), last.transaction_id.as_str()), ("478824", ""));
}

#[test]
fn a_changed_amount_is_named() {
    let Some(text) = sample() else { return };
    let text = text.replacen("Amount=\"620.00\"", "Amount=\"620.01\"", 1);
    let (list, _) = read_bytes(text.as_bytes()).expect("a list");
    assert_eq!(
        wrong(&list),
        [("sum".to_owned(), 12_495_000, 12_495_001), ("Consumer Debit Card EU amount".to_owned(), 361_700, 361_701)]
    );
    let Some(text) = sample() else { return };
    let text = text.replacen("Amount=\"620.00\"", "Amount=\"6 20.00\"", 1);
    let (list, rows) = read_bytes(text.as_bytes()).expect("a list");
    assert_eq!((list.rows, list.rows_without_amount, rows[1].fields.is_err()), (134, 1, true));
    let service = "Consumer Debit Card EU";
    let expected = [
        ("sum".to_owned(), 12_495_000, 12_433_000),
        (format!("{service} debits"), 5, 4),
        (format!("{service} amount"), 361_700, 299_700),
    ];
    assert_eq!(wrong(&list), expected);
}

#[test]
fn a_file_cut_off_anywhere_is_an_error() {
    let Some(text) = sample() else { return };
    let bytes = text.trim_end().as_bytes();
    for len in (0..bytes.len()).step_by(997).chain(bytes.len() - 40..bytes.len()) {
        let error = error_of(&bytes[..len]);
        assert!(error.to_string().contains("not well formed"), "{len}: {error}");
    }
    let cut = "<SalesAccountedTransactions AccountingNo='R1-1'>\n  <Currency Sum='1.00' Currency='SEK'>\n";
    let error = error_of(cut.as_bytes());
    assert_eq!((error.line, error.column), (3, 1));
    assert_eq!(error.problem, "not well formed: the file ends inside <Currency>");
    let error = error_of(format!("{cut}   <Transaction Amount='1.00").as_bytes());
    assert_eq!((error.line, error.column), (3, 4));
}

#[test]
fn what_is_no_list_is_refused_with_its_place() {
    let closed = |root: &str| format!("\n <{root}/>");
    let long = format!("A='{}'", "x".repeat(1 << 20));
    let deep = list_of(&"<a>".repeat(40));
    let twice = "SalesAccountedTransactions AccountingNo='R1-1'/><SalesAccountedTransactions AccountingNo='R1-1'";
    let cases = [
        (closed("Document"), 2, 2, "the root element is <Document>"),
        (closed("SALES AccountingNo=''"), 2, 2, "<SALES> has no AccountingNo"),
        (
            "<SALES AccountingNo='R1-1'>\n<CURRENCY Name='SEK' Sum='1,5'/></SALES>".to_owned(),
            2,
            1,
            "<CURRENCY> has an unreadable Sum \"1,5\"",
        ),
        (
            "<SALES AccountingNo='R1-1'><SUMMARY><CURRENCY Name='XYZ'><SERVICE Amount='1'/></CURRENCY></SUMMARY></SALES>"
                .to_owned(),
            1,
            58,
            "<SERVICE> states a total in the currency \"XYZ\"",
        ),
        (closed("SalesAccountedTransactions AccountingNo='R1-1' Version='3.0'"), 2, 2, "version 3.0 of"),
        (closed("SalesAccountedTransactions AccountingNo=' '"), 2, 2, "has no AccountingNo"),
        (
            closed("SalesAccountedTransactions AccountingNo='R1-1' TotalNoOfTransactions='1,5'"),
            2,
            2,
            "unreadable TotalNoOfTransactions \"1,5\"",
        ),
        (
            closed("SalesAccountedTransactions AccountingNo='R1-1' AccountingDate='2022-02-30'"),
            2,
            2,
            "unreadable AccountingDate",
        ),
        (closed("SalesAccountedTransactions AccountingNo=\"&nope;\""), 2, 2, "unreadable AccountingNo"),
        (closed(twice), 2, 51, "a second root element"),
        (closed("SalesAccountedTransactions A='1' A='1'"), 2, 2, "duplicated attribute"),
        (closed(&format!("SalesAccountedTransactions {long}")), 2, 2, "longer than 1048576 bytes"),
        (list_of("<Currency Sum='1.001' Currency='SEK'/>"), 2, 1, "<Currency> has an unreadable Sum \"1.001\""),
        (list_of("<Currency Sum='1.00' Currency='XYZ'/>"), 2, 1, "the currency \"XYZ\""),
        (
            list_of("<Summary><Currency Currency='SEK'><Service NoOfDebet='-1'/></Currency></Summary>"),
            2,
            35,
            "unreadable NoOfDebet \"-1\"",
        ),
        (list_of("<Currency></currency>"), 2, 11, "</currency> where <Currency> ends"),
        (list_of("<Transaction Amount=1/>"), 2, 1, "must be enclosed"),
        (list_of("<Transaction Amount='1.00' <Transaction Amount='2.00'/>"), 2, 1, "a tag inside a tag"),
        (list_of("x &what; y"), 2, 3, "the entity &what;"),
        (deep, 2, 94, "more than 32 elements inside each other"),
        (format!("{} x", list_of("")), 3, 30, "text outside the root element"),
        (format!("{}</a>", list_of("")), 3, 30, "</a> where nothing ends"),
        (String::new(), 1, 1, "the file holds no element"),
        ("order_id,line_id\n1,2\n".to_owned(), 1, 1, "text outside the root element"),
        (
            format!("<?xml version='1.0' encoding='KOI8-R'?>{}", list_of("")),
            1,
            1,
            "the file declares the encoding KOI8-R, and only UTF-8, UTF-16, ISO-8859-1 and Windows-1252 are read",
        ),
        (format!("<a/>{}", "<?xml version='1.0'?>"), 1, 1, "the root element is <a>"),
        (format!("<!DOCTYPE a [<!ENTITY x 'y'>]>{}", list_of("")), 1, 1, "a DOCTYPE"),
    ];
    for (text, line, column, problem) in cases {
        let error = error_of(text.as_bytes());
        let start: String = text.chars().take(80).collect();
        assert!(error.problem.contains(problem), "{start}: {error}");
        assert_eq!((error.line, error.column), (line, column), "{start}: {error}");
        assert!(!error.help.is_empty());
    }
    assert_eq!(error_of(b"\xff\xfe<\0a\0/\0>\0").problem, "the root element is <a>");
}

#[test]
fn rows_that_cannot_be_read_are_data() {
    let missing = "an amount in this currency is digits with an optional sign and at most 2 decimals after a point";
    let currency =
        "a currency is an active ISO 4217 code in capitals; the configuration may add others in [currencies]";
    let cases = [
        ("<Transaction Currency='SEK'/>", "Amount", "", missing),
        ("<Transaction Currency='SEK' Amount='1,00'/>", "Amount", "1,00", missing),
        ("<Transaction Currency='SEK' Amount='1.00' VAT_Amount='x'/>", "VATAmount", "x", missing),
        ("<Transaction Amount='1.00'/>", "Currency", "", currency),
        ("<Currency Currency='XYZ'><Transaction Amount='1.00'/></Currency>", "Currency", "XYZ", currency),
        (
            "<Transaction Currency='SEK' Amount='99999999999999999.00'/>",
            "Amount",
            "99999999999999999.00",
            "the amount does not fit 64 bits of minor units",
        ),
        (
            "<Transaction Currency='SEK' Amount='1.00' amount='2.00'/>",
            "Amount",
            "2.00",
            "the row states it twice: here, and as \"1.00\"",
        ),
        (
            "<Transaction Currency='SEK' Amount='1.00' OrderIdentity='&x;'/>",
            "OrderIdentity",
            "&x;",
            "at 1..2: unrecognized entity `x`",
        ),
        (
            "<Transaction Currency='SEK' Amount='1.00' OrderIdentity='&#1;'/>",
            "OrderIdentity",
            "&#1;",
            "a control character that XML does not allow",
        ),
    ];
    for (row, column, value, reason) in cases {
        assert_eq!(reject_of(row), (column.to_owned(), value.to_owned(), reason.to_owned()), "{row}");
    }
    // Bytes that are not UTF-8 reject their row, even where nothing is read from them; the others are read on.
    let row = "<Currency Currency='SEK' Sum='3.00'>\n<Transaction Amount='1.00' Description='k?p'/>\n<Transaction Amount='2.00'/></Currency>";
    let bytes: Vec<u8> = list_of(row).bytes().map(|byte| if byte == b'?' { 0xf6 } else { byte }).collect();
    let (list, rows) = read_bytes(&bytes).expect("a list");
    let reject = rows[0].fields.as_ref().expect_err("a reject");
    assert_eq!(
        (reject.column.as_str(), reject.value.as_str(), reject.reason.as_str()),
        ("Description", "k\u{fffd}p", "bytes that are not UTF-8")
    );
    assert_eq!((rows[0].line, rows[1].line, rows[1].fields.is_ok(), wrong(&list)), (3, 4, true, vec![]));
    let bytes: Vec<u8> =
        list_of("<Currency Currency='S?K'/>").bytes().map(|byte| if byte == b'?' { 0xf6 } else { byte }).collect();
    assert!(error_of(&bytes).problem.contains("bytes that are not UTF-8"));
}

#[test]
fn spellings_entities_namespaces_and_line_ends_do_not_matter() {
    let plain = "<Currency Currency='SEK'>\n<Transaction\n  Amount='-1.50' VATAmount='0.3' PayexTransactionNo='7' PayexBatchNo='8' \
        OrderIdentity='a&amp;b' TransactionIdentity='A&#49;' />\n\
        <!-- -- x > --><?p ?>\n<Transaction Amount='2'></Transaction></Currency>";
    let spelled = "<n:currency n:CURRENCY=\"SEK\" xmlns:n=\"u\" xmlns:amount=\"u\">\n<n:Transaction\n  xmlns:amount='9' AMOUNT='-1.50' \
        Vat-Amount='0.3' PayExTransactionNo='7' payex_batch_no=' &#x38; ' Order_Identity='a&#38;b' TransactionIdentity='&#x41;1' \
        Unknown='&nope;' />\n<![CDATA[<Transaction/>]]>&amp;\n<n:Transaction Amount='2'><x/></n:Transaction></n:currency>";
    let rows = rows_of(plain);
    let fields = rows[0].fields.as_ref().expect("a row");
    assert_eq!(
        (fields.order_id.as_str(), fields.payee_reference.as_str(), fields.vat_amount.as_str()),
        ("a&b", "A1", "30")
    );
    assert_eq!((rows.len(), rows[0].line, rows[1].line), (2, 3, 6));
    assert_eq!(rows_of(spelled), rows);

    let text = format!("\u{feff}\n<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- first -->\n{}", list_of(plain));
    let windows = text.replace('\n', "\r\n");
    let expected = read_bytes(text.as_bytes()).expect("a list");
    assert_eq!(read_bytes(windows.as_bytes()).expect("a list"), expected);
    for capacity in [1, 2, 3, 7, 64] {
        let mut rows = Vec::new();
        let input = BufReader::with_capacity(capacity, Cursor::new(windows.as_bytes()));
        let (list, _) = read(input, &Currencies::default(), &mut |row| rows.push(row)).expect("a list");
        assert_eq!((list, rows), expected, "{capacity}");
    }
}

#[test]
fn services_are_compared_by_subsite_where_both_sides_name_it() {
    let service = |amount: &str, debits: u32, credits: u32| {
        format!(
            "<ServiceType ServiceType='T'><Service ServiceName='Swish' NoOfDebet='{debits}' NoOfCredit='{credits}' Amount='{amount}'/></ServiceType>"
        )
    };
    let summary = |subsite: &str, inner: &str| {
        format!("<Summary Subsite='{subsite}'><Currency Currency='SEK'>{inner}</Currency></Summary>")
    };
    let row = |subsite: &str, amount: &str| format!("<Transaction Amount='{amount}' ServiceName='Swish' {subsite}/>");
    let of = |summaries: &str, rows: &str| {
        let text = list_of(&format!("{summaries}<Currency Currency='SEK'>{rows}</Currency>"));
        wrong(&read_bytes(text.as_bytes()).expect("a list").0)
    };
    let summaries = format!("{}{}", summary("A", &service("3.00", 2, 0)), summary("B", &service("-1.00", 0, 1)));
    let right = format!("{}{}{}", row("Subsite='A'", "1.00"), row("Subsite='A'", "2.00"), row("Subsite='B'", "-1.00"));
    assert_eq!(of(&summaries, &right), []);
    // The same rows at the wrong subsite; one summary for all; rows that name no subsite.
    let swapped = right.replace("'A'", "'C'");
    let name = |subsite: &str, part: &str| format!("Swish of subsite {subsite} {part}");
    let expected = [
        (name("A", "debits"), 2, 0),
        (name("A", "amount"), 300, 0),
        (name("C", "debits"), 0, 2),
        (name("C", "amount"), 0, 300),
    ];
    assert_eq!(of(&summaries, &swapped), expected);
    assert_eq!(of(&summary("", &service("2.00", 2, 1)), &swapped), []);
    assert_eq!(of(&summaries, &right.replace("Subsite='A'", "").replace("Subsite='B'", "")), []);
    // No summary, nothing stated; an empty one states that there is nothing.
    assert_eq!(of("", &right), []);
    assert_eq!(
        of("<Summary/>", &row("", "1.00")),
        [("Swish debits".to_owned(), 0, 1), ("Swish amount".to_owned(), 0, 100)]
    );
    assert_eq!(
        of(&summary("", "<Service ServiceName='Card' Amount='0.00' NoOfDebit='3'/>"), ""),
        [("Card debits".to_owned(), 3, 0)]
    );
}

#[test]
fn sums_go_by_the_currency_of_the_row() {
    let kronor = "<Currency Currency='SEK' Sum='1.00'><Transaction Amount='1.00'/><Transaction Amount='2' Currency='EUR'/></Currency>";
    let text = list_of(&format!("{kronor}<Currency Currency='SEK' Sum='3.00'/><Currency Currency='NOK'/>"));
    let (list, _) = read_bytes(text.as_bytes()).expect("a list");
    let sum = |code: &str, stated, actual| ("sum".to_owned(), Some(code.to_owned()), stated, actual, 2);
    // The kronor are stated twice and summed; nothing is stated of the Norwegian ones, and 0 of the euros.
    assert_eq!(totals(&list), [sum("EUR", 0, 200), sum("SEK", 400, 100)]);
    let (list, _) = read_bytes(text.replace(" Sum='3.00'", "").as_bytes()).expect("a list");
    assert_eq!(totals(&list), [sum("EUR", 0, 200)]);
}

#[test]
fn lists_are_known_by_their_root() {
    for head in [
        "<SalesAccountedTransactions ",
        "\u{feff}<?xml version='1.0'?>\r\n<!-- > --> <x:SalesAccountedTransactions>",
        "<SALES xmlns=",
        "<!DOCTYPE a [<!ENTITY b '>'>]><SalesAccountedTransactions/>",
        "<!DOCTYPE a><SalesAccountedTransactions/>",
    ] {
        assert!(is_transaction_list(head.as_bytes()), "{head}");
    }
    for head in [
        "",
        "<",
        "<SalesAccountedTransactions",
        "<Document>",
        "order_id,line_id",
        "<!-- SalesAccountedTransactions ",
        "<?xml",
        "{}",
    ] {
        assert!(!is_transaction_list(head.as_bytes()), "{head}");
    }
    if let Some(text) = sample() {
        assert!(is_transaction_list(&text.as_bytes()[..1024]));
    }
}

proptest! {
    #[test]
    fn the_order_of_attributes_does_not_matter(
        shuffled in Just(vec![
            "Amount='-890.00'", "Currency='SEK'", "VATAmount='1.00'", "TransactionIdentity='q1'", "OrderIdentity='o'", "PayexBatchNo='7'",
            "PayexTransactionNo='9'", "DateCreated='2022-11-24 14:18:45'", "DateModified='2022-11-24'", "ReferencedTransaction='3'",
            "ServiceName='Swish'", "Subsite='A'", "Description='x > y'", "SalesChannel='Web'",
        ]).prop_shuffle(),
        separator in prop_oneof![Just(" "), Just("\n"), Just("\t \r\n")],
    ) {
        let rows = rows_of(&format!("<Transaction {}/>", shuffled.join(separator)));
        let sorted = { let mut sorted = shuffled; sorted.sort_unstable(); sorted.join(" ") };
        prop_assert_eq!(rows, rows_of(&format!("<Transaction {sorted}/>")));
    }

    #[test]
    fn damage_is_an_error_and_never_a_panic(place in 0_usize..6000, bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"<>/!?-&;\"'[]= ".to_vec())], 0..6)) {
        let Some(text) = sample() else { return Ok(()) };
        let mut text = text.into_bytes();
        text.truncate(6000);
        text.splice(place..(place + bytes.len()).min(6000), bytes.iter().copied());
        let _ = read_bytes(&text);
        let _ = is_transaction_list(&text);
    }
}
