//! A report that closes is proved; one that was changed anywhere is not, and the line is named.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{Fault, Proof, verify};
use crate::model::finding::{Code, Status};
use crate::model::found::{FoundTexts, Packed};
use crate::report::folder::publish;
use crate::report::json::{self, SUMMARY_FILE};
use crate::report::sample::{complete_report, report};
use crate::report::seal::Seal;
use crate::report::view::{ClearedRow, FailOnRow, NightRow, Report};
use crate::rules::fail_on::FailOn;

const TABLES: [&str; 4] = ["batches.csv", "discrepancies.csv", "matches.csv", "rejects.csv"];

fn published(report: &Report) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    publish(report, &dir.path().join("out"), &[]).unwrap();
    dir
}

fn faults(dir: &Path) -> Vec<Fault> {
    verify(dir).expect_err("something is wrong with it")
}

fn names(faults: &[Fault], file: &str, line: u64) -> bool {
    faults.iter().any(|fault| fault.file == file && fault.line == Some(line))
}

/// States the files' present sizes and hashes, as a program would that wrote them so.
fn reseal(out: &Path) {
    let (mut summary, mut checks) = json::parse(&fs::read_to_string(out.join(SUMMARY_FILE)).unwrap()).unwrap();
    for file in &mut summary.files {
        let seal = Seal::of(&fs::read(out.join(&file.name)).unwrap());
        (file.bytes, file.sha256) = (seal.bytes, seal.sha256);
        checks.insert(file.name.clone(), seal.lines.unwrap());
    }
    fs::write(out.join(SUMMARY_FILE), json::render(&summary, &checks).unwrap()).unwrap();
}

/// Publishes, lets `change` have the report first, and wants a fault that says this.
fn refused(change: impl FnOnce(&mut Report), file: &str, problem: &str) {
    let mut report = complete_report();
    change(&mut report);
    let dir = published(&report);
    let found = faults(&dir.path().join("out"));
    let is_said = found.iter().any(|fault| fault.file == file && fault.problem.contains(problem));
    assert!(is_said, "{problem}: {found:#?}");
}

#[test]
fn what_closes_is_proved() {
    for report in [report(), complete_report()] {
        let dir = published(&report);
        let proof = verify(&dir.path().join("out"));
        assert_eq!(proof, Ok(Proof { files: 5, findings: 4, batches: 2, matches: 4 }));
    }
    let mut report = complete_report();
    report.matches = None;
    let proof = verify(&published(&report).path().join("out"));
    assert_eq!(proof, Ok(Proof { files: 4, findings: 4, batches: 2, matches: 0 }));
}

#[test]
fn any_changed_byte_of_any_file_is_named_by_file_and_line() {
    let dir = published(&report());
    let out = dir.path().join("out");
    for name in TABLES.into_iter().chain([SUMMARY_FILE]) {
        let path = out.join(name);
        let good = fs::read(&path).unwrap();
        let lines = u64::try_from(good.split(|byte| *byte == b'\n').count()).unwrap();
        let mut line = 1;
        for (index, byte) in good.iter().enumerate() {
            if *byte == b'\n' {
                line += 1;
            }
            // The summary is long: all its digits, and some of the rest.
            if name == SUMMARY_FILE && !byte.is_ascii_digit() && index % 7 != 0 {
                continue;
            }
            let other = match byte {
                b'0'..=b'8' => byte + 1,
                b'9' => b'0',
                _ => b'7',
            };
            let mut bad = good.clone();
            bad[index] = other;
            fs::write(&path, &bad).unwrap();
            let found = faults(&out);
            assert!(found.iter().any(|fault| fault.file == name), "{name}:{line} byte {index}: {found:#?}");
            // The check of the lines cannot name itself, nor can the closing bracket be named.
            let named = *byte != b'\n' && (name != SUMMARY_FILE || line + 3 < lines);
            assert!(!named || names(&found, name, line), "{name}:{line} byte {index}: {found:#?}");
        }
        fs::write(&path, &good).unwrap();
    }
    assert!(verify(&out).is_ok());
}

