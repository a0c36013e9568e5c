//! `avstem explain`: what it tells is what the report says, for every key of the demonstration month and of random days,
//! and the printed way leads to the same verdict for whoever walks it again.

#[path = "explain/again.rs"]
mod again;
mod common;
mod harness;
mod reference;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use avstem::model::record::Dataset;
use avstem::pipeline::explain::answer::Answer;
use avstem::pipeline::explain::{Asked, Reading};
use avstem::pipeline::plan::Input;
use avstem::report::view::Report;
use avstem::rules::expect::{Every, Expect};
use avstem::rules::settings::Settings;
use common::{Engine, plan, plan_of, seeds};
use harness::{Case, project, rows};

/// The columns whose values are keys.
const COLUMNS: [&str; 7] = [
    "order_id",
    "operation_id",
    "transaction_number",
    "payee_reference",
    "transaction_id",
    "reconciliation_number",
    "settlement_id",
];

/// The inputs of the demonstration month, as its configuration lists them.
fn month() -> Reading {
    let folder = project().join("samples/october-2026");
    let mut inputs = Vec::new();
    for provider in ["dintero", "swedbank_pay"] {
        let mut names: Vec<String> = std::fs::read_dir(folder.join(provider))
            .unwrap()
            .map(|entry| format!("{provider}/{}", entry.unwrap().file_name().to_string_lossy()))
            .collect();
        names.sort();
        for shown in names {
            let file = shown.rsplit('/').next().unwrap();
            let dataset = ["orders", "captures", "reversals"].into_iter().find(|name| file.starts_with(name));
            let dataset = Dataset::from_name(dataset.unwrap_or("settlements"));
            let path = Some(folder.join(&shown));
            inputs.push(Input { shown, path, dataset, provider: Some(provider.to_owned()), profile: None });
        }
    }
    let mut settings = Settings::new("2026-10-31".parse().unwrap());
    settings.amount_tolerance_minor = [("EUR".to_owned(), 2), ("DKK".to_owned(), 1)].into();
    settings.tolerance_budget_minor = [("EUR".to_owned(), 3), ("DKK".to_owned(), 5)].into();
    let expect = |provider: &str, dataset, every, latest_by_days, from: &str| Expect {
        provider: provider.to_owned(),
        dataset,
        every,
        latest_by_days,
        calendar: None,
        from: from.parse().unwrap(),
    };
    settings.expected = vec![
        expect("swedbank_pay", Dataset::Captures, Every::Week, 2, "2026-09-21"),
        expect("dintero", Dataset::Settlements, Every::Month, 30, "2026-10-01"),
    ];
    let engine = Engine { shard_count: 1, ..Engine::default() };
    Reading::of_inputs(&plan_of(inputs, settings, Path::new("."), engine), &|_| {}).unwrap().indexed().unwrap()
}

/// A table of the expected report, each row by the names of its columns.
fn table(name: &str) -> Vec<BTreeMap<String, String>> {
    let bytes = std::fs::read(project().join("samples/expected").join(name)).unwrap();
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let header = reader.headers().unwrap().clone();
    let named = |row: csv::StringRecord| header.iter().zip(&row).map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
    reader.records().map(|row| named(row.unwrap())).collect()
}

fn answer(reading: &Reading, key: &str) -> Option<Answer> {
    match reading.explain(key).unwrap_or_else(|error| panic!("{key}: {error}")) {
        Asked::Known(answer) => Some(*answer),
        Asked::Unknown(_) => None,
    }
}

/// Keys of files and of tables with these columns.
fn keys_of<'t>(tables: impl Iterator<Item = &'t BTreeMap<String, String>>) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for row in tables {
        keys.extend(COLUMNS.iter().filter_map(|column| row.get(*column)).filter(|key| !key.is_empty()).cloned());
        if let (Some(order), Some(line)) = (row.get("order_id"), row.get("line_id"))
            && !order.is_empty()
            && !line.is_empty()
            && line != "*"
        {
            keys.insert(format!("{order}/{line}"));
        }
    }
    keys
}

/// The order lines, captures and reversals of the month, as their files have them.
fn files() -> Vec<BTreeMap<String, String>> {
    let mut all = Vec::new();
    for entry in walkdir::WalkDir::new(project().join("samples/october-2026")).sort_by_file_name() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".csv") {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let header = reader.headers().unwrap().clone();
        all.extend(reader.records().map(|row| -> BTreeMap<String, String> {
            header.iter().zip(&row.unwrap()).map(|(a, b)| (a.to_owned(), b.trim().to_owned())).collect()
        }));
    }
    all
}

