//! The page of small reports: its sentence, its bridges, and texts that want to be more than texts.

use super::*;
use crate::model::finding::{Code, Status};
use crate::model::found::{FoundTexts, Packed};
use crate::report::insight::{Cause, CauseRow, SpeedRow, TrendRow};
use crate::report::sample;
use crate::report::view::{BatchRow, ClearedRow};

fn rendered(report: &Report, lang: Lang) -> String {
    let mut bytes = Vec::new();
    write(report, &Currencies::default(), lang, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn pen(currencies: &Currencies, lang: Lang) -> Pen<'_> {
    Pen { lang, words: page(lang), currencies }
}

#[test]
fn the_first_sentence_says_how_the_night_went() {
    let currencies = Currencies::default();
    let lead = |report: &Report, lang| {
        let pen = pen(&currencies, lang);
        let head = Head::of(report, &Causes::of(report, &pen), &pen);
        (head.lead.replace(['\u{a0}', '\u{202f}'], "_"), head.look)
    };
    let said = |text: &str, look| (text.to_owned(), look);
    let report = sample::report();
    assert_eq!(
        lead(&report, Lang::En),
        said(
            "The reconciliation is incomplete: 1 row could not be read; 2 things need you: differences of 10.05_SEK at \
             Swedbank Pay; 2 may still come in time.",
            "bad"
        )
    );
    let mut report = sample::complete_report();
    assert_eq!(
        lead(&report, Lang::Sv),
        said(
            "2 saker kräver åtgärd: skillnader på 10,05_SEK hos Swedbank Pay; 2 kan ännu komma i tid; alla filer lästes \
             till sista raden.",
            "open"
        )
    );
    // A cause speaks for its findings; what is too much and what is too little do not cancel.
    report.findings[1].status = Status::Open;
    report.findings[1].say(|texts| texts.currency = "JPY");
    report.findings[3].status = Status::Open;
    report.findings[3].say(|texts| texts.provider = "");
    report.insight.causes = vec![cause(vec![1, 2, 3])];
    assert_eq!(
        lead(&report, Lang::En).0,
        "2 things need you: differences of 25,000_JPY at Swedbank Pay, 10.05_SEK at Swedbank Pay, 50.00_SEK; all files \
         were read to the last row."
    );
    report.findings.clear();
    report.insight.causes.clear();
    assert_eq!(lead(&report, Lang::En), said("Nothing needs you; all files were read to the last row.", "good"));
    report.summary.complete = false;
    report.rejects.clear();
    assert_eq!(
        lead(&report, Lang::En),
        said("The reconciliation is incomplete: the control totals do not close.", "bad")
    );
}

fn cause(findings: Vec<usize>) -> CauseRow {
    CauseRow {
        cause: Cause::ConstantFactor { actual: 1, expected: 100 },
        provider: "swedbank_pay".into(),
        number: "101".into(),
        currency: "SEK".into(),
        difference_minor: -31_000,
        findings,
        explanation: "A sentence.".into(),
    }
}

fn batch(provider: &str, currency: &str, sums: [i128; 2], explained: &[(&str, i128)], residual: i128) -> BatchRow {
    BatchRow {
        provider: provider.into(),
        reconciliation_number: "1".into(),
        currency: currency.into(),
        operation_count: 1,
        operation_sum: sums[0],
        row_count: 1,
        row_sum: sums[1],
        other_count: 0,
        fee_sum: 7,
        net_sum: sums[1] - 7,
        net_deviation: 0,
        difference: sums[1] - sums[0],
        explained: explained.iter().map(|(code, sum)| ((*code).to_owned(), *sum)).collect(),
        residual,
    }
}

#[test]
fn a_bridge_leads_from_captured_to_settled_step_by_step() {
    let currencies = Currencies::default();
    let pen = pen(&currencies, Lang::En);
    let batches = [
        batch("a", "SEK", [1000, 400], &[("matched", -100), ("unsettled", -500)], 0),
        batch("a", "SEK", [0, 300], &[("matched", 100), ("settled-unknown", 190)], 10),
        batch("a", "NOK", [-50, -50], &[], 0),
        batch("b", "SEK", [100_000, 99_990], &[("tolerance", -10)], 0),
    ];
    let (bridges, left_out) = bridge::bridges(&batches, &pen);
    let shown: Vec<_> = bridges
        .iter()
        .map(|bridge| {
            let steps: Vec<String> = bridge
                .steps
                .iter()
                .map(|step| format!("{} {} {}+{}", step.label, step.amount_minor, step.x, step.width))
                .collect();
            (bridge.provider.as_str(), bridge.currency.as_str(), bridge.begins, bridge.fee_minor, steps)
        })
        .collect();
    let steps = |steps: &[&str]| steps.iter().map(|step| (*step).to_owned()).collect::<Vec<_>>();
    let (first, last) = ("Captured less refunded", "Settled, gross");
    assert_eq!(
        shown,
        [
            ("a", "NOK", None, 7, steps(&[&format!("{first} -50 0+1000"), &format!("{last} -50 0+1000")])),
            (
                "a",
                "SEK",
                None,
                14,
                // What was matched across the two batches cancels.
                steps(&[
                    &format!("{first} 1000 0+1000"),
                    "Not settled -500 500+500",
                    "Settled, not in our books 190 500+190",
                    "Not explained 10 690+10",
                    &format!("{last} 700 0+700"),
                ])
            ),
            (
                "b",
                "SEK",
                Some(99_500),
                7,
                steps(&[
                    &format!("{first} 100000 0+1000"),
                    "Within the tolerance -10 980+20",
                    &format!("{last} 99990 0+980"),
                ])
            ),
        ]
    );
    assert_eq!(left_out, 0);
    for bridge in &bridges {
        let [first, between @ .., last] = bridge.steps.as_slice() else { panic!("a bridge has two ends") };
        let sum: i128 = between.iter().map(|step| step.amount_minor).sum();
        assert_eq!(first.amount_minor + sum, last.amount_minor);
    }
    // The largest amounts that there are need no more than their picture.
    let (bridges, _) = bridge::bridges(&[batch("a", "SEK", [i128::MAX / 2, 0], &[], 0)], &pen);
    assert_eq!(bridges[0].steps[0].width, 1_000);
}

/// Every text of a report, made hostile.
fn hostile() -> (Report, &'static str) {
    const EVIL: &str = "</script><script>alert(1)</script>\"'&<b> =1+1";
    let evil = || EVIL.to_owned();
    let mut report = sample::report();
    for row in &mut report.findings {
        row.packed = Packed::of(&FoundTexts::everywhere(EVIL));
    }
    for row in &mut report.batches {
        (row.provider, row.reconciliation_number, row.currency) = (evil(), evil(), evil());
        row.explained = vec![(evil(), 5)];
    }
    for row in &mut report.rejects {
        (row.file, row.column, row.value, row.reason) = (evil(), evil(), evil(), evil());
    }
    let summary = &mut report.summary;
    for row in &mut summary.inputs {
        (row.path, row.dataset, row.format, row.state, row.sha256) = (evil(), evil(), evil(), evil(), evil());
    }
    for row in &mut summary.control_totals {
        (row.dataset, row.file, row.currency) = (evil(), evil(), evil());
    }
    for row in &mut summary.codes {
        (row.code, row.currency) = (evil(), evil());
    }
    for row in &mut summary.other_kinds {
        (row.provider, row.kind, row.currency) = (evil(), evil(), evil());
    }
    for row in &mut summary.skipped_checks {
        (row.check, row.provider, row.reason) = (evil(), evil(), evil());
    }
    summary.tolerated.iter_mut().for_each(|row| row.currency = evil());
    (summary.as_of, summary.timezone, summary.program, summary.incomplete) = (evil(), evil(), evil(), vec![evil()]);
    let of_source = Cause::ColumnMissing { source: evil(), column: evil() };
    report.insight.causes =
        vec![CauseRow { cause: of_source, provider: evil(), number: evil(), explanation: evil(), ..cause(vec![0, 9]) }];
    report.insight.nights = vec![TrendRow {
        night: 1,
        as_of: evil(),
        open: 1,
        pending: 2,
        new: 3,
        cleared: 4,
        unsettled_minor: vec![(evil(), 5)],
    }];
    report.insight.days_to_settle = vec![SpeedRow { provider: evil(), operations: 1, median_days: 2, most_days: 3 }];
    let text = || EVIL.to_owned();
    report.cleared = Some(vec![ClearedRow {
        leg: text(),
        code: text(),
        provider: text(),
        order_id: text(),
        line_id: text(),
        payee_reference: text(),
        transaction_number: text(),
        reconciliation_number: text(),
        settlement_id: text(),
        currency: text(),
        id: text(),
        difference_minor: 5,
        first_seen: text(),
        cleared_on: text(),
        closed_by: text(),
        explanation: text(),
    }]);
    (report, EVIL)
}

#[test]
fn texts_of_files_stay_texts() {
    let (report, evil) = hostile();
    for lang in Lang::ALL {
        let html = rendered(&report, lang);
        assert!(!html.contains(evil) && !html.contains("<b> =1") && !html.contains("<script>alert"));
        // The page's own script, and none besides.
        assert_eq!((html.matches("<script").count(), html.matches("</script").count()), (1, 1));
        let escaped = "&#60;/script&#62;&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;&#60;b&#62; =1+1";
        assert!(html.matches(escaped).count() > 100, "{}", html.matches(escaped).count());
        // A quotation mark never ends an attribute: no `=` stands bare behind one.
        assert!(!html.contains("\"'&"));
    }
}

#[test]
fn the_same_report_gives_the_same_bytes_and_asks_for_nothing_else() {
    let mut report = sample::report();
    report.insight.causes = vec![cause(vec![1, 2])];
    for lang in Lang::ALL {
        let html = rendered(&report, lang);
        assert_eq!(html, rendered(&report, lang));
        assert!(html.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{}\">", lang.tag())));
        assert!(html.contains("default-src 'none'"));
        for outside in ["http:", "https:", "//cdn", "@import", "url(", " src=", "<link rel=\"style"] {
            assert!(!html.contains(outside), "{outside}");
        }
        assert!(!html.contains("{file}") && !html.contains("{amount"), "every name in braces is replaced");
    }
}