/// The columns of each table that an equation closes on the row itself.
#[test]
fn a_wrong_amount_is_named_even_where_the_hashes_were_made_of_it() {
    for (name, columns) in [("discrepancies.csv", 12..15), ("batches.csv", 4..13)] {
        let dir = published(&complete_report());
        let out = dir.path().join("out");
        let path = out.join(name);
        let (good, good_summary) = (fs::read_to_string(&path).unwrap(), fs::read(out.join(SUMMARY_FILE)).unwrap());
        let mut reader = csv::Reader::from_reader(good.as_bytes());
        let header = reader.headers().unwrap().clone();
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        for (row, record) in records.iter().enumerate() {
            for column in columns.clone().filter(|column| *column != 5) {
                let field = &record[column];
                for (index, _) in field.char_indices().filter(|(_, letter)| letter.is_ascii_digit()) {
                    for digit in '0'..='9' {
                        let mut bad = field.to_owned();
                        bad.replace_range(index..=index, &digit.to_string());
                        if bad == field {
                            continue;
                        }
                        let mut writer = csv::Writer::from_path(&path).unwrap();
                        writer.write_record(&header).unwrap();
                        for (other, record) in records.iter().enumerate() {
                            let is_it = |at: usize| other == row && at == column;
                            let fields = record.iter().enumerate();
                            let fields = fields.map(|(at, field)| if is_it(at) { bad.as_str() } else { field });
                            writer.write_record(fields).unwrap();
                        }
                        writer.flush().unwrap();
                        reseal(&out);
                        let found = faults(&out);
                        let line = record.position().unwrap().line();
                        assert!(names(&found, name, line), "{name}:{line} {field} -> {bad}: {found:#?}");
                    }
                }
            }
        }
        fs::write(&path, &good).unwrap();
        fs::write(out.join(SUMMARY_FILE), good_summary).unwrap();
        assert!(verify(&out).is_ok());
    }
}

#[test]
fn a_wrong_total_in_the_summary_is_found_by_equations_alone() {
    let dir = published(&complete_report());
    let out = dir.path().join("out");
    let text = fs::read_to_string(out.join(SUMMARY_FILE)).unwrap();
    let (good, checks) = json::parse(&text).unwrap();
    let mut changed = 0;
    let mut test = |change: &dyn Fn(&mut crate::report::view::Summary), member: &str| {
        let mut bad = good.clone();
        change(&mut bad);
        fs::write(out.join(SUMMARY_FILE), json::render(&bad, &checks).unwrap()).unwrap();
        let found = faults(&out);
        let is_said = found.iter().any(|fault| fault.file == SUMMARY_FILE && fault.line.is_some());
        assert!(is_said, "{member}: {found:#?}");
        changed += 1;
    };
    for index in 0..good.control_totals.len() {
        test(&|summary| summary.control_totals[index].read.sum += 10, "read.sum");
        test(&|summary| summary.control_totals[index].read.count += 1, "read.count");
        test(&|summary| summary.control_totals[index].repeated.sum += 10, "repeated.sum");
        test(&|summary| summary.control_totals[index].superseded.sum -= 10, "superseded.sum");
        test(&|summary| summary.control_totals[index].accepted.sum -= 10, "accepted.sum");
        test(&|summary| summary.control_totals[index].accepted.count += 10, "accepted.count");
    }
    for index in 0..good.verdicts.len() {
        test(&|summary| summary.verdicts[index].rows.sum += 1, "rows.sum");
        test(&|summary| summary.verdicts[index].rows.count += 1, "rows.count");
    }
    for index in 0..good.codes.len() {
        test(&|summary| summary.codes[index].difference += 1, "difference");
        test(&|summary| summary.codes[index].records += 1, "records");
        test(&|summary| summary.codes[index].findings += 1, "findings");
    }
    for index in 0..good.inputs.len() {
        test(&|summary| summary.inputs[index].rejected += 1, "rejected");
    }
    test(&|summary| summary.other_kinds[0].gross.sum += 1, "gross.sum");
    test(&|summary| summary.other_kinds[0].gross.count += 1, "gross.count");
    test(&|summary| summary.tolerated[0].size_sum += 1, "size_sum");
    test(&|summary| summary.tolerated[0].pairs += 1, "pairs");
    test(&|summary| summary.stated_totals[0].stated += 1, "stated");
    test(&|summary| summary.stated_totals[1].actual += 1, "actual");
    assert_eq!(changed, 4 * 6 + 12 * 2 + 4 * 3 + 5 + 6);
}