#[test]
fn every_key_of_the_month_is_told_as_its_report_has_it() {
    let reading = month();
    let (found, matched, batches) = (table("discrepancies.csv"), table("matches.csv"), table("batches.csv"));
    let files = files();
    let mut keys = keys_of(files.iter().chain(&found).chain(&matched).chain(&batches));
    keys.extend(found.iter().map(|row| row["id"].clone()));
    assert!(keys.len() > 4_000, "{}", keys.len());

    // By the place of a row: the codes of its findings, and the kinds of its matches.
    let mut codes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut ids: BTreeMap<&str, &str> = BTreeMap::new();
    for row in &found {
        ids.insert(&row["id"], &row["code"]);
        row["sources"].split("; ").for_each(|place| {
            codes.entry(place).or_default().insert(&row["code"]);
        });
    }
    let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
    for row in &matched {
        row["sources"].split("; ").for_each(|place| {
            kinds.insert(place, &row["kind"]);
        });
    }
    let mut told: BTreeMap<String, String> = BTreeMap::new();
    for key in &keys {
        let Some(answer) = answer(&reading, key) else { panic!("{key} is not known") };
        for record in &answer.records {
            let place = record.rows[0].source.as_str();
            let of_row = codes.get(place).cloned().unwrap_or_default();
            match ids.get(record.finding.as_str()) {
                Some(code) => assert_eq!((record.verdict.as_str(), of_row.contains(code)), (*code, true), "{key}"),
                None => assert!(record.finding.is_empty() && !of_row.contains(record.verdict.as_str()), "{key}"),
            }
            let kind = kinds.get(place).copied().unwrap_or_default();
            assert_eq!(record.match_kind, if record.record == "order line" { "" } else { kind }, "{key}: {place}");
            let json = serde_json::to_value(record).unwrap();
            assert_eq!(again::verdict(&json).as_deref().unwrap_or(&record.verdict), record.verdict, "{key}: {json:#}");
            let finding = answer.findings.iter().find(|finding| finding.id == record.finding);
            let status = again::pending(&json).map(|pending| if pending { "pending" } else { "open" });
            assert_eq!(
                status.or(finding.map(|one| one.status.as_str())),
                finding.map(|one| one.status.as_str()),
                "{key}"
            );
            told.insert(format!("{} {place}", record.record), record.verdict.clone());
        }
        for finding in &answer.findings {
            assert_eq!(ids.get(finding.id.as_str()), Some(&finding.code.name()), "{key}");
        }
    }
    // Every line, operation and row that counts was told.
    let report: &Report = reading.report();
    let verdicts = &report.summary.verdicts;
    let records: u64 = verdicts.iter().map(|row| row.records).sum();
    let no_part: u64 = verdicts.iter().filter(|row| row.verdict == "no part").map(|row| row.records).sum();
    assert_eq!(u64::try_from(told.len()).unwrap(), records - no_part);
}

#[test]
fn random_days_are_told_as_they_were_judged() {
    for seed in seeds(40) {
        let (files, settings) = reference::random_day::random_day(seed);
        let folder = tempfile::tempdir().unwrap();
        let plan = plan(folder.path(), &files, &settings, Engine { shard_count: 1, ..Engine::default() });
        // Days that stop before anything is judged say nothing.
        let Ok(reading) = Reading::of_inputs(&plan, &|_| {}) else { continue };
        let findings = &reading.report().findings;
        let batches = reading.report().batches.iter().map(|batch| batch.reconciliation_number.as_str());
        let of_finding =
            |finding: &avstem::model::found::FoundRow| [finding.id().to_string(), finding.order_id().to_string()];
        let mut keys: BTreeSet<String> = findings.iter().flat_map(of_finding).collect();
        keys.extend(batches.map(str::to_owned));
        keys.remove("");
        for key in &keys {
            let Some(answer) = answer(&reading, key) else { continue };
            for record in &answer.records {
                let json = serde_json::to_value(record).unwrap();
                let walked = again::verdict(&json);
                assert_eq!(
                    walked.as_deref().unwrap_or(&record.verdict),
                    record.verdict,
                    "seed {seed}, {key}: {json:#}"
                );
            }
        }
    }
}

/// A key of each kind, and the file that holds what is told.
const TOLD: [(&str, &str); 10] = [
    ("uncaptured-line", "S-2005"),
    ("matched-capture", "S2228C1"),
    ("unsettled", "S2020C1"),
    ("settled-unknown", "KASSA88120"),
    ("settled-amount", "S2028C1"),
    ("several-to-one", "D-1046"),
    ("ambiguous", "D-1025"),
    ("superseded", "D-1012"),
    ("line", "S-2012/1"),
    ("whole-batch-missing", "739906"),
];