#[test]
fn more_than_the_page_holds_is_counted_and_said() {
    let mut report = sample::complete_report();
    let model = report.findings[2].clone();
    report.findings = (0..2_500_usize)
        .map(|number| {
            let mut row = model.clone();
            let (id, sources) = (format!("id{number}"), "a.csv:1; ".repeat(100));
            let sources = sources.trim_end_matches("; ");
            row.packed = Packed::of(&FoundTexts { id: &id, sources, ..model.texts() });
            row.difference_minor = i128::try_from(number).unwrap();
            row.code = Code::ALL[number % Code::ALL.len()];
            row
        })
        .collect();
    report.insight.causes = vec![cause((0..2_500).collect()); 101];
    let html = rendered(&report, Lang::En);
    assert_eq!(html.matches("<li id=\"f-id").count(), 2_000);
    assert!(
        html.contains(
            "The 2,000 that matter most are listed here, of 2,500. The rest is in discrepancies.csv: Open 500."
        )
    );
    // The largest come first; those below are left out.
    assert!(html.contains("<li id=\"f-id2499\"") && html.contains("<li id=\"f-id500\"") && !html.contains("f-id499\""));
    assert!(html.contains("60 more are in discrepancies.csv."), "records of a finding");
    assert!(html.contains("2,450 more are in discrepancies.csv."), "findings of a cause");
    assert!(html.contains("1 more are in discrepancies.csv."), "causes");
}

