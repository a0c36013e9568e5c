//! The workers of a distributed run: whatever the partitions, the report is that of one run.

mod common;
mod harness;
mod reference;
mod workers;

use std::path::{Path, PathBuf};
use std::process::Command;

use avstem::pipeline::{self, plan::Plan};
use common::said::{assert_same, said};
use common::{plan, seeds};
use harness::project;
use workers::{Engine, Row, encoded};

/// The files of a report that are the same to the last byte.
const SAME: [&str; 3] = ["discrepancies.csv", "batches.csv", "rejects.csv"];

fn samples() -> PathBuf {
    project().join("samples")
}

/// What `run` writes; how it ends, and what it says beside its result.
fn run(folder: &Path, plan: &[&str], out: &Path) -> (i32, String) {
    let mut plan = plan.to_vec();
    if let Some(place) = plan.iter().position(|arg| *arg == "--split-size") {
        plan.drain(place..place + 2);
    }
    let output = Command::new(env!("CARGO_BIN_EXE_avstem"))
        .args(["run", "--out", out.to_str().unwrap()])
        .args(plan)
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn summary(folder: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(folder.join("summary.json")).unwrap()).unwrap()
}

/// Compares a run over many workers with one run.
fn compare(folder: &Path, plan: &[&str], partitions: &[usize]) {
    let root = tempfile::tempdir().unwrap();
    let whole = root.path().join("whole");
    let said = run(folder, plan, &whole);
    for count in partitions {
        let out = root.path().join(format!("of-{count}"));
        let ended = Engine::new(folder, *count).run(plan, &out);
        assert_eq!((ended.status, ended.stderr), said, "{count} partitions");
        for name in SAME {
            let [expected, found] = [&whole, &out].map(|folder| std::fs::read_to_string(folder.join(name)).unwrap());
            assert!(found == expected, "{name} of {count} partitions:\n{found}\nand not:\n{expected}");
        }
        let [expected, found] = [&whole, &out].map(|folder| summary(folder));
        assert_eq!(found, expected, "{count} partitions");
    }
}

#[test]
fn the_sample_month_is_the_same_whatever_the_partitions() {
    let plan = ["--config", "october-2026/avstem.toml", "--as-of", "2026-10-31"];
    compare(&samples(), &plan, &[1, 7]);
}

#[test]
fn books_and_rows_that_cannot_be_read_are_the_same_too() {
    compare(&samples(), &["--config", "books/avstem.toml", "--as-of", "2026-10-31"], &[3]);
    compare(&samples(), &["--config", "broken/avstem.toml", "--as-of", "2026-10-31", "--split-size", "100"], &[5]);
}

#[test]
fn random_days_are_the_same_however_they_are_cut_and_dealt_out() {
    let mut judged = 0;
    for seed in seeds(25) {
        let root = tempfile::tempdir().unwrap();
        let (files, settings) = reference::random_day::random_day(seed);
        let plan = plan(root.path(), &files, &settings, common::Engine { shard_count: 8, ..common::Engine::default() });
        let plan = Plan { matches: false, ..plan };
        let whole = pipeline::run(&plan, &|_| {});
        for (partitions, split_bytes) in [(1, u64::MAX), (4, 60)] {
            let what = format!("seed {seed}, {partitions} partitions");
            let plan = plan.clone();
            match &whole {
                Ok(whole) => {
                    let found = Engine::inside(plan, split_bytes, root.path(), partitions).report().unwrap();
                    assert_same(&what, &said(&found), &said(whole));
                    judged += found.findings.len();
                }
                Err(error) => {
                    let planned = Engine::inside(plan, split_bytes, root.path(), partitions);
                    assert_eq!(planned.stopped(), error.to_string(), "{what}");
                }
            }
        }
    }
    assert!(judged > 0);
}

const ORDERS: &str =
    "order_id,line_id,gross_amount,currency,created_at\nA,1,10000,SEK,2026-03-02\nB,1,5000,EUR,2026-03-02\n";
const CAPTURES: &str =
    "order_id,line_id,amount,currency,created_at,operation_id\nA,1,10000,SEK,2026-03-02,X\nB,1,5000,EUR,2026-03-02,Y\n";
const SETTLEMENTS: &str = "operation_id,gross_amount,currency\nX,10000,SEK\nY,5000,EUR\n";
const PLAN: [&str; 8] = [
    "--as-of",
    "2026-03-31",
    "--orders",
    "orders.csv",
    "--captures",
    "captures.csv",
    "--settlements",
    "settlements.csv",
];

/// A folder with a small day.
fn day() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("orders.csv", ORDERS), ("captures.csv", CAPTURES), ("settlements.csv", SETTLEMENTS)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// A day of which all rows were read.
fn begun(folder: &Path) -> (Engine, Vec<Row>) {
    let mut engine = Engine::new(folder, 1);
    let (rows, _) = engine.begin(&PLAN);
    (engine, rows)
}

