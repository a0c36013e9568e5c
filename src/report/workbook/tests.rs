//! Workbooks of small reports, read back from their packages.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use super::*;
use crate::model::finding::Code;
use crate::report::insight::{Cause, CauseRow, SpeedRow, TrendRow};
use crate::report::sample;
use crate::report::view::{ClearedRow, CodeRow};

const ROWS_MAX: u32 = Limits::FORMAT.rows_max;

fn written(report: &Report, rows_max: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_with(report, &Currencies::default(), Limits { rows_max, ..Limits::FORMAT }, &mut bytes).unwrap();
    bytes
}

/// The files of a package.
fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..package.len())
        .map(|index| {
            let mut part = package.by_index(index).unwrap();
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            (part.name().unwrap().into_owned(), text)
        })
        .collect()
}

/// The sheets of a package by name, in their order.
fn sheets(bytes: &[u8]) -> Vec<(String, String)> {
    let parts = parts(bytes);
    let names = parts["xl/workbook.xml"].split("<sheet name=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    names
        .zip(1..)
        .map(|(name, number)| (name.to_owned(), parts[&format!("xl/worksheets/sheet{number}.xml")].clone()))
        .collect()
}

fn sheet(bytes: &[u8], name: &str) -> String {
    sheets(bytes).into_iter().find(|(found, _)| found == name).unwrap().1
}

/// What the cells of a sheet hold, row by row, without their places.
fn values(sheet: &str) -> Vec<Vec<String>> {
    let value = |cell: &str| {
        let between = |open: &str, close: &str| Some(cell.split_once(open)?.1.split_once(close)?.0.to_owned());
        between("<v>", "</v>")
            .or_else(|| between("<t xml:space=\"preserve\">", "</t>"))
            .or_else(|| between("<t>", "</t>"))
    };
    let rows = sheet.split("<row ").skip(1).map(|row| row.split("</row>").next().unwrap());
    rows.map(|row| row.split("<c ").skip(1).filter_map(value).collect()).collect()
}

/// A report with all that a workbook can show.
fn full() -> Report {
    let mut report = sample::report_with_books();
    report.summary.night = Some(crate::report::view::NightRow { number: 2, new: 1, cleared: 1 });
    report.cleared = Some(vec![ClearedRow {
        leg: "operation".into(),
        code: "unsettled".into(),
        provider: "swedbank_pay".into(),
        order_id: "=2+2".into(),
        line_id: String::new(),
        payee_reference: String::new(),
        transaction_number: "0040".into(),
        reconciliation_number: String::new(),
        settlement_id: String::new(),
        currency: "SEK".into(),
        id: "c1".into(),
        difference_minor: -1_050,
        first_seen: "2026-11-01".into(),
        cleared_on: "2026-11-03".into(),
        closed_by: "a.csv:2".into(),
        explanation: "It is gone.".into(),
    }]);
    report.insight.causes = vec![CauseRow {
        cause: Cause::FeesTakenOut,
        provider: "swedbank_pay".into(),
        number: "101".into(),
        currency: "SEK".into(),
        difference_minor: -1_000,
        findings: vec![2],
        explanation: "Fees were taken out.".into(),
    }];
    let night = |night, open| TrendRow {
        night,
        as_of: format!("2026-11-0{night}"),
        open,
        pending: 1,
        new: 2,
        cleared: 3,
        unsettled_minor: vec![("SEK".into(), -5_000)],
    };
    report.insight.nights = vec![night(1, 4), night(2, 5)];
    report.insight.days_to_settle =
        vec![SpeedRow { provider: "swedbank_pay".into(), operations: 9, median_days: 1, most_days: 3 }];
    report
}

#[test]
fn the_sheets_stand_in_the_order_in_which_people_work() {
    let names = |report: &Report, rows_max| {
        sheets(&written(report, rows_max)).into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ")
    };
    let plain = "Summary, To do, Pending, Batches, Ageing, Lines, Operations, Files, Rejects, Legend";
    assert_eq!(names(&sample::report(), ROWS_MAX), plain);
    let all = "Summary, To do, Pending, Cleared, Causes, Trend, Days to settle, Batches, Payouts, Journal, Ageing, Lines, \
               Operations, Files, Rejects, Legend";
    assert_eq!(names(&full(), ROWS_MAX), all);
    assert!(
        names(&full(), 2).starts_with("Summary, To do, To do 2, Pending, Pending 2, Cleared, Causes, Trend, Trend 2,")
    );
}

#[test]
fn the_same_report_gives_the_same_bytes_and_no_time_but_its_day() {
    let bytes = written(&full(), ROWS_MAX);
    assert_eq!(written(&full(), ROWS_MAX), bytes);
    let core = &parts(&bytes)["docProps/core.xml"];
    assert_eq!(core.matches("2026-11-03T00:00:00Z").count(), 2, "{core}");
}

#[test]
fn payouts_go_from_gross_to_what_the_bank_has_and_accounts_show_what_is_posted() {
    let mut report = full();
    report.findings[0].code = Code::PayoutMissing;
    let bytes = written(&report, ROWS_MAX);
    let rows = values(&sheet(&bytes, "Payouts"));
    assert_eq!(
        rows[1..].iter().map(|row| row.join("|")).collect::<Vec<_>>(),
        [
            "swedbank_pay|R1-0001|SEK|46325|received|490.00|0.00|5.00|1.25|stated|-10.00|473.75|473.75|46327|473.75",
            "swedbank_pay|=R1-0002|SEK|46325|missing|-70.00|0.00|-10.00|-70.00",
        ]
    );
    let rows = values(&sheet(&bytes, "Journal"));
    assert_eq!(rows[1].join("|"), "1580|Fordringar|SEK|-490.00");
    assert_eq!(rows[2].join("|"), "1930|Företagskonto|SEK|490.00");
    assert_eq!(values(&sheet(&bytes, "Bank")).len(), 2);
}

#[test]
fn what_is_to_be_done_comes_largest_first_and_ids_are_texts() {
    let mut report = full();
    report.findings[2].say(|texts| texts.order_id = "007");
    report.findings[0].say(|texts| texts.explanation = "=cmd|' /C calc'!A0 & <b>");
    let bytes = written(&report, ROWS_MAX);
    let rows = values(&sheet(&bytes, "To do"));
    let line = "A sentence, with a comma\nand \"two\" lines.";
    let head = "Status|Note|Code|Cause|Provider|Currency|Difference|Expected|Actual|Order id|Line id|Payee reference|Transaction \
                number|Reconciliation number|Settlement id|Age in days|Explanation|Count|First seen|Hint|Hint key|Sources|Id";
    assert_eq!(rows[0].join("|"), head);
    let short = format!(
        "To do|settled-amount|1|swedbank_pay|SEK|-10.00|250.00|240.00|007|=40001|101|S1|{line}|2|46326|in/captures.csv:3|f1"
    );
    assert_eq!(rows[1].join("|"), short);
    let formula = "To do|file-net|swedbank_pay|SEK|-0.05|1.00|0.95|=40001|101|S1|=cmd|' /C calc'!A0 &amp; &lt;b&gt;|2|46326|\
                   in/captures.csv:3|f4";
    assert_eq!(rows[2].join("|"), formula);
    assert_eq!(rows.len(), 3);
    for (name, text) in sheets(&bytes) {
        assert!(!text.contains("<f>"), "{name}: a formula");
        assert!(
            name == "Summary" || (text.contains("<autoFilter ref=\"A1:") && text.contains("state=\"frozen\"")),
            "{name}"
        );
        assert!(text.contains("orientation=\"landscape\"") && text.contains("fitToHeight=\"0\""), "{name}");
        assert!(text.contains("&amp;P / &amp;N"), "{name}");
    }
    let to_do = sheet(&bytes, "To do");
    assert!(to_do.contains("<formula1>\"To do,Doing,Waiting,Done\"</formula1>") && to_do.contains("sqref=\"A2:A3\""));
    assert!(to_do.contains("<dimension ref=\"A1:W3\"/>"), "{to_do}");
}

#[test]
fn the_nights_have_a_chart_and_the_other_tables_their_rows() {
    let bytes = written(&full(), ROWS_MAX);
    let of = |name: &str| values(&sheet(&bytes, name)).into_iter().skip(1).map(|row| row.join("|")).collect::<Vec<_>>();
    assert_eq!(of("Trend"), ["1|46327|4|1|2|3|-50.00", "2|46328|5|1|2|3|-50.00"]);
    assert_eq!(of("Days to settle"), ["swedbank_pay|9|1|3"]);
    let cause = "1|Fees taken out of the settled amount|swedbank_pay|101|SEK|1|-10.00|Fees were taken out.|f1";
    assert_eq!(of("Causes"), [cause]);
    assert_eq!(of("Cleared"), ["unsettled|swedbank_pay|SEK|-10.50|=2+2|0040|46327|46329|a.csv:2|It is gone.|c1"]);
    let batches = [
        "swedbank_pay|SEK|1|-50.00|50.00|unsettled 50.00|0.00|0|0.00|0.00|0.00|0.00|0|50.00",
        "swedbank_pay|101|SEK|4|2145.03|-10.03|settled-amount -10.00; tolerance -0.03|0.00|5|2135.00|21.35|-0.05|2113.60|0|-10.00|\
         -0.03",
    ];
    assert_eq!(of("Batches"), batches);
    assert_eq!(of("Ageing"), ["file-net|SEK|1|-0.05|1|-0.05", "settled-amount|SEK|1|-10.00|1|-10.00"]);
    assert_eq!(of("Rejects"), ["@orders.csv|4|gross_amount|-12.50|an amount is whole minor units"]);
    let parts = parts(&bytes);
    assert!(parts["xl/charts/chart1.xml"].contains("<c:f>Trend!$C$2:$C$3</c:f>"));
}

#[test]
fn numbers_of_too_many_digits_are_texts_and_the_summary_says_so() {
    let mut report = sample::report();
    report.findings[2].difference_minor = 9_007_199_254_740_993;
    report.summary.codes.push(CodeRow {
        code: "unsettled".into(),
        leg: "operation".into(),
        status: "open".into(),
        currency: "SEK".into(),
        findings: 1,
        records: 1,
        difference: -10_i128.pow(30),
    });
    let bytes = written(&report, ROWS_MAX);
    assert!(sheet(&bytes, "To do").contains("<is><t>90071992547409.93</t></is>"));
    let summary = values(&sheet(&bytes, "Summary"));
    let said = summary.iter().flatten().find(|text| text.contains("15 digits")).unwrap();
    // On the sheets To do, Operations and Ageing (of its age and of all); in the summary its row and the sum.
    assert!(said.starts_with("6 numbers in this workbook have more than the 15 digits"), "{said}");
    assert!(summary.iter().any(|row| row.join("|").ends_with("|-10000000000000000000000000000.00")), "{summary:?}");
}

#[test]
fn the_summary_says_what_the_report_says() {
    let bytes = written(&full(), 2);
    let rows: Vec<String> = values(&sheet(&bytes, "Summary")).into_iter().map(|row| row.join("|")).collect();
    let expected = [
        "Reconciliation as of 2026-11-03",
        "Incomplete: not every row is in these figures; 2 findings are open and need somebody; 2 pending, which may still resolve",
        "As of|46329",
        "Night|night 2: 1 finding new, 1 finding cleared",
        "Exit status|3: incomplete",
        "Complete|NO",
        "1 row could not be read",
        "settled-amount|Settled with another amount|open|SEK|1|2|-10.00",
        "Together|open|SEK|2|4|-10.05",
        "swedbank_pay|SEK|2|5|2095.03|39.97|2135.00|21.35|2113.60|0.00",
        "swedbank_pay SEK: net is not settled less fees; see the column Net differs by of the sheet Batches",
        "line-vat|all|no file of orders has the column vat_amount",
        "To do|2|go on in the sheet To do 2, for one sheet does not hold so many",
        "To do 2|goes on from the sheet before",
        "in/captures.csv|captures|SEK|5|0|1|4|2390.03|0.00|245.00|2145.03",
        "captures|matched (group)|swedbank_pay|SEK|1|1|300.00",
        "swedbank_pay|fee|SEK|1|-12.00|12.00|-24.00",
        "SEK|1|0.03|0.05",
        "captures|2",
        "2 tie with what was found, 1 do not.",
        "in/settlements.csv|net|SEK|1.00|0.95",
    ];
    for row in expected {
        assert!(rows.iter().any(|found| found == row), "{row}\nis not in\n{}", rows.join("\n"));
    }
    let input = format!("@orders.csv|canonical csv|orders|swedbank_pay|read|{}|5|1|1234", "ab".repeat(32));
    assert!(rows.contains(&input), "{input}");
}

#[test]
fn a_disk_that_is_full_is_an_error() {
    struct Full(Vec<u8>);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0.len() > 5_000 { Err(io::ErrorKind::StorageFull.into()) } else { self.0.write(bytes) }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let failed = write(&full(), &Currencies::default(), Full(Vec::new())).unwrap_err();
    assert_eq!(failed.kind(), io::ErrorKind::StorageFull);
}
