//! `avstem verify` from outside, and what a report folder is after the program was killed.

mod harness;
#[path = "reference/rng.rs"]
#[allow(dead_code)]
mod rng;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use harness::{names, project};
use rng::Rng;

const TABLES: [&str; 3] = ["discrepancies.csv", "batches.csv", "matches.csv"];
const AMOUNTS: [&str; 11] = [
    "expected",
    "actual",
    "difference",
    "operation_sum",
    "row_sum",
    "fee_sum",
    "net_sum",
    "net_deviation",
    "explained_by",
    "residual",
    "effect_minor",
];

fn avstem() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_avstem"));
    command.current_dir(project()).env_clear().stdin(Stdio::null());
    command
}

/// What `verify` says on standard error, nothing where it proves the folder.
fn verify(folder: &Path) -> String {
    let output = avstem().arg("verify").arg("--quiet").arg(folder).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.stdout, b"", "it is quiet");
    assert_eq!(output.status.code(), Some(i32::from(!stderr.is_empty())), "{stderr}");
    stderr
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for name in names(from) {
        std::fs::copy(from.join(&name), to.join(&name)).unwrap();
    }
}

/// The digits of all amounts of a table: their place and line. No field of these tables holds a line end.
fn digits(table: &[u8]) -> Vec<(usize, usize)> {
    let header = String::from_utf8(table.split(|byte| *byte == b'\n').next().unwrap().to_vec()).unwrap();
    let columns: Vec<&str> = header.split(',').collect();
    let (mut line, mut column, mut quoted) = (1, 0, false);
    let mut places = Vec::new();
    for (place, byte) in table.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => column += 1,
            b'\n' => (line, column) = (line + 1, 0),
            b'0'..=b'9' if line > 1 && AMOUNTS.contains(&columns[column]) => places.push((place, line)),
            _ => {}
        }
    }
    places
}

#[test]
fn any_changed_digit_is_found_and_its_place_named() {
    let folder = tempfile::tempdir().unwrap();
    copy(&project().join("samples/expected"), folder.path());
    assert_eq!(verify(folder.path()), "");
    let mut rng = Rng::new(7);
    for table in TABLES {
        let path = folder.path().join(table);
        let whole = std::fs::read(&path).unwrap();
        let places = digits(&whole);
        for _ in 0..14 {
            let (place, line) = rng.pick(&places);
            let mut changed = whole.clone();
            changed[place] = b'0' + (changed[place] - b'0' + u8::try_from(rng.range(1, 9)).unwrap()) % 10;
            std::fs::write(&path, changed).unwrap();
            let said = verify(folder.path());
            let named = format!("avstem: error: {}:{line}: ", path.display());
            assert!(said.lines().any(|fault| fault.starts_with(&named)), "{table}, byte {place}, line {line}:\n{said}");
        }
        std::fs::write(&path, whole).unwrap();
    }
    assert_eq!(verify(folder.path()), "");
}

#[test]
fn a_report_that_is_not_whole_is_no_proof() {
    let expected = project().join("samples/expected");
    for name in names(&expected) {
        let folder = tempfile::tempdir().unwrap();
        copy(&expected, folder.path());
        let path = folder.path().join(&name);
        let whole = std::fs::read(&path).unwrap();
        let named = format!("avstem: error: {}", path.display());
        let fails = |what: &str| {
            let said = verify(folder.path());
            assert!(said.lines().any(|fault| fault.starts_with(&named)), "{name}, {what}:\n{said}");
        };
        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        fails("a byte less");
        std::fs::write(&path, [&whole[..], b"\n"].concat()).unwrap();
        fails("a byte more");
        std::fs::remove_file(&path).unwrap();
        fails("not there");
    }
}

/// A run over the demonstration month.
fn run(out: &Path, as_of: &str) -> Command {
    let mut command = avstem();
    command.args([
        "run",
        "--quiet",
        "--matches",
        "--config",
        "samples/october-2026/avstem.toml",
        "--as-of",
        as_of,
        "--out",
    ]);
    command.arg(out).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    names(folder).into_iter().map(|name| (name.clone(), std::fs::read(folder.join(&name)).unwrap())).collect()
}

#[cfg(unix)]
#[test]
fn a_killed_run_leaves_the_earlier_report_or_the_new_one() {
    let days = ["2026-10-31", "2026-11-30"];
    let folder = tempfile::tempdir().unwrap();
    let mut reports = Vec::new();
    let mut longest = Duration::ZERO;
    for day in days {
        let whole = tempfile::tempdir().unwrap();
        let begun = Instant::now();
        assert_eq!(run(whole.path(), day).status().unwrap().code(), Some(1));
        longest = longest.max(begun.elapsed());
        reports.push(contents(whole.path()));
    }
    assert_ne!(reports[0], reports[1]);

    let out = folder.path().join("out");
    assert_eq!(run(&out, days[0]).status().unwrap().code(), Some(1));
    // The moments are drawn; which of them fall into the writing is left to the machine.
    let mut rng = Rng::new(11);
    for turn in 0..12 {
        let mut child = run(&out, days[turn % 2]).spawn().unwrap();
        // Half of them near the end, where the report is written and put into its place.
        let part = if turn % 3 == 0 { rng.range(1, 1000) } else { rng.range(700, 1050) };
        std::thread::sleep(longest * u32::try_from(part).unwrap() / 1000);
        // SIGKILL; a run that is through already is left as it is.
        let _ = child.kill();
        println!("turn {turn}: {}", child.wait().unwrap());
        assert_eq!(verify(&out), "", "turn {turn}");
        assert!(reports.contains(&contents(&out)), "turn {turn}: the folder holds one of the two reports");
    }
    // The next run mends what dead ones left beside the folder.
    assert_eq!(run(&out, days[1]).status().unwrap().code(), Some(1));
    assert_eq!(contents(&out), reports[1]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "{:?}", names(folder.path()));
}