fn told(key: &str, more: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_avstem"))
        .args(["explain", key, "--config", "samples/october-2026/avstem.toml", "--as-of", "2026-10-31"])
        .args(more)
        .current_dir(project())
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

#[test]
fn a_key_of_each_kind_is_told_in_full() {
    for (name, key) in TOLD {
        let expected = std::fs::read_to_string(project().join(format!("tests/explain/told/{name}.txt"))).unwrap();
        assert_eq!(told(key, &[]), (expected, Some(0)), "{name}");
    }
    let expected = std::fs::read_to_string(project().join("tests/explain/told/settled-amount.json")).unwrap();
    assert_eq!(told("S2028C1", &["--format", "json"]), (expected, Some(0)));
}

/// Writes what is told again, after a change that is meant: look at the difference before it is kept.
#[test]
#[ignore = "a tool: cargo test --test explain -- --ignored"]
fn write_what_is_told_again() {
    for (name, key) in TOLD {
        std::fs::write(project().join(format!("tests/explain/told/{name}.txt")), told(key, &[]).0).unwrap();
    }
    let json = told("S2028C1", &["--format", "json"]).0;
    std::fs::write(project().join("tests/explain/told/settled-amount.json"), json).unwrap();
}

const ORDERS: &str = "order_id,line_id,gross_amount,currency,created_at\nA,1,10050,SEK,2026-03-02\n";
const CAPTURES: &str = "order_id,line_id,amount,currency,created_at,payee_reference\nA,1,10050,SEK,2026-03-02,R1\n";
const SETTLED: &str = "gross_amount,currency,payee_reference\n10050,SEK,R1\nx1,SEK,R9\n";

fn small() -> Case {
    let case = Case::new().file("o.csv", ORDERS).file("c.csv", CAPTURES).file("s.csv", SETTLED);
    case.file("again.csv", CAPTURES)
}

#[test]
fn what_is_not_there_is_said_with_status_1() {
    let args = "--orders o.csv --captures c.csv --settlements s.csv --as-of 2026-03-03";
    small()
        .args(&format!("explain R2 {args}"))
        .status(1)
        .stderr("avstem: error: no row, batch or discrepancy of 3 files has the key `R2`\n  help: there is R1\n")
        .run();
    let ran = small().args(&format!("explain x1 {args}")).any_stdout().run();
    assert!(ran.stdout.ends_with("rejected: s.csv:3: gross_amount `x1`: an amount is whole minor units: digits with an optional sign, nothing else\n"), "{}", ran.stdout);
    small()
        .args("explain R1 --orders o.csv --state night.db")
        .stops("avstem: error: inputs and the state night.db are both given\n  help: give one of them: a state holds the rows of all its nights\n");
    small().args("explain R1").stops(
        "avstem: error: no inputs\n  help: name files with --orders, --captures, --reversals, --settlements, --bank, --payouts or --input, or list them as [[source]] in a file given with --config\n",
    );
    small().args("explain R1 --report nothing").stops("avstem: error: nothing: no such folder\n");
}

#[test]
fn what_the_bank_calls_a_payment_is_a_key() {
    let config = project().join("samples/books/avstem.toml");
    let output = Command::new(env!("CARGO_BIN_EXE_avstem"))
        .args(["explain", "B20261021-1", "--as-of", "2026-10-31", "--config"])
        .arg(config)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("B20261021-1 is the reference of the bank of a finding\n\nfinding "), "{said}");
    assert!(said.contains(" payout-amount (open, SEK -25.00)\n"), "{said}");
}

#[test]
fn a_row_of_a_file_that_was_given_twice_is_not_counted() {
    let args = "explain R1 --orders o.csv --captures c.csv --captures again.csv --settlements s.csv --as-of 2026-03-03";
    let ran = small().args(args).any_stdout().run();
    assert!(ran.stdout.contains("\nnot counted: c.csv:2: the file was read already, as again.csv\n"), "{}", ran.stdout);
}

#[test]
fn a_state_and_a_folder_are_asked_too() {
    let inputs = "--orders o.csv --captures c.csv --as-of 2026-03-03 --quiet";
    let ran = small().args(&format!("run {inputs} --state night.db --out a")).any_stdout().run();
    let ran = Case::after(ran)
        .args("run --settlements s.csv --as-of 2026-03-04 --quiet --state night.db --out b")
        .status(3)
        .any_stderr()
        .run();
    let all = "--orders o.csv --captures c.csv --settlements s.csv --as-of 2026-03-04";
    for key in ["A", "A/1", "R1"] {
        let of_inputs = small().args(&format!("explain {key} {all}")).any_stdout().run().stdout;
        assert!(of_inputs.contains("verdict: matched, 1:1 with s.csv:2\n") || key == "A/1", "{of_inputs}");
        let copy = Case::new().file("night.db", std::fs::read(ran.folder.path().join("night.db")).unwrap());
        copy.args(&format!("explain {key} --state night.db")).stdout(&of_inputs).run();
    }
    assert_eq!(rows(&std::fs::read(ran.folder.path().join("b/discrepancies.csv")).unwrap()).len(), 0);
    let ran = small().args("run --orders o.csv --as-of 2026-04-03 --quiet --out r").status(1).any_stderr().run();
    let ran = Case::after(ran).args("explain A/1 --report r").any_stdout().run();
    assert!(ran.stdout.starts_with("discrepancies.csv\n  id: "), "{}", ran.stdout);
    assert!(ran.stdout.contains("\n  difference: SEK -100.50\n"), "{}", ran.stdout);
}
