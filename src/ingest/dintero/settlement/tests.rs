//! Settlements: every published file with the rows that it must give, and shapes of our own.

use super::*;
use crate::engine::source::Bytes;
use crate::ingest::copy::Converted;
use crate::ingest::profile::{AmountUnit, Profile};
use crate::model::currency::Currencies;

fn json(text: &str) -> Vec<Converted> {
    convert_settlement_json("s.json", &Bytes::from_vec(text.as_bytes().to_vec()), &Currencies::default()).unwrap()
}

fn xml_as(text: &str, unit: Option<AmountUnit>) -> Result<Vec<Converted>, String> {
    let profile = unit.map(|unit| Profile { amount_unit: Some(unit), ..Profile::default() });
    let bytes = Bytes::from_vec(text.as_bytes().to_vec());
    convert_settlement_xml("s.xml", &bytes, profile.as_ref(), &Currencies::default())
        .map_err(|error| format!("{error} | {}", error.help))
}

fn sample(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/samples/dintero/settlement/");
    std::fs::read_to_string(format!("{folder}{name}")).unwrap()
}

/// Rows as `column=value ...` without the empty columns; rejects as `LINE! column value: reason`.
fn rows(part: &Converted) -> Vec<String> {
    let mut bytes = Vec::new();
    part.bytes.read_at_most(0, &mut bytes, 1 << 20).unwrap();
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let header = reader.headers().unwrap().clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.unwrap();
        let fields = header.iter().zip(&record).filter(|(_, field)| !field.is_empty());
        let fields: Vec<String> = fields.map(|(name, field)| format!("{name}={field}")).collect();
        rows.push(fields.join(" "));
    }
    rows.extend(part.rejects.iter().map(|r| format!("{}! {} {}: {}", r.line, r.column, r.value, r.reason)));
    rows
}

/// What is stated of each total and what the rows give, and the sentence of a header that is off.
fn stated(part: &Converted) -> (Vec<String>, Option<String>) {
    let native = part.native.as_ref().unwrap();
    let totals = native.stated.iter().map(|total| format!("{} {} {}", total.what, total.stated, total.actual));
    let header = native.header_net.map(|header| {
        let sentence = header.sentence(&native.settlement_id, &Currencies::default());
        format!("{} {} {sentence}", header.expected_minor(), header.actual_minor)
    });
    (totals.collect(), header)
}

/// Rows of a report of the settlement S1 in NOK, paid out on 2026-02-01, without the columns that all of them have.
fn report_rows(header: &str, transactions: &str) -> Vec<String> {
    let text = format!(
        r#"{{"dintero_settlement_id":"S1","settlement_date":"2026-02-01","currency":"NOK",{header},"transactions":[{transactions}]}}"#
    );
    let parts = json(&text);
    assert_eq!(parts.len(), 1);
    let same = [" currency=NOK settlement_id=S1 reconciliation_number=S1", " settled_at=2026-02-01 #line=1"];
    rows(&parts[0]).into_iter().map(|row| same.iter().fold(row, |row, same| row.replace(same, ""))).collect()
}

#[test]
fn the_published_report_whose_header_is_off() {
    let parts = json(&sample("settlement_report_thirdparty_fixture.json"));
    let part = &parts[0];
    assert_eq!((parts.len(), part.format.as_str()), (1, "dintero settlement report json"));
    // The header adds up in neither way; its rows do, each by itself: refunds are added, fees are taken off.
    assert_eq!(
        rows(part),
        [
            "gross_amount=5000 currency=NOK settlement_id=s1 reconciliation_number=s1 order_id=3041 \
             transaction_id=P12345678.abc kind=capture fee_amount=100 net_amount=4900 created_at=2026-08-18 \
             settled_at=2026-08-28 #line=14",
            "gross_amount=-10000 currency=NOK settlement_id=s1 reconciliation_number=s1 order_id=2988 \
             transaction_id=P12345678.def kind=reversal fee_amount=0 net_amount=-10000 created_at=2026-08-19 \
             settled_at=2026-08-28 #line=25",
        ]
    );
    let (totals, header) = stated(part);
    assert_eq!(totals, ["amount 19400 -5100", "capture 30000 5000", "refund -10000 -10000", "fee 600 100"]);
    let sentence = "20600 19400 Settlement file s1 states 194.00 NOK as its amount, but its own capture, refund, fee \
                    and chargeback give 394.00 NOK where they are taken off and 206.00 NOK where they are added";
    assert_eq!(header.as_deref(), Some(sentence));
    let native = part.native.as_ref().unwrap();
    assert_eq!((native.rows, native.created.unwrap().to_string()), (2, "2026-08-28".to_owned()));
}