#[test]
fn a_row_goes_on_as_it_stands_with_its_line() {
    let folder = day();
    let (_, mut rows) = begun(folder.path());
    rows.sort_by(|a, b| (a.file, &a.text).cmp(&(b.file, &b.text)));
    let told: Vec<_> = rows.iter().map(|row| (row.file.unwrap(), row.round, row.text.as_str())).collect();
    let expected = [
        (0, None, "A,1,10000,SEK,2026-03-02,X,2"),
        (0, None, "B,1,5000,EUR,2026-03-02,Y,3"),
        (1, None, "A,1,10000,SEK,2026-03-02,2"),
        (1, None, "B,1,5000,EUR,2026-03-02,3"),
        (2, Some(0), "X,10000,SEK,2"),
        (2, Some(0), "Y,5000,EUR,3"),
    ];
    assert_eq!(told, expected);
    // An order and its capture have one shard.
    assert_eq!([rows[0].shard, rows[1].shard], [rows[2].shard, rows[3].shard]);
    assert_ne!(rows[0].shard, rows[1].shard);
}

#[test]
fn the_same_rows_in_any_order_give_the_same_bytes() {
    let folder = day();
    let (mut engine, rows) = begun(folder.path());
    let mut lines: Vec<Row> = rows.into_iter().filter(|row| row.round.is_none()).collect();
    let job = engine.job().to_owned();
    let args = ["--job", job.as_str(), "--stage", "lines"];
    let first = engine.worker(&args, &encoded(&lines)).stdout;
    assert!(!first.is_empty());
    for _ in 0..5 {
        engine.random.shuffle(&mut lines);
        assert_eq!(engine.worker(&args, &encoded(&lines)).stdout, first);
    }
}

#[test]
fn nothing_comes_of_nothing() {
    let folder = day();
    let (engine, _) = begun(folder.path());
    let stages = ["files", "read", "lines", "operations --round 0", "references", "batches"];
    for stage in stages {
        let mut args = vec!["--job", engine.job(), "--stage"];
        args.extend(stage.split(' '));
        assert_eq!(engine.rows(&args, &[]), [], "{stage}");
    }
}

#[test]
fn a_row_that_is_lost_on_the_way_makes_the_run_incomplete() {
    let folder = day();
    let (mut engine, mut rows) = begun(folder.path());
    let (_, mut said) = engine.begin(&PLAN);
    rows.retain(|row| row.round.is_none() && !row.text.starts_with("A,1,10000,SEK,2026-03-02,X"));
    said.extend(engine.rows(&["--job", engine.job(), "--stage", "lines"], &rows));
    said.retain(|row| row.kind != "row");
    let out = folder.path().join("out");
    let args = ["--stage", "report", "--job", engine.job(), "--out", out.to_str().unwrap()];
    let ended = engine.worker(&args, &encoded(&said));
    let expected = "avstem: warning: incomplete: captures of captures.csv: 1 rows read, 0 accounted for\n\
                    avstem: warning: incomplete: accepted records and their verdicts do not sum to the same\n\
                    avstem: warning: incomplete: batches that differ by more than their findings explain: 2\n";
    assert_eq!((ended.status, ended.stderr.as_str()), (3, expected));
}

#[test]
fn what_a_stage_cannot_take_stops_it() {
    let folder = day();
    let (engine, rows) = begun(folder.path());
    let job = engine.job().to_owned();
    let text = std::fs::read_to_string(&job).unwrap();
    let other = folder.path().join("other.json");
    std::fs::write(&other, text.replace(concat!("\"version\":\"", env!("CARGO_PKG_VERSION")), "\"version\":\"0.0"))
        .unwrap();
    let other = other.to_str().unwrap();
    let row = |kind: &str, file, text: &str| {
        let row = Row { kind: kind.to_owned(), file, text: text.to_owned(), ..rows[0].clone() };
        encoded(&[row])
    };
    let cut = &encoded(&rows)[..400];
    let stream =
        "  help: a stage takes what the stage before it wrote, as an Arrow IPC stream; see avstem shard --help\n";
    let cases: [(&str, &[u8], String); 9] = [
        ("--stage lines", b"", "this stage needs --job\n  help: give the job that --stage plan, job or facts has written\n".into()),
        ("--stage operations --job @", b"", "--stage operations needs --round\n  help: give the round, from 0\n".into()),
        (
            "--stage operations --round 5 --job @",
            b"",
            "shard: round 5 is none of a job with 4 rounds\n  help: give the job of this run, and a round of it\n".into(),
        ),
        (
            "--stage lines --job %",
            b"",
            "shard: the job is of avstem 0.0, and this is 0.1.0\n  help: give all workers and the driver the same program\n".into(),
        ),
        ("--stage lines --job @", cut, format!("shard: the Arrow stream cannot be read or written: ...\n{stream}")),
        ("--stage read --job @", b"order_id,amount\n", format!("shard: the Arrow stream cannot be read or written: ...\n{stream}")),
        (
            "--stage lines --job @",
            &row("split", Some(0), "{}"),
            "shard: a stage that judges rows was given a \"split\"\n  help: give it the rows that a stage before has written\n".into(),
        ),
        (
            "--stage lines --job @",
            &row("row", Some(9), "A,1,10000,SEK,2026-03-02,X,2"),
            "shard: a row is of file 9, which the job does not have\n  help: give rows and job of one run\n".into(),
        ),
        (
            "--stage lines --job @",
            &row("row", Some(0), "A,1,ten,SEK,2026-03-02,X,2"),
            "shard: captures.csv:2: a row that was read before cannot be read: an amount is whole minor units: digits with an optional sign, nothing else\n  help: give all workers the same program and job\n".into(),
        ),
    ];
    for (args, input, expected) in cases {
        let args: Vec<&str> = args
            .split(' ')
            .map(|arg| match arg {
                "@" => &job,
                "%" => other,
                arg => arg,
            })
            .collect();
        let ended = engine.worker(&args, input);
        // What the library says of broken bytes is its own.
        let said = ended.stderr.lines().map(|line| match line.split_once("written: ") {
            Some((ours, _)) => format!("{ours}written: ...\n"),
            None => format!("{line}\n"),
        });
        assert_eq!((ended.status, said.collect::<String>()), (2, format!("avstem: error: {expected}")), "{args:?}");
    }
}