#[test]
fn a_report_that_does_not_close_is_refused() {
    let (found, batch, matches, summary) = ("discrepancies.csv", "batches.csv", "matches.csv", SUMMARY_FILE);
    refused(|report| report.findings.swap(0, 1), found, "out of order");
    refused(|report| report.findings[1].say(|texts| texts.id = "f4"), found, "the id is that of line");
    refused(|report| report.findings[0].status = Status::Listed, summary, "codes does not hold them");
    refused(|report| report.batches.swap(0, 1), batch, "out of order");
    refused(|report| report.batches[1].reconciliation_number.clear(), batch, "the same batch");
    refused(|report| report.batches[0].explained[0].0 = "because".into(), batch, "is no code");
    refused(|report| report.batches[1].explained.swap(0, 1), batch, "twice or out of order");
    refused(
        |report| (report.batches[0].residual, report.batches[0].explained[0].1) = (1, 4_999),
        batch,
        "there is a residual",
    );
    let match_rows = |report: &mut Report, change: fn(&mut Vec<crate::report::view::MatchRow>)| {
        change(report.matches.as_mut().unwrap());
    };
    refused(|report| match_rows(report, |rows| rows[4].effect_minor += 1), matches, "m2 does not close in SEK");
    refused(|report| match_rows(report, |rows| rows[4].currency = "EUR".into()), matches, "does not close in EUR");
    refused(|report| match_rows(report, |rows| rows[5].effect_minor += 1), summary, "size_sum is 3");
    refused(|report| match_rows(report, |rows| rows[7].effect_minor += 1), matches, "m4 does not close");
    refused(|report| match_rows(report, |rows| _ = rows.remove(1)), matches, "0 settlement rows");
    refused(
        |report| match_rows(report, |rows| rows[3].sources = "in/settlements.csv:2".into()),
        matches,
        "in a match on line 3 already",
    );
    refused(|report| report.summary.exit_status = 0, summary, "should be 1");
    refused(|report| report.summary.complete = false, summary, "complete does not fit");
    refused(|report| report.summary.tolerated[0].budget = 2, summary, "which the findings do not say");
    refused(|report| report.summary.control_totals[0].file = "x".into(), summary, "is no input");
    refused(|report| report.summary.inputs[1].rows += 1, summary, "6 rows of captures");
    refused(
        |report| report.summary.control_totals[0].accepted.sum = i128::MAX,
        summary,
        "repeated + superseded + accepted is a number too large",
    );
    refused(
        |report| (report.findings[2].expected_minor, report.findings[2].actual_minor) = (i128::MIN, 1),
        found,
        "actual - expected is a number too large",
    );
}

/// The complete report as the second night of a state, with two findings that are gone since the night before.
fn of_night() -> Report {
    let mut report = complete_report();
    let gone = |id: &str, first_seen: &str| ClearedRow {
        id: id.to_owned(),
        code: "unsettled".to_owned(),
        leg: "operation".to_owned(),
        provider: "swedbank_pay".to_owned(),
        order_id: "990".to_owned(),
        line_id: String::new(),
        payee_reference: "R990".to_owned(),
        transaction_number: String::new(),
        reconciliation_number: String::new(),
        settlement_id: String::new(),
        currency: "SEK".to_owned(),
        difference_minor: -5_000,
        first_seen: first_seen.to_owned(),
        cleared_on: report.summary.as_of.clone(),
        closed_by: "in/settlements.csv:7".to_owned(),
        explanation: "A capture waits for its settlement".to_owned(),
    };
    let as_of = report.summary.as_of.clone();
    report.cleared = Some(vec![gone("f8", "2026-10-30"), gone("f9", &as_of)]);
    for finding in report.findings.iter_mut().skip(1) {
        finding.packed = Packed::of(&FoundTexts { first_seen: &as_of, ..finding.texts() });
    }
    report.summary.night = Some(NightRow { number: 2, new: 3, cleared: 2 });
    report
}