#[test]
fn the_published_lists() {
    let list = |name| match json(&sample(name)).as_slice() {
        [part] => (rows(part), part.format.clone(), part.native.is_none()),
        other => panic!("{other:?}"),
    };
    let format = "dintero settlement list json".to_owned();
    // Its times are no times: the canonical reader rejects the row.
    let placeholder = "gross_amount=123 currency=NOK settlement_id=<string> reconciliation_number=<string> kind=payout \
                       created_at=<string> settled_at=<string> #line=23";
    assert_eq!(list("settlements_list_docs_placeholder.json"), (vec![placeholder.to_owned()], format.clone(), true));
    let payout = "gross_amount=19400 currency=DKK settlement_id=s1 reconciliation_number=s1 kind=payout \
                  settled_at=2026-08-28T09:00:00Z #line=26";
    assert_eq!(list("settlements_list_thirdparty_fixture.json"), (vec![payout.to_owned()], format, true));
}

#[test]
fn a_list_has_a_row_a_settlement_and_currency() {
    let page = |items: &str| format!(r#"{{"items":[{items}],"last_evaluated_key":null}}"#);
    let two = r#"{"id":"S1","settled_at":"2026-02-01","amounts":[{"amount":500,"currency":"NOK"},{"amount":-7,"currency":"SEK"}]}"#;
    let postponed = r#"{"id":2,"payment_status":"POSTPONED","amounts":[{"amount":-90,"capture":0,"refund":90,"fee":0,"currency":"NOK"}]}"#;
    let bad = r#"{"amounts":[]},{"id":"S4"},{"id":"S6","amounts":[]},{"id":"S5","amounts":[{"currency":"NOK"},{"amount":1.5,"currency":"NOK"}]},7"#;
    let odd = r#"{"items":7,"last_evaluated_key":null}"#;
    // The last page may be without its key.
    let last = format!("{{\"items\":[{two}]}}");
    assert_eq!(rows(&json(&last)[0]), rows(&json(&page(two))[0]));
    let text = format!("{}\n{}\n{}\n{odd}", page(two), page(postponed), page(bad));
    let parts = json(&text);
    assert_eq!(parts.len(), 1, "pages of one file are put together");
    assert_eq!(
        rows(&parts[0]),
        [
            "gross_amount=500 currency=NOK settlement_id=S1 reconciliation_number=S1 kind=payout settled_at=2026-02-01 #line=1",
            "gross_amount=-7 currency=SEK settlement_id=S1 reconciliation_number=S1 kind=payout settled_at=2026-02-01 #line=1",
            "gross_amount=-90 currency=NOK settlement_id=2 reconciliation_number=2 kind=postponed #line=2",
            "3! id : the settlement has no id",
            "3! amounts : the settlement states no amounts",
            "3! amounts : the settlement states no amounts",
            "3! amount : the settlement states none in this currency",
            "3! amount 1.5: an amount is a whole number of minor units, to a millionth",
            "3! items 7: an object must stand here",
            "4! items 7: a list must stand here",
        ]
    );
}

#[test]
fn rows_are_signed_toward_the_merchant_under_both_conventions() {
    let capture = "gross_amount=1000 payee_reference=77 order_id=3041 transaction_id=T-1 kind=capture fee_amount=20 \
                   net_amount=980 created_at=2026-01-30";
    let refund = "gross_amount=-300 transaction_id=T-1 kind=reversal fee_amount=0 net_amount=-300";
    let chargeback = "gross_amount=-100 kind=chargeback fee_amount=15 net_amount=-115";
    let fee = "gross_amount=0 kind=fee fee_amount=9 net_amount=-9";
    let returned = "gross_amount=0 kind=fee fee_amount=-4 net_amount=4";
    let expected = [capture, refund, chargeback, fee, returned];
    let first = r#""transaction_id":"T-1","reference":3041,"event_reference":"77","transaction_date":"2026-01-30""#;
    for (header, sign) in [
        (r#""amount":560,"capture":1000,"refund":300,"fee":40,"chargeback":100"#, ""),
        (r#""amount":560,"capture":1000,"refund":-300,"fee":-40,"chargeback":-100"#, "-"),
    ] {
        let back = if sign.is_empty() { "-" } else { "" };
        let transactions = format!(
            r#"{{{first},"net_amount":980,"capture":1000,"refund":0,"fee":{sign}20,"amount":1000}},
            {{"transaction_id":"T-1","amount":-300,"capture":0,"refund":{sign}300,"fee":0}},
            {{"amount":-115,"chargeback":{sign}100,"fee":{sign}15}},
            {{"amount":-9,"capture":0,"fee":{sign}9}},{{"net_amount":4,"fee":{back}4,"card_brand":"Visa"}}"#
        );
        let found = report_rows(header, &transactions);
        let found: Vec<&str> = found.iter().map(|row| row.split(" settled_at").next().unwrap_or_default()).collect();
        assert_eq!(found, expected, "{header}");
    }
}

#[test]
fn a_row_with_several_parts_loses_nothing() {
    let header = r#""amount":1,"capture":1,"refund":0,"fee":0"#;
    let cases: [(&str, &[&str]); 12] = [
        // Fee and net on the first; its net is the stated one less what the others give.
        (
            r#"{"net_amount":690,"capture":1000,"refund":300,"fee":10}"#,
            &["gross_amount=1000 kind=capture fee_amount=10 net_amount=990", "gross_amount=-300 kind=reversal"],
        ),
        // A row that is off by 5 is off by 5.
        (
            r#"{"net_amount":695,"capture":1000,"refund":300,"fee":10}"#,
            &["gross_amount=1000 kind=capture fee_amount=10 net_amount=995", "gross_amount=-300 kind=reversal"],
        ),
        // Nothing stated, nothing made up.
        (r#"{"capture":1000,"refund":300}"#, &["gross_amount=1000 kind=capture", "gross_amount=-300 kind=reversal"]),
        (r#"{"capture":1000,"fee":10}"#, &["gross_amount=1000 kind=capture fee_amount=10"]),
        // A column that is not known and is a part of the net, one that only tells of a part, and one alone.
        (
            r#"{"net_amount":940,"capture":1000,"fee":10,"reserve":-50}"#,
            &["gross_amount=1000 kind=capture fee_amount=10 net_amount=990", "gross_amount=-50 kind=reserve"],
        ),
        (
            r#"{"net_amount":990,"capture":1000,"fee":10,"fee_vat":2}"#,
            &["gross_amount=1000 kind=capture fee_amount=10 net_amount=990", "gross_amount=2 kind=fee_vat"],
        ),
        (r#"{"net_amount":-50,"reserve":-50}"#, &["gross_amount=-50 kind=reserve net_amount=-50"]),
        // Digits that are no money.
        (
            r#"{"net_amount":5,"capture":5,"store_id":12,"conversion_rate_ppm":1099000,"rate":1.5,"batch_number":3}"#,
            &["gross_amount=5 kind=capture net_amount=5"],
        ),
        // No column tells: the provider's word, or none.
        (r#"{"type":"transfer","amount":-200}"#, &["gross_amount=-200 kind=transfer net_amount=-200"]),
        (r#"{"type":"settlement","amount":-200}"#, &["gross_amount=-200 kind=adjustment net_amount=-200"]),
        (r#"{"transaction_id":"T"}"#, &["gross_amount=0 transaction_id=T kind=adjustment"]),
        // VAT stands once.
        (
            r#"{"capture":1000,"refund":300,"vat_amount":200}"#,
            &["gross_amount=1000 kind=capture vat_amount=200", "gross_amount=-300 kind=reversal"],
        ),
    ];
    // The first row decides the signs and is no part of a case.
    let decides = r#"{"net_amount":-3,"refund":2,"fee":1,"transaction_date":"d"}"#;
    let taken_off = r#"{"net_amount":-2,"chargeback":2,"transaction_date":"d"}"#;
    for (row, expected) in cases {
        let found = report_rows(header, &format!("{decides},{taken_off},{row}"));
        let found: Vec<&str> = found.iter().map(|row| row.split(" settled_at").next().unwrap_or_default()).collect();
        assert_eq!(found.get(2..).unwrap_or_default(), expected, "{row}");
    }
}

#[test]
fn rows_that_cannot_be_read_or_signed_are_rejected() {
    let open = "nothing in the file says whether a refund is added to the payout or taken off it: the header's amount \
                is neither capture - refund - fee nor capture + refund + fee alone, and the rows' nets do not tell";
    let unsigned = report_rows(
        r#""amount":100,"capture":100,"refund":10,"fee":-10"#,
        r#"{"capture":110},{"refund":10},{"capture":1,"refund":0,"fee":0}"#,
    );
    let reject = format!("1! refund 10: {open}");
    assert_eq!(unsigned, ["gross_amount=110 kind=capture", "gross_amount=1 kind=capture fee_amount=0", &reject]);
    let unread = report_rows(
        r#""amount":100,"capture":100,"refund":0,"fee":0"#,
        r#"{"capture":"1,5"},{"fee":1.25},{"transaction_id":{}},7,{"capture":100,"currency":"SEKK"}"#,
    );
    let whole = "an amount is a whole number of minor units, to a millionth";
    assert_eq!(
        unread,
        [
            // The canonical reader knows currencies.
            "gross_amount=100 currency=SEKK settlement_id=S1 reconciliation_number=S1 kind=capture".to_owned(),
            format!("1! capture 1,5: {whole}"),
            format!("1! fee 1.25: {whole}"),
            "1! transaction_id {...}: a text or a whole number must stand here".to_owned(),
            "1! transactions 7: an object must stand here".to_owned(),
        ]
    );
}

#[test]
fn a_file_of_several_reports_gives_a_part_each() {
    let report = |id: &str, rest: &str| {
        format!(r#"{{"dintero_settlement_id":"{id}","currency":"NOK","transactions":[]{rest}}}"#)
    };
    let page = r#"{"items":[{"id":"S1","amounts":[{"amount":1,"currency":"NOK"}]}],"last_evaluated_key":{}}"#;
    let text = format!("{}\n{page}\n{}", report("S1", ""), report("S2", r#","amount":5,"capture":4"#));
    let parts = json(&text);
    let ids: Vec<Option<&str>> = parts.iter().map(|part| Some(part.native.as_ref()?.settlement_id.as_str())).collect();
    assert_eq!(ids, [Some("S1"), Some("S2"), None]);
    let (totals, header) = stated(&parts[1]);
    assert_eq!(totals, ["amount 5 0", "capture 4 0"]);
    assert!(header.is_some_and(|header| header.starts_with("4 5 Settlement file S2 states 0.05 NOK")));

    let read = |text: &str| {
        let bytes = Bytes::from_vec(text.as_bytes().to_vec());
        convert_settlement_json("s.json", &bytes, &Currencies::default())
            .map_err(|error| format!("{error} | {}", error.help))
            .unwrap_err()
    };
    let cases = [
        (
            format!("{}\n{{\"captures\":[]}}", report("S1", "")),
            "s.json:2: a file of Dintero's settlements holds a document that is none | put settlements and other \
             documents in files of their own",
        ),
        (
            report("", ""),
            "s.json:1: the report's dintero_settlement_id cannot be read: it is empty | fetch the report again: without \
             its header nothing in it can be checked",
        ),
        (
            report("S1", r#","amount":"1.5""#),
            "s.json:1: the report's amount cannot be read: an amount is a whole number of minor units, to a millionth | \
             fetch the report again: without its header nothing in it can be checked",
        ),
        (
            r#"{"dintero_settlement_id":"S1","transactions":{}}"#.to_owned(),
            "s.json:1: the report's transactions are no list | fetch the report again",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(read(&text), expected);
    }
}

/// A report of one settlement, in kroner or øre as the texts of its amounts are.
fn xml_report(rows: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<d:Report xmlns:d=\"urn:x\"><d:PaymentsInfo>\n\
         <d:DinteroSettlementId>S1</d:DinteroSettlementId><d:SettlementCurrencyCode>NOK</d:SettlementCurrencyCode>\n\
         <d:SettlementInfo><d:SettlementDate>2026-02-01</d:SettlementDate>{rows}</d:SettlementInfo>\n\
         </d:PaymentsInfo></d:Report>\n"
    )
}

/// A row: amount, capture, refund, fee, chargeback, and more.
fn xml_row([amount, capture, refund, fee, chargeback]: [&str; 5], more: &str) -> String {
    format!(
        "\n<d:TransactionInfo><d:TransactionType>settlement</d:TransactionType>\
         <d:TransactionTime>2026-01-30</d:TransactionTime><d:TransactionAmount>{amount}</d:TransactionAmount>\
         <d:TransactionCapture>{capture}</d:TransactionCapture><d:TransactionRefund>{refund}</d:TransactionRefund>\
         <d:TransactionFee>{fee}</d:TransactionFee><d:TransactionChargeback>{chargeback}</d:TransactionChargeback>\
         <d:TransactionID>T-1</d:TransactionID><d:Reference>A &amp; B</d:Reference>{more}</d:TransactionInfo>"
    )
}

#[test]
fn the_published_xml_is_cut_off() {
    let cut = "s.xml:30:1: not well formed: the file ends inside <TransactionInfo> | the file is damaged or was cut \
               off: fetch it again from the provider";
    let text = sample("example_settlement_truncated.xml");
    assert_eq!(xml_as(&text, None).unwrap_err(), cut);
    assert!(is_settlement_xml(text.as_bytes()));

    let whole = text + "</TransactionInfo></SettlementInfo></PaymentsInfo></Report>";
    let unsaid = "s.xml: no amount has decimals, so nothing says whether amounts are in major units (kroner) or minor \
                  units (øre) | compare one with the bank, then say it in the configuration: a [[source]] with this \
                  path and profile = \"dintero_xml\", and a table [profiles.dintero_xml] with amount_unit = \"major\" \
                  or amount_unit = \"minor\"";
    assert_eq!(xml_as(&whole, None).unwrap_err(), unsaid);
    for (unit, amounts) in [
        (AmountUnit::Major, ["5000", "fee_amount=100 net_amount=4900 vat_amount=1000"]),
        (AmountUnit::Minor, ["50", "fee_amount=1 net_amount=49 vat_amount=10"]),
    ] {
        let id = "e65cba713fbe5147df7c3ecabd2ea08816bc97fb";
        let [gross, rest] = amounts;
        let expected = format!(
            "gross_amount={gross} currency=NOK settlement_id={id} reconciliation_number={id} order_id=test-payment-2 \
             transaction_id=P11223351.5z9cuMC5MvWrR2eMNd1X9E kind=capture {rest} created_at=2025-05-26 \
             settled_at=2025-05-29 #line=18"
        );
        let parts = xml_as(&whole, Some(unit)).unwrap();
        assert_eq!((parts.len(), rows(&parts[0])), (1, vec![expected]));
        assert_eq!(parts[0].format, "dintero settlement report xml");
        assert_eq!(stated(&parts[0]), (vec![], None));
    }
}

#[test]
fn one_report_in_xml_and_json_has_one_content() {
    let in_kroner = [["49.00", "50", "0", "1", "0"], ["-10.50", "0", "10.50", "0", "0"]];
    let in_ore = [["4900", "5000", "0", "100", "0"], ["-1050", "0", "1050", "0", "0"]];
    let xml = |rows: [[&str; 5]; 2]| xml_report(&rows.map(|row| xml_row(row, "")).concat());
    let same = "transaction_id=T-1 kind=";
    let line = "settlement_id=S1 reconciliation_number=S1 order_id=A & B";
    let expected = [
        format!(
            "gross_amount=5000 currency=NOK {line} {same}capture fee_amount=100 net_amount=4900 created_at=2026-01-30 \
             settled_at=2026-02-01 #line=5"
        ),
        format!(
            "gross_amount=-1050 currency=NOK {line} {same}reversal fee_amount=0 net_amount=-1050 created_at=2026-01-30 \
             settled_at=2026-02-01 #line=6"
        ),
    ];
    let json = json(
        r#"{"dintero_settlement_id":"S1","settlement_date":"2026-02-01","currency":"NOK","amount":3850,"capture":5000,
        "refund":-1050,"fee":-100,"transactions":[
        {"transaction_id":"T-1","reference":"A & B","event_reference":"77","transaction_date":"2026-01-30",
         "net_amount":-1050,"capture":0,"refund":-1050,"fee":0},
        {"transaction_id":"T-1","reference":"A & B","event_reference":"77","transaction_date":"2026-01-30",
         "net_amount":4900,"capture":5000,"refund":0,"fee":-100}]}"#,
    );
    let hash = |part: &Converted| part.native.as_ref().unwrap().content_hash;
    for (text, unit) in
        [(xml(in_kroner), None), (xml(in_kroner), Some(AmountUnit::Major)), (xml(in_ore), Some(AmountUnit::Minor))]
    {
        let parts = xml_as(&text, unit).unwrap();
        assert_eq!(rows(&parts[0]), expected);
        assert_eq!(hash(&parts[0]), hash(&json[0]), "given together they are one file");
    }
    let totals = ["amount 3850 3850", "capture 5000 5000", "refund -1050 -1050", "fee -100 -100"];
    assert_eq!(stated(&json[0]), (totals.map(str::to_owned).to_vec(), None));
    let said = xml_as(&xml(in_kroner), Some(AmountUnit::Minor)).unwrap_err();
    assert_eq!(
        said,
        "s.xml: the profile says that amounts are in minor units, but some have decimals | write amount_unit = \
         \"major\" in the profile, or take it out"
    );
}

#[test]
fn rows_of_xml() {
    let code = |code: &str| format!("<SettlementCurrencyCode>{code}</SettlementCurrencyCode>");
    let cases: [(String, &str); 8] = [
        (
            xml_row(["-1.15", "0", "0", "0.15", "1.00"], "<EventReference>77</EventReference>"),
            "gross_amount=-100 currency=NOK payee_reference=77 kind=chargeback fee_amount=15 net_amount=-115",
        ),
        (
            xml_row(
                ["8.00", "10", "", "", ""],
                "<TransactionReserve>-2.00</TransactionReserve><TransactionNumber>5</TransactionNumber>",
            ),
            "gross_amount=1000 currency=NOK kind=capture net_amount=1000\n\
             gross_amount=-200 currency=NOK kind=TransactionReserve",
        ),
        (
            xml_row(["10", "10", "0", "0", "0"], &code("ISK")),
            "gross_amount=10 currency=ISK kind=capture fee_amount=0 net_amount=10",
        ),
        (
            xml_row(["1.5", "1.5", "0", "0", "0"], &code("ISK")),
            "5! TransactionAmount 1.5: an amount in this currency is digits with an optional sign and no decimals",
        ),
        (
            xml_row(["1", "1", "0", "0", "0"], &code("kr")),
            "5! TransactionAmount 1: the row has no currency that is an active ISO 4217 code, so its decimals are not known",
        ),
        (
            xml_row(["1,5", "1", "0", "0", "0"], ""),
            "5! TransactionAmount 1,5: an amount in this currency is digits with an optional sign and at most 2 decimals after a point",
        ),
        (
            xml_row(["1", "1", "0", "0", "0"], "<TransactionFee>2</TransactionFee>"),
            "5! TransactionFee 0: the element stands twice, with different texts",
        ),
        (
            xml_row(
                ["1", "1", "0", "0", "0"],
                "<More><Fee>3</Fee></More><x:transaction_vat-amount xmlns:x='y'>.</x:transaction_vat-amount>",
            ),
            "5! transaction_vat-amount .: an amount in this currency is digits with an optional sign and at most 2 decimals after a point",
        ),
    ];
    // The second row has decimals, and tells the signs.
    let decides = xml_row(["-3.50", "0", "1.00", "0.50", "2.00"], "");
    let same = [
        (" settlement_id=S1 reconciliation_number=S1", ""),
        (" order_id=A & B transaction_id=T-1", ""),
        (" created_at=2026-01-30 settled_at=2026-02-01 #line=5", ""),
    ];
    for (row, expected) in cases {
        let parts = xml_as(&xml_report(&format!("{row}{decides}")), None).unwrap();
        let found = rows(&parts[0]).join("\n");
        let found = same.iter().fold(found, |text, (from, to)| text.replace(from, to));
        let found: Vec<&str> = found.lines().filter(|row| !row.contains("#line=6")).collect();
        assert_eq!(found.join("\n"), expected, "{row}");
    }
}

#[test]
fn nothing_to_tell_needs_no_unit() {
    for row in [xml_row(["0", "0", "0", "0", "0"], ""), String::new()] {
        assert!(xml_as(&xml_report(&row), None).is_ok());
    }
    let isk = xml_row(["10", "10", "0", "0", "0"], "<SettlementCurrencyCode>ISK</SettlementCurrencyCode>");
    assert!(xml_as(&xml_report(&isk), None).is_ok());
}

#[test]
fn damaged_xml() {
    let help = "check which file this is, and fetch it again from the provider";
    let cases = [
        ("<Report><PaymentsInfo><SettlementInfo/></PaymentsInfo></Report>".to_owned(),
         "s.xml:1:9: a <PaymentsInfo> without a DinteroSettlementId | fetch the report again: nothing else says which settlement this is".to_owned()),
        ("<Report><TransactionInfo/></Report>".to_owned(),
         format!("s.xml:1:9: <TransactionInfo> stands where a settlement report has none | {help}")),
        ("<Report><PaymentsInfo><PaymentsInfo/></PaymentsInfo></Report>".to_owned(),
         format!("s.xml:1:23: <PaymentsInfo> stands where a settlement report has none | {help}")),
        ("<Report><PaymentsInfo><DinteroSettlementId>1</DinteroSettlementId>\n<DinteroSettlementId>2</DinteroSettlementId></PaymentsInfo></Report>".to_owned(),
         format!("s.xml:1:9: <DinteroSettlementId> stands twice in one record, with different texts | {help}")),
        (format!("<Report><PaymentsInfo><DinteroSettlementId>{}</DinteroSettlementId></PaymentsInfo></Report>", "x".repeat(70_000)),
         format!("s.xml:1:23: the text of <DinteroSettlementId> is longer than 65536 bytes | {help}")),
        (format!("<Report><PaymentsInfo>{}</PaymentsInfo></Report>", (0..300).map(|n| format!("<E{n}/>")).collect::<String>()),
         format!("s.xml:1:1705: more than 256 different elements in one record | {help}")),
        ("<Report><PaymentsInfo></Report>".to_owned(),
         "s.xml:1:23: not well formed: </Report> where <PaymentsInfo> ends | the file is damaged or was cut off: fetch it again from the provider".to_owned()),
    ];
    for (text, expected) in cases {
        assert_eq!(xml_as(&text, None).unwrap_err(), expected);
    }
    for (text, expected) in [
        ("\u{feff}<?xml version=\"1.0\"?><!-- c -->\n<x:Report>\n<x:PaymentsInfo>", true),
        ("<?xml version='1.0' encoding='UTF-16'?><Report><PaymentsInfo>", true),
        ("<Report><Other>", false),
        ("<PaymentsInfo>", false),
        ("<Report>", false),
        ("", false),
        ("<!DOCTYPE r><Report><PaymentsInfo>", false),
    ] {
        assert_eq!(is_settlement_xml(text.as_bytes()), expected, "{text}");
    }
}