#[test]
fn nothing_is_written_where_the_report_cannot_be_made() {
    let folder = day();
    let (engine, _) = begun(folder.path());
    let out = folder.path().join("out");
    let args = ["--stage", "report", "--job", engine.job(), "--out", out.to_str().unwrap()];
    let strange = Row { kind: "finding".to_owned(), text: "{}".to_owned(), ..Row::default() };
    for input in [&b"no stream"[..], &encoded(&[strange])] {
        let ended = engine.worker(&args, input);
        assert_eq!((ended.status, ended.stdout.len(), out.exists()), (2, 0, false), "{}", ended.stderr);
    }
}

#[test]
fn what_several_workers_cannot_read_is_refused() {
    let folder = day();
    let engine = Engine::new(folder.path(), 1);
    std::fs::write(folder.path().join("a.toml"), "[[source]]\npath=\"captures.csv\"\ndataset=\"captures\"\nprofile=\"p\"\n[profiles.p]\ncolumns = { order_id = \"order_id\", amount = \"amount\", created_at = \"created_at\" }\nconstants = { currency = \"SEK\" }\namount_unit = \"minor\"\ndate_format = \"%Y-%m-%d\"\n").unwrap();
    let cases = [
        ("--orders -", "avstem: error: -: standard input cannot be read by several workers\n  help: give files\n"),
        (
            "--config a.toml",
            "avstem: error: captures.csv: a file that a profile describes is not read by workers\n  help: convert it first: `avstem run --reports parquet` writes the canonical rows into its folder\n",
        ),
        ("--as-of 2026-03-31", "avstem: error: no inputs\n"),
    ];
    for (args, expected) in cases {
        let args: Vec<&str> = ["--stage", "plan"].into_iter().chain(args.split(' ')).collect();
        let ended = engine.worker(&args, b"");
        assert_eq!((ended.status, ended.stderr.starts_with(expected)), (2, true), "{}", ended.stderr);
    }
}

#[test]
fn a_file_that_changes_under_the_run_stops_it() {
    let folder = day();
    let engine = Engine::new(folder.path(), 1);
    let mut args = vec!["--stage", "plan"];
    args.extend(PLAN);
    let planned = engine.rows(&args, &[]);
    engine.keep_job(&planned);
    let inputs: Vec<Row> = planned.into_iter().filter(|row| row.kind == "input").collect();
    let files = engine.rows(&["--job", engine.job(), "--stage", "files"], &inputs);
    let read = engine.rows(&["--job", engine.job(), "--stage", "job"], &files);
    engine.keep_job(&read);
    std::fs::write(folder.path().join("orders.csv"), format!("{ORDERS}C,1,1,SEK,2026-03-02\n")).unwrap();
    let splits: Vec<Row> = read.into_iter().filter(|row| row.kind == "split").collect();
    let ended = engine.worker(&["--job", engine.job(), "--stage", "read"], &encoded(&splits));
    let expected =
        "avstem: error: orders.csv: changed after the run has begun\n  help: run again when the file is complete\n";
    assert_eq!((ended.status, ended.stderr.as_str()), (2, expected));
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_is_read_by_workers_as_by_a_run() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("first");
    let plan = ["--config", "october-2026/avstem.toml", "--as-of", "2026-10-31", "--reports", "parquet"];
    assert_eq!(run(&samples(), &plan, &out).0, 1);
    compare(root.path(), &["--input", "first/*.parquet", "--as-of", "2026-10-31"], &[3]);
}