#[test]
fn payouts_stand_with_their_state_and_what_needs_somebody_first() {
    let page = rendered(&sample::report_with_books(), Lang::Sv);
    let section = page.split("<section id=\"payouts\"").nth(1).unwrap().split("</section>").next().unwrap();
    let section = section.replace(['\u{a0}', '\u{202f}'], "_");
    let [wrong, right] = ["=R1-0002", "R1-0001"].map(|id| section.find(&format!("data-settlement=\"{id}\"")).unwrap());
    assert!(wrong < right);
    let rows: Vec<&str> = section.split("<tr").filter(|row| row.contains("data-settlement")).collect();
    assert!(rows[0].contains("<span class=\"badge missing\">Saknas</span>"), "{}", rows[0]);
    let amounts = |row: &str| -> Vec<String> {
        row.split("<td class=\"n\">").skip(1).map(|cell| cell.split('<').next().unwrap().to_owned()).collect()
    };
    assert_eq!(amounts(rows[0]), ["-70,00_SEK", "", "", "-10,00", "-70,00", ""]);
    assert_eq!(amounts(rows[1]), ["490,00_SEK", "5,00", "1,25", "-10,00", "473,75", "473,75"]);
    assert!(
        section.contains("data-account=\"1930\"><th scope=\"row\">1930 Företagskonto</th><td class=\"n\">490,00_SEK")
    );
    assert!(!rendered(&sample::report(), Lang::Sv).contains("payouts"));
}