#[test]
fn what_a_night_cleared_is_proved() {
    let dir = published(&of_night());
    let proof = verify(&dir.path().join("out"));
    assert_eq!(proof, Ok(Proof { files: 6, findings: 4, batches: 2, matches: 4 }));
    let wrong = |change: &dyn Fn(&mut Report), expected: &[(&str, Option<u64>, &str)]| {
        let mut report = of_night();
        change(&mut report);
        let dir = published(&report);
        let found = faults(&dir.path().join("out"));
        // Members of the summary are named by its lines, which are not for this test.
        let line = |fault: &Fault| fault.line.filter(|_| fault.file != SUMMARY_FILE);
        let found: Vec<_> =
            found.iter().map(|fault| (fault.file.as_str(), line(fault), fault.problem.as_str())).collect();
        assert_eq!(found, expected);
    };
    let rows = |change: fn(&mut Vec<ClearedRow>)| move |report: &mut Report| change(report.cleared.as_mut().unwrap());
    let cleared = |line, problem| [("cleared.csv", Some(line), problem)];
    wrong(&rows(|rows| rows.swap(0, 1)), &cleared(3, "stands out of order: it belongs before the row above"));
    wrong(&rows(|rows| rows[1].id = "f8".into()), &cleared(3, "the id is that of line 2 too"));
    wrong(
        &rows(|rows| rows[0].order_id = "991".into()),
        &cleared(3, "stands out of order: it belongs before the row above"),
    );
    wrong(&rows(|rows| rows[0].id.clear()), &cleared(2, "the id is empty"));
    wrong(&rows(|rows| rows[0].code = "lost".into()), &cleared(2, "there is no code \"lost\""));
    let leg = "the leg is \"line\", but that of unsettled is operation";
    wrong(&rows(|rows| rows[0].leg = "line".into()), &cleared(2, leg));
    let day = "cleared_on is \"2026-12-01\", but the report is as of 2026-11-03";
    wrong(&rows(|rows| rows[0].cleared_on = "2026-12-01".into()), &cleared(2, day));
    let seen = "first_seen is \"2026-12-01\", which is after cleared_on";
    wrong(&rows(|rows| rows[0].first_seen = "2026-12-01".into()), &cleared(2, seen));
    let closed_by = "closed_by is empty: what closed it, or why it is gone, is always said";
    wrong(&rows(|rows| rows[0].closed_by.clear()), &cleared(2, closed_by));

    let summary = |problem| [(SUMMARY_FILE, None, problem)];
    let rows_said = "night.cleared is 2, but cleared.csv has 1 rows";
    wrong(&rows(|rows| drop(rows.pop())), &summary(rows_said));
    let new = "night.new is 3, but 4 findings were first seen on its day";
    let today = |report: &mut Report| {
        let first_seen = report.summary.as_of.as_str();
        report.findings[0].packed = Packed::of(&FoundTexts { first_seen, ..report.findings[0].texts() });
    };
    wrong(&today, &summary(new));
    let none = "there is a night, but no cleared.csv, which every night has";
    wrong(&|report| report.cleared = None, &summary(none));
    let no_night = "there is no night, but cleared.csv, which only a night has";
    wrong(&|report| report.summary.night = None, &summary(no_night));
    let first = "night.number is 0, but nights are counted from 1";
    wrong(&|report| report.summary.night.as_mut().unwrap().number = 0, &summary(first));

    // The header, and what is no number, as another program may write them.
    let out = dir.path().join("out");
    let good = fs::read_to_string(out.join("cleared.csv")).unwrap();
    for (from, to, line, problem) in [
        ("id,code", "code,id", 1, "the header is not id,code,leg,"),
        ("-5000", "-5000.0", 2, "difference is \"-5000.0\", which is not a whole number as the program writes it"),
    ] {
        fs::write(out.join("cleared.csv"), good.replacen(from, to, 1)).unwrap();
        reseal(&out);
        let found = faults(&out);
        assert!(found[0].problem.starts_with(problem), "{found:#?}");
        assert!(names(&found, "cleared.csv", line), "{found:#?}");
    }
}

#[test]
fn missing_and_foreign_files_are_told() {
    let dir = published(&report());
    let out = dir.path().join("out");
    fs::write(out.join("notes.txt"), "mine").unwrap();
    fs::remove_file(out.join("matches.csv")).unwrap();
    let found = faults(&out);
    for (file, problem) in [("notes.txt", "is not part of the report"), ("matches.csv", "cannot be read")] {
        assert!(found.iter().any(|fault| fault.file == file && fault.problem.contains(problem)), "{found:#?}");
    }
    fs::remove_file(out.join(SUMMARY_FILE)).unwrap();
    let found = faults(&out);
    assert_eq!(found.len(), 1);
    assert!(found[0].to_string().starts_with("summary.json: cannot be read, so this is no report folder"));
}

#[test]
fn faults_without_end_are_counted() {
    let mut report = report();
    let row = report.rejects[0].clone();
    report.rejects =
        (0..500).map(|_| crate::report::view::RejectRow { reason: String::new(), ..row.clone() }).collect();
    let found = faults(&published(&report).path().join("out"));
    let of_rejects = found.iter().filter(|fault| fault.file == "rejects.csv").count();
    assert_eq!(of_rejects, 101, "{:?}", found.first());
    assert!(found.iter().any(|fault| fault.problem == "and 400 more faults"));
}

#[test]
fn the_exit_status_is_that_of_what_the_run_fails_on() {
    // The open findings are settled-amount (-1 000) and file-net (-5), both in SEK.
    let these = |codes: &[Code], sizes: &[(&str, i128)]| {
        let sizes_minor = sizes.iter().map(|(currency, size)| ((*currency).to_owned(), *size)).collect();
        FailOnRow::of(&FailOn::These { codes: codes.iter().copied().collect(), sizes_minor })
    };
    let cases = [
        (these(&[], &[]), 0),
        (these(&[Code::Unsettled], &[]), 0),
        (these(&[Code::FileNet], &[]), 1),
        (these(&[], &[("SEK", 1_005)]), 1),
        (these(&[], &[("SEK", 1_006)]), 0),
        (these(&[], &[("NOK", 1)]), 0),
    ];
    for (fail_on, status) in cases {
        let mut report = complete_report();
        report.summary.fail_on = fail_on.clone();
        report.summary.exit_status = status;
        let dir = published(&report);
        assert!(verify(&dir.path().join("out")).is_ok(), "{fail_on:?}");
        refused(
            |report| {
                report.summary.fail_on = fail_on;
                report.summary.exit_status = 1 - status;
            },
            SUMMARY_FILE,
            &format!("exit_status is {}, but should be {status}", 1 - status),
        );
    }
}
